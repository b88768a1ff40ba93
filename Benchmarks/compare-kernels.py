#!/usr/bin/env python3
"""The kernels beside a saved run, as ratios to what the machine can do: a pass to a product of matrices, reading to memcpy, both of the same run.

Seconds differ from machine to machine and with what else runs; these ratios much less. They compare on processors of one kind.
"""

from __future__ import annotations

import argparse
import json
import math
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


def run(program: Path) -> tuple[dict, dict[str, float], dict[str, float]]:
    """The machine, the rate of each kernel, and the rates that they are compared with."""
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "run.json"
        command = [str(program), "run", "--only", "pass,reading", "--quick", "--threads", "1", "--save", str(saved)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        result = json.loads(saved.read_text())
    rates: dict[str, float] = {}
    yardsticks = {"memcpy": memcpy_rate(), "product": 0.0}
    for entry in result["measurements"]:
        figures = entry["figures"]
        sizes = " ".join(f"{name}={entry['sizes'][name]}" for name in ("p", "K") if name in entry["sizes"])
        if "GFLOP/s product" in figures:
            yardsticks["product"] = max(yardsticks["product"], figures["GFLOP/s product"])
        if "% of product" in figures and entry["what"].startswith("pass "):
            rates[f"{entry['what']} {sizes}, to product"] = figures["% of product"] / 100 * figures["GFLOP/s product"]
        elif "MB/s" in figures:
            rates[f"read {entry['what']}, to memcpy"] = figures["MB/s"]
    return result["machine"], rates, yardsticks


def best_of(runs: int, program: Path) -> tuple[dict, dict[str, float]]:
    """The best rate of each kernel over the best of what it is compared with: other work on the machine only takes away."""
    machine: dict = {}
    rates: dict[str, float] = {}
    yardsticks: dict[str, float] = {}
    for number in range(1, runs + 1):
        print(f"run {number} of {runs} ...", file=sys.stderr)
        machine, found, beside = run(program)
        rates = {key: max(rate, rates.get(key, 0)) for key, rate in found.items()}
        yardsticks = {key: max(rate, yardsticks.get(key, 0)) for key, rate in beside.items()}
    return machine, {key: rate / yardsticks[key.rsplit(" ", 1)[1]] for key, rate in rates.items()}


def save(path: Path, machine: dict, ratios: dict[str, float], runs: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {name: machine[name] for name in ("processor", "instructions", "cores", "load", "swift", "revision")}
    rounded = {key: float(f"{value:.3g}") for key, value in ratios.items()}
    note = "one thread, sizes of --quick, best of the runs; a higher ratio is faster"
    if machine["load"] > machine["cores"] / 2:
        note += f"; beside other work on {machine['cores']} cores (load {machine['load']}): measure anew on a quiet machine"
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
        print(f"geometric mean {math.exp(sum(map(math.log, changes)) / len(changes)):.3f} of {len(changes)} kernels")
    return changes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=PROGRAM, help=f"default: {PROGRAM}")
    parser.add_argument("--baseline", type=Path, default=BASELINE)
    parser.add_argument("--save", action="store_true", help="measure the baseline anew")
    parser.add_argument("--runs", type=int, default=3, help="the best of so many runs (default: 3)")
    parser.add_argument("--fail-below", type=float, metavar="R", help="exit code 1 where a kernel has less than R of its baseline")
    arguments = parser.parse_args()
    if not arguments.program.exists():
        print(f"{arguments.program} is not built: make build", file=sys.stderr)
        return 2
    machine, ratios = best_of(max(arguments.runs, 1), arguments.program)
    if arguments.save:
        save(arguments.baseline, machine, ratios, max(arguments.runs, 1))
        return 0
    changes = show(json.loads(arguments.baseline.read_text()), machine, ratios)
    return int(arguments.fail_below is not None and any(change < arguments.fail_below for change in changes))


if __name__ == "__main__":
    sys.exit(main())
