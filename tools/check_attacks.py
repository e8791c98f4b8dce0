#!/usr/bin/env python3
"""docs/attacks.md names a test for each attack: are they all there?"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/attacks.md"
TEST = re.compile(r"^TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)
NAME = re.compile(r"`([A-Z]\w+\.[A-Z]\w+)`")


def main():
    tests = {".".join(found) for file in (ROOT / "tests").rglob("*.cc") for found in TEST.findall(file.read_text())}
    named = NAME.findall(PAGE.read_text())
    missing = sorted(set(named) - tests)
    for name in missing:
        print(f"{PAGE.name}: there is no test {name}", file=sys.stderr)
    return 1 if missing or not named else 0


if __name__ == "__main__":
    sys.exit(main())
