"""The legend of a print layout: entries that fit the panel, in letters that can be read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass, replace

from urbanplan_gis.outputs.qgis.document import add_tree_layer
from urbanplan_gis.outputs.qgis.items import Box, add_item, font
from urbanplan_gis.outputs.qgis.layers import ProjectLayer
from urbanplan_gis.outputs.qgis.xml import child
from urbanplan_gis.outputs.sheets.boxes import Font, wrap
from urbanplan_gis.outputs.sheets.symbols import INK
from urbanplan_gis.outputs.styling import printable

_LEGEND = "65642"
_BESIDE_MM, _ABOVE_MM, _BETWEEN_MM = 1.5, 0.9, 4.0
#: width and height of a swatch: a hatch is seen whole in a large one, names need the room of it
_LARGE_MM, _SMALL_MM = (10.0, 4.6), (6.0, 3.0)
#: columns and their swatches, the best first
_SHAPES = ((1, _LARGE_MM), (1, _SMALL_MM), (2, _SMALL_MM), (3, _SMALL_MM))
_SIZES = (8.0, 7.5, 7.0, 6.5, 6.0, 5.5)
#: QGIS sets letters a little wider than they are measured, and columns of a legend never fill up
_SLACK, _UNEVEN = 0.96, 1.12
#: its lines stand closer than those of the sheets
_LINE = 0.95


@dataclass(frozen=True)
class LegendPlan:
    """Letters (points), columns, and for each layer its heading and the entries shown, in lines.

    ``left_out`` counts entries there is no room for.
    """

    size: float
    columns: int
    swatch: tuple[float, float]
    entries: tuple[tuple[ProjectLayer, str, tuple[str, ...]], ...]
    left_out: int = 0


def plan_legend(layers: Sequence[ProjectLayer], width: float, height: float) -> LegendPlan | None:
    """The largest letters in which all entries fit; None if they do not in any."""
    for size in _SIZES:
        for columns, swatch in _SHAPES:
            plan = _plan(layers, width, columns, size, swatch)
            if plan and _height(plan) <= height:
                return plan
    return None


def cut_legend(layers: Sequence[ProjectLayer], width: float, height: float) -> LegendPlan:
    """As many entries as there is room for in the smallest letters."""
    columns = 3 if width > 130 else 2
    size, swatch = _SIZES[-1], _SMALL_MM
    full = _plan(layers, width, columns, size, swatch) or LegendPlan(size, columns, swatch, ())
    count = sum(len(lines) for *_, lines in full.entries)
    for kept in range(count, -1, -1):
        plan = _first(full, kept)
        if _height(plan) <= height:
            return plan
    return _first(full, 0)


def _plan(
    layers: Sequence[ProjectLayer],
    width: float,
    columns: int,
    size: float,
    swatch: tuple[float, float],
) -> LegendPlan | None:
    column = (width - _BETWEEN_MM * (columns - 1)) / columns
    room = (column - swatch[0] - _BESIDE_MM) * _SLACK
    if room < 28:
        return None
    entries = []
    for item in layers:
        words = [entry.label or item.name for entry in item.style.categories]
        lines = tuple("\n".join(wrap(printable(text), Font(size), room)) for text in words)
        heading = "\n".join(wrap(printable(item.legend or item.name), Font(size, True),
                                 column * _SLACK))  # fmt: skip
        entries.append((item, heading, lines))
    return LegendPlan(size, columns, swatch, tuple(entries))


def _height(plan: LegendPlan) -> float:
    """Millimetres a column takes, titles of layers with several entries included."""
    heights = 0.0
    line = Font(plan.size).line_mm * _LINE
    for item, heading, texts in plan.entries:
        if item.style.expression and texts:
            heights += line * (heading.count("\n") + 1) + 2.0
        for text in texts:
            heights += max(plan.swatch[1], line * (text.count("\n") + 1)) + _ABOVE_MM
    return heights / plan.columns * (_UNEVEN if plan.columns > 1 else 1.0)


def _first(plan: LegendPlan, count: int) -> LegendPlan:
    entries = []
    left = count
    for item, heading, lines in plan.entries:
        entries.append((item, heading, lines[:left]))
        left -= len(lines[:left])
    total = sum(len(lines) for *_, lines in plan.entries)
    return replace(plan, entries=tuple(entries), left_out=total - count)


def add_legend(root: ET.Element, box: Box, of_map: str, plan: LegendPlan) -> None:
    """The legend of what the map shows inside its frame, no more."""
    item = add_item(root, _LEGEND, (root.get("name"), "legend"), box)
    for name, value in (
        ("id", "legend"), ("title", ""), ("map_uuid", of_map), ("legendFilterByMap", "1"),
        ("legendFilterByAtlas", "0"), ("resizeToContents", "1"),
        ("columnCount", str(plan.columns)), ("splitLayer", "1"), ("equalColumnWidth", "0"),
        ("columnSpace", f"{_BETWEEN_MM:g}"), ("boxSpace", "0"), ("lineSpacing", "0.4"),
        ("symbolWidth", f"{plan.swatch[0]:g}"), ("symbolHeight", f"{plan.swatch[1]:g}"),
        ("symbolAlignment", "1"), ("titleAlignment", "1"), ("fontColor", INK),
        ("rasterBorder", "0"), ("maxSymbolSize", "0"), ("minSymbolSize", "0"),
    ):  # fmt: skip
        item.set(name, value)
    item.set("wrapChar", "\n")
    styles = child(item, "styles")
    for name, bold, margins in (
        ("title", True, {}),
        ("group", True, {}),
        ("subgroup", True, {"marginTop": "1.6", "marginBottom": "0"}),
        ("symbol", False, {"marginTop": f"{_ABOVE_MM:g}"}),
        ("symbolLabel", False, {"marginLeft": f"{_BESIDE_MM:g}", "marginTop": "0"}),
    ):
        style = child(styles, "style", name=name, alignment="1", indent="0", **margins)
        child(
            style,
            "styleFont",
            description=font(plan.size, bold),
            style="Bold" if bold else "Book",
        )
    tree = child(item, "layer-tree-group")
    for layer, heading, lines in plan.entries:
        if lines:
            add_tree_layer(tree, layer, True, _properties(layer, heading, lines))


def _properties(layer: ProjectLayer, heading: str, lines: Sequence[str]) -> dict[str, str]:
    shown = {"legend/title-label": heading}
    if not layer.style.expression:
        # the one symbol of the layer stands beside the layer's name
        shown["legend/title-label"] = lines[0]
        return shown
    for number, text in enumerate(lines):
        shown[f"legend/label-{number}"] = text
    if len(lines) < len(layer.style.categories):
        shown["legend/node-order"] = ",".join(map(str, range(len(lines))))
    return shown
