"""Running the program."""

from __future__ import annotations

import json
import shlex
import subprocess
import time
from pathlib import Path
from typing import Any

USAGE_EXIT_CODE = 64


class ProgramFailure(Exception):
    """The program ended with an error; `exit_code` is that of sysexits, negative for a signal."""

    def __init__(self, command: str, exit_code: int, message: str) -> None:
        super().__init__(f"{command}: {message or 'no message'} (exit code {exit_code})")
        self.exit_code = exit_code


class Program:
    """The built program, run in `folder`; `commands` keeps what was run, as a user would type it.

    After `seconds`, all runs together, it is ended: `TimeoutError`.
    """

    def __init__(self, path: Path, folder: Path, seconds: float | None = None) -> None:
        self.path = path
        self.folder = folder
        self.seconds = seconds
        self._start = time.monotonic()
        self.commands: list[str] = []

    def run(self, *arguments: object) -> str:
        """Standard output. An argument with a `*` stands for the files that it matches in the folder, sorted."""
        words = [str(argument) for argument in arguments]
        command = "dmoe " + " ".join(word if "*" in word else shlex.quote(word) for word in words)
        self.commands.append(command)
        left = None if self.seconds is None else max(0.0, self._start + self.seconds - time.monotonic())
        try:
            outcome = subprocess.run(
                [str(self.path), *self._expanded(words)],
                cwd=self.folder, capture_output=True, text=True, check=False, timeout=left,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise TimeoutError(f"{command}: no answer within {self.seconds:g} s of the start of this run") from None
        if outcome.returncode != 0:
            raise ProgramFailure(command, outcome.returncode, _last_line(outcome.stderr))
        return outcome.stdout

    def run_json(self, *arguments: object) -> dict[str, Any]:
        return json.loads(self.run(*arguments, "--quiet", "--json"))

    def read_json(self, name: str) -> dict[str, Any]:
        """A file that was written in the folder."""
        return json.loads((self.folder / name).read_text())

    def _expanded(self, words: list[str]) -> list[str]:
        expanded: list[str] = []
        for word in words:
            found = self.folder.glob(word) if "*" in word else ()
            expanded += sorted(str(path.relative_to(self.folder)) for path in found) or [word]
        return expanded


def _last_line(text: str) -> str:
    """The error itself: usage errors are followed by lines of help, crashes by a backtrace."""
    lines = [line for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith("error") or "Program crashed" in line]
    return (errors or lines or [""])[-1]
