"""The tables' arithmetic and form."""

from __future__ import annotations

import csv
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dmoe_experiments import comparison, tables
from dmoe_experiments.replicates import Finished


class Summaries(unittest.TestCase):
    def test_mean_and_deviation_by_group(self) -> None:
        rows = [{"k": "a", "v": 1.0}, {"k": "b", "v": 5.0}, {"k": "a", "v": 3.0}, {"k": "a", "v": None}]
        a, b = tables.summarise(rows, ("k",), ("v",))
        self.assertEqual((a["k"], a["count"], a["vMean"]), ("a", 3, 2.0))
        self.assertAlmostEqual(a["vDeviation"], 2**0.5)
        self.assertEqual((b["vMean"], b["vDeviation"]), (5.0, None))

    def test_nothing_known(self) -> None:
        (row,) = tables.summarise([{"k": "a", "v": None}], ("k",), ("v", "w"))
        self.assertIsNone(row["vMean"])
        self.assertIsNone(row["wMean"])

    def test_decimals_show_the_smallest(self) -> None:
        self.assertEqual(tables.decimals([0.0123, 4], 2), 3)
        self.assertEqual(tables.decimals([123.0], 2), 0)
        self.assertEqual(tables.decimals([1e-12], 2), 6)
        self.assertEqual(tables.decimals([None, 0.0], 2), 2)


class Forms(unittest.TestCase):
    def test_markdown(self) -> None:
        text = tables.markdown(["name", "x"], [["a|b", "1"], ["c", "22"]])
        self.assertEqual(text, "| name |   x |\n|------|----:|\n| a\\|b |   1 |\n| c    |  22 |")

    def test_columns_without_a_value_are_left_out(self) -> None:
        summary = tables.summarise([{"k": "a", "v": 1.0}, {"k": "a", "v": 1.5}], ("k",), ("v", "w"))
        text = tables.summary_markdown(summary, "k", ("v", "w"), {"v": "V"})
        self.assertIn("1.25 (0.35)", text)
        self.assertNotIn("w", text)

    def test_csv_has_the_columns_of_all_rows(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "new" / "t.csv"
            tables.write_csv(path, [{"a": 1, "b": None}, {"a": 2, "c": "x,y"}])
            with open(path, newline="") as file:
                rows = list(csv.DictReader(file))
        self.assertEqual(rows, [{"a": "1", "b": "", "c": ""}, {"a": "2", "b": "", "c": "x,y"}])


class Comparisons(unittest.TestCase):
    def test_rows_of_estimators(self) -> None:
        def estimator(method: str, score: float | None, **more: object) -> dict[str, object]:
            scores = None if score is None else {"logLikelihoodPerRow": score}
            title = method.title() + (", after a round" if "rounds" in more else "")
            return {"method": method, "title": title, "scores": scores, **more}

        result = {
            "estimators": [
                estimator("transport", -2.5, rounds=1, divergence={"pooled": 0.1}),
                estimator("pooled", -2.0),
                estimator("average", None, failure="no"),
            ]
        }
        rows = comparison.rows([Finished({"replicate": 4}, result)])
        self.assertEqual([row["estimator"] for row in rows], ["Transport, after a round", "Pooled", "Average"])
        self.assertEqual([row[comparison.DIFFERENCE] for row in rows], [-0.5, 0.0, None])
        self.assertEqual(rows[0]["divergencePooled"], 0.1)
        self.assertIsNone(rows[0]["divergenceTruth"])
        self.assertEqual(rows[2]["failure"], "no")
        self.assertEqual({row["replicate"] for row in rows}, {4})
        self.assertIn("- Average, replicate 4: no", comparison.failure_lines(rows))


if __name__ == "__main__":
    unittest.main()
