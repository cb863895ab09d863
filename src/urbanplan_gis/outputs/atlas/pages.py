"""Which pages there are, what each says, and how it is drawn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from urbanplan_gis.outputs.atlas import city_lists, front, overview
from urbanplan_gis.outputs.atlas.facts import CITY, GROUPS, Tables, read_tables
from urbanplan_gis.outputs.atlas.front import BACK, INDEX_CAPACITY, Entry, Link
from urbanplan_gis.outputs.atlas.ground import (
    CityGround,
    Shapes,
    UnitGround,
    finding_rows,
    list_plans,
    read_city,
    unit_ground,
)
from urbanplan_gis.outputs.atlas.paper import Furniture, Sheet
from urbanplan_gis.outputs.atlas.unit_page import UnitFacts, draw_unit
from urbanplan_gis.outputs.atlas.words import roman
from urbanplan_gis.outputs.manifest import digest_of
from urbanplan_gis.outputs.sheets.data import SheetData
from urbanplan_gis.outputs.sheets.facts import source_lines
from urbanplan_gis.text import LANGUAGES, Name, Text, say

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
    data = {lang: _sheet_data(run, city, lang) for lang in LANGUAGES}
    sources = {
        role: {lang: tuple(source_lines(data[lang], (role,))) for lang in LANGUAGES}
        for role in sorted(run.manifest["sources_by_role"])
    }
    furniture = Furniture(
        facts.name, facts.as_of, facts.boundaries, facts.crs, run.stamps, sources
    )  # fmt: skip
    return Atlas(run, city, read_tables(run), furniture, data)


def _sheet_data(run: StoredRun, city: CityGround, lang: str) -> SheetData:
    facts = run.project.facts
    return SheetData(
        title=facts.name,
        crs=facts.crs,
        as_of=facts.as_of,
        boundaries=facts.boundaries,
        lang=lang,
        synthetic=facts.synthetic,
        units=city.units,
        layers={},
        figures=run.figures,
        origins=run.origins,
        standing=run.standing,
        sources_by_role=run.manifest["sources_by_role"],
    )


def pages_of(atlas: Atlas) -> list[Page]:
    """All pages in their order: front and overview with roman numbers, units with arabic ones."""
    units = [_unit_page(atlas, place) for place in range(len(atlas.city.units))]
    rest = _overview(atlas)
    count = -(-(len(units) + len(rest) + 6) // INDEX_CAPACITY)
    titles = [_part(Text.of("atlas.page.index"), n, count) for n in range(count)]
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
        mark=lambda: _mark(atlas, sources, _outlines(atlas.city)),
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
        key="index" if not number else f"index-{number + 1}",
        label=label,
        title=title,
        group=Text.of("atlas.outline.overview"),
        mark=lambda: _mark(atlas, [listed(lang) for lang in LANGUAGES], _outlines(atlas.city)),
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


def _overview(atlas: Atlas) -> list[Page]:
    """The overview pages, without their labels."""
    tables, city, paper = atlas.tables, atlas.city, atlas.furniture
    figures, whole = tables.figures.get(CITY, ()), tables.balances.get(CITY)
    units = [(city.names[code], tables.balances[code]) for code in city.units["code"]
             if code in tables.balances]  # fmt: skip
    plans = _city_plans(city)
    rows, placed, unplaced = _city_findings(city)
    basis = [(row.indicator, row.state, row.definition, row.basis) for row in figures]
    return [
        _plain("figures", atlas, figures, partial(overview.draw_figures, paper, figures)),
        *_matrix_pages(atlas),
        _plain("balance", atlas, (whole, units),
               partial(overview.draw_balance, paper, whole, units)),
        _plain("plans", atlas, (plans.rows, _digest(plans.ground), _outlines(city)),
               partial(city_lists.draw_plans, paper, city, plans)),
        _plain("findings", atlas, (rows, _digest(placed.ground), unplaced, _outlines(city)),
               partial(city_lists.draw_findings, paper, city, rows, placed, unplaced)),
        _plain("method", atlas, basis, partial(city_lists.draw_method, paper, figures)),
    ]  # fmt: skip


def _matrix_pages(atlas: Atlas) -> list[Page]:
    """The table of figures by unit, as many pages as its rows need."""
    tables, city = atlas.tables, atlas.city
    # what no unit and no group has can be read on the page of the city
    whole = tables.unit_figures(CITY)
    groups = [(Text.of(f"atlas.group.{group}"), group) for group in GROUPS]
    named: list[tuple[Text | Name, bool, str]] = [(name, True, group) for name, group in groups]
    named += [
        (Name(city.names[code], city.names[code]), False, code) for code in city.units["code"]
    ]
    rows = [(name, bold, tables.figures.get(code, ())) for name, bold, code in named]
    # a group without members has no row
    rows = [row for row in rows if row[2] or not row[1]]
    size = overview.MATRIX_ROWS
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]

    def draw(part: int, title: str, label: str, lang: str) -> Sheet:
        listed = [
            overview.UnitRow(name.say(lang), bold, figures) for name, bold, figures in parts[part]
        ]
        return overview.draw_matrix(atlas.furniture, whole, listed, title, label, lang)

    return [
        replace(
            _plain("units", atlas, (whole, parts[n]), partial(draw, n)),
            key="units" if not n else f"units-{n + 1}",
            title=_part(Text.of("atlas.page.units"), n, len(parts)),
        )
        for n in range(len(parts))
    ]  # fmt: skip


def _plain(
    key: str, atlas: Atlas, content: Any, drawing: Callable[[str, str, str], Sheet]
) -> Page:  # fmt: skip
    """An overview page; it gets its label when all pages are known."""
    return Page(
        key=key,
        label="",
        title=Text.of(f"atlas.page.{key}"),
        group=Text.of("atlas.outline.overview"),
        mark=lambda: _mark(atlas, content),
        drawing=drawing,
    )


def _unit_page(atlas: Atlas, place: int) -> Page:
    row = atlas.city.units.iloc[place]
    code, kind = str(row["code"]), str(row["kind"])
    name = atlas.city.names[code]
    facts = UnitFacts(
        code=code,
        name=name,
        kind=kind,
        slated=bool(row["slated"]),
        number=place + 1,
        figures=atlas.tables.unit_figures(code),
        balance=atlas.tables.balances.get(code),
        population=atlas.tables.population.get(code),
        area_ha=float(atlas.city.shapes[place].area) / 1e4,
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
        mark=lambda: _mark(atlas, facts, ground().digest()),
        drawing=drawing,
        done=read.clear,
    )


def unit_key(code: str) -> str:
    """The name of a unit's page: its code, made fit for a file name and still its own."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "-"
                    for sign in code)[:40]  # fmt: skip
    return f"unit-{plain}" if plain == code else f"unit-{plain}-{digest_of(code)[:8]}"


