"""The processes of a cluster on this machine, found from the process of the test that started them."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def _parents() -> dict[int, int]:
    result = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                result[int(entry.name)] = int(_stat(int(entry.name))[1])
            except (FileNotFoundError, ProcessLookupError):
                continue
    return result


def _ancestors(pid: int, parents: dict[int, int]) -> list[int]:
    chain = []
    while pid in parents and pid > 1:
        chain.append(pid)
        pid = parents[pid]
    return chain


def _computes(pid: int) -> bool:
    """Whether the engine is at work in it: it does so in a thread beside the one that reads what Spark sends."""
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


def kill_one_that_computes(patience: float = 120) -> int:
    """Ends an executor with all that it started, in the middle of a fit; returns its process id."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        parents = _parents()
        for pid in parents:
            chain = _ancestors(pid, parents)
            if pid != os.getpid() and os.getpid() in chain and _computes(pid):
                executor = next((p for p in chain if _is_executor(p)), None)
                if executor is not None:
                    below = [p for p in parents if executor in _ancestors(p, parents)]
                    for process in [executor, *below]:
                        try:
                            os.kill(process, signal.SIGKILL)
                        except ProcessLookupError:
                            continue
                    return executor
        time.sleep(0.02)
    raise TimeoutError("no executor was seen computing")


def _is_executor(pid: int) -> bool:
    try:
        return b"CoarseGrainedExecutorBackend" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
