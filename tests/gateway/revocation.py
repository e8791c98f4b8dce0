"""The revocation feed: what was revoked stops working although it is cached, and the ceiling holds when the feed is down."""
import contextlib
import time

from client import Connection
from cases import allowed, case, eventually, refused
from harness import Gateway
from lib import expect

from fake_server import OVERLAP, FakeServer, after, drop, never, raw, reply
from keys import Key

FEED = {"signet_revocations": "/_signet/revocations", "signet_cache": "tokens ceiling=10m"}
DAY = 86_400


def gateway(world):
    return Gateway(world, **FEED)


def cached(gateway, **more):
    token = gateway.server.issue(**({"key": Key()} | more))
    allowed(gateway, gateway.call(token))
    return token


def ready(gateway):
    """The feed is read and goes on; gives how often it was asked so far."""
    warm = cached(gateway)
    before = gateway.server.calls["revocations"]

    def asked():
        gateway.call(warm)
        return gateway.server.calls["revocations"] >= before + 2
    eventually(asked, "the gateway asks what was revoked")
    return warm


def stops(gateway, token, what):
    delay = eventually(lambda: gateway.call(token).status == 401, what)
    refused(gateway, gateway.call(token), 401, "invalid_token", "DPoP")
    print(f"          {what} {delay:.2f} s after its revocation", flush=True)


@case
def a_revoked_token_stops_working_although_it_is_cached(gateway):
    warm, token = ready(gateway), cached(gateway)
    gateway.server.revoke(token)
    stops(gateway, token, "the token stopped working")
    allowed(gateway, gateway.call(warm))


@case
def a_revoked_jwt_access_token_stops_working_although_nobody_was_asked(gateway):
    ready(gateway)
    token = cached(gateway, jwt=True)
    gateway.server.revoke(token)
    stops(gateway, token, "the JWT access token stopped working")


@case
def tokens_of_a_revoked_grant_stop_working(gateway):
    warm = ready(gateway)
    first = cached(gateway)
    second, jwt = (cached(gateway, jti=f"{first.grant_id}.{'x' * 22}", jwt=each) for each in (False, True))
    other = cached(gateway, jti=f"{first.grant_id}0.{'x' * 22}")
    gateway.server.revoke(grant_id=first.grant_id)
    for token in (first, second, jwt):
        stops(gateway, token, "the token of the grant stopped working")
    allowed(gateway, gateway.call(other))
    allowed(gateway, gateway.call(warm))
    # Also one that was never seen before: its signature is good, but the server is asked.
    unseen = gateway.server.issue(Key(), jwt=True, jti=f"{first.grant_id}.{'y' * 22}")
    unseen.active = False
    refused(gateway, gateway.call(unseen), 401, "invalid_token")


@case
def tokens_of_a_removed_client_stop_working(gateway):
    warm = ready(gateway)
    tokens = [cached(gateway, client_id="gone", jwt=each) for each in (False, True)]
    gateway.server.revoke(client_id="gone")
    for token in tokens:
        stops(gateway, token, "the token of the client stopped working")
    allowed(gateway, gateway.call(warm))
    # What the client gets after that counts again.
    gateway.server.offset = 2
    allowed(gateway, gateway.call(gateway.server.issue(Key(), client_id="gone")))
    gateway.server.offset = 0


@case
def a_revocation_reaches_both_workers(gateway):
    ready(gateway)
    token = cached(gateway)
    with gateway.connections() as connections:
        for each in connections:
            allowed(gateway, gateway.call(token, connection=each))
        gateway.server.revoke(token)
        for each in connections:
            eventually(lambda: gateway.call(token, connection=each).status == 401, "both workers refuse")


@case
def a_revoked_token_is_not_asked_about_again_and_again(gateway):
    ready(gateway)
    token = cached(gateway)
    gateway.server.revoke(token)
    eventually(lambda: gateway.call(token).status == 401, "the token stops working")
    asked = gateway.server.asked_about(token)
    for _ in range(10):
        refused(gateway, gateway.call(token), 401)
    expect(gateway.server.asked_about(token) - asked <= 2, "asked about a dead token again and again")


@case
def an_unknown_cursor_makes_the_gateway_forget(gateway):
    warm = ready(gateway)
    token = cached(gateway)
    token.active = False  # revoked in a way that no feed will ever tell
    gateway.server.forget_feed()
    stops(gateway, token, "the token stopped working")
    allowed(gateway, gateway.call(warm))


