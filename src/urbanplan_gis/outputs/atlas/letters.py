"""The text of a page written into its PDF with one set of letters for all pages.

Matplotlib cuts its fonts anew for every page and lays out every word twice: most of the time a
page took. Here each face is cut once, to the letters of European languages and Vietnamese, so
that pages share it and the bound atlas holds it once. Words with other signs stay with matplotlib,
which shapes them.
"""

from __future__ import annotations

import io
import math
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from matplotlib.colors import to_rgb
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    EncodedStreamObject,
    FloatObject,
    NameObject,
    NumberObject,
    StreamObject,
    TextStringObject,
)

from urbanplan_gis.outputs.sheets.boxes import MM_PER_POINT

if TYPE_CHECKING:
    from pathlib import Path

    from matplotlib.axes import Axes
    from matplotlib.text import Text as Artist

#: European letters, Vietnamese, punctuation, signs used in numbers
_RANGES = ((0x20, 0x17F), (0x1A0, 0x1B0), (0x1EA0, 0x1EF9), (0x2010, 0x2026), (0x2030, 0x203A),
           (0x2212, 0x2212), (0x2264, 0x2265))  # fmt: skip
_SHIFTS = {"left": 0.0, "center": 0.5, "right": 1.0}
_ENTRIES = 100


@dataclass(frozen=True, eq=False)
class Face:
    """One face: which glyph each sign is, how wide (1/1000 em), and its PDF font program."""

    name: str
    glyphs: dict[str, int]
    widths: tuple[int, ...]
    program: bytes
    ascent: int
    descent: int
    box: tuple[int, int, int, int]
    slant: float

    def writes(self, text: str) -> bool:
        """Whether it has a glyph for every sign."""
        return all(sign in self.glyphs for sign in text)

    def width(self, text: str) -> float:
        """The width of a text in ems."""
        return sum(self.widths[self.glyphs[sign]] for sign in text) / 1000


@cache
def face_of(file: str) -> Face:
    """The letters of a font file, cut once for all pages."""
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options(layout_features=[], name_IDs=[], notdef_outline=True, hinting=False)
    options.drop_tables += ["GPOS", "GSUB", "GDEF", "FFTM", "kern"]
    with TTFont(file, recalcTimestamp=False) as font:
        signs = [sign for low, high in _RANGES for sign in range(low, high + 1)]
        cutter = Subsetter(options)
        cutter.populate(unicodes=signs)
        cutter.subset(font)
        tables: Any = font
        head, lines, widths = tables["head"], tables["hhea"], tables["hmtx"]
        scale = 1000 / head.unitsPerEm
        order = font.getGlyphOrder()
        number = {name: place for place, name in enumerate(order)}
        saved = io.BytesIO()
        font.save(saved, reorderTables=True)
        west, south, east, north = (
            round(n * scale) for n in (head.xMin, head.yMin, head.xMax, head.yMax)
        )
        return Face(
            name=font_name(file),
            glyphs={chr(sign): number[name] for sign, name in (font.getBestCmap() or {}).items()},
            widths=tuple(round(widths[name][0] * scale) for name in order),
            program=zlib.compress(saved.getvalue(), 9),
            ascent=round(lines.ascent * scale),
            descent=round(lines.descent * scale),
            box=(west, south, east, north),
            slant=float(tables["post"].italicAngle),
        )


def font_name(file: str) -> str:
    """The name of a cut font: six letters, as PDF asks for, and the name of its file."""
    return "ATLASX+" + file.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".ttf")


def take_texts(axes: Axes) -> list[Artist]:
    """Take the texts that the shared letters can write off axes in millimetres."""
    taken = []
    for artist in list(axes.texts):
        if face_of(_file(artist)).writes(artist.get_text()):
            artist.remove()
            taken.append(artist)
    return taken


def write_page(drawn: bytes, texts: Sequence[Artist], path: Path, title: str, maker: str) -> None:
    """Write a drawn page with its texts, without clock or machine in it."""
    writer = PdfWriter()
    page: Any = writer.add_page(PdfReader(io.BytesIO(drawn)).pages[0])
    files = sorted({_file(artist) for artist in texts})
    names = {file: f"/T{number}" for number, file in enumerate(files)}
    resources = page["/Resources"].get_object()
    fonts = DictionaryObject(resources.get("/Font", DictionaryObject()).get_object())
    for file, name in names.items():
        fonts[NameObject(name)] = writer._add_object(_font(writer, face_of(file)))
    resources[NameObject("/Font")] = fonts
    content = page.get_contents()
    stream = DecodedStreamObject()
    before = content.get_data() if content is not None else b""
    stream.set_data(b"q\n" + before + b"\nQ\n" + _words(texts, names))
    page[NameObject("/Contents")] = writer._add_object(stream.flate_encode(9))
    writer.add_metadata({"/Title": title, "/Creator": maker, "/Producer": maker})
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        writer.write(file)


