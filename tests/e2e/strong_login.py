#!/usr/bin/env python3
"""A real server with an issuer of two levels, the demo bank that asks for the higher one, and Exim for its mails.

strong_login.py COMMAND... runs the command beside them; SIGNET_E2E names their description, as in lib.py."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import time

import mail_server
from lib import BIN, Server, expect, free_ports, run_program

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
url = "{mail_url}"
from = "no-reply@bank.example.test"
username = "{mail_username}"
password_file = "mail.password"
[outbound]
ca_file = "{ca}"
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
    password = server.folder / "mail.password"
    password.touch(mode=0o600)
    password.write_text(mail_server.PASSWORD)
    with mail_server.mail_server(server.authority.issue_server("mail", rsa=False)) as (mailbox, mail_url):
        with server.config.open("a") as config:
            config.write(ISSUER.format(issuer=server.issuers["strong"], bank=bank_url, levels=LEVELS, mail_url=mail_url,
                                       mail_username=mail_server.USERNAME, ca=server.authority.certificate))
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
