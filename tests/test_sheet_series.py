"""Small maps over the years: same ground, scale and breaks, one legend, and what is left out."""

from __future__ import annotations

import hashlib
import io
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pypdf
import pytest
import shapely
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from sheet_checks import (
    coloured,
    drawn_classes,
    grid_errors,
    legend_classes,
    maps_of,
    misplaced,
    scale_of,
    texts,
    unreadable,
    words,
)
from test_loaders_vector import CRS, write_project
from test_quality import square
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.outputs.products import make_parts
from urbanplan_gis.outputs.series_moments import EXISTING, PLANNED, Then
from urbanplan_gis.outputs.sheet_series import (
    LAND_USE,
    _series,
    _warnings,
    can_draw_series,
    draw_series,
    series_mark,
    series_parts,
)
from urbanplan_gis.outputs.sheets import SheetOptions
from urbanplan_gis.outputs.sheets.cautions import Cautions
from urbanplan_gis.outputs.sheets.page import STANDARD_SCALES
from urbanplan_gis.outputs.sheets.series import series_figure
from urbanplan_gis.outputs.sheets.write import settings
from urbanplan_gis.outputs.stored_run import StoredRun, stored_run
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project

OPTIONS = SheetOptions(dpi=60)
GREY = SheetOptions("A4", False, dpi=60, grey=True)
INDICATOR = "urban_land_ratio"
PROJECT = """
earlier = [2019-12-31, 2022-12-31]
[layers.units]
path = "units.gpkg"
fields = {{ code = "code", name = "name", kind = "kind" }}
[[layers.land_use]]
name = "then"
path = "then.gpkg"
fields = {{ code = "ma", feature_id = "thua" }}
code_list = "tt27-2018"
valid_from = 2021-01-01
valid_to = 2024-08-01
[[layers.land_use]]
name = "now"
path = "now.gpkg"
fields = {{ code = "ma", feature_id = "thua" }}
code_list = "tt08-2024"
valid_from = 2024-08-01
"""


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> StoredRun:
    """A ward and a commune; half the ward was built on in 2022, all of it in 2025."""
    folder = tmp_path_factory.mktemp("series")
    units = gpd.GeoDataFrame(
        {"code": ["21010", "21013"], "name": ["Phường Một", "Xã Hai"],
         "kind": ["ward", "commune"], "since": ["2000-01-01", None]},
        geometry=[square(0, 0, 1000), square(1000, 0, 1000)], crs=CRS,
    )  # fmt: skip
    units.to_file(folder / "units.gpkg")
    for name, built in (("then", 500), ("now", 1000)):
        parcels = [square(0, 0, 1000), square(1000, 0, 1000)]
        home = shapely.box(
            *parcels[0].bounds[:2], parcels[0].bounds[0] + built, parcels[0].bounds[3]
        )
        rest = shapely.difference(shapely.union_all(parcels), home)
        frame = gpd.GeoDataFrame({"ma": ["ODT", "LUC"], "thua": ["a", "b"]},
                                 geometry=[home, rest], crs=CRS)  # fmt: skip
        frame.to_file(folder / f"{name}.gpkg")
    text = PROJECT.format().replace('kind = "kind"', 'kind = "kind", ward_since = "since"')
    write_project(folder, text)
    file = folder / "project.toml"
    # the day before any survey has no land use at all
    project = load_project(folder)
    make_run(project, "vi")
    assert file.is_file()
    return stored_run(load_project(folder), "vi")


@pytest.fixture(scope="module")
def drawn(run: StoredRun) -> dict[tuple[str, str], Figure]:
    """Each series in Vietnamese and, in greys on upright paper, in English."""
    found = {}
    with settings():
        for subject in (INDICATOR, "transport_land_share", LAND_USE):
            for lang, options in (("vi", OPTIONS), ("en", GREY)):
                series, data = _series(replace(run, lang=lang), subject)
                found[subject, lang] = series_figure(series, data, options)
    return found


@pytest.fixture(scope="module")
def pages(drawn: dict[tuple[str, str], Figure]) -> dict[tuple[str, str], pypdf.PageObject]:
    file = io.BytesIO()
    with settings(), PdfPages(file) as pdf:
        for figure in drawn.values():
            pdf.savefig(figure)
    return dict(zip(drawn, pypdf.PdfReader(file).pages, strict=True))


def test_series_are_measured_as_all_sheets_are(
    drawn: dict[tuple[str, str], Figure], pages: dict[tuple[str, str], pypdf.PageObject]
) -> None:
    for (subject, lang), figure in drawn.items():
        page = pages[subject, lang]
        assert scale_of(figure) in STANDARD_SCALES
        assert np.abs(grid_errors(figure, page)).max() < 0.2
        assert drawn_classes(figure) == legend_classes(figure)
        assert misplaced(figure) == []
        assert unreadable(figure, page.extract_text()) == []
        assert min(text.get_fontsize() for text in texts(figure, "")) >= 5
        assert bool(coloured(figure)) == (lang == "vi")
        assert ("Grey print" in words(figure)) == (lang == "en")


