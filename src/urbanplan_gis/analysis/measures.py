"""Measures: quantities of evidence, additive over units until a closing rule is applied.

A measure returns, per unit, components that may be added over the units of a group; closing
turns the sums into the quantity. Most have one component; the water rule of green needs two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.green import green_area
from urbanplan_gis.analysis.quantity import FaceParts, Quantity
from urbanplan_gis.analysis.statistics import ChosenStatistic, choose_together
from urbanplan_gis.model.data import OPTIONAL_STATISTICS, STATISTICS_OF_LAYERS
from urbanplan_gis.model.figures import Measure
from urbanplan_gis.standards.class_sets import class_sets

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Request:
    """What is asked of a measure: its declaration, the state, the faces in scope, the statistics.

    The statistics are those of the whole figure (:func:`statistics_of`), so that both sides of a
    ratio are of one year.
    """

    measure: Measure
    state: str
    in_scope: Mask
    statistics: Mapping[str, ChosenStatistic]


def area(evidence: Evidence, asked: Request) -> Quantity:
    """Area (m²) of the faces on which all conditions hold, each by the share that does."""
    certain, possible = asked.in_scope.copy(), asked.in_scope.copy()
    for condition in asked.measure.where:
        certain &= evidence.labels.certain(condition, asked.state)
        possible &= evidence.labels.possible(condition, asked.state)
    share = np.ones(len(certain))
    for condition in asked.measure.where:
        share = share * evidence.labels.share(condition.label)
    ground = evidence.mosaic.area * share
    return Quantity.simple(
        evidence.by_unit(ground * certain),
        evidence.by_unit(ground * possible),
        "m2",
        FaceParts.where(certain, share),
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
    for name in statistic_names(asked.measure, asked.state):
        chosen = asked.statistics.get(name)
        values = chosen.values if chosen else np.full(units, np.nan)
        total += np.nan_to_num(values) if name in OPTIONAL_STATISTICS else values
    total = np.where(units_counted(evidence, asked.measure), total, 0.0)
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
    holds = units_counted(evidence, asked.measure).astype(float)
    return Quantity.simple(holds, holds, "units")


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


def statistic_names(measure: Measure, state: str) -> list[str]:
    """The statistics a measure adds up; planned, persons are the plan's horizon population."""
    if state != "planned":
        return list(measure.of)
    planned = {"residents": "horizon_population", "temporary_residents": ""}
    return [name for name in (planned.get(name, name) for name in measure.of) if name]


def statistics_of(
    evidence: Evidence, measures: Iterable[Measure], state: str
) -> dict[str, ChosenStatistic]:
    """The statistics of the measures of one figure, of each unit from one year."""
    names = dict.fromkeys(name for item in measures for name in statistic_names(item, state))
    dated = [name for name in names if name not in STATISTICS_OF_LAYERS]
    chosen = choose_together(dated, evidence.dataset.statistics, evidence.codes, evidence.as_of)
    for name in STATISTICS_OF_LAYERS:
        if name in names and name in evidence.statistics:
            chosen[name] = evidence.statistics[name]
    return chosen


def units_counted(evidence: Evidence, measure: Measure) -> Mask:
    """Units on which all conditions of a measure of units hold."""
    holds = np.ones(len(evidence.units), dtype=bool)
    for condition in measure.where:
        holds &= _units_in(evidence, condition.set_name)
    return holds


def class_sets_of(measure: Measure) -> set[str]:
    """The class sets a measure rests on: those of its conditions, and what they lean on.

    The water rule of green (:mod:`urbanplan_gis.analysis.green`) needs sets no condition names,
    and a code may belong to a set only inside the ground of another set.
    """
    names = {condition.set_name for condition in measure.where}
    if measure.kind == "green_area":
        names |= {"water"} if measure.rule == "dry" else {"water", "park_water"}
    open_ = names & set(class_sets())
    found: set[str] = set()
    while open_:
        name = open_.pop()
        found.add(name)
        within = class_sets()[name].only_within.values()
        open_ |= {condition.set_name for condition in within} - found
    return found


def _units_in(evidence: Evidence, set_name: str) -> Mask:
    if set_name == "wards":
        return evidence.is_ward
    if set_name == "slated":
        return evidence.is_slated
    return evidence.is_ward | evidence.is_slated
