"""The ground a hatch covers: its boundary paths joined into rings, and islands cut out of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from ezdxf.entities.boundary_paths import (
    AbstractBoundaryPath,
    AbstractEdge,
    ArcEdge,
    EdgePath,
    EllipseEdge,
    LineEdge,
    PolylinePath,
    SplineEdge,
)
from ezdxf.entities.polygon import DXFPolygon
from ezdxf.math import fit_points_to_cad_cv

from urbanplan_gis.geometry.areas import as_array, polygons_only
from urbanplan_gis.loaders.cad.curves import (
    JOINT,
    Points,
    arc_points,
    bulged_points,
    ellipse_points,
    ring_or_line,
    spline_points,
    to_world,
)

#: what is less than this part of a tolerance or joint is the same point
_POINT = 1e-3
_TEXT_FRAME = 8


def trace_hatch(hatch: DXFPolygon, tolerance: float) -> tuple[shapely.Geometry | None, str]:
    """Polygon or MultiPolygon of a hatch, and why it cannot be trusted (``""``: it can).

    Rings count even-odd, as CAD fills them: a ring inside a ring is an island, one inside that
    is ground again. Styles "outer" and "ignore" leave out the paths they do not fill by; frames
    of texts cut no hole, for a label takes no land. Edges that do not close make it
    ``broken_hatch``, with the edges for geometry.
    """
    rings: list[Points] = []
    open_ends: list[Points] = []
    for path in _filling_paths(hatch):
        closed, loose = _path_rings(path, tolerance)
        rings += closed
        open_ends += loose
    system, elevation = hatch.ocs(), float(hatch.dxf.elevation.z)
    rings = [to_world(ring, system, elevation) for ring in rings]
    shapes = [shape for ring in rings if (shape := ring_or_line(ring, closed=True)) is not None]
    if open_ends or any(not np.isfinite(ring).all() for ring in rings):
        lines = [shapely.linestrings(to_world(line, system, elevation)) for line in open_ends]
        lines += [shapely.linestrings(ring) for ring in rings if len(ring) > 1]
        return shapely.multilinestrings(lines), "broken_hatch" if open_ends else ""
    areas = [shape for shape in shapes if shapely.get_type_id(shape) == 3]
    if not areas:
        return (shapes[0] if shapes else None), "broken_hatch"
    return nest_rings(areas), ""


def _filling_paths(hatch: DXFPolygon) -> list[AbstractBoundaryPath]:
    paths = [path for path in hatch.paths if not path.path_type_flags & _TEXT_FRAME]
    drawn = {id(path) for path in hatch.paths.rendering_paths(hatch.dxf.hatch_style)}
    # programs that never set the flags leave nothing to choose by
    return [path for path in paths if id(path) in drawn] or paths


def _path_rings(path: AbstractBoundaryPath, tolerance: float) -> tuple[list[Points], list[Points]]:
    """The closed rings of a path, and the chains of edges that do not close."""
    if isinstance(path, PolylinePath):
        vertices = np.array([vertex[:3] for vertex in path.vertices], dtype=float).reshape(-1, 3)
        return [bulged_points(vertices[:, :2], vertices[:, 2], True, tolerance)], []
    edges = path.edges if isinstance(path, EdgePath) else []
    pieces = [_edge_points(edge, tolerance) for edge in edges]
    return _chain([piece for piece in pieces if _has_length(piece, tolerance)], JOINT * tolerance)


def _has_length(piece: Points, tolerance: float) -> bool:
    """Whether an edge is more than a point; coordinates that are no numbers stay, to be told."""
    return len(piece) > 0 and not np.ptp(piece, axis=0).max() <= _POINT * tolerance


def _edge_points(edge: AbstractEdge, tolerance: float) -> Points:
    if isinstance(edge, LineEdge):
        return np.array([(end.x, end.y) for end in (edge.start, edge.end)])
    if isinstance(edge, ArcEdge):
        start = math.radians(edge.start_angle)
        return arc_points(
            edge.center, edge.radius, start, sweep_between(edge.start_angle, edge.end_angle),
            tolerance,
        )  # fmt: skip
    if isinstance(edge, EllipseEdge):
        centre, major = (np.array([item.x, item.y]) for item in (edge.center, edge.major_axis))
        minor = edge.ratio * np.array([-major[1], major[0]])
        sweep = sweep_between(math.degrees(edge.start_param), math.degrees(edge.end_param))
        return ellipse_points(centre, major, minor, edge.start_param, sweep, tolerance)
    if isinstance(edge, SplineEdge):
        fitted = edge.fit_points and not edge.control_points
        spline = fit_points_to_cad_cv(edge.fit_points) if fitted else edge.construction_tool()
        return spline_points(spline, tolerance)
    raise ValueError(f"edge of type {edge.type}")


def sweep_between(start: float, end: float) -> float:
    """The angle from ``start`` to ``end`` counter-clockwise (degrees), in radians.

    Equal angles are the whole circle, which CAD writes as 0 to 0 or 0 to 360.
    """
    if not (math.isfinite(start) and math.isfinite(end)):
        return math.nan
    turn = (end - start) % 360.0
    return math.tau if turn < 1e-9 or turn > 360.0 - 1e-9 else math.radians(turn)


def _chain(pieces: Sequence[Points], joint: float) -> tuple[list[Points], list[Points]]:
    """Rings made of pieces that meet end to end, in any order and direction; and what is left."""
    rings, loose = [], []
    waiting = dict(enumerate(pieces))
    while waiting:
        first = waiting.pop(next(iter(waiting)))
        chain, start, end = [first], first[0], first[-1]
        away = _strays(first, start, joint)
        closed = away and _close(start, end, joint)
        while not closed:
            found = _next_piece(end, waiting, joint)
            if found is None:
                break
            index, piece = found
            del waiting[index]
            chain.append(piece[1:])
            end = piece[-1]
            away = away or _strays(piece, start, joint)
            closed = away and _close(start, end, joint)
        points = np.vstack(chain)
        if closed:
            rings.append(np.vstack([points[:-1], points[:1]]))
        else:
            loose.append(points)
    return rings, loose


def _strays(piece: Points, start: Points, joint: float) -> bool:
    """Whether a piece goes farther from a point than a joint: what does not, closes nothing."""
    return bool(np.abs(piece - start).max() > joint)


def _next_piece(
    end: Points, waiting: Mapping[int, Points], joint: float
) -> tuple[int, Points] | None:
    """The piece that begins (or, turned round, ends) nearest to a point, if within a joint.

    The first that does so exactly is taken: in most files that is the next edge.
    """
    nearest, best = joint, None
    for index, piece in waiting.items():
        for side in (piece, piece[::-1]):
            apart = float(np.abs(side[0] - end).max())
            if apart <= nearest:
                nearest, best = apart, (index, side)
        if nearest <= _POINT * joint:
            break
    return best


def _close(first: Points, second: Points, joint: float) -> bool:
    return bool(np.abs(first - second).max() <= joint)


def nest_rings(rings: Sequence[shapely.Polygon]) -> shapely.Geometry:
    """Polygon or MultiPolygon of rings counted even-odd; a ring given twice counts once.

    Common edges of neighbouring rings are dissolved. A ring that crosses itself is left as it
    is drawn, for the checks to report.
    """
    outlines = np.array(rings, dtype=object)
    _, first = np.unique(shapely.to_wkb(shapely.normalize(outlines)), return_index=True)
    outlines = outlines[np.sort(first)]
    outlines = outlines[np.argsort(-shapely.area(outlines), kind="stable")]
    if len(outlines) == 1:
        return outlines[0]
    depth, parent = _nesting(outlines)
    island = depth % 2 == 1
    if (depth[parent[island]] % 2 == 0).all():
        nested = _cut_islands(outlines, island, parent)
        if shapely.is_valid(nested) or not shapely.is_valid(outlines).all():
            return nested
    return _odd_ground(outlines)


def _odd_ground(outlines: np.ndarray) -> shapely.Geometry:
    """What an odd number of rings that cross or touch covers, two and two taken together."""
    while len(outlines) > 1:
        last = outlines[len(outlines) // 2 * 2 :]
        pairs = shapely.symmetric_difference(outlines[:-1:2], outlines[1::2])
        outlines = np.concatenate([polygons_only(as_array(pairs)), last])
    return outlines[0]


def _cut_islands(outlines: np.ndarray, island: np.ndarray, parent: np.ndarray) -> shapely.Geometry:
    holes: dict[int, list[shapely.Geometry]] = {int(i): [] for i in np.flatnonzero(~island)}
    for index in np.flatnonzero(island):
        holes[int(parent[index])].append(outlines[index].exterior)
    shells = [shapely.Polygon(outlines[i].exterior, inner) for i, inner in holes.items()]
    return shells[0] if len(shells) == 1 else shapely.multipolygons(shells)


def _nesting(outlines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """How many rings contain each, and the smallest that does; ``outlines`` fall in size."""
    inside = shapely.get_coordinates(shapely.point_on_surface(outlines))
    west, south, east, north = shapely.bounds(outlines).T
    depth = np.zeros(len(outlines), dtype=int)
    parent = np.full(len(outlines), -1)
    shapely.prepare(outlines)
    for index in range(len(outlines) - 1):
        later = slice(index + 1, None)
        x, y = inside[later].T
        near = (x > west[index]) & (x < east[index]) & (y > south[index]) & (y < north[index])
        candidates = index + 1 + np.flatnonzero(near)
        held = candidates[shapely.contains_xy(outlines[index], inside[candidates])]
        depth[held] += 1
        parent[held] = index
    return depth, parent
