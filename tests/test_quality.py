"""Findings on a town of squares: each with its ids and its hectares, and nothing lost.

The makers of small layers at the top serve the other tests as well.
"""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from urbanplan_gis.analysis.gather import derive_layers
from urbanplan_gis.analysis.results import Run
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.model.data import Dataset, Finding, Layer, Role, Severity
from urbanplan_gis.project import DeriveFacts, ToleranceFacts
from urbanplan_gis.quality.boundaries import shares_ground
from urbanplan_gis.quality.check import Checked, check
from urbanplan_gis.quality.ids import by_size, number_findings, place_of
from urbanplan_gis.quality.order import feature_rank
from urbanplan_gis.text import Text, keys

CRS = "EPSG:5898"
EAST, NORTH = 584_000.0, 1_670_000.0
DAY = dt.date(2025, 6, 30)
_DTYPES = {
    "number": "float64",
    "integer": "Int64",
    "date": "datetime64[ms]",
    "flag": "bool",
    "text": object,
    "code": object,
}


def square(x: float, y: float, side: float = 100.0, high: float | None = None) -> Polygon:
    """A square (or rectangle) in metres from the corner of the town."""
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + (high or side))


def feature(feature_id: str, geometry: BaseGeometry, **values: Any) -> dict[str, Any]:
    return {"feature_id": feature_id, "geometry": geometry, **values}


def layer(role: Role, *features: dict[str, Any]) -> Layer:
    """A layer as loaders make it: every column of the role, of the declared type."""
    columns: dict[str, pd.Series] = {
        "feature_id": pd.Series([item["feature_id"] for item in features], dtype=object),
        "source": pd.Series(["test"] * len(features), dtype=object),
    }
    for field in ROLE_FIELDS[role].fields:
        values = [item.get(field.name, field.default) for item in features]
        if field.type == "date":
            values = [pd.NaT if value is None else pd.Timestamp(value) for value in values]
        columns[field.name] = pd.Series(values, dtype=_DTYPES[field.type])
    geometry = [item["geometry"] for item in features]
    return Layer(role, gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS))


def two_units(**first: Any) -> Layer:
    """A ward and a commune of one hectare each, side by side."""
    return layer(
        Role.UNITS,
        feature("W", square(0, 0), code="W", name="Phường", kind="ward", **first),
        feature("C", square(100, 0), code="C", name="Xã", kind="commune", slated=True),
    )


def parcel(feature_id: str, geometry: BaseGeometry, code: str = "ODT", **values: Any) -> Any:
    return feature(feature_id, geometry, code=code, code_list="tt08-2024", **values)


def full_cover() -> list[dict[str, Any]]:
    return [parcel("a", square(0, 0)), parcel("b", square(100, 0), "CLN")]


def dataset(*layers: Layer) -> Dataset:
    return Dataset({item.role: item for item in layers})


def checked(*layers: Layer, **tolerance: float) -> Checked:
    return check(dataset(*layers), DAY, ToleranceFacts(**tolerance) if tolerance else None)


def found(result: Checked) -> dict[tuple[str, tuple[str, ...]], float | None]:
    """Findings by code and features, with their hectares."""
    pairs = {
        (item.code, item.feature_ids): None if item.area_m2 is None else item.area_m2 / 1e4
        for item in result.findings
    }
    assert len(pairs) == len(result.findings)
    return pairs


# ---- one finding each -----------------------------------------------------------------------


def test_a_clean_town_has_no_findings() -> None:
    result = checked(two_units(), layer(Role.LAND_USE, *full_cover()))
    assert result.findings == ()


def test_overlap_names_the_winner_first() -> None:
    parcels = [*full_cover(), parcel("s", square(80, 0, 30, 50), approved="2020-01-01")]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    # s has a date, a and b have none: it keeps 20 m and 10 m of width
    assert found(result) == {("overlap", ("s", "a")): 0.1, ("overlap", ("s", "b")): 0.05}
    assert {item.action for item in result.findings} == {"resolved_by_order"}
    assert {item.severity for item in result.findings} == {Severity.WARNING}


def test_polygon_inside_another_is_told_apart() -> None:
    parcels = [*full_cover(), parcel("island", square(10, 10, 20))]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    assert found(result) == {("overlap_contained", ("island", "a")): 0.04}


