"""Evidence on units of other boundaries: by the crosswalk, or by outlines that are given.

Where whole units merge, what they count is added. Where a boundary cuts a unit, its statistics
are shared out in three ways: by area, by residents and by floor area of dwellings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.regrouping import (
    Division,
    Shares,
    divide_units,
    merge_units,
    on_units,
    shares_by_area,
    shares_by_buildings,
    shares_by_population,
)
from urbanplan_gis.errors import bad_data, listed
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.standards.units import Link, Unit, links_between, units_of, vintages

Mask = NDArray[np.bool_]
ADDED = "added"
#: how statistics of a unit that is cut may be shared out
METHODS: Mapping[str, Callable[[Division], Shares]] = {
    "by_area": shares_by_area,
    "by_population": shares_by_population,
    "by_buildings": shares_by_buildings,
}
#: ground of no more than this share of an old unit lies across a boundary drawn twice
_STRIP = 1e-4


@dataclass(frozen=True, eq=False)
class Conversion:
    """Evidence on other units, and how it was come by.

    ``shares`` (old x new + 1) are those of the statistics, the last column outside; ``by_area``
    those of the ground, and ``ground`` the like in m². ``in_city`` is the share (0-1) of each new
    unit's declared area that old units account for, NaN where nothing is declared.
    """

    evidence: Evidence
    origin: str
    method: str
    old_codes: tuple[str, ...]
    shares: Shares
    by_area: Shares
    ground: NDArray[np.float64]
    #: for each new unit: the old units it holds ground of, and the links that say so
    made_of: tuple[tuple[str, ...], ...]
    links: tuple[tuple[Link, ...], ...]
    in_city: NDArray[np.float64]
    is_part: Mask
    #: the share of each new unit's ground that no outline held: put there by the crosswalk
    placed: NDArray[np.float64]


def later_vintages(evidence: Evidence) -> tuple[str, ...]:
    """Vintages the units became others by; none for a city that is not in the list of units."""
    known = [item.vintage for item in vintages()]
    if evidence.boundaries not in known:
        return ()
    if not set(evidence.codes) <= set(units_of(evidence.boundaries)):
        return ()
    return _later(evidence.boundaries)


def _later(boundaries: str) -> tuple[str, ...]:
    known = [item.vintage for item in vintages()]
    return tuple(known[known.index(boundaries) + 1 :])


def convert(evidence: Evidence, outlines: Mapping[str, gpd.GeoDataFrame]) -> list[Conversion]:
    """Evidence on the units of every later vintage, and under each of the ``outlines`` given.

    ``outlines`` are units by vintage, as :func:`apportion` takes them.

    Raises:
        PlanDataError: as :func:`carry_over` and :func:`apportion`.
    """
    carried = [carry_over(evidence, vintage) for vintage in later_vintages(evidence)]
    return carried + [
        item for vintage, units in outlines.items() for item in apportion(evidence, units, vintage)
    ]


def carry_over(evidence: Evidence, vintage: str) -> Conversion:
    """Evidence on the units of a later vintage, into which whole units went.

    Raises:
        PlanDataError: if a unit is not in the crosswalk, or went in parts and needs boundaries.
    """
    links = _links(evidence, vintage)
    parted = sorted({link.from_code for link in links if not link.whole})
    if parted:
        where = f"crosswalk.csv: {evidence.boundaries} -> {vintage}"
        raise bad_data("needs_new_boundaries", where, units=", ".join(parted))
    units = _new_units(links, vintage)
    division = merge_units(evidence, units, _targets(evidence, links, units))
    return _conversion(division, ADDED, shares_by_area(division), vintage, links)


def apportion(evidence: Evidence, outlines: gpd.GeoDataFrame, vintage: str) -> list[Conversion]:
    """Evidence on units whose boundaries are given (code, geometry), by each method.

    Where the boundaries cut no unit there is nothing to share out, and one method says it all.

    ``vintage`` may be later or earlier than the evidence. Old ground in none of the new units
    goes where the crosswalk says the whole unit went; without such a place it lies outside.

    Raises:
        PlanDataError: for outlines in another or no CRS, that are invalid, share no ground with
            the units, or have a code that is not listed for ``vintage``.
    """
    units = _outlined(evidence, outlines, vintage)
    forward = vintage in _later(evidence.boundaries)
    links = _links(evidence, vintage) if forward else _links_back(evidence, vintage)
    target = np.full(len(evidence.units), NOWHERE)
    if forward:
        target = _targets(evidence, [link for link in links if link.whole], units)
    if (
        not shapely.STRtree(units.geometry.to_numpy())
        .query(evidence.units.geometry.to_numpy(), predicate="intersects")
        .size
    ):
        raise bad_data("no_common_ground", f"units of {vintage}", boundaries=evidence.boundaries)
    division = divide_units(evidence, units, target)
    weights = {name: weigh(division) for name, weigh in METHODS.items()}
    by_area = next(iter(weights))
    if np.isin(weights[by_area], (0.0, 1.0)).all():
        weights = {by_area: weights[by_area]}
    return [_conversion(division, name, shares, vintage, links) for name, shares in weights.items()]


def _conversion(
    division: Division, method: str, shares: Shares, vintage: str, links: Sequence[Link]
) -> Conversion:
    evidence, units = division.evidence, division.units
    ground = division.ground()
    # a strip along a boundary drawn twice makes no unit a part of another
    held = ground[:, :-1] > _STRIP * ground.sum(axis=1, keepdims=True)
    forward = vintage in _later(evidence.boundaries)
    here = "to_code" if forward else "from_code"
    return Conversion(
        evidence=on_units(division, shares, vintage),
        origin=evidence.boundaries,
        method=method,
        old_codes=tuple(evidence.codes),
        shares=shares,
        by_area=shares_by_area(division),
        ground=ground,
        made_of=tuple(
            tuple(np.array(evidence.codes, dtype=object)[column].tolist()) for column in held.T
        ),
        in_city=_in_city(evidence, units, held),
        is_part=_is_part(units, vintage, links) if forward else np.zeros(len(units), dtype=bool),
        placed=division.placed / np.maximum(ground[:, :-1].sum(axis=0), 1.0),
        links=tuple(
            tuple(link for link in links if getattr(link, here) == code) for code in units["code"]
        ),
    )


def _in_city(evidence: Evidence, units: gpd.GeoDataFrame, held: Mask) -> NDArray[np.float64]:
    """The declared area of the old units in each new one, over the declared area of that one."""
    old = evidence.units["declared_area_ha"].to_numpy(dtype=float, na_value=np.nan)
    return np.where(held, old[:, None], 0.0).sum(axis=0) / units["declared_area_ha"].to_numpy()


def _is_part(units: gpd.GeoDataFrame, vintage: str, links: Sequence[Link]) -> Mask:
    """New units that were also made of units outside the city, or of some that are not here."""
    known = units_of(vintage)
    here = {link.from_code for link in links}
    former = links_between(links[0].from_vintage, vintage)
    missing = {link.to_code for link in former if link.from_code not in here}
    return np.array([bool(known[code].also_from) or code in missing for code in units["code"]])


# ---- which unit goes where -------------------------------------------------------------------


def _links(evidence: Evidence, vintage: str) -> list[Link]:
    """The links of the units at hand to a later vintage."""
    every = links_between(evidence.boundaries, vintage)
    unknown = sorted(set(evidence.codes) - {link.from_code for link in every})
    if unknown:
        where = f"crosswalk.csv: {evidence.boundaries} -> {vintage}"
        raise bad_data("not_in_crosswalk", where, units=listed(unknown))
    return [link for link in every if link.from_code in set(evidence.codes)]


def _links_back(evidence: Evidence, vintage: str) -> list[Link]:
    """The links from units of an earlier vintage to the units at hand."""
    every = links_between(vintage, evidence.boundaries)
    return [link for link in every if link.to_code in set(evidence.codes)]


def _new_units(links: Sequence[Link], vintage: str) -> pd.DataFrame:
    codes = sorted({link.to_code for link in links})
    return _described([units_of(vintage)[code] for code in codes])


def _described(units: Sequence[Unit]) -> pd.DataFrame:
    columns = {
        "feature_id": [unit.code for unit in units],
        "code": [unit.code for unit in units],
        "name": [unit.name for unit in units],
        "kind": [unit.kind for unit in units],
        "slated": [unit.slated for unit in units],
        "declared_area_ha": [unit.declared_area_ha or np.nan for unit in units],
    }
    return pd.DataFrame(columns)


def _targets(evidence: Evidence, links: Sequence[Link], units: pd.DataFrame) -> NDArray[np.intp]:
    """The position in ``units`` of where each old unit went, NOWHERE if it is not there."""
    place = {code: n for n, code in enumerate(units["code"])}
    goes = {link.from_code: place.get(link.to_code, NOWHERE) for link in links}
    return np.array([goes.get(code, NOWHERE) for code in evidence.codes], dtype=np.intp)


def _outlined(evidence: Evidence, outlines: gpd.GeoDataFrame, vintage: str) -> gpd.GeoDataFrame:
    """The outlines with what the list of units says about them, in the order of their codes."""
    where = f"units of {vintage}"
    if outlines.crs is None or outlines.crs != evidence.units.crs:
        crs = {"crs": str(outlines.crs), "wanted": str(evidence.units.crs)}
        raise bad_data("outlines_crs", where, **crs)
    known = units_of(vintage)
    unknown = sorted(set(outlines["code"]) - set(known))
    if unknown:
        raise bad_data("outlines_unknown", where, codes=listed(unknown), vintage=vintage)
    ordered = outlines.sort_values("code", kind="stable").reset_index(drop=True)
    geometries = ordered.geometry.to_numpy()
    broken = ordered["code"][~shapely.is_valid(geometries) | shapely.is_empty(geometries)]
    twice = ordered["code"][ordered["code"].duplicated()]
    if len(broken) or len(twice):
        codes = listed(sorted({*broken, *twice}))
        raise bad_data("outlines_broken", where, codes=codes)
    units = _described([known[code] for code in ordered["code"]])
    return gpd.GeoDataFrame(units, geometry=geometries, crs=outlines.crs)
