"""Tables of covariates."""

from __future__ import annotations

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dmoe_experiments import covariates


class Covariates(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def test_moments_over_files(self) -> None:
        first = self.write("a.csv", "u,v,y\n1,1000000001,9\n3,1000000003,9\n")
        paths = [first, self.write("b.csv", "u,v,y\n5,1000000005,0\n")]
        moments = covariates.means_and_deviations(paths, "y")
        self.assertEqual(list(moments), ["u", "v"])
        self.assertAlmostEqual(moments["u"][0], 3)
        self.assertAlmostEqual(moments["v"][0], 1_000_000_003)
        for name in moments:
            self.assertAlmostEqual(moments[name][1], (8 / 3) ** 0.5)

    def test_normals_have_the_moments(self) -> None:
        path = self.folder / "n.csv"
        covariates.write_independent_normals(path, {"u": (5.0, 2.0), "v": (0.0, 1.0)}, 4000, 1)
        moments = covariates.means_and_deviations([path], "y")
        self.assertAlmostEqual(moments["u"][0], 5, delta=5 * 2 / 4000**0.5)
        self.assertAlmostEqual(moments["u"][1], 2, delta=0.15)
        self.assertAlmostEqual(moments["v"][0], 0, delta=5 / 4000**0.5)

    def test_concatenation_keeps_one_header(self) -> None:
        a, b = self.write("a.csv", "u,y\n1,2\n"), self.write("b.csv", "u,y\n3,4\n")
        covariates.concatenate([a, b], self.folder / "all.csv")
        self.assertEqual((self.folder / "all.csv").read_text(), "u,y\n1,2\n3,4\n")
        with self.assertRaises(ValueError):
            covariates.concatenate([a, self.write("c.csv", "y,u\n1,2\n")], self.folder / "bad.csv")


if __name__ == "__main__":
    unittest.main()
