"""Pages of cities that are small, large, poor in data or badly named."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pypdf import PdfReader
from shapely import box

from test_atlas_bars import words
from test_loaders_vector import CRS, square, write_project
from urbanplan_gis.outputs.atlas.front import INDEX_CAPACITY, Entry, index_links
from urbanplan_gis.outputs.atlas.ground import CityGround, FindingRow, _surroundings, list_plans
from urbanplan_gis.outputs.atlas.land_column import legend_block
from urbanplan_gis.outputs.atlas.maps import layout_for
from urbanplan_gis.outputs.atlas.page import Page, read_atlas
from urbanplan_gis.outputs.atlas.pages import pages_of, unit_key
from urbanplan_gis.outputs.atlas.paper import BODY, save_page
from urbanplan_gis.outputs.atlas.small_maps import findings_table
from urbanplan_gis.outputs.sheets.page import Rect
from urbanplan_gis.outputs.sheets.symbols import Symbol
from urbanplan_gis.outputs.sheets.theme import AREA, MapClass
from urbanplan_gis.outputs.sheets.write import settings
from urbanplan_gis.outputs.stored_run import StoredRun, stored_run
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project
from urbanplan_gis.standards.finding_codes import finding_codes
from urbanplan_gis.text import keys, say

UNITS = """
[layers.units]
path = "u.gpkg"
fields = { code = "ma", name = "ten", kind = "loai" }
"""
NAME = ("Xã <script>alert(1)</script> =cmd() 中 " + "مدينة " * 4 + "rất dài " * 40)[:200]


def test_one_unit_without_any_layer_and_with_a_name_of_200_signs(tmp_path: Path) -> None:
    gpd.GeoDataFrame(
        {"ma": ["a/b c"], "ten": [NAME], "loai": ["Xã"]}, geometry=[square(0, 0, 30)], crs=CRS
    ).to_file(tmp_path / "u.gpkg")
    project = load_project(write_project(tmp_path, UNITS))
    assert make_run(project, "en") is not None
    pages = {page.key: page for page in pages_of(read_atlas(stored_run(project, "en")))}
    assert len(pages) == 9
    text = {key: drawn(pages[key], tmp_path) for key in ("balance", "plans", unit_key("a/b c"))}
    assert "There is no layer of land use" in text["balance"].replace("there", "There")
    assert "The layers received hold no plan" in text["plans"]
    page = text[unit_key("a/b c")]
    assert "<script>alert(1)</script> =cmd() U+4E2D" in page
    assert "no figure" in page
    assert "0.00 %" not in page
    for said in (
        "There is no layer of land use",
        "No plan of the layers received",
        "Scale 1:500",
        "No finding lies in this unit",
        "Residents: no figure",
        "No land balance",
    ):
        assert said in page


def drawn(page: Page, folder: Path) -> str:
    """The text of a page, as it is read back from its file."""
    path = folder / f"{page.key}.pdf"
    with settings():
        save_page(page.draw("en"), path, page.title.say("en"))
    return " ".join(PdfReader(path).pages[0].extract_text().split())


@pytest.mark.parametrize("side", [0.0, 20.0, 800.0, 3439.0, 40_000.0, 400_000.0])
def test_every_size_of_ground_fits_its_frame_at_a_round_scale(side: float) -> None:
    frame = Rect(10, 20, 160, 120)
    layout = layout_for(frame, (0.0, 0.0, side, side / 2))
    west, south, east, north = layout.extent
    assert west <= 0 <= side <= east
    assert south <= 0 <= side / 2 <= north
    assert layout.scale >= 500
    digits = f"{layout.scale}".rstrip("0")
    assert digits in {"1", "125", "15", "2", "25", "3", "4", "5", "6", "8"}
    # and no more than a step smaller than it must be
    assert side < 500 * 150 / 1000 or side * 1000 / layout.scale > 0.65 * 150
    # true scale: millimetres of frame times scale are metres of ground
    assert east - west == pytest.approx(160 * layout.scale / 1000)


def test_lines_of_a_full_index_lead_somewhere_and_do_not_overlap() -> None:
    entries = [Entry(f"k{n}", str(n), "Phường " * 20) for n in range(INDEX_CAPACITY)]
    boxes = [link.box for link in index_links(entries)]
    assert [link.key for link in index_links(entries)] == [entry.key for entry in entries]
    shapes = np.array([box(*one) for one in boxes])
    frame = box(BODY.x, BODY.y, BODY.right, BODY.top)
    assert all(frame.covers(shape) for shape in shapes)
    together = shapely.union_all(shapes).area
    assert sum(shape.area for shape in shapes) == pytest.approx(together)


def test_a_legend_of_more_classes_than_there_is_room_for_is_cut_and_says_so() -> None:
    ground = np.array([box(0, 0, 1, 1)], dtype=object)
    classes = [
        MapClass(f"c{n}", f"Đất có một cái tên rất dài cần nhiều dòng để viết {n}",
                 Symbol(fill="#ffffff"), ground, AREA, code=f"C{n:03d}")
        for n in range(120)
    ]  # fmt: skip
    block = legend_block(classes, [], 116.0, 108.0, "vi")
    assert block.height <= 108.0
    assert "land_balance.csv" in words(block)
    assert all(f"C{n:03d}" in words(block) for n in range(120))
    few = legend_block(classes[:5], [], 116.0, 108.0, "vi")
    assert "land_balance.csv" not in words(few)


def test_findings_that_are_not_listed_are_counted_with_their_hectares() -> None:
    rows = [FindingRow(f"f{n}", "overlap", "warning", "zoning", f"a{n};b{n}", 50.0 - n)
            for n in range(50)]  # fmt: skip
    block, shown = findings_table(rows, 96.0, 40.0, "en")
    assert 0 < shown < 50
    assert block.height <= 40.0
    rest = sum(range(1, 51 - shown))  # 50 - n for those left: from 50 - shown down to 1
    assert f"and {50 - shown} more findings, {rest:,.2f} ha in total" in words(block)
    assert "findings.csv" in words(block)


def test_every_code_of_findings_has_a_short_name_in_both_languages() -> None:
    missing = [code for code in finding_codes() if f"finding_name.{code}" not in keys()]
    assert missing == []
    assert all(
        say(f"finding_name.{code}", "vi") != say(f"finding_name.{code}", "en")
        for code in finding_codes()
    )


def test_neighbours_share_a_border_and_not_a_corner() -> None:
    """Nine squares: the middle one has four neighbours, one on each side."""
    shapes = np.array([square(1000 * (n % 3), 1000 * (n // 3), 1000) for n in range(9)])
    units = gpd.GeoDataFrame(
        {"code": [f"{n}" for n in range(9)], "name": [f"Xã {n}" for n in range(9)],
         "kind": "commune"},
        geometry=list(shapes), crs=CRS,
    )  # fmt: skip
    city = CityGround(cast(StoredRun, None), units, shapes)
    others, neighbours = _surroundings(city, 4, box(*shapes[4].buffer(1500).bounds))
    assert len(others) == 8
    assert [(one.name, one.side) for one in neighbours] == [
        ("Xã 7", "n"), ("Xã 5", "e"), ("Xã 1", "s"), ("Xã 3", "w"),
    ]  # fmt: skip


def test_a_plan_of_two_outlines_is_one_plan_and_a_sliver_is_none() -> None:
    columns = {"name": None, "kind": "zoning", "decision": None, "approved": pd.NaT,
               "revoked": pd.NaT, "replaced_by": None}  # fmt: skip
    plans = gpd.GeoDataFrame(
        {"plan_id": ["A", "B", "A", "C"], "standing": [False, True, True, True], **columns},
        geometry=[square(n * 200, 0) for n in range(4)],
        crs=CRS,
    )
    shapes = np.asarray(plans.geometry.array, dtype=object)
    listed = list_plans(plans, np.array([10_000.0, 5_000.0, 10_000.0, 0.5]), shapes)
    assert [(row.plan_id, row.in_force, row.area_ha) for row in listed.rows] == [
        ("A", True, 2.0), ("B", True, 0.5),
    ]  # fmt: skip
    assert listed.ground[0].area == pytest.approx(20_000.0)
