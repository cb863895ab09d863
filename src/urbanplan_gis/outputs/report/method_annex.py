"""What the figures stand on: defects of the data, sources, law, parameters, map sheets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pandas as pd

from urbanplan_gis.outputs.report.content import (
    Block,
    Column,
    Listing,
    Paragraph,
    Section,
    Table,
)
from urbanplan_gis.outputs.report.lines import Figures, signed
from urbanplan_gis.outputs.report.wording import NOTHING, Words, capital
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.standards.law import law

_SEVERITIES = ("error", "warning", "info")
_KIND = ("severity", "code", "layer")
_LARGEST = 15
_DEAREST = 12
_DIGEST = 12


def quality_section(figures: Figures, number: str, words: Words) -> Section:
    """Findings by code and severity, the largest of them, and what each is worth."""
    findings = figures.run.table("findings")
    title = words.say("quality.title")
    if findings.empty:
        return Section(number, title, 1, (Paragraph(words.say("quality.none")),))
    effects = figures.run.table("effects")
    blocks: list[Block] = [_kinds(findings, words)]
    if findings["area_ha"].any():
        blocks.append(_largest(findings, words))
    dearest = _dearest(findings, effects, figures, words)
    if dearest is not None:
        blocks.append(dearest)
    return Section(number, title, 1, tuple(blocks), landscape=True, new_page=True)


def _kinds(findings: pd.DataFrame, words: Words) -> Table:
    """One row for each severity, code and layer: how many, and their hectares together."""
    sizes = pd.to_numeric(findings["area_ha"])
    grouped = findings.assign(size=sizes).groupby(list(_KIND), sort=False)
    rows = []
    for severity, code, layer in findings[list(_KIND)].drop_duplicates().to_numpy():
        kind = grouped.get_group((severity, code, layer))
        total = kind["size"].sum() if kind["size"].notna().any() else None
        actions = "; ".join(_action(token, words) for token in dict.fromkeys(kind["action"]))
        order = (_SEVERITIES.index(severity), -len(kind), str(code), str(layer))
        cells = (
            capital(words.token("severity", str(severity))),
            str(code),
            words.token("layer", str(layer)),
            words.number(len(kind), 0),
            NOTHING if total is None else words.number(float(total), 2),
            actions,
            words.text(kind["message"].iloc[0]),
        )
        rows.append((order, cells))
    columns = (
        Column(words.known("table.column.severity"), 0.8),
        Column(words.known("table.column.code"), 1.5),
        Column(words.known("table.column.layer"), 1.3),
        Column(words.say("quality.count"), 0.7, "right"),
        Column(words.known("table.column.area_ha"), 0.9, "right"),
        Column(words.known("table.column.action"), 1.4),
        Column(words.say("quality.example"), 4.0),
    )
    cells = tuple(row for _, row in sorted(rows, key=lambda item: item[0]))
    caption = words.say("quality.kinds", count=words.number(len(findings), 0))
    return Table(caption, columns, cells, notes=(words.say("quality.kinds_note"),))


def _action(token: str, words: Words) -> str:
    """What was done, in words; a person's decision as it was written."""
    return words.token("action", token) if ":" not in token else words.data(token)


def _largest(findings: pd.DataFrame, words: Words) -> Table:
    sizes = pd.to_numeric(findings["area_ha"])
    order = sizes.sort_values(ascending=False, kind="stable").index[:_LARGEST]
    rows = tuple(
        (
            words.data(row["finding_id"]),
            words.token("layer", row["layer"]),
            words.number(float(row["area_ha"]), 2),
            words.text(row["message"]),
            _action(row["action"], words),
        )
        for row in findings.loc[order].to_dict("records")
        if row["area_ha"]
    )
    columns = (
        Column(words.known("table.column.finding_id"), 2.0),
        Column(words.known("table.column.layer"), 1.4),
        Column(words.known("table.column.area_ha"), 0.9, "right"),
        Column(words.known("table.column.message"), 4.6),
        Column(words.known("table.column.action"), 1.4),
    )
    more = int(sizes.notna().sum()) - len(rows)
    notes = (words.say("more", count=words.number(more, 0), file="findings.csv"),) if more else ()
    return Table(words.say("quality.largest"), columns, rows, notes=notes)


