"""Figures by unit on maps of one scale: colours by the share of the target, gaps in hectares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from urbanplan_gis.outputs.atlas.facts import FigureRow
from urbanplan_gis.outputs.atlas.figures import figure_words
from urbanplan_gis.outputs.atlas.front import city_bounds
from urbanplan_gis.outputs.atlas.maps import (
    Labels,
    draw_small,
    layout_for,
    place_texts,
    scale_for,
    true_north,
    unit_label,
    within,
)
from urbanplan_gis.outputs.atlas.paper import BODY, NOTE, SIZE, Furniture, Sheet, start_page
from urbanplan_gis.outputs.atlas.words import (
    clipped,
    shown_words,
    target_words,
    unit_words,
    value_words,
)
from urbanplan_gis.outputs.sheets.boxes import Block, Font, beside, paragraph, stack
from urbanplan_gis.outputs.sheets.choropleth import (
    ground_classes,
    signed_gap,
    value_classes,
    value_keys,
)
from urbanplan_gis.outputs.sheets.labels import Taken
from urbanplan_gis.outputs.sheets.page import Rect
from urbanplan_gis.outputs.sheets.parts import legend, scale_bar
from urbanplan_gis.outputs.sheets.symbols import CITY_BORDER, Symbol
from urbanplan_gis.outputs.sheets.theme import BORDER, MapClass, outer_rings
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.atlas.ground import CityGround

#: maps on one page, and columns of them at most
MAPS_ON_A_PAGE, _COLUMNS = 6, 3
_GAP, _TITLE = 5.0, 8.6
_BORDER = Symbol(line="#4d4d4d", line_mm=0.15)
_LABEL = Font(6.6)


def mapped_figures(
    whole: Iterable[FigureRow], by_unit: Mapping[str, Sequence[FigureRow]], codes: Iterable[str]
) -> tuple[FigureRow, ...]:
    """The figures of the city that at least one unit has a value of: others make no map."""
    known = {
        (row.indicator, row.state)
        for code in codes
        for row in by_unit.get(code, ())
        if row.value is not None
    }
    return tuple(row for row in whole if (row.indicator, row.state) in known)


def rows_of(
    row: FigureRow, by_unit: Mapping[str, Sequence[FigureRow]], codes: Iterable[str]
) -> dict[str, FigureRow]:
    """The figures of units by their codes, of the indicator and state of ``row``."""
    found = {}
    for code in codes:
        for one in by_unit.get(code, ()):
            if (one.indicator, one.state) == (row.indicator, row.state):
                found[code] = one
    return found


def draw_figure_maps(
    furniture: Furniture,
    city: CityGround,
    shown: Sequence[FigureRow],
    by_unit: Mapping[str, Sequence[FigureRow]],
    left_out: Sequence[FigureRow],
    title: str,
    label: str,
    lang: str,
) -> Sheet:
    """A map for each figure, all at one scale and in one set of colours; ``left_out`` are figures
    that no unit has."""
    roles = ("units", "land_use", "zoning", "plans", "statistics")
    sheet = start_page(furniture, title, "", label, roles, lang)
    of_maps = [_classes(city, row, by_unit, lang) for row in shown]
    foot = _foot(of_maps, left_out, lang)
    room = Rect(BODY.x, BODY.y + foot.height + 3, BODY.width, BODY.height - foot.height - 3)
    land = [_of_land(row, by_unit, city.units["code"]) for row in shown]
    heads = [
        _head(row, is_land, _width(_COLUMNS), lang)
        for row, is_land in zip(shown, land, strict=True)
    ]
    high = max(head.height for head in heads) + 1.0
    columns, rows = _best_grid(len(shown), room, high, city_bounds(city))
    width, each = _width(columns), (room.height - _GAP * (rows - 1)) / rows
    for number, (row, classes) in enumerate(zip(shown, of_maps, strict=True)):
        down, across = divmod(number, columns)
        x, top = room.x + across * (width + _GAP), room.top - down * (each + _GAP)
        sheet.put(_head(row, land[number], width, lang), x, top)
        layout = layout_for(Rect(x, top - each, width, each - high), city_bounds(city))
        texts = _texts(city, row, by_unit, lang)
        placed = place_texts(layout, Taken(), texts, _LABEL)
        draw_small(sheet, layout, within(classes, layout), Labels(tuple(placed)))
    bar = scale_bar(layout.scale, 58.0, SIZE, lang)
    arrow = true_north(furniture.crs, layout, SIZE * 0.8, lang)
    sheet.put(beside([bar, arrow], 4), BODY.right - bar.width - arrow.width - 4,
              BODY.y + foot.height)  # fmt: skip
    sheet.put(foot, BODY.x, BODY.y + foot.height)
    return sheet


def _width(columns: int) -> float:
    return (BODY.width - _GAP * (columns - 1)) / columns


def _best_grid(
    count: int, room: Rect, head: float, bounds: tuple[float, float, float, float]
) -> tuple[int, int]:
    """Columns and rows that hold the maps at the largest scale."""
    choices = []
    for columns in range(1, min(count, _COLUMNS) + 1):
        rows = -(-count // columns)
        each = (room.height - _GAP * (rows - 1)) / rows - head
        if each > 20:
            frame = Rect(0, 0, _width(columns), each)
            scale = scale_for(bounds[2] - bounds[0], bounds[3] - bounds[1], frame)
            choices.append((scale, columns * rows, columns, rows))
    return min(choices)[2:] if choices else (_COLUMNS, -(-count // _COLUMNS))


def _head(row: FigureRow, land: bool, width: float, lang: str) -> Block:
    """What a map is of: the indicator, what the numbers on it are, value and target of the city."""
    numbers = (
        say("map.table.gap", lang)
        if land
        else say("map.table.value", lang, unit=unit_words(row.unit, lang))
    )
    parts = [say("atlas.matrix.city_value", lang, value=value_words(row, lang))]
    if row.targets:
        parts.append(say("atlas.matrix.city_target", lang,
                         target=target_words(row.targets[0], row, lang)))  # fmt: skip
    parts.append(say(f"verdict.{row.verdict}", lang))
    on_map = say("atlas.matrix.on_map", lang, what=numbers)
    return stack(
        [
            clipped(figure_words(row, lang), Font(_TITLE, bold=True), width, 3),
            clipped(" · ".join(parts), Font(SIZE), width, 2),
            clipped(on_map, Font(NOTE, color="#444444"), width, 1),
        ],
        0.3,
    )


def _gap(row: FigureRow) -> float | None:
    return row.targets[0].gap_ha if row.targets else None


def _of_land(
    row: FigureRow, by_unit: Mapping[str, Sequence[FigureRow]], codes: Iterable[str]
) -> bool:
    """Whether units are short of hectares or have some to spare, rather than of anything else."""
    return any(_gap(one) is not None for one in rows_of(row, by_unit, codes).values())


def table_row(row: FigureRow) -> dict[str, Any]:
    """A figure in the names of ``indicators.csv``, by which the sheets choose a colour."""
    due = row.targets[0] if row.targets else None
    return {
        "value": row.value,
        "low": row.low,
        "high": row.high,
        "target": due.value if due else None,
        "target_sense": due.sense if due else None,
        "verdict": row.verdict,
        "completeness": row.completeness,
    }


def _classes(
    city: CityGround, row: FigureRow, by_unit: Mapping[str, Sequence[FigureRow]], lang: str
) -> list[MapClass]:
    """Units by their step on the scale of the sheets, hatched where the figure is not sure."""
    units = city.units.assign(geometry=list(city.shapes))
    rows = {code: table_row(one) for code, one in rows_of(row, by_unit, units["code"]).items()}
    heading = say("map.legend.borders", lang)
    borders = (
        ("unit_border", _BORDER, shapely.boundary(city.shapes), 0.0, "atlas.class.unit_border"),
        ("city_border", CITY_BORDER, outer_rings(city.shapes), 0.3, "map.class.city_border"),
    )
    lines = [
        MapClass(key, say(words, lang), symbol, np.asarray(drawn, dtype=object),
                 BORDER + up, heading=heading)
        for key, symbol, drawn, up, words in borders
    ]  # fmt: skip
    nothing = units.iloc[:0]
    return [
        *value_classes(units, rows, lang),
        *ground_classes(nothing, units, rows, lang),
        *lines,
    ]


def _texts(
    city: CityGround, row: FigureRow, by_unit: Mapping[str, Sequence[FigureRow]], lang: str
) -> list[tuple[tuple[tuple[str, ...], ...], Any]]:
    """What is printed on each unit: hectares short or over, or the value where it is no land; with
    the unit's name where that finds room."""
    found = rows_of(row, by_unit, city.units["code"])
    land = _of_land(row, by_unit, city.units["code"])
    texts = []
    units = zip(city.units["code"], city.units["kind"], city.shapes, strict=True)
    for code, kind, shape in units:
        one = found.get(code)
        if one is None or one.value is None:
            continue
        gap = _gap(one)
        if land and gap is None:
            continue
        text = shown_words(one, lang) if gap is None else signed_gap(gap, lang)
        name = unit_label(city.names[code], kind)
        texts.append((((name, text), (text,)), shape))
    return texts


def _foot(
    of_maps: Sequence[Sequence[MapClass]], left_out: Sequence[FigureRow], lang: str
) -> Block:  # fmt: skip
    """One legend for all maps, and notes."""
    order = {key: place for place, key in enumerate(value_keys())}
    entries = {one.key: one for classes in of_maps for one in classes if len(one.shapes)}
    listed = sorted(entries.values(), key=lambda one: (order.get(one.key, len(order)), one.level))
    width = BODY.width - 90.0
    notes = [say("atlas.matrix.map_note", lang)]
    if left_out:
        names = "; ".join(figure_words(row, lang) for row in left_out)
        notes.append(say("atlas.matrix.no_map", lang, names=names))
    words = [paragraph(text, Font(NOTE), BODY.width) for text in notes]
    return stack([legend(listed, width, SIZE, 4, lang), *words], 0.8)
