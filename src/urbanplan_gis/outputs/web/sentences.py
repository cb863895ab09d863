"""Sentences a run wrote down, in both languages.

A run in both languages wrote each as ``vi / en``, which is taken apart. A run in one language left
the other out: its sentences are found again in the catalogue and among the notes of indicators,
where both stand, and told with the same values. One found nowhere stays as it was written.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING

from urbanplan_gis.outputs.web.words import Pair, pair
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import LANGUAGES, Text, date, keys, say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.stored_run import StoredRun

_BETWEEN = " / "
_NEXT = "; "
#: sentences that belong to one product, or are never stored
_NOT_STORED = ("error.", "report.", "workbook.", "map.", "atlas.", "table.", "web.", "qgis.",
               "sheet.", "explain.", "cli.", "inspect.", "series.", "product.", "boundary.",
               "colour.", "finding_name.")  # fmt: skip
#: places of quantities, written in the form of the language; all else is left as it stands
_QUANTITIES = frozenset(
    ("after", "area_ha", "before", "changed", "computed", "confidence", "count", "declared", "gap",
     "hectares", "length", "metres", "part_value", "percent", "persons", "residents", "score",
     "shift", "undecided", "whole_value", "width")
)  # fmt: skip
_PLACE = re.compile(r"\{(\w+)\}")
_NUMBERS = {"vi": re.compile(r"[-−+]?\d{1,3}(\.\d{3})*(,\d+)?"),
            "en": re.compile(r"[-−+]?\d{1,3}(,\d{3})*(\.\d+)?")}  # fmt: skip
_DATES = {"vi": (re.compile(r"\d\d/\d\d/\d{4}"), "%d/%m/%Y"),
          "en": (re.compile(r"\d{4}-\d\d-\d\d"), "%Y-%m-%d")}  # fmt: skip
_SWAPPED = str.maketrans(",.", ".,")
#: letters a sentence must have of its own to be known by them, whatever is put in; dates may be put
#: into one that has fewer
_LEAST = 6


def written_in(run: StoredRun) -> str:
    """The language the tables of a run are in, whatever language its products are asked for in."""
    return str(run.manifest.get("parameters", {}).get("language", run.lang))


def sentence(text: str, lang: str) -> Pair:
    """A sentence of a run in ``lang`` (vi, en or both), in either language."""
    if lang == "both":
        return told_apart(text)
    other = _other(lang)
    return {lang: text, other: _retold(text, lang) or text}


def sentences(text: str, lang: str) -> Pair:
    """Several of them, joined by semicolons, without the stamp of synthetic data."""
    stamp = say("stamp.synthetic", lang)
    parts = [part for part in text.split(_NEXT) if part and part != stamp]
    told = list(_one_by_one(parts, lang))
    return {name: _NEXT.join(part[name] for part in told) for name in LANGUAGES}


def told_apart(text: str) -> Pair:
    """A sentence written as ``vi / en``, taken apart again.

    What stands in both halves (names of features) may hold the same sign: it is then there an odd
    number of times, and the middle one divides. A sentence in one language stays what it is.
    """
    pieces = text.split(_BETWEEN)
    if len(pieces) % 2:
        return {"vi": text, "en": text}
    middle = len(pieces) // 2
    return {"vi": _BETWEEN.join(pieces[:middle]), "en": _BETWEEN.join(pieces[middle:])}


def _one_by_one(parts: list[str], lang: str) -> Iterator[Pair]:
    """Sentences that may hold semicolons themselves: of those known the longest comes first."""
    start = 0
    while start < len(parts):
        end = next(
            (end for end in range(len(parts), start, -1)
             if _is_known(_NEXT.join(parts[start:end]), lang)),
            start + 1,
        )  # fmt: skip
        yield sentence(_NEXT.join(parts[start:end]), lang)
        start = end


def _is_known(text: str, lang: str) -> bool:
    if lang != "both":
        return _found(text, lang) is not None
    told = told_apart(text)
    return all(_found(told[name], name) is not None for name in LANGUAGES)


@cache
def _retold(text: str, lang: str) -> str | None:
    found = _found(text, lang)
    if found is None:
        return None
    key, values = found
    other = _other(lang)
    return _PLACE.sub(
        lambda place: _value(place.group(1), values[place.group(1)], lang), _templates()[key][other]
    )


def _value(name: str, value: str, lang: str) -> str:
    if name in _QUANTITIES and _NUMBERS[lang].fullmatch(value):
        return value.translate(_SWAPPED)
    form, parts = _DATES[lang]
    if form.fullmatch(value):
        try:
            return date(dt.datetime.strptime(value, parts).date(), _other(lang))
        except ValueError:
            return value
    return _retold(value, lang) or value


@cache
def _found(text: str, lang: str) -> tuple[str, dict[str, str]] | None:
    """The key whose template a text was made from, and what was put in; the wordiest that fits."""
    for pattern, key, is_wordy in _patterns(lang):
        match = pattern.fullmatch(text)
        if match and (is_wordy or all(map(_DATES[lang][0].fullmatch, match.groups()))):
            return key, match.groupdict()
    return None


@cache
def _patterns(lang: str) -> list[tuple[re.Pattern[str], str, bool]]:
    """Of every sentence: its pattern, its key, and whether its own words are enough to know it."""
    found: list[tuple[int, str, re.Pattern[str], bool]] = []
    for key, told in sorted(_templates().items()):
        template = told[lang]
        own = len(re.sub(r"[\W\d_]", "", _PLACE.sub("", template)))
        places = set(_PLACE.findall(template))
        if places != set(_PLACE.findall(told[_other(lang)])) or not own:
            continue
        seen: set[str] = set()
        pattern = ""
        for number, part in enumerate(_PLACE.split(template)):
            if number % 2 == 0:
                pattern += re.escape(part)
            else:
                pattern += (
                    f"(?P={part})" if part in seen
                    else f"(?P<{part}>[^;]+?)" if part in _QUANTITIES
                    else f"(?P<{part}>.+?)"
                )  # fmt: skip
                seen.add(part)
        is_wordy = not places or own >= _LEAST
        found.append((-own, key, re.compile(pattern, re.S), is_wordy))
    found.sort(key=lambda item: item[:2])
    return [(pattern, key, is_wordy) for _, key, pattern, is_wordy in found]


@cache
def _templates() -> dict[str, Pair]:
    """Sentences a run may have written, with the places for their values still open."""
    found = {key: _open(key) for key in keys() if not key.startswith(_NOT_STORED)}
    for name, indicator in indicators().items():
        for number, definition in enumerate(indicator.definitions):
            if definition.note:
                found[f"{name}:{number}"] = pair(definition.note)
    return found


def _open(key: str) -> Pair:
    places: dict[str, str] = {}
    while True:
        try:
            return pair(Text.of(key, **places))
        except KeyError as missing:
            name = str(missing.args[0])
            if name in places or not name.isidentifier():
                raise
            places[name] = f"{{{name}}}"


def _other(lang: str) -> str:
    return LANGUAGES[1 - LANGUAGES.index(lang)]
