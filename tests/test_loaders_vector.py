"""One small real file per format, and every way a vector file can be unusable."""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
import tempfile
from functools import cache
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from shapely.geometry import Polygon, box

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders import load_layers
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.model.data import Dataset, Role
from urbanplan_gis.project import load_project

CRS = "EPSG:5898"
EAST, NORTH = 585_000.0, 1_672_000.0
UNITS = """
[layers.units]
path = "units.gpkg"
fields = { code = "ma", name = "ten", kind = "loai" }
"""


def square(x: float, y: float, size: float = 100.0) -> Polygon:
    """A square ``x``, ``y`` metres from the corner of the first unit."""
    return box(EAST + x, NORTH + y, EAST + x + size, NORTH + y + size)


@cache
def units_file() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.gpkg"
        gpd.GeoDataFrame(
            {"ma": ["21010", "21013"], "ten": ["Phường A", "Xã B"], "loai": ["Phường", "Xã"]},
            geometry=[square(0, 0, 1000), square(1000, 0, 1000)],
            crs=CRS,
        ).to_file(path)
        return path.read_bytes()


def write_project(folder: Path, layers: str, as_of: str = "2025-06-30") -> Path:
    """Two units of 1 km² side by side, and the layers of the test."""
    if not (folder / "units.gpkg").exists():
        (folder / "units.gpkg").write_bytes(units_file())
    text = f'[project]\nname = "Thử"\nas_of = {as_of}\nboundaries = "2014"\n{layers}'
    if "[layers.units]" not in layers:
        text += UNITS
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, layers: str, as_of: str = "2025-06-30") -> Dataset:
    return load_layers(load_project(write_project(folder, layers, as_of)))


def refuse(folder: Path, layers: str, *pieces: str) -> str:
    """The one line of the one problem, which must hold the pieces."""
    with pytest.raises(PlanDataError) as caught:
        load(folder, layers)
    assert len(caught.value.problems) == 1
    for lang in ("vi", "en", "both"):
        line = caught.value.problems[0].line(lang)
        assert "\n" not in line
        for piece in pieces:
            assert piece in line
    return caught.value.problems[0].line("en")


def parcels(**columns: object) -> gpd.GeoDataFrame:
    data = {"ma": ["ODT", "DGT"], "thua": ["a", "b"], **columns}
    return gpd.GeoDataFrame(data, geometry=[square(0, 0), square(200, 0, 50)], crs=CRS)


LAND_USE = """
[layers.land_use]
path = "{0}"
fields = {{ code = "ma", feature_id = "thua" }}
code_list = "tt27-2018"
"""


def write(frame: gpd.GeoDataFrame, path: Path) -> None:
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_file(path)


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "fgb", "parquet"])
def test_every_format_gives_the_same_layer(tmp_path: Path, suffix: str) -> None:
    write(parcels(), tmp_path / f"lu.{suffix}")
    before = {file.name for file in tmp_path.iterdir()}
    data = load(tmp_path, LAND_USE.format(f"lu.{suffix}"))
    layer = data.layers[Role.LAND_USE]
    frame = layer.frame
    assert list(frame.columns) == [
        "feature_id", "source", *ROLE_FIELDS[Role.LAND_USE].names, "geometry",
    ]  # fmt: skip
    by_id = frame.set_index("feature_id")
    assert by_id["code"].to_dict() == {"a": "ODT", "b": "DGT"}
    assert set(frame["code_list"]) == {"tt27-2018"}
    assert set(frame["source_value"]) == {"ODT", "DGT"}
    assert by_id.area.to_dict() == {"a": 10_000.0, "b": 2_500.0}
    assert frame.crs.to_epsg() == 5898
    assert frame["priority"].dtype == "int64"
    assert frame["approved"].dtype == "datetime64[ms]"
    assert frame["approved"].isna().all()
    origin = layer.origins[0]
    assert origin.path == f"lu.{suffix}"
    assert origin.crs == "EPSG:5898"
    assert "as stated, and the coordinates fall into the area" in origin.crs_reason
    assert origin.encoding == "UTF-8"
    if suffix != "shp":
        content = (tmp_path / f"lu.{suffix}").read_bytes()
        assert origin.sha256 == hashlib.sha256(content).hexdigest()
    assert not data.findings
    assert data.counts[-1] == data.counts[-1].__class__("lu", "land_use", 2, 2, 0)
    made = {"project.toml", "units.gpkg"}
    assert {file.name for file in tmp_path.iterdir()} == before | made


