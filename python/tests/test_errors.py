"""What is wrong is said as on the command line."""

from __future__ import annotations

import json
import re
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from conftest import CommandLine, mixture

import dmoe


def said(command_line: CommandLine, *arguments: object) -> str:
    """What the command line says, with its options spelled as in Python."""
    text = command_line.run(*arguments, succeeds=False).stderr.strip().removeprefix("dmoe: ")
    text = re.sub(r"--([a-z-]+) (\d+)", r"--\1=\2", text)
    text = re.sub(r"--(family|missing) (multinomial|drop)", r'--\1="\2"', text)
    return re.sub(r"--([a-z][a-z-]*)", lambda match: match[1].replace("-", "_"), text)


def defects() -> dict[str, tuple[pd.DataFrame, list, dict]]:
    frame = mixture(100)
    gap = frame.copy()
    gap.loc[6, "x1"] = np.nan
    constant = frame.assign(y=2.0)
    negative = frame.assign(y=-1.0)
    text = frame.assign(x2=["a"] * 99 + ["1"])
    return {
        "too few rows": (frame.head(5), [], {}),
        "too many experts": (frame, ["--experts", 50], {"experts": 50}),
        "missing value": (gap, [], {}),
        "constant response": (constant, [], {}),
        "negative count": (negative, ["--family", "poisson"], {"family": "poisson"}),
        "no such column": (frame, ["--features", "x0,x9"], {"features": ["x0", "x9"]}),
        "text covariate": (text, ["--features", "x0,x2"], {"features": ["x0", "x2"]}),
    }


@pytest.mark.parametrize("name", defects())
def test_data(command_line: CommandLine, name: str) -> None:
    frame, options, how = defects()[name]
    command_line.write("data.csv", frame)
    arguments = options if "--experts" in options else ["--experts", 2, *options]
    expected = said(command_line, "fit", "data.csv", "--target", "y", *arguments, "-o", "model.json")
    with pytest.raises(ValueError) as raised:
        dmoe.fit_local(frame, target="y", site="data.csv", **{"experts": 2, **how})
    assert str(raised.value) == expected


def test_models(command_line: CommandLine, tmp_path) -> None:
    text = dmoe.fit_local(mixture(500), target="y", experts=2).text
    damaged = tmp_path / "damaged.json"
    damaged.write_text(text.replace('"family"', '"familie"'))
    expected = said(command_line, "predict", damaged, "new.csv", "-o", "out.csv")
    with pytest.raises(ValueError) as raised:
        dmoe.Model.load(damaged)
    assert str(raised.value) == expected
    with pytest.raises(FileNotFoundError):
        dmoe.Model.load(tmp_path / "none.json")


def test_aggregation(command_line: CommandLine) -> None:
    one = dmoe.fit_local(mixture(500), target="y", experts=2)
    other = dmoe.fit_local(mixture(500, covariates=2), target="y", experts=2)
    one.save(command_line.folder / "one.json")
    other.save(command_line.folder / "other.json")
    expected = said(command_line, "aggregate", "one.json", "other.json", "-o", "global.json")
    with pytest.raises(ValueError) as raised:
        dmoe.aggregate({"one": one, "other": other})
    assert str(raised.value).replace(".json", "") == expected.replace(".json", "")


def test_options() -> None:
    frame = mixture(100)
    for how, text in [
        ({"starts": 0}, "starts must be from 1 to 100000"),
        ({"family": "cauchy"}, 'family: "cauchy" is not known'),
        ({"tolerance": 2.0}, "tolerance must lie between 0 and 1"),
        ({"standard_errors": "jackknife"}, 'standard_errors: "jackknife" is not known'),
        ({"missing": "guess"}, 'missing: "guess" is not known'),
    ]:
        with pytest.raises(ValueError, match=text):
            dmoe.fit_local(frame, target="y", experts=2, **how)
    with pytest.raises(TypeError, match="start_count"):
        dmoe.fit_local(frame, target="y", experts=2, start_count=3)
    with pytest.raises(ValueError, match="experts is missing"):
        dmoe.fit_local(frame, target="y")


