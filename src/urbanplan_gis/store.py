"""Conformed layers and faces on disk: read whole or by bounding box, and told apart by content."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely
from pyarrow import ArrowException
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import GEOSException

from urbanplan_gis.errors import bad_data


def stored_layers(path: Path) -> tuple[str, ...]:
    """Names of the layers in a city GeoPackage that have a geometry."""
    if not path.is_file():
        raise bad_data("not_run", path.name)
    return tuple(name for name, kind in pyogrio.list_layers(path) if kind is not None)


def read_stored(
    path: Path, layer: str, box: tuple[float, float, float, float] | None = None
) -> gpd.GeoDataFrame:
    """One layer of a city GeoPackage, or the part of it that meets ``box`` (project CRS)."""
    return pyogrio.read_dataframe(path, layer=layer, bbox=box, use_arrow=True)


def read_city(path: Path) -> dict[str, gpd.GeoDataFrame]:
    """Every layer of a city GeoPackage by its name.

    Raises:
        PlanDataError: if it is not there or cannot be read.
    """
    try:
        return {name: read_stored(path, name) for name in stored_layers(path)}
    except (DataSourceError, DataLayerError, GEOSException, ArrowException) as problem:
        reason = " ".join(str(problem).split())
        raise bad_data("table_unreadable", path.name, reason=reason) from None


def read_table(path: Path) -> pd.DataFrame:
    """A table a run wrote, every cell as its text (``""`` where it is blank).

    Raises:
        PlanDataError: if it is not there, or is no such table.
    """
    if not path.is_file():
        raise bad_data("not_run", path.name)
    try:
        return pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    except (ValueError, pd.errors.ParserError) as problem:
        raise bad_data(
            "table_unreadable", path.name, reason=" ".join(str(problem).split())
        ) from None


def content_digest(frame: pd.DataFrame) -> str:
    """A digest of a frame's rows: attributes and coordinates, whatever file they came from."""
    digest = hashlib.sha256()
    for column in sorted(map(str, frame.columns)):
        digest.update(column.encode())
        values = frame[column]
        if column == "geometry":
            for wkb in shapely.to_wkb(values.to_numpy()):
                digest.update(wkb or b"-")
        else:
            digest.update("\x1f".join(map(str, values.tolist())).encode())
    return digest.hexdigest()


def file_digest(path: Path) -> str:
    """sha256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
