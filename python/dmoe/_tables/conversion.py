"""From columns of NumPy, pandas, polars and Arrow to those of the engine: views of floating point, else converted copies."""

from __future__ import annotations

from typing import Any

import numpy as np

from .spelling import BOOLEANS, NUMBER, Role, kinds_without_number, spelled
from .text import Text

_ZERO_ONE = ("0", "1")


def column(values: Any, role: Role = NUMBER, *, name: str = "", source: str = "data") -> np.ndarray | Text:
    """One column as the engine takes it.

    Numbers are floating point, seen where they lie if they are that already. Names, objects and texts are texts, spelled as pandas
    writes them to CSV: the engine reads texts that are numbers as a file of them, rounded once.

    Raises
    ------
    ValueError
        Where a column that is wanted as numbers holds dates, times or complex numbers.
    """
    values = _array(values, role)
    if isinstance(values, Text):
        return values
    if values.ndim == 2 and values.shape[1] == 1:
        values = values[:, 0]
    if values.ndim != 1:
        raise ValueError(f"a column has one dimension, not {values.ndim}")
    if isinstance(values, np.ma.MaskedArray):
        if role.is_name or values.dtype.kind not in ("fiu" if role.is_free else "fiub"):
            values = np.array([None if hidden else value for value, hidden in _masked(values)], dtype=object)
        else:
            values = np.ma.filled(values.astype(np.float64), np.nan)
    if role.is_name or (role.is_free and values.dtype.kind == "b"):
        return _names(values, role)
    if values.dtype in (np.float64, np.float32) and values.strides[0] % values.itemsize == 0:
        return values
    if values.dtype.kind in "fiub":
        return values.astype(np.float64)
    if role.is_free:
        return Text.of(values)
    _refuse(values, name, source)
    return Text.of(values, _ZERO_ONE)


def _masked(values: np.ma.MaskedArray) -> Any:
    return zip(values.data, np.ma.getmaskarray(values), strict=True)


def _refuse(values: np.ndarray, name: str, source: str) -> None:
    """What is no number and no text of one either."""
    if values.dtype.kind == "c":
        raise ValueError("Complex data not supported: covariates and responses are real numbers")
    kind = kinds_without_number(values)
    if kind is not None:
        raise ValueError(
            f'{source}: column "{name}" holds {kind}, which are no numbers: turn it into some, such as days since a date, or '
            "leave it out"
        )


def _names(values: np.ndarray, role: Role) -> Text:
    """Of few different values, each is spelled once."""
    if values.dtype.kind not in "fiub":
        return Text.of(values, role.booleans)
    found, codes = np.unique(values, return_inverse=True)
    return Text.of_codes(codes, [spelled(value, role.booleans) for value in found])


def _array(values: Any, role: Role) -> Any:
    """A one-dimensional array, without a copy where the library that made it can do without."""
    if isinstance(values, (np.ndarray, Text)):
        return values
    kind = type(values).__module__.split(".")[0]
    if kind == "pyarrow":
        return _of_arrow(values, role)
    if kind == "polars":
        return _of_polars(values, role)
    if kind == "pandas":
        return _of_pandas(values, role)
    array = np.asarray(values)
    # NumPy makes one type of all: numbers beside texts become texts, whole numbers beside fractions may lose digits.
    return array if array.ndim != 1 or array.dtype.kind in "fiub" else np.array([*values, None], dtype=object)[:-1]


def _of_polars(values: Any, role: Role) -> Any:
    if str(values.dtype) == "Boolean" and not (role.is_name or role.is_free):
        return np.array([np.nan if value is None else value for value in values.to_list()], dtype=np.float64)
    is_number = values.dtype.is_float() or values.dtype.is_integer()
    if is_number and not (role.is_name and values.null_count()):
        return values.to_numpy()
    return _objects(values.to_list())


def _objects(values: list[Any]) -> np.ndarray:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _of_pandas(values: Any, role: Role) -> Any:
    dtype = values.dtype
    if hasattr(dtype, "categories"):
        return _of_categories(getattr(values, "cat", values), values, role)
    kind = getattr(dtype, "kind", "O")
    if type(dtype).__name__ == "SparseDtype":
        return np.asarray(values)
    if isinstance(dtype, np.dtype) and kind in "fiub":
        return values.to_numpy(copy=False)
    # Numbers that may be missing.
    if kind in "fiu" and not role.is_name or kind == "b" and not (role.is_name or role.is_free):
        return values.to_numpy(dtype=np.float64, na_value=np.nan)
    if kind in "mM":
        if not (role.is_name or role.is_free):
            return values.to_numpy(dtype=object, na_value=None)
        return values.astype(str).to_numpy(dtype=object, na_value=None) if not values.isna().any() else _objects(
            [None if missing else text for text, missing in zip(values.astype(str), values.isna(), strict=True)]
        )
    return values.to_numpy(dtype=object, na_value=None)


def _of_categories(accessor: Any, values: Any, role: Role) -> Any:
    """Categories that are numbers are these numbers, unless names are wanted."""
    categories = accessor.categories
    if not role.is_name and categories.dtype.kind in "fiu":
        return np.append(np.asarray(categories, dtype=np.float64), np.nan)[np.asarray(accessor.codes)]
    if not (role.is_name or role.is_free):
        kind = kinds_without_number(list(categories))
        if kind is not None:
            return _objects(list(categories))
    spellings = column(categories, Role(is_name=True, booleans=_booleans(role)))
    data, ends = spellings.data.tobytes(), spellings.offsets.tolist()
    labels = [data[start:end].decode() for start, end in zip(ends, ends[1:])]  # noqa: B905 - of neighbours
    return Text.of_codes(np.asarray(accessor.codes), [*labels, ""])


def _booleans(role: Role) -> tuple[str, str]:
    if role.is_name:
        return role.booleans
    return BOOLEANS if role.is_free else _ZERO_ONE


def _of_arrow(values: Any, role: Role) -> Any:
    import pyarrow as pa

    if isinstance(values, pa.ChunkedArray):
        values = values.chunk(0) if values.num_chunks == 1 else values.combine_chunks()
    if isinstance(values, pa.DictionaryArray):
        if pa.types.is_string(values.type.value_type):  # together they may have more bytes than its offsets count
            values = pa.DictionaryArray.from_arrays(values.indices, values.dictionary.cast(pa.large_string()))
        values = values.dictionary_decode()
    kind = values.type
    if (pa.types.is_floating(kind) or pa.types.is_integer(kind)) and not (role.is_name and values.null_count):
        return values.to_numpy(zero_copy_only=False)
    if pa.types.is_decimal(kind) and not role.is_name:  # by way of Python, which rounds once
        return np.array([np.nan if value is None else float(value) for value in values.to_pylist()])
    if pa.types.is_boolean(kind) and not (role.is_name or role.is_free):
        return values.cast(pa.int8()).to_numpy(zero_copy_only=False)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        values = values.cast(pa.large_string()).fill_null("")
        _, offsets, data = values.buffers()
        where = np.frombuffer(offsets, dtype=np.int64)[values.offset : values.offset + len(values) + 1]
        return Text(where, np.frombuffer(data, dtype=np.uint8) if data and data.size else np.zeros(1, np.uint8))
    return _objects(values.to_pylist())