@case
def what_the_feed_repeats_does_no_harm(gateway):
    warm = ready(gateway)
    for _ in range(8):
        gateway.server.revoke(cached(gateway))
    end = gateway.server.calls["revocations"] + 6
    eventually(lambda: gateway.call(warm).status == 200 and gateway.server.calls["revocations"] >= end, "the feed goes on")
    allowed(gateway, gateway.call(warm))


@case
def many_revocations_at_once_are_all_marked(gateway):
    ready(gateway)
    tokens = [cached(gateway) for _ in range(60)]
    for _ in range(500):
        gateway.server.revoke(grant_id="0123456789abcdef")
    for token in tokens:
        gateway.server.revoke(token)
    for token in tokens:
        eventually(lambda: gateway.call(token).status == 401, "every token stops working")


@case
def a_revocation_is_known_before_the_next_request_comes(gateway):
    ready(gateway)
    for jwt in (False, True):
        token = cached(gateway, jwt=jwt)
        told = gateway.server.answered
        gateway.server.revoke(token)
        # Nobody uses the gateway meanwhile: the open question brings it
        eventually(lambda: gateway.server.answered > told, "the open question is answered")
        time.sleep(0.05)
        refused(gateway, gateway.call(token), 401, "invalid_token", "DPoP")


@case
def an_open_question_keeps_nobody_waiting(gateway):
    warm = ready(gateway)
    with Connection(gateway.port) as connection:
        before, calls = gateway.server.calls["revocations"], 0
        while gateway.server.calls["revocations"] < before + 4:
            allowed(gateway, gateway.call(warm, connection=connection))
            calls += 1
    expect(calls > 40, f"{calls} requests while four questions were open")


@case
def a_slow_feed_makes_requests_wait_and_not_starve(gateway):
    with own_server(gateway.world) as server, fresh(gateway.world, server) as other:
        server.scripts["revocations"] = after(1.2)  # longer than an answer may be used
        token, dead = server.issue(Key()), server.issue(Key())
        for _ in range(2):
            allowed(other, other.call(token))
        allowed(other, other.call(dead))
        server.revoke(dead)
        stops(other, dead, "the token stopped working")
        allowed(other, other.call(token))


@case
def of_all_workers_one_asks(gateway):
    ready(gateway)
    token = cached(gateway)
    with gateway.connections() as connections:
        before, start = gateway.server.calls["revocations"], time.monotonic()
        while time.monotonic() < start + 2.2:
            for each in connections:
                gateway.call(token, connection=each)
        asked = gateway.server.calls["revocations"] - before
    expect(4 <= asked <= 8, f"{asked} times in two seconds")


@case
def many_revocations_one_after_the_other_are_asked_for_together(gateway):
    warm = ready(gateway)
    before, start = gateway.server.calls["revocations"], time.monotonic()
    while time.monotonic() < start + 2:
        gateway.server.revoke(grant_id="0123456789abcdef")
        gateway.call(warm)
    asked = gateway.server.calls["revocations"] - before
    expect(10 <= asked <= 45, f"{asked} times in two seconds")


@case
def after_a_while_without_a_use_nothing_is_asked(gateway):
    with own_server(gateway.world) as server, fresh(gateway.world, server) as other:
        allowed(other, other.call(server.issue(Key())))
        eventually(lambda: server.calls["revocations"] >= 10, "the gateway keeps up with what is revoked")
        time.sleep(9)
        before = server.calls["revocations"]
        time.sleep(2)
        expect(server.calls["revocations"] == before, "the gateway asks although nobody uses it")
        token = server.issue(Key())
        server.revoke(token)
        refused(other, other.call(token), 401, "invalid_token")


@case
def a_server_that_holds_no_question_is_asked_twice_a_second(gateway):
    with own_server(gateway.world) as server, fresh(gateway.world, server) as other:
        server.holds = False
        token = server.issue(Key())
        allowed(other, other.call(token))
        start = time.monotonic()
        while time.monotonic() < start + 2.2:
            other.call(token)
        expect(2 <= server.calls["revocations"] <= 12, f"{server.calls['revocations']} times in two seconds")
        server.revoke(token)
        stops(other, token, "the token stopped working")


