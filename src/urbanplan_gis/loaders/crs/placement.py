"""One reading of a file's numbers: the system, the order of axes, the unit and the datum."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from urbanplan_gis.loaders.crs.guard import name_crs, reproject
from urbanplan_gis.loaders.crs.shift import (
    WGS84_SYSTEMS,
    Datum,
    central_meridian,
    find_datum,
    find_transformer,
    key_of_projection,
    vn2000_twin,
    wgs84_twin,
)
from urbanplan_gis.text import Text

#: the keys of project.toml: ``coordinate_unit`` in metres, ``axes`` as "swapped"
COORDINATE_UNITS = {"m": 1.0, "mm": 0.001, "km": 1000.0}
AXES = {"xy": False, "yx": True}
_ALTERNATIVES_SAID = 4
_WGS84 = WGS84_SYSTEMS[0]


@dataclass(frozen=True)
class Placement:
    """How numbers become coordinates in a CRS.

    ``scale`` is metres to one unit of the file, 1 for degrees. ``no_shift``: the numbers were
    projected from WGS 84 although the CRS is VN-2000, and lie 226 m off until they are shifted.
    """

    crs: CRS
    swapped: bool = False
    scale: float = 1.0
    no_shift: bool = False


def place(geometry: np.ndarray, placement: Placement) -> np.ndarray:
    """Geometries of the file's numbers in ``placement.crs``: x east, y north, metres or degrees."""
    moved = geometry
    if placement.swapped or placement.scale != 1:
        moved = shapely.transform(geometry, lambda numbers: _to_metres(numbers, placement))
    if placement.no_shift:
        moved, _ = reproject(moved, _crs_of_numbers(placement), placement.crs)
    return moved


def describe(placement: Placement) -> Text:
    """The reading in words: VN-2000 TM-3, central meridian 108°00′ (EPSG:5898), axes swapped."""
    text = _describe_crs(placement.crs)
    if placement.swapped:
        text = Text.of("placement.swapped", reading=text)
    if placement.scale != 1:
        unit = next((key for key, size in COORDINATE_UNITS.items() if size == placement.scale), "")
        text = Text.of("placement.unit", reading=text, unit=unit or f"{placement.scale:g} m")
    return Text.of("placement.no_shift", reading=text) if placement.no_shift else text


def say_keys(placement: Placement) -> str:
    """The lines of project.toml that tell this reading, on one line."""
    crs = _crs_of_numbers(placement)
    has_code = crs.to_authority(min_confidence=100) is not None
    with warnings.catch_warnings():
        # that PROJ's short form loses names: the numbers mean the same
        warnings.simplefilter("ignore")
        text = name_crs(crs) if has_code else crs.to_proj4().removesuffix(" +type=crs")
    keys = [f'crs = "{text}"']
    if placement.swapped:
        keys.append('axes = "yx"')
    for key, size in COORDINATE_UNITS.items():
        if size == placement.scale != 1:
            keys.append(f'coordinate_unit = "{key}"')
    return ", ".join(keys)


def list_placements(placements: Sequence[Placement], keys: bool = False) -> Text:
    """The first few readings, with the lines that tell them if asked, and the number of others.

    Raises:
        ValueError: for an empty list.
    """
    said = [_with_keys(item) if keys else describe(item) for item in placements]
    left = len(said) - _ALTERNATIVES_SAID
    text = Text.of("placement.and_more", count=left) if left > 0 else None
    for item in reversed(said[:_ALTERNATIVES_SAID]):
        text = item if text is None else Text.of("placement.list", first=item, rest=text)
    if text is None:
        raise ValueError("a list of readings needs at least one")
    return text


def to_degrees(numbers: np.ndarray, placement: Placement) -> np.ndarray:
    """Longitude and latitude in WGS 84, infinite where there is none."""
    x, y = _to_metres(numbers, placement).T
    try:
        transformer = find_transformer(_crs_of_numbers(placement), _WGS84)
    except ProjError:
        return np.full_like(numbers, np.inf)
    return np.column_stack(transformer.transform(x, y))


def on_other_datum(placement: Placement) -> Placement | None:
    """The same numbers on WGS 84 instead of VN-2000, or the other way round."""
    datum = Datum.WGS84 if placement.no_shift else find_datum(placement.crs)
    if datum is Datum.WGS84:
        twin = vn2000_twin(placement.crs)
        return replace(placement, crs=twin, no_shift=False) if twin is not None else None
    twin = wgs84_twin(placement.crs) if datum is Datum.VN2000 else None
    if twin is None:
        return None
    if twin in WGS84_SYSTEMS:
        return replace(placement, crs=twin)
    return replace(placement, no_shift=True)


def meaning_of(placement: Placement) -> tuple[object, ...]:
    """Equal for readings that put all numbers in the same places."""
    datum = Datum.WGS84 if placement.no_shift else find_datum(placement.crs)
    other = placement.crs.to_wkt() if datum in (Datum.OTHER, Datum.UNKNOWN) else ""
    projection = key_of_projection(placement.crs)
    return projection, datum, other, placement.swapped, placement.scale


def _with_keys(placement: Placement) -> Text:
    return Text.of("placement.keys", reading=describe(placement), keys=say_keys(placement))


def _describe_crs(crs: CRS) -> Text:
    """The system by datum, kind of zone and central meridian, and its code."""
    datum = {Datum.VN2000: "VN-2000", Datum.WGS84: "WGS 84"}.get(find_datum(crs))
    central = central_meridian(crs)
    has_code = crs.to_authority(min_confidence=100) is not None
    code = f" ({name_crs(crs)})" if has_code else ""
    if datum is None or (central is None and not crs.is_geographic):
        return Text.of("placement.named", name=crs.name, code=code)
    if central is None:
        return Text.of("placement.degrees", datum=datum, code=code)
    meridian, scale = central
    minutes = round(meridian * 60)
    zone = {0.9999: "TM-3", 0.9996: "UTM"}.get(scale, "TM")
    angle = f"{minutes // 60}°{minutes % 60:02d}′"
    return Text.of("placement.meridian", datum=datum, zone=zone, meridian=angle, code=code)


def _to_metres(numbers: np.ndarray, placement: Placement) -> np.ndarray:
    ordered = numbers[:, ::-1] if placement.swapped else numbers
    # numbers too large for any place become infinite
    with np.errstate(over="ignore"):
        if placement.scale >= 1:
            return ordered * placement.scale
        # dividing by 1000 gives the nearest number to the millimetre, multiplying does not
        return ordered / (1 / placement.scale)


def _crs_of_numbers(placement: Placement) -> CRS:
    """The CRS in which the file's numbers are right as they stand."""
    twin = wgs84_twin(placement.crs) if placement.no_shift else None
    return twin or placement.crs
