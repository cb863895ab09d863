"""Invalid polygons: repaired, and recorded with their area before and after."""

from __future__ import annotations

import shapely

from urbanplan_gis.geometry.validity import repair_polygons
from urbanplan_gis.model.data import Finding, Layer, Severity
from urbanplan_gis.text import Text, keys


def check_validity(layer: Layer) -> tuple[Layer, list[Finding]]:
    """The layer with all polygons valid; features that lose all their area are set aside."""
    frame = layer.frame
    repair = repair_polygons(frame.geometry.to_numpy())
    findings = []
    for position, reason, before, after in zip(
        repair.invalid, repair.reasons, repair.area_before, repair.area_after, strict=True
    ):
        lost = shapely.is_empty(repair.geometries[position])
        findings.append(
            Finding(
                code="invalid_geometry",
                severity=Severity.ERROR if lost else Severity.WARNING,
                layer=str(layer.role),
                feature_ids=(frame["feature_id"].iloc[position],),
                message=Text.of(
                    "finding.invalid_geometry",
                    reason=_reason(reason),
                    # holes larger than their shell give a negative area
                    before=abs(float(before)) / 1e4,
                    after=float(after) / 1e4,
                ),
                action="set_aside" if lost else "repaired",
                geometry=_first_point(frame.geometry.iloc[position])
                if lost
                else repair.geometries[position],
                area_m2=abs(float(after) - abs(float(before))),
                dropped=int(lost),
            )
        )
    if not len(repair.invalid):
        return layer, findings
    mended = frame.set_geometry(repair.geometries, crs=frame.crs)
    kept = mended[~shapely.is_empty(repair.geometries)].reset_index(drop=True)
    return layer.with_frame(kept), findings


def _first_point(collapsed: shapely.Geometry) -> shapely.Geometry:
    """Where a polygon without area begins: it has no inside to point at."""
    return shapely.Point(shapely.get_coordinates(collapsed)[0])


def _reason(text: str) -> Text | str:
    """GEOS' reason in words, without its coordinates, which the finding gives as its place."""
    reason = text.split("[", 1)[0].strip()
    key = "invalid_because." + reason.lower().replace("-", "_").replace(" ", "_")
    return Text.of(key) if key in keys() else reason
