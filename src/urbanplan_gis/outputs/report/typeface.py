"""Which serif face the PDF is set in: one that has every Vietnamese letter, and no box for any."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import matplotlib
import typst
from fontTools.ttLib import TTFont

#: the face of the form and its metric twins, the best first
_WANTED = ("Times New Roman", "Liberation Serif", "Tinos")
_STYLES = tuple(product(("normal", "italic"), (400, 700)))
#: typst brings the first, matplotlib the others: there on every machine
_ALWAYS = ("Libertinus Serif", "DejaVu Serif", "DejaVu Sans")
_VIETNAMESE = frozenset(
    map(
        ord,
        "ăâđêôơưĂÂĐÊÔƠƯàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵẸỆỊỌỘỢỤỰỴ",
    )
)


@dataclass(frozen=True)
class Face:
    """Families to set text in, the first that has a letter giving it, and the files of the first
    where it does not come with the toolkit."""

    families: tuple[str, ...]
    files: tuple[Path, ...] = ()


def spare_folder() -> Path:
    """The folder with the faces that matplotlib brings."""
    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


@cache
def serif_face() -> Face:
    """The face of the form where all four styles of it have all letters, else that of typst.

    Early editions of Liberation Serif lack most Vietnamese letters; half a word in another face
    would be worse than all of it. No other face of the machine is used, so that machines with the
    same serif set the same pages.
    """
    fonts = typst.Fonts(include_embedded_fonts=False).fonts()
    for family in _WANTED:
        whole = {
            (font.style, font.weight): Path(font.path)
            for font in sorted(fonts, key=lambda font: str(font.path), reverse=True)
            if font.family == family and font.path and _letters_in(font.path) >= _VIETNAMESE
        }
        if all(style in whole for style in _STYLES):
            return Face((family, *_ALWAYS), tuple(whole[style] for style in _STYLES))
    return Face(_ALWAYS)


def without_boxes(texts: Iterable[str]) -> dict[int, str]:
    """Letters of ``texts`` that no face used has, and what is written for each (its code)."""
    rare = {ord(letter) for text in texts for letter in text if letter >= "Ͱ"}
    rare -= _spare_letters() | _VIETNAMESE | {0x200B}
    return {code: f"U+{code:04X}" for code in sorted(rare)}


@cache
def _spare_letters() -> frozenset[int]:
    return frozenset(
        code
        for name in ("DejaVuSerif", "DejaVuSans")
        for code in _letters_in(spare_folder() / f"{name}.ttf")
    )


def _letters_in(path: str | Path) -> set[int]:
    """The letters of a face; of a collection of faces those of the first."""
    with TTFont(path, fontNumber=0, lazy=True) as face:
        return set(face.getBestCmap() or ())
