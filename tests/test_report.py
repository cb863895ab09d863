"""The review report: what it says, in both languages, in all three forms."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from unicodedata import normalize

import docx
import pandas as pd
import pytest
from docx.oxml.ns import qn
from docx.shared import RGBColor
from pypdf import PdfReader

from conftest import ROOT
from report_city import add_former, remove_former, run_of, write_city
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.outputs.report import html, make_report, word_xml
from urbanplan_gis.outputs.report.compose import compose_report
from urbanplan_gis.outputs.report.content import (
    Column,
    Listing,
    Paragraph,
    Picture,
    Report,
    Section,
    Table,
)
from urbanplan_gis.outputs.report.layout import bound_rows, breakable
from urbanplan_gis.outputs.report.lines import Figures
from urbanplan_gis.outputs.report.pdf import write_pdf
from urbanplan_gis.outputs.report.settings import ReportFacts, read_report_facts
from urbanplan_gis.outputs.report.typeface import serif_face, without_boxes
from urbanplan_gis.outputs.report.wording import Words
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.codes import read_rows
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.standards.law import law
from urbanplan_gis.standards.scoring import schemes
from urbanplan_gis.text import _catalogue, keys

FILES = [f"report{lang}.{ending}" for lang in ("", ".en") for ending in ("docx", "pdf", "html")]
VIETNAMESE = re.compile(r"[^\W\d_]*[À-ÃÈ-ÊÌÍÒ-ÕÙÚÝà-ãè-êìíò-õùúýĂăĐđĨĩŨũƠơƯưẠ-ỹ][^\W\d_]*")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> StoredRun:
    return run_of(write_city(tmp_path_factory.mktemp("city")))


@pytest.fixture(scope="module")
def made(run: StoredRun) -> Path:
    assert make_report(run) == ["vi", "en"]
    return run.folder


def composed(run: StoredRun, lang: str, facts: ReportFacts | None = None) -> Report:
    return compose_report(Figures.of(run), facts or ReportFacts(), Words(lang, "both"))


@pytest.fixture(scope="module")
def vi(run: StoredRun) -> Report:
    return composed(run, "vi")


@pytest.fixture(scope="module")
def en(run: StoredRun) -> Report:
    return composed(run, "en")


def texts_of(report: Report) -> Iterator[str]:
    """Every string of a report but its stamps, which are in both languages on purpose."""
    head, end = report.letterhead, report.signature
    yield from (head.state, head.motto, head.parent, head.issuer, head.number, head.kind)
    yield from (head.place_and_date, head.subject, head.recipient, end.recipients_title, end.signer)
    yield from (*end.recipients, *end.authority, *report.page_words, report.contents_title)
    blocks = [*report.opening]
    for section in report.sections:
        yield section.title
        blocks += section.blocks
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text
        elif isinstance(block, Listing):
            yield from block.items
        elif isinstance(block, Picture):
            yield from (block.caption, block.alt)
        else:
            yield block.caption
            yield from (column.header for column in block.columns)
            yield from (cell for row in block.rows for cell in row)
            yield from block.notes


def tables_of(report: Report) -> list[Table]:
    blocks = [block for section in report.sections for block in section.blocks]
    return [block for block in blocks if isinstance(block, Table)]


def summary_items(report: Report) -> list[str]:
    """The sentences of the summary."""
    blocks = [block for block in report.body[0].blocks if isinstance(block, Listing)]
    return [item for block in blocks for item in block.items]


def main_row(report: Report, number: str) -> tuple[str, ...]:
    """A row of Table 01 by its number."""
    table = next(table for table in tables_of(report) if len(table.columns) == 12)
    return next(row for row in table.rows if row[0] == number)


# ---- what it says -------------------------------------------------------------------------------
def test_table_01_has_the_columns_of_the_form_and_the_figures_of_the_hand(
    run: StoredRun, vi: Report
) -> None:
    report = vi
    table = next(table for table in tables_of(report) if len(table.columns) == 12)
    assert [column.header for column in table.columns] == [
        "STT", "Chỉ tiêu", "ĐVT", "Mục tiêu 2025", "Mục tiêu 2030", "Kỳ trước", "Kỳ này",
        "Tăng/giảm", "Còn thiếu", "Đánh giá", "Nguồn", "Cơ quan chủ trì",
    ]  # fmt: skip
    assert table.caption.startswith("Bảng 01. ")
    # every target of the programme has its number, whether there is data or not
    assert [row[0] for row in table.rows if row[0]] == [str(n) for n in range(1, 13)]

    streets = main_row(report, "2")
    # 10 of 60 ha; 22 % of 60 ha is 13.2 ha, 24 % is 14.4 ha
    assert [_unbroken(cell) for cell in streets[2:5]] == ["%", "khoảng 22", "khoảng 24"]
    assert streets[5:8] == ("–", "16,67", "–")
    assert _unbroken(streets[8]) == "2025: 3,20 ha; 2030: 4,40 ha"
    assert "Office of Surveys, Survey 7, 02/01/2025" in streets[10]
    # 6,000 of 10,000 residents, at least 60 %: met; 80 % in 2030 asks for 2,000 more
    residents = main_row(report, "5")
    assert residents[6:8] == ("60,00", "–")
    assert _unbroken(residents[8]) == "2030: 2.000 người"
    assert residents[9] == "Đạt"
    # nothing is known of fibre
    assert main_row(report, "7")[6:11] == ("chưa có số liệu", "–", "–", "Chưa có số liệu", "–")


def test_verdicts_are_those_of_the_table(run: StoredRun, en: Report) -> None:
    figures = run.figures
    city = figures[
        (figures["unit_code"] == "city")
        & figures["is_default"]
        & (figures["scenario"] == "existing")
    ]  # fmt: skip
    said = dict(zip(city["indicator"], city["verdict"], strict=True))
    report = en
    for number, name in enumerate(indicators(), start=1):
        token = said.get(name, "no_data")
        verdict = _catalogue()[f"verdict.{token}"]["en"]
        assert main_row(report, str(number))[9].lower().split(" (*")[0] == verdict


def test_the_period_before_is_that_of_the_same_figure_or_not_comparable(run: StoredRun) -> None:
    add_former(run, 15.0, without="urban_land_ratio")
    try:
        report = composed(run, "vi")
        english = composed(run, "en")
    finally:
        remove_former(run)
    assert main_row(report, "2")[5:8] == ("15,00", "16,67", "+1,67")
    assert main_row(report, "1")[5:8] == ("không so sánh được", "30,00", "–")
    assert main_row(english, "1")[5] == "not comparable"
    # what changed stands in the summary: 16.67 less 15 is 1.67, seven others as before
    changed = next(text for text in summary_items(english) if text.startswith("Against"))
    assert "transport land share of urban construction land +1.67 points" in changed
    assert "1 not comparable" in changed
    assert main_row(report, "5")[5:8] == ("60,00", "60,00", "0,00")
    said = " ".join(texts_of(report))
    assert "bản giao K1 ngày 01/07/2024" in said
    assert "số liệu đến ngày 30/06/2024" in said


def test_annexes_of_the_form_are_there_and_say_so_where_there_is_no_data(
    run: StoredRun, en: Report
) -> None:
    report = en
    titles = [section.title for section in report.annexes if section.level == 1]
    assert [title.split(".")[0] for title in titles] == [f"Annex {n}" for n in range(1, 12)]
    said = " ".join(texts_of(report))
    assert "There is no layer of plan extents." in said
    assert "No decision on the data has been taken" in said
    assert "Standards card: Xã B" in said
    balance = next(t for t in tables_of(report) if "Land balance" in t.caption)
    assert balance.rows[0][-2:] == ("140.00", "70.00")  # rice, of 200 ha
    assert balance.rows[-1][-2:] == ("200.00", "100.00")


def test_decisions_are_the_record_of_agreed_data(run: StoredRun) -> None:
    file = run.project.decisions
    file.write_text(
        "finding_id,choice,who,when,why\nfound-1,accept,Bà Lan,2025-05-04,=cmd()\n", "utf-8"
    )
    try:
        report = composed(run, "vi")
    finally:
        file.unlink()
    table = next(t for t in tables_of(report) if "Quyết định về" in t.caption)
    assert table.rows[0][3:] == ("accept", "Bà Lan", "04/05/2025", "=cmd()")


# ---- two languages ------------------------------------------------------------------------------
def test_both_editions_have_the_same_parts(run: StoredRun, vi: Report, en: Report) -> None:
    assert [s.number for s in vi.sections] == [s.number for s in en.sections]
    shapes = [
        [(type(b), len(b.rows) if isinstance(b, Table) else 0) for b in section.blocks]
        for section in vi.sections
    ]
    assert shapes == [
        [(type(b), len(b.rows) if isinstance(b, Table) else 0) for b in section.blocks]
        for section in en.sections
    ]
    assert all(text.strip() for text in texts_of(en) if text)


def _named_in_vietnamese(run: StoredRun) -> set[str]:
    """Words of names and documents that the English edition keeps on purpose."""
    kept = [run.project.facts.name.en, *run.layer("units")["name"]]
    kept += [source for item in indicators().values() for source in (item.source, item.name.en)]
    kept += [target.source for item in indicators().values() for target in item.targets]
    for document in law().documents.values():
        kept += [document.title.en, document.source, document.document_id]
    kept += [scheme.name.en for scheme in schemes().values()]
    kept += [chosen.name.en for chosen in class_sets().values()]
    for name in ("norms", "urban_class", "ward_readiness"):
        table = run.table(name)
        kept += [*table["article"], *table["document"]]
    # hills of the programme, the city and its river, the documents units were changed by
    kept += [*run.table("unit_history")["document"]] if "unit_history" in run.tables else []
    kept += [row["name_vi"] for row in read_rows("units.csv")]
    kept += ["Quảng Ngãi", "Trà Khúc", "Long Đầu", "Thiên Ấn", "Thiên Bút", "III.2.đ"]
    return {word for text in kept for word in VIETNAMESE.findall(text)}


def test_no_vietnamese_is_left_in_the_english_edition(run: StoredRun, en: Report) -> None:
    kept = _named_in_vietnamese(run)
    left = {
        word: text for text in texts_of(en) for word in VIETNAMESE.findall(text) if word not in kept
    }
    assert left == {}


def test_no_english_is_left_in_the_vietnamese_edition(run: StoredRun, vi: Report) -> None:
    """No sentence, header or word of the catalogue's English where the Vietnamese differs."""
    said = {text.strip(" .") for text in texts_of(vi)}
    joined = "\n".join(sorted(said))
    for key, entry in _catalogue().items():
        english = entry["en"]
        if english == entry["vi"] or "{" in english:
            continue
        assert english.strip(" .") not in said, key
        if len(english.split()) > 2:
            assert english not in joined, key


