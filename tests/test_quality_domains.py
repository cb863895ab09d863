"""Values that cannot be: one finding for each, with every feature that carries it."""

from __future__ import annotations

from typing import Any

import pytest
from shapely import LineString

from test_quality import (
    DAY,
    EAST,
    NORTH,
    checked,
    feature,
    found,
    full_cover,
    layer,
    parcel,
    plan,
    square,
    two_units,
)
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.project import DeriveFacts

DOMAIN = ("attribute_domain", "road_width_range", "date_out_of_range", "approved_after_as_of")


def told(*layers: Layer, **tolerance: Any) -> list[Finding]:
    findings = checked(two_units(), *layers, **tolerance).findings
    return [item for item in findings if item.code in DOMAIN]


def street(name: str, metres: float = 50.0, **values: Any) -> dict[str, Any]:
    """A street from the western edge of the town to the east."""
    return feature(name, LineString([(EAST, NORTH + 50), (EAST + metres, NORTH + 50)]), **values)


@pytest.mark.parametrize(
    ("floors", "possible"),
    [(-1, False), (0, True), (1, True), (100, True), (101, False), (None, True)],
)
def test_storeys(floors: int | None, possible: bool) -> None:
    shop = feature("shop", square(0, 0, 10), floors=floors, use="other")
    assert bool(told(layer(Role.BUILDINGS, shop))) is not possible


@pytest.mark.parametrize(
    ("rank", "possible"), [(0, False), (1, True), (10, True), (11, False), (None, True)]
)
def test_road_classes_are_the_ranks_of_the_standard(rank: int | None, possible: bool) -> None:
    for role, item in (
        (Role.ROADS, street("r", road_class=rank)),
        (Role.RIGHT_OF_WAY, feature("r", square(0, 0), road_class=rank)),
    ):
        assert bool(told(layer(role, item))) is not possible


@pytest.mark.parametrize(
    ("year", "possible"),
    [(1989, False), (1990, True), (2100, True), (2101, False), (30, False), (None, True)],
)
def test_horizon_years(year: int | None, possible: bool) -> None:
    assert bool(told(layer(Role.PLANS, plan("p", square(0, 0), horizon_year=year)))) is not possible


@pytest.mark.parametrize(("declared", "possible"), [(-1.0, False), (0.0, False), (9_999.0, True)])
def test_declared_areas(declared: float, possible: bool) -> None:
    lots = [parcel("a", square(0, 0), declared_area_m2=declared), full_cover()[1]]
    assert bool(told(layer(Role.LAND_USE, *lots))) is not possible
    project = feature("p", square(0, 0), declared_area_ha=declared)
    assert bool(told(layer(Role.PROJECTS, project))) is not possible


def test_one_finding_for_each_value() -> None:
    homes = [
        feature("a", square(0, 0, 10, 10), floors=-1, use="other"),
        feature("b", square(20, 0, 10, 10), floors=-1, use="other"),
        feature("c", square(40, 0, 10, 10), floors=999, use="other"),
        feature("d", square(60, 0, 10, 10), floors=2, use="other"),
    ]
    pair, single = told(layer(Role.BUILDINGS, *homes))
    assert (pair.feature_ids, single.feature_ids) == (("a", "b"), ("c",))
    assert (pair.area_m2, single.area_m2) == (200.0, 100.0)
    assert pair.severity is Severity.WARNING
    assert pair.geometry.area == 200.0
    assert single.geometry.equals(homes[2]["geometry"])
    assert pair.message.say("en") == (
        "2 features with floors = -1, which cannot be (expected 0 to 100)"
    )


