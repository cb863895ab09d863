"""Figures to first order: by how much the value of each row grows with what it is made of."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.panels import Panel, Row
from urbanplan_gis.geometry.pieces import NOWHERE

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
Positions = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Reading:
    """The value of one row, its bounds over unknown ground, and its derivatives.

    ``by_numerator`` and ``by_denominator``: growth of the value per unit of either.
    """

    row: Row
    value: float
    least: float
    most: float
    denominator: float | None
    by_numerator: float
    by_denominator: float
    numerator_units: Mask
    denominator_units: Mask


@dataclass(frozen=True, eq=False)
class Pass:
    """Rows worked out together, as no unit counts for two of them.

    ``of_numerator`` and ``of_denominator`` (units): which reading a unit counts for, NOWHERE if
    for none.
    """

    readings: tuple[Reading, ...]
    of_numerator: Positions
    of_denominator: Positions

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> Pass:
        sides = []
        for side in ("numerator_units", "denominator_units"):
            masks = np.array([getattr(reading, side) for reading in readings])
            sides.append(np.where(masks.any(axis=0), masks.argmax(axis=0), NOWHERE))
        return cls(tuple(readings), *sides)

    @property
    def by_numerator(self) -> Floats:
        return np.array([reading.by_numerator for reading in self.readings])

    @property
    def by_denominator(self) -> Floats:
        return np.array([reading.by_denominator for reading in self.readings])


def passes_of(panel: Panel) -> list[Pass]:
    """All rows of a panel that have a value: single units together, each group by itself."""
    single, groups = [], []
    for reading in _readings(panel):
        alone = not reading.row.is_city and reading.row.units.sum() == 1
        (single if alone and reading.row.code in panel.evidence.codes else groups).append(reading)
    return [Pass.of(rows) for rows in (single, *([group] for group in groups)) if rows]


def _readings(panel: Panel) -> Iterator[Reading]:
    percent = 100.0 if panel.indicator.unit == "%" else 1.0
    for row in panel.rows():
        n, d, value, least, most = panel.read(panel.numerator, panel.denominator, row)
        if math.isnan(value) or panel.completeness(row, panel.ground) == 0:
            continue
        by_n, by_d = 1.0, 0.0
        if d is not None and panel.indicator.unit != "units":
            by_n, by_d = percent / d, -percent * n / d**2
        scoped = panel.units_of(row)
        below = panel.definition.denominator
        yield Reading(
            row, value, least, most, d, by_n, by_d,
            scoped if panel.definition.numerator.scoped else row.units,
            scoped if below and below.scoped else row.units,
        )  # fmt: skip


def weights_of(panel: Panel, rows: Pass, evidence: Evidence) -> tuple[Floats | None, Floats | None]:
    """By how much numerator and denominator of its row grow with each face's area (faces).

    ``evidence`` says what each face adds: the panel's own, or one with other labels; the slopes
    are those of the panel's own sums. None for what is no quantity of ground.
    """
    definition = panel.definition
    own = evidence is panel.evidence
    sides: list[Floats | None] = []
    for quantity, measure, side, of_unit in (
        (panel.numerator, definition.numerator, "numerator_units", rows.of_numerator),
        (panel.denominator, definition.denominator, "denominator_units", rows.of_denominator),
    ):
        parts = quantity.faces if quantity else None
        if quantity is None or measure is None or parts is None:
            sides.append(None)
            continue
        if not own:
            parts = panel.measured(measure, evidence).faces or parts
        slopes = np.zeros((len(rows.readings) + 1, quantity.certain.shape[1] + 1))
        for number, reading in enumerate(rows.readings):
            slopes[number, :-1] = quantity.slopes(getattr(reading, side))
        # the last row and the last column stand for NOWHERE
        by = slopes[of_unit[evidence.mosaic.unit], parts.component]
        sides.append(by * parts.share)
    above, below = sides
    return above, below
