"""What the sheets of a stored run are drawn from, read from its layers and tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import geopandas as gpd
import pandas as pd

from urbanplan_gis.analysis.conditions import Coded, in_class_set
from urbanplan_gis.geometry.planar import find_overlaps, yield_ground
from urbanplan_gis.outputs.sheets.data import ROLES, SheetData
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.quality.in_force import in_force
from urbanplan_gis.quality.order import feature_rank

_SINGLE_VALUED = frozenset({"land_use", "zoning", "general_plan", "right_of_way", "green"})
#: what the product's own set is drawn from; other layers are read when a sheet shows them
_LAYERS = (
    "land_use", "zoning", "general_plan", "plans", "roads", "right_of_way", "green", "parking",
    "findings",
)  # fmt: skip


def bare_data(run: StoredRun) -> SheetData:
    """Units and figures of a run and what it says of itself, without layers."""
    facts = run.project.facts
    return SheetData(
        title=facts.name,
        crs=facts.crs,
        as_of=facts.as_of,
        boundaries=facts.boundaries,
        lang=run.lang,
        synthetic=facts.synthetic,
        units=run.layer("units"),
        layers={},
        figures=run.figures,
        origins=run.origins,
        standing=run.standing,
        sources_by_role=run.manifest["sources_by_role"],
    )


def sheet_data(run: StoredRun, roles: Iterable[str] = ()) -> SheetData:
    """What the sheets of a run are drawn from, with the layers of further roles."""
    wanted = dict.fromkeys([*_LAYERS, *(role for role in ROLES if role in set(roles))])
    layers = {name: run.layer(name) for name in wanted if name in run.layers and name != "units"}
    if "land_use" in layers:
        layers["transport"] = _transport(layers["land_use"])
    facts = run.project.facts
    if "plans" in layers:
        plans = layers["plans"]
        standing = in_force(plans, facts.as_of) & (plans["kind"] == "zoning").to_numpy()
        plans["in_force"] = standing
    return replace(bare_data(run), layers=layers)


def as_counted(data: SheetData) -> SheetData:
    """The same with ground drawn as the figures count it; made only when a sheet is drawn."""
    layers = dict(data.layers)
    for name in layers.keys() & _SINGLE_VALUED:
        layers[name] = _without_overlaps(layers[name])
    if "land_use" in layers:
        layers["transport"] = _transport(layers["land_use"])
    return replace(data, layers=layers)


def _without_overlaps(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The layer with every piece of ground given to one feature, as the mosaic gives it."""
    geometries = frame.geometry.to_numpy()
    overlaps = find_overlaps(geometries, feature_rank(frame))
    return gpd.GeoDataFrame(frame, geometry=yield_ground(geometries, overlaps), crs=frame.crs)


def _transport(land_use: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    coded = Coded.of_features(pd.RangeIndex(len(land_use)).to_numpy(), land_use)
    return land_use[in_class_set("transport", coded)].reset_index(drop=True)
