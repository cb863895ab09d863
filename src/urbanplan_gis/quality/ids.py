"""Stable names of findings, so that a decision finds its finding again at the next run."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace

import shapely

from urbanplan_gis.model.data import Finding


def number_findings(findings: Iterable[Finding]) -> list[Finding]:
    """Findings with ids made of code, layer, features and place (to the metre).

    The order of the features does not matter: who wins an overlap may be decided otherwise.

    Two findings of the same kind on the same features at the same metre are told apart by a
    counter, in order of size.
    """
    seen: dict[str, int] = {}
    named = []
    for finding in sorted(findings, key=_stable_order):
        stem = f"{finding.code}-{_digest(finding)}"
        seen[stem] = seen.get(stem, 0) + 1
        finding_id = stem if seen[stem] == 1 else f"{stem}-{seen[stem]}"
        named.append(replace(finding, finding_id=finding_id))
    return named


def by_size(findings: Iterable[Finding]) -> list[Finding]:
    """Findings by hectares, the largest first; those without a size last."""
    return sorted(findings, key=lambda item: (-(item.area_m2 or 0.0), item.finding_id))


def place_of(finding: Finding) -> tuple[float, float] | None:
    """A point of the finding (project CRS), or None where it has no place."""
    if finding.geometry is None or finding.geometry.is_empty:
        return None
    point = shapely.point_on_surface(finding.geometry)
    return (point.x, point.y) if not point.is_empty else None


def _stable_order(finding: Finding) -> tuple[str, str, tuple[str, ...], float]:
    return finding.code, finding.layer, finding.feature_ids, -(finding.area_m2 or 0.0)


def _digest(finding: Finding) -> str:
    place = ""
    if not finding.feature_ids and finding.geometry is not None:
        centre = shapely.centroid(finding.geometry)
        place = f"{centre.x:.0f},{centre.y:.0f}"
    text = "|".join((finding.code, finding.layer, *sorted(finding.feature_ids), place))
    return hashlib.sha256(text.encode()).hexdigest()[:10]
