"""The parts of the atlas: a page is made again only where what it says or shows has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from urbanplan_gis.outputs.atlas.binding import BoundPage, bind
from urbanplan_gis.outputs.atlas.page import Atlas, Page, read_atlas
from urbanplan_gis.outputs.atlas.pages import pages_of, title_of
from urbanplan_gis.outputs.atlas.paper import save_page
from urbanplan_gis.outputs.atlas.words import printable
from urbanplan_gis.outputs.manifest import code_digest, digest_of
from urbanplan_gis.outputs.products import Part, make_parts
from urbanplan_gis.outputs.sheets.write import settings
from urbanplan_gis.text import languages

if TYPE_CHECKING:
    from urbanplan_gis.outputs.stored_run import StoredRun

_PRODUCT = "atlas"


def make_atlas(run: StoredRun, progress: Callable[[str], None] | None = None) -> list[str]:
    """Make the pages whose data changed, and bind them; the names of the parts made.

    In ``both`` languages there are two atlases: ``atlas.pdf`` in Vietnamese and ``atlas.en.pdf``.
    Each page is a file of its own as well, ``atlas/<language>/<page>.pdf``.

    Raises:
        PlanDataError: for files that cannot be written.
    """
    return make_parts(run, _PRODUCT, _parts(run), progress)


def atlas_names(lang: str) -> dict[str, str]:
    """The file of each language that a run is asked for."""
    asked = languages(lang)
    return {one: f"{_PRODUCT}.pdf" if one == asked[0] else f"{_PRODUCT}.{one}.pdf" for one in asked}


def _parts(run: StoredRun) -> Iterator[Part]:
    atlas = read_atlas(run)
    named = atlas_names(run.lang)
    pages = pages_of(atlas)
    standing = [text.say("both") for text in run.stamps]
    marks: dict[str, list[str]] = {lang: [] for lang in named}
    # the ground of a unit is read once for its mark and its pages in all languages
    for page in pages:
        content = page.mark()
        for lang in named:
            mark = digest_of(
                [content, standing, page.label, page.title.say(lang), lang, code_digest()]
            )
            marks[lang].append(mark)
            yield Part(f"{lang}/{page.key}", mark, partial(_draw, page, lang))
        page.done()
    for lang, name in named.items():
        mark = digest_of([marks[lang], [page.key for page in pages], lang, name])
        yield Part(name, mark, partial(_bind, atlas, pages, lang, name))


def _page_file(page: Page, lang: str) -> str:
    return f"{_PRODUCT}/{lang}/{page.key}.pdf"


def _draw(page: Page, lang: str, stage: Path) -> Sequence[str]:
    name = _page_file(page, lang)
    with settings():
        save_page(page.draw(lang), stage / name, printable(page.title.say(lang)))
    return [name]


def _bind(atlas: Atlas, pages: Sequence[Page], lang: str, name: str, stage: Path) -> Sequence[str]:
    bound = [
        BoundPage(
            page.key, page.label, printable(page.title.say(lang)), page.group.say(lang),
            tuple(page.links(lang)),
        )
        for page in pages
    ]  # fmt: skip
    files = {page.key: atlas.run.folder / _page_file(page, lang) for page in pages}
    bind(bound, files, title_of(lang, atlas.furniture.project), stage / name)
    return [name]
