"""Green land by kind, and how water inside parks counts.

QCVN 01:2021/BXD, Table 2.5, note 1: water inside parks and gardens is converted into green
land but may not make up more than 50 % of it. So water counts up to the dry area; whether of
the whole row, of each park, or at half weight, are readings of that note.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbanplan_gis.analysis.conditions import Coded, in_class_set
from urbanplan_gis.analysis.quantity import Parts, Quantity
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.data import Role
from urbanplan_gis.model.figures import Condition, Measure
from urbanplan_gis.standards.codes import GREEN_KINDS

if TYPE_CHECKING:
    from urbanplan_gis.analysis.evidence import Evidence

Mask = NDArray[np.bool_]
_PARK_WATER = Condition("green", "park_water")
_WATER = Condition("land_use", "water")


def capped(dry: float, water: float) -> float:
    """Dry green plus water up to the dry area (m²): water is at most half of the sum."""
    return dry + min(water, dry)


def coded_green(label: NDArray[np.intp], green: pd.DataFrame) -> Coded:
    """The kind of green of each face, as a code of a list of its own."""
    frame = pd.DataFrame({"code_list": GREEN_KINDS, "code": green["kind"].to_numpy()})
    return Coded.of_features(label, frame)


def green_area(evidence: Evidence, measure: Measure, state: str, in_scope: Mask) -> Quantity:
    """Green land (m²) of the kinds asked for, with water by ``measure.rule``.

    Water is ground the green layer calls water, or ground of the kinds asked for that the
    land-use layer calls water. Green layers are sparse: where they hold nothing there is none.
    """
    labels = evidence.labels
    kinds = in_scope.copy()
    for condition in measure.where:
        kinds &= labels.certain(condition, state)
    wet = labels.certain(_WATER, state)
    water = (kinds & wet) | (in_scope & _water_of_these_parks(evidence, measure, state))
    dry = kinds & ~wet
    ground = evidence.mosaic.area
    dry_by_unit = evidence.by_unit(ground * dry)
    water_by_unit = evidence.by_unit(ground * water)
    if measure.rule == "dry":
        return Quantity.simple(dry_by_unit, dry_by_unit, "m2")
    if measure.rule == "half":
        half = dry_by_unit + water_by_unit / 2
        return Quantity.simple(half, half, "m2")
    if measure.rule == "per_park":
        parks = np.hstack([_by_park(evidence, ground * dry), _by_park(evidence, ground * water)])
        return Quantity(parks, parks, "m2", close=_close_by_park)
    both = np.column_stack([dry_by_unit, water_by_unit])
    return Quantity(both, both, "m2", close=_close_capped)


def _close_capped(parts: Parts) -> float:
    return capped(float(parts[0]), float(parts[1]))


def _close_by_park(parts: Parts) -> float:
    """Each park of the row on its own, whichever units it lies in."""
    dry, water = np.split(parts, 2)
    return float((dry + np.minimum(dry, water)).sum())


def _water_of_these_parks(evidence: Evidence, measure: Measure, state: str) -> Mask:
    """Faces of ponds whose park is of the kinds asked for (a pond alone belongs to its kind)."""
    layer = evidence.dataset.layers.get(Role.GREEN)
    pond = evidence.labels.certain(_PARK_WATER, state)
    if layer is None or not pond.any():
        return pond
    parks = layer.frame["park"].to_numpy(dtype=object)
    kinds = coded_green(np.arange(len(parks)), layer.frame)
    asked = np.zeros(len(parks), dtype=bool)
    for condition in measure.where:
        asked |= in_class_set(condition.set_name, kinds)
    of_asked = np.array([*np.isin(parks.astype(str), parks[asked].astype(str)), False])
    return pond & of_asked[evidence.mosaic.labels["green"]]


def _by_park(evidence: Evidence, ground: NDArray[np.float64]) -> Parts:
    """Ground (m²) per unit and park (shape: units x parks)."""
    layer = evidence.dataset.layers[Role.GREEN]
    feature = evidence.mosaic.labels["green"]
    here = feature != NOWHERE
    names, park = np.unique(layer.frame["park"].to_numpy(dtype=str), return_inverse=True)
    units = len(evidence.units)
    key = evidence.mosaic.unit[here] * len(names) + park[feature[here]]
    return sum_by(key, ground[here], units * len(names)).reshape(units, -1)