def test_coordinates_in_the_project_crs_are_untouched_bit_for_bit(tmp_path: Path) -> None:
    odd = Polygon([(EAST + 0.1, NORTH + 1 / 3), (EAST + 7.7, NORTH), (EAST + 3, NORTH + 9.99)])
    frame = gpd.GeoDataFrame({"ma": ["ODT"], "thua": ["x"]}, geometry=[odd], crs=CRS)
    frame.to_file(tmp_path / "lu.gpkg")
    loaded = load(tmp_path, LAND_USE.format("lu.gpkg")).layers[Role.LAND_USE].frame
    assert loaded.geometry.iloc[0].wkb == odd.wkb


def test_heights_are_dropped_quietly(tmp_path: Path) -> None:
    frame = parcels()
    frame["geometry"] = shapely.force_3d(frame.geometry.to_numpy(), 5.0)
    frame.to_file(tmp_path / "lu.gpkg")
    data = load(tmp_path, LAND_USE.format("lu.gpkg"))
    assert not data.layers[Role.LAND_USE].frame.has_z.any()
    assert not data.findings


def test_hash_of_a_shapefile_covers_its_parts(tmp_path: Path) -> None:
    write(parcels(), tmp_path / "lu.shp")
    one = load(tmp_path, LAND_USE.format("lu.shp")).layers[Role.LAND_USE].origins[0].sha256
    with (tmp_path / "lu.dbf").open("r+b") as file:
        file.seek(-3, 2)
        file.write(b"c")
    two = load(tmp_path, LAND_USE.format("lu.shp")).layers[Role.LAND_USE].origins[0].sha256
    assert one != two


def test_shapefile_text_follows_the_cpg_then_the_key(tmp_path: Path) -> None:
    write(parcels(ten=["Tịnh Khê", "Nghĩa Dõng"]), tmp_path / "p.shp")
    layers = '[layers.parking]\npath = "p.shp"\nfields = { name = "ten" }\n'
    frame = load(tmp_path, layers).layers[Role.PARKING].frame
    assert list(frame["name"]) == ["Tịnh Khê", "Nghĩa Dõng"]
    (tmp_path / "p.cpg").unlink()
    layer = load(tmp_path, layers).layers[Role.PARKING]
    assert (layer.frame["name"][0], layer.origins[0].encoding) == ("Tịnh Khê", "UTF-8")
    (tmp_path / "p.cpg").write_text("nonsense")
    refuse(tmp_path, layers, "p.shp", "p.cpg", "nonsense")
    (tmp_path / "p.cpg").write_text("1252")
    mended = load(tmp_path, layers)
    assert mended.layers[Role.PARKING].frame["name"][0] == "Tịnh Khê"
    assert [finding.code for finding in mended.findings] == ["text_decoded"]
    told = layers + 'text = { ten = "unicode" }\n'
    assert load(tmp_path, told).layers[Role.PARKING].frame["name"][0] != "Tịnh Khê"
    told = layers + 'encoding = "utf-8"\n'
    assert load(tmp_path, told).layers[Role.PARKING].frame["name"][0] == "Tịnh Khê"


def test_shapefile_text_in_cp1258_is_composed(tmp_path: Path) -> None:
    from unicodedata import normalize

    frame = parcels(ten=["@" * 20, "x"])
    frame.to_file(tmp_path / "p.shp")
    (tmp_path / "p.cpg").unlink()
    data = (tmp_path / "p.dbf").read_bytes()
    legacy = "Phươ\u0300ng".encode("cp1258").ljust(20)
    assert data.count(b"@" * 20) == 1
    (tmp_path / "p.dbf").write_bytes(data.replace(b"@" * 20, legacy))
    layers = '[layers.parking]\npath = "p.shp"\nfields = { name = "ten" }\nencoding = "1258"\n'
    layer = load(tmp_path, layers).layers[Role.PARKING]
    assert layer.frame["name"][0] == normalize("NFC", "Phường")
    assert layer.origins[0].encoding == "cp1258"
    guessed = load(tmp_path, layers.replace('encoding = "1258"', ""))
    assert [finding.code for finding in guessed.findings] == ["text_decoded"]
    assert guessed.layers[Role.PARKING].frame["name"][0] == normalize("NFC", "Phường")
    assert guessed.layers[Role.PARKING].origins[0].encoding == "cp1252; ten: cp1258"


