"""The web map's content: bytes that decode to the same ground, both languages, nothing but text."""

from __future__ import annotations

import base64
import datetime as dt
import json
import re
import shutil
import zlib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.outputs import run_files
from urbanplan_gis.outputs.manifest import read_manifest
from urbanplan_gis.outputs.stored_run import StoredRun, stored_run
from urbanplan_gis.outputs.web import make_web_map
from urbanplan_gis.outputs.web.content import gather_content
from urbanplan_gis.outputs.web.defects import other_choice
from urbanplan_gis.outputs.web.encoding import pack_shapes, varints
from urbanplan_gis.outputs.web.ground import simpler
from urbanplan_gis.outputs.web.page import html_page
from urbanplan_gis.outputs.web.plane import Plane
from urbanplan_gis.outputs.web.sentences import sentence, sentences, told_apart
from urbanplan_gis.outputs.web.words import page_words
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project
from urbanplan_gis.standards.codes import read_rows
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import Name, Text

CRS = "EPSG:5898"
EAST, NORTH = 585_000.0, 1_672_000.0
HOSTILE = '</script><script>window.harmed=1</script>"><img src=x onerror="window.harmed=1">'
LONG = "Xã " + "rất dài " * 24 + "hết"
ARABIC = "Xã مدينة التخطيط"
PROJECT = """
[project]
name = { vi = "Thành phố thử", en = "Test city" }
as_of = 2025-06-30
boundaries = "2014"
synthetic = true
EARLIER
[layers.units]
path = "units.gpkg"
fields = { code = "ma", name = "ten", kind = "loai", slated = "du_kien" }
[[layers.land_use]]
name = "truoc"
path = "before.gpkg"
fields = { code = "ma", feature_id = "thua" }
code_list = "tt08-2024"
valid_to = 2025-01-01
[[layers.land_use]]
name = "nay"
path = "now.gpkg"
fields = { code = "ma", feature_id = "thua" }
code_list = "tt08-2024"
valid_from = 2025-01-01
[layers.land_use.origin]
publisher = "Phòng Quản lý"
document = "kiểm kê"
date = 2025-01-02
[layers.plans]
path = "plans.gpkg"
fields = { plan_id = "so", name = "ten", kind = "loai", approved = "duyet" }
[layers.zoning]
path = "lots.gpkg"
fields = { code = "cn", feature_id = "lo", plan_id = "so" }
code_list = "tt16-2025"
[layers.roads]
path = "roads.gpkg"
fields = { feature_id = "id", name = "ten", road_class = "cap", width_m = "rong" }
"""


