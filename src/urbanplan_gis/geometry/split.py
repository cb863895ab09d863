"""Split faces by a layer of cutters: which part of which face lies in which cutter."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries, polygons_only
from urbanplan_gis.geometry.grouping import grouped
from urbanplan_gis.geometry.unions import outside_of
from urbanplan_gis.geometry.windows import windows

NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Pieces:
    """Parts of faces: geometry, the face each came from, the cutter it lies in (or NOWHERE)."""

    geometries: Geometries
    face: NDArray[np.intp]
    cutter: NDArray[np.intp]


def split_faces(faces: Geometries, cutters: Geometries) -> Pieces:
    """Partition ``faces`` by planar ``cutters`` (polygons without common interior).

    Every face comes back as the parts inside each cutter plus one part outside all of them;
    faces wholly inside one cutter come back untouched. Parts of one face partition it.
    """
    if len(faces) == 0 or len(cutters) == 0:
        return Pieces(faces, np.arange(len(faces)), np.full(len(faces), NOWHERE))
    cutter, face = shapely.STRtree(faces).query(cutters)
    face_inside = _properly_inside(faces, face, cutters, cutter)
    inside_face, inside_cutter = face[face_inside], cutter[face_inside]
    settled = np.zeros(len(faces), dtype=bool)
    settled[inside_face] = True

    undecided = ~settled[face]
    face, cutter = face[undecided], cutter[undecided]
    whole = _properly_inside(cutters, cutter, faces, face)
    crossing = ~whole
    crossing[crossing] = _intersect(faces, face[crossing], cutters, cutter[crossing])
    parts = np.empty(len(face), dtype=object)
    parts[whole] = cutters[cutter[whole]]
    parts[crossing] = _intersections(faces, cutters, face[crossing], cutter[crossing])
    solid = whole | crossing
    solid[crossing] = shapely.area(parts[crossing]) > 0
    parts, face, cutter = parts[solid], face[solid], cutter[solid]

    touched = np.zeros(len(faces), dtype=bool)
    touched[face] = True
    free = np.flatnonzero(~settled & ~touched)
    rest, rest_face = _remainders(faces, cutters, face, cutter, parts)
    nowhere = np.full(len(rest) + len(free), NOWHERE)
    return Pieces(
        np.concatenate([faces[inside_face], parts, rest, faces[free]]),
        np.concatenate([inside_face, face, rest_face, free]),
        np.concatenate([inside_cutter, cutter, nowhere]),
    )


def _properly_inside(
    small: Geometries,
    small_index: NDArray[np.intp],
    large: Geometries,
    large_index: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """For each pair, whether the first lies in the interior of the second."""
    small_box = shapely.bounds(small)[small_index]
    large_box = shapely.bounds(large)[large_index]
    inside = (small_box[:, :2] >= large_box[:, :2]).all(axis=1)
    inside &= (small_box[:, 2:] <= large_box[:, 2:]).all(axis=1)
    shapely.prepare(large[np.unique(large_index[inside])])
    inside[inside] = shapely.contains_properly(
        large[large_index[inside]], small[small_index[inside]]
    )
    return inside


def _intersect(
    faces: Geometries,
    face: NDArray[np.intp],
    cutters: Geometries,
    cutter: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """For each pair, whether the two meet; the side with more vertices is the prepared one."""
    large_face = shapely.get_num_coordinates(faces)[face] > shapely.get_num_coordinates(
        cutters
    )[cutter]
    first = np.where(large_face, faces[face], cutters[cutter])
    second = np.where(large_face, cutters[cutter], faces[face])
    shapely.prepare(faces[np.unique(face[large_face])])
    shapely.prepare(cutters[np.unique(cutter[~large_face])])
    return shapely.intersects(first, second)


def _intersections(
    faces: Geometries,
    cutters: Geometries,
    face: NDArray[np.intp],
    cutter: NDArray[np.intp],
) -> Geometries:
    """Face ∩ cutter for each pair, each side first cut down to the other's neighbourhood."""
    near_cutters = _near(cutters, cutter, faces, face)
    near_faces = _near(faces, face, cutters, cutter)
    return polygons_only(shapely.intersection(near_faces, near_cutters))


def _near(
    large: Geometries,
    large_index: NDArray[np.intp],
    small: Geometries,
    small_index: NDArray[np.intp],
) -> Geometries:
    """``large[large_index]`` near ``small[small_index]``: whole where a window saves nothing."""
    result = large[large_index]
    if len(result) == 0:
        return result
    boxes = shapely.bounds(small)[small_index]
    worth = shapely.get_num_coordinates(large) > _WORTH_A_WINDOW
    for index, group in grouped(large_index):
        if worth[index]:
            result[group] = windows(large[index], boxes[group])
    return result


_WORTH_A_WINDOW = 100


def _remainders(
    faces: Geometries,
    cutters: Geometries,
    face: NDArray[np.intp],
    cutter: NDArray[np.intp],
    parts: Geometries,
) -> tuple[Geometries, NDArray[np.intp]]:
    """What each touched face keeps outside all its cutters (only where something is left)."""
    if len(face) == 0:
        return np.empty(0, dtype=object), np.empty(0, dtype=np.intp)
    near_cutters = _near(cutters, cutter, faces, face)
    which, group, size = np.unique(face, return_inverse=True, return_counts=True)
    inside = np.bincount(group, weights=shapely.area(parts))
    order = np.argsort(group, kind="stable")
    first = np.cumsum(size) - size
    rest = np.empty(len(which), dtype=object)
    for count in np.unique(size):
        alike = np.flatnonzero(size == count)
        rows = near_cutters[order[first[alike, None] + np.arange(count)]]
        rest[alike] = outside_of(faces[which[alike]], rows, inside[alike])
    left = shapely.area(rest) > 0
    return rest[left], which[left]
