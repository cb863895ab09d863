"""A section for each indicator: definition, figures, map, definitions panel, how sure, algebra."""

from __future__ import annotations

from collections.abc import Iterator

from urbanplan_gis.model.figures import GROUPS, Definition, Indicator
from urbanplan_gis.outputs.explanation import measure_words
from urbanplan_gis.outputs.report.content import (
    Block,
    Column,
    Listing,
    Paragraph,
    Section,
    Table,
)
from urbanplan_gis.outputs.report.lines import (
    Figures,
    Line,
    Row,
    declared_definitions,
    signed,
    target_words,
    value_words,
)
from urbanplan_gis.outputs.report.pictures import Gallery
from urbanplan_gis.outputs.report.sources import source_words
from urbanplan_gis.outputs.report.tables import heads, verdict_fills
from urbanplan_gis.outputs.report.wording import LONGEST_CITATION, NOTHING, Words, capital, real
from urbanplan_gis.standards.indicators import indicators

#: fewer units with a value make no map
_LEAST_ON_MAP = 2
#: probabilities closer to 0 or 1 are not told apart from them
_NEARLY = 0.001
#: what a standard deviation is made of, as uncertainty.csv has it
_PARTS = ("digitising_sd", "classification_sd", "population_sd")


def indicator_sections(
    figures: Figures, number: str, gallery: Gallery, words: Words
) -> Iterator[Section]:
    """A section for each indicator of the run, numbered below the annex's own."""
    by_indicator: dict[str, list[Line]] = {}
    for line in (*figures.lines, *figures.absent):
        by_indicator.setdefault(line.indicator.indicator_id, []).append(line)
    declared = [key for key in indicators() if key in by_indicator]
    for count, lines in enumerate((by_indicator[key] for key in declared), start=1):
        indicator = lines[0].indicator
        blocks = [*_declared(indicator, words)]
        for line in lines:
            blocks += _state(figures, line, gallery, words)
        title = words.name(indicator.name)
        yield Section(f"{number}.{count}", title, 2, tuple(blocks))


def _declared(indicator: Indicator, words: Words) -> Iterator[Block]:
    """What the indicator is, by which text, and what it has to reach."""
    confidence = words.token("confidence", indicator.confidence)
    yield Paragraph(
        words.say(
            "indicator.source",
            source=words.data(indicator.source, LONGEST_CITATION),
            confidence=confidence,
        )
    )


def _state(figures: Figures, line: Line, gallery: Gallery, words: Words) -> Iterator[Block]:
    if not line.row["figure_id"]:
        yield Paragraph(words.say("indicator.absent"))
        if line.targets:
            yield _targets(line, words)
        return
    yield Paragraph(
        words.say("indicator.state", state=words.known(f"state.{line.state}")), "strong"
    )
    yield Listing(tuple(_defined(figures, line, words)))
    if line.targets:
        yield _targets(line, words)
    if line.value is None:
        yield Paragraph(words.say("indicator.no_value"))
    rows = list(figures.units_of(line))
    if any(real(row["value"]) is not None for row in rows):
        table, numbers = _units(line, rows, words)
        picture = _picture(figures, line, rows, numbers, gallery, words)
        if picture is not None:
            yield picture
        yield table
    yield from _panel(figures, line, words)
    # of a count the targets say it all
    if line.indicator.decimals:
        yield from _algebra(line, words)
    yield from _how_sure(figures, line, words)
    notes = words.texts(str(line.row["note"]))
    definition = line.definition
    if definition is not None and definition.note:
        own = words.name(definition.note)
        notes = notes if own in notes else (*notes, own)
    if notes:
        yield Paragraph(words.say("indicator.caveats"), "strong")
        yield Listing(tuple(capital(note) for note in notes))


def _defined(figures: Figures, line: Line, words: Words) -> Iterator[str]:
    """The definition in words, what it measures, and the sources."""
    definition = line.definition
    if definition is None:
        yield words.say("indicator.definition", name=str(line.row["definition"]))
    else:
        yield words.say("indicator.definition", name=words.name(definition.name))
        scope = words.known(f"explain.scope.{definition.scope}")
        sides = (("numerator", definition.numerator), ("denominator", definition.denominator))
        for side, measure in sides:
            if measure is not None:
                said = scope if measure.scoped else ""
                key = f"explain.side.{side}"
                text = words.known(key, words=measure_words(measure, words.lang), scope=said)
                yield capital(text) + "."
        if definition.geodesic:
            yield capital(words.known("explain.geodesic")) + "."
    if line.value is not None:
        yield words.say("indicator.made_from", sources=source_words(figures.run, line, words))
    basis = str(line.row["basis"])
    if basis:
        yield words.known(f"map.basis.{basis}")


