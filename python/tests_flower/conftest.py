"""Four sites whose rows are a CSV file, a compressed one, Parquet and a database, and the command line beside them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy

sys.path.insert(0, str(Path(__file__).parents[1] / "tests_support"))

PROGRAM = Path(os.environ.get("DMOE_PROGRAM") or Path(__file__).parents[2] / ".build/release/dmoe")
APP = Path(__file__).parents[2] / "examples/flower"
# In columns that no model reads; it must come out nowhere.
PRIVATE = "PRIVATE-4711"


def rows(seed: int, count: int) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, 3)) + 0.2 * (seed % 3 - 1)
    frame = pd.DataFrame(x, columns=["x0", "x1", "x2"])
    frame["y"] = 1 + np.where(x[:, 0] > 0, 2.0, -1.0) * x[:, 1] + 0.5 * random.normal(size=count)
    frame["count"] = 3
    frame["note"] = [PRIVATE if number == 7 else f"{number}" for number in range(count)]
    return frame


@dataclass
class Sites:
    """The folder of the sites, and what their nodes are configured with."""

    folder: Path
    nodes: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def made(cls, folder: Path, sizes: dict[str, int]) -> Sites:
        sites = cls(folder)
        for index, (name, size) in enumerate(sizes.items()):
            place = folder / name
            place.mkdir(parents=True)
            frame = rows(index, size)
            frame.to_csv(place / "plain.csv", index=False)
            if name == "north":
                frame.to_parquet(place / "rows.parquet")
                node = {"table": str(place / "rows.parquet")}
            elif name == "south":
                engine = sqlalchemy.create_engine(f"sqlite:///{place}/rows.db")
                frame.to_sql("visits", engine, index_label="number")
                engine.dispose()
                query = "SELECT x0, x1, x2, y, count, note\nFROM visits WHERE note <> 'a \"b\"' ORDER BY number"
                node = {"database": f"sqlite:///{place}/rows.db", "query": query, "ledger": str(place / "dmoe.ledger")}
            elif name == "west":
                frame.to_csv(place / "rows.csv.gz", index=False)
                node = {"table": str(place / "rows.csv.gz"), "rounding-secret": str(place / "secret")}
            else:
                node = {"table": str(place / "plain.csv")}
            sites.nodes[name] = {"name": name, **node}
            sites.begin_ledger(place / "dmoe.ledger", name)
            (place / "secret").write_bytes(bytes(range(32)))
            (place / "secret").chmod(0o600)
        return sites

    @staticmethod
    def begin_ledger(path: Path, name: str) -> None:
        """With the key of a site: codes follow from it, and are in the files."""
        path.write_text(_first_line_of_a_ledger(name))
        path.chmod(0o600)

    @property
    def without_ledgers(self) -> dict[str, dict[str, Any]]:
        return {name: {**node, "ledger": "none"} for name, node in self.nodes.items()}


@cache
def _first_line_of_a_ledger(name: str) -> str:
    with TemporaryDirectory() as folder:
        rows(99, 100).to_csv(f"{folder}/any.csv", index=False)
        fit = [str(PROGRAM), "fit", "any.csv", "--target", "y", "--features", "x0", "--experts", "1", "--ledger", name, "-o", "any.json", "--quiet"]
        subprocess.run(fit, cwd=folder, check=True, capture_output=True)
        return Path(folder, name).read_text().splitlines(keepends=True)[0]


class CommandLine:
    """What the sites and the coordinator get by hand from the same rows, secrets and ledgers."""

    def __init__(self, sites: Sites, folder: Path, *, keeps_ledgers: bool) -> None:
        self.sites, self.folder, self.keeps_ledgers = sites, folder, keeps_ledgers
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name in sites.nodes:
            sites.begin_ledger(folder / f"{name}.ledger", name)

    def run(self, *arguments: object) -> None:
        done = subprocess.run([str(PROGRAM), *map(str, arguments), "--quiet"], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def guards(self, name: str) -> list[object]:
        ledger = ["--ledger", self.folder / f"{name}.ledger"] if self.keeps_ledgers else ["--no-ledger"]
        own = self.sites.nodes[name]
        return [*ledger, *(part for option in ("policy", "rounding-secret") if option in own for part in (f"--{option}", own[option]))]

    def one_shot(self, names: list[str], *options: object) -> str:
        """The global file, of the local ones in the folder `local`."""
        (self.folder / "local").mkdir(exist_ok=True)
        for name in names:
            table = self.sites.folder / name / "plain.csv"
            self.run("fit", table, *options, *self.guards(name), "-o", self.folder / "local" / f"{name}.json")
        self.run("aggregate", *(self.folder / "local" / f"{name}.json" for name in names), "-o", self.folder / "global-0.json")
        return (self.folder / "global-0.json").read_text()

    def round(self, number: int, names: list[str]) -> str:
        """The global file after a round at the one before."""
        folder, model = self.folder / f"round-{number}", self.folder / f"global-{number - 1}.json"
        folder.mkdir()
        for name in names:
            table = self.sites.folder / name / "plain.csv"
            self.run("statistics", model, table, *self.guards(name), "-o", folder / f"{name}.json")
        following = self.folder / f"global-{number}.json"
        self.run("update", model, *(folder / f"{name}.json" for name in names), "-o", following)
        return following.read_text()


@pytest.fixture(scope="session", autouse=True)
def program() -> None:
    if not PROGRAM.exists():
        pytest.fail(f"no program at {PROGRAM}: make build")
