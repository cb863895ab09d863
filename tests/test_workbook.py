"""The workbook: what stands in its cells, how it prints, and that nothing in it can run."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from urbanplan_gis.analysis.urban_land import COLUMNS
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Origin, Role, Severity
from urbanplan_gis.model.figures import SENSES, Verdict
from urbanplan_gis.outputs.tables import FINDING_COLUMNS, INDICATOR_COLUMNS
from urbanplan_gis.outputs.workbook import write_workbook
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import LANGUAGES, Name, Text, keys, say

TITLE = "Quảng Ngãi & vùng phụ cận"
STAMP = "DỮ LIỆU MÔ PHỎNG / SYNTHETIC"
GREEN, SHARE, WARDS = "green_per_capita", "transport_land_share", "wards_recognised"


def figure(indicator: str, unit: str, value: float | None, **more: Any) -> dict[str, Any]:
    declared = indicators()[indicator]
    definition = declared.definitions[0].definition_id
    row: dict[str, Any] = {
        "figure_id": f"{indicator}/{unit}@2014/2025-06-30/existing/{definition}",
        "indicator": indicator,
        "unit_code": unit,
        "unit_name": f"Xã {unit}",
        "boundaries": "2014",
        "as_of": "2025-06-30",
        "scenario": "existing",
        "definition": definition,
        "value": value,
        "value_unit": declared.unit,
        "target_year": 2025,
        "target": 22.0,
        "target_sense": "about",
        "verdict": "reference",
        "basis": "proposal",
        "completeness": 1.0,
        "note": "",
    }
    return row | more


def figures() -> pd.DataFrame:
    rows = [
        figure(SHARE, "21010", 12.3456),
        figure(SHARE, "21034", None, verdict="no_data", note="-1+1"),
        figure(SHARE, "slated", 1234567.891),
        figure(SHARE, "city", 21.5, verdict="near", gap=-0.5, gap_ha=1234.5),
        figure(GREEN, "21010", 5.0),
        figure(GREEN, "city", 6.1, verdict="exceeded", basis="law"),
        figure(WARDS, "city", 3.0, verdict="not_yet", target=7.0, target_sense="all"),
    ]
    return pd.DataFrame(rows, columns=list(INDICATOR_COLUMNS))


def balance() -> pd.DataFrame:
    row = ["unit", "21010", Text.of("group.city"), "2014", "2025-06-30", "existing", "tt08-2024"]
    name = Name(vi="Đất ở", en="Housing land")
    return pd.DataFrame([[*row, "ODT", name, "", 12.5, 100.0]], columns=list(COLUMNS))


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
    row = [
        "f-1",
        "overlap",
        "warning",
        "zoning",
        ids,
        1.5,
        2.5,
        None,
        "@SUM(A1)",
        "decided: accept",
    ]
    return pd.DataFrame([row], columns=list(FINDING_COLUMNS))


SHEETS = ("figures", "targets", "balance", "roads", "plans", "findings")


def write(path: Path, lang: str = "vi", **changes: Any) -> Path:
    default = figures()
    given: dict[str, Any] = {
        "default": default,
        "figures": default,
        "targets": default,
        "balance": balance(),
        "roads": pd.DataFrame(columns=["unit_code", "unit_name", "road_class", "length_km"]),
        "plans": plans(),
        "findings": findings(),
        "indicators": indicators(),
        "origins": [
            Origin("s", "+x.gpkg", "lop", "ab" * 32, date=dt.date(2025, 1, 2)),
            Origin("s", "+x.gpkg", "lop", "ab" * 32, date=dt.date(2025, 1, 2)),
        ],
        "title": TITLE,
        "lang": lang,
        "synthetic": True,
        "path": path,
    }
    given |= changes
    tables = {key: given.pop(key) for key in SHEETS if key in given}
    write_workbook(tables=tables, **given)
    return path


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Worksheet]:
    path = write(tmp_path_factory.mktemp("book") / "indicators.xlsx")
    opened = openpyxl.load_workbook(path)
    assert opened.properties.created == dt.datetime(2000, 1, 1)
    assert opened.properties.title == TITLE
    return {sheet.title: sheet for sheet in opened.worksheets}


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    """The rows below the header, which stands where the panes are frozen."""
    above = sheet[sheet.freeze_panes].row - 1
    lines = list(sheet.iter_rows(min_row=above, values_only=True))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:]]


def column(sheet: Worksheet, header: str) -> list[Any]:
    above = sheet[sheet.freeze_panes].row - 1
    (cells,) = (cells for cells in sheet.iter_cols(min_row=above) if cells[0].value == header)
    return list(cells[1:])


def test_same_tables_give_the_same_bytes(tmp_path: Path) -> None:
    paths = [write(tmp_path / folder / "x.xlsx", "both") for folder in ("a", "b")]
    one, two = (hashlib.sha256(path.read_bytes()).hexdigest() for path in paths)
    assert one == two


@pytest.mark.parametrize("lang", ["vi", "en", "both"])
def test_sheets_are_named_in_the_language(tmp_path: Path, lang: str) -> None:
    names = openpyxl.load_workbook(write(tmp_path / "x.xlsx", lang)).sheetnames
    assert len(names) == 9
    assert all(len(name) <= 31 for name in names)
    assert (
        names[4]
        == {
            "vi": "Cân bằng đất",
            "en": "Land balance",
            "both": "Cân bằng đất · Land balance",
        }[lang]
    )


def test_summary_holds_the_city_against_its_targets(book: Mapping[str, Worksheet]) -> None:
    sheet = book["Tổng hợp"]
    assert [sheet.cell(row, 1).value for row in (1, 3)] == [TITLE, STAMP]
    assert sheet["A2"].value.endswith("số liệu đến 30/06/2025, địa giới từ năm 2014")
    rows = table(sheet)
    assert [row["Đánh giá"] for row in rows] == ["cơ bản đạt", "vượt", "chưa đạt"]
    assert [row["Giá trị"] for row in rows] == [21.5, 6.1, 3]
    assert [row["Đơn vị tính"] for row in rows] == ["%", "m²/người", "xã"]
    assert [row["Mức"] for row in rows] == ["khoảng", "khoảng", "toàn bộ"]
    assert rows[0]["Chỉ tiêu"] == indicators()[SHARE].name.vi
    assert rows[0]["Thiếu + / dư − (ha)"] == 1234.5
    assert rows[1]["Cơ sở"] == "theo quy định"
    formats = [cell.number_format for cell in column(sheet, "Giá trị")]
    assert formats == ["#,##0.00", "#,##0.00", "#,##0"]


def test_units_are_a_matrix_with_the_slated_marked(tmp_path: Path) -> None:
    path = write(tmp_path / "x.xlsx")
    rows = table(openpyxl.load_workbook(path)["Đơn vị"])
    assert [row["Đơn vị hành chính"] for row in rows] == [
        "Xã 21010",
        "Xã 21034",
        say("group.slated", "vi"),
        say("group.city", "vi"),
    ]
    assert [row["Mã đơn vị"] for row in rows] == ["21010", "21034", None, None]
    share = f"{indicators()[SHARE].name.vi} (%), hiện trạng"
    assert [row[share] for row in rows] == [12.3456, None, 1234567.891, 21.5]
    green = f"{indicators()[GREEN].name.vi} (m²/người), hiện trạng"
    assert [row[green] for row in rows] == [5, None, None, 6.1]
    # 21034 is one of the seven of the standards' list for the boundaries of 2014
    assert [row["Dự kiến thành lập phường"] for row in rows] == [None, "có", None, None]
    chosen = table(openpyxl.load_workbook(write(path, slated=["21010"]))["Đơn vị"])
    assert [row["Dự kiến thành lập phường"] for row in chosen] == ["có", None, None, None]


def test_numbers_dates_and_nothing_have_their_types(book: Mapping[str, Worksheet]) -> None:
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
    assert column(book["Nguồn"], "Ngày")[0].value == dt.datetime(2025, 1, 2)


def test_nothing_in_the_workbook_is_a_formula_or_a_link(book: Mapping[str, Worksheet]) -> None:
    cells = [cell for sheet in book.values() for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    texts = [cell.value for cell in cells if isinstance(cell.value, str)]
    assert not [text for text in texts if text.startswith(("=", "+", "-", "@"))]
    assert {"'=1+1", "'-1+1", "'@SUM(A1)", "'+x.gpkg"} <= set(texts)
    assert not [cell for cell in cells if cell.hyperlink]


def test_tables_are_whole_and_long_lists_are_cut(book: Mapping[str, Worksheet]) -> None:
    assert len(table(book["Chỉ tiêu"])) == len(figures())
    assert len(table(book["Chỉ tiêu"])[0]) == len(INDICATOR_COLUMNS)
    (row,) = table(book["Phát hiện"])
    ids = row["Mã đối tượng (đầy đủ trong findings.csv)"]
    assert ids.startswith("lot-0;lot-1;")
    assert ids.endswith("… (+4988)")
    assert (row["Mức độ"], row["Lớp"]) == ("cảnh báo", "Lô đất quy hoạch phân khu")
    assert row["Xử lý"] == "decided: accept"
    (land,) = table(book["Cân bằng đất"])
    assert (land["Tên"], land["Tên đơn vị, đồ án"]) == ("Đất ở", "Toàn thành phố")
    assert len(table(book["Nguồn"])) == 1


def test_every_sheet_is_set_up_for_reading_and_printing(book: Mapping[str, Worksheet]) -> None:
    for name, sheet in book.items():
        header = sheet[sheet.freeze_panes].row - 1
        assert sheet.page_setup.orientation == "landscape"
        assert str(sheet.page_setup.paperSize) == "9"
        # one page wide is the default of the format, which leaves it out
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == f"${header}:${header}"
        assert sheet.auto_filter.ref.startswith(f"A{header}:")
        # «&&» is one «&» on paper
        assert sheet.oddHeader.left.text == f"{TITLE.replace('&', '&&')} – {name}"
        assert sheet.oddHeader.right.text.endswith(STAMP)
        assert sheet.oddFooter.right.text == "Trang &P/&N"
        widths = [dimension.width for dimension in sheet.column_dimensions.values()]
        assert max(widths) <= 61


def test_both_languages_stand_in_two_lines_of_the_header(tmp_path: Path) -> None:
    opened = openpyxl.load_workbook(write(tmp_path / "x.xlsx", "both"))
    assert opened["Đồ án · Plans"]["D1"].value == "Ngày phê duyệt\nApproved"
    assert opened["Nguồn · Sources"]["I1"].value == "SHA-256"
    assert opened["Phát hiện · Findings"]["C2"].value == "cảnh báo / warning"


def test_text_is_not_clipped_by_its_row(tmp_path: Path) -> None:
    note = "đất chưa biết có thể làm đổi kết luận " * 8
    rows = figures().assign(note=note)
    sheet = openpyxl.load_workbook(write(tmp_path / "x.xlsx", figures=rows))["Chỉ tiêu"]
    (letter,) = {cell.column_letter for cell in column(sheet, "Ghi chú")}
    lines = len(note) / sheet.column_dimensions[letter].width
    assert sheet.row_dimensions[2].height >= 15 * lines * 0.85


def test_an_empty_project_gives_headers_alone(tmp_path: Path) -> None:
    empty = pd.DataFrame(columns=list(INDICATOR_COLUMNS))
    changes = {"default": empty, "figures": empty, "targets": empty}
    path = write(tmp_path / "x.xlsx", "en", **changes, origins=[], synthetic=False)
    opened = openpyxl.load_workbook(path)
    assert opened["Roads"]["A2"].value == "No data"
    assert opened["Summary"]["A1"].value == TITLE
    assert opened["Summary"].oddHeader.right.text is None
    assert [row[0].value for row in opened["Summary"].iter_rows()].count(STAMP) == 0


def test_every_column_and_token_of_the_contract_has_words() -> None:
    wanted = {f"table.column.{name}" for name in (*INDICATOR_COLUMNS, *FINDING_COLUMNS, *COLUMNS)}
    wanted |= {f"verdict.{verdict}" for verdict in Verdict}
    wanted |= {f"severity.{severity}" for severity in Severity}
    wanted |= {f"sense.{sense}" for sense in SENSES}
    wanted |= {f"layer.{role}" for role in Role}
    wanted |= {f"unit_of.{indicator.unit}" for indicator in indicators().values()}
    assert wanted <= keys()
    assert {say("verdict.near", lang) for lang in LANGUAGES} == {"cơ bản đạt", "basically met"}


def test_a_place_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(PlanDataError, match=r"x\.xlsx"):
        write(tmp_path / "file" / "x.xlsx")


@pytest.mark.slow
def test_libreoffice_prints_every_number(tmp_path: Path) -> None:
    for program in ("soffice", "pdftotext"):
        if not shutil.which(program):
            pytest.skip(f"no {program} on this machine")
    path = write(tmp_path / "x.xlsx", "both")
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    convert = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    subprocess.run([*convert, str(path)], check=True, capture_output=True, timeout=120)
    text = subprocess.run(
        ["pdftotext", "-layout", str(path.with_suffix(".pdf")), "-"],
        check=True, capture_output=True, timeout=60,
    ).stdout.decode()  # fmt: skip
    assert "###" not in text
    assert "1,234,567.89" in text
    assert "chưa đạt / not yet met" in text
    assert text.count(STAMP) >= 9
    assert f"{TITLE} – " in text
