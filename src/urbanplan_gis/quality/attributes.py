"""Declared areas against computed ones; dates and floors that are missing or impossible."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.quality.in_force import in_force
from urbanplan_gis.text import Text

_DECLARED = {"declared_area_ha": 1e4, "declared_area_m2": 1.0}


def check_areas(layers: Mapping[Role, Layer], percent: float) -> list[Finding]:
    """Features whose declared area differs from the computed one by more than ``percent``."""
    findings = []
    for role, layer in layers.items():
        for column, factor in _DECLARED.items():
            if layer.frame is None or column not in layer.frame:
                continue
            findings += _off(
                role, layer, layer.frame[column].to_numpy(dtype=float) * factor, percent
            )
    return findings


def _off(role: Role, layer: Layer, declared: np.ndarray, percent: float) -> list[Finding]:
    frame = layer.frame
    computed = shapely.area(frame.geometry.to_numpy())
    with np.errstate(invalid="ignore", divide="ignore"):
        off = 100 * (computed - declared) / declared
    findings = []
    for position in np.flatnonzero((declared > 0) & (np.abs(off) > percent)):
        findings.append(
            Finding(
                code="declared_area",
                severity=Severity.INFO,
                layer=str(role),
                feature_ids=(frame["feature_id"].iloc[position],),
                message=Text.of(
                    "finding.declared_area",
                    declared=float(declared[position]) / 1e4,
                    computed=float(computed[position]) / 1e4,
                    percent=float(off[position]),
                ),
                action="reported",
                geometry=frame.geometry.iloc[position],
                area_m2=abs(float(computed[position] - declared[position])),
            )
        )
    return findings


def check_floors(layers: Mapping[Role, Layer]) -> list[Finding]:
    """Dwellings without a number of floors: they add nothing to the floor area."""
    if Role.BUILDINGS not in layers:
        return []
    frame = layers[Role.BUILDINGS].frame
    floors = frame["floors"].to_numpy(dtype=float, na_value=np.nan)
    lacking = frame[(frame["use"] == "residential").to_numpy() & ~(floors > 0)]
    return [
        Finding(
            code="building_without_floors",
            severity=Severity.WARNING,
            layer=str(Role.BUILDINGS),
            feature_ids=(feature,),
            message=Text.of("finding.building_without_floors"),
            action="not_counted",
            geometry=geometry,
            area_m2=float(geometry.area),
        )
        for feature, geometry in zip(lacking["feature_id"], lacking.geometry, strict=True)
    ]


def check_dates(layers: Mapping[Role, Layer], as_of: dt.date) -> list[Finding]:
    """Plans without approval date, with dates out of order, or replaced by an unknown plan.

    Only of plans that count at ``as_of`` is it said that they are taken as in force.
    """
    if Role.PLANS not in layers:
        return []
    frame = layers[Role.PLANS].frame
    approved, revoked = pd.to_datetime(frame["approved"]), pd.to_datetime(frame["revoked"])
    missing = approved.isna()
    reversed_ = revoked < approved
    known = set(frame["plan_id"])
    unknown = frame["replaced_by"].notna() & ~frame["replaced_by"].isin(known | {""})
    counted = in_force(frame, as_of) & (frame["kind"] == "zoning").to_numpy()
    plans = layers[Role.PLANS]
    return [
        *_of_plans(plans, missing, "plan_without_date", counted),
        *_of_plans(plans, reversed_, "plan_dates_reversed", np.zeros(len(frame), dtype=bool)),
        *_of_plans(plans, unknown, "plan_replaced_by_unknown", counted),
    ]


def _of_plans(
    layer: Layer, which: pd.Series, code: str, assumed: NDArray[np.bool_]
) -> list[Finding]:
    """A finding for ``which`` plans; those ``assumed`` in force say so."""
    rows = which.to_numpy(dtype=bool)
    chosen = layer.frame[rows]
    return [
        Finding(
            code=code,
            severity=Severity.WARNING,
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
