"""Small maps of one thing at several moments: same scale, ground and breaks, and one legend."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import shapely

from urbanplan_gis.outputs.sheets import mapframe, parts
from urbanplan_gis.outputs.sheets.boxes import LEAST_POINTS, Block, Font, paragraph, rule, stack
from urbanplan_gis.outputs.sheets.boxes import beside as blocks_beside
from urbanplan_gis.outputs.sheets.data import (
    SheetData,
    SheetOptions,
    reader_number,
    sheet_error,
)
from urbanplan_gis.outputs.sheets.facts import title_facts
from urbanplan_gis.outputs.sheets.grey_ink import in_greys
from urbanplan_gis.outputs.sheets.grey_print import grey_variant
from urbanplan_gis.outputs.sheets.grid import convergence, convergence_words, crs_words, draw_grid
from urbanplan_gis.outputs.sheets.ink import draw_block, draw_shapes
from urbanplan_gis.outputs.sheets.labels import Placed, Taken, Wanted, place
from urbanplan_gis.outputs.sheets.page import (
    PAPER_FACTOR,
    STANDARD_SCALES,
    Layout,
    Rect,
    best_scale,
)
from urbanplan_gis.outputs.sheets.symbols import INK, Symbol
from urbanplan_gis.outputs.sheets.theme import MapClass
from urbanplan_gis.outputs.sheets.title_block import title_block
from urbanplan_gis.text import Name, Text, languages, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MARGIN_MM, _GAP_MM, _PAD_MM = 8.0, 3.0, 3.0
#: shares of the paper for the panel, and sizes of its text, tried in turn
_PANEL_SHARES = (0.25, 0.30, 0.36, 0.42)
_SIZES = (1.0, 0.92, 0.85, 0.78)
_LEGEND_COLUMNS, _LEGEND_COLUMN_MM = (1, 2), 34.0
_TEXT_POINTS, _CAPTION_POINTS, _LABEL_POINTS = 6.8, 8.5, 5.6
#: room for a caption above its map, and for the coordinates written around it
_CAPTION_MM, _TICKS_MM = 7.0, 3.6
_FIRST_COLUMN = 0.34
#: the smallest map worth drawing; room around the ground beyond which more is no better, and
#: beyond which the frame goes no further
_LEAST_MM, _ROOM_MM, _MOST_ROOM_MM = 30.0, 8.0, 20.0
_DETAIL_MM = 0.25


@dataclass(frozen=True, eq=False)
class Moment:
    """One small map: what it is called, its classes, and what is written on its units, the best
    form first (unit code -> forms of lines)."""

    caption: str
    classes: tuple[MapClass, ...]
    labels: Mapping[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Series:
    """A sheet of small maps. ``rows`` are those of its table, a name and a value for each moment;
    ``heads`` the moments in short."""

    title: Text | Name
    moments: tuple[Moment, ...]
    #: keys of the classes in the order of the legend
    order: tuple[str, ...]
    #: ground shown by every map, in metres
    focus: tuple[float, float, float, float]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bold: tuple[tuple[str, ...], ...]
    table_title: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    #: what the reader must be wary of
    warnings: tuple[str, ...] = ()


def series_figure(series: Series, data: SheetData, options: SheetOptions) -> Figure:
    """The sheet at true scale; call it, and save the figure, inside ``write.settings``.

    Raises:
        PlanDataError: where the maps or the panel do not fit the paper.
    """
    if options.grey:
        moments = tuple(replace(one, classes=grey_variant(one.classes)) for one in series.moments)
        note = say("colour.note.grey", data.lang)
        series = replace(series, moments=moments, notes=(*series.notes, note))
    for panel, frames, scale in _divisions(series, options):
        layouts = [_layout(series, options, panel, frame, scale) for frame in frames]
        found = _panel(series, data, layouts[0])
        if found:
            figure = _drawn(series, data, options, layouts, found)
            return in_greys(figure) if options.grey else figure
    raise sheet_error("panel", options.paper)


def legend_of(series: Series, window: object) -> tuple[MapClass, ...]:
    """The classes that show on any of the maps, in the order of the series."""
    shown: dict[str, MapClass] = {}
    for moment in series.moments:
        for entry in moment.classes:
            if entry.key not in shown and len(entry.within(window)):
                shown[entry.key] = entry
    return tuple(sorted(shown.values(), key=lambda entry: series.order.index(entry.key)))


def _divisions(series: Series, options: SheetOptions) -> Iterator[tuple[Rect, list[Rect], int]]:
    """Panel, map frames and scale for every share of the panel; the largest maps first."""
    width, height = options.size_mm
    unit = PAPER_FACTOR[options.paper]
    border = Rect(0, 0, width, height).inset(*[_MARGIN_MM * unit] * 4)
    found = False
    for share in _PANEL_SHARES:
        side = share * border.width if options.landscape else border.width
        if options.landscape:
            panel = border.inset(border.width - side, 0, 0, 0)
            room = border.inset(0, 0, side, 0)
        else:
            band = share * border.height
            panel = border.inset(0, 0, 0, border.height - band)
            room = border.inset(0, band, 0, 0)
        frames, best = _frames(series, options, room.inset(*[_GAP_MM * unit] * 4), unit)
        scale = options.scale or best
        if best is not None and scale is not None and scale >= best:
            found = True
            yield panel, frames, scale
    if not found:
        raise sheet_error("too_large", options.paper, scale=reader_number(STANDARD_SCALES[-1], 0))


def _frames(
    series: Series, options: SheetOptions, room: Rect, unit: float
) -> tuple[list[Rect], int | None]:
    """The arrangement in rows and columns that shows the ground largest, centred in its room."""
    xmin, ymin, xmax, ymax = series.focus
    count, gap = len(series.moments), _GAP_MM * unit
    caption, ticks = _CAPTION_MM * unit, _TICKS_MM * unit
    choices = []
    for columns in range(1, count + 1):
        rows = math.ceil(count / columns)
        wide = (room.width - gap * (columns - 1)) / columns - 2 * ticks
        high = (room.height - gap * (rows - 1)) / rows - caption - 2 * ticks
        if min(wide, high) < _LEAST_MM * unit:
            continue
        scale = best_scale(xmax - xmin, ymax - ymin, Rect(0, 0, wide, high))
        if scale is not None:
            # beyond the room around the ground more is no better: then maps stand side by side
            clear = 2 * _ROOM_MM * unit
            filled = max((xmax - xmin) / (wide - clear), (ymax - ymin) / (high - clear))
            cramped = max(filled, scale / 1000)
            choices.append((scale, cramped, rows, columns, wide, high))
    if not choices:
        return [], None
    best, _, rows, columns, wide, high = min(choices)
    scale = options.scale or best
    # no wider or higher than the ground with some room around it
    wide = min(wide, (xmax - xmin) * 1000 / scale + 2 * _MOST_ROOM_MM * unit)
    high = min(high, (ymax - ymin) * 1000 / scale + 2 * _MOST_ROOM_MM * unit)
    across, down = wide + 2 * ticks, high + caption + 2 * ticks
    left = room.x + (room.width - columns * across - (columns - 1) * gap) / 2
    top = room.top - (room.height - rows * down - (rows - 1) * gap) / 2
    frames = [
        Rect(
            left + (number % columns) * (across + gap) + ticks,
            top - (number // columns + 1) * down - (number // columns) * gap + ticks,
            wide,
            high,
        )
        for number in range(count)
    ]
    return frames, best


def _layout(series: Series, options: SheetOptions, panel: Rect, frame: Rect, scale: int) -> Layout:
    unit = PAPER_FACTOR[options.paper]
    xmin, ymin, xmax, ymax = series.focus
    half = np.array([frame.width, frame.height]) * scale / 2000
    centre = np.array([xmin + xmax, ymin + ymax]) / 2
    west, south, east, north = (float(value) for value in (*(centre - half), *(centre + half)))
    paper = Rect(0, 0, *options.size_mm)
    border = paper.inset(*[_MARGIN_MM * unit] * 4)
    inner = panel.inset(*[_PAD_MM * unit] * 4)
    if options.landscape:
        columns = (inner,)
    else:
        half_width = (inner.width - 2 * _PAD_MM * unit) / 2
        right = inner.inset(half_width + 2 * _PAD_MM * unit, 0, 0, 0)
        columns = (Rect(inner.x, inner.y, half_width, inner.height), right)
    return Layout(
        paper=paper,
        border=border,
        frame=frame,
        panel=panel,
        columns=(columns,),
        scale=scale,
        extent=(west, south, east, north),
        factor=unit,
    )


def _panel(
    series: Series, data: SheetData, layout: Layout
) -> list[tuple[Rect, Block, Block]] | None:
    """The blocks at top and foot of each column of the panel, if they fit in readable letters."""
    columns = layout.columns[0]
    entries = legend_of(series, layout.window)
    lang, gap = data.lang, 2.4
    for size, count in product(_SIZES, _LEGEND_COLUMNS):
        if columns[-1].width / count < _LEGEND_COLUMN_MM * layout.factor * size:
            continue
        points = max(_TEXT_POINTS * size * layout.factor, LEAST_POINTS + 0.2)
        left, right = columns[0].width, columns[-1].width
        title = [series.title.say(one) for one in languages(lang)]
        project = list(dict.fromkeys(data.title.say(one) for one in languages(lang)))
        head = [parts.heading(title, project, left, points)]
        if data.synthetic:
            head.append(parts.stamp(say("stamp.synthetic", "vi"), left, points))
        angle, crs = convergence_words(data.crs, layout, lang), crs_words(data.crs, lang)
        turned = convergence(data.crs, layout)
        foot = [
            parts.instruments(layout.scale, angle, crs, left, points, lang, turned),
            parts.stamp(data.standing.say(lang), left, points, color="#555555"),
        ]
        notes = [*series.notes, *dict.fromkeys(one.note for one in entries if one.note)]
        facts = title_facts(1, series.sources, data, layout.scale, notes, series.warnings)[1:]
        body = [
            parts.legend(entries, right, points, count, lang),
            series_table(series, right, points),
        ]
        block = title_block(facts, right if len(columns) > 1 else left, points)
        if len(columns) == 1:
            filled = [(columns[0], stack([*head, *body], gap), stack([*foot, block], gap))]
        else:
            filled = [
                (columns[0], stack(head, gap), stack([*foot, block], gap)),
                (columns[1], stack(body, gap), Block(right, 0)),
            ]
        if all(top.height + low.height + gap <= room.height for room, top, low in filled):
            return filled
    return None


def series_table(series: Series, width: float, size: float) -> Block:
    """The values at each moment, one row for each thing."""
    small = max(size * 0.9, LEAST_POINTS)
    lines = [
        paragraph(series.table_title, Font(size, bold=True), width),
        rule(width, INK, 0.25),
        _cells(("", *series.heads), width, Font(small, bold=True)),
        rule(width, INK, 0.15),
    ]
    lines += [_cells(row, width, Font(small, bold=row in series.bold)) for row in series.rows]
    return stack([*lines, rule(width, INK, 0.25)], gap=size * 0.06)


def _cells(texts: Sequence[str], width: float, font: Font) -> Block:
    pad = font.size * 0.18
    first = _FIRST_COLUMN * width
    each = (width - first) / (len(texts) - 1)
    cells = []
    for number, text in enumerate(texts):
        room = each if number else first
        block = paragraph(text, font, room - pad, "right" if number else "left")
        cells.append(replace(block, width=room))
    return blocks_beside(cells)


def _drawn(
    series: Series,
    data: SheetData,
    options: SheetOptions,
    layouts: Sequence[Layout],
    panel: Sequence[tuple[Rect, Block, Block]],
) -> Figure:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    first = layouts[0]
    inches = (first.paper.width / 25.4, first.paper.height / 25.4)
    figure = Figure(figsize=inches, dpi=options.dpi, facecolor="white")
    FigureCanvasAgg(figure)
    page = mapframe.page_axes(figure, first)
    for number, (moment, layout) in enumerate(zip(series.moments, layouts, strict=True)):
        ground = mapframe.map_axes(figure, layout)
        ground.set_gid(f"map:{number}")
        window = layout.window
        shown = [replace(entry, shapes=entry.within(window)) for entry in moment.classes]
        shown = mapframe.as_inked([one for one in shown if len(one.shapes)], layout)
        mapframe.draw_classes(ground, shown, options.dpi)
        draw_grid(ground, page, layout, data.lang)
        mapframe.set_extent(ground, layout)
        mapframe.draw_frame(page, layout)
        caption = Font(_CAPTION_POINTS * layout.factor, bold=True)
        words = paragraph(moment.caption, caption, layout.frame.width, "center", "caption")
        top = layout.frame.top + _TICKS_MM * layout.factor + words.height
        draw_block(page, words, layout.frame.x, top)
        labels = _labels(moment, data, layout)
        mapframe.draw_labels(page, mapframe.MapLabels(tuple(labels), ()))
    _draw_rect(page, first.border, 0.5)
    _draw_rect(page, first.panel, 0.25)
    for room, top, foot in panel:
        draw_block(page, top, room.x, room.top)
        draw_block(page, foot, room.x, room.y + foot.height)
    return figure


def _draw_rect(axes: Axes, rect: Rect, width: float) -> None:
    box = np.array([shapely.box(rect.x, rect.y, rect.right, rect.top)], dtype=object)
    draw_shapes(axes, box, Symbol(edge=INK, edge_mm=width), zorder=5, seam_pt=0)


def _labels(moment: Moment, data: SheetData, layout: Layout) -> list[Placed]:
    """What is written on the units, where it finds room; the table has it all."""
    frame = shapely.box(layout.frame.x, layout.frame.y, layout.frame.right, layout.frame.top)
    size = max(_LABEL_POINTS * layout.factor, LEAST_POINTS)
    fonts = (Font(size, bold=True), Font(LEAST_POINTS, bold=True))
    wanted = []
    for code, shape in zip(data.units["code"], data.units.geometry, strict=True):
        forms = moment.labels.get(str(code), ())
        ground = shapely.simplify(layout.to_page(shape), _DETAIL_MM)
        if forms and ground.area > 0:
            both = tuple((lines, font) for lines in forms for font in fonts)
            wanted.append(Wanted(f"unit:{code}", ground, both))
    placed, _ = place(wanted, frame, Taken())
    return placed
