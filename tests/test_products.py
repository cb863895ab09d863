"""Products are made part by part, compared with the period before, and delivered for good."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from test_loaders_vector import LAND_USE, parcels, write_project
from urbanplan_gis import delivery
from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.outputs.changes import change_lines, make_changes
from urbanplan_gis.outputs.former import delivered_files
from urbanplan_gis.outputs.manifest import product_files, read_manifest
from urbanplan_gis.outputs.products import Part, make_parts
from urbanplan_gis.outputs.stored_run import StoredRun, stored_run
from urbanplan_gis.pipeline import make_run
from urbanplan_gis.project import load_project
from urbanplan_gis.review import audit_project

DAY = dt.date(2025, 7, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A city with one parcel of housing and one of streets, measured."""
    parcels().to_file(tmp_path / "lu.gpkg")
    write_project(tmp_path, LAND_USE.format("lu.gpkg"))
    measure(tmp_path)
    return tmp_path


def measure(folder: Path) -> StoredRun:
    project = load_project(folder)
    make_run(project, "en")
    return stored_run(project, "en")


def part(name: str, mark: str, **files: str) -> Part:
    def make(stage: Path) -> Sequence[str]:
        names = [f"things/{file}.txt" for file in files]
        for file, words in zip(names, files.values(), strict=True):
            (stage / file).parent.mkdir(exist_ok=True)
            (stage / file).write_text(words, encoding="utf-8")
        return names

    return Part(name, mark, make)


def said(workbook: Path) -> str:
    """What stands in the workbook's properties, where the stamps are."""
    return str(openpyxl.load_workbook(workbook, read_only=True).properties.description)


def there(run: StoredRun) -> dict[str, str]:
    return {path.stem: path.read_text("utf-8") for path in (run.folder / "things").glob("*")}


def test_only_parts_out_of_date_are_made(folder: Path) -> None:
    run = measure(folder)
    first = [part("one", "1", a="a"), part("two", "1", b="b", c="c")]
    assert make_parts(run, "things", first) == ["one", "two"]
    assert make_parts(run, "things", first) == []
    # another mark, a file less; a part that is no more
    assert make_parts(run, "things", [part("two", "2", b="B")]) == ["two"]
    assert there(run) == {"b": "B"}
    # a file changed by hand is made again
    (run.folder / "things/b.txt").write_text("edited", encoding="utf-8")
    assert make_parts(run, "things", [part("two", "2", b="B")]) == ["two"]
    assert there(run) == {"b": "B"}
    assert list(product_files(read_manifest(run.folder))) == ["things/b.txt"]


def test_a_part_that_fails_leaves_the_others_and_its_former_self(folder: Path) -> None:
    run = measure(folder)
    make_parts(run, "things", [part("one", "1", a="a"), part("two", "1", b="b")])

    def fail(stage: Path) -> Sequence[str]:
        (stage / "half").write_text("half", encoding="utf-8")
        raise bad_data("not_run", "things")

    later = [part("one", "2", a="A"), Part("two", "2", fail)]
    with pytest.raises(PlanDataError):
        make_parts(run, "things", later)
    assert there(run) == {"a": "A", "b": "b"}
    assert make_parts(run, "things", [later[0], part("two", "1", b="b")]) == []


def test_products_made_side_by_side_do_not_forget_each_other(folder: Path) -> None:
    """One is made while another is at work: both are in the manifest."""
    run = measure(folder)

    def make(stage: Path) -> Sequence[str]:
        make_parts(run, "things", [part("one", "1", a="a")])
        (stage / "b.txt").write_text("b", encoding="utf-8")
        return ["b.txt"]

    make_parts(run, "others", [Part("two", "1", make)])
    assert sorted(product_files(read_manifest(run.folder))) == ["b.txt", "things/a.txt"]


def test_a_lock_left_by_a_killed_command_does_not_last(folder: Path) -> None:
    run = measure(folder)
    lock = run.folder / ".urbanplan-lock"
    lock.touch()
    os.utime(lock, (0, 0))
    make_parts(run, "things", [part("one", "1", a="a")])
    assert there(run) == {"a": "a"}
    assert not lock.exists()


def test_a_run_keeps_products_and_an_audit_knows_their_files(folder: Path) -> None:
    run = measure(folder)
    make_parts(run, "things", [part("one", "1", a="a")])
    (run.folder / "things/a.txt").write_text("edited", encoding="utf-8")
    found = [item.say("en") for item in audit_project(run.project).differences]
    assert found == ["Output things/a.txt was changed after the run."]