def test_layer_must_be_there_and_be_chosen(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg", layer="mot")
    one = LAND_USE.format("lu.gpkg")
    assert load(tmp_path, one).layers[Role.LAND_USE].origins[0].layer == "mot"
    parcels().to_file(tmp_path / "lu.gpkg", layer="hai")
    refuse(tmp_path, one, "lu.gpkg", "mot", "hai")
    assert load(tmp_path, one + 'layer = "hai"\n').layers[Role.LAND_USE].origins[0].layer == "hai"
    refuse(tmp_path, one + 'layer = "ba"\n', "lu.gpkg", "'ba'", "mot", "hai")


def test_missing_field_lists_those_there_are(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg", layer="hien_trang")
    layers = LAND_USE.format("lu.gpkg").replace('"ma"', '"MALOAI"')
    refuse(tmp_path, layers, "lu.gpkg", "hien_trang", "MALOAI", "ma, thua")


def test_feature_number_can_be_the_id(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg")
    layers = LAND_USE.format("lu.gpkg").replace('"thua"', '"fid"')
    assert list(load(tmp_path, layers).layers[Role.LAND_USE].frame["feature_id"]) == ["1", "2"]


@pytest.mark.parametrize("suffix", ["gpkg", "shp", "geojson", "fgb", "parquet"])
@pytest.mark.parametrize("damage", ["empty", "half", "most", "other"])
def test_damaged_files_are_refused_in_one_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], suffix: str, damage: str
) -> None:
    frame = gpd.GeoDataFrame(
        {"ma": ["ODT"] * 40, "thua": [str(n) for n in range(40)]},
        geometry=[square(n, n) for n in range(40)],
        crs=CRS,
    )
    path = tmp_path / f"lu.{suffix}"
    write(frame, path)
    whole = path.read_bytes()
    cut = {
        "empty": b"",
        "half": whole[: len(whole) // 2],
        "most": whole[: len(whole) * 97 // 100],
        "other": b"<html>not found</html>",
    }
    path.write_bytes(cut[damage])
    refuse(tmp_path, LAND_USE.format(path.name), path.name)
    shown = capfd.readouterr()
    assert not shown.out
    assert not shown.err


def test_a_bad_page_in_a_geopackage_is_found(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"ma": ["ODT"] * 3000, "thua": [str(n) for n in range(3000)]},
        geometry=[square(0, 0)] * 3000,
        crs=CRS,
    )
    frame.to_file(tmp_path / "lu.gpkg")
    content = bytearray((tmp_path / "lu.gpkg").read_bytes())
    start = len(content) * 2 // 5
    content[start : start + 20_000] = bytes(20_000)
    (tmp_path / "lu.gpkg").write_bytes(content)
    refuse(tmp_path, LAND_USE.format("lu.gpkg"), "lu.gpkg")


def test_a_cut_flatgeobuf_names_the_record(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"ma": ["ODT"] * 40, "thua": ["x"] * 40}, geometry=[square(0, 0)] * 40, crs=CRS
    )
    frame.to_file(tmp_path / "lu.fgb")
    content = (tmp_path / "lu.fgb").read_bytes()
    (tmp_path / "lu.fgb").write_bytes(content[:-10])
    line = refuse(tmp_path, LAND_USE.format("lu.fgb"), "lu.fgb")
    assert "record" in line


def test_shapefile_parts_and_unknown_formats(tmp_path: Path) -> None:
    write(parcels(), tmp_path / "lu.shp")
    for suffix in (".dbf", ".shx"):
        kept = (tmp_path / f"lu{suffix}").read_bytes()
        (tmp_path / f"lu{suffix}").unlink()
        refuse(tmp_path, LAND_USE.format("lu.shp"), "lu.shp", suffix)
        (tmp_path / f"lu{suffix}").write_bytes(kept)
    (tmp_path / "lu.doc").write_text("<kml/>")
    refuse(tmp_path, LAND_USE.format("lu.doc"), "lu.doc", ".gpkg")
    (tmp_path / "lu.vrt.gpkg").write_text("<OGRVRTDataSource/>")
    refuse(tmp_path, LAND_USE.format("lu.vrt.gpkg"), "lu.vrt.gpkg")
    latin = '{"type":"FeatureCollection","features":[],"name":"é"}'.encode("latin-1")
    (tmp_path / "lu.geojson").write_bytes(latin)
    refuse(tmp_path, LAND_USE.format("lu.geojson"), "lu.geojson", "UTF-8")


def test_no_features_and_open_edits_are_refused(tmp_path: Path) -> None:
    parcels().head(0).to_file(tmp_path / "lu.gpkg", layer="hien_trang")
    refuse(tmp_path, LAND_USE.format("lu.gpkg"), "lu.gpkg", "hien_trang")
    parcels().to_file(tmp_path / "lu2.gpkg")
    (tmp_path / "lu2.gpkg-wal").write_bytes(b"edits")
    refuse(tmp_path, LAND_USE.format("lu2.gpkg"), "lu2.gpkg", "lu2.gpkg-wal")


def test_reading_a_write_ahead_geopackage_leaves_nothing_beside_it(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg")
    database = sqlite3.connect(tmp_path / "lu.gpkg")
    database.execute("pragma journal_mode=wal")
    database.close()
    load(tmp_path, LAND_USE.format("lu.gpkg"))
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "lu.gpkg", "project.toml", "units.gpkg",
    ]  # fmt: skip


def test_repeated_and_missing_ids(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"ma": ["ODT"] * 5, "thua": ["a", "a", "a#2", None, "a"]},
        geometry=[square(200 * n, 0) for n in range(5)],
        crs=CRS,
    )
    frame.to_file(tmp_path / "lu.gpkg")
    data = load(tmp_path, LAND_USE.format("lu.gpkg"))
    ids = list(data.layers[Role.LAND_USE].frame["feature_id"])
    assert ids == ["a", "a#3", "a#2", "lu:4", "a#4"]
    found = {item.code: item.feature_ids for item in data.findings}
    assert found == {"duplicate_id": ("a", "a#3", "a#4"), "missing_id": ("lu:4",)}


def test_ids_carry_the_source_only_where_several_feed_a_role(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "mot.gpkg")
    parcels().to_file(tmp_path / "hai.gpkg")
    table = LAND_USE.replace("[layers.land_use]", "[[layers.land_use]]")
    data = load(tmp_path, table.format("mot.gpkg") + table.format("hai.gpkg"))
    assert list(data.layers[Role.LAND_USE].frame["feature_id"]) == [
        "mot:a", "mot:b", "hai:a", "hai:b",
    ]  # fmt: skip
    assert len(data.layers[Role.LAND_USE].origins) == 2


def test_sources_are_chosen_by_date(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "cu.gpkg")
    parcels().head(1).to_file(tmp_path / "moi.gpkg")
    table = LAND_USE.replace("[layers.land_use]", "[[layers.land_use]]")
    layers = table.format("cu.gpkg") + "valid_from = 2022-01-01\nvalid_to = 2025-01-01\n"
    layers += table.format("moi.gpkg") + "valid_from = 2025-01-01\n"
    for day, source in (("2024-12-31", "cu"), ("2025-01-01", "moi")):
        frame = load(tmp_path, layers, day).layers[Role.LAND_USE].frame
        assert set(frame["source"]) == {source}
        assert frame["feature_id"].iloc[0] == "a"
    frame = load(tmp_path, layers).layers[Role.LAND_USE].frame
    assert frame["approved"].iloc[0] == pd.Timestamp("2025-01-01")
    early = load(tmp_path, layers, "2020-01-01")
    assert Role.LAND_USE not in early.layers
    assert [(item.code, item.severity) for item in early.findings] == [
        ("no_source_at_date", "info")
    ]


