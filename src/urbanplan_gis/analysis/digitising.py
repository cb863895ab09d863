"""Error of boundaries: drawn vertices are misplaced, and areas with them.

Each coordinate of a drawn vertex is off by a normal error of ``position_mm`` at the scale of its
map, independent of the other vertices. To first order the variance of a figure is then a sum
over vertices, in which a boundary counts only as far as the faces on both sides count
differently (:mod:`urbanplan_gis.geometry.boundary_errors`).

Two things are held fixed: the part of a face that buffered centre lines take up, and geodesic
factors. Where a sum turns on a limit (as much water as dry green), its slope at the value found
is used. A shift common to a whole map moves no area, and counts for nothing.

Where one line was drawn twice, each time with errors of its own, slivers lie along it on both
sides. Ground that must lie inside both drawings is then less by about half a deviation times the
length of the line, always less; that is no scatter, and not in the interval.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.error_model import ErrorModel
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.linear import Floats, Pass, Positions
from urbanplan_gis.geometry.areas import as_array
from urbanplan_gis.geometry.boundary_errors import AreaGradient, area_gradient, corners_of
from urbanplan_gis.geometry.drawn_points import drawn_points
from urbanplan_gis.geometry.face_edges import FaceEdges, face_edges
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.data import Layer, Role

#: layers whose lines bound faces
DRAWN = (
    Role.UNITS, Role.LAND_USE, Role.ZONING, Role.PLANS,
    Role.RIGHT_OF_WAY, Role.GREEN, Role.GENERAL_PLAN,
)  # fmt: skip
#: features that were made, not drawn, have no vertices of their own
_MADE = "derived"
#: weights of both sides that differ by no more (relative) are alike: geodesic factors of units
_ALIKE = 2e-3


@dataclass(frozen=True, eq=False)
class Digitising:
    """How faces move with drawn points, prepared once for all figures.

    ``slot`` (rows of the gradient) numbers pairs of point and unit, ``slot_unit`` (slots) is the
    unit of each. ``scaled`` are the layers with features of a declared accuracy, ``unscaled``
    those with others: their points stand still.
    """

    scaled: frozenset[Role]
    unscaled: frozenset[Role]
    gradient: AreaGradient
    edges: FaceEdges
    unit: Positions
    slot: Positions
    slot_unit: Positions

    def variances(self, rows: Pass, above: Floats | None, below: Floats | None) -> Floats:
        """Variances of value and denominator of each row (shape: 2 x rows).

        ``above`` and ``below`` are the weights of faces in numerator and denominator.
        """
        slot, row = self._slots(rows)
        none = np.zeros((len(row), 2))
        sides = [
            none if weight is None else self.gradient.movement(weight, slot, len(row))
            for weight in (above, below)
        ]
        value = rows.by_numerator[row, None] * sides[0] + rows.by_denominator[row, None] * sides[1]
        size = len(rows.readings)
        return np.array([sum_by(row, (part**2).sum(axis=1), size) for part in (value, sides[1])])

    def _slots(self, rows: Pass) -> tuple[Positions, Positions]:
        """The slot of each row of the gradient, and the reading of each slot.

        With one reading all units share it. Slots of units without a reading have no weight.
        """
        if len(rows.readings) == 1:
            return self.gradient.point, np.zeros(self.gradient.points, dtype=np.intp)
        return self.slot, np.maximum(rows.of_numerator[self.slot_unit], 0)

    def boundary(self, rows: Pass, row_of_unit: Positions, weight: Floats) -> Floats:
        """Length (m) of the boundary on which faces count differently (shape: rows)."""
        edges, size = self.edges, len(rows.readings)
        row = row_of_unit[self.unit]
        inside = edges.other != NOWHERE
        here = weight[edges.face]
        there = np.where(inside, weight[edges.other], 0.0)
        one, other = row[edges.face], np.where(inside, row[edges.other], NOWHERE)
        differ = np.abs(here - there) > _ALIKE * np.maximum(np.abs(here), np.abs(there))
        total = np.zeros(size)
        shared = (one == other) & (one != NOWHERE) & differ
        total += sum_by(one[shared], edges.length[shared], size)
        for side, value in ((one, here), (other, there)):
            alone = (one != other) & (side != NOWHERE) & (value != 0)
            total += sum_by(side[alone], edges.length[alone], size)
        return total


def prepare_digitising(evidence: Evidence, errors: ErrorModel) -> Digitising:
    """Lead the vertices of all faces back to drawn points (once per run, seconds)."""
    layers = [evidence.dataset.layers[role] for role in DRAWN if role in evidence.dataset.layers]
    shapes = [layer.frame.geometry.to_numpy()[is_drawn(layer)] for layer in layers]
    sigma = [errors.sigma(layer)[is_drawn(layer)] for layer in layers]
    points = drawn_points(as_array(np.concatenate(shapes)), np.concatenate(sigma))
    corners = corners_of(evidence.mosaic.geometries, points)
    gradient = area_gradient(corners, points)
    unit = evidence.mosaic.unit
    units = len(evidence.units)
    keys, slot = np.unique(gradient.point * units + unit[gradient.face], return_inverse=True)
    known = [~np.isnan(values) for values in sigma]
    return Digitising(
        frozenset(layer.role for layer, has in zip(layers, known, strict=True) if has.any()),
        frozenset(layer.role for layer, has in zip(layers, known, strict=True) if not has.all()),
        gradient, face_edges(corners), unit, slot, keys % units,
    )  # fmt: skip


def is_drawn(layer: Layer) -> NDArray[np.bool_]:
    """Features that somebody drew, not those made from others (shape: features)."""
    return layer.frame["source"].to_numpy(dtype=object) != _MADE
