"""The letter itself: head, the five parts of the form, signature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from urbanplan_gis.outputs.report.content import (
    Block,
    Letterhead,
    Listing,
    Paragraph,
    Section,
    Signature,
    Table,
)
from urbanplan_gis.outputs.report.lines import (
    REACHED,
    Figures,
    Line,
    change_words,
    former_words,
    short_words,
    target_words,
    value_words,
)
from urbanplan_gis.outputs.report.settings import LetterFacts, ReportFacts
from urbanplan_gis.outputs.report.summary import summary
from urbanplan_gis.outputs.report.tables import heads, line_name, main_table
from urbanplan_gis.outputs.report.wording import Words, real
from urbanplan_gis.project_facts import ProjectName

#: part of the programme -> what this report holds on it (catalogue: report.duty)
DUTIES = ("land_plan", "late_projects", "sea_rivers", "transit", "roadside", "plants", "housing",
          "data_system", "review")  # fmt: skip


def letterhead(figures: Figures, letter: LetterFacts, words: Words) -> Letterhead:
    """The head of the letter, with dotted blanks for what the office has not said."""
    blank = words.say("blank.short")
    place = _said(letter.place, blank, words)
    if letter.date is None:
        dated = words.say("letter.undated", place=place)
    else:
        day, month, year = letter.date.day, letter.date.month, letter.date.year
        # Decree 30: days below 10 and months 1 and 2 are written with a zero
        padded = f"{month:02d}" if month < 3 else str(month)
        dated = words.say("letter.dated", place=place, day=f"{day:02d}", month=padded, year=year)
    name = words.name(figures.run.project.facts.name)
    subject = words.say("letter.subject", city=words.data(name), day=figures.run.as_of)
    return Letterhead(
        state=words.say("letter.state"),
        motto=words.say("letter.motto"),
        parent=_said(letter.parent, "", words),
        issuer=_said(letter.issuer, words.say("letter.issuer"), words),
        number=words.say(
            "letter.number",
            number=words.data(letter.number) or blank,
            symbol=words.data(letter.symbol) or words.say("letter.symbol"),
        ),
        place_and_date=dated,
        kind=words.say("letter.kind"),
        subject=_said(letter.subject, subject, words),
        recipient=words.say(
            "letter.to", recipient=_said(letter.recipient, words.say("letter.recipient"), words)
        ),
    )


def signature(letter: LetterFacts, words: Words) -> Signature:
    """«Nơi nhận» and the place to sign."""
    copies = [words.data(words.name(item)) for item in letter.copies]
    authority = [words.data(words.name(item)) for item in letter.authority]
    return Signature(
        words.say("letter.copies"),
        tuple(copies or [words.say("letter.as_above"), words.say("letter.archive")]),
        tuple(authority or [words.say("letter.authority"), words.say("letter.signer")]),
        words.data(letter.signer) or words.say("blank.short"),
    )


def _said(name: ProjectName | None, otherwise: str, words: Words) -> str:
    return words.data(words.name(name)) if name else otherwise


def opening(figures: Figures, words: Words) -> tuple[Block, ...]:
    """What the letter reports on, from what."""
    facts = figures.run.project.facts
    former = figures.former
    period = (
        words.say("opening.former", label=former.label)
        if former
        else words.say("opening.no_former")
    )
    return (
        Paragraph(
            words.say("opening.about", day=facts.as_of, boundaries=facts.boundaries, period=period)
        ),
    )


def body(figures: Figures, facts: ReportFacts, words: Words) -> tuple[Section, ...]:
    """The summary and the parts I to V."""
    text = facts.text
    results = [
        _result(number, lines, words)
        for number, lines in enumerate(_by_indicator(figures), start=1)
    ]
    return (
        summary(figures, words),
        Section(
            "I",
            words.say("part.implementation"),
            1,
            (
                *_office(text.implementation, words),
                Paragraph(words.say("implementation.data", count=len(figures.run.origins))),
                Listing(tuple(_at_hand(figures, words))),
            ),
            new_page=True,
        ),
        Section("II", words.say("part.results"), 1, (Paragraph(words.say("results.lead")),)),
        *results,
        Section(
            f"II.{len(results) + 1}",
            words.say("results.table"),
            2,
            (main_table(figures, facts, words),),
            landscape=True,
        ),
        Section(
            "III",
            words.say("part.tasks"),
            1,
            (
                *_office(text.tasks, words),
                Paragraph(words.say("tasks.lead")),
                _duties(words),
            ),
        ),
        Section(
            "IV",
            words.say("part.shortcomings"),
            1,
            (*_office(text.shortcomings, words), *_shortcomings(figures, words)),
        ),
        Section(
            "V",
            words.say("part.proposals"),
            1,
            (*_office(text.proposals, words), *_proposals(figures, words)),
        ),
    )


def _office(paragraphs: tuple[ProjectName, ...], words: Words) -> tuple[Block, ...]:
    """The office's own words, or a dotted blank for them."""
    if not paragraphs:
        return (Paragraph(words.say("blank.office"), "blank"),)
    return tuple(Paragraph(" ".join(words.name(item).split())) for item in paragraphs)


