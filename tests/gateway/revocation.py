"""The revocation feed: what was revoked stops working although it is cached, and the ceiling holds when the feed is down."""
import time

from cases import allowed, case, eventually, refused
from harness import Gateway
from lib import expect

from fake_server import drop, never, raw, reply
from keys import Key

FEED = {"signet_revocations": "/_signet/revocations", "signet_cache": "tokens ceiling=10m"}


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
    gateway.server.scripts["revocations"] = reply(503)
    token = cached(gateway)
    gateway.server.revoke(token)
    before = gateway.server.calls["revocations"]
    eventually(lambda: gateway.call(warm) and gateway.server.calls["revocations"] >= before + 2, "the gateway tries again")
    allowed(gateway, gateway.call(token))
    del gateway.server.scripts["revocations"]
    stops(gateway, token, "after the outage the token stopped working")


@case
def without_a_feed_the_ceiling_holds(gateway):
    with Gateway(gateway.world, signet_cache="tokens ceiling=1s") as other:
        token = cached(other)
        other.server.revoke(token)
        stops(other, token, "without a feed the token stopped working")
