"""Fill colours of drawings: which colour number (ACI) a colour stands for, and for what function.

A drawing stores a number from 1 to 255; the program that exports it turns the number into red,
green and blue by a palette of its own: number 42 is #bd8d00, #cc9900 or #a57c00. The numbers
are what regulations and planning offices agree on.
"""

from __future__ import annotations

import colorsys
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from numbers import Real
from typing import Any

from urbanplan_gis.standards.codes import read_rows

#: sum of the errors of red, green and blue (0–255) within which two colours are one; exports
#: of real drawings were found within 1
TOLERANCE = 3
#: below this number are the plain colours people draw anything with
_FIRST_MIXED = 10
_HEX = re.compile(r"#?([0-9a-f]{6})(?:[0-9a-f]{2})?", re.IGNORECASE)
Rgb = tuple[int, int, int]


Palette = Mapping[int, Rgb]


_PLAIN: Mapping[int, Rgb] = {
    1: (255, 0, 0),
    2: (255, 255, 0),
    3: (0, 255, 0),
    4: (0, 255, 255),
    5: (0, 0, 255),
    6: (255, 0, 255),
    7: (255, 255, 255),
    8: (128, 128, 128),
    9: (192, 192, 192),
}


@dataclass(frozen=True)
class ColourMeaning:
    """Functions one fill colour may stand for.

    A ``plain`` colour (red, green, magenta ...) is drawn for anything: it may confirm a name,
    but neither contradicts one nor decides.
    """

    codes: frozenset[str]
    plain: bool


def read_colours(colours: Iterable[Any], code_list: str) -> dict[str, ColourMeaning]:
    """What each distinct colour of one drawing says, by its text (see :func:`colour_text`).

    One drawing has one palette: the one that explains most of its colours; equally good ones
    are all asked. Colours no function has, and lists without colours, mean nothing.
    """
    texts = sorted({text for colour in colours if (text := colour_text(colour))})
    functions = _functions(code_list)
    fitting = _fitting(texts)
    numbers = {text: _numbers(text, fitting) for text in texts}
    return {
        text: ColourMeaning(
            frozenset(code for number in found for code in functions.get(number, ())),
            any(number < _FIRST_MIXED for number in found),
        )
        for text, found in numbers.items()
    }


def colour_text(colour: Any) -> str:
    """One colour as "#rrggbb" or as its number ("42"); "" for none, by block or by layer."""
    if isinstance(colour, str):
        found = _HEX.fullmatch(colour.strip())
        if found:
            return f"#{found[1].lower()}"
        colour = int(colour) if re.fullmatch(r"\s*\d{1,3}\s*", colour, re.ASCII) else None
    if not isinstance(colour, Real) or isinstance(colour, bool) or not 1 <= colour <= 255:
        return ""
    return str(int(colour)) if colour == int(colour) else ""


def _fitting(texts: Iterable[str]) -> tuple[Palette, ...]:
    """The palettes that know most of these colours."""
    mixed = [text for text in texts if text.startswith("#")]
    if not mixed:
        return ()
    known = [sum(bool(_numbers(text, (palette,))) for text in mixed) for palette in palettes()]
    fitting = zip(palettes(), known, strict=True)
    return tuple(palette for palette, count in fitting if count == max(known))


@cache
def palettes() -> tuple[Palette, Palette, Palette]:
    """Red, green and blue by colour number, as three programs draw them.

    Measured in exports of Quảng Ngãi's plans; read in a public web application that draws
    TT16/2025 (of the greys, few are known of either); the table of the library ezdxf, which
    programs that read drawings use.
    """
    from ezdxf import colors

    return (
        _mix_palette((255, 189, 129, 104, 79), 1 / 3, {251: 80, 254: 190}),
        _mix_palette((255, 204, 153, 127, 76), 1 / 2, {251: 91, 252: 105}),
        {number: _split(colors.DXF_DEFAULT_COLORS[number]) for number in range(1, 256)},
    )


def _mix_palette(
    brightness: tuple[int, int, int, int, int], pale: float, greys: Mapping[int, int]
) -> Palette:
    """Numbers 10–249 by hue in steps of 15°, five brightnesses, odd ones of saturation ``pale``."""
    rgb = dict(_PLAIN)
    for number in range(_FIRST_MIXED, 250):
        hue, value = (number // 10 - 1) * 15 / 360, brightness[number % 10 // 2]
        red, green, blue = colorsys.hsv_to_rgb(hue, pale if number % 2 else 1.0, value)
        rgb[number] = (int(red), int(green), int(blue))
    return rgb | {number: (grey, grey, grey) for number, grey in greys.items()}


def _split(rgb: int) -> Rgb:
    return rgb >> 16 & 255, rgb >> 8 & 255, rgb & 255


def _numbers(text: str, known: Iterable[Palette]) -> set[int]:
    """The colour numbers a text may stand for."""
    if not text.startswith("#"):
        return {int(text)}
    wanted = [int(text[place : place + 2], 16) for place in (1, 3, 5)]
    found: set[int] = set()
    for palette in known:
        errors = {
            number: sum(abs(a - b) for a, b in zip(rgb, wanted, strict=True))
            for number, rgb in palette.items()
        }
        nearest = min(errors.values())
        if nearest <= TOLERANCE:
            found |= {number for number, error in errors.items() if error == nearest}
    return found


@cache
def _functions(code_list: str) -> Mapping[int, frozenset[str]]:
    """The codes each number is drawn for: by the regulation, and by measured practice."""
    found: dict[int, set[str]] = {}
    for file in ("planning_functions.csv", "function_colours.csv"):
        for row in read_rows(file):
            if row["list"] == code_list and row["aci"]:
                found.setdefault(int(row["aci"]), set()).add(row["code"])
    return {number: frozenset(codes) for number, codes in found.items()}
