"""Who holds which ground in the mosaic, and who would come next if it were given up."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.gather import Derived
from urbanplan_gis.analysis.stakes import Change
from urbanplan_gis.geometry.areas import as_array, common_ground, polygons_only
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.geometry.planar import Overlaps, yield_ground
from urbanplan_gis.model.data import Role
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.in_force import in_force
from urbanplan_gis.quality.order import feature_rank
from urbanplan_gis.standards.codes import STREET_REMAINDER

#: columns of labels that figures ask for
_SAYING = ("code_list", "code", "sub_use", "kind", "park")


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

    def frame(self, role: Role) -> gpd.GeoDataFrame:
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

    def planar(self, role: Role) -> NDArray[np.object_]:
        """The ground each feature holds against all others of its layer (shape: features)."""
        if role not in self._planar:
            geometries = self.frame(role).geometry.to_numpy()
            self._planar[role] = yield_ground(geometries, self.overlaps(role))
        return self._planar[role]

    def rank(self, role: Role) -> NDArray[np.intp]:
        if role not in self._rank:
            self._rank[role] = feature_rank(self.frame(role))
        return self._rank[role]

    def sayings(self, role: Role) -> NDArray[np.intp]:
        """A number for what each feature says of its ground: equal ones matter to no figure."""
        if role not in self._sayings:
            frame = self.frame(role)
            said = [frame[name].astype(str) for name in _SAYING if name in frame]
            rows = zip(*said, strict=True) if said else [()] * len(frame)
            self._sayings[role] = pd.factorize(pd.Series(list(rows), dtype=object))[0]
        return self._sayings[role]

    def give(
        self, role: Role, winner: int, loser: int, alike: Collection[int] = ()
    ) -> Alternative | None:
        """The ground one feature keeps from another goes to that other.

        ``alike`` are features drawn exactly alike: against them it is the same ground.
        """
        pairs = self.overlaps(role)
        yields = np.flatnonzero(pairs.loser == loser)
        here = yields[pairs.winner[yields] == winner]
        if not len(here):
            return None
        # what a third one takes from both stays with it
        ground = _common(self.planar(role)[winner], pairs.shared[here[0]])
        if ground.is_empty:
            return None
        frame = self.frame(role)
        name = frame["feature_id"].iloc[loser]
        decides = "priority" in frame and {*pairs.winner[yields].tolist()} <= {winner, *alike}
        choice = f"keep {name}" if decides else f"keep {name} here"
        if role == Role.UNITS:
            moved = self._dwellings_moved(ground, winner, loser)
            return Alternative(choice, (Change(role, ground, unit=loser), *moved))
        return Alternative(choice, (Change(role, ground, to=loser),))

    def _dwellings_moved(
        self, ground: shapely.Geometry, winner: int, loser: int
    ) -> Iterable[Change]:
        """Floors of dwellings on ground that goes from one unit to another."""
        if Role.BUILDINGS not in self.evidence.dataset.layers:
            return
        homes = self.frame(Role.BUILDINGS)
        homes = homes.iloc[np.sort(homes.sindex.query(ground, predicate="intersects"))]
        homes = homes[(homes["use"] == "residential").to_numpy()]
        floors = np.nan_to_num(homes["floors"].to_numpy(dtype=float, na_value=np.nan))
        inside = shapely.intersection(homes.geometry.to_numpy(), ground)
        moved = float((shapely.area(inside) * floors).sum())
        gained = np.zeros(len(self.evidence.units))
        gained[winner], gained[loser] = -moved, moved
        yield Change(Role.BUILDINGS, floor_area=gained)

    def drop(self, role: Role, feature: int) -> list[Change]:
        """Its ground goes to those it was kept from, in their order; the rest to nobody."""
        pairs = self.overlaps(role)
        left = _solid(self.planar(role)[feature])
        changes = []
        waiting = np.flatnonzero(pairs.winner == feature)
        for pair in waiting[np.argsort(self.rank(role)[pairs.loser[waiting]], kind="stable")]:
            taken = _common(left, pairs.shared[pair])
            changes.append(Change(role, taken, to=int(pairs.loser[pair])))
            left = _solid(shapely.difference(left, pairs.shared[pair]))
        streets = self._street_land if role == Role.ZONING else shapely.Polygon()
        taken = _common(left, streets)
        changes.append(Change(role, taken, code=STREET_REMAINDER))
        changes.append(Change(role, shapely.difference(left, streets), to=NOWHERE))
        solid = polygons_only(np.array([item.ground for item in changes], dtype=object))
        return [
            replace(item, ground=ground)
            for item, ground in zip(changes, solid, strict=True)
            if not ground.is_empty
        ]

    @cached_property
    def _street_land(self) -> shapely.Geometry:
        """The outlines of plans whose remainder, which no lot holds, is taken for streets."""
        if not self.facts.street_land:
            return shapely.Polygon()
        plans = self.frame(Role.PLANS)
        meant = plans["plan_id"].isin(self.facts.street_land).to_numpy()
        standing = in_force(plans, self.evidence.as_of)
        return shapely.union_all(plans.geometry.to_numpy()[meant & standing])


def _solid(ground: shapely.Geometry) -> shapely.Geometry:
    """The polygons of what overlay left: with its lines, GEOS cannot take an intersection."""
    return polygons_only(np.array([ground], dtype=object))[0]


def _common(first: shapely.Geometry, second: shapely.Geometry) -> shapely.Geometry:
    return common_ground(as_array([first]), as_array([second]))[0]
