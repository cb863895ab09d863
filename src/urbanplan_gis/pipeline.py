"""The whole path, once: layers -> check -> derive -> mosaic -> figures -> tables and GeoPackage.

Notebook, command line and Makefile call these functions; each is a few lines over the stages.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from urbanplan_gis.analysis.effects import by_price, price_findings
from urbanplan_gis.analysis.gather import derive_layers, gather, roles_at_hand
from urbanplan_gis.analysis.indicators import refuse_chosen
from urbanplan_gis.analysis.results import Run
from urbanplan_gis.analysis.trends import Series, series_of
from urbanplan_gis.loaders import load_layers
from urbanplan_gis.loaders.planning.checks import check_database
from urbanplan_gis.loaders.planning.database import open_database
from urbanplan_gis.loaders.units.other import load_other_units, outlines_of
from urbanplan_gis.measuring import measure_city, refuse_declarations
from urbanplan_gis.model.data import Dataset, FeatureCount, Role
from urbanplan_gis.outputs.files import clear_stages
from urbanplan_gis.outputs.manifest import (
    fingerprint,
    input_digests,
    is_current,
    read_manifest,
)
from urbanplan_gis.outputs.run_files import forget_days, write_run
from urbanplan_gis.outputs.tt16_package import Form, tell_left_out, write_package
from urbanplan_gis.project import Project, source_name
from urbanplan_gis.quality.check import Checked, check
from urbanplan_gis.quality.decisions import read_decisions, settle_rest
from urbanplan_gis.quality.ids import number_findings
from urbanplan_gis.quality.unit_codes import detect_reuse, detect_reuse_in
from urbanplan_gis.review import stored_series
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import Text

Progress = Callable[[str], None]


def check_project(project: Project, progress: Progress | None = None) -> tuple[Dataset, Checked]:
    """Load and check all layers of a project, with its decisions applied."""
    dataset = load_layers(project, progress)
    decisions = read_decisions(project.decisions)
    return dataset, check(dataset, project.facts.as_of, project.tolerance, decisions, progress)


def export_database(
    project: Project,
    folder: Path,
    name: str,
    dossier: str,
    information: str,
    form: Form,
    lang: str,
    progress: Progress | None = None,
) -> tuple[list[Path], list[Text]]:
    """Write the checked layers as an official planning database below ``folder``.

    Returns:
        The files, and line by line what they do not hold, and what our check finds in them.

    Raises:
        PlanDataError: for wrong codes, another CRS than the province's, or a folder in use.
    """
    dataset, checked = check_project(project, progress)
    files = write_package(
        checked.dataset, folder, name, dossier, information,
        form=form, lang=lang, synthetic=project.facts.synthetic,
    )  # fmt: skip
    told = tell_left_out(checked.dataset)
    for count in _counted(dataset.counts, checked):
        if count.set_aside:
            told.append(
                Text.of("tt16.left_features", source=count.source, role=count.role,
                        kept=count.kept, count=count.set_aside)
            )  # fmt: skip
    loaded = {origin.source for origin in dataset.origins}
    others = [source_name(role, facts) for role, facts in project.sources]
    others = [name for name in others if name not in loaded]
    if others:
        day = project.facts.as_of
        told.append(Text.of("tt16.left_sources", sources=", ".join(others), date=day))
    package = files[0].parents[1]
    findings = check_database(open_database(package, package.name))
    return files, told + [finding.message for finding in findings]


def run_project(
    project: Project, progress: Progress | None = None, former: Series | None = None
) -> Run:
    """Everything a project's layers say: evidence, figures, balances, findings.

    ``former`` are the values of the project's earlier days; those are measured first where they
    are not given.

    Raises:
        PlanDataError: for input that cannot be used, in one line.
    """
    refuse_declarations(project)
    if former is None:
        earlier = (run_project(project.at(day), progress) for day in project.facts.earlier)
        former = series_of(
            (figure.figure_id, figure.value) for run in earlier for figure in run.figures
        )
    dataset, checked = check_project(project, progress)
    derived = derive_layers(checked, project.derive, project.facts.as_of)
    refuse_chosen(indicators(), project.definitions, roles_at_hand(derived))
    evidence, lacking = gather(derived, project.facts.as_of, project.facts.boundaries, progress)
    if progress:
        progress("figures")
    others = load_other_units(project)
    measured = measure_city(project, evidence, former, outlines_of(others))
    boundaries = project.facts.boundaries
    reused = detect_reuse(evidence.units, boundaries)
    reused += detect_reuse_in(dataset.statistics, boundaries)
    elsewhere = [finding for units in others for finding in units.findings]
    found = [*checked.findings, *derived.findings, *lacking, *measured.found]
    found += number_findings([*reused, *elsewhere])
    findings = settle_rest(found, checked.waiting)
    if progress:
        progress("effects")
    effects = price_findings(findings, derived, evidence, measured.panels, project.derive)
    return Run(
        **vars(measured),
        findings=tuple(by_price(findings, effects)),
        effects=tuple(effects),
        counts=tuple(_reconciled(list(_counted(dataset.counts, checked)), checked)),
    )


def _reconciled(counts: list[FeatureCount], checked: Checked) -> list[FeatureCount]:
    """The counts, if the findings of each role account for every feature that is missing."""
    for role in {count.role for count in counts}:
        missing = sum(count.set_aside for count in counts if count.role == role)
        found = sum(item.dropped for item in checked.findings if item.layer == role)
        if missing != found:
            raise RuntimeError(f"{role}: {missing} features are missing, findings name {found}")
    return counts


def _counted(counts: Iterable[FeatureCount], checked: Checked) -> Iterator[FeatureCount]:
    """Features read, kept after all checks, and set aside."""
    for count in counts:
        layer = checked.dataset.layers.get(Role(count.role))
        if layer is None or layer.frame is None or "source" not in layer.frame:
            yield count
            continue
        kept = int((layer.frame["source"] == count.source).sum())
        yield replace(count, kept=kept, set_aside=count.read - kept)


def make_run(project: Project, lang: str, progress: Progress | None = None) -> Run | None:
    """Run and write, unless the outputs are there and were made from the very same.

    The project's earlier days come first, each with outputs of its own.
    """
    for day in project.facts.earlier:
        make_run(project.at(day), lang, progress)
    forget_days(project)
    inputs = input_digests(project)
    mark = fingerprint(project, inputs, lang)
    clear_stages(project.output)
    if is_current(project.output, read_manifest(project.output), mark):
        return None
    run = run_project(project, progress, stored_series(project))
    if progress:
        progress("outputs")
    write_run(project, run, lang, mark, inputs)
    return run
