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

import pandas as pd

from urbanplan_gis.errors import bad_data
from urbanplan_gis.outputs.atlas import make_atlas
from urbanplan_gis.outputs.files import staging
from urbanplan_gis.outputs.former import DELIVERIES
from urbanplan_gis.outputs.manifest import FILE, product_files, read_manifest, write_manifest
from urbanplan_gis.outputs.products import Progress
from urbanplan_gis.outputs.qgis import make_qgis_project
from urbanplan_gis.outputs.report import make_report
from urbanplan_gis.outputs.run_files import WORKBOOK, write_figures
from urbanplan_gis.outputs.run_tables import measured_tables
from urbanplan_gis.outputs.sheet_set import make_sheets
from urbanplan_gis.outputs.stored_run import Delivery, StoredRun, stored_run
from urbanplan_gis.outputs.web import make_web_map
from urbanplan_gis.project import Project
from urbanplan_gis.review import recall_run
from urbanplan_gis.store import file_digest

#: where a delivery keeps what the planner wrote: project file, decisions, declarations of sheets
_WRITTEN = "project"
_NUMBERS = ["x", "y", "area_ha"]
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
    """The workbook again from what the run stored, without the mark of a draft."""
    measured = recall_run(run.project).measured
    lang = run.manifest["parameters"]["language"]
    findings = run.table("findings")
    findings[_NUMBERS] = findings[_NUMBERS].apply(pd.to_numeric)
    frames = {
        **measured_tables(measured, lang, run.project.facts.synthetic), "findings": findings
    }  # fmt: skip
    standing = replace(run, delivery=delivery).standing
    write_figures(
        run.project, measured, frames, run.origins, standing, lang, folder / WORKBOOK
    )  # fmt: skip


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
