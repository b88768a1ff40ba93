#!/usr/bin/env python3
"""Fails where the pages name a file, a type or a folder that is not there, a page longer than 300 lines, or a placeholder.

Types that are not public cannot be linked as symbols; this is what keeps their names true. A type with its folder behind it, `Name` (Folder/Room),
must be declared in that folder.
"""

import re
import sys
from pathlib import Path

LONGEST = 300
PLACEHOLDER = re.compile(r"\b(TODO|FIXME|XXX|TBD|COVERAGE|DISTILLED)\b")
DECLARATION = re.compile(r"\b(?:struct|class|enum|protocol|actor|typealias|associatedtype)\s+([A-Z]\w*)")
# Of C.
STRUCTURE = re.compile(r"^\}\s*([A-Z]\w+);", re.MULTILINE)
# Of Python, whose constants are names too.
CONSTANT = re.compile(r"^([A-Z][A-Z_]+)\b.*=", re.MULTILINE)
PATTERNS = {".swift": [DECLARATION], ".py": [DECLARATION, CONSTANT], ".h": [STRUCTURE]}
# Types of Swift and of what it is linked with; functions of R; names of variables, of values in tables, of rules of the formatter.
FOREIGN = {
    "Double", "Int", "Int32", "UInt64", "Float", "String", "Bool", "Date", "Sendable", "Codable", "Encodable", "Equatable", "Error",
    "ParsableCommand",
    "AIC", "BIC", "FILTER", "ValidateDocumentationComments", "NA", "NAME", "NaN", "TMPDIR", "Target",
}  # fmt: skip


class Sources:
    """What there is to be named: files, folders, and which folders declare a type."""

    def __init__(self, root: Path) -> None:
        folders = [root / name for name in ("Sources", "Tests", "Benchmarks", "Fuzz", "Scripts", "examples", "python", "Experiments")]
        paths = [path for folder in folders for path in folder.rglob("*") if ".venv" not in str(path)] + list(root.glob("*"))
        self.files = {path.name for path in paths if path.is_file()}
        self.folders = {path.name for path in paths if path.is_dir()}
        self.rooms = {str(path.relative_to(root / "Sources")) for path in (root / "Sources").rglob("*") if path.is_dir()}
        self.declared: dict[str, set[str]] = {}
        for path in paths:
            if path.suffix not in PATTERNS:
                continue
            room = str(path.parent.relative_to(root / "Sources")) if (root / "Sources") in path.parents else ""
            text = path.read_text(encoding="utf-8")
            for name in (name for pattern in PATTERNS[path.suffix] for name in pattern.findall(text)):
                self.declared.setdefault(name, set()).add(room)

    def knows(self, name: str) -> bool:
        return name in self.declared or name in self.folders or name in FOREIGN


def wrong_names(line: str, sources: Sources) -> list[str]:
    found = []
    for code in re.findall(r"`([^`]+)`", line):
        for name in re.findall(r"[\w+-]+\.(?:swift|h|c|md|sh|py)\b", code):
            if name not in sources.files:
                found.append(f"there is no file {name}")
        for name in re.findall(r"^([A-Z][A-Za-z0-9]+)(?=$|[.(])", code):
            if not sources.knows(name) and not re.search(r"\.(swift|md|h)\b", code):
                found.append(f"no type {name} is declared")
    for name, room in re.findall(r"`([A-Z]\w+)` \(([A-Z]\w+(?:/\w+)+)\)", line):
        if room not in sources.rooms:
            found.append(f"there is no folder Sources/{room}")
        elif room not in sources.declared.get(name, set()):
            found.append(f"{name} is not declared in Sources/{room}")
    return found


def complaints(page: Path, sources: Sources) -> list[str]:
    lines = page.read_text(encoding="utf-8").splitlines()
    found = [f"{page}: {len(lines)} lines, more than {LONGEST}"] if len(lines) > LONGEST else []
    fenced = False
    for number, line in enumerate(lines, 1):
        if line.startswith("```"):
            fenced = not fenced
        if PLACEHOLDER.search(line):
            found.append(f"{page}:{number}: a placeholder")
        if not fenced:
            found += [f"{page}:{number}: {wrong}" for wrong in wrong_names(line, sources)]
    return found


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    sources = Sources(root)
    pages = sorted((root / "Sources/DistributedMoE/DistributedMoE.docc").rglob("*.md")) + [root / "CONTRIBUTING.md"]
    found = [line for page in pages for line in complaints(page, sources)]
    for line in found:
        print(line.replace(f"{root}/", ""), file=sys.stderr)
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
