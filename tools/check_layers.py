#!/usr/bin/env python3
"""Fails when a file under src/ includes what layers.toml does not allow its folder to include, or when one of the pure floors
waits, locks or reads a clock."""
import argparse
import pathlib
import re
import sys
import tomllib

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
# Headers of the language and of the system have no slash or a well-known prefix and are free for everybody but the pure floors.
SYSTEM_IO = ("sys/", "netinet/", "arpa/", "unistd.h", "fcntl.h", "poll.h", "netdb.h")
PURE_FLOORS = 4
# What floors 1 to 4 have none of. Floor 0 defines the task and the clock that the floors from 5 on use.
IMPURE = {
    "reads a clock": re.compile(r"::now\(|\b(?:time|clock_gettime|gettimeofday)\("),
    "holds a lock": re.compile(r"\bstd::(?:\w*mutex|\w*_lock|lock_guard|call_once|condition_variable\w*)\b"),
    "starts a thread": re.compile(r"\bstd::j?thread\b|\bpthread_create\("),
    "is a coroutine": re.compile(r"\bco_(?:await|return|yield)\b|\bTask<"),
    "shares a value between threads": re.compile(r"\bstd::atomic\w*\b"),
}
# (file, what it does): why it may
EXCEPTIONS = {
    ("src/crypto/random.cc", "shares a value between threads"): "each thread has a generator of its own, and all of them must learn of a fork",
}
COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.S)


def outside(name: str) -> str | None:
    """The outside library an angle include belongs to, or None for the standard library."""
    if "/" in name and not name.startswith(SYSTEM_IO):
        return name
    for single in ("sqlite3.h", "sodium.h", "libpq-fe.h", "fido.h", "cbor.h", "maxminddb.h", "ngx_"):
        if name.startswith(single):
            return name
    return None


def problems(root: pathlib.Path):
    layers = tomllib.loads((root / "layers.toml").read_text())
    floors = layers["floors"]
    for name, rule in floors.items():
        for other in rule["may"]:
            if floors[other]["floor"] > rule["floor"]:
                yield f"layers.toml: {name} (floor {rule['floor']}) may not use {other} (floor {floors[other]['floor']})"
    unused = dict(EXCEPTIONS)
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cc", ".cpp", ".c"):
            continue
        folder = path.relative_to(root / "src").parts[0]
        where = path.relative_to(root)
        if folder not in floors:
            yield f"{where}: folder {folder} has no row in layers.toml"
            continue
        rule = floors[folder]
        text = path.read_text()
        if 1 <= rule["floor"] <= PURE_FLOORS:
            code = COMMENT.sub("", text)
            for what in (what for what, pattern in IMPURE.items() if pattern.search(code)):
                if (str(where), what) not in EXCEPTIONS:
                    yield f"{where}: a pure floor {what}"
                unused.pop((str(where), what), None)
        for kind, name in INCLUDE.findall(text):
            if kind == '"':
                target = name.split("/")[0]
                if target != folder and target not in rule["may"]:
                    yield f"{where}: {folder} may not include {name}"
                continue
            if rule["floor"] <= PURE_FLOORS and folder not in ("base", "crypto") and name.startswith(SYSTEM_IO):
                yield f"{where}: a pure floor may not include {name}"
            library = outside(name)
            if library and not name.startswith(SYSTEM_IO) and not any(library.startswith(p) for p in rule["libs"] + layers["everywhere"]):
                yield f"{where}: {folder} may not include <{name}>"
    for where, what in unused:
        yield f"tools/check_layers.py: {where} {what} no longer; remove the exception"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--stamp", type=pathlib.Path, help="file to touch when all is well")
    args = parser.parse_args()
    found = list(problems(args.root))
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print(f"{len(found)} place(s) break the floors of layers.toml", file=sys.stderr)
        return 1
    if args.stamp:
        args.stamp.write_text("ok\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
