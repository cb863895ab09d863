"""How deep the collections of a geometry nest, told from its WKB without building it."""

from __future__ import annotations

from struct import error as StructError
from struct import unpack_from

#: levels that no software writes and every library reads
_DEEPEST = 500
#: byte order, type and number of parts
_HEADER = 9
_POINT, _LINES, _POLYGONS = 1, (2, 8), (3, 17)
_COLLECTIONS = (4, 5, 6, 7, 9, 10, 11, 12, 15, 16)
#: how ISO (thousands) and EWKB (the upper bits) tell heights, measures and a CRS
_THOUSAND = 1000
_HAS_Z, _HAS_M, _HAS_CRS = 0x80000000, 0x40000000, 0x20000000
_TYPE = 0x0FFFFFFF


def is_nested_deeply(wkb: bytes | None) -> bool:
    """Whether collections lie in one another more than 500 deep; broken WKB is for others."""
    if wkb is None or len(wkb) < _HEADER * _DEEPEST:
        return False
    try:
        return _walk(wkb)
    except (StructError, IndexError):
        return False


def _walk(wkb: bytes) -> bool:
    """Part by part; of the collections that are open the number of parts to come."""
    at, to_come = 0, [1]
    while to_come:
        if to_come[-1] == 0:
            to_come.pop()
            continue
        to_come[-1] -= 1
        order = "<" if wkb[at] else ">"
        (kind,) = unpack_from(f"{order}I", wkb, at + 1)
        at += 9 if kind & _HAS_CRS else 5
        point = 8 * _dimensions(kind)
        family = (kind & _TYPE) % _THOUSAND
        if family == _POINT:
            at += point
            continue
        (count,) = unpack_from(f"{order}I", wkb, at)
        at += 4
        if family in _LINES:
            at += count * point
        elif family in _POLYGONS:
            for _ in range(count):
                at += 4 + point * unpack_from(f"{order}I", wkb, at)[0]
        elif family in _COLLECTIONS:
            to_come.append(count)
            if len(to_come) > _DEEPEST:
                return True
        else:
            return False
    return False


def _dimensions(kind: int) -> int:
    iso = (kind & _TYPE) // _THOUSAND
    more = (bool(kind & _HAS_Z) or iso in (1, 3), bool(kind & _HAS_M) or iso in (2, 3))
    return 2 + sum(more)
