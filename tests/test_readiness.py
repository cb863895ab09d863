"""Ward readiness: the cases of cases/wards.toml, the seven communes, and a town by hand."""

from __future__ import annotations

import csv
import datetime as dt
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from shapely import Point

from test_quality import EAST, NORTH, dataset, feature, layer, parcel, square
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gather import derive_layers, gather
from urbanplan_gis.analysis.indicators import evaluate
from urbanplan_gis.analysis.readiness import (
    CITY,
    readiness_cards,
    regimes_from,
    rows_of,
    standards_at,
)
from urbanplan_gis.analysis.readiness_values import SourcedValue
from urbanplan_gis.loaders.statistics import load_statistics
from urbanplan_gis.model.data import Layer, Origin, Role, Statistic
from urbanplan_gis.model.readiness import ReadinessCard, StandardRow
from urbanplan_gis.outputs.readiness_table import (
    READINESS_COLUMNS,
    readiness_frame,
    readiness_lines,
)
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.project_facts import StatisticsSource
from urbanplan_gis.quality.check import check
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.standards.law import provision_at
from urbanplan_gis.standards.units import units_of
from urbanplan_gis.text import Text

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "quang_ngai"
CASES = tomllib.loads((ROOT / "tests" / "cases" / "wards.toml").read_text(encoding="utf-8"))
DAY = dt.date(2025, 6, 30)
CENSUS = Origin("census_2019", "census_2019.csv", document="Tổng điều tra 2019")
RESOLUTION = Origin("resolution_1279", "resolution_1279.csv", document="Nghị quyết 1279")
#: hectares and persons of 2019 of the seven communes, as published
SEVEN = {
    "Xã Nghĩa Dũng": (612, 7_341), "Xã Nghĩa Dõng": (617, 8_100), "Xã Tịnh Khê": (1_562, 13_326),
    "Xã Tịnh Long": (745, 8_166), "Xã Tịnh Ấn Tây": (703, 9_931), "Xã Tịnh An": (887, 8_151),
    "Xã Nghĩa Phú": (403, 6_935),
}  # fmt: skip


def known(value: float, missing_unit: str, per_unit: float, *, whole: bool = False) -> SourcedValue:
    source = Text.of("readiness.undecided")
    return SourcedValue(value, value, value, "x", source, missing_unit, per_unit, whole=whole)


@pytest.mark.parametrize("case", CASES["case"], ids=lambda case: f"{case['day']} {case['commune']}")
def test_a_commune_on_a_day(case: dict[str, Any]) -> None:
    law = standards_at(case["day"], "II")
    given = {
        "population": known(float(case["persons"]), "persons", 1.0, whole=True),
        "area": known(case["area_km2"], "ha", 100.0),
    }
    for standard, value in given.items():
        expected = case[standard]
        (row,) = rows_of(standard, law[standard], [value])
        assert (row.verdict, row.threshold) == (expected["verdict"], expected["threshold"])
        assert row.document == case["document"]
        assert row.article == expected.get("article", row.article)
        missing = expected.get("missing", expected.get("missing_ha"))
        assert row.missing == (None if missing is None else pytest.approx(missing))
        assert row.confidence in ("verbatim", "second-hand")


@pytest.mark.parametrize("case", CASES["share"], ids=lambda case: f"{case['wards']} wards")
def test_the_share_of_wards(case: dict[str, Any]) -> None:
    provision = provision_at("city.ward_share", DAY)
    assert provision is not None
    share = 100 * case["wards"] / case["units"]
    value = known(share, "units", case["units"] / 100, whole=True)
    (row,) = rows_of("ward_share", provision, [value])
    assert share == pytest.approx(case["percent"], abs=0.05)
    assert (row.verdict, row.missing) == (case["verdict"], case.get("needed"))
    assert provision_at("city.ward_share", dt.date(2026, 1, 1)) is None


