"""Whether a declared indicator can be computed at all: refused before any layer is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.model.data import OPTIONAL_STATISTICS, STATISTICS, STATISTICS_OF_LAYERS, Role
from urbanplan_gis.model.figures import Definition, Indicator, Measure
from urbanplan_gis.standards.class_sets import class_sets

#: conditions that are not class sets but states of a unit, a plan, or of simply being there
SPECIAL_SETS: Mapping[str, frozenset[str]] = {
    "unit": frozenset({"wards", "slated", "wards_and_slated"}),
    "plans": frozenset({"zoning_in_force", "zoning_approved"}),
    "right_of_way": frozenset({"any"}),
    "centrelines": frozenset({"any"}),
}
#: labels whose features carry codes, which class sets are made of
_CODED = ("land_use", "zoning", "general_plan", "green")
_LABELS = (*_CODED, *SPECIAL_SETS)
#: what definitions may need beside roles: layers that are derived
_DERIVED = ("centrelines", "street_remainder")
_NAMES = (*STATISTICS, *STATISTICS_OF_LAYERS)


def unsound_parts(indicator: Indicator, file: str) -> list[PlanDataError]:
    """One problem for each part that names nothing there is, or a denominator that can be zero.

    A denominator is refused that is missing, adds up optional statistics only, or asks for classes
    that no code has in common: such a ratio has no value, or none that means anything.
    """
    problems = []
    for definition in indicator.definitions:
        place = f"{file}: {indicator.indicator_id}.{definition.variant}"
        problems += _unknown_needs(definition, place)
        for name in ("numerator", "denominator"):
            measure: Measure | None = getattr(definition, name)
            if measure is not None:
                problems += _unknown_parts(measure, f"{place}.{name}")
        problems += _zero_denominator(indicator, definition, f"{place}.denominator")
    return list({problem.line("en"): problem for problem in problems}.values())


def _unknown_needs(definition: Definition, place: str) -> Iterator[PlanDataError]:
    known = (*map(str, Role), *_DERIVED, *_NAMES)
    for need in definition.needs:
        if need not in known:
            listed = ", ".join(known)
            yield bad_data("unknown_need", f"{place}.needs", name=need, known=listed)


def _unknown_parts(measure: Measure, place: str) -> Iterator[PlanDataError]:
    for name in measure.of:
        if name not in _NAMES:
            yield bad_data("unknown_statistic", f"{place}.of", name=name, known=", ".join(_NAMES))
    for condition in measure.where:
        if condition.label not in _LABELS:
            listed = ", ".join(_LABELS)
            yield bad_data("unknown_label", f"{place}.where", name=condition.label, known=listed)
            continue
        special = SPECIAL_SETS.get(condition.label, frozenset())
        if condition.set_name not in special and condition.set_name not in class_sets():
            yield bad_data("unknown_set", place, name=condition.set_name)


def _zero_denominator(
    indicator: Indicator, definition: Definition, place: str
) -> Iterator[PlanDataError]:
    below = definition.denominator
    if below is None:
        yield bad_data("no_denominator", place, unit=indicator.unit)
        return
    if below.kind == "statistic" and set(below.of) <= set(OPTIONAL_STATISTICS):
        listed = ", ".join(below.of) or "-"
        yield bad_data("optional_denominator", place, names=listed)
    for label in _CODED:
        names = [item.set_name for item in below.where if item.label == label]
        asked = [_codes(name) for name in names if name in class_sets()]
        if asked and not frozenset.intersection(*asked):
            yield bad_data("empty_denominator", place, sets=", ".join(names))


def _codes(set_name: str) -> frozenset[tuple[str, str]]:
    """Every code of a class set, with its list."""
    listed = class_sets()[set_name].codes.items()
    return frozenset((list_id, code) for list_id, codes in listed for code in codes)
