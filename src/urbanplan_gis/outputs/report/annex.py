"""What annexes share: their frame, and what is said of rows that are not shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from urbanplan_gis.outputs.report.content import Block, Paragraph, Section
from urbanplan_gis.outputs.report.wording import Words

#: rows of a list that may be longer; the table it comes from has them all
MOST_ROWS = 60
NO_DATA = "no_data"
Cells = Mapping[str, str]


def annex(number: str, key: str, blocks: Sequence[Block], words: Words) -> Section:
    """An annex on wide pages, which it shares with its neighbours."""
    return Section(number, words.say(f"{key}.title"), 1, tuple(blocks), landscape=True)


def without(number: str, key: str, words: Words) -> Section:
    """An annex there is no data for says so."""
    return annex(number, key, (Paragraph(words.say(f"{key}.none")),), words)


def more_rows(count: int, place: str, words: Words) -> Iterator[str]:
    """How many rows are not shown, and where they are."""
    if count > MOST_ROWS:
        yield words.say("more", count=words.number(count - MOST_ROWS, 0), file=place)
