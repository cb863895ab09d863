"""The annexes of the form: plans, land balance, standards of wards, class, norms, duties."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from urbanplan_gis.outputs.report.content import (
    Block,
    Column,
    Paragraph,
    Section,
    Table,
)
from urbanplan_gis.outputs.report.lines import CITY, Figures
from urbanplan_gis.outputs.report.tables import points_words, verdict_fills
from urbanplan_gis.outputs.report.wording import NOTHING, Words, capital, real
from urbanplan_gis.quality.decisions import read_decisions
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.standards.scoring import schemes

_NO_DATA = "no_data"
_FIGURE_ID = re.compile(r"(\w+)/city@[^\s;,]+")
#: rows of a list that may be longer; the table it comes from has them all
_MOST_ROWS = 60
#: how the standard of a group's sum begins in urban_class.csv
_GROUP_ROW = "group-"
Cells = Mapping[str, str]


def plans_section(figures: Figures, number: str, words: Words) -> Section:
    """The list of plans: decision, date, approving level, hectares, replaced by, in force."""
    plans = figures.run.table("plans").to_dict("records")
    if not plans:
        return _without(number, "plans", words)
    rows = tuple(
        (
            str(count),
            words.data(plan["name"]) or plan["plan_id"],
            words.data(plan["plan_id"]),
            words.token("plan_kind", plan["kind"]),
            words.data(plan["decision"]) or words.say("blank.short"),
            words.day(plan["approved"]) if plan["approved"] else words.say("plans.undated"),
            words.say("blank.short"),
            words.number(float(plan["area_ha"]), 2) if plan["area_ha"] else NOTHING,
            words.data(plan["replaced_by"]) or NOTHING,
            words.day(plan["revoked"]) if plan["revoked"] else NOTHING,
            words.known("table.yes" if plan["in_force"] == "1" else "table.no"),
        )
        for count, plan in enumerate(plans[:_MOST_ROWS], start=1)
    )
    columns = (
        Column(words.say("main.number"), 0.4, "center"),
        Column(words.known("table.column.name"), 2.2),
        Column(words.known("table.column.plan_id"), 1.2),
        Column(words.known("table.column.kind"), 1.1),
        Column(words.known("table.column.decision"), 1.2),
        Column(words.known("table.column.approved"), 0.9, "center"),
        Column(words.say("plans.level"), 0.9, "center"),
        Column(words.known("table.column.area_ha"), 1.0, "right"),
        Column(words.known("table.column.replaced_by"), 0.9, "center"),
        Column(words.known("table.column.revoked"), 0.9, "center"),
        Column(words.known("table.column.in_force"), 1.0, "center"),
    )
    notes = (words.say("plans.note"), *_more(len(plans), "plans.csv", words))
    table = Table(words.say("plans.caption"), columns, rows, notes=notes)
    return _annex(number, "plans", (table,), words)


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
        return _without(number, "balance", words)
    return _annex(number, "balance", blocks, words)


def _balance(state: str, rows: Sequence[Cells], words: Words) -> Table:
    ordered = sorted(rows, key=lambda row: -float(row["area_ha"]))
    cells = [
        (
            row["code"] if row["code_list"] else NOTHING,
            words.token("map.list", row["code_list"]) if row["code_list"] else NOTHING,
            words.text(row["name"]) or words.data(row["code"]),
            words.number(float(row["area_ha"]), 2),
            words.number(float(row["share_pct"]), 2),
        )
        for row in ordered
    ]
    total = sum(float(row["area_ha"]) for row in rows)
    share = sum(float(row["share_pct"]) for row in rows)
    whole = ("", "", words.say("balance.total"), words.number(total, 2), words.number(share, 2))
    columns = (
        Column(words.known("table.column.code"), 1.2),
        Column(words.known("table.column.code_list"), 1.7),
        Column(words.known("table.column.name"), 3.4),
        Column(words.known("table.column.area_ha"), 1.1, "right"),
        Column(words.known("table.column.share_pct"), 0.9, "right"),
    )
    caption = words.say("balance.caption", state=words.known(f"state.{state}"))
    strong = frozenset({len(cells)})
    notes = (words.say("balance.note"),)
    return Table(caption, columns, (*cells, whole), strong, notes=notes)


def class_section(figures: Figures, number: str, words: Words) -> Section:
    """The class scorecards: totals first, then each card's standards."""
    table = figures.run.table("urban_class")
    if table.empty:
        return _without(number, "class", words)
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
    columns = (
        Column(words.known("table.column.scheme"), 1.7),
        Column(words.known("table.column.urban_class"), 0.6, "center"),
        Column(words.known("table.column.points"), 1.2, "center"),
        Column(words.say("class.needed"), 0.7, "center"),
        Column(words.known("table.column.verdict"), 1.1, "center"),
        Column(words.known("table.column.confidence"), 1.0),
        Column(words.known("table.column.note"), 3.2),
    )
    blocks: list[Block] = [
        Table(words.say("class.caption"), columns, tuple(totals), fills=verdict_fills(verdicts, 4))
    ]
    for scheme, name, card in cards:
        blocks += _card(str(scheme), str(name), card.to_dict("records"), words)
    return _annex(number, "class", blocks, words)


