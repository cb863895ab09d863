"""Paper, true scale, and where the map frame and the panel lie; millimetres from bottom left."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.outputs.sheets.data import SheetOptions, reader_number, sheet_error

STANDARD_SCALES = (
    500, 1000, 2000, 5000, 10000, 25000, 50000, 100000, 200000, 250000, 500000, 1_000_000,
    2_000_000, 5_000_000,
)  # fmt: skip
#: shares of the paper the panel may take, smallest first
_PANEL_SHARES = {
    True: (0.23, 0.26, 0.30, 0.34, 0.39, 0.45, 0.52, 0.60),
    False: (0.25, 0.29, 0.34, 0.39, 0.45, 0.52, 0.60),
}
_LEFT_COLUMN = 0.40
#: a side panel this wide, as a share of its height, holds two columns
_WIDE = 0.6
#: size of text and margins relative to A3
PAPER_FACTOR = {"A4": 0.86, "A3": 1.0, "A2": 1.25, "A1": 1.5, "A0": 1.9}
#: room between the ground shown and the frame: where the scale is chosen, and where it is given
_CLEAR_MM, _LEAST_CLEAR_MM = 4.0, 1.0


@dataclass(frozen=True)
class Rect:
    """A rectangle on paper in millimetres."""

    x: float
    y: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """The upper edge in millimetres from the foot of the paper."""
        return self.y + self.height

    @property
    def right(self) -> float:
        """The right edge in millimetres from the left of the paper."""
        return self.x + self.width

    def inset(self, left: float, bottom: float, right: float, top: float) -> Rect:
        """The rectangle without the given margins."""
        return Rect(
            self.x + left, self.y + bottom, self.width - left - right, self.height - bottom - top
        )


@dataclass(frozen=True)
class Layout:
    """One way to divide the paper, and the ground shown at the scale 1:``scale``."""

    paper: Rect
    border: Rect
    frame: Rect
    panel: Rect
    #: ways to divide the panel into columns, the preferred one first
    columns: tuple[tuple[Rect, ...], ...]
    scale: int
    #: ground shown, in metres: xmin, ymin, xmax, ymax
    extent: tuple[float, float, float, float]
    #: size of text relative to A3
    factor: float

    @property
    def window(self) -> Any:
        """The ground shown, as a polygon."""
        return shapely.box(*self.extent)

    def to_page(self, shapes: Any) -> Any:
        """Ground geometry (metres) as geometry on the paper (millimetres)."""
        return shapely.transform(shapes, self.points_to_page)

    def points_to_page(self, points: np.ndarray) -> np.ndarray:
        """Ground coordinates (metres) as coordinates on the paper (millimetres)."""
        corner = np.array([self.frame.x, self.frame.y])
        return (points - np.array(self.extent[:2])) * (1000 / self.scale) + corner

    def to_ground(self, points: np.ndarray) -> np.ndarray:
        """Coordinates on the paper (millimetres) as ground coordinates (metres)."""
        corner = np.array([self.frame.x, self.frame.y])
        return (points - corner) * (self.scale / 1000) + np.array(self.extent[:2])


def layouts(options: SheetOptions, focus: Sequence[float]) -> list[Layout]:
    """Layouts that show ``focus`` (metres: xmin, ymin, xmax, ymax): best scale, then smallest
    panel first.

    Raises:
        PlanDataError: where no standard scale, or not the scale asked for, shows the focus on this
            paper.
    """
    divisions = list(_divisions(options))
    found = [_layout(options, focus, border, panel, frame) for border, panel, frame in divisions]
    usable = [layout for layout in found if layout is not None]
    if not usable:
        raise _no_layout(options, best_scale(*_sides(focus), divisions[0][2]))
    return sorted(usable, key=lambda layout: layout.scale)


def best_scale(width_m: float, height_m: float, frame: Rect) -> int | None:
    """The largest standard scale at which the ground fits the frame, as the n of 1:n."""
    needed = _needed_scale(width_m, height_m, frame, _CLEAR_MM)
    return next((scale for scale in STANDARD_SCALES if scale >= needed), None)


def _needed_scale(width_m: float, height_m: float, frame: Rect, clear: float) -> float:
    """The largest scale of all at which the ground fits the frame, with clear room around it."""
    return 1000 * max(width_m / (frame.width - 2 * clear), height_m / (frame.height - 2 * clear))


def _sides(focus: Sequence[float]) -> tuple[float, float]:
    xmin, ymin, xmax, ymax = focus
    return xmax - xmin, ymax - ymin


def _no_layout(options: SheetOptions, best: int | None) -> PlanDataError:
    """Why the focus cannot be shown whole; a map is never cut to fit its paper."""
    if options.scale is None or best is None:
        return sheet_error("too_large", options.paper, scale=reader_number(STANDARD_SCALES[-1], 0))
    asked, fits = reader_number(options.scale, 0), reader_number(best, 0)
    return sheet_error("cut", options.paper, value=asked, fits=fits)


def _divisions(options: SheetOptions) -> Iterator[tuple[Rect, Rect, Rect]]:
    """Border, panel and map frame for every share of the panel."""
    width, height = options.size_mm
    unit = PAPER_FACTOR[options.paper]
    margin, ticks = 8 * unit, 5.2 * unit
    border = Rect(0, 0, width, height).inset(margin, margin, margin, margin)
    for share in _PANEL_SHARES[options.landscape]:
        if options.landscape:
            side = share * width
            panel = border.inset(border.width - side, 0, 0, 0)
            room = border.inset(0, 0, side, 0)
        else:
            band = share * height
            panel = border.inset(0, 0, 0, border.height - band)
            room = border.inset(0, band, 0, 0)
        yield border, panel, room.inset(ticks, ticks, ticks, ticks)


def _layout(
    options: SheetOptions, focus: Sequence[float], border: Rect, panel: Rect, frame: Rect
) -> Layout | None:
    xmin, ymin, xmax, ymax = focus
    scale = options.scale or best_scale(*_sides(focus), frame)
    if scale is None or scale < _needed_scale(*_sides(focus), frame, _LEAST_CLEAR_MM):
        return None
    half = np.array([frame.width, frame.height]) * scale / 2000
    centre = np.array([xmin + xmax, ymin + ymax]) / 2
    extent = tuple(float(value) for value in (*(centre - half), *(centre + half)))
    factor = PAPER_FACTOR[options.paper]
    return Layout(
        paper=Rect(0, 0, *options.size_mm),
        border=border,
        frame=frame,
        panel=panel,
        columns=_columns(panel, options.landscape, 3 * factor),
        scale=scale,
        extent=extent,  # ty: ignore[invalid-argument-type]
        factor=factor,
    )


def _columns(panel: Rect, landscape: bool, pad: float) -> tuple[tuple[Rect, ...], ...]:
    """One column in a side panel, or two in a wide one; two in a panel below the map."""
    inner = panel.inset(pad, pad, pad, pad)
    left = inner.width * _LEFT_COLUMN - pad
    two = (
        Rect(inner.x, inner.y, left, inner.height),
        inner.inset(left + 2 * pad, 0, 0, 0),
    )
    if not landscape:
        return (two,)
    return ((inner,), two) if panel.width > _WIDE * panel.height else ((inner,),)
