"""The norms in force on a day against what the evidence gives; nothing computed is no data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.norm_values import norm_values
from urbanplan_gis.model.figures import Figure
from urbanplan_gis.model.scores import INCONCLUSIVE, MET, NO_DATA, NOT_MET, UNVERIFIED, GivenValue
from urbanplan_gis.standards.law import Provision, law, provision_at

REFERENCE = "reference"
#: national targets bind the nation: beside them the city's value is a reference
_NATIONAL = "national."
_PREFIXES = ("qcvn.", "city.", "road_law.", _NATIONAL)
_BY_CLASS = "class_"
#: sizes of cities in QCVN 01:2021/BXD, Table 2.18: from more than, up to (persons)
_SIZES: Mapping[str, tuple[float, float]] = {
    "over_150k": (150_000, float("inf")),
    "50k_150k": (50_000, 150_000),
    "under_50k": (-1, 50_000),
}


@dataclass(frozen=True)
class NormRow:
    """One norm in force, with the city's value in its unit and whether it is kept.

    ``verdict`` is ``met``, ``not_met``, ``inconclusive``, ``unverified``, ``no_data`` or, for
    targets of the nation, ``reference``.
    """

    provision: Provision
    given: GivenValue | None
    verdict: str


def norm_rows(
    evidence: Evidence,
    figures: Iterable[Figure],
    urban_class: str,
    *,
    confirmed: Collection[str] = (),
    allow_unverified: bool = False,
) -> list[NormRow]:
    """Every norm of planning, roads, cities and the nation in force at ``as_of``.

    Of norms by class those of ``urban_class`` (``II``), of norms by size those of the city's
    population. Unverified norms decide only with ``allow_unverified``.
    """
    values = norm_values(evidence, figures, confirmed)
    people = values.get("city.population")
    rows = []
    for provision in provisions_at(evidence.as_of, urban_class, people):
        given = values.get(_quantity(provision.parameter_id))
        rows.append(NormRow(provision, given, verdict_of(provision, given, allow_unverified)))
    return rows


def provisions_at(day: dt.date, urban_class: str, people: GivenValue | None) -> Iterator[Provision]:
    """The norms that apply to a city of a class and population on a day."""
    for parameter in law().provisions:
        provision = provision_at(parameter, day)
        if provision is None or not parameter.startswith(_PREFIXES):
            continue
        last = parameter.rpartition(".")[2]
        other_class = last.startswith(_BY_CLASS) and urban_class not in last.split("_")[1:]
        if not other_class and _of_this_size(last, people):
            yield provision


def verdict_of(
    provision: Provision, given: GivenValue | None, allow_unverified: bool = False
) -> str:
    """Whether a value keeps a norm; where its bounds disagree, that is open."""
    if given is None:
        return NO_DATA
    if provision.parameter_id.startswith(_NATIONAL):
        return REFERENCE
    if provision.confidence == "unverified" and not allow_unverified:
        return UNVERIFIED
    ends = (given.value, given.low, given.high)
    sides = {_side(provision, float(end)) for end in ends if end is not None}
    if not given.certain or len(sides) > 1:
        return INCONCLUSIVE
    return MET if sides == {0} else NOT_MET


def _side(provision: Provision, value: float) -> int:
    """-1 below what is allowed, 1 above it, 0 within."""
    low, high = provision.low, provision.high
    if low is not None and (value <= low if provision.sense == "above" else value < low):
        return -1
    if high is not None and (value >= high if provision.sense == "below" else value > high):
        return 1
    return 0


def _of_this_size(last: str, people: GivenValue | None) -> bool:
    """Whether a norm is for cities of this population; all are while it is not known."""
    if last not in _SIZES or people is None:
        return True
    over, up_to = _SIZES[last]
    return over < float(people.value) <= up_to


def _quantity(parameter: str) -> str:
    """The parameter without its class, size of city or year."""
    head, _, last = parameter.rpartition(".")
    varies = last.startswith(_BY_CLASS) or last in _SIZES or last.isdecimal()
    return head if varies else parameter
