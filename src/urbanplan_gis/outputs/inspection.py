"""What ``urbanplan inspect`` prints: the contents of a file, and a block for ``project.toml``."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from urbanplan_gis.errors import bad_data, raise_problems
from urbanplan_gis.legible import legible
from urbanplan_gis.loaders.crs.guard import name_crs
from urbanplan_gis.loaders.formats import ARCHIVES, DRIVERS, why_unknown
from urbanplan_gis.loaders.inspection.layers import (
    InspectedField,
    InspectedLayer,
    Surroundings,
    inspect_vector,
    list_tables,
)
from urbanplan_gis.loaders.inspection.tables import TABLES, InspectedTable, inspect_tables
from urbanplan_gis.loaders.inspection.words import longest_words, split_name
from urbanplan_gis.loaders.planning.checks import check_database
from urbanplan_gis.loaders.planning.database import PlanningDatabase, open_database
from urbanplan_gis.loaders.raster import inspect_grid
from urbanplan_gis.loaders.tables import Table
from urbanplan_gis.loaders.values import tidy_text
from urbanplan_gis.model.data import Role
from urbanplan_gis.outputs.inspection_block import (
    layer_block,
    quoted,
    raster_block,
    table_block,
)
from urbanplan_gis.outputs.summary import finding_lines
from urbanplan_gis.text import LANGUAGES, Text, languages, number, say

_RASTERS = (".tif", ".tiff")
_SAMPLES = 4
_SAMPLE_LENGTH = 32
_SAMPLES_LENGTH = 80
_FIELDS_SHOWN = 60
_VALUES_SHOWN = 30
_WIDEST_NAME = 28


def inspection_lines(
    path: Path, label: str, lang: str, around: Surroundings | None = None
) -> Iterator[str]:
    """Everything ``inspect`` says of a path; ``label`` is how the project file would name it.

    Raises:
        PlanDataError: if the file cannot be opened at all, or none of its layers can be read.
    """
    if any("\ud800" <= sign <= "\udfff" for sign in label):
        raise bad_data("undecodable_name", legible(label))
    suffix = path.suffix.lower()
    known = (*DRIVERS, *ARCHIVES, *TABLES, *_RASTERS)
    if path.is_file() and suffix not in known and why_unknown(suffix) == "unknown_format":
        raise bad_data("unknown_format", label, known=", ".join(known))
    if path.is_dir() and suffix != ".gdb":
        lines = _database_lines(open_database(path, label), label, lang)
    elif suffix in TABLES:
        lines = _sheet_lines(path, label, lang)
    elif suffix in _RASTERS:
        lines = _raster_lines(path, label, lang)
    else:
        lines = _file_lines(path, label, lang, around)
    return map(legible, lines)


def _file_lines(path: Path, label: str, lang: str, around: Surroundings | None) -> Iterator[str]:
    layers = list(inspect_vector(path, label, around))
    problems = [layer.problem for layer in layers if layer.problem is not None]
    if len(problems) == len(layers):
        raise_problems(problems)
    taken: set[tuple[str, str]] = set()
    for layer in layers:
        yield from _layer_lines(layer, lang)
        if layer.problem is None and not (layer.role or layer.suggestion):
            yield from _sentences(Text.of("inspect.no_geometry"), lang)
        elif layer.problem is None:
            yield ""
            yield from layer_block(layer, lang, taken)
        yield ""
    tables = list_tables(path)
    if tables:
        yield from _sentences(Text.of("inspect.bare_tables", names=", ".join(tables)), lang)
    if len(layers) - len(problems) > 1:
        count = len(layers) - len(problems)
        yield from _sentences(Text.of("inspect.several", count=count), lang)


def _layer_lines(layer: InspectedLayer, lang: str) -> Iterator[str]:
    part = layer.layer or layer.role
    yield f"== {layer.file}{' | ' if part else ''}{part}  ({layer.driver}) =="
    if layer.problem is not None:
        yield from (layer.problem.line(language) for language in languages(lang))
        return
    types = ", ".join(f"{kind} {count}" for kind, count in layer.types.items())
    counts = f"{say('inspect.features', lang)}: {layer.count} ({types or '-'})"
    if layer.invalid:
        counts += f"; {say('inspect.invalid', lang)}: {layer.invalid}"
    if layer.empty:
        counts += f"; {say('inspect.without', lang)}: {layer.empty}"
    yield counts
    yield from _place_lines(layer, lang)
    yield f"{say('inspect.encoding', lang)}: {layer.encoding}"
    yield from _field_table(layer.fields, lang)
    if layer.recognised:
        yield from _value_lines(layer, lang)


def _place_lines(layer: InspectedLayer, lang: str) -> Iterator[str]:
    west, south, east, north = layer.numbers
    if not math.isnan(west):
        shown = f"x {west:.10g} … {east:.10g}, y {south:.10g} … {north:.10g}"
        stated = f"{say('inspect.states', lang)}: {layer.crs or '-'}"
        yield f"{say('inspect.numbers', lang)}: {shown}; {stated}"
    found = layer.placement
    if found is None:
        yield from _sentences(Text.of("inspect.nowhere"), lang)
        return
    yield from _sentences(Text.of("inspect.placement", reason=found.reason), lang)
    if not found.sure:
        yield from _sentences(Text.of("inspect.unsure"), lang)
    if layer.extent is not None:
        west, south, east, north = layer.extent
        shown = f"{west:.5f}–{east:.5f} E, {south:.5f}–{north:.5f} N"
        yield f"{say('inspect.extent', lang)}: {shown}"


def _field_table(fields: tuple[InspectedField, ...], lang: str) -> Iterator[str]:
    """The fields in columns: name, type, distinct values, empty ones, some values."""
    columns = ("field", "kind", "distinct", "empty", "values")
    rows = [tuple(say(f"inspect.column.{name}", lang) for name in columns)]
    for field in fields[:_FIELDS_SHOWN]:
        kind = say(f"inspect.type.{field.type}", lang)
        if field.problem is not None:
            one = LANGUAGES[0] if lang == "both" else lang
            rows.append((_shortened(field.name), kind, "-", "-", field.problem.line(one)))
            continue
        values = _samples(field.samples)
        if field.letters:
            values += f"  [{field.letters} {round(100 * field.confidence)} %]"
        rows.append((_shortened(field.name), kind, str(field.distinct), str(field.empty), values))
    yield from _aligned(rows)
    if len(fields) > _FIELDS_SHOWN:
        left = len(fields) - _FIELDS_SHOWN
        yield from _sentences(Text.of("inspect.more_fields", count=left), lang)


def _aligned(rows: list[tuple[str, ...]]) -> Iterator[str]:
    """Rows in columns; the last column is as long as it is, an over-long cell pushes the rest."""
    # what is escaped on the way out grows, so it is measured as it will stand there
    cells = [[legible(cell) for cell in row] for row in rows]
    widths = [min(max(map(len, column)), _WIDEST_NAME) for column in zip(*cells, strict=True)]
    for row in cells:
        padded = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield "  " + "  ".join([*padded[:-1], row[-1]]).rstrip()


def _samples(values: tuple[str, ...]) -> str:
    """The commonest values as far as they fit on a line."""
    shown = ""
    for value in values:
        short = _shortened(value)
        if len(shown) + len(short) > _SAMPLES_LENGTH:
            return f"{shown} · …"
        shown = f"{shown} · {short}" if shown else short
    return shown or "-"


def _shortened(text: str) -> str:
    return text if len(text) <= _SAMPLE_LENGTH else f"{text[:_SAMPLE_LENGTH]}…"


def _value_lines(layer: InspectedLayer, lang: str) -> Iterator[str]:
    """What the values of classes would be taken for."""
    one = LANGUAGES[0] if lang == "both" else lang
    total = sum(item.area_m2 for item in layer.recognised)
    ignored = sum(item.area_m2 for item in layer.recognised if item.action == "ignore")
    known = sum(item.area_m2 for item in layer.recognised if item.code)
    share = round(100 * known / max(total - ignored, 1e-9), 1)
    hectares = round(known / 1e4, 2)
    yield from _sentences(Text.of("inspect.recognised", percent=share, hectares=hectares), lang)
    for item in layer.recognised[:_VALUES_SHOWN]:
        meant = item.code or (item.action and say("inspect.ignored", one)) or "?"
        area = number(item.area_m2 / 1e4, one, 2)
        taken = f"{_shortened(item.value) or '«»'} → {meant} ({number(item.score, one)})"
        yield f"  {area:>10} ha  {taken}: {item.reason.say(one)}"
    if len(layer.recognised) > _VALUES_SHOWN:
        left = len(layer.recognised) - _VALUES_SHOWN
        yield from _sentences(Text.of("inspect.more_values", count=left), lang)


def _database_lines(database: PlanningDatabase, label: str, lang: str) -> Iterator[str]:
    yield f"== {label} =="
    for item in (*database.classes, *database.unknown):
        crs = name_crs(item.crs) if item.crs is not None else "-"
        known = "" if item.dataset else f"  ({say('inspect.unknown_class', lang)})"
        yield f"  {item.database}/{item.dataset or '-'}/{item.name}: {item.count}  {crs}{known}"
    yield from finding_lines(check_database(database), lang, None)
    yield ""
    yield "[[databases]]"
    yield f"path = {quoted(label)}"


def _sheet_lines(path: Path, label: str, lang: str) -> Iterator[str]:
    sheets = list(inspect_tables(path, label))
    problems = [item.problem for item in sheets if item.problem is not None]
    if len(problems) == len(sheets):
        raise_problems(problems)
    yield from chain.from_iterable(_table_lines(item, label, lang) for item in sheets)


def _table_lines(item: InspectedTable, label: str, lang: str) -> Iterator[str]:
    yield f"== {item.where} =="
    if item.table is None:
        if item.problem is not None:
            yield from (item.problem.line(language) for language in languages(lang))
        yield ""
        return
    yield f"{say('inspect.rows', lang)}: {len(item.table.rows)}"
    yield from _field_table(tuple(_columns_of(item.table)), lang)
    yield ""
    if item.fields is None:
        yield from _sentences(Text.of("inspect.no_statistics"), lang)
    else:
        yield from table_block(label, item.sheet, item.fields)
    yield ""


def _columns_of(table: Table) -> Iterator[InspectedField]:
    for column in table.columns:
        values = [tidy_text(row.cells.get(column)) for row in table.rows]
        given = [value for value in values if value]
        cells = [row.cells.get(column) for row in table.rows]
        is_number = any(isinstance(cell, int | float) for cell in cells)
        found = table.texts.get(column)
        yield InspectedField(
            name=column,
            type="number" if is_number else "text",
            distinct=len(set(given)),
            empty=len(values) - len(given),
            samples=tuple(dict.fromkeys(given))[:_SAMPLES],
            letters=found.encoding if found and found.changed else "",
            confidence=found.confidence if found else 1.0,
        )


def _raster_lines(path: Path, label: str, lang: str) -> Iterator[str]:
    grid = inspect_grid(path, label, "", "project.toml")
    yield f"== {label}  (GeoTIFF) =="
    west, south, east, north = grid.bounds
    size = np.abs((east - west) / grid.width)
    nodata = "-" if grid.nodata is None else f"{grid.nodata:g}"
    facts = {"width": grid.width, "height": grid.height, "kind": grid.kind, "nodata": nodata}
    yield from _sentences(Text.of("inspect.grid", size=f"{size:.6g}", **facts), lang)
    numbers = f"x {west:.10g} … {east:.10g}, y {south:.10g} … {north:.10g}"
    stated = f"{say('inspect.states', lang)}: {name_crs(grid.crs)}"
    yield f"{say('inspect.numbers', lang)}: {numbers}; {stated}"
    told = split_name(Path(label).stem)
    named = longest_words(told)
    people, cover = named[Role.POPULATION], named[Role.LAND_COVER]
    counts = people > cover or (people == cover and "float" in grid.kind)
    yield ""
    role = Role.POPULATION if counts else Role.LAND_COVER
    yield from raster_block(label, str(role), lang)


def _sentences(text: Text, lang: str) -> list[str]:
    """A sentence in each language that is asked for, on a line of its own."""
    return [text.say(language) for language in languages(lang)]
