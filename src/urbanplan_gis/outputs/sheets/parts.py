"""The parts of the panel, one function each: every one returns a block of known size.

``width`` is in millimetres and ``size`` is the font size of running text in points.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import shapely
from shapely.affinity import rotate, translate

from urbanplan_gis.outputs.sheets.boxes import (
    Block,
    Font,
    Mark,
    Word,
    beside,
    columns,
    padded,
    paragraph,
    smaller,
    stack,
    text_width,
)
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.points import PointSymbol
from urbanplan_gis.outputs.sheets.symbols import (
    GREY,
    INK,
    PAPER,
    RED,
    Symbol,
)
from urbanplan_gis.text import number, say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.sheets.theme import MapClass

_SOLID = Symbol(fill=INK)
_OPEN = Symbol(fill=PAPER, edge=INK, edge_mm=0.15)
#: width of a column of the key of units in sizes of its text
_KEY_COLUMN = 8.0
_SHORT_CODE = 4
#: longest scale bar in sizes of its text: 75 mm on A3
_BAR = 11.0
#: ground from which a scale bar counts in kilometres
_KILOMETRES_M = 2000


def heading(title: Sequence[str], project: Sequence[str], width: float, size: float) -> Block:
    """The sheet's title and the project's name, a paragraph for each language."""
    fonts = [Font(size * 1.75, bold=True), Font(size * 1.25, bold=True, color=GREY)]
    lines = [
        paragraph(text, fonts[min(order, 1)], width, "center") for order, text in enumerate(title)
    ]
    lines += [paragraph(text, Font(size * 1.15), width, "center") for text in project]
    return stack(lines, gap=size * 0.12)


def stamp(text: str, width: float, size: float, color: str = RED) -> Block:
    """Words in a coloured border: synthetic data, draft."""
    pad = size * 0.2
    words = paragraph(text, Font(size * 1.15, bold=True, color=color), width - 2 * pad, "center")
    edge = Mark(
        shapely.box(0, 0, width, words.height + 2 * pad),
        Symbol(edge=color, edge_mm=0.35),
    )
    return Block(width, words.height + 2 * pad, (edge,), ((pad, pad, words),))


def legend(entries: Sequence[MapClass], width: float, size: float, count: int, lang: str) -> Block:
    """«CHÚ GIẢI»: the classes drawn, in their order, under their headings, in ``count`` columns."""
    gap = size * 0.35
    column = (width - gap * (count - 1)) / count
    blocks = legend_blocks(entries, column, size)
    title = legend_title(width, size, lang)
    return stack([title, columns(blocks, count, width, gap)], gap=size * 0.1)


def legend_title(width: float, size: float, lang: str, more: str = "") -> Block:
    """«CHÚ GIẢI», with a word on where it is continued from."""
    words = f"{say('map.legend.title', lang)} {more}".strip()
    return paragraph(words, Font(size * 1.25, bold=True), width, "center")


def legend_blocks(entries: Sequence[MapClass], column: float, size: float) -> list[Block]:
    """The entries of a legend one by one, the first of each group with its heading."""
    code_width = max(
        [text_width(entry.code, _code_font(size)) for entry in entries if _short(entry.code)] or [0]
    )
    blocks: list[Block] = []
    previous = ""
    for entry in entries:
        block = _legend_entry(entry, column, size, code_width)
        if entry.heading != previous and entry.heading:
            block = stack([paragraph(entry.heading, Font(size, bold=True), column), block])
            if blocks:  # room below the last group, so that the tops of columns are level
                blocks[-1] = padded(blocks[-1], bottom=size * 0.12)
        elif previous and not entry.heading:  # what follows is no part of the group above
            blocks[-1] = padded(blocks[-1], bottom=size * 0.35)
        previous = entry.heading
        blocks.append(block)
    return blocks


def _legend_entry(entry: MapClass, width: float, size: float, code_width: float) -> Block:
    swatch, high = size * 1.0, size * 0.40
    text_x = swatch + size * 0.2 + (code_width + size * 0.18 if code_width else 0)
    font = Font(size)
    name = entry.name if _short(entry.code) or not entry.code else f"{entry.name} ({entry.code})"
    words = paragraph(name, font, width - text_x, gid=f"legend:{entry.key}")
    top = (font.line_mm - high) / 2 + 0.05 * size
    marks: list[Word | Mark] = [_swatch(entry.symbol, swatch, high, top)]
    if _short(entry.code):
        marks.append(Word(swatch + size * 0.2, font.baseline_mm, entry.code, _code_font(size)))
    height = words.height + size * 0.07
    return Block(width, height, tuple(marks), ((text_x, 0.0, words),))


def _swatch(symbol: Symbol, width: float, height: float, top: float) -> Mark:
    if isinstance(symbol, PointSymbol):
        radius = min(symbol.point_mm, height * 1.2) / 2
        return Mark(shapely.Point(width / 2, top + height / 2).buffer(radius), symbol)
    if symbol.line is not None:
        middle = top + height / 2
        cap = 0 if symbol.dash_mm else symbol.line_mm / 2  # solid lines have round ends
        return Mark(shapely.LineString([(cap, middle), (width - cap, middle)]), symbol)
    edged = replace(symbol, edge=symbol.edge or GREY, edge_mm=max(symbol.edge_mm, 0.12))
    return Mark(shapely.box(0, top, width, top + height), edged)


def _short(code: str) -> bool:
    return 0 < len(code) <= _SHORT_CODE


def _code_font(size: float) -> Font:
    return Font(size, bold=True)


@lru_cache(maxsize=64)
def unit_key(numbers: tuple[tuple[str, str], ...], width: float, size: float, lang: str) -> Block:
    """Which unit each number on the map stands for."""
    title = paragraph(say("map.legend.numbers", lang), Font(size, bold=True), width)
    gap = size * 0.35
    count = max(2, int(width // (_KEY_COLUMN * size)))
    column = (width - gap * (count - 1)) / count
    entries = [
        paragraph(f"{figure}. {name}", Font(size), column, gid=f"key:{figure}")
        for figure, name in numbers
    ]
    return stack([title, columns(entries, count, width, gap)])


def scale_words(scale: int, lang: str) -> str:
    """«Tỷ lệ 1/50.000»."""
    return say("map.scale", lang, n=reader_number(scale, 0))


def scale_bar(scale: int, width: float, size: float, lang: str) -> Block:
    """Four true lengths on paper, alternately filled, with ground lengths in metres or km."""
    font = Font(smaller(size, 0.9))
    step_m = _bar_step(scale, min(width - 4 * size * 0.5, _BAR * size))
    step = step_m * 1000 / scale
    kilometres = 4 * step_m >= _KILOMETRES_M
    bar = size * 0.22
    top = font.line_mm
    left = size * 0.6
    marks: list[Any] = [
        Mark(
            shapely.box(left + step * part, top, left + step * (part + 1), top + bar),
            _OPEN if part % 2 else replace(_SOLID, edge=INK, edge_mm=0.15),
        )
        for part in range(4)
    ]
    # where the words of the second division would touch those of the first, they stay away
    close = step < max(text_width(number(step_m * n, lang, 0), font) for n in (1, 2)) + size * 0.1
    for part in (0, 2, 4) if close and not kilometres else (0, 1, 2, 4):
        ground = step_m * part / (1000 if kilometres else 1)
        text = number(ground, lang, 0 if ground == int(ground) else 1)
        if part == 4:
            text = say(f"map.bar.{'km' if kilometres else 'm'}", lang, value=text)
        marks.append(Word(left + step * part, font.baseline_mm, text, font, "center"))
    words = paragraph(scale_words(scale, lang), Font(size * 1.1, bold=True), width)
    return stack([words, Block(width, top + bar, tuple(marks))], gap=size * 0.1)


def _bar_step(scale: int, width: float) -> int:
    """The longest 1, 2 or 5 times a power of ten (metres) of which four fit the width."""
    longest = width * scale / 1000 / 4
    power = 10 ** math.floor(math.log10(longest))
    return max(int(step * power) for step in (1, 2, 5) if step * power <= longest)


def north_arrow(width: float, size: float, lang: str, convergence: float = 0.0) -> Block:
    """An arrow to true north beside the line of grid north, which is up the sheet.

    ``convergence`` is the bearing of grid north from true north in degrees: where it is positive,
    true north lies to the left of up.
    """
    high, half = size * 1.9, size * 0.45
    font = Font(size * 1.1, bold=True)
    word = say("map.north.letter", lang)
    foot, notch = (0.0, 0.0), (0.0, -high * 0.28)
    halves = [shapely.Polygon([(0.0, -high), (side * half, 0.0), notch]) for side in (-1, 1)]
    # y runs downwards here, so that a turn to the left is a turn by a negative angle
    turned = [rotate(shape, -convergence, origin=foot) for shape in halves]
    xmin, ymin, xmax, ymax = shapely.total_bounds(turned)
    width = max(width, 2 * max(-xmin, xmax))
    middle, top = width / 2, font.line_mm
    down = top - min(ymin, -high)
    left, right = (translate(shape, middle, down) for shape in turned)
    line = shapely.LineString([(middle, down - high), (middle, down)])
    tip = middle - high * math.sin(math.radians(convergence))
    letter = tip - text_width(word, font) / 2
    marks = (
        Mark(line, Symbol(line=GREY, line_mm=0.15), "north:grid"),
        Mark(left, replace(_SOLID, edge=INK), "north:true"),
        Mark(right, _OPEN, "north:true"),
        Word(max(letter, 0.0), font.baseline_mm, word, font),
    )
    return Block(width, down + max(ymax, 0.0), marks)


def small_print(texts: Sequence[str], width: float, size: float) -> Block:
    """Notes in small letters, one paragraph each."""
    return stack([paragraph(text, Font(smaller(size, 0.88)), width) for text in texts])


def instruments(
    scale: int,
    convergence: str,
    crs: str,
    width: float,
    size: float,
    lang: str,
    turned: float = 0.0,
) -> Block:
    """Scale bar and north arrow side by side, with the CRS and the convergence below; the arrow
    is turned by ``turned`` degrees of convergence."""
    arrow = north_arrow(size * 1.9, size, lang, turned)
    bar = scale_bar(scale, width - arrow.width - size * 0.3, size, lang)
    lowered = padded(bar, top=max(arrow.height - bar.height, 0))
    row = beside([lowered, arrow], gap=size * 0.3)
    return stack([row, small_print([crs, convergence], width, size)], gap=size * 0.15)
