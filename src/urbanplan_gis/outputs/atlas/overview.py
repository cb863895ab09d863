"""Overview pages of numbers: figures of the city, and a table of figures by unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from urbanplan_gis.outputs.atlas.facts import FigureRow
from urbanplan_gis.outputs.atlas.figures import figure_words, figures_block
from urbanplan_gis.outputs.atlas.paper import BODY, HEAD, SIZE, Furniture, start_page
from urbanplan_gis.outputs.atlas.paper import Sheet as Page
from urbanplan_gis.outputs.atlas.table import Column, Line, more_of, table
from urbanplan_gis.outputs.atlas.words import (
    gap_words,
    printable,
    target_words,
    value_words,
)
from urbanplan_gis.outputs.sheets.boxes import Block, Font, paragraph, stack
from urbanplan_gis.text import say

_SIZES = (13.0, 12.0, 11.0, 10.0, 9.0, 8.2, 7.6, 7.0)
_GAP = 8.0
_WIDEST_GAP = 16.0
_ROLES = ("units", "land_use", "zoning", "plans", "statistics")
#: units on one page of the table, and figures across it
MATRIX_ROWS, _MATRIX_COLUMNS = 27, 12
_MATRIX_SIZES = (9.4, 9.0, 8.6, 8.2, 7.8, 7.4, 7.0)


@dataclass(frozen=True)
class UnitRow:
    """One row of the table by unit."""

    name: str
    bold: bool
    figures: tuple[FigureRow, ...]


def draw_figures(
    furniture: Furniture, rows: Sequence[FigureRow], title: str, label: str, lang: str
) -> Page:
    """The figures of the city against their targets, coloured by verdict."""
    page = start_page(furniture, title, "", label, _ROLES, lang)
    width = (BODY.width - _GAP) / 2
    key = paragraph(say("atlas.bar.key_city", lang), Font(HEAD, color="#444444"), BODY.width)
    free = BODY.height - key.height - 6
    half = -(-len(rows) // 2)
    for number, part in enumerate((rows[:half], rows[half:])):
        if part or not number:
            found = figures_block(part, width, free, _SIZES, lang, True, _WIDEST_GAP)
            page.put(found.block, BODY.x + number * (width + _GAP), BODY.top - 1)
    page.put(key, BODY.x, BODY.y + key.height)
    return page


def draw_matrix(
    furniture: Furniture,
    city: Sequence[FigureRow],
    rows: Sequence[UnitRow],
    title: str,
    label: str,
    lang: str,
) -> Page:
    """Values and hectares missing by unit; the city's target and verdict on top."""
    page = start_page(furniture, title, "", label, _ROLES, lang)
    shown = list(city[:_MATRIX_COLUMNS])
    columns = [Column(say("map.table.unit", lang), 1.9)]
    columns += [Column(figure_words(row, lang), 1.0, "right") for row in shown]
    notes = [say("atlas.matrix.note" if shown else "atlas.none.figures", lang)]
    if len(city) > len(shown):
        notes.append(say("atlas.more.figures", lang, count=len(city) - len(shown)))
    note = stack([paragraph(text, Font(SIZE), BODY.width) for text in notes], 0.5)
    page.put(note, BODY.x, BODY.y + note.height)
    height, more = BODY.height - note.height - 4, more_of("unit_figures", lang)
    for size in _MATRIX_SIZES:
        lines = _matrix_lines(rows, shown, size, lang)
        block, count = table(
            columns, lines, BODY.width, size, height, more, head_lines=7, ruled=True
        )
        if count == len(lines):
            break
    page.put(block, BODY.x, BODY.top - 1)
    return page


def _matrix_lines(
    rows: Sequence[UnitRow], shown: Sequence[FigureRow], size: float, lang: str
) -> list[Line]:
    """Target and verdict of the city, then a line for each group and unit."""
    across = BODY.width / (1.9 + len(shown)) - 2
    targets = (target_words(row.targets[0], row, lang) if row.targets else "–" for row in shown)
    verdicts = (say(f"verdict.{row.verdict}", lang) for row in shown)
    lines = [
        Line((say("atlas.matrix.target", lang), *targets)),
        Line((say("atlas.matrix.verdict", lang), *verdicts), bold=True),
    ]
    for row in rows:
        by_id = {(one.indicator, one.state): one for one in row.figures}
        own = (by_id.get((one.indicator, one.state)) for one in shown)
        cells = (_cell(one, across, size, lang, row.bold) for one in own)
        lines.append(Line((printable(row.name), *cells), bold=row.bold))
    return lines


def _cell(row: FigureRow | None, width: float, size: float, lang: str, bold: bool) -> Block | str:
    if row is None or row.value is None:
        return "–"
    value = paragraph(value_words(row, lang), Font(size, bold=bold), width, "right")
    gap = gap_words(row, lang)
    small = Font(size * 0.92, color="#555555")
    return stack([value, paragraph(gap, small, width, "right")]) if gap else value
