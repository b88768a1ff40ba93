"""Whole runs on the mock network of vantage6's tools."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import NAMES, PRIVATE, CommandLine, Sites

FIT = {"target": "y", "features": ["x0", "x1", "x2"], "experts": 2}
SAME_FIT = ("--target", "y", "--features", "x0,x1,x2", "--experts", 2)


def reasons(result: dict[str, Any], label: str = "local") -> dict[str, tuple[str, str]]:
    return {answer["site"]: (answer["status"], answer["reason"]) for answer in result["questions"][label] if "reason" in answer}


def test_files_are_those_of_the_command_line(sites: Sites, tmp_path: Path) -> None:
    """With ledgers, one site rounded, and rounds, to the last bit."""
    result = sites.network().run_task("central", fit=FIT, rounds=2)
    by_hand = CommandLine(sites, tmp_path / "hand")
    assert result["files"]["global-0.json"] == by_hand.one_shot(NAMES, *SAME_FIT)
    last = [by_hand.round(number, NAMES) for number in (1, 2)][-1]
    assert result["files"]["global.json"] == last and result["rounds"] == {"done": 2, "asked": 2, "ending": None}
    shared = {name: text for name, text in by_hand.files.items() if name != "global-2.json"}
    assert len(shared) == 14 and {name: result["files"].get(name) for name in shared} == shared
    assert "failure" not in result


def test_organisations_that_do_not_answer_are_named_with_their_reasons(
    sites: Sites, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network = sites.network({2: "crashed"}, site1={"DMOE_ALLOWED_COLUMNS": "x0, x1,x2"})
    result = network.run_task("central", fit=FIT, min_organizations=2, organizations=[0, 1, "mock-2", 3, "far away", 17])
    assert reasons(result) == {
        "mock-1": (
            "refused", 'refused by the policy columns-of-the-node: column "y" is not among its columns; leave it out by features or exclude'),
        "mock-2": ("failed", "the algorithm crashed at the site; the log of its run says more"),
    }
    assert result["absent"] == ["far away", "organization 17"]
    assert result["files"]["global.json"] == CommandLine(sites, tmp_path / "hand").one_shot(["mock-0", "mock-3"], *SAME_FIT)
    log = capsys.readouterr().out
    assert "warn > the model is made without mock-1 (refused), mock-2 (failed)" in log and "info > mock-0: answered after" in log


@pytest.mark.parametrize(("ending", "status", "said"), [
    ("not allowed", "failed", "the node does not allow this algorithm"),
    ("non-existing Docker image", "failed", "the node cannot have the image of the algorithm"),
    ("unknown error", "failed", "the run ended as 'unknown error'"),
    ("pending", "silent", "no answer within 2 s"),
    ("unreachable", "failed", "the task could not be made (ConnectionError)"),
    ("foreign", "failed", "the answer is none of this algorithm"),
])
def test_endings_of_runs_have_words(sites: Sites, capsys: pytest.CaptureFixture[str], ending: str, status: str, said: str) -> None:
    network = sites.network({1: ending})
    result = network.run_task("central", fit=FIT, deadline=2, organizations=[0, 1], min_organizations=2)
    assert reasons(result) == {"mock-1": (status, said)}
    assert result["failure"] == "1 site answered with a model, and min_organizations is 2"
    assert list(result["files"]) == ["local/mock-0.json"] and PRIVATE not in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "said"), [
    ({"fit": {**FIT, "ledger": "none"}}, "'fit' has 'ledger', which is none of target"),
    ({"aggregate": {"support": 1}}, "'aggregate' has 'support', which is none of experts"),
    ({"organizations": [0, 1]}, "'organizations' has 2 names, and 'min_organizations' is 3"),
    ({"organizations": [0, 1, 1]}, "'organizations' has a name twice"),
    ({"min_organizations": 0}, "'min_organizations' must be a whole number from 1, not 0"),
    ({"deadline": "soon"}, "'deadline' must be a number from 1, not 'soon'"),
    ({"min_organizations": 5}, "4 sites are there, and min_organizations is 5"),
])
def test_runs_that_cannot_be_are_refused(sites: Sites, arguments: dict[str, Any], said: str) -> None:
    network = sites.network()
    result = network.run_task("central", **{"fit": FIT, **arguments})
    assert said in result["failure"] and result["files"] == {} and len(network.asked) == 1


def test_the_node_of_the_central_function_may_ask_for_more_organisations(sites: Sites) -> None:
    result = sites.network(site0={"DMOE_MINIMUM_ORGANIZATIONS": "5"}).run_task("central", fit=FIT)
    assert result["failure"] == "4 sites are there, and min_organizations is 5"
    result = sites.network(site0={"DMOE_MINIMUM_ORGANIZATIONS": "1"}).run_task("central", fit=FIT, min_organizations=5)
    assert result["failure"] == "4 sites are there, and min_organizations is 5"


def test_rounds_end_where_too_few_answer(sites: Sites, tmp_path: Path) -> None:
    """A node that lets no round out; the model is the one shot."""
    policy = tmp_path / "policy.json"
    policy.write_text('{"format": "dmoe-policy", "formatVersion": 1, "rounds": 0}')
    policy.chmod(0o600)
    one_shot = {f"site{number}": {"DMOE_POLICY": str(policy)} for number in (0, 1)}
    result = sites.network(**one_shot).run_task("central", fit=FIT, rounds=1)
    assert result["rounds"]["done"] == 0 and result["rounds"]["ending"] == "2 sites answered in round-1, and min_organizations is 3"
    assert list(reasons(result, "round-1")) == ["mock-0", "mock-1"]
    assert result["files"]["global.json"] == result["files"]["global-0.json"]
