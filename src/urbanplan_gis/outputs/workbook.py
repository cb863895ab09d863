"""``indicators.xlsx``: figures, balances, findings and sources for people with a spreadsheet."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd
from xlsxwriter import Workbook

from urbanplan_gis.model.data import Origin
from urbanplan_gis.model.figures import GROUPS, Indicator
from urbanplan_gis.outputs.files import whole_file
from urbanplan_gis.outputs.tables import in_words
from urbanplan_gis.outputs.worksheet import (
    FONT,
    HUNDREDTHS,
    SHARE,
    WHOLE,
    YEAR,
    Column,
    Page,
    Sheet,
    Value,
    add_sheet,
)
from urbanplan_gis.standards.codes import read_rows
from urbanplan_gis.text import Name, Text, keys, languages, say

#: the clock inside the file: same inputs, same bytes
_CREATED = dt.datetime(2000, 1, 1)
_AUTHOR = "urbanplan_gis"
_CITY = "city"
_BETWEEN = " · "
_SUMMARY = (
    "indicator", "scenario", "value_unit", "value", "target_year", "target_sense", "target",
    "gap", "gap_ha", "verdict", "basis", "note",
)  # fmt: skip
_SOURCES = (
    "path", "layer", "publisher", "document", "date", "licence", "crs", "encoding", "sha256",
)  # fmt: skip
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
    ("urban_class", "verdict"): "class_verdict",
    ("norms", "verdict"): "class_verdict",
    ("readiness", "verdict"): "class_verdict",
}
_HEADERS = {
    "balance": {"unit_code": "area_code", "unit_name": "area_name"},
    "sources": {"layer": "file_layer"},
}
_VERDICT_FILLS = {
    "exceeded": "#c6e5cc",
    "met": "#c6e5cc",
    "near": "#e9f0c2",
    "not_yet": "#fbe3c0",
    "missed": "#f4c7c0",
}
_IDS_SHOWN = 12
_SLATED_FILL = "#fff2cc"


def write_workbook(
    default: pd.DataFrame,
    tables: Mapping[str, pd.DataFrame],
    indicators: Mapping[str, Indicator],
    origins: Sequence[Origin],
    title: str,
    lang: str,
    synthetic: bool,
    path: Path,
    slated: Collection[str] | None = None,
) -> None:
    """Write the workbook, whole or not at all; the same tables give the same bytes.

    ``default`` has INDICATOR_COLUMNS, one row per indicator, state and row. ``tables`` become
    sheets in their order; a key is that of the sheet's name in the catalogue. ``slated`` holds
    the codes of the units slated to become wards; by default those the standards list for the
    boundaries at hand.

    Raises:
        PlanDataError: if the place cannot be written to.
    """
    page = Page(title, say("stamp.synthetic", lang) if synthetic else "", lang)
    frames = {**tables, "sources": _sources(origins)}
    sheets = [
        _summary(default, indicators, page),
        _units(default, indicators, page, _slated(default) if slated is None else slated),
        *(_table(key, frame, indicators, lang) for key, frame in frames.items()),
    ]
    options = {"default_format_properties": dict(FONT)}
    with whole_file(path) as draft, Workbook(str(draft), options) as book:
        book.set_properties(
            {"title": title, "author": _AUTHOR, "comments": page.stamp, "created": _CREATED}
        )
        for sheet in sheets:
            add_sheet(book, sheet, page)


def _sources(origins: Sequence[Origin]) -> pd.DataFrame:
    rows = [[getattr(origin, column) for column in _SOURCES] for origin in origins]
    return pd.DataFrame(rows, columns=list(_SOURCES)).drop_duplicates(ignore_index=True)


def _slated(default: pd.DataFrame) -> set[str]:
    vintages = set(default["boundaries"])
    rows = read_rows("units.csv")
    return {row["code"] for row in rows if row["slated"] == "1" and row["vintage"] in vintages}


def _summary(default: pd.DataFrame, indicators: Mapping[str, Indicator], page: Page) -> Sheet:
    """The city's figure of each indicator and state, against its target."""
    city = default[default["unit_code"] == _CITY].reset_index(drop=True)
    columns = [_column("summary", city, name, indicators, page.lang) for name in _SUMMARY]
    return Sheet(_sheet_name("summary", page.lang), columns, _above("about", default, page), 1)


