"""Which code is drawn in which hatch, over the whole of a list, so that maps can be compared.

Colours of the standards are never changed. Codes whose colours are closer than
:data:`~urbanplan_gis.outputs.sheets.colour_sight.LEAST_DISTANCE` get different hatches: the graph
of such pairs is coloured with patterns, the commonest codes first.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import groupby

import numpy as np

from urbanplan_gis.outputs.sheets.colour_sight import LEAST_DISTANCE, distances

#: matplotlib draws six lines or rows of dots to the inch for every letter of a hatch
_INCH_MM, _PER_INCH = 25.4, 6
_ANGLES = {"-": (0.0,), "|": (90.0,), "/": (45.0,), "\\": (135.0,), "+": (0.0, 90.0),
           "x": (45.0, 135.0)}  # fmt: skip
#: letters of points, and their radius as a share of the distance between rows
_POINTS = {".": ("dot", 0.1), "o": ("ring", 0.2), "*": ("star", 1 / 3)}
PLAIN = ""


@dataclass(frozen=True)
class HatchLines:
    """Parallel lines: degrees from the horizontal, anticlockwise, and millimetres apart."""

    angle: float
    spacing_mm: float


@dataclass(frozen=True)
class HatchPoints:
    """Rows of a mark (``dot``, ``ring`` or ``star``), each shifted by half a step against the
    next; millimetres between rows, and the radius of a mark."""

    mark: str
    spacing_mm: float
    radius_mm: float


def hatch_parts(hatch: str) -> tuple[HatchLines | HatchPoints, ...]:
    """What a hatch of a symbol is made of, for programs that do not read matplotlib's letters."""
    parts: list[HatchLines | HatchPoints] = []
    for letter, run in groupby(hatch):
        spacing = _INCH_MM / (_PER_INCH * len(list(run)))
        for angle in _ANGLES.get(letter, ()):
            slanted = angle % 90 != 0
            parts.append(HatchLines(angle, spacing * (2**0.5 if slanted else 1)))
        if letter in _POINTS:
            mark, share = _POINTS[letter]
            parts.append(HatchPoints(mark, spacing, share * spacing))
    return tuple(parts)


def assign_hatches(
    colours: Mapping[str, str | None], fallback: str, reserved: Iterable[str]
) -> dict[str, str]:
    """A hatch for each code of a list.

    ``colours`` are ``#rrggbb`` by code, in the order of the standard. Codes without a colour are
    drawn in the colour ``fallback``, always hatched, but never in the ``reserved`` patterns.
    """
    rules = _rules()
    first = {code: place for place, code in enumerate(rules.common)}
    codes = list(colours)
    close = distances(colours[code] or fallback for code in codes) < LEAST_DISTANCE
    np.fill_diagonal(close, False)
    # a code close to many is given its pattern before one close to few: fewer patterns are needed
    order = sorted(
        range(len(codes)),
        key=lambda one: (first.get(codes[one], len(first)), -int(close[one].sum()), one),
    )
    given: dict[int, str] = {}
    for one in order:
        taken = {given[other] for other in np.flatnonzero(close[one]) if other in given}
        if colours[codes[one]] is None:
            taken |= {PLAIN, *reserved}
        given[one] = _first_free((PLAIN, *rules.patterns), taken)
    return {code: given[number] for number, code in enumerate(codes)}


def patterns() -> tuple[str, ...]:
    """The hatches there are, the calmest first."""
    return _rules().patterns


def common_codes() -> tuple[str, ...]:
    """Codes that cover most ground, which stay plainest."""
    return _rules().common


def _first_free(choices: Sequence[str], taken: set[str]) -> str:
    found = next((choice for choice in choices if choice not in taken), None)
    if found is None:
        raise ValueError("hatching.toml has too few patterns for the codes of the standards")
    return found


@dataclass(frozen=True)
class _Rules:
    patterns: tuple[str, ...]
    common: tuple[str, ...]


@cache
def _rules() -> _Rules:
    text = files("urbanplan_gis.standards") / "data" / "hatching.toml"
    rules = tomllib.loads(text.read_text(encoding="utf-8"))
    return _Rules(tuple(rules["patterns"]), tuple(rules["common"]))
