"""Inputs are never written to, outputs change together or not at all, no change goes unseen."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from errno import ENOSPC
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import rasterio
from click.testing import CliRunner, Result
from pyogrio.errors import DataLayerError
from shapely.geometry import box
from xlsxwriter.exceptions import FileCreateError

import urbanplan_gis.outputs.files
import urbanplan_gis.outputs.run_files
from urbanplan_gis.cli import main
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.outputs.files import replace_together, staging, whole_file
from urbanplan_gis.outputs.manifest import input_digests
from urbanplan_gis.project import load_project

EAST, NORTH = 585_000.0, 1_672_000.0
HEAD = '[project]\nname = "t"\nas_of = 2025-06-30\nboundaries = "2014"\nlanguage = "en"\n'
UNITS = (
    '[layers.units]\npath = "data/raw/units.gpkg"\n'
    'fields = { code = "code", name = "name", kind = "kind" }\n'
)
LAND = (
    '[layers.land_use]\npath = "data/raw/land.SHP"\ncode_list = "tt08-2024"\n'
    'fields = { feature_id = "id", code = "ma" }\n'
)
GRID = '[layers.population]\npath = "data/raw/people.tif"\ncrs = "EPSG:5898"\n'


def ground(width: float = 1000.0) -> list:
    return [box(EAST, NORTH, EAST + width, NORTH + 1000.0)]


def make_city(folder: Path, text: str = HEAD + UNITS + LAND, code: str = "01") -> Path:
    """One unit of 1 km², under one land use feature."""
    (folder / "data" / "raw").mkdir(parents=True)
    (folder / "project.toml").write_text(text, encoding="utf-8")
    units = {"code": [code], "name": ["Xã"], "kind": ["commune"]}
    frame = gpd.GeoDataFrame(units, geometry=ground(), crs=5898)
    frame.to_file(folder / "data" / "raw" / "units.gpkg", layer="units")
    survey_land(folder, "ODT")
    return folder


def survey_land(folder: Path, code: str) -> None:
    """A shapefile all of whose parts have capital suffixes."""
    raw = folder / "data" / "raw"
    for part in raw.glob("land.*"):
        part.unlink()
    frame = gpd.GeoDataFrame({"id": ["A"], "ma": [code]}, geometry=ground(), crs=5898)
    frame.to_file(raw / "land.shp", encoding="UTF-8")
    for part in list(raw.glob("land.*")):
        part.rename(part.with_suffix(part.suffix.upper()))


def run(folder: Path) -> Result:
    return CliRunner().invoke(main, ["run", "-q", "--lang", "en", "--project", str(folder)])


def refused(folder: Path) -> str:
    """The one line a run ends with (a traceback would be no SystemExit)."""
    result = run(folder)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 2
    (line,) = result.output.strip().splitlines()
    assert ": found " in line
    assert "; expected " in line
    assert "; to mend it: " in line
    return line


def contents(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


# ---- no change of an input goes unseen --------------------------------------------------------


def test_shapefile_in_capitals_is_hashed_with_all_its_parts(tmp_path: Path) -> None:
    city = make_city(tmp_path)
    assert run(city).exit_code == 0
    balance = city / "data" / "processed" / "tables" / "land_balance.csv"
    assert ",ODT," in balance.read_text(encoding="utf-8-sig")
    assert "Nothing changed" in run(city).output
    survey_land(city, "LUC")
    assert run(city).exit_code == 0
    assert ",LUC," in balance.read_text(encoding="utf-8-sig")
    assert {name for name in input_digests(load_project(city)) if "land" in name} == {
        f"data/raw/land.{part}" for part in ("SHP", "SHX", "DBF", "PRJ", "CPG")
    }


@pytest.mark.parametrize(
    "name",
    ["people.tfw", "people.TFW", "PEOPLE.tifw", "people.wld", "people.tif.aux.xml",
     "people.tif.AUX.XML", "people.prj", "people.tif.msk", "people.tab"],
)  # fmt: skip
def test_what_lies_beside_a_raster_is_hashed(tmp_path: Path, name: str) -> None:
    city = make_city(tmp_path, HEAD + UNITS + GRID)
    (city / "data" / "raw" / "people.tif").touch()
    (city / "data" / "raw" / "people.txt").touch()
    project = load_project(city)
    before = input_digests(project)
    assert {key for key in before if "people" in key} == {"data/raw/people.tif"}
    (city / "data" / "raw" / name).write_text("1")
    added = input_digests(project)
    assert set(added) - set(before) == {f"data/raw/{name}"}
    (city / "data" / "raw" / name).write_text("2")
    assert input_digests(project) != added


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_moved_world_file_moves_the_people(tmp_path: Path) -> None:
    city = make_city(tmp_path, HEAD + UNITS + GRID)
    raw = city / "data" / "raw"
    shape = {"driver": "GTiff", "width": 10, "height": 10, "count": 1, "dtype": "float32"}
    with rasterio.open(raw / "people.tif", "w", **shape) as grid:
        grid.write(np.ones((10, 10), dtype="float32"), 1)
    findings = city / "data" / "processed" / "tables" / "findings.csv"
    made = []
    for east in (EAST, EAST + 500.0):
        (raw / "people.tfw").write_text(f"100\n0\n0\n-100\n{east + 50}\n{NORTH + 950}\n")
        assert run(city).exit_code == 0
        made.append("population_outside" in findings.read_text(encoding="utf-8-sig"))
    assert made == [False, True]


def test_part_that_is_a_link_goes_by_its_own_name(tmp_path: Path) -> None:
    city = make_city(tmp_path / "city", HEAD + UNITS + GRID)
    (tmp_path / "elsewhere.tfw").write_text("1")
    (city / "data" / "raw" / "people.tif").touch()
    (city / "data" / "raw" / "people.tfw").symlink_to(tmp_path / "elsewhere.tfw")
    assert "data/raw/people.tfw" in input_digests(load_project(city))


# ---- inputs are never written to --------------------------------------------------------------


@pytest.mark.parametrize(
    "output",
    [".", "data", "data/raw", "data/raw/results", "Data/RAW", "x/../data/raw", "2/data/raw"],
)
def test_outputs_keep_away_from_inputs(tmp_path: Path, output: str) -> None:
    city = make_city(tmp_path, HEAD + f'output = "{output}"\n' + UNITS + LAND)
    before = contents(city)
    line = refused(city)
    assert line.startswith("project.toml: project.output: found the output folder")
    assert contents(city) == before


def test_links_lead_no_output_to_an_input(tmp_path: Path) -> None:
    city = make_city(tmp_path, HEAD + 'output = "results"\n' + UNITS + LAND)
    (city / "results").symlink_to(city / "data" / "raw", target_is_directory=True)
    assert "data/raw" in refused(city)
    (city / "results").unlink()
    (city / "results").mkdir()
    (city / "data" / "raw" / "units.gpkg").rename(city / "results" / "units.gpkg")
    (city / "data" / "raw" / "units.gpkg").symlink_to(city / "results" / "units.gpkg")
    assert "units.gpkg" in refused(city)


def test_every_kind_of_input_is_kept_out_of_the_output(tmp_path: Path) -> None:
    text = HEAD + UNITS + LAND.replace("code_list", 'codes = "data/processed/codes.csv"\ncode_list')
    text += '[[statistics]]\npath = "data/processed/people.csv"\n'
    text += '[maps]\nbasemap = "data/processed/relief.tif"\n'
    city = make_city(tmp_path, text)
    (city / "data" / "processed").mkdir()
    for name in ("codes.csv", "people.csv", "relief.tif"):
        (city / "data" / "processed" / name).touch()
    line = refused(city)
    for name in ("codes.csv", "people.csv", "relief.tif"):
        assert f"data/processed/{name}" in line


def test_results_beside_raw_folders_are_fine(tmp_path: Path) -> None:
    """As in examples/quang_ngai: the root above, raw and processed side by side."""
    make_city(tmp_path)
    folder = tmp_path / "examples" / "here"
    folder.mkdir(parents=True)
    head = HEAD + 'root = "../.."\noutput = "data/processed/here"\n'
    (folder / "project.toml").write_text(head + UNITS, encoding="utf-8")
    assert load_project(folder).output == tmp_path.resolve() / "data" / "processed" / "here"


# ---- outputs change together ------------------------------------------------------------------


@pytest.fixture
def changed_city(tmp_path: Path) -> Path:
    """A city with results, of which the land use has changed since."""
    city = make_city(tmp_path)
    assert run(city).exit_code == 0
    survey_land(city, "LUC")
    return city


def test_failed_geopackage_leaves_all_as_it_was(
    changed_city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(changed_city)

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(urbanplan_gis.outputs.run_files, "write_geopackage", fail)
        assert isinstance(run(changed_city).exception, MemoryError)
    assert contents(changed_city) == before
    assert run(changed_city).exit_code == 0
    after = contents(changed_city)
    assert set(after) == set(before)
    assert after["data/processed/city.gpkg"] != before["data/processed/city.gpkg"]


def test_a_disk_without_room_leaves_all_as_it_was(changed_city: Path) -> None:
    """A limit on the size of files stops SQLite in the midst of writing, as a full disk does."""
    resource = pytest.importorskip("resource")
    before = contents(changed_city)
    room = (changed_city / "data" / "processed" / "city.gpkg").stat().st_size - 1
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
    try:
        line = refused(changed_city)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "room on the disk" in line
    assert contents(changed_city) == before


@pytest.mark.parametrize("place", [whole_file, staging])
def test_what_libraries_make_of_a_full_disk(
    tmp_path: Path, place: Callable[[Path], AbstractContextManager[Path]]
) -> None:
    for problem in (
        FileCreateError(OSError(ENOSPC, "No space left on device")),
        DataLayerError("sqlite3_exec(COMMIT) failed: database or disk is full"),
    ):
        with pytest.raises(PlanDataError, match="room on the disk"), place(tmp_path / "made"):
            raise problem
    assert [path.name for path in tmp_path.rglob(".*")] == []


@pytest.mark.parametrize("name", ["city.gpkg", "tables/plans.csv", "manifest.json"])
def test_folder_in_the_place_of_a_file(changed_city: Path, name: str) -> None:
    output = changed_city / "data" / "processed"
    (output / name).unlink()
    (output / name).mkdir()
    (output / name / "mine.txt").write_text("kept")
    before = contents(changed_city)
    assert refused(changed_city).startswith(f"{name}: ")
    assert contents(changed_city) == before


def test_file_in_the_place_of_a_folder(changed_city: Path) -> None:
    output = changed_city / "data" / "processed"
    shutil.rmtree(output / "tables")
    (output / "tables").write_text("kept")
    before = contents(changed_city)
    refused(changed_city)
    assert contents(changed_city) == before


def test_file_that_cannot_be_moved_brings_all_others_back(
    changed_city: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file open in another program on Windows, or one that is protected, shows at the move."""
    output = changed_city / "data" / "processed"
    before = contents(changed_city)
    move = os.replace

    def guarded(source: Path, target: Path) -> None:
        if Path(source) == output / "city.gpkg":
            raise PermissionError(13, "Permission denied")
        move(source, target)

    monkeypatch.setattr(urbanplan_gis.outputs.files.os, "replace", guarded)
    assert refused(changed_city).startswith("city.gpkg: ")
    assert contents(changed_city) == before


