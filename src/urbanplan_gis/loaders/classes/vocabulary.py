"""Names of layers and values of attributes cut into words of a planner's vocabulary.

«!DAT CX DVO (QH)», «0datcayxanh», «Ð?t cây xanh don v? ?»: the stretches of such a name that
the vocabulary knows, misspelt, joined or damaged as they are, and those it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from textwrap import shorten
from typing import Literal, cast
from unicodedata import normalize

from rapidfuzz import process
from rapidfuzz.distance import OSA

from urbanplan_gis.loaders.text.folding import fold_words, place_tones, strip_marks
from urbanplan_gis.standards.codes import code_lists, read_rows

Kind = Literal["function", "qualifier", "filler", "outline", "drawing", "mark", "outside"]
#: «similar»: a letter off, but made of sound syllables, so perhaps a word of its own
Match = Literal["exact", "misspelt", "similar", "damaged", "unknown"]

#: a value of more words is a remark, not the name of a class
MOST_TOKENS = 24
#: words of one spelling, at most
_LONGEST_RUN = 6
#: letters a spelling needs before one, or two, of them may be wrong
_ONE_ERROR, _TWO_ERRORS = 5, 11
_LONGEST_JOINED = 40
_CACHED = 50_000
#: letters of a stretch that reasons quote
_SHOWN = 60
#: what reading a stretch in each way costs: the cheapest reading of a whole name is taken
_COST = {"exact": 0.1, "damaged": 0.3, "misspelt": 0.6, "similar": 0.6, "unknown": 1.0}
_ABBREVIATED = 0.1
#: grades of schools, the only digits that tell a function: «trường cấp 3»
_GRADES = {"1": "mot", "2": "hai", "3": "ba"}
#: a Vietnamese syllable without its marks
_SYLLABLE = re.compile(
    r"(?:b|ch?|d|gh?|gi|h|kh?|l|m|n|ngh?|nh|ph?|qu|r|s|th?|tr|v|x)?[aeiouy]{1,3}"
    r"(?:ch?|m|ng?|nh|p|t)?"
)
_LAND_LISTS = ("tt27-2018", "tt08-2024")
#: what a name says it is not: «Khu dịch vụ (không bao gồm dịch vụ du lịch)»
_LEFT_OUT = re.compile(
    r"\b(?:kh[oô]ng|ch[uư]a)[\s_]+(?:bao[\s_]+)?(?:g[oồ]m|k[eể])(?![^\W_])[^)\]]*", re.IGNORECASE
)
#: openings of names in land lists that tell nothing
_OPENING = re.compile(r"^(?:dat )?(?:xay dung )?(?:co so |cong trinh |tru so cua |co )?")


@dataclass(frozen=True)
class Word:
    """One meaning of one spelling; ``strength`` (0..1) says how firmly it has this meaning."""

    spelling: str
    abbreviation: bool
    kind: Kind
    terms: tuple[str, ...]
    strength: float
    #: with its marks; none where they are not known
    written: tuple[str, ...] = ()

    @property
    def firm(self) -> bool:
        """Whether it is no common syllable, which names of places hold too: AN, «sơn»."""
        return " " in self.spelling or not _SYLLABLE.fullmatch(self.spelling)

    @property
    def joined(self) -> str:
        return self.spelling.replace(" ", "")

    def may_be(self, text: str) -> bool:
        """Whether a text with the same letters may be this word by its marks.

        Marks may be missing; «Dương» and «Chưa» are no «đường» and «chùa», though.
        """
        return not self.written or any(marks_agree(text, word) for word in self.written)


def marks_agree(text: str, word: str) -> bool:
    """Whether two texts of the same letters are alike, but for those that lost all their marks.

    Drawings lose ư, ơ, ă, đ (and «?» stands for most others); where one of those is left, all are.
    """
    given, known = (place_tones(either).replace(" ", "") for either in (text, word))
    if any(letter > "\xff" and letter != "đ" for letter in given):
        return given == known
    return all(a == b or a.isascii() for a, b in zip(given, known, strict=True))


@dataclass(frozen=True)
class Piece:
    """One stretch of a name with the meanings it may have (none where unknown)."""

    text: str
    words: tuple[Word, ...] = ()
    match: Match = "unknown"

    @property
    def cost(self) -> float:
        if not self.words:
            return _COST["unknown"]
        return _COST[self.match] + _ABBREVIATED * all(word.abbreviation for word in self.words)


@dataclass(frozen=True)
class Vocabulary:
    """The spellings of one code list, written without spaces."""

    words: Mapping[str, tuple[Word, ...]]
    #: those written out, which may be misspelt or damaged
    full: tuple[str, ...]
    #: "function" or "qualifier", by term
    kinds: Mapping[str, Kind]


def read_name(text: str, code_list: str) -> tuple[Piece, ...]:
    """The cheapest way to read a name: known stretches, misspelt ones, unknown tokens.

    Digits and punctuation only separate; case, tones and marks do not matter. What a name says
    it leaves out («không bao gồm …») is not read. A name of more than :data:`MOST_TOKENS` words
    is one unknown piece.
    """
    tokens = _tokens(_LEFT_OUT.sub(" ", normalize("NFC", text)))
    if len(tokens) > MOST_TOKENS:
        return (Piece(" ".join(token for token, _ in tokens[:MOST_TOKENS])),)
    best: list[tuple[float, tuple[Piece, ...]]] = [(0.0, ())]
    for end in range(1, len(tokens) + 1):
        ways = []
        for start in range(max(0, end - _LONGEST_RUN), end):
            run = tokens[start:end]
            plain = tuple(token for token, _ in run)
            for pieces in _read_run(plain, " ".join(written for _, written in run), code_list):
                cost = best[start][0] + sum(piece.cost for piece in pieces)
                ways.append((round(cost, 6), best[start][1] + pieces))
        best.append(min(ways, key=lambda way: (way[0], len(way[1]))))
    return best[-1][1]


@cache
def vocabulary(code_list: str) -> Vocabulary:
    """Words of the trade, and for land lists the codes and names of the list as well."""
    words: dict[str, list[Word]] = {}
    kinds: dict[str, Kind] = {}
    for row in read_rows("function_words.csv"):
        terms = tuple(row["terms"].split())
        word = Word(row["spelling"], row["form"] == "abbreviation", cast(Kind, row["kind"]), terms,
                    float(row["strength"]),
                    tuple(filter(None, row["written"].split("/"))))  # fmt: skip
        words.setdefault(word.joined, []).append(word)
        if len(terms) == 1:
            kinds[terms[0]] = word.kind
    for word in _words_of_list(code_list):
        words[word.joined] = [word]
        kinds[word.terms[0]] = word.kind
    full = sorted(key for key, found in words.items() if not all(w.abbreviation for w in found))
    return Vocabulary({key: tuple(found) for key, found in words.items()}, tuple(full), kinds)


def written_words(text: str) -> str:
    """The words of a text in small letters, with their marks."""
    return " ".join(written for _, written in _tokens(text))


def is_word(text: str) -> bool:
    """Whether an unknown stretch is a word of its own; one or two plain letters are none."""
    return len(text) > 2 or not text.isascii()


def term_of_code(code: str) -> str:
    """The term that stands for a code of the list itself."""
    return f"={code}"


def _words_of_list(code_list: str) -> Iterator[Word]:
    """Codes as abbreviations; names whole and without the openings many of them share."""
    if code_list not in _LAND_LISTS:
        return
    entries = code_lists()[code_list]
    spelled: dict[str, set[str]] = {}
    for code, entry in entries.items():
        name = fold_words(entry.name.vi)
        for spelling in {name, name.removeprefix("dat "), _OPENING.sub("", name),
                         name.replace(" tai ", " ")}:  # fmt: skip
            if len(spelling) > 3:
                spelled.setdefault(spelling, set()).add(code)
    for spelling, codes in spelled.items():
        if len(codes) == 1:
            yield Word(spelling, False, "function", tuple(map(term_of_code, codes)), 1.0)
    for code in entries:
        yield Word(fold_words(code), True, "function", (term_of_code(code),), 1.0)


def _tokens(text: str) -> list[tuple[str, str]]:
    """Small letters without marks between digits and punctuation, and the same with marks."""
    letters, written = "", ""
    for sign in normalize("NFC", text.replace("Ð", "Đ").replace("ð", "đ")).replace("\ufffd", "?"):
        bare, small = strip_marks(sign).casefold(), sign.casefold()
        letters += bare
        written += small if len(small) == len(bare) else bare
    runs = re.finditer(r"(?<=cap )[123]\b|[a-z?]+", letters)
    return [
        (_GRADES.get(run[0], run[0]), _GRADES.get(run[0], written[run.start() : run.end()]))
        for run in runs
    ]


@lru_cache(maxsize=_CACHED)
def _read_run(
    tokens: tuple[str, ...], written: str, code_list: str
) -> tuple[tuple[Piece, ...], ...]:
    """The ways to read some tokens as one stretch (or one joined token as several).

    ``written`` is the stretch with its marks.
    """
    known = vocabulary(code_list)
    text, joined = " ".join(tokens), "".join(tokens)
    if "?" in joined:
        found = _undamaged(joined, known)
        if found:
            return ((Piece(text, found, "damaged"),),)
        return ((Piece(written),),) if len(tokens) == 1 else ()
    exact = known.words.get(joined, ())
    if len(tokens) > 1 and not all(len(token) == 1 for token in tokens):
        # an abbreviation is one token, unless written with points, in pairs or listed in parts
        parts = all(len(token) == 2 for token in tokens) and not all(
            _is_function(token, known) for token in tokens
        )
        exact = tuple(
            word for word in exact if not word.abbreviation or word.spelling == text or parts
        )
    if _has_marks(written):
        # abbreviations have no accents: «Ấn» is not AN
        exact = tuple(
            word
            for word in exact
            if (word.written or not word.abbreviation) and word.may_be(written)
        )
    if exact:
        return ((Piece(text, exact, "exact"),),)
    ways: list[tuple[Piece, ...]] = []
    if len(tokens) <= 3 and not _holds_word(tokens, known):
        found = _misspelt(joined, code_list)
        sound = all(map(_SYLLABLE.fullmatch, tokens))
        if found and (not sound or found[0].kind == "function"):
            ways.append((Piece(text, found, "similar" if sound else "misspelt"),))
    if len(tokens) == 1:
        ways += [_take_apart(joined, known), (Piece(written),)]
    return tuple(way for way in ways if way)


def _is_function(token: str, known: Vocabulary) -> bool:
    return any(word.kind == "function" for word in known.words.get(token, ()))


def _has_marks(written: str) -> bool:
    return any(len(normalize("NFD", letter)) > 1 for letter in written)


def _holds_word(tokens: tuple[str, ...], known: Vocabulary) -> bool:
    """Whether a run begins or ends with a whole word: that word counts, not one like the run."""
    cuts = range(1, len(tokens))
    parts = {"".join(part) for cut in cuts for part in (tokens[:cut], tokens[cut:])}
    return any(not word.abbreviation for part in parts for word in known.words.get(part, ()))


def _undamaged(joined: str, known: Vocabulary) -> tuple[Word, ...]:
    """The words a name with «?» for lost letters can only be, if they mean one thing."""
    letters = len(joined) - joined.count("?")
    if letters < 2 or 2 * letters < len(joined):
        return ()
    pattern = re.compile(joined.replace("?", "[a-z]"))
    fitting = [key for key in known.full if len(key) == len(joined) and pattern.fullmatch(key)]
    return _agreeing(fitting, known)


@lru_cache(maxsize=_CACHED)
def _misspelt(joined: str, code_list: str) -> tuple[Word, ...]:
    """The words of the nearest spelling, one letter off (two in long words), same first letter."""
    known = vocabulary(code_list)
    errors = (len(joined) >= _ONE_ERROR) + (len(joined) >= _TWO_ERRORS)
    if not errors:
        return ()
    near = process.extract(joined, known.full, scorer=OSA.distance, score_cutoff=errors, limit=None)
    near = [(key, distance) for key, distance, _ in near
            if distance and key[0] == joined[0] and len(key) >= _ONE_ERROR]  # fmt: skip
    nearest = min((distance for _, distance in near), default=0)
    return _agreeing([key for key, distance in near if distance == nearest], known)


def _agreeing(keys: Iterable[str], known: Vocabulary) -> tuple[Word, ...]:
    """The written-out words of these spellings; none where they mean different things."""
    words = [word for key in keys for word in known.words[key] if not word.abbreviation]
    return (words[0],) if len({(word.kind, word.terms) for word in words}) == 1 else ()


def _take_apart(joined: str, known: Vocabulary) -> tuple[Piece, ...]:
    """One token as several words written together, without a letter left over: «datcayxanh»."""
    if not 4 < len(joined) <= _LONGEST_JOINED:
        return ()
    best: list[tuple[float, tuple[Piece, ...]] | None] = [(0.0, ())]
    for end in range(1, len(joined) + 1):
        ways = []
        for start in range(end):
            before, part = best[start], joined[start:end]
            words = known.words.get(part, ())
            if before is not None and len(part) > 1 and words:
                piece = Piece(part, words, "exact")
                ways.append((before[0] + piece.cost, before[1] + (piece,)))
        best.append(min(ways, key=lambda way: way[0]) if ways else None)
    found = best[-1]
    if found is None or len(found[1]) < 2:
        return ()
    opened = len(found[1]) == 2 and found[1][0].text == "dat"
    return found[1] if opened or any(_written_out(piece) for piece in found[1]) else ()


def _written_out(piece: Piece) -> bool:
    """Whether a piece is a whole word: short ones fit by chance."""
    return len(piece.text) > 3 and any(
        not word.abbreviation and word.kind != "filler" for word in piece.words
    )


def merge_text(pieces: Iterable[Piece]) -> str:
    """The texts of pieces, as people read them: «cay xanh», «dvo»."""
    return ", ".join(f"«{shorten(piece.text, _SHOWN, placeholder='…')}»" for piece in pieces)
