#!/usr/bin/env python3
"""Fails where the pages name a file or a type that is not there, a page longer than 300 lines, or a placeholder.

Types that are not public cannot be linked as symbols; this is what keeps their names true.
"""

import re
import sys
from pathlib import Path

LONGEST = 300
PLACEHOLDER = re.compile(r"\b(TODO|FIXME|XXX|TBD|COVERAGE|DISTILLED)\b")
# Names of no type of the package: of variables, of values in tables, of rules of the formatter.
FOREIGN = {"FILTER", "ValidateDocumentationComments", "NA", "NAME", "NaN", "TMPDIR", "Target"}


def names_in(source: Path) -> tuple[set[str], set[str]]:
    """Files of the repository; capitalised words of its code, and its folders."""
    folders = [source / name for name in ("Sources", "Tests", "Benchmarks", "Scripts", "examples", "python/dmoe", "python/tests")]
    paths = [path for folder in folders for path in folder.rglob("*")] + list(source.glob("*"))
    words = {path.name for path in paths if path.is_dir()}
    for path in paths:
        if path.suffix in (".swift", ".py"):
            words |= set(re.findall(r"\b[A-Z]\w+", path.read_text(encoding="utf-8")))
    return {path.name for path in paths if path.is_file()}, words


def complaints(page: Path, files: set[str], words: set[str]) -> list[str]:
    text = page.read_text(encoding="utf-8")
    lines = text.splitlines()
    found = [f"{page}: {len(lines)} lines, more than {LONGEST}"] if len(lines) > LONGEST else []
    fenced = False
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            fenced = not fenced
        if PLACEHOLDER.search(line):
            found.append(f"{page}:{number}: a placeholder")
        if fenced:
            continue
        for code in re.findall(r"`([^`]+)`", line):
            for name in re.findall(r"[\w+-]+\.(?:swift|h|c|md|sh|py)\b", code):
                if name not in files:
                    found.append(f"{page}:{number}: there is no file {name}")
            for name in re.findall(r"^([A-Z][A-Za-z0-9]+)(?=$|[.(])", code):
                if name not in words and name not in FOREIGN and not re.search(r"\.(swift|md|h)\b", code):
                    found.append(f"{page}:{number}: there is no {name}")
    return found


def main() -> int:
    source = Path(__file__).resolve().parent.parent
    files, words = names_in(source)
    pages = sorted((source / "Sources/DistributedMoE/DistributedMoE.docc").rglob("*.md")) + [source / "CONTRIBUTING.md"]
    found = [line for page in pages for line in complaints(page, files, words)]
    for line in found:
        print(line.replace(f"{source}/", ""), file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
