"""Styles as QGIS draws them: hatches, marks, dashes; poor and empty cities; the sample city."""

from __future__ import annotations

import json
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, box

from test_qgis import CRS, QGIS, ground, look, run_of, save
from urbanplan_gis.model.data import Severity
from urbanplan_gis.outputs.geopackage import write_layers
from urbanplan_gis.outputs.layer_forms import choice_words
from urbanplan_gis.outputs.layer_styles import SEVERITY_COLOURS, layer_style
from urbanplan_gis.outputs.qgis import make_qgis_project
from urbanplan_gis.outputs.qml import qml
from urbanplan_gis.outputs.qml_symbols import add_symbol
from urbanplan_gis.outputs.sheets.hatching import HatchLines, hatch_parts
from urbanplan_gis.outputs.sheets.symbols import Symbol
from urbanplan_gis.outputs.sld import sld
from urbanplan_gis.outputs.styling import FILL, LINE, POINT, Category, categorized, single

#: every letter a hatch can have, and mixtures
HATCHES = ("/", "////", "\\\\", "||", "--", "++", "xx", "...", "oo", "**", "/.", "x|")
ASK = """
import json, sys
from qgis.core import (
    QgsApplication, QgsMapRendererSequentialJob, QgsMapSettings, QgsRectangle, QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
application = QgsApplication([], False)
application.initQgis()
told = {}
for name in sys.argv[2:]:
    layer = QgsVectorLayer(f"{sys.argv[1]}|layername={name}", name, "ogr")
    items = layer.renderer().legendSymbolItems()  # they own the symbols
    kinds = [
        [item.symbol().symbolLayer(n).layerType() for n in range(item.symbol().symbolLayerCount())]
        for item in items
    ]
    extent = QgsRectangle(layer.extent())
    extent.grow(1)
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setOutputSize(QSize(80, 80))
    settings.setExtent(extent)
    settings.setBackgroundColor(QColor("white"))
    job = QgsMapRendererSequentialJob(settings)
    job.start()
    job.waitForFinished()
    picture = job.renderedImage()
    seen = {QColor(picture.pixel(x, y)).name() for x in range(80) for y in range(80)}
    told[name] = [kinds, sorted(seen)]
print(json.dumps(told))
del items, layer
application.exitQgis()
"""


def shown(path: Path, *names: str) -> dict[str, tuple[list[list[str]], list[str]]]:
    """The symbol layers QGIS makes of the default styles of a GeoPackage's layers, and the colours
    of a picture of each layer."""
    if subprocess.run(
        [QGIS, "-c", "import qgis.core"], capture_output=True, check=False
    ).returncode:
        pytest.skip(f"{QGIS} has no qgis.core (Debian: python3-qgis)")
    done = subprocess.run(
        [QGIS, "-c", ASK, path, *names], capture_output=True, text=True, check=True,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(path.parent), "PATH": "/usr/bin:/bin"},
        timeout=120,
    )  # fmt: skip
    return json.loads(done.stdout.strip().splitlines()[-1])


def test_hatches_are_as_dense_as_on_the_sheets() -> None:
    # six lines an inch of a level section for each letter of a hatch, which for slanted lines
    # are sqrt(2) times as far apart: n lines divide the diagonal of an inch into n
    apart = 25.4 / 24 * 2**0.5
    root = ET.Element("renderer")
    add_symbol(root, "0", Symbol(fill="#eeeeee", hatch="////**"), FILL)
    lines = root.find(".//layer[@class='LinePatternFill']/Option/Option[@name='distance']")
    assert lines is not None
    assert float(lines.get("value", "")) == pytest.approx(apart, rel=1e-3)
    rows = root.find(".//layer[@class='PointPatternFill']/Option/Option[@name='distance_y']")
    assert rows is not None
    assert float(rows.get("value", "")) == pytest.approx(25.4 / 12, rel=1e-3)


def test_qgis_draws_every_hatch_line_and_mark(tmp_path: Path) -> None:
    areas = [box(n, 0, n + 1, 1) for n in range(len(HATCHES))]
    frames: dict[str, pd.DataFrame] = {
        "hatched": gpd.GeoDataFrame({"k": list(HATCHES)}, geometry=areas, crs=CRS),
        "lines": gpd.GeoDataFrame({"k": ["a"]}, geometry=[LineString([(0, 0), (9, 9)])], crs=CRS),
    }
    styles = {
        "hatched": categorized(
            "k", [Category(h, h, Symbol(fill="#eeeeee", hatch=h)) for h in HATCHES], FILL
        ),
        "lines": single(Symbol(line="#112233", casing="#445566", dash_mm=(2.0, 1.0)), LINE),
    }
    path = tmp_path / "styles.gpkg"
    write_layers(path, frames, dict.fromkeys(frames, ""), styles)
    told = shown(path, *frames)
    for hatch, kinds in zip(HATCHES, told["hatched"][0], strict=True):
        expected = ["SimpleFill"] + [
            "LinePatternFill" if isinstance(item, HatchLines) else "PointPatternFill"
            for item in hatch_parts(hatch)
        ]
        assert kinds == expected, hatch
    assert told["lines"][0] == [["SimpleLine", "SimpleLine"]]


