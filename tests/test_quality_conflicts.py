"""Slivers among overlaps and gaps, lots drawn twice: told apart, counted as before."""

from __future__ import annotations

import numpy as np
import pytest
from shapely import Polygon, affinity

from test_quality import checked, found, full_cover, layer, parcel, square, two_units
from urbanplan_gis.model.data import Role, Severity


def test_a_narrow_overlap_is_a_sliver() -> None:
    """Parcel a reaches 0.3 m into b, s 0.7 m into a."""
    parcels = [
        parcel("a", square(0, 0, 100.3, 100)),
        parcel("b", square(100, 0)),
        parcel("s", square(-50, 20, 50.7, 10)),
    ]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    pairs = {item.code: item for item in result.findings if "overlap" in item.code}
    thin, wide = pairs["overlap_sliver"], pairs["overlap"]
    assert (thin.severity, wide.severity) == (Severity.INFO, Severity.WARNING)
    assert (thin.feature_ids, wide.feature_ids) == (("b", "a"), ("s", "a"))
    assert thin.area_m2 == pytest.approx(30.0)
    assert thin.geometry.equals(square(100, 0, 100.3 - 100, 100))
    # reported, and resolved like any other: the ground goes to the one that ranks first
    assert thin.action == wide.action == "resolved_by_order"
    assert len(result.overlaps[Role.LAND_USE].winner) == 2


def test_a_narrow_gap_is_a_sliver() -> None:
    parcels = [parcel("a", square(0, 0, 99.6, 100)), parcel("b", square(100, 0, 99.4, 100))]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    gaps = {item.code: item for item in result.findings}
    assert gaps.keys() == {"gap_sliver", "gap"}
    assert gaps["gap_sliver"].area_m2 == pytest.approx(40.0)
    assert gaps["gap"].area_m2 == pytest.approx(60.0)
    assert (gaps["gap_sliver"].severity, gaps["gap"].severity) == (Severity.INFO, Severity.WARNING)
    assert {item.action for item in gaps.values()} == {"unclassified"}
    assert "than 0.5 m" in gaps["gap_sliver"].message.say("en")


@pytest.mark.parametrize(("sliver_m", "code"), [(0.0, "gap"), (0.3, "gap"), (0.5, "gap_sliver")])
def test_the_width_of_slivers_is_the_projects(sliver_m: float, code: str) -> None:
    parcels = [parcel("a", square(0, 0, 99.6, 100)), full_cover()[1]]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels), sliver_m=sliver_m)
    assert [item.code for item in result.findings] == [code]


def test_a_strip_wholly_inside_another_parcel_stays_contained() -> None:
    parcels = [*full_cover(), parcel("strip", square(10, 10, 50, 0.2))]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    assert found(result).keys() == {("overlap_contained", ("strip", "a"))}


def test_every_touch_of_a_large_overlap_counts_its_widest_place() -> None:
    """An overlap 0.2 m wide along a border, and 1 m wide in one corner of it, is no sliver."""
    shape = square(0, 0).union(square(100, 0, 0.2, 100)).union(square(100, 0, 1, 1))
    result = checked(two_units(), layer(Role.LAND_USE, parcel("a", shape), full_cover()[1]))
    (item,) = result.findings
    assert item.code == "overlap"
    assert item.area_m2 == pytest.approx(20.8)


# ---- nearly the same shape ------------------------------------------------------------------


def test_a_lot_drawn_twice_from_other_coordinates() -> None:
    """Half a millimetre to the east: neither lies wholly in the other."""
    lot = square(10, 10, 40)
    again = affinity.translate(lot, 0.0005, 0.0)
    parcels = [*full_cover(), parcel("lot", lot), parcel("lot2", again)]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    pairs = {item.feature_ids: item for item in result.findings}
    (pair,) = [ids for ids in pairs if set(ids) == {"lot", "lot2"}]
    assert (pairs[pair].code, pairs[pair].severity) == ("near_duplicate", Severity.WARNING)
    assert pairs[pair].area_m2 == pytest.approx(40 * 39.9995)
    assert {item.code for ids, item in pairs.items() if ids != pair} == {"overlap_contained"}


def test_the_same_outline_with_one_vertex_more() -> None:
    ring = list(square(0, 0).exterior.coords)
    middle = tuple(np.mean(ring[:2], axis=0))
    parcels = [*full_cover(), parcel("a2", Polygon([ring[0], middle, *ring[1:]]))]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    assert found(result) == {("near_duplicate", ("a", "a2")): 1.0}


@pytest.mark.parametrize(("share", "code"), [(0.9995, "near_duplicate"), (0.998, "overlap")])
def test_how_much_two_lots_must_share(share: float, code: str) -> None:
    """Two squares of one hectare, moved so that they share this much of either."""
    moved = square(100 * (1 - share), 0)
    parcels = [parcel("a", square(0, 0)), parcel("m", moved), parcel("b", square(100, 0))]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    codes = {frozenset(item.feature_ids): item.code for item in result.findings}
    assert codes[frozenset("am")] == code


def test_a_lot_that_fills_most_of_another_is_contained() -> None:
    parcels = [*full_cover(), parcel("most", square(0, 0, 99.9, 99.9))]
    result = checked(two_units(), layer(Role.LAND_USE, *parcels))
    assert found(result).keys() == {("overlap_contained", ("most", "a"))}
