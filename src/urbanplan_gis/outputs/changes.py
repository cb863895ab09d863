"""What changed since the period before: every figure that is other, new or gone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from urbanplan_gis.outputs.former import SAME_FIGURE, Former, former_figures
from urbanplan_gis.outputs.manifest import digest_of
from urbanplan_gis.outputs.products import Part, make_parts
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.outputs.tables import write_csv
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import Text

FILE = "tables/changes.csv"
#: relative difference that the order of adding up may leave
_NOISE = 1e-12


def make_changes(run: StoredRun) -> list[str]:
    """Write ``tables/changes.csv`` where there is a period before; the parts made."""
    former = former_figures(run)
    if former is None:
        return make_parts(run, "changes", [])

    def write(stage: Path) -> Sequence[str]:
        write_csv(changes_frame(run, former), stage / FILE)
        return [FILE]

    rows = [former.label.say("en"), digest_of(former.figures.reset_index().to_dict("list"))]
    return make_parts(run, "changes", [Part("table", run.mark((), ("indicators",), *rows), write)])


def changes_frame(run: StoredRun, former: Former) -> pd.DataFrame:
    """One row per figure whose value or verdict is another than in ``former``, or that is new or
    gone (``change`` is ``other``, ``new`` or ``gone``); values in the indicator's unit.

    Figures are the same where indicator, unit, boundaries, state and definition are.
    """
    now = run.figures.set_index(list(SAME_FIGURE))
    columns = ["value", "value_unit", "verdict"]
    both = now[["figure_id", *columns]].merge(
        former.figures[["figure_id", *columns]],
        how="outer",
        left_index=True,
        right_index=True,
        suffixes=("", "_before"),
    )
    value, before = both["value"], both["value_before"]
    same = np.isclose(value, before, rtol=_NOISE, atol=0, equal_nan=True)
    is_new, is_gone = both["figure_id_before"].isna(), both["figure_id"].isna()
    both["change"] = np.select([is_new, is_gone], ["new", "gone"], "other")
    both = both[~same | (both["verdict"] != both["verdict_before"]) | is_new | is_gone]
    both = both.assign(
        figure_id=both["figure_id"].fillna(both["figure_id_before"]),
        value_unit=both["value_unit"].fillna(both["value_unit_before"]),
        difference=both["value"] - both["value_before"],
        since=former.label.say(run.lang),
    )
    listed = ["figure_id", "since", "change", "value_before", "value", "difference", "value_unit",
              "verdict_before", "verdict"]  # fmt: skip
    return both[listed].sort_values("figure_id", ignore_index=True)


def change_lines(run: StoredRun) -> Iterator[Text]:
    """How many figures changed since the period before, and the city's default ones among them."""
    former = former_figures(run)
    if former is None:
        return
    changes = changes_frame(run, former)
    counts = changes["change"].value_counts()
    kinds = {kind: int(counts.get(kind, 0)) for kind in ("other", "new", "gone")}
    yield Text.of("changes.counted", since=former.label, file=FILE, **kinds)
    names = indicators()
    figures = run.figures
    figures = figures[figures["is_default"] & (figures["unit_code"] == "city")]
    shown = changes.merge(figures[["figure_id", "indicator", "scenario"]], on="figure_id")
    for row in shown[shown["change"] == "other"].to_dict("records"):
        yield Text.of(
            "changes.line",
            name=names[row["indicator"]].name,
            state=Text.of(f"state.{row['scenario']}"),
            before=_said(row["value_before"]),
            value=_said(row["value"]),
            unit=Text.of(f"unit_of.{row['value_unit']}"),
        )


def _said(value: float) -> float | Text:
    return Text.of("verdict.no_data") if math.isnan(value) else value
