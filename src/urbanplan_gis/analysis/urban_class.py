"""Scorecards of the city for classes II and I, under the law of the day and the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from urbanplan_gis.analysis.class_values import class_values
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.scoring import score
from urbanplan_gis.analysis.statistics import MAX_YEARS_AWAY
from urbanplan_gis.errors import bad_data
from urbanplan_gis.model.scores import GivenValue, Scorecard
from urbanplan_gis.standards.scoring import next_scheme, regions, scheme_at

CLASSES = ("II", "I")


def scorecards(
    evidence: Evidence,
    given: Mapping[str, GivenValue],
    *,
    region: str = "",
    confirmed: Collection[str] = (),
    allow_unverified: bool = False,
) -> tuple[Scorecard, ...]:
    """Classes II and I under the scheme in force at ``as_of``, then under the one after it.

    Values ``given`` by the office go before those computed; of a year too far away they are shown
    and decide nothing. No cards before the first scheme.

    Raises:
        PlanDataError: for a region no scheme knows.
        ValueError: for a given level that its standard does not know.
    """
    refuse_region(region)
    today = scheme_at(evidence.as_of)
    if today is None:
        return ()
    values = class_values(evidence, confirmed)
    values |= {name: _dated(item, evidence.as_of.year) for name, item in given.items()}
    asked = [scheme for scheme in (today, next_scheme(today)) if scheme is not None]
    return tuple(
        score(
            scheme,
            urban_class,
            values,
            evidence.as_of,
            region=region,
            allow_unverified=allow_unverified,
        )
        for scheme in asked
        for urban_class in CLASSES
    )


def refuse_region(region: str) -> None:
    """Refuse a region that no scheme knows (``""``: none).

    Raises:
        PlanDataError: naming those there are.
    """
    if region and region not in regions():
        known = ", ".join(sorted(regions()))
        where = "project.toml: urban_class.region"
        raise bad_data("unknown_region", where, name=region, known=known)


def _dated(given: GivenValue, year: int) -> GivenValue:
    """A value of another year decides only if that year is near."""
    far = given.year is not None and abs(given.year - year) > MAX_YEARS_AWAY
    return replace(given, certain=False) if far else given
