"""Colours, lines and axes that all displays have in common."""

from __future__ import annotations

import re
import textwrap
from typing import Any

import numpy as np

# Of Okabe and Ito, in an order whose neighbours differ in grey as well; yellow, which is too light for lines, is left out.
COLOURS = ("#0072B2", "#D55E00", "#56B4E9", "#000000", "#E69F00", "#009E73", "#CC79A7")
LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)), (0, (8, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "---", "+++")
GREY = "#6b6b6b"
FAINT = "#d0d0d0"
# From light to dark, in equal steps of lightness.
SEQUENTIAL = "cividis_r"


def colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


def line(index: int) -> dict[str, Any]:
    """Of an expert, a class or a site."""
    return {"color": colour(index), "linestyle": LINES[index % len(LINES)]}


def marker(index: int) -> dict[str, Any]:
    return {"color": colour(index), "marker": MARKERS[index % len(MARKERS)]}


def pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError(f"pictures need matplotlib: pip install 'dmoe[report]' ({error})") from error
    return plt


class Display:
    """What all displays have."""

    ax_: Any
    figure_: Any
    # Width and height in inches, where the display makes its own axes.
    size: tuple[float, float] = (6.4, 4.0)

    def _begin(self, ax: Any) -> Any:
        """Axes to draw on: those given, or new ones."""
        if ax is None:
            _, ax = pyplot().subplots(figsize=self.size, layout="constrained")
        self.ax_ = ax
        self.figure_ = ax.figure
        for side in ("top", "right"):
            ax.spines[side].set_visible(False)
        return ax


def legend(ax: Any, least: int = 2) -> None:
    """Above the axes, where it hides nothing; of one entry alone there is none by default."""
    handles, labels = ax.get_legend_handles_labels()
    if len(labels) >= least:
        widest = max(map(len, labels)) + 8
        columns = max(1, min(len(labels), 62 // widest))
        ax.legend(
            handles, labels, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=columns, frameon=False, fontsize="small",
            alignment="left", borderaxespad=0.2, handlelength=2.6,
        )


def shortened(name: str, width: int = 24) -> str:
    """Long names, cut in the middle: their ends tell them apart."""
    if len(name) <= width:
        return name
    head = (width - 1) // 2
    return f"{name[:head]}…{name[-(width - 1 - head):]}"


def natural(name: str) -> list[tuple[int, str]]:
    """A key to sort names by: site-2 comes before site-10."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]


def plain(text: str) -> str:
    """A name of the data as it is: matplotlib takes what is between two dollars for a formula."""
    return text.replace("$", r"\$")


def label_x(ax: Any, text: str) -> None:
    """Names of the data are as long as they are: a label has as many lines as it needs."""
    ax.set_xlabel(_wrapped(text, 42))


def label_y(ax: Any, text: str) -> None:
    ax.set_ylabel(_wrapped(text, 32))


def _wrapped(text: str, width: int) -> str:
    lines = [part for line in text.split("\n") for part in textwrap.wrap(line, width, break_on_hyphens=False)]
    return "\n".join(lines[:4])


def span(values: np.ndarray, share: float = 0.01) -> tuple[float, float]:
    """From a low to a high quantile."""
    low, high = np.quantile(values, [share, 1 - share])
    return (float(low), float(high)) if high > low else (float(low) - 0.5, float(high) + 0.5)


def rug(ax: Any, values: np.ndarray) -> None:
    """Deciles on the axis, the middle one longer: of nobody's row, of which the file has none."""
    for level, value in zip(range(1, 10), np.quantile(values, np.arange(1, 10) / 10)):
        ax.plot([value, value], [0, 0.05 if level == 5 else 0.028], transform=ax.get_xaxis_transform(), color=GREY, lw=1.2, clip_on=False)
