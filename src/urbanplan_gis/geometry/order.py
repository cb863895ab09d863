"""Ranks from sort keys."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def rank_by(*keys: NDArray) -> NDArray[np.intp]:
    """Ranks (0 first) from sort keys, the most important first; keys together must be unique."""
    order = np.lexsort(tuple(reversed(keys)))
    rank = np.empty(len(order), dtype=np.intp)
    rank[order] = np.arange(len(order))
    return rank
