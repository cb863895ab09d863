"""A part of the sample city that is measured in seconds: some units and all that touches them."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio

ROOT = Path(__file__).parents[1]
#: two wards with zoning plans, and three of the communes to become wards
UNITS = ("21010", "21016", "21034", "21211", "21214")
_VECTORS = (".gpkg", ".shp", ".fgb", ".geojson")


def make_small_city(sample: Path, folder: Path, codes: Sequence[str] = UNITS) -> Path:
    """Write ``project.toml`` and ``data/raw/sample`` of some units below ``folder``."""
    raw = folder / "data" / "raw" / "sample"
    raw.mkdir(parents=True)
    shutil.copyfile(ROOT / "project.toml", folder / "project.toml")
    units = gpd.read_file(sample / "units.gpkg")
    kept = units[units["ma"].isin(codes)]
    for path in sorted(sample.iterdir()):
        target = raw / path.name
        if path.suffix == ".parquet":
            _part(gpd.read_parquet(path), kept).to_parquet(target)
        elif path.suffix in _VECTORS:
            layer = pyogrio.list_layers(path)[0][0]
            _write(_part(gpd.read_file(path), kept), target, layer)
        elif path.name == "statistics.csv":
            table = pd.read_csv(path, dtype=str, keep_default_na=False)
            table[table["ma_don_vi"].isin(codes)].to_csv(target, index=False)
        elif path.suffix == ".tif":
            shutil.copyfile(path, target)
    return folder


def _part(frame: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """The features on the ground of the units, whole; those on no more than their border are out.

    A layer that does not know its coordinate system is in that of the units.
    """
    if "loai" in frame and "dt_cong_bo_ha" in frame:  # the units themselves
        return frame[frame["ma"].isin(units["ma"])]
    ground = gpd.GeoSeries([units.buffer(-1.0).union_all()], crs=units.crs)
    inside = ground.to_crs(frame.crs or units.crs).item()
    return frame[frame.intersects(inside)]


def _write(frame: gpd.GeoDataFrame, path: Path, layer: str) -> None:
    """As the sample city writes them: dates of a shapefile have no time of day."""
    days = frame.select_dtypes("datetime").columns if path.suffix == ".shp" else []
    frame = frame.assign(**{name: frame[name].dt.date for name in days})
    frame.to_file(path, layer=layer, use_arrow=True)


#: tables of ``project.toml`` that the whole city can be measured by in a moment
_LIGHT = re.compile(r"\[+(project|layers\.(units|plans|green)(\.origin)?|statistics(\.origin)?)\]+")


def make_light_city(sample: Path, folder: Path) -> Path:
    """All units of the sample city with plans, green and statistics, but without parcels."""
    raw = folder / "data" / "raw" / "sample"
    raw.mkdir(parents=True)
    for name in ("units.gpkg", "plans.gpkg", "green.parquet", "statistics.csv"):
        shutil.copyfile(sample / name, raw / name)
    text = (ROOT / "project.toml").read_text(encoding="utf-8")
    tables = re.split(r"^(?=\[)", text, flags=re.MULTILINE)
    kept = [table for table in tables if _LIGHT.match(table)]
    (folder / "project.toml").write_text("".join(kept), encoding="utf-8")
    return folder
