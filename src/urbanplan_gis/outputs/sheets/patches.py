"""Codes printed on the map where a patch of one class is large enough to hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from urbanplan_gis.outputs.sheets.boxes import Font
from urbanplan_gis.outputs.sheets.labels import Placed, Taken, box_size
from urbanplan_gis.outputs.sheets.symbols import PAPER, ink_on

if TYPE_CHECKING:
    from urbanplan_gis.outputs.sheets.page import Layout
    from urbanplan_gis.outputs.sheets.theme import MapClass

_STEP_MM = 3.0
#: distance between two prints of the same code
_APART_MM = 22.0
#: clear ground around a code, in sizes of its box: roomy places first
_ROOM = (2.6, 1.25)
_EMPTY = np.array([], dtype=object)


def place_codes(
    classes: Sequence[MapClass], layout: Layout, font: Font, taken: Taken
) -> list[Placed]:
    """Codes on patches that one class covers completely, in reading order, roomy places first.

    None is written over a border.
    """
    coded = [entry for entry in classes if entry.code]
    shapes = np.concatenate([_EMPTY, *(entry.shapes for entry in coded)])
    owner = np.repeat(np.arange(len(coded)), [len(entry.shapes) for entry in coded])
    if not len(shapes):
        return []
    sizes = np.array([box_size((entry.code,), font) for entry in coded])
    fonts = [replace(font, color=ink_on(entry.symbol)) for entry in coded]
    lines = [entry.shapes for entry in classes if entry.symbol.line]
    borders = shapely.STRtree(np.concatenate([_EMPTY, *lines]))
    tree = shapely.STRtree(shapes)
    points = _grid(layout)
    inside, hit = tree.query(shapely.points(layout.to_ground(points)), predicate="within")
    inside, first = np.unique(inside, return_index=True)
    points, classes_at = points[inside], owner[hit[first]]
    placed: list[Placed] = []
    for room in _ROOM:
        clear = _one_class(tree, shapes, owner, points, classes_at, sizes * room, layout)
        clear[clear] = _uncrossed(borders, points[clear], sizes[classes_at[clear]], layout)
        for number in np.flatnonzero(clear):
            entry = coded[classes_at[number]]
            x, y = (float(value) for value in points[number])
            rim = entry.symbol.fill or PAPER  # so that no hatch runs through the letters
            label = Placed(entry.key, x, y, (entry.code,), fonts[classes_at[number]], rim=rim)
            if _far(label, placed) and taken.free(_bounds(label)):
                taken.take(_bounds(label))
                placed.append(label)
    return placed


def _grid(layout: Layout) -> np.ndarray:
    frame = layout.frame
    x = np.arange(frame.x + _STEP_MM, frame.right - _STEP_MM, _STEP_MM)
    y = np.arange(frame.top - _STEP_MM, frame.y + _STEP_MM, -_STEP_MM)
    return np.array([(across, down) for down in y for across in x])


def _one_class(
    tree: shapely.STRtree,
    shapes: np.ndarray,
    owner: np.ndarray,
    points: np.ndarray,
    classes_at: np.ndarray,
    sizes: np.ndarray,
    layout: Layout,
) -> np.ndarray:
    """Whether the box around each point is covered by shapes of the point's class alone."""
    boxes = _on_ground(points, sizes[classes_at], layout)
    box, shape = tree.query(boxes, predicate="intersects")
    mixed = np.zeros(len(points), dtype=bool)
    mixed[box[owner[shape] != classes_at[box]]] = True
    keep = ~mixed[box]
    shared = shapely.area(shapely.intersection(boxes[box[keep]], shapes[shape[keep]]))
    covered = np.bincount(box[keep], weights=shared, minlength=len(points))
    return ~mixed & (covered >= 0.999 * shapely.area(boxes))


def _uncrossed(
    borders: shapely.STRtree, points: np.ndarray, sizes: np.ndarray, layout: Layout
) -> np.ndarray:
    """Whether no border crosses the box around each point."""
    crossed = np.zeros(len(points), dtype=bool)
    crossed[borders.query(_on_ground(points, sizes, layout), predicate="intersects")[0]] = True
    return ~crossed


def _on_ground(points: np.ndarray, sizes: np.ndarray, layout: Layout) -> np.ndarray:
    """Boxes on the ground around points on the paper."""
    low, high = layout.to_ground(points - sizes / 2), layout.to_ground(points + sizes / 2)
    return shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])


def _far(label: Placed, placed: list[Placed]) -> bool:
    return all(
        other.key != label.key or np.hypot(other.x - label.x, other.y - label.y) >= _APART_MM
        for other in placed
    )


def _bounds(label: Placed) -> tuple[float, float, float, float]:
    width, height = label.size
    return (
        label.x - width / 2,
        label.y - height / 2,
        label.x + width / 2,
        label.y + height / 2,
    )
