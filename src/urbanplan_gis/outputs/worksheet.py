"""One table on one worksheet: typed cells, formulas, names, filter, panes, print set-up."""

from __future__ import annotations

import datetime as dt
import math
import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname, xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from urbanplan_gis.outputs.tables import neutral
from urbanplan_gis.text import say

#: what a cell can hold; None is an empty cell
Value = str | float | int | dt.date | None

WHOLE, HUNDREDTHS, YEAR, SHARE = "#,##0", "#,##0.00", "0", "0.00%"
#: the font of administrative documents; its metric twins stand in for it elsewhere
FONT = {"font_name": "Times New Roman", "font_size": 11}
#: rows that a worksheet has, and letters that a formula may have
MOST_ROWS, MOST_LETTERS = 1_048_576, 8192
_WIDEST, _NARROWEST = 60, 7
#: longer text wraps, into about this many lines and no narrower than this
_WRAP_FROM, _LINES = 24, 3
#: a row is at most 409 points high: about this many letters in the widest column
_LONGEST, _HIGHEST, _LINE_HEIGHT = 1000, 409, 15
_A4, _A3 = 9, 8
#: points across a page between its margins, points of one letter of width, smallest print
_ACROSS = {_A4: 784.0, _A3: 1133.0}
_LETTER_POINTS, _SMALLEST_PRINT = 5.4, 0.72
_HEADER_LINES = 5
_FILTER_ARROW = 2
#: widths of capitals and of other letters and spaces, in figures, by which columns are measured
_CAPITAL, _SMALL = 1.3, 0.88
#: room beside the text of a cell
_MARGIN = 2.5
#: letters of the title and of the sources in the margins, which have room for 255 each
_TITLE_LENGTH, _FOOT_LENGTH = 100, 170
_GRID, _SHADE, _ALARM, _INK = "#c8c8c8", "#dfe7ee", "#b30000", "#000000"
_INPUT_FILL, _INPUT_INK = "#fff8d6", "#1f3fbf"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_OF_ROW = re.compile(r"\[(\w+)\]")
_ROW = "§"
#: the least number with all its digits
_TINY = 2.3e-308


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


