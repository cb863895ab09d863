"""Files written by other software, through the loader: the same parcels in the same place."""

from __future__ import annotations

import hashlib
import itertools
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from test_legacy_text import (
    ENCODERS,
    PEOPLES,
    SIGNS,
    WESTERN,
    as_windows,
    bare_name,
    cells,
    from_tcvn,
    phrases,
    sample_rows,
    to_vni,
    unit_names,
)
from test_loaders_vector import CRS, EAST, LAND_USE, NORTH, load, parcels, refuse, square
from urbanplan_gis.loaders.crs.shift import find_transformer
from urbanplan_gis.loaders.text.folding import place_tones
from urbanplan_gis.model.data import Dataset, Role

OGR2OGR = shutil.which("ogr2ogr")
NAMES = {"a": "Tịnh Khê", "b": "Nghĩa Dõng", "c": ""}
CODES = {"a": "ODT", "b": "DGT", "c": "CLN"}
NAMED = '[layers.parking]\npath = "{0}"\nfields = {{ name = "ten", feature_id = "thua" }}\n'
DRAWING = '[layers.land_use]\npath = "{0}"\ncode_list = "tt27-2018"\n'


def lots() -> gpd.GeoDataFrame:
    """A square, an odd one at no round number, one with a hole; names in Vietnamese."""
    around = square(0, 300).exterior.coords
    shapes = [
        square(0, 0),
        square(200.123, 0.456, 50.25),
        Polygon(around, [square(20, 320, 10).exterior.coords]),
    ]
    names = [name or None for name in NAMES.values()]
    data = {"thua": list(CODES), "ma": list(CODES.values()), "ten": names}
    return gpd.GeoDataFrame(data, geometry=shapes, crs=CRS)