def test_overlap_below_the_tolerance_is_resolved_all_the_same() -> None:
    parcels = [*full_cover(), parcel("s", square(98, 0, 4, 1))]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels), overlap_m2=10, gap_m2=0)
    assert found(result) == {}
    assert len(result.overlaps[Role.LAND_USE].winner) == 2


def test_duplicate_starting_at_another_corner() -> None:
    same = square(0, 0)
    ring = list(same.exterior.coords)[:-1]
    turned = Polygon(ring[2:] + ring[:2])
    result = checked(
        two_units(),
        layer(Role.LAND_USE, parcel("a", same), parcel("a2", turned), full_cover()[1]),
    )
    # one finding, which also says who keeps the ground: no overlap beside it
    assert found(result) == {("duplicate_geometry", ("a", "a2")): 1.0}
    (finding,) = result.findings
    assert finding.message.say("en") == "2 features drawn exactly alike: the ground goes to a"
    assert finding.action == "resolved_by_order"


def test_gap_is_found_in_its_unit() -> None:
    parcels = [parcel("a", square(0, 0, 100, 90)), parcel("b", square(100, 0, 90, 100))]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    gaps = {item.message.say("en"): item for item in result.findings}
    assert [item.code for item in gaps.values()] == ["gap", "gap"]
    assert sorted(item.area_m2 for item in gaps.values()) == [1000.0, 1000.0]
    assert {place_of(item) for item in gaps.values()} == {
        (EAST + 50, NORTH + 95),
        (EAST + 195, NORTH + 50),
    }
    assert found_codes(checked(two_units(), layer(Role.LAND_USE, *parcels), gap_m2=1001)) == set()


def found_codes(result: Checked) -> set[str]:
    return {item.code for item in result.findings}


def test_overlap_does_not_hide_a_gap_of_the_same_size() -> None:
    """Sums of areas would say the unit is full: 10 000 m² of parcels on 10 000 m² of ground."""
    parcels = [
        parcel("a", square(0, 0, 60, 100)),
        parcel("a2", square(50, 0, 40, 100)),
        full_cover()[1],
    ]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    assert found(result) == {("overlap", ("a2", "a")): 0.1, ("gap", ()): 0.1}


def test_invalid_ring_is_mended_and_a_collapsed_one_set_aside() -> None:
    tie = Polygon([(EAST, NORTH), (EAST + 10, NORTH + 10), (EAST + 10, NORTH), (EAST, NORTH + 10)])
    line = Polygon([(EAST, NORTH), (EAST + 9, NORTH), (EAST, NORTH)])
    parcels = layer(Role.LAND_USE, *full_cover(), parcel("tie", tie), parcel("line", line))
    result = checked(two_units(), parcels)
    invalid = {i.feature_ids: i for i in result.findings if i.code == "invalid_geometry"}
    mended, lost = invalid["tie",], invalid["line",]
    assert (mended.action, mended.area_m2, mended.dropped) == ("repaired", 50.0, 0)
    assert (lost.action, lost.area_m2, lost.dropped) == ("set_aside", 0.0, 1)
    assert lost.severity is Severity.ERROR
    assert place_of(lost) == (EAST, NORTH)
    kept = result.dataset.layers[Role.LAND_USE].frame
    assert kept["feature_id"].tolist() == ["a", "b", "tie"]
    assert kept.geometry.is_valid.all()
    # features in = features out + those findings set aside
    assert len(parcels.frame) == len(kept) + sum(item.dropped for item in result.findings)


SQUARE = [(0, 0), (9, 0), (9, 9), (0, 9), (0, 0)]
HOLE = [(2, 2), (4, 2), (4, 4), (2, 4), (2, 2)]


