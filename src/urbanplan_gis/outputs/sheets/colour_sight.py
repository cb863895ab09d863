"""How far apart colours look, to normal and to deuteranope eyes, and how well letters stand out.

Distances are CIEDE2000 (CIE 142-2001, in the form of Sharma, Wu and Dalal 2005) between sRGB
colours under D65. Deuteranopes see as simulated by Machado, Oliveira and Fernandes (2009), severity
1.0. Contrast is that of WCAG 2.1. Colours are ``#rrggbb``.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

import numpy as np

#: two classes of a legend are at least this far apart, or differ by hatch
LEAST_DISTANCE = 10.0
#: of letters against their ground, and of hatches against their fill
LEAST_CONTRAST, LEAST_HATCH_CONTRAST = 4.5, 3.0

_DEUTERANOPE = np.array(
    [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ]
)
#: linear sRGB to XYZ, and the white of D65 (IEC 61966-2-1)
_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
_FAR = 25.0**7


def distances(colours: Iterable[str]) -> np.ndarray:
    """The lesser of the distances to normal and to deuteranope eyes, between all pairs."""
    linear = np.array([_linear(colour) for colour in colours]).reshape(-1, 3)
    seen = (_lab(linear), _lab(_as_deuteranope(linear)))
    return np.minimum(*(delta_e(lab[:, None], lab[None, :]) for lab in seen))


@cache
def distance(one: str, two: str) -> float:
    """The lesser of the distances between two colours to normal and to deuteranope eyes."""
    return float(distances((one, two))[0, 1])


def delta_e(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    """CIEDE2000 between colours in CIELAB (last axis L*, a*, b*)."""
    light, chroma, hue = _polar(one, two)
    d_light = light[1] - light[0]
    d_chroma = chroma[1] - chroma[0]
    grey = chroma[0] * chroma[1] == 0
    turn = (hue[1] - hue[0] + 180) % 360 - 180
    # exactly opposite hues: the way round that the formula takes
    turn = np.where((turn == -180) & (hue[1] > hue[0]), 180, turn)
    turn = np.where(grey, 0, turn)
    d_hue = 2 * np.sqrt(chroma[0] * chroma[1]) * np.sin(np.radians(turn / 2))
    between = (hue[0] + hue[1]) / 2
    around = np.abs(hue[0] - hue[1]) > 180
    between = np.where(around, between + np.where(hue[0] + hue[1] < 360, 180, -180), between)
    between = np.where(grey, hue[0] + hue[1], between)
    return _weighed(light.mean(axis=0), chroma.mean(axis=0), between, d_light, d_chroma, d_hue)


def _polar(one: np.ndarray, two: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Lightness, adjusted chroma and hue (degrees) of both colours."""
    lab = np.stack(np.broadcast_arrays(one, two))
    mean = np.hypot(lab[..., 1], lab[..., 2]).mean(axis=0)
    a = lab[..., 1] * (1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + _FAR)))
    b = lab[..., 2]
    return lab[..., 0], np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _weighed(
    light: np.ndarray,
    chroma: np.ndarray,
    hue: np.ndarray,
    d_light: np.ndarray,
    d_chroma: np.ndarray,
    d_hue: np.ndarray,
) -> np.ndarray:
    tone = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    square = (light - 50) ** 2
    in_light = d_light / (1 + 0.015 * square / np.sqrt(20 + square))
    in_chroma = d_chroma / (1 + 0.045 * chroma)
    in_hue = d_hue / (1 + 0.015 * chroma * tone)
    blue = np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2)))
    turned = -2 * np.sqrt(chroma**7 / (chroma**7 + _FAR)) * np.sin(blue)
    return np.sqrt(
        np.maximum(in_light**2 + in_chroma**2 + in_hue**2 + turned * in_chroma * in_hue, 0)
    )


def deuteranope(colour: str) -> str:
    """The colour as a deuteranope sees it."""
    return _hex(_as_deuteranope(np.array(_linear(colour))))


@cache
def contrast(one: str, two: str) -> float:
    """The contrast ratio of two colours, from 1 to 21."""
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@cache
def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white)."""
    return float(_LUMINANCE @ np.array(_linear(colour)))


@cache
def lightness(colour: str) -> float:
    """L* of CIELAB, 0 (black) to 100 (white)."""
    return float(_lab(np.array(_linear(colour)))[0])


@cache
def grey_of(lightness: float) -> str:
    """The grey of an L*."""
    share = (lightness + 16) / 116
    linear = share**3 if share > 6 / 29 else 3 * (6 / 29) ** 2 * (share - 4 / 29)
    return _hex(np.full(3, linear))


@cache
def standing_out(colour: str, ratio: float) -> str:
    """The shade of a colour nearest to it that has a contrast ratio to it: darker where there is
    room, else lighter."""
    linear = np.array(_linear(colour))
    shares = np.linspace(0, 1, 101)
    for end in (0.0, 1.0):
        shades = (_hex(linear + (end - linear) * share) for share in shares)
        found = next((shade for shade in shades if contrast(shade, colour) >= ratio), None)
        if found:
            return found
    raise ValueError(f"no shade of {colour} has contrast {ratio}")


@cache
def _linear(colour: str) -> tuple[float, float, float]:
    bands = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    linear = np.where(bands <= 0.04045, bands / 12.92, ((bands + 0.055) / 1.055) ** 2.4)
    red, green, blue = (float(band) for band in linear)
    return red, green, blue


def _hex(linear: np.ndarray) -> str:
    kept = np.clip(linear, 0, 1)
    bands = np.where(kept <= 0.0031308, kept * 12.92, 1.055 * kept ** (1 / 2.4) - 0.055)
    return "#{:02x}{:02x}{:02x}".format(*(int(band) for band in np.rint(bands * 255)))


def _as_deuteranope(linear: np.ndarray) -> np.ndarray:
    return np.clip(linear @ _DEUTERANOPE.T, 0, 1)


def _lab(linear: np.ndarray) -> np.ndarray:
    """CIELAB of linear sRGB; white is sRGB white itself, so that greys have no hue."""
    ratio = (linear @ _TO_XYZ.T) / _TO_XYZ.sum(axis=1)
    curved = np.where(ratio > (6 / 29) ** 3, np.cbrt(ratio), ratio / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = np.moveaxis(curved, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
