"""Sheets as printed: measured on the PDF, read as text, with the arrow where north is."""

from __future__ import annotations

import io
import itertools
import math
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pypdf
import pyproj
import pytest
import shapely
from matplotlib.figure import Figure

from sheet_checks import axes_of, misplaced, scale_of, texts, words
from test_sheets_city import CRS, city, city_units, figures, frame, layers, square
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Origin
from urbanplan_gis.outputs.sheets import SheetData, SheetOptions, draw_sheet, letters
from urbanplan_gis.outputs.sheets.boxes import Font
from urbanplan_gis.outputs.sheets.labels import Taken, Wanted, find_number
from urbanplan_gis.outputs.sheets.letters import faced, lacking
from urbanplan_gis.outputs.sheets.sheet_files import own_sheets
from urbanplan_gis.outputs.sheets.write import make_figure, make_figures, save_sheet, settings
from urbanplan_gis.text import Name, say


@pytest.fixture(autouse=True)
def _sheet_settings() -> Iterator[None]:
    with settings():
        yield


def draft(**options: Any) -> SheetOptions:
    return SheetOptions(**{"dpi": 72, "outputs": ("pdf",), **options})


def _own(name: str) -> Any:
    return next(sheet for sheet in own_sheets() if sheet.name == name)


def test_svg_is_the_same_every_time_keeps_text_and_names_each_part_once(tmp_path: Path) -> None:
    one, two = (
        draw_sheet("green_space", city(), draft(outputs=("svg",)), tmp_path / name)[0].read_bytes()
        for name in ("one", "two")
    )
    assert one == two
    assert b"<dc:date>" not in one
    root = ET.parse(io.BytesIO(one)).getroot()
    said = {"".join(item.itertext()) for item in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"CHÚ GIẢI", "BẢN ĐỒ ĐẤT CÂY XANH"} <= said
    names = [item.get("id") for item in root.iter() if item.get("id")]
    assert len(names) == len(set(names))
    assert "class_green_public" in names


# ---- North ----------------------------------------------------------------------------------


def arrow_angle(figure: Any) -> float:
    """Degrees by which the arrow leans to the left of up."""
    marks = [a for a in axes_of(figure, "page").get_children() if a.get_gid() == "north:true"]
    points = np.concatenate([mark.get_path().vertices for mark in marks])
    tip = points[points[:, 1].argmax()]
    # the foot in the middle: half way between the two outer corners
    corners = [p.get_path().vertices for p in marks]
    outer = [c[np.hypot(*(c - tip).T).argmax()] for c in corners]
    foot = np.mean(outer, axis=0)
    return math.degrees(math.atan2(foot[0] - tip[0], tip[1] - foot[1]))


@pytest.mark.parametrize("east", [200_000, 430_000, 584_000, 900_000])
def test_the_arrow_is_turned_by_the_meridian_convergence(east: float) -> None:
    """Against the textbook formula Δλ·sin φ, and against the azimuth from a point to one due north
    of it; east of the central meridian true north lies to the left of grid north."""
    units = city_units().translate(east - 584_000, 0)
    figure = make_figure(
        "green_space",
        city(units=city_units().set_geometry(units), layers={"green": _park(east)}),
        draft(),
    )
    ground = axes_of(figure, "map")
    x, y = np.mean(ground.get_xlim()), np.mean(ground.get_ylim())
    to_degrees = pyproj.Transformer.from_crs(CRS, "EPSG:4756", always_xy=True)
    longitude, latitude = to_degrees.transform(x, y)
    formula = (longitude - 108.0) * math.sin(math.radians(latitude))
    north = to_degrees.transform(longitude, latitude + 0.01, direction="INVERSE")
    measured = math.degrees(math.atan2(x - north[0], north[1] - y))
    assert formula == pytest.approx(measured, abs=2e-3)
    assert arrow_angle(figure) == pytest.approx(measured, abs=0.02)
    assert np.sign(arrow_angle(figure)) == np.sign(east + 6000 - 500_000)
    said = re.search(r"giữa tờ ([+−])(\d+)°([\d,]+)'", words(figure))
    assert said is not None
    assert said[1] == ("−" if measured < 0 else "+")
    minutes = 60 * int(said[2]) + float(said[3].replace(",", "."))
    assert minutes == pytest.approx(60 * abs(measured), abs=0.15)


