"""Schemes by which urban classes are scored: a thin, strict reader.

``scoring_schemes.toml`` holds the rules of each regime (groups of standards, points, totals,
regional reductions), ``scoring_standards.csv`` one row per standard of a scheme and class.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.standards.law import DOCUMENTS, Document, read_documents
from urbanplan_gis.standards.scoring_rows import STANDARDS, Standard, read_standards
from urbanplan_gis.standards.strict import CONFIDENCES, parsed, problems_of
from urbanplan_gis.text import Name

SCHEMES = "scoring_schemes.toml"
_FOREVER = dt.date.max
#: points are written with two decimals; sums of them are compared with less than that
_CENT = 0.005


@dataclass(frozen=True)
class Group:
    """A criterion: standards whose points count together. ``points_min`` None: not read."""

    group_id: str
    name: Name
    points_min: float | None
    points_max: float
    #: every standard of the group is known
    complete: bool
    confidence: str


@dataclass(frozen=True)
class Reduction:
    """Minima lowered for a region or kind of city: a factor for each family of standards."""

    reduction_id: str
    name: Name
    factors: Mapping[str, float]
    article: str
    confidence: str
    note: Name | None = None


@dataclass(frozen=True)
class ClassRules:
    """How one class is judged: points needed in total, groups and standards.

    ``pass_fail``: each standard met counts one, and ``total_needed`` of them are needed.
    """

    class_id: str
    total_needed: float
    points_max: float
    pass_fail: bool
    article: str
    confidence: str
    groups: tuple[Group, ...]
    standards: tuple[Standard, ...]


@dataclass(frozen=True)
class Scheme:
    """One regime of urban classification; ``until`` is the first day it no longer holds."""

    scheme_id: str
    name: Name
    document: Document
    starts: dt.date
    until: dt.date | None
    interpolation_confidence: str
    classes: Mapping[str, ClassRules]
    reductions: Mapping[str, Reduction]
    note: Name | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Whether this regime is in force on a day."""
        return self.starts <= day < (self.until or _FOREVER)


@cache
def schemes() -> Mapping[str, Scheme]:
    """Every scheme by its id, the earliest first."""
    folder = files("urbanplan_gis.standards") / "data"
    names = (SCHEMES, STANDARDS, DOCUMENTS)
    return read_schemes(*((folder / name).read_text(encoding="utf-8") for name in names))


def scheme_at(day: dt.date) -> Scheme | None:
    """The scheme in force on a day; None before the first."""
    return next((item for item in schemes().values() if item.holds_on(day)), None)


def next_scheme(scheme: Scheme) -> Scheme | None:
    """The scheme that follows, if there is one."""
    return next((item for item in schemes().values() if item.starts > scheme.starts), None)


def regions() -> frozenset[str]:
    """Ids of all reductions, of whichever scheme."""
    return frozenset(name for scheme in schemes().values() for name in scheme.reductions)


def read_schemes(
    schemes_text: str, standards_text: str, documents_text: str
) -> Mapping[str, Scheme]:
    """Schemes from the texts of the three files.

    Raises:
        PlanDataError: one line for each unknown or missing key, unknown document, reversed
            range, threshold without its points, group whose points do not add up, and
            validity that overlaps or leaves a hole.
    """
    documents = read_documents(documents_text)
    tables = parsed(schemes_text, SCHEMES)
    problems = [line for key, table in tables.items() for line in _faults(key, table, documents)]
    if problems:
        raise_problems(problems)
    rows = read_standards(standards_text, _places(tables))
    found = [_scheme(key, table, documents, rows) for key, table in tables.items()]
    found.sort(key=lambda scheme: scheme.starts)
    problems = [
        line
        for scheme in found
        for rules in scheme.classes.values()
        for line in _sum_problems(f"{SCHEMES}: {scheme.scheme_id}.{rules.class_id}", rules)
    ]
    problems += _sequence_problems(found)
    if problems:
        raise_problems(problems)
    return {scheme.scheme_id: scheme for scheme in found}


def _faults(
    scheme_id: str, table: Any, documents: Mapping[str, Document]
) -> Iterator[PlanDataError]:
    where = f"{SCHEMES}: {scheme_id}"
    required = {"name": Name, "document": str, "from": dt.date, "interpolation": dict}
    optional = {"until": dt.date, "note": Name, "reduction": list}
    wrong = problems_of(table, where, {**required, "class": list}, optional)
    yield from wrong
    if wrong:
        return
    if table["document"] not in documents:
        yield bad_data("law_unknown_document", f"{where}.document", name=table["document"])
    elif table["from"] < documents[table["document"]].in_force:
        document = documents[table["document"]]
        days = {"document": document.document_id, "day": document.in_force}
        yield bad_data("law_before_document", f"{where}.from", start=table["from"], **days)
    if table.get("until", _FOREVER) <= table["from"]:
        days = {"start": table["from"], "end": table["until"]}
        yield bad_data("law_reversed_dates", f"{where}.until", **days)
    source = {"article": str, "confidence": CONFIDENCES}
    yield from problems_of(table["interpolation"], f"{where}.interpolation", source)
    for item in table.get("reduction", ()):
        known = {"id": str, "name": Name, "factors": dict, **source}
        yield from problems_of(item, f"{where}.reduction", known, {"note": Name})
    numbers = {"total_needed": float, "points_max": float}
    for item in table["class"]:
        place = f"{where}.class"
        known = {"id": str, **numbers, "group": list, **source}
        wrong = problems_of(item, place, known, {"pass_fail": bool})
        yield from wrong
        for group in () if wrong else item["group"]:
            yield from _group_problems(f"{place}.group", group)


