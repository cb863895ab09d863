"""The coordinate grid, and what the CRS says about itself."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np

from urbanplan_gis.outputs.sheets.boxes import LEAST_POINTS, MM_PER_POINT, Font, Word, text_width
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.outputs.sheets.ink import draw_word
from urbanplan_gis.outputs.sheets.symbols import GREY
from urbanplan_gis.text import Name, number, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from urbanplan_gis.outputs.sheets.page import Layout

_LINE: dict[str, Any] = {"color": "#35506b", "linewidth": 0.28, "alpha": 0.45}
_SPACING_MM = 40.0
#: zone width in degrees by the scale factor that VN-2000 uses for it
_ZONES = {0.9999: 3, 0.9996: 6}


def interval(scale: int) -> int:
    """Metres between grid lines: the smallest 1, 2 or 5 times a power of ten that is at least
    40 mm on paper."""
    least = _SPACING_MM * scale / 1000
    power = 10 ** math.floor(math.log10(least))
    return next(int(step * power) for step in (1, 2, 5, 10) if step * power >= least)


def grid_lines(layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """Eastings and northings (metres) of the grid lines inside the frame."""
    step = interval(layout.scale)
    xmin, ymin, xmax, ymax = layout.extent
    return (
        np.arange(math.ceil(xmin / step) * step, xmax, step),
        np.arange(math.ceil(ymin / step) * step, ymax, step),
    )


def draw_grid(map_axes: Axes, page_axes: Axes, layout: Layout, lang: str) -> None:
    """Fine grid lines over the map and their coordinates on all four sides of the frame.

    X is the northing and Y the easting, as in Vietnamese coordinate tables.
    """
    from matplotlib.lines import Line2D

    xmin, ymin, xmax, ymax = layout.extent
    eastings, northings = grid_lines(layout)
    for east in eastings:
        line = Line2D([east, east], [ymin, ymax], gid=f"grid:e:{east:.0f}", zorder=60, **_LINE)
        map_axes.add_line(line)
    for north in northings:
        line = Line2D([xmin, xmax], [north, north], gid=f"grid:n:{north:.0f}", zorder=60, **_LINE)
        map_axes.add_line(line)
    _label_eastings(page_axes, layout, eastings, lang)
    _label_northings(page_axes, layout, northings, lang)


def crs_words(crs: str, lang: str) -> str:
    """The CRS as it is written on maps, derived from its definition."""
    found = _crs(crs)
    facts = {parameter.name: parameter.value for parameter in _parameters(found)}
    meridian = facts.get("Longitude of natural origin")
    name = found.geodetic_crs.name if found.geodetic_crs else found.name
    if meridian is None:
        return say("map.crs.other", lang, name=found.name, code=crs)
    zone = _ZONES.get(round(facts.get("Scale factor at natural origin", 0), 4))
    kind = "zoned" if zone else "meridian"
    return say(f"map.crs.{kind}", lang, name=name, meridian=_degrees(meridian), zone=zone, code=crs)


def convergence_words(crs: str, layout: Layout, lang: str) -> str:
    """The angle between grid north and true north at the middle of the sheet."""
    return say("map.north.convergence", lang, angle=_minutes(convergence(crs, layout)))


def convergence(crs: str, layout: Layout) -> float:
    """Meridian convergence in degrees, positive east of the central meridian."""
    import pyproj

    found = _crs(crs)
    xmin, ymin, xmax, ymax = layout.extent
    transformer = pyproj.Transformer.from_crs(found, found.geodetic_crs, always_xy=True)
    longitude, latitude = transformer.transform((xmin + xmax) / 2, (ymin + ymax) / 2)
    return float(pyproj.Proj(found).get_factors(longitude, latitude).meridian_convergence)


def _label_eastings(axes: Axes, layout: Layout, eastings: np.ndarray, lang: str) -> None:
    frame, font = layout.frame, _font(layout)
    cap = font.size * MM_PER_POINT * 0.75
    named = False
    for east in eastings:
        x = layout.points_to_page(np.array([[east, layout.extent[1]]]))[0, 0]
        text = _coordinate(east, "easting", named, lang)
        half = text_width(text, font) / 2
        if x - half < frame.x or x + half > frame.right:
            continue
        named = True
        for y in (frame.top + 1.2, frame.y - 1.2 - cap):
            draw_word(axes, Word(x, -y, text, font, "center", "grid_label"))
        _ticks(axes, [(x, frame.top, x, frame.top + 0.9), (x, frame.y, x, frame.y - 0.9)])


def _label_northings(axes: Axes, layout: Layout, northings: np.ndarray, lang: str) -> None:
    frame, font = layout.frame, _font(layout)
    cap = font.size * MM_PER_POINT * 0.75
    named = False
    for north in northings:
        y = layout.points_to_page(np.array([[layout.extent[0], north]]))[0, 1]
        text = _coordinate(north, "northing", named, lang)
        half = text_width(text, font) / 2
        if y - half < frame.y or y + half > frame.top:
            continue
        named = True
        for x in (frame.x - 1.2, frame.right + 1.2 + cap):
            label = draw_word(axes, Word(x, -y, text, font, "center", "grid_label"))
            label.set(rotation=90, rotation_mode="anchor")
        _ticks(axes, [(frame.x, y, frame.x - 0.9, y), (frame.right, y, frame.right + 0.9, y)])


def _ticks(axes: Axes, ticks: list[tuple[float, float, float, float]]) -> None:
    from matplotlib.lines import Line2D

    for x0, y0, x1, y1 in ticks:
        axes.add_line(Line2D([x0, x1], [y0, y1], color=GREY, linewidth=0.5, zorder=4))


def _coordinate(value: float, axis: str, named: bool, lang: str) -> str:
    """A coordinate in metres; the first written of each axis says which axis it is."""
    one = "vi" if lang == "both" else lang
    plain = number(value, one, 0)
    return plain if named else say(f"map.grid.{axis}", one, value=plain)


def _font(layout: Layout) -> Font:
    return Font(max(5.6 * layout.factor, LEAST_POINTS), color="#333333")


@cache
def _crs(crs: str) -> Any:
    import pyproj

    return pyproj.CRS(crs)


def _parameters(crs: Any) -> list[Any]:
    return crs.coordinate_operation.params if crs.coordinate_operation else []


def _degrees(angle: float) -> str:
    """Degrees and minutes as on Vietnamese maps: 108°00'."""
    minutes = round(angle * 60)
    return f"{minutes // 60}°{minutes % 60:02d}'"


def _minutes(angle: float) -> Name:
    """A small signed angle in degrees and tenths of minutes."""
    tenths = round(abs(angle) * 600)
    sign = "−" if angle < 0 else "+"
    minutes = reader_number(tenths % 600 / 10, 1)
    return Name(*(f"{sign}{tenths // 600}°{part}'" for part in (minutes.vi, minutes.en)))
