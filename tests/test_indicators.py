"""Figures of a town of two hectares, worked out by hand: years, notes, basis, completeness."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from test_quality import DAY, dataset, feature, layer, parcel, square, two_units
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.indicators import evaluate
from urbanplan_gis.analysis.targets import assess
from urbanplan_gis.model.data import Layer, Origin, Role, Statistic
from urbanplan_gis.model.figures import Figure, Verdict
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.indicators import indicators

ORIGIN = Origin("test", "statistics.csv")
Row = tuple[str, int, str, float]


def figures(
    indicator: str, *layers: Layer, rows: Iterable[Row] = (), confirmed: Iterable[str] = ()
) -> dict[tuple[str, str], Figure]:
    """Figures of the ward W and the commune C (slated), by definition and row; existing state."""
    town = replace(
        dataset(two_units(), *layers),
        statistics=tuple(Statistic(u, year, name, value, ORIGIN) for u, year, name, value in rows),
    )
    derived = derive_layers(check(town, DAY), DeriveFacts(), DAY)
    evidence, _ = gather(derived, DAY, "2014")
    found = evaluate([indicators()[indicator]], evidence, ["existing"], confirmed=confirmed)
    return {(item.definition, item.unit_code): item for item in found}


def said(figure: Figure) -> list[str]:
    return [note.say("en") for note in figure.notes]


def verdict(figure: Figure) -> Verdict:
    (held,) = assess([figure], indicators())
    return held.verdict


FIBRE = "statistics-in-wards"


def test_a_share_is_of_one_year() -> None:
    """290 of 300 households in 2024; the 280 of 2025 would make 103.57 %."""
    rows = [
        ("W", 2024, "households", 300.0), ("W", 2024, "fibre_households", 290.0),
        ("W", 2025, "households", 280.0),
    ]  # fmt: skip
    found = figures("fibre_households", rows=rows)[FIBRE, "city"]
    assert (found.numerator, found.denominator) == (290.0, 300.0)
    assert found.value == pytest.approx(290 / 3)
    assert (found.years_away, said(found)) == (1, ["statistics of 2024"])


def test_statistics_that_share_no_year_are_no_data_and_say_so() -> None:
    rows = [("W", 2024, "fibre_households", 290.0), ("W", 2025, "households", 280.0)]
    found = figures("fibre_households", rows=rows)
    for unit in ("W", "wards", "city"):
        item = found[FIBRE, unit]
        assert (item.value, item.numerator, item.denominator) == (None, None, None)
        assert (verdict(item), item.completeness) == (Verdict.NO_DATA, 0.0)
        assert said(item)[-1] == (
            "no year gives all of fibre_households, households for unit W, "
            "so they are not taken together"
        )
    assert said(found[FIBRE, "C"]) == ["0 % of the ground or units is known"]


def test_temporary_residents_of_another_year_do_not_count() -> None:
    """W: 1000 of 2025, not with the 500 of 2019; C: 900 and 100 of 2024. So 1000 of 2000."""
    rows = [
        ("W", 2025, "residents", 1000.0), ("W", 2019, "residents", 900.0),
        ("W", 2019, "temporary_residents", 500.0),
        ("C", 2024, "residents", 900.0), ("C", 2024, "temporary_residents", 100.0),
    ]  # fmt: skip
    found = figures("urbanisation_rate", rows=rows)
    city = found["residents-in-wards", "city"]
    assert (city.value, city.numerator, city.denominator) == (50.0, 1000.0, 2000.0)
    assert said(city) == ["statistics of 2024, 2025"]
    assert said(found["residents-in-wards", "W"]) == []
    assert said(found["residents-in-wards", "C"]) == ["statistics of 2024"]


def test_floor_area_per_person_is_of_one_year() -> None:
    """27 000 m² for 900 and 100 persons in 2024; 2025 has no floor area."""
    rows = [
        ("W", 2025, "residents", 2000.0), ("W", 2024, "residents", 900.0),
        ("W", 2024, "temporary_residents", 100.0), ("W", 2024, "floor_area_m2", 27_000.0),
    ]  # fmt: skip
    city = figures("floor_area_per_capita", rows=rows)["statistics-in-wards", "city"]
    assert (city.value, city.denominator, city.years_away) == (27.0, 1000.0, 1)


def test_a_unit_out_of_scope_decides_nothing() -> None:
    """The commune's numbers are seven years old, but the city's row is that of the ward."""
    rows = [
        (unit, year, name, value)
        for unit, year in (("W", 2025), ("C", 2018))
        for name, value in (("households", 300.0), ("fibre_households", 270.0))
    ]
    found = figures("fibre_households", rows=rows)
    for unit in ("W", "wards", "city"):
        assert (found[FIBRE, unit].years_away, said(found[FIBRE, unit])) == (0, [])
    assert verdict(found[FIBRE, "city"]) is Verdict.MET
    assert found[FIBRE, "C"].years_away == 7
    assert said(found[FIBRE, "slated"]) == ["statistics of 2018"]


def test_an_old_number_that_is_counted_below_the_line_decides() -> None:
    rows = [("W", 2025, "residents", 1000.0), ("C", 2018, "residents", 1000.0)]
    found = figures("urbanisation_rate", rows=rows)
    city = found["residents-in-wards", "city"]
    assert (city.value, city.years_away, verdict(city)) == (50.0, 7, Verdict.INCONCLUSIVE)
    assert found["residents-in-wards", "W"].years_away == 0


# ---- what a figure rests on ------------------------------------------------------------------

PARK = layer(Role.GREEN, feature("p", square(0, 0), kind="public"))
PEOPLE: list[Row] = [("W", 2025, "residents", 1000.0)]


def basis_of_green(*confirmed: str) -> dict[str, str]:
    found = figures("green_per_capita", PARK, rows=PEOPLE, confirmed=confirmed)
    return {
        definition.split("-in-")[0]: item.basis
        for (definition, unit), item in found.items()
        if unit == "wards"
    }


@pytest.mark.parametrize(
    ("confirmed", "by_law"),
    [
        ((), set()),
        (("public_green",), {"public_codes"}),
        (("public_green", "park_water"), {"public_codes"}),
        (("public_green", "water"), {"public_codes", "public_dry"}),
        (("water", "park_water"), set()),
        (
            ("public_green", "water", "park_water"),
            {"public_codes", "public_dry", "public", "public_per_park", "public_half_water",
             "residents_only", "geodesic"},
        ),
    ],
)  # fmt: skip
def test_green_rests_on_the_sets_of_its_water_rule(
    confirmed: tuple[str, ...], by_law: set[str]
) -> None:
    basis = basis_of_green(*confirmed)
    assert {name for name, value in basis.items() if value == "law"} == by_law
    assert {"public", "public_dry", "all_kinds", "with_residential"} <= set(basis)


def test_urban_land_rests_on_the_urban_land_of_the_general_plan() -> None:
    """ONT is urban only inside it, whether the figure's scope is the general plan or the wards."""
    use = layer(Role.LAND_USE, parcel("a", square(0, 0)), parcel("b", square(100, 0), "CLN"))

    def basis(*confirmed: str) -> str:
        return figures("urban_land_ratio", use, confirmed=confirmed)["wide-in-wards", "city"].basis

    assert basis("urban_construction") == "proposal"
    assert basis("general_plan_urban") == "proposal"
    assert basis("urban_construction", "general_plan_urban") == "law"


