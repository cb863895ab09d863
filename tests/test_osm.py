"""OpenStreetMap extracts: real files of other programs, and every way a ring can be broken."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from osmium.osm.mutable import Node, Relation, Way

from test_loaders_vector import load, refuse
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders.osm import objects as osm_objects
from urbanplan_gis.loaders.osm import xml as osm_xml
from urbanplan_gis.loaders.osm.extract import OsmFeatures, read_osm
from urbanplan_gis.loaders.osm.tags import (
    choose_rule,
    osm_code_rules,
    osm_roles,
    read_floors,
    read_width,
    tag_rules,
)
from urbanplan_gis.loaders.schema import BUILDING_USES, GREEN_KINDS, SUB_USES
from urbanplan_gis.model.data import Role
from urbanplan_gis.standards.codes import code_lists, read_rows
from urbanplan_gis.text import Text, keys

AREA_ROLES = [Role.LAND_USE, Role.GREEN, Role.BUILDINGS, Role.PARKING, Role.FACILITIES]
#: nodes on a grid of 0.01°: number 100 * column + row
GRID = {100 * x + y: (108 + x / 100, 15 + y / 100) for x in range(1, 10) for y in range(1, 10)}
NODES = "".join(
    f'<node id="{number}" version="1" lon="{lon:.2f}" lat="{lat:.2f}"/>'
    for number, (lon, lat) in GRID.items()
)


def way(number: int, refs: list[int], **tags: str) -> str:
    nodes = "".join(f'<nd ref="{ref}"/>' for ref in refs)
    return f'<way id="{number}" version="1">{nodes}{tagged(tags)}</way>'


def area_relation(number: int, members: list[tuple[int, str]], **tags: str) -> str:
    listed = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
    tags = {"type": "multipolygon", **tags}
    return f'<relation id="{number}" version="1">{listed}{tagged(tags)}</relation>'


def tagged(tags: dict[str, str]) -> str:
    return "".join(f'<tag k="{key.replace("__", ":")}" v="{v}"/>' for key, v in tags.items())


def square(x: int, y: int, size: int) -> list[int]:
    """A closed ring of grid nodes from its south-western corner."""
    corners = [(x, y), (x + size, y), (x + size, y + size), (x, y + size), (x, y)]
    return [100 * a + b for a, b in corners]


def write_xml(folder: Path, *objects: str) -> Path:
    path = folder / "city.osm"
    text = "".join(objects)
    path.write_text(f'<?xml version="1.0"?><osm version="0.6">{text}</osm>', encoding="utf-8")
    return path


def to_pbf(path: Path) -> Path:
    """The same file as PBF, by the program osmium where there is one."""
    target = path.with_name(path.name + ".pbf")
    program = shutil.which("osmium")
    if program:
        subprocess.run([program, "cat", path, "-o", target, "-O"], check=True, capture_output=True)
        return target
    with osmium.SimpleWriter(target, overwrite=True) as writer:
        for item in osmium.FileProcessor(path):
            writer.add(item)
    return target


def read(path: Path, role: Role = Role.LAND_USE) -> OsmFeatures:
    return read_osm(path, path.name, role)


def by_id(features: OsmFeatures, column: np.ndarray) -> dict[str, object]:
    return dict(zip(features.table["osm_id"], column, strict=True))


GOOD = (
    # 5x5 with a lake of 3x3, and in the lake an island of 1x1
    way(1, square(1, 1, 5)),
    way(2, square(2, 2, 3)),
    way(3, square(3, 3, 1)),
    area_relation(1, [(1, "outer"), (2, "inner"), (3, "outer")], landuse="forest", name="Rừng"),
    # two outers, the second in two ways
    way(4, square(6, 1, 1)),
    way(5, [804, 904, 905]),
    way(6, [905, 805, 804]),
    area_relation(2, [(4, "outer"), (5, "outer"), (6, "outer")], landuse="cemetery"),
    # an inner ring that touches the outer one in a node
    way(7, square(6, 2, 3)),
    way(8, [602, 803, 704, 602]),
    area_relation(3, [(7, "outer"), (8, "inner")], landuse="military"),
    # a node twice in a row, and once more closing the ring
    way(9, [109, 209, 209, 208, 108, 109], landuse="industrial"),
)


@pytest.mark.parametrize("convert", [lambda path: path, to_pbf], ids=["xml", "pbf"])
def test_good_areas_have_the_ground_drawn(tmp_path: Path, convert: Callable[[Path], Path]) -> None:
    features = read(convert(write_xml(tmp_path, NODES, *GOOD)))
    assert not features.reason.astype(bool).any()
    ground = {key: shape.area * 1e4 for key, shape in by_id(features, features.geometry).items()}
    # by hand, in cells of the grid: 25 - 9 + 1; 1 + 1; 9 - 3/2; 1
    assert ground == pytest.approx({"r1": 17, "r2": 2, "r3": 7.5, "w9": 1})
    assert by_id(features, features.table["tag"])["r2"] == "landuse=cemetery"
    assert by_id(features, features.table["name"])["r1"] == "Rừng"
    assert [place for place in features.place if place] == []


def test_gdal_builds_the_same_areas(tmp_path: Path) -> None:
    if "OSM" not in pyogrio.list_drivers():
        pytest.skip("this GDAL cannot read OpenStreetMap files")
    path = to_pbf(write_xml(tmp_path, NODES, *GOOD))
    ours = read(path)
    theirs = pyogrio.read_dataframe(path, layer="multipolygons").query("landuse.notna()")
    assert len(theirs) == len(ours) == 4
    for tag, shape in zip(ours.table["tag"], ours.geometry, strict=True):
        other = theirs.loc[theirs["landuse"] == tag.split("=")[1], "geometry"].item()
        assert shapely.symmetric_difference(other, shape).area == pytest.approx(0, abs=1e-15)


BROKEN = {
    "broken_ring": (
        way(1, [101, 201, 202, 101][:3]),
        way(2, [202, 102]),
        area_relation(1, [(1, "outer"), (2, "outer")], landuse="forest"),
        way(3, [101, 202, 201, 102, 101], landuse="forest"),
        way(4, [101, 202, 101], landuse="forest"),
        area_relation(5, [], landuse="forest"),
    ),
    "incomplete_relation": (
        way(1, square(1, 1, 2)),
        area_relation(1, [(1, "outer"), (77, "outer")], landuse="forest"),
        # its number is far beyond all of OpenStreetMap
        area_relation(2, [(1, "outer"), (1 << 60, "outer")], landuse="forest"),
    ),
    "missing_nodes": (
        way(1, [101, 201, 999, 102, 101], landuse="forest"),
        way(2, [999, 201, 202, 102], landuse="forest"),
        way(3, [101, 201, 997, 102, 101]),
        area_relation(1, [(3, "outer")], landuse="forest"),
        '<node id="998" version="1" lon="108" lat="95"/>',
        way(4, [101, 998], landuse="forest"),
        '<node id="996" version="1" lon="190" lat="15"><tag k="landuse" v="forest"/></node>',
    ),
    "too_few_nodes": (
        way(1, [101], landuse="forest"),
        way(2, [101, 101], landuse="forest"),
        way(3, [], landuse="forest"),
    ),
    "not_an_area_relation": (
        way(1, square(1, 1, 2)),
        area_relation(1, [(1, "outer")], landuse="forest", type="site"),
    ),
}


def test_an_area_whose_ring_is_another_area_is_told(tmp_path: Path) -> None:
    """Built from its ways alone it would lack the other's ground."""
    outer = '<member type="relation" ref="1" role="outer"/>'
    nested = area_relation(2, [(2, "outer")], landuse="orchard").replace("<tag", outer + "<tag", 1)
    beside = area_relation(3, [(2, "outer")], landuse="orchard", type="boundary")
    beside = beside.replace("<tag", outer.replace("outer", "subarea") + "<tag", 1)
    features = read(
        write_xml(
            tmp_path,
            NODES,
            way(1, square(1, 1, 2)),
            way(2, square(4, 1, 2)),
            area_relation(1, [(1, "outer")], landuse="orchard"),
            nested,
            beside,
        )
    )
    assert by_id(features, features.reason) == {"r1": "", "r2": "nested_relation", "r3": ""}