def test_numbers_dates_and_units_follow_the_language(vi: Report, en: Report) -> None:
    here, there = (" ".join(texts_of(report)) for report in (vi, en))
    assert "16,67" in here
    assert "16.67" not in here
    assert "16.67" in there
    assert "16,67" not in there
    assert "30/06/2025" in here
    assert "2025-06-30" not in here
    assert "2025-06-30" in there
    assert "30/06/2025" not in there
    assert "m²/người" in here
    assert "m²/person" not in here
    assert "m²/person" in there
    assert "m²/người" not in there


def test_every_text_asked_for_is_in_the_catalogue() -> None:
    folder = ROOT / "src/urbanplan_gis/outputs/report"
    asked = set()
    for file in folder.glob("*.py"):
        code = file.read_text(encoding="utf-8")
        asked |= {f"report.{key}" for key in re.findall(r'words\.say\(\s*"([\w.]+)"', code)}
        asked |= set(re.findall(r'words\.known\(\s*"([\w.]+)"', code))
        for name in re.findall(r'^\s+\*?\(+"([\w.]+)", [\d.]+', code, re.MULTILINE):
            asked.add(f"report.{name}" if "." in name else f"table.column.{name}")
    assert len(asked) > 150
    assert asked - keys() == set()


# ---- files --------------------------------------------------------------------------------------
def test_the_same_run_gives_the_same_bytes_and_nothing_is_made_twice(
    made: Path, run: StoredRun, tmp_path: Path
) -> None:
    before = {name: (made / name).read_bytes() for name in FILES}
    assert make_report(run) == []
    for name in FILES:
        (made / name).unlink()
    assert make_report(run) == ["vi", "en"]
    assert {name: (made / name).read_bytes() for name in FILES} == before