@pytest.mark.parametrize("code", ["ODT", "LUC"])
def test_next_run_clears_up_after_a_killed_one(changed_city: Path, code: str) -> None:
    """Whether it has something to do or not."""
    survey_land(changed_city, code)
    output = changed_city / "data" / "processed"
    with staging(output) as stage:
        (stage / "city.gpkg").write_text("half")
        killed = shutil.copytree(stage, output / f"{stage.name}-killed")
        # of yesterday: a younger one could belong to a run that is still at work
        os.utime(killed, (0, 0))
    assert not stage.exists()
    assert run(changed_city).exit_code == 0
    assert sorted(path.name for path in output.iterdir()) == [
        "city.gpkg",
        "manifest.json",
        "tables",
    ]


def test_files_of_the_former_run_go_with_the_change(tmp_path: Path) -> None:
    with staging(tmp_path) as stage:
        for folder, names in ((tmp_path, ("a", "old")), (stage, ("a", "b"))):
            for name in names:
                (folder / name).write_text(f"{name} of {folder.name}")
        replace_together(stage, tmp_path, ["a", "b"], ["old"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "b"]
    assert (tmp_path / "a").read_text() == f"a of {stage.name}"


def test_missing_file_keeps_the_former_ones(tmp_path: Path) -> None:
    for name in ("a", "old"):
        (tmp_path / name).write_text("former")
    with staging(tmp_path) as stage:
        (stage / "a").write_text("new")
        with pytest.raises(PlanDataError):
            replace_together(stage, tmp_path, ["a", "b"], ["old"])
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "a": "former",
        "old": "former",
    }


