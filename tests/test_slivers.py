"""Slivers by hand, and against the largest circle that fits (another algorithm)."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Polygon, box

from urbanplan_gis.geometry.areas import as_array
from urbanplan_gis.quality.slivers import nowhere_wider

EAST, NORTH = 584_000.0, 1_670_000.0


def strip(width: float, long: float = 100.0, across: float = 0.0) -> Polygon:
    """A strip of a width, at the coordinates of the city."""
    return box(EAST, NORTH + across, EAST + long, NORTH + across + width)


def ring(outer: float, inner: float) -> Polygon:
    centre = shapely.Point(EAST, NORTH)
    return centre.buffer(outer, 64).difference(centre.buffer(inner, 64))


@pytest.mark.parametrize(
    ("polygon", "sliver"),
    [
        (strip(0.5), True),
        (strip(0.501), False),
        (strip(0.499, 1e5), True),
        (box(EAST, NORTH, EAST + 0.4, NORTH + 0.4), True),
        # legs 0.4 m wide; where they meet, a circle of 0.8·√2 / (1 + √2) = 0.469 m fits
        (strip(0.4).union(box(EAST, NORTH, EAST + 0.4, NORTH + 100)), True),
        (ring(50, 49.6), True),
        (ring(50, 49.4), False),
        # thin as a needle, but 0.6 m wide at its foot: the circle in it is 0.598 m wide
        (Polygon([(EAST, NORTH), (EAST + 100, NORTH + 0.3), (EAST, NORTH + 0.6)]), False),
        (Polygon([(EAST, NORTH), (EAST + 100, NORTH + 0.2), (EAST, NORTH + 0.4)]), True),
        # one part decides
        (MultiPolygon([strip(0.1), strip(0.2, across=5)]), True),
        (MultiPolygon([strip(0.1), strip(0.7, across=5)]), False),
        (Polygon(), True),
    ],
)
def test_slivers_by_hand(polygon: shapely.Geometry, sliver: bool) -> None:
    assert nowhere_wider(as_array([polygon]), 0.5).tolist() == [sliver]


def test_a_plate_full_of_holes_is_a_sliver_though_it_is_large() -> None:
    """Holes 1 m wide every 1.3 m: hundreds of square metres of bars 0.3 m wide."""
    plate = box(EAST, NORTH, EAST + 39.3, NORTH + 39.3)
    places = [(EAST + 0.3 + 1.3 * i, NORTH + 0.3 + 1.3 * j) for i in range(30) for j in range(30)]
    holes = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for x, y in places]
    bars = Polygon(plate.exterior.coords, holes)
    assert nowhere_wider(as_array([bars, plate]), 0.5).tolist() == [True, False]


def test_an_inner_buffer_that_vanishes_too_early_does_not_decide() -> None:
    """A circle of 2.0405 m fits, yet the default buffer by -1 m of this polygon is empty."""
    metres = [(0.583, 0.812), (-0.478, 0.146), (-1.968, -0.354), (-0.412, -1.957)]
    metres += [(0.966, -1.751), (0.874, -1.219), (1.0, 0.0)]
    polygon = Polygon([(EAST + x, NORTH + y) for x, y in metres])
    assert nowhere_wider(as_array([polygon]), 2.0).tolist() == [False]
    assert nowhere_wider(as_array([polygon]), 2.05).tolist() == [True]


def test_without_a_width_there_are_no_slivers() -> None:
    assert nowhere_wider(as_array([strip(1e-9), Polygon()]), 0.0).tolist() == [False, False]
    assert nowhere_wider(as_array([]), 0.5).tolist() == []


@settings(max_examples=150, deadline=None)
@given(
    angles=st.lists(st.floats(0.05, 1.0), min_size=3, max_size=9),
    reach=st.lists(st.floats(0.02, 3.0), min_size=9, max_size=9),
    width=st.floats(0.05, 2.0),
)
def test_as_the_largest_circle_that_fits(
    angles: list[float], reach: list[float], width: float
) -> None:
    """Star-shaped polygons, thin and thick, with and without a hole."""
    turns = np.cumsum(angles) / np.sum(angles) * 2 * np.pi
    far = np.array(reach[: len(turns)])
    rim = np.column_stack([EAST + far * np.cos(turns), NORTH + far * np.sin(turns)])
    inner = np.array([EAST, NORTH]) + (rim - [EAST, NORTH]) * 0.6
    for polygon in (Polygon(rim), Polygon(rim, [inner])):
        if not polygon.is_valid or polygon.area < 1e-6:
            continue
        diameter = 2 * shapely.maximum_inscribed_circle(polygon, tolerance=1e-5).length
        if abs(diameter - width) > 2e-3:  # arcs of the buffer are drawn by chords
            assert nowhere_wider(as_array([polygon]), width)[0] == (diameter < width)
