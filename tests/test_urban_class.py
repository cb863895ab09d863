"""Values of urban standards of a town of 18 hectares, and the cards and table made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from shapely import LineString

from test_quality import DAY, EAST, NORTH, dataset, feature, layer, parcel, square
from urbanplan_gis.analysis.class_values import class_values
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.urban_class import scorecards
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Layer, Origin, Role, Statistic
from urbanplan_gis.model.scores import GivenValue
from urbanplan_gis.outputs.class_table import COLUMNS, class_frame, class_lines
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.scoring import schemes
from urbanplan_gis.text import Text, keys

ORIGIN = Origin("test", "statistics.csv")
#: a ward and a commune of nine hectares each
UNITS = layer(
    Role.UNITS,
    feature("W", square(0, 0, 300), code="W", name="Phường", kind="ward"),
    feature("C", square(300, 0, 300), code="C", name="Xã", kind="commune"),
)
#: in the ward 5.4 ha of dwellings, 1.8 of streets, 0.9 of a hospital, 0.9 of orchards
LAND = layer(
    Role.LAND_USE,
    parcel("homes", square(0, 0, 180, 300)),
    parcel("street", square(180, 0, 60, 300), "DGT"),
    parcel("hospital", square(240, 0, 30, 300), "DYT"),
    parcel("orchard", square(270, 0, 30, 300), "CLN"),
    parcel("fields", square(300, 0, 300), "CLN"),
)
#: parks of 2 ha, of 1.5 ha with a pond of 0.5, of 1.9 ha, a garden of 0.1 ha; in the commune 1 ha
GREEN = layer(
    Role.GREEN,
    feature("p", square(0, 0, 200, 100), kind="public", park="p"),
    feature("q", square(0, 100, 150, 100), kind="public", park="q"),
    feature("pond", square(150, 100, 50, 100), kind="water", park="q"),
    feature("r", square(0, 200, 190, 100), kind="public"),
    feature("garden", square(200, 200, 10, 100), kind="residential"),
    feature("estate", square(300, 0, 100, 100), kind="restricted"),
)


def road(name: str, x: float, rank: int | None) -> dict[str, object]:
    line = LineString([(EAST + x, NORTH), (EAST + x, NORTH + 300)])
    return feature(name, line, road_class=rank)


#: 300 m each: a main road in the ward, one in the commune, a lane and a road without rank
ROADS = layer(
    Role.ROADS, road("main", 200, 3), road("far", 400, 3), road("lane", 100, 8), road("x", 50, None)
)


def evidence_of(
    *layers: Layer, year: int = DAY.year, people: bool = True, as_of: dt.date = DAY
) -> Evidence:
    rows: Iterable[tuple[str, str, float]] = (
        ("W", "residents", 900.0),
        ("W", "temporary_residents", 100.0),
        ("C", "residents", 500.0),
        ("W", "floor_area_m2", 27_200.0),
        ("C", "floor_area_m2", 10_000.0),
    )
    statistics = tuple(Statistic(unit, year, name, value, ORIGIN) for unit, name, value in rows)
    town = replace(dataset(UNITS, *layers), statistics=statistics if people else ())
    evidence, _ = gather(derive_layers(check(town, as_of), DeriveFacts(), as_of), as_of, "2014")
    return evidence


def test_every_value_by_hand() -> None:
    found = class_values(evidence_of(LAND, GREEN, ROADS))
    expected = {
        "population_city": 1500,
        "population_inner": 1000,
        "density_city": 1500 / 0.18,
        "density_inner": 1000 / 0.081,
        "floor_area_per_person": 27.2,
        "civil_land_per_person": 81,
        "transport_land_share": 100 * 1.8 / 8.1,
        "transport_land_per_person": 18,
        "green_per_person_city": 70_000 / 1500,
        "public_green_per_person": 59,
        "public_green_per_person_civil": 60,
        "public_land_per_person": 6,
        "green_space_share": 55,
        "road_density": 0.3 / 0.081,
        "road_density_inner": 0.3 / 0.081,
        "green_areas_2ha": 2,
    }
    assert {name: item.value for name, item in found.items()} == pytest.approx(expected)
    assert all(item.certain for name, item in found.items() if name != "road_density_inner")
    assert not found["road_density_inner"].certain


def test_amounts_of_one_unit_of_value() -> None:
    """A person per km² of 0.081 km²; a square metre per 1,000 persons; a percent of 8.1 ha."""
    found = class_values(evidence_of(LAND, GREEN, ROADS))
    amounts = {name: (item.amount_per_unit, item.amount_unit) for name, item in found.items()}
    assert amounts["population_city"] == (1, "persons")
    assert amounts["density_inner"] == (pytest.approx(0.081), "persons")
    assert amounts["public_green_per_person"] == (pytest.approx(0.1), "ha")
    assert amounts["transport_land_share"] == (pytest.approx(0.081), "ha")
    assert amounts["road_density"] == (pytest.approx(0.081), "km")
    assert amounts["green_areas_2ha"] == (None, "")


def test_what_rests_on_class_sets_says_so_until_they_are_confirmed() -> None:
    evidence = evidence_of(LAND)
    found = class_values(evidence)
    assert found["density_city"].basis == "law"
    assert found["density_inner"].basis == "proposal"
    sets = ("urban_construction", "general_plan_urban")
    assert class_values(evidence, sets)["density_inner"].basis == "law"


def test_without_a_layer_or_statistics_there_is_no_value() -> None:
    found = class_values(evidence_of())
    assert set(found) == {
        "population_city", "population_inner", "density_city", "floor_area_per_person",
    }  # fmt: skip
    assert set(class_values(evidence_of(LAND, people=False))) == {
        "transport_land_share", "green_space_share",
    }  # fmt: skip


def test_unknown_ground_bounds_the_value() -> None:
    """Without the orchard's parcel 0.9 of 9.0 ha are not known: 22.2 %, or 20 to 30 %."""
    parcels = LAND.frame[LAND.frame["feature_id"] != "orchard"]
    share = class_values(evidence_of(LAND.with_frame(parcels)))["transport_land_share"]
    assert share.value == pytest.approx(100 * 1.8 / 8.1)
    assert (share.low, share.high) == (pytest.approx(20), pytest.approx(30))
    assert isinstance(share.source, Text)
    assert "90 % of the ground" in share.source.say("en")


