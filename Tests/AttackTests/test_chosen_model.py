"""Statistics asked for at a model that somebody made up: a slab of one row between two experts, and a model of strangers."""

from __future__ import annotations

import copy

import numpy as np
import pytest
from conftest import Refused, Site, gram

Table = dict[str, np.ndarray]
ROWS = 300


@pytest.fixture
def table() -> Table:
    random = np.random.default_rng(4)
    x = random.normal(size=(ROWS, 2))
    group = random.integers(0, 3, ROWS)
    x[:, 0] += 3 * group
    y = np.choose(group, [x[:, 1], -2 * x[:, 1], 4 + x[:, 1]]) + 0.5 * random.normal(size=ROWS)
    return {"y": y, "x0": x[:, 0], "x1": x[:, 1]}


def slab(model: dict, table: Table, width: int) -> tuple[dict, np.ndarray]:
    """The model with experts below, in and above so many rows in the middle of x0; and which rows these are."""
    order = np.argsort(table["x0"])
    first = ROWS // 2
    inside = order[first : first + width]
    low = (table["x0"][order[first - 1]] + table["x0"][order[first]]) / 2
    high = (table["x0"][order[first + width - 1]] + table["x0"][order[first + width]]) / 2
    steep = 1e7
    chosen = copy.deepcopy(model)
    for expert, slope, border in zip(chosen["experts"], (-1, 0, 1), (low, 0, high), strict=True):
        expert["coefficients"] = [0.0, 0.0, 0.0]
        expert["dispersion"] = 100.0
        expert["gate"] = [-steep * slope * border, steep * slope, 0.0]
    # The last gate is the reference.
    reference = np.array(chosen["experts"][2]["gate"])
    for expert in chosen["experts"]:
        expert["gate"] = (np.array(expert["gate"]) - reference).tolist()
    return chosen, inside


def left_out(site: Site, table: Table, answer: dict) -> np.ndarray:
    """Sums over the rows that the answer leaves out: those of all rows are in an earlier file."""
    everything = gram(site.fit(site.write("all.csv", table), "y", "--experts", "1", "--draft"))
    return everything - gram({"experts": [one for one in answer["experts"] if one["weight"] > 0]})


def test_the_slab_is_what_is_left_out(table: Table) -> None:
    """Of the sums of the two experts beside it, without any rule: the row."""
    z = np.column_stack([np.ones(ROWS), table["x0"], table["x1"], table["y"]])
    inside = np.argsort(table["x0"])[ROWS // 2]
    outside = np.delete(z, inside, axis=0)
    assert np.allclose((z.T @ z - outside.T @ outside)[0], z[inside])


@pytest.mark.parametrize("width", [1, 5, 9])
def test_a_slab_of_few_rows_is_of_many_in_an_answer(site: Site, table: Table, width: int) -> None:
    path = site.write("clinic.csv", table)
    model = site.fit(path, "y", "--experts", "3")
    assert len(model["experts"]) == 3
    chosen, _ = slab(model, table, width)
    try:
        answer = site.statistics(chosen, path, "--no-ledger")
    except Refused:
        return
    assert left_out(site, table, answer)[0, 0] >= 10


def test_models_of_strangers_are_not_answered(site: Site, table: Table) -> None:
    path = site.write("clinic.csv", table)
    site.release(path, "y", "--experts", "3")
    other = {name: values[::-1] + 0.1 for name, values in table.items()}
    (site.folder / "other").mkdir()
    stranger = site.release(site.write("other/clinic.csv", other), "y", "--experts", "3")
    with pytest.raises(Refused, match="not made of a model that this site released"):
        site.statistics(stranger, path)


def test_a_study_has_five_rounds(site: Site, table: Table) -> None:
    path = site.write("clinic.csv", table)
    model = site.release(path, "y", "--experts", "3")
    for number in range(7):
        asked = copy.deepcopy(model)
        asked["aggregation"] = None
        del asked["aggregation"]
        asked["rounds"] = [
            {"sites": 3, "rows": 900, "logLikelihoodPerRow": -2.0, "gateStep": 1.0, "warnings": [], "model": digest(site)}
        ]
        asked["experts"][0]["coefficients"][0] += 0.01 * number
        if number < 5:
            site.statistics(asked, path)
        else:
            with pytest.raises(Refused, match="has answered at 5 models"):
                site.statistics(asked, path)


def digest(site: Site) -> str:
    """Of the site's own model, which every coordinator knows."""
    import json
    import subprocess

    from conftest import PROGRAM

    listed = subprocess.run(
        [PROGRAM, "ledger", site.folder / "dmoe.ledger", "--json"], capture_output=True, text=True, check=True)
    return json.loads(listed.stdout)["entries"][0]["model"]
