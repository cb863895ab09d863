"""Points of an urban class: standards between minimum and maximum, group minima, the total.

A value at the maximum or above takes all points, below the minimum none, between them points by
linear interpolation (111/2025/UBTVQH15, Annex II). What is not known counts as a range.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping

from urbanplan_gis.analysis.scoring_rows import score_row, unscored
from urbanplan_gis.model.scores import (
    INCONCLUSIVE,
    MET,
    NO_DATA,
    NOT_MET,
    UNVERIFIED,
    GivenValue,
    GroupScore,
    Scorecard,
    ScoreRow,
)
from urbanplan_gis.standards.scoring import Group, Reduction, Scheme
from urbanplan_gis.standards.scoring_rows import Standard
from urbanplan_gis.text import Name, Text

#: slack of comparisons of points: the noise of adding them up
NOISE = 1e-9


def score(
    scheme: Scheme,
    urban_class: str,
    values: Mapping[str, GivenValue],
    as_of: dt.date,
    *,
    region: str = "",
    allow_unverified: bool = False,
) -> Scorecard:
    """The card of one class under one scheme.

    ``values`` are by quantity (``population_city``), in the units of the standards. ``region``
    names a reduction of the scheme; one it does not know changes nothing. Unverified thresholds
    decide only with ``allow_unverified``.

    Raises:
        KeyError: for a class the scheme does not have.
        ValueError: for a level no standard knows.
    """
    rules = scheme.classes[urban_class]
    reduction = scheme.reductions.get(region)
    sure = allow_unverified or scheme.interpolation_confidence != "unverified"
    rows = []
    for standard in rules.standards:
        minimum, confidence = reduced(standard, reduction)
        given = values.get(standard.quantity)
        if given is None:
            rows.append(unscored(standard, minimum, confidence, None, NO_DATA))
        elif confidence == "unverified" and not allow_unverified:
            rows.append(unscored(standard, minimum, confidence, given, UNVERIFIED))
        elif not given.certain:
            rows.append(unscored(standard, minimum, confidence, given, INCONCLUSIVE))
        else:
            rows.append(score_row(standard, minimum, confidence, given, interpolate=sure))
    groups = tuple(_group(group, rows) for group in rules.groups)
    low = sum(group.points_low for group in groups)
    high = sum(group.points_high for group in groups)
    return Scorecard(
        scheme_id=scheme.scheme_id,
        scheme_name=scheme.name,
        urban_class=urban_class,
        pass_fail=rules.pass_fail,
        as_of=as_of,
        starts=scheme.starts,
        in_force=scheme.holds_on(as_of),
        rows=tuple(rows),
        groups=groups,
        points_low=low,
        points_high=high,
        points_max=rules.points_max,
        total_needed=rules.total_needed,
        verdict=_verdict(low, high, rules.total_needed, groups, rows),
        basis=_basis(rows),
        document=scheme.document.document_id,
        article=rules.article,
        confidence=rules.confidence,
        notes=tuple(_notes(scheme, reduction)),
    )


def reduced(standard: Standard, reduction: Reduction | None) -> tuple[float, str]:
    """The minimum after a reduction, and how surely it is known.

    Counts: one stays one; from two on reduced in proportion, rounded, never below one
    (111/2025/UBTVQH15, Article 9, clause 4, point b).
    """
    factor = reduction.factors.get(standard.reduced) if reduction and standard.reduced else None
    if reduction is None or factor is None:
        return standard.minimum, standard.confidence
    confidence = max(standard.confidence, reduction.confidence, key=_DOUBT.index)
    if standard.kind != "count":
        return standard.minimum * factor, confidence
    if standard.minimum <= 1:
        return standard.minimum, standard.confidence
    return max(1.0, math.floor(standard.minimum * factor + 0.5)), confidence


_DOUBT = ("verbatim", "second-hand", "unverified")


def _group(group: Group, rows: Iterable[ScoreRow]) -> GroupScore:
    """Points of a group: what is not listed, or not read, may still bring what is left of it."""
    members = [row for row in rows if row.group == group.group_id]
    low = sum(row.points_low for row in members)
    lost = sum(
        row.points_max - row.points_high
        for row in members
        if row.points_max is not None and row.points_high is not None
    )
    high = group.points_max - lost
    if group.complete and members and all(row.points_high == 0 for row in members):
        high = 0.0
    needed = group.points_max if group.points_min is None else group.points_min
    if low >= needed - NOISE:
        verdict = MET
    elif high < needed - NOISE and (group.points_min is not None or high <= 0):
        verdict = NOT_MET
    else:
        verdict = INCONCLUSIVE
    return GroupScore(
        group_id=group.group_id,
        name=group.name,
        points_min=group.points_min,
        points_max=group.points_max,
        points_low=low,
        points_high=high,
        verdict=verdict,
        confidence=group.confidence,
    )


def _verdict(
    low: float,
    high: float,
    needed: float,
    groups: Iterable[GroupScore],
    rows: Iterable[ScoreRow],
) -> str:
    """Met only for certain, not met only for certain, else open."""
    minima = [group.verdict for group in groups]
    minima += [row.verdict for row in rows if row.required]
    if high < needed - NOISE or NOT_MET in minima:
        return NOT_MET
    if low >= needed - NOISE and all(verdict == MET for verdict in minima):
        return MET
    return INCONCLUSIVE


def _basis(rows: Iterable[ScoreRow]) -> str:
    """The weakest ground that counted: unverified thresholds, then proposed class sets."""
    used = [row for row in rows if row.verdict in (MET, NOT_MET)]
    if any(row.confidence == "unverified" for row in used):
        return "unverified"
    return "proposal" if any(row.basis == "proposal" for row in used) else "law"


def _notes(scheme: Scheme, reduction: Reduction | None) -> Iterable[Text | Name]:
    if scheme.note:
        yield scheme.note
    if reduction:
        read = Text.of(f"confidence.{reduction.confidence}")
        yield Text.of("scoring.reduction", name=reduction.name, confidence=read)
    if reduction and reduction.note:
        yield reduction.note