def test_the_pdf_has_stamps_bookmarks_text_and_no_page_with_a_heading_only(
    made: Path, run: StoredRun, vi: Report
) -> None:
    report = vi
    pdf = PdfReader(made / "report.pdf")
    assert "/CreationDate" not in (pdf.metadata or {})
    titles = [section.title for section in report.sections]
    outline = [item.title for item in _flat(pdf.outline)]
    assert [item for item in outline if item != "MỤC LỤC"] == titles
    bare = {"".join(title.split()) for title in titles}
    for page in pdf.pages:
        text = page.extract_text()
        assert "BẢN NHÁP / DRAFT" in text
        lines = ["".join(line.split()) for line in text.splitlines() if line.strip()]
        assert [line for line in lines[2:] if line not in bare] != []
    # the summary is one page: part I begins on the next
    pages = [page.extract_text() for page in pdf.pages]
    first = next(at for at, text in enumerate(pages) if "Các chỉ tiêu của toàn thành phố" in text)
    assert "Cần biết khi sử dụng" in pages[first]
    assert "I. Công tác triển khai thực hiện" in pages[first + 1]


def _flat(outline: list[object]) -> Iterator[object]:
    for item in outline:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def test_the_word_file_has_the_same_tables_with_headers_that_repeat(
    made: Path, run: StoredRun, en: Report
) -> None:
    report = en
    document = docx.Document(str(made / "report.en.docx"))
    headings = [p.text for p in document.paragraphs if p.style.name.startswith("Heading")]
    assert headings == [section.title for section in report.sections]
    printed = [table for table in document.tables if table.style.name == "Table Grid"]
    assert len(printed) == len(tables_of(report))
    for shown, table in zip(printed, tables_of(report), strict=True):
        rows = shown._tbl.tr_lst
        assert rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        cells = [
            _unbroken("".join(t.text or "" for t in cell.iter(qn("w:t"))))
            for row in rows
            for cell in row.tc_lst
        ]
        wanted = [column.header for column in table.columns]
        wanted += [cell for row in table.rows for cell in row]
        assert cells == [_unbroken(cell) for cell in wanted]
    landscape = [s.orientation == 1 for s in document.sections]
    assert True in landscape
    assert False in landscape
    header = "".join(p.text for s in document.sections for p in s.header.paragraphs)
    assert "BẢN NHÁP / DRAFT" in header


