#!/usr/bin/env python3
"""The hypermedia API of a real server, on a machine that `signet init` set up: `signet login --in-app` by a script and by a person at
a terminal, with a second factor and with a device that approves, and web/kit in a real browser."""
import contextlib
import fcntl
import http.client
import json
import os
import pathlib
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse

from client_test import BIN, WAIT, Demo
from lib import ROOT, Failure, expect, free_ports, openssl, private_jwk, public_jwk

SCOPE = "urn:se:curity:scopes:haapi"
MEDIA_TYPE = "application/vnd.auth+json"
STRONG = "strong"  # the higher level of what `signet init` writes
KIT = ROOT / "web/kit"
SCREENSHOTS = pathlib.Path(os.environ.get("SIGNET_SCREENSHOTS", ROOT / "build/check/screenshots"))


def in_app(demo, name, *more, client="budget-app"):
    return demo.run("login", "--client-file", demo.client(client), "--token-file", demo.token_file(name), "--in-app", *more,
                    stdin=subprocess.DEVNULL)


def with_password(demo, user="alice"):
    return "--answer", f"username={user}", "--answer", f"password=@{demo.password_file(user)}"


def refused(demo):
    done = in_app(demo, "none", "--answer", "username=alice", "--answer", "password=wrong")
    expect(done.returncode == 1, done.stdout)
    done = in_app(demo, "none", *with_password(demo), "--choose", "deny")
    expect(done.returncode == 1 and "access_denied" in done.stderr, done.stderr)
    done = in_app(demo, "none", *with_password(demo))
    expect(done.returncode == 1, "a consent that nobody gave")
    done = in_app(demo, "none", *with_password(demo, "bob"), client="treasury-app")
    expect(done.returncode == 1, "a client without DPoP")
    expect(not demo.token_file("none").exists(), "tokens of a login that failed")
    for path in ("/authorize?client_id=budget-app", "/login/nobody"):
        try:
            demo.get(demo.issuer + path, {"Accept": MEDIA_TYPE})
            raise Failure(f"{path} needs no token")
        except urllib.error.HTTPError as error:
            expect(error.code == 401 and error.headers["WWW-Authenticate"].startswith("DPoP"), f"{path}: {error.code}")
            expect(error.headers["Set-Cookie"] is None, "a cookie for an app")


def scripted(demo):
    done = in_app(demo, "app", *with_password(demo), "--choose", "allow", "--trace")
    expect(done.returncode == 0, done.stderr)
    saved = json.loads(demo.token_file("app").read_text())
    expect(SCOPE not in json.dumps(saved), "the user's tokens have the scope of the app")
    password = demo.password_file("alice").read_text().strip()
    expect(password not in done.stderr + done.stdout, "the password stands in the trace")
    accounts = demo.call("app", "/accounts")
    expect(accounts.returncode == 0 and len(json.loads(accounts.stdout)["accounts"]) == 3, accounts.stderr)


class Terminal:
    """The command at a terminal, as a person has it."""

    def __init__(self, demo, *words):
        self.seen = ""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            os.execv(BIN / "signet", [str(BIN / "signet"), *map(str, words)])

    def expect(self, pattern):
        end = time.monotonic() + WAIT
        while not (found := re.search(pattern, self.seen, re.S)):
            expect(time.monotonic() < end, f"{pattern!r} did not come: {self.seen!r}")
            if not select.select([self.fd], [], [], 0.1)[0]:
                continue
            try:
                self.seen += os.read(self.fd, 4096).decode(errors="replace").replace("\r", "")
            except OSError as error:
                raise Failure(f"ended before {pattern!r}: {self.seen!r}") from error
        self.seen = self.seen[found.end():]
        return found

    def type(self, line):
        os.write(self.fd, (line + "\n").encode())

    def choose(self, title):
        """Takes the entry of the menu that has this title."""
        number = self.expect(rf"(\d+)\) {title}.*?Choose")[1]
        self.type(number)

    def finish(self):
        try:
            while part := os.read(self.fd, 4096):
                self.seen += part.decode(errors="replace")
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def code_of(key, skip=()):
    """The code of this moment; waits for the next one when this has been used, because each is good once."""
    end = time.monotonic() + 40
    while True:
        code = subprocess.run(["oathtool", "--totp", "--base32", key], capture_output=True, text=True, check=True).stdout.strip()
        if code not in skip:
            return code
        expect(time.monotonic() < end, "the code does not change")
        time.sleep(0.5)


