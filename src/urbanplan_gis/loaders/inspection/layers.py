"""What a file holds, layer by layer: fields with values, encoding, coordinates, validity, role."""

from __future__ import annotations

import json
import sqlite3
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj import CRS

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.geometry.validity import repair_polygons
from urbanplan_gis.loaders.archives import members_of, unpack, unpacked
from urbanplan_gis.loaders.classes.recognise import Recognised, recognise_values
from urbanplan_gis.loaders.crs.detect import PlacementDecision, find_placement
from urbanplan_gis.loaders.crs.guard import name_crs, reproject
from urbanplan_gis.loaders.crs.placement import place
from urbanplan_gis.loaders.formats import (
    ARCHIVES,
    DRAWINGS,
    DRIVERS,
    READ_FAILURES,
    FileFormat,
    identify_format,
)
from urbanplan_gis.loaders.inspection.suggestions import FamilyFeatures, Suggestion, suggest_role
from urbanplan_gis.loaders.offline import offline
from urbanplan_gis.loaders.osm.tags import osm_roles
from urbanplan_gis.loaders.raw import RawLayer, unreadable
from urbanplan_gis.loaders.schema import ROLE_FIELDS, Family
from urbanplan_gis.loaders.shapes import finite_mask
from urbanplan_gis.loaders.source_file import SourceFile
from urbanplan_gis.loaders.text.encodings import recode_text, settle_encoding
from urbanplan_gis.loaders.values import read_texts
from urbanplan_gis.loaders.vector import BYTES, list_layers, read_vector
from urbanplan_gis.model.data import Role
from urbanplan_gis.project_facts import AUTHORITY, LayerSource

if TYPE_CHECKING:
    from urbanplan_gis.loaders.crs.placing import CityPlace

_HOME = CRS.from_user_input(AUTHORITY)
_WGS84 = CRS.from_epsg(4326)
_SAMPLES = 4
_NOWHERE = (np.nan, np.nan, np.nan, np.nan)
_FAMILIES: Mapping[Family, int] = {"area": 2, "line": 1, "point": 0}
_TYPE_NAMES = {
    0: "Point", 1: "LineString", 2: "LinearRing", 3: "Polygon", 4: "MultiPoint",
    5: "MultiLineString", 6: "MultiPolygon", 7: "GeometryCollection",
}  # fmt: skip
#: fields of drawings (loaders.cad) that say what an entity is
_DRAWING_FIELDS = (
    "handle", "layer", "kind", "color", "rgb", "text", "font", "block", "label", "hidden",
)  # fmt: skip
_OPEN_LAYERS = 8


@dataclass(frozen=True)
class Surroundings:
    """Where layers should lie: the units of a project, and its CRS, which is tried first."""

    city: CityPlace | None = None
    crs: CRS = _HOME


@dataclass(frozen=True, eq=False)
class InspectedField:
    """One field: type, how many values differ, how many are empty, and the commonest of them."""

    name: str
    type: str
    distinct: int
    empty: int
    samples: tuple[str, ...]
    #: legacy letters found in it, with the confidence (0 to 1); "" for none
    letters: str = ""
    confidence: float = 1.0
    #: why the field cannot be read
    problem: PlanDataError | None = None


@dataclass(frozen=True, eq=False)
class InspectedLayer:
    """One layer. ``extent`` is west, south, east, north in degrees where the place is known.

    ``numbers`` the same in the numbers of the file. A layer with a ``problem`` has nothing else.
    """

    file: str
    layer: str
    driver: str
    #: the role where the format tells it (OpenStreetMap objects)
    role: str = ""
    count: int = 0
    types: Mapping[str, int] = field(default_factory=dict)
    invalid: int = 0
    empty: int = 0
    encoding: str = ""
    crs: str = ""
    numbers: tuple[float, float, float, float] = _NOWHERE
    placement: PlacementDecision | None = None
    extent: tuple[float, float, float, float] | None = None
    fields: tuple[InspectedField, ...] = ()
    suggestion: Suggestion | None = None
    recognised: tuple[Recognised, ...] = ()
    #: layers of a drawing that have open lines, those with most lines first
    open_layers: tuple[str, ...] = ()
    problem: PlanDataError | None = None


