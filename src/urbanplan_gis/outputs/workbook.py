"""``indicators.xlsx``: a workbook that computes the figures from the ground they stand on.

Ground by unit and labels (values) → amounts by unit → figures → gaps and verdicts (formulas).
Switches of class sets, plans, groups and targets are cells that people change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
from xlsxwriter import Workbook

from urbanplan_gis.analysis.results import Measured
from urbanplan_gis.model.data import Origin
from urbanplan_gis.model.figures import Indicator
from urbanplan_gis.outputs.files import whole_file
from urbanplan_gis.outputs.tables import defaults_of
from urbanplan_gis.outputs.workbook_about import (
    contents_sheet,
    law_sheet,
    names_sheet,
    notes_sheet,
    sources_sheet,
)
from urbanplan_gis.outputs.workbook_amounts import amounts_of, flags_wanted
from urbanplan_gis.outputs.workbook_base import (
    amounts_sheet,
    ground_sheet,
    parks_sheet,
)
from urbanplan_gis.outputs.workbook_figures import live_figures
from urbanplan_gis.outputs.workbook_ground import ground_of
from urbanplan_gis.outputs.workbook_live import (
    Told,
    balance_sheet,
    figures_sheet,
    summary_sheet,
    targets_sheet,
    units_sheet,
)
from urbanplan_gis.outputs.workbook_statistics import statistics_sheet
from urbanplan_gis.outputs.workbook_switches import (
    aim_names,
    aims_sheet,
    classes_sheet,
    members_sheet,
    plans_sheet,
    states_of,
)
from urbanplan_gis.outputs.workbook_tables import table_sheet
from urbanplan_gis.outputs.worksheet import FONT, add_sheet
from urbanplan_gis.outputs.worksheet_table import Page, Sheet
from urbanplan_gis.text import say

#: the clock inside the file: same inputs, same bytes
_CREATED = dt.datetime(2000, 1, 1)
_AUTHOR = "urbanplan_gis"
#: sheets to calculate with, of which nobody prints more than a look at their rows
_WORKINGS = ("amounts", "parks", "ground")
_PRINTED_ROWS = 40


def write_workbook(
    measured: Measured,
    tables: Mapping[str, pd.DataFrame],
    indicators: Mapping[str, Indicator],
    origins: Sequence[Origin],
    title: str,
    lang: str,
    stamps: Sequence[str],
    path: Path,
    allow_unverified: bool = False,
) -> None:
    """Write the workbook, whole or not at all; the same inputs give the same bytes.

    ``tables`` are those of the run by the key of their sheet: ``figures``, ``targets``,
    ``balance`` and ``statistics`` become formulas, the others stay as they are. ``stamps`` are
    what every product says of itself.

    Raises:
        PlanDataError: if the place cannot be written to.
    """
    evidence = measured.evidence
    about = say("workbook.foot", lang, as_of=evidence.as_of, boundaries=evidence.boundaries)
    page = Page(title, " – ".join(stamps), lang, about)
    sheets = _sheets(measured, tables, indicators, origins, page, allow_unverified)
    named = {key: sheet for key, sheet in sheets.items() if sheet is not None}
    named |= {key: _printed_in_part(named[key], page.lang) for key in _WORKINGS if key in named}
    listed = list(named)
    contents = contents_sheet(list(named.values()), listed, _above("contents", page), lang)
    options = {"default_format_properties": dict(FONT)}
    with whole_file(path) as draft, Workbook(str(draft), options) as book:
        book.set_properties(
            {"title": title, "author": _AUTHOR, "comments": page.stamp, "created": _CREATED}
        )
        for sheet in (contents, *named.values()):
            add_sheet(book, sheet, page)


def _sheets(
    measured: Measured,
    tables: Mapping[str, pd.DataFrame],
    indicators: Mapping[str, Indicator],
    origins: Sequence[Origin],
    page: Page,
    allow_unverified: bool,
) -> dict[str, Sheet | None]:
    """Every sheet by its key, in the order of the tabs."""
    evidence, panels, lang = measured.evidence, measured.panels, page.lang
    ground = ground_of(evidence, panels)
    amounts = amounts_of(panels, ground)
    by_id = {item.figure.figure_id: item.figure for item in measured.assessments}
    lives = live_figures(panels, amounts, by_id)
    aims = aim_names(measured.by_year)
    told = Told(lives, indicators, aims, allow_unverified, lang)
    asked = flags_wanted(panels)
    sets = sorted({item.set_name for items in asked.values() for item in items})
    frame = tables["figures"]
    default = frame[frame["figure_id"].isin(defaults_of(measured.assessments))]
    states = states_of(panels)
    slated = {code for code, mark in zip(evidence.codes, evidence.is_slated, strict=True) if mark}

    def above(key: str) -> list[str]:
        return _above(key, page)

    found: dict[str, Sheet | None] = {
        "summary": summary_sheet(default, told, above("summary")),
        "units": units_sheet(default, told, slated, above("units")),
        "figures": figures_sheet(frame, measured.assessments, told, above("figures")),
        "targets": targets_sheet(tables["targets"], measured.by_year, told, above("targets")),
        "balance": balance_sheet(
            tables["balance"], evidence.codes, states, indicators, above("balance"), lang
        ),
        "classes": classes_sheet(ground, sets, above("classes"), lang),
        "members": members_sheet(ground, evidence, states, above("members"), lang),
        "aims": aims_sheet(aims, indicators, above("aims"), lang),
        "plan_switches": plans_sheet(evidence, above("plan_switches"), lang),
        "statistics": statistics_sheet(tables["statistics"], evidence, above("statistics"), lang),
        "names": names_sheet(
            lives,
            amounts,
            ground,
            evidence,
            indicators,
            above("names"),
            lang,
        ),
        "amounts": amounts_sheet(amounts, evidence, above("amounts"), lang),
        "parks": parks_sheet(
            list(amounts.parks.values()), ground, evidence, above("parks"), lang
        ) if amounts.parks else None,
        "ground": ground_sheet(ground, evidence, asked, above("ground"), lang),
    }  # fmt: skip
    found |= {
        key: table_sheet(key, table, indicators, above("static"), lang)
        for key, table in tables.items()
        if key not in found
    }
    return found | {
        "notes": notes_sheet(above("notes"), lang),
        "law": law_sheet(indicators, sets, above("law"), lang),
        "sources": sources_sheet(origins, indicators, above("sources"), lang),
    }


def _printed_in_part(sheet: Sheet, lang: str) -> Sheet:
    """A sheet of which the first rows print, and which says so above them."""
    if sheet.rows <= _PRINTED_ROWS:
        return sheet
    says = say("workbook.prints_part", lang, count=_PRINTED_ROWS, rows=sheet.rows)
    above = [*sheet.above[:2], says, *sheet.above[2:]]
    return replace(sheet, above=above, printed_rows=_PRINTED_ROWS)


def _above(key: str, page: Page) -> list[str]:
    """Title, what the sheet shows and how to use it, and the stamp."""
    lines = [page.title, say(f"workbook.above.{key}", page.lang), page.foot]
    return [*lines, page.stamp] if page.stamp else lines
