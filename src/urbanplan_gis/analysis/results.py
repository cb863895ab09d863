"""Everything one run computed: what outputs are written from."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.model.data import FeatureCount, Finding
from urbanplan_gis.model.figures import Assessment, Effect, Figure


@dataclass(frozen=True, eq=False)
class Run:
    """Everything one run computed."""

    evidence: Evidence
    figures: tuple[Figure, ...]
    assessments: tuple[Assessment, ...]
    by_year: tuple[Assessment, ...]
    balance: pd.DataFrame
    #: those that move figures most first
    findings: tuple[Finding, ...]
    effects: tuple[Effect, ...]
    counts: tuple[FeatureCount, ...]