@pytest.fixture
def delivered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The city, delivered as «Q2» with one small product."""
    made = [part("one", "1", a="a")]
    monkeypatch.setattr(
        delivery, "make_products", lambda run, progress: make_parts(run, "things", made)
    )
    assert delivery.deliver(load_project(folder), "Q2", DAY, "en").name == "Q2"
    return folder


def test_a_delivery_is_complete_and_never_changed(delivered: Path) -> None:
    project = load_project(delivered)
    place = project.output / "deliveries" / "Q2"
    manifest = read_manifest(place)
    assert manifest["inputs"] == read_manifest(project.output)["inputs"]
    assert (place / "project/project.toml").read_text("utf-8") == project.file.read_text("utf-8")
    outputs = [*read_manifest(project.output)["outputs"], "things/a.txt", "project/project.toml"]
    assert sorted(delivered_files(project)) == sorted(f"deliveries/Q2/{name}" for name in outputs)
    before = {path: path.read_bytes() for path in place.rglob("*") if path.is_file()}
    assert len(before) == delivery.delivered_count(place)
    marks = {said(folder / "tables/indicators.xlsx") for folder in (place, project.output)}
    assert marks == {"DELIVERY Q2, 2025-07-01", "BẢN NHÁP / DRAFT"}

    twice = parcels(ma=["ODT", "ODT"])
    twice.to_file(delivered / "lu.gpkg")
    measure(delivered)
    assert {path: path.read_bytes() for path in place.rglob("*") if path.is_file()} == before
    assert audit_project(project).passed

    (place / "things/a.txt").chmod(0o644)
    (place / "things/a.txt").write_text("edited", encoding="utf-8")
    found = [item.say("en") for item in audit_project(project).differences]
    assert found == ["Delivered file deliveries/Q2/things/a.txt was changed after the delivery."]


def test_later_runs_are_compared_with_it(delivered: Path) -> None:
    """Housing of 1 ha and streets of 0.25 ha: transport is 20 %; with housing alone it is 0 %."""
    run = measure(delivered)
    make_changes(run)
    assert pd.read_csv(run.folder / "tables/changes.csv").empty

    parcels(ma=["ODT", "ODT"]).to_file(delivered / "lu.gpkg")
    run = measure(delivered)
    assert make_changes(run) == ["table"]
    changes = pd.read_csv(run.folder / "tables/changes.csv", encoding="utf-8-sig")
    share = changes[changes["figure_id"].str.startswith("transport_land_share/21010@2014/")]
    share = share[share["figure_id"].str.endswith("/codes-in-wards")]
    assert share["value_before"].tolist() == pytest.approx([20.0])
    assert share["value"].tolist() == [0.0]
    assert share["difference"].tolist() == pytest.approx([-20.0])
    assert set(changes["change"]) == {"other"}
    assert set(changes["since"]) == {"delivery Q2 of 2025-07-01"}
    lines = [line.say("en") for line in change_lines(run)]
    assert lines[0].startswith(f"Since delivery Q2 of 2025-07-01: {len(changes)} figures differ")


@pytest.mark.parametrize("name", ["", "..", "../x", "a/b", "a\\b", ".x", "x.", "con", "x" * 81])
def test_names_that_are_no_folder_are_refused(folder: Path, name: str) -> None:
    with pytest.raises(PlanDataError, match="a delivery named"):
        delivery.deliver(load_project(folder), name, DAY, "en")


def test_a_name_is_given_once(delivered: Path) -> None:
    with pytest.raises(PlanDataError, match="which is there already"):
        delivery.deliver(load_project(delivered), "q2", DAY, "en")


def test_a_delivery_that_fails_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(run: StoredRun, progress: object) -> None:
        raise bad_data("not_run", "maps")

    monkeypatch.setattr(delivery, "make_products", fail)
    with pytest.raises(PlanDataError):
        delivery.deliver(load_project(folder), "Q2", DAY, "en")
    assert list((load_project(folder).output / "deliveries").iterdir()) == []


def test_what_is_delivered_says_so(folder: Path) -> None:
    run = measure(folder)
    assert [stamp.say("en") for stamp in run.stamps] == ["BẢN NHÁP / DRAFT"]
    given = replace(run, delivery=delivery.Delivery("Q2", DAY))
    assert [stamp.say("vi") for stamp in given.stamps] == ["BẢN GIAO Q2, ngày 01/07/2025"]
    assert given.mark((), ()) != run.mark((), ())
