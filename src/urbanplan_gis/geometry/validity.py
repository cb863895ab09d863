"""Find invalid polygons and mend them, telling what it changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries, as_array, polygons_only


@dataclass(frozen=True, eq=False)
class Repair:
    """What mending did: all geometries, which were invalid (indices), why, and their areas."""

    geometries: Geometries
    invalid: NDArray[np.intp]
    reasons: tuple[str, ...]
    area_before: NDArray[np.float64]
    area_after: NDArray[np.float64]


def repair_polygons(geometries: Geometries) -> Repair:
    """Mend invalid polygons by the structure method, which keeps the rings' meaning.

    Where a hole lies outside its shell, wholly or for the greater part, the rings have no such
    meaning: CAD exports write the separate rings of one hatch that way. Those are mended by the
    linework method, which counts them even-odd. Polygons on which a method raises fall back to
    the other, then to a zero-width buffer. Valid ones are returned untouched. Areas are m² of the
    CRS, before as written.
    """
    invalid = np.flatnonzero(~shapely.is_valid(geometries))
    mended = geometries.copy()
    broken = geometries[invalid]
    reasons = tuple(str(reason) for reason in shapely.is_valid_reason(broken))
    fixed = polygons_only(_made_valid(broken))
    loose = np.array([_rings_are_loose(item) for item in broken], dtype=bool)
    fixed[loose] = polygons_only(as_array([_from_linework(item) for item in broken[loose]]))
    mended[invalid] = fixed
    return Repair(mended, invalid, reasons, shapely.area(broken), shapely.area(mended[invalid]))


def _made_valid(broken: Geometries) -> Geometries:
    try:
        return np.asarray(
            shapely.make_valid(broken, method="structure", keep_collapsed=False), dtype=object
        )
    except shapely.errors.GEOSException:
        # one polygon makes the whole call raise: take them one by one
        return np.array([_made_valid_alone(geometry) for geometry in broken], dtype=object)


def _rings_are_loose(geometry: shapely.Geometry) -> bool:
    """Whether a "hole" lies outside its shell, for the greater part: a ring of its own.

    One that only reaches over the edge is a hole, badly drawn.
    """
    return any(
        _lies_outside(hole, part)
        for part in shapely.get_parts(geometry)
        for hole in shapely.get_rings(part)[1:]
    )


def _lies_outside(ring: shapely.Geometry, polygon: shapely.Geometry) -> bool:
    shell = _solid(shapely.get_exterior_ring(polygon))
    hole = _solid(ring)
    return shapely.intersection(hole, shell).area < 0.5 * hole.area


def _solid(ring: shapely.Geometry) -> shapely.Geometry:
    """The ground a ring goes round, however it crosses itself."""
    polygon = shapely.polygons(ring)
    return polygon if shapely.is_valid(polygon) else _made_valid_alone(polygon)


def _from_linework(polygon: shapely.Geometry) -> shapely.Geometry:
    try:
        return shapely.make_valid(polygon)
    except shapely.errors.GEOSException:
        return shapely.buffer(polygon, 0)


def _made_valid_alone(geometry: shapely.Geometry) -> shapely.Geometry:
    try:
        return shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException:
        return _from_linework(geometry)