def second_factor(demo):
    """A person enrols an authenticator app in the terminal, because the level that is asked for needs it; from then on a script logs in
    with both."""
    person = Terminal(demo, "login", "--client-file", demo.client("budget-app"), "--token-file", demo.token_file("two"), "--in-app",
                      "--acr-values", STRONG)
    person.choose("Sign in")
    person.expect("Username")
    person.type("alice")
    person.expect("Password")
    person.type(demo.password_file("alice").read_text().strip())
    person.choose("Authenticator app")
    key = person.expect(r"\n\s*((?:[A-Z2-7]{4} ?){8})\s*\n")[1].replace(" ", "")
    used = code_of(key)
    person.choose("Confirm")
    person.expect("Code")
    person.type(used)
    person.expect("Name")
    person.type("phone")
    expect(person.finish() == 0, person.seen)
    code = code_of(key, {used})
    done = in_app(demo, "two", *with_password(demo), "--answer", f"code={code}", "--acr-values", STRONG)
    expect(done.returncode == 0, done.stderr)
    done = in_app(demo, "again", *with_password(demo), "--answer", f"code={code}", "--acr-values", STRONG)
    expect(done.returncode == 1, "a code was good twice")


def kill_and_replace(demo):
    """Another process takes the place of the server."""
    server = demo.processes.pop(0)
    server.kill()
    server.wait(WAIT)
    demo.spawn("signet", "serve", "-c", demo.data / "signet.toml")
    demo.processes.insert(0, demo.processes.pop())
    demo.wait_for(demo.issuer + "/.well-known/openid-configuration")


