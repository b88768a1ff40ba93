"""Which columns of a data frame or a file a call is about."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from .._requests import given, names_in
from .._warnings import warn


@dataclass(frozen=True)
class Columns:
    """Attributes
    ----------
    names : list of str
        Columns that the engine gets, the target first.
    texts : frozenset of str
        Those that are no numbers.
    arguments : dict
        For :func:`dmoe.fit_local`.
    seed : int or None
        That of the study.
    """

    names: list[str]
    texts: frozenset[str]
    arguments: dict[str, Any]
    seed: int | None = None

    def check_against(self, present: Sequence[str], others: Sequence[str]) -> None:
        """Refuses columns that are not there before rows are read."""
        for name in [*self.names, *others]:
            if name not in present:
                raise ValueError(f"no column '{name}'; the columns are {', '.join(dict.fromkeys(present))}")


def columns_of_call(*, study: str | None, target: str | None, features: Sequence[str] | None, **named: Any) -> Columns:
    """The columns by a study, or by name."""
    if study is not None:
        return _of_study(study, given({"target": target, "features": features, **named}))
    if target is None:
        raise ValueError("target is missing: give it or study")
    features, named["gate_features"] = names_in("features", features), names_in("gate_features", named["gate_features"])
    if not features:
        raise ValueError("there are no features")
    has_classes = named["family"] == "multinomial"
    if has_classes and named["classes"] is None:
        raise ValueError("classes are missing: all sites must have the same, the reference first")
    others = [named[key] for key in ("exposure", "weights") if named[key] is not None]
    names = list(dict.fromkeys([target, *features, *(named["gate_features"] or ()), *others]))
    arguments = {"target": target, "features": features, **named}
    return Columns(names, frozenset({target} if has_classes else ()), arguments)


def _of_study(study: str, beside: dict[str, Any]) -> Columns:
    """With what is given beside the study, for the engine to refuse."""
    fields = json.loads(study)
    covariates = fields.get("covariates", [])
    others = [fields[key] for key in ("target", "exposure", "weights") if fields.get(key)]
    texts = {covariate["name"] for covariate in covariates if covariate.get("type", "number") != "number"}
    if fields.get("classes"):
        texts.add(fields["target"])
    names = list(dict.fromkeys([*others, *(covariate["name"] for covariate in covariates)]))
    return Columns(names, frozenset(texts), {"study": study, **beside}, fields.get("seed"))


def numeric_columns(df: Any, others: Collection[str | None]) -> list[str]:
    """The columns of a data frame of Spark that hold numbers; the others are named in a warning.

    True and False are texts in a file, and no covariates unless they are named.
    """
    from pyspark.sql.types import NumericType

    free = [column for column in df.schema.fields if column.name not in others]
    left_out = [column for column in free if not isinstance(column.dataType, NumericType)]
    if left_out:
        named = ", ".join(f"'{column.name}' ({column.dataType.simpleString()})" for column in left_out)
        warn([f"columns without numbers are no covariates: {named}"])
    return [column.name for column in free if column not in left_out]


def check_single_values(df: Any, names: Sequence[str]) -> None:
    """Refuses columns whose fields hold many values, which are nothing to be learned from or sorted by."""
    from pyspark.sql.types import ArrayType, MapType, StructType

    for column in df.schema.fields:
        if column.name in names and isinstance(column.dataType, (ArrayType, MapType, StructType)):
            raise ValueError(f"column '{column.name}' holds values of type {column.dataType.simpleString()}: single values are needed")
