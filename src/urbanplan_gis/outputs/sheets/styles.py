"""Names and colours of land codes, planned functions and kinds of green, from ``standards``."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import combinations

from urbanplan_gis.outputs.sheets.symbols import NO_COLOUR, Symbol
from urbanplan_gis.standards.codes import GREEN_KINDS, read_rows
from urbanplan_gis.text import Name

LAND_FILE, PLAN_FILE = "land_codes.csv", "planning_functions.csv"
#: distance in RGB below which two colours are hard to tell apart in print
_CLOSE = 48.0
_RGB = ("red", "green", "blue")


@dataclass(frozen=True)
class CodeStyle:
    """One code as maps show it; ``order`` is its place in the standard."""

    code: str
    name: Name
    parent: str
    rgb: tuple[int, int, int] | None
    order: int

    @property
    def symbol(self) -> Symbol:
        """The standard's colour, or the stated fallback."""
        if self.rgb is None:
            return NO_COLOUR
        return Symbol(fill="#{:02x}{:02x}{:02x}".format(*self.rgb))


@cache
def styles(file: str) -> Mapping[tuple[str, str], CodeStyle]:
    """Styles by (list, code in lower case) of one file of the standards."""
    found = {}
    for order, row in enumerate(read_rows(file)):
        rgb = tuple(int(row[band]) for band in _RGB) if all(row[band] for band in _RGB) else None
        found[row["list"], row["code"].casefold()] = CodeStyle(
            code=row["code"],
            name=Name(vi=row["name_vi"], en=row["name_en"]),
            parent=row.get("parent", ""),
            rgb=rgb,  # ty: ignore[invalid-argument-type]
            order=order,
        )
    return found


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
    close: set[str] = set()
    for (one, first), (two, second) in combinations(symbols.items(), 2):
        if _distance(first.fill, second.fill) < _CLOSE:
            close |= {one, two}
    return frozenset(close)


@cache
def class_set(name: str) -> Mapping[str, frozenset[str]]:
    """Codes (lower case) of a named class set, by code list."""
    data = files("urbanplan_gis.standards") / "data" / "class_sets.toml"
    codes: Mapping[str, Iterable[str]] = tomllib.loads(data.read_text(encoding="utf-8"))[name][
        "codes"
    ]
    return {key: frozenset(code.casefold() for code in listed) for key, listed in codes.items()}


def _distance(one: str | None, two: str | None) -> float:
    if one is None or two is None:
        return 0.0
    return sum((a - b) ** 2 for a, b in zip(_bands(one), _bands(two), strict=True)) ** 0.5


def _bands(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[start : start + 2], 16) for start in (1, 3, 5))
