"""What a layer is probably for, and which of its fields are probably our columns.

Words in the names of file, layer and fields, the kind of geometry, and what the values say. A
suggestion only: the planner reads it before it goes into ``project.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np
import pandas as pd

from urbanplan_gis.loaders.classes.recognise import recognise_values
from urbanplan_gis.loaders.inspection.words import (
    Unfit,
    longest_words,
    match_fields,
    match_names,
    split_name,
    words_of,
)
from urbanplan_gis.loaders.schema import ROLE_FIELDS, Family
from urbanplan_gis.loaders.units.layer import official_names
from urbanplan_gis.loaders.units.names import match_units
from urbanplan_gis.loaders.units.readings import read_kind
from urbanplan_gis.loaders.values import fold_text, read_texts
from urbanplan_gis.model.data import Role
from urbanplan_gis.standards.codes import code_lists

#: values of at least this share must be known for a field to be what it seems
_MOST = 0.5
_VALUES_TRIED = 2_000
#: values known in a field that is not called like one of classes may be so by chance
_CHANCE = 0.6
#: of so many features, a field whose values hardly repeat names them and does not class them
_FEW = 20
_PLANNED = "tt16-2025"
_LAND_LISTS = ("tt08-2024", "tt27-2018")
#: surveys of the years before Circular 08/2024 follow the one of 2018, where codes do not tell
_EARLIER_LIST = "tt27-2018"
_EARLIER_YEARS = re.compile(r"\b20(?:1\d|2[0-3])\b")
_COLOURS = re.compile(r"#[0-9a-fA-F]{6}")
_UNIT_CODE = re.compile(r"\d{5}")
#: kinds written out before a name; abbreviations («P-12») stand before numbers of lots, too
_UNIT_KIND = re.compile(r"(?:phường|phuong|xã|xa)\s+\S.*", re.IGNORECASE)
#: what a field found adds for a column of several roles, and for one that a single role has
_SHARED, _OWN = 0.05, 0.15
#: of layers whose names and values say nothing
_FALLBACK: Mapping[Family, Role] = {
    "area": Role.LAND_USE,
    "line": Role.ROADS,
    "point": Role.FACILITIES,
}


@dataclass(frozen=True)
class Suggestion:
    """A role with our columns -> the layer's fields; ``score`` from 0 to 1."""

    role: Role
    score: float
    fields: Mapping[str, str]
    #: fields named like columns whose values do not fit them
    unfit: tuple[Unfit, ...] = ()
    #: required columns that no field gives
    missing: tuple[str, ...] = ()
    code_list: str = ""
    recognise: bool = False
    colour: str = ""


@dataclass(frozen=True, eq=False)
class FamilyFeatures:
    """The features of a layer with one kind of geometry: fields, and m² (0 where unknown)."""

    family: Family
    fields: Mapping[str, pd.Series]
    areas: np.ndarray

    @cached_property
    def texts(self) -> dict[str, _Texts]:
        """The distinct texts of the fields that may hold classes or names."""
        weights = self.areas if self.areas.sum() > 0 else np.ones(len(self.areas))
        return {
            name: _Texts.of(column, weights)
            for name, column in self.fields.items()
            if column.dtype == object
        }


@dataclass(frozen=True, eq=False)
class _Texts:
    """The distinct texts of a field with the ground (or number) of their features, as a share."""

    values: tuple[str, ...]
    shares: np.ndarray
    rows: int

    @classmethod
    def of(cls, column: pd.Series, weights: np.ndarray) -> _Texts:
        places, distinct = pd.factorize(read_texts(column))
        sums = np.bincount(places[places >= 0], weights[places >= 0], minlength=len(distinct))
        values = tuple(str(value) for value in distinct)
        return cls(values, sums / max(float(weights.sum()), 1e-300), len(column))

    @property
    def names_each(self) -> bool:
        """Whether values hardly repeat, as those of numbers and names of features."""
        return self.rows > _FEW and len(self.values) > 0.8 * self.rows


