"""Ground that would change hands if findings were resolved otherwise, as evidence before and after.

A change takes a piece of ground, or the whole ground of features, and gives it another feature,
another unit or another weight. The faces under it are cut along it; all their other labels stay.
The pieces of many findings are measured together: each finding has its own row of units.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gather import Derived, label_faces, share_in_centrelines
from urbanplan_gis.geometry.areas import as_array, geodesic_ratio
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.geometry.split import split_faces
from urbanplan_gis.model.data import Layer, Role
from urbanplan_gis.model.figures import Measure
from urbanplan_gis.mosaic import Mosaic

#: layers of which figures ask nothing but the code of the feature on a face
_CODED = (Role.LAND_USE, Role.ZONING, Role.GENERAL_PLAN)
#: layers whose features may say how large they are
_DECLARING = (Role.LAND_USE, Role.ZONING)
_SAYING = ("code_list", "code", "sub_use")


@dataclass(frozen=True, eq=False)
class Change:
    """What becomes of some ground: ``ground`` (a polygon), or whole ``faces`` (positions).

    ``role`` is the label that changes, to the feature at position ``to`` of its layer (NOWHERE:
    to none). ``code`` (list, code) gives the ground that code instead. ``unit`` moves it to
    another unit, ``plan`` takes a plan off it, ``weight`` multiplies the area of its feature (land
    use or lots), ``street`` puts it under a road's width, ``floor_area`` (m² per unit) is added to
    that of dwellings.
    """

    role: Role
    ground: shapely.Geometry | None = None
    faces: NDArray[np.intp] | None = None
    to: int | None = None
    code: tuple[str, str] | None = None
    unit: int | None = None
    plan: int | None = None
    weight: float = 1.0
    street: bool = False
    floor_area: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class Stakes:
    """The ground of changes as it counts now and as it would: unit rows are findings x units."""

    before: Evidence
    after: Evidence
    #: what the ground of each piece weighs as a feature of a layer, where that is not its area
    weights: Mapping[str, NDArray[np.float64]]

    def after_for(self, measure: Measure, state: str) -> Evidence:
        """The ground as it would count for one measure.

        What a lot is said to measure counts where its class is asked for; the ground of units,
        of plans and of parks stays what it is.
        """
        if "land_use" not in {condition.label for condition in measure.where}:
            return self.after
        lot, built = self.weights[str(Role.ZONING)], self.weights[str(Role.LAND_USE)]
        mosaic = self.after.mosaic
        label = mosaic.labels.get(str(Role.ZONING))
        planned = state == "planned" and label is not None
        weight = np.where(label != NOWHERE, lot, built) if planned else built
        return replace(self.after, mosaic=replace(mosaic, area=mosaic.area * weight))


def weigh_changes(
    derived: Derived, evidence: Evidence, changes: Sequence[Sequence[Change]]
) -> Stakes:
    """Evidence of all ground at stake, before and after (``changes``: those of each finding)."""
    flat = [(row, change) for row, own in enumerate(changes) for change in own]
    change, face, pieces = _cut(evidence.mosaic, [item for _, item in flat])
    finding = np.array([row for row, _ in flat], dtype=np.intp)[change]
    before = _mosaic_of(evidence.mosaic, face, pieces)
    after = _Altered(before, evidence.dataset.layers)
    share = _street_share(derived, before)
    street = None if share is None else share.copy()
    units = len(evidence.units)
    floors = np.zeros((len(changes), units))
    for number, (row, item) in enumerate(flat):
        rows = change == number
        after.apply(item, rows)
        if street is not None and item.street:
            street[rows] = 1.0
        if item.floor_area is not None:
            floors[row] += item.floor_area
    layers, now, then = _compact(evidence.dataset.layers, before, after)
    row_of = finding * units
    return Stakes(
        _evidence(evidence, now, layers, share, row_of, 0.0 * floors),
        _evidence(evidence, then, layers, street, row_of, floors),
        after.weights,
    )


def _street_share(derived: Derived, pieces: Mosaic) -> NDArray[np.float64] | None:
    """The share of each piece under roads; only roads at these pieces take ground there."""
    roads = derived.centrelines
    if roads is None or roads.empty:
        return None
    here = np.unique(shapely.STRtree(roads.geometry.to_numpy()).query(pieces.geometries)[1])
    near = replace(derived, centrelines=roads.iloc[here].reset_index(drop=True))
    share = share_in_centrelines(near, pieces)
    return np.zeros(len(pieces.area)) if share is None else share


def _cut(
    mosaic: Mosaic, changes: Sequence[Change]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.object_]]:
    """The pieces of faces that changes concern: which change, which face, and the ground."""
    by_ground = np.array([n for n, item in enumerate(changes) if item.ground is not None], int)
    grounds = as_array([changes[n].ground for n in by_ground])
    near = np.unique(shapely.STRtree(mosaic.geometries).query(grounds)[1])
    split = split_faces(grounds, mosaic.geometries[near])
    split = split.only(split.cutter != NOWHERE)
    parts = [(by_ground[split.face], near[split.cutter], split.geometries)]
    for number, item in enumerate(changes):
        if item.faces is not None:
            whole = np.full(len(item.faces), number, dtype=np.intp)
            parts.append((whole, item.faces, mosaic.geometries[item.faces]))
    change, faces, ground = (np.concatenate(columns) for columns in zip(*parts, strict=True))
    return change, faces, ground


def _mosaic_of(mosaic: Mosaic, face: NDArray[np.intp], pieces: NDArray[np.object_]) -> Mosaic:
    return replace(
        mosaic,
        geometries=pieces,
        area=shapely.area(pieces),
        unit=mosaic.unit[face],
        labels={name: label[face] for name, label in mosaic.labels.items()},
        covers={name: cover[face] for name, cover in mosaic.covers.items()},
    )


class _Altered:
    """The pieces as they would be: labels changed in place of copies of their own.

    ``given`` are features with another code: the feature and its code. Labels count them on
    behind the features of their layer.
    """

    def __init__(self, before: Mosaic, layers: Mapping[Role, Layer]) -> None:
        self.before = before
        self.layers = layers
        self.weights = {str(role): np.ones(len(before.area)) for role in _DECLARING}
        self.unit = before.unit.copy()
        self.labels = {name: label.copy() for name, label in before.labels.items()}
        self.covers = {name: cover.copy() for name, cover in before.covers.items()}
        self.given: dict[Role, list[tuple[int, tuple[str, str]]]] = {}

    def apply(self, item: Change, rows: NDArray[np.bool_]) -> None:
        name = str(item.role)
        if item.to is not None:
            self.labels[name][rows] = item.to
        if item.code is not None:
            self.labels[name][rows] = self._given(item.role, self.labels[name][rows], item.code)
        if item.unit is not None:
            self.unit[rows] = item.unit
        if item.plan is not None:
            self.covers[name][rows, item.plan] = False
        if item.weight != 1.0:
            self.weights[name][rows] = item.weight

    def _given(
        self, role: Role, features: NDArray[np.intp], code: tuple[str, str]
    ) -> NDArray[np.intp]:
        """Positions of the same features with that code."""
        given = self.given.setdefault(role, [])
        distinct, place = np.unique(features, return_inverse=True)
        first = len(self.layers[role].frame) + len(given)
        given += [(int(feature), code) for feature in distinct]
        return first + place

    def mosaic(self) -> Mosaic:
        return replace(self.before, unit=self.unit, labels=self.labels, covers=self.covers)


def _compact(
    layers: Mapping[Role, Layer], before: Mosaic, after: _Altered
) -> tuple[dict[Role, Layer], Mosaic, Mosaic]:
    """Coded layers with the features at stake only, and the pieces before and after on them.

    Figures ask for codes feature by feature: of tens of thousands only these few are looked at.
    """
    few = dict(layers)
    now, then = dict(before.labels), dict(after.labels)
    for role in (role for role in _CODED if role in layers):
        name, frame = str(role), layers[role].frame
        given = after.given.get(role, [])
        used = np.setdiff1d(np.concatenate([now[name], then[name]]), [NOWHERE])
        old = used[used < len(frame)]
        said = frame[[column for column in _SAYING if column in frame]]
        renamed = said.iloc[[feature for feature, _ in given]].assign(
            code_list=[code_list for _, (code_list, _) in given],
            code=[code for _, (_, code) in given],
        )
        few[role] = layers[role].with_frame(pd.concat([said.iloc[old], renamed]))
        place = np.full(len(frame) + len(given) + 1, NOWHERE)
        place[old] = np.arange(len(old))
        place[len(frame) : -1] = len(old) + np.arange(len(given))
        now[name], then[name] = place[now[name]], place[then[name]]
    return few, replace(before, labels=now), replace(after.mosaic(), labels=then)


def _evidence(
    evidence: Evidence,
    mosaic: Mosaic,
    layers: Mapping[Role, Layer],
    share: NDArray[np.float64] | None,
    row_of: NDArray[np.intp],
    floors: NDArray[np.float64],
) -> Evidence:
    """Evidence whose units are one set for each finding, one after the other."""
    labels = label_faces(
        mosaic, layers, evidence.plans, evidence.is_ward, evidence.is_slated, share
    )
    return replace(
        evidence,
        units=gpd.GeoDataFrame(index=range(floors.size)),
        mosaic=replace(mosaic, unit=row_of + mosaic.unit),
        labels=labels,
        dwelling_floor_area=None if evidence.dwelling_floor_area is None else floors.ravel(),
        dataset=replace(evidence.dataset, layers=layers),
        geodesic=geodesic_ratio(mosaic.geometries, str(evidence.units.crs)),
    )


def faces_of(mosaic: Mosaic, role: Role, features: NDArray[np.intp]) -> NDArray[np.intp]:
    """The faces whose label of a role is one of the features."""
    label = mosaic.labels[str(role)]
    return np.flatnonzero((label != NOWHERE) & np.isin(label, features))
