"""Take polygons out of a larger one by making them holes: no overlay where nothing touches."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries
from urbanplan_gis.geometry.grouping import grouped

Mask = NDArray[np.bool_]
Positions = NDArray[np.intp]


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
    rings = shapely.get_exterior_ring(holes)
    part = _part_around(parts, of_ground, rings, owner)
    pierced, place = np.unique(part, return_inverse=True)
    kept, of_part = shapely.get_rings(parts[pierced], return_index=True)
    # the shell of a part is its first ring: a stable sort keeps it ahead of the new holes
    home = np.concatenate([of_part, place])
    order = np.argsort(home, kind="stable")
    parts[pierced] = shapely.polygons(np.concatenate([kept, rings])[order], indices=home[order])
    punched = grounds.copy()
    changed = np.isin(of_ground, owner)
    solid = parts[changed]
    for ground, mine in grouped(of_ground[changed]):
        own = solid[mine]
        punched[ground] = own[0] if len(own) == 1 else shapely.multipolygons(own)
    return punched


def _part_around(
    parts: Geometries, of_ground: Positions, rings: Geometries, owner: Positions
) -> Positions:
    """Position of the part of its owner that each ring lies in (shape: rings)."""
    first = np.searchsorted(of_ground, owner)
    several = np.searchsorted(of_ground, owner, side="right") - first > 1
    ring, part = shapely.STRtree(parts).query(
        shapely.get_point(rings[several], 0), predicate="intersects"
    )
    mine = owner[several][ring] == of_ground[part]
    around = first.copy()
    around[np.flatnonzero(several)[ring[mine]]] = part[mine]
    return around
