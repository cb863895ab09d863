"""SLD 1.1, the styles of map servers and other programs: the same symbols, rule by rule."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from urbanplan_gis.outputs.qml import FONT
from urbanplan_gis.outputs.qml_symbols import HATCH_MM, MARKS
from urbanplan_gis.outputs.sheets.hatching import HatchLines, HatchPoints, hatch_parts
from urbanplan_gis.outputs.sheets.symbols import INK, PAPER, Symbol
from urbanplan_gis.outputs.styling import (
    FILL,
    OTHERS,
    POINT,
    Category,
    Labels,
    LayerStyle,
    xml_text,
)

_NAMESPACES = {
    "xmlns": "http://www.opengis.net/sld",
    "xmlns:se": "http://www.opengis.net/se",
    "xmlns:ogc": "http://www.opengis.net/ogc",
    "version": "1.1.0",
}
#: SLD counts in pixels of 0.28 mm
_PIXEL_MM = 0.28
_POINT_MM = 25.4 / 72
_MARKER_MM = 2.2


def sld(style: LayerStyle, name: str) -> str:
    """The style of the layer ``name`` as a document: a rule for each category, and the labels."""
    root = ET.Element("StyledLayerDescriptor", _NAMESPACES)
    layer = ET.SubElement(root, "NamedLayer")
    ET.SubElement(layer, "se:Name").text = xml_text(name)
    named = ET.SubElement(layer, "UserStyle")
    ET.SubElement(named, "se:Name").text = xml_text(name)
    features = ET.SubElement(named, "se:FeatureTypeStyle")
    for entry in style.categories:
        _add_rule(features, entry, style, name)
    if style.labels and style.labels.is_column:
        _add_labels(features, style.labels, style)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode")


def _add_rule(parent: ET.Element, entry: Category, style: LayerStyle, name: str) -> None:
    rule = ET.SubElement(parent, "se:Rule")
    label = xml_text(entry.label) or xml_text(name)
    ET.SubElement(rule, "se:Name").text = label
    title = ET.SubElement(rule, "se:Description")
    ET.SubElement(title, "se:Title").text = label
    if style.expression and entry.value == OTHERS:
        ET.SubElement(rule, "se:ElseFilter")
    elif style.expression:
        _add_filter(rule, entry.where or ((style.expression, entry.value),))
    _add_range(rule, style.closer_than)
    geometry = entry.geometry or style.geometry
    if geometry == POINT:
        _add_point(rule, entry.symbol)
    elif geometry == FILL:
        _add_area(rule, entry.symbol)
    if geometry != POINT and entry.symbol.line:
        _add_lines(rule, entry.symbol)


def _add_filter(rule: ET.Element, where: Sequence[tuple[str, str]]) -> None:
    place = ET.SubElement(rule, "ogc:Filter")
    if len(where) > 1:
        place = ET.SubElement(place, "ogc:And")
    for column, value in where:
        equal = ET.SubElement(place, "ogc:PropertyIsEqualTo")
        ET.SubElement(equal, "ogc:PropertyName").text = column
        ET.SubElement(equal, "ogc:Literal").text = xml_text(value)


def _add_range(rule: ET.Element, closer_than: int) -> None:
    if closer_than:
        ET.SubElement(rule, "se:MaxScaleDenominator").text = str(closer_than)


def _add_area(rule: ET.Element, symbol: Symbol) -> None:
    """The fill with its edge, then a symbolizer for each pattern over it."""
    layers = hatch_parts(symbol.hatch)
    if symbol.fill or symbol.edge or not (layers or symbol.line):
        area = ET.SubElement(rule, "se:PolygonSymbolizer")
        if symbol.fill:
            _add_parameters(ET.SubElement(area, "se:Fill"), {"fill": symbol.fill})
        if symbol.edge:
            _add_stroke(area, symbol.edge, symbol.edge_mm)
    for pattern in layers:
        area = ET.SubElement(rule, "se:PolygonSymbolizer")
        fill = ET.SubElement(ET.SubElement(area, "se:Fill"), "se:GraphicFill")
        graphic = ET.SubElement(fill, "se:Graphic")
        if isinstance(pattern, HatchLines):
            _add_mark(graphic, "horline", None, symbol.hatch_color, HATCH_MM)
            _add_size(graphic, pattern.spacing_mm)
            # as QGIS writes and reads it
            turned = ET.SubElement(graphic, "se:Rotation")
            ET.SubElement(turned, "ogc:Literal").text = f"{pattern.angle:g}"
        else:
            _add_dots(graphic, pattern, symbol.hatch_color)
            apart = _pixels(pattern.spacing_mm)
            ET.SubElement(area, "se:VendorOption", name="distance").text = f"{apart},{apart}"


def _add_dots(graphic: ET.Element, dots: HatchPoints, colour: str) -> None:
    shape, filled = MARKS[dots.mark]
    _add_mark(graphic, shape, colour if filled else None, colour, HATCH_MM)
    _add_size(graphic, 2 * dots.radius_mm)


def _add_point(rule: ET.Element, symbol: Symbol) -> None:
    fill = symbol.fill or symbol.line
    graphic = ET.SubElement(ET.SubElement(rule, "se:PointSymbolizer"), "se:Graphic")
    edge = symbol.edge or (PAPER if fill else INK)
    _add_mark(graphic, "circle", fill, edge, symbol.edge_mm)
    _add_size(graphic, _MARKER_MM)


def _add_lines(rule: ET.Element, symbol: Symbol) -> None:
    if symbol.casing:
        width = symbol.line_mm + 2 * symbol.casing_mm
        _add_stroke(ET.SubElement(rule, "se:LineSymbolizer"), symbol.casing, width)
    line = ET.SubElement(rule, "se:LineSymbolizer")
    _add_stroke(line, symbol.line or INK, symbol.line_mm, symbol.dash_mm)


def _add_labels(parent: ET.Element, labels: Labels, style: LayerStyle) -> None:
    rule = ET.SubElement(parent, "se:Rule")
    _add_range(rule, labels.closer_than or style.closer_than)
    text = ET.SubElement(rule, "se:TextSymbolizer")
    said = ET.SubElement(text, "se:Label")
    ET.SubElement(said, "ogc:PropertyName").text = labels.text
    size = f"{labels.size * _POINT_MM / _PIXEL_MM:.3g}"
    weight = {"font-weight": "bold"} if labels.bold else {}
    font = {"font-family": FONT, "font-size": size, **weight}
    _add_parameters(ET.SubElement(text, "se:Font"), font)
    halo = ET.SubElement(text, "se:Halo")
    ET.SubElement(halo, "se:Radius").text = f"{0.7 / _PIXEL_MM:.3g}"
    _add_parameters(ET.SubElement(halo, "se:Fill"), {"fill": PAPER})
    _add_parameters(ET.SubElement(text, "se:Fill"), {"fill": labels.color})


def _add_mark(
    graphic: ET.Element, name: str, fill: str | None, stroke: str, width_mm: float
) -> None:
    mark = ET.SubElement(graphic, "se:Mark")
    ET.SubElement(mark, "se:WellKnownName").text = name
    if fill:
        _add_parameters(ET.SubElement(mark, "se:Fill"), {"fill": fill})
    _add_stroke(mark, stroke, width_mm)


def _add_size(graphic: ET.Element, size_mm: float) -> None:
    ET.SubElement(graphic, "se:Size").text = _pixels(size_mm)


def _add_stroke(
    parent: ET.Element, colour: str, width_mm: float, dashes: Sequence[float] = ()
) -> None:
    values = {"stroke": colour, "stroke-width": _pixels(width_mm), "stroke-linejoin": "round"}
    if dashes:
        values["stroke-dasharray"] = " ".join(_pixels(length) for length in dashes)
    _add_parameters(ET.SubElement(parent, "se:Stroke"), values)


def _add_parameters(parent: ET.Element, values: dict[str, str]) -> None:
    for name, value in values.items():
        ET.SubElement(parent, "se:SvgParameter", name=name).text = value


def _pixels(millimetres: float) -> str:
    return f"{millimetres / _PIXEL_MM:.3g}"
