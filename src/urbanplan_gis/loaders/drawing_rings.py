"""Open lines of drawings joined into rings, and polygons drawn twice over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

#: as exact as two programs write the same shape
_SAME = 1e-6
#: noding rounds to a thousandth of the tolerance, so that a line ending on another meets it
_GRID = 1e-3
#: corners times corners up to which outlines are compared point by point
_MOST_COMPARED = 10_000_000


@dataclass(frozen=True, eq=False)
class Rings:
    """Polygons closed by lines: the first line of each, and which lines took part."""

    polygons: np.ndarray
    first_line: NDArray[np.intp]
    used: NDArray[np.bool_]


def close_rings(lines: np.ndarray, tolerance: float) -> Rings:
    """All areas that lines enclose, where they cross, touch, or end within ``tolerance``.

    Ends within the tolerance of each other are moved together (arcs end as exactly as their
    angles are written); coordinates are rounded to a thousandth of it. A line takes part if any
    of it bounds an area, so a line that runs on past a corner does. Polygons come in the order
    of their first lines.
    """
    joined = _join_ends(lines, tolerance)
    noded = shapely.union_all(joined, grid_size=_GRID * tolerance)
    polygons = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    used = np.zeros(len(lines), dtype=bool)
    if len(polygons) == 0:
        return Rings(polygons, np.empty(0, dtype=np.intp), used)
    middles, owner = _edge_middles(polygons)
    edge, line = shapely.STRtree(joined).query(
        shapely.points(middles), predicate="dwithin", distance=_GRID * tolerance * 2
    )
    used[line] = True
    first = np.full(len(polygons), len(lines), dtype=np.intp)
    np.minimum.at(first, owner[edge], line)
    order = np.lexsort((*shapely.bounds(polygons).T, first))
    return Rings(polygons[order], first[order], used)


def _join_ends(lines: np.ndarray, tolerance: float) -> np.ndarray:
    """The lines with every end moved onto the first end that lies within the tolerance."""
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    starts = np.searchsorted(owner, np.arange(len(lines)))
    stops = np.searchsorted(owner, np.arange(len(lines)), side="right") - 1
    ends = np.concatenate([starts, stops])
    points = shapely.points(coordinates[ends])
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=tolerance)
    target = np.arange(len(ends))
    # chains of ends, each near the next, take a pass for each link
    while True:
        nearer = target.copy()
        np.minimum.at(nearer, one, target[other])
        if (nearer == target).all():
            break
        target = nearer
    moved = coordinates.copy()
    moved[ends] = coordinates[ends[target]]
    return shapely.linestrings(moved, indices=owner)


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
