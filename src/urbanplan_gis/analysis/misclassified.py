"""Error of classes: a feature may belong to another class than it says.

Each feature is wrong by itself with the declared probability; its ground then belongs to a class
drawn in proportion to the layer's area by class (which may be the class it had). What each
figure would gain is measured with every feature in that class. Classes that all class sets of a
figure treat alike are measured once.

Reported is the root mean square of the deviation, scatter and shift together: whether the shift
goes from the truth to the data or back is not known. Ground whose class is not known stays so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.conditions import Coded, in_class_set
from urbanplan_gis.analysis.digitising import is_drawn
from urbanplan_gis.analysis.error_model import ErrorModel
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gather import label_faces
from urbanplan_gis.analysis.green import coded_green
from urbanplan_gis.analysis.linear import (
    Floats,
    Pass,
    Positions,
    weights_of,
)
from urbanplan_gis.analysis.panels import Panel
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.data import Layer, Role
from urbanplan_gis.standards.class_sets import class_sets

CODED = (Role.LAND_USE, Role.ZONING, Role.GREEN, Role.GENERAL_PLAN)
_CENTRELINES = "centrelines"
#: columns of a frame that say the class of a feature
_CLASS = ("code_list", "code", "sub_use")


@dataclass(frozen=True, eq=False)
class UnsureClasses:
    """One layer whose classes may be wrong.

    ``given`` (features): whether somebody gave it a class, ``wrong`` (features): the probability
    that it is another; ``classes``: list, code and sub-use; ``share`` (classes): of the area of
    all features with a class.
    """

    evidence: Evidence
    layer: Layer
    given: NDArray[np.bool_]
    wrong: Floats
    classes: tuple[tuple[str, str, str], ...]
    share: Floats
    made: dict[int, Evidence] = field(default_factory=dict)

    @property
    def feature(self) -> Positions:
        """The feature each face lies in."""
        return self.evidence.mosaic.labels[str(self.layer.role)]

    def all_of(self, number: int) -> Evidence:
        """The evidence if every feature that has a class were of this one."""
        if number not in self.made:
            self.made[number] = _relabelled(self, self.classes[number])
        return self.made[number]


def unsure_classes(evidence: Evidence, errors: ErrorModel) -> list[UnsureClasses]:
    """The layers with a declared probability of a wrong class."""
    found = []
    for role in CODED:
        layer = evidence.dataset.layers.get(role)
        if layer is None:
            continue
        every = np.arange(len(layer.frame))
        green = role == Role.GREEN
        coded = coded_green(every, layer.frame) if green else Coded.of_features(every, layer.frame)
        given = coded.known & is_drawn(layer)
        wrong = np.where(given, errors.class_error(layer), 0.0)
        if not wrong.any():
            continue
        ground = shapely.area(layer.frame.geometry.to_numpy())[given]
        share = sum_by(coded.position[given], ground, len(coded.pairs))
        found.append(UnsureClasses(evidence, layer, given, wrong, coded.pairs, share / share.sum()))
    return found


def class_moments(panel: Panel, rows: Pass, unsure: UnsureClasses) -> tuple[Floats, Floats]:
    """Shift and variance of value and denominator of each row (each of shape 2 x rows)."""
    feature = unsure.feature
    counts = np.flatnonzero((feature != NOWHERE) & (unsure.wrong[feature] > 0))
    row = np.maximum(rows.of_numerator, rows.of_denominator)[panel.evidence.mosaic.unit[counts]]
    counts, row = counts[row != NOWHERE], row[row != NOWHERE]
    size = len(rows.readings)
    keys, slot = np.unique(feature[counts] * size + row, return_inverse=True)
    area = panel.evidence.mosaic.area[counts]
    wrong, row_of_slot = unsure.wrong[keys // size], keys % size

    def ground(evidence: Evidence) -> Floats:
        """What each feature adds to value and denominator of its row (shape: 2 x slots)."""
        above, below = (
            np.zeros(len(keys))
            if weight is None
            else sum_by(slot, area * weight[counts], len(keys))
            for weight in weights_of(panel, rows, evidence)
        )
        value = rows.by_numerator[row_of_slot] * above + rows.by_denominator[row_of_slot] * below
        return np.array([value, below])

    now = ground(panel.evidence)
    mean, square = np.zeros_like(now), np.zeros_like(now)
    for number, share in _told_apart(panel, unsure):
        gained = ground(unsure.all_of(number)) - now
        mean += wrong * share * gained
        square += wrong * share * gained**2
    return (
        np.array([sum_by(row_of_slot, part, size) for part in mean]),
        np.array([sum_by(row_of_slot, part, size) for part in square - mean**2]),
    )


def _told_apart(panel: Panel, unsure: UnsureClasses) -> Iterator[tuple[int, float]]:
    """One class for all that the class sets of a figure treat alike, with the share of all."""
    pairs = unsure.classes
    alone = Coded(np.arange(len(pairs)), pairs)
    kinds = np.zeros(len(pairs), dtype=np.intp)
    for name in sorted(panel.class_sets):
        within = list(class_sets()[name].only_within)
        conditional = [within.index(code) + 1 if code in within else 0 for _, code, _ in pairs]
        # numbered anew each time, so that they stay small
        said = np.column_stack([kinds, in_class_set(name, alone), conditional])
        kinds = np.unique(said, axis=0, return_inverse=True)[1].ravel()
    for kind in np.unique(kinds[unsure.share > 0]):
        share = np.where(kinds == kind, unsure.share, 0.0)
        yield int(share.argmax()), float(share.sum())


def _relabelled(unsure: UnsureClasses, named: tuple[str, str, str]) -> Evidence:
    """The evidence with every feature that was given a class given the same one."""
    evidence, layer = unsure.evidence, unsure.layer
    frame = layer.frame.copy()
    own = ("kind",) if layer.role == Role.GREEN else _CLASS
    said = named[1:2] if layer.role == Role.GREEN else named
    for column, value in zip(own, said, strict=True):
        if column in frame:
            values = np.where(unsure.given, value, frame[column].to_numpy(dtype=object))
            frame[column] = pd.Series(values, index=frame.index, dtype=object)
    layers = {**evidence.dataset.layers, layer.role: layer.with_frame(frame)}
    labels = label_faces(
        evidence.mosaic,
        layers,
        evidence.plans,
        evidence.is_ward,
        evidence.is_slated,
        evidence.labels.shares.get(_CENTRELINES),
    )
    return replace(evidence, labels=labels, dataset=replace(evidence.dataset, layers=layers))
