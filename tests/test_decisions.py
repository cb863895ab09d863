"""What a person decided about findings: applied, said, or refused with the reason."""

from __future__ import annotations

from pathlib import Path

import pytest

from test_quality import DAY, dataset, found, full_cover, layer, parcel, square, two_units
from urbanplan_gis.errors import PlanDataError
from urbanplan_gis.model.data import Dataset, Decision, Role
from urbanplan_gis.quality.check import Checked, check
from urbanplan_gis.quality.decisions import read_decisions

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
    assert winner(result) == []


def test_keep_reverses_the_order() -> None:
    result = decided("keep a")
    assert winner(result) == ["a"]
    decided_ones = [item for item in result.findings if item.action.startswith("decided")]
    assert [item.feature_ids for item in decided_ones] == [("s", "a")]
    assert [item.action for item in decided_ones] == ["decided: keep a (An, 2025-07-01)"]


def test_code_is_given_to_the_features_of_the_finding() -> None:
    result = decided("code ONT")
    frame = result.dataset.layers[Role.LAND_USE].frame.set_index("feature_id")
    assert frame["code"].to_dict() == {"a": "ONT", "s": "ONT", "b": "CLN"}


def test_dropping_a_feature_that_filled_the_ground_leaves_a_new_gap() -> None:
    result = decided("drop a")
    sizes = {item.code: item.area_m2 for item in result.findings}
    assert sizes == {"overlap_contained": 1000.0, "gap": 9000.0}


def test_decision_on_a_finding_that_is_gone_is_a_finding() -> None:
    result = check(town(), DAY, decisions=[Decision("overlap-0", "accept", "An", "", "")])
    codes = {item.code: item for item in result.findings}
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
    ],
)
def test_bad_rows_are_refused_with_their_place(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "decisions.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(PlanDataError) as caught:
        read_decisions(file)
    assert caught.value.where == place
    assert "\n" not in caught.value.line("both")