def _unbroken(text: str) -> str:
    """A text without what says where its lines may end."""
    return text.replace("\u200b", "").replace("\u00a0", " ")


@pytest.mark.slow
def test_the_html_asks_for_nothing_and_runs_nothing(tmp_path: Path) -> None:
    """Names as bad as they come: of 200 letters; markup, a formula, other scripts, bare signs. The
    project speaks Vietnamese alone."""
    wicked = '<script>alert("x")</script>'
    odd = f"{wicked} =cmd()|' #let \u05d0\u05d1 \u6f22 \U0001f600 a\u202eb"
    run = run_of(write_city(tmp_path, lang="vi", names=("X" * 200, odd)), "vi")
    assert make_report(run) == ["vi"]
    assert not (run.folder / "report.en.pdf").exists()
    page = (run.folder / "report.html").read_text(encoding="utf-8")
    seen = _Seen()
    seen.feed(page)
    assert 'lang="vi"' in page
    assert "16,67" in page
    assert "script" not in seen.tags
    assert not {tag for tag in seen.tags if tag in ("link", "iframe", "object", "embed")}
    assert all(value.startswith(("data:", "#")) for value in seen.addresses)
    assert "&lt;script&gt;" in page
    assert "url(" not in page
    assert "@import" not in page
    assert wicked in "".join(
        text.text or "" for text in _document_texts(run.folder / "report.docx")
    )
    assert "alert" in "".join(p.extract_text() for p in PdfReader(run.folder / "report.pdf").pages)


class _Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href")]


