"""Sheets for a printer without colours: every class keeps apart by lightness or by hatch.

A code has the same grey and hatch on every sheet; so has every symbol of a fixed set. Lines keep
their widths and dashes, which tell them apart where greys do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import product

import numpy as np

from urbanplan_gis.outputs.sheets import styles, symbols
from urbanplan_gis.outputs.sheets.colour_sight import (
    LEAST_HATCH_CONTRAST,
    grey_of,
    lightness,
    standing_out,
)
from urbanplan_gis.outputs.sheets.hatching import PLAIN, common_codes, patterns
from urbanplan_gis.outputs.sheets.symbols import PAPER, Symbol
from urbanplan_gis.outputs.sheets.theme import MapClass
from urbanplan_gis.standards.codes import GREEN_KINDS

#: L* that print and copy as different greys; white is the paper's own
TONES = (98.0, 85.0, 72.0, 59.0, 46.0)
#: L* by which two greys are told apart
LEAST_STEP = 10.0
_BANDS = np.array([0.2126, 0.7152, 0.0722])

_OF_NO_CODE = {
    symbol: Symbol(grey_of(85.0), symbol.hatch) for symbol in (symbols.NO_COLOUR, symbols.UNCODED)
}
_SETS: tuple[tuple[Symbol, ...], ...] = (
    tuple(symbols.GREEN_KINDS.values()),
    (symbols.NOT_COVERED, symbols.COVERED, symbols.COVERED_OUTSIDE),
    (symbols.TRANSPORT_LAND, symbols.RIGHT_OF_WAY, symbols.PARKING),
)
#: of the choropleths: below the target ever lighter, from the target on dotted
_OF_TARGET = (
    *((Symbol(fill), Symbol(grey_of(tone)))
      for fill, tone in zip(symbols.TARGET_FILLS, (40.0, 56.0, 72.0, 88.0), strict=False)),
    (Symbol(symbols.TARGET_FILLS[4]), Symbol(grey_of(88.0), "..")),
    (Symbol(symbols.TARGET_FILLS[5]), Symbol(grey_of(72.0), "....")),
    (symbols.UNDECIDED, Symbol(grey_of(72.0), "--")),
    (symbols.NO_TARGET, Symbol(grey_of(88.0), "oo")),
    (symbols.NO_DATA, Symbol(grey_of(88.0), "xxx")),
    (symbols.CONTEXT, Symbol(PAPER)),
)  # fmt: skip


def grey_variant(classes: Sequence[MapClass]) -> tuple[MapClass, ...]:
    """The classes in greys; areas in symbols of their own keep apart from all others."""
    known = {entry.key: _known_grey(entry) for entry in classes}
    taken = [grey for grey in known.values() if grey is not None and grey.fill]
    greys = []
    for entry in classes:
        grey = known[entry.key]
        if grey is None:
            grey = _free(entry.symbol, taken) if entry.symbol.fill else _toned(entry.symbol)
            taken += [grey] if grey.fill else []
        greys.append(replace(entry, symbol=grey))
    return tuple(greys)


def grey_symbol(symbol: Symbol) -> Symbol:
    """A symbol of the fixed sets, or any other by its lightness, in greys."""
    return _fixed_grey(symbol) or _toned(symbol)


def _fixed_grey(symbol: Symbol) -> Symbol | None:
    found = _fixed().get(replace(symbol, edge=None, edge_mm=Symbol.edge_mm))
    return found and _edged(found, symbol)


def _toned(symbol: Symbol) -> Symbol:
    """The greys of the same lightness."""
    found = replace(
        symbol,
        fill=symbol.fill and grey_colour(symbol.fill),
        hatch_color=grey_colour(symbol.hatch_color),
        line=symbol.line and grey_colour(symbol.line),
        casing=symbol.casing and grey_colour(symbol.casing),
    )
    return _edged(found, symbol)


def _edged(grey: Symbol, symbol: Symbol) -> Symbol:
    return replace(grey, edge=symbol.edge and grey_colour(symbol.edge), edge_mm=symbol.edge_mm)


def grey_colour(colour: str) -> str:
    """The grey of the same lightness."""
    return grey_of(lightness(colour))


def grey_picture(picture: np.ndarray) -> np.ndarray:
    """A picture (RGBA, 8 bits) in greys."""
    luma = np.rint(picture[..., :3] @ _BANDS).astype(np.uint8)
    return np.dstack([luma, luma, luma, picture[..., 3]])


def _known_grey(entry: MapClass) -> Symbol | None:
    """The grey of a code or of a fixed symbol."""
    code_list, _, code = entry.key.partition(":")
    for file in (styles.LAND_FILE, styles.PLAN_FILE):
        style = styles.style_of(file, code_list, code)
        if style is not None and code_list != GREEN_KINDS:
            return _edged(_of_codes(file)[style.code], entry.symbol)
    return _fixed_grey(entry.symbol)


@cache
def _fixed() -> Mapping[Symbol, Symbol]:
    greys = {symbol: _hatched(grey) for symbol, grey in _OF_NO_CODE.items()}
    for each in _SETS:
        greys |= dict(zip(each, _assign(each), strict=True))
    return greys | {symbol: _hatched(grey) for symbol, grey in _OF_TARGET}


@cache
def _of_codes(file: str) -> Mapping[str, Symbol]:
    """The grey of each code of a file, the commonest codes first."""
    drawn = {
        style.code: style.symbol
        for (code_list, _), style in styles.styles(file).items()
        if code_list != GREEN_KINDS
    }
    first = {code: place for place, code in enumerate(common_codes())}
    codes = sorted(drawn, key=lambda code: first.get(code, len(first)))
    return dict(zip(codes, _assign([drawn[code] for code in codes]), strict=True))


def _assign(colours: Sequence[Symbol]) -> list[Symbol]:
    """Greys of areas, no two alike in tone and hatch."""
    taken = [*_OF_NO_CODE.values()]
    greys = []
    for symbol in colours:
        greys.append(_free(symbol, taken))
        taken.append(greys[-1])
    return greys


def _free(symbol: Symbol, taken: Sequence[Symbol]) -> Symbol:
    """A grey apart from those taken; the own hatch and the nearest tone come first."""
    own = lightness(symbol.fill or PAPER)
    tones = sorted(TONES, key=lambda tone: abs(tone - own))
    hatches = dict.fromkeys((symbol.hatch, PLAIN, *patterns()))
    choices = (Symbol(grey_of(tone), hatch) for hatch, tone in product(hatches, tones))
    found = next((grey for grey in choices if all(_apart(grey, other) for other in taken)), None)
    return _edged(_hatched(found), symbol) if found else _toned(symbol)


def _apart(one: Symbol, two: Symbol) -> bool:
    step = abs(lightness(one.fill or PAPER) - lightness(two.fill or PAPER))
    return one.hatch != two.hatch or step >= LEAST_STEP


def _hatched(symbol: Symbol) -> Symbol:
    return replace(symbol, hatch_color=standing_out(symbol.fill or PAPER, LEAST_HATCH_CONTRAST))
