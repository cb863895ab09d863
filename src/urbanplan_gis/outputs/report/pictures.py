"""The small map of an indicator: all units by their share of the target, numbered as in the table.

The legend, like all letters, is in the language of the edition, and the letters have the size
they are printed at; the sheets of ``maps/`` show the same at a true scale.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.path import Path as Outline

from urbanplan_gis.outputs.pdf_fonts import letters_only
from urbanplan_gis.outputs.report.content import Picture
from urbanplan_gis.outputs.report.lines import Row
from urbanplan_gis.outputs.report.wording import Words, real
from urbanplan_gis.outputs.sheets.choropleth import step_of, steps

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

WIDTH_MM = 160.0
_HEIGHT_MM = 86.0
_MAP_SHARE = 0.63
#: room is left between them, or an islet at the edge looks like a swatch of the legend
_LEGEND_FROM = 0.66
_DPI = 150
_MM_PER_INCH = 25.4
_FONT: Any = {
    "font.family": "DejaVu Sans",
    "font.size": 7.0,
    "pdf.fonttype": 42,
    "hatch.linewidth": 0.4,
}
_KNOWN = 0.95
#: ground smaller than this on paper is not told apart (mm)
_FINEST_MM = 0.05


class Gallery:
    """The pictures of one report, drawn one after the other into one PDF."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._figures: list[Figure] = []

    def unit_picture(
        self,
        units: GeoDataFrame,
        rows: Mapping[str, Row],
        numbers: Mapping[str, int],
        caption: str,
        alt: str,
    ) -> Picture:
        """The units coloured as on the indicator sheets; ``numbers`` are of the table's rows."""
        with matplotlib.rc_context(_FONT):
            figure = _unit_map(units, rows, numbers, self._words)
            self._figures.append(figure)
            return Picture(caption, alt, _png(figure), len(self._figures), WIDTH_MM)

    def pdf(self) -> bytes:
        """All pictures, a page each; empty without one."""
        if not self._figures:
            return b""
        file = io.BytesIO()
        never = {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None}
        fonts = matplotlib.rc_context(_FONT)
        with letters_only(), fonts, PdfPages(file, metadata=never) as pages:
            for figure in self._figures:
                pages.savefig(figure)
        return file.getvalue()


def _unit_map(
    units: GeoDataFrame, rows: Mapping[str, Row], numbers: Mapping[str, int], words: Words
) -> Figure:
    size = (WIDTH_MM / _MM_PER_INCH, _HEIGHT_MM / _MM_PER_INCH)
    figure = Figure(figsize=size, dpi=_DPI)
    axes = figure.add_axes((0.0, 0.0, _MAP_SHARE, 1.0))
    _frame(axes, units)
    placed = [_place(rows.get(str(code))) for code in units["code"]]
    handles = _draw_units(axes, units, placed, rows, words)
    _draw_numbers(axes, units, numbers)
    _draw_scale(axes, words)
    figure.legend(
        handles=handles, loc="upper left", bbox_to_anchor=(_LEGEND_FROM, 0.99), frameon=False,
        title=words.known("map.legend.share_of_target"), alignment="left",
        handlelength=1.8, labelspacing=0.7, borderaxespad=0.2,
    )  # fmt: skip
    return figure


def _frame(axes: Axes, units: GeoDataFrame) -> None:
    west, south, east, north = units.total_bounds
    # a map of one point still has an extent
    reach = max(east - west, north - south, 100.0)
    middle = (west + east) / 2, (south + north) / 2
    ratio = _HEIGHT_MM / (WIDTH_MM * _MAP_SHARE)
    half = 0.53 * max(max(east - west, 0.2 * reach), max(north - south, 0.2 * reach) / ratio)
    axes.set_xlim(middle[0] - half, middle[0] + half)
    # more room below for the scale bar
    axes.set_ylim(middle[1] - 1.12 * half * ratio, middle[1] + 0.88 * half * ratio)
    axes.set_aspect("equal", adjustable="datalim")
    axes.set_axis_off()


