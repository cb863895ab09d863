"""``report.docx``, ``report.pdf`` and ``report.html``: the review report, in each language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from urbanplan_gis.errors import bad_data
from urbanplan_gis.outputs.former import former_figures
from urbanplan_gis.outputs.manifest import digest_of
from urbanplan_gis.outputs.products import Part, make_parts
from urbanplan_gis.outputs.report.compose import compose_report
from urbanplan_gis.outputs.report.html import write_html
from urbanplan_gis.outputs.report.lines import Figures
from urbanplan_gis.outputs.report.pdf import write_pdf
from urbanplan_gis.outputs.report.settings import (
    FILE,
    TEMPLATE,
    ReportFacts,
    read_report_facts,
)
from urbanplan_gis.outputs.report.typeface import serif_face
from urbanplan_gis.outputs.report.word import check_template, write_docx
from urbanplan_gis.outputs.report.wording import Words
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.store import file_digest
from urbanplan_gis.text import languages

_PRODUCT = "report"
_LAYERS = ("units", "projects", "green")


def make_report(run: StoredRun, progress: Callable[[str], None] | None = None) -> list[str]:
    """Make the editions that are out of date; the names of those made (``vi``, ``en``).

    With both languages the Vietnamese edition has the plain names and the English one is
    ``report.en.*``; a single language has the plain names.

    Raises:
        PlanDataError: for a wrong ``report.toml``, a template that cannot be used, tables in
            another language than asked, or files that cannot be written.
    """
    return make_parts(run, _PRODUCT, _parts(run), progress)


def _parts(run: StoredRun) -> Iterator[Part]:
    home = run.project.file.parent
    facts = read_report_facts(home)
    template = home / TEMPLATE
    written = str(run.manifest["parameters"]["language"])
    figures: list[Figures] = []

    def make(lang: str, stage: Path) -> Sequence[str]:
        if written not in ("both", lang):
            raise bad_data("report_language", _PRODUCT, written=written, wanted=lang)
        check_template(template)
        if not figures:  # read only when an edition is made
            figures.append(Figures.of(run))
        stem = _stem(lang, run.lang)
        return _write(figures[0], facts, Words(lang, written), template, stage, stem)

    mark = run.mark(_LAYERS, run.tables, *_depends_on(run, home))
    for lang in languages(run.lang):
        yield Part(lang, digest_of([mark, lang]), partial(make, lang))


def _write(
    figures: Figures,
    facts: ReportFacts,
    words: Words,
    template: Path,
    stage: Path,
    stem: str,
) -> Sequence[str]:
    report = compose_report(figures, facts, words)
    write_docx(report, stage / f"{stem}.docx", template)
    write_pdf(report, stage / f"{stem}.pdf")
    write_html(report, stage / f"{stem}.html")
    return [f"{stem}.{ending}" for ending in ("docx", "pdf", "html")]


def _stem(lang: str, asked: str) -> str:
    return "report.en" if asked == "both" and lang == "en" else "report"


def _depends_on(run: StoredRun, home: Path) -> Iterator[object]:
    """What the report is made from beside the run: the office's files, decisions, the period
    before, the face it is set in, and the sheets that go with it."""
    for path in (home / FILE, home / TEMPLATE, run.project.decisions):
        yield file_digest(path) if path.is_file() else ""
    former = former_figures(run)
    yield [former.label.key, former.label.params, former.day] if former else ""
    yield former.values.to_csv() if former else ""
    yield serif_face().families
    maps = run.manifest.get("products", {}).get("maps", {})
    yield sorted(name for part in maps.values() for name in part["files"])
