"""Plans in force together over the same ground; replaced, revoked and other plans are no conflict.

Beside them the dates of plans that contradict one another.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from shapely import Polygon, box

from test_quality import DAY, EAST, NORTH, checked, layer, plan, square, two_units
from urbanplan_gis.analysis.results import Run
from urbanplan_gis.model.data import Finding, Role, Severity
from urbanplan_gis.quality.in_force import ALWAYS, NEVER, in_force, validity

OLD, NEW = square(0, 0, 100, 60), square(0, 40, 100, 60)
SHARED_HA = 0.2


def overlaps(*plans: dict[str, Any], **tolerance: float) -> list[Finding]:
    result = checked(two_units(), layer(Role.PLANS, *plans), **tolerance)
    return [item for item in result.findings if item.code.startswith("plan_overlap")]


def codes(*plans: dict[str, Any]) -> list[str]:
    return [item.code for item in overlaps(*plans)]


def test_two_zoning_plans_in_force_over_the_same_ground() -> None:
    (item,) = overlaps(
        plan("late", NEW, approved="2020-01-01"), plan("early", OLD, approved="2012-05-01")
    )
    assert (item.code, item.severity) == ("plan_overlap", Severity.WARNING)
    assert item.feature_ids == ("early", "late")
    assert item.area_m2 == pytest.approx(SHARED_HA * 1e4)
    assert item.geometry.equals(square(0, 40, 100, 20))
    assert item.message.say("en") == (
        "plans early and late are both in force over the same ground from 2020-01-01 on"
    )
    assert "từ 01/01/2020" in item.message.say("vi")


@pytest.mark.parametrize(
    ("early", "late", "expected"),
    [
        # replaced by the other, or revoked on the day the other came: no day in common
        ({"replaced_by": "late"}, {}, []),
        ({"revoked": "2020-01-01"}, {}, []),
        ({"revoked": "2020-01-02"}, {}, ["plan_overlap_other_time"]),
        ({"revoked": "2024-01-01"}, {}, ["plan_overlap_other_time"]),
        ({"revoked": "2030-01-01"}, {}, ["plan_overlap"]),
        ({}, {"approved": "2030-01-01"}, ["plan_overlap_other_time"]),
        # revoked before it was approved: never in force
        ({}, {"revoked": "2019-01-01"}, []),
        # a detail plan inside a zoning plan is as it should be, two detail plans are not
        ({}, {"kind": "detail"}, []),
        ({}, {"kind": "general"}, []),
        ({"kind": "detail"}, {"kind": "detail"}, ["plan_overlap"]),
        # two outlines of one plan
        ({}, {"plan_id": "early"}, []),
        ({"replaced_by": "unheard of"}, {}, ["plan_overlap"]),
    ],
)
def test_which_plans_conflict(
    early: dict[str, Any], late: dict[str, Any], expected: list[str]
) -> None:
    first = {**plan("early", OLD, approved="2012-05-01"), **early}
    second = {**plan("late", NEW, approved="2020-01-01"), **late}
    assert codes(first, second) == expected
    assert codes(second, first) == expected


def test_a_former_conflict_names_its_days() -> None:
    (item,) = overlaps(
        plan("early", OLD, approved="2012-05-01", revoked="2024-01-01"),
        plan("late", NEW, approved="2020-01-01"),
    )
    assert item.severity is Severity.INFO
    assert "from 2020-01-01 to 2024-01-01, not on the day asked" in item.message.say("en")


def test_a_plan_replaced_later_by_a_third_conflicts_until_then() -> None:
    found = overlaps(
        plan("early", OLD, approved="2012-05-01", replaced_by="third"),
        plan("late", NEW, approved="2020-01-01"),
        plan("third", square(0, 0, 100, 40), approved="2022-01-01"),
    )
    # the third touches the late one, and took the place of the early one
    assert [(item.code, item.feature_ids) for item in found] == [
        ("plan_overlap_other_time", ("early", "late"))
    ]
    assert "from 2020-01-01 to 2022-01-01" in found[0].message.say("en")


def test_undated_plans_are_said_to_be_undated() -> None:
    (item,) = overlaps(plan("a", OLD), plan("b", NEW))
    assert item.code == "plan_overlap"
    assert "since a day unknown (a, b without a date, taken as in force)" in item.message.say("en")
    (item,) = overlaps(plan("a", OLD), plan("b", NEW, approved="2020-01-01"))
    assert "from 2020-01-01 on (a without a date, taken as in force)" in item.message.say("en")
    (item,) = overlaps(plan("a", OLD), plan("b", NEW, revoked="2020-01-01"))
    assert "until 2020-01-01 (a, b without a date" in item.message.say("en")


def test_neighbours_and_slivers() -> None:
    def beside(across: float) -> list[Finding]:
        """Two plans side by side, the second reaching that far into the first."""
        return overlaps(
            plan("a", square(0, 0, 100, 100), approved="2020-01-01"),
            plan("b", square(100 - across, 0, 50, 100), approved="2020-01-01"),
        )

    assert beside(0.0) == []
    (thin,) = beside(0.25)
    assert (thin.code, thin.severity, thin.area_m2) == ("plan_overlap_sliver", Severity.INFO, 25.0)
    (wide,) = beside(1.0)
    assert wide.code == "plan_overlap"
    # a shared border that is no multiple of the other's vertices is rounded, not overlapping
    slanted = [(EAST, NORTH), (EAST + 100, NORTH + 33), (EAST, NORTH + 66)]
    whole = plan("a", box(EAST, NORTH - 50, EAST + 100, NORTH + 100).difference(Polygon(slanted)))
    assert overlaps(whole, plan("b", Polygon([*slanted[:1], _on(slanted), *slanted[1:]]))) == []


def _on(ring: list[tuple[float, float]]) -> tuple[float, float]:
    """A point a third along the first side, rounded as coordinates are."""
    (x1, y1), (x2, y2) = ring[:2]
    return x1 + (x2 - x1) / 3, y1 + (y2 - y1) / 3


# ---- validity -------------------------------------------------------------------------------


def test_validity_agrees_with_being_in_force_on_each_day() -> None:
    """The two days of a plan against the rule itself, told day by day in plain words."""
    rng = np.random.default_rng(7)
    days = ["2010-01-01", "2015-01-01", "2020-01-01", None]
    for _ in range(200):
        rows = [
            {
                "approved": days[rng.integers(4)],
                "revoked": days[rng.integers(4)],
                "replaced_by": [None, "p0", "p1", "p2", "x"][rng.integers(5)],
            }
            for _ in range(3)
        ]
        frame = layer(Role.PLANS, *[plan(f"p{n}", OLD, **row) for n, row in enumerate(rows)]).frame
        for day in ("2009-12-31", "2010-01-01", "2014-06-01", "2017-01-01", "2020-01-01"):
            begun = {
                f"p{n}"
                for n, row in enumerate(rows)
                if not row["approved"] or row["approved"] <= day
            }
            expected = [
                f"p{n}" in begun
                and not (row["revoked"] and row["revoked"] <= day)
                and row["replaced_by"] not in begun
                for n, row in enumerate(rows)
            ]
            assert in_force(frame, dt.date.fromisoformat(day)).tolist() == expected


def test_days_that_nobody_gave() -> None:
    begin, end = validity(layer(Role.PLANS, plan("p", OLD)).frame)
    assert (begin[0], end[0]) == (ALWAYS, NEVER)
    assert validity(layer(Role.PLANS).frame)[0].tolist() == []


# ---- dates out of order ---------------------------------------------------------------------


def dates(*plans: dict[str, Any]) -> set[tuple[str, str]]:
    found = checked(two_units(), layer(Role.PLANS, *plans)).findings
    ours = ("plan_horizon_before_approval", "plan_replaced_by_earlier", "plan_not_yet_in_force")
    return {(item.code, item.feature_ids[0]) for item in found if item.code in ours}


def test_horizon_year_before_the_approval() -> None:
    assert dates(
        plan("bad", OLD, approved="2021-04-08", horizon_year=2020),
        plan("same", OLD, approved="2021-04-08", horizon_year=2021),
        plan("undated", OLD, horizon_year=2000),
        plan("none", OLD, approved="2021-04-08"),
    ) == {("plan_horizon_before_approval", "bad")}


def test_replaced_by_a_plan_that_did_not_come_after() -> None:
    assert dates(
        plan("later", OLD, approved="2020-01-01", replaced_by="before"),
        plan("before", OLD, approved="2010-01-01", replaced_by="after"),
        plan("after", OLD, approved="2012-01-01"),
        plan("self", OLD, approved="2012-01-01", replaced_by="self"),
        plan("x", OLD, replaced_by="y"),
        plan("y", OLD, replaced_by="z"),
        plan("z", OLD, replaced_by="x"),
        plan("to_undated", OLD, approved="2012-01-01", replaced_by="undated"),
        plan("undated", OLD),
    ) == {("plan_replaced_by_earlier", name) for name in ("later", "self", "x", "y", "z")}


def test_approved_after_the_day_asked() -> None:
    result = checked(two_units(), layer(Role.PLANS, plan("next", OLD, approved="2025-07-01")))
    (item,) = result.findings
    assert (item.code, item.severity) == ("plan_not_yet_in_force", Severity.INFO)
    assert dates(plan("today", OLD, approved=DAY.isoformat())) == set()


# ---- the sample city ------------------------------------------------------------------------


def test_overlapping_plans_of_the_sample_city(sample_city: Path, sample_run: Run) -> None:
    """The common ground of lots that the maker of the city wrote down, and no other pair."""
    with (sample_city / "defects.csv").open(encoding="utf-8-sig", newline="") as file:
        planted = {
            frozenset(row["feature_ids"].split(";")): float(row["area_m2"])
            for row in csv.DictReader(file)
            if row["kind"] == "zoning_overlap"
        }
    found = {
        frozenset(item.feature_ids): item.area_m2
        for item in sample_run.findings
        if item.code == "plan_overlap"
    }
    assert found.keys() == planted.keys()
    assert all(found[pair] == pytest.approx(planted[pair], rel=1e-6) for pair in planted)
