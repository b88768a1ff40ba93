"""Many rows of one person: an expert of their own has as many rows as the threshold asks for, and one subject."""

from __future__ import annotations

import numpy as np
import pytest
from conftest import Refused, Site, moments

Table = dict[str, np.ndarray]
VISITS = 14


@pytest.fixture
def visits() -> Table:
    """Three hundred patients with one visit or two, and one with fourteen, who is unlike the others."""
    random = np.random.default_rng(8)
    who = np.concatenate([np.repeat(np.arange(100), 2), np.arange(100, 300), np.full(VISITS, 999)])
    x = random.normal(size=(len(who), 2))
    y = x[:, 0] + random.normal(size=len(who))
    x[-VISITS:] += 12
    y[-VISITS:] = 40 + 0.1 * random.normal(size=VISITS)
    return {"y": y, "x0": x[:, 0], "x1": x[:, 1], "who": who.astype(float)}


def experts_of_the_patient(model: dict, visits: Table) -> int:
    """Experts whose means are those of the patient's visits."""
    own = np.array([visits[name][-VISITS:].mean() for name in ("x0", "x1", "y")])
    means = [moments(expert)[1] for expert in model["experts"]]
    return sum(bool(np.allclose(mean, own, atol=0.05)) for mean in means)


OPTIONS = ["--features", "x0,x1", "--experts", "2"]


def test_a_draft_has_an_expert_of_the_patient(site: Site, visits: Table) -> None:
    model = site.fit(site.write("v.csv", visits), "y", *OPTIONS, "--draft")
    assert experts_of_the_patient(model, visits) == 1


def test_so_has_a_release_that_counts_rows(site: Site, visits: Table) -> None:
    """What the rule is there for: ten rows are not ten people."""
    assert experts_of_the_patient(site.fit(site.write("v.csv", visits), "y", *OPTIONS), visits) == 1


def test_a_release_that_counts_subjects_has_none(site: Site, visits: Table) -> None:
    model = site.fit(site.write("v.csv", visits), "y", *OPTIONS, "--subject", "who")
    assert experts_of_the_patient(model, visits) == 0
    assert model["disclosure"]["unit"] == "subject"
    for expert in model["experts"]:
        statistics = expert["statistics"]
        assert statistics["weight"] ** 2 / statistics["squaredWeight"] >= 10 * VISITS


@pytest.mark.parametrize("patients", [1, 9])
def test_new_patients_are_refused_whatever_their_visits(site: Site, visits: Table, patients: int) -> None:
    """Nine patients with three visits each are 27 rows, and nine people."""
    site.release(site.write("v.csv", visits), "y", *OPTIONS, "--subject", "who")
    random = np.random.default_rng(9)
    more = {name: np.append(values, random.normal(size=3 * patients)) for name, values in visits.items()}
    more["who"][-3 * patients :] = np.repeat(2000 + np.arange(patients), 3)
    with pytest.raises(Refused, match="differ by fewer than 10"):
        site.release(site.write("v.csv", more), "y", *OPTIONS, "--subject", "who")


def test_rows_alone_would_let_them_through(site: Site, visits: Table) -> None:
    site.release(site.write("v.csv", visits), "y", *OPTIONS)
    more = {name: np.append(values, np.full(14, 1.5)) for name, values in visits.items()}
    site.release(site.write("v.csv", more), "y", *OPTIONS)
