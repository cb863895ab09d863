"""What the command line prints: roles present and absent, findings by size, figures of the city."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from urbanplan_gis.analysis.targets import readable
from urbanplan_gis.model.data import Dataset, Finding, Role
from urbanplan_gis.model.figures import Assessment, Effect
from urbanplan_gis.standards.indicators import indicators
from urbanplan_gis.text import Name, Text, number, say

#: width of the column of severities, in letters
_SEVERITY_WIDTH = {"vi": 9, "en": 11, "both": 23}


def role_lines(dataset: Dataset, lang: str) -> Iterator[str]:
    """Which roles are there, which are not, and which figures that costs."""
    for role in Role:
        layer = dataset.layers.get(role)
        if layer is not None:
            count = 0 if layer.frame is None else len(layer.frame)
            yield say("cli.role_present", lang, role=str(role), count=count)
        else:
            cost = _cost(role)
            if cost:
                yield say("cli.role_absent", lang, role=str(role), cost=", ".join(cost))
    if not dataset.statistics:
        yield say("cli.role_absent", lang, role="statistics", cost=", ".join(_statistical()))


def _cost(role: Role) -> list[str]:
    """Definitions that cannot be computed without a role."""
    label = "centrelines" if role == Role.ROADS else str(role)
    lost = []
    for indicator in indicators().values():
        for definition in indicator.definitions:
            measures = [m for m in (definition.numerator, definition.denominator) if m]
            labels = {condition.label for m in measures for condition in m.where}
            if label in labels or label in definition.needs:
                lost.append(f"{indicator.indicator_id}/{definition.variant}")
    return list(dict.fromkeys(lost))


def _statistical() -> list[str]:
    return [
        indicator.indicator_id
        for indicator in indicators().values()
        if any(
            d.numerator.of or (d.denominator and d.denominator.of) for d in indicator.definitions
        )
    ]


def finding_lines(
    findings: Sequence[Finding], lang: str, most: int | None, effects: Iterable[Effect] = ()
) -> Iterator[str]:
    """Findings in the order given, with the city's figure each moves most where that is known.

    Beyond ``most`` only their number, and the sum of each kind: ten thousand slivers are one line.
    """
    shown = findings if most is None else findings[:most]
    dearest: dict[str, Effect] = {}
    for effect in effects:
        if effect.weight > 0 and effect.weight > _weight(dearest.get(effect.finding_id)):
            dearest[effect.finding_id] = effect
    for finding in shown:
        price = _price(dearest.get(finding.finding_id), lang)
        yield _line(finding, finding.area_m2, finding.message.say(lang) + price, lang)
    rest = findings[len(shown) :]
    if rest:
        yield say("cli.more_findings", lang, count=len(rest))
        yield from _kinds(rest, lang)


def _line(finding: Finding, area_m2: float | None, words: str, lang: str) -> str:
    area = "-" if area_m2 is None else number(area_m2 / 1e4, _one(lang), 4)
    severity = Text.of(f"severity.{finding.severity}").say(lang)
    column = f"{severity:<{_SEVERITY_WIDTH[lang]}}"
    return f"{column}{area:>14} ha  {finding.code}  [{finding.layer}]  {words}"


def _kinds(findings: Iterable[Finding], lang: str) -> Iterator[str]:
    """One line for each code, severity and layer: how many, and their hectares together."""
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        kind = str(finding.severity), finding.code, str(finding.layer)
        alike.setdefault(kind, []).append(finding)
    for group in alike.values():
        sizes = [item.area_m2 for item in group if item.area_m2 is not None]
        words = say("cli.findings_alike", lang, count=len(group))
        yield _line(group[0], sum(sizes) if sizes else None, words, lang)


def _weight(effect: Effect | None) -> float:
    return effect.weight if effect else 0.0


def _price(effect: Effect | None, lang: str) -> str:
    """By how much the finding moves a figure if it is resolved the other way."""
    if effect is None:
        return ""
    # from both ends: codes of units may hold a slash
    name, scenario = effect.figure_id.split("/")[0], effect.figure_id.rsplit("/", 2)[1]
    # small differences keep two significant digits
    decimals = max(2, 1 - math.floor(math.log10(abs(effect.delta))))
    delta = number(effect.delta, _one(lang), decimals)
    unit = Text.of(f"unit_of_difference.{indicators()[name].unit.replace('%', 'percent')}")
    sign = "+" if effect.delta > 0 else ""
    return "  " + say(
        "cli.price",
        lang,
        choice=effect.choice,
        name=name,
        state=Text.of(f"state.{scenario}"),
        delta=f"{sign}{delta}",
        unit=unit,
    )


def figure_lines(assessments: Iterable[Assessment], lang: str) -> Iterator[str]:
    """The city's figure of each indicator's default against its target."""
    for item in assessments:
        figure = item.figure
        if figure.unit_code != "city" or not figure.is_default:
            continue
        indicator = indicators()[figure.indicator]
        yield say(
            "cli.figure",
            lang,
            name=indicator.name,
            state=Text.of(f"state.{figure.scenario}"),
            value=_value(item, indicator.decimals),
            unit=Text.of(f"unit_of.{figure.value_unit}"),
            target=_read(item.target.value if item.target else None, 1),
            year=item.target.year if item.target else "-",
            verdict=Text.of(f"verdict.{item.verdict}"),
            basis=""
            if item.basis == "law"
            else Text.of("cli.basis", basis=Text.of(f"basis.{item.basis}")),
        )


def _value(item: Assessment, decimals: int) -> Name:
    """The figure's value, not rounded over its target."""
    value, target = item.figure.value, item.target.value if item.target else None
    return _read(value if value is None else readable(value, target, decimals), decimals)


def _read(value: float | None, decimals: int) -> Name:
    """A number in the form of each language; a dash where there is none."""
    if value is None:
        return Name("-", "-")
    return Name(number(value, "vi", decimals), number(value, "en", decimals))


def _one(lang: str) -> str:
    """The language whose number form is used where both languages share a line."""
    return "en" if lang == "en" else "vi"
