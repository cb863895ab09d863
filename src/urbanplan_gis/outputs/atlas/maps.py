"""Maps on a page of the atlas: round scales, the ground in a frame, names and numbers on it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from urbanplan_gis.outputs.atlas.paper import DPI, PAPER, Sheet
from urbanplan_gis.outputs.atlas.words import printable
from urbanplan_gis.outputs.sheets.boxes import Block, Font, Mark, Word
from urbanplan_gis.outputs.sheets.grid import convergence, draw_grid
from urbanplan_gis.outputs.sheets.ink import draw_halo, draw_shapes, draw_word
from urbanplan_gis.outputs.sheets.labels import Placed, Taken, Wanted, place, place_number
from urbanplan_gis.outputs.sheets.mapframe import draw_classes, map_axes, set_extent, short_name
from urbanplan_gis.outputs.sheets.page import Layout, Rect
from urbanplan_gis.outputs.sheets.parts import north_arrow
from urbanplan_gis.outputs.sheets.patches import place_codes
from urbanplan_gis.outputs.sheets.symbols import GREY, INK, Symbol
from urbanplan_gis.outputs.sheets.theme import MapClass

if TYPE_CHECKING:
    from matplotlib.axes import Axes

#: scales are these times a power of ten: closer than those of single sheets, so that small and
#: large units alike fill their frames
_STEPS = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
_LARGEST_SCALE = 500
#: letters of the grid, as a multiple of those on a sheet of this size
_GRID_FACTOR = 1.14
#: room (mm) between the ground shown and the frame
_CLEAR_MM = 3.0
#: room (mm) around a frame for the coordinates of the grid
TICKS_MM = 4.6
_LABELS, _HALOS = 80.0, 70.0
#: detail (mm on paper) that does not matter to a label
_DETAIL_MM = 0.25
#: ground (mm² on paper) below which a number stands beside it; half of what it leaves free
_ROOMY_MM2, _SPOT_MM = 12.0, 0.8


@dataclass(frozen=True, eq=False)
class Labels:
    """Everything written on a map."""

    placed: tuple[Placed, ...]


def layout_for(frame: Rect, bounds: Sequence[float]) -> Layout:
    """The frame with the ground of ``bounds`` (m) in its middle, at the largest round scale."""
    xmin, ymin, xmax, ymax = bounds
    scale = scale_for(xmax - xmin, ymax - ymin, frame)
    half = np.array([frame.width, frame.height]) * scale / 2000
    centre = np.array([xmin + xmax, ymin + ymax]) / 2
    west, south, east, north = (float(n) for n in (*(centre - half), *(centre + half)))
    return Layout(
        paper=PAPER, border=PAPER, frame=frame, panel=frame, columns=(), scale=scale,
        extent=(west, south, east, north), factor=_GRID_FACTOR,
    )  # fmt: skip


def fitted(frame: Rect, bounds: Sequence[float], least_mm: float) -> Rect:
    """A frame of the same width and top, no higher than the ground needs at its scale there."""
    scale = scale_for(bounds[2] - bounds[0], bounds[3] - bounds[1], frame)
    needed = (bounds[3] - bounds[1]) * 1000 / scale + 4 * _CLEAR_MM
    high = min(max(needed, least_mm), frame.height)
    return Rect(frame.x, frame.top - high, frame.width, high)


def scale_for(width_m: float, height_m: float, frame: Rect) -> int:
    """The n of the largest round scale 1:n at which the ground fits the frame with clear room."""
    needed = 1000 * max(
        width_m / (frame.width - 2 * _CLEAR_MM), height_m / (frame.height - 2 * _CLEAR_MM)
    )
    needed = max(needed, float(_LARGEST_SCALE))
    power = 10 ** math.floor(math.log10(needed))
    steps = (round(step * power * ten) for ten in (1, 10) for step in _STEPS)
    return next(step for step in steps if step >= needed * (1 - 1e-9))


def draw_map(
    sheet: Sheet, layout: Layout, classes: Sequence[MapClass], labels: Labels, lang: str
) -> None:
    """Draw classes, grid, frame and labels at true scale."""
    axes = _draw_ground(sheet, layout, classes, labels)
    draw_grid(axes, sheet.axes, layout, lang)
    set_extent(axes, layout)


def draw_small(
    sheet: Sheet, layout: Layout, classes: Sequence[MapClass], labels: Labels
) -> None:  # fmt: skip
    """Draw a map of a series: the same without the grid."""
    set_extent(_draw_ground(sheet, layout, classes, labels), layout)


def _draw_ground(
    sheet: Sheet, layout: Layout, classes: Sequence[MapClass], labels: Labels
) -> Axes:  # fmt: skip
    axes = map_axes(sheet.figure, layout)
    draw_classes(axes, classes, DPI)
    frame = shapely.box(*_corners(layout.frame))
    edge = Symbol(edge=INK, edge_mm=0.3)
    draw_shapes(sheet.axes, _array([frame]), edge, zorder=5, seam_pt=0)
    for label in labels.placed:
        _write(sheet, label)
    return axes


def true_north(crs: str, layout: Layout, size: float, lang: str) -> Block:
    """The arrow to true north at the middle of a map whose grid north is up."""
    return north_arrow(size * 1.9, size, lang, convergence(crs, layout))


def within(classes: Iterable[MapClass], layout: Layout) -> tuple[MapClass, ...]:
    """The classes of which something shows inside the frame: those the legend lists."""
    shown = (replace(one, shapes=one.within(layout.window)) for one in classes)
    return tuple(one for one in shown if len(one.shapes))


def place_names(
    layout: Layout, taken: Taken, named: Iterable[tuple[str, str, Any]], font: Font
) -> list[Placed]:
    """Names of units (name, kind, ground) where they find room."""
    wanted = []
    for number, (name, kind, ground) in enumerate(named):
        text = unit_label(name, kind)
        two = _in_two(text)
        forms = tuple(dict.fromkeys(((text,), two)))
        on_page = _on_page(layout, ground)
        if on_page.area > 0:
            wanted.append(Wanted(f"unit:{number:04d}", on_page, tuple((f, font) for f in forms)))
    return place(wanted, _frame(layout), taken)[0]


def unit_label(name: str, kind: str) -> str:
    """The name of a unit as maps print it."""
    return printable(short_name(name, kind) if kind in ("ward", "commune") else name)


def place_texts(
    layout: Layout, taken: Taken, named: Iterable[tuple[Sequence[tuple[str, ...]], Any]], font: Font
) -> list[Placed]:
    """Short texts in the middle of their ground, in the first of their forms that finds room."""
    wanted = [
        Wanted(f"text:{number:04d}", _on_page(layout, ground),
               tuple((tuple(printable(line) for line in form), font) for form in forms))
        for number, (forms, ground) in enumerate(named)
    ]  # fmt: skip
    return place([one for one in wanted if one.ground.area > 0], _frame(layout), taken)[0]


def place_numbers(
    layout: Layout, taken: Taken, ground: Iterable[Any], font: Font
) -> list[Placed]:  # fmt: skip
    """The numbers 1, 2, ... on or beside their ground, with a leader where beside it."""
    placed = []
    frame = _frame(layout)
    for number, shape in enumerate(ground, start=1):
        on_page = layout.to_page(shape)
        if on_page.is_empty or not frame.intersects(on_page):
            continue
        small = on_page.area < _ROOMY_MM2
        spot = shapely.point_on_surface(on_page).buffer(_SPOT_MM) if small else on_page
        if small:  # beside its dot, not over it
            taken.take(spot.bounds)
        wanted = Wanted(f"number:{number}", spot, ())
        placed.append(place_number(wanted, str(number), font, frame, taken))
    return placed


def place_class_codes(layout: Layout, taken: Taken, classes: Sequence[MapClass]) -> list[Placed]:
    """Codes on patches large enough to hold them."""
    return place_codes(classes, layout, Font(6.0), taken)


def _write(sheet: Sheet, label: Placed) -> None:
    if label.leader is not None:
        line = Symbol(line=GREY, line_mm=0.15)
        draw_shapes(sheet.axes, _array([label.leader]), line, _HALOS - 1, seam_pt=0)
    for text, baseline in label.baselines():
        draw_halo(sheet.axes, label.x, baseline, text, label.font, _HALOS, label.rim)
        word = Word(label.x, -baseline, text, label.font, "center", label.key)
        draw_word(sheet.axes, word, zorder=_LABELS)


def swatch(symbol: Symbol, width: float, height: float, down: float) -> Block:
    """A patch of a symbol for tables, ``down`` millimetres below the top of its line."""
    edged = replace(symbol, edge=symbol.edge or GREY, edge_mm=max(symbol.edge_mm, 0.12))
    mark = Mark(shapely.box(0, down, width, down + height), edged)
    return Block(width, down + height, (mark,))


def _in_two(name: str) -> tuple[str, ...]:
    """A name in two lines of about the same length."""
    words = name.split()
    splits = [(" ".join(words[:n]), " ".join(words[n:])) for n in range(1, len(words))]
    return min(splits, key=lambda pair: max(map(len, pair)), default=(name,))


def _on_page(layout: Layout, ground: Any) -> Any:
    return shapely.simplify(layout.to_page(ground), _DETAIL_MM)


def _frame(layout: Layout) -> Any:
    return shapely.box(*_corners(layout.frame))


def _corners(rect: Rect) -> tuple[float, float, float, float]:
    return rect.x, rect.y, rect.right, rect.top


def _array(shapes: Sequence[Any]) -> np.ndarray:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found
