"""Which sheets there are, what each is drawn from, and drawing one whole or not at all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from urbanplan_gis.outputs.files import replace_together, staging
from urbanplan_gis.outputs.pdf_fonts import letters_only
from urbanplan_gis.outputs.sheets.choropleth import figure_roles, figures_of, indicator_theme
from urbanplan_gis.outputs.sheets.compose import build_sheet
from urbanplan_gis.outputs.sheets.composed import composed_theme
from urbanplan_gis.outputs.sheets.data import ROLES, SheetData, SheetOptions, sheet_error
from urbanplan_gis.outputs.sheets.declaration import INDICATOR, Declaration
from urbanplan_gis.outputs.sheets.extent import ground_of
from urbanplan_gis.outputs.sheets.facts import source_lines
from urbanplan_gis.outputs.sheets.grey_ink import in_greys
from urbanplan_gis.outputs.sheets.grey_print import grey_variant
from urbanplan_gis.outputs.sheets.ink import SETTINGS
from urbanplan_gis.outputs.sheets.inset import Inset
from urbanplan_gis.outputs.sheets.letters import lacking
from urbanplan_gis.outputs.sheets.panel import Words
from urbanplan_gis.outputs.sheets.points import with_points
from urbanplan_gis.outputs.sheets.sheet_files import SheetFile, own_sheets
from urbanplan_gis.outputs.sheets.theme import Theme, geometries, outer_rings
from urbanplan_gis.outputs.sheets.themes import (
    existing_land_use,
    green_space,
    planned_land_use,
    roads_transport,
    zoning_coverage,
)
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import Name, Text, keys, say

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FIGURES = "figures"
_FINDINGS = "findings"
_LOCATOR = "locator"
#: detail that a locator a few centimetres wide cannot show
_LOCATOR_DETAIL_M = 25.0
#: half the time of the default for a tenth more bytes
_PNG_LEVEL = 4
_CREATOR = "urbanplan_gis"
_NO_ID = re.compile(r"[^\w.-]", re.ASCII)
#: letters named in a note; more would fill it
_MOST_LETTERS = 8


@dataclass(frozen=True)
class _Kind:
    """How a theme is made: ``needs`` lists roles of which one must be there, ``also`` those that
    are drawn as well where they are."""

    theme: Callable[[SheetData], Theme]
    needs: tuple[str, ...]
    also: tuple[str, ...] = ()


_KINDS: dict[str, _Kind] = {
    "existing_land_use": _Kind(existing_land_use, ("land_use",)),
    "planned_land_use": _Kind(planned_land_use, ("zoning",)),
    "zoning_coverage": _Kind(zoning_coverage, ("plans",), ("general_plan", "roads")),
    "roads_transport": _Kind(roads_transport, ("roads", "transport", "right_of_way"), ("parking",)),
    "green_space": _Kind(green_space, ("green",), ("roads",)),
}


def sheet_names(data: SheetData) -> tuple[str, ...]:
    """The product's own sheets that can be drawn from the data at hand, in the order of the set."""
    return tuple(sheet.name for sheet in own_sheets() if is_possible(sheet.declaration, data))


def is_possible(sheet: Declaration, data: SheetData) -> bool:
    """Whether the data at hand fill a sheet; one composed of layers is always tried, so that the
    planner hears what is missing."""
    if sheet.layers:
        return True
    if sheet.theme == INDICATOR:
        found = figures_of(_in_state(sheet, data), sheet.indicator)
        return found is not None and not found.empty
    return any(data.layer(role) is not None for role in _KINDS[sheet.theme].needs)


def sheet_inputs(sheet: str | Declaration) -> tuple[str, ...]:
    """The roles, and ``figures``, that a sheet depends on.

    Raises:
        PlanDataError: for a name that is no sheet of the product's set.
    """
    if isinstance(sheet, str):
        sheet = _own(sheet).declaration
    if sheet.layers:
        return tuple(dict.fromkeys(("units", *(layer.role for layer in sheet.layers))))
    if sheet.theme == INDICATOR:
        return ("units", _FIGURES)
    kind = _KINDS[sheet.theme]
    return ("units", *kind.needs, *kind.also)


def sheet_sources(sheet: str | Declaration, data: SheetData) -> list[str]:
    """The lines on sources that the sheet prints."""
    if isinstance(sheet, str):
        sheet = _own(sheet).declaration
    return source_lines(data, _roles(sheet, data))


