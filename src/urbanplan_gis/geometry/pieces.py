"""Pieces of faces: which part of which face lies in which cutter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import Geometries

NOWHERE = -1


@dataclass(frozen=True, eq=False)
class Pieces:
    """Parts of faces: geometry, the face each came from, the cutter it lies in (or NOWHERE)."""

    geometries: Geometries
    face: NDArray[np.intp]
    cutter: NDArray[np.intp]

    def without(self, faces: NDArray[np.intp]) -> Pieces:
        """The pieces of all other faces."""
        return self.only(~np.isin(self.face, faces))

    def only(self, chosen: NDArray[np.bool_]) -> Pieces:
        """The chosen pieces."""
        return Pieces(self.geometries[chosen], self.face[chosen], self.cutter[chosen])


def joined(pieces: Sequence[Pieces]) -> Pieces:
    """Several sets of pieces as one."""
    return Pieces(
        np.concatenate([item.geometries for item in pieces]),
        np.concatenate([item.face for item in pieces]),
        np.concatenate([item.cutter for item in pieces]),
    )
