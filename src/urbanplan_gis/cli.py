"""The command line: every command is a few lines over the library, imported only when it runs."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from errno import EPIPE
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.legible import legible

if TYPE_CHECKING:
    from urbanplan_gis.model.data import Finding
    from urbanplan_gis.outputs.tt16_package import Form
    from urbanplan_gis.project import Project

UNUSABLE_INPUT = 2
_MOST_PRINTED = 20


class _Problems(click.Group):
    """Bad input ends with its lines and exit code 2, never with a traceback."""

    def main(self, *args: Any, **options: Any) -> Any:
        _speak_vietnamese()
        return super().main(*args, **options)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except PlanDataError as error:
            problems = error.problems
        except OSError as error:
            if error.errno == EPIPE:  # whoever read the output has gone: click ends quietly
                raise
            problems = (bad_data("system", str(error.filename or "-"), reason=error.strerror),)
        for problem in problems:
            click.echo(legible(problem.line(ctx.obj["lang"] or "both")), err=True)
        sys.exit(UNUSABLE_INPUT)


def _speak_vietnamese() -> None:
    """Files and pipes are written in UTF-8; a terminal that lacks a letter shows another sign."""
    for stream in (sys.stdout, sys.stderr):
        if not isinstance(stream, TextIOWrapper) or stream.encoding.lower() == "utf-8":
            continue
        if stream.isatty():
            stream.reconfigure(errors="replace")
        else:
            stream.reconfigure(encoding="utf-8")


@click.group(cls=_Problems, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="urbanplan-gis")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Measure an urban plan against its targets / Đo quy hoạch so với chỉ tiêu."""
    ctx.obj = {"lang": None, "verbose": False, "quiet": False}


