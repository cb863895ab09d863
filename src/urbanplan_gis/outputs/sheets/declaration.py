"""What ``maps/*.toml`` may say: one file declares one sheet; unknown keys are errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from urbanplan_gis.errors import PlanDataError, PlanDataErrors, bad_data
from urbanplan_gis.legible import legible
from urbanplan_gis.outputs.sheets.data import OUTPUTS, ROLES, SCALES
from urbanplan_gis.project_facts import ProjectName, SheetForm, SheetFormat, TitleBlock
from urbanplan_gis.project_words import wanted
from urbanplan_gis.standards.class_sets import class_sets
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import Text

_STRICT = ConfigDict(extra="forbid", frozen=True)
#: words for a part of the city; every other extent is a list of unit codes or of four numbers
GROUPS = ("city", "slated", "wards")
#: the kind of sheet that shows one indicator; its kinds of ground are the other themes
INDICATOR = "indicator"
THEMES = (
    "existing_land_use",
    "planned_land_use",
    "zoning_coverage",
    "roads_transport",
    "green_space",
    INDICATOR,
)
_MOST_LAYERS = 30
#: pydantic's names for the kinds a value of a list may have
_BRANCHES = frozenset({"str", "int", "float", "bool"})
_SHORT = 60

#: what keys with a form of their own take, beside what pydantic can say
_OWN_WORDS = {
    **dict.fromkeys(
        ("fill", "edge", "hatch_color", "line", "casing"), Text.of("sheet.wanted.colour")
    ),
    "hatch": Text.of("sheet.wanted.hatch"),
}

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]
#: millimetres on paper
Width = Annotated[float, Field(gt=0, le=20, allow_inf_nan=False)]
Paper = Literal["A4", "A3", "A2", "A1", "A0"]


@dataclass(config=_STRICT)
class WhereFacts:
    """One condition on the features of a layer: a field and its values, or a class set."""

    field: str = ""
    in_: Annotated[tuple[str | int | float | bool, ...], Field(alias="in")] = ()
    not_in: tuple[str | int | float | bool, ...] = ()
    #: bounds of a number, both included
    from_: Annotated[float | None, Field(alias="from")] = None
    to: float | None = None
    #: a set of ``class_sets.toml``, for layers with codes
    class_set: str = ""


@dataclass(config=_STRICT)
class LayerFacts:
    """One layer of a sheet that is composed freely; without a symbol of its own it is drawn as
    the themes draw it (codes in their legal colours, roads by class, green by kind)."""

    role: str
    name: ProjectName | None = None
    where: tuple[WhereFacts, ...] = ()
    #: names (codes, where the layer has codes) printed where they fit
    labels: bool = False
    fill: Colour | None = None
    edge: Colour | None = None
    edge_mm: Width = 0.15
    hatch: Annotated[str, Field(pattern=r"^[/\\|+x.oO*-]*$", max_length=8)] = ""
    hatch_color: Colour = "#6b6b6b"
    line: Colour | None = None
    line_mm: Width = 0.25
    casing: Colour | None = None
    casing_mm: Width = 0.06
    dash_mm: tuple[Width, ...] = ()
    #: diameter of points
    point_mm: Width = 1.4

    @property
    def is_plain(self) -> bool:
        """Whether the layer has one symbol of its own."""
        return bool(self.fill or self.edge or self.line or self.hatch)


@dataclass(config=_STRICT)
class InsetFacts:
    """A second, small map beside the first: ``extent`` as that of the sheet, or ``locator``."""

    extent: Any
    #: the n of 1:n; None for the best standard one that finds room
    scale: int | None = None
    title: ProjectName | None = None


@dataclass(config=_STRICT)
class Declaration:
    """One map sheet as a file of ``maps/`` declares it; what it leaves out is that of ``[maps]``
    in ``project.toml``."""

    title: ProjectName | None = None
    #: of the drawing in the set
    number: Annotated[int, Field(ge=1, le=999)] | None = None
    theme: str = ""
    indicator: str = ""
    #: of an indicator; without it the existing state, or the planned one where that has no figure
    state: Literal["existing", "planned"] | None = None
    layers: tuple[LayerFacts, ...] = ()
    paper: Paper | None = None
    orientation: Literal["landscape", "portrait"] | None = None
    scale: int | None = None
    dpi: Annotated[int, Field(ge=50, le=1200)] | None = None
    #: a group, codes of units, or xmin, ymin, xmax, ymax in metres
    extent: Any = None
    language: Literal["vi", "en", "both"] | None = None
    inset: InsetFacts | None = None
    outputs: tuple[SheetFormat, ...] | None = None
    form: SheetForm | None = None
    #: symbols that can be told apart without colour
    grey: bool | None = None
    title_block: TitleBlock = Field(default_factory=TitleBlock)


def declared(where: str, table: Mapping[str, Any]) -> Declaration:
    """The declaration in a table; ``where`` names the file in messages.

    Raises:
        PlanDataError: with one line for each unknown key and wrong value.
    """
    try:
        found = TypeAdapter(Declaration).validate_python(dict(table))
    except ValidationError as problem:
        raise PlanDataErrors(_listed(where, problem, dict(table))) from None
    problems = [
        *_content_problems(where, found),
        *_extent_problems(f"{where}: extent", found.extent),
        *_scale_problems(f"{where}: scale", found.scale),
    ]
    if found.inset is not None:
        if found.inset.extent != "locator":
            problems += _extent_problems(f"{where}: inset.extent", found.inset.extent)
        problems += _scale_problems(f"{where}: inset.scale", found.inset.scale)
    for number, layer in enumerate(found.layers):
        problems += _layer_problems(f"{where}: layers[{number}]", layer)
    if problems:
        raise PlanDataErrors(problems)
    return found


def wrong(where: str, value: object, expected: Text | str) -> PlanDataError:
    """The error for a value that is none of those expected."""
    return bad_data("wrong_value", where, value=_short(value), wanted=expected)


def one_of(names: Any) -> Text:
    """The catalogue's words for a choice of names."""
    return Text.of("error.wanted.one_of", limit=", ".join(names))


