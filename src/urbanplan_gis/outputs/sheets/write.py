"""Which sheets there are, what each is drawn from, and drawing one whole or not at all."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import shapely

from urbanplan_gis.outputs.sheets.choropleth import figure_roles, figures_of, indicator_theme
from urbanplan_gis.outputs.sheets.compose import build_sheet
from urbanplan_gis.outputs.sheets.data import SheetData, SheetOptions, sheet_error
from urbanplan_gis.outputs.sheets.facts import source_lines
from urbanplan_gis.outputs.sheets.ink import SETTINGS
from urbanplan_gis.outputs.sheets.panel import Words
from urbanplan_gis.outputs.sheets.theme import Theme, geometries, outer_rings
from urbanplan_gis.outputs.sheets.themes import (
    existing_land_use,
    green_space,
    planned_land_use,
    roads_transport,
    zoning_coverage,
)
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_FIGURES = "figures"
#: detail that a locator a few centimetres wide cannot show
_LOCATOR_DETAIL_M = 25.0
#: half the time of the default for a tenth more bytes
_PNG_LEVEL = 4
_CREATOR = "urbanplan_gis"
_INDICATORS = ("urban_land_ratio", "transport_land_share", "green_per_capita", "zoning_coverage")


@dataclass(frozen=True)
class _Sheet:
    """How a sheet is made: ``needs`` lists roles of which one must be there, ``also`` those that
    are drawn as well where they are."""

    theme: Callable[[SheetData], Theme]
    needs: tuple[str, ...]
    also: tuple[str, ...] = ()


#: in the order of the set: a sheet keeps its number whichever others can be drawn
_SHEETS: dict[str, _Sheet] = {
    "existing_land_use": _Sheet(existing_land_use, ("land_use",)),
    "planned_land_use": _Sheet(planned_land_use, ("zoning",)),
    "zoning_coverage": _Sheet(zoning_coverage, ("plans",), ("general_plan", "roads")),
    "roads_transport": _Sheet(
        roads_transport, ("roads", "transport", "right_of_way"), ("parking",)
    ),
    "green_space": _Sheet(green_space, ("green",), ("roads",)),
    **{
        f"indicator_{indicator}": _Sheet(partial(indicator_theme, indicator=indicator), (_FIGURES,))
        for indicator in _INDICATORS
    },
}


def sheet_names(data: SheetData) -> tuple[str, ...]:
    """The sheets that can be drawn from the data at hand, in the order of the set."""
    return tuple(name for name, sheet in _SHEETS.items() if _possible(name, sheet, data))


def sheet_inputs(name: str) -> tuple[str, ...]:
    """The roles, and ``figures``, that a sheet depends on.

    Raises:
        PlanDataError: for a name that is no sheet.
    """
    sheet = _sheet(name)
    return ("units", *sheet.needs, *sheet.also)


def sheet_sources(name: str, data: SheetData) -> list[str]:
    """The lines on sources that the sheet prints."""
    return source_lines(data, _roles(name, data))


def draw_sheet(
    name: str, data: SheetData, options: SheetOptions, folder: Path
) -> tuple[Path, Path]:
    """Write ``<name>.png`` and ``<name>.pdf`` into ``folder``, both or neither.

    Raises:
        PlanDataError: for an unknown sheet, one the data cannot fill, or a paper too small.
    """
    sheet = _sheet(name)
    if not _possible(name, sheet, data):
        raise sheet_error("no_data", name, needs=", ".join(sheet.needs))
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".sheet-", dir=folder) as workshop:
        made = _save(name, data, options, Path(workshop))
        final = tuple(folder / path.name for path in made)
        for path, place in zip(made, final, strict=True):
            path.replace(place)
    return final[0], final[1]


def make_figure(name: str, data: SheetData, options: SheetOptions) -> Figure:
    """The sheet as a figure; call it, and save the figure, inside :func:`settings`."""
    theme = _sheet(name).theme(data)
    number = list(_SHEETS).index(name) + 1
    title = Text.of(f"map.title.{name}")
    units = geometries(data.units)
    words = Words(
        title=Text.of("map.title_of_slated", subject=title) if theme.of_slated else title,
        number=number,
        roles=_roles(name, data),
        notes=theme.notes,
        units=shapely.simplify(units, _LOCATOR_DETAIL_M),
        # simplified as a whole: units simplified one by one leave slivers between them
        city=shapely.simplify(shapely.polygons(outer_rings(units)), _LOCATOR_DETAIL_M),
        table=theme.table,
    )
    return build_sheet(theme, words, data, options)


def settings() -> Any:
    """A context with matplotlib's own defaults and those of the sheets, whatever the user's are."""
    import matplotlib.style

    return matplotlib.style.context(["default", SETTINGS])


def _save(name: str, data: SheetData, options: SheetOptions, folder: Path) -> tuple[Path, Path]:
    """Both files, without clock, version or machine in their metadata."""
    png, pdf = folder / f"{name}.png", folder / f"{name}.pdf"
    with settings():
        figure = make_figure(name, data, options)
        figure.savefig(
            png,
            dpi=options.dpi,
            metadata={"Software": None},
            pil_kwargs={"compress_level": _PNG_LEVEL},
        )
        figure.savefig(
            pdf, metadata={"Creator": _CREATOR, "Producer": _CREATOR, "CreationDate": None}
        )
    return png, pdf


def _sheet(name: str) -> _Sheet:
    if name not in _SHEETS:
        raise sheet_error("unknown", "maps", name=name, known=", ".join(_SHEETS))
    return _SHEETS[name]


def _roles(name: str, data: SheetData) -> tuple[str, ...]:
    """The roles a sheet is drawn from, and those its figures rest on."""
    inputs = sheet_inputs(name)
    if _FIGURES not in inputs:
        return inputs
    return (*inputs, *figure_roles(data, name.removeprefix("indicator_")))


def _possible(name: str, sheet: _Sheet, data: SheetData) -> bool:
    if sheet.needs == (_FIGURES,):
        found = figures_of(data, name.removeprefix("indicator_"))
        return found is not None and not found.empty
    return any(data.layer(role) is not None for role in sheet.needs)
