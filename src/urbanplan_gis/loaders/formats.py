"""Telling a file's format from its first bytes, and damage before GDAL glosses over it.

GDAL reads a shapefile cut in the middle as features without geometry and a GeoPackage with a bad
page as fewer features, both in silence; and it opens whatever a file turns out to be, virtual
formats that fetch from elsewhere included. So all of that is settled here.
"""

from __future__ import annotations

import codecs
import hashlib
import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from fiona._err import CPLE_BaseError  # ty: ignore[import-not-found]
from fiona.errors import FionaError
from pyarrow import ArrowException

from urbanplan_gis.errors import PlanDataError, bad_data

#: what GDAL (through pyogrio or fiona) and Arrow raise for files they cannot read
READ_FAILURES = (
    OSError, RuntimeError, ValueError, LookupError, FionaError, CPLE_BaseError, ArrowException,
)  # fmt: skip
_DRIVERS = {
    ".gpkg": "GPKG",
    ".shp": "ESRI Shapefile",
    ".geojson": "GeoJSON",
    ".json": "GeoJSON",
    ".fgb": "FlatGeobuf",
    ".parquet": "Parquet",
}
_FIRST_BYTES = {
    "GPKG": b"SQLite format 3\0",
    "ESRI Shapefile": b"\x00\x00\x27\x0a",
    "FlatGeobuf": b"fgb",
    "Parquet": b"PAR1",
}
_SIDECARS = (".cpg", ".dbf", ".prj", ".shp", ".shx")
#: georeferencing and "no data" of a raster may lie beside it, under its stem or its whole name
_RASTER_SUFFIXES = (".tif", ".tiff")
_RASTER_SIDECARS = (".aux", ".prj", ".tab", ".tfw", ".tifw", ".tiffw", ".wld")
_RASTER_ADDITIONS = (".aux", ".aux.xml", ".msk", ".ovr", ".xml")
_NEEDED_SIDECARS = (".dbf", ".shx")
_CHUNK = 1 << 22
_CRS_MEMBER = re.compile(r'"crs"\s*:\s*\{')


@dataclass(frozen=True)
class FileFormat:
    """What kind of file it is, and what its text is encoded in (``""``: to be told)."""

    driver: str
    encoding: str = "UTF-8"
    #: GeoJSON always has a CRS; this tells whether the file says so or the format's standard
    states_crs: bool = True


def identify_format(path: Path, label: str) -> FileFormat:
    """The format of ``path``, after checking that the file is whole.

    Raises:
        PlanDataError: for an empty, damaged, incomplete or unknown file.
    """
    driver = _DRIVERS.get(path.suffix.lower())
    if driver is None:
        raise bad_data("unknown_format", label, known=", ".join(_DRIVERS))
    if path.stat().st_size == 0:
        raise bad_data("empty_file", label)
    if driver == "GeoJSON":
        return _check_geojson(path, label)
    first = _FIRST_BYTES[driver]
    with path.open("rb") as file:
        if file.read(len(first)) != first:
            raise bad_data("not_the_format", label, format=driver)
    if driver == "GPKG":
        _check_geopackage(path, label)
    if driver == "ESRI Shapefile":
        _check_shapefile(path, label)
        return FileFormat(driver, encoding="")
    return FileFormat(driver)


def _check_geojson(path: Path, label: str) -> FileFormat:
    """Text must be UTF-8 and begin like JSON; whether it names a CRS is looked up on the way."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    states_crs, begun, tail = False, False, ""
    try:
        for chunk in _chunks(path):
            text = tail + decoder.decode(chunk)
            if not begun and text.strip():
                begun = True
                if not text.lstrip().startswith("{"):
                    raise bad_data("not_the_format", label, format="GeoJSON")
            states_crs = states_crs or _CRS_MEMBER.search(text) is not None
            tail = text[-64:]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise bad_data("not_utf8", label) from None
    if not begun:
        raise bad_data("empty_file", label)
    return FileFormat("GeoJSON", states_crs=states_crs)


def _check_geopackage(path: Path, label: str) -> None:
    """All pages must be there and sound, and no log beside it may hold edits of its own."""
    with path.open("rb") as file:
        header = file.read(100)
    page = struct.unpack(">H", header[16:18])[0] if len(header) == 100 else 0
    pages = struct.unpack(">I", header[28:32])[0] if page else 0
    if path.stat().st_size < pages * (65536 if page == 1 else page) or not page:
        raise bad_data("cut_file", label)
    log = path.with_name(path.name + "-wal")
    if log.is_file() and log.stat().st_size:
        raise bad_data("open_elsewhere", label, log=log.name)
    address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            said = str(database.execute("PRAGMA quick_check(1)").fetchone()[0])
    except (sqlite3.Error, UnicodeDecodeError) as problem:
        said = str(problem)
    if said != "ok":
        raise bad_data("unreadable", label, problem=" ".join(said.split())[:160])


def _check_shapefile(path: Path, label: str) -> None:
    """Its parts must be there, and as long as their own headers say."""
    parts = shapefile_parts(path)
    missing = [suffix for suffix in _NEEDED_SIDECARS if suffix not in parts]
    if missing:
        raise bad_data("missing_sidecar", label, missing=", ".join(missing))
    for suffix in (".shp", ".shx"):
        with parts[suffix].open("rb") as file:
            header = file.read(100)
        words = struct.unpack(">i", header[24:28])[0] if len(header) == 100 else 0
        if parts[suffix].stat().st_size < max(words * 2, 100):
            raise _cut_part(label, parts[suffix])
    with parts[".dbf"].open("rb") as file:
        header = file.read(32)
    if len(header) < 32:
        raise _cut_part(label, parts[".dbf"])
    rows, head, width = struct.unpack("<IHH", header[4:12])
    if parts[".dbf"].stat().st_size < head + rows * width:
        raise _cut_part(label, parts[".dbf"])


def _cut_part(label: str, part: Path) -> PlanDataError:
    return bad_data("cut_file", f"{label}: {part.name}")


def shapefile_parts(path: Path) -> dict[str, Path]:
    """The files that make up a shapefile, by suffix in small letters, sorted."""
    parts = {
        file.suffix.lower(): file
        for file in sorted(path.parent.iterdir())
        if file.stem == path.stem and file.suffix.lower() in _SIDECARS
    }
    return {**dict(sorted(parts.items())), ".shp": path}


def source_files(path: Path) -> list[Path]:
    """A file and all beside it that reading it may depend on, in any letter case, sorted."""
    suffix, stem, name = path.suffix.lower(), path.stem.casefold(), path.name.casefold()
    wanted: set[str] = set()
    if suffix == ".shp":
        wanted = {stem + side for side in _SIDECARS}
    if suffix in _RASTER_SUFFIXES:
        wanted = {stem + side for side in _RASTER_SIDECARS}
        wanted |= {name + addition for addition in _RASTER_ADDITIONS}
    beside = (file for file in path.parent.iterdir() if file.name.casefold() in wanted)
    return sorted({path, *(file for file in beside if file.is_file())})


def hash_source(path: Path) -> str:
    """The sha256 of a file; for a shapefile of all its parts, in the order of their suffixes."""
    digest = hashlib.sha256()
    files = [path]
    if path.suffix.lower() == ".shp":
        files = [part for _, part in sorted(shapefile_parts(path).items())]
    for file in files:
        if len(files) > 1:
            digest.update(file.suffix.lower().encode())
        for chunk in _chunks(file):
            digest.update(chunk)
    return digest.hexdigest()


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
