"""The sheet every page of the atlas is: A3 landscape, header with stamps, footer with sources."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import shapely

from urbanplan_gis.outputs.atlas.letters import take_texts, write_page
from urbanplan_gis.outputs.atlas.words import clipped, printable
from urbanplan_gis.outputs.sheets.boxes import (
    Block,
    Font,
    Mark,
    beside,
    paragraph,
    stack,
    text_width,
)
from urbanplan_gis.outputs.sheets.facts import shortened
from urbanplan_gis.outputs.sheets.grid import crs_words
from urbanplan_gis.outputs.sheets.ink import draw_block
from urbanplan_gis.outputs.sheets.page import Rect
from urbanplan_gis.outputs.sheets.parts import stamp
from urbanplan_gis.outputs.sheets.symbols import GREY, INK, RED, Symbol
from urbanplan_gis.text import Name, Text, date, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: A3 landscape and the room inside its margins, header and footer, in millimetres
PAPER = Rect(0, 0, 420, 297)
_MARGIN, _HEADER, _FOOTER = 8.0, 17.0, 14.5
BODY = Rect(
    _MARGIN, _MARGIN + _FOOTER, PAPER.width - 2 * _MARGIN,
    PAPER.height - 2 * _MARGIN - _HEADER - _FOOTER,
)  # fmt: skip
#: points of running text, of headings, of tables, and of notes: the smallest letters of a page
SIZE, HEAD, TABLE, NOTE = 7.2, 8.4, 7.0, 6.4
#: of lists on overview pages, the largest at which everything finds room
SIZES = (8.6, 8.2, 7.8, 7.4, 7.0)
#: for the seams between polygons; nothing is rasterised
DPI = 300
_TITLES = (16.0, 13.0, 10.0, 8.0)
_STAMP_MM, _FOOT_MM = 58.0, 300.0
_CREATOR = "urbanplan_gis"


@dataclass(frozen=True)
class Furniture:
    """What is the same on every page: the city, the day, the boundaries, stamps, sources."""

    project: Name
    as_of: dt.date
    boundaries: str
    crs: str
    stamps: tuple[Text, ...]
    #: role -> one line for each of its sources, by language
    sources: Mapping[str, Mapping[str, tuple[str, ...]]]

    def sources_of(self, roles: tuple[str, ...], lang: str) -> list[str]:
        """The sources of some roles, each once."""
        lines = (line for role in roles for line in self.sources.get(role, {}).get(lang, ()))
        return list(dict.fromkeys(lines))


@dataclass(frozen=True, eq=False)
class Sheet:
    """A page being drawn: its figure, and axes over the whole paper in millimetres."""

    figure: Figure
    axes: Axes

    def put(self, block: Block, x: float, top: float) -> None:
        """Draw a block with its top left corner at (x, top)."""
        draw_block(self.axes, block, x, top)


def new_sheet() -> Sheet:
    """An empty page."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(
        figsize=(PAPER.width / 25.4, PAPER.height / 25.4), dpi=DPI, facecolor="white"
    )  # fmt: skip
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0, 0, 1, 1), gid="page", zorder=2)
    axes.set(xlim=(0, PAPER.width), ylim=(0, PAPER.height))
    axes.set_axis_off()
    return Sheet(figure, axes)


def start_page(
    furniture: Furniture, title: str, subtitle: str, label: str, roles: tuple[str, ...], lang: str
) -> Sheet:
    """A page with header and footer; ``label`` is its number, ``roles`` what it is drawn from."""
    sheet = new_sheet()
    _header(sheet, furniture, title, subtitle, lang)
    _footer(sheet, furniture, label, roles, lang)
    return sheet


def save_page(sheet: Sheet, path: Path, title: str) -> None:
    """Write the page as a PDF without clock, version or machine in it."""
    texts = take_texts(sheet.axes)
    drawn = BytesIO()
    sheet.figure.savefig(drawn, format="pdf", metadata={"CreationDate": None})
    write_page(drawn.getvalue(), texts, path, title, _CREATOR)


def stamps_block(stamps: tuple[Text, ...], lang: str, gap: float = 3.0) -> Block:
    """The stamps beside one another: synthetic data in red, draft or delivery in grey."""
    blocks = [
        stamp(text.say(lang), _STAMP_MM, SIZE, RED if text.key == "stamp.synthetic" else "#555555")
        for text in stamps
    ]
    return beside(blocks, gap)


def _header(sheet: Sheet, furniture: Furniture, title: str, subtitle: str, lang: str) -> None:
    top = PAPER.height - _MARGIN
    stamps = stamps_block(furniture.stamps, lang)
    sheet.put(stamps, BODY.right - stamps.width, top)
    width = BODY.width - stamps.width - 6
    title, subtitle = printable(title), printable(subtitle)
    size = next((n for n in _TITLES if text_width(title, Font(n, bold=True)) <= width), _TITLES[-1])
    lines = 1 if size > _TITLES[-1] else 2
    name = clipped(title, Font(size, bold=True), width, lines, gid="title")
    city = printable(furniture.project.say(lang))
    under = clipped(f"{city} · {subtitle}" if subtitle else city, Font(8, color=GREY), width, 1)
    sheet.put(stack([name, under], 0.4), BODY.x, top)
    sheet.put(_line(BODY.width, 0.4), BODY.x, BODY.top + 1.6)


def _footer(
    sheet: Sheet, furniture: Furniture, label: str, roles: tuple[str, ...], lang: str
) -> None:
    top, small = BODY.y - 2.0, Font(NOTE, color="#333333")
    sheet.put(_line(BODY.width, 0.25), BODY.x, top + 0.6)
    sources = shortened(furniture.sources_of(roles, lang), lang)
    said = "; ".join(line.removeprefix("– ") for line in sources)
    texts = [
        say("atlas.footer.sources", lang, sources=said or say("atlas.footer.no_sources", lang)),
        say(
            "atlas.footer.data",
            lang,
            as_of=furniture.as_of,
            boundaries=furniture.boundaries,
            crs=crs_words(furniture.crs, lang),
        ),
    ]
    lines = [clipped(printable(texts[0]), small, _FOOT_MM, 3), paragraph(texts[1], small, _FOOT_MM)]
    sheet.put(stack(lines, 0.3), BODY.x, top)
    right = BODY.width - _FOOT_MM - 4
    said = say("atlas.footer.page", lang, page=label)
    page = paragraph(said, Font(10, bold=True), right, "right", gid="page_number")
    day = paragraph(date(furniture.as_of, lang), Font(SIZE, color=GREY), right, "right")
    sheet.put(stack([page, day], 0.3), BODY.right - right, top)


def _line(width: float, thick: float) -> Block:
    line = Mark(shapely.LineString([(0, 0), (width, 0)]), Symbol(line=INK, line_mm=thick))
    return Block(width, 0.0, (line,))