def test_regimes_on_each_side_of_the_change() -> None:
    old, new = "1211/2016/UBTVQH13", "112/2025/UBTVQH15"
    change = dt.date(2026, 1, 1)
    assert regimes_from(DAY) == [(old, DAY), (new, change)]
    assert regimes_from(change) == [(new, change)]
    assert "urban_population_share" not in standards_at(dt.date(2025, 12, 31), "II")
    assert "markets" not in standards_at(change, "II")
    # by class of the city: 13 m² a person in class I, 11 in class II
    assert standards_at(DAY, "I")["transport_land_per_person"].value == 13
    assert standards_at(DAY, "II")["transport_land_per_person"].value == 11


# ---- the seven communes ----------------------------------------------------------------------


def statistics(file: str, names: dict[str, str], origin: Origin) -> list[Statistic]:
    with (EXAMPLE / file).open(encoding="utf-8", newline="") as text:
        return [
            Statistic(row["code"], int(row["year"]), name, float(row[column]), origin)
            for row in csv.DictReader(text)
            for name, column in names.items()
        ]


def evidence_of(*layers: Layer, rows: tuple[Statistic, ...] = (), day: dt.date = DAY) -> Evidence:
    data = replace(dataset(*layers), statistics=rows)
    derived = derive_layers(check(data, day), DeriveFacts(), day)
    return gather(derived, day, "2014")[0]


@pytest.fixture(scope="module")
def city() -> Evidence:
    """The 23 units as strips 100 m wide, each as large as it is declared to be."""
    units = [
        feature(
            code, square(100 * n, 0, 100, 100 * (unit.declared_area_ha or 0)), code=code,
            name=unit.name, kind=unit.kind, slated=unit.slated,
            declared_area_ha=unit.declared_area_ha,
        )
        for n, (code, unit) in enumerate(units_of("2014").items())
    ]  # fmt: skip
    rows = statistics("census_2019.csv", {"residents": "residents"}, CENSUS)
    declared = {name: name for name in ("declared_population", "declared_area_ha")}
    rows += statistics("resolution_1279.csv", declared, RESOLUTION)
    return evidence_of(layer(Role.UNITS, *units), rows=tuple(rows))


@pytest.fixture(scope="module")
def cards(city: Evidence) -> list[ReadinessCard]:
    return readiness_cards(city, "II")


def of(cards: list[ReadinessCard], unit: str, regime: str, standard: str) -> dict[str, StandardRow]:
    (card,) = [
        c for c in cards if unit in (c.unit_name, c.unit_code) and c.regime.startswith(regime)
    ]
    return {row.source_id: row for row in card.rows if row.standard_id == standard}


def test_nghia_phu_fails_on_area_by_every_source_and_the_others_meet_it(
    cards: list[ReadinessCard],
) -> None:
    for name, (hectares, _) in SEVEN.items():
        rows = of(cards, name, "1211", "area")
        expected = "not_met" if name == "Xã Nghĩa Phú" else "met"
        assert {row.verdict for row in rows.values()} == {expected}
        assert rows["declared"].value == pytest.approx(hectares / 100)
        assert rows["computed"].value == pytest.approx(hectares / 100)
    phu = of(cards, "Xã Nghĩa Phú", "1211", "area")
    stated = phu["declared_area_ha-2024"]
    assert (stated.value, stated.missing, stated.missing_unit) == (4.35, pytest.approx(115), "ha")
    assert phu["declared"].missing == pytest.approx(147)


def test_the_source_of_the_population_decides_for_nghia_phu(cards: list[ReadinessCard]) -> None:
    """6 935 persons of the 2019 census fail 7 000; 8 740 of the resolution of 2024 pass."""
    rows = of(cards, "Xã Nghĩa Phú", "1211", "population")
    found = {key: (row.value, row.verdict, row.missing, row.year) for key, row in rows.items()}
    assert found == {
        "residents-2019": (6935, "not_met", 65, 2019),
        "declared_population-2024": (8740, "met", None, 2024),
    }
    source = rows["declared_population-2024"].value_source
    assert source is not None
    assert source.say("vi") == "quy mô dân số ghi trong Nghị quyết 1279"
    assert rows["residents-2019"].notes[0].say("en") == "a number 6 years away from the day asked"
    for name in SEVEN.keys() - {"Xã Nghĩa Phú"}:
        assert {row.verdict for row in of(cards, name, "1211", "population").values()} == {"met"}


