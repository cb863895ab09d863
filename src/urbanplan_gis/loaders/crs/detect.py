"""Which coordinate system numbers are in, from where they fall: zone, axes, unit and datum.

Every VN-2000 system, WGS 84 in degrees and in UTM zones 48 and 49, and the system that the file or
the project states are tried, with the axes as they stand and swapped, in metres, millimetres and
kilometres. A reading *fits* if the median and nine tenths of the points fall into the area.

* A statement that fits holds. Only geometry in place already may change it, where vertices lie on
  its lines within 2 m (:func:`~urbanplan_gis.loaders.crs.reference.choose_position`); it may not
  where the project file told the system, and then the doubt is said. A system told also goes
  before the file's where only the datum differs, which nothing else could settle.
* A statement that does not fit gives way only if exactly one other reading does, or if geometry
  in place decides. If the statement lies elsewhere in Vietnam the file may be right and simply
  not of this area, so that only geometry in place decides and else the reader is asked. Where
  nothing fits, the statement holds as long as some points reach the area (a layer of the whole
  province) or lie in Vietnam.
* Without a statement the only reading that fits is taken, unless a small layer lies across the edge
  of the area in the project's own system: then, and where a layer only reaches the area in any
  reading, geometry in place decides and else the reader is asked.
* The datum (VN-2000 or WGS 84, 226 m apart) cannot be seen from where points fall. The statement's
  datum is taken, and VN-2000 for 3° zones, which no other system of Vietnam uses; degrees and 6°
  zones without a statement stay undecided unless geometry in place decides. A 3° zone stated on
  WGS 84 is held, and the doubt is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from pyproj import CRS, Geod

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.crs.area import (
    Box,
    finite,
    fits,
    lies_in_vietnam,
    median_place,
    reaches_small,
    share_inside,
    thin,
    widen,
)
from urbanplan_gis.loaders.crs.guard import name_crs, same_crs
from urbanplan_gis.loaders.crs.placement import (
    Placement,
    describe,
    list_placements,
    meaning_of,
    on_other_datum,
    say_keys,
    to_degrees,
)
from urbanplan_gis.loaders.crs.readings import (
    Told,
    is_among,
    list_readings,
    other_datums,
    rank,
    statements,
)
from urbanplan_gis.loaders.crs.reference import (
    Coincidence,
    ReferenceLines,
    choose_position,
    prepare_lines,
)
from urbanplan_gis.loaders.crs.shift import (
    WGS84_SYSTEMS,
    Datum,
    find_datum,
    key_of_projection,
    recognise,
    wgs84_twin,
)
from urbanplan_gis.text import Text

#: what coincides: the same line surveyed or copied; for zones (27 km apart) also drawn freely
_SAME_LINE_M = 2.0
_DRAWN_LINE_M = 50.0
_POINTS_TRIED = 5_000
_VERTICES_COMPARED = 100_000


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
    overruled = _find_overruled(points, stated, area, where, told)
    decision = find_placement(points, stated, area, reference, told, home)
    if decision is None and len(finite(points)) == 0:
        raise bad_data("no_crs", where)
    if decision is None:
        x, y = (f"{value:.10g}" for value in np.median(finite(points), axis=0))
        if told.crs is not None:
            raise bad_data("told_elsewhere", where, crs=name_crs(told.crs), x=x, y=y)
        raise bad_data("no_placement", where, x=x, y=y)
    if not decision.sure:
        # what no official system describes is named in the reason, not offered
        all_readings = (decision.placement, *decision.alternatives)
        readings = list_placements([item for item in all_readings if not item.no_shift], keys=True)
        best = say_keys(decision.placement)
        whole = fits(thin(finite(points), _POINTS_TRIED), decision.placement, widen(area))
        problem = "which_placement" if whole else "placement_in_part"
        raise bad_data(problem, where, readings=readings, example=best)
    if overruled is None:
        return decision
    file = name_crs(overruled)
    reason = Text.of("placement_reason.overruled", reason=decision.reason, stated=file)
    return replace(decision, reason=reason)


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


def _find_overruled(
    points: np.ndarray, stated: CRS | None, area: Box | None, where: str, told: Told
) -> CRS | None:
    """The file's own CRS where the project tells another, unless both cannot be meant.

    Which datum numbers are on cannot be seen from them, so that the project may tell; another
    projection only where the file's cannot be right.
    """
    own = statements(stated, replace(told, crs=None))
    other = statements(None, told)
    if not own or not other or any(same_crs(item.crs, other[0].crs) for item in own):
        return None
    numbers = thin(finite(points), _POINTS_TRIED)
    alike = key_of_projection(own[0].crs) == key_of_projection(other[0].crs)
    if not alike and len(numbers) and any(fits(numbers, item, widen(area)) for item in own):
        names = {"found": name_crs(own[0].crs), "told": name_crs(other[0].crs)}
        raise bad_data("crs_differs", where, **names)
    return own[0].crs


def _read(
    points: np.ndarray,
    stated: CRS | None,
    area: Box | None,
    reference: np.ndarray | None,
    told: Told,
    home: CRS | None,
) -> PlacementDecision | None:
    vertices = finite(points)
    numbers = thin(vertices, _POINTS_TRIED)
    stands = statements(stated, told)
    if len(numbers) == 0:
        return _keep_statement(vertices, stands, stands, None, told, "no_points")
    box = widen(area)
    readings = list_readings(stands, told, home)
    fitting = [item for item in readings if fits(numbers, item, box)]
    fitting.sort(key=lambda item: rank(item, stands, home, median_place(numbers, item), box))
    lines = prepare_lines(reference) if reference is not None and len(reference) else None
    standing = [item for item in fitting if is_among(item, stands)]
    if standing:
        return _keep_statement(vertices, standing, fitting, lines, told, "stated")
    elsewhere = [item for item in stands if lies_in_vietnam(numbers, item)]
    if fitting:
        besides = elsewhere if stands else _across_the_edge(numbers, fitting, box, told, home)
        return _choose(vertices, stands, fitting, besides, lines, told)
    if not stands:
        return _offer_parts(vertices, readings, box, lines, home)
    reaching = [item for item in stands if share_inside(numbers, item, box) > 0]
    why = "reaches" if reaching else "outside"
    return _keep_statement(vertices, reaching or elsewhere, reaching or elsewhere, lines, told, why)


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
    pool = [*fitting, *other_datums(fitting)]
    best = _compare(vertices, pool, lines, _SAME_LINE_M)
    if best is None:
        why = why if len(standing) == 1 else "several"
        held = _decide(standing[0], pool, why, sure=len(standing) == 1, changed=False)
        doubt = _doubt_datum(vertices, standing[0]) if told.crs is None else None
        return replace(held, doubt=doubt)
    winner = pool[best.index]
    if is_among(winner, standing):
        return _decide(winner, pool, "confirmed", sure=True, changed=False, best=best)
    if told.crs is None:
        return _decide(winner, pool, "reference", sure=True, changed=True, best=best)
    doubt = Text.of("placement_reason.doubt", reading=describe(winner), places=best.places,
                    others=best.others)  # fmt: skip
    others = [winner, *(item for item in pool if item is not winner)]
    held = _decide(standing[0], others, why, sure=len(standing) == 1, changed=False)
    return replace(held, doubt=doubt)


def _doubt_datum(vertices: np.ndarray, stated: Placement) -> Text | None:
    """What speaks against a 3° zone on WGS 84: only VN-2000 is projected so."""
    crs = stated.crs
    if find_datum(crs) is not Datum.WGS84 or wgs84_twin(crs) in WGS84_SYSTEMS or not len(vertices):
        return None
    official = on_other_datum(stated)
    if official is None:
        return None
    one, other = (median_place(vertices, item) for item in (stated, official))
    metres = Geod(ellps="WGS84").inv(*one, *other)[2]
    return Text.of(
        "placement_reason.borrowed_zone",
        reading=describe(stated),
        distance=round(metres),
        official=say_keys(official),
        stated=say_keys(stated),
    )


def _across_the_edge(
    numbers: np.ndarray, fitting: Sequence[Placement], box: Box, told: Told, home: CRS | None
) -> list[Placement]:
    """The project's own system, if a small layer without any lies across the area's edge in it."""
    if home is None or told.crs is not None:
        return []
    own = Placement(home, told.swapped or False, told.scale or 1.0)
    across = not is_among(own, fitting) and reaches_small(numbers, own, box)
    return [own] if across else []


def _offer_parts(
    vertices: np.ndarray,
    readings: Sequence[Placement],
    box: Box,
    lines: ReferenceLines | None,
    home: CRS | None,
) -> PlacementDecision | None:
    """Nothing is stated and nothing fits: the readings that bring a part into the area.

    The project's own system is among them, and the others with at least half of the best's part.
    """
    numbers = thin(vertices, _POINTS_TRIED)
    shares = {item: share_inside(numbers, item, box) for item in readings}
    least = max(shares.values(), default=0) / 2
    own = None if home is None else meaning_of(Placement(home))
    reaching = [
        item
        for item, share in shares.items()
        if share > 0 and (share >= least or meaning_of(item) == own)
    ]
    if not reaching:
        return None
    middle = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    reaching.sort(key=lambda item: (*rank(item, (), home, np.array(middle), box), -shares[item]))
    pool = [*reaching, *other_datums(reaching)]
    best = _compare(vertices, pool, lines, _SAME_LINE_M)
    if best is not None:
        return _decide(pool[best.index], pool, "reference", sure=True, changed=False, best=best)
    return _decide(reaching[0], pool, "in_part", sure=False, changed=False)


def _choose(
    vertices: np.ndarray,
    stands: list[Placement],
    fitting: list[Placement],
    besides: list[Placement],
    lines: ReferenceLines | None,
    told: Told,
) -> PlacementDecision:
    """No statement fits: the only reading that does, or the one that lies on lines in place.

    ``besides`` are readings outside the area that nothing but such lines excludes.
    """
    changed = bool(stands)
    pool = [*fitting, *(other_datums(fitting) if told.crs is None else []), *besides]
    best = _compare(vertices, pool, lines, _SAME_LINE_M)
    if best is not None:
        winner = pool[best.index]
        changed = changed and not is_among(winner, stands)
        return _decide(winner, pool, "reference", sure=True, changed=changed, best=best)
    rivals = _drop_datums_not_stated(fitting, stands)
    if len(rivals) == 1:
        why = "only" if not besides else "elsewhere" if stands else "across"
        return _decide(rivals[0], pool, why, sure=not besides, changed=changed)
    zones = [
        item
        for index, item in enumerate(rivals)
        if not is_among(item, other_datums(rivals[:index]))
    ]
    best = _compare(vertices, zones, lines, _DRAWN_LINE_M)
    if best is None:
        return _decide(rivals[0], pool, "several", sure=False, changed=changed)
    zone = zones[best.index]
    twin = on_other_datum(zone)
    sure = not besides and (twin is None or not is_among(twin, rivals))
    return _decide(zone, pool, "reference", sure=sure, changed=changed, best=best)


def _drop_datums_not_stated(
    fitting: Sequence[Placement], stands: Sequence[Placement]
) -> list[Placement]:
    """Without the readings whose twin has the stated system and only other axes or units."""
    stated = {meaning_of(Placement(item.crs)) for item in stands} if len(stands) == 1 else set()
    kept = [item for item in fitting if meaning_of(Placement(item.crs)) in stated]
    twins = [on_other_datum(item) for item in kept]
    dropped = [item for item in twins if item is not None]
    return [item for item in fitting if not is_among(item, dropped)]


def _compare(
    vertices: np.ndarray, pool: Sequence[Placement], lines: ReferenceLines | None, tolerance: float
) -> Coincidence | None:
    if lines is None:
        return None
    distinct = np.unique(thin(vertices, _VERTICES_COMPARED), axis=0)
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