def test_statistics_of_a_far_year_decide_nothing() -> None:
    assert class_values(evidence_of(year=2023))["population_city"].certain
    found = class_values(evidence_of(year=2022))["population_city"]
    assert (found.value, found.certain) == (1500, False)
    assert isinstance(found.source, Text)
    assert "2022" in found.source.say("vi")


def test_cards_of_today_and_of_the_next_law() -> None:
    cards = scorecards(evidence_of(LAND, GREEN, ROADS), {}, region="central_coast")
    named = [(card.scheme_id, card.urban_class, card.in_force) for card in cards]
    assert named == [
        ("26-2022", "II", True), ("26-2022", "I", True),
        ("111-2025", "II", False), ("111-2025", "I", False),
    ]  # fmt: skip
    # under 111/2025: 1,500 people and 3.7 km/km² give nothing; density, services, green spaces
    # of 2 ha (at the minimum), green space and public green all their points but for the third
    assert cards[2].points_low == pytest.approx(6 + 3 + 3 + 3 + 3)
    assert cards[2].points_high == pytest.approx(100 - 7 - 5 - 1)
    # group II: at most 6 + 7 of the 15.5 needed
    assert cards[2].verdict == "not_met"
    assert cards[2].basis == "proposal"
    later = scorecards(evidence_of(as_of=dt.date(2026, 1, 1)), {})
    assert [(card.scheme_id, card.urban_class) for card in later] == [
        ("111-2025", "II"), ("111-2025", "I"),
    ]  # fmt: skip
    assert scorecards(evidence_of(as_of=dt.date(2016, 5, 24)), {}) == ()


def test_what_the_office_delivers_goes_before_what_is_computed() -> None:
    given = {"population_city": GivenValue(350_000.0, "Công an tỉnh", 2025)}
    rows = {row.standard_id: row for row in scorecards(evidence_of(), given)[2].rows}
    assert (rows["2A.II.03"].points, rows["2A.II.03"].value_source) == (6.25, "Công an tỉnh")


def test_what_the_office_delivers_of_a_far_year_decides_nothing() -> None:
    for year, verdict in ((2023, "met"), (2022, "inconclusive")):
        given = {"population_city": GivenValue(350_000.0, "Công an tỉnh", year)}
        rows = {row.standard_id: row for row in scorecards(evidence_of(), given)[2].rows}
        assert rows["2A.II.03"].verdict == verdict


