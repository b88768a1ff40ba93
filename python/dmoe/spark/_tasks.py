"""What executors do with one site. Nothing here reaches outside the task: it may run twice, only one answer counts."""

from __future__ import annotations

import os
import socket
import time
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from .._fitting import fit_local
from .._model import Model
from .._tables import Table
from .._warnings import FitWarning
from ._engine_files import find_engine
from ._gathering import InPlace, Sorted

ANSWER = pa.schema([
    pa.field("site", pa.string()), pa.field("rows", pa.int64()), pa.field("reading", pa.float64()),
    pa.field("working", pa.float64()), pa.field("process", pa.string()),
    pa.field("text", pa.string()), pa.field("error", pa.string()),
])
Answers = dict[str, Any]
ANSWER_DDL = (
    "site string, rows long, reading double, working double, process string, text string, error string"
)


@dataclass(frozen=True)
class Fit:
    """The local model of a site."""

    arguments: dict[str, Any] = field(repr=False)

    def __call__(self, table: Table, site: str) -> str:
        with warnings.catch_warnings():  # the driver repeats them, with the name of the site
            warnings.simplefilter("ignore", FitWarning)
            return fit_local(table, site=site, **self.arguments).text


@dataclass(frozen=True)
class Summarise:
    """The statistics of a site at a model, for an extra round."""

    model: str = field(repr=False)
    arguments: dict[str, Any] = field(repr=False)

    def __call__(self, table: Table, site: str) -> str:
        return Model.loads(self.model).statistics(table, **self.arguments)


def answer(
    work: Fit | Summarise, site: str, gather: InPlace | Sorted, batches: Iterator[pa.RecordBatch]
) -> pa.RecordBatch:
    """One row: what the work made of a site, or why it cannot be done with these rows.

    Nothing is made of a site that has other rows than were counted: the driver sees that by their number.

    Raises
    ------
    RuntimeError
        For what another attempt may not meet again; Spark makes one.
    """
    start = time.perf_counter()
    read = start
    counted = _Counted(batches)
    text = error = None
    try:
        find_engine()
        table = gather(counted, site)
        if counted.rows == 0:
            raise ValueError(f"{site}: no rows")
        read = time.perf_counter()
        if table is not None:
            text = work(table, site)
    except (ValueError, FileNotFoundError) as problem:
        error = str(problem).removeprefix(f"{site}: ")
        for _ in counted:  # the next site in this task comes after the rest of this one
            pass
    except Exception as problem:
        raise RuntimeError(f"site '{site}': {problem}") from problem
    end = time.perf_counter()
    row = [site, counted.rows, read - start, end - read, _process(), text, error]
    return pa.RecordBatch.from_arrays(
        [pa.array([value], kind.type) for value, kind in zip(row, ANSWER, strict=True)], schema=ANSWER
    )


class _Counted:
    """Batches, and how many rows they had so far."""

    def __init__(self, batches: Iterator[pa.RecordBatch]) -> None:
        self._batches = batches
        self.rows = 0

    def __iter__(self) -> Iterator[pa.RecordBatch]:
        return self

    def __next__(self) -> pa.RecordBatch:
        batch = next(self._batches)
        self.rows += batch.num_rows
        return batch


def _process() -> str:
    return f"{socket.gethostname()}/{os.getpid()}"
