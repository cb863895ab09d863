"""What the text of a shapefile is encoded in: as told, as its .cpg says, or as its bytes show."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.file_checks import shapefile_parts
from urbanplan_gis.loaders.text.legacy import ENCODINGS

if TYPE_CHECKING:
    from urbanplan_gis.loaders.source_file import SourceFile

WINDOWS_LATIN = "cp1252"
#: every byte has a character: the letter of Windows Latin, else the control character
LETTER_OF_BYTE = tuple(
    bytes([byte]).decode(WINDOWS_LATIN, errors="ignore") or chr(byte) for byte in range(256)
)
_CHUNK = 1 << 22
_T = TypeVar("_T")


def settle_encoding(source: SourceFile) -> tuple[str, bool]:
    """The encoding of a shapefile's text, and whether it had to be assumed.

    The project file decides, then ``.cpg`` (unless it says UTF-8 and the bytes are none); else
    UTF-8 where every byte agrees with it (which other encodings do not by chance), else Windows
    Latin, which is an assumption: columns in legacy letters are looked for afterwards.

    Raises:
        PlanDataError: for an encoding nobody knows.
    """
    parts = shapefile_parts(source.path)
    if source.facts.encoding in ENCODINGS:
        return WINDOWS_LATIN, False
    if source.facts.encoding:
        return known_encoding(source.facts.encoding, f"{source.config}: encoding"), False
    if ".cpg" in parts:
        said = parts[".cpg"].read_text(encoding="ascii", errors="replace").strip()
        encoding = known_encoding(said, f"{source.label}: {parts['.cpg'].name}") if said else ""
        if encoding and (encoding != "UTF-8" or _is_utf8(parts[".dbf"])):
            return encoding, False
    if _is_utf8(parts[".dbf"]):
        return "UTF-8", False
    return WINDOWS_LATIN, True


def known_encoding(name: str, where: str) -> str:
    """The encoding under its Python name; ``.cpg`` files write 65001, 1258 or ANSI 1258.

    Raises:
        PlanDataError: for an encoding nobody knows.
    """
    digits = re.fullmatch(r"(?:ansi\s*|windows-)?(\d{3,5})", name.strip(), re.IGNORECASE)
    asked = f"cp{digits[1]}" if digits else name.strip()
    if asked in ("cp65001", "cp88591"):
        asked = {"cp65001": "utf-8", "cp88591": "iso-8859-1"}[asked]
    try:
        return codecs.lookup(asked).name.upper().replace("CP", "cp")
    except (LookupError, ValueError):
        raise bad_data("unknown_encoding", where, encoding=name) from None


def _is_utf8(path: Path) -> bool:
    """Whether the records of a .dbf are UTF-8 throughout (numbers and dates are ASCII)."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        header = file.read(32)
        file.seek(int.from_bytes(header[8:10], "little"))
        try:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def recode_text(value: _T, encoding: str) -> _T | str:
    """Text read byte by byte, in its own encoding; bytes it has no letter for become U+FFFD."""
    if not isinstance(value, str) or value.isascii():
        return value
    return value.encode("latin-1", errors="replace").decode(encoding, errors="replace")


def read_neutral(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column of MapInfo's charset "Neutral", which may be anything; itself if it is UTF-8.

    Other values come in Windows Latin, bytes it has no letter for as control characters, so that
    every byte can still be told.
    """
    if not pa.types.is_string(column.type) and not pa.types.is_large_string(column.type):
        return column
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        values = column.cast(pa.large_binary()).to_pylist()
        texts = [None if value is None else utf8_or_latin(value) for value in values]
        return pa.chunked_array([pa.array(texts, pa.large_string())])
    return column


def utf8_or_latin(value: bytes) -> str:
    """Bytes as UTF-8 if they are, else as Windows Latin in which every byte can be told."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(LETTER_OF_BYTE[byte] for byte in value)
