"""Check every layer: repair what can be repaired, and say everything that was found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from urbanplan_gis.geometry.planar import Overlaps
from urbanplan_gis.model.data import Dataset, Decision, Finding, Layer, Role
from urbanplan_gis.mosaic import LabelLayer
from urbanplan_gis.project import ToleranceFacts
from urbanplan_gis.quality.attributes import check_areas, check_empty, check_floors
from urbanplan_gis.quality.boundaries import check_outside, check_plan_boundaries
from urbanplan_gis.quality.conflicts import check_duplicates, check_gaps, check_overlaps
from urbanplan_gis.quality.decisions import apply_decisions
from urbanplan_gis.quality.domains import check_date_range, check_domains, check_widths
from urbanplan_gis.quality.ids import by_size, number_findings
from urbanplan_gis.quality.in_force import lots_in_force
from urbanplan_gis.quality.order import feature_rank
from urbanplan_gis.quality.plan_overlaps import check_plan_overlaps
from urbanplan_gis.quality.plans import check_plan_dates
from urbanplan_gis.quality.restate import restate
from urbanplan_gis.quality.roads import check_network
from urbanplan_gis.quality.validity import check_validity

AREA_ROLES = (
    Role.UNITS,
    Role.LAND_USE,
    Role.ZONING,
    Role.PLANS,
    Role.RIGHT_OF_WAY,
    Role.GREEN,
    Role.GENERAL_PLAN,
    Role.BUILDINGS,
    Role.PARKING,
    Role.PROJECTS,
)
#: layers in which one place can have one feature only; the others may overlap by nature
SINGLE_VALUED = (
    Role.UNITS,
    Role.LAND_USE,
    Role.ZONING,
    Role.GREEN,
    Role.GENERAL_PLAN,
    Role.RIGHT_OF_WAY,
)


@dataclass(frozen=True, eq=False)
class Checked:
    """A checked dataset: repaired layers, all findings, and the overlaps already found.

    ``waiting`` are decisions on none of these findings: a later one may be meant.
    """

    dataset: Dataset
    findings: tuple[Finding, ...]
    overlaps: dict[Role, Overlaps]
    waiting: tuple[Decision, ...] = ()

    def label_layer(self, role: Role) -> LabelLayer:
        """The layer as the mosaic takes it."""
        frame = self.dataset.layers[role].frame
        return LabelLayer(
            str(role),
            frame.geometry.to_numpy(),
            feature_rank(frame),
            overlaps=self.overlaps.get(role),
        )


def check(
    dataset: Dataset,
    as_of: dt.date,
    tolerance: ToleranceFacts | None = None,
    decisions: Iterable[Decision] = (),
    progress: Callable[[str], None] | None = None,
) -> Checked:
    """Check and repair all layers, then apply what a person decided.

    Findings keep their ids from the undecided data, so decisions stay valid. Layers that a
    decision changed are checked again, and findings tell what is true after it; decisions on what
    only then is found apply too. Lots of plans not in force at ``as_of`` are set aside first:
    they conflict with nothing.
    """
    tolerance = tolerance or ToleranceFacts()
    dataset, given = _repaired(_in_force(dataset, as_of))
    seen, overlaps = _conflicts(dataset, as_of, tolerance, progress)
    findings = [*given, *seen]
    waiting = list(decisions)
    drops: dict[tuple[str, str], str] = {}
    known = {finding.finding_id for finding in findings}
    while meant := [item for item in waiting if item.finding_id in known]:
        waiting = [item for item in waiting if item.finding_id not in known]
        applied = apply_decisions(dataset, findings, meant)
        findings = applied.findings
        drops.update(applied.drops)
        if applied.dataset is not dataset:
            dataset = applied.dataset
            seen, overlaps = _conflicts(dataset, as_of, tolerance, progress)
            findings += [finding for finding in seen if finding.finding_id not in known]
            known |= {finding.finding_id for finding in seen}
    told = restate(findings, {finding.finding_id for finding in given}, seen, drops)
    return Checked(dataset, tuple(by_size(told)), overlaps, tuple(waiting))


def _in_force(dataset: Dataset, as_of: dt.date) -> Dataset:
    if Role.ZONING not in dataset.layers:
        return dataset
    zoning, findings = lots_in_force(
        dataset.layers[Role.ZONING], dataset.layers.get(Role.PLANS), as_of
    )
    return dataset.with_layers({**dataset.layers, Role.ZONING: zoning}, tuple(findings))


def _repaired(dataset: Dataset) -> tuple[Dataset, list[Finding]]:
    """All polygons valid, and the findings on what was read."""
    findings = list(dataset.findings)
    layers = dict(dataset.layers)
    for role in AREA_ROLES:
        if role in layers:
            layers[role], found = check_validity(layers[role])
            findings += found
    return replace(dataset, layers=layers, findings=()), number_findings(findings)


def _conflicts(
    dataset: Dataset,
    as_of: dt.date,
    tolerance: ToleranceFacts,
    progress: Callable[[str], None] | None,
) -> tuple[list[Finding], dict[Role, Overlaps]]:
    """What the layers as they are disagree about, and their overlaps."""
    findings: list[Finding] = []
    layers = dataset.layers
    overlaps: dict[Role, Overlaps] = {}
    for role in AREA_ROLES:
        if role not in layers:
            continue
        if progress:
            progress(str(role))
        if role not in SINGLE_VALUED:
            findings += check_duplicates(layers[role])
            continue
        rank = feature_rank(layers[role].frame)
        overlaps[role], found = check_overlaps(layers[role], rank, tolerance)
        findings += [*check_duplicates(layers[role], rank), *found]
    findings += check_areas(layers, tolerance.declared_area_percent)
    findings += check_domains(layers)
    findings += check_date_range(layers, as_of)
    findings += check_floors(layers)
    findings += check_empty(layers)
    findings += check_outside(layers)
    findings += _of_plans(layers, as_of, tolerance)
    findings += _of_roads(layers, tolerance)
    if Role.LAND_USE in layers:
        findings += check_gaps(
            layers[Role.LAND_USE],
            overlaps[Role.LAND_USE],
            layers[Role.UNITS],
            overlaps[Role.UNITS],
            tolerance,
        )
    return number_findings(findings), overlaps


def _of_plans(
    layers: Mapping[Role, Layer], as_of: dt.date, tolerance: ToleranceFacts
) -> list[Finding]:
    if Role.PLANS not in layers:
        return []
    plans = layers[Role.PLANS]
    return [
        *check_plan_dates(plans, as_of),
        *check_plan_overlaps(plans, as_of, tolerance),
        *check_plan_boundaries(plans, layers[Role.UNITS]),
    ]


def _of_roads(layers: Mapping[Role, Layer], tolerance: ToleranceFacts) -> list[Finding]:
    if Role.ROADS not in layers:
        return []
    roads = layers[Role.ROADS]
    return [
        *check_duplicates(roads),
        *check_widths(roads, tolerance.road_width_m),
        *check_network(roads, layers[Role.UNITS], tolerance.road_gap_m),
    ]
