"""A real cluster on this machine: executors are processes of their own, all on 127.0.0.1."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tests_support"))

from rows import made, write_parts  # noqa: E402

ROWS = int(os.environ.get("DMOE_SPARK_ROWS", "2000000"))
LOOPBACK = {
    "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


def loopback_environment() -> None:
    import pyspark

    os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["SPARK_LOCAL_HOSTNAME"] = "127.0.0.1"
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable


loopback_environment()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="session")
def spark(folder: Path) -> Iterator[Any]:
    """Two executors of one core and 1 GiB."""
    from pyspark.sql import SparkSession

    os.environ["SPARK_WORKER_DIR"] = str(folder / "work")
    builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("dmoe tests")
    for name, value in {**LOOPBACK, "spark.local.dir": str(folder / "local")}.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


@pytest.fixture(scope="session")
def many() -> pa.Table:
    return made(ROWS)


@pytest.fixture(scope="session")
def many_path(many: pa.Table, folder: Path) -> str:
    return write_parts(many, folder / "many")


@pytest.fixture(scope="session")
def few() -> pa.Table:
    return made(40_000, seed=8)


@pytest.fixture(scope="session")
def few_path(few: pa.Table, folder: Path) -> str:
    return write_parts(few, folder / "few")
