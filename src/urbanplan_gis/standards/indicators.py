"""Indicators as declared in ``indicators.toml``: a thin, strict reader."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from urbanplan_gis.errors import PlanDataError, PlanDataErrors, bad_data
from urbanplan_gis.model.figures import (
    Condition,
    Definition,
    Indicator,
    Measure,
    Target,
)
from urbanplan_gis.standards.soundness import unsound_parts
from urbanplan_gis.text import Name

_FILE = "indicators.toml"
_STRICT = ConfigDict(extra="forbid")
_Name = Annotated[Name, BeforeValidator(lambda value: Name(**value))]
_State = Literal["existing", "planned"]
_Scope = Literal["general_plan", "wards", "wards_and_slated", "natural_area", "all_units"]


@dataclass(config=_STRICT)
class _Where:
    label: str
    in_: Annotated[str, Field(alias="in")]


@dataclass(config=_STRICT)
class _Measure:
    measure: Literal["area", "green_area", "statistic", "floor_area", "unit_count"]
    where: list[_Where] = Field(default_factory=list)
    of: list[str] = Field(default_factory=list)
    rule: Literal["", "capped", "per_park", "half", "dry"] = ""
    scoped: bool = False

    def built(self, swaps: Mapping[str, str]) -> Measure:
        return Measure(
            self.measure,
            tuple(Condition(item.label, swaps.get(item.in_, item.in_)) for item in self.where),
            tuple(self.of),
            self.rule,
            self.scoped,
        )


@dataclass(config=_STRICT)
class _Definition:
    id: str
    name: _Name
    scope: _Scope | None = None
    sets: dict[str, str] = Field(default_factory=dict)
    numerator: _Measure | None = None
    denominator: _Measure | None = None
    needs: tuple[str, ...] = ()
    states: tuple[_State, ...] | None = None
    reading: bool = False
    judged: bool = True
    geodesic: bool = False
    note: _Name | None = None


@dataclass(config=_STRICT)
class _Target:
    year: int
    value: float
    sense: Literal["at_least", "above", "about", "at_most", "all"]
    scope: Literal["city", "slated", "wards"]
    source: Annotated[str, Field(min_length=1)]
    confidence: Literal["verbatim", "second-hand", "unverified"]


@dataclass(config=_STRICT)
class _Indicator:
    name: _Name
    unit: Literal["%", "m2/person", "units"]
    states: tuple[_State, ...]
    scopes: tuple[_Scope, ...]
    defaults: tuple[str, ...]
    numerator: _Measure
    source: str
    confidence: Literal["verbatim", "second-hand", "unverified"]
    definition: list[_Definition]
    denominator: _Measure | None = None
    unjudged_scopes: tuple[_Scope, ...] = ()
    needs: tuple[str, ...] = ()
    decimals: int = 2
    target: list[_Target] = Field(default_factory=list)


@cache
def indicators() -> Mapping[str, Indicator]:
    """Every declared indicator by its id."""
    text = (files("urbanplan_gis.standards") / "data" / _FILE).read_text(encoding="utf-8")
    return read_indicators(text)


def read_indicators(text: str) -> Mapping[str, Indicator]:
    """Indicators from TOML text.

    Raises:
        PlanDataError: one line for each unknown key, wrong value or unknown class set.
    """
    try:
        tables = TypeAdapter(dict[str, _Indicator]).validate_python(tomllib.loads(text))
    except ValidationError as problem:
        raise PlanDataErrors([_listed(item) for item in problem.errors()]) from None
    declared = {key: _indicator(key, table) for key, table in tables.items()}
    problems = [line for item in declared.values() for line in unsound_parts(item, _FILE)]
    problems += [line for key, table in tables.items() for line in _unknown_defaults(key, table)]
    if problems:
        raise PlanDataErrors(problems)
    return declared


def _listed(item: Any) -> PlanDataError:
    where = f"{_FILE}: " + ".".join(str(part) for part in item["loc"])
    return bad_data("wrong_value", where, value=str(item.get("input"))[:60], wanted=item["msg"])


def _indicator(key: str, table: _Indicator) -> Indicator:
    return Indicator(
        indicator_id=key,
        name=table.name,
        unit=table.unit,
        definitions=tuple(
            _definition(table, item, scope)
            for item in table.definition
            for scope in ((item.scope,) if item.scope else table.scopes)
        ),
        defaults=table.defaults,
        targets=tuple(
            Target(t.year, t.value, t.sense, t.scope, t.source, t.confidence) for t in table.target
        ),
        source=table.source,
        confidence=table.confidence,
        decimals=table.decimals,
    )


def _definition(table: _Indicator, item: _Definition, scope: str) -> Definition:
    denominator = item.denominator or table.denominator
    return Definition(
        variant=item.id,
        scope=scope,
        name=item.name,
        numerator=(item.numerator or table.numerator).built(item.sets),
        denominator=denominator.built(item.sets) if denominator else None,
        states=item.states or table.states,
        needs=table.needs + item.needs,
        reading=item.reading and item.scope is None,
        judged=item.judged and scope not in table.unjudged_scopes,
        own_scope=item.scope is not None,
        geodesic=item.geodesic,
        note=item.note,
    )


def _unknown_defaults(key: str, table: _Indicator) -> list[PlanDataError]:
    known = {item.id for item in table.definition}
    return [
        bad_data("unknown_default", f"{_FILE}: {key}.defaults", name=name)
        for name in table.defaults
        if name not in known
    ]
