"""The ledger: what every figure is the sum of, unit by unit, so that sums stay sums."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.measures import statistic_names, units_counted
from urbanplan_gis.analysis.panels import Panel, Row
from urbanplan_gis.analysis.quantity import Quantity
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.data import OPTIONAL_STATISTICS
from urbanplan_gis.model.figures import Measure

Side = Literal["numerator", "denominator"]
Mask = NDArray[np.bool_]
FACES, DWELLINGS, UNIT = "faces", "dwellings", "unit"


@dataclass(frozen=True)
class Entry:
    """What one unit adds to one side of a figure; Σ ``amount`` of a side is that side.

    ``item`` is ``faces`` (m² of ground; ``pieces`` of them), ``dwellings`` (m² of floor), ``unit``
    (1 each) or the name of a statistic, of ``year`` (0: it has none). ``amount`` is None where
    the number is not known.
    """

    figure_id: str
    side: Side
    unit_code: str
    item: str
    year: int
    amount: float | None
    amount_unit: str
    pieces: int


def ledger(panels: Iterable[Panel]) -> list[Entry]:
    """The entries of every figure of every panel."""
    return [
        entry for panel in panels for side in sides_of(panel) for entry in _of_side(panel, *side)
    ]


def sides_of(panel: Panel) -> Iterator[tuple[Side, Measure, Quantity]]:
    """Numerator and, if there is one, denominator: declared and measured."""
    yield "numerator", panel.definition.numerator, panel.numerator
    if panel.definition.denominator is not None and panel.denominator is not None:
        yield "denominator", panel.definition.denominator, panel.denominator


def units_of(panel: Panel, measure: Measure, row: Row) -> Mask:
    """The units whose evidence a side of a row adds up."""
    units = panel.units_of(row) if measure.scoped else row.units
    if measure.kind in ("statistic", "unit_count"):
        return units & units_counted(panel.evidence, measure)
    return units


def face_weights(
    panel: Panel, measure: Measure, quantity: Quantity, row: Row
) -> NDArray[np.float64]:
    """By what each face counts in one side of a row (shape: faces): Σ area x weight is the side."""
    faces = quantity.faces
    if faces is None:
        return np.zeros(len(panel.evidence.mosaic.area))
    units = units_of(panel, measure, row)
    of_component = np.append(quantity.weights(units), 0.0) if units.any() else np.zeros(1)
    inside = units[panel.evidence.mosaic.unit] & (faces.component != NOWHERE)
    return np.where(inside, faces.share * of_component[np.where(inside, faces.component, -1)], 0.0)


def _of_side(panel: Panel, side: Side, measure: Measure, quantity: Quantity) -> Iterator[Entry]:
    pieces = _pieces(panel, quantity)
    codes = panel.evidence.codes
    for row in panel.rows():
        units = units_of(panel, measure, row)
        if not units.any():
            continue
        figure_id = panel.figure_id(row)
        if quantity.faces is not None:
            weights = quantity.weights(units)
            amounts = quantity.certain @ weights
            counts = pieces @ (weights > 0)
            for unit in np.flatnonzero(units & (counts > 0)):
                yield Entry(
                    figure_id, side, codes[unit], FACES, 0,
                    float(amounts[unit]), quantity.unit, int(counts[unit]),
                )  # fmt: skip
            continue
        for unit in np.flatnonzero(units):
            for item, year, amount in _numbers(panel, measure, quantity, unit):
                yield Entry(figure_id, side, codes[unit], item, year, amount, quantity.unit, 0)


def _pieces(panel: Panel, quantity: Quantity) -> NDArray[np.intp]:
    """How many faces of each component lie in each unit (shape: units x k)."""
    units, width = quantity.certain.shape
    if quantity.faces is None:
        return np.zeros((units, width), dtype=np.intp)
    component = quantity.faces.component
    here = (component != NOWHERE) & (quantity.faces.share > 0)
    key = panel.evidence.mosaic.unit[here] * width + component[here]
    return np.bincount(key, minlength=units * width).reshape(units, width)


def _numbers(
    panel: Panel, measure: Measure, quantity: Quantity, unit: int
) -> Iterator[tuple[str, int, float | None]]:
    """What a unit adds that is no ground: statistics with their years, floors, itself."""
    if measure.kind != "statistic":
        item = DWELLINGS if measure.kind == "floor_area" else UNIT
        yield item, 0, _known(quantity.certain[unit, 0])
        return
    for name in statistic_names(measure, panel.state):
        chosen = panel.statistics.get(name)
        if chosen is None:
            yield name, 0, None
        elif name not in OPTIONAL_STATISTICS or not np.isnan(chosen.values[unit]):
            yield name, int(chosen.years[unit]), _known(chosen.values[unit])


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
