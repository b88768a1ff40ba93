"""Columns that one row, or a few, make up."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Site, gram, moments

Table = dict[str, np.ndarray]
ROWS = 200


@pytest.fixture
def incomes() -> Table:
    random = np.random.default_rng(2)
    income = np.exp(random.normal(10, 0.5, size=ROWS))
    income[17] = 1e7
    age = random.integers(20, 80, ROWS).astype(float)
    return {"y": random.normal(size=ROWS) + 0.02 * age, "income": income, "age": age}


def largest(model: dict) -> tuple[float, float]:
    """The income that makes up the spread, and the age of who has it: deviations are those of one row."""
    weight, mean, scatter = moments(model["experts"][0])
    income = mean[0] + np.sqrt(scatter[0, 0] * (1 - 1 / weight))
    age = mean[1] + scatter[0, 1] / (income - mean[0])
    return income, age


def test_spread_of_a_draft_is_the_largest_income(site: Site, incomes: Table) -> None:
    income, age = largest(site.fit(site.write("c.csv", incomes), "y", "--experts", "1", "--draft"))
    assert abs(income / 1e7 - 1) < 2e-3
    assert abs(age - incomes["age"][17]) < 1


def test_spread_of_a_release_is_that_of_many(site: Site, incomes: Table) -> None:
    model = site.fit(site.write("c.csv", incomes), "y", "--experts", "1")
    assert largest(model)[0] < 1e6
    assert model["disclosure"]["figures"]["largestShare"] < 0.5
    assert model["disclosure"]["figures"]["twoLargestShares"] < 0.9
    assert {"code": "topCoded", "column": "income"} in model["fit"]["warnings"]


def test_what_is_released_does_not_depend_on_how_large_the_largest_is(site: Site, incomes: Table) -> None:
    """The strongest form: 10 million or 20, the same means and deviations."""
    answers = []
    for value in (1e7, 2e7):
        incomes["income"][17] = value
        answers.append(gram(site.fit(site.write("c.csv", incomes), "y", "--experts", "1")))
    assert np.array_equal(answers[0], answers[1])


def test_target_is_no_exception(site: Site, incomes: Table) -> None:
    path = site.write("c.csv", incomes)
    _, mean, scatter = moments(site.fit(path, "income", "--experts", "1", "--draft")["experts"][0])
    assert abs((mean[-1] + np.sqrt(scatter[-1, -1])) / 1e7 - 1) < 5e-3
    _, mean, scatter = moments(site.fit(path, "income", "--experts", "1")["experts"][0])
    assert mean[-1] + np.sqrt(scatter[-1, -1]) < 1e6


@pytest.fixture
def flagged(incomes: Table) -> Table:
    incomes["income"][17] = 3e4
    flag = np.zeros(ROWS)
    flag[[3, 60, 61, 120]] = 1
    return {**incomes, "flag": flag}


def test_flag_of_a_draft_gives_the_mean_of_the_flagged(site: Site, flagged: Table) -> None:
    total = gram(site.fit(site.write("c.csv", flagged), "y", "--experts", "1", "--draft"))
    assert np.isclose(total[0, 3], 4)
    assert np.isclose(total[2, 3] / 4, flagged["age"][[3, 60, 61, 120]].mean())


def test_flag_of_a_release_says_nothing_of_them(site: Site, flagged: Table) -> None:
    """Whoever has the flag, of a few: the files are the same but for a rounded count."""
    other = {**flagged, "flag": np.roll(flagged["flag"], 11)}
    models = [site.fit(site.write("c.csv", table), "y", "--experts", "1") for table in (flagged, other)]
    for model in models:
        assert moments(model["experts"][0])[2][2, 2] == 0
        assert round(gram(model)[0, 3], 6) % 3 == 0
    first, second = (gram(model)[:, [0, 1, 2, 4]][[0, 1, 2, 4]] for model in models)
    assert np.allclose(first, second)


@pytest.mark.parametrize("ones", [4, 10, ROWS - 10, ROWS - 4])
def test_both_sides_of_a_flag_need_ten(site: Site, flagged: Table, ones: int) -> None:
    flagged["flag"] = (np.arange(ROWS) < ones).astype(float)
    scatter = moments(site.fit(site.write("c.csv", flagged), "y", "--experts", "1")["experts"][0])[2]
    assert bool(scatter[2, 2] > 0) is (10 <= ones <= ROWS - 10)
