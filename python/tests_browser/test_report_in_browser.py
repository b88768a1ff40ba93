"""The page in a real browser: Chromium without a window, driven by its own protocol.

DMOE_SCREENSHOTS names a folder that gets a picture of each page, to be looked at.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import dmoe
from dmoe._texts import LANGUAGES
from dmoe.report import GivenFile, make_report
from test_report import FAMILIES, local_models, table

CHROMIUM = os.environ.get("DMOE_CHROMIUM", "chromium")
LAYOUT = Path(__file__).with_name("layout.js").read_text(encoding="utf-8")
WIDTHS = (360, 768, 1280)
LONG = "Aufenthaltsdauer_in_Tagen_vor_der_Verlegung_auf_die_Station"


class Browser:
    """One page, over a pair of pipes: messages of the DevTools protocol, each ended by a zero."""

    def __init__(self, profile: Path) -> None:
        to_browser, self._writer = os.pipe()
        self._reader, from_browser = os.pipe()

        def connect() -> None:
            # Numbers 3 and 4 are those that the browser listens at; copies first, for one may be in the other's place.
            reading, writing = os.dup(to_browser), os.dup(from_browser)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self._process = subprocess.Popen(
            [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--remote-debugging-pipe",
             f"--user-data-dir={profile}", "about:blank"],
            pass_fds=(3, 4, to_browser, from_browser), preexec_fn=connect, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(to_browser)
        os.close(from_browser)
        self._rest = b""
        self._number = 0
        self.events: list[dict[str, Any]] = []
        target = self.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        self._session = self.call("Target.attachToTarget", {"targetId": target, "flatten": True})["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    _session: str | None = None

    def call(self, method: str, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters or {}}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._writer, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]
            self.events.append(answer)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self._reader, 1 << 16)
            assert part, "the browser ended"
            self._rest += part
        text, self._rest = self._rest.split(b"\0", 1)
        return json.loads(text)

    def open(self, path: Path, width: int) -> None:
        self.events.clear()
        self.call("Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False})
        self.call("Page.navigate", {"url": path.as_uri()})
        while not any(event.get("method") == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def value(self, expression: str) -> Any:
        return self.call("Runtime.evaluate", {"expression": expression, "returnByValue": True})["result"].get("value")

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("profile"))
    yield browser
    browser.close()


@pytest.fixture(scope="module", params=[(family, language) for family in FAMILIES for language in LANGUAGES], ids="-".join)
def page(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Many sites in one language, two and a covariate of a long name in the other; with a site of a long name."""
    family, language = request.param
    second = "x1" if language == "en" else LONG
    local = local_models(family, sites=16 if language == "en" else 2, second=second)
    local["Universitätsklinikum Castrop-Rauxel, Abteilung II"] = local.pop("site-0")
    model = dmoe.aggregate(local)
    folder = tmp_path_factory.mktemp(f"{family}-{language}")
    table(seed=99).rename(columns={"x1": second}).to_csv(folder / "test.csv", index=False)
    path = folder / "report.html"
    path.write_text(make_report(model, local, GivenFile.of_table(str(folder / "test.csv"), model), language=language), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_wrong(browser: Browser, page: Path, width: int) -> None:
    browser.open(page, width)
    said = [event for event in browser.events if event.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded", "Runtime.consoleAPICalled")]
    fetched = [
        event["params"]["request"]["url"] for event in browser.events
        if event.get("method") == "Network.requestWillBeSent" and not event["params"]["request"]["url"].startswith(("file:", "data:"))
    ]
    wrong = browser.value(LAYOUT)
    folder = os.environ.get("DMOE_SCREENSHOTS")
    if folder:
        shot = browser.call("Page.captureScreenshot", {"captureBeyondViewport": True, "clip": _whole(browser)})
        Path(folder).mkdir(parents=True, exist_ok=True)
        Path(folder, f"{page.parent.name}-{width}.png").write_bytes(base64.b64decode(shot["data"]))
    assert (said, fetched, wrong) == ([], [], [])


def _whole(browser: Browser) -> dict[str, Any]:
    size = browser.call("Page.getLayoutMetrics")["cssContentSize"]
    return {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
