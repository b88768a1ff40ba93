"""Writes expected.json: matrices, and what LAPACK finds of them by NumPy and SciPy (dsyevd, dpotrf, dpotrs, dpocon)."""

import json
import platform
from pathlib import Path

import numpy
import scipy
from scipy.linalg import lapack


def hilbert(n):
    return [[1 / (i + j + 1) for j in range(n)] for i in range(n)]


def least(n):
    return [[min(i, j) + 1 for j in range(n)] for i in range(n)]


def second_difference(n):
    return [[2 if i == j else -1 if abs(i - j) == 1 else 0 for j in range(n)] for i in range(n)]


def wilkinson(n):
    return [[abs(i - n // 2) if i == j else 1 if abs(i - j) == 1 else 0 for j in range(n)] for i in range(n)]


def graded(n):
    return [[10.0 ** -(i + j) * (2 if i == j else 1) for j in range(n)] for i in range(n)]


def rank_two(n):
    return [[(i + 1) * (j + 1) + (-1) ** (i + j) for j in range(n)] for i in range(n)]


def powers(n):
    return [[0.5 ** abs(i - j) for j in range(n)] for i in range(n)]


CASES = {
    "hilbert 6": hilbert(6),
    "least of both indices 13": least(13),
    "second differences 17": second_difference(17),
    "Wilkinson 21": wilkinson(21),
    "graded 5": graded(5),
    "rank two of 9": rank_two(9),
    "powers of one half 24": powers(24),
    "indefinite 2": [[1, 2], [2, 1]],
    "one": [[7]],
}


def case(name, rows):
    matrix = numpy.array(rows, dtype=float, order="F")
    result = {"name": name, "size": len(rows), "matrix": matrix.ravel(order="F").tolist()}
    result["eigenvalues"] = lapack.dsyevd(matrix)[0].tolist()
    factor, info = lapack.dpotrf(matrix, lower=1)
    if info == 0:
        result["factor"] = numpy.tril(factor).ravel(order="F").tolist()
        right = numpy.arange(1.0, len(rows) + 1)
        result["solution"] = lapack.dpotrs(factor, right, lower=1)[0].tolist()
        norm = numpy.abs(matrix).sum(axis=0).max()
        # The upper triangle of the same matrix: what this routine of SciPy takes.
        result["reciprocalCondition"] = float(lapack.dpocon(numpy.asfortranarray(numpy.tril(factor).T), norm)[0])
    return result


versions = f"NumPy {numpy.__version__}, SciPy {scipy.__version__}, Python {platform.python_version()}"
cases = [case(name, rows) for name, rows in CASES.items()]
text = json.dumps({"source": versions, "cases": cases}, indent=None, separators=(",", ":"))
Path(__file__).with_name("expected.json").write_text(text.replace('{"name"', '\n{"name"') + "\n")