class _Worksheet(Worksheet):
    """A worksheet that takes formulas as they are: none of ours is of a later Excel than 2010.

    Looking for the thirty functions that came later takes most of the time a large workbook needs.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")


def add_sheet(book: Workbook, sheet: Sheet, page: Page) -> None:
    """Write one sheet at the end of the workbook; its name must still be free."""
    worksheet = book.add_worksheet(sheet.name, _Worksheet)
    sheet = _within_limits(sheet, page)
    _write_above(book, worksheet, sheet, page)
    top = len(sheet.above)
    widths = [_width(column, page.lang) for column in sheet.columns]
    _set_heights(worksheet, sheet, widths, page.lang)
    header, input_header = _header_format(book, _SHADE), _header_format(book, _INPUT_FILL)
    styled = cache(partial(_cell_format, book, page.lang))
    located = cache(partial(_located, sheet))
    for number, column in enumerate(sheet.columns):
        worksheet.set_column(number, number, widths[number])
        worksheet.write_string(
            top, number, column.header, input_header if column.is_input else header
        )
        for row, value in enumerate(column.values):
            formula = column.formula_of(row)
            if value is None and not formula and not column.prints:
                continue
            # a formula that comes to nothing now may come to a number
            kind = float if formula and value is None else type(value)
            bold = row in sheet.bold_rows
            style = styled(kind, column.format_of(row), column.fill_of(row), bold, column.is_input)
            place = (top + 1 + row, number)
            text = located(formula).replace(_ROW, str(top + 2 + row)) if formula else ""
            if text and len(text) < MOST_LETTERS:
                worksheet.write_formula(*place, text, style, "" if value is None else value)
            elif column.links:
                link = f"internal:{quote_sheetname(column.links[row])}!A1"
                worksheet.write_url(*place, link, style, neutral(str(value)))
            else:
                _write(worksheet, place, value, style, page.lang)
        _set_column_rules(book, worksheet, sheet, number)
        _define_names(book, sheet, number)
    if not sheet.rows:
        worksheet.write_string(top + 1, 0, say("table.empty", page.lang))
    _mark_rows(book, worksheet, sheet)
    # codes of units and classes are texts, whatever they look like
    last = xl_rowcol_to_cell(top + max(sheet.rows, 1), max(len(sheet.columns) - 1, 0))
    worksheet.ignore_errors({"number_stored_as_text": f"A1:{last}"})
    worksheet.freeze_panes(top + 1, sheet.frozen)
    worksheet.autofilter(top, 0, top + max(sheet.rows, 1), max(len(sheet.columns) - 1, 0))
    _set_page(worksheet, sheet, page, widths)


def _within_limits(sheet: Sheet, page: Page) -> Sheet:
    """The sheet with as many rows as a worksheet has, saying how many more there are."""
    room = MOST_ROWS - len(sheet.above) - 2
    if sheet.rows <= room:
        return sheet
    more = say("workbook.more_rows", page.lang, count=sheet.rows - room)
    cut = [
        Column(item.header, item.values[:room], item.formats, item.fills[:room], item.key)
        for item in sheet.columns
    ]
    return Sheet(sheet.name, cut, [*sheet.above, more], sheet.frozen, sheet.bold_rows)


def _located(sheet: Sheet, formula: str) -> str:
    """A formula with the letters of the columns of its own row."""
    letters = {item.key: xl_col_to_name(n) for n, item in enumerate(sheet.columns) if item.key}
    return "=" + _OF_ROW.sub(lambda found: f"${letters[found[1]]}{_ROW}", formula)


def _define_names(book: Workbook, sheet: Sheet, number: int) -> None:
    column, first = sheet.columns[number], len(sheet.above) + 2
    letter, place = xl_col_to_name(number), quote_sheetname(sheet.name)
    if column.name:
        last = first + max(sheet.rows, 1) - 1
        book.define_name(column.name, f"={place}!${letter}${first}:${letter}${last}")
    for row, name in enumerate(column.names):
        if name:
            book.define_name(name, f"={place}!${letter}${first + row}")


def _set_column_rules(book: Workbook, worksheet: Worksheet, sheet: Sheet, number: int) -> None:
    """What may be typed into the column, and the colours of its words."""
    column, top = sheet.columns[number], len(sheet.above) + 1
    last = top + sheet.rows - 1
    if not sheet.rows:
        return
    if column.choices:
        listed = [str(choice) for choice in column.choices]
        worksheet.data_validation(top, number, last, number, {"validate": "list", "source": listed})
    elif column.is_input:
        at_least_zero = {"validate": "decimal", "criteria": ">=", "value": 0}
        worksheet.data_validation(top, number, last, number, at_least_zero)
    for words, colour in column.colours.items():
        shown = words if isinstance(words, int) else quoted(words)
        rule = {"type": "cell", "criteria": "==", "value": shown,
                "format": book.add_format({"bg_color": colour})}  # fmt: skip
        worksheet.conditional_format(top, number, last, number, rule)


def quoted(text: str) -> str:
    """Text as a formula holds it."""
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def _mark_rows(book: Workbook, worksheet: Worksheet, sheet: Sheet) -> None:
    if not sheet.marked_by or not sheet.rows:
        return
    top, last = len(sheet.above) + 1, len(sheet.above) + sheet.rows
    numbers = {item.key: n for n, item in enumerate(sheet.columns) if item.key}
    letter = xl_col_to_name(numbers[sheet.marked_by])
    style = book.add_format({"bold": True, "font_color": _ALARM})
    rule = {"type": "formula", "criteria": f"=${letter}{top + 1}=1", "format": style}
    worksheet.conditional_format(top, 0, last, len(sheet.columns) - 1, rule)


def _write_above(book: Workbook, worksheet: Worksheet, sheet: Sheet, page: Page) -> None:
    """The title, larger, and the lines below it; the stamp in red."""
    for row, text in enumerate(sheet.above):
        colour = _ALARM if text == page.stamp else _INK
        is_title = row == 0 and text == page.title
        style = {"bold": is_title or text == page.stamp, "font_color": colour,
                 "font_size": 14 if is_title else 11}  # fmt: skip
        worksheet.write_string(row, 0, neutral(text), book.add_format(style))


def _width(column: Column, lang: str) -> float:
    """Wide enough for the longest word or number, long text and headers on a few lines."""
    lines = column.header.split("\n")
    longest_word = max((_length(word) for line in lines for word in line.split()), default=0)
    header = max(longest_word, *(math.ceil(_length(line) / _HEADER_LINES) for line in lines))
    content = max(
        (_text_width(text, not column.prints) for text in _longest(column, lang)), default=0.0
    )
    return max(_NARROWEST, min(_WIDEST, max(header + _FILTER_ARROW, content + _MARGIN)))


def _longest(column: Column, lang: str) -> set[str]:
    """What the widest cell of a column shows is among these texts."""
    texts: set[str] = set()
    ends: dict[str, tuple[float, float]] = {}
    for row, value in enumerate(column.values):
        if isinstance(value, str):
            texts.add(value)
        elif isinstance(value, dt.date):
            texts.add(value.isoformat())
        elif value is not None:
            shown = column.format_of(row)
            least, most = ends.get(shown, (value, value))
            ends[shown] = min(least, value), max(most, value)
    numbers = {_number(value, shown) for shown, both in ends.items() for value in both}
    return {_short(text, lang) for text in texts} | numbers


@cache
def _text_width(text: str, one_line: bool = False) -> float:
    """Letters of a line once the text is wrapped (if it is), words unbroken."""
    longest = _length(text)
    if longest <= _WRAP_FROM or one_line:
        return longest
    word = max((_length(word) for word in text.split()), default=0)
    return max(_WRAP_FROM, longest / _LINES, word)


@cache
def _length(text: str) -> float:
    """The width of a text, in figures."""
    capitals = sum(map(str.isupper, text))
    small = sum(map(str.islower, text)) + sum(map(str.isspace, text))
    return _CAPITAL * capitals + _SMALL * small + len(text) - capitals - small


def _set_heights(worksheet: Worksheet, sheet: Sheet, widths: Sequence[float], lang: str) -> None:
    """Rows as high as their printed text needs: not every program measures them on opening.

    What does not print stands in one line, as wide as columns may be.
    """
    top = len(sheet.above)
    headers = zip(sheet.columns, widths, strict=True)
    lines = max((_lines(column.header, width) for column, width in headers), default=1)
    worksheet.set_row(top, _LINE_HEIGHT * lines)
    worded = [
        (column.values, width)
        for column, width in zip(sheet.columns, widths, strict=True)
        if column.prints and any(isinstance(value, str) for value in column.values)
    ]
    for row in range(sheet.rows):
        lines = 1
        for values, width in worded:
            text = values[row]
            if isinstance(text, str):
                lines = max(lines, _lines(_short(text, lang), width))
        if lines > 1:
            worksheet.set_row(top + 1 + row, min(_HIGHEST, _LINE_HEIGHT * lines))


@cache
def _lines(text: str, width: float) -> int:
    """Lines that a text takes in a column of this width."""
    wide = _length(text) / max(len(text), 1)
    letters = max(1, int((width - _MARGIN) / wide))
    return sum(len(textwrap.wrap(line, letters)) or 1 for line in text.split("\n"))


def _number(value: float, number_format: str) -> str:
    if number_format == SHARE:
        return f"{value:.2%}"
    return f"{value:,.{len(number_format.partition('.')[2])}f}"


def _cell_format(
    book: Workbook,
    lang: str,
    kind: type,
    number: str,
    fill: str = "",
    bold: bool = False,
    is_input: bool = False,
) -> Format:
    """The format of cells of one type of value; text wraps and keeps clear of numbers beside it."""
    properties: dict[str, object] = {
        "valign": "top", "border": 1, "border_color": _GRID, "bold": bold
    }  # fmt: skip
    if is_input:
        properties |= {"font_color": _INPUT_INK}
        fill = _INPUT_FILL
    if kind is str:
        properties |= {"text_wrap": True, "align": "left", "indent": 1}
    elif issubclass(kind, dt.date):
        properties["num_format"] = "yyyy-mm-dd" if lang == "en" else "dd/mm/yyyy"
    else:
        properties["num_format"] = number
    return book.add_format(properties | ({"bg_color": fill} if fill else {}))


def _header_format(book: Workbook, colour: str) -> Format:
    return book.add_format(
        {
            "text_wrap": True, "valign": "vcenter", "bg_color": colour, "bold": True,
            "border": 1, "border_color": _GRID,
        }
    )  # fmt: skip


def _write(
    worksheet: Worksheet, place: tuple[int, int], value: Value, style: Format, lang: str
) -> None:
    """A cell of the value's own type; text never becomes a formula, a link or a number."""
    if value is None:
        worksheet.write_blank(*place, None, style)
    elif isinstance(value, str):
        worksheet.write_string(*place, neutral(_short(value, lang)), style)
    elif isinstance(value, dt.date):
        worksheet.write_datetime(*place, dt.datetime.combine(value, dt.time()), style)
    else:
        worksheet.write_number(*place, plain(value), style)


