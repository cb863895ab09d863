"""One layer in the project file: source, system, look, form, what people see on pointing at it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence

from urbanplan_gis.outputs.qgis.content import FIGURES, PLACES
from urbanplan_gis.outputs.qgis.layers import ProjectLayer
from urbanplan_gis.outputs.qgis.xml import add_crs, child, identifier
from urbanplan_gis.outputs.qml import add_fields, add_style
from urbanplan_gis.text import say

#: columns a map tip shows, the first one bold
_TIPS: Mapping[str, Sequence[str]] = {
    "units": ("name", "kind", "declared_area_ha"),
    "land_use": ("code", "sub_use", "feature_id"),
    "zoning": ("code", "plan_id", "feature_id"),
    "general_plan": ("code", "feature_id"),
    "plans": ("plan_id", "name", "decision", "approved", "revoked", "replaced_by"),
    "roads": ("name", "road_class", "width_m"),
    "green": ("name", "kind", "feature_id"),
    "projects": ("name", "declared_area_ha"),
    "facilities": ("name", "kind"),
    "parking": ("name",),
    "finding_places": ("message", "severity", "worth", "decision", "finding_id"),
}
_FIGURE_TIP = ("unit_name", "value", "target", "gap_ha", "verdict", "note")
#: only the number of the feature and the id of the layer go into the code: no text of the data
_ZOOM = """from qgis.core import QgsProject
from qgis.utils import iface
layer = QgsProject.instance().mapLayer('[% @layer_id %]')
iface.mapCanvas().zoomToFeatureIds(layer, [int('[% $id %]')])
iface.mapCanvas().flashFeatureIds(layer, [int('[% $id %]')])
"""
_COPY = """from qgis.core import QgsApplication, QgsProject
layer = QgsProject.instance().mapLayer('[% @layer_id %]')
feature = layer.getFeature(int('[% $id %]'))
QgsApplication.clipboard().setText(str(feature['finding_id']) + ',,,,')
"""
_PYTHON = "1"


def add_maplayer(
    parent: ET.Element, item: ProjectLayer, crs: str, about: Mapping[str, str], lang: str
) -> None:
    """The layer, which can be read and not edited: what is made from it must stay traceable."""
    layer = child(
        parent,
        "maplayer",
        type="vector",
        geometry=item.geometry,
        readOnly="1",
        simplifyDrawingHints="1",
        simplifyDrawingTol="1",
        simplifyAlgorithm="0",
        simplifyLocal="1",
        styleCategories="AllStyleCategories",
        refreshOnNotifyEnabled="0",
        autoRefreshEnabled="0",
    )
    if item.extent:
        names = ("xmin", "ymin", "xmax", "ymax")
        extent = child(layer, "extent")
        for name, value in zip(names, item.extent, strict=True):
            child(extent, name, f"{value:.3f}")
    child(layer, "id", item.layer_id)
    child(layer, "datasource", item.source)
    child(layer, "layername", item.name)
    if not item.is_table:
        add_crs(child(layer, "srs"), crs)
    _add_metadata(layer, about, lang)
    child(layer, "provider", "ogr", encoding="UTF-8")
    manager = child(layer, "map-layer-style-manager", current="default")
    child(manager, "map-layer-style", name="default")
    flags = child(layer, "flags")
    for flag, value in (("Identifiable", "1"), ("Removable", "1"), ("Searchable", "1")):
        child(flags, flag, value)
    if item.is_table:
        add_fields(layer, item.style.fields)
    else:
        add_style(layer, item.style)
    _add_actions(layer, item, lang)
    child(layer, "editorlayout", "generatedlayout")
    tip = _map_tip(item)
    if tip:
        child(layer, "mapTip", tip)


def _add_metadata(layer: ET.Element, about: Mapping[str, str], lang: str) -> None:
    words = child(layer, "resourceMetadata")
    child(words, "language", lang)
    child(words, "type", "dataset")
    for tag in ("title", "abstract"):
        child(words, tag, about[tag])
    child(words, "links")
    for tag in ("history", "rights", "license"):
        for line in filter(None, about.get(tag, "").split("\n")):
            child(words, tag, line)


def _add_actions(layer: ET.Element, item: ProjectLayer, lang: str) -> None:
    """Findings are stepped through: zoom to the next one, copy its row for decisions.csv."""
    if item.key != PLACES:
        return
    actions = child(layer, "attributeactions")
    for key, code in (("zoom", _ZOOM), ("copy", _COPY)):
        action = child(
            actions,
            "actionsetting",
            id=identifier("action", key),
            type=_PYTHON,
            name=say(f"qgis.action.{key}", lang),
            shortTitle=say(f"qgis.action.{key}", lang),
            capture="0",
            icon="",
            notificationMessage="",
            isEnabledOnlyWhenEditable="0",
        )
        action.set("action", code)
        for scope in ("Canvas", "Feature", "Form"):
            child(action, "actionScope", id=scope)
    table = layer.find("attributetableconfig")
    if table is not None:
        table.set("sortExpression", '"rank"')
        table.set("sortOrder", "0")
        columns = table.find("columns")
        if columns is not None:
            child(columns, "column", type="actions", hidden="0", width="-1")


def _map_tip(item: ProjectLayer) -> str:
    """A few lines of HTML in which no text of the data is read as HTML."""
    named = _FIGURE_TIP if item.key.startswith(FIGURES) else _TIPS.get(item.key, ())
    columns = [name for name in named if name in item.style.fields]
    lines = []
    for position, name in enumerate(columns):
        value = f"[% {_escaped(name)} %]"
        alias = _html(item.style.fields[name].alias)
        lines.append(f"<b>{value}</b>" if position == 0 else f"{alias}: {value}")
    return "<br>".join(lines)


def _escaped(column: str) -> str:
    """The expression of a column's words with the signs of HTML made harmless."""
    text = f'coalesce(represent_value("{column}"), to_string("{column}"), \'\')'
    for sign, harmless in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = f"replace({text}, '{sign}', '{harmless}')"
    return text


def _html(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
