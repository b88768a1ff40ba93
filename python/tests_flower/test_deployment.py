"""A SuperLink and four SuperNodes with TLS and keys of their own, by `flwr run` of the template."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import APP, PRIVATE, CommandLine, Sites, rows
from federation import Federation, deployment, start_node

SIZES = {"east": 300, "north": 400, "south": 350, "west": 500}
NAMES = list(SIZES)
OPTIONS = ("--target", "y", "--features", "x0,x1,x2", "--experts", 2)
# A fit of so many takes long enough to be killed in it.
MANY = 300_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deployment")


@pytest.fixture(scope="module")
def sites(folder: Path) -> Sites:
    sites = Sites.made(folder / "sites", SIZES)
    write_policy(folder / "policy.json", ["y", "x0", "x1", "x2"])
    sites.nodes["south"]["policy"] = str(folder / "policy.json")
    sites.nodes["east"]["test-table"] = sites.nodes["east"]["table"]
    return sites


@pytest.fixture(scope="module")
def flower(folder: Path, sites: Sites) -> Iterator[Federation]:
    """With a stranger, whose key nobody registered."""
    nodes = {**sites.nodes, "stranger": sites.nodes["east"]}
    with deployment(folder / "flower", nodes, strangers=["stranger"]) as flower:
        yield flower


def write_policy(path: Path, columns: list[str]) -> None:
    path.write_text(json.dumps({"format": "dmoe-policy", "formatVersion": 1, "columns": columns}))
    path.chmod(0o600)


def config(folder: Path, **others: Any) -> dict[str, Any]:
    usual = {"results": str(folder / "results"), "fit.target": "y", "fit.features": "x0,x1,x2", "fit.experts": 2, "deadline": 300}
    usual["min-nodes"] = 2
    return {**usual, **{name.replace("_", "-"): value for name, value in others.items()}}


def test_the_global_file_is_that_of_the_command_line(flower: Federation, sites: Sites, folder: Path) -> None:
    """With ledgers, a policy, rounding at one site, a round, and scores."""
    outcome = flower.run(APP, config(folder, rounds=1, scores=True, sites=",".join(NAMES)))
    assert [answer["site"] for answer in outcome.record["questions"]["local"]] == NAMES, outcome.shown
    by_hand = CommandLine(sites, folder / "hand", keeps_ledgers=True)
    assert outcome.text("global-0.json") == by_hand.one_shot(NAMES, *OPTIONS)
    assert outcome.text("global.json") == by_hand.round(1, NAMES)
    for name in NAMES:
        assert outcome.text(f"local/{name}.json") == (folder / "hand/local" / f"{name}.json").read_text()
        assert outcome.text(f"round-1/{name}.json") == (folder / "hand/round-1" / f"{name}.json").read_text()
    assert "east: rows 300, logLikelihoodPerRow" in outcome.shown
    assert all("gives no scores" in answer["reason"] for answer in outcome.record["questions"]["scores"][1:])


def test_nothing_private_is_in_a_log(flower: Federation, sites: Sites, folder: Path) -> None:
    """Not even where the engine has a word on it."""
    outcome = flower.run(APP, config(folder, **{"fit.features": "x0,note"}))
    found = {answer["site"]: (answer["status"], answer["reason"]) for answer in outcome.record["questions"]["local"]}
    assert set(found) == set(NAMES) and {status for status, _ in found.values()} == {"refused"}
    assert all('column "note" should hold numbers but has' in reason for _, reason in found.values())
    assert "0 sites answered with a model, and min-nodes is 2" in outcome.shown
    written = outcome.shown + flower.logs() + outcome.text("run.json")
    values = {value for name in ("east", "west") for value in (sites.folder / name / "plain.csv").read_text().replace("\n", ",").split(",")}
    assert not {value for value in values if len(value) > 8 and value in written} and PRIVATE not in written
    assert str(sites.folder) not in outcome.shown + outcome.text("run.json")


def test_a_killed_node_and_one_that_refuses_are_named(flower: Federation, sites: Sites, folder: Path) -> None:
    """The model is that of the others."""
    for name in NAMES:
        sites.begin_ledger(sites.folder / name / "dmoe.ledger", name)
    write_policy(folder / "policy.json", ["x0", "x1", "x2"])
    rows(1, MANY).to_parquet(sites.folder / "north/rows.parquet")
    failures: list[BaseException] = []

    def killing() -> None:
        try:
            flower.kill_in_mid_fit("north")
        except BaseException as failure:  # noqa: BLE001 - raised below
            failures.append(failure)

    killer = threading.Thread(target=killing)
    killer.start()
    outcome = flower.run(APP, config(folder))
    killer.join()
    assert not failures
    write_policy(folder / "policy.json", ["y", "x0", "x1", "x2"])
    found = {answer["site"]: (answer["status"], answer.get("reason")) for answer in outcome.record["questions"]["local"]}
    assert found == {
        "east": ("answered", None), "north": ("silent", "the node is gone: no sign of life"),
        "south": ("refused", 'refused by the policy policy.json: column "y" is not among its columns; leave it out by features or exclude'),
        "west": ("answered", None),
    }
    assert "the model is made without north (silent), south (refused)" in outcome.shown
    by_hand = CommandLine(sites, folder / "hand-two", keeps_ledgers=True)
    assert outcome.text("global.json") == by_hand.one_shot(["east", "west"], *OPTIONS)


def test_nodes_that_are_not_there_are_named_and_come_back(flower: Federation, sites: Sites, folder: Path) -> None:
    rows(1, SIZES["north"]).to_parquet(sites.folder / "north/rows.parquet")
    everybody = config(folder, sites=",".join(NAMES), min_nodes=4, wait=1)
    outcome = flower.run(APP, everybody)
    assert "not there: north" in outcome.shown and "3 sites are there, and min-nodes is 4" in outcome.shown
    assert outcome.record["absent"] == ["north"]
    start_node(flower, "north")
    outcome = flower.run(APP, {**everybody, "wait": 120})
    assert outcome.text("global.json") and "stranger" not in outcome.shown
