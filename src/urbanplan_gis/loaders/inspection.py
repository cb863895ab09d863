"""What a file holds, layer by layer: fields with values, encoding, coordinates, validity, role."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyproj import CRS

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.geometry.validity import repair_polygons
from urbanplan_gis.loaders.archives import members_of, unpack
from urbanplan_gis.loaders.crs import name_crs, reproject
from urbanplan_gis.loaders.crs_detect import PlacementDecision, find_placement
from urbanplan_gis.loaders.crs_placement import place
from urbanplan_gis.loaders.formats import (
    ARCHIVES,
    DRAWINGS,
    READ_FAILURES,
    hash_source,
    identify_format,
)
from urbanplan_gis.loaders.osm_tags import osm_roles
from urbanplan_gis.loaders.raw import RawLayer, unreadable
from urbanplan_gis.loaders.recognise import Recognised, recognise_values
from urbanplan_gis.loaders.schema import Family
from urbanplan_gis.loaders.shapes import finite_mask
from urbanplan_gis.loaders.sources import SourceFile
from urbanplan_gis.loaders.suggestions import Suggestion, suggest_role
from urbanplan_gis.loaders.values import tidy_text
from urbanplan_gis.loaders.vector import list_layers, read_vector
from urbanplan_gis.model.data import Role
from urbanplan_gis.project_facts import LayerSource

if TYPE_CHECKING:
    from urbanplan_gis.loaders.placing import CityPlace

_HOME = CRS.from_epsg(5898)
_WGS84 = CRS.from_epsg(4326)
_SAMPLES = 4
_UNKNOWN = (np.nan, np.nan, np.nan, np.nan)
_FAMILIES: Mapping[int, Family] = {0: "point", 1: "line", 2: "area"}
#: fields of drawings (loaders.drawing) and of extracts (loaders.osm) that say what an entity is
_DRAWING_FIELDS = (
    "handle", "layer", "kind", "color", "rgb", "text", "font", "block", "label",
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class InspectedField:
    """One field: type, how many values differ, how many are empty, and some of them."""

    name: str
    type: str
    distinct: int
    empty: int
    samples: tuple[str, ...]
    #: legacy letters found in it, with the confidence (0 to 1); "" for none
    letters: str = ""
    confidence: float = 1.0


@dataclass(frozen=True, eq=False)
class InspectedLayer:
    """One layer. ``extent`` is west, south, east, north in degrees where the place is known."""

    file: str
    layer: str
    driver: str
    count: int
    types: Mapping[str, int]
    invalid: int
    empty: int
    encoding: str
    crs: str
    numbers: tuple[float, float, float, float]
    placement: PlacementDecision | None
    extent: tuple[float, float, float, float] | None
    fields: tuple[InspectedField, ...]
    suggestion: Suggestion | None
    recognised: tuple[Recognised, ...] = ()
    role: str = ""
    #: the sha256 of the file
    sha256: str = ""
    problem: PlanDataError | None = None


def inspect_vector(path: Path, label: str, city: CityPlace | None) -> Iterator[InspectedLayer]:
    """Every layer of a vector file, drawing, extract or archive.

    A layer that cannot be read comes with its problem; the others are still told.

    Raises:
        PlanDataError: if the file as a whole cannot be opened.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix.lower() in ARCHIVES and not path.is_dir():
            with TemporaryDirectory(prefix="urbanplan-") as folder:
                unpack(path, label, Path(folder))
                for name, member in members_of(Path(folder)).items():
                    for found in _inspect_file(member, f"{label}/{name}", city):
                        yield replace(found, file=label, layer=_member(name, found))
            return
        yield from _inspect_file(path, label, city)


def _member(name: str, found: InspectedLayer) -> str:
    """What ``layer`` of the project file chooses from an archive."""
    return f"{name}|{found.layer}" if found.layer else name


def _inspect_file(path: Path, label: str, city: CityPlace | None) -> Iterator[InspectedLayer]:
    form = identify_format(path, label)
    digest = hash_source(path)
    if form.driver == "OSM":
        for role in osm_roles():
            source = _source(path, label, "", {"name": "name", "tag": "tag"}, role)
            yield _try(source, form.driver, city, digest, str(role))
        return
    if form.driver in DRAWINGS:
        fields = {name: name for name in _DRAWING_FIELDS}
        yield _try(_source(path, label, "", fields), form.driver, city, digest)
        return
    source = _source(path, label, "", {})
    layers = [""] if form.driver == "Parquet" else list_layers(source, form)
    for layer in layers:
        fields = {name: name for name in _field_names(path, layer, source)}
        own = "" if len(layers) == 1 else layer
        yield _try(_source(path, label, layer, fields), form.driver, city, digest, own=own)


def _source(
    path: Path, label: str, layer: str, fields: dict[str, str], role: Role = Role.LAND_USE
) -> SourceFile:
    facts = LayerSource(path=label, layer=layer, fields=fields)
    return SourceFile(role, Path(label).stem, facts, path, None, label, "project.toml")


def _field_names(path: Path, layer: str, source: SourceFile) -> list[str]:
    if path.suffix.lower() == ".parquet":
        import pyarrow.parquet as pq

        return [name for name in pq.read_schema(path).names if name not in ("geometry", "geom")]
    try:
        encoding = {"encoding": "ISO-8859-1"} if path.suffix.lower() == ".shp" else {}
        return list(pyogrio.read_info(path, layer=layer, **encoding)["fields"])
    except READ_FAILURES as problem:
        raise unreadable(source, problem) from None


