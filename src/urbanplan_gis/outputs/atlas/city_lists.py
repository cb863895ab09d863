"""Overview pages of lists: plans and their dates, findings by code and size, method and sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely

from urbanplan_gis.model.data import Severity
from urbanplan_gis.outputs.atlas.facts import FigureRow, definition_name
from urbanplan_gis.outputs.atlas.front import city_bounds, city_classes
from urbanplan_gis.outputs.atlas.ground import PlanRow, Shapes
from urbanplan_gis.outputs.atlas.maps import (
    TICKS_MM,
    Labels,
    draw_map,
    fitted,
    layout_for,
    place_names,
    place_numbers,
    within,
)
from urbanplan_gis.outputs.atlas.paper import BODY, SIZE, Furniture, Sheet, start_page
from urbanplan_gis.outputs.atlas.table import Column, Line, more_of, section, table
from urbanplan_gis.outputs.atlas.unit_maps import (
    SEVERITY_COLOURS,
    plan_line_classes,
    severity_classes,
)
from urbanplan_gis.outputs.atlas.unit_page import finding_name, layer_name, standing_words
from urbanplan_gis.outputs.atlas.words import hectares, printable
from urbanplan_gis.outputs.sheets.boxes import Block, Font, Mark, Word, paragraph, stack
from urbanplan_gis.outputs.sheets.facts import shortened
from urbanplan_gis.outputs.sheets.grid import crs_words
from urbanplan_gis.outputs.sheets.labels import Taken
from urbanplan_gis.outputs.sheets.page import Rect
from urbanplan_gis.outputs.sheets.parts import legend, north_arrow, scale_bar
from urbanplan_gis.outputs.sheets.symbols import RED, Symbol
from urbanplan_gis.text import date, keys, say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.atlas.ground import CityGround
    from urbanplan_gis.outputs.sheets.labels import Placed
    from urbanplan_gis.outputs.sheets.page import Layout

_MAP_MM = 184.0
_GAP = 6.0
_IN_FORCE, _LAPSED = (
    Symbol(fill="#0b5345"),
    Symbol(fill="#b48ab4", hatch="////", hatch_color="#6e2c6e"),
)
_NOTES = ("faces", "verdict", "interval", "gap", "plans", "files")


@dataclass(frozen=True)
class CodeRow:
    """All findings of one code and layer."""

    code: str
    severity: str
    layer: str
    count: int
    total_ha: float
    largest_ha: float


def draw_plans(
    furniture: Furniture, city: CityGround, plans: Shapes, title: str, label: str, lang: str
) -> Sheet:
    """All plans on the map of the city, with their dates and the time each is in force."""
    sheet = start_page(furniture, title, "", label, ("units", "plans"), lang)
    room = Rect(BODY.x, BODY.y, _MAP_MM, BODY.height)
    classes = (*plan_line_classes(plans, lang), *city_classes(city, lang, plain=True))

    x = room.right + _GAP
    width = BODY.right - x
    if not plans.rows:
        sheet.put(paragraph(say("atlas.none.city_plans", lang), Font(9), width), x, BODY.top - 2)
        _city_map(sheet, room, city, classes, lambda layout, taken: [], lang)
        return sheet
    chart = width * 0.24
    years = _years(plans.rows, furniture.as_of)
    columns = (
        Column(say("atlas.finding.number", lang), 0.05),
        Column(say("atlas.plan.name", lang), 0.27),
        Column(say("table.column.kind", lang), 0.13),
        Column(say("table.column.decision", lang), 0.10),
        Column(say("atlas.plan.approved", lang), 0.10),
        Column(say("atlas.plan.standing", lang), 0.14),
        Column(say("atlas.plan.whole_area", lang), 0.10, "right"),
        Column(say("atlas.plan.chart", lang), 0.30),
    )
    starts = {row.plan_id: row.approved for row in plans.rows}
    lines = [Line(("", "", "", "", "", "", "", _axis(years, chart)))]
    lines += [
        Line(
            (
                str(number),
                printable(row.plan_id if row.name in ("", row.plan_id)
                          else f"{row.plan_id} {row.name}"),
                _kind(row.kind, lang),
                printable(row.decision) or "–",
                date(row.approved, lang) if row.approved else say("map.block.undated", lang),
                standing_words(row, lang),
                hectares(row.area_ha, lang),
                _span(row, starts, years, furniture.as_of, chart),
            )
        )
        for number, row in enumerate(plans.rows, start=1)
    ]  # fmt: skip
    note = paragraph(say("atlas.plan.chart_note", lang, date=furniture.as_of), Font(5.6), width)
    more = more_of("plans", lang)
    block, shown = table(columns, lines, width, 7.0, BODY.height - note.height - 6, more)
    sheet.put(stack([block, note], 1.5), x, BODY.top - 1)
    listed = plans.ground[: max(shown - 1, 0)]  # the first row is the axis of the chart

    def labels(layout: Layout, taken: Taken) -> list[Placed]:
        return place_numbers(layout, taken, listed, Font(6.4, bold=True, color="#0b3d2e"))

    _city_map(sheet, room, city, classes, labels, lang)
    return sheet


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
        (n for n in (1, 2, 5, 10, 20, 50, 100) if width / max((last - first) / n, 1) > 9), 200
    )
    font = Font(5.0)
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
    room = Rect(BODY.x, BODY.y, _MAP_MM, BODY.height)
    layout = _frame_of(room, city)
    classes = (
        *severity_classes(placed.rows, placed.ground, layout, lang),
        *city_classes(city, lang, plain=True),
    )
    names = list(zip(city.names.values(), city.units["kind"], city.shapes, strict=True))

    def labels(layout: Layout, taken: Taken) -> list[Placed]:
        return place_names(layout, taken, names, Font(5.0, color="#444444"))

    _city_map(sheet, room, city, classes, labels, lang)
    x = room.right + _GAP
    width = BODY.right - x
    if not rows:
        none = paragraph(say("atlas.none.city_findings", lang), Font(9), width)
        sheet.put(none, x, BODY.top - 2)
        return sheet
    most = max(row.count for row in rows)
    columns = (
        Column(say("atlas.finding.what", lang), 0.38),
        Column(say("table.column.severity", lang), 0.10),
        Column(say("atlas.finding.count", lang), 0.08, "right"),
        Column("", 0.18),
        Column(say("atlas.finding.total", lang), 0.13, "right"),
        Column(say("atlas.finding.largest", lang), 0.13, "right"),
    )
    lines = [
        Line(
            (
                say("atlas.finding.in_layer", lang, name=finding_name(row.code, lang),
                    layer=layer_name(row.layer, lang)),
                say(f"severity.{row.severity}", lang),
                str(row.count),
                _count_bar(row, most, width * 0.16),
                hectares(row.total_ha, lang) if row.total_ha else "–",
                hectares(row.largest_ha, lang) if row.largest_ha else "–",
            )
        )
        for row in rows
    ]  # fmt: skip
    texts = [say("atlas.finding.many", lang)]
    if unplaced:
        texts.append(say("atlas.finding.unplaced", lang, count=unplaced))
    notes = stack([paragraph(text, Font(5.8), width) for text in texts], 0.5)
    more = more_of("codes", lang)
    block, _ = table(columns, lines, width, 7.0, BODY.height - notes.height - 6, more)
    sheet.put(stack([block, notes], 1.5), x, BODY.top - 1)
    return sheet


def _count_bar(row: CodeRow, most: int, width: float) -> Block:
    long = max(width * row.count / most, 0.3)
    mark = Mark(
        shapely.box(0, 0.6, long, 2.2), Symbol(fill=SEVERITY_COLOURS[Severity(row.severity)])
    )
    return Block(width, 2.4, (mark,))


def draw_method(
    furniture: Furniture, figures: Sequence[FigureRow], title: str, label: str, lang: str
) -> Sheet:
    """How the numbers came about, and what each layer comes from."""
    sheet = start_page(furniture, title, "", label, tuple(furniture.sources), lang)
    width = (BODY.width - _GAP) / 2
    columns = (
        Column(say("table.column.indicator", lang), 0.34),
        Column(say("atlas.method.definition", lang), 0.42),
        Column(say("atlas.method.basis", lang), 0.24),
    )
    lines = [
        Line(
            (
                f"{printable(row.name.say(lang))} – {say(f'state.{row.state}', lang)}",
                f"{printable(definition_name(row).say(lang))} ({row.definition})",
                say(f"basis.{row.basis}", lang),
            )
        )
        for row in figures
    ]
    head = section(say("atlas.method.figures", lang), width, SIZE + 1)
    more = more_of("definitions", lang)
    if lines:
        block, _ = table(columns, lines, width, 7.4, BODY.height - head.height - 4, more)
    else:
        block = paragraph(say("atlas.none.figures", lang), Font(SIZE), width)
    sheet.put(stack([head, block], 1.2), BODY.x, BODY.top - 1)
    x = BODY.x + width + _GAP
    notes = [
        paragraph(
            say(f"atlas.method.{key}", lang, crs=crs_words(furniture.crs, lang)), Font(8.4), width
        )
        for key in _NOTES
    ]
    reading = stack([section(say("atlas.method.reading", lang), width, SIZE + 1), *notes], 1.6)
    sheet.put(reading, x, BODY.top - 1)
    sources = stack(
        [section(say("atlas.method.sources", lang), width, SIZE + 1),
         _sources(furniture, width, BODY.height - reading.height - 16, lang)], 1.2,
    )  # fmt: skip
    sheet.put(sources, x, BODY.top - 1 - reading.height - 6)
    return sheet


def _sources(furniture: Furniture, width: float, height: float, lang: str) -> Block:
    columns = (
        Column(say("atlas.method.role", lang), 0.3),
        Column(say("atlas.method.source", lang), 0.7),
    )
    lines = []
    for role, by_lang in furniture.sources.items():
        listed = shortened(list(by_lang[lang]), lang)
        said = "; ".join(line.removeprefix("– ") for line in listed)
        lines.append(Line((layer_name(role, lang), printable(said) or "–")))
    more = more_of("sources", lang)
    return table(columns, lines, width, 7.2, height, more)[0]


def _frame_of(room: Rect, city: CityGround) -> Layout:
    frame = Rect(room.x + TICKS_MM, room.y + 62, room.width - 2 * TICKS_MM, room.height - 68)
    return layout_for(fitted(frame, city_bounds(city), 100), city_bounds(city))


def _city_map(sheet: Sheet, room: Rect, city, classes, labels, lang: str) -> None:
    """A map of the city in the upper part of a room, its key and scale below."""
    layout = _frame_of(room, city)
    shown = within(classes, layout)
    draw_map(sheet, layout, shown, Labels(tuple(labels(layout, Taken()))), lang)
    top = layout.frame.y - TICKS_MM - 1
    sheet.put(legend(shown, room.width * 0.64, SIZE, 2, lang), room.x, top)
    bar = scale_bar(layout.scale, room.width * 0.3, SIZE, lang)
    arrow = north_arrow(SIZE * 1.9, SIZE, lang)
    sheet.put(stack([bar, arrow], 2), room.x + room.width * 0.68, top)
