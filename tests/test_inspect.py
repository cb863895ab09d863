"""What a planner sees of a file, and the block pasted into a project that is then loaded."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tomllib
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import ezdxf
import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import rasterio
import shapely
from affine import Affine
from click.testing import CliRunner, Result
from shapely.geometry import LineString, Point

from test_formats import (
    CODES,
    by_ogr2ogr,
    draw,
    in_degrees,
    lots,
    write_as,
    write_bytes_shapefile,
    write_extract,
)
from test_legacy_text import to_tcvn3
from test_loaders_vector import CRS, EAST, NORTH, load, square, write_project
from test_tt16 import write as write_database
from urbanplan_gis.cli import main
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.legible import legible
from urbanplan_gis.loaders.dataset import city_place
from urbanplan_gis.loaders.inspection.layers import Surroundings, inspect_vector
from urbanplan_gis.loaders.inspection.words import longest_words, match_names, split_name, words_of
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.model.data import RASTER_ROLES, STATISTICS, Dataset, Role
from urbanplan_gis.outputs.inspection import inspection_lines
from urbanplan_gis.project import load_project

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared" / "data"


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "raw").mkdir()
    return tmp_path / "raw"


def inspect(path: Path, lang: str = "en", around: Surroundings | None = None) -> list[str]:
    """What is printed, with the path as a project in the folder above would name it."""
    label = path.relative_to(path.parents[0].parent).as_posix()
    return list(inspection_lines(path, label, lang, around))


def blocks(lines: list[str]) -> list[str]:
    """Every table of what was printed: from its header to the next empty line."""
    found: list[list[str]] = []
    inside = False
    for line in lines:
        if line.startswith("[["):
            found.append([])
            inside = True
        inside = inside and bool(line)
        if inside:
            found[-1].append(line)
    return ["\n".join(block) + "\n" for block in found]


def tables(lines: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """(role, keys) of every table, as a TOML reader sees them."""
    found = []
    for block in blocks(lines):
        table = tomllib.loads(block)
        if "layers" in table:
            ((role, (keys,)),) = table["layers"].items()
        else:
            ((role, (keys,)),) = table.items()
        found.append((role, keys))
    return found


def paste(path: Path, only: str = "", around: Surroundings | None = None) -> Dataset:
    """Load a project with the blocks printed for a file (those of one role, if named)."""
    found = blocks(inspect(path, around=around))
    text = "\n".join(block for block in found if f"[[layers.{only}" in block or not only)
    data = load(path.parents[1] if path.parent.name == "raw" else path.parents[2], text)
    assert all(count.read == count.kept + count.set_aside for count in data.counts)
    return data


def problem_of(path: Path) -> str:
    with pytest.raises(PlanDataError) as caught:
        inspect(path)
    return "\n".join(problem.line("en") for problem in caught.value.problems)


def place_of_units(folder: Path) -> Surroundings:
    """Where the two units of the test project lie."""
    return Surroundings(city_place(load_project(write_project(folder, ""))))


# ---- every format: inspected, pasted, loaded ---------------------------------------------------

FORMATS = [
    ("MapInfo File", "lo.tab"),
    ("LIBKML", "lo.kml"),
    ("LIBKML", "lo.kmz"),
    ("GML", "lo.gml"),
    ("OpenFileGDB", "lo.gdb"),
    ("ESRI Shapefile", "lo.shp"),
    ("FlatGeobuf", "lo.fgb"),
    ("GeoJSON", "lo.geojson"),
    ("GPKG", "lo.gpkg"),
]


@pytest.mark.parametrize(("driver", "name"), FORMATS)
def test_the_block_of_every_format_loads_the_same_lots(raw: Path, driver: str, name: str) -> None:
    frame = in_degrees(lots()) if driver == "LIBKML" else lots()
    write_as(frame.rename(columns={"ma": "MaLoaiDat"}), raw / name, driver)
    before = sorted(item.name for item in raw.iterdir())
    lines = inspect(raw / name)
    assert sorted(item.name for item in raw.iterdir()) == before
    assert any(line.startswith("Features: 3 (") and "Polygon 3)" in line for line in lines)
    found = paste(raw / name).layers[Role.LAND_USE].frame
    assert sorted(found["code"]) == sorted(CODES.values())
    assert found.area.sum() == pytest.approx(lots().area.sum(), rel=1e-4)


def test_geoparquet(raw: Path) -> None:
    lots().rename_geometry("hinh").to_parquet(raw / "lo.parquet")
    ((_, keys),) = tables(inspect(raw / "lo.parquet"))
    assert keys["fields"] == {"code": "ma"}
    assert len(paste(raw / "lo.parquet").layers[Role.LAND_USE].frame) == 3


def test_a_drawing_needs_no_fields_but_its_place(raw: Path) -> None:
    draw(raw / "ve.dxf", "vntime.ttf", "Phó")
    around = place_of_units(raw.parent)
    ((role, keys),) = tables(inspect(raw / "ve.dxf", around=around))
    assert role == "land_use"
    assert (keys["crs"], "fields" in keys) == (CRS, False)
    found = paste(raw / "ve.dxf", around=around).layers[Role.LAND_USE].frame
    assert sorted(found["code"]) == sorted(CODES.values())
    # without a project nothing tells the zone: the choices are comments, and the units decide
    (block,) = blocks(inspect(raw / "ve.dxf"))
    assert f'# crs = "{CRS}"  # VN-2000' in block
    assert "crs" not in tables(inspect(raw / "ve.dxf"))[0][1]
    chosen = block.replace(f'# crs = "{CRS}"', f'crs = "{CRS}"')
    assert len(load(raw.parent, chosen).layers[Role.LAND_USE].frame) == 3


def test_a_drawing_of_open_lines_says_what_could_be_joined(raw: Path) -> None:
    doc = ezdxf.new()
    corners = [(EAST + x, NORTH + y) for x, y in ((0, 0), (100, 0), (100, 100), (0, 100))]
    for start, end in zip(corners, [*corners[1:], corners[0]], strict=True):
        doc.modelspace().add_line(start, end, dxfattribs={"layer": "Ranh lô"})
    axis = [(EAST, NORTH + 300), (EAST + 900, NORTH + 300)]
    doc.modelspace().add_lwpolyline(axis, dxfattribs={"layer": "TIM DUONG"})
    doc.saveas(raw / "ve.dxf")
    lines = inspect(raw / "ve.dxf")
    assert '# polygonise = ["Ranh lô", "TIM DUONG"]' in lines
    assert tables(lines)[0][0] == "roads"
    told = '[layers.parking]\npath = "raw/ve.dxf"\npolygonise = ["Ranh lô"]\n'
    assert load(raw.parent, told).layers[Role.PARKING].frame.area.sum() == pytest.approx(1e4)


def test_an_outline_round_its_hatch_counts_its_ground_once(raw: Path) -> None:
    doc = ezdxf.new("R2010")
    corners = [(EAST + x, NORTH + y) for x, y in ((0, 0), (100, 0), (100, 100), (0, 100))]
    doc.modelspace().add_lwpolyline(corners, close=True, dxfattribs={"layer": "Đất ở"})
    doc.modelspace().add_hatch(dxfattribs={"layer": "Đất ở"}).paths.add_polyline_path(corners)
    doc.saveas(raw / "ve.dxf")
    (layer,) = inspect_vector(raw / "ve.dxf", "ve.dxf", place_of_units(raw.parent))
    assert [item.area_m2 for item in layer.recognised] == pytest.approx([10_000])


def test_a_design_file(raw: Path) -> None:
    frame = lots().assign(Level=[10, 20, 30])[["Level", "geometry"]]
    by_ogr2ogr(frame, raw / "ve.dgn", "DGN")
    found = paste(raw / "ve.dgn").layers[Role.LAND_USE].frame
    assert sorted(set(found["source_value"])) == ["Level 0", "Level 10", "Level 20"]


def test_an_extract_gives_a_block_for_every_role_it_has(raw: Path) -> None:
    write_extract(raw / "city.osm.pbf")
    found = tables(inspect(raw / "city.osm.pbf"))
    assert [role for role, _ in found] == ["land_use"]
    assert len(paste(raw / "city.osm.pbf").layers[Role.LAND_USE].frame) == 3


def test_an_archive_with_good_and_bad_files(raw: Path) -> None:
    write_as(lots(), raw / "lo.shp", "ESRI Shapefile")
    write_extract(raw / "city.osm")
    with zipfile.ZipFile(raw / "goi.zip", "w") as archive:
        for part in raw.glob("lo.*"):
            archive.write(part, f"phường A/{part.name}")
            archive.write(part, f"xã B/{part.name}")
        archive.write(raw / "city.osm", "city.osm")
        archive.writestr("hỏng.geojson", '{"type":')
        archive.write(draw(raw / "ve.dxf"), "ve.dxf")
    lines = inspect(raw / "goi.zip")
    found = tables(lines)
    assert [keys["layer"] for _, keys in found] == [
        "phường A/lo.shp", "ve.dxf", "xã B/lo.shp",
    ]  # fmt: skip
    assert len({keys["name"] for _, keys in found}) == 3
    # in an archive the fields of a drawing are named
    assert found[1][1]["fields"] == {"feature_id": "handle", "code": "layer"}
    told = "\n".join(lines)
    assert "goi.zip | hỏng.geojson" in told
    assert "OpenStreetMap extract in an archive" in told
    assert len(paste(raw / "goi.zip").layers[Role.LAND_USE].frame) == 9


def test_layers_that_are_good_empty_and_broken(raw: Path) -> None:
    path = raw / "lop.gpkg"
    write_as(lots(), path, "GPKG", layer="hiện trạng")
    write_as(lots().head(0), path, "GPKG", layer="trong", append=True)
    write_as(lots(), path, "GPKG", layer="sdd.2022", append=True)
    write_as(lots(), path, "GPKG", layer="hong", append=True)
    write_as(pd.DataFrame({"a": [1]}), path, "GPKG", layer="danh muc", append=True)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE gpkg_geometry_columns SET column_name='x' WHERE table_name='hong'")
        database.commit()
    lines = inspect(path)
    found = tables(lines)
    assert [keys["layer"] for _, keys in found] == ["hiện trạng", "sdd.2022"]
    # codes of both lists: a survey of 2022 follows the circular of 2018
    assert [keys["code_list"] for _, keys in found] == ["tt08-2024", "tt27-2018"]
    told = "\n".join(lines)
    for piece in ("trong: found no features", "layers: danh muc", "No feature has geometry"):
        assert piece in told
    assert len(paste(path).layers[Role.LAND_USE].frame) == 6


def test_a_geodatabase_with_classes_and_a_table(raw: Path) -> None:
    path = write_as(lots(), raw / "lo.gdb", "OpenFileGDB", layer="HienTrang")
    write_as(lots().head(1), path, "OpenFileGDB", layer="QuyHoach", append=True)
    write_as(pd.DataFrame({"ma": ["ODT"]}), path, "OpenFileGDB", layer="DanhMuc", append=True)
    lines = inspect(path)
    assert [keys["layer"] for _, keys in tables(lines)] == ["HienTrang", "QuyHoach"]
    assert "Tables without geometry, which cannot be layers: DanhMuc" in lines
    assert len(paste(path, "land_use").layers[Role.LAND_USE].frame) >= 3


def test_legacy_letters_without_cpg_and_prj(raw: Path) -> None:
    names = ["Nghĩa Dõng", "Tịnh Khê", "Trần Phú"] * 5
    path = write_bytes_shapefile(raw, [to_tcvn3(name).encode("cp1252") for name in names])
    (raw / "lo.prj").unlink()
    lines = inspect(path, around=place_of_units(raw.parent))
    (field,) = (line for line in lines if line.strip().startswith("TEN"))
    assert "Nghĩa Dõng · Tịnh Khê · Trần Phú  [tcvn3 " in field
    assert f'crs = "{CRS}"' in lines


def test_swapped_axes_in_millimetres_become_keys(raw: Path) -> None:
    turned = [shapely.transform(item, lambda at: at[:, ::-1] * 1000) for item in lots().geometry]
    frame = lots().set_geometry(gpd.GeoSeries(turned))
    write_as(frame, raw / "lo.shp", "ESRI Shapefile")
    around = place_of_units(raw.parent)
    ((_, keys),) = tables(inspect(raw / "lo.shp", around=around))
    assert [keys[key] for key in ("crs", "axes", "coordinate_unit")] == [CRS, "yx", "mm"]
    found = paste(raw / "lo.shp", around=around).layers[Role.LAND_USE].frame
    assert found.area.sum() == pytest.approx(lots().area.sum())


def test_an_official_database(raw: Path) -> None:
    package = write_database(raw)
    lines = inspect(package)
    assert tables(lines) == [("databases", {"path": f"raw/{package.name}"})]
    assert any("RanhGioiQuyHoach_A: 2" in line for line in lines)
    data = load(raw.parent, "\n".join(blocks(lines)))
    assert len(data.layers[Role.PLANS].frame) == 2
    # one of its files by itself: outlines are plans although decisions name offices
    files = list(package.rglob("QuyHoach.gpkg"))
    roles = {keys["layer"]: role for role, keys in tables(inspect(files[0]))}
    assert roles["RanhGioiQuyHoach_A"] == "plans"
    assert roles["ChucNangSuDungDat_A"] == "zoning"


# ---- tables and grids --------------------------------------------------------------------------

PEOPLE = [["21010", 2025, 10333, 2921], ["21013", 2025, 18449, 5294]]
HEADER = ["Đơn vị hành chính", "Năm", "Dân số (người)", "Số hộ"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_statistics_of_a_csv(raw: Path, separator: str) -> None:
    rows = [HEADER, *PEOPLE]
    text = "\n".join(separator.join(map(str, row)) for row in rows)
    (raw / "dan_so.csv").write_text(text, encoding="utf-8-sig")
    numbers = {
        (item.unit_code, item.name): item.value for item in paste(raw / "dan_so.csv").statistics
    }
    assert numbers == {
        ("21010", "residents"): 10333, ("21010", "households"): 2921,
        ("21013", "residents"): 18449, ("21013", "households"): 5294,
    }  # fmt: skip


def test_statistics_on_one_of_several_sheets(raw: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Ghi chú"
    sheet.append(["a", "b"])
    sheet.append([1, 2])
    people = book.create_sheet('Dân số "2025"')
    for row in (HEADER, *PEOPLE):
        people.append(row)
    book.create_sheet("Trống")
    book.save(raw / "so_lieu.xlsx")
    lines = inspect(raw / "so_lieu.xlsx")
    ((table, keys),) = tables(lines)
    assert (table, keys["sheet"]) == ("statistics", 'Dân số "2025"')
    assert any(line.startswith("raw/so_lieu.xlsx: Trống: found no rows") for line in lines)
    assert len(paste(raw / "so_lieu.xlsx").statistics) == 4


def test_a_table_that_is_no_statistics_has_no_block(raw: Path) -> None:
    (raw / "chu.csv").write_text("ten,ma\nA,1\n", encoding="utf-8")
    lines = inspect(raw / "chu.csv")
    assert not blocks(lines)
    assert any(line.startswith("Not like statistics") for line in lines)


@pytest.mark.parametrize(
    ("name", "kind", "role"),
    [
        ("mat_do_dan_so_2020.tif", "int16", "population"),
        ("LopPhu2024.tif", "float32", "land_cover"),
        ("x.tif", "uint8", "land_cover"),
        ("x.tif", "float32", "population"),
    ],
)
def test_grids(raw: Path, name: str, kind: str, role: str) -> None:
    place = Affine(100, 0, EAST - 500, 0, -100, NORTH + 1500)
    facts = {"driver": "GTiff", "width": 30, "height": 20, "count": 1, "crs": CRS}
    with rasterio.open(raw / name, "w", dtype=kind, transform=place, **facts) as grid:
        grid.write(np.ones((1, 20, 30), kind))
    lines = inspect(raw / name)
    assert f"Grid: 30 × 20 cells of 100, type {kind}, no data = -" in lines
    assert tables(lines) == [(role, {"path": f"raw/{name}"})]
    assert Role(role) in paste(raw / name).layers


# ---- names and values nobody would choose ------------------------------------------------------

NAMES = [
    "ma \"đất\" của.'lô'", "xuống\ndòng", "a.b c=#[]", "\x1b]0;tên\x07", "back\\slash", "\u202eđảo",
    "đ" * 200, " ", "=1+1", "C1\x9b2J", "🏠", "\u2028",
]  # fmt: skip


@pytest.mark.parametrize("driver", ["GPKG", "GeoJSON"])
def test_fields_of_any_name_come_back_from_the_block(raw: Path, driver: str) -> None:
    """Each name in turn is that of the codes, and all others stand beside it."""
    path = raw / ("lo.gpkg" if driver == "GPKG" else "lo.geojson")
    others = pd.DataFrame({name: ["x", "y", None] for name in NAMES})
    for name in NAMES if driver == "GPKG" else NAMES[:3]:
        frame = gpd.GeoDataFrame(pd.concat([lots()[["geometry"]], others], axis=1), crs=CRS)
        write_as(frame.assign(**{name: list(CODES.values())}), path, driver)
        lines = inspect(path)
        assert all(sign.isprintable() for line in lines for sign in line)
        ((_, keys),) = tables(lines)
        assert keys["fields"]["code"] == name
    found = paste(path).layers[Role.LAND_USE].frame
    assert sorted(found["code"]) == sorted(CODES.values())


def test_what_a_terminal_obeys_is_written_out(raw: Path) -> None:
    evil = ["\x1b[31mđỏ", "\x9b2J", "\u202etrái\r\nxuống"]
    write_as(lots().assign(ten=evil), raw / "lo.gpkg", "GPKG")
    told = "\n".join(inspect(raw / "lo.gpkg"))
    assert all(sign.isprintable() or sign == "\n" for sign in told)
    assert "\\u001b[31mđỏ" in told
    assert "\\u202etrái\\r\\nxuống" in told


def test_legible_is_read_back_by_toml() -> None:
    assert legible("thửa đất 12") == "thửa đất 12"
    assert legible("a\u00a0b") == "a\u00a0b"
    for sign in ("\x1b", "\x7f", "\x9b", "\u202e", "\u2028", "\U000e0001", "\n", "\t"):
        written = legible(f'x = "{sign}"')
        assert sign not in written
        assert tomllib.loads(written) == {"x": sign}


def test_three_hundred_fields(raw: Path) -> None:
    more = pd.DataFrame({f"truong_{number}": ["a", "b", "c"] for number in range(300)})
    write_as(gpd.GeoDataFrame(pd.concat([lots(), more], axis=1)), raw / "lo.gpkg", "GPKG")
    lines = inspect(raw / "lo.gpkg")
    assert "  … and 243 more fields" in lines
    assert len(lines) < 90
    assert len(paste(raw / "lo.gpkg").layers[Role.LAND_USE].frame) == 3


def test_a_field_that_cannot_be_read_hides_no_other(raw: Path) -> None:
    place = shapely.to_geojson(square(0, 0))
    crs = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::5898"}}'
    lot = f'{{"type":"Feature","properties":{{"ma":"ODT","ds":["a","b"]}},"geometry":{place}}}'
    (raw / "lo.geojson").write_text(
        f'{{"type":"FeatureCollection",{crs},"features":[{lot}]}}', encoding="utf-8"
    )
    lines = inspect(raw / "lo.geojson")
    assert any(line.split()[:2] == ["ds", "unreadable"] for line in lines)
    assert tables(lines)[0][1]["fields"] == {"code": "ma"}
    assert len(paste(raw / "lo.geojson").layers[Role.LAND_USE].frame) == 1


# ---- what fields are taken for -----------------------------------------------------------------


def suggested(raw: Path, name: str, **columns: list[Any]) -> tuple[str, dict[str, Any], list[str]]:
    """Role and keys of the block of a layer with these fields, and all that was printed."""
    rows = len(next(iter(columns.values())))
    shapes = [square(110 * n, 0) for n in range(rows)]
    write_as(gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS), raw / f"{name}.gpkg", "GPKG")
    lines = inspect(raw / f"{name}.gpkg")
    ((role, keys),) = tables(lines)
    return role, keys, lines


def test_a_cadastral_layer(raw: Path) -> None:
    role, keys, _ = suggested(
        raw, "HienTrangSDD2019",
        SoTo=[1, 1, 2], SoThua=[1, 2, 1], MDSD2015=["ODT", "CLN", "DGT"], TenXa=["A", "A", "A"],
        DienTich=["100,5", "200", ""], ChuSuDung=["Nguyễn Văn A", "UBND xã", None],
    )  # fmt: skip
    # parcel numbers begin anew on every map sheet: they name no feature
    assert role == "land_use"
    assert keys["fields"] == {"code": "MDSD2015", "declared_area_m2": "DienTich"}
    assert (keys["code_list"], "recognise" in keys) == ("tt27-2018", False)
    data = paste(raw / "HienTrangSDD2019.gpkg")
    assert list(data.layers[Role.LAND_USE].frame["declared_area_m2"].dropna()) == [100.5, 200.0]


def test_an_export_from_a_drawing(raw: Path) -> None:
    role, keys, lines = suggested(
        raw, "QHPK_NghiaAn",
        Entity=["Hatch"] * 3, Layer=["DAT CAY XANH DVO", "DAT O MOI", "3 LE DUONG"],
        Color=[3, 2, 8], RefName=[None] * 3, DocName=["QHPK.dwg"] * 3,
    )  # fmt: skip
    assert role == "zoning"
    assert keys["fields"] == {"code": "Layer"}
    assert keys["recognise"] is True
    assert '# set = { plan_id = "..." }' in lines
    found = paste(raw / "QHPK_NghiaAn.gpkg").layers[Role.ZONING].frame
    assert sorted(found["code"]) == ["HTXH_CayxanhCC", "O_Nhomnhao"]


def test_fields_cut_to_ten_letters(raw: Path) -> None:
    role, keys, _ = suggested(
        raw, "ranh_gioi_quy_hoach",
        maDoiTuong=["x1", "x2"], maHoSoQH=["51QPK0010001", "51QPK0010002"],
        tendoituon=["Phân khu 1", "Phân khu 2"], ngaypheduy=["30/6/2021", "2018-01-02"],
        soquyetdin=["12/QĐ-UBND", None], loaiquyhoa=["phân khu", "chung"],
    )  # fmt: skip
    assert role == "plans"
    assert keys["fields"] == {
        "feature_id": "maDoiTuong", "plan_id": "maHoSoQH", "name": "tendoituon",
        "kind": "loaiquyhoa", "decision": "soquyetdin", "approved": "ngaypheduy",
    }  # fmt: skip
    frame = paste(raw / "ranh_gioi_quy_hoach.gpkg").layers[Role.PLANS].frame
    assert list(frame["kind"]) == ["zoning", "general"]
    assert [str(day.date()) for day in frame["approved"]] == ["2021-06-30", "2018-01-02"]


def test_roads_with_widths_that_are_no_numbers(raw: Path) -> None:
    lines_on_ground = [LineString([(EAST, NORTH + n), (EAST + 50, NORTH + n)]) for n in (0, 9)]
    columns = {"Ten_Duong": ["Lê Lợi", None], "LoGioi": ["13,5", "7+15+7"], "B_Rong": [13.5, 29.0]}
    frame = gpd.GeoDataFrame(columns, geometry=lines_on_ground, crs=CRS)
    write_as(frame, raw / "TimDuong.gpkg", "GPKG")
    ((role, keys),) = tables(inspect(raw / "TimDuong.gpkg"))
    assert role == "roads"
    assert keys["fields"] == {"name": "Ten_Duong", "width_m": "B_Rong"}
    assert list(paste(raw / "TimDuong.gpkg").layers[Role.ROADS].frame["width_m"]) == [13.5, 29.0]
    # without the other field the planner is told why this one was left out
    write_as(frame.drop(columns="B_Rong"), raw / "TimDuong.gpkg", "GPKG")
    told = "\n".join(inspect(raw / "TimDuong.gpkg"))
    assert (
        "# width_m: field «LoGioi» has the right name, but values that cannot be used: «7+15+7»"
        in told
    )


def test_values_that_need_a_translation(raw: Path) -> None:
    role, keys, lines = suggested(
        raw, "nha_o", SoTang=[1, 2, 12], cong_nang=['ở "riêng lẻ"', "kinh doanh", None]
    )
    assert role == "buildings"
    assert keys["fields"] == {"floors": "SoTang"}
    (hint,) = (line for line in lines if line.startswith("# use: "))
    (example,) = (part for part in hint.split(", each ") if "values = " in part)
    written = example[example.index("values = ") :].replace('"..."', '"residential"')
    added = 'use = "cong_nang"'
    (block,) = blocks(lines)
    text = block.replace("fields = { ", f"fields = {{ {added}, ").replace(hint, written)
    frame = load(raw.parent, text).layers[Role.BUILDINGS].frame
    assert list(frame["use"]) == ["residential", "residential", ""]


def test_required_columns_that_are_missing_are_named(raw: Path) -> None:
    role, _, lines = suggested(raw, "cay_xanh", Ten=["Công viên A", "Vườn hoa B"])
    assert role == "green"
    assert any(line.startswith("# missing, required: kind") for line in lines)
    (block,) = blocks(lines)
    with pytest.raises(PlanDataError):
        load(raw.parent, block)
    frame = load(raw.parent, block + 'set = { kind = "public" }\n').layers[Role.GREEN].frame
    assert list(frame["name"]) == ["Công viên A", "Vườn hoa B"]


def test_units_by_their_names(raw: Path) -> None:
    shapes = [square(0, 0, 1000), square(1000, 0, 1000)]
    official = ["Phường Lê Hồng Phong", "Xã Tịnh Khê"]
    cases: list[tuple[dict[str, list[Any]], dict[str, str]]] = [
        (
            {"Ma": ["21010", "21025"], "Ten": official},
            {"feature_id": "Ma", "code": "Ma", "name": "Ten", "kind": "Ten"},
        ),
        # the office's own numbers are no codes of units: the list of the state has them
        ({"Ma": ["1", "2"], "Ten": official}, {"name": "Ten", "kind": "Ten"}),
        ({"Ten": ["Lê Hồng Phong", "Tịnh Khê"]}, {"name": "Ten"}),
        (
            {"Ma": ["21010", "21025"], "Ten": ["P. Lê Hồng Phong", "X. Tịnh Khê"]},
            {"feature_id": "Ma", "code": "Ma", "name": "Ten"},
        ),
    ]
    for columns, fields in cases:
        write_as(gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS), raw / "u.gpkg", "GPKG")
        lines = inspect(raw / "u.gpkg")
        ((role, keys),) = tables(lines)
        assert (role, keys["fields"]) == ("units", fields)
        text = "\n".join(blocks(lines)).replace("[[layers.units]]", "[layers.units]")
        frame = load(raw.parent, text).layers[Role.UNITS].frame
        assert list(frame["kind"]) == ["ward", "commune"]


def test_numbers_of_lots_are_no_classes(raw: Path) -> None:
    """«CX-001» reads like a class, but a field that names every feature is not one."""
    role, keys, _ = suggested(
        raw, "bai_do_xe", id=[f"P-{n:03d}" for n in range(30)], ten=[f"Bãi {n}" for n in range(30)]
    )
    assert role == "parking"
    assert keys["fields"] == {"feature_id": "id", "name": "ten"}


def test_an_empty_field_is_no_field(raw: Path) -> None:
    role, keys, lines = suggested(raw, "lo_dat", description=[None, None], NgayDuyet=["", " "])
    assert role == "zoning"
    assert "fields" not in keys
    assert any(line.startswith("# missing, required: code") for line in lines)


def test_houses_with_floors_are_buildings_though_their_uses_read_like_functions(raw: Path) -> None:
    uses, floors = ["o", "kinh doanh", "o"], [1, 3, 2]
    role, keys, _ = suggested(raw, "nha", so_tang=floors, cong_nang=uses)
    assert (role, keys["fields"]["floors"]) == ("buildings", "so_tang")


def test_points(raw: Path) -> None:
    columns = {"Loai": ["school", "market"], "TenCongTrinh": ["Trường A", "Chợ B"]}
    places = [Point(EAST + 10, NORTH + 10), Point(EAST + 20, NORTH + 20)]
    write_as(gpd.GeoDataFrame(columns, geometry=places, crs=CRS), raw / "tien_ich.gpkg", "GPKG")
    ((role, keys),) = tables(inspect(raw / "tien_ich.gpkg"))
    assert role == "facilities"
    assert keys["fields"] == {"kind": "Loai", "name": "TenCongTrinh"}
    assert len(paste(raw / "tien_ich.gpkg").layers[Role.FACILITIES].frame) == 2


def test_words_of_names() -> None:
    assert split_name("HienTrang_SDD2025") == "hien trang sdd 2025"
    assert split_name("Ranh giới quy hoạch") == "ranh gioi quy hoach"
    found = longest_words("ranh gioi quy hoach 2021")
    assert found["plans"] == len("ranh gioi quy hoach")
    assert found["zoning"] == 0
    assert longest_words("ranhgioihanhchinh")["units"] == len("ranh gioi hanh chinh")
    assert longest_words("thinh an")["land_use"] == 0
    assert match_names(["so tang", "tang cao"], ["TangCao", "SoTang", "Tang"]) == [
        "SoTang", "TangCao",
    ]  # fmt: skip
    # ten letters or more before it could be a name that was cut
    assert match_names(["ten doi tuong"], ["tendoituo", "tendoituon"]) == ["tendoituon"]


def test_words_speak_of_columns_there_are() -> None:
    for role, shape in ROLE_FIELDS.items():
        assert set(words_of(role)) <= {"", "feature_id", *shape.names}, role
        assert words_of(role)[""], role
    for role in RASTER_ROLES:
        assert words_of(role)[""]
    assert set(words_of("statistics")) == {"unit_code", "year", *STATISTICS}


# ---- the command -------------------------------------------------------------------------------


def test_a_file_that_cannot_be_read_is_one_line(raw: Path) -> None:
    for name, content, piece in (
        ("x.gpkg", b"", "an empty file"),
        ("y.gpkg", b"abc", "not GeoPackage"),
        ("z.zip", b"PK\3\4", "unreadable"),
        ("e.xlsx", b"abc", "unreadable"),
        ("t.tif", b"abc", "not GeoTIFF"),
        ("v.vrt", b"<a/>", "points to data elsewhere"),
        ("d.dwg", b"AC1027", "DWG"),
        ("d.dxf", b"abc", "not DXF"),
        ("o.pbf", b"abc", "OpenStreetMap"),
        ("n.geojson", b'{"type":"FeatureCollection","features":[', "unreadable"),
        ("README.md", b"# x", ".gpkg, "),
        ("so_lieu.xls", b"\xd0\xcf\x11\xe0", ".xlsx"),
    ):
        (raw / name).write_bytes(content)
        line = problem_of(raw / name)
        assert piece in line
        assert "\n" not in line
    (raw / "thu muc").mkdir()
    assert "no planning database" in problem_of(raw / "thu muc")
    write_as(pd.DataFrame({"a": [1]}), raw / "bang.gpkg", "GPKG", layer="bang")
    assert "no layer" in problem_of(raw / "bang.gpkg")
    write_as(lots().head(0), raw / "rong.gpkg", "GPKG")
    assert "no features" in problem_of(raw / "rong.gpkg")
    write_project(raw.parent, "")
    for name in ("y.gpkg", "khong co.gpkg"):
        for lang in ("vi", "en", "both"):
            said = run(str(raw / name), "--lang", lang, "--project", str(raw.parent))
            assert (said.exit_code, said.output.count("\n")) == (2, 1)
            assert name in said.output


@pytest.mark.skipif(os.name == "nt", reason="names of files are Unicode there")
def test_a_file_name_that_is_no_text(raw: Path) -> None:
    write_as(lots(), raw / "lo.gpkg", "GPKG")
    strange = Path(os.fsdecode(os.fsencode(raw) + b"/h\xc4\xe5.gpkg"))
    try:
        shutil.copy(raw / "lo.gpkg", strange)
    except OSError:
        pytest.skip("this file system has no such names")
    assert "rename the file" in problem_of(strange)


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["inspect", *words])


def test_the_command_in_a_project_and_elsewhere(
    raw: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw(raw / "ve.dxf")
    write_project(raw.parent, "")
    monkeypatch.chdir(raw.parent)
    said = run("raw/ve.dxf", "--lang", "vi")
    assert (said.exit_code, said.stderr) == (0, "")
    assert 'path = "raw/ve.dxf"' in said.stdout
    assert f'\ncrs = "{CRS}"\n' in said.stdout
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    beside = run(str(raw / "ve.dxf"), "--project", str(raw.parent), "--lang", "en")
    assert 'path = "raw/ve.dxf"' in beside.stdout
    assert f'\ncrs = "{CRS}"\n' in beside.stdout
    without = run(str(raw / "ve.dxf"), "--lang", "en")
    assert 'path = "data/raw/ve.dxf"' in without.stdout
    assert "Not certain" in without.stdout
    lost = run(str(raw / "ve.dxf"), "--project", "nowhere", "--lang", "en")
    assert (lost.exit_code, lost.stdout, lost.stderr.count("\n")) == (2, "", 1)


def test_a_project_that_is_not_ready_is_said_and_not_needed(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_as(lots(), raw / "lo.gpkg", "GPKG")
    write_project(raw.parent, "")
    (raw.parent / "units.gpkg").unlink()
    monkeypatch.chdir(raw.parent)
    said = run("raw/lo.gpkg", "--lang", "en")
    assert said.exit_code == 0
    assert said.stderr.startswith("The project here cannot be used")
    assert tables(said.stdout.splitlines())[0][1]["path"] == "raw/lo.gpkg"
    vietnamese, english = run("raw/lo.gpkg").stderr.splitlines()
    assert english == said.stderr.strip()
    assert vietnamese.startswith("Không dùng được dự án ở đây")
    assert "found" not in vietnamese


def test_both_languages_print_one_block(raw: Path) -> None:
    write_as(lots(), raw / "lo.gpkg", "GPKG")
    both, english = inspect(raw / "lo.gpkg", "both"), inspect(raw / "lo.gpkg", "en")
    assert tables(both) == tables(english)
    assert any(line.startswith("Hệ tọa độ: ") for line in both)
    assert any(line.startswith("Coordinate system: ") for line in both)
    assert "Đối tượng / Features: 3 (Polygon 3)" in both


# ---- real files --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "role", "fields"),
    [
        (
            "development_projects.geojson",
            "projects",
            {"feature_id": "OBJECTID", "name": "Ten_du_an"},
        ),
        ("zoning_plan_outlines.gpkg", "plans", {"feature_id": "plan", "plan_id": "plan"}),
        ("zoning_plans/QHPK_SDD_NghiaAn_2021.geojson", "zoning", {"code": "description"}),
    ],
)
def test_files_of_the_city(name: str, role: str, fields: dict[str, str]) -> None:
    path = SHARED / "quang_ngai" / name
    if not path.exists():
        pytest.skip("the files of the city are not here")
    ((found, keys),) = tables(inspect(path))
    assert (found, keys["fields"]) == (role, fields)


def test_the_sample_city_is_understood(sample_city: Path) -> None:
    """Every layer as the project file at the root declares it (tokens in other words left out)."""
    declared = tomllib.loads((ROOT / "project.toml").read_text(encoding="utf-8"))["layers"]
    for role in ("units", "plans", "projects", "general_plan", "green", "parking"):
        source = declared[role]
        found, keys = tables(inspect(sample_city / Path(source["path"]).name))[0]
        assert (found, keys["fields"]) == (role, source["fields"])
