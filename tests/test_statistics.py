"""The statistic of the right year for each unit."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from urbanplan_gis.analysis.statistics import choose_statistics, choose_together
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
        assert chosen.years_away.tolist() == [away]


def test_each_unit_has_its_own_year() -> None:
    rows = given(
        ("A", 2025, "residents", 10.0), ("A", 2019, "residents", 9.0),
        ("B", 2021, "residents", 20.0), ("X", 2000, "residents", 99.0),
    )  # fmt: skip
    chosen = choose_statistics(rows, ["B", "A", "C"], DAY)["residents"]
    np.testing.assert_array_equal(chosen.values, [20.0, 10.0, np.nan])
    assert chosen.years.tolist() == [2021, 2025, 0]
    assert chosen.years_away.tolist() == [4, 0, 0]


def test_horizon_population_is_the_latest_and_never_old() -> None:
    rows = given(*(("A", year, "horizon_population", float(year)) for year in (2030, 2045, 2025)))
    chosen = choose_statistics(rows, ["A"], DAY)["horizon_population"]
    assert (chosen.values.tolist(), chosen.years_away.tolist()) == ([2045.0], [0])


def test_names_are_kept_apart_and_sorted() -> None:
    rows = given(("A", 2025, "residents", 1.0), ("A", 2024, "adults", 2.0))
    chosen = choose_statistics(rows, ["A"], DAY)
    assert list(chosen) == ["adults", "residents"]
    assert chosen["adults"].years_away.tolist() == [1]
    assert choose_statistics([], ["A"], DAY) == {}


def together(
    rows: list[Statistic], *names: str, codes: tuple[str, ...] = ("A",)
) -> dict[str, tuple[list[float], list[int]]]:
    chosen = choose_together(names, rows, codes, DAY)
    assert list(chosen) == list(names)
    return {
        name: (np.nan_to_num(c.values, nan=-1.0).tolist(), c.years.tolist())
        for name, c in chosen.items()
    }


def test_a_part_and_its_whole_are_of_one_year() -> None:
    """The households of 2025 are nearer, but the part is given for 2024 only."""
    rows = given(
        ("A", 2024, "households", 300.0), ("A", 2025, "households", 280.0),
        ("A", 2024, "fibre_households", 290.0),
    )  # fmt: skip
    for order in (rows, rows[::-1]):
        assert together(order, "fibre_households", "households") == {
            "fibre_households": ([290.0], [2024]), "households": ([300.0], [2024]),
        }  # fmt: skip
    assert together(rows, "households") == {"households": ([280.0], [2025])}


def test_of_two_common_years_equally_near_the_earlier() -> None:
    years = (2019, 2024, 2026)
    rows = given(
        *(("A", year, name, float(year)) for year in years for name in ("adults", "residents")),
        ("A", 2025, "adults", 1.0),
    )
    assert together(rows, "adults", "residents")["adults"] == ([2024.0], [2024])


def test_every_unit_has_its_own_common_year() -> None:
    """C has both, but never in one year: no data for either."""
    rows = given(
        ("A", 2025, "adults", 7.0), ("A", 2025, "residents", 10.0), ("B", 2019, "adults", 6.0),
        ("B", 2019, "residents", 9.0), ("B", 2025, "residents", 11.0), ("C", 2024, "adults", 5.0),
        ("C", 2025, "residents", 8.0),
    )  # fmt: skip
    assert together(rows, "adults", "residents", codes=("A", "B", "C")) == {
        "adults": ([7.0, 6.0, -1.0], [2025, 2019, 0]),
        "residents": ([10.0, 9.0, -1.0], [2025, 2019, 0]),
    }


def test_what_is_optional_neither_chooses_the_year_nor_comes_from_another() -> None:
    rows = given(
        ("A", 2025, "residents", 1000.0), ("A", 2019, "residents", 900.0),
        ("A", 2019, "temporary_residents", 500.0),
        ("B", 2019, "residents", 900.0), ("B", 2019, "temporary_residents", 50.0),
        ("B", 2025, "temporary_residents", 70.0),
    )  # fmt: skip
    assert together(rows, "residents", "temporary_residents", codes=("A", "B")) == {
        "residents": ([1000.0, 900.0], [2025, 2019]),
        "temporary_residents": ([-1.0, 50.0], [0, 2019]),
    }


def test_the_horizon_needs_no_common_year() -> None:
    rows = given(("A", 2045, "horizon_population", 45.0), ("A", 2025, "floor_area_m2", 25.0))
    assert together(rows, "floor_area_m2", "horizon_population") == {
        "floor_area_m2": ([25.0], [2025]), "horizon_population": ([45.0], [2045]),
    }  # fmt: skip


def test_a_statistic_nobody_gives() -> None:
    assert together([], "residents", codes=("A", "B")) == {"residents": ([-1.0, -1.0], [0, 0])}
