"""Classes of lots recognised from names of layers, values of attributes and fill colours.

Every distinct value of a source gets a proposal with a score and a reason, to be written as a
mapping file that the planner corrects once.

How to read the score (0..1): 1: the name is a code of the list, or a layer name by the grammar
of Circular 16/2025; from 0.8: all its words say the same; from :data:`THRESHOLD`: part of the
words, an abbreviation of several meanings, a choice of ours where the list has no such class,
or a colour alone: to be confirmed; below: undecided, the class stays empty. A fill colour adds
or takes :data:`COLOUR_WEIGHT`. The score orders the planner's work; it is no probability.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import NamedTuple

import numpy as np
import pandas as pd

from urbanplan_gis.loaders.classes.colours import ColourMeaning, colour_text, read_colours
from urbanplan_gis.loaders.classes.meanings import (
    GENERAL_CORES,
    Candidate,
    match_core,
    match_misspelt_core,
    match_title,
    sub_use_of,
    weigh_pieces,
)
from urbanplan_gis.loaders.classes.vocabulary import Piece, Word, is_word, merge_text, read_name
from urbanplan_gis.loaders.text.folding import strip_marks
from urbanplan_gis.loaders.values import fold_text, tidy_text
from urbanplan_gis.text import Text

#: below this score a class is left undecided
THRESHOLD = 0.5
#: what a colour that confirms or contradicts the name adds or takes
COLOUR_WEIGHT = 0.15
#: the best class must lead by this much, and other readings explain this much less of the name
_MARGIN = 0.1
_COLOUR_ALONE = 0.55
_TITLE = 0.97
_MISSPELT_CORE = 0.85
_IGNORED = 0.9
#: a layer has a colour if this share of its area is filled with it
_DOMINANT = 2 / 3
#: signs beside letters that healthy names hold
_TYPOGRAPHIC = frozenset("–—‘’“”²³°·…«»•")


@dataclass(frozen=True)
class Recognised:
    """What one source value stands for.

    ``code_list``, ``code`` and ``sub_use`` are empty where the class is undecided or the value
    is to be ignored; ``runner_up`` is the best code not chosen. ``area_m2`` adds the areas
    given; ``colour`` is the fill of most of them ("" where there is none).
    """

    value: str
    code_list: str
    code: str
    sub_use: str
    action: str
    score: float
    reason: Text
    runner_up: str
    count: int
    area_m2: float
    colour: str


class _Feature(NamedTuple):
    text: str
    colour: str
    area: float


@dataclass(frozen=True)
class _Verdict:
    code: str
    sub_use: str
    action: str
    score: float
    reason: Text
    runner_up: str = ""


def recognise_values(
    values: pd.Series, colours: pd.Series | None, areas: np.ndarray, code_list: str
) -> dict[str, Recognised]:
    """A proposal for every distinct value, by its folded text (as mapping files are read).

    ``values`` holds the source value of each feature of one drawing or table; ``colours`` its
    fill ("#rrggbb", a colour number, or nothing); ``areas`` m². Spellings that differ in case
    and outer spaces are one value, shown in the commonest. Order and case change nothing.
    """
    groups: dict[str, list[_Feature]] = {}
    fills = [""] * len(values) if colours is None else [colour_text(fill) for fill in colours]
    for value, fill, area in zip(values, fills, np.asarray(areas, dtype=float), strict=True):
        text = tidy_text(value) or ""
        feature = _Feature(text, fill, float(area) if np.isfinite(area) else 0.0)
        groups.setdefault(fold_text(text), []).append(feature)
    meanings = read_colours(fills, code_list)
    return {key: _recognise_group(key, groups[key], meanings, code_list) for key in sorted(groups)}


def mapping_frame(recognised: Iterable[Recognised], lang: str) -> pd.DataFrame:
    """The mapping file: largest areas first; lines without code and action decide nothing."""
    lines = sorted(recognised, key=lambda line: (-line.area_m2, line.value))
    columns = {
        "source_value": [line.value for line in lines],
        "list": [line.code_list for line in lines],
        "code": [line.code for line in lines],
        "sub_use": [line.sub_use for line in lines],
        "action": [line.action for line in lines],
        "note": [line.reason.say(lang) for line in lines],
        "score": [line.score for line in lines],
        "runner_up": [line.runner_up for line in lines],
        "count": [line.count for line in lines],
        "area_ha": [round(line.area_m2 / 1e4, 4) for line in lines],
        "colour": [line.colour for line in lines],
    }
    return pd.DataFrame(columns)


def _recognise_group(
    key: str,
    features: Sequence[_Feature],
    meanings: Mapping[str, ColourMeaning],
    code_list: str,
) -> Recognised:
    colour = _dominant_colour(features)
    verdict = _decide(key, meanings.get(colour), code_list)
    verdict = _warn_of_other_fills(verdict, features, meanings)
    spellings = Counter(feature.text for feature in features)
    return Recognised(
        value=min(spellings, key=lambda text: (-spellings[text], text)),
        code_list=code_list if verdict.code else "",
        code=verdict.code,
        sub_use=verdict.sub_use,
        action=verdict.action,
        score=round(verdict.score, 2),
        reason=verdict.reason,
        runner_up=verdict.runner_up,
        count=len(features),
        area_m2=math.fsum(feature.area for feature in features),
        colour=colour,
    )


def _dominant_colour(features: Sequence[_Feature]) -> str:
    """The fill of most of the area (of most features, where there is no area)."""
    whole = math.fsum(abs(feature.area) for feature in features)
    parts: dict[str, list[float]] = {}
    for feature in features:
        parts.setdefault(feature.colour, []).append(abs(feature.area) if whole else 1.0)
    sums = {colour: math.fsum(areas) for colour, areas in parts.items()}
    largest = max(sums, key=lambda colour: (sums[colour], colour))
    return largest if sums[largest] >= _DOMINANT * (whole or len(features)) else ""


def _warn_of_other_fills(
    verdict: _Verdict, features: Sequence[_Feature], meanings: Mapping[str, ColourMeaning]
) -> _Verdict:
    """Says how much of a layer is filled as another class: one name, perhaps two classes."""
    if not verdict.code:
        return verdict
    votes = {text: _colour_vote(verdict.code, meaning) for text, meaning in meanings.items()}
    other = [feature for feature in features if votes.get(feature.colour, 0) < 0]
    if len(other) in (0, len(features)):
        return verdict
    codes = sorted({code for feature in other for code in meanings[feature.colour].codes})
    warning = Text.of(
        "recognise.other_fills",
        count=len(other),
        hectares=math.fsum(feature.area for feature in other) / 1e4,
        codes=", ".join(codes),
    )
    return replace(verdict, reason=_both(verdict.reason, warning))


def _decide(text: str, colour: ColourMeaning | None, code_list: str) -> _Verdict:
    """The class of one value, from the surest evidence to the weakest."""
    core = match_core(text, code_list)
    if core:
        return _Verdict(*core, "", 1.0, Text.of("recognise.core", code=core[0]))
    title = match_title(text, code_list)
    if title:
        return _Verdict(
            title, sub_use_of(title), "", _TITLE, Text.of("recognise.title", code=title)
        )
    misspelt = match_misspelt_core(text, code_list)
    if misspelt:
        reason = Text.of("recognise.misspelt_core", code=misspelt)
        return _Verdict(misspelt, "", "", _MISSPELT_CORE, reason)
    pieces = read_name(text, code_list)
    candidates = weigh_pieces(pieces, code_list)
    set_aside = _set_aside(pieces, candidates)
    if set_aside:
        return set_aside
    if not candidates:
        return _decide_by_colour(text, pieces, colour)
    return _decide_by_words(candidates, colour)


def _set_aside(pieces: Sequence[Piece], candidates: Sequence[Candidate]) -> _Verdict | None:
    """Lots outside the boundary, line work and texts; outlines *of* a class are undecided."""
    for kind, reason in (("outside", "recognise.outside"), ("drawing", "recognise.drawing")):
        found = _of_kind(pieces, kind)
        if found:
            return _Verdict("", "", "ignore", _IGNORED, Text.of(reason, words=merge_text(found)))
    found = _of_kind(pieces, "outline")
    if found and candidates:
        best = min(candidates, key=_rank)
        words = Text.of("recognise.outline", words=merge_text(found), code=best.code)
        return _Verdict("", "", "", min(best.score, THRESHOLD - _MARGIN), words, best.code)
    if not found and not candidates and not _unknown(pieces):
        found = _of_kind(pieces, "mark")
    if not found:
        return None
    words = Text.of("recognise.drawing", words=merge_text(found))
    return _Verdict("", "", "ignore", _IGNORED, words)


def _of_kind(pieces: Sequence[Piece], kind: str) -> list[Piece]:
    """Pieces that can only be of that kind."""
    return [piece for piece in pieces if piece.words and _kinds(piece.words) == {kind}]


def _kinds(words: Iterable[Word]) -> set[str]:
    return {word.kind for word in words}


def _decide_by_words(candidates: Sequence[Candidate], colour: ColourMeaning | None) -> _Verdict:
    shaded = [_shade(candidate, colour) for candidate in candidates]
    ranked = sorted(shaded, key=_rank)
    best, *others = ranked
    runner_up = others[0].code if others else ""
    reason = _say_words(best, colour)
    rivals = [other for other in others if _rival(best, other, colour)]
    if best.score >= THRESHOLD and not rivals:
        return _Verdict(best.code, best.sub_use, "", best.score, reason, runner_up)
    if rivals:
        codes = ", ".join([best.code, *(rival.code for rival in rivals[:2])])
        reason = _both(Text.of("recognise.rivals", codes=codes), reason)
    else:
        reason = _both(Text.of("recognise.too_little", code=best.code), reason)
    return _Verdict("", "", "", min(best.score, THRESHOLD - 0.01), reason, best.code)


def _rank(candidate: Candidate) -> tuple[float, str]:
    return -candidate.score, candidate.code


def _shade(candidate: Candidate, colour: ColourMeaning | None) -> Candidate:
    """The candidate with the word of the colour."""
    shift = COLOUR_WEIGHT * _colour_vote(candidate.code, colour)
    return replace(candidate, score=min(max(candidate.score + shift, 0.0), 0.99))


def _colour_vote(code: str, colour: ColourMeaning | None) -> int:
    """1 where the colour confirms the code, -1 where it contradicts it."""
    if colour is None or not colour.codes or code.startswith(GENERAL_CORES):
        return 0
    if code in colour.codes:
        return 1
    return 0 if colour.plain else -1


def _rival(best: Candidate, other: Candidate, colour: ColourMeaning | None) -> bool:
    """Whether another class is as likely, and the colour does not tell them apart."""
    if _colour_vote(best.code, colour) > 0 >= _colour_vote(other.code, colour):
        return False
    close = best.score - other.score < _MARGIN
    other_reading = best.reading != other.reading and best.coverage - other.coverage < _MARGIN
    return close or other_reading


def _say_words(best: Candidate, colour: ColourMeaning | None) -> Text:
    """The words the class was read from, how they were read, and what the colour says."""
    parts = [Text.of("recognise.words", words=merge_text(best.pieces))]
    for piece in best.pieces:
        if piece.match not in ("exact", "unknown"):
            reading = {"text": piece.text, "word": piece.words[0].spelling}
            key = "recognise.damaged" if piece.match == "damaged" else "recognise.misspelt"
            parts.append(Text.of(key, **reading))
    if best.proposal:
        parts.append(Text.of("recognise.proposal"))
    vote = _colour_vote(best.code, colour)
    if vote and colour is not None:
        key = "recognise.colour_confirms" if vote > 0 else "recognise.colour_contradicts"
        parts.append(Text.of(key, codes=", ".join(sorted(colour.codes))))
    return reduce(_both, parts)


def _decide_by_colour(text: str, pieces: Sequence[Piece], colour: ColourMeaning | None) -> _Verdict:
    """No word names a function: the colour decides for names that cannot be read."""
    unknown = _unknown(pieces)
    readable = bool(unknown) and not _damaged(text)
    key = "recognise.unknown_words" if readable else "recognise.no_words"
    params = {"words": merge_text(unknown)} if readable else {}
    reason = Text.of(key, **params)
    if colour is None or not colour.codes:
        return _Verdict("", "", "", 0.0, reason)
    codes = sorted(colour.codes)
    reason = _both(reason, Text.of("recognise.colour_says", codes=", ".join(codes)))
    if len(codes) == 1 and not colour.plain and not readable:
        return _Verdict(codes[0], sub_use_of(codes[0]), "", _COLOUR_ALONE, reason)
    return _Verdict("", "", "", _COLOUR_ALONE - COLOUR_WEIGHT, reason, codes[0])


def _unknown(pieces: Sequence[Piece]) -> list[Piece]:
    """Unknown words."""
    return [piece for piece in pieces if not piece.words and is_word(piece.text)]


def _damaged(text: str) -> bool:
    """Whether letters were lost or never were Vietnamese."""
    odd = (sign for sign in strip_marks(text) if not sign.isascii() and sign not in _TYPOGRAPHIC)
    return "?" in text or any(odd)


def _both(first: Text, second: Text) -> Text:
    return Text.of("recognise.both", first=first, second=second)