@pytest.mark.parametrize(
    ("rings", "vi", "en"),
    [
        ([[(0, 0), (9, 9), (9, 0), (0, 9)]], "đường biên tự cắt", "the outline crosses itself"),
        ([SQUARE, [(20, 2), (24, 2), (24, 4)]], "lỗ nằm ngoài đường bao", "a hole lies outside"),
        ([SQUARE, [(1, 1), (8, 1), (8, 8), (1, 8)], HOLE], "lỗ nằm trong lỗ", "within a hole"),
        ([SQUARE, [(0, 4), (4, 0), (9, 4), (4, 9)]], "phần trong bị lỗ chia cắt", "inside apart"),
        ([[(0, 0), (5, 5), (9, 0), (9, 9), (5, 5), (0, 9)]], "vòng tự chạm", "touches itself"),
    ],
)
def test_what_is_wrong_with_a_polygon_is_said_in_words(
    rings: list[list[tuple[int, int]]], vi: str, en: str
) -> None:
    shell, *holes = [[(EAST + x, NORTH + y) for x, y in ring] for ring in rings]
    parcels = layer(Role.LAND_USE, *full_cover(), parcel("bad", Polygon(shell, holes)))
    (invalid,) = [
        item
        for item in checked(two_units(), parcels).findings
        if item.code == "invalid_geometry" and item.feature_ids == ("bad",)
    ]
    assert f"({vi}" in invalid.message.say("vi")
    assert en in invalid.message.say("en")


def test_declared_area_further_off_than_the_tolerance() -> None:
    parcels = [
        parcel("a", square(0, 0), declared_area_m2=10_099.0),  # computed is 0.98 % smaller
        parcel("b", square(100, 0), declared_area_m2=8_000.0),  # computed is 25 % larger
    ]
    result = checked(two_units(declared_area_ha=1.5), layer(Role.LAND_USE, *parcels))
    assert found(result) == {
        ("declared_area", ("b",)): pytest.approx(0.2),
        ("declared_area", ("W",)): pytest.approx(0.5),
    }
    assert "25 %" in next(i for i in result.findings if i.feature_ids == ("b",)).message.say("en")


def test_features_outside_and_partly_outside() -> None:
    parcels = [
        *full_cover(),
        parcel("far", square(500, 0, 20)),
        parcel("half", square(190, 90, 20, 20)),
        parcel("touching", square(100, 100, 20, 20)),
        parcel("at_the_corner", square(200, 100, 10)),
        parcel("in_one_part", MultiPolygon([square(0, 300, 10), square(0, 0, 10)])),
    ]
    roads = layer(
        Role.ROADS,
        feature("out", LineString([(EAST + 150, NORTH + 50), (EAST + 260, NORTH + 50)])),
        feature("in", LineString([(EAST + 10, NORTH + 50), (EAST + 90, NORTH + 50)])),
        feature("from_the_edge", LineString([(EAST, NORTH + 50), (EAST - 90, NORTH + 50)])),
        feature("past_by_noise", LineString([(EAST + 10, NORTH), (EAST + 10, NORTH - 1e-8)])),
    )
    points = layer(
        Role.FACILITIES,
        feature("edge", Point(EAST, NORTH + 50)),
        feature("off", Point(EAST - 1, NORTH + 50)),
    )
    result = checked(two_units(), layer(Role.LAND_USE, *parcels), roads, points)
    outside = {pair: size for pair, size in found(result).items() if "outside" in pair[0]}
    assert outside == {
        ("outside_city", ("far",)): 0.04,
        ("partly_outside_city", ("half",)): pytest.approx(0.03),
        ("outside_city", ("touching",)): 0.04,
        ("outside_city", ("at_the_corner",)): 0.01,
        ("partly_outside_city", ("in_one_part",)): 0.01,
        ("partly_outside_city", ("out",)): 0.0,
        ("outside_city", ("from_the_edge",)): 0.0,
        ("outside_city", ("off",)): 0.0,
    }
    road = next(item for item in result.findings if item.feature_ids == ("out",))
    assert road.geometry.length == pytest.approx(60.0)


def test_touching_is_not_sharing_ground() -> None:
    shapes = [square(50, 0), square(100, 0), square(100, 100), square(100 - 1e-9, 0)]
    shared = shares_ground(np.array(shapes, dtype=object), square(0, 0))
    assert shared.tolist() == [True, False, False, False]


def plan(feature_id: str, geometry: BaseGeometry, **values: Any) -> Any:
    return feature(feature_id, geometry, plan_id=feature_id, **values)


