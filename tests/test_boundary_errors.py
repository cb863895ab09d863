"""Variances of areas worked out by hand: squares whose corners are each misplaced by sigma.

At a corner of a square of side L the area grows by half the diagonal times the movement across
it, so its variance is 4 · (L/√2)² σ² = 2 L² σ².
"""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import Polygon, box

from urbanplan_gis.geometry.boundary_errors import AreaGradient, area_gradient, corners_of
from urbanplan_gis.geometry.drawn_points import drawn_points
from urbanplan_gis.geometry.face_edges import FaceEdges, face_edges

SIGMA = 0.6
#: where coordinates are as large as on the ground
EAST, NORTH = 584_000.0, 1_670_000.0


def array(*shapes: Polygon) -> np.ndarray:
    moved = [shapely.transform(shape, lambda xy: xy + (EAST, NORTH)) for shape in shapes]
    return np.array(moved, dtype=object)


def gradient(faces: np.ndarray, drawn: np.ndarray, sigma: float = SIGMA) -> AreaGradient:
    points = drawn_points(drawn, np.full(len(drawn), sigma))
    return area_gradient(corners_of(faces, points), points)


def variance(faces: np.ndarray, drawn: np.ndarray, *weight: float) -> float:
    """In units of sigma²."""
    return gradient(faces, drawn).variance(np.array(weight, dtype=float)) / SIGMA**2


def edges(faces: np.ndarray) -> FaceEdges:
    return face_edges(corners_of(faces, drawn_points(faces, np.full(len(faces), SIGMA))))


def test_square() -> None:
    square = array(box(0, 0, 100, 100))
    assert variance(square, square, 1.0) == pytest.approx(2 * 100**2)


def test_hole_counts_as_the_square_around_it() -> None:
    ring = array(box(0, 0, 100, 100) - box(20, 20, 50, 50))
    assert variance(ring, ring, 1.0) == pytest.approx(2 * (100**2 + 30**2))


def test_two_parts_of_one_feature_are_independent() -> None:
    both = np.array([shapely.multipolygons(array(box(0, 0, 10, 10), box(30, 0, 50, 20)))])
    assert variance(both, both, 1.0) == pytest.approx(2 * (10**2 + 20**2))


def test_ratio_of_one_square_to_two() -> None:
    """R = A / (A + B), both L²: dR/dA = 1/(4 L²) = −dR/dB.

    The four outer corners give L²/2 each, the two common ones L² each: 4 L² / (4 L²)².
    """
    side = 100.0
    squares = array(box(0, 0, side, side), box(side, 0, 2 * side, side))
    by = 1 / (4 * side**2)
    assert variance(squares, squares, by, -by) == pytest.approx(1 / (4 * side**2))


def test_points_of_several_drawings_are_as_good_as_the_best() -> None:
    square = array(box(0, 0, 10, 10))
    twice = np.concatenate([square, square])
    for sigma in ([0.6, 0.2], [np.nan, 0.2], [0.2, np.nan]):
        points = drawn_points(twice, np.array(sigma))
        found = area_gradient(corners_of(square, points), points)
        assert found.variance(np.ones(1)) == pytest.approx(2 * 10**2 * 0.2**2)


def test_points_without_a_declared_accuracy_stand_still() -> None:
    square = array(box(0, 0, 10, 10))
    assert gradient(square, square, np.nan).variance(np.ones(1)) == 0.0


def test_a_place_on_a_straight_edge_that_nobody_drew_changes_nothing() -> None:
    noded = array(Polygon([(0, 0), (37, 0), (100, 0), (100, 100), (80, 100), (0, 100)]))
    square = array(box(0, 0, 100, 100))
    assert variance(noded, square, 1.0) == pytest.approx(2 * 100**2)


def test_a_vertex_of_neighbours_on_a_straight_edge_slides_on_it() -> None:
    """West of x = 100 one square, east of it two lots that meet halfway up its edge.

    The square is as uncertain as alone. The upper lot (L x L/2): the common vertex slides
    (L/2)², the upper end of the square's edge (3L/8)² + (L/2)², the lower end (L/8)², and the
    two free corners 5/16 L² each: 82/64 L².
    """
    west, lower, upper = array(box(0, 0, 100, 100), box(100, 0, 200, 50), box(100, 50, 200, 100))
    faces = np.array([west, lower, upper])
    assert variance(faces, faces, 1, 0, 0) == pytest.approx(2 * 100**2)
    assert variance(faces, faces, 0, 0, 1) == pytest.approx(82 / 64 * 100**2)
    # all three: neither the common edge nor the vertex on it counts any more; the corners of the
    # lots at x = 200, y = 50 are drawn, and break the east side in two: (L/2)² there, and
    # 5/16 L² at the two eastern corners; the ends of the common edge (L)² each
    assert variance(faces, faces, 1, 1, 1) == pytest.approx(
        (2 * 1 / 2 + 2 * 1 + 1 / 4 + 2 * (1 / 16 + 1 / 4)) * 100**2
    )


