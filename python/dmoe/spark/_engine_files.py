"""How the engine gets to executors on which the package is not installed."""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from .. import _engine

_LIBRARY = "libdmoe.so"
_PACKAGE = "dmoe.zip"
# Until the driver ends.
_HELD: list[tempfile.TemporaryDirectory[str]] = []


def ship_engine(spark: Any) -> None:
    """Send the package and its engine to the executors, for clusters where it is not installed on each machine.

    NumPy and pyarrow must be there; pyspark is. Call it before :func:`dmoe.spark.learn`, once a session. Executors must have
    the driver's operating system and processor.

    Parameters
    ----------
    spark : SparkSession
        A classic one: Spark Connect has no files of its own.
    """
    package = Path(__file__).parents[1]
    # The driver serves the files from where they are, whenever an executor starts.
    held = tempfile.TemporaryDirectory(prefix="dmoe")
    _HELD.append(held)
    archive = Path(held.name, _PACKAGE)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for path in sorted(package.rglob("*.py")):
            file.write(path, Path("dmoe", path.relative_to(package)))
    library = Path(held.name, _LIBRARY)
    library.symlink_to(_engine.library_path().resolve())
    spark.sparkContext.addPyFile(str(archive))
    spark.sparkContext.addFile(str(library))


def find_engine() -> None:
    """In an executor: the engine of the package, or the one that was sent."""
    if _engine.library_path().exists():
        return
    from pyspark import SparkFiles

    sent = SparkFiles.get(_LIBRARY)
    if not os.path.exists(sent):
        raise ImportError(
            f"the engine is neither at {_engine.library_path()} nor sent: install the package on the executors, or call "
            "dmoe.spark.ship_engine(spark)"
        )
    os.environ["DMOE_LIBRARY"] = sent
