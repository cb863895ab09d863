"""Checked layers -> evidence: derive, build the mosaic, cut roads and dwellings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.conditions import Coded, FaceLabels
from urbanplan_gis.analysis.evidence import Evidence, cut_by_units, wards_at
from urbanplan_gis.analysis.green import coded_green
from urbanplan_gis.analysis.statistics import ChosenStatistic, choose_statistics
from urbanplan_gis.derive.centrelines import widen_centrelines
from urbanplan_gis.derive.remainder import add_street_remainder
from urbanplan_gis.errors import bad_data
from urbanplan_gis.geometry.areas import geodesic_ratio
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.order import rank_by
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.geometry.planar import find_overlaps, yield_ground
from urbanplan_gis.geometry.split import area_inside
from urbanplan_gis.model.data import Dataset, Finding, Layer, Role, Severity
from urbanplan_gis.mosaic import LabelLayer, Mosaic, build_mosaic
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import Checked
from urbanplan_gis.quality.ids import number_findings
from urbanplan_gis.quality.in_force import approved_by, in_force
from urbanplan_gis.text import Text

_LABELS = (Role.LAND_USE, Role.ZONING, Role.RIGHT_OF_WAY, Role.GREEN, Role.GENERAL_PLAN)
_CENTRELINES = "centrelines"
#: states of plans that conditions ask for -> the column of the plans that says so
STANDING: Mapping[str, str] = {"zoning_in_force": "in_force", "zoning_approved": "approved_by"}
_NEEDED = ("residents",)


@dataclass(frozen=True, eq=False)
class Derived:
    """The layers of the mosaic beside the delivered ones, and what deriving them found."""

    checked: Checked
    centrelines: gpd.GeoDataFrame | None
    findings: tuple[Finding, ...]


def derive_layers(checked: Checked, facts: DeriveFacts, as_of: dt.date) -> Derived:
    """Layers nobody delivered: street land as a plan's remainder, right of way from centre lines.

    A plan that is not in force at ``as_of`` leaves no remainder, as its lots say nothing then.

    Raises:
        PlanDataError: if a plan named for its street remainder is not in the plans layer.
    """
    findings: list[Finding] = []
    dataset = checked.dataset
    centrelines = None
    if facts.centrelines and Role.ROADS in dataset.layers:
        centrelines, findings = widen_centrelines(dataset.layers[Role.ROADS], facts)
    if facts.street_land:
        checked = _with_remainder(checked, facts, as_of)
    return Derived(checked, centrelines, tuple(number_findings(findings)))


def _with_remainder(checked: Checked, facts: DeriveFacts, as_of: dt.date) -> Checked:
    layers = checked.dataset.layers
    plans = layers.get(Role.PLANS)
    known = set(plans.frame["plan_id"]) if plans else set()
    for plan in facts.street_land:
        if plan not in known or Role.ZONING not in layers:
            listed = ", ".join(sorted(known))
            raise bad_data(
                "unknown_plan", "project.toml: derive.street_land", name=plan, known=listed
            )
    outlines = layers[Role.PLANS]
    standing = outlines.with_frame(outlines.frame[in_force(outlines.frame, as_of)])
    zoning = add_street_remainder(layers[Role.ZONING], standing, facts.street_land)
    dataset = checked.dataset.with_layers({**layers, Role.ZONING: zoning}, ())
    # remainders share no ground with lots, and come after them: the overlaps found still hold
    return Checked(dataset, checked.findings, checked.overlaps)


def gather(
    derived: Derived,
    as_of: dt.date,
    boundaries: str,
    progress: Callable[[str], None] | None = None,
) -> tuple[Evidence, tuple[Finding, ...]]:
    """Evidence for one day, and findings on what figures will lack."""
    checked = derived.checked
    layers = checked.dataset.layers
    units = layers[Role.UNITS].frame
    if progress:
        progress("mosaic")
    mosaic = build_mosaic(checked.label_layer(Role.UNITS), _label_layers(derived))
    is_ward = wards_at(units, as_of)
    is_slated = units["slated"].to_numpy(dtype=bool)
    plans = plans_at(layers.get(Role.PLANS), as_of)
    planar_units = yield_ground(units.geometry.to_numpy(), mosaic.overlaps[str(Role.UNITS)])
    statistics = _statistics(derived, as_of)
    evidence = Evidence(
        as_of=as_of,
        boundaries=boundaries,
        units=units,
        is_ward=is_ward,
        is_slated=is_slated,
        mosaic=mosaic,
        labels=label_faces(
            mosaic, layers, plans, is_ward, is_slated, share_in_centrelines(derived, mosaic)
        ),
        plans=plans,
        segments=cut_roads(layers.get(Role.ROADS), planar_units),
        dwelling_floor_area=dwelling_floors(layers.get(Role.BUILDINGS), planar_units),
        statistics=statistics,
        roles=roles_at_hand(derived),
        dataset=checked.dataset,
        geodesic=geodesic_ratio(mosaic.geometries, str(units.crs)),
    )
    return evidence, tuple(number_findings(_missing_statistics(evidence)))


def _label_layers(derived: Derived) -> list[LabelLayer]:
    checked = derived.checked
    layers = [checked.label_layer(role) for role in _LABELS if role in checked.dataset.layers]
    if Role.PLANS in checked.dataset.layers:
        outlines = checked.dataset.layers[Role.PLANS].frame.geometry.to_numpy()
        layers.append(LabelLayer(str(Role.PLANS), outlines, np.arange(len(outlines)), many=True))
    return layers


def share_in_centrelines(derived: Derived, mosaic: Mosaic) -> NDArray[np.float64] | None:
    """The share of each face that roads take up by their centre lines and widths.

    Buffers run within a hair of drawn street edges, so they are measured against the faces, not
    cut into them: the partition stays exact.
    """
    if derived.centrelines is None or derived.centrelines.empty:
        return None
    frame = derived.centrelines
    rank = rank_by(-frame["width_m"].to_numpy(), frame["feature_id"].to_numpy(dtype=str))
    land = frame.geometry.to_numpy()
    inside = area_inside(mosaic.geometries, yield_ground(land, find_overlaps(land, rank)))
    return np.divide(inside, mosaic.area, out=np.zeros_like(inside), where=mosaic.area > 0)


def plans_at(plans: Layer | None, as_of: dt.date) -> pd.DataFrame | None:
    """The plans, with whether each is a zoning plan in force, or approved, on a day."""
    if plans is None:
        return None
    frame = plans.frame
    zoning = (frame["kind"] == "zoning").to_numpy()
    return frame.assign(
        in_force=in_force(frame, as_of) & zoning, approved_by=approved_by(frame, as_of) & zoning
    )


def label_faces(
    mosaic: Mosaic,
    layers: Mapping[Role, Layer],
    plans: pd.DataFrame | None,
    is_ward: NDArray[np.bool_],
    is_slated: NDArray[np.bool_],
    in_centrelines: NDArray[np.float64] | None,
) -> FaceLabels:
    """The labels of all faces in both states, from the features they lie in."""
    coded = {
        str(role): _coded(mosaic, role, layers)
        for role in (Role.LAND_USE, Role.ZONING, Role.GENERAL_PLAN, Role.GREEN)
    }
    standing = {}
    if plans is not None:
        covers = mosaic.covers[str(Role.PLANS)]
        for name, column in STANDING.items():
            stands = plans[column].to_numpy(dtype=bool)
            standing[name] = np.asarray(covers[:, stands].any(axis=1))
    return compose_labels(mosaic, coded, standing, is_ward, is_slated, in_centrelines)


def unit_states(
    unit: NDArray[np.intp], is_ward: NDArray[np.bool_], is_slated: NDArray[np.bool_]
) -> dict[tuple[str, str], NDArray[np.bool_]]:
    """Which faces lie in wards, in slated communes, in either; ``unit`` is that of each face."""
    return {
        ("unit", "wards"): is_ward[unit],
        ("unit", "slated"): is_slated[unit],
        ("unit", "wards_and_slated"): (is_ward | is_slated)[unit],
    }


def compose_labels(
    mosaic: Mosaic,
    coded: Mapping[str, Coded],
    standing: Mapping[str, NDArray[np.bool_]],
    is_ward: NDArray[np.bool_],
    is_slated: NDArray[np.bool_],
    in_centrelines: NDArray[np.float64] | None,
) -> FaceLabels:
    """Labels per state; ``standing`` are the faces under plans in force, and approved."""
    faces = len(mosaic.area)
    planned = dict(coded)
    lot = mosaic.labels.get(str(Role.ZONING), np.full(faces, NOWHERE))
    built = coded["land_use"]
    without_lot = Coded(np.where(lot == NOWHERE, built.position, NOWHERE), built.pairs)
    planned["land_use"] = coded["zoning"].else_(without_lot)
    special = unit_states(mosaic.unit, is_ward, is_slated)
    special |= {("plans", name): mask for name, mask in standing.items()}
    present = {}
    shares = {}
    if str(Role.RIGHT_OF_WAY) in mosaic.labels:
        present[str(Role.RIGHT_OF_WAY)] = mosaic.labels[str(Role.RIGHT_OF_WAY)] != NOWHERE
    if in_centrelines is not None:
        present[_CENTRELINES] = in_centrelines > 0
        shares[_CENTRELINES] = in_centrelines
    return FaceLabels({"existing": coded, "planned": planned}, present, shares, special, faces)


def _coded(mosaic: Mosaic, role: Role, layers: Mapping[Role, Layer]) -> Coded:
    if role not in layers:
        return Coded.nowhere(len(mosaic.area))
    frame, label = layers[role].frame, mosaic.labels[str(role)]
    return coded_green(label, frame) if role == Role.GREEN else Coded.of_features(label, frame)


def cut_roads(roads: Layer | None, units: NDArray[np.object_]) -> pd.DataFrame:
    """Roads cut by unit: columns road_class, feature_id, unit, length_m."""
    columns = ["road_class", "feature_id", "unit", "length_m"]
    if roads is None:
        return pd.DataFrame(columns=columns)
    cut = cut_by_units(roads.frame.geometry.to_numpy(), units)
    cut["length_m"] = shapely.length(cut["geometry"].to_numpy())
    cut["road_class"] = roads.frame["road_class"].to_numpy()[cut["feature"]]
    cut["feature_id"] = roads.frame["feature_id"].to_numpy()[cut["feature"]]
    return cut.loc[cut["length_m"] > 0, columns].reset_index(drop=True)


def dwelling_floors(
    buildings: Layer | None, units: NDArray[np.object_]
) -> NDArray[np.float64] | None:
    """Floor area of residential buildings per unit (m²): footprint inside the unit x floors."""
    if buildings is None:
        return None
    parts = dwelling_parts(buildings, units)
    return sum_by(parts["unit"].to_numpy(), parts["floor_area_m2"].to_numpy(), len(units))


def dwelling_parts(buildings: Layer, units: NDArray[np.object_]) -> pd.DataFrame:
    """Residential buildings cut by unit: feature_id, unit, geometry, floors, floor_area_m2.

    A building whose floors are not known has none.
    """
    homes = buildings.frame[(buildings.frame["use"] == "residential").to_numpy()]
    cut = cut_by_units(homes.geometry.to_numpy(), units)
    floors = homes["floors"].to_numpy(dtype=float, na_value=np.nan)[cut["feature"]]
    cut["floors"] = np.nan_to_num(floors)
    cut["feature_id"] = homes["feature_id"].to_numpy()[cut["feature"]]
    cut["floor_area_m2"] = shapely.area(cut["geometry"].to_numpy()) * cut["floors"].to_numpy()
    return cut


def _statistics(derived: Derived, as_of: dt.date) -> dict[str, ChosenStatistic]:
    dataset = derived.checked.dataset
    codes = dataset.layers[Role.UNITS].frame["code"].tolist()
    return choose_statistics(dataset.statistics, codes, as_of) | statistics_of_layers(dataset)


def statistics_of_layers(dataset: Dataset) -> dict[str, ChosenStatistic]:
    """Numbers of units that come with a layer: the declared area (m²), persons of a grid."""
    units = dataset.layers[Role.UNITS].frame
    codes = units["code"].tolist()
    chosen: dict[str, ChosenStatistic] = {}
    declared = units["declared_area_ha"].to_numpy(dtype=float, na_value=np.nan) * 1e4
    year = np.zeros(len(codes), dtype=np.intp)
    if not np.isnan(declared).all():
        chosen["official_area"] = ChosenStatistic("official_area", declared, year, year)
    grid = dataset.layers.get(Role.POPULATION)
    if grid is not None and grid.frame is not None:
        persons = grid.frame.set_index("code")["residents"].reindex(codes).to_numpy(dtype=float)
        chosen["grid_residents"] = ChosenStatistic("grid_residents", persons, year, year)
    return chosen


def roles_at_hand(derived: Derived) -> frozenset[str]:
    """What definitions may need: roles, derived labels and statistics that are there."""
    dataset = derived.checked.dataset
    layers = dataset.layers
    known = set(layers[Role.UNITS].frame["code"])
    present = {item.name for item in dataset.statistics if item.unit_code in known}
    present |= {str(role) for role in layers} | set(statistics_of_layers(dataset))
    if derived.centrelines is not None and len(derived.centrelines):
        present.add(_CENTRELINES)
    if Role.ZONING in layers and (layers[Role.ZONING].frame["code_list"] == "derived").any():
        present.add("street_remainder")
    return frozenset(present)


def _missing_statistics(evidence: Evidence) -> list[Finding]:
    findings = []
    for name in _NEEDED:
        chosen = evidence.statistics.get(name)
        values = chosen.values if chosen else np.full(len(evidence.units), np.nan)
        missing = np.flatnonzero(np.isnan(values))
        if len(missing):
            codes = [evidence.codes[position] for position in missing]
            findings.append(
                Finding(
                    code="statistic_missing",
                    severity=Severity.WARNING,
                    layer="statistics",
                    feature_ids=tuple(codes),
                    message=Text.of("finding.statistic_missing", name=name, units=", ".join(codes)),
                    action="no_data",
                )
            )
    return findings
