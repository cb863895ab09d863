"""Open lines of drawings joined into rings, and polygons drawn twice over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.loaders.cad.curves import JOINT

#: as exact as two programs write the same shape
_SAME = 1e-6
#: noding rounds to a thousandth of the tolerance, so that lines meet where they cross
_GRID = 1e-3
_POLYGON = 3
#: corners times corners up to which outlines are compared point by point
_MOST_COMPARED = 10_000_000


@dataclass(frozen=True, eq=False)
class Rings:
    """Polygons closed by lines: the first shape each is made of, and which shapes took part."""

    polygons: np.ndarray
    first: NDArray[np.intp]
    used: NDArray[np.bool_]


def close_rings(shapes: np.ndarray, tolerance: float) -> Rings:
    """All areas that open lines enclose, alone or with the closed outlines among ``shapes``.

    Lines close where they cross, touch, or end within ten tolerances of each other, as the edges
    of hatches do: ends near each other are moved together, an end near the middle of a line is
    moved onto it (what ends on an arc misses its chords by up to a tolerance). Coordinates are
    rounded to a thousandth of a tolerance. A line takes part if any of it bounds an area, so one
    that runs on past a corner does. A closed outline is a polygon already and takes part only if
    lines divide it. Polygons come in the order of their first shapes.
    """
    closed = shapely.get_type_id(shapes) == _POLYGON
    lines = np.where(closed, shapely.get_exterior_ring(shapes), shapes)
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    lines = shapely.linestrings(coordinates, indices=owner)
    joined = _join_ends(lines, ~closed, JOINT * tolerance)
    noded = shapely.union_all(joined, grid_size=_GRID * tolerance)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    used = np.zeros(len(shapes), dtype=bool)
    if len(faces) == 0:
        return Rings(faces, np.empty(0, dtype=np.intp), used)
    middles, owner = _edge_middles(faces)
    edge, line = shapely.STRtree(joined).query(
        shapely.points(middles), predicate="dwithin", distance=_GRID * tolerance * 2
    )
    by_line = np.zeros(len(middles), dtype=bool)
    by_line[edge[~closed[line]]] = True
    along_outline = np.zeros(len(middles), dtype=bool)
    along_outline[edge[closed[line]]] = True
    open_face = np.zeros(len(faces), dtype=bool)
    open_face[owner[by_line]] = True
    used[line[~closed[line]]] = True

    outlines = np.flatnonzero(closed)
    around = _smallest_around(shapes[outlines], middles[by_line & ~along_outline])
    used[outlines[around[around >= 0]]] = True
    home = _smallest_around(
        shapes[outlines], shapely.get_coordinates(shapely.point_on_surface(faces))
    )
    divided = np.zeros(len(faces), dtype=bool)
    repeated = np.zeros(len(faces), dtype=bool)
    at_home = home >= 0
    outline = outlines[home[at_home]]
    divided[at_home] = used[outline]
    strip = JOINT * tolerance * shapely.length(shapes[outline])
    missing = np.abs(shapely.area(shapes[outline]) - shapely.area(faces[at_home]))
    repeated[at_home] = ~used[outline] & (missing <= strip)
    kept = (open_face & ~repeated) | divided
    first = np.full(len(faces), len(shapes), dtype=np.intp)
    np.minimum.at(first, owner[edge], line)
    order = np.lexsort((*shapely.bounds(faces).T, first))
    order = order[kept[order]]
    return Rings(faces[order], first[order], used)


def _smallest_around(outlines: np.ndarray, points: np.ndarray) -> NDArray[np.intp]:
    """The smallest outline that each point lies in (-1: in none)."""
    found = np.full(len(points), -1, dtype=np.intp)
    order = np.argsort(-shapely.area(outlines), kind="stable")
    point, outline = shapely.STRtree(outlines[order]).query(
        shapely.points(points), predicate="within"
    )
    np.maximum.at(found, point, outline)
    inside = found >= 0
    found[inside] = order[found[inside]]
    return found


def _join_ends(lines: np.ndarray, is_open: NDArray[np.bool_], joint: float) -> np.ndarray:
    """The lines with every open end moved to others within the joint, or onto a line there."""
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    numbers = np.flatnonzero(is_open)
    starts = np.searchsorted(owner, numbers)
    stops = np.searchsorted(owner, numbers, side="right") - 1
    ends = np.concatenate([starts, stops])
    leader = _leaders(shapely.points(coordinates[ends]), joint)
    moved = coordinates.copy()
    moved[ends] = coordinates[ends[leader]]

    leaders = np.unique(leader)
    points = shapely.points(moved[ends[leaders]])
    near = shapely.linestrings(moved, indices=owner)
    point, line = shapely.STRtree(near).query(points, predicate="dwithin", distance=joint)
    own = set(zip(leader.tolist(), owner[ends].tolist(), strict=True))
    pairs = zip(leaders[point].tolist(), line.tolist(), strict=True)
    foreign = np.array([pair not in own for pair in pairs], dtype=bool)
    point, line = point[foreign], line[foreign]
    nearest = np.lexsort((shapely.distance(points[point], near[line]), point))
    point, chosen = np.unique(point[nearest], return_index=True)
    line = line[nearest][chosen]

    along = shapely.line_locate_point(near[line], points[point])
    places = shapely.get_coordinates(shapely.line_interpolate_point(near[line], along))
    target = moved[ends[leaders]]
    target[point] = places
    run = _run_lengths(moved, owner)
    moved[ends] = target[np.searchsorted(leaders, leader)]
    whole_owner = np.concatenate([owner, line])
    order = np.lexsort((np.concatenate([run, along]), whole_owner))
    return shapely.linestrings(np.concatenate([moved, places])[order], indices=whole_owner[order])


def _leaders(points: np.ndarray, joint: float) -> NDArray[np.intp]:
    """For each point the first of those that it hangs together with, each near the next."""
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=joint)
    leader = np.arange(len(points))
    # chains take a pass for each link
    while True:
        nearer = leader.copy()
        np.minimum.at(nearer, one, leader[other])
        if (nearer == leader).all():
            return leader
        leader = nearer


def _run_lengths(coordinates: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """How far along its line each vertex is."""
    steps = np.hypot(*np.diff(coordinates, axis=0).T)
    steps[owner[1:] != owner[:-1]] = 0.0
    total = np.concatenate([[0.0], np.cumsum(steps)])
    first = np.searchsorted(owner, owner)
    return total - total[first]


def _edge_middles(polygons: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The middle of every edge of every ring, and the polygon it belongs to."""
    rings, ring_owner = shapely.get_rings(polygons, return_index=True)
    coordinates, index = shapely.get_coordinates(rings, return_index=True)
    within = index[1:] == index[:-1]
    middles = (coordinates[1:] + coordinates[:-1])[within] / 2
    return middles, ring_owner[index[1:][within]]


