"""What a node is configured with, how its rows are read, and what a run is asked for."""

from __future__ import annotations

import gzip
import hashlib
import re
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import dmoe
import pytest
from conftest import APP, PRIVATE, PROGRAM, Sites
from dmoe._federation.record import file_name
from dmoe._federation.words import SiteError
from dmoe.flower import _messages
from dmoe.flower._reading import rows_of
from dmoe.flower._settings import Settings
from dmoe.flower._site import Site
from flwr.app import ArrayRecord, ConfigRecord, RecordDict


@pytest.mark.parametrize(("node", "said"), [
    ({}, "must name the rows of the site"),
    ({"table": "a.csv", "database": "sqlite://", "query": "SELECT 1", "ledger": "none"}, "must name the rows of the site"),
    ({"query": "SELECT 1", "ledger": "none"}, "must name the rows of the site"),
    ({"database": "sqlite://", "query": "SELECT 1"}, "lie in no folder: name a ledger"),
    ({"table": "a.csv", "polcy": "p.json"}, "has 'polcy', which is none of name, table"),
    ({"table": "a.csv", "hold-back-new": 1}, "'hold-back-new' of the node configuration must be true or false"),
    ({"table": "a.csv", "min-rows": True}, "'min-rows' of the node configuration must be a whole number"),
])
def test_configurations_that_guard_nothing_are_refused(node: dict[str, Any], said: str) -> None:
    with pytest.raises(SiteError, match=said):
        Site.of_context(node, {})


