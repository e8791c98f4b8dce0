#!/usr/bin/env python3
"""signet login, call and token against a real server and the demo bank, on a machine that `signet init` set up.

Twice: with the bank behind its gateway (nginx), as `signet init` writes it, and with the bank facing its clients itself."""
import base64
import html.parser
import http.cookiejar
import http.server
import json
import os
import pathlib
import random
import re
import shutil
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

from lib import Failure, expect

BIN = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/release/bin").resolve()
MODULE = pathlib.Path(os.environ.get("SIGNET_GATEWAY_MODULE", BIN / "../nginx/ngx_http_signet_module.so")).resolve()
NGINX = shutil.which("nginx", path=os.environ["PATH"] + ":/usr/sbin")
WAIT = 20


# The other mode of the bank: what bank.toml describes in its last comment.
DIRECT_BANK = """resource = "{api}"
issuer = "{issuer}"
ca_file = "ca.pem"
client_file = "clients/demo-bank.json"
introspect_jwt = true
transactions_acr_values = ["strong"]
[listeners.api]
port = {port}
certificate_file = "localhost.pem"
private_key_file = "localhost.key"
"""


class Demo:
    """Server, bank and perhaps the gateway in a folder of their own."""

    def __init__(self, folder, behind_gateway):
        self.behind_gateway = behind_gateway
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "demo"
        self.processes = []
        base = self.free_base()
        self.issuer, self.api = f"https://localhost:{base}", f"https://localhost:{base + 2}"
        self.api_port, self.inner_api = base + 2, f"http://127.0.0.1:{base + 4}"
        done = self.run("init", "--data", self.data, "--port-base", base)
        expect(done.returncode == 0, f"init: {done.stderr}")
        self.context = ssl.create_default_context(cafile=self.data / "ca.pem")

    @staticmethod
    def free_base():
        """Six free ports in a row, below those that connections of earlier tests still hold."""
        for _ in range(200):
            base = random.randrange(20_000, 32_000)
            try:
                for port in range(base, base + 6):
                    with socket_on(port):
                        pass
                return base
            except OSError:
                continue
        raise Failure("no free ports")

    def start(self):
        self.spawn("signet", "serve", "-c", self.data / "signet.toml")
        self.wait_for(self.issuer + "/.well-known/openid-configuration")
        metadata = "/.well-known/oauth-protected-resource"
        if self.behind_gateway:
            self.spawn("signet-bank", "-c", self.data / "bank.toml")
            self.wait_for(self.inner_api + metadata)
            (self.data / MODULE.name).symlink_to(MODULE)
            self.spawn(NGINX, "-e", "stderr", "-p", self.data, "-c", "nginx.conf")
        else:
            (self.data / "direct.toml").write_text(DIRECT_BANK.format(api=self.api, issuer=self.issuer, port=self.api_port))
            self.spawn("signet-bank", "-c", self.data / "direct.toml")
        self.wait_for(self.api + metadata)

    def spawn(self, program, *words):
        with open(self.folder / f"{pathlib.Path(program).name}.log", "w") as log:
            self.processes.append(subprocess.Popen([BIN / program, *map(str, words)], stdout=log, stderr=log))

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            expect(process.wait(WAIT) == 0, f"exit code {process.returncode} after SIGTERM")

    def wait_for(self, url):
        end = time.monotonic() + WAIT
        while True:
            try:
                return self.get(url)
            except OSError as error:
                if time.monotonic() > end:
                    raise Failure(f"{url} does not answer: {error}") from error
                time.sleep(0.05)

    def get(self, url, fields=None):
        request = urllib.request.Request(url, headers=fields or {})
        return urllib.request.urlopen(request, context=self.context, timeout=WAIT)

    def run(self, *words, program="signet", **more):
        return subprocess.run([BIN / program, *map(str, words)], capture_output=True, text=True, timeout=60, **more)

    def client(self, name):
        return self.data / "clients" / f"{name}.json"

    def password_file(self, user):
        return self.data / "passwords" / f"{user}.txt"

    def create_user(self, name):
        self.password_file(name).write_text("a long sentence for one person\n")
        account = {"username": name, "password": "a long sentence for one person", "name": name.capitalize()}
        done = self.run("users", "create", "-c", self.data / "signet.toml", input=json.dumps(account))
        expect(done.returncode == 0, done.stderr)

    def token_file(self, name):
        return self.folder / f"{name}.json"

    def login(self, client, user, name, *more):
        return self.run("login", "--client-file", self.client(client), "--user", user, "--password-file",
                        self.password_file(user), "--token-file", self.token_file(name), *more)

    def call(self, name, path, *more):
        return self.run("call", self.api + path, "--token-file", self.token_file(name), *more)