def test_dates_of_plans() -> None:
    plans = layer(
        Role.PLANS,
        plan("undated", square(0, 0)),
        plan("reversed", square(0, 0), approved="2020-01-02", revoked="2020-01-01"),
        plan("orphan", square(100, 0), approved="2020-01-01", replaced_by="nobody"),
        plan("good", square(100, 0), approved="2020-01-01", replaced_by="undated"),
    )
    result = checked(two_units(), plans)
    assert found(result) == {
        ("plan_without_date", ("undated",)): 1.0,
        ("plan_dates_reversed", ("reversed",)): 1.0,
        ("plan_replaced_by_unknown", ("orphan",)): 1.0,
        ("duplicate_geometry", ("reversed", "undated")): 1.0,
        ("duplicate_geometry", ("good", "orphan")): 1.0,
    }


def test_only_plans_that_count_are_said_to_be_taken_as_in_force() -> None:
    plans = layer(
        Role.PLANS,
        plan("undated", square(0, 0, 91)),
        plan("revoked", square(0, 0, 92), revoked="2020-01-01"),
        plan("replaced", square(0, 0, 93), replaced_by="undated"),
        plan("general", square(0, 0, 94), kind="general"),
        plan("ends_later", square(0, 0, 95), revoked="2030-01-01"),
        plan("orphan", square(0, 0, 96), approved="2020-01-01", replaced_by="nobody"),
        plan("future", square(0, 0, 97), approved="2030-01-01", replaced_by="nobody"),
    )
    said = {
        (item.code, item.feature_ids[0]): (item.action, item.message.say("en"))
        for item in checked(two_units(), plans).findings
        if item.code in ("plan_without_date", "plan_replaced_by_unknown")
    }
    assert {pair: action for pair, (action, _) in said.items()} == {
        ("plan_without_date", "undated"): "assumed",
        ("plan_without_date", "ends_later"): "assumed",
        ("plan_without_date", "revoked"): "reported",
        ("plan_without_date", "replaced"): "reported",
        ("plan_without_date", "general"): "reported",
        ("plan_replaced_by_unknown", "orphan"): "assumed",
        ("plan_replaced_by_unknown", "future"): "reported",
    }
    for action, words in said.values():
        assert ("taken as in force" in words) == (action == "assumed")


def test_plan_beyond_the_city_and_sliver_of_another_unit() -> None:
    plans = layer(
        Role.PLANS,
        plan("over", square(100, 0, 100, 110), approved="2020-01-01"),
        plan("sliver", square(0, 0, 101, 100), approved="2020-01-01"),
    )
    result = checked(two_units(), plans)
    assert found(result) == {
        ("plan_beyond_city", ("over",)): 0.1,
        ("plan_unit_mismatch", ("sliver",)): 0.01,
        ("plan_overlap", ("over", "sliver")): 0.01,
    }


def test_a_road_drawn_twice_is_found_whichever_way_it_runs() -> None:
    there = LineString([(EAST, NORTH), (EAST + 50, NORTH)])
    back = LineString(there.coords[::-1])
    roads = layer(Role.ROADS, feature("b", there), feature("a", back))
    assert found(checked(two_units(), roads)) == {("duplicate_geometry", ("a", "b")): None}


def test_dwellings_without_floors_are_named() -> None:
    homes = layer(
        Role.BUILDINGS,
        feature("unknown", square(0, 0, 10, 10), use="residential"),
        feature("none", square(20, 0, 10, 10), use="residential", floors=0),
        feature("two", square(40, 0, 10, 10), use="residential", floors=2),
        feature("shop", square(60, 0, 10, 10), use="other"),
    )
    assert found(checked(two_units(), homes)) == {
        ("building_without_floors", ("unknown",)): 0.01,
        ("building_without_floors", ("none",)): 0.01,
    }