def test_the_ledger_is_beside_the_table(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real/a.csv").write_text("x,y\n")
    (tmp_path / "a.csv").symlink_to(tmp_path / "real/a.csv")
    assert Site.of_context({"table": str(tmp_path / "a.csv")}, {}).guards["ledger"] == str(tmp_path / "real/dmoe.ledger")
    assert Site.of_context({"table": "a.csv", "ledger": "none"}, {}).guards["ledger"] is None
    assert Site.of_context({"table": "a.csv", "ledger": "~/l"}, {}).guards["ledger"] == str(Path("~/l").expanduser())


def test_a_run_configures_simulated_sites_alone(tmp_path: Path) -> None:
    (tmp_path / "sites.toml").write_text('[[site]]\ntable = "a.csv"\n[[site]]\ntable = "/b.csv"\nledger = "none"\n')
    run, node = {"simulation-sites": str(tmp_path / "sites.toml")}, {"partition-id": 0, "num-partitions": 2}
    assert Site.of_context(node, run).table == str(tmp_path / "a.csv")
    second = Site.of_context({**node, "partition-id": 1}, run)
    assert (second.table, second.ledger) == ("/b.csv", "none")
    assert Site.of_context({**node, "table": "c.csv"}, run).table == "c.csv"
    with pytest.raises(SiteError, match="has 2 sites, and there are more nodes"):
        Site.of_context({**node, "partition-id": 2}, run)
    with pytest.raises(SiteError, match="must name the rows"):
        Site.of_context({}, run)


def test_csv_is_read_as_the_command_line_reads_it(tmp_path: Path) -> None:
    """Quoted fields, gaps, digits beyond those of a number, a mark at the beginning, another delimiter, compressed."""
    lines = ['"x";y;"a ""name""\nof two lines"']
    for number in range(200):
        x = f"{(number * 37 % 101) / 7:.17g}"
        lines.append(f'"{x}";{0.1 + number % 13:.20f};{["text", "NA", "", "3"][number % 4] if number else "text"}')
    lines[5] = "NA;1.5;b"
    text = ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()
    (tmp_path / "a.csv").write_bytes(text)
    (tmp_path / "compressed").write_bytes(gzip.compress(text))
    Sites.begin_ledger(tmp_path / "a.ledger", "east")
    subprocess.run(
        [str(PROGRAM), "fit", "a.csv", "--delimiter", ";", "--target", "y", "--features", "x", "--experts", "1", "--missing", "drop",
         "--ledger", "a.ledger", "-o", "a.json", "--quiet"], cwd=tmp_path, check=True,
    )
    for name in ("a.csv", "compressed"):
        Sites.begin_ledger(tmp_path / "b.ledger", "east")
        rows = rows_of(Site.of_context({"table": str(tmp_path / name), "delimiter": ";"}, {}))
        model = dmoe.fit_local(rows, target="y", features=["x"], experts=1, missing="drop", ledger=str(tmp_path / "b.ledger"))
        assert model.text == (tmp_path / "a.json").read_text()


@pytest.mark.parametrize(("name", "content"), [
    ("ragged.csv", f"x,y\n1,2,{PRIVATE}\n"), ("latin.csv", f"x,y\n{PRIVATE}\xe4,1\n".encode("latin-1")),
    ("cut.csv.gz", gzip.compress(b"x,y\n1,2\n" * 99)[:30]),
    ("broken.parquet", b"PAR1" + PRIVATE.encode()), ("empty.csv", ""),
])
def test_what_libraries_say_of_a_table_is_left_out(tmp_path: Path, name: str, content: str | bytes) -> None:
    (tmp_path / name).write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(SiteError, match=f"the table {name} cannot be read") as caught:
        rows_of(Site.of_context({"table": str(tmp_path / name)}, {}))
    assert PRIVATE not in str(caught.value) and caught.value.__suppress_context__ and str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("query", [f"SELECT '{PRIVATE}' FROM nothing", "DROP"])
def test_what_a_database_says_is_left_out(tmp_path: Path, query: str) -> None:
    site = Site.of_context({"database": f"sqlite:///{tmp_path}/a.db", "query": query, "ledger": "none"}, {})
    with pytest.raises(SiteError, match="the query of the site cannot be answered .OperationalError.") as caught:
        rows_of(site)
    assert PRIVATE not in str(caught.value)


def test_tables_that_are_not_there_are_named_without_their_folder(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match="^there is no table a.csv at the site$"):
        rows_of(Site.of_context({"table": str(tmp_path / "a.csv")}, {}))


def test_the_template_has_what_a_run_knows() -> None:
    config = tomllib.loads((APP / "pyproject.toml").read_text())["tool"]["flwr"]["app"]["config"]
    flat = {f"{part}.{name}": value for part in ("fit", "aggregate") for name, value in config.pop(part).items()}
    settings = Settings.of_run({**config, **flat}, APP)
    assert settings.fit == {"experts": 3, "min_rows": 10, "seed": 1} and settings.aggregate == {} and settings.min_nodes == 3
    assert {f"fit.{name}" for name in ("target", "features", "missing")} <= set(flat)
    node = tomllib.loads(re.sub(r"(?m)^# (?=[\w-]+ = )", "", (APP / "site.example.toml").read_text()))
    assert set(node) == {field.name.replace("_", "-") for field in fields(Site)} - {"test-query"}
    assert Site.of_context({key: value for key, value in node.items() if key not in ("database", "query")}, {}).min_rows == 10
    for site in tomllib.loads((APP / "sites.example.toml").read_text())["site"]:
        assert Site.of_context(site, {}).name


@pytest.mark.parametrize(("config", "said"), [
    ({"fit.ledger": "none"}, "has 'fit.ledger', which is none of fit.target"),
    ({"aggregate.support": "x"}, "has 'aggregate.support', which is none of aggregate.experts"),
    ({"minnodes": 3}, "has 'minnodes', which is none of"),
    ({"min-nodes": 0}, "'min-nodes' must be a whole number from 1, not 0"),
    ({"rounds": 1.5}, "'rounds' must be a whole number from 0, not 1.5"),
    ({"scores": "yes"}, "'scores' must be true or false, not 'yes'"),
    ({"sites": "a,b,a"}, "'sites' has a name twice"),
    ({"sites": "a", "min-nodes": 2}, "'sites' has 1 names, and 'min-nodes' is 2"),
    ({"fit.experts": "1-8"}, "'fit.experts' must be a number, or a range such as 1..8"),
    ({"study": "none.json"}, "the study file none.json cannot be read from the app: No such file"),
])
def test_runs_that_cannot_be_are_refused(tmp_path: Path, config: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Settings.of_run(config, tmp_path)


def test_options_are_those_of_the_command_line(tmp_path: Path) -> None:
    given = {"fit.features": " a, b ", "fit.experts": "1..8", "fit.l1-gate": 0.5, "fit.missing": "", "aggregate.site-weights": "constant"}
    settings = Settings.of_run(given, tmp_path)
    assert settings.fit == {"features": ["a", "b"], "experts": [1, 8], "l1_gate": 0.5} and settings.aggregate == {"site_weights": "constant"}


def test_messages_that_were_changed_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_messages, "PART_BYTES", 3)
    assert _messages.unpacked(_messages.packed({"a": [1]}, "größer")) == ({"a": [1]}, "größer")
    assert _messages.unpacked(_messages.packed({})) == ({}, None)
    changed = _messages.packed({}, "12345")
    changed["part-000001"] = ConfigRecord({"bytes": b"46"})
    with pytest.raises(ValueError, match="not the one that was sent"):
        _messages.unpacked(changed)
    for content in (RecordDict(), RecordDict({"fields": ConfigRecord({"json": "[]", "parts": 0, "sha256": hashlib.sha256().hexdigest()})}),
                    RecordDict({"fields": ConfigRecord({"json": "{}", "parts": 10**12, "sha256": ""})}),
                    RecordDict({"fields": ConfigRecord({"json": "{}", "parts": [1]})}), RecordDict({"fields": ArrayRecord([])}),
                    RecordDict({"fields": ConfigRecord({"json": "{", "parts": 0, "sha256": hashlib.sha256().hexdigest()})})):
        with pytest.raises(ValueError, match="none of this app"):
            _messages.unpacked(content)
    monkeypatch.setattr(_messages, "MOST_BYTES", 4)
    with pytest.raises(ValueError, match="more than 4 bytes"):
        _messages.unpacked(_messages.packed({}, "12345"))


def test_without_flower_it_is_said_what_is_needed() -> None:
    code = "import sys; sys.modules['flwr'] = None; import dmoe.flower"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "ImportError: dmoe.flower needs Flower 1.42 or later: pip install 'dmoe[flower]'" in done.stderr


def test_names_of_sites_are_names_of_files() -> None:
    assert [file_name(name) for name in ("Klinik Süd", "a/b", "..", ".x", "a.b")] == ["Klinik S%C3%BCd", "a%2Fb", "%2E.", "%2Ex", "a.b"]
