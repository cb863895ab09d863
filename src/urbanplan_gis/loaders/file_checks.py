"""Whether a file is whole and what it claims to be, settled before GDAL opens it.

GDAL reads a shapefile cut in the middle as features without geometry and a GeoPackage with a bad
page as fewer features, both in silence.
"""

from __future__ import annotations

import codecs
import re
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote
from xml.parsers import expat

from urbanplan_gis.errors import PlanDataError, bad_data

#: one value larger than this is no attribute of a feature (and would not fit into memory)
LARGEST_VALUE = 1 << 26
_CHUNK = 1 << 22
#: letters kept of a piece of text, for what stands across its end
_OVERLAP = 1 << 12
_SIDECARS = (".cpg", ".dbf", ".prj", ".shp", ".shx")
_NEEDED_SIDECARS = (".dbf", ".shx")
_MAPINFO_PARTS = (".map", ".id")
_IS_DBASE = re.compile(rb"^\s*type\s+dbf", re.IGNORECASE | re.MULTILINE)
_OBJECT = re.compile(
    rb"\s*(?:point|multipoint|line|pline|region|arc|text|rect|roundrect|ellipse|none"
    rb"|collection(?:\s+(\d{1,6}))?)\b",
    re.IGNORECASE,
)
_CRS_MEMBER = re.compile(r'"crs"\s*:\s*\{')
#: one that GDAL would fetch
_CRS_LINK = re.compile(_CRS_MEMBER.pattern + r'[^{}]*(?:"link"|\{[^{}]*"href")')
#: newer SQLite tells a text's size without reading it
_LENGTH = "octet_length" if sqlite3.sqlite_version_info >= (3, 43) else "length"
#: a table of MapInfo that leads to files elsewhere: a view, a join, a raster
_LEADS_AWAY = re.compile(rb'^\s*(?:open\s+table|file)\s+"([^"]*)"', re.IGNORECASE | re.MULTILINE)
_NOT_HERE = re.compile(rb"[\\/:]|\.\.")
#: what makes GDAL take a file, whatever its name and first bytes, for one that leads to others
_VIRTUAL = re.compile(rb"<OGR(?:VRT|WFS)DataSource|gdal_streamed_alg")
#: GDAL looks for these in the first kilobytes
_HEAD = 1 << 20


def refuse_virtual(path: Path, label: str) -> None:
    """GDAL must not take the file for a virtual one, which may lead anywhere."""
    with path.open("rb") as file:
        if _VIRTUAL.search(file.read(_HEAD)):
            raise bad_data("remote_source", label)


def check_geojson(path: Path, label: str) -> bool:
    """Text must be UTF-8 and begin like JSON; whether it names a CRS is found on the way."""
    decoder = codecs.getincrementaldecoder("utf-8-sig")()
    states_crs, begun, tail = False, False, ""
    try:
        for chunk in chunks(path):
            text = tail + decoder.decode(chunk)
            if not begun and text.strip():
                begun = True
                if not text.lstrip().startswith("{"):
                    raise bad_data("not_the_format", label, format="GeoJSON")
            states_crs = states_crs or _CRS_MEMBER.search(text) is not None
            if _CRS_LINK.search(text):
                raise bad_data("remote_source", label)
            tail = text[-_OVERLAP:]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise bad_data("not_utf8", label) from None
    if not begun:
        raise bad_data("empty_file", label)
    return states_crs


def check_geopackage(path: Path, label: str) -> None:
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
            large = _large_column(database) if path.stat().st_size > LARGEST_VALUE else ""
    except (sqlite3.Error, UnicodeDecodeError) as problem:
        said, large = str(problem), ""
    if said != "ok":
        raise bad_data("unreadable", label, problem=" ".join(said.split())[:160])
    if large:
        raise bad_data("large_value", f"{label}: {large}", size=LARGEST_VALUE >> 20)


def _large_column(database: sqlite3.Connection) -> str:
    """The first column that holds a value too large to be one, whatever its type is called."""
    tables = database.execute("SELECT table_name FROM gpkg_contents").fetchall()
    for (table,) in tables:
        named = table.replace('"', '""')
        for column in database.execute(f'PRAGMA table_info("{named}")').fetchall():
            quoted = column[1].replace('"', '""')
            asked = f'SELECT 1 FROM "{named}" WHERE {_LENGTH}("{quoted}") > {LARGEST_VALUE}'
            if database.execute(asked).fetchone():
                return f"{table}: {column[1]}"
    return ""


def check_shapefile(path: Path, label: str) -> None:
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
    # by now the length of the last part read, .shx: eight bytes for each shape
    shapes = (words * 2 - 100) // 8
    rows, _, _ = _check_dbase(parts[".dbf"], label)
    if rows != shapes:
        where = f"{label}: {parts['.dbf'].name}"
        raise bad_data("parts_differ", where, rows=rows, shapes=shapes)


def _check_dbase(path: Path, label: str) -> tuple[int, int, int]:
    """Records, length of the header and of a record; the file must be as long as these."""
    with path.open("rb") as file:
        header = file.read(32)
        rows, head, width = struct.unpack("<IHH", header[4:12]) if len(header) == 32 else (0, 0, 0)
        fields = file.read(max(head - 32, 0))
    if len(header) < 32 or path.stat().st_size < head + rows * width:
        raise _cut_part(label, path)
    # GDAL takes a table that contradicts itself for one without fields
    taken = 1 + sum(_field_widths(fields))
    if taken > width or taken == 1 < width:
        problem = f"record {width} B, fields {taken} B"
        raise bad_data("unreadable", f"{label}: {path.name}", problem=problem)
    return rows, head, width


