"""Texts of pictures and of the report, a file for each language: what is said is apart from what is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

LANGUAGES = ("en", "de")


class Texts:
    """The texts of a language, by dotted keys; numbers as it writes them."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"language must be one of {', '.join(LANGUAGES)}, not {language!r}")
        self.language = language
        self._texts: dict[str, Any] = json.loads(Path(__file__).with_name(f"{language}.json").read_text(encoding="utf-8"))

    def __call__(self, key: str, /, **values: Any) -> str:
        found: Any = self._texts
        for part in key.split("."):
            found = found[part]
        return found.format(**values)

    def has(self, key: str) -> bool:
        found: Any = self._texts
        for part in key.split("."):
            if not isinstance(found, dict) or part not in found:
                return False
            found = found[part]
        return True

    def list(self, key: str) -> list[str]:
        found: Any = self._texts
        for part in key.split("."):
            found = found[part]
        return found

    def number(self, value: float | str | None, digits: int = 3) -> str:
        """With some significant digits; a dash where it is unknown, and as it stands where it is suppressed: `<10`."""
        if isinstance(value, str):
            return value
        if value is None or value != value:
            return "–"
        if isinstance(value, int) or (abs(value) >= 10**digits and abs(value) < 1e7):
            text = f"{value:,.0f}"
        else:
            text = f"{value:#.{digits}g}".rstrip(".") if value != 0 else "0"
        return self._localised(text)

    def percent(self, share: float | None, decimals: int = 1) -> str:
        return "–" if share is None else self._localised(f"{100 * share:.{decimals}f}") + "\u00a0%"

    def _localised(self, text: str) -> str:
        text = text.replace("-", "\u2212") if text.startswith("-") else text
        if self("decimal_point") == ".":
            return text
        return text.translate({ord(","): self("thousands"), ord("."): self("decimal_point")})


@lru_cache
def texts(language: str) -> Texts:
    return Texts(language)


_current: ContextVar[str] = ContextVar("language", default="en")


def say(key: str, /, **values: Any) -> str:
    """A text of the pictures, in the language at hand."""
    return texts(_current.get())(f"plots.{key}", **values)


def say_code(group: str, code: str) -> str:
    """The text of a code of a file; of one of a later version the code itself."""
    return say(f"{group}.{code}") if texts(_current.get()).has(f"plots.{group}.{code}") else code


@contextmanager
def speaking(language: str) -> Iterator[Texts]:
    """Pictures that are drawn within are in this language."""
    token = _current.set(texts(language).language)
    try:
        yield texts(language)
    finally:
        _current.reset(token)
