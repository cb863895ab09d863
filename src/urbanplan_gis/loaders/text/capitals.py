"""Capitals that TCVN3 cannot write: it has none with tones, «Tịnh Ấn» is stored as «Tịnh ấn»."""

from __future__ import annotations

import re
from collections.abc import Iterable
from unicodedata import normalize

_WORD = re.compile(r"[^\W\d_]+")
_SMALL_ASCII = re.compile("[a-z]")
_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")
#: values whose later words could be small and are not, and their share, to call a column one of
#: names: «Tịnh Khê», but not «Đất ở» or «Đất giao thông»
_FEWEST_NAMES, _NAMES = 3, 0.95


def in_capitals(text: str) -> bool:
    """Whether text was drawn in a capital font though none is named: «ĐấT ở».

    Headings in capitals hold small letters where tones are.
    """
    if _SMALL_ASCII.search(text):
        return False
    words = _WORD.findall(text)
    return any(not word.isupper() and sum(map(str.isupper, word)) > 1 for word in words)


def are_names(texts: Iterable[str]) -> bool:
    """Whether distinct decoded values of a column are proper names, every word with a capital."""
    telling = [words for text in texts if (words := _open_words(text)[1:])]
    names = sum(all(word[0].isupper() for word in words) for words in telling)
    return names >= _FEWEST_NAMES and names >= _NAMES * len(telling)


def capitalise_name(text: str) -> str:
    """A name with the capitals that could not be written: «Tịnh ấn Tây» -> «Tịnh Ấn Tây».

    A value with a small letter where a capital could stand is no name, and stays.
    """
    if not all(word[0].isupper() for word in _open_words(text)):
        return text
    return _WORD.sub(lambda found: found[0][0].upper() + found[0][1:], text)


def _open_words(text: str) -> list[str]:
    """The words whose first letter TCVN3 has as a capital."""
    return [word for word in _WORD.findall(text) if not _TONES & set(normalize("NFD", word[0]))]