def test_lots_of_lapsed_plans_are_set_aside_and_counted() -> None:
    plans = layer(
        Role.PLANS,
        plan("old", square(0, 0), approved="2010-01-01", replaced_by="new"),
        plan("new", square(0, 0, 100, 99), approved="2020-01-01"),
    )
    lots = layer(
        Role.ZONING,
        feature("o1", square(0, 0, 50, 50), code="Coquan", code_list="tt16-2025", plan_id="old"),
        feature("o2", square(50, 0, 50, 50), code="Coquan", code_list="tt16-2025", plan_id="old"),
        feature("n1", square(0, 0, 50, 50), code="Dichvu", code_list="tt16-2025", plan_id="new"),
        feature("x", square(0, 60, 10, 10), code="Dichvu", code_list="tt16-2025"),
    )
    result = checked(two_units(), plans, lots)
    assert found(result) == {("lots_not_in_force", ("o1", "o2")): 0.5}
    assert result.findings[0].dropped == 2
    kept = result.dataset.layers[Role.ZONING].frame["feature_id"].tolist()
    assert kept == ["n1", "x"]
    assert len(lots.frame) == len(kept) + sum(item.dropped for item in result.findings)


def test_roads_without_a_width() -> None:
    line = LineString([(EAST, NORTH + 50), (EAST + 100, NORTH + 50)])
    roads = layer(
        Role.ROADS,
        feature("wide", line, width_m=10.0),
        feature("none", line),
        feature("zero", line, width_m=0.0),
    )
    derived = derive_layers(checked(two_units(), roads), DeriveFacts(), DAY)
    assert {item.feature_ids: item.code for item in derived.findings} == {
        ("none",): "road_without_width",
        ("zero",): "road_without_width",
    }
    assert derived.centrelines["feature_id"].tolist() == ["wide"]
    assert derived.centrelines.geometry.area.tolist() == [1000.0]


# ---- names, sizes, order --------------------------------------------------------------------


def a_finding(code: str, ids: tuple[str, ...], area: float | None, shape: Any = None) -> Finding:
    return Finding(code, Severity.INFO, "land_use", ids, Text.of("x"), "reported", shape, area)


def test_ids_do_not_depend_on_the_order_of_findings() -> None:
    findings = [
        a_finding("gap", (), 4.0, square(0, 0, 2)),
        a_finding("gap", (), 1.0, square(0, 0, 1)),
        a_finding("gap", (), 4.0, square(50, 0, 2)),
        a_finding("overlap", ("a", "b"), 7.0),
    ]
    there = {(i.code, i.area_m2, place_of(i)): i.finding_id for i in number_findings(findings)}
    back = {(i.code, i.area_m2, place_of(i)): i.finding_id for i in number_findings(findings[::-1])}
    assert there == back
    assert len(set(there.values())) == 4
    assert place_of(findings[3]) is None


def test_same_features_twice_are_told_apart_by_size() -> None:
    pair = [a_finding("overlap", ("a", "b"), 1.0), a_finding("overlap", ("a", "b"), 9.0)]
    named = {item.area_m2: item.finding_id for item in number_findings(pair)}
    assert named[1.0] == f"{named[9.0]}-2"


def test_largest_first() -> None:
    findings = [a_finding("x", (), None), a_finding("y", (), 100.0), a_finding("z", (), 9900.0)]
    assert [item.code for item in by_size(findings)] == ["z", "y", "x"]


def test_order_of_features() -> None:
    """Priority, then later approval (undated last), then smaller area, then id."""
    frame = layer(
        Role.LAND_USE,
        parcel("undated_small", square(0, 0, 10)),
        parcel("undated_b", square(0, 0, 20)),
        parcel("undated_a", square(0, 0, 20)),
        parcel("early", square(0, 0, 1), approved="1969-01-01"),
        parcel("late", square(0, 0, 90), approved="2020-01-01"),
        parcel("first", square(0, 0, 99), priority=1),
        parcel("last", square(0, 0, 1), approved="2024-01-01", priority=-1),
    ).frame
    ordered = frame["feature_id"].to_numpy()[feature_rank(frame).argsort()].tolist()
    assert ordered == [
        "first", "late", "early", "undated_small", "undated_a", "undated_b", "last",
    ]  # fmt: skip


