"""What a worksheet is made from: columns of typed cells, the sheet, the margins of its pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from urbanplan_gis.text import say

#: what a cell can hold; None is an empty cell
Value = str | float | int | dt.date | None

WHOLE, HUNDREDTHS, YEAR, SHARE = "#,##0", "#,##0.00", "0", "0.00%"
#: letters of a text that a cell shows: a row is at most 409 points high
_LONGEST = 1000


@dataclass(frozen=True)
class Column:
    """One column: header, values, and the number format of all of them or of each.

    ``fills`` gives each cell a background colour (``""`` for none). Where ``formulas`` has text,
    of all cells or of each, the value is what the formula comes to; ``[key]`` in it is the cell
    of column ``key`` in the same row. ``name`` names the cells of the column, ``names`` each.
    """

    header: str
    values: Sequence[Value]
    formats: str | Sequence[str] = HUNDREDTHS
    fills: Sequence[str] = ()
    key: str = ""
    formulas: str | Sequence[str] = ""
    name: str = ""
    names: Sequence[str] = ()
    #: whether people are meant to change these cells, and to what
    is_input: bool = False
    choices: Sequence[str | int] = ()
    #: words of this column -> background; they hold when a formula comes to another word
    colours: Mapping[str | int, str] = field(default_factory=dict)
    prints: bool = True
    #: sheets that cells lead to
    links: Sequence[str] = ()

    def format_of(self, row: int) -> str:
        return self.formats if isinstance(self.formats, str) else self.formats[row]

    def fill_of(self, row: int) -> str:
        return self.fills[row] if self.fills else ""

    def formula_of(self, row: int) -> str:
        return self.formulas if isinstance(self.formulas, str) else self.formulas[row]


@dataclass(frozen=True)
class Sheet:
    """One worksheet: its table, the lines above it, and how many columns stay in sight."""

    name: str
    columns: Sequence[Column]
    above: Sequence[str] = ()
    frozen: int = 0
    bold_rows: frozenset[int] = frozenset()
    #: rows that look at this column are shaded where it is 1
    marked_by: str = ""
    #: rows that print, from the first on; None for all
    printed_rows: int | None = None

    @property
    def rows(self) -> int:
        return len(self.columns[0].values) if self.columns else 0


@dataclass(frozen=True)
class Page:
    """What every sheet of a workbook says in its margins."""

    title: str
    stamp: str
    lang: str
    foot: str = ""


def shown_text(text: str, lang: str) -> str:
    """The beginning of a text no cell has room for, and how much more there is."""
    if len(text) <= _LONGEST:
        return text
    return text[:_LONGEST] + say("workbook.more_letters", lang, count=len(text) - _LONGEST)
