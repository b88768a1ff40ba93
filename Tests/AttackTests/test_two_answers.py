"""Two files of nearly the same rows: their difference is a sum over the rows in which they differ."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from conftest import Refused, Site, gram

Table = dict[str, np.ndarray]


@pytest.fixture
def table() -> Table:
    random = np.random.default_rng(1)
    x = random.normal(size=(300, 3))
    y = np.where(x[:, 0] > 0, 2 * x[:, 1], -x[:, 1]) + 0.3 * random.normal(size=300)
    return {"y": y, **{f"x{j}": x[:, j] for j in range(3)}}


def added(table: Table) -> Table:
    return {name: np.append(values, 1.25 + index) for index, (name, values) in enumerate(table.items())}


def without_last(table: Table) -> Table:
    return {name: values[:-1] for name, values in table.items()}


def fit(site: Site, table: Table, *options: str) -> np.ndarray:
    return gram(site.fit(site.write("clinic.csv", table), "y", "--experts", "2", *options))


@pytest.mark.parametrize("change", [added, without_last])
def test_difference_of_drafts_is_the_row(site: Site, table: Table, change: Callable[[Table], Table]) -> None:
    other = change(table)
    larger = table if change is without_last else other
    difference = fit(site, larger, "--draft") - fit(site, other if larger is table else table, "--draft")
    row = np.array([larger[name][-1] for name in ("x0", "x1", "x2", "y")])
    assert np.allclose(difference[0, 1:], row, atol=1e-6)


@pytest.mark.parametrize("change", [added, without_last])
def test_second_release_is_refused(site: Site, table: Table, change: Callable[[Table], Table]) -> None:
    ledger = str(site.folder / "clinic.ledger")
    fit(site, table, "--ledger", ledger)
    with pytest.raises(Refused, match="entry 1 .* differ by fewer than 10"):
        fit(site, change(table), "--ledger", ledger)


@pytest.mark.parametrize("change", [added, without_last])
def test_second_release_is_refused_by_default(
    site: Site, table: Table, change: Callable[[Table], Table]
) -> None:
    """Without a word of a ledger, and under another name in the same folder."""
    site.release(site.write("clinic.csv", table), "y", "--experts", "2")
    with pytest.raises(Refused, match="entry 1 .* differ by fewer than 10"):
        site.release(site.write("export.csv", change(table)), "y", "--experts", "2")


@pytest.mark.parametrize("more", [1, 9])
def test_new_rows_that_wait_are_in_no_file(site: Site, table: Table, more: int) -> None:
    """The file is that of the rows before, whatever the new ones are."""
    first = site.release(site.write("clinic.csv", table), "y", "--experts", "2")
    grown = {name: np.append(values, np.full(more, 1.25)) for name, values in table.items()}
    second = site.release(site.write("clinic.csv", grown), "y", "--experts", "2", "--hold-back-new")
    assert second["disclosure"]["ledger"]["entry"] == 2
    for model in (first, second):
        del model["disclosure"]["ledger"]
    assert first == second


def test_answers_to_rounds_count_too(site: Site, table: Table) -> None:
    """A file of all rows, and the statistics of all but one at the same model."""
    path = site.write("clinic.csv", table)
    draft = site.fit(path, "y", "--experts", "2", "--draft")
    draft["disclosure"]["status"] = "release"
    less = site.write("less.csv", without_last(table))
    difference = gram(draft) - gram(site.statistics(draft, less, "--no-ledger"))
    row = np.array([table[name][-1] for name in ("x0", "x1", "x2", "y")])
    assert np.allclose(difference[0, 1:], row, atol=1e-4)
    model = site.release(path, "y", "--experts", "2")
    site.statistics(model, path)
    with pytest.raises(Refused, match="differ by fewer than 10"):
        site.statistics(model, less)


def test_changed_row_is_refused(site: Site, table: Table) -> None:
    ledger = str(site.folder / "clinic.ledger")
    fit(site, table, "--ledger", ledger)
    table["x1"][7] += 1
    with pytest.raises(Refused, match="differ by fewer than 10"):
        fit(site, table, "--ledger", ledger)


def test_missing_in_and_out(site: Site, table: Table) -> None:
    """With a column that three patients miss, and without: the three."""
    table["x2"][[5, 50, 150]] = np.nan
    path = site.write("clinic.csv", table)
    drop = ["--missing", "drop", "--experts", "1"]
    both = [site.fit(path, "y", "--features", names, *drop, "--draft") for names in ("x0,x1", "x0,x1,x2")]
    whole, part = gram(both[0]), gram(both[1])
    three = (whole[0, [1, 2, 3]] - part[0, [1, 2, 4]]) / (whole[0, 0] - part[0, 0])
    assert np.allclose(three, [np.mean(table[name][[5, 50, 150]]) for name in ("x0", "x1", "y")])
    ledger = ["--ledger", str(site.folder / "clinic.ledger")]
    site.fit(path, "y", "--features", "x0,x1", *drop, *ledger)
    with pytest.raises(Refused, match="differ by fewer than 10"):
        site.fit(path, "y", "--features", "x0,x1,x2", *drop, *ledger)


def test_other_columns_of_the_same_rows_are_allowed(site: Site, table: Table) -> None:
    ledger = ["--ledger", str(site.folder / "clinic.ledger")]
    path = site.write("clinic.csv", table)
    first = site.fit(path, "y", "--experts", "2", *ledger)
    second = site.fit(path, "y", "--features", "x0,x1", "--experts", "1", *ledger)
    assert [model["disclosure"]["ledger"]["entry"] for model in (first, second)] == [1, 2]


def test_counts_of_left_out_rows_are_not_told_apart(site: Site, table: Table) -> None:
    table["x2"][[5, 50, 150]] = np.nan
    path = site.write("clinic.csv", table)
    options = ["--missing", "drop", "--experts", "1"]
    assert site.fit(path, "y", *options, "--draft")["reading"]["rowsLeftOut"] == 3
    assert site.fit(path, "y", *options)["reading"]["rowsLeftOut"] == "<10"
