"""Input nobody can use: one line each or findings, little memory, nothing written, no way out."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import struct
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasterio.transform import from_origin
from shapely.geometry import Polygon, mapping
from test_formats import NAMED, by_ogr2ogr, contents, in_degrees, load_raw, lots, write_as
from test_loaders_vector import CRS, EAST, LAND_USE, NORTH, load, parcels, refuse, square
from test_loaders_vector import write_project

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Dataset, Role

#: megabytes the whole program may take at most
MOST_MEMORY = 1000


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


def land_use(name: str) -> str:
    return LAND_USE.format(f"raw/{name}")


def check(raw: Path, layers: str) -> tuple[int, str, float]:
    """Exit code, what is said and the peak memory in MB of ``urbanplan check``, and no new file."""
    write_project(raw.parent, layers)
    before = {name: None for name in contents_named(raw.parent)}
    command = [sys.executable, "-m", "urbanplan_gis", "check", "--lang", "en", "--project", "."]
    with subprocess.Popen(
        command, cwd=raw.parent, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as child:
        said = child.stdout.read() if child.stdout else ""
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    assert {name: None for name in contents_named(raw.parent)} == before
    assert "Traceback" not in said
    return child.returncode, said, usage.ru_maxrss / 1024


def contents_named(folder: Path) -> list[str]:
    """Files and folders below a folder; not their bytes, which may be gigabytes."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


def refuse_check(raw: Path, layers: str, *pieces: str) -> None:
    """One line, exit code 2, and little memory."""
    code, said, memory = check(raw, layers)
    assert (code, memory < MOST_MEMORY) == (2, True), (said, memory)
    (line,) = [text for text in said.splitlines() if "expected" in text]
    for piece in pieces:
        assert piece in line


# ---- damaged files -------------------------------------------------------------------------------


