"""Cut a large polygon down to the neighbourhood of small ones, so that overlays stay cheap."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries

#: a window reaches this far (CRS units) beyond its box, so that its own edge touches nothing
_MARGIN = 1.0
#: below this many vertices a window costs more than it saves
_SMALL = 64


def windows(large: shapely.Geometry, boxes: NDArray[np.float64]) -> Geometries:
    """``large`` near each box (shape: n × 4): equal to it inside the box, arbitrary outside.

    Windows are made from windows: the polygon is halved with the boxes, so that a network with
    a hundred thousand vertices is not walked once for every parcel.
    """
    found = np.empty(len(boxes), dtype=object)
    _fill(found, np.arange(len(boxes)), large, boxes)
    return found


def _fill(
    found: Geometries,
    which: NDArray[np.intp],
    large: shapely.Geometry,
    boxes: NDArray[np.float64],
) -> None:
    if shapely.get_num_coordinates(large) <= _SMALL:
        found[which] = large
        return
    if len(which) <= 8:
        for index in which:
            found[index] = _window(large, boxes[index])
        return
    mine = boxes[which]
    centres = mine[:, :2] + mine[:, 2:]
    axis = int(np.ptp(centres[:, 1]) > np.ptp(centres[:, 0]))
    order = which[np.argsort(centres[:, axis], kind="stable")]
    for half in np.array_split(order, 2):
        extent = np.concatenate([boxes[half][:, :2].min(axis=0), boxes[half][:, 2:].max(axis=0)])
        _fill(found, half, _window(large, extent), boxes)


def _window(large: shapely.Geometry, box: NDArray[np.float64]) -> shapely.Geometry:
    xmin, ymin, xmax, ymax = box
    box_around = (xmin - _MARGIN, ymin - _MARGIN, xmax + _MARGIN, ymax + _MARGIN)
    try:
        cut = shapely.clip_by_rect(large, *box_around)
    except shapely.errors.GEOSException:
        return large
    # rectangle clipping is fast but may leave an invalid ring; then the whole serves as well
    return cut if shapely.is_valid(cut) else large
