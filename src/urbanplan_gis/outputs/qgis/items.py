"""The items of a print layout, placed in millimetres from the top left corner of the page."""

from __future__ import annotations

import base64
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

from urbanplan_gis.outputs.qgis.xml import add_crs, child, identifier, xml_lines
from urbanplan_gis.outputs.qml import FONT, add_text_style
from urbanplan_gis.outputs.qml_symbols import add_expressions, add_symbol, rgba
from urbanplan_gis.outputs.sheets.symbols import INK, PAPER, Symbol
from urbanplan_gis.outputs.styling import FILL, LINE, POINT

_PAGE, _MAP, _PICTURE, _LABEL, _SHAPE = "65638", "65639", "65640", "65641", "65643"
_BAR, _FRAME, _TABLE = "65646", "65647", "65649"
#: grid lines as on the sheets
_GRID = Symbol(line="#35506b", line_mm=0.08)
#: the smallest 1, 2 or 5 times a power of ten that is at least 40 mm on paper
_ROUND_STEP = (
    "with_variable('mm40', 0.04 * {scale}, with_variable('power', 10 ^ floor(log10(@mm40)), "
    "array_first(array_filter(array(@power, 2 * @power, 5 * @power, 10 * @power), "
    "@element >= @mm40))))"
)
_DEFINED = "dataDefinedProperties"
_LEFT, _RIGHT, _CENTRE, _TOP, _MIDDLE = "1", "2", "4", "32", "128"
_ARROW = """<svg xmlns="http://www.w3.org/2000/svg" width="60" height="90" viewBox="0 0 60 90">
<path d="M30 22 L46 84 L30 72 L14 84 Z" fill="#ffffff" stroke="#1a1a1a" stroke-width="1.6"/>
<path d="M30 22 L30 72 L14 84 Z" fill="#1a1a1a"/>
<path d="{letter}" fill="none" stroke="#1a1a1a" stroke-width="2.4"/></svg>"""
#: the letters for north in Vietnamese (bắc) and English as strokes, so that no font is needed
_LETTERS = {
    "vi": "M25 3 V17 H32 A3.6 3.6 0 0 0 32 9.8 H25 M25 3 H31 A3.4 3.4 0 0 1 31 9.8",
    "en": "M24 17 V3 L36 17 V3",
}


@dataclass(frozen=True)
class Box:
    """A rectangle on the page: left, top, width, height (millimetres)."""

    x: float
    y: float
    width: float
    height: float


def layout(name: str, width: float, height: float) -> ET.Element:
    """An empty layout of one page."""
    root = ET.Element("Layout", name=name, units="mm", printResolution="300", worldFileMap="")
    child(root, "Snapper", tolerance="5", snapToGrid="0", snapToGuides="1", snapToItems="1")
    child(root, "Grid", resUnits="mm", resolution="10", offsetUnits="mm", offsetX="0", offsetY="0")
    pages = child(root, "PageCollection")
    blank = Symbol(fill=PAPER)
    add_symbol(pages, "", blank, FILL)
    page = add_item(pages, _PAGE, (name, "page"), Box(0, 0, width, height))
    add_symbol(page, "", blank, FILL)
    child(pages, "GuideCollection", visible="1")
    return root


def finish(root: ET.Element) -> ET.Element:
    """Exported text stays text."""
    properties = child(child(root, "customproperties"), "Option", type="Map")
    child(properties, "Option", name="pdfTextFormat", type="int", value="1")
    return root


