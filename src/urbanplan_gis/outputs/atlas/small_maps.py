"""The two small maps of a unit's page, plans and findings, each with the list of what is on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import shapely

from urbanplan_gis.outputs.atlas.ground import FindingRow, PlanRow, UnitGround
from urbanplan_gis.outputs.atlas.maps import (
    TICKS_MM,
    Labels,
    draw_map,
    layout_for,
    place_names,
    place_numbers,
    within,
)
from urbanplan_gis.outputs.atlas.paper import HEAD, NOTE, SIZE, TABLE, Sheet
from urbanplan_gis.outputs.atlas.row_words import (
    approved_words,
    finding_words,
    plan_words,
    standing_words,
)
from urbanplan_gis.outputs.atlas.table import Column, Line, more_of, section, table
from urbanplan_gis.outputs.atlas.unit_maps import finding_classes, plan_classes
from urbanplan_gis.outputs.atlas.words import clipped, hectares, printable
from urbanplan_gis.outputs.sheets.boxes import Block, Font, columns, paragraph, stack
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.labels import Taken
from urbanplan_gis.outputs.sheets.page import Layout, Rect
from urbanplan_gis.outputs.sheets.parts import legend_blocks
from urbanplan_gis.outputs.sheets.theme import MapClass
from urbanplan_gis.text import say

#: heights of a map: the largest at which the list below it is whole, else the one given apart
_MAP_MM, _LONG_LIST_MM = (60.0, 56.0, 52.0, 48.0, 44.0, 38.0), 44.0
_NUMBERED = 8
#: dark enough to be read over the hatch of plans not in force
_NAME = Font(6.2, color="#404040")
#: classes that the legend of the main map explains
_OF_MAIN_MAP = ("context", "unit_border", "this_unit")


@dataclass(frozen=True)
class _Content:
    """What one small map shows: its classes at a scale, the ground numbered, the list of a
    height with the number of rows it found room for, the colour of its numbers, and a note."""

    title: str
    classes: Callable[[Layout], Sequence[MapClass]]
    numbered: Any
    listed: Callable[[float], tuple[Block, int]]
    color: str
    note: str = ""


def draw_plans_map(
    sheet: Sheet, room: Rect, ground: UnitGround, of_urban_land: bool, lang: str
) -> None:
    """Plans, numbered as in the list below them; whether the figure of coverage beside the map is
    about urban land alone is said."""
    content = _Content(
        title=say("atlas.map.plans", lang),
        classes=lambda layout: plan_classes(ground, lang),
        numbered=shapely.intersection(ground.plans.ground, ground.outline),
        listed=lambda height: plans_table(ground.plans.rows, room.width, height, lang),
        color="#0b3d2e",
        note=say("atlas.plan.of_urban_land", lang) if of_urban_land else "",
    )
    _draw(sheet, room, ground, content, lang)


def draw_findings_map(sheet: Sheet, room: Rect, ground: UnitGround, lang: str) -> None:
    """Findings, the largest numbered as in the list below them."""
    content = _Content(
        title=say("atlas.map.findings", lang),
        classes=lambda layout: finding_classes(ground, layout, lang),
        numbered=ground.findings.ground,
        listed=lambda height: findings_table(ground.findings.rows, room.width, height, lang),
        color="#1a1a1a",
    )
    _draw(sheet, room, ground, content, lang)


def _draw(sheet: Sheet, room: Rect, ground: UnitGround, content: _Content, lang: str) -> None:
    head = section(content.title, room.width, HEAD)
    sheet.put(head, room.x, room.top)
    wanted = min(len(content.numbered), _NUMBERED)
    for high in (*_MAP_MM, _LONG_LIST_MM):
        frame = Rect(
            room.x + TICKS_MM,
            room.top - head.height - 0.8 - TICKS_MM - high,
            room.width - 2 * TICKS_MM,
            high,
        )
        layout = layout_for(frame, ground.outline.bounds)
        shown = within(content.classes(layout), layout)
        key = _key(layout, room.width, shown, content.note, lang)
        top = frame.y - TICKS_MM - 0.6
        block, count = content.listed(top - key.height - 1 - room.y)
        if count == wanted:
            break
    sheet.put(stack([key, block], 1), room.x, top)
    taken = Taken()
    numbers = Font(7.0, bold=True, color=content.color)
    placed = place_numbers(layout, taken, content.numbered[:count], numbers)
    placed += place_names(layout, taken, list(ground.others), _NAME)
    draw_map(sheet, layout, shown, Labels(tuple(placed)), lang)


def _key(layout: Layout, width: float, classes: Sequence[MapClass], note: str, lang: str) -> Block:
    """Legend, scale and note of a small map."""
    gap = 2.0
    listed = [one for one in classes if one.key not in _OF_MAIN_MAP]
    blocks = legend_blocks(listed, (width - gap) / 2, NOTE)
    scale = say("map.scale", lang, n=reader_number(layout.scale, 0))
    said = f"{say('atlas.map.scale_same_signs', lang, scale=scale)} {note}".strip()
    words = paragraph(said, Font(NOTE), width)
    return stack([columns(blocks, 2, width, gap), words], 0.6)


def plans_table(
    rows: Sequence[PlanRow], width: float, height: float, lang: str
) -> tuple[Block, int]:
    """Plans of a unit with dates and standing: as many as fit, and how many those are."""
    if not rows:
        return paragraph(say("atlas.none.plans", lang), Font(SIZE), width), 0
    heads = (
        Column(say("atlas.finding.number", lang), 0.08),
        Column(say("atlas.plan.name", lang), 0.41),
        Column(say("atlas.plan.approved", lang), 0.175),
        Column(say("atlas.plan.standing", lang), 0.19),
        Column(say("atlas.plan.area", lang), 0.165, "right"),
    )
    lines = [
        Line(
            (
                str(number),
                plan_words(row),
                approved_words(row, lang),
                standing_words(row, lang),
                hectares(row.area_ha, lang),
            )
        )
        for number, row in enumerate(rows, start=1)
    ]
    return table(heads, lines, width, TABLE, height, more_of("plans", lang))


def findings_table(
    rows: Sequence[FindingRow], width: float, height: float, lang: str
) -> tuple[Block, int]:
    """The largest findings, numbered as on the map, and how many more there are and where."""
    if not rows:
        return paragraph(say("atlas.none.findings", lang), Font(SIZE), width), 0
    heads = (
        Column(say("atlas.finding.number", lang), 0.08),
        Column(say("atlas.finding.what", lang), 0.42),
        Column(say("atlas.finding.ids", lang), 0.33),
        Column(say("atlas.finding.area", lang), 0.18, "right"),
    )
    lines = [
        Line((str(number), finding_words(row, lang), printable(row.feature_ids.replace(";", "; ")),
              hectares(row.area_ha, lang) if row.area_ha else "–"))
        for number, row in enumerate(rows[:_NUMBERED], start=1)
    ]  # fmt: skip
    note = Font(NOTE)
    # the rest counts from the rows shown, not from those that could have been numbered
    beyond = len(rows) > len(lines)
    block, shown = table(heads, lines, width, TABLE, height - (note.line_mm * 2 + 1) * beyond)
    if shown < len(lines) and not beyond:
        block, shown = table(heads, lines, width, TABLE, height - note.line_mm * 2 - 1)
    rest = rows[shown:]
    if rest:
        area = hectares(sum(row.area_ha for row in rest), lang)
        more = say("atlas.more.findings", lang, count=len(rest), ha=area)
        block = stack([block, clipped(more, note, width, 2)], 0.4)
    return block, shown
