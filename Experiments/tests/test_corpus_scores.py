"""Losses, regrets and summaries of made-up numbers, and the model without covariates."""

from __future__ import annotations

import math
import random
import statistics
import sys
import tempfile
import unittest
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dmoe_corpus import baseline, scores, summary
from dmoe_experiments.program import Program
from dmoe_experiments.replicates import Finished


class Errors(unittest.TestCase):
    def test_of_independent_rows(self) -> None:
        values = [1.0, 2.0, 4.0, 9.0]
        mean, error = scores.mean_and_error(values, range(4))
        self.assertEqual(mean, 4.0)
        self.assertAlmostEqual(error, statistics.stdev(values) / 2)

    def test_rows_of_a_subject_are_dependent(self) -> None:
        values = [1.0, 2.0, 4.0, 9.0]
        _, once = scores.mean_and_error(values, range(4))
        mean, error = scores.mean_and_error(values * 5, list(range(4)) * 5)
        self.assertEqual(mean, 4.0)
        self.assertAlmostEqual(error, once)

    def test_of_one_subject_or_of_infinities_there_is_none(self) -> None:
        self.assertEqual(scores.mean_and_error([1.0, 2.0], ["a", "a"]), (1.5, None))
        self.assertEqual(scores.mean_and_error([math.inf, 2.0], "ab"), (math.inf, None))


class Regrets(unittest.TestCase):
    halves = [False, False, True, True]

    def run_scores(self, **densities: list[float]) -> dict[str, Any]:
        return scores.score({"pooled": [0.0] * 4} | densities, [-2.0] * 4, range(4), self.halves)

    def test_a_candidate_is_chosen_on_one_half_and_scored_on_the_other(self) -> None:
        # greedy is better on the first half alone, medoid on the second: both lose where they were not chosen.
        run = self.run_scores(transport=[-1.0] * 4, greedy=[0.0, 0.0, -3.0, -3.0], medoid=[-5.0, -5.0, 0.0, 0.0])
        self.assertEqual(run["best"], ["greedy", "medoid"])
        self.assertEqual(run["regret"], statistics.fmean([-4.0, -4.0, -2.0, -2.0]))

    def test_what_is_better_everywhere_is_regretted_in_full(self) -> None:
        run = self.run_scores(transport=[-1.0, -2.0, -1.5, -1.0], best=[-0.5, -1.5, -1.0, -0.5])
        self.assertEqual((run["regret"], run["regretError"]), (0.5, 0.0))
        self.assertEqual(run["loss"], 1.375)
        self.assertEqual(run["gain"], 2.0)

    def test_the_default_itself_is_no_regret_and_the_mixture_no_candidate(self) -> None:
        run = self.run_scores(transport=[-1.0] * 4, greedy=[-1.5] * 4, mixture=[5.0] * 4)
        self.assertEqual((run["best"], run["regret"]), (["transport", "transport"], 0.0))
        self.assertEqual(run["logLikelihoodPerRow"]["mixture"], 5.0)

    def test_an_impossible_row_is_never_the_best(self) -> None:
        run = self.run_scores(transport=[-1.0] * 4, greedy=[0.0, -math.inf, 0.0, 0.0])
        self.assertEqual(run["best"], ["transport", "greedy"])
        self.assertEqual(run["regret"], -math.inf)


class Baselines(unittest.TestCase):
    def total(self, family: str, values: list[str]) -> float:
        return math.fsum(baseline.log_densities(family, values, values))

    def test_gaussian(self) -> None:
        values = ["1", "2", "6"]
        normal = statistics.NormalDist(3.0, statistics.pstdev([1, 2, 6]))
        self.assertAlmostEqual(self.total("gaussian", values), sum(math.log(normal.pdf(float(v))) for v in values))

    def test_gamma_is_a_maximum(self) -> None:
        source = random.Random(3)
        known = [source.gammavariate(2.5, 4.0) for _ in range(4000)]
        mean = statistics.fmean(known)

        def at(shape: float) -> float:
            rate, constant = shape / mean, shape * math.log(shape / mean) - math.lgamma(shape)
            return math.fsum(constant + (shape - 1) * math.log(value) - rate * value for value in known)

        found = self.total("gamma", [repr(value) for value in known])
        best = max(at(2 + step / 1000) for step in range(1001))
        self.assertGreaterEqual(found, best - 1e-6)
        self.assertLess(found - best, 0.01)

    def test_counts_with_exposures(self) -> None:
        (alone,) = baseline.log_densities("poisson", ["1", "3"], ["2"])
        self.assertAlmostEqual(alone, 2 * math.log(2) - 2 - math.log(2))
        (exposed,) = baseline.log_densities("poisson", ["1", "3"], ["2"], [1.0, 7.0], [6.0])
        self.assertAlmostEqual(exposed, 2 * math.log(3) - 3 - math.log(2))

    def test_classes(self) -> None:
        found = baseline.log_densities("multinomial", ["a", "a", "b"], ["a", "b"])
        self.assertEqual(found, [math.log(2 / 3), math.log(1 / 3)])
        (unseen,) = baseline.log_densities("multinomial", ["a", "a", "b"], ["c"])
        self.assertAlmostEqual(unseen, math.log(0.5 / 3.5))


