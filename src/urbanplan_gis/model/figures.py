"""The nouns of the figures side: declarations of indicators, and the figures made from them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from urbanplan_gis.text import Name, Text

GROUPS = ("slated", "wards", "city")
NO_SCOPE = "all_units"
SCOPES = ("general_plan", "wards", "wards_and_slated", "natural_area", NO_SCOPE)
SENSES = ("at_least", "above", "about", "at_most", "all")


class Verdict(StrEnum):
    """The verdict tokens of the public contract; words for people are in the catalogue."""

    EXCEEDED = "exceeded"
    MET = "met"
    NEAR = "near"
    NOT_YET = "not_yet"
    MISSED = "missed"
    INCONCLUSIVE = "inconclusive"
    NO_DATA = "no_data"
    REFERENCE = "reference"


@dataclass(frozen=True)
class Condition:
    """A face counts where ``label`` carries a code of the class set ``set_name``."""

    label: str
    set_name: str


@dataclass(frozen=True)
class Measure:
    """A quantity of evidence: ``kind`` names a pure function, the rest are its arguments."""

    kind: str
    where: tuple[Condition, ...] = ()
    of: tuple[str, ...] = ()
    rule: str = ""
    #: whether the definition's scope restricts this measure
    scoped: bool = False


@dataclass(frozen=True)
class Definition:
    """One defensible way to compute an indicator."""

    variant: str
    scope: str
    name: Name
    numerator: Measure
    denominator: Measure | None
    states: tuple[str, ...]
    needs: tuple[str, ...] = ()
    #: a reading of the law: where readings disagree, the verdict is inconclusive
    reading: bool = False
    #: whether a verdict may be given at all
    judged: bool = True
    #: declared for this scope alone, whatever scope the layers would give
    own_scope: bool = False
    #: areas on the ellipsoid instead of in the plane of the project CRS
    geodesic: bool = False
    note: Name | None = None

    @property
    def only_city(self) -> bool:
        """Scopes of units change nothing in the row of one unit."""
        return self.own_scope and self.scope in ("wards", "wards_and_slated", "all_units")

    @property
    def definition_id(self) -> str:
        return f"{self.variant}-in-{self.scope}"


@dataclass(frozen=True)
class Target:
    """A value an indicator must reach in a year, with its source."""

    year: int
    value: float
    sense: str
    scope: str
    source: str
    confidence: str


@dataclass(frozen=True)
class Indicator:
    """A declared ratio, per-person figure or count."""

    indicator_id: str
    name: Name
    unit: str
    definitions: tuple[Definition, ...]
    defaults: tuple[str, ...]
    targets: tuple[Target, ...]
    source: str
    confidence: str
    decimals: int = 2


@dataclass(frozen=True)
class ClassSet:
    """A named set of codes, given per code list."""

    set_id: str
    name: Name
    codes: Mapping[str, frozenset[str]]
    only_within: Mapping[str, Condition]
    without_sub_use: Mapping[str, frozenset[str]]
    source: str
    confidence: str


@dataclass(frozen=True)
class Figure:
    """One published value with all that makes it checkable (columns of ``indicators.csv``)."""

    indicator: str
    unit_code: str
    unit_name: str
    boundaries: str
    as_of: dt.date
    scenario: str
    definition: str
    is_default: bool
    value: float | None
    value_unit: str
    numerator: float | None
    numerator_unit: str
    denominator: float | None
    denominator_unit: str
    low: float | None
    high: float | None
    completeness: float
    basis: str
    judged: bool
    reading: bool
    #: whether the numerator is land, which people reckon in hectares
    of_land: bool = True
    #: least and most in 95 of 100 cases, errors and unknown ground together; None: none declared
    interval: tuple[float, float] | None = None
    #: how many years the statistics used are from the day asked
    years_away: int = 0
    notes: tuple[Text | Name, ...] = ()

    @property
    def figure_id(self) -> str:
        return figure_id(
            self.indicator,
            self.unit_code,
            self.boundaries,
            self.as_of,
            self.scenario,
            self.definition,
        )


def figure_id(
    indicator: str, unit_code: str, boundaries: str, as_of: dt.date, scenario: str, definition: str
) -> str:
    """The id of a figure: what it measures, of what, when and how (DESIGN §6)."""
    return f"{indicator}/{unit_code}@{boundaries}/{as_of.isoformat()}/{scenario}/{definition}"


@dataclass(frozen=True)
class Assessment:
    """A figure held against one target: gap in the figure's unit and in hectares, verdict."""

    figure: Figure
    target: Target | None
    gap: float | None
    gap_ha: float | None
    verdict: Verdict
    basis: str
    notes: tuple[Text | Name, ...] = ()
    #: probability (0-1) that the target is met; None where no error is declared
    p_met: float | None = None


@dataclass(frozen=True)
class Effect:
    """One figure moved by one finding: ``delta`` in the figure's unit (points of %, m²/person).

    ``delta`` is the figure under ``choice`` minus the figure as published.
    """

    finding_id: str
    figure_id: str
    delta: float
    choice: str
    #: relative to the figure; only for the default figure of the city, else 0
    weight: float = 0.0
