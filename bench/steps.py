#!/usr/bin/env python3
"""Measures what one step of a login costs, and whether logins in the queue slow down the token endpoint.

    cmake --preset release && cmake --build --preset release
    python3 bench/steps.py                     # both
    python3 bench/steps.py --logins 2000       # more logins behind each number

The server runs on core 0, the generators on core 1, over loopback HTTP with keep-alive. A step is the form that is sent and the page
that comes after it; codes and signatures are made before the clock starts, and sixty-four steps are on their way at a time. The
passwords of those who take them are hashed cheaply, since costly hashes leave every cache cold; the logins beside the token
endpoint pay for theirs in full. CPU is what the scheduler charged to the server's threads.
"""
import argparse
import base64
import concurrent.futures
import hashlib
import hmac
import html
import json
import os
import pathlib
import re
import select
import selectors
import shutil
import signal
import socket
import statistics
import struct
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

import run as bench

ROOT = bench.ROOT
STEP_BOUND_US = 150
P99_BOUND = 1.2
LOGINS_PER_SECOND = 50
CHEAP_HASHES = ("env", "SIGNET_LOGIN_PASSWORD_ITERATIONS=1", "SIGNET_LOGIN_PASSWORD_MEMORY_MIB=8")
IN_FLIGHT = 64
PORTIONS = 5  # of the logins, after the first
REDIRECT_URI = "https://rp.bench.example/callback"
FORM = re.compile(r'<form\b([^>]*)>(.*?)</form>', re.DOTALL)
INPUT = re.compile(r"<input\b([^>]*)>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def from_b64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def attributes(tag: str) -> dict:
    return {name: html.unescape(value) for name, value in ATTRIBUTE.findall(tag)}


def is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"\r\ncontent-length: (\d+)", head, re.IGNORECASE)
    return bool(end) and len(body) >= (int(length[1]) if length else 0)


def is_readable(connection: socket.socket) -> bool:
    """Something came, if only the end. (`select` ends at 1024 descriptors, of which each visitor has one.)"""
    waiting = select.poll()
    waiting.register(connection, select.POLLIN)
    return bool(waiting.poll(0))


