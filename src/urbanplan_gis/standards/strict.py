"""Tables of standards read strictly: every key known, every value there and of its kind."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Collection, Mapping
from typing import Any

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.text import Name, Text

CONFIDENCES = ("verbatim", "second-hand", "unverified")
Kind = type | Collection[str]


def parsed(text: str, file: str) -> dict[str, Any]:
    """The tables of a TOML text.

    Raises:
        PlanDataError: if it is not TOML.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise bad_data("not_toml", file, problem=problem) from None


def problems_of(
    table: object,
    where: str,
    required: Mapping[str, Kind],
    optional: Mapping[str, Kind] | None = None,
) -> list[PlanDataError]:
    """What is wrong with one table: unknown keys, missing ones, values of another kind.

    A kind is a type, or the words one of which is meant.
    """
    if not isinstance(table, dict):
        return [_wrong(where, table, dict)]
    known = {**required, **(optional or {})}
    listed = ", ".join(sorted(known))
    found = [
        bad_data("unknown_key", f"{where}.{key}", known=listed) for key in table if key not in known
    ]
    found += [bad_data("missing_key", f"{where}.{key}") for key in required if key not in table]
    found += [
        _wrong(f"{where}.{key}", table[key], kind)
        for key, kind in known.items()
        if key in table and not _is(table[key], kind)
    ]
    return found


def is_number(value: object) -> bool:
    """Whether a value is a number (TOML's true and false are none)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is(value: Any, kind: Kind) -> bool:
    if not isinstance(kind, type):
        return value in kind
    if kind is float:
        return is_number(value)
    if kind is Name:
        words = value.values() if isinstance(value, dict) else ()
        return isinstance(value, dict) and set(value) == {"vi", "en"} and all(map(_said, words))
    if kind is str:
        return _said(value)
    if kind is dt.date:
        return isinstance(value, dt.date) and not isinstance(value, dt.datetime)
    return isinstance(value, kind)


def _said(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _wrong(where: str, value: object, kind: Kind) -> PlanDataError:
    if isinstance(kind, type):
        wanted: object = Text.of(_KIND_TEXTS[kind])
    else:
        wanted = " | ".join(sorted(kind))
    return bad_data("wrong_value", where, value=str(value)[:60], wanted=wanted)


_KIND_TEXTS: Mapping[type, str] = {
    dict: "law.kind.table",
    list: "law.kind.list",
    str: "law.kind.text",
    float: "law.kind.number",
    bool: "law.kind.yes_no",
    Name: "law.kind.name",
    dt.date: "law.kind.date",
}
