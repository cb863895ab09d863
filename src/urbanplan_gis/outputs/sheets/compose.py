"""One sheet put together: theme, layout, labels, panel, and the figure they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.outputs.sheets import mapframe
from urbanplan_gis.outputs.sheets.basemap import draw_basemap, read_basemap
from urbanplan_gis.outputs.sheets.data import SheetData, SheetOptions, sheet_error
from urbanplan_gis.outputs.sheets.grid import draw_grid
from urbanplan_gis.outputs.sheets.ink import draw_block
from urbanplan_gis.outputs.sheets.page import Layout, Rect, layouts
from urbanplan_gis.outputs.sheets.panel import Panel, Words, make_panel, readable
from urbanplan_gis.outputs.sheets.theme import MapClass, Theme

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: sizes of panel text relative to the paper's own; a smaller map scale is taken before the
#: letters become hard to read
_READABLE = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75)
_SMALL = (0.7, 0.65, 0.6, 0.55, 0.5)
_LEGEND_COLUMNS = (1, 2, 3, 4)
_LEGEND_COLUMN_MM = 32.0


@dataclass(frozen=True, eq=False)
class Content:
    """What one layout shows: classes inside the frame, and labels that find room."""

    theme: Theme
    data: SheetData
    layout: Layout

    @cached_property
    def classes(self) -> tuple[MapClass, ...]:
        """The classes with what shows of them."""
        window = self.layout.window
        shown = (replace(one, shapes=one.within(window)) for one in self.theme.classes)
        return tuple(one for one in shown if len(one.shapes))

    @cached_property
    def labels(self) -> mapframe.MapLabels:
        """The labels that find room; slow, so only asked for where the panel may fit."""
        return mapframe.place_labels(self.theme, self.classes, self.data, self.layout)


def build_sheet(theme: Theme, words: Words, data: SheetData, options: SheetOptions) -> Figure:
    """The sheet as a figure at true scale, ready to be saved.

    Raises:
        PlanDataError: where the panel does not fit the paper even in the smallest letters.
    """
    contents = [Content(theme, data, layout) for layout in layouts(options, theme.focus)]
    content, panel = _fitting(contents, words, options)
    picture = None
    if options.basemap:
        content, panel, picture = _with_basemap(contents, content, panel, words, options)
    layout = content.layout
    figure = _figure(layout, options.dpi)
    ground, page = mapframe.map_axes(figure, layout), mapframe.page_axes(figure, layout)
    if picture is not None:
        draw_basemap(ground, layout, picture)
    mapframe.draw_classes(ground, content.classes, options.dpi)
    draw_grid(ground, page, layout, data.lang)
    mapframe.draw_outlines(page, layout)
    mapframe.draw_labels(page, content.labels)
    for top, foot, room in zip(panel.tops, panel.feet, panel.columns, strict=True):
        draw_block(page, top, room.x, room.top)
        draw_block(page, foot, room.x, room.y + foot.height)
    mapframe.set_extent(ground, layout)
    return figure


def _with_basemap(
    contents: Sequence[Content], content: Content, panel: Panel, words: Words, options: SheetOptions
) -> tuple[Content, Panel, np.ndarray | None]:
    """Content, panel and picture that agree: the note on the basemap can change the layout.

    Where there is no room for the note the sheet stays as it is, without a basemap.
    """
    fitting = content
    for _ in contents:
        data, source = fitting.data, options.basemap or ""
        picture, note = read_basemap(fitting.layout, data.crs, source, data.lang)
        try:
            found, noted = _fitting(contents, replace(words, notes=(*words.notes, note)), options)
        except PlanDataError:
            break
        if found is fitting:
            return fitting, noted, picture
        fitting = found
    return content, panel, None


def _fitting(
    contents: Sequence[Content], words: Words, options: SheetOptions
) -> tuple[Content, Panel]:
    """The first content whose panel fits, in brief where it does not in full.

    Raises:
        PlanDataError: where the panel does not fit the paper even in the smallest letters.
    """
    found = _first_fitting(contents, words)
    found = found or _first_fitting(contents, replace(words, brief=True))
    if found is None:
        raise sheet_error("panel", options.paper)
    return found


def _first_fitting(contents: Sequence[Content], words: Words) -> tuple[Content, Panel] | None:
    """The first content whose panel fits, preferring large letters, scale, readable letters."""
    scales = sorted({content.layout.scale for content in contents})
    for sizes, scale in product((_READABLE, _SMALL), scales):
        same = [content for content in contents if content.layout.scale == scale]
        for size, content in product(sizes, same):
            if not readable(content.layout, size):
                break
            for columns, count in product(content.layout.columns, _LEGEND_COLUMNS):
                panel = _fitting_panel(content, columns, words, size, count)
                if panel:
                    return content, panel
    return None


def _fitting_panel(
    content: Content, columns: tuple[Rect, ...], words: Words, size: float, count: int
) -> Panel | None:
    """The panel if it fits, the key of numbered units included."""
    layout, data = content.layout, content.data
    if count > 1 and columns[-1].width / count < _LEGEND_COLUMN_MM * layout.factor * size:
        return None
    notes = dict.fromkeys(entry.note for entry in content.classes if entry.note)
    words = replace(words, notes=(*words.notes, *notes))
    panel = make_panel(layout, columns, content.classes, (), words, data, size, count)
    if panel.fits and content.labels.numbers:
        numbers = content.labels.numbers
        panel = make_panel(layout, columns, content.classes, numbers, words, data, size, count)
    return panel if panel.fits else None


def _figure(layout: Layout, dpi: int) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    inches = (layout.paper.width / 25.4, layout.paper.height / 25.4)
    figure = Figure(figsize=inches, dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    return figure
