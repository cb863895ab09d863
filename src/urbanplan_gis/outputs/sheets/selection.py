"""The features of a layer for which the conditions of a declaration hold."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from urbanplan_gis.analysis.conditions import Coded, in_class_set
from urbanplan_gis.outputs.sheets.declaration import WhereFacts, one_of, wrong

if TYPE_CHECKING:
    from geopandas import GeoDataFrame


def chosen_rows(frame: GeoDataFrame, conditions: Iterable[WhereFacts], where: str) -> GeoDataFrame:
    """The features for which all conditions hold; ``where`` names their place in messages.

    Raises:
        PlanDataError: for a field the layer does not have.
    """
    holds = np.ones(len(frame), dtype=bool)
    for number, condition in enumerate(conditions):
        holds &= _holds(frame, condition, f"{where}.where[{number}]")
    return frame[holds].reset_index(drop=True)


def _holds(frame: GeoDataFrame, condition: WhereFacts, where: str) -> np.ndarray:
    if condition.class_set:
        if "code_list" not in frame:
            raise wrong(f"{where}.class_set", condition.class_set, one_of(_columns(frame)))
        coded = Coded.of_features(pd.RangeIndex(len(frame)).to_numpy(), frame)
        return in_class_set(condition.class_set, coded)
    if condition.field not in _columns(frame):
        raise wrong(f"{where}.field", condition.field, one_of(_columns(frame)))
    values = frame[condition.field]
    if condition.in_:
        return _is_any(values, condition.in_)
    if condition.not_in:
        return ~_is_any(values, condition.not_in)
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    low = -np.inf if condition.from_ is None else condition.from_
    high = np.inf if condition.to is None else condition.to
    return (numbers >= low) & (numbers <= high)


def _is_any(values: pd.Series, wanted: tuple[str | int | float | bool, ...]) -> np.ndarray:
    """Whether each value is one of those wanted: text as it is written, numbers by their size."""
    text = values.astype("string").fillna("").str.casefold()
    words = {str(item).casefold() for item in wanted if isinstance(item, str | bool)}
    holds = text.isin(words).to_numpy(dtype=bool)
    sizes = [item for item in wanted if not isinstance(item, str | bool)]
    if sizes:
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        holds |= np.isin(numbers, sizes)
    return holds


def _columns(frame: GeoDataFrame) -> list[str]:
    return [str(name) for name in frame.columns if name != frame.geometry.name]
