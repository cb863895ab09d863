"""Ground under streets of a given width: a rectangle per segment, a disc at each inner corner.

Built corner by corner on purpose, without the buffer operation that the package under test uses.
"""

import numpy as np
import shapely

CORNERS = 256


def strips(line, width: float) -> list:
    """Return the pieces whose union lies within half the width of a line; its ends are flat."""
    points = shapely.get_coordinates(line)
    start, end = points[:-1], points[1:]
    along = end - start
    length = np.hypot(*along.T)[:, None]
    across = np.column_stack([-along[:, 1], along[:, 0]]) / length * width / 2
    corners = np.stack([start + across, end + across, end - across, start - across], axis=1)
    turns = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    circle = np.column_stack([np.cos(turns), np.sin(turns)]) * width / 2
    discs = points[1:-1, None] + circle
    return [*shapely.polygons(corners), *shapely.polygons(discs)]


def area_under(lines, widths, grounds: dict) -> dict:
    """Return for each ground the area that lies under the streets, counted once."""
    pieces = [strips(line, width) for line, width in zip(lines, widths, strict=True) if width]
    pieces = np.array([piece for of_line in pieces for piece in of_line])
    tree = shapely.STRtree(pieces)
    found = {}
    for name, ground in grounds.items():
        near = np.sort(tree.query(ground, predicate="intersects"))
        found[name] = shapely.area(shapely.intersection(shapely.union_all(pieces[near]), ground))
    return found
