"""What the figures stand on: sources, law, parameters, map sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from urbanplan_gis.model.figures import Indicator
from urbanplan_gis.outputs.report.annex import annex
from urbanplan_gis.outputs.report.content import (
    Block,
    Paragraph,
    Section,
    Table,
)
from urbanplan_gis.outputs.report.lines import Figures, declared_definitions
from urbanplan_gis.outputs.report.tables import heads
from urbanplan_gis.outputs.report.wording import LONGEST_CITATION, NOTHING, Words
from urbanplan_gis.outputs.sheets.sheet_files import FOLDER, SheetFile, sheets_of
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.standards.law import law

_DIGEST = 12
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_SERIES = "series_"


def method_section(figures: Figures, number: str, words: Words) -> Section:
    """Sources with their digests, texts of law and how surely they were read, parameters."""
    blocks = [
        Paragraph(words.say("method.lead")),
        _origins(figures, words),
        _documents(figures, words),
        *_class_sets(figures, words),
        *_definitions(figures, words),
        _parameters(figures, words),
        *_sheets(figures, words),
    ]
    return annex(number, "method", blocks, words)


def _origins(figures: Figures, words: Words) -> Table:
    by_role = figures.run.origins_by_role
    roles: dict[str, list[str]] = {}
    for role, origins in by_role.items():
        for origin in origins:
            roles.setdefault(origin.source, []).append(words.token("layer", role))
    rows = tuple(
        (
            "; ".join(dict.fromkeys(roles.get(origin.source, [NOTHING]))),
            words.data(origin.path),
            words.data(origin.publisher, LONGEST_CITATION) or NOTHING,
            words.data(origin.document, LONGEST_CITATION) or NOTHING,
            words.date(origin.date),
            words.data(origin.licence) or NOTHING,
            words.data(origin.crs) or NOTHING,
            f"{origin.sha256[:_DIGEST]}…" if origin.sha256 else NOTHING,
        )
        for origin in dict.fromkeys(figures.run.origins)
    )
    columns = heads(
        words,
        ("layer", 1.3),
        ("path", 2.2),
        ("publisher", 1.7),
        ("document", 1.8),
        ("date", 0.9, "center"),
        ("licence", 0.8),
        ("crs", 1.0),
        ("sha256", 1.3),
    )
    notes = (words.say("method.sources_note"),)
    return Table(words.say("method.sources"), columns, rows, notes=notes)


def _documents(figures: Figures, words: Words) -> Table:
    """The texts of law that the tables of this run name."""
    named = " ".join(_named_documents(figures))
    rows = tuple(
        (
            words.name(document.title),
            words.date(document.in_force),
            words.date(document.until),
            words.token("confidence", document.confidence),
            " ".join(document.source.split()),
        )
        for key, document in law().documents.items()
        if key in named
    )
    columns = heads(
        words,
        ("document", 3.0),
        ("from", 1.0, "center"),
        ("until", 1.0, "center"),
        ("confidence", 1.2),
        ("method.read_in", 3.0),
    )
    notes = (words.say("method.law_note"),)
    return Table(words.say("method.law"), columns, rows, notes=notes)


def _named_documents(figures: Figures) -> Iterator[str]:
    for name in ("norms", "urban_class", "ward_readiness"):
        table = figures.run.table(name)
        if len(table):
            yield from table["document"].unique()
    yield from (item.source for item in indicators().values())


def _class_sets(figures: Figures, words: Words) -> Iterator[Table]:
    """The sets of codes that the figures rest on, and whether the office confirmed them."""
    confirmed = set(figures.run.project.confirmed_class_sets)
    rows = tuple(
        (
            words.name(chosen.name),
            name,
            words.token("confidence", chosen.confidence),
            words.known("table.yes" if name in confirmed else "table.no"),
        )
        for name, chosen in sorted(class_sets().items())
        if name in _used_sets(figures)
    )
    columns = heads(
        words,
        ("name", 3.6),
        ("code", 1.8),
        ("confidence", 1.6),
        ("method.confirmed", 1.2, "center"),
    )
    if rows:
        yield Table(words.say("method.sets"), columns, rows)


def _definitions(figures: Figures, words: Words) -> Iterator[Table]:
    """The ids by which the tables name the definitions that the report gives in words."""
    rows: list[tuple[str, ...]] = []
    for indicator in {
        line.indicator.indicator_id: line.indicator for line in figures.lines
    }.values():
        used = _used_definitions(figures, indicator)
        found = [item for key, item in declared_definitions(indicator).items() if key in used]
        name = words.name(indicator.name)
        for at, item in enumerate(found):
            rows.append(("" if at else name, words.name(item.name), item.definition_id))
    columns = heads(words, ("indicator", 3.0), ("definition", 3.0), ("method.id", 2.4))
    if rows:
        yield Table(words.say("method.definitions"), columns, tuple(rows))


def _used_definitions(figures: Figures, indicator: Indicator) -> set[str]:
    table = figures.run.figures
    return set(table["definition"][table["indicator"] == indicator.indicator_id])


def _used_sets(figures: Figures) -> set[str]:
    definitions = (line.definition for line in figures.lines)
    measures = (
        measure
        for definition in definitions
        if definition
        for measure in (definition.numerator, definition.denominator)
        if measure
    )
    return {condition.set_name for measure in measures for condition in measure.where}


def _parameters(figures: Figures, words: Words) -> Table:
    manifest = figures.run.manifest
    rows = [
        (words.say("parameter.as_of"), words.date(figures.run.as_of)),
        (words.say("parameter.boundaries"), str(manifest["parameters"]["boundaries"])),
        (words.say("parameter.crs"), str(manifest["parameters"]["crs"])),
        (words.say("parameter.reconciliation"), _reconciliation(manifest["reconciliation"], words)),
    ]
    tolerance = manifest["parameters"]["tolerance"]
    rows += [
        (words.say(f"parameter.{name}"), _listed(value, words)) for name, value in tolerance.items()
    ]
    errors = manifest["parameters"]["uncertainty"]
    for name in ("position_mm", "population_percent"):
        value = errors.get(name)
        said = words.say("nothing") if value is None else _listed(value, words)
        rows.append((words.say(f"parameter.{name}"), said))
    versions = ", ".join(f"{name} {found}" for name, found in sorted(manifest["versions"].items()))
    rows.append((words.say("parameter.versions"), versions))
    rows.append((words.say("parameter.fingerprint"), f"{manifest['fingerprint'][:_DIGEST]}…"))
    columns = heads(
        words,
        ("method.parameter", 2.4),
        ("value", 4.0),
    )
    return Table(words.say("method.parameters"), columns, tuple(rows))


def _reconciliation(found: Mapping[str, Any], words: Words) -> str:
    """By how much the pieces of a unit differ from the unit, at most."""
    worst = max((abs(unit["faces_differ_by"]) for unit in found["units"]), default=0.0)
    most = float(found["tolerance"])
    return words.say("parameter.differ", worst=_power(worst, words), most=_power(most, words))


def _power(value: float, words: Words) -> str:
    """A very small number as a power of ten: 3,3 × 10⁻¹²."""
    if value == 0:
        return words.number(0, 0)
    digits, exponent = f"{value:.1e}".split("e")
    return f"{words.number(float(digits), 1)} × 10{str(int(exponent)).translate(_RAISED)}"


def _listed(value: object, words: Words) -> str:
    items: Iterable[object] = value if isinstance(value, list) else [value]
    return "–".join(words.amount(str(item)) for item in items)


def _sheets(figures: Figures, words: Words) -> Iterator[Block]:
    """The map sheets made of this run, which go with the report."""
    made = figures.run.manifest.get("products", {}).get("maps", {})
    names = sorted(name for part in made.values() for name in part["files"] if name.endswith("pdf"))
    if not names:
        yield Paragraph(words.say("method.sheets"), "strong")
        yield Paragraph(words.say("method.no_sheets"))
        return
    sheets, _ = sheets_of(figures.run.project.file.parent / FOLDER)
    titles = {sheet.name: _title(sheet, words) for sheet in sheets}
    rows = tuple((_sheet_title(PurePosixPath(name).stem, titles, words), name) for name in names)
    columns = heads(words, ("method.sheet", 3.6), ("path", 2.4))
    yield Table(words.say("method.sheets"), columns, rows)


def _title(sheet: SheetFile, words: Words) -> str:
    """The title a sheet declares, else that of its theme."""
    about = sheet.declaration
    if about.title is not None:
        return words.data(words.name(about.title))
    indicator = indicators().get(about.indicator or "")
    if indicator is not None:
        return words.name(indicator.name)
    # the sheets have their titles in capitals
    return words.token("map.title", str(about.theme)).capitalize()


def _sheet_title(stem: str, titles: Mapping[str, str], words: Words) -> str:
    if stem.startswith(_SERIES):
        subject = stem.removeprefix(_SERIES)
        indicator = indicators().get(subject)
        name = words.name(indicator.name) if indicator else words.token("layer", subject)
        return words.say("method.series", name=name)
    return titles.get(stem, stem)