def _document_texts(path: Path) -> Iterator[object]:
    yield from docx.Document(str(path)).element.body.iter(qn("w:t"))


def test_letters_that_no_face_has_are_written_as_their_codes() -> None:
    assert without_boxes(["Đất đô thị ≤ 5 – אב"]) == {}
    assert without_boxes(["\U00012000"]) == {0x12000: "U+12000"}  # cuneiform
    assert serif_face().families[-1] == "DejaVu Sans"


def _rows_by_page(pages: list[str], tables: int) -> list[tuple[int, int]]:
    """How many rows of which table each page has, a row being «r<table>x<row>x»."""
    found = []
    for page in pages:
        for table in range(tables):
            rows = len(re.findall(rf"r{table}x\d+x", page))
            if rows:
                found.append((table, rows))
    return found


def test_no_page_has_one_row_of_a_table_alone(vi: Report, tmp_path: Path) -> None:
    """Short tables stay whole; of long ones three rows at least stand at either end."""
    sizes = (*(13 + 7 * step % 31 for step in range(20)), 5, 9, 4, 11, 6, 10)
    columns = (Column("a"), Column("b", 2.0))
    tables = tuple(
        Table(f"t{at}", columns, tuple((f"r{at}x{row}x", "s") for row in range(size)), notes=("n",))
        for at, size in enumerate(sizes)
    )
    section = Section("1", "All", 1, tables)
    write_pdf(replace(vi, body=(section,), annexes=()), tmp_path / "t.pdf")
    pages = [page.extract_text() for page in PdfReader(tmp_path / "t.pdf").pages]
    found = _rows_by_page(pages, len(sizes))
    for table, size in enumerate(sizes):
        parts = [rows for which, rows in found if which == table]
        assert sum(parts) == size
        if size <= 18:
            assert parts == [size]
        else:  # the notes count as the third of the last rows
            assert [rows for rows in parts[:-1] if rows < 3] == []
            assert parts[-1] >= 2


def test_rows_that_stay_together_in_word() -> None:
    short = Table("t", (Column("a"),), (("1",),) * 4)
    assert bound_rows(short, 9.5, landscape=False) == {0, 1, 2}  # the last goes with none
    long = Table("t", (Column("a"),), (("1",),) * 80, notes=("n",))
    assert bound_rows(long, 9.5, landscape=False) == {0, 1, 77, 78, 79}
    tall = Table("t", (Column("a"),), (("word " * 1500,),) * 9)
    assert bound_rows(tall, 9.5, landscape=False) == set()


def test_what_is_held_together_parts_where_a_column_has_no_room() -> None:
    held = "2025:\u00a0at\u00a0least\u00a0100"
    assert breakable(held, 40) == held
    assert breakable(held, 15) == "2025: at\u00a0least\u00a0100"
    assert breakable(held, 4) == "2025: at least 100"
    assert breakable("data/raw/sample_city.gpkg", 9).replace("\u200b", "|") == (
        "data/|raw/|sample_|city.|gpkg"
    )


def test_a_printed_number_is_not_cut_in_a_wide_letter() -> None:
    """Twelve columns on a page laid wide: «tối thiểu 60» has a place to break before its number."""
    columns = tuple(Column(f"c{at}", share) for at, share in enumerate((1.0,) * 11 + (4.0,)))
    table = Table("t", columns, (("tối\u00a0thiểu\u00a060", *("-",) * 11),))
    assert "tối thiểu\u00a060" in "".join(html._table(table, landscape=True))
    roomy = replace(table, columns=columns[:1], rows=((table.rows[0][0],),))
    assert "tối\u00a0thiểu\u00a060" in "".join(html._table(roomy, landscape=True))


def test_notes_of_a_table_stay_together_in_word() -> None:
    table = Table("t", (Column("a"),), (("1",),), notes=("one", "two", "three"))
    ids = dict.fromkeys(("Caption", "Report Note", "Report Cell", "Table Grid"), "x")
    *_, one, two, three, _gap = word_xml.block(table, ids, kept=False, landscape=False)
    kept = [item.find(f".//{qn('w:keepNext')}") is not None for item in (one, two, three)]
    assert kept == [True, True, False]


