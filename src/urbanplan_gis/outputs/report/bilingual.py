"""One language out of a cell that a run wrote in both.

A run in both languages writes «Vietnamese / English» for each text and joins texts with "; ".
Either sign may also stand inside a text, but then in both of its languages alike: so the text
parts in the middle, and among all ways to read a cell the one that leaves the languages apart
is taken.
"""

from __future__ import annotations

import re
from functools import lru_cache
from unicodedata import normalize

_JOINED = "; "
_BETWEEN = " / "
#: letters that Vietnamese has and English has not
_MARKED = re.compile(r"[^\W\d_]*[À-ỹĐđ̀-̣][^\W\d_]*")
_UNLIKELY = 1.0
_SAME_IN_BOTH = 0.5
#: texts of more pieces are not looked for
_LONGEST = 13


@lru_cache(maxsize=20_000)
def texts_of(cell: str) -> tuple[tuple[str, str], ...]:
    """The texts of a cell as pairs (Vietnamese, English), in their order."""
    if not cell:
        return ()
    pieces = normalize("NFC", cell).split(_JOINED)
    best: list[tuple[float, tuple[tuple[str, str], ...]]] = [(0.0, ())]
    for end in range(1, len(pieces) + 1):
        ways = []
        for size in range(1, min(end, _LONGEST) + 1, 2):
            pair, cost = _pair(pieces[end - size : end])
            before, texts = best[end - size]
            ways.append((before + cost, (*texts, pair)))
        best.append(min(ways, key=lambda way: way[0]))
    return best[-1][1]


def _pair(pieces: list[str]) -> tuple[tuple[str, str], float]:
    """Pieces read as one text, and how unlikely that is."""
    joined = _JOINED.join(pieces)
    parts = joined.split(_BETWEEN)
    middle = len(parts) // 2
    vi, en = _BETWEEN.join(parts[:middle]), _BETWEEN.join(parts[middle:])
    if len(parts) % 2 or vi.count(_JOINED) != en.count(_JOINED):
        # the same in both languages, such as a number; several pieces are several such texts
        cost = _SAME_IN_BOTH + (_UNLIKELY if _words(joined) else 0.0)
        return (joined, joined), cost + 10 * _UNLIKELY * (len(pieces) - 1)
    astray = len(_words(en) - _words(vi))
    # of two ways that leave the languages apart, the one with the shorter texts
    return (vi, en), _UNLIKELY * (astray + 0.1 * (len(pieces) - bool(_words(vi))))


def _words(text: str) -> set[str]:
    return set(_MARKED.findall(text))
