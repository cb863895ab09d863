"""Land balance: how much of each class every unit and every plan holds, nothing left out."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from urbanplan_gis.analysis.conditions import Coded
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.data import Finding, Role, Severity
from urbanplan_gis.model.figures import GROUPS
from urbanplan_gis.mosaic import LabelLayer, build_mosaic
from urbanplan_gis.quality.boundaries import shares_ground
from urbanplan_gis.quality.ids import number_findings
from urbanplan_gis.quality.order import feature_rank
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.codes import code_lists
from urbanplan_gis.text import Name, Text

UNCLASSIFIED = "unclassified"
_LOTS_OUTSIDE_M2 = 1.0

COLUMNS = (
    "area_kind", "unit_code", "unit_name", "boundaries", "as_of", "scenario",
    "code_list", "code", "name", "class_sets", "area_ha", "share_pct",
)  # fmt: skip


def land_balance(evidence: Evidence, state: str) -> pd.DataFrame:
    """Hectares by unit and code in one state; the rows of a unit add up to its area.

    Ground without a feature, and ground whose code is not mapped, is ``unclassified``. Groups
    (slated, wards, city) are sums of their units. Columns: COLUMNS, ``name`` still a Name.
    """
    coded = evidence.labels.coded[state]["land_use"]
    classes = len(coded.pairs) + 1
    code = np.where(coded.position == NOWHERE, classes - 1, coded.position)
    sums = np.bincount(
        evidence.mosaic.unit * classes + code,
        weights=evidence.mosaic.area,
        minlength=len(evidence.units) * classes,
    ).reshape(-1, classes)
    rows = list(zip(evidence.units["code"], evidence.units["name"], sums, strict=True))
    members = (evidence.is_slated, evidence.is_ward, np.ones(len(sums), dtype=bool))
    for group, units in zip(GROUPS, members, strict=True):
        rows.append((group, Text.of(f"group.{group}"), sums[units].sum(axis=0)))
    return _frame(evidence, "unit", state, rows, coded)


def plan_balance(evidence: Evidence) -> tuple[pd.DataFrame, tuple[Finding, ...]]:
    """Hectares by plan and planned function: each plan's own lots within its own outline.

    A plan without an outline is balanced over its lots alone (a finding). Lots that reach
    beyond the outline are cut there (a finding with the hectares).
    """
    layers = evidence.dataset.layers
    if Role.ZONING not in layers:
        return pd.DataFrame(columns=list(COLUMNS)), ()
    lots = layers[Role.ZONING].frame
    frames, findings = [], []
    for plan, own in lots[lots["plan_id"].notna()].groupby("plan_id", sort=True):
        own = own.reset_index(drop=True)
        outline = _outline(evidence, str(plan))
        name = _plan_name(evidence, str(plan))
        if outline is None:
            outline = shapely.union_all(own.geometry.to_numpy())
            findings.append(_finding("plan_without_outline", str(plan), outline, own))
        beyond = shapely.difference(shapely.union_all(own.geometry.to_numpy()), outline)
        if beyond.area > _LOTS_OUTSIDE_M2:
            findings.append(_finding("lots_outside_plan", str(plan), beyond, own))
        frames.append(_of_plan(evidence, str(plan), name, outline, own))
    empty = pd.DataFrame(columns=list(COLUMNS))
    return pd.concat(frames) if frames else empty, tuple(number_findings(findings))


def _of_plan(
    evidence: Evidence, plan: str, name: str, outline: shapely.Geometry, own: gpd.GeoDataFrame
) -> pd.DataFrame:
    base = LabelLayer("plan", np.array([outline], dtype=object), np.array([0]))
    layer = LabelLayer("lots", own.geometry.to_numpy(), feature_rank(own))
    mosaic = build_mosaic(base, [layer])
    coded = Coded.of_features(mosaic.labels["lots"], own)
    classes = len(coded.pairs) + 1
    code = np.where(coded.position == NOWHERE, classes - 1, coded.position)
    sums = np.bincount(code, weights=mosaic.area, minlength=classes)
    return _frame(evidence, "plan", "planned", [(plan, name, sums)], coded)


def _frame(
    evidence: Evidence,
    kind: str,
    state: str,
    rows: list[tuple[str, str | Text, np.ndarray]],
    coded: Coded,
) -> pd.DataFrame:
    records = [
        {
            "area_kind": kind,
            "unit_code": unit,
            "unit_name": name,
            "boundaries": evidence.boundaries,
            "as_of": evidence.as_of.isoformat(),
            "scenario": state,
            **described,
            "area_ha": area / 1e4,
            "share_pct": 100 * area / total if total else 0.0,
        }
        for unit, name, sums in rows
        for total in (sums.sum(),)
        for described, area in _by_code(coded, sums)
        if area > 0 or described["code"] == UNCLASSIFIED
    ]
    return pd.DataFrame(records, columns=list(COLUMNS))


def _by_code(coded: Coded, sums: np.ndarray) -> Iterator[tuple[dict[str, object], float]]:
    """One entry per code (sub-uses added up), sorted, ``unclassified`` last."""
    keys = sorted({(list_id, code) for list_id, code, _ in coded.pairs})
    for list_id, code in keys:
        area = sum(
            float(sums[n]) for n, pair in enumerate(coded.pairs) if pair[:2] == (list_id, code)
        )
        entry = code_lists().get(list_id, {}).get(code)
        named = entry.name if entry else Name(code, code)
        sets = [key for key, item in class_sets().items() if code in item.codes.get(list_id, ())]
        yield (
            {
                "code_list": list_id,
                "code": code,
                "name": named,
                "class_sets": " ".join(sorted(sets)),
            },
            area,
        )
    yield (
        {
            "code_list": "",
            "code": UNCLASSIFIED,
            "name": Text.of("class.unclassified"),
            "class_sets": "",
        },
        float(sums[-1]),
    )


def _outline(evidence: Evidence, plan: str) -> shapely.Geometry | None:
    if evidence.plans is None:
        return None
    of_plan = (evidence.plans["plan_id"] == plan).to_numpy()
    if not of_plan.any():
        return None
    return shapely.union_all(evidence.plans["geometry"].to_numpy()[of_plan])


def _plan_name(evidence: Evidence, plan: str) -> str:
    if evidence.plans is None:
        return plan
    names = evidence.plans.loc[evidence.plans["plan_id"] == plan, "name"].dropna()
    return str(names.iloc[0]) if len(names) else plan


def _finding(code: str, plan: str, ground: shapely.Geometry, lots: gpd.GeoDataFrame) -> Finding:
    crossing = (
        lots["feature_id"]
        if code == "plan_without_outline"
        else lots.loc[shares_ground(lots.geometry.to_numpy(), ground), "feature_id"]
    )
    return Finding(
        code=code,
        severity=Severity.WARNING,
        layer=str(Role.ZONING),
        feature_ids=tuple(crossing) if code == "lots_outside_plan" else (plan,),
        message=Text.of(f"finding.{code}", plan=plan),
        action="assumed" if code == "plan_without_outline" else "not_counted",
        geometry=ground,
        area_m2=float(ground.area),
    )
