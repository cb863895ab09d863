"""Evidence -> all that is published of it, by the declarations of a project.

A run and an audit both come through here, so they cannot measure differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

import geopandas as gpd
import pandas as pd

from urbanplan_gis.analysis.conversions import convert
from urbanplan_gis.analysis.crosswalk import boundary_figures
from urbanplan_gis.analysis.definitions import Spread, spreads
from urbanplan_gis.analysis.error_model import Interval, declared_errors, p_met
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gaps import gaps
from urbanplan_gis.analysis.indicators import measure, read_figures
from urbanplan_gis.analysis.ledger import ledger
from urbanplan_gis.analysis.norms import norm_rows
from urbanplan_gis.analysis.readiness import readiness_cards
from urbanplan_gis.analysis.results import Measured
from urbanplan_gis.analysis.targets import assess
from urbanplan_gis.analysis.trends import Series
from urbanplan_gis.analysis.uncertainty import intervals
from urbanplan_gis.analysis.urban_class import refuse_region, scorecards
from urbanplan_gis.analysis.urban_land import land_balance, plan_balance
from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.standard_values import load_standard_values
from urbanplan_gis.model.figures import Assessment, Figure, Target
from urbanplan_gis.model.scores import GivenValue
from urbanplan_gis.project import Project
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.indicators import indicators


def measure_city(
    project: Project,
    evidence: Evidence,
    former: Series,
    outlines: Mapping[str, gpd.GeoDataFrame] | None = None,
) -> Measured:
    """Figures, targets, gaps, standards, ledger and balances of one day.

    ``former`` are values of earlier days, ``outlines`` units of other days by vintage.
    """
    declared = indicators()
    states = [state for state in project.facts.states if _says_something(evidence, state)]
    panels = measure(declared.values(), evidence, states, project.definitions)
    confirmed = _confirmed(project)
    ranges = intervals(panels, evidence, declared_errors(project))
    figures = [_with_interval(item, ranges) for item in read_figures(panels, confirmed)]
    own_targets, years = _own_targets(project), project.facts.target_years
    held = partial(
        assess, figures, declared, own_targets,
        years=years, allow_unverified=project.allow_unverified,
    )  # fmt: skip
    assessments, by_year = held(), held(all_years=True)
    found = spreads(by_year)
    plans, of_plans = plan_balance(evidence)
    balance = pd.concat(
        [*(land_balance(evidence, s) for s in states if _has_land_use(evidence, s)), plans]
    )
    return Measured(
        evidence=evidence,
        panels=tuple(panels),
        figures=tuple(figures),
        assessments=tuple(_with_chance(_with_spread(assessments, found), ranges)),
        by_year=tuple(_with_chance(_with_spread(by_year, found), ranges)),
        intervals=ranges,
        spreads=tuple(found),
        gaps=tuple(gaps(panels, by_year, former)),
        ledger=tuple(ledger(panels)),
        scorecards=scorecards(
            evidence,
            given_values(project),
            region=project.urban_class.region,
            confirmed=confirmed,
            allow_unverified=project.allow_unverified,
        ),
        cards=tuple(
            readiness_cards(
                evidence,
                project.urban_class.class_,
                confirmed,
                allow_unverified=project.allow_unverified,
            )
        ),
        elsewhere=tuple(boundary_figures(panels, convert(evidence, outlines or {}), confirmed)),
        norms=tuple(
            norm_rows(
                evidence,
                figures,
                project.urban_class.class_,
                confirmed=confirmed,
                allow_unverified=project.allow_unverified,
            )
        ),
        balance=balance.reset_index(drop=True),
        found=of_plans,
    )


def refuse_declarations(project: Project) -> None:
    """Refuse targets and class sets of the project that name nothing there is.

    Raises:
        PlanDataError: with the place in the project file.
    """
    _confirmed(project)
    _own_targets(project)
    given_values(project)
    refuse_region(project.urban_class.region)


def _with_interval(figure: Figure, ranges: Mapping[str, Interval]) -> Figure:
    """The figure with its interval, and what must be known of that."""
    found = ranges.get(figure.figure_id)
    if found is None:
        return figure
    bounds = None if found.sd is None else (found.low, found.high)
    return replace(figure, interval=bounds, notes=(*figure.notes, *found.notes))


def _with_chance(items: list[Assessment], ranges: Mapping[str, Interval]) -> list[Assessment]:
    """Assessments with the probability that the target is met."""
    return [
        replace(item, p_met=p_met(found, item.target))
        if (found := ranges.get(item.figure.figure_id)) is not None and item.target is not None
        else item
        for item in items
    ]


def given_values(project: Project) -> dict[str, GivenValue]:
    """What the office says of urban standards that no layer tells; the table named last decides.

    Raises:
        PlanDataError: for a table that cannot be used.
    """
    given: dict[str, GivenValue] = {}
    for table in project.standard_values:
        path, day = project.path(table.path), project.facts.as_of
        given |= load_standard_values(path, table.path, day, table.sheet)
    return given


def _with_spread(items: list[Assessment], found: list[Spread]) -> list[Assessment]:
    """Default figures of the city say under how many definitions they meet their target."""
    words = {
        (spread.default.figure_id, spread.target): spread.words
        for spread in found
        if spread.default.unit_code == spread.target.scope and spread.counted > 1
    }
    noted = []
    for item in items:
        said = words.get((item.figure.figure_id, item.target)) if item.target else None
        noted.append(replace(item, notes=(*item.notes, said)) if said else item)
    return noted


def _says_something(evidence: Evidence, state: str) -> bool:
    """Whether a state differs from the others: without lots of plans nothing is planned."""
    return state != "planned" or bool(evidence.labels.coded[state]["zoning"].known.any())


def _has_land_use(evidence: Evidence, state: str) -> bool:
    return bool(evidence.labels.coded[state]["land_use"].known.any())


def _own_targets(project: Project) -> dict[str, Iterable[Target]]:
    """Targets of the office beside the programme's."""
    own: dict[str, list[Target]] = {}
    for number, item in enumerate(project.targets):
        if item.indicator not in indicators():
            where = f"{project.file.name}: targets[{number}].indicator"
            listed = ", ".join(indicators())
            raise bad_data("unknown_indicator", where, name=item.indicator, known=listed)
        target = Target(item.year, item.value, item.sense, item.scope, item.source, item.confidence)
        own.setdefault(item.indicator, []).append(target)
    known = {target.year for item in indicators().values() for target in item.targets}
    known |= {target.year for targets in own.values() for target in targets}
    for year in project.facts.target_years:
        if year not in known:
            where = f"{project.file.name}: project.target_years"
            raise bad_data("no_target_for_year", where, year=year, known=_listed(known))
    return dict(own)


def _listed(years: Iterable[int]) -> str:
    return ", ".join(str(year) for year in sorted(years))


def _confirmed(project: Project) -> tuple[str, ...]:
    for name in project.confirmed_class_sets:
        if name not in class_sets():
            where = f"{project.file.name}: confirmed_class_sets"
            raise bad_data("unknown_set", where, name=name)
    return project.confirmed_class_sets
