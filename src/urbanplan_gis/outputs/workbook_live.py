"""Sheets of figures whose values are formulas: figures, targets, summary, matrix of units."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from urbanplan_gis.model.figures import GROUPS, Assessment, Indicator, Target, Verdict
from urbanplan_gis.outputs.tables import in_words
from urbanplan_gis.outputs.workbook_figures import (
    Live,
    changed,
    gap_formulas,
    groups_of,
    level_formula,
    level_of,
    verdict_formula,
)
from urbanplan_gis.outputs.workbook_tables import (
    VERDICT_FILLS,
    column_of,
    decimals_format,
    header_of,
    plain_value,
    unit_names,
)
from urbanplan_gis.outputs.workbook_words import head, known_word, sheet_name
from urbanplan_gis.outputs.worksheet import plain
from urbanplan_gis.outputs.worksheet_table import HUNDREDTHS, WHOLE, YEAR, Column, Sheet, Value
from urbanplan_gis.text import languages, say

#: columns of the contract that print, and those behind them
_PRINTED = (
    "indicator", "unit_code", "unit_name", "scenario", "definition", "value", "value_unit",
    "target_year", "target_sense", "target", "gap", "gap_ha", "verdict",
)  # fmt: skip
_BEHIND = (
    "low", "high", "p_met", "numerator", "numerator_unit", "denominator", "denominator_unit",
    "completeness", "basis", "note", "boundaries", "as_of", "figure_id",
)  # fmt: skip
#: columns that the sheet of targets looks up there
_TAKEN = ("numerator", "denominator", "low_ground", "high_ground")
#: columns that are the same for every target year, and stand on the sheet of figures alone
_OF_FIGURES = frozenset(
    {"low", "high", "numerator", "numerator_unit", "denominator", "denominator_unit",
     "completeness"}
)  # fmt: skip
_SUMMARY = (
    "indicator", "scenario", "value_unit", "value", "target_year", "target_sense", "target",
    "gap", "gap_ha", "verdict", "basis", "note",
)  # fmt: skip
_LIVE = ("value", "numerator", "denominator", "completeness")
_SLATED_FILL = "#fff2cc"
_PLAIN_CODE = re.compile(r"[A-Za-z_][\w-]*")


@dataclass(frozen=True, eq=False)
class Told:
    """What the sheets of figures are made from: figures with their formulas, and their words."""

    lives: Sequence[Live]
    indicators: Mapping[str, Indicator]
    aims: Mapping[tuple[str, Target], str]
    allow_unverified: bool
    lang: str


def figures_sheet(
    frame: pd.DataFrame, assessments: Sequence[Assessment], told: Told, above: Sequence[str]
) -> Sheet:
    """Every figure by formula, beside the value published."""
    lang, lives = told.lang, told.lives
    frame = in_words(frame, lang).reset_index(drop=True)
    of = {
        name: column_of("figures", frame, name, told.indicators, lang)
        for name in (*_PRINTED, *_BEHIND)
    }
    for name in _LIVE:
        formulas = [live.formulas.get(name, "") for live in lives]
        of[name] = replace(of[name], key=name, formulas=formulas)
    of["value"] = replace(of["value"], name="fig_value")
    for name in ("numerator", "denominator", "completeness"):
        of[name] = replace(of[name], name=f"fig_{name}")
    of |= _against(of, assessments, told, "fig", [live.figure.reading for live in lives])
    decimals = of["value"].formats
    published = list(of["value"].values)
    for name, bound in (("low", "[low_ground]"), ("high", "[high_ground]")):
        of[name] = _bound(of[name], name, bound, lives)
    of["p_met"] = replace(of["p_met"], formats=HUNDREDTHS, formulas=_unless_changed(of["p_met"]))
    more = {
        "published": Column(head("published", lang), published, decimals, key="published"),
        "change": Column(
            head("change", lang),
            [None if value is None else 0 for value in published],
            decimals,
            formulas='IF(OR([value]="",[published]=""),"",[value]-[published])',
        ),
    }
    more |= _work(lives, decimals, lang)
    more["group"] = _number("group", groups_of(assessments, False), "fig_group", lang)
    listed = [*(of[name] for name in _PRINTED), more.pop("published"), more.pop("change")]
    behind = [*(of[name] for name in _BEHIND), of["level"], *more.values()]
    listed += [replace(item, prints=False) for item in behind]
    return Sheet(sheet_name("figures", lang), listed, above, 5, marked_by="changed")


def _bound(column: Column, name: str, live: str, lives: Sequence[Live]) -> Column:
    """The interval of a figure, where one is declared: that of the run, until it changes."""
    formulas = []
    for value, item in zip(column.values, lives, strict=True):
        if not item.formulas or value is None:
            formulas.append(live if item.formulas else "")
        elif item.figure.interval is None:
            formulas.append(live)
        else:
            formulas.append(_kept(value, "[changed]"))
    return replace(column, key=name, formulas=formulas)


def _unless_changed(column: Column) -> list[str]:
    return [_kept(value, "[changed]") for value in column.values]


def _kept(value: Value, changed_at: str) -> str:
    """A number of the run, until the figure changes."""
    if not isinstance(value, float | int):
        return ""
    return f'IF({changed_at}=1,"",{plain(value)!r})'


def _number(key: str, values: Sequence[Value], name: str, lang: str) -> Column:
    return Column(head(key, lang), values, YEAR, key=key, name=name)


def _work(lives: Sequence[Live], decimals: str | Sequence[str], lang: str) -> dict[str, Column]:
    """Bounds on ground that is not known, sides at most, and whether the figure has changed."""
    found = {}
    for name, values in (
        ("low_ground", [live.figure.low for live in lives]),
        ("high_ground", [live.figure.high for live in lives]),
        ("numerator_most", [live.numbers["numerator_most"] for live in lives]),
        ("denominator_most", [live.numbers["denominator_most"] for live in lives]),
    ):
        formulas = [live.formulas.get(name, "") for live in lives]
        shown = decimals if name.endswith("ground") else WHOLE
        found[name] = Column(head(name, lang), values, shown, key=name, formulas=formulas,
                             name=f"fig_{name}")  # fmt: skip
    made = [say("workbook.by_value" if item.why else "workbook.by_formula", lang) for item in lives]
    why = [say(f"workbook.why.{item.why}", lang) if item.why else None for item in lives]
    return found | {
        "changed": Column(head("changed", lang), [0] * len(lives), YEAR, key="changed",
                          formulas=changed(), name="fig_changed"),
        "made": Column(head("made", lang), made),
        "why": Column(head("why", lang), why),
        "reading": _number("reading", [int(item.figure.reading) for item in lives],
                           "fig_reading", lang),
        "number": _number("number", [live.number for live in lives], "fig_no", lang),
        "no": _number("no", [live.numbers["unit"] for live in lives], "", lang),
    }  # fmt: skip


def _against(
    of: Mapping[str, Column],
    assessments: Sequence[Assessment],
    told: Told,
    rows: str,
    readings: Sequence[bool],
) -> dict[str, Column]:
    """Target, gaps and verdict as formulas."""
    lang = told.lang
    targets = [
        told.aims.get((item.figure.indicator, item.target), "") if item.target else ""
        for item in assessments
    ]
    taken = {} if rows == "fig" else {name: f"INDEX(fig_{name},[at])" for name in _TAKEN}
    gaps = [_with(gap_formulas(item), taken) for item in assessments]
    verdicts = [
        _put(verdict_formula(item, reading, told.allow_unverified, rows, lang), taken)
        for item, reading in zip(assessments, readings, strict=True)
    ]
    colours = {
        say(f"verdict.{verdict}", lang): VERDICT_FILLS[verdict]
        for verdict in Verdict
        if verdict in VERDICT_FILLS
    }
    return {
        "target": replace(of["target"], key="target", formulas=targets, name=_of(rows, "target")),
        "gap": replace(of["gap"], key="gap", name=_of(rows, "gap"),
                       formulas=[gap.get("gap", "") for gap in gaps]),
        "gap_ha": replace(of["gap_ha"], key="gap_ha", name=_of(rows, "gap_ha"),
                          formulas=[gap.get("gap_ha", "") for gap in gaps]),
        "verdict": replace(of["verdict"], key="verdict", name=_of(rows, "verdict"),
                           formulas=verdicts, fills=(), colours=colours),
        "level": Column(head("level", lang), [level_of(item) for item in assessments], YEAR,
                        key="level", formulas=[level_formula(item) for item in assessments],
                        name=_of(rows, "level")),
    }  # fmt: skip


def _put(formula: str, taken: Mapping[str, str]) -> str:
    """A formula that looks at other sheets for some columns."""
    for name, cell in taken.items():
        formula = formula.replace(f"[{name}]", cell)
    return formula


def _with(formulas: Mapping[str, str], taken: Mapping[str, str]) -> dict[str, str]:
    return {name: _put(formula, taken) for name, formula in formulas.items()}


def _of(rows: str, name: str) -> str:
    return f"{rows}_{name}"


def targets_sheet(
    frame: pd.DataFrame, assessments: Sequence[Assessment], told: Told, above: Sequence[str]
) -> Sheet:
    """Every figure against every target year; values are those of the sheet of figures."""
    lang = told.lang
    frame = in_words(frame, lang).reset_index(drop=True)
    of = {
        name: column_of("targets", frame, name, told.indicators, lang)
        for name in (*_PRINTED, *_BEHIND)
    }
    number = {live.figure.figure_id: live for live in told.lives}
    lives = [number[item.figure.figure_id] for item in assessments]
    of["value"] = replace(of["value"], key="value", formulas=_taken("value"))
    of |= _against(of, assessments, told, "aim", [live.figure.reading for live in lives])
    chances = [_kept(value, "INDEX(fig_changed,[at])") for value in of["p_met"].values]
    of["p_met"] = replace(of["p_met"], formulas=chances, formats=HUNDREDTHS)
    numbers = [live.number for live in lives]
    more = [
        of["level"],
        _number("group", groups_of(assessments, True), "aim_group", lang),
        _number("reading", [int(item.figure.reading) for item in lives], "aim_reading", lang),
        _number("number", numbers, "", lang),
        Column(head("at", lang), numbers, YEAR, key="at", formulas="MATCH([number],fig_no,0)"),
    ]
    listed = [of[name] for name in _PRINTED]
    behind = (*(of[name] for name in _BEHIND if name not in _OF_FIGURES), *more)
    listed += [replace(item, prints=False) for item in behind]
    return Sheet(sheet_name("targets", lang), listed, above, 5)


def _taken(name: str, at: str = "[at]") -> str:
    """A cell of the sheet of figures; blank where that is."""
    found = f"INDEX(fig_{name},{at})"
    return f'IF({found}="","",{found})'


def summary_sheet(default: pd.DataFrame, told: Told, above: Sequence[str]) -> Sheet:
    """The city's figure of each indicator and state, against its target."""
    lang = told.lang
    city = in_words(default[default["unit_code"] == "city"], lang).reset_index(drop=True)
    of = {name: column_of("summary", city, name, told.indicators, lang) for name in _SUMMARY}
    number = {live.figure.figure_id: live.number for live in told.lives}
    numbers: list[Value] = [number[figure] for figure in city["figure_id"]]
    colours = {
        say(f"verdict.{verdict}", lang): colour
        for verdict, colour in VERDICT_FILLS.items()
        if verdict in tuple(Verdict)
    }
    for name in ("value", "target", "gap", "gap_ha", "verdict"):
        of[name] = replace(of[name], formulas=_taken(name))
    of["verdict"] = replace(of["verdict"], colours=colours, fills=())
    work = [
        _number("number", numbers, "", lang),
        Column(head("at", lang), numbers, YEAR, key="at", formulas="MATCH([number],fig_no,0)"),
    ]
    listed = [of[name] for name in _SUMMARY]
    return Sheet(
        sheet_name("summary", lang), [*listed, *(replace(w, prints=False) for w in work)], above, 1
    )


