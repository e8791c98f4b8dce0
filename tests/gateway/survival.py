"""Killed workers, reloads, internal redirects, subrequests, mutated requests: nothing is lost, nothing gets around."""
import os
import random
import signal
import threading
import time

from cases import Skipped, allowed, case, eventually, refused
from client import Connection, make_request
from harness import PRELOAD, Gateway
from lib import expect

from fake_server import AUDIENCE, after
from keys import Key, make_proof

REDIRECTS = """
    location / { signet on; proxy_pass {upstream}; }
    location /errors/ { signet on; proxy_intercept_errors on; error_page 404 = /fallback; proxy_pass {upstream}; }
    location = /fallback { signet on; proxy_pass {upstream}; }
    location /to-strict/ { signet on; proxy_intercept_errors on; error_page 404 =200 /strict; proxy_pass {upstream}; }
    location = /strict { signet on; signet_scopes accounts payments; proxy_pass {upstream}; }
    location /open-errors/ { proxy_intercept_errors on; error_page 404 = /strict; proxy_pass {upstream}; }
    location /files/ { signet on; root {folder}; try_files $uri /fallback; }
    location /open-files/ { root {folder}; try_files $uri /strict; }
    location /rewritten/ { rewrite ^ /strict last; }
    location /named/ { signet on; root {folder}; try_files $uri @named; }
    location @named { proxy_pass {upstream}; }
    location /added/ { addition_types *; add_after_body /protected-part; proxy_pass {upstream}; }
    location /protected-part { signet on; proxy_pass {upstream}; }
    location /mirrored/ { mirror /protected-part; proxy_pass {upstream}; }
    location /ssi/ { ssi on; ssi_types *; root {folder}; }
    location /asked/ { auth_request /protected-part; proxy_pass {upstream}; }
    location /refused-page/ { signet on; error_page 401 /login-page; proxy_pass {upstream}; }
    location = /login-page { return 200 "please log in"; }
    location = /return/ { signet on; return 200 "secret"; }
"""
LOAD_SECONDS = 3
INSERTED = (b"\r\n", b" ", b",", b"\0", b"=", b".", b"%00", b"\xff", b"DPoP ", b"Authorization: Bearer x\r\n", b"x" * 9000)
HARMLESS = (None, 200, 304, 400, 401, 403, 404, 405, 408, 411, 413, 414, 431, 494, 501, 505)  # of nginx, the module or the API


def redirecting(world):
    folder = world.folder / "files"
    (folder / "ssi").mkdir(parents=True, exist_ok=True)
    (folder / "ssi" / "page.html").write_text('before <!--# include virtual="/protected-part" --> after')
    return Gateway(world, REDIRECTS.replace("{folder}", str(folder)))


def never_seen(world, path, answer):
    """The API must not have been asked for this path by this request; its echo would say so."""
    expect(f'"target": "{path}"'.encode() not in answer.data, f"{path} was reached: {answer}")


@case
def an_internal_redirect_does_not_use_the_proof_twice(world):
    with redirecting(world) as gateway:
        for jwt in (False, True):
            token = gateway.server.issue(Key(), jwt=jwt)
            for path in ("/errors/x", "/files/x", "/named/x"):
                fields = [*gateway.credential(token, path=path), *(["X-Status: 404"] if path == "/errors/x" else [])]
                answer = gateway.send(path=path, fields=fields)
                # The echo of the fallback says 404 too, since it is asked the same; what counts is who answers.
                expect(answer.status in (200, 404) and answer.json() and "target" in answer.json(), f"{path}: {answer}")
                expect(answer.echo("Client-DPoP-JKT") == [token.key.thumbprint()] or path == "/named/x", f"{path}: {answer}")
                refused(gateway, gateway.send(path=path, fields=fields[:2]), 401, "invalid_dpop_proof", "DPoP")


@case
def an_internal_redirect_to_a_stricter_location_is_judged_there(world):
    with redirecting(world) as gateway:
        token, strong = gateway.server.issue(Key()), gateway.server.issue(Key(), scope="accounts payments")
        answer = gateway.call(token, path="/to-strict/x", fields=["X-Status: 404"])
        expect(answer.status == 403, f"{answer}")
        answer = gateway.call(strong, path="/to-strict/x", fields=["X-Status: 404"])
        expect(answer.json() and "target" in answer.json(), f"{answer}")
        for path in ("/open-files/x", "/rewritten/x"):
            refused(gateway, gateway.send(path=path), 401)
            refused(gateway, gateway.call(token, path=path), 403, "insufficient_scope")
        answer = gateway.send(path="/open-errors/x", fields=["X-Status: 404"])
        expect(answer.status == 401, f"{answer}")


