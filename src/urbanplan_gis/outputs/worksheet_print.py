"""How a worksheet prints: paper, the rows and columns that print, header row, margins."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from textwrap import shorten

from xlsxwriter.worksheet import Worksheet

from urbanplan_gis.outputs.worksheet_size import (
    ACROSS_A3,
    ACROSS_A4,
    DIGIT_POINTS,
    folded_text,
)
from urbanplan_gis.outputs.worksheet_table import Page, Sheet
from urbanplan_gis.text import say

_A4, _A3 = 9, 8
_ACROSS = {_A4: ACROSS_A4, _A3: ACROSS_A3}
_SMALLEST_PRINT = 0.72
#: width of the sources beside the page number (digits), and height of a line of them (inches)
_FOOT_ROOM, _FOOT_LINE = 105.0, 0.17
#: lines above a table take at least this (digits), however narrow the table is
_LEAST_ROOM = 24.0
#: what the larger, bold letters of the title leave of the room
_TITLE_SHARE = 0.7
#: letters of the title and of the sources in the margins, which have room for 255 each
_TITLE_LENGTH, _FOOT_LENGTH = 100, 200
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def set_page(worksheet: Worksheet, sheet: Sheet, page: Page, widths: Sequence[float]) -> None:
    """Landscape, as wide as a page may be and still be read; header row, stamp, page numbers.

    Columns that do not print stand at the end, rows that do not below the others.
    """
    printed = _printed(sheet)
    paper, beside = _paper(sheet, widths)
    worksheet.set_landscape()
    worksheet.set_paper(paper)
    worksheet.fit_to_pages(beside, 0)
    foot = folded_text(shorten(page.foot, _FOOT_LENGTH, placeholder=" …"), _FOOT_ROOM)
    lower = 0.6 + _FOOT_LINE * (len(foot) - 1)
    worksheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=lower)
    worksheet.repeat_rows(len(sheet.above))
    if beside > 1 and sheet.frozen:
        worksheet.repeat_columns(0, sheet.frozen - 1)
    rows = sheet.rows if sheet.printed_rows is None else min(sheet.printed_rows, sheet.rows)
    if printed and (len(printed) < len(sheet.columns) or rows < sheet.rows):
        worksheet.print_area(0, 0, len(sheet.above) + max(rows, 1), printed[-1])
    title = _escaped(shorten(page.title, _TITLE_LENGTH, placeholder="…"))
    stamp = f"&R&B{_escaped(page.stamp)}" if page.stamp else ""
    worksheet.set_header(f"&L{title} – {_escaped(sheet.name)}{stamp}")
    left = "&L" + "\n".join(map(_escaped, foot)) if page.foot else ""
    worksheet.set_footer(f"{left}&R" + say("table.page", page.lang, page="&P", pages="&N"))


def lines_above(sheet: Sheet, widths: Sequence[float], stamp: str) -> list[str]:
    """The lines above the table, folded to the columns that every page shows.

    What is longer than the printed columns is cut on paper; where pages stand side by side, the
    columns repeated on each of them are all there is. The stamp stays whole.
    """
    shown = [widths[number] for number in _printed(sheet)]
    if sheet.frozen and _paper(sheet, widths)[1] > 1:
        shown = shown[: sheet.frozen]
    room = max(sum(shown), _LEAST_ROOM)
    folded: list[str] = []
    for row, text in enumerate(sheet.above):
        share = _TITLE_SHARE if row == 0 else 1.0
        folded += [text] if text == stamp else folded_text(text, room * share)
    return folded


def _printed(sheet: Sheet) -> list[int]:
    return [number for number, column in enumerate(sheet.columns) if column.prints]


def _paper(sheet: Sheet, widths: Sequence[float]) -> tuple[int, int]:
    """The paper, and how many pages stand side by side."""
    across = sum(widths[number] for number in _printed(sheet)) * DIGIT_POINTS
    paper = _A4 if _ACROSS[_A4] / max(across, 1) >= _SMALLEST_PRINT else _A3
    return paper, max(1, math.ceil(across * _SMALLEST_PRINT / _ACROSS[paper]))


def _escaped(text: str) -> str:
    """Text in which ``&`` is no command of the page header."""
    return _CONTROL.sub(" ", text).replace("&", "&&")
