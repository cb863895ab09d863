"""The project file: everything wrong with it said at once; and no test reaches out."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Role
from urbanplan_gis.project import Project, load_project

HEAD = '[project]\nname = "Thử"\nas_of = 2025-06-30\nboundaries = "2014"\n'
UNITS = '[layers.units]\npath = "data/units.gpkg"\n'


def write(folder: Path, text: str) -> Path:
    """A project folder with one input file of each name used here."""
    (folder / "data").mkdir(exist_ok=True)
    for name in ("units.gpkg", "a.shp", "b.shp", "codes.csv", "grid.tif", "people.csv"):
        (folder / "data" / name).touch()
    (folder / "project.toml").write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, text: str) -> Project:
    return load_project(write(folder, text))


def refused(folder: Path, text: str) -> dict[str, str]:
    """The problems: place in the file -> line in English."""
    with pytest.raises(PlanDataError) as caught:
        load(folder, text)
    problems = caught.value.problems
    for problem in problems:
        for lang in ("vi", "en", "both"):
            assert problem.line(lang)
            assert "\n" not in problem.line(lang)
        assert str(folder) not in problem.line("en")
    places = {item.where.removeprefix("project.toml: "): item.line("en") for item in problems}
    assert len(places) == len(problems)
    return places


def test_smallest_project_and_its_defaults(tmp_path: Path) -> None:
    project = load(tmp_path, HEAD + UNITS)
    assert (project.facts.name.vi, project.facts.name.en) == ("Thử", "Thử")
    assert project.facts.crs == "EPSG:5898"
    assert [(role, source.path) for role, source in project.sources] == [
        (Role.UNITS, "data/units.gpkg")
    ]
    assert project.root == tmp_path.resolve()
    assert project.output == tmp_path.resolve() / "data" / "processed"
    assert project.decisions == tmp_path.resolve() / "decisions.csv"
    assert project.relative(project.path("data/units.gpkg")) == "data/units.gpkg"


def test_file_or_folder_and_a_byte_order_mark(tmp_path: Path) -> None:
    write(tmp_path, "")
    file = tmp_path / "project.toml"
    file.write_text(HEAD + UNITS, encoding="utf-8-sig")
    assert load_project(file).file == load_project(str(tmp_path)).file == file.resolve()


def test_input_files_are_listed_once(tmp_path: Path) -> None:
    text = (
        HEAD
        + UNITS
        + (
            '[[layers.land_use]]\npath = "data/a.shp"\ncodes = "data/codes.csv"\n'
            '[[layers.land_use]]\npath = "data/b.shp"\ncodes = "data/codes.csv"\n'
            '[[statistics]]\npath = "data/people.csv"\n'
        )
    )
    assert load(tmp_path, text).input_files() == (
        "data/a.shp", "data/b.shp", "data/codes.csv", "data/people.csv", "data/units.gpkg",
    )  # fmt: skip


def test_unknown_keys_and_wrong_values_all_at_once(tmp_path: Path) -> None:
    text = (
        'colour = "red"\n'
        '[project]\nname = "Thử"\nas_of = "soon"\nboundary = "2014"\nlanguage = "fr"\n'
        + UNITS
        + 'layr = "x"\n'
        '[layers.units.origin]\nauthor = "An"\n'
        '[layers.land]\npath = "data/a.shp"\n'
        '[[layers.land_use]]\npath = "data/a.shp"\npriority = "high"\n'
        '[[layers.land_use]]\nname = "two"\n'
        "[derive]\nquadrant_segments = 0\n"
        "[tolerance]\ngap_m2 = -1\n"
        '[maps]\npaper = "B5"\n'
    )
    places = refused(tmp_path, text)
    assert set(places) == {
        "colour",
        "project.as_of",
        "project.boundary",
        "project.boundaries",
        "project.language",
        "layers.units.layr",
        "layers.units.origin.author",
        "layers.land",
        "layers.land_use[0].priority",
        "layers.land_use[1].path",
        "derive.quadrant_segments",
        "tolerance.gap_m2",
        "maps.paper",
    }
    assert "encoding" in places["layers.units.layr"]  # the keys that are known
    assert "publisher" in places["layers.units.origin.author"]
    assert "land_use" in places["layers.land"]
    assert "soon" in places["project.as_of"]


@pytest.mark.parametrize(
    "path",
    [
        "../outside.gpkg",
        "data/../../outside.gpkg",
        "/etc/hostname",
        "/vsizip/data/a.zip",
        "/vsicurl/http://example.org/a.gpkg",
        "http://example.org/a.gpkg",
        "s3://bucket/a.gpkg",
        "",
    ],
)
def test_paths_outside_the_project_and_virtual_ones(tmp_path: Path, path: str) -> None:
    text = HEAD + f'[layers.units]\npath = "{path}"\n'
    (place,) = refused(tmp_path, text)
    assert place == "layers.units.path"


def test_link_that_leads_outside(tmp_path: Path) -> None:
    (tmp_path / "secret.gpkg").touch()
    folder = tmp_path / "project"
    folder.mkdir()
    write(folder, "")
    (folder / "data" / "link.gpkg").symlink_to(tmp_path / "secret.gpkg")
    assert set(refused(folder, HEAD + '[layers.units]\npath = "data/link.gpkg"\n')) == {
        "layers.units.path"
    }


def test_every_place_that_names_a_path_is_checked(tmp_path: Path) -> None:
    text = (
        HEAD
        + 'output = "../out"\n'
        + UNITS
        + '[layers.land_use]\npath = "data/gone.shp"\ncodes = "/vsimem/codes.csv"\n'
        '[[statistics]]\npath = "data/people.csv"\n'
        '[[statistics]]\npath = "data/gone.csv"\n'
        '[maps]\nbasemap = "../relief.tif"\n'
    )
    places = refused(tmp_path, text)
    assert set(places) == {
        "project.output",
        "layers.land_use.path",
        "layers.land_use.codes",
        "statistics[1].path",
        "maps.basemap",
    }
    assert "data/gone.shp" in places["layers.land_use.path"]


def test_output_and_basemap_need_not_exist(tmp_path: Path) -> None:
    text = HEAD + 'output = "new/folder"\n' + UNITS + '[maps]\nbasemap = "web"\n'
    assert load(tmp_path, text).maps.basemap == "web"


@pytest.mark.parametrize("name", ["a" * 300 + ".gpkg", "a\\u0000b.gpkg", "a\\u0007/" + "b" * 5000])
def test_paths_no_file_can_have(tmp_path: Path, name: str) -> None:
    text = HEAD + 'output = "data/' + name + f'"\n[layers.units]\npath = "data/{name}"\n'
    places = refused(tmp_path, text)
    assert set(places) == {"layers.units.path", "project.output"}
    assert all(len(line) < 300 and line.isprintable() for line in places.values())
    assert set(refused(tmp_path, HEAD + f'root = "{name}"\n' + UNITS)) == {"project.root"}


def test_link_in_circles(tmp_path: Path) -> None:
    write(tmp_path, "")
    (tmp_path / "data" / "round.gpkg").symlink_to(tmp_path / "data" / "round.gpkg")
    text = HEAD + '[layers.units]\npath = "data/round.gpkg"\n'
    assert set(refused(tmp_path, text)) == {"layers.units.path"}


@pytest.mark.parametrize("name", ["{ vi = 1, en = 2 }", '{ vi = "Thử", en = 2 }', '{ vi = "Thử" }'])
def test_names_are_text(tmp_path: Path, name: str) -> None:
    head = HEAD.replace('"Thử"', name)
    assert set(refused(tmp_path, head + UNITS)) == {"project.name"}


@pytest.mark.parametrize("priority", [2**63 - 1, -(2**63), 10**30, 2**31])
def test_priorities_are_numbers_one_can_count_on_from(tmp_path: Path, priority: int) -> None:
    text = HEAD + UNITS + f'[layers.land_use]\npath = "data/a.shp"\npriority = {priority}\n'
    assert set(refused(tmp_path, text)) == {"layers.land_use.priority"}


def test_states_and_years_are_given_once(tmp_path: Path) -> None:
    head = HEAD + 'states = ["existing", "existing"]\ntarget_years = [2030, 2025, 2030]\n'
    places = refused(tmp_path, head + UNITS)
    assert set(places) == {"project.states", "project.target_years"}
    assert "existing, existing" in places["project.states"]


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "1" + "0" * 400])
def test_targets_and_tolerances_are_finite(tmp_path: Path, value: str) -> None:
    target = f'[[targets]]\nindicator = "green_per_capita"\nyear = 2030\nvalue = {value}\n'
    text = HEAD + UNITS + target + 'sense = "at_least"\nsource = "NQ"\n'
    places = refused(tmp_path, text + f"[tolerance]\ngap_m2 = {value}\n")
    assert set(places) == {"targets[0].value", "tolerance.gap_m2"}


def test_target_of_a_year_that_is_not_asked(tmp_path: Path) -> None:
    target = '[[targets]]\nindicator = "green_per_capita"\nvalue = 10\nsense = "at_least"\n'
    text = HEAD + UNITS + target + 'source = "NQ"\nyear = 2030\n' + target
    places = refused(tmp_path, text + 'source = "NQ"\nyear = 2040\n')
    assert set(places) == {"targets[1].year"}
    assert "2040" in places["targets[1].year"]
    assert "2025, 2030" in places["targets[1].year"]


def test_target_without_a_source_or_with_a_wrong_sense(tmp_path: Path) -> None:
    text = (
        HEAD
        + UNITS
        + (
            '[[targets]]\nindicator = "green_per_capita"\nyear = 2030\nvalue = 10\n'
            'sense = "more"\nsource = ""\n'
        )
    )
    assert set(refused(tmp_path, text)) == {"targets[0].sense", "targets[0].source"}


def test_sources_of_one_role_have_different_names(tmp_path: Path) -> None:
    one = '[[layers.land_use]]\npath = "data/a.shp"\n'
    places = refused(tmp_path, HEAD + UNITS + one + one)
    assert set(places) == {"layers.land_use"}
    assert (
        load(tmp_path, HEAD + UNITS + one + one + 'name = "later"\n').sources[2][1].name == "later"
    )
    # one name in two roles is no clash
    assert load(tmp_path, HEAD + UNITS + one + '[layers.zoning]\npath = "data/a.shp"\n')


def test_validity_that_ends_before_it_begins(tmp_path: Path) -> None:
    text = (
        HEAD
        + UNITS
        + (
            '[layers.land_use]\npath = "data/a.shp"\n'
            "valid_from = 2025-01-01\nvalid_to = 2025-01-01\n"
        )
    )
    (place,) = refused(tmp_path, text)
    assert place.startswith("layers.land_use")


def test_raster_has_no_fields(tmp_path: Path) -> None:
    text = HEAD + UNITS + '[layers.population]\npath = "data/grid.tif"\nfields = { a = "b" }\n'
    assert set(refused(tmp_path, text)) == {"layers.population.fields"}


def test_units_are_needed(tmp_path: Path) -> None:
    assert set(refused(tmp_path, HEAD + '[layers.land_use]\npath = "data/a.shp"\n')) == {
        "layers.units"
    }


def test_root_may_lie_above_but_not_beside(tmp_path: Path) -> None:
    folder = tmp_path / "examples" / "town"
    folder.mkdir(parents=True)
    write(tmp_path, "")
    text = HEAD + 'root = "../.."\n' + UNITS
    (folder / "project.toml").write_text(text, encoding="utf-8")
    project = load_project(folder)
    assert project.root == tmp_path.resolve()
    assert project.path("data/units.gpkg").is_file()
    for root in ("../other", "data", "/"):
        (folder / "project.toml").write_text(text.replace("../..", root), encoding="utf-8")
        with pytest.raises(PlanDataError) as caught:
            load_project(folder)
        assert caught.value.where == "project.toml: project.root"


@pytest.mark.parametrize("text", ["[project\n", "name = \n", "\ufffe\x00"])
def test_file_that_is_not_toml(tmp_path: Path, text: str) -> None:
    (place,) = refused(tmp_path, text)
    assert place == "project.toml"


def test_a_pasted_table_beside_the_one_it_replaces(tmp_path: Path) -> None:
    """The form for several sources below that for one, and the other way round."""
    several = UNITS.replace("[layers.units]", "[[layers.units]]")
    for text in (HEAD + UNITS + several, HEAD + several + UNITS, HEAD + UNITS + UNITS):
        (line,) = refused(tmp_path, text).values()
        first, second = (n for n, row in enumerate(text.splitlines(), 1) if "layers.units" in row)
        assert line.startswith(f"project.toml: layers.units: found two tables layers.units, in "
                               f"lines {first} and {second};")  # fmt: skip


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(PlanDataError) as caught:
        load_project(tmp_path / "nothing")
    assert len(caught.value.problems) == 1


def test_the_project_at_the_root_is_sound(sample_city: Path) -> None:
    project = load_project(sample_city.parents[2])
    assert project.facts.synthetic
    assert {role for role, _ in project.sources} == set(Role)


# ---- tests stay at home ---------------------------------------------------------------------


def test_sockets_reach_this_machine_only() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=5) as client,
    ):
        assert client.getpeername() == server.getsockname()
    outside = ("192.0.2.1", 80)  # an address reserved for documentation
    with socket.socket() as stream, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        stream.connect(outside)
    with socket.socket() as stream, pytest.raises(RuntimeError):
        stream.connect_ex(outside)
    with socket.socket(type=socket.SOCK_DGRAM) as packets, pytest.raises(RuntimeError):
        packets.sendto(b"", outside)
    with pytest.raises(RuntimeError, match="look up no names"):
        socket.create_connection(("example.org", 80), timeout=5)


def test_what_was_expected_is_said_in_the_readers_language(tmp_path: Path) -> None:
    file = tmp_path / "project.toml"
    text = (
        '[project]\nname = "x"\nas_of = "30/6"\nboundaries = 2014\n[maps]\npaper = "A9"\ndpi = 1\n'
    )
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlanDataError) as caught:
        load_project(file)
    said = "\n".join(problem.line("vi") for problem in caught.value.problems)
    for words in ("ngày dạng 2025-06-30", "chữ đặt trong dấu ngoặc kép", "một số từ 72 trở lên"):
        assert words in said
    assert "'A4', 'A3', 'A2', 'A1', 'A0'" in said
    assert "Input" not in said


def test_days_of_former_sources_and_the_project_at_one_of_them(tmp_path: Path) -> None:
    """The last day of the former survey; a project at that day writes to a folder of its own."""
    former = '[[layers.land_use]]\npath = "data/a.shp"\nvalid_to = 2025-01-01\n'
    later = '[[layers.land_use]]\npath = "data/b.shp"\nvalid_from = 2025-01-01\n'
    project = load(tmp_path, HEAD + UNITS + former + later)
    assert [str(day) for day in project.days_at_hand] == ["2024-12-31"]
    then = project.at(project.days_at_hand[0])
    assert then.facts.as_of == project.days_at_hand[0]
    assert then.output == project.output / "2024-12-31"
    assert str(project.facts.as_of) == "2025-06-30"
