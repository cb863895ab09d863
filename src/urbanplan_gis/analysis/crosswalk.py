"""Figures under other boundaries: on old units, on new ones, and converted between them.

Added figures are as good as measured; apportioned ones stand side by side, each marked with its
method and with the share of ground whose statistics had to be shared out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from urbanplan_gis.analysis.conversions import ADDED, Conversion
from urbanplan_gis.analysis.panels import Panel, Row, rows_of
from urbanplan_gis.model.figures import Figure
from urbanplan_gis.standards.units import CONFIDENCES, has_stayed
from urbanplan_gis.text import Text

Mask = NDArray[np.bool_]
MEASURED = "measured"
#: measures of statistics; all others are of ground, and cut with it
_OF_STATISTICS = "statistic"
#: the seven communes are no units of a later vintage
_NOT_CARRIED = ("slated",)
#: shares may miss 0 and 1 by as much, for the rounding of areas
_NOISE = 1e-9
#: from this share on, ground that had to be placed is told
_PLACED = 1e-3


@dataclass(frozen=True)
class BoundaryFigure:
    """One figure under one state of the boundaries. ``share`` (0-1): ground of units cut for it."""

    figure: Figure
    from_boundaries: str
    method: str
    basis: str
    share: float
    made_of: tuple[str, ...]
    document: str
    clause: str
    confidence: str
    notes: tuple[Text, ...]


def boundary_figures(
    panels: Iterable[Panel], conversions: Sequence[Conversion], confirmed: Iterable[str] = ()
) -> list[BoundaryFigure]:
    """Every default figure on its own units, then under each conversion.

    Where new boundaries cut nothing that a figure rests on, it is measured there and stands once.
    Counts of units are those of their own boundaries and are not converted.
    """
    agreed = frozenset(confirmed)
    found = []
    for panel in panels:
        if panel.is_default and panel.indicator.unit != "units":
            found += [_own(panel, row, agreed) for row in panel.rows()]
            found += list(_converted(panel, conversions, agreed))
    return found


def _own(panel: Panel, row: Row, confirmed: frozenset[str]) -> BoundaryFigure:
    figure = panel.figure(row, confirmed)
    code = (row.code,) if row.code in panel.evidence.codes else ()
    return BoundaryFigure(
        figure, panel.evidence.boundaries, MEASURED, MEASURED, 0.0, code, "", "", "", ()
    )


def _converted(
    panel: Panel, conversions: Sequence[Conversion], confirmed: frozenset[str]
) -> Iterator[BoundaryFigure]:
    definition = panel.definition
    measures = [m for m in (definition.numerator, definition.denominator) if m is not None]
    only_ground = all(measure.kind != _OF_STATISTICS for measure in measures)
    drawn: set[str] = set()
    for conversion in conversions:
        vintage = conversion.evidence.boundaries
        again = vintage in drawn
        there = Panel(conversion.evidence, panel.indicator, definition, panel.state, True)
        for row in rows_of(conversion.evidence):
            if row.code in _NOT_CARRIED or not row.units.any():
                continue
            cut = _cut_units(conversion, _counted(there, row)) & (not only_ground)
            if again and not cut.any():
                continue
            yield _figure(there, row, conversion, cut, confirmed)
        if conversion.method != ADDED:
            drawn.add(vintage)


def _figure(
    panel: Panel, row: Row, conversion: Conversion, cut: Mask, confirmed: frozenset[str]
) -> BoundaryFigure:
    members = np.flatnonzero(row.units)
    links = list(dict.fromkeys(link for n in members for link in conversion.links[n]))
    changed = [link for link in links if not has_stayed(link)]
    method = conversion.method
    if not cut.any() and (method != ADDED or not changed):
        method = MEASURED
    return BoundaryFigure(
        panel.figure(row, confirmed),
        conversion.origin,
        method,
        "apportioned" if cut.any() else MEASURED,
        _share_of(conversion, _counted(panel, row), cut),
        tuple(sorted({code for n in members for code in conversion.made_of[n]})),
        "; ".join(dict.fromkeys(link.document for link in changed)),
        "; ".join(dict.fromkeys(link.clause for link in changed if link.clause)),
        min((link.confidence for link in changed), key=CONFIDENCES.index, default=""),
        tuple(_notes(conversion, row, cut)),
    )


def _counted(panel: Panel, row: Row) -> Mask:
    """The units whose numbers a row rests on: of the city's, often the wards alone."""
    measures = (panel.definition.numerator, panel.definition.denominator)
    by_kind = {c.label for m in measures if m for c in m.where} & {"unit"}
    scoped = panel.definition.scope == "wards" and any(m.scoped for m in measures if m)
    return panel.evidence.is_ward if row.is_city and (scoped or by_kind) else row.units


def _cut_units(conversion: Conversion, counted: Mask) -> Mask:
    """Old units of whose ground new ones hold a part (shape: old): their statistics are shared."""
    held = conversion.by_area[:, :-1][:, counted].sum(axis=1)
    return (held > _NOISE) & (held < 1 - _NOISE)


def _share_of(conversion: Conversion, counted: Mask, cut: Mask) -> float:
    """The share of the ground of new units that belonged to old units that are cut."""
    ground = conversion.ground[:, :-1][:, counted].sum(axis=1)
    return float(ground[cut].sum() / ground.sum()) if ground.any() else 0.0


def _notes(conversion: Conversion, row: Row, cut: Mask) -> Iterator[Text]:
    if row.is_city:
        yield Text.of("boundary.former_city", boundaries=conversion.origin)
        return
    members = np.flatnonzero(row.units)
    for n in members:
        name, share = conversion.evidence.units["name"].iloc[n], float(conversion.in_city[n])
        if conversion.is_part[n] and np.isnan(share):
            yield Text.of("boundary.part", unit=name)
        elif conversion.is_part[n]:
            yield Text.of("boundary.part_known", unit=name, percent=round(100 * share, 1))
        if conversion.placed[n] > _PLACED:
            percent = round(100 * float(conversion.placed[n]), 1)
            yield Text.of("boundary.placed", unit=name, percent=percent)
    if cut.any():
        held = conversion.shares[:, :-1][:, row.units].sum(axis=1)
        for old in np.flatnonzero(cut):
            code = conversion.old_codes[old]
            if np.isnan(held[old]):
                yield Text.of(f"boundary.no_weight.{conversion.method}", unit=code)
            else:
                yield Text.of("boundary.cut", unit=code, percent=round(100 * float(held[old]), 2))