def test_rounding_does_not_decide_between_equal_areas() -> None:
    """The same rectangle begun at another corner: its area differs in the last digit."""
    turned = np.deg2rad(np.arange(1, 90, 7))
    tried = 0
    for angle in turned:
        across = 187.3 * np.array([np.cos(angle), np.sin(angle)])
        along = 201.1 * np.array([-np.sin(angle), np.cos(angle)])
        corner = np.array([EAST, NORTH])
        ring = [corner, corner + across, corner + across + along, corner + along]
        drawn = sorted((Polygon(ring[n:] + ring[:n]) for n in range(4)), key=lambda item: item.area)
        if drawn[0].area == drawn[-1].area:
            continue
        tried += 1
        frame = layer(Role.LAND_USE, parcel("b", drawn[0]), parcel("a", drawn[-1])).frame
        assert feature_rank(frame).tolist() == [1, 0]
    assert tried
    larger = layer(Role.LAND_USE, parcel("b", square(0, 0)), parcel("a", square(0, 0, 100.001)))
    assert feature_rank(larger.frame).tolist() == [0, 1]


def test_order_of_no_features() -> None:
    assert feature_rank(layer(Role.LAND_USE, parcel("a", square(0, 0))).frame[:0]).tolist() == []


def test_every_finding_has_words_in_both_languages() -> None:
    codes = {
        "overlap", "overlap_contained", "duplicate_geometry", "gap", "invalid_geometry",
        "declared_area", "outside_city", "partly_outside_city", "plan_without_date",
        "plan_dates_reversed", "plan_replaced_by_unknown", "plan_beyond_city",
        "plan_unit_mismatch", "lots_not_in_force", "road_without_width", "decision_unused",
        "building_without_floors", "statistic_missing", "plan_without_outline", "lots_outside_plan",
        "decision_too_late", "plan_without_date_assumed", "plan_replaced_by_unknown_assumed",
        "settled", "settled_by_drop", "settled_in_part", "unmapped_code_given",
    }  # fmt: skip
    assert {f"finding.{code}" for code in codes} <= keys()


def test_every_finding_of_the_sample_city_can_be_said(sample_run: Run) -> None:
    for finding in sample_run.findings:
        assert finding.message.say("vi")
        assert finding.message.say("en")
    names = [finding.finding_id for finding in sample_run.findings]
    assert len(set(names)) == len(names)


def test_features_of_the_sample_city_reconcile(sample_run: Run) -> None:
    """Every feature read is kept, or a finding says it was set aside."""
    dropped: dict[str, int] = {}
    for finding in sample_run.findings:
        dropped[finding.layer] = dropped.get(finding.layer, 0) + finding.dropped
    for role in {count.role for count in sample_run.counts}:
        own = [count for count in sample_run.counts if count.role == role]
        missing = sum(count.read - count.kept for count in own)
        assert missing == sum(count.set_aside for count in own) == dropped.get(role, 0)


def test_planted_defects_of_the_sample_city_are_found(sample_city: Path, sample_run: Run) -> None:
    """Overlaps, gaps, bad rings and duplicates with the sizes their maker wrote down."""
    with (sample_city / "defects.csv").open(encoding="utf-8-sig", newline="") as file:
        planted = [row for row in csv.DictReader(file) if row["layer"] == "land_use_2025"]
    land = [item for item in sample_run.findings if item.layer == Role.LAND_USE]
    pairs = {
        frozenset(item.feature_ids): item.area_m2
        for item in land
        if item.code in ("overlap", "overlap_contained")
    }
    gaps = [item.area_m2 for item in land if item.code == "gap"]
    of_code: dict[str, set[frozenset[str]]] = {}
    for item in land:
        of_code.setdefault(item.code, set()).add(frozenset(item.feature_ids))
    kinds = {
        "invalid_ring": "invalid_geometry",
        "repeated_feature": "duplicate_geometry",
        "declared_area": "declared_area",
        "outside_city": "outside_city",
    }
    seen = set()
    for row in planted:
        ids = frozenset(filter(None, row["feature_ids"].split(";")))
        kind, area = row["kind"], float(row["area_m2"] or 0)
        if kind.startswith("overlap"):
            assert pairs[ids] == pytest.approx(area, rel=1e-6)
        elif kind == "gap":
            assert min(abs(size - area) for size in gaps) < 1e-6 * area
        elif kind in kinds:
            assert ids in of_code[kinds[kind]]
        seen.add(kind)
    assert seen >= {"overlap_pair", "overlap_cycle", "overlap_equals_gap", "gap", *kinds}
    # and no gap that was not planted, but for rounding
    assert len([size for size in gaps if size > 1e-3]) == sum(
        row["kind"] == "gap" for row in planted
    )
