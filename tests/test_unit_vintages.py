"""Units at each vintage: who became what by which clause, and codes given again to other ground."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import pytest
from shapely import box

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Origin, Statistic
from urbanplan_gis.quality.unit_codes import detect_reuse, detect_reuse_in
from urbanplan_gis.standards.codes import read_rows
from urbanplan_gis.standards.units import (
    Unit,
    crosswalk,
    is_established,
    links_between,
    made_of,
    read_crosswalk,
    read_vintages,
    reused_codes,
    units_of,
    vintage_at,
    vintages,
)

ORIGIN = Origin("bảng", "bang.csv")
ORDER = ["2014", "2024", "2025"]


def test_wards_and_communes_of_each_vintage() -> None:
    """9 wards and 14 communes; 9 and 13; then 3 wards and 3 communes."""
    counted = {
        item.vintage: [
            sum(unit.kind == kind for unit in units_of(item.vintage).values())
            for kind in ("ward", "commune")
        ]
        for item in vintages()
    }
    assert counted == {"2014": [9, 14], "2024": [9, 13], "2025": [3, 3]}


@pytest.mark.parametrize(
    ("day", "vintage"),
    [
        ("2014-04-01", "2014"), ("2024-12-31", "2014"), ("2025-01-01", "2024"),
        ("2025-06-30", "2024"), ("2025-07-01", "2025"), ("2030-01-01", "2025"),
    ],
)  # fmt: skip
def test_the_vintage_of_a_day(day: str, vintage: str) -> None:
    assert vintage_at(dt.date.fromisoformat(day)).vintage == vintage


def test_days_that_were_not_read_are_marked() -> None:
    assert [item.confidence for item in vintages()] == ["unverified", "unverified", "verbatim"]
    with pytest.raises(PlanDataError, match="a day from 2014-04-01 on"):
        vintage_at(dt.date(2014, 3, 31))
    with pytest.raises(PlanDataError, match="one of 2014, 2024, 2025"):
        units_of("2026")


def test_where_each_unit_of_2014_is_since_july_2025() -> None:
    """The table of Resolution 1677, clause by clause."""
    found: dict[tuple[str, str], set[str]] = {}
    for link in links_between("2014", "2025"):
        place = link.to_name, link.clause.removeprefix("Điều 1 khoản ")
        found.setdefault(place, set()).add(link.from_name.split(" ", 1)[1])
    assert found == {
        ("Xã Tịnh Khê", "1"): {"Tịnh Kỳ", "Tịnh Châu", "Tịnh Long", "Tịnh Thiện", "Tịnh Khê"},
        ("Xã An Phú", "2"): {"Nghĩa Hà", "Nghĩa Dõng", "Nghĩa Dũng", "Nghĩa Phú", "Nghĩa An"},
        ("Xã Đông Sơn", "9"): {"Tịnh Hòa"},
        ("Phường Trương Quang Trọng", "82"):
            {"Trương Quang Trọng", "Tịnh Ấn Tây", "Tịnh Ấn Đông", "Tịnh An"},
        ("Phường Cẩm Thành", "83"):
            {"Nguyễn Nghiêm", "Trần Hưng Đạo", "Nghĩa Chánh", "Chánh Lộ"},
        ("Phường Nghĩa Lộ", "84"): {"Lê Hồng Phong", "Trần Phú", "Quảng Phú", "Nghĩa Lộ"},
    }  # fmt: skip


def test_a_way_over_two_reorganisations_names_both_and_is_as_sure_as_the_weaker() -> None:
    through = {link.from_code: link for link in links_between("2014", "2025")}
    phu, hoa = through["21253"], through["21187"]
    assert phu.document.count("Nghị quyết") == 2
    assert "1279/NQ-UBTVQH15" in phu.document
    assert (phu.to_code, phu.confidence) == ("21034", "second-hand")
    assert (hoa.document.count("Nghị quyết"), hoa.confidence) == (1, "verbatim")
    assert units_of("2025")["21109"].also_from == (
        "Xã Bình Hiệp", "Xã Bình Thanh", "Xã Bình Tân Phú", "Xã Bình Châu",
    )  # fmt: skip


def test_two_of_the_seven_lie_in_a_ward_today_and_none_was_established() -> None:
    seven = {code for code, unit in units_of("2014").items() if unit.slated}
    assert len(seven) == 7
    links = [link for link in links_between("2014", "2025") if link.from_code in seven]
    in_ward = {link.from_name for link in links if link.to_kind == "ward"}
    assert in_ward == {"Xã Tịnh Ấn Tây", "Xã Tịnh An"}
    assert not any(map(is_established, links))


def test_no_way_back_in_time() -> None:
    with pytest.raises(PlanDataError, match="a later vintage"):
        links_between("2025", "2014")


# ---- codes that were given again ---------------------------------------------------------------


def test_codes_that_stand_for_several_units() -> None:
    names = {code: [unit.name for unit in units] for code, units in reused_codes().items()}
    assert names == {
        "21025": ["Phường Nguyễn Nghiêm", "Phường Cẩm Thành"],
        "21028": ["Phường Nghĩa Lộ", "Phường Nghĩa Lộ"],
        "21034": ["Xã Nghĩa Dũng", "Xã An Phú"],
        "21172": ["Phường Trương Quang Trọng", "Phường Trương Quang Trọng"],
        "21211": ["Xã Tịnh Khê", "Xã Tịnh Khê"],
        "21262": ["Xã Nghĩa An", "Xã An Phú"],
    }
    assert {code for code, _ in made_of("21034", "2025")} == {
        "21034", "21037", "21253", "21256", "21262",
    }  # fmt: skip


def frame(*rows: tuple[str, str, float]) -> gpd.GeoDataFrame:
    """Units of code, name and hectares."""
    return gpd.GeoDataFrame(
        {"code": [row[0] for row in rows], "name": [row[1] for row in rows]},
        geometry=[box(0, 0, 100, 100 * row[2]) for row in rows],
    )


@pytest.mark.parametrize(
    ("code", "name", "hectares", "vintage", "meant"),
    [
        ("21025", "P. Nguyễn Nghiêm", 51, "2014", None),
        ("21025", "Cẩm Thành", 793, "2014", "Phường Cẩm Thành"),
        ("21025", "Cẩm Thành", 51, "2014", "Phường Cẩm Thành"),
        ("21025", "Phường Cẩm Thành", 793, "2025", None),
        ("21028", "Phường Nghĩa Lộ", 350, "2014", None),
        ("21028", "Phường Nghĩa Lộ", 1704, "2014", "Phường Nghĩa Lộ"),
        ("21211", "Xã Tịnh Khê", 1643, "2025", "Xã Tịnh Khê"),
        ("21262", "Xã Nghĩa An", 330, "2024", "Xã Nghĩa An"),
        # a size that is like neither, and a name of nobody, tell nothing
        ("21211", "Xã Tịnh Khê", 100, "2014", None),
        ("21025", "Phường Một", 793, "2014", None),
        ("21010", "Phường Cẩm Thành", 793, "2014", None),
        ("21025", "Cẩm Thành", 793, "1999", None),
    ],
)
def test_a_unit_of_another_vintage_is_known_by_name_or_size(
    code: str, name: str, hectares: float, vintage: str, meant: str | None
) -> None:
    findings = detect_reuse(frame((code, name, hectares)), vintage)
    assert [item.code for item in findings] == ["unit_code_reused"] * (meant is not None)
    for item in findings:
        assert f"is {meant} of the boundaries of" in item.message.say("en")
        assert item.area_m2 == pytest.approx(hectares * 1e4)


@pytest.mark.parametrize(
    ("residents", "vintage", "found"),
    [
        (6_419, "2014", 0), (7_000, "2014", 0),
        # 16 541 + 7 310 + 6 419 + 15 499 = 45 769 on the ground of Cẩm Thành in 2019
        (60_996, "2014", 1), (60_996, "2025", 0), (6_419, "2025", 1),
        (20_000, "2014", 0),
    ],
)  # fmt: skip
def test_residents_of_another_vintages_unit(residents: float, vintage: str, found: int) -> None:
    rows = [Statistic("21025", 2025, "residents", residents, ORIGIN)]
    assert len(detect_reuse_in(rows, vintage)) == found


# ---- tables that contradict themselves ---------------------------------------------------------


def test_vintages_that_overlap_or_end_before_they_begin_are_refused() -> None:
    rows = read_rows("unit_vintages.csv")
    rows[0]["valid_to"] = "2025-01-01"
    with pytest.raises(PlanDataError, match="2014 and 2024, both valid on 2025-01-01"):
        read_vintages(rows)
    rows = read_rows("unit_vintages.csv")
    rows[1]["valid_to"] = "2024-12-31"
    with pytest.raises(PlanDataError, match="ends on 2024-12-31, before it begins"):
        read_vintages(rows)


def known() -> dict[tuple[str, str], Unit]:
    return {unit.key: unit for v in ORDER for unit in units_of(v).values()}


def rows_of(code: str) -> list[dict[str, str]]:
    return [row for row in read_rows("crosswalk.csv") if row["from_code"] == code]


def test_the_table_of_the_standards_is_accepted() -> None:
    assert read_crosswalk(read_rows("crosswalk.csv"), known(), ORDER) == crosswalk()
    assert len(crosswalk()) == 23 + 22


def changed(code: str, vintage: str, **cells: str) -> list[dict[str, str]]:
    """The table with the row of one unit changed."""
    key = code, vintage
    return [
        {**row, **cells} if (row["from_code"], row["from_vintage"]) == key else row
        for row in read_rows("crosswalk.csv")
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([r for r in read_rows("crosswalk.csv") if r["from_code"] != "21187"], "goes nowhere"),
        (read_rows("crosswalk.csv") + rows_of("21187"), "in several places"),
        (changed("21187", "2024", to_vintage="2014"), "goes in a circle"),
        (changed("21187", "2024", to_name="Xã Đông"), "Xã Đông .commune.; in units.csv"),
        (changed("21187", "2024", from_kind="ward"), "Xã Tịnh Hòa .ward.; in units.csv"),
        (changed("21187", "2024", document=""), "no document"),
        (changed("21187", "2024", confidence="sure"), "the confidence 'sure'"),
        (changed("21187", "2024", whole="0"), "only a part of the unit"),
    ],
)
def test_a_crosswalk_with_a_hole_is_refused(rows: list[dict[str, str]], said: str) -> None:
    with pytest.raises(PlanDataError) as problem:
        read_crosswalk(rows, known(), ORDER)
    assert said.replace(".commune.", "(commune)").replace(".ward.", "(ward)") in str(problem.value)


def test_a_unit_may_go_in_parts_to_different_places() -> None:
    part = {"whole": "0"}
    other = {"to_code": "21211", "to_name": "Xã Tịnh Khê"}
    rows = changed("21187", "2024", **part)
    rows += [{**rows_of("21187")[1], **part, **other}]
    links = read_crosswalk(rows, known(), ORDER)
    parts = [link.to_code for link in links if link.origin == ("21187", "2024")]
    assert parts == ["21109", "21211"]


def test_a_commune_that_becomes_a_ward_alone_is_established() -> None:
    links = {link.from_code: link for link in links_between("2014", "2024")}
    khe = links["21211"]
    assert not is_established(khe)
    assert is_established(replace(khe, to_kind="ward"))
    assert not is_established(replace(links["21253"], to_kind="ward"))
