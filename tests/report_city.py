"""A city of two square kilometres whose figures are sums anybody can do, and its run.

Ward A: 50 ha of housing (ODT), 10 ha of streets (DGT), 40 ha of rice (LUC). Commune B: 100 ha of
rice; it is slated. Residents of 2025: 6,000 in A, 4,000 in B. So urban construction land within
the ward is 60 ha of 200 ha, 30 %; streets are 10 of 60 ha, 16.67 %, and 22 % of 60 ha would be
13.2 ha: 3.2 ha are missing. 6,000 of 10,000 residents live in the ward, 60 %.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import geopandas as gpd
import pandas as pd
from shapely.geometry import box

from test_loaders_vector import CRS, EAST, NORTH
from urbanplan_gis.outputs.manifest import read_manifest
from urbanplan_gis.outputs.stored_run import StoredRun, stored_run
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project

NAMES = ("Phường A", "Xã B")
PROJECT = """
[project]
name = { vi = "Thành phố Thử", en = "Trial city" }
as_of = 2025-06-30
boundaries = "2014"
language = "LANGUAGE"
[layers.units]
path = "units.gpkg"
fields = { code = "ma", name = "ten", kind = "loai", slated = "len_phuong" }
[layers.units.origin]
publisher = "Office of Borders"
[layers.land_use]
path = "lu.gpkg"
code_list = "tt08-2024"
fields = { feature_id = "thua", code = "ma" }
[layers.land_use.origin]
publisher = "Office of Surveys"
document = "Survey 7"
date = 2025-01-02
[[statistics]]
path = "people.csv"
fields = { unit_code = "ma", year = "nam", residents = "nguoi" }
[statistics.origin]
publisher = "Office of Statistics"
"""


def ground(x: float, y: float, width: float, height: float) -> object:
    """A rectangle in metres from the corner of ward A."""
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def write_city(folder: Path, lang: str = "both", names: tuple[str, str] = NAMES) -> Path:
    units = {
        "ma": ["21010", "21211"],
        "ten": list(names),
        "loai": ["Phường", "Xã"],
        "len_phuong": [0, 1],
    }
    outlines = [ground(0, 0, 1000, 1000), ground(1000, 0, 1000, 1000)]
    gpd.GeoDataFrame(units, geometry=outlines, crs=CRS).to_file(folder / "units.gpkg")
    lots = {"thua": ["t1", "t2", "t3", "t4"], "ma": ["ODT", "DGT", "LUC", "LUC"]}
    shapes = [
        ground(0, 0, 500, 1000),
        ground(500, 0, 100, 1000),
        ground(600, 0, 400, 1000),
        ground(1000, 0, 1000, 1000),
    ]
    gpd.GeoDataFrame(lots, geometry=shapes, crs=CRS).to_file(folder / "lu.gpkg")
    people = pd.DataFrame({"ma": ["21010", "21211"], "nam": 2025, "nguoi": [6000, 4000]})
    people.to_csv(folder / "people.csv", index=False)
    (folder / "project.toml").write_text(PROJECT.replace("LANGUAGE", lang), encoding="utf-8")
    return folder


def run_of(folder: Path, lang: str = "both") -> StoredRun:
    """The run of the city in a folder, computed if it is not there."""
    make_run(load_project(folder), lang)
    return stored_run(load_project(folder), lang)


def add_former(run: StoredRun, value: float, without: str) -> None:
    """A delivery of a year before: another share of streets, and one indicator less."""
    folder = run.folder / "deliveries" / "K1"
    (folder / "tables").mkdir(parents=True)
    manifest = read_manifest(run.folder)
    manifest["delivery"] = {"name": "K1", "day": "2024-07-01"}
    manifest["parameters"] = {**manifest["parameters"], "as_of": "2024-06-30"}
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    table = pd.read_csv(run.folder / "tables" / "indicators.csv", dtype=str, encoding="utf-8-sig")
    table = table[table["indicator"] != without]
    table.loc[table["indicator"] == "transport_land_share", "value"] = str(value)
    table.to_csv(folder / "tables" / "indicators.csv", index=False, encoding="utf-8-sig")


def remove_former(run: StoredRun) -> None:
    shutil.rmtree(run.folder / "deliveries", ignore_errors=True)