def _targets(line: Line, words: Words) -> Table:
    """Each target with its source, the gap, the verdict, its basis and the probability."""
    decimals = line.indicator.decimals
    sources = {target.year: target for target in line.indicator.targets}
    rows = []
    for year, row in sorted(line.targets.items()):
        target, gap, chance = sources.get(year), real(row.get("gap")), real(row.get("p_met"))
        source = words.say("indicator.own_target")
        # a target of the office's own may stand in the place of the programme's
        if target is not None and target.value == real(row["target"]):
            confidence = words.token("confidence", target.confidence)
            source = f"{words.data(target.source, LONGEST_CITATION)} [{confidence}]"
        rows.append(
            (
                str(year),
                target_words(row, words),
                value_words(line, words),
                NOTHING if gap is None else signed(gap, decimals, words),
                capital(words.token("verdict", str(row["verdict"]))),
                words.token("basis", str(row["basis"])) or NOTHING,
                _chance(chance, words),
                source,
            )
        )
    columns = heads(
        words,
        ("target_year", 0.7, "center"),
        Column(_with_unit("table.column.target", line, words), 1.1, "center"),
        Column(_with_unit("table.column.value", line, words), 1.0, "center"),
        ("gap", 1.1, "center"),
        ("verdict", 1.1, "center"),
        ("basis", 1.3),
        ("p_met", 1.15, "center"),
        ("source", 1.8),
    )
    verdicts = [str(row["verdict"]) for _, row in sorted(line.targets.items())]
    caption = _caption("indicator.targets", line, words)
    return Table(caption, columns, tuple(rows), fills=verdict_fills(verdicts, 4))


def _chance(chance: float | None, words: Words) -> str:
    """A probability in per cent; those next to 0 or 1 as bounds."""
    if chance is None:
        return NOTHING
    if chance < _NEARLY:
        return words.say("chance.below", percent=words.number(100 * _NEARLY, 1))
    if chance > 1 - _NEARLY:
        return words.say("chance.above", percent=words.number(100 * (1 - _NEARLY), 1))
    return words.say("chance.about", percent=words.number(100 * chance, 1))


def _with_unit(key: str, line: Line, words: Words) -> str:
    header = words.known(key)
    return words.say("with_unit", name=header, unit=words.unit(line.indicator.unit))


def _caption(key: str, line: Line, words: Words) -> str:
    return words.say(key, name=words.name(line.indicator.name), state=words.known(
        f"state.{line.state}"
    ))  # fmt: skip


def _units(line: Line, rows: list[Row], words: Words) -> tuple[Table, dict[str, int]]:
    """The figures of every unit, then of the groups; units are numbered as on the map."""
    decimals = line.indicator.decimals
    units = [row for row in rows if row["unit_code"] not in GROUPS]
    of_land = any(real(row["gap_ha"]) is not None for row in rows)
    notes = [words.say("indicator.units_note")]
    if of_land:
        notes.append(words.say("indicator.units_held"))
    if not line.indicator.decimals:
        # a count concerns some units only
        counted = [row for row in units if real(row["value"]) is not None]
        if len(counted) < len(units):
            silent = len(units) - len(counted)
            notes.append(words.say("indicator.units_silent", count=words.number(silent, 0)))
        units = counted
    groups = [row for name in GROUPS for row in rows if row["unit_code"] == name]
    numbers = {str(row["unit_code"]): count for count, row in enumerate(units, start=1)}
    cells, verdicts = [], []
    for row in (*units, *groups):
        value, target = real(row["value"]), real(row["target"])
        code = str(row["unit_code"])
        name = words.known(f"group.{code}") if code in GROUPS else words.data(row["unit_name"])
        low, high, known = (real(row[key]) for key in ("low", "high", "completeness"))
        between = NOTHING
        if low is not None and high is not None and value is not None:
            between = f"{words.number(low, decimals)} – {words.number(high, decimals)}"
        gap_ha = real(row["gap_ha"])
        cells.append(
            (
                str(numbers.get(code, "")),
                name,
                words.value(value, target, decimals),
                between,
                *([NOTHING if gap_ha is None else signed(gap_ha, 2, words)] if of_land else []),
                NOTHING if known is None else words.number(100 * known, 1),
                capital(words.token("verdict", str(row["verdict"]))),
            )
        )
        verdicts.append(str(row["verdict"]))
    columns = heads(
        words,
        ("main.number", 0.5, "center"),
        ("unit_name", 2.2),
        Column(_with_unit("table.column.value", line, words), 1.0, "right"),
        ("indicator.between", 1.4, "center"),
        *(Column(words.known("table.column.gap_ha"), 1.2, "right") for _ in range(of_land)),
        ("completeness", 1.15, "right"),
        ("verdict", 1.3, "center"),
    )
    strong = frozenset(range(len(units), len(cells)))
    fills = verdict_fills(verdicts, len(columns) - 1)
    caption = _caption("indicator.units", line, words)
    return Table(caption, columns, tuple(cells), strong, fills, (" ".join(notes),)), numbers


