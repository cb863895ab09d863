"""The set of sheets of a project: a planner's own files among them, redrawn one by one."""

from __future__ import annotations

from pathlib import Path

import pytest

from test_loaders_vector import LAND_USE, parcels, write_project
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.outputs.sheet_set import draw_custom, make_sheets
from urbanplan_gis.outputs.stored_run import StoredRun, stored_run
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project

OWN = """
title = {{ vi = "Đất lúa", en = "Rice land" }}
dpi = 72
outputs = ["png"]
paper = "{paper}"
layers = [{{ role = "land_use" }}, {{ role = "units", labels = true }}]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with a run, whose set is one sheet at low resolution."""
    root = tmp_path_factory.mktemp("city")
    parcels().to_file(root / "lu.gpkg")
    folder = write_project(root, LAND_USE.format("lu.gpkg"))
    with (folder / "project.toml").open("a", encoding="utf-8") as file:
        file.write('\n[maps]\ndpi = 72\noutputs = ["png", "svg"]\n')
    make_run(load_project(folder), "en")
    (folder / "maps").mkdir()
    return folder


def run_of(folder: Path) -> StoredRun:
    return stored_run(load_project(folder), "en")


def test_a_change_of_one_map_file_redraws_that_sheet_alone(folder: Path) -> None:
    file = folder / "maps" / "rice.toml"
    file.write_text(OWN.format(paper="A4"), encoding="utf-8")
    first = make_sheets(run_of(folder))
    assert {"rice", "existing_land_use"} <= set(first)
    maps = folder / "data" / "processed" / "maps"
    assert (maps / "rice.png").is_file()
    assert not (maps / "rice.pdf").exists()
    assert {path.suffix for path in maps.glob("existing_land_use.*")} == {".png", ".svg"}
    assert make_sheets(run_of(folder)) == []

    file.write_text(OWN.format(paper="A4") + "# said otherwise\n", encoding="utf-8")
    assert make_sheets(run_of(folder)) == []
    file.write_text(OWN.format(paper="A3"), encoding="utf-8")
    assert make_sheets(run_of(folder)) == ["rice"]

    file.unlink()
    assert make_sheets(run_of(folder)) == []
    assert not (maps / "rice.png").exists()


def test_sheets_that_cannot_be_drawn_stop_no_other_and_are_all_named(folder: Path) -> None:
    maps = folder / "maps"
    (maps / "empty.toml").write_text('title = "x"\nlayers = [{ role = "green" }]\n')
    (maps / "typo.toml").write_text('theme = "existing_land_use"\npapper = "A4"\n')
    (maps / "cut.toml").write_text('theme = "existing_land_use"\nscale = 100\npaper = "A4"\n')
    (maps / "fine.toml").write_text('theme = "existing_land_use"\nnumber = 20\noutputs = ["png"]\n')
    with pytest.raises(PlanDataError) as wrong:
        make_sheets(run_of(folder))
    lines = [problem.line("en") for problem in wrong.value.problems]
    assert [line.split(":")[0] for line in lines] == [
        "maps/typo.toml", "maps/cut.toml", "maps/empty.toml",
    ]  # fmt: skip
    drawn = folder / "data" / "processed" / "maps"
    assert (drawn / "fine.png").is_file()
    assert (drawn / "existing_land_use.png").is_file()
    assert not list(drawn.glob("cut.*"))
    for name in ("empty", "typo", "cut"):
        (maps / f"{name}.toml").unlink()
    assert make_sheets(run_of(folder)) == []  # nothing is drawn again for having been named


def test_a_sheet_can_be_declared_from_python(folder: Path, tmp_path: Path) -> None:
    declaration = {"title": "Đất", "layers": [{"role": "land_use"}], "outputs": ["png", "svg"]}
    files = draw_custom(run_of(folder), declaration, tmp_path / "mine", name="dat")
    assert [path.name for path in files] == ["dat.png", "dat.svg"]
    with pytest.raises(PlanDataError, match=r"custom: layers\[0\].role: .*'lands'"):
        draw_custom(run_of(folder), {**declaration, "layers": [{"role": "lands"}]}, tmp_path)
