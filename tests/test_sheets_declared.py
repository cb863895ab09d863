"""Sheets as files declare them: what is read, what is refused, and what is drawn of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sheet_checks import axes_of, drawn_classes, legend_classes, texts, words
from test_sheets_city import EAST, NORTH, city, city_units, frame, layers, square
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.outputs.sheets import SheetData, SheetOptions
from urbanplan_gis.outputs.sheets.declaration import Declaration, declared
from urbanplan_gis.outputs.sheets.sheet_files import SheetFile, own_sheets, sheets_of
from urbanplan_gis.outputs.sheets.write import (
    is_possible,
    make_figures,
    options_of,
    settings,
    sheet_inputs,
)

DRAFT = SheetOptions(dpi=72)


@pytest.fixture(autouse=True)
def _sheet_settings() -> Iterator[None]:
    with settings():
        yield


def figure_of(table: dict[str, Any], data: SheetData | None = None) -> Any:
    return figures_of(table, data)[0]


def figures_of(table: dict[str, Any], data: SheetData | None = None) -> list[Any]:
    sheet = SheetFile("mine", "maps/mine.toml", declared("maps/mine.toml", table))
    return make_figures(sheet, data or city(), options_of(sheet.declaration, DRAFT))


def problems_of(table: dict[str, Any]) -> list[str]:
    with pytest.raises(PlanDataError) as wrong:
        declared("maps/mine.toml", table)
    return [problem.line("en") for problem in wrong.value.problems]


def composed(*some: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"title": "Tờ thử", "layers": list(some), **more}


def test_the_products_own_set_is_nine_numbered_files() -> None:
    assert [(sheet.declaration.number, sheet.name) for sheet in own_sheets()] == [
        (1, "existing_land_use"),
        (2, "planned_land_use"),
        (3, "zoning_coverage"),
        (4, "roads_transport"),
        (5, "green_space"),
        (6, "indicator_urban_land_ratio"),
        (7, "indicator_transport_land_share"),
        (8, "indicator_green_per_capita"),
        (9, "indicator_zoning_coverage"),
    ]


def test_all_that_is_wrong_is_said_at_once_with_file_and_key() -> None:
    found = problems_of(
        {
            "theme": "existing_landuse",
            "papr": "A3",
            "dpi": "many",
            "inset": {"extend": "wards"},
            "layers": [{"role": "green", "fill": "green", "colour": "#ffffff"}],
        }
    )
    places = [line.split(": ")[1] for line in found]
    assert sorted(places) == [
        "dpi", "inset.extend", "inset.extent", "layers[0].colour", "layers[0].fill", "papr",
    ]  # fmt: skip
    assert all(line.startswith("maps/mine.toml: ") for line in found)
    known = next(line for line in found if "colour" in line.split(": ")[1])
    assert "fill" in known
    assert "class_set" not in known


@pytest.mark.parametrize(
    ("table", "place"),
    [
        ({"theme": "existing_landuse"}, "theme"),
        ({}, "layers"),
        ({"theme": "green_space", "layers": [{"role": "green"}], "title": "x"}, "theme"),
        ({"theme": "indicator", "indicator": "no_such"}, "indicator"),
        ({"theme": "green_space", "indicator": "urban_land_ratio"}, "indicator"),
        ({"theme": "green_space", "extent": "centre"}, "extent"),
        ({"theme": "green_space", "extent": [5, 5, 1, 1]}, "extent"),
        ({"theme": "green_space", "extent": [1, "2"]}, "extent"),
        ({"theme": "green_space", "scale": 7}, "scale"),
        ({"theme": "green_space", "scale": 2.5}, "scale"),
        ({"theme": "green_space", "title": {"vi": "x"}}, "title"),
        ({"theme": "green_space", "title_block": {"architect": "x"}}, "title_block.architect"),
        ({"theme": "green_space", "outputs": ["gif"]}, "outputs[0]"),
        ({"theme": "green_space", "outputs": []}, "outputs"),
        ({"layers": [{"role": "green"}]}, "title"),
        (composed({"role": "greens"}), "layers[0].role"),
        (composed(*[{"role": "green"}] * 31), "layers"),
        (
            composed({"role": "green", "where": [{"field": "kind", "in": [{}]}]}),
            "layers[0].where[0].in[0]",
        ),
        (composed({"role": "green", "hatch": "&"}), "layers[0].hatch"),
        (composed({"role": "green", "line_mm": 0}), "layers[0].line_mm"),
        (composed({"role": "green", "where": [{"field": "kind"}]}), "layers[0].where[0]"),
        (
            composed({"role": "land_use", "where": [{"class_set": "lakes"}]}),
            "layers[0].where[0].class_set",
        ),
    ],
)
def test_a_wrong_value_is_named_with_its_place(table: dict[str, Any], place: str) -> None:
    (line,) = problems_of(table)
    assert line.startswith(f"maps/mine.toml: {place}: ")


def test_files_add_to_the_set_or_replace_one_and_a_bad_one_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "green_space.toml").write_text('theme = "green_space"\npaper = "A0"\n')
    (tmp_path / "new.toml").write_text('theme = "roads_transport"\n')
    (tmp_path / "zoning_coverage.toml").write_text("theme = \n")
    (tmp_path / "tờ.toml").write_text('theme = "green_space"\n')
    (tmp_path / "taken.toml").write_text('theme = "green_space"\nnumber = 4\n')
    sheets, problems = sheets_of(tmp_path)
    by_name = {sheet.name: sheet.declaration for sheet in sheets}
    assert (by_name["green_space"].number, by_name["green_space"].paper) == (5, "A0")
    assert by_name["new"].number == 10
    # a file that was to replace a sheet and cannot be read does not bring the old one back
    assert "zoning_coverage" not in by_name
    assert {problem.where.split(":")[0] for problem in problems} == {
        "maps/taken.toml", "maps/tờ.toml", "maps/zoning_coverage.toml",
    }  # fmt: skip


def test_what_a_sheet_declares_takes_the_place_of_the_defaults() -> None:
    about = declared("x", {"theme": "green_space", "paper": "A1", "orientation": "portrait",
                           "scale": 20_000, "dpi": 96, "outputs": ["svg"]})  # fmt: skip
    found = options_of(about, SheetOptions(basemap="x.tif"))
    assert (found.paper, found.landscape, found.scale, found.dpi) == ("A1", False, 20_000, 96)
    assert (found.outputs, found.basemap) == (("svg",), "x.tif")
    assert options_of(declared("x", {"theme": "green_space"}), found) == found


def test_layers_are_drawn_in_their_order_and_explained() -> None:
    sheet = figure_of(
        composed(
            {"role": "green", "where": [{"field": "kind", "in": ["public", "water"]}]},
            {"role": "roads", "where": [{"field": "road_class", "from": 2, "to": 3}]},
            {"role": "parking", "fill": "#112233", "name": {"vi": "Bãi xe", "en": "Parking"}},
            {"role": "units"},
        )
    )
    expected = {"0:green:public", "0:green:water", "1:road:2", "1:road:3", "2:parking",
                "3:unit_border", "3:city_border"}  # fmt: skip
    assert drawn_classes(sheet) == legend_classes(sheet) == expected
    order = {}
    for artist in axes_of(sheet, "map").get_children():
        layer = (artist.get_gid() or "").removeprefix("class:").split(":")[0]
        if layer.isdigit():
            order.setdefault(int(layer), []).append(artist.get_zorder())
    for below in range(3):
        assert max(order[below]) < min(order[below + 1])
    assert "Bãi xe" in words(sheet)


@pytest.mark.parametrize(
    ("where", "kinds"),
    [
        ([{"field": "kind", "in": ["PUBLIC"]}], {"public"}),
        ([{"field": "kind", "not_in": ["public", "water", "restricted"]}],
         {"residential", "specialised"}),
        ([{"field": "name", "in": ["Công viên Ba Tơ"]}], {"public"}),
        ([{"field": "kind", "in": ["public", "water"]}, {"field": "kind", "not_in": ["public"]}],
         {"water"}),
    ],
)  # fmt: skip
def test_conditions_choose_features(where: list[dict[str, Any]], kinds: set[str]) -> None:
    sheet = figure_of(composed({"role": "green", "where": where}))
    assert drawn_classes(sheet) == {f"0:green:{kind}" for kind in kinds}


def test_a_class_set_chooses_codes() -> None:
    """Rice land and an urban plot: only the first is farm land."""
    land = frame([square(0, 0), square(1000, 0)], code=["LUC", "ODT"], code_list="tt08-2024")
    table = composed({"role": "land_use", "where": [{"class_set": "agriculture"}], "labels": True})
    sheet = figure_of(table, city(layers={"land_use": land}))
    (drawn,) = drawn_classes(sheet)
    assert drawn.startswith("0:")
    assert drawn.endswith(":LUC")


def test_a_layer_or_field_that_is_not_there_is_named() -> None:
    with pytest.raises(PlanDataError, match=r"layers\[0\].*buildings"):
        figure_of(composed({"role": "buildings"}))
    with pytest.raises(PlanDataError, match=r"layers\[0\].where\[0\].field.*'height'.*kind, name"):
        figure_of(composed({"role": "green", "where": [{"field": "height", "from": 3}]}))


def test_conditions_that_nothing_meets_are_told() -> None:
    sheet = figure_of(composed({"role": "green", "where": [{"field": "kind", "in": ["x"]}]}))
    assert drawn_classes(sheet) == legend_classes(sheet) == set()
    assert "Không có đối tượng nào: Đất cây xanh" in words(sheet)


def test_units_are_named_only_where_asked() -> None:
    silent = figure_of(composed({"role": "green", "labels": True}, {"role": "units"}))
    named = figure_of(composed({"role": "green"}, {"role": "units", "labels": True}))
    assert not texts(silent, "unit:")
    assert [text.get_text() for text in texts(silent, "place:")] == ["Công viên Ba Tơ"]
    assert len({text.get_gid() for text in texts(named, "unit:")}) == len(city_units())
    assert not texts(named, "place:")


def test_points_are_discs_of_one_size_on_paper_with_their_names_beside_them() -> None:
    import numpy as np
    import shapely

    place = shapely.Point(EAST + 6000, NORTH + 4500)
    some = {**layers(), "facilities": frame([place], kind=["school"], name=["Trường A"])}
    layer = {"role": "facilities", "fill": "#aa0000", "point_mm": 4.0, "labels": True}
    sheet = figure_of(composed(layer), city(layers=some))
    patch = next(
        artist
        for artist in axes_of(sheet, "map").get_children()
        if artist.get_gid() == "class:0:facilities"
    )
    box = axes_of(sheet, "map").transData.transform(patch.get_path().vertices)
    assert np.ptp(box[:, 0]) / sheet.dpi * 25.4 == pytest.approx(4.0, abs=0.05)
    assert [text.get_text() for text in texts(sheet, "place:")] == ["Trường A"]


@pytest.mark.parametrize(
    ("extent", "shown"),
    [
        ("city", (0, 0, 12_000, 9000)),
        ("wards", (0, 0, 12_000, 6000)),  # the first five units
        (["21004"], (0, 3000, 3000, 6000)),
        (["21001", "21006"], (3000, 0, 9000, 6000)),
        ([EAST + 1000, NORTH + 1000, EAST + 2000, NORTH + 3000], (1000, 1000, 2000, 3000)),
    ],
)
def test_the_frame_holds_the_ground_asked_for_in_its_middle(
    extent: Any, shown: tuple[int, ...]
) -> None:
    sheet = figure_of({"theme": "green_space", "extent": extent})
    ground = axes_of(sheet, "map")
    (left, right), (bottom, top) = ground.get_xlim(), ground.get_ylim()
    xmin, ymin, xmax, ymax = shown
    assert left < EAST + xmin < EAST + xmax < right
    assert bottom < NORTH + ymin < NORTH + ymax < top
    assert (left + right) / 2 == pytest.approx(EAST + (xmin + xmax) / 2)
    assert (bottom + top) / 2 == pytest.approx(NORTH + (ymin + ymax) / 2)


def test_an_extent_nobody_can_show_is_refused() -> None:
    with pytest.raises(PlanDataError, match=r"maps/mine.toml: extent: .*'99999'.*21000, 21001"):
        figure_of({"theme": "green_space", "extent": ["99999"]})
    with pytest.raises(PlanDataError, match=r"extent: .*touches the city"):
        figure_of({"theme": "green_space", "extent": [108.7, 15.0, 108.9, 15.2]})
    none = city(units=city_units().assign(slated=False))
    with pytest.raises(PlanDataError, match=r"extent: .*'slated'.*at least one unit"):
        figure_of({"theme": "green_space", "extent": "slated"}, none)


def test_the_state_of_an_indicator_can_be_chosen() -> None:
    import pandas as pd

    existing = city().figures
    planned = existing.assign(scenario="planned", value=existing["value"] * 2)
    data = city(figures=pd.concat([existing, planned]))
    table = {"theme": "indicator", "indicator": "urban_land_ratio"}
    assert "12,50 %" in words(figure_of(table, data))
    assert "25,00 %" in words(figure_of({**table, "state": "planned"}, data))
    only = declared("x", {**table, "state": "planned"})
    assert is_possible(only, data)
    assert not is_possible(only, city())


def test_a_title_is_printed_as_given_and_an_indicator_without_one_by_its_name() -> None:
    given = figure_of({"theme": "green_space", "title": {"vi": "Tờ của tôi", "en": "My sheet"}})
    assert "Tờ của tôi" in words(given)
    rows = city().figures.assign(indicator="urbanisation_rate")
    other = figure_of(
        {"theme": "indicator", "indicator": "urbanisation_rate", "language": "en"},
        city(figures=rows),
    )
    assert "URBANISATION RATE" in words(other)
    assert "Tỷ lệ" not in words(other)


def test_a_drawing_has_a_title_block_and_an_analytic_sheet_its_report() -> None:
    block = {"approving_authority": "UBND tỉnh", "number": "QH-02"}
    drawing = words(figure_of({"theme": "green_space", "form": "drawing", "title_block": block}))
    for phrase in ("CƠ QUAN PHÊ DUYỆT", "UBND tỉnh", "CƠ QUAN THẨM ĐỊNH",
                   "CƠ QUAN TỔ CHỨC LẬP QUY HOẠCH", "ĐƠN VỊ TƯ VẤN", "(ký tên, đóng dấu)",
                   "Tên đồ án", "Tên bản vẽ", "QH-02", "ngày …… tháng"):  # fmt: skip
        assert phrase in drawing
    assert drawing.count("………………") == 3  # the three authorities not named
    assert "Kèm theo" not in drawing
    report = {"attached_to": "Báo cáo số 12/BC-UBND"}
    analytic = words(figure_of({"theme": "green_space", "title_block": report}))
    assert "Kèm theo" in analytic
    assert "Báo cáo số 12/BC-UBND" in analytic
    assert "CƠ QUAN" not in analytic


def test_an_inset_is_a_map_of_its_own_at_a_larger_scale() -> None:
    table = {"theme": "green_space", "inset": {"extent": ["21012", "21013"], "title": "Chợ"}}
    sheet = figure_of(table)
    inset, ground = axes_of(sheet, "inset"), axes_of(sheet, "map")

    def scale(axes: Any) -> float:
        width_mm = axes.get_position().width * sheet.get_size_inches()[0] * 25.4
        return float(axes.get_xlim()[1] - axes.get_xlim()[0]) / width_mm * 1000

    said = words(sheet)
    assert "Bản đồ phụ A: Chợ" in said
    assert round(scale(inset)) < round(scale(ground)) == 50_000
    assert f"Tỷ lệ 1/{round(scale(inset)):,}".replace(",", ".") in said
    assert inset.get_xlim()[0] < EAST < EAST + 400 < inset.get_xlim()[1]
    assert not inset.get_position().overlaps(ground.get_position())


def test_an_inset_without_room_is_left_out_and_that_is_said() -> None:
    table = {"theme": "green_space", "inset": {"extent": "city"}}
    sheet = figure_of(table)
    assert not [axes for axes in sheet.axes if axes.get_gid() == "inset"]
    assert "Không có bản đồ phụ" in words(sheet)


def test_the_legend_explains_what_only_the_inset_shows() -> None:
    park = frame([square(0, 0), square(11_000, 8000)], kind=["public", "restricted"], name=None)
    table = {
        "theme": "green_space",
        "extent": [EAST, NORTH, EAST + 3000, NORTH + 3000],
        "inset": {"extent": [EAST + 11_000, NORTH + 8000, EAST + 11_500, NORTH + 8500]},
    }
    sheet = figure_of(table, city(layers={"green": park}))
    assert "green:restricted" not in drawn_classes(sheet)
    assert {"green:public", "green:restricted"} <= legend_classes(sheet)


def test_the_locator_can_be_asked_for() -> None:
    plain = words(figure_of({"theme": "green_space"}))
    asked = words(figure_of({"theme": "green_space", "inset": {"extent": "locator"}}))
    assert "Vị trí tờ bản đồ" not in plain
    assert "Vị trí tờ bản đồ" in asked


def test_what_a_sheet_depends_on_follows_from_its_layers() -> None:
    about = declared("x", composed({"role": "green"}, {"role": "findings"}, {"role": "green"}))
    assert sheet_inputs(about) == ("units", "green", "findings")
    assert isinstance(about, Declaration)
    assert replace(about, number=3).number == 3
