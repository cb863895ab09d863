"""The nouns of a report: what every writer (Word, PDF, HTML) is given, in one language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Align = Literal["left", "right", "center"]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``note`` is set smaller, ``strong`` bolder, ``blank`` is for the office to fill
    in by hand."""

    text: str
    kind: Literal["body", "note", "strong", "blank"] = "body"


@dataclass(frozen=True)
class Listing:
    """Points one below the other."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Column:
    """A column: its header with the unit, its part of the width (relative), and how it is set."""

    header: str
    share: float = 1.0
    align: Align = "left"


@dataclass(frozen=True)
class Table:
    """A table with a caption above and notes below; its header repeats over pages.

    ``strong`` are rows in bold; ``fills`` the colours behind single cells (``#rrggbb``).
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    strong: frozenset[int] = frozenset()
    fills: Mapping[tuple[int, int], str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Picture:
    """A drawing ready to be placed: as a picture, and as a ``page`` of the report's pictures."""

    caption: str
    alt: str
    png: bytes
    page: int
    width_mm: float


Block = Paragraph | Listing | Table | Picture


@dataclass(frozen=True)
class Section:
    """A heading with its number and what stands below it."""

    number: str
    title: str
    level: Literal[1, 2]
    blocks: tuple[Block, ...]
    landscape: bool = False
    #: begins on a new page
    new_page: bool = False


@dataclass(frozen=True)
class Letterhead:
    """The head of the first page in the form of Decree 30/2020/NĐ-CP."""

    state: str
    motto: str
    parent: str
    issuer: str
    number: str
    place_and_date: str
    kind: str
    subject: str
    recipient: str


@dataclass(frozen=True)
class Signature:
    """The end of the letter: who receives it, who signs it."""

    recipients_title: str
    recipients: tuple[str, ...]
    authority: tuple[str, ...]
    signer: str


@dataclass(frozen=True)
class Report:
    """The whole report in one language: ``body`` ends with the signature, ``annexes`` follow."""

    lang: str
    #: name of the report, for the properties of files
    name: str
    letterhead: Letterhead
    #: draft or delivered, synthetic: on every page
    stamps: tuple[str, ...]
    opening: tuple[Block, ...]
    contents_title: str
    body: tuple[Section, ...]
    signature: Signature
    annexes: tuple[Section, ...]
    #: PDF with a page for each picture (they share their fonts); empty without one
    pictures: bytes
    #: «Trang {page}/{pages}» split at its two numbers
    page_words: tuple[str, str, str]

    @property
    def sections(self) -> tuple[Section, ...]:
        """All sections in reading order."""
        return (*self.body, *self.annexes)
