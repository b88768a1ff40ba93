"""Point masses and noise: the file of the command line, predictions at the jump, and what refuses them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conftest import CommandLine

import dmoe


@pytest.fixture(scope="module")
def hours() -> pd.DataFrame:
    random = np.random.default_rng(5)
    x = random.normal(size=(600, 2)).round(3)
    out = random.random(600) < 1 / (1 + np.exp(0.3 - x[:, 0]))
    y = np.where(out, 0, 5 + 2 * x[:, 0] + random.normal(size=600)).round(3)
    return pd.DataFrame({"a": x[:, 0], "b": x[:, 1], "hours": y})


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"point_mass": 0}, ["--point-mass", "0"]),
        ({"point_mass": [0, 5]}, ["--point-mass", "0", "--point-mass", "5"]),
        ({"noise": (-50, 50)}, ["--noise", "-50..50"]),
        ({"noise": True, "point_mass": 0.0}, ["--noise", "auto", "--point-mass", "0"]),
    ],
)
@pytest.mark.filterwarnings("ignore::dmoe.FitWarning")
def test_is_the_file_of_the_command_line(command_line: CommandLine, hours: pd.DataFrame, how: dict, words: list[str]) -> None:
    hours.to_csv(command_line.folder / "data.csv", index=False)
    command_line.run("fit", "data.csv", "--target", "hours", "--experts", 1, *words, "-o", "m.json")
    model = dmoe.fit_local(hours, target="hours", experts=1, **how)
    assert model.text == (command_line.folder / "m.json").read_text()


def test_predictions_know_the_value(hours: pd.DataFrame) -> None:
    model = dmoe.fit_local(hours, target="hours", experts=1, point_mass=0)
    lines = [line for line in model.coefficients() if line.part == "expert"]
    assert {line.expert for line in lines} == {1}
    below, up_to = model.cumulative_proba(hours, np.zeros(len(hours))).T
    assert (up_to - below > 0.01).all()


def test_pictures_of_means_refuse_them(hours: pd.DataFrame) -> None:
    plots = pytest.importorskip("dmoe.plots")
    model = dmoe.fit_local(hours, target="hours", experts=1, point_mass=0)
    with pytest.raises(ValueError, match="point masses or noise"):
        plots.PartialEffectDisplay.from_model(model, "a")


@pytest.mark.parametrize("wrong", ["zero", [None], {"a": 1}])
def test_refuses_what_is_no_number(hours: pd.DataFrame, wrong: object) -> None:
    with pytest.raises(TypeError, match="point_mass must be a number"):
        dmoe.fit_local(hours, target="hours", experts=1, point_mass=wrong)
