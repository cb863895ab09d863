"""The one total order that decides which of two overlapping features keeps the ground."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.order import rank_by


def feature_rank(frame: gpd.GeoDataFrame) -> NDArray[np.intp]:
    """Rank of each feature (0 keeps its ground against all others; shape: features).

    Explicit priority (higher first), then later approval date (undated last), then smaller
    area, then feature id.
    """
    none = np.zeros(len(frame))
    priority = -frame["priority"].to_numpy(dtype=float) if "priority" in frame else none
    approved = none
    if "approved" in frame:
        days = pd.to_datetime(frame["approved"]).to_numpy().astype("datetime64[D]")
        undated = np.isnat(days)
        approved = np.where(undated, 1.0, -days.astype("int64").astype(float))
        approved[undated] = np.inf
    area = shapely.area(frame.geometry.to_numpy())
    return rank_by(priority, approved, area, frame["feature_id"].to_numpy(dtype=str))
