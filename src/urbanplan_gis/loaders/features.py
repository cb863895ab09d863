"""One vector source -> the conformed features of its role, with every feature accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.codes import UNMAPPED, conform_codes, find_unmapped, read_code_rules
from urbanplan_gis.loaders.columns import (
    check_declaration,
    conform_columns,
    translate_values,
)
from urbanplan_gis.loaders.crs import check_place, name_crs, reproject, settle_crs
from urbanplan_gis.loaders.formats import hash_source
from urbanplan_gis.loaders.identifiers import FeatureIds, name_features
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.loaders.shapes import Shapes, finite_mask, sort_shapes
from urbanplan_gis.loaders.sources import SourceFile, make_origin
from urbanplan_gis.loaders.vector import RawLayer, read_vector
from urbanplan_gis.model.data import FeatureCount, Finding, Origin, Severity
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    from pyproj import CRS

_SEVERITY = {"not_finite": Severity.ERROR, "unreadable_geometry": Severity.ERROR,
             "code_ignored": Severity.INFO}  # fmt: skip


@dataclass(frozen=True, eq=False)
class SourceFeatures:
    """What one source gives: features in the project CRS, and how that came about.

    ``given_ids`` are the ids as the source has them, before they were made unique in the role.
    """

    source: SourceFile
    frame: gpd.GeoDataFrame
    given_ids: pd.Series
    origin: Origin
    findings: tuple[Finding, ...]
    count: FeatureCount


def load_features(source: SourceFile, project_crs: CRS) -> SourceFeatures:
    """Read one source and conform it to its role.

    Areas of findings are m² in the project CRS.

    Raises:
        PlanDataError: whenever the source as a whole, or a value in it, cannot be used.
    """
    check_declaration(source)
    shape = ROLE_FIELDS[source.role]
    rules = read_code_rules(source) if shape.coded else {}
    raw = read_vector(source)
    crs, reason = _settle_crs(source, raw)
    shapes = sort_shapes(raw, shape.family)
    if not (shapes.reason == "").any():
        wanted = Text.of(f"family.{shape.family}")
        found = ", ".join(sorted({str(name) or "-" for name in shapes.types}))
        raise bad_data("wrong_geometry", source.where(raw.layer), types=found, wanted=wanted)
    check_place(_centres(shapes), crs, source.where(raw.layer))
    geometry, operation = reproject(shapes.geometry, crs, project_crs)
    why = shapes.reason.copy()
    why[(why == "") & ~finite_mask(geometry)] = "not_finite"
    named = name_features(source, raw)
    ids = named.unique
    codes = conform_codes(rules, _code_values(source, raw)) if shape.coded else None
    if codes is not None:
        why[(why == "") & codes["ignored"].to_numpy()] = "code_ignored"
    kept = why == ""
    frame = _to_frame(source, raw, kept, ids, geometry, codes, project_crs)
    values = codes["source_value"] if codes is not None else pd.Series("", index=ids.index)
    findings = _set_aside(source, why, shapes.types, values, ids, geometry)
    findings += _reported(source, raw, shapes, kept, named, geometry)
    if codes is not None:
        findings += find_unmapped(source, frame, codes.loc[kept, UNMAPPED])
    set_aside = sum(finding.dropped for finding in findings)
    count = FeatureCount(source.name, source.role, len(raw), len(frame), set_aside)
    if count.read != count.kept + count.set_aside:
        raise RuntimeError(f"features do not reconcile: {count}")
    return SourceFeatures(
        source=source,
        frame=frame,
        given_ids=named.given[kept].reset_index(drop=True),
        origin=_to_origin(source, raw, crs, reason, operation),
        findings=tuple(findings),
        count=count,
    )


def _settle_crs(source: SourceFile, raw: RawLayer) -> tuple[CRS, Text]:
    """A format's standard CRS gives way to the key of the project file, a stated one does not."""
    found = raw.crs if raw.states_crs or not source.facts.crs else None
    where = source.where(raw.layer)
    crs, reason = settle_crs(found, source.facts.crs, where, source.config)
    return crs, reason if raw.states_crs or source.facts.crs else Text.of("crs_reason.format")


def _centres(shapes: Shapes) -> np.ndarray:
    west, south, east, north = shapely.bounds(shapes.geometry[shapes.reason == ""]).T
    return np.column_stack([(west + east) / 2, (south + north) / 2])


