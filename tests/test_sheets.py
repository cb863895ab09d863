"""Map sheets as drawn: true scale, honest legends, nothing clipped or overprinted."""

from __future__ import annotations

import datetime as dt
import itertools
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.figure import Figure

from sheet_checks import (
    axes_of,
    drawn_classes,
    extents,
    legend_classes,
    rgba,
    scale_of,
    texts,
    words,
)
from test_sheets_city import (
    EAST,
    INDICATORS,
    NORTH,
    city,
    city_units,
    figure_row,
    figures,
    frame,
    layers,
    square,
)
from urbanplan_gis.model.data import Origin
from urbanplan_gis.outputs.sheets import SheetData, SheetOptions, sheet_sources
from urbanplan_gis.outputs.sheets.boxes import Font, balanced, text_width, wrap
from urbanplan_gis.outputs.sheets.grid import interval
from urbanplan_gis.outputs.sheets.page import STANDARD_SCALES
from urbanplan_gis.outputs.sheets.symbols import GREEN_KINDS
from urbanplan_gis.outputs.sheets.theme import outer_rings
from urbanplan_gis.outputs.sheets.write import make_figure, settings
from urbanplan_gis.text import Text

DPI = 100


@pytest.fixture(autouse=True)
def _sheet_settings() -> Iterator[None]:
    with settings(), warnings.catch_warnings():
        warnings.simplefilter("error")  # a letter the font lacks is a warning
        yield


def draw(name: str, data: SheetData | None = None, **options: Any) -> Figure:
    return make_figure(name, data or city(), replace(SheetOptions(dpi=DPI), **options))


def test_classes_outside_the_frame_are_neither_drawn_nor_explained() -> None:
    far = frame([square(90_000, 0)], code=["LUC"], code_list="tt08-2024")
    near = frame([square(0, 0)], code=["ODT"], code_list="tt08-2024")
    figure = draw("existing_land_use", city(layers={"land_use": pd.concat([near, far])}))
    codes = {key.split(":")[1] for key in legend_classes(figure) if ":" in key}
    assert codes == drawn_codes(figure) == {"ODT"}


def drawn_codes(figure: Figure) -> set[str]:
    return {key.split(":")[1] for key in drawn_classes(figure) if ":" in key}


def test_land_codes_stand_beside_their_names() -> None:
    figure = draw("existing_land_use")
    printed = {text.get_text() for text in texts(figure, "panel")}
    assert drawn_codes(figure) <= printed


def test_palettes_are_never_mixed() -> None:
    land = {key.split(":")[0] for key in drawn_classes(draw("existing_land_use")) if ":" in key}
    plan = {key.split(":")[0] for key in drawn_classes(draw("planned_land_use")) if ":" in key}
    assert (land, plan) == ({"tt08-2024"}, {"tt16-2025"})


@pytest.mark.parametrize(("paper", "landscape", "dpi"), [("A3", True, 300), ("A4", False, 72)])
def test_grid_lines_lie_at_true_scale(paper: str, landscape: bool, dpi: int) -> None:
    figure = draw("green_space", paper=paper, landscape=landscape, dpi=dpi)
    ground = axes_of(figure, "map")
    eastings = sorted(
        float(line.get_gid().rsplit(":", 1)[1])
        for line in ground.lines
        if (line.get_gid() or "").startswith("grid:e:")
    )
    scale = scale_of(figure)
    step = interval(scale)
    assert scale in STANDARD_SCALES
    assert len(eastings) >= 2
    for west, east in itertools.pairwise(eastings):
        assert east - west == step
        pixels = np.diff(ground.transData.transform([[west, NORTH], [east, NORTH]])[:, 0])[0]
        assert pixels / dpi * 25.4 == pytest.approx(step * 1000 / scale, abs=0.05)


def test_an_island_too_small_for_dashes_has_a_whole_outline() -> None:
    units = city_units()
    units.loc[14] = ["21014", "Xã Đảo", "commune", False, square(13_000, 0, 100)]
    ground = axes_of(draw("green_space", city(units=units)), "map")
    borders = [a for a in ground.get_children() if a.get_gid() == "class:city_border"]
    dashed = {np.ptp(a.get_path().vertices[:, 0]): a.get_linestyle() != "solid" for a in borders}
    assert dashed == {100.0: False, 12_000.0: True}


