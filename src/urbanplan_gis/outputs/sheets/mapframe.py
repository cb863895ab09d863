"""The map itself: classes at true scale, borders, and the names on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from urbanplan_gis.outputs.sheets.boxes import LEAST_POINTS, Font, Word, text_width
from urbanplan_gis.outputs.sheets.ink import draw_halo, draw_shapes, draw_word
from urbanplan_gis.outputs.sheets.labels import Placed, Taken, Wanted, box_size, find_number, place
from urbanplan_gis.outputs.sheets.page import Layout, Rect
from urbanplan_gis.outputs.sheets.patches import place_codes
from urbanplan_gis.outputs.sheets.symbols import GREY, INK, Symbol
from urbanplan_gis.outputs.sheets.theme import MapClass, Theme, unit_names
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from urbanplan_gis.outputs.sheets.data import SheetData

_UNIT_POINTS, _CODE_POINTS, _PLACE_POINTS = 6.4, 4.6, 5.2
#: sizes of a unit's label tried before it is reduced to a number
_SIZES = (1.0, 0.9, 0.8)
_DETAIL_MM = 0.25
#: between a point and its name
_BESIDE_MM = 0.9
#: letters of a place's name on the map
_LONGEST_NAME = 60
#: detail on paper that no printer shows
_FINEST_MM = 0.02
#: dashes below which a ring is drawn whole
_LEAST_DASHES = 3
_LABELS, _HALOS = 80.0, 70.0
#: pixels of rim that close the hairline between touching polygons
_SEAM_PX = 1.5


@dataclass(frozen=True, eq=False)
class MapLabels:
    """Everything written on the map, which unit each number stands for, and the names of units
    that found no room at all."""

    placed: tuple[Placed, ...]
    numbers: tuple[tuple[str, str], ...]
    hidden: tuple[str, ...] = ()


def map_axes(figure: Figure, layout: Layout, gid: str = "map") -> Axes:
    """Axes that fill the map frame; their limits are set last, by :func:`set_extent`."""
    frame, paper = layout.frame, layout.paper
    axes = figure.add_axes(
        (
            frame.x / paper.width,
            frame.y / paper.height,
            frame.width / paper.width,
            frame.height / paper.height,
        ),
        gid=gid,
        zorder=1,
    )
    axes.set_axis_off()
    return axes


def page_axes(figure: Figure, layout: Layout) -> Axes:
    """Axes over the whole paper in millimetres."""
    axes = figure.add_axes((0, 0, 1, 1), gid="page", zorder=2)
    axes.set(xlim=(0, layout.paper.width), ylim=(0, layout.paper.height))
    axes.set_axis_off()
    return axes


def set_extent(axes: Axes, layout: Layout) -> None:
    """Fix the true scale: exactly the ground of the layout over exactly the frame."""
    xmin, ymin, xmax, ymax = layout.extent
    axes.set_aspect("auto")
    axes.set(xlim=(xmin, xmax), ylim=(ymin, ymax), autoscale_on=False)


def as_inked(classes: Sequence[MapClass], layout: Layout) -> list[MapClass]:
    """The classes without detail finer than ink, and with whole outlines of what is so small that
    dashes would leave no shape of it."""
    detail = _FINEST_MM * layout.scale / 1000
    inked = []
    for entry in classes:
        one = replace(entry, shapes=shapely.simplify(entry.shapes, detail))
        least = _LEAST_DASHES * sum(one.symbol.dash_mm) * layout.scale / 1000
        small = shapely.is_closed(one.shapes) & (shapely.length(one.shapes) < least)
        if not small.any():
            inked.append(one)
            continue
        solid = replace(one.symbol, dash_mm=())
        inked.append(replace(one, shapes=one.shapes[small], symbol=solid))
        if not small.all():
            inked.append(replace(one, shapes=one.shapes[~small]))
    return inked


def draw_classes(axes: Axes, classes: Sequence[MapClass], dpi: int) -> None:
    """Draw each class in its symbol, level by level."""
    for entry in classes:
        seam = _SEAM_PX * 72 / dpi
        gid = f"class:{entry.key}"
        draw_shapes(axes, entry.shapes, entry.symbol, 10 * (1 + entry.level), seam, gid)


def draw_outlines(axes: Axes, layout: Layout) -> None:
    """The border of the sheet, the frame of the map and the edge of the panel."""
    draw_border(axes, layout)
    draw_shapes(axes, _outline(layout.panel), Symbol(edge=INK, edge_mm=0.25), zorder=5, seam_pt=0)
    draw_frame(axes, layout)


def draw_border(axes: Axes, layout: Layout) -> None:
    """The border of the sheet."""
    draw_shapes(axes, _outline(layout.border), Symbol(edge=INK, edge_mm=0.5), zorder=5, seam_pt=0)


def draw_frame(axes: Axes, layout: Layout) -> None:
    """The frame of a map."""
    draw_shapes(axes, _outline(layout.frame), Symbol(edge=INK, edge_mm=0.3), zorder=5, seam_pt=0)


def place_labels(
    theme: Theme,
    classes: Sequence[MapClass],
    data: SheetData,
    layout: Layout,
    names_units: bool = True,
    coded: frozenset[str] | None = None,
) -> MapLabels:
    """Names of units first, then of places, then codes, none over another or over the frame.

    ``coded`` are the keys of the classes whose codes are printed; None for all.
    """
    frame = _outline(layout.frame)[0]
    taken = Taken()
    factor = layout.factor
    names = unit_names(data.units)
    units = data.units if names_units else data.units.iloc[:0]
    wanted = [
        _unit_label(str(code), names[str(code)], str(kind), theme, _on_page(layout, ground), factor)
        for code, kind, ground in zip(units["code"], units["kind"], units.geometry, strict=True)
    ]
    placed, left = place(wanted, frame, taken)
    numbers, hidden = [], []
    font = Font(_points(_UNIT_POINTS * 0.9, factor), bold=True)
    for label in sorted(left, key=lambda one: one.key):
        figure = str(len(numbers) + 1)
        found = find_number(label, figure, font, frame, taken)
        if found is None:
            hidden.append(names[label.key])
            continue
        placed.append(found)
        numbers.append((figure, names[label.key]))
    placed = [_with_prefix(label, "unit") for label in placed]
    placed += _place_names(theme, layout, taken)
    if theme.code_labels:
        font = Font(_points(_CODE_POINTS, factor))
        # lines stay among the classes, since no code is written over one
        shown = [one if coded is None or one.key in coded else replace(one, code="")
                 for one in classes]  # fmt: skip
        codes = place_codes(shown, layout, font, taken)
        placed += [_with_prefix(label, "code") for label in codes]
    return MapLabels(tuple(placed), tuple(numbers), tuple(hidden))


def draw_labels(axes: Axes, labels: MapLabels) -> None:
    """Write the labels; codes have a rim in the colour of their ground, others a white one."""
    for label in labels.placed:
        if label.leader is not None:
            line = Symbol(line=GREY, line_mm=0.15)
            draw_shapes(axes, _array(label.leader), line, _HALOS - 1, seam_pt=0)
        for text, baseline in label.baselines():
            draw_halo(axes, label.x, baseline, text, label.font, _HALOS, label.rim)
            word = Word(label.x, -baseline, text, label.font, "center", label.key)
            draw_word(axes, word, zorder=_LABELS)


def short_name(name: str, kind: str) -> str:
    """A unit's name as maps abbreviate it: P. Trần Phú, X. Tịnh An."""
    long = say(f"map.unit.{kind}", "vi")
    bare = name.removeprefix(long).strip()
    return say(f"map.unit.{kind}_short", "vi", name=bare)


