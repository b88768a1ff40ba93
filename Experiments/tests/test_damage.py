"""What the damages do, and that each leaves a model whose parts agree."""

from __future__ import annotations

import copy
import random
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dmoe_experiments import damage

COVARIATES = 3


def moments(rows: list[list[float]]) -> dict[str, object]:
    """Statistics of rows (x, y) of weight 1, as in a local model."""
    size = len(rows[0])
    mean = [sum(row[i] for row in rows) / len(rows) for i in range(size)]
    scatter = [
        sum((row[i] - mean[i]) * (row[j] - mean[j]) for row in rows) for i in range(size) for j in range(i + 1)
    ]
    return {"weight": float(len(rows)), "mean": mean, "scatter": scatter}


def exact_rows(numbers: random.Random, coefficients: list[float]) -> list[list[float]]:
    """Rows of (x, y) with y on the plane, twice: once above and once below it, so that the residual variance is 4."""
    rows = []
    for _ in range(20):
        x = [numbers.gauss(1, 2) for _ in range(COVARIATES)]
        mean = coefficients[0] + sum(b * value for b, value in zip(coefficients[1:], x))
        rows += [[*x, mean + 2], [*x, mean - 2]]
    return rows


def local_model() -> dict[str, object]:
    numbers = random.Random(7)
    experts = []
    for gate in ([0.5, 1.0, -1.0, 2.0], [0.0] * 4):
        coefficients = [numbers.gauss(0, 3) for _ in range(COVARIATES + 1)]
        statistics = moments(exact_rows(numbers, coefficients))
        experts.append({"coefficients": coefficients, "dispersion": 4.0, "gate": gate, "statistics": statistics})
    return {"experts": experts}


class Damages(unittest.TestCase):
    def setUp(self) -> None:
        self.model = local_model()

    def assert_close(self, left: list[float], right: list[float]) -> None:
        self.assertEqual(len(left), len(right))
        for one, other in zip(left, right):
            self.assertAlmostEqual(one, other, delta=1e-9 * max(1, abs(one), abs(other)))

    def assert_statistics(self, expert: dict, expected: dict) -> None:
        self.assert_close(expert["statistics"]["mean"], expected["mean"])
        self.assert_close(expert["statistics"]["scatter"], expected["scatter"])

    def test_the_own_regression_changes_nothing(self) -> None:
        for expert in self.model["experts"]:
            before = copy.deepcopy(expert["statistics"])
            damage.set_regression(expert, expert["coefficients"], expert["dispersion"])
            self.assert_statistics(expert, before)

    def test_statistics_are_those_of_damaged_rows(self) -> None:
        """The same as breaking the rows and summing again."""
        numbers = random.Random(3)
        for factor, kind in ((-1, "flipped sign"), (1000, "wrong unit")):
            rows = exact_rows(numbers, [1.0, 2.0, -3.0, 0.5])
            expert = {"coefficients": [1.0, 2.0, -3.0, 0.5], "dispersion": 4.0, "gate": [0.0] * 4}
            model = {"experts": [expert | {"statistics": moments(rows)}]}
            damaged = damage.damaged(model, kind, 1)["experts"][0]
            self.assert_close(damaged["coefficients"], [factor * value for value in expert["coefficients"]])
            self.assertAlmostEqual(damaged["dispersion"], 4.0 * factor * factor)
            self.assert_statistics(damaged, moments([[*row[:-1], factor * row[-1]] for row in rows]))

    def test_shuffling_keeps_intercepts_and_values(self) -> None:
        damaged = damage.damaged(self.model, "shuffled covariates", 1)
        orders = set()
        for old, new in zip(self.model["experts"], damaged["experts"]):
            self.assertEqual(old["coefficients"][0], new["coefficients"][0])
            orders.add(tuple(old["coefficients"].index(value) for value in new["coefficients"]))
        self.assertEqual(len(orders), 1)
        order = orders.pop()
        self.assertEqual(sorted(order), list(range(COVARIATES + 1)))
        self.assertNotEqual(list(order), sorted(order))

    def test_a_stuck_predictor_is_constant(self) -> None:
        damaged = damage.damaged(self.model, "stuck predictor", 1)
        values = {expert["coefficients"][0] for expert in damaged["experts"]}
        self.assertEqual(len(values), 1)
        for expert in damaged["experts"]:
            self.assertEqual(expert["coefficients"][1:], [0.0] * COVARIATES)

    def test_the_last_gate_stays_zero(self) -> None:
        damaged = damage.damaged(self.model, "random parameters", 1)
        self.assertEqual(damaged["experts"][-1]["gate"], [0.0] * 4)
        self.assertNotEqual(damaged["experts"][0]["gate"], self.model["experts"][0]["gate"])

    def test_every_damage(self) -> None:
        """Leaves the original, depends on the seed alone, changes the model, and gives possible statistics."""
        for kind in damage.DAMAGES:
            with self.subTest(kind):
                before = copy.deepcopy(self.model)
                damaged = damage.damaged(self.model, kind, 5)
                self.assertEqual(self.model, before)
                self.assertEqual(damaged, damage.damaged(self.model, kind, 5))
                self.assertNotEqual(damaged, before)
                for expert in damaged["experts"]:
                    scatter = expert["statistics"]["scatter"]
                    own = scatter[damage.packed(COVARIATES, COVARIATES)]
                    for i in range(COVARIATES):
                        covariance = scatter[damage.packed(COVARIATES, i)]
                        self.assertLessEqual(covariance**2, own * scatter[damage.packed(i, i)] * (1 + 1e-9))

    def test_wrong_sizes_are_refused(self) -> None:
        with self.assertRaises(ValueError):
            damage.set_regression(self.model["experts"][0], [1.0], 1.0)


if __name__ == "__main__":
    unittest.main()
