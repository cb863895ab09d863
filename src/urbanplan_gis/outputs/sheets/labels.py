"""Names on the map: placed one by one, the largest first, never over one another.

A mutable R-tree holds the boxes already taken. Everything is in millimetres on paper.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from rtree.index import Index

from urbanplan_gis.outputs.sheets.boxes import MM_PER_POINT, Font, text_width
from urbanplan_gis.outputs.sheets.symbols import PAPER

_GRID = 15
_FRAME_MM = 1.2
_GAP_MM = 0.5
#: part of a label that must lie on its own ground where it cannot lie there entirely
_MOSTLY = 0.62
#: room between a label and the edge of its ground beyond which more is no better
_ROOM_MM = 1.5
#: points across and along a label that stand for its box
_SAMPLES = (12, 5)
_LINE_EM = 1.12


@dataclass(frozen=True, eq=False)
class Wanted:
    """A label to place: its ground on paper, and the forms it may take, the best one first."""

    key: str
    ground: Any
    forms: tuple[tuple[tuple[str, ...], Font], ...]


@dataclass(frozen=True, eq=False)
class Placed:
    """A label in its place: centre of the box, lines, font, and a leader where it needs one."""

    key: str
    x: float
    y: float
    lines: tuple[str, ...]
    font: Font
    leader: Any = None
    #: colour of the rim around the letters
    rim: str = PAPER

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in millimetres."""
        return box_size(self.lines, self.font)

    def baselines(self) -> Iterable[tuple[str, float]]:
        """Each line with the height of its baseline."""
        step = self.font.size * MM_PER_POINT * _LINE_EM
        top = self.y + step * len(self.lines) / 2
        for number, line in enumerate(self.lines):
            yield line, top - step * number - step * 0.82


class Taken:
    """The ground on paper that labels already occupy."""

    def __init__(self) -> None:
        self._index = Index()
        self._count = 0

    def free(self, box: Sequence[float]) -> bool:
        """Whether nothing lies in the box (xmin, ymin, xmax, ymax)."""
        return self._index.count(box) == 0

    def take(self, box: Sequence[float]) -> None:
        """Occupy a box."""
        self._index.insert(self._count, box)
        self._count += 1


def box_size(lines: Sequence[str], font: Font) -> tuple[float, float]:
    """Width and height of centred lines, halo included, in millimetres."""
    width = max(text_width(line, font) for line in lines)
    height = len(lines) * font.size * MM_PER_POINT * _LINE_EM
    return width + _GAP_MM, height + _GAP_MM


def place(wanted: Iterable[Wanted], frame: Any, taken: Taken) -> tuple[list[Placed], list[Wanted]]:
    """Place labels inside the frame polygon; returns those placed and those that found no room."""
    inner = frame.buffer(-_FRAME_MM, join_style="mitre")
    placed, left = [], []
    for label in sorted(wanted, key=lambda one: (-one.ground.area, one.key)):
        ground = shapely.intersection(label.ground, inner)
        found = _find(label, ground, inner, taken) if ground.area > 0 else None
        if found is not None:
            taken.take(_box(found.x, found.y, *found.size))
            placed.append(found)
        elif ground.area > 0:
            left.append(label)
    return placed, left


def place_number(label: Wanted, text: str, font: Font, frame: Any, taken: Taken) -> Placed:
    """Place a short number on or beside its ground, with a leader where it lies outside; over
    what is there already if no room is left."""
    found = find_number(label, text, font, frame, taken)
    if found is not None:
        return found
    anchor = _within(label, frame).representative_point()
    taken.take(_box(anchor.x, anchor.y, *box_size((text,), font)))
    return Placed(label.key, anchor.x, anchor.y, (text,), font)


