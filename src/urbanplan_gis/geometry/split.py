"""Split faces by a layer of cutters: which part of which face lies in which cutter."""

from __future__ import annotations

from operator import is_

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries, area_noise, polygons_only, weighed
from urbanplan_gis.geometry.carving import carve
from urbanplan_gis.geometry.grouping import grouped, sum_by
from urbanplan_gis.geometry.pieces import NOWHERE, Pieces, joined
from urbanplan_gis.geometry.punching import isolated, punch
from urbanplan_gis.geometry.unions import outside_of
from urbanplan_gis.geometry.windows import windows

#: what is thinner than this (area over half the perimeter, CRS units) may lie on either side
_EITHER_SIDE = 1e-3


def split_faces(faces: Geometries, cutters: Geometries) -> Pieces:
    """Partition ``faces`` by planar ``cutters`` (polygons without common interior).

    Every face comes back as the parts inside each cutter plus the parts outside all of them;
    faces wholly inside one cutter come back untouched. The parts of a face add up to it, and lie
    where they should: where overlay loses ground on boundaries that all but coincide, or takes
    one side of them for the other, the face is carved step by step.
    """
    if len(faces) == 0 or len(cutters) == 0:
        return Pieces(faces, np.arange(len(faces)), np.full(len(faces), NOWHERE))
    cutter, face = shapely.STRtree(faces).query(cutters)
    face_inside = _properly_inside(faces, face, cutters, cutter)
    settled = Pieces(faces[face[face_inside]], face[face_inside], cutter[face_inside])
    done = np.zeros(len(faces), dtype=bool)
    done[settled.face] = True

    undecided = ~done[face]
    parts = _parts(faces, cutters, face[undecided], cutter[undecided])
    touched = np.zeros(len(faces), dtype=bool)
    touched[parts.face] = True
    free = np.flatnonzero(~done & ~touched)
    rest = _remainders(faces, cutters, parts)
    astray = _astray(cutters, parts, rest)
    lost = np.union1d(_lost(faces, parts, rest), astray.face)
    found = joined([parts, astray])
    carved = [
        carve(faces, cutters, whole, np.unique(found.cutter[found.face == whole])) for whole in lost
    ]
    untouched = Pieces(faces[free], free, np.full(len(free), NOWHERE))
    return joined([settled, parts.without(lost), rest.without(lost), *carved, untouched])


def area_inside(faces: Geometries, cutters: Geometries) -> NDArray[np.float64]:
    """Area of each face inside planar cutters, without cutting it (shape: faces).

    For cutters that are only measured, not part of a partition; never more than the face.
    """
    covered = np.zeros(len(faces))
    if len(faces) == 0 or len(cutters) == 0:
        return covered
    parts = parts_inside(faces, cutters)
    near_cutters = _near(cutters, parts.cutter, faces, parts.face)
    shared = weighed(parts.geometries, faces[parts.face], near_cutters)
    covered = sum_by(parts.face, shapely.area(shared), len(faces))
    return np.minimum(covered, shapely.area(faces))


def parts_inside(faces: Geometries, cutters: Geometries) -> Pieces:
    """The parts of faces inside cutters, without what is left outside all of them."""
    cutter, face = shapely.STRtree(cutters).query(faces)[::-1]
    return _parts(faces, cutters, face, cutter)


def _parts(
    faces: Geometries, cutters: Geometries, face: NDArray[np.intp], cutter: NDArray[np.intp]
) -> Pieces:
    """The solid parts of faces inside cutters, for candidate pairs."""
    whole = _properly_inside(cutters, cutter, faces, face)
    crossing = ~whole
    crossing[crossing] = _share_ground(faces, face[crossing], cutters, cutter[crossing])
    parts = np.empty(len(face), dtype=object)
    parts[whole] = cutters[cutter[whole]]
    parts[crossing] = _intersections(faces, cutters, face[crossing], cutter[crossing])
    solid = whole | crossing
    solid[crossing] = shapely.area(parts[crossing]) > 0
    return Pieces(parts[solid], face[solid], cutter[solid])


def _lost(faces: Geometries, parts: Pieces, rest: Pieces) -> NDArray[np.intp]:
    """Faces whose parts do not add up to them."""
    sums = np.zeros(len(faces))
    for pieces in (parts, rest):
        sums += sum_by(pieces.face, shapely.area(pieces.geometries), len(faces))
    cut = np.unique(parts.face)
    missing = np.abs(sums[cut] - shapely.area(faces[cut]))
    return cut[missing > area_noise(faces[cut]) + _noise_of_parts(parts, cut)]


