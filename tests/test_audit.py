"""An audit passes on what a run wrote, and names the figures behind whatever was changed since."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely.affinity
from click.testing import CliRunner

from test_loaders_vector import CRS, LAND_USE, square, write_project
from urbanplan_gis.cli import main
from urbanplan_gis.outputs.audit import Difference
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project
from urbanplan_gis.review import AuditReport, audit_project

STATISTICS = """
[[statistics]]
path = "people.csv"
fields = { unit_code = "ma", year = "nam", residents = "dan_so" }
"""
SHARE = "transport_land_share"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Parcels of two units that overlap and leave gaps, with residents; measured and written."""
    parcels = gpd.GeoDataFrame(
        {"ma": ["ODT", "DGT", "DGT"], "thua": ["a", "b", "c"]},
        geometry=[square(0, 0), square(200, 0, 50), square(60, 0, 50)],
        crs=CRS,
    )
    parcels.to_file(tmp_path / "lu.gpkg")
    codes = gpd.read_file(write_project(tmp_path, "") / "units.gpkg")["ma"]
    rows = "".join(f"{code},2025,{1000 + n}\n" for n, code in enumerate(codes))
    (tmp_path / "people.csv").write_text("ma,nam,dan_so\n" + rows, encoding="utf-8")
    write_project(tmp_path, LAND_USE.format("lu.gpkg") + STATISTICS)
    assert make_run(load_project(tmp_path), "both") is not None
    return tmp_path


def audit(project: Path) -> AuditReport:
    return audit_project(load_project(project))


def output(project: Path, name: str) -> Path:
    return project / "data" / "processed" / name


def naming(report: AuditReport, words: str) -> list[Difference]:
    """The differences that say so and name figures."""
    return [item for item in report.differences if words in item.say("en") and item.figures]


def test_what_a_run_wrote_passes(project: Path) -> None:
    report = audit(project)
    assert [item.say("en") for item in report.differences] == []
    assert report.figures > 20
    assert CliRunner().invoke(main, ["audit", "--project", str(project)]).exit_code == 0


@pytest.mark.parametrize("name", ["lu.gpkg", "people.csv"])
def test_one_byte_of_an_input(project: Path, name: str) -> None:
    path = project / name
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(content)
    (difference,) = naming(audit(project), f"Input {name} has changed")
    indicators = {figure.split("/")[0] for figure in difference.figures}
    assert (SHARE in indicators) == (name == "lu.gpkg")
    assert ("urbanisation_rate" in indicators) == (name == "people.csv")
    result = CliRunner().invoke(main, ["audit", "--project", str(project), "--lang", "en"])
    assert result.exit_code == 1
    assert "Failed" in result.output


@pytest.mark.parametrize(
    ("table", "column"),
    [("indicators", "value"), ("indicators", "verdict"), ("targets", "gap"),
     ("ledger", "amount"), ("gaps", "short"), ("definitions", "met"), ("land_balance", "area_ha")],
)  # fmt: skip
def test_one_cell_of_a_table(project: Path, table: str, column: str) -> None:
    path = output(project, f"tables/{table}.csv")
    frame = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    row = int(frame.index[frame[column] != ""][0])
    frame.loc[row, column] = "7" if frame.loc[row, column] != "7" else "8"
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
    report = audit(project)
    named = naming(report, f"tables/{table}.csv")
    assert {figure for item in named for figure in item.figures} == {frame.loc[row, "figure_id"]}
    assert any(f"column {column}" in item.say("en") for item in named)


def test_one_row_less(project: Path) -> None:
    path = output(project, "tables/indicators.csv")
    path.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[:-1]), "utf-8")
    assert not audit(project).passed


def test_one_label_of_a_face(project: Path) -> None:
    """The street becomes an orchard: its shares change, and are named."""
    path = output(project, "city.gpkg")
    faces = gpd.read_file(path, layer="faces")
    faces.loc[faces["land_use_id"] == "b", "land_use"] = "CLN"
    faces.to_file(path, layer="faces", driver="GPKG")
    report = audit(project)
    assert any(SHARE in item.figures[0] for item in naming(report, "indicators.csv"))


def test_one_corner_of_a_face(project: Path) -> None:
    path = output(project, "city.gpkg")
    faces = gpd.read_file(path, layer="faces")
    place = int(faces.index[faces["land_use_id"] == "b"][0])
    moved = shapely.affinity.scale(faces.geometry[place], xfact=1.01, origin="center")
    faces.loc[[place], "geometry"] = gpd.GeoSeries([moved], index=[place], crs=faces.crs)
    faces.to_file(path, layer="faces", driver="GPKG")
    report = audit(project)
    face = naming(report, f"Face {faces['face_id'][place]}")
    assert any(SHARE in figure for item in face for figure in item.figures)
    assert naming(report, "do not add up")


