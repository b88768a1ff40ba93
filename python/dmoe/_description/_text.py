"""Coefficients as text: for terminals, and as papers print them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ._coefficients import DISPERSION, Coefficient, coefficient_table
from ._parameters import Parameters

_WIDTH = 78


def number(value: float | None, digits: int = 4) -> str:
    """With some significant digits; empty where it is unknown."""
    if value is None:
        return ""
    if value == 0:
        return "0"
    text = f"{value:#.{digits}g}"
    return text if "e" in text else text.rstrip(".")


def p_text(value: float | None) -> str:
    return "" if value is None else "<0.001" if value < 0.001 else f"{value:.3f}"


def title(coefficient: Coefficient, experts: int) -> str:
    """Of the block of the table that a coefficient is in."""
    if coefficient.part == "gate":
        return f"gate: log odds of expert {coefficient.expert} against {experts}"
    of = "" if coefficient.response is None else f", log odds of {coefficient.response}"
    return f"expert {coefficient.expert}{of}"


def blocks(table: Iterable[Coefficient], experts: int) -> list[tuple[str, list[Coefficient]]]:
    """The table cut where the expert, the class or the part changes."""
    result: list[tuple[str, list[Coefficient]]] = []
    for coefficient in table:
        name = title(coefficient, experts)
        if coefficient.covariate == DISPERSION:
            result[-1][1].append(coefficient)
        elif result and result[-1][0] == name:
            result[-1][1].append(coefficient)
        else:
            result.append((name, [coefficient]))
    return result


def summary_text(record: dict[str, Any], level: float = 0.95) -> str:
    """As statsmodels prints the results of a regression."""
    parameters = Parameters(record)
    table = coefficient_table(parameters, level)
    tail = f"{(1 - level) / 2:.3g}"
    heads = ["coef", "std err", "z", "P>|z|", f"[{tail}", f"{1 - (1 - level) / 2:.3g}]"]
    names = [len(line.covariate) for line in table]
    first = max(12, *names)
    lines = ["Mixture of Experts Results".center(_WIDTH).rstrip(), "=" * _WIDTH, *_head(record, parameters), "=" * _WIDTH]
    for name, block in blocks(table, parameters.experts):
        share = ""
        if block[0].part == "expert" and parameters.has_statistics:
            share = f" ({100 * parameters.shares[block[0].expert - 1]:.1f} % of the rows)"
        lines += [name + share, " " * first + "".join(head.rjust(11) for head in heads), "-" * (first + 66)]
        for line in block:
            z = "" if line.z is None else f"{line.z:.3f}"
            cells = [number(line.estimate), number(line.standard_error), z, p_text(line.p_value), number(line.lower), number(line.upper)]
            lines.append(line.covariate.ljust(first) + "".join(cell.rjust(11) for cell in cells))
        lines.append("=" * _WIDTH)
    lines.append(_source(parameters))
    return "\n".join(lines)


def _head(record: dict[str, Any], parameters: Parameters) -> list[str]:
    fit = record.get("fit") or {}
    sites = (record.get("aggregation") or {}).get("sites")
    left = [("Dep. Variable:", parameters.target), ("Family:", parameters.family), ("Kind:", record["kind"]), ("Made by:", record["software"])]
    right = [("No. Observations:", f"{record['rows']:,}"), ("Experts:", str(parameters.experts))]
    if sites:
        right.append(("Sites:", str(len(sites))))
    if fit:
        right += [("Log-Likelihood:", f"{fit['logLikelihood']:.6g}"), ("Converged:", "yes" if fit["stopReason"] == "converged" else "no")]
    right += [("", "")] * (len(left) - len(right))
    half = _WIDTH // 2 - 1
    return [f"{_pair(*one, half)}  {_pair(*two, half)}".rstrip() for one, two in zip(left, right)]


def _pair(name: str, value: str, width: int) -> str:
    return name + value.rjust(max(width - len(name), len(value) + 1)) if name else ""


def _source(parameters: Parameters) -> str:
    if parameters.source is None:
        return "Standard errors are not known."
    found = {
        "observed": "from the observed information", "sandwich": "by the sandwich", "aggregated": "combined from those of the sites",
        "simulated": "by parametric bootstrap of the local models", "sites": "by jackknife of the sites",
    }.get(parameters.source, parameters.source)
    return f"Standard errors {found}.\nz and P>|z| take the number of experts as given."


_LATEX = {
    "\\": r"\textbackslash{}", "_": r"\_", "%": r"\%", "&": r"\&", "#": r"\#", "$": r"\$", "{": r"\{", "}": r"\}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}


def latex_escaped(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in text)


def latex_table(record: dict[str, Any], level: float = 0.95, digits: int = 3) -> str:
    """A table with a column for each expert, intervals below the estimates; booktabs is needed.

    Experts come first and then the gate, whose last column is empty: log odds are against that expert.
    """
    parameters = Parameters(record)
    table = coefficient_table(parameters, level)
    lines = [
        r"\begin{tabular}{l" + "r" * parameters.experts + "}", r"\toprule",
        " & ".join(["", *(f"Expert {index + 1}" for index in range(parameters.experts))]) + r" \\",
    ]
    if parameters.has_statistics:
        lines.append(" & ".join(["Share of rows", *(rf"{100 * share:.1f}\,\%" for share in parameters.shares)]) + r" \\")
    for (part, response), own in _parts(table).items():
        head = "Gate" if part == "gate" else "Experts" if response is None else f"Log odds of {latex_escaped(response)}"
        lines += [r"\midrule", rf"\multicolumn{{{1 + parameters.experts}}}{{l}}{{\emph{{{head}}}}} \\"]
        for name in dict.fromkeys(line.covariate for line in own):
            lines += _latex_lines(name, {line.expert: line for line in own if line.covariate == name}, parameters.experts, digits)
    return "\n".join([*lines, r"\bottomrule", r"\end{tabular}"]) + "\n"


def _parts(table: Sequence[Coefficient]) -> dict[tuple[str, str | None], list[Coefficient]]:
    parts: dict[tuple[str, str | None], list[Coefficient]] = {}
    for line in table:
        response = line.response
        parts.setdefault((line.part, response), []).append(line)
    return parts


def _latex_lines(name: str, own: dict[int, Coefficient], experts: int, digits: int) -> list[str]:
    cells = [f"${number(own[expert].estimate, digits)}$" if expert in own else "" for expert in range(1, experts + 1)]
    lines = [" & ".join([latex_escaped(name), *cells]) + r" \\"]
    known = [expert in own and own[expert].lower is not None for expert in range(1, experts + 1)]
    if any(known):
        intervals = [
            f"$[{number(own[expert].lower, digits)},\\,{number(own[expert].upper, digits)}]$" if is_known else ""
            for expert, is_known in zip(range(1, experts + 1), known)
        ]
        lines.append(" & ".join(["", *intervals]) + r" \\")
    return lines
