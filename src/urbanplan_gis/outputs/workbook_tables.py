"""Tables of a run as sheets: words for tokens, formats for numbers."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from urbanplan_gis.model.figures import GROUPS, Indicator
from urbanplan_gis.outputs.tables import in_words
from urbanplan_gis.outputs.workbook_words import known_word, sheet_name
from urbanplan_gis.outputs.worksheet_table import (
    HUNDREDTHS,
    SHARE,
    WHOLE,
    YEAR,
    Column,
    Sheet,
    Value,
)
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.text import Name, Text, keys, languages, say

_FORMATS = {
    "target_year": YEAR, "road_class": YEAR, "trend_reaches": YEAR, "trend_dates": YEAR,
    "year": YEAR, "definitions": YEAR, "met": YEAR, "flips": YEAR, "completeness": SHARE,
}  # fmt: skip
#: columns in the indicator's own unit, with its decimals
_IN_ITS_UNIT = frozenset({"value", "target", "gap", "low", "high", "least", "most"})
_COUNTED = frozenset({"numerator", "denominator"})
#: columns of tokens -> where their words stand in the catalogue
_TOKENS = {
    "scenario": "state",
    "verdict": "verdict",
    "basis": "basis",
    "figure_basis": "basis",
    "target_sense": "sense",
    "value_unit": "unit_of",
    "unit": "unit_of",
    "missing_unit": "unit_of",
    "numerator_unit": "unit_of",
    "denominator_unit": "unit_of",
    "severity": "severity",
    "action": "action",
    "area_kind": "area_kind",
    "kind": "plan_kind",
    "confidence": "confidence",
    "sense": "sense",
    "short_unit": "gap.unit",
}
_TOKENS_OF = {
    ("findings", "layer"): "layer",
    ("findings", "code"): "finding_name",
    ("urban_class", "group"): "workbook.criteria",
    ("urban_class", "verdict"): "class_verdict",
    ("norms", "verdict"): "class_verdict",
    ("boundaries", "method"): "workbook.method",
    ("boundaries", "basis"): "workbook.method",
    ("readiness", "verdict"): "class_verdict",
}
_HEADERS = {
    "balance": {"unit_code": "area_code", "unit_name": "area_name"},
    "sources": {"layer": "file_layer"},
    "findings": {"code": "finding_name"},
}
#: blue to orange, told apart by colour-blind readers too; the words stand in the cell
VERDICT_FILLS = {
    "exceeded": "#9cc5ea",
    "met": "#cfe3f5",
    "near": "#f6f0bd",
    "not_yet": "#f9d8ae",
    "not_met": "#f9d8ae",
    "missed": "#eea98f",
    "inconclusive": "#e0e0e0",
}
_IDS_SHOWN = 12
#: columns behind the others that do not print: ids, and what is the same in every row
_IDS = ("standard", "figure_id")
_BEHIND = ("boundaries", "as_of", *_IDS)
#: columns that list definitions of the row's indicator by their ids
_DEFINITIONS = frozenset(
    {"definition", "least_definition", "most_definition", "met_under", "near_under",
     "not_met_under", "without_verdict", "no_data"}
)  # fmt: skip
#: columns that stay in sight, where there are names to keep
_FROZEN = {
    "definitions": 4, "gaps": 4, "balance": 3, "readiness": 3, "boundaries": 3,
    "urban_class": 4, "norms": 1,
}  # fmt: skip
#: columns of days, which tables hold as text
_DAYS = frozenset({"as_of", "from", "until", "trend_from"})


def table_sheet(
    key: str,
    frame: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    above: Sequence[str],
    lang: str,
) -> Sheet:
    """A table as it is, tokens in words."""
    frame = in_words(frame, lang).reset_index(drop=True)
    kept, behind = _order(frame)
    columns = [column_of(key, frame, name, indicators, lang) for name in kept]
    columns += [
        replace(column_of(key, frame, name, indicators, lang), prints=False) for name in behind
    ]
    return Sheet(sheet_name(key, lang), columns, above, _FROZEN.get(key, 0))


def _order(frame: pd.DataFrame) -> tuple[list[str], list[str]]:
    """Columns that print, and behind them ids and what is the same in every row."""
    behind = [
        name
        for name in _BEHIND
        if name in frame and (name in _IDS or frame[name].nunique(dropna=False) <= 1)
    ]
    return [name for name in frame.columns if name not in behind], behind


def column_of(
    sheet: str,
    frame: pd.DataFrame,
    name: str,
    indicators: Mapping[str, Indicator],
    lang: str,
) -> Column:
    header = header_of(_HEADERS.get(sheet, {}).get(name, name), lang)
    values = [plain_value(value, lang) for value in _worded(sheet, frame, name, indicators, lang)]
    fills = [VERDICT_FILLS.get(token, "") for token in frame[name]] if name == "verdict" else ()
    return Column(header, values, _formats(frame, name, indicators), fills)


def header_of(name: str, lang: str) -> str:
    """The words of a column, one language a line; a column nobody declared keeps its name."""
    key = f"table.column.{name}"
    if key not in keys():
        return name
    return "\n".join(dict.fromkeys(say(key, one) for one in languages(lang)))


def _worded(
    sheet: str,
    frame: pd.DataFrame,
    name: str,
    indicators: Mapping[str, Indicator],
    lang: str,
) -> Iterable[object]:
    """The values of a column, with tokens and ids in words."""
    values = frame[name]
    if name == "indicator":
        return [indicators[value].name.say(lang) for value in values]
    if name in _DEFINITIONS:
        named = _definition_names(indicators)
        return [
            "; ".join(named[key, one].say(lang) if (key, one) in named else one
                      for one in str(value or "").split())
            for key, value in zip(frame["indicator"], values.fillna(""), strict=True)
        ]  # fmt: skip
    if name == "unit_code":
        # groups have a name, no code
        return [None if value in GROUPS else value for value in values]
    if name == "unit_name":
        return unit_names(frame, lang)
    if name == "feature_ids":
        return [_few(value) for value in values]
    if name in _DAYS:
        return [dt.date.fromisoformat(value) if value else None for value in values.fillna("")]
    if name == "class_sets":
        return [_set_names(str(value or ""), lang) for value in values.fillna("")]
    prefix = _TOKENS_OF.get((sheet, name), _TOKENS.get(name))
    if prefix is None:
        return values
    words = {token: known_word(prefix, token, lang) for token in values.dropna().unique()}
    return [words.get(token) for token in values]


def _set_names(listed: str, lang: str) -> str:
    """Class sets in the words that head their columns of switches."""
    known = class_sets()
    words = (known[name].name.say(lang) if name in known else name for name in listed.split())
    return "; ".join(words)


def _definition_names(indicators: Mapping[str, Indicator]) -> dict[tuple[str, str], Name]:
    return {
        (key, definition.definition_id): definition.name
        for key, indicator in indicators.items()
        for definition in indicator.definitions
    }


def unit_names(frame: pd.DataFrame, lang: str) -> list[str]:
    groups = {group: say(f"group.{group}", lang) for group in GROUPS}
    pairs = zip(frame["unit_code"], frame["unit_name"], strict=True)
    return [groups.get(code, name) for code, name in pairs]


def _few(ids: str) -> str:
    """The first ids of a long list; ``findings.csv`` has them all."""
    listed = ids.split(";")
    more = len(listed) - _IDS_SHOWN
    return f"{';'.join(listed[:_IDS_SHOWN])};… (+{more})" if more > 0 else ids


def plain_value(value: object, lang: str) -> Value:
    """A value as a cell takes it: text, number, date or nothing."""
    if value is None or value is pd.NaT or value is pd.NA or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, Text | Name):
        return value.say(lang)
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, bool):
        return say("table.yes" if value else "table.no", lang)
    number = float(value)  # ty: ignore[invalid-argument-type]
    return number if math.isfinite(number) else None


def _formats(
    frame: pd.DataFrame, name: str, indicators: Mapping[str, Indicator]
) -> str | list[str]:
    if name in _IN_ITS_UNIT and "indicator" in frame:
        return [decimals_format(indicators[key].decimals) for key in frame["indicator"]]
    if name in _COUNTED:
        return WHOLE
    return _FORMATS.get(name, HUNDREDTHS)


def decimals_format(count: int) -> str:
    return f"{WHOLE}.{'0' * count}" if count else WHOLE
