"""Measures: quantities of evidence, additive over units until a closing rule is applied.

A measure returns, per unit, components that may be added over the units of a group; closing
turns the sums into the quantity. Most have one component; the water rule of green needs two.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.green import green_area
from urbanplan_gis.analysis.quantity import Quantity
from urbanplan_gis.model.figures import Measure

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked of a measure: its declaration, the state, and the faces in scope."""

    measure: Measure
    state: str
    in_scope: Mask


def area(evidence: Evidence, asked: Request) -> Quantity:
    """Area (m²) of the faces on which all conditions hold, each by the share that does."""
    certain, possible = asked.in_scope.copy(), asked.in_scope.copy()
    for condition in asked.measure.where:
        certain &= evidence.labels.certain(condition, asked.state)
        possible &= evidence.labels.possible(condition, asked.state)
    ground = evidence.mosaic.area
    for condition in asked.measure.where:
        ground = ground * evidence.labels.share(condition.label)
    return Quantity.simple(
        evidence.by_unit(ground * certain), evidence.by_unit(ground * possible), "m2"
    )


def green(evidence: Evidence, asked: Request) -> Quantity:
    """Green land (m²) with the declared rule on water inside parks."""
    return green_area(evidence, asked.measure, asked.state, asked.in_scope)


def statistic(evidence: Evidence, asked: Request) -> Quantity:
    """Sum of statistics (persons, households, m² of floor ...); NaN where a unit has none.

    Temporary residents count where given; all other statistics are required.
    """
    units = len(evidence.units)
    total = np.zeros(units)
    for name in asked.measure.of:
        name = _of_state(name, asked.state)
        if name in ("official_area", "grid_residents"):
            total += evidence.statistics[name].values if name in evidence.statistics else np.nan
        elif name == "temporary_residents":
            total += np.nan_to_num(_values(evidence, name))
        elif name:
            total += _values(evidence, name)
    for condition in asked.measure.where:
        total = np.where(_units_in(evidence, condition.set_name), total, 0.0)
    unit = _UNITS_OF.get(asked.measure.of[0], "persons")
    return Quantity.simple(total, total, unit)


def floor_area(evidence: Evidence, asked: Request) -> Quantity:
    """Floor area of dwellings (m²): footprint inside the unit times floors."""
    values = evidence.dwelling_floor_area
    if values is None:
        values = np.full(len(evidence.units), np.nan)
    return Quantity.simple(values, values, "m2")


def unit_count(evidence: Evidence, asked: Request) -> Quantity:
    """Number of units on which all conditions hold."""
    holds = np.ones(len(evidence.units), dtype=bool)
    for condition in asked.measure.where:
        holds &= _units_in(evidence, condition.set_name)
    return Quantity.simple(holds.astype(float), holds.astype(float), "units")


MEASURES: Mapping[str, Callable[[Evidence, Request], Quantity]] = {
    "area": area,
    "green_area": green,
    "statistic": statistic,
    "floor_area": floor_area,
    "unit_count": unit_count,
}

_UNITS_OF = {
    "official_area": "m2",
    "floor_area_m2": "m2",
    "households": "households",
    "fibre_households": "households",
}


def _of_state(name: str, state: str) -> str:
    """A planned figure per person is over the plan's horizon population."""
    if state != "planned":
        return name
    return {"residents": "horizon_population", "temporary_residents": ""}.get(name, name)


def _values(evidence: Evidence, name: str) -> NDArray[np.float64]:
    chosen = evidence.statistics.get(name)
    return chosen.values if chosen else np.full(len(evidence.units), np.nan)


def _units_in(evidence: Evidence, set_name: str) -> Mask:
    if set_name == "wards":
        return evidence.is_ward
    if set_name == "slated":
        return evidence.is_slated
    return evidence.is_ward | evidence.is_slated
