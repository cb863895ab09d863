"""Evidence: everything figures are computed from, keyed by unit.

Faces with their labels, roads and buildings cut by unit, statistics of the right year. Built
once per run; every figure, balance and map reads from here, so they cannot contradict.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.conditions import FaceLabels
from urbanplan_gis.analysis.statistics import ChosenStatistic
from urbanplan_gis.geometry.grouping import grouped, sum_by
from urbanplan_gis.model.data import Dataset
from urbanplan_gis.mosaic import Mosaic

Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Evidence:
    """What figures are computed from. Arrays named ``*_unit`` hold unit positions."""

    as_of: dt.date
    boundaries: str
    units: gpd.GeoDataFrame
    is_ward: Mask
    is_slated: Mask
    mosaic: Mosaic
    labels: FaceLabels
    plans: pd.DataFrame | None
    #: roads cut by unit: road_class, length_m, unit
    segments: pd.DataFrame
    #: dwellings cut by unit: floor_area_m2 per unit, or None without the layer
    dwelling_floor_area: NDArray[np.float64] | None
    statistics: Mapping[str, ChosenStatistic]
    roles: frozenset[str]
    dataset: Dataset
    #: area on the ellipsoid over area in the plane, of each face
    geodesic: NDArray[np.float64]

    @property
    def codes(self) -> list[str]:
        return self.units["code"].tolist()

    def by_unit(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum of a value per face, for each unit (shape: units)."""
        return sum_by(self.mosaic.unit, values, len(self.units))


def wards_at(units: gpd.GeoDataFrame, day: dt.date) -> Mask:
    """Units that are wards on a day: of kind ward, and since a day not after it if one is given."""
    since = pd.to_datetime(units["ward_since"]).to_numpy()
    begun = pd.isna(since) | (since <= np.datetime64(day))
    return (units["kind"] == "ward").to_numpy() & begun


def cut_by_units(geometries: NDArray[np.object_], units: NDArray[np.object_]) -> pd.DataFrame:
    """Parts of features inside planar units: columns feature, unit (positions), geometry.

    A line along the boundary of two units counts once, in the one that comes first.
    """
    tree = shapely.STRtree(geometries)
    unit, feature = tree.query(units, predicate="intersects")
    inside = shapely.intersection(geometries[feature], units[unit])
    shared = np.bincount(feature, minlength=len(geometries)) > 1
    on_boundaries = shared & (shapely.get_dimensions(geometries) == 1)
    for line, rows in grouped(feature):
        left = geometries[line]
        for row in rows if on_boundaries[line] else ():
            inside[row] = shapely.intersection(left, units[unit[row]])
            left = shapely.difference(left, units[unit[row]])
    parts: dict[str, Any] = {"feature": feature, "unit": unit, "geometry": inside}
    return pd.DataFrame(parts).sort_values(["unit", "feature"], ignore_index=True)
