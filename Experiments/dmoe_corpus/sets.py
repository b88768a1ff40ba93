"""The sets by name, in their two parts."""

from __future__ import annotations

from .dataset import DataSet
from .first import FIRST
from .further import FURTHER

PARTS: dict[str, tuple[DataSet, ...]] = {"first": FIRST, "further": FURTHER}
SETS = {data.name: data for part in PARTS.values() for data in part}


def part_of(name: str) -> str:
    return next(part for part, sets in PARTS.items() if any(data.name == name for data in sets))
