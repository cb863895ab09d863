"""Writing the files, so that the same city always gives the same bytes."""

import csv
import json
import os
from datetime import date
from pathlib import Path

os.environ["OGR_CURRENT_DATE"] = "2025-06-30T00:00:00Z"  # before GDAL is loaded

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj
import rasterio
import rasterio.features
import shapely
from affine import Affine

from .atoms import Atoms, to_metres
from .names import CRS

VN2000_TO_WGS84 = "VN-2000 to WGS 84 (2)"  # EPSG operation 6960
DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".fgb": "FlatGeobuf"}


def multi(geometries) -> np.ndarray:
    """Return polygons and multipolygons as multipolygons in metres."""
    parts = [g if g.geom_type == "MultiPolygon" else shapely.multipolygons([g]) for g in geometries]
    return to_metres(np.array(parts))


def table_of(rows: list[dict], types: dict) -> pa.Table:
    """Return columns in the order of `types`; text dates become dates."""
    columns = {}
    for name, kind in types.items():
        values = [row[name] for row in rows]
        if kind == pa.date32():
            values = [date.fromisoformat(v) if v else None for v in values]
        columns[name] = pa.array(values, kind)
    return pa.table(columns)


def write_vector(
    path: Path, rows: list[dict], types: dict, geometries, layer: str | None = None
) -> None:
    """Write one layer of multipolygons in EPSG:5898."""
    table = table_of(rows, types)
    field = pa.field("geometry", pa.binary(), metadata={"ARROW:extension:name": "ogc.wkb"})
    table = table.append_column(field, pa.array(shapely.to_wkb(multi(geometries)), pa.binary()))
    options = {}
    if path.suffix == ".shp":
        options = {"ENCODING": "UTF-8", "DBF_DATE_LAST_UPDATE": "2025-06-30"}
    pyogrio.write_arrow(
        table,
        path,
        layer=layer or path.stem,
        driver=DRIVERS[path.suffix],
        geometry_name="geometry",
        geometry_type="MultiPolygon",
        crs=f"EPSG:{CRS}",
        layer_options=options,
    )


def write_geoparquet(path: Path, rows: list[dict], types: dict, geometries) -> None:
    """Write GeoParquet 1.1 with its metadata spelled out (no library version in it)."""
    shapes = multi(geometries)
    table = table_of(rows, types).append_column(
        "geometry", pa.array(shapely.to_wkb(shapes), pa.binary())
    )
    column = {
        "encoding": "WKB",
        "geometry_types": ["MultiPolygon"],
        "crs": pyproj.CRS.from_epsg(CRS).to_json_dict(),
        "bbox": list(shapely.total_bounds(shapes)),
    }
    meta = {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": column}}
    table = table.replace_schema_metadata({"geo": json.dumps(meta, sort_keys=True)})
    pq.write_table(table, path, compression="zstd")


def to_degrees(geometries) -> np.ndarray:
    """Return geometries in metres as longitude and latitude, by one pinned operation."""
    group = pyproj.transformer.TransformerGroup(CRS, 4326, always_xy=True)
    operation = next(t for t in group.transformers if VN2000_TO_WGS84 in t.description)
    return shapely.transform(
        geometries, lambda c: np.column_stack(operation.transform(c[:, 0], c[:, 1]))
    )


def write_geojson(path: Path, rows: list[dict], geometries) -> None:
    """Write features in longitude and latitude with nine decimals."""
    features = []
    for row, shape in zip(rows, to_degrees(np.array(geometries)), strict=True):
        points = np.round(shapely.get_coordinates(shape), 9).tolist()
        geometry = {
            "type": shape.geom_type,
            "coordinates": points[0] if shape.geom_type == "Point" else points,
        }
        features.append({"type": "Feature", "properties": row, "geometry": geometry})
    text = ",\n".join(json.dumps(f, ensure_ascii=False) for f in features)
    path.write_text(
        f'{{"type": "FeatureCollection", "features": [\n{text}\n]}}\n',
        encoding="utf-8",
        newline="\n",
    )


def write_csv(path: Path, header, rows) -> None:
    """Write a table as UTF-8 with byte-order mark."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_population(path: Path, grid: np.ndarray, corner) -> None:
    """Write the 100 m population grid."""
    _write_raster(path, grid, corner, 100, "float32", -1)


def write_land_cover(path: Path, atoms: Atoms, classes: np.ndarray, cell: int = 20) -> None:
    """Write land cover classes (0 outside the city) on a grid of `cell` metres."""
    corner = (581_000, 1_684_500)
    shape = ((1_684_500 - 1_669_300) // cell, (602_000 - 581_000) // cell)
    transform = Affine(cell, 0, corner[0], 0, -cell, corner[1])
    groups = [
        (to_metres(shapely.coverage_union_all(atoms.polygons[classes == v])), int(v))
        for v in np.unique(classes)
        if v
    ]
    grid = rasterio.features.rasterize(
        groups, out_shape=shape, transform=transform, fill=0, dtype="uint8"
    )
    _write_raster(path, grid, corner, cell, "uint8", 0)


def _write_raster(path, grid, corner, cell, kind, nodata) -> None:
    transform = Affine(cell, 0, corner[0], 0, -cell, corner[1])
    profile = {
        "driver": "GTiff",
        "height": grid.shape[0],
        "width": grid.shape[1],
        "count": 1,
        "dtype": kind,
        "crs": f"EPSG:{CRS}",
        "transform": transform,
        "nodata": nodata,
        "compress": "deflate",
    }
    with rasterio.open(path, "w", **profile) as file:
        file.write(grid, 1)
