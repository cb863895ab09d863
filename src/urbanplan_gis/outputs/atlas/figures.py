"""Figures as rows of text and bullet bars, for a unit (for reference) and for the city (bound)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from urbanplan_gis.model.figures import Verdict
from urbanplan_gis.outputs.atlas.bars import Bullet, bullet_block
from urbanplan_gis.outputs.atlas.facts import FigureRow, definition_name
from urbanplan_gis.outputs.atlas.words import (
    clipped,
    gap_words,
    interval_words,
    known_words,
    printable,
    targets_words,
    value_words,
)
from urbanplan_gis.outputs.sheets.boxes import Block, Font, beside, padded, paragraph, stack
from urbanplan_gis.outputs.sheets.symbols import GREY
from urbanplan_gis.text import Text, say

_BAR_SHARE, _BAR_MM = 0.56, 4.2
_VALUE_SHARE = 0.22
#: the smaller letters of a row, as a share of its size
_SMALL = 0.92
_ROW_GAP = 1.5


@dataclass(frozen=True)
class Figures:
    """A column of figures: how many of them found room."""

    block: Block
    shown: int


def bullet_of(row: FigureRow) -> Bullet:
    """The bar of a figure."""
    targets = tuple(target.value for target in row.targets)
    return Bullet(row.value, row.low, row.high, targets, row.verdict)


def figures_block(
    rows: Sequence[FigureRow],
    width: float,
    height: float,
    sizes: Sequence[float],
    lang: str,
    full: bool,
    widest_gap: float = _ROW_GAP,
) -> Figures:
    """Rows of figures down a column of ``width`` by ``height`` millimetres.

    In the largest of the ``sizes`` (points) at which all find room, else the last, where the last
    line says how many more there are and in which table. ``full`` rows say their definition and
    basis as well; rows stand up to ``widest_gap`` millimetres apart.
    """
    if not rows:
        none = paragraph(say("atlas.none.figures", lang), Font(sizes[0]), width)
        return Figures(none, 0)
    for size in sizes:
        blocks = [_row(row, width, size, lang, full) for row in rows]
        block = stack(blocks, _ROW_GAP)
        if block.height <= height:
            room = (height - block.height) / len(rows)
            return Figures(stack(blocks, min(_ROW_GAP + room, widest_gap)), len(rows))
    return _as_many_as_fit(blocks, width, height, Font(sizes[-1]), lang)


def _as_many_as_fit(
    blocks: list[Block], width: float, height: float, note: Font, lang: str
) -> Figures:
    shown, used = 0, note.line_mm
    while shown < len(blocks) and used + blocks[shown].height + _ROW_GAP <= height:
        used += blocks[shown].height + _ROW_GAP
        shown += 1
    more = say("atlas.more.figures", lang, count=len(blocks) - shown)
    return Figures(stack([*blocks[:shown], clipped(more, note, width, 1)], _ROW_GAP), shown)


def _row(row: FigureRow, width: float, size: float, lang: str, full: bool) -> Block:
    small = Font(size * _SMALL, color="#444444")
    side = width * _VALUE_SHARE
    left = width - side - 2
    name = clipped(figure_words(row, lang), Font(size, bold=True), left, 3)
    value = paragraph(value_words(row, lang), Font(size, bold=True), side, "right", gid="value")
    bar = bullet_block(bullet_of(row), width * _BAR_SHARE, _BAR_MM * size / 6.4)
    beside_bar = stack(_outcome(row, width - bar.width - 2, size, lang))
    lines = [
        beside([name, value], 2),
        beside([padded(bar, top=0.5), beside_bar], 2),
        clipped(_small_print(row, lang), small, width, 2),
    ]
    if full:
        lines.append(clipped(_rests_on(row, lang), small, width, 2))
    return stack(lines, 0.25)


def _outcome(row: FigureRow, width: float, size: float, lang: str) -> list[Block]:
    """Verdict and hectares missing, and the interval, below one another beside the bar."""
    verdict = say(f"verdict.{row.verdict}", lang)
    gap = gap_words(row, lang)
    judged = row.verdict not in (Verdict.REFERENCE, Verdict.NO_DATA)
    first = " · ".join(part for part in (verdict, gap) if part)
    font = Font(size * 0.94, bold=judged, color="#1a1a1a" if judged else GREY)
    lines = [clipped(first, font, width, 2, gid="verdict")]
    bounds = interval_words(row, lang)
    if bounds:
        lines.append(clipped(bounds, Font(size * _SMALL, color="#444444"), width, 2))
    return lines


def figure_words(row: FigureRow, lang: str) -> str:
    """The name of an indicator and the state it is of."""
    return f"{printable(row.name.say(lang))} – {say(f'state.{row.state}', lang)}"


def _small_print(row: FigureRow, lang: str) -> str:
    parts = (targets_words(row, lang), known_words(row, lang))
    return " · ".join(part for part in parts if part)


def _rests_on(row: FigureRow, lang: str) -> str:
    basis = Text.of(f"basis.{row.basis}")
    return say("atlas.bar.rests_on", lang, name=definition_name(row), basis=basis)
