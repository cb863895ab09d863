"""``report.toml`` beside ``project.toml``: who writes to whom, and the office's own words."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from urbanplan_gis.errors import PlanDataError, PlanDataErrors, bad_data
from urbanplan_gis.project_facts import ProjectName
from urbanplan_gis.standards.indicators import indicators

FILE = "report.toml"
TEMPLATE = "report_template.docx"
_STRICT = ConfigDict(extra="forbid", frozen=True)


def _listed(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]


_Paragraphs = Annotated[tuple[ProjectName, ...], BeforeValidator(_listed)]


@dataclass(config=_STRICT)
class LetterFacts:
    """The letter: its head, its number, its end. What is not said is a dotted blank."""

    #: the body above the issuing one, and the issuing body
    parent: ProjectName | None = None
    issuer: ProjectName | None = None
    #: «12» of «Số: 12/BC-UBND», and «BC-UBND»
    number: str = ""
    symbol: str = ""
    place: ProjectName | None = None
    date: dt.date | None = None
    subject: ProjectName | None = None
    recipient: ProjectName | None = None
    #: lines above the signature: «TM. ỦY BAN NHÂN DÂN», «CHỦ TỊCH»
    authority: _Paragraphs = ()
    signer: str = ""
    copies: _Paragraphs = ()


@dataclass(config=_STRICT)
class OfficeWords:
    """Paragraphs of the office's own, where the data cannot speak."""

    implementation: _Paragraphs = ()
    tasks: _Paragraphs = ()
    shortcomings: _Paragraphs = ()
    proposals: _Paragraphs = ()


@dataclass(config=_STRICT)
class ReportFacts:
    """The whole of ``report.toml``; ``lead`` names the agency that answers for an indicator."""

    letter: LetterFacts = Field(default_factory=LetterFacts)
    lead: dict[str, ProjectName] = Field(default_factory=dict)
    text: OfficeWords = Field(default_factory=OfficeWords)


#: what Table 01 has a row for beside the declared indicators
OTHER_TARGETS = ("urban_class", "green_core_buffer", "green_hills")


def read_report_facts(folder: Path) -> ReportFacts:
    """The facts of ``report.toml`` in a folder; all blank if there is none.

    Raises:
        PlanDataError: one line for each unknown key or wrong value, or if it is not TOML.
    """
    file = folder / FILE
    if not file.is_file():
        return ReportFacts()
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as problem:
        raise bad_data("not_toml", FILE, problem=problem) from None
    try:
        facts = TypeAdapter(ReportFacts).validate_python(table)
    except ValidationError as problem:
        raise PlanDataErrors([_problem(item) for item in problem.errors()]) from None
    known = (*indicators(), *OTHER_TARGETS)
    unknown = [name for name in facts.lead if name not in known]
    if unknown:
        listed = ", ".join(known)
        raise PlanDataErrors(
            [bad_data("unknown_key", f"{FILE}: lead.{name}", known=listed) for name in unknown]
        )
    return facts


_TABLES = {"letter": LetterFacts, "text": OfficeWords}


def _problem(item: Any) -> PlanDataError:
    place = [str(part) for part in item["loc"]]
    where = f"{FILE}: " + ".".join(place)
    if item["type"] == "unexpected_keyword_argument":
        owner = _TABLES.get(place[0], ReportFacts) if len(place) > 1 else ReportFacts
        known = ", ".join(owner.__dataclass_fields__)
        return bad_data("unknown_key", where, known=known)
    wanted = item["msg"].removeprefix("Value error, ")
    return bad_data("wrong_value", where, value=str(item.get("input"))[:60], wanted=wanted)
