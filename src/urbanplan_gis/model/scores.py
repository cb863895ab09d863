"""The nouns of scoring: values held against standards, rows, groups and the card of a class."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from urbanplan_gis.text import Name, Text

MET, NOT_MET = "met", "not_met"
NO_DATA, UNVERIFIED, INCONCLUSIVE = "no_data", "unverified", "inconclusive"


@dataclass(frozen=True)
class GivenValue:
    """A value of a quantity: a number in the standard's unit, or one of its levels.

    ``amount_per_unit`` says how many ``amount_unit`` (``persons``, ``ha``, ``km``) one unit of
    the value stands for, the denominator held: 2.5 ha per m²/person in a city of 25,000.
    ``low`` and ``high`` bound the value where part of the ground is not known; a value that is
    not ``certain`` (statistics of too far a year, say) is shown and decides nothing.
    """

    value: float | str
    source: str | Text
    year: int | None = None
    basis: str = "law"
    amount_per_unit: float | None = None
    amount_unit: str = ""
    low: float | None = None
    high: float | None = None
    certain: bool = True


@dataclass(frozen=True)
class Step:
    """The better of raising a value to the minimum or to the maximum.

    ``increase`` is relative to the value needed (0-1), for levels in steps of the scale.
    """

    needed: float
    increase: float
    points: float

    @property
    def yield_(self) -> float:
        """Points per relative increase: what ``cheapest`` is ordered by."""
        return self.points / self.increase


@dataclass(frozen=True)
class ScoreRow:
    """One standard held against its value.

    ``verdict`` is ``met`` (at the minimum or above), ``not_met``, ``inconclusive`` (the value is
    not certain enough), ``no_data`` or ``unverified`` (the threshold is).
    ``points`` is None where they are not certain; ``points_low`` and ``points_high`` then bound
    them, and ``points_high`` is None where the points of the standard were not read. Thresholds
    and what is missing are in ``unit``, or positions in ``levels``; amounts in ``amount_unit``.
    """

    standard_id: str
    group: str
    name: Name
    unit: str
    levels: tuple[str, ...]
    value: float | None
    value_source: str | Text
    value_year: int | None
    minimum: float
    maximum: float | None
    points: float | None
    points_low: float
    points_high: float | None
    points_max: float | None
    verdict: str
    required: bool
    missing_to_minimum: float | None
    missing_to_maximum: float | None
    amount_to_minimum: float | None
    amount_to_maximum: float | None
    amount_unit: str
    step: Step | None
    basis: str
    article: str
    confidence: str
    notes: tuple[Text | Name, ...] = ()


@dataclass(frozen=True)
class GroupScore:
    """A group's points, at least and at most, against what it needs."""

    group_id: str
    name: Name
    points_min: float | None
    points_max: float
    points_low: float
    points_high: float
    verdict: str
    confidence: str


@dataclass(frozen=True)
class Scorecard:
    """One class under one scheme: every row and group, and the verdict.

    ``met`` only if the least points suffice and all minima certainly hold, ``not_met`` if the
    most points do not or a minimum certainly fails, else ``inconclusive``.
    """

    scheme_id: str
    scheme_name: Name
    urban_class: str
    pass_fail: bool
    as_of: dt.date
    #: the first day of the scheme's law
    starts: dt.date
    in_force: bool
    rows: tuple[ScoreRow, ...]
    groups: tuple[GroupScore, ...]
    points_low: float
    points_high: float
    points_max: float
    total_needed: float
    verdict: str
    basis: str
    document: str
    article: str
    confidence: str
    notes: tuple[Text | Name, ...] = ()

    def count(self, *verdicts: str) -> int:
        """How many standards have one of these verdicts."""
        return sum(row.verdict in verdicts for row in self.rows)

    @property
    def cheapest(self) -> tuple[ScoreRow, ...]:
        """Rows with points to gain, most points per relative increase of the value first.

        What a step costs in money is not known.
        """
        open_ = [row for row in self.rows if row.step is not None]
        return tuple(sorted(open_, key=_ease))


def _ease(row: ScoreRow) -> tuple[float, str]:
    return (-row.step.yield_ if row.step else 0.0, row.standard_id)
