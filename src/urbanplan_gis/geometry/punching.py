"""Take polygons out of a larger one by making them holes: no overlay where nothing touches."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries
from urbanplan_gis.geometry.grouping import grouped

Mask = NDArray[np.bool_]


def isolated(cutters: Geometries) -> Mask:
    """Simple polygons without holes that no other of the polygons touches (shape: n).

    Where most boxes meet, the polygons form a coverage and looking for lone ones does not pay:
    then none is reported.
    """
    simple = shapely.get_type_id(cutters) == shapely.GeometryType.POLYGON
    simple &= shapely.get_num_interior_rings(cutters) == 0
    first, second = shapely.STRtree(cutters).query(cutters)
    other = first < second
    first, second = first[other], second[other]
    if len(first) > len(cutters):
        return np.zeros(len(cutters), dtype=bool)
    touching = shapely.intersects(cutters[first], cutters[second])
    simple[first[touching]] = False
    simple[second[touching]] = False
    return simple


def punch(grounds: Geometries, holes: Geometries, owner: NDArray[np.intp]) -> Geometries:
    """Each ground without its holes: polygons inside it that touch neither it nor each other.

    ``owner`` is the position of the ground each hole is taken from (shape: holes).
    """
    if len(holes) == 0:
        return grounds
    parts, of_ground = shapely.get_parts(grounds, return_index=True)
    hole, part = shapely.STRtree(parts).query(
        shapely.get_point(shapely.get_exterior_ring(holes), 0), predicate="intersects"
    )
    mine = owner[hole] == of_ground[part]
    hole, part = hole[mine], part[mine]
    rings = shapely.get_exterior_ring(holes)
    for target, which in grouped(part):
        kept = shapely.get_rings(parts[target])[1:]
        parts[target] = shapely.polygons(
            shapely.get_exterior_ring(parts[target]), np.concatenate([kept, rings[hole[which]]])
        )
    punched = grounds.copy()
    for ground in np.unique(owner):
        mine = parts[of_ground == ground]
        punched[ground] = mine[0] if len(mine) == 1 else shapely.multipolygons(mine)
    return punched
