"""OpenStreetMap extracts (``.osm.pbf``, ``.osm``): the features of one role.

Every object that bears a key of the role's tag table is one row, kept or with the reason why
not. Areas are assembled by osmium, by the rules of OpenStreetMap (rings by geometry, whatever
the members' roles say); what it cannot assemble is told, never mended.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.osm.objects import OsmObject, OsmObjects, read_objects
from urbanplan_gis.loaders.osm.tags import (
    LANE_WIDTH_M,
    TagRule,
    choose_rule,
    osm_roles,
    read_floors,
    read_width,
    role_keys,
)
from urbanplan_gis.loaders.raw import Note
from urbanplan_gis.loaders.values import shorten, tidy_text
from urbanplan_gis.model.data import Role

#: tags that are read beside those that decide
_DETAILS = ("name", "area", "width", "est_width", "lanes", "building:levels", "access")
#: values of ``access`` by which ground is not open to everybody
_NOT_PUBLIC = frozenset({"private", "no", "customers", "members", "permit", "residents"})
_AREA_TYPES = (3, 6)
#: share of a pond that lies in its park; a river drawn through one has far less, and shores
#: drawn twice differ by little
_INSIDE = 0.95

#: tags that hold numbers, by the role and the column they are for
_NUMBERS = ((Role.ROADS, "width", "width_m"), (Role.BUILDINGS, "building:levels", "floors"))

_Shape = tuple[shapely.Geometry | None, str, shapely.Geometry | None]


@dataclass(frozen=True, eq=False)
class OsmFeatures:
    """The objects of an extract for one role, one row each, in the order of the file.

    ``table`` has ``osm_id`` ("n6", "w123", "r45"), ``name``, ``tag`` (the deciding "key=value")
    and the role's columns under the names of the schema; roads also ``width_from``, the key that
    told the width. ``geometry`` is in degrees (EPSG:4326), None where it could not be built;
    ``reason`` says why an object is set aside (``""``: it is not); ``place`` is a point of an
    object without geometry where a location of it is known, else None. ``notes``: numbers that
    were assumed, and such that could not be read.
    """

    table: pd.DataFrame
    geometry: np.ndarray
    reason: np.ndarray
    place: np.ndarray
    notes: tuple[Note, ...] = ()

    def __len__(self) -> int:
        return len(self.geometry)


def read_osm(path: Path, label: str, role: Role) -> OsmFeatures:
    """Read what an extract holds for ``role``.

    Closed ways are areas unless tagged ``area=no``; for roads they are lines unless tagged
    ``area=yes``. Areas of facilities become a point inside them.

    Raises:
        PlanDataError: for a damaged, unsorted, too large or unknown file, one that holds nothing
            for the role, or a role that no object can feed.
    """
    if role not in osm_roles():
        raise bad_data("osm_role", label, role=role, known=", ".join(osm_roles()))
    found = read_objects(path, label, role_keys(role), _DETAILS)
    if not found.objects:
        raise bad_data("osm_no_objects", label, keys=", ".join(role_keys(role)))
    chosen = [choose_rule(role, item.tags) for item in found.objects]
    geometry, reason, place = _build_shapes(role, found)
    refused = [rule is None or _is_refused(role, rule) for rule, _ in chosen]
    reason[np.array(refused)] = "tag_ignored"
    reason[np.array([item.deleted for item in found.objects])] = "deleted_object"
    table = _to_table(role, found.objects, chosen)
    if role is Role.GREEN:
        _place_ponds(table, geometry, reason)
    return OsmFeatures(table, geometry, reason, place, _note_numbers(role, found.objects, table))


def _is_refused(role: Role, rule: TagRule) -> bool:
    """Land use that the table ignores is left to the codes, where a planner's mapping decides."""
    return rule.ignored and role is not Role.LAND_USE


