"""One standard of an urban class against one value: points, what is missing, the next step."""

from __future__ import annotations

from urbanplan_gis.model.scores import INCONCLUSIVE, MET, NOT_MET, GivenValue, ScoreRow, Step
from urbanplan_gis.standards.scoring_rows import Standard
from urbanplan_gis.text import Name, Text


def score_row(
    standard: Standard, minimum: float, confidence: str, given: GivenValue, *, interpolate: bool
) -> ScoreRow:
    """A standard whose value and threshold are known.

    Without ``interpolate`` points between minimum and maximum are a range: how they are made
    was not read.

    Raises:
        ValueError: for a level the standard does not know.
    """
    value = position(standard, given)
    least = value if given.low is None else min(given.low, value)
    most = value if given.high is None else max(given.high, value)
    low, _ = _points(standard, minimum, least, interpolate)
    _, high = _points(standard, minimum, most, interpolate)
    points = low if low == high else None
    step = None if points is None else _step(standard, minimum, value, points)
    verdict = MET if least >= minimum else NOT_MET if most < minimum else INCONCLUSIVE
    return _row(
        standard, minimum, confidence, given, verdict,
        points=points, points_low=low, points_high=high, step=step,
    )  # fmt: skip


def unscored(
    standard: Standard, minimum: float, confidence: str, given: GivenValue | None, verdict: str
) -> ScoreRow:
    """A standard without data, or whose threshold may not decide: none to all of its points."""
    return _row(
        standard, minimum, confidence, given, verdict,
        points=None, points_low=0.0, points_high=standard.points_max, step=None,
    )  # fmt: skip


def position(standard: Standard, given: GivenValue) -> float:
    """The value as a number: of a level, its place in the order of levels.

    Raises:
        ValueError: for a level the standard does not know, or words where a number is meant.
    """
    if not standard.levels:
        return float(given.value)
    words = [level.casefold() for level in standard.levels]
    return float(words.index(str(given.value).strip().casefold()))


def interpolated(
    value: float, minimum: float, maximum: float, points_min: float, points_max: float
) -> float:
    """Points of a value: none below the minimum, all from the maximum on, linear between."""
    if value < minimum:
        return 0.0
    if value >= maximum:
        return points_max
    return points_min + (points_max - points_min) * (value - minimum) / (maximum - minimum)


def _points(
    standard: Standard, minimum: float, value: float, interpolate: bool
) -> tuple[float, float | None]:
    """The least and the most points of a value; None for the most where they were not read."""
    least, most, maximum = standard.points_min, standard.points_max, standard.maximum
    if value < minimum:
        return 0.0, 0.0
    if least is None or most is None or maximum is None:
        return 0.0, None
    if minimum < value < maximum and not interpolate:
        return least, most
    points = interpolated(value, minimum, maximum, least, most)
    return points, points


def _step(standard: Standard, minimum: float, value: float, points: float) -> Step | None:
    """Whichever of minimum and maximum brings more points for the relative increase."""
    least, most, maximum = standard.points_min, standard.points_max, standard.maximum
    if least is None or most is None or maximum is None:
        return None
    scale = max(0, len(standard.levels) - 1)
    steps = [
        Step(needed, (needed - value) / (scale or needed), gain)
        for needed, gain in ((minimum, least - points), (maximum, most - points))
        if needed > value and gain > 0
    ]
    return max(steps, key=lambda step: step.yield_, default=None)


def _row(
    standard: Standard,
    minimum: float,
    confidence: str,
    given: GivenValue | None,
    verdict: str,
    *,
    points: float | None,
    points_low: float,
    points_high: float | None,
    step: Step | None,
) -> ScoreRow:
    value = None if given is None else position(standard, given)
    to_minimum = None if value is None else max(0.0, minimum - value)
    to_maximum = None
    if value is not None and standard.maximum is not None:
        to_maximum = max(0.0, standard.maximum - value)
    per_unit = given.amount_per_unit if given else None
    notes: list[Text | Name] = [standard.note] if standard.note else []
    if standard.points_max is None:
        notes.append(Text.of("scoring.no_points"))
    return ScoreRow(
        standard_id=standard.standard_id,
        group=standard.group,
        name=standard.name,
        unit=standard.unit,
        levels=standard.levels,
        value=value,
        value_source=given.source if given else "",
        value_year=given.year if given else None,
        minimum=minimum,
        maximum=standard.maximum,
        points=points,
        points_low=points_low,
        points_high=points_high,
        points_max=standard.points_max,
        verdict=verdict,
        required=standard.required,
        missing_to_minimum=to_minimum,
        missing_to_maximum=to_maximum,
        amount_to_minimum=_times(to_minimum, per_unit),
        amount_to_maximum=_times(to_maximum, per_unit),
        amount_unit=given.amount_unit if given and per_unit is not None else "",
        step=step,
        basis=given.basis if given else "law",
        article=standard.article,
        confidence=confidence,
        notes=tuple(notes),
    )


def _times(missing: float | None, per_unit: float | None) -> float | None:
    return None if missing is None or per_unit is None else missing * per_unit
