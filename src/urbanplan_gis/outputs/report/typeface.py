"""Which serif face the PDF is set in: one that has every Vietnamese letter, and no box for any."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib
import typst
from fontTools.ttLib import TTFont

#: the face of the form and its metric twins, the best first
_WANTED = ("Times New Roman", "Liberation Serif", "Tinos")
#: typst brings the first, matplotlib the others: there on every machine
_ALWAYS = ("Libertinus Serif", "DejaVu Serif", "DejaVu Sans")
_VIETNAMESE = "ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵẸỆỊỌỘỢỤỰỴ"


def spare_folder() -> Path:
    """The folder with the faces that matplotlib brings."""
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@cache
def serif_families() -> tuple[str, ...]:
    """Families to set text in, the first that has a letter giving it.

    Early editions of Liberation Serif lack most Vietnamese letters; half a word in another face
    would be worse than all of it.
    """
    fonts = typst.Fonts(include_embedded_fonts=False).fonts()
    for family in _WANTED:
        faces = [font for font in fonts if font.family == family and font.path]
        if faces and all(_letters(font) >= set(map(ord, _VIETNAMESE)) for font in faces):
            return (family, *_ALWAYS)
    return _ALWAYS


def without_boxes(texts: Iterable[str]) -> dict[int, str]:
    """Letters of ``texts`` that no face at hand has, and what is written for each (its code)."""
    rare = {ord(letter) for text in texts for letter in text if letter >= "Ͱ"}
    rare -= _spare_letters() | set(map(ord, _VIETNAMESE)) | {0x200B}
    if rare:
        for font in typst.Fonts(include_embedded_fonts=False).fonts():
            rare -= _letters(font)
    return {code: f"U+{code:04X}" for code in sorted(rare)}


@cache
def _spare_letters() -> frozenset[int]:
    return frozenset(
        code
        for name in ("DejaVuSerif", "DejaVuSans")
        for code in _letters_in(spare_folder() / f"{name}.ttf", -1)
    )


def _letters(font: Any) -> set[int]:
    return _letters_in(font.path, font.index) if font.path else set()


def _letters_in(path: str | Path, index: int) -> set[int]:
    """The letters of a face; ``index`` is its place in a collection of faces."""
    with TTFont(path, fontNumber=index, lazy=True) as face:
        return set(face.getBestCmap() or ())
