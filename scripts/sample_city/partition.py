"""The 23 units: a power diagram with given areas, its inner edges made to wander."""

import numpy as np
import shapely

from .names import CORE_WARDS, MISMATCH, MISMATCHED_UNIT, UNITS
from .plan import Terrain
from .shapes import generator, wiggle

CELL = 50.0


def draw_units(terrain: Terrain) -> tuple[dict, list]:
    """Return unit code -> polygon, and the edges between core wards (they become streets)."""
    shapes: dict = {}
    streets: list = []
    for region, codes in _sides(terrain):
        units = [u for u in UNITS if u.code in codes]
        wanted = np.array([_wanted_ha(u) for u in units])
        wanted *= shapely.area(region) / wanted.sum()
        asked, weights = wanted, np.zeros(len(units))
        for turns in (
            60,
            15,
            15,
        ):  # wandering edges move areas a little: ask again for what was lost
            polygons, inner, weights = _draw_side(region, units, asked, weights, turns)
            asked = asked + wanted - shapely.area(polygons)
        shapes.update(zip((u.code for u in units), polygons, strict=True))
        streets += inner
    return shapes, streets


def _draw_side(region, units, wanted, weights, turns: int):
    """Return unit polygons, core street lines and the weights that gave them."""
    sites = np.array([(u.east * 1000, u.north * 1000) for u in units])
    weights = _solve_weights(region, sites, wanted, weights, turns)
    cells = [_power_cell(region, sites, weights, i) for i in range(len(units))]
    edges, inner = _wander(region, cells, units, sites, weights)
    faces = shapely.get_parts(
        shapely.polygonize([shapely.union_all([shapely.boundary(region), *edges])])
    )
    faces = faces[shapely.contains_properly(region, shapely.point_on_surface(faces))]
    owner = _nearest(shapely.get_coordinates(shapely.point_on_surface(faces)), sites, weights)
    return (
        np.array([shapely.union_all(faces[owner == i]) for i in range(len(units))]),
        inner,
        weights,
    )


def _wanted_ha(unit) -> float:
    return unit.declared_ha * (MISMATCH if unit.code == MISMATCHED_UNIT else 1.0)


def _sides(terrain: Terrain):
    """Return the two halves of the city with the codes of the units seeded in them."""
    seeded = [
        [u.code for u in UNITS if shapely.contains_xy(r, u.east * 1000, u.north * 1000)]
        for r in (terrain.north, terrain.south)
    ]
    if sum(map(len, seeded)) != len(UNITS):
        raise ValueError("a unit is seeded outside the city")
    return (terrain.north, seeded[0]), (terrain.south, seeded[1])


def _nearest(points, sites, weights) -> np.ndarray:
    distance = ((points[:, None, :] - sites[None]) ** 2).sum(axis=2) - weights
    return distance.argmin(axis=1)


def _solve_weights(region, sites, wanted, weights, turns: int) -> np.ndarray:
    """Return the weights that give each site its share of the region (on a raster)."""
    west, south, east, north = region.bounds
    x, y = np.meshgrid(
        np.arange(west, east, CELL) + CELL / 2, np.arange(south, north, CELL) + CELL / 2
    )
    inside = shapely.contains_xy(region, x, y)
    squared = (x[inside][:, None] - sites[:, 0]) ** 2 + (y[inside][:, None] - sites[:, 1]) ** 2
    wanted = wanted / wanted.sum() * inside.sum() * CELL**2
    for turn in range(turns):
        owner = (squared - weights).argmin(axis=1)
        have = np.bincount(owner, minlength=len(sites)) * CELL**2
        weights += (0.5 if turn < turns / 2 else 0.2) * (wanted - have)
        weights -= weights.mean()
    return weights


def _power_cell(region, sites, weights, i: int):
    """Return the part of the region nearest to site `i` in the power distance."""
    cell = region
    for j in range(len(sites)):
        if j == i:
            continue
        normal = sites[j] - sites[i]
        gap = np.hypot(*normal)
        unit = normal / gap
        offset = (gap**2 + weights[i] - weights[j]) / (2 * gap)
        foot, along = sites[i] + unit * offset, np.array([-unit[1], unit[0]])
        corners = [
            foot + along * 6e4,
            foot - along * 6e4,
            foot - along * 6e4 - unit * 9e4,
            foot + along * 6e4 - unit * 9e4,
        ]
        cell = shapely.intersection(cell, shapely.polygons(corners))
    return cell


def _wander(region, cells, units, sites, weights) -> tuple[list, list]:
    """Return the edges between neighbouring cells, wandering, and those between core wards."""
    rng = generator(2)
    outline = shapely.boundary(region)
    noded = shapely.line_merge(
        shapely.union_all([shapely.boundary(c) for c in cells], grid_size=0.1)
    )
    edges, inner = [], []
    for part in shapely.get_parts(noded):
        middle = shapely.line_interpolate_point(part, 0.5, normalized=True)
        if shapely.distance(middle, outline) < 1:
            continue
        point = shapely.get_coordinates(middle)
        i, j = (((point - sites) ** 2).sum(axis=1) - weights).argsort()[:2]
        core = units[i].code in CORE_WARDS and units[j].code in CORE_WARDS
        tame = min(units[i].declared_ha, units[j].declared_ha) < 60
        amplitude = (
            12 if tame else min(0.03 * part.length, 30) if core else min(0.06 * part.length, 130)
        )
        line = wiggle(shapely.get_coordinates(part), amplitude, 60 if core or tame else 120, rng)
        edges.append(shapely.linestrings(_reach_out(line, outline)))
        if core or tame:
            inner.append(edges[-1])
    return edges, inner


def _reach_out(line: np.ndarray, outline) -> np.ndarray:
    """Return the line lengthened a little where it ends on the region's outline."""
    for end, before in ((0, 1), (-1, -2)):
        if shapely.distance(shapely.points(line[end]), outline) < 1:
            step = line[end] - line[before]
            line[end] = line[end] + step / np.hypot(*step) * 20
    return line
