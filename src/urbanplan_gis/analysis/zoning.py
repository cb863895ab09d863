"""Zoning coverage: ground under at least one zoning plan in force on a day."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
import shapely

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.quality.in_force import in_force


def coverage(plans: gpd.GeoDataFrame, units: gpd.GeoDataFrame, day: dt.date) -> pd.Series:
    """Share (%) of each unit's natural area under zoning plans in force on ``day``.

    Ground under several plans counts once; a newer plan that was revoked hides nothing.
    Columns needed: plans plan_id, kind, approved, revoked, replaced_by; units code.
    """
    standing = plans[in_force(plans, day) & (plans["kind"] == "zoning").to_numpy()]
    ground = units.geometry.to_numpy()
    covered = [
        shapely.union_all(shapely.intersection(standing.geometry.to_numpy(), unit)).area
        for unit in ground
    ]
    share = 100 * pd.Series(covered, dtype=float) / shapely.area(ground)
    return share.set_axis(pd.Index(units["code"], name="code")).rename("coverage_pct")


def plan_table(evidence: Evidence) -> pd.DataFrame:
    """Every plan with its dates, whether it is in force, and its area (ha)."""
    columns = ["plan_id", "name", "kind", "decision", "approved", "revoked", "replaced_by"]
    if evidence.plans is None:
        return pd.DataFrame(columns=[*columns, "in_force", "area_ha"])
    plans = evidence.plans.assign(
        **{name: pd.to_datetime(evidence.plans[name]).dt.date for name in ("approved", "revoked")}
    )
    table = pd.DataFrame(plans[columns]).assign(
        in_force=plans["in_force"], area_ha=shapely.area(plans["geometry"].to_numpy()) / 1e4
    )
    return table.sort_values("plan_id", ignore_index=True)
