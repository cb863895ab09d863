"""How a layer looks and reads in a GIS, told once; :mod:`qml` and :mod:`sld` write it down."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from urbanplan_gis.outputs.sheets.symbols import INK, Symbol

FILL, LINE, POINT = "fill", "line", "marker"
#: value of the category that takes whatever no other category takes
OTHERS = ""
_BREAKS = re.compile("[\t\n\r]")
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Category:
    """One entry of a legend: features whose expression gives ``value`` are drawn so.

    ``where`` says the same by columns and their values, for formats without such expressions;
    without it the expression is a column and ``value`` what it holds. Where a layer has several
    kinds of geometry each entry is of one, its ``geometry``.
    """

    value: str
    label: str
    symbol: Symbol
    where: tuple[tuple[str, str], ...] = ()
    geometry: str = ""


@dataclass(frozen=True)
class Labels:
    """What is written on features: the text an expression (or a column) gives, in points.

    ``closer_than`` is the n of the scale 1:n from which on labels show (0: always); ``inside``
    leaves out those that do not fit into their polygon.
    """

    text: str
    size: float = 9.0
    is_column: bool = True
    closer_than: int = 0
    inside: bool = False
    bold: bool = False
    color: str = INK
    #: drawn before labels of lower priority (0 to 10)
    priority: int = 5


@dataclass(frozen=True)
class FieldForm:
    """How a column is shown: its name for people, the words for its tokens, whether at all."""

    alias: str
    values: Mapping[str, str] = field(default_factory=dict)
    hidden: bool = False
    multiline: bool = False
    kind: str = "text"
    date_format: str = ""


@dataclass(frozen=True)
class LayerStyle:
    """The whole look of a layer: with an ``expression`` one symbol for each category, else the
    symbol of the only one; ``closer_than`` is the n of the scale 1:n from which on it shows."""

    geometry: str
    categories: tuple[Category, ...]
    expression: str = ""
    labels: Labels | None = None
    closer_than: int = 0
    fields: Mapping[str, FieldForm] = field(default_factory=dict)
    #: the expression features are called by in lists
    title: str = ""
    #: expressions by feature: the width of lines (mm), and whether it is drawn at all
    width: str = ""
    drawn: str = ""

    def labelled(self, labels: Labels | None) -> LayerStyle:
        """The same with these labels."""
        return replace(self, labels=labels)


def categorized(
    expression: str, categories: Sequence[Category], geometry: str, labels: Labels | None = None
) -> LayerStyle:
    """Features drawn by the text an expression gives for them."""
    return LayerStyle(geometry, tuple(categories), expression, labels)


def single(symbol: Symbol, geometry: str, labels: Labels | None = None) -> LayerStyle:
    """All features drawn alike."""
    return LayerStyle(geometry, (Category(OTHERS, "", symbol),), labels=labels)


def xml_text(text: str) -> str:
    """Without the control characters that XML cannot hold; line breaks and tabs become blanks."""
    return _NOT_XML.sub("", _BREAKS.sub(" ", text))


def printable(text: str) -> str:
    """For people: no invisible signs, and nothing QGIS would take for an expression."""
    kept = (" " if letter.isspace() else letter for letter in xml_text(text))
    return "".join(letter for letter in kept if letter.isprintable()).replace("[%", "[ %")
