"""Models with hardly fewer parameters than rows."""

from __future__ import annotations

import numpy as np
from conftest import Refused, Site
import pytest


def clinic(rows: int, columns: int, seed: int = 4) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, columns))
    y = x[:, 0] + random.normal(size=rows)
    return {"y": y, **{f"x{j}": x[:, j] for j in range(columns)}}


def test_draft_with_as_many_parameters_as_rows_has_the_responses(site: Site) -> None:
    """22 rows on 20 covariates: the hyperplane passes by every response."""
    table = clinic(23, 20)
    model = site.fit(site.write("c.csv", table), "y", "--experts", "1", "--draft")
    coefficients = model["experts"][0]["coefficients"]
    x = np.column_stack([np.ones(23), *(table[f"x{j}"] for j in range(20))])
    error = np.std(table["y"] - x @ coefficients)
    assert error < 0.5 * np.std(table["y"] - table["x0"])


@pytest.mark.parametrize(
    "rows, experts, fitted, slopes", [(600, 3, 3, True), (200, 3, 1, True), (60, 2, 0, False), (23, 1, 0, False)])
def test_release_has_a_third_of_the_rows_at_most(
    site: Site, rows: int, experts: int, fitted: int, slopes: bool
) -> None:
    model = site.fit(site.write("c.csv", clinic(rows, 20)), "y", "--experts", str(experts))
    figures = model["disclosure"]["figures"]
    coefficients = np.array([expert["coefficients"] for expert in model["experts"]])
    gates = np.array([expert["gate"] for expert in model["experts"]])
    free = np.count_nonzero(coefficients) + len(coefficients) + np.count_nonzero(gates)
    assert figures["parameters"] == free
    assert free / rows <= 0.33
    assert bool(np.any(coefficients[:, 1:])) is slopes
    if fitted == experts:
        return
    warnings = {warning["code"] for warning in model["fit"]["warnings"]}
    assert "saturated" in warnings or "interceptOnlyExpert" in warnings


def test_nine_rows_release_nothing(site: Site) -> None:
    with pytest.raises(Refused, match="needs 10"):
        site.fit(site.write("c.csv", clinic(9, 1)), "y", "--experts", "1")


def test_nine_rows_of_a_draft_are_fitted(site: Site) -> None:
    assert site.fit(site.write("c.csv", clinic(9, 1)), "y", "--experts", "1", "--draft")["rows"] == 9
