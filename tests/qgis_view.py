"""What QGIS sees in a project: run by the Python that has it, prints JSON (not a test itself)."""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
from pathlib import Path

from qgis.core import (  # ty: ignore[unresolved-import]
    QgsApplication,
    QgsExpression,
    QgsExpressionContext,
    QgsExpressionContextUtils,
    QgsFeature,
    QgsLayoutExporter,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsMapRendererSequentialJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize  # ty: ignore[unresolved-import]
from qgis.PyQt.QtGui import QColor, QImage  # ty: ignore[unresolved-import]

SIZE = 300


def colours(layers, extent, crs):
    """How many colours a picture of layers has: 1 is a blank one."""
    settings = QgsMapSettings()
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setOutputSize(QSize(SIZE, SIZE))
    settings.setExtent(extent)
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage().convertToFormat(QImage.Format_RGB32)
    seen = {picture.pixel(x, y) for x in range(0, SIZE, 2) for y in range(0, SIZE, 2)}
    return len(seen), [error.message for error in job.errors()]


def context_of(layer, feature=None):
    context = QgsExpressionContext(QgsExpressionContextUtils.globalProjectLayerScopes(layer))
    if feature is not None:
        context.setFeature(feature)
    return context


def classes(layer):
    """Values the renderer lists, and values its expression gives for the features."""
    renderer = layer.renderer()
    if renderer is None or renderer.type() != "categorizedSymbol":
        return None, None
    listed = [category.value() for category in renderer.categories()]
    expression = QgsExpression(renderer.classAttribute())
    if expression.isField() or not expression.hasParserError():
        context = context_of(layer)
        found = set()
        for feature in layer.getFeatures():
            context.setFeature(feature)
            name = renderer.classAttribute()
            index = layer.fields().indexOf(name)
            value = feature[name] if index >= 0 else expression.evaluate(context)
            found.add("" if value in (None, "") or str(value) == "NULL" else str(value))
        return listed, sorted(found)
    return listed, None


def describe(layer, crs):
    extent = QgsRectangle(layer.extent())
    blank = None
    if layer.isSpatial():
        if layer.hasScaleBasedVisibility():
            first = next((f for f in layer.getFeatures() if f.hasGeometry()), None)
            extent = first.geometry().boundingBox() if first else extent
        extent.grow(max(20.0, 0.05 * max(extent.width(), extent.height())))
        blank = colours([layer], extent, crs)
    listed, found = classes(layer)
    tip = ""
    feature = next(layer.getFeatures(), QgsFeature())
    if layer.mapTipTemplate() and feature.isValid():
        tip = QgsExpression.replaceExpressionText(
            layer.mapTipTemplate(), context_of(layer, feature)
        )
    names = [field.name() for field in layer.fields()]
    return {
        "name": layer.name(),
        "valid": layer.isValid(),
        "count": layer.featureCount(),
        "crs": layer.crs().authid(),
        "read_only": layer.readOnly(),
        "aliases": {n: layer.attributeAlias(i) for i, n in enumerate(names)},
        "widgets": {n: layer.editorWidgetSetup(i).type() for i, n in enumerate(names)},
        "map": {n: layer.editorWidgetSetup(i).config().get("map") for i, n in enumerate(names)},
        "classes": listed,
        "values": found,
        "colours": blank and blank[0],
        "render_errors": blank and blank[1],
        "labels": layer.labelsEnabled(),
        "min_scale": layer.minimumScale() if layer.hasScaleBasedVisibility() else 0,
        "tip": tip,
        "title": layer.metadata().title(),
        "rights": layer.metadata().rights(),
        "actions": [action.name() for action in layer.actions().actions()],
        "sort": layer.attributeTableConfig().sortExpression(),
        "source": layer.source(),
    }


def areas(layer):
    """Sums of planar areas by unit and code, as QGIS measures them."""
    sums = {}
    names = [field.name() for field in layer.fields()]
    if "land_use" not in names:
        return sums
    expression = QgsExpression("$area")
    context = context_of(layer)
    expression.setGeomCalculator(None)
    for feature in layer.getFeatures():
        context.setFeature(feature)
        key = "|".join(
            "" if str(feature[name]) == "NULL" else str(feature[name])
            for name in ("unit_code", "land_use_list", "land_use")
        )
        sums[key] = sums.get(key, 0.0) + expression.evaluate(context)
    return sums


def styles(path):
    """Of each layer with a style: what loads by itself, and what its SLD gives."""
    with sqlite3.connect(path) as database:
        query = "SELECT f_table_name, styleQML, styleSLD FROM layer_styles"
        rows = database.execute(query).fetchall()
    told = {}
    for name, _, sld in rows:
        layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        if layer.renderer() is None:
            continue  # no finding has a place: no geometry is known
        kind = layer.renderer().type()
        count = len(layer.renderer().legendSymbolItems())
        alias = layer.attributeAlias(layer.fields().indexOf("feature_id"))
        with tempfile.NamedTemporaryFile("w", suffix=".sld", delete=False) as file:
            file.write(sld)
        message, good = layer.loadSldStyle(file.name)
        Path(file.name).unlink()
        renderer = layer.renderer()
        rules = len(renderer.rootRule().children()) if renderer.type() == "RuleRenderer" else 1
        told[name] = {
            "kind": kind, "entries": count, "alias": alias, "sld": good, "message": message,
            "rules": rules,
        }  # fmt: skip
    return told


def main(folder, out, file):
    application = QgsApplication([], False)
    application.initQgis()
    messages = []
    log = QgsApplication.messageLog()
    log.messageReceived.connect(lambda text, tag, level: messages.append([tag, level, text]))
    project = QgsProject.instance()
    read = project.read(str(Path(folder, file)))
    layers = project.mapLayers()
    told = {
        "read": read,
        "error": project.error(),
        "title": project.title(),
        "crs": project.crs().authid(),
        "crs_valid": project.crs().isValid(),
        "ellipsoid": project.ellipsoid(),
        "extent": list(project.viewSettings().defaultViewExtent().toRectF().getCoords()),
        "layers": {key: describe(layer, project.crs()) for key, layer in layers.items()},
        "order": [layer.id() for layer in project.layerTreeRoot().layerOrder()],
        "groups": [group.name() for group in project.layerTreeRoot().findGroups()],
        "relations": {
            key: relation.isValid()
            for key, relation in project.relationManager().relations().items()
        },
        "variables": project.customVariables(),
    }
    themes = project.mapThemeCollection()
    told["themes"] = {}
    for name in themes.mapThemes():
        chosen = themes.mapThemeVisibleLayers(name)
        extent = project.viewSettings().defaultViewExtent()
        told["themes"][name] = [[layer.id() for layer in chosen],
                                colours(chosen, extent, project.crs())[0]]  # fmt: skip
    faces = layers.get("urbanplan_faces")
    told["areas"] = areas(faces) if faces is not None else {}
    told["styles"] = {}
    for name in ("city.gpkg", "city_qgis.gpkg"):
        told["styles"] |= styles(str(Path(folder, name)))
    told["layouts"] = {}
    for number, layout in enumerate(project.layoutManager().printLayouts()):
        told["layouts"][layout.name()] = export(layout, str(Path(out, f"layout_{number:02d}")))
    told["messages"] = messages
    print(json.dumps(told, default=str))
    application.exitQgis()


def shown(legend):
    """Layer -> the entries its legend lists, of which those with one symbol have no name."""
    model = legend.model()
    return {
        node.layerId(): [str(entry.data(0)) for entry in model.layerLegendNodes(node)]
        for node in model.rootGroup().findLayers()
    }


def export(layout, path):
    """The layout as PDF (of an atlas the first page), and where its map and legend lie."""
    exporter = QgsLayoutExporter(layout)
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = 96
    atlas = layout.atlas()
    pages = 1
    if atlas.enabled():
        pages = atlas.updateFeatures()
        atlas.beginRender()
        atlas.first()
    result = exporter.exportToPdf(path + ".pdf", settings)
    items = layout.items()
    plan = next(item for item in items if isinstance(item, QgsLayoutItemMap))
    legend = next(item for item in items if isinstance(item, QgsLayoutItemLegend))
    width = layout.pageCollection().page(0).pageSize()
    return {
        "result": result,
        "file": path + ".pdf",
        "pages": pages,
        "page": [width.width(), width.height()],
        "theme": plan.followVisibilityPresetName(),
        "scale": plan.scale(),
        "legend": shown(legend),
        "legend_bottom": legend.pos().y() + legend.rect().height(),
        "legend_right": legend.pos().x() + legend.rect().width(),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