@case
def the_gateway_does_not_flood_the_feed(gateway):
    warm = ready(gateway)
    before, start = gateway.server.calls["revocations"], time.monotonic()
    while time.monotonic() < start + 2.2:
        gateway.call(warm)
    asked = gateway.server.calls["revocations"] - before
    expect(1 <= asked <= 12, f"{asked} times in two seconds")


@case
def a_broken_feed_stops_neither_good_tokens_nor_the_ceiling(gateway):
    for script in (reply(500), reply(503), reply(401), reply(200, b"{"), reply(200, b"[]"), reply(200, b'{"cursor":7}'), drop, never,
                   raw(b"garbage"), reply(200, b'{"cursor":"x","now":1,"reset":false,"revocations":[{"token_hash":"x"},{"a":1},7]}'),
                   reply(200, b'{"cursor":"x","now":1,"reset":false,"revocations":"all"}'), reply(200, b"x" * 3_000_000)):
        with Gateway(gateway.world, **(FEED | {"signet_cache": "tokens ceiling=1s"})) as other:
            server = other.server
            server.scripts["revocations"] = script
            try:
                token = cached(other)
                allowed(other, other.call(token))
                token.active = False
                eventually(lambda: other.call(token).status == 401, "the ceiling ends the token's life")
                allowed(other, other.call(server.issue(Key())))
            finally:
                del server.scripts["revocations"]


@case
def the_feed_is_read_again_after_an_outage(gateway):
    warm = ready(gateway)
    token, before = cached(gateway), gateway.server.calls["revocations"]
    gateway.server.scripts["revocations"] = reply(503)
    try:
        # The question that is open now is still answered well, the next one is not
        asked = lambda times: gateway.call(warm) and gateway.server.calls["revocations"] >= before + times
        eventually(lambda: asked(1), "the gateway asks")
        gateway.server.revoke(token)
        eventually(lambda: asked(3), "the gateway tries again")
        allowed(gateway, gateway.call(token))
    finally:
        del gateway.server.scripts["revocations"]
    stops(gateway, token, "after the outage the token stopped working")


@case
def without_a_feed_the_ceiling_holds(gateway):
    with Gateway(gateway.world, signet_cache="tokens ceiling=1s") as other:
        token = cached(other)
        other.server.revoke(token)
        stops(other, token, "without a feed the token stopped working")


# JWTs, which are verified without a question ---------------------------------------------------------------------------------


@contextlib.contextmanager
def own_server(world):
    server = FakeServer(world.gateway_key)
    try:
        yield server
    finally:
        server.stop()
        expect(not server.defects, f"the gateway proves itself: {server.defects[:5]}")


def fresh(world, server, **changes):
    """An nginx that has just been started knows nothing."""
    return Gateway(world, authorization_server=server, **(FEED | changes))


def long_jwt(server, age=0, **claims):
    """One that lives for a day since it was issued, `age` seconds ago."""
    return server.issue(Key(), jwt=True, iat=server.now() - age, exp=server.now() - age + DAY, **claims)


def trusted(gateway, token):
    """Is it accepted, and without a question?"""
    before = gateway.server.asked_about(token)
    allowed(gateway, gateway.call(token))
    return gateway.server.asked_about(token) == before


@case
def a_revoked_jwt_stays_refused_for_hours(gateway):
    with own_server(gateway.world) as server, fresh(gateway.world, server, steady_clock=True) as other:
        token, good = long_jwt(server), long_jwt(server)
        for each in (token, good):
            allowed(other, other.call(each))
        server.revoke(token)
        stops(other, token, "the JWT access token stopped working")
        for _ in range(OVERLAP):  # else the feed would repeat it
            server.revoke(grant_id="0123456789abcdef")
        for hours in (2, 23):
            other.step_clock(hours * 3600)
            for _ in range(2 * other.workers):  # nginx reads its clock when something happens
                other.send(path="/_signet/none")
            refused(other, other.call(token), 401, "invalid_token", "DPoP")
            expect(trusted(other, good), "a JWT that is not revoked is asked about")


