"""The table of values in the panel: units, hectares missing, verdicts, and the city last."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from urbanplan_gis.outputs.sheets.boxes import (
    Block,
    Font,
    beside,
    padded,
    paragraph,
    rule,
    smaller,
    stack,
)
from urbanplan_gis.outputs.sheets.symbols import INK
from urbanplan_gis.text import Text, say

_TABLE_SHARES = (0.26, 0.20, 0.19, 0.35)
#: rows from which a table stands in columns, and the least width of one in sizes of its text
_LONG_TABLE, _TABLE_COLUMN = 40, 10.0
#: rows up to which a table is printed whole even where room is short
_BRIEF_TABLE = 20


@dataclass(frozen=True)
class Row:
    """One row of the table of values, in words."""

    name: str
    value: str
    gap: str
    verdict: str
    bold: bool = False


def value_table(
    rows: Iterable[Row],
    caption: str,
    state: str,
    value_unit: Text,
    lang: str,
    width: float,
    size: float,
    brief: bool,
) -> Block:
    """Values, hectares missing and verdicts, with the target and the state as caption.

    A brief table of many units has the row of the city only, and says where the others are.
    """
    small = smaller(size, 0.94)
    heads = (
        say("map.table.unit", lang),
        say("map.table.value", lang, unit=value_unit),
        say("map.table.gap", lang),
        say("map.table.verdict", lang),
    )
    listed = list(rows)
    captions = [
        paragraph(caption, Font(size, bold=True), width),
        paragraph(state, Font(small), width),
    ]
    if brief and len(listed) > _BRIEF_TABLE:
        listed = [row for row in listed if row.bold]
        captions.append(paragraph(say("map.table.elsewhere", lang), Font(small), width))
    fitting = int(width // (_TABLE_COLUMN * size))
    count = max(1, min(fitting, math.ceil(len(listed) / _LONG_TABLE)))
    each, gap = math.ceil(len(listed) / count), size * 0.6
    column = (width - gap * (count - 1)) / count
    parts = [listed[start : start + each] for start in range(0, len(listed), each)]
    table = beside([_table_part(heads, part, column, small) for part in parts], gap)
    return stack([*captions, replace(table, width=width)], gap=size * 0.06)


def _table_part(heads: Sequence[str], rows: Iterable[Row], width: float, size: float) -> Block:
    """Ruled rows below their headings."""
    lines = [rule(width, INK, 0.25), _cells(heads, width, Font(size, bold=True))]
    lines.append(rule(width, INK, 0.15))
    for row in rows:
        if row.bold:
            lines.append(rule(width))
        words = (row.name, row.value, row.gap, row.verdict)
        lines.append(_cells(words, width, Font(size, bold=row.bold)))
    return stack([*lines, rule(width, INK, 0.25)], gap=size * 0.06)


def _cells(texts: Sequence[str], width: float, font: Font) -> Block:
    pad = font.size * 0.18
    aligns = ("left", "right", "right", "left")
    cells = []
    for text, share, align in zip(texts, _TABLE_SHARES, aligns, strict=True):
        block = paragraph(text, font, share * width - 2 * pad, align)
        cells.append(replace(padded(block, left=pad), width=share * width))
    return beside(cells)
