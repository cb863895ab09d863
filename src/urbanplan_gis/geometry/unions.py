"""What polygons keep outside of many others, fast where those others match edge to edge.

Matching edges is many times faster than overlay, but silently wrong on polygons that overlap or
touch without common vertices. So the quick result is weighed: what is kept and what lies inside
must add up to the whole; where they do not, the union is made by overlay.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries, area_noise, polygons_only


def outside_of(
    wholes: Geometries, rows: Geometries, inside: NDArray[np.float64], *, apart: bool = False
) -> Geometries:
    """Each whole minus the union of its row of planar polygons.

    Shapes: wholes n, rows n x k; ``inside`` is the area of each whole inside its row (n).
    ``apart`` says that the polygons mostly touch nothing: then there are no edges to match.
    """
    total, noise = shapely.area(wholes), area_noise(wholes)
    kept = np.empty(len(wholes), dtype=object)
    open_ = np.arange(len(wholes))
    quick = (_side_by_side, _by_matching_edges)
    for covering in (*(quick if apart else reversed(quick)), _by_overlay):
        tried = _difference(wholes[open_], rows[open_], covering)
        if tried is None:
            continue
        kept[open_] = tried
        missing = shapely.area(tried) + inside[open_] - total[open_]
        open_ = open_[np.abs(missing) > noise[open_]]
        if len(open_) == 0:
            break
    return kept


def _difference(
    wholes: Geometries, rows: Geometries, covering: Callable[[Geometries], Geometries]
) -> Geometries | None:
    """Wholes minus their covers; None where the kind of cover cannot be made or used."""
    try:
        return polygons_only(shapely.difference(wholes, covering(rows)))
    except shapely.errors.GEOSException:
        if covering is _by_overlay:
            raise
        return None


def _by_matching_edges(rows: Geometries) -> Geometries:
    return rows[:, 0] if rows.shape[1] == 1 else shapely.coverage_union_all(rows, axis=1)


def _side_by_side(rows: Geometries) -> Geometries:
    """One multipolygon per row: overlay copes with parts that touch, if not with all overlaps."""
    parts, owner = shapely.get_parts(rows.ravel(), return_index=True)
    return shapely.multipolygons(parts, indices=owner // rows.shape[1])


def _by_overlay(rows: Geometries) -> Geometries:
    return shapely.union_all(rows, axis=1)
