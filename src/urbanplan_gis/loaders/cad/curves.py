"""Curves of drawings as chords: arcs, bulges of polylines, ellipses and splines.

Points are arrays of shape (n, 2) in drawing units. No chord strays from its curve by more than
the tolerance given, in the same units; the ends of a curve are exact.
"""

from __future__ import annotations

import math

import numpy as np
import shapely
from ezdxf.math import OCS, BSpline, Vec2, Vec3
from numpy.typing import NDArray

Points = NDArray[np.float64]

#: lines meet if their ends are within so many tolerances: angles of arcs are rounded in files
JOINT = 10
#: a curve longer than this many chords is hostile or in a unit nobody draws land in
_MOST_CHORDS = 100_000
#: a circle of the size of the tolerance still looks like one
_WIDEST_CHORD = math.pi / 4
#: below this part of a coordinate its rounding decides, and splines would be split for ever
_ROUNDING = 1e-12


def ring_or_line(points: Points, closed: bool) -> shapely.Geometry | None:
    """A polygon where the points close or are said to and have three corners, else a line.

    Points with coordinates that are no finite numbers come out as a line that has them.
    """
    if len(points) == 0:
        return None
    if len(points) == 1:
        points = np.repeat(points, 2, axis=0)
    if not np.isfinite(points).all():
        return shapely.linestrings(points)
    meets = bool((points[0] == points[-1]).all())
    if not (closed or meets) or not _has_three_corners(points):
        return shapely.linestrings(points)
    return shapely.polygons(points if meets else np.vstack([points, points[:1]]))


def _has_three_corners(points: Points) -> bool:
    others = points[(points != points[0]).any(axis=1)]
    return len(others) > 0 and bool((others != others[0]).any())


def arc_points(
    centre: Points | Vec3 | Vec2, radius: float, start: float, sweep: float, tolerance: float
) -> Points:
    """Points from angle ``start`` over ``sweep`` (radians, counter-clockwise if positive)."""
    middle = np.array([centre[0], centre[1]])
    angles = start + sweep * _fractions(radius, sweep, tolerance)
    circle = np.column_stack([np.cos(angles), np.sin(angles)])
    if abs(sweep) == math.tau:
        circle[-1] = circle[0]
    return middle + radius * circle


def ellipse_points(
    centre: Points, major: Points, minor: Points, start: float, sweep: float, tolerance: float
) -> Points:
    """Points of the ellipse with these half axes (vectors), by its parameter in radians."""
    parameters = start + sweep * _fractions(float(np.hypot(*major)), sweep, tolerance)
    along, across = np.cos(parameters)[:, None], np.sin(parameters)[:, None]
    points = centre + along * major + across * minor
    if abs(sweep) == math.tau:
        points[-1] = points[0]
    return points


def _fractions(radius: float, sweep: float, tolerance: float) -> NDArray[np.float64]:
    """Where to cut an arc, from 0 to 1."""
    if not math.isfinite(radius) or not math.isfinite(sweep):
        return np.array([0.0, 1.0])
    flat = max(1.0 - tolerance / max(abs(radius), tolerance), math.cos(_WIDEST_CHORD / 2))
    chord = 2 * math.acos(min(flat, 1.0))
    count = abs(sweep) / chord if chord > 0 else _MOST_CHORDS
    return np.linspace(0.0, 1.0, max(1, math.ceil(min(count, _MOST_CHORDS))) + 1)


def bulged_points(
    corners: Points, bulges: NDArray[np.float64], closed: bool, tolerance: float
) -> Points:
    """The corners of a polyline with points on the arcs between them.

    A bulge is the tangent of a quarter of the arc's angle, positive for a turn to the left
    (DXF reference, group code 42); the last one counts only if the polyline is ``closed``,
    which then ends where it began.
    """
    if closed and len(corners):
        corners = np.vstack([corners, corners[:1]])
    if not np.any(bulges[: len(corners) - 1]):
        return corners
    pieces = []
    for index in range(len(corners) - 1):
        pieces.append(corners[index : index + 1])
        if bulges[index]:
            pieces.append(_inside_arc(corners[index], corners[index + 1], bulges[index], tolerance))
    return np.vstack([*pieces, corners[-1:]])


def _inside_arc(start: Points, end: Points, bulge: float, tolerance: float) -> Points:
    """The points of an arc without its two ends."""
    chord = end - start
    length = float(np.hypot(*chord))
    if not math.isfinite(length) or not math.isfinite(bulge):
        return np.full((1, 2), np.nan)
    if length == 0:
        return np.empty((0, 2))
    # from the middle of the chord to the centre, along its left-hand normal
    offset = (1 - bulge * bulge) / (4 * bulge)
    centre = (start + end) / 2 + offset * np.array([-chord[1], chord[0]])
    arm = start - centre
    sweep = 4 * math.atan(bulge)
    angle = math.atan2(arm[1], arm[0])
    return arc_points(centre, float(np.hypot(*arm)), angle, sweep, tolerance)[1:-1]


def spline_points(spline: BSpline, tolerance: float) -> Points:
    """Points of a B-spline.

    Raises:
        ValueError: if its control points or knots are no finite numbers.
    """
    frame = np.array([[point.x, point.y] for point in spline.control_points])
    if not (np.isfinite(frame).all() and np.isfinite(np.array(spline.knots())).all()):
        raise ValueError("spline with coordinates that are no finite numbers")
    finest = max(tolerance, _ROUNDING * float(np.abs(frame).max(initial=0.0)))
    return np.array([[point.x, point.y] for point in spline.flattening(finest)])


def to_world(points: Points, system: OCS, elevation: float) -> Points:
    """Points of an entity's own coordinate system in the drawing's."""
    if not system.transform:
        return points
    east, north, up = (np.array([axis.x, axis.y]) for axis in (system.ux, system.uy, system.uz))
    return points[:, :1] * east + points[:, 1:] * north + elevation * up