def _outline(rect: Rect) -> np.ndarray:
    """A rectangle as an array of one polygon."""
    return _array(shapely.box(rect.x, rect.y, rect.right, rect.top))


def _unit_label(
    code: str, name: str, kind: str, theme: Theme, ground: object, factor: float
) -> Wanted:
    """A unit's label: with its values if any, in one or two lines, smaller step by step."""
    short = short_name(name, kind)
    two = _in_two(short)
    extra = theme.unit_lines.get(code, ())
    forms = []
    for points in dict.fromkeys(_points(_UNIT_POINTS * size, factor) for size in _SIZES):
        font = Font(points, bold=bool(extra))
        forms += [((short, *extra), font), ((*two, *extra), font)]
    if extra:
        smallest = Font(_points(_UNIT_POINTS * _SIZES[-1], factor), bold=True)
        forms += [((*two, extra[0]), smallest)]
    return Wanted(code, ground, tuple(forms))


def _in_two(name: str) -> tuple[str, ...]:
    """A name in the two lines that are narrowest together, the abbreviation with its first word."""
    kind, *words = name.split()
    font = Font(_UNIT_POINTS)
    splits = [(" ".join([kind, *words[:n]]), " ".join(words[n:])) for n in range(1, len(words))]
    return min(
        splits, key=lambda lines: max(text_width(line, font) for line in lines), default=(name,)
    )


