"""Map sheets as drawn: true scale, honest legends, nothing clipped or overprinted."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from test_sheets_city import EAST, INDICATORS, NORTH, city, figures, frame, layers, square
from urbanplan_gis.model.data import Origin
from urbanplan_gis.outputs.sheets import SheetData, SheetOptions, sheet_sources
from urbanplan_gis.outputs.sheets.grid import interval
from urbanplan_gis.outputs.sheets.page import STANDARD_SCALES, layouts
from urbanplan_gis.outputs.sheets.write import make_figure, settings

DPI = 100
SHEETS = (
    "existing_land_use",
    "planned_land_use",
    "zoning_coverage",
    "roads_transport",
    "green_space",
    "indicator_urban_land_ratio",
)
PAPERS = [("A3", True), ("A3", False), ("A4", True), ("A4", False)]


@pytest.fixture(autouse=True)
def _sheet_settings() -> Iterator[None]:
    with settings(), warnings.catch_warnings():
        warnings.simplefilter("error")  # a letter the font lacks is a warning
        yield


def draw(name: str, data: SheetData | None = None, **options: Any) -> Figure:
    return make_figure(name, data or city(), replace(SheetOptions(dpi=DPI), **options))


def axes_of(figure: Figure, gid: str) -> Any:
    return next(axes for axes in figure.axes if axes.get_gid() == gid)


def drawn_classes(figure: Figure) -> set[str]:
    gids = [artist.get_gid() or "" for artist in axes_of(figure, "map").get_children()]
    return {gid.removeprefix("class:") for gid in gids if gid.startswith("class:")}


def legend_classes(figure: Figure) -> set[str]:
    gids = [text.get_gid() or "" for text in axes_of(figure, "page").texts]
    return {gid.removeprefix("legend:") for gid in gids if gid.startswith("legend:")}


def texts(figure: Figure, *prefixes: str) -> list[Any]:
    page = axes_of(figure, "page")
    return [text for text in page.texts if (text.get_gid() or "").startswith(prefixes)]


def extents(figure: Figure, some: list[Any]) -> np.ndarray:
    """Boxes of texts in millimetres of paper, as the renderer measures them."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer) for text in some]
    points = np.array([[b.x0, b.y0, b.x1, b.y1] for b in boxes]) / figure.dpi * 25.4
    return shapely.box(*points.T)


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in texts(figure, ""))


def rgba(figure: Figure) -> np.ndarray:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


@pytest.mark.parametrize("name", SHEETS)
def test_the_legend_has_the_classes_drawn_no_more_no_less(name: str) -> None:
    figure = draw(name)
    assert drawn_classes(figure) == legend_classes(figure)


def test_classes_outside_the_frame_are_neither_drawn_nor_explained() -> None:
    data = city()
    figure = draw("existing_land_use", data, scale=10_000)
    window = layouts(SheetOptions(scale=10_000), data.units.total_bounds)[0].window
    land = data.layers["land_use"]
    near = land[land.intersects(window)]
    codes = {key.split(":")[1] for key in legend_classes(figure) if ":" in key}
    assert codes <= set(near["code"])
    assert len(codes) < land["code"].nunique()
    assert codes == drawn_codes(figure)


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


@pytest.mark.parametrize(("paper", "landscape"), PAPERS)
@pytest.mark.parametrize("dpi", [72, 300])
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


def scale_of(figure: Figure) -> int:
    """The scale printed below the legend, as a number."""
    line = next(t.get_text() for t in texts(figure, "panel") if t.get_text().startswith("Tỷ lệ 1/"))
    return int(line.removeprefix("Tỷ lệ 1/").replace(".", ""))


def test_a_known_rectangle_has_its_true_size_in_pixels() -> None:
    park = frame([square(4000, 4000, 4000, 3000)], kind=["public"], name=[None])
    figure = draw("green_space", city(layers={"green": park}), scale=50_000)
    green = np.array([int("3fae49"[n : n + 2], 16) for n in (0, 2, 4)])
    image = rgba(figure)
    hit = (np.abs(image[..., :3].astype(int) - green) < 12).all(axis=2)
    hit[:, int(0.75 * image.shape[1]) :] = False  # the panel, with its swatch
    rows, columns = np.flatnonzero(hit.any(axis=1)), np.flatnonzero(hit.any(axis=0))
    assert np.ptp(columns) / DPI * 25.4 == pytest.approx(80, abs=0.6)
    assert np.ptp(rows) / DPI * 25.4 == pytest.approx(60, abs=0.6)


@pytest.mark.parametrize(("paper", "landscape"), PAPERS)
@pytest.mark.parametrize(
    ("name", "lang"), [("existing_land_use", "both"), ("indicator_green_per_capita", "vi")]
)
def test_panel_texts_stay_on_the_page_and_apart(
    name: str, lang: str, paper: str, landscape: bool
) -> None:
    figure = draw(name, city(lang=lang), paper=paper, landscape=landscape)
    panel = texts(figure, "panel", "legend", "key")
    boxes = extents(figure, panel)
    width, height = figure.get_size_inches() * 25.4
    assert shapely.contains(shapely.box(5, 5, width - 5, height - 5), boxes).all()
    one, two = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    shared = shapely.area(shapely.intersection(boxes[one], boxes[two]))[one < two]
    assert shared.max(initial=0) < 0.15  # mm²: bounding boxes of lines may touch


@pytest.mark.parametrize(("paper", "landscape"), PAPERS)
def test_nothing_of_the_panel_lies_over_the_map(paper: str, landscape: bool) -> None:
    figure = draw("existing_land_use", paper=paper, landscape=landscape)
    place = axes_of(figure, "map").get_position()
    width, height = figure.get_size_inches() * 25.4
    ground = shapely.box(place.x0 * width, place.y0 * height, place.x1 * width, place.y1 * height)
    boxes = extents(figure, texts(figure, "panel", "legend", "key", "grid_label"))
    assert not shapely.intersects(boxes, ground).any()


@pytest.mark.parametrize(
    ("name", "paper", "landscape"),
    [
        ("existing_land_use", "A3", True),
        ("existing_land_use", "A4", False),
        ("indicator_urban_land_ratio", "A3", False),
        ("indicator_urban_land_ratio", "A4", True),
    ],
)
def test_unit_labels_keep_apart_and_inside_the_frame(
    name: str, paper: str, landscape: bool
) -> None:
    figure = draw(name, paper=paper, landscape=landscape)
    labels = texts(figure, "unit:", "code:")
    boxes = extents(figure, labels)
    place = axes_of(figure, "map").get_position()
    width, height = figure.get_size_inches() * 25.4
    ground = shapely.box(place.x0 * width, place.y0 * height, place.x1 * width, place.y1 * height)
    assert shapely.contains(ground, boxes).all()
    for one, two in itertools.combinations(range(len(labels)), 2):
        if labels[one].get_gid() != labels[two].get_gid():
            assert boxes[one].intersection(boxes[two]).area < 0.05


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
        "– units.gpkg (chưa rõ ngày)",
        "– land_use.gpkg (chưa rõ ngày)",
        "– general_plan.gpkg (chưa rõ ngày)",
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
    real = words(draw("green_space", city(synthetic=False, draft=False)))
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