def test_warnings_are_those_of_the_file() -> None:
    frame = mixture(500).assign(x2=1.0)
    with pytest.warns(dmoe.FitWarning, match="'x2' is constant here") as caught:
        model = dmoe.fit_local(frame, target="y", experts=2)
    assert [str(warning.message) for warning in caught] == model.warnings
    assert caught[0].filename == __file__


def test_few_rows_try_fewer_experts() -> None:
    frame = mixture(rows=60)
    with pytest.warns(dmoe.FitWarning, match="60 rows support 3 of 6 experts: no more were tried"):
        model = dmoe.fit_local(frame, target="y", experts=(1, 6), rows_per_parameter=2)
    assert [point["experts"] for point in model.record["fit"]["expertCounts"]["points"]] == [1, 2, 3]
    with warnings.catch_warnings():
        warnings.filterwarnings("error", message=".*no more were tried")
        dmoe.fit_local(mixture(rows=2000), target="y", experts=(1, 3), rows_per_parameter=2)


def test_what_became_of_missing_values_is_warned_of() -> None:
    frame = mixture(rows=400)
    frame.loc[3, "x0"] = np.nan
    with pytest.warns(dmoe.FitWarning, match="^data: 1 of 400 rows left out for missing values$"):
        dmoe.fit_local(frame, target="y", experts=1, missing="drop")
    frame.loc[4:20, "x0"] = np.nan
    study = {
        "format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "missing": "error",
        "covariates": [{"name": "x0", "type": "number", "missing": "mean", "value": 0.25}, {"name": "x1", "type": "number"}],
    }
    estimator = dmoe.MixtureOfExpertsRegressor(1, study=json.dumps(study), random_state=1)
    with pytest.warns(dmoe.FitWarning, match="^data: 18 missing values of 'x0' filled in with 0.25$"):
        estimator.fit(frame[["x0", "x1"]], frame["y"])


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"features": ["x0", "x0"]}, 'features: "x0" is duplicated'),
        ({"gate_features": ["x1", "x1"]}, 'gate_features: "x1" is duplicated'),
        ({"features": ["x0", "y"]}, 'data: the target "y" is named as a covariate too'),
        ({"features": "x0"}, "features must be a list of names, not the text 'x0'"),
        ({"experts": 2.5}, "experts must be a whole number, not 2.5"),
        ({"experts": (1,)}, "experts must be a number or a pair of them"),
        ({"experts": True}, "experts must be a whole number, not True"),
        ({"seed": -1}, "seed must be a whole number from 0, not -1"),
        ({"criterion": "x"}, 'criterion: "x" is not known'),
        ({"l1": True}, 'l1 must be "auto" or None, not True'),
    ],
)
def test_arguments_that_cannot_be_meant(how: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        dmoe.fit_local(mixture(200), **{"target": "y", "experts": 1, **how})


def test_names_and_numbers_are_asked_for_in_words() -> None:
    with pytest.raises(TypeError, match="^target must be the name of a column, not 2"):
        dmoe.fit_local(mixture(200), target=2, experts=1)
    with pytest.raises(TypeError, match="^weights must be the name of a column"):
        dmoe.fit_local(mixture(200), target="y", weights=0, experts=1)
    with pytest.raises(ValueError, match="^tolerance must be finite, not nan"):
        dmoe.fit_local(mixture(200), target="y", experts=1, tolerance=float("nan"))
    model = dmoe.fit_local(mixture(200), target="y", experts=1)
    with pytest.raises(ValueError, match="must be finite"):
        model.predict_quantiles(mixture(10), [0.5, float("nan")])


def test_whole_numbers_are_those_of_any_library() -> None:
    frame = mixture(200)
    model = dmoe.fit_local(frame, target="y", experts=np.int64(1), seed=np.uint8(3), starts=2)
    assert model == dmoe.fit_local(frame, target="y", experts=1, seed=3, starts=2)
    assert dmoe.aggregate({1: model, 2: model}).record["aggregation"]["sites"][0]["name"] == "1"


@pytest.mark.parametrize("family", ["gaussian", "poisson", "negative-binomial", "gamma"])
@pytest.mark.parametrize("experts", [1, 2])
def test_intervals_are_those_of_the_program(command_line: CommandLine, family: str, experts: int) -> None:
    random = np.random.default_rng(5)
    frame = pd.DataFrame({"x": random.normal(size=300), "z": random.uniform(size=300)})
    mean = np.exp(0.5 + 0.3 * frame["x"] + (frame["z"] > 0.5))
    frame["y"] = random.poisson(mean * random.gamma(2, 0.5, size=300)) + (family == "gamma")
    model = dmoe.fit_local(frame.iloc[:40] if experts == 1 else frame, target="y", family=family, experts=experts)
    model.save(command_line.folder / "m.json")
    effects = json.loads(command_line.run("inspect", "m.json", "--json", "--level", "0.9").stdout)["effects"]
    table = model.to_frame(level=0.9)
    for expert, own in zip(effects["experts"], [table[(table.part == "expert") & (table.expert == k + 1)] for k in range(experts)]):
        for effect in expert["effects"]:
            line = own[own.covariate == effect["covariate"]].iloc[0]
            for name in ("lower", "upper"):
                assert line[name] == pytest.approx(effect.get(name, np.nan), rel=1e-9, nan_ok=True)
    assert experts == 2 or table[table.part == "expert"].lower.notna().all()
    if experts == 1 and family == "gaussian":
        line = table.iloc[1]
        assert line.degrees == 37 and line.p_value == pytest.approx(2 * scipy.stats.t.sf(abs(line.z), 37), rel=1e-10)
    else:
        assert table.degrees.isna().all()


def test_what_is_no_model_and_no_text() -> None:
    model = dmoe.fit_local(mixture(200), target="y", experts=1)
    with pytest.raises(ValueError, match="aggregate takes several models"):
        dmoe.aggregate(model)
    with pytest.raises(ValueError, match="site 1: a Model is needed, not str"):
        dmoe.aggregate(["x"])
    with pytest.raises(ValueError, match="update takes the statistics of several sites"):
        model.update("text")
    with pytest.raises(ValueError, match="a: the text of a statistics file is needed, not Model"):
        model.update({"a": model})
    with pytest.raises(ValueError, match="study: not a study file"):
        dmoe.fit_local(mixture(200), study="{")
    gaps = mixture(200).assign(x0=np.nan)
    with pytest.raises(ValueError, match="a value is missing in every row: nothing is left to fit"):
        dmoe.fit_local(gaps, target="y", features=["x0", "x1"], experts=1, missing="drop")


def test_columns_without_a_value_are_no_covariates_by_default() -> None:
    frame = mixture(200).assign(x1=np.nan)
    with pytest.warns(dmoe.FitWarning, match="^data: columns without a value are no covariates: 'x1'$"):
        model = dmoe.fit_local(frame, target="y", experts=1)
    assert model.covariates == ["x0", "x2"]


def test_a_study_decides_what_the_rows_are() -> None:
    study = json.dumps({
        "format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "missing": "error", "experts": 1,
        "covariates": [{"name": "x0", "type": "number"}],
    })
    frame = mixture(200)
    for how in ({"target": "y"}, {"family": "gaussian"}, {"missing": "drop"}, {"weights": "x1"}):
        with pytest.raises(ValueError, match=f"{next(iter(how))} cannot go with study: the study decides it"):
            dmoe.fit_local(frame, study=study, **how)
    with pytest.raises(ValueError, match="^sample_weight cannot go with study: the study decides it"):
        dmoe.MixtureOfExpertsRegressor(1, study=study).fit(frame[["x0"]], frame["y"], sample_weight=np.ones(200))


def test_statistics_say_what_became_of_rows() -> None:
    frame = mixture(400)
    model = dmoe.aggregate([dmoe.fit_local(frame, target="y", experts=1)])
    frame.loc[3, "x0"] = np.nan
    with pytest.warns(dmoe.FitWarning, match="^data: 1 of 400 rows left out for missing values$"):
        model.statistics(frame, missing="drop")
    with pytest.warns(dmoe.FitWarning, match="^support: 1 of 400 rows left out for missing values$"):
        study = json.dumps({
            "format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "missing": "drop", "experts": 1,
            "covariates": [{"name": "x0", "type": "number"}],
        })
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dmoe.FitWarning)
            local = dmoe.fit_local(frame, study=study)
        dmoe.aggregate([local], support=frame)


