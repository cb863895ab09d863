"""Green land with water inside parks, on squares a reader can check."""

from __future__ import annotations

import pytest

from test_quality import DAY, dataset, feature, layer, square
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.indicators import evaluate
from urbanplan_gis.model.data import Dataset, Layer, Origin, Role, Statistic
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.indicators import indicators

#: two wards of 1 ha each, with 1 000 residents each
WARDS = layer(
    Role.UNITS,
    feature("A", square(0, 0), code="A", name="Phường A", kind="ward"),
    feature("B", square(100, 0), code="B", name="Phường B", kind="ward"),
)


def per_person(green: Layer) -> dict[tuple[str, str], float | None]:
    """m² of green per resident by definition and row."""
    source = Origin("people", "people.csv")
    people = tuple(Statistic(code, DAY.year, "residents", 1000.0, source) for code in "AB")
    data = dataset(WARDS, green)
    checked = check(Dataset(data.layers, statistics=people), DAY)
    evidence, _ = gather(derive_layers(checked, DeriveFacts(), DAY), DAY, "2014")
    found = evaluate([indicators()["green_per_capita"]], evidence, ["existing"])
    return {(item.definition, item.unit_code): item.value for item in found}


def test_a_park_across_two_wards_is_one_park_in_the_row_of_the_city() -> None:
    """20 m x 100 m of lawn in A, a pond of the same size in B: 2 000 m² and 2 000 m²."""
    values = per_person(
        layer(
            Role.GREEN,
            feature("lawn", square(80, 0, 20, 100), kind="public", park="p"),
            feature("pond", square(100, 0, 20, 100), kind="water", park="p"),
        )
    )
    for definition in ("public-in-wards", "public_per_park-in-wards"):
        assert values[definition, "city"] == pytest.approx(4000 / 2000)
        assert values[definition, "A"] == pytest.approx(2000 / 1000)
        assert values[definition, "B"] == pytest.approx(0.0)


def test_one_park_does_not_lend_its_dry_ground_to_another() -> None:
    """Lawn of 3 000 m² in one park; in another 500 m² of lawn and a pond of 2 000 m²."""
    values = per_person(
        layer(
            Role.GREEN,
            feature("dry", square(0, 0, 30, 100), kind="public", park="p"),
            feature("small", square(40, 0, 5, 100), kind="public", park="q"),
            feature("pond", square(50, 0, 20, 100), kind="water", park="q"),
        )
    )
    assert values["public-in-wards", "A"] == pytest.approx((3500 + 2000) / 1000)
    assert values["public_per_park-in-wards", "A"] == pytest.approx((3000 + 500 + 500) / 1000)