def socket_on(port):
    import socket
    holder = socket.socket()
    holder.bind(("127.0.0.1", port))
    return holder


def scripted_logins(demo):
    for client, user in (("budget-app", "alice"), ("treasury-app", "bob")):
        done = demo.login(client, user, client, "--trace")
        expect(done.returncode == 0, f"login of {client}: {done.stderr}")
        mode = stat.S_IMODE(os.stat(demo.token_file(client)).st_mode)
        expect(mode == 0o600, f"token file has mode {mode:o}")
        expect("\x1b" not in done.stderr, "colours in a trace that goes to a pipe")
        saved = json.loads(demo.token_file(client).read_text())
        for secret in (saved["access_token"], saved["refresh_token"], demo.password_file(user).read_text().strip()):
            expect(secret not in done.stderr + done.stdout, "a secret stands in the output")
        accounts = demo.call(client, "/accounts")
        expect(accounts.returncode == 0, f"call: {accounts.stderr}")
        expect(len(json.loads(accounts.stdout)["accounts"]) == 3, accounts.stdout)


def refused_logins(demo):
    wrong = demo.folder / "wrong.txt"
    wrong.write_text("wrong\n")
    done = demo.run("login", "--client-file", demo.client("budget-app"), "--user", "alice", "--password-file", wrong,
                    "--token-file", demo.token_file("none"))
    expect(done.returncode == 1 and "wrong user name or password" in done.stderr, done.stderr)
    done = demo.login("budget-app", "alice", "none", "--deny")
    expect(done.returncode == 1 and "access_denied" in done.stderr, done.stderr)
    done = demo.login("budget-app", "alice", "none", "--issuer", demo.issuer + "/other")
    expect(done.returncode == 1, "another issuer was accepted")
    expect(not demo.token_file("none").exists(), "tokens of a login that failed")
    expect(demo.run("login").returncode == 2, "login without a client file")


def calls(demo):
    account = json.loads(demo.call("budget-app", "/accounts").stdout)["accounts"][0]
    for part in ("", "/balances"):
        done = demo.call("budget-app", f"/accounts/{account['resourceId']}{part}")
        expect(done.returncode == 0, f"{part}: {done.stderr}")
    payment = json.dumps({"instructedAmount": {"currency": "EUR", "amount": "1.00"}, "debtorAccount": {"iban": account["iban"]},
                          "creditorName": "Merchant A", "creditorAccount": {"iban": "DE89370400440532013000"}})
    done = demo.call("budget-app", "/payments", "--data", payment)
    expect(done.returncode == 1 and "403" in done.stderr, f"a payment that nobody approved: {done.stderr}")
    # Bob does not see what is Alice's.
    done = demo.call("treasury-app", f"/accounts/{account['resourceId']}")
    expect(done.returncode == 1 and "404" in done.stderr, done.stderr)
    token = json.loads(demo.token_file("budget-app").read_text())["access_token"]
    for url, fields in ((f"{demo.api}/accounts?access_token={token}", {}),
                        (f"{demo.api}/accounts", {"Authorization": f"Bearer {token}"}),
                        (f"{demo.api}/accounts", {"Authorization": f"DPoP {token}"})):
        try:
            demo.get(url, fields)
            raise Failure(f"accepted: {fields or 'token in the query'}")
        except urllib.error.HTTPError as error:
            expect(error.code in (400, 401), f"status {error.code}")
            expect(error.code == 401 or 'error="invalid_request"' in error.headers["WWW-Authenticate"], str(error.headers))
            expect(len(error.headers["x-fapi-interaction-id"]) == 36, "no interaction id")
            expect(error.headers["Date"], "no Date")


