"""How the columns of stored layers read for people: names, words for tokens, forms of values."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pandas as pd

from urbanplan_gis.outputs.sheets import styles
from urbanplan_gis.outputs.styling import FieldForm
from urbanplan_gis.text import Text, keys, say

#: columns whose tokens have words in the catalogue, and under which key
_WORDS: Mapping[str, str] = {
    "severity": "severity",
    "action": "action",
    "layer": "layer",
    "verdict": "verdict",
    "basis": "basis",
    "scenario": "state",
    "target_sense": "sense",
    "sense": "sense",
    "value_unit": "unit_of",
    "numerator_unit": "unit_of",
    "denominator_unit": "unit_of",
    "area_kind": "area_kind",
    "sub_use": "qgis.sub_use",
    "land_use_sub_use": "qgis.sub_use",
    "zoning_sub_use": "qgis.sub_use",
    "code_list": "map.list",
    "land_use_list": "map.list",
    "zoning_list": "map.list",
    "general_plan_list": "map.list",
    "use": "qgis.use",
    "road_class": "map.road",
}
#: the same column means another thing in these layers
_KINDS: Mapping[str, str] = {"units": "map.unit", "plans": "plan_kind", "green": "qgis.green"}
#: columns with codes -> the column that names their list
_CODES: Mapping[str, str] = {
    "code": "code_list",
    "land_use": "land_use_list",
    "zoning": "zoning_list",
    "general_plan": "general_plan_list",
}
_LONG = frozenset({"message", "note", "feature_ids", "decision", "worth", "name", "plans",
                   "plans_in_force", "plans_approved"})  # fmt: skip
_HIDDEN = frozenset({"fid", "priority", "step"})
#: tokens a column of another meaning could hold too
_MOST_WORDS = 400


def layer_forms(layer: str, frame: pd.DataFrame, lang: str) -> dict[str, FieldForm]:
    """A form for ``fid`` and each column of a layer or table, in their order."""
    forms = {"fid": FieldForm("fid", hidden=True)}
    for name in map(str, frame.columns):
        if name != "geometry":
            forms[name] = _form(layer, name, frame, lang)
    return forms


def _form(layer: str, name: str, frame: pd.DataFrame, lang: str) -> FieldForm:
    values = frame[name]
    kind = "text"
    if pd.api.types.is_bool_dtype(values):
        kind = "flag"
    elif pd.api.types.is_datetime64_dtype(values) or (name in _DATES and not values.isna().all()):
        kind = "date"
    elif pd.api.types.is_numeric_dtype(values):
        kind = "number"
    return FieldForm(
        column_words(layer, name, lang),
        _tokens(layer, name, frame, lang),
        hidden=name in _HIDDEN,
        multiline=name in _LONG,
        kind=kind,
        date_format="yyyy-MM-dd" if lang == "en" else "dd/MM/yyyy",
    )


_DATES = frozenset({"approved", "revoked", "ward_since", "valid_from", "valid_to"})


def column_words(layer: str, name: str, lang: str) -> str:
    """The name of a column for people; its own where the catalogue has none."""
    for key in (f"qgis.column.{layer}.{name}", f"qgis.column.{name}", f"table.column.{name}"):
        if key in keys():
            return say(key, lang)
    return name


def _tokens(layer: str, name: str, frame: pd.DataFrame, lang: str) -> dict[str, str]:
    """Words for each token there is in a column; none for a column of free text."""
    if name in _CODES and _CODES[name] in frame:
        pairs = frame[[_CODES[name], name]].dropna().drop_duplicates()
        codes = {
            str(code): _code_words(str(listed), str(code), lang)
            for listed, code in pairs.itertuples(index=False, name=None)
            if code
        }
        return dict(sorted(codes.items())) if len(codes) <= _MOST_WORDS else {}
    prefix = _KINDS.get(layer) if name == "kind" else _WORDS.get(name)
    if prefix is None:
        return {}
    tokens = sorted(
        {str(int(v) if isinstance(v, float) else v) for v in frame[name].dropna()} - {""}
    )
    words = {token: _said(f"{prefix}.{token}", token, lang) for token in tokens}
    return words if len(words) <= _MOST_WORDS else {}


def _said(key: str, token: str, lang: str) -> str:
    if key.startswith("qgis.green."):
        name = styles.green_name(token)
        return name.say(lang) if name else token
    return say(key, lang) if key in keys() else token


@cache
def _code_words(code_list: str, code: str, lang: str) -> str:
    style = code_style(code_list, code)
    return f"{code} – {style.name.say(lang)}" if style else code


def choice_words(written: str) -> Text | None:
    """A choice of ``decisions.csv`` in words; None for one not known."""
    verb, _, rest = written.partition(" ")
    name, here, end = rest.partition(" here")
    only_here = bool(here) and not end
    key = f"web.choice.{verb}_here" if only_here else f"web.choice.{verb}"
    return Text.of(key, id=name if only_here else rest) if key in keys() else None


def code_style(code_list: str, code: str) -> styles.CodeStyle | None:
    """The standard's style of a land code or planned function, or None where no list has it."""
    files = (styles.LAND_FILE, styles.PLAN_FILE)
    found = (styles.style_of(file, code_list, code) for file in files)
    return next((style for style in found if style is not None), None)