def _scheme_name(scheme: str, words: Words) -> str:
    known = schemes().get(scheme)
    return words.name(known.name) if known else scheme


def _standard(rows: Iterable[Cells], standard: str) -> Cells | None:
    return next((row for row in rows if row["standard"] == standard), None)


def _card(scheme: str, name: str, rows: Sequence[Cells], words: Words) -> Iterator[Block]:
    """The standards of one card that have data; those without are counted and named."""
    standards = [row for row in rows if row["standard"] != "total"]
    shown = [row for row in standards if row["verdict"] != _NO_DATA]
    silent = [row for row in standards if row["verdict"] == _NO_DATA]
    words_of_card = words.say("class.card", scheme=_scheme_name(scheme, words), name=name)
    columns = (
        Column(words.known("table.column.standard"), 2.6),
        Column(words.known("table.column.value"), 1.2, "center"),
        Column(words.known("table.column.minimum"), 0.9, "center"),
        Column(words.known("table.column.maximum"), 0.9, "center"),
        Column(words.known("table.column.points"), 1.1, "center"),
        Column(words.known("table.column.verdict"), 1.1, "center"),
        Column(words.known("table.column.missing_to_minimum"), 0.9, "right"),
        Column(words.known("table.column.confidence"), 1.0),
        Column(words.known("table.column.article"), 1.4),
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


def norms_section(figures: Figures, number: str, words: Words) -> Section:
    """The norms in force that there is data for; the others are counted and named."""
    table = figures.run.table("norms").to_dict("records")
    if not table:
        return _without(number, "norms", words)
    shown = [row for row in table if row["verdict"] != _NO_DATA]
    silent = [row for row in table if row["verdict"] == _NO_DATA]
    columns = (
        Column(words.known("table.column.name"), 2.4),
        Column(words.known("table.column.value"), 1.1, "center"),
        Column(words.known("table.column.threshold"), 1.2, "center"),
        Column(words.known("table.column.verdict"), 1.0, "center"),
        Column(words.known("table.column.missing"), 0.8, "right"),
        Column(words.known("table.column.article"), 1.6),
        Column(words.known("table.column.confidence"), 0.9),
        Column(words.known("table.column.note"), 2.2),
    )
    cells = tuple(
        (
            words.text(row["name"]),
            f"{words.amount(row['value'])} {words.unit(row['unit'])}".strip(),
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
    return _annex(number, "norms", blocks, words)


def _silent_norms(rows: Sequence[Cells], words: Words) -> Table:
    """Norms there is no data for."""
    columns = (
        Column(words.known("table.column.name"), 4.0),
        Column(words.known("table.column.threshold"), 1.8, "center"),
        Column(words.known("table.column.article"), 2.4),
        Column(words.known("table.column.confidence"), 1.2),
    )
    cells = tuple(
        (
            words.text(row["name"]),
            f"{_threshold(row, words)} {words.unit(row['unit'])}",
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
            f"«{words.name(indicators()[found[1]].name)}»" if found[1] in indicators() else found[0]
        ),
        text,
    )


def _norm_verdict(token: str, words: Words) -> str:
    said = words.token("class_verdict", token)
    return words.token("verdict", token) if said == token else said


def _threshold(row: Cells, words: Words) -> str:
    amount = words.amount(row["threshold"])
    sense = "" if row["sense"] == "between" else words.token("sense", row["sense"])
    return f"{sense} {amount}".strip()


def projects_section(figures: Figures, number: str, words: Words) -> Section:
    """Projects behind schedule: no layer says when a project is due, so the list says what is
    there, and what the office has to add."""
    if "projects" not in figures.run.layers:
        return _without(number, "projects", words)
    projects = figures.run.layer("projects")
    area = projects.geometry.area / 1e4
    rows = tuple(
        (
            str(count),
            words.data(_given(project["name"]) or str(project["feature_id"])),
            NOTHING if real(project.get("declared_area_ha")) is None
            else words.number(float(project["declared_area_ha"]), 2),
            words.number(float(hectares), 2),
            words.say("blank.short"),
        )
        for count, (project, hectares) in enumerate(
            zip(projects.head(_MOST_ROWS).to_dict("records"), area.head(_MOST_ROWS), strict=True),
            start=1,
        )
    )  # fmt: skip
    columns = (
        Column(words.say("main.number"), 0.4, "center"),
        Column(words.known("table.column.name"), 3.0),
        Column(words.say("projects.declared"), 1.2, "right"),
        Column(words.say("projects.drawn"), 1.2, "right"),
        Column(words.say("projects.progress"), 1.6, "center"),
    )
    notes = (words.say("projects.note"), *_more(len(projects), "city.gpkg", words))
    table = Table(words.say("projects.caption"), columns, rows, notes=notes)
    return _annex(number, "projects", (table,), words, landscape=False)


def _given(value: object) -> str:
    """A value of a layer as text, nothing where it is missing."""
    return value if isinstance(value, str) else ""


def green_section(figures: Figures, number: str, words: Words) -> Section:
    """The green duties of III.5.a, which no layer measures, and what there is on green land."""
    columns = (
        Column(words.say("green.duty"), 2.6),
        Column(words.say("green.asked"), 1.4, "center"),
        Column(words.known("table.column.verdict"), 1.2, "center"),
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
    return _annex(number, "green", blocks, words, landscape=False)


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
    columns = (
        Column(words.say("green.kind"), 2.6),
        Column(words.say("green.count"), 1.0, "right"),
        Column(words.known("table.column.area_ha"), 1.2, "right"),
    )
    return Table(
        words.say("green.kinds_caption"), columns, rows, notes=(words.say("green.kinds_note"),)
    )


def decisions_section(figures: Figures, number: str, words: Words) -> Section:
    """The record of agreed data: what people decided about findings."""
    decisions = read_decisions(figures.run.project.decisions)
    if not decisions:
        return _without(number, "decisions", words)
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
        for count, item in enumerate(decisions[:_MOST_ROWS], start=1)
    )
    columns = (
        Column(words.say("main.number"), 0.4, "center"),
        Column(words.known("table.column.finding_id"), 1.6),
        Column(words.known("table.column.message"), 3.0),
        Column(words.say("decisions.choice"), 1.2),
        Column(words.say("decisions.who"), 1.2),
        Column(words.known("table.column.date"), 0.9, "center"),
        Column(words.say("decisions.why"), 1.8),
    )
    notes = tuple(_more(len(decisions), "decisions.csv", words))
    table = Table(words.say("decisions.caption"), columns, rows, notes=notes)
    return _annex(number, "decisions", (table,), words)


def _annex(
    number: str, key: str, blocks: Sequence[Block], words: Words, landscape: bool = True
) -> Section:
    return Section(number, words.say(f"{key}.title"), 1, tuple(blocks), landscape, new_page=True)


def _without(number: str, key: str, words: Words) -> Section:
    """An annex there is no data for says so, on a page it shares."""
    return Section(number, words.say(f"{key}.title"), 1, (Paragraph(words.say(f"{key}.none")),))


def _more(count: int, file: str, words: Words) -> Iterator[str]:
    """How many rows are not shown, and where they are."""
    if count > _MOST_ROWS:
        yield words.say("more", count=words.number(count - _MOST_ROWS, 0), file=file)