def in_degrees(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """By EPSG:6960, whichever operation this machine would choose."""
    turn = find_transformer(frame.crs, gpd.GeoSeries(crs=4326).crs).transform
    shapes = shapely.transform(
        frame.geometry.to_numpy(), lambda points: np.column_stack(turn(*points.T))
    )
    return frame.set_geometry(gpd.GeoSeries(shapes, crs=4326))


def write_as(frame: gpd.GeoDataFrame, path: Path, driver: str, **options: Any) -> Path:
    """By the GDAL inside pyogrio."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(frame, path, driver=driver, **options)
    return path


def by_ogr2ogr(frame: gpd.GeoDataFrame, path: Path, driver: str, *options: str) -> Path:
    """By the program of the system, another build of GDAL than the one that reads."""
    if OGR2OGR is None:
        pytest.skip("no ogr2ogr: install gdal-bin")
    stored = path.with_name("stored.json")
    write_as(frame, stored, "GeoJSON")
    command = [OGR2OGR, "-f", driver, "-nln", path.stem, *options, str(path), str(stored)]
    subprocess.run(command, check=True, capture_output=True)
    stored.unlink()
    return path


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder and the hash of its bytes."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }


def load_raw(folder: Path, layers: str) -> Dataset:
    """Load; what lies in ``raw`` must stay as it was, file by file and byte by byte."""
    before = contents(folder / "raw")
    data = load(folder, layers)
    assert contents(folder / "raw") == before
    assert {item.name for item in folder.iterdir()} == {"raw", "project.toml", "units.gpkg"}
    return data


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


def assert_lots(data: Dataset, tolerance: float = 1e-6, crs: str = CRS) -> None:
    """The lots as made: codes, holes, and places and areas within the format's precision."""
    layer = data.layers[Role.LAND_USE]
    assert layer.origins[0].crs == crs
    found = layer.frame.set_index("feature_id").sort_index()
    assert found["code"].to_dict() == CODES
    for made, read in zip(lots().geometry, found.geometry, strict=True):
        (polygon,) = shapely.get_parts(read)
        assert len(polygon.interiors) == len(made.interiors)
        assert shapely.hausdorff_distance(made, polygon) <= tolerance
        assert polygon.area == pytest.approx(made.area, abs=made.length * tolerance)
    assert all(count.read == count.kept for count in data.counts)


def names_in(data: Dataset) -> dict[str, str]:
    frame = data.layers[Role.PARKING].frame.set_index("feature_id")
    return frame["name"].fillna("").to_dict()


#: driver, file, metres by which its numbers may be off, and the system it carries:
#: TAB keeps whole numbers on a grid of 1 cm, KML 15 digits of degrees
WRITTEN = [
    ("MapInfo File", "lo.tab", 0.015, CRS),
    ("MapInfo File", "lo.mif", 1e-6, CRS),
    ("LIBKML", "lo.kml", 2e-3, "EPSG:4326"),
    ("LIBKML", "lo.kmz", 2e-3, "EPSG:4326"),
    ("GML", "lo.gml", 1e-6, CRS),
    ("OpenFileGDB", "lo.gdb", 1e-4, CRS),
    ("ESRI Shapefile", "lo.shp", 1e-6, CRS),
    ("FlatGeobuf", "lo.fgb", 1e-6, CRS),
    ("GeoJSON", "lo.json", 1e-6, CRS),
    ("GPKG", "lo.gpkg", 1e-6, CRS),
]


@pytest.mark.parametrize("writer", [write_as, by_ogr2ogr])
@pytest.mark.parametrize(("driver", "name", "tolerance", "crs"), WRITTEN)
def test_the_same_lots_from_every_format(
    raw: Path, driver: str, name: str, tolerance: float, crs: str, writer: Callable[..., Path]
) -> None:
    frame = in_degrees(lots()) if driver == "LIBKML" else lots()
    options: list[str] = []
    if writer is by_ogr2ogr and driver == "ESRI Shapefile":
        options = ["-lco", "ENCODING=UTF-8"]
    writer(frame, raw / name, driver, *options)
    path = f"raw/{name}"
    data = load_raw(raw.parent, LAND_USE.format(path) + NAMED.format(path))
    assert_lots(data, tolerance, crs)
    assert names_in(data) == NAMES
    assert not data.findings


def test_mapinfo_says_vn2000_in_its_own_numbers(raw: Path) -> None:
    """9999 with the shift of Decision 05/2007; and 104 (WGS 84), where VN-2000 has no number."""
    write_as(lots(), raw / "lo.mif", "MapInfo File")
    text = (raw / "lo.mif").read_text(encoding="latin-1")
    assert 'CoordSys Earth Projection 8, 104, "m", 108, 0, 0.9999, 500000, 0' in text
    shift = "28, -191.90441429, -39.30318279, -111.45032835, -0.00928836, 0.01975479, -0.00427372"
    said = f'CoordSys Earth Projection 8, 9999, {shift}, 0.252906278, 0, "m", 108, 0, 0.9999'
    stated = text.replace('CoordSys Earth Projection 8, 104, "m", 108, 0, 0.9999', said)
    (raw / "lo.mif").write_text(stated, encoding="latin-1")
    assert_lots(load_raw(raw.parent, LAND_USE.format("raw/lo.mif")))
    without = re.sub(r"CoordSys.*", 'CoordSys NonEarth Units "m"', text)
    (raw / "lo.mif").write_text(without, encoding="latin-1")
    assert_lots(load_raw(raw.parent, LAND_USE.format("raw/lo.mif")))


def test_mapinfo_on_wgs84_in_a_zone_of_wgs84_is_wgs84(raw: Path) -> None:
    utm = in_degrees(lots()).to_crs(32649)
    write_as(utm, raw / "lo.mif", "MapInfo File")
    data = load_raw(raw.parent, LAND_USE.format("raw/lo.mif"))
    found = data.layers[Role.LAND_USE].frame.set_index("feature_id").sort_index()
    distance = shapely.hausdorff_distance(found.geometry.array, lots().geometry.array)
    assert distance.max() < 2e-3


def test_degrees_of_kml_are_not_those_of_vn2000(raw: Path) -> None:
    """Numbers of VN-2000 in a KML would lie 226 m from where they are."""
    as_they_are = lots().to_crs(4756).set_crs(4326, allow_override=True)
    write_as(as_they_are, raw / "lo.kml", "LIBKML")
    data = load_raw(raw.parent, LAND_USE.format("raw/lo.kml"))
    found = data.layers[Role.LAND_USE].frame.set_index("feature_id").sort_index()
    moved = shapely.distance(
        shapely.centroid(found.geometry.array), shapely.centroid(lots().geometry.array)
    )
    assert moved == pytest.approx([225.5] * 3, abs=0.5)
    told = LAND_USE.format("raw/lo.kml") + 'crs = "EPSG:4756"\n'
    assert_lots(load_raw(raw.parent, told), 2e-3, "EPSG:4756")


def test_a_geopackage_with_several_layers_and_tables(raw: Path) -> None:
    path = raw / "lo.gpkg"
    lots().to_file(path, layer="hiện trạng")
    lots().head(1).to_file(path, layer="quy hoạch")
    styles = pd.DataFrame({"f_table_name": ["hiện trạng"], "styleName": ["x"]})
    write_as(styles, path, "GPKG", layer="layer_styles", append=True)
    table = LAND_USE.format("raw/lo.gpkg")
    line = refuse(raw.parent, table, "raw/lo.gpkg", "hiện trạng, quy hoạch")
    assert "layer_styles" not in line
    refuse(raw.parent, table + 'layer = "layer_styles"\n', "'layer_styles'")
    assert_lots(load_raw(raw.parent, table + 'layer = "hiện trạng"\n'))
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM gpkg_contents WHERE table_name = 'quy hoạch'")
        database.execute("DELETE FROM gpkg_geometry_columns WHERE table_name = 'quy hoạch'")
        database.commit()
    assert_lots(load_raw(raw.parent, table))


def test_a_geodatabase_with_several_classes_and_tables(raw: Path) -> None:
    path = write_as(lots(), raw / "lo.gdb", "OpenFileGDB", layer="HienTrang")
    write_as(lots().head(1), path, "OpenFileGDB", layer="QuyHoach", append=True)
    table = pd.DataFrame({"ma": ["ODT"], "thua": ["a"]})
    write_as(table, path, "OpenFileGDB", layer="DanhMuc", append=True)
    layers = LAND_USE.format("raw/lo.gdb")
    line = refuse(raw.parent, layers, "raw/lo.gdb", "HienTrang, QuyHoach")
    assert "DanhMuc" not in line
    assert_lots(load_raw(raw.parent, layers + 'layer = "HienTrang"\n'), 1e-4)


def test_kml_with_folders_has_layers(raw: Path) -> None:
    write_as(in_degrees(lots()), raw / "lo.kml", "LIBKML", layer="mot")
    write_as(in_degrees(lots()), raw / "lo.kml", "LIBKML", layer="hai", append=True)
    layers = LAND_USE.format("raw/lo.kml")
    refuse(raw.parent, layers, "raw/lo.kml", "mot, hai")
    assert_lots(load_raw(raw.parent, layers + 'layer = "hai"\n'), 2e-3, "EPSG:4326")


# ---- drawings and extracts -----------------------------------------------------------------------


def draw(path: Path, font: str = "", label: str = "") -> Path:
    """The lots as hatches and polylines on layers called by their codes; a label in one of them."""
    doc = ezdxf.new("R2010")
    space = doc.modelspace()
    for (code, shape), closed in zip(
        zip(CODES.values(), lots().geometry, strict=True), (True, True, False), strict=True
    ):
        rings = [shape.exterior, *shape.interiors]
        if closed:
            space.add_lwpolyline(shape.exterior.coords[:-1], close=True, dxfattribs={"layer": code})
            continue
        hatch = space.add_hatch(color=3, dxfattribs={"layer": code})
        for ring in rings:
            hatch.paths.add_polyline_path(ring.coords[:-1], is_closed=True, flags=1)
    if label:
        doc.styles.add("chu", font=font)
        at = (EAST + 50, NORTH + 50)
        space.add_text(label, height=5, dxfattribs={"style": "chu"}).set_placement(at)
    doc.saveas(path)
    return path


def drawn(data: Dataset) -> dict[str, Any]:
    return data.layers[Role.LAND_USE].frame.set_index("code").geometry.to_dict()


def test_a_drawing_by_ezdxf(raw: Path) -> None:
    draw(raw / "ve.dxf", "vntime.ttf", "Phó")
    data = load_raw(raw.parent, DRAWING.format("raw/ve.dxf"))
    found = drawn(data)
    for code, made in zip(CODES.values(), lots().geometry, strict=True):
        assert shapely.normalize(found[code]).equals_exact(shapely.normalize(made), 1e-6)
    origin = data.layers[Role.LAND_USE].origins[0]
    assert origin.crs == CRS
    assert (origin.layer, origin.path) == ("entities", "raw/ve.dxf")
    count = data.counts[-1]
    assert (count.read, count.kept, count.set_aside) == (4, 3, 1)
    assert [item.code for item in data.findings] == ["not_a_polygon"]


def test_a_drawing_by_ogr2ogr(raw: Path) -> None:
    by_ogr2ogr(lots()[["ma", "geometry"]].rename(columns={"ma": "Layer"}), raw / "ve.dxf", "DXF")
    data = load_raw(raw.parent, DRAWING.format("raw/ve.dxf"))
    found = drawn(data)
    for code, made in zip(CODES.values(), lots().geometry, strict=True):
        assert found[code].symmetric_difference(made).area < 1e-4


def label_of(data: Dataset) -> list[str]:
    return sorted(data.layers[Role.PARKING].frame["name"].fillna(""))


PARKING_OF_DRAWING = '[layers.parking]\npath = "raw/ve.dxf"\nfields = { name = "label" }\n'


@pytest.mark.parametrize(
    ("font", "written", "read"),
    [
        (".VnTime.ttf", "§Êt ë Phó", "Đất ở Phú"),
        (".VnTimeH.ttf", "x· phó", "XÃ PHÚ"),
        ("VNI-Times.ttf", "Phöôøng 1", "Phường 1"),
        ("arial.ttf", "Đất ở", "Đất ở"),
        ("arial.ttf", "Café Phó", "Café Phó"),
    ],
)
def test_labels_in_legacy_fonts(raw: Path, font: str, written: str, read: str) -> None:
    draw(raw / "ve.dxf", font, written)
    data = load_raw(raw.parent, PARKING_OF_DRAWING)
    assert label_of(data) == ["", "", read]
    told = [item for item in data.findings if item.code == "text_decoded"]
    assert len(told) == (read != written)


def test_labels_told_are_decoded_once(raw: Path) -> None:
    draw(raw / "ve.dxf", "arial.ttf", "Phó")
    assert label_of(load_raw(raw.parent, PARKING_OF_DRAWING))[-1] == "Phó"
    for told in ('encoding = "tcvn3"\n', 'text = { label = "tcvn3" }\n'):
        assert label_of(load_raw(raw.parent, PARKING_OF_DRAWING + told))[-1] == "Phú"


def test_layers_with_legacy_names_are_asked_for_in_unicode(raw: Path) -> None:
    """«Ranh lô đất ở» in TCVN3, its lines to be joined; a smaller frame has the name of another."""
    doc = ezdxf.new("R2000")
    space = doc.modelspace()
    for start, end in itertools.pairwise(square(0, 0).exterior.coords):
        space.add_line(start, end, dxfattribs={"layer": "Ranh l« ®Êt ë"})
    frame = square(10, 10, 20).exterior.coords[:-1]
    space.add_lwpolyline(frame, close=True, dxfattribs={"layer": "Khung ch÷"})
    space.add_text("A", dxfattribs={"insert": (EAST + 15, NORTH + 15)})
    doc.saveas(raw / "ve.dxf")
    told = 'polygonise = ["ranh lô đất ở"]\nonly = { layer = ["Ranh lô đất ở"] }\n'
    data = load_raw(raw.parent, PARKING_OF_DRAWING + told)
    assert label_of(data) == ["A"]


def test_what_a_drawing_does_not_show_counts_and_is_told(raw: Path) -> None:
    doc = ezdxf.new("R2010")
    doc.layers.add("ODT").off()
    doc.layers.add("DGT").freeze()
    space = doc.modelspace()
    for code, place in (("ODT", 0), ("DGT", 200), ("CLN", 400)):
        corners = square(place, 0).exterior.coords[:-1]
        space.add_lwpolyline(corners, close=True, dxfattribs={"layer": code})
    space.add_linear_dim((EAST, NORTH), (EAST, NORTH), (EAST + 9, NORTH), dxfattribs={}).render()
    space.add_blockref("THIEU", (EAST, NORTH))
    doc.saveas(raw / "ve.dxf")
    layers = DRAWING.format("raw/ve.dxf")
    data = load_raw(raw.parent, layers)
    assert set(drawn(data)) == {"ODT", "DGT", "CLN"}
    told = [item for item in data.findings if item.code == "hidden_entity"]
    assert [item.area_m2 for item in told] == [10_000, 10_000]
    assert "'DGT'" in told[0].message.say("en")
    assert 'only = { hidden = ["false"] }' in told[0].message.say("vi")
    said = " ".join(item.message.say("en") for item in data.findings)
    assert "(DIMENSION)" in said
    assert "(THIEU)" in said
    data = load_raw(raw.parent, layers + 'only = { hidden = ["false"] }\n')
    assert set(drawn(data)) == {"CLN"}
    assert all(item.code != "hidden_entity" for item in data.findings)


def test_closed_lines_of_a_drawing_are_roads_where_roads_are_asked(raw: Path) -> None:
    """A street, a ring road and the axis of a roundabout; a filled island is none."""
    doc = ezdxf.new("R2010")
    space = doc.modelspace()
    space.add_line((EAST, NORTH), (EAST + 500, NORTH))
    ring = square(0, 0).exterior.coords[:-1]
    space.add_lwpolyline(ring, close=True)
    space.add_circle((EAST + 50, NORTH + 50), 20)
    space.add_hatch().paths.add_polyline_path(ring)
    doc.saveas(raw / "ve.dxf")
    data = load_raw(raw.parent, '[layers.roads]\npath = "raw/ve.dxf"\n')
    lengths = sorted(data.layers[Role.ROADS].frame.length)
    assert lengths == pytest.approx([2 * np.pi * 20, 400, 500], rel=1e-4)
    assert [item.code for item in data.findings] == ["not_a_line"]


def test_a_drawing_without_closed_shapes(raw: Path) -> None:
    doc = ezdxf.new("R2010")
    space = doc.modelspace()
    ring = list(square(0, 0).exterior.coords)
    for start, end in itertools.pairwise(ring):
        space.add_line(start, end, dxfattribs={"layer": "ODT"})
    doc.saveas(raw / "ve.dxf")
    layers = DRAWING.format("raw/ve.dxf")
    refuse(raw.parent, layers, "raw/ve.dxf", "LINE 4", "ODT", "polygonise")
    refuse(raw.parent, layers + 'polygonise = ["DGT"]\n', "raw/ve.dxf", "DGT", "ODT")
    data = load_raw(raw.parent, layers + 'polygonise = ["odt"]\n')
    assert drawn(data)["ODT"].area == pytest.approx(10_000)
    assert {item.code: item.dropped for item in data.findings} == {"joined_into_ring": 4}


def test_polygonise_is_for_drawings(raw: Path) -> None:
    lots().to_file(raw / "lo.gpkg")
    layers = LAND_USE.format("raw/lo.gpkg") + 'polygonise = ["ODT"]\n'
    refuse(raw.parent, layers, "project.toml", "polygonise", "raw/lo.gpkg")


def test_a_layer_of_a_drawing_is_a_field(raw: Path) -> None:
    draw(raw / "ve.dxf")
    layers = DRAWING.format("raw/ve.dxf")
    refuse(raw.parent, layers + 'layer = "ODT"\n', "raw/ve.dxf", 'only = { layer = ["ODT"] }')
    data = load_raw(raw.parent, layers + 'only = { layer = ["odt", "DGT"] }\n')
    assert set(drawn(data)) == {"ODT", "DGT"}
    assert {item.code: item.dropped for item in data.findings} == {"not_selected": 1}


def test_a_design_file_by_ogr2ogr(raw: Path) -> None:
    frame = lots().assign(Level=[10, 20, 30])[["Level", "geometry"]]
    by_ogr2ogr(frame, raw / "ve.dgn", "DGN")
    told = 'values = { code = { "Level 10" = "ODT", "Level 20" = "DGT", "Level 30" = "CLN" } }\n'
    data = load_raw(raw.parent, DRAWING.format("raw/ve.dgn") + told)
    found = drawn(data)
    # GDAL writes whole centimetres
    for code, made in zip(list(CODES.values())[:2], lots().geometry[:2], strict=True):
        assert shapely.hausdorff_distance(found[code], made) < 0.01
    assert all(count.read == count.kept + count.set_aside for count in data.counts)


def write_extract(path: Path) -> Path:
    """Lots as closed ways, one with a hole as a relation, written by osmium as PBF."""
    places = in_degrees(lots()).geometry
    with osmium.SimpleWriter(path) as writer:
        ways, number = [], 0
        for shape in places:
            rings = []
            for ring in (shape.exterior, *shape.interiors):
                refs = []
                for lon, lat in list(ring.coords)[:-1]:
                    number += 1
                    refs.append(number)
                    writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, lat)))
                rings.append([*refs, refs[0]])
            ways.append(rings)
        tags = [{"landuse": "residential"}, {"landuse": "retail"}, {}, {}]
        flat = [ring for rings in ways for ring in rings]
        for n, (ring, tag) in enumerate(zip(flat, tags, strict=True), start=1):
            writer.add_way(osmium.osm.mutable.Way(id=n, nodes=ring, tags=tag))
        members = [("w", 3, "outer"), ("w", 4, "inner")]
        tag = {"type": "multipolygon", "landuse": "industrial"}
        writer.add_relation(osmium.osm.mutable.Relation(id=1, members=members, tags=tag))
    return path


