"""Which plans are in force on a day, and what that does to coverage."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from test_quality import dataset, feature, layer, parcel, plan, square, two_units
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.indicators import evaluate
from urbanplan_gis.analysis.zoning import coverage, plan_table
from urbanplan_gis.model.data import Layer, Role
from urbanplan_gis.model.figures import Figure
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import check
from urbanplan_gis.quality.in_force import approved_by, in_force
from urbanplan_gis.standards.indicators import indicators

DAY = dt.date(2025, 6, 30)
CITY = square(0, 0, 200, 100)


def standing(*plans: dict[str, Any], day: dt.date = DAY) -> set[str]:
    """Ids of the plans in force on a day."""
    frame = layer(Role.PLANS, *plans).frame
    return set(frame.loc[in_force(frame, day), "plan_id"])


def figures(plans: Layer, *others: Layer, day: dt.date = DAY) -> dict[tuple[str, str], Figure]:
    """Zoning coverage of the two units, by definition and row."""
    checked = check(dataset(two_units(), plans, *others), day)
    evidence, _ = gather(derive_layers(checked, DeriveFacts(), day), day, "2014")
    declared = [indicators()["zoning_coverage"]]
    return {(f.definition, f.unit_code): f for f in evaluate(declared, evidence, ["existing"])}


def test_undated_is_in_force_and_approved() -> None:
    assert standing(plan("p", CITY)) == {"p"}
    frame = layer(Role.PLANS, plan("p", CITY)).frame
    assert approved_by(frame, dt.date(1900, 1, 1)).tolist() == [True]


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2019-12-31", set()), ("2020-01-01", {"p"}), ("2029-12-31", {"p"}), ("2030-01-01", set())],
)
def test_from_the_day_of_approval_until_the_day_of_revocation(day: str, expected: set[str]) -> None:
    one = plan("p", CITY, approved="2020-01-01", revoked="2030-01-01")
    assert standing(one, day=dt.date.fromisoformat(day)) == expected


def test_horizon_year_does_not_end_a_plan() -> None:
    assert standing(plan("p", CITY, approved="2005-01-01", horizon_year=2020)) == {"p"}


@pytest.mark.parametrize(("day", "expected"), [("2022-05-31", {"old"}), ("2022-06-01", {"new"})])
def test_replaced_plan_lapses_when_its_successor_is_approved(day: str, expected: set[str]) -> None:
    plans = (
        plan("old", CITY, approved="2012-01-01", replaced_by="new"),
        plan("new", CITY, approved="2022-06-01"),
    )
    assert standing(*plans, day=dt.date.fromisoformat(day)) == expected


def test_lapsed_stays_lapsed_when_its_successor_is_revoked() -> None:
    plans = (
        plan("old", CITY, approved="2012-01-01", replaced_by="new"),
        plan("new", CITY, approved="2022-06-01", revoked="2024-01-01"),
    )
    assert standing(*plans) == set()
    assert standing(*plans, day=dt.date(2023, 1, 1)) == {"new"}


def test_successor_that_is_not_in_the_layer_replaces_nothing() -> None:
    assert standing(plan("old", CITY, approved="2012-01-01", replaced_by="nobody")) == {"old"}


def test_successor_without_a_date_counts_as_approved() -> None:
    plans = (plan("old", CITY, approved="2012-01-01", replaced_by="new"), plan("new", CITY))
    assert standing(*plans) == {"new"}


REVOKED_OVER_OLDER = (
    plan("older", CITY, approved="2010-01-01"),
    plan("newer", CITY, approved="2020-01-01", revoked="2024-01-01"),
)


def test_revoked_newer_plan_leaves_full_coverage() -> None:
    """The newer plan wins every overlap by its date; revoked it must not hide the older one."""
    assert standing(*REVOKED_OVER_OLDER) == {"older"}
    plans = layer(Role.PLANS, *REVOKED_OVER_OLDER)
    share = coverage(plans.frame, two_units().frame, DAY)
    assert share.to_dict() == {"W": 100.0, "C": 100.0}
    found = figures(plans)
    for row in ("W", "C", "slated", "wards", "city"):
        assert found["in_force-in-natural_area", row].value == 100.0
    assert found["in_force-in-natural_area", "city"].numerator == 20_000.0


def test_coverage_by_hand() -> None:
    """W: 40 m of 100 under two plans that share 10 m; C: nothing in force."""
    plans = layer(
        Role.PLANS,
        plan("p", square(0, 0, 25, 100), approved="2010-01-01"),
        plan("q", square(15, 0, 25, 100), approved="2011-01-01"),
        plan("future", square(0, 0), approved="2026-01-01"),
        plan("gone", square(100, 0), approved="2010-01-01", revoked="2011-01-01"),
        plan("general", square(0, 0), approved="2010-01-01", kind="general"),
    )
    share = coverage(plans.frame, two_units().frame, DAY)
    assert share.to_dict() == pytest.approx({"W": 40.0, "C": 0.0})
    found = figures(plans)
    values = {row: found["in_force-in-natural_area", row].value for row in ("W", "C", "city")}
    assert values == pytest.approx({"W": 40.0, "C": 0.0, "city": 20.0})
    # every plan ever approved: C is under the revoked one; the future one still does not count
    any_ = {row: found["approved_any-in-natural_area", row].value for row in ("W", "C", "city")}
    assert any_ == pytest.approx({"W": 40.0, "C": 100.0, "city": 70.0})


def test_coverage_within_the_urban_land_of_the_general_plan() -> None:
    """Urban land is the left half of each unit; the plan covers W but for its last 20 m."""
    general = layer(
        Role.GENERAL_PLAN,
        parcel("w", square(0, 0, 50, 100), "DD_DONVIO") | {"code_list": "tt16-2025"},
        parcel("c", square(100, 0, 50, 100), "DD_HONHOP") | {"code_list": "tt16-2025"},
        parcel("f", square(150, 0, 50, 100), "NNK_NONGNGHIEP") | {"code_list": "tt16-2025"},
    )
    plans = layer(Role.PLANS, plan("p", square(20, 0, 80, 100), approved="2010-01-01"))
    found = figures(plans, general)
    within = {row: found["in_force-in-general_plan", row] for row in ("W", "C", "city")}
    assert within["W"].value == pytest.approx(60.0)
    assert within["C"].value == 0.0
    assert within["city"].value == pytest.approx(30.0)
    assert (within["city"].numerator, within["city"].denominator) == (3000.0, 10_000.0)
    assert within["city"].is_default
    natural = found["in_force-in-natural_area", "city"]
    assert natural.value == pytest.approx(40.0)
    assert not natural.is_default
    assert not natural.judged


def test_lots_count_while_one_outline_of_their_plan_is_in_force() -> None:
    """As coverage counts the outline that stands, so its plan's lots count."""
    lot = {"code_list": "tt16-2025", "code": "O_Nhomnhao"}
    plans = layer(
        Role.PLANS,
        feature("m1", square(0, 0), plan_id="m", approved="2010-01-01"),
        feature("m2", square(100, 0), plan_id="m", approved="2010-01-01", revoked="2020-01-01"),
        plan("gone", square(100, 0), approved="2010-01-01", revoked="2020-01-01"),
    )
    lots = layer(
        Role.ZONING,
        feature("1", square(0, 0, 50), plan_id="m", **lot),
        feature("2", square(100, 0, 50), plan_id="m", **lot),
        feature("3", square(150, 50, 50), plan_id="gone", **lot),
    )
    checked = check(dataset(two_units(), plans, lots), DAY)
    assert checked.dataset.layers[Role.ZONING].frame["feature_id"].tolist() == ["1", "2"]
    share = coverage(plans.frame, two_units().frame, DAY)
    assert share.to_dict() == {"W": 100.0, "C": 0.0}


