"""A planning database held against the annex: classes, attributes, codes, types, CRS, names.

Which classes a package must have is our reading (:mod:`urbanplan_gis.standards.tt16`), so a
missing one is a warning.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
from pyproj import CRS

from urbanplan_gis.loaders.crs.guard import name_crs, same_crs, settle_crs
from urbanplan_gis.loaders.planning.classes import chosen_classes, plan_facts
from urbanplan_gis.loaders.planning.database import (
    DatabaseClass,
    PlanningDatabase,
    databases_of,
    entry_of,
    find_misfits,
    named_dataset,
    read_columns,
)
from urbanplan_gis.loaders.values import tidy_text
from urbanplan_gis.model.data import Finding, Role, Severity
from urbanplan_gis.standards import tt16
from urbanplan_gis.text import Text

_WIDTH = b"GDAL:OGR:width"


@dataclass(frozen=True, eq=False)
class _Attributes:
    """The attributes of one class: field, type and width by name, values as tidy text."""

    layer: DatabaseClass
    fields: dict[str, str]
    types: dict[str, pa.DataType]
    widths: dict[str, int]
    values: pd.DataFrame

    def ids(self, rows: np.ndarray) -> tuple[str, ...]:
        """What the features of these rows are called: as loading names them."""
        named = self.values.get(tt16.OBJECT)
        if named is not None and named.is_unique and (named != "").all():
            return tuple(named[rows])
        return tuple(f"{self.layer.place}:{row + 1}" for row in np.flatnonzero(rows))


def check_database(database: PlanningDatabase) -> list[Finding]:
    """Every way the package differs from the annex, and every class that is not used.

    Raises:
        PlanDataError: if a class cannot be read.
    """
    tables = [_read_attributes(layer) for layer in database.classes]
    findings = [*_missing_classes(database), *_unknown_classes(database)]
    for table in tables:
        findings += [*_geometry_types(table), *_schema(table), *_values(table)]
    return [
        *findings,
        *_datasets(database),
        *_codes(database, tables),
        *_reference_systems(database),
        *_empty_classes(database),
        *_use_of_classes(database),
    ]


def _read_attributes(layer: DatabaseClass) -> _Attributes:
    fields = {item.name: layer.field(item.name) for item in tt16.attributes()}
    there = {name: field for name, field in fields.items() if field}
    table = read_columns(layer, there.values())
    values = {
        name: [tidy_text(value) or "" for value in table.column(field).to_pylist()]
        for name, field in there.items()
    }
    widths = {
        name: int((table.schema.field(field).metadata or {}).get(_WIDTH, b"0"))
        for name, field in there.items()
    }
    types = {name: table.schema.field(field).type for name, field in there.items()}
    frame = pd.DataFrame(values, index=range(len(table)), dtype=object)
    return _Attributes(layer, there, types, widths, frame)


def _missing_classes(database: PlanningDatabase) -> list[Finding]:
    """Required classes that are not there, in their own database or in any."""
    there = {(layer.database, layer.name) for layer in database.classes}
    names = {name for _, name in there}
    missing: dict[str, list[str]] = {}
    for entry in tt16.class_entries():
        if entry.required == "database" and (entry.database, entry.name) not in there:
            missing.setdefault(entry.name, []).append(entry.database)
        if entry.required == "package" and entry.name not in names:
            missing.setdefault(entry.name, []).append(entry.database)
    return [
        _finding(
            "tt16_class_missing", Severity.WARNING, database.label, name=name,
            databases=", ".join(databases),
        )
        for name, databases in missing.items()
    ]  # fmt: skip


def _unknown_classes(database: PlanningDatabase) -> list[Finding]:
    """Layers no class is named for: added ones are allowed, by the rule of names; files aside."""
    findings = []
    for layer in database.unknown:
        elsewhere = ", ".join(databases_of(layer.layer))
        added = tt16.is_class_name(layer.name) and not elsewhere
        code = "tt16_added_class" if added else "tt16_unknown_class"
        if elsewhere:
            code = "tt16_wrong_database"
        severity = Severity.INFO if added else Severity.WARNING
        findings.append(
            _finding(code, severity, layer.place, count=layer.count, databases=elsewhere)
        )
    if database.aside:
        files = ", ".join(database.aside)
        findings.append(_finding("tt16_not_read", Severity.INFO, database.label, files=files))
    return findings


def _datasets(database: PlanningDatabase) -> list[Finding]:
    """Classes in another dataset than the annex has them in; a FileGDB also has classes in none."""
    misplaced: dict[str, list[str]] = {}
    for layer in database.classes:
        given = layer.given_dataset or ("-" if layer.path.suffix.lower() == ".gdb" else "")
        if given and named_dataset(layer.database, given) != layer.dataset:
            said = f"{layer.name} ({given} → {layer.dataset})"
            misplaced.setdefault(layer.database, []).append(said)
    return [
        _finding(
            "tt16_wrong_dataset", Severity.WARNING, f"{database.label}/{name}",
            classes=", ".join(classes),
        )
        for name, classes in misplaced.items()
    ]  # fmt: skip


def _geometry_types(table: _Attributes) -> list[Finding]:
    """Areas, points or lines, as the last letter of the class says."""
    layer = table.layer
    wrong, types = find_misfits(layer)
    # a class without features shows its fault all the same
    if not types:
        return []
    return [
        _finding(
            "tt16_geometry_type", Severity.ERROR, layer.place, table.ids(wrong),
            types=types, count=int(wrong.sum()), wanted=Text.of(f"tt16.shape.{layer.geometry}"),
        )
    ]  # fmt: skip


def _schema(table: _Attributes) -> list[Finding]:
    """The attributes of every class: there, text, and wide enough."""
    place = table.layer.place
    missing = [item.name for item in tt16.attributes() if item.name not in table.types]
    findings = []
    if missing:
        listed = ", ".join(missing)
        findings.append(
            _finding("tt16_attribute_missing", Severity.ERROR, place, fields=listed)
        )  # fmt: skip
    otherwise = [
        f"{field} ({name})"
        for name, field in table.fields.items()
        if field.casefold() != name.casefold()
    ]
    if otherwise:
        listed = ", ".join(otherwise)
        findings.append(
            _finding("tt16_attribute_name", Severity.WARNING, place, fields=listed)
        )  # fmt: skip
    for item in tt16.attributes():
        kind, width = table.types.get(item.name), table.widths.get(item.name, 0)
        if kind is None:
            continue
        if not (pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            findings.append(
                _finding("tt16_attribute_type", Severity.WARNING, place, field=item.name, type=kind)
            )
        elif 0 < width < item.length:
            findings.append(
                _finding(
                    "tt16_attribute_length", Severity.WARNING, place, field=item.name,
                    width=width, wanted=item.length,
                )
            )  # fmt: skip
    return findings


def _values(table: _Attributes) -> list[Finding]:
    """Attributes that must have a value, and values longer than theirs may be."""
    findings = []
    for item in tt16.attributes():
        if item.name not in table.values:
            continue
        lengths = table.values[item.name].map(len).to_numpy(dtype=int)
        cases = {
            "tt16_attribute_empty": (lengths == 0) & item.filled,
            "tt16_text_too_long": lengths > item.length,
        }
        for code, rows in cases.items():
            if rows.any():
                findings.append(
                    _finding(
                        code, Severity.WARNING, table.layer.place, table.ids(rows),
                        field=item.name, count=int(rows.sum()), wanted=item.length,
                    )
                )  # fmt: skip
    return findings


def _codes(database: PlanningDatabase, tables: Sequence[_Attributes]) -> list[Finding]:
    """Patterns of both codes, their province, their level, and that a package has one of each."""
    findings = []
    levels: dict[str, list[str]] = {}
    parsers: dict[str, Callable[[str], tt16.PlanCode | None]] = {
        tt16.DOSSIER: tt16.parse_dossier,
        tt16.INFORMATION: tt16.parse_information,
    }
    for name, parse in parsers.items():
        distinct: set[str] = set()
        for table in tables:
            if name in table.values:
                values = table.values[name]
                distinct |= set(values[values != ""])
                findings += _bad_codes(table, name, parse)
        if len(distinct) > 1:
            listed = ", ".join(sorted(distinct)[:5])
            findings.append(
                _finding(
                    "tt16_codes_differ", Severity.WARNING, database.label, field=name,
                    count=len(distinct), values=listed,
                )
            )  # fmt: skip
        for code in sorted(distinct):
            parsed = parse(code)
            if parsed:
                levels.setdefault(parsed.level, []).append(code)
    if len(levels) > 1:
        listed = ", ".join(f"{code} ({level})" for level in levels for code in levels[level][:3])
        findings.append(
            _finding("tt16_levels_differ", Severity.WARNING, database.label, values=listed)
        )
    return findings


def _bad_codes(
    table: _Attributes, name: str, parse: Callable[[str], tt16.PlanCode | None]
) -> list[Finding]:
    """One finding for each value that is no such code, or one of another province."""
    findings = []
    for value, rows in table.values.groupby(name, sort=True).groups.items():
        parsed = parse(str(value))
        if value == "" or (parsed and parsed.province == tt16.PROVINCE):
            continue
        concerned = table.values.index.isin(rows)
        findings.append(
            _finding(
                "tt16_code_province" if parsed else "tt16_code_pattern",
                Severity.WARNING, table.layer.place, table.ids(concerned), field=name, value=value,
                count=len(rows), wanted=Text.of(f"tt16.pattern.{name}"), province=tt16.PROVINCE,
            )
        )  # fmt: skip
    return findings


def _reference_systems(database: PlanningDatabase) -> list[Finding]:
    """The province's VN-2000; one finding for each other CRS of each database."""
    wanted, template = CRS(tt16.PROVINCE_CRS), CRS(tt16.INTERPROVINCE_CRS)
    found: dict[tuple[str, str], list[str]] = {}
    codes: dict[tuple[str, str], str] = {}
    for layer in database.classes:
        if not layer.shape:
            continue
        crs = settle_crs(layer.crs, "", layer.place, layer.place)[0] if layer.crs else None
        if crs is not None and same_crs(crs, wanted):
            continue
        key = (f"{database.label}/{layer.database}", name_crs(crs) if crs else "")
        found.setdefault(key, []).append(layer.name)
        interprovince = crs is not None and same_crs(crs, template)
        codes[key] = "tt16_interprovince_crs" if interprovince else "tt16_wrong_crs"
    return [
        _finding(
            code, Severity.INFO if code == "tt16_interprovince_crs" else Severity.WARNING, key[0],
            crs=key[1] or Text.of("tt16.no_crs"), classes=", ".join(found[key]),
            wanted=tt16.PROVINCE_CRS,
        )
        for key, code in codes.items()
    ]  # fmt: skip


