"""Where the numbers of a file fall in one reading: inside an area, partly, elsewhere in Vietnam."""

from __future__ import annotations

import numpy as np

from urbanplan_gis.loaders.crs.guard import NEIGHBOURHOOD
from urbanplan_gis.loaders.crs.placement import Placement, to_degrees

#: west, south, east, north in degrees
Box = tuple[float, float, float, float]

#: how far outside the area features may lie, about 2 km; meridians 15′ apart differ by 27 km
_MARGIN_DEGREES = 0.02
#: mainland of Vietnam (area of use of EPSG:4756)
_VIETNAM = (102.14, 8.33, 109.53, 23.4)
#: the part of the points that must fall into the area
_MOST = 0.9
#: a layer less than this part of the area long and wide fits in by chance
_SMALL = 0.5


def widen(area: Box | None) -> Box:
    """The area with its margin; around Vietnam if there is none."""
    if area is None:
        return NEIGHBOURHOOD
    west, south, east, north = area
    margin = _MARGIN_DEGREES
    return west - margin, south - margin, east + margin, north + margin


def finite(points: np.ndarray) -> np.ndarray:
    """The points (n × 2) that are numbers."""
    numbers = np.asarray(points, dtype=float).reshape(-1, 2)
    return numbers[np.isfinite(numbers).all(axis=1)]


def thin(numbers: np.ndarray, most: int) -> np.ndarray:
    """Every second, third ... point, so that at most ``most`` are left."""
    return numbers[:: max(1, -(-len(numbers) // most))]


def fits(numbers: np.ndarray, placement: Placement, box: Box) -> bool:
    """Whether the median and nine tenths of the points fall into the box."""
    # one point is tried first: most readings end here
    if not _inside(median_place(numbers, placement)[None, :], box).all():
        return False
    return share_inside(numbers, placement, box) >= _MOST


def share_inside(numbers: np.ndarray, placement: Placement, box: Box) -> float:
    """The part of the points (0 to 1) that falls into the box."""
    return float(_inside(to_degrees(numbers, placement), box).mean())


def lies_in_vietnam(numbers: np.ndarray, placement: Placement) -> bool:
    """Whether the median falls onto Vietnam's mainland."""
    return bool(_inside(median_place(numbers, placement)[None, :], _VIETNAM).all())


def reaches_small(numbers: np.ndarray, placement: Placement, box: Box) -> bool:
    """Whether some points of a layer fall into the box that is much smaller than the box.

    A layer as large as the area fits into it in one position alone; a small one in many.
    """
    places = to_degrees(numbers, placement)
    if not _inside(places, box).any():
        return False
    low, high = np.quantile(places, [(1 - _MOST) / 2, (1 + _MOST) / 2], axis=0)
    west, south, east, north = box
    return bool((high - low < _SMALL * np.array([east - west, north - south])).all())


def median_place(numbers: np.ndarray, placement: Placement) -> np.ndarray:
    """Longitude and latitude of the median."""
    return to_degrees(np.median(numbers, axis=0)[None, :], placement)[0]


def _inside(places: np.ndarray, box: Box) -> np.ndarray:
    west, south, east, north = box
    lon, lat = places.T
    return (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
