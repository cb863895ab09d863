"""The summary on one page: what is reached, what is missing, what changed, what to know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from urbanplan_gis.outputs.report.content import Block, Listing, Paragraph, Section, Table
from urbanplan_gis.outputs.report.lines import (
    REACHED,
    UNDECIDED,
    Figures,
    Line,
    change_words,
    difference_unit,
    former_words,
    short_words,
    signed,
    target_words,
    value_words,
)
from urbanplan_gis.outputs.report.tables import (
    heads,
    line_name,
    short_by_year,
    verdict_fills,
    verdict_words,
)
from urbanplan_gis.outputs.report.wording import Words, capital, real, uncapital

_ORDER = ("exceeded", "met", "near", "not_yet", "missed", "inconclusive", "no_data", "reference")
_SHORT = ("near", "not_yet", "missed")


def summary(figures: Figures, words: Words) -> Section:
    """Plain sentences, the table of the targets, and what to know before using them."""
    blocks: list[Block] = [Paragraph(_counted(figures.main, words), "strong")]
    said = tuple(_sentences(figures, words))
    if said:
        blocks.append(Listing(said))
    blocks += [
        _table(figures, words),
        Paragraph(words.say("summary.know"), "strong"),
        Listing(tuple(_know(figures, words))),
    ]
    return Section("", words.say("summary.title"), 1, tuple(blocks), new_page=True)


def _counted(lines: Iterable[Line], words: Words) -> str:
    """How many targets have which verdict; one line for each indicator."""
    by_indicator = {line.indicator.indicator_id: line.verdict for line in reversed(list(lines))}
    counts = Counter(by_indicator.values())
    parts = [
        words.say("summary.count", count=counts[token], verdict=words.token("verdict", token))
        for token in _ORDER
        if counts[token]
    ]
    return words.say("summary.counted", count=len(by_indicator), parts="; ".join(parts))


def _sentences(figures: Figures, words: Words) -> Iterator[str]:
    """What a reader in a hurry takes along: reached, not reached, land missing, what changed."""
    lines = figures.main
    for key, tokens in (("reached", REACHED), ("not_reached", _SHORT)):
        names = [_named(line, words) for line in lines if line.verdict in tokens]
        if names:
            yield words.say(f"summary.{key}", names="; ".join(names))
    for year in figures.run.project.facts.target_years:
        missing = [
            words.say("summary.amount", name=_named(line, words), amount=short)
            for line in lines
            if (short := _land_missing(line, year, words))
        ]
        if missing:
            yield words.say("summary.land", year=year, amounts="; ".join(missing))
    yield from _changes(figures, words)


def _named(line: Line, words: Words) -> str:
    """The name of an indicator inside a sentence."""
    return uncapital(line_name(line, words))


def _land_missing(line: Line, year: int, words: Words) -> str:
    """Hectares missing to the target of a year, where its verdict is that it is not reached."""
    gap, target = line.gaps.get(year), line.targets.get(year)
    if gap is None or target is None or gap["short_unit"] != "ha":
        return ""
    if str(target["verdict"]) not in _SHORT:
        return ""
    short = short_words(gap, words)
    return "" if short == words.say("nothing") else short


def _changes(figures: Figures, words: Words) -> Iterator[str]:
    """Which figures differ from the period before, and which verdicts on the same target."""
    former = figures.former
    if former is None:
        return
    moved, same, unlike = [], 0, 0
    for line in figures.main:
        if line.former.kind == "not_comparable":
            unlike += 1
        if line.value is None or line.former.value is None:
            continue
        delta = line.value - line.former.value
        shown = signed(delta, line.indicator.decimals, words)
        if shown[0] in "+−":
            unit = difference_unit(line.indicator.unit, words)
            amount = f"{shown} {unit}"
            moved.append(words.say("summary.amount", name=_named(line, words), amount=amount))
        else:
            same += 1
    parts = list(moved)
    if same:
        parts.append(words.say("summary.unchanged", count=same))
    if unlike:
        parts.append(words.say("summary.unlike", count=unlike))
    if parts:
        yield words.say("summary.changed", label=former.label, parts="; ".join(parts))
    turned = [
        words.say(
            "summary.turn",
            name=_named(line, words),
            before=words.token("verdict", line.former.verdict),
            now=words.token("verdict", line.verdict),
        )
        for line in figures.main
        if line.former.verdict and line.former.verdict != line.verdict
    ]
    if turned:
        yield words.say("summary.turned", parts="; ".join(turned))


def _table(figures: Figures, words: Words) -> Table:
    """The columns of Table 01 that fit; those of the period before only where there is one."""
    lines = figures.main
    with_former = figures.former is not None
    columns = heads(
        words,
        ("main.indicator", 2.9 if with_former else 4.0),
        ("summary.target", 1.75, "center"),
        ("main.now", 0.95, "center"),
        *((("main.former", 1.0, "center"), ("main.change", 1.0, "center")) if with_former else ()),
        ("main.short", 2.2, "center"),
        ("main.verdict", 1.5, "center"),
    )
    rows = tuple(_row(line, with_former, words) for line in lines)
    fills = verdict_fills((line.verdict for line in lines), len(columns) - 1)
    return Table(words.say("summary.caption"), columns, rows, fills=fills)


def _row(line: Line, with_former: bool, words: Words) -> tuple[str, ...]:
    year = real(line.row["target_year"])
    target = target_words(line.row, words)
    if year is not None:
        target = words.say("by_year", year=str(int(year)), amount=target)
    before = (former_words(line, words), change_words(line, words)) if with_former else ()
    return (
        words.say("with_unit", name=line_name(line, words), unit=words.unit(line.indicator.unit)),
        target,
        value_words(line, words),
        *before,
        short_by_year(line, words),
        verdict_words(line, words),
    )


def _know(figures: Figures, words: Words) -> Iterator[str]:
    """What a reader must know before using the figures."""
    lines = figures.main
    valued = [line for line in lines if line.value is not None]
    proposals = [line for line in valued if str(line.row["basis"]) == "proposal"]
    if proposals:
        yield words.say("summary.proposal", count=len(proposals), of=len(valued))
    for token in UNDECIDED:
        names = [line_name(line, words) for line in lines if line.verdict == token]
        if names:
            verdict = words.token("verdict", token)
            yield words.say("summary.undecided", verdict=capital(verdict), names="; ".join(names))
    hanging = [line_name(line, words) for line in lines if _hangs(figures, line)]
    if hanging:
        yield words.say("summary.hangs", names="; ".join(hanging))
    counts = Counter(figures.run.table("findings")["severity"])
    yield words.say(
        "summary.findings",
        errors=words.number(counts["error"], 0),
        warnings=words.number(counts["warning"], 0),
        infos=words.number(counts["info"], 0),
    )
    if figures.former is None:
        yield words.say("main.note.no_former")


def _hangs(figures: Figures, line: Line) -> bool:
    """Whether the verdict hangs on the definition (``flips`` of definitions.csv)."""
    table = figures.run.table("definitions")
    if table.empty or not line.row["target_year"]:
        return False
    year = real(line.row["target_year"])
    rows = table[(table["figure_id"] == line.row["figure_id"]) & (table["flips"] == "1")]
    return any(real(value) == year for value in rows["target_year"])
