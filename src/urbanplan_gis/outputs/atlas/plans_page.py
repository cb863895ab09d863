"""The overview page of plans: where they lie, when they are in force, what they leave uncovered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import shapely

from urbanplan_gis.outputs.atlas.bars import bullet_block
from urbanplan_gis.outputs.atlas.city_map import LIST_ROOM, draw_city_map
from urbanplan_gis.outputs.atlas.facts import FigureRow
from urbanplan_gis.outputs.atlas.figures import bullet_of
from urbanplan_gis.outputs.atlas.front import city_classes
from urbanplan_gis.outputs.atlas.ground import PlanRow, Shapes
from urbanplan_gis.outputs.atlas.maps import place_numbers
from urbanplan_gis.outputs.atlas.paper import (
    HEAD,
    NOTE,
    SIZE,
    SIZES,
    Furniture,
    Sheet,
    start_page,
)
from urbanplan_gis.outputs.atlas.row_words import approved_words, plan_words, standing_words
from urbanplan_gis.outputs.atlas.table import Column, Line, largest_table, more_of, section
from urbanplan_gis.outputs.atlas.unit_maps import plan_line_classes
from urbanplan_gis.outputs.atlas.words import hectares, printable, shown_words, unit_words
from urbanplan_gis.outputs.sheets.boxes import Block, Font, Mark, Word, paragraph, stack
from urbanplan_gis.outputs.sheets.choropleth import signed_gap
from urbanplan_gis.outputs.sheets.labels import Taken
from urbanplan_gis.outputs.sheets.symbols import RED, Symbol
from urbanplan_gis.text import Name, Text, keys, say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.atlas.ground import CityGround
    from urbanplan_gis.outputs.sheets.labels import Placed
    from urbanplan_gis.outputs.sheets.page import Layout

_IN_FORCE, _LAPSED = (
    Symbol(fill="#0b5345"),
    Symbol(fill="#b48ab4", hatch="////", hatch_color="#6e2c6e"),
)
#: between the list of plans and the bars of units, and the least room (mm) these are drawn in
_APART, _LEAST_MM, _BAR_MM = 6.0, 40.0, 2.6


def draw_plans(
    furniture: Furniture,
    city: CityGround,
    plans: Shapes,
    covered: Sequence[tuple[Text | Name, FigureRow]],
    title: str,
    label: str,
    lang: str,
) -> Sheet:
    """All plans on the map of the city, with their dates and the time each is in force; below
    them ``covered``, how much of the city and of each unit zoning plans cover."""
    sheet = start_page(furniture, title, "", label, ("units", "plans"), lang)
    classes = (*plan_line_classes(plans, lang), *city_classes(city, lang, plain=True))
    x, width = LIST_ROOM.x, LIST_ROOM.width
    if not plans.rows:
        sheet.put(paragraph(say("atlas.none.city_plans", lang), Font(9), width), x, LIST_ROOM.top)
        draw_city_map(sheet, city, furniture.crs, classes, lambda layout, taken: [], lang)
        return sheet
    chart = width * 0.13
    years = _years(plans.rows, furniture.as_of)
    columns = (
        Column(say("atlas.finding.number", lang), 0.05),
        Column(say("atlas.plan.name", lang), 0.25),
        Column(say("table.column.kind", lang), 0.11),
        Column(say("table.column.decision", lang), 0.11),
        Column(say("atlas.plan.approved", lang), 0.11),
        Column(say("atlas.plan.standing", lang), 0.12),
        Column(say("atlas.plan.whole_area", lang), 0.11, "right"),
        Column(say("atlas.plan.chart", lang), 0.14),
    )
    starts = {row.plan_id: row.approved for row in plans.rows}
    lines = [Line(("", "", "", "", "", "", "", _axis(years, chart)))]
    lines += [
        Line(
            (
                str(number),
                plan_words(row),
                _kind(row.kind, lang),
                printable(row.decision) or "–",
                approved_words(row, lang),
                standing_words(row, lang),
                hectares(row.area_ha, lang),
                _span(row, starts, years, furniture.as_of, chart),
            )
        )
        for number, row in enumerate(plans.rows, start=1)
    ]  # fmt: skip
    note = paragraph(say("atlas.plan.chart_note", lang, date=furniture.as_of), Font(SIZE), width)
    height = LIST_ROOM.height - note.height - 1.5
    block, shown = largest_table(
        columns, lines, width, height, SIZES, more_of("plans", lang), cell_lines=3
    )
    listing = stack([block, note], 1.5)
    sheet.put(listing, x, LIST_ROOM.top)
    left = LIST_ROOM.height - listing.height - _APART
    if covered and left > _LEAST_MM:
        coverage = _coverage(covered, width, left, lang)
        sheet.put(coverage, x, LIST_ROOM.top - listing.height - _APART)
    listed = plans.ground[: max(shown - 1, 0)]  # the first row is the axis of the chart

    def labels(layout: Layout, taken: Taken) -> list[Placed]:
        return place_numbers(layout, taken, listed, Font(8.0, bold=True, color="#0b3d2e"))

    draw_city_map(sheet, city, furniture.crs, classes, labels, lang)
    return sheet


def _coverage(
    covered: Sequence[tuple[Text | Name, FigureRow]], width: float, height: float, lang: str
) -> Block:
    """How much of each unit zoning plans cover, as bars, with the hectares that are missing."""
    head = section(say("atlas.plan.coverage", lang), width, HEAD)
    unit = unit_words(covered[0][1].unit, lang)
    columns = (
        Column(say("map.table.unit", lang), 0.30),
        Column("", 0.42),
        Column(say("map.table.value", lang, unit=unit), 0.14, "right"),
        Column(say("map.table.gap", lang), 0.14, "right"),
    )
    bar = width * 0.40
    lines = [
        Line(
            (
                printable(name.say(lang)),
                bullet_block(bullet_of(row), bar, _BAR_MM),
                shown_words(row, lang),
                _missing(row, lang),
            ),
            bold=not number,
        )
        for number, (name, row) in enumerate(covered)
    ]
    said = any(row.leaves_ground_out for _, row in covered)
    notes = [paragraph(say("atlas.plan.of_urban_land", lang), Font(SIZE), width)] if said else []
    room = height - head.height - sum(note.height + 1 for note in notes) - 1
    more = more_of("unit_figures", lang)
    return stack([head, largest_table(columns, lines, width, room, SIZES, more)[0], *notes], 1)


def _missing(row: FigureRow, lang: str) -> str:
    gap = row.targets[0].gap_ha if row.targets else None
    return "–" if gap is None or row.value is None else signed_gap(gap, lang)


def _kind(kind: str, lang: str) -> str:
    key = f"plan_kind.{kind}"
    return say(key, lang) if key in keys() else printable(kind) or "–"


def _years(rows: Sequence[PlanRow], as_of: dt.date) -> tuple[int, int]:
    """First and last year of the chart."""
    known = [row.approved.year for row in rows if row.approved]
    known += [row.revoked.year for row in rows if row.revoked]
    return min([*known, as_of.year - 1]), max([*known, as_of.year]) + 1


def _axis(years: tuple[int, int], width: float) -> Block:
    """Years over the chart, as many as find room."""
    first, last = years
    step = next(
        (n for n in (1, 2, 5, 10, 20, 50, 100) if width / max((last - first) / n, 1) > 7), 200
    )
    font = Font(NOTE)
    marks = []
    for year in range(-(-first // step) * step, last + 1, step):
        at = width * (year - first) / (last - first)
        if 3 <= at <= width - 3:
            marks.append(Word(at, font.baseline_mm, str(year), font, "center"))
    return Block(width, font.line_mm, tuple(marks))


def _span(
    row: PlanRow,
    starts: Mapping[str, dt.date | None],
    years: tuple[int, int],
    as_of: dt.date,
    width: float,
) -> Block:
    """From approval to revocation or replacement; an unknown beginning is open to the left."""
    first, last = years

    def at(day: dt.date) -> float:
        part = (day.year + (day.timetuple().tm_yday - 1) / 365.25 - first) / (last - first)
        return width * min(max(part, 0.0), 1.0)

    begin = at(row.approved) if row.approved else 0.0
    ends = [day for day in (row.revoked, starts.get(row.replaced_by)) if day]
    end = at(min(ends)) if ends else width
    symbol = _IN_FORCE if row.in_force else _LAPSED
    marks = [Mark(shapely.box(0, 1.35, width, 1.5), Symbol(fill="#d8d8d8"))]
    if end > begin:
        marks.append(Mark(shapely.box(begin, 0.7, end, 2.2), symbol))
    now = at(as_of)
    marks.append(Mark(shapely.box(now - 0.15, 0.0, now + 0.15, 2.9), Symbol(fill=RED)))
    return Block(width, 3.0, tuple(marks))
