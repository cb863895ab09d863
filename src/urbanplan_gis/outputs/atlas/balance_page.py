"""The overview page of land: the city by class, and what the land of each unit is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import shapely

from urbanplan_gis.outputs.atlas.balance import balance_lines, balance_table
from urbanplan_gis.outputs.atlas.facts import Balance
from urbanplan_gis.outputs.atlas.paper import BODY, HEAD, SIZE, Furniture, Sheet, start_page
from urbanplan_gis.outputs.atlas.table import section
from urbanplan_gis.outputs.atlas.unit_maps import UNCLASSIFIED
from urbanplan_gis.outputs.atlas.words import adding_up, clipped, printable
from urbanplan_gis.outputs.sheets import styles
from urbanplan_gis.outputs.sheets.boxes import (
    Block,
    Font,
    Mark,
    Word,
    paragraph,
    stack,
    text_width,
)
from urbanplan_gis.outputs.sheets.parts import legend
from urbanplan_gis.outputs.sheets.symbols import GREY, NO_COLOUR, PAPER, Symbol
from urbanplan_gis.outputs.sheets.theme import AREA, MapClass
from urbanplan_gis.text import number, say

_GAP = 8.0
#: letters of the table and how many classes are listed: the first at which it fits
_TABLES = (
    (10.4, 200), (9.6, 200), (8.8, 200), (8.2, 200), (7.6, 200), (7.0, 200), (7.0, 60), (7.0, 45),
)  # fmt: skip
_BAR_ROW, _BAR_COLUMNS = (9.6, 8.6, 7.6, 6.4, 5.4), 2
GROUP_FILLS = {"NNP": "#e6d96a", "PNN": "#e58f8f", "CSD": "#ffffff"}
PLANNED = Symbol(fill="#b9c7d6")


def draw_balance(
    furniture: Furniture,
    whole: Balance | None,
    units: Sequence[tuple[str, Balance]],
    title: str,
    label: str,
    lang: str,
) -> Sheet:
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
    note = paragraph(say("atlas.balance.added", lang), Font(SIZE), width)
    for size, count in _TABLES:
        lines = balance_lines(whole, count, size, lang)
        block = stack([balance_table(lines, width, size, lang), note], 1)
        if block.height <= BODY.height - 2:
            break
    return block


def _by_unit(units: Sequence[tuple[str, Balance]], width: float, lang: str) -> Block:
    """A bar for each unit, divided by the main groups of land."""
    title = section(say("atlas.balance.groups", lang), width, HEAD)
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
    for place, ((name, _), share) in enumerate(zip(units, parts, strict=True)):
        column, row = divmod(place, rows)
        if column >= columns:
            break
        bar = _bar(name, share, groups, across, high, lang)
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
    lang: str,
) -> Block:
    """A unit's name beside its bar; each part with its percentage where that finds room."""
    label = width * 0.30
    size = min(high * 1.3, 9.0)
    words = clipped(printable(name), Font(size), label - 1, 1)
    font = Font(min(size, SIZE))
    keys = [key for key in groups if share.get(key, 0.0) > 0]
    percents = adding_up([100 * share[key] for key in keys], 1)
    marks: list[Mark | Word] = []
    x = label
    for key, percent in zip(keys, percents, strict=True):
        symbol = groups[key][1]
        part = (width - label) * share[key]
        edged = replace(symbol, edge=GREY, edge_mm=0.1)
        marks.append(Mark(shapely.box(x, 0.3, x + part, high - 1.0), edged))
        said = f"{number(percent, lang, 1)} %"
        wide = text_width(said, font) + 2
        if wide < part:
            middle, top = x + part / 2, (high - 0.7 - font.line_mm) / 2
            if symbol.hatch:
                ground = shapely.box(middle - wide / 2, top, middle + wide / 2, top + font.line_mm)
                marks.append(Mark(ground, Symbol(fill=PAPER)))
            marks.append(Word(middle, top + font.baseline_mm, said, font, "center"))
        x += part
    down = max(high - words.height - 0.7, 0) / 2
    return Block(width, high, tuple(marks), ((0.0, down, words),))


def _groups(lang: str) -> dict[str, tuple[str, Symbol]]:
    """Names and symbols of the main groups of land."""
    found = {
        code: (styles.style_of(styles.LAND_FILE, "tt08-2024", code), fill)
        for code, fill in GROUP_FILLS.items()
    }
    groups = {
        code: (style.name.say(lang) if style else code, Symbol(fill=fill))
        for code, (style, fill) in found.items()
    }
    groups["planned"] = (say("atlas.balance.planned", lang), PLANNED)
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
        if group and group.code in GROUP_FILLS:
            key = group.code
        key = key if row.code_list else ""
        shares[key] = shares.get(key, 0.0) + (row.area_ha / total if total else 0.0)
    return shares