def plain(value: float) -> float:
    """The number; those too near zero for spreadsheets to read are zero."""
    return 0.0 if abs(value) < _TINY else value


def _short(text: str, lang: str) -> str:
    """The beginning of a text no cell has room for, and how much more there is."""
    if len(text) <= _LONGEST:
        return text
    return text[:_LONGEST] + say("workbook.more_letters", lang, count=len(text) - _LONGEST)


def _set_page(worksheet: Worksheet, sheet: Sheet, page: Page, widths: Sequence[float]) -> None:
    """Landscape, as wide as a page may be and still be read; header row, stamp, page numbers.

    Columns that do not print stand at the end.
    """
    printed = [number for number, column in enumerate(sheet.columns) if column.prints]
    across = sum(widths[number] for number in printed) * _LETTER_POINTS
    paper = _A4 if _ACROSS[_A4] / max(across, 1) >= _SMALLEST_PRINT else _A3
    beside = max(1, math.ceil(across * _SMALLEST_PRINT / _ACROSS[paper]))
    worksheet.set_landscape()
    worksheet.set_paper(paper)
    worksheet.fit_to_pages(beside, 0)
    worksheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    worksheet.repeat_rows(len(sheet.above))
    if beside > 1 and sheet.frozen:
        worksheet.repeat_columns(0, sheet.frozen - 1)
    if printed and len(printed) < len(sheet.columns):
        last = len(sheet.above) + max(sheet.rows, 1)
        worksheet.print_area(0, 0, last, printed[-1])
    title = _escaped(page.title[:_TITLE_LENGTH])
    stamp = f"&R&B{_escaped(page.stamp)}" if page.stamp else ""
    worksheet.set_header(f"&L{title} – {_escaped(sheet.name)}{stamp}")
    foot = f"&L{_escaped(page.foot[:_FOOT_LENGTH])}" if page.foot else ""
    worksheet.set_footer(f"{foot}&R" + say("table.page", page.lang, page="&P", pages="&N"))


def _escaped(text: str) -> str:
    """Text in which ``&`` is no command of the page header."""
    return _CONTROL.sub(" ", text).replace("&", "&&")
