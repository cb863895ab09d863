"""All map sheets of a project, drawn from what a run has stored; unchanged sheets are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, astuple, fields, replace
from functools import partial
from pathlib import Path

from shapely.errors import GEOSException

from urbanplan_gis.errors import PlanDataError, PlanDataErrors, raise_problems
from urbanplan_gis.outputs.manifest import code_digest, digest_of
from urbanplan_gis.outputs.products import Part, make_parts
from urbanplan_gis.outputs.sheet_data import as_counted, sheet_data
from urbanplan_gis.outputs.sheet_series import series_parts
from urbanplan_gis.outputs.sheets import SheetData, SheetOptions, draw_sheet
from urbanplan_gis.outputs.sheets.cautions import undecided_errors
from urbanplan_gis.outputs.sheets.data import sheet_error
from urbanplan_gis.outputs.sheets.declaration import Declaration, TitleBlock, declared
from urbanplan_gis.outputs.sheets.sheet_files import FOLDER, SheetFile, sheets_of
from urbanplan_gis.outputs.sheets.write import (
    is_possible,
    options_of,
    sheet_inputs,
    sheet_sources,
)
from urbanplan_gis.outputs.stored_run import StoredRun
from urbanplan_gis.project import Project
from urbanplan_gis.store import file_digest

_FIGURES = "figures"


def make_sheets(
    run: StoredRun, web_tiles: bool = False, progress: Callable[[str], None] | None = None
) -> list[str]:
    """Draw the sheets whose data, declaration, options or code changed; the names of those drawn.

    The set is the product's own, with what ``maps/*.toml`` beside the project file add to it or
    replace. A sheet that cannot be drawn does not stop the others.

    Raises:
        PlanDataError: once the others are drawn, for each file that declares no sheet and each
            sheet that cannot be drawn; and for files that cannot be written.
    """
    sheets, problems = sheets_of(run.project.file.parent / FOLDER)
    failed: dict[str, PlanDataError] = {}
    parts = _parts(run, sheets, _options(run.project, web_tiles), failed)
    made = make_parts(run, FOLDER, parts, progress)
    found = [*problems, *failed.values()]
    if found:
        raise_problems([one for problem in found for one in problem.problems])
    return made


def draw_custom(
    run: StoredRun,
    declaration: Mapping[str, object],
    folder: Path | str,
    name: str = "custom",
    web_tiles: bool = False,
) -> tuple[Path, ...]:
    """Draw one sheet from a declaration in memory, with the keys of a file of ``maps/``; the files
    written.

    Three lines make a sheet::

        run = stored_run(load_project("project.toml"), "vi")
        layers = [{"role": "green", "labels": True}, {"role": "units", "labels": True}]
        draw_custom(run, {"title": "Đất cây xanh", "layers": layers, "paper": "A4"}, "my_maps")

    Raises:
        PlanDataError: for unknown keys and wrong values, or a sheet that cannot be drawn.
    """
    sheet = SheetFile(name, name, declared(name, declaration))
    options = _options(run.project, web_tiles)
    sheet = replace(sheet, declaration=_with_defaults(sheet.declaration, run.project))
    data = as_counted(sheet_data(run, sheet_inputs(sheet.declaration)))
    return draw_sheet(sheet, data, options_of(sheet.declaration, options), Path(folder))


def _parts(
    run: StoredRun,
    sheets: Sequence[SheetFile],
    options: SheetOptions,
    failed: dict[str, PlanDataError],
) -> Iterator[Part]:
    """The sheets that the data at hand fill; those that cannot be drawn end in ``failed``."""
    sheets = [replace(s, declaration=_with_defaults(s.declaration, run.project)) for s in sheets]
    roles = {role for sheet in sheets for role in sheet_inputs(sheet.declaration)}
    data = sheet_data(run, roles)
    ground: list[SheetData] = []

    def draw(sheet: SheetFile, stage: Path) -> Sequence[str]:
        if not ground:  # made only when a sheet is drawn
            ground.append(as_counted(data))
        asked = options_of(sheet.declaration, options)
        try:
            paths = draw_sheet(sheet, ground[0], asked, stage / FOLDER)
        except PlanDataErrors as problem:
            failed[sheet.name] = PlanDataErrors([_named(one, sheet) for one in problem.problems])
        except PlanDataError as problem:
            failed[sheet.name] = _named(problem, sheet)
        except (ValueError, ArithmeticError, LookupError, TypeError, GEOSException) as problem:
            # data nobody thought of: the other sheets are drawn all the same
            failed[sheet.name] = sheet_error("failed", sheet.where, problem=_reason(problem))
        else:
            return [path.relative_to(stage).as_posix() for path in paths]
        return []

    for sheet in sheets:
        about = sheet.declaration
        if sheet.is_own and not is_possible(about, data):
            continue
        mark = _mark(sheet, run, options_of(about, options), data)
        yield Part(sheet.name, mark, partial(draw, sheet))
    yield from series_parts(run, options, FOLDER, failed)


def _named(problem: PlanDataError, sheet: SheetFile) -> PlanDataError:
    """The problem with the sheet's file in its place."""
    if sheet.where in problem.where:
        return problem
    where = f"{sheet.where}: {problem.where}"
    return PlanDataError(where, problem.found, problem.expected, problem.fix)


