"""A city of squares that a reader can check by hand, and which sheets it fills."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from shapely import LineString, box

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Origin
from urbanplan_gis.outputs.sheets import (
    SheetData,
    SheetOptions,
    draw_sheet,
    sheet_inputs,
    sheet_names,
)
from urbanplan_gis.standards.codes import read_rows
from urbanplan_gis.text import Name, Text

CRS = "EPSG:5898"
EAST, NORTH = 584_000, 1_670_000
LAND_LIST = "tt08-2024"
#: values of the communes over a target of 12.5, one for each step of the scale and no data
SHARES = (5.0, 8.0, 11.0, 12.2, 12.5, 20.0, None)
INDICATORS = ("urban_land_ratio", "transport_land_share", "green_per_capita", "zoning_coverage")


def square(x: float, y: float, side: float = 1000, high: float | None = None) -> Any:
    """A square (metres) with its corner at (x, y) from the city's corner."""
    return box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + (high or side))


def frame(geometry: list[Any], **columns: Any) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(columns, geometry=geometry, index=range(len(geometry)), crs=CRS)


def city_units() -> gpd.GeoDataFrame:
    """Twelve units of 3 km by 3 km, and two of 200 m by 150 m cut into one corner."""
    shapes = [square(3000 * (n % 4), 3000 * (n // 4), 3000) for n in range(12)]
    small = [square(200 * n, 0, 200, 150) for n in range(2)]
    shapes[0] = shapes[0].difference(small[0]).difference(small[1])
    words = ["Trần Phú", "Lê Hồng Phong", "Tịnh Ấn Tây", "Nghĩa Dõng", "Nguyễn Nghiêm"]
    kinds = ["ward" if n < 5 else "commune" for n in range(14)]
    prefix = {"ward": "Phường", "commune": "Xã"}
    return frame(
        [*shapes, *small],
        code=[f"{21000 + n}" for n in range(14)],
        name=[f"{prefix[kind]} {words[n % 5]} {n}" for n, kind in enumerate(kinds)],
        kind=kinds,
        slated=[5 <= n < 12 for n in range(14)],
    )


def parcels() -> gpd.GeoDataFrame:
    """Blocks of 1 km with the codes of one circular in turn, and one code nobody knows."""
    codes = [row["code"] for row in read_rows("land_codes.csv") if row["list"] == LAND_LIST]
    codes = [*codes[:40], "ODX"]
    shapes = [square(1000 * (n % 12), 1000 * (n // 12)) for n in range(108)]
    chosen = [codes[n % len(codes)] for n in range(108)]
    return frame(shapes, code=chosen, code_list=LAND_LIST)


def layers() -> dict[str, gpd.GeoDataFrame]:
    functions = [
        row["code"]
        for row in read_rows("planning_functions.csv")
        if row["plan_kind"] == "zoning" and row["list"] == "tt16-2025"
    ]
    ranks = [1, 2, 3, 4, 5, 6, 7, 8, None]
    ways = [
        LineString([(EAST, NORTH + 900 * n + 333), (EAST + 12_000, NORTH + 950 * n + 333)])
        for n in range(len(ranks))
    ]
    kinds = ["public", "residential", "restricted", "specialised", "water"]
    return {
        "land_use": parcels(),
        "zoning": frame(
            [square(700 * (n % 8), 700 * (n // 8), 700) for n in range(len(functions))],
            code=functions,
            code_list="tt16-2025",
        ),
        "general_plan": frame(
            [square(0, 0, 6000), square(6000, 0, 2000), square(9000, 6000, 2000)],
            code=["DD_DONVIO", "NDD_CONGNGHIEP", "NDD_DANCUNT"],
            code_list="tt16-2025",
        ),
        "plans": frame(
            [square(500, 500, 3000), square(4000, 3000, 3500), square(0, 0, 9000)],
            plan_id=["QHPK-01", "QHPK-02", "QHC"],
            name=["một", "hai", "chung"],
            kind=["zoning", "zoning", "general"],
            approved=pd.to_datetime(["2019-01-01", "2015-01-01", "2010-01-01"]),
            revoked=pd.to_datetime([None, "2020-01-01", None]),
            in_force=[True, False, False],
        ),
        "roads": frame(
            ways, name=None, road_class=pd.array(ranks, dtype="Int64"), width_m=[20.0] * 9
        ),
        "right_of_way": frame([way.buffer(10) for way in ways], name="đường"),
        "transport": frame([way.buffer(8) for way in ways[:4]], code="DGT"),
        "parking": frame([square(5200, 5200, 300)]),
        "green": frame(
            [square(2000 * n + 100, 4000, 800) for n in range(5)],
            kind=kinds,
            name=["Công viên Ba Tơ", None, None, None, None],
        ),
    }


def figures() -> pd.DataFrame:
    units = city_units()
    slated = units[units["slated"]]
    named = [*zip(slated["code"], slated["name"], strict=True), ("city", "Thành phố")]
    rows = []
    for indicator in INDICATORS:
        for (code, name), value in zip(named, (*SHARES, 11.3), strict=True):
            rows.append(figure_row(indicator, code, name, value))
    return pd.DataFrame(rows)


def figure_row(indicator: str, code: str, name: str, value: float | None) -> dict[str, Any]:
    verdict = "no_data" if value is None else "near" if code == "city" else "reference"
    return {
        "figure_id": f"{indicator}/{code}@2014/2025-06-30/existing/wide-in-general_plan",
        "indicator": indicator,
        "unit_code": code,
        "unit_name": name,
        "boundaries": "2014",
        "as_of": "2025-06-30",
        "scenario": "existing",
        "definition": "wide-in-general_plan",
        "value": value,
        "value_unit": "m2/person" if indicator == "green_per_capita" else "%",
        "target_year": 2025,
        "target": 12.5,
        "target_sense": "about",
        "gap": None if value is None else value - 12.5,
        "gap_ha": None if value is None else (12.5 - value) * 10,
        "verdict": verdict,
        "basis": "proposal",
        "completeness": 0.9 if code == "21006" else 1.0,
        "note": "",
        "is_default": True,
    }


def city(**changes: Any) -> SheetData:
    """The whole city, with some of its facts changed."""
    data = SheetData(
        title=Name("Thành phố thử nghiệm", "Test city"),
        crs=CRS,
        as_of=dt.date(2025, 6, 30),
        boundaries="2014",
        lang="vi",
        synthetic=True,
        units=city_units(),
        layers=layers(),
        figures=figures(),
        origins=(
            Origin("hien_trang", "data/raw/land.gpkg", publisher="Sở", date=dt.date(2025, 1, 1)),
            Origin("dan_so", "data/raw/people.csv"),
        ),
        standing=Text.of("stamp.draft"),
    )
    return replace(data, **changes)


def test_every_sheet_can_be_drawn_from_a_whole_city() -> None:
    assert sheet_names(city()) == (
        "existing_land_use",
        "planned_land_use",
        "zoning_coverage",
        "roads_transport",
        "green_space",
        *(f"indicator_{indicator}" for indicator in INDICATORS),
    )


def test_sheets_without_data_are_not_offered() -> None:
    whole = layers()
    only = {"zoning": whole["zoning"], "green": whole["green"].iloc[:0]}
    none = figures().assign(boundaries="2025")
    assert sheet_names(city(layers=only, figures=none)) == ("planned_land_use",)


def test_sheet_inputs_name_roles_and_figures() -> None:
    assert sheet_inputs("existing_land_use") == ("units", "land_use")
    assert sheet_inputs("indicator_urban_land_ratio") == ("units", "figures")
    assert "general_plan" in sheet_inputs("zoning_coverage")
    with pytest.raises(PlanDataError, match="existing_land_use"):
        sheet_inputs("existing")


@pytest.mark.parametrize("wrong", [{"paper": "B5"}, {"scale": 0}, {"scale": 7}, {"dpi": 5}])
def test_options_that_cannot_be_printed_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(PlanDataError, match=str(next(iter(wrong.values())))):
        SheetOptions(**wrong)


def test_a_scale_that_would_cut_the_city_is_refused(tmp_path: Any) -> None:
    """The city is 12 km wide: 240 mm at 1:50 000, wider than A3 at 1:25 000."""
    with pytest.raises(PlanDataError, match=r"1:25,000.*expected 1:50,000 or smaller") as wrong:
        draw_sheet("green_space", city(), SheetOptions(scale=25_000, dpi=60), tmp_path)
    assert "\n" not in wrong.value.line("vi")
    assert draw_sheet("green_space", city(), SheetOptions(scale=50_000, dpi=60), tmp_path)


def test_a_sheet_without_data_is_refused(tmp_path: Any) -> None:
    with pytest.raises(PlanDataError, match="land_use"):
        draw_sheet("existing_land_use", city(layers={}), SheetOptions(), tmp_path)
