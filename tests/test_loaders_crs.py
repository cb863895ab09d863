"""The guard of coordinate systems."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS
from shapely.geometry import Point, box

from test_loaders_vector import load, refuse, square
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders.crs.guard import (
    check_project_crs,
    find_transformer,
    name_crs,
    reproject,
    settle_crs,
)
from urbanplan_gis.model.data import Role

PARKING = '[layers.parking]\npath = "p.gpkg"\n'
PARAMETERS = "-191.90441429,-39.30318279,-111.45032835"


def write(folder: Path, shape: shapely.Geometry, crs: str | None) -> None:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gpd.GeoDataFrame({"id": [1]}, geometry=[shape], crs=crs).to_file(folder / "p.gpkg")


def test_the_check_point_of_the_facts() -> None:
    point = np.array([Point(108.80, 15.12)])
    moved, operation = reproject(point, CRS(4326), CRS(5898))
    assert moved[0].x == pytest.approx(585_791.005, abs=0.001)
    assert moved[0].y == pytest.approx(1_672_370.101, abs=0.001)
    assert "VN-2000 to WGS 84 (2)" in operation
    back = find_transformer(CRS(5898), CRS(4326))
    assert "VN-2000 to WGS 84 (2)" in back.description


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("EPSG:3857", "Mercator"),
        ("EPSG:4326", "degrees"),
        ("EPSG:4756", "degrees"),
        ("VN2000/108", "VN2000/108"),
        ("VN2000", "degrees"),
        ("EPSG:2277", "US survey foot"),
        ("EPSG:4978", "projected"),
    ],
)
def test_project_crs_unfit_for_areas_is_refused(text: str, piece: str) -> None:
    with pytest.raises(PlanDataError) as caught:
        check_project_crs(text)
    assert piece in caught.value.line("en")
    assert caught.value.where == "project.crs"


@pytest.mark.parametrize("text", ["EPSG:5898", "EPSG:3406", "EPSG:9218"])
def test_project_crs_in_metres_is_taken(text: str) -> None:
    assert check_project_crs(text).to_string() == text


def test_no_crs_is_found_from_the_place_or_told(tmp_path: Path) -> None:
    write(tmp_path, square(0, 0), None)
    for key, said in (("", "only reading"), ('crs = "EPSG:5898"\n', "as stated")):
        layer = load(tmp_path, PARKING + key).layers[Role.PARKING]
        assert layer.frame.geometry.iloc[0].equals(square(0, 0))
        assert layer.origins[0].crs == "EPSG:5898"
        assert said in layer.origins[0].crs_reason


def test_a_system_nobody_stated_is_told(tmp_path: Path) -> None:
    for code, found in ((5898, []), (9216, ["crs_assumed"])):
        write(tmp_path, shapely.transform(square(0, 0), find_transformer(
            CRS(5898), CRS(code)).transform, interleaved=False), None)  # fmt: skip
        findings = load(tmp_path, PARKING).findings
        assert [item.code for item in findings] == found
        assert all(f"EPSG:{code}" in item.message.say("vi") for item in findings)
    assert load(tmp_path, PARKING + 'crs = "EPSG:9216"\n').findings == ()


def test_a_datum_without_a_known_shift_is_told(tmp_path: Path) -> None:
    # Hà Nội 1972, zone 19: the only operation PROJ knows is for the ground around Vũng Tàu
    there = find_transformer(CRS(5898), CRS(2045)).transform(585_700, 1_672_000)
    write(tmp_path, Point(there).buffer(50), "EPSG:2045")
    data = load(tmp_path, PARKING)
    assert [item.code for item in data.findings] == ["crs_doubt"]
    assert "EPSG:2045" in data.findings[0].message.say("en")


def test_file_and_key_must_agree(tmp_path: Path) -> None:
    write(tmp_path, square(0, 0), "EPSG:5898")
    refuse(tmp_path, PARKING + 'crs = "EPSG:3406"\n', "p.gpkg", "EPSG:5898", "EPSG:3406")
    refuse(tmp_path, PARKING + 'crs = "Quảng Ngãi"\n', "parking", "crs", "Quảng Ngãi")
    assert load(tmp_path, PARKING + 'crs = "EPSG:5898"\n').layers[Role.PARKING]


@pytest.mark.parametrize(
    ("shape", "crs"),
    [
        (box(1_672_000, 585_000, 1_672_100, 585_100), "EPSG:5898"),
        (box(585_000_000, 1_672_000_000, 585_100_000, 1_672_100_000), "EPSG:5898"),
        (square(0, 0), "EPSG:4326"),
        (square(0, 0), "EPSG:27700"),
    ],
)
def test_coordinates_that_cannot_be_in_their_crs_are_read_as_what_they_are(
    tmp_path: Path, shape: shapely.Geometry, crs: str
) -> None:
    write(tmp_path, shape, crs)
    data = load(tmp_path, PARKING)
    layer = data.layers[Role.PARKING]
    assert layer.frame.geometry.iloc[0].normalize() == square(0, 0).normalize()
    assert layer.origins[0].crs == "EPSG:5898"
    assert [finding.code for finding in data.findings] == ["crs_changed"]


def test_swapped_degrees(tmp_path: Path) -> None:
    write(tmp_path, box(15.118, 108.8, 15.119, 108.801), "EPSG:4326")
    layer = load(tmp_path, PARKING).layers[Role.PARKING]
    assert layer.origins[0].crs == "EPSG:4326"
    assert "axes swapped" in layer.origins[0].crs_reason
    write(tmp_path, box(108.8, 15.118, 108.801, 15.119), "EPSG:4326")
    same = load(tmp_path, PARKING).layers[Role.PARKING]
    assert shapely.equals_exact(
        layer.frame.geometry.iloc[0].normalize(), same.frame.geometry.iloc[0].normalize(), 1e-6
    )


def test_degrees_of_an_unknown_datum_are_asked_for(tmp_path: Path) -> None:
    write(tmp_path, box(108.8, 15.118, 108.801, 15.119), "EPSG:5898")
    refuse(tmp_path, PARKING, "p.gpkg", "EPSG:4326", "EPSG:4756")


def test_coordinates_outside_vietnam(tmp_path: Path) -> None:
    # 117° E in a zone meant for Vietnam
    write(tmp_path, box(1_460_000, 1_690_000, 1_461_000, 1_691_000), "EPSG:5898")
    refuse(tmp_path, PARKING, "p.gpkg", "x = 1461000", "VN-2000")


def test_a_stray_feature_is_no_wrong_crs(tmp_path: Path) -> None:
    shapes = [square(0, 0), square(200, 0), box(0, 0, 1, 1)]
    gpd.GeoDataFrame({"id": [1, 2, 3]}, geometry=shapes, crs=5898).to_file(tmp_path / "p.gpkg")
    assert len(load(tmp_path, PARKING).layers[Role.PARKING].frame) == 3


#: coordinates of the city by 107°30′ read as by 108°: 54 km further east
ASTRAY = box(639_000, 1_672_000, 640_000, 1_673_000)


def test_a_wrong_meridian_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, ASTRAY, "EPSG:5898")
    refuse(tmp_path, PARKING, "p.gpkg", 'crs = "EPSG:9216"', 'crs = "EPSG:5898"')
    right = load(tmp_path, PARKING + 'crs = "EPSG:9216"\n').layers[Role.PARKING]
    assert right.origins[0].crs == "EPSG:9216"
    refuse(tmp_path, PARKING + 'crs = "EPSG:5898"\n', "p.gpkg", "EPSG:5898", "units")


def test_one_source_of_several_astray_is_reported(tmp_path: Path) -> None:
    write(tmp_path, ASTRAY, "EPSG:5898")
    gpd.GeoDataFrame({"id": [1]}, geometry=[square(0, 0)], crs=5898).to_file(tmp_path / "q.gpkg")
    both = """
