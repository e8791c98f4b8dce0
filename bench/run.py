#!/usr/bin/env python3
"""Measures the server on one core, operation by operation, and prints CPU per operation beside the cryptography inside it.

    cmake --preset release && cmake --build --preset release
    python3 bench/run.py                       # every operation
    python3 bench/run.py par code_flow         # some
    python3 bench/run.py --count 20000 --connections 64 --rounds 3

The server runs on core 0, the generator on core 1, over loopback HTTP with keep-alive. Every assertion and proof is signed before
the clock starts. Writes are durable: the answer leaves after the commit has reached the disk.
"""
import argparse
import base64
import json
import os
import pathlib
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
PASSWORD = "a bench has a long password"


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(*command, **options) -> str:
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def b64url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(32, "big")).rstrip(b"=").decode()


def make_client_key(folder: pathlib.Path) -> dict:
    """A P-256 key as a private JWK, from the openssl command line."""
    pem = folder / "client.pem"
    run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", pem)
    text = run("openssl", "ec", "-in", pem, "-text", "-noout")
    parts, current = {}, None
    for line in text.splitlines():
        if line.startswith("priv:") or line.startswith("pub:"):
            current = line[:-1]
            parts[current] = ""
        elif current and line.startswith(" "):
            parts[current] += line.strip().replace(":", "")
        else:
            current = None
    private, point = int(parts["priv"], 16), bytes.fromhex(parts["pub"])
    return {"kty": "EC", "crv": "P-256", "kid": "bench", "alg": "ES256", "x": b64url(int.from_bytes(point[1:33], "big")),
            "y": b64url(int.from_bytes(point[33:], "big")), "d": b64url(private)}


def make_certificates(folder: pathlib.Path) -> str:
    """A CA and the resource server's certificate; returns the certificate as base64 DER."""
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj",
        "/CN=bench-ca", "-keyout", folder / "ca.key", "-out", folder / "ca.pem")
    run("openssl", "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=bench-api", "-keyout",
        folder / "api.key", "-out", folder / "api.csr")
    (folder / "ext").write_text("extendedKeyUsage=clientAuth\nbasicConstraints=CA:FALSE\n")
    run("openssl", "x509", "-req", "-in", folder / "api.csr", "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key", "-days", "2",
        "-CAcreateserial", "-extfile", folder / "ext", "-outform", "DER", "-out", folder / "api.der")
    return base64.b64encode((folder / "api.der").read_bytes()).decode()


def configure(folder: pathlib.Path, port: int) -> pathlib.Path:
    file = folder / "signet.toml"
    file.write_text(f"""
[server]
data_directory = "{folder}/data"
threads = 1
[secrets]
master_key_file = "{folder}/master.key"
[listeners.bench]
address = "127.0.0.1"
port = {port}
trusted_proxies = ["127.0.0.1/32"]
[management]
enabled = false
[issuers.bench]
url = "http://127.0.0.1:{port}"
scopes = ["accounts"]
default_resource = ["https://api.bench.example"]
client_certificate_ca_file = "{folder}/ca.pem"
[log]
level = "warning"
""")
    return file


def register(signet, config, folder: pathlib.Path, key: dict, connections: int) -> None:
    public = {name: value for name, value in key.items() if name != "d"} | {"use": "sig"}
    client = {"client_name": "Bench", "redirect_uris": ["https://rp.bench.example/callback"],
              "grant_types": ["authorization_code", "refresh_token", "client_credentials"], "response_types": ["code"],
              "scope": "openid accounts offline_access", "token_endpoint_auth_method": "private_key_jwt",
              "jwks": {"keys": [public]}, "dpop_bound_access_tokens": True}
    clients = {"opaque": client | {"client_id": "bench-opaque"},
               "jwt": client | {"client_id": "bench-jwt", "access_token_format": "jwt"},
               "api": {"client_id": "bench-api", "client_name": "API", "grant_types": [], "response_types": [], "redirect_uris": [],
                       "token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_subject_dn": "CN=bench-api",
                       "introspection_allowed": True, "resource": ["https://api.bench.example"]}}
    for name, metadata in clients.items():
        file = folder / f"{name}.json"
        file.write_text(json.dumps(metadata))
        run(signet, "clients", "create", "-c", config, "--issuer", "bench", "--file", file)
    # One user for each connection: parallel logins of one account look like guessing and are slowed down.
    for i in range(connections):
        user = folder / "user.json"
        user.write_text(json.dumps({"username": f"bench-{i}", "password": PASSWORD, "name": "Bench"}))
        run(signet, "users", "create", "-c", config, "--issuer", "bench", "--file", user)


