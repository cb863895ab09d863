"""The table of codes against what the code base can emit and what the sample city shows."""

from __future__ import annotations

import ast
import importlib.util
from functools import cache
from pathlib import Path

import pytest

from urbanplan_gis.analysis.results import Run
from urbanplan_gis.model.data import Role, Severity
from urbanplan_gis.standards.finding_codes import ANY_LAYER, finding_codes
from urbanplan_gis.text import keys

ROOT = Path(__file__).resolve().parents[1]
#: what is no layer of features, and yet has findings
_OTHERS = {"statistics", "decisions", ANY_LAYER}


@cache
def nodes() -> tuple[ast.AST, ...]:
    """Every node of the code base."""
    sources = [file.read_text(encoding="utf-8") for file in (ROOT / "src").rglob("*.py")]
    return tuple(node for source in sources for node in ast.walk(ast.parse(source)))


def test_every_code_that_can_be_emitted_is_in_the_table_and_no_other() -> None:
    """A code has a text of its own and stands by its bare name in the code that emits it.

    Further texts of a code are named in full (``finding.x``) or made from it.
    """
    said = {key.removeprefix("finding.") for key in keys() if key.startswith("finding.")}
    bare = {node.value for node in nodes() if isinstance(node, ast.Constant)} & said
    assert sorted(bare - set(finding_codes())) == []
    assert sorted(set(finding_codes()) - bare) == []


def test_every_code_written_into_a_finding_is_in_the_table() -> None:
    written = set()
    for node in nodes():
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Finding":
            named = [item.value for item in node.keywords if item.arg == "code"]
            written |= {
                item.value for item in [*node.args[:1], *named] if isinstance(item, ast.Constant)
            }
    assert len(written) > 15
    assert written <= set(finding_codes())


def test_layers_and_severities_are_known() -> None:
    for code in finding_codes().values():
        assert code.severities
        assert set(code.layers) <= {str(role) for role in Role} | _OTHERS
        assert len(set(code.layers)) == len(code.layers)
    names = list(finding_codes())
    assert names == sorted(names)
    assert finding_codes()["gap"].severities == (Severity.WARNING,)
    assert finding_codes()["gap_sliver"].severities == (Severity.INFO,)


def test_findings_of_the_sample_city_are_as_the_table_says(sample_run: Run) -> None:
    for finding in sample_run.findings:
        code = finding_codes()[finding.code]
        assert finding.severity in code.severities
        assert finding.layer in code.layers or ANY_LAYER in code.layers


def test_the_page_of_codes_is_up_to_date() -> None:
    path = ROOT / "scripts" / "make_findings_page.py"
    spec = importlib.util.spec_from_file_location("make_findings_page", path)
    if spec is None or spec.loader is None:
        pytest.fail(f"no {path}")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    written = (ROOT / "docs" / "findings.md").read_text(encoding="utf-8")
    assert written == script.page(), "run python scripts/make_findings_page.py"
