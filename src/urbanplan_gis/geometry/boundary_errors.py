"""How areas of faces move with the points of the lines that bound them, to first order.

The area of a ring grows with a vertex by half the vector from the one before to the one after
it, turned by a right angle (derivative of the shoelace formula). What a sum of weighed faces
gains is the sum over the faces: where faces on both sides of a line weigh the same, it cancels.
Vertices of faces are led back to the points somebody drew (:mod:`drawn_points`); those move
independently of each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries
from urbanplan_gis.geometry.drawn_points import (
    DrawnPoints,
    Floats,
    Positions,
    Riders,
    distinct,
    merged,
    riders,
)
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.pieces import NOWHERE

#: riders may ride on riders; what is left of a movement after so many steps moves by itself
_MOST_STEPS = 60
#: movements smaller than this part of the largest are none
_NEGLIGIBLE = 1e-9


@dataclass(frozen=True, eq=False)
class Corners:
    """The corners of faces, holes run the other way: ``face``, vertex, the next vertex.

    ``vertex`` and ``following`` are positions in ``places`` (vertices x 2); ``turn``
    (corners x 2) is the derivative of the face's area by the place of the vertex.
    """

    places: Floats
    face: Positions
    vertex: Positions
    following: Positions
    turn: Floats


@dataclass(frozen=True, eq=False)
class AreaGradient:
    """By how much faces grow as each drawn point moves by its standard deviation.

    One row per face and point: ``face``, ``point`` (rows), ``by`` (rows x 2, area per deviation
    in x and y). Points without a declared accuracy stand still.
    """

    face: Positions
    point: Positions
    by: Floats
    points: int

    def movement(self, weight: Floats, slot: Positions, slots: int) -> Floats:
        """What Σ weight x area gains per deviation of the points, by slot (shape: slots x 2).

        ``weight`` is per face, ``slot`` per row: that of its point, or finer.
        """
        counts = np.flatnonzero(weight[self.face])
        weighed = weight[self.face[counts], None] * self.by[counts]
        return np.column_stack([sum_by(slot[counts], part, slots) for part in weighed.T])

    def variance(self, weight: Floats) -> float:
        """The variance of Σ weight x area (``weight`` per face)."""
        return float((self.movement(weight, self.point, self.points) ** 2).sum())


def corners_of(faces: Geometries, drawn: DrawnPoints) -> Corners:
    """All corners of polygons; their places are the drawn points first, then all others."""
    parts, of_part = shapely.get_parts(faces, return_index=True)
    parts = shapely.orient_polygons(parts, exterior_cw=False)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    unique, index = distinct(coords)
    places, position = _placed(unique, drawn)
    vertex = position[index]
    # the last place of a ring is its first again
    inner = np.ones(len(ring), dtype=bool)
    inner[:-1] = ring[1:] == ring[:-1]
    inner[-1:] = False
    here = np.flatnonzero(inner)
    first = np.searchsorted(ring, ring[here])
    last = np.searchsorted(ring, ring[here], side="right") - 2
    before = np.where(here == first, last, here - 1)
    across = coords[here + 1] - coords[before]
    turn = np.column_stack([across[:, 1], -across[:, 0]]) / 2
    return Corners(places, of_part[of_ring[ring[here]]], vertex[here], vertex[here + 1], turn)


def _placed(unique: Floats, drawn: DrawnPoints) -> tuple[Floats, Positions]:
    """Places with the drawn ones first, and the position of each unique place among them."""
    position = drawn.at(unique)
    others = np.flatnonzero(position == NOWHERE)
    # one crossing may be computed twice, a rounding apart
    crossings, index = merged(unique[others])
    position[others] = len(drawn.places) + index
    return np.vstack([drawn.places, crossings]), position


def area_gradient(corners: Corners, drawn: DrawnPoints) -> AreaGradient:
    """The derivative of every face's area by the drawn points, in their standard deviations.

    Places on no drawn line move by themselves, as the least accurate of all points.
    """
    known = np.nan_to_num(drawn.sigma)
    lost = len(corners.places) - len(drawn.places)
    sigma = np.concatenate([known, np.full(lost, known.max(initial=0.0))])
    riding = riders(drawn, corners.places[len(drawn.places) :])
    face, point, by = _led_back(_Rows(corners.face, corners.vertex, corners.turn), riding, drawn)
    by = by * sigma[point, None]
    moves = np.flatnonzero(by.any(axis=1))
    return AreaGradient(face[moves], point[moves], by[moves], len(corners.places))


@dataclass(frozen=True, eq=False)
class _Rows:
    """Parts of a derivative: per face and point, by both coordinates."""

    face: Positions
    point: Positions
    by: Floats

    def only(self, chosen: NDArray[np.bool_]) -> _Rows:
        return _Rows(self.face[chosen], self.point[chosen], self.by[chosen])

    def summed(self) -> _Rows:
        """Rows of the same face and point as one."""
        width = int(self.point.max(initial=0)) + 1
        keys, index = np.unique(self.face * width + self.point, return_inverse=True)
        sums = [sum_by(index, part, len(keys)) for part in self.by.T]
        return _Rows(keys // width, keys % width, np.column_stack(sums))


def _led_back(
    rows: _Rows, riding: Riders, drawn: DrawnPoints
) -> tuple[Positions, Positions, Floats]:
    """Rows of points that ride on edges, moved to the points which those edges hang on."""
    done: list[_Rows] = []
    open_ = rows.summed()
    least = _NEGLIGIBLE * np.abs(open_.by).max(initial=0.0)
    for _ in range(_MOST_STEPS):
        rides = riding.rides[open_.point]
        done.append(open_.only(~rides))
        open_ = open_.only(rides & (np.abs(open_.by).max(axis=1, initial=0.0) > least))
        if len(open_.face) == 0:
            break
        along = riding.free[open_.point]
        done.append(_Rows(open_.face, open_.point, along * (along * open_.by).sum(axis=1)[:, None]))
        open_ = _onto_edges(open_, riding, drawn).summed()
    else:
        done.append(open_)
    every = _Rows(
        np.concatenate([item.face for item in done]),
        np.concatenate([item.point for item in done]),
        np.concatenate([item.by for item in done]),
    ).summed()
    return every.face, every.point, every.by


def _onto_edges(rows: _Rows, riding: Riders, drawn: DrawnPoints) -> _Rows:
    """Rows of riders as rows of the ends of the edges they ride on."""
    first = np.searchsorted(riding.point, rows.point)
    count = np.searchsorted(riding.point, rows.point, side="right") - first
    source = np.repeat(np.arange(len(rows.point)), count)
    ride = np.arange(len(source)) - np.repeat(np.cumsum(count) - count, count)
    ride += np.repeat(first, count)
    across = (riding.carry[ride] * rows.by[source]).sum(axis=1)
    ends = drawn.edges[riding.edge[ride]]
    along = riding.along[ride]
    return _Rows(
        np.concatenate([rows.face[source]] * 2),
        np.concatenate([ends[:, 0], ends[:, 1]]),
        np.concatenate([across * (1 - along), across * along])[:, None]
        * np.vstack([riding.normal[ride]] * 2),
    )