def _build_shapes(role: Role, found: OsmObjects) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Geometry, reason and place of every object."""
    objects = found.objects
    areas = _read_areas(found.areas)
    drawn = [
        item.kind == "w" and _is_area(role, item) and ("w", item.number) in areas
        for item in objects
    ]
    # a ring that became an area is not read a second time as a line
    outlines = [None if done else item.line for item, done in zip(objects, drawn, strict=True)]
    lines = shapely.remove_repeated_points(shapely.from_wkb(np.array(outlines, dtype=object)))
    shapes: list[_Shape] = []
    for item, done, line in zip(objects, drawn, lines, strict=True):
        if item.kind == "n":
            shapes.append(_shape_node(item))
        elif item.kind == "r":
            shapes.append(_shape_relation(item, areas, found.members))
        elif done and not item.lacking:
            shapes.append((areas["w", item.number], "", None))
        else:
            shapes.append(_shape_line(item, line, _is_area(role, item)))
    geometry, reason, place = (
        np.fromiter(column, dtype=object, count=len(objects))
        for column in zip(*shapes, strict=True)
    )
    if role is Role.FACILITIES:
        solid = np.isin(shapely.get_type_id(geometry), _AREA_TYPES)
        geometry[solid] = shapely.point_on_surface(geometry[solid])
    return geometry, reason, place


def _read_areas(areas: Mapping[tuple[str, int], bytes]) -> dict[tuple[str, int], shapely.Geometry]:
    """Areas by the object they belong to, those of one part as simple polygons."""
    solid = shapely.from_wkb(np.array(list(areas.values()), dtype=object))
    single = shapely.get_num_geometries(solid) == 1
    solid[single] = shapely.get_geometry(solid[single], 0)
    return dict(zip(areas, solid, strict=True))


def _is_area(role: Role, way: OsmObject) -> bool:
    """What a closed way of the role means: roundabouts are lines, all else is ground."""
    area = way.tags.get("area")
    return area == "yes" if role is Role.ROADS else area != "no"


def _shape_node(node: OsmObject) -> _Shape:
    if node.place is None:
        return None, "missing_nodes", None
    return shapely.Point(node.place), "", None


def _shape_line(way: OsmObject, line: shapely.Geometry | None, area: bool) -> _Shape:
    """A way that did not become an area: a line, unless it is closed and should have become one.

    The known part of a way with missing nodes is not kept: over the gap it would be invented.
    """
    known = shapely.Point(way.place) if way.place else _first_point(line)
    if way.lacking:
        return None, "missing_nodes", known
    if line is None or line.length == 0:
        return None, "too_few_nodes", known
    if line.is_closed and area:
        return None, "broken_ring", known
    return line, "", None


def _first_point(line: shapely.Geometry | None) -> shapely.Geometry | None:
    return None if line is None else shapely.get_point(line, 0)


def _shape_relation(
    relation: OsmObject,
    areas: Mapping[tuple[str, int], shapely.Geometry],
    members: Mapping[int, OsmObject],
) -> _Shape:
    """A relation's area, if all its ways and their nodes are there.

    An area built in spite of missing nodes may be another one than was drawn.
    """
    held = [members[way] for way in relation.members or () if way in members]
    place = next((way.place for way in held if way.place), None)
    known = shapely.Point(place) if place else None
    if relation.members is None:
        return None, "not_an_area_relation", None
    if relation.nested:
        return None, "nested_relation", known
    if len(held) < len(relation.members):
        return None, "incomplete_relation", known
    if any(way.lacking for way in held):
        return None, "missing_nodes", known
    area = areas.get(("r", relation.number))
    return (area, "", None) if area else (None, "broken_ring", known)


def _to_table(
    role: Role, objects: Sequence[OsmObject], chosen: Sequence[tuple[TagRule | None, str]]
) -> pd.DataFrame:
    columns: dict[str, pd.Series] = {
        "osm_id": _texts(f"{item.kind}{item.number}" for item in objects),
        "name": _texts(tidy_text(item.tags.get("name")) for item in objects),
        "tag": _texts(tag for _, tag in chosen),
    }
    rules = [rule for rule, _ in chosen]
    if role is Role.ROADS:
        widths = [read_width(item.tags) for item in objects]
        ranks = [rule.road_class if rule else None for rule in rules]
        columns["road_class"] = pd.Series(ranks, dtype="Int64")
        columns["width_m"] = pd.Series([metres for metres, _ in widths], dtype="float64")
        columns["width_from"] = _texts(key for _, key in widths)
    if role is Role.BUILDINGS:
        floors = [read_floors(item.tags.get("building:levels", "")) for item in objects]
        columns["floors"] = pd.Series(floors, dtype="Int64")
        columns["use"] = _texts(rule.use if rule else "" for rule in rules)
    if role is Role.FACILITIES:
        columns["kind"] = _texts(rule.kind if rule else "" for rule in rules)
    if role is Role.GREEN:
        columns["kind"] = _texts(map(_green_kind, objects, rules))
        columns["park"] = _texts(None for _ in objects)
    return pd.DataFrame(columns)


def _note_numbers(
    role: Role, objects: Sequence[OsmObject], table: pd.DataFrame
) -> tuple[Note, ...]:
    """Widths that are only those of so many lanes, and texts of numbers that are none."""
    notes = []
    if role is Role.ROADS:
        source = table["width_from"].to_numpy()
        params = {"metres": LANE_WIDTH_M}
        notes.append(Note("width_from_lanes", np.array(source == "lanes", dtype=bool), params))
    for role_of_key, key, column in _NUMBERS:
        if role is role_of_key:
            known = table[column].notna().to_numpy()
            if role is Role.ROADS:
                known = known & (source != "lanes")
            given = np.array([bool(item.tags.get(key)) for item in objects])
            rows = given & ~known
            example = next(
                (item.tags[key] for item, row in zip(objects, rows, strict=True) if row), ""
            )
            notes.append(Note("number_unread", rows, {"tag": key, "example": shorten(example)}))
    return tuple(notes)


def _texts(values: Any) -> pd.Series:
    return pd.Series(list(values), dtype="str")


def _green_kind(item: OsmObject, rule: TagRule | None) -> str:
    """Ground for the public that is not open to it is of restricted use (QCVN 1.4.15)."""
    if rule is None:
        return ""
    closed = item.tags.get("access") in _NOT_PUBLIC
    return "restricted" if closed and rule.kind == "public" else rule.kind


def _place_ponds(table: pd.DataFrame, geometry: np.ndarray, reason: np.ndarray) -> None:
    """Give ponds the park they lie in; water outside parks is no green land.

    Parks are taken with their holes filled, as lakes are often drawn as such. Of several parks
    one inside the other, the smallest has the pond.
    """
    kinds = table["kind"].to_numpy()
    solid = np.isin(shapely.get_type_id(geometry), _AREA_TYPES) & (reason == "")
    parks = np.flatnonzero(solid & (kinds != "water"))
    ponds = np.flatnonzero(solid & (kinds == "water"))
    park, pond = _pairs_inside(geometry[parks], geometry[ponds])
    order = np.lexsort((park, shapely.area(geometry[parks])[park]))
    found, first = np.unique(pond[order], return_index=True)
    ids = table["osm_id"].to_numpy()
    table.loc[ponds[found], "park"] = ids[parks[park[order][first]]]
    reason[np.setdiff1d(ponds, ponds[found])] = "water_outside_parks"


def _pairs_inside(parks: np.ndarray, ponds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which ponds lie in which parks, by :data:`_INSIDE` of their ground."""
    parts, owner = shapely.get_parts(parks, return_index=True)
    filled = shapely.make_valid(shapely.polygons(shapely.get_exterior_ring(parts)))
    water = shapely.make_valid(ponds)
    pond, part = shapely.STRtree(filled).query(water, predicate="intersects")
    shared = shapely.area(shapely.intersection(water[pond], filled[part]))
    inside = shared >= _INSIDE * shapely.area(water[pond])
    return owner[part[inside]], pond[inside]
