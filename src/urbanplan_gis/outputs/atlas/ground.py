"""The ground of one unit: its faces by class, its plans, its findings, its neighbours."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.errors import GEOSException

from urbanplan_gis.model.data import Severity
from urbanplan_gis.outputs.atlas.facts import day
from urbanplan_gis.outputs.sheets.theme import unit_names
from urbanplan_gis.quality.in_force import in_force
from urbanplan_gis.store import read_stored

if TYPE_CHECKING:
    import datetime as dt

    from urbanplan_gis.outputs.stored_run import StoredRun

#: what the main map of a unit shows: the first of these that the faces are labelled with
LABELS = ("land_use", "zoning", "general_plan")
ZONING_PLAN = "zoning"
#: a common border shorter than this (m) is a corner; neighbours' drawings part by less than a metre
_BORDER_M, _APART_M = 10.0, 1.0
#: how far beyond a unit its surroundings are kept, as a share of its larger side; least metres
_AROUND, _AROUND_M = 1.5, 500.0
#: less ground than this (m²) of a plan in a unit is a matter of how borders were drawn
SPECK_M2 = 1.0
_EMPTY = np.array([], dtype=object)
_COMPASS = ("e", "ne", "n", "nw", "w", "sw", "s", "se")
SEVERITIES = (Severity.ERROR, Severity.WARNING, Severity.INFO)


@dataclass(frozen=True)
class PlanRow:
    """A plan as pages list it; ``area_ha`` is the ground it covers of what the page is about."""

    plan_id: str
    name: str
    kind: str
    decision: str
    approved: dt.date | None
    revoked: dt.date | None
    replaced_by: str
    in_force: bool
    area_ha: float


@dataclass(frozen=True)
class FindingRow:
    """A finding as pages list it; ``area_ha`` is its whole area, 0 where it has none."""

    finding_id: str
    code: str
    severity: str
    layer: str
    feature_ids: str
    area_ha: float


@dataclass(frozen=True)
class Neighbour:
    """A unit that shares a border, and on which side it lies."""

    name: str
    side: str


@dataclass(frozen=True, eq=False)
class Shapes:
    """Rows of a page with the ground of each."""

    rows: tuple[Any, ...]
    ground: np.ndarray


@dataclass(frozen=True, eq=False)
class UnitGround:
    """Everything the maps of one page show, in metres of the project CRS."""

    code: str
    outline: Any
    #: the label the classes are of, one of :data:`LABELS`, or "" where there is none
    label: str
    #: polygons by (list, code); ("", "") is not classified
    classes: Mapping[tuple[str, str], np.ndarray]
    plans: Shapes
    findings: Shapes
    others: tuple[tuple[str, str, Any], ...]
    neighbours: tuple[Neighbour, ...]
    #: digest of the faces as they are stored
    faces_digest: str

    def digest(self) -> str:
        """A digest of all that is drawn and listed from this ground."""
        digest = hashlib.sha256(self.faces_digest.encode())
        digest.update(repr((self.code, self.label, self.neighbours)).encode())
        digest.update(repr((self.plans.rows, self.findings.rows)).encode())
        named = [(name, kind) for name, kind, _ in self.others]
        digest.update(repr(named).encode())
        around = [ground for _, _, ground in self.others]
        for shape in (self.outline, *self.plans.ground, *self.findings.ground, *around):
            digest.update(shapely.to_wkb(shape))
        return digest.hexdigest()


@dataclass(frozen=True, eq=False)
class CityGround:
    """Units, plans and findings of a run; faces are read unit by unit."""

    run: StoredRun
    units: gpd.GeoDataFrame
    #: their usable geometries, in their order
    shapes: np.ndarray

    @cached_property
    def names(self) -> dict[str, str]:
        """The name of each unit by its code."""
        return unit_names(self.units)

    @cached_property
    def plans(self) -> gpd.GeoDataFrame | None:
        """All plans with ``standing``, whether each is in force at the day asked."""
        if "plans" not in self.run.layers:
            return None
        frame = self.run.layer("plans")
        frame = frame[~(frame.geometry.isna() | frame.geometry.is_empty)].reset_index(drop=True)
        return frame.assign(standing=in_force(frame, self.run.as_of))

    @cached_property
    def findings(self) -> gpd.GeoDataFrame:
        """All findings of the table, with geometry where the layer has one; gravest, then largest
        first."""
        table = self.run.table("findings")
        table["area_ha"] = pd.to_numeric(table["area_ha"]).fillna(0.0)
        ranks = {str(severity): rank for rank, severity in enumerate(SEVERITIES)}
        table["rank"] = table["severity"].map(ranks).fillna(len(ranks))
        shapes = pd.Series(dtype=object)
        if "findings" in self.run.layers:
            layer = self.run.layer("findings")
            shapes = pd.Series(layer.geometry.to_numpy(), index=layer["finding_id"].to_numpy())
            shapes = shapes[~shapes.index.duplicated()]
        placed = gpd.GeoSeries(shapes.reindex(table["finding_id"]).to_numpy(), crs=self.units.crs)
        frame = gpd.GeoDataFrame(table, geometry=placed.to_numpy(), crs=self.units.crs)
        order = frame[["rank", "area_ha", "finding_id"]].sort_values(
            ["rank", "area_ha", "finding_id"], ascending=[True, False, True]
        )
        return frame.loc[order.index]

    @cached_property
    def finding_tree(self) -> tuple[shapely.STRtree, np.ndarray]:
        """The findings that lie somewhere, by place, and their geometries."""
        shapes = np.asarray(self.findings.geometry.array, dtype=object)
        return shapely.STRtree(shapes), shapes


def read_city(run: StoredRun) -> CityGround:
    """The units of a run, wards before communes, each group by code."""
    units = run.layer("units")
    kind = units["kind"].map({"ward": 0, "commune": 1}).fillna(2)
    units = units.assign(code=units["code"].astype(str), rank=kind)
    order = units[["rank", "code"]].sort_values(["rank", "code"]).index
    units = units.loc[order].reset_index(drop=True)
    shapes = np.array(
        [_polygonal(shape) for shape in units.geometry.to_numpy()], dtype=object
    )  # fmt: skip
    return CityGround(run, units, shapes)


def unit_ground(city: CityGround, place: int) -> UnitGround:
    """The ground of the unit at a place in the order of the city's units."""
    code, outline = str(city.units["code"].iloc[place]), city.shapes[place]
    window = _around(outline)
    faces = _faces(city.run, code, outline)
    label = next(
        (name for name in LABELS if name in faces and (faces[name].fillna("") != "").any()), ""
    )
    label = label or next((name for name in LABELS if name in faces), "")
    others, neighbours = _surroundings(city, place, window)
    return UnitGround(
        code=code,
        outline=outline,
        label=label,
        classes=_classes(faces, label),
        plans=_plans(city.plans, outline, window),
        findings=_findings(city, outline),
        others=others,
        neighbours=neighbours,
        faces_digest=_faces_digest(faces),
    )


