"""The law as dated data: which threshold holds on a day, by which article, how surely read.

``documents.toml`` names the texts and the days they hold; ``parameters.toml`` gives each
parameter its values with the day each came into force. A value holds until its ``until``, else
as long as its document; so a day lies in one value at most, and a hole has to be explained.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.standards.strict import CONFIDENCES, is_number, parsed, problems_of
from urbanplan_gis.text import Name

DOCUMENTS = "documents.toml"
PARAMETERS = "parameters.toml"
#: ``between`` takes ``[min, max]``, every other sense one number
SENSES = ("at_least", "above", "at_most", "below", "between")
_FOREVER = dt.date.max


@dataclass(frozen=True)
class Document:
    """A text of law or policy; ``until`` is the first day it no longer holds."""

    document_id: str
    title: Name
    in_force: dt.date
    until: dt.date | None
    source: str
    confidence: str
    note: Name | None = None


@dataclass(frozen=True)
class Provision:
    """One threshold with the days it holds: ``starts`` is the first, ``until`` the first after.

    ``value`` is the threshold of one number; ``low`` and ``high`` are what the sense allows at
    least and at most (None: unbounded). Units are those of the parameter.
    """

    parameter_id: str
    name: Name
    unit: str
    sense: str
    value: float | None
    low: float | None
    high: float | None
    starts: dt.date
    until: dt.date | None
    document: Document
    article: str
    confidence: str
    note: Name | None = None
    #: why nothing holds between this value and the next
    gap: Name | None = None

    def holds_on(self, day: dt.date) -> bool:
        """Whether this is the text in force on a day."""
        return self.starts <= day < (self.until or _FOREVER)


@dataclass(frozen=True)
class Law:
    """Every document and every parameter's provisions in order of time."""

    documents: Mapping[str, Document]
    provisions: Mapping[str, tuple[Provision, ...]]


@cache
def law() -> Law:
    """The law as the project knows it."""
    folder = files("urbanplan_gis.standards") / "data"
    texts = [(folder / name).read_text(encoding="utf-8") for name in (DOCUMENTS, PARAMETERS)]
    return read_law(*texts)


def provision_at(parameter_id: str, day: dt.date) -> Provision | None:
    """The provision in force on a day, or None where the law (as read) says nothing.

    Raises:
        KeyError: for a parameter that is not declared.
    """
    return next((item for item in law().provisions[parameter_id] if item.holds_on(day)), None)


def history(parameter_id: str) -> tuple[Provision, ...]:
    """Every provision of a parameter, the earliest first."""
    return law().provisions[parameter_id]


def read_law(documents_text: str, parameters_text: str) -> Law:
    """The law from the texts of ``documents.toml`` and ``parameters.toml``.

    Raises:
        PlanDataError: one line for each unknown or missing key, unknown document, reversed
            range, value in force before or after its document, overlap, and unexplained hole.
    """
    documents = read_documents(documents_text)
    tables = parsed(parameters_text, PARAMETERS)
    problems: list[PlanDataError] = []
    for parameter_id, table in tables.items():
        problems += _parameter_problems(parameter_id, table, documents)
    if problems:
        raise_problems(problems)
    provisions = {key: _provisions(key, table, documents) for key, table in tables.items()}
    problems = [line for items in provisions.values() for line in _sequence_problems(items)]
    if problems:
        raise_problems(problems)
    return Law(documents, provisions)


def read_documents(text: str) -> Mapping[str, Document]:
    """The documents of ``documents.toml`` by id.

    Raises:
        PlanDataError: one line for each unknown or missing key and each reversed validity.
    """
    required = {"title": Name, "in_force": dt.date, "source": str, "confidence": CONFIDENCES}
    tables = parsed(text, DOCUMENTS)
    problems: list[PlanDataError] = []
    for key, table in tables.items():
        where = f"{DOCUMENTS}: {key}"
        found = problems_of(table, where, required, {"until": dt.date, "note": Name})
        problems += found
        if not found and table.get("until", _FOREVER) <= table["in_force"]:
            days = {"start": table["in_force"], "end": table["until"]}
            problems.append(bad_data("law_reversed_dates", f"{where}.until", **days))
    if problems:
        raise_problems(problems)
    return {
        key: Document(
            document_id=key,
            title=Name(**table["title"]),
            in_force=table["in_force"],
            until=table.get("until"),
            source=table["source"],
            confidence=table["confidence"],
            note=_name(table, "note"),
        )
        for key, table in tables.items()
    }