@pytest.mark.parametrize("mark", ['action="delete"', "action='delete'", 'visible="false"'])
def test_what_the_file_says_is_deleted_is_set_aside(tmp_path: Path, mark: str) -> None:
    """JOSM keeps deleted objects in its files until they are uploaded."""
    gone = way(1, square(1, 1, 1), building="house").replace("<way", f"<way {mark}")
    node = '<node id="9001" version="1" lon="108" lat="15" MARK><tag k="building" v="hut"/></node>'
    kept = way(2, square(3, 1, 1), building="house").replace("<way", '<way action="modify"')
    path = write_xml(tmp_path, NODES, node.replace("MARK", mark), gone, kept)
    features = read(path, Role.BUILDINGS)
    assert by_id(features, features.reason) == {
        "n9001": "deleted_object", "w1": "deleted_object", "w2": "",
    }  # fmt: skip


def test_a_mark_between_two_chunks_is_seen(tmp_path: Path) -> None:
    gone = way(1, square(1, 1, 1), building="house").replace("<way", "<way action='delete'")
    path = tmp_path / "a.osm"
    for pad in range(osm_xml._CHUNK - 30, osm_xml._CHUNK, 7):
        head = '<?xml version="1.0"?><osm version="0.6">'.ljust(pad)
        path.write_text(f"{head}{gone}</osm>", encoding="utf-8")
        assert osm_xml.find_deleted(path) == {("w", 1)}


