"""Small tables of people's own making: CSV and Excel, as rows of cells with their row numbers."""

from __future__ import annotations

import csv
import io
import warnings
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from urbanplan_gis.errors import PlanDataError, bad_data, listed
from urbanplan_gis.loaders.text.legacy import ColumnText, decode_column

_SEPARATORS = ",;\t"
#: what damaged Excel files make the libraries raise
_DAMAGED = (OSError, ValueError, LookupError, BadZipFile, zlib.error, SyntaxError)
_PICTURES = (".bin", ".emf", ".gif", ".jpeg", ".jpg", ".png")
#: bytes of a CSV, and of the XML that an Excel file unpacks to
_LARGEST_CSV, _LARGEST_XML = 1 << 26, 1 << 27
#: cells with something in them, and cells in all: formats often run on to the last row of a sheet
_MOST_FILLED, _MOST_CELLS = 2_000_000, 20_000_000
#: what a spreadsheet can hold, the name of the last column being XFD
_MOST_COLUMNS = 16_384


@dataclass(frozen=True)
class TableRow:
    """One row under its header; ``number`` as a spreadsheet shows it (the header is 1)."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The rows of one table. ``where`` names file and sheet.

    ``texts`` says what was understood of columns that were not Unicode.
    """

    where: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    texts: Mapping[str, ColumnText] = field(default_factory=dict)

    def require(self, names: list[str]) -> None:
        """Check that the columns are there, once each.

        Raises:
            PlanDataError: listing the columns there are.
        """
        for name in names:
            if self.columns.count(name) != 1:
                kind = "no_such_field" if name not in self.columns else "same_column"
                known = listed([column for column in self.columns if column])
                raise bad_data(kind, f"{self.where}: {name}", fields=known)


