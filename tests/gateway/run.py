#!/usr/bin/env python3
"""Runs the themes. usage: run.py [THEME...] [-k WORDS]   (WORDS: only cases whose sentence holds them)"""
import argparse
import importlib
import sys
import time

import cases
import harness
from lib import Failure

THEMES = ["self_check", "configuration", "decisions", "proofs", "certificates", "phantom_tokens", "caching", "answers", "forwarding",
          "revocation", "nonces", "clock", "survival", "status", "real_server"]


def run_theme(world, name, words):
    """Passed, failed and skipped cases of one theme."""
    cases.CASES.clear()
    sys.modules.pop(name, None)
    theme = importlib.import_module(name)
    wanted = [each for each in cases.CASES if words in cases.sentence(each)]
    if not wanted:
        return 0, 0, 0
    print(f"{name}: {theme.__doc__.strip().splitlines()[0]}", flush=True)
    if not hasattr(theme, "gateway"):
        return count([cases.run_case(each, world) for each in wanted])
    results = []
    try:
        with theme.gateway(world) as gateway:
            results = [cases.run_case(each, gateway) for each in wanted]
    except Failure as problem:
        print(f"FAILED  {name}, as a whole: {problem}", flush=True)
        results.append(False)
    return count(results)


def count(results):
    return results.count(True), results.count(False), results.count(None)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("theme", nargs="*", default=THEMES)
    parser.add_argument("-k", default="", metavar="WORDS")
    arguments = parser.parse_args()
    began = time.monotonic()
    world = harness.World()
    passed = failed = skipped = 0
    try:
        for name in arguments.theme:
            good, bad, left = run_theme(world, name, arguments.k)
            passed, failed, skipped = passed + good, failed + bad, skipped + left
        if world.server.defects:
            print(f"FAILED  the gateway proves itself to the authorization server: {world.server.defects[:5]}")
            failed += 1
    finally:
        world.stop()
    print(f"gateway: {passed} passed, {failed} failed, {skipped} skipped ({time.monotonic() - began:.0f} s)")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
