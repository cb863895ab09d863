"""Reading the features of one source, whatever its format.

Nothing is interpreted here but text encodings: fields and geometries come out as they are.
"""

from __future__ import annotations

import sqlite3
import warnings
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.archives import unpacked
from urbanplan_gis.loaders.curves import curve_mask, read_chords
from urbanplan_gis.loaders.formats import (
    DRAWINGS,
    FORMAT_NAMES,
    READ_FAILURES,
    FileFormat,
    identify_format,
)
from urbanplan_gis.loaders.geoparquet import read_parquet
from urbanplan_gis.loaders.offline import offline
from urbanplan_gis.loaders.raw import (
    RawLayer,
    to_crs,
    to_series,
    to_shapes,
    unreadable,
    wanted_fields,
    without_datum,
)
from urbanplan_gis.loaders.records import read_records
from urbanplan_gis.loaders.text.decoding import check_letters, decode_texts
from urbanplan_gis.loaders.text.encodings import (
    WINDOWS_LATIN,
    read_neutral,
    recode_text,
    settle_encoding,
)
from urbanplan_gis.loaders.values import have_values

if TYPE_CHECKING:
    from urbanplan_gis.loaders.source_file import SourceFile

#: one byte, one character: text passes GDAL unchanged and is decoded afterwards
BYTES = "ISO-8859-1"
_SAME_FORMAT = {"KML": "LIBKML"}


def read_vector(source: SourceFile) -> RawLayer:
    """Read the layer a source names, with the fields it names; legacy text becomes Unicode.

    Raises:
        PlanDataError: for a damaged or empty file, a layer or field that is not there.
    """
    check_letters(source)
    with unpacked(source) as ready, warnings.catch_warnings(), offline():
        warnings.simplefilter("ignore")
        raw = _read(ready)
    return _select(source, decode_texts(source, raw))


def _read(source: SourceFile) -> RawLayer:
    form = identify_format(source.path, source.label)
    if source.facts.polygonise and form.driver not in DRAWINGS:
        raise bad_data("only_drawings", f"{source.config}: polygonise", file=source.label)
    if form.driver == "Parquet":
        return read_parquet(source)
    if form.driver in DRAWINGS or form.driver == "OSM":
        # libraries that only these need
        from urbanplan_gis.loaders.entities import read_extract, read_sketch

        return read_extract(source) if form.driver == "OSM" else read_sketch(source, form.driver)
    return _read_ogr(source, form)


def _read_ogr(source: SourceFile, form: FileFormat) -> RawLayer:
    options = {"IMMUTABLE": "YES"} if form.driver == "GPKG" else {}
    layer = _choose_layer(source, form)
    is_shapefile = form.driver == "ESRI Shapefile"
    encoding, assumed = form.encoding, False
    if is_shapefile:
        encoding, assumed = settle_encoding(source)
        options = {**options, "encoding": BYTES}
    try:
        info = pyogrio.read_info(source.path, layer=layer, **options)
    except READ_FAILURES as problem:
        raise unreadable(source, problem) from None
    if _SAME_FORMAT.get(info["driver"], info["driver"]) != form.driver:
        name = FORMAT_NAMES.get(form.driver, form.driver)
        raise bad_data("not_the_format", source.label, format=name)
    known = {recode_text(name, encoding) if is_shapefile else name: name for name in info["fields"]}
    identifier = info["fid_column"] or "fid"
    if info["features"] == 0 and not known:
        # an empty GeoJSON has no fields either
        raise bad_data("no_features", source.where(layer))
    wanted = wanted_fields(source, layer, known, identifier)
    columns = [known[name] for name in wanted.values() if name in known]
    table, wkb = _read_table(source, layer, columns, identifier, options)
    if len(wkb) < (form.records or 0):
        raise bad_data("cut_file", source.label)
    if len(wkb) == 0:
        raise bad_data("no_features", source.where(layer))
    found = {asked: table.column(known.get(name, identifier)) for asked, name in wanted.items()}
    if form.driver == "MapInfo File":
        readable = {asked: read_neutral(column) for asked, column in found.items()}
        assumed = any(column is not found[asked] for asked, column in readable.items())
        encoding, found = WINDOWS_LATIN if assumed else encoding, readable
    fields = {asked: to_series(source, layer, asked, column) for asked, column in found.items()}
    as_bytes = is_shapefile and encoding != "UTF-8"
    if is_shapefile and not as_bytes:
        fields = {name: _recoded(series, encoding) for name, series in fields.items()}
    crs = to_crs(info["crs"])
    if crs is not None and form.driver == "MapInfo File":
        crs = without_datum(crs)
    curved = np.zeros(len(wkb), dtype=bool)
    try:
        geometry, mended, lost = to_shapes(wkb)
    except NotImplementedError:
        curved = curve_mask(wkb)
        geometry, mended, lost = to_shapes(read_chords(source, layer, options))
    return RawLayer(
        layer=layer,
        fields=fields,
        geometry=geometry,
        mended=mended,
        unreadable=lost,
        curved=curved,
        crs=crs,
        states_crs=form.states_crs,
        encoding=encoding,
        encoding_assumed=assumed,
        as_bytes=as_bytes,
    )


