"""Reading GeoParquet, which GDAL's bundled drivers leave out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.formats import READ_FAILURES
from urbanplan_gis.loaders.raw import (
    RawLayer,
    to_crs,
    to_series,
    to_shapes,
    unreadable,
    wanted_fields,
)

if TYPE_CHECKING:
    from urbanplan_gis.loaders.source_file import SourceFile


def read_parquet(source: SourceFile) -> RawLayer:
    """Read a GeoParquet file with geometry as WKB.

    Raises:
        PlanDataError: for a damaged file, one without geometry, or with another kind of it.
    """
    try:
        schema = pq.read_schema(source.path)
        geo = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    except READ_FAILURES as problem:
        raise unreadable(source, problem) from None
    if source.facts.layer:
        raise bad_data("no_such_layer", source.label, layer=source.facts.layer, layers="-")
    if "primary_column" not in geo:
        raise bad_data("not_geoparquet", source.label)
    name = geo["primary_column"]
    column = geo["columns"][name]
    known = [item for item in schema.names if item not in geo["columns"]]
    wanted = wanted_fields(source, "", known, None)
    if column.get("encoding", "WKB") != "WKB":
        raise bad_data("geoparquet_encoding", source.label, encoding=column["encoding"])
    try:
        table = pq.read_table(source.path, columns=[*dict.fromkeys(wanted.values()), name])
    except READ_FAILURES as problem:
        raise unreadable(source, problem) from None
    if len(table) == 0:
        raise bad_data("no_features", source.label)
    wkb = table.column(name).to_numpy()
    try:
        geometry, mended, lost = to_shapes(wkb)
    except NotImplementedError:
        raise bad_data("geoparquet_encoding", source.label, encoding="WKB (curve)") from None
    return RawLayer(
        layer="",
        fields={
            asked: to_series(source, "", asked, table.column(item))
            for asked, item in wanted.items()
        },
        geometry=geometry,
        mended=mended,
        unreadable=lost,
        curved=np.zeros(len(wkb), dtype=bool),
        crs=to_crs(column.get("crs", "OGC:CRS84")),
        states_crs="crs" in column,
        encoding="UTF-8",
        encoding_assumed=False,
    )