def _field_widths(described: bytes) -> Iterator[int]:
    """The bytes each field takes: 32 bytes describe one, and a line end comes after the last."""
    for at in range(0, len(described) - 31, 32):
        if described[at] == 0x0D:
            return
        yield described[at + 16]


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


def check_lengths(path: Path, label: str, ends: bytes) -> None:
    """No value may be larger than values are; each ends with one of ``ends``, single bytes."""
    run = 0
    for chunk in chunks(path):
        places = [place for end in ends if (place := chunk.find(end)) >= 0]
        run += min(places, default=len(chunk))
        if run > LARGEST_VALUE:
            raise bad_data("large_value", label, size=LARGEST_VALUE >> 20)
        if places:
            run = len(chunk) - 1 - max(chunk.rfind(end) for end in ends)


def check_xml(path: Path, label: str, driver: str) -> None:
    """KML and GML: well-formed to the end, without entities, and nothing fetched from elsewhere."""
    # expat reads a long value again with every piece of it
    check_lengths(path, label, b"<>")
    parser = expat.ParserCreate()
    seen = _XmlSeen(label, driver)
    parser.StartDoctypeDeclHandler = seen.refuse_entities
    parser.EntityDeclHandler = seen.refuse_entities
    parser.StartElementHandler = seen.element
    parser.EndElementHandler = seen.end
    parser.CharacterDataHandler = seen.characters
    try:
        for chunk in chunks(path):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as problem:
        if seen.root:
            raise bad_data("cut_xml", label, line=problem.lineno) from None
        raise bad_data("not_the_format", label, format=seen.format) from None


class _XmlSeen:
    """What went by while an XML file was parsed; refuses what must not reach GDAL."""

    def __init__(self, label: str, driver: str) -> None:
        self.label, self.driver, self.root, self.length = label, driver, "", 0
        self.format = "KML" if driver == "LIBKML" else driver

    def refuse_entities(self, *_: object) -> None:
        raise bad_data("xml_entity", self.label)

    def element(self, tag: str, _attributes: object) -> None:
        name = tag.rpartition(":")[2]
        if not self.root:
            self.root = name
            if (self.driver == "LIBKML") != (name == "kml") or name.startswith("OGRVRT"):
                raise bad_data("not_the_format", self.label, format=self.format)
        if name == "NetworkLink":
            raise bad_data("remote_source", self.label)
        self.length = 0

    def end(self, _tag: str) -> None:
        self.length = 0

    def characters(self, text: str) -> None:
        self.length += len(text)
        if self.length > LARGEST_VALUE:
            raise bad_data("large_value", self.label, size=LARGEST_VALUE >> 20)


def check_mapinfo(path: Path, label: str) -> int:
    """Its parts must be there, whole, and all of them here; the number of records they state.

    GDAL stops in silence where a part ends too early.
    """
    is_table = path.suffix.lower() == ".tab"
    with path.open("rb") as file:
        head = file.read(1 << 16)
    if (b"!table" if is_table else b"version") not in head[:256].lower():
        raise bad_data("not_the_format", label, format="MapInfo")
    parts = {file.suffix.lower(): file for file in path.parent.iterdir() if file.stem == path.stem}
    if not is_table:
        return max(_count_objects(path), _count_rows(parts[".mid"]) if ".mid" in parts else 0)
    data = ".dbf" if _IS_DBASE.search(head) else ".dat"
    missing = [part for part in (data, *_MAPINFO_PARTS) if part not in parts]
    if missing:
        raise bad_data("missing_sidecar", label, missing=", ".join(missing))
    if any(_NOT_HERE.search(name) for name in _LEADS_AWAY.findall(head)):
        raise bad_data("remote_source", label)
    return _count_undeleted(parts[data], label)


def _count_objects(path: Path) -> int:
    """The objects of a .mif; those inside a collection are one with it."""
    count, inside = 0, 0
    with path.open("rb") as file:
        for line in file:
            if line.strip().lower() == b"data":
                break
        for line in file:
            found = _OBJECT.match(line)
            if found and inside:
                inside -= 1
            elif found:
                count += 1
                inside = int(found[1] or 0)
    return count


def _count_rows(path: Path) -> int:
    """The rows of a .mid; a quoted value may run over several lines."""
    count, quotes = 0, 0
    with path.open("rb") as file:
        for line in file:
            quotes += line.count(b'"')
            count += quotes % 2 == 0 and line.strip() != b""
    return count


def _count_undeleted(path: Path, label: str) -> int:
    """The records of a table of dBASE that are not marked as deleted."""
    rows, head, width = _check_dbase(path, label)
    with path.open("rb") as file:
        file.seek(head)
        return sum(file.read(width)[:1] != b"*" for _ in range(rows))


def check_file_geodatabase(path: Path, label: str) -> None:
    """A folder with the tables of a FileGDB, none of them empty."""
    tables = sorted(file for file in path.iterdir() if file.suffix.lower() == ".gdbtable")
    if not any(file.name.lower() == "a00000001.gdbtable" for file in tables):
        raise bad_data("not_the_format", label, format="FileGDB")
    for file in tables:
        with file.open("rb") as table:
            header = table.read(40)
        # bytes 24 to 31: how long the file is (format described by E. Rouault, dump_gdbtable)
        stated = struct.unpack("<Q", header[24:32])[0] if len(header) == 40 else 40
        if file.stat().st_size < stated:
            raise _cut_part(label, file)
        if not file.with_suffix(".gdbtablx").is_file():
            raise bad_data("missing_sidecar", label, missing=file.with_suffix(".gdbtablx").name)


def chunks(path: Path) -> Iterator[bytes]:
    """The bytes of a file, some megabytes at a time."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk
