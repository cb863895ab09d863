"""Official planning databases: written and read back, opened from others, every fault found."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import pytest
import shapely
from pyproj import CRS
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders import load_layers
from urbanplan_gis.loaders.features import load_features
from urbanplan_gis.loaders.planning.checks import check_database
from urbanplan_gis.loaders.planning.classes import database_sources, legend_codes
from urbanplan_gis.loaders.planning.database import PlanningDatabase, open_database
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.loaders.source_file import SourceFile
from urbanplan_gis.loaders.stages import read_stage
from urbanplan_gis.model.data import Dataset, Finding, Layer, Origin, Role, Severity, Statistic
from urbanplan_gis.outputs.tt16_package import tell_left_out, write_package
from urbanplan_gis.project import LayerSource, load_project
from urbanplan_gis.quality.order import feature_rank
from urbanplan_gis.standards import tt16
from urbanplan_gis.standards.codes import code_lists

SYSTEM = "EPSG:5898"
EAST, NORTH = 585_000.123456789, 1_672_000.987654321
DOSSIER, INFORMATION = "51QPK0010001", "512521012345"
OGRINFO = shutil.which("ogrinfo")
ATTRIBUTES = {
    "maThongTinQH": 15,
    "maHoSoQH": 15,
    "maDoiTuong": 100,
    "tenDoiTuong": 100,
    "phanLoai": 250,
    "ghiChu": 250,
}


@pytest.fixture(scope="module", autouse=True)
def unsynchronised() -> Iterator[None]:
    """The databases of this module need not survive a power cut."""
    pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})
    yield
    pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": None})


def ground(x: float, y: float, wide: float = 100.0, high: float = 100.0) -> Polygon:
    return box(EAST + x, NORTH + y, EAST + x + wide, NORTH + y + high)


def park() -> MultiPolygon:
    """Two parts, the first with a hole."""
    outer, inner = ground(0, 0), ground(20, 20, 30, 30)
    return MultiPolygon([Polygon(outer.exterior, [inner.exterior]), ground(300, 0, 50, 50)])


def layer(role: Role, geometry: list[Any], **columns: Any) -> Layer:
    """A conformed layer: columns of the role in their order and types, nulls where not given."""
    count = len(geometry)
    table: dict[str, Any] = {
        "feature_id": pd.Series([f"{role}-{n}" for n in range(count)], dtype="str"),
        "source": pd.Series([str(role)] * count, dtype="str"),
    }
    dtypes = {"number": "float64", "date": "datetime64[ms]", "flag": "bool"}
    for field in ROLE_FIELDS[role].fields:
        dtype = dtypes.get(field.type, "str")
        if field.type == "integer":
            dtype = "Int64" if field.default is None else "int64"
        blank = None if field.default is None else field.default
        given = columns.get(field.name, [blank] * count)
        table[field.name] = pd.Series(given, dtype="str" if dtype == "str" else object).astype(
            dtype
        )
    return Layer(role, gpd.GeoDataFrame(table, geometry=geometry, crs=SYSTEM))


def coded(*codes: str, code_list: str = "tt16-2025") -> dict[str, list[str]]:
    lists = [code_list if code else "" for code in codes]
    return {
        "code": list(codes),
        "code_list": lists,
        "source_value": [f"lô {code}".strip() for code in codes],
    }


def every_role() -> Dataset:
    """A layer for each vector role, with all kinds of values each column may hold."""
    layers = [
        layer(
            Role.UNITS,
            [ground(0, 0, 1000, 1000), ground(1000, 0, 1000, 1000)],
            code=["21010", "21034"],
            name=["Phường Lê Hồng Phong", "Xã Nghĩa Dũng"],
            kind=["ward", "commune"],
            slated=[False, True],
            ward_since=["2014-01-01", None],
            declared_area_ha=[100.25, None],
        ),
        layer(
            Role.LAND_USE,
            [park(), ground(400, 0), ground(600, 0)],
            **coded("ODT", "DGT", "", code_list="tt08-2024"),
            sub_use=["", "road", ""],
            approved=["2020-02-29", None, None],
            declared_area_m2=[1e4, None, 0.1],
            priority=[3, 0, -2],
        ),
        layer(
            Role.ZONING,
            [ground(0, 400), ground(200, 400)],
            **coded("O_Nhomnhao", "HTXH_CayxanhCC"),
            plan_id=["QHPK-Đông", None],
        ),
        layer(Role.GENERAL_PLAN, [ground(0, 0, 2000, 1000)], **coded("DD_DONVIO")),
        layer(
            Role.PLANS,
            [ground(0, 0, 900, 900), park()],
            plan_id=["QHPK-Đông", "QHC"],
            name=["Phân khu «Đông» " + "rất dài, " * 20 + "hết", None],
            kind=["zoning", "general"],
            decision=["QĐ 12/QĐ-UBND", None],
            approved=["1998-12-31", None],
            revoked=[None, "2024-01-01"],
            horizon_year=[2030, None],
        ),
        layer(
            Role.ROADS,
            [
                LineString([(EAST, NORTH), (EAST + 10, NORTH + 0.1)]),
                MultiLineString(
[[(EAST, NORTH), (EAST + 5, NORTH)], [(EAST, NORTH + 9), (EAST, NORTH)]]),
            ],
            name=["Đường Quang Trung", None],
            road_class=[2, None],
            width_m=[20.5, None],
        ),
        layer(Role.RIGHT_OF_WAY, [ground(0, 0, 5, 900)], name=[None], road_class=[1]),
        layer(Role.GREEN, [park()], kind=["public"], park=["green-0"], name=["Công viên"]),
        layer(Role.PROJECTS, [ground(5, 5)], name=["Khu đô thị"], declared_area_ha=[1.5]),
        layer(Role.BUILDINGS, [ground(1, 1, 9, 9)] * 2, floors=[3, None], use=["residential", ""]),
        layer(Role.FACILITIES, [Point(EAST, NORTH)], kind=["school"], name=["Trường Trần Phú"]),
        layer(Role.PARKING, [ground(3, 3)], name=["Bãi xe"]),
        Layer(Role.POPULATION, pd.DataFrame({"code": ["21010"], "residents": [7.0]})),
    ]  # fmt: skip
    return Dataset({item.role: item for item in layers})


def write(folder: Path, form: Any = "gpkg", dataset: Dataset | None = None, **changed: Any) -> Path:
    """The folder of a package written by us."""
    facts = {"name": "Phía đông", "dossier": DOSSIER, "information": INFORMATION, **changed}
    write_package(dataset or every_role(), folder, form=form, **facts)
    return folder / "CSDL_PhiaDong"


def read(database: PlanningDatabase, root: Path) -> dict[Role, gpd.GeoDataFrame]:
    """Every source of a database through the ordinary loaders."""
    frames: dict[Role, list[gpd.GeoDataFrame]] = {}
    for role, facts in database_sources(database, root):
        source = LayerSource(**facts)
        file = SourceFile(
            role, source.name, source, root / source.path, None, source.path, "project.toml"
        )
        frames.setdefault(role, []).append(load_features(file, CRS(SYSTEM)).frame)
    return {role: pd.concat(parts, ignore_index=True) for role, parts in frames.items()}


def codes(findings: list[Finding]) -> list[str]:
    for finding in findings:
        for lang in ("vi", "en", "both"):
            assert "\n" not in finding.message.say(lang)
    return sorted(finding.code for finding in findings)


# ---- the schema ---------------------------------------------------------------------------------


def test_the_annex_counts_its_classes() -> None:
    """67 existing, 79 planned and 3 markers, as an independent set of templates has them."""
    official = [entry for entry in tt16.class_entries() if entry.confidence == "second-hand"]
    counts = {name: sum(e.database == name for e in official) for name in tt16.DATABASES}
    assert counts == {"HienTrang": 67, "QuyHoach": 79, "MocGioi": 3}
    for entry in tt16.class_entries():
        assert tt16.is_class_name(entry.name)
        assert entry.source
        assert entry.confidence in ("second-hand", "proposal")
    assert {item.name: item.length for item in tt16.attributes()} == ATTRIBUTES


def test_every_vector_role_has_one_class_at_every_level() -> None:
    for level in ("QHC", "QPK", "QCT"):
        held = [tt16.class_of(role, level) for role in ROLE_FIELDS]
        assert len(set(held)) == len(ROLE_FIELDS)
    assert tt16.class_of(Role.GENERAL_PLAN, "QHC").name == "ChucNangSuDungDat_A"
    assert tt16.class_of(Role.ZONING, "QPK").name == "ChucNangSuDungDat_A"


@pytest.mark.parametrize("code", ["04QHC0010001", "51QPK1000001", "51QCT9999999"])
def test_dossier_codes(code: str) -> None:
    parsed = tt16.parse_dossier(code)
    assert parsed == tt16.PlanCode(code[:2], code[2:5])  # ty: ignore[invalid-argument-type]


@pytest.mark.parametrize(
    "code", ["", "51QHK1000001", "51QPK100001", "51qpk1000001", "51QPK10000011", "5IQPK1000001"]
)
def test_what_is_no_dossier_code(code: str) -> None:
    assert tt16.parse_dossier(code) is None


@pytest.mark.parametrize(
    ("code", "level"), [("012511012345", "QHC"), ("512521000001", "QPK"), ("512541000001", "QCT")]
)
def test_information_codes(code: str, level: str) -> None:
    parsed = tt16.parse_information(code)
    assert parsed is not None
    assert (parsed.province, parsed.level) == (code[:2], level)
    for place, wrong in ((4, "5"), (5, "6"), (6, "3"), (0, "x")):
        assert tt16.parse_information(code[:place] + wrong + code[place + 1 :]) is None


# ---- written by us, read back -------------------------------------------------------------------


@pytest.mark.parametrize("form", ["gpkg", "gdb"])
def test_a_package_is_read_back_to_identical_layers(tmp_path: Path, form: str) -> None:
    dataset = every_role()
    package = write(tmp_path, form, dataset)
    frames = read(open_database(package, "CSDL"), tmp_path)
    assert set(frames) == set(ROLE_FIELDS)
    for role, frame in frames.items():
        before = dataset.layers[role].frame
        # where a feature was read from is the package now
        plain = before.drop(columns=["geometry", "source"])
        pd.testing.assert_frame_equal(
            pd.DataFrame(frame.drop(columns=["geometry", "source"])), pd.DataFrame(plain)
        )
        assert frame.crs == before.crs
        ours, theirs = (shapely.normalize(f.geometry.to_numpy()) for f in (before, frame))
        for one, other in zip(ours, theirs, strict=True):
            parts = [shapely.get_parts(shape) for shape in (one, other)]
            assert len(parts[0]) == len(parts[1])
            moved = shapely.get_coordinates(parts[0]) - shapely.get_coordinates(parts[1])
            # the corners of these squares are sums, so the tenth decimal is not 0
            assert np.abs(moved).max() <= (0.0 if form == "gpkg" else 1e-9)


def test_a_file_geodatabase_keeps_millimetres_as_they_are(tmp_path: Path) -> None:
    """Surveyed coordinates have few decimals; far-off features widen the grid, and still fit."""
    thousandths = np.array([[585_000_123, 1_672_000_987], [585_000_124, 1_672_000_999]]) / 1000
    roads = layer(Role.ROADS, [LineString(thousandths), LineString([(-7.5, -1e3), (6e6, 2e7)])])
    near = Dataset({Role.ROADS: Layer(Role.ROADS, roads.frame.iloc[:1])})
    for dataset, tolerance in ((near, 0.0), (Dataset({Role.ROADS: roads}), 1e-8)):
        package = write(tmp_path / str(tolerance), "gdb", dataset)
        found = read(open_database(package, "x"), package)[Role.ROADS]
        moved = shapely.get_coordinates(found.geometry.iloc[0]) - thousandths
        assert np.abs(moved).max() <= tolerance


def test_areas_of_many_rings_are_written_without_a_warning(tmp_path: Path) -> None:
    rings = [ground(20 * n, 20 * m, 10, 10) for n in range(11) for m in range(11)]
    holed = Polygon(ground(-5, -5, 300, 300).exterior, [ring.exterior for ring in rings])
    dataset = Dataset({Role.PARKING: layer(Role.PARKING, [holed])})
    package = write(tmp_path, "gdb", dataset)
    (found,) = read(open_database(package, "x"), package)[Role.PARKING].geometry
    assert found.area == pytest.approx(300 * 300 - 121 * 100, abs=1e-3)


@pytest.mark.parametrize("form", ["gpkg", "gdb"])
def test_our_own_package_passes_our_own_check(tmp_path: Path, form: str) -> None:
    package = write(tmp_path, form)
    assert check_database(open_database(package, "CSDL")) == []
    for part in ("HoSoBASIC/BanVe", "HoSoBASIC/VanBan", "HoSoScan/BanVe", "HoSoScan/VanBan"):
        assert (package / part).is_dir()
    made = {path.name for path in (package / "HoSoGIS").iterdir()}
    assert made == {f"HienTrang.{form}", f"QuyHoach.{form}"}
    assert not list(tmp_path.glob(".urbanplan*"))


@pytest.mark.skipif(OGRINFO is None, reason="no ogrinfo: install gdal-bin")
@pytest.mark.parametrize("form", ["gpkg", "gdb"])
def test_another_gdal_reads_the_package(tmp_path: Path, form: str) -> None:
    """Debian's own GDAL: classes, attributes in order with their width, dates, CRS, counts."""
    package = write(tmp_path, form)
    file = package / "HoSoGIS" / f"HienTrang.{form}"
    done = subprocess.run(
        [str(OGRINFO), "-ro", str(file), "ChucNangSuDungDat_A"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    said = done.stdout
    assert done.stderr == ""
    assert "Feature Count: 3" in said
    assert 'ID["EPSG",5898]' in said
    assert "Geometry: Multi Polygon" in said
    lines = [line.split(",")[0] for line in said.splitlines()]
    widths = [f"{name}: String ({length}.0)" for name, length in ATTRIBUTES.items()]
    start = lines.index(widths[0])
    assert lines[start : start + 6] == widths
    assert "phanLoai (String) = Đất ở tại đô thị" in said
    assert "2020/02/29" in said


def test_what_no_class_holds_is_told() -> None:
    number = Statistic("21010", 2024, "residents", 7.0, Origin("dan_so", "dan_so.csv"))
    dataset = Dataset(every_role().layers, statistics=(number,) * 3)
    grids, statistics = (text.say("en") for text in tell_left_out(dataset))
    assert "population" in grids
    assert "3 statistics" in statistics


def test_attributes_say_what_the_annex_wants(tmp_path: Path) -> None:
    package = write(tmp_path, synthetic=True)
    with closing(sqlite3.connect(package / "HoSoGIS" / "QuyHoach.gpkg")) as database:
        rows = database.execute(
            'SELECT maThongTinQH, maHoSoQH, maDoiTuong, phanLoai FROM "ChucNangSuDungDat_A"'
        ).fetchall()
        names = database.execute('SELECT tenDoiTuong, name FROM "RanhGioiQuyHoach_A"').fetchall()
        notes = database.execute('SELECT DISTINCT ghiChu FROM "RanhGioiQuyHoach_A"').fetchall()
    assert rows == [
        (INFORMATION, DOSSIER, f"{DOSSIER}-ChucNangSuDungDat_A-1", "Nhóm nhà ở"),
        (INFORMATION, DOSSIER, f"{DOSSIER}-ChucNangSuDungDat_A-2", "Cây xanh sử dụng công cộng"),
    ]
    # the short name is cut, the whole one is kept beside it
    assert len(names[0][0]) == 100
    assert names[0][1].startswith(names[0][0])
    assert len(names[0][1]) == 16 + 180 + 3
    assert "MÔ PHỎNG" in notes[0][0]


def test_the_same_layers_give_the_same_bytes(tmp_path: Path) -> None:
    digests = []
    for name in ("a", "b"):
        package = write(tmp_path / name)
        files = sorted((package / "HoSoGIS").iterdir())
        digests.append([hashlib.sha256(file.read_bytes()).hexdigest() for file in files])
    assert digests[0] == digests[1]


def test_a_new_package_replaces_the_former_one(tmp_path: Path) -> None:
    for form in ("gpkg", "gdb"):
        folder = tmp_path / form
        write(folder, form)
        only_roads = Dataset({Role.ROADS: every_role().layers[Role.ROADS]})
        package = write(folder, form, only_roads)
        assert [path.name for path in (package / "HoSoGIS").iterdir()] == [f"HienTrang.{form}"]
        assert [item.name for item in open_database(package, "x").classes] == [
            "MangLuoiGiaoThongDuongBo_L"
        ]


def test_features_of_several_code_lists(tmp_path: Path) -> None:
    """Each list is read as a source of its own; no feature is lost and none changes its code."""
    columns = coded("ODT", "DGT", "", "ODT")
    columns["code_list"] = ["tt08-2024", "tt27-2018", "", "tt27-2018"]
    mixed = layer(Role.LAND_USE, [ground(200 * n, 0) for n in range(4)], **columns)
    package = write(tmp_path, dataset=Dataset({Role.LAND_USE: mixed}))
    frame = read(open_database(package, "CSDL"), tmp_path)[Role.LAND_USE]
    found = sorted(zip(frame["feature_id"], frame["code_list"], frame["code"], strict=True))
    assert [(i.rpartition(":")[2], *rest) for i, *rest in found] == [
        ("land_use-0", "tt08-2024", "ODT"),
        ("land_use-1", "tt27-2018", "DGT"),
        ("land_use-2", "", ""),
        ("land_use-3", "tt27-2018", "ODT"),
    ]


@pytest.mark.parametrize(
    ("changed", "pieces"),
    [
        ({"dossier": "51QPK1"}, ("maHoSoQH", "51QPK1")),
        ({"dossier": "46QPK0010001"}, ("maHoSoQH", "46QPK0010001", "51")),
        ({"information": "51252101234"}, ("maThongTinQH",)),
        ({"information": "512511012345"}, ("QPK", "512511012345")),
        ({"name": "!!"}, ("!!",)),
        ({"name": "đ" * 101}, ("CSDL_",)),
    ],
)
def test_packages_that_are_refused(
    tmp_path: Path, changed: dict[str, str], pieces: tuple[str, ...]
) -> None:
    with pytest.raises(PlanDataError) as caught:
        write(tmp_path / "out", **changed)
    line = caught.value.problems[0].line("both")
    assert "\n" not in line
    assert all(piece in line for piece in pieces)
    assert not (tmp_path / "out").exists()


def test_a_project_in_another_system_is_refused(tmp_path: Path) -> None:
    roads = every_role().layers[Role.ROADS]
    moved = roads.with_frame(roads.frame.to_crs("EPSG:3405"))
    with pytest.raises(PlanDataError, match=r"EPSG:3405.*EPSG:5898"):
        write(tmp_path, dataset=Dataset({Role.ROADS: moved}))
    with pytest.raises(PlanDataError, match="features"):
        write(tmp_path, dataset=Dataset({}))
    assert list(tmp_path.iterdir()) == []


def test_two_forms_of_one_database_are_refused(tmp_path: Path) -> None:
    package = write(tmp_path, "gpkg")
    with pytest.raises(PlanDataError, match=r"HienTrang\.gpkg"):
        write(tmp_path, "gdb")
    write(tmp_path / "other", "gdb")
    other = tmp_path / "other" / "CSDL_PhiaDong" / "HoSoGIS" / "HienTrang.gdb"
    other.rename(package / "HoSoGIS" / "HienTrang.gdb")
    with pytest.raises(PlanDataError, match=r"HienTrang\.gdb, HienTrang\.gpkg"):
        open_database(package, "CSDL")


def test_the_work_of_others_is_never_replaced(tmp_path: Path) -> None:
    package = write(tmp_path)
    add_class(package / "HoSoGIS" / "MocGioi.gpkg", "MocGioiQuyHoach_P")
    write(tmp_path)
    assert (package / "HoSoGIS" / "MocGioi.gpkg").is_file()
    add_class(lots(package), "MatNuoc_A")
    before = lots(package).read_bytes()
    with pytest.raises(PlanDataError, match="MatNuoc_A"):
        write(tmp_path)
    assert lots(package).read_bytes() == before


def test_a_general_plan_has_its_own_class(tmp_path: Path) -> None:
    package = write(tmp_path, dossier="51QHC0010001", information="512511012345")
    database = open_database(package, "CSDL")
    assert check_database(database) == []
    layers = {role: facts["layer"] for role, facts in database_sources(database, tmp_path)}
    assert layers[Role.GENERAL_PLAN] == "ChucNangSuDungDat_A"
    assert layers[Role.ZONING] == "SuDungDatDoAnKhac_A"


# ---- written by others --------------------------------------------------------------------------


def table(count: int = 2, **columns: Any) -> dict[str, Any]:
    """The attributes of the annex, as a careful office fills them."""
    filled = {
        "maThongTinQH": [INFORMATION] * count,
        "maHoSoQH": [DOSSIER] * count,
        "maDoiTuong": [None] * count,
        "tenDoiTuong": [f"Ô {n}" for n in range(count)],
        "phanLoai": ["Nhóm nhà ở"] * count,
        "ghiChu": [None] * count,
    }
    return {**filled, **columns}


def shapes_of(name: str, count: int) -> list[Any]:
    if name[-1] == "A":
        return [ground(200 * n, 0) for n in range(count)]
    if name[-1] == "P":
        return [Point(EAST + n, NORTH) for n in range(count)]
    return [LineString([(EAST, NORTH + n), (EAST + 50, NORTH + n)]) for n in range(count)]


def add_class(
    file: Path,
    name: str,
    attributes: dict[str, Any] | None = None,
    shapes: list[Any] | None = None,
    crs: str = SYSTEM,
    dataset: str = "",
    kind: str = "",
    widths: dict[str, int] | None = None,
) -> None:
    """A class made with GDAL itself."""
    attributes = table() if attributes is None else attributes
    count = len(next(iter(attributes.values())))
    shapes = shapes_of(name, count) if shapes is None else shapes
    lengths = ATTRIBUTES | (widths or {})
    fields, columns = [], []
    for field, values in attributes.items():
        metadata = {"GDAL:OGR:width": str(lengths[field])} if field in lengths else None
        column = pa.array(values, pa.string() if None in values or not count else None)
        kept = metadata if pa.types.is_string(column.type) else None
        fields.append(pa.field(field, column.type, metadata=kept))
        columns.append(column)
    fields.append(pa.field("g", pa.binary(), metadata={"ARROW:extension:name": "geoarrow.wkb"}))
    columns.append(pa.array(shapely.to_wkb(np.array(shapes, dtype=object)), pa.binary()))
    kinds = {"A": "Polygon", "L": "LineString", "P": "Point"}
    is_gdb = file.suffix == ".gdb"
    file.parent.mkdir(parents=True, exist_ok=True)
    pyogrio.raw.write_arrow(
        pa.table(columns, schema=pa.schema(fields)),
        file,
        layer=name,
        driver="OpenFileGDB" if is_gdb else "GPKG",
        geometry_name="g",
        geometry_type=kind or ("Multi" if is_gdb and name[-1] in "AL" else "") + kinds[name[-1]],
        crs=crs,
        append=file.exists(),
        layer_options={"FEATURE_DATASET": dataset} if dataset else None,
    )


def good_package(folder: Path, suffix: str = ".gpkg") -> Path:
    """The least a package needs, without a finding."""
    gis = folder / "CSDL_Thu" / "HoSoGIS"
    for database, dataset, name in (
        ("HienTrang", "HienTrangSuDungDat", "ChucNangSuDungDat_A"),
        ("HienTrang", "HienTrangGiaoThong", "MangLuoiGiaoThongDuongBo_L"),
        ("QuyHoach", "ViTriRanhGioi", "RanhGioiQuyHoach_A"),
        ("QuyHoach", "QuyHoachSuDungDat", "ChucNangSuDungDat_A"),
    ):
        add_class(gis / f"{database}{suffix}", name, dataset=dataset if suffix == ".gdb" else "")
    return folder / "CSDL_Thu"


def found_in(package: Path) -> list[Finding]:
    return check_database(open_database(package, "CSDL_Thu"))


def test_a_package_of_others_is_read_by_its_attributes(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    assert found_in(package) == []
    frames = read(open_database(package, "CSDL_Thu"), tmp_path)
    assert set(frames) == {Role.LAND_USE, Role.ROADS, Role.PLANS, Role.ZONING}
    assert frames[Role.ZONING]["code"].tolist() == ["O_Nhomnhao"] * 2
    assert frames[Role.ZONING]["plan_id"].tolist() == [DOSSIER] * 2
    assert frames[Role.PLANS]["plan_id"].tolist() == [DOSSIER] * 2
    assert frames[Role.PLANS]["kind"].tolist() == ["zoning"] * 2
    assert frames[Role.ROADS]["name"].tolist() == ["Ô 0", "Ô 1"]
    assert frames[Role.ROADS]["width_m"].isna().all()


def test_a_file_geodatabase_with_feature_datasets(tmp_path: Path) -> None:
    gis = tmp_path / "CSDL_Thu" / "hosogis"
    add_class(gis / "HIENTRANG.gdb", "CHUCNANGSUDUNGDAT_A", dataset="HienTrangSuDungDat")
    add_class(gis / "HIENTRANG.gdb", "mangLuoiGiaoThongDuongBo_L", dataset="HienTrangGiaoThong")
    add_class(gis / "QuyHoach.gdb", "RanhGioiQuyHoach_A", dataset="ViTriRanhGioi")
    add_class(gis / "QuyHoach.gdb", "ChucNangSuDungDat_A", dataset="SuDungDatQuyHoach")
    database = open_database(tmp_path / "CSDL_Thu", "CSDL_Thu")
    assert check_database(database) == []
    assert [(c.dataset, c.name, c.layer) for c in database.classes] == [
        ("HienTrangSuDungDat", "ChucNangSuDungDat_A", "CHUCNANGSUDUNGDAT_A"),
        ("HienTrangGiaoThong", "MangLuoiGiaoThongDuongBo_L", "mangLuoiGiaoThongDuongBo_L"),
        ("ViTriRanhGioi", "RanhGioiQuyHoach_A", "RanhGioiQuyHoach_A"),
        ("QuyHoachSuDungDat", "ChucNangSuDungDat_A", "ChucNangSuDungDat_A"),
    ]
    assert len(read(database, tmp_path)[Role.ZONING]) == 2


@pytest.mark.parametrize(
    ("layer_name", "database", "name"),
    [
        ("chucnangsudungdat_a", "QuyHoach", "ChucNangSuDungDat_A"),
        ("QuyHoachSuDungDat_ChucNangSuDungDat_A", "QuyHoach", "ChucNangSuDungDat_A"),
        ("QuyHoachSuDungDat__ChucNangSuDungDat_A", "QuyHoach", "ChucNangSuDungDat_A"),
        ("SuDungDatQuyHoach_PhanKhuQuyHoach_A", "QuyHoach", "PhanKhuQuyHoach_A"),
        ("QuyHoach_PhanKhuQuyHoach_A", "QuyHoach", "PhanKhuQuyHoach_A"),
        ("Chức năng sử dụng đất_A", "QuyHoach", "ChucNangSuDungDat_A"),
        ("ThietkeDoThi_TuyenTKDT_L", "QuyHoach", "TuyenTKDT_L"),
        ("CongtrinhCapNuocPCCC_P", "HienTrang", "CongTrinhCapNuocPCCC_P"),
        ("DanhGiaHienTrangDatXaydung_DuAnLienQuan_A", "HienTrang", "DuAnLienQuan_A"),
        ("HienTrangCGDD_CGXDHanhLangHTKT_ChiGioiDuongDo_L", "HienTrang", "ChiGioiDuongDo_L"),
        ("Mốc giới quy hoạch P", "MocGioi", "MocGioiQuyHoach_P"),
    ],
)
def test_names_of_classes(tmp_path: Path, layer_name: str, database: str, name: str) -> None:
    file = tmp_path / f"{database}.gpkg"
    kinds = {"A": "Polygon", "L": "LineString", "P": "Point"}
    add_class(file, layer_name, shapes=shapes_of(name, 2), kind=kinds[name[-1]])
    (found,) = open_database(file, "x").classes
    assert (found.database, found.name, found.layer) == (database, name, layer_name)


def test_folders_by_other_names_and_single_files(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    (package / "HoSoGIS").rename(package / "Hồ sơ GIS")
    folder = package / "Hồ sơ GIS"
    (folder / "QuyHoach.gpkg").rename(folder / "Quy Hoạch.GPKG")
    (folder / "NenDiaHinh.gpkg").write_bytes(b"")
    (folder / "Thu.qgz").write_bytes(b"")
    for path in (package, folder):
        database = open_database(path, "CSDL_Thu")
        assert database.databases == ("HienTrang", "QuyHoach")
        assert database.aside == ("NenDiaHinh.gpkg",)
        assert codes(check_database(database)) == ["tt16_not_read"]
    single = open_database(folder / "Quy Hoạch.GPKG", "x")
    assert single.databases == ("QuyHoach",)
    assert codes(check_database(single)) == ["tt16_class_missing"]


def test_legend_texts_are_matched_as_they_may_be_written() -> None:
    zoning, general = legend_codes("QPK"), legend_codes("QHC")
    for text in ("nhóm nhà ở", "nhom nha o", "dat_o_nhomnhao", "qhdd_dat_o_nhomnhao"):
        assert zoning[text] == "O_Nhomnhao"
    # one name, two levels
    assert (zoning["an ninh"], general["an ninh"]) == ("Anninh", "NDD_ANNINH")
    assert zoning["đơn vị ở"] == "DD_DONVIO"
    for table_ in (zoning, general):
        assert set(table_.values()) <= set(code_lists()["tt16-2025"])


def test_roles_of_classes_that_could_be_two_things(tmp_path: Path) -> None:
    """Sub-zones stand in for a missing outline; planned roads for missing existing ones."""
    gis = tmp_path / "HoSoGIS"
    add_class(gis / "QuyHoach.gpkg", "PhanKhuQuyHoach_A")
    add_class(gis / "QuyHoach.gpkg", "ChucNangSuDungDat_A")
    add_class(gis / "QuyHoach.gpkg", "MangLuoiGiaoThongDuongBo_L")
    add_class(gis / "QuyHoach.gpkg", "CayXanh_P")
    database = open_database(gis, "x")
    chosen = {role: facts["layer"] for role, facts in database_sources(database, tmp_path)}
    assert chosen == {
        Role.PLANS: "PhanKhuQuyHoach_A",
        Role.ZONING: "ChucNangSuDungDat_A",
        Role.ROADS: "MangLuoiGiaoThongDuongBo_L",
    }
    found = check_database(database)
    assert codes(found) == ["tt16_class_missing", "tt16_class_unused", "tt16_planned_as_existing"]
    assert "CayXanh_P (2)" in next(f for f in found if f.code == "tt16_class_unused").message.say(
        "vi"
    )
    add_class(gis / "HienTrang.gpkg", "RanhGioiQuyHoach_A")
    add_class(gis / "HienTrang.gpkg", "MangLuoiGiaoThongDuongBo_L")
    database = open_database(gis, "x")
    sources = database_sources(database, tmp_path)
    assert {role: facts["path"] for role, facts in sources if role is not Role.ZONING} == {
        Role.PLANS: "HoSoGIS/HienTrang.gpkg",
        Role.ROADS: "HoSoGIS/HienTrang.gpkg",
    }
    assert codes(check_database(database)) == ["tt16_class_unused"]


@pytest.mark.parametrize(
    ("legend", "expected", "code_list"),
    [
        (["ODT", "Đất trồng lúa", "luc", "tên lạ"], ["ODT", "LUA", "LUC", ""], "tt08-2024"),
        (["Nhóm nhà ở", "HT_DAT_HTXH_Yte", "ODT", ""],
         ["O_Nhomnhao", "HTXH_Yte", "", ""], "tt16-2025"),
    ],
)  # fmt: skip
def test_existing_land_told_by_land_codes(
    tmp_path: Path, legend: list[str], expected: list[str], code_list: str
) -> None:
    package = good_package(tmp_path)
    (package / "HoSoGIS" / "HienTrang.gpkg").unlink()
    attributes = table(4, phanLoai=legend)
    add_class(package / "HoSoGIS" / "HienTrang.gpkg", "ChucNangSuDungDat_A", attributes)
    frame = read(open_database(package, "CSDL_Thu"), tmp_path)[Role.LAND_USE]
    assert frame["code"].tolist() == expected
    assert set(frame["code_list"]) == {code_list, ""}


def test_a_class_by_our_name_but_not_ours_feeds_no_role(tmp_path: Path) -> None:
    """Others name added classes the same way: what they hold is theirs to say."""
    package = good_package(tmp_path)
    for name in ("DonViHanhChinh_A", "CayXanh_A", "BaiDoXe_A"):
        add_class(package / "HoSoGIS" / "HienTrang.gpkg", name)
    database = open_database(package, "CSDL_Thu")
    assert {role for role, _ in database_sources(database, tmp_path)} == {
        Role.LAND_USE, Role.ROADS, Role.PLANS, Role.ZONING,
    }  # fmt: skip
    (found,) = check_database(database)
    assert found.code == "tt16_class_unused"
    assert "CayXanh_A (2)" in found.message.say("vi")


def test_lines_in_a_class_of_areas_do_not_stop_the_others(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    replace_lots(package, shapes=LINES, kind="LineString")
    sources = dict(database_sources(open_database(package, "CSDL_Thu"), tmp_path))
    assert set(sources) == {Role.LAND_USE, Role.ROADS, Role.PLANS}


def test_attributes_by_other_spellings_are_read_and_told(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    renamed = {"phanLoai": "Phân loại", "tenDoiTuong": "ten_doi_tuong", "ghiChu": "GHICHU"}
    attributes = {renamed.get(name, name): values for name, values in table().items()}
    replace_lots(package, attributes=attributes)
    database = open_database(package, "CSDL_Thu")
    (found,) = [f for f in check_database(database) if f.code != "tt16_attribute_length"]
    said = found.message.say("en")
    assert found.code == "tt16_attribute_name"
    assert "Phân loại (phanLoai)" in said
    assert "GHICHU" not in said
    assert read(database, tmp_path)[Role.ZONING]["code"].tolist() == ["O_Nhomnhao"] * 2


def test_a_class_without_any_attribute_of_the_annex(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    replace_lots(package, attributes={"ma_loai_dat": ["ONT", "CLN"]})
    found = found_in(package)
    assert codes(found) == ["tt16_attribute_missing"]
    assert "phanLoai" in found[0].message.say("vi")
    frame = read(open_database(package, "CSDL_Thu"), tmp_path)[Role.ZONING]
    assert frame["code"].tolist() == ["", ""]


@pytest.mark.parametrize(
    ("name", "stage"),
    [
        ("HT_DAT_O_Nhomnhao", "HT"),
        ("qhdd-dat-htxh-yte", "QHDD"),
        ("QHDH_DAT_HTXH_CayxanhCC_DVO", "QHDH"),
        ("Cây xanh (quy hoạch đợt đầu)", "QHDD"),
        ("Đất công nghiệp quy hoạch dài hạn", "QHDH"),
        ("QH_DAT_O_Nhomnhao", ""),
        ("HT kỹ thuật", ""),
        ("Đất ở hiện trạng cải tạo", ""),
        ("Nhóm nhà ở", ""),
        ("", ""),
    ],
)
def test_the_stage_a_name_says(name: str, stage: str) -> None:
    assert read_stage(name) == stage


def test_of_two_stages_over_the_same_ground_the_long_term_plan_counts(tmp_path: Path) -> None:
    """A smaller lot of the first stage would win by size; it must not."""
    package = good_package(tmp_path)
    legend = ["QHDH_DAT_O_Nhomnhao", "QHDD_DAT_NN_Nongnghiep", "HT_DAT_HTXH_Yte", "Y tế"]
    shapes = [ground(0, 0, 200), ground(0, 0), ground(100, 0, 50), ground(300, 0)]
    replace_lots(package, attributes=table(4, phanLoai=legend), shapes=shapes)
    (role_facts,) = [
        facts for facts in database_sources(open_database(package, "CSDL_Thu"), tmp_path)
        if facts[0] is Role.ZONING
    ]  # fmt: skip
    facts = LayerSource(**role_facts[1])
    file = SourceFile(
        Role.ZONING, facts.name, facts, tmp_path / facts.path, None, facts.path, "project.toml"
    )
    features = load_features(file, CRS(SYSTEM))
    frame = features.frame
    assert frame["source_value"].tolist() == legend
    assert frame["code"].tolist() == ["O_Nhomnhao", "NN_Nongnghiep", "HTXH_Yte", "HTXH_Yte"]
    assert frame["priority"].tolist() == [0, -1, -2, 0]
    assert np.argmin(feature_rank(frame)[:3]) == 0
    (found,) = [item for item in features.findings if item.code == "other_stages"]
    assert found.feature_ids == tuple(frame["feature_id"][1:3])
    assert found.area_m2 == pytest.approx(100 * 100 + 50 * 100, abs=1e-4)
    assert "QHDD: 1 (1 ha); HT: 1 (0.5 ha)" in found.message.say("en")


def test_the_crs_of_a_database_can_be_told(tmp_path: Path) -> None:
    """The numbers of 108° stated as 107°30′ fit twice; the line asks for crs, which must exist."""
    package = good_package(tmp_path)
    replace_lots(package, crs="EPSG:9216")
    units = gpd.GeoDataFrame(
        {"ma": ["21010"], "ten": ["Phường Lê Hồng Phong"]},
        geometry=[ground(-500, -500, 2000, 2000)], crs=SYSTEM,
    )  # fmt: skip
    units.to_file(tmp_path / "units.gpkg", layer="units")
    told = PROJECT.replace("CSDL_Thu/", 'CSDL_Thu/"\ncrs = "EPSG:5898')
    for text, works in ((PROJECT, False), (told, True)):
        (tmp_path / "project.toml").write_text(text, encoding="utf-8")
        project = load_project(tmp_path / "project.toml")
        if not works:
            with pytest.raises(PlanDataError, match="EPSG:9216"):
                load_layers(project)
            continue
        dataset = load_layers(project)
        lots_read = dataset.layers[Role.ZONING].frame
        assert lots_read.geometry.iloc[0].equals(ground(0, 0))
        wrong = [f for f in dataset.findings if f.code == "tt16_wrong_crs"]
        assert [f.layer for f in wrong] == ["CSDL_Thu/QuyHoach"]


PROJECT = """
[project]
name = { vi = "Thử", en = "Trial" }
as_of = 2025-06-30
boundaries = "2014"
crs = "EPSG:5898"
output = "out"
[layers.units]
path = "units.gpkg"
fields = { code = "ma", name = "ten" }
[[databases]]
path = "CSDL_Thu/"
"""


# ---- faults -------------------------------------------------------------------------------------


def lots(package: Path) -> Path:
    return package / "HoSoGIS" / "QuyHoach.gpkg"


def replace_lots(package: Path, **options: Any) -> None:
    """The planned functions of a good package again, with one fault."""
    with closing(sqlite3.connect(lots(package))) as database:
        names = [row[0] for row in database.execute("SELECT table_name FROM gpkg_contents")]
    lots(package).unlink()
    for name in names:
        add_class(lots(package), name, **(options if name == "ChucNangSuDungDat_A" else {}))


WITHOUT_NOTE = {name: values for name, values in table().items() if name != "ghiChu"}
LINES = [LineString([(EAST, NORTH), (EAST + 9, NORTH)])] * 2
FAULTS: list[tuple[dict[str, Any], list[str], tuple[str, ...]]] = [
    ({"attributes": WITHOUT_NOTE}, ["tt16_attribute_missing"], ("ghiChu",)),
    ({"attributes": table(ghiChu=[1, 2])}, ["tt16_attribute_type"], ("ghiChu", "TEXT")),
    ({"widths": {"phanLoai": 50}}, ["tt16_attribute_length"], ("phanLoai", "50", "250")),
    (
        {"attributes": table(maHoSoQH=[DOSSIER, None])},
        ["tt16_attribute_empty"],
        ("maHoSoQH", "QuyHoach/ChucNangSuDungDat_A"),
    ),
    ({"attributes": table(maThongTinQH=[" ", INFORMATION])}, ["tt16_attribute_empty"], ("1",)),
    (
        {"attributes": table(maHoSoQH=[DOSSIER, "QHPK-1"])},
        ["tt16_code_pattern", "tt16_codes_differ"],
        ("QHPK-1",),
    ),
    (
        {"attributes": table(maHoSoQH=[DOSSIER, "46QPK0010001"])},
        ["tt16_code_province", "tt16_codes_differ"],
        ("46QPK0010001",),
    ),
    (
        {"attributes": table(maThongTinQH=["512531012345"] * 2)},
        ["tt16_codes_differ", "tt16_levels_differ"],
        ("512531012345",),
    ),
    ({"attributes": table(maHoSoQH=[DOSSIER, "51QPK1000002"])}, ["tt16_codes_differ"], ("2",)),
    ({"crs": "EPSG:3406"}, ["tt16_wrong_crs"], ("EPSG:3406", "108°00′")),
    ({"crs": "EPSG:3405"}, ["tt16_interprovince_crs"], ("EPSG:3405",)),
    (
        {"shapes": LINES, "kind": "LineString"},
        ["tt16_class_unused", "tt16_geometry_type"],
        ("LineString", "ChucNangSuDungDat_A"),
    ),
    (
        {"shapes": [ground(0, 0), LINES[0]], "kind": "Unknown"},
        ["tt16_geometry_type"],
        ("LineString", "1"),
    ),
    (
        {"attributes": table(tenDoiTuong=["x" * 101, "ô" * 100]), "widths": {"tenDoiTuong": 200}},
        ["tt16_text_too_long"],
        ("tenDoiTuong", "100"),
    ),
    ({"attributes": table(0)}, ["tt16_empty_class"], ("ChucNangSuDungDat_A",)),
]


@pytest.mark.parametrize(("options", "expected", "pieces"), FAULTS)
def test_each_fault_gives_its_finding(
    tmp_path: Path, options: dict[str, Any], expected: list[str], pieces: tuple[str, ...]
) -> None:
    package = good_package(tmp_path)
    replace_lots(package, **options)
    found = found_in(package)
    assert codes(found) == expected
    said = " ".join(finding.message.say("en") for finding in found)
    assert all(piece in said for piece in pieces), said


def test_findings_name_the_features(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    replace_lots(package, attributes=table(3, maHoSoQH=[DOSSIER, None, None]))
    (found,) = found_in(package)
    place = "CSDL_Thu/QuyHoach/ChucNangSuDungDat_A"
    assert found.feature_ids == (f"{place}:2", f"{place}:3")
    # as the layer itself names them
    loaded = read(open_database(package, "CSDL_Thu"), tmp_path)[Role.ZONING]
    assert set(found.feature_ids) <= set(loaded["feature_id"])
    named = table(3, maHoSoQH=[DOSSIER, None, None], maDoiTuong=["a", "b", "c"])
    replace_lots(package, attributes=named)
    (found,) = found_in(package)
    assert (found.feature_ids, found.layer) == (("b", "c"), place)
    assert found.severity is Severity.WARNING


def test_classes_that_are_missing_unknown_and_added(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    (package / "HoSoGIS" / "QuyHoach.gpkg").unlink()
    found = found_in(package)
    assert codes(found) == ["tt16_class_missing"] * 2
    said = " ".join(finding.message.say("vi") for finding in found)
    assert "RanhGioiQuyHoach_A" in said
    assert "ChucNangSuDungDat_A" in said
    package = good_package(tmp_path / "again")
    add_class(lots(package), "lô đất mới", shapes=shapes_of("A", 2), kind="Polygon")
    add_class(lots(package), "KhuVucMoi_A")
    assert {f.code: f.severity for f in found_in(package)} == {
        "tt16_unknown_class": Severity.WARNING,
        "tt16_added_class": Severity.INFO,
    }


def test_a_class_of_another_database_is_named_as_such(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    add_class(package / "HoSoGIS" / "HienTrang.gpkg", "PhanKhuQuyHoach_A")
    (found,) = found_in(package)
    assert (found.code, found.severity) == ("tt16_wrong_database", Severity.WARNING)
    said = found.message.say("en")
    assert "QuyHoach" in said.split("database", 1)[1]
    assert "2 features" in said


def test_classes_in_another_dataset_than_theirs(tmp_path: Path) -> None:
    package = good_package(tmp_path / "gdb", ".gdb")
    gdb = package / "HoSoGIS" / "QuyHoach.gdb"
    add_class(gdb, "MangLuoiGiaoThongDuongBo_L", dataset="QuyHoachSuDungDat")
    add_class(gdb, "CayXanh_P")
    found = [f for f in found_in(package) if f.code == "tt16_wrong_dataset"]
    (said,) = [f.message.say("vi") for f in found]
    assert "MangLuoiGiaoThongDuongBo_L (QuyHoachSuDungDat → QuyHoachGiaoThong)" in said
    assert "CayXanh_P (- → " in said
    assert "ChucNangSuDungDat_A" not in said
    package = good_package(tmp_path / "gpkg")
    add_class(lots(package), "ThietKeDoThi_MangLuoiGiaoThongDuongBo_L")
    found = [f for f in found_in(package) if f.code == "tt16_wrong_dataset"]
    assert len(found) == 1


def test_a_packed_package_is_to_be_unpacked(tmp_path: Path) -> None:
    good_package(tmp_path)
    shutil.make_archive(str(tmp_path / "CSDL_Thu"), "zip", tmp_path, "CSDL_Thu")
    with pytest.raises(PlanDataError, match="unpack"):
        open_database(tmp_path / "CSDL_Thu.zip", "CSDL_Thu.zip")


def test_a_system_written_out_with_a_datum_shift_is_the_province_s(tmp_path: Path) -> None:
    text = (
        "+proj=tmerc +lat_0=0 +lon_0=108 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
        "+towgs84=-191.90441429,-39.30318279,-111.45032835,-0.00928836,0.01975479,-0.00427372,"
        "0.252906278 +units=m +no_defs"
    )
    package = good_package(tmp_path)
    replace_lots(package, crs=text)
    assert found_in(package) == []


def test_heights_and_miscounted_features_do_not_matter(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    raised = [shapely.force_3d(shape, 5.0) for shape in shapes_of("A", 2)]
    replace_lots(package, shapes=raised, kind="Polygon Z")
    with closing(sqlite3.connect(lots(package))) as database, database:
        database.execute("UPDATE gpkg_ogr_contents SET feature_count = 0")
    assert found_in(package) == []
    assert len(read(open_database(package, "CSDL_Thu"), tmp_path)[Role.ZONING]) == 2


def test_text_that_is_not_utf8_gives_one_line(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    with closing(sqlite3.connect(lots(package))) as database, database:
        # they call functions only GDAL has
        triggers = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in triggers.fetchall():
            database.execute(f'DROP TRIGGER "{name}"')
        database.execute("UPDATE RanhGioiQuyHoach_A SET ghiChu = CAST(x'c3' AS TEXT)")
    with pytest.raises(PlanDataError, match="UTF-8"):
        found_in(package)


def refuse(path: Path, *pieces: str) -> None:
    with pytest.raises(PlanDataError) as caught:
        open_database(path, "CSDL_Thu")
    for lang in ("vi", "en"):
        for problem in caught.value.problems:
            line = problem.line(lang)
            assert "\n" not in line
            assert all(piece in line for piece in pieces), line


def test_what_is_no_planning_database(tmp_path: Path) -> None:
    refuse(tmp_path, "CSDL_Thu", "HoSoGIS")
    refuse(tmp_path / "nothing", "CSDL_Thu")
    refuse(tmp_path / "QuyHoach.gpkg", "CSDL_Thu")
    (tmp_path / "HoSoGIS").mkdir()
    refuse(tmp_path, "HoSoGIS")
    (tmp_path / "text.txt").write_text("x")
    refuse(tmp_path / "text.txt")
    add_class(tmp_path / "Khac.gpkg", "ChucNangSuDungDat_A")
    refuse(tmp_path / "Khac.gpkg", "QuyHoach")


def test_damaged_files_give_one_line(tmp_path: Path) -> None:
    package = good_package(tmp_path)
    lots(package).write_bytes(b"not SQLite" * 100)
    refuse(package, "HoSoGIS/QuyHoach.gpkg", "GeoPackage")
    lots(package).write_bytes(b"")
    refuse(package, "HoSoGIS/QuyHoach.gpkg")
    whole = (package / "HoSoGIS" / "HienTrang.gpkg").read_bytes()
    lots(package).write_bytes(whole[: len(whole) // 2])
    refuse(package, "HoSoGIS/QuyHoach.gpkg")


def test_a_damaged_file_geodatabase_gives_one_line(tmp_path: Path) -> None:
    gdb = good_package(tmp_path, ".gdb") / "HoSoGIS" / "QuyHoach.gdb"
    package = tmp_path / "CSDL_Thu"
    assert found_in(package) == []
    tables = sorted(gdb.glob("*.gdbtable"))
    saved = {file: file.read_bytes() for file in gdb.iterdir()}
    for file in tables:
        file.write_bytes(b"")
        refuse(package, "HoSoGIS/QuyHoach.gdb")
        file.write_bytes(saved[file])
    # without its table a class would be missing without a word
    last = tables[-1].stem
    parts = [file for file in saved if file.stem == last]
    for file in parts:
        file.unlink()
    refuse(package, "HoSoGIS/QuyHoach.gdb", "ChucNangSuDungDat_A", last)
    for file in parts:
        file.write_bytes(saved[file])
    assert found_in(package) == []
    (gdb / "a00000001.gdbtable").unlink()
    refuse(package, "HoSoGIS/QuyHoach.gdb")
    shutil.rmtree(gdb)
    gdb.mkdir()
    refuse(package, "HoSoGIS/QuyHoach.gdb")
    gdb.rmdir()
    gdb.write_bytes(b"PK\x03\x04")
    refuse(package, "HoSoGIS/QuyHoach.gdb")


def test_files_outside_the_project_are_refused(tmp_path: Path) -> None:
    package = good_package(tmp_path / "elsewhere")
    with pytest.raises(PlanDataError, match="project folder"):
        database_sources(open_database(package, "x"), tmp_path / "project")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_out_of_the_project_are_refused(tmp_path: Path) -> None:
    outside = good_package(tmp_path / "elsewhere")
    gis = tmp_path / "project" / "HoSoGIS"
    gis.mkdir(parents=True)
    (gis / "QuyHoach.gpkg").symlink_to(lots(outside))
    with pytest.raises(PlanDataError, match="project folder"):
        database_sources(open_database(gis, "x"), tmp_path / "project")