def _words(texts: Iterable[Artist], names: dict[str, str]) -> bytes:
    """PDF operators that write texts where their artists stand."""
    lines = ["BT"]
    for artist in texts:
        file, text = _file(artist), artist.get_text()
        face, size = face_of(file), float(artist.get_fontsize())
        back = face.width(text) * size * _SHIFTS[str(artist.get_horizontalalignment())]
        x, y = (float(n) / MM_PER_POINT for n in artist.get_position())
        angle = math.radians(float(artist.get_rotation()))
        cos, sin = round(math.cos(angle), 6), round(math.sin(angle), 6)
        red, green, blue = to_rgb(artist.get_color())
        code = "".join(f"{face.glyphs[sign]:04x}" for sign in text)
        lines += [
            f"{red:.3f} {green:.3f} {blue:.3f} rg",
            f"{names[file]} {size:.2f} Tf",
            f"{cos:g} {sin:g} {-sin:g} {cos:g} {x - back * cos:.3f} {y - back * sin:.3f} Tm",
            f"<{code}> Tj",
        ]
    return "\n".join([*lines, "ET"]).encode()


def _file(artist: Artist) -> str:
    return str(artist.get_fontproperties().get_file())


def _font(writer: PdfWriter, face: Face) -> DictionaryObject:
    """A face as a composite font whose codes are glyph numbers."""
    program = _compressed(face.program)
    name = NameObject(f"/{face.name}")
    descriptor = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/FontDescriptor"),
            NameObject("/FontName"): name,
            NameObject("/Flags"): NumberObject(4),
            NameObject("/FontBBox"): ArrayObject([NumberObject(n) for n in face.box]),
            NameObject("/ItalicAngle"): FloatObject(face.slant),
            NameObject("/Ascent"): NumberObject(face.ascent),
            NameObject("/Descent"): NumberObject(face.descent),
            NameObject("/CapHeight"): NumberObject(729),
            NameObject("/StemV"): NumberObject(80),
            NameObject("/FontFile2"): writer._add_object(program),
        }
    )
    widths = ArrayObject([NumberObject(width) for width in face.widths])
    descendant = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/CIDFontType2"),
            NameObject("/BaseFont"): name,
            NameObject("/CIDSystemInfo"): _identity(),
            NameObject("/FontDescriptor"): writer._add_object(descriptor),
            NameObject("/W"): ArrayObject([NumberObject(0), widths]),
            NameObject("/CIDToGIDMap"): NameObject("/Identity"),
        }
    )
    meaning = DecodedStreamObject()
    meaning.set_data(_to_unicode(face))
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type0"),
            NameObject("/BaseFont"): name,
            NameObject("/Encoding"): NameObject("/Identity-H"),
            NameObject("/DescendantFonts"): ArrayObject([writer._add_object(descendant)]),
            NameObject("/ToUnicode"): writer._add_object(meaning.flate_encode(9)),
        }
    )


def _identity() -> DictionaryObject:
    return DictionaryObject(
        {
            NameObject("/Registry"): TextStringObject("Adobe"),
            NameObject("/Ordering"): TextStringObject("Identity"),
            NameObject("/Supplement"): NumberObject(0),
        }
    )


def _compressed(program: bytes) -> StreamObject:
    stream: Any = EncodedStreamObject()
    stream._data = program
    stream[NameObject("/Filter")] = NameObject("/FlateDecode")
    stream[NameObject("/Length1")] = NumberObject(len(zlib.decompress(program)))
    return stream


@cache
def _to_unicode(face: Face) -> bytes:
    """The table by which the text of the page can be selected and searched."""
    signs: dict[int, str] = {}
    for sign, glyph in face.glyphs.items():
        signs.setdefault(glyph, sign)
    entries = [f"<{glyph:04x}> <{ord(sign):04x}>" for glyph, sign in sorted(signs.items())]
    blocks = [entries[start : start + _ENTRIES] for start in range(0, len(entries), _ENTRIES)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <ffff>",
        "endcodespacerange",
    ]
    for block in blocks:
        lines += [f"{len(block)} beginbfchar", *block, "endbfchar"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return "\n".join(lines).encode()
