"""Which rows a run is scored on: a quarter of every site's, or all of a quarter of the sites."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence

SHARE = 0.25


def stratified(sites: Sequence[str], subjects: Sequence[str] | None, seed: str, share: float = SHARE) -> set[int]:
    """Test rows: of every site nearly `share`, of every subject all rows or none.

    A subject counts for the site of most of its rows. Of a site the share is met to half of the rows of its largest
    subject.
    """
    strata: dict[str, list[list[int]]] = {}
    for rows in _rows_of_subjects(len(sites), subjects):
        own = [sites[row] for row in rows]
        strata.setdefault(max(dict.fromkeys(own), key=own.count), []).append(rows)
    test: set[int] = set()
    for site in sorted(strata):
        units = strata[site]
        random.Random(f"{seed}/{site}").shuffle(units)
        wanted, taken = share * sum(map(len, units)), 0
        for rows in units:
            if taken + len(rows) / 2 >= wanted:
                break
            test.update(rows)
            taken += len(rows)
    return test


def held_out_sites(sites: Sequence[str], cut: int, seed: str, share: float = SHARE) -> list[str]:
    """The sites of a cut: `share` of them, at least one. No site comes twice before all had their turn."""
    order = sorted(set(sites))
    if len(order) < 2:
        raise ValueError("one site alone: none can be held out")
    random.Random(seed).shuffle(order)
    count = max(1, round(share * len(order)))
    return [order[(cut * count + step) % len(order)] for step in range(count)]


def distinct_cuts(sites: Sequence[str], asked: int, share: float = SHARE) -> int:
    """As many cuts by sites as are asked for, or as it takes for every site to have its turn."""
    count = len(set(sites))
    return min(asked, math.ceil(count / max(1, round(share * count))))


def by_sites(
    sites: Sequence[str], subjects: Sequence[str] | None, held_out: Sequence[str]
) -> tuple[set[int], set[int]]:
    """Training and test rows; rows elsewhere of subjects that were also seen at a site held out are in neither."""
    chosen = set(held_out)
    test = {row for row, site in enumerate(sites) if site in chosen}
    seen = {subjects[row] for row in test} if subjects else set()
    train = {row for row in range(len(sites)) if row not in test and not (subjects and subjects[row] in seen)}
    return train, test


def halves(count: int, subjects: Sequence[str] | None, seed: str) -> list[bool]:
    """For each of `count` rows whether it is in the second half; subjects undivided."""
    units = _rows_of_subjects(count, subjects)
    random.Random(f"{seed}/halves").shuffle(units)
    second = [False] * count
    for number, rows in enumerate(units):
        for row in rows:
            second[row] = number % 2 == 1
    return second


def _rows_of_subjects(count: int, subjects: Sequence[str] | None) -> list[list[int]]:
    if subjects is None:
        return [[row] for row in range(count)]
    units: dict[str, list[int]] = {}
    for row, subject in enumerate(subjects):
        units.setdefault(subject, []).append(row)
    return list(units.values())
