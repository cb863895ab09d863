"""Plane geometry on squares a reader can check, and on seeded random polygons."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Polygon, box

from urbanplan_gis.geometry.areas import area_noise, as_array, geodesic_ratio, polygons_only
from urbanplan_gis.geometry.carving import carve
from urbanplan_gis.geometry.grouping import grouped
from urbanplan_gis.geometry.order import rank_by
from urbanplan_gis.geometry.pieces import NOWHERE, Pieces
from urbanplan_gis.geometry.planar import find_overlaps, yield_ground
from urbanplan_gis.geometry.punching import punch
from urbanplan_gis.geometry.split import area_inside, split_faces
from urbanplan_gis.geometry.unions import outside_of
from urbanplan_gis.geometry.validity import repair_polygons
from urbanplan_gis.geometry.windows import windows

#: coordinates as large as those of the city, where rounding is that of real data
EAST, NORTH = 584_000.0, 1_670_000.0


def square(x: float, y: float, side: float = 100.0, high: float | None = None) -> Polygon:
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + (high or side))


def shifted(*corners: tuple[float, float]) -> Polygon:
    return Polygon([(EAST + x, NORTH + y) for x, y in corners])


def blob(random: np.random.Generator, x: float, y: float, radius: float) -> Polygon:
    """A star-shaped polygon of 5 to 20 random corners around a point; always valid."""
    corners = int(random.integers(5, 20))
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    reach = radius * random.uniform(0.4, 1.0, corners)
    return shifted(*zip(x + reach * np.cos(angle), y + reach * np.sin(angle), strict=True))


# ---- repair ---------------------------------------------------------------------------------


def test_bow_tie_becomes_its_two_triangles() -> None:
    bow_tie = shifted((0, 0), (10, 10), (10, 0), (0, 10))
    repair = repair_polygons(as_array([square(50, 50), bow_tie]))
    assert repair.invalid.tolist() == [1]
    assert repair.reasons[0].startswith("Self-intersection")
    # as written the two triangles of 25 m² cancel out; mended both count
    assert repair.area_before.tolist() == [0.0]
    assert repair.area_after == pytest.approx([50.0])
    triangles = shapely.get_parts(repair.geometries[1])
    assert shapely.area(triangles) == pytest.approx([25.0, 25.0])
    assert repair.geometries[0].equals(square(50, 50))


def test_figure_eight_becomes_its_two_squares() -> None:
    """One ring through two squares that touch at the point (10, 10), where it runs twice."""
    eight = shifted((0, 0), (10, 0), (10, 20), (20, 20), (20, 10), (0, 10))
    repair = repair_polygons(as_array([eight]))
    expected = shapely.union_all([square(0, 0, 10), square(10, 10, 10)])
    assert not eight.is_valid
    assert repair.geometries[0].is_valid
    assert repair.geometries[0].equals(expected)
    assert repair.area_after.tolist() == [200.0]


def test_spike_loses_nothing_but_the_spike() -> None:
    spiked = shifted((0, 0), (10, 0), (10, 5), (30, 5), (10, 5), (10, 10), (0, 10))
    repair = repair_polygons(as_array([spiked]))
    assert repair.invalid.tolist() == [0]
    assert repair.geometries[0].equals(square(0, 0, 10))
    assert (repair.area_before[0], repair.area_after[0]) == (100.0, 100.0)


def test_collapsed_polygon_is_empty_and_said_so() -> None:
    line = shifted((0, 0), (10, 0), (0, 0))
    repair = repair_polygons(as_array([line]))
    assert repair.invalid.tolist() == [0]
    assert repair.geometries[0].is_empty
    assert repair.area_after.tolist() == [0.0]


def test_valid_polygons_come_back_as_the_same_objects() -> None:
    given = as_array([square(0, 0), MultiPolygon([square(0, 0), square(200, 0)])])
    repair = repair_polygons(given)
    assert len(repair.invalid) == 0
    assert all(ours is theirs for ours, theirs in zip(repair.geometries, given, strict=True))


# ---- small tools ----------------------------------------------------------------------------


def test_polygons_only_keeps_area_and_length_of_the_array() -> None:
    edge = LineString([(0, 0), (1, 1)])
    mixed = shapely.GeometryCollection([edge, square(0, 0), square(200, 0)])
    one = shapely.GeometryCollection([edge, square(0, 0)])
    result = polygons_only(as_array([mixed, one, edge, square(0, 0), shapely.Point(0, 0)]))
    assert shapely.area(result).tolist() == [20_000.0, 10_000.0, 0.0, 10_000.0, 0.0]
    assert {shape.geom_type for shape in result} <= {"Polygon", "MultiPolygon"}


def test_area_noise_grows_with_boundary_and_distance() -> None:
    near, far = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)]), square(0, 0, 1)
    noise = area_noise(as_array([near, far, Polygon()]))
    assert 0 < noise[0] < noise[1] < 1e-7
    assert noise[2] == 0


def test_geodesic_ratio_is_the_square_of_the_scale_factor() -> None:
    """On the central meridian the scale of TM-3 is 0.9999, so areas are 0.9999² of the ground."""
    on_meridian = box(499_950, 1_670_000, 500_050, 1_670_100)
    ratio = geodesic_ratio(as_array([on_meridian]), "EPSG:5898")
    assert ratio[0] == pytest.approx(1 / 0.9999**2, abs=1e-7)


def test_rank_by_sorts_by_the_first_key_first() -> None:
    first, second = np.array([1, 0, 1, 0]), np.array(["b", "z", "a", "y"])
    assert rank_by(first, second).tolist() == [3, 1, 2, 0]


def test_grouped_positions() -> None:
    found = {key: group.tolist() for key, group in grouped(np.array([7, 3, 7, 3, 5]))}
    assert found == {3: [1, 3], 5: [4], 7: [0, 2]}
    assert list(found) == [3, 5, 7]
    assert list(grouped(np.array([], dtype=np.intp))) == []


# ---- overlaps -------------------------------------------------------------------------------


def test_rank_decides_who_keeps_the_ground() -> None:
    pair = as_array([square(0, 0), square(60, 0)])  # 40 m x 100 m in common
    for rank, winner in ((np.array([0, 1]), 0), (np.array([1, 0]), 1)):
        overlaps = find_overlaps(pair, rank)
        assert overlaps.winner.tolist() == [winner]
        assert overlaps.loser.tolist() == [1 - winner]
        assert overlaps.area.tolist() == [4000.0]
        assert overlaps.shared[0].equals(square(60, 0, 40, 100))
        planar = yield_ground(pair, overlaps)
        assert planar[winner].equals(pair[winner])
        assert planar[1 - winner].area == 6000.0


def test_neighbours_and_corners_do_not_overlap() -> None:
    tiles = as_array([square(0, 0), square(100, 0), square(100, 100), square(300, 0)])
    assert len(find_overlaps(tiles, np.arange(4)).winner) == 0


def test_polygon_inside_another_yields_all_or_leaves_a_hole() -> None:
    nested = as_array([square(0, 0), square(20, 20, 10)])
    keeps_hole = yield_ground(nested, find_overlaps(nested, np.array([1, 0])))
    assert shapely.area(keeps_hole).tolist() == [9900.0, 100.0]
    assert len(keeps_hole[0].interiors) == 1
    all_gone = yield_ground(nested, find_overlaps(nested, np.array([0, 1])))
    assert shapely.area(all_gone).tolist() == [10_000.0, 0.0]


@pytest.mark.parametrize("seed", range(6))
def test_yielding_keeps_the_union_and_leaves_nothing_in_common(seed: int) -> None:
    random = np.random.default_rng(seed)
    places = random.uniform(0, 300, (25, 2))
    polygons = as_array([blob(random, x, y, 60) for x, y in places])
    rank = random.permutation(25)
    overlaps = find_overlaps(polygons, rank)
    assert len(overlaps.winner) > 20
    assert (rank[overlaps.winner] < rank[overlaps.loser]).all()
    planar = yield_ground(polygons, overlaps)
    union = shapely.union_all(polygons)
    assert shapely.union_all(planar).area == pytest.approx(union.area, rel=1e-9)
    # with nothing in common the areas add up to that of the union
    assert shapely.area(planar).sum() == pytest.approx(union.area, rel=1e-9)
    # at any point the polygon of lowest rank has the ground
    points = shapely.points(EAST + random.uniform(0, 300, 300), NORTH + random.uniform(0, 300, 300))
    for point in points:
        over = np.flatnonzero(shapely.contains_properly(polygons, point))
        has = np.flatnonzero(shapely.contains_properly(planar, point))
        assert has.tolist() == ([over[rank[over].argmin()]] if len(over) else [])


# ---- splitting ------------------------------------------------------------------------------


def by_face(pieces: Pieces) -> dict[tuple[int, int], float]:
    """Area by face and cutter."""
    found: dict[tuple[int, int], float] = {}
    for face, cutter, area in zip(
        pieces.face, pieces.cutter, shapely.area(pieces.geometries), strict=True
    ):
        key = int(face), int(cutter)
        found[key] = found.get(key, 0.0) + area
    return found


def test_split_squares() -> None:
    faces = as_array([square(0, 0), square(100, 0), square(500, 0)])
    cutters = as_array([square(50, 0, 100, 100), square(-10, -10, 20), square(480, -20, 200)])
    assert by_face(split_faces(faces, cutters)) == pytest.approx(
        {
            (0, 0): 5000.0,
            (0, 1): 100.0,
            (0, NOWHERE): 4900.0,
            (1, 0): 5000.0,
            (1, NOWHERE): 5000.0,
            (2, 2): 10_000.0,
        }
    )


def test_face_wholly_inside_comes_back_untouched() -> None:
    faces = as_array([square(10, 10, 20)])
    pieces = split_faces(faces, as_array([square(0, 0)]))
    assert pieces.geometries[0] is faces[0]
    assert pieces.cutter.tolist() == [0]


def test_face_that_fills_its_cutter_exactly() -> None:
    assert by_face(split_faces(as_array([square(0, 0)]), as_array([square(0, 0)]))) == {
        (0, 0): 10_000.0
    }


def test_cutter_that_only_touches_does_not_cut() -> None:
    faces = as_array([square(0, 0)])
    touching = as_array([square(100, 0), square(100, 100), square(-100, 30, 100, 20)])
    pieces = split_faces(faces, touching)
    assert pieces.cutter.tolist() == [NOWHERE]
    assert pieces.geometries[0].equals(faces[0])


def test_no_cutters_and_no_faces() -> None:
    nothing = np.array([], dtype=object)
    assert split_faces(as_array([square(0, 0)]), nothing).cutter.tolist() == [NOWHERE]
    assert len(split_faces(nothing, as_array([square(0, 0)])).face) == 0


@pytest.mark.parametrize("seed", range(8))
def test_parts_of_random_faces(seed: int) -> None:
    """Parts add up to their face, do not overlap, and lie where their label says."""
    random = np.random.default_rng(100 + seed)
    cells = [square(50 * x, 50 * y, 50) for x in range(6) for y in range(6)]
    faces = as_array(cells)
    raw = as_array([blob(random, x, y, 70) for x, y in random.uniform(0, 300, (15, 2))])
    cutters = yield_ground(raw, find_overlaps(raw, np.arange(len(raw))))
    cutters = cutters[~shapely.is_empty(cutters)]
    pieces = split_faces(faces, cutters)

    area = shapely.area(pieces.geometries)
    sums = np.bincount(pieces.face, weights=area, minlength=len(faces))
    # a coordinate of the city is rounded to 2.3e-10 m, along some 200 m of boundary
    assert sums == pytest.approx(shapely.area(faces), abs=5e-8)
    assert (area > 0).all()
    # nothing in common: together they cover as much as they add up to
    together = [shapely.union_all(pieces.geometries[pieces.face == n]).area for n in range(36)]
    assert together == pytest.approx(sums, rel=1e-9)
    # any point lies in one piece, of its own face, labelled by the cutter that holds the point
    points = shapely.points(EAST + random.uniform(0, 300, 500), NORTH + random.uniform(0, 300, 500))
    labels = set()
    for point in points:
        (piece,) = np.flatnonzero(shapely.contains_properly(pieces.geometries, point))
        assert shapely.contains_properly(faces[pieces.face[piece]], point)
        holding = np.flatnonzero(shapely.contains_properly(cutters, point)).tolist()
        assert holding == ([] if pieces.cutter[piece] == NOWHERE else [pieces.cutter[piece]])
        labels.add(int(pieces.cutter[piece]))
    assert len(labels) > 10


@pytest.mark.parametrize("seed", range(4))
def test_boundaries_a_nanometre_apart_lose_no_ground(seed: int) -> None:
    """A strip drawn twice, its second edge moved by less than coordinates can tell."""
    random = np.random.default_rng(200 + seed)
    line = np.column_stack([np.linspace(0, 1000, 60), random.uniform(-5, 5, 60).cumsum()])
    land = LineString(line + [EAST, NORTH]).buffer(8, cap_style="flat")
    corners = np.array(land.exterior.coords)[:-1]
    moved = Polygon(corners + random.uniform(-2e-9, 2e-9, corners.shape))
    faces = as_array([land, square(-50, -200, 1100, 400).difference(land)])
    pieces = split_faces(faces, as_array([moved]))
    sums = np.bincount(pieces.face, weights=shapely.area(pieces.geometries), minlength=2)
    assert sums == pytest.approx(shapely.area(faces), rel=1e-12)
    inside = by_face(pieces)
    assert inside[0, 0] == pytest.approx(land.area, rel=1e-6)
    assert inside[1, NOWHERE] == pytest.approx(faces[1].area, rel=1e-6)


def common_area(first: Polygon, second: Polygon) -> float:
    """Area that two convex polygons share (m²), in exact arithmetic: one clipped by the other."""
    ring, edges = (
        [(Fraction(x), Fraction(y)) for x, y in shapely.get_coordinates(item.normalize())[:-1]]
        for item in (first, second)
    )
    for (ax, ay), (bx, by) in zip(edges, [*edges[1:], edges[0]], strict=True):
        # normalised rings run clockwise: inside is to the right
        side = [(x - ax) * (by - ay) - (y - ay) * (bx - ax) for x, y in ring]
        kept = []
        for here, then, one, other in zip(
            ring, [*ring[1:], *ring[:1]], side, [*side[1:], *side[:1]], strict=True
        ):
            if one >= 0:
                kept.append(here)
            if one * other < 0:
                along = one / (one - other)
                kept.append(tuple(a + along * (b - a) for a, b in zip(here, then, strict=True)))
        ring = kept
    turns = zip(ring, [*ring[1:], *ring[:1]], strict=True)
    return float(abs(sum(x * v - u * y for (x, y), (u, v) in turns)) / 2)


def test_ground_that_overlay_takes_for_the_other_side() -> None:
    """A triangle of 1 272 m² beside a needle, from the remainder of a plan.

    Plain overlay finds the whole triangle in the needle and nothing outside: it all adds up.
    """
    triangle = Polygon(
        [
            (593080.8864986296, 1676574.2605657247), (593090.4052308406, 1676564.499199555),
            (592886.4939648354, 1676506.2655626328),
        ]
    )  # fmt: skip
    needle = Polygon(
        [
            (592776.5078540713, 1676886.397869092), (592834.0984302455, 1676827.3393002083),
            (593098.751063601, 1676555.9406302243),
        ]
    )  # fmt: skip
    beside = square(10_000, 0)
    assert common_area(square(0, 0), square(90, -10)) == 900.0
    assert common_area(triangle, needle) < 1e-6
    pieces = split_faces(as_array([triangle]), as_array([MultiPolygon([needle, beside])]))
    area = shapely.area(pieces.geometries)
    assert area[pieces.cutter != NOWHERE].sum() < 1e-6
    assert area.sum() == pytest.approx(triangle.area, rel=1e-9)


# ---- carving, measuring, unions, windows ----------------------------------------------------


def test_carve_takes_cutters_one_after_another() -> None:
    """The second cutter overlaps the first: it gets only what the first has left."""
    faces = as_array([square(500, 0), square(0, 0)])
    cutters = as_array([square(0, 0, 50, 100), square(40, 0, 30, 100), square(900, 0)])
    pieces = carve(faces, cutters, 1, np.array([0, 1]))
    assert set(pieces.face.tolist()) == {1}
    assert by_face(pieces) == pytest.approx({(1, 0): 5000.0, (1, 1): 2000.0, (1, NOWHERE): 3000.0})


def test_carve_leaves_the_thinnest_polygons_whole() -> None:
    """A sliver of a nanometre goes where its inner point lies, uncut."""
    sliver = square(0, 0, 100, 1e-8)
    for cutter, label in ((square(-10, -10, 200), 0), (square(0, 500), NOWHERE)):
        pieces = carve(as_array([sliver]), as_array([cutter]), 0, np.array([0]))
        assert pieces.cutter.tolist() == [label]
        assert pieces.geometries[0].equals(sliver)


def test_area_inside_measures_without_cutting() -> None:
    faces = as_array([square(0, 0), square(100, 0), square(900, 0)])
    cutters = as_array([square(50, 0, 100, 50), square(50, 50, 30, 50)])
    assert area_inside(faces, cutters) == pytest.approx([4000.0, 2500.0, 0.0])
    nothing = np.array([], dtype=object)
    assert area_inside(faces, nothing).tolist() == [0.0, 0.0, 0.0]
    assert len(area_inside(nothing, cutters)) == 0


def test_area_inside_is_never_more_than_the_face() -> None:
    third = 100 / 3
    strips = as_array([square(third * n, 0, third, 100) for n in range(3)])
    faces = as_array([square(0, 0)])
    assert area_inside(faces, strips)[0] <= faces[0].area
    assert area_inside(faces, strips)[0] == pytest.approx(10_000, rel=1e-9)


def rows_of(*polygons: Polygon) -> np.ndarray:
    return as_array(list(polygons)).reshape(1, -1)


def test_outside_of_neighbours_with_a_t_junction() -> None:
    """Two small squares against one side of a large one: no vertex of it meets theirs."""
    whole = as_array([square(0, 0, 200)])
    row = rows_of(square(0, 0, 100, 200), square(100, 0, 100, 70), square(100, 70, 100, 50))
    rest = outside_of(whole, row, np.array([20_000.0 + 7000 + 5000]))
    assert rest[0].equals(square(100, 120, 100, 80))


def test_outside_of_polygons_that_overlap_a_little() -> None:
    """The row's common ground (10 m x 100 m) makes the quick ways wrong, not the result."""
    whole = as_array([square(0, 0, 200)])
    row = rows_of(square(0, 0, 100, 100), square(90, 0, 100, 100))
    rest = outside_of(whole, row, np.array([19_000.0]))
    assert rest[0].area == pytest.approx(40_000 - 19_000)
    assert rest[0].equals(square(0, 0, 200).difference(square(0, 0, 190, 100)))


