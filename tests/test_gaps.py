"""The way to a target, by hand; trends through the dates at hand; the definitions panel."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from test_ledger import ORIGIN, measured_town
from test_targets import figure
from urbanplan_gis.analysis.definitions import spreads
from urbanplan_gis.analysis.gaps import Gap, years_until
from urbanplan_gis.analysis.results import Measured
from urbanplan_gis.analysis.targets import assess
from urbanplan_gis.analysis.trends import series_of
from urbanplan_gis.model.data import Statistic
from urbanplan_gis.standards.indicators import indicators

FORMER = tuple(Statistic(unit, 2019, "residents", 300.0, ORIGIN) for unit in ("W", "C"))
DAYS = 365.25


def gap(town: Measured, indicator: str, year: int) -> Gap:
    (found,) = [
        item
        for item in town.gaps
        if (item.figure.indicator, item.figure.unit_code) == (indicator, "city")
        and item.target.year == year
    ]
    return found


def days(town: Measured) -> int:
    return (town.evidence.as_of - dt.date(2019, 12, 31)).days


def test_new_streets_are_urban_land_too(tmp_path: Path) -> None:
    """1600 of 10,000 m² are streets: to 24 % 800 are missing, 800 / 0.76 = 1052.63 if added."""
    found = gap(measured_town(tmp_path, street=32), "transport_land_share", 2030)
    assert found.short == pytest.approx(800)
    assert found.short_growing == pytest.approx(1052.6315789)
    assert pytest.approx(0.24) == (1600 + 1052.6315789) / (10_000 + 1052.6315789)
    assert found.short_a_year == pytest.approx(1052.6315789 / years_until(found.figure.as_of, 2030))
    words = [note.say("en") for note in found.notes]
    assert words == [
        "24 % × 1 − 0.1600 = 0.0800 ha",
        "what is added also raises the denominator: 0.0800 / (1 − 24 %) = 0.1053 ha",
    ]


def test_natural_area_grows_with_nothing(tmp_path: Path) -> None:
    """10,000 of 20,000 m² are urban: 50 %, far above 16.5 %."""
    found = gap(measured_town(tmp_path), "urban_land_ratio", 2030)
    assert (found.short, found.short_growing) == (pytest.approx(3300 - 10_000), None)
    assert (found.pace, found.short_a_year) == (None, None)


def test_green_per_resident(tmp_path: Path) -> None:
    """2500 m² for 400 residents; 8 m² each is 3200 m²: 700 m² short, or 87.5 residents too many."""
    found = gap(measured_town(tmp_path), "green_per_capita", 2030)
    assert (found.short, found.too_many) == (pytest.approx(700), pytest.approx(87.5))
    assert found.short_ahead is None  # one census says nothing of 2030
    assert found.short_a_year == pytest.approx(700 / years_until(found.figure.as_of, 2030))


def test_residents_of_two_censuses_lead_on(tmp_path: Path) -> None:
    """300 at the end of 2019 and 400 on the day asked: the line at the end of 2030."""
    town = measured_town(tmp_path, *FORMER)
    found = gap(town, "green_per_capita", 2030)
    ahead = 300 + 100 * (dt.date(2030, 12, 31) - dt.date(2019, 12, 31)).days / days(town)
    assert found.denominator_ahead == pytest.approx(ahead)
    assert found.short_ahead == pytest.approx(8 * ahead - 2500)


def test_horizon_population_of_the_target_year_goes_first(tmp_path: Path) -> None:
    town = measured_town(
        tmp_path, *FORMER, Statistic("W", 2030, "horizon_population", 500.0, ORIGIN)
    )
    found = gap(town, "green_per_capita", 2030)
    assert (found.denominator_ahead, found.short_ahead) == (500.0, pytest.approx(1500))


def test_trend_through_the_years_of_a_table(tmp_path: Path) -> None:
    """Urbanisation: 300 of 600 in 2019, 400 of 500 on the day asked."""
    town = measured_town(tmp_path, *FORMER)
    trend = gap(town, "urbanisation_rate", 2030).trend
    assert trend is not None
    assert trend.a_year == pytest.approx(30 / days(town) * DAYS)
    assert [value for _, value in trend.points] == [pytest.approx(50), pytest.approx(80)]
    assert trend.reached == town.evidence.as_of.year


def test_a_line_past_all_there_can_be_says_so(tmp_path: Path) -> None:
    """From 50 % in 2019 to 80 % today the line is far above 100 % at the end of 2030."""
    trend = gap(measured_town(tmp_path, *FORMER), "urbanisation_rate", 2030).trend
    assert trend is not None
    assert trend.value > 100
    assert "vượt mức tối đa" in trend.words.say("vi")
    assert "past the most there can be" in trend.words.say("en")
    for within in (replace(trend, value=100.0), replace(trend, value_unit="m2/person")):
        assert "past the most" not in within.words.say("en")
    assert "below the least" in replace(trend, value=-1.0).words.say("en")


def test_trend_through_earlier_runs(tmp_path: Path) -> None:
    """21 % four years before 25 %: a point a year, and 24 % is reached."""
    day = dt.date(2021, 6, 30)
    name = f"transport_land_share/city@2014/{day}/existing/codes-in-wards"
    town = measured_town(tmp_path, former=series_of([(name, 21.0)]))
    trend = gap(town, "transport_land_share", 2030).trend
    assert trend is not None
    assert trend.a_year == pytest.approx(4 / (town.evidence.as_of - day).days * DAYS)
    assert trend.reached == town.evidence.as_of.year


def test_no_trend_from_one_date(tmp_path: Path) -> None:
    assert all(item.trend is None for item in measured_town(tmp_path).gaps)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ((22.3, 23.0), "met under 2 of 2 definitions"),
        ((22.3, 21.0), "met under 1 of 2 definitions: the verdict hangs on the definition"),
        ((10.0, 11.0), "met under 0 of 2 definitions"),
    ],
)
def test_panel_counts_the_definitions_that_meet(values: tuple[float, float], words: str) -> None:
    """Target about 22 %: 21 is basically met (95 %), which is not met."""
    first, second = (figure(value, indicator="transport_land_share") for value in values)
    items = [
        replace(first, definition="codes-in-wards"),
        replace(second, definition="narrow-in-wards", is_default=False),
        replace(first, value=99.0, definition="x", judged=False, is_default=False),
        replace(first, value=None, definition="y", is_default=False),
    ]
    panels = spreads(assess(items, indicators(), all_years=True))
    (panel,) = [item for item in panels if item.target.year == 2025]
    assert panel.words.say("en") == words
    assert (panel.unjudged, panel.no_data) == (("x",), ("y",))
    assert (panel.least, panel.most) == (items[0] if values[0] < values[1] else items[1], items[2])