@dataclass(frozen=True)
class _Code:
    """A field with codes or names of classes, and the share of the ground whose class is known."""

    field: str = ""
    code_list: str = ""
    recognise: bool = False
    known: float = 0.0


def suggest_role(names: Sequence[str], kinds: Sequence[FamilyFeatures]) -> Suggestion | None:
    """The best guess for a layer called ``names`` (file, layer); None: it has no geometry.

    ``kinds`` are its features by kind of geometry: a drawing of lots has more lines than lots.
    """
    told = " ".join(split_name(name) for name in names)
    named = longest_words(told)
    order = list(ROLE_FIELDS)
    candidates = [
        _suggest(role, named[role], told, features)
        for features in sorted(kinds, key=lambda item: list(_FALLBACK).index(item.family))
        for role in order
        if ROLE_FIELDS[role].family == features.family
    ]
    if not candidates:
        return None
    best = max(candidates, key=lambda item: item.score)
    if best.score > 0:
        return best
    roles = [_FALLBACK[features.family] for features in kinds]
    return min(
        (item for item in candidates if item.role in roles),
        key=lambda item: list(_FALLBACK.values()).index(item.role),
    )


def _suggest(role: Role, named: int, told: str, features: FamilyFeatures) -> Suggestion:
    shape = ROLE_FIELDS[role]
    score = min(0.5, named / 16)
    columns, unfit = match_fields(role, features.fields)
    code = _Code()
    if shape.coded:
        code = _find_code(role, columns, features, told)
        columns = {name: field for name, field in columns.items() if field != code.field}
        columns = {**columns, "code": code.field} if code.field else columns
        score += 0.5 * code.known
    if role is Role.UNITS:
        columns, known = _find_unit_names(columns, features)
        score = score + 0.5 * known if known else 0.0
    if role is Role.PLANS and "plan_id" in columns:
        columns = {"feature_id": columns["plan_id"], **columns}
    telling = set(columns) - {"feature_id", "name", "kind", "code", "plan_id"}
    score += sum(_OWN if _is_of_one(name, features.family) else _SHARED for name in telling)
    ordered = {name: columns[name] for name in ("feature_id", *shape.names) if name in columns}
    suggestion = Suggestion(
        role, round(min(score, 1.0), 2), ordered, unfit,
        code_list=code.code_list, recognise=code.recognise,
        colour=_find_colour(features) if code.recognise else "",
    )  # fmt: skip
    return replace(suggestion, missing=_missing(role, columns))


@cache
def _is_of_one(column: str, family: Family) -> bool:
    """Whether the column tells a role from others: of areas, only buildings have floors."""
    having = [column in shape.names for shape in ROLE_FIELDS.values() if shape.family == family]
    return sum(having) == 1 < len(having)


def _missing(role: Role, columns: Mapping[str, str]) -> tuple[str, ...]:
    """Required columns without a field; the name of a unit tells its code and kind."""
    told = ("code", "kind") if role is Role.UNITS and "name" in columns else ()
    required = [field.name for field in ROLE_FIELDS[role].fields if field.required]
    return tuple(name for name in required if name not in columns and name not in told)


def _find_code(
    role: Role, columns: Mapping[str, str], features: FamilyFeatures, told: str
) -> _Code:
    """The field with classes: one whose name says so if its values are known, else any.

    Codes of a list weigh more than words that can be recognised.
    """
    lists = (_PLANNED,) if role in (Role.ZONING, Role.GENERAL_PLAN) else _LAND_LISTS
    if _EARLIER_YEARS.search(told) and _EARLIER_LIST in lists:
        lists = tuple(sorted(lists, key=lambda name: name != _EARLIER_LIST))
    named = [
        field
        for field in match_names(words_of(role)["code"], list(features.texts))
        if field != columns.get("feature_id") and features.texts[field].values
    ]
    others = [
        field
        for field, texts in features.texts.items()
        if field not in named and not texts.names_each and field not in columns.values()
    ]
    found = _best_code(named, lists, features)
    if found is not None:
        return found
    found = _best_code(others, lists, features)
    if found is not None:
        return replace(found, known=_CHANCE * found.known)
    return _Code(named[0] if named else "", lists[0], recognise=bool(named))