def _code_values(source: SourceFile, raw: RawLayer) -> pd.Series:
    name = source.facts.fields.get("code")
    if name is None:
        return pd.Series([source.facts.set["code"]] * len(raw), dtype=object)
    return translate_values(source, "code", raw.fields[name].reset_index(drop=True))


def _to_frame(
    source: SourceFile,
    raw: RawLayer,
    kept: np.ndarray,
    ids: pd.Series,
    geometry: np.ndarray,
    codes: pd.DataFrame | None,
    crs: CRS,
) -> gpd.GeoDataFrame:
    """Columns in the order of the schema, rows in the order of the file."""
    columns = conform_columns(source, raw, kept)
    if codes is not None:
        coded = codes.loc[kept, ["code", "code_list", "source_value"]].astype("str")
        columns[list(coded.columns)] = coded
        if "sub_use" in columns:
            told = codes.loc[kept, "sub_use"]
            columns["sub_use"] = told.where(told != "", columns["sub_use"]).astype("str")
    columns["feature_id"] = ids[kept].astype("str")
    columns["source"] = pd.Series(source.name, index=columns.index, dtype="str")
    ordered = columns[["feature_id", "source", *ROLE_FIELDS[source.role].names]]
    return gpd.GeoDataFrame(ordered.reset_index(drop=True), geometry=geometry[kept], crs=crs)


def _set_aside(
    source: SourceFile,
    why: np.ndarray,
    types: np.ndarray,
    values: pd.Series,
    ids: pd.Series,
    geometry: np.ndarray,
) -> list[Finding]:
    """One finding for each reason, type of geometry and code value."""
    table = pd.DataFrame({"why": why, "type": types, "value": values.to_numpy(), "id": ids})
    findings = []
    for (reason, kind, value), group in table[table["why"] != ""].groupby(
        ["why", "type", "value"], sort=True
    ):
        message = Text.of(
            f"finding.{reason}", source=source.name, type=kind, value=value, count=len(group)
        )
        area = None
        if reason == "code_ignored":
            area = float(shapely.area(geometry[group.index]).sum())
        findings.append(
            Finding(
                str(reason),
                _SEVERITY.get(str(reason), Severity.WARNING),
                source.role,
                tuple(group["id"]),
                message,
                action="set_aside",
                geometry=_place(geometry[group.index], str(reason)),
                area_m2=area,
                dropped=len(group),
            )
        )
    return findings


def _place(geometry: np.ndarray, reason: str) -> shapely.Geometry | None:
    """A point on the largest of the geometries, where there is one to point at."""
    if reason in ("no_geometry", "not_finite", "unreadable_geometry"):
        return None
    usable = geometry[finite_mask(geometry)]
    sizes = shapely.length(usable)
    return shapely.point_on_surface(usable[int(np.argmax(sizes))]) if len(usable) else None


def _reported(
    source: SourceFile,
    raw: RawLayer,
    shapes: Shapes,
    kept: np.ndarray,
    named: FeatureIds,
    geometry: np.ndarray,
) -> list[Finding]:
    """What was found in features that stay."""
    ids = named.unique
    cases = {
        "duplicate_id": (named.repeated, Severity.WARNING, "repaired"),
        "missing_id": (named.missing, Severity.INFO, "assumed"),
        "mixed_geometry": (shapes.mixed & kept, Severity.WARNING, "repaired"),
        "curves_straightened": (raw.curved & kept, Severity.INFO, "repaired"),
        "ring_closed": (raw.mended & kept, Severity.WARNING, "repaired"),
        "encoding_assumed": (kept & raw.encoding_assumed, Severity.WARNING, "assumed"),
    }
    findings = []
    for code, (mask, severity, action) in cases.items():
        if not mask.any():
            continue
        concerned = () if code == "encoding_assumed" else tuple(ids[mask])
        message = Text.of(
            f"finding.{code}", source=source.name, count=int(mask.sum()), encoding=raw.encoding
        )
        place = None if code == "encoding_assumed" else _place(geometry[mask], code)
        findings.append(
            Finding(code, severity, source.role, concerned, message, action, geometry=place)
        )
    return findings


def _to_origin(source: SourceFile, raw: RawLayer, crs: CRS, reason: Text, operation: str) -> Origin:
    said = reason.say("both")
    return make_origin(
        source.name,
        source.label,
        source.facts.origin,
        layer=raw.layer,
        sha256=hash_source(source.path),
        encoding=raw.encoding,
        crs=name_crs(crs),
        crs_reason=f"{said}; {operation}" if operation else said,
    )
