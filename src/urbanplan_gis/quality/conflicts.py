"""Features on the same ground, and ground without a feature."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.geometry.planar import Overlaps, find_overlaps, yield_ground
from urbanplan_gis.geometry.split import split_faces
from urbanplan_gis.model.data import Finding, Layer, Severity
from urbanplan_gis.text import Text

#: a feature this far covered by another is called contained: all but the noise of coordinates
_ALL_OF_IT = 1 - 1e-9


def check_duplicates(layer: Layer) -> list[Finding]:
    """Features drawn twice: the same shape, whatever vertex or end it begins with."""
    frame = layer.frame
    shape = pd.Series(shapely.to_wkb(shapely.normalize(frame.geometry.to_numpy())))
    findings = []
    repeated = shape.duplicated(keep=False).to_numpy()
    for _, group in frame[repeated].groupby(shape[repeated].to_numpy(), sort=False):
        geometry = group.geometry.iloc[0]
        findings.append(
            Finding(
                code="duplicate_geometry",
                severity=Severity.WARNING,
                layer=str(layer.role),
                feature_ids=tuple(sorted(group["feature_id"])),
                message=Text.of("finding.duplicate_geometry", count=len(group)),
                action="reported",
                geometry=geometry,
                area_m2=float(geometry.area) or None,
            )
        )
    return findings


def check_overlaps(
    layer: Layer, rank: NDArray[np.intp], tolerance_m2: float
) -> tuple[Overlaps, list[Finding]]:
    """Every pair of features with common ground; the ground goes to the one that ranks first."""
    frame = layer.frame
    geometries = frame.geometry.to_numpy()
    overlaps = find_overlaps(geometries, rank)
    ids = frame["feature_id"].to_numpy(dtype=str)
    area = shapely.area(geometries)
    findings = []
    for winner, loser, shared, size in zip(
        overlaps.winner, overlaps.loser, overlaps.shared, overlaps.area, strict=True
    ):
        if size < tolerance_m2 or size == 0:
            continue
        contained = size >= _ALL_OF_IT * min(area[winner], area[loser])
        code = "overlap_contained" if contained else "overlap"
        findings.append(
            Finding(
                code=code,
                severity=Severity.WARNING,
                layer=str(layer.role),
                feature_ids=(str(ids[winner]), str(ids[loser])),
                message=Text.of(f"finding.{code}", kept=ids[winner], cut=ids[loser]),
                action="resolved_by_order",
                geometry=shared,
                area_m2=float(size),
            )
        )
    return overlaps, findings


def check_gaps(
    layer: Layer,
    overlaps: Overlaps,
    units: Layer,
    overlaps_of_units: Overlaps,
    tolerance_m2: float,
) -> list[Finding]:
    """Ground of the units that no feature of a tessellating layer covers, place by place."""
    features = yield_ground(layer.frame.geometry.to_numpy(), overlaps)
    ground = yield_ground(units.frame.geometry.to_numpy(), overlaps_of_units)
    findings = []
    tree = shapely.STRtree(features)
    for unit, code in zip(ground, units.frame["code"], strict=True):
        near = np.sort(tree.query(unit, predicate="intersects"))
        whole = np.array([unit], dtype=object)
        pieces = split_faces(whole, features[near])
        for gap in shapely.get_parts(pieces.geometries[pieces.cutter == NOWHERE]):
            if gap.is_empty or gap.area < tolerance_m2:
                continue
            findings.append(
                Finding(
                    code="gap",
                    severity=Severity.WARNING,
                    layer=str(layer.role),
                    feature_ids=(),
                    message=Text.of("finding.gap", unit=code),
                    action="unclassified",
                    geometry=gap,
                    area_m2=float(gap.area),
                )
            )
    return findings
