"""From the batches of a site to the table that the engine reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from .._tables import Table, column


@dataclass(frozen=True)
class InPlace:
    """Rows in the order in which they come: the engine reads the batches where Arrow put them."""

    columns: Sequence[str]

    def __call__(self, batches: Iterator[pa.RecordBatch], site: str) -> Table | None:
        return Table.of_parts(({name: batch.column(name) for name in self.columns} for batch in batches), site)


@dataclass(frozen=True)
class Sorted:
    """Rows in the order of some columns, and where these are equal of all others, so that the table depends on the rows alone.

    The sort is here because it is many times cheaper on columns than on the rows of a shuffle. Every batch is copied into columns of
    the length that is known and let go, and columns are put in order one by one: a task holds its site once, and besides a column,
    8 bytes per row, and what of ``order`` is no number of the engine.
    """

    columns: Sequence[str]
    order: Sequence[str]
    row_counts: dict[str, int]

    def __call__(self, batches: Iterator[pa.RecordBatch], site: str) -> Table | None:
        """None where other rows came than were counted."""
        expected, count = self.row_counts.get(site, 0), 0
        columns: dict[str, _Numbers | _Others] = {}
        keys: dict[str, _Others] = {}
        for batch in batches:
            before, count = count, count + batch.num_rows
            if count > expected:
                continue
            for name in self.columns:
                values = batch.column(name)
                if name not in columns:
                    columns[name] = _Numbers(values, expected) if _is_number(values.type) else _Others()
                columns[name].put(values, before)
            for name in self.order:
                if name not in self.columns or _is_exact(batch.column(name).type):
                    keys.setdefault(name, _Others()).put(batch.column(name), before)
        return self._table(columns, keys, site) if count == expected else None

    def _table(self, columns: dict[str, _Numbers | _Others], keys: dict[str, _Others], site: str) -> Table:
        names = list(dict.fromkeys([*self.order, *self.columns]))
        sorted_by = pa.table([(keys.get(name) or columns[name]).key() for name in names], names)
        order = pc.sort_indices(sorted_by, sort_keys=[(name, "ascending") for name in names])
        del sorted_by
        keys.clear()
        return Table({name: columns.pop(name).taken(order) for name in self.columns}, site)


def _is_number(kind: pa.DataType) -> bool:
    return (
        pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_boolean(kind) or pa.types.is_decimal(kind)
    )


def _is_exact(kind: pa.DataType) -> bool:
    """Whether a key may differ where the numbers of the engine, which have 53 binary digits, do not."""
    return pa.types.is_integer(kind) and kind.bit_width > 32 or pa.types.is_decimal(kind)


class _Numbers:
    """A column of known length, as the engine takes it."""

    def __init__(self, first: pa.Array, count: int) -> None:
        is_single = pa.types.is_float32(first.type)
        self._values = np.empty(count, np.float32 if is_single else np.float64)

    def put(self, values: pa.Array, start: int) -> None:
        numbers = column(values)
        assert isinstance(numbers, np.ndarray)
        self._values[start : start + len(numbers)] = numbers

    def key(self) -> pa.Array:
        return pa.array(self._values)

    def taken(self, order: pa.Array) -> np.ndarray:
        return self._values[order.to_numpy()]


class _Others:
    """Texts, of which each is kept once, and keys of any kind."""

    def __init__(self) -> None:
        self._chunks: list[pa.Array] = []

    def put(self, values: pa.Array, start: int) -> None:
        if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
            self._chunks.append(values.dictionary_encode())
        else:
            # Joined with nothing it is a copy, and the batch can go.
            self._chunks.append(pa.concat_arrays([values, values.slice(0, 0)]))

    def _joined(self) -> pa.Array:
        return pa.chunked_array(self._chunks).unify_dictionaries().combine_chunks()

    def key(self) -> pa.Array:
        """Of texts their ranks: Arrow does not sort by codes."""
        joined = self._joined()
        if not pa.types.is_dictionary(joined.type):
            return joined
        ranks = pc.rank(joined.dictionary, tiebreaker="dense")
        return ranks.take(joined.indices)

    def taken(self, order: pa.Array) -> pa.Array:
        return self._joined().take(order)
