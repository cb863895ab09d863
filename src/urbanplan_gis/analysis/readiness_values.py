"""What is known of a unit for the standards of a ward: every value with its source.

Nothing is merged: the source of a population decides verdicts, so each stands by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence, cut_by_units
from urbanplan_gis.analysis.measures import MEASURES, Request, class_sets_of
from urbanplan_gis.analysis.quantity import Quantity
from urbanplan_gis.analysis.statistics import MAX_YEARS_AWAY, choose_together
from urbanplan_gis.model.data import Origin, Role
from urbanplan_gis.model.figures import Condition, Measure
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.codes import facility_kinds
from urbanplan_gis.text import Text

_PER_STATION = 5000.0


@dataclass(frozen=True)
class SourcedValue:
    """A value of one source: ``value`` as it is shown, between ``low`` and ``high`` as is sure.

    ``per_unit`` says how many ``missing_unit`` one unit of the standard stands for.
    """

    value: float
    low: float
    high: float
    source_id: str
    source: Text
    missing_unit: str
    per_unit: float
    year: int | None = None
    #: what is missing comes in whole pieces
    whole: bool = False
    notes: tuple[Text, ...] = ()


@dataclass(frozen=True, eq=False)
class Land:
    """Land of each unit (m²), and the class sets it rests on that nobody has confirmed."""

    quantity: Quantity
    proposed: tuple[str, ...]


class _Known:
    """Quantities of all units that several standards ask for, each measured once.

    ``persons`` are residents, temporary ones included where given, of the year nearest ``as_of``.
    """

    def __init__(self, evidence: Evidence, confirmed: frozenset[str]) -> None:
        self.evidence = evidence
        self.confirmed = confirmed
        names = ["residents", "temporary_residents"]
        given = evidence.dataset.statistics
        chosen = choose_together(names, given, evidence.codes, evidence.as_of)
        residents, temporary = (chosen[name] for name in names)
        self.persons = residents.values + np.nan_to_num(temporary.values)
        self.years = residents.years
        self._land: dict[tuple[str, str], Land] = {}
        self._works: dict[str, NDArray[np.intp] | None] = {}

    def land(self, set_name: str, label: str = "land_use") -> Land:
        """Existing land of a class set (m²); green with the rule on water of the default figure."""
        if (set_name, label) not in self._land:
            kind, rule = ("green_area", "capped") if label == "green" else ("area", "")
            measure = Measure(kind, (Condition(label, set_name),), rule=rule)
            faces = np.ones(self.evidence.labels.faces, dtype=bool)
            quantity = MEASURES[kind](self.evidence, Request(measure, "existing", faces, {}))
            proposed = {
                name
                for name in class_sets_of(measure) - self.confirmed
                if class_sets()[name].confidence not in ("verbatim", "second-hand")
            }
            self._land[set_name, label] = Land(quantity, tuple(sorted(proposed)))
        return self._land[set_name, label]

    def works(self, work: str) -> NDArray[np.intp] | None:
        """How many facilities of a kind lie in each unit, one on a boundary in the first."""
        if work not in self._works:
            self._works[work] = self._count(facility_kinds()[work])
        return self._works[work]

    def age(self, year: int | None) -> tuple[Text, ...]:
        """A word on numbers from years too far away for a verdict of the programme."""
        away = 0 if not year else abs(year - self.evidence.as_of.year)
        return (Text.of("readiness.old", years=away),) if away > MAX_YEARS_AWAY else ()

    def _count(self, kinds: frozenset[str]) -> NDArray[np.intp] | None:
        layer = self.evidence.dataset.layers.get(Role.FACILITIES)
        if layer is None:
            return None
        named = layer.frame["kind"].astype("str").str.casefold().isin(kinds).to_numpy()
        points = layer.frame.geometry.to_numpy()[named]
        cut = cut_by_units(points, self.evidence.units.geometry.to_numpy())
        units = cut.drop_duplicates("feature")["unit"].to_numpy(dtype=np.intp)
        return np.bincount(units, minlength=len(self.persons))


def values_of(
    evidence: Evidence, confirmed: Iterable[str] = ()
) -> Mapping[str, Mapping[int, list[SourcedValue]]]:
    """By standard (``population``, ``area`` ...), the values of each unit (by position).

    Land that rests on class sets nobody has ``confirmed`` says so.
    """
    known = _Known(evidence, frozenset(confirmed))
    units = range(len(evidence.units))
    return {
        name: {unit: list(values(known, unit)) for unit in units}
        for name, values in _VALUES.items()
    }


def _population(known: _Known, unit: int) -> Iterator[SourcedValue]:
    evidence, code = known.evidence, known.evidence.codes[unit]
    own = [item for item in evidence.dataset.statistics if item.unit_code == code]
    temporary = {item.year: item.value for item in own if item.name == "temporary_residents"}
    for item in sorted(own, key=lambda one: (one.year, one.name)):
        if item.name == "residents":
            yield _count_of(known, "residents", item.value, item.year, item.origin)
            if item.year in temporary:
                total = item.value + temporary[item.year]
                yield _count_of(known, "residents_and_temporary", total, item.year, item.origin)
        elif item.name == "declared_population":
            yield _count_of(known, "declared_population", item.value, item.year, item.origin)
    grid = evidence.statistics.get("grid_residents")
    if grid is not None and not math.isnan(grid.values[unit]):
        origin = _origin_of(evidence, Role.POPULATION)
        yield _count_of(known, "grid", float(grid.values[unit]), None, origin)


def _count_of(
    known: _Known, name: str, value: float, year: int | None, origin: Origin
) -> SourcedValue:
    source = Text.of(f"readiness.source.{name}", table=_label(origin))
    source_id = name if year is None else f"{name}-{year}"
    return SourcedValue(
        value, value, value, source_id, source, "persons", 1.0, year, whole=True,
        notes=known.age(year),
    )  # fmt: skip


def _area(known: _Known, unit: int) -> Iterator[SourcedValue]:
    evidence = known.evidence
    origin = _origin_of(evidence, Role.UNITS)
    computed = float(evidence.mosaic.unit_area[unit]) / 1e6
    yield _area_of("computed", computed, None, origin)
    declared = float(evidence.units["declared_area_ha"].iloc[unit])
    if not math.isnan(declared):
        yield _area_of("declared", declared / 100, None, origin)
    for item in evidence.dataset.statistics:
        if item.name == "declared_area_ha" and item.unit_code == evidence.codes[unit]:
            yield _area_of("declared_area_ha", item.value / 100, item.year, item.origin)


def _area_of(name: str, value: float, year: int | None, origin: Origin) -> SourcedValue:
    source = Text.of(f"readiness.source.{name}", table=_label(origin))
    source_id = name if year is None else f"{name}-{year}"
    return SourcedValue(value, value, value, source_id, source, "ha", 100.0, year)


def _green(known: _Known, unit: int) -> Iterator[SourcedValue]:
    if Role.GREEN in known.evidence.roles:
        yield from _land_of(known, unit, "green", known.land("public_green", "green"))
        both = known.land("public_or_residential_green", "green")
        yield from _land_of(known, unit, "green_with_residential", both)
    elif Role.LAND_USE in known.evidence.roles:
        yield from _land_of(known, unit, "green_codes", known.land("public_green"))


def _transport(known: _Known, unit: int) -> Iterator[SourcedValue]:
    if Role.LAND_USE in known.evidence.roles:
        note = "readiness.transport_codes"
        yield from _land_of(known, unit, "transport", known.land("transport"), note=note)
        roads = known.land("transport_road")
        yield from _land_of(known, unit, "transport_without_static", roads, note=note)


def _education(known: _Known, unit: int) -> Iterator[SourcedValue]:
    if Role.LAND_USE in known.evidence.roles:
        upper = Text.of("readiness.upper.education")
        yield from _land_of(known, unit, "education", known.land("education"), upper)


def _sport(known: _Known, unit: int) -> Iterator[SourcedValue]:
    if Role.LAND_USE in known.evidence.roles:
        grounds = known.works("sports_ground")
        upper = [Text.of("readiness.upper.sport")]
        if grounds is not None:
            upper.append(Text.of("readiness.grounds", count=int(grounds[unit])))
        yield from _land_of(known, unit, "sports", known.land("sports"), *upper)


def _health(known: _Known, unit: int) -> Iterator[SourcedValue]:
    stations, people = known.works("health_station"), float(known.persons[unit])
    if stations is not None and not math.isnan(people):
        value = float(stations[unit]) * _PER_STATION / people
        yield SourcedValue(
            value, 0.0, value, "facilities", _of_facilities(known), "count",
            people / _PER_STATION, int(known.years[unit]), whole=True,
            notes=(Text.of("readiness.upper.health", count=int(stations[unit])),),
        )  # fmt: skip


def _markets(known: _Known, unit: int) -> Iterator[SourcedValue]:
    markets = known.works("market")
    if markets is not None:
        value = float(markets[unit])
        source = _of_facilities(known)
        yield SourcedValue(value, value, value, "facilities", source, "count", 1.0, whole=True)


_VALUES: Mapping[str, Callable[[_Known, int], Iterator[SourcedValue]]] = {
    "population": _population,
    "area": _area,
    "public_green_per_person": _green,
    "transport_land_per_person": _transport,
    "education_land_per_person": _education,
    "sport_ground_per_person": _sport,
    "health_stations_per_5000": _health,
    "markets": _markets,
}


def _land_of(
    known: _Known, unit: int, source_id: str, land: Land, *upper: Text, note: str = ""
) -> Iterator[SourcedValue]:
    """Land (m²) of one unit over its persons; ``upper`` says why it is but an upper bound."""
    people = float(known.persons[unit])
    if math.isnan(people):
        return
    alone = np.arange(len(known.persons)) == unit
    value, most = (land.quantity.of(alone) / people, land.quantity.at_most(alone) / people)
    told = []
    if most > value:
        what = Text.of(f"readiness.land.{source_id}")
        told.append(Text.of("readiness.unknown_ground", land=what, most=most))
    if note:
        told.append(Text.of(note))
    if land.proposed:
        told += [
            Text.of("readiness.proposal", sets=class_sets()[name].name) for name in land.proposed
        ]
    yield SourcedValue(
        value, 0.0 if upper else value, most, source_id,
        Text.of(f"readiness.source.{source_id}", persons=people), "ha", people / 1e4,
        int(known.years[unit]), notes=(*upper, *told, *known.age(int(known.years[unit]))),
    )  # fmt: skip


def _of_facilities(known: _Known) -> Text:
    label = _label(_origin_of(known.evidence, Role.FACILITIES))
    return Text.of("readiness.source.facilities", table=label)


def _origin_of(evidence: Evidence, role: Role) -> Origin:
    layer = evidence.dataset.layers.get(role)
    return layer.origins[0] if layer is not None and layer.origins else Origin(str(role), "")


def _label(origin: Origin) -> str:
    """A source as a reader knows it: its document, else its publisher, else its file."""
    return origin.document or origin.publisher or PurePath(origin.path).name or origin.source
