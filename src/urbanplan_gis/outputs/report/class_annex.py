"""The scorecards of the urban class."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from urbanplan_gis.outputs.report.annex import NO_DATA, Cells, annex, without
from urbanplan_gis.outputs.report.content import Block, Paragraph, Section, Table
from urbanplan_gis.outputs.report.lines import Figures
from urbanplan_gis.outputs.report.tables import heads, points_words, verdict_fills
from urbanplan_gis.outputs.report.wording import NOTHING, Words, capital, real
from urbanplan_gis.standards.scoring import schemes

#: how the standard of a group's sum begins in urban_class.csv
_GROUP_ROW = "group-"


def class_section(figures: Figures, number: str, words: Words) -> Section:
    """The class scorecards: totals first, then each card's standards."""
    table = figures.run.table("urban_class")
    if table.empty:
        return without(number, "class", words)
    pairs = table[["scheme", "urban_class"]].drop_duplicates().to_numpy()
    cards = [
        (scheme, name, table[(table["scheme"] == scheme) & (table["urban_class"] == name)])
        for scheme, name in pairs
    ]
    totals, verdicts = [], []
    for scheme, name, card in cards:
        total = _standard(card.to_dict("records"), "total")
        if total is None:
            continue
        totals.append(
            (
                _scheme_name(str(scheme), words),
                str(name),
                points_words(total, words),
                words.amount(total["minimum"]),
                capital(words.token("class_verdict", total["verdict"])),
                words.token("confidence", total["confidence"]),
                words.text(total["note"]) or NOTHING,
            )
        )
        verdicts.append(total["verdict"])
    columns = heads(
        words,
        ("scheme", 1.7),
        ("urban_class", 0.6, "center"),
        ("points", 1.2, "center"),
        ("class.needed", 0.7, "center"),
        ("verdict", 1.1, "center"),
        ("confidence", 1.0),
        ("note", 3.2),
    )
    blocks: list[Block] = [
        Table(words.say("class.caption"), columns, tuple(totals), fills=verdict_fills(verdicts, 4))
    ]
    for scheme, name, card in cards:
        blocks += _card(str(scheme), str(name), card.to_dict("records"), words)
    return annex(number, "class", blocks, words)


def _scheme_name(scheme: str, words: Words) -> str:
    known = schemes().get(scheme)
    return words.name(known.name) if known else scheme


def _standard(rows: Iterable[Cells], standard: str) -> Cells | None:
    return next((row for row in rows if row["standard"] == standard), None)


def _card(scheme: str, name: str, rows: Sequence[Cells], words: Words) -> Iterator[Block]:
    """The standards of one card that have data; those without are counted and named."""
    standards = [row for row in rows if row["standard"] != "total"]
    shown = [row for row in standards if row["verdict"] != NO_DATA]
    silent = [row for row in standards if row["verdict"] == NO_DATA]
    words_of_card = words.say("class.card", scheme=_scheme_name(scheme, words), name=name)
    columns = heads(
        words,
        ("standard", 2.6),
        ("value", 1.2, "center"),
        ("minimum", 0.9, "center"),
        ("maximum", 0.9, "center"),
        ("points", 1.5, "center"),
        ("verdict", 1.1, "center"),
        ("missing_to_minimum", 0.9, "right"),
        ("confidence", 1.0),
        ("article", 1.4),
    )
    cells = tuple(
        (
            words.text(row["name"]),
            _valued(row, words),
            words.amount(row["minimum"]),
            words.amount(row["maximum"]),
            points_words(row, words) if row["points_max"] else NOTHING,
            capital(words.token("class_verdict", row["verdict"])),
            words.amount(row["missing_to_minimum"]) if real(row["missing_to_minimum"]) else NOTHING,
            words.token("confidence", row["confidence"]),
            words.data(", ".join(part for part in (row["document"], row["article"]) if part)),
        )
        for row in shown
    )
    notes = []
    if silent:
        names = "; ".join(words.text(row["name"]) for row in silent)
        notes.append(words.say("class.silent", count=len(silent), of=len(standards), names=names))
    fills = verdict_fills((row["verdict"] for row in shown), 5)
    groups = frozenset(at for at, row in enumerate(shown) if row["standard"].startswith(_GROUP_ROW))
    if shown:
        yield Table(words_of_card, columns, cells, groups, fills, tuple(notes))
    else:
        yield Paragraph(words_of_card, "strong")
        yield from (Paragraph(note, "note") for note in notes)


def _valued(row: Cells, words: Words) -> str:
    value = words.amount(row["value"])
    unit = words.unit(row["value_unit"])
    return value if value == NOTHING or not unit else f"{value} {unit}"