def test_none_of_the_seven_has_the_people_of_the_later_law(cards: list[ReadinessCard]) -> None:
    for name, (_, persons) in SEVEN.items():
        rows = of(cards, name, "112", "population")
        assert {row.verdict for row in rows.values()} == {"not_met"}
        assert rows["residents-2019"].missing == 21_000 - persons
        assert rows["residents-2019"].confidence == "second-hand"
    assert {card.outcome for card in cards if card.is_slated and card.regime[:3] == "112"} == {
        "not_ready"
    }


def test_what_nobody_delivered_is_no_data_and_decides_nothing(cards: list[ReadinessCard]) -> None:
    (row,) = of(cards, "Xã Tịnh Khê", "112", "non_farm_labour").values()
    assert (row.verdict, row.value, row.value_source, row.missing) == ("no_data", None, None, None)
    outcomes = {c.unit_name: c.outcome for c in cards if c.is_slated and c.regime[:4] == "1211"}
    assert outcomes == {n: "not_ready" if n == "Xã Nghĩa Phú" else "open" for n in SEVEN}


def test_the_share_of_wards_now_and_after_each_step(cards: list[ReadinessCard]) -> None:
    """9 of 23; none is ready beyond doubt; six are kept out by nothing; with all seven 16."""
    rows = of(cards, CITY, "1211", "ward_share")
    found = {key: (row.value, row.verdict, row.missing) for key, row in rows.items()}
    assert found == {
        "now": (pytest.approx(39.1, abs=0.05), "not_met", 6),
        "ready": (pytest.approx(39.1, abs=0.05), "not_met", 6),
        "possible": (pytest.approx(65.2, abs=0.05), "met", None),
        "slated": (pytest.approx(69.6, abs=0.05), "met", None),
    }
    assert [card.regime for card in cards if card.unit_code == CITY] == ["1211/2016/UBTVQH13"]


def test_the_slated_communes_come_first_then_every_other_unit(cards: list[ReadinessCard]) -> None:
    codes = list(dict.fromkeys(card.unit_code for card in cards))
    assert {units_of("2014")[code].name for code in codes[:7]} == set(SEVEN)
    assert (len(codes), codes[-1]) == (24, CITY)


def test_urbanisation_on_the_census(city: Evidence) -> None:
    """129 139 persons in the wards of 261 417; 191 089 with the seven communes."""
    found = evaluate([indicators()["urbanisation_rate"]], city, ["existing"])
    read = {f.definition: f for f in found if f.unit_code == "city"}
    wards, seven = read["residents-in-wards"], read["residents-in-wards_and_slated"]
    assert (wards.numerator, wards.denominator) == (129_139, 261_417)
    assert (seven.numerator, seven.denominator) == (191_089, 261_417)
    assert wards.value == pytest.approx(49.4, abs=0.05)
    assert seven.value == pytest.approx(73.1, abs=0.05)


def example_tables() -> dict[str, StatisticsSource]:
    """The tables of the example's project file, which stand beside it whatever data are there."""
    declared = tomllib.loads((EXAMPLE / "project.toml").read_text(encoding="utf-8"))["statistics"]
    return {table["name"]: StatisticsSource(**table) for table in declared}


def test_the_example_names_its_tables_with_their_sources() -> None:
    tables = example_tables()
    assert set(tables) == {"census_2019", "resolution_1279"}
    for table in tables.values():
        assert table.origin.publisher
        assert table.origin.document
        assert table.origin.date