def test_findings_show_whatever_their_geometry(tmp_path: Path) -> None:
    """One layer of areas, lines and points, as QGIS lists it: a layer for each of the three."""
    shapes = [box(0, 0, 9, 9), LineString([(0, 0), (9, 9)]), Point(4, 4), None]
    severities = ["error", "warning", "info", "info"]
    findings = gpd.GeoDataFrame({"severity": severities}, geometry=shapes, crs=CRS)
    style = layer_style("findings", findings, "vi")
    assert style is not None
    path = tmp_path / "findings.gpkg"
    write_layers(path, {"findings": findings}, {"findings": ""}, {"findings": style})
    labels = [entry.label for entry in style.categories]
    assert labels == ["lỗi – vùng", "cảnh báo – đường", "thông tin – điểm"]
    kinds = {"Polygon": Severity.ERROR, "LineString": Severity.WARNING, "Point": Severity.INFO}
    told = shown(path, *(f"findings|geometrytype={kind}" for kind in kinds))
    for kind, severity in kinds.items():
        assert SEVERITY_COLOURS[severity] in told[f"findings|geometrytype={kind}"][1], kind
    alone = layer_style("findings", findings[findings.geom_type == "Point"], "vi")
    assert alone is not None
    assert (alone.geometry, alone.categories[0].label) == (POINT, "thông tin")


def test_codes_with_quotes_and_controls_break_neither_style_nor_filter() -> None:
    codes = ["O'D", 'a"b', "<c>", "d\x07\x1be", "[% 1 %]", "'; DROP TABLE x; --"]
    frame = pd.DataFrame({"code_list": "tt08-2024", "code": codes, "sub_use": ""})
    style = layer_style("land_use", frame, "both")
    assert style is not None
    for document in (qml(style), sld(style, "a<b>\x00")):
        assert "\x07" not in document
        assert "<c>" not in document
    labels = [entry.get("label", "") for entry in ET.fromstring(qml(style)).iter("category")]
    assert len(labels) == len(codes)
    # QGIS computes what stands between [% and %] in a legend
    assert not [label for label in labels if "[%" in label]


def test_points_are_drawn_as_marks() -> None:
    style = layer_style("facilities", pd.DataFrame({"kind": ["a"], "name": ["b"]}), "en")
    assert style is not None
    assert style.geometry == POINT
    assert 'class="SimpleMarker"' in qml(style)
    assert "PointSymbolizer" in sld(style, "facilities")


UNITS_ONLY = """
[project]
name = "Nghèo"
as_of = 2025-06-30
boundaries = "2014"
[layers.units]
path = "units.gpkg"
fields = { code = "ma", name = "ten", kind = "loai" }
"""


@pytest.mark.slow
@pytest.mark.parametrize("side", [0.001, 400_000.0])
def test_a_city_of_units_alone_opens_however_small_or_large(tmp_path: Path, side: float) -> None:
    save(tmp_path, "units", [ground(0, 0, side, side)], ma=["1"], ten=["X"], loai=["xã"])
    (tmp_path / "project.toml").write_text(UNITS_ONLY, encoding="utf-8")
    run = run_of(tmp_path, "both")
    make_qgis_project(run)
    seen = look(run.folder, tmp_path / "out")
    assert seen["read"] is True
    assert [key for key, told in seen["layers"].items() if not told["valid"]] == []
    assert all(told["result"] == 0 for told in seen["layouts"].values())
    sheet = next(told for name, told in seen["layouts"].items() if name.startswith("A3"))
    assert sheet["scale"] * 0.243 >= side


def test_choices_read_as_words_and_unknown_ones_stay_as_written() -> None:
    told = {written: choice_words(written) for written in ("drop a b", "keep x here", "sing x")}
    assert [words and words.say("en") for words in told.values()] == [
        "a b is dropped", "x is kept here", None,
    ]  # fmt: skip


def test_the_rest_has_the_value_of_its_entry_since_legends_of_maps_ask_for_it() -> None:
    entries = [Category("it's", "", Symbol()), Category("", "", Symbol())]
    drawn = ET.fromstring(qml(categorized("kind", entries, FILL))).find("renderer-v2")
    assert drawn is not None
    assert drawn.get("attr") == "CASE WHEN \"kind\" IN ('it''s') THEN \"kind\" ELSE '' END"
