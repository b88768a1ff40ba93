"""Four organisations of a mock network, each with an environment of its own, and the command line beside them."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
from vantage6.algorithm.tools.mock_client import MockAlgorithmClient

PROGRAM = Path(os.environ.get("DMOE_PROGRAM") or Path(__file__).parents[2] / ".build/release/dmoe")
EXAMPLE = Path(__file__).parents[2] / "examples/vantage6"
# In a column that no model reads; it must come out nowhere.
PRIVATE = "PRIVATE-4711"
# As the mock network calls them.
NAMES = [f"mock-{number}" for number in range(4)]


def rows(seed: int, count: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, 3)) + 0.2 * (seed % 3 - 1)
    frame = pd.DataFrame(x, columns=["x0", "x1", "x2"])
    frame["y"] = 1 + np.where(x[:, 0] > 0, 2.0, -1.0) * x[:, 1] + 0.5 * random.normal(size=count)
    frame["note"] = [PRIVATE if number == 7 else f"{number}" for number in range(count)]
    return frame


@cache
def _first_line_of_a_ledger(name: str) -> str:
    with TemporaryDirectory() as folder:
        rows(99, 100).to_csv(f"{folder}/any.csv", index=False)
        fit = [str(PROGRAM), "fit", "any.csv", "--target", "y", "--features", "x0", "--experts", "1", "--ledger", name, "-o", "any.json", "--quiet"]
        subprocess.run(fit, cwd=folder, check=True, capture_output=True)
        return Path(folder, name).read_text().splitlines(keepends=True)[0]


def begin_ledger(path: Path, name: str) -> None:
    """With the key of a site: codes follow from it, and are in the files."""
    path.write_text(_first_line_of_a_ledger(name))
    path.chmod(0o600)


@contextmanager
def environment(values: Mapping[str, str]) -> Iterator[None]:
    """Of one node."""
    before = dict(os.environ)
    kept = {name: value for name, value in before.items() if not name.startswith("DMOE_") or name == "DMOE_LIBRARY"}
    os.environ.clear()
    os.environ.update(kept | dict(values))
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class Network(MockAlgorithmClient):
    """That of the tools, but that nodes have environments of their own, and runs may end as they do in earnest."""

    class Task(MockAlgorithmClient.Task):
        def create(self, input_: dict[str, Any], organizations: list[int], name: str = "mock", description: str = "mock") -> Any:
            (number,) = organizations
            parent: Any = self.parent
            parent.asked.append((number, input_))
            ending = parent.endings.get(number) if input_["method"] != "central" else None
            if ending == "unreachable":
                raise ConnectionError(PRIVATE)
            with environment(parent.environments[number]):
                task = super().create(json.loads(json.dumps(input_)), organizations, name, description)
            if ending == "foreign":
                parent.results[-1]["result"] = json.dumps([1])
            elif ending is not None:
                parent.runs[-1]["status"] = ending
                parent.results.pop()
            return task

    def __init__(self, tables: list[Path], environments: list[dict[str, str]], endings: Mapping[int, str] = {}) -> None:  # noqa: B006
        super().__init__([[{"database": str(table), "db_type": "parquet"}] for table in tables], "dmoe.vantage6")
        self.environments = environments
        self.endings = endings
        self.asked: list[tuple[int, dict[str, Any]]] = []

    def run_task(self, method: str, number: int = 0, **arguments: Any) -> dict[str, Any]:
        task = self.task.create({"method": method, "kwargs": arguments}, [number])
        (result,) = self.wait_for_results(task["id"])
        return result


class Sites:
    """Tables, ledgers and secrets, each for the nodes and for the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables: list[Path] = []
        self.environments: list[dict[str, str]] = []
        for number, name in enumerate(NAMES):
            place = folder / name
            place.mkdir(parents=True)
            frame = rows(number, 300 + 50 * number)
            frame.to_csv(place / "rows.csv", index=False)
            frame.to_parquet(place / "rows.parquet")
            for ledger in ("node.ledger", "hand.ledger"):
                begin_ledger(place / ledger, name)
            (place / "secret").write_bytes(bytes(range(32)))
            (place / "secret").chmod(0o600)
            self.tables.append(place / "rows.parquet")
            self.environments.append({"DMOE_LEDGER": str(place / "node.ledger")})
        self.environments[3]["DMOE_ROUNDING_SECRET"] = str(folder / NAMES[3] / "secret")

    def network(self, endings: Mapping[int, str] = {}, **environments: Mapping[str, str]) -> Network:  # noqa: B006
        """With more in the environment of some."""
        own = [{**environment, **environments.get(f"site{number}", {})} for number, environment in enumerate(self.environments)]
        return Network(self.tables, own, endings)


class CommandLine:
    """What the sites and the coordinator get by hand from the same rows, secrets and ledgers."""

    def __init__(self, sites: Sites, folder: Path) -> None:
        self.sites, self.folder = sites, folder
        (folder / "local").mkdir(parents=True)

    def run(self, *arguments: object) -> None:
        done = subprocess.run([str(PROGRAM), *map(str, arguments), "--quiet"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def guards(self, name: str) -> list[object]:
        secret = ["--rounding-secret", self.sites.folder / name / "secret"] if name == NAMES[3] else []
        return ["--ledger", self.sites.folder / name / "hand.ledger", *secret]

    def fit(self, name: str, *options: object) -> str:
        path = self.folder / "local" / f"{name}.json"
        self.run("fit", self.sites.folder / name / "rows.csv", *options, *self.guards(name), "-o", path)
        return path.read_text()

    def one_shot(self, names: list[str], *options: object) -> str:
        for name in names:
            self.fit(name, *options)
        self.run("aggregate", *(self.folder / "local" / f"{name}.json" for name in names), "-o", self.folder / "global-0.json")
        return (self.folder / "global-0.json").read_text()

    def round(self, number: int, names: list[str]) -> str:
        """The global file after a round at the one before."""
        folder, model = self.folder / f"round-{number}", self.folder / f"global-{number - 1}.json"
        folder.mkdir()
        for name in names:
            table = self.sites.folder / name / "rows.csv"
            self.run("statistics", model, table, *self.guards(name), "-o", folder / f"{name}.json")
        following = self.folder / f"global-{number}.json"
        self.run("update", model, *(folder / f"{name}.json" for name in names), "-o", following)
        return following.read_text()

    @property
    def files(self) -> dict[str, str]:
        return {str(path.relative_to(self.folder)): path.read_text() for path in self.folder.rglob("*.json")}


@pytest.fixture
def sites(tmp_path: Path) -> Sites:
    return Sites(tmp_path / "sites")


@pytest.fixture(scope="session", autouse=True)
def program() -> None:
    if not PROGRAM.exists():
        pytest.fail(f"no program at {PROGRAM}: make build")
