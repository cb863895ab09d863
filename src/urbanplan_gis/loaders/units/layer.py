"""What a layer of administrative units must satisfy before anything is measured by it.

A source may leave codes and kinds to the names of its units, which tell them.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

from urbanplan_gis.errors import PlanDataError, bad_data, raise_problems
from urbanplan_gis.loaders.schema import UNIT_KINDS
from urbanplan_gis.loaders.units.names import UnitMatch, match_units
from urbanplan_gis.loaders.units.readings import read_kind
from urbanplan_gis.model.data import Finding, Layer, Role, Severity
from urbanplan_gis.model.figures import GROUPS
from urbanplan_gis.standards.codes import read_rows
from urbanplan_gis.text import Text

if TYPE_CHECKING:
    import geopandas as gpd

_KIND_WORDS = {"ward": "Phường", "commune": "Xã"}
_WRITTEN = {"tones": "unit_name.tones", "marks": "unit_name.marks"}


def units_at(units: Layer, day: dt.date) -> tuple[Layer, list[Finding]]:
    """The units that exist on a day, from ``valid_from`` until the day before ``valid_to``.

    The others, of an earlier or later map of units, are set aside, each with a finding.
    """
    frame = units.frame
    codes = frame["code"].where(frame["code"].notna(), frame["feature_id"])
    begun = ~(pd.to_datetime(frame["valid_from"]) > pd.Timestamp(day))
    over = pd.to_datetime(frame["valid_to"]) <= pd.Timestamp(day)
    gone = frame[(~begun | over).to_numpy(dtype=bool)]
    findings = [
        Finding(
            code="unit_not_valid",
            severity=Severity.INFO,
            layer=str(Role.UNITS),
            feature_ids=(feature,),
            message=Text.of("finding.unit_not_valid", code=code, name=name, day=day),
            action="set_aside",
            geometry=geometry,
            area_m2=float(geometry.area),
            dropped=1,
        )
        for feature, code, name, geometry in zip(
            gone["feature_id"], codes[gone.index], gone["name"], gone.geometry, strict=True
        )
    ]
    return units.with_frame(frame.drop(gone.index).reset_index(drop=True)), findings


def identify_units(units: Layer, vintage: str, where: str) -> tuple[Layer, list[Finding]]:
    """Units with the codes and kinds their source left out, as their names tell.

    Codes are those of the official list of ``vintage`` (units.csv of the standards), kinds those
    of the list or of the name itself. Each name that is not written as in the list is a finding.

    Raises:
        PlanDataError: one line for each unit whose name is not that of exactly one unit of the
            list, or tells no kind.
    """
    frame = units.frame.copy()
    uncoded = frame["code"].isna()
    findings: list[Finding] = []
    if uncoded.any():
        matches, kinds = _match_official(frame[uncoded], vintage, where)
        of_row = frame.loc[uncoded, "name"].map(matches)
        frame.loc[uncoded, "code"] = of_row.map(lambda match: match.code)
        told = of_row.map(lambda match: kinds[match.code])
        frame["kind"] = frame["kind"].fillna(told)
        findings = [
            tell_match(match, where, str(Role.UNITS), (feature,))
            for match, feature in zip(of_row, frame.loc[uncoded, "feature_id"], strict=True)
            if match.how != "exact"
        ]
    unkind = frame["kind"].isna()
    frame.loc[unkind, "kind"] = frame.loc[unkind, "name"].map(_kind_token)
    problems = [
        bad_data("unit_without_kind", where, name=name, id=feature)
        for name, feature in frame.loc[frame["kind"].isna(), ["name", "feature_id"]].to_numpy()
    ]
    if problems:
        raise_problems(problems)
    return units.with_frame(frame), findings


def _match_official(
    uncoded: gpd.GeoDataFrame, vintage: str, where: str
) -> tuple[dict[str, UnitMatch], dict[str, str]]:
    """What each name is in the official list of a vintage, and the kinds in that list by code."""
    rows = read_rows("units.csv")
    listed = [row for row in rows if row["vintage"] == vintage]
    if not listed:
        known = ", ".join(sorted({row["vintage"] for row in rows}))
        raise bad_data("no_unit_list", where, vintage=vintage, known=known)
    official = {row["code"]: row["name_vi"] for row in listed}
    matches = match_units(uncoded["name"], official, official_names() - set(official.values()))
    problems = [
        bad_data(
            "unit_without_code", where,
            name=name, id=feature, vintage=vintage, hint=tell_candidates(matches[name]),
        )
        for name, feature in uncoded[["name", "feature_id"]].to_numpy()
        if not matches[name].code
    ]  # fmt: skip
    if problems:
        raise_problems(problems)
    return matches, {row["code"]: row["kind"] for row in listed}


def _kind_token(name: str) -> str | None:
    kind = read_kind(name)
    return kind if kind in UNIT_KINDS else None


def name_units(known: gpd.GeoDataFrame, valid: gpd.GeoDataFrame) -> dict[str, str]:
    """Code -> name with kind of the ``valid`` units; all others ``known`` by their code alone."""
    names = dict.fromkeys(known["code"].dropna(), "")
    for code, name, kind in valid[["code", "name", "kind"]].to_numpy():
        names[code] = name if read_kind(name) else f"{_KIND_WORDS[kind]} {name}"
    return names


def official_names() -> frozenset[str]:
    """Every name of a unit that the standards know, of any vintage."""
    rows = read_rows("units.csv")
    return frozenset(row[column] for row in rows for column in ("name_vi", "unit_2025"))


def tell_match(match: UnitMatch, source: str, layer: str, features: tuple[str, ...]) -> Finding:
    """The finding that a name was understood as a unit although it is not written like it."""
    unit = f"{match.code} {match.name}"
    if match.how == "fuzzy":
        rival = Text.of("unit_name.no_rival")
        if match.runner_up:
            rival = Text.of("unit_name.rival", unit=match.runner_up)
        message = Text.of(
            "finding.unit_name_mistyped",
            source=source, given=match.given, unit=unit, score=match.score, rival=rival,
        )  # fmt: skip
    else:
        how = Text.of(_WRITTEN[match.how])
        message = Text.of(
            "finding.unit_name_matched", source=source, given=match.given, unit=unit, how=how
        )
    severity = Severity.WARNING if match.how == "fuzzy" else Severity.INFO
    return Finding("unit_name_matched", severity, layer, features, message, action="assumed")


def tell_candidates(match: UnitMatch) -> Text:
    """What a name that was not understood may have meant."""
    if not match.runner_up:
        return Text.of("unit_name.nothing")
    key = "unit_name.several" if match.how == "ambiguous" else "unit_name.nearest"
    return Text.of(key, units=match.runner_up)


def check_units(units: gpd.GeoDataFrame, where: str) -> None:
    """Refuse units that are missing altogether, share a code, or are called like a group.

    (That every unit has a code and a known kind was seen to when they were read or identified.)

    Raises:
        PlanDataError: one line for each code given twice or reserved, naming the features.
    """
    if units.empty:
        raise bad_data("no_unit_features", where)
    problems: list[PlanDataError] = []
    for code, group in units[units["code"].duplicated(keep=False)].groupby("code", sort=True):
        ids = ", ".join(group["feature_id"])
        names = ", ".join(group["name"])
        problems.append(bad_data("same_unit_code", where, code=code, ids=ids, names=names))
    for code, group in units[units["code"].isin(GROUPS)].groupby("code", sort=True):
        ids, listed = ", ".join(group["feature_id"]), ", ".join(GROUPS)
        problems.append(bad_data("reserved_unit_code", where, code=code, ids=ids, groups=listed))
    if problems:
        raise_problems(problems)
