"""Two plans of one kind in force at the same time over the same ground.

A detail plan inside a zoning plan, and a zoning plan inside a general plan, are as they should be.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.geometry.areas import area_noise, common_ground
from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.project import ToleranceFacts
from urbanplan_gis.quality.in_force import ALWAYS, NEVER, Days, validity
from urbanplan_gis.quality.slivers import nowhere_wider, width_in_words
from urbanplan_gis.text import Text


def check_plan_overlaps(plans: Layer, as_of: dt.date, tolerance: ToleranceFacts) -> list[Finding]:
    """Ground on which two plans of one kind are, were or will be in force together.

    Of two plans the one approved first is named first. A plan that was replaced or revoked by
    the day the other came shares no day with it.
    """
    geometries = plans.frame.geometry.to_numpy()
    pairs = _pairs_in_force_together(plans.frame)
    one, other = geometries[pairs.first], geometries[pairs.second]
    shared = common_ground(one, other)
    size = shapely.area(shared)
    noise = area_noise(one) + area_noise(other)
    told = np.flatnonzero((size >= tolerance.overlap_m2) & (size > noise))
    thin = nowhere_wider(shared[told], tolerance.sliver_m)
    return [
        _plan_overlap(
            plans.frame, pairs, place, shared[place], tolerance.sliver_m if sliver else None, as_of
        )
        for place, sliver in zip(told.tolist(), thin, strict=True)
    ]


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Pairs of outlines near each other (positions), and the days on which both are in force."""

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    begin: Days
    end: Days


def _pairs_in_force_together(frame: pd.DataFrame) -> _Pairs:
    begin, end = validity(frame)
    ids, kinds, features = (
        frame[name].to_numpy(dtype=str) for name in ("plan_id", "kind", "feature_id")
    )
    rank = np.lexsort((features, ids, begin)).argsort()
    geometries = frame.geometry.to_numpy()
    first, second = shapely.STRtree(geometries).query(geometries)
    start, stop = np.maximum(begin[first], begin[second]), np.minimum(end[first], end[second])
    kept = (rank[first] < rank[second]) & (ids[first] != ids[second])
    kept &= (kinds[first] == kinds[second]) & (start < stop)
    return _Pairs(first[kept], second[kept], start[kept], stop[kept])


def _plan_overlap(
    frame: pd.DataFrame,
    pairs: _Pairs,
    place: int,
    ground: shapely.Geometry,
    sliver_m: float | None,
    as_of: dt.date,
) -> Finding:
    both = frame.iloc[[pairs.first[place], pairs.second[place]]]
    begin, end = pairs.begin[place], pairs.end[place]
    code = "plan_overlap_other_time"
    if begin <= np.datetime64(as_of) < end:
        code = "plan_overlap"
    if sliver_m is not None:
        code = "plan_overlap_sliver"
    first, second = both["plan_id"]
    return Finding(
        code=code,
        severity=Severity.WARNING if code == "plan_overlap" else Severity.INFO,
        layer=str(Role.PLANS),
        feature_ids=tuple(both["feature_id"]),
        message=Text.of(
            f"finding.{code}",
            first=first,
            second=second,
            width=width_in_words(sliver_m or 0.0),
            period=_period(begin, end, both.loc[both["approved"].isna().to_numpy(), "plan_id"]),
        ),
        action="reported",
        geometry=ground,
        area_m2=float(ground.area),
    )


def _period(begin: np.datetime64, end: np.datetime64, undated: pd.Series) -> Text:
    """From when until when, and which plans are without date, and so taken as always approved."""
    known = "".join(
        name for name, day, open_ in (("from", begin, ALWAYS), ("_to", end, NEVER)) if day != open_
    )
    days = {"begin": begin.astype(dt.date), "end": end.astype(dt.date)}
    said = Text.of(f"plan_period.{known.strip('_') or 'unknown'}", **days)
    if undated.empty:
        return said
    return Text.of("plan_period.undated", period=said, plans=", ".join(undated))
