"""What the model is about, and what each expert says, in sentences."""

from __future__ import annotations

import math
from dataclasses import dataclass

from .._description import Coefficient, is_flag, reference_level
from .._description._coefficients import INTERCEPT
from .._model import Model
from .._texts import Texts

# Sentences on an expert's effects; covariates of its typical row; names in a list.
_EFFECTS, _TYPICAL, _NAMES = 4, 3, 8
# Standard deviations by which the mean of an expert's rows differs from that of all before it is worth a word.
_DIFFERENCE = 0.25


@dataclass(frozen=True)
class ExpertText:
    head: str
    # Where its rows are, and what they are like.
    rows: list[str]
    # What covariates do there, a sentence each.
    effects: list[str]


def question(model: Model, t: Texts) -> list[str]:
    record = model.record
    names = model.input_names
    shown = ", ".join(names[:_NAMES])
    if len(names) > _NAMES:
        shown = t("report.question.and_more", names=shown, count=len(names) - _NAMES)
    sentences = [t("report.question.what", target=model.target, count=len(names), names=shown, experts=model.n_experts), _response(model, t)]
    sites = (record.get("aggregation") or {}).get("sites")
    if sites:
        sentences.append(t("report.question.rows_sites", rows=t.number(model.rows), sites=len(sites)))
    elif record["kind"] == "reference":
        sentences.append(t("report.question.reference"))
    else:
        sentences.append(t("report.question.rows", rows=t.number(model.rows)))
    reading = record.get("reading") or {}
    if reading.get("rowsLeftOut"):
        sentences.append(t("report.question.dropped", rows=t.number(reading["rowsLeftOut"])))
    filled = [entry["covariate"] for entry in reading.get("filled", []) if entry["missing"]]
    if filled:
        sentences.append(t("report.question.filled", names=", ".join(filled)))
    exposure = (record.get("study") or {}).get("exposure")
    if exposure:
        sentences.append(t("report.question.offset", name=exposure))
    return sentences


def _response(model: Model, t: Texts) -> str:
    if model.classes is not None:
        return t("report.question.classes", count=len(model.classes), names=", ".join(model.classes), first=model.classes[0])
    return t("report.question." + {"gaussian": "numbers", "poisson": "counts", "gamma": "amounts"}[model.family])


def experts(model: Model, t: Texts, level: float) -> list[ExpertText]:
    parameters = model.parameters
    lines = [line for line in model.coefficients(level) if line.part == "expert"]
    result = []
    for number in range(1, model.n_experts + 1):
        if parameters.has_statistics:
            head = t("report.experts.head", expert=number, share=t.percent(float(parameters.shares[number - 1])))
        else:
            head = t("report.experts.head_plain", expert=number)
        own = [line for line in lines if line.expert == number]
        result.append(ExpertText(head, [*_typical(model, number - 1, t), *_spread(model, number - 1, t)], _effects(model, own, t)))
    return result


def _typical(model: Model, expert: int, t: Texts) -> list[str]:
    parameters = model.parameters
    if not parameters.has_statistics or parameters.weights[expert] <= 0:
        return []
    deviation = parameters.overall_deviation
    differences = [
        ((parameters.means[expert, column] - parameters.overall_mean[column]) / deviation[column] if deviation[column] > 0 else 0.0, column)
        for column in range(len(parameters.covariates))
    ]
    largest = [pair for pair in sorted(differences, key=lambda pair: -abs(pair[0])) if abs(pair[0]) >= _DIFFERENCE][:_TYPICAL]
    phrases = [_difference(model, expert, column, difference > 0, t) for difference, column in largest]
    if not phrases:
        sentences = [t("report.experts.everywhere")] if model.n_experts > 1 else []
    else:
        joined = phrases[0] if len(phrases) == 1 else ", ".join(phrases[:-1]) + t("report.experts.and") + phrases[-1]
        sentences = [t("report.experts.typical", list=joined)]
    if model.classes is None:
        mean, spread = parameters.means[expert, -1], math.sqrt(max(parameters.covariances[expert, -1, -1], 0.0))
        sentences.append(t("report.experts.mean_here", target=model.target, mean=t.number(float(mean)), deviation=t.number(spread)))
    return sentences


def _difference(model: Model, expert: int, column: int, is_above: bool, t: Texts) -> str:
    parameters = model.parameters
    here, overall = float(parameters.means[expert, column]), float(parameters.overall_mean[column])
    name = parameters.covariates[column]
    if is_flag(parameters, column):
        return t(f"report.experts.{'often' if is_above else 'seldom'}", covariate=name, here=t.percent(here, 0), overall=t.percent(overall, 0))
    return t(f"report.experts.{'above' if is_above else 'below'}", covariate=name, here=t.number(here), overall=t.number(overall))


def _effects(model: Model, lines: list[Coefficient], t: Texts) -> list[str]:
    slopes = [line for line in lines if line.is_slope and line.estimate != 0]
    if not slopes:
        return [t("report.experts.no_slopes")]
    # Where intervals are known, effects that they do not tell from 0 are no news.
    clear = [line for line in slopes if line.lower is None or line.upper is None or line.lower > 0 or line.upper < 0]
    if not clear:
        return [t("report.experts.no_effect")]
    return [_effect(model, line, t) for line in sorted(clear, key=lambda line: -abs(line.effect or 0))[:_EFFECTS]]


def _effect(model: Model, line: Coefficient, t: Texts) -> str:
    column = model.covariates.index(line.covariate)
    # Of a flag, what it changes is between 0 and 1.
    has_unit = is_flag(model.parameters, column)
    deviation = 1.0 if has_unit else float(model.parameters.overall_deviation[column])
    change = line.estimate * deviation
    ends = None if line.lower is None or line.upper is None else (line.lower * deviation, line.upper * deviation)
    reference = reference_level(model.parameters, column)
    key = "level" if reference is not None else "flag" if has_unit else "more"
    cause = t(f"report.experts.{key}", covariate=line.covariate, deviation=t.number(deviation), reference=reference)
    values = {"cause": cause, "target": model.target}
    if model.family == "gaussian":
        if change < 0 and ends is not None:
            ends = (-ends[1], -ends[0])
        return t(f"report.experts.{'raises' if change > 0 else 'lowers'}", value=t.number(abs(change)), interval=_interval(ends, t), **values)
    ends = None if ends is None else (_ratio(ends[0]), _ratio(ends[1]))
    if line.response is not None and model.classes is not None:
        values |= {"response": line.response, "first": model.classes[0]}
        return t("report.experts.odds", value=t.number(_ratio(change)), interval=_interval(ends, t), **values)
    return t("report.experts.multiplies", value=t.number(_ratio(change)), interval=_interval(ends, t), **values)


def _ratio(value: float) -> float:
    return math.exp(min(max(value, -700.0), 700.0))


def _interval(ends: tuple[float, float] | None, t: Texts) -> str:
    return "" if ends is None else t("report.experts.interval", lower=t.number(ends[0]), upper=t.number(ends[1]))


def _spread(model: Model, expert: int, t: Texts) -> list[str]:
    if model.family != "gaussian":
        return []
    return [t("report.experts.spread", value=t.number(math.sqrt(float(model.parameters.dispersions[expert]))))]


def covariate_name(line: Coefficient, t: Texts) -> str:
    """Of a row of a table."""
    if line.is_slope:
        return line.covariate
    return t("report.tables.intercept" if line.covariate == INTERCEPT else "report.tables.dispersion")
