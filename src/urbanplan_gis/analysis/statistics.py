"""The statistics of the right year for each unit, and how far that year is from the day asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.model.data import OPTIONAL_STATISTICS, Statistic
from urbanplan_gis.text import Name, keys, say

#: a statistic further away than this makes a verdict inconclusive (DESIGN §5)
MAX_YEARS_AWAY = 2
#: statistics of a future state, for which the latest year given is the right one
_OF_THE_HORIZON = frozenset({"horizon_population"})
_NO_YEAR = 0

#: the values of one statistic by year, for each unit
_ByYear = Mapping[str, Mapping[int, float]]


@dataclass(frozen=True, eq=False)
class ChosenStatistic:
    """One statistic of all units: values (NaN where there is none), and the year of each.

    ``years`` are 0 where there is no value or the value has no year of its own.
    """

    name: str
    values: NDArray[np.float64]
    years: NDArray[np.intp]
    years_away: NDArray[np.intp]


def choose_statistics(
    statistics: Iterable[Statistic], codes: Sequence[str], as_of: dt.date
) -> dict[str, ChosenStatistic]:
    """Each statistic for itself, in the year of each unit nearest to ``as_of``."""
    known = set(codes)
    given = [item for item in statistics if item.unit_code in known]
    names = sorted({item.name for item in given})
    return {name: choose_together([name], given, codes, as_of)[name] for name in names}


def choose_together(
    names: Sequence[str], statistics: Iterable[Statistic], codes: Sequence[str], as_of: dt.date
) -> dict[str, ChosenStatistic]:
    """The statistics that one figure uses, those of a unit all of one year.

    It is the year of ``as_of``, else the nearest, among those that give all that is required:
    a part of one year over the whole of another is no share of anything. Of two years equally
    near the earlier one is taken: it was known at the time.
    """
    given: dict[str, dict[str, dict[int, float]]]
    given = {name: {code: {} for code in codes} for name in names}
    for item in statistics:
        if item.unit_code in given.get(item.name, ()):
            given[item.name][item.unit_code][item.year] = item.value
    dated = [name for name in names if name not in _OF_THE_HORIZON]
    required = [name for name in dated if name not in OPTIONAL_STATISTICS] or dated
    chosen = {}
    for name in names:
        if name in _OF_THE_HORIZON:
            latest = [max(given[name][code], default=_NO_YEAR) for code in codes]
            chosen[name] = _chosen(name, given[name], latest, None)
        else:
            common = [_common_year([given[n][code] for n in required], as_of) for code in codes]
            chosen[name] = _chosen(name, given[name], common, as_of)
    return chosen


def _common_year(given: Sequence[Mapping[int, float]], as_of: dt.date) -> int:
    """The nearest year in which all are given."""
    years = set.intersection(*(set(by_year) for by_year in given))
    return min(years, key=lambda year: (abs(year - as_of.year), year), default=_NO_YEAR)


def _chosen(
    name: str, given: _ByYear, years: Sequence[int], as_of: dt.date | None
) -> ChosenStatistic:
    """The values of these years; without a day to be near to, no year is far away."""
    pairs = list(zip(given.values(), years, strict=True))
    values = np.array([by_year.get(year, np.nan) for by_year, year in pairs])
    found = np.array([year if year in by_year else _NO_YEAR for by_year, year in pairs])
    found = found.astype(np.intp)
    away = np.zeros_like(found)
    if as_of is not None:
        away = np.where(found == _NO_YEAR, 0, abs(found - as_of.year))
    return ChosenStatistic(name, values.astype(float), found, away)


def statistic_words(name: str) -> Name:
    """A statistic, or what is counted in its stead; one only the project knows keeps its name."""
    for key in (f"explain.statistic.{name}", f"explain.measure.{name}"):
        if key in keys():
            return Name(say(key, "vi"), say(key, "en"))
    return Name(name, name)
