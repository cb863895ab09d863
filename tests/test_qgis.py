"""The QGIS project of a small city with troublesome names, as real QGIS opens it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, Point, box

from urbanplan_gis.outputs.qgis import PROJECT, SIDE_FILE, make_qgis_project
from urbanplan_gis.outputs.qgis.content import PLACES, side_content
from urbanplan_gis.outputs.sheet_set import sheet_data
from urbanplan_gis.outputs.stored_run import StoredRun, stored_run
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project

CRS = "EPSG:5898"
EAST, NORTH = 585_000.0, 1_672_000.0
VIEW = Path(__file__).with_name("qgis_view.py")
QGIS = "/usr/bin/python3"
SCRIPT = "<script>alert('x')</script>"
NAMES = (
    SCRIPT,
    'Xã "An" & <Bình>',
    "قرية الاختبار",
    "Phường " + "Rất Dài " * 24,
    "Xã [% 6 * 7 %]",
)
PROJECT_FILE = """
[project]
name = { vi = "Phố [% 1 + 1 %] <b>thử</b>", en = "Town [% 1 + 1 %] <b>test</b>" }
as_of = 2025-06-30
boundaries = "2014"
output = "kết quả của tôi"
synthetic = true

[layers.units]
path = "units.gpkg"
fields = { code = "ma", name = "ten", kind = "loai", slated = "du_kien" }
[layers.land_use]
path = "land_use.gpkg"
fields = { code = "ma", feature_id = "thua" }
code_list = "tt08-2024"
[layers.zoning]
path = "zoning.gpkg"
fields = { code = "ma", feature_id = "lo", plan_id = "qh" }
code_list = "tt16-2025"
[layers.plans]
path = "plans.gpkg"
fields = { plan_id = "qh", feature_id = "qh", name = "ten", approved = "ngay" }
[layers.general_plan]
path = "general.gpkg"
fields = { code = "ma", feature_id = "lo" }
code_list = "tt16-2025"
[layers.roads]
path = "roads.gpkg"
fields = { name = "ten", road_class = "cap", width_m = "rong", feature_id = "ma" }
[layers.green]
path = "green.gpkg"
fields = { kind = "loai", name = "ten", feature_id = "ma" }
[layers.facilities]
path = "facilities.gpkg"
fields = { kind = "loai", name = "ten", feature_id = "ma" }
[[statistics]]
path = "statistics.csv"
fields = { unit_code = "ma", year = "nam", residents = "dan" }
"""


def ground(x: float, y: float, width: float, height: float) -> Any:
    """A rectangle whose corner is ``x``, ``y`` metres from that of the city."""
    return box(EAST + x, NORTH + y, EAST + x + width, NORTH + y + height)


def save(folder: Path, name: str, geometry: list[Any], **columns: Any) -> None:
    gpd.GeoDataFrame(columns, geometry=geometry, crs=CRS).to_file(folder / f"{name}.gpkg")


def write_city(folder: Path) -> Path:
    """Five units of 1 km by 1 km in a row, the ground of each known by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    save(
        folder, "units", [ground(1000 * n, 0, 1000, 1000) for n in range(5)],
        ma=[f"2100{n}" for n in range(5)], ten=list(NAMES),
        loai=["Phường", "Xã", "Xã", "Phường", "Xã"], du_kien=[0, 1, 1, 0, 0],
    )  # fmt: skip
    save(
        folder, "land_use",
        [ground(1000 * n, 0, 1000, 400) for n in range(5)]
        + [ground(1000 * n, 400, 1000, 350) for n in range(5)]
        + [ground(0, 700, 100, 100)],  # overlaps the parcel below by 100 m x 50 m
        ma=["ODT", "ONT", "CLN", "LUC", "BCS"] + ["DGT"] * 5 + ["TMD"],
        thua=[f"t{n}" for n in range(11)],
    )  # fmt: skip
    save(
        folder, "zoning", [ground(100, 100, 300, 300), ground(1100, 100, 300, 300)],
        ma=["O_Nhomnhao", "HTXH_Yte"], lo=["l'1", 'l"2'], qh=["QH <1>", "QH <1>"],
    )  # fmt: skip
    save(folder, "plans", [ground(0, 0, 2000, 600)], qh=["QH <1>"], ten=[SCRIPT],
         ngay=["2020-01-01"])  # fmt: skip
    save(folder, "general", [ground(0, 0, 3000, 1000)], ma=["DD_DONVIO"], lo=["g1"])
    ways = [[(0, 500), (5000, 500)], [(2500, 0), (2500, 497)], [(6000, 6000), (6500, 6500)]]
    save(
        folder, "roads",
        [LineString([(EAST + x, NORTH + y) for x, y in way]) for way in ways],
        ten=["Đường <i>A</i>", None, "Xa"], cap=[2, 5, 8], rong=[30.0, None, 8.0],
        ma=["r1", "r2", "r3"],
    )  # fmt: skip
    save(folder, "green", [ground(200, 820, 100, 100)], loai=["public"], ten=[SCRIPT], ma=["x1"])
    save(folder, "facilities", [Point(EAST + 50, NORTH + 50)], loai=["school"], ten=["Trường"],
         ma=["f1"])  # fmt: skip
    rows = "".join(f"2100{n},2025,{1000 + n}\n" for n in range(5))
    (folder / "statistics.csv").write_text("ma,nam,dan\n" + rows, encoding="utf-8")
    (folder / "project.toml").write_text(PROJECT_FILE, encoding="utf-8")
    return folder


