"""The other way each finding could be resolved, as a planner would decide it.

``choice`` is what ``decisions.csv`` would say (``keep``, ``drop``, ``code``, ``fill``), so that a
price can be checked by deciding so and running again. Where no decision can say it, it is a token
of its own: ``keep X here`` (X takes this piece of ground only, though it yields others too, or its
layer knows no priorities), ``declared`` (the declared area counts), ``median`` (a missing number
of floors or width is that of its like).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import cut_by_units
from urbanplan_gis.analysis.ground import Alternative, Ground
from urbanplan_gis.analysis.stakes import Change, faces_of
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.loaders.classes.recognise import Recognised, recognise_values
from urbanplan_gis.loaders.values import fold_text
from urbanplan_gis.model.data import Finding, Role
from urbanplan_gis.quality.decisions import lists_in_use
from urbanplan_gis.quality.in_force import in_force
from urbanplan_gis.quality.order import feature_rank

#: layers whose features hold ground in the mosaic
_LABELLING = frozenset(
    {Role.LAND_USE, Role.ZONING, Role.RIGHT_OF_WAY, Role.GREEN, Role.GENERAL_PLAN}
)
#: a repair that changes less of a polygon than this is no reason to give the polygon up
_ALIKE = 1e-3


def find_alternative(finding: Finding, ground: Ground) -> Alternative | None:
    """The other way to resolve a finding; None where there is no other, or nothing hangs on it."""
    finder = _FINDERS.get(finding.code)
    role = next((role for role in ground.evidence.dataset.layers if role == finding.layer), None)
    if finder is None or role is None or finding.action.startswith("decided"):
        return None
    found = finder(finding, role, ground)
    return found if found is not None and found.changes else None


def _keep_other(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """The feature that yields takes the ground instead."""
    known = _still_there(finding, role, ground)
    if len(known) < 2:
        return None
    if role == Role.BUILDINGS:
        # both are counted: each dwelling drawn twice is dropped once
        return _dropped(role, known[-1], ground)
    if role not in _LABELLING and role != Role.UNITS:
        return None
    # of several drawn alike, the next one that says something else
    winner, *others = sorted(known, key=lambda place: ground.rank(role)[place])
    if role != Role.UNITS:
        said = ground.sayings(role)
        others = [place for place in others if said[place] != said[winner]]
    alike = known if finding.code == "duplicate_geometry" else ()
    return ground.give(role, winner, others[0], alike) if others else None


def _still_there(finding: Finding, role: Role, ground: Ground) -> list[int]:
    """Positions of the features of a finding that are in their layer."""
    places = [ground.position(role, feature) for feature in finding.feature_ids]
    return [place for place in places if place is not None]


def _drop(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """The last of the features out of its layer."""
    known = _still_there(finding, role, ground)
    return _dropped(role, known[-1], ground) if known else None


def _drop_repaired(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """The feature out of its layer; a repair that moved no ground leaves nothing to decide."""
    known = _still_there(finding, role, ground)
    if not known:
        return None
    size = ground.frame(role).geometry.iloc[known[0]].area
    moved = (finding.area_m2 or 0.0) > _ALIKE * size
    return _dropped(role, known[0], ground) if moved else None


def _dropped(role: Role, place: int, ground: Ground) -> Alternative | None:
    choice = f"drop {ground.frame(role)['feature_id'].iloc[place]}"
    if role == Role.BUILDINGS:
        return Alternative(choice, tuple(_floors(ground, place, 0.0)))
    if role == Role.PLANS:
        changes = _without_plan(place, ground)
        return Alternative(choice, changes)
    if role not in _LABELLING:
        return None
    return Alternative(choice, tuple(ground.drop(role, place)))


def _without_plan(place: int, ground: Ground) -> tuple[Change, ...]:
    """The plan out of the layer, where no other plan's validity hangs on it."""
    if ground.evidence.plans is None:
        return ()
    plans, day = ground.evidence.plans, ground.evidence.as_of
    rest = np.arange(len(plans)) != place
    plan = str(plans["plan_id"].iloc[place])
    moved = (in_force(plans[rest], day) != in_force(plans, day)[rest]).any()
    if moved or plan in ground.facts.street_land:
        return ()
    under = np.flatnonzero(ground.evidence.mosaic.covers[str(Role.PLANS)][:, place])
    return (Change(Role.PLANS, faces=under, plan=place),)


