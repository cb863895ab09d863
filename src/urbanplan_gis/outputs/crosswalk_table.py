"""Figures under each state of the boundaries, and the way of the seven communes, as tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from urbanplan_gis.analysis.crosswalk import BoundaryFigure
from urbanplan_gis.standards.units import (
    Link,
    Vintage,
    has_stayed,
    is_established,
    links_between,
    units_of,
    vintages,
)
from urbanplan_gis.text import say

BOUNDARY_COLUMNS = (
    "figure_id", "indicator", "unit_code", "unit_name", "boundaries", "from_boundaries", "method",
    "basis", "share", "value", "value_unit", "numerator", "denominator", "made_of", "document",
    "clause", "confidence", "note", "figure_basis",
)  # fmt: skip
HISTORY_COLUMNS = (
    "commune_code", "commune_name", "boundaries", "valid_from", "valid_to", "unit_code",
    "unit_name", "unit_kind", "state", "established", "document", "clause", "confidence", "note",
)  # fmt: skip
#: the group of the seven communes, as in the tables of figures
_SLATED = "slated"


def crosswalk_frame(
    figures: Iterable[BoundaryFigure], lang: str, synthetic: bool = False
) -> pd.DataFrame:
    """One row per figure and method: BOUNDARY_COLUMNS, in the order given.

    The notes of a ``synthetic`` city's figures begin by saying so.
    """
    stamp = [say("stamp.synthetic", lang)] if synthetic else []
    rows = [_row(item, lang, stamp) for item in figures]
    return pd.DataFrame(rows, columns=list(BOUNDARY_COLUMNS))


def _row(item: BoundaryFigure, lang: str, stamp: list[str]) -> dict[str, object]:
    figure = item.figure
    said = [note.say(lang) for note in (*item.notes, *figure.notes)]
    return {
        "figure_id": item.figure_id,
        "indicator": figure.indicator,
        "unit_code": figure.unit_code,
        "unit_name": figure.unit_name,
        "boundaries": figure.boundaries,
        "from_boundaries": item.from_boundaries,
        "method": item.method,
        "basis": item.basis,
        "share": item.share,
        "value": figure.value,
        "value_unit": figure.value_unit,
        "numerator": figure.numerator,
        "denominator": figure.denominator,
        "made_of": ";".join(item.made_of),
        "document": item.document,
        "clause": item.clause,
        "confidence": item.confidence,
        "note": "; ".join([*stamp, *said]),
        "figure_basis": figure.basis,
    }


def unit_history_frame(lang: str) -> pd.DataFrame:
    """The unit each of the seven communes was or lies in, at each vintage: HISTORY_COLUMNS.

    ``state``: ``commune`` (still in a commune), ``absorbed`` (its ground went into a ward made
    of several units), ``established`` (it became a ward itself). A row of code ``slated`` counts
    those established at each vintage.
    """
    return pd.DataFrame(list(_history(lang)), columns=list(HISTORY_COLUMNS))


def _links_of_seven(vintage: Vintage) -> dict[str, Link | None]:
    """The link of each of the seven to a vintage; None at the first, where they are themselves."""
    first = vintages()[0].vintage
    seven = [code for code, unit in units_of(first).items() if unit.slated]
    if vintage.vintage == first:
        return dict.fromkeys(seven)
    links = {link.from_code: link for link in links_between(first, vintage.vintage)}
    return {code: links[code] for code in seven}


def _history(lang: str) -> Iterator[dict[str, object]]:
    for vintage in vintages():
        links = _links_of_seven(vintage)
        for code, link in links.items():
            yield _history_row(code, link, vintage, lang)
        made = sum(link is not None and is_established(link) for link in links.values())
        yield {
            "commune_code": _SLATED,
            "commune_name": say(f"group.{_SLATED}", "vi"),
            **_of_vintage(vintage),
            "established": made,
            "note": say("boundary.established", lang, count=made, of=len(links)),
        }


def _history_row(code: str, link: Link | None, vintage: Vintage, lang: str) -> dict[str, object]:
    commune = units_of(vintages()[0].vintage)[code]
    unit = units_of(vintage.vintage)[code if link is None else link.to_code]
    changed = link is not None and not has_stayed(link)
    state, note = "commune", "" if not changed else say("boundary.in_commune", lang)
    if link is not None and unit.kind == "ward":
        state = "established" if is_established(link) else "absorbed"
        note = say(f"boundary.{state}_ward", lang)
    return {
        "commune_code": code,
        "commune_name": commune.name,
        **_of_vintage(vintage),
        "unit_code": unit.code,
        "unit_name": unit.name,
        "unit_kind": unit.kind,
        "state": state,
        "established": int(state == "established"),
        "document": link.document if link is not None and changed else vintage.document,
        "clause": link.clause if link is not None and changed else "",
        "confidence": link.confidence if link is not None else unit.confidence,
        "note": note,
    }


def _of_vintage(vintage: Vintage) -> dict[str, object]:
    return {
        "boundaries": vintage.vintage,
        "valid_from": vintage.valid_from.isoformat(),
        "valid_to": vintage.valid_to.isoformat() if vintage.valid_to else "",
    }
