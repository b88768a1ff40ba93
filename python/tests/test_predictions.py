"""Predictions are those of the command line, and what they should be by the laws of probability."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from conftest import CommandLine

import dmoe

COVARIATES = ["x0", "x1", "x2"]


def predicted(command_line: CommandLine, model: dmoe.Model, frame: pd.DataFrame, *options: object) -> pd.DataFrame:
    model.save(command_line.folder / "model.json")
    command_line.write("new.csv", frame)
    command_line.run("predict", "model.json", "new.csv", *options, "-o", "predictions.csv")
    return pd.read_csv(command_line.folder / "predictions.csv")


def test_numbers(command_line: CommandLine, frame: pd.DataFrame) -> None:
    model = dmoe.fit_local(frame, target="y", experts=2)
    expected = predicted(command_line, model, frame, "--interval", 0.9)
    mean, deviation = model.predict(frame, return_std=True)
    np.testing.assert_array_equal(mean, expected["mean"])
    np.testing.assert_array_equal(deviation, expected["standardDeviation"])
    np.testing.assert_array_equal(model.gate_proba(frame), expected[["gate1", "gate2"]])
    np.testing.assert_array_equal(
        model.predict_quantiles(frame, [0.05, 0.95]).round(9), expected[["lower", "upper"]].round(9)
    )
    np.testing.assert_array_equal(model.log_density(frame, frame["y"]), expected["logDensity"])
    np.testing.assert_array_equal(model.posterior_proba(frame, frame["y"]), expected[["posterior1", "posterior2"]])


def test_classes(command_line: CommandLine, labels: pd.DataFrame) -> None:
    estimator = dmoe.MixtureOfExpertsClassifier(2, random_state=1).fit(labels[COVARIATES], labels["colour"])
    expected = predicted(command_line, estimator.model_, labels)
    columns = [name for name in expected.columns if name.startswith("probability")]
    np.testing.assert_array_equal(estimator.predict_proba(labels[COVARIATES]), expected[columns])
    np.testing.assert_array_equal(estimator.predict(labels[COVARIATES]), expected["class"])


def test_scores(command_line: CommandLine, frame: pd.DataFrame) -> None:
    model = dmoe.fit_local(frame, target="y", experts=2)
    model.save(command_line.folder / "model.json")
    command_line.write("test.csv", frame)
    said = json.loads(command_line.run("evaluate", "model.json", "test.csv", "--json").stdout)
    scores = model.evaluate(frame, frame["y"])
    assert scores["rmse"] == pytest.approx(np.sqrt(np.mean((frame["y"] - model.predict(frame)) ** 2)))
    assert json.dumps(scores) in json.dumps(said) or all(said.get(name) == value for name, value in scores.items())


def test_quantiles_and_draws_agree(frame: pd.DataFrame) -> None:
    estimator = dmoe.MixtureOfExpertsRegressor(2, random_state=1).fit(frame[COVARIATES], frame["y"])
    X = pd.concat([frame[COVARIATES].head(1)] * 20_000, ignore_index=True)
    draws = estimator.sample(X, random_state=0)
    below = (draws[:, None] < estimator.predict_quantiles(X.head(1), [0.1, 0.5, 0.9])).mean(axis=0)
    np.testing.assert_allclose(below, [0.1, 0.5, 0.9], atol=0.015)  # four standard errors
    mean, deviation = estimator.predict(X.head(1), return_std=True)
    assert draws.mean() == pytest.approx(mean[0], abs=4 * deviation[0] / np.sqrt(len(draws)))
    np.testing.assert_array_equal(draws, estimator.sample(X, random_state=0))


def test_draws_of_classes(labels: pd.DataFrame) -> None:
    estimator = dmoe.MixtureOfExpertsClassifier(2, random_state=1).fit(labels[COVARIATES], labels["colour"])
    X = pd.concat([labels[COVARIATES].head(1)] * 20_000, ignore_index=True)
    shares = pd.Series(estimator.sample(X, random_state=0)).value_counts(normalize=True).reindex(estimator.classes_)
    np.testing.assert_allclose(shares.fillna(0), estimator.predict_proba(X.head(1))[0], atol=0.015)


def test_rows_left_out_have_no_prediction(frame: pd.DataFrame) -> None:
    model = dmoe.fit_local(frame, target="y", experts=2)
    new = frame.head(5).copy()
    new.loc[2, "x1"] = np.nan
    with pytest.raises(ValueError, match="x1"):
        model.predict(new)
    with pytest.warns(dmoe.FitWarning, match="^data: 1 of 5 rows left out for missing values$") as warned:
        mean = model.predict(new, missing="drop")
    assert [warning.filename for warning in warned] == [__file__]
    assert np.isnan(mean).tolist() == [False, False, True, False, False]
    np.testing.assert_array_equal(np.delete(mean, 2), model.predict(frame.head(5).drop(index=2)))


def with_gaps(rule: str) -> tuple[str, pd.DataFrame]:
    """A study with a rule for the gaps of x0, and rows with a gap."""
    study = json.dumps({
        "format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "missing": "error", "experts": 1,
        "covariates": [{"name": "x0", "type": "number", "missing": rule, **({"value": 0.25} if rule == "mean" else {})}],
    })
    return study, pd.DataFrame({"x0": [0.5, np.nan, -0.5], "y": [0.0, 0.0, 0.0]})


def test_what_became_of_gaps_is_warned_of(frame: pd.DataFrame) -> None:
    study, gaps = with_gaps("mean")
    model = dmoe.fit_local(frame, study=study)
    estimator = dmoe.MixtureOfExpertsRegressor(1, study=study).fit(frame[["x0"]], frame["y"])
    filled = "^data: 1 missing value of 'x0' filled in with 0.25$"
    for call in (
        lambda: model.predict(gaps), lambda: model.predict_quantiles(gaps, [0.5]), lambda: model.gate_proba(gaps),
        lambda: model.log_density(gaps, gaps["y"]), lambda: model.sample(gaps), lambda: estimator.predict(gaps[["x0"]]),
        lambda: model.evaluate(gaps, gaps["y"]),
    ):  # fmt: skip
        with pytest.warns(dmoe.FitWarning, match=filled) as warned:
            call()
        assert [warning.filename for warning in warned] == [__file__]
    with pytest.warns(dmoe.FitWarning, match="^data: 1 of 3 rows left out for missing values$"):
        dmoe.fit_local(frame, target="y", features=["x0"], experts=1).evaluate(gaps, gaps["y"], missing="drop")


def test_estimators_are_advised_to_use_what_they_have(frame: pd.DataFrame) -> None:
    study, gaps = with_gaps("error")
    estimator = dmoe.MixtureOfExpertsRegressor(1, study=study).fit(frame[["x0"]], frame["y"])
    with pytest.raises(ValueError, match="column \"x0\" is missing; fill it in, or leave such rows out$"):
        estimator.predict(gaps[["x0"]])
    with pytest.raises(ValueError, match='leave such rows out with missing="drop"$'):
        estimator.model_.predict(gaps[["x0"]])
    levels = json.dumps({
        "format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "missing": "error", "experts": 1,
        "covariates": [{"name": "place", "type": "category", "levels": ["inn", "mill"], "reference": "inn"}],
    })
    rows = frame.assign(place=np.where(frame["x0"] > 0, "inn", "mill"))
    estimator = dmoe.MixtureOfExpertsRegressor(1, study=levels).fit(rows[["place"]], rows["y"])
    with pytest.raises(ValueError, match="add the level to the study before sites are fitted$"):
        estimator.predict(pd.DataFrame({"place": ["port"]}))
