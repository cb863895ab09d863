"""Dates of plans that are missing, out of order or still to come, and who replaced whom."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.quality.in_force import in_force
from urbanplan_gis.text import Text


def check_plan_dates(plans: Layer, as_of: dt.date) -> list[Finding]:
    """What the dates of plans, and the plans they name, cannot say.

    Only of plans that count at ``as_of`` is it said that they are taken as in force.
    """
    frame = plans.frame
    approved, revoked = pd.to_datetime(frame["approved"]), pd.to_datetime(frame["revoked"])
    known = set(frame["plan_id"])
    unknown = frame["replaced_by"].notna() & ~frame["replaced_by"].isin(known | {""})
    counted = in_force(frame, as_of) & (frame["kind"] == "zoning").to_numpy()
    nobody = np.zeros(len(frame), dtype=bool)
    return [
        *_of_plans(plans, approved.isna(), "plan_without_date", counted),
        *_of_plans(plans, revoked < approved, "plan_dates_reversed", nobody),
        *_of_plans(plans, unknown, "plan_replaced_by_unknown", counted),
        *_of_plans(plans, _replaced_by_earlier(frame), "plan_replaced_by_earlier", nobody),
        *_of_plans(plans, _horizon_passed(frame), "plan_horizon_before_approval", nobody),
        *_of_plans(
            plans, approved > pd.Timestamp(as_of), "plan_not_yet_in_force", nobody, Severity.INFO
        ),
    ]


def _replaced_by_earlier(frame: pd.DataFrame) -> pd.Series:
    """Plans replaced by one that came before them or on the same day.

    Where dates do not tell, plans that replace one another cannot both have come later.
    """
    approved = pd.to_datetime(frame["approved"])
    first = approved.groupby(frame["plan_id"]).min()
    successor = first.reindex(frame["replaced_by"]).set_axis(frame.index)
    undated = approved.isna() | successor.isna()
    return (successor <= approved) | (undated & _in_a_circle(frame))


def _in_a_circle(frame: pd.DataFrame) -> pd.Series:
    """Plans that, from one successor to the next, are replaced by themselves."""
    named = frame[frame["replaced_by"].isin(frame["plan_id"])]
    successors = named.groupby("plan_id")["replaced_by"].agg(set).to_dict()
    return frame["plan_id"].map(lambda plan: plan in _followers(plan, successors))


def _followers(plan: str, successors: dict[str, set[str]]) -> set[str]:
    """All plans that replace a plan, directly or later."""
    found: set[str] = set()
    waiting = set(successors.get(plan, ()))
    while waiting:
        follower = waiting.pop()
        if follower not in found:
            found.add(follower)
            waiting |= successors.get(follower, set())
    return found


def _horizon_passed(frame: pd.DataFrame) -> pd.Series:
    horizon = frame["horizon_year"].astype("Float64")
    approved = pd.to_datetime(frame["approved"]).dt.year.astype("Float64")
    return (horizon < approved).fillna(False)


def _of_plans(
    layer: Layer,
    which: pd.Series,
    code: str,
    assumed: NDArray[np.bool_],
    severity: Severity = Severity.WARNING,
) -> list[Finding]:
    """A finding for ``which`` plans; those ``assumed`` in force say so."""
    rows = which.to_numpy(dtype=bool)
    chosen = layer.frame[rows]
    return [
        Finding(
            code=code,
            severity=severity,
            layer=str(Role.PLANS),
            feature_ids=(feature,),
            message=Text.of(f"finding.{code}{'_assumed' if taken else ''}", plan=plan),
            action="assumed" if taken else "reported",
            geometry=geometry,
            area_m2=float(geometry.area),
        )
        for feature, plan, geometry, taken in zip(
            chosen["feature_id"], chosen["plan_id"], chosen.geometry, assumed[rows], strict=True
        )
    ]
