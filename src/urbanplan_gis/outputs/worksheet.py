"""One table on one worksheet: typed cells, formulas, names, filter, panes, print set-up."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from functools import cache, partial

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import quote_sheetname, xl_col_to_name, xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from urbanplan_gis.outputs.tables import neutral
from urbanplan_gis.outputs.worksheet_print import lines_above, set_page
from urbanplan_gis.outputs.worksheet_size import header_height, row_heights, widths_of
from urbanplan_gis.outputs.worksheet_table import Column, Page, Sheet, Value, shown_text
from urbanplan_gis.text import say

#: the font of administrative documents; its metric twins stand in for it elsewhere
FONT = {"font_name": "Times New Roman", "font_size": 11}
#: rows that a worksheet has, and letters that a formula may have
MOST_ROWS, MOST_LETTERS = 1_048_576, 8192
_GRID, _SHADE, _ALARM, _INK = "#c8c8c8", "#dfe7ee", "#b30000", "#000000"
_INPUT_FILL, _INPUT_INK = "#fff8d6", "#1f3fbf"
_OF_ROW = re.compile(r"\[(\w+)\]")
_ROW = "§"
#: the least number with all its digits
_TINY = 2.3e-308


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
    widths = widths_of(sheet, page.lang)
    sheet = replace(sheet, above=lines_above(sheet, widths, page.stamp))
    _write_above(book, worksheet, sheet, page)
    top = len(sheet.above)
    worksheet.set_row(top, header_height(sheet, widths))
    for row, height in row_heights(sheet, widths, page.lang).items():
        worksheet.set_row(top + 1 + row, height)
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
    set_page(worksheet, sheet, page, widths)


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
    lines = range(1, len(sheet.above) + 1)
    titles = next((n for n in lines if " ".join(sheet.above[:n]) == page.title), 0)
    for row, text in enumerate(sheet.above):
        colour = _ALARM if text == page.stamp else _INK
        is_title = row < titles
        style = {"bold": is_title or text == page.stamp, "font_color": colour,
                 "font_size": 14 if is_title else 11}  # fmt: skip
        worksheet.write_string(row, 0, neutral(text), book.add_format(style))


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
        worksheet.write_string(*place, neutral(shown_text(value, lang)), style)
    elif isinstance(value, dt.date):
        worksheet.write_datetime(*place, dt.datetime.combine(value, dt.time()), style)
    else:
        worksheet.write_number(*place, plain(value), style)


def plain(value: float) -> float:
    """The number; those too near zero for spreadsheets to read are zero."""
    return 0.0 if abs(value) < _TINY else value
