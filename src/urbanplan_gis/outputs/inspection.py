"""What ``urbanplan inspect`` prints: the contents of a file, and a block for ``project.toml``."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from urbanplan_gis.loaders.crs import name_crs
from urbanplan_gis.loaders.crs_placement import describe, say_keys
from urbanplan_gis.loaders.folding import fold_words
from urbanplan_gis.loaders.formats import ARCHIVES, DRIVERS
from urbanplan_gis.loaders.inspection import InspectedField, InspectedLayer, inspect_vector
from urbanplan_gis.loaders.placing import CityPlace
from urbanplan_gis.loaders.planning_checks import check_database
from urbanplan_gis.loaders.planning_database import PlanningDatabase, open_database
from urbanplan_gis.loaders.raster import inspect_grid
from urbanplan_gis.loaders.schema import ROLE_FIELDS, STATISTICS
from urbanplan_gis.loaders.suggestions import statistic_words
from urbanplan_gis.loaders.tables import Table, read_table
from urbanplan_gis.loaders.values import tidy_text
from urbanplan_gis.outputs.summary import finding_lines
from urbanplan_gis.text import Text, number, say

_TABLES = (".csv", ".tsv", ".txt", ".xlsx")
_RASTERS = (".tif", ".tiff")
_SAMPLES = 4
_FIELDS_SHOWN = 60
_VALUES_SHOWN = 30

def inspection_lines(
    path: Path, label: str, lang: str, city: CityPlace | None = None
) -> Iterator[str]:
    """Everything ``inspect`` says of a path; ``label`` is how the project file would name it.

    Raises:
        PlanDataError: if the file cannot be opened at all.
    """
    suffix = path.suffix.lower()
    if path.is_dir() and suffix != ".gdb":
        yield from _database_lines(open_database(path, label), label, lang)
    elif suffix in _TABLES:
        yield from _table_lines(read_table(path, label), label, lang)
    elif suffix in _RASTERS:
        yield from _raster_lines(path, label, lang)
    else:
        layers = list(inspect_vector(path, label, city))
        for layer in layers:
            yield from _layer_lines(layer, lang)
        if len(layers) > 1 and suffix in (*DRIVERS, *ARCHIVES):
            yield say("inspect.several", lang, count=len(layers))


def _layer_lines(layer: InspectedLayer, lang: str) -> Iterator[str]:
    title = f"{layer.file}" + (
        f" | {layer.layer or layer.role}" if layer.layer or layer.role else ""
    )
    yield f"== {title}  ({layer.driver}) =="
    if layer.problem is not None:
        yield layer.problem.line(lang)
        yield ""
        return
    types = ", ".join(f"{kind} {count}" for kind, count in layer.types.items())
    yield say("inspect.features", lang, count=layer.count, types=types or "-")
    if layer.invalid or layer.empty:
        yield say("inspect.validity", lang, invalid=layer.invalid, empty=layer.empty)
    yield from _place_lines(layer, lang)
    yield say("inspect.encoding", lang, encoding=layer.encoding)
    for field in layer.fields[:_FIELDS_SHOWN]:
        yield _field_line(field, lang)
    if len(layer.fields) > _FIELDS_SHOWN:
        yield say("inspect.more_fields", lang, count=len(layer.fields) - _FIELDS_SHOWN)
    if layer.recognised:
        yield from _value_lines(layer, lang)
    yield from _block(layer, lang)


def _place_lines(layer: InspectedLayer, lang: str) -> Iterator[str]:
    west, south, east, north = layer.numbers
    if not math.isnan(west):
        shown = f"x {west:.10g} … {east:.10g}, y {south:.10g} … {north:.10g}"
        yield say("inspect.numbers", lang, numbers=shown, crs=layer.crs or "-")
    found = layer.placement
    if found is None:
        yield say("inspect.nowhere", lang)
        return
    yield say("inspect.placement", lang, reason=found.reason)
    if not found.sure:
        yield say("inspect.unsure", lang)
        for item in (found.placement, *found.alternatives)[:6]:
            yield f"    {describe(item).say(lang)}: {say_keys(item)}"
    if layer.extent is not None:
        west, south, east, north = layer.extent
        yield say(
            "inspect.extent", lang, extent=f"{west:.5f}–{east:.5f} E, {south:.5f}–{north:.5f} N"
        )


def _field_line(field: InspectedField, lang: str) -> str:
    samples = " · ".join(field.samples) or "-"
    letters = ""
    if field.letters:
        share = number(100 * field.confidence, lang if lang != "both" else "vi", 0)
        letters = f"  [{field.letters} {share} %]"
    counts = say("inspect.counts", lang, distinct=field.distinct, empty=field.empty)
    return (
        f"  {field.name}: {say(f'inspect.type.{field.type}', lang)}, {counts}: {samples}{letters}"
    )


def _value_lines(layer: InspectedLayer, lang: str) -> Iterator[str]:
    """What the values of classes would be taken for."""
    total = sum(item.area_m2 for item in layer.recognised) or 1.0
    ignored = sum(item.area_m2 for item in layer.recognised if item.action == "ignore")
    known = sum(item.area_m2 for item in layer.recognised if item.code)
    share = 100 * known / max(total - ignored, 1e-9)
    yield say("inspect.recognised", lang, percent=round(share, 1), hectares=round(known / 1e4, 2))
    for item in layer.recognised[:_VALUES_SHOWN]:
        meant = item.code or item.action or "?"
        area = number(item.area_m2 / 1e4, lang if lang != "both" else "vi", 2)
        taken = f"{item.value}  → {meant}  ({item.score:.2f})"
        yield f"    {area:>12} ha  {taken}  {item.reason.say(lang)}"
    if len(layer.recognised) > _VALUES_SHOWN:
        yield say("inspect.more_values", lang, count=len(layer.recognised) - _VALUES_SHOWN)


def _block(layer: InspectedLayer, lang: str) -> Iterator[str]:
    """The table for ``project.toml``."""
    suggested = layer.suggestion
    role = layer.role or (str(suggested.role) if suggested else "")
    if not role:
        return
    yield ""
    if suggested is not None:
        score = number(100 * suggested.score, lang if lang != "both" else "vi", 0)
        yield f"# {say('inspect.suggested', lang, role=role, percent=score)}"
    # a further table of the same role needs the form for several
    yield f"[[layers.{role}]]"
    yield f"path = {_quoted(layer.file)}"
    if layer.layer:
        yield f"layer = {_quoted(layer.layer)}"
    name = re.sub(r"[^\w.-]+", "_", Path(layer.layer.split("|")[-1] or layer.file).stem)
    yield f"name = {_quoted(name)}"
    yield from _placement_keys(layer)
    fields = dict(suggested.fields) if suggested else {}
    own = layer.driver in ("DXF", "DGN", "OSM")
    if fields and not own:
        pairs = ", ".join(f"{column} = {_quoted(field)}" for column, field in fields.items())
        yield f"fields = {{ {pairs} }}"
    if suggested is not None and ROLE_FIELDS[suggested.role].coded:
        yield f"code_list = {_quoted(suggested.code_list)}"
        if suggested.recognise:
            yield "recognise = true"
            if suggested.colour and not own:
                yield f"colour = {_quoted(suggested.colour)}"
    missing = _missing(layer, fields) if not own else []
    for column in missing:
        yield f"# {say('inspect.missing', lang, column=column)}"
    yield ""


def _placement_keys(layer: InspectedLayer) -> Iterator[str]:
    """Keys that say where it lies, where the file itself does not, or not rightly."""
    found = layer.placement
    if found is not None and found.sure and (found.changed or not layer.crs):
        yield from say_keys(found.placement).split(", ")


def _missing(layer: InspectedLayer, fields: dict[str, str]) -> list[str]:
    suggested = layer.suggestion
    if suggested is None:
        return []
    named = "name" in fields and str(suggested.role) == "units"
    return [
        field.name
        for field in ROLE_FIELDS[suggested.role].fields
        if field.required
        and field.name not in fields
        and not (named and field.name in ("code", "kind"))
    ]


def _database_lines(database: PlanningDatabase, label: str, lang: str) -> Iterator[str]:
    yield f"== {label} =="
    for item in (*database.classes, *database.unknown):
        crs = name_crs(item.crs) if item.crs is not None else "-"
        known = "" if item.dataset else f"  ({say('inspect.unknown_class', lang)})"
        yield f"  {item.database}/{item.dataset or '-'}/{item.name}: {item.count}  {crs}{known}"
    yield from finding_lines(check_database(database), lang, None)
    yield ""
    yield "[[databases]]"
    yield f"path = {_quoted(label)}"


def _table_lines(table: Table, label: str, lang: str) -> Iterator[str]:
    yield f"== {table.where} =="
    yield say("inspect.rows", lang, count=len(table.rows))
    for column in table.columns:
        values = [tidy_text(row.cells.get(column)) for row in table.rows]
        given = [value for value in values if value]
        samples = " · ".join(dict.fromkeys(given[:_SAMPLES])) or "-"
        counts = say(
            "inspect.counts", lang, distinct=len(set(given)), empty=len(values) - len(given)
        )
        found = table.texts.get(column)
        letters = f"  [{found.encoding}]" if found and found.changed else ""
        yield f"  {column}: {counts}: {samples}{letters}"
    folded = {fold_words(column): column for column in reversed(table.columns)}
    fields: dict[str, str] = {}
    told = statistic_words()
    for name in ("unit_code", "year", *STATISTICS):
        words = (fold_words(name), *told.get(name, ()))
        found = next((folded[word] for word in words if word in folded), None)
        if found and found not in fields.values():
            fields[name] = found
    if not {"unit_code", "year"} <= set(fields) or len(fields) < 3:
        yield say("inspect.no_statistics", lang)
        return
    pairs = ", ".join(f"{name} = {_quoted(column)}" for name, column in fields.items())
    yield ""
    yield "[[statistics]]"
    yield f"path = {_quoted(label)}"
    yield f"fields = {{ {pairs} }}"


def _raster_lines(path: Path, label: str, lang: str) -> Iterator[str]:
    grid = inspect_grid(path, label, "", "project.toml")
    yield f"== {label}  (GeoTIFF) =="
    west, south, east, north = grid.bounds
    size = np.abs((east - west) / grid.width)
    yield say(
        "inspect.grid", lang, width=grid.width, height=grid.height, kind=grid.kind,
        nodata="-" if grid.nodata is None else f"{grid.nodata:g}", size=f"{size:.6g}",
    )  # fmt: skip
    yield say("inspect.placement", lang, reason=Text.of("inspect.stated", crs=name_crs(grid.crs)))
    yield say(
        "inspect.numbers", lang, crs=name_crs(grid.crs),
        numbers=f"x {west:.10g} … {east:.10g}, y {south:.10g} … {north:.10g}",
    )  # fmt: skip
    role = "population" if "float" in grid.kind or "pop" in label.lower() else "land_cover"
    yield ""
    yield f"[[layers.{role}]]"
    yield f"path = {_quoted(label)}"


def _quoted(text: str) -> str:
    """A TOML string; JSON writes the same but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