def draw_sheet(
    sheet: str | SheetFile, data: SheetData, options: SheetOptions, folder: Path
) -> tuple[Path, ...]:
    """Write ``<name>.png``, ``.pdf`` and ``.svg``, those of them that ``options`` ask for, into
    ``folder``: all or none. Pages after the first are ``<name>-2.png`` and so on; a PDF has all.

    Raises:
        PlanDataError: for an unknown sheet, one the data cannot fill, or a paper too small.
    """
    found = _own(sheet) if isinstance(sheet, str) else sheet
    if not is_possible(found.declaration, data):
        needs = [role for role in sheet_inputs(found.declaration) if role != "units"]
        raise sheet_error("no_data", found.name, needs=", ".join(needs))
    return save_sheet(found.name, lambda: make_figures(found, data, options), options, folder)


def save_sheet(
    name: str, make: Callable[[], Sequence[Figure]], options: SheetOptions, folder: Path
) -> tuple[Path, ...]:
    """Write the pages that ``make`` draws as the files that ``options`` ask for, all or none.

    Raises:
        PlanDataError: for a folder that cannot be written to.
    """
    with staging(folder) as stage, settings():
        made = [path.name for path in _save(name, make(), options, stage)]
        replace_together(stage, folder, made, [])
    return tuple(folder / file for file in made)


def options_of(sheet: Declaration, defaults: SheetOptions) -> SheetOptions:
    """The options of a sheet: what it declares, else the defaults."""
    given = {
        "paper": sheet.paper,
        "landscape": None if sheet.orientation is None else sheet.orientation == "landscape",
        "scale": sheet.scale,
        "dpi": sheet.dpi,
        "outputs": sheet.outputs,
        "grey": sheet.grey,
    }
    return replace(defaults, **{key: value for key, value in given.items() if value is not None})


def make_figure(sheet: str | SheetFile, data: SheetData, options: SheetOptions) -> Figure:
    """The first page of a sheet as a figure; call it, and save the figure, inside
    :func:`settings`."""
    return make_figures(_own(sheet) if isinstance(sheet, str) else sheet, data, options)[0]


def make_figures(sheet: SheetFile, data: SheetData, options: SheetOptions) -> list[Figure]:
    """The pages of a sheet as figures; call it, and save them, inside :func:`settings`."""
    about = sheet.declaration
    data = replace(data, lang=about.language or data.lang)
    shown = _in_state(about, data)
    theme = _theme(sheet, shown)
    if about.extent is not None:
        ground = ground_of(about.extent, data, f"{sheet.where}: extent")
        theme = replace(theme, focus=ground)
    if options.grey:
        note = say("colour.note.grey", data.lang)
        greys = with_points(theme.classes, grey_variant(theme.classes))
        theme = replace(theme, classes=greys, notes=(*theme.notes, note))
    figures = figures_of(shown, about.indicator) if about.theme == INDICATOR else None
    inset = about.inset
    units = geometries(data.units)
    words = Words(
        title=_title(about, theme),
        number=about.number or 1,
        roles=_roles(about, data),
        notes=(*theme.notes, *_letters_note(sheet, data)),
        units=shapely.simplify(units, _LOCATOR_DETAIL_M),
        # simplified as a whole: units simplified one by one leave slivers between them
        city=shapely.simplify(_outlines(units), _LOCATOR_DETAIL_M),
        table=theme.table,
        is_drawing=about.form == "drawing",
        block=about.title_block,
        inset=None if inset is None or inset.extent == _LOCATOR else _inset(sheet, data),
        locator=inset is not None and inset.extent == _LOCATOR,
    )
    pages = build_sheet(theme, words, data, options, sheet_inputs(about), figures)
    return [in_greys(page) for page in pages] if options.grey else pages


def settings() -> Any:
    """A context with matplotlib's own defaults and those of the sheets, whatever the user's are."""
    import matplotlib.style

    return matplotlib.style.context(["default", SETTINGS])


def _save(
    name: str, pages: Sequence[Figure], options: SheetOptions, folder: Path
) -> tuple[Path, ...]:
    """All files, without clock, version or machine in their metadata."""
    made: list[Path] = []
    if "png" in options.outputs:
        for path, figure in _named(name, "png", pages, folder):
            figure.savefig(
                path,
                dpi=options.dpi,
                metadata={"Software": None},
                pil_kwargs={"compress_level": _PNG_LEVEL},
            )
            made.append(path)
    if "pdf" in options.outputs:
        path = folder / f"{name}.pdf"
        _save_pdf(pages, path)
        made.append(path)
    if "svg" in options.outputs:
        for path, figure in _named(name, "svg", pages, folder):
            _name_apart(figure)
            figure.savefig(path, metadata={"Creator": _CREATOR, "Date": None})
            made.append(path)
    return tuple(made)


