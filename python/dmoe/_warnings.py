"""What the engine has to say of a result, as warnings of Python."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable


class FitWarning(UserWarning):
    """What the engine has to say of a fit, an aggregation or an update, and of how rows were read."""


def warn(texts: Iterable[str]) -> None:
    """What is to be reported, as warnings of Python: of the line that called this package."""
    level = 1
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] == __package__:
        frame = frame.f_back
        level += 1
    for text in texts:
        warnings.warn(text, FitWarning, stacklevel=level)
