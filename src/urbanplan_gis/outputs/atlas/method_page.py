"""How the numbers came about, and what each layer comes from."""

from __future__ import annotations

from collections.abc import Sequence

from urbanplan_gis.outputs.atlas.facts import FigureRow, definition_name
from urbanplan_gis.outputs.atlas.figures import figure_words
from urbanplan_gis.outputs.atlas.paper import BODY, Furniture, Sheet, start_page
from urbanplan_gis.outputs.atlas.row_words import layer_name
from urbanplan_gis.outputs.atlas.table import Column, Line, breaks_words, more_of, section, table
from urbanplan_gis.outputs.atlas.words import printable
from urbanplan_gis.outputs.sheets.boxes import Block, Font, paragraph, stack
from urbanplan_gis.outputs.sheets.facts import shortened
from urbanplan_gis.outputs.sheets.grid import crs_words
from urbanplan_gis.text import say

_GAP = 8.0
_SIZES = (10.0, 9.4, 8.8, 8.2, 7.6, 7.0)
_NOTES = ("faces", "verdict", "interval", "gap", "plans", "files")


def draw_method(
    furniture: Furniture, figures: Sequence[FigureRow], title: str, label: str, lang: str
) -> Sheet:
    """Definitions on the left, how to read them and the sources on the right."""
    sheet = start_page(furniture, title, "", label, tuple(furniture.sources), lang)
    width, height = (BODY.width - _GAP) / 2, BODY.height - 2
    for x, column in ((BODY.x, _definitions), (BODY.x + width + _GAP, _reading)):
        for size in _SIZES:
            block, whole = column(furniture, figures, width, height, size, lang)
            if whole:
                break
        sheet.put(block, x, BODY.top - 1)
    return sheet


def _definitions(
    furniture: Furniture,
    figures: Sequence[FigureRow],
    width: float,
    height: float,
    size: float,
    lang: str,
) -> tuple[Block, bool]:
    """The definition behind each figure, and whether all found room."""
    head = section(say("atlas.method.figures", lang), width, size + 1)
    if not figures:
        none = paragraph(say("atlas.none.figures", lang), Font(size), width)
        return stack([head, none], 1.2), True
    columns = (
        Column(say("table.column.indicator", lang), 0.31),
        Column(say("atlas.method.definition", lang), 0.27),
        Column(say("atlas.method.id", lang), 0.24),
        Column(say("atlas.method.basis", lang), 0.18),
    )
    lines = [
        Line(
            (
                figure_words(row, lang),
                printable(definition_name(row).say(lang)),
                printable(row.definition),
                say(f"basis.{row.basis}", lang),
            )
        )
        for row in figures
    ]
    room = height - head.height - 1.2
    more = more_of("definitions", lang)
    block, shown = table(columns, lines, width, size, room, more, ruled=True, cell_lines=4)
    whole = shown == len(lines) and not breaks_words(columns, lines, width, size)
    return stack([head, block], 1.2), whole


def _reading(
    furniture: Furniture,
    figures: Sequence[FigureRow],
    width: float,
    height: float,
    size: float,
    lang: str,
) -> tuple[Block, bool]:
    """How to read the numbers, then the sources of each layer, and whether all found room."""
    crs = crs_words(furniture.crs, lang)
    texts = [say(f"atlas.method.{key}", lang, crs=crs) for key in _NOTES]
    blocks = [paragraph(text, Font(size), width) for text in texts]
    reading = stack([section(say("atlas.method.reading", lang), width, size + 1), *blocks], 1.6)
    head = section(say("atlas.method.sources", lang), width, size + 1)
    columns = (
        Column(say("atlas.method.role", lang), 0.3),
        Column(say("atlas.method.source", lang), 0.7),
    )
    lines = []
    for role, by_lang in furniture.sources.items():
        listed = shortened(list(by_lang[lang]), lang)
        said = "; ".join(line.removeprefix("– ") for line in listed)
        lines.append(Line((layer_name(role, lang), printable(said) or "–")))
    room = height - reading.height - head.height - 8
    more = more_of("sources", lang)
    block, shown = table(columns, lines, width, size, room, more, ruled=True, cell_lines=4)
    return stack([reading, stack([head, block], 1.2)], 6), shown == len(lines)
