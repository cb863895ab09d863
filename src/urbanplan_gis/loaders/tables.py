"""Small tables of people's own making: CSV and Excel, as rows of cells with their row numbers."""

from __future__ import annotations

import csv
import io
import warnings
import zlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.legacy_text import ColumnText, decode_column

_SEPARATORS = ",;\t"


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
                listed = ", ".join(column for column in self.columns if column)
                raise bad_data(kind, f"{self.where}: {name}", fields=listed)


def read_table(path: Path, label: str, sheet: str = "") -> Table:
    """Read a CSV (comma, semicolon or tab) or one sheet of an Excel file.

    Text in legacy letters, in whichever of the two, is decoded column by column.

    Raises:
        PlanDataError: for an empty or damaged file, another encoding, a sheet not there.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".txt", ".tsv", ".xlsx"):
        raise bad_data("unknown_format", label, known=".csv, .tsv, .txt, .xlsx")
    if path.stat().st_size == 0:
        raise bad_data("empty_file", label)
    is_utf8 = True
    if suffix == ".xlsx":
        where, rows = _read_xlsx(path, label, sheet)
    else:
        is_utf8, rows = _read_csv(path, label)
        where = label
    filled = [(number, row) for number, row in rows if any(not _blank(cell) for cell in row)]
    if len(filled) < 2:
        raise bad_data("no_rows", where)
    top = decode_column([_text(cell) for cell in filled[0][1]], _fonts(filled[0][1]))[0]
    header = tuple("" if cell is None else cell.strip() for cell in top)
    table = Table(where, header, tuple(_to_row(where, header, *row) for row in filled[1:]))
    table = _decoded(table)
    if not is_utf8 and any(found.undecided for found in table.texts.values()):
        raise bad_data("not_utf8", label)
    return table


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
        return is_utf8, [(number, row) for number, row in enumerate(reader, start=1)]
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
                rows = [[_Set.of(cell) for cell in row] for row in book[chosen].iter_rows()]
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
