"""Widths of columns and heights of rows: not every program measures them on opening."""

from __future__ import annotations

import datetime as dt
import math
import unicodedata
from collections.abc import Sequence
from functools import cache

from urbanplan_gis.outputs.worksheet_table import SHARE, Column, Sheet, shown_text

_WIDEST, _NARROWEST = 60, 7
#: text longer than this may wrap, into as few lines as the page allows, and no narrower than this
_WRAP_FROM = 24
_FEW_LINES, _LINES = (1, 2), 3
#: points of one digit of width, and those across the pages between their margins: A4, A3
DIGIT_POINTS, ACROSS_A4, ACROSS_A3 = 5.4, 784.0, 1133.0
#: a sheet as wide as this part more of an A3 page still prints well
_SMALLER = 1.25
#: lines that headers take at least and for each language, of columns that print and of others
_HEADER_LINES, _HEADER_LINES_BEHIND = (4, 3), (3, 3)
_FILTER_ARROW = 2.0
#: a row is at most 409 points high
_HIGHEST, _LINE_HEIGHT = 409, 15
#: room beside the text of a cell, which is indented, beside a number, and beside a header
_MARGIN, _BESIDE_NUMBER, _BESIDE_HEADER = 2.5, 1.5, 0.7
#: bold letters are wider by this
_BOLD = 1.08
#: widths of letters of the Times faces, in thousandths of their height; a digit has 500
_OF_LETTERS = {
    250: " .,\u00a0", 278: "ijlt/:;'\\|", 333: "fr-()I[]!", 389: "sJ", 408: '"', 444: "acez",
    500: "bdghknopquvxy0123456789–$*_#đ?", 541: "^~", 556: "PSFß", 564: "+<>=−×÷", 611: "ELTZ",
    667: "BCRΣ", 722: "ADGHKNOQUVXYĐw", 778: "m&", 833: "%", 889: "M", 921: "@", 944: "W",
    1000: "—…",
}  # fmt: skip
_WIDTHS = {letter: width for width, letters in _OF_LETTERS.items() for letter in letters}
#: letters of other scripts and signs
_OTHER, _WIDE, _DIGIT = 722, 1000, 500
#: signs that begin no line
_NEVER_FIRST = ".,;:!?)]}…"
#: sums of widths differ by their order
_ROUNDING = 1e-6


def widths_of(sheet: Sheet, lang: str) -> list[float]:
    """The width of every column in digits: text on as few lines as the paper has room for."""
    for lines in _FEW_LINES:
        for across in (ACROSS_A4, _SMALLER * ACROSS_A3):
            widths = [_width(column, lang, lines) for column in sheet.columns]
            if _printed(sheet, widths) * DIGIT_POINTS <= across:
                return widths
    return [_width(column, lang, _LINES) for column in sheet.columns]


def header_height(sheet: Sheet, widths: Sequence[float]) -> float:
    """The height of the row of headers (points)."""
    headers = zip(sheet.columns, widths, strict=True)
    lines = (_lines(column.header, width - _BESIDE_HEADER, _BOLD) for column, width in headers)
    return min(_HIGHEST, _LINE_HEIGHT * max(lines, default=1))


def row_heights(sheet: Sheet, widths: Sequence[float], lang: str) -> dict[int, float]:
    """The heights of rows whose printed text takes more than a line (points).

    What does not print stands in one line, as wide as columns may be.
    """
    worded = [
        (column.values, width - _MARGIN)
        for column, width in zip(sheet.columns, widths, strict=True)
        if column.prints and any(isinstance(value, str) for value in column.values)
    ]
    found = {}
    for row in range(sheet.rows):
        wide = _BOLD if row in sheet.bold_rows else 1.0
        lines = 1
        for values, width in worded:
            text = values[row]
            if isinstance(text, str):
                lines = max(lines, _lines(shown_text(text, lang), width, wide))
        if lines > 1:
            found[row] = min(_HIGHEST, _LINE_HEIGHT * lines)
    return found


def _printed(sheet: Sheet, widths: Sequence[float]) -> float:
    return sum(width for item, width in zip(sheet.columns, widths, strict=True) if item.prints)


