"""Geometries that do not fit, cannot be read, or had to be mended to be read."""

from __future__ import annotations

import sqlite3
import struct
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import GeometryCollection, LineString, Point, Polygon

from test_loaders_vector import CRS, EAST, LAND_USE, NORTH, load, parcels, refuse, square
from urbanplan_gis.model.data import Role


def test_features_that_are_no_polygons_are_counted_and_set_aside(tmp_path: Path) -> None:
    line = LineString([(EAST, NORTH), (EAST + 5, NORTH)])
    mixed = GeometryCollection([square(400, 0), line, Point(EAST, NORTH)])
    frame = gpd.GeoDataFrame(
        {"ma": ["ODT", "ODT", "DGT", "ODT", "ODT", "ODT"], "thua": list("abcdef")},
        geometry=[square(0, 0), line, line, None, Polygon(), mixed],
        crs=CRS,
    )
    frame.to_file(tmp_path / "lu.gpkg")
    data = load(tmp_path, LAND_USE.format("lu.gpkg"))
    assert list(data.layers[Role.LAND_USE].frame["feature_id"]) == ["a", "f"]
    assert data.layers[Role.LAND_USE].frame.area.tolist() == [10_000.0, 10_000.0]
    found = {(item.code, item.feature_ids, item.dropped) for item in data.findings}
    assert found == {
        ("not_a_polygon", ("b",), 1),
        ("not_a_polygon", ("c",), 1),
        ("no_geometry", ("d",), 1),
        ("no_geometry", ("e",), 1),
        ("mixed_geometry", ("f",), 0),
    }
    count = data.counts[-1]
    assert (count.read, count.kept, count.set_aside) == (6, 2, 4)


def test_a_layer_of_lines_only_is_refused(tmp_path: Path) -> None:
    line = LineString([(EAST, NORTH), (EAST + 5, NORTH)])
    frame = gpd.GeoDataFrame({"ma": ["ODT"], "thua": ["a"]}, geometry=[line], crs=CRS)
    frame.to_file(tmp_path / "lu.gpkg", layer="tim")
    refuse(tmp_path, LAND_USE.format("lu.gpkg"), "lu.gpkg", "tim", "LineString", "Polygon")


def _set_wkb(path: Path, row: int, wkb: bytes) -> None:
    """Put a geometry into a GeoPackage that no library would write."""
    database = sqlite3.connect(path)
    for (name,) in database.execute("select name from sqlite_master where type='trigger'"):
        database.execute(f'drop trigger "{name}"')
    table = database.execute("select table_name from gpkg_contents").fetchone()[0]
    blob = b"GP\0\1" + struct.pack("<i", 5898) + wkb
    database.execute(f'update "{table}" set geom = ? where fid = ?', (blob, row))
    database.commit()
    database.close()


def _ring(points: list[tuple[float, float]]) -> bytes:
    packed = b"".join(struct.pack("<dd", *point) for point in points)
    return struct.pack("<BIII", 1, 3, 1, len(points)) + packed


def test_coordinates_that_are_no_numbers_are_set_aside(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg", SPATIAL_INDEX="NO")
    corners = [(EAST, NORTH), (np.inf, NORTH), (EAST, np.nan), (EAST, NORTH)]
    _set_wkb(tmp_path / "lu.gpkg", 1, _ring(corners))
    data = load(tmp_path, LAND_USE.format("lu.gpkg"))
    assert [(item.code, item.feature_ids) for item in data.findings] == [("not_finite", ("a",))]
    assert (data.counts[-1].kept, data.counts[-1].set_aside) == (1, 1)


def test_open_rings_are_closed_and_said(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg", SPATIAL_INDEX="NO")
    corners = [(EAST, NORTH), (EAST + 10, NORTH), (EAST + 10, NORTH + 10), (EAST, NORTH + 10)]
    _set_wkb(tmp_path / "lu.gpkg", 1, _ring(corners))
    data = load(tmp_path, LAND_USE.format("lu.gpkg"))
    assert [(item.code, item.feature_ids) for item in data.findings] == [("ring_closed", ("a",))]
    assert data.layers[Role.LAND_USE].frame.area.tolist() == [100.0, 2_500.0]


def test_arcs_become_fine_chords(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg", SPATIAL_INDEX="NO")
    around = [(-10, 0), (0, 10), (10, 0), (0, -10), (-10, 0)]
    arc = struct.pack("<BII", 1, 8, 5)
    arc += b"".join(struct.pack("<dd", EAST + x, NORTH + y) for x, y in around)
    _set_wkb(tmp_path / "lu.gpkg", 1, struct.pack("<BII", 1, 10, 1) + arc)
    data = load(tmp_path, LAND_USE.format("lu.gpkg"))
    assert [item.code for item in data.findings] == ["curves_straightened"]
    area = data.layers[Role.LAND_USE].frame.area.iloc[0]
    assert area == pytest.approx(np.pi * 100, rel=1e-6)


def test_geometries_of_unknown_kinds_are_set_aside(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg", SPATIAL_INDEX="NO")
    # a polyhedral surface of one triangle
    corners = [(EAST, NORTH), (EAST + 9, NORTH), (EAST, NORTH + 9), (EAST, NORTH)]
    _set_wkb(tmp_path / "lu.gpkg", 1, struct.pack("<BII", 1, 15, 1) + _ring(corners))
    data = load(tmp_path, LAND_USE.format("lu.gpkg"))
    (finding,) = data.findings
    assert (finding.code, finding.feature_ids) == ("unreadable_geometry", ("a",))
    assert data.counts[-1].set_aside == 1


def test_lines_and_points_have_their_own_words(tmp_path: Path) -> None:
    line = LineString([(EAST, NORTH), (EAST + 5, NORTH)])
    both = gpd.GeoDataFrame({"id": [1, 2]}, geometry=[line, Point(EAST, NORTH)], crs=CRS)
    both.to_file(tmp_path / "a.gpkg")
    layers = '[layers.roads]\npath = "a.gpkg"\n[layers.facilities]\npath = "a.gpkg"\n'
    data = load(tmp_path, layers)
    assert [(item.code, item.feature_ids) for item in data.findings] == [
        ("not_a_line", ("a:2",)),
        ("not_a_point", ("a:1",)),
    ]
