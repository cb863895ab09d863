"""All files of one run: tables, workbook, GeoPackage and manifest, replaced together."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from urbanplan_gis.analysis.error_model import declared_errors
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.results import Run
from urbanplan_gis.model.data import Origin
from urbanplan_gis.outputs.explanation import EXPLAINED
from urbanplan_gis.outputs.files import replace_together, staging
from urbanplan_gis.outputs.geopackage import write_geopackage
from urbanplan_gis.outputs.manifest import (
    FILE,
    digest_of,
    left_behind,
    library_versions,
    product_files,
    read_manifest,
    write_manifest,
)
from urbanplan_gis.outputs.run_tables import measured_tables
from urbanplan_gis.outputs.tables import (
    defaults_of,
    effects_frame,
    findings_frame,
    row_digests,
    write_csv,
    write_mappings,
)
from urbanplan_gis.outputs.workbook import write_workbook
from urbanplan_gis.project import Project
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.store import content_digest, file_digest
from urbanplan_gis.text import say

WORKBOOK = "tables/indicators.xlsx"

#: sheets of the workbook -> tables
_SHEETS = {
    "figures": "indicators",
    "targets": "targets",
    "definitions": "definitions",
    "gaps": "gaps",
    "urban_class": "urban_class",
    "readiness": "ward_readiness",
    "norms": "norms",
    "boundaries": "boundaries",
    "balance": "land_balance",
    "roads": "road_length",
    "plans": "plans",
    "statistics": "statistics",
    "findings": "findings",
}


def write_run(project: Project, run: Run, lang: str, mark: str, inputs: dict[str, str]) -> None:
    """Replace tables, workbook, GeoPackage and manifest together, and what a former run left.

    Raises:
        PlanDataError: if one cannot be written; then all outputs are as they were.
    """
    folder = project.output
    former = read_manifest(folder)
    with staging(folder) as stage:
        written = _write_outputs(project, run, lang, stage)
        manifest = {
            **_described(project, run, lang),
            "fingerprint": mark,
            "inputs": inputs,
            **written,
            "products": former.get("products", {}),
        }
        write_manifest(stage, manifest)
        made = [*written["outputs"], FILE]
        gone = left_behind(folder, former, {*made, *product_files(former)})
        replace_together(stage, folder, made, gone)
    # figures of the former run that were opened
    shutil.rmtree(folder / EXPLAINED, ignore_errors=True)


def forget_days(project: Project) -> None:
    """Delete the outputs of earlier days that the project no longer names; nothing else."""
    known = read_manifest(project.output).get("parameters", {}).get("earlier", [])
    for day in {dt.date.fromisoformat(day) for day in known} - set(project.facts.earlier):
        folder = project.at(day).output
        gone = left_behind(folder, read_manifest(folder), set())
        for name in (*gone, FILE):
            (folder / name).unlink(missing_ok=True)


def _write_outputs(project: Project, run: Run, lang: str, folder: Path) -> dict[str, Any]:
    """Write all files but the manifest into ``folder``; what the manifest says about them."""
    frames = {
        **measured_tables(run, lang, project.facts.synthetic),
        "findings": findings_frame(run.findings, lang),
        "effects": effects_frame(run.effects),
    }
    for name, frame in frames.items():
        write_csv(frame, folder / "tables" / f"{name}.csv")
    mappings = write_mappings(run.evidence.dataset, folder / "mappings", lang)
    defaults = defaults_of(run.assessments)
    stamps = [say("stamp.synthetic", lang)] if project.facts.synthetic else []
    write_workbook(
        run,
        {sheet: frames[table] for sheet, table in _SHEETS.items() if table in frames},
        indicators(),
        run.evidence.dataset.origins,
        project.facts.name.say(lang),
        lang,
        [*stamps, say("stamp.draft", lang)],
        folder / WORKBOOK,
        project.allow_unverified,
    )
    gpkg = folder / "city.gpkg"
    write_geopackage(run.evidence, run.findings, gpkg, lang, project.facts.synthetic)
    written = [f"tables/{name}.csv" for name in frames] + [WORKBOOK, "city.gpkg"]
    written += [f"mappings/{name}" for name in mappings]
    return {
        "outputs": {name: file_digest(folder / name) for name in written},
        "rows": {name: row_digests(frame) for name, frame in frames.items()},
        "defaults": sorted(defaults),
        "figure_digests": _figure_digests(frames["indicators"]),
        "layer_digests": {
            str(role): content_digest(layer.frame)
            for role, layer in sorted(run.evidence.dataset.layers.items())
            if layer.frame is not None
        },
    }


def _described(project: Project, run: Run, lang: str) -> dict[str, Any]:
    """Who, what, when and how well it adds up."""
    facts, evidence = project.facts, run.evidence
    area = evidence.mosaic.area
    round_earth, plane = (evidence.by_unit(part) for part in (area * evidence.geodesic, area))
    ratio = np.divide(round_earth, plane, out=np.ones_like(plane), where=plane > 0)
    units = zip(
        evidence.units["code"],
        evidence.mosaic.unit_area,
        evidence.mosaic.difference,
        ratio,
        strict=True,
    )
    return {
        "project": {"vi": facts.name.vi, "en": facts.name.en, "synthetic": facts.synthetic},
        "parameters": {
            "as_of": facts.as_of.isoformat(),
            "boundaries": facts.boundaries,
            "crs": facts.crs,
            "states": list(facts.states),
            "language": lang,
            "definitions": dict(project.definitions),
            "uncertainty": declared_errors(project).parameters(),
            "at_hand": sorted(evidence.roles),
            "confirmed_class_sets": list(project.confirmed_class_sets),
            "allow_unverified": project.allow_unverified,
            "earlier": [day.isoformat() for day in facts.earlier],
            "centrelines": {
                "cap": project.derive.cap,
                "join": project.derive.join,
                "quadrant_segments": project.derive.quadrant_segments,
            },
            "street_land": list(project.derive.street_land),
            "tolerance": asdict(project.tolerance),
        },
        "versions": library_versions(),
        "origins": [_plain(origin) for origin in evidence.dataset.origins],
        "sources_by_role": {
            str(role): [origin.source for origin in layer.origins]
            for role, layer in sorted(evidence.dataset.layers.items())
        }
        | {"statistics": sorted({item.origin.source for item in evidence.dataset.statistics})},
        "origins_by_role": {
            str(role): [_plain(origin) for origin in layer.origins]
            for role, layer in sorted(evidence.dataset.layers.items())
        }
        | {"statistics": [_plain(origin) for origin in _of_statistics(evidence)]},
        "features": [
            {
                "source": count.source,
                "role": str(count.role),
                "read": count.read,
                "kept": count.kept,
                "set_aside": count.set_aside,
            }
            for count in run.counts
        ],
        "reconciliation": {
            "tolerance": 1e-9,
            "worst": float(np.abs(evidence.mosaic.difference).max()),
            "units": [
                {
                    "unit": code,
                    "area_m2": float(area),
                    "faces_differ_by": float(difference),
                    "geodesic_ratio": float(factor),
                }
                for code, area, difference, factor in units
            ],
        },
    }


def _of_statistics(evidence: Evidence) -> list[Origin]:
    """The tables statistics come from, each once."""
    return list(dict.fromkeys(item.origin for item in evidence.dataset.statistics))


def _plain(origin: Origin) -> dict[str, Any]:
    return {**asdict(origin), "date": origin.date.isoformat() if origin.date else None}


def _figure_digests(frame: pd.DataFrame) -> dict[str, str]:
    """A digest of the figures of each indicator, so that only changed sheets are redrawn."""
    return {
        str(name): digest_of(group.astype(str).to_dict("list"))
        for name, group in frame.groupby("indicator", sort=True)
    }
