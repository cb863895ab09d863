"""The workbook: what stands in its cells, how it prints, and that nothing in it can run."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from test_quality import feature, layer, square
from urbanplan_gis.analysis.results import Measured
from urbanplan_gis.analysis.urban_land import COLUMNS
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Role, Severity
from urbanplan_gis.model.figures import SENSES, Verdict
from urbanplan_gis.outputs import worksheet, worksheet_size
from urbanplan_gis.outputs.tables import FINDING_COLUMNS, INDICATOR_COLUMNS
from urbanplan_gis.outputs.workbook_about import NOTES
from urbanplan_gis.outputs.workbook_statistics import statistics_sheet
from urbanplan_gis.outputs.workbook_tables import table_sheet
from urbanplan_gis.outputs.worksheet_table import Column, Sheet
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import LANGUAGES, keys, say
from workbook_town import NAMES, STAMP, TITLE, measured_town, rows_of, the_town, write_town

#: functions of Excel 2010 and before
FUNCTIONS = {
    "IF", "OR", "AND", "SUM", "SUMIFS", "COUNTIFS", "COUNT", "INDEX", "MATCH", "MIN", "MAX", "ABS",
}  # fmt: skip
Book = Mapping[str, Worksheet]


@pytest.fixture(scope="module")
def town() -> Measured:
    return the_town()


@pytest.fixture(scope="module")
def paths(tmp_path_factory: pytest.TempPathFactory, town: Measured) -> dict[str, Path]:
    """The workbook in each language, and in both."""
    folder = tmp_path_factory.mktemp("book")
    made = {lang: folder / f"{lang}.xlsx" for lang in (*LANGUAGES, "both")}
    for lang, path in made.items():
        write_town(town, path, lang, plans=plans(), findings=findings())
    return made


@pytest.fixture(scope="module")
def path(paths: dict[str, Path]) -> Path:
    return paths["vi"]


@pytest.fixture(scope="module")
def book(path: Path) -> Book:
    opened = openpyxl.load_workbook(path)
    assert opened.properties.created == dt.datetime(2000, 1, 1)
    assert opened.properties.title == TITLE
    return {sheet.title: sheet for sheet in opened.worksheets}


@pytest.fixture(scope="module")
def shown(path: Path) -> Book:
    """The workbook as programs that compute nothing show it."""
    opened = openpyxl.load_workbook(path, data_only=True)
    return {sheet.title: sheet for sheet in opened.worksheets}


def plans() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "plan_id": ["A", "B"],
            "name": ["=1+1", None],
            "kind": ["zoning", "general"],
            "approved": pd.to_datetime(["2020-05-01", None]),
            "in_force": [True, False],
            "area_ha": [np.nan, 2.0],
        }
    )


def findings() -> pd.DataFrame:
    ids = ";".join(f"lot-{n}" for n in range(5000))
    row = ["f-1", "overlap", "warning", "zoning", ids, 1.5, 2.5, None, "@SUM(A1)\x07", "reported"]
    return pd.DataFrame([row], columns=list(FINDING_COLUMNS))


def column(sheet: Worksheet, header: str) -> list[Any]:
    first = int(re.sub(r"\D", "", str(sheet.auto_filter.ref).partition(":")[0]))
    (cells,) = (cells for cells in sheet.iter_cols(min_row=first) if cells[0].value == header)
    return list(cells[1:])


def test_same_tables_give_the_same_bytes(
    tmp_path: Path, town: Measured, paths: dict[str, Path]
) -> None:
    again = tmp_path / "another folder" / "x.xlsx"
    write_town(town, again, "both", plans=plans(), findings=findings())
    first, second = (hashlib.sha256(one.read_bytes()).hexdigest() for one in (paths["both"], again))
    assert first == second


@pytest.mark.parametrize("lang", ["vi", "en", "both"])
def test_sheets_are_named_in_the_language(paths: dict[str, Path], lang: str) -> None:
    names = openpyxl.load_workbook(paths[lang], read_only=True).sheetnames
    assert all(len(name) <= 31 for name in names)
    assert len({name.casefold() for name in names}) == len(names) == 25
    assert not [name for name in names if re.search(r"[\[\]:*?/\\]|^'|'$", name)]
    name = {"vi": "Tập mã", "en": "Class sets", "both": "Tập mã · Class sets"}[lang]
    assert names[6] == name


def test_results_are_shown_without_computing(shown: Book, town: Measured) -> None:
    rows = rows_of(shown["Chỉ tiêu"])
    assert [row["Giá trị"] for row in rows] == [
        None if item.value is None else pytest.approx(item.value, rel=1e-14)
        for item in town.figures
    ]
    assert {row["Thay đổi"] for row in rows} == {0, None}
    verdicts = [say(f"verdict.{item.verdict}", "vi") for item in town.assessments]
    assert [row["Đánh giá"] for row in rows] == verdicts
    summary = rows_of(shown["Tổng hợp"])
    defaults = [
        item.figure for item in town.assessments
        if item.figure.is_default and item.figure.unit_code == "city"
    ]  # fmt: skip
    assert [row["Chỉ tiêu"] for row in summary] == [
        indicators()[item.indicator].name.vi for item in defaults
    ]
    assert [row["Giá trị"] for row in summary] == [item.value for item in defaults]


def test_units_are_a_matrix_with_the_slated_marked(shown: Book, town: Measured) -> None:
    rows = rows_of(shown["Đơn vị"])
    assert [row["Đơn vị hành chính"] for row in rows[4:]] == [
        say(f"group.{group}", "vi") for group in ("slated", "wards", "city")
    ]
    assert [row["Mã đơn vị"] for row in rows] == ["A", "B", "S", "D", None, None, None]
    marks = [row["Dự kiến thành lập phường"] for row in rows]
    assert marks == [None, None, "có", None, None, None, None]
    share = f"{indicators()['transport_land_share'].name.vi} (%), hiện trạng"
    wanted = [
        item.value for item in town.figures
        if (item.indicator, item.scenario) == ("transport_land_share", "existing")
        and item.is_default
    ]  # fmt: skip
    assert [row[share] for row in rows] == [
        None if value is None else pytest.approx(value) for value in wanted
    ]


def test_numbers_dates_and_nothing_have_their_types(book: Book) -> None:
    sheet = book["Đồ án"]
    assert [cell.value for cell in column(sheet, "Ngày phê duyệt")] == [
        dt.datetime(2020, 5, 1),
        None,
    ]
    assert column(sheet, "Ngày phê duyệt")[0].number_format == "dd/mm/yyyy"
    assert [cell.value for cell in column(sheet, "Diện tích (ha)")] == [None, 2]
    assert [cell.value for cell in column(sheet, "Tên")] == ["'=1+1", None]
    in_force = column(sheet, "Quy hoạch phân khu còn hiệu lực")
    assert [cell.value for cell in in_force] == ["có", "không"]
    figures_sheet = book["Chỉ tiêu"]
    assert {cell.value for cell in column(figures_sheet, "Thời điểm")} == {dt.datetime(2025, 6, 30)}
    assert column(figures_sheet, "Năm mục tiêu")[0].number_format == "0"
    assert column(figures_sheet, "Giá trị")[0].number_format == "#,##0.00"
    assert len(rows_of(book["Nguồn"])) == 1
    assert column(book["Nguồn"], "Ngày")[0].value == dt.datetime(2025, 6, 30)


def test_text_from_data_is_no_formula_and_no_link(book: Book) -> None:
    cells = [cell for sheet in book.values() for row in sheet.iter_rows() for cell in row]
    texts = [cell.value for cell in cells if cell.data_type == "s"]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]
    assert {"'=1+1", "'=cmd()", "'-hai", "'+x.gpkg", NAMES["D"]} <= set(texts)
    assert any(text.startswith("'@SUM(A1)") for text in texts)
    for cell in cells:
        if cell.hyperlink:
            assert cell.hyperlink.target is None
            assert cell.hyperlink.location.partition("!")[0].strip("'") in book


def test_formulas_are_of_excel_2010_and_not_too_long(book: Book) -> None:
    formulas = {
        cell.value
        for sheet in book.values()
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f"
    }
    assert len(formulas) > 2000
    assert max(map(len, formulas)) < 8192
    unquoted = [re.sub(r'"(?:[^"]|"")*"', "", text) for text in formulas]
    assert {name for text in unquoted for name in re.findall(r"([A-Z]+)\(", text)} <= FUNCTIONS
    assert not [text for text in unquoted if "[" in text or "cmd" in text]


def test_every_name_leads_to_a_cell(path: Path) -> None:
    opened = openpyxl.load_workbook(path)
    names = set(opened.defined_names)
    assert names >= {
        "target_transport_land_share_2025", "population_city", "natural_area_wards",
        "value_green_per_capita_existing", "set_transport", "figures_changed",
    }  # fmt: skip
    for name, item in opened.defined_names.items():
        assert name.isascii()
        for sheet, cells in item.destinations:
            assert sheet in opened.sheetnames
            assert opened[sheet][cells.replace("$", "")] is not None
    asked = set()
    for sheet in opened.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    text = re.sub(r'"(?:[^"]|"")*"', "", cell.value)
                    asked |= set(re.findall(r"\b[a-z][a-z0-9_]+\b", text))
    assert asked <= names


def test_switches_take_nothing_else(book: Book) -> None:
    sheet = book["Tập mã"]
    rules = {str(rule.sqref): rule.formula1 for rule in sheet.data_validations.dataValidation}
    assert len(rules) == 10
    assert set(rules.values()) == {'"0,1,2,?"'}
    rows = {(row["Mã"], row["Mục đích phụ"]): row for row in rows_of(sheet)}
    (transport,) = (name for name in rows["DGT", "giao thông tĩnh"] if "(transport)" in name)
    (roads,) = (name for name in rows["DGT", "giao thông tĩnh"] if "(transport_road)" in name)
    (urban,) = (name for name in rows["DGT", "giao thông tĩnh"] if "(urban_construction)" in name)
    assert (rows["DGT", "giao thông tĩnh"][transport], rows["DGT", "giao thông tĩnh"][roads]) == (
        1,
        0,
    )
    assert rows["DGT", None][roads] == 1
    # village land counts only within the general plan's urban land
    assert (rows["ONT", None][urban], rows["SON", None][urban]) == (2, 0)


def test_long_lists_and_texts_say_how_much_more(book: Book) -> None:
    (row,) = rows_of(book["Phát hiện"])
    ids = row["Mã đối tượng (đầy đủ trong findings.csv)"]
    assert ids.startswith("lot-0;lot-1;")
    assert ids.endswith("… (+4988)")
    assert (row["Mức độ"], row["Lớp"]) == ("cảnh báo", "Lô đất quy hoạch phân khu")


def test_every_sheet_is_set_up_for_reading_and_printing(book: Book) -> None:
    for name, sheet in book.items():
        header = int(re.sub(r"\D", "", str(sheet.auto_filter.ref).partition(":")[0]))
        assert sheet[sheet.freeze_panes].row == header + 1
        assert sheet.page_setup.orientation == "landscape"
        assert str(sheet.page_setup.paperSize) in ("8", "9")
        assert sheet.page_setup.fitToHeight == 0
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == f"${header}:${header}"
        # «&&» is one «&» on paper
        assert sheet.oddHeader.left.text == f"{TITLE.replace('&', '&&')} – {name}"
        assert sheet.oddHeader.right.text.endswith(STAMP)
        assert sheet.oddFooter.right.text == "Trang &P/&N"
        assert "30/06/2025" in sheet.oddFooter.left.text
        above = [str(sheet.cell(row, 1).value) for row in range(1, header)]
        assert above[-1] == STAMP
        titles = [cell.value for cell in sheet["A"][: header - 1] if cell.font.sz == 14]
        assert " ".join(titles) == TITLE
        widths = [dimension.width for dimension in sheet.column_dimensions.values()]
        assert max(widths) <= 61


def test_sheets_to_calculate_with_print_in_part_and_say_so(book: Book) -> None:
    for name, in_part in (("Đất theo nhãn", True), ("Đại lượng", True), ("Chỉ tiêu", False)):
        sheet = book[name]
        header = int(re.sub(r"\D", "", str(sheet.auto_filter.ref).partition(":")[0]))
        rows = sheet.max_row - header
        assert rows > 40
        last = int(re.sub(r"\D", "", str(sheet.print_area).rpartition(":")[2]))
        assert last == header + (40 if in_part else rows)
        said = [sheet.cell(row, 1).value for row in range(1, header)]
        assert any(f"40 dòng đầu trong {rows} dòng" in line for line in said) == in_part


def test_rows_are_as_high_as_their_text_and_no_higher() -> None:
    """Widths of letters from the metrics of Times: a digit is 500, «i» 278, «W» 944 (of 1000)."""
    assert worksheet_size.length("0123") == pytest.approx(4)
    assert worksheet_size.length("iW") == pytest.approx((278 + 944) / 500)
    # letters with marks are as wide as without
    assert worksheet_size.length("ệ") == worksheet_size.length("e")
    one, two = "a" * 20, " ".join(["a" * 20] * 2)
    columns = [Column("x", [one, two, None], "0"), Column("y", [1, 2, 3], "0")]
    heights = worksheet_size.row_heights(Sheet("s", columns), [25.0, 7.0], "vi")
    assert heights == {1: 30}


def test_ids_stand_in_words(book: Book) -> None:
    assert [cell.value for cell in column(book["Phát hiện"], "Loại phát hiện")] == ["Chồng lấn"]
    for name in ("Xã lên phường", "Quy chuẩn"):
        measures = {cell.value for cell in column(book[name], "Đơn vị tính")} - {None}
        assert not {text for text in measures if re.search(r"person|count|km2", text)}, name
    for name, chosen in class_sets().items():
        # each source is told in both languages
        words = {lang: say(f"workbook.set_source.{name}", lang) for lang in LANGUAGES}
        assert words["vi"] != words["en"] or "our proposal" not in chosen.source


def test_print_is_never_smaller_than_can_be_read(book: Book) -> None:
    """Width of the printed columns over the width of the pages beside each other."""
    for sheet in book.values():
        area = sheet.print_area or f"A1:{openpyxl.utils.get_column_letter(sheet.max_column)}1"
        first, last = (re.sub(r"[^A-Z]", "", part) for part in area.split("!")[-1].split(":"))
        letters = range(*(openpyxl.utils.column_index_from_string(part) for part in (first, last)))
        widths = {}
        for dimension in sheet.column_dimensions.values():
            for number in range(dimension.min, dimension.max + 1):
                widths[number] = dimension.width
        points = sum(widths.get(n, 8.43) for n in [*letters, letters.stop]) * 5.4
        across = {"9": 784, "8": 1133}[str(sheet.page_setup.paperSize)]
        assert points / across / (sheet.page_setup.fitToWidth or 1) < 1 / 0.7, sheet.title


def test_lines_above_a_narrow_table_are_not_cut_on_paper(paths: dict[str, Path]) -> None:
    """They fit into the columns that print, or into those repeated on pages side by side."""
    for lang in (*LANGUAGES, "both"):
        for sheet in openpyxl.load_workbook(paths[lang]):
            across = sheet.print_title_cols
            last = across or str(sheet.print_area or f"A1:{sheet.dimensions.split(':')[-1]}")
            last = re.sub(r"[^A-Z]", "", last.rpartition(":")[2])
            most = openpyxl.utils.column_index_from_string(last)
            room = sum(
                item.width
                for item in sheet.column_dimensions.values()
                for number in range(item.min, item.max + 1)
                if number <= most
            )
            header = int(sheet.print_title_rows.replace("$", "").partition(":")[0])
            for row in range(1, header):
                text, size = str(sheet.cell(row, 1).value), sheet.cell(row, 1).font.sz / 11
                if text != STAMP and " " in text:  # words are not broken
                    wide = worksheet_size.length(text) * size
                    assert wide <= max(room, 24) + 1, (sheet.title, text)


def test_both_languages_stand_in_two_lines_of_the_header(paths: dict[str, Path]) -> None:
    opened = openpyxl.load_workbook(paths["both"])
    assert column(opened["Đồ án · Plans"], "Ngày phê duyệt\nApproved")
    (severity,) = column(opened["Phát hiện · Findings"], "Mức độ\nSeverity")
    assert severity.value == "cảnh báo / warning"


def _has_parameters(key: str) -> bool:
    try:
        say(key, "vi")
    except KeyError:
        return True
    return False


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_word_is_left_in_the_other_language(paths: dict[str, Path], lang: str) -> None:
    """Sheets, headers and lines above are those of the catalogue in one language alone."""
    other = "en" if lang == "vi" else "vi"
    fixed = ("sheet.", "table.column.", "workbook.column.", "workbook.above.")
    used = [key for key in keys() if key.startswith(fixed)]
    # texts with parameters are no headers; some belong to map sheets
    used = [key for key in used if not _has_parameters(key)]
    mine = {say(key, lang) for key in used}
    foreign = {say(key, other) for key in used} - mine
    for sheet in openpyxl.load_workbook(paths[lang], read_only=True).worksheets:
        assert sheet.title not in foreign
        for row in sheet.iter_rows(max_row=6, values_only=True):
            assert not foreign.intersection(cell for cell in row if isinstance(cell, str))


def test_a_town_with_units_alone_makes_a_workbook(tmp_path: Path) -> None:
    """Nothing to measure is no reason to fail: sheets say that there is no data."""
    alone = layer(Role.UNITS, feature("A", square(0, 0, 200), code="A", name="Xã", kind="commune"))
    write_town(measured_town(tmp_path, alone), tmp_path / "x.xlsx", "en")
    opened = openpyxl.load_workbook(tmp_path / "x.xlsx")
    for name in ("Roads", "Class sets"):
        assert "No data" in {cell.value for cell in opened[name]["A"]}, name
    ground = rows_of(opened["Ground"])
    assert [row["Area (m²)"] for row in ground] == [pytest.approx(40_000)] * len(ground)


def test_nothing_measured_gives_headers_alone(tmp_path: Path, town: Measured) -> None:
    nothing = replace(
        town, panels=(), figures=(), assessments=(), by_year=(), spreads=(), gaps=(), ledger=()
    )
    empty = pd.DataFrame(columns=list(INDICATOR_COLUMNS))
    write_town(nothing, tmp_path / "x.xlsx", "en", figures=empty, targets=empty)
    opened = openpyxl.load_workbook(tmp_path / "x.xlsx")
    for name in ("Summary", "Figures", "Targets", "Amounts", "Ground"):
        assert "No data" in {cell.value for cell in opened[name]["A"]}, name
    assert [row["Natural area (m²)"] for row in rows_of(opened["Unit groups"])] == [
        pytest.approx(40_000)
    ] * 4


def test_the_parts_are_sound_xml(path: Path) -> None:
    with zipfile.ZipFile(path) as parts:
        assert parts.testzip() is None
        for name in parts.namelist():
            ElementTree.fromstring(parts.read(name))
        dates = {item.date_time for item in parts.infolist()}
    assert len(dates) == 1


def test_more_rows_than_a_sheet_has_are_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, town: Measured
) -> None:
    monkeypatch.setattr(worksheet, "MOST_ROWS", 200)
    write_town(town, tmp_path / "x.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "x.xlsx")["Xã lên phường"]
    assert sheet.max_row <= 200


def test_every_column_and_token_of_the_contract_has_words() -> None:
    wanted = {f"table.column.{name}" for name in (*INDICATOR_COLUMNS, *FINDING_COLUMNS, *COLUMNS)}
    wanted |= {f"verdict.{verdict}" for verdict in Verdict}
    wanted |= {f"severity.{severity}" for severity in Severity}
    wanted |= {f"sense.{sense}" for sense in SENSES}
    wanted |= {f"layer.{role}" for role in Role}
    wanted |= {f"unit_of.{indicator.unit}" for indicator in indicators().values()}
    wanted |= {f"workbook.note.{name}.{part}" for name in NOTES for part in ("column", "text")}
    assert wanted <= keys()
    assert {say("verdict.near", lang) for lang in LANGUAGES} == {"cơ bản đạt", "basically met"}


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path, town: Measured) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PlanDataError, match=r"x\.xlsx"):
        write_town(town, tmp_path / "file" / "x.xlsx")


@pytest.mark.slow
def test_libreoffice_prints_every_number(tmp_path: Path, path: Path) -> None:
    for program in ("soffice", "pdftotext"):
        if not shutil.which(program):
            pytest.skip(f"no {program} on this machine")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*convert, str(path)], check=True, capture_output=True, timeout=180)
    text = subprocess.run(
        ["pdftotext", "-layout", str(tmp_path / f"{path.stem}.pdf"), "-"],
        check=True, capture_output=True, timeout=60,
    ).stdout.decode()  # fmt: skip
    assert "###" not in text
    assert not re.search(r"#(VALUE|REF|NAME|DIV/0|N/A)", text)
    assert "chưa đủ cơ sở đánh giá" in text
    assert text.count("BẢN NHÁP") >= 24


def test_days_stand_as_days_and_sets_as_words() -> None:
    """A day that a table holds as text is one the reader's program shows in the reader's form."""
    norms = pd.DataFrame({"from": ["2016-05-25", None], "until": ["", "2026-01-01"]})
    since, until = table_sheet("norms", norms, indicators(), [], "vi").columns
    assert list(since.values) == [dt.date(2016, 5, 25), None]
    assert list(until.values) == [None, dt.date(2026, 1, 1)]
    listed = pd.DataFrame({"class_sets": ["urban_construction water", None]})
    (sets,) = table_sheet("balance", listed, indicators(), [], "vi").columns
    assert list(sets.values) == ["Đất xây dựng đô thị; Mặt nước", None]


def test_numbers_stated_by_resolutions_stand_in_their_own_unit(town: Measured) -> None:
    """435 hectares that a resolution states are no 435 persons, and no name of a file."""
    given = pd.DataFrame(
        {
            "unit_code": ["A", "A"], "unit_name": ["X", "X"], "year": [2024, 2024],
            "name": ["declared_area_ha", "declared_population"], "value": [435.0, 8740.0],
            "source": ["resolution_1279", "census"], "document": ["1279/NQ-UBTVQH15", ""],
        }
    )  # fmt: skip
    columns = {
        column.header: list(column.values)
        for column in statistics_sheet(given, town.evidence, [], "en").columns
    }
    assert columns["Unit of measure"][:2] == ["ha", "persons"]
    assert columns["Source"][:2] == ["Statistics", "Statistics: census"]
    assert columns["Statistic"][:2] == [
        "natural area stated by a resolution", "population stated by a resolution",
    ]  # fmt: skip


def test_lines_are_counted_as_programs_break_them() -> None:
    """Dots and brackets begin no line: what stands before them moves down with them."""
    room = worksheet_size.length("target, m²/person")
    sheet = Sheet("x", [Column("a", ["target, m²/person ...)"])])
    assert worksheet_size.row_heights(sheet, [room + 2.5], "en") == {0: 30}
    # two lines either way; a third once the word and its dots no longer fit behind the first
    room = worksheet_size.length("value less target,  m²/person")
    sheet = Sheet("x", [Column("a", ["value less target, m²/person ...) and the rest of it here"])])
    assert worksheet_size.row_heights(sheet, [room + 2.5], "en") == {0: 45}


def test_the_foot_of_both_languages_keeps_clear_of_the_page_number(paths: dict[str, Path]) -> None:
    for sheet in openpyxl.load_workbook(paths["both"]):
        left, right = sheet.oddFooter.left.text, sheet.oddFooter.right.text
        assert "…" not in left
        assert "2025-06-30" in left
        digits = [worksheet_size.length(text) for text in (*left.split("\n"), right)]
        # the width of A4 between its margins, at full size
        assert max(digits[:-1]) + digits[-1] < 784 / 5.4, sheet.title
