"""Fonts within PDF files: their letters alone."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

from fontTools import subset

#: tables for setting text. A PDF holds its text set; cutting these tables to the letters used
#: takes longer than drawing the sheet
_FOR_SETTING = ("GDEF", "GPOS", "GSUB")


@contextmanager
def letters_only() -> Generator[None]:
    """Meanwhile, fonts are put into files without what only sets text.

    matplotlib takes no list of tables, so the default of the library it cuts fonts with is changed.
    """
    usual = subset.Options._drop_tables_default
    subset.Options._drop_tables_default = [*usual, *_FOR_SETTING]
    try:
        yield
    finally:
        subset.Options._drop_tables_default = usual
