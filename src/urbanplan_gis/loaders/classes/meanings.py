"""Words of a name to codes of a list: how much of the name each code explains."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice, product

from rapidfuzz.distance import OSA

from urbanplan_gis.loaders.classes.vocabulary import (
    Piece,
    Word,
    is_word,
    marks_agree,
    term_of_code,
    vocabulary,
    written_words,
)
from urbanplan_gis.loaders.text.folding import fold_words
from urbanplan_gis.standards.codes import CodeEntry, code_lists, read_rows

#: what a word counts beside one that names a function; unknown ones by their letters
_QUALIFIER = 0.25
_UNKNOWN = 0.5
_UNKNOWN_SHORT = 0.2
_UNKNOWN_IN_DOUBT = 1.0
#: a long name of its own («Công viên Thiên Bút») counts no more than this beside a firm word
_UNKNOWN_MOST = 0.85
#: how far a word is trusted by the way it was found
_TRUST = {"exact": 1.0, "damaged": 0.9, "misspelt": 0.85, "similar": 0.5}
#: certainty of a land code or the name of one, and of those the lists themselves are unsure of
_LISTED, _LISTED_UNVERIFIED = 0.98, 0.75
_MOST_READINGS = 64
_CACHED = 10_000
PLAN_LIST = "tt16-2025"
#: cores of general plans (built-up, outside it, agriculture and other)
GENERAL_CORES = ("DD_", "NDD_", "NNK_")
_STAGES = ("qhdd", "qhdh", "qh", "ht")
_LEVELS = ("qg", "cv", "ct", "ch", "dvo")


@dataclass(frozen=True)
class Candidate:
    """A code with what speaks for it.

    ``score`` and ``coverage`` (the share of the name its words explain) are within 0..1;
    ``reading`` numbers the reading of ambiguous words; ``proposal`` marks choices of ours.
    """

    code: str
    sub_use: str
    score: float
    coverage: float
    reading: int
    proposal: bool
    terms: frozenset[str]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class _Rule:
    terms: frozenset[str]
    code: str
    sub_use: str
    certainty: float
    proposal: bool


@dataclass(frozen=True)
class _Item:
    """One term of one reading of a name."""

    term: str
    weight: float
    trust: float
    piece: Piece


def match_core(text: str, code_list: str) -> tuple[str, str] | None:
    """Code and sub-use of a layer named by the grammar ``<STAGE>_DAT_<CORE>[_<LEVEL>]``.

    For other lists: of a value that is a code and nothing else.
    """
    cores = _cores(code_list)
    for core, level in _split_grammar(text, code_list):
        code = cores.get(core) or cores.get(core.removeprefix("dat"))
        if code:
            return code, sub_use_of(code, level)
    return None


def match_misspelt_core(text: str, code_list: str) -> str:
    """The one general-plan core that is a letter off: «DAT_NDD_Congnhiep»; or ""."""
    for core, _ in _split_grammar(text, code_list):
        core = core.removeprefix("dat")
        near = {
            code
            for known, code in _cores(code_list).items()
            if code.startswith(GENERAL_CORES)
            and core.startswith(_prefix(code))
            and OSA.distance(core, known, score_cutoff=1) == 1
        }
        if len(near) == 1:
            return near.pop()
    return ""


def match_title(text: str, code_list: str) -> str:
    """The code whose name in the list is exactly this, whatever case and punctuation; or "".

    Marks may be missing; other ones than the name's make another name: «Vạn Hòa».
    """
    code = _titles(code_list).get(fold_words(text), "")
    if not code:
        return ""
    name = code_lists()[code_list][code].name.vi
    return code if marks_agree(written_words(text), written_words(name)) else ""


def sub_use_of(code: str, level: str = "") -> str:
    """The sub-use a planned function has by itself, or by the level in the layer's name."""
    if code == "HTKT_Baidoxe":
        return "static"
    return "residential_unit" if (code, level) == ("HTXH_CayxanhCC", "dvo") else ""


@lru_cache(maxsize=_CACHED)
def weigh_pieces(pieces: tuple[Piece, ...], code_list: str) -> tuple[Candidate, ...]:
    """Every code that some words of the name speak for, with its best reading."""
    best: dict[str, Candidate] = {}
    for number, reading in enumerate(_readings(pieces)):
        items = list(_items(reading, code_list))
        unknown = _unknown_weight(pieces, reading, code_list)
        for candidate in _fullest(_explain(items, unknown, number, code_list)):
            known = best.get(candidate.code)
            if known is None or candidate.score > known.score:
                best[candidate.code] = candidate
    return tuple(best.values())


def _split_grammar(text: str, code_list: str) -> Iterable[tuple[str, str]]:
    """Joined core and level of a layer name, with the last word read as core and as level."""
    tokens = fold_words(text).split()
    if code_list != PLAN_LIST:
        return [("".join(tokens), "")] if len(tokens) == 1 else []
    if len(tokens) > 1 and tokens[0] in _STAGES:
        tokens = tokens[1:]
    splits = [("".join(tokens), "")]
    if len(tokens) > 1 and tokens[-1] in _LEVELS:
        splits.append(("".join(tokens[:-1]), tokens[-1]))
    return splits


