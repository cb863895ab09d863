"""Names of administrative units as people write them -> the unit meant, or none: never a guess.

Kinds before names are optional and abbreviated («P.», «X.», «TT.»), tones stand by either rule,
marks are missing, letters are mistyped. A name that several units could be is told as ambiguous.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from unicodedata import combining, normalize

from rapidfuzz.distance import OSA

from urbanplan_gis.loaders.text.folding import place_tones, strip_marks
from urbanplan_gis.loaders.units.readings import (
    Reading,
    is_marked,
    is_number,
    list_designators,
    names_total,
    read_name,
)

How = Literal["exact", "tones", "marks", "fuzzy", "none", "ambiguous"]

#: a mistyped name is accepted from this similarity on (per cent of letters and blanks: one wrong
#: letter in seven, two in fourteen; shorter names must be right), and only where every other unit
#: is this much less similar. Our own choice: one wrong letter never leads to another unit.
LEAST_SCORE = 85.0
LEAST_MARGIN = 10.0
#: a name of another kind is this much less similar; and it is never accepted
_OTHER_KIND = 10.0
#: similarity of a name that is a part of another one, «Tịnh Ấn» of «Tịnh Ấn Tây»
_PART = 90.0
#: less similar names are not worth proposing
_LEAST_HINT = 60.0
_HINTS = 3

_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")
_RANKS: Mapping[str, int] = {"exact": 0, "tones": 1, "marks": 2}


@dataclass(frozen=True)
class UnitMatch:
    """What a name was understood as.

    ``how``: ``exact`` but for case, blanks, points and the kind; ``tones`` placed by another
    rule; ``marks`` missing or a number in Roman numerals; ``fuzzy`` mistyped; ``none``;
    ``ambiguous``. ``score`` is the similarity in per cent. ``code`` and ``name`` are empty where
    nothing was matched. ``runner_up`` names the most similar other unit of a fuzzy match, and
    otherwise those that may have been meant: «21034 Xã Nghĩa Dũng, 21037 Xã Nghĩa Dõng».
    """

    given: str
    code: str
    name: str
    how: How
    score: float
    runner_up: str


@dataclass(frozen=True)
class _Unit:
    """An official unit with the ways to read its name."""

    code: str
    name: str
    readings: tuple[Reading, ...]

    @property
    def label(self) -> str:
        return f"{self.code} {self.name}".strip()


@dataclass(frozen=True, eq=False)
class _Index:
    """Units, and their readings by letters without marks."""

    units: tuple[_Unit, ...]
    by_plain: Mapping[str, list[tuple[_Unit, Reading]]]


@dataclass(frozen=True)
class _Likeness:
    """How similar a mistyped name is to a unit's, and whether it may be accepted at all."""

    unit: _Unit
    score: float
    eligible: bool


def match_unit(given: str, units: Mapping[str, str]) -> UnitMatch:
    """The unit a single name means, of ``units`` (code -> official name, best with its kind)."""
    return _match(given, _index(units.items()), None, trusted=is_marked(given))


def match_units(
    givens: Iterable[str], units: Mapping[str, str], elsewhere: Collection[str] = ()
) -> dict[str, UnitMatch]:
    """The units that the names of one column mean, by name.

    A column in which any name carries marks is taken at its word where a name without marks is
    that of a unit («Nam Thanh» beside «Nam Thành»). No name of a unit ``elsewhere`` is taken for
    a mistyped one.
    """
    distinct = dict.fromkeys(givens)
    index = _index(units.items())
    others = _index(("", name) for name in elsewhere)
    # a heading or total may carry marks where names do not
    trusted = any(is_marked(given) and not names_total(given) for given in distinct)
    return {given: _match(given, index, others, trusted=trusted) for given in distinct}


def match_code(given: str, codes: Collection[str]) -> str | None:
    """The code meant: as it is, or the only one it is but for zeros lost before it."""
    if given in codes:
        return given
    if not is_number(given):
        return None
    bare = given.lstrip("0")
    alike = [code for code in codes if is_number(code) and code.lstrip("0") == bare]
    return alike[0] if len(alike) == 1 else None


