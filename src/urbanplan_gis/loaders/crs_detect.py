"""Which coordinate system numbers are in, from where they fall: zone, axes, unit and datum.

Every VN-2000 system, WGS 84 in degrees and in UTM zones 48 and 49, and the system that the file or
the project states are tried, with the axes as they stand and swapped, in metres, millimetres and
kilometres. A reading *fits* if the median and nine tenths of the points fall into the area.

* A statement that fits holds. Only geometry in place already may change it, where vertices lie on
  its lines within 2 m (:func:`~urbanplan_gis.loaders.crs_reference.choose_position`); it may not
  where the project file told the system, and then the doubt is said.
* A statement that does not fit gives way only if exactly one other reading does, or if geometry
  in place decides. If the statement lies elsewhere in Vietnam the file may be right and simply
  not of this area, so that only geometry in place decides and else the reader is asked. Where
  nothing fits, the statement holds as long as some points reach the area (a layer of the whole
  province) or lie in Vietnam.
* The datum (VN-2000 or WGS 84, 226 m apart) cannot be seen from where points fall. The statement's
  datum is taken, and VN-2000 for 3° zones, which no other system of Vietnam uses; degrees and 6°
  zones without a statement stay undecided unless geometry in place decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from pyproj import CRS

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.crs import NEIGHBOURHOOD, name_crs, same_crs
from urbanplan_gis.loaders.crs_placement import (
    COORDINATE_UNITS,
    Placement,
    describe,
    list_placements,
    meaning_of,
    on_other_datum,
    say_keys,
    to_degrees,
)
from urbanplan_gis.loaders.crs_reference import (
    Coincidence,
    ReferenceLines,
    choose_position,
    prepare_lines,
)
from urbanplan_gis.loaders.crs_shift import (
    WGS84_SYSTEMS,
    Datum,
    find_datum,
    key_of_projection,
    recognise,
    vn2000_systems,
    vn2000_twin,
    wgs84_twin,
)
from urbanplan_gis.text import Text

Box = tuple[float, float, float, float]

#: how far outside the area features may lie, about 2 km; meridians 15′ apart differ by 27 km
AREA_MARGIN_DEGREES = 0.02
#: mainland of Vietnam (area of use of EPSG:4756)
_VIETNAM = (102.14, 8.33, 109.53, 23.4)
#: the part of the points that must fall into the area
_MOST = 0.9
#: what coincides: the same line surveyed or copied; for zones (27 km apart) also drawn freely
_SAME_LINE_M = 2.0
_DRAWN_LINE_M = 50.0
_POINTS_TRIED = 5_000
_VERTICES_COMPARED = 100_000


@dataclass(frozen=True)
class Told:
    """What the project file says of a source; None where it says nothing."""

    crs: CRS | None = None
    swapped: bool | None = None
    scale: float | None = None


@dataclass(frozen=True)
class PlacementDecision:
    """The reading taken, and the other ones that land in the area too, best first.

    A statement that lies elsewhere in Vietnam closes the list.

    ``sure``: only one reading fits, it is stated, or geometry in place decides. ``changed``: it is
    not what the file or the project said. ``doubt``: what speaks against a system told.
    """

    placement: Placement
    reason: Text
    alternatives: tuple[Placement, ...]
    sure: bool
    changed: bool
    doubt: Text | None = None


_NOTHING_TOLD = Told()


def settle_placement(
    points: np.ndarray,
    stated: CRS | None,
    area: Box | None,
    where: str,
    reference: np.ndarray | None = None,
    told: Told = _NOTHING_TOLD,
    home: CRS | None = None,
) -> PlacementDecision:
    """:func:`find_placement` where there must be one answer.

    Raises:
        PlanDataError: if no reading fits, several do and nothing decides between them, or the
            project tells another CRS than the file's, which fits.
    """
    _check_agreement(points, stated, area, where, told)
    decision = find_placement(points, stated, area, reference, told, home)
    if decision is None and len(_finite(points)) == 0:
        raise bad_data("no_crs", where)
    if decision is None:
        x, y = (f"{value:.10g}" for value in np.median(_finite(points), axis=0))
        raise bad_data("no_placement", where, x=x, y=y)
    if not decision.sure:
        # what no official system describes is named in the reason, not offered
        all_readings = (decision.placement, *decision.alternatives)
        readings = list_placements([item for item in all_readings if not item.no_shift], keys=True)
        best = say_keys(decision.placement)
        raise bad_data("which_placement", where, readings=readings, example=best)
    return decision


def find_placement(
    points: np.ndarray,
    stated: CRS | None,
    area: Box | None,
    reference: np.ndarray | None = None,
    told: Told = _NOTHING_TOLD,
    home: CRS | None = None,
) -> PlacementDecision | None:
    """The reading of ``points`` (n × 2, the file's numbers), by the rules above; None: none fits.

    ``area`` is the box in degrees (west, south, east, north) where the features should lie, None
    for anywhere in Vietnam; ``reference`` geometry in place already (lon/lat, WGS 84), for which
    ``points`` must be vertices; ``home`` the project's CRS, preferred in the order of readings.
    What is ``told`` restricts the readings; a CRS told stands in the place of the one stated.
    """
    decision = _read(points, stated, area, reference, told, home)
    given = told.crs or stated
    _, recognised = recognise(given) if given is not None else (None, None)
    if decision is None or recognised is None:
        return decision
    reason = Text.of("placement_reason.parameters", reason=decision.reason, found=recognised)
    return replace(decision, reason=reason)


def _check_agreement(
    points: np.ndarray, stated: CRS | None, area: Box | None, where: str, told: Told
) -> None:
    """Refuse a CRS told against the file's own, unless that one cannot be right."""
    own = _statements(stated, replace(told, crs=None))
    other = _statements(None, told)
    numbers = _thin(_finite(points), _POINTS_TRIED)
    if not own or not other or any(same_crs(item.crs, other[0].crs) for item in own):
        return
    if len(numbers) == 0 or any(_fits(numbers, item, _widen(area)) for item in own):
        names = {"found": name_crs(own[0].crs), "told": name_crs(other[0].crs)}
        raise bad_data("crs_differs", where, **names)


def _read(
    points: np.ndarray,
    stated: CRS | None,
    area: Box | None,
    reference: np.ndarray | None,
    told: Told,
    home: CRS | None,
) -> PlacementDecision | None:
    vertices = _finite(points)
    numbers = _thin(vertices, _POINTS_TRIED)
    stands = _statements(stated, told)
    if len(numbers) == 0:
        return _keep_statement(vertices, stands, stands, None, told, "no_points")
    box = _widen(area)
    readings = _list_readings(stands, told, home)
    fitting = [item for item in readings if _fits(numbers, item, box)]
    fitting.sort(key=lambda item: _rank(item, stands, home, _median_place(numbers, item), box))
    lines = prepare_lines(reference) if reference is not None and len(reference) else None
    standing = [item for item in fitting if _is_among(item, stands)]
    if standing:
        return _keep_statement(vertices, standing, fitting, lines, told, "stated")
    elsewhere = [item for item in stands if _lies_in_vietnam(numbers, item)]
    if fitting:
        return _choose(vertices, stands, fitting, elsewhere, lines, told)
    reaching = [item for item in stands if _share_inside(numbers, item, box) > 0]
    why = "reaches" if reaching else "outside"
    return _keep_statement(vertices, reaching or elsewhere, reaching or elsewhere, lines, told, why)


def _finite(points: np.ndarray) -> np.ndarray:
    numbers = np.asarray(points, dtype=float).reshape(-1, 2)
    return numbers[np.isfinite(numbers).all(axis=1)]


def _thin(numbers: np.ndarray, most: int) -> np.ndarray:
    return numbers[:: max(1, -(-len(numbers) // most))]


def _statements(stated: CRS | None, told: Told) -> list[Placement]:
    """What is said, as readings: two where a projection is stated and no datum."""
    given = told.crs or stated
    if given is None or given.is_engineering:
        return []
    crs, _ = recognise(given)
    systems = [crs]
    if find_datum(crs) is Datum.UNKNOWN:
        twins = (vn2000_twin(crs), wgs84_twin(crs))
        systems = [twin for twin in twins if twin is not None] or [crs]
    scale = told.scale or 1.0
    return [Placement(system, told.swapped or False, scale) for system in systems]


def _list_readings(stands: Sequence[Placement], told: Told, home: CRS | None) -> list[Placement]:
    """Every reading that is tried, each meaning once."""
    systems = [item.crs for item in stands]
    if told.crs is None:
        systems += [home] if home is not None else []
        systems += [*vn2000_systems(), *WGS84_SYSTEMS]
    orders = (False, True) if told.swapped is None else (told.swapped,)
    scales = tuple(COORDINATE_UNITS.values()) if told.scale is None else (told.scale,)
    found = {}
    for crs in systems:
        for swapped in orders:
            for scale in scales:
                if scale == 1 or not crs.is_geographic:
                    reading = Placement(crs, swapped, scale)
                    found.setdefault(meaning_of(reading), reading)
    return list(found.values())


def _is_among(placement: Placement, others: Sequence[Placement]) -> bool:
    return meaning_of(placement) in [meaning_of(item) for item in others]


def _widen(area: Box | None) -> Box:
    if area is None:
        return NEIGHBOURHOOD
    west, south, east, north = area
    margin = AREA_MARGIN_DEGREES
    return west - margin, south - margin, east + margin, north + margin


def _fits(numbers: np.ndarray, placement: Placement, box: Box) -> bool:
    # one point is tried first: most readings end here
    if not _inside(_median_place(numbers, placement)[None, :], box).all():
        return False
    return _share_inside(numbers, placement, box) >= _MOST


def _lies_in_vietnam(numbers: np.ndarray, placement: Placement) -> bool:
    return bool(_inside(_median_place(numbers, placement)[None, :], _VIETNAM).all())


def _share_inside(numbers: np.ndarray, placement: Placement, box: Box) -> float:
    return float(_inside(to_degrees(numbers, placement), box).mean())


def _inside(places: np.ndarray, box: Box) -> np.ndarray:
    west, south, east, north = box
    lon, lat = places.T
    return (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)


def _median_place(numbers: np.ndarray, placement: Placement) -> np.ndarray:
    return to_degrees(np.median(numbers, axis=0)[None, :], placement)[0]


def _rank(
    placement: Placement, stands: Sequence[Placement], home: CRS | None, at: np.ndarray, box: Box
) -> tuple[bool, bool, int, bool, float]:
    """Stated system first, then the project's, fewest changes, usual datum, nearest to the middle.

    Degrees are usually WGS 84, metres VN-2000.
    """
    stated = any(meaning_of(Placement(item.crs)) == meaning_of(Placement(placement.crs))
                 for item in stands)  # fmt: skip
    at_home = home is not None and key_of_projection(home) == key_of_projection(placement.crs)
    changes = int(placement.swapped) + int(placement.scale != 1)
    foreign = (find_datum(placement.crs) is Datum.VN2000) == placement.crs.is_geographic
    middle = np.array([box[0] + box[2], box[1] + box[3]]) / 2
    return not stated, not at_home, changes, foreign, float(np.hypot(*(at - middle)))


def _other_datums(placements: Sequence[Placement]) -> list[Placement]:
    """Readings on the other datum that are not among ``placements`` themselves."""
    found = [on_other_datum(item) for item in placements]
    return [item for item in found if item is not None and not _is_among(item, placements)]


def _keep_statement(
    vertices: np.ndarray,
    standing: list[Placement],
    fitting: list[Placement],
    lines: ReferenceLines | None,
    told: Told,
    why: str,
) -> PlacementDecision | None:
    """The statement holds unless the geometry in place clearly speaks against it."""
    if not standing:
        return None
    pool = [*fitting, *_other_datums(fitting)]
    best = _compare(vertices, pool, lines, _SAME_LINE_M)
    if best is None:
        why = why if len(standing) == 1 else "several"
        return _decide(standing[0], pool, why, sure=len(standing) == 1, changed=False)
    winner = pool[best.index]
    if _is_among(winner, standing):
        return _decide(winner, pool, "confirmed", sure=True, changed=False, best=best)
    if told.crs is None:
        return _decide(winner, pool, "reference", sure=True, changed=True, best=best)
    doubt = Text.of("placement_reason.doubt", reading=describe(winner), places=best.places,
                    others=best.others)  # fmt: skip
    others = [winner, *(item for item in pool if item is not winner)]
    held = _decide(standing[0], others, why, sure=len(standing) == 1, changed=False)
    return replace(held, doubt=doubt)


def _choose(
    vertices: np.ndarray,
    stands: list[Placement],
    fitting: list[Placement],
    elsewhere: list[Placement],
    lines: ReferenceLines | None,
    told: Told,
) -> PlacementDecision:
    """No statement fits: the only reading that does, or the one that lies on lines in place."""
    changed = bool(stands)
    pool = [*fitting, *(_other_datums(fitting) if told.crs is None else []), *elsewhere]
    best = _compare(vertices, pool, lines, _SAME_LINE_M)
    if best is not None:
        winner = pool[best.index]
        changed = changed and not _is_among(winner, stands)
        return _decide(winner, pool, "reference", sure=True, changed=changed, best=best)
    rivals = _drop_datums_not_stated(fitting, stands)
    if len(rivals) == 1:
        why = "elsewhere" if elsewhere else "only"
        return _decide(rivals[0], pool, why, sure=not elsewhere, changed=changed)
    zones = [
        item
        for index, item in enumerate(rivals)
        if not _is_among(item, _other_datums(rivals[:index]))
    ]
    best = _compare(vertices, zones, lines, _DRAWN_LINE_M)
    if best is None:
        return _decide(rivals[0], pool, "several", sure=False, changed=changed)
    zone = zones[best.index]
    twin = on_other_datum(zone)
    sure = not elsewhere and (twin is None or not _is_among(twin, rivals))
    return _decide(zone, pool, "reference", sure=sure, changed=changed, best=best)


def _drop_datums_not_stated(
    fitting: Sequence[Placement], stands: Sequence[Placement]
) -> list[Placement]:
    """Without the readings whose twin has the stated system and only other axes or units."""
    stated = {meaning_of(Placement(item.crs)) for item in stands} if len(stands) == 1 else set()
    kept = [item for item in fitting if meaning_of(Placement(item.crs)) in stated]
    twins = [on_other_datum(item) for item in kept]
    dropped = [item for item in twins if item is not None]
    return [item for item in fitting if not _is_among(item, dropped)]


def _compare(
    vertices: np.ndarray, pool: Sequence[Placement], lines: ReferenceLines | None, tolerance: float
) -> Coincidence | None:
    if lines is None:
        return None
    distinct = np.unique(_thin(vertices, _VERTICES_COMPARED), axis=0)
    return choose_position([to_degrees(distinct, item) for item in pool], lines, tolerance)


def _decide(
    chosen: Placement,
    pool: Sequence[Placement],
    why: str,
    *,
    sure: bool,
    changed: bool,
    best: Coincidence | None = None,
) -> PlacementDecision:
    alternatives = tuple(item for item in pool if item is not chosen)
    counts = {"places": best.places, "others": best.others} if best is not None else {}
    reason = Text.of(f"placement_reason.{why}", reading=describe(chosen), **counts)
    if alternatives and best is None:
        reason = Text.of(
            "placement_reason.besides", reason=reason, others=list_placements(alternatives)
        )
    return PlacementDecision(chosen, reason, alternatives, sure, changed)
