"""The definitions panel: what every declared way of counting makes of one target."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from urbanplan_gis.analysis.targets import verdict_class, verdict_of
from urbanplan_gis.model.figures import Assessment, Figure, Target
from urbanplan_gis.text import Text


@dataclass(frozen=True)
class Spread:
    """One indicator of one row against one target, under every definition at hand.

    ``met``, ``near`` and ``not_met`` are ids of definitions a verdict may be given by;
    ``unjudged`` those that only stand beside them, ``no_data`` those without a value.
    """

    default: Figure
    target: Target
    met: tuple[str, ...]
    near: tuple[str, ...]
    not_met: tuple[str, ...]
    unjudged: tuple[str, ...]
    no_data: tuple[str, ...]
    least: Figure | None
    most: Figure | None

    @property
    def counted(self) -> int:
        """How many definitions give a verdict."""
        return len(self.met) + len(self.near) + len(self.not_met)

    @property
    def flips(self) -> bool:
        """Whether the verdict hangs on the definition."""
        return sum(bool(ids) for ids in (self.met, self.near, self.not_met)) > 1

    @property
    def words(self) -> Text:
        """«met under 5 of 8 definitions»."""
        key = "definitions.flips" if self.flips else "definitions.agree"
        return Text.of(key, met=len(self.met), count=self.counted)


def spreads(assessments: Iterable[Assessment]) -> list[Spread]:
    """The panel of every default figure and target year (``assessments``: all target years)."""
    panels: dict[tuple[object, ...], list[Assessment]] = {}
    for item in assessments:
        if item.target is not None:
            figure = item.figure
            key = (figure.indicator, figure.scenario, figure.unit_code, item.target)
            panels.setdefault(key, []).append(item)
    return [spread for group in panels.values() if (spread := _spread(group)) is not None]


def _spread(group: list[Assessment]) -> Spread | None:
    default = next((item for item in group if item.figure.is_default), None)
    if default is None or default.target is None:
        return None
    target = default.target
    ids: dict[str, list[str]] = {"met": [], "near": [], "not": [], "unjudged": [], "no_data": []}
    for item in group:
        ids[_kind(item.figure, target)].append(item.figure.definition)
    valued = [item.figure for item in group if item.figure.value is not None]
    return Spread(
        default.figure,
        target,
        tuple(ids["met"]),
        tuple(ids["near"]),
        tuple(ids["not"]),
        tuple(ids["unjudged"]),
        tuple(ids["no_data"]),
        min(valued, key=_value, default=None),
        max(valued, key=_value, default=None),
    )


def _kind(figure: Figure, target: Target) -> str:
    if figure.value is None:
        return "no_data"
    if not figure.judged:
        return "unjudged"
    return verdict_class(verdict_of(figure.value, target, figure.as_of.year))


def _value(figure: Figure) -> float:
    return figure.value or 0.0
