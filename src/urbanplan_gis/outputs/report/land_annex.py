"""The land balance, and the green duties."""

from __future__ import annotations

from collections.abc import Sequence

from urbanplan_gis.outputs.report.annex import Cells, annex, without
from urbanplan_gis.outputs.report.content import Block, Paragraph, Section, Table
from urbanplan_gis.outputs.report.lines import CITY, Figures
from urbanplan_gis.outputs.report.tables import heads
from urbanplan_gis.outputs.report.wording import NOTHING, Words, capital

#: the list of what the toolkit derived
_DERIVED = "derived"


def balance_section(figures: Figures, number: str, words: Words) -> Section:
    """The land balance of the city: existing, and with plans; units are in the CSV."""
    table = figures.run.table("land_balance")
    blocks: list[Block] = []
    for state in dict.fromkeys(table["scenario"]):
        rows = table[
            (table["unit_code"] == CITY) & (table["scenario"] == state)
        ].to_dict("records")  # fmt: skip
        if rows:
            blocks.append(_balance(state, rows, words))
    if not blocks:
        return without(number, "balance", words)
    return annex(number, "balance", blocks, words)


def _balance(state: str, rows: Sequence[Cells], words: Words) -> Table:
    ordered = sorted(rows, key=lambda row: -float(row["area_ha"]))
    cells = [
        (
            *_code(row, words),
            words.text(row["name"]) or words.data(row["code"]),
            words.number(float(row["area_ha"]), 2),
            words.number(float(row["share_pct"]), 2),
        )
        for row in ordered
    ]
    total = sum(float(row["area_ha"]) for row in rows)
    share = sum(float(row["share_pct"]) for row in rows)
    whole = ("", "", words.say("balance.total"), words.number(total, 2), words.number(share, 2))
    columns = heads(
        words,
        ("code", 1.2),
        ("code_list", 1.7),
        ("name", 3.4),
        ("area_ha", 1.1, "right"),
        ("share_pct", 0.9, "right"),
    )
    caption = words.say("balance.caption", state=words.known(f"state.{state}"))
    strong = frozenset({len(cells)})
    notes = (words.say("balance.note"),)
    return Table(caption, columns, (*cells, whole), strong, notes=notes)


def _code(row: Cells, words: Words) -> tuple[str, str]:
    """The code and its list; what the toolkit derived has a name and no code of any list."""
    of_list = row["code_list"]
    if not of_list:
        return NOTHING, NOTHING
    return NOTHING if of_list == _DERIVED else row["code"], words.token("map.list", of_list)


def green_section(figures: Figures, number: str, words: Words) -> Section:
    """The green duties of III.5.a, which no layer measures, and what there is on green land."""
    columns = heads(
        words,
        ("green.duty", 2.6),
        ("green.asked", 1.4, "center"),
        ("verdict", 1.2, "center"),
    )
    rows = tuple(
        (
            words.say(f"other.{name}.name"),
            words.say(f"other.{name}.first"),
            capital(words.token("verdict", "no_data")),
        )
        for name in ("green_core_buffer", "green_hills")
    )
    note = words.say("green.note")
    blocks: list[Block] = [Table(words.say("green.caption"), columns, rows, notes=(note,))]
    if "green" in figures.run.layers:
        blocks.append(_green_kinds(figures, words))
    else:
        blocks.append(Paragraph(words.say("green.no_layer")))
    return annex(number, "green", blocks, words)


def _green_kinds(figures: Figures, words: Words) -> Table:
    green = figures.run.layer("green")
    area = (green.geometry.area / 1e4).groupby(green["kind"].fillna("").astype(str)).agg(
        ["size", "sum"]
    )  # fmt: skip
    rows = tuple(
        (
            capital(words.token("report.green_kind", str(kind))) or words.say("nothing"),
            words.number(float(found["size"]), 0),
            words.number(float(found["sum"]), 2),
        )
        for kind, found in area.iterrows()
    )
    columns = heads(
        words,
        ("green.kind", 2.6),
        ("green.count", 1.0, "right"),
        ("area_ha", 1.2, "right"),
    )
    return Table(
        words.say("green.kinds_caption"), columns, rows, notes=(words.say("green.kinds_note"),)
    )