def test_the_tables_of_the_example_are_read_as_any_other() -> None:
    """23 units of the census; two units of the resolution, with persons and hectares."""
    units = {code: unit.name for code, unit in units_of("2014").items()}
    read = {
        name: load_statistics(facts, ROOT / facts.path, "statistics", units).statistics
        for name, facts in example_tables().items()
    }
    assert sum(item.value for item in read["census_2019"]) == 261_417
    assert {item.year for item in read["census_2019"]} == {2019}
    stated = {(item.unit_code, item.name): item.value for item in read["resolution_1279"]}
    assert stated == {
        ("21253", "declared_population"): 8_740, ("21253", "declared_area_ha"): 435,
        ("21262", "declared_population"): 22_566, ("21262", "declared_area_ha"): 334,
    }  # fmt: skip


# ---- a town by hand --------------------------------------------------------------------------


def town(day: dt.date, *parcels: Any, works: tuple[str, ...] = ()) -> list[ReadinessCard]:
    """A slated commune of one hectare and 1 000 persons, in a city of class II."""
    unit = feature("C", square(0, 0), code="C", name="Xã", kind="commune", slated=True)
    layers = [layer(Role.UNITS, unit), layer(Role.LAND_USE, *parcels)]
    points = [
        feature(f"w{n}", Point(EAST + 50, NORTH + 50), kind=kind) for n, kind in enumerate(works)
    ]
    layers.append(layer(Role.FACILITIES, *points))
    rows = tuple(
        Statistic("C", year, "residents", persons, CENSUS)
        for year, persons in ((day.year, 1000.0), (day.year + 1, 9000.0))
    )
    return readiness_cards(evidence_of(*layers, rows=rows, day=day), "II")


IN_2022 = dt.date(2022, 6, 30)
FULL = (
    parcel("road", square(0, 0, 100, 50), "DGT"),
    parcel("school", square(0, 50, 100, 20), "DGD"),
    parcel("sport", square(0, 70, 100, 5), "DTT"),
    parcel("park", square(0, 75, 100, 25), "DKV"),
)


def test_land_and_works_by_the_table_of_2016() -> None:
    """5 m² of roads a person of 11; 2 of schools of 2.7; 0.5 of sports; 2.5 of green of 2."""
    cards = town(IN_2022, *FULL, works=("tram_y_te", "cho", "benh_vien"))
    expected = {
        "transport_land_per_person": (5.0, "not_met", 0.6, "ha"),
        "education_land_per_person": (2.0, "not_met", 0.07, "ha"),
        "sport_ground_per_person": (0.5, "no_data", None, ""),
        "public_green_per_person": (2.5, "met", None, ""),
        # one station for 1 000 is five for 5 000, if it is large enough
        "health_stations_per_5000": (5.0, "no_data", None, ""),
        "markets": (1.0, "met", None, ""),
    }
    for standard, wanted in expected.items():
        for row in of(cards, "C", "1211", standard).values():
            missing = None if row.missing is None else pytest.approx(row.missing)
            assert (row.value, row.verdict, missing, row.missing_unit) == wanted
    education = of(cards, "C", "1211", "education_land_per_person")["education"]
    assert education.notes[0].say("en").startswith("an upper bound")
    roads = of(cards, "C", "1211", "transport_land_per_person")["transport"]
    assert [note.say("en") for note in roads.notes[:2]] == [
        "codes of transport land also hold field roads, railways and ports",
        "by class sets proposed, not confirmed: Transport land (static transport included)",
    ]


def test_an_upper_bound_that_is_large_enough_is_no_proof() -> None:
    cards = town(IN_2022, parcel("school", square(0, 0), "DGD"))
    row = of(cards, "C", "1211", "education_land_per_person")["education"]
    assert (row.value, row.verdict, row.missing) == (10.0, "no_data", None)


def test_ground_that_is_not_known_leaves_open_what_it_could_turn() -> None:
    """2 m² of known roads and 8 of unknown ground: at most 10, so 11 fails; 2 of green may do."""
    cards = town(IN_2022, parcel("road", square(0, 0, 100, 20), "DGT"))
    roads = of(cards, "C", "1211", "transport_land_per_person")["transport"]
    assert (roads.value, roads.verdict, roads.missing) == (2.0, "not_met", pytest.approx(0.1))
    green = of(cards, "C", "1211", "public_green_per_person")["green_codes"]
    assert (green.value, green.verdict) == (0.0, "no_data")


