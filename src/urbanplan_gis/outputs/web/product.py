"""The web map as a product of a run: one file, made again only when what it shows changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from urbanplan_gis.outputs.files import whole_file
from urbanplan_gis.outputs.manifest import FILE, read_manifest
from urbanplan_gis.outputs.products import Part, make_parts
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.outputs.web.content import gather_content
from urbanplan_gis.outputs.web.page import html_page

_PRODUCT, _PART, _NAME = "web", "map", "map.html"
_LAYERS = ("units", "faces", "land_use", "zoning", "general_plan", "green", "right_of_way",
           "plans", "roads", "findings")  # fmt: skip
_TABLES = ("indicators", "targets", "findings", "effects")


def make_web_map(run: StoredRun, progress: Callable[[str], None] | None = None) -> list[str]:
    """Write ``map.html`` if the run, or an earlier day it shows, changed; the parts made.

    The page holds both languages; ``run.lang`` chooses the one it opens in (``both``: Vietnamese).

    Raises:
        PlanDataError: if the file cannot be written.
    """
    days = earlier_days(run)
    marks = [day.mark(("faces", "plans"), ("indicators", "targets")) for day in days]
    mark = run.mark(_LAYERS, _TABLES, marks, run.manifest["origins_by_role"])
    return make_parts(run, _PRODUCT, [Part(_PART, mark, partial(_make, run, days))], progress)


def earlier_days(run: StoredRun) -> tuple[StoredRun, ...]:
    """The runs of the project's earlier days that lie beside this run, oldest first."""
    found = []
    for day in sorted(run.project.facts.earlier):
        folder = run.folder / day.isoformat()
        if (folder / FILE).is_file():
            then = run.project.at(day)
            found.append(StoredRun(then, read_manifest(folder), run.lang, folder, run.delivery))
    return tuple(found)


def _make(run: StoredRun, days: tuple[StoredRun, ...], stage: Path) -> Sequence[str]:
    text = html_page(gather_content(run, days))
    with whole_file(stage / _NAME) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return [_NAME]
