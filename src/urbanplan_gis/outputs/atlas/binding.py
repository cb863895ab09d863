"""Pages bound to one PDF: bookmarks, page labels, links from the index and back to it."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PdfReader, PdfWriter
from pypdf.annotations import Link as Annotation
from pypdf.constants import PageLabelStyle
from pypdf.generic import Fit, IndirectObject

from urbanplan_gis.outputs.atlas.front import Link
from urbanplan_gis.outputs.sheets.boxes import MM_PER_POINT

_CREATOR = "urbanplan_gis"


@dataclass(frozen=True)
class BoundPage:
    """A page as it is bound: its file's key, bookmark, the group of bookmarks, its links."""

    key: str
    label: str
    title: str
    group: str
    links: tuple[Link, ...] = ()


def bind(pages: Sequence[BoundPage], files: Mapping[str, Path], title: str, path: Path) -> None:
    """Write the pages as one PDF; the same pages give the same bytes."""
    writer = PdfWriter()
    for page in pages:
        writer.append(io.BytesIO(files[page.key].read_bytes()), import_outline=False)
    numbers = {page.key: number for number, page in enumerate(pages)}
    for page in pages:
        for link in page.links:
            left, foot, right, top = (value / MM_PER_POINT for value in link.box)
            box = (left, foot, right, top)
            if link.key in numbers:
                note = Annotation(
                    rect=box, target_page_index=numbers[link.key], fit=Fit.fit()
                )  # fmt: skip
                writer.add_annotation(numbers[page.key], note)
    _bookmarks(writer, pages)
    _labels(writer, pages)
    writer.page_mode = "/UseOutlines"
    writer.add_metadata({"/Title": title, "/Creator": _CREATOR, "/Producer": _CREATOR})
    writer.compress_identical_objects(remove_unreferenced=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        writer.write(file)


def _bookmarks(writer: PdfWriter, pages: Sequence[BoundPage]) -> None:
    """A bookmark for each group, and below it one for each of its pages."""
    groups: dict[str, IndirectObject] = {}
    for number, page in enumerate(pages):
        if page.group not in groups:
            groups[page.group] = writer.add_outline_item(
                title=page.group, page_number=number, bold=True
            )
        writer.add_outline_item(
            title=f"{page.label} · {page.title}", page_number=number, parent=groups[page.group]
        )


def _labels(writer: PdfWriter, pages: Sequence[BoundPage]) -> None:
    """Page labels as they are printed: small roman for the front, arabic for the units."""
    front = sum(not page.label.isdigit() for page in pages)
    if front:
        writer.set_page_label(0, front - 1, style=PageLabelStyle.LOWERCASE_ROMAN, start=1)
    if front < len(pages):
        writer.set_page_label(front, len(pages) - 1, style=PageLabelStyle.DECIMAL, start=1)


def read_text(path: Path) -> list[str]:
    """The text of each page, as a reader would select it."""
    return [page.extract_text() for page in PdfReader(path).pages]
