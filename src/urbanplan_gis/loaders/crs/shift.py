"""VN-2000 and WGS 84, about 226 m apart in the middle of Vietnam: the one transformation between
them, VN-2000 recognised from the parameters a file carries, and a projection's twin on the other
datum.

Source of both sets of parameters: EPSG database v11.022, operations 6960 (the parameters of
Decision 05/2007/QĐ-BTNMT) and 5194; both use the Coordinate Frame convention of rotations.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from pyproj import CRS, Geod, Transformer
from pyproj.crs import ProjectedCRS
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.transformer import TransformerGroup

from urbanplan_gis.text import Text

#: EPSG:6960; PROJ knows another operation equally good that differs by about 0.7 m
_PINNED = "VN-2000 to WGS 84 (2)"
_VN2000 = CRS.from_epsg(4756)
_WGS84 = CRS.from_epsg(4326)
#: WGS 84 systems in general use with the projections of VN-2000's 6° zones, and in degrees
WGS84_SYSTEMS = (_WGS84, CRS.from_epsg(32648), CRS.from_epsg(32649))
#: scale on the central meridian of VN-2000's 3° zones (Circular 26/2024/TT-BTNMT Article 3)
_TM3_SCALE = 0.9999
#: where the cost of wrong parameters is measured (lon, lat); it varies by a few centimetres
#: within Vietnam
_MEASURED_AT = (108.0, 16.0)


class Datum(StrEnum):
    """What a CRS says its numbers are tied to; ``UNKNOWN``: only the ellipsoid of both.

    (Which name stands in place of a datum then depends on the program that wrote the file.)
    """

    VN2000 = "vn2000"
    WGS84 = "wgs84"
    UNKNOWN = "unknown"
    OTHER = "other"


@dataclass(frozen=True)
class _Shift:
    """Seven parameters: metres, seconds of arc (Coordinate Frame), parts per million."""

    age: str
    metres: tuple[float, float, float]
    rotations: tuple[float, float, float]
    scale: float


_SHIFTS = (
    _Shift("current", (-191.90441429, -39.30318279, -111.45032835),
           (-0.00928836, 0.01975479, -0.00427372), 0.252906278),
    _Shift("older", (-192.873, -39.382, -111.202), (0.00205, 0.0005, -0.00335), 0.0188),
)  # fmt: skip


@lru_cache(maxsize=128)
def find_transformer(source: CRS, target: CRS) -> Transformer:
    """The transformation, with EPSG:6960 between VN-2000 and WGS 84 wherever it takes part.

    Raises:
        pyproj.exceptions.ProjError: if there is none.
    """
    with warnings.catch_warnings():
        # that a better one would need a grid that is not installed
        warnings.simplefilter("ignore")
        found = TransformerGroup(source, target, always_xy=True).transformers
    pinned = (item for item in found if _PINNED in item.description)
    return next(pinned, None) or Transformer.from_crs(source, target, always_xy=True)


def recognise(crs: CRS) -> tuple[CRS, Text | None]:
    """The official system that ``crs`` describes, and what told so (None: it is ``crs`` itself).

    VN-2000 is often written with its datum shift as ``+towgs84``. PROJ reads that in the Position
    Vector convention, so the official numbers copied as they are rotate the wrong way. The
    coordinates are VN-2000 all the same, and EPSG's definition takes the place of the file's.
    A 3° zone without any datum is VN-2000 too: nothing else is projected so in Vietnam. A 6° zone
    or degrees without a datum may be either, and stay as they are.
    """
    if crs.is_compound:
        # heights play no part
        return recognise(crs.sub_crs_list[0])
    if crs.to_epsg(min_confidence=100) is not None:
        return crs, None
    datum = find_datum(crs)
    if datum is Datum.VN2000 and (twin := vn2000_twin(crs)) is not None:
        if crs.is_bound:
            return twin, _judge_shift(crs, twin)
        return twin, Text.of("crs_reason.recognised", crs=_code(twin))
    if datum is Datum.UNKNOWN:
        twin = vn2000_twin(crs)
        central = central_meridian(twin) if twin is not None else None
        if twin is None or central is None or central[1] != _TM3_SCALE:
            return crs, None
        return twin, Text.of("crs_reason.recognised_projection", crs=_code(twin))
    code = None if crs.is_bound else crs.to_epsg(min_confidence=70)
    if code is None:
        return crs, None
    known = CRS.from_epsg(code)
    return known, Text.of("crs_reason.recognised", crs=_code(known))


def find_datum(crs: CRS) -> Datum:
    """The datum by its name, or by the shift to WGS 84 that the text of ``crs`` carries."""
    if crs.is_bound and crs.source_crs is not None:
        named = find_datum(crs.source_crs)
        if named in (Datum.VN2000, Datum.WGS84):
            return named
        given = np.array(crs.coordinate_operation.towgs84 if crs.coordinate_operation else [])
        if given.size and not given.any() and _on_wgs84_ellipsoid(crs):
            return Datum.WGS84
        return Datum.VN2000 if _find_shift(crs) else Datum.OTHER
    geodetic = crs.geodetic_crs
    if geodetic is None or geodetic.datum is None:
        return Datum.OTHER
    name = re.sub(r"[^a-z0-9]", "", geodetic.datum.name.lower())
    if name.removeprefix("d") in ("vietnam2000", "vn2000"):
        return Datum.VN2000
    if name.removeprefix("d").startswith(("worldgeodeticsystem1984", "wgs1984", "wgs84")):
        return Datum.WGS84
    # "unknown", "user defined" ...: CAD and GIS programs name what their user did not choose
    return Datum.UNKNOWN if _on_wgs84_ellipsoid(crs) else Datum.OTHER


def vn2000_twin(crs: CRS) -> CRS | None:
    """The official VN-2000 system with the projection of ``crs``, which may be on any datum."""
    return next((item for item in vn2000_systems() if _same_projection(item, crs)), None)


def wgs84_twin(crs: CRS) -> CRS | None:
    """WGS 84 with the projection of ``crs``: under its code if it has one; None if not metres."""
    known = next((item for item in WGS84_SYSTEMS if _same_projection(item, crs)), None)
    if known is not None or not crs.is_projected or crs.coordinate_operation is None:
        return known
    return ProjectedCRS(crs.coordinate_operation, name=f"WGS 84 / {crs.name}", geodetic_crs=_WGS84)


def central_meridian(crs: CRS) -> tuple[float, float] | None:
    """Central meridian in degrees and scale on it; None if not Transverse Mercator."""
    operation = crs.coordinate_operation
    if not crs.is_projected or operation is None:
        return None
    if operation.method_name != "Transverse Mercator":
        return None
    values = {item.name: float(item.value) for item in operation.params}
    return values["Longitude of natural origin"], values["Scale factor at natural origin"]


@lru_cache(maxsize=128)
def key_of_projection(crs: CRS) -> tuple[object, ...]:
    """Method, parameters and units: equal where numbers mean the same but for the datum."""
    base = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    units = tuple(axis.unit_name for axis in base.axis_info[:2])
    operation = base.coordinate_operation if base.is_projected else None
    if operation is None:
        return (base.type_name, units) if base.is_geographic else (base.to_wkt(),)
    parameters = sorted((item.name, round(float(item.value), 9)) for item in operation.params)
    return (operation.method_name, tuple(parameters), units)


@lru_cache(maxsize=1)
def vn2000_systems() -> tuple[CRS, ...]:
    """Every VN-2000 system of the EPSG database: degrees, 6° zones and 3° zones, by code."""
    listed = query_crs_info("EPSG", pj_types=PJType.PROJECTED_CRS)
    # a system with two areas of use is listed twice
    codes = sorted({int(item.code) for item in listed if item.name.startswith("VN-2000")})
    return (_VN2000, *(CRS.from_epsg(code) for code in codes))


def _judge_shift(crs: CRS, twin: CRS) -> Text:
    """Which parameters the file carries, and how far they would lead from the official ones."""
    metres = _measure_cost(crs, twin)
    return Text.of(
        "crs_reason.recognised_shift",
        crs=_code(twin),
        parameters=_describe_shift(crs),
        distance=f"{round(100 * metres)} cm" if metres < 1 else f"{round(metres)} m",
    )


def _describe_shift(crs: CRS) -> Text:
    shift, operation = _find_shift(crs), crs.coordinate_operation
    if shift is None or operation is None:
        return Text.of("crs_shift.other")
    rotations = np.array([*operation.towgs84, 0.0, 0.0, 0.0, 0.0][3:6])
    official = np.array(shift.rotations)
    if "Coordinate Frame" in operation.method_name:
        official = -official
    if not rotations.any():
        sign = "none"
    elif np.allclose(rotations, -official, atol=1e-4):
        sign = "right"
    elif np.allclose(rotations, official, atol=1e-4):
        sign = "wrong"
    else:
        sign = "other"
    return Text.of(f"crs_shift.{shift.age}", rotations=Text.of(f"crs_rotations.{sign}"))


def _find_shift(crs: CRS) -> _Shift | None:
    """Which of VN-2000's shifts ``+towgs84`` carries, by its three metres."""
    if crs.coordinate_operation is None or not _on_wgs84_ellipsoid(crs):
        return None
    metres = list(crs.coordinate_operation.towgs84)[:3]
    if len(metres) < 3:
        return None
    return next((item for item in _SHIFTS if np.allclose(metres, item.metres, atol=0.01)), None)


def _on_wgs84_ellipsoid(crs: CRS) -> bool:
    found = crs.ellipsoid
    return found is not None and abs(found.inverse_flattening - 298.257223563) < 1e-6


def _measure_cost(crs: CRS, twin: CRS) -> float:
    """Metres between the places that both give to the same numbers."""
    numbers = find_transformer(_WGS84, twin).transform(*_MEASURED_AT)
    lon, lat = Transformer.from_crs(crs, _WGS84, always_xy=True).transform(*numbers)
    return Geod(ellps="WGS84").inv(*_MEASURED_AT, lon, lat)[2]


def _code(crs: CRS) -> str:
    return f"EPSG:{crs.to_epsg()}"


def _same_projection(one: CRS, other: CRS) -> bool:
    """Whether numbers mean the same on the ellipsoid, whatever the datum."""
    return key_of_projection(one) == key_of_projection(other)