def add_label(
    root: ET.Element,
    key: str,
    text: str,
    box: Box,
    size: float,
    bold: bool = False,
    color: str = INK,
    align: str = "left",
    middle: bool = False,
) -> None:
    """Text that wraps in its box. What stands between ``[%`` and ``%]`` is an expression."""
    item = add_item(root, _LABEL, (root.get("name"), key), box)
    item.set("labelText", xml_lines(text))
    item.set("htmlState", "0")
    item.set("marginX", "0")
    item.set("marginY", "0")
    item.set("halign", {"left": _LEFT, "right": _RIGHT, "center": _CENTRE}[align])
    item.set("valign", _MIDDLE if middle else _TOP)
    child(item, "LabelFont", description=font(size, bold), style="Bold" if bold else "Book")
    red, green, blue = (int(color[start : start + 2], 16) for start in (1, 3, 5))
    child(item, "FontColor", red=red, green=green, blue=blue, alpha=255)


def font(size: float, bold: bool = False) -> str:
    """A font as Qt writes it."""
    return f"{FONT},{size:g},-1,5,{75 if bold else 50},0,0,0,0,0"


def add_rectangle(root: ET.Element, key: str, box: Box, symbol: Symbol) -> None:
    """A frame or a panel."""
    item = add_item(root, _SHAPE, (root.get("name"), key), box)
    item.set("shapeType", "1")
    item.set("cornerRadiusMeasure", "0,mm")
    add_symbol(item, "", symbol, FILL)


def add_map(
    root: ET.Element,
    box: Box,
    extent: Sequence[float],
    theme: str,
    grid_m: int | None,
    crs: str,
    page_scale: str | None = None,
) -> str:
    """A map of a theme with its grid and the coordinates around it; its id.

    With the expression of a ``page_scale`` it moves with the pages of an atlas, each at its scale.
    """
    item = add_item(root, _MAP, (root.get("name"), "map"), box, frame=True)
    for name, value in (
        ("followPreset", "true"), ("followPresetName", theme), ("keepLayerSet", "false"),
        ("mapRotation", "0"), ("drawCanvasItems", "false"), ("labelMargin", "0,mm"),
        ("mapFlags", "0"), ("isTemporal", "0"), ("id", "map"),
    ):  # fmt: skip
        item.set(name, value)
    names = ("xmin", "ymin", "xmax", "ymax")
    limits = {name: f"{value:.3f}" for name, value in zip(names, extent, strict=True)}
    child(item, "Extent", **limits)
    add_crs(item, crs)
    child(item, "LayerSet")
    # the item's own properties come first: QGIS takes the first it finds, those of the grid too
    expressions = {"dataDefinedMapScale": page_scale} if page_scale else {}
    add_expressions(child(item, "LayoutObject"), _DEFINED, expressions)
    _add_grid(item, (root.get("name"), "grid"), grid_m, crs, page_scale)
    child(item, "AtlasMap", atlasDriven="1" if page_scale else "0", scalingMode="0", margin="0.1")
    child(item, "labelBlockingItems")
    return str(item.get("uuid"))


def _add_grid(
    item: ET.Element, key: Sequence[object], step: int | None, crs: str, page_scale: str | None
) -> None:
    """Lines with northings at the sides and eastings above and below, ``step`` metres apart.

    Where every page has its scale the lines are a round distance of at least 40 mm apart.
    """
    sides = {}
    for side, turned in (("left", "1"), ("right", "2"), ("top", "0"), ("bottom", "0")):
        sides |= {
            f"{side}AnnotationDisplay": "0",
            f"{side}AnnotationPosition": "1",
            f"{side}AnnotationDirection": turned,
            f"{side}FrameDivisions": "0",
        }
    grid = child(
        item,
        "ComposerMapGrid",
        name="grid",
        uuid=identifier(*key),
        show="1",
        gridStyle="0",
        unit="0",
        intervalX=step or 1000,
        intervalY=step or 1000,
        offsetX="0",
        offsetY="0",
        position="3",
        gridFrameStyle="0",
        gridFrameSideFlags="15",
        showAnnotation="1",
        annotationFormat="0",
        annotationPrecision="0",
        annotationExpression="",
        frameAnnotationDistance="0.8",
        crossLength="2",
        blendMode="0",
        minimumIntervalWidth="40",
        maximumIntervalWidth="100",
        **sides,
    )
    if page_scale:
        apart = _ROUND_STEP.format(scale=page_scale)
        names = ("dataDefinedMapGridIntervalX", "dataDefinedMapGridIntervalY")
        add_expressions(child(grid, "LayoutObject"), _DEFINED, dict.fromkeys(names, apart))
    add_symbol(child(grid, "lineStyle"), "", _GRID, LINE)
    add_symbol(child(grid, "markerStyle"), "", Symbol(fill=INK), POINT)
    add_crs(grid, crs)
    add_text_style(grid, 6, halo=False)