class Demanding(http.server.BaseHTTPRequestHandler):
    """An API that is content with no login."""

    def do_GET(self):
        self.server.asked = self.headers
        self.send_response(401)
        self.send_header("WWW-Authenticate", f'DPoP error="insufficient_user_authentication", {self.server.demand}')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def calls_elsewhere(demo):
    """What is sent to an API, and what becomes of its words."""
    api = http.server.HTTPServer(("127.0.0.1", 0), Demanding)
    threading.Thread(target=api.serve_forever, daemon=True).start()

    def call(demand, *more):
        api.demand = demand
        done = demo.run("call", f"http://127.0.0.1:{api.server_port}/", "--token-file", demo.token_file("budget-app"), *more)
        expect(done.returncode == 1, done.stdout)
        return done.stderr

    for demand, login in (('max_age="60"', "signet login --max-age 60 …"),
                          ('acr_values="a b"', "signet login --acr-values 'a b' …"),
                          ('acr_values="a b", max_age="0"', "signet login --acr-values 'a b' --max-age 0 …"),
                          ("acr_values=\"$(id)'\"", "signet login --acr-values '$(id)'\\''' …")):
        told = call(demand)
        expect(told.rstrip().endswith(login), told)
    expect("\x1b" not in call('realm="\x1b[2J"'), "the API moves the cursor")
    call("", "--header", "X-One: 1", "-H", "X-Two: 2", "-H", "X-Two: 3", "-H", "Accept: text/plain")
    expect([api.asked.get_all(name) for name in ("X-One", "X-Two", "Accept")] == [["1"], ["2", "3"], ["text/plain"]], str(api.asked))
    expect("--header is" in call("", "--header", "X-One: 1", "--header", "none"), "a header without a value is sent")
    api.shutdown()


def issuer_of_the_login(demo):
    """A client file need not name an issuer; the tokens know theirs."""
    def client(issuer):
        file = demo.client("budget-app").with_name("of-any-issuer.json")
        members = json.loads(demo.client("budget-app").read_text()) | {"issuer": issuer}
        file.write_text(json.dumps({name: value for name, value in members.items() if value}))
        return file

    file = demo.token_file("of-any-issuer")
    login = ("login", "--client-file", client(None), "--user", "alice", "--password-file", demo.password_file("alice"),
             "--token-file", file)
    done = demo.run(*login)
    expect(done.returncode == 1 and "There is no issuer" in done.stderr, done.stderr)
    done = demo.run(*login, "--issuer", demo.issuer)
    expect(done.returncode == 0, done.stderr)
    for words in (("call", demo.api + "/accounts"), ("token", "refresh"), ("call", demo.api + "/accounts")):
        done = demo.run(*words, "--token-file", file)
        expect(done.returncode == 0, done.stderr)
    client(demo.issuer + "/other")
    for words in (("call", demo.api + "/accounts"), ("token", "refresh")):
        done = demo.run(*words, "--token-file", file)
        expect(done.returncode == 1 and "of another issuer" in done.stderr, done.stderr)


def failures_have_names(demo):
    """Which file, which address, which issuer."""
    with socket_on(0) as holder:
        gone = f"https://localhost:{holder.getsockname()[1]}"
    done = demo.login("budget-app", "alice", "none", "--issuer", gone)
    expect(f"{gone}/.well-known/oauth-authorization-server: " in done.stderr, done.stderr)
    done = demo.login("budget-app", "alice", "none", "--issuer", demo.issuer + "/")
    expect(f"{demo.issuer} instead of {demo.issuer}/" in done.stderr, done.stderr)
    broken = demo.folder / "broken.json"
    broken.write_text('{"client_id":')
    done = demo.run("login", "--client-file", broken)
    expect(f"{broken}: " in done.stderr, done.stderr)


