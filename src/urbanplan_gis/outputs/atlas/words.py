"""Text and numbers as the atlas prints them: on one line, no sign without a form, cut if long."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING

from urbanplan_gis.analysis.targets import readable
from urbanplan_gis.legible import legible
from urbanplan_gis.outputs.sheets.boxes import Block, Font, paragraph, wrap
from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.text import Name, Text, number, say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.atlas.facts import FigureRow, TargetRow

#: hectares below which a gap would be printed as 0,0
_LEAST_GAP_HA = 0.05
#: hectares that are the noise of sums
_NO_GAP_HA = 1e-6
_COMPLETE = 0.95
_ELLIPSIS = "…"


def printable(text: object) -> str:
    """Text from data on one line; signs that would print as an empty box give their code."""
    line = legible(" ".join(str(text).split()))
    known = _letters()
    return "".join(sign if ord(sign) in known else f"U+{ord(sign):04X}" for sign in line)


def clipped(
    text: str, font: Font, width: float, lines: int, align: str = "left", gid: str = "panel"
) -> Block:
    """A paragraph of at most ``lines`` lines; a longer text ends in «…»."""
    found = wrap(text, font, width)
    if len(found) > lines:
        kept = " ".join(found[:lines])
        while len(wrap(kept + _ELLIPSIS, font, width)) > lines:
            kept = kept[:-1].rstrip()
        text = kept + _ELLIPSIS
    return paragraph(text, font, width, align, gid)


def value_words(row: FigureRow, lang: str) -> str:
    """The value with its unit, never rounded over its target; or that there is no figure."""
    if row.value is None:
        return say("verdict.no_data", lang)
    return f"{shown_words(row, lang)} {unit_words(row.unit, lang)}"


def shown_words(row: FigureRow, lang: str) -> str:
    """The value without its unit, never rounded over its target; a dash where there is none."""
    if row.value is None:
        return "–"
    target = row.targets[0].value if row.targets else None
    return number(readable(row.value, target, row.decimals), lang, row.decimals)


def unit_words(unit: str, lang: str) -> str:
    """The unit of an indicator's values, for people."""
    return say(f"unit_of.{unit}", lang)


def interval_words(row: FigureRow, lang: str) -> str:
    """Within what the value lies: the 95 % interval, or what unknown ground leaves open."""
    if row.low is None or row.high is None or row.high <= row.low:
        return ""
    low, high = (reader_number(bound, row.decimals) for bound in (row.low, row.high))
    if low == high:
        return ""
    return say(f"atlas.bar.{'interval' if row.errors else 'bounds'}", lang, low=low, high=high)


def targets_words(row: FigureRow, lang: str) -> str:
    """Every target with its year."""
    if not row.targets:
        return say("atlas.bar.no_target", lang)
    said = [target_words(target, row, lang) for target in row.targets]
    return say("atlas.bar.targets", lang, targets="; ".join(said))


def target_words(target: TargetRow, row: FigureRow, lang: str) -> str:
    """One target with its year."""
    return say(
        "atlas.bar.target",
        lang,
        year=target.year,
        sense=Text.of(f"sense.{target.sense}"),
        value=reader_number(target.value, 0 if target.value == int(target.value) else 1),
        unit=Text.of(f"unit_of.{row.unit}"),
    )


def gap_words(row: FigureRow, lang: str) -> str:
    """Hectares short of, or over, the first target due; nothing for what is no land."""
    gap = row.targets[0].gap_ha if row.targets else None
    if gap is None:
        return ""
    if abs(gap) < _NO_GAP_HA:
        return say("atlas.bar.even", lang)
    ha: Name | Text = reader_number(abs(gap), 1)
    if abs(gap) < _LEAST_GAP_HA:  # little ground, but it may be much of a small denominator
        ha = Text.of("atlas.less_than", value=reader_number(_LEAST_GAP_HA, 2))
    return say(f"map.gap.{'short' if gap > 0 else 'over'}", lang, ha=ha)


def known_words(row: FigureRow, lang: str) -> str:
    """How much of the ground or of the units is known, where that is not nearly all."""
    if row.value is None or row.completeness is None or row.completeness >= _COMPLETE:
        return ""
    return say("atlas.bar.known", lang, percent=known_percent(row.completeness))


def known_percent(share: float) -> Name:
    """A share that is known, in percent, never rounded up to what it does not reach."""
    return reader_number(math.floor(1000 * share) / 10, 1)


def hectares(value: float, lang: str) -> str:
    """Hectares with two decimals; ground smaller than that is not printed as nothing."""
    if 0 < value < 0.005:
        return say("atlas.less_than", lang, value=reader_number(0.01, 2))
    return number(value, lang, 2)


def adding_up(values: list[float], decimals: int = 2) -> list[float]:
    """Values rounded so that they add up to their rounded sum; none is off by a whole step."""
    step = 10**decimals
    floors = [math.floor(value * step) for value in values]
    missing = round(sum(values) * step) - sum(floors)
    by_rest = sorted(range(len(values)), key=lambda n: floors[n] - values[n] * step)
    for place in by_rest[: max(missing, 0)]:
        floors[place] += 1
    return [floor / step for floor in floors]


def roman(value: int) -> str:
    """A small roman numeral, as front pages are numbered."""
    signs = (
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    )
    said = ""
    for worth, sign in signs:
        said += sign * (value // worth)
        value %= worth
    return said


@cache
def _letters() -> frozenset[int]:
    """The signs the sheets' font has a form for."""
    from matplotlib.font_manager import get_font

    return frozenset(get_font(str(Font(10).properties.get_file())).get_charmap())
