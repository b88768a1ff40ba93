#!/usr/bin/env python3
"""The experiments of the paper from one command; see README.md beside this file."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from dmoe_experiments import plots, replicates
from dmoe_experiments.experiments import beijing, capacities, homogeneous, inconsistent, shift, sites, support
from dmoe_experiments.replicates import Experiment, Replicate, log
from dmoe_experiments.settings import DEFAULT, FULL, REPOSITORY, Settings

EXPERIMENTS = [
    module.EXPERIMENT for module in (homogeneous, capacities, sites, support, shift, inconsistent, beijing)
]


def numbers(text: str) -> list[int]:
    """"1,4" as numbers of experiments."""
    known = {experiment.number for experiment in EXPERIMENTS}
    chosen = [int(part) for part in text.split(",") if part.strip()]
    if not chosen or not known.issuperset(chosen):
        raise argparse.ArgumentTypeError(f"'{text}' is no list of numbers from 1 to {max(known)}")
    return chosen


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="the sizes of the paper: hours rather than minutes")
    parser.add_argument("--only", type=numbers, metavar="1,4", help="numbers of the experiments to run (default: all)")
    parser.add_argument("--out", type=Path, default=REPOSITORY / "Experiments" / "results", metavar="FOLDER")
    parser.add_argument(
        "--program", type=Path, default=Path(os.environ.get("DMOE", REPOSITORY / ".build/release/dmoe")),
        help="the built program (default: .build/release/dmoe)",
    )  # fmt: skip
    return parser.parse_args()


def report(planned: list[tuple[Experiment, list[Replicate]]], settings: Settings) -> None:
    for experiment, parts in planned:
        results = replicates.finished(parts, settings.results)
        if not results:
            continue
        folder = settings.results / experiment.name
        experiment.report(results, folder)
        log(f"{folder / 'summary.md'}: {len(results)} of {len(parts)} replicates")


def main() -> int:
    options = arguments()
    program = options.program.resolve()
    if not program.exists():
        log(f"{program} is not built: make build")
        return 66
    settings = Settings(program, options.out.resolve(), FULL if options.full else DEFAULT)
    settings.results.mkdir(parents=True, exist_ok=True)
    if not plots.available():
        log("matplotlib is missing: tables, but no plots")
    chosen = [experiment for experiment in EXPERIMENTS if not options.only or experiment.number in options.only]
    planned = [(experiment, experiment.plan(settings)) for experiment in chosen]
    try:
        failures = replicates.run_missing([part for _, parts in planned for part in parts], settings)
    except KeyboardInterrupt:
        log("stopped; what is finished is kept, and the same command goes on from there")
        return 130
    report(planned, settings)
    for failure in failures:
        log("no result: " + failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
