"""Features outside the city, and plans whose outline does not follow the units' boundaries."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import polygons_only
from urbanplan_gis.geometry.windows import windows
from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.text import Text

#: a plan that reaches into a unit with less than this share of its own area, and of the unit's,
#: does so by its outline
_SHARE_OF_PLAN = 0.02
_SHARE_OF_UNIT = 0.05
#: rasters and units are not measured against the units
_SKIPPED = frozenset({Role.UNITS, Role.POPULATION, Role.LAND_COVER})
#: what rounding leaves along a shared boundary: less than a square millimetre of area, or a
#: micrometre of line; of large features, less than this share
_NOISE = 1e-6
_NOISE_SHARE = 1e-9


def check_outside(layers: Mapping[Role, Layer]) -> list[Finding]:
    """Features that lie wholly or partly outside all units, with the size of that part."""
    city = shapely.union_all(layers[Role.UNITS].frame.geometry.to_numpy())
    shapely.prepare(city)
    findings = []
    for role, layer in layers.items():
        if role in _SKIPPED or layer.frame is None or role == Role.PLANS:
            continue
        geometries = layer.frame.geometry.to_numpy()
        crossing = np.flatnonzero(~shapely.covers(city, geometries))
        across = geometries[crossing]
        beyond = _beyond(across, city)
        size, size_beyond = _size(across, across), _size(beyond, across)
        # touching the city shares no ground with it
        apart = size - size_beyond <= np.maximum(_NOISE, _NOISE_SHARE * size)
        for found in np.flatnonzero(size_beyond > _NOISE):
            position = int(crossing[found])
            findings.append(_outside(role, layer, position, beyond[found], bool(apart[found])))
    return findings


def shares_ground(geometries: NDArray[np.object_], ground: shapely.Geometry) -> NDArray[np.bool_]:
    """Which geometries have area, length or points on the ground, more than rounding leaves."""
    return _size(shapely.intersection(geometries, ground), geometries) > _NOISE


def _size(parts: NDArray[np.object_], of: NDArray[np.object_]) -> NDArray[np.float64]:
    """Square metres of parts of polygons, metres of parts of lines, number of points.

    Two polygons that only touch meet in a line, which is no part of their ground.
    """
    dimension = shapely.get_dimensions(of)
    return np.select(
        [dimension == 2, dimension == 1],
        [shapely.area(parts), shapely.length(parts)],
        shapely.get_num_coordinates(parts).astype(float),
    )


def _beyond(geometries: NDArray[np.object_], city: shapely.Geometry) -> NDArray[np.object_]:
    """What each geometry has outside the city, cut against the city's boundary near it."""
    near = windows(city, shapely.bounds(geometries))
    return shapely.difference(geometries, near)


def _outside(
    role: Role, layer: Layer, position: int, part: shapely.Geometry, whole: bool
) -> Finding:
    code = "outside_city" if whole else "partly_outside_city"
    length = float(part.length) if role == Role.ROADS else 0.0
    return Finding(
        code=code,
        severity=Severity.WARNING,
        layer=str(role),
        feature_ids=(layer.frame["feature_id"].iloc[position],),
        message=Text.of(f"finding.{code}", length=round(length, 1)),
        action="not_counted",
        geometry=part,
        area_m2=float(part.area),
    )


def check_plan_boundaries(plans: Layer, units: Layer) -> list[Finding]:
    """Parts of plans beyond the city, and slivers of plans in units they were not made for."""
    findings = []
    ground = units.frame.geometry.to_numpy()
    unit_area = shapely.area(ground)
    codes = units.frame["code"].to_numpy(dtype=str)
    city = shapely.union_all(ground)
    for feature, plan, outline in zip(
        plans.frame["feature_id"], plans.frame["plan_id"], plans.frame.geometry, strict=True
    ):
        beyond = shapely.difference(outline, city)
        if beyond.area > _NOISE:
            findings.append(_mismatch(feature, plan, "plan_beyond_city", beyond, ""))
        parts = polygons_only(shapely.intersection(outline, ground))
        size = shapely.area(parts)
        narrow = (size < _SHARE_OF_PLAN * outline.area) & (size < _SHARE_OF_UNIT * unit_area)
        for unit in np.flatnonzero((size > 1e-9 * outline.area) & narrow):
            findings.append(
                _mismatch(feature, plan, "plan_unit_mismatch", parts[unit], str(codes[unit]))
            )
    return findings


def _mismatch(feature: str, plan: str, code: str, part: shapely.Geometry, unit: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.INFO,
        layer=str(Role.PLANS),
        feature_ids=(feature,),
        message=Text.of(f"finding.{code}", plan=plan, unit=unit),
        action="not_counted" if code == "plan_beyond_city" else "reported",
        geometry=part,
        area_m2=float(part.area),
    )
