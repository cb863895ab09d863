"""How well a piece of text reads as it stands, and in each legacy encoding.

Text is cut into tokens (letters and everything above ASCII). A token read in some way is a
Vietnamese syllable, an abbreviation, a unit or sign, some other word («Müller», «Krông»), or
odd: signs inside words («B×nh»), capitals after small letters («TiÕn»), control characters. The
cost of a reading is the sum over its tokens; the costs behave like negative logarithms of how
often true text holds such a token. A reading gains on the text as it stands what it saves.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache, lru_cache
from itertools import pairwise
from unicodedata import category

from urbanplan_gis.loaders.text.letters import (
    KEPT_SIGNS,
    beyond_bytes,
    compose,
    letters_of,
    read_letters,
)
from urbanplan_gis.loaders.text.syllables import (
    has_tone_or_mark,
    is_highland_syllable,
    is_syllable,
    syllables,
)

#: encodings by letter tables; VPS shares the bytes of VISCII with other letters: never guessed
_TABLES = ("tcvn3", "vni", "viscii", "cp1258")

#: VISCII keeps capitals in six control characters
_TOKEN = re.compile("[A-Za-z\x02\x05\x06\x14\x19\x1e\x80-\U0010ffff]+")


class Kind(Enum):
    """What a token looks like under one reading."""

    PLAIN = auto()  # ASCII, or nothing but signs
    UNIT = auto()
    SYLLABLE = auto()
    ABBREVIATION = auto()
    NEAR = auto()  # a syllable of highland languages in Vietnamese letters
    WORD = auto()
    ODD = auto()


#: as it stands; decoded, where a word that is no syllable is rarer than a foreign word, and one
#: that is odd refutes the reading
_COST_AS_IS = {
    Kind.PLAIN: 0.0, Kind.UNIT: -2.0, Kind.SYLLABLE: 0.0, Kind.ABBREVIATION: 0.0,
    Kind.NEAR: 1.0, Kind.WORD: 3.0, Kind.ODD: 8.0,
}  # fmt: skip
_COST_DECODED = {
    Kind.PLAIN: 0.0, Kind.UNIT: 0.0, Kind.SYLLABLE: 0.0, Kind.ABBREVIATION: 0.4,
    Kind.NEAR: 2.0, Kind.WORD: 4.0, Kind.ODD: 12.0,
}  # fmt: skip
#: bytes that happen to be valid UTF-8 are rare in text of any other encoding
_UTF8_BONUS = 3.0
_IMPOSSIBLE = float("inf")
#: an ASCII word that no Vietnamese syllable is; abbreviations and units do not count
_COST_FOREIGN = 2.0
_PLAIN_WORD = re.compile("(?<![^\\x00-\\x7f])[A-Za-z]?[a-z]+(?![^\\x00-\\x7f])")

_UNITS = re.compile(
    "[kcmdµ]?m[²³]|ha²|µ(?:m|g|s|l|L|F|H|V|A|W|S|T|Pa|mol|Sv)|°[CFK]?|[nN][°º]|[ªº]|Ø|µ"
)
#: signs that may follow a word as it stands (footnotes, marks of ownership, powers)
_TRAILING = "¹²³ªº®©™°½¼¾·±"
_LEADING = "©®°±"
#: what separates words rather than standing in them
_BREAKS = re.compile(
    "[\u00a1\u00bf](?![^\\W\\d_])|(?<![^\\W\\d_])[\u00a1\u00bf]"
    "|[\u00a0\u02c6\u02dc\u2000-\u20aa\u20ac-\u2bff\u3000-\u303f\uff00-\uff0f\U0001f000-\U0001faff]+"
)
_QUOTED = re.compile(r"(?<!\w)(?:«([^«»]*)»|»([^«»]*)«)(?!\w)")
_SOFT_HYPHEN = "\u00ad"
_VOWEL = re.compile("[aeiouy]|[^\x00-\xbf]", re.IGNORECASE)
_ABBREVIATION = re.compile("[A-ZĐ]*Đ[A-ZĐ]*")
#: eth is what older fonts and keyboards give for đ
_ETH = str.maketrans({"ð": "đ", "Ð": "Đ"})


@dataclass(frozen=True)
class Evidence:
    """What one text shows: how it reads as it stands, and what each reading gains on that."""

    kinds: frozenset[Kind]
    gains: Mapping[str, float]
    #: the same without support from its column: plain words of other languages speak against
    #: Vietnamese
    alone: Mapping[str, float]


def weigh(text: str) -> Evidence:
    """The evidence of one composed text; readings it cannot have are left out of ``gains``."""
    if beyond_bytes(text):
        unquoted = _QUOTED.sub(r" \1\2 ", text)
        return Evidence(frozenset(map(_kind, _tokens(unquoted))), {}, {})
    # signs that stand for themselves say nothing about the rest, a word said twice nothing new
    tokens = set(_tokens(_QUOTED.sub(r" \1\2 ", KEPT_SIGNS.sub(" ", text))))
    measures = _COST_AS_IS[Kind.UNIT] * sum(sign[-1] in "Ø©µ" for sign in KEPT_SIGNS.findall(text))
    sums = map(sum, zip(*map(_gains, tokens), strict=True)) if tokens else [0.0] * len(_TABLES)
    gains = zip(_TABLES, sums, strict=True)
    possible = {name: gain + measures for name, gain in gains if gain > -_IMPOSSIBLE}
    foreign = _COST_FOREIGN * sum(map(_is_foreign, _PLAIN_WORD.findall(text)))
    alone = {name: gain - foreign for name, gain in possible.items()}
    utf8 = read_letters(text, "mojibake")
    if utf8 is not None:
        saved = sum(_COST_AS_IS[_kind(token)] for token in _tokens(text))
        spent = sum(_COST_DECODED[_kind(token)] for token in _tokens(utf8))
        possible["mojibake"] = alone["mojibake"] = saved - spent + _UTF8_BONUS
    return Evidence(frozenset(map(_kind, tokens)), possible, alone)


def count_syllables(text: str, decoded: str) -> tuple[int, int]:
    """Tokens above ASCII of a text, and those that read as Vietnamese once it is decoded."""
    tokens = len(_tokens(text))
    odd = sum(_kind(token) in (Kind.WORD, Kind.ODD) for token in _tokens(decoded))
    return tokens, max(0, tokens - odd)


def _tokens(text: str) -> list[str]:
    """The tokens that are not plain ASCII."""
    return [token for token in _TOKEN.findall(text) if not token.isascii() or _control(token)]


@lru_cache(maxsize=1 << 16)
def _is_foreign(word: str) -> bool:
    return bool(_VOWEL.search(word)) and not is_syllable(word)


def _control(token: str) -> bool:
    return any(letter < " " for letter in token)


@lru_cache(maxsize=1 << 16)
def _gains(token: str) -> tuple[float, ...]:
    """What reading a token in each of the tables saves."""
    as_is = _COST_AS_IS[_kind(token)]
    return tuple(as_is - _cost_of(token, encoding) for encoding in _TABLES)


def _cost_of(token: str, encoding: str) -> float:
    decoded = read_letters(token, encoding)
    if decoded is None:
        return _IMPOSSIBLE
    if decoded == token.translate(_ETH) or decoded == token:
        # no evidence: cp1258 and VISCII share letters with Latin-1, «Đ» looks like «Ð»
        return _COST_AS_IS[_kind(token)]
    if encoding in ("tcvn3", "vni") and _foreign_letters(token, encoding):
        return _COST_DECODED[Kind.ODD]
    return _COST_DECODED[_kind(decoded)]


def _foreign_letters(token: str, encoding: str) -> bool:
    """Letters of Latin-1 that the encoding does not have: «à» is none of TCVN3."""
    known = letters_of(encoding)
    return any("À" <= letter <= "ÿ" and letter not in known for letter in token)


@lru_cache(maxsize=1 << 16)
def _kind(token: str) -> Kind:
    if _UNITS.fullmatch(token):
        return Kind.UNIT
    if _control(token):
        return Kind.ODD
    parts = [part for part in _BREAKS.split(token) if part and not part.isascii()]
    found = [_kind_of_part(part) for part in parts]
    return max(found, key=_COST_AS_IS.__getitem__, default=Kind.PLAIN)


def _kind_of_part(part: str) -> Kind:
    if any(category(letter) == "Cc" or letter == "\ufffd" for letter in part):
        return Kind.ODD
    if not any(_is_letter(letter) for letter in part):
        return Kind.PLAIN
    core = part.lstrip(_LEADING).rstrip(_TRAILING)
    found = _kind_of_core(core)
    return found if core == part or found is Kind.ODD else Kind.WORD


def _kind_of_core(core: str) -> Kind:
    word = core.translate(_ETH)
    if _ABBREVIATION.fullmatch(word) or word == "đ":
        return Kind.ABBREVIATION
    if not all(_is_letter(letter) for letter in core):
        return Kind.WORD if _signs_may_stand(core) else Kind.ODD
    if _odd_capitals(core):
        return Kind.WORD if _shift_held(core) else Kind.ODD
    if is_syllable(compose(word)):
        return Kind.SYLLABLE
    if is_highland_syllable(compose(word)):
        return Kind.NEAR
    return Kind.ODD if _crowded(core) else Kind.WORD


def _is_letter(letter: str) -> bool:
    return letter not in "ªºµ" and (letter.isalpha() or category(letter) == "Mn")


def _signs_may_stand(word: str) -> bool:
    """Signs inside a word as true text has them: kW·h, m×n, and soft hyphens between syllables."""
    parts = word.split(_SOFT_HYPHEN)
    if not all(_VOWEL.search(part) for part in parts) and len(parts) > 1:
        return False
    signs = [place for place, letter in enumerate(word) if not _is_letter(letter)]
    for place in signs:
        sign, ends = word[place], (place, len(word) - place - 1)
        if sign not in (_SOFT_HYPHEN, "·") and not (sign in "×÷" and max(ends) <= 1):
            return False
    return True


def _odd_capitals(word: str) -> bool:
    """A marked capital inside a word with small letters: «BÕn», not «BẾN» or «Ấn»."""
    small = any("a" <= letter <= "z" for letter in word)
    return small and any(letter > "\x7f" and letter.isupper() for letter in word[1:])


def _shift_held(word: str) -> bool:
    """Two capitals at the head of a syllable, as fast typing gives: «TÊn»."""
    return word[:2].isupper() and word[2:].islower() and is_syllable(word)


@cache
def _letters() -> frozenset[str]:
    """The letters of Vietnamese."""
    return frozenset("".join(syllables()) + "".join(syllables()).upper())


def _crowded(word: str) -> bool:
    """Two different marked letters side by side, as in «Phöôøng»; «créée» has a pair alike.

    «Březí» holds a letter that no byte of a legacy encoding shows.
    """
    return any(
        first != second and has_tone_or_mark(first) and has_tone_or_mark(second)
        and all(letter in _letters() for letter in (first + second) if beyond_bytes(letter))
        and first not in "çñÇÑ" and second not in "çñÇÑ"
        for first, second in pairwise(word)
    )  # fmt: skip
