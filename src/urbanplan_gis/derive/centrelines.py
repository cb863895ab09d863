"""Right of way from centre lines with a width: buffer each line by half its width.

The buffers stay one per road, so that every piece of ground remembers its road; where they
cross, the wider road keeps the ground. Caps, joins and segments are those of ``project.toml``.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import shapely

from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.text import Text


def widen_centrelines(roads: Layer, facts: DeriveFacts) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Polygons of the land that roads take up: columns feature_id, width_m, geometry.

    Roads without a width take no ground here; each is a finding with its length.
    """
    frame = roads.frame
    known = frame["width_m"].notna().to_numpy() & (frame["width_m"].fillna(0) > 0).to_numpy()
    widened = frame.loc[known, ["feature_id", "width_m"]].reset_index(drop=True)
    land = shapely.buffer(
        frame.geometry.to_numpy()[known],
        widened["width_m"].to_numpy(dtype=float) / 2,
        quad_segs=facts.quadrant_segments,
        cap_style=facts.cap,
        join_style=facts.join,
    )
    solid = ~shapely.is_empty(land)
    kept = widened[solid].reset_index(drop=True)
    return gpd.GeoDataFrame(kept, geometry=land[solid], crs=frame.crs), _without_width(
        frame[~known]
    )


def _without_width(frame: gpd.GeoDataFrame) -> list[Finding]:
    lengths = shapely.length(frame.geometry.to_numpy())
    middles = (
        shapely.line_interpolate_point(
            np.array([_longest_line(line) for line in frame.geometry], dtype=object),
            0.5,
            normalized=True,
        )
        if len(frame)
        else []
    )
    return [
        Finding(
            code="road_without_width",
            severity=Severity.WARNING,
            layer=Role.ROADS,
            feature_ids=(feature,),
            message=Text.of("finding.road_without_width", length=float(round(length, 1))),
            action="reported",
            geometry=middle,
        )
        for feature, length, middle in zip(frame["feature_id"], lengths, middles, strict=True)
    ]


def _longest_line(geometry: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(geometry)
    return parts[int(np.argmax(shapely.length(parts)))]