def _index(names: Iterable[tuple[str, str]]) -> _Index:
    """Units by their names; those without one are left out."""
    units = tuple(_Unit(code, name, read_name(name)) for code, name in names if name.strip())
    by_plain: dict[str, list[tuple[_Unit, Reading]]] = {}
    for unit in units:
        for reading in unit.readings:
            by_plain.setdefault(reading.plain, []).append((unit, reading))
    return _Index(units, by_plain)


def _match(given: str, index: _Index, others: _Index | None, *, trusted: bool) -> UnitMatch:
    readings = read_name(given)
    if not any(letter.isalpha() for letter in given):
        return UnitMatch(given, "", "", "none", 0.0, "")  # a code, if anything
    hits = _hits(readings, index)
    if hits:
        return _choose(given, readings, hits, index, trusted=trusted)
    if others is not None and _hits(readings, others):
        return UnitMatch(given, "", "", "none", 0.0, "")
    return _guess(given, readings, index, trusted=trusted)


def _hits(readings: tuple[Reading, ...], index: _Index) -> dict[_Unit, How]:
    """Units whose name it can be without any letter wrong, and how it is written."""
    hits: dict[_Unit, How] = {}
    for reading in readings:
        for unit, official in index.by_plain.get(reading.plain, ()):
            if not reading.plain or not _kinds_agree(reading, official):
                continue
            how = _compare(reading.words, official.words)
            if how is not None and reading.roman != official.roman:
                how = "marks"
            if how is not None and _RANKS[how] < _RANKS.get(hits.get(unit, ""), len(_RANKS)):
                hits[unit] = how
    return hits


def _kinds_agree(reading: Reading, official: Reading) -> bool:
    return reading.kind is None or official.kind is None or reading.kind == official.kind


def _compare(given: tuple[str, ...], official: tuple[str, ...]) -> How | None:
    """How two names differ that have the same letters; None where their marks contradict."""
    if given == official:
        return "exact"
    if [*filter(is_number, given)] != [*filter(is_number, official)]:
        return None  # «Phường 1-1» and «Phường 11»
    if [*map(_tone_last, given)] == [*map(_tone_last, official)]:
        return "tones"
    return "marks" if _lacks_only_marks(given, official) else None


def _tone_last(word: str) -> tuple[str, str]:
    """A syllable without its tone, and the tone: where it stands never tells words apart."""
    split = normalize("NFD", word)
    return normalize("NFC", _TONES.sub("", split)), "".join(_TONES.findall(split))


def _lacks_only_marks(given: tuple[str, ...], official: tuple[str, ...]) -> bool:
    """Whether every mark given is one of the official name's: «Tân» lacks one of «Tấn»."""
    toned, meant = [*map(_tone_last, given)], [*map(_tone_last, official)]
    letters = zip(
        _letters("".join(word for word, _ in toned)),
        _letters("".join(word for word, _ in meant)),
        strict=True,
    )
    if not all(marks <= known for marks, known in letters):
        return False
    tones, known_tones = [tone for _, tone in toned], [tone for _, tone in meant]
    if len(tones) != len(known_tones):  # words run together, or apart
        return "".join(tones) in ("", "".join(known_tones))
    return all(tone in ("", known) for tone, known in zip(tones, known_tones, strict=True))


def _letters(text: str) -> list[frozenset[str]]:
    """The marks of each letter, that of đ included."""
    letters: list[frozenset[str]] = []
    for sign in normalize("NFD", text):
        if combining(sign) and letters:
            letters[-1] |= {sign}
        else:
            letters.append(frozenset({sign}) if strip_marks(sign) != sign else frozenset())
    return letters


def _choose(
    given: str,
    readings: tuple[Reading, ...],
    hits: Mapping[_Unit, How],
    index: _Index,
    *,
    trusted: bool,
) -> UnitMatch:
    """The one unit among those whose name it can be."""
    # where a tone stands tells no unit from another: «Hoà Hiệp» may be «Xã Hòa Hiệp»
    rank = max(min(_RANKS[how] for how in hits.values()), _RANKS["tones"])
    best = [unit for unit, how in hits.items() if _RANKS[how] <= rank]
    if not trusted:
        best = list(hits)  # without marks it stands for every name it could be
    if len(best) == 1 and hits[best[0]] == "marks":
        best += _near(readings, best[0], index)
    if len(best) > 1:
        return UnitMatch(given, "", "", "ambiguous", 100.0, _labels(best))
    return UnitMatch(given, best[0].code, best[0].name, hits[best[0]], 100.0, "")


