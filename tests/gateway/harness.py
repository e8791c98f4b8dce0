"""A real nginx with the module, in a folder of its own on free loopback ports; and the world around it."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time

from client import Connection, client_context, curl  # first: it makes tests/e2e known
import lib
from lib import Failure, expect

from fake_server import AUDIENCE, GATEWAY, ISSUER, FakeServer
from keys import Key, make_proof
from upstream import Upstream

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODULE = pathlib.Path(os.environ.get("SIGNET_GATEWAY_MODULE", ROOT / "build/release/nginx/ngx_http_signet_module.so")).resolve()
PRELOAD = os.environ.get("SIGNET_GATEWAY_PRELOAD", "")
FAKETIME = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
START_LIMIT = 20
DEFECTS = re.compile(r"\[(alert|emerg|crit)\]|AddressSanitizer|runtime error:|LeakSanitizer")


class World:
    """What stands around the gateways, shared by all themes."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="signet-gateway-"))
        self.folder.chmod(0o755)
        self.authority = lib.Authority(self.folder)
        self.server_certificate = self.authority.issue_server("nginx", rsa=False)
        self.gateway_key = Key()
        self.gateway_key_file = self.folder / "gateway.jwk"
        self.gateway_key_file.write_text(json.dumps(self.gateway_key.private_jwk()))
        self.gateway_key_file.chmod(0o600)
        self.server = FakeServer(self.gateway_key)
        self.upstream = Upstream()
        self.secrets = {self.gateway_key.private_jwk()["d"]}  # what no log may hold

    def stop(self):
        self.server.stop()
        self.upstream.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def settings(world, **changes):
    """The directives of the http block. A change of None leaves one out."""
    good = {"signet_zone": "tokens 4m", "signet_replay_zone": "proofs 1m", "signet_cache": "tokens", "signet_replay": "proofs",
            "signet_issuer": ISSUER, "signet_audience": AUDIENCE, "signet_client_id": GATEWAY,
            "signet_client_auth": f"private_key_jwt {world.gateway_key_file}", "signet_scopes": "accounts",
            "signet_introspection": "/_signet/introspect", "signet_jwks": "/_signet/jwks"}
    return "".join(f"  {name} {value};\n" for name, value in (good | changes).items() if value is not None)


