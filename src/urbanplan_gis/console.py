"""How every command speaks: its options, lines of progress and results, and bad input's end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from errno import EPIPE
from io import TextIOWrapper
from typing import TYPE_CHECKING, Any

import click

from urbanplan_gis.errors import PlanDataError, bad_data
from urbanplan_gis.legible import legible
from urbanplan_gis.text import say

if TYPE_CHECKING:
    from urbanplan_gis.model.data import Finding
    from urbanplan_gis.project import Project

UNUSABLE_INPUT = 2
_MOST_PRINTED = 20


class Problems(click.Group):
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
        lang = ctx.obj["lang"] or "both"
        shown = problems[: limit(ctx)]  # one wrong code may stand in ten thousand rows
        for problem in shown:
            click.echo(legible(problem.line(lang)), err=True)
        if len(problems) > len(shown):
            click.echo(say("cli.more_problems", lang, count=len(problems) - len(shown)), err=True)
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


def _remember(ctx: click.Context, option: click.Parameter, value: Any) -> None:
    if value:
        ctx.obj[option.name] = value


LANGUAGE = click.option(
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


PROJECT_FILE = click.option(
    "--project",
    "project_file",
    default="project.toml",
    show_default=True,
    help="its units tell where layers should lie / đơn vị của dự án cho biết vị trí",
)


def with_project(command: Callable[..., None]) -> Callable[..., None]:
    """The options every command on a project shares."""
    return _PROJECT(LANGUAGE(_VERBOSE(_QUIET(click.pass_context(command)))))


def open_project(ctx: click.Context, path: str) -> tuple[Project, str]:
    """The project, and the language it is told in: asked for, else its own."""
    from urbanplan_gis.project import load_project

    project = load_project(path)
    return project, ctx.obj["lang"] or project.facts.language


def limit(ctx: click.Context) -> int | None:
    """How many lines of one kind are printed."""
    return None if ctx.obj["verbose"] else _MOST_PRINTED


def print_lines(ctx: click.Context, lines: Iterable[str]) -> None:
    """Lines with what a terminal could obey made legible."""
    if not ctx.obj["quiet"]:
        for line in lines:
            click.echo(legible(line))


def print_last_line(key: str, lang: str, findings: tuple[Finding, ...], **params: object) -> None:
    """What was done, and how many findings came of it; printed even when quiet."""
    errors = sum(str(finding.severity) == "error" for finding in findings)
    click.echo(say(key, lang, count=len(findings), errors=errors, **params))


@contextmanager
def progress_line(ctx: click.Context) -> Generator[Callable[[str], None] | None]:
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