def _city_plans(city: CityGround) -> Shapes:
    plans = city.plans
    if plans is None or plans.empty:
        return Shapes((), np.array([], dtype=object))
    shapes = np.asarray(plans.geometry.array, dtype=object)
    shapes = np.where(
        shapely.is_valid(shapes), shapes, shapely.make_valid(shapes, method="structure")
    )
    whole = shapely.union_all(city.shapes)
    inside = shapely.area(shapely.intersection(shapes, whole))
    return list_plans(plans, inside, shapes, least_m2=0.0)


def _city_findings(city: CityGround) -> tuple[tuple[city_lists.CodeRow, ...], Shapes, int]:
    """Findings by code and layer, those that lie somewhere, and how many do not."""
    frame = city.findings
    groups: dict[tuple[str, str, str], list[float]] = {}
    for row in frame[["code", "severity", "layer", "area_ha"]].itertuples(index=False):
        groups.setdefault((row.code, row.severity, row.layer), []).append(row.area_ha)
    rows = [
        city_lists.CodeRow(*group, len(areas), sum(areas), max(areas))
        for group, areas in groups.items()
    ]
    rank = {"error": 0, "warning": 1, "info": 2}
    rows.sort(key=lambda row: (rank.get(row.severity, 3), -row.total_ha, -row.count, row.code))
    somewhere = ~(frame.geometry.isna() | frame.geometry.is_empty)
    lying = frame[somewhere.to_numpy()]
    ground = np.asarray(lying.geometry.array, dtype=object)
    ground = np.where(
        shapely.is_valid(ground), ground, shapely.make_valid(ground, method="structure")
    )
    return tuple(rows), Shapes(finding_rows(lying), ground), int((~somewhere).sum())


def _part(title: Text, number: int, count: int) -> Text:
    """A title, with which of several pages it is."""
    if count == 1:
        return title
    return Text.of("atlas.page.continued", title=title, part=number + 1, parts=count)


def _mark(atlas: Atlas, *content: Any) -> str:
    """A digest of what a page says: its content and what stands on every page."""
    return digest_of([repr(atlas.furniture), [repr(one) for one in content]])


def _outlines(city: CityGround) -> str:
    """A digest of the units' names and outlines."""
    return digest_of([list(city.names.items()), _digest(city.shapes)])


def _digest(shapes: np.ndarray) -> str:
    return digest_of([wkb.hex() for wkb in shapely.to_wkb(shapes)]) if len(shapes) else ""


def title_of(lang: str, project: Name) -> str:
    """The title of the document."""
    return f"{say('atlas.title', lang)} – {project.say(lang)}"
