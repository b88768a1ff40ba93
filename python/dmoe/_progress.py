"""What is shown of a running fit."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ._fitting import Progress


@contextmanager
def observed(
    progress: Callable[[Progress], None] | bool | None,
) -> Iterator[Callable[[Progress], None] | None]:
    """The function that hears of a fit; for True a bar of tqdm, or nothing where tqdm is not installed."""
    if progress is None or progress is False:
        yield None
    elif callable(progress):
        yield progress
    else:
        try:
            from tqdm.auto import tqdm
        except ImportError:
            yield None
            return
        with tqdm(unit=" iterations") as bar:
            yield _shown(bar)


def _shown(bar: Any) -> Callable[[Progress], None]:
    lock = threading.Lock()

    def show(step: Progress) -> None:
        with lock:
            bar.set_description(f"{step.site}: {step.stage} start {step.start}/{step.start_count}", refresh=False)
            bar.set_postfix_str(f"log-likelihood {step.log_likelihood:.5f} per row", refresh=False)
            bar.update()

    return show
