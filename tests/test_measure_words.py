"""What a figure adds up, said in sentences of both languages."""

from __future__ import annotations

import pytest

from urbanplan_gis.model.figures import Condition, Measure
from urbanplan_gis.outputs.explanation import measure_words
from urbanplan_gis.standards.indicators import indicators


@pytest.mark.parametrize(
    ("measure", "vi", "en"),
    [
        (
            Measure("area", (Condition("land_use", "urban_construction"),)),
            "diện tích đất có loại đất thuộc «Đất xây dựng đô thị»",
            "area of ground whose land use is in “Urban construction land”",
        ),
        (
            Measure("unit_count", (Condition("unit", "slated"), Condition("unit", "wards"))),
            "số đơn vị thuộc «bảy xã» và thuộc «các phường»",
            "number of units in “the seven communes” and in “the wards”",
        ),
        (
            Measure("area", (Condition("right_of_way", "any"),)),
            "diện tích đất trong chỉ giới đường đỏ",
            "area of ground within the red lines of roads",
        ),
    ],
)
def test_a_measure_reads_as_a_sentence(measure: Measure, vi: str, en: str) -> None:
    assert (measure_words(measure, "vi"), measure_words(measure, "en")) == (vi, en)


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_declared_measure_has_words(lang: str) -> None:
    measures = [
        measure
        for indicator in indicators().values()
        for definition in indicator.definitions
        for measure in (definition.numerator, definition.denominator)
        if measure is not None
    ]
    said = [measure_words(measure, lang) for measure in measures]
    assert len(said) > 50
    assert not [words for words in said if "explain." in words or "_" in words]
