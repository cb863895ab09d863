"""What the pages say, as plain values: a page is a function of them, and their digest its mark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from urbanplan_gis.outputs.sheets import styles
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import Name, say

if TYPE_CHECKING:
    from urbanplan_gis.outputs.stored_run import StoredRun

CITY = "city"
GROUPS = ("city", "wards", "slated")
STATES = ("existing", "planned")
UNCLASSIFIED = "unclassified"
#: the indicator of ground under zoning plans, and how its definitions on urban land alone end
COVERAGE, _OF_URBAN_LAND = "zoning_coverage", "-in-general_plan"
_UNIT_COUNT = "units"
_DECIMALS = 2
_RESIDENTS = "residents"


@dataclass(frozen=True)
class TargetRow:
    """One target a figure is held against; ``gap_ha`` is target·D − N in hectares."""

    year: int
    value: float
    sense: str
    gap_ha: float | None


@dataclass(frozen=True)
class FigureRow:
    """One default figure of a unit or group; ``errors`` says whether its interval is that of
    declared errors, or only of ground that is not known."""

    indicator: str
    state: str
    definition: str
    value: float | None
    unit: str
    low: float | None
    high: float | None
    errors: bool
    targets: tuple[TargetRow, ...]
    verdict: str
    basis: str
    completeness: float | None

    @property
    def name(self) -> Name:
        """The indicator's name; its id where no declaration has it."""
        known = indicators().get(self.indicator)
        return known.name if known else Name(self.indicator, self.indicator)

    @property
    def decimals(self) -> int:
        """Decimals the indicator is printed with."""
        known = indicators().get(self.indicator)
        return known.decimals if known else _DECIMALS

    @property
    def leaves_ground_out(self) -> bool:
        """Whether it tells how much of the urban land zoning plans cover, and not of all ground."""
        return (
            self.indicator == COVERAGE
            and self.value is not None
            and self.definition.endswith(_OF_URBAN_LAND)
        )


@dataclass(frozen=True)
class BalanceRow:
    """Hectares of one class of land in a unit or group."""

    code_list: str
    code: str
    name: Name
    area_ha: float


@dataclass(frozen=True)
class Balance:
    """The land of a unit or group by class in one state; the rows add up to it."""

    state: str
    rows: tuple[BalanceRow, ...]

    @property
    def area_ha(self) -> float:
        return sum(row.area_ha for row in self.rows)


@dataclass(frozen=True)
class Population:
    """Residents of a unit in the year nearest before the day asked, with their source."""

    year: int
    residents: float
    source: str


@dataclass(frozen=True, eq=False)
class Tables:
    """What the tables of a run say, by the code of a unit or group."""

    figures: Mapping[str, tuple[FigureRow, ...]]
    balances: Mapping[str, Balance]
    population: Mapping[str, Population]

    def unit_figures(self, unit: str) -> tuple[FigureRow, ...]:
        """The figures that mean something for one unit: one that counts units does not."""
        return tuple(row for row in self.figures.get(unit, ()) if row.unit != _UNIT_COUNT)


def read_tables(run: StoredRun) -> Tables:
    """The rows the atlas prints, from the tables of a run."""
    return Tables(_figures(run), _balances(run), _population(run))


def _figures(run: StoredRun) -> dict[str, tuple[FigureRow, ...]]:
    frame = run.figures
    facts = run.project.facts
    chosen = frame[
        frame["is_default"]
        & (frame["boundaries"] == facts.boundaries)
        & (frame["as_of"].str[:10] == facts.as_of.isoformat())
    ]
    targets = _targets(run, set(chosen["figure_id"]))
    found: dict[str, list[FigureRow]] = {}
    for row in chosen.to_dict("records"):
        found.setdefault(str(row["unit_code"]), []).append(_figure(row, targets))
    return {unit: tuple(rows) for unit, rows in found.items()}


