"""The moments of a series of maps: runs of earlier days, the present one, and what is planned."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

import pandas as pd

from urbanplan_gis.outputs.manifest import read_manifest
from urbanplan_gis.outputs.sheet_data import bare_data
from urbanplan_gis.outputs.sheets.data import SheetData
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.text import date, say

EXISTING, PLANNED = "existing", "planned"
_FINDINGS = "findings"


class Then:
    """A run at one day, in one state."""

    def __init__(self, run: StoredRun, state: str) -> None:
        self.run, self.state = run, state

    @cached_property
    def data(self) -> SheetData:
        """What is drawn, units and figures of the state, and the findings to be wary of."""
        run, bare = self.run, bare_data(self.run)
        findings = {_FINDINGS: run.layer(_FINDINGS)} if _FINDINGS in run.layers else {}
        figures = bare.figures[bare.figures["scenario"] == self.state]
        return replace(bare, layers=findings, figures=figures)

    @property
    def short(self) -> str:
        """The moment as a table heads it."""
        lang, day = self.run.lang, self.run.as_of
        if self.state == EXISTING:
            return date(day, "vi" if lang == "both" else lang)
        year = self.horizon
        key = "series.planned_short" if year else "series.planned_undated"
        return say(key, lang, year=year)

    @property
    def caption(self) -> str:
        """The moment in words."""
        lang = self.run.lang
        if self.state == EXISTING:
            return say("series.existing", lang, day=self.run.as_of)
        key = "series.planned" if self.horizon else "series.planned_undated"
        return say(key, lang, year=self.horizon)

    @cached_property
    def horizon(self) -> int | None:
        """The latest year that zoning plans in force are made for."""
        if "plans" not in self.run.layers:
            return None
        plans = self.run.layer("plans")
        if not {"horizon_year", "zoning_in_force"} <= set(plans.columns):
            return None
        years = pd.to_numeric(plans["horizon_year"], errors="coerce")
        years = years[plans["zoning_in_force"].astype(bool)].dropna()
        return int(years.max()) if len(years) else None


def earlier_runs(run: StoredRun) -> tuple[list[StoredRun], list[str]]:
    """The runs of earlier days, and the days of which there is none."""
    found, missing = [], []
    for day in run.project.facts.earlier:
        folder = run.folder / day.isoformat()
        manifest = read_manifest(folder)
        if manifest:
            found.append(StoredRun(run.project.at(day), manifest, run.lang, folder, run.delivery))
        else:
            missing.append(say("series.not_run", run.lang, day=day))
    return found, missing
