"""Values of urban standards that follow from the evidence: what is divided by what, and where."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.city_values import (
    GROUND,
    INNER_PEOPLE,
    PEOPLE,
    Ratio,
    green,
    land,
    measured_city,
    ratio_values,
    told,
)
from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.data import Role
from urbanplan_gis.model.figures import Measure
from urbanplan_gis.model.scores import GivenValue
from urbanplan_gis.text import Text

#: ranks of QCVN 01:2021/BXD, Table 2.17, down to sub-district roads; lanes to houses are below
_STREETS = range(1, 8)
_LARGE_M2 = 20_000.0
_URBAN = land("urban_construction")
_TRANSPORT = land("transport", "urban_construction")

_RATIOS: Mapping[str, Ratio] = {
    "population_city": Ratio(PEOPLE, amount="persons"),
    "population_inner": Ratio(INNER_PEOPLE, amount="persons"),
    "density_city": Ratio(PEOPLE, GROUND, 1e6, "persons"),
    "density_inner": Ratio(INNER_PEOPLE, _URBAN, 1e6, "persons", "land_use"),
    "floor_area_per_person": Ratio(
        Measure("statistic", of=("floor_area_m2",), scoped=True), INNER_PEOPLE
    ),
    "civil_land_per_person": Ratio(land("civil_land"), INNER_PEOPLE, needs="land_use"),
    "transport_land_share": Ratio(_TRANSPORT, _URBAN, 100.0, needs="land_use"),
    "transport_land_per_person": Ratio(_TRANSPORT, INNER_PEOPLE, needs="land_use"),
    "green_per_person_city": Ratio(green("all_green", scoped=False), PEOPLE, needs="green"),
    "public_green_per_person": Ratio(green("public_green"), INNER_PEOPLE, needs="green"),
    "public_green_per_person_civil": Ratio(
        green("public_or_residential_green"), INNER_PEOPLE, needs="green"
    ),
    "public_land_per_person": Ratio(
        land("public_services", scoped=False), PEOPLE, needs="land_use"
    ),
    "green_space_share": Ratio(land("green_space", scoped=False), GROUND, 100.0, needs="land_use"),
}


def class_values(evidence: Evidence, confirmed: Collection[str] = ()) -> dict[str, GivenValue]:
    """Every quantity the evidence allows, in the units of the standards; others are left out.

    ``confirmed`` are class sets the project has confirmed. The inner city is the wards on the
    day; people are residents with temporary residents where given.
    """
    found = dict(ratio_values(evidence, _RATIOS, "class_value", frozenset(confirmed)))
    found.update(_roads(evidence, frozenset(confirmed)))
    if str(Role.GREEN) in evidence.roles:
        found["green_areas_2ha"] = GivenValue(
            float((_parks(evidence) >= _LARGE_M2).sum()),
            Text.of("class_value.green_areas_2ha"),
            evidence.as_of.year,
            "proposal",
        )
    return found


def _roads(evidence: Evidence, confirmed: frozenset[str]) -> Iterator[tuple[str, GivenValue]]:
    """Length of the streets of the wards (km) over their urban construction land (km²)."""
    if str(Role.ROADS) not in evidence.roles or str(Role.LAND_USE) not in evidence.roles:
        return
    ground = measured_city(evidence, "road_density", _URBAN, None, confirmed)
    if not ground.value:
        return
    segments = evidence.segments
    here = evidence.is_ward[segments["unit"].to_numpy(dtype=np.intp)]
    ranked = segments["road_class"].isin(_STREETS).to_numpy(dtype=bool)
    length = float(segments["length_m"].to_numpy(dtype=float)[here & ranked].sum()) / 1e3
    area = ground.value / 1e6
    most = (ground.high or ground.value) / 1e6
    density = GivenValue(
        value=length / area,
        source=told(Text.of("class_value.road_density"), ground),
        year=evidence.as_of.year,
        basis=ground.basis,
        amount_per_unit=area,
        amount_unit="km",
        low=length / most if most > area else None,
    )
    yield "road_density", density
    # the layer does not tell how wide the carriageway is: every street is an upper bound
    bound = told(Text.of("class_value.road_density_inner"), ground)
    yield "road_density_inner", replace(density, source=bound, certain=False)


def _parks(evidence: Evidence) -> NDArray[np.float64]:
    """Area (m²) of each park for public use, its ponds included; a park without name is one."""
    frame = evidence.dataset.layers[Role.GREEN].frame
    feature = evidence.mosaic.labels[str(Role.GREEN)]
    here = feature != NOWHERE
    area = sum_by(feature[here], evidence.mosaic.area[here], len(frame))
    public = frame["kind"].isin(("public", "residential")).to_numpy(dtype=bool)
    counted = public | (frame["kind"] == "water").to_numpy(dtype=bool)
    names = frame["park"].fillna(frame["feature_id"]).to_numpy(dtype=str)
    _, park = np.unique(names, return_inverse=True)
    total = sum_by(park, area * counted, int(park.max(initial=-1)) + 1)
    return total[sum_by(park, public.astype(float), len(total)) > 0]
