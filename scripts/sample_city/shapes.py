"""Vectorised drawing tools: noise, blobs, smooth and wiggly lines, recursive halving.

All are pure functions of their arguments and of the generator passed in; the same
seed therefore draws the same city.
"""

import numpy as np
import shapely

SEED = 20250630


def generator(*stage: int) -> np.random.Generator:
    """Return the random generator of one stage, so stages do not disturb each other."""
    return np.random.default_rng([SEED, *stage])


def smooth(points, rounds: int = 3, closed: bool = False) -> np.ndarray:
    """Round the corners of a hand-drawn polyline (Chaikin's cutting)."""
    line = np.asarray(points, float)
    for _ in range(rounds):
        following = np.roll(line, -1, axis=0) if closed else line[1:]
        start = line if closed else line[:-1]
        cut = np.stack(
            [0.75 * start + 0.25 * following, 0.25 * start + 0.75 * following], axis=1
        ).reshape(-1, line.shape[1])
        line = cut if closed else np.vstack([line[:1], cut, line[-1:]])
    return line


def densify(line: np.ndarray, step: float) -> np.ndarray:
    """Return points about `step` apart along the polyline, its ends included."""
    length = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))])
    count = max(int(length[-1] / step), 1)
    at = np.linspace(0, length[-1], count + 1)
    return np.column_stack([np.interp(at, length, line[:, k]) for k in (0, 1)])


def wiggle(line: np.ndarray, amplitude: float, step: float, rng) -> np.ndarray:
    """Displace a polyline sideways by smooth noise, leaving both ends in place."""
    points = densify(np.asarray(line, float), step)
    if len(points) < 4:
        return points
    t = np.linspace(0, 1, len(points))
    waves = max(2, len(points) // 5)
    noise = sum(rng.normal() / k**0.7 * np.sin(np.pi * k * t) for k in range(1, waves + 1))
    noise *= amplitude / max(np.abs(noise).max(), 1e-9)
    tangent = np.gradient(points, axis=0)
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]]) / np.hypot(*tangent.T)[:, None]
    return points + normal * noise[:, None]


def blob(
    east: float, north: float, rx: float, ry: float, rng, rough: float = 0.16, turn: float = 0.0
):
    """Return a closed, star-shaped, natural-looking outline (arguments in metres)."""
    angle = np.linspace(0, 2 * np.pi, 49)[:-1]
    radius = 1 + sum(
        rng.uniform(-rough, rough) / k * np.sin(k * angle + rng.uniform(0, 6)) for k in (2, 3, 5, 7)
    )
    x, y = rx * radius * np.cos(angle), ry * radius * np.sin(angle)
    return shapely.polygons(
        np.column_stack(
            [
                east + x * np.cos(turn) - y * np.sin(turn),
                north + x * np.sin(turn) + y * np.cos(turn),
            ]
        )
    )


def polygon_parts(geometries, smallest: float = 1.0):
    """Return (polygons, index of the geometry each came from), dropping dust."""
    parts, index = shapely.get_parts(geometries, return_index=True)
    nested = shapely.get_type_id(parts) == 6
    if nested.any():
        inner, within = shapely.get_parts(parts[nested], return_index=True)
        parts = np.concatenate([parts[~nested], inner])
        index = np.concatenate([index[~nested], index[nested][within]])
    keep = (shapely.get_type_id(parts) == 3) & (shapely.area(parts) > smallest)
    order = np.argsort(index[keep], kind="stable")
    return parts[keep][order], index[keep][order]


def halves(polygons, rng, skew: float, bend: float):
    """Return for each polygon the two pieces beside a cut across its longer axis, and the cut.

    `skew` turns the cut (radians, one standard deviation), `bend` makes it wander by that
    share of its length: straight cuts make building plots, wandering ones lanes and dikes.
    """
    count = len(polygons)
    corner = shapely.get_coordinates(shapely.oriented_envelope(polygons)).reshape(count, 5, 2)
    side_a, side_b = corner[:, 1] - corner[:, 0], corner[:, 2] - corner[:, 1]
    length_a, length_b = np.hypot(*side_a.T), np.hypot(*side_b.T)
    along = np.where((length_a >= length_b)[:, None], side_a, side_b)
    length, width = np.maximum(length_a, length_b), np.minimum(length_a, length_b)
    along = along / length[:, None]
    middle = (corner[:, 0] + corner[:, 2]) / 2
    middle = middle + along * (length * rng.uniform(-0.12, 0.12, count))[:, None]
    turn = rng.normal(0, skew, count)
    across = np.column_stack(
        [
            -along[:, 1] * np.cos(turn) - along[:, 0] * np.sin(turn),
            along[:, 0] * np.cos(turn) - along[:, 1] * np.sin(turn),
        ]
    )
    reach = (length + width) * 1.2
    if bend > 0:
        at = np.linspace(-0.8, 0.8, 9)
        wander = np.cumsum(rng.normal(0, 1, (count, 9)), axis=1)
        wander = (wander - wander.mean(axis=1)[:, None]) * (bend * width)[:, None] / 2
        inner = (
            middle[:, None]
            + across[:, None] * (at * width[:, None])[..., None]
            + along[:, None] * wander[..., None]
        )
        path = np.concatenate(
            [
                (middle - across * reach[:, None])[:, None],
                inner,
                (middle + across * reach[:, None])[:, None],
            ],
            axis=1,
        )
    else:
        path = np.stack(
            [middle - across * reach[:, None], middle + across * reach[:, None]], axis=1
        )
    far = along * reach[:, None] * 1.5
    sides = []
    for sign in (-1, 1):
        outer = np.stack([path[:, -1] + sign * far, path[:, 0] + sign * far], axis=1)
        sides.append(
            shapely.intersection(polygons, shapely.polygons(np.concatenate([path, outer], axis=1)))
        )
    return sides[0], sides[1], shapely.linestrings(path)


def subdivide(polygons, target, rng, skew: float, bend: float, spread: float = 0.35, on_cut=None):
    """Halve polygons until each is below its target area; return (pieces, root index).

    `target(pieces, roots)` gives the wanted area of each piece. `on_cut(parents, paths,
    targets)` is told every cut made, so that cuts may become streets.
    """
    todo, roots = polygon_parts(np.asarray(polygons, object))
    done, done_roots = [], []
    while len(todo):
        wanted = target(todo, roots)
        limit = wanted * rng.uniform(1 - spread, 1 + spread, len(todo)) * 1.5
        split = shapely.area(todo) > limit
        done.append(todo[~split])
        done_roots.append(roots[~split])
        todo, roots, wanted = todo[split], roots[split], wanted[split]
        if not len(todo):
            break
        first, second, paths = halves(todo, rng, skew, bend)
        if on_cut is not None:
            on_cut(todo, paths, wanted)
        pieces, index = polygon_parts(np.stack([first, second], axis=1).ravel())
        todo, roots = pieces, roots[index // 2]
    if not done:
        return np.empty(0, object), np.empty(0, int)
    return np.concatenate(done), np.concatenate(done_roots)
