"""Table 01, and what other tables share with it: heads, verdict colours and words, points."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from urbanplan_gis.outputs.report.content import Align, Column, Table
from urbanplan_gis.outputs.report.lines import (
    Figures,
    Line,
    change_words,
    former_words,
    short_words,
    target_words,
    value_words,
)
from urbanplan_gis.outputs.report.settings import OTHER_TARGETS, ReportFacts
from urbanplan_gis.outputs.report.sources import source_words
from urbanplan_gis.outputs.report.wording import Words, capital

#: pale, so that letters on them keep their contrast
VERDICT_FILLS = {
    "exceeded": "#d5ecd9",
    "met": "#d5ecd9",
    "near": "#eef3d2",
    "not_yet": "#fcebd2",
    "missed": "#f8dcd7",
    "not_met": "#f8dcd7",
}
#: sources named in a cell; the annex of the indicator has them all
_MOST_SOURCES = 2
_CLASS_TOTAL = "total"
#: of the programme, II.2
_CLASS_AIMED_AT = "II"


#: a column by the name of its header, with its part of the width and how it is set
Head = tuple[str, float] | tuple[str, float, Align]


def heads(words: Words, *columns: Head | Column) -> tuple[Column, ...]:
    """The columns of a table; a header is the name of a column of the CSV tables, or with a dot
    a text of the report."""
    return tuple(item if isinstance(item, Column) else _column(words, *item) for item in columns)


def _column(words: Words, name: str, share: float, align: Align = "left") -> Column:
    header = words.say(name) if "." in name else words.known(f"table.column.{name}")
    return Column(header, share, align)


def verdict_fills(verdicts: Iterable[str], column: int) -> Mapping[tuple[int, int], str]:
    """The colours behind the verdicts of a table's rows."""
    return {
        (row, column): VERDICT_FILLS[token]
        for row, token in enumerate(verdicts)
        if token in VERDICT_FILLS
    }


def verdict_words(line: Line, words: Words) -> str:
    """The verdict, marked where it rests on what nobody has confirmed."""
    verdict = capital(words.token("verdict", line.verdict))
    basis = str(line.row["basis"])
    if line.verdict == "no_data":
        return verdict
    return verdict if basis == "law" or not basis else f"{verdict} {words.say(f'mark.{basis}')}"


def line_name(line: Line, words: Words) -> str:
    """The indicator's name, with the state where it is not what is there now."""
    name = words.name(line.indicator.name)
    if line.state == "existing":
        return name
    return words.say("in_state", name=name, state=words.known(f"state.{line.state}"))


def main_table(figures: Figures, facts: ReportFacts, words: Words) -> Table:
    """Table 01: the twelve columns of the form, a row for every target of the programme."""
    years = figures.run.project.facts.target_years
    rows, verdicts = [], []
    counted: list[str] = []
    for line in figures.main:
        # a second state of an indicator is no second target
        again = line.indicator.indicator_id in counted
        counted.append(line.indicator.indicator_id)
        number = "" if again else str(len(set(counted)))
        rows.append(_row(line, number, years, figures, facts, words))
        verdicts.append(line.verdict)
    total = class_total(figures)
    for count, name in enumerate(OTHER_TARGETS, start=len(set(counted)) + 1):
        row = _other_row(name, str(count), total, years, facts, words)
        rows.append(row)
        verdicts.append(_other_verdict(name, total))
    columns = heads(
        words,
        ("main.number", 0.55, "center"),
        ("main.indicator", 2.7),
        ("main.unit", 0.85, "center"),
        *(Column(words.say("main.target", year=year), 1.0, "center") for year in years),
        ("main.former", 0.95, "center"),
        ("main.now", 0.95, "center"),
        ("main.change", 0.9, "center"),
        ("main.short", 1.75, "center"),
        ("main.verdict", 1.15, "center"),
        ("main.source", 3.0),
        ("main.lead", 0.9),
    )
    notes = [words.say("main.note.short"), *_former_notes(figures, words)]
    notes += [words.say(f"main.note.{basis}") for basis in _bases(figures)]
    notes.append(words.say("main.note.unread"))
    fills = verdict_fills(verdicts, len(columns) - 3)
    return Table(words.say("main.caption"), columns, tuple(rows), fills=fills, notes=tuple(notes))