def _try(
    source: SourceFile,
    driver: str,
    city: CityPlace | None,
    digest: str,
    role: str = "",
    own: str | None = None,
) -> InspectedLayer:
    """One layer, or why it cannot be read."""
    told = source.facts.layer if own is None else own
    try:
        raw = read_vector(source)
    except PlanDataError as problem:
        return InspectedLayer(
            source.label, told, driver, 0, {}, 0, 0, "", "", _UNKNOWN, None, None, (),
            None, role=role, sha256=digest, problem=problem,
        )  # fmt: skip
    return replace(_describe(source, raw, driver, city, role), layer=told, role=role, sha256=digest)


def _describe(
    source: SourceFile, raw: RawLayer, driver: str, city: CityPlace | None, role: str
) -> InspectedLayer:
    usable = ~shapely.is_missing(raw.geometry) & ~shapely.is_empty(raw.geometry)
    geometry = shapely.force_2d(raw.geometry)
    points = shapely.get_coordinates(geometry[usable])
    decision = find_placement(
        points, raw.crs, city.area if city else None, city.lines if city else None, home=_HOME
    )
    extent, areas = _measure(geometry, usable, decision)
    types = pd.Series(shapely.get_type_id(geometry[usable])).map(_TYPE_NAMES).value_counts()
    finite = points[np.isfinite(points).all(axis=1)]
    bounds = _UNKNOWN
    if len(finite):
        (west, south), (east, north) = finite.min(axis=0), finite.max(axis=0)
        bounds = (float(west), float(south), float(east), float(north))
    fields = tuple(_field(raw, name) for name in raw.fields)
    suggestion = None if role else _suggest(source, raw, geometry[usable], areas)
    return InspectedLayer(
        file=source.label,
        layer=raw.layer,
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
        fields=fields,
        suggestion=suggestion,
        recognised=_recognise(raw, suggestion, areas),
    )


_TYPE_NAMES = {
    0: "Point", 1: "LineString", 2: "LinearRing", 3: "Polygon", 4: "MultiPoint",
    5: "MultiLineString", 6: "MultiPolygon", 7: "GeometryCollection",
}  # fmt: skip


def _measure(
    geometry: np.ndarray, usable: np.ndarray, decision: PlacementDecision | None
) -> tuple[tuple[float, float, float, float] | None, np.ndarray]:
    """The extent in degrees, and m² of each feature, if the place is known."""
    areas = np.zeros(len(geometry))
    if decision is None or not usable.any():
        return None, areas
    placement = decision.placement
    placed = place(geometry, placement)
    metres, _ = reproject(placed, placement.crs, _HOME)
    finite = finite_mask(metres) & usable
    sound = repair_polygons(np.where(finite, metres, shapely.Point())).geometries
    areas = np.nan_to_num(shapely.area(sound), nan=0.0, posinf=0.0)
    degrees, _ = reproject(placed, placement.crs, _WGS84)
    west, south, east, north = (float(edge) for edge in shapely.total_bounds(degrees[usable]))
    return (west, south, east, north), areas


def _field(raw: RawLayer, name: str) -> InspectedField:
    column = raw.fields[name]
    values = [tidy_text(value) for value in column]
    given = pd.Series([value for value in values if value], dtype=object)
    found = raw.texts.get(name)
    return InspectedField(
        name=name,
        type=_type(column),
        distinct=int(given.nunique()),
        empty=len(values) - len(given),
        samples=tuple(str(value)[:40] for value in given.value_counts().index[:_SAMPLES]),
        letters=found.encoding if found and found.changed else "",
        confidence=found.confidence if found else 1.0,
    )


def _type(column: pd.Series) -> str:
    kind: Any = column.dtype
    if pd.api.types.is_object_dtype(kind):
        return "text"
    if pd.api.types.is_bool_dtype(kind):
        return "flag"
    if pd.api.types.is_integer_dtype(kind):
        return "integer"
    return "date" if pd.api.types.is_datetime64_any_dtype(kind) else "number"


def _suggest(
    source: SourceFile, raw: RawLayer, geometry: np.ndarray, areas: np.ndarray
) -> Suggestion | None:
    dimensions = shapely.get_dimensions(geometry)
    dimensions = dimensions[dimensions >= 0]
    if not len(dimensions):
        return None
    # a drawing of lots has more lines than lots
    family = _FAMILIES[
        int(dimensions.max() if areas.sum() > 0 else np.bincount(dimensions).argmax())
    ]
    names = (Path(source.label).stem, raw.layer)
    return suggest_role(names, family, raw.fields, areas)


def _recognise(
    raw: RawLayer, suggestion: Suggestion | None, areas: np.ndarray
) -> tuple[Recognised, ...]:
    """What the values of classes would be taken for, if the suggestion is followed."""
    if suggestion is None or not suggestion.recognise or "code" not in suggestion.fields:
        return ()
    polygons = areas > 0
    values = raw.fields[suggestion.fields["code"]][polygons].reset_index(drop=True)
    colours = raw.fields.get(suggestion.colour)
    if colours is not None:
        colours = colours[polygons].reset_index(drop=True)
    found = recognise_values(values, colours, areas[polygons], suggestion.code_list)
    return tuple(sorted(found.values(), key=lambda item: (-item.area_m2, item.value)))
