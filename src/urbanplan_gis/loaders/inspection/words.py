"""The words by which offices name layers and fields, and the fields of a layer that match them.

A field is taken for a column only if its values can be read as the column's type: loading would
refuse any that cannot. What a name suggests and its values do not bear out is kept, to be told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import pandas as pd

from urbanplan_gis.loaders.schema import ROLE_FIELDS, Field
from urbanplan_gis.loaders.text.folding import fold_words
from urbanplan_gis.loaders.values import read_texts, read_values
from urbanplan_gis.model.data import Role
from urbanplan_gis.standards.codes import read_rows

#: what names are cut to in a DBF
_CUT = 10
#: shorter words stand inside others without meaning the same
_LONG_ENOUGH = 6
_EXAMPLES = 6


@dataclass(frozen=True)
class Unfit:
    """A field named like a column, with values that the column cannot take (or with gaps)."""

    column: str
    field: str
    values: tuple[str, ...]


@cache
def words_of(role: str) -> Mapping[str, tuple[str, ...]]:
    """Words of a role (or of ``statistics``) by column, folded; the column ``""`` is the layer."""
    rows = [row for row in read_rows("role_words.csv") if row["role"] == role]
    return {row["column"]: tuple(row["words"].split("|")) for row in rows}


def split_name(name: str) -> str:
    """A name of a file or layer as folded words: «HienTrang_SDD2025» -> «hien trang sdd 2025»."""
    apart = re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=[a-z])(?=[A-Z])", " ", name)
    return fold_words(apart)


def longest_words(told: str) -> dict[str, int]:
    """Role -> how long its longest word is that ``told`` (split names) holds; 0: none.

    A word inside a longer one of another role means that one: «quy hoach» (lots) counts nothing
    in «ranh gioi quy hoach» (outlines).
    """
    compact = told.replace(" ", "")
    found = [
        (role, word)
        for role in _roles()
        for word in words_of(role).get("", ())
        if _holds(told, compact, word)
    ]
    longest = dict.fromkeys(_roles(), 0)
    for role, word in found:
        inside = any(word != other and word in other for _, other in found)
        if not inside:
            longest[role] = max(longest[role], len(word))
    return longest


@cache
def _roles() -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["role"] for row in read_rows("role_words.csv")))


def _holds(told: str, compact: str, word: str) -> bool:
    joined = word.replace(" ", "")
    written_together = len(joined) >= _LONG_ENOUGH and " " in word and joined in compact
    return written_together or re.search(rf"\b{re.escape(word)}\b", told) is not None


def match_names(words: Sequence[str], names: Sequence[str]) -> list[str]:
    """The names that are one of the words, the more telling word first.

    Names may be written together, and cut to ten letters as in a DBF.
    """
    folded = {name: fold_words(name).replace(" ", "") for name in names}
    found: dict[str, None] = {}
    for word in words:
        joined = word.replace(" ", "")
        for name, text in folded.items():
            cut = len(name) == _CUT and len(text) >= _LONG_ENOUGH and joined.startswith(text)
            if text == joined or cut:
                found.setdefault(name)
    return list(found)


def match_fields(
    role: Role, fields: Mapping[str, pd.Series]
) -> tuple[dict[str, str], tuple[Unfit, ...]]:
    """Our columns -> fields, each field once, by name where the values bear it out.

    Codes of classes are left to :mod:`urbanplan_gis.loaders.inspection.suggestions`.
    """
    words, shape = words_of(role), ROLE_FIELDS[role]
    columns: dict[str, str] = {}
    unfit: list[Unfit] = []
    for name in ("feature_id", *shape.names):
        field = shape.field(name)
        if shape.coded and name == "code":
            continue
        for candidate in match_names(words.get(name, ()), list(fields)):
            if candidate in columns.values():
                continue
            values = fields[candidate]
            if field is None:
                problem = None if _names_each(values) else ()
            else:
                problem = _unreadable(field, values)
            if problem is None:
                columns[name] = candidate
                break
            if problem:
                unfit.append(Unfit(name, candidate, problem))
                if field is not None and field.tokens:
                    break
    told = [item for item in unfit if item.column not in columns]
    return columns, tuple({item.column: item for item in reversed(told)}.values())


def _names_each(values: pd.Series) -> bool:
    """Whether no two features have the same value, and none has none."""
    texts = read_texts(values)
    return bool(texts.notna().all() and not texts.duplicated().any())


def _unreadable(field: Field, values: pd.Series) -> tuple[str, ...] | None:
    """Values the column cannot take, the commonest first; none for an empty field; None: it fits.

    A gap in a required column is the value «».
    """
    texts = read_texts(values)
    if not texts.notna().any():
        return ()
    _, problems = read_values(field, values.reset_index(drop=True))
    bad = texts.reset_index(drop=True)[problems != ""]
    if len(bad):
        return tuple(str(value) for value in bad.value_counts().index[:_EXAMPLES])
    return ("",) if field.required and texts.isna().any() else None