def stepped_up(demo):
    """The API wants more than the login was; the terminal is told so, and the authenticator in a file does the rest."""
    authenticator = demo.folder / "authenticator.json"
    demo.create_user("carol")
    expect(demo.login("budget-app", "carol", "step-up").returncode == 0, "the login by password alone")
    account = json.loads(demo.call("step-up", "/accounts").stdout)["accounts"][0]["resourceId"]
    refused = demo.call("step-up", f"/accounts/{account}/transactions")
    expect(refused.returncode == 1 and "insufficient_user_authentication" in refused.stderr, refused.stderr)
    expect("signet login --acr-values 'strong' …" in refused.stderr, refused.stderr)
    for choices in (("--choose", "totp"), ()):  # the first login sets the app up
        done = demo.run("login", "--client-file", demo.client("budget-app"), "--token-file", demo.token_file("step-up"), "--in-app",
                        "--acr-values", "strong", "--answer", "username=carol", "--answer",
                        f"password=@{demo.password_file('carol')}", "--authenticator", authenticator, *choices,
                        stdin=subprocess.DEVNULL)
        expect(done.returncode == 0 and re.search(r"level\s+strong", done.stdout), done.stdout + done.stderr)
        expect(stat.S_IMODE(os.stat(authenticator).st_mode) == 0o600, "others may read the authenticator")
        done = demo.call("step-up", f"/accounts/{account}/transactions")
        expect(done.returncode == 0, done.stderr)


def stolen_files(demo):
    """The token file is of no use without the client, and the tokens are of no use with another key."""
    saved = json.loads(demo.token_file("treasury-app").read_text())
    saved["client_file"] = str(demo.client("budget-app"))  # a client without Bob's certificate
    stolen = demo.token_file("stolen")
    stolen.touch(0o600)
    stolen.write_text(json.dumps(saved))
    done = demo.call("stolen", "/accounts")
    expect(done.returncode == 1 and "401" in done.stderr, done.stderr)
    stolen.chmod(0o644)
    done = demo.call("stolen", "/accounts")
    expect(done.returncode == 1 and "chmod 600" in done.stderr, done.stderr)


def tokens(demo):
    before = json.loads(demo.token_file("budget-app").read_text())["access_token"]
    done = demo.run("token", "refresh", "--token-file", demo.token_file("budget-app"))
    expect(done.returncode == 0, done.stderr)
    expect(json.loads(demo.token_file("budget-app").read_text())["access_token"] != before, "the same token again")
    expect(demo.call("budget-app", "/accounts").returncode == 0, "the new token does not work")
    done = demo.run("token", "revoke", "--token-file", demo.token_file("budget-app"))
    expect(done.returncode == 0, done.stderr)
    end = time.monotonic() + WAIT
    while (done := demo.call("budget-app", "/accounts")).returncode == 0:  # until the gateway has heard of it
        expect(time.monotonic() < end, f"a revoked token works: {done.stdout}")
        time.sleep(0.1)
    expect(done.returncode == 1 and "401" in done.stderr, done.stderr)


