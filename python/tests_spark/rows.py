"""Seeded rows of sites of very different size, as Parquet for Spark and as arrays for the command line."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

COVARIATES = [f"x{index}" for index in range(20)]
SITES = [f"site-{index:02d}" for index in range(16)]
PROGRAM = Path(os.environ.get("DMOE_PROGRAM") or Path(__file__).parents[2] / ".build/release/dmoe")


def made(count: int, seed: int = 7) -> pa.Table:
    """Columns row, site, x0, …, x19, y; the largest site has 90 times the rows of the smallest, and they are mixed."""
    random = np.random.default_rng(seed)
    share = np.exp(np.linspace(0, -4.5, len(SITES)))
    sizes = (count * share / share.sum()).astype(int)
    sizes[0] += count - sizes.sum()
    site = np.repeat(np.arange(len(SITES)), sizes)
    random.shuffle(site)
    slopes = random.normal(size=(2, len(COVARIATES)))
    columns: dict[str, object] = {"row": np.arange(count), "site": pa.array(np.array(SITES)[site])}
    group = np.zeros(count)
    means = np.stack([np.full(count, -2.0), np.full(count, 1.0)])
    for index, name in enumerate(COVARIATES):
        x = random.normal(size=count) + 0.2 * (site % 3 - 1)
        columns[name] = x
        means += slopes[:, index, None] * x
        if index < 2:
            group += x
    columns["y"] = np.where(group > 0, means[1], means[0]) + 0.3 * random.normal(size=count)
    return pa.table(columns)


def write_parts(rows: pa.Table, folder: Path, parts: int = 4) -> str:
    folder.mkdir(parents=True)
    size = -(-rows.num_rows // parts)
    for part in range(parts):
        pq.write_table(rows.slice(part * size, size), folder / f"part-{part}.parquet", row_group_size=100_000)
    return str(folder)


def site_of(rows: pa.Table, name: str, order: str = "row") -> pa.Table:
    mine = rows.filter(pa.compute.equal(rows["site"], name))
    return mine.take(pa.compute.sort_indices(mine, sort_keys=[(order, "ascending")]))


def command_line(
    rows: pa.Table, folder: Path, *arguments: str, order: str = "row", leaving_out: tuple[str, ...] = ()
) -> tuple[str, dict[str, str]]:
    """The texts of the global model of ``dmoe learn`` on a file a site, and of the local ones."""
    folder.mkdir(parents=True)
    names = ["y", *COVARIATES]
    for site in sorted(set(rows["site"].unique().to_pylist()) - set(leaving_out)):
        columns = site_of(rows, site, order).select(names)
        np.save(folder / f"{site}.npy", np.stack([column.to_numpy() for column in columns], axis=1))
    result, local = folder / "global.json", folder / "local"
    files = sorted(str(path) for path in folder.glob("*.npy"))
    subprocess.run(
        [str(PROGRAM), "learn", *files, "--columns", ",".join(names), "--target", "y", "--quiet",
         "--local-models", str(local), "-o", str(result), *arguments],
        check=True, capture_output=True,
    )
    for file in files:
        os.remove(file)
    return result.read_text(), {path.stem: path.read_text() for path in local.glob("*.json")}
