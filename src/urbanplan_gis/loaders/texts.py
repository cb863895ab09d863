"""Columns of text in legacy letters become Unicode, and what was understood is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.encodings import recode_text
from urbanplan_gis.loaders.legacy_text import ENCODINGS, ColumnText, decode_column
from urbanplan_gis.loaders.raw import RawLayer

if TYPE_CHECKING:
    from urbanplan_gis.loaders.sources import SourceFile


def decode_texts(source: SourceFile, raw: RawLayer) -> RawLayer:
    """Every column of text decided on its own, unless the project file tells.

    What no reading makes Vietnamese of stays in the encoding of the file.

    Raises:
        PlanDataError: for an encoding the project file names that nobody knows.
    """
    fields, texts = dict(raw.fields), {}
    for name, series in raw.fields.items():
        if series.dtype != object:
            continue
        values = series.tolist()
        plain = [value if isinstance(value, str) else None for value in values]
        if all(value is None or value.isascii() for value in plain):
            continue
        fonts = raw.fonts.get(name)
        told = _told(source, name)
        decoded, found = decode_column(plain, None if fonts is None else fonts.tolist(), told)
        fields[name] = pd.Series(
            [
                value if text is None else _settled(text, value, raw, told)
                for text, value in zip(decoded, values, strict=True)
            ],
            index=series.index,
            dtype=object,
        )
        if found.changed or found.undecided:
            texts[name] = found
    assumed = raw.encoding_assumed and _has_left(raw, fields, texts)
    return replace(raw, fields=fields, texts=texts, encoding_assumed=assumed)


def _told(source: SourceFile, name: str) -> str:
    """What the project file says of a column, or of all."""
    told = source.facts.text.get(name, "")
    if told and told not in ENCODINGS:
        known = ", ".join(ENCODINGS)
        raise bad_data("unknown_letters", f"{source.config}: text.{name}", name=told, known=known)
    return told or (source.facts.encoding if source.facts.encoding in ENCODINGS else "")


def _settled(text: str, value: str, raw: RawLayer, told: str) -> str:
    """What was decoded; else the text in the file's own encoding (which was read as bytes)."""
    if text != value or not raw.as_bytes or told == "unicode":
        return text
    return recode_text(value, raw.encoding)


def _has_left(raw: RawLayer, fields: dict[str, pd.Series], texts: dict[str, ColumnText]) -> bool:
    """Whether any text rests on the assumed encoding."""
    rest = (name for name in fields if name not in texts or texts[name].undecided)
    return any(
        isinstance(value, str) and not value.isascii()
        for name in rest
        for value in raw.fields[name].tolist()
        if raw.fields[name].dtype == object
    )
