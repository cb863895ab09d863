"""Layers of units whose codes and kinds are left to the names of the units."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from test_loaders_vector import CRS, load, refuse, square, write_project
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders import load_layers
from urbanplan_gis.model.data import Dataset, Finding, Role
from urbanplan_gis.project import load_project

UNITS = """
[layers.units]
path = "units.gpkg"
fields = { name = "ten" }
"""
STATISTICS = """
[[statistics]]
path = "so_lieu.csv"
fields = { unit_code = "ma", year = "nam", residents = "dan_so" }
"""


def write_units(folder: Path, **columns: list[Any]) -> None:
    """Units of 1 km² in a row, with the columns given."""
    count = len(next(iter(columns.values())))
    shapes = [square(1000 * place, 0, 1000) for place in range(count)]
    gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS).to_file(folder / "units.gpkg")


def named(data: Dataset, code: str = "unit_name_matched") -> dict[tuple[str, ...], Finding]:
    return {one.feature_ids: one for one in data.findings if one.code == code}


def test_units_without_codes_take_those_of_their_names(tmp_path: Path) -> None:
    names = ["Phường Nghĩa Lộ", "Tinh Hoa", "X. Tịnh Ấn Tâyy", "Tịnh An"]
    write_units(tmp_path, ten=names)
    data = load(tmp_path, UNITS)
    frame = data.layers[Role.UNITS].frame
    assert list(frame["code"]) == ["21028", "21187", "21223", "21232"]
    assert list(frame["kind"]) == ["ward", "commune", "commune", "commune"]
    assert list(frame["name"]) == names
    assert {str(frame[name].dtype) for name in ("code", "kind")} == {"str"}
    found = {ids: one.severity for ids, one in named(data).items()}
    assert found == {("units:2",): "info", ("units:3",): "warning"}
    assert {one.layer for one in data.findings} == {"units"}


def test_units_without_kinds_take_those_of_their_names(tmp_path: Path) -> None:
    write_units(tmp_path, ma=["1", "2"], ten=["P. A", "xã B"])
    coded = UNITS.replace("}", ', code = "ma" }')
    data = load(tmp_path, coded)
    assert list(data.layers[Role.UNITS].frame["kind"]) == ["ward", "commune"]
    assert data.findings == ()
    for name in ("Nghĩa Lộ", "Thị trấn Mộ Đức"):
        write_units(tmp_path, ma=["1", "2"], ten=["P. A", name])
        refuse(tmp_path, coded, "units.gpkg", f"'{name}'", "units:2")


def test_kinds_read_from_the_names_as_before(tmp_path: Path) -> None:
    write_units(tmp_path, ma=["1", "2"], ten=["Phường A", "Xã B"])
    declared = UNITS.replace("}", ', code = "ma", kind = "ten" }')
    assert list(load(tmp_path, declared).layers[Role.UNITS].frame["kind"]) == ["ward", "commune"]


@pytest.mark.parametrize(
    ("name", "pieces"),
    [
        ("Nghĩa Dóng", ("21034 Xã Nghĩa Dũng, 21037 Xã Nghĩa Dõng",)),
        ("Phường Tịnh Khê", ("21211 Xã Tịnh Khê",)),
        ("Phường Cẩm Thành", ()),
    ],
)
def test_units_without_codes_whose_names_are_not_listed(
    tmp_path: Path, name: str, pieces: tuple[str, ...]
) -> None:
    write_units(tmp_path, ten=["Phường Nghĩa Lộ", name])
    refuse(tmp_path, UNITS, "units.gpkg", f"'{name}'", "units:2", "2014", "fields", *pieces)


def test_two_units_of_one_listed_name_are_refused(tmp_path: Path) -> None:
    write_units(tmp_path, ten=["Phường Nghĩa Lộ", "Nghia Lo"])
    refuse(tmp_path, UNITS, "21028", "units:1, units:2")


def test_boundaries_without_a_list_of_units_need_codes(tmp_path: Path) -> None:
    write_units(tmp_path, ten=["Phường Nghĩa Lộ"])
    file = write_project(tmp_path, UNITS) / "project.toml"
    text = file.read_text(encoding="utf-8").replace('boundaries = "2014"', 'boundaries = "1999"')
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlanDataError, match="no list of units of '1999'"):
        load_layers(load_project(tmp_path))


def test_units_of_other_boundaries_than_the_project_is_about(tmp_path: Path) -> None:
    """21109, Xã Đông Sơn, is a unit since July 2025 only."""
    write_units(tmp_path, ten=["Xã Đông Sơn", "Phường Nghĩa Lộ"], ma=["21109", "21028"])
    told = ("boundaries of 2025", 'boundaries = "2014"')
    layers = UNITS.replace("name =", 'code = "ma", name =')
    with pytest.raises(PlanDataError) as caught:
        load(tmp_path, layers)
    assert all(piece in caught.value.line("en") for piece in told)


def test_units_without_name_and_code_are_refused(tmp_path: Path) -> None:
    write_units(tmp_path, ten=["Phường Nghĩa Lộ"], loai=["Phường"])
    with pytest.raises(PlanDataError) as caught:
        load(tmp_path, UNITS.replace("name =", "kind ="))
    assert [item.where.split(": ")[-1] for item in caught.value.problems] == [
        "fields.code", "fields.name",
    ]  # fmt: skip
    write_units(tmp_path, ten=["Phường Nghĩa Lộ", None])
    refuse(tmp_path, UNITS, "units.gpkg", "ten", "2")


def test_names_are_those_of_the_units_that_exist_on_the_day(tmp_path: Path) -> None:
    """Two communes became one in 2025, which has the name of one of them and another code."""
    day = dt.date(2025, 7, 1)
    write_units(
        tmp_path, ma=["1", "2", "3"], ten=["Xã Tịnh Khê", "Xã Tịnh Long", "Xã Tịnh Khê"],
        tu=[None, None, day], den=[day, day, None],
    )  # fmt: skip
    fields = 'code = "ma", name = "ten", valid_from = "tu", valid_to = "den"'
    tables = UNITS.replace('name = "ten"', fields) + STATISTICS
    rows = "ma,nam,dan_so\nTịnh Khê,2019,10\n2,2019,20\n"
    (tmp_path / "so_lieu.csv").write_text(rows, encoding="utf-8")
    for as_of, code in (("2025-06-30", "1"), ("2025-12-31", "3")):
        data = load(tmp_path, tables, as_of=as_of)
        assert {(one.unit_code, one.value) for one in data.statistics} == {(code, 10), ("2", 20)}


def test_expired_units_without_codes_are_told_by_their_ids(tmp_path: Path) -> None:
    write_units(tmp_path, ten=["Xã Tịnh Khê", "Xã Cũ"], den=[None, dt.date(2013, 1, 1)])
    data = load(tmp_path, UNITS.replace('"ten"', '"ten", valid_to = "den"'))
    assert list(data.layers[Role.UNITS].frame["code"]) == ["21211"]
    (finding,) = data.findings
    assert "units:2 (Xã Cũ)" in finding.message.say("en")
