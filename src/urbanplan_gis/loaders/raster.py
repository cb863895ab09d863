"""Population grids: persons per unit by the exact share of every cell."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import rasterio
from pyproj import CRS
from pyproj.exceptions import CRSError
from rasterio.errors import RasterioError

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.loaders.crs.guard import check_place, name_crs, reproject, settle_crs
from urbanplan_gis.loaders.formats import hash_source
from urbanplan_gis.loaders.source_file import SourceFile
from urbanplan_gis.loaders.sources import make_origin
from urbanplan_gis.model.data import Finding, Layer, Origin, Role, Severity
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

_SUFFIXES = (".tif", ".tiff")
_TIFF = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")


@dataclass(frozen=True)
class Grid:
    """What is told about a raster before any cell is used."""

    crs: CRS
    reason: Text
    bounds: tuple[float, float, float, float]
    width: int
    height: int
    kind: str
    nodata: float | None


def load_population(
    source: SourceFile, units: gpd.GeoDataFrame
) -> tuple[Layer, tuple[Finding, ...]]:
    """The grid's persons per unit (frame: code, residents), and those outside all units.

    Raises:
        PlanDataError: for a damaged raster, a wrong CRS or negative cells.
    """
    grid = inspect_grid(source.path, source.label, source.facts.crs, source.config)
    residents = grid_population(source.path, units, source.facts.crs, source.label)
    frame = residents.rename_axis("code").rename("residents").reset_index()
    frame["code"] = frame["code"].astype("str")
    layer = Layer(source.role, frame, (_to_origin(source, grid),))
    total = total_population(source.path)
    outside = total - float(residents.sum())
    if outside <= max(total, 1.0) * 1e-9:
        return layer, ()
    message = Text.of(
        "finding.population_outside", source=source.name, persons=outside,
        percent=100 * outside / total,
    )  # fmt: skip
    found = Finding(
        "population_outside", Severity.INFO, Role.POPULATION, (), message, action="reported"
    )
    return layer, (found,)


def load_land_cover(source: SourceFile) -> Layer:
    """A land cover raster: only its origin, its cells are read where they are needed."""
    grid = inspect_grid(source.path, source.label, source.facts.crs, source.config)
    return Layer(source.role, None, (_to_origin(source, grid),))


def grid_population(
    path: Path, units: gpd.GeoDataFrame, crs: str = "", label: str = ""
) -> pd.Series:
    """Persons per unit, indexed by unit code; a cell counts with the share the unit covers.

    ``crs`` is the CRS told for a raster that states none. The units are brought into the
    raster's CRS, the raster stays as it is; cells without data count nothing.

    Raises:
        PlanDataError: for a damaged raster, a wrong CRS or negative cells.
    """
    from exactextract import exact_extract

    label = label or path.name
    grid = inspect_grid(path, label, crs, label)
    _check_cells(path, label)
    shapes, _ = reproject(units.geometry.to_numpy(), CRS.from_user_input(units.crs), grid.crs)
    zones = units[["code"]].assign(geometry=shapes)
    zones = zones.set_geometry("geometry").set_crs(grid.crs, allow_override=True)
    if not _touches(tuple(zones.total_bounds), grid.bounds):
        raise bad_data("raster_elsewhere", label, crs=name_crs(grid.crs))
    with rasterio.open(path) as raster:
        sums: Any = exact_extract(raster, zones, "sum", include_cols="code", output="pandas")
    return sums.set_index("code")["sum"].astype("float64").fillna(0.0)


def total_population(path: Path) -> float:
    """All persons on a grid."""
    total = 0.0
    with rasterio.open(path) as raster:
        for _, window in raster.block_windows(1):
            total += float(_cells(raster, window).sum(dtype="float64"))
    return total


def inspect_grid(path: Path, label: str, key: str, config: str) -> Grid:
    """What a GeoTIFF tells before any cell is used: its CRS settled, its place checked.

    Raises:
        PlanDataError: for a damaged raster, several bands, a rotation, or a wrong CRS.
    """
    if path.suffix.lower() not in _SUFFIXES:
        raise bad_data("unknown_format", label, known=", ".join(_SUFFIXES))
    if path.stat().st_size == 0:
        raise bad_data("empty_file", label)
    with path.open("rb") as file:
        if file.read(4) not in _TIFF:
            raise bad_data("not_the_format", label, format="GeoTIFF")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            raster = rasterio.open(path)
        with raster:
            found, bands, transform = _to_crs(raster.crs), raster.count, raster.transform
            width, height = raster.width, raster.height
            kind, nodata = str(raster.dtypes[0]), raster.nodata
    except RasterioError as problem:
        raise _unreadable(label, problem) from None
    if bands != 1:
        raise bad_data("raster_bands", label, bands=bands)
    if transform.b or transform.d or transform.a <= 0 or transform.e >= 0:
        raise bad_data("raster_rotated", label)
    crs, reason = settle_crs(found, key, label, config)
    west, north = transform.c, transform.f
    east, south = west + transform.a * width, north + transform.e * height
    check_place(np.array([[(west + east) / 2, (south + north) / 2]]), crs, label)
    return Grid(crs, reason, (west, south, east, north), width, height, kind, nodata)


def _to_crs(found: Any) -> CRS | None:
    if not found:
        return None
    try:
        return CRS.from_user_input(found)
    except CRSError:
        return None


def _check_cells(path: Path, label: str) -> None:
    """Cells that hold data may not be negative: an undeclared "no data" value would count."""
    try:
        with rasterio.open(path) as raster:
            for _, window in raster.block_windows(1):
                cells = _cells(raster, window)
                if cells.size and cells.min() < 0:
                    value = f"{float(cells.min()):.10g}"
                    nodata = "-" if raster.nodata is None else f"{raster.nodata:.10g}"
                    raise bad_data("negative_cells", label, value=value, nodata=nodata)
    except RasterioError as problem:
        raise _unreadable(label, problem) from None


def _cells(raster: Any, window: Any) -> np.ndarray:
    """The cells of a window that hold data."""
    cells = raster.read(1, window=window, masked=True).compressed()
    return cells[np.isfinite(cells)]


def _touches(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _to_origin(source: SourceFile, grid: Grid) -> Origin:
    return make_origin(
        source.name,
        source.label,
        source.facts.origin,
        sha256=hash_source(source.path),
        crs=name_crs(grid.crs),
        crs_reason=grid.reason.say("both"),
    )


def _unreadable(label: str, problem: Exception) -> PlanDataError:
    return bad_data("unreadable", label, problem=" ".join(str(problem).split())[:160])
