"""What CSV and Excel files hold, sheet by sheet, and which columns look like statistics."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders.formats import READ_FAILURES
from urbanplan_gis.loaders.inspection.words import match_names, words_of
from urbanplan_gis.loaders.tables import Table, check_size, read_table
from urbanplan_gis.model.data import STATISTICS

TABLES = (".csv", ".tsv", ".txt", ".xlsx")
_KEYS = ("unit_code", "year")


@dataclass(frozen=True)
class InspectedTable:
    """One table, or why it cannot be read; ``fields`` is empty where it holds no statistics."""

    where: str
    #: the sheet, where the file has several
    sheet: str = ""
    table: Table | None = None
    fields: Mapping[str, str] | None = None
    problem: PlanDataError | None = None


def inspect_tables(path: Path, label: str) -> Iterator[InspectedTable]:
    """Every sheet of a file; a CSV is one.

    Raises:
        PlanDataError: if the file is empty or far too large for a table.
    """
    check_size(path, label)
    for sheet in _sheets(path):
        try:
            table = read_table(path, label, sheet)
        except PlanDataError as problem:
            where = f"{label}: {sheet}" if sheet else label
            yield InspectedTable(where, sheet, problem=problem)
        else:
            yield InspectedTable(table.where, sheet, table, _match_columns(table))


def _sheets(path: Path) -> list[str]:
    """The sheets where there are several, else one without a name."""
    if path.suffix.lower() != ".xlsx":
        return [""]
    from zipfile import BadZipFile

    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(path, read_only=True)
    except (*READ_FAILURES, BadZipFile, SyntaxError, InvalidFileException):
        # reading says what is wrong
        return [""]
    names = list(book.sheetnames)
    book.close()
    return names if len(names) > 1 else [""]


def _match_columns(table: Table) -> dict[str, str] | None:
    """Statistics -> columns; None: no unit, no year, or no number."""
    words = words_of("statistics")
    columns = [name for name in table.columns if name and table.columns.count(name) == 1]
    fields: dict[str, str] = {}
    for name in (*_KEYS, *STATISTICS):
        found = match_names((name.replace("_", " "), *words.get(name, ())), columns)
        free = [column for column in found if column not in fields.values()]
        if free:
            fields[name] = free[0]
    return fields if set(_KEYS) <= set(fields) and len(fields) > len(_KEYS) else None
