"""From arrays and data frames to the tables of the engine, which reads them where they lie."""

from __future__ import annotations

import ctypes
import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from .. import _engine
from .conversion import column
from .spelling import NUMBER, Role
from .text import Text

_FLOAT64, _FLOAT32, _TEXT = 0, 1, 2


def taken(values: np.ndarray | Text, rows: slice | np.ndarray) -> np.ndarray | Text:
    """Some rows of a column: of a slice where they lie, else copied."""
    return values.taken(rows) if isinstance(values, Text) else values[rows]


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
    if any(present.count(name) > 1 for name in names):
        twice = next(name for name in names if present.count(name) > 1)
        raise ValueError(f'{source}: two columns are named "{twice}"; rename one of them')
    keys = data.keys() if isinstance(data, Mapping) else getattr(data, "columns", present)
    # Names need be no texts in pandas; Arrow's `columns` are no names.
    own = dict(zip(present, present if hasattr(data, "column_names") else keys, strict=True))
    return {name: data[own[name]] for name in names}


class Table:
    """A table of the engine. It keeps what it was given alive for as long as it lives.

    Parameters
    ----------
    columns : mapping of names to columns
        NumPy arrays, Series of pandas or polars, arrays of Arrow, lists; all of one length.
    source : str
        What messages call it.
    texts : collection of str
        Columns whose values are names: levels of a category, answers of yes and no, classes. They are spelled as pandas writes them to CSV,
        whole numbers with all their digits. Values of other columns are numbers, True and False 1 and 0.
    """

    def __init__(self, columns: Mapping[str, Any], source: str = "data", *, texts: Collection[str] = ()) -> None:
        self._start(source, {name: Role(is_name=True) for name in texts})
        self.append(columns)

    @classmethod
    def _of_roles(cls, columns: Mapping[str, Any], source: str, roles: Mapping[str, Role]) -> Table:
        table = cls.__new__(cls)
        table._start(source, roles)
        table.append(columns)
        return table

    def _start(self, source: str, roles: Mapping[str, Role]) -> None:
        self.source = source
        self._roles = dict(roles)
        self._kept: list[Any] = []
        self._handle: int | None = None
        self._names: list[str] = []
        self._elements: list[int] = []
        self.row_count = 0

    @classmethod
    def of_parts(
        cls, parts: Iterable[Mapping[str, Any]], source: str, roles: Mapping[str, Role] | None = None
    ) -> Table | None:
        """Of rows that come in parts with the same columns, each where it lies; None of no part."""
        table: Table | None = None
        for part in parts:
            if table is None:
                table = cls._of_roles(part, source, roles or {})
            else:
                table.append(part)
        return table

    def append(self, columns: Mapping[str, Any]) -> None:
        """Adds rows with the same columns, where they lie."""
        if self._handle is not None and list(columns) != self._names:
            raise ValueError(f"the batch has other columns: {', '.join(columns)}, not {', '.join(self._names)}")
        arrays = [
            column(values, self._roles.get(name, NUMBER), name=name, source=self.source)
            for name, values in columns.items()
        ]
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
        starts = [_start_of(array) for array in arrays]
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


def table_of(data: Any, names: Sequence[str], source: str, roles: Mapping[str, Role] | None = None) -> Table:
    """A table of the named columns."""
    names = list(dict.fromkeys(names))
    roles = roles or {}
    columns = columns_of(data, names, source)
    if type(data).__module__.split(".")[0] != "pyarrow":
        return Table._of_roles(columns, source, roles)
    # Chunks are used where they lie, as batches: joined they would be a copy.
    batches = data.select(names).to_batches()
    parts = (dict(zip(names, batch.columns, strict=True)) for batch in batches)
    return Table.of_parts(parts, source, roles) or Table._of_roles(columns, source, roles)


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


def _start_of(array: np.ndarray | Text) -> int:
    return array.offsets.ctypes.data if isinstance(array, Text) else array.ctypes.data