def add_scale_bar(
    root: ET.Element,
    box: Box,
    of_map: str,
    unit: str,
    step: float | None,
    size: float,
    comma: bool,
) -> None:
    """A bar of four parts; ``unit`` is m or km, ``step`` how many a part has.

    Without a ``step`` parts take a round number that makes the bar 40 to 65 mm long. With ``comma``
    decimals come after one.
    """
    item = add_item(root, _BAR, (root.get("name"), "bar"), box)
    for name, value in (
        ("style", "Single Box"), ("unitType", "km" if unit == "km" else "meters"),
        ("unitLabel", unit), ("numUnitsPerSegment", f"{step or 100:g}"), ("numSegments", "4"),
        ("numSegmentsLeft", "0"), ("numMapUnitsPerScaleBarUnit", "1"),
        ("height", "1.6"), ("labelBarSpace", "1"), ("boxContentSpace", "0"), ("alignment", "0"),
        ("segmentSizeMode", "1" if step is None else "0"), ("minBarWidth", "40"),
        ("maxBarWidth", "65"), ("mapUuid", of_map), ("outlineWidth", "0.2"),
        ("labelVerticalPlacement", "0"), ("labelHorizontalPlacement", "0"),
    ):  # fmt: skip
        item.set(name, value)
    add_text_style(item, size, halo=False)
    numbers = child(child(item, "numericFormat", id="basic"), "Option", type="Map")
    for name, kind, value in (
        ("decimals", "int", "2"), ("show_thousand_separator", "bool", "true"),
        ("show_trailing_zeros", "bool", "false"), ("rounding_type", "int", "0"),
        ("show_plus", "bool", "false"), ("decimal_separator", "QChar", "," if comma else "."),
        ("thousand_separator", "QChar", "." if comma else ","),
    ):  # fmt: skip
        child(numbers, "Option", name=name, type=kind, value=value)
    for tag, colour in (("fillColor", INK), ("fillColor2", PAPER), ("strokeColor", INK)):
        red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
        child(item, tag, red=red, green=green, blue=blue, alpha=255)
    for tag in ("lineSymbol", "divisionLineSymbol", "subdivisionLineSymbol"):
        add_symbol(child(item, tag), "", Symbol(line=INK, line_mm=0.2), LINE)
    add_symbol(child(item, "fillSymbol1"), "", Symbol(fill=INK), FILL)
    add_symbol(child(item, "fillSymbol2"), "", Symbol(fill=PAPER), FILL)


def add_north(root: ET.Element, box: Box, of_map: str, lang: str) -> None:
    """An arrow to true north: it turns with the meridian convergence at the map's centre."""
    letter = _LETTERS["en" if lang == "en" else "vi"]
    picture = base64.b64encode(_ARROW.format(letter=letter).encode()).decode()
    item = add_item(root, _PICTURE, (root.get("name"), "north"), box)
    for name, value in (
        ("file", f"base64:{picture}"), ("mode", "2"), ("resizeMode", "0"), ("northMode", "1"),
        ("northOffset", "0"), ("mapUuid", of_map), ("anchorPoint", "4"),
        ("pictureRotation", "0"), ("pictureWidth", "0"), ("pictureHeight", "0"),
    ):  # fmt: skip
        item.set(name, value)


