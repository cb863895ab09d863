"""A delivery: a dated, complete copy of a run and its products, frozen once and for all."""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from urbanplan_gis.errors import bad_data
from urbanplan_gis.outputs.atlas import make_atlas
from urbanplan_gis.outputs.files import staging, whole_file
from urbanplan_gis.outputs.former import DELIVERIES
from urbanplan_gis.outputs.manifest import FILE, product_files, read_manifest, write_manifest
from urbanplan_gis.outputs.products import Progress
from urbanplan_gis.outputs.qgis import make_qgis_project
from urbanplan_gis.outputs.report import make_report
from urbanplan_gis.outputs.run_files import WORKBOOK
from urbanplan_gis.outputs.sheet_set import make_sheets
from urbanplan_gis.outputs.stored_run import Delivery, StoredRun, stored_run
from urbanplan_gis.outputs.web import make_web_map
from urbanplan_gis.project import Project
from urbanplan_gis.store import file_digest
from urbanplan_gis.text import Text

#: where a delivery keeps what the planner wrote: project file, decisions, declarations of sheets
_WRITTEN = "project"
_NAME = re.compile(r"\w(?:[\w .-]{0,78}\w)?")
#: names Windows keeps for devices
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


def deliver(
    project: Project, name: str, day: dt.date, lang: str, progress: Progress | None = None
) -> Path:
    """Freeze the present run, its inputs' digests, the decisions and all products under ``name``.

    Products are made anew, without the mark of a draft. The files are write-protected.

    Returns:
        The folder of the delivery.

    Raises:
        PlanDataError: for a name that cannot be or is taken, a run out of date, or a folder that
            cannot be written to; then nothing is delivered.
    """
    if not _NAME.fullmatch(name) or _DEVICES.fullmatch(name):
        raise bad_data("delivery_name", DELIVERIES, name=name[:100])
    place = project.output / DELIVERIES / name
    if any(one.name.casefold() == name.casefold() for one in place.parent.glob("*")):
        raise bad_data("delivered", DELIVERIES, name=name)
    run = stored_run(project, lang)
    with staging(place.parent) as stage:
        folder = stage / name
        delivery = Delivery(name, day)
        manifest = _copy(run, folder, delivery)
        make_products(StoredRun(project, manifest, lang, folder, delivery), progress)
        for path in folder.rglob("*"):
            if path.is_file():
                path.chmod(0o444)
        os.replace(folder, place)
    return place


def make_products(run: StoredRun, progress: Progress | None = None) -> None:
    """All that people look at; the report comes last, for it shows the sheets."""
    make_sheets(run, progress=progress)
    make_atlas(run, progress)
    make_web_map(run, progress)
    make_qgis_project(run, progress)
    make_report(run, progress)


def delivered_count(folder: Path) -> int:
    """How many files a delivery has, the manifest included."""
    manifest = read_manifest(folder)
    files = (manifest["outputs"], product_files(manifest), manifest["delivery"]["files"])
    return 1 + sum(map(len, files))


def _copy(run: StoredRun, folder: Path, delivery: Delivery) -> dict[str, Any]:
    """Copy what the run and the planner wrote; the manifest the products start from."""
    project = run.project
    for name in run.manifest["outputs"]:
        if name != WORKBOOK:
            _copy_file(run.folder / name, folder / name)
    files = {}
    for source, name in (*_written(project), *_earlier(project)):
        _copy_file(source, folder / name)
        files[name] = file_digest(folder / name)
    _stamp_workbook(run, folder, delivery)
    outputs = {**run.manifest["outputs"], WORKBOOK: file_digest(folder / WORKBOOK)}
    about = {"name": delivery.name, "day": delivery.day.isoformat(), "files": files}
    manifest = {**run.manifest, "outputs": outputs, "products": {}, "delivery": about}
    write_manifest(folder, manifest)
    return manifest


def _stamp_workbook(run: StoredRun, folder: Path, delivery: Delivery) -> None:
    """Put the delivery in the place of the mark of a draft, wherever the workbook shows it."""
    lang = run.manifest["parameters"]["language"]
    draft = Text.of("stamp.draft").say(lang).encode()
    given = replace(run, delivery=delivery).standing.say(lang).encode()
    with (
        whole_file(folder / WORKBOOK) as path,
        ZipFile(run.folder / WORKBOOK) as former,
        ZipFile(path, "w", ZIP_DEFLATED) as book,
    ):
        for part in former.infolist():
            book.writestr(part, former.read(part).replace(draft, given))


def _written(project: Project) -> Iterator[tuple[Path, str]]:
    """What the planner wrote beside the layers, and its name in the delivery."""
    beside = project.file.parent
    declared = [*sorted((beside / "maps").glob("*.toml")), *sorted(beside.glob("report*"))]
    for path in (project.file, project.decisions, *declared):
        if path.is_file():
            yield path, f"{_WRITTEN}/{path.relative_to(beside).as_posix()}"


def _earlier(project: Project) -> Iterator[tuple[Path, str]]:
    """The files of the project's earlier days."""
    for day in project.facts.earlier:
        folder = project.at(day).output
        for name in (*read_manifest(folder).get("outputs", ()), FILE):
            yield folder / name, f"{folder.name}/{name}"


def _copy_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
