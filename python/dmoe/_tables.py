"""From arrays and data frames to the tables of the engine, which reads them where they lie."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from . import _engine

_FLOAT64, _FLOAT32, _TEXT = 0, 1, 2


class Text:
    """A column of texts: their UTF-8 one after the other, and where each begins. An empty one is missing."""

    def __init__(self, offsets: np.ndarray, data: Any) -> None:
        self.offsets = offsets
        self.data = data

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @classmethod
    def of(cls, values: Any) -> Text:
        """Of objects; None and NaN are missing."""
        encoded = [b"" if is_missing(value) else str(value).encode() for value in values]
        offsets = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(value) for value in encoded], out=offsets[1:])
        return cls(offsets, np.frombuffer(b"".join(encoded) or b"\0", dtype=np.uint8))


    @classmethod
    def of_codes(cls, codes: np.ndarray, labels: Sequence[str]) -> Text:
        """Of the labels that the codes count."""
        encoded = [label.encode() for label in labels]
        offsets = np.zeros(len(codes) + 1, dtype=np.int64)
        np.cumsum(np.array([len(label) for label in encoded], dtype=np.int64)[codes], out=offsets[1:])
        data = b"".join([encoded[code] for code in codes.tolist()])
        return cls(offsets, np.frombuffer(data or b"\0", dtype=np.uint8))

    def taken(self, rows: slice | np.ndarray) -> Text:
        """Some rows: of a slice where they lie, else copied."""
        if isinstance(rows, slice):
            return Text(self.offsets[rows.start : rows.stop + 1], self.data)
        pieces = [self.data[self.offsets[row] : self.offsets[row + 1]] for row in rows]
        offsets = np.zeros(len(rows) + 1, dtype=np.int64)
        np.cumsum([len(piece) for piece in pieces], out=offsets[1:])
        return Text(offsets, np.concatenate([*pieces, np.zeros(1, np.uint8)]))


def is_missing(value: Any) -> bool:
    """None, NaN, NaT, and NA of pandas, which does not say whether it differs from itself."""
    try:
        return value is None or bool(value != value)
    except TypeError:
        return True


def taken(values: np.ndarray | Text, rows: slice | np.ndarray) -> np.ndarray | Text:
    """Some rows of a column: of a slice where they lie, else copied."""
    return values.taken(rows) if isinstance(values, Text) else values[rows]


def column(values: Any) -> np.ndarray | Text:
    """One column as the engine takes it: a view where it is floating point, else a converted copy."""
    values = _numpy(values)
    if isinstance(values, Text):
        return values
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise ValueError(f"a column has one dimension, not {values.ndim}")
    if isinstance(values, np.ma.MaskedArray):
        values = np.ma.filled(values.astype(np.float64), np.nan)
    if values.dtype in (np.float64, np.float32) and values.strides[0] % values.itemsize == 0:
        return values
    if values.dtype.kind in "fiub":
        return values.astype(np.float64)
    if values.dtype.kind == "c":
        raise ValueError("Complex data not supported: covariates and responses are real numbers")
    return Text.of(values)


def _numpy(values: Any) -> Any:
    """A one-dimensional array, without a copy where the library that made it can do without."""
    if isinstance(values, (np.ndarray, Text)):
        return values
    kind = type(values).__module__.split(".")[0]
    if kind == "pyarrow":
        return _of_arrow(values)
    if kind == "polars":
        if values.dtype.is_numeric() or str(values.dtype) == "Boolean":
            return values.to_numpy()
        return Text.of(values.to_list())
    if kind == "pandas":
        if getattr(values.dtype, "kind", "O") in "fiub" and isinstance(values.dtype, np.dtype):
            return values.to_numpy(copy=False)
        if getattr(values.dtype, "kind", "O") in "fiub":  # numbers that may be missing
            return values.to_numpy(dtype=np.float64, na_value=np.nan)
        return Text.of(values.to_numpy(dtype=object, na_value=None))
    return np.asarray(values)


def _of_arrow(values: Any) -> Any:
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        values = values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()
    if isinstance(values, pa.DictionaryArray):
        if pa.types.is_string(values.type.value_type):  # together they may have more bytes than its offsets count
            values = pa.DictionaryArray.from_arrays(values.indices, values.dictionary.cast(pa.large_string()))
        values = values.dictionary_decode()
    if pa.types.is_floating(values.type) or pa.types.is_integer(values.type):
        return values.to_numpy(zero_copy_only=False)
    if pa.types.is_boolean(values.type):
        return values.cast(pa.int8()).to_numpy(zero_copy_only=False)
    if pa.types.is_decimal(values.type):
        return values.cast(pa.float64()).to_numpy(zero_copy_only=False)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        values = values.cast(pa.large_string()).fill_null("")
        _, offsets, data = values.buffers()
        where = np.frombuffer(offsets, dtype=np.int64)[values.offset : values.offset + len(values) + 1]
        return Text(where, np.frombuffer(data, dtype=np.uint8) if data and data.size else np.zeros(1, np.uint8))
    return Text.of(values.to_pylist())


def names_of(data: Any) -> list[str] | None:
    """The names of the columns; None of an array, which has none."""
    if isinstance(data, Mapping):
        return [str(name) for name in data]
    names = getattr(data, "column_names", None)  # Arrow
    if names is None:
        names = getattr(data, "columns", None)  # pandas, polars
    return None if names is None else [str(name) for name in names]


def columns_of(data: Any, names: Sequence[str], source: str = "data") -> dict[str, Any]:
    """The named columns of a data frame, or those of an array in their order.

    Raises
    ------
    ValueError
        Where a column is missing, or an array has another number of columns than there are names.
    """
    present = names_of(data)
    if present is None:
        array = np.asarray(data)
        if array.ndim != 2:
            raise ValueError(
                f"Expected 2D array, got {array.ndim}D array instead. Reshape your data with array.reshape(-1, 1) "
                "if it has one column, or array.reshape(1, -1) if it is one row."
            )
        if array.shape[1] != len(names):
            raise ValueError(f"X has {array.shape[1]} features, but {len(names)} are expected: {', '.join(names)}")
        return {name: array[:, index] for index, name in enumerate(names)}
    missing = [name for name in names if name not in present]
    if missing:
        known = ", ".join(f'"{name}"' for name in present)
        raise ValueError(f'{source}: no column "{missing[0]}"; the columns are {known}')
    return {name: data[name] for name in names}


class Table:
    """A table of the engine. It keeps what it was given alive for as long as it lives.

    Parameters
    ----------
    columns : mapping of names to columns
        NumPy arrays, Series of pandas or polars, arrays of Arrow, lists; all of one length.
    source : str
        What messages call it.
    """

    def __init__(self, columns: Mapping[str, Any], source: str = "data") -> None:
        self.source = source
        self._kept: list[Any] = []
        self._handle: int | None = None
        self._names: list[str] = []
        self._elements: list[int] = []
        self.row_count = 0
        self.append(columns)

    @classmethod
    def of_parts(cls, parts: Iterable[Mapping[str, Any]], source: str) -> Table | None:
        """Of rows that come in parts with the same columns, each where it lies; None of no part."""
        table: Table | None = None
        for part in parts:
            if table is None:
                table = cls(part, source)
            else:
                table.append(part)
        return table

    def append(self, columns: Mapping[str, Any]) -> None:
        """Adds rows with the same columns, where they lie."""
        if self._handle is not None and list(columns) != self._names:
            raise ValueError(f"the batch has other columns: {', '.join(columns)}, not {', '.join(self._names)}")
        arrays = [column(values) for values in columns.values()]
        lengths = {len(array) for array in arrays}
        if len(lengths) > 1:
            shortest, longest = min(lengths), max(lengths)
            raise ValueError(f"the columns differ in length: {shortest} and {longest} rows")
        elements = [_element(array) for array in arrays]
        if self._handle is None:
            self._open(list(columns), elements)
        # A batch may hold as whole numbers what another holds as fractions.
        arrays = [_as_element(array, wanted) for array, wanted in zip(arrays, self._elements, strict=True)]
        count = lengths.pop() if lengths else 0
        if count == 0:
            return
        starts = [_start(array) for array in arrays]
        strides = [1 if isinstance(a, Text) else a.strides[0] // a.itemsize for a in arrays]
        data = [a.data.ctypes.data if isinstance(a, Text) else None for a in arrays]
        status = _engine.library().dmoe_table_append(
            self._handle, count, _engine.pointers(starts), (ctypes.c_ssize_t * len(strides))(*strides),
            _engine.pointers(data),
        )
        if status != 0:
            raise RuntimeError("a column has no memory")
        self._kept.append(arrays)
        self.row_count += count

    def _open(self, names: list[str], elements: list[int]) -> None:
        self._names = names
        self._elements = elements
        request = {
            "source": self.source,
            "columns": [
                {"name": name, "element": element} for name, element in zip(names, elements, strict=True)
            ],
        }
        self._handle = _engine.opened("dmoe_table_new", json.dumps(request).encode())

    @property
    def handle(self) -> int:
        assert self._handle is not None
        return self._handle

    def __del__(self) -> None:
        if getattr(self, "_handle", None) is not None:
            _engine.library().dmoe_table_release(self._handle)


def table_of(data: Any, names: Sequence[str], source: str) -> Table:
    """A table of the named columns."""
    names = list(dict.fromkeys(names))
    columns = columns_of(data, names, source)
    if type(data).__module__.split(".")[0] != "pyarrow":
        return Table(columns, source)
    # Chunks are used where they lie, as batches: joined they would be a copy.
    batches = data.select(names).to_batches()
    parts = (dict(zip(names, batch.columns, strict=True)) for batch in batches)
    return Table.of_parts(parts, source) or Table(columns, source)


def _element(array: np.ndarray | Text) -> int:
    if isinstance(array, Text):
        return _TEXT
    return _FLOAT32 if array.dtype == np.float32 else _FLOAT64


def _as_element(array: np.ndarray | Text, wanted: int) -> np.ndarray | Text:
    if _element(array) == wanted:
        return array
    if isinstance(array, Text) or wanted == _TEXT:
        raise ValueError("a column holds numbers in one batch and text in another")
    if wanted == _FLOAT32:
        raise ValueError("a column holds float32 in the first batch and float64 in another: convert one of them")
    return array.astype(np.float64)


def _start(array: np.ndarray | Text) -> int:
    return array.offsets.ctypes.data if isinstance(array, Text) else array.ctypes.data
