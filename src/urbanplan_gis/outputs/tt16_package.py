"""Conformed layers as a planning database by Circular 16/2025/TT-BXD, Annex II.

Every class has the attributes of the annex first and then our own columns, by which this toolkit
reads it back. Names of classes stand alone (no dataset before them): they are unique within a
database, and it is what QGIS shows.
"""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyproj import CRS

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.loaders.crs.guard import name_crs, same_crs
from urbanplan_gis.loaders.planning.classes import is_own
from urbanplan_gis.loaders.planning.database import entry_of, open_database
from urbanplan_gis.loaders.schema import ROLE_FIELDS, Field
from urbanplan_gis.loaders.text.folding import strip_marks
from urbanplan_gis.model.data import Dataset, Role
from urbanplan_gis.outputs.files import replace_together, staging
from urbanplan_gis.outputs.geopackage import fixed_clock
from urbanplan_gis.standards import tt16
from urbanplan_gis.standards.codes import GREEN_KINDS, code_lists
from urbanplan_gis.text import Text, say

Form = Literal["gpkg", "gdb"]

_DRIVERS: Mapping[Form, str] = {"gpkg": "GPKG", "gdb": "OpenFileGDB"}
_GIS = "HoSoGIS"
#: the databases that have classes for our roles
_WRITTEN = ("HienTrang", "QuyHoach")
#: the folders of a package that people fill: drawings and texts, scans of them
_FRAME = ("HoSoBASIC/BanVe", "HoSoBASIC/VanBan", "HoSoScan/BanVe", "HoSoScan/VanBan")
#: what QGIS 3.22 and the GDAL of its day read without a warning
_GEOPACKAGE = "1.2"
#: a FileGDB keeps coordinates as whole steps from an origin: from 0, whatever has nine decimals
#: of a metre is read back as it was; a far origin, GDAL's default, costs the last digits
_STEPS_PER_METRE = 1e9
_MOST_STEPS = 2.0**53
_GEOMETRY = "geometry"
_MULTI = {"A": "MultiPolygon", "L": "MultiLineString", "P": "MultiPoint"}
_SINGLE = {"A": "Polygon", "L": "LineString", "P": "Point"}
_BUILD_MULTI = {
    "A": shapely.multipolygons,
    "L": shapely.multilinestrings,
    "P": shapely.multipoints,
}
_TYPES = {"Point": 0, "LineString": 1, "Polygon": 3}
_LARGEST_NAME = 100


def write_package(
    dataset: Dataset,
    folder: Path,
    name: str,
    dossier: str,
    information: str,
    form: Form = "gpkg",
    lang: str = "vi",
    synthetic: bool = False,
) -> list[Path]:
    """Write ``CSDL_<name>`` into ``folder``, whole or not at all; the files that make it up.

    ``dossier`` is ``maHoSoQH``, ``information`` ``maThongTinQH``. Written are the columns of
    every vector role; rasters have no class. In a GeoPackage coordinates stay as they are and the
    same layers give the same bytes; a FileGDB keeps nine decimals of a metre. Features of a
    ``synthetic`` city say so in their note.

    Raises:
        PlanDataError: for codes that are none or not the province's, a CRS that is not, a name
            without letters, nothing to write, or a package of another form or hand in its place.
    """
    level = _check_codes(dossier, information)
    package = f"CSDL_{_joined(name)}"
    layers = _layers(dataset, level)
    databases = dict.fromkeys(entry.database for entry in layers)
    files = {database: f"{package}/{_GIS}/{database}.{form}" for database in databases}
    _refuse_others_work(folder / package / _GIS, form)
    stamp = say("stamp.synthetic", lang) if synthetic else None
    grid = _grid(frame for _, frame in layers.values()) if form == "gdb" else {}
    with staging(folder) as stage:
        with fixed_clock(), _unsynchronised():
            for entry, (role, frame) in layers.items():
                facts = _attributes(entry, role, frame, dossier, information, stamp)
                path = stage / files[entry.database]
                _write_class(path, form, entry, role, frame, facts, grid)
        made = sorted(
            path.relative_to(stage).as_posix() for path in stage.rglob("*") if path.is_file()
        )
        replace_together(stage, folder, made, _former(folder, package, form, made))
    _finish_folders(folder / package)
    return [folder / path for path in files.values()]