def inspect_vector(
    path: Path, label: str, around: Surroundings | None = None
) -> Iterator[InspectedLayer]:
    """Every layer of a vector file, drawing, extract or archive.

    A layer that cannot be read comes with its problem; the others are still told. ``label`` is
    how the project file names the file.

    Raises:
        PlanDataError: if the file as a whole cannot be opened, or has no layer.
    """
    around = around or Surroundings()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix.lower() not in ARCHIVES or path.is_dir():
            yield from _inspect_file(path, label, around)
            return
        with TemporaryDirectory(prefix="urbanplan-") as folder:
            unpack(path, label, Path(folder))
            members = members_of(Path(folder))
            if not members:
                # says what may stand in an archive
                read_vector(_source(path, label, "", {}))
            for name, member in members.items():
                yield from _inspect_member(name, member, label, around)


def _inspect_member(
    name: str, member: Path, label: str, around: Surroundings
) -> Iterator[InspectedLayer]:
    """The layers of one file of an archive, as ``layer`` of the project file chooses them."""
    try:
        if DRIVERS[member.suffix.lower()] == "OSM":
            raise bad_data("extract_in_archive", f"{label}/{name}")
        for found in _inspect_file(member, f"{label}/{name}", around):
            chosen = f"{name}|{found.layer}" if found.layer else name
            yield replace(found, file=label, layer=chosen)
    except PlanDataError as problem:
        yield InspectedLayer(label, name, DRIVERS[member.suffix.lower()], problem=problem)


def list_tables(path: Path) -> list[str]:
    """Tables of a file that have no geometry, so that no role can be made of them."""
    driver = DRIVERS.get(path.suffix.lower(), "")
    if driver == "GPKG":
        address = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        asked = "SELECT table_name FROM gpkg_contents WHERE data_type LIKE 'attributes%'"
        try:
            with closing(sqlite3.connect(address, uri=True)) as database:
                return [str(name) for (name,) in database.execute(asked)]
        except sqlite3.Error:
            return []
    if driver != "OpenFileGDB":
        return []
    return [str(name) for name, kind in pyogrio.list_layers(path) if not kind]


def _inspect_file(path: Path, label: str, around: Surroundings) -> Iterator[InspectedLayer]:
    # GDAL writes beside GML: it gets a copy
    with unpacked(_source(path, label, "", {})) as ready, offline():
        yield from _inspect_layers(ready.path, label, around)


def _inspect_layers(path: Path, label: str, around: Surroundings) -> Iterator[InspectedLayer]:
    form = identify_format(path, label)
    if form.driver == "OSM":
        for role in osm_roles():
            source = _source(path, label, "", {"name": "name", "tag": "tag"}, role)
            yield replace(_inspect_layer(source, form, around), role=str(role))
        return
    if form.driver in DRAWINGS:
        # a role of points: those of areas and of lines do not take all shapes as they are
        fields = {name: name for name in _DRAWING_FIELDS}
        source = _source(path, label, "", fields, Role.FACILITIES)
        yield _inspect_layer(source, form, around)
        return
    source = _source(path, label, "", {})
    layers = [""] if form.driver == "Parquet" else list_layers(source, form)
    if not layers:
        raise bad_data("no_layers", label)
    for layer in layers:
        found = _inspect_layer(_source(path, label, layer, {}), form, around)
        yield replace(found, layer="" if len(layers) == 1 else layer)


def _source(
    path: Path, label: str, layer: str, fields: dict[str, str], role: Role = Role.LAND_USE
) -> SourceFile:
    facts = LayerSource(path=label, layer=layer, fields=fields)
    return SourceFile(role, Path(label).stem, facts, path, None, label, "project.toml")


