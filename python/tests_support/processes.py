"""The processes of a cluster on this machine, found from the process of the test that started them."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from pathlib import Path


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def parents() -> dict[int, int]:
    """By process."""
    result = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                result[int(entry.name)] = int(_stat(int(entry.name))[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    return result


def ancestors(pid: int, of: dict[int, int]) -> list[int]:
    """The process and those above it."""
    chain = []
    while pid in of and pid > 1:
        chain.append(pid)
        pid = of[pid]
    return chain


def below(pid: int, of: dict[int, int]) -> list[int]:
    """The process and all that it started, and they."""
    return [process for process in of if pid in ancestors(process, of)]


def computes(pid: int) -> bool:
    """Whether the engine is at work in it: it does so in a thread beside the one that waits for it."""
    try:
        if "libdmoe" not in Path(f"/proc/{pid}/maps").read_text():
            return False
        threads = [int(entry.name) for entry in Path(f"/proc/{pid}/task").iterdir()]
        return any(
            Path(f"/proc/{pid}/task/{thread}/stat").read_text().rsplit(")", 1)[1].split()[0] == "R"
            for thread in threads if thread != pid
        )
    except (FileNotFoundError, ProcessLookupError):
        return False


def kill(processes: Iterable[int]) -> None:
    """Without a word; those that have ended meanwhile are no matter."""
    for process in processes:
        try:
            os.kill(process, signal.SIGKILL)
        except ProcessLookupError:
            continue