def _units(
    default: pd.DataFrame,
    indicators: Mapping[str, Indicator],
    page: Page,
    slated: Collection[str],
) -> Sheet:
    """Units by indicators and states, the groups below them."""
    lang = page.lang
    names = dict(zip(default["unit_code"], _unit_names(default, lang), strict=True))
    codes = [code for code in names if code not in GROUPS]
    groups = [group for group in GROUPS if group in names]
    listed = [*codes, *groups]
    fills = [_SLATED_FILL if code in slated else "" for code in listed]
    marks = [say("table.yes", lang) if code in slated else None for code in listed]
    columns = [
        Column(_header("unit_code", lang), [*codes, *(None for _ in groups)], fills=fills),
        Column(_header("unit_name", lang), [names[code] for code in listed], fills=fills),
        Column(_header("slated", lang), marks, fills=fills),
    ]
    pairs = default[["indicator", "scenario"]].drop_duplicates()
    for indicator, state in pairs.itertuples(index=False, name=None):
        rows = default[(default["indicator"] == indicator) & (default["scenario"] == state)]
        values = dict(zip(rows["unit_code"], rows["value"], strict=True))
        declared = indicators[indicator]
        header = _matrix_header(declared, state, lang)
        cells = [_plain(values.get(code), lang) for code in listed]
        columns.append(Column(header, cells, _decimals(declared.decimals)))
    bold = frozenset(range(len(codes), len(listed)))
    return Sheet(_sheet_name("units", lang), columns, _above("about_units", default, page), 2, bold)


def _matrix_header(indicator: Indicator, state: str, lang: str) -> str:
    lines = []
    for one in languages(lang):
        unit = _word("unit_of", indicator.unit, one)
        lines.append(f"{indicator.name.say(one)} ({unit}), {_word('state', state, one)}")
    return "\n".join(lines)


def _above(key: str, default: pd.DataFrame, page: Page) -> list[str]:
    """Title, what the sheet shows, and the stamp of synthetic data."""
    lines = [page.title]
    if len(default):
        first = default.iloc[0]
        as_of, boundaries = dt.date.fromisoformat(first["as_of"]), first["boundaries"]
        lines.append(say(f"table.{key}", page.lang, as_of=as_of, boundaries=boundaries))
    return [*lines, page.stamp] if page.stamp else lines


def _table(key: str, frame: pd.DataFrame, indicators: Mapping[str, Indicator], lang: str) -> Sheet:
    """A table as it is, tokens in words; its header is the first row, as pivot tables want it."""
    frame = in_words(frame, lang).reset_index(drop=True)
    columns = [_column(key, frame, name, indicators, lang) for name in frame.columns]
    return Sheet(_sheet_name(key, lang), columns)


def _column(
    sheet: str,
    frame: pd.DataFrame,
    name: str,
    indicators: Mapping[str, Indicator],
    lang: str,
) -> Column:
    header = _header(_HEADERS.get(sheet, {}).get(name, name), lang)
    values = [_plain(value, lang) for value in _worded(sheet, frame, name, indicators, lang)]
    fills = [_VERDICT_FILLS.get(token, "") for token in frame[name]] if name == "verdict" else ()
    return Column(header, values, _formats(frame, name, indicators), fills)


def _header(name: str, lang: str) -> str:
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
    if name == "definition":
        named = _definition_names(indicators)
        return [
            named[pair].say(lang) if pair in named else pair[1]
            for pair in zip(frame["indicator"], values, strict=True)
        ]
    if name == "unit_name":
        return _unit_names(frame, lang)
    if name == "feature_ids":
        return [_few(value) for value in values]
    if name == "as_of":
        return [dt.date.fromisoformat(value) for value in values]
    prefix = _TOKENS_OF.get((sheet, name), _TOKENS.get(name))
    if prefix is None:
        return values
    words = {token: _word(prefix, token, lang) for token in values.dropna().unique()}
    return [words.get(token) for token in values]


def _definition_names(indicators: Mapping[str, Indicator]) -> dict[tuple[str, str], Name]:
    return {
        (key, definition.definition_id): definition.name
        for key, indicator in indicators.items()
        for definition in indicator.definitions
    }


def _unit_names(frame: pd.DataFrame, lang: str) -> list[str]:
    groups = {group: say(f"group.{group}", lang) for group in GROUPS}
    pairs = zip(frame["unit_code"], frame["unit_name"], strict=True)
    return [groups.get(code, name) for code, name in pairs]


def _few(ids: str) -> str:
    """The first ids of a long list; ``findings.csv`` has them all."""
    listed = ids.split(";")
    more = len(listed) - _IDS_SHOWN
    return f"{';'.join(listed[:_IDS_SHOWN])};… (+{more})" if more > 0 else ids


def _word(prefix: str, token: str, lang: str) -> str:
    """A token in words; one the catalogue does not have stays as it is."""
    key = f"{prefix}.{token}"
    return say(key, lang) if key in keys() else token


def _plain(value: object, lang: str) -> Value:
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
        return [_decimals(indicators[key].decimals) for key in frame["indicator"]]
    if name in _COUNTED:
        return WHOLE
    return _FORMATS.get(name, HUNDREDTHS)


def _decimals(count: int) -> str:
    return f"{WHOLE}.{'0' * count}" if count else WHOLE


def _sheet_name(key: str, lang: str) -> str:
    """The name on the tab; both languages fit into its 31 letters."""
    return _BETWEEN.join(say(f"sheet.{key}", one) for one in languages(lang))
