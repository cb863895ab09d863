"""What a page is, what all pages are made from, and by what a page is known to have changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from urbanplan_gis.outputs.atlas.facts import Tables, read_tables
from urbanplan_gis.outputs.atlas.front import BACK, Link
from urbanplan_gis.outputs.atlas.ground import CityGround, read_city
from urbanplan_gis.outputs.atlas.paper import Furniture, Sheet
from urbanplan_gis.outputs.manifest import digest_of
from urbanplan_gis.outputs.sheet_data import bare_data
from urbanplan_gis.outputs.sheets.data import SheetData
from urbanplan_gis.outputs.sheets.facts import source_lines
from urbanplan_gis.text import LANGUAGES, Name, Text

if TYPE_CHECKING:
    from urbanplan_gis.outputs.stored_run import StoredRun


@dataclass(frozen=True, eq=False)
class Page:
    """One page: its key and file name, label, title, bookmark group, and how it is made.

    ``mark`` digests all it says and shows, whatever the language; ``drawing`` draws it for a
    title, a label and a language; ``links`` are those of its drawing in a language; ``done`` lets
    go of what was read for it.
    """

    key: str
    label: str
    title: Text | Name
    group: Text
    mark: Callable[[], str]
    drawing: Callable[[str, str, str], Sheet]
    links: Callable[[str], Sequence[Link]] = lambda lang: (Link(*BACK),)
    done: Callable[[], None] = lambda: None

    def draw(self, lang: str) -> Sheet:
        """The page in a language."""
        return self.drawing(self.title.say(lang), self.label, lang)


@dataclass(frozen=True, eq=False)
class Atlas:
    """What the pages of a run are made from."""

    run: StoredRun
    city: CityGround
    tables: Tables
    furniture: Furniture
    data: dict[str, SheetData]


def read_atlas(run: StoredRun) -> Atlas:
    """The content of the atlas of a run; the ground of each unit is read with its page."""
    city = read_city(run)
    facts = run.project.facts
    told = bare_data(run)
    data = {lang: replace(told, lang=lang, units=city.units) for lang in LANGUAGES}
    sources = {
        role: {lang: tuple(source_lines(data[lang], (role,))) for lang in LANGUAGES}
        for role in sorted(run.manifest["sources_by_role"])
    }
    furniture = Furniture(
        facts.name, facts.as_of, facts.boundaries, facts.crs, run.stamps, sources
    )  # fmt: skip
    return Atlas(run, city, read_tables(run), furniture, data)


def numbered(key: str, number: int) -> str:
    return key if not number else f"{key}-{number + 1}"


def part_title(title: Text, number: int, count: int) -> Text:
    """A title, with which of several pages it is."""
    if count == 1:
        return title
    return Text.of("atlas.page.continued", title=title, part=number + 1, parts=count)


def page_mark(atlas: Atlas, *content: Any) -> str:
    """A digest of what a page says: its content and what stands on every page."""
    return digest_of([repr(atlas.furniture), [repr(one) for one in content]])


def outlines(city: CityGround) -> str:
    """A digest of the units' names and outlines."""
    return digest_of([list(city.names.items()), digest_shapes(city.shapes)])


def digest_shapes(shapes: np.ndarray) -> str:
    return digest_of([wkb.hex() for wkb in shapely.to_wkb(shapes)]) if len(shapes) else ""
