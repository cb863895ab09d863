"""A measured quantity per unit, that can be summed over a group and then closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Parts = NDArray[np.float64]


def _only(parts: Parts) -> float:
    return float(parts[0])


@dataclass(frozen=True, eq=False)
class Quantity:
    """Components per unit (shape: units x k), for certain and at most, and the closing rule."""

    certain: Parts
    possible: Parts
    unit: str
    close: Callable[[Parts], float] = _only

    @classmethod
    def simple(cls, certain: Parts, possible: Parts, unit: str) -> Quantity:
        """A quantity of one component (shape: units)."""
        return cls(certain[:, None], possible[:, None], unit)

    def of(self, rows: NDArray[np.bool_]) -> float:
        """The quantity of the units in ``rows``; NaN if one of them is not known."""
        return self.close(self.certain[rows].sum(axis=0))

    def at_most(self, rows: NDArray[np.bool_]) -> float:
        """The same if all that is not known turned out to count."""
        return self.close(self.possible[rows].sum(axis=0))