def test_thresholds_that_were_not_read_decide_nothing_unless_allowed() -> None:
    """From 2023 the table is that of 26/2022, which was not read."""
    cards = town(DAY, *FULL, works=("cho",))
    for standard in ("markets", "public_green_per_person", "transport_land_per_person"):
        for row in of(cards, "C", "1211", standard).values():
            assert (row.verdict, row.confidence) == ("unverified", "unverified")
    short = of(cards, "C", "1211", "transport_land_per_person")["transport"]
    assert short.missing == pytest.approx(0.6)
    unit = feature("C", square(0, 0), code="C", name="Xã", kind="commune", slated=True)
    rows = (Statistic("C", 2025, "residents", 1000.0, CENSUS),)
    here = evidence_of(layer(Role.UNITS, unit), layer(Role.LAND_USE, *FULL), rows=rows)
    allowed = readiness_cards(here, "II", allow_unverified=True)
    verdicts = [
        row.verdict for row in of(allowed, "C", "1211", "transport_land_per_person").values()
    ]
    assert verdicts == ["not_met", "not_met"]


def test_nothing_is_counted_where_no_layer_tells() -> None:
    unit = feature("C", square(0, 0), code="C", name="Xã", kind="commune", slated=True)
    cards = readiness_cards(evidence_of(layer(Role.UNITS, unit), day=IN_2022), "II")
    for card in cards:
        assert {
            row.verdict for row in card.rows if row.standard_id not in ("area", "ward_share")
        } == ({"no_data"} if card.unit_code == "C" else set())


def test_numbers_of_later_years_are_forecasts() -> None:
    """9 000 persons a year after the day asked are no basis for a verdict of that day."""
    rows = of(town(IN_2022, *FULL), "C", "1211", "population")
    assert list(rows) == ["residents-2022"]


# ---- tables and lines ------------------------------------------------------------------------


def test_the_table(cards: list[ReadinessCard]) -> None:
    table = readiness_frame(cards, "2014", "vi")
    assert tuple(table.columns) == READINESS_COLUMNS
    assert table["figure_id"].is_unique
    row = table.set_index("figure_id").loc[
        "ward_standard/21253@2014/2025-06-30/existing/1211-2016.population.residents-2019"
    ]
    assert (row["value"], row["threshold"], row["verdict"]) == (6935, 7000, "not_met")
    assert (row["year"], row["article"]) == (2019, "Điều 8 khoản 1 điểm b")
    share = table[table["figure_id"].str.endswith("1211-2016.ward_share.slated")].iloc[0]
    assert (share["unit_code"], share["unit_name"]) == ("city", "Toàn thành phố")
    marked = readiness_frame(cards, "2014", "en", synthetic=True)
    assert marked["note"].str.startswith("DỮ LIỆU MÔ PHỎNG").all()


def test_one_line_for_each_commune(cards: list[ReadinessCard]) -> None:
    lines = readiness_lines(cards, "2014", "en")
    assert len(lines) == 8
    phu = next(line for line in lines if line.startswith("Xã Nghĩa Phú"))
    assert "Resolution 1211/2016 (on 2025-06-30): not ready" in phu
    assert "6,935 (residents, Tổng điều tra 2019, 2019) fails, 8,740" in phu
    assert "Natural area of a ward 4.35 of 5.50, 115 ha short" in phu
    assert "Resolution 112/2025 (on 2026-01-01): not ready" in phu
    khe = next(line for line in lines if line.startswith("Xã Tịnh Khê"))
    assert "Natural area of a ward: met" in khe
    # on the day the later standards begin, none of the seven is what it was
    assert "this unit is no more: it became Xã Tịnh Khê" in khe.split(" | ")[1]
    assert "no more" not in khe.split(" | ")[0]
    assert "it became Xã An Phú (Nghị quyết 1279" in phu.split(" | ")[0]
    assert "7 of 9 standards without a basis to decide on" in khe
    assert "16 wards of 23 units: 69.57 % of 65 %, met" in lines[-1]