@pytest.mark.parametrize("reason", BROKEN)
@pytest.mark.parametrize("convert", [lambda path: path, to_pbf], ids=["xml", "pbf"])
def test_what_cannot_be_built_is_told(
    tmp_path: Path, reason: str, convert: Callable[[Path], Path]
) -> None:
    objects = sorted(BROKEN[reason], key=lambda text: "nwr".index(text[1]))
    path = write_xml(tmp_path, NODES, *objects)
    features = read(convert(path))
    drawn = sum('v="forest"' in text for text in BROKEN[reason])
    assert list(features.reason) == [reason] * drawn
    assert all(shape is None for shape in features.geometry)
    for lang in ("vi", "en"):
        said = Text.of(f"finding.{reason}", source="osm", type="", value="x", count=drawn)
        assert str(drawn) in said.say(lang)


def test_a_broken_ring_has_a_place(tmp_path: Path) -> None:
    features = read(write_xml(tmp_path, NODES, *BROKEN["broken_ring"]))
    places = by_id(features, features.place)
    assert {key for key, place in places.items() if place} == {"r1", "w3", "w4"}
    assert places["r1"].wkt == "POINT (108.01 15.01)"


def test_a_ring_closed_over_a_gap_is_not_believed(tmp_path: Path) -> None:
    """The first node is missing; what is left would close by itself."""
    shape = way(1, [999, *square(1, 1, 2)])
    relation = area_relation(1, [(1, "outer")], landuse="forest")
    features = read(write_xml(tmp_path, NODES, shape, relation))
    assert list(features.reason) == ["missing_nodes"]


def test_open_ways_stay_lines_and_area_no_is_obeyed(tmp_path: Path) -> None:
    features = read(
        write_xml(
            tmp_path,
            NODES,
            way(1, [101, 201, 202], natural="tree_row"),
            way(2, square(1, 1, 2), natural="wood", area="no"),
            way(3, square(1, 1, 2), natural="wood"),
        )
    )
    types = [shape.geom_type for shape in features.geometry]
    assert types == ["LineString", "LineString", "Polygon"]
    assert not features.reason.astype(bool).any()


def test_roads(tmp_path: Path) -> None:
    features = read(
        write_xml(
            tmp_path,
            NODES,
            '<node id="9001" version="1" lon="108" lat="15"><tag k="highway" v="stop"/></node>',
            way(1, [101, 201], highway="trunk", width="12,5 m", name="Quốc lộ 1"),
            way(2, square(3, 3, 1), highway="tertiary", junction="roundabout", lanes="2"),
            way(3, square(5, 5, 1), highway="pedestrian", area="yes"),
            way(4, [101, 202], highway="construction"),
            way(5, [101, 203], highway="toll_road", est_width="6", lanes="4"),
        ),
        Role.ROADS,
    )
    table = features.table.set_index("osm_id")
    assert table["road_class"].dtype == "Int64"
    assert table["road_class"].fillna(0).to_dict() == {
        "n9001": 0, "w1": 2, "w2": 5, "w3": 10, "w4": 0, "w5": 0,
    }  # fmt: skip
    assert table["width_m"].dropna().to_dict() == {"w1": 12.5, "w2": 7.0, "w5": 6.0}
    assert list(table["width_from"]) == ["", "width", "lanes", "", "", "est_width"]
    assert by_id(features, features.reason) == {
        "n9001": "tag_ignored", "w1": "", "w2": "", "w3": "", "w4": "tag_ignored", "w5": "",
    }  # fmt: skip
    shapes = by_id(features, features.geometry)
    assert [shapes[key].geom_type for key in ("w1", "w2", "w3")] == [
        "LineString", "LineString", "Polygon",
    ]  # fmt: skip