def test_dates_of_every_kind(tmp_path: Path) -> None:
    days = ["2021-06-30", "30/6/2021", "30-06-2021 00:00", None]
    frame = gpd.GeoDataFrame(
        {
            "id": list("abcd"),
            "ngay": days,
            "moc": pd.to_datetime(["2021-06-30T00:00:00+07:00"] * 4),
        },
        geometry=[square(200 * n, 0) for n in range(4)],
        crs=CRS,
    )
    frame.to_file(tmp_path / "p.gpkg")
    layers = """
    [layers.plans]
    path = "p.gpkg"
    fields = { plan_id = "id", approved = "ngay", revoked = "moc" }
    """
    plans = load(tmp_path, layers).layers[Role.PLANS].frame
    day = pd.Timestamp(dt.date(2021, 6, 30))
    assert plans["approved"].tolist()[:3] == [day] * 3
    assert plans["approved"].isna().iloc[3]
    assert plans["revoked"].tolist() == [day] * 4
    assert set(plans["kind"]) == {"zoning"}


BAD_VALUES = [
    ("floors", "integer", "hai", "number"),
    ("floors", "integer", "2.5", "whole number"),
    ("use", "code", "xưởng", "residential, other"),
]


@pytest.mark.parametrize(("column", "kind", "value", "expected"), BAD_VALUES)
def test_unreadable_values_name_file_layer_field_row_and_value(
    tmp_path: Path, column: str, kind: str, value: str, expected: str
) -> None:
    frame = gpd.GeoDataFrame(
        {"gia_tri": [None, value]}, geometry=[square(0, 0), square(200, 0)], crs=CRS
    )
    frame.to_file(tmp_path / "nha.gpkg", layer="nha_o")
    layers = f'[layers.buildings]\npath = "nha.gpkg"\nfields = {{ {column} = "gia_tri" }}\n'
    line = refuse(tmp_path, layers, "nha.gpkg", "nha_o", "gia_tri", f"'{value}'", "2")
    assert "row 2" in line
    assert expected in line


def test_several_problems_are_reported_together(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"id": ["a"], "ngay": ["2021"], "nam": ["sau"]}, geometry=[square(0, 0)], crs=CRS
    )
    frame.to_file(tmp_path / "p.gpkg")
    layers = """
    [layers.plans]
    path = "p.gpkg"
    fields = { plan_id = "id", approved = "ngay", horizon_year = "nam" }
    [layers.roads]
    path = "p.gpkg"
    """
    with pytest.raises(PlanDataError) as caught:
        load(tmp_path, layers)
    lines = [problem.line("en") for problem in caught.value.problems]
    assert len(lines) == 3
    assert "ngay" in lines[0]
    assert "year" in lines[0]
    assert "nam" in lines[1]
    assert "lines" in lines[2]


def test_declarations_are_checked(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg")
    layers = LAND_USE.format("lu.gpkg")
    refuse(tmp_path, layers.replace("code =", "codde = 'thua', code ="), "codde", "sub_use")
    refuse(tmp_path, layers.replace('code = "ma",', ""), "land_use", "fields.code")
    refuse(tmp_path, layers.replace("tt27-2018", "tt99"), "tt99", "tt27-2018")
    refuse(tmp_path, layers.replace('code_list = "tt27-2018"', ""), "land_use", "tt27-2018")
    refuse(tmp_path, layers + "set = { source_value = 'x' }\n", "set.source_value", "approved")


def test_parquet_without_geometry_is_refused(tmp_path: Path) -> None:
    pd.DataFrame({"ma": ["ODT"], "thua": ["a"]}).to_parquet(tmp_path / "lu.parquet")
    refuse(tmp_path, LAND_USE.format("lu.parquet"), "lu.parquet", "GeoParquet")


def test_a_date_that_is_none(tmp_path: Path) -> None:
    frame = parcels(ngay=["2020-01-01", "31/2/2020"])
    frame.to_file(tmp_path / "lu.gpkg", layer="hien_trang")
    layers = LAND_USE.format("lu.gpkg").replace('"thua"', '"thua", approved = "ngay"')
    refuse(tmp_path, layers, "lu.gpkg", "hien_trang", "ngay", "2", "'31/2/2020'")


def test_a_geopackage_with_text_of_another_encoding_is_refused(tmp_path: Path) -> None:
    parcels().to_file(tmp_path / "lu.gpkg", layer="hien_trang")
    content = (tmp_path / "lu.gpkg").read_bytes()
    assert content.count(b"ODT") == 1
    (tmp_path / "lu.gpkg").write_bytes(content.replace(b"ODT", "Đ".encode("cp1258") + b"\xfe\xfe"))
    refuse(tmp_path, LAND_USE.format("lu.gpkg"), "lu.gpkg", "hien_trang", "ma", "UTF-8")