# ---- what no run can use is said before anything is written -----------------------------------


@pytest.mark.parametrize("code", ["city", "wards", "slated"])
def test_unit_called_like_a_group(tmp_path: Path, code: str) -> None:
    city = make_city(tmp_path, code=code)
    assert f"unit code '{code}'" in refused(city)
    assert not (city / "data" / "processed").exists()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("[1, 2]", "a field of type list"),
        ('["a", "b"]', "a field of type list"),
        ("1" + "0" * 30, "a whole number of at most 16 digits"),
        ("9007199254740994", "a whole number of at most 16 digits"),
    ],
)
def test_values_no_column_can_hold(tmp_path: Path, value: str, said: str) -> None:
    roads = '[layers.roads]\npath = "data/raw/roads.geojson"\nfields = { road_class = "cap" }\n'
    city = make_city(tmp_path, HEAD + UNITS + roads + 'crs = "EPSG:5898"\n')
    line = f"[[{EAST}, {NORTH}], [{EAST + 10}, {NORTH}]]"
    (city / "data" / "raw" / "roads.geojson").write_text(
        '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties":'
        f' {{"cap": {value}}}, "geometry": {{"type": "LineString", "coordinates": {line}}}}}]}}'
    )
    output = refused(city)
    assert output.startswith("data/raw/roads.geojson: roads: cap: ")
    assert said in output
    assert not (city / "data" / "processed").exists()