def find_number(label: Wanted, text: str, font: Font, frame: Any, taken: Taken) -> Placed | None:
    """Place a short number on or beside its ground if there is room, with a leader where it lies
    outside."""
    inner = frame.buffer(-_FRAME_MM, join_style="mitre")
    ground = _within(label, frame)
    anchor = ground.representative_point()
    width, height = box_size((text,), font)
    points = np.array([*_candidates(ground), *_around(anchor, max(width, height))])
    boxes = _boxes(points, width, height)
    for number in np.flatnonzero(shapely.contains(inner, boxes)):
        if taken.free(boxes[number].bounds):
            x, y = _xy(points[number])
            taken.take(_box(x, y, width, height))
            outside = not shapely.contains_xy(ground, x, y)
            leader = shapely.LineString([anchor, (x, y)]) if outside else None
            return Placed(label.key, x, y, (text,), font, leader)
    return None


def _within(label: Wanted, frame: Any) -> Any:
    """The ground of a label that shows."""
    return shapely.intersection(label.ground, frame.buffer(-_FRAME_MM, join_style="mitre"))


def _find(label: Wanted, ground: Any, inner: Any, taken: Taken) -> Placed | None:
    """The first form that lies wholly on its ground, else the one that lies there best."""
    points = _candidates(ground)
    shapely.prepare(ground)
    edge = shapely.boundary(ground)
    for lines, font in label.forms:
        boxes = _boxes(points, *box_size(lines, font))
        whole = np.flatnonzero(shapely.contains(inner, boxes) & shapely.contains(ground, boxes))
        room = np.minimum(shapely.distance(edge, boxes[whole]), _ROOM_MM)
        for number in whole[np.argsort(-room, kind="stable")]:
            if taken.free(boxes[number].bounds):
                return Placed(label.key, *_xy(points[number]), lines, font)
    partly: list[tuple[float, Placed]] = []
    for lines, font in label.forms:
        size = box_size(lines, font)
        boxes = _boxes(points, *size)
        shares = np.where(shapely.contains(inner, boxes), _shares(points, size, ground), 0)
        for number in np.argsort(-shares, kind="stable"):
            if shares[number] < _MOSTLY:
                break
            if taken.free(boxes[number].bounds):
                placed = Placed(label.key, *_xy(points[number]), lines, font)
                partly.append((float(shares[number]), placed))
                break
    return max(partly, key=lambda pair: pair[0])[1] if partly else None


def _shares(points: np.ndarray, size: tuple[float, float], ground: Any) -> np.ndarray:
    """How much of a box around each point lies on the ground, judged by points within it."""
    across = (np.arange(_SAMPLES[0]) + 0.5) / _SAMPLES[0] - 0.5
    along = (np.arange(_SAMPLES[1]) + 0.5) / _SAMPLES[1] - 0.5
    offsets = np.stack(np.meshgrid(across * size[0], along * size[1]), axis=-1).reshape(-1, 2)
    samples = points[:, None, :] + offsets
    return shapely.contains_xy(ground, samples[..., 0], samples[..., 1]).mean(axis=1)


def _boxes(points: np.ndarray, width: float, height: float) -> np.ndarray:
    x, y = points.T
    return shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _xy(point: np.ndarray) -> tuple[float, float]:
    return float(point[0]), float(point[1])


def _candidates(ground: Any) -> np.ndarray:
    """Points on the ground, those farthest from its edge first."""
    xmin, ymin, xmax, ymax = ground.bounds
    steps = (np.arange(_GRID) + 0.5) / _GRID
    x, y = np.meshgrid(xmin + (xmax - xmin) * steps, ymin + (ymax - ymin) * steps)
    points = np.column_stack([x.ravel(), y.ravel()])
    points = points[shapely.contains_xy(ground, points)]
    if not len(points):
        return np.array([ground.representative_point().coords[0]])
    depth = shapely.distance(shapely.boundary(ground), shapely.points(points))
    return points[np.argsort(-depth, kind="stable")]


def _around(anchor: Any, step: float) -> Iterable[tuple[float, float]]:
    """Points on widening rings around an anchor."""
    for ring in range(1, 13):
        for angle in np.arange(16) * np.pi / 8:
            yield (
                float(anchor.x + ring * step * np.cos(angle)),
                float(anchor.y + ring * step * np.sin(angle)),
            )


def _box(x: float, y: float, width: float, height: float) -> tuple[float, float, float, float]:
    return (x - width / 2, y - height / 2, x + width / 2, y + height / 2)