class Forms(html.parser.HTMLParser):
    """The forms of a page: action, fields, ids of buttons."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "form":
            self.forms.append({"action": attributes["action"], "fields": {}, "buttons": []})
        elif tag == "input" and self.forms:
            self.forms[-1]["fields"][attributes["name"]] = attributes.get("value", "")
        elif tag == "button" and self.forms:
            self.forms[-1]["buttons"].append(attributes.get("id"))

    def with_button(self, button):
        return next((form for form in self.forms if button in form["buttons"]), None)


def login_of_a_person(demo):
    process = subprocess.Popen([BIN / "signet", "login", "--client-file", demo.client("budget-app"), "--token-file",
                                demo.token_file("person")], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        url = None
        while url is None:
            line = process.stderr.readline()
            expect(line, "login ended without an address")
            found = re.search(r"https://\S+", line)
            url = found and found[0]
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)
        expect(sorted(query) == ["client_id", "request_uri"], f"the browser carries {sorted(query)}")
        browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
                                              urllib.request.HTTPSHandler(context=demo.context))
        page = browser.open(url, timeout=WAIT)
        for button, values in (("login", {"username": "alice", "password": demo.password_file("alice").read_text().strip()}),
                               ("allow", {})):
            form = Forms(page.read().decode()).with_button(button)
            if form is None:  # consent may have been given before
                continue
            data = urllib.parse.urlencode(form["fields"] | values).encode()
            page = browser.open(urllib.parse.urljoin(page.url, form["action"]), data, timeout=WAIT)
        expect(page.url.startswith("http://127.0.0.1:"), f"the browser ended at {page.url}")
        out, errors = process.communicate(timeout=WAIT)
        expect(process.returncode == 0 and "Logged in" in out, errors)
    finally:
        process.kill()
    expect(demo.call("person", "/accounts").returncode == 0, "the person's token does not work")


def attack(demo, api):
    inner = ("--inner-api", demo.inner_api + "/accounts") if demo.behind_gateway else ()
    return demo.run(*inner, "--client-file", demo.client("budget-app"), "--other-client-file", demo.client("treasury-app"), "--user", "alice",
                    "--password-file", demo.password_file("alice"), "--api", api, program="signet-attacks")


class Careless(http.server.BaseHTTPRequestHandler):
    """An API that lets everybody in."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"[]")

    def log_message(self, *_):
        pass


def attacks(demo):
    done = attack(demo, demo.api + "/accounts")
    expect(done.returncode == 0, done.stdout + done.stderr)
    expect("All attacks were refused" in done.stdout and "NOT AS EXPECTED" not in done.stdout, done.stdout)
    expect(("A way around the gateway" in done.stdout) == demo.behind_gateway, done.stdout)
    careless = http.server.HTTPServer(("127.0.0.1", 0), Careless)
    threading.Thread(target=careless.serve_forever, daemon=True).start()
    done = attack(demo, f"http://127.0.0.1:{careless.server_port}/accounts")
    careless.shutdown()
    expect(done.returncode == 1 and "NOT AS EXPECTED" in done.stdout, f"a careless API looks safe: {done.stdout}")


def past_the_gateway(demo):
    """Nobody but the gateway is believed, and the gateway believes nobody's word about a key."""
    saved = json.loads(demo.token_file("treasury-app").read_text())["access_token"]
    certificate = ssl.PEM_cert_to_DER_cert(demo.client("treasury-app").with_suffix(".pem").read_text())
    forged = {"Authorization": f"Bearer {saved}", "Client-Cert": f":{base64.b64encode(certificate).decode()}:"}
    for api in (demo.inner_api, demo.api):
        for fields in (forged, {name.replace("-", "_"): value for name, value in forged.items()}):
            try:
                demo.get(api + "/accounts", fields)
                raise Failure(f"accepted at {api}: a certificate that was not proven")
            except urllib.error.HTTPError as error:
                expect(error.code == 401, f"status {error.code}")
    log = (demo.data / "logs/gateway-access.log").read_text()
    expect(saved not in log and "access_token" not in log, "a token stands in the gateway's log")
    for name in ("nginx", "signet-bank", "signet"):
        expect(saved not in (demo.folder / f"{name}.log").read_text(), f"a token stands in the log of {name}")


def main():
    common = (scripted_logins, refused_logins, failures_have_names, calls, calls_elsewhere, issuer_of_the_login, stepped_up,
              stolen_files, login_of_a_person, attacks, tokens)
    for mode, tests in (("gateway", (*common, past_the_gateway)), ("direct", common)):
        with tempfile.TemporaryDirectory(prefix="signet-client-") as folder:
            demo = Demo(folder, mode == "gateway")
            try:
                demo.start()
                for test in tests:
                    started = time.monotonic()
                    test(demo)
                    print(f"ok  {mode:<8} {test.__name__:<22} {time.monotonic() - started:.1f} s", flush=True)
            finally:
                demo.stop()


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        print(f"FAILED: {failure}", file=sys.stderr)
        sys.exit(1)
