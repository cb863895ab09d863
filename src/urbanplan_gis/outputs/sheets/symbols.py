"""How things look: one symbol serves the map and its legend entry alike."""

from __future__ import annotations

from dataclasses import dataclass

INK = "#1a1a1a"
GREY = "#6b6b6b"
RED = "#b30000"
PAPER = "#ffffff"
#: brightness (0 to 255) below which white letters stand out more than black ones
_DARK = 118


@dataclass(frozen=True)
class Symbol:
    """An area (fill, hatch, edge) or, with ``line``, a line; widths in millimetres on paper."""

    fill: str | None = None
    hatch: str = ""
    hatch_color: str = GREY
    edge: str | None = None
    edge_mm: float = 0.15
    line: str | None = None
    line_mm: float = 0.25
    casing: str | None = None
    #: on either side of the line
    casing_mm: float = 0.06
    dash_mm: tuple[float, ...] = ()


def ink_on(symbol: Symbol) -> str:
    """The colour of letters that can be read on a fill: white on dark ones, else black."""
    red, green, blue = (int((symbol.fill or PAPER)[start : start + 2], 16) for start in (1, 3, 5))
    return PAPER if 0.299 * red + 0.587 * green + 0.114 * blue < _DARK else INK


UNIT_BORDER = Symbol(line="#3d3d3d", line_mm=0.22, dash_mm=(2.0, 0.7, 0.3, 0.7))
CITY_BORDER = Symbol(line="#202020", line_mm=0.55, dash_mm=(3.2, 0.9, 0.5, 0.9))
SLATED_BORDER = Symbol(line="#202020", line_mm=0.45)
CONTEXT = Symbol(fill="#e9e9e6")

#: stated fallback for codes without a colour of their own
NO_COLOUR = Symbol(fill="#d9d9d9", hatch="////", hatch_color="#8c8c8c")

GREEN_KINDS = {
    "public": Symbol(fill="#3fae49"),
    "residential": Symbol(fill="#a6d96a"),
    "restricted": Symbol(fill="#1b7837"),
    "specialised": Symbol(fill="#b8a13a"),
    "water": Symbol(fill="#5aa7dc"),
}

#: by rank of QCVN 01:2021 Table 2.17; widths of symbols, not of streets
ROADS = {
    1: Symbol(line="#7a0177", line_mm=0.95, casing="#3d003b"),
    2: Symbol(line="#d7191c", line_mm=0.85, casing="#7a0c0e"),
    3: Symbol(line="#f46d43", line_mm=0.70, casing="#8c3a1f"),
    4: Symbol(line="#fdae61", line_mm=0.60, casing="#8a5a22"),
    5: Symbol(line="#ffe08a", line_mm=0.50, casing="#7d6b2c"),
    6: Symbol(line="#6f6f6f", line_mm=0.32),
    7: Symbol(line="#8f8f8f", line_mm=0.22),
    8: Symbol(line="#aaaaaa", line_mm=0.14),
}
ROAD_UNRANKED = Symbol(line="#4a7bb5", line_mm=0.22, dash_mm=(1.2, 0.6))
#: no tone of the streets on it
TRANSPORT_LAND = Symbol(fill="#d3c3e4")
RIGHT_OF_WAY = Symbol(fill="#dcdcdc")
PARKING = Symbol(fill="#3b6fb6")

COVERED = Symbol(fill="#74b3a8")
NOT_COVERED = Symbol(fill="#f2a08c")
COVERED_OUTSIDE = Symbol(fill="#d3e8e4")
PLAN_IN_FORCE = Symbol(line="#0b5345", line_mm=0.40)
PLAN_NOT_IN_FORCE = Symbol(line="#6e2c6e", line_mm=0.35, dash_mm=(1.6, 0.8))
PLAN_VOID = Symbol(hatch="\\\\\\\\", hatch_color="#6e2c6e")

#: shares of the target, diverging at 1: reds below, greens from the target on
TARGET_BREAKS = (0.50, 0.75, 0.95, 1.00, 1.25)
TARGET_FILLS = ("#b2182b", "#e37a5c", "#f8c3a4", "#fdf0d0", "#a8d5b0", "#3d9a5f")
NO_TARGET = Symbol(fill="#c9d3e6")
UNDECIDED = Symbol(fill="#ddd0e6")
NO_DATA = Symbol(fill="#d0d0d0")
INCOMPLETE = Symbol(hatch="/////", hatch_color="#333333")