def many() -> gpd.GeoDataFrame:
    data = {"ma": ["ODT"] * 60, "thua": [f"lô {n}" for n in range(60)]}
    shapes = [square(10 * (n % 8), 10 * (n // 8), 9) for n in range(60)]
    return gpd.GeoDataFrame(data, geometry=shapes, crs=CRS)


DAMAGED = [
    ("ESRI Shapefile", "lo.shp", ".shp"),
    ("ESRI Shapefile", "lo.shp", ".shx"),
    ("ESRI Shapefile", "lo.shp", ".dbf"),
    ("MapInfo File", "lo.tab", ".dat"),
    ("MapInfo File", "lo.tab", ".map"),
    ("MapInfo File", "lo.tab", ".tab"),
    ("MapInfo File", "lo.mif", ".mif"),
    ("MapInfo File", "lo.mif", ".mid"),
    ("LIBKML", "lo.kml", ".kml"),
    ("GML", "lo.gml", ".gml"),
    ("GeoJSON", "lo.geojson", ".geojson"),
    ("GPKG", "lo.gpkg", ".gpkg"),
]


@pytest.mark.parametrize(("driver", "name", "part"), DAMAGED)
@pytest.mark.parametrize("damage", ["gone", "zero bytes", "half", "nearly whole", "other"])
def test_damage_is_one_line(raw: Path, driver: str, name: str, part: str, damage: str) -> None:
    frame = in_degrees(many()) if driver == "LIBKML" else many()
    path = write_as(frame, raw / name, driver).with_suffix(part)
    whole = path.read_bytes()
    kept = {
        "gone": b"",
        "zero bytes": b"",
        "half": whole[: len(whole) // 2],
        "nearly whole": whole[: -len(whole) // 30],
        "other": b"<html>not found</html>",
    }
    path.write_bytes(kept[damage])
    if damage == "gone":
        path.unlink()
        if part == Path(name).suffix:
            refuse(raw.parent, land_use(name), "project.toml", f"raw/{name}")
            return
    assert_no_feature_is_lost(raw, name, 60)


def assert_no_feature_is_lost(raw: Path, name: str, count: int) -> None:
    """Refused in one line; or each feature of the whole file read or told."""
    try:
        data = load_raw(raw.parent, land_use(name))
    except PlanDataError as problem:
        assert len(problem.problems) == 1
        assert name in problem.line("en") and "\n" not in problem.line("both")
        return
    assert data.counts[-1].read == count


def test_records_of_mapinfo_are_counted_as_they_are(raw: Path) -> None:
    """A column called like an object, a collection, lines in a text, a record deleted."""
    frame = lots().assign(region=['x "y"\n2', "Point", "Region 1"])
    write_as(frame, raw / "lo.mif", "MapInfo File")
    text = (raw / "lo.mif").read_text()
    shapes = text[text.index("Region 1", text.index("Data")) :].split("Region", 2)
    collected = f"Collection 1\nRegion{shapes[1]}Region{shapes[2]}"
    (raw / "lo.mif").write_text(text[: text.index("Region 1", text.index("Data"))] + collected)
    assert load_raw(raw.parent, land_use("lo.mif")).counts[-1].read == 3
    write_as(frame, raw / "de.tab", "MapInfo File")
    with (raw / "de.dat").open("r+b") as file:
        head = file.read(32)
        file.seek(struct.unpack("<H", head[8:10])[0])
        file.write(b"*")
    found = load_raw(raw.parent, land_use("de.tab")).layers[Role.LAND_USE].frame
    assert sorted(found["feature_id"]) == ["b", "c"]


def test_a_table_of_mapinfo_over_a_dbase_file(raw: Path) -> None:
    write_as(lots(), raw / "lo.tab", "MapInfo File")
    text = (raw / "lo.tab").read_text().replace("Type NATIVE", "Type DBF")
    (raw / "lo.tab").write_text(text)
    (raw / "lo.dat").rename(raw / "lo.dbf")
    data = load_raw(raw.parent, land_use("lo.tab"))
    assert sorted(data.layers[Role.LAND_USE].frame["code"]) == ["CLN", "DGT", "ODT"]


def test_a_wrong_number_of_records_in_a_dbf(raw: Path) -> None:
    """A .dbf with more or fewer records than there are shapes."""
    write_as(many(), raw / "lo.shp", "ESRI Shapefile")
    whole = (raw / "lo.dbf").read_bytes()
    head, width = struct.unpack("<HH", whole[8:12])
    for rows in (59, 61):
        body = (whole[head : head + 60 * width] + b" " * width)[: rows * width]
        content = whole[:4] + struct.pack("<I", rows) + whole[8:head] + body + b"\x1a"
        (raw / "lo.dbf").write_bytes(content)
        refuse(raw.parent, land_use("lo.shp"), "raw/lo.shp", "lo.dbf")


@pytest.mark.parametrize(
    "content",
    [
        "", " \n", "[]", "null", "{}", '{"type": "FeatureCollection"}', '{"type": "Topology"}',
        '{"type": "FeatureCollection", "features": []}',
        '{"type": "FeatureCollection", "features": {}}',
        '{"type": "FeatureCollection", "features": [null, 1, "x"]}',
        "[" * 100_000, '{"a":' * 100_000,
    ],
)  # fmt: skip
def test_json_that_is_no_layer(raw: Path, content: str) -> None:
    (raw / "lo.geojson").write_text(content)
    refuse(raw.parent, land_use("lo.geojson"), "raw/lo.geojson")


def features(*geometries: object, **more: Any) -> str:
    """A GeoJSON in the CRS of the project; numbers as Python writes them, NaN as well."""
    listed = [
        {"type": "Feature", "properties": {"ma": "ODT", "thua": str(n)}, "geometry": geometry}
        for n, geometry in enumerate(geometries)
    ]
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::5898"}}
    return json.dumps({"type": "FeatureCollection", "crs": crs, "features": listed, **more})


GOOD = mapping(square(500, 500))


def ring(*points: tuple[float, float]) -> dict[str, object]:
    moved = [[EAST + x, NORTH + y] for x, y in points]
    return {"type": "Polygon", "coordinates": [moved]}


STRANGE = [
    ring((0, 0), (1, 1)),
    ring((0, 0)),
    ring(),
    {"type": "Polygon", "coordinates": []},
    {"type": "Polygon", "coordinates": None},
    {"type": "Polygon"},
    {"type": "Polygon", "coordinates": [[["x", "y"]] * 4]},
    {"type": "Polygon", "coordinates": "chuỗi"},
    {"type": "Hình", "coordinates": [[0, 0]]},
    {"type": "GeometryCollection", "geometries": []},
    {"type": "GeometryCollection", "geometries": [{"type": "GeometryCollection", "geometries": []}]},
    {"type": "MultiPolygon", "coordinates": [[]]},
    {"type": "Point", "coordinates": []},
    {"type": "Point", "coordinates": [EAST, NORTH]},
    {"type": "LineString", "coordinates": [[EAST, NORTH]]},
    ring((0, 0), (0, float("inf")), (9, 9), (0, 0)),
    ring((0, 0), (float("nan"), 5), (9, 9), (0, 0)),
    ring((0, 0), (0, 1e308), (1e308, 9), (0, 0)),
    ring((0, 0), (9, 9), (0, 9), (9, 0)),
    ring((0, 0), (0, 0), (0, 0), (0, 0)),
    None,
    7,
    "x",
    [],
    {},
]


@pytest.mark.parametrize("strange", STRANGE)
def test_strange_geometry_is_a_finding_or_one_line(raw: Path, strange: object) -> None:
    """The good feature beside it is read, or the file refused in one line."""
    (raw / "lo.geojson").write_text(features(GOOD, strange))
    assert_reconciled(raw, "lo.geojson", 2)
    (raw / "lo.geojson").write_text(features(strange))
    assert_reconciled(raw, "lo.geojson", 1)


def assert_reconciled(raw: Path, name: str, count: int) -> Dataset | None:
    try:
        data = load_raw(raw.parent, land_use(name))
    except PlanDataError as problem:
        assert all("\n" not in item.line("both") for item in problem.problems)
        return None
    read = data.counts[-1]
    told = sum(item.dropped for item in data.findings if item.layer == Role.LAND_USE)
    frame = data.layers[Role.LAND_USE].frame
    assert (read.read, read.kept, read.set_aside) == (count, len(frame), told)
    assert read.read == read.kept + read.set_aside
    assert np.isfinite(shapely.get_coordinates(frame.geometry.to_numpy())).all()
    return data


def test_numbers_that_are_none_are_findings(raw: Path) -> None:
    content = features(GOOD, STRANGE[15], STRANGE[16])
    assert "Infinity" in content and "NaN" in content
    (raw / "lo.geojson").write_text(content)
    data = assert_reconciled(raw, "lo.geojson", 3)
    assert data is not None
    assert data.counts[-1].kept == 1
    (raw / "lo.geojson").write_text(content[: len(content) * 2 // 3])
    refuse(raw.parent, land_use("lo.geojson"), "raw/lo.geojson")


def wkb_layer(path: Path, *blobs: bytes) -> None:
    """A GeoPackage whose geometries are the bytes given."""
    parcels().head(1).to_file(path, layer="lo")
    with closing(sqlite3.connect(path)) as database:
        database.create_function("ST_IsEmpty", 1, lambda _: 0)
        for name in ("MinX", "MinY", "MaxX", "MaxY"):
            database.create_function(f"ST_{name}", 1, lambda _: 0)
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        number = database.execute(
            "SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = 'lo'"
        ).fetchone()[0]
        head = b"GP\0\1" + struct.pack("<i", number)
        for n, blob in enumerate(blobs):
            row = (head + blob, "ODT", f"x{n}")
            database.execute("INSERT INTO lo (geom, ma, thua) VALUES (?, ?, ?)", row)
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = 1 + ?", (len(blobs),))
        database.commit()


def wkb_ring(*points: tuple[float, float]) -> bytes:
    numbers = b"".join(struct.pack("<2d", EAST + x, NORTH + y) for x, y in points)
    return struct.pack("<BIII", 1, 3, 1, len(points)) + numbers


INF = float("inf")
BLOBS = {
    "two points": wkb_ring((0, 0), (1, 1)),
    "one point": wkb_ring((0, 0)),
    "three points, closed": wkb_ring((0, 0), (1, 1), (0, 0)),
    "open": wkb_ring((0, 0), (9, 0), (9, 9), (0, 9)),
    "no ring": struct.pack("<BII", 1, 3, 0),
    "empty ring": struct.pack("<BIII", 1, 3, 1, 0),
    "infinite": wkb_ring((0, 0), (9, 0), (9, INF), (0, 0)),
    "1e308": wkb_ring((0, 0), (9, 0), (9, 1e308), (0, 0)),
    "a billion points": struct.pack("<BIII", 1, 3, 1, 10**9),
    "four billion rings": struct.pack("<BII", 1, 3, 2**32 - 1),
    "unknown type": struct.pack("<BII", 1, 99, 1),
    "unknown byte order": b"\7" + wkb_ring((0, 0), (9, 0), (9, 9), (0, 0))[1:],
    "cut": wkb_ring((0, 0), (9, 0), (9, 9), (0, 0))[:-9],
    "nothing": b"",
    "letters": b"POLYGON ((0 0, 1 0, 1 1, 0 0))",
    "empty collection": struct.pack("<BII", 1, 7, 0),
    "collections in one another": struct.pack("<BII", 1, 7, 1) * 60 + struct.pack("<BII", 1, 7, 0),
    "deep collections": struct.pack("<BII", 1, 7, 1) * 20_000 + struct.pack("<BII", 1, 7, 0),
    "curve": struct.pack("<BIII", 1, 10, 1, 0),
    "surface": struct.pack("<BII", 1, 15, 0),
    "triangle": struct.pack("<BIII", 1, 17, 1, 0),
}


@pytest.mark.parametrize("kind", BLOBS)
def test_geometry_at_the_level_of_bytes(raw: Path, kind: str) -> None:
    wkb_layer(raw / "lo.gpkg", BLOBS[kind])
    assert_reconciled(raw, "lo.gpkg", 2)
