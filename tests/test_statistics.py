"""The statistic of the right year for each unit."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from urbanplan_gis.analysis.statistics import choose_statistics
from urbanplan_gis.model.data import Origin, Statistic

ORIGIN = Origin("test", "statistics.csv")
DAY = dt.date(2025, 6, 30)


def given(*rows: tuple[str, int, str, float]) -> list[Statistic]:
    return [Statistic(unit, year, name, value, ORIGIN) for unit, year, name, value in rows]


@pytest.mark.parametrize(
    ("years", "expected", "away"),
    [
        ([2025], 2025, 0),
        ([2019, 2024, 2025, 2026], 2025, 0),
        ([2019, 2023], 2023, 2),
        ([2019, 2029], 2029, 4),
        ([2024, 2026], 2024, 1),  # equally near: the earlier was known at the time
        ([2027, 2023], 2023, 2),
        ([2019], 2019, 6),
    ],
)
def test_nearest_year(years: list[int], expected: int, away: int) -> None:
    for order in (years, years[::-1]):
        rows = given(*(("W", year, "residents", float(year)) for year in order))
        chosen = choose_statistics(rows, ["W"], DAY)["residents"]
        assert chosen.values.tolist() == [expected]
        assert chosen.years.tolist() == [expected]
        assert chosen.years_away == away


def test_each_unit_has_its_own_year_and_the_worst_counts() -> None:
    rows = given(
        ("A", 2025, "residents", 10.0), ("A", 2019, "residents", 9.0),
        ("B", 2021, "residents", 20.0), ("X", 2000, "residents", 99.0),
    )  # fmt: skip
    chosen = choose_statistics(rows, ["B", "A", "C"], DAY)["residents"]
    np.testing.assert_array_equal(chosen.values, [20.0, 10.0, np.nan])
    assert chosen.years.tolist() == [2021, 2025, 0]
    assert chosen.years_away == 4  # of B; units that are not of the project do not count


def test_horizon_population_is_the_latest_and_never_old() -> None:
    rows = given(*(("A", year, "horizon_population", float(year)) for year in (2030, 2045, 2025)))
    chosen = choose_statistics(rows, ["A"], DAY)["horizon_population"]
    assert (chosen.values.tolist(), chosen.years_away) == ([2045.0], 0)


def test_names_are_kept_apart_and_sorted() -> None:
    rows = given(("A", 2025, "residents", 1.0), ("A", 2024, "adults", 2.0))
    chosen = choose_statistics(rows, ["A"], DAY)
    assert list(chosen) == ["adults", "residents"]
    assert chosen["adults"].years_away == 1
    assert choose_statistics([], ["A"], DAY) == {}
