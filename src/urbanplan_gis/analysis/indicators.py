"""Declared indicators -> figures, for every unit and for the groups slated, wards and city."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

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
from urbanplan_gis.errors import bad_data
from urbanplan_gis.model.figures import (
    GROUPS,
    NO_SCOPE,
    Condition,
    Definition,
    Figure,
    Indicator,
    Measure,
)
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.text import Text

Mask = NDArray[np.bool_]
_IN_GENERAL_PLAN = Condition("general_plan", "general_plan_urban")
#: what sums of areas may miss, relative to them (the mosaic's own tolerance)
_NOISE = 1e-9
_GROUP_NAMES = {group: Text.of(f"group.{group}") for group in GROUPS}


@dataclass(frozen=True, eq=False)
class _Row:
    """One row of the table: a unit or a group, and its units."""

    code: str
    name: str
    units: Mask
    is_city: bool = False


def evaluate(
    indicators: Iterable[Indicator],
    evidence: Evidence,
    states: Iterable[str] = ("existing", "planned"),
    chosen: Mapping[str, str] | None = None,
    confirmed: Iterable[str] = (),
) -> list[Figure]:
    """Every figure of every declared definition that the layers at hand allow.

    ``chosen`` names, per indicator, the variant the project takes as its default;
    ``confirmed`` the class sets the office has confirmed (the others are proposals).

    Raises:
        PlanDataError: if ``chosen`` names an unknown indicator or variant.
    """
    indicators = list(indicators)
    chosen = dict(chosen or {})
    _check_chosen(indicators, chosen)
    figures = []
    for indicator in indicators:
        for state in states:
            figures += _figures(indicator, evidence, state, chosen, frozenset(confirmed))
    return figures


def _check_chosen(indicators: list[Indicator], chosen: Mapping[str, str]) -> None:
    known = {item.indicator_id: {d.variant for d in item.definitions} for item in indicators}
    for indicator, variant in chosen.items():
        if variant not in known.get(indicator, ()):
            listed = ", ".join(sorted(known.get(indicator, known)))
            where = f"project.toml: definitions.{indicator}"
            raise bad_data("unknown_definition", where, name=variant, known=listed)


def _figures(
    indicator: Indicator,
    evidence: Evidence,
    state: str,
    chosen: Mapping[str, str],
    confirmed: frozenset[str],
) -> Iterator[Figure]:
    definitions = _at_hand(indicator, evidence, state)
    default = _default(indicator, definitions, chosen)
    for definition in definitions:
        panel = _Panel(evidence, definition, state)
        for row in _rows(evidence):
            if definition.only_city and not row.is_city:
                continue
            yield panel.figure(indicator, row, definition is default, confirmed)


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


def _rows(evidence: Evidence) -> Iterator[_Row]:
    units = len(evidence.units)
    for position, (code, name) in enumerate(
        zip(evidence.units["code"], evidence.units["name"], strict=True)
    ):
        yield _Row(code, name, np.arange(units) == position)
    yield _Row("slated", "", evidence.is_slated)
    yield _Row("wards", "", evidence.is_ward)
    yield _Row("city", "", np.ones(units, dtype=bool), is_city=True)


class _Panel:
    """One definition in one state, measured once and read off for every row."""

    def __init__(self, evidence: Evidence, definition: Definition, state: str) -> None:
        self.evidence = evidence
        self.definition = definition
        self.state = state
        self.statistics = statistics_of(evidence, self._measures(), state)
        self.numerator = self._measured(definition.numerator)
        denominator = definition.denominator
        self.denominator = self._measured(denominator) if denominator else None

    def figure(
        self, indicator: Indicator, row: _Row, is_default: bool, confirmed: frozenset[str]
    ) -> Figure:
        definition = self.definition
        n, n_most = self._of(self.numerator, definition.numerator.scoped, row)
        value, low, high = n, n, n_most
        d = None
        if self.denominator is not None and definition.denominator is not None:
            d, d_most = self._of(self.denominator, definition.denominator.scoped, row)
            if indicator.unit == "units":
                value = low = high = n if d else math.nan
            else:
                factor = 100.0 if indicator.unit == "%" else 1.0
                value, low, high = _ratio(n, n_most, d, d_most, factor)
        completeness = self._completeness(row)
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
            is_default=is_default,
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
            notes=tuple(
                notes_of(self.evidence, definition, self.state, row.units, completeness, used)
            ),
        )

    def _measured(self, measure: Measure) -> Quantity:
        faces = np.ones(self.evidence.labels.faces, dtype=bool)
        if measure.scoped and self.definition.scope == "general_plan":
            faces &= self.evidence.labels.certain(_IN_GENERAL_PLAN, self.state)
        asked = Request(measure, self.state, faces, self.statistics)
        return MEASURES[measure.kind](self.evidence, asked)

    def _of(self, quantity: Quantity, scoped: bool, row: _Row) -> tuple[float, float]:
        units = self._units(row) if scoped else row.units
        if not units.any():
            return math.nan, math.nan
        return quantity.of(units), quantity.at_most(units)

    def _units(self, row: _Row) -> Mask:
        """Units of a row that a scoped measure counts; only the city's row is narrowed."""
        if not row.is_city:
            return row.units
        if self.definition.scope == "wards":
            return self.evidence.is_ward
        if self.definition.scope == "wards_and_slated":
            return self.evidence.is_ward | self.evidence.is_slated
        return row.units

    def _measures(self) -> list[Measure]:
        both = (self.definition.numerator, self.definition.denominator)
        return [measure for measure in both if measure is not None]

    def _completeness(self, row: _Row) -> float:
        """The share (0-1) of the row's ground, or of its statistics, that is known."""
        measures = self._measures()
        scoped = any(measure.scoped for measure in measures)
        units = self._units(row) if scoped else row.units
        labels = {c.label for m in measures for c in m.where if c.label in TESSELLATING}
        total = float(self.evidence.mosaic.unit_area[units].sum())
        if total == 0:
            return 0.0
        shares = [1.0]
        for label in labels:
            known = self.evidence.labels.known(label, self.state)
            ground = self.evidence.by_unit(self.evidence.mosaic.area * known)
            shares.append(_share(float(ground[units].sum()), total))
        for quantity in (self.numerator, self.denominator):
            if quantity is not None:
                shares.append(float(np.mean(~np.isnan(quantity.certain[units]).any(axis=1))))
        return min(shares)

    def _statistics_used(self, row: _Row) -> Iterator[tuple[ChosenStatistic, Mask]]:
        """The statistics of a row, each with the units whose number it counts."""
        for measure in self._measures():
            for name in statistic_names(measure, self.state):
                if name in self.statistics:
                    units = self._units(row) if measure.scoped else row.units
                    yield self.statistics[name], units & units_counted(self.evidence, measure)

    def _basis(self, indicator: Indicator, confirmed: frozenset[str]) -> str:
        """``proposal`` while the figure rests on a class set nobody has confirmed."""
        sets = {name for measure in self._measures() for name in class_sets_of(measure)}
        if self.definition.scope == "general_plan":
            sets.add(_IN_GENERAL_PLAN.set_name)
        proposed = {
            name
            for name in sets
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
