"""The project file itself: tree, layers, relations, themes, properties, layouts."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from urbanplan_gis.outputs.qgis.layers import GROUPS, ProjectLayer, group_of
from urbanplan_gis.outputs.qgis.maplayer import add_maplayer
from urbanplan_gis.outputs.qgis.themes import MapTheme
from urbanplan_gis.outputs.qgis.xml import add_crs, add_properties, child
from urbanplan_gis.outputs.qml import VERSION
from urbanplan_gis.text import say

_DOCTYPE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
#: scales offered, and those atlas pages choose from
SCALES = (100_000, 50_000, 25_000, 10_000, 5_000, 2_000, 1_000, 500)
#: text in exported maps stays text
_ALWAYS_TEXT = "1"
_FULL_PRESET = {"has-expanded-info": "1", "has-checked-group-info": "1"}
#: child table -> its column, the parent layer and its column
_RELATIONS: Mapping[str, tuple[str, str, str]] = {
    "unit_figures": ("unit_code", "units", "code"),
    "land_balance": ("unit_code", "units", "code"),
    "ward_readiness": ("unit_code", "units", "code"),
    "statistics": ("unit_code", "units", "code"),
    "effects": ("finding_id", "finding_places", "finding_id"),
}


@dataclass(frozen=True)
class ProjectWords:
    """What the project says of itself; ``variables`` are read by its layouts and map tips."""

    title: str
    abstract: str
    #: the stamps, over every map canvas
    stamp: str
    day: str
    lang: str
    variables: Mapping[str, str]


def project_document(
    layers: Sequence[ProjectLayer],
    themes: Sequence[MapTheme],
    layouts: Sequence[ET.Element],
    words: ProjectWords,
    crs: str,
    extent: tuple[float, float, float, float],
    metadata: Mapping[str, Mapping[str, str]],
) -> str:
    """The ``.qgs`` file. ``metadata`` holds title, abstract, rights ... by key of a layer."""
    root = ET.Element("qgis", version=f"{VERSION}-Białowieża", projectname=words.title)
    child(root, "homePath", path="")
    child(root, "title", words.title)
    add_crs(child(root, "projectCrs"), crs)
    first = next((t for t in themes if t.key == "existing_land_use"), themes[0] if themes else None)
    visible = {item.key for item in first.layers} if first else set()
    tree = _add_tree(root, layers, visible, words.lang)
    order = child(tree, "custom-order", enabled="1")
    for item in layers:
        child(order, "item", item.layer_id)
    _add_relations(root, layers, words.lang)
    _add_canvas(root, crs, extent)
    projectlayers = child(root, "projectlayers")
    for item in layers:
        add_maplayer(projectlayers, item, crs, metadata[item.key], words.lang)
    listed = child(root, "layerorder")
    for item in layers:
        child(listed, "layer", id=item.layer_id)
    _add_properties(root, words)
    _add_themes(root, themes, words.lang)
    _add_metadata(root, words)
    placed = child(root, "Layouts")
    placed.extend(layouts)
    _add_view(root, extent)
    ET.indent(root, " ")
    return _DOCTYPE + ET.tostring(root, encoding="unicode") + "\n"


def group_words(group: str, lang: str) -> str:
    """The name of a group of layers, with its number."""
    return say(f"qgis.group.{group}", lang, number=list(GROUPS).index(group) + 1)


def add_tree_layer(
    parent: ET.Element, item: ProjectLayer, checked: bool, properties: dict[str, str]
) -> ET.Element:
    """A layer's place in a tree: that of the project, or of a legend."""
    node = child(
        parent,
        "layer-tree-layer",
        id=item.layer_id,
        name=item.name,
        source=item.source,
        providerKey="ogr",
        checked="Qt::Checked" if checked else "Qt::Unchecked",
        expanded="0",
        legend_exp="",
        patch_size="-1,-1",
        legend_split_behavior="0",
    )
    add_properties(node, properties)
    return node


def _add_tree(
    root: ET.Element, layers: Sequence[ProjectLayer], visible: set[str], lang: str
) -> ET.Element:
    tree = child(root, "layer-tree-group")
    add_properties(tree, {})
    for group in GROUPS:
        members = [item for item in layers if group_of(item.key) == group]
        if not members:
            continue
        shown = any(item.key in visible for item in members)
        node = child(
            tree,
            "layer-tree-group",
            name=group_words(group, lang),
            checked="Qt::Checked" if shown else "Qt::Unchecked",
            expanded="1" if shown else "0",
            **_one_at_a_time(group),
        )
        add_properties(node, {})
        for item in members:
            add_tree_layer(node, item, item.key in visible, {})
    return tree


