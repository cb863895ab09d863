"""Evidence on other units: the same faces under new boundaries, statistics carried along.

Ground is measured either way: faces are cut along new boundaries and added up again, exactly.
What statistics count has no place inside its unit: a unit that goes whole is added, one that a
boundary cuts is shared out by weights.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.conditions import in_class_set
from urbanplan_gis.analysis.evidence import Evidence, cut_by_units
from urbanplan_gis.analysis.gather import unit_states
from urbanplan_gis.analysis.statistics import ChosenStatistic, choose_statistics
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.pieces import NOWHERE, Pieces
from urbanplan_gis.geometry.planar import find_overlaps, yield_ground
from urbanplan_gis.geometry.split import split_faces
from urbanplan_gis.model.data import OPTIONAL_STATISTICS, Origin, Role, Statistic

#: a unit with no more than this share of its ground elsewhere goes whole: boundaries drawn apart
_WHOLE = 1e-4
_RESIDENTIAL = "residential"
Shares = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Division:
    """How the ground of old units lies in new ones: exact pieces of units and of faces.

    ``pieces`` are parts of old units, ``faces`` parts of faces; their ``cutter`` is the position
    of the new unit, NOWHERE outside all of them.
    """

    evidence: Evidence
    #: code, name, kind, slated of the new units; geometry is their ground in the city
    units: gpd.GeoDataFrame
    pieces: Pieces
    faces: Pieces
    #: ground (m²) of each new unit that none of the outlines held
    placed: NDArray[np.float64]

    def ground(self) -> NDArray[np.float64]:
        """Ground (m²) of each old unit in each new one, and outside (old x new + 1)."""
        return self.table(self.pieces, shapely.area(self.pieces.geometries))

    def table(self, pieces: Pieces, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values of pieces of old units added up (old x new + 1, the last: outside)."""
        columns = len(self.units) + 1
        key = pieces.face * columns + pieces.cutter % columns
        return sum_by(key, values, len(self.evidence.units) * columns).reshape(-1, columns)


def merge_units(evidence: Evidence, units: pd.DataFrame, target: NDArray[np.intp]) -> Division:
    """Old units that go whole into new ones (``target``: positions in ``units``)."""
    ground = _planar_units(evidence)
    merged = [shapely.union_all(ground[target == n]) for n in range(len(units))]
    everyone = np.arange(len(ground))
    faces = np.arange(len(evidence.mosaic.area))
    return Division(
        evidence,
        gpd.GeoDataFrame(units, geometry=merged, crs=evidence.units.crs),
        Pieces(ground, everyone, target),
        Pieces(evidence.mosaic.geometries, faces, target[evidence.mosaic.unit]),
        np.zeros(len(units)),
    )


def divide_units(evidence: Evidence, units: gpd.GeoDataFrame, target: NDArray[np.intp]) -> Division:
    """Old units cut by the boundaries of new ones (polygons in the project CRS).

    Ground of an old unit in no new one goes where the whole unit goes (``target``), so that
    boundaries drawn apart lose nothing; where that is NOWHERE, it lies outside.
    """
    outlines = units.geometry.to_numpy()
    outlines = yield_ground(outlines, find_overlaps(outlines, np.arange(len(outlines))))
    split = split_faces(_planar_units(evidence), outlines)
    pieces = _placed(split, target)
    left = (split.cutter == NOWHERE) & (pieces.cutter != NOWHERE)
    placed = sum_by(pieces.cutter[left], shapely.area(pieces.geometries[left]), len(outlines))
    of_faces = split_faces(evidence.mosaic.geometries, outlines)
    faces = _placed(of_faces, target[evidence.mosaic.unit])
    inside = [shapely.union_all(pieces.geometries[pieces.cutter == n]) for n in range(len(units))]
    frame = gpd.GeoDataFrame(units.drop(columns="geometry"), geometry=inside, crs=units.crs)
    return Division(evidence, frame, pieces, faces, placed)


def _planar_units(evidence: Evidence) -> NDArray[np.object_]:
    """The units without what they yield to one another; units made here overlap nowhere."""
    ground = evidence.units.geometry.to_numpy()
    overlaps = evidence.mosaic.overlaps.get(str(Role.UNITS))
    return ground if overlaps is None else yield_ground(ground, overlaps)


def _placed(pieces: Pieces, target: NDArray[np.intp]) -> Pieces:
    left = pieces.cutter == NOWHERE
    return replace(pieces, cutter=np.where(left, target[pieces.face], pieces.cutter))


# ---- weights ---------------------------------------------------------------------------------


def shares_by_area(division: Division) -> Shares:
    """The share (0-1) of each old unit's ground in each new one, and outside (old x new + 1)."""
    return _shares(division.ground(), division)


def shares_by_population(division: Division) -> Shares:
    """The same of its residents, spread evenly over its residential land (existing land use).

    A unit that is cut and has no residential land has no shares (NaN).
    """
    evidence, faces = division.evidence, division.faces
    homes = in_class_set(_RESIDENTIAL, evidence.labels.coded["existing"]["land_use"])
    area = shapely.area(faces.geometries) * homes[faces.face]
    of_units = replace(faces, face=evidence.mosaic.unit[faces.face])
    return _shares(division.table(of_units, area), division)


def shares_by_buildings(division: Division) -> Shares:
    """The same of the floor area of its dwellings; NaN where a unit is cut and has none."""
    return _shares(dwellings_of(division), division)