def test_what_rests_on_no_set_is_law() -> None:
    found = figures("urbanisation_rate", rows=PEOPLE)
    assert {item.basis for item in found.values()} == {"law"}


# ---- completeness ------------------------------------------------------------------------------


def known(missing_m: float) -> Figure:
    """The ward W with its eastmost strip, so many metres wide of 100, in no parcel."""
    use = layer(
        Role.LAND_USE,
        parcel("a", square(0, 0, 100 - missing_m, 100)),
        parcel("b", square(100, 0), "CLN"),
    )
    return figures("urban_land_ratio", use)["wide-in-wards", "W"]


def test_noise_of_sums_is_not_unknown_ground() -> None:
    """1e-8 m of 100 m are 1e-10 of the ground; 1e-6 m are 1e-8, and are said."""
    for missing in (0.0, 1e-8):
        assert (known(missing).completeness, said(known(missing))) == (1.0, [])
    found = known(1e-6)
    assert found.completeness == pytest.approx(1 - 1e-8, abs=1e-10)
    assert said(found) == ["99.99 % of the ground or units is known"]


@pytest.mark.parametrize(("missing", "percent"), [(43.0, "57"), (71.0, "29"), (0.001, "99.99")])
def test_the_known_share_is_rounded_down_but_not_by_noise(missing: float, percent: str) -> None:
    """57 % is not 56.99 %, as 0.57 * 10 000 in binary would have it."""
    assert said(known(missing)) == [f"{percent} % of the ground or units is known"]
