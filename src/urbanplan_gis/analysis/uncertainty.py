"""Intervals of figures from declared errors: boundaries, classes, persons.

The three are independent, so their variances add up. All are to first order (delta method),
which a Monte Carlo simulation confirms (``benchmarks/coverage.py``). The interval is the value
with 1.96 standard deviations to both sides, reaching from the least to the most that ground which
is not known allows.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np

from urbanplan_gis.analysis.digitising import DRAWN, Digitising, prepare_digitising
from urbanplan_gis.analysis.error_model import DEVIATIONS, ErrorModel, Interval
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.linear import Floats, Pass, Reading, passes_of, weights_of
from urbanplan_gis.analysis.measures import statistic_names
from urbanplan_gis.analysis.misclassified import UnsureClasses, class_moments, unsure_classes
from urbanplan_gis.analysis.panels import Panel
from urbanplan_gis.analysis.rests_on import ground_roles
from urbanplan_gis.analysis.statistics import statistic_words
from urbanplan_gis.model.data import Role
from urbanplan_gis.model.figures import Measure
from urbanplan_gis.text import LANGUAGES, Name, Text

#: a ratio is unstable if the sd of its denominator exceeds this part of it (our convention) ...
UNSTABLE_DENOMINATOR = 0.10
#: ... or the sd of its value this part of it: then even its first digit is in doubt
UNSTABLE_VALUE = 1 / 3
#: statistics that count the persons of a unit
_PERSONS = frozenset({"residents", "temporary_residents", "horizon_population", "grid_residents"})
_CENTRELINES = "centrelines"
#: deviations smaller than this part of the value are the noise of adding up
_NOISE = 1e-9


@dataclass(frozen=True, eq=False)
class _Component:
    """Standard deviations of value and denominator of each row of a pass, by one kind of error."""

    value: Floats
    denominator: Floats
    #: by how much the value is shifted, where that is known
    shift: Floats | None = None


@dataclass(frozen=True, eq=False)
class _Sources:
    """What is prepared once for all panels."""

    errors: ErrorModel
    digitising: Digitising
    classes: Sequence[UnsureClasses]


def intervals(
    panels: Sequence[Panel], evidence: Evidence, errors: ErrorModel
) -> Mapping[str, Interval]:
    """The interval of every figure that has a value, by figure id.

    Empty if the project declares no error at all. ``panels`` are those of ``evidence``.
    """
    if errors.declares_nothing:
        return {}
    sources = _Sources(
        errors, prepare_digitising(evidence, errors), unsure_classes(evidence, errors)
    )
    return {
        panel.figure_id(reading.row): interval
        for panel in panels
        for rows in passes_of(panel)
        for reading, interval in zip(rows.readings, _of_pass(panel, rows, sources), strict=True)
    }


def _of_pass(panel: Panel, rows: Pass, sources: _Sources) -> Iterator[Interval]:
    above, below = weights_of(panel, rows, panel.evidence)
    roles, digitising = ground_roles(panel), sources.digitising
    components = (
        _of_boundaries(rows, above, below, digitising) if roles & digitising.scaled else None,
        _of_classes(panel, rows, sources.classes),
        _of_persons(panel, rows, sources.errors),
    )
    along = [
        None if weight is None else digitising.boundary(rows, of_unit, weight)
        for weight, of_unit in ((above, rows.of_numerator), (below, rows.of_denominator))
    ]
    # no part of a whole is less than nothing or more than all of it
    whole = 100.0 if panel.indicator.unit == "%" else math.inf
    told = tuple(_of_gaps(panel, roles & digitising.unscaled, sources.errors))
    for number, reading in enumerate(rows.readings):
        deviations = [None if item is None else float(item.value[number]) for item in components]
        known = [item for item in components if item is not None]
        notes = (*_unstable(reading, known, number), *_shifted(components[1], number))
        sd = math.hypot(*(part for part in deviations if part is not None)) if known else None
        # what is left where all boundaries cancel
        sd = 0.0 if sd is not None and sd <= _NOISE * abs(reading.value) else sd
        reach = DEVIATIONS * (sd or 0.0)
        yield Interval(
            sd,
            max(min(reading.least, 0.0), reading.least - reach),
            min(max(reading.most, whole), reading.most + reach),
            reading.least,
            reading.most,
            *deviations,
            *(None if length is None else float(length[number]) for length in along),
            notes=(*notes, *told),
        )


def _of_boundaries(
    rows: Pass, above: Floats | None, below: Floats | None, digitising: Digitising
) -> _Component:
    return _Component(*np.sqrt(digitising.variances(rows, above, below)))


def _of_classes(panel: Panel, rows: Pass, classes: Sequence[UnsureClasses]) -> _Component | None:
    """The root mean square deviation; layers are wrong independently of each other."""
    roles = ground_roles(panel)
    moments = [
        class_moments(panel, rows, unsure) for unsure in classes if unsure.layer.role in roles
    ]
    if not moments:
        return None
    shift = np.sum([mean for mean, _ in moments], axis=0)
    variance = np.sum([variance for _, variance in moments], axis=0)
    value, denominator = np.sqrt(variance + shift**2)
    return _Component(value, denominator, shift[0])


def _of_persons(panel: Panel, rows: Pass, errors: ErrorModel) -> _Component | None:
    """Persons of each unit are off by the same part above and below the line."""
    sides = [_persons(panel, measure) for measure in _both(panel)]
    if not errors.population_percent or not any(side is not None for side in sides):
        return None
    relative = errors.population_percent / 100
    value, denominator = [], []
    for reading in rows.readings:
        above, below = (
            np.zeros(len(units)) if side is None else np.where(units, side, 0.0)
            for side, units in zip(
                sides, (reading.numerator_units, reading.denominator_units), strict=True
            )
        )
        moved = reading.by_numerator * above + reading.by_denominator * below
        value.append(relative * np.linalg.norm(moved))
        denominator.append(relative * np.linalg.norm(below))
    return _Component(np.array(value), np.array(denominator))


def _both(panel: Panel) -> tuple[Measure | None, Measure | None]:
    return panel.definition.numerator, panel.definition.denominator


def _persons(panel: Panel, measure: Measure | None) -> Floats | None:
    """Persons of each unit, if that is what the measure counts (shape: units)."""
    if measure is None or measure.kind != "statistic":
        return None
    if not _PERSONS.issuperset(statistic_names(measure, panel.state)):
        return None
    quantity = panel.numerator if measure is panel.definition.numerator else panel.denominator
    return None if quantity is None else quantity.certain[:, 0]


def _unstable(reading: Reading, components: Sequence[_Component], number: int) -> Iterator[Text]:
    """Figures too unstable to publish say so."""
    below = math.hypot(*(item.denominator[number] for item in components))
    if reading.denominator and below > UNSTABLE_DENOMINATOR * abs(reading.denominator):
        yield Text.of("note.unstable_denominator", percent=100 * below / abs(reading.denominator))
    value = math.hypot(*(item.value[number] for item in components))
    if value > UNSTABLE_VALUE * abs(reading.value):
        yield Text.of("note.unstable_value")


def _shifted(classes: _Component | None, number: int) -> Iterator[Text]:
    """Where wrong classes shift the value by more than they scatter it."""
    if classes is None or classes.shift is None:
        return
    shift, total = float(classes.shift[number]), float(classes.value[number])
    if shift**2 > total**2 - shift**2:
        yield Text.of("note.class_shift", shift=shift)


def _of_gaps(panel: Panel, missing: Set[Role], errors: ErrorModel) -> Iterator[Text]:
    """What the interval leaves out, as nothing is declared for it."""
    if missing:
        layers = ", ".join(role for role in DRAWN if role in missing)
        yield Text.of("note.scale_unknown", layers=layers)
    names = []
    for measure in _both(panel):
        if measure is None or measure.kind in ("area", "green_area", "unit_count"):
            continue
        known = errors.population_percent and _persons(panel, measure) is not None
        if not known:
            names += statistic_names(measure, panel.state) or [measure.kind]
    if names:
        words = [statistic_words(name) for name in dict.fromkeys(names)]
        told = Name(*(", ".join(word.say(lang) for word in words) for lang in LANGUAGES))
        yield Text.of("note.error_unknown", names=told)
    if any(c.label == _CENTRELINES for m in _both(panel) if m for c in m.where):
        yield Text.of("note.centrelines_held")
