"""The city's figures of a run, each with its targets, what is missing, and the period before."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from urbanplan_gis.model.figures import Definition, Indicator, Verdict
from urbanplan_gis.outputs.former import SAME_FIGURE, Former, former_figures
from urbanplan_gis.outputs.report.wording import KEPT, Words, real
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.standards.indicators import indicators

CITY = "city"
#: verdicts that say a target is reached, and those that say nothing was decided
REACHED = ("exceeded", "met")
UNDECIDED = ("inconclusive", "no_data", "reference")
_STATES = ("existing", "planned")
Row = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class Line:
    """The city's default figure of an indicator in one state.

    ``row`` is that of ``indicators.csv``; ``targets`` are those of ``targets.csv`` and ``gaps``
    those of ``gaps.csv`` by target year; ``former`` is what a period before says of it.
    """

    indicator: Indicator
    row: Row
    targets: Mapping[int, Row]
    gaps: Mapping[int, Row]
    former: FormerValue

    @property
    def state(self) -> str:
        return str(self.row["scenario"])

    @property
    def value(self) -> float | None:
        return real(self.row["value"])

    @property
    def verdict(self) -> str:
        return str(self.row["verdict"])

    @property
    def definition(self) -> Definition | None:
        """The definition of the figure, as declared."""
        return declared_definitions(self.indicator).get(str(self.row["definition"]))


@dataclass(frozen=True)
class FormerValue:
    """What a period before says: no period, not comparable, no figure, or a value."""

    kind: str
    value: float | None = None
    #: the verdict on the target that this period's figure is held against too, else empty
    verdict: str = ""


@dataclass(frozen=True, eq=False)
class Figures:
    """Every figure a report shows."""

    run: StoredRun
    former: Former | None

    @classmethod
    def of(cls, run: StoredRun) -> Figures:
        return cls(run, former_figures(run))

    @cached_property
    def table(self) -> pd.DataFrame:
        """``indicators.csv`` of the day asked, its boundaries, default definitions."""
        figures = self.run.figures
        return figures[figures["is_default"]]

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The city's lines, by indicator in their declared order and by state."""
        city = self.table[self.table["unit_code"] == CITY]
        by_place = {(row["indicator"], row["scenario"]): row for row in city.to_dict("records")}
        targets = self._by_year("targets")
        gaps = self._by_year("gaps")
        return tuple(
            Line(
                indicator,
                row,
                targets.get(row["figure_id"], {}),
                gaps.get(row["figure_id"], {}),
                self._former(row),
            )
            for key, indicator in indicators().items()
            for state in _STATES
            if (row := by_place.get((key, state))) is not None
        )

    @cached_property
    def main(self) -> tuple[Line, ...]:
        """The lines of Table 01: what is there now, for every indicator declared; beside it what
        plans give where nothing is known of that."""
        found = []
        for indicator in indicators().values():
            by_state = {line.state: line for line in self.lines if line.indicator is indicator}
            now, planned = (by_state.get(state) for state in _STATES)
            found.append(now or planned or self._absent(indicator))
            if planned and now and now.value is None and planned.value is not None:
                found.append(planned)
        return tuple(found)

    @cached_property
    def absent(self) -> tuple[Line, ...]:
        """The lines of the indicators that the run has no figure of."""
        return tuple(line for line in self.main if not line.row["figure_id"])

    def units_of(self, line: Line) -> Iterator[Row]:
        """The rows of the units, then of the groups, of a line's indicator and state."""
        rows = self.table[
            (self.table["indicator"] == line.indicator.indicator_id)
            & (self.table["scenario"] == line.state)
        ]
        yield from rows.to_dict("records")

    def others_of(self, line: Line) -> Sequence[Row]:
        """The city's rows of the other definitions in the line's state."""
        figures = self.run.figures
        rows = figures[
            (figures["unit_code"] == CITY)
            & (figures["indicator"] == line.indicator.indicator_id)
            & (figures["scenario"] == line.state)
            & ~figures["is_default"]
        ]
        return rows.to_dict("records")

    def _by_year(self, name: str) -> dict[str, dict[int, Row]]:
        table = self.run.table(name)
        if table.empty:
            return {}
        found: dict[str, dict[int, Row]] = {}
        for row in table[table["unit_code"] == CITY].to_dict("records"):
            year = real(row["target_year"])
            if year is not None:
                found.setdefault(row["figure_id"], {})[int(year)] = row
        return found

    def _absent(self, indicator: Indicator) -> Line:
        kind = "none"
        if self.former is not None:
            named = self.former.figures.index.get_level_values("indicator")
            kind = "not_comparable" if indicator.indicator_id in named else "no_data"
        return _absent(indicator, self.run, FormerValue(kind))

    def _former(self, row: Row) -> FormerValue:
        if self.former is None:
            return FormerValue("none")
        key = tuple(str(row[name]) for name in SAME_FIGURE)
        if key not in self.former.values.index:
            return FormerValue("not_comparable")
        before = self.former.figures.loc[[key]].iloc[0]
        value = float(before["value"])
        if math.isnan(value):
            return FormerValue("no_data")
        same = all(real(before[name]) == real(row[name]) for name in ("target_year", "target"))
        return FormerValue("value", value, str(before["verdict"]) if same else "")


