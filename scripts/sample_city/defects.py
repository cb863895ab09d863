"""Planted defects: small patches of known form in open fields, and spoiled features.

A patch is a grid of congruent parallelograms with integer-millimetre corners, so the
areas of its overlaps and gaps are known before anything is computed.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from .atoms import ORIGIN
from .names import UNITS


@dataclass(frozen=True)
class Patch:
    """Where and how a patch is drawn: unit, cells across and up, features by cell numbers."""

    kind: str
    unit: str
    across: int
    up: int
    features: tuple
    diagonals: bool = False


#: features: (name, code, cells); a cell named by no feature is a gap. No two overlapping
#: features have equal areas: which is smaller must not hang on the last bit of a double.
PATCHES = (
    Patch("overlap_inside", "21187", 3, 3, (("A", "CLN", range(9)), ("B", "NTS", (4,)))),
    Patch("overlap_pair", "21199", 4, 1, (("A", "LUC", (0, 1)), ("B", "BHK", (1, 2, 3)))),
    Patch("overlap_pair", "21256", 3, 2, (("A", "LUK", (0, 1, 3, 4)), ("B", "CLN", (4, 5, 2)))),
    Patch("overlap_pair", "21172", 4, 1, (("A", "TMD", (0, 1, 2)), ("B", "BHK", (2, 3)))),
    Patch(
        "overlap_cycle",
        "21208",
        3,
        2,
        (("A", "LUC", (3, 4, 5, 0, 1)), ("B", "BHK", (0, 1, 2)), ("C", "CLN", (2, 3, 4, 5))),
    ),
    Patch("overlap_equals_gap", "21232", 5, 1, (("A", "LUC", (1, 2)), ("B", "BHK", (2, 3, 4)))),
    Patch("gap", "21211", 3, 1, (("A", "BHK", (0,)), ("B", "BHK", (2,)))),
    Patch("gap", "21016", 2, 1, (("A", "TMD", (0,)),)),
    Patch("bow_tie", "21202", 1, 1, (("A", "BHK", (0, 2)), ("B", "CLN", (1, 3))), diagonals=True),
)


@dataclass
class Planted:
    """A patch on the ground: its cells as polygons (metres), in the order of its numbers."""

    patch: Patch
    cells: list


def plant(parcels, units, lines, cell_m: float) -> list[Planted]:
    """Return patches placed in the open field of their unit that is farthest from any line."""
    fields = np.flatnonzero(np.isin(np.array(parcels.function), ["field"]))
    polygons = np.array(parcels.polygons)[fields]
    spots = shapely.point_on_surface(polygons)
    tree = shapely.STRtree(lines)
    planted, used = [], []
    for number, patch in enumerate(PATCHES):
        inside = np.flatnonzero(
            shapely.contains_properly(units[patch.unit], polygons) & (shapely.area(polygons) > 3000)
        )
        inside = np.array([i for i in inside if fields[i] not in used])
        room = tree.query_nearest(spots[inside], return_distance=True, all_matches=False)[1]
        best = inside[int(np.argmax(room))]
        reach = room.max()
        side = min(cell_m, reach / np.hypot(patch.across, patch.up) * 1.6)
        if side < 4:
            raise ValueError(f"no room for {patch.kind} in unit {patch.unit}")
        used.append(fields[best])
        planted.append(Planted(patch, _cells(patch, spots[best], side, 0.4 + 0.7 * number)))
    return planted


def _cells(patch: Patch, middle, side: float, angle: float) -> list:
    """Return the cells of a patch with corners on the millimetre grid."""
    u = np.rint(1000 * side * np.array([np.cos(angle), np.sin(angle)]))
    v = np.rint(1000 * side * 0.8 * np.array([-np.sin(angle), np.cos(angle)]))
    if patch.diagonals:  # even steps, so that the diagonals cross on the grid
        u, v = 2 * np.rint(u / 2), 2 * np.rint(v / 2)
    centre = np.rint((shapely.get_coordinates(middle)[0] - ORIGIN) * 1000)
    start = centre - np.rint((u * patch.across + v * patch.up) / 2)
    squares = []
    for j in range(patch.up):
        for i in range(patch.across):
            a = start + u * i + v * j
            squares.append([a, a + u, a + u + v, a + v])
    if patch.diagonals:
        a, b, c, d = squares[0]
        m = (a + c) / 2
        squares = [[a, b, m], [b, c, m], [c, d, m], [d, a, m]]
    return [shapely.polygons(np.array(s) / 1000 + ORIGIN) for s in squares]


def unit_index(code: str) -> int:
    """Return the place of a unit in `UNITS`."""
    return next(i for i, u in enumerate(UNITS) if u.code == code)


def bow_tie(first, second):
    """Return one ring through two triangles that touch at a corner, crossing itself there."""
    a, b = (shapely.get_coordinates(t)[:-1] for t in (first, second))
    shared = next(p for p in a.tolist() if p in b.tolist())
    a = np.roll(a, -a.tolist().index(shared), axis=0)
    b = np.roll(b, -b.tolist().index(shared), axis=0)
    if shapely.is_ccw(shapely.linearrings(a)) == shapely.is_ccw(shapely.linearrings(b)):
        b = np.vstack([b[:1], b[1:][::-1]])
    return shapely.polygons(np.vstack([a, b]))


def spike(polygon, length: float):
    """Return the polygon with a whisker that leaves one corner and comes back."""
    ring = shapely.get_coordinates(shapely.get_exterior_ring(polygon))
    corner = ring[1]
    middle = ring[:-1].mean(axis=0)
    away = corner - middle
    tip = np.rint(corner + away / np.hypot(*away) * length)
    return shapely.polygons(np.vstack([ring[:2], [tip], ring[1:]]))


def squares_outside(count: int) -> list:
    """Return local-millimetre squares beyond the western limit and in the sea."""
    corners = [(9_500_000 + 60_000 * k, 12_000_000) for k in range(count - 1)] + [
        (31_800_000, 17_000_000)
    ]
    return [shapely.box(x, y, x + 40_000, y + 35_000) for x, y in corners]