# ---- the office's own ---------------------------------------------------------------------------
def test_the_letter_is_the_offices(run: StoredRun, tmp_path: Path) -> None:
    (tmp_path / "report.toml").write_text(
        """
[letter]
issuer = { vi = "UBND PHƯỜNG CẨM THÀNH", en = "PEOPLE'S COMMITTEE OF CẨM THÀNH WARD" }
number = "12"
symbol = "BC-UBND"
place = "Quảng Ngãi"
date = 2025-02-03
recipient = "Ban Thường vụ Đảng ủy phường"
copies = ["Như trên;", "Lưu: VT."]
authority = ["TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"]
signer = "Nguyễn Văn A"
[lead]
transport_land_share = "Phòng Kinh tế, Hạ tầng"
[text]
proposals = ["Đề nghị A.", "Đề nghị B."]
""",
        encoding="utf-8",
    )
    facts = read_report_facts(tmp_path)
    report = composed(run, "vi", facts)
    head = report.letterhead
    assert head.issuer == "UBND PHƯỜNG CẨM THÀNH"
    assert head.number == "Số: 12/BC-UBND"
    # Decree 30: a zero before days under 10 and months 1 and 2
    assert head.place_and_date == "Quảng Ngãi, ngày 03 tháng 02 năm 2025"
    assert head.recipient == "Kính gửi: Ban Thường vụ Đảng ủy phường"
    assert main_row(report, "2")[11] == "Phòng Kinh tế, Hạ tầng"
    assert report.signature.signer == "Nguyễn Văn A"
    proposals = next(s for s in report.body if s.number == "V")
    assert [b.text for b in proposals.blocks[:2]] == ["Đề nghị A.", "Đề nghị B."]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("[letter]\nisuer = 'x'\n", ("report.toml: letter.isuer", "unknown key", "issuer")),
        ("[lead]\ngreen = 'x'\n", ("report.toml: lead.green", "green_per_capita")),
        ("[letter]\ndate = 'soon'\n", ("report.toml: letter.date", "soon")),
        ("[letter", ("report.toml", "TOML")),
    ],
)
def test_a_wrong_report_toml_is_one_clear_line(
    tmp_path: Path, text: str, pieces: tuple[str, ...]
) -> None:
    (tmp_path / "report.toml").write_text(text, encoding="utf-8")
    with pytest.raises(PlanDataError) as caught:
        read_report_facts(tmp_path)
    line = str(caught.value)
    assert "\n" not in line
    assert all(piece in line for piece in pieces)


def _own_template() -> docx.document.Document:
    return docx.Document(str(ROOT / "src/urbanplan_gis/outputs/report/report_template.docx"))


@pytest.fixture
def office_template(run: StoredRun, made: Path) -> Iterator[Path]:
    """The place of the office's template; afterwards the report is the toolkit's again."""
    file = run.project.file.parent / "report_template.docx"
    yield file
    file.unlink(missing_ok=True)


@pytest.mark.slow
def test_the_offices_template_goes_before_the_toolkits(
    office_template: Path, run: StoredRun
) -> None:
    template = _own_template()
    template.styles["Heading 1"].font.color.rgb = RGBColor(0, 0x80, 0)
    template.sections[0].header.paragraphs[0].text = "SỞ XÂY DỰNG {{ stamps }}"
    template.save(str(office_template))
    assert make_report(run) == ["vi", "en"]
    document = docx.Document(str(run.folder / "report.docx"))
    assert document.styles["Heading 1"].font.color.rgb == RGBColor(0, 0x80, 0)
    assert document.sections[0].header.paragraphs[0].text == "SỞ XÂY DỰNG BẢN NHÁP / DRAFT"