def _at_hand(figures: Figures, words: Words) -> Iterable[str]:
    """The layers the run read, with how many features each kept; what is absent."""
    found = figures.run.manifest["features"]
    counts: Counter[str] = Counter()
    for item in found:
        counts[item["role"]] += item["kept"]
    for role, count in counts.items():
        name = words.token("layer", role)
        yield words.say("implementation.layer", name=name, count=words.number(count, 0))
    for role in ("population", "land_cover", "statistics"):
        if figures.run.origins_by_role.get(role):
            yield words.token("layer", role)
    absent = [
        words.token("layer", role)
        for role in ("land_use", "zoning", "plans", "general_plan", "green", "right_of_way",
                     "roads", "statistics")
        if not figures.run.origins_by_role.get(role)
    ]  # fmt: skip
    if absent:
        yield words.say("implementation.absent", names="; ".join(absent))


def _by_indicator(figures: Figures) -> list[list[Line]]:
    grouped: dict[str, list[Line]] = {}
    for line in figures.main:
        grouped.setdefault(line.indicator.indicator_id, []).append(line)
    return list(grouped.values())


def _result(number: int, lines: list[Line], words: Words) -> Section:
    """One indicator in a few sentences; its annex has the rest."""
    blocks = [Paragraph(sentence) for line in lines for sentence in _sentences(line, words)]
    name = words.name(lines[0].indicator.name)
    return Section(f"II.{number}", name, 2, tuple(blocks))


def _sentences(line: Line, words: Words) -> Iterable[str]:
    unit = words.unit(line.indicator.unit)
    state = words.known(f"state.{line.state}")
    if line.value is None:
        yield words.say("results.no_value", state=state, targets=_targets(line, unit, words))
        return
    text = words.say(
        "results.value",
        value=value_words(line, words),
        unit=unit,
        day=line_day(line, words),
        state=state,
    )
    change = change_words(line, words)
    if line.former.kind == "value":
        text += " " + words.say("results.change", former=former_words(line, words), change=change)
    elif line.former.kind == "not_comparable":
        text += " " + words.say("results.not_comparable")
    yield text
    if line.targets:
        yield words.say("results.held", targets=_held(line, unit, words))


def _held(line: Line, unit: str, words: Words) -> str:
    """Each target with its verdict and what is missing; what all rest on is said once."""
    rows = sorted(line.targets.items())
    bases = [str(row["basis"]) for _, row in rows]
    said = []
    for (year, row), basis in zip(rows, bases, strict=True):
        verdict = words.token("verdict", str(row["verdict"]))
        target = target_words(row, words)
        text = words.say("results.target", year=year, target=target, unit=unit, verdict=verdict)
        short = short_words(line.gaps.get(year), words)
        if short != words.say("nothing"):
            text += words.say("results.short", short=short)
        if len(set(bases)) > 1:
            text += _basis(basis, words)
        said.append(text)
    joined = "; ".join(said)
    return joined if len(set(bases)) > 1 else joined + _basis(bases[0], words)


