"""What is left of a row in numbers that are rounded: of two files, of standard errors alone, of scores, of repeated answers."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import PROGRAM, Site, gram, moments

Table = dict[str, np.ndarray]
ROWS = 400
TRIALS = 120
NAMES = ["x0", "x1", "y"]
# Of the standard deviation of a value: an estimate whose error is 5 % smaller has this correlation with it, and three standard errors.
LARGEST = np.sqrt(1 - 0.95**2) + 3 / np.sqrt(TRIALS)


def clinic(random: np.random.Generator, rows: int) -> Table:
    x = random.normal(size=(rows, 2))
    return {"y": 2 * x[:, 0] - x[:, 1] + random.normal(size=rows), "x0": x[:, 0], "x1": x[:, 1]}


class Pair:
    """Files without and with a row."""

    def __init__(self, without: dict, added: dict, row: np.ndarray) -> None:
        self.without, self.added, self.row = without, added, row


def rounded(site: Site, name: object = "secret") -> list[str]:
    """With a secret that is the same in every run: a bound of three deviations is passed by chance now and then."""
    path = site.folder / f"{name}.txt"
    if not path.exists():
        path.write_text(hashlib.sha256(str(name).encode()).hexdigest() + "\n")
        path.chmod(0o600)
    return ["--rounding-secret", str(path)]


def pairs(site: Site, options: Callable[[int], list[str]]) -> list[Pair]:
    found = []
    for trial in range(TRIALS):
        table = clinic(np.random.default_rng(trial), ROWS + 1)
        files = []
        for rows in (ROWS, ROWS + 1):
            path = site.write("clinic.csv", {name: values[:rows] for name, values in table.items()})
            files.append(site.fit(path, "y", "--experts", "1", *options(2 * trial + rows - ROWS)))
        found.append(Pair(*files, np.array([table[name][-1] for name in NAMES])))
    return found


@pytest.fixture(scope="module")
def drafts(tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    return pairs(Site(tmp_path_factory.mktemp("drafts")), lambda _: ["--draft"])


@pytest.fixture(scope="module", params=["secrets", "secret"])
def releases(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> list[Pair]:
    """With a secret of its own for each answer, and with one for all."""
    site = Site(tmp_path_factory.mktemp("releases"))
    return pairs(site, lambda answer: rounded(site, answer if request.param == "secrets" else "secret"))


def from_means(pair: Pair) -> np.ndarray:
    """Σ z of the rows that are more."""
    return (gram(pair.added) - gram(pair.without))[0, 1:]


def from_products(pair: Pair) -> np.ndarray:
    """The largest direction of what is added to the products, with its sign by the truth: the attacker's luck."""
    values, vectors = np.linalg.eigh((gram(pair.added) - gram(pair.without))[1:, 1:])
    row = vectors[:, -1] * np.sqrt(max(values[-1], 0))
    return row * np.sign(row @ pair.row)


def from_errors(pair: Pair) -> np.ndarray:
    """σ² (X'X)⁻¹ and σ² / n are in the standard errors: X'X of both, without any sum of the file."""
    scatters = []
    for file in (pair.without, pair.added):
        block = file["experts"][0]["uncertainty"]
        errors = np.array(block["standardErrors"])
        size = len(errors)
        correlations = np.eye(size)
        correlations[np.tril_indices(size, -1)] = block["correlations"]
        correlations += np.tril(correlations, -1).T
        covariance = correlations * np.outer(errors, errors)
        scatters.append(covariance[0, 0] * file["rows"] * np.linalg.inv(covariance[1:3, 1:3]))
    values, vectors = np.linalg.eigh(scatters[1] - scatters[0])
    row = vectors[:, -1] * np.sqrt(max(values[-1], 0))
    return row * np.sign(row @ pair.row[:2])


def from_bins(pair: Pair) -> np.ndarray:
    """The mean of the bins of each covariate, times the rows."""

    def sums(file: dict) -> np.ndarray:
        return file["rows"] * np.array([np.mean(bins) for bins in file["experts"][0]["marginals"]])

    return sums(pair.added) - sums(pair.without)


ESTIMATES = [from_means, from_products, from_errors, from_bins]


@pytest.mark.parametrize("estimate", ESTIMATES)
def test_added_row_is_in_the_difference_of_drafts(drafts: list[Pair], estimate: Callable[[Pair], np.ndarray]) -> None:
    assert min(correlations(*values(drafts, estimate))) > 0.9


