"""The habits of scikit-learn."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pickle
import subprocess
import sys
import warnings

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import mixture
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import estimator_checks_generator

import dmoe

COVARIATES = ["x0", "x1", "x2"]
# The tables of the suite have 10 to 30 rows, with a few of each class: by the default threshold of the
# distributed estimators nothing would be released of so few.
ESTIMATORS = [
    dmoe.MixtureOfExpertsRegressor(),
    dmoe.MixtureOfExpertsClassifier(),
    dmoe.DistributedMixtureOfExpertsRegressor(min_rows=None),
    dmoe.DistributedMixtureOfExpertsClassifier(min_rows=None),
]
@pytest.mark.parametrize(
    ("estimator", "check"),
    [
        pytest.param(estimator, check, id=f"{type(estimator).__name__}-{check.func.__name__}")
        for whole in ESTIMATORS
        for estimator, check in estimator_checks_generator(whole)
    ],
)
@pytest.mark.filterwarnings("ignore::dmoe.FitWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.DataConversionWarning")
def test_suite_of_scikit_learn(estimator, check) -> None:
    check(estimator)


@pytest.mark.parametrize("kind", [dmoe.MixtureOfExpertsRegressor, dmoe.DistributedMixtureOfExpertsRegressor])
def test_weight_of_two_is_the_row_twice(kind) -> None:
    frame = mixture(600)
    weight = np.random.default_rng(0).integers(0, 4, size=len(frame))
    twice = frame.loc[np.repeat(frame.index, weight)]
    # One expert has one optimum; of several, starts drawn from other rows may find another.
    weighted = kind(1, random_state=1).fit(frame[COVARIATES], frame["y"], sample_weight=weight)
    repeated = kind(1, random_state=1).fit(twice[COVARIATES], twice["y"])
    np.testing.assert_allclose(
        weighted.predict(frame[COVARIATES]), repeated.predict(frame[COVARIATES]), rtol=1e-7, atol=1e-9
    )


@pytest.mark.parametrize("kind", [dmoe.MixtureOfExpertsRegressor, dmoe.DistributedMixtureOfExpertsRegressor])
def test_fewer_rows_than_coefficients_get_a_mean(kind) -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(20, 30)), random.normal(size=20)
    weight = random.integers(0, 4, size=20)
    with pytest.warns(dmoe.FitWarning, match="expert 1 describes too few rows for a regression"):
        weighted = kind(2, min_rows=None, random_state=1).fit(X, y, sample_weight=weight)
    with pytest.warns(dmoe.FitWarning):
        repeated = kind(2, min_rows=None, random_state=1).fit(np.repeat(X, weight, axis=0), np.repeat(y, weight))
    np.testing.assert_allclose(weighted.predict(X), repeated.predict(X), rtol=1e-9)
    # What a site sends; of sites together there may be rows enough for slopes.
    local = weighted.model_ if kind is dmoe.MixtureOfExpertsRegressor else weighted.local_models_["data"]
    mean = np.average(y, weights=weight)
    means, deviations = local.predict(X, return_std=True)
    np.testing.assert_allclose(means, mean, rtol=1e-9)
    np.testing.assert_allclose(deviations, np.sqrt(np.average((y - mean) ** 2, weights=weight)), rtol=1e-6)
    # With a threshold the one model is a release, which has a mean from 10 rows on.
    few = 9 if kind is dmoe.MixtureOfExpertsRegressor else 20
    with pytest.raises(ValueError, match=f"{few} rows are too few"):
        kind(2, min_rows=10).fit(X[:few], y[:few])
    with pytest.raises(ValueError, match="2 rows are too few"):
        kind(2, min_rows=None).fit(X[:2], y[:2])


def test_few_classes_get_their_shares() -> None:
    random = np.random.default_rng(0)
    X, y = random.normal(size=(20, 30)), np.arange(20) % 4 > 0
    with pytest.warns(dmoe.FitWarning, match="too few rows for a regression"):
        estimator = dmoe.MixtureOfExpertsClassifier(2, random_state=1).fit(X, y)
    np.testing.assert_allclose(estimator.predict_proba(X), np.tile([0.25, 0.75], (20, 1)), rtol=1e-6)


@pytest.mark.parametrize(("rows", "experts"), [(15, 2), (25, 3)])
def test_weights_are_rows_where_experts_are_counted(rows: int, experts: int) -> None:
    frame = mixture(rows)
    weight = np.random.default_rng(0).integers(0, 4, size=rows)
    twice = frame.loc[np.repeat(frame.index, weight)]
    fit = lambda frame, weight=None: dmoe.MixtureOfExpertsRegressor(experts, random_state=1).fit(  # noqa: E731
        frame[COVARIATES], frame["y"], sample_weight=weight)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dmoe.FitWarning)
        assert fit(frame, weight).n_experts_ == fit(twice).n_experts_
        assert fit(frame, weight + 0.5).n_experts_ == fit(frame).n_experts_


def test_messages_name_parameters_of_estimators() -> None:
    frame = mixture(100)
    X, y = frame[COVARIATES], frame["y"]
    spread = dmoe.DistributedMixtureOfExpertsRegressor
    for how, message in [
        ({"n_starts": 0}, "^n_starts must be from 1"), ({"tol": 2.0}, "^tol must lie between"), ({"max_iter": 0}, "^max_iter must"),
        ({"n_experts": 0}, "^n_experts must be from 1"), ({"n_experts": 1.5}, "^n_experts must be a whole number"),
        ({"random_state": -1}, "^random_state must be a whole number from 0"), ({"n_starts": "x"}, "^n_starts must be a whole"),
    ]:  # fmt: skip
        for kind in (dmoe.MixtureOfExpertsRegressor, spread):
            with pytest.raises(ValueError, match=message):
                kind(**how).fit(X, y)
    with pytest.raises(ValueError, match="^n_experts must be a number or a pair"):
        dmoe.MixtureOfExpertsRegressor((1, 2, 3)).fit(X, y)
    with pytest.warns(dmoe.FitWarning, match="raise max_iter or use fewer experts"):
        dmoe.MixtureOfExpertsRegressor(2, max_iter=1, random_state=1).fit(X, y)
    with pytest.warns(dmoe.FitWarning, match="data: .*raise max_iter or use fewer experts"):
        spread(2, max_iter=1, random_state=1).fit(X, y)
    with pytest.raises(ValueError, match="use n_global_experts=1 or fewer"):
        spread(1, n_global_experts=9).fit(X, y)
    with pytest.raises(ValueError, match="^n_global_experts must be a whole number"):
        spread(1, n_global_experts=1.5).fit(X, y)
    with pytest.raises(ValueError, match="use experts=1 or fewer"):
        dmoe.aggregate([dmoe.fit_local(frame, target="y", experts=1)], experts=9)


def test_names_of_data_frames() -> None:
    frame = mixture()
    X, y = frame[COVARIATES], frame["y"]
    estimator = dmoe.MixtureOfExpertsRegressor(2, random_state=1).fit(X, y)
    assert estimator.feature_names_in_.tolist() == COVARIATES
    expected = estimator.predict(X)
    for other in (pl.DataFrame(X.to_dict("series")), pa.Table.from_pandas(X)):
        again = clone(estimator).fit(other, y)
        assert again.model_ == estimator.model_
        assert again.feature_names_in_.tolist() == COVARIATES
        np.testing.assert_array_equal(estimator.predict(other), expected)
    with pytest.raises(ValueError, match="same order"):
        estimator.predict(X[["x1", "x0", "x2"]])
    with pytest.raises(ValueError, match="unseen at fit time"):
        estimator.predict(X.rename(columns={"x2": "x3"}))


def test_a_gate_of_its_own() -> None:
    frame = mixture()
    estimator = dmoe.MixtureOfExpertsRegressor(2, gate_features=["x0"], random_state=1)
    estimator.fit(frame[COVARIATES], frame["y"])
    X = frame[COVARIATES].head(20)
    np.testing.assert_array_equal(estimator.gate_proba(X), estimator.gate_proba(X.assign(x1=0.0, x2=1.0)))
    assert estimator.score(frame[COVARIATES], frame["y"]) > 0.9


def test_pipeline_and_search() -> None:
    frame = mixture(600)
    pipeline = make_pipeline(StandardScaler(), dmoe.MixtureOfExpertsRegressor(random_state=1))
    assert cross_val_score(pipeline, frame[COVARIATES], frame["y"], cv=3).min() > 0.8
    search = GridSearchCV(pipeline, {"mixtureofexpertsregressor__n_experts": [1, 2]}, cv=3, n_jobs=2)
    search.fit(frame[COVARIATES], frame["y"])
    assert search.best_params_ == {"mixtureofexpertsregressor__n_experts": 2}


def test_pickle(tmp_path) -> None:
    frame = mixture()
    estimator = dmoe.DistributedMixtureOfExpertsRegressor(2, random_state=1)
    estimator.fit(frame[COVARIATES], frame["y"], groups=np.arange(len(frame)) % 2)
    joblib.dump(estimator, tmp_path / "estimator")
    for again in (pickle.loads(pickle.dumps(estimator)), joblib.load(tmp_path / "estimator")):
        assert again.model_ == estimator.model_
        np.testing.assert_array_equal(again.predict(frame[COVARIATES]), estimator.predict(frame[COVARIATES]))


def test_seeds() -> None:
    frame = mixture(500)
    fit = lambda state: dmoe.MixtureOfExpertsRegressor(2, random_state=state).fit(frame[COVARIATES], frame["y"]).model_  # noqa: E731
    assert fit(5) == fit(5)
    assert fit(5).record["fit"]["options"]["seed"] == 5
    assert fit(np.random.RandomState(0)) == fit(np.random.RandomState(0))
    np.random.seed(0)
    first, second = fit(None), fit(None)
    np.random.seed(0)
    assert fit(None) == first != second


@pytest.mark.parametrize(
    "names", [["no", "yes"], [False, True], [3, 20], np.array([1.0, 2.0]), np.array(["no", "yes"], dtype=object)]
)
def test_classes_keep_their_kind(names) -> None:
    frame = mixture(500)
    y = np.asarray(names)[(frame["x1"] > 0).astype(int)]
    y[:40] = np.asarray(names)[1]
    estimator = dmoe.MixtureOfExpertsClassifier(1, random_state=1).fit(frame[COVARIATES], y)
    assert estimator.classes_.dtype == y.dtype
    assert estimator.predict(frame[COVARIATES]).dtype == y.dtype
    assert set(estimator.sample(frame[COVARIATES], random_state=0)) <= set(names)
    picked = estimator.predict_proba(frame[COVARIATES])[np.arange(len(y)), np.searchsorted(estimator.classes_, y)]
    np.testing.assert_allclose(estimator.log_density(frame[COVARIATES], y), np.log(picked), rtol=1e-9, atol=1e-12)


def test_few_rows_get_fewer_experts() -> None:
    frame = mixture(30)
    with pytest.warns(dmoe.FitWarning, match="30 rows support 1 of 3 experts"):
        estimator = dmoe.MixtureOfExpertsRegressor(3, random_state=1).fit(frame[COVARIATES], frame["y"])
    assert estimator.n_experts_ == 1


def test_no_site_can_be_fitted() -> None:
    frame = mixture(12)
    estimator = dmoe.DistributedMixtureOfExpertsRegressor(2, random_state=1)
    with pytest.raises(ValueError, match="no shard could be fitted; shard '0': 6 rows are too few"):
        estimator.fit(frame[COVARIATES], frame["y"], groups=np.arange(12) % 2)


def test_groups_are_one_per_row() -> None:
    frame = mixture(100)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        dmoe.DistributedMixtureOfExpertsRegressor(2).fit(frame[COVARIATES], frame["y"], groups=[1, 2])


def test_not_fitted() -> None:
    for estimator in ESTIMATORS:
        for method in ("predict", "sample", "gate_proba"):
            with pytest.raises(NotFittedError):
                getattr(clone(estimator), method)([[0.0]])


def test_engine_needs_no_scikit_learn() -> None:
    script = "import sys, dmoe; dmoe.fit_local; assert not any(m.split('.')[0] in ('sklearn', 'pandas') for m in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("name", ["dmoe._fitting", "dmoe._aggregation", "dmoe._model", "dmoe.estimators._pooled", "dmoe.estimators._distributed"])
def test_examples(name: str) -> None:
    results = doctest.testmod(importlib.import_module(name))
    assert results.failed == 0
    assert results.attempted > 0


def test_every_parameter_is_described() -> None:
    for estimator in ESTIMATORS:
        text = inspect.getdoc(type(estimator))
        for name in estimator.get_params():
            assert name in text, (type(estimator).__name__, name)


def test_sites_of_any_kind_of_group() -> None:
    frame = mixture(1200)
    names = np.array(["", "a", "b"])[np.arange(1200) % 3]
    expected = dmoe.DistributedMixtureOfExpertsRegressor(1, random_state=1)
    with pytest.warns(dmoe.FitWarning, match=r"400 rows have no group: a site called '\(empty\)'"):
        expected.fit(frame[COVARIATES], frame["y"], groups=names)
    assert expected.site_names_ == ["(empty)", "a", "b"]
    missing = pd.Series(names).replace({"": None})
    for groups in (missing, missing.astype("string"), missing.astype("category"), pl.Series(names), names.tolist()):
        again = clone(expected).fit(frame[COVARIATES], frame["y"], groups=groups)
        assert again.model_ == expected.model_


@pytest.mark.parametrize("make", [pl.Series, pa.array, list])
def test_responses_of_any_kind(make) -> None:
    frame = mixture(500)
    expected = dmoe.MixtureOfExpertsRegressor(1, random_state=1).fit(frame[COVARIATES], frame["y"].to_numpy())
    assert clone(expected).fit(frame[COVARIATES], make(frame["y"].to_numpy())).model_ == expected.model_


@pytest.mark.parametrize("names", [["x1", "x0"], ["age", "weight"]])
@pytest.mark.parametrize("kind", ["", "Distributed"])
def test_an_array_in_place_of_the_data_frame_is_taken_by_position(names: list[str], kind: str) -> None:
    frame = mixture(rows=600, covariates=2).rename(columns=dict(zip(["x0", "x1"], names, strict=True)))
    X, y = frame[names], frame["y"]
    regressor = getattr(dmoe, f"{kind}MixtureOfExpertsRegressor")(1, n_starts=2, random_state=1).fit(X, y)
    classifier = getattr(dmoe, f"{kind}MixtureOfExpertsClassifier")(1, n_starts=2, random_state=1).fit(X, y > 1)
    with pytest.warns(UserWarning, match="X does not have valid feature names"):
        for estimator, method in [
            (regressor, "predict"), (regressor, "predict_quantiles"), (regressor, "gate_proba"), (classifier, "predict_proba"),
        ]:
            output = getattr(estimator, method)
            np.testing.assert_array_equal(output(X.to_numpy()), output(X))


@pytest.mark.parametrize("kinds", [["float32"] * 3, ["float64", "int64", "float32"], ["int32"] * 3, ["float64", "bool", "int8"]])
def test_few_rows_are_the_same_as_many(kinds: list[str]) -> None:
    frame = mixture(rows=2500).round(0)
    X = frame[["x0", "x1", "x2"]].astype(dict(zip(["x0", "x1", "x2"], kinds, strict=True)))
    estimator = dmoe.MixtureOfExpertsRegressor(1, n_starts=2, random_state=1).fit(X, frame["y"])
    np.testing.assert_array_equal(estimator.predict(X.iloc[:40]), estimator.predict(X)[:40])
