"""Requests as every door must take or refuse them: a file that is bit-identical to that of the command line, or the same refusal."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import CommandLine
from test_option_names import python_names

import dmoe

TABLE = json.loads((Path(__file__).parents[2] / "Tests/CommandLineTests/Resources/requests.json").read_text())
NAMES = python_names()
FIT = {"target": "y", "features": ["x", "z"], "experts": 2, "starts": 4}
SITES = ["north", "south", "west"]


def requests(job: str) -> Any:
    table = [request for request in TABLE[job] if "python" not in request.get("without", [])]
    return pytest.mark.parametrize("request_", table, ids=[request["name"] for request in table])


def rows(site: int) -> pd.DataFrame:
    """Small multiples of powers of two, whose decimals are exact; those of the tests of the other doors."""
    i = np.arange(240)
    x = (i * 37 + 11 * site) % 64 / 32 - 1
    return pd.DataFrame({
        "x": x,
        "z": (i * 53 + 7 * site) % 128 / 64 - 1,
        "gap": np.where(i % 41 == site, np.nan, i * 19 % 32 / 16 - 1),
        "y": np.abs(x) + (i * 29 + 3 * site) % 32 / 64 - 0.25,
        "n": (i * 7 + site) % 5 + np.where((i * 37 + 11 * site) % 64 > 32, 2.0, 0.0),
        "w": 1.0 + i % 3,
        "k": np.where((i * 31 + site) % 7 < 3, "a", "b"),
    })


def write_site(folder: Path, name: str, site: int) -> pd.DataFrame:
    frame = rows(site)
    frame.to_csv(folder / name, index=False, na_rep="NA")
    return frame


def write(command_line: CommandLine, name: str, site: int) -> pd.DataFrame:
    return write_site(command_line.folder, name, site)


def python(request: dict[str, Any]) -> dict[str, Any]:
    """The options by their names in Python."""

    def value_of(name: str, value: Any) -> Any:
        if name == "study":
            return json.dumps(value)
        if name == "support":
            return rows(SITES.index(value))
        if name == "initialModels":
            return [dmoe.fit_local(rows(0), **FIT)] * value
        return tuple(value) if name == "experts" and isinstance(value, list) else value

    return {NAMES[name]: value_of(name, value) for name, value in request["options"].items()}


def has_command(request: dict[str, Any]) -> bool:
    return "commandLine" not in request.get("without", [])


def arguments(request: dict[str, Any], folder: Path) -> list[str]:
    """The options as the command line spells them."""
    words: list[str] = []
    for name, value in request["options"].items():
        option = "threads" if name == "threads" else NAMES[name].replace("_", "-")
        if name == "study":
            (folder / "study.json").write_text(json.dumps(value))
            value = "study.json"
        elif name == "support":
            write_site(folder, "support.csv", SITES.index(value))  # as this package calls it
            value = "support.csv"
        elif name == "unknownLevels":
            option = "unknown"
        elif name == "pointMass":
            words += [word for number in value for word in (f"--{option}", str(number))]
            continue
        elif name == "noise":
            value = "..".join(str(number) for number in value)
        if isinstance(value, bool):
            words.append(f"--{option}" if value else f"--no-{option}")
        elif name == "experts" and isinstance(value, list):
            words.append(f"--{option}={value[0]}..{value[1]}")
        else:
            words.append(f"--{option}={','.join(value) if isinstance(value, list) else value}")
    return words


def expect(request: dict[str, Any], call: Callable[[], str], command: Callable[[], str]) -> None:
    if "refused" not in request:
        result = call()
        assert not has_command(request) or result == command()
        return
    with pytest.raises(ValueError) as raised:
        call()
    assert str(raised.value) == request["refused"]


@requests("fit")
@pytest.mark.filterwarnings("ignore::dmoe.FitWarning")
def test_fit(command_line: CommandLine, request_: dict[str, Any]) -> None:
    frame = write(command_line, "site.csv", 0)

    def command() -> str:
        command_line.run("fit", "site.csv", *arguments(request_, command_line.folder), "-o", "model.json")
        return (command_line.folder / "model.json").read_text()

    expect(request_, lambda: dmoe.fit_local(frame, site="site.csv", **python(request_)).text, command)
    table = dmoe.Table(dict(frame), "site.csv")
    expect(request_, lambda: dmoe.fit_local(table, **python(request_)).text, command)


@requests("aggregate")
@pytest.mark.filterwarnings("ignore::dmoe.FitWarning")
def test_aggregate(command_line: CommandLine, request_: dict[str, Any]) -> None:
    models = {name: dmoe.fit_local(rows(site), **FIT) for site, name in enumerate(SITES)}
    for name, model in models.items():
        model.save(command_line.folder / f"{name}.json")

    def command() -> str:
        command_line.run("aggregate", *[f"{name}.json" for name in SITES], *arguments(request_, command_line.folder), "-o", "global.json")
        return (command_line.folder / "global.json").read_text()

    expect(request_, lambda: dmoe.aggregate(models, **python(request_)).text, command)


@requests("statistics")
def test_statistics(command_line: CommandLine, request_: dict[str, Any]) -> None:
    frame = write(command_line, "site.csv", 0)
    model = dmoe.fit_local(frame, **FIT)
    model.save(command_line.folder / "model.json")

    def command() -> str:
        command_line.run("statistics", "model.json", "site.csv", *arguments(request_, command_line.folder), "-o", "statistics.json")
        return (command_line.folder / "statistics.json").read_text()

    expect(request_, lambda: model.statistics(frame, **python(request_)), command)


@requests("adapt")
@pytest.mark.filterwarnings("ignore::dmoe.FitWarning")
def test_adapt(command_line: CommandLine, request_: dict[str, Any]) -> None:
    frame = write(command_line, "site.csv", 1)
    model = dmoe.fit_local(rows(0), **FIT)
    model.save(command_line.folder / "model.json")
    options = python(request_)
    if "weights" in options:  # a column there, an array here
        options["sample_weight"] = frame[options.pop("weights")]

    def command() -> str:
        command_line.run("adapt", "model.json", "site.csv", *arguments(request_, command_line.folder), "-o", "adapted.json")
        return (command_line.folder / "adapted.json").read_text()

    expect(request_, lambda: model.adapt(frame, frame["y"], **options).text, command)


@requests("update")
def test_update(command_line: CommandLine, request_: dict[str, Any]) -> None:
    model = dmoe.aggregate({name: dmoe.fit_local(rows(site), **FIT) for site, name in enumerate(SITES)})
    model.save(command_line.folder / "model.json")
    statistics = {name: model.statistics(rows(site)) for site, name in enumerate(SITES)}
    for name, text in statistics.items():
        (command_line.folder / name).write_text(text)

    def command() -> str:
        command_line.run("update", "model.json", *SITES, *arguments(request_, command_line.folder), "-o", "next.json")
        return (command_line.folder / "next.json").read_text()

    expect(request_, lambda: model.update(statistics, **python(request_)).text, command)


@requests("predict")
def test_predict(command_line: CommandLine, request_: dict[str, Any]) -> None:
    frame = write(command_line, "site.csv", 0)
    model = dmoe.fit_local(frame, **FIT)
    model.save(command_line.folder / "model.json")
    options = python(request_)

    def call() -> Any:
        if "levels" in options:
            return model.predict_quantiles(frame, **options).tolist()
        return [list(values) for values in zip(*model.predict(frame, return_std=True, **options))]

    def command() -> Any:
        command_line.run("predict", "model.json", "site.csv", *arguments(request_, command_line.folder), "-o", "p.csv")
        table = pd.read_csv(command_line.folder / "p.csv", float_precision="round_trip")
        return table[["mean", "standardDeviation"]].to_numpy().tolist()

    expect(request_, call, command)


@requests("evaluate")
def test_evaluate(command_line: CommandLine, request_: dict[str, Any]) -> None:
    frame = write(command_line, "site.csv", 0)
    model = dmoe.fit_local(frame, **FIT)
    model.save(command_line.folder / "model.json")
    options = python(request_)
    if "weights" in options:  # a column there, an array here
        options["sample_weight"] = frame[options.pop("weights")]

    def command() -> Any:
        run = command_line.run("evaluate", "model.json", "site.csv", *arguments(request_, command_line.folder), "--json")
        return json.loads(run.stdout)

    expect(request_, lambda: model.evaluate(frame, frame["y"], **options), command)


def test_unknown_keywords_are_refused() -> None:
    """By this package, or by the engine: none is without effect."""
    model = dmoe.fit_local(rows(0), **FIT)
    with pytest.raises(TypeError, match="minrows"):
        dmoe.fit_local(rows(0), **FIT, minrows=50)
    with pytest.raises(TypeError, match="level"):
        model.predict(rows(0), level=[0.5])
    with pytest.raises(ValueError, match="unknown key 'levels' in the request"):
        model.evaluate(rows(0), rows(0)["y"], levels=[0.5])


def test_largest_share(command_line: CommandLine) -> None:
    """Of an update too, where the bound of the aggregation holds by default."""
    tables = [rows(site).iloc[: (240 if site == 0 else 120)] for site in range(3)]
    models = {name: dmoe.fit_local(table, **FIT) for name, table in zip(SITES, tables)}
    bounded = dmoe.aggregate(models, largest_share=0.4)
    shares = [site["weight"] for site in bounded.record["aggregation"]["sites"]]
    assert max(shares) == pytest.approx(0.4)
    statistics = {name: bounded.statistics(table) for name, table in zip(SITES, tables)}
    assert bounded.update(statistics).text == bounded.update(statistics, largest_share=0.4).text
    assert bounded.update(statistics).text != bounded.update(statistics, largest_share=1).text
    with pytest.raises(ValueError, match="largest_share is below 1/3"):
        bounded.update(statistics, largest_share=0.2)
