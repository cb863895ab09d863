"""Pieces of a Word document: paragraphs, lists, tables, headings, contents, section breaks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from urbanplan_gis.outputs.report.content import Block, Listing, Paragraph, Section, Table
from urbanplan_gis.outputs.report.layout import bound_rows, breakable, letters_of_columns

#: what XML cannot hold
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff￾￿]")
#: the width of the text in fiftieths of a per cent
_WHOLE = 5000
#: from the lines of a table to its letters, in twentieths of a point
_MARGIN = 57
_NAMESPACE = nsdecls("w")
#: columns from which on the letters of a table are smaller (half points)
_LETTERS = ((10, 15), (7, 16), (0, 19))


def printable(text: str) -> str:
    """Text without the signs that XML cannot hold."""
    return _UNPRINTABLE.sub("�", text)


def block(item: Block, ids: Mapping[str, str], kept: bool, landscape: bool) -> Iterator[Any]:
    """The elements of a paragraph, a list or a table; ``kept`` stays with what follows."""
    if isinstance(item, Paragraph):
        yield _paragraph(item, ids, kept)
    elif isinstance(item, Listing):
        yield from (paragraph(text, ids["List Bullet"]) for text in item.items)
    elif isinstance(item, Table):
        yield paragraph(item.caption, ids["Caption"], keep=True)
        yield _table(item, ids, landscape)
        last = len(item.notes) - 1
        for at, note in enumerate(item.notes):
            yield paragraph(note, ids["Report Note"], keep=at < last)
        yield _gap()


def _gap() -> Any:
    """A little room below a table, that no page is begun for."""
    return parse_xml(
        f'<w:p {_NAMESPACE}><w:pPr><w:spacing w:before="0" w:after="0" w:line="100" '
        'w:lineRule="exact"/></w:pPr></w:p>'
    )


def _paragraph(item: Paragraph, ids: Mapping[str, str], kept: bool) -> Any:
    if item.kind == "note":
        return paragraph(item.text, ids["Report Note"])
    if item.kind == "strong":
        return paragraph(item.text, ids["Normal"], keep=True, strong=True)
    return paragraph(item.text, ids["Report Body"], keep=kept)


def paragraph(text: str, style: str, keep: bool = False, strong: bool = False) -> Any:
    """One paragraph; ``keep`` holds it on the page of what follows."""
    kept = "<w:keepNext/>" if keep else ""
    return parse_xml(
        f'<w:p {_NAMESPACE}><w:pPr><w:pStyle w:val="{style}"/>{kept}</w:pPr>'
        f"{_run(text, strong)}</w:p>"
    )


def _run(text: str, strong: bool = False, size: int | None = None) -> str:
    look = ("<w:b/><w:bCs/>" if strong else "") + (
        f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else ""
    )
    look = f"<w:rPr>{look}</w:rPr>" if look else ""
    return f'<w:r>{look}<w:t xml:space="preserve">{escape(printable(text))}</w:t></w:r>'


def heading(text: str, style: str, number: int, new_page: bool) -> Any:
    """A heading with the bookmark that the contents lead to."""
    turn = "<w:pageBreakBefore/>" if new_page else ""
    mark = _bookmark(number)
    return parse_xml(
        f'<w:p {_NAMESPACE}><w:pPr><w:pStyle w:val="{style}"/><w:keepNext/>{turn}</w:pPr>'
        f'<w:bookmarkStart w:id="{number}" w:name="{mark}"/>{_run(text)}'
        f'<w:bookmarkEnd w:id="{number}"/></w:p>'
    )


def _bookmark(number: int) -> str:
    return f"_Toc{number:08d}"


def contents(title: str, sections: Sequence[Section], ids: Mapping[str, str]) -> Iterator[Any]:
    """The headings with links to them; their pages are fields that programs work out.

    The letter is a few pages: its sections are left out, so that the contents end on their page.
    """
    yield paragraph(title, ids["TOC Heading"], keep=True)
    for number, section in enumerate(sections, start=1):
        if section.level > 1 and not section.number[0].isdigit():
            continue
        mark = _bookmark(number)
        page = _field(rf"PAGEREF {mark} \h")
        yield parse_xml(
            f'<w:p {_NAMESPACE}><w:pPr><w:pStyle w:val="{ids[f"toc {section.level}"]}"/></w:pPr>'
            f'<w:hyperlink w:anchor="{mark}" w:history="1">{_run(section.title)}'
            f"<w:r><w:tab/></w:r>{page}</w:hyperlink></w:p>"
        )


def _field(code: str) -> str:
    return (
        '<w:r><w:fldChar w:fldCharType="begin" w:dirty="true"/></w:r>'
        f'<w:r><w:instrText xml:space="preserve"> {code} </w:instrText></w:r>'
        '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        '<w:r><w:t></w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )


def _table(table: Table, ids: Mapping[str, str], landscape: bool) -> Any:
    """A table as wide as the text; its header repeats, its rows stay whole, and no page has one
    row of it alone."""
    whole = sum(column.share for column in table.columns)
    widths = [round(_WHOLE * column.share / whole) for column in table.columns]
    size = next(size for least, size in _LETTERS if len(table.columns) >= least)
    grid = "".join(f'<w:gridCol w:w="{2 * width}"/>' for width in widths)
    letters = letters_of_columns(table, size / 2, landscape)
    head = "".join(
        _cell(
            breakable(column.header, room),
            width,
            "center",
            ids["Report Cell"],
            size,
            True,
            "e9edf2",
            True,
        )
        for column, width, room in zip(table.columns, widths, letters, strict=True)
    )
    rows = [f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{head}</w:tr>"]
    bound = bound_rows(table, size / 2, landscape)
    for at, row in enumerate(table.rows):
        cells = "".join(
            _cell(
                breakable(text, room),
                width,
                column.align,
                ids["Report Cell"],
                size,
                at in table.strong,
                table.fills.get((at, place), "").lstrip("#"),
                at in bound,
            )
            for place, (text, column, width, room) in enumerate(
                zip(row, table.columns, widths, letters, strict=True)
            )
        )
        rows.append(f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>")
    return parse_xml(
        f'<w:tbl {_NAMESPACE}><w:tblPr><w:tblStyle w:val="{ids["Table Grid"]}"/>'
        f'<w:tblW w:w="{_WHOLE}" w:type="pct"/><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{_MARGIN}" w:type="dxa"/>'
        f'<w:right w:w="{_MARGIN}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _cell(
    text: str,
    width: int,
    align: str,
    style: str,
    size: int,
    strong: bool,
    fill: str,
    bound: bool,
) -> str:
    kept = "<w:keepNext/>" if bound else ""
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>' if fill else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="pct"/>{shade}</w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{kept}<w:jc w:val="{align}"/></w:pPr>'
        f"{_run(text, strong, size)}</w:p></w:tc>"
    )


def section_break(layout: Any) -> Any:
    """The last, empty paragraph of a run of pages, with their layout."""
    element = parse_xml(
        f'<w:p {_NAMESPACE}><w:pPr><w:spacing w:before="0" w:after="0" w:line="100" '
        'w:lineRule="exact"/></w:pPr></w:p>'
    )
    element.pPr.append(layout)
    return element


def turn(layout: Any) -> None:
    """Lay pages on their long side: width and height change, so do the margins."""
    size, margin = layout.find(qn("w:pgSz")), layout.find(qn("w:pgMar"))
    width, height = size.get(qn("w:w")), size.get(qn("w:h"))
    size.set(qn("w:w"), height)
    size.set(qn("w:h"), width)
    size.set(qn("w:orient"), "landscape")
    margin.set(qn("w:left"), margin.get(qn("w:right")))


def without_first_page(layout: Any) -> None:
    """The pages are numbered from their first on."""
    for element in layout.findall(qn("w:titlePg")):
        layout.remove(element)