class PasskeyBrowser:
    """Chromium with an authenticator, which opens what a terminal shows."""

    def __init__(self, demo):
        node = ROOT / "tests/e2e/node"
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        environment = os.environ | {"SIGNET_CERTIFICATE": str(demo.data / "localhost.pem"), "SIGNET_SCREENSHOTS": str(SCREENSHOTS)}
        self.process = subprocess.Popen(["node", "passkey_browser.js"], cwd=node, env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def open(self, address):
        self.process.stdin.write(address + "\n")
        self.process.stdin.flush()
        came = self.process.stdout.readline()
        expect(came.startswith("http://127.0.0.1:") and "_resume_nonce=" in came, f"the browser is at {came!r}")

    def close(self):
        self.process.stdin.close()
        expect(self.process.wait(WAIT) == 0, "the browser failed")


def opened(demo, address):
    """Does the server give the step to a browser that opens the address, and then is closed?"""
    connection = http.client.HTTPSConnection(urllib.parse.urlsplit(address).netloc, context=demo.context, timeout=WAIT)
    with contextlib.closing(connection):
        connection.request("GET", address[address.index("/browser/"):])
        return connection.getresponse().status == 303


def passkey_in_the_browser(demo):
    """Password in the terminal, passkey in a browser: it is made there when the level needs it, and used there at the next login, once
    by a browser that never came back before, with another process of the server by then."""
    demo.create_user("carol")
    browser = PasskeyBrowser(demo)

    def begin(*choices):
        person = Terminal(demo, "login", "--client-file", demo.client("budget-app"), "--token-file", demo.token_file("passkey"), "--in-app",
                          "--acr-values", STRONG, *with_password(demo, "carol"))
        for choice in choices:
            person.choose(choice)
        return person, person.expect(r"(https://\S+/browser/\S+)")[1]

    person, address = begin("Passkey", "Go on in the browser")
    browser.open(address)
    person.choose("Allow")
    expect(person.finish() == 0 and STRONG in person.seen, person.seen)

    person, lost = begin("Go on in the browser")
    person.expect("press Enter")
    expect(opened(demo, lost), "the address is good once")
    person.type("")
    person.expect("not done in the browser")
    expect(not opened(demo, lost), "the browser kept a step that the terminal has taken back")
    person.choose("Go on in the browser")
    address = person.expect(r"(https://\S+/browser/\S+)")[1]
    kill_and_replace(demo)
    browser.open(address)
    expect(person.finish() == 0 and STRONG in person.seen, person.seen)
    browser.close()
    accounts = demo.call("passkey", "/accounts")
    expect(accounts.returncode == 0, accounts.stderr)


def carried_on(demo):
    """The server is killed while a person logs in, and another process takes over: a login lives in the store and nowhere else."""
    person = Terminal(demo, "login", "--client-file", demo.client("budget-app"), "--token-file", demo.token_file("carried"), "--in-app")
    person.choose("Sign in")
    person.expect("Username")
    person.type("alice")
    person.expect("Password")
    kill_and_replace(demo)
    person.type(demo.password_file("alice").read_text().strip())
    expect(person.finish() == 0, person.seen)
    expect("access_token" in json.loads(demo.token_file("carried").read_text()), "no token")


class Device:
    """Another terminal, which approves what the first one asks for."""

    def __init__(self, demo):
        self.demo, self.key_file = demo, demo.folder / "device.json"

    def run(self, *words):
        done = self.demo.run("device", *words, "--key-file", self.key_file, "--ca-file", self.demo.data / "ca.pem")
        expect(done.returncode == 0, f"device {words[0]}: {done.stderr}")
        return done.stdout

    def approve(self, number):
        """Gives what the device showed."""
        shown = self.run("pending")
        self.run("approve", re.search(r"^\s*challenge\s+(\S+)", shown, re.MULTILINE)[1], "--number", number)
        return shown


def payment_on_a_device(demo):
    """A payment needs a factor that signs what is shown: bob registers a device on the way and approves with it. The bank executes the
    payment that was approved, once."""
    order = {"instructedAmount": {"currency": "EUR", "amount": "1.00"}, "creditorName": "Merchant A",
             "creditorAccount": {"iban": "DE89370400440532013000"}}
    person = Terminal(demo, "login", "--client-file", demo.client("budget-app"), "--token-file", demo.token_file("payment"), "--in-app",
                      "--authorization-details", json.dumps([{"type": "payment_initiation", **order}]), *with_password(demo, "bob"))
    device = Device(demo)
    person.choose("Approve on your device")
    device.run("register", "--code-url", person.expect(r"(https://\S+/devices/register#\S+)")[1], "--name", "terminal")
    person.choose("Yes, register")
    person.choose("Approve on your device")
    shown = device.approve(person.expect(r"\n\s*([1-9][0-9])\s*\n")[1])
    expect("1.00" in shown and "Merchant A" in shown, f"the device showed {shown}")
    person.choose("Allow")
    expect(person.finish() == 0 and "Merchant A" in person.seen, person.seen)

    debtor = json.loads(demo.call("payment", "/accounts").stdout)["accounts"][0]["iban"]
    order["debtorAccount"] = {"iban": debtor}
    payment = json.dumps(order)
    done = demo.call("payment", "/payments", "--data", payment.replace("1.00", "2.00"))
    expect(done.returncode == 1 and "403" in done.stderr, f"another amount than the approved one: {done.stderr}")
    done = demo.call("payment", "/payments", "--data", payment)
    expect(done.returncode == 0 and "paymentId" in done.stdout, done.stderr)
    done = demo.call("payment", "/payments", "--data", payment)
    expect(done.returncode == 1 and "409" in done.stderr, f"one approval, two payments: {done.stderr}")


@contextlib.contextmanager
def built_kit():
    """Nobody else builds or tests the kit meanwhile: its build begins with an empty folder."""
    with open(KIT / "package.json") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        subprocess.run(["npm", "run", "build", "--silent"], cwd=KIT, check=True)
        yield


def in_web_app(demo, test, host, user, **settings):
    """Runs a test of the kit in which its example app stands at a registered origin of this host."""
    (port,) = free_ports(1)
    name = f"web-app-{port}"
    key = demo.folder / f"{name}.key"
    openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", key)
    jwk = private_jwk(key, name)
    settings |= {"client_id": name, "redirect_uri": "https://web-app.example/callback", "scope": "openid", "private_jwk": jwk}
    registration = {"client_id": name, "client_name": "Web App", "redirect_uris": [settings["redirect_uri"]],
                    "allowed_origins": [f"http://{host}:{port}"], "grant_types": ["authorization_code", "client_credentials"],
                    "scope": f"openid {SCOPE}", "token_endpoint_auth_method": "private_key_jwt", "dpop_bound_access_tokens": True,
                    "jwks": {"keys": [public_jwk(jwk)]}}
    made = demo.run("clients", "create", "-c", demo.data / "signet.toml", "--file", "-", input=json.dumps(registration))
    expect(made.returncode == 0, made.stderr)
    file = demo.folder / f"{name}.json"
    file.write_text(json.dumps(settings))
    environment = os.environ | {"SIGNET_ISSUER": demo.issuer, "SIGNET_CLIENT": str(file), "SIGNET_USERNAME": user,
                                "SIGNET_PASSWORD": demo.password_file(user).read_text().strip(), "SIGNET_APP_PORT": str(port),
                                "SIGNET_CERTIFICATE": str(demo.data / "localhost.pem"), "SIGNET_SCREENSHOTS": str(SCREENSHOTS),
                                "NODE_EXTRA_CA_CERTS": str(demo.data / "ca.pem")}
    with built_kit():
        done = subprocess.run(["node", "--test", "--test-timeout=120000", f"test/browser/{test}"], cwd=KIT, env=environment,
                              capture_output=True, text=True)
    expect(done.returncode == 0 and "skipped 0" in done.stdout, done.stdout[-4000:] + done.stderr)
    return name


def kit_in_a_browser(demo):
    """The example app of web/kit, at an origin of its own: CORS, a non-extractable key, the forms of the server."""
    in_web_app(demo, "server.test.js", "localhost", "bob")


def passkey_in_a_window_of_the_kit(demo):
    """The example app at a host that has none of the server's passkeys: it opens a window of the server for that step."""
    demo.create_user("dora")
    client = in_web_app(demo, "window.test.js", "127.0.0.1", "dora", acr_values=STRONG)
    told = demo.run("audit", "list", "-c", demo.data / "signet.toml", "--event", "login", "--outcome", "granted", "--client", client,
                    "--json")
    granted = [(login["acr"], login["amr"]) for login in map(json.loads, told.stdout.splitlines())]
    expect(granted == 2 * [(STRONG, "pwd swk user mfa")], told.stdout + told.stderr)


def switched_off(demo):
    """Without the setting there is no such face: no token, and no other answer than a browser's."""
    file = demo.data / "signet.toml"
    file.write_text(file.read_text().replace("hypermedia_authentication = true", "hypermedia_authentication = false"))
    demo.stop()
    demo.processes.clear()
    demo.spawn("signet", "serve", "-c", file)
    demo.wait_for(demo.issuer + "/.well-known/openid-configuration")
    done = in_app(demo, "none", *with_password(demo), "--choose", "allow")
    expect(done.returncode == 1 and "invalid_scope" in done.stderr, done.stderr)


def main():
    with tempfile.TemporaryDirectory(prefix="signet-in-app-") as folder:
        demo = Demo(folder, behind_gateway=False)
        try:
            demo.start()
            for test in (refused, scripted, second_factor, passkey_in_the_browser, payment_on_a_device, kit_in_a_browser,
                         passkey_in_a_window_of_the_kit, carried_on, switched_off):
                started = time.monotonic()
                test(demo)
                print(f"ok  {test.__name__:<30} {time.monotonic() - started:.1f} s", flush=True)
        finally:
            demo.stop()


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
