"""QML, the styles of QGIS, as version 3.22 reads it: one symbol, or one for each category."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

from urbanplan_gis.outputs.sheets.symbols import INK, PAPER, Symbol

FILL, LINE = "fill", "line"
#: value of the category that takes whatever no other category takes
OTHERS = ""

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_VERSION = "3.22.0"
_FONT = "DejaVu Sans"


@dataclass(frozen=True)
class Category:
    """One entry of a legend: features whose expression gives ``value`` are drawn so."""

    value: str
    label: str
    symbol: Symbol


def categorized(
    expression: str, categories: Sequence[Category], geometry: str, label: str = ""
) -> str:
    """QML that draws features by the text an expression gives for them.

    ``geometry`` is ``fill`` or ``line``; ``label`` a column to write on the features.
    """
    root, renderer = _document("categorizedSymbol", label)
    renderer.set("attr", expression)
    listed = ET.SubElement(renderer, "categories")
    drawn = ET.SubElement(renderer, "symbols")
    for number, entry in enumerate(categories):
        words = {"value": _clean(entry.value), "label": _clean(entry.label), "type": "string"}
        ET.SubElement(listed, "category", words, render="true", symbol=str(number))
        _add_symbol(drawn, str(number), entry.symbol, geometry)
    return _written(root, label)


def single(symbol: Symbol, geometry: str, label: str = "") -> str:
    """QML that draws all features alike."""
    root, renderer = _document("singleSymbol", label)
    _add_symbol(ET.SubElement(renderer, "symbols"), "0", symbol, geometry)
    return _written(root, label)


def _document(kind: str, label: str) -> tuple[ET.Element, ET.Element]:
    root = ET.Element(
        "qgis",
        version=_VERSION,
        styleCategories="Symbology|Labeling",
        labelsEnabled="1" if label else "0",
    )
    renderer = ET.SubElement(
        root, "renderer-v2", type=kind, symbollevels="0", forceraster="0", enableorderby="0"
    )
    return root, renderer


def _add_symbol(parent: ET.Element, name: str, symbol: Symbol, geometry: str) -> None:
    """The symbol with its layers, the lowest first."""
    element = ET.SubElement(
        parent, "symbol", name=name, type=geometry, alpha="1", clip_to_extent="1", force_rhr="0"
    )
    if geometry == FILL:
        if symbol.fill or symbol.edge:
            _add_fill(element, symbol.fill, "solid", symbol.edge, symbol.edge_mm)
        if symbol.hatch:
            slant = "b_diagonal" if symbol.hatch.startswith("/") else "f_diagonal"
            _add_fill(element, symbol.hatch_color, slant, None, 0.0)
    if symbol.line and symbol.casing:
        _add_line(element, symbol.casing, symbol.line_mm + 2 * symbol.casing_mm, ())
    if symbol.line:
        _add_line(element, symbol.line, symbol.line_mm, symbol.dash_mm)


def _add_fill(
    parent: ET.Element, colour: str | None, brush: str, edge: str | None, edge_mm: float
) -> None:
    _add_layer(
        parent,
        "SimpleFill",
        color=_rgba(colour),
        style=brush if colour else "no",
        outline_color=_rgba(edge),
        outline_style="solid" if edge else "no",
        outline_width=f"{edge_mm:g}",
        outline_width_unit="MM",
    )


def _add_line(parent: ET.Element, colour: str, width: float, dashes: Sequence[float]) -> None:
    """A line, which in a symbol of polygons is their outline."""
    _add_layer(
        parent,
        "SimpleLine",
        line_color=_rgba(colour),
        line_style="solid",
        line_width=f"{width:g}",
        line_width_unit="MM",
        capstyle="flat" if dashes else "round",
        joinstyle="round",
        use_custom_dash="1" if dashes else "0",
        customdash=";".join(f"{length:g}" for length in dashes) or "5;2",
        customdash_unit="MM",
    )


def _add_layer(parent: ET.Element, kind: str, **options: str) -> None:
    layer = ET.SubElement(
        parent, "layer", {"class": kind, "pass": "0", "locked": "0", "enabled": "1"}
    )
    table = ET.SubElement(layer, "Option", type="Map")
    for name, value in options.items():
        ET.SubElement(table, "Option", name=name, type="QString", value=value)


def _written(root: ET.Element, label: str) -> str:
    if label:
        _add_labels(root, label)
    return _DOCTYPE + ET.tostring(root, encoding="unicode")


def _add_labels(root: ET.Element, column: str) -> None:
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings,
        "text-style",
        fieldName=column,
        isExpression="0",
        fontFamily=_FONT,
        fontSize="9",
        fontSizeUnit="Point",
        textColor=_rgba(INK),
        textOpacity="1",
    )
    ET.SubElement(
        style,
        "text-buffer",
        bufferDraw="1",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor=_rgba(PAPER),
        bufferOpacity="0.8",
    )
    # 4: horizontal, inside the polygon
    ET.SubElement(settings, "placement", placement="4")


def _rgba(colour: str | None) -> str:
    """``#rrggbb`` as QGIS writes it; no colour is transparent."""
    if colour is None:
        return "0,0,0,0"
    bands = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return ",".join(map(str, (*bands, 255)))


def _clean(text: str) -> str:
    """Without the control characters that XML cannot hold."""
    return "".join(letter for letter in text if letter.isprintable())