def _parameter_problems(
    parameter_id: str, table: Any, documents: Mapping[str, Document]
) -> list[PlanDataError]:
    where = f"{PARAMETERS}: {parameter_id}"
    required = {"name": Name, "unit": str, "sense": SENSES, "value": list}
    problems = problems_of(table, where, required)
    if problems:
        return problems
    if not table["value"]:
        return [bad_data("missing_key", f"{where}.value")]
    for number, item in enumerate(table["value"], start=1):
        problems += _value_problems(f"{where}.value[{number}]", item, table["sense"], documents)
    return problems


def _value_problems(
    where: str, item: Any, sense: str, documents: Mapping[str, Document]
) -> list[PlanDataError]:
    required = {"from": dt.date, "value": object, "document": str, "article": str}
    optional = {"until": dt.date, "note": Name, "gap": Name}
    problems = problems_of(item, where, {**required, "confidence": CONFIDENCES}, optional)
    if problems:
        return problems
    problems = _threshold_problems(f"{where}.value", item["value"], sense)
    document = documents.get(item["document"])
    if document is None:
        place = f"{where}.document"
        problems.append(bad_data("law_unknown_document", place, name=item["document"]))
        return problems
    start, end = item["from"], item.get("until")
    if end is not None and end <= start:
        problems.append(bad_data("law_reversed_dates", f"{where}.until", start=start, end=end))
    days = {"document": document.document_id, "day": document.in_force}
    if start < document.in_force:
        problems.append(bad_data("law_before_document", f"{where}.from", start=start, **days))
    if document.until and (start >= document.until or (end and end > document.until)):
        days["day"] = document.until
        problems.append(bad_data("law_after_document", where, **days))
    return problems


def _threshold_problems(where: str, value: Any, sense: str) -> list[PlanDataError]:
    """A range for ``between``, its ends in order; a number for every other sense."""
    if sense != "between":
        return [] if is_number(value) else [bad_data("law_not_a_number", where, sense=sense)]
    if not (isinstance(value, list) and len(value) == 2 and all(map(is_number, value))):
        return [bad_data("law_not_a_range", where)]
    low, high = value
    return [] if low <= high else [bad_data("law_reversed_range", where, low=low, high=high)]


def _provisions(
    parameter_id: str, table: Mapping[str, Any], documents: Mapping[str, Document]
) -> tuple[Provision, ...]:
    items = sorted(table["value"], key=lambda item: item["from"])
    return tuple(_provision(parameter_id, table, item, documents) for item in items)


def _provision(
    parameter_id: str,
    table: Mapping[str, Any],
    item: Mapping[str, Any],
    documents: Mapping[str, Document],
) -> Provision:
    sense, value = table["sense"], item["value"]
    single = None if sense == "between" else float(value)
    low = single if sense in ("at_least", "above") else None
    high = single if sense in ("at_most", "below") else None
    if sense == "between":
        low, high = map(float, value)
    document = documents[item["document"]]
    return Provision(
        parameter_id=parameter_id,
        name=Name(**table["name"]),
        unit=table["unit"],
        sense=sense,
        value=single,
        low=low,
        high=high,
        starts=item["from"],
        until=item.get("until", document.until),
        document=document,
        article=item["article"],
        confidence=item["confidence"],
        note=_name(item, "note"),
        gap=_name(item, "gap"),
    )


def _sequence_problems(provisions: tuple[Provision, ...]) -> list[PlanDataError]:
    """Values of one parameter that hold at once, and days between two on which none does."""
    problems = []
    for former, latter in pairwise(provisions):
        where = f"{PARAMETERS}: {former.parameter_id}"
        end = former.until or _FOREVER
        days = {"start": latter.starts, "end": former.until or "…"}
        if end > latter.starts:
            problems.append(bad_data("law_overlap", where, **days))
        elif end < latter.starts and former.gap is None:
            problems.append(bad_data("law_hole", where, **days))
    return problems


def _name(table: Mapping[str, Any], key: str) -> Name | None:
    return Name(**table[key]) if key in table else None
