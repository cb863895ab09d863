"""The exact partition of units: every overlap decided by one order, every gap kept."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import shapely
from shapely import Polygon

from test_quality import EAST, NORTH, layer, parcel, square
from urbanplan_gis.geometry.areas import as_array
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.data import Role
from urbanplan_gis.mosaic import LabelLayer, Mosaic, build_mosaic
from urbanplan_gis.quality.order import feature_rank


def labels(name: str, *polygons: Polygon, many: bool = False) -> LabelLayer:
    """A layer in which the polygon named first keeps the ground."""
    return LabelLayer(name, as_array(list(polygons)), np.arange(len(polygons)), many)


def areas(mosaic: Mosaic, *names: str) -> dict[tuple[int, ...], float]:
    """Area by unit and the labels named."""
    found: dict[tuple[int, ...], float] = {}
    for face, area in enumerate(mosaic.area):
        key = (int(mosaic.unit[face]), *(int(mosaic.labels[name][face]) for name in names))
        found[key] = found.get(key, 0.0) + area
    return found


def add_up(mosaic: Mosaic) -> None:
    """Σ faces = unit, and no two faces have ground in common."""
    sums = np.bincount(mosaic.unit, weights=mosaic.area, minlength=len(mosaic.unit_area))
    assert sums == pytest.approx(mosaic.unit_area, rel=1e-12)
    assert np.abs(mosaic.difference).max() <= 1e-12
    together = shapely.union_all(mosaic.geometries).area
    assert together == pytest.approx(mosaic.area.sum(), rel=1e-9)


def test_overlap_as_large_as_a_gap_in_the_same_unit() -> None:
    """10 m x 100 m drawn twice, 10 m x 100 m not at all: the sum of areas would look right."""
    use = labels("use", square(0, 0, 60, 100), square(50, 0, 40, 100))
    mosaic = build_mosaic(labels("unit", square(0, 0)), [use])
    assert shapely.area(use.geometries).sum() == mosaic.unit_area.sum()
    assert areas(mosaic, "use") == {(0, 0): 6000.0, (0, 1): 3000.0, (0, NOWHERE): 1000.0}
    overlaps = mosaic.overlaps["use"]
    assert (overlaps.winner.tolist(), overlaps.loser.tolist()) == ([0], [1])
    assert overlaps.area.tolist() == [1000.0]
    add_up(mosaic)


#: three bars that all overlap each other, and have the square (20..30, 20..30) in common
CYCLE = {
    "a": square(0, 20, 60, 10),
    "b": square(20, 0, 10, 60),
    "c": Polygon(
        [(x + 584_000, y + 1_670_000) for x, y in ((20, 20), (50, 20), (50, 50), (20, 50))]
    ),
}
COMMON = square(20, 20, 10)


@pytest.mark.parametrize(
    ("facts", "order"),
    [
        ({}, "abc"),  # areas 600, 600, 900: smaller first, then id
        ({"c": {"approved": "2001-01-01"}}, "cab"),
        ({"a": {"approved": "2001-01-01"}, "b": {"approved": "2002-01-01"}}, "bac"),
        ({"c": {"priority": 1}, "a": {"approved": "2024-01-01"}}, "cab"),
        ({"a": {"priority": -1}, "c": {"approved": "1950-01-01"}}, "cba"),
    ],
)
def test_three_polygons_that_all_overlap(facts: dict[str, dict[str, object]], order: str) -> None:
    """One total order decides every pair, whatever order the features are written in."""
    for written in itertools.permutations("abc"):
        features = [parcel(name, CYCLE[name], **facts.get(name, {})) for name in written]
        frame = layer(Role.LAND_USE, *features).frame
        use = LabelLayer("use", frame.geometry.to_numpy(), feature_rank(frame))
        mosaic = build_mosaic(labels("unit", square(0, 0)), [use])
        assert len(mosaic.overlaps["use"].winner) == 3
        got = {
            written[label]: area for (_, label), area in areas(mosaic, "use").items() if label >= 0
        }
        expected, taken = {}, Polygon()
        for name in order:
            expected[name] = CYCLE[name].difference(taken).area
            taken = taken.union(CYCLE[name])
        assert got == pytest.approx(expected)
        inside = shapely.contains_properly(mosaic.geometries, COMMON.centroid)
        assert [written[n] for n in mosaic.labels["use"][inside]] == [order[0]]
        add_up(mosaic)


def test_hand_values_of_the_cycle() -> None:
    """a and b cross in 100 m²; c shares 300 m² with each, 100 m² of it with both."""
    use = labels("use", CYCLE["a"], CYCLE["b"], CYCLE["c"])
    mosaic = build_mosaic(labels("unit", square(0, 0)), [use])
    assert areas(mosaic, "use") == pytest.approx(
        {(0, 0): 600.0, (0, 1): 500.0, (0, 2): 900 - 300 - 300 + 100, (0, NOWHERE): 8500.0}
    )


def test_plans_keep_all_their_values() -> None:
    plans = labels("plan", square(0, 0, 60, 100), square(40, 0, 60, 100), square(0, 0), many=True)
    mosaic = build_mosaic(labels("unit", square(0, 0)), [plans])
    held = {}
    for face, area in enumerate(mosaic.area):
        ids = tuple(np.flatnonzero(mosaic.covers["plan"][face]).tolist())
        held[ids] = held.get(ids, 0.0) + area
    assert held == {(0, 2): 4000.0, (0, 1, 2): 2000.0, (1, 2): 4000.0}
    assert "plan" not in mosaic.labels
    assert "plan" not in mosaic.overlaps
    add_up(mosaic)


def test_units_that_overlap_by_a_sliver_count_it_once() -> None:
    units = labels("unit", square(0, 0), square(99.5, 0, 100.5, 100))
    mosaic = build_mosaic(units, [labels("use", square(0, 0, 200, 100))])
    assert mosaic.unit_area.tolist() == [10_000.0, 10_000.0]
    assert mosaic.area.sum() == 20_000.0
    assert mosaic.overlaps["unit"].area.tolist() == [50.0]
    add_up(mosaic)


def test_layers_cut_each_other() -> None:
    """Two bars crossed over a square: four labels by hand."""
    use, row = labels("use", square(0, 0, 40, 100)), labels("row", square(0, 0, 100, 30))
    mosaic = build_mosaic(labels("unit", square(0, 0), square(100, 0)), [use, row])
    assert areas(mosaic, "use", "row") == {
        (0, 0, 0): 1200.0,
        (0, 0, NOWHERE): 2800.0,
        (0, NOWHERE, 0): 1800.0,
        (0, NOWHERE, NOWHERE): 4200.0,
        (1, NOWHERE, NOWHERE): 10_000.0,
    }
    add_up(mosaic)


def random_layer(name: str, seed: int, many: bool = False) -> LabelLayer:
    """Thirty rectangles, turned at random, over four units."""
    random = np.random.default_rng(seed)
    polygons = [
        shapely.affinity.rotate(
            square(*random.uniform(-20, 200, 2), *random.uniform(5, 60, 2)), random.uniform(0, 90)
        )
        for _ in range(30)
    ]
    return LabelLayer(name, as_array(polygons), random.permutation(30), many)


def four_units() -> LabelLayer:
    return labels("unit", *(square(x, y) for x in (0, 100) for y in (0, 100)))


@pytest.mark.parametrize("seed", range(2))
def test_random_layers_add_up_in_any_order(seed: int) -> None:
    three = [
        random_layer("use", seed),
        random_layer("zone", 50 + seed),
        random_layer("plan", 90 + seed, many=True),
    ]
    results = []
    for order in itertools.permutations(three):
        mosaic = build_mosaic(four_units(), order)
        add_up(mosaic)
        results.append((areas(mosaic, "use", "zone"), mosaic.covers["plan"]))
    first = results[0][0]
    for found, _ in results[1:]:
        assert found.keys() == first.keys()
        assert found == pytest.approx(first, rel=1e-12)
    assert len(first) > 40


@pytest.mark.parametrize("seed", range(2))
def test_a_random_point_has_the_label_of_the_first_in_rank(seed: int) -> None:
    use, plan = random_layer("use", seed), random_layer("plan", 70 + seed, many=True)
    mosaic = build_mosaic(four_units(), [use, plan])
    random = np.random.default_rng(seed)
    corner = four_units().geometries[0].bounds
    for x, y in random.uniform(0, 200, (300, 2)):
        point = shapely.Point(corner[0] + x, corner[1] + y)
        (face,) = np.flatnonzero(shapely.contains_properly(mosaic.geometries, point))
        over = np.flatnonzero(shapely.contains_properly(use.geometries, point))
        expected = over[use.rank[over].argmin()] if len(over) else NOWHERE
        assert mosaic.labels["use"][face] == expected
        plans = np.flatnonzero(shapely.contains_properly(plan.geometries, point))
        assert np.flatnonzero(mosaic.covers["plan"][face]).tolist() == plans.tolist()


def test_an_absent_layer_changes_nothing_else() -> None:
    use, zone = random_layer("use", 7), random_layer("zone", 8)
    alone = build_mosaic(four_units(), [use])
    both = build_mosaic(four_units(), [use, zone])
    assert set(alone.labels) == {"use"}
    # more cuts round more corners (2.3e-10 m each), nothing else
    assert areas(alone, "use") == pytest.approx(areas(both, "use"), abs=1e-7)


def test_no_layer_at_all_and_a_layer_without_features() -> None:
    bare = build_mosaic(four_units(), [])
    assert bare.area.tolist() == [10_000.0] * 4
    empty = LabelLayer("use", np.array([], dtype=object), np.array([], dtype=np.intp))
    mosaic = build_mosaic(four_units(), [empty])
    assert mosaic.labels["use"].tolist() == [NOWHERE] * 4
    add_up(mosaic)


def test_the_same_input_gives_the_same_bytes() -> None:
    layers = [random_layer("use", 3), random_layer("zone", 4)]
    one, two = build_mosaic(four_units(), layers), build_mosaic(four_units(), layers)
    assert shapely.to_wkb(one.geometries).tolist() == shapely.to_wkb(two.geometries).tolist()


def test_a_unit_drawn_twice_leaves_the_second_without_ground() -> None:
    units = labels("unit", square(0, 0, 10), square(0, 0, 10), square(10, 0, 10))
    mosaic = build_mosaic(units, [labels("use", square(5, 0, 10))])
    assert mosaic.unit_area.tolist() == [100.0, 0.0, 100.0]
    assert areas(mosaic, "use") == {(0, 0): 50.0, (0, -1): 50.0, (2, 0): 50.0, (2, -1): 50.0}
    assert mosaic.difference.tolist() == [0.0, 0.0, 0.0]


def subdivision(seed: int, cells: int = 250) -> np.ndarray:
    """Cells of 4 km x 3 km that meet edge to edge, at coordinates as large as the city's."""
    frame = square(0, 0, 4000, 3000)
    seeds = np.random.default_rng(seed).uniform((0, 0), (4000, 3000), (cells, 2)) + (EAST, NORTH)
    found = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=frame)
    return shapely.intersection(shapely.get_parts(found), frame)


@pytest.mark.parametrize("seed", range(6))
def test_one_subdivision_stored_with_different_roundings_adds_up(seed: int) -> None:
    """Units in full, lots to 0.1 mm, land use and general plan to 1 mm: slivers everywhere."""
    cells = subdivision(seed)
    to_mm, to_tenth = (
        shapely.transform(cells, lambda xy, digits=digits: np.round(xy, digits))
        for digits in (3, 4)
    )
    column = np.floor((shapely.get_x(shapely.centroid(cells)) - EAST) / 1400)
    units = [shapely.union_all(cells[column == here]) for here in np.unique(column)]
    mosaic = build_mosaic(
        labels("unit", *units),
        [
            labels("use", *to_mm),
            labels("general", *to_mm[::-1]),
            labels("lots", *to_tenth[:100]),
            labels(
                "plans", shapely.union_all(cells[:60]), shapely.union_all(to_mm[40:99]), many=True
            ),
        ],
    )
    assert np.abs(mosaic.difference).max() < 1e-10
    assert shapely.is_valid(mosaic.geometries).all()
