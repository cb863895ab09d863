"""Edges between faces: which face lies on either side, and for how long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.boundary_errors import Corners
from urbanplan_gis.geometry.drawn_points import SNAP, Floats, Positions
from urbanplan_gis.geometry.pieces import NOWHERE


@dataclass(frozen=True, eq=False)
class FaceEdges:
    """Pieces of boundary: the faces on both sides (``other`` NOWHERE if none), length."""

    face: Positions
    other: Positions
    length: Floats


@dataclass(frozen=True, eq=False)
class _Sides:
    """Directed edges of faces: face, from place, to place."""

    face: Positions
    start: Positions
    end: Positions

    def only(self, chosen: NDArray) -> _Sides:
        return _Sides(self.face[chosen], self.start[chosen], self.end[chosen])


def face_edges(corners: Corners) -> FaceEdges:
    """The edges of all faces, each once, with the face on its other side.

    Where one side has more places than the other, its edges are divided there first.
    """
    sides = _Sides(corners.face, corners.vertex, corners.following)
    sides = sides.only(sides.start != sides.end)
    one, two, single = _paired(sides)
    parts = _divided(sides.only(single), corners.places)
    first, second, alone = _paired(parts)
    pairs = [(sides.only(one), sides.face[two]), (parts.only(first), parts.face[second])]
    pairs.append((parts.only(alone), np.full(len(alone), NOWHERE)))
    length = [
        np.hypot(*(corners.places[side.end] - corners.places[side.start]).T) for side, _ in pairs
    ]
    return FaceEdges(
        np.concatenate([side.face for side, _ in pairs]),
        np.concatenate([other for _, other in pairs]),
        np.concatenate(length),
    )


def _paired(sides: _Sides) -> tuple[Positions, Positions, Positions]:
    """Positions of sides that run against each other, two by two, and of those left alone."""
    low, high = np.minimum(sides.start, sides.end), np.maximum(sides.start, sides.end)
    forward = sides.start < sides.end
    order = np.lexsort((forward, high, low))
    low, high, forward = low[order], high[order], forward[order]
    meet = (low[1:] == low[:-1]) & (high[1:] == high[:-1]) & (forward[1:] != forward[:-1])
    # of three in a row (faces that overlap by rounding) the first two are a pair
    meet[1:] &= ~meet[:-1]
    one = np.flatnonzero(meet)
    single = np.ones(len(order), dtype=bool)
    single[one] = single[one + 1] = False
    return order[one], order[one + 1], order[single]


def _divided(sides: _Sides, places: Floats) -> _Sides:
    """Sides cut at every end of another side that lies on them."""
    ends = np.unique(np.concatenate([sides.start, sides.end]))
    lines = shapely.linestrings(np.stack([places[sides.start], places[sides.end]], axis=1))
    found, side = shapely.STRtree(lines).query(
        shapely.points(places[ends]), predicate="dwithin", distance=SNAP
    )
    point = ends[found]
    inner = (point != sides.start[side]) & (point != sides.end[side])
    every = np.arange(len(sides.face))
    side = np.concatenate([every, side[inner], every])
    point = np.concatenate([sides.start, point[inner], sides.end])
    from_start = np.hypot(*(places[point] - places[sides.start[side]]).T)
    order = np.lexsort((from_start, side))
    side, point = side[order], point[order]
    joined = side[1:] == side[:-1]
    return _Sides(sides.face[side[:-1][joined]], point[:-1][joined], point[1:][joined])
