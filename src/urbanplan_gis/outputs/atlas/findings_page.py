"""The overview page of findings: where they lie, how many there are of each, how large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from urbanplan_gis.model.data import Severity
from urbanplan_gis.outputs.atlas.city_map import LIST_ROOM, city_layout, draw_city_map
from urbanplan_gis.outputs.atlas.front import city_classes
from urbanplan_gis.outputs.atlas.ground import Shapes
from urbanplan_gis.outputs.atlas.maps import place_names
from urbanplan_gis.outputs.atlas.paper import SIZE, SIZES, Furniture, Sheet, start_page
from urbanplan_gis.outputs.atlas.row_words import in_layer
from urbanplan_gis.outputs.atlas.table import Column, Line, largest_table, more_of
from urbanplan_gis.outputs.atlas.unit_maps import SEVERITY_COLOURS, severity_classes
from urbanplan_gis.outputs.atlas.words import hectares
from urbanplan_gis.outputs.sheets.boxes import Block, Font, Mark, paragraph, stack
from urbanplan_gis.outputs.sheets.labels import Taken
from urbanplan_gis.outputs.sheets.symbols import Symbol
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.atlas.ground import CityGround
    from urbanplan_gis.outputs.sheets.labels import Placed
    from urbanplan_gis.outputs.sheets.page import Layout


@dataclass(frozen=True)
class CodeRow:
    """All findings of one code and layer."""

    code: str
    severity: str
    layer: str
    count: int
    total_ha: float
    largest_ha: float


def draw_findings(
    furniture: Furniture,
    city: CityGround,
    rows: Sequence[CodeRow],
    placed: Shapes,
    unplaced: int,
    title: str,
    label: str,
    lang: str,
) -> Sheet:
    """Findings on the map of the city, and their number and hectares by code."""
    sheet = start_page(furniture, title, "", label, ("units",), lang)
    layout = city_layout(city)
    classes = (
        *severity_classes(placed.rows, placed.ground, layout, lang),
        *city_classes(city, lang, plain=True),
    )
    names = list(zip(city.names.values(), city.units["kind"], city.shapes, strict=True))

    def labels(layout: Layout, taken: Taken) -> list[Placed]:
        return place_names(layout, taken, names, Font(6.6, color="#444444"))

    draw_city_map(sheet, city, furniture.crs, classes, labels, lang)
    x, width = LIST_ROOM.x, LIST_ROOM.width
    if not rows:
        none = paragraph(say("atlas.none.city_findings", lang), Font(9), width)
        sheet.put(none, x, LIST_ROOM.top)
        return sheet
    most = max(row.count for row in rows)
    columns = (
        Column(say("atlas.finding.what", lang), 0.39),
        Column(say("table.column.severity", lang), 0.13),
        Column(say("atlas.finding.count", lang), 0.09, "right"),
        Column("", 0.13),
        Column(say("atlas.finding.total", lang), 0.13, "right"),
        Column(say("atlas.finding.largest", lang), 0.13, "right"),
    )
    lines = [
        Line(
            (
                in_layer(row.code, row.layer, lang),
                say(f"severity.{row.severity}", lang),
                str(row.count),
                _count_bar(row, most, width * 0.12),
                hectares(row.total_ha, lang) if row.total_ha else "–",
                hectares(row.largest_ha, lang) if row.largest_ha else "–",
            )
        )
        for row in rows
    ]  # fmt: skip
    texts = [say("atlas.finding.many", lang)]
    if unplaced:
        texts.append(say("atlas.finding.unplaced", lang, count=unplaced))
    notes = stack([paragraph(text, Font(SIZE), width) for text in texts], 0.5)
    more = more_of("codes", lang)
    block, _ = largest_table(
        columns, lines, width, LIST_ROOM.height - notes.height - 2, SIZES, more, cell_lines=3
    )
    sheet.put(stack([block, notes], 1.5), x, LIST_ROOM.top)
    return sheet


def _count_bar(row: CodeRow, most: int, width: float) -> Block:
    long = max(width * row.count / most, 0.3)
    mark = Mark(
        shapely.box(0, 0.6, long, 2.2), Symbol(fill=SEVERITY_COLOURS[Severity(row.severity)])
    )
    return Block(width, 2.4, (mark,))
