"""The nouns of ward readiness: a value held against a standard, and the card of one unit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from urbanplan_gis.model.scores import MET, NOT_MET
from urbanplan_gis.text import Name, Text

READY, OPEN, NOT_READY = "ready", "open", "not_ready"


@dataclass(frozen=True)
class StandardRow:
    """One value of one source held against one standard in force.

    ``verdict`` is ``met``, ``not_met``, ``no_data`` (no value, or not enough to decide on), or
    ``unverified`` (the threshold was not read). ``missing`` is in ``missing_unit``: ``ha``,
    ``persons``, ``count``, ``units``, ``%``; None where nothing is missing or it is not known.
    """

    standard_id: str
    name: Name
    value: float | None
    unit: str
    #: token of the source, unique within the standard ("" without a value)
    source_id: str
    value_source: Text | None
    year: int | None
    threshold: float | None
    sense: str
    verdict: str
    missing: float | None
    missing_unit: str
    document: str
    article: str
    confidence: str
    notes: tuple[Text | Name, ...] = ()


@dataclass(frozen=True)
class ReadinessCard:
    """One unit under one regime. ``regime`` is the document that sets its main standards."""

    unit_code: str
    unit_name: str
    is_slated: bool
    as_of: dt.date
    #: the day the standards are read for: ``as_of``, or the first day of a later regime
    day: dt.date
    regime: str
    rows: tuple[StandardRow, ...]

    def verdicts(self, standard_id: str) -> frozenset[str]:
        """What the sources of a standard say: several where the source decides."""
        return frozenset(row.verdict for row in self.rows if row.standard_id == standard_id)

    @property
    def standards(self) -> tuple[str, ...]:
        """The standards in the order of the rows."""
        return tuple(dict.fromkeys(row.standard_id for row in self.rows))

    @property
    def outcome(self) -> str:
        """``not_ready`` if a standard fails by every source, ``ready`` if none fails or is open."""
        every = [self.verdicts(standard) for standard in self.standards]
        if frozenset({NOT_MET}) in every:
            return NOT_READY
        return READY if all(found == {MET} for found in every) else OPEN
