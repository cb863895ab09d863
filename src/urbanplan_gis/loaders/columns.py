"""The columns of one source under our names, from fields, constants and defaults."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.loaders.schema import ROLE_FIELDS, Field
from urbanplan_gis.loaders.values import fit_dtype, fold_text, read_texts, read_values, tidy_text
from urbanplan_gis.model.data import Role

if TYPE_CHECKING:
    from urbanplan_gis.loaders.raw import RawLayer
    from urbanplan_gis.loaders.source_file import SourceFile

#: columns the loader fills, unless a field is named for them
_NAMED_TOO = ("feature_id", "source_value")


def check_declaration(source: SourceFile) -> None:
    """Refuse columns the role does not have, and required ones that are given nowhere.

    Raises:
        PlanDataError: naming the table of the project file.
    """
    shape = ROLE_FIELDS[source.role]
    known = [field.name for field in shape.fields if not field.derived]
    problems = []
    for key in ("fields", "values", "set"):
        allowed = [*known, *_NAMED_TOO] if key == "fields" else known
        for name in getattr(source.facts, key):
            if name not in allowed:
                where = f"{source.config}: {key}.{name}"
                problems.append(bad_data("unknown_column", where, known=", ".join(allowed)))
    named = source.role is Role.UNITS and "name" in source.facts.fields
    for field in shape.fields:
        given = field.name in source.facts.fields or field.name in source.facts.set
        # the name of a unit tells its code and kind (units.py)
        given = given or (named and field.name in ("code", "kind"))
        if field.required and not given:
            where = f"{source.config}: fields.{field.name}"
            problems.append(bad_data("missing_column", where, column=field.name))
    if problems:
        raise_problems(problems)


def conform_columns(source: SourceFile, raw: RawLayer, kept: np.ndarray) -> pd.DataFrame:
    """The role's columns for the features ``kept``, indexed by their place in the source.

    Codes of a code list are left to :mod:`urbanplan_gis.loaders.classes.codes`.

    Raises:
        PlanDataError: naming file, layer, field, row and value of what cannot be read.
    """
    shape = ROLE_FIELDS[source.role]
    rows = np.flatnonzero(kept)
    columns: dict[str, pd.Series] = {}
    problems: list[PlanDataError] = []
    for field in shape.fields:
        if shape.coded and field.name in ("code", "code_list", "source_value"):
            continue
        name = source.facts.fields.get(field.name)
        if name is None:
            columns[field.name] = _constant(source, field, rows)
            continue
        values = raw.fields[name].iloc[rows].set_axis(rows)
        values = translate_values(source, field.name, values)
        columns[field.name], kinds = read_values(field, values)
        where = source.where(raw.layer, name)
        problems += _problems(field, where, values, kinds)
        if field.required and not any(kinds):
            problems += _blanks(where, columns[field.name])
    if problems:
        raise_problems(problems)
    return pd.DataFrame(columns, index=rows)


def translate_values(source: SourceFile, column: str, values: pd.Series) -> pd.Series:
    """Source values exchanged for ours where ``values.<column>`` of the project file says so."""
    table = source.facts.values.get(column)
    if not table:
        return values
    exchange = {fold_text(key): token for key, token in table.items()}
    texts = read_texts(values)
    return texts.map(lambda text: text and exchange.get(fold_text(text), text))


def _constant(source: SourceFile, field: Field, rows: np.ndarray) -> pd.Series:
    """One value for all features: from ``set``, from the source's own keys, or the default."""
    facts = source.facts
    value: Any = facts.set.get(field.name)
    if value is None and field.name == "priority":
        value = facts.priority
    if value is None and field.name == "approved" and source.role != Role.PLANS:
        # the survey's date dates its features; a plan's approval is never inferred
        value = facts.valid_from
    if value is None and field.name == "valid_from":
        value = facts.valid_from
    if value is None and field.name == "valid_to":
        value = facts.valid_to
    if value is None:
        return fit_dtype(field, pd.Series(None, index=rows, dtype=object))
    one, kinds = read_values(field, pd.Series([value], dtype=object))
    problems = _problems(field, f"{source.config}: set.{field.name}", pd.Series([value]), kinds)
    if problems:
        raise problems[0]
    return pd.Series(one.iloc[0], index=rows, dtype=one.dtype)


def _problems(
    field: Field, where: str, values: pd.Series, kinds: np.ndarray
) -> list[PlanDataError]:
    """The first unreadable value of each kind, and how many more there are."""
    problems = []
    for kind in dict.fromkeys(kind for kind in kinds if kind):
        places = np.flatnonzero(kinds == kind)
        problems.append(
            bad_data(
                kind,
                where,
                row=int(values.index[places[0]]) + 1,
                value=tidy_text(values.iloc[places[0]]),
                more=len(places) - 1,
                column=field.name,
                known=", ".join(token for token in field.tokens if token),
            )
        )
    return problems


def _blanks(where: str, values: pd.Series) -> list[PlanDataError]:
    """A required column may not be empty anywhere."""
    places = np.flatnonzero((values.isna() | (values == "")).to_numpy())
    if not len(places):
        return []
    row = int(values.index[places[0]]) + 1
    return [bad_data("empty_value", where, row=row, more=len(places) - 1)]
