"""Values of any kind as names: spelled as in the CSV file that pandas writes of them."""

from __future__ import annotations

import csv
import datetime
import io
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from dmoe._tables import FREE, Text, column, name_role

LARGE = 2**53

NAMES = {
    "bool": pd.Series([True, False, True]),
    "nullable bool": pd.Series([True, None, False], dtype="boolean"),
    "arrow bool": pd.Series([True, None, False], dtype="bool[pyarrow]"),
    "objects of bool": pd.Series([True, None, np.False_], dtype=object),
    "int": pd.Series([LARGE, LARGE + 1, -1]),
    "unsigned": pd.Series([0, 2**64 - 1, 2**63], dtype="uint64"),
    "nullable int": pd.Series([LARGE, None, LARGE + 1], dtype="Int64"),
    "arrow int": pd.Series([LARGE, None, LARGE + 1], dtype="int64[pyarrow]"),
    "objects of int": pd.Series([2**80, 2**80 + 1, pd.NA], dtype=object),
    "float": pd.Series([0.1, np.nan, 1e-5, 7.0, 1e22, -0.0, 2000.0]),
    "float32": pd.Series([0.1, 2.5, 7.0], dtype="float32"),
    "nullable float": pd.Series([0.1, None, 7.0], dtype="Float64"),
    "sparse": pd.Series([0.0, 1.5, 0.0]).astype(pd.SparseDtype("float64", 0.0)),
    "decimal": pd.Series([Decimal("1.50"), None, Decimal("2E+3")]),
    "text": pd.Series(["01", "1", "2E3", " a ", None, "True"]),
    "objects": pd.Series(["a", 1, 2.5, True, None, np.float64(0.1)], dtype=object),
    "category of text": pd.Series(["a", None, "b"], dtype="category"),
    "category of int": pd.Series([LARGE + 1, LARGE, 5], dtype="category"),
    "category of bool": pd.Series([True, False, True], dtype="category"),
    "category of dates": pd.Series(pd.to_datetime(["2024-01-01", "2024-02-01"])).astype("category"),
    "dates": pd.Series(pd.to_datetime(["2024-01-01", None, "2024-02-01"])),
    "times": pd.Series(pd.to_datetime(["2024-01-01 10:20", "2024-02-01 00:00"])),
    "times of a zone": pd.Series(pd.to_datetime(["2024-01-01 10:20", "2024-02-01 00:00"])).dt.tz_localize("UTC"),
    "durations": pd.Series(pd.to_timedelta(["1D", "2D", None])),
    "periods": pd.Series(pd.period_range("2024-01", periods=3, freq="M")),
    "intervals": pd.cut(pd.Series([1, 2, 3]), 2),
    "objects of dates": pd.Series([datetime.date(2024, 1, 1), None], dtype=object),
}


def texts(values: Text) -> list[str]:
    data, ends = values.data.tobytes(), values.offsets.tolist()
    return [data[start:end].decode() for start, end in zip(ends, ends[1:])]  # noqa: B905 - of neighbours


@pytest.mark.parametrize("kind", NAMES)
def test_names_are_spelled_as_in_the_file(kind: str) -> None:
    values = NAMES[kind]
    written = io.StringIO(values.rename("v").to_csv(index=False))
    fields = [(row or [""])[0] for row in list(csv.reader(written))[1:]]
    assert texts(column(values, name_role())) == fields
    free = column(values, FREE)
    if isinstance(free, Text):
        assert texts(free) == fields
    else:
        expected = [float(field) if field else np.nan for field in fields]
        if values.dtype != np.float32:
            np.testing.assert_array_equal(free, expected)


def test_names_of_other_libraries() -> None:
    whole = [LARGE, LARGE + 1, None]
    for values in (
        pl.Series(whole), pa.array(whole), pa.chunked_array([whole[:1], whole[1:]]), whole,
        np.ma.array([LARGE, LARGE + 1, 3], mask=[0, 0, 1]), pa.array(whole).dictionary_encode(),
        pa.array([None if value is None else Decimal(value) for value in whole]),
    ):
        assert texts(column(values, name_role())) == [str(LARGE), str(LARGE + 1), ""]
    answers = [True, None, False]
    for values in (
        pl.Series(answers), pa.array(answers), answers, np.ma.array([True, True, False], mask=[0, 1, 0]),
        np.array(answers, dtype=object), pa.array(answers).dictionary_encode(),
    ):
        assert texts(column(values, name_role())) == ["True", "", "False"]
        assert texts(column(values, FREE)) == ["True", "", "False"]
        numbers = column(values)
        known = [float(text) if text else np.nan for text in texts(numbers)] if isinstance(numbers, Text) else numbers
        np.testing.assert_array_equal(known, [1, np.nan, 0])
    for values in (pl.Series(["a", None]), pa.array(["a", None]), pl.Series(["a", None], dtype=pl.Categorical), ["a", None]):
        assert texts(column(values, name_role())) == ["a", ""]
    assert texts(column(np.ma.array(["a", "b"], mask=[0, 1]))) == ["a", ""]


def test_decimals_are_rounded_once() -> None:
    digits = ["0.1", "9007199254740993", "1.00000000000000011102230246251565404"]
    values = [Decimal(text) for text in digits]
    for decimals in (pa.array(values[:2]), pa.array(values[2:])):
        np.testing.assert_array_equal(column(decimals), [float(value) for value in decimals.to_pylist()])
    assert texts(column(pd.Series(values))) == digits


def test_true_and_false_are_what_the_study_calls_them() -> None:
    flags = [True, False]
    for known, expected in [
        (["True", "False"], ["True", "False"]), (["false", "true"], ["true", "false"]), (["FALSE", "TRUE"], ["TRUE", "FALSE"]),
        (["0", "1"], ["1", "0"]), (["0", "1", "2"], ["1", "0"]), (["a", "b"], ["True", "False"]),
    ]:  # fmt: skip
        assert texts(column(flags, name_role(known))) == expected
    assert texts(column(flags, name_role(["nein", "ja"], is_answer=True))) == ["ja", "nein"]
    assert texts(column(flags, name_role(["True", "False"], is_answer=True))) == ["True", "False"]
