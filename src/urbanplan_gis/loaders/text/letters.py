"""Letters of the encodings Vietnamese text was written in before Unicode, and their decoding.

Such text arrives as characters that stand for its bytes: Latin-1 (bytes 80-9F as control
characters) or Windows Latin (the same bytes as «Š», “ and the like); both are understood. The
tables are those of the library viparse, completed where it has holes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from itertools import product
from unicodedata import normalize

from viparse.normalize.encodings import CHARMAPS

from urbanplan_gis.loaders.text.syllables import is_syllable

#: what a text column can be said to be written in; "unicode" leaves it alone
ENCODINGS = ("tcvn3", "vni", "viscii", "vps", "cp1258", "nfd", "mojibake", "unicode")

#: bytes Windows Latin leaves undefined: readers keep them as control characters or as U+FFFD
_UNDEFINED = b"\x81\x8d\x8f\x90\x9d"
_LOST = "\ufffd"
_LOST_TOKEN = re.compile("[^ \t\r\n]*\ufffd[^ \t\r\n]*")
_MOST_LOST = 3
_WINDOWS_LATIN = {
    bytes([byte]).decode("cp1252"): chr(byte)
    for byte in range(0x80, 0xA0)
    if byte not in _UNDEFINED
}
_TO_BYTES = str.maketrans(_WINDOWS_LATIN)
_SURFACE = frozenset(map(chr, range(256))) | frozenset(_WINDOWS_LATIN)

_VNI_HOLES = {"aú": "ẳ", "î": "ỵ", "AÚ": "Ẳ", "Î": "Ỵ"}
#: TCVN3 writes letters with signs that still mean themselves where they touch no letter:
#: 3×4, 5÷10, a bullet ·, ½, Ø200, ©2021, 10 µm
_ALONE = "(?<![A-Za-z\\x80-\\x9f\\xa1-\\xff]){}(?![A-Za-z\\x80-\\x9f\\xa1-\\xff])"
KEPT_SIGNS = re.compile(
    _ALONE.format("[·×÷½¼¾]") + "|" + _ALONE.format("[Ø©]") + r"(?=\s?\d)"
    r"|(?<=\d)\s?µ(?=(?:m|g|s|l|L|F|H|V|A|W|S|T|Pa|mol|Sv)\b)"
)
_COMBINING = re.compile("[\u0300-\u036f]")


def decode_value(text: str, encoding: str, capitals: bool = False) -> str:
    """One text in Unicode (NFC), read in ``encoding`` (one of :data:`ENCODINGS`).

    Text that cannot be in that encoding (letters no byte stands for, bytes it does not define)
    stays as it is. ``capitals`` says that the font drew small letters as capitals.

    Raises:
        KeyError: for an encoding that is not one of ENCODINGS.
    """
    if encoding == "unicode":
        return text
    decoded = read_letters(text, encoding)
    if decoded is None:
        return text
    return decoded.upper() if capitals else decoded


def read_letters(text: str, encoding: str) -> str | None:
    """The text read in ``encoding``, NFC; None where it cannot be written in it."""
    if encoding not in ("nfd", "mojibake") and beyond_bytes(text):
        return None
    decoded = _READERS[encoding](text)
    return decoded if decoded is None else compose(decoded)


def beyond_bytes(text: str) -> bool:
    """Whether letters stand in a text that no byte of a legacy encoding shows: «Đ», «ạ»."""
    return any(letter.isalpha() for letter in set(text) - _SURFACE)


def compose(text: str) -> str:
    """Base letters with combining marks as one letter; text without such marks is untouched."""
    return normalize("NFC", text) if _COMBINING.search(text) else text


@cache
def letters_of(encoding: str) -> frozenset[str]:
    """The characters above ASCII that are letters in TCVN3 or VNI, alone or as part of one."""
    sources = _vni() if encoding == "vni" else map(chr, _single_bytes(encoding))
    # VNI writes ì and í as they are: Latin-1 has them
    plain = "ìíÌÍ" if encoding == "vni" else ""
    return frozenset(letter for source in sources for letter in source + plain if letter > "\x7f")


def holds_letters(text: str, encoding: str) -> bool:
    """Whether a text has anything to decode; VISCII and VPS use control characters of ASCII."""
    if not text.isascii():
        return True
    return encoding in ("viscii", "vps") and any(ord(c) in _single_bytes(encoding) for c in text)


def _read_tcvn3(text: str) -> str:
    table = _single_bytes("tcvn3")
    parts, end = [], 0
    for sign in KEPT_SIGNS.finditer(text):
        parts += [text[end : sign.start()].translate(table), sign[0]]
        end = sign.end()
    return "".join([*parts, text[end:].translate(table)])


def _read_vni(text: str) -> str:
    table = _vni()
    return _vni_sequences().sub(lambda found: table[found[0]], text)


def _read_viscii(text: str) -> str:
    return text.translate(_TO_BYTES).translate(_single_bytes("viscii"))


def _read_vps(text: str) -> str:
    return text.translate(_TO_BYTES).translate(_single_bytes("vps"))


def _read_cp1258(text: str) -> str | None:
    try:
        return _bytes(text).decode("cp1258")
    except UnicodeError:
        return None


def _read_mojibake(text: str) -> str | None:
    """UTF-8 that was read as Latin, once or more often."""
    decoded = _read_utf8(text)
    while decoded is not None and (again := _read_utf8(decoded)) is not None:
        decoded = again
    return decoded


def _read_utf8(text: str) -> str | None:
    if text.isascii():
        return None
    if _LOST in text:
        restored = _LOST_TOKEN.sub(lambda found: _restore_lost(found[0]), text)
        return None if _LOST in restored else _read_utf8(restored)
    try:
        return _bytes(text).decode("utf-8")
    except UnicodeError:
        return None


def _restore_lost(token: str) -> str:
    """Put back the bytes Windows Latin has no character for, if only one way reads as a word."""
    pieces = token.split(_LOST)
    if len(pieces) > _MOST_LOST + 1:
        return token
    found = []
    for filling in product(map(chr, _UNDEFINED), repeat=len(pieces) - 1):
        filled = "".join(a + b for a, b in zip(pieces, [*filling, ""], strict=True))
        words = re.findall(r"[^\W\d_]+", _read_utf8(filled) or "")
        if words and all(word.isascii() or _is_plain_syllable(word) for word in words):
            found.append(filled)
    return found[0] if len(found) == 1 else token


def _is_plain_syllable(word: str) -> bool:
    return is_syllable(word) and word in (word.lower(), word.upper(), word.capitalize())


def _bytes(text: str) -> bytes:
    return text.translate(_TO_BYTES).encode("latin-1")


_READERS: Mapping[str, Callable[[str], str | None]] = {
    "tcvn3": _read_tcvn3,
    "vni": _read_vni,
    "viscii": _read_viscii,
    "vps": _read_vps,
    "cp1258": _read_cp1258,
    "nfd": compose,
    "mojibake": _read_mojibake,
}


@cache
def _single_bytes(encoding: str) -> Mapping[int, str]:
    return str.maketrans(dict(CHARMAPS[encoding].pairs))


@cache
def _vni() -> Mapping[str, str]:
    """VNI sequences with the letters the library lacks.

    Its table has neither ẳ nor the short spelling of ỵ; their capitals, and a capital with the
    mark of a small letter («Uû» for «UÛ»), are by analogy and not verified.
    """
    table = {**dict(CHARMAPS["vni"].pairs), **_VNI_HOLES}
    mixed = {
        source[0] + source[1].lower(): letter
        for source, letter in table.items()
        if len(source) == 2 and source[0].isupper()
    }
    return {**mixed, **table}


@cache
def _vni_sequences() -> re.Pattern[str]:
    longest_first = sorted(_vni(), key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
