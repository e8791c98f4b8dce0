#!/usr/bin/env python3
"""Fails when a GoogleTest case holds no expectation: such a test cannot fail."""
import pathlib
import re
import sys

CASE = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+)\s*,\s*(\w+)\s*\)\s*\{(.*?)^\}", re.M | re.S)
# Helpers of the tests may expect on a case's behalf when their name says so.
EXPECTS = re.compile(r"\b(EXPECT_|ASSERT_|FAIL\(|ADD_FAILURE|SUCCEED\(|static_assert|expect_|check_|verify_)\w*")


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    cases, empty = 0, []
    for path in sorted((root / "tests").rglob("*_test.cc")):
        for suite, name, body in CASE.findall(path.read_text()):
            if name.startswith("DISABLED_"):
                continue  # never run as a test: the other process of one that is
            cases += 1
            if not EXPECTS.search(body):
                empty.append(f"{path.relative_to(root)}: {suite}.{name} expects nothing")
    print("\n".join(empty))
    print(f"{cases} test cases, {len(empty)} without an expectation")
    return 1 if empty or cases == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
