"""Opening drawing files: DXF as text or binary, damaged ones as far as they go; DGN v7.

Text of files before AutoCAD 2007 is read byte by byte as Windows Latin, whatever Vietnamese
code page they state: legacy fonts put letters of their own on those bytes, and a later step that
knows the fonts must be able to tell every byte.
"""

from __future__ import annotations

import io
import logging
import re
import struct
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ezdxf
import ezdxf.recover
import numpy as np
import pyogrio
import shapely
from ezdxf.document import Drawing as DxfDocument
from ezdxf.entities.dxfgfx import acdb_entity
from ezdxf.lldxf.tagger import binary_tags_loader

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.loaders.cad.labels import read_surface
from urbanplan_gis.loaders.formats import READ_FAILURES

_BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00"
_BEGINS = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:999[ \t]*\r?\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION\s")
_VERSION = re.compile(rb"\$ACADVER\s+1\s+(AC\d{4})")
_CODE_PAGE = re.compile(rb"\$DWGCODEPAGE\s+3\s+(\w+)")
_FIRST_UNICODE = b"AC1021"
_VIETNAMESE, _LATIN = b"ANSI_1258", b"ANSI_1252"
#: code pages under which Vietnamese drawings are found, and what is written where none is known
_READ_AS_LATIN = (b"", b"ASCII", b"DOS850", _LATIN, _VIETNAMESE)
_HEAD = 1 << 16
_TAIL = 1 << 10
_DGN_V7 = (b"\x08\x05", b"\x08\x09", b"\xc8\x05", b"\xc8\x09")
_DGN_FIELDS = ["Type", "Level", "ColorIndex", "Text"]
_BYTES = "ISO-8859-1"


@dataclass(frozen=True, eq=False)
class OpenDxf:
    """A drawing in memory; ``audit`` lists what had to be mended, ``whole`` that it has its end."""

    doc: DxfDocument
    codepage: str
    audit: tuple[str, ...]
    whole: bool


@dataclass(frozen=True, eq=False)
class DgnElements:
    """The elements of a DGN file, as arrays of equal length; text is one character a byte."""

    fids: np.ndarray
    types: np.ndarray
    levels: np.ndarray
    colours: np.ndarray
    texts: np.ndarray
    geometry: np.ndarray


def refuse_closed_formats(path: Path, label: str) -> None:
    """Refuse what no open program reads, by its first bytes.

    Raises:
        PlanDataError: for DWG and for DGN v8, with how to export DXF.
    """
    with path.open("rb") as file:
        first = file.read(8)
    if re.match(rb"AC1\d\d\d|AC[12]\.\d|MC0\.0", first):
        raise bad_data("dwg_file", label)
    if first == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        raise bad_data("dgn_v8", label)


def open_dxf(path: Path, label: str) -> OpenDxf:
    """Open a DXF file; one that breaks its format is read as far as it can be understood.

    Raises:
        PlanDataError: for an empty file, a closed format, or content that is no DXF.
    """
    if path.stat().st_size == 0:
        raise bad_data("empty_file", label)
    refuse_closed_formats(path, label)
    with path.open("rb") as file:
        head = file.read(_HEAD)
        file.seek(max(0, path.stat().st_size - _TAIL))
        whole = b"EOF" in file.read()
    binary = head.startswith(_BINARY)
    if not binary and not _BEGINS.match(head):
        raise bad_data("not_the_format", label, format="DXF")
    codepage = _first(_CODE_PAGE, head)
    with _complaints() as audit, _any_layer_name():
        try:
            doc = _load_binary(path) if binary else _load_text(path, head, codepage.upper())
            doc.modelspace()  # raises where the file has lost it
        except Exception as problem:  # whatever Python raises on data the library did not expect
            audit.append(_one_line(problem))
            doc = _recover(path, label, problem, whole, audit)
    if binary:
        codepage = str(doc.header.get("$DWGCODEPAGE", "")).encode()
    return OpenDxf(doc, codepage.decode("ascii", errors="replace"), tuple(audit), whole)