def _near(readings: tuple[Reading, ...], unit: _Unit, index: _Index) -> list[_Unit]:
    """Other units one letter away from a name with some of its marks.

    «Nghĩa Dung» is «Nghĩa Dũng» without a tone, and as near to «Nghĩa Dõng».
    """
    texts = [(one, place_tones(" ".join(one.words))) for one in readings if one.is_marked]
    return [
        other
        for other in index.units
        if other != unit
        and any(
            _kinds_agree(one, official)
            and OSA.distance(text, place_tones(" ".join(official.words)), score_cutoff=1) <= 1
            for one, text in texts
            for official in other.readings
        )
    ]


def _guess(given: str, readings: tuple[Reading, ...], index: _Index, *, trusted: bool) -> UnitMatch:
    """The unit whose name was mistyped, if it is similar enough and no other one is."""
    found = sorted(
        (_measure(readings, unit, marked=trusted) for unit in index.units),
        key=lambda item: (-item.score, item.unit.code),
    )
    if not found or found[0].score < _LEAST_HINT:
        return UnitMatch(given, "", "", "none", found[0].score if found else 0.0, "")
    best, rest = found[0], found[1:]
    rivals = [item.unit for item in rest if best.score - item.score < LEAST_MARGIN]
    if best.score >= LEAST_SCORE and rivals:
        return UnitMatch(given, "", "", "ambiguous", best.score, _labels([best.unit, *rivals]))
    if best.score < LEAST_SCORE or not best.eligible:
        return UnitMatch(given, "", "", "none", best.score, _labels([best.unit, *rivals]))
    runner_up = f"{rest[0].unit.label} ({rest[0].score:.0f} %)" if rest else ""
    return UnitMatch(given, best.unit.code, best.unit.name, "fuzzy", best.score, runner_up)


def _measure(readings: tuple[Reading, ...], unit: _Unit, *, marked: bool) -> _Likeness:
    """The similarity of the two readings that are most alike.

    Of a mistyped name that seems to tell its kind, nothing but the rest is compared.
    """
    written = [reading for reading in readings if not reading.roman]
    telling = [reading for reading in written if reading.kind is not None]
    score, eligible = max(
        _score(reading, official, marked=marked)
        for reading in telling or written
        for official in unit.readings
        if not official.roman
    )
    return _Likeness(unit, score, eligible)


def _score(reading: Reading, official: Reading, *, marked: bool) -> tuple[float, bool]:
    """Similarity in per cent of two names, and whether one may be taken for the other.

    Source: optimal string alignment, where a wrong, lost or added letter and two letters
    exchanged are one edit each. Marks count where whoever wrote the name uses any.
    """
    fold = place_tones if marked else strip_marks
    given, known = fold(" ".join(reading.words)), fold(" ".join(official.words))
    score = round(100 * OSA.normalized_similarity(given, known), 1)
    # «Phường 11» is no mistyped «Phường 1», nor «Bắc A» a «Bắc B»
    eligible = list_designators(reading.words) == list_designators(official.words)
    longer = _is_part(known.split(), given.split())
    if longer or _is_part(strip_marks(given).split(), strip_marks(known).split()):
        score, eligible = max(score, _PART), False
    if not _kinds_agree(reading, official):
        score, eligible = max(0.0, score - _OTHER_KIND), False
    return score, eligible


def _is_part(part: list[str], whole: list[str]) -> bool:
    """Whether two words or more are the beginning or the end of a longer name."""
    if not 2 <= len(part) < len(whole):
        return False
    return part in (whole[: len(part)], whole[-len(part) :])


def _labels(units: Iterable[_Unit]) -> str:
    listed = sorted({unit.label for unit in units})
    return ", ".join(listed[:_HINTS]) + (", ..." if len(listed) > _HINTS else "")