def _polygonal(shape: Any) -> Any:
    """A unit's ground fit for drawing and cutting; a point or nothing stays what it is."""
    if shape is None or shape.is_empty:
        return shapely.Point(0, 0) if shape is None else shape
    return shape if shape.is_valid else shapely.make_valid(shape, method="structure")


def _around(outline: Any) -> Any:
    """The box in which surroundings of a unit are kept."""
    xmin, ymin, xmax, ymax = outline.bounds
    reach = max(_AROUND * max(xmax - xmin, ymax - ymin), _AROUND_M)
    return shapely.box(xmin - reach, ymin - reach, xmax + reach, ymax + reach)


def _faces(run: StoredRun, code: str, outline: Any) -> gpd.GeoDataFrame:
    """The faces of one unit, read by its bounding box."""
    if "faces" not in run.layers:
        return gpd.GeoDataFrame({"unit_code": []}, geometry=[], crs=run.project.facts.crs)
    faces = read_stored(run.folder / "city.gpkg", "faces", outline.bounds)
    return faces[(faces["unit_code"].astype(str) == code).to_numpy()]


def _faces_digest(faces: gpd.GeoDataFrame) -> str:
    """A digest of the labels drawn and of the ground of each face, in the order stored."""
    digest = hashlib.sha256()
    for name in LABELS:
        for column in (f"{name}_list", name):
            if column in faces:
                digest.update("\x1f".join(faces[column].fillna("").astype(str)).encode())
    for shape in shapely.to_wkb(faces.geometry.to_numpy()):
        digest.update(shape)
    return digest.hexdigest()


def _classes(faces: gpd.GeoDataFrame, label: str) -> dict[tuple[str, str], np.ndarray]:
    """The polygons of each class, faces that touch joined; they match edge to edge."""
    if not label or faces.empty:
        return {}
    lists, codes = (faces[name].fillna("").astype(str) for name in (f"{label}_list", label))
    lists = lists.where(codes != "", "")
    grounds = faces.geometry.to_numpy()
    found = {}
    for pair in sorted(set(zip(lists, codes, strict=True))):
        shapes = grounds[((lists == pair[0]) & (codes == pair[1])).to_numpy()]
        with suppress(GEOSException):  # else they are drawn unjoined
            shapes = shapely.coverage_union_all(shapes)
        found[pair] = shapely.get_parts(shapes)
    return found


def _plans(plans: gpd.GeoDataFrame | None, outline: Any, window: Any) -> Shapes:
    """The plans that cover ground of the unit, largest first, with what shows of each."""
    if plans is None or outline.area == 0:
        return Shapes((), _EMPTY)
    shapes = _valid(np.asarray(plans.geometry.array, dtype=object))
    near = np.flatnonzero(shapely.intersects(shapes, outline))
    shared = shapely.area(shapely.intersection(shapes[near], outline))
    listed = list_plans(plans.iloc[near], shared, shapes[near])
    ground = shapely.intersection(listed.ground, window) if len(listed.rows) else _EMPTY
    return Shapes(listed.rows, ground)


