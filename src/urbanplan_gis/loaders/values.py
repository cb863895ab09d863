"""One column's values read as text, numbers, dates, flags or tokens.

Each reader returns the values and, for those it cannot read, the kind of the problem (``""``
where there is none), so that the caller can say file, field and row.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from unicodedata import normalize

import numpy as np
import pandas as pd

from urbanplan_gis.loaders.schema import FLAGS, SYNONYMS, Field

_SHOWN = 80
#: whole numbers up to here are exact as floats, in every format
_LARGEST = 2**53
_PLAIN = re.compile(r"[+-]?\d+")
_DECIMAL = re.compile(r"([+-]?)(\d+)[.,](\d+)")
_GROUPED = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:([., \u00a0\u202f])\d{3})(?:\1\d{3})*(?:(?!\1)[.,]\d+)?"
)
_SCIENTIFIC = re.compile(r"[+-]?\d(?:\.\d+)?[eE][+-]?\d+")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[ T].*)?")
_ISO = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T].*)?")


class UnreadableValue(ValueError):
    """A value that cannot be read; ``kind`` is the error of the catalogue."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(kind)


def read_values(field: Field, raw: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """The values of one column with the dtype its type declares, and the problem of each."""
    if field.type == "number":
        values, problems = read_numbers(raw)
    elif field.type == "integer":
        values, problems = read_integers(raw)
    elif field.type == "date":
        values, problems = read_dates(raw)
    elif field.type == "flag":
        values, problems = _read_each(raw, parse_flag)
    elif field.tokens:
        values, problems = _read_each(raw, lambda text: parse_token(text, field.tokens))
    else:
        values, problems = read_texts(raw), _no_problems(raw)
    return fit_dtype(field, values), problems


def fit_dtype(field: Field, values: pd.Series) -> pd.Series:
    """Missing values filled with the default, in the column's dtype."""
    if field.default is not None:
        values = values.astype(object).where(values.notna(), field.default)
    dtypes = {
        "text": "str",
        "code": "str",
        "number": "float64",
        "integer": "Int64" if field.default is None else "int64",
        "date": "datetime64[ms]",
        "flag": "bool",
    }
    return values.astype(dtypes[field.type])


def read_texts(raw: pd.Series) -> pd.Series:
    """Values as text, trimmed and composed (NFC); blanks are missing; 21010.0 is "21010"."""
    return _map_distinct(raw, tidy_text)


def read_numbers(raw: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Values as floats."""
    if pd.api.types.is_numeric_dtype(raw.dtype) and not pd.api.types.is_bool_dtype(raw.dtype):
        numbers = raw.astype("float64")
        problems = _no_problems(raw)
        problems[np.isinf(numbers.to_numpy())] = "not_a_number"
        return numbers, problems
    values, problems = _read_each(raw, parse_number)
    return values.astype("float64"), problems


def read_integers(raw: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Values as whole numbers."""
    numbers, problems = read_numbers(raw)
    broken = numbers.notna() & np.isfinite(numbers) & (numbers != numbers.round())
    problems[broken.to_numpy()] = "not_an_integer"
    problems[(numbers.abs() > _LARGEST).to_numpy() & (problems == "")] = "integer_too_large"
    return numbers.where(problems == "").astype("Int64"), problems


def read_dates(raw: pd.Series) -> tuple[pd.Series, np.ndarray]:
    """Values as days."""
    if pd.api.types.is_datetime64_any_dtype(raw.dtype):
        return raw.dt.normalize().astype("datetime64[ms]"), _no_problems(raw)
    values, problems = _read_each(raw, parse_date)
    return values.astype("datetime64[ms]"), problems


def tidy_text(value: Any) -> str | None:
    """One value as text."""
    if isinstance(value, str):
        text = value.strip()
        return (text if text.isascii() else normalize("NFC", text)) or None
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        value = value.date()
    return str(value)


def fold_text(value: str) -> str:
    """Text for comparing: composed, trimmed, without regard to case."""
    return normalize("NFC", value).strip().casefold()


def have_values(
    fields: Mapping[str, pd.Series] | pd.DataFrame, only: Mapping[str, Sequence[str]], count: int
) -> np.ndarray:
    """Which of ``count`` features have, in every field of ``only``, one of the values it names."""
    meant = np.ones(count, dtype=bool)
    for name, values in only.items():
        folded = {fold_text(value) for value in values}
        texts = read_texts(fields[name]).map(lambda text: fold_text(text or ""))
        meant &= texts.isin(folded).to_numpy()
    return meant


def shorten(value: str) -> str:
    """A value as messages show it: on one line, and no longer than people read."""
    text = " ".join(value.split())
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def parse_number(text: str) -> float:
    """A number as written by machines or in Vietnam; refused where it could be two numbers.

    "12,5" and "1.234,5" can be one thing only; "1.234" cannot (1234, or 1.234).

    Raises:
        UnreadableValue: not_a_number (one too large to count with included) or ambiguous_number.
    """
    value = _to_float(text)
    if np.isinf(value):
        raise UnreadableValue("not_a_number")
    return value


def _to_float(text: str) -> float:
    if _PLAIN.fullmatch(text) or _SCIENTIFIC.fullmatch(text):
        return float(text)
    decimal = _DECIMAL.fullmatch(text)
    if decimal:
        _, whole, fraction = decimal.groups()
        if len(fraction) == 3 and len(whole) <= 3 and not whole.startswith("0"):
            raise UnreadableValue("ambiguous_number")
        return float(text.replace(",", "."))
    grouped = _GROUPED.fullmatch(text)
    if not grouped:
        raise UnreadableValue("not_a_number")
    return float(text.replace(grouped[1], "").replace(",", "."))


def parse_date(text: str) -> dt.datetime:
    """A day written 2021-06-30 or 30/6/2021, alone or before a time.

    Raises:
        UnreadableValue: not_a_date; year_only where a year stands alone.
    """
    if re.fullmatch(r"\d{4}", text):
        raise UnreadableValue("year_only")
    iso, day_first = _ISO.fullmatch(text), _DAY_FIRST.fullmatch(text)
    if iso:
        year, month, day = (int(part) for part in iso.groups())
    elif day_first:
        day, month, year = (int(part) for part in day_first.groups())
    else:
        raise UnreadableValue("not_a_date")
    try:
        return dt.datetime(year, month, day)
    except ValueError:
        raise UnreadableValue("not_a_date") from None


def parse_flag(text: str) -> bool:
    """Yes or no.

    Raises:
        UnreadableValue: not_a_flag.
    """
    try:
        return FLAGS[fold_text(text)]
    except KeyError:
        raise UnreadableValue("not_a_flag") from None


def parse_token(text: str, tokens: Sequence[str]) -> str:
    """One of the tokens of a column, itself, a synonym, or a name that begins with one.

    The full name of a unit ("Phường Lê Hồng Phong") tells its kind.

    Raises:
        UnreadableValue: unknown_value.
    """
    folded = fold_text(text)
    first_word = folded.split(maxsplit=1)[0]
    token = SYNONYMS.get(folded) or SYNONYMS.get(first_word, folded)
    if token not in tokens:
        raise UnreadableValue("unknown_value")
    return token


def _read_each(raw: pd.Series, parse: Callable[[str], Any]) -> tuple[pd.Series, np.ndarray]:
    """Parse every distinct text once."""
    places, distinct = pd.factorize(read_texts(raw))
    parsed: list[Any] = [None] * len(distinct)
    kinds = [""] * len(distinct)
    for place, text in enumerate(distinct):
        try:
            parsed[place] = parse(text)
        except UnreadableValue as problem:
            kinds[place] = problem.kind
    values = spread_distinct(parsed, None, places)
    return pd.Series(values, index=raw.index, dtype=object), spread_distinct(kinds, "", places)


def _map_distinct(raw: pd.Series, change: Callable[[Any], Any]) -> pd.Series:
    places, distinct = pd.factorize(raw)
    changed = [change(value) for value in distinct]
    return pd.Series(spread_distinct(changed, None, places), index=raw.index, dtype=object)


def spread_distinct(values: Sequence[Any], missing: Any, places: np.ndarray) -> np.ndarray:
    """What was made of distinct values, for every row (-1: ``missing``), as objects."""
    table = np.empty(len(values) + 1, dtype=object)
    table[:-1] = values
    table[-1] = missing
    return table[places]


def _no_problems(raw: pd.Series) -> np.ndarray:
    return np.full(len(raw), "", dtype=object)