def _prefix(code: str) -> str:
    return code.split("_")[0].casefold()


@cache
def _cores(code_list: str) -> Mapping[str, str]:
    return {"".join(fold_words(code).split()): code for code in code_lists().get(code_list, {})}


@cache
def _titles(code_list: str) -> Mapping[str, str]:
    """Codes by folded name; names of general plans repeat those of zoning plans."""
    entries: Iterable[CodeEntry] = code_lists().get(code_list, {}).values()
    titles: dict[str, str] = {}
    for entry in entries:
        if not entry.code.startswith(GENERAL_CORES):
            titles.setdefault(fold_words(entry.name.vi), entry.code)
    return titles


def _unknown_weight(
    pieces: Sequence[Piece], reading: Sequence[tuple[Word, Piece]], code_list: str
) -> float:
    """What the unknown words count, more where they may belong to the name of a place.

    «Bình An» is no public security, «Sông Trà» is a river: an abbreviation that is a common
    syllable is doubtful beside unknown words, a written-out word is if it does not lead.
    """
    fillers = {piece for word, piece in reading if word.kind == "filler"}
    first = next((piece for piece in pieces if piece not in fillers), None)
    leads = code_list == PLAN_LIST and any(
        piece == first and not word.abbreviation for word, piece in reading
    )
    in_doubt = not leads and not any(word.firm for word, piece in reading if piece not in fillers)
    weight = _UNKNOWN_IN_DOUBT if in_doubt or code_list != PLAN_LIST else _UNKNOWN
    texts = [piece.text.replace("?", "") for piece in pieces if not piece.words]
    total = sum(weight if is_word(text) else _UNKNOWN_SHORT for text in texts if text)
    return total if in_doubt else min(total, _UNKNOWN_MOST)


def _readings(pieces: Sequence[Piece]) -> list[tuple[tuple[Word, Piece], ...]]:
    """The ways to take ambiguous words: MN is a kindergarten or water."""
    options = [[(word, piece) for word in piece.words] for piece in pieces if piece.words]
    return list(islice(product(*options), _MOST_READINGS))


def _items(reading: Iterable[tuple[Word, Piece]], code_list: str) -> Iterable[_Item]:
    kinds = vocabulary(code_list).kinds
    for word, piece in reading:
        # a term without a word of its own only refines others
        found = {term: kinds.get(term, "qualifier") for term in word.terms}
        # one stretch of the name counts once, however many functions it names: TMDV
        functions = sum(kind == "function" for kind in found.values())
        for term, kind in found.items():
            if kind in ("function", "qualifier"):
                weight = 1 / functions if kind == "function" else _QUALIFIER
                yield _Item(term, weight, word.strength * _TRUST[piece.match], piece)


def _explain(
    items: Sequence[_Item], unknown: float, number: int, code_list: str
) -> Iterable[Candidate]:
    """Each code's share of the name: its words by weight, trust and certainty of the rule."""
    terms = frozenset(item.term for item in items)
    total = sum(item.weight for item in items) + unknown
    fitting: dict[str, list[_Rule]] = {}
    for rule in _rules(code_list):
        if rule.terms <= terms:
            fitting.setdefault(rule.code, []).append(rule)
    for code, rules in fitting.items():
        rules.sort(key=lambda rule: (-len(rule.terms), -rule.certainty))
        certainty = {term: rule.certainty for rule in reversed(rules) for term in rule.terms}
        covered = [item for item in items if item.term in certainty]
        score = sum(item.weight * item.trust * certainty[item.term] for item in covered) / total
        yield Candidate(
            code,
            rules[0].sub_use,
            score,
            sum(item.weight * item.trust for item in covered) / total,
            number,
            rules[0].proposal,
            frozenset(certainty),
            tuple(dict.fromkeys(item.piece for item in covered)),
        )


def _fullest(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Without those that explain only part of what another explains: a mixed area with shops
    is not a shopping area."""
    found = list(candidates)
    return [one for one in found if not any(one.terms < other.terms for other in found)]


@cache
def _rules(code_list: str) -> tuple[_Rule, ...]:
    rules = [
        _Rule(frozenset(row["terms"].split()), row["code"], row["sub_use"],
              float(row["certainty"]), row["confidence"] == "proposal")
        for row in read_rows("function_meanings.csv")
        if row["list"] == code_list and row["code"] in code_lists()[code_list]
    ]  # fmt: skip
    if code_list != PLAN_LIST:
        rules += [
            _Rule(
                frozenset({term_of_code(code)}),
                code,
                "",
                certainty,
                entry.confidence == "unverified",
            )
            for code, entry in code_lists().get(code_list, {}).items()
            for certainty in [_LISTED_UNVERIFIED if entry.confidence == "unverified" else _LISTED]
        ]
    return tuple(rules)
