"""The ground a workbook calculates with: areas by unit, state and combination of labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from urbanplan_gis.analysis.conditions import Coded, in_class_set
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.panels import Panel
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.data import Role
from urbanplan_gis.model.figures import Condition
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.codes import DERIVED_LISTS, GREEN_KINDS

Flags = NDArray[np.int64]
Positions = NDArray[np.intp]
Class = tuple[str, str, str]
Switch = int | str

LAND, PLAN, GREEN = "land_use", "general_plan", "green"
RIGHT_OF_WAY, CENTRELINES, PLANS = "right_of_way", "centrelines", "plans"
OUT, IN, WITHIN, OPEN = 0, 1, 2, "?"
#: the only condition under which a code may count that a switch can say (``WITHIN``)
URBAN_LAND = Condition(PLAN, "general_plan_urban")
_KEYS = ("unit", LAND, PLAN, GREEN, "park", RIGHT_OF_WAY, PLANS)


@dataclass(frozen=True, eq=False)
class Ground:
    """Ground by unit, state and labels; the rows of a state add up to the units.

    ``rows`` has the state, positions of unit, classes, park and covering of plans (NOWHERE for
    none), ``right_of_way`` (0/1), and the ground in m²: ``area`` in the plane, ``ellipsoid``,
    ``centrelines`` (the part that centre lines and widths take up).
    """

    rows: pd.DataFrame
    #: code list, code and sub-use of every class that occurs
    classes: tuple[Class, ...]
    parks: tuple[str, ...]
    #: positions of the classes of green that each park has ground of
    kinds: tuple[tuple[int, ...], ...]
    #: positions of the plans that lie one over another
    coverings: tuple[tuple[int, ...], ...]

    def by_unit(self, units: int) -> NDArray[np.float64]:
        """All ground of each unit (m²), in the first state."""
        first = (self.rows["state"] == next(iter(self.rows["state"]), "")).to_numpy()
        area = self.rows["area"].to_numpy(dtype=float) * first
        return sum_by(self.rows["unit"].to_numpy(dtype=np.intp), area, units)

    def switches(self, set_name: str) -> list[Switch]:
        """Whether each class counts in a set: in, out, within urban land alone, or not said."""
        chosen = class_sets()[set_name]
        everything = Coded(np.arange(len(self.classes)), self.classes)
        counts = in_class_set(set_name, everything) if self.classes else ()
        found: list[Switch] = []
        for (list_id, code, _), holds in zip(self.classes, counts, strict=True):
            if holds:
                found.append(WITHIN if code in chosen.only_within else IN)
            else:
                silent = list_id in DERIVED_LISTS and list_id not in chosen.codes
                found.append(OPEN if silent else OUT)
        return found

    def flags(self, label: str, set_name: str) -> Flags:
        """Rows whose class counts for certain."""
        switch = self._switched(label, set_name)
        certain = switch == IN
        if (switch == WITHIN).any():
            certain |= (switch == WITHIN) & (self.flags(*_parts(URBAN_LAND)) == 1)
        return certain.astype(int)

    def at_most(self, label: str, set_name: str) -> Flags:
        """Rows whose class counts, or would if what is not known there turned out so."""
        nowhere = self.rows[label].to_numpy() == NOWHERE
        open_ = self._switched(label, set_name) == OPEN
        return ((self.flags(label, set_name) == 1) | nowhere | open_).astype(int)

    def of_park(self, set_name: str) -> Flags:
        """Rows in a park that has ground of a kind in the set."""
        switch = self.switches(set_name)
        asked = [any(switch[kind] == IN for kind in kinds) for kinds in self.kinds]
        return np.array([*asked, False], dtype=int)[self.rows["park"].to_numpy()]

    def under(self, standing: Sequence[bool]) -> Flags:
        """Rows under at least one plan that stands (one value for each plan)."""
        covered = [any(standing[plan] for plan in plans) for plans in self.coverings]
        return np.array([*covered, False], dtype=int)[self.rows[PLANS].to_numpy()]

    def _switched(self, label: str, set_name: str) -> NDArray[np.object_]:
        switch = np.array([*self.switches(set_name), OUT], dtype=object)
        return switch[self.rows[label].to_numpy()]


def can_be_switched(set_name: str) -> bool:
    """Whether the switches of a set can say everything that the set does."""
    return all(item == URBAN_LAND for item in class_sets()[set_name].only_within.values())


def ground_of(evidence: Evidence, panels: Iterable[Panel]) -> Ground:
    """The ground behind some panels, with the labels that they ask for in each state."""
    asked: dict[str, set[str]] = {}
    for panel in panels:
        labels = asked.setdefault(panel.state, set())
        labels |= {item.label for measure in panel.measures for item in measure.where}
        labels |= {GREEN for measure in panel.measures if measure.kind == "green_area"}
    positions, classes = _classes(evidence, list(asked))
    park, parks, kinds = _parks(evidence, classes)
    covering, coverings = _coverings(evidence)
    none = np.full(len(evidence.mosaic.area), NOWHERE)
    way = evidence.labels.present.get(RIGHT_OF_WAY, np.zeros(len(none), dtype=bool)).astype(int)
    frames = []
    for state, labels in asked.items():
        columns = {
            "unit": evidence.mosaic.unit,
            LAND: positions[state][LAND],
            PLAN: positions[state][PLAN],
            GREEN: positions[state][GREEN] if GREEN in labels else none,
            "park": park if GREEN in labels else none,
            RIGHT_OF_WAY: way if RIGHT_OF_WAY in labels else np.zeros_like(way),
            PLANS: covering if PLANS in labels else none,
        }
        frames.append(_summed(evidence, columns).assign(state=state))
    empty = pd.DataFrame(columns=[*_KEYS, "area", "ellipsoid", CENTRELINES, "state"])
    rows = pd.concat(frames, ignore_index=True) if frames else empty
    return Ground(rows, classes, parks, kinds, coverings)


def _summed(evidence: Evidence, columns: dict[str, Positions]) -> pd.DataFrame:
    """Ground added up over faces with the same keys, in the order of the keys."""
    keys = [columns[name] + 1 for name in _KEYS]
    sizes = [int(key.max(initial=0)) + 1 for key in keys]
    _, first, group = np.unique(
        np.ravel_multi_index(keys, sizes), return_index=True, return_inverse=True
    )
    area, labels = evidence.mosaic.area, evidence.labels
    share = labels.share(CENTRELINES) if CENTRELINES in labels.present else 0.0
    ground = {"area": area, "ellipsoid": area * evidence.geodesic, CENTRELINES: area * share}
    sums = {name: np.bincount(group, weights=values) for name, values in ground.items()}
    return pd.DataFrame({name: columns[name][first] for name in _KEYS} | sums)


def _classes(
    evidence: Evidence, states: list[str]
) -> tuple[dict[str, dict[str, Positions]], tuple[Class, ...]]:
    """The class of every face by state and label, as positions in one list of all classes."""
    coded = {
        state: {label: evidence.labels.coded[state][label] for label in (LAND, PLAN, GREEN)}
        for state in states
    }
    pairs = {pair for of in coded.values() for item in of.values() for pair in item.pairs}
    classes = tuple(sorted(pair for pair in pairs if pair[1]))
    index = {item: position for position, item in enumerate(classes)}
    positions = {
        state: {
            label: np.array([*(index.get(c, NOWHERE) for c in item.pairs), NOWHERE])[item.position]
            for label, item in of.items()
        }
        for state, of in coded.items()
    }
    return positions, classes


def _parks(
    evidence: Evidence, classes: tuple[Class, ...]
) -> tuple[Positions, tuple[str, ...], tuple[tuple[int, ...], ...]]:
    """The park of every face, the parks' names, and the kinds of green in each."""
    faces = len(evidence.mosaic.area)
    layer = evidence.dataset.layers.get(Role.GREEN)
    if layer is None or layer.frame is None or not len(layer.frame):
        return np.full(faces, NOWHERE), (), ()
    names, of_feature = np.unique(layer.frame["park"].to_numpy(dtype=str), return_inverse=True)
    of_kind = {code: n for n, (list_id, code, _) in enumerate(classes) if list_id == GREEN_KINDS}
    kinds: list[set[int]] = [set() for _ in names]
    for park, kind in zip(of_feature, layer.frame["kind"], strict=True):
        if kind in of_kind:
            kinds[park].add(of_kind[kind])
    park = np.append(of_feature, NOWHERE)[evidence.mosaic.labels[str(Role.GREEN)]]
    return park, tuple(map(str, names)), tuple(tuple(sorted(found)) for found in kinds)


def _coverings(evidence: Evidence) -> tuple[Positions, tuple[tuple[int, ...], ...]]:
    """The zoning plans over every face, as positions in a list of coverings."""
    faces = len(evidence.mosaic.area)
    if evidence.plans is None:
        return np.full(faces, NOWHERE), ()
    covers = np.asarray(evidence.mosaic.covers[str(Role.PLANS)], dtype=bool).copy()
    covers[:, (evidence.plans["kind"] != "zoning").to_numpy()] = False
    distinct, of_face = np.unique(covers, axis=0, return_inverse=True)
    listed = [tuple(map(int, np.flatnonzero(row))) for row in distinct]
    numbers = np.cumsum([bool(plans) for plans in listed]) - 1
    position = np.array(
        [number if plans else NOWHERE for number, plans in zip(numbers, listed, strict=True)]
    )
    return position[of_face.ravel()], tuple(plans for plans in listed if plans)


def _parts(condition: Condition) -> tuple[str, str]:
    return condition.label, condition.set_name