def test_all_maps_have_one_scale_and_ground_and_one_legend(
    drawn: dict[tuple[str, str], Figure],
) -> None:
    figure = drawn[INDICATOR, "vi"]
    maps = maps_of(figure)
    assert len(maps) == 2  # the day without land use is left out, plans there are none
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in maps}) == 1
    assert len({tuple(np.round(axes.get_position().size, 9)) for axes in maps}) == 1
    width = maps[0].get_position().width * figure.get_figwidth() * 25.4
    assert np.ptp(maps[0].get_xlim()) * 1000 / width == pytest.approx(scale_of(figure))
    legend = [text.get_text() for text in texts(figure, "legend")]
    assert len(legend) == len(set(legend))


def test_the_table_holds_the_figures_of_each_day(drawn: dict[tuple[str, str], Figure]) -> None:
    said = words(drawn[INDICATOR, "vi"])
    # half of the ward's 100 ha of the city's 200 ha, then all of them
    assert "25,00" in said
    assert "50,00" in said
    assert "31/12/2022" in said
    assert "30/06/2025" in said
    assert "Không có bản đồ 31/12/2019: chưa có số liệu." in said
    assert "Không có bản đồ Theo quy hoạch: chưa có số liệu." in said


def test_land_use_of_two_lists_shares_one_legend(drawn: dict[tuple[str, str], Figure]) -> None:
    figure = drawn[LAND_USE, "vi"]
    assert len(maps_of(figure)) == 2
    codes = [text.get_text() for text in texts(figure, "") if text.get_text() in ("ODT", "LUC")]
    assert sorted(codes) == ["LUC", "ODT"]
    said = words(figure)
    assert "150,0" in said  # ha of farmland in 2022
    assert "bảng màu chức năng quy hoạch" in said


def test_a_warning_names_the_moments_it_holds_for(run: StoredRun) -> None:
    one, two, three = (Then(run, EXISTING), Then(run, PLANNED), Then(run, EXISTING))
    errors = gpd.GeoDataFrame(
        {"finding_id": ["a"], "severity": ["error"], "action": ["reported"], "area_ha": [2.5]},
        geometry=[square(0, 0, 10)], crs=CRS,
    )  # fmt: skip
    for then in (one, two):
        then.data = replace(then.data, layers={"findings": errors})
    three.data = replace(three.data, layers={"findings": errors.iloc[:0]})
    said = _warnings((then, Cautions(then.data, ())) for then in (one, two, three))
    assert len(said) == 1
    assert said[0].startswith("30/06/2025, Theo quy hoạch: Lỗi dữ liệu")
    assert "1 (2,5 ha)" in said[0]


def test_a_series_is_written_in_the_forms_asked_for(run: StoredRun, tmp_path: Path) -> None:
    files = draw_series(run, INDICATOR, replace(OPTIONS, outputs=("png", "svg")), tmp_path)
    assert [path.name for path in files] == [f"series_{INDICATOR}.png", f"series_{INDICATOR}.svg"]
    root = ET.parse(files[1]).getroot()
    names = [item.get("id") for item in root.iter() if item.get("id")]
    assert len(names) == len(set(names))
    said = {"".join(item.itertext()) for item in root.iter("{http://www.w3.org/2000/svg}text")}
    assert "CHÚ GIẢI" in said


@pytest.mark.slow
def test_the_same_run_gives_the_same_bytes(run: StoredRun, tmp_path: Path) -> None:
    digests = [
        [hashlib.sha256(path.read_bytes()).hexdigest()
         for path in draw_series(run, INDICATOR, OPTIONS, tmp_path / name)]
        for name in ("one", "two")
    ]  # fmt: skip
    assert digests[0] == digests[1]


def test_the_mark_follows_earlier_days_and_options(run: StoredRun) -> None:
    mark = series_mark(run, INDICATOR, OPTIONS)
    assert mark == series_mark(run, INDICATOR, OPTIONS)
    assert mark != series_mark(run, INDICATOR, replace(OPTIONS, dpi=72))
    assert mark != series_mark(replace(run, lang="en"), INDICATOR, OPTIONS)
    file = run.folder / "2022-12-31" / "manifest.json"
    former = file.read_bytes()
    try:
        file.unlink()
        assert mark != series_mark(run, INDICATOR, OPTIONS)
    finally:
        file.write_bytes(former)


def test_one_moment_is_no_series(run: StoredRun, tmp_path: Path) -> None:
    assert can_draw_series(run, INDICATOR)
    assert not can_draw_series(run, "green_per_capita")
    with pytest.raises(PlanDataError, match="series_green_per_capita"):
        draw_series(run, "green_per_capita", OPTIONS, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_series_are_parts_of_the_sheets_and_made_once(run: StoredRun) -> None:
    options = replace(OPTIONS, outputs=("png",))

    def made() -> list[str]:
        failed: dict[str, PlanDataError] = {}
        names = make_parts(run, "maps", series_parts(run, options, "maps", failed))
        assert failed == {}
        return names

    assert made() == ["series_urban_land_ratio", "series_transport_land_share", "series_land_use"]
    assert (run.folder / "maps" / "series_land_use.png").is_file()
    assert made() == []


def test_a_series_that_does_not_fit_does_not_stop_the_others(run: StoredRun) -> None:
    failed: dict[str, PlanDataError] = {}
    cramped = replace(OPTIONS, scale=500)
    for part in series_parts(run, cramped, "maps", failed):
        assert list(part.make(run.folder / "stage")) == []
    assert set(failed) >= {"series_land_use"}