def test_unknown_levels() -> None:
    study = json.dumps({
        "format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "missing": "error", "experts": 1,
        "covariates": [{"name": "place", "type": "category", "levels": ["inn", "mill"], "reference": "inn"}],
    })
    frame = mixture(200).assign(place=["inn", "mill"] * 100)
    model = dmoe.fit_local(frame, study=study)
    new = {"place": ["port", "inn"]}
    with pytest.raises(ValueError, match='unknown_levels="reference"'):
        model.predict(new)
    first, second = model.predict(new, unknown_levels="reference")
    assert first == second
    with pytest.raises(ValueError, match='unknown_levels: "guess" is not known; known are error, reference'):
        model.predict(new, unknown_levels="guess")


def test_the_threshold_rule_and_own_rows() -> None:
    frame = mixture(200).assign(flag=(np.arange(200) < 5).astype(float))
    with pytest.warns(dmoe.FitWarning, match="flag"):
        withheld = dmoe.fit_local(frame, target="y", experts=1)
    whole = dmoe.fit_local(frame, target="y", experts=1, min_rows=None)
    assert whole != withheld and not whole.warnings
    estimator = dmoe.MixtureOfExpertsRegressor(1, random_state=1).fit(frame[whole.covariates], frame["y"])
    assert estimator.model_.text == dmoe.fit_local(
        frame, target="y", experts=1, min_rows=None, seed=1, rows_per_parameter=2).text
    refusal = "^min_rows must be 3 or more: statistics over fewer rows disclose them$"
    for rows in (1, 2):
        with pytest.raises(ValueError, match=refusal):
            dmoe.MixtureOfExpertsRegressor(1, min_rows=rows).fit(frame[whole.covariates], frame["y"])
        with pytest.raises(ValueError, match=refusal):
            dmoe.DistributedMixtureOfExpertsRegressor(1, min_rows=rows).fit(
                frame[whole.covariates], frame["y"], groups=np.arange(200) % 2)
    model = dmoe.aggregate([whole])
    assert model.statistics(frame, min_rows=None) != model.statistics(frame)


