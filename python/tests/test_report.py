"""The page of `dmoe report`: what it says, that it fetches nothing, that a reader of the screen can use it."""

from __future__ import annotations

import gzip
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import dmoe
from dmoe._texts import LANGUAGES, texts
from dmoe.report import GivenFile, make_report
from dmoe.report._command import main

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Elements of a page with their attributes, checked to be closed in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


FAMILIES = {"gaussian": "y", "poisson": "count", "gamma": "amount", "multinomial": "colour"}


def table(rows: int = 600, seed: int = 0) -> pd.DataFrame:
    """Responses of each family in two regimes, of which the second is the more probable the larger x0 is."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(rows, 2))
    is_second = random.uniform(size=rows) < 1 / (1 + np.exp(-2 * x[:, 0]))
    frame = pd.DataFrame(x, columns=["x0", "x1"])
    frame["y"] = 1 + np.where(is_second, 2.0, -1.0) * x[:, 1] + 0.3 * random.normal(size=rows)
    rate = np.exp(np.where(is_second, 1.6 + 0.6 * x[:, 1], 0.2 - 0.5 * x[:, 1]))
    frame["count"] = random.poisson(rate)
    frame["amount"] = random.gamma(6, rate / 6)
    score = np.where(is_second, 1 + 2.5 * x[:, 1], -1 - 2 * x[:, 1]) + 0.5 * random.logistic(size=rows)
    frame["colour"] = np.select([score < -1, score < 1], ["blue", "green"], "red")
    return frame


def local_models(family: str, sites: int = 2, second: str = "x1", **options: object) -> dict[str, dmoe.Model]:
    """Of tables whose second covariate has a name that is given."""
    target = FAMILIES[family]
    return {
        f"site-{site}": dmoe.fit_local(
            table(seed=site + 1)[["x0", "x1", target]].rename(columns={"x1": second}), target=target, experts=2, family=family, starts=4, as_sites=False, **options
        )
        for site in range(sites)
    }


@pytest.fixture(scope="module", params=FAMILIES)
def of_family(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A family, and its page with local models and data."""
    family = request.param
    local = local_models(family)
    model = dmoe.aggregate(local)
    path = tmp_path_factory.mktemp("data") / "test.csv"
    table(seed=9).to_csv(path, index=False)
    return family, make_report(model, local, GivenFile.of_table(str(path), model))


@pytest.fixture(scope="module")
def one_expert() -> dmoe.Model:
    return dmoe.fit_local(table()[["x0", "x1", "y"]], target="y", experts=1, starts=2)


def test_page_of_each_family_is_whole_and_fetches_nothing(of_family: tuple[str, str]) -> None:
    page = Page(of_family[1])
    assert page.all("html")[0]["lang"] == "en"
    for name in ("script", "img", "iframe", "object"):
        assert page.all(name) == []
    links = [attributes.get(name) for _, attributes in page.elements for name in ("src", "href", "xlink:href", "action")]
    assert all(link is None or link.startswith(("#", "data:")) for link in links)
    assert "@import" not in of_family[1] and not re.search(r"url\((?!#)", of_family[1])
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", of_family[1], flags=re.DOTALL).lower().split()


