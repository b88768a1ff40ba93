"""Plots as SVG, to be distinguished without colour: markers, line styles and hatches."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

MARKERS = "osD^vPX*<>hd"
LINES = ("-", "--", "-.", ":")
HATCHES = ("", "///", "...", "xxx", "\\\\\\", "+++")
GREYS = ("0.95", "0.8", "0.65", "0.5", "0.35", "0.2")

#: Label to points (x, y).
Series = Mapping[str, Sequence[tuple[float, float]]]


def _panels(count: int, width: float, height: float) -> tuple[Any, list[Any]]:
    """A figure of `count` panels in a row; sizes of a panel in inches."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams.update({"svg.hashsalt": "dmoe", "font.size": 9, "axes.grid": True, "grid.color": "0.85"})
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, count, figsize=(width * count, height), squeeze=False, layout="constrained")
    return figure, list(axes[0])


def _save(figure: Any, path: Path) -> None:
    from matplotlib import pyplot

    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot.close(figure)


def boxes(path: Path, panels: Mapping[str, Mapping[str, Sequence[float]]], xlabel: str) -> None:
    """A panel for each group with a horizontal box for each label; in logs on both sides of 0 where that is needed."""
    panels = {name: {label: values for label, values in boxes.items() if values} for name, boxes in panels.items()}
    panels = {name: boxes for name, boxes in panels.items() if boxes}
    if not panels:
        return
    labels = list(dict.fromkeys(label for boxes in panels.values() for label in boxes))[::-1]
    names_width = 3.0
    figure, axes = _panels(len(panels), 3.0 + names_width / len(panels), 1.2 + 0.28 * len(labels))
    for axis, (name, content) in zip(axes, panels.items()):
        drawn = axis.boxplot(
            [content.get(label, []) for label in labels], vert=False, patch_artist=True, widths=0.6,
            medianprops={"color": "black", "linewidth": 1.5}, flierprops={"marker": "o", "markersize": 3},
        )  # fmt: skip
        for box in drawn["boxes"]:
            box.set_facecolor("0.85")
        axis.set_yticks(range(1, len(labels) + 1), labels if axis is axes[0] else [""] * len(labels))
        _symmetric_log(axis, [value for values in content.values() for value in values])
        axis.axvline(0, color="black", linewidth=0.8, linestyle="--")
        axis.annotate(name, (0.02, 1.01), xycoords="axes fraction", va="bottom")
    figure.supxlabel(xlabel, fontsize=9)
    _save(figure, path)


def _symmetric_log(axis: Any, values: Sequence[float]) -> None:
    """Logarithmic on both sides of 0 where the differences span more than two powers of ten."""
    sizes = sorted(abs(value) for value in values if value)
    if not sizes or sizes[-1] <= 100 * sizes[len(sizes) // 4]:
        return
    low = max(math.floor(math.log10(sizes[len(sizes) // 4])), -6)
    high = math.ceil(math.log10(sizes[-1]))
    axis.set_xscale("symlog", linthresh=10.0**low)
    powers = range(low, high + 1, 1 + (high - low) // 3)
    sides = [side for side in (-1, 1) if any(side * value > 10.0**low for value in values)]
    ticks = sorted([(0.0, "0")] + [(side * 10.0**power, _power(side, power)) for side in sides for power in powers])
    limits = axis.get_xlim()
    axis.set_xticks([place for place, _ in ticks], [text for _, text in ticks])
    axis.set_xticks([], minor=True)
    axis.set_xlim(limits)


def _power(side: int, power: int) -> str:
    return f"${'-' if side < 0 else ''}10^{{{power}}}$"


def lines(
    path: Path, panels: Sequence[tuple[Series, str]], xlabel: str, *, log_x: bool = False, log_y: Sequence[bool] = ()
) -> None:
    """Panels of (series, name of the y axis) over one x; `log_y` for each panel. A label looks the same in all."""
    if not any(points for series, _ in panels for points in series.values()):
        return
    labels = list(dict.fromkeys(label for series, _ in panels for label in series))
    figure, axes = _panels(len(panels), 4.4, 3.6)
    for index, (axis, (series, ylabel)) in enumerate(zip(axes, panels)):
        for label, points in series.items():
            _line(axis, sorted(points), label, labels.index(label))
        axis.set_xlabel(xlabel)
        axis.set_ylabel(ylabel)
        if log_x:
            axis.set_xscale("log")
            _ticks_at(axis, sorted({x for points in series.values() for x, _ in points}))
        if index < len(log_y) and log_y[index]:
            axis.set_yscale("log")
    handles = {label: h for axis in axes for h, label in zip(*axis.get_legend_handles_labels())}
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=min(4, len(handles)))
    _save(figure, path)


def _line(axis: Any, points: Sequence[tuple[float, float]], label: str, index: int) -> None:
    x, y = [point[0] for point in points], [point[1] for point in points]
    axis.plot(
        x, y, label=label, color=f"C{index % 10}", marker=MARKERS[index % len(MARKERS)], markersize=5,
        linestyle=LINES[index % len(LINES)], linewidth=1.2,
    )  # fmt: skip


def _ticks_at(axis: Any, values: Sequence[float]) -> None:
    labels, last = [], 0.0
    for value in values:  # ticks too near for two labels have one
        labels.append(f"{value:,.0f}" if value >= 1.8 * last else "")
        last = value if labels[-1] else last
    axis.set_xticks(values, labels)
    axis.set_xticks([], minor=True)


def bars(path: Path, panels: Sequence[tuple[Mapping[str, Mapping[str, float]], str, bool]]) -> None:
    """Panels of (label of the group -> label of the bar -> height, name of the y axis, logarithmic); else 0 to 1."""
    figure, axes = _panels(len(panels), 4.8, 3.8)
    for axis, (groups, ylabel, logarithmic) in zip(axes, panels):
        names = list(dict.fromkeys(name for bars in groups.values() for name in bars))
        for index, name in enumerate(names):
            places = [place + (index + 0.5) / (len(names) + 1) for place in range(len(groups))]
            heights = [group.get(name, float("nan")) for group in groups.values()]
            axis.bar(
                places, heights, 1 / (len(names) + 1), label=name, edgecolor="black", linewidth=0.6,
                facecolor=GREYS[index % len(GREYS)], hatch=HATCHES[index % len(HATCHES)],
            )  # fmt: skip
        centres = [place + 0.5 * len(names) / (len(names) + 1) for place in range(len(groups))]
        axis.set_xticks(centres, [label.replace(" ", "\n") for label in groups])
        axis.grid(visible=False, axis="x")
        axis.set_ylabel(ylabel)
        if logarithmic:
            axis.set_yscale("log")
        else:
            axis.set_ylim(0, 1)
        axis.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, frameon=False)
    _save(figure, path)


def available() -> bool:
    """Whether matplotlib is there."""
    from importlib.util import find_spec

    return find_spec("matplotlib") is not None
