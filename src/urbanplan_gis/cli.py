"""The command line: every command is a few lines over the library, imported only when it runs."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from urbanplan_gis.console import (
    LANGUAGE,
    PROJECT_FILE,
    Problems,
    limit,
    open_project,
    print_last_line,
    print_lines,
    progress_line,
    with_project,
)
from urbanplan_gis.errors import bad_data
from urbanplan_gis.legible import legible

if TYPE_CHECKING:
    from urbanplan_gis.outputs.tt16_package import Form


@click.group(cls=Problems, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="urbanplan-gis")
@click.pass_context
def main(ctx: click.Context) -> None:
    """Measure an urban plan against its targets / Đo quy hoạch so với chỉ tiêu."""
    ctx.obj = {"lang": None, "verbose": False, "quiet": False}


@main.command()
@with_project
@click.option("--fail-on", type=click.Choice(["error", "warning"]), help="exit 1 if one is found")
def check(ctx: click.Context, path: str, fail_on: str | None) -> None:
    """Check the layers and list findings / Kiểm tra các lớp."""
    from urbanplan_gis.outputs.summary import finding_lines, role_lines
    from urbanplan_gis.pipeline import check_project

    project, lang = open_project(ctx, path)
    with progress_line(ctx) as progress:
        dataset, checked = check_project(project, progress)
    print_lines(ctx, role_lines(dataset, lang))
    print_lines(ctx, finding_lines(checked.findings, lang, limit(ctx)))
    print_last_line("cli.checked", lang, checked.findings)
    # what a person decided is settled, and no reason to stop
    left = (item for item in checked.findings if not item.action.startswith("decided"))
    severities = {str(finding.severity) for finding in left}
    if fail_on and severities & ({"error"} if fail_on == "error" else {"error", "warning"}):
        sys.exit(1)


@main.command()
@with_project
def run(ctx: click.Context, path: str) -> None:
    """Check, measure, write tables and GeoPackage / Tính chỉ tiêu."""
    from urbanplan_gis.outputs.changes import change_lines, make_changes
    from urbanplan_gis.outputs.class_table import class_lines
    from urbanplan_gis.outputs.readiness_table import readiness_lines
    from urbanplan_gis.outputs.stored_run import stored_run
    from urbanplan_gis.outputs.summary import figure_lines, finding_lines, role_lines
    from urbanplan_gis.pipeline import make_run
    from urbanplan_gis.text import languages, say

    project, lang = open_project(ctx, path)
    with progress_line(ctx) as progress:
        made = make_run(project, lang, progress)
    stored = stored_run(project, lang)
    make_changes(stored)
    changes = list(change_lines(stored))
    if made is None:
        for one in languages(lang):
            print_lines(ctx, (text.say(one) for text in changes))
        click.echo(say("cli.unchanged", lang, folder=project.facts.output))
        return
    print_lines(ctx, role_lines(made.evidence.dataset, lang))
    print_lines(ctx, finding_lines(made.findings, lang, limit(ctx), made.effects))
    print_lines(ctx, figure_lines(made.assessments, lang))
    for one in languages(lang):  # long lines: one language after the other
        print_lines(ctx, readiness_lines(made.cards, made.evidence.boundaries, one))
        print_lines(ctx, class_lines(made.scorecards, one))
    for one in languages(lang):
        print_lines(ctx, (text.say(one) for text in changes))
    if project.days_at_hand and not project.facts.earlier:
        days = ", ".join(day.isoformat() for day in project.days_at_hand)
        print_lines(ctx, [say("cli.other_days", lang, days=days)])
    print_last_line("cli.ran", lang, made.findings, folder=project.facts.output)


@main.command()
@with_project
@click.argument("figure_id")
def explain(ctx: click.Context, path: str, figure_id: str) -> None:
    """Open a figure into its pieces / Mở một số liệu ra từng mảnh."""
    from urbanplan_gis.review import explain_figure

    project, lang = open_project(ctx, path)
    lines, _ = explain_figure(project, figure_id, lang)
    print_lines(ctx, lines)


@main.command()
@with_project
def audit(ctx: click.Context, path: str) -> None:
    """Make every published figure again and compare / Kiểm toán số liệu."""
    from urbanplan_gis.review import audit_project

    project, lang = open_project(ctx, path)
    failed = False
    for day in (*project.facts.earlier, None):
        report = audit_project(project if day is None else project.at(day))
        print_lines(ctx, (item.say(lang) for item in report.differences[: limit(ctx)]))
        click.echo(legible(report.verdict.say(lang)))
        failed |= not report.passed
    if failed:
        sys.exit(1)


@main.command()
@with_project
@click.option("--web-tiles", is_flag=True, help="web basemap / nền bản đồ mạng")
def maps(ctx: click.Context, path: str, web_tiles: bool) -> None:
    """Draw the map sheets whose data changed / Vẽ bản đồ."""
    from urbanplan_gis.outputs.sheet_set import make_sheets
    from urbanplan_gis.outputs.stored_run import stored_run
    from urbanplan_gis.text import say

    project, lang = open_project(ctx, path)
    with progress_line(ctx) as progress:
        drawn = make_sheets(stored_run(project, lang), web_tiles, progress)
    folder = f"{project.facts.output}/maps"
    click.echo(
        say("cli.drawn", lang, count=len(drawn), names=", ".join(drawn) or "-", folder=folder)
    )


@main.command()
@with_project
def atlas(ctx: click.Context, path: str) -> None:
    """One page per unit, as PDF / Tập bản đồ từng phường, xã."""
    from urbanplan_gis.outputs.atlas import make_atlas

    _make(ctx, path, "atlas", make_atlas)


@main.command()
@with_project
def report(ctx: click.Context, path: str) -> None:
    """The review report: Word, PDF, HTML / Báo cáo đánh giá."""
    from urbanplan_gis.outputs.report import make_report

    _make(ctx, path, "report", make_report)


@main.command()
@with_project
def web(ctx: click.Context, path: str) -> None:
    """The web map, one file for use offline / Bản đồ web một tệp."""
    from urbanplan_gis.outputs.web import make_web_map

    _make(ctx, path, "web", make_web_map)


@main.command()
@with_project
def qgis(ctx: click.Context, path: str) -> None:
    """The QGIS project / Dự án QGIS."""
    from urbanplan_gis.outputs.qgis import make_qgis_project

    _make(ctx, path, "qgis", make_qgis_project)


def _make(ctx: click.Context, path: str, product: str, make: Callable[..., list[str]]) -> None:
    """Make what is out of date of a product, and say how many of its parts that were."""
    from urbanplan_gis.outputs.stored_run import stored_run
    from urbanplan_gis.text import Text, say

    project, lang = open_project(ctx, path)
    with progress_line(ctx) as progress:
        made = make(stored_run(project, lang), progress)
    name, folder = Text.of(f"product.{product}"), project.facts.output
    key = "product.made" if made else "product.unchanged"
    click.echo(say(key, lang, product=name, count=len(made), folder=folder))


@main.command()
@with_project
@click.argument("name")
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="its day; today / ngày giao")
def deliver(ctx: click.Context, path: str, name: str, day: dt.datetime | None) -> None:
    """Freeze a dated copy of everything / Đóng băng một bản giao."""
    from urbanplan_gis import delivery
    from urbanplan_gis.text import say

    project, lang = open_project(ctx, path)
    date = day.date() if day else dt.datetime.now().astimezone().date()
    with progress_line(ctx) as progress:
        folder = delivery.deliver(project, name, date, lang, progress)
    count, place = delivery.delivered_count(folder), project.relative(folder)
    click.echo(say("delivery.done", lang, name=name, date=date, count=count, folder=place))


@main.command()
@click.argument("path")
@PROJECT_FILE
@LANGUAGE
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
@with_project
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

    project, lang = open_project(ctx, path)
    with progress_line(ctx) as progress:
        files, told = export_database(
            project, Path(folder), name, dossier, information, form, lang, progress
        )
    print_lines(ctx, (text.say(lang) for text in told))
    click.echo(say("cli.exported", lang, files=", ".join(file.name for file in files)))


@main.command(name="all")
@with_project
def everything(ctx: click.Context, path: str) -> None:
    """Everything that is out of date / Làm mọi thứ còn cũ."""
    ctx.invoke(run, path=path)
    ctx.invoke(maps, path=path, web_tiles=False)
    for command in (atlas, report, web, qgis):
        ctx.invoke(command, path=path)


@main.command()
@click.argument("folder")
@LANGUAGE
@click.pass_context
def new(ctx: click.Context, folder: str) -> None:
    """Begin a project in FOLDER / Tạo dự án mới."""
    from urbanplan_gis.project_template import begin_project
    from urbanplan_gis.text import say

    file = begin_project(folder)
    click.echo(say("cli.begun", ctx.obj["lang"] or "both", file=file))


if __name__ == "__main__":
    main()
