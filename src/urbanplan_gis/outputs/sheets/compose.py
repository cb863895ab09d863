"""One sheet put together: theme, layout, labels, panel, and the figure they make."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import shapely

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.errors import listed as listed_names
from urbanplan_gis.outputs.sheets import mapframe
from urbanplan_gis.outputs.sheets.basemap import Basemap, draw_basemap, read_basemap
from urbanplan_gis.outputs.sheets.cautions import Cautions
from urbanplan_gis.outputs.sheets.composed import ComposedTheme
from urbanplan_gis.outputs.sheets.data import SheetData, SheetOptions, sheet_error
from urbanplan_gis.outputs.sheets.grid import draw_grid
from urbanplan_gis.outputs.sheets.ink import draw_block
from urbanplan_gis.outputs.sheets.inset import Inset, draw_inset_outline, window_rooms
from urbanplan_gis.outputs.sheets.page import Layout, Rect, layouts
from urbanplan_gis.outputs.sheets.panel import Panel, Words, make_panel, readable, text_points
from urbanplan_gis.outputs.sheets.points import on_paper
from urbanplan_gis.outputs.sheets.spread import Page, spread_pages
from urbanplan_gis.outputs.sheets.theme import MapClass, Theme
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from pandas import DataFrame

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
    cautions: Cautions
    #: ground of a second map whose classes the legend explains too
    inset: Inset | None = None

    @cached_property
    def classes(self) -> tuple[MapClass, ...]:
        """The classes with what shows of them."""
        return _shown(self.theme, self.layout)

    @cached_property
    def listed(self) -> tuple[MapClass, ...]:
        """The classes of the legend: those of the map, and of the inset."""
        if self.inset is None:
            return self.classes
        ground = shapely.box(*self.inset.ground)
        keys = {entry.key for entry in self.classes}
        keys |= {entry.key for entry in self.theme.classes if len(entry.within(ground))}
        return tuple(entry for entry in self.theme.classes if entry.key in keys)

    @cached_property
    def labels(self) -> mapframe.MapLabels:
        """The labels that find room; slow, so only asked for where the panel may fit."""
        return _labels(self.theme, self.classes, self.data, self.layout)


def _shown(theme: Theme, layout: Layout) -> tuple[MapClass, ...]:
    """The classes with what shows of them in a frame."""
    shown = []
    for entry in theme.classes:
        drawn = on_paper(entry, layout.scale)
        shapes = drawn.shapes
        if len(shapes) and not _holds(layout, shapes):
            shapes = drawn.within(layout.window)
        if len(shapes):
            shown.append(replace(drawn, shapes=shapes))
    return tuple(shown)


def _holds(layout: Layout, shapes: np.ndarray) -> bool:
    """Whether the frame holds all of the shapes: the usual case, and quickly seen."""
    left, bottom, right, top = layout.extent
    xmin, ymin, xmax, ymax = shapely.total_bounds(shapes)
    return left < xmin and bottom < ymin and right > xmax and top > ymax


def _labels(
    theme: Theme, classes: Sequence[MapClass], data: SheetData, layout: Layout
) -> mapframe.MapLabels:
    if isinstance(theme, ComposedTheme):
        return mapframe.place_labels(theme, classes, data, layout, theme.names_units, theme.coded)
    return mapframe.place_labels(theme, classes, data, layout)


def build_sheet(
    theme: Theme,
    words: Words,
    data: SheetData,
    options: SheetOptions,
    warned: tuple[str, ...] = (),
    figures: DataFrame | None = None,
) -> list[Figure]:
    """The sheet as figures at true scale, ready to be saved: the map, and pages for what finds no
    room beside it.

    ``warned`` are the layers whose unknown ground is told, ``figures`` those of an indicator.

    Raises:
        PlanDataError: where no scale shows the ground on this paper, or not even the title fits.
    """
    cautions = Cautions(data, warned, figures)
    contents = [
        Content(theme, data, layout, cautions, words.inset)
        for layout in layouts(options, theme.focus)
    ]
    content, panel, words = _fitting(contents, words, options)
    base = Basemap(None, "")
    if options.basemap:
        if content.inset is None:
            contents = [one if one.inset is None else content for one in contents]
        content, panel, words, base = _with_basemap(contents, content, panel, words, options)
    layout = content.layout
    figure = _figure(layout, options.dpi)
    ground, page = mapframe.map_axes(figure, layout), mapframe.page_axes(figure, layout)
    draw_basemap(ground, layout, base, options.grey)
    mapframe.draw_classes(ground, mapframe.as_inked(content.classes, layout), options.dpi)
    draw_grid(ground, page, layout, data.lang)
    mapframe.draw_outlines(page, layout)
    mapframe.draw_labels(page, content.labels)
    for top, foot, room in zip(panel.tops, panel.feet, panel.columns, strict=True):
        draw_block(page, top, room.x, room.top)
        draw_block(page, foot, room.x, room.y + foot.height)
    mapframe.set_extent(ground, layout)
    if words.inset:
        _draw_inset(figure, page, content, panel, words.inset, options.dpi)
    pages = []
    if words.spread:
        said = _said(content, words)
        spread = spread_pages(layout, content.listed, content.labels.numbers, said, data)
        pages = [_text_page(one, layout, options.dpi) for one in spread]
    return [figure, *pages]


def _draw_inset(
    figure: Figure, page: Axes, content: Content, panel: Panel, inset: Inset, dpi: int
) -> None:
    """The second map in its room in the panel, and its outline on the first."""
    placed = [
        (room.x, room.top, [top]) for top, room in zip(panel.tops, panel.columns, strict=True)
    ]
    for room in window_rooms(placed):
        layout = inset.layout(content.layout, room)
        theme, data = content.theme, content.data
        axes = mapframe.map_axes(figure, layout, "inset")
        classes = _shown(theme, layout)
        mapframe.draw_classes(axes, mapframe.as_inked(classes, layout), dpi)
        mapframe.draw_frame(page, layout)
        labels = _labels(replace(theme, unit_lines={}), classes, data, layout)
        mapframe.draw_labels(page, _named_only(labels))
        mapframe.set_extent(axes, layout)
        size, named = text_points(content.layout, 1.0), content.labels.placed
        draw_inset_outline(page, content.layout, layout, size, named)


def _named_only(labels: mapframe.MapLabels) -> mapframe.MapLabels:
    """The labels without numbers, which the key explains for the first map alone."""
    numbers = {(figure,) for figure, _ in labels.numbers}
    placed = tuple(one for one in labels.placed if one.lines not in numbers)
    return replace(labels, placed=placed)


def _text_page(content: Page, layout: Layout, dpi: int) -> Figure:
    figure = _figure(layout, dpi)
    axes = mapframe.page_axes(figure, layout)
    mapframe.draw_border(axes, layout)
    for left, top, block in content.placed:
        draw_block(axes, block, left, top)
    return figure


def _with_basemap(
    contents: Sequence[Content], content: Content, panel: Panel, words: Words, options: SheetOptions
) -> tuple[Content, Panel, Words, Basemap]:
    """Content, panel, words and basemap that agree: the note on the basemap can change the layout.

    Where there is no room for the note the sheet stays as it is, without a basemap.
    """
    fitting = content
    for _ in contents:
        data, source = fitting.data, options.basemap or ""
        base = read_basemap(fitting.layout, data.crs, source, data.lang)
        noted_words = replace(words, notes=(*words.notes, base.note))
        try:
            found, noted, said = _fitting(contents, noted_words, options)
        except PlanDataError:
            break
        if found is fitting and said.spread == words.spread:
            return fitting, noted, said, base
        fitting = found
    return content, panel, words, Basemap(None, "")


def _fitting(
    contents: Sequence[Content], words: Words, options: SheetOptions
) -> tuple[Content, Panel, Words]:
    """The first content whose panel fits: in brief where it does not in full, with legend and
    notes on the next page where it does not in brief.

    An inset that finds no room beside the map at its best scale is left out, and that is said.

    Raises:
        PlanDataError: where not even the title and the scale fit the paper.
    """
    if words.inset:
        for said in (words, replace(words, brief=True)):
            largest = [one for one in contents if one.layout.scale == contents[0].layout.scale]
            found = _first_fitting(contents if words.inset.scale else largest, said)
            if found is not None:
                return *found, said
        note = say("sheet.note.no_inset", contents[0].data.lang)
        contents = [replace(one, inset=None) for one in contents]
        words = replace(words, inset=None, notes=(*words.notes, note))
    for said in (words, replace(words, brief=True), replace(words, spread=True)):
        found = _first_fitting(contents, said)
        if found is not None:
            return *found, said
    raise sheet_error("panel", options.paper)


def _first_fitting(contents: Sequence[Content], words: Words) -> tuple[Content, Panel] | None:
    """The first content whose panel fits, preferring large letters, scale, readable letters."""
    if not _may_fit(contents, words):
        return None
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


def _may_fit(contents: Sequence[Content], words: Words) -> bool:
    """Whether the roomiest panel holds the smallest letters: what does not fit there fits nowhere,
    and need not be tried in every other way."""
    content = max(contents, key=lambda one: one.layout.panel.width * one.layout.panel.height)
    size = min(size for size in (*_READABLE, *_SMALL) if readable(content.layout, size))
    said = _said(content, words)
    return any(
        make_panel(
            content.layout, columns, content.listed, (), said, content.data, size, count
        ).fits
        for columns, count in product(content.layout.columns, _LEGEND_COLUMNS)
    )


def _fitting_panel(
    content: Content, columns: tuple[Rect, ...], words: Words, size: float, count: int
) -> Panel | None:
    """The panel if it fits, the key of numbered units included."""
    layout, data = content.layout, content.data
    if count > 1 and columns[-1].width / count < _LEGEND_COLUMN_MM * layout.factor * size:
        return None
    words = _said(content, words)
    panel = make_panel(layout, columns, content.listed, (), words, data, size, count)
    if panel.fits and (content.labels.numbers or content.labels.hidden):
        words = _said(content, words, content.labels.hidden)
        numbers = content.labels.numbers
        panel = make_panel(layout, columns, content.listed, numbers, words, data, size, count)
    return panel if panel.fits else None


def _said(content: Content, words: Words, hidden: tuple[str, ...] = ()) -> Words:
    """The words with what this content adds to them: notes on its classes, warnings."""
    notes = [entry.note for entry in content.listed if entry.note]
    if hidden:
        names = listed_names(hidden)
        notes.append(say("sheet.note.unit_numbers", content.data.lang, names=names))
    noted = dict.fromkeys((*words.notes, *notes))
    return replace(
        words, notes=tuple(noted), warnings=content.cautions.within(content.layout.window)
    )


def _figure(layout: Layout, dpi: int) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    inches = (layout.paper.width / 25.4, layout.paper.height / 25.4)
    figure = Figure(figsize=inches, dpi=dpi, facecolor="white")
    FigureCanvasAgg(figure)
    return figure
