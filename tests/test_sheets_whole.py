"""Every sheet there is, in both languages, on every paper: measured, read and counted."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdf
import pytest
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from sheet_checks import (
    coloured,
    drawn_classes,
    grid_errors,
    legend_classes,
    misplaced,
    scale_of,
    texts,
    unreadable,
    words,
)
from test_sheets_city import INDICATORS, city, city_units
from test_sheets_print import long_names
from urbanplan_gis.outputs.sheets import SheetData, SheetOptions
from urbanplan_gis.outputs.sheets.declaration import declared
from urbanplan_gis.outputs.sheets.page import STANDARD_SCALES
from urbanplan_gis.outputs.sheets.sheet_files import SheetFile, own_sheets
from urbanplan_gis.outputs.sheets.write import make_figures, options_of, settings
from urbanplan_gis.text import say

#: each paper, either way up, with one of its own sheets or more
_PAPERS = (("A3", True), ("A4", False), ("A2", True), ("A1", False), ("A0", True))
_OTHER_WAY = (("A4", True), ("A3", False), ("A1", True), ("A2", False), ("A0", False))
_LAYERS = [{"role": "parking"}, {"role": "green", "labels": True, "fill": "#2166ac"},
           {"role": "roads"}, {"role": "units", "labels": True}]  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A sheet to draw."""

    sheet: SheetFile
    data: SheetData
    options: SheetOptions

    @property
    def name(self) -> str:
        turned = "landscape" if self.options.landscape else "portrait"
        grey = "-grey" if self.options.grey else ""
        return f"{self.sheet.name}-{self.data.lang}-{self.options.paper}-{turned}{grey}"


def cases() -> Iterator[Case]:
    """The set in Vietnamese and in English, and sheets of a planner's own in both at once."""
    for lang, papers in (("vi", _PAPERS), ("en", _OTHER_WAY)):
        data = city(lang=lang)
        for number, sheet in enumerate(own_sheets()):
            paper, landscape = papers[number % len(papers)]
            grey = (number + (lang == "en")) % 2 == 1
            yield Case(sheet, data, SheetOptions(paper, landscape, dpi=72, grey=grey))
    for name, table in (
        ("own", {"title": {"vi": "CÔNG VIÊN", "en": "PARKS"}, "layers": _LAYERS, "paper": "A2"}),
        ("drawing", {"theme": "planned_land_use", "form": "drawing", "paper": "A1"}),
        ("inset", {"theme": "green_space", "inset": {"extent": ["21012", "21013"]}}),
        ("cut", {"theme": "zoning_coverage", "extent": ["21005"], "orientation": "portrait"}),
    ):
        sheet = SheetFile(name, f"maps/{name}.toml", declared(name, table))
        yield Case(sheet, city(lang="both"), options_of(sheet.declaration, SheetOptions(dpi=72)))
    long = next(sheet for sheet in own_sheets() if sheet.name == "planned_land_use")
    yield Case(long, long_names(), SheetOptions("A4", dpi=72))


CASES = {case.name: case for case in cases()}


@dataclass(frozen=True)
class Printed:
    """A sheet's pages as figures and in the PDF."""

    case: Case
    figures: list[Figure]
    pages: list[pypdf.PageObject]
    said: list[str]


@pytest.fixture(scope="module")
def printed() -> dict[str, Printed]:
    """All sheets in one PDF, since most of the time goes into its fonts."""
    file = io.BytesIO()
    drawn: dict[str, list[Figure]] = {}
    with settings(), PdfPages(file) as pdf:
        for name, case in CASES.items():
            drawn[name] = make_figures(case.sheet, case.data, case.options)
            for figure in drawn[name]:
                pdf.savefig(figure)
    left = iter(pypdf.PdfReader(file).pages)
    printed = {}
    for name, figures in drawn.items():
        pages = [next(left) for _ in figures]
        said = [page.extract_text() for page in pages]
        printed[name] = Printed(CASES[name], figures, pages, said)
    return printed


@pytest.fixture(params=list(CASES))
def sheet(request: Any, printed: dict[str, Printed]) -> Printed:
    return printed[request.param]


def test_distances_on_paper_are_those_of_the_scale(sheet: Printed) -> None:
    """In the PDF, against the scale it prints and the coordinates written beside."""
    assert scale_of(sheet.figures[0]) in STANDARD_SCALES
    assert np.abs(grid_errors(sheet.figures[0], sheet.pages[0])).max() < 0.2


def test_the_legend_has_the_classes_drawn_no_more_no_less(sheet: Printed) -> None:
    explained = set().union(*(legend_classes(page) for page in sheet.figures))
    assert explained == drawn_classes(sheet.figures[0], sheet.case.sheet.name == "inset")
    assert len(explained) > 1


def test_nothing_lies_over_anything_else_or_the_edge(sheet: Printed) -> None:
    assert [fault for figure in sheet.figures for fault in misplaced(figure)] == []


def test_letters_can_be_read_in_print(sheet: Printed) -> None:
    sizes = [text.get_fontsize() for figure in sheet.figures for text in texts(figure, "")]
    assert min(sizes) >= 5


def test_a_grey_print_is_grey_and_another_is_not(sheet: Printed) -> None:
    found = set().union(*(coloured(figure) for figure in sheet.figures))
    assert bool(found) == (not sheet.case.options.grey), sorted(found)[:5]


def test_all_text_can_be_selected(sheet: Printed) -> None:
    for figure, said in zip(sheet.figures, sheet.said, strict=True):
        assert unreadable(figure, said) == []


def test_title_legend_units_sources_and_warnings_are_in_the_text(sheet: Printed) -> None:
    """Whole, as the reader would search for them, however the lines are broken."""
    lang = sheet.case.data.lang
    said = "".join(" ".join(sheet.said).split())
    figures = sheet.figures
    title = {"own": "CÔNGVIÊN"}.get(sheet.case.sheet.name, words(figures[0])[:12])
    wanted = [title, say("map.legend.title", lang), say("map.block.sources", lang),
              sheet.case.data.title.say("vi" if lang == "vi" else "en"),
              "BẢN NHÁP", "DỮ LIỆU MÔ PHỎNG"]  # fmt: skip
    names = [name.split(" ", 1)[1] for name in city_units()["name"]]
    if "land_use" in sheet.case.sheet.name:
        wanted += names
    entries: dict[str, str] = {}
    for figure in figures:
        for text in texts(figure, "legend:"):
            entries[text.get_gid()] = f"{entries.get(text.get_gid(), '')} {text.get_text()}"
    wanted += entries.values()
    assert [text for text in wanted if "".join(text.split()) not in said] == []


def test_nothing_is_left_out_of_a_sheet_that_goes_on(printed: dict[str, Printed]) -> None:
    pages = printed["planned_land_use-both-A4-landscape"].figures
    assert len(pages) > 1
    assert legend_classes(pages[0]) == set()
    assert "xem trang sau" in words(pages[0])
    for number, page in enumerate(pages[1:], start=2):
        assert f"Trang {number}/{len(pages)}" in words(page)
        assert "DỮ LIỆU MÔ PHỎNG" in words(page)
        assert "BẢN NHÁP" in words(page)
    assert all(f" {n} (chưa rõ ngày" in " ".join(map(words, pages)) for n in range(25))


def test_every_sheet_of_the_set_is_among_them() -> None:
    for lang in ("vi", "en"):
        drawn = {case.sheet.name for case in CASES.values() if case.data.lang == lang}
        assert drawn == {sheet.name for sheet in own_sheets()}
    assert len([name for name in CASES if name.startswith("indicator_")]) == 2 * len(INDICATORS)
