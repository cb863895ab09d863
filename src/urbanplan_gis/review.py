"""Published figures opened and audited: from what a run stored, without the delivered layers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.explanation import BalanceOpened, full_id, open_figure
from urbanplan_gis.analysis.recall import recall
from urbanplan_gis.analysis.results import Measured
from urbanplan_gis.analysis.trends import Series, series_of
from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.units.other import load_other_units, outlines_of
from urbanplan_gis.measuring import measure_city
from urbanplan_gis.model.data import STATISTICS_OF_LAYERS, Origin, Statistic
from urbanplan_gis.outputs.audit import (
    Difference,
    broken_faces,
    changed_files,
    differing_cells,
    edited_rows,
    figures_by_input,
)
from urbanplan_gis.outputs.explanation import (
    EXPLAINED,
    balance_lines,
    explanation_lines,
    figure_facts,
    file_name,
    row_lines,
    write_explanation,
)
from urbanplan_gis.outputs.former import delivered_files
from urbanplan_gis.outputs.manifest import origins_by_role, product_files, read_manifest
from urbanplan_gis.outputs.run_tables import measured_tables
from urbanplan_gis.project import Project
from urbanplan_gis.store import read_city, read_table
from urbanplan_gis.text import Text, languages

#: tables of figures that are no sums of faces or statistics
_APART = ("urban_class", "norms", "ward_readiness", "boundaries", "road_length")


@dataclass(frozen=True, eq=False)
class Recalled:
    """A run as it was stored: its manifest, layers by name, and all that is measured again."""

    manifest: dict[str, Any]
    layers: dict[str, Any]
    evidence: Evidence
    measured: Measured


def recall_run(project: Project) -> Recalled:
    """The last run of a project, its figures made again from what it stored.

    Raises:
        PlanDataError: if there is no run, or its files cannot be read.
    """
    folder = project.output
    manifest = read_manifest(folder)
    if "origins_by_role" not in manifest:
        raise bad_data("not_run", folder.name)
    layers = read_city(folder / "city.gpkg")
    for name in ("faces", "units"):
        if name not in layers:
            raise bad_data("layer_gone", "city.gpkg", layer=name)
    statistics, grid = _statistics(project)
    facts = manifest["parameters"]
    evidence = recall(
        layers,
        statistics,
        grid,
        origins_by_role(manifest),
        frozenset(facts["at_hand"]),
        dt.date.fromisoformat(facts["as_of"]),
        facts["boundaries"],
    )
    return Recalled(
        manifest,
        layers,
        evidence,
        measure_city(
            project, evidence, stored_series(project), outlines_of(load_other_units(project))
        ),
    )


def stored_series(project: Project) -> Series:
    """The figures of the project's earlier days, as their own runs wrote them."""
    tables = [
        read_table(project.at(day).output / "tables" / "indicators.csv")
        for day in project.facts.earlier
    ]
    cells = (row for table in tables for row in table[["figure_id", "value"]].to_numpy())
    return series_of((figure, float(value) if value else None) for figure, value in cells)


def explain_figure(project: Project, asked: str, lang: str) -> tuple[Iterator[str], Path]:
    """A published figure opened: lines to read, and the GeoPackage of its pieces.

    ``asked`` is an id of a figure or of a row of the land balance, or the first parts of one; an
    id of one of the project's earlier days is looked up in the run of that day.

    Raises:
        PlanDataError: if there is no run, or no such figure.
    """
    for day in project.facts.earlier:
        if f"/{day.isoformat()}/" in asked:
            project = project.at(day)
    row = _row_apart(project, asked)
    if row is not None:
        lines = (row_lines(*row, one) for one in languages(lang))
        return chain.from_iterable(lines), project.output / "tables" / f"{row[0]}.csv"
    run = recall_run(project)
    figure_id = full_id(run.measured, asked)
    faces = run.layers["faces"].sort_values("face_id", ignore_index=True)
    faces = faces[faces["unit_code"].isin(run.evidence.codes)].reset_index(drop=True)
    opened = open_figure(run.measured, figure_id, faces)
    path = project.output / EXPLAINED / file_name(figure_id)
    write_explanation(opened.sides, figure_facts(opened), path, lang)
    place = project.relative(path)
    tables = [read_table(project.output / "tables" / f"{n}.csv") for n in ("findings", "effects")]
    lines = (
        balance_lines(opened, run.manifest, place, one)
        if isinstance(opened, BalanceOpened)
        else explanation_lines(opened, run.manifest, *tables, place, one)
        for one in languages(lang)
    )
    return chain.from_iterable(lines), path


