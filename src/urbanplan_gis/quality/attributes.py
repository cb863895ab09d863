"""Declared areas against computed ones; layers and dwellings that say nothing."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely

from urbanplan_gis.model.data import Finding, Layer, Role, Severity
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


def check_empty(layers: Mapping[Role, Layer]) -> list[Finding]:
    """Layers of which no feature is left: their role is there and yet says nothing."""
    return [
        Finding(
            code="empty_layer",
            severity=Severity.WARNING,
            layer=str(role),
            feature_ids=(),
            message=Text.of("finding.empty_layer", role=str(role)),
            action="reported",
        )
        for role, layer in layers.items()
        if layer.frame is not None and layer.frame.empty
    ]
