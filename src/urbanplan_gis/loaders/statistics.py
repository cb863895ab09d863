"""Tables of statistics by unit and year, read so strictly that no number is a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.loaders.formats import hash_source
from urbanplan_gis.loaders.reports import tell_texts
from urbanplan_gis.loaders.schema import PARTS
from urbanplan_gis.loaders.sources import make_origin
from urbanplan_gis.loaders.tables import Table, TableRow, read_table
from urbanplan_gis.loaders.units.layer import official_names, tell_candidates, tell_match
from urbanplan_gis.loaders.units.names import UnitMatch, match_code, match_units
from urbanplan_gis.loaders.units.readings import names_total
from urbanplan_gis.loaders.values import UnreadableValue, parse_number, tidy_text
from urbanplan_gis.model.data import STATISTICS, Finding, Origin, Severity, Statistic
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    from urbanplan_gis.project import StatisticsSource

_KEYS = ("unit_code", "year")
_UNKNOWN = "NA"
_YEARS = range(1900, 2101)
_CODES_SHOWN = 5


@dataclass(frozen=True)
class StatisticsTable:
    """The numbers of one table, where they come from, and what does not fit together in it."""

    statistics: tuple[Statistic, ...]
    origin: Origin
    findings: tuple[Finding, ...]


def load_statistics(
    facts: StatisticsSource, path: Path, config: str, units: Mapping[str, str] | None
) -> StatisticsTable:
    """Read one table; blank cells and "NA" are unknown, and give no statistic.

    ``config`` is the place in the project file. ``units`` are code -> name (``""`` where only the
    code counts); None: rows are not checked against units. Rows may name their unit instead of
    giving its code. Rows of totals are set aside, with a finding.

    Raises:
        PlanDataError: one line for each cell that is no usable number, each unknown unit and
            each unit and year given twice.
    """
    _check_fields(facts, config)
    table = read_table(path, facts.path, facts.sheet)
    table.require(list(facts.fields.values()))
    name = facts.name or facts.sheet or path.stem
    origin = make_origin(
        name, facts.path, facts.origin,
        layer=facts.sheet, sha256=hash_source(path),
        encoding="" if path.suffix.lower() == ".xlsx" else "UTF-8",
    )  # fmt: skip
    problems: list[PlanDataError] = []
    statistics: list[Statistic] = []
    findings: list[Finding] = []
    column = facts.fields["unit_code"]
    named = _UnitColumn(f"{table.where}: {column}", units, _match_names(table, column, units))
    rows, totals = _part_totals(table, column, named)
    findings += tell_texts(name, "statistics", table.texts, _examples(table))
    findings += _tell_units(name, rows, column, named) + _tell_totals(name, totals, column)
    seen: dict[tuple[str, int], TableRow] = {}
    for row in rows:
        try:
            unit, year = _read_key(table, row, facts, named)
            if (unit, year) in seen:
                raise _given_twice(table, column, named, unit, year, (seen[unit, year], row))
            seen[unit, year] = row
            numbers = _read_numbers(table, row, facts)
        except PlanDataError as problem:
            problems += problem.problems
            continue
        statistics += [Statistic(unit, year, key, value, origin) for key, value in numbers.items()]
        findings += _check_parts(name, unit, year, numbers)
    if problems:
        raise_problems(problems)
    return StatisticsTable(tuple(statistics), origin, tuple(findings))


def refuse_contradictions(statistics: Iterable[Statistic]) -> None:
    """Tables may repeat each other's numbers, but not contradict them.

    Raises:
        PlanDataError: one line for each unit, year and statistic with several values.
    """
    held: dict[tuple[str, int, str], Statistic] = {}
    problems = []
    for item in statistics:
        first = held.setdefault((item.unit_code, item.year, item.name), item)
        if first.value != item.value:
            where = ", ".join(dict.fromkeys(_place(one.origin) for one in (first, item)))
            problems.append(
                bad_data(
                    "statistics_contradict", where, unit=item.unit_code, year=str(item.year),
                    name=item.name, first=first.value, second=item.value,
                )
            )  # fmt: skip
    if problems:
        raise_problems(problems)


def _place(origin: Origin) -> str:
    return f"{origin.path}: {origin.layer}" if origin.layer else origin.path


def _check_fields(facts: StatisticsSource, config: str) -> None:
    problems = [
        bad_data("unknown_column", f"{config}.fields.{key}", known=", ".join(_KEYS + STATISTICS))
        for key in facts.fields
        if key not in _KEYS + STATISTICS
    ]
    problems += [
        bad_data("missing_column", f"{config}.fields.{key}", column=key)
        for key in _KEYS
        if key not in facts.fields
    ]
    if problems:
        raise_problems(problems)


def _examples(table: Table) -> dict[str, list[str]]:
    """The values of columns that were decoded, to show one."""
    cells = {name: [row.cells.get(name) for row in table.rows] for name in table.texts}
    return {name: [v for v in values if isinstance(v, str)] for name, values in cells.items()}


@dataclass(frozen=True)
class _UnitColumn:
    """The column that says whose row it is. ``where`` names file, sheet and column."""

    where: str
    units: Mapping[str, str] | None
    #: what the names that stand there instead of codes mean
    matches: Mapping[str, UnitMatch]


def _match_names(
    table: Table, column: str, units: Mapping[str, str] | None
) -> Mapping[str, UnitMatch]:
    if units is None:
        return {}
    given = [tidy_text(row.cells[column]) for row in table.rows]
    names = [text for text in given if text and match_code(text, units) is None]
    return match_units(names, units, official_names())


def _part_totals(
    table: Table, column: str, named: _UnitColumn
) -> tuple[list[TableRow], list[TableRow]]:
    """Rows of units, and rows that are named like a total and like no unit at all."""
    rows: list[TableRow] = []
    totals: list[TableRow] = []
    for row in table.rows:
        match = named.matches.get(tidy_text(row.cells[column]) or "")
        unlike = match is not None and not match.code and not match.runner_up
        (totals if unlike and names_total(match.given) else rows).append(row)
    return rows, totals


def _read_key(
    table: Table, row: TableRow, facts: StatisticsSource, named: _UnitColumn
) -> tuple[str, int]:
    """Unit code and year of a row."""
    unit = tidy_text(row.cells[facts.fields["unit_code"]])
    if unit is None:
        raise bad_data("empty_value", named.where, row=row.number, more=0)
    if named.units is not None:
        unit = _read_unit(row, unit, named, named.units)
    column = facts.fields["year"]
    text = tidy_text(row.cells[column]) or ""
    if not text.isdecimal() or int(text) not in _YEARS:
        raise bad_data("not_a_year", f"{table.where}: {column}", row=row.number, value=text)
    return unit, int(text)


def _read_unit(row: TableRow, text: str, named: _UnitColumn, units: Mapping[str, str]) -> str:
    """The code of a row's unit, of its code or name."""
    match = named.matches.get(text)
    code = match_code(text, units) if match is None else match.code
    if code:
        return code
    if match is not None and match.runner_up:
        hint = tell_candidates(match)
        raise bad_data("no_such_unit_name", named.where, row=row.number, unit=text, hint=hint)
    known = sorted(units)
    shown = ", ".join(known[:_CODES_SHOWN]) + (", ..." if len(known) > _CODES_SHOWN else "")
    raise bad_data("no_such_unit", named.where, row=row.number, unit=text, known=shown)


