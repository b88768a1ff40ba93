"""The corpus from the command line, with made-up tables and a program that pretends."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

EXPERIMENTS = Path(__file__).resolve().parents[1]

#: Refuses wages; cannot align; crashes at the medoid. "greedy" is better than the default by 0.25 in all rows.
PRETENDER = """#!/bin/sh
for word; do
    case $previous in -o) output=$word ;; --method) method=$word ;; esac
    previous=$word
done
case "$1 $method $*" in
study*wages*) echo "Error: wages are refused" >&2; exit 65 ;;
"aggregate aligned "*) exit 65 ;;
"aggregate medoid "*) printf '\\n*** Program crashed: Bad index\\n\\nBacktrace took 1 s\\n' >&2; exit 70 ;;
predict*)
    [ "$(head -n 1 "$3")" = island,sex,body_mass_g ] || exit 65
    case $2 in pooled.json) value=0 ;; transport.json) value=-0.5 ;; greedy.json) value=-0.25 ;; *) value=-1 ;; esac
    awk -v value=$value 'NR == 1 { print "row,logDensity" } NR > 1 { print NR - 1 "," value }' "$3" >"$output" ;;
*) echo '{"aggregation": {"warnings": [{"code": "inconsistentSite", "site": "b"}]}}' >"$output" ;;
esac
if [ "$1" = learn ]; then
    small='{"name": "c", "rows": 1, "reason": {"code": "tooFewRows"}}'
    odd='{"name": "a", "rows": 24, "reason": {"code": "impossibleSite", "site": "a"}}'
    echo '{"leftOut": ['$small, $odd, $small'], "wallSeconds": 2.0}'
fi
"""


class CommandLine(unittest.TestCase):
    def setUp(self) -> None:
        self.kept = tempfile.TemporaryDirectory()
        self.addCleanup(self.kept.cleanup)
        self.folder = Path(self.kept.name)
        program = self.folder / "dmoe"
        program.write_text(PRETENDER)
        program.chmod(0o755)
        (self.folder / "data").mkdir()
        rows = "".join(f"{'aaaabbc'[row % 7]},{'mf'[row % 2]},{3000 + row}\n" for row in range(56))
        (self.folder / "data" / "penguins.csv").write_text("island,sex,body_mass_g\n" + rows)
        (self.folder / "data" / "slid.csv").write_text("language,age,wages\n" + "x,30,9.5\ny,40,8\n" * 20)

    def corpus(self, *options: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(EXPERIMENTS / "corpus.py"), "--dmoe", str(self.folder / "dmoe")]
        command += ["--data", str(self.folder / "data"), "--out", str(self.folder / "out"), *options]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    def result(self, exercise: str) -> dict[str, Any]:
        return json.loads((self.folder / "out" / "corpus" / f"{exercise}.json").read_text())

    def test_failures_are_reported_and_the_others_go_on(self) -> None:
        outcome = self.corpus("--only", "penguins,slid", "--experts", "1", "--splits", "2")
        self.assertEqual(outcome.returncode, 1, outcome.stderr)
        kept = self.result("rows")
        (line,) = kept["lines"]
        self.assertEqual((line["set"], line["cuts"], line["loss"], line["regret"]), ("penguins", 2, 0.5, 0.25))
        self.assertEqual((line["best"], line["testRows"]), ("greedy", 14))
        self.assertEqual((line["notFitted"], line["leftOut"], line["named"]), (2, 1, 1))
        self.assertNotIn("aligned", line["logLikelihoodPerRow"])
        *refused, crashed = kept["failures"]
        self.assertEqual(["wages are refused" in failure for failure in refused], [True, True])
        self.assertRegex(crashed, "^medoid in 2 of 4 runs, first in penguins-rows-k1-cut0-.*Program crashed: Bad index")
        self.assertIn("## No result", outcome.stdout)

    def test_whole_sites(self) -> None:
        self.corpus("--only", "penguins", "--experts", "2", "--leave-sites-out")
        runs = self.result("sites")["runs"]
        self.assertEqual(sorted(run["testRows"] for run in runs), [8, 16, 32])
        self.assertEqual({run["sites"] for run in runs}, {2})
        self.assertEqual({run["lossError"] for run in runs}, {None})

    def test_finished_runs_are_not_run_again_but_by_another_program(self) -> None:
        options = ("--only", "penguins", "--experts", "1", "--splits", "1")
        self.corpus(*options)
        self.assertIn("1 of 1 replicates are there already", self.corpus(*options).stderr)
        (self.folder / "dmoe").write_text(PRETENDER.replace("value=-0.25", "value=-0.75"))
        self.assertNotIn("already", self.corpus(*options).stderr)
        self.assertEqual(self.result("rows")["lines"][0]["regret"], 0)

    def test_unknown_names_are_refused(self) -> None:
        outcome = self.corpus("--only", "penguin")
        self.assertEqual(outcome.returncode, 2)
        self.assertIn("'penguin' is none of first, further, slid", outcome.stderr)


if __name__ == "__main__":
    unittest.main()
