"""Rows of a site in the order of their columns, without a cluster."""

from __future__ import annotations

import json
import tracemalloc
from typing import Any

import dmoe
import numpy as np
import pyarrow as pa
import pytest
from dmoe.spark._gathering import InPlace, Sorted

NAMES = ["y", "x", "kind"]


def rows(count: int = 900) -> pa.Table:
    random = np.random.default_rng(5)
    return pa.table({
        "y": np.round(random.normal(size=count), 1), "x": random.normal(size=count).astype(np.float32),
        "kind": pa.array(random.choice(["b", None, "é", "a"], count).tolist()),
        "row": pa.array(random.permutation(count) + 2**60), "day": pa.array(random.integers(0, 9, count).astype(np.int32), pa.date32()),
    })


def fitted(table: Any) -> str:
    kinds = {"name": "kind", "type": "category", "levels": ["a", "b", "é"], "reference": "a"}
    study = {
        "format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "missing": "drop", "experts": 1,
        "covariates": [{"name": "x", "type": "number"}, kinds],
    }
    return dmoe.fit_local(table, study=json.dumps(study), starts=1).text


def gathered(data: pa.Table, order: list[str], size: int) -> str:
    return fitted(Sorted(NAMES, order, {"a": data.num_rows})(iter(data.to_batches(size)), "a"))


@pytest.mark.parametrize("order", [["row"], ["day", "row"], ["y", "row"], ["kind", "row"], ["x"], ["day"], NAMES])
def test_the_order_in_which_rows_come_does_not_matter(order: list[str]) -> None:
    data = rows()
    mixed = data.take(np.random.default_rng(1).permutation(data.num_rows)).combine_chunks()
    assert gathered(data, order, 100) == gathered(mixed, order, 37)


def test_rows_in_order_are_the_rows_as_they_come() -> None:
    data = rows().sort_by("row").combine_chunks()
    assert gathered(data, ["row"], 100) == fitted(InPlace(NAMES)(iter(data.to_batches(64)), "a"))


def test_keys_that_differ_as_whole_numbers_alone() -> None:
    """Also where the key is a covariate, which the engine has as a number of 53 binary digits."""
    data = pa.table({"y": [1.0, 2.0, 3.0], "row": pa.array([2**60 + 2, 2**60 + 1, 2**60])})
    table = Sorted(["y", "row"], ["row"], {"a": 3})(iter(data.to_batches()), "a")
    assert table is not None
    assert table._kept[0][0].tolist() == [3, 2, 1]


def test_a_site_that_was_not_counted_makes_no_table() -> None:
    assert Sorted(NAMES, ["row"], {"a": 900})(iter(rows().to_batches()), "b") is None


@pytest.mark.parametrize("change", [-1, 1])
def test_other_rows_than_were_counted_make_no_table(change: int) -> None:
    data = rows()
    assert Sorted(NAMES, ["row"], {"a": data.num_rows + change})(iter(data.to_batches(100)), "a") is None


def test_a_site_is_held_once() -> None:
    count, names = 100_000, [f"x{index}" for index in range(30)]
    random = np.random.default_rng(2)

    def batches() -> Any:
        for _ in range(count // 1000):
            yield pa.RecordBatch.from_pydict({name: random.normal(size=1000) for name in names})

    usual = pa.default_memory_pool()
    pool = pa.proxy_memory_pool(usual)  # with a peak of its own
    pa.set_memory_pool(pool)
    tracemalloc.start()
    try:
        table = Sorted(names, names, {"a": count})(batches(), "a")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        pa.set_memory_pool(usual)
    assert table is not None and table.row_count == count
    assert pool.max_memory() > 0
    assert peak + pool.max_memory() < 1.15 * count * len(names) * 8