def _park(east: float) -> Any:
    park = frame([square(4000, 4000)], kind=["public"], name=None)
    return park.set_geometry(park.translate(east - 584_000, 0))


# ---- What there is no room for ---------------------------------------------------------------


def long_names() -> SheetData:
    """A city that talks so much that no panel on A4 holds it."""
    long = "Quyết định phê duyệt đồ án quy hoạch phân khu tỷ lệ 1/2000 khu đô thị, " * 6
    origins = tuple(Origin(str(n), f"{n}.gpkg", document=f"{long} {n}") for n in range(25))
    return city(lang="both", origins=origins)


def test_pages_after_the_first_are_files_with_their_number(tmp_path: Path) -> None:
    options = draft(outputs=("png", "pdf", "svg"))
    files = save_sheet("name", lambda: [Figure(), Figure(), Figure()], options, tmp_path)
    assert [path.name for path in files] == [
        "name.png", "name-2.png", "name-3.png", "name.pdf", "name.svg", "name-2.svg", "name-3.svg",
    ]  # fmt: skip
    assert len(pypdf.PdfReader(tmp_path / "name.pdf").pages) == 3


def test_a_number_without_room_is_not_put_over_another() -> None:
    font, frame_mm = Font(6), shapely.box(0, 0, 20, 20)
    taken = Taken()
    wanted = [Wanted(str(n), shapely.box(9, 9, 11, 11), ((("x",), font),)) for n in range(99)]
    found = [find_number(label, "88", font, frame_mm, taken) for label in wanted]
    placed = [one for one in found if one is not None]
    boxes = [shapely.box(o.x - o.size[0] / 2, o.y - o.size[1] / 2, o.x + o.size[0] / 2,
                         o.y + o.size[1] / 2) for o in placed]  # fmt: skip
    assert 5 < len(placed) < 99
    assert all(shapely.contains(frame_mm, box) for box in boxes)
    assert all(a.intersection(b).area < 1e-9 for a, b in itertools.combinations(boxes, 2))


# ---- Names ------------------------------------------------------------------------------------


def test_letters_no_font_has_are_a_sign_and_a_note(recwarn: pytest.WarningsRecorder) -> None:
    names = [f"Xã {n}" for n in range(13)]
    units = city_units().assign(name=["Phường 𓀀 Rìa", *names])
    figure = make_figure("green_space", city(units=units), draft())
    labels = [text.get_text() for text in texts(figure, "unit:21000")]
    assert "?" in " ".join(labels)
    assert "U+13000" in words(figure)
    assert not [one for one in recwarn if "lyph" in str(one.message)]
    assert "U+" not in words(make_figure("green_space", city(), draft()))


def test_right_to_left_names_are_set_by_the_fonts_that_have_them() -> None:
    assert faced("Phường Trần Phú", False, False) == (("Phường Trần Phú", None),)
    assert lacking("Xã مدينة שלום Ễ") == ""
    assert lacking("a\u202eb\u200f") == ""  # signs of direction show nothing and lack nothing
    assert "".join(piece for piece, _ in faced("𓀀 Rìa\u2067", True, False)) in (
        "? Rìa", "? Rìa\u2067"
    )  # fmt: skip
    names = ["Xã مدينة العربية", "Xã שלום", *[f"Xã {n}" for n in range(12)]]
    figure = make_figure("green_space", city(units=city_units().assign(name=names)), draft())
    assert any("العربية" in text.get_text() for text in texts(figure, "unit:"))


