"""Declared indicators -> figures, for every unit and for the groups slated, wards and city."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.panels import Panel, panels_of
from urbanplan_gis.errors import bad_data, raise_problems
from urbanplan_gis.model.figures import Figure, Indicator


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
    return read_figures(measure(indicators, evidence, states, chosen), confirmed)


def measure(
    indicators: Iterable[Indicator],
    evidence: Evidence,
    states: Iterable[str] = ("existing", "planned"),
    chosen: Mapping[str, str] | None = None,
) -> list[Panel]:
    """The panels figures are read from: every definition at hand, in each state.

    Raises:
        PlanDataError: if ``chosen`` names an unknown indicator or variant.
    """
    indicators, states, chosen = list(indicators), list(states), dict(chosen or {})
    _check_chosen(indicators, chosen)
    return [
        panel
        for indicator in indicators
        for state in states
        for panel in panels_of(indicator, evidence, state, chosen)
    ]


def read_figures(panels: Iterable[Panel], confirmed: Iterable[str] = ()) -> list[Figure]:
    """The figures of every row of every panel."""
    agreed = frozenset(confirmed)
    return [panel.figure(row, agreed) for panel in panels for row in panel.rows()]


def refuse_chosen(
    indicators: Mapping[str, Indicator], chosen: Mapping[str, str], roles: Collection[str]
) -> None:
    """Refuse definitions taken as the default that the layers at hand do not allow.

    Raises:
        PlanDataError: for each that is unknown, or needs a layer or statistic that is not there.
    """
    _check_chosen(list(indicators.values()), chosen)
    problems = []
    for indicator, variant in chosen.items():
        lacks = {
            item.variant: sorted(set(item.needs) - set(roles))
            for item in indicators[indicator].definitions
        }
        if lacks[variant]:
            where = f"project.toml: definitions.{indicator}"
            needs = ", ".join(lacks[variant])
            possible = ", ".join(name for name, needed in lacks.items() if not needed) or "-"
            problems.append(
                bad_data(
                    "definition_without_layer", where, name=variant, needs=needs, possible=possible
                )
            )
    if problems:
        raise_problems(problems)


def _check_chosen(indicators: list[Indicator], chosen: Mapping[str, str]) -> None:
    known = {item.indicator_id: {d.variant for d in item.definitions} for item in indicators}
    for indicator, variant in chosen.items():
        if variant not in known.get(indicator, ()):
            listed = ", ".join(sorted(known.get(indicator, known)))
            where = f"project.toml: definitions.{indicator}"
            raise bad_data("unknown_definition", where, name=variant, known=listed)