@case
def a_revoked_jwt_stays_refused_after_a_restart_of_nginx(gateway):
    with own_server(gateway.world) as server:
        with fresh(gateway.world, server) as first:
            token, of_grant = long_jwt(server, age=7200), long_jwt(server, age=7200)
            for each in (token, of_grant):
                allowed(first, first.call(each))
            server.revoke(token, age=7000)
            server.revoke(grant_id=of_grant.grant_id, age=7000)
            server.rows += [{"grant_id": f"other{number}", "revoked_at": server.now() * 1000 - 5_000_000} for number in range(50)]
            for each in (token, of_grant):
                stops(first, each, "the JWT access token stopped working")
        for rows_of_answer in (1000, 10):
            server.rows_of_answer = rows_of_answer
            with fresh(gateway.world, server) as restarted:
                good = long_jwt(server)
                for _ in range(3):
                    for each in (token, of_grant):
                        refused(restarted, restarted.call(each), 401, "invalid_token", "DPoP")
                eventually(lambda: trusted(restarted, good), "JWTs are verified here")
                for each in (token, of_grant):
                    refused(restarted, restarted.call(each), 401, "invalid_token", "DPoP")


@case
def before_the_feed_was_read_to_its_end_jwts_are_asked_about(gateway):
    with own_server(gateway.world) as server:
        for script in (reply(503), reply(200, b"{"), drop):
            server.scripts["revocations"] = script
            with fresh(gateway.world, server) as other:
                dead, good = long_jwt(server), long_jwt(server)
                dead.active = False
                refused(other, other.call(dead), 401, "invalid_token", "DPoP")
                expect(not trusted(other, good), "the signature alone was enough")
                del server.scripts["revocations"]
                eventually(lambda: trusted(other, long_jwt(server)), "JWTs are verified here")


@case
def before_the_feed_was_read_jwts_are_refused_where_nobody_can_be_asked(gateway):
    with own_server(gateway.world) as server:
        server.scripts["revocations"] = reply(503)
        with fresh(gateway.world, server, signet_tokens="jwt", signet_introspection=None) as other:
            token = long_jwt(server)
            refused(other, other.call(token), 503)
            del server.scripts["revocations"]
            eventually(lambda: other.call(token).status == 200, "the JWT is verified here")


@case
def a_jwt_from_before_what_the_feed_remembers_is_asked_about(gateway):
    with own_server(gateway.world) as server:
        server.retention = 4200
        with fresh(gateway.world, server) as other:
            dead, old, good = long_jwt(server, age=5000), long_jwt(server, age=5000), long_jwt(server, age=3000)
            server.revoke(dead, age=4900)
            refused(other, other.call(dead), 401, "invalid_token", "DPoP")
            expect(not trusted(other, old), "its revocation may be forgotten")
            expect(trusted(other, good), "nothing of it can be forgotten")


@case
def a_server_that_tells_no_retention_is_believed_as_before(gateway):
    with own_server(gateway.world) as server:
        server.retention = None
        with fresh(gateway.world, server) as other:
            token, good = long_jwt(server), long_jwt(server, age=5000)
            expect(trusted(other, good), "the JWT was asked about")
            server.revoke(token)
            stops(other, token, "the JWT access token stopped working")


@case
def a_retention_that_grows_makes_the_gateway_read_everything_again(gateway):
    with own_server(gateway.world) as server:
        server.retention = 4200
        with fresh(gateway.world, server) as other:
            token, dead = long_jwt(server, age=9000), long_jwt(server, age=9000)
            server.revoke(dead, age=8000)
            expect(not trusted(other, token), "its revocation may be forgotten")
            server.retention = DAY
            eventually(lambda: trusted(other, token), "the JWT is verified here")
            refused(other, other.call(dead), 401, "invalid_token", "DPoP")


@case
def when_revocations_find_no_room_jwts_are_asked_about(gateway):
    with own_server(gateway.world) as server, fresh(gateway.world, server, signet_zone="tokens 256k") as other:
        tokens = [long_jwt(server, age=100) for _ in range(8)]
        for each in tokens:
            expect(trusted(other, each), "the JWT was asked about")
        server.rows += [{"grant_id": f"other{number}", "revoked_at": server.now() * 1000} for number in range(6000)]
        for each in tokens[1:]:
            server.revoke(each)
        for each in tokens[1:]:
            stops(other, each, "the JWT access token stopped working")
        expect(not trusted(other, tokens[0]), "who knows what was not marked")
        expect("no room" in other.logs(), "the log does not say why")