def run(name: str, experts: int, cut: int, loss: float, regret: float, **more: Any) -> Finished:
    result = {
        "logLikelihoodPerRow": {"pooled": -1.0, "transport": -1.0 - loss}, "gain": 0.5, "loss": loss,
        "lossError": 0.01, "regret": regret, "regretError": None, "best": ["greedy", "transport"], "sites": 3,
        "testRows": 9, "notFitted": ["y"], "leftOut": [], "named": ["x"], "seconds": 1.0,
    }  # fmt: skip
    part = "further" if name == "chile" else "first"
    return Finished({"set": name, "part": part, "experts": experts, "cut": cut}, result | more)


class Summaries(unittest.TestCase):
    results = [
        run("slid", 1, 0, 0.02, 0.03),
        run("slid", 1, 1, 0.04, -0.02, best=["transport", "transport"], leftOut=["a"], lossError=0.03),
        run("slid", 2, 0, 0.20, 0.011),
        run("chile", 1, 0, -0.01, 0.0),
    ]

    def test_means_over_cuts(self) -> None:
        first, second, third = summary.lines(self.results)
        self.assertEqual([(row["set"], row["experts"], row["cuts"]) for row in (first, second, third)],
                         [("slid", 1, 2), ("slid", 2, 1), ("chile", 1, 1)])  # fmt: skip
        self.assertAlmostEqual(first["loss"], 0.03)
        self.assertAlmostEqual(first["lossShare"], 0.06)
        self.assertAlmostEqual(first["lossError"], math.sqrt(0.0005))
        self.assertAlmostEqual(first["regret"], 0.005)
        self.assertEqual((first["lossWorst"], first["best"]), (0.04, "transport"))
        self.assertEqual((first["leftOut"], first["named"]), (0.5, 1))
        self.assertIsNone(first["regretError"])
        self.assertAlmostEqual(first["logLikelihoodPerRow"]["transport"], -1.03)

    def test_a_line_for_each_part(self) -> None:
        first, further = summary.totals(summary.lines(self.results))
        self.assertIn("first: 2 of set and K; mean loss 0.1150, median 0.1150, worst 0.2000 (slid K=2); ", first)
        self.assertIn("mean regret 0.0080, median 0.0080, worst 0.0110 (slid K=2); ", first)
        self.assertIn("above 0.01 in 1: slid K=2; sites in a run not fitted 1.00, left out 0.25, named 1.00", first)
        self.assertIn("further: 1 of set and K; mean loss -0.0100", further)
        self.assertIn("above 0.01 in 0; ", further)

    def test_no_share_of_a_gain_that_is_none(self) -> None:
        (row,) = summary.lines([run("slid", 1, 0, 0.02, 0.0, gain=-0.1)])
        self.assertIsNone(row["lossShare"])

    def test_page(self) -> None:
        text, kept = summary.report(self.results, "Rows", ["penguins: no answer"])
        self.assertIn("| slid  |   1 |     3 |         9 | -1.0000 |  0.0300 |", text)
        self.assertIn("- penguins: no answer", text)
        self.assertNotIn("-0.0000", text)
        self.assertEqual(len(kept["runs"]), 4)
        self.assertEqual(summary.report([], "Rows", [])[1]["lines"], [])

    def test_what_is_beyond_all_bounds_takes_no_room(self) -> None:
        text, _ = summary.report([run("slid", 1, 0, 2.6e34, 0.0), run("slid", 2, 0, math.inf, 0.0)], "Rows", [])
        self.assertIn("| 2.6e+34 |", text)
        self.assertIn("worst inf (slid K=2)", text)

    def test_a_method_that_a_cut_does_not_have_has_no_mean(self) -> None:
        odd = run("slid", 1, 1, 0.0, 0.0, logLikelihoodPerRow={"pooled": -1.0, "transport": -1.0, "aligned": -2.0})
        (row,) = summary.lines([self.results[0], odd])
        self.assertEqual(set(row["logLikelihoodPerRow"]), {"pooled", "transport"})


class Time(unittest.TestCase):
    def test_a_program_that_does_not_answer_is_ended(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            script = Path(folder) / "slow"
            script.write_text("#!/bin/sh\nexec sleep 60\n")
            script.chmod(0o755)
            with self.assertRaisesRegex(TimeoutError, "no answer within 0.1 s"):
                Program(script, Path(folder), seconds=0.1).run("learn")


if __name__ == "__main__":
    unittest.main()