@case
def subrequests_do_not_get_around(world):
    with redirecting(world) as gateway:
        for path in ("/added/x", "/ssi/page.html", "/mirrored/x"):
            answer = gateway.send(path=path)
            never_seen(world, "/protected-part", answer)
            seen = world.upstream.times_seen(answer.marker)
            expect(seen <= (0 if path.startswith("/ssi") else 1), f"{path}: the API saw {seen} requests: {answer}")
        answer = gateway.send(path="/asked/x")
        expect(answer.status in (401, 403, 500), f"{answer}")
        expect(world.upstream.times_seen(answer.marker) == 0, "the API saw the request")


@case
def answers_made_by_nginx_before_the_access_phase_are_the_only_open_ones(world):
    """`return` runs in the rewrite phase, before any access check: the documentation says so, and nothing else may."""
    with redirecting(world) as gateway:
        answer = gateway.send(path="/refused-page/x")
        expect(answer.status in (200, 401) and world.upstream.times_seen(answer.marker) == 0, f"{answer}")


@case
def a_worker_that_is_killed_in_mid_request_leaves_nobody_behind(world):
    with Gateway(world, signet_cache="tokens ceiling=10m") as gateway:
        gateway.allowed_defects = ("exited on signal 9",)
        for _ in range(4):
            token = gateway.server.issue(Key(), script=after(1.0))
            with gateway.connections() as connections:
                pids = [int(each.ask("GET", "/_signet/none").field("X-Worker")) for each in connections]
                connections[0].send(make_request("GET", "/accounts", gateway.credential(token))[0])
                eventually(lambda: gateway.server.asked_about(token) == 1, "the first request asks")
                connections[1].send(make_request("GET", "/accounts", gateway.credential(token))[0])
                time.sleep(0.2)
                os.kill(pids[0], signal.SIGKILL)
                answer = connections[1].receive()
                expect(answer.status == 200, f"the request on the other worker: {answer}")
            token.script = None
            allowed(gateway, gateway.call(token))
        eventually(lambda: len(gateway.worker_pids()) == 2, "the workers are back")


@case
def workers_that_are_killed_under_load_hold_no_lock_and_forget_no_proof(world):
    with Gateway(world) as gateway:
        # nginx says when it frees the mutex of a worker that died with it
        gateway.allowed_defects = ("exited on signal 9", "was locked by")
        load = Load(gateway, fresh_tokens=True)
        proofs = []
        for _ in range(12):
            time.sleep(0.15)
            os.kill(random.choice(gateway.worker_pids()), signal.SIGKILL)
            token = gateway.server.issue(Key())
            proof = make_proof(token.key, token.text, url=AUDIENCE + "/accounts")
            if gateway.call(token, proof=proof).status == 200:
                proofs.append((token, proof))
        load.end()
        eventually(lambda: len(gateway.worker_pids()) == 2, "the workers are back")
        for token, proof in proofs:
            refused(gateway, gateway.call(token, proof=proof), 401, "invalid_dpop_proof", "DPoP")
            allowed(gateway, gateway.call(token))
        expect(load.count > 50 and len(proofs) > 5, f"{load.count} requests, {len(proofs)} proofs")


class Load:
    """Requests on threads until it ends; each on a connection of its own."""

    def __init__(self, gateway, fresh_tokens=False, threads=3):
        self.gateway, self.fresh = gateway, fresh_tokens
        self.running, self.count, self.bad = True, 0, []
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]
        for each in self.threads:
            each.start()

    def run(self):
        token = self.gateway.server.issue(Key())
        while self.running:
            try:
                if self.fresh:
                    token = self.gateway.server.issue(token.key, jwt=self.count % 4 == 0)
                answer = self.gateway.call(token)
                self.count += 1
                if answer.status != 200:
                    self.bad.append(repr(answer))
            except OSError as problem:
                self.bad.append(repr(problem))

    def end(self):
        self.running = False
        for each in self.threads:
            each.join()


@case
def a_reload_under_load_loses_no_request_and_forgets_neither_token_nor_proof(world):
    with Gateway(world, signet_cache="tokens ceiling=10m") as gateway:
        token = gateway.server.issue(Key())
        proof = make_proof(token.key, token.text, url=AUDIENCE + "/accounts")
        allowed(gateway, gateway.call(token, proof=proof))
        load = Load(gateway)
        for _ in range(4):
            old = set(gateway.worker_pids())
            gateway.process.send_signal(signal.SIGHUP)
            eventually(lambda: len(set(gateway.worker_pids()) - old) == 2, "new workers", 20)
            time.sleep(LOAD_SECONDS / 4)
        load.end()
        expect(not load.bad and load.count > 50, f"{len(load.bad)} of {load.count} requests were lost: {load.bad[:3]}")
        refused(gateway, gateway.call(token, proof=proof), 401, "invalid_dpop_proof", "DPoP")
        allowed(gateway, gateway.call(token))
        expect(gateway.server.asked_about(token) == 1, f"asked {gateway.server.asked_about(token)} times")


