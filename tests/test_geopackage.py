"""The city GeoPackage of a small city of squares: contents, types, styles, same bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from shapely import LineString, Point, box

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.model.data import Dataset, Finding, Layer, Role, Severity
from urbanplan_gis.outputs import geopackage
from urbanplan_gis.outputs.geopackage import faces_frame, write_geopackage
from urbanplan_gis.outputs.layer_styles import layer_style
from urbanplan_gis.outputs.qml import qml
from urbanplan_gis.outputs.sheets.symbols import Symbol
from urbanplan_gis.outputs.styling import OTHERS, Category, categorized
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.codes import read_rows
from urbanplan_gis.text import Text

CRS = "EPSG:5898"
DAY = dt.date(2025, 6, 30)
EAST, NORTH = 584_000, 1_670_000
LIST = "tt08-2024"


def ground(x: float, y: float, wide: float, high: float) -> Any:
    return box(EAST + x, NORTH + y, EAST + x + wide, NORTH + y + high)


def layer(role: Role, geometry: list[Any], **columns: Any) -> Layer:
    named = {"feature_id": [f"{role}-{n}" for n in range(len(geometry))], "source": str(role)}
    frame = gpd.GeoDataFrame({**named, **columns}, geometry=geometry, crs=CRS)
    for column in frame.columns.intersection(["approved", "revoked", "ward_since"]):
        frame[column] = pd.to_datetime(frame[column]).astype("datetime64[ms]")
    return Layer(role, frame)


def dataset() -> Dataset:
    """Two units of 1 km by 1 km side by side; ids of the lots run against their order."""
    layers = [
        layer(
            Role.UNITS,
            [ground(0, 0, 1000, 1000), ground(1000, 0, 1000, 1000)],
            code=["21010", "21034"],
            name=["Phường Lê Hồng Phong", "Xã Nghĩa Dũng"],
            kind=["ward", "commune"],
            slated=[False, True],
            ward_since=["2014-01-01", None],
            declared_area_ha=[100.0, np.nan],
        ),
        layer(
            Role.LAND_USE,
            [ground(0, 0, 1000, 600), ground(0, 600, 1000, 400), ground(1000, 0, 500, 1000)],
            feature_id=["c", "b", "a"],
            code_list=LIST,
            code=["ODT", "DGT", ""],
            sub_use=["", "road", ""],
            priority=0,
        ),
        layer(
            Role.PLANS,
            [ground(0, 0, 500, 1000), ground(0, 0, 1000, 500), ground(0, 0, 2000, 1000)],
            plan_id=["QH-B", "QH-A", "QHC"],
            name=["B", None, "Chung"],
            kind=["zoning", "zoning", "general"],
            approved=["2020-05-01", None, "2019-01-31"],
            revoked=["2024-01-01", None, None],
            replaced_by=None,
            horizon_year=pd.array([2030, None, 2040], dtype="Int64"),
            priority=0,
        ),
        layer(
            Role.ROADS,
            [LineString([(EAST, NORTH + 500), (EAST + 1000, NORTH + 500)])] * 2,
            road_class=pd.array([2, None], dtype="Int64"),
            width_m=[20.0, np.nan],
        ),
        layer(Role.FACILITIES, [Point(EAST + 5, NORTH + 5)], kind=["school"], name=[None]),
        Layer(Role.POPULATION, pd.DataFrame({"code": ["21010"], "residents": [7.0]})),
        Layer(Role.LAND_COVER, None),
    ]
    return Dataset({item.role: item for item in layers})


def findings() -> list[Finding]:
    message = Text.of("finding.plan_without_date", plan="=QH-A & <B>")
    return [
        Finding("a", Severity.ERROR, "plans", ("p",), message, "assumed", None, None, "a-1"),
        Finding("b", Severity.INFO, "roads", ("r",), message, "kept", Point(1, 2), 0.0, "b-1"),
        Finding("c", Severity.WARNING, "x", (), message, "kept", box(0, 0, 9, 9), 81.0, "c-1"),
    ]


@pytest.fixture(scope="module")
def evidence() -> Evidence:
    return gather(derive_layers(check(dataset(), DAY), DeriveFacts(), DAY), DAY, "2014")[0]


@pytest.fixture(scope="module")
def city(evidence: Evidence, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("gpkg") / "city.gpkg"
    write_geopackage(evidence, findings(), path, "both")
    return path


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_same_evidence_gives_the_same_bytes_in_any_folder(
    evidence: Evidence, city: Path, tmp_path: Path
) -> None:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2024-02-29T00:00:00.000Z"})
    try:
        again = tmp_path / "elsewhere" / "other.gpkg"
        write_geopackage(evidence, findings(), again, "both")
        assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") == "2024-02-29T00:00:00.000Z"
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    assert digest(again) == digest(city)
    assert b".part-" not in city.read_bytes()
    assert [item.name for item in again.parent.iterdir()] == ["other.gpkg"]


def test_layers_are_those_with_geometry_in_the_project_crs(city: Path) -> None:
    listed = dict(pyogrio.list_layers(city))
    assert listed == {
        "units": "MultiPolygon",
        "land_use": "MultiPolygon",
        "plans": "MultiPolygon",
        "roads": "MultiLineString",
        "facilities": "Point",
        "faces": "MultiPolygon",
        "findings": "Unknown",
        "layer_styles": None,
    }
    spatial = [name for name, kind in listed.items() if kind]
    for name in spatial:
        information = pyogrio.read_info(city, layer=name)
        assert information["crs"] == CRS
        assert information["capabilities"]["fast_spatial_filter"]
    assert rows(city, "PRAGMA user_version") == [(10200,)]
    assert rows(city, "PRAGMA integrity_check") == [("ok",)]
    indexed = rows(
        city, "SELECT table_name FROM gpkg_extensions WHERE extension_name LIKE '%rtree%'"
    )
    assert {name for (name,) in indexed} == set(spatial)
    contents = dict(rows(city, "SELECT table_name, data_type FROM gpkg_contents"))
    assert contents["layer_styles"] == "attributes"
    assert {*rows(city, "SELECT last_change FROM gpkg_contents")} == {("2000-01-01T00:00:00.000Z",)}


def test_dates_flags_integers_and_nothing_survive(city: Path) -> None:
    columns = "approved, revoked, horizon_year, name, replaced_by, zoning_in_force"
    assert rows(city, f"SELECT {columns} FROM plans ORDER BY plan_id") == [
        (None, None, None, None, None, 1),
        ("2020-05-01", "2024-01-01", 2030, "B", None, 0),
        ("2019-01-31", None, 2040, "Chung", None, 0),
    ]
    types = dict(rows(city, "SELECT name, type FROM pragma_table_info('plans')"))
    assert types["approved"] == "DATE"
    assert types["horizon_year"] == "INTEGER"
    assert types["zoning_in_force"] == "BOOLEAN"
    assert types["replaced_by"] == "TEXT"
    assert rows(city, "SELECT slated, ward_since, declared_area_ha FROM units") == [
        (0, "2014-01-01", 100.0),
        (1, None, None),
    ]
    assert rows(city, "SELECT road_class, width_m FROM roads") == [(2, 20.0), (None, None)]
    assert rows(city, "SELECT feature_id FROM land_use ORDER BY fid") == [("a",), ("b",), ("c",)]


def test_faces_add_up_to_their_units_and_carry_their_labels(city: Path) -> None:
    sums = "SELECT unit_code, unit_name, SUM(area_m2) FROM faces GROUP BY unit_code"
    assert rows(city, sums) == [
        ("21010", "Phường Lê Hồng Phong", pytest.approx(1e6)),
        ("21034", "Xã Nghĩa Dũng", pytest.approx(1e6)),
    ]
    columns = "land_use_list, land_use, land_use_sub_use, land_use_id, plans, plans_in_force"
    grouped = f"SELECT {columns}, SUM(area_m2) FROM faces GROUP BY {columns} ORDER BY {columns}"
    assert rows(city, grouped) == [
        (None, None, None, None, "QHC", None, pytest.approx(500_000)),
        (LIST, "", "", "a", "QHC", None, pytest.approx(500_000)),
        (LIST, "DGT", "road", "b", "QH-B;QHC", None, pytest.approx(200_000)),
        (LIST, "DGT", "road", "b", "QHC", None, pytest.approx(200_000)),
        (LIST, "ODT", "", "c", "QH-A;QH-B;QHC", "QH-A", pytest.approx(250_000)),
        (LIST, "ODT", "", "c", "QH-A;QHC", "QH-A", pytest.approx(250_000)),
        (LIST, "ODT", "", "c", "QH-B;QHC", None, pytest.approx(50_000)),
        (LIST, "ODT", "", "c", "QHC", None, pytest.approx(50_000)),
    ]
    road = rows(city, "SELECT SUM(centrelines * area_m2) FROM faces")
    assert road == [(pytest.approx(20_000),)]
    assert len(rows(city, "SELECT DISTINCT face_id FROM faces")) == len(
        rows(city, "SELECT 1 FROM faces")
    )


def test_labels_without_a_layer_have_no_columns(evidence: Evidence) -> None:
    columns = set(faces_frame(evidence).columns)
    assert {"land_use", "plans", "centrelines"} <= columns
    assert not columns & {"zoning", "zoning_list", "green", "right_of_way", "general_plan"}


def test_findings_keep_their_shapes_and_those_without_a_place_stay(city: Path) -> None:
    frame = pyogrio.read_dataframe(city, layer="findings")
    assert frame["finding_id"].tolist() == ["a-1", "b-1", "c-1"]
    assert [shape and shape.geom_type for shape in frame.geometry] == [None, "Point", "Polygon"]
    assert frame["area_ha"].tolist()[2] == pytest.approx(0.0081)
    assert frame["severity"].tolist() == ["error", "info", "warning"]


def test_a_city_without_findings_has_an_empty_layer(evidence: Evidence, tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    write_geopackage(evidence, [], path, "vi")
    assert pyogrio.read_info(path, layer="findings")["features"] == 0


def test_styles_are_the_default_ones_of_their_layers(city: Path) -> None:
    query = "SELECT f_table_name, f_table_schema, f_geometry_column, useAsDefault FROM layer_styles"
    assert rows(city, query) == [
        (name, "", "geometry", 1)
        for name in ("units", "land_use", "plans", "roads", "facilities", "faces", "findings")
    ]
    for (style,) in rows(city, "SELECT styleQML FROM layer_styles"):
        root = ET.fromstring(style)
        symbols = [symbol.get("name") for symbol in root.findall("renderer-v2/symbols/symbol")]
        assert root.get("version") == "3.22.0"
        assert symbols
        assert [category.get("symbol") for category in root.iter("category")] in ([], symbols)
    ((units,),) = rows(city, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'units'")
    text = ET.fromstring(units).find("labeling/settings/text-style")
    assert text is not None
    assert text.get("fieldName") == "name"


def test_land_use_is_drawn_in_the_colours_of_the_standard(city: Path) -> None:
    ((style,),) = rows(city, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'land_use'")
    root = ET.fromstring(style)
    symbols = {symbol.get("name"): symbol for symbol in root.iter("symbol")}
    entries = {entry.get("value"): entry for entry in root.iter("category")}
    assert set(entries) == {f"{LIST}:ODT", f"{LIST}:DGT", OTHERS}
    for row in read_rows("land_codes.csv"):
        if row["list"] == LIST and row["code"] in ("ODT", "DGT"):
            entry = entries[f"{LIST}:{row['code']}"]
            label = f"{row['code']} – {row['name_vi']} / {row['name_en']}"
            assert entry.get("label") == label
            fill = symbols[entry.get("symbol")].find("layer/Option/Option[@name='color']")
            assert fill is not None
            assert fill.get("value") == f"{row['red']},{row['green']},{row['blue']},255"


def test_text_of_the_data_cannot_break_a_style() -> None:
    category = Category("<\"&'", "a\x00\x0b<b>", Symbol(fill="#010203", hatch="////"))
    root = ET.fromstring(qml(categorized("\"code\" || '<&>'", [category], "fill")))
    entry = next(root.iter("category"))
    assert (entry.get("value"), entry.get("label")) == ("<\"&'", "a<b>")
    layers = [layer.get("class") for layer in root.findall("renderer-v2/symbols/symbol/layer")]
    assert layers == ["SimpleFill", "LinePatternFill"]


def test_an_unknown_code_is_listed_and_a_layer_without_a_style_is_left_to_qgis() -> None:
    frame = pd.DataFrame({"code_list": [LIST, None], "code": ["XYZ", None]})
    style = layer_style("zoning", frame, "en")
    assert style is not None
    values = [entry.get("value") for entry in ET.fromstring(qml(style)).iter("category")]
    assert values == [f"{LIST}:XYZ", OTHERS]
    assert layer_style("population", frame, "en") is None


def test_a_failed_run_leaves_the_former_file(
    evidence: Evidence, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "city.gpkg"
    path.write_text("former")

    def fail(*_: object) -> None:
        raise RuntimeError("stopped")

    monkeypatch.setattr(geopackage, "layer_style", fail)
    with pytest.raises(RuntimeError, match="stopped"):
        write_geopackage(evidence, findings(), path, "vi")
    assert path.read_text() == "former"
    assert [item.name for item in tmp_path.iterdir()] == ["city.gpkg"]


def test_layers_of_a_synthetic_city_say_so(tmp_path: Path, evidence: Evidence) -> None:
    write_geopackage(evidence, [], tmp_path / "c.gpkg", "en", synthetic=True)
    with closing(sqlite3.connect(tmp_path / "c.gpkg")) as database:
        said = database.execute(
            "SELECT description FROM gpkg_contents WHERE data_type = 'features'"
        ).fetchall()
    assert len(said) > 1
    assert all("SYNTHETIC" in words for (words,) in said)
