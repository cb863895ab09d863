"""The geometry of one entity of a drawing: rings, lines and points in the plane of the drawing.

Heights are dropped, as land is measured in the plane; entities in a coordinate system of their
own (an extrusion of (0, 0, -1) mirrors them) are turned into the drawing's first.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import shapely
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.lldxf.const import DXFError
from ezdxf.math import OCS, Vec3

from urbanplan_gis.loaders.cad.curves import (
    Points,
    arc_points,
    bulged_points,
    ellipse_points,
    ring_or_line,
    spline_points,
    to_world,
)
from urbanplan_gis.loaders.cad.hatches import sweep_between, trace_hatch

Traced = tuple[shapely.Geometry | None, str]

UNSUPPORTED = "unsupported_entity"
BROKEN = "broken_entity"

#: flag of the vertices that only steer a fitted curve and lie off it
_SPLINE_FRAME = 16
#: no point of VN-2000 in metres lies so far from the origin, so the drawing is in millimetres
_FARTHEST_METRES = 1e7
_MILLIMETRE = 0.001


def trace_entity(entity: DXFEntity, scale: float = 1.0) -> Traced:
    """The geometry of an entity and why it is set aside (``""``: it is not).

    Closed polylines, splines, circles and ellipses are polygons, as are solids and faces; what
    is closed but has fewer than three corners stays a line. Curves are off by at most a
    millimetre, in a drawing in metres or millimetres, after being enlarged ``scale`` times.
    """
    tracer = _TRACERS.get(entity.dxftype())
    if tracer is None:
        return None, UNSUPPORTED
    try:
        return tracer(entity, scale)
    except (ArithmeticError, AttributeError, DXFError, LookupError, RecursionError, TypeError,
            ValueError, shapely.errors.GEOSException):  # fmt: skip
        # values no entity can have, such as a direction of no length or knots out of order
        return None, BROKEN


def tolerance_at(geometry: np.ndarray) -> float:
    """A millimetre in the units of a drawing that has these finite geometries."""
    return _tolerance(*np.abs(shapely.get_coordinates(geometry)).max(axis=0), 1.0)


def _tolerance(x: float, y: float, scale: float) -> float:
    """How far a chord may be off, in the units of an entity that lies at this place."""
    far = max(abs(x), abs(y)) * scale > _FARTHEST_METRES
    return (1.0 if far else _MILLIMETRE) / scale


def _trace_lwpolyline(entity: Any, scale: float) -> Traced:
    vertices = np.array(entity.lwpoints.values, dtype=float).reshape(-1, 5)
    elevation = float(entity.dxf.elevation)
    return _trace_bulged(
        vertices[:, :2], vertices[:, 4], entity.closed, entity.ocs(), elevation, scale
    )


def _trace_polyline(entity: Any, scale: float) -> Traced:
    """A polyline of separate vertices, flat or in space; meshes are not land."""
    if not (entity.is_2d_polyline or entity.is_3d_polyline):
        return None, UNSUPPORTED
    vertices = [item.dxf for item in entity.vertices if not item.dxf.flags & _SPLINE_FRAME]
    corners = _flat(item.location for item in vertices)
    if entity.is_3d_polyline:
        return ring_or_line(corners, entity.is_closed), ""
    bulges = np.array([item.get("bulge", 0.0) for item in vertices], dtype=float)
    elevation = float(Vec3(entity.dxf.elevation).z)
    return _trace_bulged(corners, bulges, entity.is_closed, entity.ocs(), elevation, scale)


def _trace_bulged(
    corners: Points,
    bulges: np.ndarray,
    closed: bool,
    system: OCS,
    elevation: float,
    scale: float,
) -> Traced:
    if len(corners) == 0:
        return None, BROKEN
    tolerance = _tolerance(*corners[0], scale)
    points = bulged_points(corners, bulges, closed, tolerance)
    return ring_or_line(to_world(points, system, elevation), closed), ""


def _trace_line(entity: Any, scale: float) -> Traced:
    return ring_or_line(_flat([entity.dxf.start, entity.dxf.end]), closed=False), ""


def _trace_arc(entity: Any, scale: float) -> Traced:
    """An arc or a whole circle."""
    dxf = entity.dxf
    whole = entity.dxftype() == "CIRCLE"
    start = 0.0 if whole else math.radians(dxf.start_angle)
    sweep = math.tau if whole else sweep_between(dxf.start_angle, dxf.end_angle)
    tolerance = _tolerance(dxf.center.x, dxf.center.y, scale)
    points = arc_points(dxf.center, dxf.radius, start, sweep, tolerance)
    return ring_or_line(to_world(points, entity.ocs(), dxf.center.z), closed=whole), ""


def _trace_ellipse(entity: Any, scale: float) -> Traced:
    dxf = entity.dxf
    major, up = Vec3(dxf.major_axis), Vec3(dxf.extrusion).normalize()
    centre, along, across = _flat([dxf.center, major, up.cross(major) * dxf.ratio])
    sweep = sweep_between(math.degrees(dxf.start_param), math.degrees(dxf.end_param))
    tolerance = _tolerance(*centre, scale)
    points = ellipse_points(centre, along, across, dxf.start_param, sweep, tolerance)
    return ring_or_line(points, closed=False), ""


def _trace_spline(entity: Any, scale: float) -> Traced:
    spline = entity.construction_tool()
    first = spline.control_points[0]
    points = spline_points(spline, _tolerance(first.x, first.y, scale))
    return ring_or_line(points, entity.closed), ""


def _trace_face(entity: Any, scale: float) -> Traced:
    return ring_or_line(_flat(entity.wcs_vertices()), closed=True), ""


def _trace_point(entity: Any, scale: float) -> Traced:
    return shapely.points(_flat([entity.dxf.location])[0]), ""


def _trace_mtext(entity: Any, scale: float) -> Traced:
    return shapely.points(_flat([entity.dxf.insert])[0]), ""


def _trace_text(entity: Any, scale: float) -> Traced:
    """A point where a text is fixed: its corner, or the middle if it is set about that."""
    _, place, _ = entity.get_placement()
    return shapely.points(_flat([entity.ocs().to_wcs(place)])[0]), ""


def _trace_hatch(entity: Any, scale: float) -> Traced:
    bounds = [abs(value) for path in entity.paths for value in _some_place(path)]
    reach = max((value for value in bounds if math.isfinite(value)), default=0.0)
    return trace_hatch(entity, _tolerance(reach, 0.0, scale))


def _some_place(path: Any) -> tuple[float, ...]:
    """Coordinates of one point on or near a boundary path."""
    if hasattr(path, "vertices"):
        return tuple(path.vertices[0][:2]) if path.vertices else ()
    for edge in path.edges[:1]:
        named = [getattr(edge, name) for name in ("start", "center") if hasattr(edge, name)]
        places = named or [*edge.control_points, *edge.fit_points]
        return (places[0].x, places[0].y) if places else ()
    return ()


def _flat(points: Iterable[Any]) -> Points:
    """Points in space without their heights (shape: n, 2)."""
    return np.array([(point[0], point[1]) for point in points], dtype=float).reshape(-1, 2)


_TRACERS: dict[str, Callable[[Any, float], Traced]] = {
    "LWPOLYLINE": _trace_lwpolyline,
    "POLYLINE": _trace_polyline,
    "LINE": _trace_line,
    "ARC": _trace_arc,
    "CIRCLE": _trace_arc,
    "ELLIPSE": _trace_ellipse,
    "SPLINE": _trace_spline,
    "SOLID": _trace_face,
    "TRACE": _trace_face,
    "3DFACE": _trace_face,
    "POINT": _trace_point,
    "TEXT": _trace_text,
    "ATTRIB": _trace_text,
    "ATTDEF": _trace_text,
    "MTEXT": _trace_mtext,
    "HATCH": _trace_hatch,
    "MPOLYGON": _trace_hatch,
}