def _reason(problem: Exception) -> str:
    said = " ".join(str(problem).split())[:120]
    return f"{type(problem).__name__} ({said})" if said else type(problem).__name__


def _with_defaults(sheet: Declaration, project: Project) -> Declaration:
    """The declaration with what ``[maps]`` says of form and title block where it is silent."""
    maps = project.maps
    given = maps.title_block
    block = {
        field.name: getattr(sheet.title_block, field.name) or getattr(given, field.name)
        for field in fields(TitleBlock)
    }
    form = sheet.form or maps.form
    return replace(sheet, form=form, title_block=TitleBlock(**block))


def _options(project: Project, web_tiles: bool) -> SheetOptions:
    maps = project.maps
    basemap: str | Path | None = "web" if web_tiles or maps.basemap == "web" else None
    if basemap is None and maps.basemap:
        basemap = project.path(maps.basemap)
    return SheetOptions(
        paper=maps.paper,
        landscape=maps.orientation == "landscape",
        scale=maps.scale,
        dpi=maps.dpi,
        basemap=basemap,
        outputs=maps.outputs,
        grey=maps.grey,
    )


def _mark(sheet: SheetFile, run: StoredRun, options: SheetOptions, data: SheetData) -> str:
    """A digest of all that one sheet depends on."""
    about = sheet.declaration
    manifest, inputs = run.manifest, sheet_inputs(about)
    layers = {role: manifest["layer_digests"].get(role) for role in inputs if role != _FIGURES}
    if "transport" in inputs:
        layers["transport"] = manifest["layer_digests"].get("land_use")
    if "findings" in inputs:
        layers["findings"] = manifest["outputs"].get("tables/findings.csv")
    figures = manifest["figure_digests"].get(about.indicator) if _FIGURES in inputs else None
    basemap = options.basemap
    if isinstance(basemap, Path):
        # the content, not the place: the same project elsewhere makes the same manifest
        basemap = file_digest(basemap) if basemap.is_file() else basemap.name
    errors = undecided_errors(data)
    return digest_of(
        {
            "sheet": asdict(about),
            "layers": layers,
            "figures": figures,
            "errors": [] if errors is None else sorted(errors["finding_id"].astype(str)),
            "facts": manifest["project"],
            "parameters": [manifest["parameters"][key] for key in ("as_of", "boundaries", "crs")],
            "sources": sheet_sources(about, data),
            "paper": [*astuple(replace(options, basemap=None)), basemap],
            "lang": data.lang,
            "standing": data.standing.say("both"),
            "code": code_digest(),
        }
    )
