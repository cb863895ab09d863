"""Ids of features: as a source gives them, and unique within the role."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from urbanplan_gis.loaders.values import read_texts

if TYPE_CHECKING:
    from urbanplan_gis.loaders.raw import RawLayer
    from urbanplan_gis.loaders.source_file import SourceFile


@dataclass(frozen=True, eq=False)
class FeatureIds:
    """The ids of all features of a source, in its order.

    ``given`` as the source has them, ``unique`` within the role; ``repeated`` marks ids given
    more than once, ``missing`` features without one.
    """

    given: pd.Series
    unique: pd.Series
    repeated: np.ndarray
    missing: np.ndarray


def name_features(source: SourceFile, raw: RawLayer) -> FeatureIds:
    """Ids from the field the source names; without one ``<source>:<row from 1>``.

    Where several sources feed a role, ids from fields get the source's name before them; the
    second of equal ids becomes ``id#2``.
    """
    numbered = pd.Series([f"{source.name}:{row}" for row in range(1, len(raw) + 1)], dtype=object)
    none = np.zeros(len(raw), dtype=bool)
    name = source.facts.fields.get("feature_id")
    if name is None:
        return FeatureIds(numbered, numbered, none, none)
    given = read_texts(raw.fields[name].reset_index(drop=True))
    missing = given.isna()
    prefixed = given.map(lambda text: f"{source.name}:{text}") if source.prefixed else given
    unique = prefixed.where(~missing, numbered)
    return FeatureIds(
        given=given.where(~missing, numbered),
        unique=_number_repeats(unique),
        repeated=unique.duplicated(keep=False).to_numpy(),
        missing=missing.to_numpy(),
    )


def _number_repeats(ids: pd.Series) -> pd.Series:
    """The second of equal ids becomes ``id#2``, and so on."""
    taken = set(ids)
    result = ids.copy()
    for place in np.flatnonzero(ids.duplicated().to_numpy()):
        number = 2
        while f"{ids.iloc[place]}#{number}" in taken:
            number += 1
        result.iloc[place] = f"{ids.iloc[place]}#{number}"
        taken.add(result.iloc[place])
    return result
