"""Carve a face cutter by cutter: slow, but no ground is lost or counted twice.

Boundaries that all but coincide (a street drawn twice, a nanometre apart) leave slivers on
which overlay may return plainly wrong areas. Carving takes each part from what the parts before
left, one simple polygon at a time, and checks every step. A polygon so thin that even this fails
is not cut: it goes where its inner point lies.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries, area_noise, as_array, polygons_only
from urbanplan_gis.geometry.pieces import NOWHERE, Pieces

#: thinner than this (area over half the perimeter, CRS units) is the noise of coordinates
_THIN = 1e-5
#: and nothing thinner than this is worth an error when it cannot be cut
_NEGLIGIBLE = 1e-3
#: where plain rounding fails, GEOS snaps vertices a thousand roundings apart
_SNAPPED = 2000.0


def carve(faces: Geometries, cutters: Geometries, face: int, near: NDArray[np.intp]) -> Pieces:
    """The parts of one face inside each near cutter, and outside all of them.

    Raises:
        ArithmeticError: if a polygon that is not thin cannot be cut without losing ground.
    """
    parts: list[shapely.Geometry] = []
    owner: list[int] = []
    left = shapely.get_parts(faces[face]).tolist()
    for cutter in near:
        remaining: list[shapely.Geometry] = []
        for polygon in left:
            inside, outside = _cut(polygon, cutters[cutter])
            parts += inside
            owner += [int(cutter)] * len(inside)
            remaining += outside
        left = remaining
    parts += left
    owner += [NOWHERE] * len(left)
    return Pieces(as_array(parts), np.full(len(parts), face), np.array(owner, dtype=np.intp))


def _cut(
    polygon: shapely.Geometry, cutter: shapely.Geometry
) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
    """One polygon as its parts inside and outside one cutter."""
    if _thinness(polygon) < _THIN:
        return _whole(polygon, cutter)
    try:
        inside = _solid(shapely.intersection(polygon, cutter))
        outside = _solid(shapely.difference(polygon, cutter))
    except shapely.errors.GEOSException:
        return _whole(polygon, cutter)
    total = sum(part.area for part in (*inside, *outside))
    noise = _SNAPPED * float(area_noise(as_array([polygon, *inside, *outside])).sum())
    if abs(total - polygon.area) <= noise:
        return inside, outside
    if _thinness(polygon) < _NEGLIGIBLE:
        return _whole(polygon, cutter)
    raise ArithmeticError(f"a polygon of {polygon.area} cannot be cut: parts make {total}")


def _whole(
    polygon: shapely.Geometry, cutter: shapely.Geometry
) -> tuple[list[shapely.Geometry], list[shapely.Geometry]]:
    """The polygon uncut, inside or outside by its inner point."""
    if shapely.intersects(cutter, shapely.point_on_surface(polygon)):
        return [polygon], []
    return [], [polygon]


def _thinness(polygon: shapely.Geometry) -> float:
    return 2 * polygon.area / polygon.length if polygon.length else 0.0


def _solid(geometry: shapely.Geometry) -> list[shapely.Geometry]:
    kept = polygons_only(np.array([geometry], dtype=object))
    return [part for part in shapely.get_parts(kept) if part.area > 0]
