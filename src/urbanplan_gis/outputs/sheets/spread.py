"""Pages of their own for legend, table and notes, where the panel beside the map is too small."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from urbanplan_gis.outputs.sheets import parts
from urbanplan_gis.outputs.sheets.boxes import Block, Font, paragraph, stack, wrap
from urbanplan_gis.outputs.sheets.page import Layout, Rect
from urbanplan_gis.outputs.sheets.panel import Words, facts_of, text_points
from urbanplan_gis.outputs.sheets.symbols import GREY
from urbanplan_gis.text import languages, say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.sheets.data import SheetData
    from urbanplan_gis.outputs.sheets.theme import MapClass

_PAD_MM, _GAP_MM = 4.0, 6.0
#: least width of a column in millimetres on A3
_COLUMN_MM = 62.0
#: lines of a long text that stay together
_TOGETHER = 8


@dataclass(frozen=True, eq=False)
class Page:
    """A page of text: its blocks with their left and top in millimetres of paper."""

    placed: tuple[tuple[float, float, Block], ...]


def spread_pages(
    layout: Layout,
    classes: Sequence[MapClass],
    numbers: tuple[tuple[str, str], ...],
    words: Words,
    data: SheetData,
) -> list[Page]:
    """Legend, key, table, facts and notes in columns, on as many pages as they take."""
    points = text_points(layout, 1.0)
    pad = _PAD_MM * layout.factor
    inner = layout.border.inset(pad, pad, pad, pad)
    gap = _GAP_MM * layout.factor
    count = max(1, int((inner.width + gap) // (_COLUMN_MM * layout.factor + gap)))
    width = (inner.width - gap * (count - 1)) / count
    head = _head(words, data, inner.width, points)
    foot = parts.small_print(["0"], inner.width, points).height
    room = Rect(inner.x, inner.y + foot, inner.width, inner.height - foot - head.height - gap)
    blocks = list(_blocks(layout, classes, numbers, words, data, width, points))
    columns = _filled(blocks, room.height, points * 0.12)
    sheets = [columns[start : start + count] for start in range(0, len(columns), count)]
    pages = []
    for number, sheet in enumerate(sheets, start=2):
        said = say("sheet.note.page", data.lang, number=number, count=len(sheets) + 1)
        placed = [(inner.x, inner.top, head)]
        placed.append((inner.x, inner.y + foot, parts.small_print([said], inner.width, points)))
        for order, column in enumerate(sheet):
            placed.append((inner.x + order * (width + gap), room.top, column))
        pages.append(Page(tuple(placed)))
    return pages


def _head(words: Words, data: SheetData, width: float, points: float) -> Block:
    """The sheet's title once more, and what every page must say."""
    title = [words.title.say(lang) for lang in languages(data.lang)]
    blocks = [parts.heading(title, [data.title.say(data.lang)], width, points)]
    if data.synthetic:
        blocks.append(parts.stamp(say("stamp.synthetic", "vi"), width, points))
    blocks.append(parts.stamp(data.standing.say(data.lang), width, points, color=GREY))
    return stack(blocks, 1.5)


def _blocks(
    layout: Layout,
    classes: Sequence[MapClass],
    numbers: tuple[tuple[str, str], ...],
    words: Words,
    data: SheetData,
    width: float,
    points: float,
) -> Iterator[Block]:
    """Everything in reading order, in pieces that fit a column."""
    lang = data.lang
    yield parts.legend_title(width, points, lang)
    yield from parts.legend_blocks(classes, width, points)
    bold, font = Font(points, bold=True), Font(points)
    if numbers:
        yield paragraph(say("map.legend.numbers", lang), bold, width)
        for figure, name in numbers:
            yield paragraph(f"{figure}. {name}", font, width, gid=f"key:{figure}")
    if words.table:
        yield words.table(width, points, words.brief)
    for label, value in facts_of(layout, words, data):
        yield paragraph(label, bold, width)
        for line in value.split("\n"):
            lines = wrap(line, font, width)
            for start in range(0, len(lines), _TOGETHER):
                yield paragraph("\n".join(lines[start : start + _TOGETHER]), font, width)


def _filled(blocks: Sequence[Block], height: float, gap: float) -> list[Block]:
    """Blocks down one column after the other."""
    columns: list[list[Block]] = [[]]
    used = 0.0
    for block in blocks:
        if columns[-1] and used + block.height > height:
            columns.append([])
            used = 0.0
        columns[-1].append(block)
        used += block.height + gap
    return [stack(column, gap) for column in columns]
