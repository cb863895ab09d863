"""Blocks, shapes and words put on axes as matplotlib artists."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from urbanplan_gis.outputs.sheets.boxes import (
    MM_PER_POINT,
    Block,
    Font,
    Mark,
    Word,
    text_width,
)
from urbanplan_gis.outputs.sheets.paths import area_paths, line_path
from urbanplan_gis.outputs.sheets.symbols import PAPER, Symbol

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path

#: settings of every sheet, on top of matplotlib's own defaults
SETTINGS: dict[str, Any] = {
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "urbanplan_gis",
    "text.hinting": "none",
    "hatch.linewidth": 0.35,
    "lines.scale_dashes": False,
    "axes.unicode_minus": True,
}


def draw_block(axes: Axes, block: Block, x: float, top: float) -> None:
    """Draw a block with its top left corner at (x, top) on axes in millimetres."""
    for left, down, mark in block.placed(x, -top):
        if isinstance(mark, Word):
            draw_word(axes, mark, left, -down)
        elif isinstance(mark, Mark):
            shape = np.array([_on_page(mark, left, -down)])
            draw_shapes(axes, shape, mark.symbol, zorder=3, seam_pt=0, gid=mark.gid)


def draw_word(axes: Axes, word: Word, x: float = 0.0, top: float = 0.0, zorder: float = 4) -> Any:
    """Draw a line of text; in PDF and SVG it stays text.

    Where it takes several fonts, each piece is a text of its own; the first one is returned.
    """
    runs = word.font.runs(word.text)
    if len(runs) == 1:
        return _draw_run(axes, *runs[0], x + word.x, top - word.y, word.align, word.gid, zorder)
    widths = [text_width(piece, font) for piece, font in runs]
    left = x + word.x - {"left": 0.0, "center": 0.5, "right": 1.0}[word.align] * sum(widths)
    drawn = []
    for (piece, font), width in zip(runs, widths, strict=True):
        drawn.append(_draw_run(axes, piece, font, left, top - word.y, "left", word.gid, zorder))
        left += width
    return drawn[0]


def _draw_run(
    axes: Axes, text: str, font: Font, x: float, y: float, align: str, gid: str, zorder: float
) -> Any:
    return axes.text(
        x,
        y,
        text,
        fontproperties=font.properties,
        color=font.color,
        ha=align,
        va="baseline",
        parse_math=False,
        gid=gid,
        zorder=zorder,
    )


def draw_halo(
    axes: Axes, x: float, y: float, text: str, font: Font, zorder: float, color: str = PAPER
) -> None:
    """A rim for a text centred at x with its baseline at y.

    It is an artist of its own: a text with path effects would turn into outlines in the PDF.
    """
    runs = font.runs(text)
    left = x - sum(text_width(*run) for run in runs) / 2
    for piece, face in runs:
        width = text_width(piece, face)
        _draw_rim(axes, left + width / 2, y, piece, face, zorder, color)
        left += width


def _draw_rim(
    axes: Axes, x: float, y: float, text: str, font: Font, zorder: float, color: str
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.textpath import text_to_path
    from matplotlib.transforms import Affine2D

    vertices, codes = text_to_path.get_text_path(font.properties, text, ismath=False)
    if not len(vertices):
        return
    outline = Path(vertices, codes)
    across = np.asarray(vertices)[:, 0]
    placed = (
        Affine2D()
        .translate(-(across.min() + across.max()) / 2, 0)
        .scale(font.size / text_to_path.FONT_SCALE * MM_PER_POINT)
        .translate(x, y)
        .transform_path(outline)
    )
    rim = PathPatch(
        placed, facecolor=color, edgecolor=color, linewidth=font.size * 0.26, joinstyle="round"
    )
    rim.set_snap(False)
    rim.set_zorder(zorder)
    axes.add_artist(rim)


def draw_shapes(
    axes: Axes,
    shapes: np.ndarray,
    symbol: Symbol,
    zorder: float,
    seam_pt: float,
    gid: str | None = None,
) -> None:
    """Draw shapes in their symbol.

    ``seam_pt`` is the width (points) of the rim in the fill's own colour that closes the white
    hairlines between touching polygons.
    """
    if symbol.line is not None:
        _draw_lines(axes, line_path(shapes), symbol, zorder, gid)
        return
    for band, path in area_paths(shapes):
        edge = symbol.edge or (symbol.fill if seam_pt else None)
        width = symbol.edge_mm / MM_PER_POINT if symbol.edge else seam_pt
        patch = _patch(
            path,
            facecolor=symbol.fill or "none",
            edgecolor=edge or "none",
            linewidth=width if edge else 0,
            hatch=symbol.hatch or None,
            hatchcolor=symbol.hatch_color,
        )
        _add(axes, patch, zorder + 0.1 * (9 - band), gid)


def _draw_lines(axes: Axes, path: Path, symbol: Symbol, zorder: float, gid: str | None) -> None:
    width = symbol.line_mm / MM_PER_POINT
    dashes = tuple(length / MM_PER_POINT for length in symbol.dash_mm)
    style = (0, dashes) if dashes else "solid"
    cap = "butt" if dashes else "round"
    if symbol.casing:
        rim = _patch(
            path,
            facecolor="none",
            edgecolor=symbol.casing,
            linewidth=width + 2 * symbol.casing_mm / MM_PER_POINT,
            capstyle=cap,
        )
        _add(axes, rim, zorder, None)
    line = _patch(
        path,
        facecolor="none",
        edgecolor=symbol.line,
        linewidth=width,
        linestyle=style,
        capstyle=cap,
    )
    _add(axes, line, zorder + 0.05, gid)


def _patch(path: Path, **style: Any) -> Any:
    from matplotlib.patches import PathPatch

    return PathPatch(path, joinstyle="round", **style)


def _add(axes: Axes, patch: Any, zorder: float, gid: str | None) -> None:
    """``add_artist``, since ``add_patch`` walks every vertex in Python to find data limits."""
    patch.set_snap(False)
    patch.set_zorder(zorder)
    patch.set_gid(gid)
    axes.add_artist(patch)


def _on_page(mark: Mark, x: float, top: float) -> Any:
    import shapely

    return shapely.transform(mark.shape, lambda points: points * [1, -1] + [x, top])
