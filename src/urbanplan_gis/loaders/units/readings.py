"""How names of administrative units are written: kinds, numbers, and rows named like totals."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from unicodedata import normalize

from urbanplan_gis.loaders.text.folding import strip_marks

#: words that say the kind of a unit, before its name, by the kind they say
_KINDS: Mapping[str, tuple[str, ...]] = {
    "ward": ("phường", "p", "ward"),
    "commune": ("xã", "x", "commune"),
    "township": ("thị trấn", "tt", "township", "town"),
    "town": ("thị xã", "tx", "town"),
    "city": ("thành phố", "tp", "city"),
    "urban_district": ("quận", "q", "district"),
    "rural_district": ("huyện", "h", "district"),
    "special_zone": ("đặc khu", "đk", "special zone"),
}
#: English says the kind after the name, too
_AFTER = ("ward", "commune", "township", "town", "city", "district")
_WORD = re.compile(r"\d+|[^\W\d_]+")
_ROMAN = re.compile(r"(x{0,3})(ix|iv|v?i{0,3})")
_DIGITS = {"": 0, "i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}
_TOTAL = re.compile(
    r"(?:(?:[ivx]+|\d+) )?(?:"
    r"t[oổ]ng(?: s[oố]| c[oộ]ng)?|c[oộ]ng|(?:grand )?total|"
    r"(?:(?:t[oổ]ng(?: s[oố]| c[oộ]ng)?|c[oộ]ng) )?(?:"
    r"(?:t(?:oa|oà|òa)n|c[aả]) "
    r"(?:th[aà]nh ph[oố]|tp|t[iỉ]nh|huy[eệ]n|qu[aậ]n|th[iị] x[aã])(?: .+)?|"
    r"th[aà]nh ph[oố](?: .+)?|tp(?: .+)?|"
    r"(?:khu v[uự]c )?(?:n[oộ]i|ngo[aạ]i) (?:th[aà]nh|th[iị])|"
    r"(?:khu v[uự]c )?(?:th[aà]nh th[iị]|n[oô]ng th[oô]n)|"
    r"c[aá]c (?:ph[uư][oờ]ng|x[aã])))"
)


@dataclass(frozen=True)
class Reading:
    """One way to read a name: its kind (None: it tells none), and the words after the kind."""

    kind: str | None
    words: tuple[str, ...]
    #: the last word was a Roman numeral
    roman: bool = False

    @property
    def plain(self) -> str:
        """Letters and digits alone, without marks."""
        return strip_marks("".join(self.words))

    @property
    def is_marked(self) -> bool:
        return is_marked("".join(self.words))


def read_name(name: str) -> tuple[Reading, ...]:
    """The ways to read a name, those with a kind first; there is always one.

    «Xã Dung» tells its kind; «Xa Dung» may, or may be the whole name; «Xà Dung» does not.
    """
    words = _split_words(name)
    found: list[Reading] = []
    certain = False
    for kind, writings in _KINDS.items():
        for writing in writings:
            said = tuple(writing.split())
            bare = tuple(strip_marks(word) for word in said)
            for head in dict.fromkeys((said, bare)):
                if words[: len(head)] == head and len(words) > len(head):
                    found.append(Reading(kind, words[len(head) :]))
                    certain = certain or (is_marked(writing) and head == said)
            if writing in _AFTER and len(words) > 1 and words[-1] == writing:
                found.append(Reading(kind, words[:-1]))
    if not certain:
        found.append(Reading(None, words))
    return tuple(dict.fromkeys([*found, *(_without_roman(item) for item in found)]))


def names_total(given: str) -> bool:
    """Whether a row is named like a total: «Tổng số», «Cộng», «Toàn thành phố», «TP. ...».

    Ask only where the name is like that of no unit.
    """
    return _TOTAL.fullmatch(" ".join(_split_words(given))) is not None


def read_kind(name: str) -> str | None:
    """The kind a name begins or ends with, as a token («Phường 1» -> ``ward``), if any."""
    return read_name(name)[0].kind


def list_designators(words: tuple[str, ...]) -> list[str]:
    """Numbers, one in Roman numerals at the end included, and single letters of a name.

    They tell units apart, and are not mistyped: «Phường 11», «Hậu Mỹ Bắc A».
    """
    last = _roman_number(words)
    found = [word for word in words if is_number(word) or len(word) == 1]
    return found if last is None else [*found, last]


def _split_words(name: str) -> tuple[str, ...]:
    """Words and numbers in small letters, composed; numbers without zeros before them."""
    # ð and đ have one capital to the eye, Ð and Đ, and are often exchanged
    text = normalize("NFC", normalize("NFC", name).casefold()).replace("ð", "đ")
    return tuple(
        (word.lstrip("0") or "0") if is_number(word) else word for word in _WORD.findall(text)
    )


def _without_roman(reading: Reading) -> Reading:
    """The last word as a number, where it is one in Roman numerals: «IV» -> «4»."""
    number = _roman_number(reading.words)
    if number is None:
        return reading
    return Reading(reading.kind, (*reading.words[:-1], number), roman=True)


def _roman_number(words: tuple[str, ...]) -> str | None:
    found = _ROMAN.fullmatch(words[-1]) if words and words[-1] else None
    return str(10 * len(found[1]) + _DIGITS[found[2]]) if found else None


def is_marked(text: str) -> bool:
    """Whether any letter has a mark or tone, đ included."""
    return strip_marks(text) != normalize("NFD", text)


def is_number(text: str) -> bool:
    """Whether a text is digits and nothing else."""
    return text.isascii() and text.isdecimal()
