"""Sheets that explain a workbook: contents with links, notes, named cells, law and sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.model.data import Origin
from urbanplan_gis.model.figures import Indicator
from urbanplan_gis.outputs.workbook_amounts import Amounts
from urbanplan_gis.outputs.workbook_figures import Live
from urbanplan_gis.outputs.workbook_ground import Ground
from urbanplan_gis.outputs.workbook_tables import table_sheet
from urbanplan_gis.outputs.workbook_words import head, known_word, sheet_name
from urbanplan_gis.outputs.worksheet_table import HUNDREDTHS, WHOLE, YEAR, Column, Sheet, Value
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.law import law
from urbanplan_gis.text import keys, say

_SOURCES = (
    "path", "layer", "publisher", "document", "date", "licence", "crs", "encoding", "sha256",
)  # fmt: skip
#: the amount that populations of groups are those of
_RESIDENTS = ("existing", "statistic", "residents", "temporary_residents")
#: groups of units -> their mark on the sheet of units
_GROUPS = {"city": "", "wards": "ward", "slated": "slated"}
#: columns with a note, by the key of the note
NOTES = (
    "value", "published", "change", "gap", "gap_ha", "low", "p_met", "low_ground", "verdict",
    "completeness", "made", "numerator_most", "switch", "land_state", "area", "ellipsoid",
    "centrelines", "amount", "park_counted", "stat_key", "ward", "static",
)  # fmt: skip


def contents_sheet(sheets: Sequence[Sheet], listed: Sequence[str], above: Sequence[str],
                   lang: str) -> Sheet:  # fmt: skip
    """Every sheet with what it holds, and links to them; ``listed`` are the sheets' keys."""
    words: list[Value] = [
        say(f"workbook.about.{key}", lang) if f"workbook.about.{key}" in keys() else None
        for key in listed
    ]
    kinds: list[Value] = [say(f"workbook.kind.{_kind(key)}", lang) for key in listed]
    names = [sheet.name for sheet in sheets]
    columns = [
        Column(head("sheet", lang), names, links=names),
        Column(head("kind", lang), kinds),
        Column(head("about", lang), words),
        Column(head("rows", lang), [sheet.rows for sheet in sheets], WHOLE),
    ]
    return Sheet(sheet_name("contents", lang), columns, above, 1)


def _kind(key: str) -> str:
    if key in ("classes", "plan_switches", "members", "aims", "statistics"):
        return "input"
    if key in ("summary", "units", "figures", "targets", "balance", "names"):
        return "live"
    if key in ("ground", "amounts", "parks"):
        return "base"
    return "about" if key in ("notes", "law", "sources") else "static"


def notes_sheet(above: Sequence[str], lang: str) -> Sheet:
    """What columns mean that their headers cannot say."""
    columns = [
        Column(head("column", lang), [say(f"workbook.note.{key}.column", lang) for key in NOTES]),
        Column(head("meaning", lang), [say(f"workbook.note.{key}.text", lang) for key in NOTES]),
    ]
    return Sheet(sheet_name("notes", lang), columns, above, 1)


def names_sheet(
    lives: Sequence[Live],
    amounts: Amounts,
    ground: Ground,
    evidence: Evidence,
    indicators: Mapping[str, Indicator],
    above: Sequence[str],
    lang: str,
) -> Sheet:
    """Cells with names of their own: ground and persons of groups, and the city's figures."""
    rows = [*_of_groups(amounts, ground, evidence, lang), *_of_city(lives, indicators, lang)]
    rows.append(("figures_changed", say("workbook.changed", lang), "SUM(fig_changed)", 0,
                 None, WHOLE))  # fmt: skip
    names, words, formulas, values, units, formats = (
        list(part) for part in zip(*rows, strict=True)
    )
    columns = [
        Column(head("cell_name", lang), names),
        Column(head("meaning", lang), words),
        Column(head("value", lang), values, formats, formulas=formulas, names=names),
        Column(head("measure", lang), units),
    ]
    return Sheet(sheet_name("names", lang), columns, above, 1)


