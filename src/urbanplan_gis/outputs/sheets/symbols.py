"""How things look: one symbol serves the map and its legend entry alike.

Within each set, symbols of one legend keep the distance of ``colour_sight`` to normal and to
deuteranope eyes, or differ by hatch (lines: by dashes); tests go over every set.
"""

from __future__ import annotations

from dataclasses import dataclass

from urbanplan_gis.outputs.sheets.colour_sight import LEAST_CONTRAST, contrast

INK = "#1a1a1a"
GREY = "#6b6b6b"
RED = "#b30000"
PAPER = "#ffffff"
_BLACK = "#000000"


@dataclass(frozen=True)
class Symbol:
    """An area (fill, hatch, edge) or, with ``line``, a line; widths in millimetres on paper.

    ``hatch`` is in the letters of matplotlib; ``hatching.hatch_parts`` takes it apart.
    """

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
    """The colour of letters that can be read on a fill: ink, else white, else full black."""
    ground = symbol.fill or PAPER
    readable = (ink for ink in (INK, PAPER) if contrast(ink, ground) >= LEAST_CONTRAST)
    return next(readable, _BLACK)  # on any ground black or white has 4.58 at least


#: dashes with one dot for units, with two for the city
UNIT_BORDER = Symbol(line="#37333d", line_mm=0.22, dash_mm=(2.0, 0.7, 0.3, 0.7))
CITY_BORDER = Symbol(line="#111111", line_mm=0.55, dash_mm=(3.4, 0.8, 0.5, 0.8, 0.5, 0.8))
SLATED_BORDER = Symbol(line="#111111", line_mm=0.45)
CONTEXT = Symbol(fill="#f2f2ef")

#: codes that no list has, and ground without a code
NO_COLOUR = Symbol(fill="#cccccc", hatch="//////", hatch_color="#737373")
UNCODED = Symbol(fill="#cccccc", hatch="....", hatch_color="#737373")

GREEN_KINDS = {
    "public": Symbol(fill="#35a045"),
    "residential": Symbol(fill="#b9e08c"),
    "restricted": Symbol(fill="#14532d"),
    "specialised": Symbol(fill="#d9a441"),
    "water": Symbol(fill="#5aa7dc"),
}

#: by rank of QCVN 01:2021 Table 2.17; widths of symbols, not of streets
ROADS = {
    1: Symbol(line="#5e1a66", line_mm=1.05, casing="#2b0a30", casing_mm=0.09),
    2: Symbol(line="#cf1b2b", line_mm=0.90, casing="#5f0b12", casing_mm=0.08),
    3: Symbol(line="#f07d22", line_mm=0.72, casing="#7a3a08"),
    4: Symbol(line="#fbbb5e", line_mm=0.60, casing="#7d5516"),
    5: Symbol(line="#fff4b0", line_mm=0.50, casing="#75652c"),
    6: Symbol(line="#5c5c5c", line_mm=0.32),
    7: Symbol(line="#8a8a8a", line_mm=0.22),
    8: Symbol(line="#bbbbbb", line_mm=0.14),
}
ROAD_UNRANKED = Symbol(line="#3f7fbf", line_mm=0.22, dash_mm=(1.2, 0.6))
#: streets drawn for orientation on sheets about something else
MAIN_ROADS = Symbol(line="#8a8a8a", line_mm=0.30)
#: no tone of the streets on it
TRANSPORT_LAND = Symbol(fill="#c9b3e0")
RIGHT_OF_WAY = Symbol(fill="#d0d0d0")
PARKING = Symbol(fill="#2f5fae")

COVERED = Symbol(fill="#5f9fc0")
NOT_COVERED = Symbol(fill="#f6b26b")
COVERED_OUTSIDE = Symbol(fill="#c8deeb")
PLAN_IN_FORCE = Symbol(line="#0b5d4d", line_mm=0.40)
PLAN_NOT_IN_FORCE = Symbol(line="#a03ca0", line_mm=0.35, dash_mm=(1.6, 0.8))
PLAN_VOID = Symbol(hatch="\\\\\\\\", hatch_color="#a03ca0")

#: shares of the target, diverging at 1: browns below, blues from the target on
TARGET_BREAKS = (0.50, 0.75, 0.95, 1.00, 1.25)
TARGET_FILLS = ("#a63f0a", "#de7a33", "#f5b780", "#fbe2be", "#a6cfe6", "#3b82b8")
NO_TARGET = Symbol(fill="#d9dcc0", hatch="..", hatch_color="#7a7d62")
UNDECIDED = Symbol(fill="#a394a8")
NO_DATA = Symbol(fill="#c4c4c4")
INCOMPLETE = Symbol(hatch="/////", hatch_color="#333333")