def _draw_units(
    axes: Axes,
    units: GeoDataFrame,
    placed: Sequence[str],
    rows: Mapping[str, Row],
    words: Words,
) -> list[Patch]:
    """One collection for each class there is, in the order of the scale; its legend entries."""
    tolerance = _FINEST_MM * _metres_per_mm(axes)
    shapes = units.geometry.simplify(tolerance).to_numpy()
    handles = []
    for key, (name, symbol) in steps(words.lang).items():
        chosen = [shape for shape, step in zip(shapes, placed, strict=True) if step == key]
        if chosen:
            look = {"facecolor": symbol.fill, "edgecolor": "#3d3d3d", "linewidth": 0.4}
            handles.append(_drawn(axes, chosen, name, **look))
    unsure = [
        shape
        for shape, code in zip(shapes, units["code"], strict=True)
        if _is_unsure(rows.get(str(code)))
    ]
    if unsure:
        look = {"facecolor": "none", "edgecolor": "#333333", "linewidth": 0.4, "hatch": "/////"}
        handles.append(_drawn(axes, unsure, words.known("map.class.incomplete"), **look))
    slated = shapes[units["slated"].to_numpy(dtype=bool)]
    if len(slated):
        look = {"facecolor": "none", "edgecolor": "#202020", "linewidth": 1.2}
        handles.append(_drawn(axes, slated, words.known("map.class.slated_border"), **look))
    return handles


def _drawn(axes: Axes, shapes: Iterable[Any], name: str, **look: Any) -> Patch:
    """Shapes of one look, and their entry in the legend."""
    axes.add_collection(PathCollection([_outline(shape) for shape in shapes], **look))
    return Patch(**look, label=_wrapped(name))


def _place(row: Row | None) -> str:
    return step_of(None if row is None else dict(row))


def _is_unsure(row: Row | None) -> bool:
    """Whether a value stands on too little known ground."""
    if row is None or real(row["value"]) is None:
        return False
    known = real(row["completeness"])
    return str(row["verdict"]) == "inconclusive" or (known is not None and known < _KNOWN)


def _draw_numbers(axes: Axes, units: GeoDataFrame, numbers: Mapping[str, int]) -> None:
    """Each unit's number in the table, on a point inside it, where it is not over another."""
    points = units.geometry.representative_point()
    taken: list[tuple[float, float]] = []
    clear = 3.0 * _metres_per_mm(axes)
    order = np.argsort(-units.geometry.area.to_numpy(), kind="stable")
    for at in order:
        number = numbers.get(str(units["code"].iloc[at]))
        place = points.iloc[at]
        if number is None or place.is_empty:
            continue
        near = any(abs(place.x - x) < clear and abs(place.y - y) < clear for x, y in taken)
        x, y = place.x, place.y + (clear if near else 0.0)
        taken.append((x, y))
        axes.text(
            x, y, str(number), ha="center", va="center", fontsize=6.5, weight="bold",
            bbox={"boxstyle": "round,pad=0.15", "facecolor": "white", "edgecolor": "none",
                  "alpha": 0.8},
        )  # fmt: skip


def _draw_scale(axes: Axes, words: Words) -> None:
    """A scale bar of a round length, about a quarter of the width of the map."""
    west, east = axes.get_xlim()
    south, north = axes.get_ylim()
    wanted = (east - west) / 4
    power = 10.0 ** np.floor(np.log10(wanted))
    length = next(step * power for step in (5, 2, 1) if step * power <= wanted)
    unit, value = ("km", length / 1000) if length >= 1000 else ("m", length)
    x, y = west + 0.05 * (east - west), south + 0.04 * (north - south)
    axes.plot([x, x + length], [y, y], color="#1a1a1a", linewidth=1.5, solid_capstyle="butt")
    text = words.known(f"map.bar.{unit}", value=words.number(value, 0))
    axes.text(x + length / 2, y + 0.012 * (north - south), text, ha="center", va="bottom")


def _metres_per_mm(axes: Axes) -> float:
    west, east = axes.get_xlim()
    return (east - west) / (WIDTH_MM * _MAP_SHARE)


def _outline(shape: Any) -> Outline:
    """The rings of a polygon or of several, as one path."""
    polygons = getattr(shape, "geoms", [shape])
    rings = [
        np.asarray(ring.coords)[:, :2]
        for polygon in polygons
        if polygon.geom_type == "Polygon"
        for ring in (polygon.exterior, *polygon.interiors)
        if not ring.is_empty
    ]
    if not rings:
        return Outline(np.zeros((0, 2)))
    return Outline.make_compound_path(*(Outline(ring, closed=True) for ring in rings))


def _wrapped(text: str, width: int = 34) -> str:
    lines, line = [], ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


def _png(figure: Figure) -> bytes:
    file = io.BytesIO()
    FigureCanvasAgg(figure).print_png(file, metadata={"Software": None})
    return file.getvalue()
