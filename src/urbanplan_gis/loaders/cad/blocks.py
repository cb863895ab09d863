"""The entities of a drawing where they are drawn: blocks opened wherever they are inserted.

An entity on layer 0 of a block takes the layer of its insert, colours "by layer" and "by block"
are settled, and every entity gets a handle: its own, or its insert's and a number.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import ezdxf.colors
from ezdxf.document import Drawing as DxfDocument
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.lldxf.const import DXFError
from ezdxf.math import Matrix44, Vec3

from urbanplan_gis.errors import bad_data
from urbanplan_gis.loaders.cad.shapes import BROKEN

_BY_BLOCK, _BY_LAYER, _BLACK_OR_WHITE = 0, 256, 7
_INVISIBLE = 1
_CONSTANT = 2
#: blocks inside blocks multiply: ten of ten of ten ... is more than any plan holds
_MOST_FROM_BLOCKS = 1_000_000

Affine = tuple[float, float, float, float, float, float]


@dataclass(frozen=True, slots=True)
class Colour:
    """A colour by its AutoCAD index (None: it has none) and as red, green and blue."""

    index: int | None
    rgb: str | None


@dataclass(frozen=True, slots=True)
class PlacedEntity:
    """One entity in the drawing's plane.

    ``matrix`` is the affine map (a, b, d, e, x, y) from the plane it is defined in, as
    x' = a·x + b·y + x₀ and y' = d·x + e·y + y₀; None where it is defined in place. ``reason``
    tells why it cannot be opened (``""``: it can).
    """

    entity: DXFEntity
    matrix: Affine | None
    layer: str
    colour: Colour
    hidden: bool
    block: str | None
    handle: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Around:
    """What an insert gives to the entities of its block; for the model space, next to nothing."""

    matrix: Matrix44 | None
    layer: str | None
    colour: Colour
    hidden: bool
    block: str | None


@dataclass(frozen=True, slots=True)
class _LayerState:
    colour: Colour
    off: bool = False
    frozen: bool = False


_Layers = dict[str, _LayerState]
_Content = Iterator[tuple[DXFEntity, _Around]]


def place_entities(doc: DxfDocument, label: str) -> list[PlacedEntity]:
    """All entities of the model space, with those of blocks in place of their inserts.

    Those of paper space follow, with that for a reason; its viewports are windows, not content.

    Raises:
        PlanDataError: if blocks inside blocks make more than a million entities.
    """
    layers = {str(entry.dxf.name).casefold(): _read_state(entry) for entry in doc.layers}
    top = _Around(None, None, _indexed(_BLACK_OR_WHITE), False, None)
    steps = itertools.count()
    placed: list[PlacedEntity] = []
    for entity in doc.modelspace():
        handle = str(entity.dxf.handle)
        if entity.dxftype() == "INSERT":
            placed += _open_insert(doc, layers, entity, top, steps, label)
        else:
            placed.append(_place(layers, entity, top, handle))
    for layout in doc.layouts:
        if layout.is_any_paperspace:
            sheet = (entity for entity in layout if entity.dxftype() != "VIEWPORT")
            placed += [
                _place(layers, entity, top, str(entity.dxf.handle), "paper_space")
                for entity in sheet
            ]
    return placed


def _open_insert(
    doc: DxfDocument,
    layers: _Layers,
    insert: DXFEntity,
    top: _Around,
    steps: Iterator[int],
    label: str,
) -> Iterator[PlacedEntity]:
    """All that one insert of the model space draws; without recursion, so depth is no limit."""
    numbers = itertools.count(1)
    open_names: set[str] = set()
    outer: list[tuple[str, _Content]] = []
    name, level = "", iter([(insert, top)])
    while True:
        for entity, around in level:
            _count(steps, label)
            if entity.dxftype() != "INSERT":
                yield _place(layers, entity, around, f"{insert.dxf.handle}.{next(numbers)}")
                continue
            inner = str(_value(entity, "name", "")).casefold()
            reason = "recursive_block" if inner in open_names else _why_closed(doc, entity)
            if reason:
                handle = f"{insert.dxf.handle}.{next(numbers)}"
                yield _place(layers, entity, around, handle, reason)
                continue
            outer.append((name, level))
            open_names.add(inner)
            name, level = inner, _contents(doc, layers, entity, around, steps, label)
            break
        else:
            open_names.discard(name)
            if not outer:
                return
            name, level = outer.pop()


def _count(steps: Iterator[int], label: str) -> None:
    if next(steps) >= _MOST_FROM_BLOCKS:
        raise bad_data("too_many_from_blocks", label, most=_MOST_FROM_BLOCKS)


def _why_closed(doc: DxfDocument, insert: Any) -> str:
    """Why the block of an insert cannot be opened (``""``: it can)."""
    block = doc.blocks.get(str(_value(insert, "name", "")))
    if block is None or block.block is None:
        return "missing_block"
    if block.block.is_xref or block.block.is_xref_overlay:
        return "external_reference"
    try:
        finite = all(math.isfinite(value) for value in insert.matrix44())
    except (ArithmeticError, DXFError, TypeError, ValueError):
        return BROKEN
    return "" if finite else BROKEN


def _contents(
    doc: DxfDocument,
    layers: _Layers,
    insert: Any,
    around: _Around,
    steps: Iterator[int],
    label: str,
) -> _Content:
    """The texts filled in for an insert, then the entities of its block, once for each place."""
    block = doc.blocks.get(insert.dxf.name)
    shown = [item for item in block or () if item.dxftype() != "ATTDEF" or _is_constant(item)]
    layer = _layer_of(insert, around)
    frozen = _state(layers, layer).frozen
    hidden = around.hidden or frozen or _is_invisible(insert)
    colour = _colour_of(layers, insert, layer, around)
    name = around.block or str(insert.dxf.name)
    for attribute in insert.attribs:
        yield attribute, _Around(around.matrix, layer, colour, hidden, name)
    local = insert.matrix44()
    for shift in _array_shifts(insert):
        _count(steps, label)
        matrix = local * Matrix44.translate(shift.x, shift.y, shift.z)
        if around.matrix is not None:
            matrix = matrix * around.matrix
        inside = _Around(matrix, layer, colour, hidden, name)
        for entity in shown:
            yield entity, inside


def _array_shifts(insert: Any) -> Iterator[Vec3]:
    """Where the copies of an insert lie from its place: just there, or in rows and columns."""
    dxf = insert.dxf
    rows = dxf.row_count if dxf.row_spacing else 1
    columns = dxf.column_count if dxf.column_spacing else 1
    system = insert.ocs()
    for row, column in itertools.product(range(max(rows, 1)), range(max(columns, 1))):
        step = Vec3(column * dxf.column_spacing, row * dxf.row_spacing)
        yield Vec3(system.to_wcs(step.rotate_deg(dxf.rotation)))


def _place(
    layers: _Layers, entity: DXFEntity, around: _Around, handle: str, reason: str = ""
) -> PlacedEntity:
    layer = _layer_of(entity, around)
    state = _state(layers, layer)
    return PlacedEntity(
        entity=entity,
        matrix=None if around.matrix is None else _flat_affine(around.matrix),
        layer=layer,
        colour=_colour_of(layers, entity, layer, around),
        hidden=around.hidden or state.off or state.frozen or _is_invisible(entity),
        block=around.block or _block_name(entity),
        handle=handle,
        reason=reason,
    )


def _value(entity: Any, name: str, default: Any = None) -> Any:
    """An attribute of an entity; kinds that the library does not know have none."""
    return entity.dxf.get(name, default) if entity.dxf.is_supported(name) else default


def _block_name(entity: DXFEntity) -> str | None:
    return str(_value(entity, "name", "")) if entity.dxftype() == "INSERT" else None


def _layer_of(entity: DXFEntity, around: _Around) -> str:
    layer = str(_value(entity, "layer", "0"))
    return around.layer if layer == "0" and around.layer is not None else layer


def _colour_of(layers: _Layers, entity: DXFEntity, layer: str, around: _Around) -> Colour:
    index = _value(entity, "color", _BY_LAYER)
    if index == _BY_LAYER:
        colour = _state(layers, layer).colour
    elif index == _BY_BLOCK:
        colour = around.colour
    else:
        colour = _indexed(index)
    return _true_colour(entity, colour)


def _state(layers: _Layers, layer: str) -> _LayerState:
    return layers.get(layer.casefold()) or _LayerState(_indexed(_BLACK_OR_WHITE))


def _read_state(entry: Any) -> _LayerState:
    """A line of the layer table; a negative colour is a layer that is off."""
    colour = _indexed(abs(_value(entry, "color", _BLACK_OR_WHITE)))
    return _LayerState(_true_colour(entry, colour), entry.is_off(), entry.is_frozen())


def _true_colour(entity: DXFEntity, colour: Colour) -> Colour:
    """The colour, with the exact red, green and blue where the entity states them."""
    stated = _value(entity, "true_color")
    return colour if stated is None else Colour(colour.index, f"#{stated & 0xFFFFFF:06x}")


def _indexed(index: int) -> Colour:
    if not 1 <= index <= 255:
        return Colour(None, None)
    return Colour(index, "#{:02x}{:02x}{:02x}".format(*ezdxf.colors.aci2rgb(index)))


def _is_invisible(entity: Any) -> bool:
    """Whether the entity itself says so; texts filled in for an insert by a flag of their own."""
    attribute = entity.dxftype() == "ATTRIB" and _value(entity, "flags", 0) & _INVISIBLE
    return bool(_value(entity, "invisible", 0) or attribute)


def _is_constant(definition: Any) -> bool:
    """Whether a text definition of a block shows its own text instead of one filled in."""
    return bool(_value(definition, "flags", 0) & _CONSTANT)


def _flat_affine(matrix: Matrix44) -> Affine:
    """The part of a matrix that maps the plane."""
    ux, uy, origin = Vec3(matrix.ux), Vec3(matrix.uy), Vec3(matrix.origin)
    return (ux.x, uy.x, ux.y, uy.y, origin.x, origin.y)