def _inspect_layer(source: SourceFile, form: FileFormat, around: Surroundings) -> InspectedLayer:
    """One layer, or why it cannot be read."""
    try:
        names = list(source.facts.fields) or _field_names(source, form)
        raw, broken = _read(source, names)
        if form.driver == "OSM" and raw.reason is not None and (raw.reason != "").all():
            raise bad_data("no_features", source.where(str(source.role)))
    except PlanDataError as problem:
        return InspectedLayer(source.label, source.facts.layer, form.driver, problem=problem)
    found = _describe(source, raw, form.driver, around)
    return replace(found, fields=(*found.fields, *broken))


def _field_names(source: SourceFile, form: FileFormat) -> list[str]:
    """The fields of a layer as the project file would name them."""
    try:
        if form.driver == "Parquet":
            schema = pq.read_schema(source.path)
            geo = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
            return [name for name in schema.names if name not in geo.get("columns", {})]
        if form.driver != "ESRI Shapefile":
            options = {"IMMUTABLE": "YES"} if form.driver == "GPKG" else {}
            info = pyogrio.read_info(source.path, layer=source.facts.layer or None, **options)
            return [str(name) for name in info["fields"]]
        info = pyogrio.read_info(source.path, encoding=BYTES)
        return [recode_text(str(name), settle_encoding(source)[0]) for name in info["fields"]]
    except READ_FAILURES as problem:
        raise unreadable(source, problem) from None


def _read(source: SourceFile, names: Sequence[str]) -> tuple[RawLayer, list[InspectedField]]:
    """The layer with all fields that can be read, and the others with their problems.

    Raises:
        PlanDataError: if it cannot be read without any fields either.
    """

    def read(wanted: Sequence[str]) -> RawLayer:
        fields = {name: name for name in wanted}
        return read_vector(replace(source, facts=replace(source.facts, fields=fields)))

    try:
        return read(names), []
    except PlanDataError:
        raw = read([])
    fields, broken = {}, []
    for name in names:
        try:
            fields[name] = read([name]).fields[name]
        except PlanDataError as problem:
            broken.append(InspectedField(name, "unreadable", 0, 0, (), problem=problem))
    return replace(raw, fields=fields), broken


def _describe(
    source: SourceFile, raw: RawLayer, driver: str, around: Surroundings
) -> InspectedLayer:
    usable = ~shapely.is_missing(raw.geometry) & ~shapely.is_empty(raw.geometry)
    geometry = shapely.force_2d(raw.geometry)
    points = shapely.get_coordinates(geometry[usable])
    city = around.city
    decision = find_placement(
        points, raw.crs, city.area if city else None, city.lines if city else None, home=around.crs
    )
    extent, areas = _measure(geometry, usable, decision, around.crs)
    finite = points[np.isfinite(points).all(axis=1)]
    bounds = _NOWHERE
    if len(finite):
        (west, south), (east, north) = finite.min(axis=0), finite.max(axis=0)
        bounds = (float(west), float(south), float(east), float(north))
    kinds = _by_family(raw, geometry, usable, areas)
    names = (Path(source.label).stem, raw.layer)
    suggestion = None if driver == "OSM" else suggest_role(names, kinds)
    types = pd.Series(shapely.get_type_id(geometry[usable])).map(_TYPE_NAMES).value_counts()
    return InspectedLayer(
        file=source.label,
        layer=raw.layer if source.facts.layer else "",
        driver=driver,
        count=len(raw),
        types=types.to_dict(),
        invalid=int((~shapely.is_valid(geometry[usable])).sum()),
        empty=int((~usable).sum()),
        encoding=raw.encoding + (" (?)" if raw.encoding_assumed else ""),
        crs="" if raw.crs is None else name_crs(raw.crs),
        numbers=bounds,
        placement=decision,
        extent=extent,
        fields=tuple(_field(raw, name) for name in raw.fields),
        suggestion=suggestion,
        recognised=_recognise(kinds, suggestion),
        open_layers=_open_layers(kinds) if driver in DRAWINGS else (),
    )


