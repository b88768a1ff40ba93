"""Drafts that are released, by a ledger."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import dmoe

Columns = dict[str, np.ndarray]


@pytest.fixture
def rows() -> Columns:
    random = np.random.default_rng(5)
    x = random.normal(size=(120, 2))
    return {"y": x[:, 0] + random.normal(size=120), "a": x[:, 0], "b": x[:, 1], "who": np.arange(120) // 2 + 0.0}


def draft(rows: Columns, **options: object) -> dmoe.Model:
    return dmoe.fit_local(rows, target="y", features=["a"], experts=1, draft=True, **options)  # type: ignore[arg-type]


def test_a_draft_is_released_and_entered(rows: Columns, tmp_path: Path) -> None:
    looked_at = draft(rows)
    assert looked_at.status == "draft"
    model = looked_at.release(tmp_path / "m.json", ledger=tmp_path / "l")
    assert model.status == "release" and model.record["disclosure"]["ledger"]["entry"] == 1
    assert dmoe.Model.load(tmp_path / "m.json") == model
    fewer = {name: values[:-3] for name, values in rows.items()}
    with pytest.raises(ValueError, match="differ by fewer than 10"):
        draft(fewer).release(tmp_path / "n.json", ledger=tmp_path / "l")
    assert not (tmp_path / "n.json").exists()


def test_rows_are_known_by_all_their_columns(rows: Columns, tmp_path: Path) -> None:
    """A change in a column that the model does not read makes another row."""
    draft(rows).release(tmp_path / "m.json", ledger=tmp_path / "l")
    changed = {**rows, "b": np.append(rows["b"][:-1], 7.0)}
    with pytest.raises(ValueError, match="differ by fewer than 10"):
        draft(changed).release(tmp_path / "n.json", ledger=tmp_path / "l")


def test_new_rows_wait(rows: Columns, tmp_path: Path) -> None:
    first = draft(rows).release(tmp_path / "m.json", ledger=tmp_path / "l")
    grown = {name: np.append(values, values[:2] + 0.5) for name, values in rows.items()}
    second = draft(grown).release(tmp_path / "n.json", ledger=tmp_path / "l", hold_back_new=True)
    assert second.record["experts"] == first.record["experts"]


def test_without_a_ledger_the_file_says_so(rows: Columns, tmp_path: Path) -> None:
    assert draft(rows).release(tmp_path / "m.json").record["disclosure"]["ledger"] == "none"


def test_subjects_are_counted(rows: Columns) -> None:
    model = dmoe.fit_local(rows, target="y", features=["a"], experts=1, subject="who")
    assert model.record["disclosure"]["unit"] == "subject" and model.record["disclosure"]["rowsPerSubject"] == 2


def test_only_drafts_of_this_session_are_released(rows: Columns, tmp_path: Path) -> None:
    draft(rows).save(tmp_path / "d.json")
    for model in (dmoe.Model.load(tmp_path / "d.json"), dmoe.fit_local(rows, target="y", features=["a"], experts=1)):
        with pytest.raises(ValueError, match="only a draft"):
            model.release(tmp_path / "m.json")


def test_statistics_are_entered_too(rows: Columns, tmp_path: Path) -> None:
    """As by ``dmoe statistics``: rounds are counted, and models that the site is not in are refused."""
    local = draft(rows).release(tmp_path / "m.json", ledger=tmp_path / "l")
    other = {name: values[::-1] * 1.5 for name, values in rows.items()}
    shared = dmoe.aggregate({"here": local, "there": dmoe.fit_local(other, target="y", features=["a"], experts=1)})
    text = shared.statistics(rows, ledger=str(tmp_path / "l"))
    kinds = [json.loads(line).get("kind") for line in (tmp_path / "l").read_text().splitlines()[1:]]
    assert kinds == ["model", "statistics"] and json.loads(text)["rows"] == 120
    fewer = {name: values[:-3] for name, values in rows.items()}
    with pytest.raises(ValueError, match="differ by fewer than 10"):
        shared.statistics(fewer, ledger=str(tmp_path / "l"))
    with pytest.raises(ValueError, match="not made of a model that this site released"):
        shared.statistics(rows, ledger=str(tmp_path / "another"))


def test_statistics_are_rounded_and_keep_a_policy(rows: Columns, tmp_path: Path) -> None:
    local = dmoe.fit_local(rows, target="y", features=["a"], experts=1)
    secret, policy = tmp_path / "secret", tmp_path / "policy.json"
    assert local.statistics(rows, rounding_secret=str(secret)) != local.statistics(rows)
    policy.write_text('{"format": "dmoe-policy", "formatVersion": 1, "columns": ["a", "b"]}')
    policy.chmod(0o600)
    with pytest.raises(ValueError, match='refused by the policy .*"y" is not among its columns'):
        local.statistics(rows, policy=str(policy))