def test_errors_between_sites_have_degrees_of_freedom() -> None:
    """Of sites like these: Student's t of Satterthwaite's degrees, of experts and gate."""
    random = np.random.default_rng(5)
    models = {}
    for site in range(6):
        x = random.normal(size=300)
        y = np.where(x > 0, 3 + (2 + random.normal(scale=0.3)) * x, -1.0 - x) + 0.3 * random.normal(size=300)
        models[f"s{site}"] = dmoe.fit_local(pd.DataFrame({"x": x, "y": y}), target="y", experts=2)
    rows, sites = (
        dmoe.aggregate(models, method="transport-statistics", aggregate_errors=way, inconsistent="keep") for way in ["model", "sites"]
    )
    assert rows.text != sites.text
    shares = np.array([300 / 1800] * 6)
    expected = (shares**2).sum() ** 2 / (shares**4).sum() - 1
    known = [line for line in sites.coefficients() if line.standard_error is not None and line.covariate != "dispersion"]
    assert "expert" in {line.part for line in known}
    for line in known:
        assert line.degrees is not None and line.degrees >= 1
        half = scipy.stats.t.ppf(0.975, line.degrees) * line.standard_error
        assert line.upper - line.estimate == pytest.approx(half, rel=1e-9)
    gate = [line for line in known if line.part == "gate"]
    assert all(line.degrees == pytest.approx(expected, rel=1e-6) for line in gate)
    assert all(line.degrees is None for line in rows.coefficients())
    assert "by jackknife of the sites" in str(sites.summary())
