"""The overview pages: which there are, and what of the run each of them shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import shapely

from urbanplan_gis.outputs.atlas import overview
from urbanplan_gis.outputs.atlas.balance_page import draw_balance
from urbanplan_gis.outputs.atlas.facts import CITY, COVERAGE, GROUPS, FigureRow
from urbanplan_gis.outputs.atlas.figure_maps import (
    MAPS_ON_A_PAGE,
    draw_figure_maps,
    mapped_figures,
    rows_of,
)
from urbanplan_gis.outputs.atlas.findings_page import CodeRow, draw_findings
from urbanplan_gis.outputs.atlas.ground import CityGround, Shapes, finding_rows, list_plans
from urbanplan_gis.outputs.atlas.method_page import draw_method
from urbanplan_gis.outputs.atlas.page import (
    Atlas,
    Page,
    digest_shapes,
    numbered,
    outlines,
    page_mark,
    part_title,
)
from urbanplan_gis.outputs.atlas.paper import Sheet
from urbanplan_gis.outputs.atlas.plans_page import draw_plans
from urbanplan_gis.text import Name, Text


def overview_pages(atlas: Atlas) -> list[Page]:
    """The overview pages, without their labels."""
    tables, city, paper = atlas.tables, atlas.city, atlas.furniture
    figures, whole = tables.figures.get(CITY, ()), tables.balances.get(CITY)
    units = [(city.names[code], tables.balances[code]) for code in city.units["code"]
             if code in tables.balances]  # fmt: skip
    plans = _city_plans(city)
    rows, placed, unplaced = _city_findings(city)
    covered = _covered(atlas)
    basis = [(row.indicator, row.state, row.definition, row.basis) for row in figures]
    return [
        _plain("figures", atlas, figures, partial(overview.draw_figures, paper, figures)),
        *_map_pages(atlas),
        *_matrix_pages(atlas),
        _plain("balance", atlas, (whole, units),
               partial(draw_balance, paper, whole, units)),
        _plain("plans", atlas, (plans.rows, digest_shapes(plans.ground), covered, outlines(city)),
               partial(draw_plans, paper, city, plans, covered)),
        _plain("findings", atlas, (rows, digest_shapes(placed.ground), unplaced, outlines(city)),
               partial(draw_findings, paper, city, rows, placed, unplaced)),
        _plain("method", atlas, basis, partial(draw_method, paper, figures)),
    ]  # fmt: skip


def _covered(atlas: Atlas) -> list[tuple[Text | Name, FigureRow]]:
    """How much of the city, then of each unit, zoning plans cover; nothing where none is known."""
    names = atlas.city.names
    named: list[tuple[Text | Name, str]] = [(Text.of("map.table.city"), CITY)]
    named += [(Name(names[code], names[code]), code) for code in atlas.city.units["code"]]
    found = [
        (name, row)
        for name, code in named
        for row in atlas.tables.figures.get(code, ())
        if row.indicator == COVERAGE
    ]
    known = next((row for _, row in found if row.value is not None), None)
    return [pair for pair in found if known is not None and pair[1].state == known.state]


def _map_pages(atlas: Atlas) -> list[Page]:
    """The maps of figures by unit, as many pages as there are figures to map."""
    tables, city = atlas.tables, atlas.city
    codes = tuple(city.units["code"])
    whole = tables.unit_figures(CITY)
    shown = mapped_figures(whole, tables.figures, codes)
    left_out = tuple(row for row in whole if row not in shown)
    size = MAPS_ON_A_PAGE
    parts = [shown[start : start + size] for start in range(0, len(shown), size)]
    values = [[rows_of(row, tables.figures, codes) for row in part] for part in parts]
    kinds = [list(city.units["kind"]), list(city.units["slated"])]

    def draw(part: int, title: str, label: str, lang: str) -> Sheet:
        return draw_figure_maps(
            atlas.furniture, city, parts[part], tables.figures, left_out, title, label, lang
        )

    return [
        replace(
            _plain("unit_maps", atlas, (parts[n], left_out, values[n], kinds, outlines(city)),
                   partial(draw, n)),
            key=numbered("unit_maps", n),
            title=part_title(Text.of("atlas.page.unit_maps"), n, len(parts)),
        )
        for n in range(len(parts))
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
            key=numbered("units", n),
            title=part_title(Text.of("atlas.page.units"), n, len(parts)),
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
        mark=lambda: page_mark(atlas, content),
        drawing=drawing,
    )


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


def _city_findings(city: CityGround) -> tuple[tuple[CodeRow, ...], Shapes, int]:
    """Findings by code and layer, those that lie somewhere, and how many do not."""
    frame = city.findings
    groups: dict[tuple[str, str, str], list[float]] = {}
    for row in frame[["code", "severity", "layer", "area_ha"]].itertuples(index=False):
        groups.setdefault((row.code, row.severity, row.layer), []).append(row.area_ha)
    rows = [CodeRow(*group, len(areas), sum(areas), max(areas)) for group, areas in groups.items()]
    rank = {"error": 0, "warning": 1, "info": 2}
    rows.sort(key=lambda row: (rank.get(row.severity, 3), -row.total_ha, -row.count, row.code))
    somewhere = ~(frame.geometry.isna() | frame.geometry.is_empty)
    lying = frame[somewhere.to_numpy()]
    ground = np.asarray(lying.geometry.array, dtype=object)
    ground = np.where(
        shapely.is_valid(ground), ground, shapely.make_valid(ground, method="structure")
    )
    return tuple(rows), Shapes(finding_rows(lying), ground), int((~somewhere).sum())
