"""What the page says, in both languages at once."""

from __future__ import annotations

from urbanplan_gis.text import LANGUAGES, Name, Text, keys

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
