"""Running what is missing, and the program itself in the place of which small shell scripts stand."""

from __future__ import annotations

import contextlib
import io
import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dmoe_experiments import replicates
from dmoe_experiments.program import Program, ProgramFailure
from dmoe_experiments.replicates import Replicate
from dmoe_experiments.settings import DEFAULT, Settings


class Running(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)
        self.settings = Settings(self.script("exit 0"), self.folder, DEFAULT)

    def script(self, line: str) -> Path:
        path = self.folder / "dmoe"
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)
        return path

    def run_quietly(self, parts: list[Replicate]) -> list[str]:
        with contextlib.redirect_stderr(io.StringIO()):
            return replicates.run_missing(parts, self.settings)

    def test_what_is_there_is_not_run_again(self) -> None:
        runs: list[str] = []
        parts = [Replicate("e", key, {"key": key}, 1, lambda _, key=key: runs.append(key) or key) for key in "ab"]
        self.assertEqual(self.run_quietly(parts[:1]), [])
        self.assertEqual(self.run_quietly(parts), [])
        self.assertEqual(runs, ["a", "b"])
        self.assertEqual([part.result for part in replicates.finished(parts, self.folder)], ["a", "b"])

    def test_a_failure_does_not_end_the_others(self) -> None:
        def fail(program: Program) -> None:
            raise ProgramFailure("dmoe x", 65, "no rows")

        parts = [Replicate("e", "bad", {}, 1, fail), Replicate("e", "good", {}, 1, lambda _: 1)]
        failures = self.run_quietly(parts)
        self.assertEqual(failures, ["e bad: dmoe x: no rows (exit code 65)"])
        self.assertEqual(len(replicates.finished(parts, self.folder)), 1)
        self.assertEqual(list(self.folder.glob("work-*")), [])

    def test_files_are_expanded_and_commands_kept(self) -> None:
        for name in ("b.csv", "a.csv"):
            (self.folder / name).touch()
        program = Program(self.script('echo "$@"'), self.folder)
        self.assertEqual(program.run("learn", "*.csv", "--seed", 1), "learn a.csv b.csv --seed 1\n")
        self.assertEqual(program.commands, ["dmoe learn *.csv --seed 1"])

    def test_json_and_errors(self) -> None:
        program = Program(self.script("echo '{\"a\": 1}'"), self.folder)
        self.assertEqual(program.run_json("x"), json.loads('{"a": 1}'))
        program = Program(self.script("echo 'Error: no' >&2; echo 'See help' >&2; exit 64"), self.folder)
        with self.assertRaises(ProgramFailure) as caught:
            program.run("x")
        self.assertEqual(caught.exception.exit_code, 64)
        self.assertIn("Error: no", str(caught.exception))

    def test_durations(self) -> None:
        self.assertEqual([replicates.duration(s) for s in (5, 600, 7200)], ["5 s", "10 min", "2.0 h"])


if __name__ == "__main__":
    unittest.main()
