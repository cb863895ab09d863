"""Everything one run computed: what outputs are written from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from urbanplan_gis.analysis.crosswalk import BoundaryFigure
from urbanplan_gis.analysis.definitions import Spread
from urbanplan_gis.analysis.error_model import Interval
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gaps import Gap
from urbanplan_gis.analysis.ledger import Entry
from urbanplan_gis.analysis.norms import NormRow
from urbanplan_gis.analysis.panels import Panel
from urbanplan_gis.model.data import FeatureCount, Finding
from urbanplan_gis.model.figures import Assessment, Effect, Figure
from urbanplan_gis.model.readiness import ReadinessCard
from urbanplan_gis.model.scores import Scorecard


@dataclass(frozen=True, eq=False)
class Measured:
    """What evidence comes to: figures held against targets, and what they are made of.

    It is made from evidence alone, so an audit makes it again from what a run stored.
    """

    evidence: Evidence
    panels: tuple[Panel, ...]
    figures: tuple[Figure, ...]
    assessments: tuple[Assessment, ...]
    #: the same against every target year
    by_year: tuple[Assessment, ...]
    #: by figure id
    intervals: Mapping[str, Interval]
    spreads: tuple[Spread, ...]
    gaps: tuple[Gap, ...]
    ledger: tuple[Entry, ...]
    #: urban classes under the law of the day and the next
    scorecards: tuple[Scorecard, ...]
    #: wards and communes against the standards of a ward
    cards: tuple[ReadinessCard, ...]
    #: figures under the boundaries of other days
    elsewhere: tuple[BoundaryFigure, ...]
    #: norms in force against what is measured
    norms: tuple[NormRow, ...]
    balance: pd.DataFrame
    #: what the balance of plans found
    found: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class Run(Measured):
    """What evidence comes to, with the findings about the layers behind it and their price."""

    #: those that move figures most first
    findings: tuple[Finding, ...]
    effects: tuple[Effect, ...]
    counts: tuple[FeatureCount, ...]