def _recoded(series: pd.Series, encoding: str) -> pd.Series:
    if series.dtype != object:
        return series
    # pandas would make a column of its own text type, which is not decoded further
    recoded = [recode_text(value, encoding) for value in series.tolist()]
    return pd.Series(recoded, index=series.index, dtype=object)


def list_layers(source: SourceFile, form: FileFormat) -> list[str]:
    """The layers of a file that have geometry.

    Raises:
        PlanDataError: if the file cannot be opened.
    """
    if form.driver == "GPKG":
        return _layers_of_geopackage(source)
    try:
        found = pyogrio.list_layers(source.path)
    except READ_FAILURES as problem:
        raise unreadable(source, problem) from None
    return [str(name) for name, kind in found if kind]


def _layers_of_geopackage(source: SourceFile) -> list[str]:
    """Asked of the database itself: opening it any other way could write beside it."""
    address = f"file:{quote(str(source.path.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(address, uri=True)) as database:
            asked = "SELECT table_name FROM gpkg_geometry_columns ORDER BY rowid"
            return [str(name) for (name,) in database.execute(asked)]
    except sqlite3.Error as problem:
        raise unreadable(source, problem) from None


def _choose_layer(source: SourceFile, form: FileFormat) -> str:
    """The layer named, or the only one there is."""
    layers = list_layers(source, form)
    if not layers:
        raise bad_data("no_layers", source.label)
    listed = ", ".join(layers)
    asked = source.facts.layer
    if asked:
        if asked not in layers:
            raise bad_data("no_such_layer", source.label, layer=asked, layers=listed)
        return asked
    if len(layers) > 1:
        raise bad_data("which_layer", source.label, layers=listed)
    return layers[0]


def _read_table(
    source: SourceFile, layer: str, columns: list[str], identifier: str, options: dict[str, str]
) -> tuple[pa.Table, np.ndarray]:
    """Attributes and WKB in bulk; record by record only where bulk reading fails."""
    try:
        meta, table = pyogrio.raw.read_arrow(
            source.path, layer=layer, columns=columns, return_fids=True, **options
        )
    except READ_FAILURES:
        return read_records(source, layer, columns, identifier, options)
    name = meta["geometry_name"] or "wkb_geometry"
    if name not in table.column_names:
        return table, np.full(len(table), None, dtype=object)
    wkb = table.column(name)
    return table.drop_columns([name]), wkb.to_numpy()


def _select(source: SourceFile, raw: RawLayer) -> RawLayer:
    """Features of which a field has none of the values asked for are not of this layer."""
    if not source.facts.only:
        return raw
    meant = have_values(raw.fields, source.facts.only, len(raw))
    if not meant.any():
        raise bad_data("none_selected", f"{source.config}: only", file=source.label)
    given = raw.reason if raw.reason is not None else np.full(len(raw), "", dtype=object)
    return replace(raw, reason=np.where(meant, given, "not_selected"))
