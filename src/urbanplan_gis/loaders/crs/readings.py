"""The readings of a file's numbers that are tried: what is stated, all others, and their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyproj import CRS

from urbanplan_gis.loaders.crs.area import Box
from urbanplan_gis.loaders.crs.placement import (
    COORDINATE_UNITS,
    Placement,
    meaning_of,
    on_other_datum,
)
from urbanplan_gis.loaders.crs.shift import (
    WGS84_SYSTEMS,
    Datum,
    find_datum,
    key_of_projection,
    recognise,
    vn2000_systems,
    vn2000_twin,
    wgs84_twin,
)


@dataclass(frozen=True)
class Told:
    """What the project file says of a source; None where it says nothing."""

    crs: CRS | None = None
    swapped: bool | None = None
    scale: float | None = None


def statements(stated: CRS | None, told: Told) -> list[Placement]:
    """What is said, as readings: two where a projection is stated and no datum."""
    given = told.crs or stated
    if given is None or given.is_engineering:
        return []
    crs, _ = recognise(given)
    systems = [crs]
    if find_datum(crs) is Datum.UNKNOWN:
        twins = (vn2000_twin(crs), wgs84_twin(crs))
        systems = [twin for twin in twins if twin is not None] or [crs]
    scale = told.scale or 1.0
    return [Placement(system, told.swapped or False, scale) for system in systems]


def list_readings(stands: Sequence[Placement], told: Told, home: CRS | None) -> list[Placement]:
    """Every reading that is tried, each meaning once."""
    systems = [item.crs for item in stands]
    if told.crs is None:
        systems += [home] if home is not None else []
        systems += [*vn2000_systems(), *WGS84_SYSTEMS]
    orders = (False, True) if told.swapped is None else (told.swapped,)
    scales = tuple(COORDINATE_UNITS.values()) if told.scale is None else (told.scale,)
    found = {}
    for crs in systems:
        for swapped in orders:
            for scale in scales:
                if scale == 1 or not crs.is_geographic:
                    reading = Placement(crs, swapped, scale)
                    found.setdefault(meaning_of(reading), reading)
    return list(found.values())


def is_among(placement: Placement, others: Sequence[Placement]) -> bool:
    return meaning_of(placement) in [meaning_of(item) for item in others]


def rank(
    placement: Placement, stands: Sequence[Placement], home: CRS | None, at: np.ndarray, box: Box
) -> tuple[bool, bool, int, bool, float]:
    """Stated system first, then the project's, fewest changes, usual datum, nearest to the middle.

    Degrees are usually WGS 84, metres VN-2000.
    """
    stated = any(meaning_of(Placement(item.crs)) == meaning_of(Placement(placement.crs))
                 for item in stands)  # fmt: skip
    at_home = home is not None and key_of_projection(home) == key_of_projection(placement.crs)
    changes = int(placement.swapped) + int(placement.scale != 1)
    foreign = (find_datum(placement.crs) is Datum.VN2000) == placement.crs.is_geographic
    middle = np.array([box[0] + box[2], box[1] + box[3]]) / 2
    return not stated, not at_home, changes, foreign, float(np.hypot(*(at - middle)))


def other_datums(placements: Sequence[Placement]) -> list[Placement]:
    """Readings on the other datum that are not among ``placements`` themselves."""
    found = [on_other_datum(item) for item in placements]
    return [item for item in found if item is not None and not is_among(item, placements)]