def test_earlier_days_are_measured_opened_and_audited_too(project: Path) -> None:
    """Half as many people in 2023: the trend of what statistics make, and outputs of that day."""
    file = project / "project.toml"
    people = (project / "people.csv").read_text("utf-8").splitlines()[1:]
    before = "".join(f"{line.split(',')[0]},2023,500\n" for line in people)
    with (project / "people.csv").open("a", encoding="utf-8") as table:
        table.write(before)
    text = file.read_text("utf-8")
    file.write_text(text.replace("as_of", "earlier = [2023-12-31]\nas_of", 1), "utf-8")
    assert make_run(load_project(project), "both") is not None
    then = output(project, "2023-12-31/tables/indicators.csv")
    assert f"{SHARE}/city@2014/2023-12-31/" in then.read_text("utf-8")
    gaps = pd.read_csv(output(project, "tables/gaps.csv"))
    city = gaps[(gaps["unit_code"] == "city") & (gaps["indicator"] == SHARE)]
    # the same parcels on both days: a flat line
    assert (city["trend_from"] == "2023-12-31").all()
    assert city["trend_a_year"].abs().max() < 1e-9
    result = CliRunner().invoke(main, ["audit", "--project", str(project), "--lang", "en"])
    assert (result.exit_code, result.output.count("Passed")) == (0, 2)
    name = f"{SHARE}/city@2014/2023-12-31/existing"
    told = CliRunner().invoke(main, ["explain", name, "--project", str(project), "--lang", "en"])
    assert "/2023-12-31/explain/" in told.output

    file.write_text(text, "utf-8")
    make_run(load_project(project), "both")
    assert not then.exists()


def test_codes_with_slashes_and_at_signs(tmp_path: Path) -> None:
    """Ids are read from their ends; the run, its audit and explain stand such codes."""
    parcels = gpd.GeoDataFrame({"ma": ["ODT"], "thua": ["a"]}, geometry=[square(0, 0)], crs=CRS)
    parcels.to_file(tmp_path / "lu.gpkg")
    write_project(tmp_path, LAND_USE.format("lu.gpkg"))
    units = gpd.read_file(tmp_path / "units.gpkg")
    units["ma"] = [f"0{n}/P@{n}" for n in range(len(units))]
    units.to_file(tmp_path / "units.gpkg")
    file = tmp_path / "project.toml"
    text = file.read_text("utf-8").replace("as_of", "earlier = [2023-12-31]\nas_of", 1)
    file.write_text(text, "utf-8")
    assert make_run(load_project(tmp_path), "both") is not None
    assert audit(tmp_path).passed
    for name in ("urban_land_ratio/00/P@0", "land_balance/00/P@0@2014/2025-06-30/existing"):
        asked = name if name.startswith("urban") else f"{name}/tt27-2018.ODT"
        told = CliRunner().invoke(main, ["explain", asked, "--project", str(tmp_path)])
        assert told.exit_code == 0
        assert told.output.startswith(f"{name}")


def test_declared_errors_give_intervals_and_chances(project: Path) -> None:
    """1:2000 drawings: every figure of land gets an interval about its value, and a chance."""
    file = project / "project.toml"
    text = file.read_text("utf-8")
    file.write_text(
        text.replace('code_list = "tt27-2018"', 'code_list = "tt27-2018"\nscale = 2000')
    )
    assert make_run(load_project(project), "both") is not None
    table = pd.read_csv(output(project, "tables/indicators.csv"))
    land = table[(table["indicator"] == SHARE) & table["value"].notna()]
    assert (land["low"] < land["value"]).all()
    assert (land["high"] > land["value"]).all()
    assert land["p_met"].between(0, 1).all()
    statistics = table[table["indicator"] == "urbanisation_rate"]
    assert statistics["p_met"].isna().all()  # nothing is declared for residents
    assert audit(project).passed


def test_without_a_run_there_is_nothing_to_audit(tmp_path: Path) -> None:
    write_project(tmp_path, "")
    result = CliRunner().invoke(main, ["audit", "--project", str(tmp_path), "--lang", "en"])
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_a_geopackage_that_is_none(project: Path) -> None:
    output(project, "city.gpkg").write_bytes(b"no database")
    result = CliRunner().invoke(main, ["audit", "--project", str(project), "--lang", "en"])
    assert (result.exit_code, len(result.stderr.splitlines())) == (2, 1)


def test_explain_from_the_command_line(project: Path) -> None:
    """As a new user would: the indicator alone, then with a wrong name."""
    run = CliRunner()
    told = run.invoke(main, ["explain", SHARE, "--project", str(project), "--lang", "en"])
    assert told.exit_code == 0
    assert f"{SHARE}/city@2014" in told.output
    (file,) = (output(project, "explain")).iterdir()
    assert gpd.read_file(file, layer="denominator")["counted"].sum() > 0
    unknown = run.invoke(main, ["explain", "nothing", "--project", str(project), "--lang", "en"])
    assert (unknown.exit_code, len(unknown.stderr.splitlines())) == (2, 1)
    assert audit(project).passed


def test_a_figure_also_listed_under_other_boundaries_opens_into_its_pieces(project: Path) -> None:
    """``boundaries.csv`` lists figures of the main boundaries too: they are sums all the same."""
    tables = output(project, "tables")
    figures = pd.read_csv(tables / "indicators.csv", dtype=str)
    (figure_id,) = figures.loc[
        figures["figure_id"].str.startswith(f"{SHARE}/city@")
        & figures["figure_id"].str.contains("/existing/codes-"),
        "figure_id",
    ].head(1)
    pd.DataFrame({"figure_id": [figure_id], "value": ["1"]}).to_csv(
        tables / "boundaries.csv", index=False, encoding="utf-8-sig"
    )
    told = CliRunner().invoke(main, ["explain", figure_id, "--project", str(project)])
    assert told.exit_code == 0, told.output
    (file,) = output(project, "explain").iterdir()
    assert gpd.read_file(file, layer="denominator")["counted"].sum() > 0
