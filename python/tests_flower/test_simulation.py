"""Simulated nodes, by `flwr run` of the template."""

from __future__ import annotations

from pathlib import Path

from conftest import APP, PRIVATE, CommandLine, Sites
from federation import simulation, toml

SIZES = {"east": 300, "north": 400, "south": 350, "west": 500}


def test_a_simulation_is_bit_identical_to_the_command_line(tmp_path: Path) -> None:
    """With a round; and a run that nothing comes of says why, without a value."""
    sites = Sites.made(tmp_path / "sites", SIZES)
    file = tmp_path / "sites/all.toml"
    named = {name: {**node, **({"table": f"{name}/plain.csv"} if name == "east" else {})} for name, node in sites.without_ledgers.items()}
    file.write_text("".join(f"[[site]]\n{toml(node)}" for node in named.values()))
    config = {
        "simulation-sites": str(file), "results": str(tmp_path / "results"), "fit.target": "y", "fit.features": "x0,x1,x2", "fit.experts": 2,
        "rounds": 1, "deadline": 300, "min-nodes": 4,
    }
    with simulation(tmp_path / "flower", len(SIZES)) as flower:
        outcome = flower.run(APP, config)
        failed = flower.run(APP, {**config, "fit.features": "x0,note"})
        logs = flower.logs()
    by_hand = CommandLine(sites, tmp_path / "hand", keeps_ledgers=False)
    names = list(SIZES)
    assert outcome.text("global-0.json") == by_hand.one_shot(names, "--target", "y", "--features", "x0,x1,x2", "--experts", 2)
    assert outcome.text("global.json") == by_hand.round(1, names)
    assert "0 sites answered with a model, and min-nodes is 4" in failed.shown
    assert {answer["site"]: answer["status"] for answer in failed.record["questions"]["local"]} == dict.fromkeys(names, "refused")
    assert PRIVATE not in outcome.shown + failed.shown + logs + failed.text("run.json")
