#!/usr/bin/env python3
"""Requirement ids: every id in the code is known to docs/specs, every known id is enforced in the code, and a test attacks it.

An id is SPEC-SECTION, for example RFC9449-4.3 or FAPI2-SP-FINAL-5.3.2.1. docs/specs/<spec>.toml says in our words what it demands
and of whom. It stands in the code line that enforces it and above the test that tries to break it. docs/specs/README.md is
generated from all three: `tools/check_requirements.py --write`.
"""
import argparse
import collections
import pathlib
import re
import subprocess
import sys
import tomllib

SIDES = {"AS", "client", "RS"}
SECTION = r"(?:[0-9]+(?:\.[0-9]+)*|[A-Z](?:\.[0-9]+)?)(?:-[0-9]+)?"
# What looks like an id of a spec that has no file: capitals, a dash and a section of at least two numbers.
LOOKS_LIKE_ID = re.compile(r"(?<![\w-])[A-Z][A-Z0-9]*(?:-[A-Z]+)*-[0-9]+(?:\.[0-9]+)+(?![\w-])")
# A further section after a comma: "RFC9449-8, -9". Such a half id is found by no search.
HALF_ID = re.compile(r"\b(?:RFC\d{4,5}|OIDC|FAPI[\w-]+)-[0-9.]+, -[0-9]")


def load(folder):
    """All specs by name, and all requirements by id. Mistakes of the files are returned as texts."""
    specs, requirements, problems = {}, {}, []
    for path in sorted(folder.glob("*.toml")):
        if path.name == "untested.toml":
            continue
        spec = tomllib.loads(path.read_text())
        if path.stem != spec["spec"].lower():
            problems.append(f"{path.name}: the file must carry the name of its spec, {spec['spec']}")
        specs[spec["spec"]] = spec
        for requirement in spec.get("requirement", []):
            name = requirement.get("id", "")
            if not re.fullmatch(re.escape(spec["spec"]) + "-" + SECTION, name):
                problems.append(f"{path.name}: {name} is no id of {spec['spec']}")
            if name in requirements:
                problems.append(f"{path.name}: {name} stands twice")
            if not requirement.get("text", "").endswith(".") or not set(requirement.get("side", [])) <= SIDES or not requirement.get("side"):
                problems.append(f"{path.name}: {name} needs a text that is a sentence, and side: AS, client or RS")
            requirements[name] = requirement
    return specs, requirements, problems


def files(root, *patterns):
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "-co", "--exclude-standard", "--", *patterns], capture_output=True, text=True, check=True)
    return [root / name for name in listed.stdout.split("\n") if name and (root / name).is_file()]


def mentions(root, paths, specs):
    """Ids with the places where they stand, and texts that only look like ids."""
    # The longest name first: OIDC-DISCOVERY-4 is not section DISCOVERY of OIDC.
    names = "|".join(re.escape(name) for name in sorted(specs, key=len, reverse=True))
    ids = re.compile(rf"(?<![\w-])((?:{names})-{SECTION})(?![\w])")
    found, odd = collections.defaultdict(list), []
    for path in paths:
        place = path.relative_to(root).as_posix()
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            known_here = ids.findall(line)
            for name in known_here:
                found[name].append(place)
            odd += [f"{place}:{number}: {name} has no file in docs/specs" for name in LOOKS_LIKE_ID.findall(line)
                    if not any(name.startswith(spec + "-") for spec in specs)]
            if HALF_ID.search(line):
                odd.append(f"{place}:{number}: write every id in full")
    return found, odd


def render(specs, enforced, attacked, untested):
    counted = [r for spec in specs.values() for r in spec.get("requirement", []) if "not_yet" not in r]
    tested = [r for r in counted if r["id"] in attacked]
    lines = ["# Requirements and where they are tested", "",
             "This page is generated: `tools/check_requirements.py --write`. The texts are ours; the standards have the last word.", "",
             f"{len(counted)} requirements are enforced, {len(tested)} of them are named by a test.", ""]
    for spec in sorted(specs.values(), key=lambda s: (not s["spec"].startswith("FAPI"), not s["spec"].startswith("OIDC"), s["spec"])):
        lines += [f"## {spec['spec']}: {spec['title']}", "", "| id | of whom | what | enforced in | attacked in |", "|---|---|---|---|---|"]
        for requirement in spec.get("requirement", []):
            name = requirement["id"]
            code = "not yet: " + requirement["not_yet"] if "not_yet" in requirement else places(enforced[name], 2)
            test = places(attacked[name], 2) if name in attacked else untested.get(name, "")
            lines.append(f"| {name} | {', '.join(requirement['side'])} | {requirement['text']} | {code} | {test} |")
        lines.append("")
    return "\n".join(lines)


def places(paths, most):
    names = sorted(set(paths))
    shown = ", ".join(f"`{name}`" for name in names[:most])
    return shown + (" …" if len(names) > most else "")


def check(root, folder, write):
    specs, requirements, problems = load(folder)
    enforced, odd = mentions(root, files(root, "src/*.cc", "src/*.h", "examples/*.cc", "examples/*.h"), specs)
    attacked, odd_in_tests = mentions(root, files(root, "tests/*.cc", "tests/*.h", "tests/*.js", "tests/*.py", "tests/*.sh"), specs)
    problems += odd + odd_in_tests
    for name in sorted(set(enforced) | set(attacked)):
        if name not in requirements:
            problems.append(f"{(enforced[name] + attacked[name])[0]}: {name} is not in docs/specs")
    untested_file = folder / "untested.toml"
    untested = tomllib.loads(untested_file.read_text()) if untested_file.exists() else {}
    for name, requirement in requirements.items():
        if "not_yet" in requirement:
            if name in enforced:
                problems.append(f"{name} is enforced in {enforced[name][0]}: take not_yet away")
            continue
        if name not in enforced:
            problems.append(f"{name} is enforced nowhere: put it on its line, or mark it not_yet with a reason")
        if name not in attacked and name not in untested:
            problems.append(f"{name} has no test: {requirement['text']}")
    problems += [f"untested.toml: {name} has a test or is no requirement: take the line away"
                 for name in untested if name in attacked or name not in requirements]
    page = folder / "README.md"
    if not problems and write:
        page.write_text(render(specs, enforced, attacked, untested))
    if not problems and not is_true(page, render(specs, enforced, attacked, untested), enforced, attacked):
        problems.append("docs/specs/README.md is not up to date: tools/check_requirements.py --write")
    return problems, len(requirements)


def is_true(page, wanted, enforced, attacked):
    """Is all that the page says still so? It names two places of many, so further ones do not make it stale."""
    have = page.read_text().splitlines() if page.exists() else []
    wanted = wanted.splitlines()
    if len(have) != len(wanted):
        return False
    for line, other in zip(have, wanted):
        cells, others = line.split(" | "), other.split(" | ")
        if cells[:3] != others[:3] or len(cells) != len(others):
            return False
        name = cells[0].removeprefix("| ")
        for cell, expected, known in zip(cells[3:], others[3:], (enforced, attacked)):
            named = re.findall(r"`([^`]+)`", cell)
            if bool(named) != ("`" in expected) or not set(named) <= set(known.get(name, [])):
                return False
    return True


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", action="store_true", help="write docs/specs/README.md")
    arguments = parser.parse_args()
    root = pathlib.Path(__file__).resolve().parent.parent
    problems, count = check(root, root / "docs/specs", arguments.write)
    print("\n".join(problems), file=sys.stderr, end="\n" if problems else "")
    print(f"{count} requirements, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
