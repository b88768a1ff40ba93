"""Flower on this machine: a SuperLink with TLS and SuperNodes with keys of their own, or simulated nodes; all on 127.0.0.1."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from processes import below, computes, kill, parents

BIN = Path(sys.executable).parent
HOST = "localhost"


def environment(home: Path) -> dict[str, str]:
    usual = {name: value for name, value in os.environ.items() if not name.startswith(("FLWR_", "RAY_"))}
    return {
        **usual, "FLWR_HOME": str(home), "FLWR_TELEMETRY_ENABLED": "0", "FLWR_DISABLE_UPDATE_CHECK": "1", "PYTHONUNBUFFERED": "1",
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",  # Ray on 127.0.0.1
    }


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def toml(values: Mapping[str, Any]) -> str:
    """JSON's texts, numbers and booleans are those of TOML too."""
    return "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in values.items())


@dataclass
class Federation:
    """A SuperLink, its nodes, and what it needs to be asked."""

    folder: Path
    port: int = field(default_factory=free_port)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def start(self, name: str, *command: object) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        place = self.folder / name  # files that are not named are not in the sources
        place.mkdir(exist_ok=True)
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [str(BIN / str(command[0])), *map(str, command[1:])], stdout=log, stderr=subprocess.STDOUT, cwd=place,
                env=environment(self.home),
            )

    def flwr(self, *arguments: object, succeeds: bool = True, patience: float = 300) -> str:
        done = subprocess.run(
            [str(BIN / "flwr"), *map(str, arguments)], env=environment(self.home), cwd=self.folder, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=patience,
        )
        assert (done.returncode == 0) is succeeds, done.stdout
        return done.stdout

    def wait_for(self, text: str, name: str, patience: float = 60) -> None:
        """In the log of a process."""
        end = time.monotonic() + patience
        while text not in self.log(name):
            assert self.processes[name].poll() is None, self.log(name)
            assert time.monotonic() < end, f"no '{text}' in {name}: {self.log(name)}"
            time.sleep(0.1)

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def logs(self) -> str:
        """All that was logged anywhere."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self.folder.rglob("*.log")))

    def kill_in_mid_fit(self, name: str, patience: float = 120) -> None:
        """A node with all that it started, without a word."""
        node, end = self.processes[name], time.monotonic() + patience
        while time.monotonic() < end:
            of = parents()
            started = below(node.pid, of)
            if any(computes(process) for process in started):
                kill([node.pid, *started])
                node.wait()
                return
            time.sleep(0.02)
        raise TimeoutError(f"{name} was not seen computing")

    def stop(self) -> None:
        for process in self.processes.values():
            started = below(process.pid, parents())
            if process.poll() is None:
                process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                pass
            kill(set(started) & set(parents()) - {os.getpid()})
            process.wait()

    def run(self, app: Path, config: Mapping[str, Any], *, succeeds: bool = True) -> Outcome:
        """Runs an app to its end."""
        file = self.folder / "run.toml"
        file.write_text(toml(config))
        start = time.monotonic()
        shown = self.flwr("run", app, "here", "--stream", "--run-config", file)
        seconds = time.monotonic() - start
        results = sorted(Path(config["results"]).glob("*"), key=lambda path: path.stat().st_mtime) if "results" in config else []
        return Outcome(shown, results[-1] if results else None, seconds)


@dataclass
class Outcome:
    """What a run showed and left."""

    shown: str
    folder: Path | None
    seconds: float

    @property
    def record(self) -> dict[str, Any]:
        assert self.folder is not None, self.shown
        return json.loads((self.folder / "run.json").read_text())

    def text(self, name: str) -> str:
        assert self.folder is not None, self.shown
        return (self.folder / name).read_text()


@contextmanager
def simulation(folder: Path, nodes: int) -> Iterator[Federation]:
    federation = Federation(folder)
    federation.home.mkdir(parents=True, exist_ok=True)
    (federation.home / "config.toml").write_text(
        f'[superlink.here]\naddress = "127.0.0.1:{federation.port}"\ninsecure = true\n'
        f"[superlink.here.options]\nnum-supernodes = {nodes}\n"
        "[superlink.here.options.backend.client-resources]\nnum-cpus = 1\n"
    )
    try:
        federation.start(
            "superlink", "flower-superlink", "--simulation", "--insecure", "--host", "127.0.0.1", "--port", federation.port,
            "--disable-runtime-dependency-installation",
        )
        federation.wait_for("Uvicorn running", "superlink")
        yield federation
    finally:
        federation.stop()


@contextmanager
def deployment(folder: Path, sites: Mapping[str, Mapping[str, Any]], strangers: Sequence[str] = ()) -> Iterator[Federation]:
    """A node for each site, by its configuration; those of strangers have keys that nobody registered."""
    federation = Federation(folder)
    federation.home.mkdir(parents=True, exist_ok=True)
    certificates(folder)
    (federation.home / "config.toml").write_text(
        f'[superlink.here]\naddress = "{HOST}:{federation.port}"\nroot-certificates = "{folder}/ca.crt"\n'
    )
    try:
        federation.start(
            "superlink", "flower-superlink", "--ssl-certfile", folder / "server.crt", "--ssl-keyfile", folder / "server.key",
            "--ssl-ca-certfile", folder / "ca.crt", "--enable-supernode-auth", "--host", "127.0.0.1", "--port", federation.port,
            "--disable-runtime-dependency-installation",
        )
        federation.wait_for("Uvicorn running", "superlink")
        for name, configuration in sites.items():
            key = folder / f"{name}.key"
            subprocess.run(["ssh-keygen", "-q", "-t", "ecdsa", "-b", "384", "-N", "", "-f", str(key)], check=True)
            if name not in strangers:
                federation.flwr("supernode", "register", f"{key}.pub", "here", "--name", name)
            (folder / f"{name}.toml").write_text(toml(configuration))
            start_node(federation, name)
        for name in sites:
            if name not in strangers:
                federation.wait_for("SuperNode ID", name)
        yield federation
    finally:
        federation.stop()


def start_node(federation: Federation, name: str) -> None:
    folder = federation.folder
    federation.start(
        name, "flower-supernode", "--root-certificates", folder / "ca.crt", "--superlink", f"{HOST}:{federation.port}",
        "--auth-supernode-private-key", folder / f"{name}.key", "--port", free_port(), "--node-config", folder / f"{name}.toml",
    )


def certificates(folder: Path) -> None:
    """An authority of its own, and a certificate for this machine, for a day."""

    def openssl(*arguments: object) -> None:
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)

    names = folder / "names"
    names.write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n")
    authority = ["-CA", folder / "ca.crt", "-CAkey", folder / "ca.key", "-CAcreateserial"]
    key = ["-newkey", "rsa:2048", "-nodes"]
    openssl("req", "-x509", *key, "-days", "1", "-subj", "/CN=tests", "-keyout", folder / "ca.key", "-out", folder / "ca.crt")
    openssl("req", *key, "-subj", "/CN=localhost", "-keyout", folder / "server.key", "-out", folder / "server.csr")
    openssl("x509", "-req", "-in", folder / "server.csr", *authority, "-days", "1", "-extfile", names, "-out", folder / "server.crt")
