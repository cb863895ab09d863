"""Road networks drawn by hand: ends that fall short, and roads that lead nowhere."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString

from test_quality import EAST, NORTH, checked, feature, layer, square
from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.quality.roads import check_network

#: a city of 1 km by 1 km in two halves
CITY = layer(
    Role.UNITS,
    *[
        feature(code, square(x, 0, 500, 1000), code=code, name=code, kind="ward")
        for code, x in (("W", 0), ("O", 500))
    ],
)


def line(*points: tuple[float, float]) -> LineString:
    """A line through points in metres from the city's corner."""
    return LineString([(EAST + x, NORTH + y) for x, y in points])


def roads(**lines: Any) -> Layer:
    return layer(Role.ROADS, *[feature(name, shape) for name, shape in lines.items()])


def network(gap_m: float = 5.0, **lines: Any) -> list[Finding]:
    return check_network(roads(**lines), CITY, gap_m)


def told(findings: list[Finding]) -> list[tuple[str, tuple[str, ...], float]]:
    return [(item.code, item.feature_ids, round(item.geometry.length, 3)) for item in findings]


#: a street right across the city
MAIN = line((0, 500), (1000, 500))


def test_a_street_that_ends_short_of_another() -> None:
    (short, apart) = network(main=MAIN, side=line((300, 800), (300, 503)))
    assert told([short, apart]) == [
        ("road_undershoot", ("main", "side"), 3.0),
        ("road_unconnected", ("side",), 297.0),
    ]
    assert {short.severity, apart.severity} == {Severity.WARNING}
    assert short.geometry.equals(line((300, 503), (300, 500)))
    assert "within 3 m" in short.message.say("en")
    assert "297 m" in apart.message.say("vi")


@pytest.mark.parametrize(
    "side",
    [
        line((300, 800), (300, 500)),  # ends on it
        line((300, 800), (300, 500.004)),  # but for the rounding of coordinates
        line((300, 800), (300, 200)),  # crosses it: a crossing or a bridge
        line((300, 800), (300, 497)),  # reaches 3 m beyond it
        line((310, 800), (303, 503), (300, 500), (290, 500), (290, 497)),  # joins, then leaves
        line((0, 500), (300, 800)),  # from where it begins, at the city's edge
        line((300, 500), (300, 800), (400, 800), (400, 700), (300, 700)),  # comes round to itself
        MultiLineString([line((300, 500), (300, 600)), line((300, 600), (300, 700))]),
    ],
)
def test_roads_that_meet(side: Any) -> None:
    assert network(main=MAIN, side=side) == []


def test_dead_ends_are_no_defects() -> None:
    streets = {f"s{n}": line((50 * n, 500), (50 * n, 600)) for n in range(1, 19)}
    assert network(main=MAIN, **streets) == []


def test_a_crescent_that_does_not_come_back() -> None:
    """It leaves the main street at 100 m and ends 2 m short of it at 200 m."""
    crescent = line((100, 500), (100, 600), (200, 600), (200, 502))
    assert told(network(main=MAIN, crescent=crescent)) == [
        ("road_undershoot", ("main", "crescent"), 2.0)
    ]


def test_two_ends_that_miss_each_other_are_one_gap() -> None:
    halves = {"a": line((100, 500), (300, 500)), "b": line((303, 500.5), (500, 500))}
    spine = line((100, 0), (100, 1000))
    found = network(spine=spine, **halves)
    assert told(found) == [
        ("road_undershoot", ("a", "b"), pytest.approx(np.hypot(3, 0.5), abs=1e-3)),
        ("road_unconnected", ("b",), pytest.approx(197.001, abs=1e-3)),
    ]


def test_one_road_missed_at_both_ends_has_two_gaps() -> None:
    ladder = {"left": line((200, 0), (200, 1000)), "right": line((400, 0), (400, 1000))}
    found = network(**ladder, foot=line((200, 100), (400, 100)), rung=line((202, 500), (397, 500)))
    assert told(found) == [
        ("road_undershoot", ("left", "rung"), 2.0),
        ("road_undershoot", ("right", "rung"), 3.0),
        ("road_unconnected", ("rung",), 195.0),
    ]


def test_a_road_drawn_twice_does_not_meet_itself() -> None:
    side = line((300, 800), (300, 503))
    found = network(main=MAIN, side=side, again=line((300, 503), (300, 800)))
    missed = {item.feature_ids for item in found if item.code == "road_undershoot"}
    assert missed == {("main", "side"), ("main", "again")}