[[layers.parking]]
path = "p.gpkg"
crs = "EPSG:5898"
fields = { feature_id = "id" }
[[layers.parking]]
path = "q.gpkg"
fields = { feature_id = "id" }
"""
    data = load(tmp_path, both)
    assert [(item.code, item.severity) for item in data.findings] == [("far_from_units", "error")]


@pytest.mark.parametrize("sign", ["", "-"])
def test_vn2000_written_with_parameters_is_recognised(sign: str) -> None:
    rotations = ",".join(f"{sign}{value}" for value in ("0.00928836", "0.01975479", "0.00427372"))
    text = (
        "+proj=tmerc +lat_0=0 +lon_0=108 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
        f"+towgs84={PARAMETERS},{rotations.replace('--', '')},0.252906278 +units=m +no_defs"
    )
    crs, reason = settle_crs(CRS.from_user_input(text), "", "p.shp", "project.toml")
    assert crs.to_epsg() == 5898
    assert "EPSG:5898" in reason.say("en")


def test_a_plane_of_a_drawing_is_no_system() -> None:
    plane = CRS('LOCAL_CS["drawing",UNIT["m",1]]')
    with pytest.raises(PlanDataError, match="no coordinate system"):
        settle_crs(plane, "", "p.dxf", "project.toml")
    crs, reason = settle_crs(plane, "EPSG:5898", "p.dxf", "project.toml")
    assert (crs, reason.key) == (CRS(5898), "crs_reason.told")


def test_a_zone_without_datum_is_not_taken_for_another_countrys() -> None:
    utm = CRS("+proj=utm +zone=49 +ellps=WGS84 +units=m")
    crs, reason = settle_crs(utm, "", "p.shp", "project.toml")
    assert (crs, reason.key) == (utm, "crs_reason.file")
    assert name_crs(crs) == "unknown"


def test_esri_text_is_the_same_system(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"id": [1]}, geometry=[square(0, 0)], crs=5898).to_file(tmp_path / "p.shp")
    (tmp_path / "p.prj").write_text(CRS(5898).to_wkt("WKT1_ESRI"))
    layer = load(tmp_path, PARKING.replace("gpkg", "shp")).layers[Role.PARKING]
    assert layer.frame.geometry.iloc[0].equals(square(0, 0))
    assert layer.frame.area.tolist() == [10_000.0]


def test_geojson_in_metres_is_read_by_its_place(tmp_path: Path) -> None:
    ring = str([[list(point) for point in square(0, 0).exterior.coords]])
    (tmp_path / "p.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},'
        f'"geometry":{{"type":"Polygon","coordinates":{ring}}}}}]}}'
    )
    layers = PARKING.replace("gpkg", "geojson")
    for key in ("", 'crs = "EPSG:5898"\n'):
        layer = load(tmp_path, layers + key).layers[Role.PARKING]
        assert layer.frame.area.tolist() == [10_000.0]
        assert layer.origins[0].crs == "EPSG:5898"


def test_degrees_are_projected_with_the_pinned_operation(tmp_path: Path) -> None:
    write(tmp_path, Point(108.80, 15.12).buffer(0.001), "EPSG:4326")
    layer = load(tmp_path, PARKING).layers[Role.PARKING]
    centre = layer.frame.geometry.iloc[0].centroid
    assert (centre.x, centre.y) == pytest.approx((585_791.005, 1_672_370.101), abs=0.01)
    assert "VN-2000 to WGS 84 (2)" in layer.origins[0].crs_reason
