"""What the tables of a run say, put into the one language of an edition."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass

from urbanplan_gis.analysis.targets import readable
from urbanplan_gis.legible import legible
from urbanplan_gis.outputs.report.bilingual import texts_of
from urbanplan_gis.text import Name, Text, date, keys, number, say

#: stands where a table has nothing
NOTHING = "–"
#: a blank at which no line ends
KEPT = "\u00a0"
_RANGE = re.compile(r"^([\d.,]+)–([\d.,]+)$")
#: names longer than this are cut, with an ellipsis; the tables have them whole
LONGEST_NAME = 90
#: so are texts of law and documents where they are cited
LONGEST_CITATION = 400
_SMALL = 0.01


@dataclass(frozen=True)
class Words:
    """The words of one edition: ``lang`` is its language, ``written`` that of the run's tables."""

    lang: str
    written: str

    def say(self, key: str, **params: object) -> str:
        """The catalogue's text under ``report.<key>``."""
        return say(f"report.{key}", self.lang, **params)

    def known(self, key: str, **params: object) -> str:
        """The catalogue's text under a key of any subject."""
        return say(key, self.lang, **params)

    def token(self, prefix: str, token: str) -> str:
        """A token of a table in words; one that the catalogue does not have stays as it is."""
        key = f"{prefix}.{token}"
        return say(key, self.lang) if token and key in keys() else token

    def unit(self, token: str) -> str:
        """A unit of measure for people."""
        for prefix in ("report.unit", "unit_of", "gap.unit", "class_unit"):
            if f"{prefix}.{token}" in keys():
                return say(f"{prefix}.{token}", self.lang)
        return token

    def name(self, value: Name | Text) -> str:
        return value.say(self.lang)

    def data(self, text: str, most: int = LONGEST_NAME) -> str:
        """A text from data, fit for print; one of more than ``most`` letters is cut."""
        text = legible(" ".join(text.split()))
        return text if len(text) <= most else text[: most - 1].rstrip() + "…"

    def texts(self, cell: str) -> tuple[str, ...]:
        """The texts of a cell of notes, in this language, without the stamp of synthetic data."""
        # the stamp stands on every page already
        cell = cell.removeprefix(say("stamp.synthetic", self.written)).removeprefix("; ")
        if self.written == "both":
            found = [vi if self.lang == "vi" else en for vi, en in texts_of(cell)]
        else:
            found = [cell]
        return tuple(legible(text) for text in found if text)

    def text(self, cell: str) -> str:
        """A cell of words in this language."""
        return "; ".join(self.texts(cell))

    def number(self, value: float, decimals: int = 2) -> str:
        return number(value, self.lang, decimals)

    def amount(self, cell: str) -> str:
        """A cell that holds a number, a range, or a level in words; a dash for nothing."""
        if not cell:
            return NOTHING
        ends = _RANGE.match(cell)
        if ends:
            return "–".join(self._plain(self._read(end)) for end in ends.groups())
        value = real(cell)
        return self.token("report.level", cell) if value is None else self._plain(value)

    def _read(self, written: str) -> float:
        """A number as the run wrote it for people."""
        if self.written == "en":
            return float(written.replace(",", ""))
        return float(written.replace(".", "").replace(",", "."))

    def _plain(self, value: float) -> str:
        if value == int(value):
            return self.number(value, 0)
        return self.number(value, 2 if abs(value) >= _SMALL else 4)

    def value(self, value: float | None, target: float | None, decimals: int) -> str:
        """A figure's value for people, never rounded over its target."""
        return (
            NOTHING if value is None else self.number(readable(value, target, decimals), decimals)
        )

    def target(self, value: float) -> str:
        return self.number(value, 0 if value == int(value) else 1)

    def day(self, cell: str) -> str:
        """A date of a table as readers of this language write it."""
        try:
            return date(dt.date.fromisoformat(cell[:10]), self.lang)
        except ValueError:
            return self.data(cell) or NOTHING

    def date(self, day: dt.date | None) -> str:
        return date(day, self.lang) if day else NOTHING

    def listed(self, items: Iterable[str]) -> str:
        return ", ".join(items)


def real(cell: object) -> float | None:
    """The number in a cell, or None where it holds none."""
    try:
        value = float(cell)  # ty: ignore[invalid-argument-type]
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) else None


def uncapital(text: str) -> str:
    """A name inside a sentence; one that begins with several capitals keeps them."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def capital(text: str) -> str:
    """A text that begins a line or a cell."""
    return text[:1].upper() + text[1:]
