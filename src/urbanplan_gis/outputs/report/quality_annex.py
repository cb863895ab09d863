"""Defects of the data, and what people decided about them."""

from __future__ import annotations

import pandas as pd

from urbanplan_gis.outputs.report.annex import MOST_ROWS, annex, more_rows, without
from urbanplan_gis.outputs.report.content import Block, Section, Table
from urbanplan_gis.outputs.report.lines import Figures, difference_unit, signed
from urbanplan_gis.outputs.report.tables import heads
from urbanplan_gis.outputs.report.wording import NOTHING, Words, capital
from urbanplan_gis.quality.decisions import read_decisions

_SEVERITIES = ("error", "warning", "info")
_KIND = ("severity", "code", "layer")
_LARGEST = 15
_DEAREST = 12


def decisions_section(figures: Figures, number: str, words: Words) -> Section:
    """The record of agreed data: what people decided about findings."""
    decisions = read_decisions(figures.run.project.decisions)
    if not decisions:
        return without(number, "decisions", words)
    said = figures.run.table("findings").set_index("finding_id")["message"].to_dict()
    rows = tuple(
        (
            str(count),
            words.data(item.finding_id),
            words.text(str(said.get(item.finding_id, ""))) or words.say("decisions.gone"),
            words.data(item.choice),
            words.data(item.who),
            words.day(item.when) if item.when else NOTHING,
            words.data(item.why) or NOTHING,
        )
        for count, item in enumerate(decisions[:MOST_ROWS], start=1)
    )
    columns = heads(
        words,
        ("main.number", 0.4, "center"),
        ("finding_id", 1.6),
        ("message", 3.0),
        ("decisions.choice", 1.2),
        ("decisions.who", 1.2),
        ("date", 0.9, "center"),
        ("decisions.why", 1.8),
    )
    notes = tuple(more_rows(len(decisions), "decisions.csv", words))
    table = Table(words.say("decisions.caption"), columns, rows, notes=notes)
    return annex(number, "decisions", (table,), words)


def quality_section(figures: Figures, number: str, words: Words) -> Section:
    """Findings by code and severity, the largest of them, and what each is worth."""
    findings = figures.run.table("findings")
    if findings.empty:
        return without(number, "quality", words)
    effects = figures.run.table("effects")
    blocks: list[Block] = [_kinds(findings, words)]
    if findings["area_ha"].any():
        blocks.append(_largest(findings, words))
    dearest = _dearest(findings, effects, figures, words)
    if dearest is not None:
        blocks.append(dearest)
    return annex(number, "quality", blocks, words)


def _kinds(findings: pd.DataFrame, words: Words) -> Table:
    """One row for each severity, code and layer: how many, and their hectares together."""
    sizes = pd.to_numeric(findings["area_ha"])
    grouped = findings.assign(size=sizes).groupby(list(_KIND), sort=False)
    rows = []
    for severity, code, layer in findings[list(_KIND)].drop_duplicates().to_numpy():
        kind = grouped.get_group((severity, code, layer))
        total = kind["size"].sum() if kind["size"].notna().any() else None
        actions = "; ".join(_action(token, words) for token in dict.fromkeys(kind["action"]))
        order = (_SEVERITIES.index(severity), -len(kind), str(code), str(layer))
        cells = (
            capital(words.token("severity", str(severity))),
            words.token("finding_name", str(code)),
            words.token("layer", str(layer)),
            words.number(len(kind), 0),
            NOTHING if total is None else words.number(float(total), 2),
            actions,
            words.text(kind["message"].iloc[0]),
        )
        rows.append((order, cells))
    columns = heads(
        words,
        ("severity", 0.8),
        ("quality.kind", 1.7),
        ("layer", 1.3),
        ("quality.count", 0.7, "right"),
        ("area_ha", 0.9, "right"),
        ("action", 1.4),
        ("quality.example", 4.0),
    )
    cells = tuple(row for _, row in sorted(rows, key=lambda item: item[0]))
    caption = words.say("quality.kinds", count=words.number(len(findings), 0))
    return Table(caption, columns, cells, notes=(words.say("quality.kinds_note"),))


def _action(token: str, words: Words) -> str:
    """What was done, in words; a person's decision as it was written."""
    return words.token("action", token) if ":" not in token else words.data(token)


def _largest(findings: pd.DataFrame, words: Words) -> Table:
    sizes = pd.to_numeric(findings["area_ha"])
    order = sizes.sort_values(ascending=False, kind="stable").index[:_LARGEST]
    rows = tuple(
        (
            words.data(row["finding_id"]),
            words.token("layer", row["layer"]),
            words.number(float(row["area_ha"]), 2),
            words.text(row["message"]),
            _action(row["action"], words),
        )
        for row in findings.loc[order].to_dict("records")
        if row["area_ha"]
    )
    columns = heads(
        words,
        ("finding_id", 2.0),
        ("layer", 1.4),
        ("area_ha", 0.9, "right"),
        ("message", 4.6),
        ("action", 1.4),
    )
    more = int(sizes.notna().sum()) - len(rows)
    notes = (words.say("more", count=words.number(more, 0), file="findings.csv"),) if more else ()
    return Table(words.say("quality.largest"), columns, rows, notes=notes)


def _dearest(
    findings: pd.DataFrame, effects: pd.DataFrame, figures: Figures, words: Words
) -> Table | None:
    """The effects that move a default figure of the city most, in its own unit."""
    lines = {str(line.row["figure_id"]): line for line in figures.lines}
    own = effects[effects["figure_id"].isin(list(lines))] if len(effects) else effects
    if own.empty:
        return None
    said = findings.set_index("finding_id")["message"].to_dict()
    worth = []
    for row in own.to_dict("records"):
        line, delta = lines[row["figure_id"]], float(row["delta"])
        # relative to the figure: points of one indicator do not compare with those of another
        share = abs(delta / line.value) if line.value else abs(delta)
        worth.append((-share, row["finding_id"], row, line, delta))
    worth.sort(key=lambda item: item[:2] + (str(item[2]["figure_id"]),))
    rows = tuple(
        (
            words.data(row["finding_id"]),
            words.text(str(said.get(row["finding_id"], ""))) or NOTHING,
            words.data(row["alternative"]),
            words.name(line.indicator.name),
            words.known(f"state.{line.state}"),
            f"{_small(delta, words)} {difference_unit(line.indicator.unit, words)}",
        )
        for _, _, row, line, delta in worth[:_DEAREST]
    )
    columns = heads(
        words,
        ("finding_id", 2.0),
        ("message", 3.4),
        ("quality.choice", 1.3),
        ("indicator", 2.2),
        ("scenario", 1.8),
        ("quality.delta", 1.1, "right"),
    )
    more = len(worth) - len(rows)
    notes = [words.say("quality.delta_note")]
    if more:
        notes.append(words.say("more", count=words.number(more, 0), file="effects.csv"))
    return Table(words.say("quality.dearest"), columns, rows, notes=tuple(notes))


def _small(delta: float, words: Words) -> str:
    for decimals in (2, 4, 6):
        if abs(delta) >= 10.0**-decimals:
            return signed(delta, decimals, words)
    return signed(delta, 9, words)