def tell_left_out(dataset: Dataset) -> list[Text]:
    """What of the layers no class of a planning database holds."""
    rasters = [str(role) for role in dataset.layers if role not in ROLE_FIELDS]
    told = [Text.of("tt16.left_rasters", roles=", ".join(rasters))] if rasters else []
    if dataset.statistics:
        told.append(Text.of("tt16.left_statistics", count=len(dataset.statistics)))
    return told


def _check_codes(dossier: str, information: str) -> tt16.Level:
    """The level of the plan that both codes agree on."""
    plans = {tt16.DOSSIER: tt16.parse_dossier(dossier)}
    plans[tt16.INFORMATION] = tt16.parse_information(information)
    given = {tt16.DOSSIER: dossier, tt16.INFORMATION: information}
    problems: list[PlanDataError] = []
    for field, plan in plans.items():
        if plan is None or plan.province != tt16.PROVINCE:
            problems.append(
                bad_data(
                    "tt16_bad_code", field, field=field, value=given[field],
                    wanted=Text.of(f"tt16.pattern.{field}"), province=tt16.PROVINCE,
                )
            )  # fmt: skip
    if problems:
        raise_problems(problems)
    levels = list(dict.fromkeys(plan.level for plan in plans.values() if plan))
    if len(levels) > 1:
        raise bad_data("tt16_levels", tt16.DOSSIER, dossier=dossier, information=information)
    return levels[0]


def _joined(name: str) -> str:
    """A name without marks, joined, each word with a capital: «Trung tâm» -> «TrungTam»."""
    words = "".join(c if c.isalnum() else " " for c in strip_marks(name)).split()
    joined = "".join(word[0].upper() + word[1:] for word in words)
    joined = "".join(c for c in joined if c.isascii())
    if not joined or len(joined) > _LARGEST_NAME:
        raise bad_data("tt16_package_name", "CSDL_", value=name[:_LARGEST_NAME])
    return joined


def _layers(
    dataset: Dataset, level: tt16.Level
) -> dict[tt16.ClassEntry, tuple[Role, gpd.GeoDataFrame]]:
    """The vector layers that have features, by the class that holds them, in the annex's order."""
    layers = {}
    for role, layer in dataset.layers.items():
        if role not in ROLE_FIELDS or layer.frame is None or not len(layer.frame):
            continue
        crs = layer.frame.crs
        if crs is None or not same_crs(crs, CRS(tt16.PROVINCE_CRS)):
            found = name_crs(crs) if crs is not None else "-"
            wanted = tt16.PROVINCE_CRS
            raise bad_data("tt16_project_crs", str(role), crs=found, wanted=wanted)
        layers[tt16.class_of(role, level)] = (role, layer.frame)
    if not layers:
        raise bad_data("tt16_nothing", "CSDL_")
    order = tt16.class_entries()
    return dict(sorted(layers.items(), key=lambda item: order.index(item[0])))


def _refuse_others_work(gis: Path, form: Form) -> None:
    """What this toolkit did not write, it does not replace; nor is a database written twice."""
    there = [
        path
        for database in _WRITTEN
        for path in (gis / f"{database}.{suffix}" for suffix in _DRIVERS)
        if path.exists()
    ]
    if any(path.suffix != f".{form}" for path in there):
        files = ", ".join(path.name for path in there)
        raise bad_data("tt16_two_forms", gis.parent.name, files=files)
    for path in there:
        found = open_database(path, f"{gis.parent.name}/{_GIS}/{path.name}")
        foreign = [layer.layer for layer in found.unknown]
        foreign += [
            layer.layer
            for layer in found.classes
            if not any(role and is_own(role, layer) for role in entry_of(layer).roles)
        ]
        if foreign:
            raise bad_data("tt16_foreign", found.label, classes=", ".join(foreign))


