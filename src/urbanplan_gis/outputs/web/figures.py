"""The figures of units and groups against their targets, as panels and colours of the page."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from urbanplan_gis.analysis.targets import NOISE, readable
from urbanplan_gis.model.figures import Indicator
from urbanplan_gis.outputs.sheets import symbols
from urbanplan_gis.outputs.sheets.choropleth import step_of, steps
from urbanplan_gis.outputs.web.sentences import sentences, written_in
from urbanplan_gis.outputs.web.signs import sign
from urbanplan_gis.outputs.web.words import Pair, pair
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import Text, number

if TYPE_CHECKING:
    from urbanplan_gis.outputs.stored_run import StoredRun

_LANGUAGES = ("vi", "en")
#: keys of the steps of value over target, the worst first
_SCALE = (*map(str, range(len(symbols.TARGET_FILLS))), "undecided", "no_target", "no_data")
_COMPLETE = 0.95
#: less would be shown as 0,0 ha
_LEAST_HA = 0.05
_UNSURE = ("no_data", "inconclusive")
_NUMBERS = ("target_year", "target", "gap", "gap_ha", "p_met")


def declared(runs: tuple[StoredRun, ...]) -> list[dict[str, Any]]:
    """The indicators any of the runs has default figures of, in the declared order."""
    there = set().union(*(_defaults(run)["indicator"] for run in runs))
    return [
        {
            "id": key,
            "name": pair(item.name),
            "unit": pair(Text.of(f"unit_of.{item.unit}")),
            "source": item.source,
        }
        for key, item in indicators().items()
        if key in there
    ]


def scale() -> list[dict[str, Any]]:
    """The steps of value over target, as on the sheets: worst first, then the unsure ones."""
    named = {lang: steps(lang) for lang in _LANGUAGES}
    return [
        {
            "name": {lang: named[lang][key][0] for lang in _LANGUAGES},
            "sign": sign(named[_LANGUAGES[0]][key][1]),
        }
        for key in _SCALE
    ]


def incomplete() -> dict[str, Any]:
    """The sign over units whose data are incomplete."""
    words = pair(Text.of("map.class.incomplete"))
    return {"name": words, "sign": sign(symbols.INCOMPLETE)}


def states(run: StoredRun) -> list[str]:
    """The states a run has default figures in, the existing one first."""
    found = set(_defaults(run)["scenario"])
    return [state for state in ("existing", "planned") if state in found]


def panels(run: StoredRun, state: str) -> dict[str, dict[str, Any]]:
    """Indicator -> unit or group -> its default figure of one state, in the reader's form."""
    figures = _defaults(run)
    figures = figures[figures["scenario"] == state]
    targets = _targets(run, set(figures["figure_id"]))
    lang = written_in(run)
    told: dict[str, dict[str, Any]] = {}
    for row in figures.to_dict("records"):
        indicator = indicators().get(row["indicator"])
        if indicator is None:
            continue
        # of two default definitions of one indicator the first declared stands for it
        place = told.setdefault(row["indicator"], {})
        place.setdefault(row["unit_code"], _panel(row, indicator, targets, lang))
    return told


def _defaults(run: StoredRun) -> pd.DataFrame:
    figures = run.figures
    return figures[
        figures["is_default"] & (figures["boundaries"].astype(str) == run.project.facts.boundaries)
    ]


def _targets(run: StoredRun, wanted: set[str]) -> dict[str, list[dict[str, Any]]]:
    """Figure -> its rows against every target year."""
    table = run.table("targets")
    table = table[table["figure_id"].isin(wanted)]
    for column in _NUMBERS:
        table[column] = pd.to_numeric(table[column])
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in table.to_dict("records"):
        rows.setdefault(row["figure_id"], []).append(row)
    return rows


def _panel(
    row: dict[str, Any],
    indicator: Indicator,
    targets: dict[str, list[dict[str, Any]]],
    lang: str,
) -> dict[str, Any]:
    value, target = _float(row["value"]), _float(row["target"])
    told: dict[str, Any] = {
        "verdict": row["verdict"],
        "basis": row["basis"],
        "definition": _definition(indicator, row["definition"]),
        "id": row["figure_id"],
        "step": _step(row),
        "targets": [
            _target(one, indicator, value)
            for one in targets.get(row["figure_id"], [])
            if _float(one["target"]) is not None
        ],
        "note": sentences(row["note"], lang),
    }
    completeness = _float(row["completeness"])
    if row["verdict"] in _UNSURE or (completeness is not None and completeness < _COMPLETE):
        told["unsure"] = True
    if completeness is not None and completeness < 1:
        told["known"] = _pair_of(math.floor(1000 * completeness) / 10, 1)
    if value is not None:
        shown = readable(value, target, indicator.decimals)
        told["value"] = _pair_of(shown, indicator.decimals)
        told["number"] = value
        low, high = _float(row["low"]), _float(row["high"])
        if low is not None and high is not None and high - low > NOISE * max(abs(high), 1):
            told["low"], told["high"] = low, high
            least, most = (readable(bound, target, indicator.decimals) for bound in (low, high))
            told["between"] = {
                lang: f"{number(least, lang, indicator.decimals)} – "
                f"{number(most, lang, indicator.decimals)}"
                for lang in _LANGUAGES
            }
    return told


def _target(row: dict[str, Any], indicator: Indicator, value: float | None) -> dict[str, Any]:
    """One target: its value in words, and what is missing to it."""
    target = float(row["target"])
    told: dict[str, Any] = {
        "year": int(row["target_year"]),
        "number": target,
        "sense": row["target_sense"],
        "value": _pair_of(target, 0 if target == int(target) else 1),
        "verdict": row["verdict"],
    }
    gap = _float(row["gap_ha"])
    if gap is not None and value is not None:
        told["gap"] = _amount(abs(gap))
        reached = abs(value - target) <= NOISE * abs(target)
        told["short"] = 0 if reached else 1 if gap > 0 else -1
    chance = _float(row["p_met"])
    if chance is not None:
        told["chance"] = round(100 * chance)
    return told


def _definition(indicator: Indicator, name: str) -> Pair:
    found = (item for item in indicator.definitions if item.definition_id == name)
    declared_as = next(found, None)
    return pair(declared_as.name) if declared_as else dict.fromkeys(_LANGUAGES, name)


def _step(row: dict[str, Any]) -> int:
    """The place of a figure in :func:`scale`."""
    return _SCALE.index(step_of(row))


def _amount(hectares: float) -> Pair:
    """Land in hectares, or in m² where hectares would show nothing."""
    if hectares >= _LEAST_HA:
        return {lang: f"{number(hectares, lang, 1)} ha" for lang in _LANGUAGES}
    return {lang: f"{number(1e4 * hectares, lang, 2)} m²" for lang in _LANGUAGES}


def _pair_of(value: float, decimals: int) -> Pair:
    return {lang: number(value, lang, decimals) for lang in _LANGUAGES}


def _float(value: Any) -> float | None:
    found = float(value)
    return found if math.isfinite(found) else None
