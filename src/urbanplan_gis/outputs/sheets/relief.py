"""Shaded relief from heights: light from the north-west, no darker than a ground for a map.

Open ground shows it as a picture; over the classes lies a veil of it so thin that a colour stays
nearer to its own in the legend than to any other, and is exactly that on level ground.
"""

from __future__ import annotations

import numpy as np

#: the light: degrees from north, and above the horizon
_AZIMUTH, _ALTITUDE = 315.0, 45.0
#: greys of ground in full shade, of level ground, and of ground that faces the light: pale, so
#: that fine lines and white paper keep apart from it
_SHADE, _LEVEL, _LIT = 160.0, 244.0, 255.0
#: slope (rise over run) that the steep parts of the ground should seem to have
_SEEMING_SLOPE = 0.4
_MOST_EXAGGERATED = 10
#: share of black in full shade and of white in full light over classes: at most half of what two
#: colours (CIEDE2000) or two greys (L*) of a legend differ by
_VEIL_SHADE, _VEIL_SHADE_GREY, _VEIL_LIT = 0.09, 0.055, 0.07
#: part of the way to full shade or light on which the veil is full already, since ground is rarely
#: as steep as to reach it
_VEIL_FULL = 0.4
#: heights on Earth in metres; others stand for nothing
_LOWEST, _HIGHEST = -500.0, 9000.0


def shaded_relief(heights: np.ndarray, pixel_m: float) -> tuple[np.ndarray, int]:
    """Heights (metres, NaN where unknown; rows from the north) as a picture in greys (RGBA),
    transparent where unknown, and how many times they are exaggerated.

    ``pixel_m`` is the side of a pixel in metres.
    """
    from matplotlib.colors import LightSource

    heights = np.where((heights >= _LOWEST) & (heights <= _HIGHEST), heights, np.nan)
    south, east = np.gradient(heights, pixel_m)
    slope = np.hypot(south, east)
    known = np.isfinite(slope) & np.isfinite(heights)
    picture = np.zeros((*heights.shape, 4), dtype=np.uint8)
    if not known.any():
        return picture, 1
    steep = float(np.quantile(slope[known], 0.98))
    times = 1
    if steep > 0:
        times = int(np.clip(np.rint(_SEEMING_SLOPE / steep), 1, _MOST_EXAGGERATED))
    light = LightSource(_AZIMUTH, _ALTITUDE)
    normals = np.dstack([-east * times, south * times, np.ones_like(slope)])
    normals = np.where(known[..., None], normals, (0.0, 0.0, 1.0))
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    lit = np.clip(normals @ light.direction, 0, 1)
    grey = np.rint(np.interp(lit, (0.0, light.direction[2], 1.0), (_SHADE, _LEVEL, _LIT)))
    picture[known, :3] = grey[known, None].astype(np.uint8)
    picture[known, 3] = 255
    return picture, times


def veil(relief: np.ndarray, grey: bool) -> np.ndarray:
    """What of a shaded relief (RGBA, 8 bits) lies over the classes: black that lets through in the
    shade, white in the light, nothing on level ground; thinner for a print in greys."""
    tone = relief[..., 0].astype(float)
    shade = np.clip((_LEVEL - tone) / (_LEVEL - _SHADE) / _VEIL_FULL, 0, 1)
    lit = np.clip((tone - _LEVEL) / (_LIT - _LEVEL) / _VEIL_FULL, 0, 1)
    alpha = shade * (_VEIL_SHADE_GREY if grey else _VEIL_SHADE) + lit * _VEIL_LIT
    picture = np.zeros_like(relief)
    picture[..., :3] = np.where(tone > _LEVEL, 255, 0)[..., None]
    picture[..., 3] = np.where(relief[..., 3] > 0, np.floor(alpha * 255), 0)
    return picture