def _one_at_a_time(group: str) -> dict[str, str]:
    """Figures cover each other: choosing one puts the others out."""
    if group != "figures":
        return {}
    return {"mutually-exclusive": "1", "mutually-exclusive-child": "-1"}


def _add_relations(root: ET.Element, layers: Sequence[ProjectLayer], lang: str) -> None:
    relations = child(root, "relations")
    known = {item.key: item for item in layers}
    for table, (column, layer, parent) in _RELATIONS.items():
        if table in known and layer in known:
            relation = child(
                relations,
                "relation",
                id=f"{layer}_{table}",
                name=known[table].name,
                referencingLayer=known[table].layer_id,
                referencedLayer=known[layer].layer_id,
                strength="Association",
            )
            child(relation, "fieldRef", referencingField=column, referencedField=parent)


def _add_canvas(root: ET.Element, crs: str, extent: tuple[float, float, float, float]) -> None:
    canvas = child(root, "mapcanvas", name="theMapCanvas", annotationsVisible="1")
    child(canvas, "units", "meters")
    _add_extent(child(canvas, "extent"), extent)
    child(canvas, "rotation", "0")
    add_crs(child(canvas, "destinationsrs"), crs)


def _add_extent(parent: ET.Element, extent: tuple[float, float, float, float]) -> None:
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), extent, strict=True):
        child(parent, name, f"{value:.3f}")


def _add_properties(root: ET.Element, words: ProjectWords) -> None:
    properties = child(root, "properties")
    given: dict[str, dict[str, tuple[str, str]]] = {
        "CopyrightLabel": {
            "Enabled": ("bool", "true"),
            "Label": ("QString", "[% @plan_stamp %]"),
            "Placement": ("int", "1"),
            "Color": ("QString", "179,0,0,255"),
        },
        "Measurement": {
            "AreaUnits": ("QString", "m2"),
            "DistanceUnits": ("QString", "meters"),
        },
        "Measure": {"Ellipsoid": ("QString", "NONE")},
        "PAL": {"TextFormat": ("int", _ALWAYS_TEXT), "PlacementEngineVersion": ("int", "1")},
        "Paths": {"Absolute": ("bool", "false")},
        "SpatialRefSys": {"ProjectionsEnabled": ("int", "1")},
        "PositionPrecision": {"Automatic": ("bool", "false"), "DecimalPlaces": ("int", "2")},
    }
    for section, entries in given.items():
        element = child(properties, section)
        for name, (kind, value) in entries.items():
            child(element, name, value, type=kind)
    variables = child(properties, "Variables")
    for tag, values in (
        ("variableNames", list(words.variables)),
        ("variableValues", list(words.variables.values())),
    ):
        listed = child(variables, tag, type="QStringList")
        for value in values:
            child(listed, "value", value)


def _add_themes(root: ET.Element, themes: Sequence[MapTheme], lang: str) -> None:
    presets = child(root, "visibility-presets")
    for theme in themes:
        preset = child(presets, "visibility-preset", name=theme.name, **_FULL_PRESET)
        for item in theme.layers:
            child(preset, "layer", id=item.layer_id, style="default", visible="1", expanded="0")
        checked = child(preset, "checked-group-nodes")
        expanded = child(preset, "expanded-group-nodes")
        for group in GROUPS:
            if any(group_of(item.key) == group for item in theme.layers):
                child(checked, "checked-group-node", id=group_words(group, lang))
                child(expanded, "expanded-group-node", id=group_words(group, lang))


def _add_metadata(root: ET.Element, words: ProjectWords) -> None:
    about = child(root, "projectMetadata")
    for tag, text in (
        ("identifier", ""), ("parentidentifier", ""), ("language", words.lang),
        ("type", "dataset"), ("title", words.title), ("abstract", words.abstract),
    ):  # fmt: skip
        child(about, tag, text)
    child(about, "links")
    child(about, "author", "")
    child(about, "creation", f"{words.day}T00:00:00")


def _add_view(root: ET.Element, extent: tuple[float, float, float, float]) -> None:
    view = child(root, "ProjectViewSettings", UseProjectScales="1", rotation="0")
    scales = child(view, "Scales")
    for scale in SCALES:
        child(scales, "Scale", Value=scale)
    names = ("xmin", "ymin", "xmax", "ymax")
    limits = {name: f"{value:.3f}" for name, value in zip(names, extent, strict=True)}
    child(view, "DefaultViewExtent", **limits)