def _row_apart(project: Project, asked: str) -> tuple[str, dict[str, str]] | None:
    """The row of a table whose figures are no sums of pieces: standards, norms, boundaries."""
    published = project.output / "tables" / "indicators.csv"
    if published.is_file() and (read_table(published)["figure_id"] == asked).any():
        return None  # boundaries.csv lists figures of the main boundaries too; they have pieces
    for name in _APART:
        path = project.output / "tables" / f"{name}.csv"
        table = read_table(path) if path.is_file() else None
        if table is not None and "figure_id" in table:
            found = table[table["figure_id"] == asked]
            if len(found):
                return name, {str(key): str(cell) for key, cell in found.iloc[0].items()}
    return None


@dataclass(frozen=True)
class AuditReport:
    """The differences found, and how much was compared."""

    differences: tuple[Difference, ...]
    figures: int
    cells: int
    files: int

    @property
    def passed(self) -> bool:
        return not self.differences

    @property
    def verdict(self) -> Text:
        if self.differences:
            return Text.of("audit.failed", count=len(self.differences))
        counts = {"figures": self.figures, "cells": self.cells, "files": self.files}
        return Text.of("audit.passed", **counts)


def audit_project(project: Project) -> AuditReport:
    """Whether everything in the outputs of a project follows from its inputs as recorded.

    Raises:
        PlanDataError: if there is no run, or its files cannot be read at all.
    """
    run = recall_run(project)
    manifest, folder = run.manifest, project.output
    resting = figures_by_input(run.measured, manifest)
    made = {**manifest["outputs"], **product_files(manifest)}
    delivered = delivered_files(project)
    lang, synthetic = manifest["parameters"]["language"], manifest["project"]["synthetic"]
    tables = measured_tables(run.measured, lang, synthetic)
    found = (
        *changed_files(project.root, manifest["inputs"], "input", resting),
        *changed_files(folder, made, "output", {}),
        *changed_files(folder, delivered, "delivery", {}),
        *edited_rows(folder, manifest["rows"]),
        *broken_faces(run.evidence, run.layers["faces"], run.measured),
        *differing_cells(folder, tables),
    )
    return AuditReport(
        tuple(dict.fromkeys(found)),
        figures=len(run.measured.figures),
        cells=sum(table.size for table in tables.values()),
        files=len(manifest["inputs"]) + len(made) + len(delivered),
    )


def _statistics(project: Project) -> tuple[list[Statistic], dict[str, float]]:
    """The numbers a run used, as its table of statistics holds them; persons of the grid apart."""
    table = read_table(project.output / "tables" / "statistics.csv")
    dated, grid = [], {}
    try:
        for row in table.to_dict("records"):
            if row["name"] == "grid_residents":
                grid[row["unit_code"]] = float(row["value"])
            elif row["name"] not in STATISTICS_OF_LAYERS:
                day = dt.date.fromisoformat(row["date"]) if row["date"] else None
                origin = Origin(row["source"], row["path"], document=row["document"], date=day)
                value = float(row["value"])
                dated.append(
                    Statistic(row["unit_code"], int(row["year"]), row["name"], value, origin)
                )
    except (KeyError, ValueError) as problem:
        reason = " ".join(str(problem).split())
        raise bad_data("table_unreadable", "statistics.csv", reason=reason) from None
    return dated, grid
