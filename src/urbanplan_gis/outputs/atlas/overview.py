"""Overview pages of numbers: figures of the city, figures by unit, land balance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from urbanplan_gis.outputs.atlas.balance import balance_lines, balance_table
from urbanplan_gis.outputs.atlas.facts import Balance, FigureRow
from urbanplan_gis.outputs.atlas.figures import figures_block
from urbanplan_gis.outputs.atlas.paper import BODY, SIZE, Furniture, start_page
from urbanplan_gis.outputs.atlas.paper import Sheet as Page
from urbanplan_gis.outputs.atlas.table import Column, Line, section, table
from urbanplan_gis.outputs.atlas.unit_maps import UNCLASSIFIED
from urbanplan_gis.outputs.atlas.words import (
    clipped,
    gap_words,
    printable,
    target_words,
    value_words,
)
from urbanplan_gis.outputs.sheets import styles
from urbanplan_gis.outputs.sheets.boxes import Block, Font, Mark, paragraph, stack
from urbanplan_gis.outputs.sheets.parts import legend
from urbanplan_gis.outputs.sheets.symbols import GREY, NO_COLOUR, Symbol
from urbanplan_gis.outputs.sheets.theme import AREA, MapClass
from urbanplan_gis.text import say

_SIZES = (11.0, 10.0, 9.0, 8.0, 7.2, 6.4, 5.8, 5.4)
_GAP = 8.0
_WIDEST_GAP = 9.0
_ROLES = ("units", "land_use", "zoning", "plans", "statistics")
#: units on one page of the table, and figures across it
MATRIX_ROWS, _MATRIX_COLUMNS = 36, 13
_MATRIX_SIZES = (8.0, 7.4, 6.8, 6.2, 5.6, 5.0)
_BAR_ROW, _BAR_COLUMNS = (8.0, 6.4, 5.0, 3.9), 2
_GROUP_FILLS = {"NNP": "#e6d96a", "PNN": "#e58f8f", "CSD": "#ffffff"}


@dataclass(frozen=True)
class UnitRow:
    """One row of the table by unit."""

    name: str
    bold: bool
    figures: tuple[FigureRow, ...]


def draw_figures(
    furniture: Furniture, rows: Sequence[FigureRow], title: str, label: str, lang: str
) -> Page:
    """The figures of the city against their targets, coloured by verdict."""
    page = start_page(furniture, title, "", label, _ROLES, lang)
    width = (BODY.width - _GAP) / 2
    key = paragraph(say("atlas.bar.key_city", lang), Font(SIZE, color="#444444"), BODY.width)
    free = BODY.height - key.height - 6
    half = -(-len(rows) // 2)
    for number, part in enumerate((rows[:half], rows[half:])):
        if part or not number:
            found = figures_block(part, width, free, _SIZES, lang, True, _WIDEST_GAP)
            page.put(found.block, BODY.x + number * (width + _GAP), BODY.top - 1)
    page.put(key, BODY.x, BODY.y + key.height)
    return page


def draw_matrix(
    furniture: Furniture,
    city: Sequence[FigureRow],
    rows: Sequence[UnitRow],
    title: str,
    label: str,
    lang: str,
) -> Page:
    """Values and hectares missing by unit; the city's target and verdict on top."""
    page = start_page(furniture, title, "", label, _ROLES, lang)
    shown = list(city[:_MATRIX_COLUMNS])
    columns = [Column(say("map.table.unit", lang), 1.9)]
    columns += [Column(_head(row, lang), 1.0, "right") for row in shown]
    notes = [say("atlas.matrix.note" if shown else "atlas.none.figures", lang)]
    if len(city) > len(shown):
        notes.append(say("atlas.more.figures", lang, count=len(city) - len(shown)))
    note = stack([paragraph(text, Font(SIZE), BODY.width) for text in notes], 0.5)
    page.put(note, BODY.x, BODY.y + note.height)
    for size in _MATRIX_SIZES:
        lines = _matrix_lines(rows, shown, size, lang)
        block, _ = table(columns, lines, BODY.width, size, head_lines=7, ruled=True)
        if block.height + note.height + 4 <= BODY.height:
            break
    page.put(block, BODY.x, BODY.top - 1)
    return page


def _matrix_lines(
    rows: Sequence[UnitRow], shown: Sequence[FigureRow], size: float, lang: str
) -> list[Line]:
    """Target and verdict of the city, then a line for each group and unit."""
    across = BODY.width / (1.9 + len(shown)) - 2
    targets = (target_words(row.targets[0], row, lang) if row.targets else "–" for row in shown)
    verdicts = (say(f"verdict.{row.verdict}", lang) for row in shown)
    lines = [
        Line((say("atlas.matrix.target", lang), *targets)),
        Line((say("atlas.matrix.verdict", lang), *verdicts), bold=True),
    ]
    for row in rows:
        by_id = {(one.indicator, one.state): one for one in row.figures}
        own = (by_id.get((one.indicator, one.state)) for one in shown)
        cells = (_cell(one, across, size, lang, row.bold) for one in own)
        lines.append(Line((printable(row.name), *cells), bold=row.bold))
    return lines


def _head(row: FigureRow, lang: str) -> str:
    return f"{printable(row.name.say(lang))} – {say(f'state.{row.state}', lang)}"