def _remember(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    if value:
        ctx.obj[option.name] = value


_LANGUAGE = click.option(
    "--lang",
    type=click.Choice(["vi", "en", "both"]),
    expose_value=False,
    is_eager=True,
    callback=_remember,
    help="vi | en | both",
)


def _switch(
    short: str, long: str, words: str
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    return click.option(
        short, long, is_flag=True, expose_value=False, callback=_remember, help=words
    )


_VERBOSE = _switch("-v", "--verbose", "list every finding / liệt kê mọi phát hiện")
_QUIET = _switch("-q", "--quiet", "the last line only / chỉ in dòng cuối")
_PROJECT = click.option(
    "--project",
    "path",
    default="project.toml",
    show_default=True,
    help="project file or its folder / tệp dự án hoặc thư mục",
)


_PROJECT_FILE = click.option(
    "--project",
    "project_file",
    default="project.toml",
    show_default=True,
    help="its units tell where layers should lie / đơn vị của dự án cho biết vị trí",
)


def _with_project(command: Callable[..., None]) -> Callable[..., None]:
    """The options every command on a project shares."""
    return _PROJECT(_LANGUAGE(_VERBOSE(_QUIET(click.pass_context(command)))))


@main.command()
@_with_project
@click.option("--fail-on", type=click.Choice(["error", "warning"]), help="exit 1 if one is found")
def check(ctx: click.Context, path: str, fail_on: str | None) -> None:
    """Check the layers and list findings / Kiểm tra các lớp."""
    from urbanplan_gis.outputs.summary import finding_lines, role_lines
    from urbanplan_gis.pipeline import check_project

    project, lang = _project(ctx, path)
    with _progress(ctx) as progress:
        dataset, checked = check_project(project, progress)
    _print(ctx, role_lines(dataset, lang))
    _print(ctx, finding_lines(checked.findings, lang, _limit(ctx)))
    _last_line("cli.checked", lang, checked.findings)
    # what a person decided is settled, and no reason to stop
    left = (item for item in checked.findings if not item.action.startswith("decided"))
    severities = {str(finding.severity) for finding in left}
    if fail_on and severities & ({"error"} if fail_on == "error" else {"error", "warning"}):
        sys.exit(1)


@main.command()
@_with_project
def run(ctx: click.Context, path: str) -> None:
    """Check, measure, write tables and GeoPackage / Tính chỉ tiêu."""
    from urbanplan_gis.outputs.changes import change_lines, make_changes
    from urbanplan_gis.outputs.class_table import class_lines
    from urbanplan_gis.outputs.readiness_table import readiness_lines
    from urbanplan_gis.outputs.stored_run import stored_run
    from urbanplan_gis.outputs.summary import figure_lines, finding_lines, role_lines
    from urbanplan_gis.pipeline import make_run
    from urbanplan_gis.text import languages, say

    project, lang = _project(ctx, path)
    with _progress(ctx) as progress:
        made = make_run(project, lang, progress)
    stored = stored_run(project, lang)
    make_changes(stored)
    changes = list(change_lines(stored))
    if made is None:
        for one in languages(lang):
            _print(ctx, (text.say(one) for text in changes))
        click.echo(say("cli.unchanged", lang, folder=project.facts.output))
        return
    _print(ctx, role_lines(made.evidence.dataset, lang))
    _print(ctx, finding_lines(made.findings, lang, _limit(ctx), made.effects))
    _print(ctx, figure_lines(made.assessments, lang))
    for one in languages(lang):  # long lines: one language after the other
        _print(ctx, readiness_lines(made.cards, made.evidence.boundaries, one))
        _print(ctx, class_lines(made.scorecards, one))
    for one in languages(lang):
        _print(ctx, (text.say(one) for text in changes))
    if project.days_at_hand and not project.facts.earlier:
        days = ", ".join(day.isoformat() for day in project.days_at_hand)
        _print(ctx, [say("cli.other_days", lang, days=days)])
    _last_line("cli.ran", lang, made.findings, folder=project.facts.output)


@main.command()
@_with_project
@click.argument("figure_id")
def explain(ctx: click.Context, path: str, figure_id: str) -> None:
    """Open a figure into its pieces / Mở một số liệu ra từng mảnh."""
    from urbanplan_gis.review import explain_figure

    project, lang = _project(ctx, path)
    lines, _ = explain_figure(project, figure_id, lang)
    _print(ctx, lines)


@main.command()
@_with_project
def audit(ctx: click.Context, path: str) -> None:
    """Make every published figure again and compare / Kiểm toán số liệu."""
    from urbanplan_gis.review import audit_project

    project, lang = _project(ctx, path)
    failed = False
    for day in (*project.facts.earlier, None):
        report = audit_project(project if day is None else project.at(day))
        _print(ctx, (item.say(lang) for item in report.differences[: _limit(ctx)]))
        click.echo(legible(report.verdict.say(lang)))
        failed |= not report.passed
    if failed:
        sys.exit(1)


@main.command()
@_with_project
@click.option("--web-tiles", is_flag=True, help="web basemap / nền bản đồ mạng")
def maps(ctx: click.Context, path: str, web_tiles: bool) -> None:
    """Draw the map sheets whose data changed / Vẽ bản đồ."""
    from urbanplan_gis.outputs.sheet_set import make_sheets
    from urbanplan_gis.outputs.stored_run import stored_run
    from urbanplan_gis.text import say

    project, lang = _project(ctx, path)
    with _progress(ctx) as progress:
        drawn = make_sheets(stored_run(project, lang), web_tiles, progress)
    folder = f"{project.facts.output}/maps"
    click.echo(
        say("cli.drawn", lang, count=len(drawn), names=", ".join(drawn) or "-", folder=folder)
    )


@main.command()
@_with_project
def atlas(ctx: click.Context, path: str) -> None:
    """One page per unit, as PDF / Tập bản đồ từng phường, xã."""
    from urbanplan_gis.outputs.atlas import make_atlas

    _make(ctx, path, "atlas", make_atlas)


@main.command()
@_with_project
def report(ctx: click.Context, path: str) -> None:
    """The review report: Word, PDF, HTML / Báo cáo đánh giá."""
    from urbanplan_gis.outputs.report import make_report

    _make(ctx, path, "report", make_report)


@main.command()
@_with_project
def web(ctx: click.Context, path: str) -> None:
    """The web map, one file for use offline / Bản đồ web một tệp."""
    from urbanplan_gis.outputs.web import make_web_map

    _make(ctx, path, "web", make_web_map)


@main.command()
@_with_project
def qgis(ctx: click.Context, path: str) -> None:
    """The QGIS project / Dự án QGIS."""
    from urbanplan_gis.outputs.qgis import make_qgis_project

    _make(ctx, path, "qgis", make_qgis_project)


def _make(ctx: click.Context, path: str, product: str, make: Callable[..., list[str]]) -> None:
    """Make what is out of date of a product, and say how many of its parts that were."""
    from urbanplan_gis.outputs.stored_run import stored_run
    from urbanplan_gis.text import Text, say

    project, lang = _project(ctx, path)
    with _progress(ctx) as progress:
        made = make(stored_run(project, lang), progress)
    name, folder = Text.of(f"product.{product}"), project.facts.output
    key = "product.made" if made else "product.unchanged"
    click.echo(say(key, lang, product=name, count=len(made), folder=folder))


@main.command()
@_with_project
@click.argument("name")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="its day; today / ngày giao")
def deliver(ctx: click.Context, path: str, name: str, day: dt.datetime | None) -> None:
    """Freeze a dated copy of everything / Đóng băng một bản giao."""
    from urbanplan_gis import delivery
    from urbanplan_gis.text import say

    project, lang = _project(ctx, path)
    date = day.date() if day else dt.datetime.now().astimezone().date()
    with _progress(ctx) as progress:
        folder = delivery.deliver(project, name, date, lang, progress)
    count, place = delivery.delivered_count(folder), project.relative(folder)
    click.echo(say("delivery.done", lang, name=name, date=date, count=count, folder=place))


@main.command()
@click.argument("path")
@_PROJECT_FILE
@_LANGUAGE
@click.pass_context
def inspect(ctx: click.Context, path: str, project_file: str) -> None:
    """What a file holds, and its block for project.toml / Xem tệp có gì."""
    from urbanplan_gis.outputs.inspection import inspection_lines
    from urbanplan_gis.project_place import inspection_place
    from urbanplan_gis.text import languages, say

    if not Path(path).exists():
        raise bad_data("missing_file", path, path=Path(path).name)
    place = inspection_place(path, project_file)
    lang = ctx.obj["lang"] or place.language
    if place.problem is not None:
        if ctx.get_parameter_source("project_file") is not ParameterSource.DEFAULT:
            raise place.problem
        if Path(project_file).exists():
            for language in languages(lang):
                reason = place.problem.line(language)
                click.echo(say("inspect.without_project", language, reason=reason), err=True)
    for line in inspection_lines(Path(path), place.label, lang, place.around):
        click.echo(line)


@main.command(name="export-tt16")
@_with_project
@click.argument("folder", type=click.Path(file_okay=False))
@click.option("--name", required=True, help="name of the plan / tên đồ án (CSDL_<name>)")
@click.option("--dossier", required=True, help="maHoSoQH, e.g. 51QPK0010001")
@click.option("--information", required=True, help="maThongTinQH, e.g. 512021000001")
@click.option("--form", type=click.Choice(["gpkg", "gdb"]), default="gpkg", show_default=True)
def export_tt16(
    ctx: click.Context,
    path: str,
    folder: str,
    name: str,
    dossier: str,
    information: str,
    form: Form,
) -> None:
    """Write an official planning database / Xuất CSDL quy hoạch theo TT16."""
    from urbanplan_gis.pipeline import export_database
    from urbanplan_gis.text import say

    project, lang = _project(ctx, path)
    with _progress(ctx) as progress:
        files, told = export_database(
            project, Path(folder), name, dossier, information, form, lang, progress
        )
    _print(ctx, (text.say(lang) for text in told))
    click.echo(say("cli.exported", lang, files=", ".join(file.name for file in files)))


@main.command(name="all")
@_with_project
def everything(ctx: click.Context, path: str) -> None:
    """Everything that is out of date / Làm mọi thứ còn cũ."""
    ctx.invoke(run, path=path)
    ctx.invoke(maps, path=path, web_tiles=False)
    for command in (atlas, report, web, qgis):
        ctx.invoke(command, path=path)


@main.command()
@click.argument("folder")
@_LANGUAGE
@click.pass_context
def new(ctx: click.Context, folder: str) -> None:
    """Begin a project in FOLDER / Tạo dự án mới."""
    from urbanplan_gis.project_template import begin_project
    from urbanplan_gis.text import say

    file = begin_project(folder)
    click.echo(say("cli.begun", ctx.obj["lang"] or "both", file=file))


def _project(ctx: click.Context, path: str) -> tuple[Project, str]:
    from urbanplan_gis.project import load_project

    project = load_project(path)
    return project, ctx.obj["lang"] or project.facts.language


def _limit(ctx: click.Context) -> int | None:
    return None if ctx.obj["verbose"] else _MOST_PRINTED


def _print(ctx: click.Context, lines: Iterable[str]) -> None:
    if not ctx.obj["quiet"]:
        for line in lines:
            click.echo(legible(line))


def _last_line(key: str, lang: str, findings: tuple[Finding, ...], **params: object) -> None:
    from urbanplan_gis.text import say

    errors = sum(str(finding.severity) == "error" for finding in findings)
    click.echo(say(key, lang, count=len(findings), errors=errors, **params))


@contextmanager
def _progress(ctx: click.Context) -> Generator[Callable[[str], None] | None]:
    """A line that names the step at work; nothing when quiet or not on a terminal."""
    if ctx.obj["quiet"] or not sys.stderr.isatty():
        yield None
        return
    from tqdm import tqdm

    with tqdm(bar_format="{desc} [{elapsed}]", file=sys.stderr, leave=False) as bar:

        def show(step: str) -> None:
            bar.set_description_str(step)
            bar.update()

        yield show


if __name__ == "__main__":
    main()
