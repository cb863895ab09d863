"""Maps of figures, letters, arrows and tables of the atlas, on ground made for the purpose."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import cast

import geopandas as gpd
import numpy as np
import pytest
from pypdf import PdfReader
from shapely import Polygon

from test_atlas_bars import figure, words
from test_loaders_vector import CRS, square
from urbanplan_gis.model.figures import Verdict
from urbanplan_gis.outputs.atlas.balance_page import GROUP_FILLS, PLANNED
from urbanplan_gis.outputs.atlas.bars import bar_symbol
from urbanplan_gis.outputs.atlas.facts import FigureRow, TargetRow
from urbanplan_gis.outputs.atlas.figure_maps import (
    MAPS_ON_A_PAGE,
    _classes,
    draw_figure_maps,
    mapped_figures,
    table_row,
)
from urbanplan_gis.outputs.atlas.figures import figures_block
from urbanplan_gis.outputs.atlas.front import COMMUNE, WARD
from urbanplan_gis.outputs.atlas.ground import CityGround, PlanRow, Shapes, UnitGround
from urbanplan_gis.outputs.atlas.land_column import classified_words
from urbanplan_gis.outputs.atlas.maps import layout_for, place_class_codes, true_north
from urbanplan_gis.outputs.atlas.paper import Furniture, save_page
from urbanplan_gis.outputs.atlas.table import Column, Line, breaks_words, largest_table
from urbanplan_gis.outputs.atlas.unit_maps import (
    PLAIN,
    SEVERITY_COLOURS,
    UNCLASSIFIED,
    plan_classes,
)
from urbanplan_gis.outputs.sheets.boxes import Mark
from urbanplan_gis.outputs.sheets.choropleth import step_of
from urbanplan_gis.outputs.sheets.colour_sight import LEAST_DISTANCE, distances
from urbanplan_gis.outputs.sheets.labels import Taken
from urbanplan_gis.outputs.sheets.page import Rect
from urbanplan_gis.outputs.sheets.symbols import CONTEXT, COVERED, NOT_COVERED, UNCODED, Symbol
from urbanplan_gis.outputs.sheets.theme import AREA, MapClass
from urbanplan_gis.outputs.sheets.write import settings
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.text import Name


def city() -> CityGround:
    """Three units of 1 km² in a row; the second is to become a ward."""
    shapes = np.array([square(1000 * n, 0, 1000) for n in range(3)])
    units = gpd.GeoDataFrame(
        {"code": ["a", "b", "c"], "name": ["Xã A", "Xã B", "Xã C"], "kind": "commune",
         "slated": [False, True, False]},
        geometry=list(shapes), crs=CRS,
    )  # fmt: skip
    return CityGround(cast(StoredRun, None), units, shapes)


def furniture() -> Furniture:
    return Furniture(Name("Thử", "Test"), dt.date(2025, 6, 30), "2014", CRS, (), {})


def against(value: float | None, gap_ha: float | None, **changes: object) -> FigureRow:
    """A figure against a target of 25."""
    target = TargetRow(2025, 25.0, "about", gap_ha)
    row = {"value": value, "low": value, "high": value, "targets": (target,), **changes}
    return figure(**row)


def values() -> dict[str, tuple[FigureRow, ...]]:
    """20 % and 5 ha short, 30 % and 5 ha over on ground half known; the third unit has none."""
    return {
        "a": (against(20.0, 5.0),),
        "b": (against(30.0, -5.0, completeness=0.5),),
        "c": (against(None, None, verdict="no_data", completeness=None),),
    }


def test_a_figure_no_unit_has_makes_no_map() -> None:
    whole = (figure(), figure(indicator="green_per_capita"))
    assert mapped_figures(whole, values(), "abc") == whole[:1]
    assert mapped_figures(whole, values(), "c") == ()


def test_units_are_coloured_as_on_the_sheets_and_hatched_where_half_is_known() -> None:
    """20 of 25 is 80 %, 30 of 25 is 120 %: the steps «75 to 95» and «100 to 125»."""
    drawn = {one.key: one for one in _classes(city(), figure(), values(), "en")}
    shapes = city().shapes
    assert [key for key in drawn if key.startswith("share:")] == [
        "share:4", "share:2", "share:no_data",
    ]  # fmt: skip
    assert drawn["share:2"].shapes[0].equals(shapes[0])
    assert drawn["share:4"].shapes[0].equals(shapes[1])
    assert drawn["share:no_data"].shapes[0].equals(shapes[2])
    assert {shape.wkt for shape in drawn["incomplete"].shapes} == {shapes[1].wkt, shapes[2].wkt}
    assert step_of(table_row(values()["a"][0])) == "2"


def test_maps_of_figures_say_hectares_for_land_and_values_for_the_rest(tmp_path: Path) -> None:
    """The city has no value of its own: what the numbers are is told by the units."""
    homes = figure(indicator="housing_floor_area", unit="m2/person", value=27.2, targets=())
    by_unit = values()
    by_unit["a"] += (figure(indicator="housing_floor_area", unit="m2/person", value=26.5,
                            low=None, high=None, targets=()),)  # fmt: skip
    whole = against(None, None, verdict="no_data")
    sheet = draw_figure_maps(
        furniture(), city(), (whole, homes), by_unit, (figure(state="planned"),), "T", "iv", "en"
    )
    path = tmp_path / "maps.pdf"
    with settings():
        save_page(sheet, path, "T")
    said = " ".join(PdfReader(path).pages[0].extract_text().split())
    for text in ("+5.0", "−5.0", "26.50", "Short + / over − (ha)", "75 to below 95 %",
                 "100 to below 125 %", "no figure", "No map, since no unit has a figure: Urban",
                 "Commune to become a ward"):  # fmt: skip
        assert text in said
    # the steps that no unit is on are not in the legend
    assert "50 to below 75 %" not in said
    assert len(mapped_figures([homes] * 20, by_unit, "a")) > MAPS_ON_A_PAGE


def test_a_table_is_set_in_the_largest_letters_that_break_no_word() -> None:
    columns = (Column("Name", 0.5), Column("ha", 0.5, "right"))
    lines = [Line(("a", "115.999,70"))]
    assert breaks_words(columns, lines, 40.0, 9.0)
    assert not breaks_words(columns, lines, 46.0, 9.0)
    block, shown = largest_table(columns, lines, 40.0, 50.0, (9.0, 7.0), str)
    assert shown == 1
    sizes = {mark.font.size for _, _, mark in block.placed() if not isinstance(mark, Mark)}  # ty: ignore[possibly-missing-attribute]
    assert sizes == {7.0}
    assert "115.999,70" in words(block)


def test_the_bounds_of_a_figure_are_never_cut() -> None:
    row = figure(value=1111.11, low=1111.11, high=99_999.99, errors=False)
    block = figures_block([row], 70.0, 200.0, (7.0,), "vi", full=False).block
    assert "99.999,99" in words(block)
    assert "…" not in words(block)


@pytest.mark.parametrize("east", [200_000.0, 800_000.0])
def test_the_arrow_is_turned_by_the_convergence(east: float) -> None:
    """West of the central meridian true north lies to the right of grid north, east to the left."""
    frame = Rect(10, 20, 100, 100)
    layout = layout_for(frame, (east, 1_670_000.0, east + 10_000, 1_680_000.0))
    block = true_north(CRS, layout, 8.0, "en")
    marks = {mark.gid: mark.shape for mark in block.marks if isinstance(mark, Mark)}
    foot_x = marks["north:grid"].bounds[0]
    tip_x = min(marks["north:true"].exterior.coords, key=lambda point: point[1])[0]
    assert (tip_x > foot_x) == (east < 500_000)


def test_codes_on_dark_ground_are_rimmed_in_its_colour() -> None:
    """White letters with a white rim could not be read."""
    layout = layout_for(Rect(10, 20, 100, 100), square(0, 0, 1000).bounds)
    dark = MapClass("k", "n", Symbol(fill="#300030"), np.array([square(0, 0, 1000)]), AREA, "DGT")
    placed = place_class_codes(layout, Taken(), [dark])
    assert placed
    assert {label.rim for label in placed} == {"#300030"}


def test_ground_without_a_class_has_one_colour_and_is_counted() -> None:
    assert UNCLASSIFIED == UNCODED

    def said(**classes: float) -> str:
        ground = UnitGround(
            "a", square(0, 0, 1000), "land_use",
            {(("x", code) if code != "none" else ("", "")): np.array([square(0, 0, side)])
             for code, side in classes.items()},
            cast(Shapes, None), cast(Shapes, None), (), (), "",
        )  # fmt: skip
        return classified_words(ground, "en")

    # 1 ha of 5 ha
    assert (
        said(ODT=100.0, none=200.0) == "1.00 of 5.00 ha are classified (20.0 %); the rest is not."
    )
    assert said(ODT=100.0) == ""
    assert "does not cover" in said(none=100.0)


def plan(ground: Polygon, in_force: bool = True) -> Shapes:
    row = PlanRow("P", "P", "zoning", "", None, None, "", in_force, 1.0)
    return Shapes((row,), np.array([ground]))


@pytest.mark.parametrize(
    ("plans", "keys"),
    [
        (plan(square(-10, -10, 2000)), {"covered"}),
        (plan(square(500, 0, 1000)), {"not_covered", "covered"}),
        (plan(square(500, 0, 1000), in_force=False), {"not_covered"}),
    ],
)
def test_ground_covered_altogether_has_no_class_of_ground_left(
    plans: Shapes, keys: set[str]
) -> None:
    unit = UnitGround("a", square(0, 0, 1000), "", {}, plans, plans, (), (), "")
    drawn = {one.key: one.shapes for one in plan_classes(unit, "en")}
    assert {"covered", "not_covered"} & set(drawn) == keys
    assert sum(drawn[key][0].area for key in keys) == pytest.approx(1_000_000)


@pytest.mark.parametrize(
    "together",
    [
        (WARD, COMMUNE),
        (*(Symbol(fill=fill) for fill in GROUP_FILLS.values()), PLANNED),
        (COVERED, NOT_COVERED, CONTEXT),
        (PLAIN, CONTEXT, *(Symbol(fill=fill) for fill in SEVERITY_COLOURS.values())),
        tuple(one for one in map(bar_symbol, Verdict) if not one.hatch),
    ],
)
def test_colours_of_one_legend_can_be_told_apart(together: tuple[Symbol, ...]) -> None:
    """By normal and by deuteranope eyes."""
    fills = list(dict.fromkeys(str(one.fill) for one in together))
    apart = distances(fills)[np.triu_indices(len(fills), 1)]
    assert len(apart)
    assert apart.min() >= LEAST_DISTANCE
