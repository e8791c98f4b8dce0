#!/usr/bin/env python3
"""Loads a server with 16 connections, kills it at random moments, restarts it and holds it to what it had acknowledged.

usage: crash_test.py [SEED]
"""
import base64
import json
import os
import pathlib
import random
import sqlite3
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent))
import lib  # noqa: E402

ROUNDS = 25
LONGEST_LOAD = 2.2  # seconds; the shortest is a moment after the start
REDEMPTIONS = """
  SELECT json_extract(record, '$.grant_id') AS grant_id, count(*) FROM audit
  WHERE event = 'token.issued' AND json_extract(record, '$.grant_type') = 'authorization_code' GROUP BY grant_id
"""


class Load:
    """The program beside the server that makes the load and knows what was acknowledged."""

    def __init__(self, target, seed):
        program = lib.BIN / "signet-crash-load"
        lib.expect(program.exists(), f"{program} is missing: build the release preset")
        self.process = subprocess.Popen([program, target, str(seed)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def order(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        lib.expect(line, "signet-crash-load died")
        report = json.loads(line)
        lib.expect(report["violations"] == 0, "broken promises:\n  " + "\n  ".join(report["texts"]))
        return report

    def end(self):
        self.process.kill()
        self.process.wait()


def make_target(server):
    key_file = server.folder / "client.key"
    lib.Authority.new_key(key_file)
    key = lib.private_jwk(key_file, "crash")
    server.create_user("local")
    client = server.create_client("local", {
        "client_name": "Crash", "redirect_uris": [lib.REDIRECT_URI], "token_endpoint_auth_method": "private_key_jwt",
        "jwks": {"keys": [lib.public_jwk(key)]}, "scope": "openid accounts offline_access", "dpop_bound_access_tokens": True,
        "grant_types": ["authorization_code", "refresh_token", "client_credentials"], "response_types": ["code"],
    })
    certificate = server.authority.issue_client("resource-server", "/CN=resource server")
    resource_server = server.create_client("local", {
        "client_name": "Resource server", "grant_types": ["client_credentials"], "introspection_allowed": True,
        "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=resource server",
        "resource": [server.issuers["local"]],
    })
    target = server.folder / "target.json"
    target.write_text(json.dumps({
        "port": server.ports["http"], "issuer": server.issuers["local"], "client_id": client["client_id"], "client_key": key,
        "redirect_uri": lib.REDIRECT_URI, "resource_client_id": resource_server["client_id"], "username": lib.USER,
        "resource_certificate": base64.b64encode(lib.certificate_der(certificate["certificate"])).decode(),
        "password": lib.PASSWORD,
    }))
    return target


def ask_database(server, query):
    with sqlite3.connect(f"file:{server.folder}/data/signet.db?mode=ro", uri=True, timeout=20) as database:
        return database.execute(query).fetchall()


def check_database(server, pragma):
    answer = ask_database(server, f"PRAGMA {pragma}")
    lib.expect(answer == [("ok",)], f"{pragma}: {answer}")


def kill_under_load(server, load, seconds):
    load.order("load")
    time.sleep(seconds)
    if server.process.poll() is not None:
        server.print_log()
        raise lib.Failure(f"the server ended with {server.process.poll()} before it was killed")
    server.kill()
    return load.answer()


def run(seed):
    dice = random.Random(seed)
    began = time.monotonic()
    print(f"seed {seed}; {ROUNDS} kills", flush=True)
    with lib.Server() as server:
        load = Load(make_target(server), seed)
        try:
            for number in range(1, ROUNDS + 1):
                kill_under_load(server, load, dice.uniform(0.05, LONGEST_LOAD))
                start = time.monotonic()
                server.start()
                restart = time.monotonic() - start
                load.order("check")
                report = load.answer()
                check_database(server, "quick_check")
                print(f"  kill {number:2}: {report['tokens']} tokens, {report['codes']} codes, {report['revoked']} revocations so far; "
                      f"up again after {restart * 1000:.0f} ms; {report['checked']} answers checked", flush=True)
            load.order("check all")
            report = load.answer()
            check_database(server, "integrity_check")
            # The audit record is written with the token, so it also shows redemptions whose answer was lost.
            redemptions = ask_database(server, REDEMPTIONS)
            twice = [grant for grant, count in redemptions if count != 1]
            lib.expect(not twice, f"codes redeemed twice: {twice[:5]}")
            lib.expect(len(redemptions) >= report["redeemed"], f"{len(redemptions)} redemptions are on record, {report['redeemed']} answered")
            lib.expect(report["redeemed"] > 50 and report["races"] > 5 and report["replays"] > 50, f"too little happened: {report}")
        finally:
            load.end()
    del report["texts"]
    print(", ".join(f"{name.replace('_', ' ')} {value}" for name, value in report.items()))
    print(f"nothing was lost and nothing was spent twice in {ROUNDS} kills ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    chosen = int(sys.argv[1]) if len(sys.argv) > 1 else int.from_bytes(os.urandom(4), "big")
    lib.run_program(lambda: run(chosen))
