"""Points on maps: discs of one size on paper."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import shapely

from urbanplan_gis.outputs.sheets.symbols import Symbol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from urbanplan_gis.outputs.sheets.theme import MapClass


@dataclass(frozen=True)
class PointSymbol(Symbol):
    """A disc on paper of a diameter in millimetres; fill and edge as those of an area."""

    point_mm: float = 1.4


def on_paper(entry: MapClass, scale: int) -> MapClass:
    """The class with its points as discs of their size at the scale 1:``scale``."""
    if not isinstance(entry.symbol, PointSymbol):
        return entry
    radius = entry.symbol.point_mm / 2 * scale / 1000
    shapes = np.where(
        shapely.get_dimensions(entry.shapes) == 0,
        shapely.buffer(entry.shapes, radius),
        entry.shapes,
    )
    return replace(entry, shapes=shapes)


def with_points(before: Sequence[MapClass], after: Sequence[MapClass]) -> tuple[MapClass, ...]:
    """Classes in new symbols, in which points are discs of the size they had before."""
    kept = []
    for old, new in zip(before, after, strict=True):
        if isinstance(old.symbol, PointSymbol):
            discs = PointSymbol(
                fill=new.symbol.fill,
                edge=old.symbol.edge,
                edge_mm=old.symbol.edge_mm,
                point_mm=old.symbol.point_mm,
            )
            new = replace(new, symbol=discs)
        kept.append(new)
    return tuple(kept)
