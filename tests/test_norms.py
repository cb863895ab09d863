"""Norms in force against a town of 18 hectares worked out by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from test_quality import DAY, feature, layer, square
from test_urban_class import GREEN, LAND, ROADS, evidence_of
from urbanplan_gis.analysis.indicators import evaluate
from urbanplan_gis.analysis.norm_values import norm_values
from urbanplan_gis.analysis.norms import NormRow, norm_rows, provisions_at, verdict_of
from urbanplan_gis.model.data import Layer, Role
from urbanplan_gis.model.scores import GivenValue
from urbanplan_gis.outputs.norms_table import COLUMNS, norms_frame
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.standards.law import Provision, history, law, provision_at
from urbanplan_gis.text import Number, Text, keys

#: 1.8 ha of a main road; a sub-district road of 0.54 ha on urban land, 0.12 of it in the crossing;
#: 0.1 ha without a rank; a lane; and a main road of the commune
RED_LINES = layer(
    Role.RIGHT_OF_WAY,
    feature("main", square(180, 0, 60, 300), road_class=3),
    feature("side", square(0, 100, 300, 20), road_class=7),
    feature("some", square(0, 200, 100, 10)),
    feature("lane", square(0, 250, 100, 10), road_class=9),
    feature("far", square(400, 0, 60, 300), road_class=3),
)
#: 0.5 ha in the ward, and 0.4 ha of which half lies in the commune
PARKING = layer(
    Role.PARKING, feature("a", square(0, 0, 50, 100)), feature("b", square(280, 0, 40, 100))
)


def values(*layers: Layer) -> dict[str, GivenValue]:
    return norm_values(evidence_of(*layers), [])


def rows(*layers: Layer, day: dt.date = DAY, urban_class: str = "II") -> dict[str, NormRow]:
    evidence = evidence_of(*layers, as_of=day)
    figures = evaluate(indicators().values(), evidence, ["existing"])
    found = norm_rows(evidence, figures, urban_class)
    return {row.provision.parameter_id: row for row in found}


def test_streets_by_rank_within_the_red_lines() -> None:
    """Over 8.1 ha: 1.8 down to rank 4 and 6; with 0.42 more down to rank 7; 0.1 may be any."""
    found = values(LAND, RED_LINES, ROADS)
    shares = {
        name: (item.value, item.low, item.high)
        for name, item in found.items()
        if name.startswith("qcvn.transport_share.")
    }
    assert shares == {
        "qcvn.transport_share.inter_district": pytest.approx((180 / 8.1, 180 / 8.1, 190 / 8.1)),
        "qcvn.transport_share.district": pytest.approx((180 / 8.1, 180 / 8.1, 190 / 8.1)),
        "qcvn.transport_share.sub_district": pytest.approx((222 / 8.1, 222 / 8.1, 232 / 8.1)),
    }
    source = found["qcvn.transport_share.district"].source
    assert isinstance(source, Text)
    assert source.say("en").startswith("land within the red lines of roads of ranks 1–6")


def test_streets_by_rank_from_centre_lines_and_widths() -> None:
    """300 m of main road 20 m wide: 0.6 of 8.1 ha; the lane has a rank below, one no width."""
    roads = ROADS.with_frame(ROADS.frame.assign(width_m=[20.0, 20.0, 10.0, None]))
    found = values(LAND, roads)
    assert found["qcvn.transport_share.sub_district"].value == pytest.approx(60 / 8.1)
    assert not [name for name in values(LAND, ROADS) if "transport_share" in name]
    # without land use there is no urban construction land to divide by
    assert not [name for name in values(RED_LINES) if "transport_share" in name]


def test_green_parking_and_units() -> None:
    found = values(LAND, GREEN, PARKING)
    numbers = {name: item.value for name, item in found.items()}
    assert numbers == pytest.approx(
        {
            "qcvn.public_green_per_person": 59,
            "qcvn.civil_land_per_person": 81,
            "qcvn.unit_green_per_person": 1,
            "qcvn.parking_land_per_person": 7,
            "city.population": 1500,
            "road_law.transport_land_share": 180 / 8.1,
            "city.units": 2,
            "city.ward_share": 50,
            "city.area": 0.18,
        }
    )
    assert found["qcvn.parking_land_per_person"].amount_per_unit == pytest.approx(0.1)


def test_verdicts_of_the_town() -> None:
    found = rows(LAND, GREEN, RED_LINES, PARKING)
    verdicts = {name: row.verdict for name, row in found.items() if row.given is not None}
    for name, verdict in {
        "qcvn.public_green_per_person.class_II": "met",
        "qcvn.civil_land_per_person.class_I_II": "not_met",
        "qcvn.unit_green_per_person": "not_met",
        "qcvn.transport_share.sub_district": "met",
        "qcvn.parking_land_per_person.under_50k": "met",
        "city.ward_share": "not_met",
        "road_law.transport_land_share": "unverified",
        "national.floor_area_per_person.2025": "reference",
        "national.transport_land.2030": "reference",
    }.items():
        assert verdicts[name] == verdict, name
    silent = [row for row in found.values() if row.given is None]
    assert {row.verdict for row in silent} == {"no_data"}
    assert "qcvn.unit_service_radius" in {row.provision.parameter_id for row in silent}


def test_national_targets_meet_the_published_figures() -> None:
    found = rows(LAND, GREEN)
    green = found["national.green_per_person.2025"].given
    assert green is not None
    assert green.value == pytest.approx(59)
    assert isinstance(green.source, Text)
    assert "green_per_capita/city@2014/2025-06-30/existing/public-in-wards" in green.source.say(
        "en"
    )
    assert found["national.urban_areas.2025"].verdict == "no_data"


def applying(day: str, urban_class: str = "II", people: float | None = 300_000) -> set[str]:
    given = None if people is None else GivenValue(people, "t")
    found = provisions_at(dt.date.fromisoformat(day), urban_class, given)
    return {item.parameter_id for item in found}


def test_norms_of_the_class_and_size_of_the_city() -> None:
    found = applying("2025-06-30")
    assert "qcvn.public_green_per_person.class_II" in found
    assert "qcvn.public_green_per_person.class_I" not in found
    assert "qcvn.civil_land_per_person.class_I_II" in found
    assert "qcvn.civil_land_per_person.class_III_IV" not in found
    sizes = {"over_150k", "50k_150k", "under_50k"}
    for people, size in ((150_001, "over_150k"), (150_000, "50k_150k"), (50_000, "under_50k")):
        names = applying("2025-06-30", people=people)
        assert {name for name in names if name.rpartition(".")[2] in sizes} == {
            f"qcvn.parking_land_per_person.{size}"
        }
    assert len(applying("2025-06-30", people=None) - found) == 2
    third = applying("2025-06-30", "III")
    assert "qcvn.civil_land_per_person.class_III_IV" in third
    assert not [name for name in third if name.startswith(("ward.", "commune.", "municipality."))]


def test_norms_of_the_day() -> None:
    """On each side of 5 July 2021 and of 1 January 2027; city rules end with 2025."""
    transport = "qcvn.transport_share.district"
    assert transport not in applying("2021-07-04")
    assert transport in applying("2021-07-05")
    assert transport in applying("2026-12-31")
    assert transport not in applying("2027-01-01")
    assert "qcvn.city_service_radius" in applying("2027-01-01")
    assert "city.ward_share" in applying("2025-12-31")
    assert "city.ward_share" not in applying("2026-01-01")


def norm(parameter: str, **changes: Any) -> Provision:
    found = provision_at(parameter, DAY)
    assert found is not None
    return replace(found, **changes)


@pytest.mark.parametrize(
    ("parameter", "value", "verdict"),
    [
        ("qcvn.transport_share.district", 12.99, "not_met"),
        ("qcvn.transport_share.district", 13.0, "met"),
        ("qcvn.civil_land_per_person.class_I_II", 44.9, "not_met"),
        ("qcvn.civil_land_per_person.class_I_II", 45.0, "met"),
        ("qcvn.civil_land_per_person.class_I_II", 60.0, "met"),
        ("qcvn.civil_land_per_person.class_I_II", 60.1, "not_met"),
        ("qcvn.bus_stop_walk", 500.0, "met"),
        ("qcvn.bus_stop_walk", 501.0, "not_met"),
        ("national.urbanisation.2030", 70.0, "reference"),
    ],
)
def test_senses(parameter: str, value: float, verdict: str) -> None:
    assert verdict_of(norm(parameter), GivenValue(value, "t")) == verdict


def test_strict_senses() -> None:
    (income,), (poverty,) = history("ward.income"), history("ward.poverty")
    assert verdict_of(income, GivenValue(100.0, "t")) == "not_met"
    assert verdict_of(income, GivenValue(100.1, "t")) == "met"
    assert verdict_of(poverty, GivenValue(100.0, "t")) == "not_met"
    assert verdict_of(poverty, GivenValue(99.9, "t")) == "met"


def test_what_is_not_certain_or_not_verified_decides_nothing() -> None:
    share = norm("qcvn.transport_share.district")
    assert verdict_of(share, None) == "no_data"
    assert verdict_of(share, GivenValue(12.0, "t", low=11.0, high=14.0)) == "inconclusive"
    assert verdict_of(share, GivenValue(14.0, "t", low=13.5, high=15.0)) == "met"
    assert verdict_of(share, GivenValue(14.0, "t", certain=False)) == "inconclusive"
    unsure = replace(share, confidence="unverified")
    assert verdict_of(unsure, GivenValue(14.0, "t")) == "unverified"
    assert verdict_of(unsure, GivenValue(14.0, "t"), allow_unverified=True) == "met"
    civil = norm("qcvn.civil_land_per_person.class_I_II")
    assert verdict_of(civil, GivenValue(50.0, "t", low=40.0, high=70.0)) == "inconclusive"


def test_the_table() -> None:
    found = list(rows(LAND, GREEN, RED_LINES, PARKING).values())
    frame = norms_frame(found, "2014", DAY, "en")
    assert tuple(frame.columns) == COLUMNS
    assert frame["figure_id"].is_unique
    place = "norm/city@2014/2025-06-30/existing/"
    by_id = frame.set_index("figure_id")
    green = by_id.loc[place + "qcvn.unit_green_per_person"]
    assert (green["threshold"], green["sense"], green["missing"]) == (2, "at_least", 1)
    assert green["note"].startswith("0.10 ha short")
    assert (green["document"], green["article"]) == ("QCVN 01:2021/BXD", "mục 2.2")
    assert (green["from"], green["until"]) == ("2021-07-05", "2027-01-01")
    assert (green["confidence"], green["basis"]) == ("verbatim", "proposal")
    civil = by_id.loc[place + "qcvn.civil_land_per_person.class_I_II"]
    assert civil["threshold"] == "45–60"
    assert "binding no single city" in by_id.loc[place + "national.green_per_person.2025"]["note"]
    vi = norms_frame(found, "2014", DAY, "vi").set_index("figure_id")
    assert vi.loc[place + "qcvn.unit_green_per_person"]["note"].startswith("thiếu 0,10 ha")


def test_every_value_has_its_words_and_its_parameter() -> None:
    parameters = {name.rpartition(".")[0] for name in law().provisions} | set(law().provisions)
    assert set(values(LAND, GREEN, RED_LINES, PARKING)) <= parameters
    assert {"norm_value.streets_right_of_way", "norm_value.streets_roads"} <= keys()


def test_amounts_are_written_in_the_form_of_each_language() -> None:
    note = Text.of("norm.missing", amount=Number(9.294), unit=Text.of("class_unit.ha"))
    vi, en = note.say("both").split(" / ")
    assert ("9,29" in vi, "9.29" in en) == (True, True)
    assert Number(1051, 0).say("both") == "1.051 / 1,051"
