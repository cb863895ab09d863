"""Many shapes as few matplotlib paths: one path per class draws 30 000 parcels in a second."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

if TYPE_CHECKING:
    from matplotlib.path import Path

#: large shapes are drawn first, so that a small one inside a large one stays visible
SIZE_BANDS_M2 = (1e4, 1e5, 1e6, 1e7)
_POLYGON, _LINES = (3,), (1, 2)  # GEOS types; a ring is a closed line


def area_paths(shapes: np.ndarray) -> list[tuple[int, Path]]:
    """One compound path of polygons per size band (0 for the smallest), largest band first.

    Rings are oriented so that holes stay open under the non-zero rule of PNG and PDF.
    """
    parts = _of_type(_simple_parts(shapes), _POLYGON)
    bands = np.digitize(shapely.area(parts), SIZE_BANDS_M2)
    return [
        (int(band), _path(shapely.get_rings(shapely.orient_polygons(parts[bands == band])), True))
        for band in np.unique(bands)[::-1]
    ]


def line_path(shapes: np.ndarray) -> Path:
    """One path of lines; polygons give their rings."""
    parts = _simple_parts(shapes)
    rings = shapely.get_rings(_of_type(parts, _POLYGON))
    return _path(np.concatenate([_of_type(parts, _LINES), rings]), False)


def _simple_parts(shapes: np.ndarray) -> np.ndarray:
    """Parts of multi-part shapes, and of multi-part shapes in collections."""
    return shapely.get_parts(shapely.get_parts(shapes))


def _of_type(parts: np.ndarray, types: tuple[int, ...]) -> np.ndarray:
    return parts[np.isin(shapely.get_type_id(parts), types)]


def _path(lines: Any, closed: bool) -> Path:
    from matplotlib.path import Path

    coords, owner = shapely.get_coordinates(lines, return_index=True)
    codes = np.full(len(coords), Path.LINETO, dtype=np.uint8)
    if len(coords):
        starts = np.flatnonzero(np.diff(owner, prepend=-1))
        codes[starts] = Path.MOVETO
        if closed:
            codes[np.append(starts[1:], len(coords)) - 1] = Path.CLOSEPOLY
    return Path(coords, codes)
