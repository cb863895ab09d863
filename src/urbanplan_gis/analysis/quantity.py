"""A measured quantity per unit, that can be summed over a group, closed, and opened into faces."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.geometry.pieces import NOWHERE

Parts = NDArray[np.float64]
Rows = NDArray[np.bool_]


@dataclass(frozen=True)
class Closing:
    """How the summed components of a row become its quantity.

    ``weights`` are those by which the components count, so that Σ component x weight = ``total``;
    ``slopes`` say by how much the total grows with each component (its derivative).
    """

    total: Callable[[Parts], float]
    weights: Callable[[Parts], Parts]
    slopes: Callable[[Parts], Parts]


def _full(parts: Parts) -> Parts:
    return np.ones(len(parts))


SUM = Closing(lambda parts: float(parts[0]), _full, _full)


@dataclass(frozen=True, eq=False)
class FaceParts:
    """Which component each face adds to (NOWHERE: none), and by what share of its area (0-1)."""

    component: NDArray[np.intp]
    share: NDArray[np.float64]

    @classmethod
    def where(cls, counts: Rows, share: NDArray[np.floating] | float = 1.0) -> FaceParts:
        """Faces of one component, each by its share."""
        return cls(np.where(counts, 0, NOWHERE), np.where(counts, share, 0.0))


@dataclass(frozen=True, eq=False)
class Quantity:
    """Components per unit (shape: units x k), for certain and at most, and the closing rule.

    Of a quantity of ground, ``faces`` says what each face adds:
    ``certain[unit, k]`` = Σ area x share over the unit's faces of component k.
    """

    certain: Parts
    possible: Parts
    unit: str
    closing: Closing = SUM
    faces: FaceParts | None = None

    @classmethod
    def simple(
        cls, certain: Parts, possible: Parts, unit: str, faces: FaceParts | None = None
    ) -> Quantity:
        """A quantity of one component (shape: units)."""
        return cls(certain[:, None], possible[:, None], unit, faces=faces)

    def of(self, rows: Rows) -> float:
        """The quantity of the units in ``rows``; NaN if one of them is not known."""
        return self.closing.total(self.certain[rows].sum(axis=0))

    def at_most(self, rows: Rows) -> float:
        """The same if all that is not known turned out to count."""
        return self.closing.total(self.possible[rows].sum(axis=0))

    def weights(self, rows: Rows) -> Parts:
        """By what each component counts in the sum over ``rows`` (shape: k)."""
        return self.closing.weights(self.certain[rows].sum(axis=0))

    def slopes(self, rows: Rows) -> Parts:
        """By how much the quantity of ``rows`` grows with each component (shape: k)."""
        return self.closing.slopes(self.certain[rows].sum(axis=0))
