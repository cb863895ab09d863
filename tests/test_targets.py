"""Verdicts, gaps and missing hectares, worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from urbanplan_gis.analysis.targets import assess, readable, verdict_of
from urbanplan_gis.model.figures import Assessment, Figure, Indicator, Target, Verdict
from urbanplan_gis.text import Name

EXCEEDED, MET, NEAR = Verdict.EXCEEDED, Verdict.MET, Verdict.NEAR
NOT_YET, MISSED = Verdict.NOT_YET, Verdict.MISSED
INCONCLUSIVE, NO_DATA, REFERENCE = Verdict.INCONCLUSIVE, Verdict.NO_DATA, Verdict.REFERENCE


def target(sense: str = "about", value: float = 20.0, year: int = 2025, **facts: Any) -> Target:
    return replace(Target(year, value, sense, "city", "test", "verbatim"), **facts)


def figure(value: float | None = 19.5, **facts: Any) -> Figure:
    """A share of 100 ha for the city, with a numerator to match."""
    numerator = None if value is None else value * 1e4
    return replace(
        Figure(
            "share", "city", "Thành phố", "2014", dt.date(2025, 6, 30), "existing",
            "codes-in-wards", True, value, "%", numerator, "m2", 1e6, "m2",
            value, value, 1.0, "law", judged=True, reading=False,
        ),
        **facts,
    )  # fmt: skip


def indicator(*targets: Target) -> dict[str, Indicator]:
    name = Name("tỷ lệ", "share")
    return {"share": Indicator("share", name, "%", (), (), targets, "test", "verbatim")}


def judged(item: Figure, *targets: Target, **options: Any) -> Assessment:
    (assessment,) = assess([item], indicator(*targets), **options)
    return assessment


@pytest.mark.parametrize(
    ("sense", "value", "verdict"),
    [
        ("at_least", 20.1, EXCEEDED), ("at_least", 20.0, MET), ("at_least", 19.9, NOT_YET),
        ("above", 20.1, MET), ("above", 20.0, NOT_YET), ("above", 19.9, NOT_YET),
        ("about", 20.1, EXCEEDED), ("about", 20.0, MET), ("about", 19.0, NEAR),
        ("about", 18.999, NOT_YET), ("about", 19.999, NEAR),
        ("at_most", 19.9, EXCEEDED), ("at_most", 20.0, MET), ("at_most", 20.1, NOT_YET),
        ("all", 20.0, MET), ("all", 20.1, MET), ("all", 19.9, NOT_YET),
    ],
)  # fmt: skip
def test_every_sense(sense: str, value: float, verdict: Verdict) -> None:
    """Up to the target's year what is not reached is not yet reached; after it, missed."""
    aim = target(sense)
    assert verdict_of(value, aim, 2024) is verdict
    assert verdict_of(value, aim, 2025) is verdict
    late = MISSED if verdict is NOT_YET else verdict
    assert verdict_of(value, aim, 2026) is late


@pytest.mark.parametrize("sense", ["at_least", "about", "at_most", "all"])
def test_noise_of_sums_does_not_decide(sense: str) -> None:
    for value in (20.0 - 1e-13, 20.0 + 1e-13):
        assert verdict_of(value, target(sense), 2025) is MET


def test_noise_does_not_make_more_than_the_target() -> None:
    assert verdict_of(20.0 + 1e-13, target("above"), 2025) is NOT_YET


def test_gap_and_missing_hectares() -> None:
    """19.5 % of 100 ha against 22 %: 2.5 points, 2.5 ha."""
    held = judged(figure(19.5), target(value=22.0))
    assert held.gap == pytest.approx(-2.5)
    assert held.gap_ha == pytest.approx(2.5)
    over = judged(figure(25.0), target(value=22.0))
    assert (over.gap, over.gap_ha) == (pytest.approx(3.0), pytest.approx(-3.0))


def test_missing_hectares_per_person() -> None:
    """4 m² for each of 5000 people against 6 m²: 10 000 m² are missing."""
    green = figure(
        4.0, value_unit="m2/person", numerator=20_000.0, denominator=5000.0,
        denominator_unit="persons",
    )  # fmt: skip
    held = judged(green, target(value=6.0))
    assert (held.gap, held.gap_ha) == (pytest.approx(-2.0), pytest.approx(1.0))


def test_no_hectares_for_what_is_not_land() -> None:
    households = figure(
        70.0, numerator_unit="households", denominator_unit="households", of_land=False
    )
    held = judged(households, target(value=80.0))
    assert (held.gap, held.gap_ha) == (pytest.approx(-10.0), None)


def test_first_target_not_before_the_day() -> None:
    three = [target(value=v, year=y) for y, v in ((2030, 24.0), (2020, 10.0), (2025, 22.0))]
    assert judged(figure(), *three).target.year == 2025
    assert judged(figure(as_of=dt.date(2026, 1, 1)), *three).target.year == 2030
    assert judged(figure(as_of=dt.date(2019, 1, 1)), *three).target.year == 2020
    last = judged(figure(as_of=dt.date(2031, 1, 1)), *three)
    assert (last.target.year, last.verdict) == (2030, MISSED)


