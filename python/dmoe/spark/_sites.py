"""Where the rows of the sites are: groups of a data frame, or files."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyspark
from pyspark import StorageLevel
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType

from . import _tasks
from ._files import batches_of
from ._gathering import InPlace, Sorted

_SITE = "__dmoe_site"
# Sites whose hashes fall together wait for each other: with this many partitions per site few do, and empty ones cost little.
_PARTITIONS_PER_SITE = 2
_MOST_PARTITIONS = 10_000


def _streams_groups() -> bool:
    return tuple(int(part) for part in pyspark.__version__.split(".")[:2]) >= (4, 1)


class GroupedSites:
    """A site is the rows of one value of a column.

    Spark gives a function on record batches a piece of a site at a time, without a sign that there is more. Only a group
    of ``groupBy`` is the whole of it, in one call.
    """

    def __init__(
        self, frame: Any, site: str, columns: Sequence[str], texts: Collection[str], order_by: Sequence[str] | None,
        partitions: int | None,
    ) -> None:
        columns = list(columns)
        self._kept = False
        # In Spark by number: its functions on groups take no name with a dot.
        self._names = list(dict.fromkeys([*columns, *(order_by or ())]))
        wanted = [
            (_as_text(frame, name) if name in texts else F.col(_quoted(name))).alias(_numbered(index))
            for index, name in enumerate(self._names)
        ]
        frame = frame.select(F.col(_quoted(site)).cast("string").alias(_SITE), *wanted)
        self.row_counts = self._count(frame, site)
        if partitions is None:
            partitions = min(_PARTITIONS_PER_SITE * len(self.row_counts), _MOST_PARTITIONS)
        self._rows = frame.repartition(partitions, _SITE)
        order = columns if order_by is None else list(order_by)
        self._gather = Sorted(columns, order, self.row_counts) if order else InPlace(columns)

    @staticmethod
    def _count(frame: Any, site: str) -> dict[str, int]:
        counts = {row[0]: row[1] for row in frame.groupBy(_SITE).count().collect()}
        if None in counts:
            raise ValueError(f"{counts[None]} rows have no site: column '{site}' is missing in them")
        if not counts:
            raise ValueError("the data frame has no rows")
        return dict(sorted(counts.items()))

    @property
    def names(self) -> list[str]:
        return list(self.row_counts)

    def keep(self) -> None:
        """Rows will be asked more than once: the cluster keeps them shuffled, in memory or on disk."""
        self._rows.persist(StorageLevel.MEMORY_AND_DISK)
        self._kept = True

    def release(self) -> None:
        if self._kept:
            self._rows.unpersist()

    def ask(self, work: Any, names: Collection[str]) -> list[Any]:
        """The answers of the sites, as Spark has them."""
        rows = self._rows
        if len(names) < len(self.row_counts):
            rows = rows.where(F.col(_SITE).isin(list(names)))
        return rows.groupBy(_SITE).applyInArrow(self._group_function(work), _tasks.ANSWER_DDL).collect()

    def _group_function(self, work: Any) -> Any:
        gather, names = self._gather, self._names

        def named(batch: pa.RecordBatch) -> pa.RecordBatch:
            columns = [batch.column(_numbered(index)) for index in range(len(names))]
            return pa.RecordBatch.from_arrays(columns, names)

        def stream(key: tuple[pa.Scalar, ...], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            yield _tasks.answer(work, key[0].as_py(), gather, map(named, batches))

        def whole(key: tuple[pa.Scalar, ...], table: pa.Table) -> pa.Table:
            batches = map(named, table.to_batches())
            return pa.Table.from_batches([_tasks.answer(work, key[0].as_py(), gather, batches)])

        function = stream if _streams_groups() else whole
        # Spark distinguishes the two forms by their annotations, which are texts in this module.
        batch, scalars = Iterator[pa.RecordBatch], tuple[pa.Scalar, ...]
        stream.__annotations__ = {"key": scalars, "batches": batch, "return": batch}
        whole.__annotations__ = {"key": scalars, "table": pa.Table, "return": pa.Table}
        return function


class FileSites:
    """A site is a file that its task opens."""

    def __init__(self, spark: Any, paths: Mapping[str, str], columns: Sequence[str], texts: Collection[str]) -> None:
        self._columns = list(columns)
        self.row_counts: dict[str, int] | None = None
        self._spark = spark
        self._paths = dict(paths)
        self._texts = set(texts)

    @property
    def names(self) -> list[str]:
        return list(self._paths)

    def keep(self) -> None:
        """Files are read again."""

    def release(self) -> None:
        """Nothing is kept."""

    def ask(self, work: Any, names: Collection[str]) -> list[Any]:
        """The answers of the sites, as Spark has them."""
        asked = [(name, path) for name, path in self._paths.items() if name in names]
        columns, texts = self._columns, self._texts
        gather = InPlace(columns)

        def one_file(numbers: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
            for batch in numbers:
                for number in batch.column(0).to_pylist():
                    name, path = asked[number]
                    yield _tasks.answer(work, name, gather, batches_of(path, columns, texts))

        tasks = self._spark.range(0, len(asked), 1, len(asked))
        return tasks.mapInArrow(one_file, _tasks.ANSWER_DDL).collect()


def _as_text(frame: Any, name: str) -> Any:
    """True and False are spelled as Python and pandas do, where Spark writes true and false."""
    text = F.col(_quoted(name)).cast("string")
    return F.initcap(text) if isinstance(frame.schema[name].dataType, BooleanType) else text


def _numbered(index: int) -> str:
    return f"__dmoe_{index}"


def _quoted(name: str) -> str:
    """A column whose name may hold a dot."""
    return "`" + name.replace("`", "``") + "`"