ODD = (
    "Xã " + "Nguyễn " * 28, "X" * 200, "<script>alert(1)</script>", "=cmd()|'/c calc'!A0",
    r"$\frac{", r"$x^2$ _{a}", "Xã مدينة العربية", "a\x00b\x07c", "\n\n", "",
)  # fmt: skip


@pytest.mark.parametrize("paper", ["A4", "A2"])
def test_odd_names_stay_inside_the_sheet_as_they_are(paper: str) -> None:
    units = city_units().assign(name=[*ODD, *ODD[:4]])
    green = layers()["green"].assign(name=ODD[2:7])
    data = city(
        units=units, layers={**layers(), "green": green}, figures=figures(),
        title=Name(ODD[4], ODD[0]),
        origins=tuple(Origin(str(n), name or "x", publisher=name) for n, name in enumerate(ODD)),
    )  # fmt: skip
    for sheet in ("green_space", "indicator_urban_land_ratio"):
        pages = make_figures(_own(sheet), data, draft(paper=paper))
        assert [fault for page in pages for fault in misplaced(page)] == []
        said = " ".join(map(words, pages))
        assert r"$\frac{" in said
        assert "<script>" in said


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(PlanDataError, match="a place that cannot be written"):
        save_sheet("name", lambda: [Figure()], draft(), tmp_path / "file" / "maps")


def test_a_font_that_is_not_there_is_told() -> None:
    with pytest.raises(PlanDataError, match=r"Nowhere\.ttf: found a font that is missing"):
        letters._letters("/no/such/Nowhere.ttf")


# ---- Odd ground -------------------------------------------------------------------------------


def test_a_city_400_km_wide_and_one_of_a_metre_have_sheets() -> None:
    wide = city_units().set_geometry(
        city_units().scale(400 / 12, 400 / 12, origin=(584_000, 1_670_000))
    )
    large = make_figure("green_space", city(units=wide), draft(paper="A4"))
    assert scale_of(large) == 5_000_000 or scale_of(large) == 2_000_000
    small = city_units().set_geometry(city_units().scale(1e-4, 1e-4, origin=(584_000, 1_670_000)))
    tiny = make_figure("green_space", city(units=small, layers={"green": _park(584_000)}), draft())
    assert scale_of(tiny) == 500
    assert say("map.legend.title", "vi") in words(tiny)


def test_a_unit_without_land_use_is_counted_as_unknown_ground() -> None:
    """Of twelve units of 9 km² each, land use of ten is known: a sixth is not (1 800 ha)."""
    land = frame([square(0, 0, 12_000, 6000), square(0, 6000, 6000, 3000)],
                 code=["LUC", "ODT"], code_list="tt08-2024")  # fmt: skip
    said = words(make_figure("existing_land_use", city(layers={"land_use": land}), draft()))
    assert "Chưa biết loại đất của 16,7 % diện tích trên tờ (1.800,0 ha)." in said
    unmapped = land.assign(code=["LUC", None])
    said = words(make_figure("existing_land_use", city(layers={"land_use": unmapped}), draft()))
    assert "33,3 %" in said  # and half of what had a code


def test_errors_nobody_decided_are_counted_on_the_ground_of_the_sheet() -> None:
    found = frame(
        [square(100, 100, 200), square(5000, 5000, 100), square(300_000, 0), square(0, 0), None],
        finding_id=[f"overlap-{n}" for n in range(5)],
        severity=["error", "error", "error", "warning", "error"],
        action=["reported", "decided: accept", "reported", "reported", "reported"],
        area_ha=[4.0, 1.0, 100.0, 100.0, None],
    )
    found.loc[5] = ["unmapped-5", "error", "kept", 2.5, square(7000, 7000, 10)]
    said = words(make_figure("green_space", city(layers={**layers(), "findings": found}), draft()))
    assert "Lỗi dữ liệu chưa xử lý trong phạm vi tờ: 2 (6,5 ha); xem findings.csv." in said
    assert "không gắn với vị trí: 1" in said
    clean = words(make_figure("green_space", city(), draft()))
    assert "Cảnh báo" not in clean
