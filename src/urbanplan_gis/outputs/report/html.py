"""The report as one HTML file: no request to anywhere, everything from data escaped."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from html import escape
from importlib.resources import files
from pathlib import Path

from urbanplan_gis.outputs.report.content import (
    Block,
    Letterhead,
    Listing,
    Paragraph,
    Picture,
    Report,
    Section,
    Signature,
    Table,
)
from urbanplan_gis.outputs.report.layout import breakable, letters_of_columns

#: the size of letters in printed tables, as the style has it
_PRINTED_PT = 7.5
#: letters that stand in for the narrow ones asked for are wider: a number must not be cut in two
_STAND_IN = 1.35
#: tables of so many columns need more room than a phone's other tables
_MANY = 9


def write_html(report: Report, path: Path) -> None:
    """Write the report; pictures are inside the file."""
    style = (files("urbanplan_gis.outputs.report") / "report.css").read_text(encoding="utf-8")
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{report.lang}">',
        "<head>",
        '<meta charset="utf-8">',
        # nothing of the page runs or asks for anything, whatever stands in the data
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "img-src data:; style-src 'unsafe-inline'\">",
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(report.name)}</title>",
        f"<style>\n{style}{_on_every_page(report)}</style>",
        "</head>",
        "<body>",
        *_stamps(report),
        *_head(report.letterhead),
        *_blocks(report.opening),
        *_contents(report),
        "<main>",
        *(line for section in report.body for line in _section(section)),
        *_end(report.signature),
        *(line for section in report.annexes for line in _section(section)),
        "</main>",
        "</body>",
        "</html>",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _on_every_page(report: Report) -> str:
    """The stamps in the margin of every printed page."""
    text = "".join(
        sign if sign.isalnum() or sign == " " else f"\\{ord(sign):x} "
        for sign in " · ".join(report.stamps)
    )
    look = "font: bold 9pt sans-serif; color: #a00000"
    return f'@page {{ @top-center {{ content: "{text}"; {look} }} }}\n'


def _stamps(report: Report) -> Iterator[str]:
    yield f'<p class="stamps">{escape(" · ".join(report.stamps))}</p>'


def _head(head: Letterhead) -> Iterator[str]:
    yield '<header class="letter">'
    parent = f"<p>{escape(head.parent)}</p>" if head.parent else ""
    yield (
        f'<div>{parent}<p class="issuer">{escape(head.issuer)}</p>'
        f"<p>{escape(head.number)}</p></div>"
    )
    yield (
        f'<div><p class="state">{escape(head.state)}</p><p class="motto">{escape(head.motto)}</p>'
        f'<p class="dated">{escape(head.place_and_date)}</p></div>'
    )
    yield "</header>"
    yield f'<h1 class="kind">{escape(head.kind)}</h1>'
    yield f'<p class="subject">{escape(head.subject)}</p>'
    yield f'<p class="to">{escape(head.recipient)}</p>'


def _contents(report: Report) -> Iterator[str]:
    yield f"<nav><h2>{escape(report.contents_title)}</h2><ul>"
    for section in report.sections:
        yield (
            f'<li class="level{section.level}"><a href="#{anchor(section)}">'
            f"{escape(section.title)}</a></li>"
        )
    yield "</ul></nav>"


def anchor(section: Section) -> str:
    """What a heading is linked to by."""
    return "s-" + (section.number.replace(".", "-") or "summary")


def _section(section: Section) -> Iterator[str]:
    kind = " wide" if section.landscape else ""
    page = " page" if section.new_page else ""
    yield f'<section class="level{section.level}{kind}{page}" id="{anchor(section)}">'
    yield f"<h{section.level + 1}>{escape(section.title)}</h{section.level + 1}>"
    yield from _blocks(section.blocks, section.landscape)
    yield "</section>"


def _blocks(blocks: tuple[Block, ...], landscape: bool = False) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Paragraph):
            yield f'<p class="{block.kind}">{escape(block.text)}</p>'
        elif isinstance(block, Listing):
            items = "".join(f"<li>{escape(item)}</li>" for item in block.items)
            yield f"<ul>{items}</ul>"
        elif isinstance(block, Picture):
            data = base64.b64encode(block.png).decode("ascii")
            yield (
                f'<figure><img src="data:image/png;base64,{data}" alt="{escape(block.alt)}">'
                f"<figcaption>{escape(block.caption)}</figcaption></figure>"
            )
        else:
            yield from _table(block, landscape)


def _table(table: Table, landscape: bool) -> Iterator[str]:
    """A table that a narrow screen scrolls, its caption staying in view."""
    caption = escape(table.caption)
    yield f'<div class="table"><p class="caption">{caption}</p>'
    many = ' class="many"' if len(table.columns) >= _MANY else ""
    yield f'<div class="scroll" tabindex="0"><table{many} aria-label="{caption}">'
    whole = sum(column.share for column in table.columns)
    yield "<colgroup>" + "".join(
        f'<col style="width:{100 * column.share / whole:.2f}%">' for column in table.columns
    ) + "</colgroup>"  # fmt: skip
    heads = "".join(
        f'<th scope="col">{escape(column.header).replace("/", "/<wbr>")}</th>'
        for column in table.columns
    )
    yield f"<thead><tr>{heads}</tr></thead><tbody>"
    letters = letters_of_columns(table, _STAND_IN * _PRINTED_PT, landscape)
    for at, row in enumerate(table.rows):
        strong = ' class="strong"' if at in table.strong else ""
        cells = "".join(
            _cell(breakable(text, room), column.align, table.fills.get((at, place)))
            for place, (text, column, room) in enumerate(
                zip(row, table.columns, letters, strict=True)
            )
        )
        yield f"<tr{strong}>{cells}</tr>"
    yield "</tbody></table></div>"
    yield from (f'<p class="note">{escape(note)}</p>' for note in table.notes)
    yield "</div>"


def _cell(text: str, align: str, fill: str | None) -> str:
    colour = f' style="background:{fill}"' if fill else ""
    return f'<td class="{align}"{colour}>{escape(text)}</td>'


def _end(end: Signature) -> Iterator[str]:
    copies = "".join(f"<li>{escape(item)}</li>" for item in end.recipients)
    authority = "".join(f"<p>{escape(line)}</p>" for line in end.authority)
    yield (
        f'<footer class="end"><div class="copies"><p>{escape(end.recipients_title)}</p>'
        f'<ul>{copies}</ul></div><div class="sign">{authority}'
        f'<p class="signer">{escape(end.signer)}</p></div></footer>'
    )