def test_outside_of_a_single_polygon_and_of_everything() -> None:
    wholes = as_array([square(0, 0), square(0, 0)])
    rows = as_array([square(0, 0, 100, 40), square(-10, -10, 200)]).reshape(2, 1)
    rest = outside_of(wholes, rows, np.array([4000.0, 10_000.0]))
    assert shapely.area(rest).tolist() == [6000.0, 0.0]


@pytest.mark.parametrize("seed", range(3))
def test_windows_equal_the_polygon_inside_their_box(seed: int) -> None:
    random = np.random.default_rng(300 + seed)
    angle = np.linspace(0, 2 * math.pi, 3000, endpoint=False)
    reach = 500 + random.uniform(-60, 60, 3000)
    large = shifted(*zip(reach * np.cos(angle), reach * np.sin(angle), strict=True))
    large = large.difference(shapely.Point(EAST, NORTH).buffer(200))
    corner = random.uniform(-600, 550, (40, 2)) + [EAST, NORTH]
    boxes = np.column_stack([corner, corner + random.uniform(1, 80, (40, 2))])
    near = windows(large, boxes)
    inside = shapely.box(*boxes.T)
    cut, whole = shapely.intersection(near, inside), shapely.intersection(large, inside)
    assert shapely.area(cut) == pytest.approx(shapely.area(whole), rel=1e-12, abs=1e-6)
    assert shapely.area(shapely.symmetric_difference(cut, whole)).max() < 1e-6
    assert shapely.get_num_coordinates(near).max() < shapely.get_num_coordinates(large)