def _content_problems(where: str, found: Declaration) -> list[PlanDataError]:
    """A sheet has a theme or layers, an indicator with its theme, a title with its layers."""
    problems = []
    if bool(found.theme) == bool(found.layers):
        key = "theme" if found.theme else "layers"
        problems.append(wrong(f"{where}: {key}", found.theme, Text.of("sheet.wanted.content")))
    elif found.theme and found.theme not in THEMES:
        problems.append(wrong(f"{where}: theme", found.theme, one_of(THEMES)))
    if found.theme == INDICATOR and found.indicator not in indicators():
        problems.append(wrong(f"{where}: indicator", found.indicator, one_of(indicators())))
    for key in ("indicator", "state"):
        value = getattr(found, key)
        if value and found.theme != INDICATOR:
            problems.append(wrong(f"{where}: {key}", value, Text.of("sheet.wanted.indicator")))
    if found.outputs == ():
        problems.append(wrong(f"{where}: outputs", "[]", one_of(OUTPUTS)))
    if len(found.layers) > _MOST_LAYERS:
        limit = Text.of("sheet.wanted.fewer_layers", limit=_MOST_LAYERS)
        problems.append(wrong(f"{where}: layers", len(found.layers), limit))
    if found.layers and (found.title is None or not found.title.vi.strip()):
        problems.append(bad_data("missing_key", f"{where}: title"))
    return problems


def _extent_problems(where: str, extent: Any) -> list[PlanDataError]:
    if extent is None or extent in GROUPS:
        return []
    if isinstance(extent, list | tuple) and extent:
        if all(isinstance(item, str) and item for item in extent):
            return []
        numbers = all(isinstance(n, int | float) and not isinstance(n, bool) for n in extent)
        if numbers and len(extent) == 4 and extent[0] < extent[2] and extent[1] < extent[3]:
            return []
    return [wrong(where, extent, Text.of("sheet.wanted.extent", groups=", ".join(GROUPS)))]


def _scale_problems(where: str, scale: int | None) -> list[PlanDataError]:
    low, high = SCALES
    if scale is None or low <= scale <= high:
        return []
    return [wrong(where, scale, Text.of("map.error.scale.expected"))]


def _layer_problems(where: str, layer: LayerFacts) -> list[PlanDataError]:
    problems = []
    if layer.role not in ROLES:
        problems.append(wrong(f"{where}.role", layer.role, one_of(ROLES)))
    for number, item in enumerate(layer.where):
        place = f"{where}.where[{number}]"
        if item.class_set:
            if item.class_set not in class_sets():
                problems.append(wrong(f"{place}.class_set", item.class_set, one_of(class_sets())))
            extra = item.field or item.in_ or item.not_in
        else:
            tests = (item.in_, item.not_in, item.from_ is not None or item.to is not None)
            extra = not item.field or sum(bool(test) for test in tests) != 1
        if extra:
            problems.append(wrong(place, item.field, Text.of("sheet.wanted.where")))
    return problems


def _listed(where: str, error: ValidationError, table: dict[str, Any]) -> list[PlanDataError]:
    """One problem for each place."""
    problems: dict[str, PlanDataError] = {}
    for item in error.errors():
        parts = [part for part in item["loc"] if not str(part).startswith(("[", "function-"))]
        place = f"{where}: {_dotted(_keys_only(parts, table))}"
        kind = item["type"]
        if kind in ("unexpected_keyword_argument", "extra_forbidden"):
            problem = bad_data("unknown_key", place, known=", ".join(_known(parts)))
        elif kind in ("missing", "missing_argument"):
            problem = bad_data("missing_key", place)
        else:
            words = _OWN_WORDS.get(parts[-1]) or wanted(item)
            if kind == "value_error":
                words = Text.of("sheet.wanted.name")
            problem = wrong(place, item.get("input"), words)
        problems.setdefault(place, problem)
    return list(problems.values())


def _keys_only(parts: list[Any], table: Any) -> list[Any]:
    """A place without pydantic's names for the branches of unions."""
    kept = []
    for part in parts:
        is_item = isinstance(table, list | tuple) and isinstance(part, int) and part < len(table)
        if is_item or (isinstance(table, Mapping) and part in table):
            table = table[part]
        elif kept and (part in _BRANCHES or not isinstance(table, Mapping)):
            continue
        kept.append(part)
    return kept


def _dotted(parts: list[Any]) -> str:
    """A place as it is written: ``layers[0].where[1].field``."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def _known(parts: list[Any]) -> list[str]:
    """The keys of the table that a place lies in."""
    kinds: dict[str, type] = {
        "layers": LayerFacts,
        "inset": InsetFacts,
        "title_block": TitleBlock,
        "where": WhereFacts,
    }
    table = next((str(part) for part in reversed(parts[:-1]) if isinstance(part, str)), "")
    kind = kinds.get(table, Declaration)
    return [name.rstrip("_") for name in kind.__dataclass_fields__]  # ty: ignore[missing-attribute]


def _short(value: object) -> str:
    text = legible(" ".join(str(value).split()))
    return text if len(text) <= _SHORT else text[: _SHORT - 3] + "..."