def test_numbers_assumed_or_not_read_are_noted(tmp_path: Path) -> None:
    path = write_xml(
        tmp_path,
        NODES,
        way(1, [101, 201], highway="residential", width="5-6"),
        way(2, [101, 202], highway="residential", lanes="2"),
        way(3, [101, 203], highway="residential", width="khoảng 5", lanes="2"),
        way(4, [101, 204], highway="residential", width="7 m"),
        way(5, [101, 205], highway="residential"),
        way(6, square(1, 1, 1), building="house", building__levels="3;4"),
        way(7, square(3, 1, 1), building="house", building__levels="2"),
        way(8, square(5, 1, 1), building="house"),
    )
    notes = {note.code: note for note in read(path, Role.ROADS).notes}
    assert list(notes["width_from_lanes"].rows) == [False, True, True, False, False]
    assert list(notes["number_unread"].rows) == [True, False, True, False, False]
    assert notes["number_unread"].params["example"] == "5-6"
    (levels,) = read(path, Role.BUILDINGS).notes
    assert (levels.code, list(levels.rows)) == ("number_unread", [True, False, False])
    for note in (*notes.values(), levels):
        said = Text.of(f"finding.{note.code}", source="osm", count=2, **note.params)
        assert "{" not in said.say("vi") + said.say("en")


def test_green_and_its_ponds(tmp_path: Path) -> None:
    features = read(
        write_xml(
            tmp_path,
            NODES,
            way(1, square(1, 1, 4)),
            way(2, square(2, 2, 1), natural="water"),
            way(3, square(6, 6, 1), natural="water"),
            # a river: a third of it runs through the park
            way(4, [401, 701, 702, 402, 401], natural="water"),
            way(5, square(3, 3, 1), leisure="garden", access="private"),
            way(6, square(7, 1, 1), landuse="residential"),
            area_relation(1, [(1, "outer"), (2, "inner")], leisure="park"),
        ),
        Role.GREEN,
    )
    table = features.table.set_index("osm_id")
    assert table["kind"].to_dict() == {
        "w2": "water", "w3": "water", "w4": "water", "w5": "restricted", "w6": "", "r1": "public",
    }  # fmt: skip
    assert table["park"].dropna().to_dict() == {"w2": "r1"}
    assert list(features.reason) == [
        "", "water_outside_parks", "water_outside_parks", "", "tag_ignored", "",
    ]  # fmt: skip


def test_a_pond_belongs_to_the_smallest_ground_around_it(tmp_path: Path) -> None:
    features = read(
        write_xml(
            tmp_path,
            NODES,
            way(1, square(1, 1, 7), leisure="park"),
            way(2, square(2, 2, 3), leisure="garden"),
            way(3, square(3, 3, 1), natural="water"),
        ),
        Role.GREEN,
    )
    assert features.table["park"].dropna().to_dict() == {2: "w2"}


def test_buildings_facilities_and_parking(tmp_path: Path) -> None:
    path = write_xml(
        tmp_path,
        NODES,
        '<node id="9001" version="1" lon="108" lat="15"><tag k="amenity" v="clinic"/></node>',
        way(1, square(1, 1, 1), building="house", building__levels="3.5"),
        way(2, square(3, 3, 1), building="yes", building__levels="3;4"),
        way(3, square(5, 5, 1), building="no"),
        way(4, square(6, 6, 2), amenity="school", building="school"),
        way(5, square(1, 6, 1), amenity="parking", parking="underground"),
        way(6, square(3, 6, 1), amenity="parking", parking="surface", name="Bãi xe"),
    )
    buildings = read(path, Role.BUILDINGS)
    assert list(buildings.table["use"]) == ["residential", "", "", "other"]
    assert buildings.table["floors"].dropna().to_dict() == {0: 3}
    assert list(buildings.reason) == ["", "", "tag_ignored", ""]
    facilities = read(path, Role.FACILITIES)
    known = facilities.table[facilities.reason == ""]
    assert dict(zip(known["osm_id"], known["kind"], strict=True)) == {
        "n9001": "clinic", "w4": "school",
    }  # fmt: skip
    assert all(shape.geom_type == "Point" for shape in facilities.geometry)
    school = by_id(facilities, facilities.geometry)["w4"]
    assert shapely.box(108.06, 15.06, 108.08, 15.08).contains(school)
    parking = read(path, Role.PARKING)
    assert by_id(parking, parking.reason) == {
        "n9001": "tag_ignored", "w4": "tag_ignored", "w5": "tag_ignored", "w6": "",
    }  # fmt: skip


