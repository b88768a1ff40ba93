"""Displays: the numbers that they show are those of the engine, and their structure is that of committed references."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import dmoe
from conftest import mixture
from dmoe import plots
from dmoe._description import draw_covariates
from test_report import FAMILIES, local_models, table

REFERENCES = Path(__file__).with_name("resources") / "plots.json"


@pytest.fixture(scope="module", params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def locals_(family: str) -> dict[str, dmoe.Model]:
    return local_models(family)


@pytest.fixture(scope="module")
def model(locals_: dict[str, dmoe.Model]) -> dmoe.Model:
    return dmoe.aggregate(locals_)


@pytest.fixture(scope="module")
def rows(family: str) -> tuple[pd.DataFrame, pd.Series]:
    frame = table(400, seed=9)
    return frame[["x0", "x1"]], frame[FAMILIES[family]]


@pytest.fixture(autouse=True)
def closed() -> Any:
    yield
    plt.close("all")


def structure(display: Any) -> dict[str, Any]:
    """What is drawn, without the values: those of a fit differ in their last digits between processors."""
    ax = display.ax_
    legend = ax.get_legend()
    names = [text.get_text() for text in legend.get_texts()] if legend else []
    return {
        "x": ax.get_xlabel(), "y": ax.get_ylabel(), "legend": [re.sub(r"\d+\.\d+", "#", name) for name in names],
        "lines": len(ax.lines), "patches": len(ax.patches), "collections": len(ax.collections), "images": len(ax.images),
        "texts": [re.sub(r"\d+(\.\d+)?(e-?\d+)?", "#", text.get_text()) for text in ax.texts],
    }


def displays(model: dmoe.Model, local: dict[str, dmoe.Model], X: pd.DataFrame, y: pd.Series) -> dict[str, Any]:
    one = next(iter(local.values()))
    made = {
        "coefficients": plots.CoefficientDisplay.from_model(model),
        "gate coefficients": plots.CoefficientDisplay.from_model(model, part="gate", standardised=False),
        "sites": plots.SiteCoefficientDisplay.from_models(model, local, "x1"),
        "gate": plots.GateDisplay.from_model(model, "x0"),
        "gate map": plots.GateMapDisplay.from_model(model, ["x0", "x1"]),
        "partial": plots.PartialEffectDisplay.from_model(model, "x1"),
        "assignment": plots.AssignmentDisplay.from_model(model, local),
        "divergences": plots.DivergenceDisplay.from_models(local),
        "trace": plots.TraceDisplay.from_model(one),
        "starts": plots.StartsDisplay.from_model(one),
    }
    if model.classes is not None:
        return made | {"roc": plots.ROCDisplay.from_model(model, X, y), "calibration": plots.CalibrationDisplay.from_model(model, X, y)}
    if model.family == "poisson":
        made["rootogram"] = plots.RootogramDisplay.from_model(model, X, y, max_count=8)
    return made | {
        "pit": plots.PITDisplay.from_model(model, X, y),
        "coverage": plots.CoverageDisplay.from_model(model, X, y),
        "residuals": plots.QuantileResidualDisplay.from_model(model, X, y, "x0"),
        "observed": plots.ObservedPredictedDisplay.from_model(model, X, y),
    }


def test_structure_is_that_of_the_references(
    family: str, model: dmoe.Model, locals_: dict[str, dmoe.Model], rows: tuple[pd.DataFrame, pd.Series]
) -> None:
    found = {name: structure(display) for name, display in displays(model, locals_, *rows).items()}
    # How many iterations and starts there are is the fit's own business.
    for name in ("trace", "starts"):
        found[name] = {key: found[name][key] for key in ("x", "y")}
    references = json.loads(REFERENCES.read_text(encoding="utf-8")) if REFERENCES.exists() else {}
    if os.environ.get("DMOE_UPDATE_REFERENCES"):
        REFERENCES.parent.mkdir(exist_ok=True)
        REFERENCES.write_text(json.dumps({**references, family: found}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        pytest.fail("the references were written anew: look at what changed, and run the test without DMOE_UPDATE_REFERENCES")
    assert found == references[family]


class TestConvention:
    def test_draws_on_the_axes_given(self, model: dmoe.Model) -> None:
        figure, ax = plt.subplots()
        display = plots.GateDisplay.from_model(model, "x0", ax=ax)
        assert display.ax_ is ax and display.figure_ is figure
        assert display.plot().ax_ is not ax

    def test_from_estimator_is_from_model(self) -> None:
        frame = mixture(400)
        X, y = frame.drop(columns="y"), frame["y"]
        estimator = dmoe.MixtureOfExpertsRegressor(n_experts=2, random_state=1).fit(X, y)
        one = plots.PITDisplay.from_estimator(estimator, X, y)
        other = plots.PITDisplay.from_model(estimator.model_, X, y)
        np.testing.assert_array_equal(one.shares, other.shares)

    def test_from_estimator_of_labels_that_are_numbers(self) -> None:
        frame = mixture(400)
        X, y = frame.drop(columns="y"), (frame["y"] > 1).astype(int)
        estimator = dmoe.MixtureOfExpertsClassifier(n_experts=2, random_state=1).fit(X, y)
        display = plots.ROCDisplay.from_estimator(estimator, X, y)
        assert list(display.areas) == ["1"]
        assert display.areas["1"] == pytest.approx(estimator.model_.evaluate(X, y.astype(str))["auc"], abs=1e-12)


class TestNumbers:
    """Against the engine, whose numbers have tests of their own."""

    def test_curve_of_the_mixture_is_the_mean_of_predictions(self, model: dmoe.Model) -> None:
        display = plots.PartialEffectDisplay.from_model(model, "x1", points=3)
        draws = draw_covariates(model.parameters, 200)
        for value, mean in zip(display.values, display.means):
            X = {"x0": draws[:, 0], "x1": np.full(200, value)}
            predicted = model.predict(X) if model.classes is None else model.predict_proba(X)[:, 1]
            assert mean == pytest.approx(predicted.mean(), rel=1e-9)
        assert display.lower is not None and display.upper is not None
        assert ((display.lower <= display.means) & (display.means <= display.upper)).all()

    def test_gate_is_that_of_predictions(self, model: dmoe.Model) -> None:
        display = plots.GateDisplay.from_model(model, "x0", points=3)
        draws = draw_covariates(model.parameters, 400)
        expected = model.gate_proba({"x0": np.full(400, display.values[1]), "x1": draws[:, 1]}).mean(axis=0)
        np.testing.assert_allclose(display.probabilities[1], expected, rtol=1e-9)

    def test_histogram_is_that_of_the_scores(self, family: str, model: dmoe.Model, rows: tuple[pd.DataFrame, pd.Series]) -> None:
        if family == "multinomial":
            with pytest.raises(ValueError, match="see CalibrationDisplay"):
                plots.PITDisplay.from_model(model, *rows)
            return
        display = plots.PITDisplay.from_model(model, *rows, bins=20)
        np.testing.assert_allclose(display.shares, model.evaluate(*rows)["pitHistogram"], atol=1e-9)

    def test_residuals_of_a_right_model_are_standard_normal(self) -> None:
        model = dmoe.fit_local(table(4000)[["x0", "x1", "count"]], target="count", family="poisson", experts=2, starts=4)
        frame = table(4000, seed=5)[["x0", "x1"]]
        display = plots.QuantileResidualDisplay.from_model(model, frame, model.sample(frame, seed=3), "x0")
        assert display.residuals.mean() == pytest.approx(0, abs=4 / np.sqrt(4000))
        assert display.residuals.std() == pytest.approx(1, abs=4 / np.sqrt(8000))

    def test_expected_counts_sum_to_the_rows(self) -> None:
        frame = table(400)[["x0", "x1", "count"]]
        model = dmoe.fit_local(frame, target="count", family="poisson", experts=2, starts=4)
        display = plots.RootogramDisplay.from_model(model, frame[["x0", "x1"]], frame["count"], max_count=60)
        assert display.expected.sum() == pytest.approx(400, rel=1e-6)
        assert display.observed.sum() == 400

    def test_cumulative_probabilities_are_sums_of_densities(self) -> None:
        frame = table(400)[["x0", "x1", "count"]]
        model = dmoe.fit_local(frame, target="count", family="poisson", experts=2, starts=4)
        X = frame[["x0", "x1"]].iloc[:5]
        densities = np.stack([np.exp(model.log_density(X, np.full(5, float(count)))) for count in range(4)])
        bounds = model.cumulative_proba(X, np.full(5, 3.0))
        np.testing.assert_allclose(bounds[:, 0], densities[:3].sum(axis=0), rtol=1e-9)
        np.testing.assert_allclose(bounds[:, 1], densities.sum(axis=0), rtol=1e-9)

    def test_area_of_two_classes_is_that_of_the_scores(self) -> None:
        frame = table(400)[["x0", "x1", "colour"]]
        frame["colour"] = frame["colour"].replace("red", "green")
        model = dmoe.fit_local(frame, target="colour", family="multinomial", experts=2, starts=4)
        X, y = frame[["x0", "x1"]], frame["colour"]
        assert plots.ROCDisplay.from_model(model, X, y).areas["green"] == pytest.approx(model.evaluate(X, y)["auc"], abs=1e-12)

    def test_draws_of_the_sketch_have_its_moments(self, model: dmoe.Model) -> None:
        parameters = model.parameters
        draws = draw_covariates(parameters, 4000)
        np.testing.assert_allclose(draws.mean(axis=0), parameters.overall_mean[:-1], atol=0.08)
        np.testing.assert_allclose(draws.std(axis=0), parameters.overall_deviation[:-1], rtol=0.08)


class TestBesideTheCommandLine:
    """What inspect says in JSON, of which the pictures and tables here have to be pictures and tables."""

    def test_coefficients(self, family: str, model: dmoe.Model, command_line: Any) -> None:
        model.save(command_line.folder / "global.json")
        effects = json.loads(command_line.run("inspect", "global.json", "--json").stdout)["effects"]
        said: dict[Any, Any] = {}
        for expert in effects["experts"]:
            dispersion = [expert["dispersion"]] if "dispersion" in expert else []
            for effect in [*expert["intercepts"], *expert["effects"], *dispersion]:
                said["expert", expert["expert"], effect.get("response"), effect["covariate"]] = effect
        for gate in effects["gates"]:
            for effect in [gate["intercept"], *gate["effects"]]:
                said["gate", gate["expert"], None, effect["covariate"]] = effect
        lines = {(line.part, line.expert, line.response, line.covariate): line for line in model.coefficients()}
        assert lines.keys() == said.keys()
        for key, line in lines.items():
            numbers = [line.estimate, line.standard_error, line.lower, line.upper]
            assert numbers == pytest.approx([said[key][name] for name in ("estimate", "standardError", "lower", "upper")], rel=1e-9)
            if line.is_slope:
                assert line.effect == pytest.approx(said[key]["standardised"], rel=1e-9)

    def test_divergences(self, locals_: dict[str, dmoe.Model], command_line: Any) -> None:
        for name, local in locals_.items():
            local.save(command_line.folder / f"{name}.json")
        said = json.loads(command_line.run("inspect", *(f"{name}.json" for name in locals_), "--json").stdout)
        assert dmoe.compare_sites(locals_) == said
        np.testing.assert_array_equal(
            plots.DivergenceDisplay.from_models(locals_).divergences, [site["divergences"] for site in said["sites"]]
        )


class TestTables:
    def test_arrays(self, family: str, model: dmoe.Model) -> None:
        shape = (2, 2, 2) if family == "multinomial" else (2, 2)
        assert model.coef_.shape == shape and model.intercept_.shape == shape[:-1]
        assert model.gate_coef_.shape == (2, 2) and (model.gate_coef_[-1] == 0).all()
        if family == "gaussian":
            X = np.array([[0.3, -0.2], [1.0, 2.0]])
            means = model.intercept_ + X @ model.coef_.T
            assert (model.gate_proba(X) * means).sum(axis=1) == pytest.approx(model.predict(X))

    def test_frame_has_a_row_for_each_coefficient(self, model: dmoe.Model) -> None:
        frame = model.to_frame()
        assert len(frame) == len(model.coefficients())
        assert frame.loc[pd.to_numeric(frame["p_value"]) < 0.05, "z"].astype(float).abs().min() > 1.95

    def test_texts_hold_every_coefficient(self, model: dmoe.Model) -> None:
        summary, latex = model.summary(), model.to_latex()
        assert max(map(len, summary.splitlines())) <= 79
        for line in model.coefficients():
            assert any(text.startswith(line.covariate) for text in summary.splitlines())
        assert latex.count("\\begin{tabular}") == latex.count("\\end{tabular}") == 1
        cells = {row.count("&") for row in latex.splitlines() if row.endswith("\\\\") and "multicolumn" not in row}
        assert cells == {2}

    def test_names_in_latex_are_no_commands(self) -> None:
        frame = table().rename(columns={"x0": "a_1 & 50 %"})
        model = dmoe.fit_local(frame[["a_1 & 50 %", "y"]], target="y", experts=1, starts=2)
        assert r"a\_1 \& 50 \% & " in model.to_latex()

    def test_without_standard_errors(self) -> None:
        model = dmoe.aggregate(local_models("gaussian", standard_errors="none"))
        assert "Standard errors are not known" in model.summary()
        assert all(line.standard_error is None and line.p_value is None for line in model.coefficients())
        assert plots.PartialEffectDisplay.from_model(model, "x0").lower is None
        assert plots.SiteCoefficientDisplay.from_models(model, {}, "x0").heterogeneity is None


@pytest.mark.parametrize(
    ("draw", "says"),
    [
        (lambda model: plots.GateDisplay.from_model(model, "x7"), "there is no covariate 'x7': the model has 'x0', 'x1'"),
        (lambda model: plots.GateMapDisplay.from_model(model, "x0"), "two covariates are needed"),
        (lambda model: plots.ExpertCountDisplay.from_model(model), "the number of experts was given"),
        (lambda model: plots.AssignmentDisplay.from_model(model), "only a global model has sites"),
        (lambda model: plots.RootogramDisplay.from_model(model, {}, []), "a rootogram is of counts"),
        (lambda model: plots.ROCDisplay.from_model(model, {}, []), "'y' is a number"),
        (lambda model: plots.CoefficientDisplay.from_model(model, part="experts"), 'part must be "expert" or "gate"'),
    ],
)
def test_refusals(draw: Any, says: str) -> None:
    model = dmoe.fit_local(table(200)[["x0", "x1", "y"]], target="y", experts=1, starts=2)
    with pytest.raises(ValueError, match=re.escape(says)):
        draw(model)


def test_number_of_experts() -> None:
    model = dmoe.fit_local(table(400)[["x0", "x1", "y"]], target="y", experts=(1, 3), starts=4)
    display = plots.ExpertCountDisplay.from_model(model)
    assert display.experts == [1, 2, 3] and display.chosen == model.n_experts
    assert list(display.criteria) == ["BIC", "AIC", "ICL"]
    assert display.criteria["BIC"][display.chosen - 1] == min(display.criteria["BIC"])