def _given_twice(
    table: Table,
    column: str,
    named: _UnitColumn,
    unit: str,
    year: int,
    rows: tuple[TableRow, TableRow],
) -> PlanDataError:
    """A row too many; or, where the names differ, perhaps another unit understood as this one."""
    numbers = ", ".join(str(row.number) for row in rows)
    first, second = (tidy_text(row.cells[column]) or "" for row in rows)
    if first == second or not {first, second} & set(named.matches):
        found = {"unit": unit, "year": str(year), "rows": numbers}
        return bad_data("same_unit_year", table.where, **found)
    label = f"{unit} {(named.units or {}).get(unit, '')}".strip()
    return bad_data(
        "unit_named_twice", table.where,
        first=first, second=second, rows=numbers, unit=label, year=str(year),
    )  # fmt: skip


def _read_numbers(table: Table, row: TableRow, facts: StatisticsSource) -> dict[str, float]:
    """The known numbers of a row."""
    numbers: dict[str, float] = {}
    problems = []
    for key in STATISTICS:
        column = facts.fields.get(key)
        if column is None:
            continue
        text = tidy_text(row.cells[column])
        where = f"{table.where}: {column}"
        if text is None:
            if key == "residents" and not _is_horizon(row, facts):
                problems.append(bad_data("blank_residents", where, row=row.number))
            continue
        if text.upper() == _UNKNOWN:
            continue
        try:
            numbers[key] = _to_number(row.cells[column], text)
        except UnreadableValue as problem:
            found = {"row": row.number, "value": text, "more": 0}
            problems.append(bad_data(problem.kind, where, **found))
            continue
        if numbers[key] < 0 or (key == "residents" and numbers[key] == 0):
            kind = "no_residents" if key == "residents" else "negative_number"
            problems.append(bad_data(kind, where, row=row.number, value=text))
    if problems:
        raise_problems(problems)
    return numbers


