"""Reading vector files in bulk: GeoPackage, shapefile, GeoJSON, FlatGeobuf, GeoParquet.

Nothing is interpreted here but text encodings: fields and geometries come out as they are.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import fiona
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.loaders.curves import curve_mask, read_chords
from urbanplan_gis.loaders.encodings import recode_text, settle_encoding
from urbanplan_gis.loaders.formats import READ_FAILURES, FileFormat, identify_format
from urbanplan_gis.loaders.records import read_records

if TYPE_CHECKING:
    from urbanplan_gis.loaders.sources import SourceFile

#: one byte, one character: text passes GDAL unchanged and is decoded afterwards
_BYTES = "ISO-8859-1"
_VIETNAM = pd.Timedelta(hours=7)


@dataclass(frozen=True, eq=False)
class RawLayer:
    """The features of one layer as the file has them.

    ``geometry`` holds shapely geometries in the file's own CRS (None where there is none);
    ``mended`` marks rings that had to be closed to be read at all, ``unreadable`` those that
    could not be read, ``curved`` arcs that became chords. ``crs`` is None where there is none.
    """

    layer: str
    fields: dict[str, pd.Series]
    geometry: np.ndarray
    mended: np.ndarray
    unreadable: np.ndarray
    curved: np.ndarray
    crs: CRS | None
    states_crs: bool
    encoding: str
    encoding_assumed: bool
    #: why the reader itself sets a feature aside (``""``: it does not); None: it never does
    reason: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.geometry)


def read_vector(source: SourceFile) -> RawLayer:
    """Read the layer a source names, with the fields it names.

    Raises:
        PlanDataError: for a damaged or empty file, a layer or field that is not there.
    """
    form = identify_format(source.path, source.label)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if form.driver == "Parquet":
            return _read_parquet(source)
        return _read_ogr(source, form)


def _read_ogr(source: SourceFile, form: FileFormat) -> RawLayer:
    options = {"IMMUTABLE": "YES"} if form.driver == "GPKG" else {}
    layer = _choose_layer(source, options)
    is_shapefile = form.driver == "ESRI Shapefile"
    encoding, assumed = form.encoding, False
    if is_shapefile:
        encoding, assumed = settle_encoding(source)
        options = {**options, "encoding": _BYTES}
    try:
        info = pyogrio.read_info(source.path, layer=layer, **options)
    except READ_FAILURES as problem:
        raise _unreadable(source, problem) from None
    if info["driver"] != form.driver:
        raise bad_data("not_the_format", source.label, format=form.driver)
    known = {recode_text(name, encoding) if is_shapefile else name: name for name in info["fields"]}
    identifier = info["fid_column"] or "fid"
    wanted = _wanted_fields(source, layer, known, identifier)
    columns = [known[name] for name in wanted.values() if name in known]
    table, wkb = _read_table(source, layer, columns, identifier, options)
    if len(wkb) == 0:
        raise bad_data("no_features", source.where(layer))
    fields = {}
    for asked, name in wanted.items():
        series = _decode(source, layer, asked, table.column(known.get(name, identifier)))
        text = is_shapefile and series.dtype == object
        fields[asked] = series.map(lambda v: recode_text(v, encoding)) if text else series
    curved = np.zeros(len(wkb), dtype=bool)
    try:
        geometry, mended, unreadable = _to_shapes(wkb)
    except NotImplementedError:
        curved = curve_mask(wkb)
        geometry, mended, unreadable = _to_shapes(read_chords(source, layer, options))
    return RawLayer(
        layer=layer,
        fields=fields,
        geometry=geometry,
        mended=mended,
        unreadable=unreadable,
        curved=curved,
        crs=_to_crs(info["crs"]),
        states_crs=form.states_crs,
        encoding=encoding,
        encoding_assumed=assumed,
    )


def _choose_layer(source: SourceFile, options: dict[str, str]) -> str:
    """The layer named, or the only one there is."""
    try:
        with fiona.Env(CPL_LOG="/dev/null"):
            layers = fiona.listlayers(source.path, **options)
    except READ_FAILURES as problem:
        raise _unreadable(source, problem) from None
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


def _wanted_fields(
    source: SourceFile, layer: str, known: Iterable[str], identifier: str | None
) -> dict[str, str]:
    """Fields named in the project file -> their exact name in the file."""
    exact = {normalize("NFC", name): name for name in known}
    if identifier:
        exact.setdefault(identifier, identifier)
        exact.setdefault("fid", identifier)
    wanted, missing = {}, []
    for name in source.facts.fields.values():
        found = exact.get(normalize("NFC", name))
        if found is None:
            missing.append(name)
        else:
            wanted[name] = found
    if missing:
        raise bad_data(
            "no_such_field",
            source.where(layer, ", ".join(dict.fromkeys(missing))),
            fields=", ".join(known),
        )
    return wanted


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


def _read_parquet(source: SourceFile) -> RawLayer:
    try:
        schema = pq.read_schema(source.path)
        geo = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    except READ_FAILURES as problem:
        raise _unreadable(source, problem) from None
    if source.facts.layer:
        raise bad_data("no_such_layer", source.label, layer=source.facts.layer, layers="-")
    if "primary_column" not in geo:
        raise bad_data("not_geoparquet", source.label)
    name = geo["primary_column"]
    column = geo["columns"][name]
    known = [field for field in schema.names if field not in geo["columns"]]
    wanted = _wanted_fields(source, "", known, None)
    if column.get("encoding", "WKB") != "WKB":
        raise bad_data("geoparquet_encoding", source.label, encoding=column["encoding"])
    try:
        table = pq.read_table(source.path, columns=[*dict.fromkeys(wanted.values()), name])
    except READ_FAILURES as problem:
        raise _unreadable(source, problem) from None
    if len(table) == 0:
        raise bad_data("no_features", source.label)
    wkb = table.column(name).to_numpy()
    try:
        geometry, mended, unreadable = _to_shapes(wkb)
    except NotImplementedError:
        raise bad_data("geoparquet_encoding", source.label, encoding="WKB (curve)") from None
    return RawLayer(
        layer="",
        fields={
            asked: _decode(source, "", asked, table.column(field))
            for asked, field in wanted.items()
        },
        geometry=geometry,
        mended=mended,
        unreadable=unreadable,
        curved=np.zeros(len(wkb), dtype=bool),
        crs=_to_crs(column.get("crs", "OGC:CRS84")),
        states_crs="crs" in column,
        encoding="UTF-8",
        encoding_assumed=False,
    )


def _decode(source: SourceFile, layer: str, field: str, column: pa.ChunkedArray) -> pd.Series:
    """A column as a series; formats that promise UTF-8 do not always keep it.

    Lists, structures and bytes are no values that could be compared, counted or printed.
    """
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise bad_data("not_one_value", source.where(layer, field), type=kind)
    try:
        return _to_series(column)
    except UnicodeDecodeError:
        raise bad_data("not_utf8", source.where(layer, field)) from None


def _to_series(column: pa.ChunkedArray) -> pd.Series:
    """A column without losing anything: whole numbers stay whole, dates are Vietnamese days."""
    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
        kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_integer(kind):
        return column.to_pandas(types_mapper=lambda _: pd.Int64Dtype()).astype("Int64")
    if pa.types.is_boolean(kind):
        return pd.Series(column.to_pylist(), dtype="boolean")
    if pa.types.is_decimal(kind) or pa.types.is_floating(kind):
        return column.cast(pa.float64()).to_pandas()
    if pa.types.is_timestamp(kind):
        naive = column.cast(pa.timestamp("ms")).to_pandas()
        return naive + _VIETNAM if kind.tz else naive
    if pa.types.is_date(kind):
        return column.cast(pa.timestamp("ms")).to_pandas()
    return pd.Series(column.to_pylist(), dtype=object)


def _to_shapes(wkb: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Geometries, and which rings had to be closed to be read, and which could not be read."""
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    failed = shapely.is_missing(shapes) & np.asarray(pd.notna(wkb))
    if failed.any():
        shapes[failed] = shapely.from_wkb(wkb[failed], on_invalid="fix")
    unreadable = failed & shapely.is_missing(shapes)
    return shapes, failed & ~unreadable, unreadable


def _to_crs(found: Any) -> CRS | None:
    """The CRS a file states; "undefined" ones are none."""
    if not found:
        return None
    try:
        crs = CRS.from_user_input(found)
    except CRSError:
        return None
    if crs.is_engineering or crs.name.lower().startswith("undefined"):
        return None
    return crs


def _unreadable(source: SourceFile, problem: Exception) -> PlanDataError:
    said = " ".join(str(problem).split())[:160]
    return bad_data("unreadable", source.label, problem=said)
