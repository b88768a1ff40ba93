"""What the engine has to say of a result, as warnings of Python."""

from __future__ import annotations

import warnings
from collections.abc import Iterable


class FitWarning(UserWarning):
    """What the engine has to say of a fit, an aggregation or an update: the texts of :attr:`Model.warnings`."""


def warn(texts: Iterable[str], stacklevel: int = 3) -> None:
    """What is to be reported, as warnings of Python; by default of the line that called the function that calls this."""
    for text in texts:
        warnings.warn(text, FitWarning, stacklevel=stacklevel)