def _noise_of_parts(parts: Pieces, faces: NDArray[np.intp]) -> NDArray[np.float64]:
    noise = area_noise(parts.geometries)
    return sum_by(parts.face, noise, int(faces.max(initial=-1)) + 1)[faces]


def _astray(cutters: Geometries, parts: Pieces, rest: Pieces) -> Pieces:
    """Polygons on the wrong side: parts beside their cutter, and rests with the cutter they lie in.

    Overlay errs on both sides alike, so that areas still add up; an inner point tells.
    """
    part, rests = _solid_polygons(parts), _solid_polygons(rest)
    inner = shapely.point_on_surface(part.geometries)
    shapely.prepare(cutters[np.unique(part.cutter)])
    beside = ~shapely.intersects(cutters[part.cutter], inner)
    left = shapely.point_on_surface(rests.geometries)
    row, cutter = shapely.STRtree(cutters).query(left, predicate="within")
    covered = Pieces(rests.geometries[row], rests.face[row], cutter)
    return joined([part.only(beside), covered])


def _solid_polygons(pieces: Pieces) -> Pieces:
    """The single polygons of pieces, but for slivers that may lie on either side."""
    polygons, owner = shapely.get_parts(pieces.geometries, return_index=True)
    single = Pieces(polygons, pieces.face[owner], pieces.cutter[owner])
    return single.only(2 * shapely.area(polygons) > _EITHER_SIDE * shapely.length(polygons))


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


def _share_ground(
    faces: Geometries,
    face: NDArray[np.intp],
    cutters: Geometries,
    cutter: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """For each pair, whether the two have ground in common and not a boundary only.

    In a subdivision most neighbours only touch, and telling so is many times cheaper than cutting
    them. The side with more vertices is the prepared one.
    """
    large_face = (
        shapely.get_num_coordinates(faces)[face] > shapely.get_num_coordinates(cutters)[cutter]
    )
    first = np.where(large_face, faces[face], cutters[cutter])
    second = np.where(large_face, cutters[cutter], faces[face])
    shapely.prepare(faces[np.unique(face[large_face])])
    shapely.prepare(cutters[np.unique(cutter[~large_face])])
    meet = shapely.intersects(first, second)
    meet[meet] = ~shapely.touches(first[meet], second[meet])
    return meet


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


def _remainders(faces: Geometries, cutters: Geometries, parts: Pieces) -> Pieces:
    """What each cut face keeps outside all its cutters (only where something is left)."""
    which = np.unique(parts.face)
    if len(which) == 0:
        return parts
    free = _free_inside(cutters, parts)
    rest = faces[which]
    _take_crossing(rest, which, cutters, parts.only(~free), apart=bool(free.any()))
    inner = parts.only(free)
    rest = punch(rest, inner.geometries, np.searchsorted(which, inner.face))
    left = shapely.area(rest) > 0
    return Pieces(rest[left], which[left], np.full(int(left.sum()), NOWHERE))


def _free_inside(cutters: Geometries, parts: Pieces) -> NDArray[np.bool_]:
    """Parts that are whole cutters touching no other cutter: plain holes of their face."""
    of_part = cutters[parts.cutter]
    whole = np.fromiter(map(is_, parts.geometries, of_part), dtype=bool, count=len(of_part))
    return whole & isolated(cutters)[parts.cutter]


def _take_crossing(
    rest: Geometries,
    which: NDArray[np.intp],
    cutters: Geometries,
    parts: Pieces,
    *,
    apart: bool,
) -> None:
    """Replace in ``rest`` each face ``which`` by what it keeps outside the cutters of ``parts``."""
    position = np.searchsorted(which, parts.face)
    near_cutters = _near(cutters, parts.cutter, rest, position)
    inside = sum_by(position, shapely.area(parts.geometries), len(which))
    size = np.bincount(position, minlength=len(which))
    order = np.argsort(position, kind="stable")
    first = np.cumsum(size) - size
    for count in np.unique(size[size > 0]):
        alike = np.flatnonzero(size == count)
        rows = near_cutters[order[first[alike, None] + np.arange(count)]]
        rest[alike] = outside_of(rest[alike], rows, inside[alike], apart=apart)