def list_plans(
    plans: gpd.GeoDataFrame, areas_m2: np.ndarray, shapes: np.ndarray, least_m2: float = SPECK_M2
) -> Shapes:
    """Rows of plans, those drawn in several outlines as one; zoning plans first, largest first."""
    grouped: dict[str, tuple[PlanRow, list[Any]]] = {}
    for row, area, shape in zip(plans.to_dict("records"), areas_m2, shapes, strict=True):
        if area < least_m2:
            continue
        known = grouped.get(row["plan_id"])
        covered = area / 1e4 + (known[0].area_ha if known else 0.0)
        standing = bool(row["standing"]) or bool(known and known[0].in_force)
        plan = PlanRow(
            plan_id=_text(row["plan_id"]),
            name=_text(row["name"]),
            kind=_text(row["kind"]),
            decision=_text(row["decision"]),
            approved=day(row["approved"]),
            revoked=day(row["revoked"]),
            replaced_by=_text(row["replaced_by"]),
            in_force=standing,
            area_ha=covered,
        )
        grouped[row["plan_id"]] = (plan, [*(known[1] if known else []), shape])
    order = sorted(
        grouped.values(),
        key=lambda one: (one[0].kind != ZONING_PLAN, not one[0].in_force, -one[0].area_ha),
    )
    ground = [shapely.union_all(shapes) if len(shapes) > 1 else shapes[0] for _, shapes in order]
    return Shapes(tuple(plan for plan, _ in order), _array(ground))


def _findings(city: CityGround, outline: Any) -> Shapes:
    """The findings that lie in the unit and not merely along its edge, largest first, with the
    part of each that lies in it."""
    tree, shapes = city.finding_tree
    near = np.sort(tree.query(outline, predicate="intersects"))
    near = np.array([n for n in near if lies_in(shapes[n], outline)], dtype=int)
    rows = finding_rows(city.findings.iloc[near])
    order = sorted(range(len(rows)), key=lambda n: -rows[n].area_ha)
    inside = [shapely.intersection(_valid_one(shapes[near[n]]), outline) for n in order]
    return Shapes(tuple(rows[n] for n in order), _array(inside))


def lies_in(shape: Any, outline: Any) -> bool:
    """Whether a shape that meets an outline has more than its edge in common with it."""
    return shapely.get_dimensions(shape) < 1 or not shapely.touches(shape, outline)


def finding_rows(frame: pd.DataFrame) -> tuple[FindingRow, ...]:
    """Rows of ``findings.csv`` as pages list them."""
    columns = ("finding_id", "code", "severity", "layer", "feature_ids")
    return tuple(
        FindingRow(*(str(row[name]) for name in columns), area_ha=float(row["area_ha"]))
        for row in frame.to_dict("records")
    )


def _surroundings(
    city: CityGround, place: int, window: Any
) -> tuple[tuple[tuple[str, str, Any], ...], tuple[Neighbour, ...]]:
    """Other units in the window (name, kind, ground), and those that share a border."""
    outline = city.shapes[place]
    codes, kinds = city.units["code"], city.units["kind"]
    others, neighbours = [], []
    border = shapely.boundary(outline) if outline.area else None
    for number in np.flatnonzero(shapely.intersects(city.shapes, window)):
        if number == place:
            continue
        code, shape = str(codes.iloc[number]), city.shapes[number]
        ground = shapely.intersection(shape, window)
        others.append((city.names[code], str(kinds.iloc[number]), ground))
        if border is None or not shapely.dwithin(outline, shape, _APART_M):
            continue
        common = shapely.intersection(border, shapely.buffer(ground, _APART_M))
        if common.length > _BORDER_M:
            neighbours.append((Neighbour(city.names[code], _side(outline, common)), code))
    order = {side: rank for rank, side in enumerate(("n", "ne", "e", "se", "s", "sw", "w", "nw"))}
    neighbours.sort(key=lambda pair: (order[pair[0].side], pair[1]))
    return tuple(others), tuple(neighbour for neighbour, _ in neighbours)


def _side(outline: Any, common: Any) -> str:
    """The compass direction in which a common border lies from the middle of a unit."""
    middle, there = outline.centroid, common.centroid
    angle = math.atan2(there.y - middle.y, there.x - middle.x)
    return _COMPASS[round(angle / (math.pi / 4)) % 8]


def _valid(shapes: np.ndarray) -> np.ndarray:
    return np.where(
        shapely.is_valid(shapes), shapes, shapely.make_valid(shapes, method="structure")
    )


def _valid_one(shape: Any) -> Any:
    return shape if shape.is_valid else shapely.make_valid(shape, method="structure")


def _array(shapes: Iterable[Any]) -> np.ndarray:
    listed = list(shapes)
    found = np.empty(len(listed), dtype=object)
    found[:] = listed
    return found


def _text(value: Any) -> str:
    return "" if value is None or pd.isna(value) else str(value)
