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
