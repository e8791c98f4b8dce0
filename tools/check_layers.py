#!/usr/bin/env python3
"""Fails when a file under src/ includes what layers.toml does not allow its folder to include."""
import argparse
import pathlib
import re
import sys
import tomllib

INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)
# Headers of the language and of the system have no slash or a well-known prefix and are free for everybody but the pure floors.
SYSTEM_IO = ("sys/", "netinet/", "arpa/", "unistd.h", "fcntl.h", "poll.h", "netdb.h")
PURE_FLOORS = 4


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
    for path in sorted((root / "src").rglob("*")):
        if path.suffix not in (".h", ".cc", ".cpp", ".c"):
            continue
        folder = path.relative_to(root / "src").parts[0]
        where = path.relative_to(root)
        if folder not in floors:
            yield f"{where}: folder {folder} has no row in layers.toml"
            continue
        rule = floors[folder]
        for kind, name in INCLUDE.findall(path.read_text()):
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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("--stamp", type=pathlib.Path, help="file to touch when all is well")
    args = parser.parse_args()
    found = list(problems(args.root))
    for line in found:
        print(line, file=sys.stderr)
    if found:
        print(f"{len(found)} include(s) break the floors of layers.toml", file=sys.stderr)
        return 1
    if args.stamp:
        args.stamp.write_text("ok\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
