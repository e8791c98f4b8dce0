#!/usr/bin/env python3
"""TLS at the listeners: versions, suites, renegotiation, client certificates, plain HTTP on a TLS port. RFC9325, FAPI2-SP-FINAL-5.2.1"""
import socket
import subprocess

import lib
from lib import expect

SUITES = {
    "https": ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"],
    "https_ec": ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384"],
    "mtls": ["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384"],
}
# Whatever this client can do is offered: a refusal is then the server's.
EVERYTHING = "ALL:COMPLEMENTOFALL:@SECLEVEL=0"


class Tests:
    def __init__(self, server):
        self.server = server
        self.passed = 0

    def client(self, listener, *options, data=b""):
        command = ["openssl", "s_client", "-connect", f"127.0.0.1:{self.server.ports[listener]}", "-servername", "localhost",
                   "-CAfile", str(self.server.authority.certificate), "-verify_hostname", "localhost", *options]
        done = subprocess.run(command, input=data, capture_output=True, timeout=20)
        return done.stdout.decode(errors="replace") + done.stderr.decode(errors="replace")

    def ok(self, truth, text, output=""):
        expect(truth, f"{text}\n{output[-1500:]}")
        self.passed += 1
        print(f"  ok  {text}", flush=True)

    def check_versions(self, listener):
        for version in ("-tls1", "-tls1_1"):
            output = self.client(listener, version, "-cipher", EVERYTHING)
            self.ok("alert protocol version" in output, f"{listener}: {version[1:]} is refused by the server", output)
        output = self.client(listener)
        self.ok("TLSv1.3" in output and "Verify return code: 0 (ok)" in output, f"{listener}: TLS 1.3 is preferred", output)
        self.ok("Compression: NONE" in output, f"{listener}: no compression", output)

    def check_suites(self, listener):
        for suite in SUITES[listener]:
            output = self.client(listener, "-tls1_2", "-cipher", suite)
            self.ok(f"Cipher    : {suite}" in output, f"{listener}: TLS 1.2 with {suite} is accepted", output)
        allowed = {suite for suites in SUITES.values() for suite in suites}
        others = ":".join(["ALL", "COMPLEMENTOFALL", *(f"!{suite}" for suite in sorted(allowed)), "@SECLEVEL=0"])
        output = self.client(listener, "-tls1_2", "-cipher", others)
        self.ok("alert handshake failure" in output, f"{listener}: every other suite of TLS 1.2 is refused", output)
        # One by one as well: a list can hide that its first entry decides.
        for suite in lib.openssl("ciphers", "-tls1_2", "-s", EVERYTHING).decode().strip().split(":"):
            if suite in allowed or suite.startswith("TLS_") or "PSK" in suite:
                continue
            output = self.client(listener, "-tls1_2", "-cipher", f"{suite}:@SECLEVEL=0")
            expect("Cipher is (NONE)" in output or "Cipher    : 0000" in output, f"{listener}: {suite} is accepted\n{output[-1500:]}")
        self.ok(True, f"{listener}: and each of them when it is offered alone")

    def check_renegotiation(self, listener):
        output = self.client(listener, "-tls1_2", data=b"R\n")
        self.ok("no renegotiation" in output or "RENEGOTIATING" in output and "error" in output.lower(),
                f"{listener}: renegotiation is refused", output)

    def check_client_certificate(self):
        for listener, asked in (("https", False), ("https_ec", False), ("mtls", True)):
            for version in ("-tls1_2", "-tls1_3"):
                output = self.client(listener, version, "-msg")
                self.ok(("CertificateRequest" in output) == asked,
                        f"{listener}: a client certificate is {'asked for' if asked else 'not asked for'} ({version[1:]})", output)
        host = f"localhost:{self.server.ports['mtls']}"
        request = f"GET /.well-known/openid-configuration HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
        output = self.client("mtls", "-quiet", "-ign_eof", data=request)
        self.ok("200 OK" in output, "mtls: a client without a certificate is served", output)
        self.ok("Strict-Transport-Security: max-age=" in output, "answers over TLS demand TLS for the future", output)

    def check_plain_http(self, listener):
        with socket.create_connection(("127.0.0.1", self.server.ports[listener]), timeout=15) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            received = b""
            while chunk := plain.recv(4096):
                received += chunk
        # At most an alert record: content type 21, two octets of version, two of length, two of alert.
        self.ok(received == b"" or (received[0] == 21 and len(received) == 7),
                f"{listener}: plain HTTP is answered by a TLS alert or not at all", repr(received[:200]))
        expect("TLSv1.3" in self.client(listener), "the listener is gone")


def main():
    with lib.Server() as server:
        tests = Tests(server)
        for listener in SUITES:
            tests.check_versions(listener)
            tests.check_plain_http(listener)
            tests.check_renegotiation(listener)
        for listener in ("https", "https_ec"):
            tests.check_suites(listener)
        tests.check_client_certificate()
    print(f"{tests.passed} TLS checks passed")


if __name__ == "__main__":
    lib.run_program(main)
