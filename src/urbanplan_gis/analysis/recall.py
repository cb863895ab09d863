"""Evidence from what a run stored: figures are opened and audited without the delivered layers.

Areas come from the stored geometry of each face and classes from the labels written on it, so
whoever edits a face changes the figures that are made again from it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.conditions import Coded
from urbanplan_gis.analysis.evidence import Evidence, wards_at
from urbanplan_gis.analysis.gather import (
    compose_labels,
    cut_roads,
    dwelling_floors,
    plans_at,
    statistics_of_layers,
)
from urbanplan_gis.analysis.green import coded_green
from urbanplan_gis.analysis.statistics import choose_statistics
from urbanplan_gis.geometry.areas import geodesic_ratio
from urbanplan_gis.geometry.planar import find_overlaps, yield_ground
from urbanplan_gis.model.data import Dataset, Layer, Origin, Role, Statistic
from urbanplan_gis.mosaic import Mosaic
from urbanplan_gis.quality.order import feature_rank

_CODED = (Role.LAND_USE, Role.ZONING, Role.GENERAL_PLAN)
_LABELS = (*_CODED, Role.RIGHT_OF_WAY, Role.GREEN)
_STANDING = {"zoning_in_force": "plans_in_force", "zoning_approved": "plans_approved"}
_CENTRELINES = "centrelines"


def recall(
    stored: Mapping[str, gpd.GeoDataFrame],
    statistics: Sequence[Statistic],
    grid: Mapping[str, float],
    origins: Mapping[str, tuple[Origin, ...]],
    roles: frozenset[str],
    as_of: dt.date,
    boundaries: str,
) -> Evidence:
    """The evidence of a run from its layers by name (``city.gpkg``) and its statistics.

    ``origins`` are those of each role, ``grid`` persons of the population grid by unit code,
    ``roles`` what was at hand (:func:`urbanplan_gis.analysis.gather.roles_at_hand`). Faces of
    units that are not in the units layer are left out.
    """
    faces = gpd.GeoDataFrame(stored["faces"].sort_values("face_id", ignore_index=True))
    units = _units_in_order(stored["units"], faces)
    faces = gpd.GeoDataFrame(faces[faces["unit_code"].isin(units["code"])].reset_index(drop=True))
    layers = _layers(stored, units, grid, origins)
    overlaps = find_overlaps(units.geometry.to_numpy(), feature_rank(units))
    planar_units = yield_ground(units.geometry.to_numpy(), overlaps)
    mosaic = _mosaic(faces, units, planar_units, layers)
    is_ward = wards_at(units, as_of)
    is_slated = units["slated"].to_numpy(dtype=bool)
    share = faces[_CENTRELINES].to_numpy(dtype=float) if _CENTRELINES in faces else None
    standing = {
        name: faces[column].notna().to_numpy()
        for name, column in _STANDING.items()
        if column in faces
    }
    known = tuple(origin for of_role in origins.values() for origin in of_role)
    dataset = Dataset(layers, tuple(statistics), origins=known)
    return Evidence(
        as_of=as_of,
        boundaries=boundaries,
        units=units,
        is_ward=is_ward,
        is_slated=is_slated,
        mosaic=mosaic,
        labels=compose_labels(mosaic, _coded(faces), standing, is_ward, is_slated, share),
        plans=plans_at(layers.get(Role.PLANS), as_of),
        segments=cut_roads(layers.get(Role.ROADS), planar_units),
        dwelling_floor_area=dwelling_floors(layers.get(Role.BUILDINGS), planar_units),
        statistics=choose_statistics(statistics, units["code"].tolist(), as_of)
        | statistics_of_layers(dataset),
        roles=roles,
        dataset=dataset,
        geodesic=geodesic_ratio(mosaic.geometries, str(units.crs)),
    )


def _units_in_order(units: gpd.GeoDataFrame, faces: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Units as the run had them: their faces stand in that order."""
    order = {code: place for place, code in enumerate(dict.fromkeys(faces["unit_code"]))}
    place = units["code"].map(order).fillna(len(order))
    return units.iloc[np.argsort(place.to_numpy(), kind="stable")].reset_index(drop=True)


def _layers(
    stored: Mapping[str, gpd.GeoDataFrame],
    units: gpd.GeoDataFrame,
    grid: Mapping[str, float],
    origins: Mapping[str, tuple[Origin, ...]],
) -> dict[Role, Layer]:
    frames = {role: stored[role] for role in Role if str(role) in stored} | {Role.UNITS: units}
    layers = {role: Layer(role, frame, origins.get(role, ())) for role, frame in frames.items()}
    if grid:
        persons = pd.DataFrame({"code": list(grid), "residents": list(grid.values())})
        layers[Role.POPULATION] = Layer(Role.POPULATION, persons, origins.get(Role.POPULATION, ()))
    return layers


def _mosaic(
    faces: gpd.GeoDataFrame,
    units: gpd.GeoDataFrame,
    planar_units: NDArray[np.object_],
    layers: Mapping[Role, Layer],
) -> Mosaic:
    geometries = faces.geometry.to_numpy()
    area = shapely.area(geometries)
    unit = pd.Index(units["code"]).get_indexer(faces["unit_code"])
    unit_area = shapely.area(planar_units)
    sums = np.bincount(unit, weights=area, minlength=len(units))
    apart = sums - unit_area
    return Mosaic(
        geometries,
        area,
        unit,
        {
            str(role): _positions(faces, role, layers)
            for role in _LABELS
            if _id_column(role) in faces
        },
        {},
        unit_area,
        np.divide(apart, unit_area, out=np.zeros_like(apart), where=unit_area > 0),
        {},
    )


def _id_column(role: Role) -> str:
    return str(role) if role == Role.RIGHT_OF_WAY else f"{role}_id"


def _positions(
    faces: gpd.GeoDataFrame, role: Role, layers: Mapping[Role, Layer]
) -> NDArray[np.intp]:
    """The position of each face's feature in its stored layer; NOWHERE where it names none."""
    known = pd.Index(layers[role].frame["feature_id"])
    return known.get_indexer(faces[_id_column(role)])


def _coded(faces: gpd.GeoDataFrame) -> dict[str, Coded]:
    """The codes written on the faces themselves."""
    nowhere = np.arange(len(faces))
    coded = {str(role): Coded.nowhere(len(faces)) for role in (*_CODED, Role.GREEN)}
    for role in _CODED:
        name = str(role)
        if name in faces:
            columns = {"code_list": faces[f"{name}_list"], "code": faces[name]}
            if f"{name}_sub_use" in faces:
                columns["sub_use"] = faces[f"{name}_sub_use"]
            coded[name] = Coded.of_features(nowhere, pd.DataFrame(columns))
    if "green" in faces:
        kinds = pd.DataFrame({"kind": faces["green"]})
        coded[str(Role.GREEN)] = coded_green(nowhere, kinds)
    return coded