def _group_problems(where: str, table: Any) -> list[PlanDataError]:
    known = {"id": str, "name": Name, "points_max": float, "complete": bool}
    known["confidence"] = CONFIDENCES
    problems = problems_of(table, where, known, {"points_min": float})
    if not problems and table.get("points_min", 0) > table["points_max"]:
        ends = {"low": table["points_min"], "high": table["points_max"]}
        problems.append(bad_data("law_reversed_range", f"{where}.{table['id']}", **ends))
    return problems


def _places(tables: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    """Scheme, class and group that a standard may name."""
    return {
        (key, item["id"], group["id"])
        for key, table in tables.items()
        for item in table["class"]
        for group in item["group"]
    }


def _scheme(
    key: str,
    table: Mapping[str, Any],
    documents: Mapping[str, Document],
    rows: Mapping[tuple[str, str], tuple[Standard, ...]],
) -> Scheme:
    document = documents[table["document"]]
    return Scheme(
        scheme_id=key,
        name=Name(**table["name"]),
        document=document,
        starts=table["from"],
        until=table.get("until", document.until),
        interpolation_confidence=table["interpolation"]["confidence"],
        classes={
            item["id"]: _rules(item, rows.get((key, item["id"]), ())) for item in table["class"]
        },
        reductions={item["id"]: _reduction(item) for item in table.get("reduction", ())},
        note=Name(**table["note"]) if "note" in table else None,
    )


def _rules(item: Mapping[str, Any], standards: tuple[Standard, ...]) -> ClassRules:
    groups = tuple(
        Group(
            group_id=group["id"],
            name=Name(**group["name"]),
            points_min=group.get("points_min"),
            points_max=float(group["points_max"]),
            complete=group["complete"],
            confidence=group["confidence"],
        )
        for group in item["group"]
    )
    return ClassRules(
        class_id=item["id"],
        total_needed=float(item["total_needed"]),
        points_max=float(item["points_max"]),
        pass_fail=item.get("pass_fail", False),
        article=item["article"],
        confidence=item["confidence"],
        groups=groups,
        standards=standards,
    )


def _reduction(item: Mapping[str, Any]) -> Reduction:
    return Reduction(
        reduction_id=item["id"],
        name=Name(**item["name"]),
        factors={family: float(factor) for family, factor in item["factors"].items()},
        article=item["article"],
        confidence=item["confidence"],
        note=Name(**item["note"]) if "note" in item else None,
    )


def _sum_problems(where: str, rules: ClassRules) -> Iterator[PlanDataError]:
    """Groups must add up to the class; the standards of a complete group to the group.

    Where not all standards or points of a group are known, they may not exceed it. The least
    points of a pass/fail class are fewer than its standards by intent.
    """
    total = sum(group.points_max for group in rules.groups)
    if abs(total - rules.points_max) > _CENT:
        yield bad_data("scoring_sum", where, found=total, stated=rules.points_max)
    for group in rules.groups:
        members = [item for item in rules.standards if item.group == group.group_id]
        most = [item.points_max for item in members if item.points_max is not None]
        least = [item.points_min for item in members if item.points_min is not None]
        place = f"{where}.{group.group_id}"
        whole = group.complete and len(most) == len(members)
        if sum(most) > group.points_max + _CENT or (whole and sum(most) < group.points_max - _CENT):
            yield bad_data("scoring_sum", place, found=sum(most), stated=group.points_max)
        if (
            whole
            and not rules.pass_fail
            and group.points_min is not None
            and abs(sum(least) - group.points_min) > _CENT
        ):
            yield bad_data("scoring_sum", place, found=sum(least), stated=group.points_min)


def _sequence_problems(found: list[Scheme]) -> Iterator[PlanDataError]:
    """Schemes in force at once, and days between two without any."""
    for former, latter in pairwise(found):
        where = f"{SCHEMES}: {former.scheme_id}"
        end = former.until or _FOREVER
        days = {"start": latter.starts, "end": former.until or "…"}
        if end > latter.starts:
            yield bad_data("law_overlap", where, **days)
        elif end < latter.starts:
            yield bad_data("law_hole", where, **days)
