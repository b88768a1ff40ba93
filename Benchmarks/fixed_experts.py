"""Held-out log-likelihood per row with and without a point mass at 0: rows pooled, and one shot over the sites.

    python3 Benchmarks/fixed_experts.py DMOE FOLDER

FOLDER has SET.train.csv and SET.test.csv of the sets named in SETS, and is written to.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SETS = {
    "rwm": ("docvis", "year", []),
    "ofp": ("ofp", "region", ["black", "sex", "maried", "privins", "medicaid", "hlth"]),
    "ofp hosp": ("hosp", "region", ["black", "sex", "maried", "privins", "medicaid", "hlth"]),
}
FAMILIES = ("poisson", "negative-binomial")


def run(dmoe: str, *words: str | Path) -> str:
    done = subprocess.run([dmoe, *map(str, words)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, words))}: {done.stderr}")
    return done.stdout


def scores(dmoe: str, folder: Path, name: str, family: str, experts: int, mass: list[str]) -> list[float]:
    target, site, categories = SETS[name]
    train, test = (folder / f"{name.split()[0]}.{part}.csv" for part in ("train", "test"))
    study, pooled, shot = (folder / f"fixed-experts.{part}.json" for part in ("study", "pooled", "shot"))
    forced = ["--categories", ",".join(categories)] if categories else []
    run(dmoe, "study", "new", train, "--target", target, "--family", family, "--exclude", site, *forced, *mass, "-o", study)
    run(dmoe, "fit", train, "--study", study, "--experts", str(experts), "--draft", "-o", pooled, "--quiet")
    run(dmoe, "learn", train, "--study", study, "--experts", str(experts), "--shard-by", site, "-o", shot, "--quiet")
    return [json.loads(run(dmoe, "evaluate", model, test, "--json"))["logLikelihoodPerRow"] for model in (shot, pooled)]


def main(dmoe: str, place: str) -> None:
    folder = Path(place)
    print("| data | family, experts | without: one shot / pooled | point mass 0: one shot / pooled |")
    print("| --- | --- | --- | --- |")
    for name in SETS:
        for family in FAMILIES:
            for experts in (1, 2):
                without = scores(dmoe, folder, name, family, experts, [])
                masses = scores(dmoe, folder, name, family, experts, ["--point-mass", "0"])
                cells = [" / ".join(f"{value:.4f}".replace("-", "−") for value in pair) for pair in (without, masses)]
                print(f"| {name} | {family}, {experts} | {cells[0]} | {cells[1]} |", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