def dwellings_of(division: Division) -> NDArray[np.float64]:
    """Floor area of dwellings (m²) of each old unit in each new one (old x new + 1)."""
    layer = division.evidence.dataset.layers.get(Role.BUILDINGS)
    if layer is None:
        return division.table(division.pieces, np.zeros(len(division.pieces.face)))
    homes = layer.frame[(layer.frame["use"] == "residential").to_numpy()]
    cut = cut_by_units(homes.geometry.to_numpy(), division.pieces.geometries)
    floors = homes["floors"].to_numpy(dtype=float, na_value=np.nan)[cut["feature"]]
    floor_area = shapely.area(cut["geometry"].to_numpy()) * np.nan_to_num(floors)
    pieces = sum_by(cut["unit"].to_numpy(), floor_area, len(division.pieces.face))
    return division.table(division.pieces, pieces)


def _shares(amounts: NDArray[np.float64], division: Division) -> Shares:
    """Amounts as shares of each old unit; a unit that goes whole has the share 1 in one place."""
    ground = division.ground()
    total = amounts.sum(axis=1, keepdims=True)
    shares = np.divide(amounts, total, out=np.full_like(amounts, np.nan), where=total > 0)
    # what cannot be shared out is not known only where some of the ground lies
    shares = np.where(np.isnan(shares) & (ground == 0), 0.0, shares)
    main = ground.argmax(axis=1)
    whole = ground.max(axis=1) >= (1 - _WHOLE) * ground.sum(axis=1)
    shares[whole] = np.eye(ground.shape[1])[main[whole]]
    return shares


# ---- evidence --------------------------------------------------------------------------------


def on_units(division: Division, shares: Shares, boundaries: str) -> Evidence:
    """Evidence on the new units: ground as cut, statistics by ``shares`` (old x new + 1).

    Ground and persons outside the new units are left out. Roads are not carried over.
    """
    evidence, units = division.evidence, division.units
    kept = division.faces.only(division.faces.cutter != NOWHERE)
    old = evidence.mosaic
    area = shapely.area(kept.geometries)
    mosaic = replace(
        old,
        geometries=kept.geometries,
        area=area,
        unit=kept.cutter,
        labels={name: label[kept.face] for name, label in old.labels.items()},
        covers={name: cover[kept.face] for name, cover in old.covers.items()},
        unit_area=sum_by(kept.cutter, area, len(units)),
        difference=np.zeros(len(units)),
        overlaps={name: item for name, item in old.overlaps.items() if name != str(Role.UNITS)},
    )
    is_ward = (units["kind"] == "ward").to_numpy()
    is_slated = units["slated"].to_numpy(dtype=bool)
    labels = evidence.labels.taken(kept.face)
    layers = evidence.dataset.layers
    statistics = tuple(carry_statistics(evidence, units["code"].tolist(), shares))
    chosen = choose_statistics(statistics, units["code"].tolist(), evidence.as_of)
    floors = None if evidence.dwelling_floor_area is None else dwellings_of(division)
    return replace(
        evidence,
        boundaries=boundaries,
        units=units,
        is_ward=is_ward,
        is_slated=is_slated,
        mosaic=mosaic,
        labels=replace(
            labels, special={**labels.special, **unit_states(mosaic.unit, is_ward, is_slated)}
        ),
        segments=evidence.segments.iloc[:0],
        dwelling_floor_area=None if floors is None else floors[:, :-1].sum(axis=0),
        statistics={**chosen, **dict(_of_layers(evidence.statistics, shares))},
        dataset=replace(
            evidence.dataset,
            layers={**layers, Role.UNITS: layers[Role.UNITS].with_frame(units)},
            statistics=statistics,
        ),
        geodesic=evidence.geodesic[kept.face],
    )


def carry_statistics(
    evidence: Evidence, codes: Sequence[str], shares: Shares
) -> Iterator[Statistic]:
    """Statistics of old units as those of new ones, by year.

    A number of a year is one of the new unit if every old unit in it has one of that year;
    statistics that count where given (temporary residents) are added where they are.
    """
    given: dict[tuple[str, int], dict[str, Statistic]] = {}
    for item in evidence.dataset.statistics:
        given.setdefault((item.name, item.year), {})[item.unit_code] = item
    for (name, year), by_code in sorted(given.items()):
        values = np.array([_value(by_code.get(code)) for code in evidence.codes])
        known = ~np.isnan(values)
        for column, code in enumerate(codes):
            counted = shares[:, column] != 0
            if name in OPTIONAL_STATISTICS:
                counted &= known
            if counted.any():
                total = float((shares[counted, column] * values[counted]).sum())
                sources = {
                    by_code[old].origin
                    for old, counts in zip(evidence.codes, counted, strict=True)
                    if counts and old in by_code
                }
                if not np.isnan(total):
                    yield Statistic(code, year, name, total, _first(sources))


def _of_layers(
    statistics: Mapping[str, ChosenStatistic], shares: Shares
) -> Iterator[tuple[str, ChosenStatistic]]:
    """Statistics that come with a layer: declared areas, persons of a grid."""
    for name in ("official_area", "grid_residents"):
        if name in statistics:
            none = np.zeros(shares.shape[1] - 1, dtype=np.intp)
            values = np.where(shares != 0, shares * statistics[name].values[:, None], 0.0)
            yield name, ChosenStatistic(name, values[:, :-1].sum(axis=0), none, none)


def _value(item: Statistic | None) -> float:
    return np.nan if item is None else item.value


def _first(origins: Iterable[Origin]) -> Origin:
    return min(origins, key=lambda origin: (origin.source, origin.path))