def _figure(row: dict[str, Any], targets: Mapping[str, list[TargetRow]]) -> FigureRow:
    own = targets.get(row["figure_id"], [])
    due = _number(row["target_year"])
    # the target due stands first: it is the one gap and verdict are about
    ordered = sorted(own, key=lambda target: (target.year != due, target.year))
    return FigureRow(
        indicator=row["indicator"],
        state=row["scenario"],
        definition=row["definition"],
        value=_number(row["value"]),
        unit=row["value_unit"],
        low=_number(row["low"]),
        high=_number(row["high"]),
        errors=_number(row["p_met"]) is not None,
        targets=tuple(ordered),
        verdict=row["verdict"],
        basis=row["basis"],
        completeness=_number(row["completeness"]),
    )


def _targets(run: StoredRun, wanted: set[str]) -> dict[str, list[TargetRow]]:
    table = run.table("targets")
    found: dict[str, list[TargetRow]] = {}
    for row in table[table["figure_id"].isin(wanted)].to_dict("records"):
        year, value = _number(row["target_year"]), _number(row["target"])
        if year is None or value is None:
            continue
        target = TargetRow(int(year), value, row["target_sense"], _number(row["gap_ha"]))
        found.setdefault(row["figure_id"], []).append(target)
    return found


def _balances(run: StoredRun) -> dict[str, Balance]:
    table = run.table("land_balance")
    table = table[(table["area_kind"] == "unit") & (table["boundaries"] == _boundaries(run))]
    state = next((one for one in STATES if (table["scenario"] == one).any()), STATES[0])
    found: dict[str, list[BalanceRow]] = {}
    for row in table[table["scenario"] == state].to_dict("records"):
        code_list, code = row["code_list"], row["code"]
        area = float(row["area_ha"] or 0)
        entry = BalanceRow(code_list, code, _class_name(code_list, code, row["name"]), area)
        found.setdefault(row["unit_code"], []).append(entry)
    return {
        unit: Balance(state, tuple(sorted(rows, key=lambda row: (-row.area_ha, row.code))))
        for unit, rows in found.items()
    }


def _population(run: StoredRun) -> dict[str, Population]:
    table = run.table("statistics")
    table = table[(table["name"] == _RESIDENTS) & (table["boundaries"] == _boundaries(run))]
    day = run.project.facts.as_of.year
    found: dict[str, Population] = {}
    for row in table.to_dict("records"):
        year, value = _number(row["year"]), _number(row["value"])
        if year is None or value is None:
            continue
        one = Population(int(year), value, row["document"] or row["source"])
        former = found.get(row["unit_code"])
        if former is None or _nearness(one, day) < _nearness(former, day):
            found[row["unit_code"]] = one
    return found


def _nearness(one: Population, year: int) -> tuple[bool, int]:
    """Years up to the day asked come before later ones, near ones before far ones."""
    return one.year > year, abs(one.year - year)


def _boundaries(run: StoredRun) -> str:
    return run.project.facts.boundaries


def style_of(code_list: str, code: str) -> styles.CodeStyle | None:
    """The style of a land code or planned function, or None for a code no list has."""
    files = (styles.LAND_FILE, styles.PLAN_FILE)
    return next(
        (found for file in files if (found := styles.style_of(file, code_list, code))), None
    )


def _class_name(code_list: str, code: str, said: str) -> Name:
    """The name of a class of land; where no list has it, as the table writes it: «vi / en»."""
    style = style_of(code_list, code)
    if style is not None:
        return style.name
    if code == UNCLASSIFIED:
        return Name(say("class.unclassified", "vi"), say("class.unclassified", "en"))
    parts = said.split(" / ")
    half = len(parts) // 2
    if len(parts) % 2 or not half:
        return Name(said, said)
    return Name(" / ".join(parts[:half]), " / ".join(parts[half:]))


def _number(value: Any) -> float | None:
    number = pd.to_numeric(value, errors="coerce")
    return None if pd.isna(number) else float(number)


def day(value: Any) -> dt.date | None:
    """A day of a table or layer, or None where it is blank."""
    found = pd.to_datetime(value, errors="coerce")
    return None if pd.isna(found) else found.date()


def definition_name(row: FigureRow) -> Name:
    """The name of the definition behind a figure; its id where no declaration has it."""
    known = indicators().get(row.indicator)
    found = (
        [one for one in known.definitions if one.definition_id == row.definition] if known else []
    )
    return found[0].name if found else Name(row.definition, row.definition)
