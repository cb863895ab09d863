"""What the title block says: date, boundaries, scale, CRS, sources, notes."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from urbanplan_gis.outputs.sheets.data import reader_number
from urbanplan_gis.text import date, say

if TYPE_CHECKING:
    from collections.abc import Sequence

    from urbanplan_gis.model.data import Origin
    from urbanplan_gis.outputs.sheets.data import SheetData

#: sources listed where there is no room for all
_FEW_SOURCES = 6


def title_facts(
    number: int, sources: Sequence[str], data: SheetData, scale: int, notes: Sequence[str]
) -> list[tuple[str, str]]:
    """Labels and values of the title block; ``number`` is the drawing's in the set."""
    lang = data.lang
    values = (
        ("drawing", f"{number:02d}"),
        ("scale", say("map.block.ratio", lang, n=reader_number(scale, 0))),
        ("as_of", date(data.as_of, lang)),
        ("boundaries", say("map.block.vintage", lang, vintage=data.boundaries)),
        ("sources", "\n".join(sources)),
        ("notes", "\n".join(note for note in notes if note)),
        ("attached", say("map.block.attachment", lang)),
    )
    return [(say(f"map.block.{key}", lang), value) for key, value in values if value]


def source_lines(data: SheetData, roles: Sequence[str]) -> list[str]:
    """One line for each origin of the sheet's layers: publisher, document, date."""
    wanted = {name for role in roles for name in data.sources_by_role.get(role, ())}
    origins = [
        origin for origin in data.origins if not data.sources_by_role or origin.source in wanted
    ]
    return list(dict.fromkeys(_source_line(origin, data.lang) for origin in origins))


def shortened(sources: list[str], lang: str) -> list[str]:
    """The first sources, and how many more there are."""
    more = len(sources) - _FEW_SOURCES
    if more < 1:
        return sources
    return [*sources[:_FEW_SOURCES], say("map.block.more_sources", lang, count=more)]


def _source_line(origin: Origin, lang: str) -> str:
    named = [part for part in (origin.publisher, origin.document) if part]
    if not named:
        named = [PurePath(origin.path).name or origin.source]
    when = date(origin.date, lang) if origin.date else say("map.block.undated", lang)
    return f"– {', '.join(named)} ({when})"