def test_name_that_is_no_text_writes_nothing(tmp_path: Path) -> None:
    city = make_city(tmp_path, HEAD.replace('"t"', "{ vi = 1, en = 2 }") + UNITS + LAND)
    assert "project.name" in refused(city)
    assert not (city / "data" / "processed").exists()


def test_project_path_no_file_can_have() -> None:
    for path in ("a" * 300, "a\0b"):
        with pytest.raises(PlanDataError):
            load_project(path)


# ---- decisions --------------------------------------------------------------------------------

DECISIONS = "finding_id,choice,who,when,why\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_decisions_in_unicode_are_read(tmp_path: Path, encoding: str) -> None:
    city = make_city(tmp_path)
    text = DECISIONS + 'gap-1,accept,Nguyễn Đông,2025-01-01,"đã biết, ""cũ"""\r\n'
    (city / "decisions.csv").write_bytes(text.encode(encoding))
    (decision,) = urbanplan_gis.pipeline.read_decisions(city / "decisions.csv")
    assert (decision.who, decision.why) == ("Nguyễn Đông", 'đã biết, "cũ"')


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ((DECISIONS + "g,accept,Trân Đông,2025,x\n").encode("cp1258"), "decisions.csv: "),
        ((DECISIONS + "g,accept,Nguyễn,2025,x\n").encode("utf-16-le"), "decisions.csv: "),
        (DECISIONS.encode("utf-16") + b"\n", "decisions.csv: "),
        ((DECISIONS + 'g,accept,"An,2025,x\nh,code ODT,An,2025,y\n').encode(), "decisions.csv:2: "),
        # both quotes lie so that together they would make one well-formed cell
        (
            (DECISIONS + 'f,accept,An,,\n\ng,accept,An,2025,"x\nh,drop A,An,2025,y"\n').encode(),
            "decisions.csv:4: ",
        ),
    ],
)
def test_decisions_that_cannot_be_read(tmp_path: Path, content: bytes, place: str) -> None:
    city = make_city(tmp_path)
    (city / "decisions.csv").write_bytes(content)
    assert refused(city).startswith(place)
    assert not (city / "data" / "processed").exists()
