"""Ward readiness as a table, and in one line for each commune."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import pandas as pd

from urbanplan_gis.analysis.readiness import CITY
from urbanplan_gis.model.figures import figure_id
from urbanplan_gis.model.readiness import ReadinessCard, StandardRow
from urbanplan_gis.model.scores import MET, NOT_MET
from urbanplan_gis.standards.units import became
from urbanplan_gis.text import Text, say

READINESS_COLUMNS = (
    "figure_id", "unit_code", "unit_name", "regime", "standard", "name", "value", "value_unit",
    "value_source", "year", "threshold", "sense", "verdict", "missing", "missing_unit", "document",
    "article", "confidence", "note",
)  # fmt: skip
_INDICATOR = "ward_standard"
_STATE = "existing"


def readiness_frame(
    cards: Iterable[ReadinessCard], boundaries: str, lang: str, synthetic: bool = False
) -> pd.DataFrame:
    """One row per unit, regime, standard and source: READINESS_COLUMNS, in the order given.

    The notes of a ``synthetic`` city's rows begin by saying so.
    """
    stamp = [say("stamp.synthetic", lang)] if synthetic else []
    rows = [
        _row(card, row, boundaries, lang, stamp, list(_gone(card, boundaries)))
        for card in cards
        for row in card.rows
    ]
    frame = pd.DataFrame(rows, columns=list(READINESS_COLUMNS))
    # years stay whole numbers beside rows that have none
    return frame.assign(year=pd.Series([row["year"] for row in rows], dtype=object))


def _row(
    card: ReadinessCard,
    row: StandardRow,
    boundaries: str,
    lang: str,
    stamp: list[str],
    gone: list[Text],
) -> dict[str, object]:
    regime = _token(card.regime)
    definition = ".".join(part for part in (regime, row.standard_id, row.source_id) if part)
    name = card.unit_name or say(f"group.{CITY}", "vi")
    return {
        "figure_id": figure_id(
            _INDICATOR, card.unit_code, boundaries, card.as_of, _STATE, definition
        ),
        "unit_code": card.unit_code,
        "unit_name": name,
        "regime": regime,
        "standard": row.standard_id,
        "name": row.name.say(lang),
        "value": row.value,
        "value_unit": row.unit,
        "value_source": row.value_source.say(lang) if row.value_source else "",
        "year": row.year,
        "threshold": row.threshold,
        "sense": row.sense,
        "verdict": row.verdict,
        "missing": row.missing,
        "missing_unit": row.missing_unit,
        "document": row.document,
        "article": row.article,
        "confidence": row.confidence,
        "note": "; ".join([*stamp, *(note.say(lang) for note in (*gone, *row.notes))]),
    }


def _gone(card: ReadinessCard, boundaries: str) -> Iterator[Text]:
    """That a unit of these boundaries is no more on the day its standards are read for."""
    link = became(card.unit_code, boundaries, card.day)
    if link is not None:
        yield Text.of("readiness.became", unit=link.to_name, document=link.document)


def readiness_lines(cards: Iterable[ReadinessCard], boundaries: str, lang: str) -> list[str]:
    """A line for each slated commune, and one for the city's share of wards."""
    by_unit: dict[str, list[ReadinessCard]] = {}
    for card in cards:
        if card.is_slated or card.unit_code == CITY:
            by_unit.setdefault(card.unit_code, []).append(card)
    return [_line(own, boundaries, lang) for own in by_unit.values()]


def _line(cards: Sequence[ReadinessCard], boundaries: str, lang: str) -> str:
    if cards[0].unit_code == CITY:
        return "; ".join(_share(row, lang) for card in cards for row in card.rows)
    parts = " | ".join(_of_regime(card, boundaries, lang) for card in cards)
    return f"{cards[0].unit_name}: {parts}"


def _share(row: StandardRow, lang: str) -> str:
    steps = row.value_source.say(lang) if row.value_source else ""
    verdict = say(f"readiness.verdict.{row.verdict}", lang)
    return say(
        "readiness.line.share", lang,
        step=steps, value=row.value, threshold=row.threshold, verdict=verdict,
    )  # fmt: skip


def _of_regime(card: ReadinessCard, boundaries: str, lang: str) -> str:
    said = [
        say("readiness.line.regime", lang, regime=_short(card.regime), day=card.day),
        say(f"readiness.outcome.{card.outcome}", lang),
    ]
    text = ": ".join(said)
    return "; ".join(
        [text, *(item.say(lang) for item in (*_reasons(card), *_gone(card, boundaries)))]
    )


def _reasons(card: ReadinessCard) -> Iterator[Text]:
    """What is met, what fails, what the source decides, and how many standards are not known."""
    silent = 0
    names = {row.standard_id: row.name for row in card.rows}
    for standard in card.standards:
        if card.verdicts(standard) == {MET}:
            yield Text.of("readiness.line.met", name=names[standard])
    for standard in card.standards:
        rows = [row for row in card.rows if row.standard_id == standard]
        verdicts = card.verdicts(standard)
        if verdicts == {NOT_MET}:
            # of several sources, the one that comes nearest
            nearest = max(rows, key=lambda row: row.value if row.value is not None else 0.0)
            key = "lacks" if nearest.missing is not None else "fails"
            yield Text.of(f"readiness.line.{key}", **_of_row(nearest))
        elif {MET, NOT_MET} <= verdicts:
            fails, holds = (
                next(row for row in rows if row.verdict == verdict) for verdict in (NOT_MET, MET)
            )
            yield Text.of(
                "readiness.line.by_source", name=fails.name,
                low=fails.value, low_source=_source(fails),
                high=holds.value, high_source=_source(holds), threshold=fails.threshold,
            )  # fmt: skip
        elif verdicts != {MET}:
            silent += 1
    if silent:
        yield Text.of("readiness.line.silent", count=silent, of=len(card.standards))


def _of_row(row: StandardRow) -> dict[str, object]:
    unit = Text.of(f"readiness.unit.{row.missing_unit}") if row.missing_unit else ""
    return {
        "name": row.name,
        "value": row.value,
        "threshold": row.threshold,
        "missing": None if row.missing is None else round(row.missing, 2),
        "unit": unit,
    }


def _source(row: StandardRow) -> Text | str:
    if row.value_source is None:
        return ""
    if row.year is None:
        return row.value_source
    return Text.of("readiness.line.of_year", source=row.value_source, year=str(row.year))


def _short(document: str) -> str:
    """``1211/2016/UBTVQH13`` as ``1211/2016``."""
    return "/".join(document.split("/")[:2])


def _token(document: str) -> str:
    """``1211/2016/UBTVQH13`` as ``1211-2016``: ids of figures are divided by slashes."""
    return _short(document).replace("/", "-")
