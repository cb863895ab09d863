"""The objects of an OpenStreetMap extract that bear one of some keys, read with osmium.

Nothing is interpreted: tags, lines, assembled areas and what is missing come out as found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from sys import intern
from typing import Any

from osmium import FileProcessor, InvalidLocationError
from osmium.filter import EntityFilter, IdFilter, KeyFilter
from osmium.geom import WKBFactory, use_nodes
from osmium.index import LocationTable
from osmium.io import File
from osmium.osm import WAY, Area, Location

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.loaders.file_checks import check_lengths
from urbanplan_gis.loaders.osm.pbf import check_pbf
from urbanplan_gis.loaders.osm.xml import check_xml, find_deleted

_FORMATS = {".osm": "xml", ".pbf": "pbf"}
#: below these an extract was read in less than 1 GB (300 000 roads, 7 million nodes: 0.73 GB);
#: a province is far below them, the whole country above
_MOST_BYTES = {"pbf": 64 << 20, "xml": 1 << 30}
_MOST_OBJECTS = 300_000
#: 16 bytes a node whatever its number; tables indexed by number may ask for any amount of memory
_LOCATIONS = "sparse_mem_array"
#: relations whose ways are the rings of an area; others (routes, sites) draw none
_AREA_RELATIONS = ("multipolygon", "boundary")
#: roles of members that are rings; others ("subarea", "admin_centre") only go with the area
_RINGS = ("outer", "inner", "")
#: what osmium raises on damaged files
_FAILURES = (RuntimeError, ValueError, OSError, MemoryError, InvalidLocationError)
#: osmium's set of ids grows with the largest; OpenStreetMap is far from this number
_LARGEST_NUMBER = 1 << 40

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class OsmObject:
    """One node ("n"), way ("w") or relation ("r").

    ``line`` is a way as WKB, None unless all its nodes are known; ``place`` a known
    location (degrees) of a node or of a way without line; ``lacking`` the nodes whose location
    is missing or out of range. ``members`` are the ways of an area relation, None otherwise;
    ``nested``: relations are among its rings. ``deleted``: the file says that it is no more.
    """

    kind: str
    number: int
    tags: Mapping[str, str]
    line: bytes | None = None
    place: Place | None = None
    lacking: tuple[int, ...] = ()
    members: tuple[int, ...] | None = None
    nested: bool = False
    deleted: bool = False


@dataclass(frozen=True, eq=False)
class OsmObjects:
    """Objects in the order of the file.

    ``areas``: what osmium assembled from closed ways and area relations, as WKB by (kind,
    number). ``members``: the ways of area relations that the file holds, by number.
    """

    objects: Sequence[OsmObject]
    areas: Mapping[tuple[str, int], bytes]
    members: Mapping[int, OsmObject]


def read_objects(path: Path, label: str, keys: Sequence[str], details: Sequence[str]) -> OsmObjects:
    """Read the objects that bear any of ``keys``, with those tags and the ``details``.

    All node locations of the file are held in memory, 16 bytes each.

    Raises:
        PlanDataError: for a damaged, unsorted or too large file, one that is no extract, or
            one with the history of its objects.
    """
    file = _open(path, label)
    wanted = frozenset((*keys, *details))
    try:
        deleted = find_deleted(path) if path.suffix.lower() == ".osm" else frozenset()
        objects, areas = _collect(file, label, keys, wanted, deleted)
        members = _collect_members(file, label, objects)
    except _FAILURES as problem:
        raise _damaged(problem, label) from None
    return OsmObjects(objects, areas, members)


def _open(path: Path, label: str) -> File:
    """The file, after a look at its beginning.

    The format is told, so that no name can make osmium unpack, fetch or guess anything.
    """
    form = _FORMATS.get(path.suffix.lower())
    if form is None:
        raise bad_data("unknown_format", label, known=".osm.pbf, .pbf, .osm")
    if path.stat().st_size == 0:
        raise bad_data("empty_file", label)
    if path.stat().st_size > _MOST_BYTES[form]:
        raise bad_data("osm_too_large", label, megabytes=_MOST_BYTES[form] >> 20)
    if form == "xml":
        check_lengths(path, label, b"<>")
        check_xml(path, label)
    else:
        check_pbf(path, label)
    file = File(path.resolve(), form)
    try:
        header = FileProcessor(file).header
    except _FAILURES as problem:
        raise _damaged(problem, label) from None
    if header.has_multiple_object_versions:
        raise bad_data("osm_history", label)
    return file


def _damaged(problem: Exception, label: str) -> PlanDataError:
    said = " ".join(str(problem).split())[:160]
    if "out of order" in said:
        return bad_data("osm_not_sorted", label)
    return bad_data("unreadable", label, problem=said)


def _collect(
    file: File,
    label: str,
    keys: Sequence[str],
    wanted: frozenset[str],
    deleted: frozenset[tuple[str, int]],
) -> tuple[list[OsmObject], dict[tuple[str, int], bytes]]:
    borne = KeyFilter(*keys)
    processor = FileProcessor(file).with_locations(_LOCATIONS)
    factory = WKBFactory()
    objects: list[OsmObject] = []
    areas: dict[tuple[str, int], bytes] = {}
    for item in processor.with_areas(borne).with_filter(borne):
        if not isinstance(item, Area):
            found = _to_object(item, wanted, factory)
            if (found.kind, found.number) in deleted:
                found = replace(found, deleted=True)
            objects.append(found)
            if len(objects) > _MOST_OBJECTS:
                raise bad_data("osm_too_many", label, count=_MOST_OBJECTS)
        elif item.num_rings()[0]:
            # an area without a ring is osmium's way of saying that it found none
            kind = "w" if item.from_way() else "r"
            areas[kind, item.orig_id()] = bytes.fromhex(factory.create_multipolygon(item))
    _refuse_unsorted(objects, processor.node_location_storage, label)
    return objects, areas


def _to_object(item: Any, wanted: frozenset[str], factory: WKBFactory) -> OsmObject:
    every, gone = {tag.k: tag.v for tag in item.tags}, not item.visible
    # many objects bear the same few tags: one copy of each word is enough
    tags = {intern(key): intern(value) for key, value in every.items() if key in wanted}
    if item.is_node():
        place = _known_place(item.location)
        lacking = () if place else (item.id,)
        return OsmObject("n", item.id, tags, None, place, lacking, deleted=gone)
    if item.is_way():
        return OsmObject("w", item.id, tags, *_to_line(item, factory), deleted=gone)
    members, nested = None, False
    if every.get("type") in _AREA_RELATIONS:
        members = tuple(member.ref for member in item.members if member.type == "w")
        nested = any(member.type == "r" and member.role in _RINGS for member in item.members)
    return OsmObject("r", item.id, tags, members=members, nested=nested, deleted=gone)


def _to_line(way: Any, factory: WKBFactory) -> tuple[bytes | None, Place | None, tuple[int, ...]]:
    """A way as a line, else a place on it and the nodes that are missing.

    All nodes are asked for: where repeated ones are dropped, missing ones at the beginning of a
    way are passed over unsaid.
    """
    try:
        line = factory.create_linestring(way, use_nodes=use_nodes.ALL)
    except (InvalidLocationError, RuntimeError):
        return (None, *_look_at_nodes(way))
    return bytes.fromhex(line), None, ()


def _look_at_nodes(way: Any) -> tuple[Place | None, tuple[int, ...]]:
    places = [_known_place(node.location) for node in way.nodes]
    lacking = tuple(
        node.ref for node, place in zip(way.nodes, places, strict=True) if place is None
    )
    return next((place for place in places if place), None), lacking


def _known_place(location: Location) -> Place | None:
    return (location.lon, location.lat) if location.valid() else None


def _collect_members(file: File, label: str, objects: Sequence[OsmObject]) -> dict[int, OsmObject]:
    """The ways of all area relations, with what they lack: osmium does not say why it built none.

    The file is read once more and in its order, so that what is lacking is what was lacking.
    """
    wanted = {way for item in objects for way in item.members or () if 0 < way <= _LARGEST_NUMBER}
    if not wanted:
        return {}
    processor = FileProcessor(file).with_locations(_LOCATIONS)
    ways = processor.with_filter(EntityFilter(WAY)).with_filter(IdFilter(wanted))
    members = {}
    for way in ways:
        place, lacking = _look_at_nodes(way)
        members[way.id] = OsmObject("w", way.id, {}, None, place, lacking)
    _refuse_unsorted(members.values(), processor.node_location_storage, label)
    return members


def _refuse_unsorted(
    objects: Iterable[OsmObject],
    locations: LocationTable | None,
    label: str,
) -> None:
    """Nodes that a way lacked although the file has them come after it."""
    for item in objects:
        if item.kind == "w" and any(_is_located(locations, node) for node in item.lacking):
            raise bad_data("osm_not_sorted", label)


def _is_located(locations: LocationTable | None, node: int) -> bool:
    # the table knows no negative numbers, which editors give to objects not yet uploaded
    if locations is None or node <= 0:
        return False
    try:
        return locations.get(node).valid()
    except KeyError:
        return False
