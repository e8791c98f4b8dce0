#!/usr/bin/env python3
"""Fails when code in a page differs from the source it was taken from, which is compiled and tested.

A source marks a part with `// [name]` and `// [end]`. A page shows it between a comment and a fence:

    <!-- snippet: tests/docs/client_library_test.cc#name -->
    ```cpp
    ...
    ```

--write puts the sources' parts into the pages.
"""
import argparse
import pathlib
import re
import sys
import textwrap

BLOCK = re.compile(r"(<!-- snippet: (?P<file>\S+)#(?P<name>[\w-]+) -->\n```\w*\n)(?P<code>.*?)(```\n)", re.S)
MARK = re.compile(r"^\s*// \[(?P<name>[\w-]+)\]\s*$")


def parts_of(source: pathlib.Path) -> dict[str, str]:
    parts, name, lines = {}, None, []
    for line in source.read_text().splitlines():
        mark = MARK.match(line)
        if mark is None:
            lines.append(line)
            continue
        if mark["name"] == "end":
            parts[name] = textwrap.dedent("\n".join(lines)).strip("\n") + "\n"
            name = None
        else:
            name, lines = mark["name"], []
    return parts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--write", action="store_true", help="bring the pages up to date")
    args = parser.parse_args()
    problems = []
    sources: dict[str, dict[str, str]] = {}
    for page in sorted([*args.root.glob("docs/**/*.md"), *args.root.glob("web/*/README.md"), args.root / "README.md"]):
        if not page.exists():
            continue
        text = page.read_text()

        def replacement(block: re.Match) -> str:
            file, name = block["file"], block["name"]
            if file not in sources:
                source = args.root / file
                sources[file] = parts_of(source) if source.exists() else {}
            code = sources[file].get(name)
            if code is None:
                problems.append(f"{page.relative_to(args.root)}: {file} has no part [{name}]")
                return block[0]
            if code != block["code"] and not args.write:
                problems.append(f"{page.relative_to(args.root)}: the part [{name}] differs from {file} (--write updates it)")
            return block[1] + code + block[5]

        updated = BLOCK.sub(replacement, text)
        if args.write and updated != text:
            page.write_text(updated)
        if text.count("<!-- snippet:") != len(BLOCK.findall(text)):
            problems.append(f"{page.relative_to(args.root)}: a snippet comment is not followed by a fence")
    for problem in problems:
        print(problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
