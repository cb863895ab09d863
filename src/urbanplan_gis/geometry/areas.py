"""Keep what has area; areas in the plane and on the ellipsoid."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Proj, Transformer

Geometries = NDArray[np.object_]

_POLYGON, _MULTIPOLYGON, _COLLECTION = 3, 6, 7
_NOTHING = shapely.Polygon()


def as_array(geometries: object) -> Geometries:
    """Any sequence of geometries as an object array (shape: n)."""
    return np.asarray(geometries, dtype=object)


def polygons_only(geometries: Geometries) -> Geometries:
    """Each geometry reduced to its polygons; overlay results also hold lines and points.

    Returns an array of the same length with Polygon or MultiPolygon, empty where no area is left.
    """
    result = geometries.copy()
    kinds = shapely.get_type_id(geometries)
    mixed = kinds == _COLLECTION
    result[(kinds != _POLYGON) & (kinds != _MULTIPOLYGON) & ~mixed] = _NOTHING
    for index in np.flatnonzero(mixed):
        parts = shapely.get_parts(shapely.get_parts(geometries[index]))
        areal = parts[(shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)]
        result[index] = shapely.multipolygons(areal) if len(areal) > 1 else [*areal, _NOTHING][0]
    return result


def area_noise(geometries: Geometries) -> NDArray[np.float64]:
    """How far areas may be off for the rounding of coordinates alone (shape: n).

    A boundary vertex that overlay computes is rounded to a few units in its last place; the
    area moves by that times the length of the boundary.
    """
    bounds = np.abs(np.nan_to_num(shapely.bounds(geometries)))
    rounding = _ROUNDINGS * np.finfo(float).eps * bounds.max(axis=1, initial=0.0)
    return rounding * shapely.length(geometries)


_ROUNDINGS = 8


def common_ground(first: Geometries, second: Geometries) -> Geometries:
    """The intersection of each pair of polygons, weighed (shape: n)."""
    return weighed(polygons_only(shapely.intersection(first, second)), first, second)


def weighed(common: Geometries, first: Geometries, second: Geometries) -> Geometries:
    """The intersections of pairs of polygons, corrected where they cannot be right (shape: n).

    On slivers a nanometre wide overlay may return plainly wrong ground. What is common and what
    the first keeps must add up to it; where they do not, the common part is made from the kept.
    """
    common = common.copy()
    kept = shapely.difference(first, second)
    missing = shapely.area(common) + shapely.area(kept) - shapely.area(first)
    off = np.abs(missing) > area_noise(first) + area_noise(common)
    common[off] = polygons_only(shapely.difference(first[off], kept[off]))
    return common


def geodesic_ratio(geometries: Geometries, crs: str) -> NDArray[np.float64]:
    """Area on the CRS's ellipsoid divided by planar area, per polygon (shape: n).

    It is the inverse of the projection's areal scale at the centroid: over a polygon of 5 km in a
    transverse Mercator zone that is off by some 1e-8 of its area. 1 where there is no area.
    """
    system = CRS.from_user_input(crs)
    to_degrees = Transformer.from_crs(system, system.geodetic_crs, always_xy=True)
    centre = shapely.centroid(geometries)
    solid = ~shapely.is_empty(centre)
    ratio = np.ones(len(geometries))
    if not solid.any():
        return ratio
    degrees = to_degrees.transform(shapely.get_x(centre[solid]), shapely.get_y(centre[solid]))
    ratio[solid] = 1 / Proj(system).get_factors(*degrees).areal_scale
    return ratio
