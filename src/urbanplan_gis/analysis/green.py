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
from urbanplan_gis.analysis.quantity import Closing, FaceParts, Parts, Quantity
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
    if measure.rule == "per_park":
        return _per_park(evidence, dry, water)
    if measure.rule in ("dry", "half"):
        share = dry + water * (0.5 if measure.rule == "half" else 0.0)
        sums = evidence.by_unit(ground * share)
        return Quantity.simple(sums, sums, "m2", FaceParts.where(share > 0, share))
    both = np.column_stack([evidence.by_unit(ground * dry), evidence.by_unit(ground * water)])
    faces = FaceParts(np.where(dry, 0, np.where(water, 1, NOWHERE)), (dry | water).astype(float))
    return Quantity(both, both, "m2", _CAPPED, faces)


def _per_park(evidence: Evidence, dry: Mask, water: Mask) -> Quantity:
    """Components: the dry ground of each park, then the water of each."""
    ground = evidence.mosaic.area
    park, parks = _park_of_faces(evidence)
    sums = np.hstack([_by_park(evidence, ground * kind, park, parks) for kind in (dry, water)])
    of_water = np.where(water, park + parks, NOWHERE)
    faces = FaceParts(np.where(dry, park, of_water), (dry | water).astype(float))
    return Quantity(sums, sums, "m2", _BY_PARK, faces)


def _close_capped(parts: Parts) -> float:
    return capped(float(parts[0]), float(parts[1]))


def _close_by_park(parts: Parts) -> float:
    """Each park of the row on its own, whichever units it lies in."""
    dry, water = np.split(parts, 2)
    return float((dry + np.minimum(dry, water)).sum())


def _weights(parts: Parts) -> Parts:
    """Dry ground counts in full, water by what of it does (of each park, or of the row)."""
    dry, water = np.split(parts, 2)
    counted = np.divide(np.minimum(dry, water), water, out=np.ones_like(water), where=water > 0)
    return np.concatenate([np.ones_like(dry), counted])


def _slopes(parts: Parts) -> Parts:
    """Where water is capped, dry ground brings as much water with it, and more water nothing."""
    dry, water = np.split(parts, 2)
    is_capped = water > dry
    return np.concatenate([np.where(is_capped, 2.0, 1.0), np.where(is_capped, 0.0, 1.0)])


_CAPPED = Closing(_close_capped, _weights, _slopes)
_BY_PARK = Closing(_close_by_park, _weights, _slopes)


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


def _park_of_faces(evidence: Evidence) -> tuple[NDArray[np.intp], int]:
    """The park each face lies in (0 where there is no green), and how many parks there are."""
    layer = evidence.dataset.layers[Role.GREEN]
    names, park = np.unique(layer.frame["park"].to_numpy(dtype=str), return_inverse=True)
    return np.append(park, 0)[evidence.mosaic.labels["green"]], len(names)


def _by_park(
    evidence: Evidence, ground: NDArray[np.float64], park: NDArray[np.intp], parks: int
) -> Parts:
    """Ground (m²) per unit and park (shape: units x parks)."""
    here = evidence.mosaic.labels["green"] != NOWHERE
    units = len(evidence.units)
    key = evidence.mosaic.unit[here] * parks + park[here]
    return sum_by(key, ground[here], units * parks).reshape(units, -1)
