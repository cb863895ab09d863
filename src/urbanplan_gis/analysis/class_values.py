"""Values of urban standards that follow from the evidence: what is divided by what, and where.

Each quantity is declared and measured like an indicator (:mod:`urbanplan_gis.analysis.panels`),
so that scorecards and figures cannot contradict each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.panels import Panel, Row
from urbanplan_gis.analysis.statistics import MAX_YEARS_AWAY
from urbanplan_gis.geometry.grouping import sum_by
from urbanplan_gis.geometry.pieces import NOWHERE
from urbanplan_gis.model.data import Role
from urbanplan_gis.model.figures import Condition, Definition, Figure, Indicator, Measure
from urbanplan_gis.model.scores import GivenValue
from urbanplan_gis.text import Name, Text

_STATE = "existing"
#: ranks of QCVN 01:2021/BXD, Table 2.17, down to sub-district roads; lanes to houses are below
_STREETS = range(1, 8)
_LARGE_M2 = 20_000.0

_PEOPLE = Measure("statistic", of=("residents", "temporary_residents"))
_INNER_PEOPLE = replace(_PEOPLE, scoped=True)
_GROUND = Measure("area")


def _land(*sets: str, scoped: bool = True) -> Measure:
    return Measure("area", tuple(Condition("land_use", name) for name in sets), scoped=scoped)


def _green(kinds: str, *, scoped: bool) -> Measure:
    return Measure("green_area", (Condition("green", kinds),), rule="capped", scoped=scoped)


_URBAN = _land("urban_construction")
_TRANSPORT = _land("transport", "urban_construction")


@dataclass(frozen=True)
class _Quantity:
    """``value = factor x numerator / denominator``; ``needs`` are the layers without which
    absence would be taken for none. ``amount`` is what the numerator is counted in."""

    numerator: Measure
    denominator: Measure | None = None
    factor: float = 1.0
    amount: str = "ha"
    needs: str = ""


_QUANTITIES: Mapping[str, _Quantity] = {
    "population_city": _Quantity(_PEOPLE, amount="persons"),
    "population_inner": _Quantity(_INNER_PEOPLE, amount="persons"),
    "density_city": _Quantity(_PEOPLE, _GROUND, 1e6, "persons"),
    "density_inner": _Quantity(_INNER_PEOPLE, _URBAN, 1e6, "persons", "land_use"),
    "floor_area_per_person": _Quantity(
        Measure("statistic", of=("floor_area_m2",), scoped=True), _INNER_PEOPLE
    ),
    "civil_land_per_person": _Quantity(_land("civil_land"), _INNER_PEOPLE, needs="land_use"),
    "transport_land_share": _Quantity(_TRANSPORT, _URBAN, 100.0, needs="land_use"),
    "transport_land_per_person": _Quantity(_TRANSPORT, _INNER_PEOPLE, needs="land_use"),
    "green_per_person_city": _Quantity(_green("all_green", scoped=False), _PEOPLE, needs="green"),
    "public_green_per_person": _Quantity(
        _green("public_green", scoped=True), _INNER_PEOPLE, needs="green"
    ),
    "public_green_per_person_civil": _Quantity(
        _green("public_or_residential_green", scoped=True), _INNER_PEOPLE, needs="green"
    ),
    "public_land_per_person": _Quantity(
        _land("public_services", scoped=False), _PEOPLE, needs="land_use"
    ),
    "green_space_share": _Quantity(
        _land("green_space", scoped=False), _GROUND, 100.0, needs="land_use"
    ),
}


def class_values(evidence: Evidence, confirmed: Collection[str] = ()) -> dict[str, GivenValue]:
    """Every quantity the evidence allows, in the units of the standards; others are left out.

    ``confirmed`` are class sets the project has confirmed. The inner city is the wards on the
    day; people are residents with temporary residents where given.
    """
    found = dict(_measured(evidence, frozenset(confirmed)))
    found.update(_roads(evidence, frozenset(confirmed)))
    if str(Role.GREEN) in evidence.roles:
        found["green_areas_2ha"] = GivenValue(
            float((_parks(evidence) >= _LARGE_M2).sum()),
            Text.of("class_value.green_areas_2ha"),
            evidence.as_of.year,
            "proposal",
        )
    return found


def _measured(evidence: Evidence, confirmed: frozenset[str]) -> Iterator[tuple[str, GivenValue]]:
    for name, asked in _QUANTITIES.items():
        if asked.needs and asked.needs not in evidence.roles:
            continue
        figure = measured_city(evidence, name, asked.numerator, asked.denominator, confirmed)
        if figure.value is not None:
            yield name, _value(name, asked, figure)


def measured_city(
    evidence: Evidence,
    name: str,
    numerator: Measure,
    denominator: Measure | None,
    confirmed: frozenset[str] = frozenset(),
) -> Figure:
    """A ratio of two measures for the city; scoped ones count the wards only (m², persons)."""
    title = Name(name, name)
    definition = Definition(name, "wards", title, numerator, denominator, (_STATE,))
    indicator = Indicator(name, title, "", (definition,), (), (), "", "second-hand")
    city = Row("city", "", np.ones(len(evidence.units), dtype=bool), is_city=True)
    return Panel(evidence, indicator, definition, _STATE, False).figure(city, confirmed)


def _value(name: str, asked: _Quantity, figure: Figure) -> GivenValue:
    value = figure.value or 0.0
    per_unit = 1.0
    if figure.denominator is not None:
        per_unit = figure.denominator / asked.factor
    if asked.amount == "ha":
        per_unit /= 1e4
    bounded = figure.low is not None and figure.high is not None and figure.low < figure.high
    return GivenValue(
        value=value * asked.factor,
        source=_told(Text.of(f"class_value.{name}"), figure),
        year=figure.as_of.year,
        basis=figure.basis,
        amount_per_unit=per_unit,
        amount_unit=asked.amount,
        low=(figure.low or 0.0) * asked.factor if bounded else None,
        high=(figure.high or 0.0) * asked.factor if bounded else None,
        certain=figure.years_away <= MAX_YEARS_AWAY,
    )


def _told(text: Text, figure: Figure) -> Text:
    """What was divided by what, and the notes of the figure."""
    for note in figure.notes:
        text = Text.of("class_value.with_note", text=text, note=note)
    return text


def _roads(evidence: Evidence, confirmed: frozenset[str]) -> Iterator[tuple[str, GivenValue]]:
    """Length of the streets of the wards (km) over their urban construction land (km²)."""
    if str(Role.ROADS) not in evidence.roles or str(Role.LAND_USE) not in evidence.roles:
        return
    land = measured_city(evidence, "road_density", _URBAN, None, confirmed)
    if not land.value:
        return
    segments = evidence.segments
    here = evidence.is_ward[segments["unit"].to_numpy(dtype=np.intp)]
    ranked = segments["road_class"].isin(_STREETS).to_numpy(dtype=bool)
    length = float(segments["length_m"].to_numpy(dtype=float)[here & ranked].sum()) / 1e3
    area = land.value / 1e6
    most = (land.high or land.value) / 1e6
    density = GivenValue(
        value=length / area,
        source=_told(Text.of("class_value.road_density"), land),
        year=evidence.as_of.year,
        basis=land.basis,
        amount_per_unit=area,
        amount_unit="km",
        low=length / most if most > area else None,
    )
    yield "road_density", density
    # the layer does not tell how wide the carriageway is: every street is an upper bound
    bound = _told(Text.of("class_value.road_density_inner"), land)
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
