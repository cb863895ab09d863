"""What writers with pages share: runs of pages of one orientation, words that may break."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from urbanplan_gis.outputs.report.content import Section

#: words of data without a blank: paths, ids
_LONG_WORD = re.compile(r"[\w./@:\-]{14,}")
_JOINT = re.compile(r"(?<=[./@:_\-])(?=\w)")
#: what has no joint for as many letters may break anywhere
_JOINTLESS = re.compile(r"[^\W_]{20,}")
_BREAK = "\u200b"


def page_runs(sections: Sequence[Section]) -> Iterator[tuple[bool, list[Section]]]:
    """Sections that follow each other on pages of one orientation: landscape or not."""
    for landscape, group in groupby(sections, key=lambda section: section.landscape):
        yield landscape, list(group)


def breakable(text: str) -> str:
    """Text for a narrow cell, which no long word overruns."""
    return _LONG_WORD.sub(lambda found: _jointed(found.group()), text)


def _jointed(word: str) -> str:
    word = _JOINT.sub(_BREAK, word)
    return _JOINTLESS.sub(lambda found: _BREAK.join(found.group()), word)
