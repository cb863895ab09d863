"""Archives of files (zipped shapefiles, FileGDB, KMZ), unpacked with limits for as long as needed.

A few kilobytes can unpack to terabytes, and names in an archive can point anywhere. So every name
and size is checked first; a member never gives more bytes than the size it states.
"""

from __future__ import annotations

import lzma
import re
import shutil
import stat
import struct
import tempfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile, ZipInfo

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.formats import ARCHIVES, DRIVERS, READ_FAILURES, source_files
from urbanplan_gis.loaders.text.encodings import utf8_or_latin
from urbanplan_gis.loaders.text.legacy import decode_column

if TYPE_CHECKING:
    from urbanplan_gis.loaders.source_file import SourceFile

LARGEST_TOTAL = 2 << 30
MOST_FILES = 20_000
#: text and tables shrink to a tenth, sparse grids to a hundredth; nothing honest goes below
LARGEST_RATIO = 500
_CHUNK = 1 << 20
#: the flag of names in UTF-8 (APPNOTE.TXT 4.4.4, bit 11)
_UTF8 = 0x800
#: what damaged archives make the standard library raise
_DAMAGED = (
    BadZipFile, zlib.error, lzma.LZMAError, struct.error, EOFError, *READ_FAILURES,
)  # fmt: skip
_BETWEEN = "|"
_GEODATABASE = (".gdbtable", ".gdbtablx", ".gdbindexes", ".atx", ".spx", ".freelist")
_LINK = re.compile(rb"<href>([^<]*)</href>")


@contextmanager
def unpacked(source: SourceFile) -> Generator[SourceFile]:
    """The source with a file GDAL can read: itself, or the one its archive holds.

    Of an archive with several files ``layer`` chooses: the name of the file, with ``|layer``
    where that has several of its own. GML is read from elsewhere, because GDAL writes beside it.

    Raises:
        PlanDataError: for a damaged or dangerous archive, or a choice that is not clear.
    """
    suffix = source.path.suffix.lower()
    if suffix not in (*ARCHIVES, ".gml") or source.path.is_dir():
        yield source
        return
    with tempfile.TemporaryDirectory(prefix="urbanplan-") as folder:
        if suffix == ".gml":
            for file in source_files(source.path):
                # a stored schema may name layers GDAL then does not look for
                if file.suffix.lower() != ".gfs":
                    _put(file, Path(folder) / file.name)
            yield replace(source, path=Path(folder) / source.path.name)
            return
        unpack(source.path, source.label, Path(folder))
        yield _choose_member(source, Path(folder))


def _put(file: Path, place: Path) -> None:
    """The file under another path: a link where the system allows it, else a copy."""
    try:
        place.symlink_to(file.resolve())
    except OSError:
        shutil.copyfile(file, place)


def unpack(path: Path, label: str, folder: Path) -> None:
    """Unpack an archive into ``folder``.

    Raises:
        PlanDataError: if it is damaged, too large, encrypted, or names a place elsewhere.
    """
    try:
        with ZipFile(path) as archive:
            members = archive.infolist()
            names = _member_names(members)
            _check_members(members, names, path.stat().st_size, label)
            for member, name in zip(members, names, strict=True):
                if not member.is_dir():
                    _write_member(archive, member, folder / name)
    except _DAMAGED as problem:
        # of the system's own problems the words without the place, which is a passing one
        said = problem.strerror if isinstance(problem, OSError) else str(problem)
        raise bad_data("unreadable", label, problem=" ".join(str(said).split())[:160]) from None
    _name_geodatabase(folder, path.name)


def _member_names(members: list[ZipInfo]) -> list[str]:
    """Names in Unicode, with slashes, by which people know the files.

    An archive states UTF-8 or nothing. Then the names may be UTF-8 all the same (macOS), or in
    the letters of the office's fonts. Parts are read each for itself, so that files of one stem
    keep it.
    """
    stated = [
        member.filename
        if member.flag_bits & _UTF8
        else utf8_or_latin(member.filename.encode("cp437"))
        for member in members
    ]
    names = [name.replace("\\", "/") for name in stated]
    parts = sorted({part for name in names for part in re.split(r"[/.]", name)})
    decoded, _ = decode_column(parts)
    known = dict(zip(parts, decoded, strict=True))
    return [
        "".join(known.get(part) or part for part in re.split(r"([/.])", name)) for name in names
    ]