def _save_pdf(pages: Sequence[Figure], path: Path) -> None:
    from matplotlib.backends.backend_pdf import PdfPages

    about = {"Creator": _CREATOR, "Producer": _CREATOR, "CreationDate": None}
    with letters_only():
        if len(pages) == 1:
            pages[0].savefig(path, metadata=about)
            return
        with PdfPages(path, metadata=about) as file:
            for figure in pages:
                file.savefig(figure)


def _name_apart(figure: Figure) -> None:
    """Names of parts as SVG wants them: each once, of plain letters."""
    seen: Counter[str] = Counter()
    for artist in figure.findobj():
        given = artist.get_gid()
        if given:
            name = _NO_ID.sub("_", given)
            seen[name] += 1
            artist.set_gid(name if seen[name] == 1 else f"{name}.{seen[name]}")


def _named(
    name: str, ending: str, pages: Sequence[Figure], folder: Path
) -> Iterator[tuple[Path, Figure]]:
    for number, figure in enumerate(pages, start=1):
        page = "" if number == 1 else f"-{number}"
        yield folder / f"{name}{page}.{ending}", figure


def _own(name: str) -> SheetFile:
    found = {sheet.name: sheet for sheet in own_sheets()}
    if name not in found:
        raise sheet_error("unknown", "maps", name=name, known=", ".join(found))
    return found[name]


def _theme(sheet: SheetFile, data: SheetData) -> Theme:
    about = sheet.declaration
    if about.layers:
        return composed_theme(data, about.layers, sheet.where)
    if about.theme == INDICATOR:
        return indicator_theme(data, about.indicator)
    return _KINDS[about.theme].theme(data)


def _in_state(sheet: Declaration, data: SheetData) -> SheetData:
    """The data with the figures of the state that a sheet asks for."""
    if sheet.state is None:
        return data
    return replace(data, figures=data.figures[data.figures["scenario"] == sheet.state])


def _title(sheet: Declaration, theme: Theme) -> Text | Name:
    """The title given, else that of the theme, with whom it is about."""
    if sheet.title is not None:
        return sheet.title
    if sheet.theme != INDICATOR:
        return Text.of(f"map.title.{sheet.theme}")
    key = f"map.title.{INDICATOR}_{sheet.indicator}"
    title: Text | Name = Text.of(key)
    if key not in keys():
        name = indicators()[sheet.indicator].name
        title = Name(name.vi.upper(), name.en.upper())
    return Text.of("map.title_of_slated", subject=title) if theme.of_slated else title


def _inset(sheet: SheetFile, data: SheetData) -> Inset | None:
    """The second map of a sheet, named after its ground where it has no title."""
    about = sheet.declaration.inset
    if about is None:
        return None
    ground = ground_of(about.extent, data, f"{sheet.where}: inset.extent")
    title = about.title
    if title is None and isinstance(about.extent, str):
        title = Name(*(say(f"sheet.group.{about.extent}", lang) for lang in ("vi", "en")))
    return Inset(ground, about.scale, title)


def _outlines(units: np.ndarray) -> np.ndarray:
    """The city as polygons; nothing where no unit has an area."""
    rings = outer_rings(units)
    return shapely.polygons(rings) if len(rings) else np.array([], dtype=object)


def _letters_note(sheet: SheetFile, data: SheetData) -> list[str]:
    """Which letters of the names could not be set."""
    names = [str(name) for name in data.units["name"].dropna()]
    for frame in data.layers.values():
        if "name" in frame:
            names += [str(name) for name in frame["name"].dropna().unique()]
    about = sheet.declaration
    given = [about.title, *vars(about.title_block).values(), data.title]
    names += [text for name in given if isinstance(name, Name) for text in (name.vi, name.en)]
    names += [text for one in data.origins for text in (one.publisher, one.document)]
    missing = lacking("".join(names))
    if not missing:
        return []
    codes = ", ".join(f"U+{ord(letter):04X}" for letter in missing[:_MOST_LETTERS])
    if len(missing) > _MOST_LETTERS:
        codes += f", … ({len(missing)})"
    return [say("sheet.note.letters", data.lang, codes=codes)]


def _roles(sheet: Declaration, data: SheetData) -> tuple[str, ...]:
    """The roles a sheet is drawn from, and those its figures rest on."""
    inputs = sheet_inputs(sheet)
    if _FIGURES not in inputs:
        return tuple(role for role in inputs if role in ROLES and role != _FINDINGS)
    return (*inputs, *figure_roles(_in_state(sheet, data), sheet.indicator))
