"""Which pages there are, what each says, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from urbanplan_gis.outputs.atlas import front
from urbanplan_gis.outputs.atlas.front import INDEX_CAPACITY, Entry
from urbanplan_gis.outputs.atlas.ground import (
    UnitGround,
    unit_ground,
)
from urbanplan_gis.outputs.atlas.overview_pages import overview_pages
from urbanplan_gis.outputs.atlas.page import (
    Atlas,
    Page,
    numbered,
    outlines,
    page_mark,
    part_title,
)
from urbanplan_gis.outputs.atlas.paper import Sheet
from urbanplan_gis.outputs.atlas.unit_page import UnitFacts, draw_unit
from urbanplan_gis.outputs.atlas.words import roman
from urbanplan_gis.outputs.manifest import digest_of
from urbanplan_gis.text import LANGUAGES, Name, Text, say

if TYPE_CHECKING:
    pass


def pages_of(atlas: Atlas) -> list[Page]:
    """All pages in their order: front and overview with roman numbers, units with arabic ones."""
    units = [_unit_page(atlas, place) for place in range(len(atlas.city.units))]
    rest = overview_pages(atlas)
    count = -(-(len(units) + len(rest) + 6) // INDEX_CAPACITY)
    titles = [part_title(Text.of("atlas.page.index"), n, count) for n in range(count)]
    first = 2 + count
    rest = [replace(page, label=roman(first + n)) for n, page in enumerate(rest)]
    entries = partial(_entries, [*rest, *units])
    index = [
        _index_page(atlas, units, entries, number, titles[number], roman(2 + number))
        for number in range(count)
    ]
    return [_cover(atlas), *index, *rest, *units]


def _cover(atlas: Atlas) -> Page:
    sources = {
        lang: list(
            dict.fromkeys(line for by in atlas.furniture.sources.values() for line in by[lang])
        )
        for lang in LANGUAGES
    }
    return Page(
        key="cover",
        label="i",
        title=Text.of("atlas.outline.cover"),
        group=Text.of("atlas.outline.overview"),
        mark=lambda: page_mark(atlas, sources, outlines(atlas.city)),
        drawing=lambda title, label, lang: front.draw_cover(
            atlas.furniture, atlas.city, sources[lang], lang
        ),
        links=lambda lang: (),
    )


def _index_page(
    atlas: Atlas,
    units: Sequence[Page],
    entries: Callable[[str], list[Entry]],
    number: int,
    title: Text,
    label: str,
) -> Page:
    start = number * INDEX_CAPACITY

    def listed(lang: str) -> list[Entry]:
        return entries(lang)[start : start + INDEX_CAPACITY]

    labels = [page.label for page in units]
    return Page(
        key=numbered("index", number),
        label=label,
        title=title,
        group=Text.of("atlas.outline.overview"),
        mark=lambda: page_mark(atlas, [listed(lang) for lang in LANGUAGES], outlines(atlas.city)),
        drawing=lambda title, label, lang: front.draw_index(
            atlas.furniture, atlas.city, title, listed(lang), labels, label, lang
        ),
        links=lambda lang: [
            *front.index_links(listed(lang)),
            *front.map_links(atlas.city, labels, [page.key for page in units]),
        ],
    )


def _entries(pages: Sequence[Page], lang: str) -> list[Entry]:
    """The lines of the index: a heading for each group, then its pages."""
    entries: list[Entry] = []
    group = None
    for page in pages:
        if page.group != group:
            group = page.group
            entries.append(Entry("", "", group.say(lang)))
        entries.append(Entry(page.key, page.label, page.title.say(lang)))
    return entries


def _unit_page(atlas: Atlas, place: int) -> Page:
    row = atlas.city.units.iloc[place]
    code, kind = str(row["code"]), str(row["kind"])
    name = atlas.city.names[code]
    balance = atlas.tables.balances.get(code)
    facts = UnitFacts(
        code=code,
        name=name,
        kind=kind,
        slated=bool(row["slated"]),
        number=place + 1,
        figures=atlas.tables.unit_figures(code),
        balance=balance,
        population=atlas.tables.population.get(code),
        # that of the faces, where there are any: the land balance beside it adds up to it
        area_ha=balance.area_ha if balance else float(atlas.city.shapes[place].area) / 1e4,
    )
    read: list[UnitGround] = []

    def ground() -> UnitGround:
        if not read:
            read.append(unit_ground(atlas.city, place))
        return read[0]

    def drawing(title: str, label: str, lang: str) -> Sheet:
        return draw_unit(facts, ground(), atlas.data[lang], atlas.furniture, lang)

    return Page(
        key=unit_key(code),
        label=str(place + 1),
        title=Name(name, name),
        group=Text.of(f"atlas.outline.{'wards' if kind == 'ward' else 'communes'}"),
        mark=lambda: page_mark(atlas, facts, ground().digest()),
        drawing=drawing,
        done=read.clear,
    )


def unit_key(code: str) -> str:
    """The name of a unit's page: its code, made fit for a file name and still its own."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-"
                    for sign in code)[:40]  # fmt: skip
    return f"unit-{plain}" if plain == code else f"unit-{plain}-{digest_of(code)[:8]}"


def title_of(lang: str, project: Name) -> str:
    """The title of the document."""
    return f"{say('atlas.title', lang)} – {project.say(lang)}"
