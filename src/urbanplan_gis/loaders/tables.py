"""Small tables of people's own making: CSV and Excel, as rows of cells with their row numbers."""

from __future__ import annotations

import csv
import io
import warnings
import zlib
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from urbanplan_gis.errors import bad_data

_SEPARATORS = ",;\t"


@dataclass(frozen=True)
class TableRow:
    """One row under its header; ``number`` as a spreadsheet shows it (the header is 1)."""

    number: int
    cells: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """The rows of one table. ``where`` names file and sheet."""

    where: str
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]

    def require(self, names: list[str]) -> None:
        """Check that the columns are there, once each.

        Raises:
            PlanDataError: listing the columns there are.
        """
        for name in names:
            if self.columns.count(name) != 1:
                kind = "no_such_field" if name not in self.columns else "same_column"
                listed = ", ".join(column for column in self.columns if column)
                raise bad_data(kind, f"{self.where}: {name}", fields=listed)


def read_table(path: Path, label: str, sheet: str = "") -> Table:
    """Read a CSV (UTF-8; comma, semicolon or tab) or one sheet of an Excel file.

    Raises:
        PlanDataError: for an empty or damaged file, another encoding, a sheet not there.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".txt", ".tsv", ".xlsx"):
        raise bad_data("unknown_format", label, known=".csv, .tsv, .txt, .xlsx")
    if path.stat().st_size == 0:
        raise bad_data("empty_file", label)
    if suffix == ".xlsx":
        where, rows = _read_xlsx(path, label, sheet)
    else:
        where, rows = label, _read_csv(path, label)
    filled = [(number, row) for number, row in rows if any(not _blank(cell) for cell in row)]
    if len(filled) < 2:
        raise bad_data("no_rows", where)
    header = tuple("" if _blank(cell) else str(cell).strip() for cell in filled[0][1])
    return Table(where, header, tuple(_to_row(where, header, *row) for row in filled[1:]))


def _read_csv(path: Path, label: str) -> list[tuple[int, list[Any]]]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise bad_data("not_utf8", label) from None
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(_SEPARATORS, key=header.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
        return [(number, row) for number, row in enumerate(reader, start=1)]
    except csv.Error as problem:
        raise bad_data("unreadable", label, problem=problem) from None


def _read_xlsx(path: Path, label: str, sheet: str) -> tuple[str, list[tuple[int, list[Any]]]]:
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    failures = (OSError, ValueError, LookupError, BadZipFile, zlib.error, SyntaxError)
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
                rows = [list(row) for row in book[chosen].iter_rows(values_only=True)]
    except (*failures, InvalidFileException) as problem:
        raise bad_data("unreadable", label, problem=" ".join(str(problem).split())) from None
    return f"{label}: {chosen}", list(enumerate(rows, start=1))


def _to_row(where: str, header: tuple[str, ...], number: int, cells: list[Any]) -> TableRow:
    if any(not _blank(cell) for cell in cells[len(header) :]):
        raise bad_data("row_length", f"{where}: {number}", row=number, columns=len(header))
    padded = [*cells, *[None] * (len(header) - len(cells))]
    return TableRow(number, dict(zip(header, padded, strict=False)))


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())
