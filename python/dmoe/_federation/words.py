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


_HIDDEN = "'…'"
# What a field holds, and what the columns of the site are called: to the last quotation mark, as they may have some themselves.
_CITED = re.compile(r"(\b(?:has|is|columns are|single name) )\".*\"")
_NO_TEXT = re.compile(r"\".*\" holds bytes")
_QUOTED = re.compile(r"\"([^\"]*)\"|(?<![\w=])'([^']*)'(?!\w)")
# Advice of the engine.
_SETTING = re.compile(r"\b(family|missing|unknown_levels)=\"(multinomial|drop|reference)\"")
# Of a study, which the coordinator sent.
_FIELD = re.compile(r"field '[\w.\[\]]*'")
# Values that texts cite without quotes: `is 3 in every row`, `has the number 7.5`, `differs from 0 in`.
_NUMBER = r"[-+]?(?:\d+(?:[.,]\d+)*(?:[eE][-+]?\d+)?|inf(?:inity)?|nan)"
_VALUE = re.compile(rf"\b(is|from|number) {_NUMBER}(?=[\s;,]|$)", re.IGNORECASE)
_PLACE = re.compile(r"(, )?\b(?:line|row) \d+\b(?= ?[:;,. ]|$)")
# 1 to 9 of anything, unless it is a bound.
_FEW = re.compile(r"(?<!needs )(?<!for )(?<!least )(?<!than )(?<!to )\b[1-9] (row|value|subject|class)(?:es|s)?\b")
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

    def cited(found: re.Match[str]) -> str:
        name = found[1] if found[1] is not None else found[2]
        return found[0] if name in public or _FIELD.match(text, max(0, found.start() - len("field "))) else _HIDDEN

    text = " ".join(text.split())
    for path in sorted(paths, key=len, reverse=True):
        text = text.replace(path, os.path.basename(path))
    text = _SETTING.sub(r"\1='\2'", text)
    text = _CITED.sub(rf"\1{_HIDDEN}", text)
    text = _NO_TEXT.sub(f"{_HIDDEN} holds bytes", text)
    text = _QUOTED.sub(cited, text)
    if text.count('"') % 2:
        text = re.sub(r"\".*\"", _HIDDEN, text).split('"')[0]
    text = _VALUE.sub(r"\1 …", text)
    text = _PLACE.sub(lambda found: "" if found[1] else "a row", text)
    text = _FEW.sub(lambda found: f"fewer than 10 {found[1]}{'es' if found[1] == 'class' else 's'}", text)
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
