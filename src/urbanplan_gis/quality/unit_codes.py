"""Codes that stand for another unit at another vintage of the boundaries: which one a layer means.

A table of 2025 beside boundaries of 2014 joins without a word, and puts the figures of a new,
larger unit on an old one that left it nothing but the code.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import geopandas as gpd
import shapely

from urbanplan_gis.loaders.units.names import match_unit
from urbanplan_gis.model.data import Finding, Role, Severity, Statistic
from urbanplan_gis.standards.units import Unit, made_of, reused_codes, units_of, vintages
from urbanplan_gis.text import Text

#: areas and numbers of people within this factor of each other can be of one unit (declared and
#: computed areas differ by up to 1.37 in the rough boundaries at hand); our own choice
_ALIKE = 1.4


def detect_reuse(units: gpd.GeoDataFrame, vintage: str) -> list[Finding]:
    """Units whose code is asked for at ``vintage``, but which are another vintage's by their looks.

    The name decides (columns code, name); where the unit has the same name at both vintages, the
    area does (m², project CRS), if it is like the declared one of the other and of no other.
    Cities without a list of units have no findings.
    """
    if vintage not in {item.vintage for item in vintages()}:
        return []
    asked = units_of(vintage)
    findings = []
    geometries = units.geometry.to_numpy()
    for code, name, ground in zip(units["code"], units["name"], geometries, strict=True):
        if code not in reused_codes() or code not in asked:
            continue
        other = _other(name, ground, asked[code])
        if other is not None:
            message = Text.of(
                "finding.unit_code_reused",
                code=code, name=name, area_ha=float(shapely.area(ground)) / 1e4,
                meant=other.name, other=other.vintage, asked=asked[code].name, vintage=vintage,
            )  # fmt: skip
            findings.append(
                Finding("unit_code_reused", Severity.ERROR, str(Role.UNITS), (code,), message,
                        "reported", ground, float(shapely.area(ground)))
            )  # fmt: skip
    return findings


def detect_reuse_in(statistics: Iterable[Statistic], vintage: str) -> list[Finding]:
    """Residents of a reused code that are as many as another vintage's unit had, not this one's.

    Tables of statistics give no names beside their codes, so numbers must tell: they are held
    against the 2019 census of the ground each unit is made of.
    """
    if vintage not in {item.vintage for item in vintages()}:
        return []
    asked = units_of(vintage)
    findings = []
    for item in statistics:
        if item.name != "residents" or item.unit_code not in reused_codes():
            continue
        own = asked.get(item.unit_code)
        if own is None or _is_as_many(item.value, own):
            continue
        other = next((unit for unit in _others(own) if _is_as_many(item.value, unit)), None)
        if other is not None:
            message = Text.of(
                "finding.row_of_reused_code",
                source=item.origin.source, code=item.unit_code, year=str(item.year),
                residents=item.value, meant=other.name, other=other.vintage,
                asked=own.name, vintage=vintage, census=float(_census(own)),
            )  # fmt: skip
            findings.append(
                Finding("unit_code_reused", Severity.ERROR, "statistics",
                        (f"{item.unit_code}:{item.year}",), message, "reported")
            )  # fmt: skip
    return findings


def _other(name: str, ground: shapely.Geometry, asked: Unit) -> Unit | None:
    """The unit of another vintage that this one is, or None if it is the one asked for."""
    if not _is_alike(name, asked):
        return next((unit for unit in _others(asked) if _is_alike(name, unit)), None)
    area_ha = float(shapely.area(ground)) / 1e4
    if _is_as_large(area_ha, asked):
        return None
    homonyms = (unit for unit in _others(asked) if unit.name == asked.name)
    return next((unit for unit in homonyms if _is_as_large(area_ha, unit)), None)


def _others(asked: Unit) -> Iterator[Unit]:
    return (unit for unit in reused_codes()[asked.code] if unit.vintage != asked.vintage)


def _is_alike(name: str, unit: Unit) -> bool:
    return bool(match_unit(name, {unit.code: unit.name}).code)


def _is_as_large(area_ha: float, unit: Unit) -> bool:
    return _are_alike(area_ha, unit.declared_area_ha or 0.0)


def _is_as_many(persons: float, unit: Unit) -> bool:
    return _are_alike(persons, _census(unit))


def _census(unit: Unit) -> int:
    """Persons of the 2019 census on the ground of a unit, added up from its oldest units."""
    origins = [units_of(vintage)[code] for code, vintage in made_of(*unit.key)]
    return sum(origin.population_2019 or 0 for origin in origins)


def _are_alike(first: float, second: float) -> bool:
    return first > 0 and second > 0 and abs(math.log(first / second)) < math.log(_ALIKE)
