"""A figure explained: in lines a planner can follow, and as a GeoPackage of exactly its pieces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from urbanplan_gis.analysis.error_model import Interval
from urbanplan_gis.analysis.explanation import (
    BalanceOpened,
    Explanation,
    SideOpened,
    features_behind,
)
from urbanplan_gis.analysis.rests_on import inputs_of
from urbanplan_gis.model.figures import Assessment, Condition, Figure, Measure
from urbanplan_gis.outputs.geopackage import FACES, write_layers
from urbanplan_gis.outputs.layer_forms import layer_forms
from urbanplan_gis.outputs.qml import FILL, single
from urbanplan_gis.outputs.sheets.symbols import Symbol
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.law import law
from urbanplan_gis.text import Name, Text, keys, number, say

#: where opened figures lie in the output folder
EXPLAINED = "explain"
_LARGEST = 10
_DIGEST = 12
#: numerator over denominator: the denominator lies below and shows where it is not covered
_STYLES = {
    "numerator": Symbol(fill="#d95f02", edge="#7f3700", edge_mm=0.1),
    # seen through, whichever layer lies on top
    "denominator": Symbol(hatch="//", hatch_color="#969696", edge="#636363", edge_mm=0.15),
}
_CODES = ("land_use", "zoning", "green", "general_plan")


def explanation_lines(
    opened: Explanation,
    inputs: Mapping[str, Any],
    findings: pd.DataFrame,
    effects: pd.DataFrame,
    file: str,
    lang: str,
) -> Iterator[str]:
    """Formula, law, inputs, algebra, largest pieces, findings, and where the pieces lie.

    ``inputs`` is the manifest; ``findings`` and ``effects`` the tables of the same names.
    """
    figure = opened.assessments[0].figure if opened.assessments else None
    if figure is None:
        figure = opened.panel.figure(opened.row, frozenset())
    indicator, definition = opened.panel.indicator, opened.panel.definition
    yield opened.figure_id
    yield say(
        "explain.title", lang, name=indicator.name, unit=_row_name(opened.row.code, figure),
        day=figure.as_of, state=Text.of(f"state.{figure.scenario}"), definition=definition.name,
    )  # fmt: skip
    yield _value(figure, indicator.decimals, lang)
    if opened.interval is not None and opened.interval.sd is not None:
        yield _how_sure(opened.interval, lang)
    yield from (_against(item, indicator.decimals, lang) for item in opened.assessments)
    yield say("explain.heading.formula", lang)
    yield from _formula(opened, lang)
    yield say("explain.heading.algebra", lang)
    yield from _algebra(opened, figure, lang)
    yield from (f"  {note.say(lang)}" for gap in opened.gaps for note in gap.notes)
    yield say("explain.heading.law", lang)
    yield from _law(opened, figure, lang)
    yield say("explain.heading.inputs", lang)
    yield from _origin_lines(inputs, inputs_of(opened.panel))
    for side in opened.sides:
        yield from side_lines(side, inputs_of(opened.panel), lang)
    yield say("explain.heading.findings", lang)
    yield from _findings(opened, findings, effects, lang)
    yield say("explain.heading.others", lang)
    yield from _others(opened, indicator.decimals, lang)
    yield from (f"  {note.say(lang)}" for note in figure.notes)
    yield say("explain.file", lang, file=file)


def balance_lines(
    opened: BalanceOpened, inputs: Mapping[str, Any], file: str, lang: str
) -> Iterator[str]:
    """A row of the land balance: hectares, share, the largest faces."""
    part, whole = (side.total or 0.0 for side in opened.sides)
    yield opened.figure_id
    yield say(
        "explain.balance", lang, code=opened.code, unit=opened.row.name or opened.row.code,
        part=part / 1e4, whole=whole / 1e4, share=100 * part / whole if whole else 0.0,
    )  # fmt: skip
    yield say("explain.heading.inputs", lang)
    roles = ("units", "land_use", *(("zoning", "plans") if opened.state == "planned" else ()))
    yield from _origin_lines(inputs, roles)
    yield from side_lines(opened.sides[0], set(roles), lang)
    yield say("explain.file", lang, file=file)


def row_lines(table: str, row: Mapping[str, str], lang: str) -> Iterator[str]:
    """A row of a table that is no sum of pieces: its cells, and the text of law it rests on."""
    yield say("explain.row", lang, table=table, id=row["figure_id"])
    for column, cell in row.items():
        if cell and column != "figure_id":
            key = f"table.column.{column}"
            yield f"  {say(key, lang) if key in keys() else column}: {cell}"
    texts = list(_texts(row.get("document", ""), lang))
    if texts:
        yield say("explain.heading.law", lang)
        yield from texts


def _texts(named: str, lang: str) -> Iterator[str]:
    """The texts of law that are named, with the days they hold and where they were read."""
    for key, document in law().documents.items():
        if key in named:
            until = Text.of("explain.until", day=document.until) if document.until else ""
            yield "  " + say(
                "explain.text", lang, title=document.title, day=document.in_force, until=until,
                source=document.source, confidence=Text.of(f"confidence.{document.confidence}"),
            )  # fmt: skip


def side_lines(side: SideOpened, roles: Set[str], lang: str) -> Iterator[str]:
    """The largest pieces of one side, with their share of it and what the ``roles`` say there."""
    pieces = side.pieces.sort_values("counted", ascending=False, kind="stable").head(_LARGEST)
    yield say(f"explain.heading.{side.side}", lang, shown=len(pieces), count=len(side.pieces))
    for piece in pieces.to_dict("records"):
        share = 100 * piece["counted"] / side.total if side.total else 0.0
        amount = f"{_amount(piece['counted'], side.unit, lang)} ({_plain(share, lang, 2)} %)"
        yield f"  {_piece(piece, roles, lang)}: {amount}"


def write_explanation(
    sides: Sequence[SideOpened], facts: Mapping[str, object], path: Path, lang: str
) -> None:
    """The pieces of both sides as layers (Σ ``counted`` is the side), and a table of the facts."""
    layers: dict[str, pd.DataFrame] = {}
    for side in reversed(sides):
        layers[side.side] = side.pieces
    words = [(str(key), "" if value is None else str(value)) for key, value in facts.items()]
    layers["figure"] = pd.DataFrame(words, columns=["name", "value"])
    described = {name: say(f"explain.layer.{name}", lang) for name in layers}
    styles = {
        name: replace(single(symbol, FILL), fields=layer_forms(FACES, layers[name], lang))
        for name, symbol in _STYLES.items()
        if name in layers
    }
    write_layers(path, layers, described, styles)


def file_name(figure_id: str) -> str:
    """A file name for a figure's id."""
    return re.sub(r"[^\w.@-]+", "_", figure_id) + ".gpkg"


