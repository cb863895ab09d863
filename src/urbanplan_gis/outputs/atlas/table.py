"""Ruled tables as blocks: as many rows as there is room for, and how many more there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from urbanplan_gis.outputs.atlas.words import clipped
from urbanplan_gis.outputs.sheets.boxes import (
    Block,
    Font,
    beside,
    padded,
    paragraph,
    rule,
    stack,
    text_width,
)
from urbanplan_gis.outputs.sheets.symbols import INK
from urbanplan_gis.text import say

#: lines a cell and a head may have before their text is cut
_CELL_LINES, _HEAD_LINES = 2, 3
_PAD, _GAP = 0.14, 0.06


@dataclass(frozen=True)
class Column:
    """Head, share of the table's width, and alignment of one column."""

    head: str
    share: float
    align: str = "left"


@dataclass(frozen=True)
class Line:
    """One row: a text or a block for each column."""

    cells: tuple[str | Block, ...]
    bold: bool = False


def table(
    columns: Sequence[Column],
    lines: Sequence[Line],
    width: float,
    size: float,
    height: float | None = None,
    more: Callable[[int], str] | None = None,
    head_lines: int = _HEAD_LINES,
    ruled: bool = False,
    cell_lines: int = _CELL_LINES,
) -> tuple[Block, int]:
    """The table and how many of its rows it shows, in letters of ``size`` points.

    With a ``height`` (mm) it shows as many rows as fit, and ``more`` words how many are left.
    ``head_lines`` and ``cell_lines`` are the most lines a head and a cell may have; a ``ruled``
    table has lines between rows.
    """
    total = sum(column.share for column in columns)
    shares = [replace(column, share=column.share / total) for column in columns]
    gap = size * _GAP
    heads = Line(tuple(column.head for column in shares), bold=True)
    top = [
        _row(shares, heads, width, size, head_lines),
        rule(width, INK, 0.15),
    ]
    foot = rule(width, INK, 0.25)
    rows = [_row(shares, line, width, size, cell_lines) for line in lines]
    if ruled:
        rows = [stack([row, rule(width, "#d5d5d5", 0.1)], gap) for row in rows]
    shown = len(rows)
    if height is not None:
        used = stack([*top, foot], gap).height + gap
        room = height - used
        note = Font(size).line_mm + gap
        heights = [row.height + gap for row in rows]
        if sum(heights) > room:
            shown = 0
            while shown < len(rows) and sum(heights[: shown + 1]) <= room - note:
                shown += 1
    blocks = [*top, *rows[:shown], foot]
    if more and shown < len(rows):
        blocks.append(clipped(more(len(rows) - shown), Font(size), width, _CELL_LINES))
    return stack(blocks, gap), shown


def breaks_words(
    columns: Sequence[Column], lines: Sequence[Line], width: float, size: float
) -> bool:
    """Whether a word of a cell or head is wider than its column, so that it would be broken."""
    total = sum(column.share for column in columns)
    heads = Line(tuple(column.head for column in columns), bold=True)
    for line in (heads, *lines):
        font = Font(size, bold=line.bold)
        for column, cell in zip(columns, line.cells, strict=True):
            room = column.share / total * width - 2 * size * _PAD
            words = cell.split() if isinstance(cell, str) else ()
            if any(text_width(word, font) > room for word in words):
                return True
    return False


def largest_table(
    columns: Sequence[Column],
    lines: Sequence[Line],
    width: float,
    height: float,
    sizes: Sequence[float],
    more: Callable[[int], str],
    ruled: bool = False,
    cell_lines: int = _CELL_LINES,
) -> tuple[Block, int]:
    """A table in the largest letters at which all rows find room and no word is broken; else in
    the smallest, with as many rows as fit."""
    for size in sizes:
        last = size == sizes[-1]
        if not last and breaks_words(columns, lines, width, size):
            continue
        block, shown = table(columns, lines, width, size, height, more, ruled=ruled,
                             cell_lines=cell_lines)  # fmt: skip
        if last or shown == len(lines):
            break
    return block, shown


def _row(columns: Sequence[Column], line: Line, width: float, size: float, most: int) -> Block:
    font, pad = Font(size, bold=line.bold), size * _PAD
    cells = []
    for column, cell in zip(columns, line.cells, strict=True):
        across = column.share * width
        if isinstance(cell, str):
            cell = clipped(cell, font, across - 2 * pad, most, column.align)
        cells.append(replace(padded(cell, left=pad), width=across))
    return beside(cells)


def more_of(kind: str, lang: str) -> Callable[[int], str]:
    """The words for how many rows are left, and in which file they are."""
    return lambda count: say(f"atlas.more.{kind}", lang, count=count)


def section(title: str, width: float, size: float) -> Block:
    """A heading over a rule."""
    words = paragraph(title, Font(size, bold=True), width)
    return stack([words, rule(width, INK, 0.35)], 0.3)