def read_table(path: Path, label: str, sheet: str = "") -> Table:
    """Read a CSV (comma, semicolon or tab) or one sheet of an Excel file.

    Text in legacy letters, in whichever of the two, is decoded column by column.

    Raises:
        PlanDataError: for an empty or damaged file, another encoding, a sheet not there.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".txt", ".tsv", ".xlsx"):
        raise bad_data("unknown_format", label, known=".csv, .tsv, .txt, .xlsx")
    check_size(path, label)
    is_utf8 = True
    if suffix == ".xlsx":
        where, rows = _read_xlsx(path, label, sheet)
    else:
        is_utf8, rows = _read_csv(path, label)
        where = label
    if len(rows) < 2:
        raise bad_data("no_rows", where)
    top = decode_column([_text(cell) for cell in rows[0][1]], _fonts(rows[0][1]))[0]
    header = tuple("" if cell is None else cell.strip() for cell in top)
    table = Table(where, header, tuple(_to_row(where, header, *row) for row in rows[1:]))
    table = _decoded(table)
    if not is_utf8 and any(found.undecided for found in table.texts.values()):
        raise bad_data("not_utf8", label)
    return table


def check_size(path: Path, label: str) -> None:
    """Neither empty nor so large that it is no table of people's own making.

    Raises:
        PlanDataError: if it is; a damaged Excel file passes, reading says what is wrong.
    """
    size, largest = path.stat().st_size, _LARGEST_CSV
    if size == 0:
        raise bad_data("empty_file", label)
    if path.suffix.lower() == ".xlsx":
        largest = _LARGEST_XML
        try:
            with ZipFile(path) as book:
                parts = [part for part in book.infolist() if not part.filename.endswith(_PICTURES)]
                size = sum(part.file_size for part in parts)
        except _DAMAGED:
            return
    if size > largest:
        raise bad_data("large_file", label, size=largest >> 20)


def _too_large(label: str, row: int, cells: int) -> PlanDataError:
    most = {"most_cells": _MOST_FILLED, "most_columns": _MOST_COLUMNS}
    return bad_data("large_table", f"{label}: {row}", row=row, cells=cells, **most)


def _kept(label: str, rows: Iterable[Sequence[Any]]) -> list[tuple[int, list[Any]]]:
    """The rows that are not blank, numbered from 1, unless there are too many cells."""
    kept: list[tuple[int, list[Any]]] = []
    filled, seen = 0, 0
    for number, row in enumerate(rows, start=1):
        cells = list(row)
        seen += len(cells)
        # the first row is the header, whose blank columns may have values below
        while kept and cells and _blank(cells[-1]):
            cells.pop()
        filled += len(cells)
        if len(cells) > _MOST_COLUMNS:
            raise _too_large(label, number, len(cells))
        if filled > _MOST_FILLED or seen > _MOST_CELLS:
            raise _too_large(label, number, filled)
        if any(not _blank(cell) for cell in cells):
            kept.append((number, cells))
    return kept


def _decoded(table: Table) -> Table:
    """The table in Unicode; numbers and dates are as they were."""
    texts: dict[str, ColumnText] = {}
    columns: dict[str, list[Any]] = {}
    for name in dict.fromkeys(table.columns):
        cells = [row.cells.get(name) for row in table.rows]
        values, found = decode_column([_text(cell) for cell in cells], _fonts(cells))
        columns[name] = [
            _bare(cell) if value is None else value
            for value, cell in zip(values, cells, strict=True)
        ]
        if found.changed or found.undecided:
            texts[name] = found
    rows = tuple(
        TableRow(row.number, {name: columns[name][place] for name in row.cells})
        for place, row in enumerate(table.rows)
    )
    return replace(table, rows=rows, texts=texts)


class _Set(str):
    """Text of a spreadsheet with the font it is set in, which tells legacy letters."""

    __slots__ = ("font",)
    font: str

    @classmethod
    def of(cls, cell: Any) -> Any:
        value = cell.value
        if not isinstance(value, str):
            return value
        text = cls(value)
        text.font = str(getattr(cell.font, "name", "") or "") if value else ""
        return text


def _text(cell: Any) -> str | None:
    return str(cell) if isinstance(cell, str) else None


def _bare(cell: Any) -> Any:
    return str(cell) if isinstance(cell, str) else cell


def _fonts(cells: Sequence[Any]) -> list[str | None]:
    return [cell.font if isinstance(cell, _Set) else None for cell in cells]


def _read_csv(path: Path, label: str) -> tuple[bool, list[tuple[int, list[Any]]]]:
    """Whether it is UTF-8, and its rows; what is not is read byte by byte, to be decoded."""
    content = path.read_bytes()
    try:
        text, is_utf8 = content.decode("utf-8-sig"), True
    except UnicodeDecodeError:
        text, is_utf8 = content.decode("latin-1"), False
    if "\0" in text:
        raise bad_data("not_utf8", label)
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=header.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        return is_utf8, _kept(label, reader)
    except csv.Error as problem:
        raise bad_data("unreadable", label, problem=problem) from None


def _read_xlsx(path: Path, label: str, sheet: str) -> tuple[str, list[tuple[int, list[Any]]]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            with closing(book):
                names = book.sheetnames
                if sheet and sheet not in names:
                    raise bad_data("no_such_sheet", label, sheet=sheet, sheets=", ".join(names))
                if not sheet and len(names) > 1:
                    raise bad_data("which_sheet", label, sheets=", ".join(names))
                chosen = sheet or names[0]
                page = book[chosen]
                # the extent a file states may be too small, and cells beyond it would be lost
                page.reset_dimensions()
                rows = ([_Set.of(cell) for cell in row] for row in page.iter_rows())
                return f"{label}: {chosen}", _kept(f"{label}: {chosen}", rows)
    except (*_DAMAGED, InvalidFileException) as problem:
        raise bad_data("unreadable", label, problem=" ".join(str(problem).split())) from None


def _to_row(where: str, header: tuple[str, ...], number: int, cells: list[Any]) -> TableRow:
    if any(not _blank(cell) for cell in cells[len(header) :]):
        raise bad_data("row_length", f"{where}: {number}", row=number, columns=len(header))
    padded = [*cells, *[None] * (len(header) - len(cells))]
    return TableRow(number, dict(zip(header, padded, strict=False)))


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
