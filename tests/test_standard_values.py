"""The table of values an office delivers for urban standards."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders.standard_values import load_standard_values
from urbanplan_gis.model.scores import GivenValue

DAY = dt.date(2025, 6, 30)
HEAD = "standard,year,value,source\n"


def load(tmp_path: Path, rows: str, head: str = HEAD) -> dict[str, GivenValue]:
    file = tmp_path / "values.csv"
    file.write_text(head + rows, encoding="utf-8")
    return dict(load_standard_values(file, "values.csv", DAY))


def refused(tmp_path: Path, rows: str, head: str = HEAD) -> list[str]:
    with pytest.raises(PlanDataError) as caught:
        load(tmp_path, rows, head)
    for problem in caught.value.problems:
        assert problem.line("vi")
    return [problem.line("en") for problem in caught.value.problems]


def test_the_nearest_year_counts_and_of_two_the_earlier(tmp_path: Path) -> None:
    rows = (
        "hospital_beds_per_10000,2020,30,Sở Y tế\n"
        "hospital_beds_per_10000,2024,36,Sở Y tế\n"
        "hospital_beds_per_10000,2026,38,Sở Y tế\n"
        'drain_density,2023,"3,75",Sở Xây dựng\n'
        "drain_density,2025,NA,\n"
        "clean_water_share,2025,,\n"
    )
    found = load(tmp_path, rows)
    assert found == {
        "hospital_beds_per_10000": GivenValue(36.0, "Sở Y tế", 2024),
        "drain_density": GivenValue(3.75, "Sở Xây dựng", 2023),
    }


def test_levels_are_read_without_regard_to_case(tmp_path: Path) -> None:
    found = load(tmp_path, "role_planning,2025,cấp tỉnh,QĐ 1/2025\n")
    assert found["role_planning"].value == "Cấp tỉnh"


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("beds,2025,1,a", "values.csv: standard: found standard 'beds' in row 2; expected one of"),
        (",2025,1,a", "values.csv: standard: found nothing in row 2"),
        ("drain_density,year,1,a", "values.csv: year: found 'year' in row 2"),
        ("drain_density,2025,many,a", "values.csv: value: found 'many' in row 2"),
        ("drain_density,2025,-1,a", "values.csv: value: found '-1' in row 2"),
        ("drain_density,2025,1,", "values.csv: source: found nothing in row 2"),
        ("role_planning,2025,3,a", "expected one of the levels: Cấp xã | Cấp tỉnh | Cấp vùng"),
        ("role_planning,2025,Cấp huyện,a", "values.csv: value: found 'Cấp huyện' in row 2"),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, row: str, said: str) -> None:
    (line,) = refused(tmp_path, row + "\n")
    assert said in line


def test_all_faults_at_once_and_each_standard_once_a_year(tmp_path: Path) -> None:
    rows = "drain_density,2025,1,a\ndrain_density,2025,2,b\nbeds,2025,1,a\n"
    first, second = refused(tmp_path, rows)
    assert "found standard 'drain_density' of 2025 in rows 2, 3" in first
    assert "row 4" in second
    (line,) = refused(tmp_path, "drain_density,2025,1\n", "standard,year,value\n")
    assert line.startswith("values.csv: source: found no such field")
