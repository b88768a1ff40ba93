"""The example by spark-submit, on a master with two workers whose Python has no dmoe: the engine is sent to them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyspark
import pytest
from rows import COVARIATES, command_line

HOME = Path(pyspark.__file__).parent
EXAMPLE = Path(__file__).parents[2] / "examples/spark/learn.py"


def started(folder: Path, name: str, *arguments: str) -> tuple[subprocess.Popen[bytes], Path]:
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen([HOME / "bin/spark-class", *arguments], stdout=output, stderr=output, cwd=folder)
    return process, log


def waited_for(pattern: str, log: Path) -> str:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        found = re.search(pattern, log.read_text())
        if found:
            return found.group(found.lastindex or 0)
        time.sleep(0.1)
    raise TimeoutError(log.read_text())


@pytest.fixture(scope="module")
def master(folder: Path) -> Iterator[str]:
    where = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
    processes = []
    try:
        process, log = started(folder, "master", "org.apache.spark.deploy.master.Master", *where)
        processes.append(process)
        address = waited_for(r"Starting Spark master at (spark://\S+)", log)
        for number in (1, 2):
            process, log = started(
                folder, f"worker-{number}", "org.apache.spark.deploy.worker.Worker", *where, "--cores", "1", "--memory", "1g",
                "--work-dir", str(folder / f"work-{number}"), address)
            processes.append(process)
            waited_for("Successfully registered with master", log)
        yield address
    finally:
        for process in reversed(processes):
            process.terminate()
        for process in processes:
            process.wait(timeout=30)


@pytest.fixture(scope="module")
def bare_python(folder: Path) -> Path:
    """The same Python, but dmoe can only come from what Spark sends."""
    hiding = folder / "hiding"
    hiding.mkdir()
    (hiding / "sitecustomize.py").write_text(textwrap.dedent("""
        import importlib.machinery, sys
        class Hidden:
            @staticmethod
            def find_spec(name, path=None, target=None):
                if name != "dmoe":
                    return None
                sent = [place for place in sys.path if "dmoe.zip" in place]
                spec = importlib.machinery.PathFinder.find_spec(name, sent)
                if spec is None:
                    raise ModuleNotFoundError("No module named 'dmoe'", name="dmoe")
                return spec
        sys.meta_path.insert(0, Hidden)
    """))
    python = folder / "bare-python"
    python.write_text(
        f'#!/bin/sh\nunset DMOE_LIBRARY\nexport PYTHONPATH="{hiding}:$PYTHONPATH"\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return python


def test_the_example_with_a_sent_engine(
    master: str, bare_python: Path, few: pa.Table, few_path: str, folder: Path
) -> None:
    model, _ = command_line(few, folder / "submit-shards", "--experts", "2")
    output = folder / "submitted.json"
    settings = {
        "spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1", "spark.ui.enabled": "false",
        "spark.executor.memory": "1g", "spark.cores.max": "2", "spark.pyspark.python": str(bare_python),
        "spark.pyspark.driver.python": sys.executable, "spark.local.dir": str(folder / "submit-local"),
    }
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYSPARK_PYTHON", "PYSPARK_DRIVER_PYTHON")}
    arguments = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
    done = subprocess.run(
        [HOME / "bin/spark-submit", "--master", master, *arguments, EXAMPLE, few_path, "--site", "site", "--target", "y",
         "--features", ",".join(COVARIATES), "--experts", "2", "--order-by", "row", "--ship-engine", "-o", output],
        check=False, capture_output=True, text=True, env=environment, cwd=folder, timeout=300,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    assert output.read_text() == model
    assert "16 sites" in done.stdout