def test_plan_table_says_which_are_in_force() -> None:
    plans = layer(
        Role.PLANS, *REVOKED_OVER_OLDER, plan("g", CITY, approved="2010-01-01", kind="general")
    )
    checked = check(dataset(two_units(), plans), DAY)
    evidence, _ = gather(derive_layers(checked, DeriveFacts(), DAY), DAY, "2014")
    table = plan_table(evidence).set_index("plan_id")
    assert table["in_force"].to_dict() == {"g": False, "newer": False, "older": True}
    assert table["area_ha"].to_dict() == {"g": 2.0, "newer": 2.0, "older": 2.0}


def test_street_remainder_is_what_lots_leave() -> None:
    """A plan of 1 ha with two lots of 30 m and 50 m: 20 m are left for streets."""
    plans = layer(Role.PLANS, plan("p", square(0, 0), approved="2010-01-01"))
    lot = {"code_list": "tt16-2025", "code": "O_Nhomnhao", "plan_id": "p"}
    lots = layer(
        Role.ZONING,
        feature("1", square(0, 0, 30, 100), **lot),
        feature("2", square(50, 0, 50, 100), **lot),
    )
    checked = check(dataset(two_units(), plans, lots), DAY)
    zoning = derive_layers(checked, DeriveFacts(street_land=("p",)), DAY).checked.dataset.layers[
        Role.ZONING
    ]
    rest = zoning.frame.set_index("feature_id").loc["p/remainder"]
    assert (rest["code_list"], rest["code"]) == ("derived", "street_remainder")
    assert rest["geometry"].equals(square(30, 0, 20, 100))
