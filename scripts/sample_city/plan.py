# ruff: noqa: E501 (tables read better in wide rows)
"""The hand-drawn part of the city: outline, rivers, coast, hills, main roads, densities.

Points in this file are full eastings and northings of EPSG:5898 in kilometres; `metres`
scales them. Everything else in the package is grown from these lines.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from .shapes import blob, generator, smooth, wiggle

# fmt: off
RIVER_WEST, RIVER_EAST = (581.9, 1674.15), (596.35, 1675.05)

#: River centre line with the river's half width at each point (km).
TRA_KHUC = (
    (580.0, 1674.0, 0.30), (581.9, 1674.15, 0.30), (583.4, 1674.25, 0.32), (584.9, 1674.75, 0.36), (586.2, 1674.75, 0.40),
    (587.3, 1674.0, 0.36), (588.4, 1673.4, 0.34), (589.5, 1673.75, 0.36), (590.6, 1674.6, 0.38), (591.9, 1675.0, 0.40),
    (593.4, 1674.85, 0.44), (594.9, 1675.0, 0.40), (596.35, 1675.05, 0.42), (598.5, 1675.1, 0.5),
)
VE = (
    (590.4, 1669.4, 0.07), (591.1, 1670.5, 0.07), (592.2, 1671.15, 0.08), (593.4, 1671.1, 0.08), (594.4, 1671.45, 0.09),
    (595.2, 1671.1, 0.11), (595.7, 1670.4, 0.14), (595.9, 1669.0, 0.16),
)
#: City limits from the river's western end clockwise over the north to the mouth, then back south.
NORTH = (
    (581.75, 1674.9), (582.5, 1675.77), (582.25, 1677.12), (582.6, 1678.47), (583.3, 1679.34), (584.3, 1679.15), (585.2, 1678.76),
    (586.0, 1679.25), (586.9, 1680.02), (588.2, 1679.92), (588.9, 1680.98), (590.2, 1680.89), (591.3, 1681.76), (592.3, 1682.91),
    (593.2, 1683.97), (594.0, 1684.36), (594.8, 1683.59), (595.8, 1683.4), (597.0, 1683.68), (597.9, 1683.6),
)
NORTH_COAST = (
    (597.9, 1683.6), (598.2, 1682.9), (599.0, 1682.2), (598.8, 1681.5), (598.2, 1681.45), (597.5, 1681.75), (596.8, 1681.35),
    (596.3, 1680.4), (596.1, 1679.0), (596.05, 1677.5), (596.2, 1676.0), (596.35, 1675.05),
)
SOUTH_COAST = (
    (596.35, 1675.05), (596.4, 1674.0), (596.55, 1672.8), (596.8, 1671.4), (597.05, 1670.0), (596.8, 1669.55),
)
SOUTH = (
    (596.8, 1669.55), (596.35, 1670.0), (595.75, 1670.94), (594.7, 1671.14), (593.4, 1670.94), (592.2, 1671.04), (591.2, 1670.74),
    (590.2, 1670.54), (589.2, 1670.39), (588.3, 1670.54), (587.5, 1670.14), (586.5, 1670.34), (585.6, 1669.94), (584.7, 1670.49),
    (583.6, 1670.49), (582.4, 1670.69), (581.6, 1670.99), (581.8, 1671.6), (581.5, 1672.6), (582.0, 1673.3),
)
ISLAND = (601.2, 1681.2, 0.28, 0.17)

#: Hand-drawn roads: rank of QCVN 01:2021 Table 2.17, width in use, width between red lines, points.
ROADS = (
    (2, 30, 50, ((584.5, 1680.5), (584.9, 1678.2), (585.2, 1676.5), (585.25, 1675.0), (585.1, 1673.6), (584.75, 1672.3), (584.4, 1671.0), (584.35, 1669.0))),
    (2, 34, 46, ((587.9, 1681.5), (587.6, 1679.2), (587.3, 1677.2), (587.25, 1675.0), (587.3, 1673.6), (587.1, 1672.3), (587.35, 1671.0), (587.6, 1669.0))),
    (3, 19, 36, ((581.5, 1675.9), (583.6, 1675.7), (585.2, 1675.75), (587.3, 1676.5), (589.3, 1676.7), (591.6, 1676.95), (593.5, 1677.3), (595.0, 1678.4), (595.9, 1680.9), (597.2, 1682.6))),
    (4, 18, 24, ((580.9, 1673.0), (582.6, 1673.55), (584.2, 1673.65), (585.6, 1674.1), (586.6, 1673.85), (587.5, 1673.2), (588.6, 1672.7), (589.7, 1672.95), (591.2, 1674.0), (593.4, 1674.05), (595.8, 1674.2))),
    (3, 23, 36, ((595.0, 1684.6), (595.3, 1682.4), (595.2, 1680.4), (595.3, 1677.8), (595.5, 1675.2), (595.75, 1673.6), (596.1, 1672.1), (596.5, 1670.6), (596.7, 1669.2))),
    (3, 24, 34, ((580.8, 1672.25), (582.9, 1672.05), (584.7, 1672.35), (586.2, 1672.5), (587.3, 1672.3), (589.3, 1671.75), (591.4, 1672.1), (593.7, 1672.55), (596.2, 1672.7))),
    (3, 25, 42, ((580.8, 1671.1), (582.8, 1670.75), (584.4, 1670.75), (586.1, 1670.3), (587.5, 1670.6), (588.6, 1671.1), (589.3, 1671.75))),
    (4, 15, 24, ((583.2, 1674.0), (583.25, 1672.2), (583.35, 1670.9), (583.2, 1669.5))),
    (4, 18, 22, ((585.6, 1674.1), (585.55, 1672.5), (585.5, 1671.0), (585.45, 1669.2))),
    (5, 8, 20, ((588.7, 1676.6), (589.0, 1678.4), (588.6, 1680.9))),
    (5, 8, 20, ((591.6, 1676.95), (592.2, 1679.3), (592.6, 1681.3), (592.8, 1684.2))),
    (5, 8, 16, ((581.9, 1677.4), (583.4, 1677.7), (585.1, 1677.5), (587.3, 1678.3), (589.0, 1678.4), (592.2, 1679.3), (595.2, 1680.4))),
    (5, 8, 16, ((583.6, 1675.7), (583.4, 1677.7), (583.8, 1680.0))),
    (5, 8, 18, ((592.6, 1681.3), (593.6, 1682.3), (595.3, 1682.4), (597.2, 1682.6), (598.6, 1681.9))),
    (5, 8, 18, ((589.7, 1672.95), (589.3, 1671.75), (589.6, 1669.4))),
    (5, 8, 18, ((591.2, 1674.0), (591.4, 1672.1), (591.6, 1669.6))),
    (5, 8, 16, ((593.4, 1674.05), (593.7, 1672.55), (593.3, 1669.8))),
    (5, 8, 16, ((592.4, 1674.0), (592.6, 1671.2))),
    (5, 8, 14, ((588.8, 1674.3), (589.6, 1674.9), (590.2, 1676.1), (589.9, 1676.75))),
    (5, 8, 14, ((587.25, 1675.2), (588.6, 1674.3), (589.8, 1674.9), (591.4, 1675.8), (593.2, 1675.9), (595.4, 1676.1))),
)
RAILWAY = (12, ((583.9, 1680.5), (584.05, 1678.0), (584.35, 1675.8), (584.0, 1674.2), (583.85, 1672.4), (583.95, 1669.0)))

#: Where streets are dense: centre, radii (km) and the size of a street block (ha) at full scale.
DENSE = (
    (586.0, 1672.7, 1.05, 0.95, 0.9), (585.7, 1672.1, 2.0, 1.55, 1.6), (587.5, 1671.9, 0.9, 1.0, 1.6), (585.35, 1675.9, 0.75, 0.65, 1.6),
    (596.25, 1672.2, 0.55, 2.2, 1.3), (597.3, 1682.45, 0.75, 0.55, 1.3), (595.3, 1677.9, 0.5, 0.8, 2.0), (589.0, 1672.0, 0.75, 0.5, 1.6),
    (583.3, 1676.6, 0.45, 0.4, 1.8), (594.9, 1673.8, 0.45, 0.35, 1.4), (582.8, 1672.6, 0.6, 0.45, 1.8), (589.4, 1675.3, 0.4, 0.3, 1.8),
)
#: Blocks built up since 2022 lie inside these circles.
NEW_TOWNS = ((589.0, 1672.0, 0.75), (595.3, 1677.5, 0.6), (583.3, 1676.6, 0.3), (587.9, 1670.9, 0.35), (584.6, 1670.3, 0.3))

#: Ground set aside before streets are drawn: kind, code, centre, radii, size of its parcels (ha), general-plan code.
SET_ASIDE = (
    ("hill", "RPH", 588.2, 1675.6, 0.52, 0.38, 9, "NDD_DITICH"),            # Thiên Ấn
    ("hill", "RDD", 586.75, 1671.35, 0.24, 0.21, 9, "NDD_CAYXANHCD"),       # Thiên Bút
    ("hill", "RPH", 583.1, 1674.95, 0.42, 0.26, 9, "NDD_CAYXANHCD"),        # Long Đầu
    ("hill", "RSX", 583.4, 1678.75, 0.55, 0.55, 11, "NNK_RUNGSANXUAT"),
    ("hill", "RSX", 586.4, 1679.2, 0.55, 0.45, 11, "NNK_RUNGSANXUAT"),
    ("hill", "RSX", 590.2, 1680.3, 0.85, 0.55, 11, "NNK_RUNGSANXUAT"),
    ("hill", "RPH", 593.6, 1683.5, 0.65, 0.5, 11, "NNK_RUNGPHONGHO"),
    ("hill", "RPH", 598.6, 1681.95, 0.22, 0.25, 11, "NNK_RUNGPHONGHO"),
    ("hill", "RSX", 591.0, 1678.3, 0.4, 0.3, 11, "NNK_RUNGSANXUAT"),
    ("industry", "SKK", 582.2, 1671.55, 0.68, 0.45, 2.6, "NDD_CONGNGHIEP"),
    ("industry", "SKN", 586.0, 1677.4, 0.3, 0.22, 1.8, "NDD_CONGNGHIEP"),
    ("ponds", "NTS", 594.3, 1681.0, 0.6, 0.5, 0.9, "NNK_THUYSAN"),
    ("ponds", "NTS", 594.3, 1676.6, 0.5, 0.3, 0.9, "NNK_THUYSAN"),
    ("ponds", "NTS", 594.8, 1672.9, 0.4, 0.22, 0.9, "NNK_THUYSAN"),
    ("military", "CQP", 584.0, 1676.9, 0.2, 0.17, 99, "NDD_QUOCPHONG"),
    ("military", "CQP", 590.4, 1671.2, 0.2, 0.16, 99, "NDD_QUOCPHONG"),
    ("cemetery", "NTD", 582.6, 1670.45, 0.22, 0.14, 99, "NDD_HTKHACDOINGOAI"),
    ("cemetery", "NTD", 588.2, 1679.0, 0.22, 0.16, 99, "NNK_NONGNGHIEP"),
    ("cemetery", "NTD", 594.3, 1679.2, 0.2, 0.16, 99, "NNK_NONGNGHIEP"),
    ("waste", "DRA", 590.3, 1679.35, 0.14, 0.11, 99, "NDD_HTKHACDOINGOAI"),
    ("quarry", "SKX", 585.9, 1678.45, 0.13, 0.1, 99, "NNK_CHUASUDUNG"),
    ("lake", "MNC", 591.4, 1678.75, 0.26, 0.14, 99, "NNK_HONUOC"),
    ("lake", "MNC", 593.1, 1679.9, 0.2, 0.26, 99, "NNK_HONUOC"),
)
#: Parks drawn as shapes: name index, centre, radii; pond offset and radii (km), or None.
PARKS = (
    (0, 585.55, 1674.22, 0.42, 0.13, (0.1, 0.0, 0.09, 0.045)),
    (1, 586.95, 1670.92, 0.27, 0.18, None),
    (2, 585.2, 1671.7, 0.13, 0.115, (0.0, 0.0, 0.105, 0.088)),               # pond larger than its dry ground
    (3, 586.75, 1672.75, 0.12, 0.10, (0.02, -0.01, 0.05, 0.04)),
    (4, 585.95, 1672.82, 0.14, 0.12, None),
    (5, 583.75, 1672.65, 0.11, 0.10, (0.0, 0.02, 0.045, 0.05)),
    (6, 588.0, 1672.03, 0.19, 0.15, (0.02, 0.07, 0.11, 0.05)),               # lies in two units
    (7, 595.75, 1678.3, 0.09, 0.26, None),
    (8, 596.3, 1673.2, 0.06, 0.14, None),
    (9, 585.85, 1675.75, 0.13, 0.10, (0.0, 0.0, 0.055, 0.045)),
    (10, 583.0, 1672.75, 0.09, 0.08, None),
    (11, 584.95, 1670.85, 0.16, 0.12, (0.03, 0.0, 0.05, 0.035)),
)
#: Land of the general plan that is to be urban by 2030 (rough outlines, km).
URBAN_2030 = (
    ((580.5, 1674.2), (583.0, 1674.5), (586.5, 1674.6), (588.4, 1673.0), (590.4, 1673.9), (590.6, 1671.4), (589.4, 1670.2), (587.5, 1669.0), (581.9, 1669.0), (581.3, 1671.2)),
    ((582.2, 1674.6), (582.6, 1677.4), (586.9, 1677.3), (590.4, 1676.8), (590.6, 1675.2), (588.4, 1673.6), (585.5, 1674.9)),
    ((594.1, 1675.2), (594.3, 1678.2), (595.0, 1680.6), (595.9, 1681.6), (596.0, 1683.2), (599.5, 1683.0), (599.5, 1681.0), (596.6, 1680.0), (596.9, 1675.0)),
    ((593.6, 1674.6), (597.0, 1674.6), (597.6, 1669.0), (595.3, 1670.6), (595.2, 1672.0), (594.1, 1673.0)),
)
#: Ground each zoning plan is drawn for (rough outlines, km); plan 07 follows its unit instead.
PLAN_GROUND = {
    "QHPK-01": ((583.4, 1671.0), (583.4, 1674.2), (588.0, 1674.2), (588.0, 1671.0)),
    "QHPK-02": ((581.0, 1674.9), (582.0, 1678.2), (587.3, 1678.0), (587.3, 1674.5), (584.0, 1674.6)),
    "QHPK-03": ((585.5, 1669.0), (585.5, 1671.9), (587.3, 1671.9), (588.7, 1672.9), (588.7, 1669.0)),
    "QHPK-04": ((580.5, 1669.0), (580.5, 1674.2), (584.2, 1674.2), (584.2, 1669.0)),
    "QHPK-05": ((593.9, 1677.1), (593.9, 1680.0), (595.4, 1683.6), (599.5, 1683.0), (599.5, 1681.0), (596.5, 1679.5), (596.8, 1677.1)),
    "QHPK-06": ((594.9, 1675.7), (594.9, 1679.3), (596.8, 1679.3), (596.9, 1675.7)),
    "QHPK-08": ((583.2, 1670.9), (583.2, 1674.4), (588.4, 1674.4), (588.4, 1671.3), (586.3, 1671.2), (586.0, 1669.0), (584.0, 1669.0)),
    "QHPK-09": ((588.1, 1669.0), (588.1, 1673.8), (592.3, 1674.8), (595.8, 1674.5), (595.7, 1672.6), (593.9, 1672.8), (592.4, 1671.6), (590.2, 1671.2), (589.6, 1669.0)),
    "QHPK-10": ((587.3, 1674.0), (587.3, 1677.8), (591.2, 1677.4), (594.0, 1678.0), (595.0, 1675.2), (591.5, 1675.2), (588.4, 1673.6)),
}
# fmt: on


def metres(points) -> np.ndarray:
    """Return points given in kilometres as metres of EPSG:5898."""
    return np.asarray(points, float)[:, :2] * 1000


def ribbon(points) -> object:
    """Return a river polygon from centre points with half widths."""
    line = smooth(np.asarray(points, float) * 1000, 3)
    line[:, :2] = wiggle_keeping(line[:, :2])
    tangent = np.gradient(line[:, :2], axis=0)
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]]) / np.hypot(*tangent.T)[:, None]
    wave = (
        1 + 0.12 * np.sin(np.arange(len(line)) * 0.9) + 0.08 * np.sin(np.arange(len(line)) * 0.37)
    )
    half = (line[:, 2] * wave)[:, None]
    return shapely.polygons(
        np.vstack([line[:, :2] + normal * half, (line[:, :2] - normal * half)[::-1]])
    )


def wiggle_keeping(line: np.ndarray) -> np.ndarray:
    """Shift a smoothed line by a slow wave so that it does not look drawn with a ruler."""
    k = np.arange(len(line))
    return line + np.column_stack(
        [np.zeros(len(line)), 22 * np.sin(k * 0.55) + 12 * np.sin(k * 1.3)]
    )


@dataclass(frozen=True)
class Terrain:
    """The city's outline and the ground streets cannot use."""

    city: object
    north: object
    south: object
    rivers: list
    coast: object
    sandbanks: list