def figure_facts(opened: Explanation | BalanceOpened) -> dict[str, object]:
    """What the table in the file says of the figure."""
    facts: dict[str, object] = {"figure_id": opened.figure_id}
    if isinstance(opened, Explanation) and opened.assessments:
        figure = opened.assessments[0].figure
        facts |= {"value": figure.value, "value_unit": figure.value_unit}
    for side in opened.sides:
        facts |= {side.side: side.total, f"{side.side}_unit": side.unit}
    return facts


def _row_name(code: str, figure: Figure) -> str | Text:
    return Text.of(f"group.{code}") if code in ("slated", "wards", "city") else (
        f"{figure.unit_name} ({code})"
    )  # fmt: skip


def _value(figure: Figure, decimals: int, lang: str) -> str:
    if figure.value is None:
        return say("explain.no_value", lang, completeness=100 * figure.completeness)
    unit = Text.of(f"unit_of.{figure.value_unit}")
    value = _number(figure.value, max(decimals, 4))
    bounds = figure.interval or (figure.low, figure.high)
    low, high = (_number(bound, max(decimals, 2)) for bound in bounds)
    return say("explain.value", lang, value=value, unit=unit, low=low, high=high)


def _how_sure(interval: Interval, lang: str) -> str:
    """The parts of the standard deviation, and the boundary that matters."""
    parts = {
        name: _number(getattr(interval, f"{name}_sd"), 4)
        for name in ("digitising", "classification", "population")
    }
    above, below = (
        _number(None if metres is None else metres / 1000, 1)
        for metres in (interval.numerator_boundary_m, interval.denominator_boundary_m)
    )
    sd = _number(interval.sd, 4)
    return say("explain.how_sure", lang, sd=sd, above=above, below=below, **parts)


