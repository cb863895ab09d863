"""The figures of the period before: of the last delivery, else of an earlier day of the project."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from urbanplan_gis.outputs.manifest import FILE, product_files, read_manifest
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.project import Project
from urbanplan_gis.store import read_table
from urbanplan_gis.text import Text

DELIVERIES = "deliveries"
#: what two figures must share to be the same figure at two dates
SAME_FIGURE = ("indicator", "unit_code", "boundaries", "scenario", "definition")


@dataclass(frozen=True, eq=False)
class Former:
    """Figures of the period before: what they are called, their day, and the figures.

    ``figures`` has the columns of ``indicators.csv`` and is indexed by :data:`SAME_FIGURE`; a
    figure of another definition or other boundaries is another figure and not to be compared.
    """

    label: Text
    day: dt.date
    figures: pd.DataFrame

    @property
    def values(self) -> pd.Series:
        """The values in each indicator's unit, NaN where there was no figure."""
        return self.figures["value"]


def former_figures(run: StoredRun) -> Former | None:
    """The figures to compare a run with, or None if there is no period before."""
    for folder in reversed(deliveries(run.project)):
        about = read_manifest(folder)["delivery"]
        day = dt.date.fromisoformat(about["day"])
        if run.delivery is None or (day, about["name"]) < (run.delivery.day, run.delivery.name):
            return _former(folder, Text.of("former.delivery", name=about["name"], date=day))
    for day in reversed(run.project.facts.earlier):
        folder = run.project.at(day).output
        if (folder / FILE).is_file():
            return _former(folder, Text.of("former.day", date=day))
    return None


def deliveries(project: Project) -> list[Path]:
    """The folders of a project's deliveries, oldest first."""
    dated = []
    for folder in (project.output / DELIVERIES).glob("*"):
        about = read_manifest(folder).get("delivery")
        if about:
            dated.append((about["day"], about["name"], folder))
    return [folder for _, _, folder in sorted(dated)]


def delivered_files(project: Project) -> dict[str, str]:
    """Every file of every delivery, relative to the output folder, with its digest."""
    found = {}
    for folder in deliveries(project):
        manifest = read_manifest(folder)
        files = {
            **manifest["outputs"], **product_files(manifest), **manifest["delivery"]["files"]
        }  # fmt: skip
        place = folder.relative_to(project.output).as_posix()
        found |= {f"{place}/{name}": digest for name, digest in files.items()}
    return found


def _former(folder: Path, label: Text) -> Former:
    table = read_table(folder / "tables" / "indicators.csv")
    table["value"] = pd.to_numeric(table["value"])
    as_of = read_manifest(folder)["parameters"]["as_of"]
    return Former(label, dt.date.fromisoformat(as_of), table.set_index(list(SAME_FIGURE)))
