"""How far it is to a target: in points, in land, floors or persons, and by when.

With aim t, numerator N and denominator D, what is missing is t·D − N while D stays as it is.
Where what is added counts below the line as well (new streets are urban land too), it is
(t·D − N) / (1 − t). Against the persons expected in the target year D', it is t·D' − N.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from urbanplan_gis.analysis.panels import Panel, Row
from urbanplan_gis.analysis.trends import (
    Past,
    Series,
    Trend,
    past_of,
    persons_ahead,
    series_key,
    trend_of,
)
from urbanplan_gis.model.figures import Assessment, Figure, Target
from urbanplan_gis.text import Text

_DAYS = 365.25
_PERSONS = ("persons",)


@dataclass(frozen=True)
class Gap:
    """The way to one target, amounts in the numerator's unit (m² of land or floor, persons ...).

    ``short`` is positive where something is missing. ``short_growing`` holds where additions count
    in the denominator too, ``short_ahead`` against the ``denominator_ahead`` of the target year.
    ``too_many`` are the persons by which a per-person figure exceeds what there is.
    """

    figure: Figure
    target: Target
    short: float
    short_growing: float | None
    denominator_ahead: float | None
    ahead_from: Text | None
    short_ahead: float | None
    too_many: float | None
    years_left: float
    #: points of the figure's unit a year, and amount a year
    pace: float | None
    short_a_year: float | None
    trend: Trend | None
    notes: tuple[Text, ...]


def gaps(
    panels: Iterable[Panel],
    assessments: Iterable[Assessment],
    former: Series,
) -> list[Gap]:
    """The way of every default figure with a value to each of its targets.

    ``former`` are values of the same figures at earlier days, by their series key.
    """
    pasts = [past_of(panel) for panel in panels if panel.is_default]
    of_row = {past.panel.figure_id(row): (past, row) for past in pasts for row in past.panel.rows()}
    found = []
    for item in assessments:
        known = item.figure.value is not None and item.figure.numerator is not None
        if item.figure.figure_id in of_row and item.target is not None and known:
            past, row = of_row[item.figure.figure_id]
            found.append(_gap(past, row, item.figure, item.target, former))
    return found


def years_until(day: dt.date, year: int) -> float:
    """Years from a day to the end of a target year, 0 if that has passed."""
    return max(0.0, (dt.date(year, 12, 31) - day).days / _DAYS)


def grows_with(panel: Panel) -> bool:
    """Whether what is added above the line counts below it as well.

    So it is where all that the denominator asks for is asked of the numerator too: new streets
    are urban land. Natural area grows with nothing.
    """
    above, below = panel.definition.numerator, panel.definition.denominator
    if below is None or not below.where or above.kind != below.kind:
        return False
    return set(below.where) < set(above.where)


def _gap(past: Past, row: Row, figure: Figure, target: Target, former: Series) -> Gap:
    panel = past.panel
    factor = {"%": 100.0}.get(figure.value_unit, 1.0)
    is_count = figure.value_unit == "units"
    above = figure.numerator or 0.0
    below = 1.0 if is_count else figure.denominator or 0.0
    aim = target.value / factor
    short = aim * below - above
    growing = short / (1 - aim) if grows_with(panel) and aim < 1 else None
    ahead, ahead_from = None, None
    if figure.denominator_unit in _PERSONS:
        ahead, ahead_from = persons_ahead(past, row, target.year)
    short_ahead = None if ahead is None else aim * ahead - above
    per_person = figure.denominator_unit in _PERSONS and figure.numerator_unit not in _PERSONS
    too_many = below - above / aim if per_person and aim else None
    years = years_until(figure.as_of, target.year)
    value = figure.value or 0.0
    trend = trend_of(past, row, figure, target, former.get(series_key(figure.figure_id), ()))
    gap = Gap(
        figure=figure,
        target=target,
        short=short,
        short_growing=growing,
        denominator_ahead=ahead,
        ahead_from=ahead_from,
        short_ahead=short_ahead,
        too_many=too_many,
        years_left=years,
        pace=(target.value - value) / years if years and short > 0 else None,
        short_a_year=(growing or short) / years if years and short > 0 else None,
        trend=trend,
        notes=(),
    )
    return _with_notes(gap, aim, above, below, is_count)


def _with_notes(gap: Gap, aim: float, above: float, below: float, is_count: bool) -> Gap:
    """The algebra with its numbers, as a planner would check it by hand."""
    if gap.short <= 1e-12 * max(abs(above), 1.0):
        notes = [Text.of("gap.reached")]
    elif is_count:
        notes = [Text.of("gap.count", aim=aim, above=above, short=gap.short)]
    else:
        unit = Text.of(f"gap.unit.{amount_unit(gap)}")
        scale = 1e4 if gap.figure.of_land else 1.0
        # of a person there is no part
        is_whole = amount_unit(gap) in ("persons", "households")
        short, short_ahead = (
            float(math.ceil(amount / scale) if is_whole else amount / scale)
            for amount in (gap.short, gap.short_ahead or 0.0)
        )
        percent = gap.figure.value_unit == "%"
        target = Text.of("gap.percent" if percent else "gap.ratio", value=gap.target.value)
        held = scale if percent else 1.0
        notes = [
            Text.of(
                "gap.held" if percent else "gap.held_persons",
                aim=target, below=below / held, above=above / scale, needed=aim * below / scale,
                short=short, unit=unit,
            )
        ]  # fmt: skip
        if gap.short_growing is not None:
            notes.append(
                Text.of(
                    "gap.growing", short=gap.short / scale, aim=target,
                    growing=gap.short_growing / scale, unit=unit,
                )
            )  # fmt: skip
        if gap.short_ahead is not None and gap.ahead_from is not None:
            notes.append(
                Text.of(
                    "gap.ahead", year=str(gap.target.year), source=gap.ahead_from, aim=target,
                    below=float(round(gap.denominator_ahead or 0.0)), above=above / scale,
                    needed=aim * (gap.denominator_ahead or 0.0) / scale,
                    short=short_ahead, unit=unit,
                )
            )  # fmt: skip
    if gap.trend is not None:
        notes.append(gap.trend.words)
    return replace(gap, notes=tuple(notes))


def amount_unit(gap: Gap) -> str:
    """The unit people reckon the missing amount in: ha of land, else the numerator's own."""
    return "ha" if gap.figure.of_land else gap.figure.numerator_unit


def in_people_units(gap: Gap, amount: float | None) -> float | None:
    """An amount of the gap in :func:`amount_unit`."""
    if amount is None or not np.isfinite(amount):
        return None
    return amount / 1e4 if gap.figure.of_land else amount
