#!/usr/bin/env python3
"""One shot on public data sets with sites of their own, beside the pooled fit and every other way; see README.md."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from dmoe_corpus import running, summary
from dmoe_corpus.dataset import DataSet
from dmoe_corpus.prepare import prepare
from dmoe_corpus.sets import PARTS, SETS
from dmoe_experiments import replicates
from dmoe_experiments.replicates import Replicate, log
from dmoe_experiments.settings import DEFAULT, REPOSITORY, Settings

TITLES = {running.ROWS: "A quarter of every site's rows held out", running.SITES: "A quarter of the sites held out"}


def chosen_sets(text: str) -> list[DataSet]:
    """"chile,further": names of sets or of parts, in the order of the corpus."""
    names = {part.strip() for part in text.split(",") if part.strip()}
    unknown = sorted(names - SETS.keys() - PARTS.keys())
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"'{', '.join(unknown)}' is none of {', '.join([*PARTS, *SETS])}")
    return [data for part, sets in PARTS.items() for data in sets if part in names or data.name in names]


def expert_numbers(text: str) -> list[int]:
    numbers = [int(part) for part in text.split(",")]
    if min(numbers) < 1:
        raise argparse.ArgumentTypeError("a number of experts is 1 or more")
    return numbers


def positive(text: str) -> int:
    if int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is below 1")
    return int(text)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", type=chosen_sets, default=list(SETS.values()), metavar="NAMES",
                        help="sets, or the parts first and further (default: all)")  # fmt: skip
    parser.add_argument("--experts", type=expert_numbers, default=[1, 2, 3], metavar="1,2,3")
    parser.add_argument("--splits", type=positive, default=5, metavar="N", help="cuts into training and test (5)")
    parser.add_argument("--leave-sites-out", action="store_true", help="test rows are those of whole sites")
    parser.add_argument("--seconds", type=positive, default=1200, metavar="N", help="longest time of a run (1200)")
    parser.add_argument("--dmoe", type=Path, default=Path(os.environ.get("DMOE", REPOSITORY / ".build/release/dmoe")),
                        metavar="PROGRAM", help="default: .build/release/dmoe")  # fmt: skip
    parser.add_argument("--out", type=Path, default=REPOSITORY / "Experiments" / "results", metavar="FOLDER")
    parser.add_argument("--data", type=Path, default=REPOSITORY / "Experiments" / "data" / running.NAME,
                        metavar="FOLDER", help="where the tables are kept")  # fmt: skip
    parser.add_argument("--prepare-only", action="store_true", help="write the tables anew, run nothing")
    return parser.parse_args()


def failures_within(parts: list[Replicate], results: Path) -> list[str]:
    """A line for each way of aggregation that ended otherwise than by refusing the local models."""
    found: dict[str, list[str]] = {}
    for part in parts:
        for run in replicates.finished([part], results):
            for method, failure in run.result["failures"].items():
                if failure["exitCode"] != os.EX_DATAERR:
                    found.setdefault(method, []).append(f"{part.key}: {failure['message']}")
    return [f"{method} in {len(lines)} of {len(parts)} runs, first in {lines[0]}" for method, lines in found.items()]


def report(parts: list[Replicate], settings: Settings, exercise: str, failures: list[str]) -> None:
    text, kept = summary.report(replicates.finished(parts, settings.results), TITLES[exercise], failures)
    path = settings.results / running.NAME / f"{exercise}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=1))
    path.with_suffix(".md").write_text(text)
    print(text)
    log(f"{path} and {path.with_suffix('.md').name} written")


def main() -> int:
    options = arguments()
    program, tables = options.dmoe.resolve(), options.data.resolve()
    failures = prepare(options.only, tables, again=options.prepare_only)
    if options.prepare_only:
        return 1 if failures else 0
    if not program.exists():
        log(f"{program} is not built: make build")
        return os.EX_NOINPUT
    settings = Settings(program, options.out.resolve(), DEFAULT, options.seconds)
    settings.results.mkdir(parents=True, exist_ok=True)
    exercise = running.SITES if options.leave_sites_out else running.ROWS
    parts = running.plan(options.only, tables, program, options.experts, options.splits, exercise)
    try:
        failures += replicates.run_missing(parts, settings)
    except KeyboardInterrupt:
        log("stopped; what is finished is kept, and the same command goes on from there")
        return 130
    failures += failures_within(parts, settings.results)
    report(parts, settings, exercise, failures)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
