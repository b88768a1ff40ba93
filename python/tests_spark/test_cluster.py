from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import dmoe.spark
import executors
import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from dmoe.spark import SitesFailed, learn, learn_paths
from rows import COVARIATES, SITES, command_line, site_of, write_parts

FIT = {"target": "y", "features": COVARIATES, "experts": 2, "starts": 2}
SAME_FIT = ("--experts", "2", "--starts", "2")


def test_many_rows_are_bit_identical_to_the_command_line(spark: Any, many: pa.Table, many_path: str, folder: Path) -> None:
    result = learn(spark.read.parquet(many_path), site="site", order_by=["row"], **FIT)
    model, local = command_line(many, folder / "many-shards", *SAME_FIT)
    assert {name: fitted.text for name, fitted in result.local_models.items()} == local
    assert result.model.text == model
    assert result.rows == many.num_rows and list(result.sites) == SITES and not result.left_out
    assert len({site.process for site in result.sites.values()}) >= 2
    assert max(site.rows for site in result.sites.values()) > 80 * min(site.rows for site in result.sites.values())


def test_by_default_the_result_depends_on_the_rows_alone(spark: Any, few: pa.Table, few_path: str, folder: Path) -> None:
    frame = spark.read.parquet(few_path)
    model, _ = command_line(few, folder / "sorted-shards", *SAME_FIT, order="y")
    assert learn(frame, site="site", **FIT).model.text == model
    mixed = frame.select("y", *COVARIATES, "site").repartition(5).sortWithinPartitions("x3")
    assert learn(mixed, site="site", partitions=3, **FIT).model.text == model


def test_without_an_order_starts_differ_as_by_another_seed(
    spark: Any, few: pa.Table, few_path: str, folder: Path
) -> None:
    text, _ = command_line(few, folder / "unsorted-shards", *SAME_FIT)
    expected = dmoe.Model.loads(text)
    result = learn(spark.read.parquet(few_path).repartition(5), site="site", order_by=(), **FIT)
    columns = {name: few[name].to_numpy() for name in COVARIATES}
    difference = result.model.log_density(columns, few["y"].to_numpy()) - expected.log_density(columns, few["y"].to_numpy())
    assert abs(difference.mean()) < 1e-3


