"""One vector source -> the conformed features of its role, with every feature accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.classes.codes import (
    UNMAPPED,
    CodeRule,
    conform_codes,
    find_unmapped,
    read_code_rules,
    recognise_codes,
    tell_recognised,
)
from urbanplan_gis.loaders.classes.recognise import Recognised
from urbanplan_gis.loaders.columns import (
    check_declaration,
    conform_columns,
    translate_values,
)
from urbanplan_gis.loaders.crs.guard import name_crs
from urbanplan_gis.loaders.crs.placing import CityPlace, Placed, place_features
from urbanplan_gis.loaders.formats import hash_source
from urbanplan_gis.loaders.identifiers import name_features
from urbanplan_gis.loaders.osm.tags import osm_code_rules
from urbanplan_gis.loaders.raw import RawLayer
from urbanplan_gis.loaders.reports import (
    tell_changed,
    tell_hidden,
    tell_notes,
    tell_remarks,
    tell_set_aside,
    tell_texts,
)
from urbanplan_gis.loaders.schema import ROLE_FIELDS
from urbanplan_gis.loaders.shapes import finite_mask, sort_shapes
from urbanplan_gis.loaders.source_file import SourceFile
from urbanplan_gis.loaders.sources import OSM_SUFFIXES, make_origin
from urbanplan_gis.loaders.stages import order_stages
from urbanplan_gis.loaders.values import read_texts
from urbanplan_gis.loaders.vector import read_vector
from urbanplan_gis.model.data import FeatureCount, Finding, Origin
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    from pyproj import CRS


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
    recognised: tuple[Recognised, ...] = ()


def load_features(
    source: SourceFile, project_crs: CRS, city: CityPlace | None = None
) -> SourceFeatures:
    """Read one source and conform it to its role; ``city`` is where its features should lie.

    Areas of findings are m² in the project CRS.

    Raises:
        PlanDataError: whenever the source as a whole, or a value in it, cannot be used.
    """
    check_declaration(source)
    shape = ROLE_FIELDS[source.role]
    rules = _rules(source) if shape.coded else {}
    raw = read_vector(source)
    shapes = sort_shapes(raw, shape.family)
    if not (shapes.reason == "").any():
        wanted = Text.of(f"family.{shape.family}")
        found = ", ".join(sorted({str(name) or "-" for name in shapes.types}))
        raise bad_data("wrong_geometry", source.where(raw.layer), types=found, wanted=wanted)
    placed = place_features(source, raw, shapes, project_crs, city)
    geometry = placed.geometry
    why = shapes.reason.copy()
    why[(why == "") & ~finite_mask(geometry)] = "not_finite"
    named = name_features(source, raw)
    ids = named.unique
    codes = _codes(source, raw, rules, why, geometry) if shape.coded else None
    if codes is not None:
        why[(why == "") & codes.table["ignored"].to_numpy()] = "code_ignored"
    kept = why == ""
    table = None if codes is None else codes.table
    frame = _to_frame(source, raw, kept, ids, geometry, table, project_crs)
    values = pd.Series("", index=ids.index) if raw.labels is None else raw.labels
    if table is not None:
        values = table["source_value"]
    kinds = shapes.types if raw.kinds is None else raw.kinds
    findings = tell_set_aside(source, why, kinds, values, ids, geometry, placed.places)
    findings += tell_hidden(source, raw, kept, values, ids, geometry)
    findings += tell_changed(source, raw, shapes, kept, named, geometry)
    findings += tell_remarks(source, raw) + tell_notes(source, raw, kept, ids)
    findings += tell_texts(source.name, source.role, raw.texts, raw.fields) + list(placed.findings)
    if codes is not None:
        findings += tell_recognised(source, frame, codes.recognised)
        findings += find_unmapped(source, frame, codes.table.loc[kept, UNMAPPED])
        findings += order_stages(source, frame)
    set_aside = sum(finding.dropped for finding in findings)
    count = FeatureCount(source.name, source.role, len(raw), len(frame), set_aside)
    if count.read != count.kept + count.set_aside:
        raise RuntimeError(f"features do not reconcile: {count}")
    return SourceFeatures(
        source=source,
        frame=frame,
        given_ids=named.given[kept].reset_index(drop=True),
        origin=_to_origin(source, raw, placed),
        findings=tuple(findings),
        count=count,
        recognised=() if codes is None else codes.recognised,
    )


def _rules(source: SourceFile) -> Mapping[str, CodeRule]:
    """What source values mean: by code list or mapping file, and tags by our own table."""
    if source.path.suffix.lower() not in OSM_SUFFIXES:
        return read_code_rules(source)
    own = read_code_rules(source) if source.facts.codes else {}
    return {**osm_code_rules(), **own}


@dataclass(frozen=True, eq=False)
class _Codes:
    """Codes of all features, and what was recognised without a rule."""

    table: pd.DataFrame
    recognised: tuple[Recognised, ...]


def _codes(
    source: SourceFile,
    raw: RawLayer,
    rules: Mapping[str, CodeRule],
    why: np.ndarray,
    geometry: np.ndarray,
) -> _Codes:
    values = _code_values(source, raw)
    if not source.facts.recognise:
        return _Codes(conform_codes(rules, values), ())
    usable = why == ""
    colours = raw.fields.get(source.facts.colour)
    guessed, recognised = recognise_codes(
        source,
        rules,
        values[usable].reset_index(drop=True),
        None if colours is None else colours[usable].reset_index(drop=True),
        shapely.area(geometry[usable]),
    )
    return _Codes(conform_codes({**guessed, **rules}, values), recognised)


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
        if name := source.facts.fields.get("source_value"):
            told = read_texts(raw.fields[name]).fillna("").to_numpy()[kept]
            columns["source_value"] = pd.Series(told, index=columns.index, dtype="str")
        if "sub_use" in columns:
            told = codes.loc[kept, "sub_use"]
            columns["sub_use"] = told.where(told != "", columns["sub_use"]).astype("str")
    columns["feature_id"] = ids[kept].astype("str")
    columns["source"] = pd.Series(source.name, index=columns.index, dtype="str")
    ordered = columns[["feature_id", "source", *ROLE_FIELDS[source.role].names]]
    return gpd.GeoDataFrame(ordered.reset_index(drop=True), geometry=geometry[kept], crs=crs)


def _to_origin(source: SourceFile, raw: RawLayer, placed: Placed) -> Origin:
    said = placed.reason.say("both")
    texts = [
        f"{field}: {found.encoding}"
        for field, found in raw.texts.items()
        if found.changed and found.encoding != raw.encoding
    ]
    return make_origin(
        source.name,
        source.label,
        source.facts.origin,
        layer=raw.layer,
        sha256=hash_source(source.path),
        encoding="; ".join([raw.encoding, *texts]),
        crs=name_crs(placed.crs),
        crs_reason=f"{said}; {placed.operation}" if placed.operation else said,
    )
