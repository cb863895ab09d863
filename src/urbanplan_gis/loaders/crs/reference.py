"""Which of several positions of the same vertices lies on lines that are already in place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Transformer

#: coincidences nearer to each other than this count once: a dense arc is no evidence, and no more
#: are the four corners of a house that stands beside a line; at least twice the tolerance
_CELL_M = 10.0
#: fewest distinct places at which vertices lie on the lines
_FEWEST_PLACES = 20
#: how many times more than any other position, chance included, the winner needs
_CLEAR = 3.0
#: the least part of the matched lines' directions that must cross the main one (0 to 0.5): along
#: one straight line, the vertices of a parallel street would lie just as well
_CROSSING = 0.02
#: positions that are certainly wrong show how much coincides by chance. They are as far off as
#: the shift between VN-2000 and WGS 84; their directions keep 50° from it, and 15° from the axes,
#: along which streets and borders often run
_DECOY_M = 230.0
_DECOY_ANGLES = np.radians([20.0, 75.0, 200.0, 255.0])


@dataclass(frozen=True, eq=False)
class ReferenceLines:
    """Edges in a plane around their middle, metres, with the direction of each (radians)."""

    to_plane: Transformer
    tree: shapely.STRtree
    directions: np.ndarray


@dataclass(frozen=True)
class Coincidence:
    """The position that wins, its places on the lines, and the most of any other position."""

    index: int
    places: int
    others: int


def prepare_lines(geometry: np.ndarray) -> ReferenceLines | None:
    """The edges of polygons and lines (lon/lat, WGS 84); None if there are none."""
    parts = shapely.get_parts(np.atleast_1d(geometry))
    while np.any(kinds := shapely.get_type_id(parts) > 3):
        parts = np.concatenate([parts[~kinds], shapely.get_parts(parts[kinds])])
    polygons = shapely.get_type_id(parts) == 3
    lines = np.concatenate([parts[~polygons], shapely.get_rings(parts[polygons])])
    numbers, line = shapely.get_coordinates(lines, return_index=True)
    usable = np.isfinite(numbers).all(axis=1)
    numbers, line = numbers[usable], line[usable]
    if len(numbers) == 0:
        return None
    to_plane = _plane_around(np.median(numbers, axis=0))
    numbers = np.column_stack(to_plane.transform(*numbers.T))
    steps = np.diff(numbers, axis=0)
    real = (line[1:] == line[:-1]) & (steps != 0).any(axis=1) & np.isfinite(steps).all(axis=1)
    if not real.any():
        return None
    edges = shapely.linestrings(np.stack([numbers[:-1][real], numbers[1:][real]], axis=1))
    directions = np.arctan2(steps[real, 1], steps[real, 0])
    return ReferenceLines(to_plane, shapely.STRtree(edges), directions)


def choose_position(
    positions: Sequence[np.ndarray], lines: ReferenceLines, tolerance: float
) -> Coincidence | None:
    """The one position (lon/lat, n × 2, the same vertices in each) that coincides with ``lines``.

    It wins only if vertices lie within ``tolerance`` metres of the lines in at least 20 distinct
    places (10 m apart, or twice the tolerance), three times as many as in any other position and as
    in four control positions 230 m or more away, and if these lines run in more than one direction.
    """
    planes = [np.column_stack(lines.to_plane.transform(*place.T)) for place in positions]
    places = [_count_places(plane, lines, tolerance)[0] for plane in planes]
    best = int(np.argmax(places))
    others = max([count for index, count in enumerate(places) if index != best], default=0)
    if places[best] < max(_FEWEST_PLACES, _CLEAR * others):
        return None
    if not _count_places(planes[best], lines, tolerance)[1]:
        return None
    away = max(_DECOY_M, 10 * tolerance)
    decoys = away * np.column_stack([np.cos(_DECOY_ANGLES), np.sin(_DECOY_ANGLES)])
    chance = max(_count_places(planes[best] + decoy, lines, tolerance)[0] for decoy in decoys)
    if places[best] < _CLEAR * chance:
        return None
    return Coincidence(best, places[best], max(others, chance))


def _plane_around(centre: np.ndarray) -> Transformer:
    """Azimuthal equidistant: distances of metres are true within 1e-4 over a province."""
    lon, lat = (float(value) for value in centre)
    text = f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"
    return Transformer.from_crs(CRS.from_epsg(4326), CRS.from_user_input(text), always_xy=True)


def _count_places(plane: np.ndarray, lines: ReferenceLines, tolerance: float) -> tuple[int, bool]:
    """Distinct places where vertices lie on the lines, and whether the lines there cross."""
    usable = plane[np.isfinite(plane).all(axis=1)]
    vertices, edges = lines.tree.query_nearest(
        shapely.points(usable), max_distance=tolerance, all_matches=False
    )
    if len(vertices) == 0:
        return 0, False
    cell = max(_CELL_M, 2 * tolerance)
    cells, first = np.unique(np.floor(usable[vertices] / cell), axis=0, return_index=True)
    double = 2 * lines.directions[edges[first]]
    # eigenvalues of the mean of n·nᵀ over unit normals n are (1 ± length of this mean) / 2
    alike = float(np.hypot(np.cos(double).mean(), np.sin(double).mean()))
    return len(cells), (1 - alike) / 2 >= _CROSSING