@pytest.mark.parametrize("name", ["city.osm.pbf", "city.osm"])
def test_an_extract_by_osmium(raw: Path, name: str) -> None:
    write_extract(raw / name)
    data = load_raw(raw.parent, f'[layers.land_use]\npath = "raw/{name}"\n')
    found = data.layers[Role.LAND_USE].frame.set_index("feature_id").geometry
    assert sorted(found.index) == ["r1", "w1", "w2"]
    # places of OpenStreetMap are whole ten-millionths of a degree
    for made, name in zip(lots().geometry, ("w1", "w2", "r1"), strict=True):
        assert shapely.hausdorff_distance(found[name], made) < 0.02
        assert found[name].area == pytest.approx(made.area, abs=made.length * 0.02)
    assert data.layers[Role.LAND_USE].origins[0].crs == "EPSG:4326"


# ---- keys of the project file --------------------------------------------------------------------


def test_only_takes_features_by_value(raw: Path) -> None:
    lots().to_file(raw / "lo.gpkg")
    layers = LAND_USE.format("raw/lo.gpkg")
    data = load_raw(raw.parent, layers + 'only = { ten = ["tịnh khê"], ma = ["ODT", "CLN"] }\n')
    assert list(data.layers[Role.LAND_USE].frame["feature_id"]) == ["a"]
    assert {item.code: item.feature_ids for item in data.findings} == {"not_selected": ("b", "c")}
    refuse(raw.parent, layers + 'only = { ma = ["XXX"] }\n', "project.toml", "raw/lo.gpkg", "only")
    refuse(raw.parent, layers + 'only = { loai = ["ODT"] }\n', "raw/lo.gpkg", "loai", "thua")


