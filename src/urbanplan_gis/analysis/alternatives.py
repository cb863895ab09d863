"""The other way each finding could be resolved, as a planner would decide it.

``choice`` is what ``decisions.csv`` would say (``keep``, ``drop``, ``code``, ``fill``), so that a
price can be checked by deciding so and running again. Where no decision can say it, it is a token
of its own: ``keep X here`` (X takes this piece of ground only, though it yields others too),
``declared`` (the declared area counts), ``median`` (a missing number of floors or width is that
of its like).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence, cut_by_units
from urbanplan_gis.analysis.gather import Derived
from urbanplan_gis.analysis.stakes import Change, faces_of
from urbanplan_gis.geometry.areas import polygons_only
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.geometry.planar import Overlaps, yield_ground
from urbanplan_gis.loaders.recognise import recognise_values
from urbanplan_gis.model.data import Finding, Role
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.in_force import in_force
from urbanplan_gis.quality.order import feature_rank
from urbanplan_gis.standards.codes import STREET_REMAINDER

#: layers whose features hold ground in the mosaic
_LABELLING = frozenset(
    {Role.LAND_USE, Role.ZONING, Role.RIGHT_OF_WAY, Role.GREEN, Role.GENERAL_PLAN}
)
#: columns of labels that figures ask for
_SAYING = ("code_list", "code", "sub_use", "kind", "park")
_DECLARED = {"declared_area_ha": 1e4, "declared_area_m2": 1.0}


@dataclass(frozen=True, eq=False)
class Alternative:
    """How a finding could be resolved otherwise, and what would change hands."""

    choice: str
    changes: tuple[Change, ...]


class Ground:
    """Who holds which ground, and who would come next: asked by every alternative."""

    def __init__(self, derived: Derived, evidence: Evidence, facts: DeriveFacts) -> None:
        self.derived = derived
        self.evidence = evidence
        self.facts = facts
        self._planar: dict[Role, NDArray[np.object_]] = {}
        self._rank: dict[Role, NDArray[np.intp]] = {}
        self._sayings: dict[Role, NDArray[np.intp]] = {}

    def frame(self, role: Role) -> pd.DataFrame:
        return self.evidence.dataset.layers[role].frame

    def position(self, role: Role, feature: str) -> int | None:
        """The position of a feature in its layer, or None if it is no longer there."""
        return self._positions.get((role, feature))

    @cached_property
    def _positions(self) -> Mapping[tuple[Role, str], int]:
        return {
            (role, feature): number
            for role, layer in self.evidence.dataset.layers.items()
            if layer.frame is not None and "feature_id" in layer.frame
            for number, feature in enumerate(layer.frame["feature_id"])
        }

    def overlaps(self, role: Role) -> Overlaps:
        return self.evidence.mosaic.overlaps[str(role)]

    def held(self, role: Role, feature: int) -> shapely.Geometry:
        """The ground a feature holds against all others of its layer."""
        if role not in self._planar:
            geometries = self.frame(role).geometry.to_numpy()
            self._planar[role] = yield_ground(geometries, self.overlaps(role))
        return self._planar[role][feature]

    def rank(self, role: Role) -> NDArray[np.intp]:
        if role not in self._rank:
            self._rank[role] = feature_rank(self.frame(role))
        return self._rank[role]

    def sayings(self, role: Role) -> NDArray[np.intp]:
        """A number for what each feature says of its ground: equal ones matter to no figure."""
        if role not in self._sayings:
            frame = self.frame(role)
            said = [frame[name].astype(str) for name in _SAYING if name in frame]
            self._sayings[role] = pd.factorize(pd.Series(list(zip(*said, strict=True))))[0]
        return self._sayings[role]

    def give(self, role: Role, winner: int, loser: int) -> Alternative | None:
        """The ground one feature keeps from another goes to that other."""
        pairs = self.overlaps(role)
        yields = np.flatnonzero(pairs.loser == loser)
        here = yields[pairs.winner[yields] == winner]
        if not len(here):
            return None
        # what a third one takes from both stays with it
        ground = shapely.intersection(pairs.shared[here[0]], self.held(role, winner))
        ground = polygons_only(np.array([ground], dtype=object))[0]
        name = self.frame(role)["feature_id"].iloc[loser]
        choice = f"keep {name}" if len(yields) == 1 else f"keep {name} here"
        if ground.is_empty:
            return None
        if role == Role.UNITS:
            return Alternative(choice, (Change(role, ground, unit=loser),))
        return Alternative(choice, (Change(role, ground, to=loser),))

    def drop(self, role: Role, feature: int) -> list[Change]:
        """Its ground goes to those it was kept from, in their order; the rest to nobody."""
        pairs = self.overlaps(role)
        left = self.held(role, feature)
        changes = []
        waiting = np.flatnonzero(pairs.winner == feature)
        for pair in waiting[np.argsort(self.rank(role)[pairs.loser[waiting]], kind="stable")]:
            taken = shapely.intersection(left, pairs.shared[pair])
            changes.append(Change(role, taken, to=int(pairs.loser[pair])))
            left = shapely.difference(left, pairs.shared[pair])
        for remainder, outline in self._street_land(role):
            changes.append(Change(role, shapely.intersection(left, outline), to=remainder))
            left = shapely.difference(left, outline)
        changes.append(Change(role, left, to=NOWHERE))
        solid = polygons_only(np.array([item.ground for item in changes], dtype=object))
        return [
            Change(role, ground, to=item.to)
            for item, ground in zip(changes, solid, strict=True)
            if not ground.is_empty
        ]

    def _street_land(self, role: Role) -> Iterable[tuple[int, shapely.Geometry]]:
        """Remainders of plans, which take ground that no lot holds, and their outlines."""
        frame = self.frame(role)
        if role != Role.ZONING or not (frame["code_list"] == STREET_REMAINDER[0]).any():
            return
        plans = self.frame(Role.PLANS)
        outlines = plans.geometry.to_numpy()
        for plan in self.facts.street_land:
            place = self.position(role, f"{plan}/remainder")
            if place is not None:
                yield place, shapely.union_all(outlines[(plans["plan_id"] == plan).to_numpy()])


def find_alternative(finding: Finding, ground: Ground) -> Alternative | None:
    """The other way to resolve a finding; None where there is no other, or nothing hangs on it."""
    finder = _FINDERS.get(finding.code)
    try:
        role = Role(finding.layer)
    except ValueError:
        return None
    if finder is None or finding.action.startswith("decided"):
        return None
    found = finder(finding, role, ground)
    return found if found is not None and found.changes else None


def _keep_other(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """The feature that yields takes the ground instead."""
    if role not in _LABELLING and role != Role.UNITS:
        return None
    places = [ground.position(role, feature) for feature in finding.feature_ids]
    known = [place for place in places if place is not None]
    if len(known) < 2:
        return None
    if role != Role.UNITS and len(set(ground.sayings(role)[known].tolist())) == 1:
        return None
    # of several drawn alike, the one that would come next
    winner, loser = sorted(known, key=lambda place: ground.rank(role)[place])[:2]
    return ground.give(role, winner, loser)


def _drop(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    place = ground.position(role, finding.feature_ids[0])
    if place is None:
        return None
    choice = f"drop {finding.feature_ids[0]}"
    if role == Role.BUILDINGS:
        return Alternative(choice, tuple(_floors(ground, place, -1.0)))
    if role not in _LABELLING:
        return None
    return Alternative(choice, tuple(ground.drop(role, place)))


def _drop_plan(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """The plan out of the layer, where no other plan's validity hangs on it."""
    place = ground.position(Role.PLANS, finding.feature_ids[-1])
    if place is None or ground.evidence.plans is None:
        return None
    plans, day = ground.evidence.plans, ground.evidence.as_of
    rest = np.arange(len(plans)) != place
    plan = str(plans["plan_id"].iloc[place])
    moved = (in_force(plans[rest], day) != in_force(plans, day)[rest]).any()
    if moved or plan in ground.facts.street_land:
        return None
    under = np.flatnonzero(ground.evidence.mosaic.covers[str(Role.PLANS)][:, place])
    choice = f"drop {finding.feature_ids[-1]}"
    return Alternative(choice, (Change(Role.PLANS, faces=under, plan=place),))


