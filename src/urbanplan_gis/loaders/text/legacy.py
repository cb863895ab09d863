"""What a column of text is written in, decided from its fonts and words, and its decoding.

Text before Unicode came in several encodings that all look like Latin letters. The decision is
taken for the column and applied value by value: a value that reads as Vietnamese in a legacy
encoding and makes no sense as it stands is decoded on its own evidence; a value that could be
either («Phó») follows the values of its column that are clear, by their number and their words;
all else stays, byte for byte.
Decoding a decoded column changes nothing.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from urbanplan_gis.loaders.text.capitals import are_names, capitalise_name, in_capitals
from urbanplan_gis.loaders.text.fonts import FontHint, read_font
from urbanplan_gis.loaders.text.letters import (
    ENCODINGS,
    beyond_bytes,
    compose,
    decode_value,
    holds_letters,
    read_letters,
)
from urbanplan_gis.loaders.text.words import Evidence, Kind, count_syllables, weigh
from urbanplan_gis.text import Text

__all__ = ["ENCODINGS", "ColumnText", "decode_column", "decode_value"]

#: a reading must gain more than this on the text as it stands: one odd token turned syllable
#: does, two foreign-looking ones do, a single foreign-looking one does not
_CONVINCING = 5.0
#: a gain below which the text as it stands is the better reading
_REFUTED = -1.0
#: from here on a reading is better than the text as it stands, though it may not convince
_TEMPTING = 3.0
#: a column lifts a neutral value just over the threshold, and no more (foreign names and units
#: stay), where more of its clear values than this are in an encoding for each that stands as it is
_MAJORITY = 9
_MOST_PRIOR = 5.5
#: clear values that stand as they are, where none was seen
_FEW_AS_IS = 0.1
#: sightings of a word that was not seen, and the most that words may speak for a reading
_UNSEEN = 0.3
_MOST_FAMILIAR = 2.5
_FONT_LEAD = 3.0
#: a vote needs this lead over the next reading: more than a word against a syllable
_CLEAR_LEAD = 3.5
#: how usual the encodings are before any value is seen; VISCII and cp1258 are rare in practice
_USUAL = {"tcvn3": 0.5, "vni": 0.5, "mojibake": 0.5, "viscii": 0.1, "cp1258": 0.1}
#: values of evidence that a font name is worth
_FONT_WORTH = 4
#: a letter lost to "?" inside a word; no query of a web address
_LOST_LETTER = re.compile(r"(?<![/=&])[^\W\d_]\?[^\W\d_](?!\w*=)")
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True)
class ColumnText:
    """What was understood of the text of one column."""

    #: one of ENCODINGS; "unicode" when nothing had to change
    encoding: str
    #: 0 to 1
    confidence: float
    changed: int
    #: values left as they were because no reading convinced
    undecided: int
    #: values in more than one encoding
    mixed: bool
    #: values of capital fonts (".VnTimeH"): decoded, then in capitals
    capitals: int
    #: the evidence in words
    reason: Text


@dataclass(frozen=True)
class _Reading:
    """What one value (in one font) is taken to be."""

    encoding: str
    text: str
    capitals: bool = False
    #: a name that was given capitals its letters do not have
    named: bool = False
    undecided: bool = False


@dataclass(frozen=True)
class _Column:
    """What the values that are clear by themselves tell of the others."""

    #: distinct values, by encoding; "unicode" are those that stand as they are
    votes: Counter[str]
    #: in how many of them each word stands, decoded
    words: Counter[str]

    def lend(self, encoding: str) -> float:
        """What they lend to a reading; it takes from it where they are few."""
        if not self.votes[encoding]:
            return -math.inf
        ratio = self.votes[encoding] / max(_FEW_AS_IS, self.votes["unicode"])
        return _CONVINCING + math.log(ratio / _MAJORITY)

    def weigh_words(self, text: str, encoding: str) -> float:
        """How much better known its words are in a reading than as they stand.

        «Xã» is common in lists of communes, «xó» is not, whatever else is written in TCVN3.
        """
        if not self.votes[encoding]:
            return 0.0
        as_is, decoded = _words(text), _words(decode_value(text, encoding))
        gained = sum(math.log1p(self.words[word] / _UNSEEN) for word in decoded - as_is)
        lost = sum(math.log1p(self.words[word] / _UNSEEN) for word in as_is - decoded)
        return min(_MOST_FAMILIAR, gained - lost)


def decode_column(
    values: Sequence[str | None], fonts: Sequence[str | None] | None = None, told: str = ""
) -> tuple[list[str | None], ColumnText]:
    """The values in Unicode, in their order, and what was understood of them.

    Args:
        values: texts whose legacy bytes appear as Latin-1 or Windows Latin characters.
        fonts: of each value the font name, style or file; None where there is none.
        told: the encoding, if the planner says so; decides alone.

    Raises:
        ValueError: for an encoding that is not one of ENCODINGS, or fonts of another length.
    """
    if told and told not in ENCODINGS:
        raise ValueError(f"{told!r} is not one of {', '.join(ENCODINGS)}")
    drawn_in = [None] * len(values) if fonts is None else fonts
    pairs = list(zip(values, drawn_in, strict=True))
    counts = Counter((value, font) for value, font in pairs if value is not None)
    if told:
        hints = {font: read_font(font or "") for _, font in counts}
        readings = {(v, f): _read_as_told(v, told, hints[f]) for v, f in counts}
    else:
        hints = _read_fonts(counts)
        readings = _read_by_evidence(counts, hints)
    readings = _capitalise_names(readings)
    decoded = [None if value is None else readings[value, font].text for value, font in pairs]
    return decoded, _describe(counts, readings, hints, told)


def _read_fonts(counts: Counter[tuple[str, str | None]]) -> dict[str | None, FontHint]:
    """What each font says; nothing, where most of its clear texts stand as they are.

    Texts turned into Unicode often keep the style of before.
    """
    hints = {font: read_font(font or "") for _, font in counts}
    votes: Counter[tuple[str | None, str]] = Counter()
    for value, font in counts:
        if hints[font].encoding and not value.isascii():
            votes[font, _clear_encoding(_possible(compose(value)))] += 1
    believed = {}
    for font, hint in hints.items():
        misled = votes[font, "unicode"] > _FONT_WORTH * (votes[font, hint.encoding] + 1)
        believed[font] = FontHint() if misled else hint
    return believed


def _read_as_told(value: str, told: str, hint: FontHint) -> _Reading:
    if not holds_letters(value, told):
        return _Reading("unicode", value)
    text = decode_value(value, told)
    if text == value:
        puzzling = told != "unicode" and Kind.ODD in weigh(value).kinds
        return _Reading("unicode", value, undecided=puzzling)
    capitals = told == "tcvn3" and (hint.capitals or in_capitals(text))
    return _Reading(told, text.upper() if capitals else text, capitals)


def _read_by_evidence(
    counts: Counter[tuple[str, str | None]], hints: Mapping[str | None, FontHint]
) -> dict[tuple[str, str | None], _Reading]:
    composed = {value: compose(value) for value, _ in counts}
    seen = {text: _possible(text) for text in set(composed.values()) if not text.isascii()}
    column = _read_clear_values(seen)
    readings = {}
    for value, font in counts:
        text = composed[value]
        if text in seen:
            readings[value, font] = _read(value, text, seen[text], column, hints[font])
        else:
            lost = bool(_LOST_LETTER.search(text))
            readings[value, font] = _Reading("unicode", text, undecided=lost)
    return readings


@lru_cache(maxsize=1 << 14)
def _possible(text: str) -> Evidence:
    """The evidence of a text; readings that would have to be decoded again do not count."""
    evidence = weigh(text)
    if "\ufffd" in text or _LOST_LETTER.search(text):
        # only UTF-8 can show which letters are lost
        kept = [name for name in evidence.gains if name == "mojibake"]
    else:
        kept = [
            name
            for name, gain in evidence.gains.items()
            if gain <= _REFUTED or _settled(text, name)
        ]
    return replace(
        evidence,
        gains={name: evidence.gains[name] for name in kept},
        alone={name: evidence.alone[name] for name in kept},
    )


def _settled(text: str, encoding: str) -> bool:
    decoded = read_letters(text, encoding)
    if decoded is None:
        return False
    return beyond_bytes(decoded) or all(
        gain <= _CONVINCING for gain in weigh(decoded).alone.values()
    )


def _read_clear_values(seen: Mapping[str, Evidence]) -> _Column:
    """How many values are clear in which encoding, and the words they hold."""
    votes: Counter[str] = Counter()
    words: Counter[str] = Counter()
    for text, evidence in seen.items():
        encoding = _clear_encoding(evidence)
        if encoding:
            votes[encoding] += 1
            words.update(_words(decode_value(text, encoding)))
    return _Column(votes, words)


def _clear_encoding(evidence: Evidence) -> str:
    """The encoding of a value that is clear by itself ("unicode": as it stands); or ""."""
    if max(evidence.gains.values(), default=_REFUTED) <= _REFUTED:
        sound = evidence.kinds & {Kind.SYLLABLE, Kind.NEAR, Kind.WORD, Kind.ABBREVIATION}
        return "unicode" if sound else ""
    ranked = sorted(evidence.alone.items(), key=lambda item: -item[1])
    clear = len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= _CLEAR_LEAD
    return ranked[0][0] if clear and ranked[0][1] > _CONVINCING else ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))


def _read(value: str, text: str, evidence: Evidence, column: _Column, hint: FontHint) -> _Reading:
    """The best reading of one value, if it convinces."""
    chances, doubt = {}, _REFUTED
    for encoding, gain in evidence.gains.items():
        if gain + _MOST_PRIOR < _TEMPTING:
            continue
        if hint.encoding == encoding:
            prior, lead = _MOST_PRIOR, _FONT_LEAD
        else:
            lead = column.weigh_words(text, encoding)
            prior = min(_MOST_PRIOR, column.lend(encoding) + lead)
        if evidence.alone[encoding] > _CONVINCING or gain + prior > _CONVINCING:
            usual = math.log(column.votes[encoding] + _USUAL[encoding])
            chances[encoding] = gain + lead + usual
        elif column.votes[encoding]:
            doubt = max(doubt, gain + prior)
    if chances:
        encoding = max(chances, key=chances.__getitem__)
        decoded = read_letters(text, encoding)
        if decoded is not None and decoded != text:
            capitals = encoding == "tcvn3" and (hint.capitals or in_capitals(decoded))
            return _Reading(encoding, decoded.upper() if capitals else decoded, capitals)
    puzzling = Kind.ODD in evidence.kinds or "\ufffd" in text or bool(_LOST_LETTER.search(text))
    tempting = any(gain >= _TEMPTING for gain in evidence.gains.values()) or doubt >= _TEMPTING
    left = puzzling or (tempting and not chances)
    return _Reading("unicode" if text == value else "nfd", text, undecided=left)


def _capitalise_names(
    readings: Mapping[tuple[str, str | None], _Reading],
) -> dict[tuple[str, str | None], _Reading]:
    """The readings with the capitals of names that TCVN3 could not write."""
    decoded = {item.text for item in readings.values() if item.encoding == "tcvn3"}
    if not are_names(decoded):
        return dict(readings)
    result = {}
    for key, item in readings.items():
        text = capitalise_name(item.text) if item.encoding == "tcvn3" else item.text
        result[key] = item if text == item.text else replace(item, text=text, named=True)
    return result


def _describe(
    counts: Counter[tuple[str, str | None]],
    readings: Mapping[tuple[str, str | None], _Reading],
    hints: Mapping[str | None, FontHint],
    told: str,
) -> ColumnText:
    found: Counter[str] = Counter()
    seen: Counter[str] = Counter()
    for (value, font), number in counts.items():
        reading = readings[value, font]
        seen["undecided"] += number * reading.undecided
        if reading.text == value:
            seen["beyond"] += number * beyond_bytes(value)
            continue
        tokens, syllables = count_syllables(value, reading.text)
        # bytes that are strict UTF-8, and marks that compose, need no words to prove them
        proven = tokens if reading.encoding in ("nfd", "mojibake") else syllables
        found[reading.encoding] += number
        seen["capitals"] += number * reading.capitals
        seen["named"] += number * reading.named
        seen["by_font"] += number * (hints[font].encoding == reading.encoding)
        seen["tokens"] += number * tokens
        seen["syllables"] += number * syllables
        seen["proven"] += number * proven
    # decomposed Unicode is Unicode
    kinds = {name.replace("nfd", "unicode") for name in found}
    if seen["beyond"]:
        kinds.add("unicode")
    return ColumnText(
        encoding=found.most_common(1)[0][0] if found else "unicode",
        confidence=1.0 if told else _confidence(found.total(), counts.total(), seen),
        changed=found.total(),
        undecided=seen["undecided"],
        mixed=len(kinds) > 1,
        capitals=seen["capitals"],
        reason=_with_names(_reason(found, counts.total(), seen, told), seen["named"]),
    )


def _confidence(changed: int, total: int, seen: Counter[str]) -> float:
    """The share of words that proved the reading, less for few words and undecided values."""
    if not changed:
        return 1.0 - seen["undecided"] / max(1, total)
    worth = _FONT_WORTH if seen["by_font"] else 0
    proven = (seen["proven"] + worth) / (seen["tokens"] + 1 + worth)
    return proven * changed / (changed + seen["undecided"])


def _with_names(reason: Text, named: int) -> Text:
    return Text.of("text_reason.names", reason=reason, named=named) if named else reason


def _reason(found: Counter[str], total: int, seen: Counter[str], told: str) -> Text:
    understood = {
        "changed": found.total(),
        "total": total,
        "tokens": seen["tokens"],
        "syllables": seen["syllables"],
        "encodings": ", ".join(f"{name} {number}" for name, number in found.most_common()),
    }
    if told:
        return Text.of("text_reason.told", encoding=told, changed=found.total(), total=total)
    if not found:
        return Text.of("text_reason.untouched", total=total, undecided=seen["undecided"])
    if set(found) == {"nfd"}:
        return Text.of("text_reason.composed", changed=found.total(), total=total)
    if seen["by_font"]:
        return Text.of("text_reason.fonts", by_font=seen["by_font"], **understood)
    return Text.of("text_reason.words", **understood)
