"""Find invalid polygons and mend them, telling what it changed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries, polygons_only


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

    Polygons on which that method raises fall back to the linework method, then to a zero-width
    buffer. Valid ones are returned untouched. Areas are m² of the CRS, before as written.
    """
    invalid = np.flatnonzero(~shapely.is_valid(geometries))
    mended = geometries.copy()
    broken = geometries[invalid]
    mended[invalid] = polygons_only(_made_valid(broken))
    reasons = tuple(str(reason) for reason in shapely.is_valid_reason(broken))
    return Repair(mended, invalid, reasons, shapely.area(broken), shapely.area(mended[invalid]))


def _made_valid(broken: Geometries) -> Geometries:
    try:
        return np.asarray(
            shapely.make_valid(broken, method="structure", keep_collapsed=False), dtype=object
        )
    except shapely.errors.GEOSException:
        # one polygon makes the whole call raise: take them one by one
        return np.array([_made_valid_alone(geometry) for geometry in broken], dtype=object)


def _made_valid_alone(geometry: shapely.Geometry) -> shapely.Geometry:
    try:
        return shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    except shapely.errors.GEOSException:
        pass
    try:
        return shapely.make_valid(geometry)
    except shapely.errors.GEOSException:
        return shapely.buffer(geometry, 0)
