"""Which plans are in force on a day, and which of their lots therefore count."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.text import Text

Mask = NDArray[np.bool_]
Days = NDArray[np.datetime64]

#: the first day of a plan without date, and the last one of a plan that nothing ends
ALWAYS, NEVER = np.datetime64(dt.date.min), np.datetime64(dt.date.max)


def approved_by(plans: pd.DataFrame, day: dt.date) -> Mask:
    """Plans approved on or before a day; without a date they are taken as approved."""
    return _begin(plans) <= np.datetime64(day)


def in_force(plans: pd.DataFrame, day: dt.date) -> Mask:
    """Plans in force: approved, not revoked, and not replaced by a plan that is approved.

    A plan lapses when it is replaced or revoked, not at its horizon year. It stays lapsed when
    its successor is revoked later: only the text of that revocation could revive it.
    """
    begin, end = validity(plans)
    return (begin <= np.datetime64(day)) & (np.datetime64(day) < end)


def validity(plans: pd.DataFrame) -> tuple[Days, Days]:
    """The day from which each plan is in force, and the first day on which it no longer is.

    ``ALWAYS`` and ``NEVER`` where no date says so. A plan revoked or replaced before it was
    approved never is: its end is not after its beginning.
    """
    begin = _begin(plans)
    # a plan drawn in several outlines has begun with the first of them
    first: dict[str, np.datetime64] = {}
    for plan, day in zip(plans["plan_id"], begin, strict=True):
        first[plan] = min(day, first.get(plan, NEVER))
    replaced = [first.get(plan, NEVER) for plan in plans["replaced_by"]]
    revoked = _days(plans["revoked"])
    ended = np.where(np.isnat(revoked), NEVER, revoked)
    return begin, np.minimum(ended, np.array(replaced, dtype="datetime64[D]"))


def _begin(plans: pd.DataFrame) -> Days:
    approved = _days(plans["approved"])
    return np.where(np.isnat(approved), ALWAYS, approved)


def _days(column: pd.Series) -> Days:
    return pd.to_datetime(column).to_numpy().astype("datetime64[D]")


def lots_in_force(zoning: Layer, plans: Layer | None, day: dt.date) -> tuple[Layer, list[Finding]]:
    """The lots of plans in force; those of lapsed or revoked plans are set aside, and counted.

    A plan drawn in several outlines is in force while one of them is: lots name the plan, not the
    outline. Lots that name no plan, or one the plans layer does not hold, are kept.
    """
    if plans is None:
        return zoning, []
    standing = in_force(plans.frame, day)
    ids = plans.frame["plan_id"]
    lapsed = set(ids[~standing]) - set(ids[standing])
    gone = zoning.frame["plan_id"].isin(lapsed).to_numpy()
    findings = [
        Finding(
            code="lots_not_in_force",
            severity=Severity.INFO,
            layer=str(Role.ZONING),
            feature_ids=tuple(group["feature_id"]),
            message=Text.of("finding.lots_not_in_force", plan=plan, count=len(group)),
            action="set_aside",
            geometry=group.geometry.iloc[0],
            area_m2=float(group.geometry.area.sum()),
            dropped=len(group),
        )
        for plan, group in zoning.frame[gone].groupby("plan_id", sort=True)
    ]
    return zoning.with_frame(zoning.frame[~gone].reset_index(drop=True)), findings
