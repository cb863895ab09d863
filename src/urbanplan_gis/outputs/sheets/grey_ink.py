"""A finished sheet without colours: stamps, grid, outlines and letters by their lightness.

Classes have their greys and hatches already (``grey_print``); of a grey this makes the same grey.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from urbanplan_gis.outputs.sheets.grey_print import grey_colour

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def in_greys(figure: Figure) -> Figure:
    """The figure with every ink in the grey of its lightness; pictures have theirs already."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch
    from matplotlib.text import Text

    for artist in figure.findobj():
        if isinstance(artist, Text | Line2D):
            artist.set_color(_grey(artist.get_color()))
        elif isinstance(artist, Patch):
            artist.set_facecolor(_grey(artist.get_facecolor()))
            artist.set_edgecolor(_grey(artist.get_edgecolor()))
            artist.set_hatchcolor(_grey(artist.get_hatchcolor()))
    return figure


def _grey(colour: Any) -> tuple[float, float, float, float]:
    from matplotlib.colors import to_hex, to_rgb, to_rgba

    alpha = to_rgba(colour)[3]
    return (*to_rgb(grey_colour(to_hex(colour))), alpha)
