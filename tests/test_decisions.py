"""What a person decided about findings: applied, said, or refused with the reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from shapely import LineString

from test_quality import (
    DAY,
    EAST,
    NORTH,
    dataset,
    feature,
    found,
    full_cover,
    layer,
    parcel,
    square,
    two_units,
)
from urbanplan_gis.analysis.gather import derive_layers
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Dataset, Decision, Finding, Role, Severity
from urbanplan_gis.project import DeriveFacts
from urbanplan_gis.quality.check import Checked, check
from urbanplan_gis.quality.decisions import read_decisions, settle_rest
from urbanplan_gis.text import Text

HEADER = "finding_id,choice,who,when,why\n"


def town() -> Dataset:
    """Parcel s (dated) lies on 20 m x 50 m of parcel a, and keeps it by the order."""
    late = parcel("s", square(80, 0, 20, 50), "DGT", approved="2020-01-01")
    return dataset(two_units(), layer(Role.LAND_USE, *full_cover(), late))


def undecided() -> Checked:
    result = check(town(), DAY)
    assert found(result) == {("overlap_contained", ("s", "a")): 0.1}
    return result


def decided(choice: str) -> Checked:
    finding_id = undecided().findings[0].finding_id
    return check(town(), DAY, decisions=[Decision(finding_id, choice, "An", "2025-07-01", "seen")])


def winner(result: Checked) -> list[str]:
    ids = result.dataset.layers[Role.LAND_USE].frame["feature_id"].to_numpy()
    return ids[result.overlaps[Role.LAND_USE].winner].tolist()


def test_accept_changes_nothing_but_the_finding() -> None:
    result = decided("accept")
    assert found(result) == found(undecided())
    assert result.findings[0].action == "decided: accept (An, 2025-07-01)"
    assert winner(result) == ["s"]


def test_drop_takes_the_feature_out_and_counts_it() -> None:
    result = decided("drop s")
    assert result.dataset.layers[Role.LAND_USE].frame["feature_id"].tolist() == ["a", "b"]
    (finding,) = result.findings
    assert (finding.action, finding.dropped) == ("decided: drop s (An, 2025-07-01)", 1)
    assert finding.message.say("en") == "no longer stands: s dropped by decision"
    assert winner(result) == []


def test_keep_reverses_the_order() -> None:
    result = decided("keep a")
    assert winner(result) == ["a"]
    decided_ones = [item for item in result.findings if item.action.startswith("decided")]
    # the winner first, as in every overlap; the id stays that of the undecided finding
    assert [item.feature_ids for item in decided_ones] == [("a", "s")]
    assert [item.action for item in decided_ones] == ["decided: keep a (An, 2025-07-01)"]
    assert decided_ones[0].finding_id == undecided().findings[0].finding_id
    assert "goes to a and is cut from s" in decided_ones[0].message.say("en")


def test_code_is_given_to_the_features_of_the_finding() -> None:
    result = decided("code ONT")
    frame = result.dataset.layers[Role.LAND_USE].frame.set_index("feature_id")
    assert frame["code"].to_dict() == {"a": "ONT", "s": "ONT", "b": "CLN"}


def test_dropping_a_feature_that_filled_the_ground_leaves_a_new_gap() -> None:
    result = decided("drop a")
    sizes = {item.code: item.area_m2 for item in result.findings}
    assert sizes == {"overlap_contained": 1000.0, "gap": 9000.0}


def crowd(unmapped: Finding | None = None) -> Dataset:
    """Three parcels drawn alike inside parcel a, and perhaps a finding on two of them."""
    alike = [parcel(name, square(10, 10, 20)) for name in ("x", "y", "z")]
    data = dataset(two_units(), layer(Role.LAND_USE, *full_cover(), *alike))
    return replace(data, findings=(unmapped,) if unmapped else ())


UNMAPPED = Finding(
    "unmapped_code",
    Severity.ERROR,
    "land_use",
    ("x", "y"),
    Text.of("finding.unmapped_code", source="s", value="QQ", count=2, hectares=0.08),
    "kept",
)


def decide(data: Dataset, *choices: tuple[str, str]) -> dict[tuple[str, tuple[str, ...]], Finding]:
    """Findings after choices on findings named by their code (the first of each)."""
    ids = {item.code: item.finding_id for item in reversed(check(data, DAY).findings)}
    made = [Decision(ids.get(code, code), choice, "An", "2025", "") for code, choice in choices]
    result = check(data, DAY, decisions=made)
    assert result.waiting == ()
    read, kept = (len(item.layers[Role.LAND_USE].frame) for item in (data, result.dataset))
    assert read == kept + sum(item.dropped for item in result.findings)
    return {(item.code, item.feature_ids): item for item in result.findings}


def test_two_drops_on_one_finding_count_both() -> None:
    choices = ("duplicate_geometry", "drop x"), ("duplicate_geometry", "drop y")
    told = decide(crowd(), *choices)
    finding = told["duplicate_geometry", ("x", "y", "z")]
    assert finding.dropped == 2
    assert finding.action == "decided: drop x (An, 2025); drop y (An, 2025)"
    # overlaps with the dropped say so, the one that is left stands
    assert told["overlap_contained", ("x", "a")].action == "decided: drop x (An, 2025)"
    assert told["overlap_contained", ("x", "a")].message.say("en").endswith("x dropped by decision")
    assert told["overlap_contained", ("z", "a")].action == "resolved_by_order"


def test_a_feature_dropped_through_two_findings_counts_once() -> None:
    told = decide(crowd(UNMAPPED), ("duplicate_geometry", "drop x"), ("unmapped_code", "drop x"))
    assert told["duplicate_geometry", ("x", "y", "z")].dropped == 1
    unmapped = told["unmapped_code", ("x", "y")]
    assert (unmapped.action, unmapped.dropped) == ("decided: drop x (An, 2025)", 0)
    assert unmapped.message.say("en").endswith("; of these, x dropped by decision")
    # two of the three alike are left: a finding of the decided layer
    assert told["duplicate_geometry", ("y", "z")].action == "resolved_by_order"


def test_a_finding_on_what_was_read_says_what_settled_it() -> None:
    told = decide(crowd(UNMAPPED), ("unmapped_code", "code ONT"))
    words = told["unmapped_code", ("x", "y")].message.say("en")
    assert words.endswith("counted with code ONT by decision")
    told = decide(crowd(UNMAPPED), ("unmapped_code", "drop x"), ("unmapped_code", "drop y"))
    words = told["unmapped_code", ("x", "y")].message.say("en")
    assert words == "no longer stands: x, y dropped by decision"


def test_decisions_on_what_a_decision_brought_to_light() -> None:
    first = decide(crowd(), ("duplicate_geometry", "drop x"))
    second = first["duplicate_geometry", ("y", "z")].finding_id
    told = decide(crowd(), (second, "drop y"), ("duplicate_geometry", "drop x"))
    assert told["duplicate_geometry", ("y", "z")].action == "decided: drop y (An, 2025)"
    assert told["duplicate_geometry", ("x", "y", "z")].action == "decided: drop x (An, 2025)"


def test_a_gap_that_grew_is_settled_by_the_larger_one() -> None:
    """Parcels a and c leave 20 m of the ward; without c, which holds c2, it is 50 m less c2."""
    parcels = [
        *[parcel("a", square(0, 0, 50, 100)), full_cover()[1]],
        *[parcel("c", square(50, 0, 30, 100)), parcel("c2", square(60, 0, 10, 10))],
    ]
    data = dataset(two_units(), layer(Role.LAND_USE, *parcels))
    (before,) = (item.finding_id for item in check(data, DAY).findings if item.code == "gap")
    (overlap,) = (item.finding_id for item in check(data, DAY).findings if item.code != "gap")
    drop = Decision(overlap, "drop c", "An", "2025", "")
    gaps = [item for item in check(data, DAY, decisions=[drop]).findings if item.code == "gap"]
    assert [(item.action, item.area_m2, item.finding_id == before) for item in gaps] == [
        ("unclassified", 4900.0, False),
        ("decided", 2000.0, True),
    ]


# ---- filling gaps ---------------------------------------------------------------------------


def hollow() -> Dataset:
    """Parcel a without 20 m x 20 m in its middle, where no other parcel is."""
    ring = square(0, 0).difference(square(40, 40, 20))
    return dataset(two_units(), layer(Role.LAND_USE, parcel("a", ring), full_cover()[1]))


def test_fill_gives_the_gap_to_a_feature_beside_it() -> None:
    finding = check(hollow(), DAY).findings[0]
    result = check(hollow(), DAY, decisions=[Decision(finding.finding_id, "fill a", "An", "", "")])
    frame = result.dataset.layers[Role.LAND_USE].frame
    assert frame["feature_id"].tolist() == ["a", "b"]
    assert frame.geometry.area.tolist() == [10_000.0, 10_000.0]
    assert [(item.code, item.action) for item in result.findings] == [
        ("gap", "decided: fill a (An, )")
    ]
    assert hollow().layers[Role.LAND_USE].frame.geometry.area.tolist() == [9600.0, 10_000.0]


def test_fill_by_a_feature_elsewhere_is_refused_with_those_around() -> None:
    finding = check(hollow(), DAY).findings[0]
    for word in ("b", "nobody"):
        with pytest.raises(PlanDataError) as caught:
            check(
                hollow(),
                DAY,
                decisions=[Decision(finding.finding_id, f"fill {word}", "An", "", "")],
            )
        assert "one of: a" in caught.value.line("en")
        assert word in caught.value.line("vi")


def test_fill_on_what_is_no_gap_is_refused() -> None:
    with pytest.raises(PlanDataError) as caught:
        decided("fill a")
    for lang in ("vi", "en"):
        assert "overlap_contained" in caught.value.line(lang)
        assert "gap_sliver" in caught.value.line(lang)


# ---- the code a decision gives --------------------------------------------------------------


def test_code_is_of_the_list_that_the_sources_of_its_features_use() -> None:
    """ODT stands in both lists of land codes; the one of 2018 comes first in the alphabet."""
    old = [parcel(f"o{n}", square(110 + 10 * n, 0, 10, 100), "CLN") for n in range(3)]
    layer_ = layer(
        Role.LAND_USE, parcel("x", square(0, 0), ""), parcel("y", square(100, 0, 10)), *old
    )
    frame = layer_.frame.copy()
    frame["code_list"] = ["", "tt08-2024", "tt27-2018", "tt27-2018", "tt27-2018"]
    frame["source"] = ["new", "new", "old", "old", "old"]
    finding = replace(UNMAPPED, feature_ids=("x",))
    data = replace(dataset(two_units(), layer_.with_frame(frame)), findings=(finding,))
    told = {item.code: item.finding_id for item in check(data, DAY).findings}
    given = [Decision(told["unmapped_code"], "code ODT", "An", "", "")]
    after = check(data, DAY, decisions=given).dataset.layers[Role.LAND_USE].frame
    assert after.loc[0, ["code_list", "code"]].tolist() == ["tt08-2024", "ODT"]


# ---- findings that come after the check -----------------------------------------------------


def test_accepting_a_finding_made_of_the_checked_layers() -> None:
    roads = layer(Role.ROADS, feature("r", LineString([(EAST, NORTH), (EAST + 9, NORTH)])))
    data = dataset(two_units(), roads)
    (late,) = derive_layers(check(data, DAY), DeriveFacts(), DAY).findings
    for choice, expected in (
        ("accept", {"road_without_width": "decided: accept (An, 2025)"}),
        ("drop r", {"road_without_width": "reported", "decision_too_late": "reported"}),
    ):
        result = check(data, DAY, decisions=[Decision(late.finding_id, choice, "An", "2025", "")])
        assert result.findings == ()
        told = settle_rest([late], result.waiting)
        assert {item.code: item.action for item in told} == expected
        assert all(item.message.say("vi") for item in told)


def test_decision_on_a_finding_that_is_gone_is_a_finding() -> None:
    result = check(town(), DAY, decisions=[Decision("overlap-0", "accept", "An", "", "")])
    assert {item.code for item in result.findings} == {"overlap_contained"}
    codes = {item.code: item for item in settle_rest(result.findings, result.waiting)}
    assert set(codes) == {"overlap_contained", "decision_unused"}
    unused = codes["decision_unused"]
    assert unused.feature_ids == ("overlap-0",)
    assert "overlap-0" in unused.message.say("vi")
    assert unused.finding_id == "decision-overlap-0"


def test_the_data_given_are_not_changed() -> None:
    data = town()
    finding_id = undecided().findings[0].finding_id
    check(data, DAY, decisions=[Decision(finding_id, "drop s", "An", "2025", "")])
    check(data, DAY, decisions=[Decision(finding_id, "code ONT", "An", "2025", "")])
    frame = data.layers[Role.LAND_USE].frame
    assert frame["feature_id"].tolist() == ["a", "b", "s"]
    assert frame["code"].tolist() == ["ODT", "CLN", "DGT"]


@pytest.mark.parametrize(
    ("choice", "said"),
    [("drop b", "b"), ("keep nobody", "nobody"), ("code QQQ", "QQQ")],
)
def test_decision_that_does_not_fit_its_finding(choice: str, said: str) -> None:
    with pytest.raises(PlanDataError) as caught:
        decided(choice)
    for lang in ("vi", "en"):
        line = caught.value.line(lang)
        assert said in line
        assert "decisions.csv" in line


def test_keep_needs_a_layer_with_priorities() -> None:
    units = two_units()
    moved = units.frame.copy()
    moved.loc[0, "geometry"] = square(0, 0, 110, 100)
    data = dataset(units.with_frame(moved))
    finding_id = check(data, DAY).findings[0].finding_id
    with pytest.raises(PlanDataError):
        check(data, DAY, decisions=[Decision(finding_id, "keep W", "An", "2025", "")])


# ---- the file -------------------------------------------------------------------------------


def test_no_file_no_decisions(tmp_path: Path) -> None:
    assert read_decisions(tmp_path / "decisions.csv") == []


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_rows_are_read_with_spaces_trimmed(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "decisions.csv"
    text = "\n gap-1 , accept , Lê An,2025-07-01,biết rồi\nx,drop a b,B,,\n"
    file.write_text(HEADER.strip() + text, encoding=encoding)
    assert read_decisions(file) == [
        Decision("gap-1", "accept", "Lê An", "2025-07-01", "biết rồi"),
        Decision("x", "drop a b", "B", "", ""),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("finding_id,choice,who\ng,accept,An\n", "decisions.csv"),
        ("", "decisions.csv"),
        (HEADER + "g,,An,2025,w\n", "decisions.csv:2"),
        (HEADER + "g,erase a,An,2025,w\n", "decisions.csv:2"),
        (HEADER + "g,accept,An,2025,w\ng,drop,An,2025,w\n", "decisions.csv:3"),
        (HEADER + "g,keep ,An,2025,w\n", "decisions.csv:2"),
        (HEADER + "g,accept,,2025,w\n", "decisions.csv:2"),
        (HEADER + "g,accept\n", "decisions.csv:2"),
        (HEADER + "g,fill,An,2025,w\n", "decisions.csv:2"),
    ],
)
def test_bad_rows_are_refused_with_their_place(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "decisions.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlanDataError) as caught:
        read_decisions(file)
    assert caught.value.where == place
    assert "\n" not in caught.value.line("both")
