"""What features of one layer take from those of another: approval of plans, ponds of parks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

from urbanplan_gis.loaders.features import SourceFeatures
from urbanplan_gis.model.data import Finding, Role, Severity
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd


def join_approvals(
    zoning: gpd.GeoDataFrame, plans: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, list[Finding]]:
    """Zoning lots with the approval date of their plan; lots of unknown plans are reported.

    A plan drawn as several features counts with the latest of their dates.
    """
    dates = plans.groupby("plan_id", sort=True)["approved"].agg(["max", "nunique"])
    findings = [
        Finding(
            "plan_dates_differ",
            Severity.WARNING,
            Role.PLANS,
            tuple(plans.loc[plans["plan_id"] == plan, "feature_id"]),
            Text.of("finding.plan_dates_differ", plan=plan),
            action="assumed",
        )
        for plan in dates.index[dates["nunique"] > 1]
    ]
    asked = zoning["plan_id"].astype(object).where(zoning["plan_id"].notna(), "")
    approved = asked.map(dates["max"]).astype("datetime64[ms]")
    unknown = zoning[~asked.isin(dates.index)]
    for plan, lots in unknown.groupby(asked[unknown.index], sort=True):
        findings.append(
            Finding(
                "unknown_plan",
                Severity.WARNING,
                Role.ZONING,
                tuple(lots["feature_id"]),
                Text.of("finding.unknown_plan", plan=plan, count=len(lots)),
                action="kept",
                geometry=lots.geometry.iloc[int(lots.area.argmax())].representative_point(),
                area_m2=float(lots.area.sum()),
            )
        )
    joined = zoning.copy()
    joined["approved"] = approved.where(approved.notna(), zoning["approved"])
    return joined, findings


def resolve_parks(parts: Sequence[SourceFeatures]) -> list[gpd.GeoDataFrame]:
    """Green features with ``park`` as the id, unique in the role, of the park they belong to.

    A feature that names no park is its own. Parks are named by the ids their source gives; ponds
    may lie in another source than their park.
    """
    own = [dict(zip(part.given_ids, part.frame["feature_id"], strict=True)) for part in parts]
    anywhere: dict[str, set[str]] = {}
    for ids in own:
        for given, unique in ids.items():
            anywhere.setdefault(given, set()).add(unique)
    frames = []
    for part, ids in zip(parts, own, strict=True):
        parks = [
            _resolve(park, part, ids, anywhere) if pd.notna(park) else feature
            for park, feature in zip(part.frame["park"], part.frame["feature_id"], strict=True)
        ]
        frame = part.frame.copy()
        frame["park"] = pd.Series(parks, dtype="str")
        frames.append(frame)
    return frames


def _resolve(
    park: str, part: SourceFeatures, own: dict[str, str], anywhere: dict[str, set[str]]
) -> str:
    """The park of that name in the same source, else the only one elsewhere."""
    if park in own:
        return own[park]
    elsewhere = anywhere.get(park, set())
    if len(elsewhere) == 1:
        return next(iter(elsewhere))
    return f"{part.source.name}:{park}" if part.source.prefixed else park
