"""Codes of lists, mapping files, and what becomes of values nobody mapped."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pytest

from test_loaders_vector import CRS, load, refuse, square
from urbanplan_gis.model.data import Role

MAPPED = """
[layers.zoning]
path = "lo.gpkg"
fields = { code = "lop" }
codes = "ma.csv"
set = { plan_id = "QHPK-01" }
"""


def write_lots(folder: Path, values: list[str | None]) -> None:
    squares = [square(200 * n, 0, 100 * (n + 1)) for n in range(len(values))]
    frame = gpd.GeoDataFrame({"lop": values}, geometry=squares, crs=CRS)
    frame.to_file(folder / "lo.gpkg")


def write_mapping(folder: Path, text: str) -> None:
    (folder / "ma.csv").write_text(text, encoding="utf-8-sig")


def test_codes_of_a_list_whatever_their_case(tmp_path: Path) -> None:
    write_lots(tmp_path, ["odt", " DGT ", "ODX", "ODX", None])
    layers = '[layers.land_use]\npath = "lo.gpkg"\nfields = { code = "lop" }\n'
    data = load(tmp_path, layers + 'code_list = "tt08-2024"\n')
    frame = data.layers[Role.LAND_USE].frame
    assert frame["code"].tolist() == ["ODT", "DGT", "", "", ""]
    assert frame["code_list"].tolist() == ["tt08-2024", "tt08-2024", "", "", ""]
    assert frame["source_value"].tolist() == ["odt", " DGT ", "ODX", "ODX", ""]
    blank, odx = data.findings
    assert (blank.code, blank.feature_ids, blank.area_m2) == ("unmapped_code", ("lo:5",), 250_000.0)
    # squares of 300 m and 400 m
    assert (odx.feature_ids, odx.area_m2) == (("lo:3", "lo:4"), 90_000.0 + 160_000.0)
    assert (odx.dropped, odx.action) == (0, "kept")
    assert odx.geometry.within(square(600, 0, 400))
    assert "ODX" in odx.message.say("vi")
    assert "25" in odx.message.say("en")


def test_a_mapping_file_maps_ignores_and_leaves(tmp_path: Path) -> None:
    write_lots(tmp_path, ["!ĐẤT Ở MỚI", "tim duong", "BÃI XE", "khác"])
    write_mapping(
        tmp_path,
        "source_value;list;code;sub_use;action;note\n"
        "!đất ở mới ;tt16-2025;o_nhomnhao;;keep;\n"
        "Tim duong;;;;ignore;đường tim\n"
        "bãi xe;tt16-2025;HTKT_Baidoxe;static;;\n"
        "không dùng;tt16-2025;HTXH_Yte;;;\n",
    )
    data = load(tmp_path, MAPPED)
    frame = data.layers[Role.ZONING].frame
    assert frame["code"].tolist() == ["O_Nhomnhao", "HTKT_Baidoxe", ""]
    assert frame["sub_use"].tolist() == ["", "static", ""]
    assert set(frame["plan_id"]) == {"QHPK-01"}
    assert [(item.code, item.feature_ids, item.dropped) for item in data.findings] == [
        ("code_ignored", ("lo:2",), 1),
        ("unmapped_code", ("lo:4",), 0),
    ]
    assert (data.counts[-1].read, data.counts[-1].set_aside) == (4, 1)


BAD_MAPPINGS = [
    ("source_value,list,code\nx,tt16-2025,KHONG_CO\n", ("ma.csv", "2", "KHONG_CO", "tt16-2025")),
    ("source_value,list,code\nx,tt99,ODT\n", ("ma.csv", "2", "tt99")),
    ("source_value,code\nx,ODT\n", ("ma.csv", "list", "source_value, code")),
    ("source_value,list,code,action\nx,,,drop\n", ("ma.csv", "2", "drop", "ignore")),
    ("source_value,list,code,sub_use\nx,tt16-2025,HTXH_Yte,xe\n", ("ma.csv", "2", "xe", "static")),
    (
        "source_value,list,code\nx,tt16-2025,HTXH_Yte\nX,tt16-2025,O_Nhomnhao\n",
        ("ma.csv", "3", "'x'"),
    ),
    ("source_value,list,code\n", ("ma.csv",)),
]


@pytest.mark.parametrize(("text", "pieces"), BAD_MAPPINGS)
def test_mistakes_in_a_mapping_file(tmp_path: Path, text: str, pieces: tuple[str, ...]) -> None:
    write_lots(tmp_path, ["x"])
    write_mapping(tmp_path, text)
    refuse(tmp_path, MAPPED, *pieces)


def test_values_of_the_project_file_come_first(tmp_path: Path) -> None:
    write_lots(tmp_path, ["đất ở", "ODT"])
    layers = """
    [layers.land_use]
    path = "lo.gpkg"
    fields = { code = "lop", sub_use = "lop" }
    values = { code = { "ĐẤT Ở" = "ODT" }, sub_use = { "đất ở" = "road", "ODT" = "" } }
    code_list = "tt27-2018"
    """
    frame = load(tmp_path, layers).layers[Role.LAND_USE].frame
    assert frame["code"].tolist() == ["ODT", "ODT"]
    assert frame["sub_use"].tolist() == ["road", ""]


def test_one_code_for_a_whole_file(tmp_path: Path) -> None:
    write_lots(tmp_path, ["x", "y"])
    layers = """
    [layers.general_plan]
    path = "lo.gpkg"
    set = { code = "DD_DONVIO", approved = 2020-01-31, priority = 3 }
    code_list = "tt16-2025"
    """
    frame = load(tmp_path, layers).layers[Role.GENERAL_PLAN].frame
    assert frame["code"].tolist() == ["DD_DONVIO"] * 2
    assert frame["priority"].tolist() == [3, 3]
    assert frame["approved"].dt.date.astype(str).tolist() == ["2020-01-31"] * 2