def test_every_year_on_request_with_the_offices_own() -> None:
    held = assess(
        [figure(22.0)],
        indicator(target(year=2025, value=22.0), target(year=2030, value=24.0)),
        {"share": [target("at_least", year=2028, value=21.0)], "other": [target()]},
        all_years=True,
    )
    assert [(item.target.year, item.verdict) for item in held] == [
        (2025, MET), (2028, EXCEEDED), (2030, NOT_YET),
    ]  # fmt: skip


def test_without_a_target() -> None:
    held = judged(figure())
    assert (held.target, held.gap, held.gap_ha, held.verdict) == (None, None, None, REFERENCE)
    assert judged(figure(None)).verdict is NO_DATA


def test_no_data_is_never_met() -> None:
    for sense in ("at_least", "above", "about", "at_most", "all"):
        held = judged(figure(None), target(sense, 0.0))
        assert (held.verdict, held.gap, held.gap_ha) == (NO_DATA, None, None)


def test_targets_bind_their_scope_only() -> None:
    for unit in ("21010", "wards", "slated"):
        held = judged(figure(30.0, unit_code=unit), target())
        assert held.verdict is REFERENCE
        assert held.gap == pytest.approx(10.0)
    assert judged(figure(30.0, unit_code="slated"), target(scope="slated")).verdict is EXCEEDED


def test_definition_without_verdict_is_reference() -> None:
    assert judged(figure(30.0, judged=False), target()).verdict is REFERENCE


def test_unverified_target_decides_nothing() -> None:
    held = judged(figure(30.0), target(confidence="unverified"))
    assert (held.verdict, held.basis) == (REFERENCE, "unverified")
    assert [note.key for note in held.notes] == ["note.unverified_target"]
    assert judged(figure(30.0, basis="proposal"), target()).basis == "proposal"


def test_old_statistics_are_inconclusive() -> None:
    assert judged(figure(30.0, years_away=2), target()).verdict is EXCEEDED
    held = judged(figure(30.0, years_away=3), target())
    assert held.verdict is INCONCLUSIVE
    assert [note.key for note in held.notes] == ["note.old_statistics"]


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (19.8, 19.9, NEAR),
        (20.0, 21.0, None),  # the value 19.5 is nearly there, its bounds are
        (18.0, 19.9, None),
        (19.0, 20.0, None),
        (19.0, 19.99, NEAR),
        (None, None, NEAR),
        (None, 19.9, NEAR),
    ],
)
def test_unknown_ground_that_could_change_the_verdict(
    low: float | None, high: float | None, verdict: Verdict | None
) -> None:
    held = judged(figure(19.5, low=low, high=high), target())
    assert held.verdict is (verdict or INCONCLUSIVE)
    assert [note.key for note in held.notes] == ([] if verdict else ["note.unknown_ground"])


def readings(first: float, second: float | None, **facts: Any) -> list[Verdict]:
    pair = [
        figure(first, reading=True),
        figure(second, definition="other-in-wards", **{"reading": True, **facts}),
    ]
    return [item.verdict for item in assess(pair, indicator(target()))]


def test_readings_of_the_law_that_disagree() -> None:
    assert readings(21.0, 19.5) == [INCONCLUSIVE, INCONCLUSIVE]  # met, near
    assert readings(19.5, 12.0) == [INCONCLUSIVE, INCONCLUSIVE]  # near, not
    assert readings(21.0, 12.0) == [INCONCLUSIVE, INCONCLUSIVE]


def test_readings_that_agree_keep_their_verdicts() -> None:
    assert readings(21.0, 20.0) == [EXCEEDED, MET]  # both reach it
    assert readings(10.0, 12.0) == [NOT_YET, NOT_YET]
    assert readings(21.0, None) == [EXCEEDED, NO_DATA]


def test_definitions_that_are_no_reading_do_not_interfere() -> None:
    assert readings(21.0, 12.0, reading=False) == [EXCEEDED, NOT_YET]
    assert readings(21.0, 12.0, scenario="planned") == [EXCEEDED, NOT_YET]
    assert readings(21.0, 12.0, unit_code="wards") == [EXCEEDED, REFERENCE]


@pytest.mark.parametrize(
    ("value", "aim", "shown"),
    [
        (99.99981, 100.0, 99.99),
        (100.0 - 1e-13, 100.0, 100.0),
        (12.504, 12.5, 12.51),
        (12.496, 12.5, 12.49),
        (12.494, 12.5, 12.49),
        (7.777, None, 7.78),
        (0.0, 6.0, 0.0),
    ],
)
def test_a_value_is_not_rounded_to_a_target_it_misses(
    value: float, aim: float | None, shown: float
) -> None:
    assert readable(value, aim, 2) == pytest.approx(shown, abs=1e-12)


def test_only_the_years_asked_for_count() -> None:
    declared = indicator(target(year=2025), target(year=2030, value=24.0))
    one = assess([figure()], declared, years=[2030])
    every = assess([figure()], declared, all_years=True, years=[2030])
    assert [item.target.year for item in (*one, *every) if item.target] == [2030, 2030]
    assert assess([figure()], declared, years=[])[0].verdict is REFERENCE
