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
    from urbanplan_gis.outputs.sheets.declaration import TitleBlock

#: sources listed where there is no room for all
_FEW_SOURCES = 6
_AUTHORITIES = (
    "approving_authority", "appraising_authority", "commissioning_authority", "consultant",
)  # fmt: skip


def title_facts(
    number: int | str,
    sources: Sequence[str],
    data: SheetData,
    scale: int,
    notes: Sequence[str],
    warnings: Sequence[str] = (),
    attached_to: str = "",
    is_drawing: bool = False,
) -> list[tuple[str, str]]:
    """Labels and values of the block of facts; ``number`` is the drawing's in the set.

    On a drawing, number and scale stand in the title block proper.
    """
    lang = data.lang
    named = f"{number:02d}" if isinstance(number, int) else number
    values = (
        ("map.block.drawing", "" if is_drawing else named),
        ("map.block.scale", "" if is_drawing else ratio_words(scale, lang)),
        ("map.block.as_of", date(data.as_of, lang)),
        ("map.block.boundaries", say("map.block.vintage", lang, vintage=data.boundaries)),
        ("sheet.block.warnings", "\n".join(warnings)),
        ("map.block.sources", "\n".join(sources)),
        ("map.block.notes", "\n".join(note for note in notes if note)),
        (
            "map.block.attached",
            "" if is_drawing else attached_to or say("map.block.attachment", lang),
        ),
    )
    return [(say(key, lang), value) for key, value in values if value]


def ratio_words(scale: int, lang: str) -> str:
    """The scale as a ratio: 1/10.000, in English 1:10,000."""
    return say("map.block.ratio", lang, n=reader_number(scale, 0))


def signatures(block: TitleBlock, lang: str) -> list[tuple[str, str, str]]:
    """The boxes of a drawing's title block: whose it is, its name or a blank, and «signature»."""
    signed, blank = say("sheet.block.signed", lang), say("sheet.block.blank", "vi")
    boxes = []
    for key in _AUTHORITIES:
        name = getattr(block, key)
        boxes.append((say(f"sheet.block.{key}", lang), name.say(lang) if name else blank, signed))
    return boxes


def drawing_facts(
    block: TitleBlock, project: str, title: str, number: str, scale: int, lang: str
) -> list[tuple[str, str]]:
    """What a drawing's title block says below the signatures."""
    day = block.date.say(lang) if block.date else say("sheet.block.blank_date", lang)
    values = {
        "project": block.project.say(lang) if block.project else project,
        "drawing": block.drawing.say(lang) if block.drawing else title,
        "number": block.number.say(lang) if block.number else number,
        "scale": ratio_words(scale, lang),
        "date": day,
    }
    return [(say(f"sheet.block.{key}", lang), value) for key, value in values.items()]


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
    given = (" ".join(part.split()) for part in (origin.publisher, origin.document) if part)
    named = list(dict.fromkeys(part for part in given if part))
    if not named:
        file = PurePath(origin.path).name or origin.source
        named = [say("map.block.unattributed", lang, file=file)]
    when = date(origin.date, lang) if origin.date else say("map.block.undated", lang)
    return f"– {', '.join(named)} ({when})"
