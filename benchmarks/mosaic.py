"""Area table and mosaic beside geopandas overlays, on the same data in the same run.

100 000 parcels of 5 to 40 vertices, 23 units of 500 to 5 000 vertices, 1 % of the parcels
overlapped by one of the same class, 800 zones, a street network. Prints CPU, wall and peak
memory above the loaded data of each, their ratios, and the largest relative difference of areas.
Each side runs in a process of its own, forked from one that holds the data.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.mosaic import NOWHERE, LabelLayer, area_table, build_mosaic

CLASSES = 12
CELL = 50.0
ZONES = 800
KEYS = ("unit", "use", "zone", "street")


def make_parcels(count: int, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Irregular lots, one per cell of a grid, and copies of 1 % of them, moved by 4 m."""
    side = int(np.ceil(np.sqrt(count)))
    # most lots have few corners, some many: 5 to 40, 10 on average
    corners = 5 + np.minimum(35, rng.exponential(5.0, count).astype(int))
    owner = np.repeat(np.arange(count), corners)
    step = rng.uniform(0.6, 1.0, len(owner))
    sums = np.cumsum(step)
    first = np.r_[0, np.cumsum(corners)[:-1]]
    before = np.r_[0.0, sums][first]
    total = np.add.reduceat(step, first)
    angle = 2 * np.pi * (sums - before[owner]) / total[owner]
    radius = CELL * rng.uniform(0.36, 0.49, len(owner))
    middle = (np.column_stack([np.arange(count) % side, np.arange(count) // side]) + 0.5) * CELL
    points = middle[owner] + radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    lots = shapely.polygons(shapely.linearrings(points, indices=owner))
    classes = rng.integers(0, CLASSES, count)
    # copies overlap lots of their own class only, so that dissolve by class is a fair peer
    copied = np.sort(rng.choice(count, count // 100, replace=False))
    moved = shapely.transform(lots[copied], lambda xy: xy + 4.0)
    tree = shapely.STRtree(lots)
    copy, met = tree.query(moved, predicate="intersects")
    alike = np.ones(len(copied), dtype=bool)
    np.logical_and.at(alike, copy, classes[met] == classes[copied[copy]])
    classes_of_copies = classes[copied]
    for number in np.flatnonzero(~alike):
        classes[met[copy == number]] = classes_of_copies[number]
    frame = gpd.GeoDataFrame(
        {"use": np.r_[classes, classes[copied]]}, geometry=np.r_[lots, moved], crs="EPSG:5898"
    )
    return frame[_same_class_where_they_meet(frame)].reset_index(drop=True)


def _same_class_where_they_meet(frame: gpd.GeoDataFrame) -> np.ndarray:
    """Lots that overlap no lot of another class."""
    geometry, use = frame.geometry.to_numpy(), frame["use"].to_numpy()
    a, b = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    keep = np.ones(len(frame), dtype=bool)
    keep[np.maximum(a, b)[use[a] != use[b]]] = False
    return keep


def make_cells(count: int, extent: float, step: float, rng: np.random.Generator) -> np.ndarray:
    """A partition of the square into wiggly cells (shared edges, a vertex every ``step`` m)."""
    box = shapely.box(-50, -50, extent + 50, extent + 50)
    seeds = shapely.multipoints(rng.uniform(0, extent, (count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(seeds, extend_to=box))
    cells = shapely.intersection(cells, box)
    edges = shapely.segmentize(
        shapely.get_parts(shapely.line_merge(shapely.union_all(shapely.boundary(cells)))), step
    )

    def wiggle(xy: np.ndarray) -> np.ndarray:
        inner = (xy > 0).all(axis=1) & (xy < extent).all(axis=1)
        shift = 6 * np.sin(xy[:, ::-1] / 37.0) * inner[:, None]
        return xy + shift

    wiggly = shapely.transform(edges, wiggle)
    return shapely.get_parts(shapely.polygonize(wiggly))


def make_streets(extent: float) -> np.ndarray:
    """Streets 24 m wide every 800 m, as one red-line polygon per connected network."""
    ways = np.arange(400.0, extent, 800.0)
    lines = [shapely.LineString([(0, y), (extent, y + 50)]) for y in ways]
    lines += [shapely.LineString([(x, 0), (x + 80, extent)]) for x in ways]
    land = shapely.buffer(shapely.segmentize(np.array(lines), 60), 12, cap_style="flat")
    return shapely.get_parts(shapely.union_all(land))


def measured(work: Callable[[], pd.Series]) -> tuple[pd.Series, float, float, float]:
    """Result, CPU s, wall s and peak memory above the start (MB), in a process of its own."""

    def child(end: multiprocessing.connection.Connection) -> None:
        start = _resident()
        wall, cpu = time.perf_counter(), time.process_time()
        result = work()
        spent = time.process_time() - cpu, time.perf_counter() - wall
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        end.send((result, *spent, peak - start))

    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=child, args=(there,))
    process.start()
    there.close()
    answer = here.recv()
    process.join()
    return answer


def _resident() -> float:
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def report(title: str, ours: Callable[[], pd.Series], peer: Callable[[], pd.Series]) -> None:
    mine, theirs = measured(ours), measured(peer)
    both = pd.concat([mine[0], theirs[0]], axis=1, keys=["ours", "peer"]).fillna(0.0)
    off = (both["ours"] - both["peer"]).abs().max() / both["peer"].max()
    print(title)
    for name, (_, cpu, wall, peak) in (("ours", mine), ("peer", theirs)):
        print(f"  {name:5} CPU {cpu:8.2f} s   wall {wall:8.2f} s   peak +{peak:6.0f} MB")
    print(
        f"  ratio CPU {theirs[1] / mine[1]:8.1f} x   wall {theirs[2] / mine[2]:8.1f} x   "
        f"areas differ by {off:.1e} (relative), {len(both)} rows"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rng = np.random.default_rng(2025)
    parcels = make_parcels(count, rng)
    extent = float(parcels.total_bounds[2])
    units = gpd.GeoDataFrame(geometry=make_cells(23, extent, 14.0, rng), crs="EPSG:5898")
    zones = gpd.GeoDataFrame(geometry=make_cells(ZONES, extent, 60.0, rng), crs="EPSG:5898")
    streets = gpd.GeoDataFrame(geometry=make_streets(extent), crs="EPSG:5898")
    units["unit"], zones["zone"], streets["street"] = (
        np.arange(len(frame)) for frame in (units, zones, streets)
    )
    corners = shapely.get_num_coordinates(units.geometry.to_numpy())
    print(
        f"{len(parcels)} parcels, {len(units)} units ({corners.min()}-{corners.max()} vertices), "
        f"{len(zones)} zones, street network of "
        f"{shapely.get_num_coordinates(streets.geometry.to_numpy()).sum()} vertices"
    )

    def layer(name: str, frame: gpd.GeoDataFrame) -> LabelLayer:
        return LabelLayer(name, frame.geometry.to_numpy(), np.arange(len(frame)))

    def our_table() -> pd.Series:
        table = area_table(layer("unit", units), layer("use", parcels), parcels["use"].to_numpy())
        return pd.DataFrame(table).rename_axis(index="unit", columns="use").stack()

    def peer_table() -> pd.Series:
        cut = gpd.overlay(parcels, units, how="intersection")
        return cut.dissolve(["unit", "use"]).area

    report("area by unit and class, no double counting", our_table, peer_table)

    unique = gpd.GeoDataFrame(
        parcels.loc[np.sort(_first_of_overlaps(parcels))].reset_index(drop=True)
    )

    def our_mosaic() -> pd.Series:
        mosaic = build_mosaic(
            layer("unit", units),
            [layer("use", unique), layer("zone", zones), layer("street", streets)],
        )
        use = np.r_[unique["use"].to_numpy(), NOWHERE][mosaic.labels["use"]]
        keys = [mosaic.unit, use, mosaic.labels["zone"], mosaic.labels["street"]]
        return _by_key(mosaic.area, keys)

    def overlays(last: Literal["identity", "intersection"]) -> pd.Series:
        cut = gpd.overlay(unique, units, how="intersection")
        cut = gpd.overlay(cut, zones, how="intersection")
        cut = gpd.overlay(cut, streets, how=last)
        keys = [cut[name].fillna(NOWHERE).to_numpy(dtype=int) for name in KEYS]
        return _by_key(cut.area.to_numpy(), keys)

    # units and zones cover all the ground, so that only the red lines need the identity; the
    # mosaic also makes the ground outside all lots, which neither chain does
    report(
        "units x use x zoning x right of way: all ground of the lots, in and out of the red lines",
        our_mosaic,
        lambda: overlays("identity"),
    )
    report(
        "the same mosaic beside three intersections, which keep the ground inside red lines only",
        lambda: our_mosaic().drop(NOWHERE, level="street"),
        lambda: overlays("intersection"),
    )


def _by_key(area: np.ndarray, keys: list[np.ndarray]) -> pd.Series:
    """Area by unit, use, zone and street, of all that lies in a lot and a zone."""
    table = pd.Series(area).groupby(keys).sum().rename_axis(KEYS)
    return table.drop(NOWHERE, level="use", errors="ignore")


def _first_of_overlaps(parcels: gpd.GeoDataFrame) -> np.ndarray:
    """Parcels without the copies: chained overlays would count those twice."""
    geometry = parcels.geometry.to_numpy()
    a, b = shapely.STRtree(geometry).query(geometry, predicate="intersects")
    return np.setdiff1d(np.arange(len(parcels)), np.maximum(a, b)[a != b])


if __name__ == "__main__":
    main()