def _basis(basis: str, words: Words) -> str:
    if basis in ("law", ""):
        return ""
    return words.say("results.basis", basis=words.token("basis", basis))


def _targets(line: Line, unit: str, words: Words) -> str:
    """The targets of a figure there is no value to hold against; empty without one."""
    named = [
        words.say("results.wanted", year=year, target=target_words(row, words), unit=unit)
        for year, row in sorted(line.targets.items())
    ]
    return words.say("results.targets", targets="; ".join(named)) if named else ""


def line_day(line: Line, words: Words) -> str:
    return words.day(str(line.row["as_of"]))


def _duties(words: Words) -> Table:
    """Duties of the programme without a number, and what this report holds on each."""
    columns = heads(
        words,
        ("tasks.part", 0.6, "center"),
        ("tasks.duty", 2.4),
        ("tasks.here", 2.4),
    )
    rows = tuple(
        tuple(words.say(f"duty.{name}.{cell}") for cell in ("part", "duty", "here"))
        for name in DUTIES
    )
    return Table(words.say("tasks.caption"), columns, rows, notes=(words.say("tasks.note"),))


def _shortcomings(figures: Figures, words: Words) -> Iterable[Block]:
    """Targets that are not reached or not decided, with the notes of their figures."""
    short = [line for line in figures.main if line.verdict not in REACHED]
    if not short:
        yield Paragraph(words.say("shortcomings.none"))
        return
    yield Paragraph(words.say("shortcomings.lead"))
    known = [line for line in short if line.value is not None]
    silent = [line_name(line, words) for line in short if line.value is None]
    items = [_shortcoming(line, words) for line in known]
    if silent:
        items.append(words.say("shortcomings.silent", names="; ".join(silent)))
    yield Listing(tuple(items))


def _shortcoming(line: Line, words: Words) -> str:
    verdict = words.token("verdict", line.verdict)
    notes = words.texts(str(line.row["note"]))
    text = words.say("shortcomings.line", name=line_name(line, words), verdict=verdict)
    return words.say("shortcomings.notes", text=text, notes="; ".join(notes)) if notes else text


def _proposals(figures: Figures, words: Words) -> Iterable[Block]:
    """The amounts that the targets ahead ask for; what to decide is the office's."""
    rows = []
    for line in figures.main:
        for year, gap in sorted(line.gaps.items()):
            short = short_words(gap, words)
            if short == words.say("nothing"):
                continue
            unit = words.unit(str(gap["short_unit"]))
            decimals = 2 if gap["short_unit"] == "ha" else 0
            growing, ahead, pace = (
                words.say("nothing") if value is None else f"{words.number(value, decimals)} {unit}"
                for value in (
                    real(gap["short_growing"]), real(gap["short_ahead"]), real(gap["short_a_year"])
                )
            )  # fmt: skip
            years_left = real(gap["years_left"])
            if years_left is None or years_left < 1:
                # less than a year is left: an amount a year would be more than there is to do
                pace = words.say("nothing")
            rows.append((line_name(line, words), str(year), short, growing, ahead, pace))
    if not rows:
        yield Paragraph(words.say("proposals.none"))
        return
    yield Paragraph(words.say("proposals.lead"))
    columns = heads(
        words,
        ("main.indicator", 2.6),
        ("proposals.year", 0.7, "center"),
        ("main.short", 1.2, "right"),
        ("proposals.growing", 1.3, "right"),
        ("proposals.ahead", 1.3, "right"),
        ("proposals.pace", 1.2, "right"),
    )
    yield Table(words.say("proposals.caption"), columns, tuple(rows))
