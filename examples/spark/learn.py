"""One model from a table whose sites are the values of a column, on a Spark cluster.

    spark-submit --master spark://… examples/spark/learn.py hdfs:///trips --site carrier --target delay \\
        --features distance,hour --experts 3 -o global.json

The executors need NumPy and pyarrow, and dmoe or --ship-engine. The model is written by the driver, in client mode where
spark-submit was called.
"""

from __future__ import annotations

import argparse

import dmoe.spark
from pyspark.sql import SparkSession


def names(text: str) -> list[str]:
    return [name for name in text.split(",") if name]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", help="Parquet, or CSV with a header where the name ends so")
    parser.add_argument("--site", required=True, help="column that names the site of a row")
    parser.add_argument("--target", required=True)
    parser.add_argument("--features", type=names, help="covariates, by default all other numeric columns")
    parser.add_argument("--experts", type=int, required=True)
    parser.add_argument("--order-by", type=names, help="key of the rows; by default all columns")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--on-failure", choices=["raise", "skip"], default="raise")
    parser.add_argument("--ship-engine", action="store_true", help="the executors have no dmoe")
    parser.add_argument("-o", "--output", required=True)
    arguments = parser.parse_args()

    spark = SparkSession.builder.appName("dmoe learn").getOrCreate()
    if arguments.ship_engine:
        dmoe.spark.ship_engine(spark)
    if arguments.table.lower().endswith((".csv", ".csv.gz")):
        rows = spark.read.csv(arguments.table, header=True, inferSchema=True)
    else:
        rows = spark.read.parquet(arguments.table)
    result = dmoe.spark.learn(
        rows, site=arguments.site, target=arguments.target, features=arguments.features, experts=arguments.experts,
        order_by=arguments.order_by, rounds=arguments.rounds, on_failure=arguments.on_failure,
    )
    result.model.save(arguments.output)
    for name, site in result.sites.items():
        print(f"{name}: {site.rows} rows, {result.local_models[name].n_experts} experts, {site.fitting:.2f} s")
    for name, reason in result.left_out.items():
        print(f"{name} is left out: {reason}")
    print(f"{len(result.sites)} sites with {result.rows} rows: {result.model!r}, written to {arguments.output}")
    spark.stop()


if __name__ == "__main__":
    main()