def declared_definitions(indicator: Indicator) -> dict[str, Definition]:
    """The definitions of an indicator by their ids; of two with one id the first."""
    found: dict[str, Definition] = {}
    for item in indicator.definitions:
        found.setdefault(item.definition_id, item)
    return found


def _absent(indicator: Indicator, run: StoredRun, former: FormerValue) -> Line:
    """The line of an indicator that a run has no figure of: its targets, and that there is none."""
    targets: dict[int, Row] = {
        target.year: {
            "target_year": target.year,
            "target": target.value,
            "target_sense": target.sense,
            "verdict": Verdict.NO_DATA.value,
            "basis": "",
        }
        for target in indicator.targets
        if target.year in run.project.facts.target_years
    }
    years = sorted(targets)
    due = [year for year in years if year >= run.as_of.year] or years[-1:]
    row = {
        "figure_id": "",
        "indicator": indicator.indicator_id,
        "scenario": _STATES[0],
        "as_of": run.as_of.isoformat(),
        "definition": "",
        "value": None,
        "note": "",
        "target_year": None,
        "target": None,
        "target_sense": "",
        **(targets[due[0]] if due else {}),
        "verdict": Verdict.NO_DATA.value,
        "basis": "",
    }
    return Line(indicator, row, targets, {}, former)


def value_words(line: Line, words: Words) -> str:
    """The figure of this period, or that there is none."""
    if line.value is None:
        return words.known("verdict.no_data")
    return words.value(line.value, real(line.row["target"]), line.indicator.decimals)


def former_words(line: Line, words: Words) -> str:
    if line.former.kind == "value":
        return words.value(line.former.value, None, line.indicator.decimals)
    return words.say(f"former.{line.former.kind}")


def change_words(line: Line, words: Words) -> str:
    """This period less the one before, with its sign; a dash where they do not compare."""
    if line.value is None or line.former.value is None:
        return words.say("nothing")
    return signed(line.value - line.former.value, line.indicator.decimals, words)


def signed(value: float, decimals: int, words: Words) -> str:
    shown = words.number(abs(value), decimals)
    if not float(f"{abs(value):.{decimals}f}"):
        return shown
    return ("+" if value > 0 else "−") + shown


def difference_unit(unit: str, words: Words) -> str:
    """The unit of a difference of two figures: points of per cent."""
    return words.known(f"unit_of_difference.{unit.replace('%', 'percent')}")


def target_words(row: Row | None, words: Words) -> str:
    """A target with its sense: «khoảng 12,5»."""
    value = real(row["target"]) if row else None
    if row is None or value is None:
        return words.say("nothing")
    sense = words.token("sense", str(row["target_sense"])).replace(" ", KEPT)
    return f"{sense}{KEPT}{words.target(value)}"


def short_words(gap: Row | None, words: Words) -> str:
    """What is missing to a target, in hectares, persons or what it counts; a dash if nothing."""
    short = real(gap["short"]) if gap else None
    if gap is None or short is None or short <= 0:
        return words.say("nothing")
    return amount_words(short, str(gap["short_unit"]), words)


def amount_words(value: float, unit: str, words: Words) -> str:
    """An amount with its unit; hectares to the hundredth, persons and pieces whole and rounded up
    (what is missing is not there)."""
    if unit == "ha":
        return f"{words.number(value, 2)}{KEPT}{words.unit(unit)}"
    return f"{words.number(math.ceil(round(value, 6)), 0)}{KEPT}{words.unit(unit)}"
