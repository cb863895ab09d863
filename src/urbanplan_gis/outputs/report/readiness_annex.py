"""Communes against the standards of wards: one matrix for each regime, then a card for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from urbanplan_gis.outputs.report.annex import NO_DATA, Cells, annex, without
from urbanplan_gis.outputs.report.content import Block, Column, Paragraph, Section, Table
from urbanplan_gis.outputs.report.lines import CITY, Figures, amount_words
from urbanplan_gis.outputs.report.tables import VERDICT_FILLS, heads, verdict_fills
from urbanplan_gis.outputs.report.wording import NOTHING, Words, capital, real
from urbanplan_gis.standards.law import law
from urbanplan_gis.text import keys

_VERDICTS = ("met", "not_met", "unverified", NO_DATA)
#: communes side by side in one matrix
_MOST_COLUMNS = 8
#: cards printed; the table has those of all units
_MOST_CARDS = 12
#: rows of a card that may share its page
_SHORT = 12
_WHOLE = ("persons",)


def readiness_sections(figures: Figures, number: str, words: Words) -> Iterator[Section]:
    """The annex, and a section below it for each commune slated to become a ward."""
    table = figures.run.table("ward_readiness")
    units = figures.run.layer("units")
    slated = [str(code) for code in units["code"][units["slated"].to_numpy(dtype=bool)]]
    rows = table.to_dict("records")
    codes = [code for code in dict.fromkeys(row["unit_code"] for row in rows) if code in slated]
    if not codes:
        yield without(number, "readiness", words)
        return
    blocks: list[Block] = [Paragraph(words.say("readiness.lead"))]
    for regime in dict.fromkeys(row["regime"] for row in rows):
        of_regime = [row for row in rows if row["regime"] == regime]
        for start in range(0, len(codes), _MOST_COLUMNS):
            some = codes[start : start + _MOST_COLUMNS]
            blocks.append(_matrix(regime, of_regime, some, words))
    whole = [row for row in rows if row["unit_code"] == CITY and row["standard"] == "ward_share"]
    if whole:
        blocks.append(_share(whole, words))
    printed = codes[:_MOST_CARDS]
    of_code = {code: [row for row in rows if row["unit_code"] == code] for code in printed}
    notes = {code: _notes(own, words) for code, own in of_code.items()}
    # what holds for every card is said once
    shared = [note for note in notes[printed[0]] if all(note in said for said in notes.values())]
    if shared:
        blocks.append(Paragraph(words.say("readiness.shared"), "strong"))
        blocks.append(Paragraph(_joined(shared), "note"))
    if len(codes) > len(printed):
        more = words.say("more", count=len(codes) - len(printed), file="ward_readiness.csv")
        blocks.append(Paragraph(more, "note"))
    yield annex(number, "readiness", blocks, words)
    for count, code in enumerate(printed, start=1):
        own = [note for note in notes[code] if note not in shared]
        card = list(_card(of_code[code], own, words))
        name = words.say("readiness.card", name=words.data(of_code[code][0]["unit_name"]))
        yield Section(f"{number}.{count}", name, 2, tuple(card), True, new_page=_is_long(card))


def _joined(notes: Sequence[str]) -> str:
    return capital("; ".join(note.rstrip(".") for note in notes)) + "."


def _is_long(card: Sequence[Block]) -> bool:
    """Whether a card needs a page to itself."""
    return any(isinstance(block, Table) and len(block.rows) > _SHORT for block in card)


def _regime(regime: str, words: Words) -> str:
    """The name of the resolution that a regime is called after."""
    named = regime.replace("-", "/")
    known = (item for key, item in law().documents.items() if key.startswith(f"{named}/"))
    document = next(known, None)
    return words.name(document.title) if document else regime


def _matrix(regime: str, rows: Sequence[Cells], codes: Sequence[str], words: Words) -> Table:
    """Standards by communes: the latest value of each source group, and its verdict."""
    names = {row["unit_code"]: row["unit_name"] for row in rows}
    standards = dict.fromkeys(row["standard"] for row in rows if row["unit_code"] in codes)
    cells, fills = [], {}
    for at, standard in enumerate(standards):
        own = [row for row in rows if row["standard"] == standard]
        first = own[0]
        line = [
            words.text(first["name"]),
            f"{_threshold(first, words)}",
        ]
        for code in codes:
            found = [row for row in own if row["unit_code"] == code]
            verdicts = sorted({row["verdict"] for row in found}, key=_VERDICTS.index)
            line.append(_matrix_cell(found, verdicts, words))
            fills |= _fill(at, len(line) - 1, verdicts)
        cells.append(tuple(line))
    columns = heads(
        words,
        ("standard", 2.4),
        ("threshold", 1.2, "center"),
        *(Column(words.data(names[code]), 1.0, "center") for code in codes),
    )
    caption = words.say("readiness.matrix", regime=_regime(regime, words))
    notes = (words.say("readiness.matrix_note"), *_unverified(rows, codes, words))
    return Table(caption, columns, tuple(cells), fills=fills, notes=notes)


def _fill(row: int, column: int, verdicts: Sequence[str]) -> Mapping[tuple[int, int], str]:
    """A colour where all sources say the same; none where they differ."""
    if len(verdicts) != 1:
        return {}
    colour = VERDICT_FILLS.get(verdicts[0])
    return {(row, column): colour} if colour else {}


def _matrix_cell(rows: Sequence[Cells], verdicts: Sequence[str], words: Words) -> str:
    """Values from the least to the most that any source gives, and what each comes to."""
    if not rows:
        return NOTHING
    values = [value for row in rows if (value := real(row["value"])) is not None]
    said = " / ".join(words.token("readiness.verdict", token) for token in verdicts)
    if not values:
        return said
    low, high = (_amount(end, rows[0], words) for end in (min(values), max(values)))
    return f"{low if low == high else f'{low}–{high}'}: {said}"


def _unverified(rows: Sequence[Cells], codes: Sequence[str], words: Words) -> Iterator[str]:
    levels = {row["confidence"] for row in rows if row["unit_code"] in codes} - {"verbatim"}
    if levels:
        named = ", ".join(words.token("confidence", level) for level in sorted(levels))
        yield words.say("readiness.unverified", levels=named)


def _threshold(row: Cells, words: Words) -> str:
    sense = words.token("sense", row["sense"])
    unit = words.unit(row["value_unit"])
    return f"{sense} {words.amount(row['threshold'])} {unit}".strip()


def _share(rows: Sequence[Cells], words: Words) -> Table:
    """The share of wards now and after communes become wards."""
    columns = heads(
        words,
        ("value_source", 3.4),
        ("value", 1.0, "center"),
        ("threshold", 1.0, "center"),
        ("verdict", 1.0, "center"),
        ("article", 1.6),
    )
    cells = tuple(
        (
            capital(words.text(row["value_source"])),
            f"{words.amount(row['value'])} {words.unit(row['value_unit'])}",
            _threshold(row, words),
            capital(words.token("readiness.verdict", row["verdict"])),
            words.data(f"{row['document']}, {row['article']}"),
        )
        for row in rows
    )
    fills = verdict_fills((row["verdict"] for row in rows), 3)
    return Table(words.say("readiness.share"), columns, cells, fills=fills)


def _notes(rows: Sequence[Cells], words: Words) -> list[str]:
    """Standards without data, by regime, and the notes of the others."""
    silent: dict[str, list[str]] = {}
    said: dict[str, None] = {}
    for row in _latest(rows):
        if row["verdict"] == NO_DATA:
            silent.setdefault(row["regime"], []).append(words.text(row["name"]))
        else:
            texts = words.texts(row["note"])
            if words.written != "both":  # one language joins its notes into one text
                texts = tuple("; ".join(texts).split("; "))
            said |= dict.fromkeys(text for text in texts if text)
    without = [
        words.say("readiness.silent", regime=_regime(regime, words), names=", ".join(names))
        for regime, names in silent.items()
    ]
    return [*without, *said]


def _card(rows: Sequence[Cells], notes: Sequence[str], words: Words) -> Iterator[Block]:
    """What each regime asks of a commune, with the latest number of each source."""
    shown = [row for row in _latest(rows) if row["verdict"] != NO_DATA]
    columns = heads(
        words,
        ("regime", 1.7),
        ("standard", 2.2),
        ("value", 1.1, "center"),
        ("value_source", 2.4),
        ("threshold", 1.2, "center"),
        ("verdict", 1.1, "center"),
        ("missing", 0.9, "right"),
        ("confidence", 1.0),
    )
    cells = tuple(
        (
            words.data(row["document"]),
            words.text(row["name"]),
            _valued(row, words),
            _source(row, words),
            _threshold(row, words),
            capital(words.token("readiness.verdict", row["verdict"])),
            _missing(row, words),
            words.token("confidence", row["confidence"]),
        )
        for row in shown
    )
    below = (_joined(notes),) if notes else ()
    fills = verdict_fills((row["verdict"] for row in shown), 5)
    caption = words.say("readiness.card_caption", name=words.data(rows[0]["unit_name"]))
    if shown:
        yield Table(caption, columns, cells, fills=fills, notes=below)
    else:
        yield from (
            Paragraph(note, "note") for note in below or (words.say("readiness.no_number"),)
        )


def _valued(row: Cells, words: Words) -> str:
    """A value with its unit; persons of a grid become whole."""
    return f"{_amount(row['value'], row, words)} {words.unit(row['value_unit'])}"


def _amount(cell: object, row: Cells, words: Words) -> str:
    value = real(cell)
    if row["value_unit"] in _WHOLE and value is not None:
        return words.number(value, 0)
    return words.amount(str(cell))


def _latest(rows: Sequence[Cells]) -> list[Cells]:
    """Of the years of one source, the last."""
    last: dict[tuple[str, str, str], Cells] = {}
    for row in rows:
        key = row["regime"], row["standard"], row["value_source"]
        if key not in last or row["year"] >= last[key]["year"]:
            last[key] = row
    return list(last.values())


def _source(row: Cells, words: Words) -> str:
    said = words.text(row["value_source"]).split(", ")
    # a source without a publisher is called after its layer, which the words before it name
    named = [part for part in said if f"layer.{part}" not in keys()]
    source = ", ".join(named) or NOTHING
    if not row["year"]:
        return source
    return words.known("readiness.line.of_year", source=source, year=row["year"])


def _missing(row: Cells, words: Words) -> str:
    missing = real(row["missing"])
    if missing is None or missing <= 0:
        return NOTHING
    unit = row["missing_unit"]
    said = f"readiness.unit.{unit}"
    if unit == "ha" or not unit:
        return amount_words(missing, unit, words)
    return f"{words.number(missing, 0)} {words.known(said)}"