def _width(column: Column, lang: str, lines: int) -> float:
    """Wide enough for the longest word or number, for text on some lines, and for the header."""
    texts, numbers = _widest(column, lang)
    content = max((_text_width(text, lines if column.prints else 1) for text in texts), default=0.0)
    content = max(content + _MARGIN, *(length(text) + _BESIDE_NUMBER for text in numbers), 0.0)
    header = _header_width(column.header, column.prints) + _FILTER_ARROW
    return max(_NARROWEST, min(_WIDEST, max(header, content)))


@cache
def _header_width(header: str, prints: bool) -> float:
    """The least width at which a header takes no more lines than headers should."""
    least, of_each = _HEADER_LINES if prints else _HEADER_LINES_BEHIND
    most = max(least, of_each * (header.count("\n") + 1))
    width = max((_BOLD * length(word) for word in header.split()), default=0.0)
    while width < _WIDEST and _lines(header, width, _BOLD) > most:
        width += 1
    return width


def _widest(column: Column, lang: str) -> tuple[set[str], set[str]]:
    """What the widest cell of a column shows is among these texts and these numbers."""
    texts: set[str] = set()
    numbers: set[str] = set()
    ends: dict[str, tuple[float, float]] = {}
    for row, value in enumerate(column.values):
        if isinstance(value, str):
            texts.add(value)
        elif isinstance(value, dt.date):
            numbers.add(value.isoformat())
        elif value is not None:
            shown = column.format_of(row)
            least, most = ends.get(shown, (value, value))
            ends[shown] = min(least, value), max(most, value)
    numbers |= {_number(value, shown) for shown, both in ends.items() for value in both}
    return {shown_text(text, lang) for text in texts}, numbers


@cache
def _text_width(text: str, lines: int) -> float:
    """Digits of width once the text is wrapped into some lines, words unbroken."""
    longest = length(text)
    if longest <= _WRAP_FROM:
        return longest
    word = max((length(word) for word in text.split()), default=0.0)
    # lines of words are seldom full
    spread = 1.0 if lines == 1 else 1.08
    return max(_WRAP_FROM, spread * longest / lines, word)


@cache
def length(text: str) -> float:
    """The width of a text in digits, in the Times faces."""
    return sum(map(_letter, text)) / _DIGIT


@cache
def _letter(letter: str) -> int:
    """The width of a letter: one with marks is as wide as without them."""
    plain = unicodedata.normalize("NFD", letter)[0]
    if plain in _WIDTHS:
        return _WIDTHS[plain]
    if unicodedata.combining(plain):
        return 0
    return _WIDE if unicodedata.east_asian_width(plain) in "WF" else _OTHER


@cache
def _lines(text: str, width: float, wider: float = 1.0) -> int:
    """Lines that a text takes in a column with room for so many digits."""
    return sum(_wrapped(line, max(width, 1.0) / wider + _ROUNDING) for line in text.split("\n"))


def _wrapped(line: str, width: float) -> int:
    """Lines of one paragraph, words broken where they are longer than a line."""
    lines, used = 1, 0.0
    space = length(" ")
    for word in _unbroken(line):
        long = length(word)
        if used and used + space + long <= width:
            used += space + long
            continue
        lines += 1 if used else 0
        broken = max(0, math.ceil(long / width) - 1)
        lines += broken
        used = long - broken * width
    return lines


def _unbroken(line: str) -> list[str]:
    """Words, each with the signs behind it that programs keep on its line, spaces or none."""
    words: list[str] = []
    for word in line.split():
        if words and word[0] in _NEVER_FIRST:
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words


def folded_text(text: str, room: float) -> list[str]:
    """A text in lines no wider than the room (digits), words unbroken."""
    lines: list[str] = []
    for word in text.split(" "):
        if lines and length(f"{lines[-1]} {word}") <= room:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _number(value: float, number_format: str) -> str:
    if number_format == SHARE:
        return f"{value:.2%}"
    return f"{value:,.{len(number_format.partition('.')[2])}f}"
