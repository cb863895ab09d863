"""Norms in force against the city, as a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import pandas as pd

from urbanplan_gis.analysis.norms import NormRow
from urbanplan_gis.model.figures import figure_id
from urbanplan_gis.model.scores import GivenValue
from urbanplan_gis.standards.law import Provision
from urbanplan_gis.text import Number, Text, number, say

COLUMNS = (
    "figure_id", "name", "value", "unit", "value_source", "threshold", "sense", "verdict",
    "missing", "document", "article", "from", "until", "confidence", "basis", "note",
)  # fmt: skip


def norms_frame(
    rows: Iterable[NormRow], boundaries: str, as_of: dt.date, lang: str
) -> pd.DataFrame:
    """COLUMNS, one row per norm in the order of the law's parameters.

    ``threshold`` is a number, for ``between`` both ends as text; ``missing`` is what lacks to it
    in ``unit``, as an amount of ground in the note. ``until`` is the first day it no longer holds.
    """
    found = [_row(row, boundaries, as_of, lang) for row in rows]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _row(row: NormRow, boundaries: str, as_of: dt.date, lang: str) -> dict[str, object]:
    provision, given = row.provision, row.given
    missing = None if given is None else _missing(provision, float(given.value))
    place = ("city", boundaries, as_of, "existing")
    source = given.source if given else ""
    return {
        "figure_id": figure_id("norm", *place, provision.parameter_id),
        "name": provision.name.say(lang),
        "value": given.value if given else None,
        "unit": provision.unit,
        "value_source": source.say(lang) if isinstance(source, Text) else source,
        "threshold": _threshold(provision, lang),
        "sense": provision.sense,
        "verdict": row.verdict,
        "missing": missing,
        "document": provision.document.document_id,
        "article": provision.article,
        "from": provision.starts.isoformat(),
        "until": provision.until.isoformat() if provision.until else "",
        "confidence": provision.confidence,
        "basis": given.basis if given else "",
        "note": "; ".join(_notes(provision, given, missing, lang)),
    }


def _missing(provision: Provision, value: float) -> float | None:
    """What lacks to the lower end in the unit; None where nothing has to be reached."""
    return None if provision.low is None else max(0.0, provision.low - value)


def _threshold(provision: Provision, lang: str) -> float | str | None:
    if provision.low is None or provision.high is None:
        return provision.value
    ends = [
        number(end, lang, 0 if end == int(end) else 2) for end in (provision.low, provision.high)
    ]
    return "–".join(ends)


def _notes(
    provision: Provision, given: GivenValue | None, missing: float | None, lang: str
) -> Iterable[str]:
    if missing and given and given.amount_per_unit is not None:
        shown = Number(missing * given.amount_per_unit)
        unit = Text.of(f"class_unit.{given.amount_unit}")
        yield say("norm.missing", lang, amount=shown, unit=unit)
    if provision.parameter_id.startswith("national."):
        yield say("norm.national", lang)
    if provision.note:
        yield provision.note.say(lang)
