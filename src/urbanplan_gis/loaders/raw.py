"""The features of one layer as its file has them, before anything is interpreted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from unicodedata import normalize

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS
from pyproj.crs import GeographicCRS, ProjectedCRS
from pyproj.crs.datum import CustomDatum
from pyproj.exceptions import CRSError

from urbanplan_gis.errors import PlanDataError, bad_data, listed
from urbanplan_gis.loaders.crs.shift import Datum, find_datum, recognise
from urbanplan_gis.loaders.wkb import is_nested_deeply

if TYPE_CHECKING:
    from urbanplan_gis.loaders.source_file import SourceFile
    from urbanplan_gis.loaders.text.legacy import ColumnText

_VIETNAM = pd.Timedelta(hours=7)


@dataclass(frozen=True, eq=False)
class Note:
    """What a reader assumed of some features or could not understand: the finding that tells it."""

    code: str
    rows: np.ndarray
    params: Mapping[str, object] = field(default_factory=dict)


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
    #: text still as the file's bytes, one character each
    as_bytes: bool = False
    #: why the reader itself sets a feature aside (``""``: it does not); None: it never does
    reason: np.ndarray | None = None
    #: what was understood of columns of text that are not plain Unicode
    texts: Mapping[str, ColumnText] = field(default_factory=dict)
    #: where a feature without geometry lies, as far as that is known
    place: np.ndarray | None = None
    #: what was broken in the file and mended
    remarks: tuple[str, ...] = ()
    #: what features are called where the role has no codes
    labels: pd.Series | None = None
    notes: tuple[Note, ...] = ()
    #: what a drawing calls each feature (HATCH, TEXT, the name of a block); None: no drawing
    kinds: np.ndarray | None = None
    #: what a drawing does not show (layers off or frozen); None: no drawing
    hidden: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.geometry)


def wanted_fields(
    source: SourceFile, layer: str, known: Iterable[str], identifier: str | None
) -> dict[str, str]:
    """Fields named in the project file -> their exact name in the file.

    Raises:
        PlanDataError: naming the fields that are not there.
    """
    known = list(known)
    exact = {normalize("NFC", name): name for name in known}
    if identifier:
        exact.setdefault(identifier, identifier)
        exact.setdefault("fid", identifier)
    wanted, missing = {}, []
    facts = source.facts
    colour = [facts.colour] if facts.colour else []
    for name in (*facts.fields.values(), *facts.only, *facts.text, *colour):
        found = exact.get(normalize("NFC", name))
        if found is None:
            missing.append(name)
        else:
            wanted[name] = found
    if missing:
        raise bad_data(
            "no_such_field",
            source.where(layer, ", ".join(dict.fromkeys(missing))),
            fields=listed(list(known)),
        )
    return wanted


def to_series(source: SourceFile, layer: str, name: str, column: pa.ChunkedArray) -> pd.Series:
    """A column as a series; formats that promise UTF-8 do not always keep it.

    Lists, structures and bytes are no values that could be compared, counted or printed.
    """
    kind = column.type
    if pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise bad_data("not_one_value", source.where(layer, name), type=kind)
    try:
        return _without_loss(column)
    except UnicodeDecodeError:
        raise bad_data("not_utf8", source.where(layer, name)) from None


def _without_loss(column: pa.ChunkedArray) -> pd.Series:
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


def to_shapes(wkb: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Geometries, and which rings had to be closed to be read, and which could not be read."""
    # GEOS recurses into collections until the program breaks down
    deep = np.array([is_nested_deeply(item) for item in wkb], dtype=bool)
    wkb = wkb.copy()
    wkb[deep] = None
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    failed = shapely.is_missing(shapes) & np.asarray(pd.notna(wkb))
    if failed.any():
        shapes[failed] = shapely.from_wkb(wkb[failed], on_invalid="fix")
    unreadable = failed & shapely.is_missing(shapes)
    return shapes, failed & ~unreadable, unreadable | deep


def to_crs(found: Any) -> CRS | None:
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


def without_datum(crs: CRS) -> CRS:
    """A projection of VN-2000's 3° zones on "WGS 84", as one on no datum that is known.

    MapInfo has no number for VN-2000: GDAL writes it as 104, which is WGS 84, and 226 m would be
    lost. Projections that WGS 84 does use stay as they are.
    """
    if not crs.is_projected or find_datum(crs) is not Datum.WGS84:
        return crs
    datum = CustomDatum("Unknown based on WGS 84 ellipsoid", ellipsoid="WGS 84")
    bare = ProjectedCRS(
        crs.coordinate_operation, name=crs.name, geodetic_crs=GeographicCRS(datum=datum)
    )
    return bare if find_datum(recognise(bare)[0]) is Datum.VN2000 else crs


def unreadable(source: SourceFile, problem: Exception) -> PlanDataError:
    """The error for what a library could not read."""
    said = " ".join(str(problem).split())[:160]
    return bad_data("unreadable", source.label, problem=said)
