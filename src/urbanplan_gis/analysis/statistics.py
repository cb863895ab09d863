"""The statistic of the right year for each unit, and how far that year is from the day asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.model.data import Statistic

#: a statistic further away than this makes a verdict inconclusive (DESIGN §5)
MAX_YEARS_AWAY = 2
#: statistics of a future state, for which the latest year given is the right one
_OF_THE_HORIZON = frozenset({"horizon_population"})


@dataclass(frozen=True, eq=False)
class ChosenStatistic:
    """One statistic of all units: values (NaN where there is none), and the year of each."""

    name: str
    values: NDArray[np.float64]
    years: NDArray[np.intp]
    years_away: int


def choose_statistics(
    statistics: Iterable[Statistic], codes: Sequence[str], as_of: dt.date
) -> dict[str, ChosenStatistic]:
    """For each statistic and unit the value of the year of ``as_of``, else of the nearest year.

    Of two years equally near the earlier one is taken: it was known at the time.
    """
    position = {code: n for n, code in enumerate(codes)}
    best: dict[str, dict[int, Statistic]] = {}
    for item in statistics:
        unit = position.get(item.unit_code)
        if unit is None:
            continue
        held = best.setdefault(item.name, {})
        if unit not in held or _merit(item, as_of) < _merit(held[unit], as_of):
            held[unit] = item
    return {name: _chosen(name, held, len(codes), as_of) for name, held in sorted(best.items())}


def _merit(item: Statistic, as_of: dt.date) -> tuple[int, int]:
    if item.name in _OF_THE_HORIZON:
        return (-item.year, 0)
    return (abs(item.year - as_of.year), item.year)


def _chosen(name: str, held: dict[int, Statistic], units: int, as_of: dt.date) -> ChosenStatistic:
    values = np.full(units, np.nan)
    years = np.zeros(units, dtype=np.intp)
    for unit, item in held.items():
        values[unit] = item.value
        years[unit] = item.year
    away = 0 if name in _OF_THE_HORIZON else max(abs(i.year - as_of.year) for i in held.values())
    return ChosenStatistic(name, values, years, away)
