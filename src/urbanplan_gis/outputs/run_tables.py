"""The tables of a run by name: everything that evidence alone decides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from urbanplan_gis.analysis.conversions import later_vintages
from urbanplan_gis.analysis.definitions import Spread
from urbanplan_gis.analysis.error_model import METHOD, Interval
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gaps import Gap, amount_unit, in_people_units
from urbanplan_gis.analysis.ledger import Entry
from urbanplan_gis.analysis.results import Measured
from urbanplan_gis.analysis.targets import basis_of
from urbanplan_gis.analysis.transport import road_table
from urbanplan_gis.analysis.zoning import plan_table
from urbanplan_gis.model.data import STATISTICS_OF_LAYERS
from urbanplan_gis.model.figures import Figure, figure_id
from urbanplan_gis.outputs.class_table import class_frame
from urbanplan_gis.outputs.crosswalk_table import crosswalk_frame, unit_history_frame
from urbanplan_gis.outputs.norms_table import norms_frame
from urbanplan_gis.outputs.readiness_table import readiness_frame
from urbanplan_gis.outputs.tables import figures_frame, in_words

_PLACE = ("indicator", "unit_code", "unit_name", "boundaries", "as_of", "scenario", "definition")
LEDGER_COLUMNS = (
    "figure_id", "side", "unit_code", "item", "year", "amount", "amount_unit", "pieces",
)  # fmt: skip
UNCERTAINTY_COLUMNS = (
    "figure_id", "sd", "low", "high", "least", "most", "digitising_sd", "classification_sd",
    "population_sd", "numerator_boundary_m", "denominator_boundary_m", "method",
)  # fmt: skip
STATISTIC_COLUMNS = (
    "unit_code", "unit_name", "boundaries", "year", "name", "value", "source", "path", "document",
    "date",
)  # fmt: skip


def measured_tables(measured: Measured, lang: str, synthetic: bool) -> dict[str, pd.DataFrame]:
    """Every table that follows from the evidence, by its file name."""
    evidence = measured.evidence
    boundaries = evidence.boundaries
    tables = {
        "indicators": figures_frame(measured.assessments, lang, synthetic),
        "targets": figures_frame(measured.by_year, lang, synthetic),
        "definitions": definitions_frame(measured.spreads, lang),
        "gaps": gaps_frame(measured.gaps, lang),
        "uncertainty": uncertainty_frame(measured.intervals),
        "land_balance": _with_ids(in_words(measured.balance, lang)),
        "road_length": _roads(evidence),
        "plans": plan_table(evidence),
        "urban_class": class_frame(measured.scorecards, boundaries, lang),
        "ward_readiness": readiness_frame(measured.cards, boundaries, lang, synthetic),
        "norms": norms_frame(measured.norms, boundaries, evidence.as_of, lang),
        "statistics": statistics_frame(evidence),
        "ledger": ledger_frame(measured.ledger),
    }
    if later_vintages(evidence):
        tables["boundaries"] = crosswalk_frame(measured.elsewhere, lang, synthetic)
        tables["unit_history"] = unit_history_frame(lang)
    return tables


def definitions_frame(spreads: Iterable[Spread], lang: str) -> pd.DataFrame:
    """One row per default figure and target year: its range, and how many definitions meet it."""
    rows = []
    for spread in spreads:
        figure, least, most = spread.default, spread.least, spread.most
        rows.append(
            {
                "figure_id": figure.figure_id,
                **_place(figure),
                "value": figure.value,
                "value_unit": figure.value_unit,
                "target_year": spread.target.year,
                "target": spread.target.value,
                "target_sense": spread.target.sense,
                "definitions": spread.counted,
                "met": len(spread.met),
                "flips": int(spread.flips),
                "least": least.value if least else None,
                "least_definition": least.definition if least else "",
                "most": most.value if most else None,
                "most_definition": most.definition if most else "",
                "met_under": " ".join(spread.met),
                "near_under": " ".join(spread.near),
                "not_met_under": " ".join(spread.not_met),
                "without_verdict": " ".join(spread.unjudged),
                "no_data": " ".join(spread.no_data),
                "basis": basis_of(figure, spread.target),
                "note": spread.words.say(lang),
            }
        )
    return pd.DataFrame(rows)


def gaps_frame(gaps: Iterable[Gap], lang: str) -> pd.DataFrame:
    """One row per default figure and target year: what is missing, by when, and the algebra."""
    rows = []
    for gap in gaps:
        figure, trend = gap.figure, gap.trend
        rows.append(
            {
                "figure_id": figure.figure_id,
                **_place(figure),
                "value": figure.value,
                "value_unit": figure.value_unit,
                "target_year": gap.target.year,
                "target": gap.target.value,
                "gap": (figure.value or 0.0) - gap.target.value,
                "short": in_people_units(gap, gap.short),
                "short_growing": in_people_units(gap, gap.short_growing),
                "denominator_ahead": gap.denominator_ahead,
                "short_ahead": in_people_units(gap, gap.short_ahead),
                "short_unit": amount_unit(gap),
                "persons_over": gap.too_many,
                "years_left": gap.years_left,
                "points_a_year": gap.pace,
                "short_a_year": in_people_units(gap, gap.short_a_year),
                "trend_from": trend.points[0][0].isoformat() if trend else "",
                "trend_dates": len(trend.points) if trend else None,
                "trend_a_year": trend.a_year if trend else None,
                "trend_value": trend.value if trend else None,
                "trend_reaches": trend.reached if trend else None,
                "basis": basis_of(figure, gap.target),
                "note": "; ".join(note.say(lang) for note in gap.notes),
            }
        )
    whole = {"trend_dates": "Int64", "trend_reaches": "Int64"}
    return pd.DataFrame(rows).astype(whole) if rows else pd.DataFrame(rows)


def uncertainty_frame(intervals: Mapping[str, Interval]) -> pd.DataFrame:
    """One row per figure with an error declared: its interval, and the parts of its deviation."""
    rows = [
        (
            figure, item.sd, item.low, item.high, item.least, item.most, item.digitising_sd,
            item.classification_sd, item.population_sd, item.numerator_boundary_m,
            item.denominator_boundary_m, METHOD,
        )
        for figure, item in intervals.items()
        if item.sd is not None
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(UNCERTAINTY_COLUMNS))


def ledger_frame(entries: Iterable[Entry]) -> pd.DataFrame:
    """One row per figure, side, unit and item; the amounts of a side add up to it."""
    rows = [
        (
            item.figure_id, item.side, item.unit_code, item.item, item.year or None, item.amount,
            item.amount_unit, item.pieces,
        )
        for item in entries
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(LEDGER_COLUMNS)).astype({"year": "Int64"})


def statistics_frame(evidence: Evidence) -> pd.DataFrame:
    """Every number by unit and year that figures may use, and where it comes from."""
    names = dict(zip(evidence.codes, evidence.units["name"], strict=True))
    rows: list[tuple[object, ...]] = [
        (
            item.unit_code, names.get(item.unit_code, ""), evidence.boundaries, item.year,
            item.name, item.value, item.origin.source, item.origin.path, item.origin.document,
            item.origin.date,
        )
        for item in evidence.dataset.statistics
    ]  # fmt: skip
    for name in STATISTICS_OF_LAYERS:
        chosen = evidence.statistics.get(name)
        values = zip(evidence.codes, chosen.values if chosen else (), strict=False)
        layer = "units" if name == "official_area" else "population"
        rows += [
            (code, names[code], evidence.boundaries, None, name, float(value), layer, "", "", None)
            for code, value in values
            if not np.isnan(value)
        ]
    frame = pd.DataFrame(rows, columns=list(STATISTIC_COLUMNS)).astype({"year": "Int64"})
    order = ["unit_code", "name", "year", "source"]
    return frame.sort_values(order, kind="stable", ignore_index=True)


def _place(figure: Figure) -> dict[str, object]:
    words = {name: getattr(figure, name) for name in _PLACE}
    return {**words, "as_of": figure.as_of.isoformat()}


def _with_ids(balance: pd.DataFrame) -> pd.DataFrame:
    """The balance with an id for each of its figures, in the form of all ids."""
    rows = balance[["unit_code", "boundaries", "as_of", "scenario", "code_list", "code"]]
    ids = [
        f"land_balance/{unit}@{boundaries}/{day}/{state}/{f'{listed}.' if listed else ''}{code}"
        for unit, boundaries, day, state, listed, code in rows.to_numpy()
    ]
    return balance.assign(figure_id=ids)


def _roads(evidence: Evidence) -> pd.DataFrame:
    table = road_table(evidence)
    ids = [
        figure_id(
            "road_length", unit, evidence.boundaries, evidence.as_of, "existing", f"class-{rank}"
        )
        for unit, rank in table[["unit_code", "road_class"]].to_numpy()
    ]
    return table.assign(figure_id=ids)
