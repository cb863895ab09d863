"""The guard of coordinate systems: which one a file is in, whether its numbers can be in it,
and the way from there into the project's own.
"""

from __future__ import annotations

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.crs.shift import find_transformer, recognise
from urbanplan_gis.text import Text

#: the neighbourhood of Vietnam in degrees: west, south, east, north
NEIGHBOURHOOD = (102.0, 6.0, 118.0, 24.0)
#: how far outside its area of use a CRS may still be meant (a 6° zone used beyond its edge)
_BEYOND_DEGREES = 2.0
_WGS84 = CRS.from_epsg(4326)


def check_project_crs(text: str, where: str = "project.crs") -> CRS:
    """The project's CRS: projected, in metres, and fit for areas.

    Raises:
        PlanDataError: for text that is no CRS, degrees, Mercator, or units other than metres.
    """
    crs = parse_crs(text, where)
    if crs.is_geographic:
        raise bad_data("crs_geographic", where, crs=name_crs(crs))
    operation = crs.coordinate_operation
    if not crs.is_projected or operation is None:
        raise bad_data("crs_not_projected", where, crs=name_crs(crs))
    method = operation.method_name
    if "Mercator" in method and "Transverse" not in method and "Oblique" not in method:
        raise bad_data("crs_mercator", where, crs=name_crs(crs))
    units = {axis.unit_name for axis in crs.axis_info[:2]}
    if units != {"metre"}:
        raise bad_data("crs_units", where, crs=name_crs(crs), units=", ".join(sorted(units)))
    return crs


def settle_crs(found: CRS | None, key: str, where: str, config: str) -> tuple[CRS, Text]:
    """The CRS of a source and the reason: the file's own, or the ``crs`` key's where it has none.

    A drawing's own plane ("engineering CRS") says nothing about the place and counts as none.

    Raises:
        PlanDataError: if neither tells, or the two tell different things.
    """
    told, shift = recognise(parse_crs(key, f"{config}: crs")) if key else (None, None)
    if found is None or found.is_engineering:
        if told is None:
            raise bad_data("no_crs", where)
        judged = shift is not None and shift.key == "crs_reason.recognised_shift"
        return told, shift if judged else Text.of("crs_reason.told")
    official, reason = recognise(found)
    if told is not None and not same_crs(official, told):
        names = {"found": name_crs(found), "told": name_crs(told)}
        raise bad_data("crs_differs", where, **names)
    return official, reason or Text.of("crs_reason.file")


def same_crs(one: CRS, other: CRS) -> bool:
    """Whether coordinates mean the same in both (axis order never differs in files)."""
    if one.to_epsg() is not None and one.to_epsg() == other.to_epsg():
        return True
    return one.equals(other, ignore_axis_order=True)


def name_crs(crs: CRS) -> str:
    """``EPSG:5898`` where it has a code, else its name."""
    # PROJ's lower confidence takes a datum nobody stated for any one on the same ellipsoid
    authority = crs.to_authority(min_confidence=100)
    return ":".join(authority) if authority else crs.name


def check_place(points: np.ndarray, crs: CRS, where: str) -> None:
    """Refuse coordinates (n × 2, file's units) that cannot be in ``crs`` near Vietnam.

    The median decides, so that a stray feature is not taken for a wrong CRS.

    Raises:
        PlanDataError: with where the coordinates would lie, and what they look like.
    """
    finite = points[np.isfinite(points).all(axis=1)]
    if len(finite) == 0:
        return
    x, y = (float(value) for value in np.median(finite, axis=0))
    lon, lat = _to_degrees(x, y, crs)
    if not _inside(lon, lat, NEIGHBOURHOOD):
        raise bad_data(
            "wrong_place", where, crs=name_crs(crs), x=f"{x:.10g}", y=f"{y:.10g}",
            reason=_likely_reason(x, y, crs),
        )  # fmt: skip
    area = crs.area_of_use
    if area is None:
        return
    margin = _BEYOND_DEGREES
    widened = (area.west - margin, area.south - margin, area.east + margin, area.north + margin)
    if area.west <= area.east and not _inside(lon, lat, widened):
        raise bad_data(
            "outside_crs_area", where, crs=name_crs(crs), area=area.name,
            lon=f"{lon:.4f}", lat=f"{lat:.4f}",
        )  # fmt: skip


def reproject(shapes: np.ndarray, source: CRS, target: CRS) -> tuple[np.ndarray, str]:
    """Geometries in ``target``, and the name of the operation (``""``: nothing was touched).

    Coordinates that cannot be transformed become infinite.
    """
    if same_crs(source, target):
        return shapes, ""
    transformer = find_transformer(source, target)
    moved = shapely.transform(shapes, transformer.transform, interleaved=False)
    return moved, transformer.description


def parse_crs(text: str, where: str) -> CRS:
    """A CRS from the text of the project file.

    Raises:
        PlanDataError: if it is none.
    """
    try:
        return CRS.from_user_input(text)
    except CRSError:
        raise bad_data("not_a_crs", where, value=text) from None


def _to_degrees(x: float, y: float, crs: CRS) -> tuple[float, float]:
    if same_crs(crs, _WGS84):
        return x, y
    lon, lat = find_transformer(crs, _WGS84).transform(x, y)
    return float(lon), float(lat)


def _likely_reason(x: float, y: float, crs: CRS) -> Text:
    """What such numbers usually are."""
    if _inside(*_to_degrees(y, x, crs), NEIGHBOURHOOD):
        return Text.of("crs_hint.swapped")
    if crs.is_projected and _inside(x, y, NEIGHBOURHOOD):
        return Text.of("crs_hint.degrees")
    if crs.is_geographic and (abs(x) > 360 or abs(y) > 90):
        return Text.of("crs_hint.metres")
    return Text.of("crs_hint.elsewhere")


def _inside(lon: float, lat: float, box: tuple[float, float, float, float]) -> bool:
    west, south, east, north = box
    return west <= lon <= east and south <= lat <= north
