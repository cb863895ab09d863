"""QML, the styles of QGIS, as version 3.22 reads it: symbols, labels, words of columns."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from urbanplan_gis.outputs.qml_symbols import add_symbol, rgba
from urbanplan_gis.outputs.sheets.symbols import PAPER
from urbanplan_gis.outputs.styling import FILL as FILL
from urbanplan_gis.outputs.styling import (
    LINE,
    OTHERS,
    POINT,
    FieldForm,
    Labels,
    LayerStyle,
    printable,
    xml_text,
)
from urbanplan_gis.outputs.styling import single as single

VERSION = "3.22.0"
FONT = "DejaVu Sans"
_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
_ALWAYS = 100_000_000
#: letters after which a label goes on in the next line
_WRAP = "28"
#: QGIS placements: inside the polygon and horizontal, along a line
_INSIDE, _ALONG = "4", "3"
#: what QGIS calls kinds of geometry in expressions
_GEOMETRY_TYPES = {FILL: "Polygon", LINE: "Line", POINT: "Point"}


def qml(style: LayerStyle) -> str:
    """The style as a document of its own."""
    categories = "Symbology|Labeling|Rendering"
    if style.fields:
        categories += "|Fields|Forms|MapTips"
    root = ET.Element("qgis", version=VERSION, styleCategories=categories)
    add_style(root, style)
    return _DOCTYPE + ET.tostring(root, encoding="unicode")


def add_style(root: ET.Element, style: LayerStyle) -> None:
    """Renderer, labels, scale range, aliases and widgets, as they stand in a style or a layer."""
    root.set("labelsEnabled", "1" if style.labels else "0")
    root.set("hasScaleBasedVisibilityFlag", "1" if style.closer_than else "0")
    root.set("minScale", str(style.closer_than or _ALWAYS))
    root.set("maxScale", "0")
    _add_renderer(root, style)
    if style.labels:
        _add_labels(root, style.labels, style.geometry)
    if style.fields:
        add_fields(root, style.fields)
    if style.title:
        ET.SubElement(root, "previewExpression").text = style.title


def _add_renderer(root: ET.Element, style: LayerStyle) -> None:
    kind = "categorizedSymbol" if style.expression else "singleSymbol"
    kind = "RuleRenderer" if any(entry.geometry for entry in style.categories) else kind
    cased = [entry for entry in style.categories if entry.symbol.casing]
    renderer = ET.SubElement(
        root,
        "renderer-v2",
        type=kind,
        symbollevels="1" if cased and style.geometry == LINE else "0",
        forceraster="0",
        enableorderby="0",
    )
    if kind == "RuleRenderer":
        _add_rules(renderer, style)
    elif style.expression:
        renderer.set("attr", _value(style))
        listed = ET.SubElement(renderer, "categories")
        for number, entry in enumerate(style.categories):
            words = {"value": xml_text(entry.value), "label": printable(entry.label)}
            ET.SubElement(
                listed, "category", words, type="string", render="true", symbol=str(number)
            )
    drawn = ET.SubElement(renderer, "symbols")
    count = len(style.categories)
    for number, entry in enumerate(style.categories):
        # the first entries are drawn last, and all casings before all lines
        level = count - number
        levels = (level, count + level)
        add_symbol(
            drawn,
            str(number),
            entry.symbol,
            entry.geometry or style.geometry,
            levels,
            style.width,
            "" if style.expression else style.drawn,
        )


def _value(style: LayerStyle) -> str:
    """What features are told apart by, as a legend of what a map shows needs it.

    QGIS lists the entry of the rest only for features whose value is that entry's own, nothing at
    all for those without a value: these it does not draw either.
    """
    asked = style.expression
    if not (style.drawn or any(entry.value == OTHERS for entry in style.categories)):
        return asked
    if asked.isidentifier():
        asked = f'"{asked}"'
    if any(entry.value == OTHERS for entry in style.categories):
        listed = ", ".join(_quoted(xml_text(e.value)) for e in style.categories if e.value)
        asked = f"CASE WHEN {asked} IN ({listed}) THEN {asked} ELSE '' END" if listed else "''"
    return f"CASE WHEN {style.drawn} THEN {asked} END" if style.drawn else asked


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _add_rules(renderer: ET.Element, style: LayerStyle) -> None:
    """A rule for each entry: features of its kind of geometry alone."""
    rules = ET.SubElement(renderer, "rules", key="rules")
    for number, entry in enumerate(style.categories):
        where = entry.where or ((style.expression, entry.value),)
        asked = [f"\"{column}\" = '{value}'" for column, value in where]
        asked.append(f"geometry_type($geometry) = '{_GEOMETRY_TYPES[entry.geometry]}'")
        ET.SubElement(
            rules, "rule", key=f"rule{number}", symbol=str(number), filter=" AND ".join(asked),
            label=printable(entry.label),
        )  # fmt: skip


def _add_labels(root: ET.Element, labels: Labels, geometry: str) -> None:
    labeling = ET.SubElement(root, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = add_text_style(settings, labels.size, labels.bold, labels.color)
    style.set("fieldName", labels.text)
    style.set("isExpression", "0" if labels.is_column else "1")
    ET.SubElement(settings, "text-format", wrapChar="\n", multilineAlign="1", autoWrapLength=_WRAP)
    ET.SubElement(
        settings,
        "placement",
        placement=_ALONG if geometry == LINE else _INSIDE,
        placementFlags="10",
        polygonPlacementFlags="2",
        centroidWhole="0",
        centroidInside="1",
        fitInPolygonOnly="1" if labels.inside and geometry == FILL else "0",
        priority=str(labels.priority),
        dist="0",
        distUnits="MM",
        repeatDistance="60" if geometry == LINE else "0",
        repeatDistanceUnits="MM",
    )
    ET.SubElement(
        settings,
        "rendering",
        drawLabels="1",
        scaleVisibility="1" if labels.closer_than else "0",
        scaleMin="0",
        scaleMax=str(labels.closer_than),
        labelPerPart="0",
        mergeLines="1" if geometry == LINE else "0",
        obstacle="0",
        fontMinPixelSize="3",
        fontMaxPixelSize="10000",
    )


def add_text_style(
    parent: ET.Element, size: float, bold: bool = False, color: str = "#000000", halo: bool = True
) -> ET.Element:
    """Letters as QGIS stores them; with a halo they can be read on any ground."""
    style = ET.SubElement(
        parent,
        "text-style",
        fontFamily=FONT,
        namedStyle="Bold" if bold else "Book",
        fontWeight="75" if bold else "50",
        fontSize=f"{size:g}",
        fontSizeUnit="Point",
        textColor=rgba(color),
        textOpacity="1",
        multilineHeight="1",
    )
    ET.SubElement(
        style,
        "text-buffer",
        bufferDraw="1" if halo else "0",
        bufferSize="0.8",
        bufferSizeUnits="MM",
        bufferColor=rgba(PAPER),
        bufferOpacity="1",
        bufferNoFill="0",
        bufferJoinStyle="128",
    )
    return style


def add_fields(root: ET.Element, fields: Mapping[str, FieldForm]) -> None:
    """Names, widgets and columns of the attribute table; nothing can be edited."""
    widgets = ET.SubElement(root, "fieldConfiguration")
    aliases = ET.SubElement(root, "aliases")
    columns = ET.SubElement(
        ET.SubElement(root, "attributetableconfig", actionWidgetStyle="buttonList"), "columns"
    )
    editable, on_top = ET.SubElement(root, "editable"), ET.SubElement(root, "labelOnTop")
    for number, (name, form) in enumerate(fields.items()):
        field = ET.SubElement(widgets, "field", name=name, configurationFlags="None")
        _add_widget(field, form)
        ET.SubElement(aliases, "alias", index=str(number), field=name, name=form.alias)
        hidden = "1" if form.hidden else "0"
        ET.SubElement(columns, "column", type="field", name=name, hidden=hidden, width="-1")
        ET.SubElement(editable, "field", name=name, editable="0")
        top = "1" if form.multiline else "0"
        ET.SubElement(on_top, "field", name=name, labelOnTop=top)


def _add_widget(field: ET.Element, form: FieldForm) -> None:
    """The widget a value is shown in; nothing is ever read as HTML."""
    kinds = {"flag": "CheckBox", "date": "DateTime", "number": "Range"}
    if form.hidden:
        kind = "Hidden"
    elif form.values:
        kind = "ValueMap"
    else:
        kind = kinds.get(form.kind, "TextEdit")
    config = ET.SubElement(ET.SubElement(field, "editWidget", type=kind), "config")
    table = ET.SubElement(config, "Option", type="Map")
    if kind == "ValueMap":
        listed = ET.SubElement(table, "Option", type="List", name="map")
        for token, words in form.values.items():
            pair = ET.SubElement(listed, "Option", type="Map")
            _add_option(pair, printable(words), xml_text(token))
    elif kind == "TextEdit":
        _add_option(table, "IsMultiline", "true" if form.multiline else "false", "bool")
        _add_option(table, "UseHtml", "false", "bool")
    elif kind == "DateTime":
        _add_option(table, "display_format", form.date_format)
        _add_option(table, "field_format", "yyyy-MM-dd")
        _add_option(table, "allow_null", "true", "bool")


def _add_option(parent: ET.Element, name: str, value: str, kind: str = "QString") -> None:
    ET.SubElement(parent, "Option", type=kind, name=name, value=value)