def run_of(folder: Path, lang: str) -> StoredRun:
    project = load_project(folder)
    make_run(project, lang)
    return stored_run(project, lang)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> StoredRun:
    run = run_of(write_city(tmp_path_factory.mktemp("thành phố")), "vi")
    assert make_qgis_project(run) == ["layers", "project"]
    return run


def look(folder: Path, out: Path, file: str = PROJECT) -> dict[str, Any]:
    """What QGIS says about a project."""
    ask = subprocess.run(
        [QGIS, "-c", "import qgis.core"], capture_output=True, timeout=60, check=False
    )
    if ask.returncode:
        pytest.skip(f"{QGIS} has no qgis.core (Debian: python3-qgis)")
    out.mkdir(parents=True, exist_ok=True)
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(out), "QT_QPA_PLATFORM": "offscreen",
        "XDG_RUNTIME_DIR": str(out), "LC_ALL": "C.UTF-8",
    }  # fmt: skip
    done = subprocess.run(
        [QGIS, str(VIEW), str(folder), str(out), file],
        capture_output=True, text=True, timeout=400, check=False, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.strip().splitlines()[-1])


@pytest.fixture(scope="module")
def seen(city: StoredRun, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The project opened after its folder was copied elsewhere and the first one was renamed."""
    place = tmp_path_factory.mktemp("nơi khác") / "bản sao"
    shutil.copytree(city.folder, place)
    hidden = city.folder.with_name("away")
    city.folder.rename(hidden)
    try:
        before = {path: path.read_bytes() for path in sorted(place.glob("*.g*"))}
        told = look(place, tmp_path_factory.mktemp("out"))
        assert {path: path.read_bytes() for path in sorted(place.glob("*.g*"))} == before
    finally:
        hidden.rename(city.folder)
    return told


def layer_of(seen: dict[str, Any], key: str) -> dict[str, Any]:
    return seen["layers"][f"urbanplan_{key}"]


def check_layers(seen: dict[str, Any]) -> None:
    """Every layer reads, is drawn, cannot be edited, and lists the classes it has."""
    assert seen["read"] is True
    assert seen["error"] == ""
    assert seen["crs"] == CRS
    assert [name for name, told in seen["layers"].items() if not told["valid"]] == []
    for key, told in seen["layers"].items():
        assert told["read_only"], key
        assert not told["render_errors"], key
        seen_from_afar = not told["min_scale"]
        if told["colours"] is not None and told["count"] and seen_from_afar:
            assert told["colours"] > 1, key
        if told["classes"] is not None:
            listed = {value for value in told["classes"] if value}
            assert listed == {value for value in told["values"] if value.strip(":")}, key
    assert all(seen["relations"].values())
    assert all(count > 1 for _, count in seen["themes"].values())


def test_qgis_opens_the_moved_folder_without_a_complaint(seen: dict[str, Any]) -> None:
    check_layers(seen)
    wrong = [words for tag, level, words in seen["messages"] if level and "font" not in words]
    assert wrong == []
    assert seen["ellipsoid"] == "NONE"
    assert seen["groups"] == [
        "1. Thành phố và đơn vị hành chính",
        "2. Chỉ tiêu theo đơn vị",
        "3. Hiện trạng sử dụng đất",
        "4. Quy hoạch và đồ án",
        "5. Đường và giao thông",
        "6. Cây xanh",
        "7. Chất lượng dữ liệu: phát hiện",
        "8. Bảng số liệu",
    ]


def test_every_layer_is_in_the_tree_once_findings_and_borders_on_top(seen: dict[str, Any]) -> None:
    order = [key.removeprefix("urbanplan_") for key in seen["order"]]
    maps = {key for key, told in seen["layers"].items() if told["colours"] is not None}
    assert sorted(order) == sorted(key.removeprefix("urbanplan_") for key in maps)
    assert order[0] == "finding_places"
    assert order.index("borders") < order.index("roads") < order.index("land_use")


def test_legends_list_the_classes_of_the_data_and_no_other(seen: dict[str, Any]) -> None:
    land = layer_of(seen, "land_use")
    codes = ("BCS", "CLN", "DGT", "LUC", "ODT", "ONT", "TMD")
    assert [value for value in land["classes"] if value] == [
        f"tt08-2024:{code}" for code in sorted(codes, key=land_order)
    ]
    assert [v for v in layer_of(seen, "roads")["classes"] if v] == ["2", "5", "8"]
    assert [v for v in layer_of(seen, "green")["classes"] if v] == ["public"]


def test_legends_of_sheets_list_what_is_drawn_there(seen: dict[str, Any]) -> None:
    """On a page about one finding its severity alone."""
    for name, told in seen["layouts"].items():
        for key, entries in told["legend"].items():
            values = seen["layers"][key]["values"]
            if values is not None and key.startswith("urbanplan_finding") and told["pages"] > 1:
                assert len(entries) <= 1, (name, key)
            elif key == "urbanplan_land_use" and told["pages"] == 1:
                assert len(entries) == len(values), (name, key, entries, values)


def land_order(code: str) -> int:
    from urbanplan_gis.standards.codes import read_rows

    rows = [row["code"] for row in read_rows("land_codes.csv") if row["list"] == "tt08-2024"]
    return rows.index(code)


def test_areas_measured_by_qgis_are_those_of_the_land_balance(
    seen: dict[str, Any], city: StoredRun
) -> None:
    compare_areas(seen, city)
    # by hand: 1000 m x 400 m of each unit's first parcel, the smaller parcel keeps 100 m x 100 m
    assert seen["areas"]["21000|tt08-2024|ODT"] == pytest.approx(400_000, rel=1e-9)
    assert seen["areas"]["21000|tt08-2024|TMD"] == pytest.approx(10_000, rel=1e-9)
    assert seen["areas"]["21000|tt08-2024|DGT"] == pytest.approx(345_000, rel=1e-9)


def compare_areas(seen: dict[str, Any], run: StoredRun) -> None:
    balance = run.table("land_balance")
    ours = balance[(balance["area_kind"] == "unit") & (balance["scenario"] == "existing")]
    ours = ours[ours["unit_code"].isin(run.layer("units")["code"].astype(str))]
    measured: Counter[tuple[str, str]] = Counter()
    for key, area in seen["areas"].items():
        unit, _, code = key.split("|")
        measured[unit, code or "unclassified"] += area / 1e4  # m2 to ha
    known = Counter[tuple[str, str]]()
    for row in ours.to_dict("records"):
        known[row["unit_code"], row["code"] or "unclassified"] += float(row["area_ha"])
    # «unclassified» is listed with 0 ha where there is none
    assert set(measured) == {key for key, hectares in known.items() if hectares}
    for key, hectares in known.items():
        assert measured[key] == pytest.approx(hectares, rel=1e-6, abs=1e-9), key


def test_columns_read_in_words_and_tokens_have_meanings(seen: dict[str, Any]) -> None:
    units = layer_of(seen, "units")
    assert units["aliases"]["name"] == "Tên"
    assert units["map"]["kind"] == [{"Xã": "commune"}, {"Phường": "ward"}]
    assert units["widgets"]["fid"] == "Hidden"
    places = layer_of(seen, "finding_places")
    assert places["aliases"]["decision"] == "Quyết định về phát hiện"
    assert places["widgets"]["severity"] == "ValueMap"
    named = [alias for told in seen["layers"].values() for alias in told["aliases"].values()]
    assert not [alias for alias in named if "_" in alias]


def test_figures_shown_are_those_of_the_table(city: StoredRun, seen: dict[str, Any]) -> None:
    import pyogrio

    figures = city.figures
    figures = figures[figures["is_default"] & (figures["scenario"] == "existing")]
    names = [key for key in seen["layers"] if "_figures_" in key]
    assert len(names) > 2
    for key in names:
        indicator = key.removeprefix("urbanplan_figures_")
        shown = pyogrio.read_dataframe(city.folder / SIDE_FILE, layer=f"figures_{indicator}")
        table = figures[figures["indicator"] == indicator].set_index("unit_code")
        for row in shown.to_dict("records"):
            expected = table.loc[row["unit_code"], "value"]
            assert row["value"] == expected or (pd.isna(row["value"]) and pd.isna(expected))
            assert row["verdict"] == table.loc[row["unit_code"], "verdict"]


def test_choropleth_steps_are_the_breaks_of_the_target(city: StoredRun) -> None:
    import pyogrio

    shown = pyogrio.read_dataframe(city.folder / SIDE_FILE, layer="figures_transport_land_share")
    by_unit = shown.set_index("unit_code")
    # unit 0: 345 000 m2 of roads over 755 000 m2 urban land: 45.695 % against a target of 22 %
    assert by_unit.loc["21000", "value"] == pytest.approx(100 * 345_000 / 755_000, rel=1e-9)
    assert by_unit.loc["21000", "target_share_pct"] == pytest.approx(207.7062, rel=1e-5)
    breaks = (50, 75, 95, 100, 125)
    for row in shown.to_dict("records"):
        step = row["step"].removeprefix("share:")
        if step.isdigit():
            assert int(step) == sum(row["target_share_pct"] >= edge for edge in breaks)


def test_findings_can_be_stepped_through_by_weight(city: StoredRun, seen: dict[str, Any]) -> None:
    import pyogrio

    places = layer_of(seen, "finding_places")
    assert places["sort"] == '"rank"'
    assert places["actions"] == ["Phóng tới phát hiện", "Chép mã để ghi vào decisions.csv"]
    shown = pyogrio.read_dataframe(city.folder / SIDE_FILE, layer="finding_places")
    assert shown["rank"].tolist() == list(range(1, len(shown) + 1))
    assert shown["finding_id"].tolist() == city.table("findings")["finding_id"].tolist()
    shapes = city.layer("findings").set_index("finding_id").geometry
    for row in shown[~shown.geometry.is_empty & shown.geometry.notna()].itertuples():
        assert row.geometry.contains(shapes[row.finding_id])
    kinds = {key for key in seen["layers"] if "_findings_" in key}
    families = set(shapes.dropna().geom_type.str.removeprefix("Multi"))
    assert len(kinds) == len(families)
    counted = sum(seen["layers"][key]["count"] for key in kinds)
    assert counted == shapes.notna().sum()


def test_a_decision_is_told_with_its_finding(city: StoredRun) -> None:
    findings = city.layer("findings")
    findings.loc[0, "action"] = "decided: accept (Nguyễn A, 2025-07-01)"
    decided = StoredRun(city.project, city.manifest, "en", city.folder)
    decided._read["layer findings"] = findings
    shown = {item.name: item.frame for item in side_content(decided, sheet_data(decided))}
    said = shown[PLACES]["decision"].tolist()
    assert said[0] == "accept (Nguyễn A, 2025-07-01)"
    assert set(said[1:]) == {"not decided yet (to be written in decisions.csv)"}


def test_nothing_in_a_name_is_run_or_read_as_html(seen: dict[str, Any]) -> None:
    tips = [told["tip"] for told in seen["layers"].values() if told["tip"]]
    assert len(tips) > 5
    assert not [tip for tip in tips if "<script" in tip]
    assert any("&lt;script&gt;" in tip for tip in tips)
    assert seen["title"].startswith("Phố [% 1 + 1 %] <b>thử</b>")
    assert seen["variables"]["plan_name"] == "Phố [% 1 + 1 %] <b>thử</b>"


def test_default_styles_load_by_themselves_and_sld_has_the_same_rules(
    seen: dict[str, Any],
) -> None:
    styles = seen["styles"]
    assert {"units", "land_use", "zoning", "roads", "faces", "findings", "borders"} <= set(styles)
    for name, told in styles.items():
        assert told["sld"] is True, (name, told["message"])
        if told["kind"] == "categorizedSymbol":
            assert told["rules"] >= told["entries"], name
    assert styles["land_use"]["kind"] == "categorizedSymbol"
    assert styles["land_use"]["alias"] == "Mã đối tượng"


def text_of(pdf: Path) -> str:
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    done = subprocess.run([program, "-layout", pdf, "-"], capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


def test_layouts_print_text_at_a_standard_scale_and_their_legend_fits(
    seen: dict[str, Any], city: StoredRun
) -> None:
    layouts = seen["layouts"]
    assert {told["theme"] for told in layouts.values()} == set(seen["themes"])
    assert len(layouts) == len(seen["themes"]) + 2
    for name, told in layouts.items():
        assert told["result"] == 0, name
        assert told["page"] == [420.0, 297.0]
        assert told["legend_bottom"] < 285, name
        assert told["legend_right"] < 413, name
        scale = round(told["scale"])
        assert int(re.sub("0+$", "", str(scale))) in (1, 2, 5, 25), name
        text = text_of(Path(told["file"]))
        assert "DỮ LIỆU MÔ PHỎNG / SYNTHETIC · BẢN NHÁP / DRAFT" in text, name
        assert "VN-2000, kinh tuyến trục 108°00', múi chiếu 3°" in text, name
        assert "CHÚ GIẢI" in text, name
        assert "30/06/2025" in text, name
        assert f"Tỷ lệ 1/{scale:,}".replace(",", ".") in text, name
        # the project's name is said, not computed
        assert "Phố [% 1 + 1 %]" in text, name
    units = next(told for name, told in layouts.items() if "theo đơn vị" in name)
    assert units["pages"] == len(NAMES)
    assert SCRIPT in text_of(Path(units["file"]))
    severities = city.layer("findings")
    wanted = severities[severities["severity"].isin(["error", "warning"])].geometry.notna().sum()
    assert next(t for n, t in layouts.items() if "phát hiện" in n and t["pages"] > 1)[
        "pages"
    ] == int(wanted)


def test_the_same_run_gives_the_same_bytes_without_places_or_owners(
    city: StoredRun, tmp_path: Path
) -> None:
    assert make_qgis_project(city) == []
    again = tmp_path / "một nơi khác"
    shutil.copytree(city.folder, again)
    (again / PROJECT).unlink()
    (again / SIDE_FILE).unlink()
    other = StoredRun(city.project, city.manifest, "vi", again)
    assert make_qgis_project(other) == ["layers", "project"]
    for name in (PROJECT, SIDE_FILE):
        assert (again / name).read_bytes() == (city.folder / name).read_bytes(), name
    with zipfile.ZipFile(city.folder / PROJECT) as archive:
        assert archive.namelist() == ["city.qgs"]
        document = archive.read("city.qgs").decode()
    for word in (str(city.folder), "/tmp", "/home", "saveUser", os.uname().nodename):
        assert word not in document
    sources = set(re.findall(r"<datasource>([^|<]*)", document))
    assert sources == {"./city.gpkg", f"./{SIDE_FILE}"}
