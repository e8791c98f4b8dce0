#!/usr/bin/env python3
"""Fails when a function of the C++ sources is longer than the house allows, from its first line to its closing brace."""
import argparse
import pathlib
import re
import sys

CAP = 70
FOLDERS = ("src", "tests", "examples", "bench")
# Comments and texts, whose braces mean nothing, directives of the preprocessor, and numbers with a separator.
NO_CODE = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^\s()\\]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\b\d[\w\']*|\'(?:\\.|[^\'\\\n])+\'|^[ \t]*#(?:\\\n|[^\n])*',
                     re.S | re.M)
SCOPE = re.compile(r"^(?:(?:inline|export|typedef|static|constexpr|template\s*<.*>)\s+)*(?:namespace|class|struct|union|enum|extern)\b", re.S)
# A member that a constructor initializes with braces: its own body comes later.
INITIALIZER = re.compile(r"\)\s*(?:noexcept\s*)?:[^:].*[\w>]\s*$", re.S)
NAME = re.compile(r"([~\w:]+|operator\W{1,3})\s*\(")


def without_texts(text):
    """The same with the same lines, and nothing in it that is no code."""
    return NO_CODE.sub(lambda found: "\n" * found[0].count("\n"), text)


def functions(text):
    """(first line, name, length) of every function; what stands inside of one belongs to it."""
    code, line, head, first = without_texts(text), 1, "", 1
    open_braces = []  # a function's (line, name); None for a scope, "" for anything else
    for sign in code:
        if sign == "{":
            inside = any(brace is not None for brace in open_braces)
            is_function = not inside and "(" in head and not SCOPE.match(head) and not INITIALIZER.search(head)
            is_scope = not inside and not is_function and (SCOPE.match(head) or not head)
            name = NAME.search(head)
            open_braces.append((first, name[1] if name else "?") if is_function else None if is_scope else "")
        elif sign == "}" and open_braces:
            closed = open_braces.pop()
            if closed:
                yield closed[0], closed[1], line - closed[0] + 1
        if sign == "\n":
            line += 1
        if sign in "{};":
            head = ""
        elif head or not sign.isspace():
            if not head:
                first = line
            head += sign


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    root = parser.parse_args().root
    count, problems = 0, []
    for path in sorted(file for folder in FOLDERS for file in (root / folder).rglob("*") if file.suffix in (".cc", ".h")):
        for line, name, length in functions(path.read_text()):
            count += 1
            if length > CAP:
                problems.append(f"{path.relative_to(root)}:{line}: {name} has {length} lines; the cap is {CAP}: split it by meaning")
    if count == 0:
        problems.append("no function was found")
    print("\n".join(problems), end="\n" if problems else "")
    print(f"{count} functions, {len(problems)} longer than {CAP} lines")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
