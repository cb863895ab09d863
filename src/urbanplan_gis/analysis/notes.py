"""What a reader must know beside a figure: assumptions, years, what is not known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.evidence import Evidence
from urbanplan_gis.analysis.statistics import ChosenStatistic
from urbanplan_gis.model.data import OPTIONAL_STATISTICS
from urbanplan_gis.model.figures import Condition, Definition
from urbanplan_gis.text import Name, Text

Mask = NDArray[np.bool_]
_TRANSPORT = Condition("land_use", "transport")
_AREA_DIFFERENCE = 0.01


def notes_of(
    evidence: Evidence,
    definition: Definition,
    state: str,
    units: Mask,
    completeness: float,
    used: Sequence[tuple[ChosenStatistic, Mask]],
) -> Iterator[Text | Name]:
    """The notes of one figure, the most important first.

    ``used`` are its statistics, each with the units whose number counts.
    """
    measures = [m for m in (definition.numerator, definition.denominator) if m is not None]
    labels = {condition.label for measure in measures for condition in measure.where}
    if definition.note:
        yield definition.note
    if state == "planned" and "land_use" in labels:
        yield Text.of("note.combined")
    if completeness < 1:
        # rounded down, so that what is not all known never reads 100 %; 0.57 is 57, not 56.99
        percent = float(np.floor(round(completeness * 1e4, 6)) / 100)
        yield Text.of("note.completeness", percent=percent)
    yield from _of_statistics(evidence, used)
    yield from _of_years_apart(evidence, used)
    if definition.numerator.rule == "capped" and units.sum() > 1:
        yield Text.of("note.green_not_additive")
    if definition.variant == "codes_without_static" and not _parking_told_apart(
        evidence, state, units
    ):
        yield Text.of("note.parking_not_told_apart")
    if "plans" in labels and evidence.plans is not None and evidence.plans["approved"].isna().any():
        yield Text.of("note.plans_without_date")
    if definition.variant == "wide":
        yield from _of_declared_area(evidence, units)


def _of_statistics(
    evidence: Evidence, used: Sequence[tuple[ChosenStatistic, Mask]]
) -> Iterator[Text]:
    years = sorted({int(year) for chosen, units in used for year in chosen.years[units] if year})
    if years and years != [evidence.as_of.year]:
        yield Text.of("note.statistics_year", years=", ".join(map(str, years)))


def _of_years_apart(
    evidence: Evidence, used: Sequence[tuple[ChosenStatistic, Mask]]
) -> Iterator[Text]:
    """Units that have every statistic the figure requires, but never in one year."""
    required = dict.fromkeys(
        chosen.name for chosen, _ in used if chosen.name not in OPTIONAL_STATISTICS
    )
    apart = np.zeros(len(evidence.units), dtype=bool)
    for chosen, units in used:
        if chosen.name in required:
            apart |= units & np.isnan(chosen.values)
    for name in required:
        alone = evidence.statistics.get(name)
        apart &= alone.years > 0 if alone else False
    if apart.any():
        codes = [code for code, is_apart in zip(evidence.codes, apart, strict=True) if is_apart]
        yield Text.of("note.years_apart", names=", ".join(required), units=", ".join(codes))


def _parking_told_apart(evidence: Evidence, state: str, units: Mask) -> bool:
    coded = evidence.labels.coded[state]["land_use"]
    here = units[evidence.mosaic.unit]
    silent = [list_id != "tt16-2025" and sub_use == "" for list_id, _, sub_use in coded.pairs]
    transport = evidence.labels.certain(_TRANSPORT, state)
    return not bool((transport & coded.where(silent) & here).any())


def _of_declared_area(evidence: Evidence, units: Mask) -> Iterator[Text]:
    official = evidence.statistics.get("official_area")
    if official is None or np.isnan(official.values[units]).any():
        return
    computed = float(evidence.mosaic.unit_area[units].sum())
    declared = float(official.values[units].sum())
    if declared and abs(computed - declared) / declared > _AREA_DIFFERENCE:
        yield Text.of(
            "note.declared_area",
            computed=computed / 1e4,
            declared=declared / 1e4,
            percent=100 * (computed - declared) / declared,
        )
