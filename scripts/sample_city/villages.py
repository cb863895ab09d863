"""Villages: house plots strung along rural roads."""

import numpy as np
import shapely

from .shapes import generator


def village_homes(streets, blocks, scale) -> tuple[np.ndarray, np.ndarray]:
    """Return house plots strung along rural roads and the block each lies in."""
    rng = generator(9)
    quads = _ribbons(streets, rng, scale)
    tree = shapely.STRtree(blocks)
    spots = shapely.centroid(quads)
    quad, block = tree.query(spots, predicate="within")
    order = np.argsort(quad, kind="stable")
    quad, block = quad[order], block[order]
    clipped = shapely.intersection(quads[quad], blocks[block])
    whole = (shapely.area(clipped) > 0.55 * shapely.area(quads[quad])) & (
        shapely.get_type_id(clipped) == 3
    )
    clipped, block = clipped[whole], block[whole]
    free = _without_conflicts(clipped)
    return clipped[free], block[free]


def _ribbons(streets, rng, scale) -> np.ndarray:
    """Return quadrilaterals beside rural roads where a village lies, in order of the roads."""
    rank, kind = np.array(streets.rank), np.array(streets.kind)
    quads = []
    villages = rng.random((190, 2)) * (19_000, 15_000) + (581_000, 1_669_500)
    radius = rng.uniform(240, 560, 190)
    for i in np.argsort(rank, kind="stable"):
        line = streets.lines[i]
        if kind[i] == "rail" or line.length < 3 * scale.house_step:
            continue
        at = np.cumsum(
            rng.uniform(0.7, 1.4, int(line.length / scale.house_step)) * scale.house_step
        )
        at = np.r_[0, at[at < line.length]]
        points = shapely.get_coordinates(shapely.line_interpolate_point(line, at))
        if len(points) < 3:
            continue
        tangent = np.gradient(points, axis=0)
        normal = np.column_stack([-tangent[:, 1], tangent[:, 0]]) / np.hypot(*tangent.T)[:, None]
        near = (
            np.hypot(points[:, None, 0] - villages[:, 0], points[:, None, 1] - villages[:, 1])
            < radius
        ).any(axis=1)
        near &= rng.random(len(near)) < 0.9
        for side in (-1, 1):
            depth = (
                np.repeat(rng.uniform(34, 58, len(points) // 6 + 1), 6)[: len(points)]
                + streets.width[i] / 2
            )
            far = points + side * normal * depth[:, None]
            both = near[:-1] & near[1:]
            strip = np.stack([points[:-1], points[1:], far[1:], far[:-1]], axis=1)[both]
            if len(strip):
                quads.append(strip)
    quads = shapely.polygons(np.concatenate(quads))
    return quads[shapely.is_valid(quads)]


def _without_conflicts(polygons) -> np.ndarray:
    """Return which polygons to keep so that none overlaps an earlier one."""
    first, second = shapely.STRtree(polygons).query(polygons, predicate="intersects")
    later = second < first
    first, second = first[later], second[later]
    hit = shapely.area(shapely.intersection(polygons[first], polygons[second])) > 0.5
    keep = np.ones(len(polygons), bool)
    for i, j in sorted(zip(first[hit].tolist(), second[hit].tolist(), strict=True)):
        if keep[j]:
            keep[i] = False
    return keep
