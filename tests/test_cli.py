"""The command line as a terminal, a pipe and a broken place see it."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest
from click.testing import CliRunner, Result
from shapely import box

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


# ---- findings -------------------------------------------------------------------------------


def check(city: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["check", "--lang", "en", *words, "--project", str(city)])


def survey_strips(city: Path, codes: list[str], reach_m: float) -> None:
    """Parcels one beside the other, each of which reaches so far into the next."""
    raw = city / "data" / "raw"
    (unit,) = gpd.read_file(raw / "units.gpkg").geometry
    west, south, east, north = unit.bounds
    wide = (east - west) / len(codes)
    strips = [
        box(west + wide * n, south, min(east, west + wide * (n + 1) + reach_m), north)
        for n in range(len(codes))
    ]
    frame = gpd.GeoDataFrame(
        {"id": [f"p{n:02d}" for n in range(len(codes))], "ma": codes}, geometry=strips, crs=5898
    )
    for old in raw.glob("land.*"):
        old.unlink()
    frame.to_file(raw / "land.shp", encoding="UTF-8")
    for part in list(raw.glob("land.*")):
        part.rename(part.with_suffix(part.suffix.upper()))


def test_findings_beyond_the_first_twenty_are_summed_up_by_kind(tmp_path: Path) -> None:
    """Thirty strips of a kilometre overlap by 0.3 m: 300 m² each, 29 times."""
    city = make_city(tmp_path)
    survey_strips(city, ["ODT"] * 30, 0.3)
    lines = check(city).output.splitlines()
    slivers = [line for line in lines if "overlap_sliver" in line]
    assert len(slivers) == 21
    assert all("0.0300 ha" in line and "than 0.5 m" in line for line in slivers[:20])
    assert "9 smaller findings" in lines[lines.index(slivers[20]) - 1]
    assert re.fullmatch(r"information +0\.2700 ha  overlap_sliver  \[land_use\]  × 9", slivers[20])
    assert "× " not in check(city, "-v").output


def test_exit_codes_of_fail_on(tmp_path: Path) -> None:
    """A sliver is information, an overlap a warning, an unknown code an error.

    What is decided is none of them any more.
    """
    city = make_city(tmp_path)

    def codes() -> list[int]:
        return [check(city, "--fail-on", level).exit_code for level in ("warning", "error")]

    survey_strips(city, ["ODT", "CLN"], 0.3)
    assert codes() == [0, 0]
    survey_strips(city, ["ODT", "CLN"], 3.0)
    assert codes() == [1, 0]
    survey_strips(city, ["ODT", "???"], 3.0)
    assert codes() == [1, 1]
    assert check(city).exit_code == 0
    run = CliRunner().invoke(main, ["run", "-q", "--project", str(city)])
    assert run.exit_code == 0
    with (city / "data/processed/tables/findings.csv").open(encoding="utf-8-sig") as file:
        found = {row["code"]: row["finding_id"] for row in csv.DictReader(file)}
    assert found.keys() >= {"overlap", "unmapped_code"}
    header = "finding_id,choice,who,when,why\n"
    decided = f"{header}{found['unmapped_code']},code CLN,An,2025-07-01,\n"
    (city / "decisions.csv").write_text(decided, encoding="utf-8")
    assert codes() == [1, 0]
    accepted = f"{decided}{found['overlap']},accept,An,2025-07-01,\n"
    (city / "decisions.csv").write_text(accepted, encoding="utf-8")
    assert codes() == [0, 0]
    manifest = json.loads((city / "data/processed/manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["tolerance"]["sliver_m"] == 0.5


def test_many_wrong_rows_do_not_flood_the_terminal(tmp_path: Path) -> None:
    """Twenty-five rows of a unit that is not there: twenty lines, and how many more there are."""
    fields = ", ".join(f'{name} = "{name}"' for name in ("unit_code", "year", "residents"))
    counts = f'[[statistics]]\npath = "data/raw/count.csv"\nfields = {{ {fields} }}\n'
    city = make_city(tmp_path, HEAD + UNITS + LAND + counts)
    rows = "".join(f"{n},2025,10\n" for n in range(501, 526))
    table = city / "data" / "raw" / "count.csv"
    table.write_text("unit_code,year,residents\n" + rows, encoding="utf-8")
    said = check(city)
    assert said.exit_code == 2
    *lines, last = said.output.splitlines()
    assert [re.search(r"'(\d+)'", line)[1] for line in lines] == [str(n) for n in range(501, 521)]
    assert last == "… and 5 more problems; -v shows them all"
    assert len(check(city, "-v").output.splitlines()) == 25