def drawn_twice(
    polygons: np.ndarray, group: NDArray[np.intp], is_hatch: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which polygons repeat the shape of a hatch, or of an earlier polyline, of their group.

    Hatches are never repeats: two of them on one lot are for the checks to report.
    """
    repeated = np.zeros(len(polygons), dtype=bool)
    if len(polygons) == 0:
        return repeated
    shapes = shapely.normalize(shapely.remove_repeated_points(polygons))
    corners = shapely.points(shapely.bounds(shapes)[:, :2])
    one, other = shapely.STRtree(corners).query(corners, predicate="dwithin", distance=_SAME)
    pair = (group[one] == group[other]) & ~is_hatch[one]
    pair &= is_hatch[other] | (other < one)
    one, other = one[pair], other[pair]
    size, reach = shapely.area(shapes), shapely.length(shapes)
    alike = np.abs(size[one] - size[other]) <= _SAME * reach[one]
    alike &= np.abs(reach[one] - reach[other]) <= _SAME * reach[one]
    for first, second in zip(one[alike], other[alike], strict=True):
        repeated[first] |= _same_shape(shapes[first], shapes[second])
    return repeated


def _same_shape(first: shapely.Geometry, second: shapely.Geometry) -> bool:
    if shapely.equals_exact(first, second, tolerance=_SAME):
        return True
    # rounding may make two outlines begin at different corners
    counted = shapely.get_num_coordinates(first) * shapely.get_num_coordinates(second)
    return counted <= _MOST_COMPARED and shapely.hausdorff_distance(first, second) <= _SAME
