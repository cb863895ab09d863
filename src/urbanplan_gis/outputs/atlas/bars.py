"""Bullet bars: a value with its interval against its targets, as a block in millimetres.

The bar is the value, the whisker its interval, each tick a target: the target due is the thick
tick. A bar without a value is an open dashed track, never one of length zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import shapely

from urbanplan_gis.model.figures import Verdict
from urbanplan_gis.outputs.sheets.boxes import Block, Mark
from urbanplan_gis.outputs.sheets.symbols import GREY, INK, PAPER, Symbol

#: room right of the largest of value, interval and targets, as a share of it
_HEADROOM = 0.08
_TRACK = Symbol(fill="#ececea")
_NO_VALUE = Symbol(line=GREY, line_mm=0.2, dash_mm=(1.0, 0.8))
_SOLID = Symbol(fill=INK)
_DUE = Symbol(fill=INK, edge=PAPER, edge_mm=0.15)
#: widths (mm) of the tick of the target due, of later ones, of the whisker and of the zero line
_DUE_MM, _LATER_MM, _WHISKER_MM, _ZERO_MM = 0.9, 0.35, 0.3, 0.25
#: of units, to which no target applies: a colour that judges nothing
_NEUTRAL = "#5b7d9a"
#: of the city, which the targets bind; the verdict stands beside the bar in words
_VERDICTS = {
    Verdict.EXCEEDED: Symbol(fill="#1f7a4d"),
    Verdict.MET: Symbol(fill="#3d9a5f"),
    Verdict.NEAR: Symbol(fill="#e8cf4a"),
    Verdict.NOT_YET: Symbol(fill="#e0803c"),
    Verdict.MISSED: Symbol(fill="#b2182b"),
    Verdict.INCONCLUSIVE: Symbol(fill="#ddd0e6", hatch="////", hatch_color="#6e5a8a"),
}


@dataclass(frozen=True)
class Bullet:
    """What one bar shows, in the indicator's unit; ``targets`` are in order, the one due first."""

    value: float | None
    low: float | None
    high: float | None
    targets: tuple[float, ...]
    verdict: str

    @property
    def most(self) -> float:
        """The value at the right end of the bar's track."""
        known = [n for n in (self.value, self.low, self.high, *self.targets) if n is not None]
        return max(known, default=0.0) * (1 + _HEADROOM) or 1.0


def bar_symbol(verdict: str) -> Symbol:
    """The symbol of a bar by its verdict; a neutral one where nothing is judged."""
    return _VERDICTS.get(verdict) or Symbol(fill=_NEUTRAL)


def bullet_block(bullet: Bullet, width: float, height: float) -> Block:
    """The bar in a block of ``width`` by ``height`` millimetres; zero is at its left edge."""

    def at(value: float) -> float:
        return width * min(max(value, 0.0), bullet.most) / bullet.most

    middle, thick = height / 2, height * 0.42
    marks: list[Mark] = []
    if bullet.value is None:
        track = shapely.box(0, height * 0.15, width, height * 0.85)
        marks.append(Mark(shapely.boundary(track), _NO_VALUE))
    else:
        marks.append(Mark(shapely.box(0, height * 0.15, width, height * 0.85), _TRACK))
        if bullet.value > 0:
            bar = shapely.box(0, middle - thick / 2, at(bullet.value), middle + thick / 2)
            marks.append(Mark(bar, bar_symbol(bullet.verdict)))
        if bullet.low is not None and bullet.high is not None and bullet.high > bullet.low:
            marks += _whisker(at(bullet.low), at(bullet.high), middle, height * 0.12)
    for order, target in reversed(list(enumerate(bullet.targets))):
        wide, symbol = (_LATER_MM, _SOLID) if order else (_DUE_MM, _DUE)
        marks.append(Mark(_upright(at(target), 0, height, wide), symbol))
    marks.append(Mark(_upright(0, 0, height, _ZERO_MM), _SOLID))
    return Block(width, height, tuple(marks))


def _whisker(low: float, high: float, middle: float, end: float) -> list[Mark]:
    """An interval as a line with ends; all are areas, since lines would be drawn below them."""
    thin = _WHISKER_MM / 2
    line = shapely.box(low, middle - thin, high, middle + thin)
    ends = [_upright(x, middle - end, middle + end, _WHISKER_MM) for x in (low, high)]
    return [Mark(shape, _SOLID) for shape in (line, *ends)]


def _upright(x: float, top: float, foot: float, wide: float) -> shapely.Polygon:
    return shapely.box(x - wide / 2, top, x + wide / 2, foot)
