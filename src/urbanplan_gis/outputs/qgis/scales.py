"""Scales of print layouts: the standard one that fits, round grids and bars, windows of maps."""

from __future__ import annotations

import math

from urbanplan_gis.outputs.qgis.items import Box
from urbanplan_gis.outputs.sheets.page import STANDARD_SCALES
from urbanplan_gis.text import LANGUAGES, Name, say

#: for land that no standard scale has room for on this paper
_SMALLER_SCALES = (1_000_000, 2_000_000, 5_000_000, 10_000_000)
_FITS = "@element >= @least"
#: clear ground around the city, millimetres
_CLEAR = 6.0
#: the longest scale bar, and the least distance of grid lines on paper
BAR_MM, _GRID_MM = 60.0, 40.0


def page_scale(frame: Box, margin: float) -> str:
    """The expression of the standard scale at which the page's feature fits the frame."""
    room = 1 + 2 * margin
    scales = ", ".join(map(str, (*STANDARD_SCALES, *_SMALLER_SCALES)))
    least = (
        f"1000 * {room} * max(bounds_width(@atlas_geometry) / {frame.width:.3f}, "
        f"bounds_height(@atlas_geometry) / {frame.height:.3f})"
    )
    return f"with_variable('least', {least}, array_first(array_filter(array({scales}), {_FITS})))"


def atlas_scale(lang: str) -> str:
    scale = "format_number(round(item_variables('map')['map_scale'], -1), 0, '{}')"
    number = Name(*(f"[% {scale.format(one)} %]" for one in LANGUAGES))
    return say("map.scale", lang, n=number)


def fitting_scale(extent: tuple[float, float, float, float], frame: Box) -> int:
    """The best standard scale at which all of the city fits the frame."""
    xmin, ymin, xmax, ymax = extent
    across, up = frame.width - 2 * _CLEAR, frame.height - 2 * _CLEAR
    least = 1000 * max((xmax - xmin) / across, (ymax - ymin) / up)
    found = next((scale for scale in STANDARD_SCALES if scale >= least), None)
    return found or _rounded_up(least)


def _rounded_up(least: float) -> int:
    """The smallest 1, 2 or 5 times a power of ten that is no less."""
    power = 10 ** math.floor(math.log10(least))
    return next(int(step * power) for step in (1, 2, 5, 10) if step * power >= least)


def window_at(
    extent: tuple[float, float, float, float], frame: Box, scale: int
) -> tuple[float, float, float, float]:
    xmin, ymin, xmax, ymax = extent
    x, y = (xmin + xmax) / 2, (ymin + ymax) / 2
    across, up = frame.width * scale / 2000, frame.height * scale / 2000
    return x - across, y - up, x + across, y + up


def grid_step(scale: int) -> int:
    """Metres between grid lines, at least 40 mm on paper."""
    return _rounded_up(_GRID_MM * scale / 1000)


def bar_steps(scale: int) -> tuple[str, float]:
    """Unit of the scale bar and how many of it a quarter of the bar is."""
    most = BAR_MM / 4 * scale / 1000
    power = 10 ** math.floor(math.log10(most))
    metres = next(step * power for step in (5, 2.5, 2, 1) if step * power <= most)
    return ("km", metres / 1000) if metres >= 250 else ("m", metres)
