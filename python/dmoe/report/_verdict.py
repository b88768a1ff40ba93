"""What the files say for and against a model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from .._model import Model
from .._texts import Texts

GOOD, ATTENTION, BAD = "good", "attention", "bad"
# Below this share an expert rests on few rows; above that one a site outweighs the others; further from 0.9 intervals miss what they claim.
_SMALL_EXPERT, _DOMINANT, _TOLERANCE = 0.05, 0.5, 0.03


@dataclass(frozen=True)
class Point:
    """One finding: of which kind, and in words."""

    kind: str
    text: str


def points(model: Model, local: dict[str, Model], scores: dict[str, Any] | None, base_rate: float | None, t: Texts) -> list[Point]:
    """Problems first, then what needs attention, then what is in order."""
    found = [*_course(model, t), *_sites(model, t), *_uncertainty(model, t), *_experts(model, t), *_local(local, t), *_data(scores, base_rate, t)]
    return sorted(found, key=lambda point: (BAD, ATTENTION, GOOD).index(point.kind))


def headline(found: list[Point], t: Texts) -> Point:
    for kind, key in ((BAD, "problem"), (ATTENTION, "caution")):
        count = sum(point.kind == kind for point in found)
        if count:
            words = t("report.verdict.one_point") if count == 1 else t("report.verdict.points", n=count)
            return Point(kind, t(f"report.verdict.{key}", count=words))
    return Point(GOOD, t("report.verdict.sound"))


def _course(model: Model, t: Texts) -> Iterator[Point]:
    fit, aggregation = model.record.get("fit"), model.record.get("aggregation")
    if fit:
        is_done = fit["stopReason"] == "converged"
        yield Point(GOOD, t("report.verdict.fit_converged")) if is_done else Point(BAD, t("report.verdict.not_converged"))
    if aggregation:
        yield Point(GOOD, t("report.verdict.converged")) if aggregation["converged"] else Point(ATTENTION, t("report.verdict.not_converged"))


def _sites(model: Model, t: Texts) -> Iterator[Point]:
    aggregation = model.record.get("aggregation")
    if not aggregation:
        return
    left_out = [site["name"] for site in aggregation.get("leftOut", [])]
    kept = [warning["site"] for warning in aggregation["warnings"] if warning["code"] == "inconsistentSite" and warning["site"] not in left_out]
    if kept:
        yield Point(BAD, t("report.verdict.sites_differ", names=", ".join(kept)))
    if left_out:
        yield Point(ATTENTION, t("report.verdict.left_out", names=", ".join(left_out)))
    if not kept and not left_out and len(aggregation["sites"]) > 1:
        yield Point(GOOD, t("report.verdict.sites_agree"))
    for site in aggregation["sites"]:
        if site["weight"] > _DOMINANT and len(aggregation["sites"]) > 1:
            yield Point(ATTENTION, t("report.verdict.dominant", name=site["name"], share=t.percent(site["weight"], 0)))


def _uncertainty(model: Model, t: Texts) -> Iterator[Point]:
    if model.parameters.source is None:
        yield Point(ATTENTION, t("report.verdict.errors_unknown"))
        return
    key = f"report.sources.{model.parameters.source}"
    yield Point(GOOD, t("report.verdict.errors_known", source=t(key) if t.has(key) else model.parameters.source))
    if any(line.standard_error is None for line in model.coefficients()):
        yield Point(ATTENTION, t("report.verdict.errors_partly"))


def _experts(model: Model, t: Texts) -> Iterator[Point]:
    if model.parameters.has_statistics:
        for expert, share in enumerate(model.parameters.shares, start=1):
            if share < _SMALL_EXPERT:
                yield Point(ATTENTION, t("report.verdict.small_expert", expert=expert, share=t.percent(float(share))))


def _local(local: dict[str, Model], t: Texts) -> Iterator[Point]:
    with_warnings = sum(bool(model.warnings) for model in local.values())
    if with_warnings:
        head = t("report.heads.disclosure")
        yield Point(ATTENTION, t("report.verdict.local_trouble", count=with_warnings, total=len(local), head=head))


def _data(scores: dict[str, Any] | None, base_rate: float | None, t: Texts) -> Iterator[Point]:
    if scores is None:
        return
    expected = scores.get("expectedCoverage90", 0.9)
    # Of few rows the share is off by chance.
    tolerance = max(_TOLERANCE, 2 * float(np.sqrt(expected * (1 - expected) / max(scores["rows"], 1))))
    kind = GOOD if abs(scores["coverage90"] - expected) <= tolerance else ATTENTION
    key = "calibrated" if "rmse" in scores else "calibrated_sets"
    yield Point(kind, t(f"report.verdict.{key}", share=t.percent(scores["coverage90"])))
    if scores.get("rSquared") is not None:
        yield Point(GOOD if scores["rSquared"] > 0 else BAD, t("report.verdict.skill", share=t.percent(max(scores["rSquared"], 0))))
    if "accuracy" in scores and base_rate is not None:
        text = t("report.verdict.accuracy", share=t.percent(scores["accuracy"]), base=t.percent(base_rate))
        yield Point(GOOD if scores["accuracy"] >= base_rate else ATTENTION, text)