def square(x: float, y: float, side: float = 100.0) -> Polygon:
    """A square with its corner so many metres from that of the city."""
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def frame(shapes: list[Any], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def write_city(folder: Path, earlier: bool = True, lots: bool = True) -> Path:
    """Four units of 1 km², whose names a browser must take for text, and 400 parcels."""
    places = [(0, 0), (1000, 0), (0, 1000), (1000, 1000)]
    frame(
        [square(x, y, 1000) for x, y in places],
        ma=["21010", "21013", "21016", "21019"],
        ten=["Phường Trần Phú", f"Xã {HOSTILE}", LONG, ARABIC],
        loai=["Phường", "Xã", "Xã", "Xã"],
        du_kien=[0, 1, 0, 1],
    ).to_file(folder / "units.gpkg")
    codes = ["ODT", "DGT", "LUC", "CLN"]
    grid = [(100 * (n % 20), 100 * (n // 20)) for n in range(400)]
    parcels = frame(
        [square(x, y) for x, y in grid],
        ma=[codes[(n + n // 20) % 4] for n in range(400)],
        thua=[f"TD{n:04d}" for n in range(400)],
    )
    parcels.assign(ma=["LUC" if n % 3 else "ODT" for n in range(400)]).to_file(
        folder / "before.gpkg"
    )
    parcels.loc[5, "ma"] = HOSTILE[:60]  # a code nobody knows: a finding that quotes it
    parcels.to_file(folder / "now.gpkg")
    text = PROJECT.replace("EARLIER", "earlier = [2024-06-30]" if earlier else "")
    if lots:
        frame(
            [square(0, 0, 700), square(1200, 1200, 600)],
            so=["QH-1", "QH-2"],
            ten=["Đồ án một", HOSTILE],
            loai=["zoning", "zoning"],
            duyet=pd.to_datetime(["2020-01-01", "2026-01-01"]),
        ).to_file(folder / "plans.gpkg")
        frame(
            [square(0, 0, 350), square(350, 0, 350)],
            cn=["O_Nhomnhao", "HTXH_CayxanhCC"],
            lo=["L-1", "L-2"],
            so=["QH-1", "QH-1"],
        ).to_file(folder / "lots.gpkg")
        frame(
            [LineString([(EAST, NORTH + 500), (EAST + 2000, NORTH + 520)])],
            id=["d1"],
            ten=["Đường Quang Trung"],
            cap=[3],
            rong=[20.0],
        ).to_file(folder / "roads.gpkg")
    else:
        text = text[: text.index("[layers.plans]")]
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return folder


def _leave_empty(*given: Any) -> None:
    next(one for one in given if isinstance(one, Path)).touch()


def run_city(folder: Path, lang: str = "both") -> StoredRun:
    """A run of the project in a folder; its workbook, which no web map reads, is left empty."""
    project = load_project(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run_files, "write_workbook", _leave_empty)
        make_run(project, lang)
    return stored_run(project, lang)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> StoredRun:
    """A run of the city, and of the day before."""
    folder = tmp_path_factory.getbasetemp() / "web-city"
    if not folder.is_dir():  # the tests in a browser look at the same city
        folder.mkdir()
        return run_city(write_city(folder))
    return stored_run(load_project(folder), "both")


def decoded(text: str, count: int, is_area: bool, plane: Plane) -> list[Any]:
    """Shapes read back from packed text, byte by byte."""
    data = zlib.decompress(base64.b64decode(text))
    numbers, value, shift = [], 0, 0
    for byte in data:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            numbers.append(value)
            value, shift = 0, 0
    stream = iter(numbers)
    shapes = [next(stream) for _ in range(count)]
    parts = [next(stream) for _ in range(sum(shapes))]
    rings = [next(stream) for _ in range(sum(parts))]
    x = y = 0
    lines = []
    for length in rings:
        line = []
        for _ in range(length):
            dx, dy = next(stream), next(stream)
            x += -(dx + 1) // 2 if dx % 2 else dx // 2
            y += -(dy + 1) // 2 if dy % 2 else dy // 2
            line.append((plane.origin[0] + x * plane.quantum, plane.origin[1] + y * plane.quantum))
        lines.append(line)
    assert next(stream, None) is None
    if not is_area:
        return lines
    ring = iter(lines)
    pieces = iter([[next(ring) for _ in range(length)] for length in parts])
    made = [[next(pieces) for _ in range(length)] for length in shapes]
    return [MultiPolygon([Polygon(piece[0], piece[1:]) for piece in shape]) for shape in made]


def plane_of(shape: Any, crs: str = CRS) -> Plane:
    return Plane.around(gpd.GeoDataFrame(geometry=[shape], crs=crs), crs)


def test_numbers_take_seven_bits_to_a_byte() -> None:
    assert varints(np.array([0, 127, 128, 300, 2**35], dtype=np.uint64)) == bytes(
        [0, 127, 128, 1, 172, 2, 128, 128, 128, 128, 128, 1]
    )


def test_shapes_come_back_within_half_a_quantum() -> None:
    """A square with a hole, a shape of two parts, one of nothing, and a speck."""
    holed = square(0, 0, 1000).difference(square(300, 300, 200))
    two = MultiPolygon([square(2000, 0, 10), square(2100, 50, 20)])
    speck = square(500, 2000, 0.001)
    shapes = np.array([holed, two, None, speck, square(-900, -900, 3)], dtype=object)
    plane = plane_of(square(-1000, -1000, 25_000))
    assert plane.quantum == pytest.approx(0.1)
    told = pack_shapes(shapes, plane.origin, plane.quantum)
    assert (told.count, told.unseen) == (5, 2)
    back = decoded(told.data, 5, True, plane)
    for given, found in zip(shapes, back, strict=True):
        if given is None or given is speck:
            assert found.is_empty
        else:
            assert found.area == pytest.approx(given.area, abs=1e-3)
            assert shapely.hausdorff_distance(given, found) <= 0.5 * plane.quantum * 2**0.5 + 1e-6


def test_lines_keep_their_order_of_vertices() -> None:
    line = LineString([(EAST, NORTH), (EAST + 50, NORTH - 3), (EAST + 50, NORTH + 90)])
    plane = plane_of(square(-100, -100, 1000))
    told = pack_shapes(np.array([line], dtype=object), plane.origin, plane.quantum)
    found = decoded(told.data, 1, False, plane)
    assert np.abs(np.array(found[0]) - np.array(line.coords)).max() <= plane.quantum / 2 + 1e-9


def test_no_gap_shows_between_simplified_neighbours() -> None:
    """A wavy border shared by two faces: simplified alike on both sides, areas still add up."""
    wave = [(EAST + 500 + 3 * np.sin(y / 7), NORTH + y) for y in range(0, 1001, 5)]
    left = Polygon([(EAST, NORTH), *wave, (EAST, NORTH + 1000)])
    right = Polygon([*wave, (EAST + 1000, NORTH + 1000), (EAST + 1000, NORTH)])
    plane = plane_of(square(0, 0, 400_000))
    kept, tolerance = simpler(np.array([left, right], dtype=object), plane)
    assert tolerance >= 10
    assert shapely.get_num_coordinates(kept).sum() < 30
    assert kept[0].intersection(kept[1]).area == pytest.approx(0, abs=1e-6)
    assert shapely.union_all(kept).area == pytest.approx(1e6, rel=1e-9)


@pytest.mark.parametrize(
    ("side", "crs"),
    [(20_000, CRS), (400_000, CRS), (30, CRS), (60_000, "EPSG:32649"), (80_000, "EPSG:9217")],
)
def test_latitude_and_longitude_are_those_of_proj(side: float, crs: str) -> None:
    """Within 1 m at 500 places nobody fitted anything to."""
    plane = plane_of(square(-side / 2, -side / 2, side), crs)
    found = plane.degrees()
    assert found is not None
    some = np.random.default_rng(5)
    xmin, ymin, xmax, ymax = plane.extent
    east, north = some.uniform(xmin, xmax, 500), some.uniform(ymin, ymax, 500)
    u, v = (2 * east - xmin - xmax) / (xmax - xmin), (2 * north - ymin - ymax) / (ymax - ymin)
    pairs = [(i, j) for i in range(found["degree"] + 1) for j in range(found["degree"] + 1 - i)]
    powers = np.array([u**i * v**j for i, j in pairs])
    longitude, latitude = (np.array(found[k]) @ powers for k in ("longitude", "latitude"))
    known = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(east, north)
    off = pyproj.Geod(ellps="WGS84").inv(longitude, latitude, *known)[2]
    assert np.abs(off).max() < 1


@pytest.mark.parametrize("shape", [Point(EAST, NORTH), Point(1e9, -1e9).buffer(1000), Polygon()])
def test_a_city_without_extent_or_place_on_earth_has_a_plane(shape: Any) -> None:
    plane = plane_of(shape)
    told = json.loads(json.dumps(plane.told(), allow_nan=False))
    xmin, ymin, xmax, ymax = told["extent"]
    assert xmax - xmin >= 4
    assert ymax - ymin >= 4
    assert told["quantum"] > 0
    assert told["stretch"] > 0


def test_sentences_in_two_languages_are_taken_apart() -> None:
    assert told_apart("một / one") == {"vi": "một", "en": "one"}
    assert told_apart("lô A / B chồng / lot A / B overlaps") == {
        "vi": "lô A / B chồng",
        "en": "lot A / B overlaps",
    }
    assert told_apart("chỉ một") == {"vi": "chỉ một", "en": "chỉ một"}
    assert told_apart("a / b / c")["vi"] == "a / b / c"
    assert sentences("DỮ LIỆU MÔ PHỎNG / SYNTHETIC; biết 9,5 % / 9.5 % known; x / y", "both") == {
        "vi": "biết 9,5 %; x",
        "en": "9.5 % known; y",
    }
    assert sentences("DỮ LIỆU MÔ PHỎNG / SYNTHETIC", "both") == {"vi": "", "en": ""}


#: sentences with numbers, dates, other sentences inside, ids that look like numbers, semicolons
_SAID = (
    Text.of("finding.declared_area", declared=0.0668, computed=1234.5, percent=-24.99),
    Text.of("finding.overlap", kept="08.123", cut="A / B"),
    Text.of("finding.plan_without_date_assumed", plan="QH 1; 2"),
    Text.of("finding.gap", unit="21031"),
    Text.of(
        "finding.plan_overlap",
        first="1.234",
        second="QH-4",
        period=Text.of("plan_period.from", begin=dt.date(2023, 3, 20)),
    ),
)


@pytest.mark.parametrize("said", _SAID, ids=lambda said: said.key)
@pytest.mark.parametrize("lang", ["vi", "en", "both"])
def test_a_run_in_one_language_is_told_in_the_other(said: Text, lang: str) -> None:
    """As if the run had been made in it: what the catalogue says of the same values."""
    assert sentence(said.say(lang), lang) == {"vi": said.say("vi"), "en": said.say("en")}


def test_notes_that_hold_semicolons_are_not_mixed_up() -> None:
    notes: list[Text | Name] = [
        Text.of("note.completeness", percent=99.5),
        Text.of("note.class_shift", shift=0.25),
        Text.of("note.parking_not_told_apart"),
    ]
    assumed = next(  # a note of a definition, which stands in no catalogue
        definition.note
        for indicator in indicators().values()
        for definition in indicator.definitions
        if definition.note and ";" in definition.note.en
    )
    notes.append(assumed)
    assert ";" in notes[1].say("vi")
    for lang in ("vi", "en", "both"):
        told = sentences("; ".join(note.say(lang) for note in notes), lang)
        assert told == {name: "; ".join(note.say(name) for note in notes) for name in ("vi", "en")}
    unknown = "một câu không có trong danh mục"
    assert sentences(unknown, "vi") == {"vi": unknown, "en": unknown}


@pytest.mark.parametrize(
    ("alternative", "decision"),
    [("drop P1", True), ("keep P1", True), ("code ODT", True), ("fill P1", True),
     ("keep P1 here", False), ("declared", False), ("median", False)],
)  # fmt: skip
def test_only_what_decides_is_shown_as_a_line_of_decisions(
    alternative: str, decision: bool
) -> None:
    told = other_choice(alternative)
    assert all(told["words"].values())
    assert told.get("written") == (alternative if decision else None)


def test_every_word_the_scripts_ask_for_is_in_the_catalogue() -> None:
    folder = Path(str(make_web_map.__globals__["__file__"])).parent
    code = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("js/*.js")))
    page = (folder / "page.html").read_text(encoding="utf-8")
    words = page_words()
    asked = set(re.findall(r"""say\("([\w.]+)\"""", code)) | set(
        re.findall(r'data-(?:say|label|hint)="(\w+)"', page)
    )
    assert len(asked) > 60
    assert asked <= words.keys()
    starts = {re.match(r"[a-z]+_|[a-z]+\.", part).group(0)  # type: ignore[union-attr]
              for part in re.findall(r"say\(`([\w.]+)\$", code)}  # fmt: skip
    assert all(any(name.startswith(part) for name in words) for part in starts)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", code)


def test_the_page_holds_every_unit_figure_finding_and_face(city: StoredRun) -> None:
    content = gather_content(city, ())
    assert content["engine"] == "leaflet"
    assert [unit["code"] for unit in content["units"]["list"]] == sorted(
        city.layer("units")["code"]
    )
    assert content["findings"]["total"] == len(city.table("findings"))
    ground = content["grounds"][0]
    faces = city.layer("faces")
    assert ground["count"] == len(faces)
    table = json.loads(zlib.decompress(base64.b64decode(ground["table"])))
    assert np.array(table["area"]) / 10 == pytest.approx(faces["area_m2"].to_numpy(), abs=0.05)
    known = {row["code"]: row["name_vi"] for row in read_rows("land_codes.csv")
             if row["list"] == "tt08-2024"}  # fmt: skip
    legend = ground["legends"]["land_use"]
    assert {entry["code"] for entry in legend} >= {"ODT", "DGT", "LUC", "CLN"}
    assert all(entry["name"]["vi"] == known[entry["code"]] for entry in legend)
    states = {stop["state"] for stop in content["stops"]}
    assert states == set(city.figures.query("is_default")["scenario"])
    for stop in content["stops"]:
        own = city.figures.query("is_default and scenario == @stop['state']")
        told = {(key, code) for key, rows in stop["figures"].items() for code in rows}
        assert told == set(zip(own["indicator"], own["unit_code"], strict=True))


def test_names_reach_the_file_as_text_only(city: StoredRun) -> None:
    page = html_page(gather_content(city, ()))
    assert "<script>window.harmed" not in page
    assert "<img src=x" not in page
    assert page.count("</script>") == page.count("<script")
    held = re.search(r'<script type="application/json" id="content">(.*?)</script>', page, re.S)
    assert held
    assert not re.search("[<>&\u2028\u2029]", held.group(1))
    names = [unit["name"] for unit in json.loads(held.group(1))["units"]["list"]]
    assert f"Xã {HOSTILE}" in names
    policy = re.search(r'Security-Policy" content="([^"]*)"', page)
    assert policy
    assert policy.group(1).startswith("default-src 'none'; script-src 'sha256-")
    assert "unsafe" not in policy.group(1)
    assert "http:" not in policy.group(1)
    assert not re.search(r"""(src|href)=["']?(https?:)?//""", page.split("<body>")[0])


def test_the_map_is_made_once_and_again_when_something_changed(
    city: StoredRun, tmp_path: Path
) -> None:
    shutil.copytree(city.folder.parents[1], tmp_path / "city")
    run = stored_run(load_project(tmp_path / "city"), "both")
    (run.folder / "map.html").unlink(missing_ok=True)
    assert make_web_map(run) == ["map"]
    first = (run.folder / "map.html").read_bytes()
    assert make_web_map(run) == []
    (run.folder / "map.html").write_text("spoilt", encoding="utf-8")
    assert make_web_map(stored_run(run.project, "both")) == ["map"]
    assert (run.folder / "map.html").read_bytes() == first
    assert read_manifest(run.folder)["products"]["web"]["map"]["files"].keys() == {"map.html"}
    assert make_web_map(stored_run(run.project, "both")) == []
    english = StoredRun(run.project, read_manifest(run.folder), "en", run.folder)
    assert make_web_map(english) == ["map"]
    assert (run.folder / "map.html").read_text("utf-8").count('<html lang="en">') == 1


def test_earlier_days_become_stops(city: StoredRun) -> None:
    make_web_map(city)
    page = (city.folder / "map.html").read_text("utf-8")
    held = re.search(r'id="content">(.*?)</script>', page, re.S)
    assert held
    content = json.loads(held.group(1))
    assert [(stop["day"]["vi"], stop["state"], stop["ground"]) for stop in content["stops"]] == [
        ("30/06/2024", "existing", 0),
        ("30/06/2025", "existing", 1),
        ("30/06/2025", "planned", 1),
    ]
    assert content["start"] == 1
    used = [ground["sources"]["land_use"][0]["source"] for ground in content["grounds"]]
    assert used == ["truoc", "nay"]
    before = pd.read_csv(city.folder / "2024-06-30" / "tables" / "indicators.csv")
    ratio = before[(before["unit_code"] == "city") & (before["scenario"] == "existing")
                   & (before["indicator"] == "urban_land_ratio")]  # fmt: skip
    told = content["stops"][0]["figures"]["urban_land_ratio"]["city"]["number"]
    assert told in ratio["value"].to_list()


def test_a_city_without_land_use_has_a_map(tmp_path: Path) -> None:
    folder = write_city(tmp_path, earlier=False, lots=False)
    text = (folder / "project.toml").read_text("utf-8")
    (folder / "project.toml").write_text(text[: text.index("[[layers.land_use]]")], "utf-8")
    run = run_city(folder, "vi")
    assert make_web_map(run) == ["map"]
    content = gather_content(run, ())
    assert content["lang"] == "vi"
    assert content["roads"] is None
    assert not any(content["grounds"][0]["legends"].values())


def test_a_folder_that_cannot_be_written_gives_a_line(city: StoredRun, monkeypatch: Any) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "denied")

    (city.folder / "map.html").unlink(missing_ok=True)
    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(PlanDataError) as wrong:
        make_web_map(city)
    assert "\n" not in wrong.value.problems[0].line("vi")
