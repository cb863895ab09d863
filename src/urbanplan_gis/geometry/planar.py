"""Make a set of polygons planar: every point belongs to the one that ranks first there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries, common_ground, polygons_only
from urbanplan_gis.geometry.grouping import grouped

_INTERIORS_MEET = "T********"


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Pairs of polygons that share interior: who keeps the ground, who yields it, and which."""

    winner: NDArray[np.intp]
    loser: NDArray[np.intp]
    shared: Geometries

    @property
    def area(self) -> NDArray[np.float64]:
        return shapely.area(self.shared)


def find_overlaps(geometries: Geometries, rank: NDArray[np.intp]) -> Overlaps:
    """Every pair of valid polygons with common interior; the lower ``rank`` keeps the ground."""
    tree = shapely.STRtree(geometries)
    first, second = tree.query(geometries)
    once = first < second
    first, second = first[once], second[once]
    meet = shapely.relate_pattern(geometries[first], geometries[second], _INTERIORS_MEET)
    first, second = first[meet], second[meet]
    first_wins = rank[first] < rank[second]
    winner = np.where(first_wins, first, second)
    loser = np.where(first_wins, second, first)
    shared = common_ground(geometries[loser], geometries[winner])
    return Overlaps(winner, loser, shared)


def yield_ground(geometries: Geometries, overlaps: Overlaps) -> Geometries:
    """The polygons without the ground they yield: planar, with the same union as before."""
    planar = geometries.copy()
    for loser, pairs in grouped(overlaps.loser):
        taken = geometries[overlaps.winner[pairs]]
        cover = taken[0] if len(taken) == 1 else shapely.union_all(taken)
        planar[loser] = shapely.difference(geometries[loser], cover)
    changed = np.unique(overlaps.loser)
    planar[changed] = polygons_only(planar[changed])
    return planar
