"""The command line as a terminal, a pipe and a broken place see it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner

from test_safety import HEAD, LAND, UNITS, ground, make_city
from urbanplan_gis.cli import main

#: classes the check of planning databases asks for
NEEDED = ("RanhGioiQuyHoach_A", "MangLuoiGiaoThongDuongBo_L")


def urbanplan(*words: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "urbanplan_gis", *words],
        capture_output=True,
        check=False,
        env={**os.environ, **environment},
    )


@pytest.mark.parametrize("encoding", ["cp1252", "cp1258", "ascii"])
def test_output_into_a_file_is_utf8_whatever_the_code_page(encoding: str) -> None:
    said = urbanplan("--help", PYTHONIOENCODING=encoding)
    assert said.returncode == 0
    assert "Đo quy hoạch so với chỉ tiêu" in said.stdout.decode("utf-8")
    lost = urbanplan("check", "--project", "/nowhere", PYTHONIOENCODING=encoding)
    assert lost.returncode == 2
    assert "không có tệp project.toml" in lost.stderr.decode("utf-8")


def test_what_the_system_refuses_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    said = urbanplan("new", str(tmp_path / "file" / "city"))
    lines = said.stderr.decode("utf-8").splitlines()
    assert said.returncode == 2
    assert len(lines) == 1
    assert "file" in lines[0]


def test_a_database_is_exported_and_a_wrong_code_refused(tmp_path: Path) -> None:
    city = make_city(tmp_path / "city")
    command = ["export-tt16", str(tmp_path / "out"), "--project", str(city), "--name", "Thử"]
    codes = ["--dossier", "51QPK0010001", "--information", "512021000001"]
    made = CliRunner().invoke(main, [*command, *codes])
    assert made.exit_code == 0, made.output
    assert (tmp_path / "out" / "CSDL_Thu" / "HoSoGIS" / "HienTrang.gpkg").is_file()
    # a city without roads and plans makes no whole package, and is told so
    *lacking, wrote = made.output.splitlines()
    assert wrote == "Wrote the planning database: HienTrang.gpkg."
    assert [name for line in lacking for name in NEEDED if name in line] == list(NEEDED)
    codes[1] = "51-1"
    refused = CliRunner().invoke(main, [*command, *codes])
    assert refused.exit_code == 2
    assert "51-1" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def test_an_export_says_what_stays_behind(tmp_path: Path) -> None:
    """A frame of the map that is set aside, and a survey of another day."""
    land = LAND.replace("[layers", "[[layers").replace("land_use]", "land_use]]")
    land += 'codes = "data/raw/codes.csv"\n'
    outdated = land + 'name = "khao_sat_cu"\nvalid_to = 2020-01-01\n'
    city = make_city(tmp_path / "city", HEAD + UNITS + land + outdated)
    raw = city / "data" / "raw"
    (raw / "codes.csv").write_text("source_value,code,action\nODT,ODT,\nKHUNG,,ignore\n")
    lots = gpd.GeoDataFrame({"id": ["A", "B"], "ma": ["ODT", "KHUNG"]}, geometry=ground() * 2)
    lots.set_crs(5898).to_file(raw / "land.gpkg", layer="land")
    project = (city / "project.toml").read_text().replace("land.SHP", "land.gpkg")
    (city / "project.toml").write_text(project)
    command = ["export-tt16", str(tmp_path / "out"), "--project", str(city), "--name", "Thử"]
    codes = ["--dossier", "51QPK0010001", "--information", "512021000001"]
    made = CliRunner().invoke(main, [*command, *codes])
    assert made.exit_code == 0, made.output
    behind, sources, *_ = made.output.splitlines()
    assert "land [land_use]: 1 features written, 1 set aside" in behind
    assert "khao_sat_cu, not valid on 2025-06-30" in sources
