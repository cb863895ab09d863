"""Code lists: land codes of Circulars 27/2018 and 08/2024, planned functions of 16/2025."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from urbanplan_gis.text import Name

STREET_REMAINDER = ("derived", "street_remainder")
GREEN_KINDS = "green-kind"
#: lists whose ground is assumed, not surveyed or planned by anyone
DERIVED_LISTS = frozenset({"derived"})


@dataclass(frozen=True)
class CodeEntry:
    """One code of one list, with its names, parent and confidence."""

    code_list: str
    code: str
    name: Name
    parent: str
    source: str
    confidence: str


@cache
def code_lists() -> Mapping[str, Mapping[str, CodeEntry]]:
    """Every list with its codes: ``code_lists()["tt27-2018"]["ODT"]``."""
    lists: dict[str, dict[str, CodeEntry]] = {}
    for file in ("land_codes.csv", "planning_functions.csv"):
        for row in read_rows(file):
            entry = CodeEntry(
                code_list=row["list"],
                code=row["code"],
                name=Name(vi=row["name_vi"], en=row["name_en"]),
                parent=row.get("parent", ""),
                source=row["source"],
                confidence=row["confidence"],
            )
            lists.setdefault(entry.code_list, {})[entry.code] = entry
    return lists


@cache
def facility_kinds() -> Mapping[str, frozenset[str]]:
    """What facility layers call the works that standards count: ``facility_kinds()["market"]``.

    Kinds are compared without regard to case.
    """
    kinds: dict[str, set[str]] = {}
    for row in read_rows("facility_kinds.csv"):
        kinds.setdefault(row["work"], set()).add(row["kind"].casefold())
    return {work: frozenset(own) for work, own in kinds.items()}


def read_rows(file: str) -> list[dict[str, str]]:
    """The rows of one CSV of ``standards/data``."""
    text = (files("urbanplan_gis.standards") / "data" / file).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
