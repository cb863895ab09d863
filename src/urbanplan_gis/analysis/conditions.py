"""Which faces satisfy a condition: for certain, or possibly where the ground is not known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.figures import ClassSet, Condition
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.codes import DERIVED_LISTS

Mask = NDArray[np.bool_]

#: layers that say something about every place they were surveyed for; elsewhere absence is known
TESSELLATING = frozenset({"land_use", "zoning"})


@dataclass(frozen=True, eq=False)
class Coded:
    """The code of each face in one label: position in ``pairs``, NOWHERE where there is none."""

    position: NDArray[np.intp]
    pairs: tuple[tuple[str, str, str], ...]

    @classmethod
    def of_features(cls, label: NDArray[np.intp], features: pd.DataFrame) -> Coded:
        """From feature positions per face and the features' code_list, code and sub_use."""
        triples = list(
            zip(
                features["code_list"].fillna(""),
                features["code"].fillna(""),
                features["sub_use"].fillna("") if "sub_use" in features else [""] * len(features),
                strict=True,
            )
        )
        pairs = sorted(set(triples))
        index = {pair: n for n, pair in enumerate(pairs)}
        of_feature = np.array(
            [NOWHERE if not triple[1] else index[triple] for triple in triples] + [NOWHERE]
        )
        return cls(of_feature[label], tuple(pairs))

    @classmethod
    def nowhere(cls, faces: int) -> Coded:
        return cls(np.full(faces, NOWHERE), ())

    def else_(self, other: Coded) -> Coded:
        """These codes, and the other's where there is none."""
        pairs = self.pairs + other.pairs
        moved = np.where(other.position == NOWHERE, NOWHERE, other.position + len(self.pairs))
        return Coded(np.where(self.position == NOWHERE, moved, self.position), pairs)

    @property
    def known(self) -> Mask:
        return self.position != NOWHERE

    def where(self, holds: list[bool]) -> Mask:
        """Faces whose code is one for which ``holds`` (one flag per pair)."""
        flags = np.array([*holds, False], dtype=bool)
        return flags[self.position]


@dataclass(frozen=True, eq=False)
class FaceLabels:
    """Labels of all faces, per state; conditions are answered from here.

    ``coded[state][label]`` for labels with codes, ``present[label]`` for the rest,
    ``special[label, set]`` for states of units and plans.
    """

    coded: Mapping[str, Mapping[str, Coded]]
    present: Mapping[str, Mask]
    #: labels that hold on a part of a face only: that part (0-1)
    shares: Mapping[str, NDArray[np.float64]]
    special: Mapping[tuple[str, str], Mask]
    faces: int

    def taken(self, face: NDArray[np.intp]) -> FaceLabels:
        """The labels of pieces of faces; ``face`` says which each is a piece of."""
        return FaceLabels(
            {
                state: {name: replace(item, position=item.position[face])
                        for name, item in coded.items()}
                for state, coded in self.coded.items()
            },
            {name: mask[face] for name, mask in self.present.items()},
            {name: share[face] for name, share in self.shares.items()},
            {name: mask[face] for name, mask in self.special.items()},
            len(face),
        )  # fmt: skip

    def known(self, label: str, state: str) -> Mask:
        """Faces on which a tessellating label is known; derived ground counts as known."""
        return self.coded[state][label].known

    def certain(self, condition: Condition, state: str) -> Mask:
        """Faces that satisfy the condition."""
        return self._holds(condition, state)

    def possible(self, condition: Condition, state: str) -> Mask:
        """Faces that satisfy it, or would if what is not known there turned out so."""
        holds = self._holds(condition, state)
        if condition.label not in TESSELLATING:
            return holds
        chosen = class_sets()[condition.set_name]
        coded = self.coded[state][condition.label]
        open_ = ~coded.known
        silent = [
            list_id in DERIVED_LISTS and list_id not in chosen.codes
            for list_id, _, _ in coded.pairs
        ]
        return holds | open_ | coded.where(silent)

    def share(self, label: str) -> NDArray[np.float64] | float:
        """The part of each face on which a label holds, where it does."""
        return self.shares.get(label, 1.0)

    def _holds(self, condition: Condition, state: str) -> Mask:
        special = self.special.get((condition.label, condition.set_name))
        if special is not None:
            return special
        if condition.label in self.present and condition.set_name == "any":
            return self.present[condition.label]
        coded = self.coded[state].get(condition.label)
        if coded is None:
            return np.zeros(self.faces, dtype=bool)
        return self._in_set(class_sets()[condition.set_name], coded, state)

    def _in_set(self, chosen: ClassSet, coded: Coded, state: str) -> Mask:
        holds = in_class_set(chosen.set_id, coded)
        for code, within in chosen.only_within.items():
            conditional = coded.where([pair[1] == code for pair in coded.pairs])
            holds &= ~conditional | self._holds(within, state)
        return holds


def in_class_set(set_name: str, coded: Coded) -> Mask:
    """Where codes belong to a class set, conditions on other labels aside."""
    return coded.where([_counts(class_sets()[set_name], *pair) for pair in coded.pairs])


def _counts(chosen: ClassSet, list_id: str, code: str, sub_use: str) -> bool:
    if code not in chosen.codes.get(list_id, frozenset()):
        return False
    return sub_use not in chosen.without_sub_use.get(code, frozenset()) or not sub_use