def test_wrong_letters_and_encodings_are_refused_wherever_they_stand(raw: Path) -> None:
    parcels().to_file(raw / "lo.gpkg")
    layers = LAND_USE.format("raw/lo.gpkg")
    refuse(raw.parent, layers + 'text = { ma = "tcvn9" }\n', "text.ma", "'tcvn9'", "tcvn3")
    refuse(raw.parent, layers + 'text = { ghi = "tcvn3" }\n', "raw/lo.gpkg", "ghi", "ma, thua")
    refuse(raw.parent, layers + 'encoding = "nonsense"\n', "encoding", "nonsense")


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "mif", "dxf"])
def test_axes_and_units_that_are_told(raw: Path, suffix: str) -> None:
    """Northings first, in millimetres."""
    turned = lots()
    turned["geometry"] = shapely.transform(
        turned.geometry.to_numpy(), lambda points: points[:, ::-1] * 1000
    )
    turned = turned.set_crs(None, allow_override=True)
    path = raw / f"lo.{suffix}"
    layers = LAND_USE.format(f"raw/{path.name}")
    if suffix == "dxf":
        by_ogr2ogr(turned[["ma", "geometry"]].rename(columns={"ma": "Layer"}), path, "DXF")
        layers = DRAWING.format("raw/lo.dxf")
    else:
        driver = {"gpkg": "GPKG", "shp": "ESRI Shapefile", "mif": "MapInfo File"}[suffix]
        write_as(turned, path, driver)
    keys = 'axes = "yx"\ncoordinate_unit = "mm"\ncrs = "EPSG:5898"\n'
    for told in (keys, ""):
        frame = load_raw(raw.parent, layers + told).layers[Role.LAND_USE].frame
        found = frame.set_index("code").geometry
        for code, made in zip(CODES.values(), lots().geometry, strict=True):
            assert shapely.hausdorff_distance(shapely.get_parts(found[code])[0], made) < 0.01
    refuse(raw.parent, layers + keys.replace('"yx"', '"zx"'), "axes", "zx")
    refuse(raw.parent, layers + keys.replace('"mm"', '"cm"'), "coordinate_unit", "cm")


