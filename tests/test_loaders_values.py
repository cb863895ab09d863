"""Values as people write them."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from urbanplan_gis.loaders.schema import Field
from urbanplan_gis.loaders.values import (
    UnreadableValue,
    parse_date,
    parse_flag,
    parse_number,
    parse_token,
    read_values,
    tidy_text,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12.0),
        ("-7", -7.0),
        ("12.5", 12.5),
        ("12,5", 12.5),
        ("0,125", 0.125),
        ("1234.567", 1234.567),
        ("1.234,5", 1234.5),
        ("1,234.5", 1234.5),
        ("1.234.567", 1234567.0),
        ("1.234.567,89", 1234567.89),
        ("1 234", 1234.0),
        ("1 234,567", 1234.567),
        ("1.5e3", 1500.0),
    ],
)
def test_numbers_that_can_be_one_thing_only(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1.234", "ambiguous_number"),
        ("12,345", "ambiguous_number"),
        ("hai", "not_a_number"),
        ("12 m2", "not_a_number"),
        ("1.234.567.8", "not_a_number"),
        ("1.23.456", "not_a_number"),
        ("nan", "not_a_number"),
        ("inf", "not_a_number"),
        ("1" + "0" * 400, "not_a_number"),
        ("-1e400", "not_a_number"),
        ("", "not_a_number"),
    ],
)
def test_numbers_that_are_refused(text: str, kind: str) -> None:
    with pytest.raises(UnreadableValue) as caught:
        parse_number(text)
    assert caught.value.kind == kind


@pytest.mark.parametrize("text", ["2021-06-30", "30/6/2021", "30.06.2021", "2021-06-30T08:00:00"])
def test_dates(text: str) -> None:
    assert parse_date(text) == dt.datetime(2021, 6, 30)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("2021", "year_only"), ("12/25/2021", "not_a_date"), ("2021-13-01", "not_a_date"),
     ("hôm qua", "not_a_date")],
)  # fmt: skip
def test_dates_that_are_refused(text: str, kind: str) -> None:
    with pytest.raises(UnreadableValue) as caught:
        parse_date(text)
    assert caught.value.kind == kind


def test_flags_and_tokens() -> None:
    assert [parse_flag(text) for text in ("1", "True", "CÓ", "0", "không")] == [
        True, True, True, False, False,
    ]  # fmt: skip
    assert parse_token("PHƯỜNG", ("ward", "commune")) == "ward"
    assert parse_token("xa", ("ward", "commune")) == "commune"
    with pytest.raises(UnreadableValue):
        parse_flag("2")
    with pytest.raises(UnreadableValue):
        parse_token("thị trấn", ("ward", "commune"))


def test_text_keeps_codes_as_they_are() -> None:
    assert tidy_text(21010.0) == "21010"
    assert tidy_text(21010) == "21010"
    assert tidy_text("  00123 ") == "00123"
    assert tidy_text("   ") is None
    assert tidy_text("Phươ\u0300ng") == "Phường"
    # the TCVN3 letter ư must survive trimming
    assert tidy_text("\u00ad") == "\u00ad"


@pytest.mark.parametrize("raw", ["9223372036854775807", 10**30, -1e30, 2**53 + 2])
def test_whole_numbers_that_are_not_exact_are_refused(raw: object) -> None:
    values, problems = read_values(Field("floors", "integer"), pd.Series([raw, 2**53]))
    assert problems.tolist() == ["integer_too_large", ""]
    assert values.isna().tolist() == [True, False]


def test_dtypes_and_defaults() -> None:
    raw = pd.Series([1, None], dtype="Int64")
    values, _ = read_values(Field("priority", "integer", default=0), raw)
    assert (values.dtype, values.tolist()) == ("int64", [1, 0])
    values, _ = read_values(Field("floors", "integer"), raw)
    assert values.dtype == "Int64"
    assert values.isna().tolist() == [False, True]
    values, problems = read_values(Field("width_m", "number"), pd.Series([1.5, float("inf")]))
    assert problems.tolist() == ["", "not_a_number"]
    values, _ = read_values(Field("slated", "flag", default=False), raw.astype("boolean"))
    assert (values.dtype, values.tolist()) == ("bool", [True, False])
    values, _ = read_values(Field("name"), pd.Series([21010.0, None]))
    assert values[0] == "21010"
    assert pd.isna(values[1])
