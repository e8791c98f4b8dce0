#!/usr/bin/env python3
"""Measures the nginx gateway beside plain nginx in the same run: CPU of one worker on one core, request by request.

    cmake --preset release && cmake --build --preset release
    python3 bench/gateway.py                       # everything but the full cache and the soak
    python3 bench/gateway.py dpop mtls             # some of: dpop mtls uncached reload memory soak
    python3 bench/gateway.py memory --tokens 100000
    python3 bench/gateway.py soak --minutes 60

nginx has one worker on core 0. The generator, the API (another nginx) and the authorization server (`signet serve`) share core 1.
Every proof is signed before the clock starts; each request has its own.
"""
import argparse
import dataclasses
import json
import os
import pathlib
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from run import ROOT, free_port, make_client_key, run

AUDIENCE = "https://api.bench.example"
BUDGET_US = 25
USUAL = ("dpop", "mtls", "uncached", "reload")
ALL = (*USUAL, "memory", "soak")
GROWTH_MIB = 1.0  # what a worker may gain in a soak after its first tenth: less than a byte for each request


# Set-up -----------------------------------------------------------------------------------------------------------------


def make_certificates(folder: pathlib.Path) -> None:
    """A CA, the gateway's certificate and the client's; the client's as PEM and as base64 DER."""
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    run("openssl", "req", "-x509", *curve, "-days", "2", "-subj", "/CN=bench-ca", "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    for name, usage in (("gateway", "serverAuth"), ("client", "clientAuth")):
        run("openssl", "req", *curve, "-subj", f"/CN=bench-{name}", "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.csr")
        (folder / "ext").write_text(f"extendedKeyUsage={usage}\nbasicConstraints=CA:FALSE\n")
        run("openssl", "x509", "-req", "-in", folder / f"{name}.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-days", "2",
            "-CAcreateserial", "-extfile", folder / "ext", "-out", folder / f"{name}.pem")


def base64_der(certificate: pathlib.Path) -> str:
    return "".join(line for line in certificate.read_text().splitlines() if not line.startswith("-----"))


@dataclasses.dataclass
class Ports:
    server: int = dataclasses.field(default_factory=free_port)
    management: int = dataclasses.field(default_factory=free_port)
    api: int = dataclasses.field(default_factory=free_port)
    copier: int = dataclasses.field(default_factory=free_port)
    gateway: int = dataclasses.field(default_factory=free_port)
    tls: int = dataclasses.field(default_factory=free_port)


def configure_server(folder: pathlib.Path, ports: Ports) -> pathlib.Path:
    file = folder / "signet.toml"
    file.write_text(f"""
[server]
data_directory = "{folder}/data"
threads = 1
[secrets]
master_key_file = "{folder}/master.key"
[listeners.bench]
address = "127.0.0.1"
port = {ports.server}
trusted_proxies = ["127.0.0.1/32"]
[management]
port = {ports.management}
[issuers.bench]
url = "http://127.0.0.1:{ports.server}"
scopes = ["accounts"]
default_resource = ["{AUDIENCE}"]
client_certificate_ca_file = "{folder}/ca.pem"
access_token_lifetime = "2h"
[log]
level = "warning"
""")
    return file


def register(signet: pathlib.Path, config: pathlib.Path, folder: pathlib.Path, key: dict) -> None:
    public = {name: value for name, value in key.items() if name != "d"} | {"use": "sig"}
    common = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [public]}, "grant_types": ["client_credentials"],
              "resource": [AUDIENCE]}
    app = common | {"client_name": "App", "scope": "accounts"}
    for client in (app | {"client_id": "bench-dpop", "dpop_bound_access_tokens": True},
                   app | {"client_id": "bench-mtls", "tls_client_certificate_bound_access_tokens": True},
                   common | {"client_id": "bench-gateway", "client_name": "Gateway", "introspection_allowed": True,
                             "introspection_signed_response_alg": "ES256"}):
        file = folder / "client.json"
        file.write_text(json.dumps(client))
        run(signet, "clients", "create", "-c", config, "--file", file)


