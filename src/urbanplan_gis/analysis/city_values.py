"""Ratios of the whole city or of its wards, declared like indicators and measured like them.

Norms and urban standards ask for more quantities than there are indicators; measured by the same
panels (:mod:`urbanplan_gis.analysis.panels`) they cannot contradict the figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.panels import Panel, Row
from urbanplan_gis.analysis.statistics import MAX_YEARS_AWAY
from urbanplan_gis.model.figures import Condition, Definition, Figure, Indicator, Measure
from urbanplan_gis.model.scores import GivenValue
from urbanplan_gis.text import Name, Text

_STATE = "existing"

PEOPLE = Measure("statistic", of=("residents", "temporary_residents"))
INNER_PEOPLE = replace(PEOPLE, scoped=True)
GROUND = Measure("area")


def land(*sets: str, scoped: bool = True) -> Measure:
    """Ground that is in all of these class sets, of the wards or (not scoped) of the city."""
    return Measure("area", tuple(Condition("land_use", name) for name in sets), scoped=scoped)


def green(kinds: str, *, scoped: bool = True) -> Measure:
    """Green land of a class set, water at most half (QCVN 01:2021/BXD, Table 2.5, note 1)."""
    return Measure("green_area", (Condition("green", kinds),), rule="capped", scoped=scoped)


@dataclass(frozen=True)
class Ratio:
    """``value = factor x numerator / denominator``, the numerator an ``amount`` (ha, persons).

    ``needs`` is the layer without which absence would be taken for none.
    """

    numerator: Measure
    denominator: Measure | None = None
    factor: float = 1.0
    amount: str = "ha"
    needs: str = ""


def ratio_values(
    evidence: Evidence, ratios: Mapping[str, Ratio], says: str, confirmed: frozenset[str]
) -> Iterator[tuple[str, GivenValue]]:
    """The ratios the evidence allows; ``says.<name>`` is the catalogue's text for each.

    Scoped measures count the wards of the day. ``confirmed`` are class sets the project confirmed.
    """
    for name, asked in ratios.items():
        if asked.needs and asked.needs not in evidence.roles:
            continue
        figure = measured_city(evidence, name, asked.numerator, asked.denominator, confirmed)
        if figure.value is not None:
            yield name, _value(asked, figure, figure.value, Text.of(f"{says}.{name}"))


def measured_city(
    evidence: Evidence,
    name: str,
    numerator: Measure,
    denominator: Measure | None,
    confirmed: frozenset[str],
) -> Figure:
    """A measure or a ratio of two for the row of the city (m², persons)."""
    title = Name(name, name)
    definition = Definition(name, "wards", title, numerator, denominator, (_STATE,))
    indicator = Indicator(name, title, "", (definition,), (), (), "", "second-hand")
    city = Row("city", "", np.ones(len(evidence.units), dtype=bool), is_city=True)
    return Panel(evidence, indicator, definition, _STATE, False).figure(city, confirmed)


def told(text: Text, figure: Figure) -> Text:
    """What was divided by what, and the notes of the figure."""
    for note in figure.notes:
        text = Text.of("city_value.with_note", text=text, note=note)
    return text


def _value(asked: Ratio, figure: Figure, value: float, text: Text) -> GivenValue:
    per_unit = 1.0 if figure.denominator is None else figure.denominator / asked.factor
    bounds = [figure.low, figure.high]
    low, high = (value if bound is None else bound for bound in bounds)
    return GivenValue(
        value=value * asked.factor,
        source=told(text, figure),
        year=figure.as_of.year,
        basis=figure.basis,
        amount_per_unit=per_unit / 1e4 if asked.amount == "ha" else per_unit,
        amount_unit=asked.amount,
        low=low * asked.factor if low < high else None,
        high=high * asked.factor if low < high else None,
        certain=figure.years_away <= MAX_YEARS_AWAY,
    )
