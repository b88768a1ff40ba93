"""One node: what guards its rows, and what it says."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import dmoe.vantage6
import pytest
from conftest import EXAMPLE, NAMES, PRIVATE, CommandLine, Sites, environment, rows
from dmoe._federation.words import SiteError
from dmoe.vantage6._site import Site
from vantage6.common.globals import ENV_VAR_EQUALS_REPLACEMENT

FIT = {"target": "y", "features": ["x0", "x1", "x2"], "experts": 2}


@pytest.mark.parametrize(("variables", "said"), [
    ({"DMOE_MINIMUM_ROW": "20"}, "the node has 'DMOE_MINIMUM_ROW', which is none of DMOE_MINIMUM_ROWS"),
    ({"DMOE_MINIMUM_ROWS": "-3"}, "'DMOE_MINIMUM_ROWS' of the node must be a whole number"),
    ({"DMOE_HOLD_BACK_NEW": "1"}, "'DMOE_HOLD_BACK_NEW' of the node must be true or false"),
    ({"DMOE_ALLOWED_COLUMNS": ""}, "'DMOE_ALLOWED_COLUMNS' of the node is empty"),
    ({"DMOE_LEDGER": "dmoe.ledger"}, "'DMOE_LEDGER' must be a whole path, on a volume of the node"),
    ({"DMOE_POLICY": "/p.json", "DMOE_DISALLOWED_COLUMNS": "x0"}, "the node names columns beside a policy"),
])
def test_settings_that_guard_nothing_are_refused(variables: dict[str, str], said: str) -> None:
    with pytest.raises(SiteError, match=said):
        Site.of_environment(variables)


@pytest.mark.parametrize(("asked", "node", "threshold"), [(None, "20", 20), (30, "20", 30), (None, "3", 10)])
def test_minimum_rows_tighten_alone(sites: Sites, asked: int | None, node: str, threshold: int) -> None:
    network = sites.network(site0={"DMOE_MINIMUM_ROWS": node})
    arguments = FIT if asked is None else {**FIT, "min_rows": asked}
    answer = network.run_task("partial_fit", **arguments)
    assert json.loads(answer["file"])["disclosure"]["policy"]["minimumRows"] == threshold
    said = network.run_task("partial_fit", **FIT, min_rows=threshold - 1 if asked is None else 19)["reason"]
    assert said.startswith("the coordinator asks for a threshold of")


@pytest.mark.parametrize("variables", [
    {"DMOE_ALLOWED_COLUMNS": "x0,x1,x2,y"}, {"DMOE_DISALLOWED_COLUMNS": "note"},
    {"DMOE_ALLOWED_COLUMNS": "x0,x1,x2,y,note", "DMOE_DISALLOWED_COLUMNS": "note"},
])
def test_columns_are_a_policy(sites: Sites, tmp_path: Path, variables: dict[str, str]) -> None:
    """The file is that of the command line with it, to the last bit."""
    policy = tmp_path / "policy.json"
    policy.write_text('{"format": "dmoe-policy", "formatVersion": 1, "columns": ["y", "x0", "x1", "x2"]}')
    policy.chmod(0o600)
    by_hand = CommandLine(sites, tmp_path / "hand").fit(
        NAMES[0], "--target", "y", "--features", "x0,x1,x2", "--experts", 2, "--policy", policy)
    network = sites.network(site0=variables)
    assert network.run_task("partial_fit", **FIT)["file"] == by_hand


@pytest.mark.parametrize("variables", [{"DMOE_ALLOWED_COLUMNS": "x0, x2 ,y"}, {"DMOE_DISALLOWED_COLUMNS": "x1"}])
def test_columns_are_refused_and_named_to_who_named_them(sites: Sites, variables: dict[str, str]) -> None:
    network = sites.network(site0=variables)
    refused = "refused by the policy columns-of-the-node: column {} is not among its columns"
    assert network.run_task("partial_fit", **FIT)["reason"].startswith(refused.format('"x1"'))
    assert network.run_task("partial_fit", target="y", experts=1, exclude=["note"])["reason"].startswith(refused.format("'…'"))
    assert "file" in network.run_task("partial_fit", **{**FIT, "features": ["x0", "x2"]})


def test_columns_guard_rounds_too(sites: Sites) -> None:
    network = sites.network()
    model = network.run_task("central", fit=FIT)["files"]["global.json"]
    network = sites.network(site1={"DMOE_DISALLOWED_COLUMNS": "x1"})
    assert 'column "x1" is not among its columns' in network.run_task("partial_statistics", 1, model=model)["reason"]
    assert "file" in network.run_task("partial_statistics", 2, model=model)


@pytest.mark.parametrize(("arguments", "said"), [
    ({"target": "note"}, "the table: column \"note\" should hold numbers but has '…'"),
    ({"features": ["x0", "age"]}, 'no column "age"'),
    ({"family": "poisson"}, "target \"y\" is …"),
    ({"experts": 200}, "rows cannot support 200 experts"),
    ({"policy": "/etc/passwd"}, "the coordinator asks for policy, which is the site's to say"),
    ({"initial_models": []}, "the coordinator asks for initial_models, which is the site's to say"),
    ({"seconds": 0}, "not done within the 0 s that the coordinator waits"),
    ({"study": "none"}, ""),
    ({"seconds": "soon"}, "the app of the site failed (TypeError)"),
])
def test_refusals_have_no_values(
    sites: Sites, capfd: pytest.CaptureFixture[str], arguments: dict[str, Any], said: str
) -> None:
    answer = sites.network().run_task("partial_fit", **{**FIT, **arguments})
    assert "file" not in answer and said in answer["reason"]
    written = json.dumps(answer) + "".join(capfd.readouterr())
    values = set((sites.folder / NAMES[0] / "rows.csv").read_text().replace("\n", ",").split(","))
    assert not {value for value in values if len(value) > 6 and value in written} and PRIVATE not in written
    assert str(sites.folder) not in written and len((sites.folder / NAMES[0] / "node.ledger").read_text().splitlines()) == 1


@pytest.mark.parametrize(("variables", "said"), [
    ({}, "the node names no ledger: DMOE_LEDGER"),
    ({"DMOE_LEDGER": "none", "ROWS_PREPROCESSING": '[{"function": "filter_range"}]'}, "the task asks for preprocessing"),
    ({"DMOE_LEDGER": "none", "ROWS_QUERY": "SELECT 1"}, "the query of the task is not the one that the node names"),
    ({"DMOE_LEDGER": "none", "ROWS_QUERY": "SELECT a -- b WHERE c", "DMOE_QUERY": "SELECT a -- b\nWHERE c"}, "the query of the task"),
])
def test_tasks_do_not_choose_the_rows(variables: dict[str, str], said: str) -> None:
    """Nothing is read before."""
    with environment({"USER_REQUESTED_DATABASE_LABELS": "rows", "ROWS_DATABASE_URI": "/nowhere.csv", **variables}):
        answer = dmoe.vantage6.partial_fit(**FIT)
    assert set(answer) == {"reason"} and said in answer["reason"]


def test_rows_of_a_task_are_refused(sites: Sites) -> None:
    """JSON has no data frames; `mock_data` is for tests of the tools."""
    with environment(sites.environments[0]):
        answer = dmoe.vantage6.partial_fit(mock_data=[rows(0, 50).to_dict("list")], **FIT)
    assert answer["reason"] == "the rows must come from a database of the node"


@pytest.mark.parametrize(("kind", "content"), [("csv", f"x0,y\n1,2\n3,{PRIVATE},4,5\n"), ("parquet", PRIVATE), ("excel", PRIVATE), ("none", "")])
def test_what_libraries_say_of_a_table_is_left_out(tmp_path: Path, capfd: pytest.CaptureFixture[str], kind: str, content: str) -> None:
    (tmp_path / "rows").write_text(content)
    node = {"USER_REQUESTED_DATABASE_LABELS": "rows", "ROWS_DATABASE_URI": str(tmp_path / "rows"), "ROWS_DATABASE_TYPE": kind}
    with environment({"DMOE_LEDGER": "none", **node}):
        answer = dmoe.vantage6.partial_fit(**FIT)
    assert answer["reason"].startswith("the site could not read its rows, or the question (")
    assert PRIVATE not in json.dumps(answer) + "".join(capfd.readouterr())


def test_a_study_is_the_one_that_the_site_has_agreed_to(sites: Sites, tmp_path: Path) -> None:
    study = json.dumps({
        "format": "dmoe-study", "formatVersion": 1, "target": "y", "family": "gaussian", "missing": "error", "experts": 2,
        "covariates": [{"name": name, "type": "number"} for name in ("x0", "x1", "x2")],
    })
    (tmp_path / "study.json").write_text(study)
    network = sites.network(site0={"DMOE_STUDY": str(tmp_path / "study.json")})
    assert network.run_task("partial_fit", **FIT)["reason"] == "the study is not the one that this site has agreed to"
    answer = network.run_task("partial_fit", study=study)
    assert answer["file"] == CommandLine(sites, tmp_path / "hand").fit(NAMES[0], "--study", tmp_path / "study.json")


def _encoded(text: str) -> str:
    """As nodes hand over environments."""
    return base64.b32encode(text.encode()).decode().replace("=", ENV_VAR_EQUALS_REPLACEMENT)


@pytest.mark.parametrize("kind", ["csv", "parquet", "sql"])
def test_the_command_of_the_image(sites: Sites, tmp_path: Path, kind: str) -> None:
    """What a node runs in a container, here without one."""
    docker = (EXAMPLE / "Dockerfile").read_text()
    package, command = re.findall(r"^ENV (PKG_NAME=.*)$", docker, re.MULTILINE), re.findall(r"^CMD (\[.*\])$", docker, re.MULTILINE)
    query = "SELECT x0, x1, x2, y, note FROM visits ORDER BY number"
    uri = sites.tables[0].with_suffix(f".{kind}")
    if kind == "sql":
        import sqlite3

        uri = tmp_path / "rows.sqlite"
        with sqlite3.connect(uri) as connection:
            rows(0, 300).to_sql("visits", connection, index_label="number")
    (tmp_path / "input").write_text(json.dumps({"method": "partial_fit", "args": [], "kwargs": FIT}))
    node = {
        **sites.environments[0], "DMOE_ALLOWED_COLUMNS": "x0,x1,x2,y", "USER_REQUESTED_DATABASE_LABELS": "visits",
        "VISITS_DATABASE_URI": str(uri), "VISITS_DATABASE_TYPE": kind, "INPUT_FILE": str(tmp_path / "input"),
        "OUTPUT_FILE": str(tmp_path / "output"), **({"VISITS_QUERY": query, "DMOE_QUERY": query} if kind == "sql" else {}),
    }
    handed = {name: _encoded(value) for name, value in node.items()} | dict([package[0].split("=")])
    program = [sys.executable, *json.loads(command[0])[1:]]
    done = subprocess.run(program, env={**os.environ, **handed}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    answer = json.loads((tmp_path / "output").read_text())
    policy = tmp_path / "policy.json"
    policy.write_text('{"format": "dmoe-policy", "formatVersion": 1, "columns": ["y", "x0", "x1", "x2"]}')
    policy.chmod(0o600)
    by_hand = CommandLine(sites, tmp_path / "hand")
    options = ("--target", "y", "--features", "x0,x1,x2", "--experts", 2, "--policy", policy)
    assert answer["file"] == by_hand.fit(NAMES[0], *options) and PRIVATE not in done.stdout + done.stderr


def test_a_task_can_name_these_functions_alone() -> None:
    """The tools call whatever a module has by the name."""
    callable_names = {name for name in dir(dmoe.vantage6) if callable(getattr(dmoe.vantage6, name)) and not name.startswith("__")}
    assert callable_names == set(dmoe.vantage6.__all__)


def test_the_example_has_what_a_site_knows() -> None:
    text = (EXAMPLE / "node.example.yaml").read_text()
    named = dict(re.findall(r"^  (?:# )?(DMOE_\w+): \"?([^\"\n]*)", text, re.MULTILINE))
    assert set(named) == {f"DMOE_{field.name.upper()}" for field in fields(Site)}
    columns = ("DMOE_ALLOWED_COLUMNS", "DMOE_DISALLOWED_COLUMNS")
    assert Site.of_environment({name: value for name, value in named.items() if name not in columns}).threads == 2
    assert Site.of_environment({name: value for name, value in named.items() if name != "DMOE_POLICY"}).minimum_rows == 20


def test_without_the_tools_it_is_said_what_is_needed() -> None:
    code = "import sys; sys.modules['vantage6.algorithm'] = None; import dmoe.vantage6"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "pip install 'dmoe[vantage6]'" in done.stderr
