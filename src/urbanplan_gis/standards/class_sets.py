"""Class sets: named sets of codes, with the conditions under which a code counts."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.resources import files
from typing import Any

from urbanplan_gis.errors import PlanDataError, PlanDataErrors, bad_data
from urbanplan_gis.model.figures import ClassSet, Condition
from urbanplan_gis.standards.codes import code_lists
from urbanplan_gis.text import Name

_KEYS = {"name", "note", "source", "confidence", "codes", "only_within", "without_sub_use"}
_FILE = "class_sets.toml"


@cache
def class_sets() -> Mapping[str, ClassSet]:
    """Every class set by its id.

    Raises:
        PlanDataError: for an unknown key, list or code, or a condition on an unknown set.
    """
    text = (files("urbanplan_gis.standards") / "data" / _FILE).read_text(encoding="utf-8")
    return read_class_sets(text)


def read_class_sets(text: str) -> Mapping[str, ClassSet]:
    """Class sets from TOML text (the form is explained in ``standards/data/README.md``)."""
    tables = tomllib.loads(text)
    problems: list[PlanDataError] = []
    for set_id, table in tables.items():
        problems += _problems(set_id, table, tables)
    problems = problems or _circles(tables)
    if problems:
        raise PlanDataErrors(problems)
    return {set_id: _class_set(set_id, table) for set_id, table in tables.items()}


def _circles(tables: Mapping[str, Any]) -> list[PlanDataError]:
    """Sets that count ground only within another set, and so on back to themselves."""
    leads = {
        set_id: {condition["in"] for condition in table.get("only_within", {}).values()}
        for set_id, table in tables.items()
    }
    try:
        TopologicalSorter(leads).prepare()
    except CycleError as problem:
        circle: list[str] = problem.args[1]
        place = f"{_FILE}: {circle[-1]}.only_within"
        return [bad_data("circular_set", place, circle=" ← ".join(circle))]
    return []


def _problems(
    set_id: str, table: Mapping[str, Any], tables: Mapping[str, Any]
) -> list[PlanDataError]:
    problems = [
        bad_data("unknown_key", f"{_FILE}: {set_id}.{key}", known=", ".join(sorted(_KEYS)))
        for key in table
        if key not in _KEYS
    ]
    for list_id, codes in table.get("codes", {}).items():
        known = code_lists().get(list_id, {})
        problems += [
            bad_data("unknown_code", f"{_FILE}: {set_id}.codes", code=code, list=list_id)
            for code in codes
            if code not in known
        ]
    for code, condition in table.get("only_within", {}).items():
        if condition.get("in") not in tables:
            place = f"{_FILE}: {set_id}.only_within.{code}"
            problems.append(bad_data("unknown_set", place, name=condition.get("in")))
    return problems


def _class_set(set_id: str, table: Mapping[str, Any]) -> ClassSet:
    return ClassSet(
        set_id=set_id,
        name=Name(**table["name"]),
        codes={list_id: frozenset(codes) for list_id, codes in table["codes"].items()},
        only_within={
            code: Condition(condition["label"], condition["in"])
            for code, condition in table.get("only_within", {}).items()
        },
        without_sub_use={
            code: frozenset(uses) for code, uses in table.get("without_sub_use", {}).items()
        },
        source=table["source"],
        confidence=table["confidence"],
    )
