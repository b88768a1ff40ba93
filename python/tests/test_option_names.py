"""The options that messages name are parameters of this package, by the same name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import dmoe
import dmoe._requests

SOURCE = Path(__file__).parents[2] / "Sources/Messages/RequestOption.swift"

# Of the command line alone: it reads files, divides tables, simulates and compares.
ELSEWHERE = {
    "categories", "outOfCore", "delimiter", "columns", "rounds", "federatedRounds", "shards", "shardBy",
    "methods", "noLedger", "test", "pooled", "adapt", "interval", "profile", "rows", "testRows", "capacity", "shift",
}  # fmt: skip

# Not in a message to Python, where it is `experts` of an aggregation and `n_global_experts` of an estimator.
ELSEWHERE |= {"globalExperts"}


def block(text: str, start: str) -> str:
    """From the line that begins with `start` to the brace that closes what it opens."""
    found = re.search(rf"^( *){re.escape(start)}.*?^\1\}}", text, re.MULTILINE | re.DOTALL)
    assert found, f"{SOURCE} has no {start}"
    return found.group()


def python_names() -> dict[str, str]:
    text = SOURCE.read_text(encoding="utf-8")
    cases = re.findall(r"^    case ([^:\n]+)$", block(text, "public enum RequestOption"), re.MULTILINE)
    options = [name.strip() for line in cases for name in line.split(",")]
    special = dict(re.findall(r'case \.(\w+): "(\w+)"', block(text, "var pythonName")))
    return {option: special.get(option) or re.sub("[A-Z]", lambda c: "_" + c[0].lower(), option) for option in options}


def functions() -> Iterator[Callable[..., object]]:
    yield from (dmoe.fit_local, dmoe.aggregate)
    for kind in (
        dmoe.Model, dmoe.MixtureOfExpertsRegressor, dmoe.MixtureOfExpertsClassifier,
        dmoe.DistributedMixtureOfExpertsRegressor, dmoe.DistributedMixtureOfExpertsClassifier,
    ):  # fmt: skip
        yield kind
        yield from (member for name, member in inspect.getmembers(kind, inspect.isfunction) if name[0] != "_")


def parameters() -> set[str]:
    """Those of the signatures, and the keywords that functions with ``**`` take."""
    named = {name for function in functions() for name in inspect.signature(function).parameters}
    return named | set(dmoe._requests.FIT_OPTIONS) | set(dmoe._requests.ROW_OPTIONS) | {"n_jobs"}


@pytest.mark.parametrize("option", python_names())
def test_every_option_is_a_parameter(option: str) -> None:
    assert (python_names()[option] in parameters()) is (option not in ELSEWHERE)


def test_estimators_have_their_own_names() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    special = dict(re.findall(r'case \.(\w+): "(\w+)"', block(text, "private var estimatorName")))
    names = set()
    for kind in (dmoe.MixtureOfExpertsRegressor, dmoe.DistributedMixtureOfExpertsRegressor):
        names |= set(inspect.signature(kind).parameters) | set(inspect.signature(kind.fit).parameters)
    assert set(special.values()) <= names
    for option, own in dmoe._requests.ESTIMATOR_NAMES.items():
        assert own in names and own in special.values() and option not in names


def test_estimators_are_advised_of_their_options_alone() -> None:
    text = SOURCE.read_text(encoding="utf-8")
    advised = set(re.findall(r"\.(\w+)", text[text.index("ofEstimators: Set") :].partition("]")[0]))
    special = dict(re.findall(r'case \.(\w+): "(\w+)"', block(text, "private var estimatorName")))
    names = set()
    for kind in (dmoe.MixtureOfExpertsRegressor, dmoe.DistributedMixtureOfExpertsRegressor):
        names |= set(inspect.signature(kind).parameters) | set(inspect.signature(kind.fit).parameters)
    own = {option for option, name in python_names().items() if special.get(option, name) in names}
    assert advised == own - {"groups"}  # of an estimator the sites, of the option the components


def test_usual_numbers_are_those_of_the_engine() -> None:
    """Where None has a meaning of its own, Python names the number that the engine takes by itself."""
    root = SOURCE.parents[1]
    threshold = (root / "DistributedMoE/Jobs/Requests/FitChoices.swift").read_text(encoding="utf-8")
    rows = (root / "Estimation/Capacity/Capacity.swift").read_text(encoding="utf-8")
    assert f"usualThreshold = {dmoe._requests.USUAL_MIN_ROWS}\n" in threshold
    assert f"rowsPerParameter = {dmoe._requests.USUAL_ROWS_PER_PARAMETER}\n" in rows


def test_the_lists_name_options_alone() -> None:
    assert ELSEWHERE <= set(python_names())
    assert len(set(python_names().values())) == len(python_names())