def test_a_known_rectangle_has_its_true_size_in_pixels() -> None:
    park = frame([square(4000, 4000, 4000, 3000)], kind=["public"], name=[None])
    figure = draw("green_space", city(layers={"green": park}), scale=50_000)
    green = np.array([int(str(GREEN_KINDS["public"].fill)[n : n + 2], 16) for n in (1, 3, 5)])
    image = rgba(figure)
    hit = (np.abs(image[..., :3].astype(int) - green) < 12).all(axis=2)
    hit[:, int(0.75 * image.shape[1]) :] = False  # the panel, with its swatch
    rows, columns = np.flatnonzero(hit.any(axis=1)), np.flatnonzero(hit.any(axis=0))
    assert np.ptp(columns) / DPI * 25.4 == pytest.approx(80, abs=0.6)
    assert np.ptp(rows) / DPI * 25.4 == pytest.approx(60, abs=0.6)


def test_units_too_small_for_their_name_are_numbered_and_explained() -> None:
    figure = draw("green_space")
    labels: dict[str, str] = {}
    for text in texts(figure, "unit:"):
        labels[text.get_gid()] = f"{labels.get(text.get_gid(), '')} {text.get_text()}".strip()
    assert len(labels) == len(city().units)
    numbered = {label for label in labels.values() if label.isdigit()}
    keyed = {text.get_gid().removeprefix("key:") for text in texts(figure, "key:")}
    assert numbered == keyed == {"1", "2"}


