"""One run: a set, a cut, a number of experts. Files go the way of users: study, learn, aggregate, predict."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dmoe_experiments.program import Program, ProgramFailure
from dmoe_experiments.replicates import Replicate

from . import baseline, cuts, scores
from .dataset import DataSet
from .sets import part_of

NAME = "corpus"
ROWS, SITES = "rows", "sites"
#: Why a local model is not used, as the program codes it; other reasons are those of a fit.
NOT_USED = ("inconsistentSite", "impossibleSite")
Table = list[dict[str, str]]


def read(path: Path) -> Table:
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: Table, without: str | None) -> None:
    names = [name for name in rows[0] if name != without]
    with open(path, "w", newline="") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def column(rows: Table, name: str | None) -> list[str] | None:
    return [row[name] for row in rows] if name else None


@dataclass(frozen=True)
class Run:
    """A set with its table, a number of experts, and a cut of an exercise (`ROWS` or `SITES`)."""

    data: DataSet
    path: Path
    experts: int
    cut: int
    exercise: str

    @property
    def options(self) -> list[object]:
        return ["--experts", self.experts, "--seed", self.cut + 1]

    def __call__(self, program: Program) -> dict[str, Any]:
        train, test = divide(self.data, read(self.path), self.exercise, self.cut)
        write(program.folder / "train.csv", train, self.data.subject)
        write(program.folder / "test.csv", test, self.data.subject)
        learned = self.fit(program)
        failures = self.aggregate(program)
        methods = [method for method in scores.METHODS if method not in failures]
        warnings = program.read_json(f"{scores.DEFAULT}.json")["aggregation"].get("warnings", [])
        return self.score(program, train, test, methods) | {
            "trainRows": len(train), "testRows": len(test), "sites": len({row[self.data.site] for row in train}),
            **left_out(learned["leftOut"]),
            "named": [warning["site"] for warning in warnings if warning["code"] == "inconsistentSite"],
            "seconds": learned["wallSeconds"],
            "failures": failures,
        }  # fmt: skip

    def fit(self, program: Program) -> dict[str, Any]:
        """Study, local models, the default global model and the pooled fit; returns what `dmoe learn` says.

        The study knows the levels of the test rows too: sites agree on levels before anyone fits.
        """
        data = self.data
        exposure = ["--exposure", data.exposure] if data.exposure else []
        program.run(
            "study", "new", "train.csv", "test.csv", "--target", data.target, "--family", data.family,
            "--exclude", data.site, *exposure, *self.options, "-o", "study.json", "--quiet",
        )  # fmt: skip
        common = ["train.csv", "--study", "study.json", *self.options]
        learned = program.run_json(
            "learn", *common, "--shard-by", data.site, "--local-models", "local", "-o", f"{scores.DEFAULT}.json"
        )
        program.run("fit", *common, "--no-ledger", "-o", f"{scores.POOLED}.json", "--quiet")
        return learned

    def aggregate(self, program: Program) -> dict[str, dict[str, Any]]:
        """Every other way to one model; of those that end with an error, which and with what exit code."""
        failures: dict[str, dict[str, Any]] = {}
        for method in scores.METHODS:
            if method in (scores.POOLED, scores.DEFAULT):
                continue
            options = self.options[2:] if method == scores.MIXTURE else self.options
            try:
                program.run(
                    "aggregate", "local/*.json", "--method", method, *options, "-o", f"{method}.json", "--quiet"
                )
            except ProgramFailure as failure:
                failures[method] = {"exitCode": failure.exit_code, "message": str(failure)}
        return failures

    def score(self, program: Program, train: Table, test: Table, methods: Sequence[str]) -> dict[str, Any]:
        def exposures(rows: Table) -> list[float] | None:
            return [float(row[data.exposure]) for row in rows] if data.exposure else None

        data, subjects = self.data, column(test, self.data.subject)
        units = column(test, data.site) if self.exercise == SITES else subjects or range(len(test))
        return scores.score(
            {method: densities(program, method, len(test)) for method in methods},
            baseline.log_densities(
                data.family, column(train, data.target), column(test, data.target), exposures(train), exposures(test)
            ),
            units,
            cuts.halves(len(test), subjects, f"{data.name}/{self.cut}"),
        )


def divide(data: DataSet, rows: Table, exercise: str, cut: int) -> tuple[Table, Table]:
    """Training and test rows of a cut, each in the order of the table."""
    sites, subjects = [row[data.site] for row in rows], column(rows, data.subject)
    if exercise == SITES:
        train, test = cuts.by_sites(sites, subjects, cuts.held_out_sites(sites, cut, data.name))
    else:
        test = cuts.stratified(sites, subjects, f"{data.name}/{cut}")
        train = set(range(len(rows))) - test
    if not train or not test:
        raise ValueError("no training rows or no test rows")
    return [rows[row] for row in sorted(train)], [rows[row] for row in sorted(test)]


def left_out(sites: Sequence[dict[str, Any]]) -> dict[str, list[dict[str, str]]]:
    """Of the sites that `dmoe learn` left out, those that could not be fitted, and those whose models were not used."""
    parts: dict[str, list[dict[str, str]]] = {"notFitted": [], "leftOut": []}
    for site in sites:
        code = site["reason"]["code"]
        parts["leftOut" if code in NOT_USED else "notFitted"].append({"name": site["name"], "code": code})
    return parts


def densities(program: Program, method: str, count: int) -> list[float]:
    """Log densities of all test rows."""
    program.run("predict", f"{method}.json", "test.csv", "-o", "predictions.csv", "--quiet")
    values = [float(row["logDensity"]) for row in read(program.folder / "predictions.csv")]
    if len(values) != count:
        raise ValueError(f"{method}: {len(values)} predictions of {count} test rows")
    return values


def plan(
    chosen: Sequence[DataSet], folder: Path, program: Path, experts: Sequence[int], splits: int, exercise: str
) -> list[Replicate]:
    """The runs of the sets whose tables are there. Their names have a digest of program and table: neither's results
    are taken for another's."""
    made_by = hashlib.sha256(program.read_bytes()).hexdigest()
    replicates: list[Replicate] = []
    for data in chosen:
        path = folder / f"{data.name}.csv"
        if not path.exists():
            continue
        digest = hashlib.sha256(made_by.encode() + path.read_bytes() + repr(data.fields).encode()).hexdigest()[:8]
        rows = read(path)
        count = cuts.distinct_cuts([row[data.site] for row in rows], splits) if exercise == SITES else splits
        for size in experts:
            for cut in range(count):
                fields = {"set": data.name, "part": part_of(data.name), "experts": size, "cut": cut}
                cost = 2 + len(rows) / 1000 * size
                key = f"{data.name}-{exercise}-k{size}-cut{cut}-{digest}"
                replicates.append(Replicate(NAME, key, fields, cost, Run(data, path, size, cut, exercise)))
    return replicates
