"""What the page says, in both languages at once."""

from __future__ import annotations

from urbanplan_gis.text import LANGUAGES, Name, Text, keys, say

_BETWEEN = " / "
_PREFIX = "web.page."
#: words of other products that the page needs too
_SHARED = ("verdict.", "basis.", "severity.", "action.", "layer.", "plan_kind.", "sense.",
           "unit_of.", "group.")  # fmt: skip
#: values that the page itself puts into its words
_FILLED_IN = ("area", "basis", "between", "choice", "count", "ew", "id", "lat", "length",
              "lon", "n", "ns", "percent", "quantum", "sense", "source", "tolerance", "unit",
              "value", "x", "y", "year")  # fmt: skip

Pair = dict[str, str]


def page_words() -> dict[str, Pair]:
    """Every word of the page: ``web.page.x`` as ``x``, shared ones under their own keys."""
    own = {key.removeprefix(_PREFIX): key for key in keys() if key.startswith(_PREFIX)}
    shared = {key: key for key in keys() if key.startswith(_SHARED)}
    places = {name: f"{{{name}}}" for name in _FILLED_IN}
    return {name: pair(Text.of(key, **places)) for name, key in sorted({**own, **shared}.items())}


def pair(text: Text | Name) -> Pair:
    """A text in Vietnamese and English."""
    return {lang: text.say(lang) for lang in LANGUAGES}


def told_apart(text: str) -> Pair:
    """A sentence that a run in both languages wrote as ``vi / en``, taken apart again.

    What stands in both halves (names of features) may hold the same sign: it is then there an odd
    number of times, and the middle one divides. A sentence in one language stays what it is.
    """
    pieces = text.split(_BETWEEN)
    if len(pieces) % 2:
        return {"vi": text, "en": text}
    middle = len(pieces) // 2
    return {"vi": _BETWEEN.join(pieces[:middle]), "en": _BETWEEN.join(pieces[middle:])}


def notes_apart(text: str) -> Pair:
    """Notes of a figure, which are several sentences joined by semicolons."""
    stamp = say("stamp.synthetic", "both")
    parts = [part for part in text.split("; ") if part and part != stamp]
    told = [told_apart(part) for part in parts]
    return {lang: "; ".join(part[lang] for part in told) for lang in LANGUAGES}
