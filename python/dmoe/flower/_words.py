"""What a site says of a failure: the line of the engine without anything that is in the rows, or in the paths of the site."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Iterator
from typing import Any

_LONGEST = 400


class SiteError(ValueError):
    """Why a site does not answer, in words that may leave it."""


_QUOTED = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|(?<!\w)'([^']*)'(?!\w)")
_NUMBER = r"[-+]?(?:\d[\d,]*\.?\d*(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)"
# Values that texts cite without quotes: `is 3 in every row`, `has the number 7.5`, `differs from 0 in`.
_VALUE = re.compile(rf"\b(is|are|from|number) {_NUMBER}(?=[\s;,]|$)", re.IGNORECASE)
_PLACE = re.compile(r"(, )?\b(?:line|row) \d+\b(?= ?[:;,. ]|$)")
# 1 to 9 of anything, unless it is a bound.
_FEW = re.compile(r"(?<!needs )(?<!for )(?<!least )(?<!than )(?<!to )\b[1-9] (row|value|subject|clas)(s|ses)?\b")
_LEFT = re.compile(r"\b\d[\d,]* of (\d[\d,]*) are left")


def released(text: str, public: Collection[str], paths: Collection[str] = ()) -> str:
    """One line without row values.

    Parameters
    ----------
    text : str
        Of the engine.
    public : collection of str
        Names that may be cited: those that the coordinator sent.
    paths : collection of str
        Of the site, of which the last part alone is left.
    """
    text = " ".join(text.split())
    for path in sorted(paths, key=len, reverse=True):
        text = text.replace(path, os.path.basename(path))
    text = _QUOTED.sub(lambda found: found[0] if (found[1] if found[1] is not None else found[2]) in public else "'…'", text)
    text = _VALUE.sub(r"\1 …", text)
    text = _PLACE.sub(lambda found: "" if found[1] else "a row", text)
    text = _FEW.sub(lambda found: f"fewer than 10 {found[1]}{'ses' if found[1] == 'clas' else 's'}", text)
    text = _LEFT.sub(r"fewer than \1 are left", text)
    return visible(text)


def visible(text: str, longest: int = _LONGEST) -> str:
    """One line of characters that can be seen, whoever wrote it."""
    text = "".join(character if character.isprintable() else "�" for character in " ".join(text.split()))
    return text if len(text) <= longest else text[: longest - 1] + "…"


def names_in(*values: Any) -> set[str]:
    """All texts in what a coordinator sent; those of a study by its fields."""
    return set(_texts(values))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
        if value.lstrip().startswith("{"):
            try:
                yield from _texts(json.loads(value))
            except ValueError:
                return
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield str(key)
            yield from _texts(entry)
    elif isinstance(value, (list, tuple)):
        for entry in value:
            yield from _texts(entry)
