"""A gate of its own for each site."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

import dmoe


def sites(count: int = 3, rows: int = 400) -> pd.DataFrame:
    """Two regressions at every site; which of them applies is another question at each."""
    random = np.random.default_rng(4)
    frames = []
    for site in range(count):
        x = random.uniform(-1, 1, size=rows)
        above = random.uniform(size=rows) < 1 / (1 + np.exp(-(2 * site - 2) - x))
        y = np.where(above, 2 + x, -2 - x) + 0.3 * random.normal(size=rows)
        frames.append(pd.DataFrame({"x": x, "y": y, "site": f"s{site}", "high": np.where(above, "yes", "no")}))
    return pd.concat(frames, ignore_index=True)


@pytest.fixture(scope="module")
def fitted() -> tuple[pd.DataFrame, dmoe.DistributedMixtureOfExpertsRegressor]:
    frame = sites()
    estimator = dmoe.DistributedMixtureOfExpertsRegressor(2, random_state=1)
    return frame, estimator.fit(frame[["x"]], frame["y"], groups=frame["site"])


def test_a_model_is_adapted_to_the_rows_of_a_site(fitted) -> None:
    frame, estimator = fitted
    own = frame[frame["site"] == "s0"]
    adapted = estimator.model_.adapt(own, own["y"])
    record = adapted.record["adaptation"]
    assert adapted.record["kind"] == "adapted" and record["isByEvidence"] and record["logEvidence"] > 10
    assert [e["coefficients"] for e in adapted.record["experts"]] == [e["coefficients"] for e in estimator.model_.record["experts"]]
    gain = adapted.log_density(own, own["y"]).sum() - estimator.model_.log_density(own, own["y"]).sum()
    assert gain == pytest.approx(record["logLikelihood"] - record["sharedLogLikelihood"], abs=1e-6)
    assert gain > record["logEvidence"]
    assert pickle.loads(pickle.dumps(adapted)) == adapted


def test_what_is_adapted_is_private(fitted) -> None:
    frame, estimator = fitted
    own = frame[frame["site"] == "s0"]
    adapted = estimator.model_.adapt(own, own["y"], prior_precision=1)
    with pytest.raises(ValueError, match="adapted, private to its site"):
        dmoe.aggregate({"s0": adapted, "s1": estimator.local_models_["s1"]})
    with pytest.raises(ValueError, match="adapted, private to its site"):
        adapted.statistics(own)
    with pytest.raises(ValueError, match="adapted, private to its site"):
        adapted.adapt(own, own["y"])


def test_weights_are_repeated_rows(fitted) -> None:
    frame, estimator = fitted
    own = frame[frame["site"] == "s2"].iloc[:100]
    weight = np.arange(100) % 3
    twice = own.loc[np.repeat(own.index, weight)]
    weighted = estimator.model_.adapt(own, own["y"], sample_weight=weight, prior_precision=2)
    repeated = estimator.model_.adapt(twice, twice["y"], prior_precision=2)
    np.testing.assert_allclose(weighted.gate_proba(own), repeated.gate_proba(own), atol=1e-6)


def test_estimators_predict_with_the_model_of_the_site(fitted) -> None:
    frame, estimator = fitted
    with pytest.raises(ValueError, match="call adapt first"):
        estimator.predict(frame[["x"]], groups=frame["site"])
    shared = estimator.predict(frame[["x"]])
    assert estimator.adapt(frame[["x"]], frame["y"], frame["site"]) is estimator
    assert list(estimator.adapted_models_) == ["s0", "s1", "s2"]
    shuffled = frame.sample(frac=1, random_state=0)
    predicted, deviations = estimator.predict(shuffled[["x"]], return_std=True, groups=shuffled["site"])
    for name, model in estimator.adapted_models_.items():
        own = (shuffled["site"] == name).to_numpy()
        expected = model.predict(shuffled[["x"]], return_std=True)
        np.testing.assert_array_equal(predicted[own], expected[0][own])
        np.testing.assert_array_equal(deviations[own], expected[1][own])
    assert np.mean((predicted - shuffled["y"]) ** 2) < 0.9 * np.mean((shared - frame["y"]) ** 2)
    np.testing.assert_array_equal(estimator.predict(frame[["x"]]), shared)
    np.testing.assert_array_equal(estimator.predict(frame[["x"]], groups=["elsewhere"] * len(frame)), shared)
    estimator.fit(frame[["x"]], frame["y"], groups=frame["site"])
    assert not hasattr(estimator, "adapted_models_")


def test_classifiers_too() -> None:
    frame = sites()
    estimator = dmoe.DistributedMixtureOfExpertsClassifier(1, random_state=1)
    estimator.fit(frame[["x"]], frame["high"], groups=frame["site"])
    estimator.adapt(frame[["x"]], frame["high"], frame["site"])
    probabilities = estimator.predict_proba(frame[["x"]], groups=frame["site"])
    assert probabilities.shape == (len(frame), 2)
    shared, adapted = estimator.predict(frame[["x"]]), estimator.predict(frame[["x"]], groups=frame["site"])
    assert np.mean(adapted == frame["high"]) > np.mean(shared == frame["high"]) + 0.05
