"""The report as PDF, set by typst: text stays text, headings are bookmarks."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import typst

from urbanplan_gis.errors import bad_data
from urbanplan_gis.outputs.report.content import (
    Block,
    Listing,
    Paragraph,
    Picture,
    Report,
    Section,
    Table,
)
from urbanplan_gis.outputs.report.layout import (
    breakable,
    kept_blocks,
    letters_of_columns,
    page_runs,
)
from urbanplan_gis.outputs.report.typeface import serif_face, spare_folder, without_boxes

_MAIN = "report.typ"
_DATA = "content.json"
_PICTURES = "pictures.pdf"
_FONTS = "fonts"
#: the size of letters in tables from so many columns on
_SIZES_PT = ((10, 8), (7, 9), (0, 10))


def write_pdf(report: Report, path: Path) -> None:
    """Write the report; the same report gives the same bytes with the same fonts.

    Raises:
        PlanDataError: if typst cannot set it.
    """
    with tempfile.TemporaryDirectory(prefix=".typst-", dir=path.parent) as name:
        folder = Path(name)
        with as_file(files("urbanplan_gis.outputs.report") / _MAIN) as main:
            shutil.copyfile(main, folder / _MAIN)
        (folder / _FONTS).mkdir()
        for number, face in enumerate(serif_face().files):
            shutil.copyfile(face, folder / _FONTS / f"{number}{face.suffix}")
        (folder / _PICTURES).write_bytes(report.pictures)
        content = json.dumps(_content(report), ensure_ascii=False)
        content = content.translate(without_boxes([content]))
        (folder / _DATA).write_text(content, encoding="utf-8")
        try:
            made = typst.compile(
                str(folder / _MAIN),
                root=str(folder),
                font_paths=[str(folder / _FONTS), str(spare_folder())],
                ignore_system_fonts=True,
                format="pdf",
            )
        except typst.TypstError as problem:
            said = " ".join(str(problem).split())[:200]
            raise bad_data("report_pdf", path.name, problem=said) from None
        path.write_bytes(bytes(made))


def _content(report: Report) -> dict[str, Any]:
    head = report.letterhead
    return {
        "lang": report.lang,
        "fonts": serif_face().families,
        "name": report.name,
        "stamps": list(report.stamps),
        "page": list(report.page_words),
        "contents": report.contents_title,
        "letterhead": {
            "state": head.state,
            "motto": head.motto,
            "parent": head.parent,
            "issuer": head.issuer,
            "number": head.number,
            "dated": head.place_and_date,
            "kind": head.kind,
            "subject": head.subject,
            "recipient": head.recipient,
        },
        "opening": _blocks(report.opening, False),
        "body": _groups(report.body),
        "signature": {
            "title": report.signature.recipients_title,
            "recipients": list(report.signature.recipients),
            "authority": list(report.signature.authority),
            "signer": report.signature.signer,
        },
        "annexes": _groups(report.annexes),
    }


def _groups(sections: Sequence[Section]) -> list[dict[str, Any]]:
    groups, turned = [], False
    for landscape, group in page_runs(sections):
        # pages of another orientation are new pages already
        fresh = landscape or turned
        items = [_section(item, landscape, fresh and at == 0) for at, item in enumerate(group)]
        groups.append({"landscape": landscape, "sections": items})
        turned = landscape
    return groups


def _section(section: Section, landscape: bool, fresh: bool) -> dict[str, Any]:
    return {
        "title": section.title,
        "level": section.level,
        "new-page": section.new_page and not fresh,
        "landscape": landscape,
        "blocks": _blocks(section.blocks, landscape),
    }


def _blocks(blocks: Sequence[Block], landscape: bool) -> list[dict[str, Any]]:
    return [{**_block(block, landscape), "kept": kept} for block, kept in kept_blocks(blocks)]


def _block(block: Block, landscape: bool) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"kind": block.kind, "text": block.text}
    if isinstance(block, Listing):
        return {"kind": "listing", "items": list(block.items)}
    if isinstance(block, Picture):
        return {
            "kind": "picture",
            "page": block.page,
            "width": block.width_mm,
            "caption": block.caption,
            "alt": block.alt,
        }
    return _table(block, landscape)


def _table(table: Table, landscape: bool) -> dict[str, Any]:
    size = next(size for least, size in _SIZES_PT if len(table.columns) >= least)
    letters = letters_of_columns(table, size, landscape)
    return {
        "kind": "table",
        "caption": table.caption,
        "columns": [
            {"header": breakable(column.header, room), "share": column.share, "align": column.align}
            for column, room in zip(table.columns, letters, strict=True)
        ],
        "size": size,
        "rows": [
            [breakable(cell, room) for cell, room in zip(row, letters, strict=True)]
            for row in table.rows
        ],
        "strong": sorted(table.strong),
        "fills": {f"{row},{column}": fill for (row, column), fill in table.fills.items()},
        "notes": list(table.notes),
    }
