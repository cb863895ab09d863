"""The city GeoPackage: conformed layers, faces and findings, with their QGIS styles inside."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.model.data import Finding, Role
from urbanplan_gis.outputs.files import whole_file
from urbanplan_gis.outputs.layer_styles import layer_style
from urbanplan_gis.outputs.qml import qml
from urbanplan_gis.outputs.sld import sld
from urbanplan_gis.outputs.styling import LayerStyle
from urbanplan_gis.outputs.tables import findings_frame
from urbanplan_gis.text import say

FACES, FINDINGS = "faces", "findings"
#: what QGIS 3.22 and the GDAL of its day read without a warning
_GEOPACKAGE = "1.2"
#: the clock inside the file: same inputs, same bytes
_CLOCK = "2000-01-01T00:00:00.000Z"
_GEOMETRY = "geometry"
_LINES = ("LineString", "LinearRing", "MultiLineString")
_MULTI = {"area": "MultiPolygon", "line": "MultiLineString"}
#: labels of faces -> the columns that say what the feature behind each is
_LABEL_COLUMNS: Mapping[str, Mapping[str, str]] = {
    "land_use": {
        "land_use_list": "code_list",
        "land_use": "code",
        "land_use_sub_use": "sub_use",
        "land_use_id": "feature_id",
    },
    "zoning": {
        "zoning_list": "code_list",
        "zoning": "code",
        "zoning_sub_use": "sub_use",
        "zoning_id": "feature_id",
    },
    "right_of_way": {"right_of_way": "feature_id"},
    "green": {"green": "kind", "green_park": "park", "green_id": "feature_id"},
    "general_plan": {
        "general_plan_list": "code_list",
        "general_plan": "code",
        "general_plan_id": "feature_id",
    },
}
_CENTRELINES = "centrelines"
#: letters the name of a style may have
_STYLE_NAME = 30
_STYLES_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    f_table_catalog TEXT(256),
    f_table_schema TEXT(256),
    f_table_name TEXT(256),
    f_geometry_column TEXT(256),
    styleName TEXT(30),
    styleQML TEXT,
    styleSLD TEXT,
    useAsDefault BOOLEAN,
    description TEXT,
    owner TEXT(30),
    ui TEXT(30),
    update_time DATETIME DEFAULT CURRENT_TIMESTAMP
)
"""
_ADD_STYLE = """
INSERT INTO layer_styles (
    f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML,
    styleSLD, useAsDefault, description, owner, ui, update_time
) VALUES ('', '', ?, ?, ?, ?, ?, 1, ?, '', NULL, ?)
"""
_REGISTER_STYLES = """
INSERT INTO gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id)
VALUES ('layer_styles', 'attributes', 'layer_styles', '', ?, 0)
"""


def write_geopackage(
    evidence: Evidence,
    findings: Sequence[Finding],
    path: Path,
    lang: str,
    synthetic: bool = False,
) -> None:
    """Write every conformed vector layer, ``faces`` and ``findings``, whole or not at all.

    Dates are dates, lengths and areas metres and m² of the project CRS. The same evidence gives
    the same bytes, wherever the file is written. Layers of a ``synthetic`` city say so.

    Raises:
        PlanDataError: if the place cannot be written to.
    """
    layers = {str(role): frame for role, frame in _conformed(evidence).items()}
    layers[FACES] = faces_frame(evidence)
    layers[FINDINGS] = _findings(findings, evidence.units.crs, lang)
    described = {name: _described(name, lang, synthetic) for name in layers}
    styles = {name: layer_style(name, frame, lang) for name, frame in layers.items()}
    write_layers(path, layers, described, styles)


def write_layers(
    path: Path,
    layers: Mapping[str, pd.DataFrame],
    described: Mapping[str, str],
    styles: Mapping[str, LayerStyle | None],
) -> None:
    """Write layers (a frame without geometry: a plain table) and their styles, whole or not at all.

    Raises:
        PlanDataError: if the place cannot be written to.
    """
    with whole_file(path) as draft:
        with fixed_clock():
            for name, frame in layers.items():
                _write_layer(draft, name, frame, described[name])
        _write_styles(draft, styles, described)


def _conformed(evidence: Evidence) -> dict[Role, gpd.GeoDataFrame]:
    """The vector layers by feature id; plans say which zoning plans are in force."""
    frames = {
        role: layer.frame
        for role, layer in evidence.dataset.layers.items()
        if role in ROLE_FIELDS and isinstance(layer.frame, gpd.GeoDataFrame)
    }
    if evidence.plans is not None:
        in_force = evidence.plans["in_force"].to_numpy()
        frames[Role.PLANS] = frames[Role.PLANS].assign(zoning_in_force=in_force)
    return {
        role: frame.sort_values("feature_id", ignore_index=True) for role, frame in frames.items()
    }


