#!/usr/bin/env python3
"""Drives the real program: start and stop, configuration mistakes, clients, users, keys, audit, backup."""
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.error
import urllib.request

SIGNET = os.environ.get("SIGNET", "build/dev/bin/signet")
KEY = json.loads('{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",'
                 '"y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","kid":"k1","alg":"ES256","use":"sig"}')
CLIENT = {
    "client_name": "Test client",
    "redirect_uris": ["https://client.example/callback"],
    "token_endpoint_auth_method": "private_key_jwt",
    "jwks": {"keys": [KEY]},
    "scope": "openid accounts",
    "dpop_bound_access_tokens": True,
}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Folder:
    """A configuration with its master key and data in a folder of its own."""

    def __init__(self):
        self.directory = tempfile.TemporaryDirectory(prefix="signet-cli-")
        self.path = pathlib.Path(self.directory.name)
        self.port, self.management_port = free_port(), free_port()
        self.config = self.path / "signet.toml"
        self.write("")
        self.run("keys", "make-master-key", str(self.path / "master.key"), expect=0)

    def write(self, more: str):
        self.config.write_text(f"""[secrets]
master_key_file = "master.key"
[listeners.http]
port = {self.port}
[management]
port = {self.management_port}
[login]
password_memory_mib = 8
password_iterations = 1
[issuers.main]
url = "http://127.0.0.1:{self.port}"
scopes = ["accounts"]
{more}""")

    def run(self, *arguments: str, stdin: str = "", expect: int | None = 0, **environment: str) -> subprocess.CompletedProcess:
        done = subprocess.run([SIGNET, *arguments], input=stdin, capture_output=True, text=True, timeout=30, cwd=self.path,
                              env={"PATH": os.environ["PATH"], **environment})
        if expect is not None and done.returncode != expect:
            raise AssertionError(f"signet {' '.join(arguments)} gave {done.returncode}, not {expect}\n{done.stdout}{done.stderr}")
        return done

    def json(self, *arguments: str, stdin: object = None):
        return json.loads(self.run(*arguments, stdin="" if stdin is None else json.dumps(stdin)).stdout)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def management(self, path: str) -> tuple[int, str]:
        return get(f"http://127.0.0.1:{self.management_port}{path}")