def _bases(figures: Figures) -> list[str]:
    found = {str(line.row["basis"]) for line in figures.main} - {"law", ""}
    return sorted(found)


def _former_notes(figures: Figures, words: Words) -> list[str]:
    former = figures.former
    if former is None:
        return [words.say("main.note.no_former")]
    return [words.say("main.note.former", label=former.label, day=former.day)]


def _row(
    line: Line,
    number: str,
    years: tuple[int, ...],
    figures: Figures,
    facts: ReportFacts,
    words: Words,
) -> tuple[str, ...]:
    targets = [target_words(line.targets.get(year), words) for year in years]
    lead = facts.lead.get(line.indicator.indicator_id)
    return (
        number,
        line_name(line, words),
        words.unit(line.indicator.unit),
        *targets,
        former_words(line, words),
        value_words(line, words),
        change_words(line, words),
        short_by_year(line, words),
        verdict_words(line, words),
        source_words(figures.run, line, words, _MOST_SOURCES),
        words.data(words.name(lead)) if lead else words.say("blank.short"),
    )


def short_by_year(line: Line, words: Words) -> str:
    """What is missing to each target: «2030: 182,55 ha»."""
    if line.value is None:
        return words.say("nothing")
    missing = [
        words.say("by_year", year=str(year), amount=short_words(gap, words))
        for year, gap in sorted(line.gaps.items())
        if short_words(gap, words) != words.say("nothing")
    ]
    return "; ".join(missing) or words.say("nothing")


def _other_row(
    name: str,
    number: str,
    total: Mapping[str, str] | None,
    years: tuple[int, ...],
    facts: ReportFacts,
    words: Words,
) -> tuple[str, ...]:
    """A target of the programme that is no ratio: the class of the city, duties of green."""
    lead = facts.lead.get(name)
    first, last = (words.say(f"other.{name}.{place}") for place in ("first", "last"))
    nothing = words.say("nothing")
    of_class = name == "urban_class"
    value = points_words(total, words) if of_class and total else words.known("verdict.no_data")
    source = total["document"] if of_class and total else nothing
    prefix = "class_verdict" if of_class else "verdict"
    return (
        number,
        words.say(f"other.{name}.name"),
        words.say(f"other.{name}.unit"),
        *(first if at == 0 else last for at in range(len(years))),
        nothing,
        value,
        nothing,
        nothing,
        capital(words.token(prefix, _other_verdict(name, total))),
        source,
        words.data(words.name(lead)) if lead else words.say("blank.short"),
    )


def _other_verdict(name: str, total: Mapping[str, str] | None) -> str:
    return total["verdict"] if name == "urban_class" and total else "no_data"


def points_words(total: Mapping[str, str], words: Words) -> str:
    """The points of a scorecard: what is sure and what is possible, of how many."""
    low, high, most = (words.amount(total[f"points_{end}"]) for end in ("low", "high", "max"))
    if low == high:
        return words.say("points", points=low, most=most)
    return words.say("points_between", low=low, high=high, most=most)


def class_total(figures: Figures) -> Mapping[str, str] | None:
    """The total of the class that the programme aims at, of the scheme in force on the day."""
    table = figures.run.table("urban_class")
    if table.empty:
        return None
    rows = table[(table["standard"] == _CLASS_TOTAL) & (table["urban_class"] == _CLASS_AIMED_AT)]
    # the scheme in force stands before the one that follows it
    return rows.iloc[0].to_dict() if len(rows) else None
