"""The map of the whole city on an overview page, with its legend, scale and arrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from urbanplan_gis.outputs.atlas.front import city_bounds
from urbanplan_gis.outputs.atlas.maps import (
    TICKS_MM,
    Labels,
    draw_map,
    fitted,
    layout_for,
    true_north,
    within,
)
from urbanplan_gis.outputs.atlas.paper import BODY, Sheet
from urbanplan_gis.outputs.sheets.boxes import stack
from urbanplan_gis.outputs.sheets.labels import Taken
from urbanplan_gis.outputs.sheets.page import Rect
from urbanplan_gis.outputs.sheets.parts import legend, scale_bar

if TYPE_CHECKING:
    from urbanplan_gis.outputs.atlas.ground import CityGround
    from urbanplan_gis.outputs.sheets.labels import Placed
    from urbanplan_gis.outputs.sheets.page import Layout
    from urbanplan_gis.outputs.sheets.theme import MapClass

_MAP_MM, _GAP = 228.0, 6.0
#: room (mm) below the map for its legend, scale and arrow
_BELOW_MM = 40.0
_KEY = 7.6
#: the room of the map, and that of the lists beside it
MAP_ROOM = Rect(BODY.x, BODY.y, _MAP_MM, BODY.height)
LIST_ROOM = Rect(
    MAP_ROOM.right + _GAP, BODY.y, BODY.width - _MAP_MM - _GAP, BODY.height - 1
)  # fmt: skip


def city_layout(city: CityGround) -> Layout:
    """The frame of the map: as high as the city needs at its scale."""
    frame = Rect(
        MAP_ROOM.x + TICKS_MM, MAP_ROOM.y + TICKS_MM + _BELOW_MM,
        MAP_ROOM.width - 2 * TICKS_MM, MAP_ROOM.height - _BELOW_MM - 2 * TICKS_MM,
    )  # fmt: skip
    return layout_for(fitted(frame, city_bounds(city), 100), city_bounds(city))


def draw_city_map(
    sheet: Sheet,
    city: CityGround,
    crs: str,
    classes: Sequence[MapClass],
    labels: Callable[[Layout, Taken], Sequence[Placed]],
    lang: str,
) -> None:
    """The map with what its legend lists, and ``labels`` placed on it."""
    layout = city_layout(city)
    shown = within(classes, layout)
    draw_map(sheet, layout, shown, Labels(tuple(labels(layout, Taken()))), lang)
    top = layout.frame.y - TICKS_MM - 1
    width = MAP_ROOM.width
    sheet.put(legend(shown, width * 0.64, _KEY, 2, lang), MAP_ROOM.x, top)
    bar = scale_bar(layout.scale, width * 0.3, _KEY, lang)
    arrow = true_north(crs, layout, _KEY, lang)
    sheet.put(stack([bar, arrow], 2), MAP_ROOM.x + width * 0.68, top)