def _picture(
    figures: Figures,
    line: Line,
    rows: list[Row],
    numbers: dict[str, int],
    gallery: Gallery,
    words: Words,
) -> Block | None:
    """The map of the units, where two of them or more have a value."""
    by_code = {str(row["unit_code"]): row for row in rows}
    units = figures.run.layer("units")
    valued = [
        code for code in units["code"] if real(by_code.get(code, {}).get("value")) is not None
    ]
    if len(valued) < _LEAST_ON_MAP:
        return None
    caption = _caption("indicator.map", line, words)
    alt = words.say("indicator.map_alt", count=len(units), caption=caption)
    return gallery.unit_picture(units, by_code, numbers, caption, alt)


def _panel(figures: Figures, line: Line, words: Words) -> Iterator[Block]:
    """The definitions panel: the figure by every definition there is data for."""
    others = figures.others_of(line)
    if not others:
        return
    known = declared_definitions(line.indicator)
    decimals = line.indicator.decimals
    rows, verdicts = [], []
    for row in (line.row, *others):
        declared = known.get(str(row["definition"]))
        rows.append(
            (
                words.name(declared.name) if declared else str(row["definition"]),
                scope_words(declared, words) if declared else NOTHING,
                words.value(real(row["value"]), real(row["target"]), decimals),
                capital(words.token("verdict", str(row["verdict"]))),
            )
        )
        verdicts.append(str(row["verdict"]))
    columns = heads(
        words,
        ("definition", 2.6),
        ("indicator.scope", 3.0),
        Column(_with_unit("table.column.value", line, words), 1.0, "right"),
        ("verdict", 1.4, "center"),
    )
    notes = []
    table = figures.run.table("definitions")
    if not table.empty:
        for row in table[table["figure_id"] == line.row["figure_id"]].to_dict("records"):
            said = words.text(row["note"])
            if said and int(row["definitions"] or 0):
                notes.append(words.say("by_year", year=row["target_year"], amount=said))
    caption = _caption("indicator.panel", line, words)
    fills = verdict_fills(verdicts, 3)
    yield Table(caption, columns, tuple(rows), frozenset({0}), fills, tuple(notes))


def scope_words(definition: Definition, words: Words) -> str:
    """Which ground the city's figure counts."""
    return capital(words.known(f"explain.scope.{definition.scope}").lstrip(", "))


def _algebra(line: Line, words: Words) -> Iterator[Block]:
    """What is missing to each target, with the sum written out."""
    said = [
        words.say("by_year", year=str(year), amount=text)
        for year, gap in sorted(line.gaps.items())
        for text in words.texts(str(gap["note"]))
    ]
    if said:
        yield Paragraph(words.say("indicator.algebra"), "strong")
        yield Listing(tuple(said))


def _how_sure(figures: Figures, line: Line, words: Words) -> Iterator[Block]:
    """The interval and what it is made of."""
    low, high = real(line.row["low"]), real(line.row["high"])
    # a count is exact
    if line.value is None or low is None or high is None or not line.indicator.decimals:
        return
    decimals = max(line.indicator.decimals, 2)
    unit = words.unit(line.indicator.unit)
    table = figures.run.table("uncertainty")
    rows = table[table["figure_id"] == line.row["figure_id"]].to_dict("records")
    if not rows and words.number(low, decimals) == words.number(high, decimals):
        yield Paragraph(words.say("indicator.how_sure"), "strong")
        yield Listing((words.say("indicator.no_range"),))
        return
    said = [
        words.say(
            "indicator.interval",
            low=words.number(low, decimals),
            high=words.number(high, decimals),
            unit=unit,
        )
    ]
    found = {name: real(rows[0][name]) for name in ("sd", *_PARTS)} if rows else {}
    parts = [
        words.say(f"indicator.{name}", value=words.number(value, 4))
        for name in _PARTS
        if (value := found.get(name)) is not None
    ]
    whole = found.get("sd")
    if whole is not None and parts:
        sd = words.number(whole, 4)
        said.append(words.say("indicator.deviation", sd=sd, parts=", ".join(parts)))
    else:
        said.append(words.say("indicator.no_deviation"))
    yield Paragraph(words.say("indicator.how_sure"), "strong")
    yield Listing(tuple(said))
