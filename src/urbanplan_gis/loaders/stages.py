"""Stages of a plan in names of lots: existing, first stage, long term (Circular 16/2025, Annex I).

Layer names begin with the stage (``HT_``, ``QHDD_``, ``QHDH_``), and one class or drawing may hold
all three over the same ground: the existing lots, what is built first, and the plan as a whole.
Read second-hand; which stage keeps the ground is decided here: in planned layers the long term,
then the first stage, then what exists; in existing land use what exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely

from urbanplan_gis.loaders.text.folding import fold_words
from urbanplan_gis.model.data import Finding, Role, Severity
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

    from urbanplan_gis.loaders.source_file import SourceFile

EXISTING, FIRST, LONG_TERM = "HT", "QHDD", "QHDH"
#: the stages of each role, that which keeps the ground first; names without a stage go with it
_PLANNED = (LONG_TERM, FIRST, EXISTING)
_ORDER: Mapping[Role, Sequence[str]] = {
    Role.LAND_USE: (EXISTING, FIRST, LONG_TERM),
    Role.ZONING: _PLANNED,
    Role.GENERAL_PLAN: _PLANNED,
}


def read_stage(name: str) -> str:
    """The stage a name says; ``""`` for none.

    «HT» alone may be infrastructure (hạ tầng): it is a stage only before ``DAT``.
    """
    words = fold_words(name).split()
    first = words[0].upper() if words else ""
    if first in (FIRST, LONG_TERM) or (first == EXISTING and words[1:2] == ["dat"]):
        return first
    text = f" {' '.join(words)} "
    said = [stage for words, stage in ((" dot dau ", FIRST), (" dai han ", LONG_TERM))
            if words in text]  # fmt: skip
    return said[0] if len(said) == 1 else ""


def order_stages(source: SourceFile, frame: gpd.GeoDataFrame) -> list[Finding]:
    """Sets ``priority`` so that one stage keeps the ground; a finding where there are others.

    Priorities the source gives itself stay.
    """
    order = _ORDER.get(source.role)
    if order is None or not len(frame):
        return []
    names = frame["source_value"]
    stages = names.map({name: read_stage(name) for name in names.unique()}).to_numpy()
    others = ~np.isin(stages, ("", order[0]))
    if not others.any():
        return []
    if "priority" not in {*source.facts.fields, *source.facts.set}:
        lower = np.select([stages == order[1], stages == order[2]], [1, 2], 0)
        frame["priority"] = frame["priority"] - lower
    rows = frame[others]
    areas = shapely.area(rows.geometry.to_numpy())
    counted = [(stage, stages[others] == stage) for stage in order[1:]]
    listed = "; ".join(
        f"{stage}: {int(at.sum())} ({areas[at].sum() / 1e4:.4g} ha)"
        for stage, at in counted
        if at.any()
    )
    message = Text.of(
        "finding.other_stages", source=source.name, stages=listed, order=", ".join(order)
    )
    largest = rows.geometry.iloc[int(np.argmax(areas))]
    return [
        Finding(
            "other_stages", Severity.WARNING, source.role, tuple(rows["feature_id"]), message,
            action="resolved_by_order", geometry=shapely.point_on_surface(largest),
            area_m2=float(areas.sum()),
        )
    ]  # fmt: skip
