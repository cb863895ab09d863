"""The one catalogue of Vietnamese and English text, and numbers in the reader's form.

Every string a person reads stands in ``catalogue/*.toml`` under a dotted key with ``vi`` and
``en``. Modules pass around :class:`Text` (a key with its parameters) and only outputs turn it
into words.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("vi", "en")
_BOTH = " / "


@dataclass(frozen=True)
class Text:
    """One message: a catalogue key and its parameters, put into words by :meth:`say`."""

    key: str
    params: tuple[tuple[str, Any], ...] = ()

    @classmethod
    def of(cls, key: str, **params: object) -> Text:
        """Build a message; parameters may be numbers, dates, strings or other texts."""
        return cls(key, tuple(sorted(params.items())))

    def say(self, lang: str) -> str:
        """The message in ``vi``, ``en``, or ``both`` (Vietnamese first)."""
        if lang == "both":
            vi, en = (self.say(language) for language in LANGUAGES)
            return vi if vi == en else f"{vi}{_BOTH}{en}"
        words = {name: _in_words(value, lang) for name, value in self.params}
        return _template(self.key, lang).format(**words)


@dataclass(frozen=True)
class Name:
    """A name given in data rather than in the catalogue: a project, an indicator, a class."""

    vi: str
    en: str

    def say(self, lang: str) -> str:
        """The name in ``vi``, ``en``, or ``both``."""
        if lang == "both":
            return self.vi if self.vi == self.en else f"{self.vi}{_BOTH}{self.en}"
        return self.vi if lang == "vi" else self.en


@dataclass(frozen=True)
class Number:
    """A number as a parameter of a message: written in the form of each language it is said in."""

    value: float
    decimals: int = 2

    def say(self, lang: str) -> str:
        """The number as readers of ``vi`` or ``en`` write it, or in both forms."""
        if lang == "both":
            vi, en = (self.say(language) for language in LANGUAGES)
            return vi if vi == en else f"{vi}{_BOTH}{en}"
        return number(self.value, lang, self.decimals)


def say(key: str, lang: str, **params: object) -> str:
    """The catalogue's text for ``key`` in ``vi``, ``en`` or ``both``."""
    return Text.of(key, **params).say(lang)


def languages(lang: str) -> tuple[str, ...]:
    """The single languages that ``vi``, ``en`` or ``both`` stands for, Vietnamese first."""
    return LANGUAGES if lang == "both" else (lang,)


def number(value: float, lang: str, decimals: int = 2) -> str:
    """``value`` as the reader writes it: 1.234,5 in Vietnamese, 1,234.5 in English."""
    # adding zero turns the -0.0 that rounding leaves into 0.0
    english = f"{round(value, decimals) + 0.0:,.{decimals}f}"
    if lang == "en":
        return english
    return english.translate(str.maketrans({",": ".", ".": ","}))


def date(value: dt.date, lang: str) -> str:
    """A date as written in Vietnam (30/6/2025) or in ISO form for English readers."""
    return value.isoformat() if lang == "en" else f"{value.day:02d}/{value.month:02d}/{value.year}"


def keys() -> frozenset[str]:
    """Every key of the catalogue (tests check that code and catalogue agree)."""
    return frozenset(_catalogue())


def _in_words(value: Any, lang: str) -> str:
    if isinstance(value, Text | Name | Number):
        return value.say(lang)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return number(value, lang, 0 if value == int(value) else 4 if abs(value) < 1 else 2)
    if isinstance(value, dt.date):
        return date(value, lang)
    return str(value)


def _template(key: str, lang: str) -> str:
    try:
        return _catalogue()[key][lang]
    except KeyError:
        raise KeyError(f"no {lang} text for {key!r} in the catalogue") from None


@cache
def _catalogue() -> Mapping[str, dict[str, str]]:
    """All entries, flattened to dotted keys."""
    entries: dict[str, dict[str, str]] = {}
    folder = files("urbanplan_gis") / "catalogue"
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".toml"):
            _flatten("", tomllib.loads(file.read_text(encoding="utf-8")), entries)
    return entries


def _flatten(prefix: str, table: Mapping[str, Any], into: dict[str, dict[str, str]]) -> None:
    for name, value in table.items():
        key = f"{prefix}{name}"
        if set(value) == set(LANGUAGES) and all(isinstance(text, str) for text in value.values()):
            into[key] = value
        else:
            _flatten(f"{key}.", value, into)
