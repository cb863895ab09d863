"""Where a figure is heading: a straight line through its values at two or more dates.

A line is no forecast; it says what would come if things went on as between these dates.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from urbanplan_gis.analysis.evidence import wards_at
from urbanplan_gis.analysis.measures import MEASURES, Request, statistic_names, statistics_of
from urbanplan_gis.analysis.panels import Panel, Row
from urbanplan_gis.analysis.quantity import Quantity
from urbanplan_gis.analysis.statistics import ChosenStatistic
from urbanplan_gis.model.data import STATISTICS_OF_LAYERS
from urbanplan_gis.model.figures import Figure, Target
from urbanplan_gis.text import Text

Point = tuple[dt.date, float]
#: values of the same figure at several days, by :func:`series_key`
Series = Mapping[str, Sequence[Point]]
_DAYS = 365.25
_HORIZON, _RESIDENTS = "horizon_population", "residents"
_LIFETIME = 100


def series_key(figure_id: str) -> str:
    """What the ids of one figure at different days have in common."""
    # from the end: codes of units may hold a slash
    place, _, scenario, definition = figure_id.rsplit("/", 3)
    return f"{place}/{scenario}/{definition}"


def series_of(values: Iterable[tuple[str, float | None]]) -> Series:
    """Values by figure id, of any days, put together as series."""
    series: dict[str, list[Point]] = {}
    for figure_id, value in values:
        if value is not None:
            day = dt.date.fromisoformat(figure_id.rsplit("/", 3)[1])
            series.setdefault(series_key(figure_id), []).append((day, value))
    return series


@dataclass(frozen=True)
class Trend:
    """A line through ``points``: change a year, value at the end of the target year."""

    points: tuple[Point, ...]
    a_year: float
    value: float
    #: the year in which the line reaches the target, None if never
    reached: int | None
    year: int
    #: the unit of the values
    value_unit: str = ""

    @property
    def words(self) -> Text:
        first, last = self.points[0][0], self.points[-1][0]
        key = "trend.never" if self.reached is None else "trend.reached"
        return Text.of(
            key, first=first, last=last, dates=len(self.points), a_year=self.a_year,
            year=str(self.year), value=self.value, reached=str(self.reached or ""),
            beyond=self._beyond,
        )  # fmt: skip

    @property
    def _beyond(self) -> Text | str:
        """What to say where the line runs out of what there can be: a share of 111 %."""
        if self.value < 0:
            return Text.of("trend.below")
        return Text.of("trend.above") if self.value_unit == "%" and self.value > 100 else ""


@dataclass(frozen=True, eq=False)
class Past:
    """One panel at the earlier days its statistics are given for.

    ``figures`` are panels of those days, for figures that statistics alone make; ``persons`` the
    denominators of those days, where they are persons.
    """

    panel: Panel
    figures: tuple[tuple[dt.date, Panel], ...]
    persons: tuple[tuple[dt.date, ChosenStatistic, Quantity], ...]


def past_of(panel: Panel) -> Past:
    """What the statistics at hand say of a panel's earlier days."""
    evidence, definition, below = panel.evidence, panel.definition, panel.definition.denominator
    figures, persons = [], []
    for year in _years_given(panel):
        day = evidence.as_of if year == evidence.as_of.year else dt.date(year, 12, 31)
        then = replace(evidence, as_of=day, is_ward=wards_at(evidence.units, day))
        if _is_statistical(panel):
            former = Panel(then, panel.indicator, definition, panel.state, panel.is_default)
            figures.append((day, former))
        if below is not None and below.of[:1] == (_RESIDENTS,):
            chosen = statistics_of(then, [below], panel.state)
            everywhere = np.ones(evidence.labels.faces, dtype=bool)
            asked = Request(below, panel.state, everywhere, chosen)
            if _RESIDENTS in chosen:
                persons.append((day, chosen[_RESIDENTS], MEASURES[below.kind](then, asked)))
    return Past(panel, tuple(figures), tuple(persons))


def trend_of(
    past: Past, row: Row, figure: Figure, target: Target, former: Sequence[Point]
) -> Trend | None:
    """The line through the figure and its values at other dates; None with one date only.

    Figures of statistics alone have the dates of their tables, the others those of earlier runs
    (``former``).
    """
    points = dict(former)
    if _is_statistical(past.panel):
        read = ((day, panel.figure(row, frozenset())) for day, panel in past.figures)
        points = {
            day: item.value for day, item in read if item.value is not None and item.years_away == 0
        }
    elif figure.value is not None:
        points[figure.as_of] = figure.value
    if len(points) < 2:
        return None
    dated = tuple(sorted(points.items()))
    slope, at_end = _line(dated, dt.date(target.year, 12, 31))
    reached = _reached(target, slope, dated[-1])
    return Trend(dated, slope, at_end, reached, target.year, figure.value_unit)


def persons_ahead(past: Past, row: Row, year: int) -> tuple[float | None, Text | None]:
    """Persons of a denominator expected in a target year, and what that rests on.

    The plan's horizon population where it is of that very year, else a line through the census
    years at hand; None where neither is there.
    """
    panel, below = past.panel, past.panel.definition.denominator
    if below is None:
        return None, None
    units = panel.units_of(row) if below.scoped else row.units
    horizon = panel.evidence.statistics.get(_HORIZON)
    if horizon is not None and units.any() and (horizon.years[units] == year).all():
        return float(horizon.values[units].sum()), Text.of("trend.horizon")
    points = [
        (day, persons.of(units))
        for day, chosen, persons in past.persons
        if units.any() and (chosen.years[units] == day.year).all()
    ]
    if len(points) < 2 or year < points[-1][0].year:
        return None, None
    _, ahead = _line(points, dt.date(year, 12, 31))
    first, last = points[0][0].year, points[-1][0].year
    return ahead, Text.of("trend.census", first=str(first), last=str(last))


def _line(points: Sequence[Point], day: dt.date) -> tuple[float, float]:
    """Change a year of the line through points (least squares), and its value on a day."""
    years = np.array([_year(date) - _year(points[0][0]) for date, _ in points])
    slope, start = np.polyfit(years, np.array([value for _, value in points]), 1)
    return float(slope), float(start + slope * (_year(day) - _year(points[0][0])))


def _is_statistical(panel: Panel) -> bool:
    """Whether statistics of dated tables alone make the figure."""
    names = set(_names(panel))
    kinds = {item.kind for item in panel.measures}
    return kinds == {"statistic"} and not names & {*STATISTICS_OF_LAYERS, _HORIZON}


def _names(panel: Panel) -> list[str]:
    return [name for item in panel.measures for name in statistic_names(item, panel.state)]


def _years_given(panel: Panel) -> list[int]:
    names = set(_names(panel)) - {_HORIZON}
    given = panel.evidence.dataset.statistics
    return sorted({item.year for item in given if item.name in names})


def _year(day: dt.date) -> float:
    return day.toordinal() / _DAYS


def _reached(target: Target, slope: float, last: Point) -> int | None:
    """The year the line comes to the target, within a lifetime."""
    day, value = last
    missing = target.value - value
    if missing == 0 or (missing < 0) != (target.sense == "at_most"):
        return day.year
    years = missing / slope if slope else 0.0
    return (day + dt.timedelta(days=years * _DAYS)).year if 0 < years < _LIFETIME else None
