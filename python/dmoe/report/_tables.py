"""The tables of a report, as captions, heads and rows of text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from .._description import Coefficient
from .._description._text import blocks, p_text
from .._model import Model
from .._texts import Texts
from ..plots._style import natural
from ._sentences import covariate_name
from ._sources import GivenFile


@dataclass(frozen=True)
class Table:
    """The first column names the rows; those after it are numbers, but for those listed as texts."""

    caption: str
    heads: list[str]
    rows: list[list[str]]
    texts: set[int] = field(default_factory=set)


def coefficient_tables(model: Model, t: Texts, level: float) -> list[Table]:
    result = []
    for _, lines in blocks(model.coefficients(level), model.n_experts):
        first = lines[0]
        if first.part == "gate":
            caption = t("report.tables.gate", expert=first.expert, other=model.n_experts)
        elif first.response is None:
            caption = t("report.tables.coefficients", expert=first.expert)
        else:
            caption = t("report.tables.coefficients_of", expert=first.expert, response=first.response)
        heads = [
            t("report.tables.covariate"), t("report.tables.estimate"), t("report.tables.error"),
            t("report.tables.interval", level=t.percent(level, 0)), t("report.tables.p"), t("report.tables.effect"),
        ]
        result.append(Table(caption, heads, [_row(line, t) for line in lines]))
    return result


def _row(line: Coefficient, t: Texts) -> list[str]:
    interval = "–"
    if line.lower is not None and line.upper is not None:
        interval = t("report.tables.to", lower=t.number(line.lower, 4), upper=t.number(line.upper, 4))
    p = p_text(line.p_value) or "–"
    return [
        covariate_name(line, t), t.number(line.estimate, 4), t.number(line.standard_error), interval,
        p.replace(".", t("decimal_point")), "" if line.effect is None else t.number(line.effect),
    ]


def site_table(model: Model, comparison: dict[str, Any] | None, t: Texts) -> Table:
    divergences = {site["name"]: site["divergence"] for site in (comparison or {}).get("sites", [])}
    heads = [t(f"report.sites.{name}") for name in ("name", "rows", "weight", "assigned")]
    rows = [
        [site["name"], t.number(site["rows"]), t.percent(site["weight"]), ", ".join(str(expert) if expert else t("report.sites.withheld") for expert in site["experts"])]
        + ([t.number(divergences.get(site["name"]))] if divergences else [])
        for site in sorted(model.record["aggregation"]["sites"], key=lambda site: natural(site["name"]))
    ]
    return Table(t("report.sites.caption"), heads + ([t("report.sites.divergence")] if divergences else []), rows, {3})


def left_out_table(model: Model, t: Texts) -> Table | None:
    left_out = (model.record.get("aggregation") or {}).get("leftOut", [])
    if not left_out:
        return None
    rows = []
    for site in left_out:
        value = site.get("divergence")
        reason = t("report.sites.impossible") if value is None else t("report.sites.inconsistent", value=t.number(value))
        rows.append([site["name"], t.number(site["rows"]), reason])
    return Table(t("report.sites.left_out_caption"), [t(f"report.sites.{name}") for name in ("name", "rows", "reason")], rows, {2})


def score_table(scores: dict[str, Any], t: Texts) -> Table:
    names = t.list("report.check.scores")
    rows = [[label, t.number(scores[name], 4)] for name, label in names.items() if scores.get(name) is not None]  # type: ignore[attr-defined]
    return Table(t("report.check.caption"), [t("report.check.name"), t("report.check.value")], rows)


def rule_table(local: list[GivenFile], t: Texts) -> Table:
    """Under which rules each file left its site: the options that are in it."""
    rows = []
    for file in local:
        options = (file.content.record.get("fit") or {}).get("options", {})
        source = file.content.parameters.source
        key = f"report.sources.{source}"
        errors = t("report.disclosure.none") if source is None else t(key) if t.has(key) else source
        minimum = options.get("minRows")
        rows.append([
            file.name, t.number(file.size), "–" if minimum is None else t.number(int(minimum)), errors,
            t.number(len(file.content.record.get("fit", {}).get("warnings", []))),
        ])
    heads = [t(f"report.disclosure.{name}") for name in ("file", "bytes", "min_rows", "errors", "notes")]
    return Table(t("report.disclosure.caption"), heads, rows, {3})


def digest_table(files: list[GivenFile], t: Texts) -> Table:
    heads = [t("report.reproduce.file"), t("report.disclosure.bytes"), t("report.reproduce.digest")]
    return Table(t("report.reproduce.digests"), heads, [[file.name, t.number(file.size), file.digest] for file in files], {2})
