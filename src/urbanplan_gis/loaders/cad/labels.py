"""Texts of drawings: read with their fonts, decoded, and joined to the lots they stand in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from ezdxf.document import Drawing as DxfDocument
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.fonts.fonts import FontFace
from ezdxf.lldxf.encoding import decode_dxf_unicode, decode_mif_to_unicode
from ezdxf.tools.text import MTextContext, MTextParser, TokenType, plain_text

from urbanplan_gis.loaders.text.encodings import LETTER_OF_BYTE

Decoder = Callable[[Sequence[str | None], Sequence[str | None]], Sequence[str | None]]

TEXT_KINDS = ("TEXT", "MTEXT", "ATTRIB", "ATTDEF")
_BETWEEN = " | "
_LINE_DISTANCE = 0.5


@dataclass(frozen=True, slots=True)
class LegibleText:
    """The text of one entity: pieces of one font each, in reading order, and its height."""

    pieces: tuple[tuple[str, str], ...]
    height: float

    @property
    def text(self) -> str:
        return "".join(piece for piece, _ in self.pieces).strip()

    @property
    def font(self) -> str:
        """The font of the first piece that has any letters."""
        return next((font for piece, font in self.pieces if piece.strip()), "")


def read_surface(text: str) -> str:
    """Text of a DXF file as people see it, bytes without a letter kept as control characters.

    The escapes ``\\U+`` and ``\\M+`` with their digits become letters; bytes that Windows Latin
    has no letter for (81, 8D, 8F, 90, 9D: letters of legacy fonts) become U+0081 and so on, so
    that every byte can be told.
    """
    if "\\" in text:
        text = decode_mif_to_unicode(decode_dxf_unicode(text))
    if text.isascii():
        return text
    return "".join(_letter(letter) for letter in text)


def _letter(letter: str) -> str:
    """A character, with undecoded bytes (U+DC80 to U+DCFF) as their Windows Latin letter."""
    code = ord(letter)
    if 0xDC80 <= code <= 0xDCFF:
        return LETTER_OF_BYTE[code - 0xDC00]
    return "\ufffd" if 0xD800 <= code <= 0xDFFF else letter


def read_latin(text: str) -> str:
    """Text of one character a byte (ISO 8859-1) in Windows Latin, as :func:`read_surface`."""
    return "".join(LETTER_OF_BYTE[ord(letter)] for letter in text)


def style_fonts(doc: DxfDocument) -> dict[str, str]:
    """The font of every text style, by the style's name in small letters.

    The family name of a TrueType font where the drawing has it, else the font's file.
    """
    fonts = {}
    for style in doc.styles:
        family, *_ = style.get_extended_font_data()
        name = family or style.dxf.get("font", "") or style.dxf.get("bigfont", "")
        fonts[str(style.dxf.name).casefold()] = read_surface(str(name or style.dxf.name))
    return fonts


def read_text(entity: Any, fonts: dict[str, str]) -> LegibleText | None:
    """What a text entity says; None for other entities."""
    kind = entity.dxftype()
    if kind not in TEXT_KINDS:
        return None
    font = fonts.get(str(entity.dxf.get("style", "Standard")).casefold(), "")
    if kind == "MTEXT":
        return LegibleText(_pieces(entity.text, font), _height(entity, "char_height"))
    if kind in ("ATTRIB", "ATTDEF") and entity.has_embedded_mtext_entity:
        inner = entity.virtual_mtext_entity()
        return LegibleText(_pieces(inner.text, font), _height(inner, "char_height"))
    said = plain_text(read_surface(str(entity.dxf.get("text", ""))))
    return LegibleText(((said, font),), _height(entity, "height"))


def _height(entity: DXFEntity, name: str) -> float:
    height = entity.dxf.get(name, 0.0)
    return float(height) if np.isfinite(height) else 0.0


def _pieces(content: str, font: str) -> tuple[tuple[str, str], ...]:
    """The words of a formatted text by font; line breaks, tabs and columns become spaces."""
    context = MTextContext()
    context.font_face = FontFace(family=font)
    pieces: list[tuple[str, str]] = []
    for token in MTextParser(read_surface(content), context):
        said = " "
        if token.type is TokenType.WORD:
            said = str(token.data)
        elif token.type is TokenType.STACK:
            above, below, sign = map(str, token.data or ("", "", ""))
            said = f"{above}{sign}{below}"
        family = token.ctx.font_face.family
        if pieces and (pieces[-1][1] == family or said == " "):
            said, family = pieces[-1][0] + said, pieces[-1][1]
            pieces.pop()
        pieces.append((said, family))
    return tuple(pieces)


def decode_texts(texts: Sequence[LegibleText | None], decode: Decoder | None) -> list[str | None]:
    """The text of every entity (None: it has none), each piece decoded by its own font."""
    if decode is None:
        return [None if item is None else item.text for item in texts]
    flat = [piece for item in texts if item is not None for piece in item.pieces]
    decoded = iter(decode([text for text, _ in flat], [font or None for _, font in flat]))
    whole: list[str | None] = []
    for item in texts:
        words = [] if item is None else [next(decoded) or "" for _ in item.pieces]
        whole.append(None if item is None else "".join(words).strip())
    return whole


def join_labels(
    polygons: np.ndarray, points: np.ndarray, texts: Sequence[str], heights: np.ndarray
) -> list[str | None]:
    """The label of each polygon: the texts whose point lies in it and in no smaller one.

    Polygons of the same shape share their label. Several texts stand in reading order, from top
    to bottom and from left to right, where texts less than half a letter apart in height are one
    line. All arrays are of finite geometries; polygons (n) and points, texts, heights (m).
    """
    labels: list[str | None] = [None] * len(polygons)
    if len(polygons) == 0 or len(points) == 0:
        return labels
    point, polygon = shapely.STRtree(polygons).query(points, predicate="intersects")
    sizes = shapely.area(polygons)
    smallest = np.full(len(points), np.inf)
    np.minimum.at(smallest, point, sizes[polygon])
    own = sizes[polygon] <= smallest[point] * (1 + 1e-12)
    inside: dict[int, list[int]] = {}
    for text, lot in zip(point[own], polygon[own], strict=True):
        inside.setdefault(int(lot), []).append(int(text))
    x, y = shapely.get_coordinates(points).T
    for lot, held in inside.items():
        ordered = _reading_order(np.array(sorted(held)), x, y, heights)
        labels[lot] = _BETWEEN.join(texts[index] for index in ordered)
    return labels


def _reading_order(
    held: np.ndarray, x: np.ndarray, y: np.ndarray, heights: np.ndarray
) -> list[int]:
    """Indices of texts, line by line."""
    down = held[np.lexsort((x[held], -y[held]))]
    lines: list[list[int]] = []
    for index in down:
        first = lines[-1][0] if lines else None
        same = first is not None and y[first] - y[index] < _LINE_DISTANCE * heights[first]
        if same:
            lines[-1].append(int(index))
        else:
            lines.append([int(index)])
    return [index for line in lines for index in sorted(line, key=lambda item: (x[item], item))]