def _attributes(
    entry: tt16.ClassEntry,
    role: Role,
    frame: gpd.GeoDataFrame,
    dossier: str,
    information: str,
    stamp: str | None,
) -> dict[str, list[str | None]]:
    """The attributes of the annex; names longer than they hold stay whole in our own column."""
    lengths = {item.name: item.length for item in tt16.attributes()}
    count = len(frame)
    names = _texts(frame["name"]) if "name" in frame else [None] * count
    values = {
        tt16.INFORMATION: [information] * count,
        tt16.DOSSIER: [dossier] * count,
        tt16.OBJECT: [f"{dossier}-{entry.name}-{row}" for row in range(1, count + 1)],
        tt16.LABEL: names,
        tt16.LEGEND: _legend(role, frame),
        tt16.NOTE: [stamp] * count,
    }
    return {
        name: [text and text[: lengths[name]] for text in texts] for name, texts in values.items()
    }


def _legend(role: Role, frame: gpd.GeoDataFrame) -> list[str | None]:
    """What the legend calls each feature: the name of its code, else what its source says."""
    lists = code_lists()
    if role is Role.GREEN:
        kinds = lists[GREEN_KINDS]
        return [kinds[kind].name.vi if kind in kinds else None for kind in frame["kind"]]
    if role is Role.FACILITIES:
        return _texts(frame["kind"])
    if not ROLE_FIELDS[role].coded:
        return [None] * len(frame)
    columns = (frame["code_list"], frame["code"], frame["source_value"])
    return [
        lists[code_list][code].name.vi if code in lists.get(code_list, {}) else said or None
        for code_list, code, said in zip(*columns, strict=True)
    ]


def _texts(values: pd.Series) -> list[str | None]:
    return [None if pd.isna(value) else str(value) for value in values]