def _best_code(
    names: Sequence[str], lists: Sequence[str], features: FamilyFeatures
) -> _Code | None:
    """The field of which most is known, exactly or else by recognition; None: less than half."""
    exact = [
        _Code(name, code_list, False, _share_of_codes(features.texts[name], code_list))
        for name in names
        for code_list in lists
    ]
    best = max(exact, key=lambda item: item.known, default=_Code())
    if best.known > _MOST:
        return best
    guessed = [
        _Code(name, lists[0], True, _share_recognised(features.texts[name], lists[0]))
        for name in names
        if 0 < len(features.texts[name].values) <= _VALUES_TRIED
    ]
    best = max(guessed, key=lambda item: item.known, default=_Code())
    return best if best.known > _MOST else None


def _share_of_codes(texts: _Texts, code_list: str) -> float:
    codes = {fold_text(code) for code in code_lists()[code_list]}
    return float(texts.shares[[fold_text(value) in codes for value in texts.values]].sum())


def _share_recognised(texts: _Texts, code_list: str) -> float:
    found = recognise_values(pd.Series(texts.values, dtype=object), None, texts.shares, code_list)
    usable = {value for value, item in found.items() if item.code or item.action}
    return float(texts.shares[[fold_text(value) in usable for value in texts.values]].sum())


def _find_unit_names(
    columns: dict[str, str], features: FamilyFeatures
) -> tuple[dict[str, str], float]:
    """Columns of units by a field with their names, and how many of those are known.

    A name with its kind before it tells both; one of the official list tells code and kind.
    """
    found = {name: _measure_names(texts) for name, texts in features.texts.items()}
    found = {name: known for name, known in found.items() if sum(known) > _MOST}
    if not found:
        return {}, 0.0
    best = max(found, key=lambda name: sum(found[name]))
    official, kinds = found[best]
    kept = {column: field for column, field in columns.items() if field != best}
    kept["name"] = best
    if "kind" not in kept and kinds == 1:
        kept["kind"] = best
    code = features.fields[kept["code"]] if "code" in kept else None
    if code is not None:
        texts = read_texts(code)
        unique = texts.notna().all() and not texts.duplicated().any()
        proper = all(_UNIT_CODE.fullmatch(text) for text in texts.dropna())
        kinds_told = "kind" in kept or all(map(read_kind, features.texts[best].values))
        # numbers of the office's own say less than the official list, and only that list tells
        # kinds where nothing else does
        if not unique or (official == 1 and not (proper and kinds_told)):
            del kept["code"]
    if "code" in kept:
        kept = {"feature_id": kept["code"], **kept}
    return kept, max(official, kinds)


def _measure_names(texts: _Texts) -> tuple[float, float]:
    """The share of values that name known units, and of those with a kind before them."""
    values = texts.values
    if len(values) < max(2, 0.8 * texts.rows) or len(values) > _VALUES_TRIED:
        return 0.0, 0.0
    kinds = sum(_UNIT_KIND.fullmatch(value) is not None for value in values) / len(values)
    known_units = {name: name for name in official_names()}
    matches = match_units(sorted(values), known_units).values()
    return sum(bool(match.code) for match in matches) / len(values), kinds


def _find_colour(features: FamilyFeatures) -> str:
    """The field with fill colours; of several, the one whose name speaks of filling."""
    found = [
        name
        for name, texts in features.texts.items()
        if texts.values and all(_COLOURS.fullmatch(value) for value in texts.values)
    ]
    if "color" in features.fields and "handle" in features.fields:
        found.append("color")
    return min(found, key=lambda name: ("fill" not in name.lower(), name), default="")
