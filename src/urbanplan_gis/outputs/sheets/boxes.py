"""Blocks of text and symbols, laid out in millimetres before anything is drawn.

A block knows its size because every text in it was measured with the renderer; coordinates run
from its top left corner, x to the right and y downwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from urbanplan_gis.outputs.sheets.letters import faced, own_face
from urbanplan_gis.outputs.sheets.symbols import GREY, INK, Symbol

if TYPE_CHECKING:
    from matplotlib.font_manager import FontProperties

MM_PER_POINT = 25.4 / 72
#: line height and baseline of DejaVu Sans in ems, with room for letters like Ễ and Ậ
LINE_EM, BASELINE_EM = 1.32, 1.04
#: measured widths get this slack, since PNG and PDF round glyph advances differently
_SLACK = 1.01
_MEASURE_DPI = 300
#: letters smaller than this (points) are hard to read in print
LEAST_POINTS = 5.0
#: blanks at which a line may break: never before a lone sign, as in "12,5 %" or "vi / en"
_BREAKS = re.compile(r"\s+(?=\(|\S*\w)")
#: signs after which a name too long for its line is broken, as in QHPK_SDD_ / QuangPhu_2021
_JOINTS = "_-/:;"
#: a last line of one word shorter than this share of the width is not left alone
_LONELY = 0.3
_BALANCE_MM = 1.0


@dataclass(frozen=True)
class Font:
    """DejaVu Sans of a size in points; ``face`` is the file of another font for letters that it
    lacks."""

    size: float
    bold: bool = False
    italic: bool = False
    color: str = INK
    face: str = ""

    @property
    def line_mm(self) -> float:
        """The height of one line in millimetres."""
        return self.size * MM_PER_POINT * LINE_EM

    @property
    def baseline_mm(self) -> float:
        """The baseline of the first line below the top of its block, in millimetres."""
        return self.size * MM_PER_POINT * BASELINE_EM

    @property
    def properties(self) -> FontProperties:
        """The font matplotlib brings along, whatever else is installed."""
        from matplotlib.font_manager import FontProperties

        if self.face:
            return FontProperties(fname=self.face, size=self.size)
        # family, weight and style are what an SVG says of it
        return FontProperties(
            family="DejaVu Sans",
            weight="bold" if self.bold else "normal",
            style="oblique" if self.italic else "normal",
            fname=own_face(self.bold, self.italic),
            size=self.size,
        )

    def runs(self, text: str) -> tuple[tuple[str, Font], ...]:
        """``text`` in pieces of one font each, as it is set: this font wherever it has the
        letters, another installed one elsewhere, a sign for a letter that none has."""
        return tuple(
            (piece, self if face is None else replace(self, face=face))
            for piece, face in faced(text, self.bold, self.italic)
        )


@dataclass(frozen=True)
class Word:
    """One line of text; (x, y) is its anchor on the baseline, ``align`` left, center or right."""

    x: float
    y: float
    text: str
    font: Font
    align: str = "left"
    gid: str = "panel"


@dataclass(frozen=True, eq=False)
class Mark:
    """A shapely geometry in millimetres of the block, with the symbol it is drawn in."""

    shape: Any
    symbol: Symbol
    gid: str | None = None


@dataclass(frozen=True)
class Window:
    """Room in a block for a map of its own, from the block's top left corner (millimetres)."""

    width: float
    height: float


@dataclass(frozen=True, eq=False)
class Block:
    """A laid out piece of a sheet: marks of its own, and blocks within it with their corners.

    Blocks are nested rather than shifted, so that many arrangements can be tried cheaply.
    """

    width: float
    height: float
    marks: tuple[Word | Mark | Window, ...] = ()
    inner: tuple[tuple[float, float, Block], ...] = ()

    def placed(
        self, x: float = 0.0, y: float = 0.0
    ) -> Iterator[tuple[float, float, Word | Mark | Window]]:
        """Every mark with the corner it is drawn from, in millimetres."""
        for mark in self.marks:
            yield x, y, mark
        for dx, dy, block in self.inner:
            yield from block.placed(x + dx, y + dy)


def smaller(size: float, share: float) -> float:
    """A part of the size of running text (points), as long as it stays readable."""
    return max(size * share, LEAST_POINTS)


def text_width(text: str, font: Font) -> float:
    """The width of a line of text in millimetres, as the renderer sets its words."""
    words = text.split(" ")
    units = (len(words) - 1) * _unit_width(" ", font.bold, font.italic)
    for word in words:
        if word:
            for piece, face in faced(word, font.bold, font.italic):
                units += _unit_width(piece, font.bold, font.italic, face or font.face)
    return units * font.size


@cache
def _unit_width(text: str, bold: bool, italic: bool, face: str = "") -> float:
    """Millimetres per point of size; glyph advances are unhinted, so they scale."""
    font = Font(10, bold, italic, face=face)
    pixels, _, _ = _renderer().get_text_width_height_descent(text, font.properties, ismath=False)
    return pixels / _MEASURE_DPI * 25.4 * _SLACK / font.size


@cache
def _renderer() -> Any:
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(8, 8, _MEASURE_DPI)


