"""The classes of a planning database as sources of our roles.

Decided here: the outline of the plan is ``RanhGioiQuyHoach_A``, and the sub-zones of
``PhanKhuQuyHoach_A`` stand in where it is missing; existing roads come before planned ones; in a
general plan (QHC) ``ChucNangSuDungDat_A`` is the general plan, else it is zoning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.classes.meanings import match_core, match_title
from urbanplan_gis.loaders.planning.database import (
    DatabaseClass,
    PlanningDatabase,
    entry_of,
    find_misfits,
    read_columns,
)
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.loaders.text.folding import strip_marks
from urbanplan_gis.loaders.values import fold_text, read_texts
from urbanplan_gis.model.data import Role
from urbanplan_gis.standards.codes import read_rows
from urbanplan_gis.standards.tt16 import (
    DOSSIER,
    INFORMATION,
    LABEL,
    LEGEND,
    OBJECT,
    Level,
    parse_dossier,
    parse_information,
)

CODE_LIST = "tt16-2025"
LAND_LIST = "tt08-2024"
#: what a drawing's layer has before the core of its name: the stage it shows
_STAGES = ("", "HT_", "QHDD_", "QHDH_")
_PLAN_KINDS: Mapping[Level, str] = {"QHC": "general", "QPK": "zoning", "QCT": "detail"}
#: roles whose name is the label of the object
_NAMED = frozenset(
    {Role.PLANS, Role.ROADS, Role.RIGHT_OF_WAY, Role.FACILITIES, Role.PROJECTS}
)  # fmt: skip


@dataclass(frozen=True)
class PlanFacts:
    """The level of the plan, and its ``maHoSoQH`` (``""``: there is none, or more than one)."""

    level: Level
    dossier: str


def database_sources(database: PlanningDatabase, root: Path) -> list[tuple[Role, dict[str, Any]]]:
    """What ``project.LayerSource`` is to be made of for each class that feeds a role.

    Paths are relative to ``root``. Layers written by this toolkit are read by their own columns,
    those of others by the attributes of the annex.

    Raises:
        PlanDataError: for a file outside ``root``, or a layer that cannot be read.
    """
    plan = plan_facts(database)
    sources = []
    for role, layers in chosen_classes(database, plan.level).items():
        for layer in layers:
            place = f"{database.label}/{layer.database}/{layer.layer}"
            name = layer.place if len(layers) == 1 else place
            common = {
                "path": _relative(layer.path, root, database.label),
                "layer": layer.layer,
                "name": name,
            }
            made = [_foreign(role, layer, plan, database.label)]
            if is_own(role, layer):
                made = _own(role, layer)
            for facts in made:
                suffix = f" ({facts['code_list']})" if len(made) > 1 else ""
                named = {**common, "name": common["name"] + suffix}
                sources.append((role, {**named, **facts}))
    return sources


def chosen_classes(
    database: PlanningDatabase, level: Level
) -> dict[Role, tuple[DatabaseClass, ...]]:
    """The classes with features of their kind that feed each role: the lowest rank there is."""
    found: dict[Role, list[DatabaseClass]] = {}
    for layer in database.classes:
        entry = entry_of(layer)
        role = entry.role_at(level)
        if role is None or not layer.count or not layer.shape or find_misfits(layer)[0].all():
            continue
        # a class the annex does not have means what it says only where we wrote it
        if entry.confidence != "proposal" or is_own(role, layer):
            found.setdefault(role, []).append(layer)
    chosen = {}
    for role in (role for role in Role if role in found):
        first = min(entry_of(layer).rank for layer in found[role])
        chosen[role] = tuple(item for item in found[role] if entry_of(item).rank == first)
    return chosen


def plan_facts(database: PlanningDatabase) -> PlanFacts:
    """What the codes of the features say of the plan; a zoning plan where they do not agree."""
    dossiers = _distinct(database, DOSSIER)
    parsed = [parse_dossier(code) for code in dossiers]
    parsed += [parse_information(code) for code in _distinct(database, INFORMATION)]
    levels = list(dict.fromkeys(code.level for code in parsed if code))
    known = [code for code in dossiers if parse_dossier(code)]
    return PlanFacts(
        level=levels[0] if len(levels) == 1 else "QPK",
        dossier=known[0] if len(known) == 1 else "",
    )


def is_own(role: Role, layer: DatabaseClass) -> bool:
    """Whether a layer carries our own columns beside the attributes of the annex."""
    return {"feature_id", *ROLE_FIELDS[role].names} <= set(layer.fields)


@cache
def legend_codes(level: Level) -> Mapping[str, str]:
    """Texts of the circular's legend and names of its drawing layers -> planned functions.

    Keys are folded (:func:`fold_text`), with and without marks. A name that general and zoning
    plans give to different functions means that of the plan's own level.
    """
    own = "general" if level == "QHC" else "zoning"
    rows = [row for row in read_rows("planning_functions.csv") if row["list"] == CODE_LIST]
    codes = {}
    for row in sorted(rows, key=lambda row: row["plan_kind"] == own):
        texts = [row["name_vi"], strip_marks(row["name_vi"])]
        texts += [f"{stage}DAT_{row['code']}" for stage in _STAGES]
        codes.update({fold_text(text): row["code"] for text in texts})
    return codes


def _distinct(database: PlanningDatabase, attribute: str) -> list[str]:
    """The values of a code in all classes, sorted."""
    found: set[str] = set()
    for layer in database.classes:
        field = layer.field(attribute)
        if field and layer.count:
            values = read_columns(layer, [field]).column(field).to_pandas()
            found |= set(read_texts(values).dropna())
    return sorted(found)


def _relative(path: Path, root: Path, label: str) -> str:
    base = root.resolve()
    if not path.resolve().is_relative_to(base):
        raise bad_data("outside_path", label, path=path.name)
    return (path.parent.resolve() / path.name).relative_to(base).as_posix()


def _own(role: Role, layer: DatabaseClass) -> list[dict[str, Any]]:
    """By our own columns; features of several code lists are read list by list."""
    shape = ROLE_FIELDS[role]
    names = [field.name for field in shape.fields if not field.derived]
    fields = {name: name for name in ("feature_id", *names) if name != "code_list"}
    if not shape.coded:
        return [{"fields": fields}]
    fields["source_value"] = "source_value"
    stored = read_texts(read_columns(layer, ["code_list"]).column("code_list").to_pandas())
    lists = sorted(stored.dropna().unique()) or [CODE_LIST]
    if len(lists) == 1:
        return [{"fields": fields, "code_list": lists[0]}]
    # features without a code go with the first list
    parts = [[lists[0], ""], *([name] for name in lists[1:])]
    return [{"fields": fields, "code_list": part[0], "only": {"code_list": part}} for part in parts]


def _foreign(role: Role, layer: DatabaseClass, plan: PlanFacts, label: str) -> dict[str, Any]:
    """By the attributes of the annex: the legend is the code, the dossier the plan."""
    shape = ROLE_FIELDS[role]
    fields: dict[str, str] = {}
    constants: dict[str, str] = {}
    facts: dict[str, Any] = {"fields": fields, "set": constants}
    legend, label_field = layer.field(LEGEND), layer.field(LABEL)
    object_id = layer.field(OBJECT)
    if object_id and _is_filled(layer, object_id, unique=True):
        fields["feature_id"] = object_id
    if label_field and role in _NAMED:
        fields["name"] = label_field
    if role is Role.FACILITIES and legend:
        fields["kind"] = legend
    if shape.field("plan_id"):
        dossier = layer.field(DOSSIER)
        if dossier and not plan.dossier and _is_filled(layer, dossier):
            fields["plan_id"] = dossier
        else:
            constants["plan_id"] = plan.dossier or label
    if role is Role.PLANS:
        constants["kind"] = _PLAN_KINDS[plan.level]
    if shape.coded:
        facts["code_list"] = CODE_LIST
        facts["recognise"] = True
        if legend:
            fields["code"] = fields["source_value"] = legend
            if role is Role.LAND_USE and _has_land_codes(layer, legend):
                facts["code_list"] = LAND_LIST
            else:
                facts["values"] = {"code": dict(legend_codes(plan.level))}
        else:
            constants["code"] = ""
    return facts


def _has_land_codes(layer: DatabaseClass, legend: str) -> bool:
    """Whether existing land is told by land codes, as the cadastre has it, not by functions.

    The list that knows more of the features' values, as codes or names, is the one meant.
    """
    values = read_texts(read_columns(layer, [legend]).column(legend).to_pandas()).dropna()
    counts = dict.fromkeys((CODE_LIST, LAND_LIST), 0)
    for value, count in values.value_counts().items():
        for code_list in counts:
            if match_core(str(value), code_list) or match_title(str(value), code_list):
                counts[code_list] += int(count)
    return counts[LAND_LIST] > counts[CODE_LIST]


def _is_filled(layer: DatabaseClass, field: str, unique: bool = False) -> bool:
    """Whether every feature has a value there (``unique``: one of its own)."""
    values = read_texts(read_columns(layer, [field]).column(field).to_pandas())
    return bool(values.notna().all() and (values.is_unique or not unique))
