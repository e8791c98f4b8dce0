#!/usr/bin/env python3
"""docs/openapi.yaml has each route of src/server/routes.cc with its methods, no other, and no reference that leads nowhere."""
import pathlib
import re
import sys

ROUTE = re.compile(r'^\s*\{"([A-Z ]+)",\s*"(/[^"]*)"', re.M)
METHODS = ("get", "post", "put", "patch", "delete")


def routes(text):
    """(path, method) of the table; "*" stands for any one part, which has a name in the document."""
    return {(path, method.lower()) for methods, path in ROUTE.findall(text) for method in methods.split()}


def documented(text):
    found, path = set(), None
    for line in text.split("\ncomponents:")[0].splitlines():
        if match := re.match(r"  (/[^:]*):$", line):
            path = re.sub(r"\{[^}]*\}", "*", match[1])
        elif (match := re.match(r"    (\w+):$", line)) and path and match[1] in METHODS:
            found.add((path, match[1]))
    return found


def broken_references(text):
    for section, name in sorted(set(re.findall(r'"#/components/(\w+)/([\w-]+)"', text))):
        body = re.search(rf"^  {section}:\n((?:    .*\n|\n)*)", text, re.M)
        if not body or not re.search(rf"^    {re.escape(name)}:", body[1], re.M):
            yield f"docs/openapi.yaml: #/components/{section}/{name} is not there"


def main() -> int:
    root = pathlib.Path(__file__).resolve().parent.parent
    text = (root / "docs/openapi.yaml").read_text()
    served, described = routes((root / "src/server/routes.cc").read_text()), documented(text)
    problems = [f"{method.upper()} {path} is served, but not in docs/openapi.yaml" for path, method in sorted(served - described)]
    problems += [f"{method.upper()} {path} is in docs/openapi.yaml, but not served" for path, method in sorted(described - served)]
    problems += broken_references(text)
    if not served:
        problems.append("no route was found in src/server/routes.cc")
    print("\n".join(problems), end="\n" if problems else "")
    print(f"{len(served)} routes, {len(problems)} problems in docs/openapi.yaml")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
