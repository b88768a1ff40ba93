"""Columns of every library and kind give the rows that they hold."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import mixture

import dmoe
from dmoe._tables import Text, column, is_missing


def test_floating_point_is_not_copied() -> None:
    array = np.zeros((10, 3))
    frame = pd.DataFrame(array)
    for values in (array[:, 1], array[::2, 1], array[::-1, 1], array.astype(np.float32)[:, 0]):
        assert column(values) is values
    assert np.shares_memory(column(frame[1]), frame[1].to_numpy())
    arrow = pa.array(np.arange(5.0))
    assert column(arrow).ctypes.data == arrow.buffers()[1].address
    polars = pl.Series([1.0, 2.0])
    assert np.shares_memory(column(polars), polars.to_numpy())


@pytest.mark.parametrize(
    "values",
    [
        [1, 0, 3],
        np.array([1, 0, 3], dtype=np.int8),
        np.array([1, 0, 3], dtype=np.float16),
        np.array([1, 0, 3], dtype=">f8"),
        pd.Series([1, 0, 3], dtype="Int64"),
        pa.array([1, 0, 3]),
        pa.chunked_array([[1, 0], [3]]),
        pa.array([Decimal(1), Decimal(0), Decimal(3)]),
        pl.Series([1, 0, 3]),
    ],
)
def test_numbers(values) -> None:
    assert column(values).dtype in (np.float64, np.float32)
    np.testing.assert_array_equal(column(values), [1, 0, 3])


@pytest.mark.parametrize(
    "values",
    [
        pd.Series([1, None, 3], dtype="Int64"),
        pa.array([1, None, 3]),
        pa.array([1.0, None, 3.0]),
        pl.Series([1, None, 3]),
        pl.Series([1.0, None, 3.0]),
    ],
)
def test_missing_numbers(values) -> None:
    np.testing.assert_array_equal(column(values), [1, np.nan, 3])


def test_truth() -> None:
    for values in (np.array([True, False]), pd.Series([True, False]), pa.array([True, False]), pl.Series([True, False])):
        np.testing.assert_array_equal(column(values), [1, 0])


@pytest.mark.parametrize(
    "values",
    [
        ["é", None, "", "long one"],
        pd.Series(["é", None, "", "long one"]),
        pd.Series(["é", None, "", "long one"], dtype="category"),
        pd.Series(["é", None, "", "long one"], dtype="string"),
        pa.array(["é", None, "", "long one"]),
        pa.array(["x", "é", None, "", "long one"])[1:],
        pa.chunked_array([["é", None], ["", "long one"]]).dictionary_encode(),
        pl.Series(["é", None, "", "long one"]),
    ],
)
def test_texts(values) -> None:
    assert texts(column(values)) == ["é", "", "", "long one"]
    assert texts(column(values).taken(np.array([3, 0]))) == ["long one", "é"]
    assert texts(column(values).taken(slice(2, 4))) == ["", "long one"]


def texts(text: Text) -> list[str]:
    data = text.data.tobytes()
    return [data[a:b].decode() for a, b in zip(text.offsets[:-1], text.offsets[1:], strict=True)]


def test_batches_are_one_table() -> None:
    frame = mixture(3000)
    whole = dmoe.fit_local(frame, target="y", experts=2)
    edges = [0, 1, 8, 700, 700, 2011, 3000]
    parts = [frame.iloc[a:b] for a, b in zip(edges[:-1], edges[1:], strict=True)]
    table = dmoe.Table({name: parts[0][name] for name in frame})
    for part in parts[1:]:
        table.append({name: part[name] for name in frame})
    assert dmoe.fit_local(table, target="y", features=["x0", "x1", "x2"], experts=2).text == whole.text


def test_what_does_not_fit_together() -> None:
    with pytest.raises(ValueError, match="differ in length: 2 and 3 rows"):
        dmoe.Table({"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]})
    table = dmoe.Table({"a": [1.0]})
    with pytest.raises(ValueError, match="numbers in one batch and text in another"):
        table.append({"a": ["x"]})
    with pytest.raises(ValueError, match="other columns"):
        table.append({"b": [1.0]})


@pytest.mark.parametrize("value", [None, float("nan"), np.float64("nan"), pd.NA, pd.NaT])
def test_what_is_missing(value) -> None:
    assert is_missing(value)
    assert texts(Text.of(["a", value])) == ["a", ""]


@pytest.mark.parametrize("value", ["", "NA", 0, 1.5, False, np.str_("a"), np.bool_(True), np.int64(3)])
def test_what_is_not(value) -> None:
    assert not is_missing(value)
