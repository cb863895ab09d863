"""What every sheet must be, measured on its figure and on its page of a PDF."""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import Any

import numpy as np
import pypdf
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Text

from urbanplan_gis.outputs.sheets.grid import interval

MM = 25.4 / 72
#: millimetres by which boxes of letters may reach into each other: rims, signs above letters
_TOUCH_MM = 0.15
_MEASURE_DPI = 300
#: a straight stroke of the grid in a PDF's content, in points
_STROKE = re.compile(
    rb"0\.28 w (?:[\d.]+ ){1,3}R?G.*?\n([\d.-]+) ([\d.-]+) m\n([\d.-]+) ([\d.-]+) l\n",
    re.DOTALL,
)
_SCALE = re.compile(r"(?:Tỷ lệ 1/|Scale 1:)([\d.,]+)")


def axes_of(figure: Figure, gid: str) -> Any:
    return next(axes for axes in figure.axes if axes.get_gid() == gid)


def maps_of(figure: Figure) -> list[Any]:
    """The maps of a sheet or of a series, without insets."""
    return [axes for axes in figure.axes if str(axes.get_gid()).split(":")[0] == "map"]


def drawn_classes(figure: Figure, inset: bool = False) -> set[str]:
    some = [*maps_of(figure), *([axes_of(figure, "inset")] if inset else [])]
    gids = [artist.get_gid() or "" for axes in some for artist in axes.get_children()]
    return {gid.removeprefix("class:") for gid in gids if gid.startswith("class:")}


def legend_classes(figure: Figure) -> set[str]:
    return {text.get_gid().removeprefix("legend:") for text in texts(figure, "legend:")}


def texts(figure: Figure, *prefixes: str) -> list[Any]:
    page = axes_of(figure, "page")
    return [text for text in page.texts if (text.get_gid() or "").startswith(prefixes)]


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in texts(figure, ""))


def extents(figure: Figure, some: list[Any]) -> np.ndarray:
    """Boxes of texts in millimetres of paper, as the renderer measures them."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    boxes = [text.get_window_extent(renderer, dpi=_MEASURE_DPI) for text in some]
    points = np.array([[b.x0, b.y0, b.x1, b.y1] for b in boxes]) / _MEASURE_DPI * 25.4
    return shapely.box(*points.T)


def frames(figure: Figure, *kinds: str) -> list[Any]:
    """The frames of the maps in millimetres of paper."""
    width, height = figure.get_size_inches() * 25.4
    found = [a.get_position() for a in figure.axes if str(a.get_gid()).split(":")[0] in kinds]
    return [shapely.box(p.x0 * width, p.y0 * height, p.x1 * width, p.y1 * height) for p in found]


def rgba(figure: Figure) -> np.ndarray:
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def scale_of(figure: Figure) -> int:
    """The scale printed below the legend, as a number."""
    found = [text for text in texts(figure, "panel") if _SCALE.match(text.get_text())]
    largest = max(found, key=lambda text: text.get_fontsize())  # that of an inset is smaller
    return int(re.sub(r"[.,]", "", _SCALE.match(largest.get_text())[1]))  # ty: ignore


def misplaced(figure: Figure) -> list[str]:
    """Texts that reach over one another, over the border of the sheet, labels over the frame of
    their map, or anything else into one."""
    some = texts(figure, "")
    boxes = extents(figure, some)
    width, height = figure.get_size_inches() * 25.4
    page = shapely.box(4, 4, width - 4, height - 4)
    wrong = [f"off the page: {text.get_text()}" for text, box in zip(some, boxes, strict=True)
             if not page.contains(box)]  # fmt: skip
    maps = frames(figure, "map", "inset")
    for text, box in zip(some, boxes, strict=True):
        if text.get_gid().startswith(("unit:", "place:", "code:", "inset:")):
            if not any(frame.contains(box) for frame in maps):
                wrong.append(f"over the frame: {text.get_text()}")
        elif any(frame.intersects(box) for frame in maps):
            wrong.append(f"on the map: {text.get_text()}")
    one, two = shapely.STRtree(boxes).query(boxes, predicate="intersects")
    for first, second in zip(one[one < two], two[one < two], strict=True):
        gids = {some[first].get_gid(), some[second].get_gid()}
        if len(gids) == 1 and next(iter(gids)).startswith(("unit:", "place:")):
            continue  # lines of one label
        left, low, right, high = shapely.bounds(boxes[first].intersection(boxes[second]))
        if min(right - left, high - low) > _TOUCH_MM:
            wrong.append(f"over one another: {some[first].get_text()} | {some[second].get_text()}")
    return wrong


def coloured(figure: Figure) -> set[str]:
    """What of a figure is not grey: the names of artists and pictures with colours in them."""
    found = set()
    for artist in figure.findobj():
        inks = []
        if isinstance(artist, Text | Line2D):
            inks = [artist.get_color()]
        elif isinstance(artist, Patch):
            inks = [artist.get_facecolor(), artist.get_edgecolor(), artist.get_hatchcolor()]
        for ink in inks:
            red, green, blue, alpha = to_rgba(ink)
            if alpha and not red == green == blue:
                found.add(f"{artist.get_gid()} {ink}")
    for axes in figure.axes:
        for image in axes.images:
            pixels = np.asarray(image.get_array())
            if (np.ptp(pixels[..., :3].astype(int), axis=2) > 0).any():
                found.add(f"picture {image.get_gid()}")
    return found


def unreadable(figure: Figure, said: str) -> list[str]:
    """Texts of a figure that are not, whole and composed (NFC), in the text of its PDF."""
    selectable = "".join(said.split())
    drawn = [text.get_text() for text in texts(figure, "")]
    return [
        text for text in drawn
        if "".join(text.split()) not in selectable or not unicodedata.is_normalized("NFC", text)
    ]  # fmt: skip


def grid_on_paper(page: pypdf.PageObject) -> list[list[float]]:
    """Where the grid's lines lie across and up the paper, in millimetres, as the PDF has them."""
    content = page.get_contents()
    assert content is not None
    strokes = [
        [float(value) * MM for value in match] for match in _STROKE.findall(content.get_data())
    ]
    across = {round(x0, 3) for x0, _, x1, _ in strokes if x0 == x1}
    up = {round(y0, 3) for _, y0, _, y1 in strokes if y0 == y1}
    return [sorted(across), sorted(up)]


def grid_errors(figure: Figure, page: pypdf.PageObject) -> list[float]:
    """By how many millimetres distances of grid lines in the PDF differ from what coordinates and
    scale, as printed, make them; for each map of the sheet."""
    scale = scale_of(figure)
    said = [text.get_text() for text in texts(figure, "grid_label")]
    written = {int(re.sub(r"\D", "", text)) for text in said}
    steps = {b - a for a, b in itertools.pairwise(sorted(written)) if b - a < 1e6}
    assert min(steps) == interval(scale)
    lines = grid_on_paper(page)
    errors = []
    for frame in frames(figure, "map"):
        west, low, east, high = shapely.bounds(frame)
        for along, (start, end) in zip(lines, ((west, east), (low, high)), strict=True):
            inside = [place for place in along if start < place < end]
            assert len(inside) >= 2
            errors += [b - a - min(steps) * 1000 / scale for a, b in itertools.pairwise(inside)]
    return errors