def test_small_polygons_are_their_own_windows() -> None:
    small = square(0, 0)
    near = windows(small, np.array([[EAST, NORTH, EAST + 1, NORTH + 1]] * 3))
    assert all(window is small for window in near)


def test_punching_leaves_other_grounds_alone_and_finds_the_right_part() -> None:
    two_parts = shapely.MultiPolygon([square(0, 0, 10), square(20, 0, 10)])
    ringed = shapely.difference(square(40, 0, 10), square(41, 1, 2))
    grounds = np.array([Polygon(), two_parts, ringed, square(60, 0, 10)], dtype=object)
    holes = np.array([square(22, 2, 3), square(45, 5, 4), square(23, 6, 2)], dtype=object)
    punched = punch(grounds, holes, np.array([1, 2, 1]))
    assert punched[0].is_empty
    assert punched[3] is grounds[3]
    assert shapely.is_valid(punched).all()
    assert punched[1].equals(shapely.difference(two_parts, shapely.union_all(holes[[0, 2]])))
    assert punched[2].equals(shapely.difference(ringed, holes[1]))


def test_a_face_with_nothing_left_beside_one_with_a_hole() -> None:
    """The first face is used up by two cutters, the second gets a plain hole from a third."""
    faces = np.array([square(0, 0, 10), square(20, 0, 10)], dtype=object)
    cutters = np.array(
        [square(-1, -1, 6, 12), square(5, -1, 6, 12), square(23, 3, 2)], dtype=object
    )
    pieces = split_faces(faces, cutters)
    found = sorted(zip(pieces.face, pieces.cutter, shapely.area(pieces.geometries), strict=True))
    assert found == [(0, 0, 50.0), (0, 1, 50.0), (1, NOWHERE, 96.0), (1, 2, 4.0)]


def test_a_triangle_beside_an_edge_is_not_taken_for_the_other_side() -> None:
    """Two of its corners lie within rounding of the long edge of the cutter, the third beyond it.

    GEOS 3.14 returns all of the triangle as common ground, and sums that add up.
    """
    ring = [(592691.7190665174, 1677282.199653983), (592345.9204507149, 1677122.3251569725)]
    cutter = Polygon([*ring, (592316.6340848005, 1676969.4723836083),
                      (592208.8508202034, 1677058.9531906545)])  # fmt: skip
    triangle = Polygon([
        (592434.2935311341, 1677163.1830468993), (592440.9689531397, 1677187.1501289527),
        (592465.4869666276, 1677177.6048362926),
    ])  # fmt: skip
    pieces = split_faces(as_array([triangle]), as_array([cutter]))
    outside = pieces.cutter == NOWHERE
    assert shapely.area(pieces.geometries[outside]).sum() == pytest.approx(triangle.area)
    assert shapely.area(pieces.geometries[~outside]).sum() < 1e-6
