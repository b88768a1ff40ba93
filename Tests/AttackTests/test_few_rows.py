"""Experts with hardly more rows than columns: their covariance is the rows."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Site, gram
from flint import fmpz_mat

ROWS = 14


@pytest.fixture
def table() -> dict[str, np.ndarray]:
    """Ages in years, scores and flags, as such tables have them: 14 patients, 21 columns."""
    random = np.random.default_rng(3)
    columns = {f"c{j}": random.integers(-4, 5, ROWS).astype(float) for j in range(20)}
    return {"y": random.integers(0, 9, ROWS).astype(float), **columns}


def released(site: Site, table: dict[str, np.ndarray], *options: str) -> np.ndarray:
    path = site.write("clinic.csv", table)
    gate = ",".join(name for name in table if name != "y")
    return gram(site.fit(path, "y", "--features", "c0", "--gate-features", gate, "--experts", "1", *options))


def rows_of_lattice(total: np.ndarray) -> np.ndarray:
    """Columns of integers are vectors of Z^n with known products; the unit vectors of their lattice are the rows."""
    total = np.rint(total)
    values, vectors = np.linalg.eigh(total)
    kept = values > 1e-6 * values.max()
    scaled = np.rint(1e5 * vectors[:, kept] * np.sqrt(values[kept])).astype(int)
    size = len(total)
    basis = np.hstack([scaled, np.eye(size, dtype=int)])
    reduced = np.array(fmpz_mat(basis.tolist()).lll().tolist(), dtype=object)[:, -size:].astype(int)
    products = reduced @ total.astype(int)
    norms = np.sum(products * reduced, axis=1)
    return products[norms == 1].astype(float)


def found(guesses: np.ndarray, rows: np.ndarray) -> int:
    """Rows that are among the guesses, up to their sign."""
    return sum(any(np.allclose(sign * guess, row, atol=1e-3) for guess in guesses for sign in (1, -1)) for row in rows)


def rows_of(table: dict[str, np.ndarray]) -> np.ndarray:
    names = [name for name in table if name != "y"] + ["y"]
    return np.column_stack([np.ones(ROWS), *(table[name] for name in names)])


def test_lattice_succeeds_on_drafts(site: Site, table: dict[str, np.ndarray]) -> None:
    assert found(rows_of_lattice(released(site, table, "--draft")), rows_of(table)) == ROWS


def test_lattice_fails_on_releases(site: Site, table: dict[str, np.ndarray]) -> None:
    assert found(rows_of_lattice(released(site, table)), rows_of(table)) == 0


def is_member(total: np.ndarray, row: np.ndarray) -> bool:
    """With fewer rows than columns, every row lies in the space of the covariance, and nobody else does."""
    values, vectors = np.linalg.eigh(total)
    null = vectors[:, values < 1e-7 * values.max()]
    return null.shape[1] > 0 and bool(np.linalg.norm(null.T @ row) < 1e-4 * np.linalg.norm(row))


def test_row_space_tells_members_by_drafts(site: Site, table: dict[str, np.ndarray]) -> None:
    total = released(site, table, "--draft")
    others = rows_of(table)[:, ::-1].copy()
    assert all(is_member(total, row) for row in rows_of(table))
    assert not any(is_member(total, row) for row in others)


def test_row_space_tells_no_members_by_releases(site: Site, table: dict[str, np.ndarray]) -> None:
    total = released(site, table)
    assert not any(is_member(total, row) for row in rows_of(table))


def test_two_rows_short_of_the_bound_is_short(site: Site) -> None:
    """At the bound the covariance is released, below it no product of two columns is there."""
    random = np.random.default_rng(5)
    for rows, is_released in [(16, True), (15, False)]:
        columns = {f"c{j}": random.normal(size=rows) for j in range(5)}
        path = site.write("few.csv", {"y": random.normal(size=rows), **columns})
        model = site.fit(path, "y", "--features", "c0", "--gate-features", ",".join(columns), "--experts", "1")
        statistics = model["experts"][0]["statistics"]
        assert ("covarianceWithheld" not in statistics) is is_released
