"""Population grids with numbers worked out by hand."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS as ProjCRS

from test_loaders_vector import CRS, EAST, NORTH, load, refuse, square
from urbanplan_gis.loaders.raster import grid_population
from urbanplan_gis.model.data import Role

GRID = '[layers.population]\npath = "dan.tif"\n'


def write(
    folder: Path, cells: list[list[float]], *, west: float = EAST, north: float = NORTH + 1000,
    nodata: float | None = -1.0, crs: str | None = CRS, size: float = 1000.0, bands: int = 1,
) -> None:  # fmt: skip
    array = np.array(cells, dtype="float32")
    with rasterio.open(
        folder / "dan.tif", "w", driver="GTiff", height=array.shape[0], width=array.shape[1],
        count=bands, dtype="float32", crs=crs, nodata=nodata,
        transform=Affine(size, 0, west, 0, -size, north),
    ) as raster:  # fmt: skip
        for band in range(1, bands + 1):
            raster.write(array, band)


def test_whole_cells(tmp_path: Path) -> None:
    # one cell of 1 km² on each unit and one beyond them
    write(tmp_path, [[120.0, 30.0, 7.0]])
    data = load(tmp_path, GRID)
    layer = data.layers[Role.POPULATION]
    assert layer.frame.to_dict("list") == {"code": ["21010", "21013"], "residents": [120.0, 30.0]}
    (finding,) = data.findings
    assert finding.code == "population_outside"
    assert "7" in finding.message.say("en")
    assert layer.origins[0].crs == "EPSG:5898"


def test_shares_of_cells(tmp_path: Path) -> None:
    # the grid begins 250 m west of the units: cells are cut 1/4 : 3/4
    write(tmp_path, [[100.0, 200.0, 400.0]], west=EAST - 250)
    frame = load(tmp_path, GRID).layers[Role.POPULATION].frame
    expected = [100 * 0.75 + 200 * 0.25, 200 * 0.75 + 400 * 0.25]
    assert frame["residents"].tolist() == pytest.approx(expected, rel=1e-9)


def test_cells_without_data_count_nothing(tmp_path: Path) -> None:
    write(tmp_path, [[-1.0, float("nan")]])
    data = load(tmp_path, GRID)
    assert data.layers[Role.POPULATION].frame["residents"].tolist() == [0.0, 0.0]
    assert not data.findings


def test_units_go_to_the_raster_not_the_raster_to_them(tmp_path: Path) -> None:
    write(tmp_path, [[10.0] * 40] * 40, west=108.70, north=15.30, size=0.01, crs="EPSG:4326")
    frame = load(tmp_path, GRID).layers[Role.POPULATION].frame
    units = gpd.GeoSeries([square(0, 0, 1000), square(1000, 0, 1000)], crs=CRS).to_crs(4326)
    # ten persons per 0.01° × 0.01°
    expected = [shape.area / 0.0001 * 10 for shape in units]
    assert frame["residents"].tolist() == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("options", "pieces"),
    [
        ({"nodata": None}, ("dan.tif", "-1")),
        ({"nodata": -9.0}, ("dan.tif", "-1", "-9")),
        ({"crs": None}, ("dan.tif", "EPSG:...")),
        ({"bands": 2}, ("dan.tif", "2")),
        ({"west": EAST + 50_000}, ("dan.tif", "EPSG:5898")),
        ({"north": 90.0, "west": 15.0}, ("dan.tif", "EPSG:5898")),
    ],
)
def test_grids_that_are_refused(
    tmp_path: Path, options: dict[str, object], pieces: tuple[str, ...]
) -> None:
    write(tmp_path, [[120.0, -1.0, 7.0]], **options)
    refuse(tmp_path, GRID, *pieces)


def test_files_that_are_no_grids(tmp_path: Path) -> None:
    write(tmp_path, [[1.0] * 300] * 300)
    whole = (tmp_path / "dan.tif").read_bytes()
    for content in (b"", b"<html>", whole[:100], whole[: len(whole) // 2]):
        (tmp_path / "dan.tif").write_bytes(content)
        refuse(tmp_path, GRID, "dan.tif")


def test_a_rotated_grid_is_refused(tmp_path: Path) -> None:
    write(tmp_path, [[1.0, 2.0]])
    with rasterio.open(tmp_path / "dan.tif", "r+") as raster:
        raster.transform = Affine(900, 100, EAST, 100, -900, NORTH + 1000)
    refuse(tmp_path, GRID, "dan.tif")


def test_two_grids_would_count_twice(tmp_path: Path) -> None:
    write(tmp_path, [[1.0, 2.0]])
    (tmp_path / "dan2.tif").write_bytes((tmp_path / "dan.tif").read_bytes())
    layers = '[[layers.population]]\npath = "dan.tif"\n[[layers.population]]\npath = "dan2.tif"\n'
    refuse(tmp_path, layers, "dan.tif, dan2.tif")


def test_grids_leave_nothing_beside_them(tmp_path: Path) -> None:
    write(tmp_path, [[1.0, 2.0]])
    layers = GRID + '[layers.land_cover]\npath = "dan.tif"\n'
    data = load(tmp_path, layers)
    assert data.layers[Role.LAND_COVER].frame is None
    assert data.layers[Role.LAND_COVER].origins[0].path == "dan.tif"
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "dan.tif", "project.toml", "units.gpkg",
    ]  # fmt: skip


def test_population_of_any_frame_of_units(tmp_path: Path) -> None:
    write(tmp_path, [[120.0, 30.0]], crs=None)
    units = gpd.GeoDataFrame({"code": ["x"]}, geometry=[square(500, 0, 1000)], crs=CRS)
    residents = grid_population(tmp_path / "dan.tif", units, CRS)
    assert residents.to_dict() == {"x": 75.0}
    assert ProjCRS(units.crs).to_epsg() == 5898
