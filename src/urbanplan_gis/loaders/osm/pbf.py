"""A look into a PBF before osmium reads it: osmium crashes on texts that hold a zero byte.

Form of the file: the OpenStreetMap wiki's "PBF Format". Damage of other kinds is left to osmium,
which tells it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

from urbanplan_gis.errors import bad_data

#: the first block names itself, after four bytes of length and two that announce the name
_BEGIN = b"OSMHeader"
#: bounds of the format: no blob header and no blob unpacked is longer
_MOST_HEADER = 64 << 10
_MOST_BLOB = 32 << 20
_VARINT, _BYTES = 0, 2
_FIXED = {1: 8, 5: 4}


def check_pbf(path: Path, label: str) -> None:
    """Refuse what is no PBF, and texts with a zero byte.

    Raises:
        PlanDataError: in those two cases.
    """
    with path.open("rb") as stream:
        if stream.read(6 + len(_BEGIN))[6:] != _BEGIN:
            raise bad_data("not_the_format", label, format=".osm.pbf (OpenStreetMap)")
    for block in _blocks(path):
        # field 1 of a block is its table of texts, field 1 of that each text
        for table in _texts(block):
            if any(b"\0" in text for text in _texts(table)):
                raise bad_data("osm_zero_byte", label)


def _blocks(path: Path) -> Iterator[bytes]:
    """The blocks of data, unpacked; up to the first that is damaged or packed in another way."""
    with path.open("rb") as stream:
        while len(begin := stream.read(4)) == 4:
            length = int.from_bytes(begin, "big")
            if length > _MOST_HEADER:
                return
            header = dict(_fields(stream.read(length)))
            size = header.get(3)
            if not isinstance(size, int) or size > _MOST_BLOB:
                return
            blob = dict(_fields(stream.read(size)))
            if header.get(1) == b"OSMData":
                yield _unpacked(blob)


def _unpacked(blob: dict[int, int | bytes]) -> bytes:
    raw, packed = blob.get(1), blob.get(3)
    if isinstance(raw, bytes):
        return raw
    if not isinstance(packed, bytes):
        return b""
    try:
        return zlib.decompressobj().decompress(packed, _MOST_BLOB)
    except zlib.error:
        return b""


def _texts(message: bytes) -> Iterator[bytes]:
    """Every field 1 of a message."""
    for number, value in _fields(message):
        if number == 1 and isinstance(value, bytes):
            yield value


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer message in order, up to the first that is damaged."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield number, value
        elif kind == _BYTES:
            length, at = _varint(message, at)
            yield number, message[at : at + length]
            at += length
        elif kind in _FIXED:
            at += _FIXED[kind]
        else:
            return


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """A number of seven bits a byte, and where the next field begins."""
    value = shift = 0
    while at < len(message) and shift < 64:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            break
    return value, at
