"""Arcs in GeoPackages from CAD and ArcGIS, which shapely does not know: read as fine chords."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyogrio

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.formats import READ_FAILURES

if TYPE_CHECKING:
    from urbanplan_gis.loaders.source_file import SourceFile

#: WKB types from CircularString to Surface
_CURVE_TYPES = range(8, 15)
#: degrees of arc per chord: a circle's area is then short by 5e-7 of itself (GDAL's 4°: 8e-4)
_STEP = "0.1"


def curve_mask(wkb: np.ndarray) -> np.ndarray:
    """Which geometries have arcs."""
    kinds = (None if item is None else _wkb_type(item) for item in wkb)
    return np.fromiter((kind in _CURVE_TYPES for kind in kinds), dtype=bool, count=len(wkb))


def _wkb_type(wkb: bytes) -> int:
    """The type of geometry, without its dimension flags."""
    order = "little" if wkb[0] else "big"
    return (int.from_bytes(wkb[1:5], order) & 0x0FFFFFFF) % 1000


def read_chords(source: SourceFile, layer: str, options: dict[str, str]) -> np.ndarray:
    """The WKB of all features with every arc replaced by chords.

    Raises:
        PlanDataError: if they cannot be read.
    """
    pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": _STEP})
    try:
        *_, wkb, _ = pyogrio.raw.read(source.path, layer=layer, columns=[], **options)
    except READ_FAILURES as problem:
        said = " ".join(str(problem).split())[:160]
        raise bad_data("unreadable", source.where(layer), problem=said) from None
    finally:
        pyogrio.set_gdal_config_options({"OGR_ARC_STEPSIZE": None})
    return wkb
