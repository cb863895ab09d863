"""Vietnamese text made comparable: one spelling for each tone, or no marks at all.

«hoà» and «hòa», «Thuỷ» and «Thủy» are one word written by two rules; drawings and lists often
have no marks at all.
"""

from __future__ import annotations

import re
from unicodedata import combining, normalize

_STROKES = str.maketrans({"đ": "d", "Đ": "D", "ð": "d", "Ð": "D"})
_TONES = "\u0300\u0301\u0303\u0309\u0323"
#: open syllables in oa, oe, uy, where the two rules differ: the newer one marks the second vowel
_NEWER = re.compile(rf"(?<!q)(o[ae]|uy)([{_TONES}])(?![a-z])", re.IGNORECASE)


def strip_marks(text: str) -> str:
    """Letters without tones and marks: «Nghĩa Dõng» -> «Nghia Dong»."""
    split = normalize("NFD", text)
    return "".join(letter for letter in split if not combining(letter)).translate(_STROKES)


def place_tones(text: str) -> str:
    """Tones where the older rule puts them, composed: «hoà» -> «hòa», «quý» stays."""
    split = normalize("NFD", text)
    moved = _NEWER.sub(lambda found: found[1][0] + found[2] + found[1][1], split)
    return normalize("NFC", moved)


def fold_words(text: str) -> str:
    """Small letters without marks, all else a single space: the key names are compared by."""
    return " ".join(re.findall(r"[a-z0-9]+", strip_marks(text).casefold()))
