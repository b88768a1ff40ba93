"""Tables of any library with columns of any kind: the rows of a data frame are those of the CSV file that pandas writes of it."""

from __future__ import annotations

import json
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from conftest import CommandLine, mixture

import dmoe
from dmoe._tables import Role

LARGE = 2**53


def everything(rows: int = 600) -> pd.DataFrame:
    random = np.random.default_rng(3)
    frame = mixture(rows)
    frame["count"] = random.integers(0, 9, size=rows)
    frame["large"] = 2**53 + random.integers(0, 9, size=rows)
    frame["nullable"] = pd.array(random.integers(0, 99, size=rows), dtype="Int64")
    frame["objects"] = pd.Series(random.integers(0, 99, size=rows).tolist(), dtype=object)
    frame["decimals"] = [Decimal(int(value)) / 8 for value in random.integers(0, 99, size=rows)]
    frame["digits"] = [f"{value}.50" for value in random.integers(0, 99, size=rows)]
    frame["graded"] = pd.Categorical(random.integers(0, 5, size=rows))
    frame["flag"] = random.uniform(size=rows) < 0.5
    frame["nullable flag"] = pd.array(frame["flag"], dtype="boolean")
    frame["objects of flags"] = frame["flag"].astype(object)
    frame["place"] = random.choice(["inn", "mill"], size=rows)
    frame["kind"] = pd.Categorical(frame["place"])
    frame["when"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(random.integers(0, 9, size=rows), unit="D")
    frame["while"] = pd.to_timedelta(random.integers(1, 9, size=rows), unit="D")
    frame["month"] = frame["when"].dt.to_period("M")
    frame["range"] = pd.cut(frame["x0"], 3)
    frame["nothing"] = np.nan
    frame["Unnamed: 0"] = np.arange(rows)
    frame["index"] = np.arange(rows)
    return frame


LEFT_OUT = ["flag", "nullable flag", "objects of flags", "place", "kind", "when", "while", "month", "range"]


def test_the_same_file_by_default(command_line: CommandLine) -> None:
    frame = everything()
    command_line.write("data.csv", frame)
    done = command_line.run("fit", "data.csv", "--target", "y", "--experts", 1, "-o", "model.json")
    expected = (command_line.folder / "model.json").read_text()
    with pytest.warns(dmoe.FitWarning) as caught:
        model = dmoe.fit_local(frame, target="y", experts=1, site="data.csv")
    assert model.text == expected
    said = [str(warning.message) for warning in caught]
    for text in said:
        assert text.replace("features takes", "--features takes") in done.stderr
    line = next(text for text in said if "columns with text are no covariates" in text)
    assert all(f"'{name}' (line 2: " in line for name in LEFT_OUT)
    assert "data.csv: columns without a value are no covariates: 'nothing'" in said
    assert any("columns that number the rows are no covariates: 'Unnamed: 0', 'index'" in text for text in said)
    assert model.covariates == ["x0", "x1", "x2", "count", "large", "nullable", "objects", "decimals", "digits", "graded"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dmoe.FitWarning)
        simple = frame.drop(columns=["month", "range", "decimals", "while"])
        others = [pl.from_pandas(simple.assign(kind=simple["place"])), pa.Table.from_pandas(simple)]
        first = dmoe.fit_local(simple, target="y", experts=1)
        assert [dmoe.fit_local(other, target="y", experts=1).text for other in others] == [first.text] * 2


STUDY = json.dumps({
    "format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "missing": "drop", "experts": 1,
    "covariates": [
        {"name": "x0", "type": "number"}, {"name": "x1", "type": "number"},
        {"name": "flag", "type": "yes-no", "yes": "True", "no": "False"},
        {"name": "code", "type": "category", "levels": [str(LARGE), str(LARGE + 1)], "reference": str(LARGE)},
        {"name": "size", "type": "category", "levels": ["0.1", "2.5", "7"], "reference": "0.1"},
        {"name": "when", "type": "category", "levels": ["2024-01-01", "2024-06-01"], "reference": "2024-01-01"},
    ],
})  # fmt: skip


def of_a_study(rows: int = 600) -> pd.DataFrame:
    random = np.random.default_rng(4)
    frame = mixture(rows).drop(columns="x2")
    frame["flag"] = random.uniform(size=rows) < 0.4
    frame["code"] = LARGE + random.integers(0, 2, size=rows)
    frame["size"] = random.choice([0.1, 2.5, 7.0], size=rows)
    frame["when"] = pd.to_datetime(random.choice(["2024-01-01", "2024-06-01"], size=rows))
    frame["y"] += frame["flag"] + 2 * (frame["code"] - LARGE) + frame["size"]
    return frame


@pytest.mark.parametrize(
    "types", [{}, {"flag": "boolean", "code": "Int64"}, {"flag": object, "code": object, "size": object}, {"code": "category"}]
)
def test_the_same_file_by_a_study(command_line: CommandLine, types: dict) -> None:
    frame = of_a_study().astype(types)
    frame.loc[3, "size"] = None
    if types.get("flag"):
        frame.loc[5, "flag"] = None
    command_line.write("data.csv", frame)
    (command_line.folder / "study.json").write_text(STUDY)
    done = command_line.run("fit", "data.csv", "--study", "study.json", "-o", "model.json")
    expected = (command_line.folder / "model.json").read_text()
    with pytest.warns(dmoe.FitWarning) as caught:
        model = dmoe.fit_local(frame, study=STUDY, site="data.csv")
    assert model.text == expected
    assert str(caught[0].message) in done.stderr and "left out for missing values" in str(caught[0].message)
    command_line.run("predict", "model.json", "data.csv", "--missing", "drop", "-o", "out.csv")
    means = pd.read_csv(command_line.folder / "out.csv")["mean"]
    predicted = model.predict(frame, missing="drop")
    np.testing.assert_array_equal(predicted[~np.isnan(predicted)], means)
    estimator = dmoe.MixtureOfExpertsRegressor(1, study=STUDY, random_state=1, min_rows=10)
    with pytest.warns(dmoe.FitWarning):
        estimator.fit(frame.drop(columns="y"), frame["y"])
    assert estimator.model_.text == expected
    np.testing.assert_array_equal(estimator.predict(frame.dropna().drop(columns="y")), means)


def test_large_whole_numbers_are_classes_and_sites_of_their_own() -> None:
    frame = mixture(900)
    label = LARGE + (frame["x1"] > 0).astype("int64")
    estimator = dmoe.MixtureOfExpertsClassifier(1, random_state=1).fit(frame[["x0", "x1"]], label)
    assert estimator.model_.classes == [str(LARGE), str(LARGE + 1)]
    assert estimator.classes_.tolist() == [LARGE, LARGE + 1]
    assert estimator.score(frame[["x0", "x1"]], label) > 0.95
    classes = {"family": "multinomial", "classes": [str(LARGE), str(LARGE + 1)]}
    assert dmoe.fit_local(
        frame[["x0", "x1"]].assign(c=label), target="c", features=["x0", "x1"], experts=1, min_rows=None,
        rows_per_parameter=2, seed=1, **classes
    ).covariates == ["x0", "x1"]
    spread = dmoe.DistributedMixtureOfExpertsRegressor(1, random_state=1)
    spread.fit(frame[["x0", "x1"]], frame["y"], groups=LARGE + np.arange(900) % 3)
    assert spread.site_names_ == [str(LARGE), str(LARGE + 1), str(LARGE + 2)]
    spread.fit(frame[["x0", "x1"]], frame["y"], groups=pd.Series(np.arange(900) % 2, dtype=float))
    assert spread.site_names_ == ["0", "1"]


@pytest.mark.parametrize("row", [0, 7, 199])
def test_one_text_among_numbers_is_refused(row: int) -> None:
    frame = mixture(200).astype({"x1": object})
    frame.loc[row, "x1"] = "oops"
    number = 3 if row == 0 else 2
    message = f'^data, line {row + 2}: column "x1" has "oops", and a number in line {number}; '
    others = [frame, pl.DataFrame(frame.assign(x1=frame["x1"].astype(str)).to_dict("list"))]
    for data in others:
        with pytest.raises(ValueError, match=message):
            dmoe.fit_local(data, target="y", experts=1)
    assert dmoe.fit_local(frame, target="y", exclude=["x1"], experts=1).covariates == ["x0", "x2"]
    with pytest.raises(ValueError, match=f'^data, line {row + 2}: column "x1" should hold numbers but has "oops"'):
        dmoe.fit_local(frame, target="y", features=["x0", "x1"], experts=1)
    with pytest.raises(ValueError, match='column "x1" should hold numbers but has "oops"'):
        dmoe.MixtureOfExpertsRegressor(1).fit(frame[["x0", "x1"]], frame["y"])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pd.date_range("2024-01-01", periods=200), "dates or times"), (pd.timedelta_range("1D", periods=200), "durations"),
        (pd.period_range("2024-01", periods=200, freq="D"), "periods"), (pd.interval_range(0, 200), "intervals"),
        (pd.date_range("2024-01-01", periods=200).date, "dates or times"),
        (pd.Categorical(pd.date_range("2024-01-01", periods=200)), "dates or times"),
        (np.arange(200).astype("datetime64[D]"), "dates or times"),
    ],
)  # fmt: skip
def test_dates_that_are_named_are_refused(values, kind: str) -> None:
    frame = mixture(200).assign(when=values)
    message = f'column "when" holds {kind}, which are no numbers: turn it into some'
    with pytest.raises(ValueError, match=f"^data: {message}"):
        dmoe.fit_local(frame, target="y", features=["x0", "when"], experts=1)
    with pytest.raises(ValueError, match=f"^X: {message}"):
        dmoe.MixtureOfExpertsRegressor(1).fit(frame[["x0", "when"]], frame["y"])


