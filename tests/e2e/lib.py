#!/usr/bin/env python3
"""A real server for the end-to-end tests: certificates, configuration, start, administration, stop.

As a module: `with Server() as server: ...`. As a program it runs a command beside a server whose description (JSON) is named by
the environment variable SIGNET_E2E:  lib.py COMMAND...
"""
import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("SIGNET_BIN", ROOT / "build/release/bin"))
SIGNET = BIN / "signet"
REDIRECT_URI = "https://client.example.test/callback"
USER, PASSWORD = "alice", "correct horse battery staple"
START_LIMIT = 15


class Failure(Exception):
    """A test failed; the text says how."""


def expect(truth, text):
    if not truth:
        raise Failure(text)


def free_ports(count):
    """Ports that are free now. All are held until the last is known, so that they differ."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def openssl(*words, data=None):
    done = subprocess.run(["openssl", *map(str, words)], input=data, capture_output=True)
    expect(done.returncode == 0, f"openssl {words[0]}: {done.stderr.decode()}")
    return done.stdout


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Authority:
    """A certificate authority in a folder."""

    def __init__(self, folder, name="Signet test CA"):
        self.folder = pathlib.Path(folder)
        self.name = name.replace(" ", "-")
        self.key, self.certificate = self.path(self.name, "key"), self.path(self.name, "pem")
        self.new_key(self.key)
        openssl("req", "-x509", "-new", "-key", self.key, "-out", self.certificate, "-days", "2", "-subj", f"/CN={name}",
                "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=critical,keyCertSign,cRLSign")

    def path(self, name, kind):
        return self.folder / f"{name}.{kind}"

    @staticmethod
    def new_key(path, rsa=False):
        kind = ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"] if rsa else ["-algorithm", "EC", "-pkeyopt",
                                                                                    "ec_paramgen_curve:P-256"]
        openssl("genpkey", *kind, "-out", path)
        os.chmod(path, 0o600)

    def issue(self, name, subject, extensions, rsa=False):
        """NAME.pem and NAME.key of a certificate from this authority."""
        key, request, certificate = (self.path(name, kind) for kind in ("key", "csr", "pem"))
        self.new_key(key, rsa)
        openssl("req", "-new", "-key", key, "-out", request, "-subj", subject)
        details = self.path(name, "ext")
        details.write_text(extensions)
        openssl("x509", "-req", "-in", request, "-CA", self.certificate, "-CAkey", self.key, "-CAcreateserial", "-days", "2",
                "-extfile", details, "-out", certificate)
        return {"certificate": str(certificate), "key": str(key)}

    def issue_server(self, name, rsa):
        names = "subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n"
        return self.issue(name, "/CN=localhost", names, rsa)

    def issue_client(self, name, subject):
        return self.issue(name, subject, "extendedKeyUsage=clientAuth\nbasicConstraints=CA:FALSE\n")

    def self_sign(self, name, subject):
        key, certificate = self.path(name, "key"), self.path(name, "pem")
        self.new_key(key)
        openssl("req", "-x509", "-new", "-key", key, "-out", certificate, "-days", "2", "-subj", subject)
        return {"certificate": str(certificate), "key": str(key)}


def certificate_der(path):
    return openssl("x509", "-in", path, "-outform", "DER")


def private_jwk(key_file, kid=None):
    """The P-256 key of a PEM file as a private JWK."""
    public = openssl("pkey", "-in", key_file, "-pubout", "-outform", "DER")[-64:]
    secret = openssl("ec", "-in", key_file, "-outform", "DER")
    mark = secret.index(b"\x02\x01\x01\x04\x20") + 5  # SEC 1: version 1, then the 32 octets of the scalar
    jwk = {"kty": "EC", "crv": "P-256", "x": b64url(public[:32]), "y": b64url(public[32:]), "d": b64url(secret[mark:mark + 32])}
    return jwk | ({"kid": kid} if kid else {})


def public_jwk(jwk):
    return {name: value for name, value in jwk.items() if name != "d"}


def sign_es256(key_file, header, payload):
    """A compact JWS; header and payload may be anything, so that hostile ones can be made."""
    text = b64url(json.dumps(header).encode()) + "." + b64url(json.dumps(payload).encode())
    der = openssl("dgst", "-sha256", "-sign", key_file, data=text.encode())
    return text + "." + b64url(raw_signature(der))


def raw_signature(der):
    """ECDSA-Sig-Value of P-256 as r || s."""
    parts, at = b"", 2
    for _ in range(2):
        length = der[at + 1]
        parts += der[at + 2:at + 2 + length].lstrip(b"\0").rjust(32, b"\0")
        at += 2 + length
    return parts


class Server:
    """One server in a folder of its own, on free loopback ports.

    Listeners: https (RSA certificate), https_ec (P-256 certificate), mtls (asks for client certificates), http (plain, believes
    Client-Cert of local peers). Issuers: main, nonce (demands DPoP nonces), staff (plain OpenID Connect), local (on http).
    """

    def __init__(self, extra=""):
        expect(SIGNET.exists(), f"{SIGNET} is missing: build the release preset, or set SIGNET_BIN")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="signet-e2e-"))
        self.config = self.folder / "signet.toml"
        self.log = self.folder / "server.log"
        self.process = None
        self.authority = Authority(self.folder)
        self.server_rsa = self.authority.issue_server("server-rsa", rsa=True)
        self.server_ec = self.authority.issue_server("server-ec", rsa=False)
        self.ports = dict(zip(("https", "https_ec", "mtls", "http", "management"), free_ports(5)))
        origin, mtls = f"https://localhost:{self.ports['https']}", f"https://localhost:{self.ports['mtls']}"
        self.issuers = {"main": origin, "nonce": origin + "/nonce", "staff": origin + "/staff",
                        "local": f"http://127.0.0.1:{self.ports['http']}"}
        self.mtls_urls = {"main": mtls, "nonce": mtls + "/nonce", "staff": mtls + "/staff"}
        self.cli("keys", "make-master-key", self.folder / "master.key", config=False)
        self.config.write_text(self.configuration() + extra)

    def configuration(self):
        def listener(name, server=None, more=""):
            tls = f'certificate_file = "{server["certificate"]}"\nprivate_key_file = "{server["key"]}"\n' if server else ""
            return f"[listeners.{name}]\nport = {self.ports[name]}\n{tls}{more}\n"

        def issuer(name, more=""):
            mtls = f'mtls_url = "{self.mtls_urls[name]}"\n' if name in self.mtls_urls else ""
            return (f'[issuers.{name}]\nurl = "{self.issuers[name]}"\n{mtls}scopes = ["accounts", "payments"]\n'
                    f'client_certificate_ca_file = "{self.authority.certificate}"\n{more}\n')

        return "".join((
            '[server]\ndata_directory = "data"\n[secrets]\nmaster_key_file = "master.key"\n[log]\nformat = "json"\n',
            # The least that Argon2id is allowed to cost here: the tests wait for logins, they do not attack them.
            "[login]\npassword_iterations = 1\npassword_memory_mib = 8\n",
            f"[management]\nport = {self.ports['management']}\ntrusted_proxies = [\"127.0.0.1/32\"]\n",
            listener("https", self.server_rsa),
            listener("https_ec", self.server_ec),
            listener("mtls", self.server_rsa, "client_certificates = true\n"),
            listener("http", more='trusted_proxies = ["127.0.0.1/32"]\n'),
            issuer("main", 'display_name = "Test Bank"\n'),
            issuer("nonce", "require_dpop_nonce = true\n"),
            issuer("staff", 'profile = "openid"\nsigning_algorithms = ["ES256", "RS256"]\n'),
            issuer("local"),
        ))

    def __enter__(self):
        try:
            self.start()
        except BaseException:
            self.__exit__(*sys.exc_info())
            raise
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                self.stop()
                self.check_log()
            elif self.process is not None:
                self.kill()
                self.print_log()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def start(self):
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([SIGNET, "serve", "-c", self.config], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + START_LIMIT
        while not self.is_ready():
            if self.process.poll() is not None or time.monotonic() > end:
                self.print_log()
                raise Failure(f"the server did not start (exit code {self.process.poll()})")
            time.sleep(0.01)

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.ports['management']}/health/ready", timeout=2) as answer:
                return answer.status == 200
        except (OSError, urllib.error.URLError):
            return False

    def stop(self):
        """Asks the server to end, which it must do with exit code 0."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=20)
        self.process = None
        expect(code == 0, f"the server ended with {code} after SIGTERM")

    def kill(self):
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process = None

    def print_log(self):
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        print("last lines of the server's log:", *lines[-40:], sep="\n  ", file=sys.stderr)

    def check_log(self):
        """A defect is in the log even where every answer looked right."""
        bad = [line for line in self.log.read_text(errors="replace").splitlines()
               if any(mark in line for mark in ("server.bug", "request_failed", "session_exception", "maintenance.bug"))]
        expect(not bad, "the server logged a defect: " + "\n  ".join(bad[:5]))

    def cli(self, *words, data=None, config=True):
        """Runs `signet WORDS`; gives its output."""
        command = [SIGNET, *map(str, words)] + (["-c", str(self.config)] if config else [])
        text = json.dumps(data) if data is not None else None
        done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=30)
        expect(done.returncode == 0, f"signet {' '.join(map(str, words))}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def create_client(self, issuer, metadata):
        return json.loads(self.cli("clients", "create", "--issuer", issuer, data=metadata))

    def create_user(self, issuer, username=USER, password=PASSWORD):
        account = {"username": username, "password": password, "name": "Alice Adams", "email": f"{username}@example.test",
                   "email_verified": True}
        self.cli("users", "create", "--issuer", issuer, data=account)

    def rss_kib(self):
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
        raise Failure("the server is gone")

    def describe(self):
        return {
            "signet": str(SIGNET), "config": str(self.config), "folder": str(self.folder), "pid": self.process.pid,
            "issuers": self.issuers, "mtls_urls": self.mtls_urls, "ports": self.ports, "ca": str(self.authority.certificate),
            "redirect_uri": REDIRECT_URI, "username": USER, "password": PASSWORD,
        }


def run_beside_server(command):
    with Server() as server:
        for issuer in server.issuers:
            server.create_user(issuer)
        description = server.describe()
        description["certificates"] = {
            "one": server.authority.issue_client("one", "/O=Fintech One/CN=client one"),
            "two": server.authority.issue_client("two", "/O=Fintech Two/CN=client two"),
            "self_signed": server.authority.self_sign("own", "/CN=own certificate"),
            "server": server.server_ec,
            "stranger": server.authority.self_sign("stranger", "/CN=client one/O=Fintech One"),
        }
        file = server.folder / "e2e.json"
        file.write_text(json.dumps(description))
        environment = os.environ | {"SIGNET_E2E": str(file), "NODE_EXTRA_CA_CERTS": str(server.authority.certificate)}
        code = subprocess.run(command, env=environment).returncode
        expect(code == 0, f"{command[0]} ended with {code}")


def run_program(main):
    """The frame of a test program: a failure is a sentence and an exit code of 1."""
    try:
        main()
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)


if __name__ == "__main__":
    run_program(lambda: run_beside_server(sys.argv[1:]))