@case
def a_reload_with_a_bad_configuration_changes_nothing(world):
    with Gateway(world) as gateway:
        gateway.allowed_defects = ("[emerg]",)
        good = gateway.config.read_text()
        gateway.config.write_text(good.replace("signet_scopes accounts;", ""))
        gateway.process.send_signal(signal.SIGHUP)
        eventually(lambda: "signet_scopes" in gateway.logs(), "the message about the missing setting")
        allowed(gateway, gateway.call(gateway.server.issue(Key())))
        refused(gateway, gateway.send(), 401)
        gateway.config.write_text(good)


@case
def a_request_that_is_given_up_does_no_harm(world):
    with Gateway(world) as gateway:
        workers = gateway.worker_pids()
        for wait in (0, 0.01, 0.1, 0.3):
            for _ in range(10):
                token = gateway.server.issue(Key(), script=after(0.2))
                connection = Connection(gateway.port)
                connection.send(make_request("POST", "/accounts", [*gateway.credential(token, "POST"), "X-Delay: 0.3"], b"x" * 3000)[0])
                time.sleep(wait)
                connection.socket.close()
        time.sleep(0.5)
        allowed(gateway, gateway.call(gateway.server.issue(Key())))
        expect(gateway.worker_pids() == workers, "a worker died")


@case
def mutated_requests_do_no_harm(world):
    seed = int(os.environ.get("SIGNET_SEED") or int.from_bytes(os.urandom(4), "big"))
    print(f"          seed {seed}", flush=True)
    dice = random.Random(seed)
    with Gateway(world) as gateway:
        gateway.has_own_uris = False  # a mutation may put a token into the path, which stands in the access log
        workers = gateway.worker_pids()
        tokens = [gateway.server.issue(Key(), jwt=jwt) for jwt in (False, True)]
        for _ in range(1500):
            fields = gateway.credential(dice.choice(tokens))
            data = mutate(dice, make_request("GET", "/accounts", [*fields, "Connection: close"])[0])
            with Connection(gateway.port) as connection:
                connection.send(data)
                connection.socket.shutdown(1)
                answer = connection.receive()
            expect(answer.status in HARMLESS, f"seed {seed}: {data!r} is answered by {answer}")
            if answer.status == 200:
                whole = [field.partition(": ")[2].rpartition(" ")[2].encode() in data for field in fields]
                expect(all(whole), f"seed {seed}: {data!r} was let in")
        allowed(gateway, gateway.call(tokens[0]))
        expect(gateway.worker_pids() == workers, f"seed {seed}: a worker died\n{gateway.logs()[-3000:]}")


def mutate(dice, data):
    data = bytearray(data)
    for _ in range(dice.choice((1, 1, 2, 5, 20))):
        at = dice.randrange(len(data))
        kind = dice.randrange(5)
        if kind == 0:
            data[at] = dice.randrange(256)
        elif kind == 1:
            del data[at:at + dice.randrange(1, 30)]
        elif kind == 2:
            data[at:at] = dice.choice(INSERTED)
        elif kind == 3:
            end = dice.randrange(at, len(data))
            data[at:at] = data[at:end][:2000]
        else:
            other = dice.randrange(len(data))
            data[at], data[other] = data[other], data[at]
        if not data:
            return b"\r\n"
    return bytes(data)


@case
def memory_does_not_grow_with_requests(world):
    if PRELOAD:
        raise Skipped("a sanitizer keeps what was freed; ./check runs this with the release module as well")
    with Gateway(world, signet_cache="tokens ceiling=10m", workers=1) as gateway:
        def resident():
            with open(f"/proc/{gateway.worker_pids()[0]}/status") as status:
                return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))

        key = Key()

        def rounds(count):
            with Connection(gateway.port) as connection:
                for number in range(count):
                    token = gateway.server.issue(key, jwt=number % 3 == 0, padding=number % 5 * 500)
                    for _ in range(3):
                        gateway.call(token, connection=connection)
                    gateway.call(token, connection=connection, htm="POST")
                    gateway.send(connection=connection)
            world.secrets.clear()
        rounds(200)
        before = resident()
        rounds(600)
        grown = resident() - before
        expect(grown < 1024, f"the worker grew by {grown} KiB over 3000 requests")