def units_sheet(
    default: pd.DataFrame, told: Told, slated: Collection[str], above: Sequence[str]
) -> Sheet:
    """Units by indicators and states, the groups below them."""
    lang = told.lang
    names = dict(zip(default["unit_code"], unit_names(default, lang), strict=True))
    codes = [code for code in names if code not in GROUPS]
    groups = [group for group in GROUPS if group in names]
    listed = [*codes, *groups]
    fills = [_SLATED_FILL if code in slated else "" for code in listed]
    marks = [say("table.yes", lang) if code in slated else None for code in listed]
    columns = [
        Column(header_of("unit_code", lang), [*codes, *(None for _ in groups)], fills=fills),
        Column(header_of("unit_name", lang), [names[code] for code in listed], fills=fills),
        Column(header_of("slated", lang), marks, fills=fills),
    ]
    number = {live.figure.figure_id: live.number for live in told.lives}
    pairs = default[["indicator", "scenario"]].drop_duplicates()
    for indicator, state in pairs.itertuples(index=False, name=None):
        rows = default[(default["indicator"] == indicator) & (default["scenario"] == state)]
        values = dict(zip(rows["unit_code"], rows["value"], strict=True))
        at = {
            unit: f"MATCH({number[figure]},fig_no,0)"
            for unit, figure in zip(rows["unit_code"], rows["figure_id"], strict=True)
        }
        declared = told.indicators[indicator]
        columns.append(
            Column(
                _matrix_header(declared, state, lang),
                [plain_value(values.get(code), lang) for code in listed],
                decimals_format(declared.decimals),
                formulas=[_taken("value", at[code]) if code in at else "" for code in listed],
            )
        )
    bold = frozenset(range(len(codes), len(listed)))
    return Sheet(sheet_name("units", lang), columns, above, 2, bold)