def _of_groups(
    amounts: Amounts, ground: Ground, evidence: Evidence, lang: str
) -> Iterator[tuple[str, str, str, Value, str | None, str]]:
    natural = ground.by_unit(len(evidence.units))
    people = next((item for key, item in amounts.found.items() if key[:4] == _RESIDENTS), None)
    members = {"city": np.ones(len(natural), dtype=bool), "wards": evidence.is_ward,
               "slated": evidence.is_slated}  # fmt: skip
    for group, mark in _GROUPS.items():
        words, units = say(f"group.{group}", lang), members[group]
        summed = f"SUMIFS(unit_area,unit_{mark},1)" if mark else "SUM(unit_area)"
        yield (f"natural_area_{group}", f"{say('workbook.natural_area', lang)} – {words}",
               f"{summed}/10000", float(natural[units].sum()) / 1e4, "ha", HUNDREDTHS)  # fmt: skip
        if people is not None:
            chosen = f",am_{mark},1" if mark else ""
            missing = f"SUMIFS(am_missing,am_item,{people.number}{chosen})"
            formula = f"SUMIFS(am_amount,am_item,{people.number}{chosen})"
            total = float(people.certain[units].sum())
            yield (f"population_{group}", f"{say('workbook.population', lang)} – {words}",
                   f'IF({missing}>0,"",{formula})', None if np.isnan(total) else total,
                   known_word("unit_of", "persons", lang), WHOLE)  # fmt: skip


def _of_city(
    lives: Sequence[Live], indicators: Mapping[str, Indicator], lang: str
) -> Iterator[tuple[str, str, str, Value, str | None, str]]:
    for live in lives:
        figure = live.figure
        if figure.unit_code != "city" or not figure.is_default:
            continue
        declared = indicators[figure.indicator]
        state = known_word("state", figure.scenario, lang)
        at = f"INDEX(fig_value,MATCH({live.number},fig_no,0))"
        decimals = f"#,##0.{'0' * declared.decimals}" if declared.decimals else WHOLE
        yield (f"value_{figure.indicator}_{figure.scenario}",
               f"{declared.name.say(lang)}, {state}", f'IF({at}="","",{at})', figure.value,
               known_word("unit_of", figure.value_unit, lang), decimals)  # fmt: skip


def law_sheet(
    indicators: Mapping[str, Indicator], sets: Sequence[str], above: Sequence[str], lang: str
) -> Sheet:
    """What indicators, class sets and thresholds rest on, and how surely it was read."""
    rows: list[tuple[Value, ...]] = []
    for item in indicators.values():
        rows.append((say("workbook.law.indicator", lang), item.name.say(lang), item.source,
                     item.confidence, None))  # fmt: skip
    for name in sets:
        chosen = class_sets()[name]
        rows.append((say("workbook.law.class_set", lang), f"{chosen.name.say(lang)} ({name})",
                     _set_source(name, lang), chosen.confidence, None))  # fmt: skip
    for document in law().documents.values():
        note = document.note.say(lang) if document.note else None
        rows.append((say("workbook.law.document", lang), document.title.say(lang),
                     document.source, document.confidence, note))  # fmt: skip
    parts = [list(part) for part in zip(*rows, strict=True)]
    parts[3] = [known_word("confidence", str(token), lang) for token in parts[3]]
    headers = ("kind", "law_name", "source", "confidence", "note")
    columns = [
        Column(head(key, lang), part, YEAR) for key, part in zip(headers, parts, strict=True)
    ]
    return Sheet(sheet_name("law", lang), columns, above, 2)


def _set_source(name: str, lang: str) -> str:
    """What a class set rests on; its declaration says so in English alone."""
    key = f"workbook.set_source.{name}"
    return say(key, lang) if key in keys() else class_sets()[name].source


def sources_sheet(
    origins: Sequence[Origin],
    indicators: Mapping[str, Indicator],
    above: Sequence[str],
    lang: str,
) -> Sheet:
    """Every file that the run read."""
    rows = [[getattr(origin, column) for column in _SOURCES] for origin in origins]
    frame = pd.DataFrame(rows, columns=list(_SOURCES)).drop_duplicates(ignore_index=True)
    return table_sheet("sources", frame, indicators, above, lang)