def test_crossing_of_two_drawings_moves_with_both_lines() -> None:
    """A stands 10 m wide from y = −10 to 40, B lies 10 m high from x = −20 to 30.

    A side of the common square moves as its drawn line does at the middle of the side: there the
    lines of A are 0.3 along (0.7² + 0.3² = 0.58), those of B halfway (0.5). Nothing else counts.
    """
    tall, wide = array(box(0, -10, 10, 40), box(-20, 0, 30, 10))
    drawn = np.array([tall, wide])
    common = np.array([tall & wide])
    assert variance(common, drawn, 1.0) == pytest.approx((2 * 0.58 + 2 * 0.5) * 10**2)
    # the arms of B and the common square make up B, which is drawn by its corners alone
    parts = np.array([tall & wide, *shapely.get_parts(wide - tall)])
    expected = (50**2 + 10**2) / 4 * 4
    assert variance(parts, drawn, 1, 1, 1) == pytest.approx(expected)


def test_a_line_inside_the_counted_ground_changes_nothing() -> None:
    square, half = array(box(0, 0, 100, 100), box(20, 0, 60, 100))
    parts = shapely.get_parts(square - half)
    faces = np.array([*parts, half])
    assert variance(faces, np.array([square, half]), 1, 1, 1) == pytest.approx(2 * 100**2)


def test_vertices_that_ride_on_each_other_in_a_circle() -> None:
    """Four lots around a court, each ending on the side of the next.

    A side of the court is three quarters along its lot's line of 2 m: (1/4)² + (3/4)² each.
    """
    lots = array(box(0, 0, 2, 1), box(2, 0, 3, 2), box(1, 2, 3, 3), box(0, 1, 1, 3))
    court = array(box(1, 1, 2, 2))
    faces = np.concatenate([lots, court])
    assert variance(faces, lots, 0, 0, 0, 0, 1) == pytest.approx(4 * 10 / 16)


def test_millimetres_apart_is_one_place() -> None:
    """Vertices half a millimetre apart move as one, and so do sides drawn by two neighbours."""
    west, east = array(box(0, 0, 100, 100), box(100.0005, 0, 200, 100))
    faces = np.array([west, east])
    exact = array(box(0, 0, 100, 100), box(100, 0, 200, 100))
    assert variance(faces, faces, 1, -1) == pytest.approx(variance(exact, exact, 1, -1), rel=1e-4)


def test_boundary_between_faces() -> None:
    """One square beside two lots: 50 m to each, 300 m to nobody, 100 m between the lots."""
    found = edges(array(box(0, 0, 100, 100), box(100, 0, 200, 50), box(100, 50, 200, 100)))
    length = {}
    for face, other, metres in zip(found.face, found.other, found.length, strict=True):
        key = tuple(sorted((int(face), int(other))))
        length[key] = length.get(key, 0.0) + metres
    assert length == pytest.approx(
        {(0, 1): 50, (0, 2): 50, (1, 2): 100, (-1, 0): 300, (-1, 1): 150, (-1, 2): 150}
    )


def test_against_shapes_moved_at_random() -> None:
    """Crossing lots of two drawings, cut anew in 4 000 throws: sd of the areas, within 4 %."""
    generator = np.random.default_rng(20250630)
    drawn = array(
        Polygon([(0, 0), (60, -5), (120, 10), (110, 90), (55, 80), (-5, 95)]),
        Polygon([(40, 30), (150, 20), (160, 70), (90, 60), (45, 75)]),
    )
    weight = np.array([1.0, 0.3, -0.5])

    def faces(first: Polygon, second: Polygon) -> np.ndarray:
        return np.array([first & second, first - second, second - first])

    expected = gradient(faces(*drawn), drawn).variance(weight) ** 0.5
    throws = []
    for _ in range(4000):
        moved = shapely.transform(
            drawn, lambda xy: xy + _once_per_place(xy, generator), interleaved=True
        )
        throws.append(shapely.area(faces(*moved)) @ weight)
    # the standard error of a standard deviation is 1 / sqrt(2 n) = 1.1 %
    assert np.std(throws) == pytest.approx(expected, rel=0.04)


def _once_per_place(places: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    distinct, place = np.unique(places, axis=0, return_inverse=True)
    return generator.normal(0.0, SIGMA, distinct.shape)[place.ravel()]
