"""Street land as the remainder of a plan: what its outline holds beside its lots.

In many CAD plans streets are drawn as lines only. Where ``project.toml`` declares it for a plan,
the ground of the plan that no lot covers is taken for street land. It is an upper bound: gaps
and parking that nobody told apart are in it.
"""

from __future__ import annotations

from collections.abc import Iterable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.geometry.areas import polygons_only
from urbanplan_gis.model.data import Layer
from urbanplan_gis.standards.codes import STREET_REMAINDER


def add_street_remainder(zoning: Layer, plans: Layer, plan_ids: Iterable[str]) -> Layer:
    """The zoning layer with one more feature per declared plan: its remainder.

    The new features carry the code ``street_remainder`` of list ``derived``, rank after every
    lot, and are named ``<plan>/remainder``. Lots of any plan count as lots: what another plan
    in force has drawn there is no street of this one.
    """
    lots = zoning.frame
    tree = shapely.STRtree(lots.geometry.to_numpy())
    rows: list[dict[str, object]] = []
    for plan_id in plan_ids:
        outline = shapely.union_all(
            plans.frame.geometry.to_numpy()[(plans.frame["plan_id"] == plan_id).to_numpy()]
        )
        if outline.is_empty:
            continue
        near = lots.geometry.to_numpy()[np.sort(tree.query(outline, predicate="intersects"))]
        # where outlines overlap, the plan named first keeps the ground
        taken = shapely.union_all([*near, *(row["geometry"] for row in rows)])
        rest = polygons_only(np.array([shapely.difference(outline, taken)], dtype=object))[0]
        if rest.is_empty:
            continue
        rows.append(
            {
                "feature_id": f"{plan_id}/remainder",
                "source": "derived",
                "code_list": STREET_REMAINDER[0],
                "code": STREET_REMAINDER[1],
                "sub_use": "",
                "source_value": "",
                "plan_id": plan_id,
                "priority": int(lots["priority"].min() if len(lots) else 0) - 1,
                "geometry": rest,
            }
        )
    if not rows:
        return zoning
    added = gpd.GeoDataFrame(rows, geometry="geometry", crs=lots.crs)
    added = added.reindex(columns=lots.columns)
    for column in lots.columns:
        if column != "geometry" and added[column].isna().all():
            added[column] = pd.Series([None] * len(added), dtype=lots[column].dtype)
    return zoning.with_frame(
        gpd.GeoDataFrame(pd.concat([lots, added], ignore_index=True), crs=lots.crs)
    )