class Gateway:
    """`locations` is the text of the protected server; {upstream} and {server} stand for where the API and the authorization
    server are. Without the module (`module=None`) it is a plain nginx. `clock` lets the time of day be moved, `steady_clock` with
    it the time that nginx measures."""

    def __init__(self, world, locations="location / { signet on; proxy_pass {upstream}; }", http="", server="", workers=2,
                 module=MODULE, clock=False, steady_clock=False, authorization_server=None, underscores=False, **changes):
        self.world, self.module, self.workers = world, module, workers
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="nginx-", dir=world.folder))
        self.port, self.tls_port, self.h2_port = lib.free_ports(3)
        self.process, self.allowed_defects, self.has_own_uris = None, (), True
        self.clock, self.steady_clock = self.folder / "clock" if clock or steady_clock else None, steady_clock
        self.server = authorization_server or world.server
        names = {"{upstream}": f"http://127.0.0.1:{world.upstream.port}",
                 "{server}": f"http{'s' if self.server.gateway_certificate else ''}://127.0.0.1:{self.server.port}",
                 "{authority}": str(world.authority.certificate)}
        text = self.configuration(http, server, locations, settings(world, **changes) if module else "", underscores)
        for name, value in names.items():
            text = text.replace(name, value)
        self.config = self.folder / "nginx.conf"
        self.config.write_text(text)

    def configuration(self, http, server, locations, directives, underscores):
        folder, certificate = self.folder, self.world.server_certificate
        timeouts = "proxy_connect_timeout 2s; proxy_read_timeout 2s; proxy_send_timeout 2s;"
        internal = "".join(f"    location = /_signet/{path} {{ internal; {timeouts} proxy_http_version 1.1; proxy_set_header Connection \"\";\n"
                           f"      proxy_pass {{server}}/{path}; }}\n" for path in ("introspect", "jwks", "revocations"))
        variables = "$signet_result $signet_reason $signet_cache $signet_scheme $signet_client_id" if self.module else "- - - - -"
        return f"""
{f"load_module {self.module};" if self.module else ""}
{"env FAKETIME_TIMESTAMP_FILE; env FAKETIME_NO_CACHE;" if self.clock else ""}
{"env FAKETIME_DONT_FAKE_MONOTONIC;" if self.clock and not self.steady_clock else ""}
daemon off; worker_processes {self.workers}; {"user root;" if os.geteuid() == 0 else ""}
pid {folder}/nginx.pid; error_log {folder}/error.log notice; worker_shutdown_timeout 10s;
events {{ worker_connections 1024; }}
http {{
  {"".join(f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))}
  log_format test '$status $request_method $uri {variables}';
  access_log {folder}/access.log test;
  large_client_header_buffers 8 128k;
  underscores_in_headers {"on" if underscores else "off"};
  keepalive_requests 100000;
{directives}{http}
  server {{
    listen 127.0.0.1:{self.port} reuseport;
    listen 127.0.0.1:{self.h2_port} http2 reuseport;
    listen 127.0.0.1:{self.tls_port} ssl http2 reuseport;
    ssl_certificate {certificate["certificate"]}; ssl_certificate_key {certificate["key"]};
    ssl_verify_client optional_no_ca;
    server_name api.example.test;
    add_header X-Worker $pid always;
    proxy_http_version 1.1;
{internal}{server}{locations}
  }}
}}
"""

    def environment(self):
        # The shim of the clock stands before the sanitizer's runtime, which otherwise waits for it for ever.
        extra = {"ASAN_OPTIONS": f"detect_leaks=0:abort_on_error=1:verify_asan_link_order=0:log_path={self.folder}/asan",
                 "UBSAN_OPTIONS": "print_stacktrace=1"}
        preload = [PRELOAD] if PRELOAD else []
        if self.clock:
            preload.insert(0, FAKETIME)
            extra |= {"FAKETIME_TIMESTAMP_FILE": str(self.clock), "FAKETIME_NO_CACHE": "1"}
            extra |= {} if self.steady_clock else {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        return os.environ | extra | ({"LD_PRELOAD": ":".join(preload)} if preload else {})

    def check_configuration(self):
        """Exit code and messages of `nginx -t`."""
        done = subprocess.run(["nginx", "-t", "-c", self.config], capture_output=True, text=True, env=self.environment(), timeout=60)
        return done.returncode, done.stderr

    def step_clock(self, offset):
        """nginx and the authorization server see the time of day moved by this many seconds."""
        self.server.step_clock(offset)
        self.clock.write_text(f"{offset:+d}\n")

    # Life -----------------------------------------------------------------------------------------------------------------

    def __enter__(self):
        if self.clock:
            self.step_clock(0)
        self.output = (self.folder / "output.log").open("ab")
        self.process = subprocess.Popen(["nginx", "-c", self.config], stdin=subprocess.DEVNULL, stdout=self.output, stderr=self.output,
                                        env=self.environment())
        end = time.monotonic() + START_LIMIT
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > end:
                code = self.process.poll()
                self.kill()
                raise Failure(f"nginx did not start (exit code {code}):\n{self.logs()[-3000:]}")
            time.sleep(0.01)
        return self

    def listens(self):
        """And all workers are there: connections are taken on before the last of them is."""
        with contextlib.suppress(OSError), Connection(self.port):
            return (self.folder / "nginx.pid").exists() and len(self.worker_pids()) == self.workers
        return False

    def __exit__(self, kind, value, trace):
        if kind is not None:
            self.kill()
            return
        self.process.send_signal(signal.SIGQUIT)
        try:
            code = self.process.wait(timeout=40)
        except subprocess.TimeoutExpired as late:
            self.kill()
            raise Failure("nginx does not end") from late
        self.output.close()
        expect(code == 0, f"nginx ended with {code}:\n{self.logs()[-3000:]}")
        self.check_logs()

    def kill(self):
        if self.process is not None and self.process.poll() is None:
            workers = self.worker_pids()
            self.process.kill()
            self.process.wait()
            for pid in workers:
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)

    def worker_pids(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [int(pid) for pid in children]

    def logs(self):
        return "\n".join(file.read_text(errors="replace") for file in sorted(self.folder.iterdir()) if file.is_file() and self.is_log(file))

    @staticmethod
    def is_log(file):
        return file.suffix == ".log" or file.name.startswith("asan")

    def check_logs(self):
        """No defect and no secret stands in any log."""
        text = self.logs()
        bad = [line for line in text.splitlines() if DEFECTS.search(line) and not any(mark in line for mark in self.allowed_defects)]
        expect(not bad, "nginx logged a defect:\n  " + "\n  ".join(bad[:10]))
        found = [secret for secret in self.world.secrets if len(secret) >= 16 and secret in text and self.has_own_uris]
        lines = [line[:300] for line in text.splitlines() if any(secret in line for secret in found)]
        expect(not found, f"{len(found)} secrets stand in a log of nginx:\n  " + "\n  ".join(lines[:5]))

    # Requests -------------------------------------------------------------------------------------------------------------

    def credential(self, token, method="GET", path="/accounts", scheme=None, key=None, proof=None, url=None, **claims):
        """The fields that a right call with this token has; the proof can be made wrong by its claims."""
        key = key or token.key
        scheme = scheme or ("DPoP" if key else "Bearer")
        fields = [f"Authorization: {scheme} {token.text}"]
        if proof is None and key:
            claims.setdefault("iat", self.server.now())
            proof = make_proof(key, token.text, method, url or AUDIENCE + path.partition("?")[0], **claims)
        if proof:
            fields.append(f"DPoP: {proof}")
            self.world.secrets.add(proof)
        self.world.secrets.add(token.text)
        return fields

    def send(self, method="GET", path="/accounts", fields=(), body=None, connection=None, **more):
        if connection is not None:
            return connection.ask(method, path, fields, body)
        with Connection(self.port, **more) as once:
            return once.ask(method, path, fields, body)

    def call(self, token, method="GET", path="/accounts", fields=(), body=None, connection=None, tls=None, **credential):
        """A call that is right but for what the caller changes."""
        fields = [*self.credential(token, method, path, **credential), *fields]
        if tls is not None:
            with Connection(self.tls_port, client_context(tls or None)) as connection:
                return connection.ask(method, path, fields, body)
        return self.send(method, path, fields, body, connection)

    def call_h2(self, token, path="/accounts", fields=(), certificate=None, scheme="http", **credential):
        port = self.tls_port if scheme == "https" else self.h2_port
        return curl(port, path, [*self.credential(token, path=path, **credential), *fields], certificate=certificate, scheme=scheme)

    @contextlib.contextmanager
    def connections(self):
        """One kept-alive connection to each worker."""
        found = {}
        with contextlib.ExitStack() as stack:
            for _ in range(400):
                connection = stack.enter_context(Connection(self.port))
                found.setdefault(connection.ask("GET", "/_signet/none").field("X-Worker"), connection)
                if len(found) == self.workers:
                    break
            expect(len(found) == self.workers, f"connections reach {len(found)} of {self.workers} workers")
            yield list(found.values())
