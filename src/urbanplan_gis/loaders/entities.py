"""Drawings and OpenStreetMap extracts, whose entities are features only once they are read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pyproj import CRS

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.drawing import Drawing, read_dgn, read_dxf
from urbanplan_gis.loaders.legacy_text import decode_column
from urbanplan_gis.loaders.osm import read_osm
from urbanplan_gis.loaders.raw import RawLayer, wanted_fields

if TYPE_CHECKING:
    from urbanplan_gis.loaders.sources import SourceFile

#: the one layer of a drawing; what drafting calls layers is a field
ENTITIES = "entities"
_READERS = {"DXF": read_dxf, "DGN": read_dgn}


def read_sketch(source: SourceFile, driver: str) -> RawLayer:
    """The entities of a drawing; ``layer`` is a field of theirs, and so is their colour.

    Raises:
        PlanDataError: for a damaged drawing, or one without entities.
    """
    _check_layer(source)
    drawing: Drawing = _READERS[driver](
        source.path, source.label, source.facts.polygonise, _decode
    )
    if not len(drawing.table):
        raise bad_data("no_features", source.label)
    encoding = drawing.codepage or "UTF-8"
    return _to_raw(source, drawing.table, drawing.geometry, drawing.reason, None, encoding)


def _decode(texts: Any, fonts: Any) -> list[str | None]:
    """Texts of a drawing in Unicode, so that labels can be read."""
    return decode_column(list(texts), list(fonts))[0]


def read_extract(source: SourceFile) -> RawLayer:
    """The objects of an OpenStreetMap extract that the role is about.

    Raises:
        PlanDataError: for a damaged extract, or one without such objects.
    """
    _check_layer(source)
    found = read_osm(source.path, source.label, source.role)
    if not len(found.table):
        raise bad_data("no_features", source.label)
    return _to_raw(
        source, found.table, found.geometry, found.reason, CRS.from_epsg(4326), "UTF-8", found.place
    )


def _check_layer(source: SourceFile) -> None:
    asked = source.facts.layer
    if asked not in ("", ENTITIES):
        raise bad_data("layer_is_a_field", source.label, layer=asked)


def _to_raw(
    source: SourceFile,
    table: pd.DataFrame,
    geometry: np.ndarray,
    reason: np.ndarray,
    crs: CRS | None,
    encoding: str,
    place: np.ndarray | None = None,
) -> RawLayer:
    wanted = wanted_fields(source, ENTITIES, list(table.columns), None)
    none = np.zeros(len(table), dtype=bool)
    return RawLayer(
        layer=ENTITIES,
        fields={asked: table[name].reset_index(drop=True) for asked, name in wanted.items()},
        geometry=geometry,
        mended=none,
        unreadable=none,
        curved=none,
        crs=crs,
        states_crs=False,
        encoding=encoding,
        encoding_assumed=False,
        reason=reason,
        place=place,
    )
