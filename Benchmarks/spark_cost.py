"""What Spark costs beside the fits: a bare scan and shuffle of rows against all that dmoe.spark.learn does with them but the fits.

Two bare ones: rows that end where they were shuffled to, inside of Java, and rows that are handed over to Python as well, as every
function on groups has it.

    python/.venv-spark/bin/python Benchmarks/spark_cost.py [--rows 2000000] [--repeats 5]

A cluster of this machine: two executors of one core. The ways take turns; medians of the repeats are shown, and the ends.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "python/tests_spark"))

import conftest
import pyarrow as pa
from dmoe.spark._sites import GroupedSites
from pyspark.sql import SparkSession
from rows import COVARIATES, made, write_parts

ORDERS: dict[str, list[str] | tuple[()] | None] = {
    "sorted by a key": ["row"], "sorted by all columns": None, "not sorted": (),
}


def inside_java(frame: Any) -> float:
    """Seconds of a scan and shuffle, the rows let go."""
    start = time.perf_counter()
    frame.select("site", "y", *COVARIATES).repartition(32, "site").write.format("noop").mode("overwrite").save()
    return time.perf_counter() - start


def to_python(frame: Any) -> float:
    """Seconds of a group a site of which nothing is made but a count."""

    def count(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield pa.RecordBatch.from_pydict({"rows": [sum(batch.num_rows for batch in batches)]})

    count.__annotations__ = dict.fromkeys(("batches", "return"), Iterator[pa.RecordBatch])
    start = time.perf_counter()
    frame.select("site", "y", *COVARIATES).groupBy("site").applyInArrow(count, "rows long").collect()
    return time.perf_counter() - start


def all_but_the_fits(frame: Any, order: Any) -> float:
    """Seconds of counting, shuffle and sort, until the engine has the table of each site; nothing is asked of it."""
    start = time.perf_counter()
    sites = GroupedSites(frame, "site", ["y", *COVARIATES], (), order, None)
    answers = sites.ask(lambda table, site: str(table.row_count), sites.names)
    seconds = time.perf_counter() - start
    assert {answer.site: int(answer.text) for answer in answers} == sites.row_counts
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dmoe-spark") as folder:
        path = write_parts(made(arguments.rows), Path(folder, "rows"))
        builder = SparkSession.builder.master("local-cluster[2,1,1024]")
        for name, value in {**conftest.LOOPBACK, "spark.local.dir": folder}.items():
            builder = builder.config(name, value)
        spark = builder.getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
        try:
            measure(spark.read.parquet(path), arguments.repeats)
        finally:
            spark.stop()


def measure(frame: Any, repeats: int) -> None:
    ways: dict[str, Callable[[], float]] = {
        "bare, inside of Java": lambda: inside_java(frame),
        "bare, to Python": lambda: to_python(frame),
        **{name: lambda order=order: all_but_the_fits(frame, order) for name, order in ORDERS.items()},
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for repeat in range(repeats + 1):
        for name, way in ways.items():
            spent = way()
            if repeat > 0:  # in the first the executors start
                seconds[name].append(spent)
    of_java, of_python = (median(seconds[name]) for name in list(ways)[:2])
    for name, spent in seconds.items():
        middle = median(spent)
        print(
            f"{name}: {middle:.2f} s ({min(spent):.2f} to {max(spent):.2f}), {middle / of_python:.2f} x bare to Python, "
            f"{middle / of_java:.2f} x inside of Java"
        )


if __name__ == "__main__":
    main()
