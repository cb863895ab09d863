"""The norms in force: those there is data for, and the others by name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from urbanplan_gis.outputs.report.annex import NO_DATA, Cells, annex, without
from urbanplan_gis.outputs.report.content import Block, Section, Table
from urbanplan_gis.outputs.report.lines import Figures
from urbanplan_gis.outputs.report.tables import heads, verdict_fills
from urbanplan_gis.outputs.report.wording import NOTHING, Words, capital, real
from urbanplan_gis.standards.indicators import indicators

_FIGURE_ID = re.compile(r"(\w+)/city@[^\s;,]+")

_COUNT = "count"


def norms_section(figures: Figures, number: str, words: Words) -> Section:
    """The norms in force that there is data for; the others are counted and named."""
    table = figures.run.table("norms").to_dict("records")
    if not table:
        return without(number, "norms", words)
    shown = [row for row in table if row["verdict"] != NO_DATA]
    silent = [row for row in table if row["verdict"] == NO_DATA]
    columns = heads(
        words,
        ("name", 2.2),
        ("value", 1.1, "center"),
        ("threshold", 1.2, "center"),
        ("verdict", 1.0, "center"),
        ("missing", 0.8, "right"),
        ("article", 1.6),
        ("confidence", 0.9),
        ("note", 3.6),
    )
    cells = tuple(
        (
            words.text(row["name"]),
            f"{words.amount(row['value'])} {_unit(row, words)}".strip(),
            _threshold(row, words),
            capital(_norm_verdict(row["verdict"], words)),
            words.amount(row["missing"]) if (real(row["missing"]) or 0.0) > 0 else NOTHING,
            words.data(f"{row['document']}, {row['article']}"),
            words.token("confidence", row["confidence"]),
            _norm_note(row, words),
        )
        for row in shown
    )
    fills = verdict_fills((row["verdict"] for row in shown), 3)
    blocks: list[Block] = []
    if shown:
        blocks.append(Table(words.say("norms.caption"), columns, cells, fills=fills))
    if silent:
        blocks.append(_silent_norms(silent, words))
    return annex(number, "norms", blocks, words)


def _silent_norms(rows: Sequence[Cells], words: Words) -> Table:
    """Norms there is no data for."""
    columns = heads(
        words,
        ("name", 4.0),
        ("threshold", 1.8, "center"),
        ("article", 2.4),
        ("confidence", 1.2),
    )
    cells = tuple(
        (
            words.text(row["name"]),
            f"{_threshold(row, words)} {_unit(row, words)}".strip(),
            words.data(f"{row['document']}, {row['article']}"),
            words.token("confidence", row["confidence"]),
        )
        for row in rows
    )
    return Table(words.say("norms.silent", count=len(rows)), columns, cells)


def _norm_note(row: Cells, words: Words) -> str:
    """Where the value comes from and what to know, indicators by their names instead of the ids
    of their figures."""
    said = (*words.texts(row["value_source"]), *words.texts(row["note"]))
    text = "; ".join(dict.fromkeys(said)) or NOTHING
    return _FIGURE_ID.sub(
        lambda found: (
            words.say("quoted", text=words.name(indicators()[found[1]].name))
            if found[1] in indicators()
            else found[0]
        ),
        text,
    )


def _unit(row: Cells, words: Words) -> str:
    """The unit of a norm; of a count the name of the norm says what is counted."""
    return "" if row["unit"] == _COUNT else words.unit(row["unit"])


def _norm_verdict(token: str, words: Words) -> str:
    said = words.token("class_verdict", token)
    return words.token("verdict", token) if said == token else said


def _threshold(row: Cells, words: Words) -> str:
    amount = words.amount(row["threshold"])
    sense = "" if row["sense"] == "between" else words.token("sense", row["sense"])
    return f"{sense} {amount}".strip()