def test_a_region_must_be_known() -> None:
    with pytest.raises(PlanDataError, match="found region 'coast'; expected one of: central_coast"):
        scorecards(evidence_of(), {}, region="coast")


def table(lang: str = "en") -> pd.DataFrame:
    given = {"role_planning": GivenValue("Cấp tỉnh", "QĐ 1/2025", 2025)}
    return class_frame(scorecards(evidence_of(LAND, GREEN, ROADS), given), "2014", lang)


def test_the_table_has_a_row_for_every_standard_group_and_total() -> None:
    frame = table()
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == (19 + 5 + 1) * 2 + (23 + 3 + 1) + (15 + 3 + 1)
    assert frame["figure_id"].is_unique
    by_id = frame.set_index("figure_id")
    place = "urban_class/city@2014/2025-06-30/existing/"
    role = by_id.loc[place + "111-2025-II.2A.I.01"]
    assert (role["value"], role["minimum"], role["maximum"]) == ("Cấp tỉnh", "Cấp tỉnh", "Cấp vùng")
    assert (role["points"], role["verdict"]) == (5.5, "met")
    assert role["value_source"] == "QĐ 1/2025 (2025)"
    people = by_id.loc[place + "111-2025-II.2A.II.03"]
    assert people["missing_to_minimum"] == 198_500
    assert "198,500 persons short of the minimum" in people["note"]
    assert (people["document"], people["confidence"]) == ("111/2025/UBTVQH15", "second-hand")
    roads = by_id.loc[place + "111-2025-II.2A.III.07"]
    assert "0.19 km short of the minimum" in roads["note"]
    group = by_id.loc[place + "111-2025-II.group-II"]
    assert (group["points_low"], group["points_high"], group["minimum"]) == (6, 13, 15.5)
    assert group["verdict"] == "not_met"
    total = by_id.loc[place + "111-2025-II.total"]
    assert (total["minimum"], total["points_max"], total["verdict"]) == (75, 100, "not_met")
    assert "Article 8" in total["note"]
    unverified = by_id.loc[place + "26-2022-I.P1"]
    assert (unverified["value"], unverified["verdict"]) == (1500, "unverified")
    assert pd.isna(unverified["points"])
    assert "minimum must be reached" in unverified["note"]


def test_the_table_in_vietnamese() -> None:
    frame = table("vi").set_index("standard")
    assert "thiếu 198.500 người để đạt mức tối thiểu" in frame.loc["2A.II.03", "note"]
    assert (frame.loc["total", "name"] == "Tổng điểm").all()


def test_the_lines_say_points_verdict_and_the_cheapest_steps() -> None:
    cards = scorecards(evidence_of(LAND, GREEN, ROADS), {})
    lines = class_lines(cards, "en")
    (third,) = [line for line in lines if "111/2025" in line and line.startswith("Class II ")]
    assert "18.00–87.00 of 100 points, 75 needed: not met (rests on proposed class sets)" in third
    assert "(in force from 2026-01-01)" in third
    place = lines.index(third)
    assert lines[place + 1].strip().startswith("7 of 23 standards could be judged; 0 have data")
    steps = lines[place + 2 : place + 5]
    # one more km/km² for 4 points is less than two more parks for one, or 198,500 more people
    assert "4.00 points more: Density of urban roads, from 3.70 to 6 km/km²" in steps[0]
    assert all("cost not known" in line for line in steps)
    assert any(
        line.strip().startswith("0 of 19 standards could be judged; 11 have data but")
        for line in lines
    )
    vi = class_lines(cards, "vi")
    assert any("đạt 0,00–14,00 trên 15 tiêu chuẩn, cần 12" in line for line in vi)


def test_every_unit_and_quantity_has_its_words() -> None:
    standards = [
        standard
        for scheme in schemes().values()
        for rules in scheme.classes.values()
        for standard in rules.standards
    ]
    assert {f"class_unit.{item.unit}" for item in standards} <= keys()
    said = {key.removeprefix("class_value.") for key in keys() if key.startswith("class_value.")}
    measured = set(class_values(evidence_of(LAND, GREEN, ROADS)))
    assert said == measured
    assert measured <= {item.quantity for item in standards}


def test_a_standard_of_each_card_is_judged_once() -> None:
    for card in scorecards(evidence_of(LAND, GREEN, ROADS), {}):
        low = np.sum([group.points_low for group in card.groups])
        assert card.points_low == pytest.approx(low)
        assert card.points_low <= card.points_high <= card.points_max
