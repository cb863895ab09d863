"""One table on one worksheet: typed cells, measured widths, filter, frozen panes, print set-up."""

from __future__ import annotations

import datetime as dt
import math
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from urbanplan_gis.outputs.tables import neutral
from urbanplan_gis.text import say

#: what a cell can hold; None is an empty cell
Value = str | float | int | dt.date | None

WHOLE, HUNDREDTHS, YEAR, SHARE = "#,##0", "#,##0.00", "0", "0.00%"
#: the font of administrative documents; its metric twins stand in for it elsewhere
FONT = {"font_name": "Times New Roman", "font_size": 11}
_WIDEST, _NARROWEST = 60, 7
#: longer text wraps, into about this many lines and no narrower than this
_WRAP_FROM, _LINES = 24, 3
#: a row is at most 409 points high: about this many letters in the widest column
_LONGEST, _HIGHEST, _LINE_HEIGHT = 1000, 409, 15
_A4 = 9
_HEADER_LINES = 5
_FILTER_ARROW = 2
#: widths of capitals and of other letters and spaces, in figures, by which columns are measured
_CAPITAL, _SMALL = 1.3, 0.88
#: room beside the text of a cell
_MARGIN = 2.5
#: letters of the title in the page header, which has room for 255 in all
_TITLE_LENGTH = 100
_GRID, _SHADE, _ALARM, _INK = "#c8c8c8", "#dfe7ee", "#b30000", "#000000"


@dataclass(frozen=True)
class Column:
    """One column: header, values, and the number format of all of them or of each.

    ``fills`` gives each cell a background colour (``""`` for none).
    """

    header: str
    values: Sequence[Value]
    formats: str | Sequence[str] = HUNDREDTHS
    fills: Sequence[str] = ()

    def format_of(self, row: int) -> str:
        return self.formats if isinstance(self.formats, str) else self.formats[row]

    def fill_of(self, row: int) -> str:
        return self.fills[row] if self.fills else ""


@dataclass(frozen=True)
class Sheet:
    """One worksheet: its table, the lines above it, and how many columns stay in sight."""

    name: str
    columns: Sequence[Column]
    above: Sequence[str] = ()
    frozen: int = 0
    bold_rows: frozenset[int] = frozenset()

    @property
    def rows(self) -> int:
        return len(self.columns[0].values) if self.columns else 0


@dataclass(frozen=True)
class Page:
    """What every sheet of a workbook says in its margins."""

    title: str
    stamp: str
    lang: str


def add_sheet(book: Workbook, sheet: Sheet, page: Page) -> None:
    """Write one sheet at the end of the workbook."""
    worksheet = book.add_worksheet(sheet.name)
    _write_above(book, worksheet, sheet, page)
    top = len(sheet.above)
    widths = [_width(column) for column in sheet.columns]
    _set_heights(worksheet, sheet, widths)
    header = _header_format(book)
    styled = cache(partial(_cell_format, book, page.lang))
    for number, column in enumerate(sheet.columns):
        worksheet.set_column(number, number, widths[number])
        worksheet.write_string(top, number, column.header, header)
        for row, value in enumerate(column.values):
            style = styled(
                type(value),
                column.format_of(row),
                column.fill_of(row),
                row in sheet.bold_rows,
            )
            _write(worksheet, (top + 1 + row, number), value, style)
    if not sheet.rows:
        worksheet.write_string(top + 1, 0, say("table.empty", page.lang))
    worksheet.freeze_panes(top + 1, sheet.frozen)
    worksheet.autofilter(top, 0, top + max(sheet.rows, 1), max(len(sheet.columns) - 1, 0))
    _set_page(worksheet, sheet, page)


def _write_above(book: Workbook, worksheet: Worksheet, sheet: Sheet, page: Page) -> None:
    """The title, larger, and the lines below it; the stamp in red."""
    for row, text in enumerate(sheet.above):
        colour = _ALARM if text == page.stamp else _INK
        style = {"bold": True, "font_size": 14 if row == 0 else 11, "font_color": colour}
        worksheet.write_string(row, 0, neutral(text), book.add_format(style))


def _width(column: Column) -> float:
    """Wide enough for the longest word or number, long text and headers on a few lines."""
    lines = column.header.split("\n")
    longest_word = max((_length(word) for line in lines for word in line.split()), default=0)
    header = max(longest_word, *(math.ceil(_length(line) / _HEADER_LINES) for line in lines))
    content = 0.0
    for row, value in enumerate(column.values):
        content = max(content, _text_width(_shown(value, column.format_of(row))))
    return max(_NARROWEST, min(_WIDEST, max(header + _FILTER_ARROW, content + _MARGIN)))


