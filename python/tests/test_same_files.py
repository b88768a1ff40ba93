"""The same data through Python and through the command line give bit-identical model files."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import polars as pl
import pytest
from conftest import CommandLine, mixture

import dmoe

COVARIATES = ["x0", "x1", "x2"]


def fitted(command_line: CommandLine, frame: pd.DataFrame, *options: object) -> str:
    command_line.write("data.csv", frame)
    command_line.run("fit", "data.csv", *options, "-o", "model.json")
    return (command_line.folder / "model.json").read_text()


@pytest.mark.parametrize("make", [pd.DataFrame, lambda f: pa.Table.from_pandas(f), lambda f: pl.DataFrame(f.to_dict("series")), dict])
def test_fit_of_numbers(command_line: CommandLine, frame: pd.DataFrame, make) -> None:
    expected = fitted(command_line, frame, "--target", "y", "--experts", 2)
    assert dmoe.fit_local(make(frame), target="y", experts=2).text == expected


def test_fit_of_an_array(command_line: CommandLine, frame: pd.DataFrame) -> None:
    estimator = dmoe.MixtureOfExpertsRegressor(2, random_state=1, min_rows=10)
    expected = fitted(command_line, frame, "--target", "y", "--experts", 2)
    for order in "CF":
        estimator.fit(np.asarray(frame[COVARIATES], order=order), frame["y"].to_numpy())
        assert estimator.model_.text == expected


def test_fit_of_single_precision(command_line: CommandLine, frame: pd.DataFrame) -> None:
    single = frame.astype(np.float32)
    expected = fitted(command_line, single.astype(np.float64), "--target", "y", "--experts", 2)
    assert dmoe.fit_local(single, target="y", experts=2).text == expected


def test_number_of_threads_changes_nothing(frame: pd.DataFrame) -> None:
    texts = {dmoe.fit_local(frame, target="y", experts=2, n_jobs=threads).text for threads in (1, 2, 3)}
    assert len(texts) == 1


@pytest.mark.parametrize("options", [["--seed", 7], ["--l1", "auto"], ["--experts", "1..3"], ["--starts", 4]])
def test_options(command_line: CommandLine, frame: pd.DataFrame, options: list) -> None:
    names = {"--seed": "seed", "--starts": "starts"}
    how = {"experts": 2}
    if options[0] in names:
        how[names[options[0]]] = options[1]
    elif options[0] == "--l1":
        how["l1"] = "auto"
    else:
        how["experts"] = (1, 3)
    arguments = options if "--experts" in options else ["--experts", 2, *options]
    expected = fitted(command_line, frame, "--target", "y", *arguments)
    assert dmoe.fit_local(frame, target="y", **how).text == expected


def test_weights(command_line: CommandLine, frame: pd.DataFrame) -> None:
    frame["sample_weight"] = np.random.default_rng(3).integers(0, 3, size=len(frame)).astype(float)
    expected = fitted(
        command_line, frame, "--target", "y", "--weights", "sample_weight", "--experts", 2
    )
    assert dmoe.fit_local(frame, target="y", weights="sample_weight", experts=2).text == expected
    estimator = dmoe.MixtureOfExpertsRegressor(2, random_state=1, min_rows=10)
    estimator.fit(frame[COVARIATES], frame["y"], sample_weight=frame["sample_weight"])
    assert estimator.model_.text == expected


@pytest.mark.parametrize("family", ["poisson", "negative-binomial"])
def test_counts_with_exposure(command_line: CommandLine, counts: pd.DataFrame, family: str) -> None:
    expected = fitted(command_line, counts, "--target", "events", "--family", family, "--exposure", "hours", "--experts", 2)
    how = {"family": family, "exposure": "hours"}
    assert dmoe.fit_local(counts, target="events", experts=2, **how).text == expected
    estimator = dmoe.MixtureOfExpertsRegressor(2, random_state=1, min_rows=10, **how)
    estimator.fit(counts.drop(columns="events"), counts["events"])
    assert estimator.model_.text == expected


def test_text_classes(command_line: CommandLine, labels: pd.DataFrame) -> None:
    expected = fitted(command_line, labels, "--target", "colour", "--family", "multinomial", "--experts", 2)
    assert dmoe.fit_local(labels, target="colour", family="multinomial", experts=2).text == expected
    estimator = dmoe.MixtureOfExpertsClassifier(2, random_state=1, min_rows=10)
    estimator.fit(labels[COVARIATES], labels["colour"])
    assert estimator.model_.text == expected


def test_numbered_classes(command_line: CommandLine, labels: pd.DataFrame) -> None:
    labels["colour"] = labels["colour"].map({"blue": 2, "green": 10, "red": 9})
    expected = fitted(command_line, labels, "--target", "colour", "--family", "multinomial", "--experts", 2)
    estimator = dmoe.MixtureOfExpertsClassifier(2, random_state=1, min_rows=10)
    estimator.fit(labels[COVARIATES], labels["colour"])
    assert estimator.classes_.tolist() == [2, 9, 10]
    assert estimator.model_.text == expected


def study(command_line: CommandLine, frame: pd.DataFrame) -> str:
    command_line.write("data.csv", frame)
    command_line.run(
        "study", "new", "data.csv", "--target", "y", "--features", "x0,x1,place", "--categories", "place",
        "--missing", "drop", "--experts", 2, "-o", "study.json",
    )
    return (command_line.folder / "study.json").read_text()


@pytest.fixture
def places(frame: pd.DataFrame) -> pd.DataFrame:
    frame["place"] = np.random.default_rng(4).choice(["inn", "mill", "port"], size=len(frame))
    frame["y"] += frame["place"].map({"inn": 0.0, "mill": 1.0, "port": -1.0})
    frame.loc[[5, 17], "x0"] = np.nan
    frame.loc[[6], "place"] = None
    return frame.drop(columns="x2")


def test_study_with_categories(command_line: CommandLine, places: pd.DataFrame) -> None:
    text = study(command_line, places)
    command_line.run("fit", "data.csv", "--study", "study.json", "-o", "model.json")
    expected = (command_line.folder / "model.json").read_text()
    assert dmoe.fit_local(places, study=text).text == expected
    assert dmoe.fit_local(places.astype({"place": "category"}), study=text).text == expected
    assert dmoe.fit_local(pa.Table.from_pandas(places), study=text).text == expected
    estimator = dmoe.MixtureOfExpertsRegressor(2, study=text, random_state=1, min_rows=10)
    estimator.fit(places[["x0", "x1", "place"]], places["y"])
    assert estimator.model_.text == expected
    complete = places.dropna()
    assert estimator.score(complete[["x0", "x1", "place"]], complete["y"]) > 0.8


def test_aggregate(command_line: CommandLine) -> None:
    models = {}
    for index in range(3):
        frame = mixture(seed=index)
        fitted(command_line, frame, "--target", "y", "--experts", 2)
        (command_line.folder / "model.json").rename(command_line.folder / f"site{index}.json")
        models[f"site{index}"] = dmoe.fit_local(frame, target="y", experts=2)
    for options, how in [
        ([], {}),
        (["--experts", "auto"], {"experts": "auto"}),
        (["--method", "published", "--seed", "3"], {"method": "published", "seed": 3}),
    ]:
        command_line.run("aggregate", *[f"{name}.json" for name in models], *options, "-o", "global.json")
        assert dmoe.aggregate(models, **how).text == (command_line.folder / "global.json").read_text()


def learned(command_line: CommandLine, frame: pd.DataFrame, *options: object) -> str:
    command_line.write("data.csv", frame)
    command_line.run(
        "learn", "data.csv", "--shard-by", "site", *options, "--local-models", "locals", "-o", "global.json"
    )
    return (command_line.folder / "global.json").read_text()


def locals_of(folder: Path) -> dict[str, str]:
    return {path.stem: path.read_text() for path in (folder / "locals").glob("*.json")}


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize("sites", [2, 7])
def test_learn(command_line: CommandLine, sites: int, together: bool) -> None:
    frame = mixture(6000)
    site = np.arange(len(frame)) * sites // len(frame) if together else np.arange(len(frame)) % sites
    frame["site"] = 8 + site
    expected = learned(command_line, frame, "--target", "y", "--experts", 2)
    estimator = dmoe.DistributedMixtureOfExpertsRegressor(2, random_state=1)
    estimator.fit(frame[COVARIATES], frame["y"], groups=frame["site"])
    assert {name: model.text for name, model in estimator.local_models_.items()} == locals_of(command_line.folder)
    assert estimator.site_names_ == sorted(estimator.site_names_)
    assert estimator.model_.text == expected


@pytest.mark.parametrize(("options", "how"), [(["--l1", "auto"], {"l1": "auto"}), (["--l1-experts", 20], {"l1_experts": 20})])
def test_a_lasso(command_line: CommandLine, options: list, how: dict) -> None:
    frame = mixture(2000)
    expected = fitted(command_line, frame, "--target", "y", "--experts", 2, *options)
    estimator = dmoe.MixtureOfExpertsRegressor(2, random_state=1, min_rows=10, **how)
    assert estimator.fit(frame[COVARIATES], frame["y"]).model_.text == expected
    frame["site"] = np.array(["a", "b"])[np.arange(len(frame)) % 2]
    expected = learned(command_line, frame, "--target", "y", "--experts", 2, *options)
    spread = dmoe.DistributedMixtureOfExpertsRegressor(2, random_state=1, **how)
    spread.fit(frame[COVARIATES], frame["y"], groups=frame["site"])
    assert {name: model.text for name, model in spread.local_models_.items()} == locals_of(command_line.folder)
    assert spread.model_.text == expected


def test_learn_leaves_out_what_cannot_be_fitted(command_line: CommandLine) -> None:
    frame = mixture(4000)
    frame["site"] = np.where(np.arange(len(frame)) < 5, "tiny", np.where(frame.index % 2, "odd", "even"))
    expected = learned(command_line, frame, "--target", "y", "--experts", 2)
    estimator = dmoe.DistributedMixtureOfExpertsRegressor(2, random_state=1)
    with pytest.warns(dmoe.FitWarning, match="tiny is left out: 5 rows are too few"):
        estimator.fit(frame[COVARIATES], frame["y"], groups=frame["site"])
    assert list(estimator.left_out_) == ["tiny"]
    assert estimator.model_.text == expected


def test_learn_classes(command_line: CommandLine, labels: pd.DataFrame) -> None:
    labels["site"] = np.array(["a", "b", "c"])[np.arange(len(labels)) % 3]
    labels.loc[(labels["site"] == "b") & (labels["colour"] == "green"), "colour"] = "red"
    expected = learned(command_line, labels, "--target", "colour", "--family", "multinomial", "--experts", 2)
    estimator = dmoe.DistributedMixtureOfExpertsClassifier(2, random_state=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dmoe.FitWarning)
        estimator.fit(labels[COVARIATES], labels["colour"], groups=labels["site"])
    assert estimator.model_.text == expected


def test_learn_by_study(command_line: CommandLine, places: pd.DataFrame) -> None:
    places["site"] = np.array(["a", "b", "c"])[np.arange(len(places)) % 3]
    text = study(command_line, places)
    expected = learned(command_line, places, "--study", "study.json")
    estimator = dmoe.DistributedMixtureOfExpertsRegressor(2, study=text, random_state=1)
    estimator.fit(places[["x0", "x1", "place"]], places["y"], groups=places["site"])
    assert estimator.model_.text == expected


def test_models_are_files(command_line: CommandLine, frame: pd.DataFrame, tmp_path: Path) -> None:
    model = dmoe.fit_local(frame, target="y", experts=2)
    model.save(tmp_path / "saved.json")
    assert dmoe.Model.load(tmp_path / "saved.json") == model
    assert "x1" in command_line.run("inspect", "saved.json").stdout


def test_extra_rounds(command_line: CommandLine) -> None:
    frames = {f"site{index}": mixture(seed=index) for index in range(2)}
    current = dmoe.aggregate({name: dmoe.fit_local(frame, target="y", experts=2) for name, frame in frames.items()})
    current.save(command_line.folder / "global.json")
    for name, frame in frames.items():
        command_line.write(f"{name}.csv", frame)
        command_line.run("statistics", "global.json", f"{name}.csv", "-o", f"{name}.stats.json")
    command_line.run("update", "global.json", *[f"{name}.stats.json" for name in frames], "-o", "next.json")
    statistics = [current.statistics(frame) for frame in frames.values()]
    assert statistics == [(command_line.folder / f"{name}.stats.json").read_text() for name in frames]
    assert current.update(statistics).text == (command_line.folder / "next.json").read_text()


def test_an_inconsistent_site_in_an_extra_round(command_line: CommandLine) -> None:
    frames = {f"site{index}": mixture(seed=index) for index in range(4)}
    current = dmoe.aggregate({name: dmoe.fit_local(frame, target="y", experts=2) for name, frame in frames.items()})
    current.save(command_line.folder / "global.json")
    frames["site3"]["y"] *= 1000
    statistics = {name: current.statistics(frame) for name, frame in frames.items()}
    for name, text in statistics.items():
        (command_line.folder / f"{name}.json").write_text(text)
    files = [f"{name}.json" for name in statistics]
    command_line.run("update", "global.json", *files, "--inconsistent", "exclude", "-o", "next.json")
    with pytest.warns(dmoe.FitWarning, match="site3 is left out as inconsistent"):
        updated = current.update(statistics, inconsistent="exclude")
    assert updated.text == (command_line.folder / "next.json").read_text()
    assert updated.record["rounds"][-1]["sites"] == 3
    command_line.run("update", "global.json", *files, "-o", "all.json")
    with pytest.warns(dmoe.FitWarning, match="site3 is inconsistent"):
        everybody = current.update(statistics)
    assert everybody.text == (command_line.folder / "all.json").read_text() != updated.text
    with pytest.warns(dmoe.FitWarning, match="site 1 and site 2 are the same statistics"):
        current.update([statistics["site0"]] * 2)
    with pytest.raises(ValueError, match="there are no statistics"):
        current.update([])


def test_the_engine_has_the_version_of_the_package() -> None:
    """Files name it."""
    assert dmoe.engine_version().replace("-dev", ".dev0") == f"dmoe {dmoe.__version__}"