def _first(pattern: re.Pattern[bytes], head: bytes) -> bytes:
    found = pattern.search(head)
    return found[1] if found else b""


def _load_text(path: Path, head: bytes, codepage: bytes) -> DxfDocument:
    legacy = _first(_VERSION, head) < _FIRST_UNICODE
    as_latin = legacy and codepage in _READ_AS_LATIN
    return ezdxf.readfile(path, encoding="cp1252" if as_latin else None)


def _load_binary(path: Path) -> DxfDocument:
    return DxfDocument.load(binary_tags_loader(_latin_bytes(path)))


def _latin_bytes(path: Path) -> bytes:
    """The file with its Vietnamese code page, which is as long, replaced by Windows Latin."""
    data = path.read_bytes()
    return data[:_HEAD].replace(_VIETNAMESE, _LATIN, 1) + data[_HEAD:]


def _recover(
    path: Path, label: str, problem: Exception, whole: bool, audit: list[str]
) -> DxfDocument:
    """The drawing as far as it can be mended; what was wrong is added, one line each."""
    try:
        data = _latin_bytes(path)
        doc, auditor = ezdxf.recover.read(io.BytesIO(data if whole else _whole_tags(data)))
        doc.modelspace()
    except Exception:  # the first problem says more than what became of mending it
        raise bad_data("unreadable", label, problem=_one_line(problem)) from None
    audit += [_one_line(entry.message) for entry in [*auditor.errors, *auditor.fixes]]
    return doc


@contextmanager
def _complaints() -> Generator[list[str]]:
    """What the library says while it reads, such as values it could only guess at."""
    said: list[str] = []
    listener = logging.Handler(logging.WARNING)
    listener.emit = lambda record: said.append(_one_line(record.getMessage()))
    logger = logging.getLogger("ezdxf")
    logger.addHandler(listener)
    try:
        yield said
    finally:
        logger.removeHandler(listener)


@contextmanager
def _any_layer_name() -> Generator[None]:
    """No check of layer names: the library would refuse a drawing that has inserts on `D?t o`.

    No CAD program lets one type the sign, but those that cannot write a letter put it there.
    """
    layer = acdb_entity.attribs["layer"]
    check, layer.validator = layer.validator, None
    try:
        yield
    finally:
        layer.validator = check


def _whole_tags(data: bytes) -> bytes:
    """A text file that is cut short without the half of a tag at its end (a tag is two lines)."""
    data = data[: data.rfind(b"\n") + 1]
    if data.count(b"\n") % 2:
        data = data[: data.rfind(b"\n", 0, -1) + 1]
    return data


def _one_line(problem: object) -> str:
    return " ".join(read_surface(str(problem)).split())[:160] or type(problem).__name__


def open_dgn(path: Path, label: str) -> DgnElements:
    """The elements of a DGN v7 file.

    Raises:
        PlanDataError: for an empty file, DGN v8, a file that is cut or no DGN.
    """
    if path.stat().st_size == 0:
        raise bad_data("empty_file", label)
    refuse_closed_formats(path, label)
    _check_dgn(path, label)
    try:
        _, fids, wkb, columns = pyogrio.raw.read(
            path, layer="elements", columns=_DGN_FIELDS, encoding=_BYTES, return_fids=True
        )
    except READ_FAILURES as problem:
        raise bad_data("unreadable", label, problem=_one_line(problem)) from None
    types, levels, colours, texts = columns
    geometry = shapely.force_2d(shapely.from_wkb(wkb, on_invalid="ignore"))
    return DgnElements(fids, types, levels, colours, texts, geometry)


def _check_dgn(path: Path, label: str) -> None:
    """Elements must follow each other up to the mark of the end; GDAL stops at damage unsaid."""
    data = path.read_bytes()
    if data[:2] not in _DGN_V7:
        raise bad_data("not_the_format", label, format="DGN")
    place = 0
    while data[place : place + 2] != b"\xff\xff":
        if place + 4 > len(data):
            raise _cut(label)
        (words,) = struct.unpack_from("<H", data, place + 2)
        place += 4 + 2 * words


def _cut(label: str) -> PlanDataError:
    return bad_data("cut_file", label)
