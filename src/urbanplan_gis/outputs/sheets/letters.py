"""Which font has which letter: DejaVu Sans first, other installed fonts next, a sign for the rest.

Matplotlib itself sets Arabic and Hebrew from right to left and joins their letters.
"""

from __future__ import annotations

import unicodedata
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

from urbanplan_gis.outputs.sheets.data import sheet_error

#: printed for a letter no font has
MISSING = "?"
#: families looked for, in this order, so that the same fonts give the same sheet
_FAMILIES = (
    "Noto Sans", "Noto Sans Arabic", "Noto Naskh Arabic", "Noto Sans Hebrew", "Noto Sans Thai",
    "Noto Sans Lao", "Noto Sans Khmer", "Noto Sans Devanagari", "Noto Sans SC", "Noto Sans JP",
    "Noto Sans KR", "Noto Emoji", "Noto Sans Symbols", "Liberation Sans", "FreeSans", "Arimo",
    "Droid Sans Fallback", "WenQuanYi Micro Hei", "Unifont", "Symbola",
)  # fmt: skip
#: signs that steer writing (its direction, the joining of letters) and show nothing themselves
_SILENT = frozenset({"Cf", "Cc"})


def own_face(bold: bool, italic: bool) -> Path:
    """The file of DejaVu Sans that matplotlib brings along, whatever else is installed."""
    import matplotlib

    style = ("Bold" if bold else "") + ("Oblique" if italic else "")
    name = f"DejaVuSans-{style}.ttf" if style else "DejaVuSans.ttf"
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name


@lru_cache(maxsize=20_000)
def faced(text: str, bold: bool, italic: bool) -> tuple[tuple[str, str | None], ...]:
    """``text`` as it is set, in pieces of one font: None for DejaVu Sans, else the font's file."""
    own = _letters(str(own_face(bold, italic)))
    if all(ord(letter) in own for letter in text):
        return ((text, None),)
    shown = [letter for letter in text if ord(letter) in own or not _is_silent(letter)]
    found = [(letter, _face(letter, bold, italic)) for letter in shown]
    printed = [(MISSING, None) if face == MISSING else (letter, face) for letter, face in found]
    pieces = [
        ("".join(letter for letter, _ in group), face)
        for face, group in groupby(printed, key=lambda pair: pair[1])
    ]
    return tuple(pieces) or (("", None),)


def lacking(text: str) -> str:
    """The letters of a text that no font at hand has, each once."""
    own = _letters(str(own_face(False, False)))
    return "".join(
        letter
        for letter in dict.fromkeys(text)
        if ord(letter) not in own and not _is_silent(letter)
        and _face(letter, False, False) == MISSING
    )  # fmt: skip


def _is_silent(letter: str) -> bool:
    return unicodedata.category(letter) in _SILENT


def _face(letter: str, bold: bool, italic: bool) -> str | None:
    """None for the own font, the file of another one, or MISSING."""
    number = ord(letter)
    if number in _letters(str(own_face(bold, italic))):
        return None
    others = (str(own_face(bold, False)), *_others())
    return next((face for face in others if number in _letters(face)), MISSING)


@cache
def _others() -> tuple[str, ...]:
    """Files of the other fonts installed, in the order of their families; outlines only, since a
    PDF cannot hold the others as text."""
    from matplotlib.font_manager import fontManager

    regular = [
        font
        for font in fontManager.ttflist
        if font.style == "normal" and str(font.weight) in ("400", "normal", "regular")
        and font.fname.lower().endswith(".ttf") and font.name in _FAMILIES
    ]  # fmt: skip
    regular.sort(key=lambda font: (_FAMILIES.index(font.name), font.fname))
    return tuple(font.fname for font in regular if _has_outlines(font.fname))


def _has_outlines(file: str) -> bool:
    from fontTools.ttLib import TTFont, TTLibError

    try:
        with TTFont(file, lazy=True) as font:
            return "glyf" in font
    except (OSError, TTLibError):
        return False


@cache
def _letters(file: str) -> frozenset[int]:
    """The letters a font has.

    Raises:
        PlanDataError: where the file of the font is not there or no font.
    """
    from matplotlib.ft2font import FT2Font

    try:
        return frozenset(FT2Font(file).get_charmap())
    except (OSError, RuntimeError):
        raise sheet_error("font", Path(file).name) from None
