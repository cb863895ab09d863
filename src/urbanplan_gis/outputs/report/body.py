"""The letter itself: head, one-page summary, the five parts of the form, signature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from urbanplan_gis.outputs.report.content import (
    Block,
    Column,
    Letterhead,
    Listing,
    Paragraph,
    Section,
    Signature,
    Table,
)
from urbanplan_gis.outputs.report.lines import (
    REACHED,
    UNDECIDED,
    Figures,
    Line,
    change_words,
    former_words,
    short_words,
    target_words,
    value_words,
)
from urbanplan_gis.outputs.report.settings import LetterFacts, ReportFacts
from urbanplan_gis.outputs.report.tables import (
    line_name,
    main_table,
    short_by_year,
    verdict_fills,
    verdict_words,
)
from urbanplan_gis.outputs.report.wording import Words, capital, real
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


def summary(figures: Figures, words: Words) -> Section:
    """One page: how many targets are reached, what is missing, what changed, what to know."""
    lines = figures.main
    columns = (
        Column(words.say("main.indicator"), 3.2),
        Column(words.say("summary.target"), 1.3, "center"),
        Column(words.say("main.now"), 1.3, "center"),
        Column(words.say("main.former"), 1.2, "center"),
        Column(words.say("main.change"), 1.2, "center"),
        Column(words.say("main.short"), 1.6, "center"),
        Column(words.say("main.verdict"), 1.5, "center"),
    )
    rows = tuple(_summary_row(line, words) for line in lines)
    fills = verdict_fills((line.verdict for line in lines), len(columns) - 1)
    blocks: list[Block] = [
        Paragraph(_counted(lines, words)),
        Table(words.say("summary.caption"), columns, rows, fills=fills),
    ]
    blocks += [
        Paragraph(words.say("summary.know"), "strong"),
        Listing(tuple(_know(figures, words))),
    ]
    return Section("", words.say("summary.title"), 1, tuple(blocks), new_page=True)


def _counted(lines: Iterable[Line], words: Words) -> str:
    """How many targets have which verdict; one line for each indicator."""
    by_indicator = {line.indicator.indicator_id: line.verdict for line in reversed(list(lines))}
    counts = Counter(by_indicator.values())
    order = ("exceeded", "met", "near", "not_yet", "missed", "inconclusive", "no_data", "reference")
    parts = [
        words.say("summary.count", count=counts[token], verdict=words.token("verdict", token))
        for token in order
        if counts[token]
    ]
    return words.say("summary.counted", count=len(by_indicator), parts="; ".join(parts))


def _summary_row(line: Line, words: Words) -> tuple[str, ...]:
    year = real(line.row["target_year"])
    target = target_words(line.row, words)
    if year is not None:
        target = words.say("by_year", year=str(int(year)), amount=target)
    return (
        words.say("with_unit", name=line_name(line, words), unit=words.unit(line.indicator.unit)),
        target,
        value_words(line, words),
        former_words(line, words),
        change_words(line, words),
        short_by_year(line, words),
        verdict_words(line, words),
    )


def _know(figures: Figures, words: Words) -> Iterable[str]:
    """What a reader must know before using the figures."""
    lines = figures.main
    proposals = [line for line in lines if str(line.row["basis"]) == "proposal"]
    if proposals:
        yield words.say("summary.proposal", count=len(proposals), of=len(lines))
    undecided = [line for line in lines if line.verdict in UNDECIDED]
    for token in UNDECIDED:
        names = [line_name(line, words) for line in undecided if line.verdict == token]
        if names:
            verdict = words.token("verdict", token)
            yield words.say("summary.undecided", verdict=capital(verdict), names="; ".join(names))
    hanging = [line for line in lines if _hangs(figures, line)]
    if hanging:
        names = "; ".join(line_name(line, words) for line in hanging)
        yield words.say("summary.hangs", names=names)
    findings = figures.run.table("findings")
    counts = Counter(findings["severity"])
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
    if line.value is None:
        text = words.say("results.no_value", state=words.known(f"state.{line.state}"))
    else:
        text = words.say(
            "results.value",
            value=value_words(line, words),
            unit=unit,
            day=line_day(line, words),
            state=words.known(f"state.{line.state}"),
        )
    change = change_words(line, words)
    if line.former.kind == "value" and line.value is not None:
        text += " " + words.say("results.change", former=former_words(line, words), change=change)
    elif line.former.kind == "not_comparable":
        text += " " + words.say("results.not_comparable")
    yield text
    for year, row in sorted(line.targets.items()):
        verdict = words.token("verdict", str(row["verdict"]))
        said = words.say(
            "results.target", year=year, target=target_words(row, words), unit=unit, verdict=verdict
        )
        short = short_words(line.gaps.get(year), words)
        if short != words.say("nothing") and line.value is not None:
            said += words.say("results.short", short=short)
        if row["basis"] != "law" and row["basis"]:
            said += words.say("results.basis", basis=words.token("basis", str(row["basis"])))
        yield said + "."


def line_day(line: Line, words: Words) -> str:
    return words.day(str(line.row["as_of"]))


def _duties(words: Words) -> Table:
    """Duties of the programme without a number, and what this report holds on each."""
    columns = (
        Column(words.say("tasks.part"), 0.6, "center"),
        Column(words.say("tasks.duty"), 2.4),
        Column(words.say("tasks.here"), 2.4),
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
    yield Listing(tuple(_shortcoming(line, words) for line in short))


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
    columns = (
        Column(words.say("main.indicator"), 2.6),
        Column(words.say("proposals.year"), 0.7, "center"),
        Column(words.say("main.short"), 1.2, "right"),
        Column(words.say("proposals.growing"), 1.3, "right"),
        Column(words.say("proposals.ahead"), 1.3, "right"),
        Column(words.say("proposals.pace"), 1.2, "right"),
    )
    yield Table(words.say("proposals.caption"), columns, tuple(rows))
