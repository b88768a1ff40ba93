"""Whole runs, with the apps of the sites in this process."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import PRIVATE, CommandLine, Sites
from dmoe import _requests
from dmoe._federation import sites as questions
from dmoe._federation.learning import TooFewSites
from dmoe.flower import _messages
from dmoe.flower._folder import Folder
from dmoe.flower._server import Run
from dmoe.flower._settings import Settings
from flwr.app import ConfigRecord, Message, RecordDict
from in_process import Node, Nodes, failing, site

SIZES = {"east": 300, "north": 400, "south": 350, "west": 500}
NAMES = list(SIZES)
FIT = {"fit.target": "y", "fit.features": "x0,x1,x2", "fit.experts": 2}
SAME_FIT = ("--target", "y", "--features", "x0,x1,x2", "--experts", 2)


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    return Sites.made(tmp_path / "sites", SIZES)


def learn(nodes: Mapping[str, Node], folder: Path, config: Mapping[str, Any] = {}, **how: Any) -> Path:  # noqa: B006
    settings = Settings.of_run({"deadline": 5, "wait": 0, **FIT, **config}, folder)
    results = folder / "results"
    Run(Nodes(nodes, **how), settings, Folder(results)).learn()
    return results


def reasons(folder: Path, label: str = "local") -> dict[str, tuple[str, str]]:
    answers = json.loads((folder / "results/run.json").read_text())["questions"][label]
    return {answer["site"]: (answer["status"], answer["reason"]) for answer in answers if "reason" in answer}


def all_sites(nodes: Mapping[str, Mapping[str, Any]]) -> dict[str, Node]:
    return {name: site(node) for name, node in nodes.items()}


def files_of(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.glob("*.json")}


@pytest.mark.parametrize("keeps_ledgers", [False, True])
def test_files_are_those_of_the_command_line(sites: Sites, tmp_path: Path, keeps_ledgers: bool) -> None:
    """Of a table, Parquet, a database and rounded, with rounds, to the last bit."""
    by_hand = CommandLine(sites, tmp_path / "hand", keeps_ledgers=keeps_ledgers)
    results = learn(all_sites(sites.nodes if keeps_ledgers else sites.without_ledgers), tmp_path, {"rounds": 2})
    assert (results / "global-0.json").read_text() == by_hand.one_shot(NAMES, *SAME_FIT)
    assert files_of(results / "local") == files_of(tmp_path / "hand/local")
    last = [by_hand.round(number, NAMES) for number in (1, 2)][-1]
    assert files_of(results / "round-2") == files_of(tmp_path / "hand/round-2")
    assert (results / "global.json").read_text() == last
    assert json.loads((results / "run.json").read_text())["rounds"] == {"done": 2, "asked": 2, "ending": None}


def test_sites_that_do_not_answer_are_named_with_their_reasons(
    sites: Sites, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    policy = tmp_path / "officers-policy.json"
    policy.write_text('{"format": "dmoe-policy", "formatVersion": 1, "columns": ["x0", "x1", "x2"]}')
    policy.chmod(0o600)
    nodes = {
        **all_sites(sites.nodes), "guarded": site({**sites.nodes["east"], "policy": str(policy)}),
        "gone": failing(5, PRIVATE), "crashed": failing(8, PRIVATE), "broken": failing(2, f"ValueError: {PRIVATE}"),
        "mute": lambda _: None, "foreign": lambda message: Message(RecordDict({"a": ConfigRecord({"b": 1})}), reply_to=message),
    }
    caplog.set_level(logging.INFO, "flwr")
    results = learn(nodes, tmp_path, {"sites": ",".join([*nodes, "far away"]), "deadline": 2})
    assert reasons(tmp_path) == {
        "broken": ("failed", "the app failed at the site; the log of its node says more"),
        "crashed": ("failed", "the app crashed at the site, or was ended there"),
        "foreign": ("failed", "the message is none of this app"),
        "gone": ("silent", "the node is gone: no sign of life"),
        "guarded": (
            "refused", 'refused by the policy officers-policy.json: column "y" is not among its columns; leave it out by features or exclude'),
        "mute": ("silent", "no answer within 2 s"),
    }
    assert "slow: no answer yet after" in caplog.text and "not there: far away" in caplog.text
    left_out = "broken (failed), crashed (failed), foreign (failed), gone (silent), guarded (refused), mute (silent)"
    assert f"the model is made without {left_out}" in caplog.text
    by_hand = CommandLine(sites, tmp_path / "hand", keeps_ledgers=True)
    assert (results / "global.json").read_text() == by_hand.one_shot(NAMES, *SAME_FIT)
    record = (results / "run.json").read_text()
    assert PRIVATE not in caplog.text + record and str(tmp_path) not in record


@pytest.mark.parametrize(("config", "said"), [
    ({"fit.target": "note"}, "the table: column \"note\" should hold numbers but has '…'; correct the field"),
    ({"fit.features": "x0,note"}, "column \"note\""),
    ({"fit.features": "x0,age"}, 'no column "age"'),
    ({"fit.exposure": "x0", "fit.features": "x1", "fit.family": "poisson", "fit.target": "count"}, "exposure \"x0\" is …"),
    ({"fit.family": "poisson"}, "target \"y\" is …"),
    ({"fit.weights": "x0", "fit.features": "x1"}, "weight \"x0\" is …"),
    ({"fit.experts": 200}, "rows cannot support 200 experts"),
    ({"fit.min-rows": 3}, "asks for a threshold of 3 rows, and the site answers at 10 or more"),
])
def test_refusals_have_no_values(
    sites: Sites, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], config: dict[str, Any], said: str
) -> None:
    with pytest.raises(TooFewSites, match="0 sites answered with a model, and min-nodes is 2"):
        learn(all_sites(sites.without_ledgers), tmp_path, config)
    found = reasons(tmp_path)
    assert list(found) == NAMES and all(status == "refused" for status, _ in found.values())
    assert all(said in reason for _, reason in found.values()), found
    written = caplog.text + "".join(capfd.readouterr()) + (tmp_path / "results/run.json").read_text()
    values = {str(value) for name in NAMES for value in (sites.folder / name / "plain.csv").read_text().replace("\n", ",").split(",")}
    assert not {value for value in values if len(value) > 6 and value in written} and PRIVATE not in written


def test_large_files_go_in_parts(sites: Sites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = learn(all_sites(sites.without_ledgers), tmp_path / "whole", {"rounds": 1})
    monkeypatch.setattr(_messages, "PART_BYTES", 1000)
    nodes = Nodes(all_sites(sites.without_ledgers))
    Run(nodes, Settings.of_run({**FIT, "rounds": 1}, tmp_path), Folder(tmp_path / "parts")).learn()
    assert len(nodes.sent[-1].content) > 5
    assert (tmp_path / "parts/global.json").read_text() == (whole / "global.json").read_text()


def test_names_are_of_one_site(sites: Sites, tmp_path: Path) -> None:
    """Nodes that are not registered say what they are called."""
    again = {**sites.without_ledgers["west"], "name": "east"}
    spoken = {f"node {index}": site(node) for index, node in enumerate([*sites.without_ledgers.values(), again])}
    results = learn(spoken, tmp_path, are_registered=False)
    assert reasons(tmp_path) == {"east": ("failed", "another site is called east too")}
    assert sorted(files_of(results / "local")) == [f"{name}.json" for name in NAMES]
    learn(spoken, tmp_path, {"sites": "north,south"}, are_registered=False)
    assert reasons(tmp_path)["west"] == ("failed", "west is none of the sites that take part")
    hostile = {**sites.without_ledgers["west"], "name": "../../up\n.x"}
    results = learn({**all_sites(sites.without_ledgers), "a": site(hostile)}, tmp_path, are_registered=False)
    assert not list(tmp_path.glob("up*")) and (results / "local/%2E.%2F..%2Fup .x.json").exists()


def test_a_site_scores_on_the_rows_that_it_names(sites: Sites, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "flwr")
    table = str(sites.folder / "east/plain.csv")
    few = tmp_path / "few.csv"
    few.write_text("\n".join(Path(table).read_text().splitlines()[:8]))
    nodes = {**sites.without_ledgers}
    nodes["east"] = {**nodes["east"], "test-table": table}
    nodes["north"] = {**nodes["north"], "test-table": str(few)}
    nodes["south"] = {**nodes["south"], "test-query": "SELECT * FROM visits"}
    results = learn(all_sites(nodes), tmp_path, {"scores": True})
    answers = {answer["site"]: answer for answer in json.loads((results / "run.json").read_text())["questions"]["scores"]}
    import dmoe
    import pandas as pd

    frame = pd.read_csv(table)
    expected = dmoe.Model.load(results / "global.json").evaluate(frame, frame["y"])
    assert answers["east"]["scores"]["crps"] == float(f"{expected['crps']:.4g}") and answers["east"]["scores"]["rows"] == 300
    assert "logLikelihood" not in answers["east"]["scores"] and answers["south"]["scores"]["rows"] == 350
    assert answers["north"]["reason"] == "fewer than 10 rows to score: the site releases nothing of them"
    assert answers["west"]["reason"].startswith("the site gives no scores")
    (tmp_path / "few.csv").write_text("x0,x1,x2\n1,2,3\n")
    learn(all_sites(nodes), tmp_path, {"scores": True})
    assert reasons(tmp_path, "scores")["north"][1] == "the rows to score have no column y"
    assert "east: rows 300, logLikelihoodPerRow" in caplog.text


def test_a_study_is_the_one_that_the_site_has_agreed_to(sites: Sites, tmp_path: Path) -> None:
    study = {"format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "missing": "error", "experts": 2,
             "covariates": [{"name": name, "type": "number"} for name in ("x0", "x1", "x2")]}
    (tmp_path / "study.json").write_text(json.dumps(study))
    agreed = tmp_path / "agreed.json"
    agreed.write_text(json.dumps(study))
    nodes = {name: {**node, "study": str(agreed)} for name, node in sites.without_ledgers.items()}
    nothing = dict.fromkeys(FIT, "")
    results = learn(all_sites(nodes), tmp_path, {**nothing, "study": "study.json"})
    by_hand = CommandLine(sites, tmp_path / "hand", keeps_ledgers=False)
    assert (results / "global.json").read_text() == by_hand.one_shot(NAMES, "--study", agreed)
    agreed.write_text(json.dumps({**study, "target": "x2"}))
    with pytest.raises(TooFewSites):
        learn(all_sites(nodes), tmp_path, {**nothing, "study": "study.json"})
    assert {reason for _, reason in reasons(tmp_path).values()} == {"the study is not the one that this site has agreed to"}


def test_what_guards_the_rows_is_the_sites_to_say(sites: Sites) -> None:
    answer = site(sites.without_ledgers["east"])
    for option in ("ledger", "policy", "draft", "as_sites", "rounding_secret", "initial_models"):
        message = Message(_messages.packed({"options": {"target": "y", "experts": 1, option: ""}, "seconds": 60}), 1, "query.fit")
        fields, text = _messages.unpacked(answer(message).content)
        assert text is None and fields["reason"] == f"the coordinator asks for {option}, which is the site's to say"


def test_every_option_of_a_fit_is_the_coordinators_or_the_sites() -> None:
    """A new one is refused until somebody says whose it is."""
    sites_own = {"ledger", "hold_back_new", "policy", "rounding_secret", "draft", "as_sites", "initial_models", "aggregated", "study"}
    assert {*_requests.FIT_OPTIONS, *_requests.COLUMN_ARGUMENTS, "experts"} == {*questions.FIT_OPTIONS, *sites_own}
    assert not sites_own & set(questions.FIT_OPTIONS)


def test_a_fit_ends_when_nobody_waits_for_it(sites: Sites) -> None:
    message = Message(_messages.packed({"options": {"target": "y", "experts": 2}, "seconds": 0}), 1, "query.fit")
    fields, text = _messages.unpacked(site(sites.nodes["east"])(message).content)
    assert text is None and fields["reason"] == "not done within the 0 s that the coordinator waits"
    ledger = sites.folder / "east/dmoe.ledger"
    assert len(ledger.read_text().splitlines()) == 1  # nothing was entered


def test_rounds_end_where_too_few_answer(sites: Sites, tmp_path: Path) -> None:
    """The model is that of the rounds before."""
    asked = dict.fromkeys(NAMES, 0)

    def tiring(name: str) -> Node:
        answer = site(sites.without_ledgers[name])

        def once(message: Message) -> Message:
            asked[name] += 1
            return answer(message) if asked[name] < 3 or name == "east" else failing(5, "")(message)

        return once

    results = learn({name: tiring(name) for name in NAMES}, tmp_path, {"rounds": 3})
    assert (results / "global.json").read_text() == (results / "global-1.json").read_text()
    rounds = json.loads((results / "run.json").read_text())["rounds"]
    assert rounds["done"] == 1 and rounds["ending"] == "1 site answered in round-2, and min-nodes is 2"


def test_five_rounds_are_what_a_ledger_answers(sites: Sites, tmp_path: Path) -> None:
    """The question whether the last one did harm is refused, and the model kept."""
    results = learn(all_sites(sites.nodes), tmp_path, {"rounds": 5})
    rounds = json.loads((results / "run.json").read_text())["rounds"]
    assert rounds["done"] == 5 and len(json.loads((results / "global.json").read_text())["rounds"]) == 5
    refused = reasons(tmp_path, "round-6")
    assert list(refused) == NAMES and all("no more rounds are answered" in reason for _, reason in refused.values())