def _against(item: Assessment, decimals: int, lang: str) -> str:
    target = item.target
    if target is None:
        return say("explain.no_target", lang)
    return say(
        "explain.target", lang, sense=Text.of(f"sense.{target.sense}"),
        target=_number(target.value, 1), year=str(target.year), source=target.source,
        confidence=Text.of(f"confidence.{target.confidence}"), gap=_number(item.gap, decimals),
        verdict=Text.of(f"verdict.{item.verdict}"), basis=Text.of(f"basis.{item.basis}"),
        notes=Text.of("explain.notes", notes="; ".join(note.say(lang) for note in item.notes))
        if item.notes else "",
        chance="" if item.p_met is None
        else Text.of("explain.chance", percent=_number(100 * item.p_met, 1)),
    )  # fmt: skip


def _formula(opened: Explanation, lang: str) -> Iterator[str]:
    definition = opened.panel.definition
    for side in opened.sides:
        if side.measure is not None:
            scope = Text.of(f"explain.scope.{definition.scope}") if side.measure.scoped else ""
            yield "  " + say(
                f"explain.side.{side.side}",
                lang,
                words=measure_words(side.measure, lang),
                scope=scope,
            )
    if definition.geodesic:
        yield "  " + say("explain.geodesic", lang)


def measure_words(measure: Measure, lang: str) -> str:
    """What a measure adds up, in words: «area of ground whose land use is in “…”»."""
    conditions = [_condition_words(item, lang) for item in measure.where]
    joined = f" {say('explain.and', lang)} ".join(conditions)
    names = " + ".join(say(f"explain.statistic.{name}", lang) for name in measure.of)
    what = say(f"explain.measure.{measure.kind}", lang, names=names)
    rule = f" ({say(f'explain.rule.{measure.rule}', lang)})" if measure.rule else ""
    return f"{what} {joined}".strip() + rule


def _condition_words(condition: Condition, lang: str) -> str:
    if condition.set_name == "any":
        return say(f"explain.any.{condition.label}", lang)
    return say(f"explain.condition.{condition.label}", lang, set=_set_name(condition.set_name))


def _set_name(set_name: str) -> Name | Text:
    known = class_sets().get(set_name)
    return known.name if known else Text.of(f"explain.set.{set_name}")


def _algebra(opened: Explanation, figure: Figure, lang: str) -> Iterator[str]:
    factor = {"%": 100}.get(figure.value_unit, 1)
    above = opened.sides[0]
    below = opened.sides[1] if len(opened.sides) > 1 else None
    units = opened.panel.evidence.units
    names = dict(zip(units["code"], units["name"], strict=True))
    for side in opened.sides:
        count = len({item.unit_code for item in side.entries})
        total = "?" if side.total is None else _amount(side.total, side.unit, lang)
        yield "  " + say(
            f"explain.sum.{side.side}", lang, total=total, pieces=len(side.pieces), units=count
        )
        for item in _largest_entries(side):
            amount = "?" if item.amount is None else _amount(item.amount, side.unit, lang)
            year = f" {item.year}" if item.year else ""
            what = say(f"explain.statistic.{item.item}", lang)
            yield f"    {item.unit_code} {names[item.unit_code]}, {what}{year}: {amount}"
    if figure.value is not None and above.total is not None:
        divided = f" / {_plain(below.total, lang, 4)}" if below and below.total is not None else ""
        if figure.value_unit == "units":
            divided = ""
        times = f"{factor} × " if factor != 1 else ""
        yield f"  {times}{_plain(above.total, lang, 4)}{divided} = {_plain(figure.value, lang, 6)}"


def _largest_entries(side: SideOpened) -> Iterable[Any]:
    ordered = sorted(side.entries, key=lambda item: -(item.amount or 0.0))
    return ordered[:_LARGEST] if len({item.unit_code for item in ordered}) > 1 else ordered


def _law(opened: Explanation, figure: Figure, lang: str) -> Iterator[str]:
    indicator = opened.panel.indicator
    confidence = Text.of(f"confidence.{indicator.confidence}")
    yield "  " + say("explain.source", lang, source=indicator.source, confidence=confidence)
    yield from _texts(indicator.source, lang)
    for name in sorted(opened.panel.class_sets):
        chosen = class_sets()[name]
        yield "  " + say(
            "explain.class_set", lang, set=chosen.name, id=name, source=chosen.source,
            confidence=Text.of(f"confidence.{chosen.confidence}"),
        )  # fmt: skip
    yield "  " + say("explain.basis", lang, basis=Text.of(f"basis.{figure.basis}"))


