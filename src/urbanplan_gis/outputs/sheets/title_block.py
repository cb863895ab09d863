"""The block of facts at the foot of the panel, and the *khung tên* of a plan drawing.

``width`` is in millimetres and ``size`` is the font size of running text in points.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import shapely

from urbanplan_gis.outputs.sheets.boxes import (
    Block,
    Font,
    Mark,
    beside,
    padded,
    paragraph,
    rule,
    smaller,
    stack,
)
from urbanplan_gis.outputs.sheets.symbols import GREY, INK, Symbol

#: least width of a box for a signature, and the room below its words, in sizes of its text
_SIGNATURE_COLUMN, _SIGNATURE_ROOM = 5.0, 1.9


def signature_block(
    boxes: Sequence[tuple[str, str, str]],
    facts: Sequence[tuple[str, str]],
    width: float,
    size: float,
) -> Block:
    """The *khung tên* of a drawing: a box for each authority (what it is, its name, a word on
    signing) with room for signature and seal, two in a row where they fit, above ruled facts."""
    count = 2 if width >= 2 * _SIGNATURE_COLUMN * size else 1
    each = width / count
    rows: list[Block] = []
    for start in range(0, len(boxes), count):
        row = [_signature(*box, each, size) for box in boxes[start : start + count]]
        high = max(block.height for block in row)
        edges = tuple(
            Mark(shapely.box(each * n, 0, each * (n + 1), high), Symbol(edge=INK, edge_mm=0.25))
            for n in range(len(row))
        )
        rows.append(Block(width, high, edges, ((0.0, 0.0, beside(row)),)))
    return stack([*rows, title_block(facts, width, size)])


def _signature(label: str, name: str, signed: str, width: float, size: float) -> Block:
    pad, small = size * 0.2, smaller(size, 0.92)
    inner = width - 2 * pad
    lines = stack(
        [
            paragraph(label.upper(), Font(small, bold=True), inner, "center"),
            paragraph(name, Font(small), inner, "center"),
            paragraph(signed, Font(smaller(size, 0.85), italic=True), inner, "center"),
        ],
        gap=size * 0.05,
    )
    return replace(padded(lines, pad, pad, size * _SIGNATURE_ROOM), width=width)


def title_block(facts: Sequence[tuple[str, str]], width: float, size: float) -> Block:
    """The ruled block of facts at the foot of the panel: label and value."""
    labels, pad, small = 0.30 * width, size * 0.16, smaller(size, 0.92)
    lines: list[Block] = []
    for label, value in facts:
        left = paragraph(label, Font(small, bold=True), labels - 2 * pad)
        right = paragraph(value, Font(small), width - labels - 2 * pad)
        row = beside([replace(left, width=labels - pad + size * 0.1), right])
        room = size * 0.05
        lines += [replace(padded(row, pad, room, room), width=width), rule(width)]
    body = stack(lines[:-1])
    edges = Symbol(edge=INK, edge_mm=0.25)
    frame = Mark(shapely.box(0, 0, width, body.height), edges)
    bar = shapely.LineString([(labels, 0), (labels, body.height)])
    lines_drawn = (frame, Mark(bar, Symbol(line=GREY, line_mm=0.15)))
    return Block(width, body.height, lines_drawn, ((0.0, 0.0, body),))
