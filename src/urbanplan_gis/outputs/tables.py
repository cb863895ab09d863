"""Figures, balances and findings as tables: the columns of the public contract."""

from __future__ import annotations

import csv
import hashlib
import math
import re
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from urbanplan_gis.loaders.classes.recognise import mapping_frame
from urbanplan_gis.model.data import Dataset, Finding
from urbanplan_gis.model.figures import Assessment, Effect
from urbanplan_gis.outputs.files import whole_file
from urbanplan_gis.quality.ids import place_of
from urbanplan_gis.text import Name, Text, say

INDICATOR_COLUMNS = (
    "figure_id", "indicator", "unit_code", "unit_name", "boundaries", "as_of", "scenario",
    "definition", "value", "value_unit", "numerator", "numerator_unit", "denominator",
    "denominator_unit", "target_year", "target", "target_sense", "gap", "gap_ha", "low", "high",
    "p_met", "verdict", "basis", "completeness", "note",
)  # fmt: skip
EFFECT_COLUMNS = ("finding_id", "figure_id", "delta", "alternative")
FINDING_COLUMNS = (
    "finding_id", "code", "severity", "layer", "feature_ids", "x", "y", "area_ha", "message",
    "action",
)  # fmt: skip
#: digits kept of the digest of a row
ROW_DIGITS = 8
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def figures_frame(
    assessments: Iterable[Assessment], lang: str, synthetic: bool = False
) -> pd.DataFrame:
    """One row per assessment: INDICATOR_COLUMNS, in the order given.

    The notes of a ``synthetic`` city's figures begin by saying so.
    """
    stamp = [say("stamp.synthetic", lang)] if synthetic else []
    rows = [_figure_row(item, lang, stamp) for item in assessments]
    return pd.DataFrame(rows, columns=list(INDICATOR_COLUMNS))


def _figure_row(item: Assessment, lang: str, stamp: list[str]) -> dict[str, object]:
    figure, target = item.figure, item.target
    low, high = figure.interval or (figure.low, figure.high)
    return {
        "figure_id": figure.figure_id,
        "indicator": figure.indicator,
        "unit_code": figure.unit_code,
        "unit_name": figure.unit_name,
        "boundaries": figure.boundaries,
        "as_of": figure.as_of.isoformat(),
        "scenario": figure.scenario,
        "definition": figure.definition,
        "value": figure.value,
        "value_unit": figure.value_unit,
        "numerator": figure.numerator,
        "numerator_unit": figure.numerator_unit,
        "denominator": figure.denominator,
        "denominator_unit": figure.denominator_unit,
        "target_year": target.year if target else None,
        "target": target.value if target else None,
        "target_sense": target.sense if target else "",
        "gap": item.gap,
        "gap_ha": item.gap_ha,
        "low": low,
        "high": high,
        "p_met": item.p_met,
        "verdict": str(item.verdict),
        "basis": item.basis,
        "completeness": figure.completeness,
        "note": "; ".join([*stamp, *(note.say(lang) for note in (*item.notes, *figure.notes))]),
    }


def defaults_of(assessments: Iterable[Assessment]) -> set[str]:
    """Ids of the figures that are their indicator's default."""
    return {item.figure.figure_id for item in assessments if item.figure.is_default}


def findings_frame(findings: Iterable[Finding], lang: str) -> pd.DataFrame:
    """One row per finding: FINDING_COLUMNS, in the order given."""
    return pd.DataFrame(
        [_finding_row(finding, lang) for finding in findings], columns=list(FINDING_COLUMNS)
    )


def _finding_row(finding: Finding, lang: str) -> dict[str, object]:
    place = place_of(finding)
    return {
        "finding_id": finding.finding_id,
        "code": finding.code,
        "severity": str(finding.severity),
        "layer": finding.layer,
        "feature_ids": ";".join(finding.feature_ids),
        "x": place[0] if place else None,
        "y": place[1] if place else None,
        "area_ha": None if finding.area_m2 is None else finding.area_m2 / 1e4,
        "message": finding.message.say(lang),
        "action": finding.action,
    }


def effects_frame(effects: Iterable[Effect]) -> pd.DataFrame:
    """One row per figure that a finding moves: EFFECT_COLUMNS, in the order given."""
    rows = [(item.finding_id, item.figure_id, item.delta, item.choice) for item in effects]
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def in_words(frame: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The frame with catalogue texts and names put into words."""
    return frame.map(lambda cell: cell.say(lang) if isinstance(cell, Text | Name) else cell)


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """UTF-8 with BOM, numbers in full precision, nothing a spreadsheet would run as a formula."""
    with whole_file(path) as draft, draft.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(frame.columns)
        for row in frame.itertuples(index=False, name=None):
            writer.writerow([_cell(value) for value in row])


def row_digests(frame: pd.DataFrame) -> str:
    """Eight hexadecimal digits for each row as it is written, one after the other.

    An audit tells by them which row of a table was edited.
    """
    rows = frame.itertuples(index=False, name=None)
    return "".join(row_digest([str(_cell(value)) for value in row]) for row in rows)


def row_digest(cells: Iterable[str]) -> str:
    """The digits of one row of written cells."""
    return hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:ROW_DIGITS]


def written_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """The text of every cell as :func:`write_csv` writes it."""
    return frame.map(lambda value: str(_cell(value))).astype(object)


def _cell(value: object) -> object:
    if (
        value is None
        or value is pd.NaT
        or value is pd.NA
        or (isinstance(value, float) and math.isnan(value))
    ):
        return ""
    if isinstance(value, bool):
        return int(value)
    return neutral(value) if isinstance(value, str) else value


def neutral(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def write_mappings(dataset: Dataset, folder: Path, lang: str) -> list[str]:
    """What values of each source were recognised as, as mapping files to be corrected once.

    Copied into ``data/raw/`` and named under ``codes``, such a file decides from then on.
    """
    names = []
    for source, recognised in sorted(dataset.recognised.items()):
        name = re.sub(r"[^\w.-]+", "_", source) + ".csv"
        write_csv(mapping_frame(recognised, lang), folder / name)
        names.append(name)
    return names
