"""Opening an official planning database (Circular 16/2025/TT-BXD): which class is which layer.

A package is ``CSDL_<name>/HoSoGIS/{HienTrang,QuyHoach,MocGioi}.{gdb,gpkg}``. Names are compared
without regard to case, marks and separators: the annex itself is not consistent, and a GeoPackage
knows no datasets, so that writers put their names before those of classes.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from pyproj import CRS

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.loaders.formats import ARCHIVES, READ_FAILURES, identify_format
from urbanplan_gis.loaders.raw import to_crs
from urbanplan_gis.loaders.text.folding import fold_words
from urbanplan_gis.standards.tt16 import (
    DATABASES,
    PRESENTATIONS,
    RENAMED,
    ClassEntry,
    class_entries,
)

_FORMS = (".gdb", ".gpkg")
#: types of geometry by the letter of the class; curves and z values do not matter
_SHAPES = {
    "A": ("Polygon", "MultiPolygon", "CurvePolygon", "MultiSurface"),
    "L": ("LineString", "MultiLineString", "CompoundCurve", "CircularString", "MultiCurve"),
    "P": ("Point", "MultiPoint"),
}
_UNDECLARED = ("Unknown", "GeometryCollection")
_TYPE_NAMES = np.array(
    ["", "Point", "LineString", "LinearRing", "Polygon", "MultiPoint", "MultiLineString",
     "MultiPolygon", "GeometryCollection"]
)  # fmt: skip
_GIS_FOLDER = "hosogis"
#: tables of QGIS beside the layers of a GeoPackage
_NO_LAYERS = frozenset({"layer_styles", "qgis_projects"})


@dataclass(frozen=True)
class DatabaseClass:
    """One layer of a database; ``dataset`` is ``""`` and ``name`` the layer's for unknown ones.

    ``geometry`` is A, P or L by its name (``""``: it does not say), ``shape`` the type the file
    declares (``""``: a table without geometry); ``given_dataset`` is the dataset the file has it
    in (``""``: none, or it does not say).
    """

    package: str
    database: str
    dataset: str
    given_dataset: str
    name: str
    geometry: str
    path: Path
    layer: str
    fields: tuple[str, ...]
    count: int
    crs: CRS | None
    shape: str

    def field(self, name: str) -> str | None:
        """The field of that name as the file spells it, by the letters alone if need be."""
        exact = (f for f in self.fields if f.casefold() == name.casefold())
        alike = (f for f in self.fields if _key(f) == _key(name))
        return next(exact, None) or next(alike, None)

    @property
    def place(self) -> str:
        """The class as findings and sources name it."""
        return f"{self.package}/{self.database}/{self.name}"


@dataclass(frozen=True)
class PlanningDatabase:
    """A package: its known classes, layers of no known class, and files that are not read."""

    label: str
    classes: tuple[DatabaseClass, ...]
    unknown: tuple[DatabaseClass, ...]
    aside: tuple[str, ...] = ()

    @property
    def databases(self) -> tuple[str, ...]:
        """The databases that are there, in the order of the annex."""
        there = {item.database for item in self.classes + self.unknown}
        return tuple(name for name in DATABASES if name in there)


def open_database(path: Path, label: str) -> PlanningDatabase:
    """The classes of a package: of ``CSDL_<name>``, its ``HoSoGIS``, or one ``.gdb``/``.gpkg``.

    Raises:
        PlanDataError: if there is no database, one in two forms, or one that cannot be read.
    """
    files, aside = _database_files(path, label)
    layers: list[DatabaseClass] = []
    problems: list[PlanDataError] = []
    for database, file in files:
        where = label if file == path else f"{label}/{file.relative_to(path).as_posix()}"
        try:
            layers += _read_layers(label, database, file, where)
        except PlanDataError as problem:
            problems += problem.problems
    if problems:
        raise_problems(problems)
    known = [layer for layer in layers if layer.dataset]
    order = {(e.database, e.name): place for place, e in enumerate(class_entries())}
    known.sort(key=lambda item: (order[item.database, item.name], item.layer))
    unknown = tuple(layer for layer in layers if not layer.dataset)
    return PlanningDatabase(label, tuple(known), unknown, tuple(aside))


def entry_of(layer: DatabaseClass) -> ClassEntry:
    """What the annex says of a known class."""
    return _entries(layer.database)[_key(layer.name)]


def find_misfits(layer: DatabaseClass) -> tuple[np.ndarray, str]:
    """Which features are not areas, lines or points as the name of a known class says; their types.

    Types are those the file declares; where it declares none, those of the features.

    Raises:
        PlanDataError: if the layer cannot be read.
    """
    declared = layer.shape.removeprefix("2.5D ").removeprefix("3D ").removeprefix("Measured ")
    declared = declared.split(" ")[0]
    right = _SHAPES[layer.geometry]
    if declared in right:
        return np.zeros(layer.count, dtype=bool), ""
    if declared not in _UNDECLARED:
        return np.ones(layer.count, dtype=bool), layer.shape or "-"
    wkb = read_columns(layer, [], geometry=True).columns[-1].to_numpy()
    found = _TYPE_NAMES[shapely.get_type_id(shapely.from_wkb(wkb, on_invalid="ignore")) + 1]
    wrong = ~np.isin(found, (*right, ""))
    return wrong, ", ".join(sorted(set(found[wrong])))


def read_columns(layer: DatabaseClass, names: Iterable[str], geometry: bool = False) -> pa.Table:
    """Fields of a class as they are, in the order of the file; field metadata tells their width.

    With ``geometry`` the last column is WKB.

    Raises:
        PlanDataError: if the layer cannot be read.
    """
    where = f"{layer.path.name}: {layer.layer}"
    return _read_table(layer.path, layer.layer, where, list(names), geometry)


def _read_table(
    path: Path,
    layer: str,
    where: str,
    columns: list[str],
    geometry: bool = False,
    fids: bool = False,
) -> pa.Table:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            _, table = pyogrio.raw.read_arrow(
                path,
                layer=layer,
                columns=columns,
                read_geometry=geometry,
                # something has to be read, so that features can be counted
                return_fids=fids or not (columns or geometry),
                **_open_options(path),
            )
            table.validate(full=True)
        except pa.ArrowInvalid:
            raise bad_data("not_utf8", where) from None
        except READ_FAILURES as problem:
            raise _unreadable(where, problem) from None
    return table


def _database_files(path: Path, label: str) -> tuple[list[tuple[str, Path]], list[str]]:
    """Databases in the order of the annex, and the names of files that are none."""
    if not path.exists():
        raise bad_data("missing_file", label, path=label)
    known = {_key(name): name for name in DATABASES}
    if path.suffix.lower() in ARCHIVES and path.is_file():
        raise bad_data("tt16_archive", label)
    if path.suffix.lower() in _FORMS:
        database = known.get(_key(path.stem))
        if database is None:
            raise bad_data("tt16_database_name", label, known=", ".join(DATABASES))
        return [(database, path)], []
    if not path.is_dir():
        raise bad_data("tt16_no_database", label, known=", ".join(DATABASES))
    inner = [item for item in _listed(path) if item.is_dir() and _key(item.name) == _GIS_FOLDER]
    if len(inner) > 1:
        listed = ", ".join(item.name for item in inner)
        raise bad_data("tt16_two_forms", label, files=listed)
    folder = inner[0] if inner else path
    found: dict[str, list[Path]] = {}
    aside: list[str] = []
    for item in _listed(folder):
        database = known.get(_key(item.stem))
        if database is not None and item.suffix.lower() in _FORMS:
            found.setdefault(database, []).append(item)
        elif item.suffix.lower() not in PRESENTATIONS and not item.name.startswith("."):
            aside.append(item.name)
    if not found:
        raise bad_data("tt16_no_database", label, known=", ".join(DATABASES))
    doubled = [item.name for items in found.values() if len(items) > 1 for item in items]
    if doubled:
        raise bad_data("tt16_two_forms", label, files=", ".join(doubled))
    return [(name, found[name][0]) for name in DATABASES if name in found], aside


def _listed(folder: Path) -> list[Path]:
    return sorted(folder.iterdir(), key=lambda item: item.name)


def _read_layers(package: str, database: str, path: Path, where: str) -> list[DatabaseClass]:
    """Every layer of one file, recognised or not, after checking that the file is whole."""
    form = identify_format(path, where)
    options = _open_options(path)
    datasets: dict[str, str] = {}
    if form.driver == "OpenFileGDB":
        _check_tables(path, where)
        datasets = _feature_datasets(path, where)
    try:
        with fiona.Env(CPL_LOG="/dev/null"):
            names = fiona.listlayers(path, **options)
    except READ_FAILURES as problem:
        raise _unreadable(where, problem) from None
    layers = []
    for name in names:
        if name in _NO_LAYERS:
            continue
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                info = pyogrio.read_info(path, layer=name, **options)
        except READ_FAILURES as problem:
            raise _unreadable(f"{where}: {name}", problem) from None
        if info["driver"] != form.driver:
            raise bad_data("not_the_format", where, format=form.driver)
        count = len(_read_table(path, name, f"{where}: {name}", [], fids=True))
        # a GeoPackage keeps a count that programs forget; a FileGDB counts its records
        if form.driver == "OpenFileGDB" and count != info["features"]:
            raise bad_data("cut_file", f"{where}: {name}")
        made = _to_class(package, database, path, name, info, count)
        layers.append(replace(made, given_dataset=datasets[name]) if name in datasets else made)
    return layers


def _feature_datasets(path: Path, where: str) -> dict[str, str]:
    """The dataset of each class that is in one; paths are ``\\dataset\\class``."""
    items = _read_table(path, "GDB_Items", where, ["Name", "Path"])
    parts = (str(item or "").split("\\") for item in items.column("Path").to_pylist())
    names = items.column("Name").to_pylist()
    return {
        str(name): part[1]
        for name, part in zip(names, parts, strict=True)
        if len(part) == 3 and part[2] == name
    }


def _check_tables(path: Path, where: str) -> None:
    """GDAL passes over a class of a FileGDB whose table is not there; its catalogue knows it."""
    catalogue = _read_table(path, "GDB_SystemCatalog", where, ["Name"], fids=True)
    files = {
        f"a{number:08x}.gdbtable": str(name)
        for name, number in zip(
            catalogue.column("Name").to_pylist(),
            catalogue.drop_columns(["Name"]).column(0).to_pylist(),
            strict=True,
        )
    }
    there = {file.name.lower() for file in path.iterdir()}
    missing = [
        f"{name} ({file})"
        for file, name in files.items()
        if file not in there and not name.upper().startswith("GDB_")
    ]
    if missing:
        raise bad_data("tt16_missing_table", where, missing=", ".join(missing))


def _open_options(path: Path) -> dict[str, str]:
    """A GeoPackage is opened without leaving anything beside it."""
    return {"IMMUTABLE": "YES"} if path.suffix.lower() == ".gpkg" else {}


def _to_class(
    package: str, database: str, path: Path, layer: str, info: dict[str, Any], count: int
) -> DatabaseClass:
    entry, given = _recognise(database, layer)
    name = entry.name if entry else layer
    suffix = name[-1].upper() if name[-2:-1] == "_" else ""
    return DatabaseClass(
        package=package,
        database=database,
        dataset=entry.dataset if entry else "",
        given_dataset=given,
        name=name,
        geometry=suffix if suffix in ("A", "P", "L") else "",
        path=path,
        layer=layer,
        fields=tuple(str(field) for field in info["fields"]),
        count=count,
        crs=to_crs(info["crs"]),
        shape=info["geometry_type"] or "",
    )


def _recognise(database: str, layer: str) -> tuple[ClassEntry | None, str]:
    """The class a layer is named for, and the dataset before its name (or the database)."""
    entries = _entries(database)
    key = _key(layer)
    if key in entries:
        return entries[key], ""
    for head, dataset in _heads(database).items():
        if key.startswith(head) and key[len(head) :] in entries:
            return entries[key[len(head) :]], dataset
    return None, ""


def databases_of(layer: str) -> tuple[str, ...]:
    """The databases that have a class a layer is named for."""
    return tuple(database for database in DATABASES if _recognise(database, layer)[0])


def named_dataset(database: str, name: str) -> str:
    """The dataset of the annex a name stands for, whatever its spelling; else the name itself."""
    return _heads(database).get(_key(name), name)


@cache
def _entries(database: str) -> dict[str, ClassEntry]:
    return {_key(entry.name): entry for entry in class_entries() if entry.database == database}


@cache
def _heads(database: str) -> dict[str, str]:
    """Names that may stand before that of a class, the longest first; the dataset each means."""
    datasets = {entry.dataset for entry in class_entries() if entry.database == database}
    heads = {_key(name): name for name in datasets} | {_key(database): ""}
    heads |= {_key(new): old for new, old in RENAMED.items() if old in datasets}
    return {key: heads[key] for key in sorted(heads, key=lambda key: (-len(key), key))}


@cache
def _key(name: str) -> str:
    """A name without case, marks, blanks and separators."""
    return fold_words(name).replace(" ", "")


def _unreadable(where: str, problem: Exception) -> PlanDataError:
    said = " ".join(str(problem).split())[:160]
    return bad_data("unreadable", where, problem=said)
