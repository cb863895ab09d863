"""Write the Word template of the report: its styles, head, page header and places for the text.

    python scripts/make_report_template.py [FILE]

An office copies the result beside its project.toml as report_template.docx and changes styles,
header or logo; the words in double braces are filled in when a report is made.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from urbanplan_gis.outputs.report.settings import TEMPLATE
from urbanplan_gis.outputs.report.word import with_fixed_dates

_FONT = "Times New Roman"
_OWN = Path(__file__).resolve().parents[1] / "src/urbanplan_gis/outputs/report" / TEMPLATE
_RED = RGBColor(0xA0, 0, 0)
_TEXT_WIDTH = Mm(164)


def template_bytes() -> bytes:
    """The template; the same bytes at every call."""
    document = Document()
    _set_styles(document)
    _set_page(document)
    _write_head(document)
    document.add_paragraph("{{ body }}", style="Normal")
    _write_end(document)
    document.add_paragraph("{{ annexes }}", style="Normal")
    file = io.BytesIO()
    document.save(file)
    return with_fixed_dates(file.getvalue())


def _set_styles(document: Any) -> None:
    styles = document.styles
    normal = styles["Normal"]
    _set_font(normal, 13)
    normal.paragraph_format.space_after = Pt(4)
    # (name, of, points, bold, italic, before, after)
    for name, base, points, bold, italic, before, after in (
        ("Heading 1", "Normal", 14, True, False, 14, 6),
        ("Heading 2", "Normal", 13, True, False, 12, 4),
        ("Caption", "Normal", 11, True, False, 8, 4),
        ("List Bullet", "Normal", 13, False, False, 0, 3),
        ("TOC Heading", "Normal", 12, True, False, 8, 4),
        ("toc 1", "Normal", 10.5, False, False, 0, 0),
        ("toc 2", "Normal", 9.5, False, False, 0, 0),
        ("Report Body", "Normal", 13, False, False, 0, 6),
        ("Report Note", "Normal", 9, False, True, 1, 1),
        ("Report Cell", "Normal", 9, False, False, 0, 0),
    ):
        known = [style.name for style in styles]
        style = styles[name] if name in known else styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles[base]
        _set_font(style, points, bold, italic)
        style.paragraph_format.space_before = Pt(before)
        style.paragraph_format.space_after = Pt(after)
    for name in ("Heading 1", "Heading 2", "Caption"):
        styles[name].paragraph_format.keep_with_next = name != "Caption"
    styles["Report Body"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    for name, indent in (("toc 1", 0), ("toc 2", 6)):
        layout = styles[name].paragraph_format
        layout.line_spacing = 1.0
        layout.left_indent = Mm(indent)
        layout.right_indent = Mm(10)
        layout.tab_stops.add_tab_stop(_TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.DOTS)


def _set_font(style: Any, points: float, bold: bool = False, italic: bool = False) -> None:
    font = style.font
    font.name, font.size, font.bold, font.italic = _FONT, Pt(points), bold, italic
    font.color.rgb = RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for place in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(place), _FONT)
    # the theme's fonts would go before
    for place in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
        fonts.attrib.pop(qn(place), None)


def _set_page(document: Any) -> None:
    """A4 with the margins of Decree 30; the stamps on every page, its number from the second on."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(22), Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(16)
    section.header_distance = Mm(9)
    section.different_first_page_header_footer = True
    for header, numbered in ((section.first_page_header, False), (section.header, True)):
        paragraph = header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, "{{ stamps }}", 9, bold=True).font.color.rgb = _RED
        if numbered:
            line = header.add_paragraph()
            line.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(line, "{{ page_word }}", 10)
            _field(line, "PAGE")
            _run(line, "{{ page_between }}", 10)
            _field(line, "NUMPAGES")


def _write_head(document: Any) -> None:
    table = document.add_table(rows=1, cols=2)
    table.autofit = False
    left, right = table.rows[0].cells
    left.width, right.width = Mm(62), Mm(102)
    for column, width in zip(table.columns, (Mm(62), Mm(102)), strict=True):
        column.width = width
    _lines(
        left,
        [
            ("{%p if parent %}", 12, False, False),
            ("{{ parent }}", 12, False, False),
            ("{%p endif %}", 12, False, False),
            ("{{ issuer }}", 12, True, False),
            ("―――――", 8, False, False),
            ("{{ number }}", 13, False, False),
        ],
    )
    _lines(
        right,
        [
            ("{{ state }}", 12, True, False),
            ("{{ motto }}", 13, True, False),
            ("――――――――――――", 8, False, False),
            ("{{ place_and_date }}", 13, False, True),
        ],
    )
    for text, points, bold, before in (
        ("{{ kind }}", 15, True, 14),
        ("{{ subject }}", 14, True, 0),
        ("―――――", 8, False, 0),
        ("{{ recipient }}", 14, False, 6),
    ):
        paragraph = document.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_before = Pt(before)
        _run(paragraph, text, points, bold)


def _write_end(document: Any) -> None:
    table = document.add_table(rows=1, cols=2)
    left, right = table.rows[0].cells
    _lines(
        left,
        [
            ("{{ copies_title }}", 12, True, True),
            ("{%p for item in copies %}", 11, False, False),
            ("- {{ item }}", 11, False, False),
            ("{%p endfor %}", 11, False, False),
        ],
        WD_ALIGN_PARAGRAPH.LEFT,
    )
    _lines(
        right,
        [
            ("{%p for line in authority %}", 13, True, False),
            ("{{ line }}", 13, True, False),
            ("{%p endfor %}", 13, True, False),
            *[("", 13, False, False)] * 4,
            ("{{ signer }}", 13, True, False),
        ],
    )


def _lines(
    cell: Any,
    lines: list[tuple[str, float, bool, bool]],
    align: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.CENTER,
) -> None:
    for at, (text, points, bold, italic) in enumerate(lines):
        paragraph = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
        paragraph.alignment = align
        paragraph.paragraph_format.space_after = Pt(0)
        _run(paragraph, text, points, bold, italic)


def _run(paragraph: Any, text: str, points: float, bold: bool = False, italic: bool = False) -> Any:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.italic = Pt(points), bold, italic
    return run


def _field(paragraph: Any, code: str) -> None:
    for kind, text in (
        ("begin", None),
        (None, f" {code} "),
        ("separate", None),
        ("shown", "1"),
        ("end", None),
    ):
        # what a field shows has the look of the run it stands in
        run = _run(paragraph, text if kind == "shown" else "", 10)
        if kind == "shown":
            continue
        element = OxmlElement("w:instrText" if text else "w:fldChar")
        if text:
            element.text = text
        else:
            element.set(qn("w:fldCharType"), str(kind))
        run._r.append(element)


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else _OWN
    target.write_bytes(template_bytes())
    print(target.name)