def draw_terrain() -> Terrain:
    """Return outline, halves north and south of the river, rivers and coast line."""
    rng = generator(1)
    middle = smooth(metres(TRA_KHUC), 3)
    middle = wiggle_keeping(middle)
    river_line = shapely.linestrings(middle)
    north_coast = wiggle(smooth(metres(NORTH_COAST)), 45, 110, rng)
    south_coast = wiggle(smooth(metres(SOUTH_COAST)), 30, 110, rng)
    north_limit = wiggle(smooth(metres((RIVER_WEST, *NORTH)), 2), 190, 110, rng)
    south_limit = wiggle(smooth(metres((*SOUTH, RIVER_WEST)), 2), 120, 110, rng)
    outline = shapely.polygons(
        np.vstack([north_limit, north_coast[1:], south_coast[1:], south_limit[1:-1]])
    )
    island = blob(*(np.array(ISLAND) * 1000), rng)
    pieces = shapely.get_parts(
        shapely.polygonize([shapely.union_all([outline.boundary, river_line])])
    )
    side = np.array([shapely.get_y(shapely.centroid(p)) for p in pieces])
    order = np.argsort(-shapely.area(pieces))[:2]
    high, low = sorted(order, key=lambda i: -side[i])
    north = shapely.union_all([pieces[high], island])
    south = pieces[low]
    city = shapely.union_all([north, south])
    rivers = [shapely.intersection(ribbon(r), city) for r in (TRA_KHUC, VE)]
    banks = [
        shapely.intersection(blob(x * 1000, y * 1000, a * 1000, b * 1000, rng, turn=t), rivers[0])
        for x, y, a, b, t in (
            (588.2, 1673.5, 0.42, 0.1, -0.3),
            (591.0, 1674.75, 0.45, 0.11, 0.4),
            (593.9, 1674.9, 0.5, 0.13, 0.0),
        )
    ]
    coast = shapely.linestrings(np.vstack([north_coast, south_coast[1:]]))
    return Terrain(city, north, south, rivers, coast, banks)


def block_target(east: np.ndarray, north: np.ndarray, rural_ha: float, factor: float) -> np.ndarray:
    """Return the wanted size of a street block (m2) at places given in metres."""
    target = np.full(east.shape, rural_ha)
    for x, y, rx, ry, size in DENSE:
        inside = ((east / 1000 - x) / rx) ** 2 + ((north / 1000 - y) / ry) ** 2 < 1
        target = np.where(inside, np.minimum(target, size * factor), target)
    return target * 10_000