def test_touching_polygons_show_no_hairline() -> None:
    slant = [(0, 0), (1000, 0), (2777, 3000), (0, 3000)]
    left = shapely.Polygon([(EAST + x, NORTH + 2000 + y) for x, y in slant])
    right = square(0, 2000, 6000, 3000).difference(left)
    land = frame([left, right], code=["LUC", "LUC"], code_list="tt08-2024")
    figure = draw("existing_land_use", city(layers={"land_use": land}), scale=50_000, dpi=150)
    for artist in axes_of(figure, "map").get_children():
        if not (artist.get_gid() or "").startswith("class:tt08"):
            artist.set_visible(False)
    axes_of(figure, "page").set_visible(False)
    image = rgba(figure)[..., :3].astype(int)
    ink = np.flatnonzero((image.sum(axis=2) < 760).any(axis=1))
    middle = image[(ink[0] + ink[-1]) // 2]
    inside = np.flatnonzero(middle.sum(axis=1) < 760)
    row = middle[inside[0] + 3 : inside[-1] - 3]
    assert np.abs(row - [255, 252, 140]).max() <= 3


def test_a_small_lot_inside_a_large_one_stays_visible() -> None:
    lots = frame(
        [square(0, 0, 5000), square(2000, 2000, 90)],
        code=["O_Nhomnhao", "HTXH_CayxanhCC"],
        code_list="tt16-2025",
    )
    figure = draw("planned_land_use", city(layers={"zoning": lots.iloc[::-1]}))
    order = {
        artist.get_gid(): artist.get_zorder()
        for artist in axes_of(figure, "map").get_children()
        if artist.get_gid()
    }
    large, small = "class:tt16-2025:O_Nhomnhao", "class:tt16-2025:HTXH_CayxanhCC"
    assert order[small] > order[large]


def test_communes_are_coloured_by_share_of_the_target() -> None:
    figure = draw("indicator_urban_land_ratio")
    shares = {key for key in drawn_classes(figure) if key.startswith("share:")}
    assert shares == {f"share:{step}" for step in [*range(6), "no_data"]}
    assert {"incomplete", "context"} <= drawn_classes(figure)


@pytest.mark.parametrize("indicator", INDICATORS)
def test_values_gaps_target_and_verdict_are_printed(indicator: str) -> None:
    said = words(draw(f"indicator_{indicator}"))
    unit = "m²/người" if indicator == "green_per_capita" else "%"
    assert f"12,50 {unit}" in said
    assert "thiếu 75,0 ha" in said
    assert "dư 75,0 ha" in said
    assert f"năm 2025: khoảng 12,5 {unit}" in said
    assert "cơ bản đạt" in said


def test_without_existing_figures_the_sheet_shows_the_planned_state() -> None:
    existing = figures()
    planned = existing.assign(scenario="planned", value=existing["value"] * 2)
    empty = existing.assign(value=np.nan, verdict="no_data")
    both = words(draw("indicator_urban_land_ratio", city(figures=pd.concat([existing, planned]))))
    only = words(draw("indicator_urban_land_ratio", city(figures=pd.concat([empty, planned]))))
    assert "Trạng thái: hiện trạng" in both
    assert "12,50 %" in both
    assert "Trạng thái: kết hợp quy hoạch – hiện trạng" in only
    assert "25,00 %" in only


def test_a_unit_that_unknown_ground_could_lift_over_the_target_gets_no_colour() -> None:
    first = figures()["unit_code"].iloc[0]
    here = figures()["unit_code"] == first
    wide = figures().assign(low=np.nan, high=np.nan, completeness=1.0)
    wide.loc[here, ["value", "low", "high", "completeness"]] = 6.0, 1.0, 90.0, 0.1049
    sheet = draw("indicator_urban_land_ratio", city(figures=wide))
    assert "share:undecided" in drawn_classes(sheet)
    assert "tham khảo (biết 10,4 %)" in words(sheet)


def test_sums_off_by_their_noise_reach_the_target() -> None:
    almost = figures().assign(value=12.5 - 1e-13, gap_ha=-1e-9)
    sheet = draw("indicator_urban_land_ratio", city(figures=almost))
    assert {key for key in drawn_classes(sheet) if key.startswith("share:")} == {"share:4"}
    assert "0,0" in words(sheet)
    assert "−0,0" not in words(sheet)


def test_the_sources_of_an_indicator_are_those_of_its_figures() -> None:
    origins = {role: (role,) for role in ("units", "land_use", "general_plan", "green")}
    data = city(
        origins=tuple(Origin(name, f"{name}.gpkg") for name in origins), sources_by_role=origins
    )
    assert sheet_sources("indicator_urban_land_ratio", data) == [
        "– tệp units.gpkg, chưa ghi nguồn (chưa rõ ngày)",
        "– tệp land_use.gpkg, chưa ghi nguồn (chưa rõ ngày)",
        "– tệp general_plan.gpkg, chưa ghi nguồn (chưa rõ ngày)",
    ]


def test_the_title_block_says_what_the_sheet_is() -> None:
    said = words(draw("green_space"))
    for phrase in (
        "VN-2000, kinh tuyến trục 108°00', múi chiếu 3°",
        "DỮ LIỆU MÔ PHỎNG / SYNTHETIC",
        "BẢN NHÁP / DRAFT",
        "CHÚ GIẢI",
        "30/06/2025",
        "Sở (01/01/2025)",
        "Báo cáo số",
    ):
        assert phrase in said
    standing = Text.of("stamp.delivered", name="Q3", date=dt.date(2025, 9, 30))
    real = words(draw("green_space", city(synthetic=False, standing=standing)))
    assert "BẢN GIAO Q3, ngày 30/09/2025" in real
    assert "SYNTHETIC" not in real
    assert "DRAFT" not in real


def test_sources_can_be_those_of_the_sheet_alone() -> None:
    named = {"green": ("hien_trang",)}
    said = words(draw("green_space", city(sources_by_role=named)))
    assert "Sở (01/01/2025)" in said
    assert "people.csv" not in said


def test_the_crs_is_read_from_its_definition() -> None:
    at_107 = words(draw("green_space", city(crs="EPSG:9216")))
    assert "VN-2000, kinh tuyến trục 107°30', múi chiếu 3°" in at_107


def test_without_a_general_plan_coverage_is_over_natural_area() -> None:
    some = {key: value for key, value in layers().items() if key != "general_plan"}
    figure = draw("zoning_coverage", city(layers=some))
    assert {"covered", "not_covered"} <= drawn_classes(figure)
    assert "covered_outside" not in drawn_classes(figure)
    assert "Không có lớp quy hoạch chung" in words(figure)


def test_no_line_begins_with_a_sign_or_ends_a_text_with_one_short_word() -> None:
    font = Font(10)
    words = "Đất nuôi trồng thủy sản / Aquaculture"
    for width in np.arange(20.0, 60.0):
        assert not any(line.startswith("/") for line in wrap(words, font, width))
    assert wrap("12,5 %", font, text_width("12,5", font)) == ("12,5", "%")  # no room for both
    narrow = text_width("Đất nuôi trồng thủy", font)
    assert wrap("Đất nuôi trồng thủy sản", font, narrow) == ("Đất nuôi trồng", "thủy sản")
    wide = text_width("BẢN ĐỒ PHỦ KÍN QUY HOẠCH PHÂN", font)
    title = balanced("BẢN ĐỒ PHỦ KÍN QUY HOẠCH PHÂN KHU", font, wide)
    assert [len(line.split()) for line in title] in ([4, 4], [5, 3])


def test_a_name_longer_than_its_line_is_broken_at_a_joint() -> None:
    font = Font(7)
    name = "QHPK_SDD_QuangPhu_2021"
    room = text_width("QHPK_SDD_QuangPhu_20", font)
    assert wrap(name, font, room) == ("QHPK_SDD_QuangPhu_", "2021")
    for width in np.arange(3.0, 30.0):
        for word in (name, "x" * 40, "_" * 40, "a-very/long:name;of_parts"):
            lines = wrap(word, font, width)
            assert "".join(lines) == word
            assert all(text_width(line, font) <= width for line in lines)


@pytest.mark.parametrize(("paper", "landscape"), [("A3", False), ("A4", True)])
def test_the_first_coordinate_written_of_each_axis_names_it(paper: str, landscape: bool) -> None:
    for shift in (0, 700, 1400):
        units = city().units.translate(shift, shift)
        figure = draw(
            "green_space", city(units=city().units.set_geometry(units)),
            paper=paper, landscape=landscape,
        )  # fmt: skip
        labels = [text.get_text()[0] for text in texts(figure, "grid_label")]
        assert (labels.count("Y"), labels.count("X")) == (2, 2)


def test_codes_are_readable_and_cross_no_border() -> None:
    dark = frame(
        [square(0, 0, 4000), square(4000, 0, 4000)],
        code=["HTKT_DuongGT", "HTKT_Baidoxe"],
        code_list="tt16-2025",
    )
    figure = draw("planned_land_use", city(layers={"zoning": dark}))
    codes = texts(figure, "code:")
    assert codes
    assert {text.get_color() for text in codes} == {"#ffffff"}
    middle = axes_of(figure, "map").transData.transform((EAST + 3000, NORTH))[0] / DPI * 25.4
    left, _, right, _ = shapely.bounds(extents(figure, codes)).T
    assert ((right < middle) | (left > middle)).all()


def test_without_communes_to_become_wards_nothing_is_said_of_them() -> None:
    units = city().units.assign(slated=False)
    figure = draw("indicator_urban_land_ratio", city(units=units, lang="both"))
    assert "slated_border" not in drawn_classes(figure)
    said = words(figure).casefold()
    assert "dự kiến" not in said
    assert "become" not in said


def test_thirty_rows_are_printed_and_hundreds_are_named_elsewhere() -> None:
    def many(count: int) -> SheetData:
        side = 18
        squares = [square(1000 * (n % side), 1000 * (n // side)) for n in range(count)]
        codes = [f"{n:05d}" for n in range(count)]
        units = frame(squares, code=codes, name=[f"Xã Số {n}" for n in codes], kind="commune",
                      slated=False)  # fmt: skip
        rows = [figure_row("urban_land_ratio", code, "", 5.0) for code in (*codes, "city")]
        return city(units=units, figures=pd.DataFrame(rows))

    few, all_of_them = (words(draw("indicator_urban_land_ratio", many(n))) for n in (30, 300))
    assert few.count("Xã Số") == 30
    assert "Số của từng đơn vị: bảng indicators.csv" in all_of_them
    assert "Toàn thành phố" in all_of_them


def test_sources_that_find_no_room_are_counted() -> None:
    long = "Quyết định phê duyệt đồ án quy hoạch phân khu tỷ lệ 1/2000, " * 3
    origins = tuple(Origin(str(n), f"{n}.gpkg", document=f"{long} {n}") for n in range(25))
    data = city(origins=origins)
    assert "và 19 nguồn khác" in words(draw("green_space", data, paper="A4"))
    assert "nguồn khác" not in words(draw("green_space", data, paper="A2"))


def test_a_note_on_a_class_is_printed_where_it_is_drawn() -> None:
    known = frame([square(0, 0)], code=["ODT"], code_list="tt08-2024")
    assert "gạch chéo" not in words(draw("existing_land_use", city(layers={"land_use": known})))
    odd = known.assign(code="???")
    assert "gạch chéo" in words(draw("existing_land_use", city(layers={"land_use": odd})))


def test_names_are_written_as_they_are_and_units_without_one_by_their_code() -> None:
    names = ["Xã $a^$", None, "", "Xã\nHai  Dòng"] * 4
    said = words(
        draw("indicator_urban_land_ratio", city(units=city().units.assign(name=names[:14])))
    )
    assert "$a^$" in said
    assert "21006" in said
    assert "Xã Hai Dòng" in said
    assert "None" not in said


def test_figures_of_units_alone_are_shown() -> None:
    alone = figures()[figures()["unit_code"] != "city"]
    assert "Toàn thành phố" in words(draw("indicator_urban_land_ratio", city(figures=alone)))


def test_the_city_in_the_locator_has_no_gaps_inside() -> None:
    ring = square(0, 0, 300).difference(square(100, 100, 100))
    assert len(outer_rings(np.array([ring, square(300, 0, 300)], dtype=object))) == 1
