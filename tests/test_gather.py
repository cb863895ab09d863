"""Evidence of units that share ground: every part of it follows the one order of the units."""

from __future__ import annotations

import pytest
from shapely import LineString

from test_quality import (
    DAY,
    EAST,
    NORTH,
    dataset,
    feature,
    layer,
    parcel,
    plan,
    square,
    two_units,
)
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.indicators import evaluate
from urbanplan_gis.analysis.transport import road_table
from urbanplan_gis.model.data import Role
from urbanplan_gis.model.figures import Condition
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.indicators import indicators

#: a ward of 1 ha whose middle is a commune of 20 m x 20 m; ids in the order that would mislead
INSIDE = layer(
    Role.UNITS,
    feature("a", square(0, 0), code="W", name="Phường", kind="ward"),
    feature("z", square(40, 40, 20, 20), code="C", name="Xã", kind="commune", slated=True),
)


def test_a_unit_inside_another_keeps_its_roads_dwellings_and_gaps() -> None:
    checked = check(
        dataset(
            INSIDE,
            layer(Role.LAND_USE, parcel("rest", square(0, 0, 100, 50))),
            layer(
                Role.ROADS,
                feature("r", LineString([(EAST, NORTH + 50), (EAST + 100, NORTH + 50)]), width_m=5),
            ),
            layer(
                Role.BUILDINGS, feature("b", square(45, 45, 10, 10), use="residential", floors=3)
            ),
        ),
        DAY,
    )
    evidence, _ = gather(derive_layers(checked, DeriveFacts(), DAY), DAY, "2014")
    assert dict(zip(evidence.codes, evidence.mosaic.unit_area, strict=True)) == pytest.approx(
        {"W": 9600.0, "C": 400.0}
    )
    roads = road_table(evidence)
    by_unit = roads.groupby("unit_code")["length_km"].sum()
    assert (by_unit["W"], by_unit["C"]) == pytest.approx((0.08, 0.02))
    assert evidence.dwelling_floor_area == pytest.approx([0.0, 300.0])
    # north of y = 50 m: half of the commune, and the ward around it
    gaps = sorted(item.area_m2 or 0.0 for item in checked.findings if item.code == "gap")
    assert gaps == pytest.approx([200.0, 4800.0])


def test_a_road_on_the_boundary_of_two_units_counts_once() -> None:
    """100 m along the boundary, 30 m on into the commune."""
    road = LineString([(EAST + 100, NORTH), (EAST + 100, NORTH + 100), (EAST + 130, NORTH + 100)])
    checked = check(dataset(two_units(), layer(Role.ROADS, feature("r", road))), DAY)
    evidence, _ = gather(derive_layers(checked, DeriveFacts(), DAY), DAY, "2014")
    lengths = road_table(evidence).groupby("unit_code")["length_km"].sum()
    assert lengths.to_dict() == pytest.approx({"W": 0.1, "C": 0.03})


def test_a_unit_without_ground_has_no_data() -> None:
    twice = layer(
        Role.UNITS,
        feature("a", square(0, 0), code="W", name="Phường", kind="ward"),
        feature("b", square(0, 0), code="C", name="Xã", kind="commune", slated=True),
    )
    checked = check(dataset(twice, layer(Role.LAND_USE, parcel("p", square(0, 0)))), DAY)
    evidence, _ = gather(derive_layers(checked, DeriveFacts(), DAY), DAY, "2014")
    figures = {
        (f.unit_code, f.scenario): f.value
        for f in evaluate([indicators()["urban_land_ratio"]], evidence, ["existing"])
        if f.is_default
    }
    assert figures["W", "existing"] == pytest.approx(100.0)
    assert figures["C", "existing"] is None


def test_a_plan_that_was_revoked_leaves_no_street_remainder() -> None:
    """The ward keeps its existing land use where only the revoked plan lies."""
    checked = check(
        dataset(
            two_units(),
            layer(Role.LAND_USE, parcel("a", square(0, 0))),
            layer(
                Role.PLANS, plan("old", square(0, 0), approved="2010-01-01", revoked="2020-01-01")
            ),
            layer(Role.ZONING),
        ),
        DAY,
    )
    evidence, _ = gather(
        derive_layers(checked, DeriveFacts(street_land=("old",)), DAY), DAY, "2014"
    )
    planned = evidence.labels.certain(Condition("land_use", "urban_construction"), "planned")
    assert evidence.by_unit(evidence.mosaic.area * planned).tolist() == [10_000.0, 0.0]
