"""Write docs/findings.md: every code of a finding, how much it matters, and what it says.

`python scripts/make_findings_page.py`, after a change of finding_codes.csv or of the catalogue.
"""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

from urbanplan_gis.standards.finding_codes import ANY_LAYER, FindingCode, finding_codes

PAGE = Path(__file__).resolve().parents[1] / "docs" / "findings.md"
HEAD = """# Phát hiện về dữ liệu / Findings

Mỗi phát hiện có một mã không đổi (cột `code` của `findings.csv`). Mức độ: `error` làm sai lệch
số liệu, `warning` có thể làm sai lệch, `info` để biết. Dấu … là tên đối tượng, số liệu cụ thể.

Each finding has a code that does not change (column `code` of `findings.csv`). Severity: `error`
biases figures, `warning` may, `info` explains. The sign … stands for names and numbers.

Made by `scripts/make_findings_page.py`.

| code | severity | layers | Tiếng Việt | English |
|---|---|---|---|---|
"""


def page() -> str:
    """The whole page."""
    texts = _texts()
    codes = finding_codes()
    return HEAD + "".join(_row(codes[name], texts[name]) for name in sorted(codes))


def _texts() -> dict[str, dict[str, str]]:
    """What findings say, with the places of names and numbers, in both languages."""
    folder = files("urbanplan_gis") / "catalogue"
    tables = [
        tomllib.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    ]
    return {name: text for table in tables for name, text in table.get("finding", {}).items()}


def _row(code: FindingCode, text: dict[str, str]) -> str:
    layers = "mọi lớp / any" if code.layers == (ANY_LAYER,) else ", ".join(code.layers)
    severities = " / ".join(code.severities)
    vi, en = (_with_dots(text[lang]) for lang in ("vi", "en"))
    return f"| `{code.code}` | {severities} | {layers} | {vi} | {en} |\n"


def _with_dots(words: str) -> str:
    return re.sub(r"\{\w+\}", "…", words).replace("|", "\\|")


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(), encoding="utf-8")
