"""What a layer is probably for, and which of its fields are probably our columns.

Words in the names of file, layer and fields, the kind of geometry, and what the values say. A
suggestion only: the planner reads it before it goes into ``project.toml``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from urbanplan_gis.loaders.folding import fold_words
from urbanplan_gis.loaders.recognise import recognise_values
from urbanplan_gis.loaders.schema import ROLE_FIELDS, Family
from urbanplan_gis.loaders.unit_names import match_units
from urbanplan_gis.loaders.units import official_names
from urbanplan_gis.loaders.values import fold_text, read_texts
from urbanplan_gis.model.data import Role
from urbanplan_gis.standards.codes import code_lists, read_rows

#: values of at least this share must be known for a field to be what it seems
_MOST = 0.5
_VALUES_TRIED = 2_000
_STATISTICS = "statistics"
_PLANNED = "tt16-2025"
_LAND_LISTS = ("tt08-2024", "tt27-2018")
_COLOURS = re.compile(r"#[0-9a-fA-F]{6}")
#: of areas whose values nobody knows, the role by the commonest number of features
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
    code_list: str = ""
    recognise: bool = False
    colour: str = ""


def suggest_role(
    names: Sequence[str],
    family: Family,
    fields: Mapping[str, pd.Series],
    areas: np.ndarray,
) -> Suggestion:
    """The best guess for a layer called ``names`` (file, layer) with these fields.

    ``areas`` are m² per feature and only weigh the values of codes.
    """
    told = fold_words(" ".join(re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) for name in names))
    candidates = [
        _suggest(role, told, fields, areas)
        for role, shape in ROLE_FIELDS.items()
        if shape.family == family
    ]
    best = max(candidates, key=lambda item: (item.score, -list(ROLE_FIELDS).index(item.role)))
    if best.score > 0:
        return best
    return next(item for item in candidates if item.role is _FALLBACK[family])


def _suggest(
    role: Role, told: str, fields: Mapping[str, pd.Series], areas: np.ndarray
) -> Suggestion:
    words = _words()[role]
    named = max((len(word) for word in words[""] if _holds(told, word)), default=0)
    score = min(0.5, named / 16)
    columns = _match_fields(role, words, list(fields))
    code_list, recognise, known = "", False, 0.0
    if ROLE_FIELDS[role].coded:
        field, code_list, recognise, known = _find_code(role, columns.get("code"), fields, areas)
        columns = {**columns, "code": field} if field else columns
        score += 0.5 * known
    if role is Role.UNITS:
        field, known = _find_unit_names(fields)
        columns = {**columns, "name": field, "kind": field} if field else {}
        score = score + 0.5 * known if field else 0.0
    score += 0.05 * len([name for name in columns if name not in ("feature_id", "name", "kind")])
    colour = _find_colour(fields) if recognise else ""
    return Suggestion(role, round(min(score, 1.0), 2), columns, code_list, recognise, colour)


def _holds(text: str, word: str) -> bool:
    return re.search(rf"\b{re.escape(word)}\b", text) is not None


@cache
def _words() -> Mapping[Role, Mapping[str, tuple[str, ...]]]:
    """Words by role and column; the column ``""`` names the layer itself."""
    table: dict[Role, dict[str, tuple[str, ...]]] = {role: {"": ()} for role in ROLE_FIELDS}
    for row in read_rows("role_words.csv"):
        if row["role"] == _STATISTICS:
            continue
        table[Role(row["role"])][row["column"]] = tuple(row["words"].split("|"))
    return table


@cache
def statistic_words() -> Mapping[str, tuple[str, ...]]:
    """Headers that tables of statistics give our columns, folded."""
    rows = (row for row in read_rows("role_words.csv") if row["role"] == _STATISTICS)
    return {row["column"]: tuple(row["words"].split("|")) for row in rows}


def _match_fields(
    role: Role, words: Mapping[str, tuple[str, ...]], fields: Sequence[str]
) -> dict[str, str]:
    """Our columns -> fields by their names; each field once, the more telling word first."""
    folded = {fold_words(field): field for field in reversed(fields)}
    columns: dict[str, str] = {}
    for column in ("feature_id", *ROLE_FIELDS[role].names):
        for word in words.get(column, ()):
            field = folded.get(word) or folded.get(word.replace(" ", ""))
            if field and field not in columns.values():
                columns[column] = field
                break
    return columns


def _find_code(
    role: Role, guess: str | None, fields: Mapping[str, pd.Series], areas: np.ndarray
) -> tuple[str, str, bool, float]:
    """The field with codes or names of classes, its list, and how much of the area is known."""
    lists = (_PLANNED,) if role in (Role.ZONING, Role.GENERAL_PLAN) else _LAND_LISTS
    found: tuple[str, str, bool, float] = ("", lists[0], False, 0.0)
    texts = {name: column for name, column in fields.items() if column.dtype == object}
    for field in sorted(texts, key=lambda name: name != guess):
        values = read_texts(texts[field]).fillna("")
        if values.nunique() > _VALUES_TRIED or not (values != "").any():
            continue
        for code_list in lists:
            codes = {fold_text(code) for code in code_lists()[code_list]}
            exact = _share(values.map(fold_text).isin(codes).to_numpy(), areas)
            if exact > max(found[3], _MOST):
                found = (field, code_list, False, exact)
            if exact <= _MOST and (field == guess or guess is None):
                known = _recognised(values, areas, code_list)
                if known > max(found[3], _MOST):
                    found = (field, code_list, True, known)
    return found


def _recognised(values: pd.Series, areas: np.ndarray, code_list: str) -> float:
    found = recognise_values(values, None, areas, code_list)
    usable = {value for value, item in found.items() if item.code or item.action}
    return _share(values.map(fold_text).isin(usable).to_numpy(), areas)


def _share(holds: np.ndarray, areas: np.ndarray) -> float:
    """The share of the area for which something holds; of features where there is no area."""
    weights = areas if areas.sum() > 0 else np.ones(len(holds))
    return float(weights[holds].sum() / weights.sum()) if len(holds) else 0.0


def _find_unit_names(fields: Mapping[str, pd.Series]) -> tuple[str, float]:
    """The field with names of administrative units, and how many of them are known."""
    best, most = ("", 0.0), 0.0
    for field, column in fields.items():
        if column.dtype != object:
            continue
        values = [value for value in read_texts(column).dropna() if value]
        if not values or len(set(values)) < max(2, 0.8 * len(values)):
            continue
        known_units = {name: name for name in official_names()}
        matches = match_units(sorted(set(values))[:_VALUES_TRIED], known_units)
        known = sum(bool(match.code) for match in matches.values()) / len(matches)
        kinds = sum(bool(re.match(r"(?i)(phường|xã|thị trấn)\s", value)) for value in values)
        known = max(known, kinds / len(values))
        # a name with its kind before it tells both
        if known > _MOST and known + kinds / len(values) > most:
            best, most = (field, known), known + kinds / len(values)
    return best


def _find_colour(fields: Mapping[str, pd.Series]) -> str:
    """The field with fill colours; of several, the one whose name speaks of filling."""
    found = [
        name
        for name, column in fields.items()
        if column.dtype == object and _are_colours(column.dropna().astype(str))
    ]
    if "color" in fields and "handle" in fields:
        found.append("color")
    return min(found, key=lambda name: ("fill" not in name.lower(), name), default="")


def _are_colours(values: pd.Series) -> bool:
    return len(values) > 0 and values.head(_VALUES_TRIED).str.fullmatch(_COLOURS).all()