def test_a_source_says_what_became_of_every_object(tmp_path: Path) -> None:
    # the city of the loaders' tests lies around 108.80 E 15.12 N
    nodes = NODES.replace('lon="108.0', 'lon="108.80').replace('lat="15.0', 'lat="15.120')
    path = write_xml(
        tmp_path,
        nodes,
        way(1, square(1, 1, 1), building="house", building__levels="2 hoặc 3"),
        way(2, [301, 302, 401], building="school"),
        way(3, [101, 202, 201, 102, 101], building="yes"),
        way(4, square(5, 1, 1), building="no"),
        way(5, square(7, 1, 1), amenity="school"),
    )
    data = load(tmp_path, f'[layers.buildings]\npath = "{path.name}"\n')
    assert {item.code: (item.feature_ids, item.dropped) for item in data.findings} == {
        "number_unread": (("w1",), 0), "not_a_polygon": (("w2",), 1),
        "broken_ring": (("w3",), 1), "tag_ignored": (("w4",), 1),
    }  # fmt: skip
    said = {item.code: item.message.say("vi") for item in data.findings}
    assert "building=school" in said["not_a_polygon"]
    assert "building=yes" in said["broken_ring"]
    assert "2 hoặc 3" in said["number_unread"]
    assert all("''" not in text for text in said.values())
    refuse(tmp_path, f'[layers.parking]\npath = "{path.name}"\n', path.name, "1", "parking")


def test_widths() -> None:
    assert read_width({"width": "7"}) == (7.0, "width")
    assert read_width({"width": "7.5 m"}) == (7.5, "width")
    assert read_width({"width": "12'6\""}) == (pytest.approx(3.81), "width")
    assert read_width({"width": "wide", "est_width": "5", "lanes": "2"}) == (5.0, "est_width")
    assert read_width({"width": "0", "lanes": "2"}) == (7.0, "lanes")
    for tags in ({}, {"width": "-3"}, {"width": "9" * 400}, {"lanes": "2;3"}, {"lanes": "0"}):
        assert read_width(tags) == (None, "")


def test_floors() -> None:
    read_as = {"3": 3, " 12 ": 12, "3.5": 3, "2,5": 2, "ground": 1, "3;3": 3, "1": 1}
    assert {text: read_floors(text) for text in read_as} == read_as
    for text in ("", "3;4", "2-3", "many", "-1", "0", "0.5", "999", "9" * 400, "nan", "3;"):
        assert read_floors(text) is None


def test_the_table_speaks_of_what_there_is() -> None:
    rows = pd.DataFrame(read_rows("osm_tags.csv"))
    assert not rows.duplicated(["role", "key", "value"]).any()
    assert set(rows["role"]) == set(osm_roles())
    assert set(rows["action"]) == {"", "ignore"}
    assert (rows["confidence"] == "proposal").all()
    assert rows["source"].str.startswith("OpenStreetMap wiki").all()
    for role in osm_roles():
        for rule in tag_rules(role).values():
            assert rule.code in code_lists().get(rule.code_list, {"": None})
            assert rule.sub_use in SUB_USES
            assert rule.use in ("", *BUILDING_USES)
            assert rule.road_class is None or 1 <= rule.road_class <= 10
            if role is Role.GREEN:
                assert rule.kind in GREEN_KINDS


def test_what_tags_mean_follows_the_order_of_the_table() -> None:
    rules = osm_code_rules()
    assert rules["landuse=residential"].code == "ODT"
    assert rules["residential=rural"].code == "ONT"
    assert rules["amenity=parking"].sub_use == "static"
    assert rules["natural=coastline"].ignored
    assert "landuse=grass" not in rules
    tags = {"landuse": "residential", "amenity": "school", "leisure": "garden"}
    assert choose_rule(Role.LAND_USE, tags)[1] == "amenity=school"
    assert choose_rule(Role.LAND_USE, {"landuse": "grass", "amenity": "bench"})[1] == (
        "landuse=grass"
    )
    assert choose_rule(Role.LAND_USE, {"amenity": "bench"}) == (None, "amenity=bench")


