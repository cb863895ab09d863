"""Geometries of one source sorted into usable ones and those to be set aside, with the reason."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from urbanplan_gis.loaders.raw import RawLayer
from urbanplan_gis.loaders.schema import Family

_TYPES: dict[Family, tuple[int, ...]] = {"point": (0, 4), "line": (1, 5), "area": (3, 6)}
_SINGLE: dict[Family, int] = {"point": 0, "line": 1, "area": 3}
_BUILD_MULTI = {
    "point": shapely.multipoints,
    "line": shapely.multilinestrings,
    "area": shapely.multipolygons,
}
_WRONG_TYPE: dict[Family, str] = {
    "area": "not_a_polygon",
    "line": "not_a_line",
    "point": "not_a_point",
}
_COLLECTION = 7
#: the Earth is 4e10 millimetres around
_BEYOND_EARTH = 1e12
_TYPE_NAMES = np.array(
    [
        "", "Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString",
        "MultiPolygon", "GeometryCollection",
    ]
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Shapes:
    """Geometries in two dimensions; per feature why it is set aside (``""``: it is kept).

    ``mixed`` marks collections of which only the fitting parts were taken.
    """

    geometry: np.ndarray
    reason: np.ndarray
    types: np.ndarray
    mixed: np.ndarray


def sort_shapes(raw: RawLayer, family: Family) -> Shapes:
    """Keep geometries of ``family``; of collections keep the parts that are."""
    geometry = shapely.force_2d(raw.geometry)
    type_ids = shapely.get_type_id(geometry)
    types = _TYPE_NAMES[type_ids + 1]
    mixed = _take_parts(geometry, type_ids == _COLLECTION, family)
    fits = np.isin(shapely.get_type_id(geometry), _TYPES[family])
    reason = np.full(len(geometry), "", dtype=object)
    reason[~fits] = _WRONG_TYPE[family]
    empty = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    reason[empty] = "no_geometry"
    reason[raw.unreadable] = "unreadable_geometry"
    reason[~finite_mask(geometry)] = "not_finite"
    if raw.reason is not None:
        reason = np.where(raw.reason == "", reason, raw.reason)
    return Shapes(geometry, reason, types, mixed & (reason == ""))


def _take_parts(geometry: np.ndarray, collections: np.ndarray, family: Family) -> np.ndarray:
    """Replace collections in place by their fitting parts, where they have any."""
    taken = np.zeros(len(geometry), dtype=bool)
    for index in np.flatnonzero(collections & ~shapely.is_empty(geometry)):
        parts = _flatten(geometry[index])
        fitting = parts[shapely.get_type_id(parts) == _SINGLE[family]]
        if len(fitting):
            geometry[index] = _BUILD_MULTI[family](fitting)
            taken[index] = True
    return taken


def _flatten(collection: shapely.Geometry) -> np.ndarray:
    """The simple parts of a collection, however deep it is nested."""
    parts = shapely.get_parts(collection)
    while np.isin(shapely.get_type_id(parts), (4, 5, 6, _COLLECTION)).any():
        parts = shapely.get_parts(parts)
    return parts[~shapely.is_empty(parts)]


def finite_mask(geometry: np.ndarray) -> np.ndarray:
    """Which geometries have only finite coordinates, none beyond any place in any unit.

    Missing geometries count as finite. Lengths and areas of what lies at 1e308 are infinite.
    """
    coordinates, index = shapely.get_coordinates(geometry, return_index=True)
    # NaN is not below either
    broken = index[~(np.abs(coordinates) < _BEYOND_EARTH).all(axis=1)]
    mask = np.ones(len(geometry), dtype=bool)
    mask[broken] = False
    return mask