def _origin_lines(manifest: Mapping[str, Any], roles: Iterable[str]) -> Iterator[str]:
    """The files of some roles, with the digests they were read with."""
    for role in sorted(roles):
        for item in manifest["origins_by_role"].get(role, ()):
            place = ", ".join(
                str(item[key]) for key in ("layer", "publisher", "document", "date") if item[key]
            )
            digest = item["sha256"][:_DIGEST] or "-"
            yield f"  {role}: {item['path']}  sha256 {digest}…  {place}"


def _findings(
    opened: Explanation, findings: pd.DataFrame, effects: pd.DataFrame, lang: str
) -> Iterator[str]:
    """Findings that move the figure, those that move it most first, then those on its features."""
    priced = effects[effects["figure_id"] == opened.figure_id]
    order = priced["delta"].astype(float).abs().sort_values(ascending=False, kind="stable").index
    said = findings.set_index("finding_id")
    for effect in priced.loc[order[:_LARGEST]].to_dict("records"):
        message = said["message"].get(effect["finding_id"], "")
        delta = _plain(float(effect["delta"]), lang, 6)
        yield f"  {effect['finding_id']}: {delta} ({effect['alternative']})  {message}"
    if len(priced) > _LARGEST:
        yield "  " + say("explain.more", lang, count=len(priced) - _LARGEST)
    behind: dict[str, set[str]] = {}
    roles = inputs_of(opened.panel)
    for side in opened.sides:
        for layer, ids in features_behind(side.pieces).items():
            if layer in roles:
                behind.setdefault(layer, set()).update(ids)
    touching = [
        row
        for row in findings.to_dict("records")
        if row["finding_id"] not in set(priced["finding_id"])
        and behind.get(row["layer"], set()) & set(row["feature_ids"].split(";"))
    ]
    for row in touching[:_LARGEST]:
        yield f"  {row['finding_id']}  {row['message']}"
    if len(touching) > _LARGEST:
        yield "  " + say("explain.more", lang, count=len(touching) - _LARGEST)
    if priced.empty and not touching:
        yield "  " + say("explain.no_findings", lang)


def _others(opened: Explanation, decimals: int, lang: str) -> Iterator[str]:
    names = {item.definition_id: item.name for item in opened.panel.indicator.definitions}
    for item in opened.others:
        figure = item.figure
        value = "-" if figure.value is None else _plain(figure.value, lang, max(decimals, 2))
        name = names[figure.definition].say(lang)
        yield f"  {figure.definition}: {value} {say(f'unit_of.{figure.value_unit}', lang)}  {name}"
    yield from (
        f"  {item.target.year}: {item.words.say(lang)}" for item in opened.spreads if item.counted
    )


def _piece(piece: Mapping[str, Any], roles: Set[str], lang: str) -> str:
    """What a planner finds a piece by: face, unit, and the feature behind it with its code."""
    if "face_id" not in piece:
        name = piece.get("building_id") or piece.get("unit_name") or ""
        return f"{piece['unit_code']} {name}".strip()
    labels = [
        f"{label} {piece[label]} [{piece[f'{label}_id']}]"
        for label in _CODES
        if label in roles and _given(piece.get(label)) and _given(piece.get(f"{label}_id"))
    ]
    weight = piece["weight"]
    counted = "" if weight == 1 else f" × {_plain(weight, lang, 4)}"
    return f"{say('explain.face', lang)} {piece['face_id']}, {piece['unit_code']}, " + (
        ", ".join(labels) + counted
    )


def _given(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _amount(value: float, unit: str, lang: str) -> str:
    decimals = 4 if unit == "m2" else 0
    return f"{_plain(value, lang, decimals)} {say(f'unit_of.{unit}', lang)}"


def _plain(value: float, lang: str, decimals: int) -> str:
    return number(value, "en" if lang == "en" else "vi", decimals)


def _number(value: float | None, decimals: int) -> Name:
    if value is None:
        return Name("-", "-")
    return Name(number(value, "vi", decimals), number(value, "en", decimals))
