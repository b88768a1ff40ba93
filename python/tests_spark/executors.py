"""The executors of a cluster on this machine."""

from __future__ import annotations

import os
import time
from pathlib import Path

from processes import ancestors, below, computes, kill, parents


def kill_one_that_computes(patience: float = 120) -> int:
    """Ends an executor with all that it started, in the middle of a fit; returns its process id."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        of = parents()
        for pid in of:
            chain = ancestors(pid, of)
            if pid != os.getpid() and os.getpid() in chain and computes(pid):
                executor = next((process for process in chain if _is_executor(process)), None)
                if executor is not None:
                    kill(below(executor, of))
                    return executor
        time.sleep(0.02)
    raise TimeoutError("no executor was seen computing")


def _is_executor(pid: int) -> bool:
    try:
        return b"CoarseGrainedExecutorBackend" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return False
