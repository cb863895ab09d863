"""The price of findings: by how much each figure moves if a finding is resolved the other way.

A figure is a ratio of sums over units, so only the sums of the ground at stake are measured
again, before and after; the figure is then read off from the sums as they would be. That is the
same as running everything again with that decision, and is tested against it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.alternatives import find_alternative
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gather import Derived
from urbanplan_gis.analysis.ground import Alternative, Ground
from urbanplan_gis.analysis.panels import Panel, Row
from urbanplan_gis.analysis.quantity import Quantity
from urbanplan_gis.analysis.stakes import Stakes, weigh_changes
from urbanplan_gis.model.data import Finding, Role
from urbanplan_gis.model.figures import Effect, Measure
from urbanplan_gis.project import DeriveFacts

#: measures of ground and floors; statistics do not hang on findings
_AT_STAKE = frozenset({"area", "green_area", "floor_area"})
#: what adding up areas in another order may leave, relative to the figure
_NOISE = 1e-12
#: of what is left of a sum once all of it is taken away (the mosaic's own tolerance)
_NOTHING_LEFT = 1e-9
#: findings measured together, and numbers per measure: they bound memory, and change nothing
_TOGETHER, _NUMBERS = 400, 4_000_000


def price_findings(
    findings: Iterable[Finding],
    derived: Derived,
    evidence: Evidence,
    panels: Sequence[Panel],
    facts: DeriveFacts,
) -> list[Effect]:
    """The effects of all findings on all figures: the findings that move most first.

    Findings without another way, or that move nothing, have none; nor has a figure that is no
    data as published, or would be: there is no difference to tell.
    """
    ground = Ground(derived, evidence, facts)
    found = [(item, find_alternative(item, ground)) for item in findings]
    priced = [(item, other) for item, other in found if other is not None]
    published = [[_published(panel, row) for row in panel.rows()] for panel in panels]
    effects: list[Effect] = []
    size = _together(evidence)
    for start in range(0, len(priced), size):
        some = priced[start : start + size]
        stakes = weigh_changes(derived, evidence, [other.changes for _, other in some])
        for panel, values in zip(panels, published, strict=True):
            if _hangs_on_ground(panel):
                effects += _effects(some, stakes, panel, values)
    order = by_price([item for item, _ in priced], effects)
    place = {item.finding_id: number for number, item in enumerate(order)}
    return sorted(effects, key=lambda effect: (place[effect.finding_id], -effect.weight))


def _together(evidence: Evidence) -> int:
    """How many findings are measured at once: of parks, every one counts in every unit."""
    green = evidence.dataset.layers.get(Role.GREEN)
    parks = 0 if green is None else green.frame["park"].nunique() + 1
    return max(1, min(_TOGETHER, _NUMBERS // (len(evidence.units) * (2 * parks + 2))))


def _hangs_on_ground(panel: Panel) -> bool:
    both = (panel.definition.numerator, panel.definition.denominator)
    return any(measure is not None and measure.kind in _AT_STAKE for measure in both)


def _published(panel: Panel, row: Row) -> float | None:
    return panel.value(row, panel.numerator, panel.denominator, panel.ground)


def _effects(
    priced: Sequence[tuple[Finding, Alternative]],
    stakes: Stakes,
    panel: Panel,
    published: Sequence[float | None],
) -> Iterator[Effect]:
    gains = _gains(panel, stakes, len(priced))
    rows = panel.rows()
    touched = gains.moved @ np.array([row.units for row in rows]).T
    for number in np.flatnonzero(gains.moved.any(axis=1)):
        numerator = _changed(panel.numerator, gains.above, number)
        below = panel.denominator
        denominator = None if below is None else _changed(below, gains.below, number)
        ground = _left(panel.ground, gains.ground[number])
        finding, other = priced[number]
        for place in np.flatnonzero(touched[number]):
            row, before = rows[place], published[place]
            if before is None:
                continue
            after = panel.value(row, numerator, denominator, ground)
            if after is None or abs(after - before) <= _NOISE * max(abs(before), 1.0):
                continue
            counts = row.is_city and panel.is_default
            # of the larger one: a figure may begin or end at nothing
            weight = abs(after - before) / max(abs(before), abs(after)) if counts else 0.0
            figure_id = panel.figure_id(row)
            yield Effect(finding.finding_id, figure_id, after - before, other.choice, weight)


@dataclass(frozen=True, eq=False)
class _Gain:
    """What a quantity gains, for each finding and unit (shape: findings x units x k)."""

    certain: NDArray[np.float64]
    possible: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class _Gains:
    """What both sides of a ratio and the ground known gain, and which units that moves."""

    above: _Gain | None
    below: _Gain | None
    ground: NDArray[np.float64]
    moved: NDArray[np.bool_]


def _gains(panel: Panel, stakes: Stakes, findings: int) -> _Gains:
    definition = panel.definition
    above = _gain(panel, definition.numerator, stakes, findings)
    below = _gain(panel, definition.denominator, stakes, findings)
    shape = (findings, len(panel.evidence.units), -1)
    ground = panel.known_ground(stakes.after) - panel.known_ground(stakes.before)
    moved = np.zeros(shape[:2], dtype=bool)
    for gain in (above, below):
        if gain is not None:
            moved |= (gain.certain != 0).any(axis=2) | (gain.possible != 0).any(axis=2)
    return _Gains(above, below, ground.reshape(shape), moved)


def _gain(panel: Panel, measure: Measure | None, stakes: Stakes, findings: int) -> _Gain | None:
    if measure is None or measure.kind not in _AT_STAKE:
        return None
    before = panel.measured(measure, stakes.before)
    after = panel.measured(measure, stakes.after_for(measure, panel.state))
    units = len(panel.evidence.units)
    certain, possible = (
        np.nan_to_num(new - old).reshape(findings, units, -1)
        for new, old in ((after.certain, before.certain), (after.possible, before.possible))
    )
    return _Gain(certain, possible)


def _changed(quantity: Quantity, gain: _Gain | None, number: int) -> Quantity:
    if gain is None:
        return quantity
    return replace(
        quantity,
        certain=quantity.certain + gain.certain[number],
        possible=quantity.possible + gain.possible[number],
    )


def _left(sums: NDArray[np.float64], gain: NDArray[np.float64]) -> NDArray[np.float64]:
    """Sums with what they gain or lose; where all is lost, nothing is left and no rounding."""
    after = sums + gain
    return np.where(np.abs(after) <= _NOTHING_LEFT * np.abs(sums), 0.0, after)


def by_price(findings: Iterable[Finding], effects: Iterable[Effect]) -> list[Finding]:
    """Findings by what they move: the city's default figures first, relative to each figure.

    Then those that move any figure, then the rest, each by hectares.
    """
    weight: dict[str, float] = {}
    for effect in effects:
        weight[effect.finding_id] = max(weight.get(effect.finding_id, 0.0), effect.weight)
    return sorted(
        findings,
        key=lambda item: (
            -weight.get(item.finding_id, 0.0),
            item.finding_id not in weight,
            -(item.area_m2 or 0.0),
            item.finding_id,
        ),
    )
