"""Telling a file's format from its name and first bytes, and what else belongs to it.

GDAL opens whatever a file turns out to be, virtual formats that fetch from elsewhere included. So
what a file is gets settled here, and only then is it opened.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from fiona._err import CPLE_BaseError  # ty: ignore[import-not-found]
from fiona.errors import FionaError
from pyarrow import ArrowException

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders import file_checks as checks
from urbanplan_gis.loaders.file_checks import chunks, shapefile_parts

#: what GDAL (through pyogrio or fiona) and Arrow raise for files they cannot read
READ_FAILURES = (
    OSError, RuntimeError, ValueError, LookupError, FionaError, CPLE_BaseError, ArrowException,
)  # fmt: skip
DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".parquet": "Parquet",
    ".dxf": "DXF",
    ".dgn": "DGN",
    ".tab": "MapInfo File",
    ".mif": "MapInfo File",
    ".kml": "LIBKML",
    ".gml": "GML",
    ".gdb": "OpenFileGDB",
    ".pbf": "OSM",
    ".osm": "OSM",
}
#: what people call them, where that is not the name of the driver
FORMAT_NAMES = {
    "GPKG": "GeoPackage", "LIBKML": "KML", "MapInfo File": "MapInfo", "OpenFileGDB": "FileGDB",
}  # fmt: skip
#: read by modules of their own, not by GDAL
DRAWINGS = frozenset({"DXF", "DGN"})
ARCHIVES = (".zip", ".kmz")
_CLOSED = {".dwg": "DWG"}
_VIRTUAL = (".vrt", ".xml", ".wfs", ".gdalg")
_FIRST_BYTES = {
    "GPKG": b"SQLite format 3\0",
    "ESRI Shapefile": b"\x00\x00\x27\x0a",
    "FlatGeobuf": b"fgb",
    "Parquet": b"PAR1",
}
#: files that belong to one of another suffix: they share its stem
_BESIDE = {
    ".shp": (".cpg", ".dbf", ".prj", ".shp", ".shx"),
    ".tab": (".dat", ".dbf", ".map", ".id", ".ind"),
    ".mif": (".mid",),
    ".gml": (".xsd", ".gfs"),
}
#: georeferencing and "no data" of a raster may lie beside it, under its stem or its whole name
_RASTER_SUFFIXES = (".tif", ".tiff")
_RASTER_SIDECARS = (".aux", ".prj", ".tab", ".tfw", ".tifw", ".tiffw", ".wld")
_RASTER_ADDITIONS = (".aux", ".aux.xml", ".msk", ".ovr", ".xml")


@dataclass(frozen=True)
class FileFormat:
    """What kind of file it is, and what its text is encoded in (``""``: to be told)."""

    driver: str
    encoding: str = "UTF-8"
    #: GeoJSON and KML always have a CRS: whether the file says so, or the format's standard
    states_crs: bool = True
    #: how many records the file's parts state (None: GDAL itself tells when one is lost)
    records: int | None = None


def identify_format(path: Path, label: str) -> FileFormat:
    """The format of ``path``, after checking that the file is whole.

    Raises:
        PlanDataError: for an empty, damaged, incomplete or unknown file.
    """
    suffix = path.suffix.lower()
    driver = DRIVERS.get(suffix)
    if driver is None:
        known = ", ".join((*DRIVERS, *ARCHIVES))
        raise bad_data(why_unknown(suffix), label, known=known, suffix=suffix)
    if driver == "OpenFileGDB":
        if not path.is_dir():
            raise bad_data("not_the_format", label, format=FORMAT_NAMES[driver])
        checks.check_file_geodatabase(path, label)
        return FileFormat(driver)
    if path.stat().st_size == 0:
        raise bad_data("empty_file", label)
    for part in path.parent.iterdir():
        if part.stem == path.stem and part.suffix.lower() in _BESIDE.get(suffix, ()):
            _check_part(part, path, label)
    checks.refuse_virtual(path, label)
    if driver == "GeoJSON":
        return FileFormat(driver, states_crs=checks.check_geojson(path, label))
    first = _FIRST_BYTES.get(driver, b"")
    with path.open("rb") as file:
        if file.read(len(first)) != first:
            raise bad_data("not_the_format", label, format=FORMAT_NAMES.get(driver, driver))
    if driver == "DXF":
        # lines end values, and in binary drawings zero bytes
        checks.check_lengths(path, label, b"\n\r\0")
    if driver == "GPKG":
        checks.check_geopackage(path, label)
    if driver == "ESRI Shapefile":
        checks.check_shapefile(path, label)
        return FileFormat(driver, encoding="")
    if driver in ("LIBKML", "GML"):
        checks.check_xml(path, label, driver)
        return FileFormat(driver, states_crs=driver == "GML")
    if driver == "MapInfo File":
        return FileFormat(driver, records=checks.check_mapinfo(path, label))
    return FileFormat(driver)


def _check_part(part: Path, path: Path, label: str) -> None:
    """What belongs to a file must be a file as well, in the same folder."""
    if not part.is_file():
        raise bad_data("no_plain_file", f"{label}: {part.name}")
    if part.is_symlink() and part.resolve().parent != path.resolve().parent:
        raise bad_data("outside_path", f"{label}: {part.name}", path=part.name)


def why_unknown(suffix: str) -> str:
    """The error that helps most."""
    if suffix in _CLOSED:
        return "dwg_file"
    return "virtual_file" if suffix in _VIRTUAL else "unknown_format"


def source_files(path: Path) -> list[Path]:
    """A file and all beside it that reading it may depend on, in any letter case, sorted.

    Of a folder (FileGDB, planning database) all files in it.
    """
    if path.is_dir():
        return sorted(file for file in path.rglob("*") if file.is_file())
    suffix, stem, name = path.suffix.lower(), path.stem.casefold(), path.name.casefold()
    wanted = {stem + side for side in _BESIDE.get(suffix, ())}
    if suffix in _RASTER_SUFFIXES:
        wanted = {stem + side for side in _RASTER_SIDECARS}
        wanted |= {name + addition for addition in _RASTER_ADDITIONS}
    beside = (file for file in path.parent.iterdir() if file.name.casefold() in wanted)
    return sorted({path, *(file for file in beside if file.is_file())})


def hash_source(path: Path) -> str:
    """The sha256 of a file; of one in several parts, of all parts in the order of their names."""
    digest = hashlib.sha256()
    files = [path]
    if path.suffix.lower() == ".shp":
        files = [part for _, part in sorted(shapefile_parts(path).items())]
    elif path.is_dir() or path.suffix.lower() in _BESIDE:
        files = source_files(path)
    for file in files:
        if len(files) > 1:
            digest.update(file.suffix.lower().encode() or file.name.encode())
        for chunk in chunks(file):
            digest.update(chunk)
    return digest.hexdigest()