class Visitor:
    """A browser without script, with a connection of its own."""

    def __init__(self, port: int):
        self.port, self.socket = port, None
        self.cookies, self.page, self.left_for = {}, "", ""

    def connect(self) -> None:
        """Opens the connection, again if the server has closed it in the meantime: the logins before take a while."""
        if self.socket is not None and not is_readable(self.socket):
            return
        self.socket = socket.create_connection(("localhost", self.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, method: str, path: str, form: dict | None = None) -> None:
        """One request and the pages it leads to, as far as they are the server's."""
        send_all([(self, self.request(method, path, form))])

    def request(self, method: str, path: str, form: dict | None = None) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: localhost:{self.port}", f"Origin: http://localhost:{self.port}"]
        if self.cookies:
            lines.append("Cookie: " + "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        body = ""
        if form is not None:
            body = urllib.parse.urlencode(form)
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    def take(self, answer: bytes) -> bytes | None:
        """Remembers what came; the next request where the answer leads to another page of the server's."""
        head, _, body = answer.decode().partition("\r\n\r\n")
        status, *lines = head.split("\r\n")
        fields = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]
        self.page = body
        for name, value in fields:
            if name == "set-cookie":
                cookie, _, its = value.partition(";")[0].partition("=")
                self.cookies[cookie] = its
        location = dict(fields).get("location", "")
        if location.startswith(REDIRECT_URI):
            self.left_for = location
        elif location:
            return self.request("GET", urllib.parse.urlsplit(location)._replace(scheme="", netloc="").geturl())
        elif " 200 " not in status:
            sys.exit(f"{status}\n{self.page}")
        return None

    def press(self, button: str, **values) -> None:
        self.send(*self.form_of(button, **values))

    def form_of(self, button: str, **values) -> tuple:
        """What pressing the button would send, so that making it is not measured."""
        for head, body in FORM.findall(self.page):
            if f'id="{button}"' not in body:
                continue
            form = attributes(head)
            fields = {field["name"]: field.get("value", "") for field in map(attributes, INPUT.findall(body))}
            return "POST", form["action"], fields | values
        sys.exit(f"no button {button} on the page:\n{self.page}")

    def open(self, issuer_path: str, client_id: str) -> None:
        query = {"client_id": client_id, "response_type": "code", "redirect_uri": REDIRECT_URI, "scope": "openid", "state": "s",
                 "nonce": "n", "code_challenge": b64url(hashlib.sha256(b"v" * 43).digest()), "code_challenge_method": "S256",
                 "claims": json.dumps({"id_token": {"acr": {"essential": True, "values": ["strong"]}}})}
        self.send("GET", f"{issuer_path}/authorize?{urllib.parse.urlencode(query)}")

    def sign_in(self, username: str) -> None:
        self.press("login", username=username, password=bench.PASSWORD)


class App:
    """An authenticator app."""

    def __init__(self, page: str):
        key = re.search(r">((?:[A-Z2-7]{4} ?){8})<", page)
        self.key = base64.b32decode(key[1].replace(" ", ""))

    def code(self, later: int = 0) -> str:
        digest = hmac.digest(self.key, struct.pack(">Q", int(time.time()) // 30 + later), "sha1")
        at = digest[-1] & 15
        return f"{(struct.unpack('>I', digest[at:at + 4])[0] & 0x7fffffff) % 1_000_000:06}"


class Authenticator:
    """A passkey, signing with the openssl command line."""

    def __init__(self, folder: pathlib.Path, origin: str):
        self.pem, self.origin = folder / "passkey.pem", origin
        bench.run("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.pem)
        der = subprocess.run(["openssl", "ec", "-in", self.pem, "-pubout", "-outform", "DER"], capture_output=True, check=True).stdout
        self.point, self.id, self.user = der[-64:], os.urandom(16), b""

    def client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def data(self, more: bytes = b"") -> bytes:
        flags = 0x45 if more else 0x05  # present and verified; with a key
        return hashlib.sha256(b"localhost").digest() + bytes([flags]) + bytes(4) + more  # no count, as synced passkeys have it

    def credential(self, response: dict) -> str:
        return json.dumps({"id": b64url(self.id), "rawId": b64url(self.id), "type": "public-key", "clientExtensionResults": {},
                           "response": response})

    def create(self, options: dict) -> str:
        self.user = from_b64url(options["user"]["id"])
        cose = b"\xa5\x01\x02\x03\x26\x20\x01\x21\x58\x20" + self.point[:32] + b"\x22\x58\x20" + self.point[32:]
        data = self.data(bytes(16) + struct.pack(">H", len(self.id)) + self.id + cose)
        attestation = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58" + bytes([len(data)]) + data
        client_data = self.client_data("webauthn.create", options["challenge"])
        return self.credential({"clientDataJSON": b64url(client_data), "attestationObject": b64url(attestation), "transports": ["internal"]})

    def get(self, options: dict) -> str:
        client_data, data = self.client_data("webauthn.get", options["challenge"]), self.data()
        signed = data + hashlib.sha256(client_data).digest()
        signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", self.pem], input=signed, capture_output=True, check=True).stdout
        return self.credential({"clientDataJSON": b64url(client_data), "authenticatorData": b64url(data), "signature": b64url(signature),
                                "userHandle": b64url(self.user)})


def options_on(page: str) -> dict:
    """What the page's script would give to WebAuthn."""
    given = json.loads(html.unescape(re.search(r'data-arguments="([^"]*)"', page)[1]))
    return next(iter(given.values()))["publicKey"]


def verify_us() -> float:
    """What one verification costs on the server's core: the clock of shared machines is not the same at all times."""
    output = bench.run("taskset", "-c", "0", "openssl", "speed", "-seconds", "1", "ecdsap256")
    return 1e6 / float(output.split()[-1])


def cpu_ns(pid: int) -> int:
    return sum(int(pathlib.Path(f"/proc/{pid}/task/{task}/schedstat").read_text().split()[0]) for task in os.listdir(f"/proc/{pid}/task"))


def send_once(requests: list) -> list:
    """Visitors and their prepared requests, many on their way at a time, by one thread that costs little. Those who are led on, likewise."""
    waiting, answers, led_on = list(requests), {}, []
    with selectors.DefaultSelector() as ready:

        def begin() -> None:
            if waiting:
                visitor, request = waiting.pop()
                visitor.connect()
                ready.register(visitor.socket, selectors.EVENT_READ, visitor)
                answers[visitor] = b""
                visitor.socket.sendall(request)

        for _ in range(IN_FLIGHT):
            begin()
        while answers:
            for key, _ in ready.select():
                visitor = key.data
                part = visitor.socket.recv(65536)
                if not part:
                    sys.exit("the server closed a connection")
                answers[visitor] += part
                if not is_whole(answers[visitor]):
                    continue
                if following := visitor.take(answers[visitor]):
                    led_on.append((visitor, following))
                ready.unregister(visitor.socket)
                del answers[visitor]
                begin()
    return led_on


def send_all(requests: list) -> None:
    """The same, and what they lead to, as far as it is the server's."""
    while requests:
        requests = send_once(requests)


class Meter:
    """Sends prepared forms and notes what each cost the server, and what the page did that it led to."""

    def __init__(self, pid: int):
        self.pid, self.rows = pid, []

    def measure(self, name: str, visitors: list, forms: list) -> None:
        """The median of some portions: the speed of a shared machine is not the same in all of them."""
        requests = [(visitor, visitor.request(*form)) for visitor, form in zip(visitors, forms)]
        for visitor in visitors:
            visitor.connect()
        size = -(-len(requests) // (PORTIONS + 1))
        forms, pages = [], []
        for begin in range(0, len(requests), size):
            portion = requests[begin:begin + size]
            start = cpu_ns(self.pid)
            led_on = send_once(portion)
            sent = cpu_ns(self.pid)
            send_all(led_on)
            forms.append((sent - start) / 1000 / len(portion))
            pages.append((cpu_ns(self.pid) - sent) / 1000 / len(portion) if led_on else 0)
        self.rows.append((name, statistics.median(forms[1:]), statistics.median(pages[1:])))  # the first finds cold caches

    def press(self, name: str, visitors: list, button: str, values=lambda visitor: {}) -> None:
        self.measure(name, visitors, [each.form_of(button, **values(each)) for each in visitors])

    def print(self) -> bool:
        verify = verify_us()
        print(f"\nan ES256 verification takes {verify:.0f} us here at this moment")
        print(f"{'step':30}{'form us':>9}{'page us':>9}{'CPU us':>9}{'verifications':>15}{'promised':>10}{'':>7}")
        for name, form, page in self.rows:
            cpu = form + page
            shown = f"{page:9.1f}" if page else f"{'-':>9}"
            print(f"{name:30}{form:9.1f}{shown}{cpu:9.1f}{cpu / verify:15.2f}{STEP_BOUND_US:>7} us{'ok' if cpu <= STEP_BOUND_US else 'above':>7}")
        return all(form + page <= STEP_BOUND_US for _, form, page in self.rows)


def measure_steps(server, port: int, folder: pathlib.Path, logins: int) -> bool:
    meter = Meter(server.pid)
    visitors = [Visitor(port) for _ in range(logins)]
    for i, visitor in enumerate(visitors):
        visitor.open("/steps", "bench-steps")
        visitor.sign_in(f"steps-{i}")
    meter.press("choose what to set up", visitors, "totp")
    apps = {id(visitor): App(visitor.page) for visitor in visitors}
    meter.press("set up an authenticator app", visitors, "confirm", lambda visitor: {"code": apps[id(visitor)].code()})
    meter.press("consent", visitors, "allow")
    again = [Visitor(port) for _ in range(logins)]
    for i, visitor in enumerate(again):
        visitor.open("/steps", "bench-steps")
        visitor.sign_in(f"steps-{i}")
    own = {id(new): apps[id(old)] for new, old in zip(again, visitors)}
    meter.press("code of an authenticator app", again, "confirm", lambda visitor: {"code": own[id(visitor)].code(1)})
    measure_passkey(meter, port, folder, logins)
    return meter.print()


def measure_passkey(meter: Meter, port: int, folder: pathlib.Path, logins: int) -> None:
    authenticator = Authenticator(folder, f"http://localhost:{port}")
    owner = Visitor(port)
    owner.open("/steps", "bench-steps")
    owner.sign_in("steps-passkey")
    owner.press("passkey")
    owner.press("enrol", credential=authenticator.create(options_on(owner.page)))
    owner.press("allow")
    visitors = [Visitor(port) for _ in range(logins)]
    for visitor in visitors:
        visitor.open("/steps", "bench-steps")
    forms = [each.form_of("passkey", credential=authenticator.get(options_on(each.page))) for each in visitors]
    meter.measure("passkey", visitors, forms)
    if not all(visitor.left_for for visitor in visitors):
        sys.exit(f"a passkey was refused:\n{visitors[-1].page}")


def step_back() -> None:
    """The people who log in must not take the core from the generator beside them, which would look like a slow server."""
    os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


class Logins:
    """Fifty password logins a second, for as long as the block lasts."""

    USERS = 100

    def __init__(self, port: int):
        self.port, self.done, self.is_over = port, 0, threading.Event()
        self.pool = concurrent.futures.ThreadPoolExecutor(64, initializer=step_back)
        self.clock = threading.Thread(target=self.keep_time)

    def __enter__(self):
        self.clock.start()
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.clock.join()
        self.pool.shutdown()

    def keep_time(self) -> None:
        due = time.monotonic()
        for i in range(1_000_000):
            if self.is_over.wait(max(0.0, due - time.monotonic())):
                return
            self.pool.submit(self.log_in, i % self.USERS)
            due += 1 / LOGINS_PER_SECOND

    def log_in(self, user: int) -> None:
        visitor = Visitor(self.port)
        visitor.open("/steps", "bench-steps")
        visitor.send(*visitor.form_of("login", username=f"busy-{user}", password=bench.PASSWORD))
        self.done += 1


def measure_token_endpoint(args, target: pathlib.Path, server, port: int) -> bool:
    def p99() -> float:
        output = bench.run("taskset", "-c", "1", args.bin / "signet-bench", target, server.pid, args.count, args.connections,
                           "client_credentials_jwt")
        return json.loads(output.splitlines()[-1])["p99_us"]

    alone, beside, done = [], [], 0
    for _ in range(args.rounds):
        alone.append(p99())
        with Logins(port) as logins:
            time.sleep(1)
            beside.append(p99())
        done += logins.done
    ratio = statistics.median(beside) / statistics.median(alone)
    print(f"\ntoken endpoint, 99th percentile: {statistics.median(alone):.0f} us alone, {statistics.median(beside):.0f} us beside "
          f"{LOGINS_PER_SECOND} logins a second ({done} were done): {ratio:.2f}x, promised {P99_BOUND:.2f}x "
          f"{'ok' if ratio <= P99_BOUND else 'above'}")
    return ratio <= P99_BOUND


def register(args, config: pathlib.Path, folder: pathlib.Path, key: dict) -> None:
    bench.register(args.bin / "signet", config, folder, key, args.connections)
    client = folder / "steps.json"
    client.write_text(json.dumps({"client_id": "bench-steps", "client_name": "Steps", "redirect_uris": [REDIRECT_URI],
                                  "grant_types": ["authorization_code"], "response_types": ["code"], "scope": "openid",
                                  "token_endpoint_auth_method": "none"}))
    bench.run(args.bin / "signet", "clients", "create", "-c", config, "--issuer", "steps", "--file", client)
    user = folder / "user.json"
    hashes = dict.fromkeys([f"steps-{i}" for i in range(args.logins)] + ["steps-passkey"], CHEAP_HASHES)
    hashes |= dict.fromkeys([f"busy-{i}" for i in range(Logins.USERS)], ())
    for name, cost in hashes.items():
        user.write_text(json.dumps({"username": name, "password": bench.PASSWORD, "name": "Bench"}))
        bench.run(*cost, args.bin / "signet", "users", "create", "-c", config, "--issuer", "steps", "--file", user)


def configure(folder: pathlib.Path, port: int) -> pathlib.Path:
    config = bench.configure(folder, port)
    with config.open("a") as out:
        out.write(f'[issuers.steps]\nurl = "http://localhost:{port}/steps"\nprofile = "openid"\ndisplay_name = "Bench"\n'
                  'acr_values = ["single", "strong"]\n')
    return config


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--logins", type=int, default=900)
    parser.add_argument("--count", type=int, default=6000)
    parser.add_argument("--connections", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=("steps", "tokens"))
    parser.add_argument("--strict", action="store_true", help="exit with 1 when a promise is not kept")
    args = parser.parse_args()
    os.sched_setaffinity(0, {1})
    folder = pathlib.Path(tempfile.mkdtemp(prefix="signet-steps-"))
    server = None
    try:
        port, key = bench.free_port(), bench.make_client_key(folder)
        certificate = bench.make_certificates(folder)
        config = configure(folder, port)
        bench.run(args.bin / "signet", "keys", "make-master-key", folder / "master.key")
        register(args, config, folder, key)
        server, _ = bench.start_server(args.bin / "signet", config, port)
        target = folder / "target.json"
        target.write_text(json.dumps({
            "port": port, "issuer": f"http://127.0.0.1:{port}", "client_id": "bench-opaque", "jwt_client_id": "bench-jwt",
            "redirect_uri": REDIRECT_URI, "resource_client_id": "bench-api", "resource_certificate": certificate,
            "username": "bench-", "password": bench.PASSWORD, "client_key": key}))
        good = True
        if args.only != "tokens":
            good = measure_steps(server, port, folder, args.logins) and good
        if args.only != "steps":
            good = measure_token_endpoint(args, target, server, port) and good
        return 0 if good or not args.strict else 1
    finally:
        if server:
            server.send_signal(signal.SIGTERM)
            server.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