def _is_horizon(row: TableRow, facts: StatisticsSource) -> bool:
    """A row of a plan's horizon year has no residents yet, but a planned population."""
    column = facts.fields.get("horizon_population")
    return column is not None and tidy_text(row.cells[column]) is not None


def _to_number(cell: Any, text: str) -> float:
    if isinstance(cell, bool):
        raise UnreadableValue("not_a_number")
    return float(cell) if isinstance(cell, int | float) else parse_number(text)


def _check_parts(source: str, unit: str, year: int, numbers: dict[str, float]) -> list[Finding]:
    """A part may not be larger than its whole."""
    findings = []
    for part, whole in PARTS.items():
        if part in numbers and whole in numbers and numbers[part] > numbers[whole]:
            message = Text.of(
                "finding.part_exceeds_whole", source=source, unit=unit, year=str(year),
                part=part, whole=whole, part_value=numbers[part], whole_value=numbers[whole],
            )  # fmt: skip
            findings.append(
                Finding("part_exceeds_whole", Severity.ERROR, "statistics", (f"{unit}:{year}",),
                        message, action="reported")
            )  # fmt: skip
    return findings


def _tell_units(
    source: str, rows: list[TableRow], column: str, named: _UnitColumn
) -> list[Finding]:
    """A finding for each name or code that stands for a unit without being written like it."""
    rows_of: dict[str, list[str]] = {}
    for row in rows:
        rows_of.setdefault(tidy_text(row.cells[column]) or "", []).append(f"{source}:{row.number}")
    findings = []
    for text, places in rows_of.items():
        match = named.matches.get(text)
        if match is not None and match.code and match.how != "exact":
            findings.append(tell_match(match, source, "statistics", tuple(places)))
        code = match_code(text, named.units) if match is None and named.units else None
        if code is not None and code != text:
            message = Text.of("finding.unit_code_zeros", source=source, given=text, code=code)
            findings.append(
                Finding("unit_code_zeros", Severity.INFO, "statistics", tuple(places), message,
                        action="assumed")
            )  # fmt: skip
    return findings


def _tell_totals(source: str, rows: list[TableRow], column: str) -> list[Finding]:
    if not rows:
        return []
    message = Text.of(
        "finding.total_rows", source=source, count=len(rows),
        names=", ".join(dict.fromkeys(tidy_text(row.cells[column]) or "" for row in rows)),
        rows=", ".join(str(row.number) for row in rows),
    )  # fmt: skip
    places = tuple(f"{source}:{row.number}" for row in rows)
    return [
        Finding("total_rows", Severity.INFO, "statistics", places, message,
                action="set_aside", dropped=len(rows))
    ]  # fmt: skip
