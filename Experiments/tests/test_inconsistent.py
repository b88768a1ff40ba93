"""Losses are taken within one data set."""

from __future__ import annotations

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dmoe_experiments.experiments import inconsistent


class Losses(unittest.TestCase):
    def test_to_the_clean_run_of_the_same_data(self) -> None:
        table = [
            {"damage": inconsistent.CLEAN, "replicate": 1, "robust": -2.0, "plain": -2.0},
            {"damage": inconsistent.CLEAN, "replicate": 2, "robust": -9.0, "plain": -9.0},
            {"damage": "flipped sign", "replicate": 1, "robust": -2.5, "plain": None},
            {"damage": "flipped sign", "replicate": 3, "robust": -2.5, "plain": -3.0},
        ]
        inconsistent.add_losses(table)
        self.assertEqual([row["robustLoss"] for row in table], [0.0, 0.0, 0.5, None])
        self.assertEqual([row["plainLoss"] for row in table], [0.0, 0.0, None, None])


if __name__ == "__main__":
    unittest.main()
