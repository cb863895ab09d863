"""The one total order that decides which of two overlapping features keeps the ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.order import rank_by

#: areas that differ by less than this share are the same. Another first vertex moves the computed
#: area of a shape by 1e-15 to 1e-12 of it; two drawings that truly differ, by far more than the
#: square centimetre this is on ten hectares.
_SAME_SIZE = 1e-9


def feature_rank(frame: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """Rank of each feature (0 keeps its ground against all others; shape: features).

    Explicit priority (higher first), then later approval date (undated last), then smaller
    area beyond rounding, then feature id.
    """
    none = np.zeros(len(frame))
    priority = -frame["priority"].to_numpy(dtype=float) if "priority" in frame else none
    approved = none
    if "approved" in frame:
        days = pd.to_datetime(frame["approved"]).to_numpy().astype("datetime64[D]")
        undated = np.isnat(days)
        approved = np.where(undated, 1.0, -days.astype("int64").astype(float))
        approved[undated] = np.inf
    size = _size_rank(shapely.area(frame.geometry.to_numpy()))
    return rank_by(priority, approved, size, frame["feature_id"].to_numpy(dtype=str))


def _size_rank(area: NDArray[np.float64]) -> NDArray[np.intp]:
    """Areas as ranks, the same for areas that only rounding tells apart.

    Rounding the areas themselves would still part two equal ones that lie on either side of half
    a quantum; here a new rank begins only where the next larger area truly is larger.
    """
    order = np.argsort(area)
    ascending = area[order]
    rank = np.zeros(len(area), dtype=np.intp)
    rank[order[1:]] = np.cumsum(np.diff(ascending) > _SAME_SIZE * ascending[1:])
    return rank