def _measure(
    geometry: np.ndarray, usable: np.ndarray, decision: PlacementDecision | None, crs: CRS
) -> tuple[tuple[float, float, float, float] | None, np.ndarray]:
    """The extent in degrees, and m² of each feature, if the place is known."""
    areas = np.zeros(len(geometry))
    if decision is None or not usable.any():
        return None, areas
    placement = decision.placement
    placed = place(geometry, placement)
    metres, _ = reproject(placed, placement.crs, crs)
    finite = finite_mask(metres) & usable
    sound = repair_polygons(np.where(finite, metres, shapely.Point())).geometries
    areas = np.nan_to_num(shapely.area(sound), nan=0.0, posinf=0.0)
    degrees, _ = reproject(placed, placement.crs, _WGS84)
    if not finite.any():
        return None, areas
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(degrees[finite]))
    return (west, south, east, north), areas


def _by_family(
    raw: RawLayer, geometry: np.ndarray, usable: np.ndarray, areas: np.ndarray
) -> list[FamilyFeatures]:
    """The features of each kind of geometry there is; texts of a drawing are no points.

    What the reader itself sets aside, such as outlines of hatches, would count ground twice.
    """
    read = usable if raw.reason is None else usable & (raw.reason == "").astype(bool)
    dimensions = np.where(read, shapely.get_dimensions(geometry), -1)
    if "kind" in raw.fields and "handle" in raw.fields:
        dimensions = np.where((dimensions == 0).astype(bool), -1, dimensions)
    found = []
    for family, dimension in _FAMILIES.items():
        rows = np.flatnonzero(dimensions == dimension)
        if len(rows):
            fields = {
                name: column.iloc[rows].reset_index(drop=True)
                for name, column in raw.fields.items()
            }
            found.append(FamilyFeatures(family, fields, areas[rows]))
    return found


def _field(raw: RawLayer, name: str) -> InspectedField:
    column = raw.fields[name]
    texts = read_texts(column)
    counts = texts.value_counts(sort=True)
    found = raw.texts.get(name)
    return InspectedField(
        name=name,
        type=_type(column),
        distinct=len(counts),
        empty=int(texts.isna().sum()),
        samples=tuple(str(value) for value in counts.index[:_SAMPLES]),
        letters=found.encoding if found and found.changed else "",
        confidence=found.confidence if found else 1.0,
    )


def _type(column: pd.Series) -> str:
    kind: Any = column.dtype
    if pd.api.types.is_bool_dtype(kind):
        return "flag"
    if pd.api.types.is_integer_dtype(kind):
        return "integer"
    if pd.api.types.is_numeric_dtype(kind):
        return "number"
    return "date" if pd.api.types.is_datetime64_any_dtype(kind) else "text"


def _recognise(
    kinds: Sequence[FamilyFeatures], suggestion: Suggestion | None
) -> tuple[Recognised, ...]:
    """What the values of classes would be taken for, if the suggestion is followed."""
    if suggestion is None or not suggestion.recognise or "code" not in suggestion.fields:
        return ()
    features = next(item for item in kinds if item.family == ROLE_FIELDS[suggestion.role].family)
    values = features.fields[suggestion.fields["code"]]
    colours = features.fields.get(suggestion.colour)
    found = recognise_values(values, colours, features.areas, suggestion.code_list)
    return tuple(sorted(found.values(), key=lambda item: (-item.area_m2, item.value)))


def _open_layers(kinds: Sequence[FamilyFeatures]) -> tuple[str, ...]:
    lines = next((item for item in kinds if item.family == "line"), None)
    if lines is None:
        return ()
    counts = lines.fields["layer"].value_counts(sort=True)
    return tuple(str(name) for name in counts.index[:_OPEN_LAYERS])