@contextmanager
def _unsynchronised() -> Generator[None]:
    """SQLite does not wait for the disk: files of the stage are thrown away if this fails."""
    option = "OGR_SQLITE_SYNCHRONOUS"
    before = pyogrio.get_gdal_config_option(option)
    pyogrio.set_gdal_config_options({option: "OFF"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({option: before})


def _write_class(
    path: Path,
    form: Form,
    entry: tt16.ClassEntry,
    role: Role,
    frame: gpd.GeoDataFrame,
    facts: dict[str, list[str | None]],
    grid: Mapping[str, str],
) -> None:
    """Append one class to its database."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shapes = frame.geometry.to_numpy()
    kind = _SINGLE[entry.geometry]
    # GDAL reads the areas and lines of a FileGDB as multi-part anyway
    may_be_single = form == "gpkg" or entry.geometry == "P"
    if not may_be_single or (shapely.get_type_id(shapes) != _TYPES[kind]).any():
        kind = _MULTI[entry.geometry]
        shapes = _to_multi(shapes, entry.geometry)
    options = {"DESCRIPTION": entry.title, "GEOMETRY_NAME": _GEOMETRY, "SPATIAL_INDEX": "YES"}
    if form == "gdb":
        options = {
            "FEATURE_DATASET": entry.dataset,
            "LAYER_ALIAS": entry.title,
            **grid,
        }
    begun = path.exists()
    with warnings.catch_warnings():
        # areas of more than a hundred rings are read back slowly
        warnings.filterwarnings("ignore", message="organizePolygons", category=RuntimeWarning)
        pyogrio.raw.write_arrow(
            _table(form, role, frame, facts, shapes),
            path,
            layer=entry.name,
            driver=_DRIVERS[form],
            geometry_name=_GEOMETRY,
            geometry_type=kind,
            crs=tt16.PROVINCE_CRS,
            append=begun,
            dataset_options={"VERSION": _GEOPACKAGE} if form == "gpkg" and not begun else None,
            layer_options=options,
        )


def _grid(frames: Iterable[gpd.GeoDataFrame]) -> dict[str, str]:
    """Origin and steps per metre of all classes of a FileGDB, so that every coordinate fits."""
    bounds = np.array([frame.total_bounds for frame in frames])
    low = np.floor(min(0.0, np.nanmin(bounds)))
    steps = _STEPS_PER_METRE
    while (np.nanmax(bounds) - low) * steps > _MOST_STEPS:
        steps /= 10
    return {"XORIGIN": f"{low:.0f}", "YORIGIN": f"{low:.0f}", "XYSCALE": f"{steps:.9g}"}


def _to_multi(shapes: np.ndarray, letter: str) -> np.ndarray:
    """Parts of one feature together, so that one layer has one type."""
    single = shapely.get_type_id(shapes) == _TYPES[_SINGLE[letter]]
    made = shapes.copy()
    made[single] = _BUILD_MULTI[letter](shapes[single], indices=np.arange(single.sum()))
    return made


def _table(
    form: Form,
    role: Role,
    frame: gpd.GeoDataFrame,
    facts: dict[str, list[str | None]],
    shapes: np.ndarray,
) -> pa.Table:
    """The attributes of the annex with widths and aliases, our own columns, WKB."""
    fields = [
        pa.field(
            item.name,
            pa.string(),
            metadata={"GDAL:OGR:width": str(item.length), "GDAL:OGR:alternative_name": item.title},
        )
        for item in tt16.attributes()
    ]
    columns: list[Any] = [pa.array(facts[field.name], pa.string()) for field in fields]
    own = [Field("feature_id"), Field("source"), *ROLE_FIELDS[role].fields]
    values = frame.reindex(columns=[field.name for field in own])
    for field in own:
        column = _own_column(form, field, values[field.name])
        fields.append(pa.field(field.name, column.type))
        columns.append(column)
    fields.append(
        pa.field(_GEOMETRY, pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"})
    )
    columns.append(pa.array(shapely.to_wkb(shapes), pa.binary()))
    return pa.table(columns, schema=pa.schema(fields))


def _own_column(form: Form, field: Field, values: pd.Series) -> pa.Array:
    """One of our columns; a FileGDB has no days and flags, and old readers no long numbers."""
    present = values.notna().to_numpy()
    if field.type == "date":
        days = pd.to_datetime(values).to_numpy().astype("datetime64[ms]")
        array = pa.array(days, pa.timestamp("ms"))
        return array if form == "gdb" else array.cast(pa.date32())
    if field.type == "number":
        return pa.array(values.astype("float64"), pa.float64(), mask=~present)
    if field.type == "integer":
        whole = values.astype("Int64")
        if form == "gpkg":
            return pa.array(whole, pa.int64())
        small = whole.abs().max() < 2**31 if present.any() else True
        return pa.array(whole, pa.int64()).cast(pa.int32() if small else pa.float64())
    if field.type == "flag":
        return pa.array(values.astype("boolean"), pa.bool_())
    return pa.array(_texts(values), pa.string())


def _former(folder: Path, package: str, form: Form, made: list[str]) -> list[str]:
    """Files of an earlier package of that name that the new one does not have."""
    gis = folder / package / _GIS
    paths = [gis / f"{database}.{form}" for database in _WRITTEN]
    files = [path for path in paths if path.is_file()]
    files += [file for path in paths if path.is_dir() for file in path.rglob("*") if file.is_file()]
    names = {file.relative_to(folder).as_posix() for file in files}
    return sorted(names - set(made))


def _finish_folders(package: Path) -> None:
    """The folders people fill; and a FileGDB of which no file is left is none."""
    try:
        for part in _FRAME:
            (package / part).mkdir(parents=True, exist_ok=True)
        for path in (package / _GIS).glob("*.gdb"):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
    except OSError as problem:
        raise bad_data("cannot_write", package.name, reason=problem.strerror) from None
