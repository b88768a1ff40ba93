"""What Spark costs beside the fits: a bare scan and shuffle of the same rows against dmoe.spark.learn less its fits.

Two bare ones: rows that end where they were shuffled to, inside of Java, and rows that are handed over to Python as well, as every
function on groups has it.

    python/.venv-spark/bin/python Benchmarks/spark_cost.py [--rows 2000000] [--repeats 3]

A cluster of this machine: two executors of one core. What is left of a run is its wall-clock time less the fits of the busier
executor. The ways take turns; the medians of the repeats are shown.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "python/tests_spark"))

import conftest
import dmoe.spark
import pyarrow as pa
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


def learned(frame: Any, order: Any) -> dict[str, float]:
    start = time.perf_counter()
    result = dmoe.spark.learn(
        frame, site="site", target="y", features=COVARIATES, experts=2, starts=1, order_by=order)
    total = time.perf_counter() - start
    busy: dict[str, float] = {}
    for site in result.sites.values():
        busy[site.process] = busy.get(site.process, 0) + site.fitting
    return {
        "total": total, "fits": max(busy.values()), "rest": total - max(busy.values()),
        "counting": result.seconds["counting"], "aggregating": result.seconds["aggregating"],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--repeats", type=int, default=3)
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
    to_python(frame)  # the executors start
    java: list[float] = []
    python: list[float] = []
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in ORDERS}
    for _ in range(repeats):
        java.append(inside_java(frame))
        python.append(to_python(frame))
        for name, order in ORDERS.items():
            runs[name].append(learned(frame, order))
    of_java, of_python = median(java), median(python)
    print(f"bare scan and shuffle: {of_java:.2f} s inside of Java, {of_python:.2f} s to Python")
    for name, of_order in runs.items():
        middle = {key: median(run[key] for run in of_order) for key in of_order[0]}
        rest = middle["rest"]
        print(
            f"learn, {name}: {middle['total']:.2f} s, of it fits {middle['fits']:.2f} s, the rest {rest:.2f} s: "
            f"{rest / of_python:.2f} x the bare one to Python, {rest / of_java:.2f} x inside of Java; of it counting "
            f"{middle['counting']:.2f} s, aggregating {middle['aggregating']:.2f} s"
        )


if __name__ == "__main__":
    main()