def test_widths() -> None:
    """In metres: one of 0.5, one of 150, one of zero, one below it, two that may be."""
    streets = layer(
        Role.ROADS,
        street("narrow", width_m=0.5),
        street("vast", 40.0, width_m=150.0),
        street("zero", 30.0, width_m=0.0),
        street("minus", 20.0, width_m=-7.0),
        street("least", 61.0, width_m=1.0),
        street("most", 62.0, width_m=120.0),
        street("unknown", 63.0),
    )
    sizes = {item.feature_ids: item.area_m2 for item in told(streets)}
    # the ground they stand for: length by width
    assert sizes == {("narrow",): 25.0, ("vast",): 6_000.0, ("zero",): None, ("minus",): None}
    assert [item.feature_ids for item in told(streets, road_width_m=(0.0, 200.0))] == [
        ("minus",),
        ("zero",),
    ]


def test_days_that_cannot_be() -> None:
    lots = [
        parcel("a", square(0, 0, 50, 100), approved="1900-01-01"),
        parcel("b", square(50, 0, 50, 100), approved="1900-01-01"),
        parcel("c", square(100, 0, 50, 100), approved="2101-01-01"),
        parcel("d", square(150, 0, 50, 100), approved="1950-01-01"),
    ]
    assert {item.feature_ids: item.code for item in told(layer(Role.LAND_USE, *lots))} == {
        ("a", "b"): "date_out_of_range",
        ("c",): "date_out_of_range",
    }
    plans = layer(Role.PLANS, plan("p", square(0, 0), approved="2020-01-01", revoked="9999-12-31"))
    assert [item.code for item in told(plans)] == ["date_out_of_range"]


def test_validity_without_end_is_no_mistake() -> None:
    """What stands for "always" and "never" in a table of units."""
    units = two_units(valid_from="1900-01-01", valid_to="9999-12-31")
    assert checked(units, layer(Role.LAND_USE, *full_cover())).findings == ()


def test_lots_approved_after_the_day_asked_are_counted() -> None:
    lots = [parcel("a", square(0, 0), approved="2025-07-01"), full_cover()[1]]
    (item,) = told(layer(Role.LAND_USE, *lots))
    assert (item.code, item.severity) == ("approved_after_as_of", Severity.INFO)
    assert (item.feature_ids, item.area_m2) == (("a",), 10_000.0)
    lots = [parcel("a", square(0, 0), approved="2025-06-30"), full_cover()[1]]
    assert told(layer(Role.LAND_USE, *lots)) == []


# ---- layers without features ----------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.UNITS, Role.POPULATION, Role.LAND_COVER}))
def test_a_layer_of_which_nothing_is_left(role: Role) -> None:
    """It is said, and neither the check nor the figures stumble over it."""
    result = checked(two_units(), layer(role))
    codes = {item.code for item in result.findings}
    assert "empty_layer" in codes
    assert codes <= {"empty_layer", "gap"}
    evidence, _ = gather(derive_layers(result, DeriveFacts(), DAY), DAY, "2014")
    assert evidence.mosaic.unit_area.tolist() == [10_000.0, 10_000.0]


def test_lots_of_lapsed_plans_alone_leave_an_empty_layer() -> None:
    plans = layer(Role.PLANS, plan("p", square(0, 0), revoked="2020-01-01"))
    lot = feature("l", square(0, 0), code="Coquan", code_list="tt16-2025", plan_id="p")
    assert set(found(checked(two_units(), plans, layer(Role.ZONING, lot)))) == {
        ("empty_layer", ()),
        ("lots_not_in_force", ("l",)),
        ("plan_without_date", ("p",)),
    }


def test_findings_on_values_set_nothing_aside() -> None:
    homes = layer(Role.BUILDINGS, feature("a", square(0, 0, 10), floors=500, use="residential"))
    streets = layer(Role.ROADS, street("r", width_m=-1.0, road_class=99))
    result = checked(two_units(), homes, streets)
    assert [item.dropped for item in result.findings] == [0, 0, 0]
    frames = [result.dataset.layers[role].frame for role in (Role.BUILDINGS, Role.ROADS)]
    assert (frames[0]["floors"][0], frames[1]["width_m"][0]) == (500, -1.0)
