"""The report as a Word file, on a template that the office can restyle."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.opc.exceptions import OpcError
from docx.oxml.ns import qn
from docx.shared import Mm
from docxtpl import DocxTemplate
from jinja2 import TemplateError
from jinja2.sandbox import SandboxedEnvironment

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.outputs.report import word_xml
from urbanplan_gis.outputs.report.content import Block, Picture, Report, Section
from urbanplan_gis.outputs.report.layout import kept_blocks, page_runs
from urbanplan_gis.outputs.report.settings import TEMPLATE

#: the paragraphs of a template that the report is put in place of
MARKS = ("body", "annexes")
#: styles a template must have
STYLES = (
    "Normal", "Heading 1", "Heading 2", "Caption", "List Bullet", "Table Grid", "TOC Heading",
    "toc 1", "toc 2", "Report Body", "Report Note", "Report Cell",
)  # fmt: skip
_SECTION = f"{qn('w:pPr')}/{qn('w:sectPr')}"
_CREATED = dt.datetime(2000, 1, 1)
_ZIP_DAY = (1980, 1, 1, 0, 0, 0)
#: a broken piece of XML is a SyntaxError
_BROKEN = (OpcError, TemplateError, KeyError, ValueError, SyntaxError, zipfile.BadZipFile)
_LANGUAGES = {"vi": "vi-VN", "en": "en-GB"}


def check_template(template: Path) -> None:
    """Refuse an office's template that cannot be used, before anything is made on it.

    Raises:
        PlanDataError: if it cannot be opened, or lacks a style or a mark.
    """
    if not template.is_file():
        return
    try:
        opened: Any = DocxTemplate(str(template))
        opened.init_docx()
        document = opened.docx
    except _BROKEN as problem:
        raise _unusable(template, problem) from None
    _style_ids(document)
    said = {"".join(paragraph.text.split()) for paragraph in document.paragraphs}
    for name in MARKS:
        if f"{{{{{name}}}}}" not in said:
            raise bad_data("report_mark", TEMPLATE, mark=f"{{{{ {name} }}}}")


def _unusable(template: Path, problem: Exception) -> PlanDataError:
    said = " ".join(str(problem).replace(str(template.parent), "").split())[:120]
    return bad_data("report_template", TEMPLATE, problem=said or type(problem).__name__)


def write_docx(report: Report, path: Path, template: Path) -> None:
    """Write the report on the office's ``template``, or on the toolkit's where there is none.

    Raises:
        PlanDataError: if the template cannot be opened, or lacks a style or a mark.
    """
    if template.is_file():
        made = _made(report, template)
    else:
        with as_file(files("urbanplan_gis.outputs.report") / TEMPLATE) as own:
            made = _made(report, own)
    path.write_bytes(made)


def _made(report: Report, template: Path) -> bytes:
    try:
        opened = DocxTemplate(str(template))
        # an office's template may be anybody's: it says words and does nothing else
        opened.render(_context(report), SandboxedEnvironment(), autoescape=True)
        document: Any = opened.docx
    except _BROKEN as problem:
        raise _unusable(template, problem) from None
    ids = _style_ids(document)
    marks = {name: _mark_paragraph(document, name) for name in MARKS}
    writer = _Writer(document, ids, report)
    writer.place(marks["body"], report.body, first=True)
    writer.place(marks["annexes"], report.annexes, first=False)
    _set_properties(document, report)
    file = io.BytesIO()
    document.save(file)
    return with_fixed_dates(file.getvalue())


def _context(report: Report) -> dict[str, Any]:
    head, end = report.letterhead, report.signature
    words = {
        "state": head.state,
        "motto": head.motto,
        "parent": head.parent,
        "issuer": head.issuer,
        "number": head.number,
        "place_and_date": head.place_and_date,
        "kind": head.kind,
        "subject": head.subject,
        "recipient": head.recipient,
        "stamps": " · ".join(report.stamps),
        "page_word": report.page_words[0],
        "page_between": report.page_words[1],
        "copies_title": end.recipients_title,
        "signer": end.signer,
    }
    clean = {name: word_xml.printable(text) for name, text in words.items()}
    return {
        **clean,
        "copies": [word_xml.printable(item) for item in end.recipients],
        "authority": [word_xml.printable(item) for item in end.authority],
        **{name: _mark(name) for name in MARKS},
    }


def _mark(name: str) -> str:
    return f"[[{name}]]"


def _mark_paragraph(document: Document, name: str) -> Any:
    for paragraph in document.paragraphs:
        if paragraph.text.strip() == _mark(name):
            return paragraph._p
    raise bad_data("report_mark", TEMPLATE, mark=f"{{{{ {name} }}}}")


def _style_ids(document: Document) -> Mapping[str, str]:
    """The ids of the styles by name; Word writes the names of its own styles in small letters."""
    found = {(style.name or "").lower(): style.style_id for style in document.styles}
    missing = [name for name in STYLES if name.lower() not in found]
    if missing:
        names, known = ", ".join(missing), ", ".join(STYLES)
        raise bad_data("report_style", TEMPLATE, names=names, known=known)
    return {name: found[name.lower()] for name in STYLES}


class _Writer:
    """Puts sections in the place of the marks of an opened template."""

    def __init__(self, document: Document, ids: Mapping[str, str], report: Report) -> None:
        self._document = document
        self._ids = ids
        self._report = report
        self._headings = 0
        final = document.sections[-1]._sectPr
        self._portrait = deepcopy(final)
        #: the first section of the file alone has a first page of its own
        self._is_first = True

    def place(self, mark: Any, sections: Sequence[Section], first: bool) -> None:
        """Write sections before ``mark``, which goes; pages turn with the sections."""
        if first:
            for block, kept in kept_blocks(self._report.opening):
                self._add(mark, block, kept)
            toc = word_xml.contents(self._report.contents_title, self._report.sections, self._ids)
            for element in toc:
                mark.addprevious(element)
        else:
            # the annexes begin on a page of their own, after the signature
            self._end_pages(mark, landscape=False)
        turned = False
        for landscape, group in page_runs(sections):
            if landscape != turned:
                self._end_pages(mark, landscape=turned)
            for at, section in enumerate(group):
                # a section break turns the page already
                self._section(mark, section, fresh=at == 0 and (landscape != turned or not first))
            turned = landscape
        if turned:
            if first:
                self._end_pages(mark, landscape=True)
            else:
                word_xml.turn(self._document.sections[-1]._sectPr)
        mark.getparent().remove(mark)

    def _section(self, mark: Any, section: Section, fresh: bool) -> None:
        self._headings += 1
        style = self._ids[f"Heading {section.level}"]
        turn = section.new_page and not fresh
        mark.addprevious(word_xml.heading(section.title, style, self._headings, turn))
        for block, kept in kept_blocks(section.blocks):
            self._add(mark, block, kept, section.landscape)

    def _add(self, mark: Any, block: Block, kept: bool, landscape: bool = False) -> None:
        if isinstance(block, Picture):
            mark.addprevious(self._picture(block))
            mark.addprevious(word_xml.paragraph(block.caption, self._ids["Caption"]))
            return
        for element in word_xml.block(block, self._ids, kept, landscape):
            mark.addprevious(element)

    def _picture(self, picture: Picture) -> Any:
        paragraph = self._document.add_paragraph(style=self._document.styles["Normal"])
        paragraph.paragraph_format.keep_with_next = True
        run = paragraph.add_run()
        inline = run.add_picture(io.BytesIO(picture.png), width=Mm(picture.width_mm))
        inline._inline.docPr.set("descr", word_xml.printable(picture.alt))
        element = paragraph._p
        element.getparent().remove(element)
        return element

    def _end_pages(self, mark: Any, landscape: bool) -> None:
        """End a run of pages of one orientation with the last paragraph; one more paragraph might
        begin a page of its own."""
        layout = deepcopy(self._portrait)
        if landscape:
            word_xml.turn(layout)
        if not self._is_first:
            word_xml.without_first_page(layout)
        else:
            word_xml.without_first_page(self._document.sections[-1]._sectPr)
        self._is_first = False
        last = mark.getprevious()
        if last is None or last.tag != qn("w:p") or last.find(_SECTION) is not None:
            mark.addprevious(word_xml.section_break(layout))
        else:
            last.get_or_add_pPr().append(layout)


def _set_properties(document: Document, report: Report) -> None:
    properties = document.core_properties
    properties.title = word_xml.printable(report.name)
    properties.comments = word_xml.printable(" · ".join(report.stamps))
    properties.author = properties.last_modified_by = ""
    properties.created = properties.modified = _CREATED
    properties.last_printed = _CREATED
    properties.revision = 1
    language = _LANGUAGES[report.lang]
    for element in document.styles.element.iter(qn("w:lang")):
        element.set(qn("w:val"), language)


def with_fixed_dates(packed: bytes) -> bytes:
    """The same zip archive with one date for all its files, in the order of their names."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(packed)) as old, zipfile.ZipFile(file, "w") as new:
        for name in _in_order(old.namelist()):
            entry = zipfile.ZipInfo(name, _ZIP_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            new.writestr(entry, old.read(name))
    return file.getvalue()


def _in_order(names: Sequence[str]) -> Iterator[str]:
    """The list of types first, as readers expect it."""
    first = "[Content_Types].xml"
    yield from (name for name in names if name == first)
    yield from sorted(name for name in set(names) if name != first)
