"""One page per unit: its land, plans and findings on maps, its figures against the targets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import shapely

from urbanplan_gis.outputs.atlas.balance import balance_lines, balance_table
from urbanplan_gis.outputs.atlas.facts import Balance, FigureRow, Population
from urbanplan_gis.outputs.atlas.figures import figures_block
from urbanplan_gis.outputs.atlas.ground import FindingRow, PlanRow, UnitGround
from urbanplan_gis.outputs.atlas.maps import (
    TICKS_MM,
    Labels,
    draw_map,
    layout_for,
    place_class_codes,
    place_names,
    place_numbers,
    within,
)
from urbanplan_gis.outputs.atlas.paper import BODY, SIZE, Furniture, Sheet, start_page
from urbanplan_gis.outputs.atlas.table import Column, Line, more_of, section, table
from urbanplan_gis.outputs.atlas.unit_maps import (
    finding_classes,
    land_classes,
    land_theme,
    plan_classes,
)
from urbanplan_gis.outputs.atlas.words import clipped, hectares, printable
from urbanplan_gis.outputs.sheets.boxes import Block, Font, beside, paragraph, stack, text_width
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.grid import convergence_words
from urbanplan_gis.outputs.sheets.labels import Taken
from urbanplan_gis.outputs.sheets.page import Layout, Rect
from urbanplan_gis.outputs.sheets.parts import legend, north_arrow, scale_bar, small_print
from urbanplan_gis.outputs.sheets.theme import MapClass, Theme
from urbanplan_gis.text import Text, date, keys, say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.sheets.data import SheetData

_GAP = 4.0
_LAND_MM, _SMALL_MM = 176.0, 96.0
_TITLE_MM = 5.2
#: the main map is never lower than this, whatever its legend needs
_LEAST_MAP_MM = 118.0
_SMALL_MAP_MM = 60.0
_LEGEND_SIZES = ((6.0, 3), (5.6, 3), (5.2, 3), (5.0, 4))
_INSTRUMENTS_MM = 56.0
_NUMBERED = 8
#: longest code that the legend prints in a column of its own
_SHORT_CODE = 4
_FIGURE_SIZES = (7.0, 6.6, 6.2, 5.8, 5.4)
#: largest classes listed before the rest is summed up
_CLASSES = 10
_NAME, _SMALL_NAME = Font(5.8, color="#555555"), Font(5.0, color="#666666")


@dataclass(frozen=True)
class UnitFacts:
    """What the page of one unit says."""

    code: str
    name: str
    kind: str
    slated: bool
    number: int
    figures: tuple[FigureRow, ...]
    balance: Balance | None
    population: Population | None
    area_ha: float


def draw_unit(
    facts: UnitFacts, ground: UnitGround, data: SheetData, furniture: Furniture, lang: str
) -> Sheet:
    """The page of one unit."""
    roles = ("units", ground.label, "plans", "statistics")
    sheet = start_page(
        furniture, facts.name, _subtitle(facts, lang), str(facts.number), roles, lang
    )  # fmt: skip
    _land_column(sheet, Rect(BODY.x, BODY.y, _LAND_MM, BODY.height), ground, data, lang)
    x, half = BODY.x + _LAND_MM + _GAP, (BODY.height - _GAP) / 2
    _plans_box(sheet, Rect(x, BODY.y + half + _GAP, _SMALL_MM, half), ground, lang)
    _findings_box(sheet, Rect(x, BODY.y, _SMALL_MM, half), ground, lang)
    x += _SMALL_MM + _GAP
    _figures_column(sheet, Rect(x, BODY.y, BODY.right - x, BODY.height), facts, ground, lang)
    return sheet


def _subtitle(facts: UnitFacts, lang: str) -> str:
    kind = say(f"map.unit.{facts.kind}", lang) if facts.kind in ("ward", "commune") else facts.kind
    slated = say("atlas.unit.slated", lang) if facts.slated else ""
    code = say("atlas.unit.code", lang, code=facts.code)
    return " · ".join(part for part in (kind, code, slated) if part)


def _land_column(
    sheet: Sheet, room: Rect, ground: UnitGround, data: SheetData, lang: str
) -> None:  # fmt: skip
    """The main map with its title above, and scale, north and legend below."""
    theme = land_theme(ground, data)
    title = say(f"atlas.map.{ground.label or 'none'}", lang)
    sheet.put(section(title, room.width, SIZE + 0.8), room.x, room.top)
    classes = land_classes(ground, theme, lang)
    notes = _notes(ground, theme, classes, lang)
    below = room.height - _TITLE_MM - _LEAST_MAP_MM - 2 * TICKS_MM - 2
    side = room.width - _INSTRUMENTS_MM - _GAP
    # what shows hangs on the frame, whose height hangs on the legend of what shows: the window of
    # the lowest frame holds the unit too, and neighbours that only a higher one would show are few
    block = _legend(classes, notes, side, below, lang)
    high = room.height - _TITLE_MM - 2 * TICKS_MM - 2 - max(block.height, 30.0)
    frame = Rect(
        room.x + TICKS_MM, room.top - _TITLE_MM - TICKS_MM - high, room.width - 2 * TICKS_MM, high
    )
    layout = layout_for(frame, ground.outline.bounds)
    shown = within(classes, layout)
    taken = Taken()
    others = [(name, kind, shape) for name, kind, shape in ground.others]
    placed = place_names(layout, taken, others, _NAME)
    if theme is not None and theme.code_labels:
        placed += place_class_codes(layout, taken, shown)
    draw_map(sheet, layout, shown, Labels(tuple(placed)), lang)
    top = frame.y - TICKS_MM - 1
    sheet.put(_instruments(layout, data.crs, lang), room.x, top)
    block = _legend(shown, notes, side, top - room.y, lang)
    sheet.put(block, room.x + _INSTRUMENTS_MM + _GAP, top)


def _notes(
    ground: UnitGround, theme: Theme | None, classes: Sequence[MapClass], lang: str
) -> list[str]:  # fmt: skip
    notes = list(theme.notes) if theme else []
    notes += dict.fromkeys(entry.note for entry in classes if entry.note and len(entry.shapes))
    if theme is None:
        key = ground.label or "none"
        notes.append(say(f"atlas.none.map.{key}", lang))
    return notes


def _legend(
    classes: Sequence[MapClass], notes: Sequence[str], width: float, height: float, lang: str
) -> Block:
    """The legend in the largest letters that fit; the last try cuts names to what fits."""
    listed = [one for one in classes if len(one.shapes)]
    for size, count in _LEGEND_SIZES:
        block = stack([legend(listed, width, size, count, lang), small_print(notes, width, 5.4)], 1)
        if block.height <= height:
            return block
    size, count = _LEGEND_SIZES[-1]
    brief = [_brief(one, width / count - 2.0, size) for one in listed]
    notes = [*notes, say("atlas.map.brief_names", lang)]
    return stack([legend(brief, width, size, count, lang), small_print(notes, width, 5.4)], 1)


def _brief(entry: MapClass, width: float, size: float) -> MapClass:
    """A class whose legend entry takes one line: its code, and as much of its name as fits."""
    font = Font(size)
    short = len(entry.code) <= _SHORT_CODE
    name = entry.name if short else entry.code
    room = width - size * 1.4 - (text_width(entry.code, Font(size, bold=True)) if short else 0)
    if text_width(name, font) > room:
        while name and text_width(name + "…", font) > room:
            name = name[:-1]
        name = name.rstrip() + "…"
    return replace(entry, name=name, code=entry.code if short else "", heading="")


def _instruments(layout: Layout, crs: str, lang: str) -> Block:
    width, size = _INSTRUMENTS_MM, SIZE
    arrow = north_arrow(size * 1.9, size, lang)
    bar = scale_bar(layout.scale, width, size, lang)
    note = convergence_words(crs, layout, lang)
    north = beside([arrow, clipped(note, Font(5.4), width - arrow.width - 2, 5)], 2)
    return stack([bar, north], 2)


def _small_map(
    sheet: Sheet, room: Rect, title: str, ground: UnitGround
) -> Layout:  # fmt: skip
    """The title of a small map, and its frame."""
    sheet.put(section(title, room.width, SIZE + 0.8), room.x, room.top)
    frame = Rect(
        room.x + TICKS_MM,
        room.top - _TITLE_MM - TICKS_MM - _SMALL_MAP_MM,
        room.width - 2 * TICKS_MM,
        _SMALL_MAP_MM,
    )
    return layout_for(frame, ground.outline.bounds)


def _below(layout: Layout, room: Rect, classes: Sequence[MapClass], lang: str) -> Block:
    """Scale and legend of a small map."""
    scale = say("map.scale", lang, n=reader_number(layout.scale, 0))
    skipped = ("context", "unit_border", "this_unit")
    listed = [one for one in classes if one.key not in skipped]
    words = paragraph(say("atlas.map.scale_same_signs", lang, scale=scale), Font(5.4), room.width)
    return stack([legend(listed, room.width, 5.4, 2, lang), words], 0.6)


def _plans_box(sheet: Sheet, room: Rect, ground: UnitGround, lang: str) -> None:
    """Plans on a map, numbered as in the list below it."""
    layout = _small_map(sheet, room, say("atlas.map.plans", lang), ground)
    shown = within(plan_classes(ground, lang), layout)
    key = _below(layout, room, shown, lang)
    top = layout.frame.y - TICKS_MM
    sheet.put(key, room.x, top)
    top -= key.height + 1
    block, listed = plans_table(ground.plans.rows, room.width, top - room.y, lang)
    sheet.put(block, room.x, top)
    taken = Taken()
    inside = shapely.intersection(ground.plans.ground[:listed], ground.outline)
    placed = place_numbers(layout, taken, inside, Font(6.0, bold=True, color="#0b3d2e"))
    placed += place_names(layout, taken, list(ground.others), _SMALL_NAME)
    draw_map(sheet, layout, shown, Labels(tuple(placed)), lang)


def plans_table(
    rows: Sequence[PlanRow], width: float, height: float, lang: str
) -> tuple[Block, int]:
    """Plans of a unit with dates and standing: as many as fit, and how many those are."""
    if not rows:
        return paragraph(say("atlas.none.plans", lang), Font(SIZE), width), 0
    columns = (
        Column(say("atlas.finding.number", lang), 0.06),
        Column(say("atlas.plan.name", lang), 0.42),
        Column(say("atlas.plan.approved", lang), 0.18),
        Column(say("atlas.plan.standing", lang), 0.22),
        Column(say("atlas.plan.area", lang), 0.18, "right"),
    )
    lines = [
        Line(
            (
                str(number),
                printable(row.plan_id if row.name in ("", row.plan_id)
                          else f"{row.plan_id} {row.name}"),
                date(row.approved, lang) if row.approved else say("map.block.undated", lang),
                standing_words(row, lang),
                hectares(row.area_ha, lang),
            )
        )
        for number, row in enumerate(rows, start=1)
    ]  # fmt: skip
    more = more_of("plans", lang)
    return table(columns, lines, width, 5.4, height, more)


def standing_words(row: PlanRow, lang: str) -> str:
    """Whether a plan is in force at the day asked, and why not."""
    if row.in_force:
        return say("atlas.plan.in_force", lang)
    if row.revoked:
        return say("atlas.plan.revoked", lang, date=row.revoked)
    if row.replaced_by:
        return say("atlas.plan.replaced", lang, by=printable(row.replaced_by))
    return say("atlas.plan.not_in_force", lang)


def _findings_box(sheet: Sheet, room: Rect, ground: UnitGround, lang: str) -> None:
    """Findings on a map, the largest numbered as in the list below it."""
    layout = _small_map(sheet, room, say("atlas.map.findings", lang), ground)
    shown = within(finding_classes(ground, layout, lang), layout)
    key = _below(layout, room, shown, lang)
    top = layout.frame.y - TICKS_MM
    sheet.put(key, room.x, top)
    top -= key.height + 1
    block, listed = _findings_table(ground.findings.rows, room.width, top - room.y, lang)
    sheet.put(block, room.x, top)
    taken = Taken()
    placed = place_numbers(layout, taken, ground.findings.ground[:listed], Font(6.0, bold=True))
    placed += place_names(layout, taken, list(ground.others), _SMALL_NAME)
    draw_map(sheet, layout, shown, Labels(tuple(placed)), lang)


def _findings_table(
    rows: Sequence[FindingRow], width: float, height: float, lang: str
) -> tuple[Block, int]:
    """The largest findings, numbered as on the map, and how many more there are and where."""
    if not rows:
        return paragraph(say("atlas.none.findings", lang), Font(SIZE), width), 0
    columns = (
        Column(say("atlas.finding.number", lang), 0.06),
        Column(say("atlas.finding.what", lang), 0.48),
        Column(say("atlas.finding.ids", lang), 0.32),
        Column(say("atlas.finding.area", lang), 0.14, "right"),
    )
    lines = [
        Line((str(number), finding_words(row, lang), printable(row.feature_ids.replace(";", "; ")),
              hectares(row.area_ha, lang) if row.area_ha else "–"))
        for number, row in enumerate(rows[:_NUMBERED], start=1)
    ]  # fmt: skip
    total = len(rows)

    def more(left: int) -> str:
        rest = rows[total - left :]
        area = reader_number(sum(row.area_ha for row in rest), 2)
        return say("atlas.more.findings", lang, count=left, ha=area)

    # the rest counts from the rows shown, not from those that could have been numbered
    beyond = total - len(lines)
    room = height - (Font(5.4).line_mm * 2 + 1 if beyond else 0)
    block, shown = table(columns, lines, width, 5.4, room)
    left = total - shown
    if left:
        note = clipped(more(left), Font(5.4), width, 2)
        block = stack([block, note], 0.4)
    return block, shown


def finding_words(row: FindingRow, lang: str) -> str:
    """What a finding is, and in which layer."""
    name, layer = finding_name(row.code, lang), layer_name(row.layer, lang)
    return say("atlas.finding.in_layer", lang, name=name, layer=layer)


def finding_name(code: str, lang: str) -> str:
    """What a finding is in a few words; its code where the catalogue has none."""
    key = f"finding_name.{code}"
    return say(key, lang) if key in keys() else printable(code)


def layer_name(layer: str, lang: str) -> str:
    """The name of a layer for people."""
    key = f"layer.{layer}"
    return say(key, lang) if key in keys() else printable(layer)


def _figures_column(
    sheet: Sheet, room: Rect, facts: UnitFacts, ground: UnitGround, lang: str
) -> None:
    """Figures with bars, land balance, residents, neighbours, from the top down."""
    foot = stack(
        [
            _balance_block(facts, room.width, lang),
            _people_block(facts, room.width, lang),
            _neighbours_block(ground, room.width, lang),
        ],
        2.5,
    )
    key = paragraph(say("atlas.bar.key_units", lang), Font(5.4, color="#444444"), room.width)
    head = section(say("atlas.section.figures", lang), room.width, SIZE + 0.8)
    free = room.height - foot.height - head.height - key.height - 6
    found = figures_block(facts.figures, room.width, free, _FIGURE_SIZES, lang, full=False)
    sheet.put(stack([head, found.block, key], 1.4), room.x, room.top)
    sheet.put(foot, room.x, room.y + foot.height)


def _balance_block(facts: UnitFacts, width: float, lang: str) -> Block:
    """The largest classes of land, the rest, what is not classified, and their sum."""
    balance = facts.balance
    title = section(say("atlas.section.balance", lang), width, SIZE + 0.8)
    if balance is None:
        return stack([title, paragraph(say("atlas.none.balance", lang), Font(SIZE),
                                       width)], 1)  # fmt: skip
    state = paragraph(
        say("map.table.state", lang, state=Text.of(f"state.{balance.state}")), Font(5.4), width
    )
    lines = balance_lines(balance, _CLASSES, lang)
    return stack([title, state, balance_table(lines, width, 5.6, lang)], 0.6)


def _people_block(facts: UnitFacts, width: float, lang: str) -> Block:
    """Area, residents and density; what is not known is said."""
    title = section(say("atlas.section.people", lang), width, SIZE + 0.8)
    area = say("atlas.people.area", lang, ha=reader_number(facts.area_ha, 2))
    people = facts.population
    if people is None:
        words = [area, say("atlas.people.none", lang)]
    else:
        words = [
            area,
            say("atlas.people.residents", lang, year=people.year,
                count=reader_number(people.residents, 0), source=printable(people.source)),
        ]  # fmt: skip
        if facts.area_ha > 0:
            density = reader_number(people.residents / (facts.area_ha / 100), 0)
            words.append(say("atlas.people.density", lang, density=density))
    lines = [clipped(text, Font(SIZE - 0.2), width, 2) for text in words]
    return stack([title, *lines], 0.5)


def _neighbours_block(ground: UnitGround, width: float, lang: str) -> Block:
    """The units next to this one, by the side on which they lie."""
    title = section(say("atlas.section.neighbours", lang), width, SIZE + 0.8)
    sides: dict[str, list[str]] = {}
    for neighbour in ground.neighbours:
        sides.setdefault(neighbour.side, []).append(printable(neighbour.name))
    said = [
        say(
            "atlas.neighbours.side",
            lang,
            side=Text.of(f"atlas.side.{side}"),
            names=", ".join(names),
        )
        for side, names in sides.items()
    ]
    text = "; ".join(said) + "." if said else say("atlas.neighbours.none", lang)
    return stack([title, clipped(text, Font(SIZE - 0.2), width, 5)], 0.5)
