"""Legends as they are drawn: classes that can be told apart, and colours that tell the truth."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import pytest
from shapely import box

from test_colours import confused, confused_in_grey, is_grey
from test_sheets_city import CRS, EAST, NORTH, city
from urbanplan_gis.outputs.sheets import parts, styles, symbols
from urbanplan_gis.outputs.sheets.boxes import Mark
from urbanplan_gis.outputs.sheets.choropleth import indicator_theme, share_of_target, value_classes
from urbanplan_gis.outputs.sheets.grey_print import grey_variant
from urbanplan_gis.outputs.sheets.symbols import Symbol
from urbanplan_gis.outputs.sheets.theme import MapClass, Theme
from urbanplan_gis.outputs.sheets.themes import (
    existing_land_use,
    green_space,
    planned_land_use,
    roads_transport,
    zoning_coverage,
)
from urbanplan_gis.standards.codes import GREEN_KINDS, read_rows

THEMES = {
    "existing_land_use": existing_land_use,
    "planned_land_use": planned_land_use,
    "zoning_coverage": zoning_coverage,
    "roads_transport": roads_transport,
    "green_space": green_space,
    "urban_land_ratio": lambda data: indicator_theme(data, "urban_land_ratio"),
}


@pytest.mark.parametrize("name", THEMES)
def test_the_classes_of_every_sheet_can_be_told_apart(name: str) -> None:
    theme = THEMES[name](city())
    assert confused(symbols_of(theme)) == []
    greys = grey_variant(theme.classes)
    assert confused_in_grey({entry.key: entry.symbol for entry in greys}) == []
    assert all(is_grey(entry.symbol) for entry in greys)


@pytest.mark.parametrize("name", THEMES)
def test_a_legend_shows_every_class_in_its_own_symbol(name: str) -> None:
    classes = THEMES[name](city()).classes
    block = parts.legend(classes, 90.0, 6.8, 1, "vi")
    swatches = [mark.symbol for _, _, mark in block.placed() if isinstance(mark, Mark)]
    drawn = [(one.fill, one.hatch, one.line, one.dash_mm) for one in swatches]
    assert drawn == [
        (one.symbol.fill, one.symbol.hatch, one.symbol.line, one.symbol.dash_mm) for one in classes
    ]


@pytest.mark.parametrize(("file", "role"), [(styles.LAND_FILE, "land_use"),
                                            (styles.PLAN_FILE, "zoning")])  # fmt: skip
def test_a_sheet_of_every_code_there_is_can_be_read(file: str, role: str) -> None:
    """Codes of all lists at once, in any case, with codes that no list has and ground without."""
    pairs = [(row["list"], row["code"]) for row in read_rows(file) if row["list"] != GREEN_KINDS]
    pairs += [("tt08-2024", "luc"), ("tt08-2024", "XYZ"), ("", "ABC"), ("tt08-2024", None)]
    ground = lots([code for _, code in pairs], [listed for listed, _ in pairs])
    theme = THEMES["existing_land_use" if role == "land_use" else "planned_land_use"](
        city(layers={role: ground})
    )
    drawn = symbols_of(theme)
    assert confused(drawn) == []
    assert len({entry.key for entry in theme.classes}) == len(theme.classes)
    areas = [entry for entry in theme.classes if entry.symbol.line is None]
    assert sum(len(entry.shapes) for entry in areas) == len(pairs)


def test_codes_that_no_list_has_are_named_and_counted() -> None:
    names = [f"M{number}" for number in range(9)]
    theme = existing_land_use(city(layers={"land_use": lots(names, ["tt08-2024"] * 9)}))
    unknown = theme.classes[0]
    assert unknown.name == "Mã ngoài danh mục: M0, M1, M2, M3, M4, M5 và 3 mã khác"
    assert len(unknown.shapes) == 9


def test_one_code_of_two_lists_is_one_class() -> None:
    ground = lots(["DGT", "DGT"], ["tt27-2018", "tt08-2024"])
    classes = existing_land_use(city(layers={"land_use": ground})).classes
    assert [entry.code for entry in classes if entry.code] == ["DGT"]
    assert len(classes[0].shapes) == 2


@pytest.mark.parametrize(
    ("value", "target", "sense", "share"),
    [
        (6.25, 12.5, "at_least", 0.5),
        (12.5, 12.5, "about", 1.0),
        (12.5 * (1 - 1e-12), 12.5, "at_least", 1.0),  # noise of sums
        (10.0, 5.0, "at_most", 0.5),
        (5.0, 5.0, "at_most", 1.0),
        (0.0, 5.0, "at_most", math.inf),
        (0.0, 0.0, "at_most", 1.0),
        (0.1, 0.0, "at_most", 0.0),
        (3.0, 0.0, "at_least", math.inf),
        (None, 12.5, "about", None),
        (5.0, None, None, None),
        (float("nan"), 12.5, "about", None),
    ],
)
def test_the_share_of_a_target(
    value: float | None, target: float | None, sense: str | None, share: float | None
) -> None:
    row = {"value": value, "target": target, "target_sense": sense}
    found = share_of_target(row)
    assert found == (share if share is None else pytest.approx(share))


@pytest.mark.parametrize(
    ("sense", "fill"),
    [("at_least", 4), ("about", 4), ("at_most", 4), ("all", 4), ("above", 3)],
)
def test_on_the_target_is_beyond_it_except_where_it_is_to_be_exceeded(
    sense: str, fill: int
) -> None:
    assert fill_of(value=20.0, target=20.0, target_sense=sense) == symbols.TARGET_FILLS[fill]


@pytest.mark.parametrize(
    ("value", "step"),
    [(9.9, 0), (10.0, 1), (15.0, 2), (18.99, 2), (19.0, 3), (19.99, 3), (20.0, 4), (25.0, 5)],
)
def test_breaks_belong_to_the_class_above_them(value: float, step: int) -> None:
    assert fill_of(value=value, target=20.0, target_sense="about") == symbols.TARGET_FILLS[step]


def test_without_target_value_or_certainty_there_is_no_colour_of_the_scale() -> None:
    assert fill_of(value=5.0, target=None) == symbols.NO_TARGET.fill
    assert fill_of(value=None, target=20.0) == symbols.NO_DATA.fill
    unsure = {"value": 19.0, "low": 18.0, "high": 21.0, "target": 20.0, "target_sense": "about"}
    assert fill_of(**unsure) == symbols.UNDECIDED.fill


def test_areas_in_symbols_of_their_own_keep_apart_in_grey() -> None:
    """Layers composed by the planner: colours of one lightness, which greys would confuse."""
    shapes = lots(["a"], ["x"]).geometry.to_numpy()
    fills = ("#e08080", "#80a0e0", "#70b070", "#c0c040", "#9a9a9a", "#b090d0", "#50b0b0")
    own = [MapClass(f"own:{fill}", "", Symbol(fill), shapes) for fill in fills]
    land = existing_land_use(city()).classes
    greys = grey_variant([*land, *own])
    assert confused_in_grey({entry.key: entry.symbol for entry in greys}) == []
    assert [entry.key for entry in greys] == [entry.key for entry in (*land, *own)]


def test_the_grey_of_a_code_is_the_same_on_every_sheet() -> None:
    all_of_them = {
        entry.key: entry.symbol for entry in grey_variant(existing_land_use(city()).classes)
    }
    few = lots(["LUC", "ODT", "DGT"], ["tt08-2024"] * 3)
    alone = grey_variant(existing_land_use(city(layers={"land_use": few})).classes)
    shared = [entry for entry in alone if entry.key in all_of_them]
    assert shared
    assert all(entry.symbol == all_of_them[entry.key] for entry in shared)


def symbols_of(theme: Theme) -> dict[str, Symbol]:
    return {entry.key: entry.symbol for entry in theme.classes}


def fill_of(**row: Any) -> str | None:
    """The fill of one unit with these figures."""
    units = gpd.GeoDataFrame({"code": ["1"]}, geometry=[box(0, 0, 1, 1)], crs=CRS)
    (entry,) = value_classes(units, {"1": row}, "vi")
    return entry.symbol.fill


def lots(codes: list[Any], lists: list[str]) -> gpd.GeoDataFrame:
    """Lots of a hectare side by side."""
    shapes = [
        box(EAST + 100 * (n % 40), NORTH + 100 * (n // 40), EAST + 100 * (n % 40) + 100,
            NORTH + 100 * (n // 40) + 100)
        for n in range(len(codes))
    ]  # fmt: skip
    return gpd.GeoDataFrame({"code": codes, "code_list": lists}, geometry=shapes, crs=CRS)