def hear_hang_ups() -> None:
    """Whoever runs these tests under nohup has told all programs below it not to."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Server:
    """`signet serve` from its first answer until it is stopped."""

    def __init__(self, folder: Folder, *launcher: str):
        self.folder = folder
        self.log = open(folder.path / "log", "w+")
        self.process = subprocess.Popen([*launcher, SIGNET, "serve"], cwd=folder.path, stderr=self.log,
                                        env={"PATH": os.environ["PATH"]}, preexec_fn=hear_hang_ups)
        began = time.monotonic()
        while time.monotonic() - began < 15:
            try:
                if folder.management("/health/ready")[0] == 200:
                    self.start_seconds = time.monotonic() - began
                    return
            except OSError:
                pass
            if self.process.poll() is not None:
                break
            time.sleep(0.01)
        self.process.kill()
        raise AssertionError("the server does not answer:\n" + self.read_log())

    def read_log(self) -> str:
        self.log.flush()
        return (self.folder.path / "log").read_text()

    def events(self) -> list[dict]:
        return [json.loads(line) for line in self.read_log().splitlines() if line.startswith("{")]

    def stop(self, how: int = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(15)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.log.close()


def wait_until(question, seconds: float = 8):
    end = time.monotonic() + seconds
    while not question():
        if time.monotonic() > end:
            raise AssertionError("it did not happen in time")
        time.sleep(0.1)


class CommandLine(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.directory.cleanup)

    def test_an_unknown_command_or_option_is_a_usage_error(self):
        for arguments in (["serv"], ["serve", "--prot"], ["keys"], ["keys", "burn"], ["clients", "get"], ["serve", "-c"],
                          ["version", "now"], ["users", "list", "--issuer", "nobody"],
                          ["keys", "list", "--issuer", "nobody"], ["keys", "rotate", "--issuer", "nobody"], ["audit", "list", "--since", "yesterday"],
                          ["audit", "list", "--limit", "0"], []):
            with self.subTest(arguments):
                self.assertEqual(self.folder.run(*arguments, expect=2).returncode, 2)

    def test_a_password_on_the_command_line_is_refused_and_not_repeated(self):
        refused = self.folder.run("login", "--client-file", "a.json", "--user", "alice", "--password", "hunter22", expect=2).stderr
        self.assertIn("--password-file", refused)
        self.assertNotIn("hunter22", refused)

    def test_help_explains_every_command(self):
        listing = self.folder.run("help").stdout
        names = re.findall(r"^  ([a-z-]+)  ", listing, re.M)
        self.assertIn("serve", names)
        for name in names:
            self.assertIn(f"signet {name}", self.folder.run("help", name).stdout)
            self.assertEqual(self.folder.run(name, "--help").stdout, self.folder.run("help", name).stdout)

    def test_help_is_given_wherever_it_is_asked_for(self):
        for words in (["keys", "rotate", "--help"], ["users", "create", "--issuer", "main", "-h"], ["workflows", "show", "-h", "login"]):
            with self.subTest(words):
                self.assertEqual(self.folder.run(*words).stdout, self.folder.run("help", words[0]).stdout)
        self.assertIn('client', self.folder.run("clients", "get", "--", "--help", expect=1).stderr)

    def test_every_option_stands_in_the_help_of_its_command(self):
        sources = pathlib.Path(__file__).resolve().parents[2] / "src/apps/signet"
        shared = dict(re.findall(r'Option (k\w+)(\{"[^}]*\})', (sources / "session.h").read_text() +
                                 (sources / "client_session.h").read_text()))
        seen = 0
        for file in sorted((sources / "commands").glob("*.cc")):
            text = file.read_text()
            text += "".join(row for name, row in shared.items() if name in text)
            said = "".join(self.folder.run("help", name.replace("_", "-")).stdout for name in re.findall(r"^int (\w+)\(Words", text, re.M))
            for name, letter in re.findall(r'\{"([a-z-]+)", (?:0|\'(.)\'), (?:true|false)', text):
                if name == "config" or (file.name, name) == ("login.cc", "password"):
                    continue  # shown as -c; only there to be refused
                seen += 1
                self.assertRegex(said, rf"--{name}\b", f"{file.name}: --{name}")
                self.assertRegex(said, rf"-{letter}\b" if letter else ".", f"{file.name}: -{letter}")
        self.assertGreater(seen, 60)

    def test_the_reference_is_the_page_in_docs(self):
        page = pathlib.Path(__file__).resolve().parents[2] / "docs/configuration.md"
        self.assertEqual(self.folder.run("config-reference").stdout, page.read_text())

    def test_the_master_key_is_for_its_owner_and_never_replaced(self):
        file = self.folder.path / "master.key"
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        before = file.read_text()
        self.folder.run("keys", "make-master-key", str(file), expect=1)
        self.assertEqual(file.read_text(), before)


class CheckConfig(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.directory.cleanup)

    def test_a_good_configuration_is_said_to_be_good(self):
        done = self.folder.run("check-config")
        self.assertIn("can be served", done.stdout)
        self.assertFalse((self.folder.path / "data").exists(), "checking must change nothing")

    def test_a_language_that_says_little_is_named(self):
        texts = self.folder.path / "theme" / "texts"
        texts.mkdir(parents=True)
        (texts / "ar.json").write_text('{"SignInTitle": "تسجيل الدخول"}')
        self.folder.write('theme_directory = "theme"\n')
        self.assertRegex(self.folder.run("check-config").stdout, r"language +main +ar +[1-9][0-9]+ texts are not in it")

    def test_an_openid_provider_without_rs256_is_pointed_at_it(self):
        hint = "issuers.main.signing_algorithms lacks RS256"
        self.folder.write('profile = "openid"\n')
        self.assertNotIn(hint, self.folder.run("check-config").stdout)
        self.folder.write('profile = "openid"\nsigning_algorithms = ["ES256"]\n')
        self.assertIn(hint, self.folder.run("check-config").stdout)

    def test_every_mistake_has_file_line_and_key(self):
        self.folder.write('profil = "openid"\naccess_token_lifetime = 600\n[listeners.open]\naddress = "0.0.0.0"\nport = 70000\n')
        done = self.folder.run("check-config", "-c", "signet.toml", expect=1)
        self.assertIn("signet.toml:13: issuers.main.profil: there is no such setting", done.stderr)
        self.assertIn("signet.toml:14: issuers.main.access_token_lifetime: must be a duration", done.stderr)
        self.assertIn("signet.toml:16: listeners.open.address: plain HTTP is allowed on a loopback address only", done.stderr)
        self.assertIn("signet.toml:17: listeners.open.port: must be a port from 1 to 65535", done.stderr)
        self.assertIn("4 problems", done.stderr)

    def test_serve_refuses_what_check_config_refuses(self):
        self.folder.write("surprise = true\n")
        self.assertIn("surprise", self.folder.run("serve", expect=1).stderr)

    def test_an_environment_variable_replaces_a_key(self):
        self.assertIn(":4711", self.folder.run("check-config", SIGNET_LISTENERS_HTTP_PORT="4711").stdout)
        self.assertIn("SIGNET_LISTENERS_HTTP_PORT: listeners.http.port", self.folder.run(
            "check-config", expect=1, SIGNET_LISTENERS_HTTP_PORT="many").stderr)

    def test_a_secret_open_to_others_is_refused(self):
        (self.folder.path / "master.key").chmod(0o644)
        self.assertIn("chmod o-rwx", self.folder.run("serve", expect=1).stderr)


class Serving(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.directory.cleanup)

    def keys(self) -> list[str]:
        return [key["kid"] for key in json.loads(get(self.folder.url("/jwks"))[1])["keys"]]

    def test_the_start_is_quick_and_says_what_runs_where(self):
        with Server(self.folder) as server:
            events = [json.loads(line) for line in server.read_log().splitlines()]
            started = next(event for event in events if event["event"] == "server.started")
            self.assertEqual(started["pid"], str(server.process.pid))
            self.assertLess(int(started["took_ms"]), 1000)
            listener = next(event for event in events if event["event"] == "server.listener")
            self.assertEqual(listener["address"], f"127.0.0.1:{self.folder.port}")
            self.assertEqual(stat.S_IMODE((self.folder.path / "data").stat().st_mode), 0o700)
            self.assertEqual(stat.S_IMODE((self.folder.path / "data/signet.db").stat().st_mode), 0o600)

    def test_a_stop_signal_ends_it_with_success(self):
        for how in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(how), Server(self.folder) as server:
                self.assertEqual(server.stop(how), 0)
                stopping = [event for event in server.events() if event["event"] == "server.stopping"]
                self.assertEqual([event["signal"] for event in stopping], [how.name])
                self.assertIn("server.stopped", server.read_log())

    def test_a_closed_terminal_sends_its_signal_twice_and_the_server_still_drains(self):
        with Server(self.folder) as server, socket.create_connection(("127.0.0.1", self.folder.port)) as busy:
            busy.sendall(b"GET /jwks HTTP/1.1\r\n")  # the rest does not come: the stop waits for it
            server.process.send_signal(signal.SIGHUP)
            wait_until(lambda: "server.stopping" in server.read_log())
            self.assertEqual(server.stop(signal.SIGHUP), 0)
            self.assertIn("server.stopped", server.read_log())

    def test_with_nohup_it_outlives_its_terminal(self):
        with Server(self.folder, "nohup") as server:
            server.process.send_signal(signal.SIGHUP)
            time.sleep(0.3)
            self.assertEqual(self.folder.management("/health/ready")[0], 200)
            self.assertEqual(server.stop(), 0)
            self.assertIn("SIGTERM", server.read_log())

    def test_a_taken_port_is_named_with_its_setting(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.folder.port))
            taken.listen()
            done = self.folder.run("serve", expect=1)
        self.assertIn(f"127.0.0.1:{self.folder.port}", done.stderr)
        self.assertIn("listeners.http.port", done.stderr)

    def test_documents_health_and_metrics_are_served(self):
        with Server(self.folder):
            metadata = json.loads(get(self.folder.url("/.well-known/openid-configuration"))[1])
            self.assertEqual(metadata["issuer"], self.folder.url(""))
            self.assertEqual(self.folder.management("/health/live")[0], 200)
            self.assertIn('signet_requests_total{route="/.well-known/openid-configuration",status="2xx"} 1',
                          self.folder.management("/metrics")[1])
            self.assertEqual(get(self.folder.url("/metrics"))[0], 404, "metrics stay on their own listener")

    def test_a_rotation_from_the_command_line_reaches_the_running_server(self):
        with Server(self.folder):
            before = self.keys()
            self.assertIn("--now", self.folder.run("keys", "rotate", expect=1).stderr)
            self.assertIn("rotated ES256", self.folder.run("keys", "rotate", "--now").stdout)
            wait_until(lambda: len(self.keys()) == 3)
            states = {key["kid"]: key["state"] for key in self.folder.json("keys", "list", "--json")}
            self.assertEqual(states[before[0]], "retired")
            self.assertEqual(states[self.keys()[0]], "current")

    def test_keys_survive_a_restart_and_need_their_master_key(self):
        with Server(self.folder) as server:
            before = self.keys()[0]
            server.stop()
        with Server(self.folder) as server:
            self.assertEqual(self.keys()[0], before)
            server.stop()
        (self.folder.path / "master.key").unlink()
        self.folder.run("keys", "make-master-key", "master.key")
        done = self.folder.run("serve", expect=1)
        self.assertIn("secrets.master_key_file", done.stderr)
        self.folder.run("keys", "rotate", "--now", expect=1)

    def test_each_step_of_the_schema_is_named_once_by_the_start_that_applies_it(self):
        def applied():
            with Server(self.folder) as server:
                server.stop()
                return [event for event in server.events() if event["event"] == "storage.migrated"]
        first = applied()
        self.assertEqual([event["number"] for event in first], [str(number) for number in range(1, len(first) + 1)])
        self.assertEqual((first[0]["name"], first[0]["level"]), ("0001_initial", "info"))
        self.assertEqual(applied(), [])
        self.forget_last_step()
        self.assertEqual([event["name"] for event in applied()], ["0013_no_index_of_approvals"])
        self.forget_last_step()
        self.assertIn("brought up to date: 0013_no_index_of_approvals", self.folder.run("users", "list").stderr)
        self.assertEqual((self.folder.run("users", "list").stderr, applied()), ("", []))

    def forget_last_step(self):
        with contextlib.closing(sqlite3.connect(self.folder.path / "data/signet.db")) as database:
            database.execute("CREATE INDEX approvals_by_grant ON approvals (grant_id)")
            database.execute("DELETE FROM schema_migrations WHERE number = 13")
            database.commit()

    def test_a_newer_database_is_not_touched(self):
        with Server(self.folder) as server:
            server.stop()
        database = sqlite3.connect(self.folder.path / "data/signet.db")
        table = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type='table'") if "migration" in name]
        columns = [row[1] for row in database.execute(f"PRAGMA table_info({table[0]})")]
        values = {"number": 9999, "name": "from the future"}
        database.execute(f"INSERT INTO {table[0]} ({','.join(columns)}) VALUES ({','.join('?' * len(columns))})",
                         [values.get(column, 0) for column in columns])
        database.commit()
        database.close()
        self.assertIn("newer", self.folder.run("serve", expect=1).stderr)


class Administration(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.directory.cleanup)

    def test_a_client_is_created_changed_and_removed(self):
        created = self.folder.json("clients", "create", stdin=CLIENT)
        name = created["client_id"]
        self.assertEqual(self.folder.json("clients", "get", name), created)
        self.assertIn(name, self.folder.run("clients", "list").stdout)
        changed = self.folder.json("clients", "update", name, stdin={**CLIENT, "client_name": "Other"})
        self.assertEqual((changed["client_id"], changed["client_name"]), (name, "Other"))
        # RFC7592-2.2
        self.folder.run("clients", "update", name, stdin=json.dumps({**CLIENT, "client_id": "somebody-else"}), expect=1)
        self.folder.run("clients", "delete", name)
        self.folder.run("clients", "get", name, expect=1)
        self.folder.run("clients", "delete", name, expect=1)
        self.folder.run("clients", "update", name, stdin=json.dumps(CLIENT), expect=1)

    def test_a_client_comes_from_a_file_too_and_once_only(self):
        file = self.folder.path / "client.json"
        file.write_text(json.dumps({**CLIENT, "client_id": "shop"}))
        self.assertEqual(self.folder.json("clients", "create", "--file", "client.json")["client_id"], "shop")
        self.assertIn("exists already", self.folder.run("clients", "create", "-f", "client.json", expect=1).stderr)
        self.folder.run("clients", "create", "-f", "absent.json", expect=1)

    def test_a_name_that_begins_with_a_hyphen_stands_after_two_hyphens(self):
        self.folder.json("clients", "create", stdin={**CLIENT, "client_id": "-shop"})
        refused = self.folder.run("clients", "delete", "-shop", expect=2).stderr
        self.assertIn("unknown option -s (before a name that begins with a hyphen, put --)", refused)
        self.assertEqual(self.folder.json("clients", "get", "--", "-shop")["client_id"], "-shop")
        self.folder.run("clients", "delete", "--", "-shop")

    def test_an_option_is_written_in_full(self):
        for cut in (("--iss", "main"), ("--iss=main",)):
            self.assertIn("options are written in full: --issuer", self.folder.run("clients", "list", *cut, expect=2).stderr)
        self.folder.run("clients", "list", "--issuer=main")

    def test_bad_metadata_is_refused_and_nothing_is_stored(self):
        for change, word in (({"redirect_uri": []}, "redirect_uri"), ({"foo": 1}, "foo"), ({"scope": "openid payments"}, "payments"),
                             ({"default_acr_values": ["zz"]}, "zz"),
                             ({"authorization_details_types": ["payment_initiation"]}, "payment_initiation")):
            with self.subTest(change):
                refused = self.folder.run("clients", "create", stdin=json.dumps({**CLIENT, **change}), expect=1).stderr
                self.assertRegex(refused, rf"\b{word}\b")
        for change in ({"token_endpoint_auth_method": "client_secret_basic"}, {"redirect_uris": ["http://client.example/callback"]}, {"id_token_signed_response_alg": "PS256"},
                       {"sector_identifier_uri": "https://127.0.0.1:1/sector.json", "subject_type": "pairwise"}):
            with self.subTest(change):
                self.folder.run("clients", "create", stdin=json.dumps({**CLIENT, **change}), expect=1)
        self.folder.run("clients", "create", stdin="[]", expect=1)
        self.folder.run("clients", "create", stdin='{"client_id":"a","client_id":"b"}', expect=1)
        self.assertEqual(self.folder.json("clients", "list", "--json"), [])

    def test_a_policy_is_applied_tried_and_taken_back(self):
        threat = {"name": "threat", "when": {"fact": "threat_level", "at_least": 2}, "then": {"categories": 2}}
        night = {"name": "night", "when": {"fact": "hour", "from": 22, "to": 6}, "then": {"notify": True}}
        file = self.folder.path / "policy.json"
        run = self.folder.run

        def write(*rules):
            file.write_text(json.dumps({"policy": "login", "rules": rules}))

        self.assertIn("come with the program", run("workflows", "list").stderr)
        self.assertIn("say which", run("workflows", "show", "login", expect=1).stderr)
        own = self.folder.json("workflows", "show", "login", "--kind", "policy")
        write(threat)
        self.assertIn("0 recorded decisions", run("workflows", "simulate", "policy.json").stdout)
        self.assertEqual(run("workflows", "apply", "policy.json").stdout,
                         "policy login: version 1 is in force, in place of the program's own\n  + threat\n" +
                         "".join(f"  - {rule['name']}\n" for rule in own["rules"]))
        self.assertIn("says the same already", run("workflows", "apply", "policy.json").stdout)
        write({**threat, "then": {"categories": 3}}, night)
        self.assertEqual(run("workflows", "apply", "-", stdin=file.read_text()).stdout,
                         "policy login: version 2 is in force, in place of version 1\n  + night\n  ~ threat\n")
        self.assertEqual(self.folder.json("workflows", "show", "login")["rules"][1], night)
        self.assertEqual(self.folder.json("workflows", "show", "login", "--version", "1")["rules"], [threat])
        self.assertIn("version 1 is in force", run("workflows", "rollback", "login").stdout)
        history = self.folder.json("workflows", "history", "login", "--json")
        self.assertEqual([(entry["version"], entry["in_force"]) for entry in history], [(2, False), (1, True)])
        self.assertIn("in force", run("workflows", "list").stdout)
        self.assertIn("the program's own is in force", run("workflows", "rollback", "login", "--version", "0").stdout)
        self.assertEqual(self.folder.json("workflows", "show", "login"), own)
        self.assertEqual(self.folder.json("workflows", "show", "login", "--version", "0"), own)
        run("workflows", "show", "login", "--version", "9", expect=1)
        run("workflows", "rollback", "login", "--version", "9", expect=1)
        events = [json.loads(line) for line in run("audit", "list", "--json").stdout.splitlines()]
        self.assertEqual([event["event"] for event in events],
                         ["policy.rolled_back", "policy.rolled_back", "policy.applied", "policy.applied"])
        self.assertTrue(all(event["actor"] for event in events))

    def test_a_policy_with_a_mistake_is_refused_with_its_reason(self):
        for rule, reason in (({"name": "r", "when": {"fact": "contry"}, "then": {"notify": True}}, "contry"),
                             ({"name": "r", "when": {"fact": "hour", "at_least": "22"}, "then": {"notify": True}}, "at_least takes"),
                             ({"name": "r", "when": {"fact": "threat_level", "is": "2"}, "then": {"notify": True}},
                              'rule "r": is takes a number for threat_level'),
                             ({"name": "r", "then": {"hold": 1800}}, "from 1 to 900"),
                             ({"name": "r", "then": {"allow": True}}, "allow"),
                             ({"name": "r", "then": {"acr": "gold"}}, "gold")):
            for command in ("apply", "simulate"):
                with self.subTest(reason, command=command):
                    document = json.dumps({"policy": "login", "rules": [rule]})
                    self.assertIn(reason, self.folder.run("workflows", command, "-", stdin=document, expect=1).stderr)
        self.folder.run("workflows", "apply", "-", stdin="[]", expect=1)
        self.folder.run("workflows", "apply", "-", stdin='{"rules":[]}', expect=1)
        self.assertEqual(self.folder.json("workflows", "list", "--json"), [])

    def test_a_policy_is_tried_on_recorded_logins(self):
        self.folder.run("users", "list")  # makes the database
        with sqlite3.connect(self.folder.path / "data/signet.db") as database:
            for number, level in enumerate((0, 1, 3, 3)):
                database.execute("INSERT INTO decision_contexts VALUES (?, 'main', 'alice', 1800000000000, 0, 0, ?, '{}')",
                                 (f"0{number}", json.dumps({"threat_level": level})))
        database.close()
        policy = json.dumps({"policy": "login", "rules": [
            {"name": "threat", "when": {"fact": "threat_level", "at_least": 2}, "then": {"categories": 2}}]})
        text = self.folder.run("workflows", "simulate", "-", stdin=policy).stdout
        self.assertIn("4 recorded decisions: 2 stay, 2 change", text)
        self.assertRegex(text, r"2 +2027-01-15 08:00:00 +nothing +categories 2")
        told = json.loads(self.folder.run("workflows", "simulate", "-", "--last", "3", "--json", stdin=policy).stdout)
        self.assertEqual((told["contexts"], told["same"], len(told["changed"])), (3, 1, 2))
        self.assertEqual(told["changed"][0]["after"], {"rules": ["threat"], "categories": 2})

    def test_the_threat_level_is_raised_and_lowered(self):
        run = self.folder.run
        self.assertIn("0, nothing is raised", run("threat", "show").stdout)
        self.assertIn("until lowered: stuffing", run("threat", "raise", "3", "--reason", "stuffing").stdout)
        self.assertEqual(self.folder.json("threat", "show", "--json")["level"], 3)
        raised = self.folder.json("threat", "raise", "2", "--for", "2h", "--json")
        self.assertEqual(raised["expires_at"] - raised["raised_at"], 7200)
        run("threat", "lower")
        run("threat", "lower", expect=1)
        for wrong in (["raise"], ["raise", "5"], ["raise", "high"], ["raise", "1", "--for", "soon"], ["raise", "1", "--for", "0s"], []):
            with self.subTest(wrong):
                run("threat", *wrong, expect=2)
        run("threat", "raise", "0", expect=1)
        events = [json.loads(line)["event"] for line in run("audit", "list", "--json").stdout.splitlines()]
        self.assertEqual(events, ["threat.lowered", "threat.raised", "threat.raised"])

    def test_a_lost_factor_is_taken_away(self):
        self.folder.run("users", "create", stdin='{"username": "ada", "password": "correct horse battery"}')
        account_id = json.loads(self.folder.run("users", "get", "ada").stdout)["account_id"]
        with sqlite3.connect(self.folder.path / "data/signet.db") as database:
            values = {"factor_id": "lost-phone", "account_id": account_id, "issuer": "main", "kind": "totp", "name": "Old phone",
                      "secret": b"sealed", "data": "{}", "counter": 0, "created_at": 1800000000000}
            database.execute(f"INSERT INTO factors ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", list(values.values()))
        database.close()
        table = self.folder.run("users", "factors", "ada").stdout
        self.assertRegex(table, r"lost-phone +totp +2027-01-15 08:00:00 +never +Old phone")
        self.assertNotIn("secret", self.folder.run("users", "factors", "ada", "--json").stdout)
        self.folder.run("users", "remove-factor", "ada", expect=2)
        self.folder.run("users", "remove-factor", "ada", "another", expect=1)
        self.folder.run("users", "remove-factor", "ada", "lost-phone")
        self.assertEqual(json.loads(self.folder.run("users", "factors", "ada", "--json").stdout), [])
        self.assertIn("applications", self.folder.run("users", "end-sessions", "ada", "--revoke-grants").stdout)

    def test_a_user_is_created_changed_and_removed(self):
        account = {"username": "Alice", "password": "correct horse", "name": "Alice Example", "email": "alice@example.com",
                   "email_verified": True}
        created = self.folder.json("users", "create", stdin=account)
        self.assertEqual((created["username"], created["name"], created["email_verified"]), ("alice", "Alice Example", True))
        self.assertNotIn("password", json.dumps(created))
        self.folder.run("users", "create", stdin=json.dumps(account), expect=1)
        changed = self.folder.json("users", "update", "alice", stdin={"name": "Alice B", "disabled": True})
        self.assertEqual((changed["name"], changed["disabled"], "email" in changed), ("Alice B", True, True))
        changed = self.folder.json("users", "update", "alice", stdin={"disabled": False, "email": "alice@example.org"})
        self.assertEqual((changed["name"], changed["email"], "email_verified" in changed), ("Alice B", "alice@example.org", False))
        self.assertNotIn("email", self.folder.json("users", "update", "alice", stdin={"email": None}))
        self.folder.run("users", "set-password", "alice", stdin="battery staple\n")
        self.folder.run("users", "set-password", "alice", stdin="short\n", expect=1)
        self.folder.run("users", "set-password", "bob", stdin="battery staple\n", expect=1)
        self.folder.run("users", "delete", "alice")
        self.folder.run("users", "get", "alice", expect=1)

    def test_claims_of_a_wrong_type_or_a_reserved_name_are_refused(self):
        for change in ({"email_verified": "true"}, {"address": "somewhere"}, {"name": 5}, {"sub": "x"}, {"acr": "high"},
                       {"password": "short"}, {"password": 5}, {"username": ""}):
            with self.subTest(change):
                self.folder.run("users", "create", stdin=json.dumps({"username": "eve", **change}), expect=1)

    def test_the_audit_trail_tells_who_did_what_and_no_password(self):
        self.folder.run("users", "create", stdin=json.dumps({"username": "alice", "password": "correct horse"}))
        self.folder.json("clients", "create", stdin={**CLIENT, "client_id": "shop"})
        records = [json.loads(line) for line in self.folder.run("audit", "list", "--json").stdout.splitlines()]
        self.assertEqual([record["event"] for record in records], ["client.created", "account.created"])
        self.assertEqual(records[0]["listener"], "command line")
        self.assertTrue(records[0]["actor"])
        self.assertNotIn("correct horse", json.dumps(records))
        for arguments, count in ((["--client", "shop"], 1), (["--event", "account.created"], 1), (["--limit", "1"], 1),
                                 (["--since", "1h"], 2), (["--outcome", "refused"], 0), (["--account", "nobody"], 0)):
            self.assertEqual(len(self.folder.run("audit", "list", *arguments).stdout.splitlines()), count, arguments)
        self.assertRegex(records[0]["audit_id"], r"^[0-9a-f]{28}$")
        self.assertEqual([int(record["audit_id"][12:], 16) for record in records], [2, 1])
        self.assertRegex(records[0]["time"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")
        self.assertRegex(self.folder.run("audit", "list").stdout, r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d  client.created ")

    def test_what_stands_in_no_audit_trail_is_not_looked_for(self):
        self.assertIn("signet audit events", self.folder.run("audit", "list", "--event", "banana", expect=2).stderr)
        for wrong in (["--outcome", "banana"], ["--event", "login", "--outcome", "reuse"], ["--event", "Login"]):
            self.assertIn("signet audit events", self.folder.run("audit", "list", *wrong, expect=2).stderr)
        listed = self.folder.run("audit", "events").stdout
        self.assertIn("grant.revoked  (reuse)", listed)
        for event in re.findall(r"^([a-z_.]+)  \(", listed, re.M):
            self.folder.run("audit", "list", "--event", event)

    def test_an_issuer_must_be_named_when_there_are_several(self):
        self.folder.write('[issuers.other]\nurl = "https://other.example"\n')
        self.assertIn("--issuer", self.folder.run("users", "list", expect=2).stderr)
        self.folder.run("users", "list", "--issuer", "other")

    def test_a_backup_of_a_running_server_opens_and_is_never_written_over(self):
        with Server(self.folder):
            self.folder.json("clients", "create", stdin={**CLIENT, "client_id": "shop"})
            self.folder.run("backup", "copy.db")
            self.folder.run("backup", "copy.db", expect=1)
            self.folder.run("backup", expect=2)
        self.assertEqual(stat.S_IMODE((self.folder.path / "copy.db").stat().st_mode), 0o600)
        self.folder.write('[database]\nfile = "copy.db"\n')
        self.assertEqual(self.folder.json("clients", "get", "shop")["client_id"], "shop")


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-") and os.access(sys.argv[1], os.X_OK):
        SIGNET = sys.argv.pop(1)
    SIGNET = str(pathlib.Path(SIGNET).resolve())
    unittest.main()