def _place_names(theme: Theme, layout: Layout, taken: Taken) -> list[Placed]:
    """Names of parks, plans, streets and points, only where they fit and each name once in a
    place; points and lines have theirs beside them."""
    frame = _outline(layout.frame)[0]
    font = Font(_points(_PLACE_POINTS, layout.factor), italic=True, color="#0b3d2e")
    least = font.size * 0.353 * font.size * 0.353 * 3
    wanted, beside = [], {}
    for number, (name, ground) in enumerate(theme.places):
        lines = (_shortened(name),)
        if shapely.get_dimensions(ground) < 2:
            longest = beside.get(lines)
            if longest is None or shapely.length(ground) > shapely.length(longest[1]):
                beside[lines] = (f"{number:04d}", ground)
            continue
        on_page = _on_page(layout, ground)
        if on_page.area > least:
            wanted.append(Wanted(f"{number:04d}", on_page, ((lines, font),)))
    placed, _ = place(wanted, frame, taken)
    for lines, (key, ground) in beside.items():
        if shapely.intersects(layout.window, ground):
            at = _middle(layout.to_page(shapely.intersection(ground, layout.window)))
            placed += _place_beside(key, at, lines, font, frame, taken)
    return [_with_prefix(label, "place") for label in placed]


def _place_beside(
    key: str, at: Any, lines: tuple[str, ...], font: Font, frame: Any, taken: Taken
) -> list[Placed]:
    """A label to the right of a point, else to the left, above or below, or none."""
    width, height = box_size(lines, font)
    across, up = width / 2 + _BESIDE_MM, height / 2 + _BESIDE_MM
    for dx, dy in ((across, 0.0), (-across, 0.0), (0.0, up), (0.0, -up)):
        x, y = at.x + dx, at.y + dy
        room = shapely.box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        placed, _ = place([Wanted(key, room.buffer(0.05), ((lines, font),))], frame, taken)
        if placed:
            return placed
    return []


def _middle(shape: Any) -> Any:
    """A point, or the middle of the longest line."""
    parts = shapely.get_parts(shape)
    longest = parts[int(np.argmax(shapely.length(parts)))]
    if shapely.get_dimensions(longest) == 1:
        return shapely.line_interpolate_point(longest, 0.5, normalized=True)
    return longest


def _shortened(name: str) -> str:
    """A name on one line; a very long one ends in dots, and is whole in the tables."""
    line = " ".join(name.split())
    return line if len(line) <= _LONGEST_NAME else line[: _LONGEST_NAME - 1].rstrip() + "…"


def _points(size: float, factor: float) -> float:
    """The size of letters on the map, which stay readable on small paper."""
    return max(size * factor, LEAST_POINTS)


def _on_page(layout: Layout, ground: object) -> Any:
    """Ground on paper, without detail that does not matter to a label."""
    return shapely.simplify(layout.to_page(ground), _DETAIL_MM)


def _with_prefix(label: Placed, prefix: str) -> Placed:
    return replace(label, key=f"{prefix}:{label.key}")


def _array(shape: object) -> np.ndarray:
    return np.array([shape], dtype=object)
