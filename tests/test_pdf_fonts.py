"""Fonts in PDF files: letters without the tables that only set text."""

from __future__ import annotations

from io import BytesIO

import matplotlib
from fontTools.ttLib import TTFont
from matplotlib.figure import Figure
from pypdf import PdfReader

from urbanplan_gis.outputs.pdf_fonts import letters_only

WORDS = "Tịnh Ấn Tây, Nghĩa Dõng: ffi 15,32 %"


def _pdf() -> PdfReader:
    figure = Figure()
    figure.text(0.1, 0.5, WORDS)
    file = BytesIO()
    with matplotlib.rc_context({"pdf.fonttype": 42}):
        figure.savefig(file, format="pdf")
    return PdfReader(file)


def _tables(pdf: PdfReader) -> set[str]:
    fonts = [item.get_object() for item in pdf.pages[0]["/Resources"]["/Font"].values()]
    parts = [font["/DescendantFonts"][0] if "/DescendantFonts" in font else font for font in fonts]
    found: set[str] = set()
    for part in parts:
        file = part["/FontDescriptor"]["/FontFile2"].get_data()
        found |= set(TTFont(BytesIO(file)).keys())
    return found


def test_fonts_keep_their_letters_and_nothing_for_setting() -> None:
    with letters_only():
        lean = _pdf()
    usual = _pdf()
    assert _tables(usual) & {"GPOS", "GSUB", "GDEF"}  # back to what it was
    assert not _tables(lean) & {"GPOS", "GSUB", "GDEF"}
    assert {"glyf", "loca", "hmtx"} <= _tables(lean)
    assert lean.pages[0].extract_text() == usual.pages[0].extract_text() == WORDS