def _check_members(members: list[ZipInfo], names: list[str], size: int, label: str) -> None:
    total = sum(member.file_size for member in members)
    if len(members) > MOST_FILES or total > min(LARGEST_TOTAL, max(size, 1024) * LARGEST_RATIO):
        raise bad_data("archive_bomb", label, count=len(members), size=total >> 20)
    for member, name in zip(members, names, strict=True):
        parts = PurePosixPath(name).parts
        is_link = stat.S_ISLNK(member.external_attr >> 16)
        if name.startswith("/") or ".." in parts or ":" in name or "\0" in name or is_link:
            raise bad_data("archive_path", label, name=repr(member.filename)[:80])
        if member.flag_bits & 1:
            raise bad_data("archive_locked", label)


def _write_member(archive: ZipFile, member: ZipInfo, target: Path) -> None:
    """Write one file; of two with one name neither is the right one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(member) as packed, target.open("xb") as file:
        shutil.copyfileobj(packed, file, _CHUNK)


def _name_geodatabase(folder: Path, name: str) -> None:
    """The tables of a FileGDB packed without their folder get one."""
    tables = [file for file in folder.iterdir() if file.suffix.lower() in _GEODATABASE]
    if tables:
        inside = folder / f"{name.split('.')[0]}.gdb"
        inside.mkdir(exist_ok=True)
        for file in tables:
            file.rename(inside / file.name)


def members_of(folder: Path) -> dict[str, Path]:
    """The files of an unpacked archive that can be read, by their name in it."""
    found = {}
    for path in sorted(folder.rglob("*")):
        inside = any(part.suffix.lower() == ".gdb" for part in path.relative_to(folder).parents)
        if path.suffix.lower() in DRIVERS and not inside and not path.name.startswith("."):
            found[path.relative_to(folder).as_posix()] = path
    return {name: path for name, path in found.items() if not _only_leads_to(path, folder, found)}


def _only_leads_to(path: Path, folder: Path, members: dict[str, Path]) -> bool:
    """Whether a KML has no features of its own and leads to others of its archive.

    The ``doc.kml`` of a KMZ by GDAL is one; it may lead nowhere else, or something would be lost.
    """
    if path.suffix.lower() != ".kml" or path.stat().st_size > _CHUNK:
        return False
    text = path.read_bytes()
    links = [match.decode("utf-8", errors="replace").strip() for match in _LINK.findall(text)]
    beside = path.parent.relative_to(folder)
    led_to = {(beside / link).as_posix() for link in links}
    return bool(led_to) and led_to <= members.keys() and b"Placemark" not in text


def _choose_member(source: SourceFile, folder: Path) -> SourceFile:
    """The file that ``layer`` names, or the only one."""
    members = members_of(folder)
    if not members:
        closed = any(path.suffix.lower() == ".dwg" for path in folder.rglob("*"))
        kind = "dwg_file" if closed else "empty_archive"
        raise bad_data(kind, source.label, known=", ".join(DRIVERS))
    asked = source.facts.layer
    name, _, layer = asked.partition(_BETWEEN)
    chosen = [item for item in members if item == name]
    chosen = chosen or [item for item in members if name in _short_names(item)]
    if not chosen and len(members) == 1:
        chosen, layer = list(members), asked
    if len(chosen) != 1:
        listed = ", ".join(members)
        kind = "no_such_layer" if asked and not chosen else "which_layer"
        raise bad_data(kind, source.label, layer=asked, layers=listed)
    facts = replace(source.facts, layer=layer)
    return replace(
        source, path=members[chosen[0]], label=f"{source.label}/{chosen[0]}", facts=facts
    )


def _short_names(item: str) -> tuple[str, str]:
    path = PurePosixPath(item)
    return path.name, path.stem
