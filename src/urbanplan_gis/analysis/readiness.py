"""Ward readiness: what a unit has, held against the standards of a ward in force, and later ones.

Values of different sources stand side by side: where they disagree the source decides, and the
card says so. A threshold that was not read decides nothing; nor does an upper bound meet one.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.readiness_values import SourcedValue, values_of
from urbanplan_gis.model.readiness import NOT_READY, READY, ReadinessCard, StandardRow
from urbanplan_gis.model.scores import MET, NO_DATA, NOT_MET, UNVERIFIED
from urbanplan_gis.standards.law import Provision, history, law, provision_at
from urbanplan_gis.text import Text

_WARD = "ward."
#: the parameter that every regime has, and by which it is called
_MAIN = "ward.population"
_CITY_RULE = "city.ward_share"
_CLASSES = ".class_"
CITY = "city"
#: values may miss a threshold by the noise of adding up
_NOISE = 1e-9


def readiness_cards(
    evidence: Evidence,
    urban_class: str,
    confirmed: Iterable[str] = (),
    *,
    allow_unverified: bool = False,
) -> list[ReadinessCard]:
    """The cards of every unit, the slated ones first, under the regime in force and later ones.

    ``urban_class`` of the city (``II``) chooses among thresholds that go by class; ``confirmed``
    are the class sets the office has confirmed. Last come the city's cards with the share of
    wards, for each regime that has such a rule.
    """
    values = values_of(evidence, confirmed)
    slated = [n for n, chosen in enumerate(evidence.is_slated) if chosen]
    others = [n for n, chosen in enumerate(evidence.is_slated) if not chosen]
    cards = [
        ReadinessCard(
            unit_code=evidence.codes[unit],
            unit_name=str(evidence.units["name"].iloc[unit]),
            is_slated=bool(evidence.is_slated[unit]),
            as_of=evidence.as_of,
            day=day,
            regime=regime,
            rows=tuple(
                row
                for standard, provision in standards_at(day, urban_class).items()
                for row in rows_of(
                    standard,
                    provision,
                    [item for item in values.get(standard, {}).get(unit, ()) if _known(item, day)],
                    allow_unverified=allow_unverified,
                )
            ),
        )
        for unit in (*slated, *others)
        for regime, day in regimes_from(evidence.as_of)
    ]
    return [*cards, *_city_cards(evidence, cards)]


def _known(item: SourcedValue, day: dt.date) -> bool:
    """Whether a number was there on a day: one of a later year is a forecast."""
    return item.year is None or item.year <= day.year


def regimes_from(as_of: dt.date) -> list[tuple[str, dt.date]]:
    """The regimes in force on a day and later: their document, and the day to read them for."""
    return [
        (item.document.document_id, max(as_of, item.starts))
        for item in history(_MAIN)
        if item.until is None or item.until > as_of
    ]


def standards_at(day: dt.date, urban_class: str) -> Mapping[str, Provision]:
    """The standards of a ward in force on a day, by name; of those by class, that of the city."""
    found = {}
    for parameter in law().provisions:
        name, _, of_class = parameter.removeprefix(_WARD).partition(_CLASSES)
        if not parameter.startswith(_WARD) or of_class not in ("", urban_class):
            continue
        provision = provision_at(parameter, day)
        if provision is not None:
            found[name] = provision
    return found


def rows_of(
    standard: str,
    provision: Provision,
    values: Sequence[SourcedValue],
    *,
    allow_unverified: bool = False,
) -> Iterator[StandardRow]:
    """One row for each value held against a standard, or one that says there is none."""
    for given in values:
        verdict, notes = _judge(provision, given, allow_unverified=allow_unverified)
        lacking = _missing(provision, given) if verdict != MET else None
        yield _row(standard, provision, given, verdict, lacking, (*notes, *given.notes))
    if not values:
        yield _row(standard, provision, None, NO_DATA, None, ())


def _row(
    standard: str,
    provision: Provision,
    given: SourcedValue | None,
    verdict: str,
    missing: float | None,
    notes: tuple[Text, ...],
) -> StandardRow:
    said = (provision.note,) if provision.note else ()
    return StandardRow(
        standard_id=standard,
        name=provision.name,
        value=given.value if given else None,
        unit=provision.unit,
        source_id=given.source_id if given else "",
        value_source=given.source if given else None,
        year=given.year if given else None,
        threshold=provision.value,
        sense=provision.sense,
        verdict=verdict,
        missing=missing,
        missing_unit=given.missing_unit if given and missing is not None else "",
        document=provision.document.document_id,
        article=provision.article,
        confidence=provision.confidence,
        notes=(*notes, *said),
    )


def _judge(
    provision: Provision, given: SourcedValue, *, allow_unverified: bool
) -> tuple[str, tuple[Text, ...]]:
    """The verdict on a value, and why it is none."""
    if provision.confidence == "unverified" and not allow_unverified:
        return UNVERIFIED, ()
    at_least = meets(provision, given.low)
    if at_least and meets(provision, given.high):
        return MET, ()
    if not at_least and not meets(provision, given.high):
        return NOT_MET, ()
    return NO_DATA, (Text.of("readiness.undecided"),)


def meets(provision: Provision, value: float) -> bool:
    """Whether a value satisfies a threshold."""
    threshold = provision.value
    if threshold is None:
        raise ValueError(f"{provision.parameter_id}: a range is no standard of a ward")
    slack = _NOISE * abs(threshold)
    return {
        "at_least": value >= threshold - slack,
        "above": value > threshold + slack,
        "at_most": value <= threshold + slack,
        "below": value < threshold - slack,
    }[provision.sense]


def _missing(provision: Provision, given: SourcedValue) -> float | None:
    """What the value lacks, in its unit of missing things; whole persons and works are counted."""
    if provision.value is None or provision.sense not in ("at_least", "above"):
        return None
    lacking = (provision.value - given.high) * given.per_unit
    if lacking <= 0:
        return None
    return float(math.ceil(lacking - _NOISE)) if given.whole else lacking


# ---- the city's share of wards ---------------------------------------------------------------


def _city_cards(evidence: Evidence, cards: Sequence[ReadinessCard]) -> Iterator[ReadinessCard]:
    for regime, day in regimes_from(evidence.as_of):
        provision = provision_at(_CITY_RULE, day)
        if provision is not None:
            own = [card for card in cards if card.regime == regime and card.is_slated]
            rows = tuple(_city_rows(evidence, own, provision))
            yield ReadinessCard(CITY, "", False, evidence.as_of, day, regime, rows)


def _city_rows(
    evidence: Evidence, cards: Sequence[ReadinessCard], provision: Provision
) -> Iterator[StandardRow]:
    """The share of wards now, and after slated communes become wards: those ready, those that no
    standard keeps from it, and all."""
    units, wards = len(evidence.units), int(evidence.is_ward.sum())
    still = set(np.array(evidence.codes)[evidence.is_slated & ~evidence.is_ward].tolist())
    to_come = [card for card in cards if card.unit_code in still]
    ready = sum(card.outcome == READY for card in to_come)
    possible = sum(card.outcome != NOT_READY for card in to_come)
    steps = {"now": 0, "ready": ready, "possible": possible, "slated": len(to_come)}
    for name, added in steps.items():
        share = 100.0 * (wards + added) / units
        value = SourcedValue(
            share, share, share, name,
            Text.of(f"readiness.share.{name}", wards=wards + added, units=units, added=added),
            "units", units / 100.0, whole=True,
        )  # fmt: skip
        yield from rows_of("ward_share", provision, [value])
