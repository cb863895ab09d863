"""A second, small map in the panel: part of the ground at a scale of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from urbanplan_gis.outputs.sheets.boxes import Block, Font, Window, Word, padded, paragraph, stack
from urbanplan_gis.outputs.sheets.ink import draw_halo, draw_shapes, draw_word
from urbanplan_gis.outputs.sheets.page import STANDARD_SCALES, Layout, Rect
from urbanplan_gis.outputs.sheets.parts import scale_words
from urbanplan_gis.outputs.sheets.symbols import RED, Symbol
from urbanplan_gis.text import Name, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from urbanplan_gis.outputs.sheets.labels import Placed

_CLEAR_MM = 1.5
#: part of the panel's height that an inset of a free scale may take
_HIGHEST = 0.45
_LETTER = "A"
_OUTLINE = Symbol(edge=RED, edge_mm=0.35)


@dataclass(frozen=True)
class Inset:
    """The ground of an inset (metres: xmin, ymin, xmax, ymax), its scale (the n of 1:n; None for
    the best standard one) and its title."""

    ground: tuple[float, float, float, float]
    scale: int | None = None
    title: Name | None = None

    def scale_within(self, width: float, height: float) -> int | None:
        """The scale at which the ground fits so many millimetres, or None."""
        xmin, ymin, xmax, ymax = self.ground
        room = (width - 2 * _CLEAR_MM, height - 2 * _CLEAR_MM)
        needed = 1000 * max((xmax - xmin) / room[0], (ymax - ymin) / room[1])
        if self.scale is not None:
            return self.scale if needed <= self.scale else None
        return next((scale for scale in STANDARD_SCALES if scale >= needed), None)

    def block(self, width: float, height: float, main: int, size: float, lang: str) -> Block:
        """Title, scale and room for the map in a panel column of the given width and height.

        Where it does not fit, or would not be larger than the map at 1:``main``, the block is too
        high to fit anywhere.
        """
        scale = self.scale_within(width, height if self.scale else height * _HIGHEST)
        if scale is None or (self.scale is None and scale >= main):
            return Block(width, 2 * height)
        xmin, ymin, xmax, ymax = self.ground
        wide, high = ((side * 1000 / scale) + 2 * _CLEAR_MM for side in (xmax - xmin, ymax - ymin))
        if self.title is None:
            named = say("sheet.note.inset", lang, letter=_LETTER)
        else:
            named = say("sheet.note.inset_titled", lang, letter=_LETTER, title=self.title)
        title = paragraph(named, Font(size, bold=True), width)
        ratio = paragraph(scale_words(scale, lang), Font(size), width)
        room = Block(wide, high, (Window(wide, high),))
        row = replace(padded(room, left=(width - wide) / 2), width=width)
        return stack([title, ratio, row], gap=size * 0.1)

    def layout(self, page: Layout, room: Rect) -> Layout:
        """The layout of the inset in its room on the page."""
        xmin, ymin, xmax, ymax = self.ground
        # the room was made for one scale: a hair wider, lest rounding takes the next
        scale = self.scale_within(room.width + 0.01, room.height + 0.01) or page.scale
        half = np.array([room.width, room.height]) * scale / 2000
        centre = np.array([xmin + xmax, ymin + ymax]) / 2
        extent = tuple(float(value) for value in (*(centre - half), *(centre + half)))
        return replace(page, frame=room, scale=scale, extent=extent)


def window_rooms(
    blocks: Iterable[tuple[float, float, Sequence[Block]]],
) -> list[Rect]:
    """Where the windows of blocks lie on the page; blocks come with their left and top."""
    return [
        Rect(left, -down - mark.height, mark.width, mark.height)
        for x, top, stacked in blocks
        for block in stacked
        for left, down, mark in block.placed(x, -top)
        if isinstance(mark, Window)
    ]


def draw_inset_outline(
    page_axes: Axes, page: Layout, inset: Layout, size: float, labels: Sequence[Placed]
) -> None:
    """The ground of the inset on the main map, where the frame shows it, with its letter in a
    corner that no label takes."""
    shape = page.to_page(page.window.intersection(inset.window))
    if shape.is_empty or shape.area == 0:
        return
    outline = np.array([shape], dtype=object)
    draw_shapes(page_axes, outline, _OUTLINE, zorder=68, seam_pt=0, gid="inset:outline")
    font = Font(size, bold=True, color=RED)
    taken = shapely.STRtree([_box(label.x, label.y, *label.size) for label in labels])
    frame = page.frame
    room = shapely.box(frame.x, frame.y, frame.right, frame.top)
    places = list(_corners(shape.bounds, font.line_mm))
    free = (
        (x, y)
        for x, y in places
        if room.contains(_box(x, y, font.line_mm, font.line_mm))
        and not len(taken.query(_box(x, y, font.line_mm, font.line_mm), predicate="intersects"))
    )
    x, y = next(free, places[0])
    y += font.line_mm / 2 - font.baseline_mm
    draw_halo(page_axes, x, y, _LETTER, font, zorder=78)
    draw_word(page_axes, Word(x, -y, _LETTER, font, "center", "inset:letter"), zorder=79)


def _corners(bounds: Sequence[float], side: float) -> Iterator[tuple[float, float]]:
    """Middles of squares in the corners of an outline, the upper left first; then outside."""
    xmin, ymin, xmax, ymax = bounds
    for away in (side / 2, -side / 2):
        for y in (ymax - away, ymin + away):
            for x in (xmin + side / 2, xmax - side / 2):
                yield x, y


def _box(x: float, y: float, width: float, height: float) -> Any:
    return shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
