"""Units that must hold together, lots that take dates from plans, ponds that find their park."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from test_loaders_vector import CRS, load, refuse, square
from urbanplan_gis.model.data import Role


def write_units(folder: Path, **columns: list[object]) -> str:
    table: dict[str, list[object]] = {
        "ma": ["21010", "21013"], "ten": ["Phường A", "Xã B"], "loai": ["Phường", "Xã"],
    }  # fmt: skip
    table.update(columns)
    gpd.GeoDataFrame(table, geometry=[square(0, 0, 1000), square(1000, 0, 1000)], crs=CRS).to_file(
        folder / "units.gpkg", layer="ranh_gioi"
    )
    fields = {"code": "ma", "name": "ten", "kind": "loai"}
    fields |= {"slated": "du_kien"} if "du_kien" in table else {}
    listed = ", ".join(f'{key} = "{value}"' for key, value in fields.items())
    return f'[layers.units]\npath = "units.gpkg"\nfields = {{ {listed} }}\n'


def test_units_have_all_their_columns(tmp_path: Path) -> None:
    layers = write_units(tmp_path, du_kien=["có", "0"]) + "valid_from = 2014-04-01\n"
    frame = load(tmp_path, layers).layers[Role.UNITS].frame
    assert frame["code"].tolist() == ["21010", "21013"]
    assert frame["kind"].tolist() == ["ward", "commune"]
    assert frame["slated"].tolist() == [True, False]
    assert frame["valid_from"].tolist() == [pd.Timestamp("2014-04-01")] * 2
    assert frame["valid_to"].isna().all()
    assert frame["declared_area_ha"].isna().all()


def test_codes_kept_as_numbers_become_text(tmp_path: Path) -> None:
    layers = write_units(tmp_path, ma=[21010.0, 21013.0])
    assert load(tmp_path, layers).layers[Role.UNITS].frame["code"].tolist() == ["21010", "21013"]


@pytest.mark.parametrize(
    ("columns", "pieces"),
    [
        ({"ma": ["21010", "21010"]}, ("units.gpkg", "21010", "Phường A, Xã B")),
        ({"ma": ["21010", " "]}, ("units.gpkg", "ranh_gioi", "ma", "2")),
        ({"loai": ["Phường", "Thị trấn"]}, ("units.gpkg", "loai", "Thị trấn", "ward, commune")),
        ({"du_kien": ["có", "sắp"]}, ("units.gpkg", "du_kien", "sắp")),
    ],
)
def test_units_that_cannot_be_used(
    tmp_path: Path, columns: dict[str, list[object]], pieces: tuple[str, ...]
) -> None:
    refuse(tmp_path, write_units(tmp_path, **columns), *pieces)


def test_no_units_on_the_day(tmp_path: Path) -> None:
    layers = write_units(tmp_path) + "valid_from = 2026-01-01\n"
    refuse(tmp_path, layers, "layers.units")


def write_plans(folder: Path) -> str:
    gpd.GeoDataFrame(
        {
            "id": ["P1", "P2", "P3", "P3"],
            "ngay": ["2018-05-01", None, "2019-01-01", "2020-01-01"],
        },
        geometry=[square(0, 0), square(200, 0), square(400, 0), square(600, 0)],
        crs=CRS,
    ).to_file(folder / "plans.gpkg")
    gpd.GeoDataFrame(
        {
            "ma": ["HTXH_Yte"] * 6,
            "qh": ["P1", "P2", "P3", "P9", "P9", None],
            "ngay": ["2001-01-01"] * 6,
        },
        geometry=[square(200 * n, 0) for n in range(6)],
        crs=CRS,
    ).to_file(folder / "lo.gpkg")
    return """
    [layers.plans]
    path = "plans.gpkg"
    fields = { plan_id = "id", approved = "ngay" }
    [layers.zoning]
    path = "lo.gpkg"
    fields = { code = "ma", plan_id = "qh", approved = "ngay" }
    code_list = "tt16-2025"
    """


def test_lots_take_the_date_of_their_plan(tmp_path: Path) -> None:
    data = load(tmp_path, write_plans(tmp_path))
    dates = data.layers[Role.ZONING].frame["approved"].dt.date.astype(str).tolist()
    own = "2001-01-01"
    assert dates == ["2018-05-01", own, "2020-01-01", own, own, own]
    found = [(item.code, item.layer, item.feature_ids, item.area_m2) for item in data.findings]
    assert found == [
        ("plan_dates_differ", "plans", ("plans:3", "plans:4"), None),
        ("unknown_plan", "zoning", ("lo:6",), 10_000.0),
        ("unknown_plan", "zoning", ("lo:4", "lo:5"), 20_000.0),
    ]


def test_lots_without_a_layer_of_plans_stay_as_they_are(tmp_path: Path) -> None:
    layers = write_plans(tmp_path)
    data = load(tmp_path, layers[layers.index("[layers.zoning]") :])
    assert not data.findings


def test_ponds_find_their_park_in_another_source(tmp_path: Path) -> None:
    parks = gpd.GeoDataFrame(
        {"id": ["1", "2"], "loai": ["public", "public"]},
        geometry=[square(0, 0), square(200, 0)],
        crs=CRS,
    )
    ponds = gpd.GeoDataFrame(
        {"id": ["h1", "2"], "loai": ["water", "water"], "cv": ["1", "9"]},
        geometry=[square(10, 10, 20), square(210, 10, 20)],
        crs=CRS,
    )
    parks.to_file(tmp_path / "cv.gpkg")
    ponds.to_file(tmp_path / "ho.gpkg")
    layers = """
    [[layers.green]]
    path = "cv.gpkg"
    fields = { feature_id = "id", kind = "loai" }
    [[layers.green]]
    path = "ho.gpkg"
    fields = { feature_id = "id", kind = "loai", park = "cv" }
    """
    frame = load(tmp_path, layers).layers[Role.GREEN].frame
    assert dict(zip(frame["feature_id"], frame["park"], strict=True)) == {
        "cv:1": "cv:1", "cv:2": "cv:2", "ho:h1": "cv:1", "ho:2": "ho:9",
    }  # fmt: skip


def test_roads_facilities_and_buildings(tmp_path: Path) -> None:
    from shapely.geometry import LineString, Point

    line = LineString([(585_000, 1_672_000), (585_300, 1_672_400)])
    gpd.GeoDataFrame({"cap": ["3"], "rong": ["12,5"]}, geometry=[line], crs=CRS).to_file(
        tmp_path / "duong.gpkg"
    )
    gpd.GeoDataFrame(
        {"loai": ["Trường học"]}, geometry=[Point(585_010, 1_672_010)], crs=CRS
    ).to_file(tmp_path / "ct.gpkg")
    layers = """
    [layers.roads]
    path = "duong.gpkg"
    fields = { road_class = "cap", width_m = "rong" }
    [layers.facilities]
    path = "ct.gpkg"
    fields = { kind = "loai" }
    """
    data = load(tmp_path, layers)
    roads = data.layers[Role.ROADS].frame
    assert roads[["road_class", "width_m"]].values.tolist() == [[3, 12.5]]
    assert roads.length.tolist() == [500.0]
    assert data.layers[Role.FACILITIES].frame["kind"].tolist() == ["Trường học"]
    assert list(data.layers) == [Role.UNITS, Role.ROADS, Role.FACILITIES]


def test_only_units_of_the_day_are_measured(tmp_path: Path) -> None:
    """Two maps of units in one file: the older one was replaced on 1 July 2025."""
    gpd.GeoDataFrame(
        {
            "code": ["1", "2", "9"],
            "name": ["Một", "Hai", "Mới"],
            "kind": ["ward", "commune", "ward"],
            "valid_from": [None, None, "2025-07-01"],
            "valid_to": ["2025-07-01", "2025-07-01", None],
        },
        geometry=[square(0, 0), square(100, 0), square(0, 0)],
        crs=5898,
    ).to_file(tmp_path / "u.gpkg")
    for day, codes in (("2025-06-30", ["1", "2"]), ("2025-07-01", ["9"])):
        fields = 'code = "code", name = "name", kind = "kind"'
        dates = 'valid_from = "valid_from", valid_to = "valid_to"'
        table = f'[layers.units]\npath = "u.gpkg"\nfields = {{ {fields}, {dates} }}\n'
        data = load(tmp_path, table, day)
        assert data.layers[Role.UNITS].frame["code"].tolist() == codes
        gone = [item for item in data.findings if item.code == "unit_not_valid"]
        assert len(gone) == 3 - len(codes)
        assert sum(item.dropped for item in gone) == 3 - len(codes)
