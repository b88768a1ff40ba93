#!/usr/bin/env python3
"""The kernels beside a saved run, as ratios to what the machine can do: a pass to dgemm, reading to memcpy, both of the same run.

Seconds differ from machine to machine and with what else runs; these ratios much less. They compare on processors of one kind.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PROGRAM = Path(".build/release/dmoe-benchmark")
BASELINE = Path("Benchmarks/baseline/kernels.json")
COPIED = 64_000_000


def memcpy_rate() -> float:
    """MB per second of one thread: the best of several copies of memory."""
    source, target = memoryview(bytearray(COPIED)), memoryview(bytearray(COPIED))
    seconds = []
    for _ in range(8):
        start = time.perf_counter()
        target[:] = source
        seconds.append(time.perf_counter() - start)
    return COPIED / 1e6 / min(seconds)


def run() -> tuple[dict, dict[str, float]]:
    """The machine, and the ratio of each kernel."""
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "run.json"
        command = [str(PROGRAM), "run", "--only", "pass,reading", "--quick", "--threads", "1", "--save", str(saved)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result = json.loads(saved.read_text())
    copying = memcpy_rate()
    ratios = {}
    for entry in result["measurements"]:
        sizes = " ".join(f"{name}={entry['sizes'][name]}" for name in ("p", "K") if name in entry["sizes"])
        if "% of dgemm" in entry["figures"]:
            ratios[f"{entry['what']} {sizes}, to dgemm"] = entry["figures"]["% of dgemm"] / 100
        elif "MB/s" in entry["figures"]:
            ratios[f"read {entry['what']}, to memcpy"] = entry["figures"]["MB/s"] / copying
    return result["machine"], ratios


def median_of(runs: int) -> tuple[dict, dict[str, float]]:
    found = []
    machine: dict = {}
    for number in range(1, runs + 1):
        print(f"run {number} of {runs} ...", file=sys.stderr)
        machine, ratios = run()
        found.append(ratios)
    return machine, {key: statistics.median(ratios[key] for ratios in found) for key in found[0]}


def save(path: Path, machine: dict, ratios: dict[str, float], runs: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {name: machine[name] for name in ("processor", "instructions", "cores", "load", "blas", "swift", "revision")}
    rounded = {key: float(f"{value:.3g}") for key, value in ratios.items()}
    note = "one thread, sizes of --quick, medians; a higher ratio is faster; a load near the number of cores disturbs"
    path.write_text(json.dumps({"note": note, "runs": runs, "machine": kept, "ratios": rounded}, indent=2) + "\n")
    print(f"saved in {path}")


def show(baseline: dict, machine: dict, ratios: dict[str, float]) -> list[float]:
    before = baseline["machine"]
    print(f"baseline {before['revision']}, {before['processor']}, load {before['load']}; now load {machine['load']}")
    if before["processor"] != machine["processor"]:
        print(f"another processor: {machine['processor']}; compare with care")
    print(f"{'':48} baseline       now  now / baseline")
    changes = []
    for key, old in baseline["ratios"].items():
        if key not in ratios:
            print(f"{key:48} {old:8.3f}         -  not measured here")
            continue
        changes.append(ratios[key] / old)
        print(f"{key:48} {old:8.3f}  {ratios[key]:8.3f}  {changes[-1]:14.3f}")
    if changes:
        print(f"geometric mean {math.exp(statistics.fmean(map(math.log, changes))):.3f} of {len(changes)} kernels")
    return changes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--baseline", type=Path, default=BASELINE)
    parser.add_argument("--save", action="store_true", help="measure the baseline anew")
    parser.add_argument("--runs", type=int, default=3, help="the median of so many runs (default: 3)")
    parser.add_argument("--fail-below", type=float, metavar="R", help="exit code 1 where a kernel has less than R of its baseline")
    arguments = parser.parse_args()
    if not PROGRAM.exists():
        print(f"{PROGRAM} is not built: make build", file=sys.stderr)
        return 2
    machine, ratios = median_of(max(arguments.runs, 1))
    if arguments.save:
        save(arguments.baseline, machine, ratios, max(arguments.runs, 1))
        return 0
    changes = show(json.loads(arguments.baseline.read_text()), machine, ratios)
    return int(arguments.fail_below is not None and any(change < arguments.fail_below for change in changes))


if __name__ == "__main__":
    sys.exit(main())