def test_a_site_in_one_piece_is_bit_identical(
    spark: Any, few_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Spark 4.0 hands it over; 0 is a seed."""
    from dmoe.spark import _sites

    frame = spark.read.parquet(few_path).where("site in ('site-10', 'site-11')")
    streamed = learn(frame, site="site", seed=0, **FIT)
    monkeypatch.setattr(_sites, "_streams_groups", lambda: False)
    whole = learn(frame, site="site", seed=0, **FIT)
    assert whole.model.text == streamed.model.text
    assert streamed.model == dmoe.aggregate(streamed.local_models, seed=0)


def test_rounds_are_bit_identical_to_the_command_line(spark: Any, few: pa.Table, few_path: str, folder: Path) -> None:
    model, _ = command_line(few, folder / "round-shards", *SAME_FIT, "--rounds", "2")
    result = learn(spark.read.parquet(few_path), site="site", order_by=["row"], rounds=2, **FIT)
    assert result.model.text == model
    assert result.rounds == len(result.model.record["rounds"])


def test_a_killed_executor_changes_nothing(spark: Any, few: pa.Table, few_path: str, folder: Path) -> None:
    heavy = {**FIT, "experts": 4, "starts": 12, "tolerance": 1e-9}
    model, _ = command_line(
        few, folder / "killed-shards", "--experts", "4", "--starts", "12", "--tolerance", "1e-9")
    killed: list[int] = []
    killer = threading.Thread(target=lambda: killed.append(executors.kill_one_that_computes()))
    killer.start()
    result = learn(spark.read.parquet(few_path), site="site", order_by=["row"], **heavy)
    killer.join()
    assert killed
    assert result.model.text == model
    assert list(result.sites) == SITES and result.rows == few.num_rows


def test_failing_sites_are_all_named_at_once(spark: Any, few: pa.Table, folder: Path) -> None:
    site = np.array(few["site"].to_pylist())
    x3 = np.where((site == "site-05") & (few["row"].to_numpy() % 50 == 0), np.nan, few["x3"].to_numpy())
    spoiled = few.set_column(few.column_names.index("x3"), "x3", pa.array(x3))
    tiny = few.slice(0, 3).set_column(few.column_names.index("site"), "site", pa.array(["tiny"] * 3))
    frame = spark.read.parquet(write_parts(pa.concat_tables([spoiled, tiny]), folder / "spoiled"))
    with pytest.raises(SitesFailed, match="2 sites could not be fitted: site 'site-05': .*x3.*; site 'tiny': ") as caught:
        learn(frame, site="site", order_by=["row"], **FIT)
    assert set(caught.value.reasons) == {"site-05", "tiny"}
    with pytest.warns(dmoe.FitWarning, match="site-05 is left out: .*x3"):
        result = learn(frame, site="site", order_by=["row"], on_failure="skip", **FIT)
    assert result.left_out == caught.value.reasons
    model, _ = command_line(few, folder / "left-shards", *SAME_FIT, leaving_out=("site-05",))
    assert result.model.text == model


def test_each_task_opens_its_own_file(spark: Any, few: pa.Table, folder: Path) -> None:
    model, _ = command_line(few, folder / "path-shards", *SAME_FIT, "--rounds", "1")
    home = folder / "paths"
    home.mkdir()
    paths = []
    for index, name in enumerate(SITES):
        rows = site_of(few, name)
        if index % 2:
            paths.append(str(home / f"{name}.parquet"))
            pq.write_table(rows, paths[-1])
        else:
            paths.append(str(home / f"{name}.csv"))
            pyarrow.csv.write_csv(rows, paths[-1])
    assert learn_paths(spark, paths, rounds=1, **FIT).model.text == model
    with pytest.raises(SitesFailed, match="site 'site-99': .*site-99.csv: there is no such file"):
        learn_paths(spark, [*paths[:2], str(home / "site-99.csv")], **FIT)


def test_columns_of_any_name_and_keys_of_any_type(spark: Any, few_path: str) -> None:
    frame = spark.read.parquet(few_path).where("site in ('site-13', 'site-14')").selectExpr(
        "*", "x0 as `a.distance`", "cast(row as decimal(20, 2)) as `key.1`", "cast(row as string) as `a key`",
        "date_add(date'2020-01-01', cast(row as int)) as day")
    covariates = ["x1", "a.distance", "x2"]
    texts = {
        key: learn(frame.repartition(3), site="site", target="y", features=covariates, experts=1, starts=1, order_by=[key]).model.text
        for key in ("row", "key.1", "a key", "day")
    }
    assert texts["row"] == texts["key.1"] == texts["day"]
    assert dmoe.Model.loads(texts["a key"]).input_names == covariates


def test_categories_are_texts(spark: Any, few: pa.Table, few_path: str) -> None:
    import json

    from pyspark.sql import functions as F

    study = json.dumps({
        "format": "dmoe-study", "formatVersion": 1, "target": "late", "family": "multinomial", "classes": ["0", "1"],
        "missing": "error", "experts": 1, "covariates": [
            {"name": "x0", "type": "number"},
            {"name": "kind", "type": "category", "levels": ["a", "b", "c"], "reference": "a"},
        ],
    })
    frame = spark.read.parquet(few_path).select(
        "site", "x0", (F.col("y") > 0).cast("int").alias("late"),
        F.element_at(F.array(*map(F.lit, "abc")), (F.col("row") % 3 + 1).cast("int")).alias("kind"),
    )
    result = learn(frame, site="site", study=study, starts=1)
    assert result.model.classes == ["0", "1"]
    assert result.model.input_names == ["x0", "kind"]


@pytest.mark.parametrize(
    ("change", "message"),
    [(lambda rows: [*rows, rows[0]], "came back twice"), (lambda rows: rows[1:], "sites did not come back: site-0")],
)
def test_each_site_comes_back_once(
    spark: Any, few_path: str, monkeypatch: pytest.MonkeyPatch, change: Any, message: str
) -> None:
    from dmoe.spark import _sites

    original = _sites.GroupedSites.ask
    monkeypatch.setattr(
        _sites.GroupedSites, "ask", lambda self, work, names: change(sorted(original(self, work, names))))
    frame = spark.read.parquet(few_path).where("site in ('site-00', 'site-01')")
    with pytest.raises(RuntimeError, match=message):
        learn(frame, site="site", order_by=["row"], **FIT)


def test_a_site_comes_back_whole(spark: Any, few_path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from dmoe.spark import _sites

    original = _sites.GroupedSites._count
    monkeypatch.setattr(
        _sites.GroupedSites, "_count",
        staticmethod(lambda frame, site: {name: count + 1 for name, count in original(frame, site).items()}))
    frame = spark.read.parquet(few_path).where("site = 'site-15'")
    for order in (["row"], ()):
        with pytest.raises(RuntimeError, match="'site-15' came back with 116 rows, and 117 were counted"):
            learn(frame, site="site", order_by=order, **FIT)


def test_what_cannot_be_meant_is_refused_before_rows_are_read(spark: Any, few_path: str) -> None:
    frame = spark.read.parquet(few_path)
    with pytest.raises(ValueError, match="no column 'z'; the columns are row, site, x0"):
        learn(frame, site="site", target="y", features=["z"], experts=2)
    with pytest.raises(ValueError, match="^starts must be from 1 to 100000$"):
        learn(frame, site="site", **{**FIT, "starts": 0})
    with pytest.raises(ValueError, match="^min_rows must be 3 or more: "):
        learn(frame, site="site", min_rows=2, **FIT)
    with pytest.raises(ValueError, match="no column 'clinic'"):
        learn(frame, site="clinic", **FIT)
    with pytest.raises(ValueError, match="classes are missing"):
        learn(frame, site="site", target="y", features=["x0"], family="multinomial", experts=2)
    lists = frame.selectExpr("*", "array(y) as lists")
    with pytest.raises(ValueError, match="column 'lists' holds values of type array<double>"):
        learn(lists, site="site", order_by=["lists"], **FIT)
    with pytest.raises(ValueError, match="on_failure must be"):
        learn(frame, site="site", on_failure="ignore", **FIT)