def test_tags_without_a_code_are_rows_to_be_counted(tmp_path: Path) -> None:
    features = read(
        write_xml(
            tmp_path,
            NODES,
            way(1, square(1, 1, 1), landuse="grass"),
            way(2, square(3, 3, 1), amenity="restaurant"),
        )
    )
    assert list(features.table["tag"]) == ["landuse=grass", "amenity=restaurant"]
    assert list(features.reason) == ["", "tag_ignored"]


FOREST = (NODES, way(1, square(1, 1, 2), landuse="forest"))


def refused(path: Path, role: Role = Role.LAND_USE) -> str:
    """The kind of the error that reading raises, once it is known to be one line."""
    with pytest.raises(PlanDataError) as caught:
        read(path, role)
    line = caught.value.line("both")
    assert "\n" not in line
    assert path.name in line
    return caught.value.found.key.split(".")[1]


def test_files_that_are_none(tmp_path: Path) -> None:
    assert refused(write_bytes(tmp_path / "a.osm.pbf", b"")) == "empty_file"
    assert refused(write_bytes(tmp_path / "a.osm.pbf", b"hello" * 9)) == "not_the_format"
    assert refused(write_bytes(tmp_path / "a.osm.pbf", b"\0")) == "not_the_format"
    assert refused(write_bytes(tmp_path / "a.osm", b"<gpx/>")) == "not_the_format"
    assert refused(write_bytes(tmp_path / "a.osm", b"<osmChange/>")) == "not_the_format"
    assert refused(write_bytes(tmp_path / "a.osm", b"\xff\xfe\xff")) == "not_the_format"
    assert refused(write_bytes(tmp_path / "a.osc", b"<osm/>")) == "unknown_format"
    assert refused(write_bytes(tmp_path / "a.osm", b"<osm/>")) == "unreadable"
    assert refused(write_bytes(tmp_path / "a.osm", b'<osm version="0.6"/>')) == "osm_no_objects"


