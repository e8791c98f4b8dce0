#!/usr/bin/env python3
"""A real server with an issuer of two levels, the demo bank that asks for the higher one, and a mail server of others.

strong_login.py COMMAND... runs the command beside them; SIGNET_E2E names their description, as in lib.py."""
import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

from lib import BIN, ROOT, Server, expect, free_ports, run_program

LEVELS = ["single", "strong"]
WAIT = 15

ISSUER = """[issuers.strong]
url = "{issuer}"
display_name = "Test Bank"
scopes = ["accounts", "payments"]
authorization_details_types = ["payment_initiation"]
default_resource = ["{bank}"]
acr_values = {levels}
[mail]
url = "smtp://127.0.0.1:{mail_port}"
from = "no-reply@bank.example.test"
"""

BANK = """resource = "{bank}"
issuer = "{issuer}"
ca_file = "{ca}"
transactions_acr_values = ["strong"]
transactions_max_age = 300
payments_acr_values = ["strong"]
[listeners.api]
port = {port}
certificate_file = "{certificate}"
private_key_file = "{key}"
"""


def wait_for(condition, what):
    end = time.monotonic() + WAIT
    while not condition():
        expect(time.monotonic() < end, f"{what} did not start")
        time.sleep(0.05)


@contextlib.contextmanager
def running(*command):
    """A program that ends with the block."""
    process = subprocess.Popen([*map(str, command)])
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=WAIT)


@contextlib.contextmanager
def mail_server(server):
    """Keeps each mail as a file of the folder; gives the folder and the port. Its library is a package of the system."""
    folder = server.folder / "mailbox"
    folder.mkdir()
    own = server.authority.self_sign("mail", "/CN=localhost")
    shutil.copy(own["certificate"], folder / "certificate.pem")
    shutil.copy(own["key"], folder / "key.pem")
    with running("/usr/bin/python3", ROOT / "tests/support/mail_server.py", "none", "open", folder):
        wait_for((folder / "port").exists, "the mail server")
        yield folder, int((folder / "port").read_text())


@contextlib.contextmanager
def bank(server, url, port):
    config = server.folder / "bank.toml"
    config.write_text(BANK.format(bank=url, issuer=server.issuers["strong"], ca=server.authority.certificate, port=port,
                                  **server.server_rsa))
    with running(BIN / "signet-bank", "-c", config) as process:
        wait_for(lambda: process.poll() is not None or subprocess.run(
            ["curl", "-so", "/dev/null", "--cacert", server.authority.certificate, url]).returncode == 0, "the bank")
        expect(process.poll() is None, "the bank ended")
        yield


def run_beside_all(command):
    server = Server()
    [port] = free_ports(1)
    bank_url = f"https://localhost:{port}"
    server.issuers["strong"] = server.issuers["main"] + "/strong"
    with mail_server(server) as (mailbox, mail_port):
        with server.config.open("a") as config:
            config.write(ISSUER.format(issuer=server.issuers["strong"], bank=bank_url, levels=LEVELS, mail_port=mail_port))
        with server, bank(server, bank_url, port):
            description = server.describe() | {
                "bank": bank_url, "mailbox": str(mailbox),
                "certificates": {"issuer": server.server_rsa, "server": server.server_ec},
            }
            file = pathlib.Path(server.folder / "e2e.json")
            file.write_text(json.dumps(description))
            environment = os.environ | {"SIGNET_E2E": str(file), "NODE_EXTRA_CA_CERTS": str(server.authority.certificate)}
            code = subprocess.run(command, env=environment).returncode
            expect(code == 0, f"{command[0]} ended with {code}")


if __name__ == "__main__":
    run_program(lambda: run_beside_all(sys.argv[1:]))
