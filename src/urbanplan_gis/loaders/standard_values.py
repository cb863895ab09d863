"""Values of urban standards that an office delivers: a table of standard, year, value, source.

``standard`` is the quantity of ``scoring_standards.csv`` (``hospital_beds_per_10000``), whatever
the scheme; ``value`` a number in its unit, or one of its levels.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from urbanplan_gis.errors import PlanDataError, bad_data, listed, raise_problems
from urbanplan_gis.loaders.tables import Table, TableRow, read_table
from urbanplan_gis.loaders.values import UnreadableValue, parse_number, tidy_text
from urbanplan_gis.model.scores import GivenValue
from urbanplan_gis.standards.scoring import schemes

COLUMNS = ("standard", "year", "value", "source")
_YEARS = range(1900, 2101)
_UNKNOWN = "NA"


def load_standard_values(
    path: Path, label: str, as_of: dt.date, sheet: str = ""
) -> Mapping[str, GivenValue]:
    """The value of each quantity nearest to ``as_of``, of two equally near years the earlier.

    Blank values and "NA" are unknown and give nothing. ``label`` names the file in messages.

    Raises:
        PlanDataError: one line for each column missing, unknown standard, year or value that is
            none, value without source, and standard given twice for a year.
    """
    table = read_table(path, label, sheet)
    table.require(list(COLUMNS))
    problems: list[PlanDataError] = []
    found: dict[tuple[str, int], GivenValue] = {}
    rows: dict[tuple[str, int], int] = {}
    for row in table.rows:
        try:
            name, year = _key(table, row)
            if (name, year) in rows:
                given = {
                    "name": name,
                    "year": str(year),
                    "rows": f"{rows[name, year]}, {row.number}",
                }
                raise bad_data("standard_twice", table.where, **given)
            rows[name, year] = row.number
            value = _value(table, row, name, year)
        except PlanDataError as problem:
            problems += problem.problems
            continue
        if value is not None:
            found[name, year] = value
    if problems:
        raise_problems(problems)
    nearest = sorted(found, key=lambda key: (abs(key[1] - as_of.year), key[1]), reverse=True)
    return {name: found[name, year] for name, year in nearest}


def _key(table: Table, row: TableRow) -> tuple[str, int]:
    name = _filled(table, row, "standard")
    if name not in _levels():
        known = listed(sorted(_levels()))
        where = f"{table.where}: standard"
        raise bad_data("unknown_standard", where, row=row.number, name=name, known=known)
    text = _filled(table, row, "year")
    if not text.isdecimal() or int(text) not in _YEARS:
        raise bad_data("not_a_year", f"{table.where}: year", row=row.number, value=text)
    return name, int(text)


def _value(table: Table, row: TableRow, name: str, year: int) -> GivenValue | None:
    """The value of a row; None where it is not known."""
    text = tidy_text(row.cells["value"])
    if text is None or text.upper() == _UNKNOWN:
        return None
    source = _filled(table, row, "source")
    levels = _levels()[name]
    if levels:
        meant = {level.casefold(): level for level in levels}.get(text.casefold())
        if meant is None:
            found = {"row": row.number, "value": text, "levels": " | ".join(levels)}
            raise bad_data("unknown_level", f"{table.where}: value", **found)
        return GivenValue(meant, source, year)
    return GivenValue(_number(table, row, text), source, year)


def _number(table: Table, row: TableRow, text: str) -> float:
    cell: Any = row.cells["value"]
    where, shown = f"{table.where}: value", {"row": row.number, "value": text}
    try:
        if isinstance(cell, bool):
            raise UnreadableValue("not_a_number")
        value = float(cell) if isinstance(cell, int | float) else parse_number(text)
    except UnreadableValue as problem:
        raise bad_data(problem.kind, where, more=0, **shown) from None
    if value < 0:
        raise bad_data("negative_number", where, **shown)
    return value


def _filled(table: Table, row: TableRow, column: str) -> str:
    text = tidy_text(row.cells[column])
    if text is None:
        raise bad_data("empty_value", f"{table.where}: {column}", row=row.number, more=0)
    return text


@cache
def _levels() -> Mapping[str, tuple[str, ...]]:
    """Every quantity of every scheme, with its levels if it has any."""
    return {
        standard.quantity: standard.levels
        for scheme in schemes().values()
        for rules in scheme.classes.values()
        for standard in rules.standards
    }
