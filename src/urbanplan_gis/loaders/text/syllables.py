"""The well-formed syllables of Vietnamese, generated from its spelling rules.

A syllable is an initial, a rhyme and a tone. Which initials meet which rhymes (k before e, ê, i;
c elsewhere), which rhymes take which tones (those ending in c, ch, p, t only two) and where the
tone mark stands are rules, so about sixteen thousand spellings follow from one page; no word list
is needed. The rules accept a few syllables no dictionary has, and both placements of the tone
in open oa, oe, uy («hòa», «hoà»).
"""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from unicodedata import combining, normalize

#: level tone, then grave, acute, tilde, hook, dot below
_TONES = ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
_CHECKED_TONES = ("\u0301", "\u0323")
_CHECKED_CODAS = ("c", "ch", "p", "t")
_BOTH_PLACES = ("oa", "oe", "uy")
_VOWELS = "aăâeêioôơuưy"
_MARKED = "ăâêôơư"

#: rhymes by what may stand before them, separated by spaces
_BROAD = (
    "a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây "
    "o oc oi om on ong op ot ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt "
    "u ua uc ui um un ung up ut uôc uôi uôm uôn uông uôt "
    "ư ưa ưc ưi ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu"
)
_FRONT = (
    "e ec em en eng eo ep et ê êch êm ên ênh êp êt êu "
    "i ia ich im in inh ip it iu iêc iêm iên iêng iêp iêt iêu"
)
_ROUNDED = (
    "oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăn oăng oăt oe oen oeo oet "
    "uân uâng uât uây uê uêch uênh uơ uy uya uych uyên uyêt uynh uyt uyu"
)
#: rhymes after qu, whose u is already the rounding
_AFTER_QU = (
    "a ac ach ai an ang anh ao at au ay ăc ăm ăn ăng ăp ăt âc ân âng ât âu ây e en eo et eng "
    "ê êch ên ênh êt i y ych yên yêt ynh yt yu ơ ơi ơn ôc"
)
#: gi before e and ê («gié»), and merged with a following i («gì», «giếng»)
_AFTER_GI = "e em en eo ep ê êm ên êng êp êt êu êng êc i in ip it ich im inh"
#: y at the beginning of a word; alone as rhyme («lý»); rhymes of few words («xoong», «đoòng»)
_INITIAL_Y = "y yêm yên yêng yêt yêu"
_Y_AFTER = "h k l m s t v"
_OO = "oong ooc"
_OO_AFTER = "b c đ g s x"

_PLAIN_INITIALS = "b ch d đ h kh l m n nh ph r s t th tr v x"
_BEFORE_BROAD = "c g ng gi"
_BEFORE_FRONT = "k gh ngh"
_BEFORE_ROUNDED = "g ng"


#: initials and finals that names of the highlands have besides («Krông», «Đắk», «Plei», «Rve»)
_HIGHLAND = re.compile("([bcdđghjklmnpqrstvwxy]{0,3})([aăâeêioôơuưy]+)(ch|n[gh]|[cghklmnprst])?")


def is_syllable(word: str) -> bool:
    """Whether a word is spelled as one Vietnamese syllable, in any case («Nghĩa», «ĐẤT»)."""
    return word.lower() in syllables()


def is_highland_syllable(word: str) -> bool:
    """Whether a word has the vowels of Vietnamese between consonants of highland languages."""
    parts = normalize("NFD", word.lower())
    tones = [place for place, part in enumerate(parts) if part in _TONES[1:]]
    bare = normalize("NFC", "".join(part for part in parts if part not in _TONES[1:]))
    found = _HIGHLAND.fullmatch(bare)
    if found is None or found[2] not in _vowels() or len(tones) > 1:
        return False
    if not tones:
        return True
    coda = found[3] or ""
    place = len(normalize("NFC", parts[: tones[0]])) - len(found[1]) - 1
    return place in _places(found[2] + coda, coda)


@cache
def syllables() -> frozenset[str]:
    """Every well-formed syllable in small letters, composed (NFC)."""
    return frozenset(
        initial + rhyme
        for initial, bare in _syllables_without_tone()
        for rhyme in _with_tones(bare)
    )


@cache
def _vowels() -> frozenset[str]:
    """The vowels of all rhymes, without tones."""
    rhymes = f"{_BROAD} {_FRONT} {_ROUNDED} {_INITIAL_Y}".split()
    return frozenset(rhyme.rstrip("bcghkmnpt") for rhyme in rhymes)


def _syllables_without_tone() -> set[tuple[str, str]]:
    """Initials with rhymes."""
    gi_rhymes = _AFTER_GI.split()
    return {
        *product(["", *_PLAIN_INITIALS.split()], f"{_BROAD} {_FRONT} {_ROUNDED}".split()),
        *product(_BEFORE_BROAD.split(), _BROAD.split()),
        *product(_BEFORE_FRONT.split(), _FRONT.split()),
        *product(_BEFORE_ROUNDED.split(), _ROUNDED.split()),
        *product(["qu"], _AFTER_QU.split()),
        *product([""], _INITIAL_Y.split()),
        *product(_Y_AFTER.split(), ["y"]),
        *product(_OO_AFTER.split(), _OO.split()),
        # after «gi» the i of the rhyme is written once
        *(("g" if rhyme[0] == "i" else "gi", rhyme) for rhyme in gi_rhymes),
    }


def _with_tones(rhyme: str) -> set[str]:
    coda = rhyme.lstrip(_VOWELS)
    tones = _CHECKED_TONES if coda in _CHECKED_CODAS else _TONES
    return {
        normalize("NFC", rhyme[: place + 1] + tone + rhyme[place + 1 :])
        for tone in tones
        for place in _places(rhyme, coda)
    }


def _places(rhyme: str, coda: str) -> list[int]:
    """Where in a rhyme the tone mark may stand."""
    marked = [place for place, letter in enumerate(rhyme) if letter in _MARKED]
    if marked:
        return [marked[-1]]
    vowels = len(rhyme) - len(coda)
    if rhyme in _BOTH_PLACES:
        return [0, 1]
    if vowels == 1 or (vowels == 2 and not coda):
        return [0]
    return [1]


def has_tone_or_mark(letter: str) -> bool:
    """Whether a letter carries a tone or a mark («ạ», «ê», «ü»; not «đ», «ß»)."""
    return any(combining(part) for part in normalize("NFD", letter))
