"""Drawings and OpenStreetMap extracts, whose entities are features only once they are read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.cad.drawing import (
    CLOSED_LINES,
    Asked,
    Drawing,
    read_dgn,
    read_dxf,
    require_closed,
)
from urbanplan_gis.loaders.osm.extract import read_osm
from urbanplan_gis.loaders.raw import RawLayer, wanted_fields
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.loaders.text.decoding import told_letters
from urbanplan_gis.loaders.text.legacy import ColumnText, decode_column

if TYPE_CHECKING:
    from urbanplan_gis.loaders.source_file import SourceFile

#: the one layer of a drawing; what drafting calls layers is a field
ENTITIES = "entities"
#: fields of a drawing with what its texts say
_TEXT_FIELDS = ("text", "label")
_POLYGON = 3
_READERS = {"DXF": read_dxf, "DGN": read_dgn}


def read_sketch(source: SourceFile, driver: str) -> RawLayer:
    """The entities of a drawing; ``layer`` is a field of theirs, and so is their colour.

    Raises:
        PlanDataError: for a damaged drawing, one without entities, or without closed shapes
            where the role has areas.
    """
    _check_layer(source)
    told = next(filter(None, (told_letters(source, name) for name in _TEXT_FIELDS)), "")
    understood: dict[str, ColumnText] = {}

    def decode(texts: Sequence[str | None], fonts: Sequence[str | None]) -> list[str | None]:
        """Texts in Unicode before they are joined to lots, each by its own font."""
        decoded, found = decode_column(texts, fonts, told)
        understood.update(dict.fromkeys(_TEXT_FIELDS, found))
        return decoded

    def decode_layers(names: Sequence[str]) -> list[str | None]:
        decoded, understood["layer"] = decode_column(names, told=told_letters(source, "layer"))
        return decoded

    facts = source.facts
    of_lines = ROLE_FIELDS[source.role].family == "line"
    asked = Asked(facts.polygonise, decode, decode_layers, facts.only, of_lines)
    drawing: Drawing = _READERS[driver](source.path, source.label, asked)
    if not len(drawing.table):
        raise bad_data("no_features", source.label)
    if ROLE_FIELDS[source.role].family == "area":
        require_closed(drawing, source.label)
    encoding = drawing.codepage or "UTF-8"
    table, geometry = drawing.table, drawing.geometry
    if of_lines:
        geometry = _as_lines(table, geometry)
    raw = _to_raw(source, table, geometry, drawing.reason, None, encoding)
    inserts = (table["kind"] == "INSERT").to_numpy()
    return replace(
        raw,
        texts=understood,
        remarks=drawing.audit,
        kinds=np.where(inserts, table["block"], table["kind"]),
        hidden=table["hidden"].to_numpy(dtype=bool),
    )


def _as_lines(table: pd.DataFrame, geometry: np.ndarray) -> np.ndarray:
    """Closed lines as lines: a ring road, or the axis of a roundabout, is no area."""
    drawn = table["kind"].isin(CLOSED_LINES).to_numpy()
    rings = drawn & (shapely.get_type_id(geometry) == _POLYGON)
    lines = geometry.copy()
    lines[rings] = shapely.boundary(geometry[rings])
    return lines


def read_extract(source: SourceFile) -> RawLayer:
    """The objects of an OpenStreetMap extract that the role is about.

    Raises:
        PlanDataError: for a damaged extract, or one without such objects that can be used.
    """
    _check_layer(source)
    found = read_osm(source.path, source.label, source.role)
    if (found.reason != "").all():
        raise bad_data("osm_nothing_left", source.label, count=len(found), role=source.role)
    raw = _to_raw(
        source, found.table, found.geometry, found.reason, CRS.from_epsg(4326), "UTF-8", found.place
    )
    return replace(raw, labels=found.table["tag"], notes=found.notes)


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