def _dearest(
    findings: pd.DataFrame, effects: pd.DataFrame, figures: Figures, words: Words
) -> Table | None:
    """The effects that move a default figure of the city most, in its own unit."""
    lines = {str(line.row["figure_id"]): line for line in figures.lines}
    own = effects[effects["figure_id"].isin(list(lines))] if len(effects) else effects
    if own.empty:
        return None
    said = findings.set_index("finding_id")["message"].to_dict()
    worth = []
    for row in own.to_dict("records"):
        line, delta = lines[row["figure_id"]], float(row["delta"])
        # relative to the figure: points of one indicator do not compare with those of another
        share = abs(delta / line.value) if line.value else abs(delta)
        worth.append((-share, row["finding_id"], row, line, delta))
    worth.sort(key=lambda item: item[:2] + (str(item[2]["figure_id"]),))
    rows = tuple(
        (
            words.data(row["finding_id"]),
            words.text(str(said.get(row["finding_id"], ""))) or NOTHING,
            words.data(row["alternative"]),
            words.name(line.indicator.name),
            words.known(f"state.{line.state}"),
            f"{_small(delta, words)} {_difference_unit(line.indicator.unit, words)}",
        )
        for _, _, row, line, delta in worth[:_DEAREST]
    )
    columns = (
        Column(words.known("table.column.finding_id"), 1.8),
        Column(words.known("table.column.message"), 3.2),
        Column(words.say("quality.choice"), 1.3),
        Column(words.known("table.column.indicator"), 2.2),
        Column(words.known("table.column.scenario"), 1.1),
        Column(words.say("quality.delta"), 1.1, "right"),
    )
    more = len(worth) - len(rows)
    notes = [words.say("quality.delta_note")]
    if more:
        notes.append(words.say("more", count=words.number(more, 0), file="effects.csv"))
    return Table(words.say("quality.dearest"), columns, rows, notes=tuple(notes))


def _small(delta: float, words: Words) -> str:
    for decimals in (2, 4, 6):
        if abs(delta) >= 10.0**-decimals:
            return signed(delta, decimals, words)
    return signed(delta, 9, words)


def _difference_unit(unit: str, words: Words) -> str:
    return words.known(f"unit_of_difference.{unit.replace('%', 'percent')}")


def method_section(figures: Figures, number: str, words: Words) -> Section:
    """Sources with their digests, texts of law and how surely they were read, parameters."""
    blocks = [
        Paragraph(words.say("method.lead")),
        _origins(figures, words),
        _documents(figures, words),
        *_class_sets(figures, words),
        _parameters(figures, words),
        *_sheets(figures, words),
    ]
    return Section(
        number, words.say("method.title"), 1, tuple(blocks), landscape=True, new_page=True
    )


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
            words.data(origin.publisher) or NOTHING,
            words.data(origin.document) or NOTHING,
            words.date(origin.date),
            words.data(origin.licence) or NOTHING,
            words.data(origin.crs) or NOTHING,
            f"{origin.sha256[:_DIGEST]}…" if origin.sha256 else NOTHING,
        )
        for origin in dict.fromkeys(figures.run.origins)
    )
    columns = (
        Column(words.known("table.column.layer"), 1.3),
        Column(words.known("table.column.path"), 2.2),
        Column(words.known("table.column.publisher"), 1.7),
        Column(words.known("table.column.document"), 1.8),
        Column(words.known("table.column.date"), 0.9, "center"),
        Column(words.known("table.column.licence"), 0.8),
        Column(words.known("table.column.crs"), 1.0),
        Column(words.known("table.column.sha256"), 1.3),
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
    columns = (
        Column(words.known("table.column.document"), 3.0),
        Column(words.known("table.column.from"), 1.0, "center"),
        Column(words.known("table.column.until"), 1.0, "center"),
        Column(words.known("table.column.confidence"), 1.2),
        Column(words.say("method.read_in"), 3.0),
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
    columns = (
        Column(words.known("table.column.name"), 3.6),
        Column(words.known("table.column.code"), 1.8),
        Column(words.known("table.column.confidence"), 1.6),
        Column(words.say("method.confirmed"), 1.2, "center"),
    )
    if rows:
        yield Table(words.say("method.sets"), columns, rows)


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
    columns = (
        Column(words.say("method.parameter"), 2.4),
        Column(words.known("table.column.value"), 4.0),
    )
    return Table(words.say("method.parameters"), columns, tuple(rows))


def _reconciliation(found: Mapping[str, Any], words: Words) -> str:
    """By how much the pieces of a unit differ from the unit, at most."""
    worst = max((abs(unit["faces_differ_by"]) for unit in found["units"]), default=0.0)
    return words.say("parameter.differ", worst=f"{worst:.1e}", most=f"{found['tolerance']:.0e}")


def _listed(value: object, words: Words) -> str:
    items: Iterable[object] = value if isinstance(value, list) else [value]
    return "–".join(words.amount(str(item)) for item in items)


def _sheets(figures: Figures, words: Words) -> Iterator[Block]:
    """The map sheets made of this run, which go with the report."""
    made = figures.run.manifest.get("products", {}).get("maps", {})
    names = sorted(name for part in made.values() for name in part["files"] if name.endswith("pdf"))
    yield Paragraph(words.say("method.sheets"), "strong")
    if not names:
        yield Paragraph(words.say("method.no_sheets"))
        return
    yield Listing(tuple(names))