def configure_api(folder: pathlib.Path, ports: Ports) -> pathlib.Path:
    file = folder / "api.conf"
    file.write_text(f"""
worker_processes 1; daemon off; pid {folder}/api.pid; error_log {folder}/api.log warn; {user()}
events {{ worker_connections 1024; }}
http {{
  {temp_paths(folder / "api")}
  access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;
  large_client_header_buffers 8 64k;
  server {{ listen 127.0.0.1:{ports.api}; location / {{ default_type application/json; return 200 '{{"accounts":[]}}'; }} }}

  # For 100,000 tokens within the life of a phantom token: gives the server's answer about the first one for all
  proxy_cache_path {folder}/copies keys_zone=copies:1m;
  server {{
    listen 127.0.0.1:{ports.copier};
    proxy_cache copies; proxy_cache_key same; proxy_cache_methods POST; proxy_cache_valid 200 110s; proxy_cache_lock on;
    proxy_ignore_headers Cache-Control Expires Vary;
    location / {{ proxy_pass http://127.0.0.1:{ports.server}; }}
  }}
}}
""")
    return file


def verify_module(module: pathlib.Path) -> pathlib.Path:
    """The bench's own module lies beside the gateway's."""
    return module.with_name("ngx_http_bench_verify_module.so")


def configure_gateway(folder: pathlib.Path, ports: Ports, module: pathlib.Path, zone: str, has_feed: bool) -> pathlib.Path:
    file = folder / "gateway.conf"
    names = ("introspect", "jwks", "revocations")
    questions = "".join(f"    location = /_signet/{name} {{ internal; proxy_pass http://server/{name}; }}\n" for name in names)
    file.write_text(f"""
load_module {module}; load_module {verify_module(module)}; {user()}
worker_processes 1; worker_cpu_affinity 01; daemon off; pid {folder}/gateway.pid; error_log {folder}/gateway.log warn;
worker_shutdown_timeout 20s;
events {{ worker_connections 2048; }}
http {{
  {temp_paths(folder / "gateway")}
  access_log off; keepalive_requests 1000000000; keepalive_timeout 1h;
  upstream api {{ server 127.0.0.1:{ports.api}; keepalive 128; keepalive_requests 1000000000; }}
  upstream server {{ server 127.0.0.1:{ports.server}; keepalive 128; keepalive_requests 1000000000; }}
  signet_zone tokens {zone};
  signet_replay_zone proofs 64m;
  signet_cache tokens ceiling=90s; signet_replay proofs;
  signet_issuer http://127.0.0.1:{ports.server};
  signet_audience {AUDIENCE};
  signet_client_id bench-gateway;
  signet_client_auth private_key_jwt {folder}/gateway.jwk;
  signet_scopes accounts;
  signet_dpop_lifetime 10m;
  signet_introspection /_signet/introspect; signet_jwks /_signet/jwks;
  {"signet_revocations /_signet/revocations;" if has_feed else ""}
  ssl_protocols TLSv1.3; ssl_certificate {folder}/gateway.pem; ssl_certificate_key {folder}/gateway.key;
  ssl_client_certificate {folder}/ca.pem;
  server {{
    listen 127.0.0.1:{ports.gateway} backlog=1024;
    listen 127.0.0.1:{ports.tls} ssl backlog=1024;
    ssl_verify_client optional;
    proxy_http_version 1.1; proxy_set_header Connection "";
{questions}
    location /open {{ proxy_pass http://api; }}
    location /verify {{ bench_verify on; proxy_pass http://api; }}
    location /dpop {{ signet on; proxy_pass http://api; }}
    location /nonce {{ signet on; signet_dpop_nonce bench key={folder}/nonce.key; proxy_pass http://api; }}
    location /mtls {{ signet on; signet_accept mtls; proxy_pass http://api; }}
    location = /_signet/copy {{ internal; proxy_pass http://127.0.0.1:{ports.copier}/introspect; }}
    location /many {{ signet on; signet_introspection /_signet/copy; proxy_pass http://api; }}
    location = /status {{ signet_status; }}
  }}
}}
""")
    return file


def user() -> str:
    return "user root;" if os.geteuid() == 0 else ""


