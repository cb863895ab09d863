"""What the norms ask about and the evidence can answer: streets by rank, green, parking, units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

import numpy as np
import shapely
from numpy.typing import NDArray

from urbanplan_gis.analysis.city_values import (
    INNER_PEOPLE,
    Ratio,
    green,
    land,
    measured_city,
    ratio_values,
    told,
)
from urbanplan_gis.analysis.class_values import class_values
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.statistics import MAX_YEARS_AWAY
from urbanplan_gis.geometry.order import rank_by
from urbanplan_gis.geometry.planar import find_overlaps, yield_ground
from urbanplan_gis.geometry.split import area_inside
from urbanplan_gis.model.data import Role
from urbanplan_gis.model.figures import Condition, Figure
from urbanplan_gis.model.scores import GivenValue
from urbanplan_gis.text import Text

#: last rank of QCVN 01:2021/BXD, Table 2.17, that each share counts
RANKS: Mapping[str, int] = {"inter_district": 4, "district": 6, "sub_district": 7}
_UNRANKED = 99
_URBAN = land("urban_construction")
_URBAN_GROUND = Condition("land_use", "urban_construction")

_RATIOS: Mapping[str, Ratio] = {
    "unit_green_per_person": Ratio(green("residential_green"), INNER_PEOPLE, needs="green"),
}
#: norms that ask for what a standard of urban classes asks for
_SAME: Mapping[str, str] = {
    "qcvn.public_green_per_person": "public_green_per_person",
    "qcvn.civil_land_per_person": "civil_land_per_person",
    "city.population": "population_city",
    "road_law.transport_land_share": "transport_land_share",
}
#: default figures of indicators that national targets speak of
_INDICATORS: Mapping[str, str] = {
    "urbanisation_rate": "urbanisation",
    "urban_land_ratio": "urban_land",
    "zoning_coverage": "plan_coverage",
    "transport_land_share": "transport_land",
    "green_per_capita": "green_per_person",
    "floor_area_per_capita": "floor_area_per_person",
    "fibre_households": "fibre",
    "e_payment_adults": "e_payment",
}


def norm_values(
    evidence: Evidence, figures: Iterable[Figure], confirmed: Collection[str] = ()
) -> dict[str, GivenValue]:
    """Values by parameter, in its unit; its id without class, size of city or year.

    ``figures`` are those published, so that national targets meet the very same numbers; only
    default ones of the city as it exists count.
    """
    sets = frozenset(confirmed)
    standards = class_values(evidence, sets)
    ratios = ratio_values(evidence, _RATIOS, "norm_value", sets)
    found = {f"qcvn.{name}": item for name, item in ratios}
    found |= {f"qcvn.transport_share.{name}": item for name, item in _streets(evidence, sets)}
    found |= {f"qcvn.{name}": item for name, item in _parking(evidence)}
    found |= {f"city.{name}": item for name, item in _city(evidence)}
    for parameter, name in _SAME.items():
        if name in standards:
            found[parameter] = standards[name]
    found |= {f"national.{name}": item for name, item in _published(figures)}
    return found


def _streets(evidence: Evidence, confirmed: frozenset[str]) -> Iterator[tuple[str, GivenValue]]:
    """Street land of the main ranks over urban construction land of the wards (%).

    QCVN 01:2021/BXD 2.9.3.1. Within the red lines where they have ranks, else from centre lines
    and widths; where streets meet, the ground is of the higher rank. Streets without a rank may
    belong to any, and bound the value from above.
    """
    source = _ranked_land(evidence)
    ground = measured_city(evidence, "urban", _URBAN, None, confirmed)
    if source is None or not ground.value:
        return
    how, geometries, ranks = source
    planar = yield_ground(
        geometries, find_overlaps(geometries, rank_by(ranks, np.arange(len(ranks))))
    )
    labels, mosaic = evidence.labels, evidence.mosaic
    counted = evidence.is_ward[mosaic.unit] & labels.certain(_URBAN_GROUND, "existing")
    faces = mosaic.geometries[counted]
    unranked = float(area_inside(faces, planar[ranks == _UNRANKED]).sum())
    area, former = 0.0, 0
    for name, last in RANKS.items():
        band = (ranks > former) & (ranks <= last)
        area, former = area + float(area_inside(faces, planar[band]).sum()), last
        yield (
            name,
            GivenValue(
                value=100 * area / ground.value,
                source=told(Text.of(f"norm_value.streets_{how}", rank=last), ground),
                year=evidence.as_of.year,
                basis=ground.basis,
                amount_per_unit=ground.value / 1e6,
                amount_unit="ha",
                low=100 * area / (ground.high or ground.value),
                high=100 * (area + unranked) / ground.value,
            ),
        )


def _ranked_land(
    evidence: Evidence,
) -> tuple[str, NDArray[np.object_], NDArray[np.intp]] | None:
    """How streets were found, their land, and the rank of each (99 where there is none)."""
    layers = evidence.dataset.layers
    for role in (Role.RIGHT_OF_WAY, Role.ROADS):
        if role not in layers or not layers[role].frame["road_class"].notna().any():
            continue
        frame = layers[role].frame
        land_of = frame.geometry.to_numpy()
        if role == Role.ROADS:
            width = frame["width_m"].fillna(0).to_numpy(dtype=float)
            land_of = shapely.buffer(land_of, width / 2, cap_style="flat")
        ranks = frame["road_class"].astype("Int64").fillna(_UNRANKED).to_numpy(dtype=np.intp)
        solid = shapely.area(land_of) > 0
        if solid.any():
            return str(role), land_of[solid], ranks[solid]
    return None


def _parking(evidence: Evidence) -> Iterator[tuple[str, GivenValue]]:
    """Parking land of the wards per inner-city resident (m²/person)."""
    layer = evidence.dataset.layers.get(Role.PARKING)
    people = measured_city(evidence, "people", INNER_PEOPLE, None, frozenset())
    if layer is None or not people.value:
        return
    land_of = layer.frame.geometry.to_numpy()
    planar = yield_ground(land_of, find_overlaps(land_of, np.arange(len(land_of))))
    faces = evidence.mosaic.geometries[evidence.is_ward[evidence.mosaic.unit]]
    area = float(area_inside(faces, planar).sum())
    yield (
        "parking_land_per_person",
        GivenValue(
            value=area / people.value,
            source=told(Text.of("norm_value.parking"), people),
            year=evidence.as_of.year,
            amount_per_unit=people.value / 1e4,
            amount_unit="ha",
            certain=people.years_away <= MAX_YEARS_AWAY,
        ),
    )


def _city(evidence: Evidence) -> Iterator[tuple[str, GivenValue]]:
    """Units, wards among them (%), and natural area (km²) of the city."""
    units, wards = len(evidence.units), int(evidence.is_ward.sum())
    year = evidence.as_of.year
    counted = Text.of("norm_value.units", units=units, wards=wards)
    yield "units", GivenValue(float(units), counted, year)
    yield "ward_share", GivenValue(100 * wards / units, counted, year)
    area = float(evidence.mosaic.unit_area.sum()) / 1e6
    yield "area", GivenValue(area, Text.of("norm_value.area"), year)


def _published(figures: Iterable[Figure]) -> Iterator[tuple[str, GivenValue]]:
    for figure in figures:
        wanted = figure.is_default and figure.unit_code == "city" and figure.scenario == "existing"
        if wanted and figure.indicator in _INDICATORS and figure.value is not None:
            text = told(Text.of("norm_value.figure", figure_id=figure.figure_id), figure)
            value = GivenValue(figure.value, text, figure.as_of.year, figure.basis)
            yield _INDICATORS[figure.indicator], value
