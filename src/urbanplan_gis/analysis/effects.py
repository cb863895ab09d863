"""The price of findings: by how much each figure moves if a finding is resolved the other way.

A figure is a ratio of sums over units, so only the sums of the ground at stake are measured
again, before and after; the figure is then read off from the sums as they would be. That is the
same as running everything again with that decision, and is tested against it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.alternatives import Alternative, Ground, find_alternative
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gather import Derived
from urbanplan_gis.analysis.panels import Panel, Row
from urbanplan_gis.analysis.quantity import Quantity
from urbanplan_gis.analysis.stakes import Stakes, weigh_changes
from urbanplan_gis.model.data import Finding
from urbanplan_gis.model.figures import Effect, Measure
from urbanplan_gis.project import DeriveFacts

#: measures of ground and floors; statistics do not hang on findings
_AT_STAKE = frozenset({"area", "green_area", "floor_area"})
#: what adding up areas in another order may leave, relative to the figure
_NOISE = 1e-12
#: findings measured together: bounds memory, changes nothing
_TOGETHER = 400


def price_findings(
    findings: Iterable[Finding],
    derived: Derived,
    evidence: Evidence,
    panels: Sequence[Panel],
    facts: DeriveFacts,
) -> list[Effect]:
    """The effects of all findings on all figures, in the order of the findings.

    Findings without another way, or that move nothing, have none.
    """
    ground = Ground(derived, evidence, facts)
    found = [(item, find_alternative(item, ground)) for item in findings]
    priced = [(item, other) for item, other in found if other is not None]
    effects: list[Effect] = []
    for start in range(0, len(priced), _TOGETHER):
        some = priced[start : start + _TOGETHER]
        stakes = weigh_changes(derived, evidence, [other.changes for _, other in some])
        effects += _effects(some, stakes, evidence, panels)
    place = {item.finding_id: number for number, (item, _) in enumerate(priced)}
    return sorted(effects, key=lambda effect: place[effect.finding_id])


def _effects(
    priced: Sequence[tuple[Finding, Alternative]],
    stakes: Stakes,
    evidence: Evidence,
    panels: Sequence[Panel],
) -> Iterator[Effect]:
    for panel in panels:
        definition = panel.definition
        above = _difference(panel, definition.numerator, stakes, len(priced))
        below = _difference(panel, definition.denominator, stakes, len(priced))
        if above is None and below is None:
            continue
        moved = _moved(above) | _moved(below) if above and below else _moved(above or below)
        published = {row.code: panel.published(row) for row in panel.rows()}
        for number in np.flatnonzero(moved.any(axis=1)):
            numerator = _changed(panel.numerator, above, number)
            denominator = _changed(panel.denominator, below, number)
            finding, other = priced[number]
            for row in panel.rows():
                if published[row.code] is None or not (row.units & moved[number]).any():
                    continue
                effect = _effect(panel, row, published[row.code], numerator, denominator)
                if effect is not None:
                    yield replace(effect, finding_id=finding.finding_id, choice=other.choice)


def _effect(
    panel: Panel,
    row: Row,
    published: float,
    numerator: Quantity,
    denominator: Quantity | None,
) -> Effect | None:
    _, _, value, _, _ = panel.read(numerator, denominator, row)
    delta = value - published
    if math.isnan(delta) or abs(delta) <= _NOISE * max(abs(published), 1.0):
        return None
    counts = row.is_city and panel.is_default and published != 0
    weight = abs(delta / published) if counts else 0.0
    return Effect("", panel.figure_id(row), delta, "", weight)


@dataclass(frozen=True, eq=False)
class _Difference:
    """What quantities gain, for each finding and unit (shape: findings x units x k)."""

    certain: NDArray[np.float64]
    possible: NDArray[np.float64]


def _difference(
    panel: Panel, measure: Measure | None, stakes: Stakes, findings: int
) -> _Difference | None:
    if measure is None or measure.kind not in _AT_STAKE:
        return None
    before = panel.measured(measure, stakes.before)
    after = panel.measured(measure, stakes.after)
    units = len(panel.evidence.units)
    certain, possible = (
        np.nan_to_num(new - old).reshape(findings, units, -1)
        for new, old in ((after.certain, before.certain), (after.possible, before.possible))
    )
    return _Difference(certain, possible)


def _moved(difference: _Difference | None) -> NDArray[np.bool_]:
    """Which units move, for each finding (shape: findings x units)."""
    if difference is None:
        return np.zeros((0, 0), dtype=bool)
    return (difference.certain != 0).any(axis=2) | (difference.possible != 0).any(axis=2)


def _changed(
    quantity: Quantity | None, difference: _Difference | None, number: int
) -> Quantity | None:
    if quantity is None or difference is None:
        return quantity
    return replace(
        quantity,
        certain=quantity.certain + difference.certain[number],
        possible=quantity.possible + difference.possible[number],
    )


def by_price(findings: Iterable[Finding], effects: Iterable[Effect]) -> list[Finding]:
    """Findings by what they move: the city's default figures first, relative to each figure.

    Then those that move any figure, then the rest, each by hectares.
    """
    weight: dict[str, float] = {}
    moving: set[str] = set()
    for effect in effects:
        weight[effect.finding_id] = max(weight.get(effect.finding_id, 0.0), effect.weight)
        moving.add(effect.finding_id)
    return sorted(
        findings,
        key=lambda item: (
            -weight.get(item.finding_id, 0.0),
            item.finding_id not in moving,
            -(item.area_m2 or 0.0),
            item.finding_id,
        ),
    )
