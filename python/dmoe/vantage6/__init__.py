"""One model from sites that are nodes of vantage6: each answers with what ``dmoe fit`` would write, the central function aggregates.

Of the functions here vantage6 calls the one that a task names; ``examples/vantage6`` makes the image. Algorithm tools 4.15, of vantage6 4.
"""

# What a task can name is every name of this module: no more than is needed.
try:
    from ._central import central
    from ._partial import partial_fit, partial_statistics
except ImportError as error:
    raise ImportError(f"dmoe.vantage6 needs vantage6's algorithm tools, 4.15: pip install 'dmoe[vantage6]' ({error})") from error

__all__ = ["central", "partial_fit", "partial_statistics"]
