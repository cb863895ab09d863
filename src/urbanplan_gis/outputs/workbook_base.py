"""Sheets that a workbook calculates from: ground, amounts of units and parks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.figures import Condition
from urbanplan_gis.outputs.workbook_amounts import (
    PARK_WATER,
    STANDING,
    WATER,
    Amounts,
    ByPark,
    flag_name,
    green_flags,
)
from urbanplan_gis.outputs.workbook_figures import PARK_SELECTIONS
from urbanplan_gis.outputs.workbook_ground import (
    CENTRELINES,
    GREEN,
    LAND,
    PLAN,
    PLANS,
    RIGHT_OF_WAY,
    URBAN_LAND,
    Ground,
)
from urbanplan_gis.outputs.workbook_words import (
    head,
    known_word,
    label_words,
    sheet_name,
    sub_use,
)
from urbanplan_gis.outputs.worksheet_table import YEAR, Column, Sheet, Value
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.text import say

_SHORT = {LAND: "land", PLAN: "plan", GREEN: "green"}


def ground_sheet(
    ground: Ground,
    evidence: Evidence,
    asked: Mapping[str, Sequence[Condition]],
    above: Sequence[str],
    lang: str,
) -> Sheet:
    """Ground by unit, state and labels, and beside it the sets it counts in.

    ``asked`` are the conditions that figures ask for, by state.
    """
    rows = ground.rows
    unit = rows["unit"].to_numpy(dtype=np.intp)
    names = evidence.units["name"].tolist()
    text: list[tuple[str, list[Value]]] = [
        ("no", [int(n) + 1 for n in unit]),
        ("unit_code", [evidence.codes[n] for n in unit]),
        ("unit_name", [names[n] for n in unit]),
        ("state", [known_word("state", state, lang) for state in rows["state"]]),
    ]
    land = [_class(ground, n) for n in rows[LAND]]
    text += [
        ("list", [known_word("workbook.list", item[0], lang) if item else None for item in land]),
        ("code", [item[1] if item else say("class.unclassified", lang) for item in land]),
        ("sub_use", [sub_use(item, lang) if item else None for item in land]),
    ]
    has = {label: bool((rows[label] != NOWHERE).any()) for label in (LAND, PLAN, GREEN)}
    for label in (PLAN, GREEN):
        if has[label]:
            found = [_class(ground, n) for n in rows[label]]
            words = "workbook.green" if label == GREEN else ""
            text.append(
                (_SHORT[label], [known_word(words, i[1], lang) if i else None for i in found])
            )
    if has[GREEN]:
        parks = [ground.parks[n] if n != NOWHERE else None for n in rows["park"]]
        text.append(("park_name", parks))
    covered = bool((rows[PLANS] != NOWHERE).any())
    if covered and evidence.plans is not None:
        ids = evidence.plans["plan_id"].tolist()
        of = [" ".join(str(ids[plan]) for plan in plans) for plans in ground.coverings]
        text.append(("plans", [of[n] if n != NOWHERE else None for n in rows[PLANS]]))
    columns = [_plain(key, values, lang, name=key in ("no", "state", "list", "code"))
               for key, values in text]  # fmt: skip
    if (rows[RIGHT_OF_WAY] != 0).any():
        columns.append(_plain(RIGHT_OF_WAY, rows[RIGHT_OF_WAY].tolist(), lang, YEAR, name=True))
    columns.append(_plain("area", rows["area"].tolist(), lang, "#,##0.00", name=True))
    columns += _hidden_keys(ground, evidence, has, lang)
    columns += _flag_columns(ground, asked, lang)
    for set_name, states in _green_sets(asked).items():
        columns += _green_columns(ground, set_name, states, lang)
    columns += _standing(ground, evidence, covered, lang)
    return Sheet(sheet_name("ground", lang), columns, above, 3)


def _green_sets(asked: Mapping[str, Sequence[Condition]]) -> dict[str, list[str]]:
    """Sets of kinds of green, each with the states that ask for it."""
    found: dict[str, list[str]] = {}
    for state, items in asked.items():
        for item in items:
            if item.label == GREEN and item != PARK_WATER:
                found.setdefault(item.set_name, []).append(state)
    return found


def _class(ground: Ground, position: int) -> tuple[str, str, str] | None:
    return ground.classes[position] if position != NOWHERE else None


def _plain(
    key: str, values: Sequence[Value], lang: str, formats: str = YEAR, name: bool = False
) -> Column:
    return Column(head(key, lang), values, formats, key=key, name=f"ground_{key}" if name else "")


def _work(
    key: str, values: Sequence[Any], formula: str | Sequence[str], header: str, name: str
) -> Column:
    """A column of the calculation, which is not printed."""
    listed = [None if isinstance(v, float) and np.isnan(v) else v for v in values]
    return Column(header, listed, YEAR, key=key, formulas=formula, name=name, prints=False)


def _hidden_keys(
    ground: Ground, evidence: Evidence, has: dict[str, bool], lang: str
) -> Iterator[Column]:
    """Other measures of the ground, marks of its unit, and where its classes stand in the list."""
    rows = ground.rows
    unit = rows["unit"].to_numpy(dtype=np.intp)
    for key in ("ellipsoid", CENTRELINES):
        if key == "ellipsoid" or (rows[key] != 0).any():
            yield Column(head(key, lang), rows[key].tolist(), "#,##0.00", key=key,
                         name=f"ground_{key}", prints=False)  # fmt: skip
    marks = {"ward": evidence.is_ward, "slated": evidence.is_slated,
             "urban": evidence.is_ward | evidence.is_slated}  # fmt: skip
    for key, mask in marks.items():
        formula = f"SUMIFS(unit_{key},unit_no,[no])"
        yield _work(key, mask[unit].astype(int).tolist(), formula, head(key, lang), f"ground_{key}")
    if (rows["park"] != NOWHERE).any():
        numbers = [n + 1 if n != NOWHERE else None for n in rows["park"]]
        yield _work("park", numbers, "", head("park", lang), "ground_park")
    for label in (LAND, PLAN, GREEN):
        if has[label]:
            numbers = [n + 1 if n != NOWHERE else None for n in rows[label]]
            short = _SHORT[label]
            yield _work(f"{short}_no", numbers, "", head(f"{short}_no", lang), "")
            formulas = _formulas(rows[label] != NOWHERE, f"MATCH([{short}_no],class_no,0)")
            yield _work(f"at_{short}", numbers, formulas, head(f"at_{short}", lang), "")
    known = (rows[LAND] != NOWHERE).astype(int).tolist()
    yield _work("known", known, "", head("known", lang), "ground_known")


def _flag_columns(
    ground: Ground,
    asked: Mapping[str, Sequence[Condition]],
    lang: str,
) -> Iterator[Column]:
    """One column for each set that ground may count in, 1 where it does.

    ``asked`` are the conditions asked for in each state; elsewhere cells are empty.
    """
    wanted = list(dict.fromkeys(item for items in asked.values() for item in items))
    wanted.sort(key=lambda item: (item.label != PLAN, item.label, item.set_name))
    inside = f"[{flag_name(URBAN_LAND)}]" if URBAN_LAND in wanted else "0"
    for item in wanted:
        name, at = flag_name(item), f"[at_{_SHORT[item.label]}]"
        here = ground.rows["state"].isin([state for state in asked if item in asked[state]])
        known = here & (ground.rows[item.label] != NOWHERE)
        switch = f"INDEX(set_{item.set_name},{at})"
        within = "0" if item == URBAN_LAND else inside
        formula = f"IF({switch}=1,1,IF({switch}=2,{within},0))"
        words = class_sets()[item.set_name].name.say(lang)
        header = say("workbook.flag", lang, set=words, label=label_words(item.label, lang))
        values = ground.flags(item.label, item.set_name)
        yield _work(name, _where(known, values), _formulas(known, formula), header, name)
        if item.label == LAND and item != WATER:
            most = f'IF({switch}="?",1,[{name}])'
            header = say("workbook.flag_most", lang, set=words)
            values = ground.at_most(item.label, item.set_name)
            name = f"may_{item.set_name}"
            # ground that is not known counts at most, whatever the switches say
            yield _work(name, _where(here, values), _formulas(known, most), header, name)


def _where(rows: pd.Series, values: Iterable[Any]) -> list[Any]:
    return [int(value) if is_here else None for is_here, value in zip(rows, values, strict=True)]


def _formulas(rows: pd.Series, formula: str) -> list[str]:
    return [formula if is_here else "" for is_here in rows]


def _green_columns(
    ground: Ground, set_name: str, states: Sequence[str], lang: str
) -> Iterator[Column]:
    """Dry green of the kinds of a set, and the water that goes with it."""
    here = ground.rows["state"].isin(states) & (ground.rows[GREEN] != NOWHERE)
    words = class_sets()[set_name].name.say(lang)
    green, wet = f"[in_green_{set_name}]", f"[{flag_name(WATER)}]"
    dry = _formulas(here, f"IF(AND({green}=1,{wet}<>1),1,0)")
    name = f"dry_{set_name}"
    header = say("workbook.flag_dry", lang, set=words)
    yield _work(name, _where(here, green_flags(ground, "dry", set_name)), dry, header, name)
    formulas = []
    for is_here, park in zip(here, ground.rows["park"], strict=True):
        kinds = ground.kinds[park] if park != NOWHERE else ()
        asked = "+".join(f"SUMIFS(set_{set_name},class_no,{kind + 1})" for kind in kinds)
        pond = f",AND([{flag_name(PARK_WATER)}]=1,{asked}>0)" if asked else ""
        formulas.append(f"IF(OR(AND({green}=1,{wet}=1){pond}),1,0)" if is_here else "")
    name = f"wet_{set_name}"
    header = say("workbook.flag_wet", lang, set=words)
    yield _work(name, _where(here, green_flags(ground, "wet", set_name)), formulas, header, name)


def _standing(ground: Ground, evidence: Evidence, covered: bool, lang: str) -> Iterator[Column]:
    """Whether a plan in force, or an approved one, lies over the ground."""
    if evidence.plans is None or not covered:
        return
    rows = ground.rows
    for key in STANDING.values():
        column = {"in_force": "in_force", "approved": "approved_by"}[key]
        formulas = []
        for covering in ground.rows[PLANS]:
            plans = ground.coverings[covering] if covering != NOWHERE else ()
            total = "+".join(f"SUMIFS(plan_{key},plan_no,{plan + 1})" for plan in plans)
            formulas.append(f"IF({total}>0,1,0)" if total else "")
        under = rows[PLANS] != NOWHERE
        values = _where(under, ground.under(evidence.plans[column].tolist()))
        header = say(f"workbook.under_{key}", lang)
        yield _work(f"under_{key}", values, formulas, header, f"under_{key}")


def amounts_sheet(amounts: Amounts, evidence: Evidence, above: Sequence[str], lang: str) -> Sheet:
    """What every unit has of everything figures add up."""
    cells: dict[str, list[Any]] = {key: [] for key in (
        "item", "words", "state", "no", "unit_code", "unit_name", "year", "amount", "measure",
        "most", "missing", "ward", "slated", "urban")}  # fmt: skip
    formulas: dict[str, list[str]] = {"amount": [], "most": []}
    marks = {"ward": evidence.is_ward, "slated": evidence.is_slated,
             "urban": evidence.is_ward | evidence.is_slated}  # fmt: skip
    for item in amounts.found.values():
        words = say("workbook.and", lang).join(word.say(lang) for word in item.words)
        state = known_word("state", item.state, lang)
        measure = known_word("unit_of", item.unit, lang)
        for n, (code, name) in enumerate(zip(evidence.codes, evidence.units["name"], strict=True)):
            values = (
                item.number, words, state, n + 1, code, name, item.years[n] or None,
                float(item.certain[n]), measure, float(item.possible[n]),
                int(np.isnan(item.certain[n])), *(int(mask[n]) for mask in marks.values()),
            )  # fmt: skip
            for key, value in zip(cells, values, strict=True):
                cells[key].append(None if isinstance(value, float) and np.isnan(value) else value)
            formulas["amount"].append(item.formula)
            formulas["most"].append(item.most or "[amount]")
    named = {"item", "no", "amount", "most", "missing", "ward", "slated", "urban"}
    fixed = {"missing": 'IF([amount]="",1,0)'} | {
        key: f"SUMIFS(unit_{key},unit_no,[no])" for key in marks
    }
    columns = [
        Column(
            head("item" if key == "item" else f"amount_{key}" if key == "most" else key, lang),
            values,
            "#,##0.00" if key in ("amount", "most") else YEAR,
            key=key,
            formulas=formulas.get(key, fixed.get(key, "")),
            name=f"am_{key}" if key in named else "",
            prints=key not in ("missing", "ward", "slated", "urban", "most"),
        )
        for key, values in cells.items()
    ]
    return Sheet(sheet_name("amounts", lang), columns, above, 2)


def parks_sheet(
    parks: Sequence[ByPark], ground: Ground, evidence: Evidence, above: Sequence[str], lang: str
) -> Sheet:
    """Dry ground and water of every park, in every unit and group, and what of them counts."""
    keys = ("item", "state", "park", "park_name", "units", "of_units", "dry", "wet", "counted")
    cells: dict[str, list[Any]] = {key: [] for key in keys}
    formulas: dict[str, list[str]] = {"dry": [], "wet": []}
    for item in parks:
        frame = _by_park(item, ground, evidence)
        state = known_word("state", item.state, lang)
        for park, units, where, dry, wet in frame.itertuples(index=False, name=None):
            words = evidence.codes[units - 1] if units > 0 else say(f"workbook.rows.{where}", lang)
            values = (item.number, state, park + 1, ground.parks[park], units, words, dry, wet,
                      dry + min(dry, wet))  # fmt: skip
            for key, value in zip(cells, values, strict=True):
                cells[key].append(value)
            chosen = ",ground_no,[units]" if units > 0 else ""
            chosen = f",ground_{where},1" if units < 0 and where != "all" else chosen
            scope = f",{flag_name(URBAN_LAND)},1" if item.in_urban_land else ""
            for key in ("dry", "wet"):
                formulas[key].append(
                    f"SUMIFS(ground_area,ground_state,[state],ground_park,[park],"
                    f"{key}_{item.set_name},1{chosen}{scope})"
                )
    named = {"item", "units", "counted"}
    all_formulas = {**formulas, "counted": "[dry]+MIN([dry],[wet])"}
    columns = [
        Column(
            head(f"park_{key}" if key in ("dry", "wet", "counted", "item") else key, lang),
            values,
            "#,##0.00" if key in ("dry", "wet", "counted") else YEAR,
            key=key,
            formulas=all_formulas.get(key, ""),
            name=f"park_{key}" if key in named else "",
        )
        for key, values in cells.items()
    ]
    return Sheet(sheet_name("parks", lang), columns, above, 0)


def _by_park(item: ByPark, ground: Ground, evidence: Evidence) -> pd.DataFrame:
    """Park, units (a number of one, or of a selection), its mark, dry ground and water (m²)."""
    rows = ground.rows
    here = ((rows["state"] == item.state) & (rows["park"] != NOWHERE)).to_numpy()
    if item.in_urban_land:
        here &= ground.flags(URBAN_LAND.label, URBAN_LAND.set_name) == 1
    area = rows["area"].to_numpy(dtype=float)
    parts = pd.DataFrame(
        {
            "park": rows["park"],
            "unit": rows["unit"],
            "dry": area * green_flags(ground, "dry", item.set_name),
            "wet": area * green_flags(ground, "wet", item.set_name),
        }
    )[here]
    by_unit = parts.groupby(["park", "unit"], as_index=False)[["dry", "wet"]].sum()
    found = [pd.DataFrame({"park": by_unit["park"], "units": by_unit["unit"] + 1, "where": "no",
                           "dry": by_unit["dry"], "wet": by_unit["wet"]})]  # fmt: skip
    masks = {"slated": evidence.is_slated, "ward": evidence.is_ward,
             "urban": evidence.is_ward | evidence.is_slated,
             "": np.ones(len(evidence.units), dtype=bool)}  # fmt: skip
    parks = sorted(parts["park"].unique())
    for where, number in PARK_SELECTIONS.items():
        inside = parts[masks[where][parts["unit"].to_numpy(dtype=np.intp)]]
        sums = inside.groupby("park")[["dry", "wet"]].sum().reindex(parks, fill_value=0.0)
        totals = {name: sums[name].to_numpy() for name in ("dry", "wet")}
        columns = {"park": parks, "units": number, "where": where or "all", **totals}
        found.append(pd.DataFrame(columns))
    return pd.concat(found, ignore_index=True)