@lru_cache(maxsize=20_000)
def wrap(text: str, font: Font, width: float) -> tuple[str, ...]:
    """``text`` in lines of at most ``width`` millimetres; words that are longer are broken.

    A short last word takes the word before it along, except over a sign.
    """
    lines: list[str] = []
    for part in text.split("\n"):
        pieces = [piece for word in _words(part) for piece in _pieces(word, font, width)]
        found = _fill(pieces, font, width)
        if len(found) > 1 and len(found[-1]) == 1 and len(found[-2]) > 2:
            before, lonely = found[-2][-1], found[-1][0]
            short = text_width(lonely, font) < _LONELY * width
            if short and " " not in before and text_width(f"{before} {lonely}", font) <= width:
                found[-1].insert(0, found[-2].pop())
        lines += [" ".join(line) for line in found]
    return tuple(lines)


def balanced(text: str, font: Font, width: float) -> tuple[str, ...]:
    """``text`` in as many lines as :func:`wrap` makes, of about the same length."""
    widest = lines = wrap(text, font, width)
    low, high = width / 2, width
    while len(widest) > 1 and high - low > _BALANCE_MM:
        middle = (low + high) / 2
        found = wrap(text, font, middle)
        whole = " ".join(found).split() == text.split()
        if whole and len(found) == len(widest):
            lines, high = found, middle
        else:
            low = middle
    return lines


def _words(part: str) -> list[str]:
    """What stays on one line: words with the signs that follow them."""
    return _BREAKS.split(part.strip())


def _fill(pieces: Sequence[str], font: Font, width: float) -> list[list[str]]:
    """Pieces in lines, each as full as it can be."""
    space = text_width(" ", font)
    lines: list[list[str]] = [[]]
    used = 0.0
    for piece in pieces:
        wide = text_width(piece, font)
        if lines[-1] and used + space + wide > width:
            lines.append([])
            used = 0.0
        used += wide + (space if lines[-1] else 0)
        lines[-1].append(piece)
    return lines


def _pieces(word: str, font: Font, width: float) -> list[str]:
    """The word, or parts of it that fit the width; broken after a joint where it has one."""
    if text_width(word, font) <= width:
        return [word]
    if " " in word:
        return [piece for part in word.split() for piece in _pieces(part, font, width)]
    pieces = [""]
    for letter in word:
        if pieces[-1] and text_width(pieces[-1] + letter, font) > width:
            cut = max(map(pieces[-1].rfind, _JOINTS)) + 1
            rest = pieces[-1][cut:] if cut else ""
            if rest and text_width(rest + letter, font) <= width:
                pieces[-1:] = [pieces[-1][:cut], rest]
            else:
                pieces.append("")
        pieces[-1] += letter
    return pieces


def paragraph(
    text: str, font: Font, width: float, align: str = "left", gid: str = "panel"
) -> Block:
    """Wrapped text as a block of the full width; centred lines are of about the same length."""
    x = {"left": 0.0, "center": width / 2, "right": width}[align]
    lines = (balanced if align == "center" else wrap)(text, font, width)
    words = tuple(
        Word(x, font.baseline_mm + number * font.line_mm, line, font, align, gid)
        for number, line in enumerate(lines)
    )
    return Block(width, len(lines) * font.line_mm, words)


def stack(blocks: Sequence[Block], gap: float = 0.0) -> Block:
    """Blocks below one another, ``gap`` millimetres apart."""
    inner = []
    y = 0.0
    for block in blocks:
        inner.append((0.0, y, block))
        y += block.height + gap
    width = max((block.width for block in blocks), default=0.0)
    return Block(width, max(y - gap, 0.0), inner=tuple(inner))


def beside(blocks: Sequence[Block], gap: float = 0.0) -> Block:
    """Blocks next to one another, tops aligned."""
    inner = []
    x = 0.0
    for block in blocks:
        inner.append((x, 0.0, block))
        x += block.width + gap
    height = max((block.height for block in blocks), default=0.0)
    return Block(max(x - gap, 0.0), height, inner=tuple(inner))


def padded(block: Block, left: float = 0.0, top: float = 0.0, bottom: float = 0.0) -> Block:
    """A block with room around it, in millimetres."""
    size = (block.width + left, block.height + top + bottom)
    return Block(*size, inner=((left, top, block),))


def columns(blocks: Sequence[Block], count: int, width: float, gap: float) -> Block:
    """Blocks in reading order down ``count`` columns of the least common height."""
    heights = [block.height for block in blocks]
    limit = max([sum(heights) / count, *heights])
    while (parts := _cut(heights, limit)) and len(parts) > count:
        limit += 0.5
    column = (width - gap * (count - 1)) / count
    filled = [replace(stack(blocks[start:end]), width=column) for start, end in parts]
    return replace(beside(filled, gap), width=width)


def _cut(heights: list[float], limit: float) -> list[tuple[int, int]]:
    """Runs of blocks that stay within the limit."""
    parts, start, used = [], 0, 0.0
    for number, height in enumerate(heights):
        if number > start and used + height > limit:
            parts.append((start, number))
            start, used = number, 0.0
        used += height
    return [*parts, (start, len(heights))]


def rule(width: float, color: str = GREY, thickness: float = 0.15) -> Block:
    """A horizontal line."""
    from shapely import LineString

    line = Mark(LineString([(0, 0), (width, 0)]), Symbol(line=color, line_mm=thickness))
    return Block(width, 0.0, (line,))
