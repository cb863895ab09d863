"""The ground a declaration asks for: a group of units, units by their codes, or bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from urbanplan_gis.outputs.sheets.declaration import wrong
from urbanplan_gis.outputs.sheets.theme import bounds
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    from urbanplan_gis.outputs.sheets.data import SheetData

Bounds = tuple[float, float, float, float]


def ground_of(extent: Any, data: SheetData, where: str) -> Bounds:
    """The bounds (metres) of an extent; ``where`` names its place in messages.

    Raises:
        PlanDataError: for a group or a code of which there is no unit.
    """
    units = data.units
    if extent is None or extent == "city":
        return bounds(units)
    if isinstance(extent, str):
        is_ward = units["kind"].astype("string").eq("ward").fillna(False)
        chosen = units["slated"].fillna(False) if extent == "slated" else is_ward
        rows = chosen.to_numpy(dtype=bool)
        if not rows.any():
            raise wrong(where, extent, Text.of("sheet.wanted.some_unit"))
        return bounds(units[rows])
    if isinstance(extent[0], str):
        codes = units["code"].astype(str)
        unknown = [code for code in extent if code not in set(codes)]
        if unknown:
            known = ", ".join(sorted(codes))
            raise wrong(where, ", ".join(unknown), Text.of("error.wanted.one_of", limit=known))
        return bounds(units[codes.isin(extent).to_numpy(dtype=bool)])
    xmin, ymin, xmax, ymax = (float(value) for value in extent)
    _refuse_elsewhere((xmin, ymin, xmax, ymax), data, where)
    return xmin, ymin, xmax, ymax


def _refuse_elsewhere(asked: Bounds, data: SheetData, where: str) -> None:
    """Bounds in another CRS, or northings first, show an empty sheet: better to say so."""
    own = bounds(data.units)
    low = np.maximum(asked[:2], own[:2])
    high = np.minimum(asked[2:], own[2:])
    if (low > high).any():
        listed = ", ".join(f"{value:.0f}" for value in own)
        found = ", ".join(f"{value:g}" for value in asked)
        raise wrong(where, found, Text.of("sheet.wanted.bounds", bounds=listed))