def faces_frame(evidence: Evidence) -> gpd.GeoDataFrame:
    """The faces with their labels and, for each label, the feature behind it.

    ``face_id`` is the face's position in the mosaic; ``centrelines`` the share (0-1) of the face
    that roads take up by their widths. Labels without a layer have no columns.
    """
    mosaic = evidence.mosaic
    columns: dict[str, Any] = {
        "face_id": np.arange(len(mosaic.area)),
        "unit_code": evidence.units["code"].to_numpy(dtype=object)[mosaic.unit],
        "unit_name": evidence.units["name"].to_numpy(dtype=object)[mosaic.unit],
        "area_m2": mosaic.area,
    }
    for label, wanted in _LABEL_COLUMNS.items():
        if label in mosaic.labels:
            features = evidence.dataset.layers[Role(label)].frame
            for column, source in wanted.items():
                columns[column] = _of_features(features[source], mosaic.labels[label])
    if _CENTRELINES in evidence.labels.shares:
        columns[_CENTRELINES] = evidence.labels.shares[_CENTRELINES]
    if evidence.plans is not None:
        covers = mosaic.covers[str(Role.PLANS)]
        names = evidence.plans["plan_id"].to_numpy(dtype=str)
        columns["plans"] = _listed(covers, names)
        for column, said in (("plans_in_force", "in_force"), ("plans_approved", "approved_by")):
            columns[column] = _listed(covers & evidence.plans[said].to_numpy(), names)
    return gpd.GeoDataFrame(columns, geometry=mosaic.geometries, crs=evidence.units.crs)


def _of_features(values: pd.Series, label: NDArray[np.intp]) -> NDArray[np.object_]:
    """The value of the feature each face lies in, None where there is none.

    The label of no feature, NOWHERE, is -1: it finds the None at the end.
    """
    known = np.empty(len(values) + 1, dtype=object)
    known[:-1] = values.to_numpy(dtype=object, na_value=None)
    return known[label]


def _listed(covers: NDArray[np.bool_], names: NDArray[np.str_]) -> NDArray[np.object_]:
    """Per face the names of what covers it, sorted and joined by ``;`` (shape: faces)."""
    kinds, kind = np.unique(covers, axis=0, return_inverse=True)
    texts = [";".join(np.unique(names[covering])) or None for covering in kinds]
    return np.array(texts, dtype=object)[kind]


def _findings(findings: Sequence[Finding], crs: object, lang: str) -> gpd.GeoDataFrame:
    frame = findings_frame(findings, lang).astype({"x": float, "y": float, "area_ha": float})
    shapes = np.array([finding.geometry for finding in findings], dtype=object)
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=crs)


@contextmanager
def fixed_clock() -> Generator[None]:
    """GDAL takes the fixed time for now; its own setting comes back afterwards."""
    option = "OGR_CURRENT_DATE"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: _CLOCK})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})


def _described(name: str, lang: str, synthetic: bool) -> str:
    words = say(f"layer.{name}", lang)
    return f"{words} – {say('stamp.synthetic', lang)}" if synthetic else words


def _write_layer(draft: Path, name: str, frame: pd.DataFrame, description: str) -> None:
    """Append one layer. Areas and lines become multi-part, so that one layer has one type."""
    spatial = isinstance(frame, gpd.GeoDataFrame)
    kind = _geometry_type(name, frame) if spatial else None
    pyogrio.write_dataframe(
        _typed(frame),
        draft,
        layer=name,
        driver="GPKG",
        use_arrow=True,
        append=draft.exists(),
        geometry_type=kind,
        promote_to_multi=None if kind in (None, "Unknown") else True,
        dataset_options=None if draft.exists() else {"VERSION": _GEOPACKAGE},
        layer_options={"DESCRIPTION": description}
        | ({"GEOMETRY_NAME": _GEOMETRY, "SPATIAL_INDEX": "YES"} if spatial else {}),
    )


def _geometry_type(name: str, frame: gpd.GeoDataFrame) -> str | None:
    """The type of a layer's geometry: its role's, else what is in it; None for points."""
    if name == FINDINGS:
        return "Unknown"
    if name in list(ROLE_FIELDS):
        return _MULTI.get(ROLE_FIELDS[Role(name)].family)
    shapes = frame.geometry.dropna()
    lines = len(shapes) > 0 and shapes.geom_type.isin(_LINES).all()
    return _MULTI["line" if lines else "area"]


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Dates without a time of day, and text that stays text where all of it is missing."""
    types = {}
    for column, dtype in frame.dtypes.items():
        if pd.api.types.is_datetime64_dtype(dtype):
            types[column] = "date32[day][pyarrow]"
        elif pd.api.types.is_object_dtype(dtype):
            types[column] = "str"
    return frame.astype(types)


def _write_styles(
    draft: Path, styles: Mapping[str, LayerStyle | None], described: Mapping[str, str]
) -> None:
    """The table QGIS looks for, with the default style of each layer that has one."""
    rows = [
        (name, _GEOMETRY, name[:_STYLE_NAME], qml(style), sld(style, name), described[name], _CLOCK)
        for name, style in styles.items()
        if style is not None
    ]
    with closing(sqlite3.connect(draft)) as database, database:
        database.execute(_STYLES_TABLE)
        database.executemany(_ADD_STYLE, rows)
        database.execute(_REGISTER_STYLES, (_CLOCK,))
