"""One page per unit: its land, plans and findings on maps, its figures against the targets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from urbanplan_gis.outputs.atlas.balance import balance_lines, balance_table
from urbanplan_gis.outputs.atlas.facts import Balance, FigureRow, Population
from urbanplan_gis.outputs.atlas.figures import figures_block
from urbanplan_gis.outputs.atlas.ground import UnitGround
from urbanplan_gis.outputs.atlas.land_column import draw_land, side_width
from urbanplan_gis.outputs.atlas.paper import (
    BODY,
    HEAD,
    NOTE,
    SIZE,
    TABLE,
    Furniture,
    Sheet,
    start_page,
)
from urbanplan_gis.outputs.atlas.small_maps import draw_findings_map, draw_plans_map
from urbanplan_gis.outputs.atlas.table import section
from urbanplan_gis.outputs.atlas.words import clipped, printable
from urbanplan_gis.outputs.sheets.boxes import Block, Font, paragraph, stack
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.page import Rect
from urbanplan_gis.text import Text, say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.sheets.data import SheetData

_GAP = 4.0
_LAND_MM, _SMALL_MM = 176.0, 100.0
_FIGURE_SIZES = (8.6, 8.2, 7.8, 7.4, 7.0)
#: how many of the largest classes are listed before the rest is summed up: fewer where the
#: figures need the room
_CLASSES = (12, 10, 8, 6, 5)


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
    beside_legend = stack(
        [
            _people_block(facts, side_width(), lang),
            _neighbours_block(ground, side_width(), lang),
        ],
        2.0,
    )
    land = Rect(BODY.x, BODY.y, _LAND_MM, BODY.height)
    draw_land(sheet, land, ground, data, beside_legend, lang)
    x, half = BODY.x + _LAND_MM + _GAP, (BODY.height - _GAP) / 2
    of_urban_land = any(row.leaves_ground_out for row in facts.figures)
    plans = Rect(x, BODY.y + half + _GAP, _SMALL_MM, half)
    draw_plans_map(sheet, plans, ground, of_urban_land, lang)
    draw_findings_map(sheet, Rect(x, BODY.y, _SMALL_MM, half), ground, lang)
    x += _SMALL_MM + _GAP
    _figures_column(sheet, Rect(x, BODY.y, BODY.right - x, BODY.height), facts, lang)
    return sheet


def _subtitle(facts: UnitFacts, lang: str) -> str:
    kind = say(f"map.unit.{facts.kind}", lang) if facts.kind in ("ward", "commune") else facts.kind
    slated = say("atlas.unit.slated", lang) if facts.slated else ""
    code = say("atlas.unit.code", lang, code=facts.code)
    return " · ".join(part for part in (kind, code, slated) if part)


def _figures_column(sheet: Sheet, room: Rect, facts: UnitFacts, lang: str) -> None:
    """Figures with bars from the top, the land balance at the foot."""
    key = paragraph(say("atlas.bar.key_units", lang), Font(NOTE, color="#444444"), room.width)
    head = section(say("atlas.section.figures", lang), room.width, HEAD)
    for classes in _CLASSES:
        foot = _balance_block(facts, room.width, classes, lang)
        free = room.height - foot.height - head.height - key.height - 5
        found = figures_block(facts.figures, room.width, free, _FIGURE_SIZES, lang, full=False)
        if found.shown == len(facts.figures):
            break
    sheet.put(stack([head, found.block, key], 1.2), room.x, room.top)
    sheet.put(foot, room.x, room.y + foot.height)


def _balance_block(facts: UnitFacts, width: float, classes: int, lang: str) -> Block:
    """The largest classes of land, the rest, what is not classified, and their sum."""
    balance = facts.balance
    if balance is None:
        title = section(say("atlas.section.balance", lang), width, HEAD)
        return stack([title, paragraph(say("atlas.none.balance", lang), Font(SIZE),
                                       width)], 1)  # fmt: skip
    state = Text.of(f"state.{balance.state}")
    title = section(say("atlas.section.balance_of", lang, state=state), width, HEAD)
    return stack([title, balance_table(balance_lines(balance, classes, TABLE, lang), width, TABLE,
                                       lang)], 0.6)  # fmt: skip


def _people_block(facts: UnitFacts, width: float, lang: str) -> Block:
    """Area, residents and density; what is not known is said."""
    title = section(say("atlas.section.people", lang), width, HEAD)
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
    lines = [clipped(text, Font(SIZE), width, 4) for text in words]
    return stack([title, *lines], 0.5)


def _neighbours_block(ground: UnitGround, width: float, lang: str) -> Block:
    """The units next to this one, by the side on which they lie."""
    title = section(say("atlas.section.neighbours", lang), width, HEAD)
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
    return stack([title, clipped(text, Font(SIZE), width, 9)], 0.5)
