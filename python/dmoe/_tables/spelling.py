"""How values are spelled where they are names, and where a column is handed over as text: as pandas writes them to CSV."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

# False and True.
BOOLEANS = ("False", "True")
_OTHER_BOOLEANS = (("false", "true"), ("FALSE", "TRUE"), ("0", "1"))
# Whole numbers below are exact as floating point.
_EXACT = 2**53


@dataclass(frozen=True)
class Role:
    """What the values of a column are.

    Attributes
    ----------
    is_name : bool
        Names: levels of a category, answers of yes and no, classes.
    is_free : bool
        Nobody said: numbers and texts are distinguished as in a CSV file.
    booleans : pair of str
        How False and True are spelled as names.
    """

    is_name: bool = False
    is_free: bool = False
    booleans: tuple[str, str] = BOOLEANS


NUMBER = Role()
FREE = Role(is_free=True)


def name_role(known: Sequence[str] = (), *, is_answer: bool = False) -> Role:
    """Of a column of names, of which some are known: True and False are what these call them.

    Parameters
    ----------
    known : sequence of str
        The levels or classes; of a yes-no column its no and its yes.
    is_answer : bool
        Whether these are a no and a yes, however they are spelled.
    """
    spellings = set(known)
    for pair in (BOOLEANS, *_OTHER_BOOLEANS):
        if spellings & set(pair):
            return Role(is_name=True, booleans=pair)
    if is_answer and len(known) == 2:
        return Role(is_name=True, booleans=(known[0], known[1]))
    return Role(is_name=True)


def roles_of_study(study: Mapping[str, Any]) -> dict[str, Role]:
    """Of the columns of a study that hold names. Of a text that is no study none: the engine says what is wrong with it."""
    roles = {}
    try:
        for covariate in study.get("covariates", []):
            kind = covariate.get("type", "number")
            if kind == "category":
                roles[covariate["name"]] = name_role(covariate.get("levels") or [])
            elif kind == "yes-no":
                answers = [covariate.get("no", ""), covariate.get("yes", "")]
                roles[covariate["name"]] = name_role(answers, is_answer=True)
        if study.get("classes") or study.get("family") == "multinomial":
            roles[study["target"]] = name_role(study.get("classes") or [])
    except (KeyError, TypeError, AttributeError):
        return {}
    return roles


def is_missing(value: Any) -> bool:
    """None, NaN, NaT, NA of pandas, which does not say whether it differs from itself, and what NumPy masks."""
    if value is None or value is np.ma.masked:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def spelled(value: Any, booleans: tuple[str, str] = BOOLEANS) -> str:
    """As pandas writes it; a missing value is empty."""
    if isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return booleans[bool(value)]
    if is_missing(value):
        return ""
    if isinstance(value, float):  # np.float64 too, whose own repr names its type
        return float.__repr__(value)
    return str(value)


def name_of(value: Any) -> str:
    """The name that a label or a site has: a whole number has no point, however it is kept."""
    text = spelled(value)
    whole = text.removesuffix(".0")
    is_whole = whole != text and isinstance(value, (float, np.floating)) and abs(value) < _EXACT
    return whole if is_whole else text


def kinds_without_number(values: Collection[Any]) -> str | None:
    """What dates, times and spans of either are called, where a column has them; None of anything else."""
    import datetime

    first = next((value for value in values if not is_missing(value)), None)
    if isinstance(first, (datetime.date, datetime.time, np.datetime64)):
        return "dates or times"
    if isinstance(first, (datetime.timedelta, np.timedelta64)):
        return "durations"
    return {"Period": "periods", "Interval": "intervals"}.get(type(first).__name__)
