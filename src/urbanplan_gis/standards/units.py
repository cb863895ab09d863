"""Units of the city at each vintage of its boundaries, and which unit became which.

A code was given again to other ground in 2024 and 2025: a unit is known by ``code@vintage``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.standards.codes import read_rows

_VINTAGES, _UNITS, _CROSSWALK = "unit_vintages.csv", "units.csv", "crosswalk.csv"
#: the weakest first: what rests on several sources is as sure as the weakest of them
CONFIDENCES = ("unverified", "second-hand", "verbatim")
Key = tuple[str, str]


@dataclass(frozen=True)
class Vintage:
    """A state of the boundaries, and the days from the first to the last on which it is valid."""

    vintage: str
    valid_from: dt.date
    valid_to: dt.date | None
    document: str
    confidence: str
    note: str


@dataclass(frozen=True)
class Unit:
    """One unit of one vintage. Area in ha, population in persons of the 2019 census."""

    code: str
    vintage: str
    name: str
    kind: str
    slated: bool
    declared_area_ha: float | None
    population_2019: int | None
    #: units from outside the city that it was also made of: only a part of it lies in the city
    also_from: tuple[str, ...]
    #: document that established it as a ward, where it was read
    established_as_ward_by: str
    source: str
    confidence: str

    @property
    def key(self) -> Key:
        return self.code, self.vintage


@dataclass(frozen=True)
class Link:
    """An old unit that went, whole or in part, into a new one by a clause of a document."""

    from_code: str
    from_vintage: str
    from_name: str
    from_kind: str
    to_code: str
    to_vintage: str
    to_name: str
    to_kind: str
    whole: bool
    valid_from: dt.date
    document: str
    clause: str
    source: str
    confidence: str

    @property
    def origin(self) -> Key:
        return self.from_code, self.from_vintage

    @property
    def target(self) -> Key:
        return self.to_code, self.to_vintage


@cache
def vintages() -> tuple[Vintage, ...]:
    """Every vintage, the oldest first."""
    return read_vintages(read_rows(_VINTAGES))


@cache
def units_of(vintage: str) -> Mapping[str, Unit]:
    """The units of a vintage by code.

    Raises:
        PlanDataError: if no such vintage is known.
    """
    units = {row["code"]: _unit(row) for row in read_rows(_UNITS) if row["vintage"] == vintage}
    if not units:
        known = ", ".join(item.vintage for item in vintages())
        raise bad_data("no_such_vintage", _VINTAGES, vintage=vintage, known=known)
    return units


@cache
def crosswalk() -> tuple[Link, ...]:
    """Every link from a unit to what it became at the next vintage."""
    known = {unit.key: unit for item in vintages() for unit in units_of(item.vintage).values()}
    return read_crosswalk(read_rows(_CROSSWALK), known, [item.vintage for item in vintages()])


def vintage_at(day: dt.date) -> Vintage:
    """The vintage of the boundaries valid on a day.

    Raises:
        PlanDataError: for a day before the first or between two vintages.
    """
    for item in vintages():
        if item.valid_from <= day and (item.valid_to is None or day <= item.valid_to):
            return item
    first = vintages()[0].valid_from
    raise bad_data("no_vintage_at", _VINTAGES, day=day, first=first)


def links_between(old: str, new: str) -> tuple[Link, ...]:
    """How the units of one vintage became those of a later one, the vintages between them passed.

    A link over several vintages names every document that changed the unit on its way, and is
    as sure as the weakest of them.

    Raises:
        PlanDataError: if a vintage is not known, or ``new`` is not later than ``old``.
    """
    order = [item.vintage for item in vintages()]
    for vintage in (old, new):
        units_of(vintage)
    if order.index(new) <= order.index(old):
        raise bad_data("vintages_backwards", _CROSSWALK, old=old, new=new)
    steps = order[order.index(old) : order.index(new)]
    found = [link for link in crosswalk() if link.from_vintage == old]
    for step in steps[1:]:
        onward = [link for link in crosswalk() if link.from_vintage == step]
        found = [
            _joined(link, following)
            for link in found
            for following in onward
            if following.origin == link.target
        ]
    return tuple(found)


def became(code: str, vintage: str, day: dt.date) -> Link | None:
    """What a unit of a vintage had become by a day; None if it is not known to have changed."""
    known = [item.vintage for item in vintages() if item.valid_from <= day]
    if vintage not in known or vintage == known[-1]:
        return None
    links = links_between(vintage, known[-1])
    link = next((item for item in links if item.from_code == code), None)
    return None if link is None or has_stayed(link) else link


def made_of(code: str, vintage: str) -> frozenset[Key]:
    """The units of the oldest vintage that a unit was made of; of that vintage, itself."""
    origins = [link.origin for link in crosswalk() if link.target == (code, vintage)]
    if not origins:
        return frozenset({(code, vintage)})
    return frozenset().union(*(made_of(*origin) for origin in origins))


def vintages_with(codes: Iterable[str]) -> tuple[str, ...]:
    """The vintages whose units hold all of the codes, the earliest first."""
    asked = set(codes)
    return tuple(item.vintage for item in vintages() if asked <= set(units_of(item.vintage)))


@cache
def reused_codes() -> Mapping[str, tuple[Unit, ...]]:
    """Codes that stand for another unit at another vintage: another name, or other ground.

    Each with its units, the oldest first; vintages at which the unit stayed the same are left out.
    """
    units: dict[str, dict[tuple[str, frozenset[Key]], Unit]] = {}
    for item in vintages():
        for unit in units_of(item.vintage).values():
            same = unit.name, made_of(*unit.key)
            units.setdefault(unit.code, {}).setdefault(same, unit)
    return {code: tuple(own.values()) for code, own in sorted(units.items()) if len(own) > 1}


def has_stayed(link: Link) -> bool:
    """Whether a unit is after a reorganisation what it was: code, name, kind and ground."""
    former = (link.from_code, link.from_name, link.from_kind)
    same = former == (link.to_code, link.to_name, link.to_kind)
    also_from = units_of(link.to_vintage)[link.to_code].also_from
    return same and not also_from and made_of(*link.target) == made_of(*link.origin)


def is_established(link: Link) -> bool:
    """Whether a commune itself became a ward, alone, rather than being absorbed into one."""
    target = units_of(link.to_vintage)[link.to_code]
    alone = made_of(*link.target) == made_of(*link.origin) and not target.also_from
    return (link.from_kind, link.to_kind) == ("commune", "ward") and alone


def read_vintages(rows: Iterable[Mapping[str, str]]) -> tuple[Vintage, ...]:
    """Vintages from the rows of a table.

    Raises:
        PlanDataError: one line for each vintage that ends before it begins, and each two that
            are valid on the same day.
    """
    read = sorted((_vintage(row) for row in rows), key=lambda item: item.valid_from)
    problems: list[PlanDataError] = []
    for item in read:
        if item.valid_to is not None and item.valid_to < item.valid_from:
            dates = {"first": item.valid_from, "last": item.valid_to}
            problems.append(bad_data("vintage_reversed", _VINTAGES, vintage=item.vintage, **dates))
    for former, later in pairwise(read):
        if former.valid_to is None or former.valid_to >= later.valid_from:
            both = {"first": former.vintage, "second": later.vintage, "day": later.valid_from}
            problems.append(bad_data("vintages_overlap", _VINTAGES, **both))
    if problems:
        raise_problems(problems)
    return tuple(read)


def read_crosswalk(
    rows: Iterable[Mapping[str, str]], units: Mapping[Key, Unit], order: Sequence[str]
) -> tuple[Link, ...]:
    """Links from the rows of a table; ``order`` are the vintages, the oldest first.

    Raises:
        PlanDataError: one line for each link between units that are not listed, each chain that
            goes in a circle, and each unit that goes nowhere or whole to two places.
    """
    links = [_link(row) for row in rows]
    problems = [line for link in links for line in _check_link(link, units, order)]
    problems += [line for key in units for line in _check_unit(key, links, units, order)]
    if problems:
        raise_problems(problems)
    return tuple(links)


def _check_link(link: Link, units: Mapping[Key, Unit], order: Sequence[str]) -> list[PlanDataError]:
    problems = []
    where = f"{_CROSSWALK}: {_label(link.origin)}"
    for key, name, kind in (
        (link.origin, link.from_name, link.from_kind),
        (link.target, link.to_name, link.to_kind),
    ):
        unit = units.get(key)
        if unit is None or (unit.name, unit.kind) != (name, kind):
            listed = "-" if unit is None else f"{unit.name} ({unit.kind})"
            given = {"unit": _label(key), "name": f"{name} ({kind})", "listed": listed}
            problems.append(bad_data("crosswalk_unknown_unit", where, **given))
    old, new = (order.index(v) if v in order else -1 for v in (link.from_vintage, link.to_vintage))
    if new <= old:
        # a chain that always leads to a later vintage cannot come back to where it began
        problems.append(bad_data("crosswalk_circle", where, unit=_label(link.target)))
    if not link.document or link.confidence not in CONFIDENCES:
        problems.append(bad_data("crosswalk_no_source", where, confidence=link.confidence))
    return problems


def _check_unit(
    key: Key, links: Sequence[Link], units: Mapping[Key, Unit], order: Sequence[str]
) -> list[PlanDataError]:
    """A unit that is not of the last vintage goes somewhere: whole to one place, or in parts."""
    where = f"{_CROSSWALK}: {_label(key)}"
    onward = [link for link in links if link.origin == key]
    targets = ", ".join(_label(link.target) for link in onward)
    if not onward:
        last = key[1] == order[-1]
        return [] if last else [bad_data("crosswalk_nowhere", where, name=units[key].name)]
    twice = len(onward) != len({link.target for link in onward})
    if twice or (len(onward) > 1 and any(link.whole for link in onward)):
        return [bad_data("crosswalk_twice", where, targets=targets)]
    if len(onward) == 1 and not onward[0].whole:
        return [bad_data("crosswalk_half", where, targets=targets)]
    return []


def _joined(first: Link, second: Link) -> Link:
    """One link over two vintages."""
    changing = [link for link in (first, second) if not has_stayed(link)] or [second]
    return Link(
        first.from_code,
        first.from_vintage,
        first.from_name,
        first.from_kind,
        second.to_code,
        second.to_vintage,
        second.to_name,
        second.to_kind,
        first.whole and second.whole,
        second.valid_from,
        "; ".join(link.document for link in changing),
        "; ".join(link.clause for link in changing if link.clause),
        "; ".join(link.source for link in changing),
        min((link.confidence for link in changing), key=CONFIDENCES.index),
    )


def _label(key: Key) -> str:
    return "@".join(key)


def _vintage(row: Mapping[str, str]) -> Vintage:
    last = row["valid_to"]
    return Vintage(
        row["vintage"],
        dt.date.fromisoformat(row["valid_from"]),
        dt.date.fromisoformat(last) if last else None,
        row["document"],
        row["confidence"],
        row["note"],
    )


def _unit(row: Mapping[str, str]) -> Unit:
    return Unit(
        row["code"],
        row["vintage"],
        row["name_vi"],
        row["kind"],
        row["slated"] == "1",
        float(row["declared_area_ha"]) if row["declared_area_ha"] else None,
        int(row["population_2019"]) if row["population_2019"] else None,
        tuple(name for name in row["also_from"].split(";") if name),
        row["established_as_ward_by"],
        row["source"],
        row["confidence"],
    )


def _link(row: Mapping[str, str]) -> Link:
    plain = {key: row[key] for key in row if key not in ("whole", "valid_from")}
    valid_from = dt.date.fromisoformat(row["valid_from"])
    return Link(whole=row["whole"] == "1", valid_from=valid_from, **plain)