def write_bytes(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


def test_files_cut_short(tmp_path: Path) -> None:
    xml = write_xml(tmp_path, *FOREST)
    pbf = to_pbf(xml)
    for path in (xml, pbf):
        whole = path.read_bytes()
        for share in (0.3, 0.6, 0.95):
            path.write_bytes(whole[: int(len(whole) * share)])
            assert refused(path) == "unreadable"


def test_entities_are_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE osm [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    for comment in ("", "<!-- <osm> -->"):
        text = f'<?xml version="1.0"?>{comment}{bomb}<osm version="0.6"/>'
        assert refused(write_bytes(tmp_path / "a.osm", text.encode())) == "osm_doctype"
        assert refused(write_bytes(tmp_path / "a.osm", text.encode("utf-16"))) == "osm_doctype"


@pytest.mark.parametrize(
    ("old", "new"),
    [("15.01", "north"), ('id="101"', 'id="99999999999999999999"'), ('"forest"', '"\x01"')],
)
def test_nonsense_in_xml(tmp_path: Path, old: str, new: str) -> None:
    path = write_xml(tmp_path, *FOREST)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert refused(path) == "unreadable"


def test_a_zero_byte_in_a_text_does_not_crash(tmp_path: Path) -> None:
    path = tmp_path / "a.osm.pbf"
    writer = osmium.SimpleWriter(osmium.io.File(path, "pbf,pbf_compression=none"), overwrite=True)
    with writer:
        tags = {"type": "multipolygon", "landuse": "forest"}
        writer.add_relation(Relation(id=1, version=1, members=[("w", 1, "")], tags=tags))
    whole = path.read_bytes()
    assert whole.count(b"type") == 1
    path.write_bytes(whole.replace(b"type", b"t\0pe"))
    assert refused(path) == "osm_zero_byte"


def test_unsorted_files_are_refused(tmp_path: Path) -> None:
    nodes, forest = FOREST
    assert refused(write_xml(tmp_path, forest, nodes)) == "osm_not_sorted"
    ring, relation = way(1, square(1, 1, 2)), area_relation(1, [(1, "")], landuse="forest")
    assert refused(write_xml(tmp_path, ring, relation, nodes)) == "osm_not_sorted"
    assert refused(write_xml(tmp_path, nodes, way(2, square(1, 1, 2)), forest)) == "osm_not_sorted"


def test_sorting_by_osmium_mends_them(tmp_path: Path) -> None:
    program = shutil.which("osmium")
    if not program:
        pytest.skip("the program osmium is not installed")
    nodes, forest = FOREST
    path, target = write_xml(tmp_path, forest, nodes), tmp_path / "sorted.osm.pbf"
    subprocess.run([program, "sort", path, "-o", target], check=True, capture_output=True)
    assert read(target).geometry[0].area == pytest.approx(4e-4)


def test_histories_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.osh.pbf"
    with osmium.SimpleWriter(path) as writer:
        writer.add_node(Node(id=1, version=1, location=(108, 15), tags={"landuse": "forest"}))
    assert refused(path) == "osm_history"


def test_extracts_too_large_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_xml(tmp_path, *FOREST, way(2, square(3, 3, 1), landuse="forest"))
    monkeypatch.setattr(osm_objects, "_MOST_OBJECTS", 1)
    assert refused(path) == "osm_too_many"
    monkeypatch.setattr(osm_objects, "_MOST_BYTES", {"xml": 100})
    assert refused(path) == "osm_too_large"


def test_roles_no_object_can_feed(tmp_path: Path) -> None:
    assert refused(write_xml(tmp_path, *FOREST), Role.UNITS) == "osm_role"


def test_every_reason_is_in_the_catalogue() -> None:
    reasons = {*BROKEN, "tag_ignored", "water_outside_parks", "nested_relation", "deleted_object"}
    assert {f"finding.{reason}" for reason in reasons} <= keys()


REFS = st.lists(st.sampled_from([*list(GRID)[:12], 999]), max_size=7)
TAGS = st.dictionaries(
    st.sampled_from(["landuse", "natural", "leisure", "building", "amenity", "area", "name"]),
    st.sampled_from(["forest", "water", "park", "yes", "no", "parking", "x;y", ""]),
    max_size=3,
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    ways=st.lists(st.tuples(REFS, st.booleans(), TAGS), max_size=6),
    relations=st.lists(
        st.tuples(
            st.lists(st.sampled_from([("w", 1), ("w", 2), ("w", 3), ("w", 9), ("n", 101)])),
            st.sampled_from(["multipolygon", "boundary", "route"]),
            TAGS,
        ),
        max_size=4,
    ),
    points=st.lists(TAGS, max_size=3),
)
def test_objects_in_are_rows_out(
    tmp_path_factory: pytest.TempPathFactory,
    ways: list[tuple[list[int], bool, dict[str, str]]],
    relations: list[tuple[list[tuple[str, int]], str, dict[str, str]]],
    points: list[dict[str, str]],
) -> None:
    path = tmp_path_factory.mktemp("osm") / "a.osm.pbf"
    borne: dict[str, dict[str, str]] = {}
    with osmium.SimpleWriter(path) as writer:
        for number, location in GRID.items():
            writer.add_node(Node(id=number, version=1, location=location))
        for number, tags in enumerate(points, start=2000):
            writer.add_node(Node(id=number, version=1, location=(108, 15), tags=tags))
            borne[f"n{number}"] = tags
        for number, (refs, closed, tags) in enumerate(ways, start=1):
            nodes = [*refs, *refs[:1]] if closed else refs
            writer.add_way(Way(id=number, version=1, nodes=nodes, tags=tags))
            borne[f"w{number}"] = tags
        for number, (members, kind, tags) in enumerate(relations, start=1):
            listed = [(of, ref, "outer") for of, ref in members]
            given_tags = {**tags, "type": kind}
            writer.add_relation(Relation(id=number, version=1, members=listed, tags=given_tags))
            borne[f"r{number}"] = tags
    for role in AREA_ROLES:
        wanted = {key for key, _ in tag_rules(role)}
        expected = [number for number, tags in borne.items() if wanted & tags.keys()]
        if not expected:
            assert refused(path, role) == "osm_no_objects"
            continue
        features = read(path, role)
        assert list(features.table["osm_id"]) == expected
        assert len(features.reason) == len(features.place) == len(features)
        built = ~shapely.is_missing(features.geometry)
        told = features.reason != ""
        assert (built | told).all()
        assert shapely.is_valid(features.geometry[built]).all()
