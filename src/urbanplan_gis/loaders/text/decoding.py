"""Columns of text in legacy letters become Unicode, and what was understood is kept."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.raw import RawLayer
from urbanplan_gis.loaders.text.encodings import known_encoding, recode_text
from urbanplan_gis.loaders.text.legacy import ENCODINGS, ColumnText, decode_column

if TYPE_CHECKING:
    from urbanplan_gis.loaders.source_file import SourceFile


def decode_texts(source: SourceFile, raw: RawLayer) -> RawLayer:
    """Every column of text decided on its own, unless the project file tells.

    What no reading makes Vietnamese of stays in the encoding of the file; columns the reader
    decoded itself (texts of drawings, by their fonts) stay as they are.
    """
    fields = dict(raw.fields)
    texts = {
        name: found
        for name, found in raw.texts.items()
        if name in fields and (found.changed or found.undecided)
    }
    for name, series in raw.fields.items():
        if series.dtype != object or name in raw.texts:
            continue
        values = series.tolist()
        plain = [value if isinstance(value, str) else None for value in values]
        if all(value is None or value.isascii() for value in plain):
            continue
        told = told_letters(source, name)
        decoded, found = decode_column(plain, told=told)
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


def check_letters(source: SourceFile) -> None:
    """Refuse encodings that nobody knows, used or not.

    Raises:
        PlanDataError: naming the key of the project file.
    """
    for name, told in source.facts.text.items():
        if told not in ENCODINGS:
            where, known = f"{source.config}: text.{name}", ", ".join(ENCODINGS)
            raise bad_data("unknown_letters", where, name=told, known=known)
    if source.facts.encoding and source.facts.encoding not in ENCODINGS:
        known_encoding(source.facts.encoding, f"{source.config}: encoding")


def told_letters(source: SourceFile, name: str) -> str:
    """The legacy letters the project file tells of a column, or of all (``""``: none)."""
    encoding = source.facts.encoding if source.facts.encoding in ENCODINGS else ""
    return source.facts.text.get(name, encoding)


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
