"""Scorecards of urban classes as a table, and in a few lines for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from urbanplan_gis.model.figures import figure_id
from urbanplan_gis.model.scores import (
    MET,
    NOT_MET,
    UNVERIFIED,
    GroupScore,
    Scorecard,
    ScoreRow,
)
from urbanplan_gis.text import Name, Number, Text, number, say

COLUMNS = (
    "figure_id", "scheme", "urban_class", "as_of", "group", "standard", "name", "value",
    "value_unit", "value_source", "minimum", "maximum", "points", "points_low", "points_high",
    "points_max", "verdict", "missing_to_minimum", "missing_to_maximum", "document", "article",
    "confidence", "basis", "note",
)  # fmt: skip
_SHOWN = 3


def class_frame(scorecards: Iterable[Scorecard], boundaries: str, lang: str) -> pd.DataFrame:
    """COLUMNS, one row per standard, then per group (``group-I``), then ``total``, of each card.

    Values and thresholds are in ``value_unit``, or levels in words; of groups and totals,
    ``minimum`` is the points needed. ``points`` is empty where they are a range.
    """
    rows = [row for card in scorecards for row in _rows(card, boundaries, lang)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def class_lines(scorecards: Iterable[Scorecard], lang: str) -> list[str]:
    """Each card in a line, under it how much could be judged and the cheapest steps.

    What a step costs is not known: cheap is a small increase for the points it brings.
    """
    lines = []
    for card in scorecards:
        key = "class_line.standards" if card.pass_fail else "class_line.points"
        lines.append(
            say(
                key,
                lang,
                urban_class=card.urban_class,
                scheme=card.scheme_name,
                range=_range(card.points_low, card.points_high, lang),
                most=number(card.points_max, lang, 0),
                needed=number(card.total_needed, lang, 0),
                verdict=Text.of(f"class_verdict.{card.verdict}"),
                when=_when(card),
                basis=Text.of(f"class_line.basis_{card.basis}"),
            )
        )
        judged = {"judged": card.count(MET, NOT_MET), "all": len(card.rows)}
        lines.append(say("class_line.judged", lang, unverified=card.count(UNVERIFIED), **judged))
        lines += [_step_line(row, lang) for row in card.cheapest[:_SHOWN]]
    return lines


def _when(card: Scorecard) -> Text:
    if card.in_force:
        return Text.of("class_line.in_force")
    return Text.of("class_line.not_in_force", day=card.starts)


def _step_line(row: ScoreRow, lang: str) -> str:
    step = row.step
    if step is None or row.value is None:
        raise ValueError(f"{row.standard_id} has no step")
    return say(
        "class_line.step",
        lang,
        points=number(step.points, lang),
        name=row.name,
        value=_shown(row, row.value, lang),
        needed=_shown(row, step.needed, lang),
        unit=_unit(row),
    )


def _shown(row: ScoreRow, value: float, lang: str) -> str:
    if row.levels:
        return row.levels[int(value)]
    return number(value, lang, 0 if value == int(value) else 2)


def _unit(row: ScoreRow) -> Text:
    return Text.of(f"class_unit.{row.unit}")


def _range(low: float, high: float, lang: str) -> str:
    ends = [number(end, lang) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def _rows(card: Scorecard, boundaries: str, lang: str) -> Iterator[dict[str, object]]:
    for row in card.rows:
        yield _frame_row(card, boundaries, lang, row.standard_id) | _of_standard(row, lang)
    for group in card.groups:
        own = _frame_row(card, boundaries, lang, f"group-{group.group_id}")
        yield own | _of_group(group, lang)
    yield _frame_row(card, boundaries, lang, "total") | {
        "name": say("class_table.total", lang),
        "minimum": card.total_needed,
        "points": card.points_low if card.points_low == card.points_high else None,
        "points_low": card.points_low,
        "points_high": card.points_high,
        "points_max": card.points_max,
        "verdict": card.verdict,
        "article": card.article,
        "confidence": card.confidence,
        "basis": card.basis,
        "note": "; ".join(note.say(lang) for note in card.notes),
    }


def _frame_row(card: Scorecard, boundaries: str, lang: str, standard: str) -> dict[str, object]:
    definition = f"{card.scheme_id}-{card.urban_class}.{standard}"
    named = figure_id("urban_class", "city", boundaries, card.as_of, "existing", definition)
    return {
        "figure_id": named,
        "scheme": card.scheme_id,
        "urban_class": card.urban_class,
        "as_of": card.as_of.isoformat(),
        "standard": standard,
        "document": card.document,
    }


def _of_standard(row: ScoreRow, lang: str) -> dict[str, object]:
    return {
        "group": row.group,
        "name": row.name.say(lang),
        "value": _cell(row, row.value),
        "value_unit": row.unit,
        "value_source": _source(row, lang),
        "minimum": _cell(row, row.minimum),
        "maximum": _cell(row, row.maximum),
        "points": row.points if row.points_max is not None else None,
        "points_low": row.points_low,
        "points_high": row.points_high,
        "points_max": row.points_max,
        "verdict": row.verdict,
        "missing_to_minimum": row.missing_to_minimum,
        "missing_to_maximum": row.missing_to_maximum,
        "article": row.article,
        "confidence": row.confidence,
        "basis": row.basis,
        "note": "; ".join(note.say(lang) for note in _notes(row)),
    }


def _source(row: ScoreRow, lang: str) -> str:
    """Where a value is from: its text, or the office's source with its year."""
    if isinstance(row.value_source, Text):
        return row.value_source.say(lang)
    return f"{row.value_source} ({row.value_year})" if row.value_year else row.value_source


def _cell(row: ScoreRow, value: float | None) -> object:
    """A number, or the level it stands for."""
    return row.levels[int(value)] if row.levels and value is not None else value


def _notes(row: ScoreRow) -> Iterator[Text | Name]:
    """What is missing as an amount of ground, roads or people, then the row's own notes."""
    for end, amount in (("minimum", row.amount_to_minimum), ("maximum", row.amount_to_maximum)):
        if amount and (end == "minimum" or amount != row.amount_to_minimum):
            shown = Number(amount, 0 if row.amount_unit == "persons" else 2)
            unit = Text.of(f"class_unit.{row.amount_unit}")
            yield Text.of(f"class_table.missing_to_{end}", amount=shown, unit=unit)
    if row.required:
        yield Text.of("class_table.required")
    yield from row.notes


def _of_group(group: GroupScore, lang: str) -> dict[str, object]:
    return {
        "group": group.group_id,
        "name": group.name.say(lang),
        "minimum": group.points_min,
        "points": group.points_low if group.points_low == group.points_high else None,
        "points_low": group.points_low,
        "points_high": group.points_high,
        "points_max": group.points_max,
        "verdict": group.verdict,
        "confidence": group.confidence,
        "note": "" if group.points_min is not None else say("class_table.no_minimum", lang),
    }