def test_parts_of_one_road_that_do_not_meet() -> None:
    broken = MultiLineString([line((100, 500), (100, 600)), line((100, 604), (100, 700))])
    assert told(network(main=MAIN, broken=broken)) == [
        ("road_undershoot", ("broken",), 4.0),
        ("road_unconnected", ("broken",), 96.0),
    ]


def test_beyond_the_tolerance_it_is_a_dead_end() -> None:
    side = line((300, 800), (300, 505.001))
    assert [item.code for item in network(main=MAIN, side=side)] == ["road_unconnected"]
    assert len(network(6.0, main=MAIN, side=side)) == 2
    assert [item.code for item in network(0.0, main=MAIN, side=side)] == ["road_unconnected"]


def test_roads_that_leave_the_city_go_on_elsewhere() -> None:
    edge = {
        "to_the_edge": line((300, 900), (300, 1000)),
        "near_the_edge": line((300, 100), (300, 4)),
        "beyond": line((700, 900), (700, 1200)),
        "twin": line((310, 900), (303, 1000)),
        "outside": line((2000, 0), (2000, 100)),
    }
    assert network(main=MAIN, **edge) == []


def test_a_gap_between_two_units_is_no_edge_of_the_city() -> None:
    apart = CITY.frame.copy()
    apart.loc[1, "geometry"] = square(500.5, 0, 499.5, 1000)
    village = roads(main=MAIN, village=line((400, 800), (600, 800)))
    found = check_network(village, CITY.with_frame(apart), 5.0)
    assert told(found) == [("road_unconnected", ("village",), 200.0)]


def test_parts_of_a_network_are_told_with_all_their_roads() -> None:
    found = network(
        main=MAIN,
        b=line((100, 100), (200, 100)),
        a=line((150, 100), (150, 150)),
        loop=line((600, 100), (700, 100), (700, 200), (600, 100)),
    )
    assert told(found) == [
        ("road_unconnected", ("a", "b"), 150.0),
        ("road_unconnected", ("loop",), pytest.approx(341.421)),
    ]


def test_no_roads_and_one_road() -> None:
    assert network() == []
    assert network(only=line((100, 100), (200, 100))) == []


@settings(max_examples=60, deadline=None)
@given(cells=st.sets(st.tuples(st.integers(0, 8), st.integers(0, 8), st.booleans()), max_size=60))
def test_connected_parts_as_by_walking(cells: set[tuple[int, int, bool]]) -> None:
    """Streets of a grid, every crossing shared; the parts are counted by walking from each."""
    streets = {}
    for x, y, up in sorted(cells):
        start, end = (x, y), (x, y + 1) if up else (x + 1, y)
        streets[f"{x}-{y}-{int(up)}"] = (start, end)
    parts: list[set[str]] = []
    left = set(streets)
    while left:
        part, reached = set(), set(streets[min(left)])
        while new := {name for name in left - part if set(streets[name]) & reached}:
            part |= new
            reached |= {corner for name in new for corner in streets[name]}
        parts.append(part)
        left -= part
    shapes = {
        name: line(*[(100 + 90.0 * x, 100 + 90.0 * y) for x, y in ends])
        for name, ends in streets.items()
    }
    found = network(**shapes)
    assert {item.code for item in found} <= {"road_unconnected"}
    reported = sorted((sorted(item.feature_ids) for item in found), key=str)
    longest = max((len(part) for part in parts), default=0)
    expected = sorted((sorted(part) for part in parts), key=str)
    assert len(reported) == max(len(parts) - 1, 0)
    assert all(part in expected for part in reported)
    assert [len(part) for part in expected if part not in reported] == [longest] * bool(parts)


# ---- as part of the check -------------------------------------------------------------------


def test_the_check_finds_roads_with_the_tolerance_of_the_project() -> None:
    streets = roads(main=MAIN, side=line((300, 800), (300, 503)))
    codes = {item.code for item in checked(CITY, streets).findings}
    assert codes == {"road_undershoot", "road_unconnected"}
    codes = {item.code for item in checked(CITY, streets, road_gap_m=2.0).findings}
    assert codes == {"road_unconnected"}


def test_every_gap_has_a_name_of_its_own() -> None:
    ladder = {"left": line((200, 0), (200, 1000)), "right": line((202, 0), (202, 1000))}
    rung = {f"r{n}": line((204, 100 * n), (300, 100 * n)) for n in range(1, 9)}
    names = [item.finding_id for item in checked(CITY, roads(**ladder, **rung)).findings]
    assert len(set(names)) == len(names) > 8
