"""The sheet of statistics: every number by unit and year, to be changed."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.statistics import statistic_words
from urbanplan_gis.outputs.workbook_amounts import (
    DWELLINGS,
)
from urbanplan_gis.outputs.workbook_words import (
    head,
    known_word,
    label_words,
    sheet_name,
)
from urbanplan_gis.outputs.worksheet_table import HUNDREDTHS, WHOLE, YEAR, Column, Sheet, Value
from urbanplan_gis.text import Text

#: units of statistics that count no persons
_MEASURES = {
    DWELLINGS: "m2", "floor_area_m2": "m2", "official_area": "m2", "declared_area_ha": "ha",
    "households": "households", "fibre_households": "households",
}  # fmt: skip


def statistics_sheet(
    table: pd.DataFrame, evidence: Evidence, above: Sequence[str], lang: str
) -> Sheet:
    """Every number by unit and year; those of units at hand carry the unit's number."""
    number = {code: n + 1 for n, code in enumerate(evidence.codes)}
    frame = table[["unit_code", "unit_name", "year", "name", "value", "source", "document"]].copy()
    if evidence.dwelling_floor_area is not None:
        frame = pd.concat([frame, pd.DataFrame({
            "unit_code": evidence.codes, "unit_name": evidence.units["name"].tolist(),
            "year": None, "name": DWELLINGS, "value": evidence.dwelling_floor_area.tolist(),
            "source": "buildings", "document": ""})], ignore_index=True)  # fmt: skip
    years = [None if pd.isna(year) else int(year) for year in frame["year"]]
    keys = [f"{name}@{year or ''}" for name, year in zip(frame["name"], years, strict=True)]
    dwellings = Text.of("workbook.dwellings")
    words = [
        (dwellings if name == DWELLINGS else statistic_words(name)).say(lang)
        for name in frame["name"]
    ]
    values = [None if pd.isna(value) else float(value) for value in frame["value"]]

    formats = [WHOLE if value is None or value == int(value) else HUNDREDTHS for value in values]

    def text(column: str) -> list[Value]:
        return [value if isinstance(value, str) and value else None for value in frame[column]]

    columns = [
        Column(head("no", lang), [number.get(code) for code in frame["unit_code"]], YEAR,
               key="no", name="stat_no"),
        Column(head("unit_code", lang), text("unit_code")),
        Column(head("unit_name", lang), text("unit_name")),
        Column(head("statistic", lang), words),
        Column(head("year", lang), years, YEAR),
        Column(head("value", lang), values, formats, name="stat_value", is_input=True),
        Column(
            head("measure", lang),
            [known_word("unit_of", _MEASURES.get(name, "persons"), lang) for name in frame["name"]],
        ),
        Column(head("source", lang), [_source_words(*row, lang) for row in
                                      zip(frame["source"], frame["document"], strict=True)]),
        Column(head("document", lang), text("document")),
        Column(head("stat_key", lang), keys, key="stat_key", name="stat_key"),
    ]  # fmt: skip
    return Sheet(sheet_name("statistics", lang), columns, above, 3)


def _source_words(source: str, document: str | None, lang: str) -> str:
    """Where a number comes from: its layer, or a table the document beside it names."""
    words = known_word("layer", source, lang)
    if words != source:
        return words
    table = label_words("statistics", lang)
    return table if document else f"{table}: {source}"
