"""Which polygons are slivers: nowhere wider than a given width."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries
from urbanplan_gis.text import Name

#: half a width this much too large (m) is the rounding of coordinates, not a width
_ROUNDING = 1e-6
_POLYGON = shapely.GeometryType.POLYGON
#: inner buffers are off by a few hundredths of their distance either way
_WITH_SPARE = 1.05


def nowhere_wider(polygons: Geometries, width_m: float) -> NDArray[np.bool_]:
    """Polygons in which no circle of the diameter ``width_m`` fits with room to spare (shape: n).

    With a width of zero nothing is a sliver.
    """
    if width_m == 0:
        return np.zeros(len(polygons), dtype=bool)
    radius = width_m / 2 + _ROUNDING
    parts, owner = shapely.get_parts(polygons, return_index=True)
    wide = _surely_wider(parts, radius)
    open_ = ~wide & ~_surely_thin(parts, radius)
    wide[open_] = ~shapely.is_empty(shapely.buffer(parts[open_], -radius * _WITH_SPARE))
    open_ &= ~wide
    wide[open_] = _has_room(parts[open_], radius)
    result = np.ones(len(polygons), dtype=bool)
    result[owner[wide]] = False
    return result


def width_in_words(width_m: float) -> Name:
    """The width in metres as it was given, in the form of each language."""
    return Name(f"{width_m:g}".replace(".", ","), f"{width_m:g}")


def _surely_wider(parts: Geometries, radius: float) -> NDArray[np.bool_]:
    """Polygons with more area than boundary strips of that depth can cover (shape: n).

    What lies within r of the boundary is at most r times its length, and a disc's area more for
    each hole, round which a strip lies outside. This spares the buffer of large polygons.
    """
    strips = radius * shapely.length(parts)
    discs = np.pi * radius**2 * shapely.get_num_interior_rings(parts)
    return shapely.area(parts) > strips + discs


def _surely_thin(parts: Geometries, radius: float) -> NDArray[np.bool_]:
    """Polygons without the area of such a disc, or in a rectangle it does not fit (shape: n).

    Most slivers along a straight border are so; the others take a hundred times as long.
    """
    thin = shapely.area(parts) < np.pi * radius**2
    around = shapely.oriented_envelope(parts)
    # round a needle it is no rectangle but a line
    thin |= shapely.get_type_id(around) != _POLYGON
    corners = shapely.get_coordinates(around[~thin]).reshape(-1, 5, 2)
    sides = np.linalg.norm(corners[:, 1:3] - corners[:, 0:2], axis=2)
    thin[~thin] = sides.min(axis=1, initial=np.inf) < 2 * radius
    return thin


def _has_room(parts: Geometries, radius: float) -> NDArray[np.bool_]:
    """Polygons with ground farther than that from every edge (shape: n).

    Settled by taking the strip along each edge away: strips of single edges are drawn exactly,
    but for the chords of their round ends.
    """
    segments, owner = _edges(parts)
    strips = shapely.buffer(segments, radius, quad_segs=16)
    bounds = np.searchsorted(owner, np.arange(len(parts) + 1))
    near = [shapely.union_all(strips[a:b]) for a, b in itertools.pairwise(bounds)]
    return shapely.area(shapely.difference(parts, np.array(near, dtype=object))) > 0


def _edges(parts: Geometries) -> tuple[Geometries, NDArray[np.int64]]:
    """The edges of the rings of polygons, with the index of the polygon."""
    rings, ring_owner = shapely.get_rings(parts, return_index=True)
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[:-1] == ring[1:]
    segments = shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1))
    return segments, ring_owner[ring[:-1][same]]