@pytest.mark.parametrize("estimate", ESTIMATES)
def test_added_row_is_not_in_that_of_releases(releases: list[Pair], estimate: Callable[[Pair], np.ndarray]) -> None:
    """An estimate is no better than the mean of all rows by more than 5 %, however it is shrunk."""
    known, found = values(releases, estimate)
    luck = 0.0
    if estimate in (from_products, from_errors):
        # A direction has its sign by luck: compared with those of other rows that have theirs by the same luck.
        others = np.roll(found, 1, axis=0)
        luck = max(correlations(known, others * np.sign(np.sum(others * known, axis=1, keepdims=True))))
    assert max(correlations(known, found)) < LARGEST + max(luck, 0)


def values(files: list[Pair], estimate: Callable[[Pair], np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The row, and what is made of the files; what is far out is taken at a bound, as anybody would."""
    found = np.array([estimate(pair) for pair in files])
    known = np.array([pair.row for pair in files])[:, : found.shape[1]]
    bound = 3 * known.std(axis=0)
    return known, np.clip(found, -bound, bound)


def correlations(known: np.ndarray, found: np.ndarray) -> list[float]:
    return [
        float(np.corrcoef(known[:, j], found[:, j])[0, 1]) if np.std(found[:, j]) > 0 else 0.0 for j in range(known.shape[1])
    ]


# Scores


def density(pair: Pair) -> float:
    """The log-likelihood of the files differs by about the log density of the row."""
    return pair.added["fit"]["logLikelihood"] - pair.without["fit"]["logLikelihood"]


def trace(pair: Pair) -> float:
    added, without = (file["fit"]["trace"][-1] * file["rows"] for file in (pair.added, pair.without))
    return added - without


def distance(pair: Pair) -> float:
    """How far the response of the row is from its expectation, squared."""
    return float((pair.row[2] - 2 * pair.row[0] + pair.row[1]) ** 2)


@pytest.mark.parametrize("score", [density, trace])
def test_scores_of_drafts_say_how_unusual_the_row_is(drafts: list[Pair], score: Callable[[Pair], float]) -> None:
    assert abs(np.corrcoef([distance(p) for p in drafts], [score(p) for p in drafts])[0, 1]) > 0.9


@pytest.mark.parametrize("score", [density, trace])
def test_scores_of_releases_do_not(releases: list[Pair], score: Callable[[Pair], float]) -> None:
    scores = [score(pair) for pair in releases]
    assert np.std(scores) == 0 or abs(np.corrcoef([distance(p) for p in releases], scores)[0, 1]) < LARGEST


def criteria(site: Site, *options: str) -> tuple[list[float], list[float]]:
    """Of pairs of files with chosen numbers of experts: log density by BIC, and the distance."""
    known, found = [], []
    for trial in range(25):
        table = clinic(np.random.default_rng(1000 + trial), ROWS + 1)
        values = []
        for rows in (ROWS, ROWS + 1):
            path = site.write("clinic.csv", {name: column[:rows] for name, column in table.items()})
            points = site.fit(path, "y", "--experts", "1..2", "--starts", "2", *options)["fit"]["expertCounts"]["points"]
            values.append(points[0]["bic"] - points[0]["parameters"] * np.log(rows))
        found.append(values[1] - values[0])
        known.append((table["y"][-1] - 2 * table["x0"][-1] + table["x1"][-1]) ** 2)
    return known, found


def test_criteria(site: Site) -> None:
    assert np.corrcoef(*criteria(site, "--draft"))[0, 1] > 0.9
    known, found = criteria(site, *rounded(site))
    assert np.corrcoef(known, found)[0, 1] < np.sqrt(1 - 0.95**2) + 3 / np.sqrt(len(found))


# Repeated answers


def subsets(site: Site, *options: str) -> tuple[float, np.ndarray]:
    """The mean of the target in answers about other covariates, and the exact one."""
    random = np.random.default_rng(5)
    table = {"y": random.normal(3, 1, ROWS), **{f"x{j}": random.normal(size=ROWS) for j in range(5)}}
    path = site.write("clinic.csv", table)
    found = []
    for bits in range(1, 32):
        names = ",".join(f"x{j}" for j in range(5) if bits >> j & 1)
        model = site.fit(path, "y", "--features", names, "--experts", "1", "--seed", str(bits), *options)
        found.append(moments(model["experts"][0])[1][-1])
    return float(table["y"].mean()), np.array(found)


def test_draft_has_the_mean(site: Site) -> None:
    mean, found = subsets(site, "--draft")
    assert np.allclose(found, mean, atol=1e-9)


def test_averaging_repeated_answers_gives_no_better_one(site: Site) -> None:
    """Two values at most, those beside the exact one: the second where a residual variance leads to another step."""
    _, found = subsets(site, *rounded(site))
    assert len(np.unique(found)) <= 2


def test_same_secret_same_file(site: Site) -> None:
    path = site.write("clinic.csv", clinic(np.random.default_rng(0), ROWS))
    secrets = [site.folder / "first", site.folder / "second"]
    files = [site.fit(path, "y", "--experts", "2", "--rounding-secret", str(secret)) for secret in [*secrets, secrets[0]]]
    assert files[0] == files[2]
    assert files[0] != files[1]
    assert secrets[0].stat().st_mode & 0o777 == 0o600


# Whole numbers


def sums_found(model: dict, columns: Table) -> int:
    total = gram(model)[0, 1:]
    return sum(round(float(total[j])) == round(float(values.sum())) for j, values in enumerate(columns.values()))


def test_sums_of_whole_numbers(site: Site) -> None:
    """Columns of whole numbers have whole sums, which begin a lattice: a draft has all, a release those of chance."""
    random = np.random.default_rng(6)
    columns = {f"c{j}": random.integers(-9, 10, ROWS).astype(float) for j in range(20)}
    path = site.write("clinic.csv", {**columns, "y": random.normal(size=ROWS)})
    assert sums_found(site.fit(path, "y", "--experts", "1", "--draft"), columns) == 20
    assert sums_found(site.fit(path, "y", "--experts", "1", *rounded(site)), columns) <= 4


# Two sites


def merged(site: Site, paths: list[Path], status: list[str]) -> dict:
    output = site.folder / "global.json"
    done = subprocess.run(
        [PROGRAM, *status, *paths, "--quiet", "-o", output], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(output.read_text())


@pytest.mark.parametrize("least_sites", [None, 2])
def test_global_less_own_is_the_other_site_at_most_as_it_was_rounded(site: Site, least_sites: int | None) -> None:
    """By the rule of sites not even that."""
    random = np.random.default_rng(8)
    tables = [{name: 0.2 + values for name, values in clinic(random, ROWS).items()} for _ in range(2)]
    paths = [site.write(f"site{j}.csv", table) for j, table in enumerate(tables)]
    exact = [site.fit(path, "y", "--experts", "1", "--draft") for path in paths]
    other = gram(exact[1])[0, 1:] / ROWS
    error = np.array([tables[1][name].std() for name in NAMES]) / np.sqrt(ROWS)

    pooled = merged(site, paths, ["learn", "--target", "y", "--experts", "1"])
    found = (gram(pooled) - gram(exact[0]))[0, 1:] / ROWS
    assert np.allclose(found, other, atol=1e-9)

    study = site.folder / "study.json"
    covariates = [{"name": name, "type": "number"} for name in NAMES[:2]]
    study.write_text(json.dumps(
        {"format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "covariates": covariates}
        | ({} if least_sites is None else {"leastSites": least_sites})))
    files = []
    for j, path in enumerate(paths):
        files.append(site.folder / f"release{j}.json")
        command = [PROGRAM, "fit", path, "--study", study, "--experts", "1", "--quiet", "--no-ledger", *rounded(site, j), "-o", files[-1]]
        site.run(command, files[-1])
    together = merged(site, files, ["aggregate"])
    assert together["disclosure"]["leastSites"] == (least_sites or 3)
    found = (gram(together) - gram(exact[0]))[0, 1:] / ROWS
    if least_sites is None:
        assert np.max(np.abs(found - other) / error) > 2
        assert all(set(part["experts"]) == {0} for part in together["aggregation"]["sites"])
    else:
        assert np.all(np.abs(found - other) < 2 * error)
        assert np.max(np.abs(found - other) / error) > 0.05


def test_columns_that_are_nearly_the_same_do_not_jump(site: Site) -> None:
    """Scheduled and actual times: what a release predicts differs from a draft by parts of its standard error."""
    random = np.random.default_rng(9)
    scheduled = random.uniform(5, 23, ROWS)
    actual = scheduled + 1e-3 * random.exponential(size=ROWS)
    y = 100 * (actual - scheduled) * 10 + scheduled + random.normal(size=ROWS)
    path = site.write("times.csv", {"y": y, "scheduled": scheduled, "actual": actual})
    x = np.column_stack([np.ones(ROWS), scheduled, actual])
    draft, release = (
        x @ np.array(site.fit(path, "y", "--experts", "1", *options)["experts"][0]["coefficients"])
        for options in (["--draft"], rounded(site)))
    assert np.sqrt(np.mean((draft - release) ** 2)) < 0.6 * np.std(y - draft) * np.sqrt(3 / ROWS)
