"""Tables of statistics: every cell is a number, unknown, or refused."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from test_loaders_vector import load, refuse
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders.statistics import refuse_contradictions
from urbanplan_gis.model.data import Origin, Statistic

HEADER = "ma,nam,dan_so,so_ho,ho_cq,nguoi_lon,tk,qh"
STATISTICS = """
[[statistics]]
path = "so_lieu.csv"
[statistics.fields]
unit_code = "ma"
year = "nam"
residents = "dan_so"
households = "so_ho"
fibre_households = "ho_cq"
adults = "nguoi_lon"
e_payment_adults = "tk"
horizon_population = "qh"
"""


def write(folder: Path, *rows: str, header: str = HEADER, encoding: str = "utf-8-sig") -> None:
    (folder / "so_lieu.csv").write_text("\n".join([header, *rows]) + "\n", encoding=encoding)


def test_a_table_gives_one_statistic_per_filled_cell(tmp_path: Path) -> None:
    write(tmp_path, "21010,2019,9717,2500,NA,,", "21010,2025,10250,,,7000,3500", "")
    data = load(tmp_path, STATISTICS)
    found = {(item.unit_code, item.year, item.name): item.value for item in data.statistics}
    assert found == {
        ("21010", 2019, "residents"): 9717.0,
        ("21010", 2019, "households"): 2500.0,
        ("21010", 2025, "residents"): 10250.0,
        ("21010", 2025, "adults"): 7000.0,
        ("21010", 2025, "e_payment_adults"): 3500.0,
    }
    origin = data.statistics[0].origin
    assert (origin.path, origin.encoding, len(origin.sha256)) == ("so_lieu.csv", "UTF-8", 64)
    assert data.origins[-1] == origin


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_separators_and_marks(tmp_path: Path, separator: str, encoding: str) -> None:
    header, row = HEADER.replace(",", separator), "21010,2019,9717,,,,".replace(",", separator)
    write(tmp_path, row, header=header, encoding=encoding)
    assert [item.value for item in load(tmp_path, STATISTICS).statistics] == [9717.0]


def test_a_decimal_comma_beside_semicolons(tmp_path: Path) -> None:
    header = HEADER.replace(",", ";")
    write(tmp_path, "21010;2019;1.234.567,5;;;;", header=header)
    assert load(tmp_path, STATISTICS).statistics[0].value == 1_234_567.5


def test_a_row_of_the_horizon_needs_no_residents(tmp_path: Path) -> None:
    write(tmp_path, "21010,2030,,,,,,15000")
    (item,) = load(tmp_path, STATISTICS).statistics
    assert (item.name, item.year, item.value) == ("horizon_population", 2030, 15000.0)


@pytest.mark.parametrize(
    ("rows", "pieces"),
    [
        (["99999,2019,1,,,,"], ("so_lieu.csv", "ma", "2", "99999", "21010, 21013")),
        ([",2019,1,,,,"], ("so_lieu.csv", "ma", "2")),
        (["21010,19,1,,,,"], ("so_lieu.csv", "nam", "'19'")),
        (["21010,2019,1,,,,", "21010,2019,2,,,,"], ("so_lieu.csv", "21010", "2019", "2, 3")),
        (["21010,2019,,5,,,"], ("so_lieu.csv", "dan_so", "2", "NA")),
        (["21010,2019,0,,,,"], ("so_lieu.csv", "dan_so", "'0'")),
        (["21010,2019,-5,,,,"], ("so_lieu.csv", "dan_so", "'-5'")),
        (["21010,2019,5,-1,,,"], ("so_lieu.csv", "so_ho", "'-1'")),
        (["21010,2019,nhiều,,,,"], ("so_lieu.csv", "dan_so", "'nhiều'")),
        (["21010,2019,9.717,,,,"], ("so_lieu.csv", "dan_so", "'9.717'")),
        (["21010,2019,9717,2,5,1,1,1,1"], ("so_lieu.csv", "2", "8")),
    ],
)
def test_cells_that_are_refused(tmp_path: Path, rows: list[str], pieces: tuple[str, ...]) -> None:
    write(tmp_path, *rows)
    refuse(tmp_path, STATISTICS, *pieces)


def test_tables_that_are_refused(tmp_path: Path) -> None:
    write(tmp_path)
    refuse(tmp_path, STATISTICS, "so_lieu.csv")
    write(tmp_path, "21010,2019,1,,,,", header=HEADER.replace("dan_so", "dân số"))
    refuse(tmp_path, STATISTICS, "so_lieu.csv", "dan_so", "dân số")
    write(tmp_path, "21010,2019,1,,,,", header=HEADER.replace("so_ho", "dan_so"))
    line = refuse(tmp_path, STATISTICS.replace('households = "so_ho"\n', ""), "dan_so")
    assert "several columns" in line
    (tmp_path / "so_lieu.csv").write_bytes("mã,năm\n".encode("utf-16"))
    refuse(tmp_path, STATISTICS, "so_lieu.csv", "UTF-8")
    (tmp_path / "so_lieu.csv").write_bytes(b"")
    refuse(tmp_path, STATISTICS, "so_lieu.csv")
    refuse(tmp_path, STATISTICS.replace("adults =", "voters =", 1), "voters", "households")
    refuse(tmp_path, STATISTICS.replace('year = "nam"\n', ""), "statistics[0]", "year")


def test_a_part_larger_than_its_whole_is_a_finding(tmp_path: Path) -> None:
    write(tmp_path, "21010,2019,9717,2500,2501,7000,7000")
    data = load(tmp_path, STATISTICS)
    (finding,) = data.findings
    assert (finding.code, finding.feature_ids) == ("part_exceeds_whole", ("21010:2019",))
    assert "2.501" in finding.message.say("vi")
    assert "2,501" in finding.message.say("en")
    assert len(data.statistics) == 5


def write_book(folder: Path) -> str:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "2019"
    sheet.append(["ma", "nam", "dan_so"])
    sheet.append([21010.0, 2019, 9717])
    sheet.append(["21013", "2019", "NA"])
    book.create_sheet("ghi chú")
    book.save(folder / "so_lieu.xlsx")
    return """
    [[statistics]]
    path = "so_lieu.xlsx"
    fields = { unit_code = "ma", year = "nam", residents = "dan_so" }
    """


def test_excel(tmp_path: Path) -> None:
    table = write_book(tmp_path)
    (item,) = load(tmp_path, table + 'sheet = "2019"\n').statistics
    assert (item.unit_code, item.year, item.value) == ("21010", 2019, 9717.0)
    refuse(tmp_path, table, "so_lieu.xlsx", "2019, ghi chú")
    refuse(tmp_path, table + 'sheet = "2020"\n', "so_lieu.xlsx", "'2020'", "2019, ghi chú")
    (tmp_path / "so_lieu.xlsx").write_bytes(b"PK\3\4 cut")
    refuse(tmp_path, table, "so_lieu.xlsx")


def in_tables(*values: tuple[str, int, str, float], sheet: str = "") -> list[Statistic]:
    """The n-th statistic from the n-th table."""
    return [
        Statistic(unit, year, name, value, Origin(f"t{n}", f"t{n}.csv", layer=sheet))
        for n, (unit, year, name, value) in enumerate(values, 1)
    ]


def test_tables_may_repeat_each_other() -> None:
    refuse_contradictions(
        in_tables(
            ("21010", 2025, "residents", 1000.0), ("21010", 2025, "residents", 1000.0),
            ("21010", 2024, "residents", 900.0), ("21010", 2025, "households", 280.0),
            ("21013", 2025, "residents", 9000.0),
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("sheet", "place"), [("", "t1.csv, t2.csv"), ("a", "t1.csv: a, t2.csv: a")]
)
def test_tables_that_contradict_each_other_are_refused(sheet: str, place: str) -> None:
    rows = [("21010", 2025, "residents", 1000.0), ("21010", 2025, "residents", 9000.0)]
    with pytest.raises(PlanDataError) as caught:
        refuse_contradictions(in_tables(*rows, sheet=sheet))
    (problem,) = caught.value.problems
    assert problem.where == place
    for piece in ("21010", "2025", "residents", "1.000", "9.000"):
        assert piece in problem.line("vi")
    assert "1,000 and 9,000" in problem.line("en")


def test_each_contradiction_is_a_line() -> None:
    rows = [(unit, 2025, "adults", v) for v in (1.0, 2.0) for unit in ("21010", "21013")]
    with pytest.raises(PlanDataError) as caught:
        refuse_contradictions(in_tables(*rows))
    assert [item.where for item in caught.value.problems] == ["t1.csv, t3.csv", "t2.csv, t4.csv"]