def test_colour_helps_to_recognise(raw: Path) -> None:
    names = {"name": ["ĐẤT Ở ĐÔ THỊ", "???"], "mau": ["#ffff00", "#010203"]}
    parcels(**names).to_file(raw / "lo.gpkg")
    layers = LAND_USE.format("raw/lo.gpkg").replace('"ma"', '"name"') + "recognise = true\n"
    data = load_raw(raw.parent, layers + 'colour = "mau"\n')
    frame = data.layers[Role.LAND_USE].frame.set_index("feature_id")
    assert frame["code"]["a"] == "ODT"
    assert frame["source_value"].to_dict() == {"a": "ĐẤT Ở ĐÔ THỊ", "b": "???"}
    assert "code_recognised" in {item.code for item in data.findings}
    refuse(raw.parent, layers + 'colour = "màu"\n', "raw/lo.gpkg", "màu", "mau")


# ---- legacy text in real files -------------------------------------------------------------------


def write_bytes_shapefile(
    folder: Path, values: Sequence[bytes], cpg: str = "", stem: str = "lo"
) -> Path:
    """A shapefile written byte by byte: squares of 1 m in rows of a thousand, and two fields.

    ESRI Shapefile Technical Description (1998); dBASE III.
    """
    records, index, offset = b"", b"", 50
    for n in range(len(values)):
        x, y = EAST + n % 900, NORTH + n // 900
        ring = [(x, y), (x, y + 1), (x + 1, y + 1), (x + 1, y), (x, y)]
        shape = struct.pack("<i4dii", 5, x, y, x + 1, y + 1, 1, 5) + struct.pack("<i", 0)
        shape += b"".join(struct.pack("<2d", *point) for point in ring)
        records += struct.pack(">ii", n + 1, len(shape) // 2) + shape
        index += struct.pack(">ii", offset, len(shape) // 2)
        offset += 4 + len(shape) // 2
    bounds = (EAST, NORTH, EAST + 900, NORTH + 1 + len(values) // 900, 0, 0, 0, 0)
    for suffix, body in ((".shp", records), (".shx", index)):
        head = struct.pack(">i20xi", 9994, 50 + len(body) // 2) + struct.pack("<ii", 1000, 5)
        (folder / f"{stem}{suffix}").write_bytes(head + struct.pack("<8d", *bounds) + body)
    width = max(len(value) for value in values)
    fields = struct.pack("<11sc4xBB14x", b"TEN", b"C", width, 0)
    fields += struct.pack("<11sc4xBB14x", b"SO", b"N", 9, 0)
    length = 1 + width + 9
    head = struct.pack("<4BIHH20x", 3, 121, 6, 30, len(values), 32 + len(fields) + 1, length)
    rows = (b" " + v.ljust(width) + str(n).rjust(9).encode() for n, v in enumerate(values))
    (folder / f"{stem}.dbf").write_bytes(head + fields + b"\r" + b"".join(rows) + b"\x1a")
    (folder / f"{stem}.prj").write_text(gpd.GeoSeries(crs=CRS).crs.to_wkt("WKT1_ESRI"))
    if cpg:
        (folder / f"{stem}.cpg").write_text(cpg)
    return folder / f"{stem}.shp"


BYTES_LAYER = '[layers.parking]\npath = "raw/lo.shp"\nfields = {name="TEN", feature_id="SO"}\n'


def load_names(folder: Path, keys: str = "") -> tuple[list[str], Dataset]:
    """Names in the order of the file; every feature must be there."""
    data = load_raw(folder, BYTES_LAYER + keys)
    frame = data.layers[Role.PARKING].frame
    assert list(frame["feature_id"]) == [str(n) for n in range(len(frame))]
    assert data.counts[-1].read == data.counts[-1].kept == len(frame)
    return list(frame["name"].fillna("")), data


def test_the_sample_of_real_names_from_a_shapefile(raw: Path) -> None:
    """What the bytes say, by iconv, and in the rows in VNI by writing our text in VNI again."""
    rows = sample_rows()
    surfaces = [row["name_tcvn3_cp1252"] for row in rows]
    write_bytes_shapefile(raw, [surface.encode("cp1252") for surface in surfaces])
    names, data = load_names(raw.parent)
    told = from_tcvn("\n".join(surfaces)).split("\n")
    exact = [
        name in (said, said.strip()) or to_vni(name) == surface.strip()
        for name, said, surface in zip(names, told, surfaces, strict=True)
    ]
    # a name of two words may come back with single spaces
    assert sum(exact) >= 0.99 * len(rows)
    agree = [
        place_tones(bare_name(name)).lower() == place_tones(bare_name(row["gso_unicode"])).lower()
        for name, row in zip(names, rows, strict=True)
    ]
    # the rest has another name in the two lists, or lacks marks in one of them
    assert len(rows) - sum(agree) <= 39
    assert [item.code for item in data.findings] == ["text_decoded"]


@pytest.mark.parametrize("encoding", ["tcvn3", "vni", "viscii", "nfd", "mojibake", "cp1258"])
def test_names_of_a_shapefile_without_cpg(raw: Path, encoding: str) -> None:
    made = phrases(700)
    surface = ENCODERS[encoding]("\n".join(made)).split("\n")
    codec = "utf-8" if encoding in ("nfd", "mojibake") else "latin-1"
    write_bytes_shapefile(raw, [text.encode(codec) for text in surface])
    names, data = load_names(raw.parent)
    if encoding == "tcvn3":
        made, names = [name.lower() for name in made], [name.lower() for name in names]
    assert names == made
    assert [item.code for item in data.findings] == ["text_decoded"]


@pytest.mark.parametrize(("cpg", "codec"), [("UTF-8", "utf-8"), ("", "utf-8")])
def test_ten_thousand_names_that_need_nothing(raw: Path, cpg: str, codec: str) -> None:
    dice = random.Random(11)
    plain = [f"{dice.choice(['LO', 'DGT', 'QH-', 'ODT_'])}{n}" for n in range(3000)]
    fixed = [*cells(WESTERN), *cells(SIGNS), *cells(PEOPLES), *unit_names()]
    values = [text.strip() for text in plain + fixed + phrases(7000 - len(fixed))]
    values = [text for text in values if text == " ".join(text.split())]
    write_bytes_shapefile(raw, [text.encode(codec) for text in values], cpg)
    names, data = load_names(raw.parent)
    assert [pair for pair in zip(values, names, strict=True) if pair[0] != pair[1]] == []
    assert len(values) > 9_900
    # what looks odd is told and left
    assert {item.code for item in data.findings} <= {"text_undecided"}


def test_a_column_told_is_decoded_and_others_are_not(raw: Path) -> None:
    write_bytes_shapefile(raw, ["Phó".encode("latin-1"), b"A1"])
    assert load_names(raw.parent)[0] == ["Phó", "A1"]
    for key in ('encoding = "tcvn3"\n', 'text = { TEN = "tcvn3" }\n'):
        assert load_names(raw.parent, key)[0] == ["Phú", "A1"]
    told = 'encoding = "tcvn3"\ntext = { TEN = "unicode" }\n'
    assert load_names(raw.parent, told)[0] == ["Phó", "A1"]
    refuse(raw.parent, BYTES_LAYER + 'encoding = "utf-9"\n', "encoding", "utf-9")


LEGACY_FILES = [
    ("MapInfo File", "lo.tab", {"ENCODING": "CP1252"}),
    ("MapInfo File", "lo.mif", {"ENCODING": "CP1252"}),
    ("OpenFileGDB", "lo.gdb", {}),
    ("GPKG", "lo.gpkg", {}),
    ("GeoJSON", "lo.geojson", {}),
    ("GML", "lo.gml", {}),
    ("LIBKML", "lo.kml", {}),
    ("FlatGeobuf", "lo.fgb", {}),
]


@pytest.mark.parametrize("letters", ["tcvn3", "mojibake"])
@pytest.mark.parametrize(("driver", "name", "options"), LEGACY_FILES)
def test_legacy_letters_in_files_of_other_software(
    raw: Path, driver: str, name: str, options: dict[str, str], letters: str
) -> None:
    """The letters of Windows Latin that the bytes look like, as such files come."""
    made = {"a": "Tịnh Khê", "b": "Nghĩa Dõng", "c": "đất ở"}
    surface = [as_windows(ENCODERS[letters](text)) for text in made.values()]
    if letters == "mojibake" and options:
        # characters without a letter in Windows Latin do not survive its charset
        surface = [text.encode("cp1252", errors="replace").decode("cp1252") for text in surface]
        surface[1], made["b"] = "Khu A", "Khu A"
    frame = lots().assign(ten=surface)
    write_as(in_degrees(frame) if driver == "LIBKML" else frame, raw / name, driver, **options)
    data = load_raw(raw.parent, NAMED.format(f"raw/{name}"))
    assert names_in(data) == made
    assert [item.code for item in data.findings] == ["text_decoded"]


@pytest.mark.parametrize(("name", "texts"), [("lo.tab", "lo.dat"), ("lo.mif", "lo.mid")])
def test_mapinfo_without_a_charset(raw: Path, name: str, texts: str) -> None:
    """The charset "Neutral" says nothing: UTF-8 or legacy bytes."""
    write_as(parcels(ten=["T1nh Kh2", "Ngh3a"]), raw / name, "MapInfo File")
    content = (raw / texts).read_bytes()
    legacy = content.replace(b"T1nh Kh2", "TÞnh Khª".encode("cp1252"))
    (raw / texts).write_bytes(legacy.replace(b"Ngh3a", "NghÜa".encode("cp1252")))
    data = load_raw(raw.parent, NAMED.format(f"raw/{name}"))
    assert names_in(data) == {"a": "Tịnh Khê", "b": "Nghĩa"}
    assert [item.code for item in data.findings] == ["text_decoded"]
    western = content.replace(b"T1nh Kh2", "Caf\xe9 X 1".encode("cp1252")[:8])
    (raw / texts).write_bytes(western)
    data = load_raw(raw.parent, NAMED.format(f"raw/{name}"))
    assert names_in(data) == {"a": "Café X 1", "b": "Ngh3a"}
    assert [item.code for item in data.findings] == ["encoding_assumed"]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.binary(max_size=12) | st.text(max_size=6).map(str.encode), min_size=1, max_size=8),
    st.sampled_from(["", "UTF-8", "1252", "1258"]),
)
def test_no_bytes_of_a_dbf_lose_a_feature(
    tmp_path_factory: pytest.TempPathFactory, values: list[bytes], cpg: str
) -> None:
    folder = tmp_path_factory.mktemp("dbf")
    (folder / "raw").mkdir()
    # a NUL ends a text of a .dbf
    values = [value.replace(b"\0", b"") or b"x" for value in values]
    write_bytes_shapefile(folder / "raw", values, cpg)
    names, _ = load_names(folder)
    assert len(names) == len(values)
    for value, name in zip(values, names, strict=True):
        if value.isascii() and value.decode().isprintable():
            assert name == " ".join(value.decode().split())
