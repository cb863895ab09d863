"""Signs of the map: the fills, hatches and lines of the sheets, as the page draws them."""

from __future__ import annotations

from typing import Any

from urbanplan_gis.outputs.sheets import styles, symbols
from urbanplan_gis.outputs.sheets.hatching import HatchLines, HatchPoints, hatch_parts
from urbanplan_gis.outputs.sheets.styles import CodeStyle
from urbanplan_gis.outputs.sheets.symbols import Symbol


def sign(symbol: Symbol) -> dict[str, Any]:
    """A symbol as the page draws it; lengths in millimetres on paper."""
    told: dict[str, Any] = {}
    if symbol.fill:
        told["fill"] = symbol.fill
    if symbol.hatch:
        parts = [_hatch_part(part) for part in hatch_parts(symbol.hatch)]
        told |= {"hatch": parts, "ink": symbol.hatch_color}
    if symbol.line:
        told |= {"line": symbol.line, "mm": symbol.line_mm}
    if symbol.line and symbol.casing:
        told |= {"casing": symbol.casing, "casing_mm": symbol.casing_mm}
    if symbol.line and symbol.dash_mm:
        told["dash"] = list(symbol.dash_mm)
    return told


def _hatch_part(part: HatchLines | HatchPoints) -> dict[str, Any]:
    if isinstance(part, HatchLines):
        return {"angle": part.angle, "mm": part.spacing_mm}
    return {"mark": part.mark, "mm": part.spacing_mm, "radius": part.radius_mm}


def code_style(code_list: str, code: str) -> CodeStyle | None:
    """The style of a land code or planned function, or None where no list has it."""
    found = (
        styles.style_of(file, code_list, code) for file in (styles.LAND_FILE, styles.PLAN_FILE)
    )
    return next((style for style in found if style is not None), None)


def code_symbol(code_list: str, code: str) -> Symbol:
    """The one place from which the page takes the look of a code."""
    style = code_style(code_list, code)
    return style.symbol if style else symbols.NO_COLOUR
