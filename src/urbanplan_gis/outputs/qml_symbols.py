"""Symbols as QGIS 3.22 stores them: fills with line and point patterns, cased and dashed lines."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from urbanplan_gis.outputs.sheets.hatching import HatchLines, HatchPoints, hatch_parts
from urbanplan_gis.outputs.sheets.symbols import INK, PAPER, Symbol
from urbanplan_gis.outputs.styling import FILL, POINT

#: mark of a hatch -> its shape in QGIS, and whether it is filled
MARKS = {"dot": ("circle", True), "ring": ("circle", False), "star": ("star", True)}
HATCH_MM = 0.13
_POINT_MM = 2.2
_BY_EXPRESSION = "3"


def add_symbol(
    parent: ET.Element,
    name: str,
    symbol: Symbol,
    geometry: str,
    levels: tuple[int, int] = (0, 0),
    width: str = "",
    drawn: str = "",
) -> ET.Element:
    """The symbol with its layers, the lowest first.

    ``levels`` are the drawing levels of casings and of lines; ``width`` is the expression of the
    width of lines (mm), if it is not the symbol's, ``drawn`` that of whether it is drawn at all.
    """
    element = _symbol(parent, name, geometry)
    _add_layers(element, symbol, geometry, levels)
    for layer in element.findall("layer") if width or drawn else ():
        expressions = {"enabled": drawn} if drawn else {}
        if width and layer.get("class") == "SimpleLine":
            expressions["outlineWidth"] = width
        add_expressions(layer, "data_defined_properties", expressions)
    return element


def _add_layers(
    element: ET.Element, symbol: Symbol, geometry: str, levels: tuple[int, int]
) -> None:
    if geometry == POINT:
        _add_marker(element, symbol, _POINT_MM)
        return
    if geometry == FILL:
        hatched = symbol.hatch and not (symbol.fill or symbol.edge)
        if symbol.fill or symbol.edge or not (hatched or symbol.line):
            _add_fill(element, symbol.fill, symbol.edge, symbol.edge_mm)
        for pattern in hatch_parts(symbol.hatch):
            _add_pattern(element, pattern, symbol.hatch_color)
    below, above = levels
    if symbol.line and symbol.casing:
        _add_line(element, symbol.casing, symbol.line_mm + 2 * symbol.casing_mm, (), below)
    if symbol.line:
        _add_line(element, symbol.line, symbol.line_mm, symbol.dash_mm, above)


def add_expressions(parent: ET.Element, tag: str, expressions: dict[str, str]) -> None:
    """Properties that QGIS computes anew for every feature or page."""
    collection = ET.SubElement(ET.SubElement(parent, tag), "Option", type="Map")
    ET.SubElement(collection, "Option", name="name", type="QString", value="")
    properties = ET.SubElement(collection, "Option", name="properties", type="Map")
    for name, expression in expressions.items():
        entry = ET.SubElement(properties, "Option", name=name, type="Map")
        ET.SubElement(entry, "Option", name="active", type="bool", value="true")
        ET.SubElement(entry, "Option", name="expression", type="QString", value=expression)
        ET.SubElement(entry, "Option", name="type", type="int", value=_BY_EXPRESSION)
    ET.SubElement(collection, "Option", name="type", type="QString", value="collection")


def rgba(colour: str | None) -> str:
    """``#rrggbb`` as QGIS writes it; no colour is transparent."""
    if colour is None:
        return "0,0,0,0"
    bands = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return ",".join(map(str, (*bands, 255)))


def add_options(parent: ET.Element, options: dict[str, str]) -> None:
    """Settings as QGIS lists them."""
    table = ET.SubElement(parent, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(table, "Option", name=name, type="QString", value=value)


def _symbol(parent: ET.Element, name: str, geometry: str) -> ET.Element:
    return ET.SubElement(
        parent, "symbol", name=name, type=geometry, alpha="1", clip_to_extent="1", force_rhr="0"
    )


def _add_fill(parent: ET.Element, colour: str | None, edge: str | None, edge_mm: float) -> None:
    _add_layer(
        parent,
        "SimpleFill",
        color=rgba(colour),
        style="solid" if colour else "no",
        outline_color=rgba(edge),
        outline_style="solid" if edge else "no",
        outline_width=f"{edge_mm:g}",
        outline_width_unit="MM",
        joinstyle="bevel",
    )


def _add_pattern(parent: ET.Element, pattern: HatchLines | HatchPoints, colour: str) -> None:
    if isinstance(pattern, HatchLines):
        layer = _add_layer(
            parent,
            "LinePatternFill",
            angle=f"{pattern.angle:g}",
            color=rgba(colour),
            distance=f"{pattern.spacing_mm:.4g}",
            distance_unit="MM",
            line_width=f"{HATCH_MM:g}",
            line_width_unit="MM",
        )
        _add_line(_symbol(layer, "@0@1", "line"), colour, HATCH_MM, ())
        return
    layer = _add_layer(
        parent,
        "PointPatternFill",
        distance_x=f"{pattern.spacing_mm:.4g}",
        distance_x_unit="MM",
        distance_y=f"{pattern.spacing_mm:.4g}",
        distance_y_unit="MM",
        displacement_x=f"{pattern.spacing_mm / 2:.4g}",
        displacement_x_unit="MM",
    )
    shape, filled = MARKS[pattern.mark]
    mark = Symbol(fill=colour if filled else None, edge=colour, edge_mm=HATCH_MM)
    _add_marker(_symbol(layer, "@0@1", POINT), mark, 2 * pattern.radius_mm, shape)


def _add_marker(parent: ET.Element, symbol: Symbol, size: float, shape: str = "circle") -> None:
    fill = symbol.fill or symbol.line
    edge = symbol.edge or (PAPER if fill else INK)
    _add_layer(
        parent,
        "SimpleMarker",
        name=shape,
        color=rgba(fill),
        outline_color=rgba(edge),
        outline_style="solid",
        outline_width=f"{symbol.edge_mm:g}",
        outline_width_unit="MM",
        size=f"{size:g}",
        size_unit="MM",
        scale_method="diameter",
        horizontal_anchor_point="1",
        vertical_anchor_point="1",
    )


def _add_line(
    parent: ET.Element, colour: str, width: float, dashes: Sequence[float], level: int = 0
) -> None:
    """A line, which in a symbol of polygons is their outline."""
    _add_layer(
        parent,
        "SimpleLine",
        level,
        line_color=rgba(colour),
        line_style="solid",
        line_width=f"{width:g}",
        line_width_unit="MM",
        capstyle="flat" if dashes else "round",
        joinstyle="round",
        use_custom_dash="1" if dashes else "0",
        customdash=";".join(f"{length:g}" for length in dashes) or "5;2",
        customdash_unit="MM",
    )


def _add_layer(parent: ET.Element, kind: str, level: int = 0, **options: str) -> ET.Element:
    attributes = {"class": kind, "pass": str(level), "locked": "0", "enabled": "1"}
    layer = ET.SubElement(parent, "layer", attributes)
    add_options(layer, options)
    return layer
