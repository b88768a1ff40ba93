"""Which rows the corpus is scored on, and the tables that runs get."""

from __future__ import annotations

import random
import sys
import unittest
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dmoe_corpus import cuts, prepare, running, sets
from dmoe_corpus.dataset import FAMILIES, DataSet

SITES = ["a"] * 40 + ["b"] * 21 + ["c"] * 3 + ["d"]


class Strata(unittest.TestCase):
    def test_a_quarter_of_every_site(self) -> None:
        test = cuts.stratified(SITES, None, "seed")
        self.assertEqual(Counter(SITES[row] for row in test), {"a": 10, "b": 5, "c": 1})

    def test_seeds_decide(self) -> None:
        self.assertEqual(cuts.stratified(SITES, None, "1"), cuts.stratified(SITES, None, "1"))
        self.assertNotEqual(cuts.stratified(SITES, None, "1"), cuts.stratified(SITES, None, "2"))

    def test_subjects_are_undivided_wherever_they_were_seen(self) -> None:
        source = random.Random(5)
        subjects = [str(source.randrange(60)) for _ in range(600)]
        sites = [source.choice("abc") for _ in subjects]
        for seed in "12345":
            test = cuts.stratified(sites, subjects, seed)
            seen = {subjects[row] for row in test}
            self.assertFalse(seen & {subjects[row] for row in range(600) if row not in test})
            self.assertAlmostEqual(len(test) / 600, 0.25, delta=0.06)

    def test_the_share_is_met_to_half_a_subject(self) -> None:
        subjects = [str(row // 8) for row in range(80)]
        self.assertIn(len(cuts.stratified(["a"] * 80, subjects, "seed")), (16, 24))

    def test_a_subject_counts_for_the_site_of_most_of_its_rows(self) -> None:
        # Site b has one row, of a subject of site a: without subjects of its own it has no test rows of its own.
        subjects = ["s"] * 3 + [str(row) for row in range(8)]
        sites = ["a", "a", "b"] + ["a"] * 8
        sizes = {len(cuts.stratified(sites, subjects, str(seed))) for seed in range(30)}
        self.assertEqual(sizes, {2, 3, 4})


class WholeSites(unittest.TestCase):
    def test_a_quarter_and_everyone_has_a_turn(self) -> None:
        sites = list("abcdefghij")
        turns = [cuts.held_out_sites(sites, cut, "seed") for cut in range(cuts.distinct_cuts(sites, 9))]
        self.assertEqual([len(held_out) for held_out in turns], [2] * 5)
        self.assertEqual(sorted(site for held_out in turns for site in held_out), sites)

    def test_at_least_one_and_no_more_cuts_than_sites(self) -> None:
        self.assertEqual(len(cuts.held_out_sites(["a", "b"], 0, "seed")), 1)
        self.assertEqual(cuts.distinct_cuts(["a", "b", "a"], 5), 2)
        self.assertEqual(cuts.distinct_cuts(list("abc"), 1), 1)
        with self.assertRaises(ValueError):
            cuts.held_out_sites(["a", "a"], 0, "seed")

    def test_subjects_seen_at_a_site_held_out_are_not_trained_on(self) -> None:
        train, test = cuts.by_sites(list("aabb"), ["1", "2", "1", "3"], ["a"])
        self.assertEqual((train, test), ({3}, {0, 1}))
        self.assertEqual(cuts.by_sites(list("aabb"), None, ["a"]), ({2, 3}, {0, 1}))


class Halves(unittest.TestCase):
    def test_equal_and_by_seed(self) -> None:
        halves = cuts.halves(101, None, "seed")
        self.assertEqual(sum(halves), 50)
        self.assertEqual(halves, cuts.halves(101, None, "seed"))
        self.assertNotEqual(halves, cuts.halves(101, None, "other"))

    def test_subjects_are_undivided(self) -> None:
        subjects = [str(row % 7) for row in range(70)]
        halves = cuts.halves(70, subjects, "seed")
        self.assertEqual(len(set(zip(subjects, halves))), 7)
        self.assertEqual(sum(halves), 30)


class Tables(unittest.TestCase):
    def test_rows_are_divided_in_order(self) -> None:
        data = DataSet("made-up", "site", "y", "gaussian", load=lambda: None)
        rows = [{"site": site, "y": str(row)} for row, site in enumerate(SITES)]
        for exercise in (running.ROWS, running.SITES):
            train, test = running.divide(data, rows, exercise, 0)
            self.assertEqual(sorted([*train, *test], key=lambda row: int(row["y"])), rows)
            for part in (train, test):
                self.assertEqual([row["site"] for row in part], sorted(row["site"] for row in part))

    def test_names_of_sites_are_names_of_files(self) -> None:
        names = [prepare.site_name(value) for value in ("New York/NY ", 30001.0, 3.6)]
        self.assertEqual(names, ["New_York_NY", "30001", "3_6"])

    def test_the_corpus(self) -> None:
        self.assertEqual(len(sets.PARTS["first"]), 12)
        self.assertGreaterEqual(len(sets.PARTS["further"]), 8)
        self.assertEqual(len(sets.SETS), sum(map(len, sets.PARTS.values())), "a name comes twice")
        for part in sets.PARTS.values():
            self.assertEqual({data.family for data in part}, set(FAMILIES))

    def test_every_set_is_in_the_table_of_the_page(self) -> None:
        page = (Path(__file__).resolve().parents[1] / "README.md").read_text()
        for data in sets.SETS.values():
            row = next((line for line in page.splitlines() if line.startswith(f"| {data.name} |")), "")
            for word in (data.site, data.target, data.family, data.subject, data.exposure):
                self.assertIn(f" {word} " if word else "", row.replace("`", " "), data.name)


if __name__ == "__main__":
    unittest.main()
