"""One page on a model, for a person who was not there: ``dmoe report``, and :func:`make_report`."""

from ._page import make_report
from ._sources import GivenFile

__all__ = ["GivenFile", "make_report"]
