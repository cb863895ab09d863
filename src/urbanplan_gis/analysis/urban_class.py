"""Scorecards of the city for classes II and I, under the law of the day and the next."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from urbanplan_gis.analysis.class_values import class_values
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.scoring import score
from urbanplan_gis.model.scores import GivenValue, Scorecard
from urbanplan_gis.standards.scoring import next_scheme, scheme_at

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

    Values ``given`` by the office go before those computed. None before the first scheme.

    Raises:
        ValueError: for a given level that its standard does not know.
    """
    today = scheme_at(evidence.as_of)
    if today is None:
        return ()
    values = {**class_values(evidence, confirmed), **given}
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
