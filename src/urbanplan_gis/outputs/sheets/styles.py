"""Names, colours and hatches of land codes, planned functions and kinds of green."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from urbanplan_gis.outputs.sheets.colour_sight import (
    LEAST_DISTANCE,
    LEAST_HATCH_CONTRAST,
    distances,
    standing_out,
)
from urbanplan_gis.outputs.sheets.hatching import assign_hatches
from urbanplan_gis.outputs.sheets.symbols import GREEN_KINDS as KINDS
from urbanplan_gis.outputs.sheets.symbols import NO_COLOUR, PAPER, UNCODED, Symbol
from urbanplan_gis.standards.codes import GREEN_KINDS, read_rows
from urbanplan_gis.text import Name

LAND_FILE, PLAN_FILE = "land_codes.csv", "planning_functions.csv"
_RGB = ("red", "green", "blue")


@dataclass(frozen=True)
class CodeStyle:
    """One code as maps show it: the standard's colour, or a stated fallback where ``rgb`` is None,
    in its hatch; ``order`` is its place in the standard."""

    code: str
    name: Name
    parent: str
    rgb: tuple[int, int, int] | None
    order: int
    symbol: Symbol


@cache
def styles(file: str) -> Mapping[tuple[str, str], CodeStyle]:
    """Styles by (list, code in lower case) of one file of the standards."""
    rows = read_rows(file)
    drawn = {row["code"]: _rgb(row) for row in rows if row["list"] != GREEN_KINDS}
    fills = {
        code: "#{:02x}{:02x}{:02x}".format(*rgb) if rgb else None for code, rgb in drawn.items()
    }
    hatches = assign_hatches(fills, str(NO_COLOUR.fill), (NO_COLOUR.hatch, UNCODED.hatch))
    return {
        (row["list"], row["code"].casefold()): CodeStyle(
            code=row["code"],
            name=Name(vi=row["name_vi"], en=row["name_en"]),
            parent=row.get("parent", ""),
            rgb=_rgb(row),
            order=order,
            symbol=_symbol(fills[row["code"]], hatches[row["code"]])
            if row["code"] in fills
            else KINDS.get(row["code"], NO_COLOUR),
        )
        for order, row in enumerate(rows)
    }


def _rgb(row: Mapping[str, str]) -> tuple[int, int, int] | None:
    if not all(row[band] for band in _RGB):
        return None
    red, green, blue = (int(row[band]) for band in _RGB)
    return red, green, blue


def _symbol(fill: str | None, hatch: str) -> Symbol:
    ground = fill or str(NO_COLOUR.fill)
    return Symbol(ground, hatch, standing_out(ground, LEAST_HATCH_CONTRAST))


def style_of(file: str, code_list: str, code: str) -> CodeStyle | None:
    """The style of a code, or None where the list does not have it."""
    return styles(file).get((code_list, code.casefold()))


def top_group(code_list: str, code: str) -> CodeStyle | None:
    """The topmost ancestor of a land code (agricultural, non-agricultural, unused land)."""
    style = style_of(LAND_FILE, code_list, code)
    seen: set[str] = set()
    while style is not None and style.parent and style.code not in seen:
        seen.add(style.code)
        style = style_of(LAND_FILE, code_list, style.parent)
    return style


def green_name(kind: str) -> Name | None:
    """The name of a kind of green, or None for a kind nobody declared."""
    style = style_of(PLAN_FILE, GREEN_KINDS, kind)
    return style.name if style else None


def hard_to_tell(symbols: Mapping[str, Symbol]) -> frozenset[str]:
    """The keys of symbols whose fill is the same as, or close to, that of another."""
    names = list(symbols)
    close = distances(symbol.fill or PAPER for symbol in symbols.values()) < LEAST_DISTANCE
    np.fill_diagonal(close, False)
    return frozenset(names[number] for number in np.flatnonzero(close.any(axis=1)))


@cache
def class_set(name: str) -> Mapping[str, frozenset[str]]:
    """Codes (lower case) of a named class set, by code list."""
    data = files("urbanplan_gis.standards") / "data" / "class_sets.toml"
    codes: Mapping[str, Iterable[str]] = tomllib.loads(data.read_text(encoding="utf-8"))[name][
        "codes"
    ]
    return {key: frozenset(code.casefold() for code in listed) for key, listed in codes.items()}
