"""Where drawn lines have their points: one per place, and which of them ride on other lines.

Whoever draws a line places its vertices. Two vertices at one place are one point on the ground,
whichever features they belong to. A vertex on a line of others was meant to lie on it: it slides
along that line and moves with it. A crossing that nobody placed moves with both its lines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries
from urbanplan_gis.geometry.pieces import NOWHERE

Positions = NDArray[np.intp]
Floats = NDArray[np.float64]

#: places nearer than this (CRS units) are one: coordinates are written to the millimetre
SNAP = 1e-3
#: lines that meet at a smaller sine than this are taken for the same line
_PARALLEL = 1e-2


@dataclass(frozen=True, eq=False)
class DrawnPoints:
    """Distinct places of drawn vertices, and the edges between them.

    ``places`` (points x 2, in order of x, then y), ``sigma`` (points): standard deviation of each
    coordinate (CRS units, NaN where nobody declared one), ``edges`` (edges x 2): both ends.
    """

    places: Floats
    sigma: Floats
    edges: Positions

    def at(self, places: Floats) -> Positions:
        """The drawn point at each place (shape: n), NOWHERE where none is nearer than SNAP."""
        keys, wanted = _keys(self.places), _keys(places)
        found = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        found[keys[found] != wanted] = NOWHERE
        other = np.flatnonzero(found == NOWHERE)
        row, place = shapely.STRtree(shapely.points(self.places)).query_nearest(
            shapely.points(places[other]), max_distance=SNAP, all_matches=False
        )
        found[other[row]] = place
        return found


@dataclass(frozen=True, eq=False)
class Riders:
    """Points that move with edges instead of by themselves.

    Rider ``point`` moves by Σ ``carry`` · (normal · movement of the edge where it touches), over
    the rows of the same point; ``edge`` (rows), ``along`` (rows): 0 at the first end, 1 at the
    second; ``normal`` and ``carry`` (rows x 2). ``free`` (points x 2) is the direction in which a
    point still moves by itself (zero where it does not); ``rides`` (points) tells riders.
    """

    point: Positions
    edge: Positions
    along: Floats
    normal: Floats
    carry: Floats
    free: Floats
    rides: NDArray[np.bool_]


def drawn_points(geometries: Geometries, sigma: Floats) -> DrawnPoints:
    """The distinct points and edges of polygons, each with its accuracy (shape: geometries).

    Of a point that several drew the most accurate drawing counts.
    """
    rings, owner = _rings(geometries)
    coords, ring = shapely.get_coordinates(rings, return_index=True)
    unique, point = distinct(coords)
    places, of_place = merged(unique)
    point = of_place[point]
    accuracy = np.full(len(places), np.nan)
    np.fmin.at(accuracy, point, sigma[owner[ring]])
    same = ring[1:] == ring[:-1]
    ends = np.sort(np.column_stack([point[:-1][same], point[1:][same]]), axis=1)
    return DrawnPoints(places, accuracy, np.unique(ends[ends[:, 0] != ends[:, 1]], axis=0))


def _rings(geometries: Geometries) -> tuple[Geometries, Positions]:
    parts, of_part = shapely.get_parts(geometries, return_index=True)
    rings, of_ring = shapely.get_rings(parts, return_index=True)
    return rings, of_part[of_ring]


def distinct(coords: Floats) -> tuple[Floats, Positions]:
    """The distinct places in order, and which one each coordinate pair is."""
    keys, index = np.unique(_keys(coords), return_inverse=True)
    return np.column_stack([keys.real, keys.imag]), index


def _keys(places: Floats) -> NDArray[np.complex128]:
    """One sortable number per place."""
    return places[:, 0] + 1j * places[:, 1]


def merged(places: Floats) -> tuple[Floats, Positions]:
    """Places nearer to each other than SNAP made one, the first of them; and which each became."""
    if len(places) == 0:
        return places, np.zeros(0, dtype=np.intp)
    points = shapely.points(places)
    first, second = shapely.STRtree(points).query(points, predicate="dwithin", distance=SNAP)
    label = np.arange(len(places))
    while True:
        lowest = label.copy()
        np.minimum.at(lowest, first, label[second])
        if np.array_equal(lowest, label):
            break
        label = lowest
    kept, of_place = np.unique(label, return_inverse=True)
    return places[kept], of_place


def riders(drawn: DrawnPoints, places: Floats) -> Riders:
    """Which points ride on drawn edges: drawn ones first, then ``places`` nobody drew (n x 2).

    A place on no edge at all is left to move by itself.
    """
    every = np.vstack([drawn.places, places])
    lines = shapely.linestrings(drawn.places[drawn.edges])
    point, edge = shapely.STRtree(lines).query(
        shapely.points(every), predicate="dwithin", distance=SNAP
    )
    inner = (drawn.edges[edge] != point[:, None]).all(axis=1)
    point, edge = point[inner], edge[inner]
    start, end = (drawn.places[drawn.edges[edge, side]] for side in (0, 1))
    way = end - start
    length = np.hypot(*way.T)
    # the longest line first: it is the one the others were drawn upon
    order = np.lexsort((edge, -length, point))
    point, edge, start, way, length = (a[order] for a in (point, edge, start, way, length))
    unit = way / length[:, None]
    along = ((every[point] - start) * unit).sum(axis=1) / length
    normal = np.column_stack([-unit[:, 1], unit[:, 0]])
    first, second = _two_lines(point, unit)
    carry = np.where((first | second)[:, None], normal, 0.0)
    one, two = _pairs(point, first, second)
    # the movement whose part along one normal is 1 and along the other 0
    sine = unit[one, 0] * unit[two, 1] - unit[one, 1] * unit[two, 0]
    carry[one] = unit[two] / sine[:, None]
    carry[two] = -unit[one] / sine[:, None]
    free = np.zeros((len(every), 2))
    alone = first.copy()
    alone[one] = False
    free[point[alone]] = unit[alone]
    free[len(drawn.places) :] = 0.0
    rides = np.zeros(len(every), dtype=bool)
    rides[point] = True
    kept = first | second
    return Riders(point[kept], edge[kept], along[kept], normal[kept], carry[kept], free, rides)


def _two_lines(point: Positions, unit: Floats) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Of rows sorted by point: the first of each, and the one most across it, if any is."""
    first = np.ones(len(point), dtype=bool)
    first[1:] = point[1:] != point[:-1]
    lead = np.flatnonzero(first)[np.cumsum(first) - 1]
    sine = np.abs(unit[lead, 0] * unit[:, 1] - unit[lead, 1] * unit[:, 0])
    most = np.zeros(int(point.max(initial=-1)) + 1)
    np.maximum.at(most, point, sine)
    across = np.flatnonzero((sine > _PARALLEL) & (sine == most[point]))
    second = np.zeros(len(point), dtype=bool)
    second[across[np.unique(point[across], return_index=True)[1]]] = True
    return first, second


def _pairs(
    point: Positions, first: NDArray[np.bool_], second: NDArray[np.bool_]
) -> tuple[Positions, Positions]:
    """Rows of the first and the second line of the points that lie on two."""
    two = np.flatnonzero(second)
    one = np.flatnonzero(first)
    return one[np.searchsorted(point[one], point[two])], two
