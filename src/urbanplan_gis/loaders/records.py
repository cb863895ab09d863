"""Reading record by record, where bulk reading failed: to save the layer or name the record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fiona
import numpy as np
import pyarrow as pa
import shapely
from shapely.geometry import shape

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.formats import READ_FAILURES
from urbanplan_gis.loaders.offline import NO_NETWORK

if TYPE_CHECKING:
    from urbanplan_gis.loaders.source_file import SourceFile


def read_records(
    source: SourceFile, layer: str, columns: list[str], identifier: str, options: dict[str, str]
) -> tuple[pa.Table, np.ndarray]:
    """Attributes (the feature number under ``identifier``) and WKB of every record.

    Raises:
        PlanDataError: naming the first record that cannot be read.
    """
    rows: list[dict[str, Any]] = []
    wkb: list[bytes | None] = []
    stated = 0
    try:
        env = fiona.Env(**NO_NETWORK)
        with env, fiona.open(source.path, layer=layer, **options) as records:
            stated = len(records)
            for record in records:
                values = {name: record.properties.get(name) for name in columns}
                rows.append({**values, identifier: int(record.id)})
                found = record.geometry
                wkb.append(None if found is None else shapely.to_wkb(shape(found)))
    except READ_FAILURES as problem:
        said = " ".join(str(problem).split())[:160]
        where = source.where(layer)
        raise bad_data("bad_record", where, row=len(rows) + 1, problem=said) from None
    if len(rows) != stated:
        raise bad_data("bad_record", source.where(layer), row=len(rows) + 1, problem=str(stated))
    return _to_table(rows, [*columns, identifier]), np.array(wkb, dtype=object)


def _to_table(rows: list[dict[str, Any]], names: list[str]) -> pa.Table:
    """Columns of one type each; mixed ones as text."""
    columns = {}
    for name in names:
        values = [row[name] for row in rows]
        try:
            columns[name] = pa.array(values)
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            columns[name] = pa.array([None if value is None else str(value) for value in values])
    return pa.table(columns)
