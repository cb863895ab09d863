"""Figures against targets: gap in the figure's unit and in hectares, and the verdict."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from urbanplan_gis.analysis.statistics import MAX_YEARS_AWAY
from urbanplan_gis.model.figures import Assessment, Figure, Indicator, Target, Verdict
from urbanplan_gis.text import Text

#: «khoảng»: basically met from this share of the target on (DESIGN §5, our proposal)
NEAR = 0.95
#: relative slack of comparisons with a target: the noise of sums, below any rounding for people
NOISE = 1e-12


def assess(
    figures: Iterable[Figure],
    indicators: Mapping[str, Indicator],
    extra_targets: Mapping[str, Iterable[Target]] | None = None,
    all_years: bool = False,
    years: Collection[int] | None = None,
    allow_unverified: bool = False,
) -> list[Assessment]:
    """Hold each figure against the first target not before its date, or against every target.

    Where no target is left in the future the last one counts; ``years`` are those asked for
    (None for all). Targets bind their scope (the city); other rows carry target and gap with the
    verdict ``reference``. An unverified target decides no verdict unless ``allow_unverified``.
    """
    figures = list(figures)
    verdicts_of_readings = _readings(figures)
    assessed = []
    for figure in figures:
        indicator = indicators[figure.indicator]
        own = (extra_targets or {}).get(figure.indicator, ())
        asked = [t for t in (*indicator.targets, *own) if years is None or t.year in years]
        targets = sorted(asked, key=lambda target: target.year)
        if not targets:
            assessed.append(_assess(figure, None, [], allow_unverified))
            continue
        for target in targets if all_years else [_due(targets, figure.as_of.year)]:
            readings = verdicts_of_readings.get(_key(figure), [])
            assessed.append(_assess(figure, target, readings, allow_unverified))
    return assessed


def verdict_of(value: float, target: Target, year: int) -> Verdict:
    """The verdict on a value alone (DESIGN §5); ``year`` is the year of the figure."""
    slack = NOISE * abs(target.value)
    aim = target.value
    if target.sense == "at_most":
        if value <= aim + slack:
            return Verdict.EXCEEDED if value < aim - slack else Verdict.MET
        return Verdict.NOT_YET if year <= target.year else Verdict.MISSED
    met = value > aim + slack if target.sense == "above" else value >= aim - slack
    if met:
        surpassed = value > aim + slack and target.sense not in ("all", "above")
        return Verdict.EXCEEDED if surpassed else Verdict.MET
    if target.sense == "about" and value >= NEAR * aim - slack:
        return Verdict.NEAR
    return Verdict.NOT_YET if year <= target.year else Verdict.MISSED


def readable(value: float, target: float | None, decimals: int) -> float:
    """``value`` rounded for people, but never up to or down to a target it does not reach."""
    rounded = round(value, decimals)
    if target is None or abs(value - target) <= NOISE * abs(target):
        return rounded
    if (rounded - target) * (value - target) > 0:
        return rounded
    step = 10.0**-decimals
    return rounded - step if value < target else rounded + step


def _due(targets: list[Target], year: int) -> Target:
    return next((target for target in targets if target.year >= year), targets[-1])


def _key(figure: Figure) -> tuple[str, str, str]:
    return figure.indicator, figure.unit_code, figure.scenario


def _readings(figures: list[Figure]) -> dict[tuple[str, str, str], list[Figure]]:
    readings: dict[tuple[str, str, str], list[Figure]] = {}
    for figure in figures:
        if figure.reading and figure.value is not None:
            readings.setdefault(_key(figure), []).append(figure)
    return readings


def _assess(
    figure: Figure, target: Target | None, readings: list[Figure], allow_unverified: bool
) -> Assessment:
    if target is None:
        verdict = Verdict.NO_DATA if figure.value is None else Verdict.REFERENCE
        return Assessment(figure, None, None, None, verdict, figure.basis)
    gap = None if figure.value is None else figure.value - target.value
    basis = basis_of(figure, target)
    verdict, notes = _verdict(figure, target, readings, allow_unverified)
    return Assessment(figure, target, gap, _gap_ha(figure, target), verdict, basis, notes)


def basis_of(figure: Figure, target: Target) -> str:
    """What a verdict rests on: ``unverified`` where the target is, else what the figure does."""
    return "unverified" if target.confidence == "unverified" else figure.basis


def _gap_ha(figure: Figure, target: Target) -> float | None:
    """Hectares missing to the target with the denominator held: target·D − N."""
    if not figure.of_land or figure.numerator is None or figure.denominator is None:
        return None
    if figure.value is None:
        return None
    factor = 100.0 if figure.value_unit == "%" else 1.0
    return (target.value / factor * figure.denominator - figure.numerator) / 1e4


def _verdict(
    figure: Figure, target: Target, readings: list[Figure], allow_unverified: bool
) -> tuple[Verdict, tuple[Text, ...]]:
    if figure.value is None:
        return Verdict.NO_DATA, ()
    if figure.unit_code != target.scope or not figure.judged:
        return Verdict.REFERENCE, ()
    if target.confidence == "unverified" and not allow_unverified:
        return Verdict.REFERENCE, (Text.of("note.unverified_target"),)
    if figure.years_away > MAX_YEARS_AWAY:
        return Verdict.INCONCLUSIVE, (Text.of("note.old_statistics", years=figure.years_away),)
    year = figure.as_of.year
    verdict = verdict_of(figure.value, target, year)
    bounds = [bound for bound in (figure.low, figure.high) if bound is not None]
    if any(
        verdict_class(verdict_of(bound, target, year)) != verdict_class(verdict) for bound in bounds
    ):
        return Verdict.INCONCLUSIVE, (Text.of("note.unknown_ground"),)
    if figure.reading:
        others = {verdict_of(r.value, target, year) for r in readings if r.value is not None}
        if {verdict_class(other) for other in others} - {verdict_class(verdict)}:
            return Verdict.INCONCLUSIVE, (Text.of("note.readings_disagree"),)
    return verdict, ()


def verdict_class(verdict: Verdict) -> str:
    """What verdicts come to: ``met``, ``near`` or ``not``."""
    if verdict in (Verdict.EXCEEDED, Verdict.MET):
        return "met"
    return "near" if verdict is Verdict.NEAR else "not"
