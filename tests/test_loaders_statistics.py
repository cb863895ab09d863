"""Tables of statistics: every cell is a number, unknown, or refused."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest

from test_loaders_units import named, write_units
from test_loaders_vector import load, refuse
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.loaders.statistics import refuse_contradictions
from urbanplan_gis.model.data import Dataset, Origin, Statistic

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


def test_excel_whose_stated_extent_is_too_small(tmp_path: Path) -> None:
    """Some exporters state A1 whatever they write; the cells beyond it count."""
    table = write_book(tmp_path)
    change_part(tmp_path / "so_lieu.xlsx", b'ref="A1:C3"', b'ref="A1"')
    (item,) = load(tmp_path, table + 'sheet = "2019"\n').statistics
    assert (item.unit_code, item.year, item.value) == ("21010", 2019, 9717.0)


def test_excel_with_blank_cells_to_the_end_of_the_sheet(tmp_path: Path) -> None:
    """Formats that run on to the last row are no data, and neither in the way nor in memory."""
    table = write_book(tmp_path)
    last = b'<row r="1048576"><c r="A1048576" s="0"/></row></sheetData>'
    change_part(tmp_path / "so_lieu.xlsx", b"</sheetData>", last)
    assert len(load(tmp_path, table + 'sheet = "2019"\n').statistics) == 1


def change_part(path: Path, old: bytes, new: bytes) -> None:
    """Write something else into the first sheet of an Excel file."""
    with ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old in parts[sheet]
    parts[sheet] = parts[sheet].replace(old, new)
    with ZipFile(path, "w", ZIP_DEFLATED) as book:
        for name, content in parts.items():
            book.writestr(name, content)


def test_tables_too_large_to_be_statistics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urbanplan_gis.loaders.tables._LARGEST_XML", 1 << 20)
    table = write_book(tmp_path) + 'sheet = "2019"\n'
    change_part(tmp_path / "so_lieu.xlsx", b"</sheetData>", b"</sheetData>" + b" " * (1 << 20))
    assert "more than 1 MB" in refuse(tmp_path, table, "so_lieu.xlsx")
    (tmp_path / "so_lieu.csv").write_text(",".join(f"c{n}" for n in range(20_000)) + "\n1\n")
    line = refuse(tmp_path, STATISTICS, "so_lieu.csv: 1", "16384")
    assert len(line) < 400
    monkeypatch.setattr("urbanplan_gis.loaders.tables._MOST_FILLED", 20)
    (tmp_path / "so_lieu.csv").write_text("a\n" + "1\n" * 30)
    refuse(tmp_path, STATISTICS, "so_lieu.csv: 21", "21")


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


CITY = {
    "21028": "Phường Nghĩa Lộ", "21034": "Xã Nghĩa Dũng", "21037": "Xã Nghĩa Dõng",
    "21187": "Xã Tịnh Hòa", "21202": "Xã Tịnh Ấn Đông", "21223": "Xã Tịnh Ấn Tây",
    "21232": "Xã Tịnh An", "21172": "Phường Trương Quang Trọng",
}  # fmt: skip


def write_city(folder: Path) -> None:
    kinds = [name.split()[0] for name in CITY.values()]
    write_units(folder, ma=[*CITY], ten=[*CITY.values()], loai=kinds)


def residents(data: Dataset) -> dict[tuple[str, int], float]:
    return {(one.unit_code, one.year): one.value for one in data.statistics}


def test_units_by_their_names(tmp_path: Path) -> None:
    write_city(tmp_path)
    names = ["P. Nghĩa Lộ", "Xã Nghĩa Dũng", "xã nghĩa dõng", "Tịnh Hoà", "Tịnh Ấn Đông",
             "Tinh An Tay", "21232", "Phường Trương Quan Trọng"]  # fmt: skip
    rows = [f"{name},2019,{100 + place},,,," for place, name in enumerate(names)]
    write(tmp_path, *rows, "P. Nghĩa Lộ,2025,200,,,,")
    data = load(tmp_path, STATISTICS)
    expected = {(code, 2019): 100.0 + place for place, code in enumerate(CITY)}
    assert residents(data) == expected | {("21028", 2025): 200.0}
    findings = named(data)
    assert list(findings) == [("so_lieu:5",), ("so_lieu:7",), ("so_lieu:9",)]
    assert [one.severity for one in findings.values()] == ["info", "info", "warning"]
    assert {one.layer for one in findings.values()} == {"statistics"}
    tones, marks, mistyped = (one.message.say("vi") for one in findings.values())
    assert "'Tịnh Hoà'" in tones
    assert "21187 Xã Tịnh Hòa" in tones
    assert "'Tinh An Tay'" in marks
    assert "21223 Xã Tịnh Ấn Tây" in marks
    assert "21172 Phường Trương Quang Trọng" in mistyped
    assert "94,40 %" in mistyped  # 17 of 18 letters and blanks


@pytest.mark.parametrize(
    ("row", "pieces"),
    [
        ("Nghĩa Dóng,2019,5,,,,", ("'Nghĩa Dóng'", "21034 Xã Nghĩa Dũng, 21037 Xã Nghĩa Dõng")),
        ("Phường Tịnh Hòa,2019,5,,,,", ("ma", "'Phường Tịnh Hòa'", "21187 Xã Tịnh Hòa")),
        ("Xã Tịnh Châu,2019,5,,,,", ("'Xã Tịnh Châu'", "21028, 21034")),
        ("TP Nghĩa Lộ,2019,5,,,,", ("'TP Nghĩa Lộ'", "21028 Phường Nghĩa Lộ")),
        ("Đà Nẵng,2019,5,,,,", ("'Đà Nẵng'", "21028, 21034")),
    ],
)
def test_names_that_are_refused(tmp_path: Path, row: str, pieces: tuple[str, ...]) -> None:
    write_city(tmp_path)
    write(tmp_path, "21028,2019,5,,,,", row)
    refuse(tmp_path, STATISTICS, "so_lieu.csv", "3", *pieces)


def test_two_names_for_one_unit_and_year_are_not_two_rows_of_it(tmp_path: Path) -> None:
    write_city(tmp_path)
    write(tmp_path, "Nghĩa Lộ,2019,5,,,,", "Nghĩa Lợ,2019,6,,,,", "Nghĩa Lợ,2020,6,,,,")
    line = refuse(tmp_path, STATISTICS, "'Nghĩa Lộ'", "'Nghĩa Lợ'", "2, 3", "21028 Phường Nghĩa Lộ")
    assert "delete" not in line
    write(tmp_path, "Nghĩa Lộ,2019,5,,,,", "Nghĩa Lộ,2019,6,,,,")
    assert "delete one" in refuse(tmp_path, STATISTICS, "21028", "2, 3")


def test_rows_of_totals_are_set_aside(tmp_path: Path) -> None:
    write_city(tmp_path)
    write(tmp_path, "TỔNG SỐ,,không rõ,,,,", "I. Nội thành,2019,5,,,,", "Nghĩa Lộ,2019,5,,,,",
          "TỔNG SỐ,2019,5,,,,", "TP. Quảng Ngãi,2019,5,,,,")  # fmt: skip
    data = load(tmp_path, STATISTICS)
    assert residents(data) == {("21028", 2019): 5.0}
    (finding,) = (one for one in data.findings if one.code == "total_rows")
    assert finding.feature_ids == ("so_lieu:2", "so_lieu:3", "so_lieu:5", "so_lieu:6")
    assert (finding.dropped, finding.action, finding.severity) == (4, "set_aside", "info")
    for piece in ("4 ", "TỔNG SỐ, I. Nội thành, TP. Quảng Ngãi", "2, 3, 5, 6"):
        assert piece in finding.message.say("en")


def test_codes_that_lost_their_zeros(tmp_path: Path) -> None:
    names = ["Phường 1", "Phường 2"]
    write_units(tmp_path, ma=["00002", "00001"], ten=names, loai=["Phường", "Phường"])
    write(tmp_path, "1,2019,10,,,,", "00002,2019,20,,,,")
    data = load(tmp_path, STATISTICS)
    assert residents(data) == {("00001", 2019): 10.0, ("00002", 2019): 20.0}
    assert list(named(data, "unit_code_zeros")) == [("so_lieu:2",)]


def test_kinds_tell_units_of_one_name_apart(tmp_path: Path) -> None:
    """The layer gives names without kinds, which are in a column of their own."""
    write_units(tmp_path, ma=["1", "2"], ten=["Quảng Phú", "Quảng Phú"], loai=["Phường", "Xã"])
    write(tmp_path, "X. Quảng Phú,2019,10,,,,", "P. Quảng Phú,2019,20,,,,")
    assert residents(load(tmp_path, STATISTICS)) == {("2", 2019): 10.0, ("1", 2019): 20.0}
    write(tmp_path, "Quảng Phú,2019,10,,,,")
    refuse(tmp_path, STATISTICS, "1 Phường Quảng Phú, 2 Xã Quảng Phú")


def test_a_table_of_totals_alone_gives_nothing_but_the_finding(tmp_path: Path) -> None:
    write(tmp_path, "Cộng,2019,10,,,,")
    data = load(tmp_path, STATISTICS)
    assert data.statistics == ()
    assert [one.code for one in data.findings] == ["total_rows"]