@cache
def _text_width(text: str) -> float:
    """Letters of a line once the text is wrapped, words unbroken."""
    longest = _length(text)
    if longest <= _WRAP_FROM:
        return longest
    word = max((_length(word) for word in text.split()), default=0)
    return max(_WRAP_FROM, longest / _LINES, word)


def _length(text: str) -> float:
    """The width of a text, in figures."""
    capitals = sum(letter.isupper() for letter in text)
    small = sum(letter.islower() or letter.isspace() for letter in text)
    return _CAPITAL * capitals + _SMALL * small + len(text) - capitals - small


def _set_heights(worksheet: Worksheet, sheet: Sheet, widths: Sequence[float]) -> None:
    """Rows as high as their text needs: not every program measures them when it opens a file."""
    top = len(sheet.above)
    headers = zip(sheet.columns, widths, strict=True)
    lines = max((_lines(column.header, width) for column, width in headers), default=1)
    worksheet.set_row(top, _LINE_HEIGHT * lines)
    for row in range(sheet.rows):
        texts = (column.values[row] for column in sheet.columns)
        lines = max(
            _lines(_short(text), width) if isinstance(text, str) else 1
            for text, width in zip(texts, widths, strict=True)
        )
        if lines > 1:
            worksheet.set_row(top + 1 + row, min(_HIGHEST, _LINE_HEIGHT * lines))


@cache
def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column of this width."""
    wide = _length(text) / max(len(text), 1)
    letters = max(1, int((width - _MARGIN / 2) / wide))
    return sum(len(textwrap.wrap(line, letters)) or 1 for line in text.split("\n"))


def _shown(value: Value, number_format: str) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _short(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if number_format == SHARE:
        return f"{value:.2%}"
    return f"{value:,.{len(number_format.partition('.')[2])}f}"


def _cell_format(
    book: Workbook, lang: str, kind: type, number: str, fill: str = "", bold: bool = False
) -> Format:
    """The format of cells of one type of value; text wraps and keeps clear of numbers beside it."""
    properties: dict[str, object] = {
        "valign": "top", "border": 1, "border_color": _GRID, "bold": bold
    }  # fmt: skip
    if kind is str:
        properties |= {"text_wrap": True, "align": "left", "indent": 1}
    elif issubclass(kind, dt.date):
        properties["num_format"] = "yyyy-mm-dd" if lang == "en" else "dd/mm/yyyy"
    else:
        properties["num_format"] = number
    return book.add_format(properties | ({"bg_color": fill} if fill else {}))


def _header_format(book: Workbook) -> Format:
    return book.add_format(
        {
            "text_wrap": True, "valign": "vcenter", "bg_color": _SHADE, "bold": True,
            "border": 1, "border_color": _GRID,
        }
    )  # fmt: skip


def _write(worksheet: Worksheet, place: tuple[int, int], value: Value, style: Format) -> None:
    """A cell of the value's own type; text never becomes a formula, a link or a number."""
    if value is None:
        worksheet.write_blank(*place, None, style)
    elif isinstance(value, str):
        worksheet.write_string(*place, neutral(_short(value)), style)
    elif isinstance(value, dt.date):
        worksheet.write_datetime(*place, dt.datetime.combine(value, dt.time()), style)
    else:
        worksheet.write_number(*place, value, style)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _set_page(worksheet: Worksheet, sheet: Sheet, page: Page) -> None:
    """A4 landscape, one page wide, header row on every page, title, stamp and page numbers."""
    worksheet.set_landscape()
    worksheet.set_paper(_A4)
    worksheet.fit_to_pages(1, 0)
    worksheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    worksheet.repeat_rows(len(sheet.above))
    title = _escaped(page.title[:_TITLE_LENGTH])
    stamp = f"&R&B{_escaped(page.stamp)}" if page.stamp else ""
    worksheet.set_header(f"&L{title} – {_escaped(sheet.name)}{stamp}")
    worksheet.set_footer("&R" + say("table.page", page.lang, page="&P", pages="&N"))


def _escaped(text: str) -> str:
    """Text in which ``&`` is no command of the page header."""
    return text.replace("&", "&&")