def temp_paths(folder: pathlib.Path) -> str:
    return "".join(f"{kind}_temp_path {folder}-{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


# Running ----------------------------------------------------------------------------------------------------------------


def fetch(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
        return answer.read().decode()


def metric(text: str, name: str) -> int:
    """The sum of all samples with this name."""
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in text.splitlines() if line.startswith((name + " ", name + "{")))


class Stand:
    """Everything that runs: authorization server, API, gateway."""

    def __init__(self, args, folder: pathlib.Path, zone: str):
        self.args, self.folder, self.ports, self.processes = args, folder, Ports(), []
        key = make_client_key(folder)
        make_certificates(folder)
        (folder / "gateway.jwk").write_text(json.dumps(key))
        (folder / "gateway.jwk").chmod(0o600)
        (folder / "nonce.key").write_text(secrets.token_hex(32))
        signet = args.bin / "signet"
        config = configure_server(folder, self.ports)
        run(signet, "keys", "make-master-key", folder / "master.key")
        register(signet, config, folder, key)
        self.start("1", [signet, "serve", "-c", config], self.ports.server, "/jwks")
        self.start("1", ["nginx", "-c", configure_api(folder, self.ports)], self.ports.api, "/")
        self.has_feed = self.answers_revocations()
        self.gateway = self.start("0", ["nginx", "-c", configure_gateway(folder, self.ports, args.module, zone, self.has_feed)],
                                  self.ports.gateway, "/status")
        self.target = folder / "target.json"
        self.target.write_text(json.dumps({
            "port": self.ports.server, "issuer": f"http://127.0.0.1:{self.ports.server}", "client_id": "bench-dpop", "client_key": key,
            "gateway": {"port": self.ports.gateway, "tls_port": self.ports.tls, "origin": AUDIENCE, "mtls_client_id": "bench-mtls",
                        "certificate": base64_der(folder / "client.pem"), "certificate_file": str(folder / "client.pem"),
                        "certificate_key_file": str(folder / "client.key")}}))

    def start(self, core: str, command: list, port: int, path: str) -> subprocess.Popen:
        process = subprocess.Popen(["taskset", "-c", core, *map(str, command)])
        self.processes.append(process)
        end = time.monotonic() + 20
        while time.monotonic() < end and process.poll() is None:
            try:
                fetch(port, path)
                return process
            except OSError:
                time.sleep(0.02)
        self.stop()
        sys.exit(f"{command[0]} did not start, see {self.folder}")

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            process.wait(10)

    def answers_revocations(self) -> bool:
        try:
            fetch(self.ports.server, "/revocations")
        except urllib.error.HTTPError as error:
            return error.code != 404
        return True

    def worker(self) -> int:
        children = pathlib.Path(f"/proc/{self.gateway.pid}/task/{self.gateway.pid}/children").read_text().split()
        return int(children[-1])

    def generator(self, operation: str, count: int) -> list[str]:
        return ["taskset", "-c", "1", str(self.args.bin / "signet-bench"), str(self.target), str(self.worker()), str(count),
                str(self.args.connections), operation]

    def measure(self, operation: str, count: int) -> dict:
        row = json.loads(run(*self.generator(operation, count)))
        if self.args.json:
            with self.args.json.open("a") as out:
                out.write(json.dumps(row) + "\n")
        return row

    def introspections_seen(self) -> int:
        return metric(fetch(self.ports.management, "/metrics"), "signet_introspections_total")

    def status(self, name: str) -> int:
        return metric(fetch(self.ports.gateway, "/status"), name)

    def memory_mib(self) -> tuple[float, float]:
        """Of the worker: what is its own, and what it shares with others."""
        fields = dict(line.split(":", 1) for line in pathlib.Path(f"/proc/{self.worker()}/status").read_text().splitlines())
        return tuple(int(fields[name].split()[0]) / 1024 for name in ("RssAnon", "RssShmem"))


# Cases ------------------------------------------------------------------------------------------------------------------


class Table:
    """Medians of the rounds, one row a case."""

    def __init__(self):
        self.good = True
        print(f"{'case':34}{'CPU us':>8}{'verify':>8}{'apart':>7}{'rest':>7}{'at most':>9}{'':>7}{'per second':>12}{'p50 us':>8}{'p99 us':>8}")

    def add(self, name: str, rows: list[dict], beside: list[dict] | None = None, apart: list[dict] | None = None,
            budget: float | None = None) -> None:
        """`beside`: what the rest is above. `apart`: what it is above when one verification, measured for itself, is added."""
        def median(values):
            return statistics.median(list(values))
        # Round by round, since the speed of a shared machine drifts
        text = f"{name:34}{median(r['cpu_us'] for r in rows):8.1f}"
        text += f"{median(r['bare_verify_us'] for r in rows):8.1f}" if apart else " " * 8
        text += f"{median(r['cpu_us'] - b['cpu_us'] - r['bare_verify_us'] for r, b in zip(rows, apart)):7.1f}" if apart else " " * 7
        rest = median(r["cpu_us"] - b["cpu_us"] for r, b in zip(rows, beside)) if beside else None
        text += " " * 7 if rest is None else f"{rest:7.1f}"
        verdict = "" if budget is None else "ok" if rest <= budget else "above"
        self.good = self.good and verdict != "above"
        text += f"{budget or '':>9}{verdict:>7}"
        print(text + f"{median(r['per_second'] for r in rows):12.0f}{median(r['p50_us'] for r in rows):8.0f}"
              f"{median(r['p99_us'] for r in rows):8.0f}", flush=True)


def rounds(stand: Stand, *operations: str) -> dict[str, list[dict]]:
    """Every operation once a round, so that what is compared was measured side by side."""
    found = {operation: [] for operation in operations}
    for _ in range(stand.args.rounds):
        for operation in operations:
            found[operation].append(stand.measure(operation, stand.args.count))
    return found


def measure_dpop(stand: Stand, table: Table) -> None:
    found = rounds(stand, "proxy_bare", "proxy", "proxy_verify", "dpop", "dpop_nonce")
    table.add("proxy_pass, no credentials", found["proxy_bare"])
    table.add("proxy_pass, the same requests", found["proxy"])
    table.add("proxy_pass and one ES256 verify", found["proxy_verify"], None, found["proxy"])
    table.add("DPoP, cached", found["dpop"], found["proxy_verify"], found["proxy"], BUDGET_US)
    table.add("DPoP with nonce, cached", found["dpop_nonce"], found["proxy_verify"], found["proxy"], BUDGET_US)


def measure_mtls(stand: Stand, table: Table) -> None:
    found = rounds(stand, "tls_proxy", "mtls")
    table.add("TLS proxy_pass, the same requests", found["tls_proxy"])
    table.add("mTLS, cached", found["mtls"], found["tls_proxy"], budget=BUDGET_US)


def measure_uncached(stand: Stand, table: Table) -> None:
    for operation, name, together in (("uncached", "DPoP, not cached", 1), ("uncached_together", "DPoP, 8 at once for a new token", 8)):
        rows, seen, asked, tokens = [], stand.introspections_seen(), stand.status("signet_gateway_introspections_total"), 0
        for _ in range(stand.args.rounds):
            rows.append(stand.measure(operation, stand.args.count // 8))
            tokens += -(-(stand.args.count // 8) // together)
        table.add(name, rows)
        seen, asked = stand.introspections_seen() - seen, stand.status("signet_gateway_introspections_total") - asked
        exact = seen == asked == tokens
        table.good = table.good and exact
        print(f"{'':34}{tokens} new tokens, {seen} introspections at the server, {asked} asked by the gateway{'' if exact else ': WRONG'}")


def measure_reload(stand: Stand, table: Table) -> None:
    """nginx reads its configuration again and again while requests come in."""
    for operation, name in (("reload_proxy", "reload under load, proxy_pass"), ("reload_dpop", "reload under load, DPoP")):
        load = subprocess.Popen(stand.generator(operation, stand.args.count * 3), stdout=subprocess.PIPE, text=True)
        reloads = 0
        while load.poll() is None:
            time.sleep(0.5)
            stand.gateway.send_signal(signal.SIGHUP)
            reloads += 1
        lost = load.returncode != 0
        table.good = table.good and not lost
        if lost:
            print(f"{name:34}a request was LOST")
            continue
        row = json.loads(load.stdout.read())
        print(f"{name:34}{reloads} reloads, {row['operations']} requests, all answered 200; {row['reconnects']} connections opened again,"
              f" {row['resent']} requests sent again")
        time.sleep(0.5)


def measure_memory(stand: Stand, table: Table, zone: str) -> None:
    before = stand.memory_mib()
    row = stand.measure("many", stand.args.tokens)
    now = stand.status("signet_gateway_cached_tokens")
    after = stand.memory_mib()
    free = stand.status("signet_gateway_cache_free_pages") * os.sysconf("SC_PAGE_SIZE") / 2**20
    size = int(zone.removesuffix("m")) - free
    enough = now >= stand.args.tokens
    table.good = table.good and enough
    print(f"{'memory':34}{now} tokens cached ({'all of them' if enough else 'SOME WERE LOST'}) in a zone of {zone}: {size:.0f} MiB used, {free:.0f} MiB free;"
          f" {row['per_second']:.0f} new tokens a second")
    print(f"{'':34}worker before: own {before[0]:.1f} MiB, shared {before[1]:.1f} MiB; after: own {after[0]:.1f} MiB, shared {after[1]:.1f} MiB")


def measure_soak(stand: Stand, table: Table, minutes: float) -> None:
    """Every kind of request again and again, with new tokens and proofs each time: the memory must stay what it is."""
    begin, samples, requests = time.monotonic(), [], 0
    print(f"soak of {minutes:g} minutes: own memory of the worker")
    while (passed := time.monotonic() - begin) < minutes * 60:
        for operation in ("dpop", "dpop_nonce", "mtls", "uncached", "uncached_together"):
            requests += stand.measure(operation, stand.args.count)["operations"]
        own, shared = stand.memory_mib()
        samples.append(own)
        print(f"  {passed / 60:5.1f} min  {requests:10} requests  own {own:6.2f} MiB  shared {shared:6.2f} MiB", flush=True)
    settled = samples[len(samples) // 10]
    grown = samples[-1] - settled
    table.good = table.good and grown <= GROWTH_MIB
    print(f"{'soak':34}{requests} requests in {minutes:g} minutes; own memory {settled:.2f} MiB after a tenth of it, {samples[-1]:.2f} MiB at the end: "
          f"{'no growth' if grown <= GROWTH_MIB else 'IT GREW'}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", metavar="case", help="some of: " + " ".join(ALL))
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--module", type=pathlib.Path, default=ROOT / "build/release/nginx/ngx_http_signet_module.so")
    parser.add_argument("--count", type=int, default=16000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=100_000, help="how many the case `memory` caches")
    parser.add_argument("--zone", default="256m", help="size of the zone, in whole m")
    parser.add_argument("--minutes", type=float, default=60, help="how long the case `soak` lasts")
    parser.add_argument("--keep", action="store_true", help="leave the folder with configuration and logs")
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a promise is not kept")
    parser.add_argument("--json", type=pathlib.Path, help="write every measurement as JSON lines")
    args = parser.parse_args()
    cases = args.cases or USUAL
    if unknown := [case for case in cases if case not in ALL]:
        parser.error(f"there is no case {' '.join(unknown)}; there are {' '.join(ALL)}")
    for file in (args.bin / "signet", args.bin / "signet-bench", args.module, verify_module(args.module)):
        if not file.exists():
            sys.exit(f"{file} is missing: build it with `cmake --preset release && cmake --build --preset release`")

    folder = pathlib.Path(tempfile.mkdtemp(prefix="signet-gateway-bench-"))
    stand = None
    try:
        stand = Stand(args, folder, args.zone)
        print(f"one nginx worker on one core, {args.connections} connections kept alive, {args.count} requests a round, medians of {args.rounds} "
              f"rounds; revocation feed {'on' if stand.has_feed else 'not offered by the server'}\n")
        table = Table()
        for case in cases:
            {"dpop": measure_dpop, "mtls": measure_mtls, "uncached": measure_uncached, "reload": measure_reload,
             "memory": lambda s, t: measure_memory(s, t, args.zone), "soak": lambda s, t: measure_soak(s, t, args.minutes)}[case](stand, table)
        return 0 if table.good or not args.strict else 1
    finally:
        if stand:
            stand.stop()
        if args.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
