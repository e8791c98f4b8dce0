#!/usr/bin/env python3
"""deploy/nginx in a real nginx: it starts, refuses what it must, and shows nothing to strangers that is not theirs.

Only paths, addresses and ports are replaced; there is neither an authorization server nor an API behind it."""
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import time
import warnings

from lib import BIN, ROOT, Authority, Failure, expect, free_ports, run_program

MODULE = pathlib.Path(os.environ.get("SIGNET_GATEWAY_MODULE", BIN / "../nginx/ngx_http_signet_module.so")).resolve()
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
NAMES = ("api.example.com", "mtls.api.example.com")
WAIT = 20


class Gateway:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.port, self.status_port, self.dead_port = free_ports(3)
        for name in ("tls", "modules", "log", "temp"):
            (self.folder / name).mkdir()
        (self.folder / "modules" / MODULE.name).symlink_to(MODULE)
        self.authority = Authority(self.folder)
        tls = self.folder / "tls"
        for name in (*NAMES, "gateway"):
            made = self.authority.issue(name, f"/CN={name}", f"subjectAltName=DNS:{name}\nbasicConstraints=CA:FALSE\n", rsa=True)
            shutil.copy(made["certificate"], tls / f"{name}.pem")
            shutil.copy(made["key"], tls / f"{name}.key")
        shutil.copy(self.authority.certificate, tls / "internal-authorities.pem")
        for name in ("nginx.conf", "signet-api.conf"):
            (self.folder / name).write_text(self.localized((ROOT / "deploy/nginx" / name).read_text()))

    def localized(self, text):
        user = "user root;" if os.geteuid() == 0 else ""
        for old, new in (("user www-data;", user), ("/etc/nginx/", f"{self.folder}/"), ("/var/log/nginx/", f"{self.folder}/log/"),
                         ("/run/nginx.pid", f"{self.folder}/nginx.pid"), ("listen 443 ", f"listen 127.0.0.1:{self.port} "),
                         ("127.0.0.1:9145", f"127.0.0.1:{self.status_port}")):
            text = text.replace(old, new)
        text = re.sub(r"^ *listen \[::\].*\n", "", text, flags=re.M)
        text = re.sub(r"server 10\.[0-9.]+:[0-9]+", f"server 127.0.0.1:{self.dead_port}", text)
        temporary = "".join(f"  {kind}_temp_path {self.folder}/temp/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        return text.replace("http {\n", "http {\n" + temporary, 1)

    def command(self, *more):
        return [NGINX, "-e", "stderr", "-p", str(self.folder), "-c", "nginx.conf", "-g", "daemon off;", *more]

    def __enter__(self):
        done = subprocess.run(self.command("-t"), capture_output=True, text=True)
        expect(done.returncode == 0 and "[warn]" not in done.stderr, f"nginx -t: {done.stderr}")
        self.process = subprocess.Popen(self.command())
        end = time.monotonic() + WAIT
        while socket.socket().connect_ex(("127.0.0.1", self.status_port)) != 0:
            expect(self.process.poll() is None and time.monotonic() < end, "nginx did not start")
            time.sleep(0.05)
        return self

    def __exit__(self, *_):
        self.process.terminate()
        expect(self.process.wait(WAIT) == 0, "nginx did not end well")

    def connect(self, name, ciphers=None, **limits):
        context = ssl.create_default_context(cafile=str(self.authority.certificate))
        if ciphers:
            context.set_ciphers(ciphers)
        for key, value in limits.items():
            setattr(context, key, value)
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=WAIT)
        return context.wrap_socket(raw, server_hostname=name)

    def ask(self, name, path, host=None, method="GET", **fields):
        connection = http.client.HTTPConnection(name)
        connection.sock = self.connect(name)
        connection.request(method, path, headers={"Host": host or name, **fields})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read().decode()

    def status(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.status_port, timeout=WAIT)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


def refuses_without_a_token(gateway):
    for name, scheme in ((NAMES[0], "DPoP"), (NAMES[1], "Bearer")):
        for path in ("/accounts", "/payments", "/anything", "/"):
            status, headers, body = gateway.ask(name, path)
            expect(status == 401, f"{name}{path}: {status}")
            challenges = headers.get_all("WWW-Authenticate")
            expect(challenges and all(one.startswith(scheme + " ") for one in challenges), f"{name}{path}: {challenges}")
            expect(headers["Content-Type"] == "application/problem+json" and json.loads(body)["status"] == 401, body)


def believes_nobodys_words(gateway):
    status, _, _ = gateway.ask(NAMES[1], "/accounts", Authorization="Bearer " + "o" * 43, **{"Client-Cert": ":AQI=:"})
    expect(status in (401, 502, 503), f"a forged certificate: {status}")
    status, _, _ = gateway.ask(NAMES[0], "/accounts", Authorization="Bearer " + "o" * 43)
    expect(status == 401, f"Bearer where only DPoP is accepted: {status}")
    for path in ("/_signet/introspect", "/_signet/revocations", "/_signet/jwks"):
        status, _, _ = gateway.ask(NAMES[0], path, method="POST")
        expect(status == 404, f"{path} can be reached from outside: {status}")


def keeps_the_two_names_apart(gateway):
    status, _, _ = gateway.ask(NAMES[0], "/accounts", host=NAMES[1])
    expect(status == 421, f"a connection without certificate reached the name for certificates: {status}")


def publishes_metadata_and_nothing_else(gateway):
    status, _, body = gateway.ask(NAMES[0], "/.well-known/oauth-protected-resource")
    expect(status == 200, f"metadata: {status}")
    document = json.loads(body)
    expect(document["resource"] == "https://api.example.com", body)
    expect(document["scopes_supported"] == ["accounts", "payments"], body)
    status, _, _ = gateway.ask(NAMES[0], "/metrics")
    expect(status == 401, f"the figures are at the public address: {status}")
    status, body = gateway.status("/metrics")
    expect(status == 200 and "signet_gateway_decisions_total" in body, f"status {status}")
    expect(gateway.status("/")[0] == 404, "something else stands beside the figures")


def speaks_only_good_tls(gateway):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        old = {"minimum_version": ssl.TLSVersion.TLSv1, "maximum_version": ssl.TLSVersion.TLSv1_1}
        try:
            gateway.connect(NAMES[0], ciphers="ALL:@SECLEVEL=0", **old)
            raise Failure("TLS 1.1 was accepted")
        except ssl.SSLError as error:
            expect("ALERT_PROTOCOL_VERSION" in str(error), f"TLS 1.1: {error}")
    try:
        gateway.connect(NAMES[0], ciphers="AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA", maximum_version=ssl.TLSVersion.TLSv1_2)
        raise Failure("a suite outside of the profiles was accepted")
    except ssl.SSLError as error:
        expect("HANDSHAKE_FAILURE" in str(error), f"weak suites: {error}")
    with gateway.connect(NAMES[0]) as connection:
        expect(connection.version() == "TLSv1.3", connection.version())
    with gateway.connect(NAMES[0], maximum_version=ssl.TLSVersion.TLSv1_2) as connection:
        expect(connection.cipher()[0].startswith("ECDHE-RSA-AES"), connection.cipher())


def logs_no_secret(gateway):
    gateway.ask(NAMES[0], "/accounts?access_token=secret-in-query", Authorization="DPoP secret-in-header", DPoP="secret-proof")
    log = gateway.folder / "log/access.log"
    end = time.monotonic() + WAIT
    while '"reason":"invalid_request"' not in log.read_text():
        expect(time.monotonic() < end, "the request is not in the log: " + log.read_text())
        time.sleep(0.1)
    for line in log.read_text().splitlines():
        json.loads(line)
        expect("secret" not in line, line)
    expect("secret" not in (gateway.folder / "log/error.log").read_text(), "a secret stands in the error log")


def main():
    with tempfile.TemporaryDirectory(prefix="signet-deploy-") as folder, Gateway(folder) as gateway:
        for test in (refuses_without_a_token, believes_nobodys_words, keeps_the_two_names_apart, publishes_metadata_and_nothing_else,
                     speaks_only_good_tls, logs_no_secret):
            test(gateway)
            print(f"ok  {test.__name__.replace('_', ' ')}", flush=True)


if __name__ == "__main__":
    run_program(main)
