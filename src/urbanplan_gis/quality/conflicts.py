"""Features on the same ground, and ground without a feature."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.errors import bad_data
from urbanplan_gis.geometry.areas import as_array
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.geometry.planar import Overlaps, find_overlaps, yield_ground
from urbanplan_gis.geometry.split import split_faces
from urbanplan_gis.model.data import Finding, Layer, Severity
from urbanplan_gis.project import ToleranceFacts
from urbanplan_gis.quality.slivers import nowhere_wider, width_in_words
from urbanplan_gis.text import Text

#: a feature this far covered by another is called contained: all but the noise of coordinates
_ALL_OF_IT = 1 - 1e-9
#: two features that share this much of either are one drawn twice, from other coordinates
_ALIKE = 0.999
#: pairs of features whose rectangles meet, estimated from some; a layer of lots has 10 a lot
_MOST_PAIRS = 5_000_000
_TRIED = 500
_SEVERITY = {"overlap_sliver": Severity.INFO, "gap_sliver": Severity.INFO}


def check_duplicates(layer: Layer, rank: NDArray[np.intp] | None = None) -> list[Finding]:
    """Features drawn twice: the same shape, whatever vertex or end it begins with.

    ``rank`` says which keeps the ground, in layers where one place can have one feature only.
    """
    frame = layer.frame
    shape = pd.Series(shapely.to_wkb(shapely.normalize(frame.geometry.to_numpy())))
    findings = []
    repeated = shape.duplicated(keep=False).to_numpy()
    for _, group in frame[repeated].groupby(shape[repeated].to_numpy(), sort=False):
        geometry = group.geometry.iloc[0]
        message = Text.of("finding.duplicate_geometry", count=len(group))
        if rank is not None:
            kept = group["feature_id"].iloc[int(np.argmin(rank[group.index]))]
            message = Text.of("finding.duplicate_ground", count=len(group), kept=kept)
        findings.append(
            Finding(
                code="duplicate_geometry",
                severity=Severity.WARNING,
                layer=str(layer.role),
                feature_ids=tuple(sorted(group["feature_id"])),
                message=message,
                action="reported" if rank is None else "resolved_by_order",
                geometry=geometry,
                area_m2=float(geometry.area) or None,
            )
        )
    return findings


def _check_crowding(layer: Layer, geometries: NDArray[np.object_]) -> None:
    """Refuse layers that are no subdivision of ground, before every pair is cut."""
    tree = shapely.STRtree(geometries)
    tried = geometries[:: max(1, len(geometries) // _TRIED)]
    pairs = len(tree.query(tried)[0]) / max(1, len(tried)) * len(geometries) / 2
    if pairs > _MOST_PAIRS:
        where = ", ".join(origin.path for origin in layer.origins) or str(layer.role)
        raise bad_data("overlapping_throughout", where, role=layer.role, pairs=round(pairs))


def check_overlaps(
    layer: Layer, rank: NDArray[np.intp], tolerance: ToleranceFacts
) -> tuple[Overlaps, list[Finding]]:
    """Every pair of features with common ground; the ground goes to the one that ranks first.

    The findings leave out pairs drawn exactly alike, which :func:`check_duplicates` tells of.

    Raises:
        PlanDataError: where features lie over one another by the million, as contours do.
    """
    frame = layer.frame
    geometries = frame.geometry.to_numpy()
    _check_crowding(layer, geometries)
    overlaps = find_overlaps(geometries, rank)
    ids = frame["feature_id"].to_numpy(dtype=str)
    told = (overlaps.area >= tolerance.overlap_m2) & (overlaps.area > 0)
    told &= ~_same_shape(geometries, overlaps)  # findings of check_duplicates
    winner, loser, shared = overlaps.winner[told], overlaps.loser[told], overlaps.shared[told]
    width = width_in_words(tolerance.sliver_m)
    codes = _kinds(geometries[winner], geometries[loser], shared, tolerance.sliver_m)
    findings = [
        Finding(
            code=code,
            severity=_SEVERITY.get(code, Severity.WARNING),
            layer=str(layer.role),
            feature_ids=(str(kept), str(cut)),
            message=Text.of(f"finding.{code}", kept=kept, cut=cut, width=width),
            action="resolved_by_order",
            geometry=ground,
            area_m2=float(ground.area),
        )
        for code, kept, cut, ground in zip(codes, ids[winner], ids[loser], shared, strict=True)
    ]
    return overlaps, findings


def _same_shape(geometries: NDArray[np.object_], overlaps: Overlaps) -> NDArray[np.bool_]:
    """Pairs of features drawn exactly alike (length: pairs)."""
    first, second = geometries[overlaps.winner], geometries[overlaps.loser]
    same = overlaps.area >= _ALIKE * np.maximum(shapely.area(first), shapely.area(second))
    same[same] = shapely.equals_exact(first[same], second[same], normalize=True)
    return same


def _kinds(
    first: NDArray[np.object_],
    second: NDArray[np.object_],
    shared: NDArray[np.object_],
    sliver_m: float,
) -> list[str]:
    """The code of each overlapping pair (length: pairs)."""
    size = shapely.area(shared)
    of_first, of_second = shapely.area(first), shapely.area(second)
    contained = size >= _ALL_OF_IT * np.minimum(of_first, of_second)
    alike = size >= _ALIKE * np.maximum(of_first, of_second)
    thin = ~contained & ~alike
    thin[thin] = nowhere_wider(shared[thin], sliver_m)
    codes = np.select(
        [alike, contained, thin],
        ["near_duplicate", "overlap_contained", "overlap_sliver"],
        "overlap",
    )
    return codes.tolist()


def check_gaps(
    layer: Layer,
    overlaps: Overlaps,
    units: Layer,
    overlaps_of_units: Overlaps,
    tolerance: ToleranceFacts,
) -> list[Finding]:
    """Ground of the units that no feature of a tessellating layer covers, place by place."""
    features = yield_ground(layer.frame.geometry.to_numpy(), overlaps)
    ground = yield_ground(units.frame.geometry.to_numpy(), overlaps_of_units)
    findings = []
    width = width_in_words(tolerance.sliver_m)
    tree = shapely.STRtree(features)
    for unit, code in zip(ground, units.frame["code"], strict=True):
        near = np.sort(tree.query(unit, predicate="intersects"))
        whole = np.array([unit], dtype=object)
        pieces = split_faces(whole, features[near])
        uncovered = shapely.get_parts(pieces.geometries[pieces.cutter == NOWHERE])
        told = ~shapely.is_empty(uncovered) & (shapely.area(uncovered) >= tolerance.gap_m2)
        gaps = as_array(uncovered[told])
        for gap, thin in zip(gaps, nowhere_wider(gaps, tolerance.sliver_m), strict=True):
            name = "gap_sliver" if thin else "gap"
            findings.append(
                Finding(
                    code=name,
                    severity=_SEVERITY.get(name, Severity.WARNING),
                    layer=str(layer.role),
                    feature_ids=(),
                    message=Text.of(f"finding.{name}", unit=code, width=width),
                    action="unclassified",
                    geometry=gap,
                    area_m2=float(gap.area),
                )
            )
    return findings
