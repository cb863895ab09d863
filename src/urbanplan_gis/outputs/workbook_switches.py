"""Sheets that people change: class sets, plans in force, groups of units, targets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.panels import Panel
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.figures import Assessment, Indicator, Target
from urbanplan_gis.outputs.workbook_ground import IN, LAND, OPEN, OUT, PLAN, WITHIN, Ground
from urbanplan_gis.outputs.workbook_words import head, known_word, sheet_name, sub_use
from urbanplan_gis.outputs.worksheet import quoted
from urbanplan_gis.outputs.worksheet_table import YEAR, Column, Sheet, Value
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.codes import code_lists
from urbanplan_gis.text import languages, say

#: colours of switches that are on, conditional and open
_COLOURS = {IN: "#b9d7f2", WITHIN: "#dbe9f6", OPEN: "#e4e4e4"}


def classes_sheet(ground: Ground, sets: Sequence[str], above: Sequence[str], lang: str) -> Sheet:
    """Which class counts in which set: the switches of the workbook."""
    has_plan = bool((ground.rows[PLAN] != NOWHERE).any())
    choices = (OUT, IN, WITHIN, OPEN) if has_plan else (OUT, IN, OPEN)
    listed = ground.classes
    columns = [
        Column(head("no", lang), [n + 1 for n in range(len(listed))], YEAR, name="class_no"),
        Column(head("code", lang), [code for _, code, _ in listed]),
        Column(head("sub_use", lang), [sub_use(item, lang) for item in listed]),
        Column(head("class", lang), [_class_name(item, lang) for item in listed]),
        Column(head("list", lang), [known_word("workbook.list", item[0], lang) for item in listed]),
    ]
    for set_name in sets:
        values: list[Value] = list(ground.switches(set_name))
        columns.append(
            Column(
                f"{class_sets()[set_name].name.say(lang)}\n({set_name})",
                values,
                YEAR,
                name=f"set_{set_name}",
                is_input=True,
                choices=choices,
                colours=_COLOURS,
            )
        )
    return Sheet(sheet_name("classes", lang), columns, above, 4)


def _class_name(item: tuple[str, str, str], lang: str) -> str:
    entry = code_lists().get(item[0], {}).get(item[1])
    return entry.name.say(lang) if entry else known_word("workbook.green", item[1], lang)


def plans_sheet(evidence: Evidence, above: Sequence[str], lang: str) -> Sheet | None:
    """Which zoning plan is in force, and which is approved at all; None without plans."""
    plans = evidence.plans
    if plans is None or not len(plans):
        return None
    zoning = np.flatnonzero((plans["kind"] == "zoning").to_numpy())
    chosen = plans.iloc[zoning]
    columns = [
        Column(head("no", lang), [int(n) + 1 for n in zoning], YEAR, name="plan_no"),
        Column(head("plan_id", lang), _text(chosen["plan_id"])),
        Column(head("plan_name", lang), _text(chosen["name"])),
        _switch("in_force", chosen["in_force"], "plan_in_force", lang),
        _switch("approved", chosen["approved_by"], "plan_approved", lang),
    ]
    return Sheet(sheet_name("plan_switches", lang), columns, above, 3)


def _text(values: Iterable[object]) -> list[Value]:
    return [value if isinstance(value, str) and value else None for value in values]


def _switch(key: str, values: Iterable[object], name: str, lang: str) -> Column:
    return Column(
        head(key, lang), [int(bool(value)) for value in values], YEAR, key=key, name=name,
        is_input=True, choices=(0, 1), colours={1: _COLOURS[IN]},
    )  # fmt: skip


def members_sheet(
    ground: Ground, evidence: Evidence, states: Sequence[str], above: Sequence[str], lang: str
) -> Sheet:
    """Units with their groups, their ground and what of it is known."""
    rows, units = ground.rows, len(evidence.units)
    unit = rows["unit"].to_numpy(dtype=np.intp)
    area = rows["area"].to_numpy(dtype=float)
    urban = (evidence.is_ward | evidence.is_slated).astype(int).tolist()
    columns = [
        Column(head("no", lang), [n + 1 for n in range(units)], YEAR, key="no", name="unit_no"),
        Column(head("unit_code", lang), list(evidence.codes)),
        Column(head("unit_name", lang), evidence.units["name"].tolist()),
        _switch("ward", evidence.is_ward, "unit_ward", lang),
        _switch("slated", evidence.is_slated, "unit_slated", lang),
        Column(head("urban", lang), urban, YEAR, key="urban", name="unit_urban",
               formulas="MAX([ward],[slated])"),
    ]  # fmt: skip
    for position, state in enumerate(states):
        here = (rows["state"] == state).to_numpy()
        known = here & (rows[LAND] != NOWHERE).to_numpy()
        words = quoted(known_word("state", state, lang))
        total = f"SUMIFS(ground_area,ground_no,[no],ground_state,{words}"
        if position == 0:
            sums = np.bincount(unit, weights=area * here, minlength=units)
            columns.append(Column(head("unit_area", lang), sums.tolist(), key="unit_area",
                                  name="unit_area", formulas=f"{total})"))  # fmt: skip
        sums = np.bincount(unit, weights=area * known, minlength=units)
        header = "\n".join(
            say("workbook.column.known_in", one, state=known_word("state", state, one))
            for one in languages(lang)
        )
        columns.append(Column(header, sums.tolist(), name=f"unit_known_{state}",
                              formulas=f"{total},ground_known,1)"))  # fmt: skip
    if not states:
        sums = evidence.by_unit(evidence.mosaic.area)
        columns.append(Column(head("unit_area", lang), sums.tolist(), name="unit_area"))
    return Sheet(sheet_name("members", lang), columns, above, 3)


def aim_names(assessments: Iterable[Assessment]) -> dict[tuple[str, Target], str]:
    """The name of the cell of every target that is asked for, by indicator and year."""
    names: dict[tuple[str, Target], str] = {}
    for item in assessments:
        if item.target is None or (item.figure.indicator, item.target) in names:
            continue
        name = f"target_{item.figure.indicator}_{item.target.year}"
        taken = sum(other == name or other.startswith(f"{name}_n") for other in names.values())
        names[item.figure.indicator, item.target] = f"{name}_n{taken + 1}" if taken else name
    return names


def aims_sheet(
    names: Mapping[tuple[str, Target], str],
    indicators: Mapping[str, Indicator],
    above: Sequence[str],
    lang: str,
) -> Sheet:
    """The targets, which gaps and verdicts look at."""
    found = list(names)
    of = [indicators[indicator] for indicator, _ in found]
    targets = [target for _, target in found]
    columns = [
        Column(head("indicator", lang), [item.name.say(lang) for item in of]),
        Column(head("target_year", lang), [target.year for target in targets], YEAR),
        Column(head("sense", lang), [known_word("sense", t.sense, lang) for t in targets]),
        Column(head("target", lang), [target.value for target in targets], "#,##0.00",
               names=list(names.values()), is_input=True),
        Column(head("measure", lang), [known_word("unit_of", item.unit, lang) for item in of]),
        Column(head("scope", lang), [known_word("group", t.scope, lang) for t in targets]),
        Column(head("source", lang), [target.source for target in targets]),
        Column(head("confidence", lang),
               [known_word("confidence", target.confidence, lang) for target in targets]),
        Column(head("cell_name", lang), list(names.values())),
    ]  # fmt: skip
    return Sheet(sheet_name("aims", lang), columns, above, 2)


def states_of(panels: Iterable[Panel]) -> list[str]:
    return list(dict.fromkeys(panel.state for panel in panels))
