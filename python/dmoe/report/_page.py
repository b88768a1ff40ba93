"""Puts a page together."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from .. import _engine
from .._aggregation import compare_sites
from .._model import Model
from .._texts import Texts, speaking
from ._check_pictures import check_pictures
from ._commands import aggregate_command, fit_command
from ._pictures import history_pictures, model_pictures
from ._sentences import experts, question
from ._site_pictures import site_pictures
from ._sources import GivenFile
from ._tables import coefficient_tables, digest_table, left_out_table, rule_table, score_table, site_table
from ._verdict import headline, points


def make_report(
    model: GivenFile | Model, local: Sequence[GivenFile] | dict[str, Model] = (), data: GivenFile | None = None, *, language: str = "en",
    level: float = 0.95,
) -> str:
    """The page of a model, one HTML file that fetches nothing.

    Parameters
    ----------
    model : Model or GivenFile
        A global or a local model.
    local : dict of site names to Model, or list of GivenFile
        The local models that it was made from.
    data : GivenFile, optional
        A table with responses: :meth:`GivenFile.of_table`.
    language : {"en", "de"}
    level : float
        Of the intervals.

    Raises
    ------
    ImportError
        Where matplotlib or Jinja2 is missing.
    ValueError
        Where the files do not belong together.
    """
    try:
        import jinja2
        import matplotlib  # noqa: F401 - what is missing is said here, before anything is made
    except ImportError as error:
        raise ImportError(f"a report needs matplotlib and Jinja2: pip install 'dmoe[report]' ({error})") from error
    if isinstance(model, Model):
        model = GivenFile.of_text("model.json", model)
    if isinstance(local, dict):
        local = [GivenFile.of_text(f"{name}.json", value) for name, value in local.items()]
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    with speaking(language) as t:
        return environment.get_template("page.html").render(_content(model, list(local), data, t, level))


def _content(given: GivenFile, local: list[GivenFile], data: GivenFile | None, t: Texts, level: float) -> dict[str, Any]:
    model: Model = given.content
    model.parameters.refuse_fixed("the report")  # an average of local models has no parameters, and is refused
    sites = _Sites(model, local)
    check = _Check(model, data)
    found = points(model, sites.models, check.scores, check.base_rate, t)
    pictures = [*model_pictures(model, t, level), *history_pictures(model, t)]
    return {
        "t": t, "model": model, "level": level, "headline": headline(found, t), "points": found, "question": question(model, t),
        "experts": experts(model, t, level), "model_pictures": pictures, "tables": coefficient_tables(model, t, level),
        "sites": sites.content(t, level), "check": check.content(t), "disclosure": _disclosure(model, sites, t),
        "reproduce": _reproduce(given, local, data, t), "style": Path(__file__).with_name("templates").joinpath("style.css").read_text("utf-8"),
    }


class _Sites:
    """The local files by site, and those that belong to none."""

    def __init__(self, model: Model, local: list[GivenFile]) -> None:
        aggregation = model.record.get("aggregation") or {}
        names = [site["name"] for site in aggregation.get("sites", []) + aggregation.get("leftOut", [])]
        self.model = model
        self.used = [file for file in local if file.label in names]
        self.surplus = [file.name for file in local if file.label not in names]
        self.models = {file.label: file.content for file in self.used}
        self.missing = [name for name in names if name not in self.models]
        self.has_sites = bool(aggregation.get("sites"))
        self.comparison = compare_sites(self.models) if len(self.models) > 1 else None

    def content(self, t: Texts, level: float) -> dict[str, Any] | None:
        if not self.has_sites:
            return None
        pictures = list(site_pictures(self.model, self.models, self.comparison, t, level))
        return {
            "table": site_table(self.model, self.comparison, t), "left_out": left_out_table(self.model, t), "pictures": pictures,
            "missing": self.missing, "surplus": self.surplus, "has_local": bool(self.models),
            "has_slopes": any(figure.name.startswith("site-slope") for figure in pictures),
        }


class _Check:
    """Scores on the rows that were given, those without a missing value."""

    def __init__(self, model: Model, data: GivenFile | None) -> None:
        self.model, self.data = model, data
        self.scores: dict[str, Any] | None = None
        self.base_rate: float | None = None
        if data is None:
            return
        columns = data.content
        self.kept = ~np.any([_missing(values) for values in columns.values()], axis=0)
        if not self.kept.any():
            raise ValueError(f"{data.name}: every row has a missing value")
        self.X = {name: columns[name][self.kept] for name in model.input_names}
        self.y = columns[model.target][self.kept]
        self.scores = model.evaluate(self.X, self.y)
        if model.classes is not None:
            self.base_rate = float(np.unique(self.y.astype(str), return_counts=True)[1].max() / len(self.y))

    def content(self, t: Texts) -> dict[str, Any] | None:
        if self.data is None or self.scores is None:
            return None
        left = int((~self.kept).sum())
        intro = t(
            "report.check.intro_left" if left else "report.check.intro", rows=t.number(int(self.kept.sum())), file=self.data.name,
            left=t.number(left),
        )
        return {
            "intro": intro, "table": score_table(self.scores, t), "pictures": list(check_pictures(self.model, self.X, self.y, t)),
        }


def _missing(values: np.ndarray) -> np.ndarray:
    return np.array([value is None for value in values]) if values.dtype == object else np.isnan(values)


def _disclosure(model: Model, sites: _Sites, t: Texts) -> dict[str, Any]:
    messages = [(t("report.disclosure.of_model"), text) for text in model.warnings]
    messages += [(name, text) for name, local in sites.models.items() for text in local.warnings]
    rules = sites.used
    if not sites.has_sites and "fit" in model.record:
        rules = [GivenFile.of_text("model.json", model)]
    return {"rules": rule_table(rules, t) if rules else None, "messages": messages, "rounds": len(model.record.get("rounds") or [])}


def _reproduce(given: GivenFile, local: list[GivenFile], data: GivenFile | None, t: Texts) -> dict[str, Any]:
    model: Model = given.content
    commands = []
    fitted = next((file.content for file in local if "fit" in file.content.record), model if "fit" in model.record else None)
    if fitted is not None:
        commands.append((t("report.reproduce.at_site"), fit_command(fitted)))
    if "aggregation" in model.record:
        commands.append((t("report.reproduce.at_coordinator"), aggregate_command(model, given.name)))
    words = ["dmoe", "report", given.name, *(file.name for file in local), *(["--data", data.name] if data else []), "-o", "report.html"]
    commands.append((t("report.reproduce.this"), shlex.join(words + (["--language", t.language] if t.language != "en" else []))))
    versions = [(t("report.reproduce.model_software"), model.record["software"]), (t("report.reproduce.report_software"), _engine.version())]
    if "studyDigest" in model.record:
        versions.append((t("report.reproduce.study"), model.record["studyDigest"]))
    files = [given, *local, *([data] if data else [])]
    return {
        "commands": commands, "versions": versions, "digests": digest_table(files, t), "rounds": len(model.record.get("rounds") or []),
    }
