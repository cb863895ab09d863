"""The standards of urban classes, one row each: thresholds, points, and how surely read."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.standards.strict import CONFIDENCES
from urbanplan_gis.text import Name

STANDARDS = "scoring_standards.csv"
#: ``level``: one of ordered words; ``count``: whole things; ``number``: anything measured
KINDS = ("number", "count", "level")
#: families that regional reductions lower; empty: never lowered
FAMILIES = ("", "population", "density", "value", "count")
COLUMNS = (
    "scheme", "class", "group", "standard", "quantity", "kind", "name_vi", "name_en", "unit",
    "minimum", "maximum", "points_min", "points_max", "levels", "required", "reduced", "article",
    "confidence", "note_vi", "note_en",
)  # fmt: skip
_REQUIRED = ("standard", "quantity", "name_vi", "name_en", "unit", "minimum", "article")


@dataclass(frozen=True)
class Standard:
    """One standard of one class.

    ``minimum`` and ``maximum`` are in ``unit``, or positions in ``levels``; ``maximum`` is None
    where the law gives a minimum alone. ``points_min`` and ``points_max`` are None where the
    points were not read: such a standard is judged, not scored. ``quantity`` names what is
    measured, whatever the scheme. ``required``: no points make up for missing it.
    """

    standard_id: str
    group: str
    quantity: str
    kind: str
    name: Name
    unit: str
    minimum: float
    maximum: float | None
    points_min: float | None
    points_max: float | None
    levels: tuple[str, ...]
    required: bool
    reduced: str
    article: str
    confidence: str
    note: Name | None = None


Rows = Mapping[tuple[str, str], tuple[Standard, ...]]


def read_standards(text: str, places: Collection[tuple[str, str, str]]) -> Rows:
    """Standards by scheme and class, in the order written.

    ``places`` are the schemes, classes and groups there are.

    Raises:
        PlanDataError: one line for each fault, with the line of the file.
    """
    reader = csv.DictReader(text.splitlines())
    if tuple(reader.fieldnames or ()) != COLUMNS:
        known = ", ".join(COLUMNS)
        raise bad_data(
            "scoring_columns", STANDARDS, found=", ".join(reader.fieldnames or ()), known=known
        )
    found: dict[tuple[str, str], list[Standard]] = {}
    problems: list[PlanDataError] = []
    for row in reader:
        where = f"{STANDARDS}: {reader.line_num}"
        place = (row["scheme"], row["class"], row["group"])
        wrong = _problems(where, row)
        if place not in places:
            wrong.append(bad_data("scoring_place", where, place=" / ".join(place)))
        problems += wrong
        if wrong:
            continue
        held = found.setdefault(place[:2], [])
        if any(item.standard_id == row["standard"] for item in held):
            problems.append(bad_data("scoring_twice", where, name=row["standard"]))
        held.append(_standard(row))
    if problems:
        raise_problems(problems)
    return {place: tuple(items) for place, items in found.items()}


def _problems(where: str, row: Mapping[str, str]) -> list[PlanDataError]:
    problems = [bad_data("missing_key", f"{where}.{key}") for key in _REQUIRED if not row[key]]
    words = {"kind": KINDS, "confidence": CONFIDENCES, "reduced": FAMILIES, "required": ("0", "1")}
    for key, known in words.items():
        if row[key] not in known:
            wanted = " | ".join(known)
            problems.append(
                bad_data("wrong_value", f"{where}.{key}", value=row[key], wanted=wanted)
            )
    levels = row["levels"].split(";") if row["kind"] == "level" else ()
    for key in ("minimum", "maximum", "points_min", "points_max"):
        if row[key] and _number(row[key], levels if key.startswith("m") else ()) is None:
            wanted = " | ".join(levels) or "0.0"
            problems.append(
                bad_data("wrong_value", f"{where}.{key}", value=row[key], wanted=wanted)
            )
    return problems or _range_problems(where, row)


def _range_problems(where: str, row: Mapping[str, str]) -> list[PlanDataError]:
    """Reversed ranges, and one end of a range without the other or without its points."""
    item = _standard(row)
    problems = []
    for key, low, high in (
        ("maximum", item.minimum, item.maximum),
        ("points_max", item.points_min, item.points_max),
    ):
        if low is not None and high is not None and low > high:
            ends = {"low": row[key.replace("max", "min")], "high": row[key]}
            problems.append(bad_data("law_reversed_range", f"{where}.{key}", **ends))
    if (item.points_min is None) != (item.points_max is None):
        missing = "points_max" if item.points_max is None else "points_min"
        problems.append(bad_data("scoring_half", f"{where}.{missing}"))
    elif item.points_max is not None and item.maximum is None:
        problems.append(bad_data("scoring_half", f"{where}.maximum"))
    return problems


def _standard(row: Mapping[str, str]) -> Standard:
    levels = tuple(row["levels"].split(";")) if row["kind"] == "level" else ()
    minimum = _number(row["minimum"], levels)
    return Standard(
        standard_id=row["standard"],
        group=row["group"],
        quantity=row["quantity"],
        kind=row["kind"],
        name=Name(row["name_vi"], row["name_en"]),
        unit=row["unit"],
        minimum=math.nan if minimum is None else minimum,
        maximum=_number(row["maximum"], levels),
        points_min=_number(row["points_min"]),
        points_max=_number(row["points_max"]),
        levels=levels,
        required=row["required"] == "1",
        reduced=row["reduced"],
        article=row["article"],
        confidence=row["confidence"],
        note=Name(row["note_vi"], row["note_en"]) if row["note_vi"] else None,
    )


def _number(text: str, levels: Collection[str] = ()) -> float | None:
    """A number not below zero, or the position of a level; None for anything else."""
    if levels:
        return float(list(levels).index(text)) if text in levels else None
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