def _give_code(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """The class its words suggest most beside the one it has, even if too weakly to be taken.

    Where words say nothing, ground without a class would be of the class around it.
    """
    known = np.array(_still_there(finding, role, ground), dtype=np.intp)
    if not len(known):
        return None
    frame = ground.frame(role)
    lists = lists_in_use(frame, np.isin(np.arange(len(frame)), known))
    guess = _guess(frame.iloc[known[0]], lists[0], ground) if lists else None
    codes = [] if guess is None else [guess.code, guess.runner_up]
    if finding.code == "unmapped_code" and lists:
        codes.append(_code_around(frame, known, lists[0]))
    others = [code for code in codes if code and code != frame["code"].iloc[known[0]]]
    if not others:
        return None
    faces = faces_of(ground.evidence.mosaic, role, known)
    change = Change(role, faces=faces, code=(lists[0], others[0]))
    return Alternative(f"code {others[0]}", (change,))


def _code_around(frame: gpd.GeoDataFrame, places: NDArray[np.intp], code_list: str) -> str:
    """The code with the longest common boundary with the features; ``""`` where none has one."""
    geometries = frame.geometry.to_numpy()
    feature, near = shapely.STRtree(geometries).query(geometries[places], predicate="intersects")
    edges = shapely.boundary(geometries)
    length = shapely.length(shapely.intersection(edges[places[feature]], edges[near]))
    around = pd.Series(length, index=frame["code"].to_numpy(dtype=str)[near])
    usable = (frame["code_list"].to_numpy(dtype=str)[near] == code_list) & (around.index != "")
    by_code = around[usable & (length > 0)].groupby(level=0).sum()
    return str(by_code.idxmax()) if len(by_code) else ""


def _guess(feature: pd.Series, code_list: str, ground: Ground) -> Recognised | None:
    """What the words of a feature were recognised as, with its neighbours' colours, or alone."""
    value = fold_text(feature["source_value"])
    for item in ground.evidence.dataset.recognised.get(feature["source"], ()):
        if fold_text(item.value) == value:
            return item
    alone = pd.Series([feature["source_value"]], dtype=object)
    return next(iter(recognise_values(alone, None, np.ones(1), code_list).values()), None)


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
    for place in near[np.argsort(-shared, kind="stable")].tolist():
        if shared[near == place] > 0 and not _yields_if_grown(
            ground, role, place, finding.geometry
        ):
            choice = f"fill {frame['feature_id'].iloc[place]}"
            return Alternative(choice, (Change(role, finding.geometry, to=place),))
    return None


def _yields_if_grown(ground: Ground, role: Role, place: int, gained: shapely.Geometry) -> bool:
    """Whether a feature would lose ground for being larger: the smaller one keeps it."""
    pairs = ground.overlaps(role)
    losers = np.unique(pairs.loser[pairs.winner == place])
    if not len(losers):
        return False
    frame = ground.frame(role).iloc[[place, *losers]].reset_index(drop=True)
    shapes = frame.geometry.to_numpy().copy()
    shapes[0] = shapely.union(shapes[0], gained)
    return bool(feature_rank(frame.set_geometry(shapes, crs=frame.crs))[0] > 0)


def _declared(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """The ground of a parcel or lot weighs what was declared of it."""
    place = ground.position(role, finding.feature_ids[0])
    if place is None or role not in (Role.LAND_USE, Role.ZONING):
        return None
    row = ground.frame(role).iloc[place]
    weight = row["declared_area_m2"] / row["geometry"].area
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
    return Alternative("median", tuple(_floors(ground, place, float(floors.median()))))


def _floors(ground: Ground, place: int, floors: float) -> list[Change]:
    """The floor area of one dwelling as it would be with that many floors, by unit."""
    frame = ground.frame(Role.BUILDINGS)
    row = frame.iloc[place]
    counted = 0.0 if pd.isna(row["floors"]) else float(row["floors"])
    if row["use"] != "residential" or floors == counted:
        return []
    units = ground.planar(Role.UNITS)
    cut = cut_by_units(frame.geometry.to_numpy()[[place]], units)
    inside = sum_by(cut["unit"].to_numpy(), shapely.area(cut["geometry"].to_numpy()), len(units))
    return [Change(Role.BUILDINGS, floor_area=(floors - counted) * inside)]


def _median_width(finding: Finding, role: Role, ground: Ground) -> Alternative | None:
    """A road without a width is as wide as its like."""
    place = ground.position(role, finding.feature_ids[0])
    if place is None or ground.derived.centrelines is None:
        return None
    frame = ground.frame(role)
    known = frame["width_m"] > 0
    like = known & frame["road_class"].eq(frame["road_class"].iloc[place]).fillna(False)
    width = frame["width_m"][like.astype(bool) if like.any() else known].median()
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
    "invalid_geometry": _drop_repaired,
    "unmapped_code": _give_code,
    "code_recognised": _give_code,
    "gap": _fill,
    "gap_sliver": _fill,
    "plan_without_date": _drop,
    "plan_replaced_by_unknown": _drop,
    "declared_area": _declared,
    "building_without_floors": _median_floors,
    "road_without_width": _median_width,
}
