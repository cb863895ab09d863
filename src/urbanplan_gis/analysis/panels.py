"""Panels: one definition in one state, measured once and read off for every row."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.conditions import TESSELLATING
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.measures import (
    MEASURES,
    Request,
    class_sets_of,
    statistic_names,
    statistics_of,
    units_counted,
)
from urbanplan_gis.analysis.notes import notes_of
from urbanplan_gis.analysis.quantity import Quantity
from urbanplan_gis.analysis.statistics import ChosenStatistic
from urbanplan_gis.model.figures import (
    GROUPS,
    NO_SCOPE,
    Condition,
    Definition,
    Figure,
    Indicator,
    Measure,
    figure_id,
)
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.text import Text

Mask = NDArray[np.bool_]
_IN_GENERAL_PLAN = Condition("general_plan", "general_plan_urban")
#: what sums of areas may miss, relative to them (the mosaic's own tolerance)
_NOISE = 1e-9
_GROUP_NAMES = {group: Text.of(f"group.{group}") for group in GROUPS}


@dataclass(frozen=True, eq=False)
class Row:
    """One row of the table: a unit or a group, and its units."""

    code: str
    name: str
    units: Mask
    is_city: bool = False


def panels_of(
    indicator: Indicator, evidence: Evidence, state: str, chosen: Mapping[str, str]
) -> list[Panel]:
    """Every definition of an indicator that the layers at hand allow, measured."""
    definitions = _at_hand(indicator, evidence, state)
    default = _default(indicator, definitions, chosen)
    return [
        Panel(evidence, indicator, definition, state, definition is default)
        for definition in definitions
    ]


def _at_hand(indicator: Indicator, evidence: Evidence, state: str) -> list[Definition]:
    """Definitions of this state whose layers are there, in the scope the layers give."""
    scope = _scope(indicator, evidence)
    found: dict[str, Definition] = {}
    for definition in indicator.definitions:
        if state not in definition.states or not evidence.roles.issuperset(definition.needs):
            continue
        if definition.own_scope or definition.scope == scope:
            found.setdefault(definition.definition_id, definition)
    return list(found.values())


def _scope(indicator: Indicator, evidence: Evidence) -> str:
    """The first declared scope that the layers allow."""
    scopes = list(dict.fromkeys(d.scope for d in indicator.definitions if not d.own_scope))
    for scope in scopes:
        if scope != "general_plan" or "general_plan" in evidence.roles:
            return scope
    return NO_SCOPE


def _default(
    indicator: Indicator, definitions: list[Definition], chosen: Mapping[str, str]
) -> Definition | None:
    wanted = (chosen.get(indicator.indicator_id), *indicator.defaults)
    for variant in wanted:
        for definition in definitions:
            if definition.variant == variant and not definition.own_scope:
                return definition
    return None


def rows_of(evidence: Evidence) -> Iterator[Row]:
    """Every unit, then the groups slated, wards and city."""
    units = len(evidence.units)
    for position, (code, name) in enumerate(
        zip(evidence.units["code"], evidence.units["name"], strict=True)
    ):
        yield Row(code, name, np.arange(units) == position)
    yield Row("slated", "", evidence.is_slated)
    yield Row("wards", "", evidence.is_ward)
    yield Row("city", "", np.ones(units, dtype=bool), is_city=True)


class Panel:
    """One definition in one state, measured once and read off for every row."""

    def __init__(
        self,
        evidence: Evidence,
        indicator: Indicator,
        definition: Definition,
        state: str,
        is_default: bool,
    ) -> None:
        self.evidence = evidence
        self.indicator = indicator
        self.definition = definition
        self.state = state
        self.is_default = is_default
        self.statistics = statistics_of(evidence, self.measures, state)
        self.numerator = self.measured(definition.numerator, evidence)
        denominator = definition.denominator
        self.denominator = self.measured(denominator, evidence) if denominator else None

    def rows(self) -> list[Row]:
        """The rows this definition has a figure for."""
        return self._rows

    @cached_property
    def _rows(self) -> list[Row]:
        every = rows_of(self.evidence)
        return [row for row in every if row.is_city or not self.definition.only_city]

    def figure_id(self, row: Row) -> str:
        """The id of the figure of a row (DESIGN §6)."""
        return figure_id(
            self.indicator.indicator_id,
            row.code,
            self.evidence.boundaries,
            self.evidence.as_of,
            self.state,
            self.definition.definition_id,
        )

    def figure(self, row: Row, confirmed: frozenset[str]) -> Figure:
        """The figure of one row."""
        indicator, definition = self.indicator, self.definition
        n, d, value, low, high = self.read(self.numerator, self.denominator, row)
        completeness = self.completeness(row, self.ground)
        if completeness == 0:
            value = low = high = None
        name = row.name or _GROUP_NAMES[row.code].say("vi")
        used = list(self._statistics_used(row))
        return Figure(
            indicator=indicator.indicator_id,
            unit_code=row.code,
            unit_name=name,
            boundaries=self.evidence.boundaries,
            as_of=self.evidence.as_of,
            scenario=self.state,
            definition=definition.definition_id,
            is_default=self.is_default,
            value=_number(value),
            value_unit=indicator.unit,
            numerator=_number(n),
            numerator_unit=self.numerator.unit,
            denominator=_number(d),
            denominator_unit=self.denominator.unit if self.denominator else "",
            low=_number(low),
            high=_number(high),
            completeness=completeness,
            basis=self._basis(indicator, confirmed),
            judged=definition.judged,
            years_away=max(
                (int(s.years_away[units].max(initial=0)) for s, units in used), default=0
            ),
            reading=definition.reading,
            of_land=self.numerator.faces is not None,
            notes=tuple(
                notes_of(self.evidence, definition, self.state, row.units, completeness, used)
            ),
        )

    def measured(self, measure: Measure, evidence: Evidence) -> Quantity:
        """The quantity of a measure in ``evidence`` (the panel's own, or a changed piece of it)."""
        faces = np.ones(evidence.labels.faces, dtype=bool)
        if measure.scoped and self.definition.scope == "general_plan":
            faces &= evidence.labels.certain(_IN_GENERAL_PLAN, self.state)
        asked = Request(measure, self.state, faces, self.statistics)
        if not self.definition.geodesic:
            return MEASURES[measure.kind](evidence, asked)
        factor, mosaic = evidence.geodesic, evidence.mosaic
        round_earth = replace(evidence, mosaic=replace(mosaic, area=mosaic.area * factor))
        found = MEASURES[measure.kind](round_earth, asked)
        # faces stay of their planar area, and count by so much more of it
        faces = found.faces and replace(found.faces, share=found.faces.share * factor)
        return replace(found, faces=faces)

    @cached_property
    def ground(self) -> NDArray[np.float64]:
        """The panel's own :meth:`known_ground`."""
        return self.known_ground(self.evidence)

    def known_ground(self, evidence: Evidence) -> NDArray[np.float64]:
        """All ground of each unit, and what of it each layer needed knows (m², units x 1 + k)."""
        measures = self.measures
        labels = {c.label for m in measures for c in m.where if c.label in TESSELLATING}
        area = evidence.mosaic.area
        known = [area * evidence.labels.known(label, self.state) for label in sorted(labels)]
        return np.column_stack([evidence.by_unit(ground) for ground in (area, *known)])

    def value(
        self,
        row: Row,
        numerator: Quantity,
        denominator: Quantity | None,
        ground: NDArray[np.float64],
    ) -> float | None:
        """The value of a row as it is published; None where there is none."""
        if self.completeness(row, ground) == 0:
            return None
        return _number(self.read(numerator, denominator, row)[2])

    def read(
        self, numerator: Quantity, denominator: Quantity | None, row: Row
    ) -> tuple[float, float | None, float, float, float]:
        """Numerator, denominator, value, least and most of a row (NaN where not known)."""
        definition = self.definition
        n, n_most = self._of(numerator, definition.numerator.scoped, row)
        if denominator is None or definition.denominator is None:
            return n, None, n, n, n_most
        d, d_most = self._of(denominator, definition.denominator.scoped, row)
        if self.indicator.unit == "units":
            value = n if d else math.nan
            return n, d, value, value, value
        factor = 100.0 if self.indicator.unit == "%" else 1.0
        return n, d, *_ratio(n, n_most, d, d_most, factor)

    def _of(self, quantity: Quantity, scoped: bool, row: Row) -> tuple[float, float]:
        units = self.units_of(row) if scoped else row.units
        if not units.any():
            return math.nan, math.nan
        sums = quantity.of(units), quantity.at_most(units)
        if quantity.unit != "m2":
            return sums
        # ground thinner than rounding, where two boundaries all but coincide, is none
        noise = _NOISE * float(self.ground[units, 0].sum())
        certain, possible = (0.0 if abs(total) <= noise else total for total in sums)
        return certain, possible

    def units_of(self, row: Row) -> Mask:
        """Units of a row that a scoped measure counts; only the city's row is narrowed."""
        if not row.is_city:
            return row.units
        if self.definition.scope == "wards":
            return self.evidence.is_ward
        if self.definition.scope == "wards_and_slated":
            return self.evidence.is_ward | self.evidence.is_slated
        return row.units

    @property
    def measures(self) -> list[Measure]:
        """What is measured above the line, and below it if there is one."""
        both = (self.definition.numerator, self.definition.denominator)
        return [measure for measure in both if measure is not None]

    @property
    def in_general_plan(self) -> bool:
        """Whether the general plan's urban land bounds what is measured."""
        scoped = any(measure.scoped for measure in self.measures)
        return scoped and self.definition.scope == "general_plan"

    @property
    def class_sets(self) -> set[str]:
        """The class sets the figures rest on."""
        names = {name for measure in self.measures for name in class_sets_of(measure)}
        if self.in_general_plan:
            names.add(_IN_GENERAL_PLAN.set_name)
        return names

    def completeness(self, row: Row, ground: NDArray[np.float64]) -> float:
        """The share (0-1) of the row's ground, or of its statistics, that is known.

        ``ground`` is as :meth:`known_ground` gives it.
        """
        scoped = any(measure.scoped for measure in self.measures)
        units = self.units_of(row) if scoped else row.units
        total, *known = ground[units].sum(axis=0).tolist()
        if total == 0:
            return 0.0
        shares = [1.0, *(_share(part, total) for part in known)]
        for quantity in (self.numerator, self.denominator):
            if quantity is not None:
                shares.append(float(np.mean(~np.isnan(quantity.certain[units]).any(axis=1))))
        return min(shares)

    def _statistics_used(self, row: Row) -> Iterator[tuple[ChosenStatistic, Mask]]:
        """The statistics of a row, each with the units whose number it counts."""
        for measure in self.measures:
            for name in statistic_names(measure, self.state):
                if name in self.statistics:
                    units = self.units_of(row) if measure.scoped else row.units
                    yield self.statistics[name], units & units_counted(self.evidence, measure)

    def _basis(self, indicator: Indicator, confirmed: frozenset[str]) -> str:
        """``proposal`` while the figure rests on a class set nobody has confirmed."""
        proposed = {
            name
            for name in self.class_sets
            if class_sets()[name].confidence not in ("verbatim", "second-hand")
        }
        if proposed - confirmed or indicator.confidence == "unverified":
            return "proposal"
        return "law"


def _share(part: float, whole: float) -> float:
    """``part / whole``; 1 where only the noise of adding up areas is missing."""
    return 1.0 if part >= whole * (1 - _NOISE) else part / whole


def _ratio(
    n: float, n_most: float, d: float, d_most: float, factor: float
) -> tuple[float, float, float]:
    """Value, and the least and most it can be where part of the ground is not known.

    Unknown ground may count below the line only (least), or above it too (most).
    """
    above, below = n_most - n, d_most - d
    if math.isnan(n) or math.isnan(d) or d_most == 0:
        return math.nan, math.nan, math.nan
    value = factor * n / d if d else math.nan
    return value, factor * n / d_most, factor * n_most / (d + min(above, below) or d_most)


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else float(value)