def test_page_of_each_family_is_for_readers_of_the_screen(of_family: tuple[str, str]) -> None:
    page = Page(of_family[1])
    identifiers = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(identifiers) == len(set(identifiers))
    named = " ".join(attributes.get("aria-labelledby") or "" for _, attributes in page.elements).split()
    assert set(named) <= set(identifiers)
    assert {link["href"][1:] for link in page.all("a")} <= set(identifiers)
    assert len(page.all("main")) == len(page.all("header")) == len(page.all("nav")) == len(page.all("h1")) == 1
    levels = [int(name[1]) for name, _ in page.elements if re.fullmatch("h[1-6]", name)]
    assert all(after <= before + 1 for before, after in zip(levels, levels[1:]))
    assert all(head.get("scope") in ("col", "row") for head in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table")) > 0
    assert len(page.all("svg")) == len(page.all("figure")) > 5
    assert all(svg["role"] == "img" and svg["aria-labelledby"] for svg in page.all("svg"))
    assert all(len(said) > 20 for said in re.findall(r"<desc[^>]*>([^<]*)</desc>", of_family[1]))


PICTURES = {
    "gaussian": ["observed", "pit", "coverage", "residuals-0", "residuals-1"],
    "poisson": ["observed", "rootogram", "pit", "coverage", "residuals-0", "residuals-1"],
    "gamma": ["observed", "pit", "coverage", "residuals-0", "residuals-1"],
    "multinomial": ["roc", "calibration"],
}


def test_page_of_each_family_has_its_pictures(of_family: tuple[str, str]) -> None:
    family, page = of_family
    names = re.findall(r'<figure id="figure-([^"]+)"', page)
    coefficients = ["coefficients-0", "coefficients-1"] if family == "multinomial" else ["coefficients-0"]
    assert names[: len(coefficients)] == coefficients
    assert names[names.index(PICTURES[family][0]) :] == PICTURES[family]
    assert {"gate-coefficients", "gate-0", "partial-0", "assignment", "divergences", "site-slope-0"} <= set(names)


def test_languages_say_the_same(one_expert: dmoe.Model) -> None:
    pages = {language: make_report(one_expert, language=language) for language in LANGUAGES}
    assert "What each expert says" in pages["en"] and "Was jeder Experte sagt" not in pages["en"]
    assert "Was jeder Experte sagt" in pages["de"] and "What each expert says" not in pages["de"]
    assert "Wirkung einer Standardabweichung" in pages["de"] and "effect of one standard deviation" in pages["en"]
    assert Page(pages["de"]).all("html")[0]["lang"] == "de"
    names = [re.findall(r'<figure id="figure-([^"]+)"', page) for page in pages.values()]
    assert names[0] == names[1]


def test_languages_have_the_same_texts() -> None:
    def keys(value: object, path: str = "") -> dict[str, object]:
        if isinstance(value, dict):
            return {key: found for name, inner in value.items() for key, found in keys(inner, f"{path}.{name}").items()}
        return {path: sorted(re.findall(r"{\w+}", value)) if isinstance(value, str) else len(value)}  # type: ignore[arg-type]

    assert keys(texts("en")._texts) == keys(texts("de")._texts)


def test_without_standard_errors_without_local_files_without_data() -> None:
    model = dmoe.aggregate(local_models("gaussian", standard_errors="none"))
    text = make_report(model)
    Page(text)
    assert "Standard errors are not known" in text
    assert "The local files were not given" in text
    assert "No data were given" in text


def test_one_expert_of_one_site(one_expert: dmoe.Model) -> None:
    text = make_report(one_expert)
    Page(text)
    assert "Expert 1: 100.0" in text
    assert 'id="sites"' not in text
    assert make_report(dmoe.Model.loads(one_expert.text)) == text


def test_names_of_the_data_are_no_markup() -> None:
    frame = table().rename(columns={"x0": '<b>$a_1$ & "b"', "y": "<script>y"})
    target, names = "<script>y", ['<b>$a_1$ & "b"', "x1"]
    local = {
        f"<i>{site}": dmoe.fit_local(frame[[*names, target]].iloc[site::2], target=target, experts=2, starts=4) for site in range(2)
    }
    text = make_report(dmoe.aggregate(local), local)
    page = Page(text)
    assert page.all("script") == page.all("b") == page.all("i") == []
    assert "&lt;script&gt;y" in text


class TestCommand:
    @pytest.fixture
    def model(self, one_expert: dmoe.Model, tmp_path: Path) -> Path:
        path = tmp_path / "model.json"
        one_expert.save(path)
        return path

    def test_writes_a_page(self, model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        page = tmp_path / "report.html"
        assert main([str(model), "-o", str(page), "--language", "de"]) == 0
        assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
        assert "report.html written" in capsys.readouterr().out

    def test_columns_without_a_name_are_no_duplicates(self, model: Path, tmp_path: Path) -> None:
        table = tmp_path / "blank.csv"
        table.write_text("x0,x1,y,,\n" + "".join(f"{i % 3},{i % 5}.5,{i % 7}.25,,\n" for i in range(40)))
        assert main([str(model), "--data", str(table), "-o", str(tmp_path / "report.html"), "--quiet"]) == 0

    def test_is_a_program_of_its_own(self, model: Path, tmp_path: Path) -> None:
        page = tmp_path / "report.html"
        done = subprocess.run(
            [sys.executable, "-m", "dmoe.report", str(model), "-o", str(page), "--quiet"], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert page.exists()

    @pytest.mark.parametrize(
        ("change", "code", "says"),
        [
            (["no-such.json"], 66, "no-such.json: there is no such file"),
            (["--data", "text.csv"], 65, "text.csv, line 3: column 'x1' should hold numbers but has 'many'"),
            (["--data", "short.csv"], 65, "short.csv, line 1: there is no column 'y', which the model needs"),
            (["--data", "ragged.csv"], 65, "ragged.csv, line 2: 2 fields where the header has 3"),
            (["--data", "empty.csv"], 65, "empty.csv: it has no rows"),
            (["--data", "twice.csv"], 65, "twice.csv: column 'x1' is duplicated"),
            (["--data", "quote.csv"], 65, "quote.csv, line 2: "),
            (["--data", "grouped.csv"], 65, "grouped.csv, line 2: column 'x1' should hold numbers but has '1_000'"),
            (["--data", "cut.csv.gz"], 65, "cut.csv.gz: damaged gzip data"),
            (["--data", "bad.csv.gz"], 65, "bad.csv.gz: damaged gzip data"),
            (["text.csv"], 65, "text.csv: "),
            (["-o", "no/such/folder.html"], 74, "no/such/folder.html"),
        ],
    )
    def test_refusals_are_one_line(
        self, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], change: list[str],
        code: int, says: str,
    ) -> None:
        monkeypatch.chdir(tmp_path)
        Path("text.csv").write_text("x0,x1,y\n1,2,3\n1,many,3\n")
        Path("short.csv").write_text("x0,x1\n1,2\n")
        Path("twice.csv").write_text("x0,x1,x1,y\n1,2,3,4\n")
        Path("quote.csv").write_text('x0,x1,y\n1,"3"4,3\n')
        Path("grouped.csv").write_text("x0,x1,y\n1,1_000,3\n")
        packed = gzip.compress(b"x0,x1,y\n1,2,3\n")
        Path("cut.csv.gz").write_bytes(packed[:-10])
        Path("bad.csv.gz").write_bytes(packed[:12] + b"\xff\xff" + packed[14:])
        Path("ragged.csv").write_text("x0,x1,y\n1,2\n")
        Path("empty.csv").write_text("x0,x1,y\n")
        arguments = [model.name, *(change if change[0] not in ("-o",) else []), "-o", "report.html"]
        if change[0] == "-o":
            arguments[-1] = change[1]
        assert main(arguments) == code
        errors = capsys.readouterr().err
        assert errors.startswith(f"dmoe-report: {says}") and errors.count("\n") == 1
        assert not Path("report.html").exists()

    @pytest.mark.parametrize("arguments", [[], ["m.json"], ["m.json", "-o", "r.html", "--language", "xx"], ["m.json", "-o", "r", "--level", "2"]])
    def test_usage(self, arguments: list[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 64