def _cell(row: FigureRow | None, width: float, size: float, lang: str, bold: bool) -> Block | str:
    if row is None or row.value is None:
        return "–"
    value = paragraph(value_words(row, lang), Font(size, bold=bold), width, "right")
    gap = gap_words(row, lang)
    small = Font(size * 0.9, color="#555555")
    return stack([value, paragraph(gap, small, width, "right")]) if gap else value


def draw_balance(
    furniture: Furniture,
    whole: Balance | None,
    units: Sequence[tuple[str, Balance]],
    title: str,
    label: str,
    lang: str,
) -> Page:
    """The land of the city by class, and what the land of each unit is made of."""
    state = say(f"state.{whole.state}", lang) if whole else ""
    page = start_page(furniture, title, state, label, ("units", "land_use", "zoning"), lang)
    if whole is None:
        none = paragraph(say("atlas.none.balance", lang), Font(9), BODY.width)
        page.put(none, BODY.x, BODY.top - 2)
        return page
    width = (BODY.width - _GAP) / 2
    page.put(_whole(whole, width, lang), BODY.x, BODY.top - 1)
    page.put(_by_unit(units, width, lang), BODY.x + width + _GAP, BODY.top - 1)
    return page


def _whole(whole: Balance, width: float, lang: str) -> Block:
    """All classes where they fit, else the largest and the rest as one."""
    note = paragraph(say("atlas.balance.added", lang), Font(5.6), width)
    for size, count in (
        (7.6, 200),
        (7.0, 200),
        (6.4, 200),
        (5.6, 200),
        (5.0, 200),
        (5.0, 60),
        (5.0, 40),
    ):
        lines = balance_lines(whole, count, lang)
        block = stack([balance_table(lines, width, size, lang), note], 1)
        if block.height <= BODY.height - 2:
            break
    return block


def _by_unit(units: Sequence[tuple[str, Balance]], width: float, lang: str) -> Block:
    """A bar for each unit, divided by the main groups of land."""
    title = section(say("atlas.balance.groups", lang), width, SIZE + 0.8)
    groups = _groups(lang)
    parts = [_shares(balance) for _, balance in units]
    known = [key for key in groups if any(share.get(key, 0) > 0 for share in parts)]
    swatch_only = np.array([shapely.box(0, 0, 1, 1)], dtype=object)
    entries = [
        MapClass(f"group:{key}", groups[key][0], groups[key][1], swatch_only, AREA) for key in known
    ]
    key = legend(entries, width, SIZE, 2, lang)
    free = BODY.height - title.height - key.height - 8
    high, columns = next(
        ((high, count) for count in (1, _BAR_COLUMNS) for high in _BAR_ROW
         if int(free // high) * count >= len(units)),
        (_BAR_ROW[-1], _BAR_COLUMNS),
    )  # fmt: skip
    rows = int(free // high)
    across = (width - 4 * (columns - 1)) / columns
    inner = []
    for number, ((name, _), share) in enumerate(zip(units, parts, strict=True)):
        column, row = divmod(number, rows)
        if column >= columns:
            break
        bar = _bar(name, share, groups, across, high)
        inner.append((column * (across + 4), row * high, bar))
    bars = Block(width, min(rows, len(units)) * high, inner=tuple(inner))
    blocks = [title, bars, key]
    left = len(units) - rows * columns
    if left > 0:
        more = say("atlas.more.units", lang, count=left)
        blocks.append(paragraph(more, Font(SIZE), width))
    return stack(blocks, 1.6)


def _bar(
    name: str,
    share: dict[str, float],
    groups: dict[str, tuple[str, Symbol]],
    width: float,
    high: float,
) -> Block:
    label = width * 0.34
    size = min(high * 1.3, SIZE)
    words = clipped(printable(name), Font(size), label - 1, 1)
    marks, x = [], label
    for key, (_, symbol) in groups.items():
        part = (width - label) * share.get(key, 0.0)
        if part > 0:
            box = shapely.box(x, 0.3, x + part, high - 1.0)
            marks.append(
                Mark(box, Symbol(symbol.fill, symbol.hatch, symbol.hatch_color, GREY, 0.1))
            )
        x += part
    return Block(width, high, tuple(marks), ((0.0, max(high - words.height - 1, 0) / 2, words),))


def _groups(lang: str) -> dict[str, tuple[str, Symbol]]:
    """Names and symbols of the main groups of land."""
    found = {
        code: (styles.style_of(styles.LAND_FILE, "tt08-2024", code), fill)
        for code, fill in _GROUP_FILLS.items()
    }
    groups = {
        code: (style.name.say(lang) if style else code, Symbol(fill=fill))
        for code, (style, fill) in found.items()
    }
    groups["planned"] = (say("atlas.balance.planned", lang), Symbol(fill="#b9c7d6"))
    groups["other"] = (say("map.legend.other", lang), NO_COLOUR)
    groups[""] = (say("class.unclassified", lang), UNCLASSIFIED)
    return groups


def _shares(balance: Balance) -> dict[str, float]:
    """The share of each main group in the land of a unit."""
    total = balance.area_ha
    shares: dict[str, float] = {}
    for row in balance.rows:
        group = styles.top_group(row.code_list, row.code)
        planned = styles.style_of(styles.PLAN_FILE, row.code_list, row.code) is not None
        key = "planned" if planned else "other"
        if group and group.code in _GROUP_FILLS:
            key = group.code
        key = key if row.code_list else ""
        shares[key] = shares.get(key, 0.0) + (row.area_ha / total if total else 0.0)
    return shares
