"""What a study costs as an app of Flower: `flwr run` of the template against an empty app that asks each node one empty question.

    python/.venv-flower/bin/python Benchmarks/flower_cost.py [--sites 16] [--rows 2000] [--repeats 3] [--deployment]
    python/.venv-flower/bin/python Benchmarks/flower_cost.py --largest 100,500,2200

Simulated nodes on this machine, or with --deployment a SuperNode for each site with TLS and keys. The two apps take turns; medians are
shown, and all times. --largest: whether an answer of so many megabytes arrives in one record from one SuperNode, and in parts as here.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path[:0] = [str(Path(__file__).parents[1] / "python" / name) for name in ("tests_flower", "tests_support")]

from conftest import APP, rows
from federation import Federation, deployment, simulation, toml

EMPTY_CLIENT = '''
from flwr.app import Message, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()

@app.query()
def query(message, context):
    return Message(RecordDict(), reply_to=message)
'''
EMPTY_SERVER = '''
import time
from flwr.app import Message, RecordDict
from flwr.serverapp import ServerApp

app = ServerApp()

@app.main()
def main(grid, context):
    while len(nodes := list(grid.get_node_ids())) < context.run_config["nodes"]:
        time.sleep(1)
    replies = list(grid.send_and_receive([Message(RecordDict(), node, "query") for node in nodes]))
    print(f"{sum(not reply.has_error() for reply in replies)} answers")
'''
LARGE_CLIENT = '''
from dmoe.flower import _messages
from flwr.app import ConfigRecord, Message, RecordDict
from flwr.clientapp import ClientApp

app = ClientApp()

@app.query()
def query(message, context):
    size = context.run_config["megabytes"] * 1_000_000
    if context.run_config["parts"]:
        import random
        return Message(_messages.packed({}, random.randbytes(size // 2).hex()), reply_to=message)
    return Message(RecordDict({"file": ConfigRecord({"bytes": bytes(size)})}), reply_to=message)
'''
LARGE_SERVER = EMPTY_SERVER
for found, put in (
    ("replies = list", "start = time.monotonic(); replies = list"), ('answers")', 'answers after {time.monotonic() - start:.0f} s")'),
    ('"query")', '"query", ttl=600)'), ("nodes])", "nodes], timeout=600)"),
):
    LARGE_SERVER = LARGE_SERVER.replace(found, put)


def app(folder: Path, client: str, server: str, config: dict[str, object]) -> Path:
    """Like the template, with another inside."""
    (folder / "other").mkdir(parents=True)
    (folder / "other/__init__.py").write_text("")
    (folder / "other/client_app.py").write_text(client)
    (folder / "other/server_app.py").write_text(server)
    project = (APP / "pyproject.toml").read_text().split("[tool.flwr.app.components]")[0]
    project = project.replace("dmoe_study", "other").replace("dmoe-study", f"other-{folder.name}")
    (folder / "pyproject.toml").write_text(
        f'{project}[tool.flwr.app.components]\nserverapp = "other.server_app:app"\nclientapp = "other.client_app:app"\n'
        f"[tool.flwr.app.config]\n{toml(config)}"
    )
    return folder


def compare(flower: Federation, folder: Path, arguments: argparse.Namespace, study: dict[str, object]) -> None:
    empty = app(folder / "empty", EMPTY_CLIENT, EMPTY_SERVER, {"nodes": arguments.sites})
    seconds: dict[str, list[float]] = {"empty": [], "study": []}
    for repeat in range(arguments.repeats + 1):
        first = flower.run(empty, {"nodes": arguments.sites})
        second = flower.run(APP, study)
        assert f"{arguments.sites} answers" in first.shown, first.shown
        assert second.folder is not None and (second.folder / "global.json").exists(), second.shown
        if repeat:  # the first one brings everything into memory
            seconds["empty"].append(first.seconds)
            seconds["study"].append(second.seconds)
    for name, all_of_them in seconds.items():
        print(f"{name:6} {median(all_of_them):6.1f} s  ({', '.join(f'{value:.1f}' for value in all_of_them)})")
    print(f"above  {median(seconds['study']) - median(seconds['empty']):6.1f} s")


def largest(flower: Federation, folder: Path, megabytes: list[int]) -> None:
    large = app(folder / "large", LARGE_CLIENT, LARGE_SERVER, {"nodes": 1, "megabytes": 1, "parts": False})
    for size in megabytes:
        for parts in (False, True):
            shown = flower.run(large, {"megabytes": size, "parts": parts}).shown
            found = next((line for line in shown.splitlines() if "answers" in line), "no answer")
            print(f"{size:5} MB {'in parts' if parts else 'in one  '} {found.strip()}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=16)
    parser.add_argument("--rows", type=int, default=2000)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--deployment", action="store_true")
    parser.add_argument("--largest", type=lambda text: [int(part) for part in text.split(",")], default=[])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="dmoe-flower") as name:
        folder = Path(name)
        count = 1 if arguments.largest else arguments.sites
        sites = {}
        for index in range(count):
            table = folder / f"site-{index:02}.csv"
            rows(index, arguments.rows).to_csv(table, index=False)
            sites[table.stem] = {"name": table.stem, "table": str(table), "ledger": "none"}
        (folder / "sites.toml").write_text("".join(f"[[site]]\n{toml(site)}" for site in sites.values()))
        study: dict[str, object] = {
            "results": str(folder / "results"), "fit.target": "y", "fit.features": "x0,x1,x2", "fit.experts": 2, "min-nodes": count,
        }
        is_deployment = arguments.deployment or bool(arguments.largest)
        if not is_deployment:
            study["simulation-sites"] = str(folder / "sites.toml")
        with deployment(folder / "flower", sites) if is_deployment else simulation(folder / "flower", count) as flower:
            if arguments.largest:
                largest(flower, folder, arguments.largest)
            else:
                compare(flower, folder, arguments, study)


if __name__ == "__main__":
    main()
