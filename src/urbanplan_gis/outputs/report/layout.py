"""What writers with pages share: runs of pages of one orientation, words that may break."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from math import ceil

from urbanplan_gis.outputs.report.content import Block, Listing, Paragraph, Picture, Section, Table
from urbanplan_gis.outputs.report.wording import KEPT

#: words of data without a blank: paths, ids
_LONG_WORD = re.compile(r"[\w./@:\-]{14,}")
_JOINT = re.compile(r"(?<=[./@:_\-])(?=\w)")
#: what has no joint for as many letters may break anywhere
_JOINTLESS = re.compile(r"[^\W_]{20,}")
_BREAK = "\u200b"
_KEPT_WORDS = re.compile(rf"[^ ]+{KEPT}[^ ]+")
#: the width and the height of the text on a page, on its side or upright
_ROOM_MM = {False: (164.0, 253.0), True: (263.0, 172.0)}
_MM_PER_PT = 0.353
#: a line and a letter as parts of the size of letters
_LINE, _LETTER = 1.3, 0.45
#: tables of no more than this part of a page stay whole
_SHORT = 0.33
#: rows at either end of a long table that stay together
_TOGETHER = 3


def page_runs(sections: Sequence[Section]) -> Iterator[tuple[bool, list[Section]]]:
    """Sections that follow each other on pages of one orientation: landscape or not."""
    for landscape, group in groupby(sections, key=lambda section: section.landscape):
        yield landscape, list(group)


def kept_blocks(blocks: Sequence[Block]) -> Iterator[tuple[Block, bool]]:
    """Blocks, and whether each stays on the page of the next: a paragraph that leads to a list, a
    table or a picture."""
    for block, following in zip(blocks, (*blocks[1:], None), strict=True):
        leads = isinstance(block, Paragraph) and block.kind != "note"
        yield block, leads and isinstance(following, Listing | Table | Picture)


def bound_rows(table: Table, letters_pt: float, landscape: bool) -> set[int]:
    """Rows that stay on the page of the next: all of a short table, the first and the last ones of
    a long one; the notes below count as its last row."""
    lines = _lines_of_rows(table, letters_pt, landscape)
    room = _ROOM_MM[landscape][1] / (_LINE * letters_pt * _MM_PER_PT)
    count = len(table.rows)
    last = count - (0 if table.notes else 1)
    if sum(lines) <= _SHORT * room:
        return set(range(last))
    bound: set[int] = set()
    for first, end in ((0, _TOGETHER - 1), (count - _TOGETHER, last)):
        rows = range(max(first, 0), min(end, count))
        if sum(lines[row] for row in rows) <= _SHORT * room:
            bound |= set(rows)
    return bound


def letters_of_columns(table: Table, letters_pt: float, landscape: bool) -> list[float]:
    """About how many letters of a size a line of each column takes."""
    whole = sum(column.share for column in table.columns)
    wide = _ROOM_MM[landscape][0] / (_LETTER * letters_pt * _MM_PER_PT)
    return [max(wide * column.share / whole - 2, 1) for column in table.columns]


def _lines_of_rows(table: Table, letters_pt: float, landscape: bool) -> list[int]:
    """About how many lines each row takes."""
    letters = letters_of_columns(table, letters_pt, landscape)
    return [
        max(ceil(len(cell) / room) or 1 for cell, room in zip(row, letters, strict=True))
        for row in table.rows
    ]


def breakable(text: str, letters: float) -> str:
    """Text for a cell of about so many letters a line, which no long word overruns."""
    text = _KEPT_WORDS.sub(lambda found: _parted(found.group(), letters), text)
    return _LONG_WORD.sub(lambda found: _jointed(found.group()), text)


def _parted(words: str, letters: float) -> str:
    """Words held together, parted from the first on until each piece has room."""
    first, *rest = words.split(KEPT)
    if not rest or len(words) <= letters:
        return words
    return f"{first} {_parted(KEPT.join(rest), letters)}"


def _jointed(word: str) -> str:
    word = _JOINT.sub(_BREAK, word)
    return _JOINTLESS.sub(lambda found: _BREAK.join(found.group()), word)
