"""Small maps over the years: same ground, scale and breaks, one legend, and what is left out."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from matplotlib.figure import Figure

from test_loaders_vector import CRS, write_project
from test_quality import square
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.outputs.products import make_parts
from urbanplan_gis.outputs.sheet_series import (
    LAND_USE,
    can_draw_series,
    draw_series,
    series_mark,
    series_parts,
)
from urbanplan_gis.outputs.sheets import SheetOptions
from urbanplan_gis.outputs.stored_run import StoredRun, stored_run
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project

OPTIONS = SheetOptions(dpi=60)
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


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures saved, with their artists."""
    seen: list[Figure] = []
    save = Figure.savefig

    def keep(self: Figure, *args: object, **options: object) -> None:
        seen.append(self)
        save(self, *args, **options)  # ty: ignore[invalid-argument-type]

    monkeypatch.setattr(Figure, "savefig", keep)
    return seen


def test_all_maps_have_one_scale_and_ground_and_one_legend(
    run: StoredRun, figures: list[Figure], tmp_path: Path
) -> None:
    png, pdf = draw_series(run, INDICATOR, OPTIONS, tmp_path)
    assert png.name == f"series_{INDICATOR}.png"
    assert pdf.is_file()
    maps = maps_of(figures[0])
    assert len(maps) == 2  # the day without land use is left out, plans there are none
    assert len({(axes.get_xlim(), axes.get_ylim()) for axes in maps}) == 1
    assert len({tuple(np.round(axes.get_position().size, 9)) for axes in maps}) == 1
    width = maps[0].get_position().width * figures[0].get_figwidth() * 25.4
    assert np.ptp(maps[0].get_xlim()) * 1000 / width == pytest.approx(scale_of(figures[0]))
    legend = [text.get_text() for text in texts(figures[0]) if text.get_gid().startswith("legend")]
    assert len(legend) == len(set(legend))


def test_the_table_holds_the_figures_of_each_day(
    run: StoredRun, figures: list[Figure], tmp_path: Path
) -> None:
    draw_series(run, INDICATOR, OPTIONS, tmp_path)
    said = words(figures[0])
    # half of the ward's 100 ha of the city's 200 ha, then all of them
    assert "25,00" in said
    assert "50,00" in said
    assert "31/12/2022" in said
    assert "30/06/2025" in said
    assert "Không có bản đồ 31/12/2019: chưa có số liệu." in said
    assert "Không có bản đồ Theo quy hoạch: chưa có số liệu." in said


def test_land_use_of_two_lists_shares_one_legend(
    run: StoredRun, figures: list[Figure], tmp_path: Path
) -> None:
    draw_series(run, LAND_USE, OPTIONS, tmp_path)
    assert len(maps_of(figures[0])) == 2
    codes = [text.get_text() for text in texts(figures[0]) if text.get_text() in ("ODT", "LUC")]
    assert sorted(codes) == ["LUC", "ODT"]
    said = words(figures[0])
    assert "150,0" in said  # ha of farmland in 2022
    assert "bảng màu chức năng quy hoạch" in said


def test_a_series_in_grey_has_no_colour_on_its_maps(
    run: StoredRun, figures: list[Figure], tmp_path: Path
) -> None:
    draw_series(run, LAND_USE, OPTIONS, tmp_path, grey=True)
    colours = [patch.get_facecolor() for axes in maps_of(figures[0]) for patch in axes.patches]
    assert colours
    assert all(red == green == blue for red, green, blue, alpha in colours if alpha)
    assert "sắc xám" in words(figures[0])


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
    def made() -> list[str]:
        failed: dict[str, PlanDataError] = {}
        names = make_parts(run, "maps", series_parts(run, OPTIONS, "maps", failed))
        assert failed == {}
        return names

    assert made() == ["series_urban_land_ratio", "series_transport_land_share", "series_land_use"]
    assert (run.folder / "maps" / "series_land_use.pdf").is_file()
    assert made() == []


def test_a_series_that_does_not_fit_does_not_stop_the_others(run: StoredRun) -> None:
    failed: dict[str, PlanDataError] = {}
    cramped = replace(OPTIONS, scale=500)
    for part in series_parts(run, cramped, "maps", failed):
        assert list(part.make(run.folder / "stage")) == []
    assert set(failed) >= {"series_land_use"}


def maps_of(figure: Figure) -> list:
    return [axes for axes in figure.axes if str(axes.get_gid()).startswith("map:")]


def texts(figure: Figure) -> list:
    return [text for axes in figure.axes for text in axes.texts]


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in texts(figure))


def scale_of(figure: Figure) -> float:
    said = next(text.get_text() for text in texts(figure) if text.get_text().startswith("Tỷ lệ 1/"))
    return float(said.removeprefix("Tỷ lệ 1/").replace(".", ""))
