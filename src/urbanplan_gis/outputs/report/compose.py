"""The whole report of a run in one language: letter, parts, annexes; tables and maps numbered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from urbanplan_gis.outputs.report.body import body, letterhead, opening, signature
from urbanplan_gis.outputs.report.class_annex import class_section
from urbanplan_gis.outputs.report.content import Block, Paragraph, Picture, Report, Section, Table
from urbanplan_gis.outputs.report.indicator_annex import indicator_sections
from urbanplan_gis.outputs.report.land_annex import balance_section, green_section
from urbanplan_gis.outputs.report.lines import Figures
from urbanplan_gis.outputs.report.lists_annex import plans_section, projects_section
from urbanplan_gis.outputs.report.method_annex import method_section
from urbanplan_gis.outputs.report.norms_annex import norms_section
from urbanplan_gis.outputs.report.pictures import Gallery
from urbanplan_gis.outputs.report.quality_annex import decisions_section, quality_section
from urbanplan_gis.outputs.report.readiness_annex import readiness_sections
from urbanplan_gis.outputs.report.settings import ReportFacts
from urbanplan_gis.outputs.report.wording import Words

_SINGLE_ANNEXES = (
    plans_section,
    balance_section,
    class_section,
    norms_section,
    projects_section,
    green_section,
    decisions_section,
    quality_section,
    method_section,
)


def compose_report(figures: Figures, facts: ReportFacts, words: Words) -> Report:
    """The report in the language of ``words``."""
    run = figures.run
    numbers = _Numbers(words)
    gallery = Gallery(words)
    head = letterhead(figures, facts.letter, words)
    name = words.data(words.name(run.project.facts.name))
    page = words.say("page", page="\x00", pages="\x00").split("\x00")
    letter = tuple(
        replace(numbers.through(section), title=_heading(section))
        for section in body(figures, facts, words)
    )
    annexes = tuple(
        replace(numbers.through(section), title=_annex_heading(section, words))
        for section in _annexes(figures, gallery, words)
    )
    return Report(
        lang=words.lang,
        name=f"{words.say('file_name')}: {name}",
        letterhead=head,
        stamps=tuple(stamp.say(words.lang) for stamp in run.stamps),
        opening=opening(figures, words),
        contents_title=words.say("contents"),
        body=letter,
        signature=signature(facts.letter, words),
        annexes=annexes,
        pictures=gallery.pdf(),
        page_words=(page[0], page[1], page[2]),
    )


def _annexes(figures: Figures, gallery: Gallery, words: Words) -> Iterator[Section]:
    lead = (Paragraph(words.say("indicator.lead")),)
    yield Section("1", words.say("indicator.title"), 1, lead, new_page=True)
    yield from indicator_sections(figures, "1", gallery, words)
    yield from readiness_sections(figures, "2", words)
    for count, section in enumerate(_SINGLE_ANNEXES, start=3):
        yield section(figures, str(count), words)


def _heading(section: Section) -> str:
    return f"{section.number}. {section.title}" if section.number else section.title


def _annex_heading(section: Section, words: Words) -> str:
    """Annexes are named with their number; the sections below them are numbered as all are."""
    if section.level > 1:
        return _heading(section)
    return words.say("annex_number", number=section.number, title=section.title)


class _Numbers:
    """Numbers tables and pictures through the whole report."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._count: dict[type[Block], int] = {Table: 0, Picture: 0}

    def through(self, section: Section) -> Section:
        # the summary shows what Table 01 shows, which is the first by the form
        if not section.number:
            return section
        return replace(section, blocks=tuple(self._numbered(block) for block in section.blocks))

    def _numbered(self, block: Block) -> Block:
        if not isinstance(block, Table | Picture):
            return block
        self._count[type(block)] += 1
        kind = "table" if isinstance(block, Table) else "figure"
        number = f"{self._count[type(block)]:02d}"
        caption = self._words.say(f"{kind}_number", number=number, caption=block.caption)
        return replace(block, caption=caption)