def _empty_classes(database: PlanningDatabase) -> list[Finding]:
    """Classes without features: required ones each, the others (a template has many) together."""
    findings = []
    others: dict[str, list[str]] = {}
    filled = {layer.name for layer in database.classes if layer.count}
    for layer in database.classes:
        required = entry_of(layer).required
        lacking = required == "database" or (required == "package" and layer.name not in filled)
        if layer.count == 0 and lacking:
            findings.append(
                _finding("tt16_empty_class", Severity.WARNING, layer.place, classes=layer.name)
            )
        elif layer.count == 0:
            others.setdefault(f"{database.label}/{layer.database}", []).append(layer.name)
    return findings + [
        _finding("tt16_empty_class", Severity.INFO, name, classes=", ".join(classes))
        for name, classes in others.items()
    ]


def _use_of_classes(database: PlanningDatabase) -> list[Finding]:
    """Classes with features that feed no role; planned roads that stand for existing ones."""
    chosen = chosen_classes(database, plan_facts(database).level)
    used = {(layer.path, layer.layer) for layers in chosen.values() for layer in layers}
    unused: dict[str, list[str]] = {}
    for layer in database.classes:
        if layer.count and (layer.path, layer.layer) not in used:
            where = f"{database.label}/{layer.database}"
            unused.setdefault(where, []).append(f"{layer.name} ({layer.count})")
    findings = [
        _finding("tt16_class_unused", Severity.INFO, name, classes=", ".join(classes))
        for name, classes in unused.items()
    ]
    for role in (Role.ROADS, Role.RIGHT_OF_WAY):
        findings += [
            _finding("tt16_planned_as_existing", Severity.WARNING, layer.place, role=role)
            for layer in chosen.get(role, ())
            if layer.database == "QuyHoach"
        ]
    return findings


def _finding(
    code: str, severity: Severity, layer: str, ids: tuple[str, ...] = (), **params: object
) -> Finding:
    message = Text.of(f"finding.{code}", layer=layer, **params)
    return Finding(code, severity, layer, ids, message, action="reported")