def test_named_true_and_false_are_one_and_zero() -> None:
    frame = mixture(300)
    flags = frame["x0"] > 0.3
    numbers = dmoe.fit_local(frame.assign(flag=flags.astype(float)), target="y", features=["x1", "flag"], experts=1)
    for values in (flags, flags.astype("boolean"), flags.astype(object), flags.astype("category")):
        assert dmoe.fit_local(frame.assign(flag=values), target="y", features=["x1", "flag"], experts=1) == numbers
    tables = [pl.DataFrame({"x1": frame["x1"].to_numpy(), "flag": flags.to_numpy(), "y": frame["y"].to_numpy()})]
    tables.append(tables[0].to_arrow())
    for table in tables:
        assert dmoe.fit_local(table, target="y", features=["x1", "flag"], experts=1) == numbers


def test_gaps_of_all_kinds() -> None:
    frame = mixture(100).astype({"x1": object})
    for missing in (None, np.nan, pd.NA, pd.NaT, np.ma.masked):
        gap = frame.copy()
        values = gap["x1"].to_numpy(copy=True)
        values[4] = missing
        gap["x1"] = pd.Series(values, dtype=object)
        with pytest.raises(ValueError, match='^data, line 6: column "x1" is missing'):
            dmoe.fit_local(gap, target="y", experts=1)
        with pytest.warns(dmoe.FitWarning, match="^data: 1 of 100 rows left out for missing values$"):
            dmoe.fit_local(gap, target="y", experts=1, missing="drop")


def test_names_of_columns_that_are_no_texts() -> None:
    frame = mixture(200)
    renamed = frame.rename(columns={"x0": 0, "x1": 1, "x2": 2})
    assert dmoe.fit_local(renamed, target="y", experts=1).covariates == ["0", "1", "2"]
    twice = pd.concat([frame, frame[["x0"]]], axis=1)
    with pytest.raises(ValueError, match='^data: two columns are named "x0"; rename one of them$'):
        dmoe.fit_local(twice, target="y", experts=1)


def test_a_table_of_names() -> None:
    frame = of_a_study()
    table = dmoe.Table(dict(frame.items()), texts=["flag", "code", "size", "when"])
    assert dmoe.fit_local(table, study=STUDY) == dmoe.fit_local(frame, study=STUDY)
    assert Role().booleans == ("False", "True")
