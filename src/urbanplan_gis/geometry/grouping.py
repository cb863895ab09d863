"""Group positions by a key."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def sum_by(keys: NDArray[np.intp], values: NDArray[np.float64], size: int) -> NDArray[np.float64]:
    """Sum of the values of each key from 0 on (shape: size)."""
    return np.bincount(keys, weights=values, minlength=size).astype(np.float64)


def grouped(keys: NDArray[np.intp]) -> Iterator[tuple[int, NDArray[np.intp]]]:
    """Each distinct key with the positions where it stands, keys ascending, positions stable."""
    if len(keys) == 0:
        return
    order = np.argsort(keys, kind="stable")
    distinct, starts = np.unique(keys[order], return_index=True)
    ends = [*starts[1:].tolist(), len(order)]
    for key, start, end in zip(distinct.tolist(), starts.tolist(), ends, strict=True):
        yield key, order[start:end]