def add_table(
    root: ET.Element,
    box: Box,
    layer: tuple[str, str, str],
    columns: Sequence[tuple[str, str, float]],
    condition: str,
    order: str,
    size: float,
) -> None:
    """Rows of a table for the page's feature; ``layer`` is key, name and source, ``columns`` are
    name, heading and width in millimetres."""
    key, name, source = layer
    frame = add_item(root, _FRAME, (root.get("name"), "table frame"), box)
    table_id = identifier(root.get("name"), "table")
    for attribute, value in (
        ("multiFrame", table_id), ("multiFrameTemplateUuid", table_id), ("sectionX", "0"),
        ("sectionY", "0"), ("sectionWidth", f"{box.width:g}"), ("sectionHeight", f"{box.height:g}"),
        ("hideBackgroundIfEmpty", "0"), ("hidePageIfEmpty", "0"),
    ):  # fmt: skip
        frame.set(attribute, value)
    table = child(
        root,
        "LayoutMultiFrame",
        type=_TABLE,
        uuid=table_id,
        templateUuid=table_id,
        source="0",
        vectorLayer=key,
        vectorLayerName=name,
        vectorLayerSource=source,
        vectorLayerProvider="ogr",
        maxFeatures="60",
        filterFeatures="true",
        featureFilter=condition,
        filterToAtlasIntersection="0",
        showOnlyVisibleFeatures="0",
        showUniqueRowsOnly="0",
        resizeMode="0",
        wrapBehavior="1",
        wrapString="",
        cellMargin="0.8",
        showGrid="1",
        horizontalGrid="1",
        verticalGrid="0",
        gridStrokeWidth="0.1",
        gridColor=rgba("#8c8c8c"),
        backgroundColor="255,255,255,0",
        headerMode="0",
        headerHAlignment="0",
        emptyTableMode="0",
        emptyTableMessage="",
        showEmptyRows="0",
        useConditionalStyling="0",
    )
    child(table, "childFrame", uuid=frame.get("uuid"), templateUuid=frame.get("uuid"))
    add_text_style(child(table, "headerTextFormat"), size, bold=True, halo=False)
    add_text_style(child(table, "contentTextFormat"), size, halo=False)
    listed = child(table, "displayColumns")
    for column, heading, width in columns:
        entry = child(
            listed, "column", attribute=column, heading=heading, width=f"{width:g}",
            hAlignment="1", vAlignment="128",
        )  # fmt: skip
        child(entry, "backgroundColor", red="0", green="0", blue="0", alpha="0")
    sort = child(child(table, "sortColumns"), "column", attribute=order, heading="", width="0",
                 hAlignment="1", vAlignment="128", sortOrder="0", sortByRank="1")  # fmt: skip
    child(sort, "backgroundColor", red="0", green="0", blue="0", alpha="0")


def add_item(
    parent: ET.Element, kind: str, key: Sequence[object], box: Box, frame: bool = False
) -> ET.Element:
    """An item of a kind QGIS has a number for; its id comes from its ``key``."""
    unique = identifier(*key)
    item = child(
        parent,
        "LayoutItem",
        type=kind,
        uuid=unique,
        templateUuid=unique,
        id="",
        position=f"{box.x:.3f},{box.y:.3f},mm",
        positionOnPage=f"{box.x:.3f},{box.y:.3f},mm",
        size=f"{box.width:.3f},{box.height:.3f},mm",
        referencePoint="0",
        itemRotation="0",
        positionLock="false",
        visibility="1",
        opacity="1",
        blendMode="0",
        excludeFromExports="0",
        groupUuid="",
        zValue=str(len(parent)),
        frame="true" if frame else "false",
        frameJoinStyle="miter",
        outlineWidthM="0.25,mm",
        background="true" if frame else "false",
    )
    child(item, "FrameColor", red="26", green="26", blue="26", alpha="255")
    child(item, "BackgroundColor", red="255", green="255", blue="255", alpha="255")
    return item