def _matrix_header(indicator: Indicator, state: str, lang: str) -> str:
    lines = []
    for one in languages(lang):
        unit = known_word("unit_of", indicator.unit, one)
        lines.append(f"{indicator.name.say(one)} ({unit}), {known_word('state', state, one)}")
    return "\n".join(lines)


def balance_sheet(
    frame: pd.DataFrame,
    codes: Sequence[str],
    states: Collection[str],
    indicators: Mapping[str, Indicator],
    above: Sequence[str],
    lang: str,
) -> Sheet:
    """The land balance: units and groups by formula over the ground, plans by value."""
    worded = in_words(frame, lang).reset_index(drop=True)
    of = {name: column_of("balance", worded, name, indicators, lang) for name in worded.columns}
    number = {code: str(n + 1) for n, code in enumerate(codes)}
    marks = {"slated": "slated", "wards": "ward", "city": ""}
    areas, shares = [], []
    rows = frame[["area_kind", "unit_code", "scenario", "code_list", "code"]]
    for kind, unit, state, listed, code in rows.itertuples(index=False, name=None):
        known = code != "unclassified"
        if kind != "unit" or state not in states or (known and not _PLAIN_CODE.fullmatch(code)):
            areas.append("")
            shares.append("")
            continue
        mark = None if unit in number else marks[unit]
        where = f",ground_no,{number[unit]}" if mark is None else ""
        where += f",ground_{mark},1" if mark else ""
        of_code = ",ground_code,[code]" if known else ",ground_known,0"
        of_code += ",ground_list,[code_list]" if known and listed else ""
        areas.append(f"SUMIFS(ground_area,ground_state,[scenario]{where}{of_code})/10000")
        total = f"SUMIFS(unit_area,unit_no,{number[unit]})" if mark is None else "SUM(unit_area)"
        total = f"SUMIFS(unit_area,unit_{mark},1)" if mark else total
        shares.append(f"IF({total}=0,0,[area_ha]/({total}/10000)*100)")
    of["area_ha"] = replace(of["area_ha"], formulas=areas)
    lists = [known_word("workbook.list", name, lang) or None for name in frame["code_list"]]
    of["code_list"] = replace(of["code_list"], values=lists)
    unknown = say("class.unclassified", lang)
    shown = [unknown if code == "unclassified" else code for code in frame["code"]]
    of["code"] = replace(of["code"], values=shown)
    of["share_pct"] = replace(of["share_pct"], formulas=shares)
    last = [name for name in ("class_sets", "boundaries", "as_of", "figure_id") if name in of]
    columns = [replace(of[name], key=name) for name in of if name not in last]
    columns += [replace(of[name], prints=False) for name in last]
    return Sheet(sheet_name("balance", lang), columns, above, 3)