def test_a_template_that_cannot_be_used_is_one_line_and_the_report_stays(
    office_template: Path, run: StoredRun
) -> None:
    file = office_template
    before = (run.folder / "report.docx").read_bytes()

    def refused() -> str:
        with pytest.raises(PlanDataError) as caught:
            make_report(run)
        assert (run.folder / "report.docx").read_bytes() == before
        assert str(file.parent) not in str(caught.value)
        return str(caught.value)

    file.write_bytes(b"no zip")
    assert "report_template.docx" in refused()
    without_style = _own_template()
    style = without_style.styles["Caption"]
    style.element.getparent().remove(style.element)
    without_style.save(str(file))
    assert "without the styles Caption" in refused()
    without_mark = _own_template()
    mark = next(p for p in without_mark.paragraphs if p.text == "{{ annexes }}")
    mark.text = ""
    without_mark.save(str(file))
    assert "without the line {{ annexes }}" in refused()
    wicked = _own_template()
    wicked.paragraphs[0].text = "{{ ''.__class__.__mro__ }}"
    wicked.save(str(file))
    assert "unsafe" in refused()
    broken = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(_saved(_own_template()))) as old,
        zipfile.ZipFile(broken, "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, b"<w:broken" if name == "word/document.xml" else old.read(name))
    file.write_bytes(broken.getvalue())
    assert "report_template.docx" in refused()


def _saved(document: docx.document.Document) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def test_the_template_of_the_toolkit_is_what_its_script_writes(tmp_path: Path) -> None:
    import runpy

    script = runpy.run_path(str(ROOT / "scripts" / "make_report_template.py"))
    shipped = ROOT / "src/urbanplan_gis/outputs/report/report_template.docx"
    assert script["template_bytes"]() == shipped.read_bytes()


@pytest.mark.slow
def test_an_empty_city_makes_a_report_that_says_so(tmp_path: Path) -> None:
    """Units and nothing else, in English alone: no figure, no map, no annex with an empty table."""
    folder = write_city(tmp_path, lang="en")
    text = (folder / "project.toml").read_text(encoding="utf-8")
    (folder / "project.toml").write_text(text[: text.index("[layers.land_use]")], "utf-8")
    run = run_of(folder, "en")
    assert make_report(run) == ["en"]
    report = compose_report(Figures.of(run), ReportFacts(), Words("en", "en"))
    assert main_row(report, "2")[6] == "no figure"
    assert all(table.rows for table in tables_of(report))
    other = StoredRun(run.project, run.manifest, "vi", run.folder)
    with pytest.raises(PlanDataError, match="urbanplan run --lang both"):
        make_report(other)


def test_figures_of_the_unit_tables_are_those_of_the_csv(run: StoredRun, en: Report) -> None:
    """Every unit's value of every indicator, read back from the page."""
    report = en
    table = pd.read_csv(run.folder / "tables" / "indicators.csv", encoding="utf-8-sig")
    table = table[table["figure_id"].isin(run.manifest["defaults"])]
    for name, indicator in indicators().items():
        mine = table[(table["indicator"] == name) & (table["scenario"] == "existing")]
        values = mine.set_index("unit_name")["value"].dropna()
        if values.empty:
            continue
        caption = f"By unit: {indicator.name.en} (existing)"
        shown = next(t for t in tables_of(report) if t.caption.endswith(caption))
        for row in shown.rows:
            if row[1] in values.index:
                printed = float(row[2].replace(",", ""))
                step = 10.0**-indicator.decimals
                assert printed == pytest.approx(values[row[1]], abs=step)


@pytest.mark.slow
def test_libreoffice_opens_the_word_file_and_shows_its_pages(made: Path, tmp_path: Path) -> None:
    programs = [shutil.which(name) for name in ("soffice", "pdftotext")]
    if None in programs:
        pytest.skip("LibreOffice or poppler is not installed")
    office, reader = programs
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, "--headless", profile, "--convert-to", "pdf", "--outdir", str(tmp_path)]
    source = str(made / "report.docx")
    subprocess.run([*command, source], check=True, timeout=120, capture_output=True)
    read = subprocess.run(
        [reader, "-layout", str(tmp_path / "report.pdf"), "-"],
        check=True, timeout=60, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    text = normalize("NFC", read.stdout)
    assert "Bảng 01. Kết quả thực hiện các chỉ tiêu" in text
    # the contents show the page numbers that LibreOffice worked out
    assert re.search(r"Tóm tắt[ .]*\d\n", text)
    assert re.search(r"Phụ lục 11\. Phương pháp và nguồn[ .]*\d\d\n", text)