def start_server(signet, config, port) -> tuple[subprocess.Popen, float]:
    started = time.monotonic()
    server = subprocess.Popen(["taskset", "-c", "0", str(signet), "serve", "-c", str(config)])
    while time.monotonic() - started < 10:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/jwks", timeout=1).read()
            return server, time.monotonic() - started
        except OSError:
            if server.poll() is not None:
                sys.exit("the server did not start")
            time.sleep(0.002)
    sys.exit("the server did not answer within 10 seconds")


def warm_up(args, target: pathlib.Path, pid: int) -> None:
    """What a server has after its first seconds of work: clients in its cache, verifiers for their keys."""
    for _ in range(2):
        run("taskset", "-c", "1", args.bin / "signet-bench", target, pid, 1500, args.connections, "par", "client_credentials_jwt")
        time.sleep(1.2)


def rss_mib(pid: int) -> float:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def verdict(row: dict) -> str:
    bound = row["bound"]
    if bound.endswith("x"):
        return "ok" if row["ratio"] <= float(bound[:-1]) else "above"
    if bound.endswith("us"):
        return "ok" if row["cpu_us"] <= float(bound[:-2]) else "above"
    return ""


def print_table(rounds: dict) -> bool:
    print(f"\n{'operation':28}{'per second':>11}{'CPU us':>9}{'crypto us':>11}{'ratio':>8}{'promised':>10}{'':>7}{'bare':>7}{'p50 us':>8}{'p99 us':>9}")
    good = True
    for name, rows in rounds.items():
        row = {key: statistics.median(r[key] for r in rows) if isinstance(rows[0][key], (int, float)) else rows[0][key]
               for key in rows[0]}
        judged = verdict(row)
        good = good and judged != "above"
        ratio, bare = (f"{row[each]:.2f}" if row["crypto_us"] else "-" for each in ("ratio", "bare_ratio"))
        print(f"{name:28}{row['per_second']:11.0f}{row['cpu_us']:9.1f}{row['crypto_us']:11.1f}{ratio:>8}{bound_text(row):>10}"
              f"{judged:>7}{bare:>7}{row['p50_us']:8.0f}{row['p99_us']:9.0f}")
    return good


def bound_text(row: dict) -> str:
    return row["bound"].replace("us", " us").replace("x", " x")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("operations", nargs="*")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a promise is not kept")
    parser.add_argument("--json", type=pathlib.Path, help="write every measurement as JSON lines")
    args = parser.parse_args()
    for name in ("signet", "signet-bench"):
        if not (args.bin / name).exists():
            sys.exit(f"{args.bin / name} is missing: build it with `cmake --preset release && cmake --build --preset release`")

    folder = pathlib.Path(tempfile.mkdtemp(prefix="signet-bench-"))
    server = None
    try:
        port = free_port()
        key = make_client_key(folder)
        certificate = make_certificates(folder)
        config = configure(folder, port)
        run(args.bin / "signet", "keys", "make-master-key", folder / "master.key")
        register(args.bin / "signet", config, folder, key, args.connections)
        server, start_seconds = start_server(args.bin / "signet", config, port)
        print(f"start to first answer {start_seconds * 1000:.0f} ms, resident {rss_mib(server.pid):.1f} MiB idle")
        target = folder / "target.json"
        target.write_text(json.dumps({
            "port": port, "issuer": f"http://127.0.0.1:{port}", "client_id": "bench-opaque", "jwt_client_id": "bench-jwt",
            "redirect_uri": "https://rp.bench.example/callback", "resource_client_id": "bench-api",
            "resource_certificate": certificate, "username": "bench-", "password": PASSWORD, "client_key": key}))
        warm_up(args, target, server.pid)
        rounds, peak = {}, 0.0
        for _ in range(args.rounds):
            output = run("taskset", "-c", "1", args.bin / "signet-bench", target, server.pid, args.count, args.connections,
                         *args.operations)
            for line in output.splitlines():
                row = json.loads(line)
                rounds.setdefault(row["operation"], []).append(row)
                peak = max(peak, row["rss_kib"] / 1024)
                if args.json:
                    with args.json.open("a") as out:
                        out.write(line + "\n")
        good = print_table(rounds)
        print(f"\nresident under load {peak:.1f} MiB; medians of {args.rounds} rounds, {args.count} operations each, "
              f"{args.connections} connections, server on one core")
        return 0 if good or not args.strict else 1
    finally:
        if server:
            server.send_signal(signal.SIGTERM)
            server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