def _give_code(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """The class its words suggest most, even if too weakly to be taken."""
    places = [ground.position(role, feature) for feature in finding.feature_ids]
    known = np.array([place for place in places if place is not None], dtype=np.intp)
    if not len(known):
        return None
    frame = ground.frame(role)
    code_list = _list_of(frame)
    values = frame["source_value"].iloc[known[:1]].reset_index(drop=True)
    guesses = recognise_values(values, None, np.ones(1), code_list) if code_list else {}
    for guess in guesses.values():
        code = guess.code or guess.runner_up
        if code:
            faces = faces_of(ground.evidence.mosaic, role, known)
            return Alternative(
                f"code {code}", (Change(role, faces=faces, code=(code_list, code)),)
            )
    return None


def _list_of(frame: pd.DataFrame) -> str:
    """The code list most features of a layer use."""
    used = frame["code_list"][~frame["code_list"].isin(["", STREET_REMAINDER[0]])]
    return str(used.mode().iloc[0]) if len(used) else ""


def _fill(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """The neighbour with the longest common boundary takes the gap."""
    frame = ground.frame(role)
    geometries = frame.geometry.to_numpy()
    near = np.sort(shapely.STRtree(geometries).query(finding.geometry, predicate="intersects"))
    if not len(near):
        return None
    edge = shapely.boundary(finding.geometry)
    shared = shapely.length(shapely.intersection(edge, shapely.boundary(geometries[near])))
    if not shared.max() > 0:
        return None
    place = int(near[int(np.argmax(shared))])
    choice = f"fill {frame['feature_id'].iloc[place]}"
    return Alternative(choice, (Change(role, finding.geometry, to=place),))


def _declared(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """The ground of the feature weighs what was declared of it."""
    place = ground.position(role, finding.feature_ids[0])
    if place is None or role not in _LABELLING:
        return None
    row = ground.frame(role).iloc[place]
    stated = [float(row[name]) * factor for name, factor in _DECLARED.items() if name in row]
    weight = np.nanmax(stated) / row["geometry"].area
    faces = faces_of(ground.evidence.mosaic, role, np.array([place]))
    return Alternative("declared", (Change(role, faces=faces, weight=float(weight)),))


def _median_floors(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    place = ground.position(role, finding.feature_ids[0])
    if place is None:
        return None
    frame = ground.frame(role)
    floors = frame["floors"][(frame["use"] == "residential") & (frame["floors"] > 0)]
    if floors.empty:
        return None
    return Alternative("median", tuple(_floors(ground, place, 1.0, float(floors.median()))))


def _floors(
    ground: Ground, place: int, sign: float, floors: float | None = None
) -> list[Change]:
    """Floor area of one dwelling, by unit."""
    frame = ground.frame(Role.BUILDINGS)
    row = frame.iloc[place]
    number = row["floors"] if floors is None else floors
    if row["use"] != "residential" or pd.isna(number):
        return []
    units = ground.evidence.units.geometry.to_numpy()
    cut = cut_by_units(frame.geometry.to_numpy()[[place]], units)
    inside = sum_by(cut["unit"].to_numpy(), shapely.area(cut["geometry"].to_numpy()), len(units))
    return [Change(Role.BUILDINGS, floor_area=sign * float(number) * inside)]


def _median_width(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """A road without a width is as wide as its like."""
    place = ground.position(role, finding.feature_ids[0])
    if place is None or ground.derived.centrelines is None:
        return None
    frame = ground.frame(role)
    same = frame["road_class"].eq(frame["road_class"].iloc[place]).fillna(False).astype(bool)
    widths = frame["width_m"][(frame["width_m"] > 0)]
    like = widths[same] if same.any() else widths
    width = (like if len(like) else widths).median()
    if pd.isna(width):
        return None
    facts = ground.facts
    land = shapely.buffer(
        frame.geometry.iloc[place], float(width) / 2, quad_segs=facts.quadrant_segments,
        cap_style=facts.cap, join_style=facts.join,
    )  # fmt: skip
    return Alternative("median", (Change(role, land, street=True),))


_FINDERS: Mapping[str, Callable[[Finding, Role, Ground], Alternative | None]] = {
    "overlap": _keep_other,
    "overlap_sliver": _keep_other,
    "overlap_contained": _keep_other,
    "near_duplicate": _keep_other,
    "duplicate_geometry": _keep_other,
    "invalid_geometry": _drop,
    "unmapped_code": _give_code,
    "gap": _fill,
    "gap_sliver": _fill,
    "plan_without_date": _drop_plan,
    "plan_replaced_by_unknown": _drop_plan,
    "declared_area": _declared,
    "building_without_floors": _median_floors,
    "road_without_width": _median_width,
}
